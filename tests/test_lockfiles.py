"""Lockfiles, each beside what should be read from it, and files that only look like some."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import limited
from yett.parse.lockfiles import Lock, is_lockfile, is_manifest, kind, read
from yett.parse.lockfiles.toml import _general, _regular

STORED = Path(__file__).parent / "lockfiles"


def shown(lock: Lock) -> Iterator[str]:
    for item in lock.locked:
        words = " direct" * bool(item.direct) + " dev" * item.dev
        yield f"{' '.join(item.package)} at {item.line}:{item.column}-{item.end_column}{words}"
    for skipped in lock.skipped:
        yield f"{skipped.line}: {skipped.what} {skipped.reason}{' (gap)' * skipped.gap}"
    for index in lock.indexes:
        yield f"{index.line}:{index.column}-{index.end_column} {index.option} {index.address}"
    if lock.error:
        yield f"error: {lock.error} ({lock.line})"


def shown_whole(lock: Lock) -> Iterator[str]:
    """All of it: what `shown` says, and below it the fields that only some formats have."""
    yield from shown(lock)
    edges = [(item.key, item.requires) for item in lock.locked] + [(item.key, item.requires) for item in lock.skipped]
    for key, requires in edges:
        if key:
            yield f"{key} -> {', '.join(requires) or 'nothing'}"
    for item in lock.locked:
        fields = {field: getattr(item, field) for field in ("integrity", "resolved", "registry", "yanked")}
        flags = [field for field in ("install_script", "sdist_only", "optional") if getattr(item, field)]
        if any(fields.values()) or flags:
            stated = [f"{field}={value}" for field, value in fields.items() if value]
            yield " ".join((f"{item.line} {item.package.name}", *stated, *flags))
    for runtime in lock.runtimes:
        yield f"runs on {runtime.product} {runtime.stated} ({runtime.line})"
    yield f"{lock.ecosystem or 'several'}; {lock.note or 'exact'}; {', '.join(lock.registries) or 'no registries'}"


@pytest.mark.parametrize("folder", sorted(path.name for path in STORED.iterdir()))
def test_stored(folder: str) -> None:
    (file,) = (path for path in (STORED / folder).iterdir() if path.name != "expected.txt")
    lock = read(file.name, file.read_bytes())
    assert list(shown_whole(lock)) == (STORED / folder / "expected.txt").read_text().splitlines()


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
    assert list(shown_whole(read(file.name, data))) == (STORED / folder / "expected.txt").read_text().splitlines()


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
        ("Cargo.lock", "Cargo.lock"),
        ("a/cargo.lock", "Cargo.lock"),  # one and the same on the disks of Windows and macOS
        ("pdm.lock", "pdm.lock"),
        ("Pipfile.lock", "Pipfile.lock"),
        ("pylock.toml", "pylock.toml"),
        ("pylock.dev.toml", "pylock.toml"),
        ("pylock.a.b.toml", ""),
        ("pylock.txt", ""),
        ("yarn.lock", "yarn.lock"),
        ("web/pnpm-lock.yaml", "pnpm-lock.yaml"),
        ("bun.lock", "bun.lock"),
        ("bun.lockb", ""),
        ("composer.lock", "composer.lock"),
        ("Gemfile.lock", "Gemfile.lock"),
        ("gems.locked", "Gemfile.lock"),
        ("go.mod", "go.mod"),
        ("go.sum", "go.sum"),
        ("go.work.sum", ""),
        ("pom.xml", "pom.xml"),
        ("gradle.lockfile", "gradle.lockfile"),
        ("buildscript-gradle.lockfile", "gradle.lockfile"),
        ("gradle/dependency-locks/compile.lockfile", "gradle.lockfile"),
        ("other/compile.lockfile", ""),
        ("src/packages.lock.json", "packages.lock.json"),
        ("mix.lock", "mix.lock"),
        ("bom.json", "CycloneDX JSON"),
        ("shop.cdx.json", "CycloneDX JSON"),
        ("shop.cdx.xml", "CycloneDX XML"),
        ("bom.xml", "CycloneDX XML"),
        ("shop.spdx.json", "SPDX JSON"),
        ("environment.yml", "environment.yml"),
        ("environment-dev.yaml", "environment.yml"),
        ("conda-environment.yml", "environment.yml"),
        ("myenvironment.yml", ""),
        ("flake.lock", ""),
        ("uv.lock/readme.txt", ""),
        ("a\nb/requirements.txt", "requirements"),
    ),
)
def test_kind(path: str, expected: str) -> None:
    assert kind(path) == expected
    assert is_lockfile(path) is bool(expected)
    assert not is_manifest(path)


@pytest.mark.parametrize("path", ("pyproject.toml", "a/setup.cfg"))
def test_a_manifest_is_no_lockfile(path: str) -> None:
    assert kind(path) == "manifest"
    assert is_manifest(path)
    assert not is_lockfile(path)


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


XML_BOMB = '<!DOCTYPE a [<!ENTITY b "c">]><project>&b;</project>'


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    (
        ("pom.xml", XML_BOMB, ["error: declares a document type or an entity, which is refused (1)"]),
        ("bom.xml", XML_BOMB, ["error: declares a document type or an entity, which is refused (1)"]),
        ("pom.xml", "<a>" * 300, ["error: is nested too deeply (1)"]),
        ("pom.xml", "<project><name>S&oslash;ren</name></project>", []),  # Maven knows the entities of HTML
        ("pom.xml", "<project>", ["error: is not XML: no element found (1)"]),
        ("pom.xml", "<settings/>", ["error: is not a pom.xml: its root is not <project> (0)"]),
        ("pom.xml", "", ["error: is not XML: no element found (1)"]),
        ("yarn.lock", "", []),
        ("yarn.lock", "# yarn lockfile v1\n", []),
        ("yarn.lock", "no\n", ["1: no is nothing that yarn would understand (gap)"]),
        ("yarn.lock", '"a@1":\n<<<<<<< HEAD\n', ["error: has unresolved merge conflicts (2)"]),
        ("pnpm-lock.yaml", "", ["error: is empty (0)"]),
        ("pnpm-lock.yaml", "lockfileVersion: 4\n", ["error: is not a pnpm-lock.yaml of version 5 to 9 (0)"]),
        (
            "pnpm-lock.yaml",
            "lockfileVersion: '9.0'\npackages: &a\n",
            ["error: uses an anchor, an alias or a tag, which no package manager writes (2)"],
        ),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\n", []),
        ("bun.lock", "{", ["error: is not bun's JSON: expecting property name enclosed in double quotes (1)"]),
        ("bun.lock", '{"lockfileVersion": 9}', ["error: is not a bun.lock of version 0, 1 or 2 (0)"]),
        ("composer.lock", "{}", ["error: is not a composer.lock: it has no `packages` (0)"]),
        ("composer.lock", '{"packages": []}', []),
        ("composer.lock", '{"packages": [1]}', ["1: a package is no object (gap)"]),
        ("Gemfile.lock", "", []),
        ("Gemfile.lock", "what is this\n", ["error: is not a Gemfile.lock: it has none of its sections (0)"]),
        ("Gemfile.lock", "GEM\n<<<<<<< HEAD\n", ["error: has unresolved merge conflicts (2)"]),
        ("go.mod", "", []),
        ("go.mod", "module a\nrequire (\n", ["error: has a block of `require` that does not end (0)"]),
        ("go.mod", "module a\nrequire b\n", ["2: b is nothing that go would understand (gap)"]),
        ("go.mod", "module a\nrequires b v1\n", ["2: requires is no directive of a go.mod (gap)"]),
        ("go.mod", "some text\n", ["error: is not a go.mod: it has no `module` (0)"]),
        ("go.sum", "some text\n", ["error: holds nothing that go would understand (1)"]),
        ("Cargo.lock", "version = 9\n", ["error: is not a Cargo.lock of version 1 to 4 (0)"]),
        ("Cargo.lock", "", []),
        ("gradle.lockfile", "", []),
        ("gradle.lockfile", "some text\n", ["error: holds nothing that gradle would understand (1)"]),
        ("packages.lock.json", "{}", ["error: is not a packages.lock.json: it has no `dependencies` (0)"]),
        ("mix.lock", "%{\n}\n", []),
        ("mix.lock", "%{\n", ["error: is not a mix.lock: its map does not end (0)"]),
        ("bom.json", "{}", ["error: is not a CycloneDX document: its `bomFormat` is another (0)"]),
        ("a.spdx.json", "{}", ["error: is not an SPDX document of version 2 (0)"]),
        ("pdm.lock", "", ["error: is not a pdm.lock: it has no [metadata] (0)"]),
        ("pylock.toml", "", ["error: is not a pylock.toml of version 1 (0)"]),
        ("Pipfile.lock", "{}", ["error: is not a Pipfile.lock: it has neither `_meta` nor `default` (0)"]),
        ("environment.yml", "a: b\n", ["error: is not an environment of conda: it has no `dependencies` (0)"]),
        ("environment-dev.yml", "a: b\n", []),  # many things are called so
        ("pyproject.toml", "", []),
        ("setup.cfg", "", []),
    ),
)
def test_small_files_of_other_ecosystems(path: str, text: str, expected: list[str]) -> None:
    assert list(shown(read(path, text.encode()))) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    (
        ("yarn.lock", "a, " * 100_000),
        ("yarn.lock", "a@1:\n  dependencies:\n    b" + " " * 300_000 + '"x"y'),
        ("bun.lock", '"\\' * 150_000),
        ("bun.lock", "/*" * 150_000),
        ("go.mod", "module x\n" + 'require "' + '\\"' * 1_500),
        ("pnpm-lock.yaml", "- " * 150_000),
        ("pnpm-lock.yaml", "a" + " " * 300_000 + "#x"),
        ("mix.lock", "%{" + '"' * 300_000 + "}"),
        ("pom.xml", "<project><a>" + "a<!---->" * 150_000 + "</a></project>"),
        (
            "pom.xml",
            f"<project><properties><a>{'${b}' * 100}</a><b>{'${a}' * 100}</b></properties><dependencies>"
            "<dependency><artifactId>${a}</artifactId><version>${a}</version></dependency></dependencies></project>",
        ),
        ("a.spdx.json", '{"spdxVersion": "SPDX-2.3", "packages": [' + "[" * 300_000),
        ("pyproject.toml", "[tool.poetry.dependencies]\n" + "".join(f'a{n} = "1"\n' for n in range(30_000))),
    ),
)
def test_hostile_text_is_no_trap(path: str, text: str) -> None:
    with limited():
        read(path, text.encode())


@pytest.mark.parametrize("folder", sorted(path.name for path in STORED.iterdir()))
def test_damaged_files_raise_nothing(folder: str) -> None:
    (file,) = (path for path in (STORED / folder).iterdir() if path.name != "expected.txt")
    data = file.read_bytes()
    chance = random.Random(folder)
    junk = (b'"', b"'", b"{", b"]", b":", b"\n", b"\0", b"\xff", b"\\", b"<!", b"${a}", b"\xed\xa0\x80", b"- ")
    for _ in range(60):
        place, length = chance.randrange(len(data)), chance.choice((0, 0, 1, 9, len(data)))
        lock = read(file.name, data[:place] + chance.choice(junk) + data[place + length :])
        for item in lock.locked:
            assert item.package.name.isprintable()
            assert item.package.version.isprintable()
            assert item.line >= 1


def test_too_large() -> None:
    assert read("uv.lock", b" " * ((32 << 20) + 1)).error == "is larger than 32 MiB"


def test_many_lines_without_a_version_are_refused() -> None:
    assert "more than 10,000 lines" in read("requirements.txt", b"a==1\n" + b"a\n" * 10_001).error


@pytest.mark.parametrize("line_end", ("\n", ""))
def test_a_large_npm_file_does_not_hang(line_end: str) -> None:
    packages = {f"node_modules/p{number}": {"version": "1.0.0", "license": "MIT"} for number in range(50_000)}
    text = json.dumps({"lockfileVersion": 3, "packages": packages}, indent=2)
    if not line_end:
        text = text.replace("\n", "")
    with limited():
        lock = read("package-lock.json", text.encode())
    assert len(lock.locked) == 50_000


@pytest.mark.parametrize("tail", ("", 'x = "" # " \n', "x = 1.5\n"))
def test_a_large_toml_file_does_not_hang(tail: str) -> None:
    package = f'# {"a" * 400}\n[[package]]\nname = "p"\nversion = "1.0"\n\n'
    with limited():
        lock = read("uv.lock", ("version = 1\n" + tail + package * 25_000).encode())
    assert len(lock.locked) == 25_000


@pytest.mark.parametrize(
    "line",
    (
        "[" * 300_000,
        "x = " + "[" * 300_000 + "\n",
        'x = "' + "\\" * 299_999,
        "x = {" + "".join(f"a{number} = 1, " for number in range(50_000)),
        "x = [\n" + "  1,\n" * 100_000,
    ),
)
def test_hostile_toml_is_no_trap(line: str) -> None:
    with limited():
        assert read("uv.lock", ("version = 1\n" + line).encode()).error
