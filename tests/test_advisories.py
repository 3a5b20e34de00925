"""The advisory database: built from a folder and from a server, looked up, and never half of either."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import threading
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.conftest import Repo
from yett.advisories import archive, beside, build, download, sides, store
from yett.advisories import source as sources
from yett.advisories.build import Summary, update
from yett.advisories.export import Exported, export
from yett.advisories.lookup import Advisories, Advisory, Cycle, Unusable, advisories, snapshot
from yett.advisories.match import audit
from yett.advisories.record import Record, Unused, read
from yett.advisories.used import used
from yett.commands.advisories import run
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


def listed_bucket(folder: Path, archives: Mapping[str, Sequence[dict[str, Any]]], singles: bool = False) -> Path:
    """A bucket with lists of dates, as OSV has them, and where asked with the advisories one by one."""
    for ecosystem, entries in archives.items():
        place = folder / ecosystem
        place.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(place / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for item in entries:
                archive.writestr(f"{item['id']}.json", json.dumps(item))
                if singles:
                    (place / f"{item['id']}.json").write_text(json.dumps(item))
        lines = sorted((f"{item['modified']},{item['id']}" for item in entries), reverse=True)
        (place / "modified_id.csv").write_text("\n".join(lines) + "\n")
    (folder / "ecosystems.txt").write_text("\n".join(archives) + "\n")
    return folder


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
    assert said[:2] == [("read PyPI", 0, 1), ("read PyPI", 1, 1)]
    assert said[-1] == ("write", 0, 0)


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
        ("newer", "is of schema 999, this yett reads 2"),
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
    assert over_http(server, tmp_path).records == (("Go", 1), ("PyPI", 1), ("npm", 1))
    assert over_http(server, tmp_path, "Go").records == (("Go", 1),)
    some = update(f"{server.address}/osv", str(tmp_path / "db"), (), NOW, used=("PyPI", "npm", "NuGet"))
    assert some.records == (("PyPI", 1), ("npm", 1))  # it has no NuGet, and nobody insists
    none = update(f"{server.address}/osv", str(tmp_path / "db"), (), NOW, used=("NuGet",))
    assert none.records == (("Go", 1), ("PyPI", 1), ("npm", 1))
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
    assert len(server.asked) == download.ATTEMPTS
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
            patch.setattr(archive, name, value)
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
    tracemalloc.start()
    with pytest.raises(YettError, match="is not a sound zip file"):
        update(str(base), str(tmp_path / "db"), (), NOW)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000  # and is not unpacked to find out
    tracemalloc.stop()


@pytest.mark.parametrize("place", ("checksum", "header", "data"))
def test_a_damaged_member_of_an_archive_is_found_out(tmp_path: Path, place: str) -> None:
    base = listed_bucket(tmp_path / "osv", {"PyPI": [entry("X-1", "a", "introduced 0")]})
    archive = base / "PyPI" / "all.zip"
    content = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as file:
        (info,) = file.infolist()
    at = {"checksum": content.rfind(info.CRC.to_bytes(4, "little")), "header": 0, "data": 30 + len(info.filename) + 9}
    content[at[place]] ^= 1
    archive.write_bytes(content)
    with pytest.raises(YettError, match="is not a sound zip file"):
        update(str(base), str(tmp_path / "db"), (), NOW)


# --- only what has changed -------------------------------------------------------------------------------------------


LATER = "2026-02-01T00:00:00Z"
EARLIER = "2025-02-01T00:00:00Z"
FUTURE = "2099-01-01T00:00:00Z"

BEFORE = {
    "PyPI": [
        entry("X-1", "a", "introduced 0", "fixed 2", aliases=["CVE-1"]),
        entry("X-2", "b", "introduced 0"),
        entry("X-3", "c", "introduced 0", modified=FUTURE),
        entry("X-4", "d"),
        entry("X-5", "e", "introduced 0", summary="the one"),
    ],
    "npm": [entry("X-5", "e", "introduced 0", ecosystem="npm", summary="the other", modified=EARLIER)],
}


def changed(place: int, *new: dict[str, Any], ecosystem: str = "PyPI") -> dict[str, list[dict[str, Any]]]:
    entries = list(BEFORE[ecosystem])
    entries[place : place + 1] = new
    return {**BEFORE, ecosystem: entries}


CHANGES = {
    "another range": changed(0, entry("X-1", "a", "introduced 0", "fixed 3", modified=LATER)),
    "a date that is past": changed(0, entry("X-1", "a", "introduced 0", "fixed 3", modified=EARLIER)),
    "a new one with an old date": {
        **BEFORE,
        "PyPI": [*BEFORE["PyPI"], entry("X-0", "a", "introduced 9", modified=EARLIER)],
    },
    "of the future": changed(2, entry("X-3", "c", "introduced 1", modified=LATER)),
    "another package": changed(1, entry("X-2", "z", "introduced 0", modified=LATER)),
    "withdrawn": changed(1, entry("X-2", "b", "introduced 0", modified=LATER, withdrawn=LATER)),
    "usable now": changed(3, entry("X-4", "d", "introduced 0", modified=LATER)),
    "gone": changed(1),
    "gone from one archive": changed(4),
    "gone from the other": {**BEFORE, "npm": [entry("X-6", "f", "introduced 0", ecosystem="npm")]},
    "newer in the other": changed(
        0, entry("X-5", "e", "introduced 7", ecosystem="npm", modified=LATER, summary="newest"), ecosystem="npm"
    ),
}


@pytest.mark.parametrize("form", ("folder", "one by one", "archive", "no list"))
@pytest.mark.parametrize("change", CHANGES)
def test_an_update_ends_where_a_fresh_start_would(server: Server, tmp_path: Path, change: str, form: str) -> None:
    root = tmp_path / "www" / "osv"
    base = str(root) if form == "folder" else f"{server.address}/osv"
    everything = form == "no list"

    def publish(archives: Mapping[str, Sequence[dict[str, Any]]], seconds: int) -> None:
        listed_bucket(root, archives, singles=form == "one by one")
        for path in root.rglob("*.*"):
            os.utime(path, (seconds, seconds))  # the clock of HTTP ticks in seconds
            if everything and path.name == "modified_id.csv":
                path.unlink()

    publish(BEFORE, 1_780_000_000)
    first = update(base, str(tmp_path / "db"), (), NOW)
    server.asked.clear()
    again = update(base, str(tmp_path / "db"), (), NOW + 60)
    assert (again.rebuilt, again.changed, again.digest, again.built_at) == (False, 0, first.digest, NOW + 60)
    assert (again.records, again.skipped) == (first.records, first.skipped)
    # without a list the archive is asked for, and has not changed
    assert everything or not [path for path in server.asked if path.endswith(".zip")]
    publish(CHANGES[change], 1_780_009_999)
    server.asked.clear()
    second = update(base, str(tmp_path / "db"), (), NOW + 120)
    assert second.rebuilt
    assert second.changed == 1 + (change == "gone from the other")
    if form == "one by one":
        assert not [path for path in server.asked if path.endswith(".zip")]
    fresh = update(str(root), str(tmp_path / "fresh"), (), NOW + 120)
    assert (second.digest, second.records, second.skipped) == (fresh.digest, fresh.records, fresh.skipped)
    assert second.digest != first.digest
    assert not update(base, str(tmp_path / "db"), (), NOW + 180).rebuilt


def test_nothing_new_never_writes_into_the_file(tmp_path: Path) -> None:
    base = listed_bucket(tmp_path / "osv", BEFORE)
    update(str(base), str(tmp_path / "db"), (), NOW)
    before = opened(tmp_path / "db")  # held open as immutable: it must not change underneath
    content = (tmp_path / "db").read_bytes()
    os.link(tmp_path / "db", tmp_path / "held")
    assert not update(str(base), str(tmp_path / "db"), (), NOW + 60).rebuilt
    assert (tmp_path / "held").read_bytes() == content
    assert opened(tmp_path / "db").built_at == NOW + 60
    assert before.built_at == NOW
    assert sorted(path.name for path in tmp_path.iterdir()) == ["db", "held", "osv"]


@pytest.mark.parametrize("how", ("other source", "other ecosystems", "damaged", "older schema"))
def test_what_cannot_be_built_upon_is_built_anew(tmp_path: Path, how: str) -> None:
    base = listed_bucket(tmp_path / "osv", BEFORE)
    update(str(base), str(tmp_path / "db"), (), NOW)
    match how:
        case "other source":
            base = base.rename(tmp_path / "moved")
        case "damaged":
            (tmp_path / "db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
        case "older schema":
            with sqlite3.connect(tmp_path / "db") as connection:
                connection.execute("PRAGMA user_version = 1")
            connection.close()
    done = update(str(base), str(tmp_path / "db"), ("npm",) if how == "other ecosystems" else (), NOW)
    assert done.rebuilt
    assert done.changed == (1 if how == "other ecosystems" else 4)


def test_a_list_that_was_cut_short_removes_nothing(tmp_path: Path) -> None:
    entries = [entry(f"X-{number}", "a", "introduced 0") for number in range(300)]
    base = listed_bucket(tmp_path / "osv", {"PyPI": entries})
    update(str(base), str(tmp_path / "db"), (), NOW)
    listing = base / "PyPI" / "modified_id.csv"
    listing.write_text("\n".join(listing.read_text().split("\n")[:150]) + "\n")
    assert update(str(base), str(tmp_path / "db"), (), NOW).records == (("PyPI", 300),)


@pytest.mark.parametrize("listing", ("", "\n", "<html>sign in</html>", "X-1", "X-1,2026-01-01T00:00:00Z", "\x00" * 50))
def test_a_list_that_is_none(tmp_path: Path, listing: str) -> None:
    base = listed_bucket(tmp_path / "osv", BEFORE)
    update(str(base), str(tmp_path / "db"), (), NOW)
    before = (tmp_path / "db").read_bytes()
    (base / "PyPI" / "modified_id.csv").write_text(listing)
    with pytest.raises(YettError, match="PyPI/modified_id.csv of .* is (empty|not a list of advisories)"):
        update(str(base), str(tmp_path / "db"), (), NOW)
    assert (tmp_path / "db").read_bytes() == before


def test_the_archive_lags_behind_its_list(tmp_path: Path) -> None:
    """What is listed and not there yet is told, and asked for again until it is there."""
    base = listed_bucket(tmp_path / "osv", BEFORE)
    listing = base / "PyPI" / "modified_id.csv"
    ahead = "2026-03-01T00:00:00Z,X-9\n" + listing.read_text().replace("2026-01-01T00:00:00Z,X-1", f"{LATER},X-1")
    listing.write_text(ahead)
    late = "2 advisories for PyPI are not in its archive yet (such as X-1)"
    assert late in update(str(base), str(tmp_path / "db"), (), NOW).notes
    assert late in update(str(base), str(tmp_path / "db"), (), NOW).notes
    newer = entry("X-1", "a", "introduced 0", "fixed 9", modified=LATER)
    added = entry("X-9", "z", "introduced 0", modified="2026-03-01T00:00:00Z")
    listed_bucket(base, {**BEFORE, "PyPI": [newer, *BEFORE["PyPI"][1:], added]})
    done = update(str(base), str(tmp_path / "db"), (), NOW)
    assert (done.changed, [note for note in done.notes if "archive" in note]) == (2, [])
    assert found(tmp_path / "db", "a")[0].ranges == ">=0\t<9"


@pytest.mark.parametrize("ident", ("../../x", "..", "a/b", "a b", "x" * 300, "?"))
def test_an_id_is_no_path(server: Server, tmp_path: Path, ident: str) -> None:
    base = listed_bucket(tmp_path / "www" / "osv", BEFORE)
    over_http(server, tmp_path)
    server.asked.clear()
    listing = base / "PyPI" / "modified_id.csv"
    listing.write_text(f"{LATER},{ident}\n{listing.read_text()}")
    os.utime(listing, (1_900_000_000, 1_900_000_000))  # the clock of HTTP ticks in seconds
    assert f"(such as {ident})" in over_http(server, tmp_path).notes[0]
    assert all(path.startswith(("/osv/", "/kev/", "/epss/", "/eol/", "/popular/")) for path in server.asked)
    assert not [path for path in server.asked if "x" * 300 in path or ".." in path]


def test_one_by_one_gives_another_advisory(server: Server, tmp_path: Path) -> None:
    """An answer about something else is not taken for the one that was asked for: the archive has it."""
    base = listed_bucket(tmp_path / "www" / "osv", BEFORE)
    over_http(server, tmp_path)
    listed_bucket(base, CHANGES["another range"])
    (base / "PyPI" / "X-1.json").write_text(json.dumps(entry("X-8", "a", "introduced 0", "fixed 0.1")))
    for path in (base / "PyPI").iterdir():
        os.utime(path, (1_900_000_000, 1_900_000_000))
    over_http(server, tmp_path)
    assert found(tmp_path / "db", "a")[0].ranges == ">=0\t<3"


def test_names_in_an_archive_go_nowhere(tmp_path: Path) -> None:
    base = bucket(tmp_path / "osv", {"PyPI": []})
    with zipfile.ZipFile(base / "PyPI" / "all.zip", "w") as archive:
        for name in ("../../../evil.json", "/tmp/evil-yett.json", "C:\\evil.json", "a\x1b[31m.json", "ok.txt"):
            archive.writestr(name, "{" if "[31m" in name else json.dumps(entry("X-1", "a", "introduced 0")))
    done = update(str(base), str(tmp_path / "db"), (), NOW)
    assert done.records == (("PyPI", 1),)
    assert done.skipped == (("not JSON", 1, "PyPI/a?[31m.json"),)
    assert not list(tmp_path.rglob("evil*"))


# --- what a server may do --------------------------------------------------------------------------------------------


class Odd(ThreadingHTTPServer):
    """Answers as it is told: `script` takes the handler, and how often it was asked before."""

    def __init__(self, script: Callable[[BaseHTTPRequestHandler, int], None]) -> None:
        self.asked: list[dict[str, str]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(dict(self.headers))
                with contextlib.suppress(OSError):
                    script(self, len(server.asked) - 1)

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.daemon_threads = True


def given(handler: BaseHTTPRequestHandler, content: bytes, code: int = 200, **headers: Any) -> None:
    handler.send_response(code)
    for name, value in {"Content_Length": str(len(content)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(content)


@contextlib.contextmanager
def odd(script: Callable[[BaseHTTPRequestHandler, int], None]) -> Iterator[tuple[Odd, str]]:
    served = Odd(script)
    thread = threading.Thread(target=served.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield served, f"http://127.0.0.1:{served.server_address[1]}/file"
    finally:
        served.shutdown()
        thread.join()
        served.server_close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(time, "sleep", lambda _: None)


WHOLE = bytes(range(256)) * 4096


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    ("validator", "second", "asked"),
    (
        ({"ETag": '"one"'}, "rest", {"Range": "bytes=600000-", "If-Range": '"one"'}),
        ({"Last_Modified": "Sat, 01 Aug 2026 10:00:00 GMT"}, "rest", {"If-Range": "Sat, 01 Aug 2026 10:00:00 GMT"}),
        ({"ETag": '"one"'}, "whole", {"Range": "bytes=600000-"}),  # it has changed meanwhile
        ({"ETag": '"one"'}, "elsewhere", {"Range": "bytes=600000-"}),  # another part than was asked for
        ({"ETag": 'W/"one"'}, "whole", {}),  # weak: may be another file
        ({}, "whole", {}),
    ),
)
def test_a_broken_download_goes_on(validator: dict[str, str], second: str, asked: dict[str, str]) -> None:
    def script(handler: BaseHTTPRequestHandler, before: int) -> None:
        if before == 0:
            given(handler, WHOLE[:600_000], Content_Length=str(len(WHOLE)), **cast(Any, validator))
            handler.wfile.flush()
            handler.connection.shutdown(2)
        elif second == "rest":
            part = WHOLE[600_000:]
            given(
                handler, part, 206, Content_Range=f"bytes 600000-{len(WHOLE) - 1}/{len(WHOLE)}", **cast(Any, validator)
            )
        elif second == "elsewhere" and before == 1:
            given(handler, WHOLE[500_000:], 206, Content_Range=f"bytes 500000-{len(WHOLE) - 1}/{len(WHOLE)}")
        else:
            given(handler, WHOLE, **cast(Any, validator))

    with odd(script) as (served, address):
        text = sources.fetch(address)
        assert text
        assert text.content == WHOLE
    assert served.asked[1].items() >= asked.items()
    assert bool(asked) == ("Range" in served.asked[1])
    assert all(each["Accept-Encoding"] == "identity" for each in served.asked)


@pytest.mark.usefixtures("patient")
def test_a_mark_is_asked_by() -> None:
    def script(handler: BaseHTTPRequestHandler, before: int) -> None:
        if handler.headers.get("If-None-Match") == '"one"':
            handler.send_response(304)
            handler.end_headers()
        else:
            given(handler, b"content", ETag='"one"')

    with odd(script) as (_, address):
        text = sources.fetch(address)
        assert text == (b"content", '"one"')
        assert sources.fetch(address, '"one"') is None
        assert sources.fetch(address, '"two"') == (b"content", '"one"')


def slowly(handler: BaseHTTPRequestHandler, before: int) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(50):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        threading.Event().wait(0.02)


def silently(handler: BaseHTTPRequestHandler, before: int) -> None:
    threading.Event().wait(0.5)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    ("script", "told"),
    (
        (slowly, "sends less than 1024 bytes a second"),
        (silently, "timed out"),
        (lambda handler, _: handler.wfile.write(b"\x00\xff garbage\r\n\r\n"), "cannot fetch"),
        (lambda handler, _: None, "cannot fetch"),
        (lambda handler, _: given(handler, b"", 302, Location="file:///etc/passwd"), "is no web address"),
        (lambda handler, _: given(handler, b"", 302, Location="ftp://127.0.0.1/x"), "is no web address"),
        (lambda handler, _: given(handler, b"", 301, Location="/file"), "redirects more than 5 times"),
        (lambda handler, _: given(handler, b"\x1f\x8b", Content_Encoding="gzip"), "compresses it"),
        (lambda handler, _: given(handler, b"", 403), "HTTPError: 403"),
        (lambda handler, _: given(handler, b"", 204), "answers 204"),
        (lambda handler, _: given(handler, b"short", Content_Length="50"), "ends after 5 of 50|IncompleteRead"),
        (lambda handler, _: given(handler, b"x" * 5000, Content_Length="many"), "is larger than"),
    ),
)
def test_an_answer_of_no_use(
    script: Callable[[BaseHTTPRequestHandler, int], None], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "GRACE", 0.05)
    monkeypatch.setattr(download, "PATIENCE", (0.2, 0.2))
    monkeypatch.setattr(sources, "LARGEST_TEXT", 1000)
    with odd(script) as (served, address), pytest.raises(YettError, match=told):
        sources.fetch(address)
    assert len(served.asked) <= download.MOST_REDIRECTS + 1


class Answer:
    """As much of an answer of requests as a redirect needs."""

    is_redirect = True

    def __init__(self, to: str) -> None:
        self.headers = {"Location": to}

    def close(self) -> None:
        pass


def test_never_from_https_to_http() -> None:
    asked = []

    class Session:
        def get(self, address: str, **_: object) -> Answer:
            asked.append(address)
            return Answer("http://example.com/elsewhere" if len(asked) == 2 else "/next")

    with pytest.raises(YettError, match="redirects from https to http: not followed"):
        download.download(cast(Any, Session()), "https://example.com/file", io.BytesIO(), 100, None)
    assert asked == ["https://example.com/file", "https://example.com/next"]


def test_a_proxy_is_used(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket(tmp_path / "www" / "osv", {"PyPI": [entry("X-1", "a", "introduced 0")]})
    monkeypatch.setenv("http_proxy", server.address)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(YettError, match="http://mirror.invalid/osv has no PyPI/all.zip"):  # nor has the proxy
        update("http://mirror.invalid/osv", str(tmp_path / "db"), ("PyPI",), NOW)
    assert server.asked[0] == "http://mirror.invalid/osv/ecosystems.txt"


def test_a_password_in_the_address_is_not_kept(server: Server, tmp_path: Path) -> None:
    word = "hun" + "ter22"
    bucket(tmp_path / "www" / "osv", {"PyPI": [entry("X-1", "a", "introduced 0")]})
    base = server.address.replace("://", f"://reader:{word}@") + "/osv"
    done = update(base, str(tmp_path / "db"), (), NOW)
    assert done.source == f"{server.address}/osv"
    assert word.encode() not in (tmp_path / "db").read_bytes()
    server.failures = 99
    with pytest.raises(YettError) as caught:
        update(base, str(tmp_path / "db"), (), NOW)
    assert word not in str(caught.value)


@pytest.mark.parametrize(
    ("base", "plain"),
    (
        ("http://mirror.example/osv", True),
        ("HTTP://mirror.example:8080", True),
        ("http://127.0.0.1.mirror.example", True),
        ("https://mirror.example", False),
        ("http://127.0.0.1:8642/osv", False),
        ("http://someone:word@localhost/osv", False),
        ("/folder", False),
    ),
)
def test_without_encryption(base: str, plain: bool) -> None:
    assert build._is_plain(base) is plain


def test_foreign_text_reaches_no_terminal(tmp_path: Path) -> None:
    database = built(tmp_path, entry("X-1", "a", "introduced 0"))
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE meta SET value = 'x\x1b]0;title\x07\ny' WHERE name = 'source'")
    connection.close()
    said = command(database, "status")
    assert "from x?]0;title??y, " in said[0]
    assert all(line.isprintable() for line in said)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    base = bucket(tmp_path / "osv", {"PyPI": [entry("X-1", "a", "introduced 0")]})
    os.mkfifo(base / "PyPI" / "modified_id.csv")
    with pytest.raises(YettError, match="modified_id.csv: it is not a file"):
        update(str(base), str(tmp_path / "db"), (), NOW)


# --- what stands beside the advisories -------------------------------------------------------------------------------


def gz(text: str) -> bytes:
    return gzip.compress(text.encode(), mtime=0)


SCORES = "#model_version:v2026.01.01,score_date:2026-08-16T00:00:00Z\ncve,epss,percentile\n"
SOME_SCORES = gz(SCORES + "CVE-1,0.5,0.9\nCVE-2,0.25,0.8\nCVE-3,1.0,1.0\n")


def with_sides(folder: Path, root: str = "") -> Path:
    """A bucket with everything beside it, or inside it."""
    base = listed_bucket(
        folder / "osv",
        {
            "PyPI": [
                entry("X-1", "a", "introduced 0", aliases=["CVE-1", "CVE-2"]),
                entry("CVE-2", "b", "introduced 0"),
                entry("X-3", "c", "introduced 0"),
            ]
        },
    )
    place = folder / "osv" if root == "inside" else folder
    for name, content in {
        "kev/known_exploited_vulnerabilities.json": json.dumps(
            {"vulnerabilities": [{"cveID": "CVE-2", "dateAdded": "2026-05-01"}, {"cveID": "CVE-1"}]}
        ).encode(),
        "epss/epss_scores-current.csv.gz": SOME_SCORES,
        "eol/api/python.json": b'[{"cycle":"3.14","releaseDate":"2025-10-07","eol":"2030-10-31","latest":"3.14.7"},'
        b'{"cycle":"2.7","releaseDate":"2010-07-03","eol":true,"latest":"2.7.18","extendedSupport":"2024-06-30"}]',
        "eol/api/debian.json": b'[{"cycle":13,"eol":false}]',
        "popular/pypi.txt": b"boto3\nTyping_Extensions\nboto3\n",
    }.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return base


@pytest.mark.parametrize("where", ("beside", "inside"))
@pytest.mark.parametrize("how", ("folder", "address"))
def test_sides(server: Server, tmp_path: Path, where: str, how: str) -> None:
    with_sides(tmp_path / "www", where)
    done = update(f"{server.address}/osv" if how == "address" else str(tmp_path / "www"), str(tmp_path / "db"), (), NOW)
    database = opened(tmp_path / "db")
    assert database.sides == {"kev", "epss", "eol", "popular"}
    assert [note for note in done.notes if "newest" not in note] == []
    rows = {item.id: item for name in "abc" for item in found(tmp_path / "db", name)}
    assert {
        ident: (item.exploited, item.kev_date, item.epss, item.epss_percentile) for ident, item in rows.items()
    } == {
        "X-1": (True, "2026-05-01", 0.5, 0.9),  # the day of the one, the score of the other
        "CVE-2": (True, "2026-05-01", 0.25, 0.8),
        "X-3": (False, "", None, None),
    }
    assert database.eol("python") == (
        Cycle("3.14", "2025-10-07", "2030-10-31", "3.14.7"),
        Cycle("2.7", "2010-07-03", True, "2.7.18", "2024-06-30"),
    )
    assert database.eol("debian") == (Cycle("13", "", False, ""),)
    assert database.eol("cobol") == ()
    assert database.popular("PyPI") == {"boto3": 1, "typing-extensions": 2}
    assert database.popular("npm") == {}
    status = database.status()
    assert not isinstance(status, Unusable)
    assert [(origin.name, origin.records) for origin in status.origins] == [
        ("PyPI", 3), ("eol", 2), ("epss", 2), ("kev", 2), ("popular", 2),
    ]  # fmt: skip
    assert status.newest == "2026-01-01T00:00:00Z"
    assert not update(done.source, str(tmp_path / "db"), (), NOW + 9).rebuilt


@pytest.mark.parametrize(
    ("name", "change"),
    (
        ("kev/known_exploited_vulnerabilities.json", b'{"vulnerabilities": []}'),
        ("epss/epss_scores-current.csv.gz", gz(SCORES + "CVE-1,0.6,0.9\n")),
        ("eol/api/python.json", b'[{"cycle":"3.15"}]'),
        ("popular/pypi.txt", b"boto3"),
    ),
)
def test_a_side_changes_alone(tmp_path: Path, name: str, change: bytes) -> None:
    base = with_sides(tmp_path)
    first = update(str(base), str(tmp_path / "db"), (), NOW)
    (tmp_path / name).write_bytes(change)
    second = update(str(base), str(tmp_path / "db"), (), NOW)
    assert (second.rebuilt, second.changed) == (True, 0)
    assert second.digest not in ("", first.digest)
    assert second.digest == update(str(base), str(tmp_path / "fresh"), (), NOW).digest


@pytest.mark.parametrize(
    ("name", "side"),
    (
        ("kev/known_exploited_vulnerabilities.json", "kev"),
        ("epss/epss_scores-current.csv.gz", "epss"),
        ("eol/api/python.json", "eol"),
        ("popular/pypi.txt", "popular"),
    ),
)
def test_a_side_that_is_garbage_stays_as_it_was(tmp_path: Path, name: str, side: str) -> None:
    base = with_sides(tmp_path)
    first = update(str(base), str(tmp_path / "db"), (), NOW)
    (tmp_path / name).write_bytes(b"<html>")
    done = update(str(base), str(tmp_path / "db"), (), NOW + 60)
    assert done.digest == first.digest
    assert any("stays as it was: it cannot be read: " in note for note in done.notes)
    fresh = update(str(base), str(tmp_path / "fresh"), (), NOW)
    assert side not in opened(tmp_path / "fresh").sides  # and whoever asks is told so
    assert any("cannot be read" in note for note in fresh.notes)


def test_a_new_advisory_is_marked_though_no_side_has_changed(tmp_path: Path) -> None:
    base = with_sides(tmp_path)
    update(str(base), str(tmp_path / "db"), (), NOW)
    listed_bucket(base, {"PyPI": [entry("X-4", "d", "introduced 0", aliases=["CVE-3", "CVE-1"])]})
    done = update(str(base), str(tmp_path / "db"), (), NOW)
    (advisory,) = found(tmp_path / "db", "d")
    assert (advisory.exploited, advisory.kev_date, advisory.epss) == (True, "", 1.0)
    assert done.digest == update(str(base), str(tmp_path / "fresh"), (), NOW).digest


def test_the_public_addresses(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each side has an address of its own: the second one where the first turns us away, and some not every day."""
    with_sides(tmp_path / "www")
    for module in (build, beside):
        monkeypatch.setattr(module, "OSV", f"{server.address}/osv")
    monkeypatch.setattr(sides, "KEV", (f"{server.address}/away.json", f"{server.address}/{sides.KEV_FILE}"))
    monkeypatch.setattr(sides, "EPSS", (f"{server.address}/{sides.EPSS_FILE}",))
    monkeypatch.setattr(sides, "EOL", f"{server.address}/eol/api")
    monkeypatch.setattr(sides, "POPULAR", {"PyPI": (f"{server.address}/popular/pypi.txt", "none")})

    def asked_at(now: float) -> set[str]:
        server.asked.clear()
        assert update("", str(tmp_path / "db"), (), now).notes == ()
        return {path.split("/")[1] for path in server.asked}

    assert asked_at(NOW) == {"osv", "away.json", "kev", "epss", "eol", "popular"}
    assert opened(tmp_path / "db").sides == {"kev", "epss", "eol", "popular"}
    assert asked_at(NOW + 3600) == {"osv", "away.json", "kev", "epss"}
    assert asked_at(NOW + 90_000) == {"osv", "away.json", "kev", "epss", "eol", "popular"}
    assert [item.exploited for item in found(tmp_path / "db", "b")] == [True]


