"""The advisory database: built from a folder and from a server, looked up, and never half of either."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from yett.advisories import build
from yett.advisories import source as sources
from yett.advisories.build import Summary, update
from yett.advisories.lookup import Advisories, Advisory, Unusable, advisories, snapshot
from yett.advisories.match import audit
from yett.advisories.record import Record, Unused, read
from yett.errors import YettError
from yett.model import Severity

NOW = 1_790_000_000.0
CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
LOW = "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"
V4_HIGH = "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


def entry(
    ident: str, name: str = "examplelib", *events: str, ecosystem: str = "PyPI", listed: Sequence[str] = (), **more: Any
) -> dict[str, Any]:
    """An advisory as OSV has it. `events` are like "introduced 0"."""
    affected: dict[str, Any] = {"package": {"ecosystem": ecosystem, "name": name}}
    if events:
        kinds = (event.split(" ") for event in events)
        affected["ranges"] = [{"type": "ECOSYSTEM", "events": [{kind: version} for kind, version in kinds]}]
    if listed:
        affected["versions"] = list(listed)
    return {
        "id": ident,
        "modified": "2026-01-01T00:00:00Z",
        "summary": f"About {ident}",
        "affected": [affected],
        **more,
    }


def bucket(folder: Path, archives: Mapping[str, Sequence[object]]) -> Path:
    """A folder laid out like OSV's bucket; what is no mapping is written as it is."""
    for ecosystem, entries in archives.items():
        (folder / ecosystem).mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(folder / ecosystem / "all.zip", "w") as archive:
            for number, item in enumerate(entries):
                content = item if isinstance(item, str | bytes) else json.dumps(item)
                archive.writestr(f"{number}.json", content)
    (folder / "ecosystems.txt").write_text("\n".join(archives) + "\nDebian:12\n")
    return folder


def built(folder: Path, *entries: object, ecosystem: str = "PyPI") -> Path:
    """A database of these advisories."""
    database = folder / "advisories.sqlite"
    update(str(bucket(folder / "osv", {ecosystem: entries})), str(database), (), NOW)
    return database


def opened(database: Path) -> Advisories:
    found = advisories(str(database))
    assert isinstance(found, Advisories), found
    return found


def found(database: Path, name: str, ecosystem: str = "PyPI") -> tuple[Advisory, ...]:
    result = opened(database).find(ecosystem, name)
    assert not isinstance(result, Unusable), result
    return result


# --- one record --------------------------------------------------------------------------------------------------


def test_a_record() -> None:
    record = read(
        entry("GHSA-1", "Example_Lib", "introduced 0", "fixed 1.2", aliases=["CVE-2"], severity=[{"score": CRITICAL}]),
        {"PyPI"},
    )
    assert isinstance(record, Record)
    assert record[:6] == ("GHSA-1", Severity.CRITICAL, "CVSS 3.1 9.8", False, ("CVE-2",), "About GHSA-1")
    assert record.parts == {("PyPI", "example-lib"): (">=0\t<1.2", "")}


@pytest.mark.parametrize(
    ("document", "reason"),
    (
        ([], "not a JSON object"),
        ({}, "no id"),
        ({"id": 3}, "no id"),
        (entry("X-1", "a", "introduced 0", withdrawn="2026-01-01T00:00:00Z"), "withdrawn"),
        ({"id": "X-1"}, "affects no package"),
        ({"id": "X-1", "affected": "all of them"}, "affects no package"),
        ({"id": "X-1", "affected": [{}]}, "package without a usable name or ecosystem"),
        (entry("X-1", "a\nb", "introduced 0"), "package without a usable name or ecosystem"),
        (entry("X-1", "\ud800", "introduced 0"), "package without a usable name or ecosystem"),
        (entry("X-1", "a", "introduced 0", ecosystem="Hex"), "other ecosystem"),
        (entry("X-1", "a"), "neither ranges nor versions"),
    ),
)
def test_an_unused_record(document: object, reason: str) -> None:
    record = read(document, {"PyPI"})
    assert isinstance(record, Unused)
    assert record.reason == reason


