"""The dependency audit, from a lockfile's bytes to findings and gaps, against a tiny database."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import limited
from tests.test_advisories import NOW, bucket, entry
from yett.advisories.build import update
from yett.checks.dependencies import Options, load, runtimes, snapshot, sources, wants
from yett.checks.dependencies.ways import ways
from yett.model import Action, Blob, Finding, Gap, Package, Rule, Severity, Unexamined
from yett.parse.lockfiles import Lock, Locked, is_lockfile, read
from yett.rules.dependencies import STALE_LOCK, rules

HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
ADVISORIES = {
    "PyPI": [
        entry(
            "GHSA-aaaa", "ExampleLib", "introduced 1.0", "fixed 1.1",
            aliases=["CVE-2026-1", "PYSEC-2026-1"], severity=[{"score": HIGH}], summary="Anyone may read everything",
        ),
        entry("PYSEC-2026-1", "examplelib", "introduced 0", "fixed 1.0.9", aliases=["CVE-2026-1"], summary=""),
        entry(
            "PYSEC-2026-2", "unrated", "introduced 0", "fixed 1.5", "introduced 2.0", "fixed 2.5",
            published="2026-01-31T12:00:00Z",
        ),
        entry("PYSEC-2026-3", "unrated", "introduced 0", "fixed 1.9", aliases=["CVE-2026-3"]),
        entry("PYSEC-2026-4", "hopeless", "introduced 0", severity=[{"score": HIGH}]),
        entry("PYSEC-2026-5", "odd-bound", "introduced 0", "fixed unknown"),
        entry("MAL-2026-1", "examplelip", "introduced 0", summary="Malicious code in examplelip (PyPI)"),
        entry("MAL-2026-2", "taken-over", listed=("6.6.6",)),
    ],
    "npm": [entry("GHSA-bbbb", "@acme/thing", "introduced 0", "fixed 2.0.0", ecosystem="npm")],
}  # fmt: skip

CYCLES = {
    "python": (("3.14", "2030-10-31"), ("3.13", "2029-10-31"), ("3.12", "2028-10-31"), ("3.8", "2024-10-07")),
    "nodejs": (("26", "2029-04-30"), ("18", "2025-04-30"), ("16", "2023-09-11")),
    "debian": (("13", "2028-08-09"), ("12", "2026-07-11", "2028-06-30"), ("10", "2022-09-10", "2024-06-30")),
    "alpine-linux": (("3.22", "2027-05-01"), ("3.14", "2023-05-01")),
    "ubuntu": (("24.04", "2029-05-31"), ("18.04", "2023-05-31", "2028-04-01")),
    "go": (("1.27", False), ("1.18", "2023-02-01")),
    "rust": (("1.98", False), ("1.60", "2022-05-20")),
    "dotnet": (("10", "2028-11-14"), ("6", "2024-11-12"), ("3.1", "2022-12-13")),
    "dotnetfx": (("4.8", False), ("4.6.1", "2022-04-26")),
    "php": (("8.5", "2029-12-31"), ("7.4", "2022-11-28")),
    "ruby": (("4.0", "2029-03-31"), ("2.7", "2023-03-31")),
    "rhel": (("9", "2032-05-31"), ("7", "2024-06-30")),
    "centos": (("7", True),),
}
POPULAR = {
    "pypi": ("popularlib", "python-dateutil", "requests", "html5lib", "tiny", "typing-extensions"),
    "npm": ("express", "@acme/helper", "lodash.merge"),
}


def beside(folder: Path) -> None:
    """Ends of life, popular names and likelihoods, laid out beside the advisories."""
    (folder / "eol" / "api").mkdir(parents=True)
    for product, cycles in CYCLES.items():
        told = [
            {"cycle": cycle, "releaseDate": "2020-01-01", "eol": eol, "extendedSupport": rest[0] if rest else False}
            for cycle, eol, *rest in cycles
        ]
        (folder / "eol" / "api" / f"{product}.json").write_text(json.dumps(told))
    (folder / "popular").mkdir()
    for name, names in POPULAR.items():
        (folder / "popular" / f"{name}.txt").write_text("\n".join(names))
    (folder / "epss").mkdir()
    scores = "#model_version:v2026,score_date:2026-01-01\ncve,epss,percentile\nCVE-2026-1,0.93,0.99\n"
    (folder / "epss" / "epss_scores-current.csv.gz").write_bytes(gzip.compress(scores.encode()))


Inspect = Callable[..., list[Finding | Gap]]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("advisories")
    kev = folder / "kev.json"
    kev.write_text('{"vulnerabilities": [{"cveID": "CVE-2026-3", "dateAdded": "2026-02-03"}]}')
    beside(folder)
    update(str(bucket(folder / "osv", ADVISORIES)), str(folder / "advisories.sqlite"), (), NOW, kev=str(kev))
    return str(folder / "advisories.sqlite")


@pytest.fixture
def inspect(database: str) -> Inspect:
    def run(data: str | bytes, path: str = "requirements.txt", **other: Any) -> list[Finding | Gap]:
        options = Options(other.get("allow_unaudited", ()))
        check = load(other.get("database", database), other.get("days", 7.0), other.get("now", NOW), options)
        assert check.wants(path)
        found = check.inspect(Blob(path, "", data.encode() if isinstance(data, str) else data))
        return [each for each in found if isinstance(each, Finding | Gap)]

    return run


def one(results: list[Finding | Gap]) -> Finding:
    (finding,) = results
    assert isinstance(finding, Finding)
    return finding


def gap(results: list[Finding | Gap]) -> Gap:
    (found,) = results
    assert isinstance(found, Gap)
    return found


PLACES = {
    "dependencies/end-of-life": "Dockerfile",
    "dependencies/foreign-host": "package-lock.json",
    "dependencies/install-script": "package-lock.json",
    "dependencies/source-only": "uv.lock",
    "dependencies/yanked": "composer.lock",
}


@pytest.mark.parametrize("rule", [rule for rule in rules() if rule is not STALE_LOCK], ids=lambda rule: rule.id)
def test_examples(inspect: Inspect, rule: Rule) -> None:
    assert rule.bad
    assert rule.good
    path = PLACES.get(rule.id, "requirements.txt")
    for example in rule.bad:
        assert rule.id in {item.rule for item in inspect(example, path) if isinstance(item, Finding)}, example
    for example in rule.good:
        assert rule.id not in {item.rule for item in inspect(example, path) if isinstance(item, Finding)}, example


def test_rules_are_sorted() -> None:
    assert list(rules()) == sorted(rules(), key=lambda rule: rule.id)


def test_a_vulnerable_package(inspect: Inspect) -> None:
    found = one(inspect("# pins\n  Example.Lib == 1.0.5  # why not\n".replace("Example.Lib", "ExampleLib")))
    assert found[:7] == (
        "requirements.txt", 2, 3, 2, 13, "dependencies/vulnerable",
        "ExampleLib 1.0.5 has CVE-2026-1: Anyone may read everything (fixed in 1.1; EPSS 93%)",
    )  # fmt: skip
    assert found.severity is Severity.HIGH
    assert found.fix == "upgrade ExampleLib to 1.1 or later"
    assert found.package == Package("PyPI", "ExampleLib", "1.0.5")
    assert found.advisories == ("CVE-2026-1", "GHSA-aaaa", "PYSEC-2026-1")
    assert found.traits == ("fixable", "epss:0.93000", "direct")
    assert found.level is Action.BLOCK


def test_traits_and_the_way_out(inspect: Inspect) -> None:
    first, second = inspect("unrated==1.0\n")
    assert isinstance(first, Finding)
    assert isinstance(second, Finding)
    assert first.message == (
        "unrated 1.0 has CVE-2026-3: About PYSEC-2026-3 "
        "(fixed in 1.9; exploited since 2026-02-03 at the latest; nobody has rated its severity)"
    )
    assert first.traits == ("known-exploited", "unknown-severity", "fixable", "direct")
    assert first.severity is Severity.UNKNOWN
    assert second.message == (
        "unrated 1.0 has PYSEC-2026-2: About PYSEC-2026-2 (fixed in 1.5; nobody has rated its severity)"
    )
    assert second.traits == ("unknown-severity", "fixable", "published:2026-01-31", "direct")
    assert first.fix == second.fix == "upgrade unrated to 1.9 or later: that clears all 2 advisories"


def test_no_way_out(inspect: Inspect) -> None:
    found = one(inspect("hopeless==1.0\n"))
    assert found.message == "hopeless 1.0 has PYSEC-2026-4: About PYSEC-2026-4 (no fixed version is known)"
    assert "no version is known to be free of it" in found.fix


@pytest.mark.parametrize(
    ("line", "version", "advisory"),
    (
        ("examplelip==0.1", "0.1", "MAL-2026-1"),
        ("examplelip", "", "MAL-2026-1"),  # every version is
        ("examplelip>=1", "", "MAL-2026-1"),
        ("examplelip @ https://example.com/x.whl", "", "MAL-2026-1"),
        ("taken-over==6.6.6", "6.6.6", "MAL-2026-2"),
    ),
)
def test_a_malicious_package(inspect: Inspect, line: str, version: str, advisory: str) -> None:
    (found,) = (item for item in inspect(line) if isinstance(item, Finding))
    assert found.rule == "dependencies/malicious"
    assert found.severity is Severity.CRITICAL
    assert found.traits == (("malicious", "direct") if version else ("malicious",))
    assert found.package.version == version
    assert found.advisories == (advisory,)
    assert found.message == f"{found.package.name} {version}".rstrip() + f" is a malicious package, {advisory}" + (
        ": About MAL-2026-2" if advisory == "MAL-2026-2" else ""
    )


@pytest.mark.parametrize(
    "data", ("-e .\n", "-r other-requirements.txt\n", "examplelib==1.1\n", "taken-over==6.6.5\n", "example-lib==1.0\n")
)
def test_silent(inspect: Inspect, data: str) -> None:
    assert inspect(data) == []


def test_the_fingerprint_is_neither_of_the_version_nor_of_the_line(inspect: Inspect) -> None:
    prints = {
        one(inspect(data)).fingerprint for data in ("examplelib==1.0\n", "\n\nExampleLib==1.0.5 ; os_name == 'nt'\n")
    }
    assert len(prints) == 1
    assert one(inspect("hopeless==1.0\n")).fingerprint not in prints


def test_the_same_package_is_told_once(inspect: Inspect) -> None:
    findings = inspect("examplelib==1.0\nExampleLib==1.0\nexamplelib==1.0.1\n")
    assert [(item.line, item.package.version) for item in findings if isinstance(item, Finding)] == [
        (1, "1.0"),
        (3, "1.0.1"),
    ]


def test_other_formats(inspect: Inspect) -> None:
    npm = b'{"lockfileVersion": 3, "packages": {\n  "node_modules/@acme/thing": {"version": "1.9.9"}}}'
    found = one(inspect(npm, "web/package-lock.json"))
    assert (found.line, found.column, found.end_column) == (2, 4, 28)
    assert found.package == Package("npm", "@acme/thing", "1.9.9")
    toml = b'version = 1\n[[package]]\nname = "examplelib"\nversion = "1.0"\nsource = { registry = "x" }\n'
    assert one(inspect(toml, "uv.lock")).line == 3
    poetry = b'[[package]]\nname = "examplelib"\nversion = "1.0"\n[metadata]\nlock-version = "2.1"\n'
    assert one(inspect(poetry, "poetry.lock")).line == 2


# --- where packages come from -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "told"),
    (
        ("--index-url https://packages.example.com/simple", {}),
        ("--find-links ./wheels", {}),
        ("--index-url http://localhost:3141/simple", {}),
        ("--index-url http://[::1]:3141/simple", {}),
        ("--index-url http://localhost.example.com/simple", {"dependencies/insecure-index": Action.BLOCK}),
        ("--index-url HTTP://packages.example.com/simple", {"dependencies/insecure-index": Action.BLOCK}),
        ("--index=http://packages.example.com/simple", {"dependencies/insecure-index": Action.BLOCK}),
        ("-i http://packages.example.com/simple", {"dependencies/insecure-index": Action.BLOCK}),
        ("-f http://packages.example.com/", {"dependencies/insecure-index": Action.BLOCK}),
        ("--trusted-host packages.example.com", {"dependencies/insecure-index": Action.BLOCK}),
        ("--extra-index-url https://packages.example.com/simple", {"dependencies/index-confusion": Action.WARN}),
        (
            "--extra-index http://packages.example.com/simple",
            {"dependencies/index-confusion": Action.WARN, "dependencies/insecure-index": Action.BLOCK},
        ),
    ),
)
def test_indexes(inspect: Inspect, line: str, told: dict[str, Action]) -> None:
    findings = [item for item in inspect(line) if isinstance(item, Finding)]
    assert {item.rule: item.level for item in findings} == told


def test_a_password_in_an_address_is_not_told(inspect: Inspect) -> None:
    secret = "hunter2" + "hunter2"
    lines = (
        f"--extra-index-url http://user:{secret}@packages.example.com/simple?token={secret}",
        f"git+https://{secret}@git.example.com/x.git",
        f"https://user:{secret}@files.example.com/a.tar.gz",
        f"a @ https://user:{secret}@files.example.com/a.tar.gz",
        f"-r https://user:{secret}@files.example.com/r.txt",
        f"${{X}}://user:{secret}@files.example.com/r.txt",
    )
    results = [item for line in lines for item in inspect(line)]
    assert len(results) == 8
    assert secret not in repr(results)


# --- gaps -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "kind", "reason"),
    (
        (
            "innocent",
            "unresolved",
            "innocent has no exact version here, so it was not audited: pin it or lock the file",
        ),
        ("innocent>=1,<2", "unresolved", "innocent has no exact version here"),
        ("innocent~=1.0", "unresolved", "innocent has no exact version here"),
        ("innocent==1.*", "unresolved", "innocent has no exact version here"),
        ("innocent!=1.0", "unresolved", "innocent has no exact version here"),
        ("innocent @ https://example.com/x.whl", "unresolved", "innocent comes from an address"),
        ("git+https://example.com/x.git@main#egg=x", "unresolved", "x comes from a repository"),
        ("-e git+https://example.com/x.git@0123456789abcdef#egg=x", "unresolved", "x comes from a repository"),
        ("https://example.com/x-1.0.tar.gz", "unresolved", "https://example.com/x-1.0.tar.gz comes from an address"),
        ("-r deps.txt", "unresolved", "deps.txt is included, but its name"),
        ("ok==1\nwhat is this", "unparsable", "what is this is nothing that pip would understand"),
        ("ok==1\n--no-such-option", "unparsable", "--no-such-option is an option that pip does not have"),
        ("Dear all,\nplease read this.", "unparsable", "the file holds nothing that pip would understand"),
        ("\0", "unparsable", "the file holds NUL bytes, so it is not text, so nothing in it was audited"),
        ("odd-bound==1.0", "unresolved", "whether PYSEC-2026-5 concerns odd-bound 1.0 cannot be said"),
        ("unrated==latest", "unresolved", "whether PYSEC-2026-2, PYSEC-2026-3 concerns unrated latest cannot be said"),
    ),
)
def test_gaps(inspect: Inspect, line: str, kind: str, reason: str) -> None:
    found = gap([item for item in inspect(line) if isinstance(item, Gap)])
    assert (found.path, found.check, found.kind) == ("requirements.txt", "dependencies", kind)
    assert reason in found.reason


def test_gaps_name_the_line(inspect: Inspect) -> None:
    results = inspect("examplelib==1.1\n\ninnocent\nodd-bound==1\n")
    assert [item.line for item in results] == [3, 4]


def test_constraints_ask_for_nothing(inspect: Inspect) -> None:
    assert inspect("innocent<2\nexamplelib==1.1\n", "constraints.txt") == []
    assert one(inspect("examplelib==1.0\n", "constraints.txt")).line == 1


@pytest.mark.parametrize(
    ("other", "reason", "audited"),
    (
        ({"database": "/nowhere/advisories.sqlite"}, "there is no advisory database at /nowhere/", False),
        ({"database": os.devnull}, "cannot be read", False),
        ({"now": NOW + 8 * 86400}, "was built on 2026-09-21, more than 7 days ago: run `yett advisories update`", True),
        ({"now": NOW - 2 * 86400}, "was built on 2026-09-21, later than today: run `yett advisories update`", True),
    ),
)
def test_without_good_advisories(inspect: Inspect, other: dict[str, Any], reason: str, audited: bool) -> None:
    results = inspect("examplelib==1.0\ninnocent\n--trusted-host x\nwhat is this\n", **other)
    (about,) = (item for item in results if isinstance(item, Gap) and item.kind == "advisories")
    assert about.path == "requirements.txt"
    assert reason in about.reason
    told = {item.rule for item in results if isinstance(item, Finding)}
    assert told == {"dependencies/insecure-index"} | ({"dependencies/vulnerable"} if audited else set())
    assert sum(isinstance(item, Gap) for item in results) == 3


@pytest.mark.parametrize("now", (NOW + 6.9 * 86400, NOW - 0.9 * 86400))
def test_good_enough_advisories(inspect: Inspect, now: float) -> None:
    assert inspect("examplelib==1.1\n", now=now) == []


@pytest.mark.parametrize("data", ("-e .\n", "-r other-requirements.txt\n", "--index-url https://example.com/simple\n"))
def test_nothing_to_look_up_needs_no_advisories(inspect: Inspect, data: str) -> None:
    assert inspect(data, database="/nowhere/advisories.sqlite") == []


@pytest.mark.parametrize(
    ("path", "data"),
    (
        ("requirements.txt", ""),
        ("requirements.txt", "\n# nothing\n\n"),
        ("package-lock.json", '{"lockfileVersion": 3, "packages": {}}'),
        ("uv.lock", "version = 1\n"),
        ("composer.lock", '{"packages": [], "packages-dev": []}'),
    ),
)
def test_an_empty_file_is_never_silent(inspect: Inspect, path: str, data: str) -> None:
    found = one(inspect(data, path, database="/nowhere/advisories.sqlite"))
    assert (found.rule, found.level) == ("dependencies/empty", Action.WARN)
    assert found.message == "the file names no package, so there was nothing to audit"


@pytest.mark.parametrize(
    ("path", "data"), (("go.mod", "module a\n"), ("pyproject.toml", "[project]\n"), ("setup.cfg", ""))
)
def test_what_describes_a_project_may_ask_for_nothing(inspect: Inspect, path: str, data: str) -> None:
    assert inspect(data, path) == []


def test_an_ecosystem_that_was_not_fetched_is_a_gap(inspect: Inspect, tmp_path: Path) -> None:
    database = str(tmp_path / "db")
    update(str(bucket(tmp_path / "osv", {"PyPI": ADVISORIES["PyPI"]})), database, (), NOW)
    packages = '"node_modules/a": {"version": "1.0.0"}, "node_modules/b": {"version": "1.0.0"}'
    npm = '{"lockfileVersion": 3, "packages": {' + packages + "}}"
    found = gap(inspect(npm, "package-lock.json", database=database))
    assert (found.kind, found.line) == ("advisories", 0)
    assert "has nothing on npm" in found.reason


# --- hostile input ----------------------------------------------------------------------------------------------------


def hostile() -> Iterator[tuple[str, bytes]]:
    for path in ("requirements.txt", "uv.lock", "poetry.lock", "package-lock.json"):
        for data in (
            b"\x1b[31m",
            b"\xff\xfe\xff",
            b"\0" * 99,
            b"[" * 299_999,
            b'{"a":' * 99_999,
            bytes(range(256)),
            b"=" * 299_999,
        ):
            yield path, data
    yield "requirements.txt", b"a\x1b[31m==1\nb==1\n"
    yield "requirements.txt", "ok==1\nx\u202ey==1\n".encode()
    yield "requirements.txt", b"a==" + b"1" * 9_999 + b"\n"
    yield "requirements.txt", b"examplelib==1.0+" + b"a." * 149_999 + b"b\n"
    yield "requirements.txt", b"ok==1\n" + b"a" * 299_999 + b"\n"
    yield "requirements.txt", b"\\\n" * 99_999
    yield "requirements.txt", b"a==1 " + b"--hash " * 59_999
    yield "requirements.txt", b"a==1" + b" " * 299_999 + b"x"
    yield "requirements.txt", b"a[" + b"x," * 149_999
    yield "requirements.txt", b"ok==1\na==1" + b" " * 299_999 + b"x#\n"
    yield "requirements.txt", b"b\n" + b"a==1 \\\n" + b"--pre \\\n" * 49_999
    yield "requirements.txt", b"b\n" + b"a==1 -i \"' " * 49_999
    yield "requirements.txt", b"a" + b"==1," * 99_999 + b"!"
    yield "package-lock.json", b'{"lockfileVersion": 3, "packages": {"node_modules/\\u001b[31m": {"version": "1"}}}'
    yield (
        "package-lock.json",
        b'{"lockfileVersion": 3, "packages": {"node_modules/@acme/thing": {"version": "\\ud800"}}}',
    )
    yield (
        "package-lock.json",
        b'{"lockfileVersion": 3, "packages": {"node_modules/@acme/thing": {"version": "1\\u0000"}}}',
    )
    yield (
        "package-lock.json",
        b'{"lockfileVersion": 1, "dependencies": ' + b'{"a": {"dependencies": ' * 300 + b"{}" + b"}}" * 300 + b"}",
    )
    yield "uv.lock", b'version = 1\n[[package]]\nname = "a\\u001b"\nversion = "1"\n'


@pytest.mark.parametrize(("path", "data"), tuple(hostile()), ids=lambda value: str(value)[:40])
def test_hostile_input_ends_in_a_gap(inspect: Inspect, path: str, data: bytes) -> None:
    with limited():
        results = inspect(data, path)
    assert all(
        text.isprintable()
        for item in results
        for text in ((item.message, item.fix) if isinstance(item, Finding) else (item.reason,))
    )
    assert all(len(item.reason) < 500 for item in results if isinstance(item, Gap))
    silent = data.startswith((b"\\", b"a==1 --hash", b"a==" + b"1" * 99))
    assert silent or results


# --- the database underneath ------------------------------------------------------------------------------------------


def test_the_check_opens_nothing_before_it_must(database: str, tmp_path: Path) -> None:
    check = load(str(tmp_path / "later.sqlite"), 7.0, NOW)
    os.link(database, tmp_path / "later.sqlite")
    assert len(list(check.inspect(Blob("requirements.txt", "", b"examplelib==1.0\n")))) == 1


def test_in_threads(database: str) -> None:
    check = load(database, 7.0, NOW)
    blob = Blob("requirements.txt", "", b"examplelib==1.0\nhopeless==1\n")
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(len(list(check.inspect(blob))))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [2] * 4


def test_snapshot(database: str, tmp_path: Path) -> None:
    assert len(snapshot(database)) == 64
    assert snapshot(str(tmp_path / "none")) == ""


def test_a_pin_takes_a_question(inspect: Inspect, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    connect = sqlite3.connect

    def listening(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_trace_callback(asked.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", listening)
    lines = "".join(f"package-{number}==1.{number}\n" for number in range(499)) + "examplelib==1.0\n"
    assert one(inspect(lines)).line == 500
    assert len(asked) <= 520


# --- why it is there, and what a team calls its own -------------------------------------------------------------------


def told(results: list[Finding | Gap]) -> list[tuple[str, str]]:
    """Rules and severities of findings, kinds of gaps."""
    return [
        (item.rule.partition("/")[2], item.severity.word) if isinstance(item, Finding) else ("gap", item.kind)
        for item in results
    ]


UV = """version = 1
[[package]]
name = "shop"
version = "0.1.0"
source = { virtual = "." }
dependencies = [
    { name = "web" },
]