@pytest.mark.parametrize(
    "content",
    (
        b"",
        b"cve,epss,percentile\n",
        gz("cve,epss,percentile\nCVE-1,0.5,0.9\n"),
        gz(SCORES + "CVE-1,1.5,0.9\n"),
        gz(SCORES + "CVE-1,nan,0.9\n"),
        gz(SCORES + "CVE-1,high,0.9\n"),
        gz(SCORES + "CVE-1,0.5\n"),
        SOME_SCORES[:-9],
        gz(SCORES + "CVE-9,0.5,0.5\n" * 400),  # larger than the bound of this test
    ),
)
def test_no_scores(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sides, "LARGEST_SCORES", 5000)
    with pytest.raises(ValueError, match=r"."):
        sides.scores(content, {"CVE-1"})


@pytest.mark.parametrize(
    ("content", "names"),
    (
        (b"semver\n@types/node\nsemver\n", ("semver", "@types/node")),
        (b'{"rows": [{"project": "semver", "download_count": 5}]}', ("semver",)),
        (b"export const topDownload = [\n  'semver',\n  '@types/node'\n]\n", ("semver", "@types/node")),
        (b"", None),
        (b"\xff", None),
        (b"<html>", None),
        (b"[1]", None),
        (b'{"rows": 3}', None),
        (b'{"rows": [{}]}', None),
        (b"a\x1b[31mb", None),
    ),
)
def test_names(content: bytes, names: tuple[str, ...] | None) -> None:
    if names is None:
        with pytest.raises(ValueError, match="it is not"):
            sides.names("npm", content)
    else:
        assert sides.names("npm", content) == names