@pytest.mark.parametrize(
    ("more", "severity"),
    (
        ({}, Severity.UNKNOWN),
        ({"database_specific": {"severity": "MODERATE"}}, Severity.MEDIUM),
        ({"severity": [{"type": "CVSS_V3", "score": LOW}]}, Severity.LOW),
        # a vector is better than a word, a newer version better than an older one
        ({"severity": [{"score": LOW}], "database_specific": {"severity": "CRITICAL"}}, Severity.LOW),
        ({"severity": [{"score": CRITICAL}, {"score": V4_HIGH}]}, Severity.HIGH),
        ({"severity": [{"score": "CVSS:3.1/garbage"}], "database_specific": {"severity": "HIGH"}}, Severity.HIGH),
        ({"severity": [{"score": "CVSS:3.1/garbage"}]}, Severity.UNKNOWN),
        ({"severity": "high", "database_specific": None}, Severity.UNKNOWN),
        ({"severity": [{"score": LOW}], "aliases": ["MAL-2026-1"]}, Severity.CRITICAL),
        ({"database_specific": {"cwe_ids": ["CWE-506"]}}, Severity.CRITICAL),
    ),
)
def test_severity(more: dict[str, Any], severity: Severity) -> None:
    record = read(entry("X-1", "a", "introduced 0", **more), {"PyPI"})
    assert isinstance(record, Record)
    assert record.severity is severity


@pytest.mark.parametrize(
    ("events", "listed", "ranges", "versions"),
    (
        (("introduced 0", "fixed 2"), ("1.0", "1.5"), ">=0\t<2", ""),  # all of them are in the range
        (("introduced 0", "fixed 2"), ("1.0", "2.0.0", "2004d"), ">=0\t<2", "\n2\n2004d\n"),
        ((), ("1.0", "1.0.0", "v1.1"), "", "\n1\n1.1\n"),
        (("introduced 0",), ("1.0",), ">=0", ""),
        (("introduced 0", "fixed odd"), ("1.0",), ">=0\t<odd", "\n1\n"),
        (("introduced 1", "limit 2", "last_affected 3"), (), ">=1\t^2\t<=3", ""),
    ),
)
def test_ranges_and_versions(events: tuple[str, ...], listed: tuple[str, ...], ranges: str, versions: str) -> None:
    record = read(entry("X-1", "a", *events, listed=listed), {"PyPI"})
    assert isinstance(record, Record)
    assert record.parts == {("PyPI", "a"): (ranges, versions)}


def test_git_ranges_are_left_out_and_odd_ones_are_told() -> None:
    document = entry("X-1", "a", listed=("1",))
    document["affected"][0]["ranges"] = [
        {"type": "GIT", "events": [{"introduced": "0"}]},
        {"type": "SEMVER", "events": []},
        "nonsense",
    ]
    record = read(document, {"PyPI"})
    assert isinstance(record, Record)
    assert record.parts == {("PyPI", "a"): ("", "\n1\n")}
    assert record.flaws == ("range of unknown kind or without events",)


def test_a_malicious_package_without_versions_is_so_in_all() -> None:
    record = read(entry("MAL-2026-1", "a"), {"PyPI"})
    assert isinstance(record, Record)
    assert record.malicious
    assert record.parts == {("PyPI", "a"): (">=0", "")}


def test_summary_is_one_short_line() -> None:
    record = read(
        entry("X-1", "a", "introduced 0", summary="", details="First\x1b[31m line\n" + "word " * 100), {"PyPI"}
    )
    assert isinstance(record, Record)
    assert record.summary.startswith("First [31m line word")
    assert record.summary.endswith(" word…")
    assert len(record.summary) <= 160


# --- the database --------------------------------------------------------------------------------------------------


def test_round_trip(tmp_path: Path) -> None:
    database = built(
        tmp_path,
        entry("GHSA-1", "Example_Lib", "introduced 0", "fixed 1.2", aliases=["CVE-2", "CVE-1"]),
        entry("MAL-1", "evil", "introduced 0"),
    )
    (advisory,) = found(database, "example-lib")
    assert advisory == Advisory(
        "GHSA-1", Severity.UNKNOWN, "", False, False, ("CVE-1", "CVE-2"), "About GHSA-1", "",
        "2026-01-01T00:00:00Z", ">=0\t<1.2", "",
    )  # fmt: skip
    assert [item.malicious for item in found(database, "evil")] == [True]
    assert found(database, "innocent") == ()
    assert found(database, "'; DROP TABLE advisory; --") == ()
    unusable = opened(database).find("npm", "evil")
    assert isinstance(unusable, Unusable)
    assert "has nothing on npm" in unusable.reason