[package.dev-dependencies]
dev = [
    { name = "hopeless" },
]

[[package]]
name = "web"
version = "1.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [
    { name = "middle" },
]

[[package]]
name = "middle"
version = "2.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [
    { name = "examplelib" },
]

[[package]]
name = "examplelib"
version = "1.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "hopeless"
version = "1.0"
source = { registry = "https://pypi.org/simple" }
"""


def test_the_way_from_a_direct_dependency(inspect: Inspect) -> None:
    findings = {item.package.name: item for item in inspect(UV, "uv.lock") if isinstance(item, Finding)}
    assert findings["examplelib"].message.endswith("(fixed in 1.1; EPSS 93%), required by way of web > middle")
    assert findings["examplelib"].traits[-1] == "transitive"
    assert "by way of" not in findings["hopeless"].message  # it is direct
    assert findings["hopeless"].traits[-2:] == ("dev", "direct")


def test_the_way_is_no_part_of_the_fingerprint(inspect: Inspect) -> None:
    (one_,) = (
        item for item in inspect(UV, "uv.lock") if isinstance(item, Finding) and item.package.name == "examplelib"
    )
    assert one(inspect("examplelib==1.0\n")).fingerprint == one_.fingerprint


def test_ways_go_the_shortest_way_and_end_in_circles() -> None:
    def locked(name: str, *requires: str, direct: bool = False) -> Locked:
        return Locked(Package("PyPI", name, "1"), 1, 1, 1, direct, key=name, requires=requires)

    a, b, c, d = locked("a", "b", direct=True), locked("b", "c", "a"), locked("c", "d"), locked("d", "d", "b")
    assert ways(Lock((a, b, c, d))) == {"b": ("a", "b"), "c": ("a", "b", "c"), "d": ("a", "b", "c", "d")}
    assert ways(Lock((a, b, c, d._replace(direct=True)))) == {"b": ("a", "b"), "c": ("a", "b", "c")}
    assert ways(Lock((a._replace(direct=None), c, d))) == {"d": ("c", "d")}  # what nobody requires is taken for direct
    assert ways(Lock((locked("a"), locked("b")))) == {}


@pytest.mark.parametrize(
    ("line", "allowed", "results"),
    (
        ("acme-core>=1", (), [("gap", "unresolved")]),
        ("acme-core>=1", ("acme-*",), []),
        ("Acme-Core @ https://example.com/x.whl", ("acme-*",), []),
        ("other>=1", ("acme-*",), [("gap", "unresolved")]),
        ("examplelip>=1", ("*",), []),  # the team answers for it
        ("examplelib==1.0", ("*",), [("vulnerable", "high")]),  # what can be looked up is
        ("requestss==1.0", (), [("lookalike-name", "medium")]),
        ("requestss==1.0", ("requestss",), []),
    ),
)
def test_allow_unaudited(inspect: Inspect, line: str, allowed: tuple[str, ...], results: list[tuple[str, str]]) -> None:
    assert told(inspect(line, allow_unaudited=allowed)) == results


def test_options_are_part_of_the_digest(database: str) -> None:
    assert load(database, 7, NOW).digest != load(database, 7, NOW, Options(("acme-*",))).digest


# --- a manifest says what is asked for --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "results"),
    (
        ('[project]\ndependencies = ["innocent>=1", "other"]\n', []),  # a lockfile beside it says what is installed
        ('[project]\ndependencies = ["examplelib==1.0"]\n', [("vulnerable", "high")]),
        ('[project]\ndependencies = ["examplelip"]\n', [("malicious", "critical")]),
        ("[tool.black]\nline-length = 100\n", []),
        ("[project\n", [("gap", "unparsable")]),
    ),
)
def test_pyproject(inspect: Inspect, data: str, results: list[tuple[str, str]]) -> None:
    assert told(inspect(data, "pyproject.toml")) == results


def test_a_manifest_that_pins_nothing_needs_no_advisories(inspect: Inspect) -> None:
    data = '[project]\ndependencies = ["innocent>=1"]\n'
    assert inspect(data, "pyproject.toml", database="/nowhere/advisories.sqlite") == []
    pinned = '[project]\ndependencies = ["innocent==1"]\n'
    assert gap(inspect(pinned, "pyproject.toml", database="/nowhere/advisories.sqlite")).kind == "advisories"


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "like"),
    (
        ("requests", ""),  # popular itself
        ("tinyy", ""),  # the popular one is too short to be imitated
        ("html6lib", ""),  # another number is a relative
        ("requestlib", ""),
        ("request", "requests"),
        ("requestss", "requests"),
        ("requests2", "requests"),
        ("reqeusts", "requests"),
        ("requsets", "requests"),  # swapped across the middle
        ("rrquests", "requests"),
        ("eequests", "requests"),
        ("requestz", "requests"),
        ("pythondateutil", "python-dateutil"),
        ("python-date-util", "python-dateutil"),
        ("typingextensions", "typing-extensions"),
        ("Typing.Extensions", ""),  # the same name
    ),
)
def test_lookalikes(inspect: Inspect, name: str, like: str) -> None:
    found = [item for item in inspect(f"{name}==1.0\n") if isinstance(item, Finding)]
    assert [item.message for item in found] == (
        [f"{name} is nearly the name of {like}, one of the most downloaded packages"] if like else []
    )


def test_lookalikes_of_other_ecosystems(inspect: Inspect) -> None:
    names = ("expres", "@acme/helpers", "@other/helper", "acme-helper", "lodash-merge", "requestss")
    packages = ", ".join(f'"node_modules/{name}": {{"version": "1.0.0"}}' for name in names)
    results = inspect('{"lockfileVersion": 3, "packages": {' + packages + "}}", "package-lock.json")
    found = {item.package.name for item in results if isinstance(item, Finding)}
    assert found == {"expres", "acme-helper", "lodash-merge"}  # a scope is published by its owner alone


# --- lockfiles --------------------------------------------------------------------------------------------------------


def npm(*entries: str) -> str:
    lines = ",\n".join(f'"node_modules/{name}": {rest}' for name, rest in (entry.split(" ", 1) for entry in entries))
    return '{"lockfileVersion": 3, "packages": {\n' + lines + "\n}}"


def resolved(name: str, host: str, more: str = "") -> str:
    bare = name.rpartition("/")[2]
    return f'{name} {{"version": "1.0.0", "resolved": "{host}/{name}/-/{bare}-1.0.0.tgz"{more}}}'


HASH = ', "integrity": "sha512-AA=="'
NPM, YARN = "https://registry.npmjs.org", "https://registry.yarnpkg.com"


@pytest.mark.parametrize(
    ("entries", "results"),
    (
        ((resolved("a", NPM, HASH), resolved("b", YARN, HASH)), []),  # the same registry under two names
        ((resolved("a", NPM, HASH), resolved("b", NPM)), [("missing-hash", "medium")]),
        ((resolved("a", NPM), resolved("b", NPM)), [("missing-hash", "medium")]),  # said once for the file
        ((resolved("a", NPM, HASH), 'b {"version": "1.0.0", "inBundle": true}'), []),
        (
            (resolved("a", NPM, HASH), resolved("b", NPM, HASH), resolved("c", "https://evil.example.com", HASH)),
            [("foreign-host", "medium")],
        ),
        (
            (resolved("a", NPM, HASH), resolved("b", NPM, HASH), resolved("@acme/c", "https://npm.example.com", HASH)),
            [],  # a scope with a registry of its own
        ),
        (
            (
                resolved("a", NPM, HASH),
                resolved("@acme/b", NPM, HASH),
                resolved("@acme/c", "https://n.example.com", HASH),
            ),
            [("foreign-host", "medium")],
        ),
        (
            (resolved("a", "http://r.example.com", HASH), resolved("b", "http://r.example.com", HASH)),
            [("insecure-index", "low")],  # the hash would tell
        ),
        ((resolved("a", "http://localhost:4873", HASH),), []),
        ((resolved("a", NPM, HASH + ', "hasInstallScript": true'),), [("install-script", "low")]),
    ),
)
def test_lockfile_hygiene(inspect: Inspect, entries: tuple[str, ...], results: list[tuple[str, str]]) -> None:
    assert told(inspect(npm(*entries), "package-lock.json")) == results


@pytest.mark.parametrize(
    ("line", "results"),
    (
        ("git+https://git.example.com/a.git@9fceb02d0ae598e95dc970b74767f19372d61af8#egg=a", []),
        ("-e git+ssh://git@git.example.com/a.git@9fceb02#egg=a", []),
        ("git+https://git.example.com/a.git@v1.0#egg=a", ["git+https://git.example.com/a.git@v1.0"]),
        ("a @ git+https://git.example.com/a.git", ["git+https://git.example.com/a.git"]),
        ("-e hg+https://hg.example.com/a@default#egg=a", ["hg+https://hg.example.com/a@default"]),
    ),
)
def test_repositories_without_a_commit(inspect: Inspect, line: str, results: list[str]) -> None:
    found = [item for item in inspect(f"{line}\n") if isinstance(item, Finding)]
    assert [item.rule for item in found] == ["dependencies/unpinned-source"] * len(results)
    assert [item.message.partition(" is asked")[0] for item in found] == results


def test_hashes_go_on_in_further_lines(inspect: Inspect) -> None:
    text = "one==1.0 \\\n    --hash=sha256:00 \\\n    --hash=sha256:01\ntwo==1.0\n# --hash\nthree==1.0 # --hash\n"
    found = [item for item in inspect(text) if isinstance(item, Finding)]
    assert [(item.rule, item.package.name) for item in found] == [
        ("dependencies/missing-hash", "two"),
        ("dependencies/missing-hash", "three"),
    ]


# --- where packages come from, in other files -------------------------------------------------------------------------

INDEX = "https://packages.example.com/simple"


@pytest.mark.parametrize(
    ("path", "data", "results"),
    (
        ("pip.conf", f"[global]\nindex-url = {INDEX}\n", []),
        ("pip.conf", f"[global]\nextra-index-url = {INDEX}\n", [("index-confusion", 2)]),
        ("etc/pip.ini", f"[install]\nextra_index_url:\n    {INDEX}\n    http://b.example.com\n",
         [("index-confusion", 3), ("index-confusion", 4), ("insecure-index", 4)]),
        ("pip.conf", "[global]\ntrusted-host = a.example.com b.example.com\n# extra-index-url = x\n",
         [("insecure-index", 2), ("insecure-index", 2)]),
        (".npmrc", "registry=https://npm.example.com\n//npm.example.com/:_authToken=${TOKEN}\n", []),
        (".npmrc", "@acme:registry=https://npm.example.com/\n//npm.example.com/:_authToken=x\n", []),
        (".npmrc", "//npm.example.com/:_authToken=${TOKEN}\n", [("index-confusion", 1)]),
        (".npmrc", "strict-ssl=false\nregistry=http://npm.example.com\n",
         [("insecure-index", 1), ("insecure-index", 2)]),
        (".yarnrc.yml", "npmScopes:\n  acme:\n    npmRegistryServer: https://npm.example.com\n", []),
        (".yarnrc.yml", "npmScopes:\n  acme:\n    npmAuthToken: x\n", [("index-confusion", 2)]),
        (".yarnrc.yml", "enableStrictSsl: false\nunsafeHttpWhitelist: [a.example.com]\n",
         [("insecure-index", 1), ("insecure-index", 2)]),
        (".yarnrc.yml", "a: [\n", [("gap", 2)]),
        ("pyproject.toml", f'[[tool.uv.index]]\nname = "a"\nurl = "{INDEX}"\n', [("index-confusion info", 3)]),
        ("pyproject.toml", f'[[tool.uv.index]]\nname = "a"\nurl = "{INDEX}"\ndefault = true\n', []),
        ("pyproject.toml", f'[[tool.uv.index]]\nname = "a"\nurl = "{INDEX}"\nexplicit = true\n', []),
        ("pyproject.toml", f'[tool.uv]\nindex-strategy = "unsafe-best-match"\n[[tool.uv.index]]\nurl = "{INDEX}"\n',
         [("index-confusion", 4)]),
        ("pyproject.toml",
         f'[tool.uv]\nindex-strategy = "unsafe-first-match"\n[[tool.uv.index]]\nurl = "{INDEX}"\nexplicit = true\n',
         []),
        ("uv.toml", 'extra-index-url = ["http://a.example.com"]\n',
         [("index-confusion info", 1), ("insecure-index", 1)]),
        ("pyproject.toml", f'[[tool.poetry.source]]\nname = "a"\nurl = "{INDEX}"\n', []),
        ("pyproject.toml", f'[[tool.poetry.source]]\nname = "PyPI"\n[[tool.poetry.source]]\nurl = "{INDEX}"\n',
         [("index-confusion", 4)]),
        ("pyproject.toml",
         f'[[tool.poetry.source]]\nname = "PyPI"\n[[tool.poetry.source]]\nurl = "{INDEX}"\npriority = "explicit"\n',
         []),
        ("pyproject.toml", f'[[tool.pdm.source]]\nname = "a"\nurl = "{INDEX}"\n', [("index-confusion", 3)]),
        ("pyproject.toml", f'[[tool.pdm.source]]\nname = "pypi"\nurl = "{INDEX}"\n', []),
        ("pyproject.toml",
         f'[tool.pdm.resolution]\nrespect-source-order = true\n[[tool.pdm.source]]\nname = "a"\nurl = "{INDEX}"\n', []),
        ("Pipfile", f'[[source]]\nurl = "https://pypi.org/simple"\n[[source]]\nurl = "{INDEX}"\n',
         [("index-confusion info", 4)]),
        ("Pipfile",
         f'[pipenv]\ninstall_search_all_sources = true\n[[source]]\nurl = "https://a.example.com"\n'
         f'[[source]]\nurl = "{INDEX}"', [("index-confusion", 6)]),
        ("Pipfile", '[[source]]\nurl = "http://a.example.com"\nverify_ssl = false\n',
         [("insecure-index", 2), ("insecure-index", 3)]),
        ("Pipfile", "[[source\n", [("gap", 0)]),
        ("composer.json", '{"repositories": [{"type": "composer", "url": "https://a.example.com"}]}', []),
        ("composer.json",
         '{"repositories": [{"type": "composer", "url": "https://a.example.com", "canonical": false}]}',
         [("index-confusion", 1)]),
        ("composer.json", '{"config": {\n"secure-http": false}}', [("insecure-index", 2)]),
        ("composer.json", '{"config": {"secure-http": true}}', []),
        ("Gemfile", 'source "https://rubygems.org"\nsource "https://gems.example.com" do\n  gem "a"\nend\n', []),
        ("Gemfile", 'source "https://rubygems.org"\nsource "http://gems.example.com"\n',
         [("index-confusion", 2), ("insecure-index", 2)]),
        ("nuget.config", '<packageSources><add key="a" value="https://a.example.com"/></packageSources>', []),
        ("NuGet.Config",
         '<packageSources>\n<add key="a" value="https://a.example.com"/>\n<add key="b" value="http://b.example.com"/>\n'
         "</packageSources>", [("index-confusion", 3), ("insecure-index", 3)]),
        ("nuget.config",
         '<packageSources><add key="a" value="https://a.example.com"/><add key="b" value="https://b.example.com"/>'
         '</packageSources><packageSourceMapping><packageSource key="b"/></packageSourceMapping>', []),
    ),
)  # fmt: skip
def test_sources(inspect: Inspect, path: str, data: str, results: list[tuple[str, int]]) -> None:
    found = []
    for item in inspect(data, path):
        what = item.rule.partition("/")[2] if isinstance(item, Finding) else "gap"
        info = isinstance(item, Finding) and item.level is Action.INFO
        found.append((f"{what} info" if info else what, item.line))
    assert sorted(found) == sorted(results)


# --- what a project runs on -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "data", "results"),
    (
        (".python-version", "3.13\n", []),
        (".python-version", "3\n", []),  # the newest of them
        (".python-version", "# old\n3.8.19\n3.13.1\n", ["medium: .python-version 3.8.19 runs on Python 3.8"]),
        ("runtime.txt", "python-3.8.10\n", ["medium: runtime.txt 3.8.10 runs on Python 3.8"]),
        ("pyproject.toml", '[project]\nrequires-python = ">=3.12"\n', []),
        ("pyproject.toml", '[project]\nrequires-python = ">=3.8"\n', ["low: requires-python >=3.8 admits Python 3.8"]),
        ("pyproject.toml", '[project]\nrequires-python = "<3.15"\n', []),  # no lower end: nothing is said
        ("pyproject.toml", '[project]\nrequires-python = "~=3.8.0"\n',
         ["medium: requires-python ~=3.8.0 needs Python 3.8"]),
        ("pyproject.toml", '[project]\nrequires-python = "==3.8.*"\n',
         ["medium: requires-python ==3.8.* needs Python 3.8"]),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.8"\nrequests = "*"\n',
         ["low: python ^3.8 admits Python 3.8"]),
        ("pyproject.toml", '[tool.other]\nrequires-python = ">=3.8"\n', []),
        ("setup.cfg", "[options]\npython_requires = >=3.8, !=3.9.*\n",
         ["low: python_requires >=3.8, !=3.9.* admits Python 3.8"]),
        ("Pipfile", '[requires]\npython_version = "3.8"\n', ["medium: python_version 3.8 needs Python 3.8"]),
        (".nvmrc", "v16.20.0", ["medium: .nvmrc v16.20.0 runs on Node.js 16"]),
        (".nvmrc", "lts/hydrogen\n", ["medium: .nvmrc lts/hydrogen runs on Node.js 18"]),
        (".nvmrc", "lts/*\n", []),
        (".nvmrc", "26\n", []),
        ("package.json", '{"engines": {"node": ">=26"}}', []),
        ("package.json", '{\n"engines": {\n"node": "16.x || >=26"}}', ["low: engines 16.x || >=26 admits Node.js 16"]),
        ("package.json", '{"engines": {"node": "16 - 18"}}', ["medium: engines 16 - 18 needs Node.js 18"]),
        ("package.json", '{"engines": {"node": "~16.13"}}', ["medium: engines ~16.13 needs Node.js 16"]),
        ("package.json", '{"engines": {"node": "*"}}', []),
        ("package.json", '{"engines": {"node": [1]}}', []),
        ("package.json", '{"engines": ', []),
        ("package.json", '{"volta": {"node": "18.1.0"}}', ["medium: volta 18.1.0 runs on Node.js 18"]),
        ("go.mod", "module x\n\ngo 1.18\n", ["low: go 1.18 admits Go 1.18"]),
        ("go.mod", "module x\n\ngo 1.27.1\n", []),
        ("rust-toolchain", "1.60\n", ["medium: rust-toolchain 1.60 runs on Rust 1.60"]),
        ("rust-toolchain.toml", '[toolchain]\nchannel = "1.60.0"\n',
         ["medium: rust-toolchain 1.60.0 runs on Rust 1.60"]),
        ("rust-toolchain.toml", '[toolchain]\nchannel = "stable"\n', []),
        (".tool-versions", "nodejs 16.1.0\npython 3.13\nkubectl 1.2\n",
         ["medium: .tool-versions 16.1.0 runs on Node.js 16"]),
        ("a/b.csproj", "<TargetFramework>net6.0-windows</TargetFramework>",
         ["medium: TargetFramework net6.0-windows needs .NET 6"]),
        ("b.fsproj", "<TargetFrameworks>netcoreapp3.1;net10.0;net461;netstandard2.0</TargetFrameworks>",
         ["medium: TargetFramework netcoreapp3.1 needs .NET 3.1",
          "medium: TargetFramework net461 needs .NET Framework 4.6.1"]),
        ("global.json", '{"sdk": {"version": "6.0.400"}}', ["medium: sdk 6.0.400 runs on .NET 6"]),
        ("composer.json", '{"require": {"php": "^7.4 || ^8.0"}}', ["low: require ^7.4 || ^8.0 admits PHP 7.4"]),
        ("composer.json", '{"require": {"php": "~7.4"}}', ["medium: require ~7.4 needs PHP 7.4"]),
        ("composer.json", '{"require": {"php": ">=8.5"}, "config": {"platform": {"php": "7.4.1"}}}',
         ["medium: config.platform 7.4.1 runs on PHP 7.4"]),
        ("Gemfile", 'ruby "~> 2.7.0"\n', ["medium: ruby ~> 2.7.0 needs Ruby 2.7"]),
        ("Dockerfile", "FROM python:3.13-slim\n", []),
        ("Dockerfile", "FROM python\nFROM python:latest\nFROM scratch\nFROM python:3\n", []),
        ("Dockerfile", "FROM private.example.com/python:3.8\n", []),  # who knows what that is
        ("Dockerfile", "FROM mirror.example.com/library/python:3.8\n",
         ["medium: mirror.example.com/library/python:3.8 holds Python 3.8"]),
        ("api.dockerfile", "FROM --platform=linux/amd64 node:16@sha256:00 AS build\nFROM build\n",
         ["medium: node:16@sha256:00 holds Node.js 16"]),
        ("Dockerfile.dev", "ARG V=3.8\nFROM python:${V}-slim-buster\n",
         ["medium: python:3.8-slim-buster holds Python 3.8", "medium: python:3.8-slim-buster holds Debian 10"]),
        ("Dockerfile", "FROM debian:bookworm-slim\n", ["low: debian:bookworm-slim holds Debian 12"]),
        ("Dockerfile", "FROM ubuntu:bionic\n", ["low: ubuntu:bionic holds Ubuntu 18.04"]),
        ("Containerfile", "FROM node:26-alpine3.14\n", ["medium: node:26-alpine3.14 holds Alpine Linux 3.14"]),
        ("Dockerfile", "FROM mcr.microsoft.com/dotnet/aspnet:6.0-jammy\n",
         ["medium: mcr.microsoft.com/dotnet/aspnet:6.0-jammy holds .NET 6"]),
        ("Dockerfile", "FROM registry.access.redhat.com/ubi7/ubi-minimal\n",
         ["medium: registry.access.redhat.com/ubi7/ubi-minimal holds Red Hat Enterprise Linux 7"]),
        ("Dockerfile", "FROM centos:7\n", ["medium: centos:7 holds CentOS 7"]),
    ),
)  # fmt: skip
def test_ends_of_life(inspect: Inspect, path: str, data: str, results: list[str]) -> None:
    found = [item for item in inspect(data, path) if isinstance(item, Finding)]
    assert {item.rule for item in found} <= {"dependencies/end-of-life"}
    assert [f"{item.severity.word}: {item.message.rpartition(', whose support')[0]}" for item in found] == results


def test_an_end_of_life_tells_dates(inspect: Inspect) -> None:
    found = one(inspect("FROM debian:12\n", "Dockerfile"))
    assert found.message == (
        "debian:12 holds Debian 12, whose support ended on 2026-07-11 "
        "(extended support, for those who have it, until 2028-06-30)"
    )
    assert found.fix == "move to Debian 13, supported until 2028-08-09"
    assert found.level is Action.WARN
    dead = one(inspect("FROM centos:7\n", "Dockerfile"))
    assert dead.message == "centos:7 holds CentOS 7, whose support has ended"
    python = one(inspect("3.8\n", ".python-version"))
    assert python.fix == "move to Python 3.12 or later; the newest is 3.14, supported until 2030-10-31"


def test_a_range_that_admits_a_living_release_only_informs(inspect: Inspect) -> None:
    assert one(inspect('[project]\nrequires-python = ">=3.8"\n', "pyproject.toml")).level is Action.INFO
    assert one(inspect('[project]\nrequires-python = "<3.9,>=3.8"\n', "pyproject.toml")).level is Action.WARN


def test_the_last_day_of_support_counts(inspect: Inspect) -> None:
    day = 1_728_259_200.0  # 2024-10-07
    data = "FROM python:3.8\n"
    assert inspect(data, "Dockerfile", now=day + 86_399, days=9999) == []
    assert told(inspect(data, "Dockerfile", now=day + 86_400, days=9999)) == [("end-of-life", "medium")]


@pytest.mark.parametrize(
    "path",
    (
        *("Dockerfile", "a/Dockerfile.prod", "x.dockerfile", "Containerfile", "package.json", ".npmrc", "go.mod"),
        *("src/A.csproj", "Directory.Build.props", "pyproject.toml", "Gemfile", "deep/requirements-dev.txt"),
    ),
)
def test_wanted(path: str) -> None:
    assert wants(path)


@pytest.mark.parametrize(
    "path", ("readme.md", "src/main.py", "Dockerfiles.md.txt", "data.json", "a.toml", "", "x/y.lock")
)
def test_unwanted(path: str) -> None:
    assert not wants(path) or path == "Dockerfiles.md.txt"


@pytest.mark.parametrize("path", sorted(runtimes._FILES | sources._FILES))
@pytest.mark.parametrize(
    "data",
    (
        b"", b"\0", b"\xff\xfe\xff", b"[" * 9_999, b'{"engines":' * 999, b"\x1b[31m", b"a" * 9_999, b"=" * 9_999,
        b'{"engines": {"node": 1}, "require": [], "repositories": {"a": 1}, "config": {"platform": []}}',
        b'tool = 1\n[project]\nrequires-python = 3\n', b"[tool.uv]\nindex = [1]\n", b"source = 1\n",
        b"<packageSources" * 99, b">=1" + b" ,>=1" * 999, b"9" * 9_999,
    ),
)  # fmt: skip
def test_odd_configuration_never_raises(inspect: Inspect, path: str, data: bytes) -> None:
    assert wants(path)
    for item in inspect(data, path):
        text = item.message if isinstance(item, Finding) else item.reason
        assert text.isprintable(), text


def test_hostile_names_are_escaped(inspect: Inspect) -> None:
    results = inspect('{"engines": {"node": ">=16 \\u001b[31m\\u202e"}}', "package.json")
    results += inspect("FROM python:3.8-\x1b[31m\n", "Dockerfile")
    results += inspect("[global]\nextra-index-url = https://x.example.com/\x1b[31m\u202e\n", "pip.conf")
    assert results
    for item in results:
        assert (item.message if isinstance(item, Finding) else item.reason).isprintable()


# --- never silence ----------------------------------------------------------------------------------------------------

LOCKFILES = (
    *("requirements.txt", "constraints.txt", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml"),
    *("environment.yml", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"),
    *("composer.lock", "Gemfile.lock", "go.sum", "Cargo.lock", "gradle.lockfile", "packages.lock.json", "mix.lock"),
    *("bom.json", "bom.xml", "app.cdx.json", "app.spdx.json"),
)


@pytest.mark.parametrize("path", LOCKFILES)
@pytest.mark.parametrize(
    "data",
    (
        *(b"", b"\n", b"\0", b"\xff\xfe\xff", b"{}", b"[]", b"null", b"[" * 9_999, b"a" * 99, b"<a/>", b"---\n"),
        *(b"# nothing\n", b"{", b'{"packages": {}}', b"version = 1\n", b"packages: {}\n", b"version https://git-lfs\n"),
    ),
)  # fmt: skip
def test_an_odd_lockfile_is_never_silent(inspect: Inspect, path: str, data: bytes) -> None:
    results = inspect(data, path)
    assert results or read(path, data).skipped  # for a reason: pip takes "<a/>" for a folder of the project
    for item in results:
        assert (item.message if isinstance(item, Finding) else item.reason).isprintable()


@pytest.mark.parametrize("path", sorted(Path(__file__).parent.glob("lockfiles/*/*")), ids=lambda path: path.parent.name)
def test_every_entry_ends_somewhere(path: Path, database: str) -> None:
    """Looked up, part of the project, or a gap: without advisories the first is a gap as well."""
    if not is_lockfile(path.name):
        return
    lock = read(path.name, path.read_bytes())
    results = list(load("/nowhere.sqlite", 7, NOW).inspect(Blob(path.name, "", path.read_bytes())))
    gaps = [item for item in results if isinstance(item, Gap)]
    open_ = [item for item in lock.skipped if item.gap]
    assert sum(gap.kind == "advisories" for gap in gaps) == bool(
        lock.locked or any(i.package.name for i in lock.skipped)
    )
    assert sorted(gap.line for gap in gaps if gap.kind != "advisories") == sorted(item.line for item in open_)


def test_what_the_database_was_built_without_is_named(tmp_path: Path) -> None:
    bare = str(tmp_path / "advisories.sqlite")
    update(str(bucket(tmp_path / "osv", ADVISORIES)), bare, (), NOW)
    check = load(bare, 7.0, NOW)
    pins = list(check.inspect(Blob("requirements.txt", "", b"innocent==1.0\n")))
    assert [each.what.partition(":")[0] for each in pins if isinstance(each, Unexamined)] == [
        "whether a hole is exploited",
        "how likely a hole is to be exploited",
        "lookalike names",
    ]
    (runtime,) = check.inspect(Blob(".python-version", "", b"3.8\n"))
    assert isinstance(runtime, Unexamined)
    (absent,) = load("/nowhere/advisories.sqlite", 7.0, NOW).inspect(Blob(".python-version", "", b"3.8\n"))
    assert isinstance(absent, Unexamined)
    assert "/nowhere/advisories.sqlite" in absent.what