@pytest.mark.parametrize("content", (b"", b"{}", b"[1]", b"[{}]", b"[" * 100_000))
def test_no_cycles(content: bytes) -> None:
    with pytest.raises(ValueError, match="it is not"):
        sides.cycles(content)


def test_products_are_named_once() -> None:
    assert len(set(sides.PRODUCTS)) == len(sides.PRODUCTS)


# --- to carry --------------------------------------------------------------------------------------------------------


def exported(tmp_path: Path) -> tuple[Exported, Summary]:
    first = update(str(with_sides(tmp_path / "data")), str(tmp_path / "db"), (), NOW)
    return export(str(tmp_path / "db"), str(tmp_path / "out" / "advisories.sqlite")), first


@pytest.mark.parametrize("how", ("file", "address"))
def test_export_and_load(server: Server, tmp_path: Path, how: str) -> None:
    done, first = exported(tmp_path)
    assert Path(done.checksum).read_text() == f"{done.sha256}  advisories.sqlite\n"
    assert done.sha256 == hashlib.sha256(Path(done.file).read_bytes()).hexdigest()
    shutil.copytree(tmp_path / "out", tmp_path / "www" / "out")
    base = done.file if how == "file" else f"{server.address}/out/advisories.sqlite"
    loaded = update(base, str(tmp_path / "far" / "db"), (), NOW + 1e6)
    assert (loaded.digest, loaded.records, loaded.skipped) == (first.digest, first.records, first.skipped)
    assert loaded.built_at == NOW  # its age is that of the advisories, not of the copy
    assert loaded.rebuilt
    assert not update(base, str(tmp_path / "far" / "db"), (), NOW + 1e6).rebuilt
    assert found(tmp_path / "far" / "db", "a") == found(tmp_path / "db", "a")
    assert [path.name for path in (tmp_path / "far").iterdir()] == ["db"]