def test_two_statements_about_a_package_are_one(tmp_path: Path) -> None:
    document = entry("X-1", "a", "introduced 1", "fixed 1.5")
    document["affected"] += entry("X-1", "A", "introduced 2", "fixed 2.5", listed=("9",))["affected"]
    (advisory,) = found(built(tmp_path, document), "a")
    assert advisory.ranges == ">=1\t<1.5\n>=2\t<2.5"
    assert advisory.versions == "\n9\n"


def test_an_advisory_of_two_archives_is_the_newer_one_about_all_packages(tmp_path: Path) -> None:
    old = entry("X-1", "a", "introduced 0", summary="old")
    new = entry("X-1", "b", "introduced 0", ecosystem="npm", summary="new", modified="2026-02-01T00:00:00Z")
    base = bucket(tmp_path / "osv", {"PyPI": [old], "npm": [new]})
    summary = update(str(base), str(tmp_path / "db"), (), NOW)
    assert summary.advisories == 1
    assert summary.records == (("PyPI", 1), ("npm", 1))
    assert [item.summary for item in found(tmp_path / "db", "a")] == ["new"]
    assert [item.summary for item in found(tmp_path / "db", "b", "npm")] == ["new"]


def test_nothing_is_left_out_in_silence(tmp_path: Path) -> None:
    base = bucket(
        tmp_path / "osv",
        {
            "PyPI": [
                entry("X-1", "a", "introduced 0"),
                entry("X-2", "a", "introduced 0", withdrawn="2026-01-01T00:00:00Z"),
                entry("X-3", "a"),
                entry("X-4", "a"),
                "{",
                b"\xff",
                "[" * 100_000,
                '{"id": ' + "9" * 5000 + "}",
                entry("X-5", "b", "introduced 0", ecosystem="npm"),
                {**entry("X-6", "a", "introduced 0"), "affected": [*entry("", "c", "introduced 0")["affected"], {}]},
            ]
        },
    )
    summary = update(str(base), str(tmp_path / "db"), (), NOW)
    assert {reason: (count, example) for reason, count, example in summary.skipped} == {
        "withdrawn": (1, "X-2"),
        "neither ranges nor versions": (2, "X-3"),
        "not JSON": (4, "PyPI/4.json"),
        "other ecosystem": (1, "X-5"),
        "in part: package without a usable name or ecosystem": (1, "X-6"),
    }
    assert summary.records == (("PyPI", 2),)
    status = opened(tmp_path / "db").status()
    assert not isinstance(status, Unusable)
    assert status.skipped == summary.skipped
    assert (status.digest, status.built_at, status.source, status.records) == (
        summary.digest,
        NOW,
        str(base),
        summary.records,
    )


def test_the_digest_is_that_of_the_content(tmp_path: Path) -> None:
    one, two = entry("X-1", "a", "introduced 0"), entry("X-2", "a", "introduced 0")

    def digest(name: str, now: float, *entries: object) -> str:
        return update(str(bucket(tmp_path / name, {"PyPI": entries})), str(tmp_path / f"{name}.db"), (), now).digest

    first = digest("first", NOW, one, two)
    assert digest("order", NOW, two, one) == first
    assert digest("later", NOW + 1e6, one, two) == first
    assert digest("fewer", NOW, one) != first
    assert digest("other", NOW, one, entry("X-2", "a", "introduced 1")) != first
    assert snapshot(str(tmp_path / "first.db")) == first
    assert snapshot(str(tmp_path / "none.db")) == ""


def test_all_ecosystems_of_osv_build(tmp_path: Path) -> None:
    names = ("Go", "Maven", "NuGet", "Packagist", "PyPI", "RubyGems", "crates.io", "npm")
    archives = {
        name: [entry("X-" + name, "A/b", "introduced 0", "fixed 1.0.0", listed=("0.9-x",), ecosystem=name)]
        for name in names
    }
    archives["Packagist"][0]["affected"][0]["package"]["ecosystem"] = "Packagist:https://packages.drupal.org/8"
    summary = update(str(bucket(tmp_path / "osv", archives)), str(tmp_path / "db"), (), NOW)
    assert summary.records == tuple((name, 1) for name in names)
    assert len(found(tmp_path / "db", "a/b", "Packagist")) == 1


