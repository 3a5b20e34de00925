"""The dependency audit, from a lockfile's bytes to findings and gaps, against a tiny database."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.test_advisories import NOW, bucket, entry
from yett.advisories.build import update
from yett.checks.dependencies import load, snapshot
from yett.model import Action, Blob, Finding, Gap, Package, Rule, Severity
from yett.rules.dependencies import rules

HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
ADVISORIES = {
    "PyPI": [
        entry(
            "GHSA-aaaa", "ExampleLib", "introduced 1.0", "fixed 1.1",
            aliases=["CVE-2026-1", "PYSEC-2026-1"], severity=[{"score": HIGH}], summary="Anyone may read everything",
        ),
        entry("PYSEC-2026-1", "examplelib", "introduced 0", "fixed 1.0.9", aliases=["CVE-2026-1"], summary=""),
        entry("PYSEC-2026-2", "unrated", "introduced 0", "fixed 1.5", "introduced 2.0", "fixed 2.5"),
        entry("PYSEC-2026-3", "unrated", "introduced 0", "fixed 1.9", aliases=["CVE-2026-3"]),
        entry("PYSEC-2026-4", "hopeless", "introduced 0", severity=[{"score": HIGH}]),
        entry("PYSEC-2026-5", "odd-bound", "introduced 0", "fixed unknown"),
        entry("MAL-2026-1", "examplelip", "introduced 0", summary="Malicious code in examplelip (PyPI)"),
        entry("MAL-2026-2", "taken-over", listed=("6.6.6",)),
    ],
    "npm": [entry("GHSA-bbbb", "@acme/thing", "introduced 0", "fixed 2.0.0", ecosystem="npm")],
}  # fmt: skip

Inspect = Callable[..., list[Finding | Gap]]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("advisories")
    kev = folder / "kev.json"
    kev.write_text('{"vulnerabilities": [{"cveID": "CVE-2026-3"}]}')
    update(str(bucket(folder / "osv", ADVISORIES)), str(folder / "advisories.sqlite"), (), NOW, kev=str(kev))
    return str(folder / "advisories.sqlite")


@pytest.fixture
def inspect(database: str) -> Inspect:
    def run(data: str | bytes, path: str = "requirements.txt", **other: Any) -> list[Finding | Gap]:
        check = load(other.get("database", database), other.get("days", 7.0), other.get("now", NOW))
        assert check.wants(path)
        return list(check.inspect(Blob(path, "", data.encode() if isinstance(data, str) else data)))

    return run


def one(results: list[Finding | Gap]) -> Finding:
    (finding,) = results
    assert isinstance(finding, Finding)
    return finding


def gap(results: list[Finding | Gap]) -> Gap:
    (found,) = results
    assert isinstance(found, Gap)
    return found


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_examples(inspect: Inspect, rule: Rule) -> None:
    assert rule.bad
    assert rule.good
    for example in rule.bad:
        assert rule.id in {item.rule for item in inspect(example) if isinstance(item, Finding)}, example
    for example in rule.good:
        assert rule.id not in {item.rule for item in inspect(example) if isinstance(item, Finding)}, example


def test_a_vulnerable_package(inspect: Inspect) -> None:
    found = one(inspect("# pins\n  Example.Lib == 1.0.5  # why not\n".replace("Example.Lib", "ExampleLib")))
    assert found[:7] == (
        "requirements.txt", 2, 3, 2, 13, "dependencies/vulnerable",
        "ExampleLib 1.0.5 has CVE-2026-1: Anyone may read everything (fixed in 1.1)",
    )  # fmt: skip
    assert found.severity is Severity.HIGH
    assert found.fix == "upgrade ExampleLib to 1.1 or later"
    assert found.package == Package("PyPI", "ExampleLib", "1.0.5")
    assert found.advisories == ("CVE-2026-1", "GHSA-aaaa", "PYSEC-2026-1")
    assert found.traits == ()
    assert found.level is Action.BLOCK


def test_traits_and_the_way_out(inspect: Inspect) -> None:
    first, second = inspect("unrated==1.0\n")
    assert isinstance(first, Finding)
    assert isinstance(second, Finding)
    assert first.message == "unrated 1.0 has CVE-2026-3: About PYSEC-2026-3 (fixed in 1.9)"
    assert first.traits == ("known-exploited", "unknown-severity")
    assert first.severity is Severity.UNKNOWN
    assert second.message == "unrated 1.0 has PYSEC-2026-2: About PYSEC-2026-2 (fixed in 1.5)"
    assert second.traits == ("unknown-severity",)
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
    assert found.traits == ("malicious",)
    assert found.package.version == version
    assert found.advisories == (advisory,)
    assert found.message == f"{found.package.name} {version}".rstrip() + f" is a malicious package, {advisory}" + (
        ": About MAL-2026-2" if advisory == "MAL-2026-2" else ""
    )


@pytest.mark.parametrize("data", ("", "# nothing\n", "examplelib==1.1\n", "taken-over==6.6.5\n", "example-lib==1.0\n"))
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
    assert len(results) == 7
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
    found = gap(inspect(line))
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


@pytest.mark.parametrize("data", ("", "# nothing\n", "--pre\n", "-e .\n"))
def test_nothing_to_look_up_needs_no_advisories(inspect: Inspect, data: str) -> None:
    assert inspect(data, database="/nowhere/advisories.sqlite") == []


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
            b"[" * 99_999,
            b'{"a":' * 9_999,
            bytes(range(256)),
            b"=" * 99_999,
        ):
            yield path, data
    yield "requirements.txt", b"a\x1b[31m==1\nb==1\n"
    yield "requirements.txt", "ok==1\nx\u202ey==1\n".encode()
    yield "requirements.txt", b"a==" + b"1" * 9_999 + b"\n"
    yield "requirements.txt", b"examplelib==1.0+" + b"a." * 9_999 + b"b\n"
    yield "requirements.txt", b"ok==1\n" + b"a" * 99_999 + b"\n"
    yield "requirements.txt", b"\\\n" * 9_999
    yield "requirements.txt", b"a==1 " + b"--hash " * 9_999
    yield "requirements.txt", b"a==1" + b" " * 99_999 + b"x"
    yield "requirements.txt", b"a[" + b"x," * 49_999
    yield "requirements.txt", b"ok==1\na==1" + b" " * 99_999 + b"x#\n"
    yield "requirements.txt", b"b\n" + b"a==1 \\\n" + b"--pre \\\n" * 9_999
    yield "requirements.txt", b"b\n" + b"a==1 -i \"' " * 9_999
    yield "requirements.txt", b"a" + b"==1," * 29_999 + b"!"
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
    start = time.process_time()
    results = inspect(data, path)
    assert time.process_time() - start < 3
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


def test_five_hundred_pins_are_quick(inspect: Inspect) -> None:
    lines = "".join(f"package-{number}==1.{number}\n" for number in range(499)) + "examplelib==1.0\n"
    start = time.process_time()
    assert one(inspect(lines)).line == 500
    assert time.process_time() - start < 0.3