def spoiled(file: Path, how: str) -> None:
    match how:
        case "checksum":
            Path(f"{file}.sha256").write_text("0" * 64 + "  advisories.sqlite\n")
            return
        case "cut":
            file.write_bytes(file.read_bytes()[:9000])
        case "text":
            file.write_text("hello")
        case _:
            with sqlite3.connect(file) as connection:
                match how:
                    case "row":
                        connection.execute("UPDATE affected SET ranges = '>=9' WHERE package = 'a'")
                    case "score":
                        connection.execute("UPDATE advisory SET epss = 0")
                    case "view":
                        connection.execute("DROP TABLE popular")
                        connection.execute("CREATE VIEW popular AS SELECT 'PyPI' AS ecosystem, 'boto3' AS names")
                    case "trigger":
                        connection.execute("CREATE TRIGGER t AFTER DELETE ON meta BEGIN SELECT 1; END")
                    case "orphan":
                        connection.execute("DELETE FROM affected WHERE package = 'a'")
                    case "blob":
                        connection.execute("UPDATE advisory SET summary = x'ff'")
                    case "number":
                        connection.execute("UPDATE origin SET address = x'00'")
                    case "bomb":
                        connection.execute("UPDATE origin SET state = ?", (zlib.compress(b"x" * 2_000_000),))
            connection.close()
    Path(f"{file}.sha256").unlink()


