"""Lockfiles, each beside what should be read from it, and files that only look like some."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from yett.parse.lockfiles import Lock, is_lockfile, kind, read
from yett.parse.lockfiles.toml import _general, _regular

STORED = Path(__file__).parent / "lockfiles"


def shown(lock: Lock) -> Iterator[str]:
    for item in lock.locked:
        words = " direct" * item.direct + " dev" * item.dev
        yield f"{' '.join(item.package)} at {item.line}:{item.column}-{item.end_column}{words}"
    for skipped in lock.skipped:
        yield f"{skipped.line}: {skipped.what} {skipped.reason}{' (gap)' * skipped.gap}"
    for index in lock.indexes:
        yield f"{index.line}:{index.column}-{index.end_column} {index.option} {index.address}"
    if lock.error:
        yield f"error: {lock.error} ({lock.line})"


@pytest.mark.parametrize("folder", sorted(path.name for path in STORED.iterdir()))
def test_stored(folder: str) -> None:
    (file,) = (path for path in (STORED / folder).iterdir() if path.name != "expected.txt")
    lock = read(file.name, file.read_bytes())
    assert list(shown(lock)) == (STORED / folder / "expected.txt").read_text().splitlines()


@pytest.mark.parametrize("folder", sorted(path.name for path in STORED.iterdir()))
@pytest.mark.parametrize("form", ("crlf", "mark", "utf-16"))
def test_stored_in_another_form(folder: str, form: str) -> None:
    (file,) = (path for path in (STORED / folder).iterdir() if path.name != "expected.txt")
    text = file.read_text()
    data = {
        "crlf": text.replace("\n", "\r\n").encode(),
        "mark": text.encode("utf-8-sig"),
        "utf-16": text.encode("utf-16"),
    }[form]
    assert list(shown(read(file.name, data))) == (STORED / folder / "expected.txt").read_text().splitlines()


@pytest.mark.parametrize("folder", ("uv", "poetry-2"))
def test_the_short_way_reads_what_tomllib_reads(folder: str) -> None:
    (file,) = STORED.joinpath(folder).glob("*.lock")
    short, whole = _regular(file.read_text()), _general(file.read_text())
    assert short is not None
    kept = ("name", "version", "source", "category", "groups")
    for left, right in zip(short.entries, whole.entries, strict=True):
        assert left[:3] == right[:3]
        assert {key: left.table.get(key) for key in kept} == {key: right.table.get(key) for key in kept}
    assert set(short.top) == set(whole.top) | {"resolution-markers"} & set(short.top)


@pytest.mark.parametrize(
    ("path", "expected"),
    (
        ("requirements.txt", "requirements"),
        ("a/requirements-dev.txt", "requirements"),
        ("requirements_test.txt", "requirements"),
        ("dev-requirements.txt", "requirements"),
        ("dev.requirements.txt", "requirements"),
        ("requirements/base.txt", "requirements"),
        ("a/requirements/base.txt", "requirements"),
        ("Requirements.TXT", ""),  # the ending is compared as it is
        ("REQUIREMENTS.txt", "requirements"),
        ("constraints.txt", "requirements"),
        ("constraints-3.12.txt", "requirements"),
        ("requirements3.txt", "requirements"),
        ("uv.lock", "uv.lock"),
        ("a/b/poetry.lock", "poetry.lock"),
        ("web/package-lock.json", "package-lock.json"),
        ("npm-shrinkwrap.json", "package-lock.json"),
        ("node_modules/a/package-lock.json", "package-lock.json"),
        ("requirements.txt.bak", ""),
        ("notes.txt", ""),
        ("myrequirements.txt", ""),
        ("requirements/sub/base.txt", ""),
        ("requirements.in", ""),
        ("package.json", ""),
        ("Cargo.lock", ""),
        ("uv.lock/readme.txt", ""),
        ("a\nb/requirements.txt", "requirements"),
    ),
)
def test_kind(path: str, expected: str) -> None:
    assert kind(path) == expected
    assert is_lockfile(path) is bool(expected)


@pytest.mark.parametrize(
    ("path", "data", "expected"),
    (
        ("requirements.txt", b"", []),
        ("requirements.txt", b"# nothing\n\n   \n", []),
        ("requirements.txt", b"a==1", ["PyPI a 1 at 1:1-2 direct"]),
        ("requirements.txt", b"a==1\rb==2\r", ["PyPI a 1 at 1:1-2 direct", "PyPI b 2 at 2:1-2 direct"]),
        ("requirements.txt", b"# x\x0cb==2", ["PyPI b 2 at 1:5-6 direct"]),  # pip ends a line at a form feed
        ("requirements.txt", "# x\u2028b==2".encode(), ["PyPI b 2 at 1:5-6 direct"]),
        ("requirements.txt", b"# x \\\nb==2", ["PyPI b 2 at 2:1-2 direct"]),  # a comment is not continued
        ("requirements.txt", b"a==1 \\\n# x\nb==2", ["PyPI a 1 at 1:1-2 direct", "PyPI b 2 at 3:1-2 direct"]),
        ("requirements.txt", b"a==1 # caf\xe9\n", ["PyPI a 1 at 1:1-2 direct"]),  # Latin-1
        ("requirements.txt", b"a#b==1\n", ["error: holds nothing that pip would understand (1)"]),
        ("requirements.txt", b"# a==1 \\\n", []),
        ("requirements/dev.txt", b"-r base.txt", ["1: base.txt is judged by itself"]),
        (
            "requirements/dev.txt",
            b"-r ./../requirements/base.txt",
            ["1: ./../requirements/base.txt is judged by itself"],
        ),
        (
            "requirements/dev.txt",
            b"-r ../base.txt",
            ["1: ../base.txt is included, but its name is not that of a requirements file (gap)"],
        ),
        ("constraints.txt", b"a<2\nb==1", ["PyPI b 1 at 2:1-2", "1: a is only narrowed here"]),
        ("requirements.txt", b"\0\1", ["error: holds NUL bytes, so it is not text (0)"]),
        ("requirements.txt", b"\xff\xfea", ["error: is not the UTF-16-LE that its first bytes announce (0)"]),
        ("requirements.txt", b"Dear all,\nplease read.\n", ["error: holds nothing that pip would understand (1)"]),
        ("uv.lock", b"", ["error: is not a uv.lock of version 1 (0)"]),
        ("uv.lock", b"version = 1\n", []),
        ("uv.lock", b"version = 2\n", ["error: is not a uv.lock of version 1 (0)"]),
        (
            "uv.lock",
            b"version = 1\n[[package]\n",
            ["error: is not TOML: expected ']]' at the end of an array declaration (2)"],
        ),
        ("uv.lock", b"version = 1\npackage = 3\n", ["error: has a `package` that is no array of tables (0)"]),
        ("uv.lock", b"version = 1\n# \xe9\n", ["error: is not UTF-8 (2)"]),
        ("uv.lock", b"version = 1\nx = " + b"[" * 100_000, ["error: is nested too deeply (0)"]),
        ("uv.lock", b"version = 1\n[[package]]\nname = 3\n", ["3: a package has no usable name (gap)"]),
        (
            "uv.lock",
            b'version = 1\n[[package]]\nname = "a"\nversion = "1\\u001b"\n',
            ["3: a has no usable version here (gap)"],
        ),
        (
            "uv.lock",  # the inline form, which uv never writes
            b'version = 1\npackage = [{name = "a", version = "1"}]\n',
            ["PyPI a 1 at 1:1-0"],
        ),
        ("uv.lock", b'version = 1\n[[package]]\n"name" = "a"\nversion = "1"\n', ["PyPI a 1 at 2:1-0"]),
        (
            "uv.lock",
            b'version = 1\n[[package]]\nname = "a"\nname = "b"\nversion = "1"\n',
            ["error: is not TOML: cannot overwrite a value (4)"],
        ),
        (
            "poetry.lock",
            b'[[package]]\nname = "a"\nversion = "1"\n',
            ["error: is not a poetry.lock: it has no [metadata] (0)"],
        ),
        ("package-lock.json", b"", ["error: is not JSON: expecting value (1)"]),
        ("package-lock.json", b"{}", ["error: is not an npm lockfile of version 1, 2 or 3 (0)"]),
        ("package-lock.json", b"[]", ["error: is not an npm lockfile: it is no object (0)"]),
        ("package-lock.json", b'{"lockfileVersion": 3}', ["error: has no `packages` (0)"]),
        (
            "package-lock.json",
            b'{"lockfileVersion": 4, "packages": {}}',
            ["error: is not an npm lockfile of version 1, 2 or 3 (0)"],
        ),
        (
            "package-lock.json",
            b'{"lockfileVersion": 3, "packages": []}',
            ["error: has `packages` or `dependencies` that are no objects (0)"],
        ),
        ("package-lock.json", b'{"lockfileVersion": 1}', []),
        ("package-lock.json", b'{"dependencies": {"a": {"version": "1"}}}', ["npm a 1 at 1:20-21"]),
        ("package-lock.json", b"[" * 100_000, ["error: is nested too deeply (0)"]),
        (
            "package-lock.json",
            b'{"lockfileVersion": ' + b"9" * 5000 + b"}",
            ["error: is not JSON: a number in it is out of all bounds (0)"],
        ),
        (
            "package-lock.json",
            b'{"lockfileVersion": 3, "packages": {"node_modules/a": 1, "node_modules/b": {"version": 1}}}',
            ["1: node_modules/a is no object (gap)", "1: b has no usable version here (gap)"],
        ),
        (
            "package-lock.json",  # the last of two equal keys counts, for npm as well
            b'{"lockfileVersion": 3, "packages": {\n"node_modules/a": {"version": "1"},\n'
            b'"node_modules/a": {"version": "2"}}}',
            ["npm a 2 at 3:2-16"],
        ),
        (
            "package-lock.json",
            b'{"lockfileVersion": 3, "packages": {"node_modules/\\ud800": {"version": "1"}}}',
            ["1: a package has no usable name (gap)"],
        ),
    ),
)
def test_small(path: str, data: bytes, expected: list[str]) -> None:
    assert list(shown(read(path, data))) == expected


def test_too_large() -> None:
    assert read("uv.lock", b" " * ((32 << 20) + 1)).error == "is larger than 32 MiB"


def test_many_lines_without_a_version_are_refused() -> None:
    assert "more than 10,000 lines" in read("requirements.txt", b"a==1\n" + b"a\n" * 10_001).error


@pytest.mark.parametrize("line_end", ("\n", ""))
def test_large_npm_file_is_fast(line_end: str) -> None:
    packages = {f"node_modules/p{number}": {"version": "1.0.0", "license": "MIT"} for number in range(5000)}
    text = json.dumps({"lockfileVersion": 3, "packages": packages}, indent=2)
    if not line_end:
        text = text.replace("\n", "")
    start = time.process_time()
    lock = read("package-lock.json", text.encode())
    assert len(lock.locked) == 5000
    assert time.process_time() - start < 1


@pytest.mark.parametrize("tail", ("", 'x = "" # " \n', "x = 1.5\n"))
def test_large_toml_file_is_fast(tail: str) -> None:
    wheel = '    { url = "https://files.example.com/a.whl", hash = "sha256:00", size = 1 },\n'
    package = '[[package]]\nname = "p"\nversion = "1.0"\nwheels = [\n' + wheel * 20 + "]\n\n"
    start = time.process_time()
    lock = read("uv.lock", ("version = 1\n" + tail + package * 500).encode())
    assert len(lock.locked) == 500
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "line",
    (
        "[" * 5000,
        "x = " + "[" * 300 + "\n",
        'x = "' + "\\" * 9999,
        "x = {" + "a = 1, " * 3000,
        "x = [\n" + "  1,\n" * 5000,
    ),
)
def test_hostile_toml_is_no_trap(line: str) -> None:
    start = time.process_time()
    assert read("uv.lock", ("version = 1\n" + line).encode()).error
    assert time.process_time() - start < 1