@pytest.mark.parametrize("place", ("beside", "asked"))
def test_known_exploited(tmp_path: Path, place: str) -> None:
    base = bucket(
        tmp_path / "data" / "osv",
        {
            "PyPI": [
                entry("X-1", "a", "introduced 0", aliases=["CVE-1"]),
                entry("CVE-2", "b", "introduced 0"),
                entry("X-3", "c", "introduced 0"),
            ]
        },
    )
    kev = tmp_path / ("data" if place == "beside" else "elsewhere") / "kev" / "known_exploited_vulnerabilities.json"
    kev.parent.mkdir(parents=True)
    kev.write_text(json.dumps({"vulnerabilities": [{"cveID": "CVE-1"}, {"cveID": "CVE-2"}, {"cveID": "CVE-9"}]}))
    asked = None if place == "beside" else str(kev)
    # the folder above works as well: it has one that is called osv
    summary = update(str(base if place == "asked" else base.parent), str(tmp_path / "db"), (), NOW, kev=asked)
    assert (summary.exploited, summary.kev) == (2, str(kev))
    assert [found(tmp_path / "db", name)[0].exploited for name in "abc"] == [True, True, False]


def test_progress(tmp_path: Path) -> None:
    said: list[tuple[str, int, int]] = []
    base = bucket(tmp_path / "osv", {"PyPI": [entry("X-1", "a", "introduced 0")]})
    update(str(base), str(tmp_path / "db"), (), NOW, lambda what, done, total: said.append((what, done, total)))
    assert said == [("read PyPI", 0, 1), ("read PyPI", 1, 1), ("write", 0, 0)]


# --- what goes wrong ------------------------------------------------------------------------------------------------