@pytest.mark.parametrize(
    ("how", "told"),
    (
        ("checksum", "is not what .*sha256 says"),
        ("cut", "is no sound advisory database"),
        ("text", "is no sound advisory database"),
        ("row", "have the digest"),
        ("score", "have the digest"),
        ("view", "has other tables than it should"),
        ("trigger", "has other tables than it should"),
        ("orphan", "is no sound advisory database"),
        ("blob", "has values that are no text"),
        ("number", "has values that are no text"),
        ("bomb", "is no sound advisory database"),
    ),
)
def test_a_spoiled_export_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, told: str) -> None:
    done, _ = exported(tmp_path)
    update(str(bucket(tmp_path / "osv", {"PyPI": [entry("X-1", "a", "introduced 0")]})), str(tmp_path / "old"), (), NOW)
    before = (tmp_path / "old").read_bytes()
    spoiled(Path(done.file), how)
    monkeypatch.setattr(store, "LARGEST_STATE", 1_000_000)
    with pytest.raises(YettError, match=told):
        update(done.file, str(tmp_path / "old"), (), NOW)
    assert (tmp_path / "old").read_bytes() == before
    assert not list(tmp_path.glob(".yett-*"))


def test_only_the_digest_that_is_asked_for(tmp_path: Path) -> None:
    done, first = exported(tmp_path)
    for base in (done.file, str(tmp_path / "data")):
        assert update(base, str(tmp_path / "new"), (), NOW, digest=first.digest).digest == first.digest
        with pytest.raises(YettError, match="digest"):
            update(base, str(tmp_path / "none"), (), NOW, digest="0" * 64)
        with pytest.raises(YettError, match="digest"):
            update(base, str(tmp_path / "new"), (), NOW, digest="0" * 64)  # and where nothing has changed
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("base", "ecosystems", "told"),
    (
        ("none.sqlite", (), "there is no advisory database at"),
        ("out/advisories.sqlite", ("npm",), "has no advisories for npm"),
    ),
)
def test_nothing_to_load(tmp_path: Path, base: str, ecosystems: tuple[str, ...], told: str) -> None:
    exported(tmp_path)
    with pytest.raises(YettError, match=told):
        update(str(tmp_path / base), str(tmp_path / "new"), ecosystems, NOW)


