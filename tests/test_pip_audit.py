"""pip-audit and uv, asking our stand-in for OSV, see what yett sees: nothing less, nothing more."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.outside import program
from tests.test_advisories import NOW, entry, listed_bucket
from yett.advisories.build import update
from yett.advisories.lookup import Advisories, Unusable, advisories
from yett.advisories.match import audit
from yett.advisories.pip_audit import compare
from yett.advisories.serve import address, server
from yett.commands.advisories import run
from yett.errors import YettError

RECORDS = (
    entry("PYSEC-1", "plain", "introduced 0", "fixed 1.5", aliases=["CVE-1", "GHSA-1"]),
    entry("PYSEC-2", "plain", "introduced 1.2", "fixed 1.4", "introduced 2.0"),
    entry("PYSEC-3", "plain", "fixed 1.4", "introduced 1.0", "fixed 3.0", "introduced 2.5"),  # unsorted
    entry("PYSEC-4", "plain", "introduced 1.3", "last_affected 1.3.0"),
    entry("PYSEC-5", "plain", listed=("1.3.0.0",)),
    entry("PYSEC-6", "plain", "introduced 0", withdrawn="2026-01-01T00:00:00Z"),
    entry("PYSEC-7", "plain", "introduced 1.4"),
    entry("PYSEC-8", "Mixed.Case_Name", "introduced 0", "fixed 1!0"),
    entry("PYSEC-9", "before", "introduced 0", "fixed 2.0"),
    entry("PYSEC-10", "odd", "introduced 0", "fixed 7.2.0-12.1"),
    entry("PYSEC-11", "odd", listed=("2004d", "7.0")),
    entry("MAL-1", "evil"),
    entry("GHSA-2", "twins", "introduced 0", "fixed 2", aliases=["CVE-2"]),
    entry("PYSEC-12", "twins", "introduced 0", "fixed 2.1", aliases=["CVE-2"]),
    entry("PYSEC-13", "limited", "introduced 1", "limit 2"),
    entry("PYSEC-14", "elsewhere", "introduced 0", ecosystem="npm"),
)

PINS = {
    "plain": "1.3",
    "mixed-case-name": "2026.1",
    "before": "2.0rc1",
    "odd": "7.0",
    "evil": "0.0.1",
    "twins": "1.9.post1",
    "limited": "2",
    "elsewhere": "1",
    "innocent": "1.0",
}

SEEN = {
    "plain": {"PYSEC-1", "CVE-1", "GHSA-1", "PYSEC-2", "PYSEC-3", "PYSEC-4", "PYSEC-5"},
    "mixed-case-name": {"PYSEC-8"},
    "before": {"PYSEC-9"},
    "odd": {"PYSEC-10", "PYSEC-11"},
    "evil": {"MAL-1"},
    "twins": {"GHSA-2", "CVE-2", "PYSEC-12"},
}

_NO_HASH = "0" * 64


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("database")
    update(str(listed_bucket(folder / "osv", {"PyPI": list(RECORDS)})), str(folder / "db"), (), NOW)
    return folder / "db"


@pytest.fixture(scope="module")
def api(database: Path) -> Iterator[str]:
    listening = server(str(database), 0)
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
    thread.start()
    yield address(listening)
    listening.shutdown()
    thread.join()
    listening.server_close()


def ran(*command: str, folder: Path, expected: int) -> Any:
    """What a program prints, as JSON. It reaches this machine alone: everything else goes to a closed port."""
    closed = "http://127.0.0.1:9"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        "HTTPS_PROXY": closed,
        "HTTP_PROXY": closed,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "HOME": str(folder),
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=120, check=False)
    assert done.returncode == expected, done.stderr.decode()
    return json.loads(done.stdout)


def test_what_yett_sees(database: Path) -> None:
    opened = advisories(str(database))
    assert isinstance(opened, Advisories)
    seen = {}
    for name, version in PINS.items():
        found = opened.find("PyPI", name)
        assert not isinstance(found, Unusable)
        said = audit("PyPI", found, version)
        assert said.unclear == ()
        if said.groups:
            seen[name] = {ident for group in said.groups for ident in group.ids}
    assert seen == SEEN


@pytest.mark.parametrize("form", ("hashes", "no-deps"))
def test_pip_audit_sees_the_same(api: str, tmp_path: Path, form: str) -> None:
    suffix = f" --hash=sha256:{_NO_HASH}" if form == "hashes" else ""
    (tmp_path / "requirements.txt").write_text(
        "".join(f"{name}=={version}{suffix}\n" for name, version in PINS.items())
    )
    told = ran(
        program("pip-audit"),
        *("--vulnerability-service", "osv", "--osv-url", f"{api}/v1/query"),
        *("--requirement", "requirements.txt", "--disable-pip", "--progress-spinner", "off", "--format", "json"),
        *("--cache-dir", str(tmp_path / "cache")),
        *(("--require-hashes",) if form == "hashes" else ("--no-deps",)),
        folder=tmp_path,
        expected=1,
    )
    assert {item["name"]: item["version"] for item in told["dependencies"]} == PINS
    seen = {
        item["name"]: {ident for vuln in item["vulns"] for ident in (vuln["id"], *vuln["aliases"])}
        for item in told["dependencies"]
        if item["vulns"]
    }
    assert seen == SEEN
    plain = next(item for item in told["dependencies"] if item["name"] == "plain")
    assert {vuln["id"]: vuln["fix_versions"] for vuln in plain["vulns"]}["PYSEC-1"] == ["1.5"]


def test_side_by_side(database: Path, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("".join(f"{name}=={version}\n" for name, version in PINS.items()))
    options = SimpleNamespace(action="pip-audit", file=str(tmp_path / "requirements.txt"), resolve=False)
    program("pip-audit")
    said: list[str] = []
    assert run(options, str(database), said.append, lambda *_: None) == 1
    assert said == [
        *(f"{name} {PINS[name]}: {', '.join(sorted(ids))}" for name, ids in sorted(SEEN.items())),
        "9 versions, 6 with advisories, 0 seen differently",
    ]


def told(folder: Path, output: str, code: int = 1, complaint: str = "") -> str:
    """A program that says what pip-audit might, and writes down what it was given."""
    script = folder / "pip-audit"
    given = folder / "given"
    script.write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        f"open({str(given)!r}, 'w').write(repr((sys.argv[1:], dict(os.environ), os.getcwd())))\n"
        f"sys.stdout.write({output!r})\nsys.stderr.write({complaint!r})\nsys.exit({code})\n"
    )
    script.chmod(0o755)
    return str(script)


def report(*dependencies: object) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


VULN = {"id": "PYSEC-9", "aliases": [], "fix_versions": []}


@pytest.mark.parametrize(
    ("dependency", "agree"),
    (
        ({"name": "before", "version": "1.0", "vulns": [VULN]}, True),
        ({"name": "innocent", "version": "1.0", "vulns": []}, True),
        ({"name": "before", "version": "1.0", "vulns": []}, False),  # it sees less
        ({"name": "innocent", "version": "1.0", "vulns": [VULN]}, False),  # it sees more
        ({"name": "before", "version": "1.0", "vulns": ["odd"]}, False),
        ({"name": "odd", "version": "2004d", "vulns": [{"id": "PYSEC-11"}]}, True),
        ({"name": "odd", "version": "2004d", "vulns": [{"id": "PYSEC-11"}, {"id": "PYSEC-10"}]}, True),  # unclear
        ({"name": "odd", "version": "2004d", "vulns": [{"id": "PYSEC-10"}]}, False),
    ),
)
def test_whether_they_agree(database: Path, tmp_path: Path, dependency: object, agree: bool) -> None:
    done = compare("r.txt", str(database), os.environ, command=told(tmp_path, report(dependency)))
    assert [seen.agree for seen in done.seen] == [agree]


def test_what_it_left_out(database: Path, tmp_path: Path) -> None:
    output = report({"name": "a\x1b[31m", "skip_reason": "not found\nanywhere"}, {"name": 3})
    done = compare("r.txt", str(database), os.environ, command=told(tmp_path, output, 0))
    assert done == ((), (("", ""), ("a [31m", "not found anywhere")))


@pytest.mark.parametrize(
    ("output", "code", "said"),
    (
        ("", 1, "pip-audit failed: it says why"),
        ("{", 0, "pip-audit failed"),
        (report({"name": "a", "version": "1", "vulns": []}), 2, "pip-audit failed"),
        (report(), 0, "sees no requirement in r.txt"),  # it passes an empty file
        ("[]", 0, "is not one that is known here"),
        ('{"dependencies": [3]}', 0, "is not one that is known here"),
    ),
)
def test_it_fails(database: Path, tmp_path: Path, output: str, code: int, said: str) -> None:
    command = told(tmp_path, output, code, "Traceback\n  it says why\n")
    with pytest.raises(YettError, match=said):
        compare("r.txt", str(database), os.environ, command=command)


def test_it_is_not_there(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(YettError, match="pip-audit is not installed"):
        compare("r.txt", str(database), {"PATH": str(tmp_path)})
    with pytest.raises(YettError, match="cannot run"):
        compare("r.txt", str(database), {}, command=str(tmp_path / "none"))


@pytest.mark.parametrize("resolve", (False, True))
def test_what_it_is_given(database: Path, tmp_path: Path, resolve: bool) -> None:
    command = told(tmp_path, report({"name": "a", "version": "1", "vulns": []}))
    steering = {"PIP_INDEX_URL": "http://evil.example", "PYTHONPATH": "/evil", "NO_PROXY": "here.example"}
    compare("r.txt", str(database), {"PATH": os.environ["PATH"], **steering}, resolve, command)
    arguments, environment, folder = ast.literal_eval((tmp_path / "given").read_text())
    assert ("--disable-pip" in arguments, "--no-deps" in arguments) == (not resolve, not resolve)
    assert arguments[arguments.index("--requirement") + 1] == os.path.abspath("r.txt")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v1/query", arguments[arguments.index("--osv-url") + 1])
    assert (environment["NO_PROXY"], environment["no_proxy"]) == ("here.example,127.0.0.1", "127.0.0.1")
    assert not {"PIP_INDEX_URL", "PYTHONPATH"} & environment.keys()
    assert not os.path.exists(folder)


def test_nothing_is_resolved_in_ci(database: Path, tmp_path: Path) -> None:
    """pip would run what a pull request names."""
    with pytest.raises(YettError, match="not in CI"):
        compare("r.txt", str(database), {"CI": "true"}, resolve=True, command=told(tmp_path, report()))
    assert not (tmp_path / "given").exists()


def test_uv_sees_the_same(api: str, tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text(_locked(PINS, f"{api}/simple"))
    wanted = json.dumps([f"{name}=={version}" for name, version in PINS.items()])
    (tmp_path / "pyproject.toml").write_text(
        f'[project]\nname = "shop"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = {wanted}\n'
    )
    told = ran(
        program("uv"),
        *("audit", "--frozen", "--no-cache", "--quiet", "--output-format", "json"),
        *("--preview-features", "audit-command,json-output"),
        *("--service-url", f"{api}/", "--default-index", f"{api}/simple", "--no-python-downloads"),
        folder=tmp_path,
        expected=1,
    )
    assert told["summary"]["audited_packages"] == len(PINS)
    seen: dict[str, set[str]] = {}
    for vuln in told["vulnerabilities"]:
        seen.setdefault(vuln["dependency"]["name"], set()).update((vuln["id"], *vuln["aliases"]))
    assert seen == SEEN


def _locked(pins: Mapping[str, str], index: str) -> str:
    """A uv.lock with these packages and a project that needs them; the index has none of them, which does no harm."""
    packages = "".join(
        f'\n[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "{index}" }}\n'
        f'sdist = {{ url = "{index}/{name}-{version}.tar.gz", hash = "sha256:{_NO_HASH}" }}\n'
        for name, version in pins.items()
    )
    needed = ", ".join(f'{{ name = "{name}" }}' for name in pins)
    project = f'\n[[package]]\nname = "shop"\nversion = "0"\nsource = {{ virtual = "." }}\ndependencies = [{needed}]\n'
    return f'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n{packages}{project}'