def spoil(base: Path, how: str) -> None:
    archive = base / "PyPI" / "all.zip"
    content = archive.read_bytes()
    match how:
        case "missing":
            archive.unlink()
        case "empty file":
            archive.write_bytes(b"")
        case "empty zip":
            with zipfile.ZipFile(archive, "w"):
                pass
        case "no zip":
            archive.write_bytes(b"<html>sign in first</html>")
        case "cut":
            archive.write_bytes(content[: len(content) // 2])
        case "flipped":
            archive.write_bytes(content.replace(b"About", b"about", 1))
        case "useless":
            bucket(base, {"PyPI": ["{}", "{}"]})
        case "bomb":
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
                file.writestr("bomb.json", b" " * (33 << 20))


@pytest.mark.parametrize(
    ("how", "told"),
    (
        ("missing", "has no advisories"),
        ("empty file", "is not a sound zip file"),
        ("empty zip", "is empty"),
        ("no zip", "is not a sound zip file"),
        ("cut", "is not a sound zip file"),
        ("flipped", "is not a sound zip file"),
        ("useless", "has no usable advisory among 2 records"),
        ("bomb", "would unpack to more"),
    ),
)
def test_the_old_database_stays(tmp_path: Path, how: str, told: str) -> None:
    database = built(tmp_path, entry("X-1", "a", "introduced 0"))
    before = database.read_bytes()
    spoil(tmp_path / "osv", how)
    with pytest.raises(YettError, match=told):
        update(str(tmp_path / "osv"), str(database), (), NOW)
    assert database.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["advisories.sqlite"]


def test_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = built(tmp_path, entry("X-1", "a", "introduced 0"))
    before = database.read_bytes()

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(YettError, match="No space left"):
        update(str(tmp_path / "osv"), str(database), (), NOW)
    assert database.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["advisories.sqlite"]


@pytest.mark.parametrize(
    ("asked", "told"),
    (
        ("pypi", 'has no advisories for "pypi", did you mean "PyPI"\\?'),
        ("NPM", 'did you mean "npm"\\?'),
        ("Debian", 'has no advisories for "Debian": it has PyPI, npm'),
    ),
)
def test_unknown_ecosystem(tmp_path: Path, asked: str, told: str) -> None:
    base = bucket(tmp_path, {"PyPI": [entry("X-1", "a", "introduced 0")], "npm": [entry("X-2", "a", "introduced 0")]})
    with pytest.raises(YettError, match=told):
        update(str(base), str(tmp_path / "db"), (asked,), NOW)


@pytest.mark.parametrize(
    ("base", "told"),
    (
        ("/nowhere/at/all", "cannot read the advisory folder"),
        ("ftp://example.com", "give an https:// address"),
        ("{}", "expected a folder with PyPI/all.zip"),
    ),
)
def test_no_source(tmp_path: Path, base: str, told: str) -> None:
    with pytest.raises(YettError, match=told):
        update(base.replace("{}", str(tmp_path)), str(tmp_path / "db"), (), NOW)


@pytest.mark.parametrize("content", ("", "[]", "{}", '{"vulnerabilities": 3}', '{"vulnerabilities": [{}]}'))
def test_the_catalogue_is_not_one(tmp_path: Path, content: str) -> None:
    base = bucket(tmp_path / "osv", {"PyPI": [entry("X-1", "a", "introduced 0")]})
    (tmp_path / "kev.json").write_text(content)
    with pytest.raises(YettError, match="is not CISA's catalogue"):
        update(str(base), str(tmp_path / "db"), (), NOW, kev=str(tmp_path / "kev.json"))
    with pytest.raises(YettError, match="cannot read the catalogue"):
        update(str(base), str(tmp_path / "db"), (), NOW, kev=str(tmp_path / "none.json"))


def test_a_file_address_is_a_folder(tmp_path: Path) -> None:
    base = bucket(tmp_path / "a b", {"PyPI": [entry("X-1", "a", "introduced 0")]})
    assert update(base.as_uri(), str(tmp_path / "db"), (), NOW).advisories == 1


def other_sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE meta (name, value)")
    connection.close()


def next_schema(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()


@pytest.mark.parametrize(
    ("how", "told"),
    (
        ("missing", "there is no advisory database at"),
        ("empty", "cannot be read"),
        ("text", "cannot be read (file is not a database)"),
        ("folder", "cannot be read ("),
        ("other", "cannot be read (it is not one of yett's)"),
        ("newer", "is of schema 999, this yett reads 1"),
        ("header only", "cannot be read"),
    ),
)
def test_an_unusable_database_is_a_value(tmp_path: Path, how: str, told: str) -> None:
    database = built(tmp_path, entry("X-1", "a", "introduced 0"))
    content = database.read_bytes()
    if how in ("missing", "folder", "other"):
        database.unlink()
    match how:
        case "folder":
            database.mkdir()
        case "other":
            other_sqlite(database)
        case "newer":
            next_schema(database)
        case "empty":
            database.write_bytes(b"")
        case "text":
            database.write_text("hello " * 1000)
        case "header only":
            database.write_bytes(content[:200])
    unusable = advisories(str(database))
    assert isinstance(unusable, Unusable)
    assert told in unusable.reason
    assert str(database) in unusable.reason
    assert unusable.reason.endswith("run `yett advisories update`")


def test_damage_further_in_is_a_value(tmp_path: Path) -> None:
    database = built(tmp_path, *(entry(f"X-{number}", f"a{number}", "introduced 0") for number in range(500)))
    size = database.stat().st_size
    content = bytearray(database.read_bytes())
    content[size // 4 :] = b"\xff" * (size - size // 4)
    database.write_bytes(content)
    usable = advisories(str(database))
    results = [usable.find("PyPI", f"a{number}") if isinstance(usable, Advisories) else usable for number in range(500)]
    assert any(isinstance(result, Unusable) for result in results)


def test_strange_names_of_the_file(tmp_path: Path) -> None:
    database = tmp_path / "a?b#c%20d" / "x.db"
    update(str(bucket(tmp_path / "osv", {"PyPI": [entry("X-1", "a", "introduced 0")]})), str(database), (), NOW)
    assert len(found(database, "a")) == 1


def test_looking_up_writes_nothing(tmp_path: Path) -> None:
    database = built(tmp_path, entry("X-1", "a", "introduced 0"))
    before = sorted(tmp_path.iterdir())
    found(database, "a")
    assert sorted(tmp_path.iterdir()) == before


# --- over HTTP ------------------------------------------------------------------------------------------------------


class Server(ThreadingHTTPServer):
    """Serves a folder; `failures` says how many requests to fail first, `asked` what was asked for."""

    failures = 0

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        server = self

        class Handler(SimpleHTTPRequestHandler):
            def __init__(self, *arguments: Any) -> None:
                super().__init__(*arguments, directory=str(folder))

            def do_GET(self) -> None:
                server.asked.append(self.path)
                if server.failures > 0:
                    server.failures -= 1
                    self.send_error(503)
                else:
                    super().do_GET()

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(time, "sleep", lambda _: None)
    (tmp_path / "www").mkdir()
    served = Server(tmp_path / "www")
    thread = threading.Thread(target=served.serve_forever, args=(0.01,))
    thread.start()
    yield served
    served.shutdown()
    thread.join()
    served.server_close()


def over_http(server: Server, tmp_path: Path, *ecosystems: str, kev: str | None = None) -> Summary:
    return update(server.address + "/osv/", str(tmp_path / "db"), ecosystems, NOW, kev=kev)


def test_an_address_gives_what_is_audited(server: Server, tmp_path: Path) -> None:
    archives = {name: [entry("X-" + name, "a", "introduced 0", ecosystem=name)] for name in ("PyPI", "npm", "Go")}
    bucket(tmp_path / "www" / "osv", archives)
    assert over_http(server, tmp_path).records == (("PyPI", 1), ("npm", 1))
    assert over_http(server, tmp_path, "Go").records == (("Go", 1),)
    (tmp_path / "www" / "osv" / "ecosystems.txt").unlink()  # a mirror may lack it
    assert over_http(server, tmp_path).records == (("PyPI", 1), ("npm", 1))
    assert "/osv/PyPI/all.zip" in server.asked


def test_the_catalogue_beside_an_address(server: Server, tmp_path: Path) -> None:
    bucket(tmp_path / "www" / "osv", {"PyPI": [entry("CVE-1", "a", "introduced 0")]})
    kev = tmp_path / "www" / "kev" / "known_exploited_vulnerabilities.json"
    kev.parent.mkdir()
    kev.write_text('{"vulnerabilities": [{"cveID": "CVE-1"}]}')
    assert over_http(server, tmp_path).exploited == 1
    address = f"{server.address}/kev/known_exploited_vulnerabilities.json"
    assert over_http(server, tmp_path, kev=address).kev == address


def test_a_failing_server_is_asked_again(server: Server, tmp_path: Path) -> None:
    bucket(tmp_path / "www" / "osv", {"PyPI": [entry("X-1", "a", "introduced 0")]})
    server.failures = 2
    assert over_http(server, tmp_path).advisories == 1
    assert server.asked[:3] == ["/osv/ecosystems.txt"] * 3


def test_a_server_that_stays_down_is_told(server: Server, tmp_path: Path) -> None:
    server.failures = 99
    with pytest.raises(YettError, match=r"cannot fetch http://127.0.0.1:\d+/osv/ecosystems.txt: HTTPError: 503"):
        over_http(server, tmp_path)
    assert len(server.asked) == sources.ATTEMPTS
    assert not (tmp_path / "db").exists()


def test_an_absent_archive_is_told_at_once(server: Server, tmp_path: Path) -> None:
    bucket(tmp_path / "www" / "osv", {"PyPI": [entry("X-1", "a", "introduced 0")]})
    (tmp_path / "www" / "osv" / "PyPI" / "all.zip").unlink()
    with pytest.raises(YettError, match="has no PyPI/all.zip: is it laid out like"):
        over_http(server, tmp_path)
    assert server.asked.count("/osv/PyPI/all.zip") == 1


def test_an_endless_download_is_cut(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket(tmp_path / "www" / "osv", {"PyPI": [entry("X-1", "a", "introduced 0")]})
    monkeypatch.setattr(sources, "LARGEST_DOWNLOAD", 10)
    with pytest.raises(YettError, match="is larger than"):
        over_http(server, tmp_path)


def test_a_download_ends_in_the_middle(server: Server, tmp_path: Path) -> None:
    bucket(tmp_path / "www" / "osv", {"PyPI": [entry("X-1", "a", "introduced 0")]})
    archive = tmp_path / "www" / "osv" / "PyPI" / "all.zip"
    archive.write_bytes(archive.read_bytes()[:-30])
    with pytest.raises(YettError, match="is not a sound zip file"):
        over_http(server, tmp_path)


def test_bounds_hold_before_anything_is_unpacked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    base = bucket(tmp_path / "osv", {"PyPI": [entry("X-1", "a", "introduced 0"), entry("X-2", "a", "introduced 0")]})
    for name, value in (("MOST_RECORDS", 1), ("LARGEST_RECORD", 10), ("LARGEST_TOTAL", 100)):
        with monkeypatch.context() as patch:
            patch.setattr(build, name, value)
            with pytest.raises(YettError, match="would unpack to more"):
                update(str(base), str(tmp_path / "db"), (), NOW)


def test_a_lying_size_in_the_archive_is_found_out(tmp_path: Path) -> None:
    base = bucket(tmp_path / "osv", {"PyPI": [entry("X-1", "a", "introduced 0")]})
    archive = base / "PyPI" / "all.zip"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.json", b" " * 5_000_000)
    content = packed.getvalue().replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    archive.write_bytes(content)
    with pytest.raises(YettError, match="is not a sound zip file"):
        update(str(base), str(tmp_path / "db"), (), NOW)


# --- what the advisories mean for one version ----------------------------------------------------------------------


def advisory(
    ident: str, ranges: str, *aliases: str, severity: Severity = Severity.HIGH, versions: str = ""
) -> Advisory:
    malicious = ident.startswith("MAL-")
    return Advisory(ident, severity, "", malicious, False, aliases, f"About {ident}", "", "", ranges, versions)


def test_aliases_make_groups() -> None:
    said = audit(
        "PyPI",
        [
            advisory("GHSA-a", ">=0\t<2", "CVE-1"),
            advisory("PYSEC-1", ">=0\t<1.9", "CVE-1", severity=Severity.CRITICAL),
            advisory("OTHER-1", ">=0\t<2", "GHSA-b"),
            advisory("OTHER-2", ">=0\t<2", "GHSA-b", "GHSA-a"),  # ties the two together
            advisory("PYSEC-2", ">=0\t<3"),
            advisory("PYSEC-3", ">=2\t<3"),  # does not concern 1.0
        ],
        "1.0",
    )
    first, second = said.groups
    assert (first.id, first.severity, first.fixed) == ("CVE-1", Severity.CRITICAL, "2")
    assert first.ids == ("CVE-1", "GHSA-a", "GHSA-b", "OTHER-1", "OTHER-2", "PYSEC-1")
    assert (second.id, second.ids, second.fixed) == ("PYSEC-2", ("PYSEC-2",), "3")


@pytest.mark.parametrize(
    ("version", "stated", "upgrade", "same_major", "cleared"),
    (
        ("3.2.1", (">=3\t<3.2.4", ">=3\t<3.2.25\t>=4\t<4.2"), "3.2.25", True, 2),
        ("3.2.1", (">=3\t<3.2.4", ">=3\t<4.2"), "4.2", False, 2),  # nothing in 3 clears both
        ("3.2.1", (">=3\t<3.2.4", ">=3.2.4\t<3.2.9"), "3.2.9", True, 1),  # the fix has a hole of its own
        ("3.2.1", (">=3\t<3.2.4", ">=0"), "3.2.4", True, 1),  # the other one has no fix
        ("3.2.1", (">=3\t<=3.2.4",), "", False, 0),
        ("3.2.1", (">=3\t<3.2.4\t>=3.2.9",), "3.2.4", True, 1),
        ("0.5.9", (">=0\t<1.0.0",), "1.0.0", False, 1),
    ),
)
def test_upgrade(version: str, stated: tuple[str, ...], upgrade: str, same_major: bool, cleared: int) -> None:
    said = audit("PyPI", [advisory(f"X-{number}", ranges) for number, ranges in enumerate(stated)], version)
    assert (said.upgrade, said.same_major, said.cleared) == (upgrade, same_major, cleared)


def test_unclear_is_told() -> None:
    said = audit("PyPI", [advisory("X-1", ">=0\t<odd"), advisory("X-2", ">=1\t<2")], "3")
    assert (said.groups, said.unclear) == ((), ("X-1",))
    said = audit("PyPI", [advisory("X-1", ">=0\t<3"), advisory("X-2", "", versions="\nodd\n")], "odd")
    assert ([group.id for group in said.groups], said.unclear) == (["X-2"], ("X-1",))