def test_an_export_has_a_name_and_a_sound_database(tmp_path: Path) -> None:
    done, _ = exported(tmp_path)
    assert export(str(tmp_path / "db"), str(tmp_path)).file == str(tmp_path / "advisories.sqlite")
    with pytest.raises(YettError, match="should end in"):
        export(str(tmp_path / "db"), str(tmp_path / "advisories.db"))
    spoiled(Path(done.file), "cut")
    with pytest.raises(YettError, match="damaged|cannot be read"):
        export(done.file, str(tmp_path / "copy.sqlite"))
    assert not (tmp_path / "copy.sqlite").exists()


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paths", "ecosystems"),
    (
        ((), ()),
        (("README.md", "requirements", "src/package.py"), ()),
        (("requirements-dev.txt", "web/package-lock.json"), ("PyPI", "npm")),
        (("requirements/base.in", "app.csproj"), ("NuGet",)),
        (("a/uv.lock", "b/pom.xml", "c/Cargo.lock", "d/go.sum", "e/Gemfile.lock", "f/composer.lock"),
         ("Go", "Maven", "Packagist", "PyPI", "RubyGems", "crates.io")),
        (("bom.json",), ("Go", "Hex", "Maven", "NuGet", "Packagist", "PyPI", "RubyGems", "crates.io", "npm")),
    ),
)  # fmt: skip
def test_used(paths: tuple[str, ...], ecosystems: tuple[str, ...]) -> None:
    assert used(paths) == ecosystems


def command(database: Path, action: str, **more: Any) -> list[str]:
    said: list[str] = []
    options = {"source": "", "ecosystem": None, "digest": "", "file": "", **more, "action": action}
    assert run(SimpleNamespace(**options), str(database), said.append, lambda *_: None) == 0
    return said


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = with_sides(tmp_path)
    monkeypatch.setattr(time, "time", lambda: NOW)
    database = tmp_path / "db"
    said = command(database, "update", source=str(base))
    assert said[0].endswith("MB, 3 of them read anew")
    assert command(database, "update", source=str(base))[0].endswith("; nothing has changed, nothing was rebuilt")
    status = command(database, "status")
    assert status[0].startswith(f"{database}: built 2026-09-21 14:13 UTC (0.0 days ago) from {base}, ")
    assert status[1] == said[1]
    assert status[2:8] == [
        "  newest advisory of 2026-01-01",
        "          3 PyPI",
        f"          2 products with ends of life, 0.0 days ago, from {tmp_path}/eol/api",
        f"          2 EPSS scores that concern them, 0.0 days ago, from {tmp_path}/epss/epss_scores-current.csv.gz",
        "          2 known exploited vulnerabilities, 0.0 days ago, from "
        f"{tmp_path}/kev/known_exploited_vulnerabilities.json",
        f"          2 popular names, 0.0 days ago, from {tmp_path}/popular/pypi.txt",
    ]
    shutil.rmtree(tmp_path / "kev")
    gone = "  note: the catalogue of known exploits stays as it was: there is none any more"
    assert gone in command(database, "update", source=str(base))
    database.unlink()
    assert "  note: the catalogue of known exploits is not there" in command(database, "update", source=str(base))
    assert "  note: there are no known exploited vulnerabilities in it" in command(database, "status")
    told = command(database, "export", file=str(tmp_path / "out.sqlite"))
    assert told[1] == (tmp_path / "out.sqlite.sha256").read_text().rstrip("\n")


def test_the_command_takes_what_the_repository_uses(
    repo: Repo, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archives = {name: [entry("X-" + name, "a", "introduced 0", ecosystem=name)] for name in ("PyPI", "npm", "Go")}
    bucket(tmp_path / "www" / "osv", archives)
    repo.stage({"services/shop/requirements.txt": "", "README.md": ""})
    monkeypatch.chdir(repo.root)
    source = f"{server.address}/osv"
    said = command(tmp_path / "db", "update", source=source)
    assert [line for line in said if line.endswith((" Go", " PyPI", " npm"))] == ["          1 PyPI"]
    repo.stage({"web/package.json": "{}"})
    (repo.root / "services/shop/requirements.txt").unlink()
    repo.stage()
    said = command(tmp_path / "db", "update", source=source)  # what is there already stays
    assert [line[-4:] for line in said if line.endswith((" Go", " PyPI", " npm"))] == ["PyPI", " npm"]


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
