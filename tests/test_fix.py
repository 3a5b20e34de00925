"""`yett fix --dependencies`: pins rewritten and nothing else; the command where that is another tool's business."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import Repo, environment
from tests.test_advisories import NOW, bucket, entry
from yett.advisories.build import update
from yett.advisories.lookup import Advisories, advisories
from yett.commands import fix
from yett.commands.fix import dependencies
from yett.commands.fix.plan import Plan, diff
from yett.errors import YettError
from yett.model import Package
from yett.parse.lockfiles import Lock, Locked, read

ADVISORIES = {
    "PyPI": [
        entry("CVE-2026-1", "examplelib", "introduced 0", "fixed 1.1"),
        entry("CVE-2026-2", "examplelib", "introduced 0", "fixed 1.0.9"),
        entry("CVE-2026-3", "hopeless", "introduced 0"),
        entry("MAL-2026-1", "taken-over", listed=("6.6.6",)),
    ],
    "npm": [entry("GHSA-bbbb", "@acme/thing", "introduced 0", "fixed 2.0.0", ecosystem="npm")],
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("advisories")
    update(str(bucket(folder / "osv", ADVISORIES)), str(folder / "advisories.sqlite"), (), NOW)
    return str(folder / "advisories.sqlite")


@pytest.fixture(scope="module")
def known(database: str) -> Advisories:
    found = advisories(database)
    assert isinstance(found, Advisories)
    return found


def plan(text: str, known: Advisories, path: str = "requirements.txt") -> Plan:
    lock = read(path, text.encode())
    assert not lock.error
    return dependencies.plan(path, text.encode(), lock, dependencies.steps(lock, known))


@pytest.mark.parametrize(
    ("old", "new"),
    (
        ("examplelib==1.0\n", "examplelib==1.1\n"),
        ("examplelib==1.1\n", ""),  # nothing to do
        ("", ""),
        ("innocent==1.0\n", ""),
        ("# a\n\n  ExampleLib [x] == 1.0  ; python_version < '3.12'  # examplelib==1.0\r\nother==1\n",
         "# a\n\n  ExampleLib [x] == 1.1  ; python_version < '3.12'  # examplelib==1.0\r\nother==1\n"),
        ("examplelib===1.0", "examplelib===1.1"),
        ("examplelib==1.0\nexamplelib==1.0 ; os_name == 'nt'\nexamplelib==1.0.9\n",
         "examplelib==1.1\nexamplelib==1.1 ; os_name == 'nt'\nexamplelib==1.1\n"),
        ("other==1\nexamplelib==1.0\t# why\n", "other==1\nexamplelib==1.1\t# why\n"),
        ("examplelib (==1.0)\n", "examplelib (==1.1)\n"),
    ),
)  # fmt: skip
def test_pins_are_rewritten(known: Advisories, old: str, new: str) -> None:
    done = plan(old, known)
    assert done.new == new
    assert done.notes == ()
    if new:
        assert plan(new, known).new == ""  # once is enough


def test_a_manifest_is_rewritten_too(known: Advisories) -> None:
    old = '[project]\nname = "x"\ndependencies = [\n  "examplelib[a]==1.0",  # why\n  "other>=1",\n]\n'
    assert plan(old, known, "pyproject.toml").new == old.replace("==1.0", "==1.1")


@pytest.mark.parametrize(
    ("text", "note"),
    (
        ("hopeless==1.0\n", "hopeless 1.0 stays: no version of it is known to be free of CVE-2026-3"),
        ("taken-over==6.6.6\n", "taken-over 6.6.6 stays: no version of it is known to be free of MAL-2026-1"),
        ("examplelib \\\n  ==1.0\n", "examplelib 1.0 has to be moved to 1.1 by hand (line 1)"),
        ("examplelib>=0,==1.0\n", "examplelib 1.0 has to be moved to 1.1 by hand (line 1)"),
    ),
)
def test_what_cannot_be_rewritten_is_told(known: Advisories, text: str, note: str) -> None:
    done = plan(text, known)
    assert (done.new, done.notes) == ("", (note,))


def test_hashes_are_never_left_behind(known: Advisories) -> None:
    done = plan(f"examplelib==1.0 \\\n    --hash=sha256:{'0' * 64}\n", known, "deploy/requirements.txt")
    assert done.new == ""
    assert done.notes[1:] == (
        "  uv pip compile --generate-hashes --upgrade-package examplelib==1.1 --output-file requirements.txt "
        "requirements.in",
        "  pip-compile --generate-hashes --upgrade-package examplelib==1.1 --output-file requirements.txt "
        "requirements.in",
    )
    assert "in deploy:" in done.notes[0]


def test_no_utf_8(known: Advisories) -> None:
    data = "examplelib==1.0 # \xfc\n".encode("latin-1")
    lock = read("requirements.txt", data)
    done = dependencies.plan("requirements.txt", data, lock, dependencies.steps(lock, known))
    assert (done.new, done.notes) == ("", ("it is not UTF-8, so its pins have to be changed by hand",))


@pytest.mark.parametrize(
    ("path", "package", "direct", "command"),
    (
        ("uv.lock", ("PyPI", "a", "1"), None, "uv lock --upgrade-package a==2"),
        ("poetry.lock", ("PyPI", "a", "1"), True, "poetry add a==2"),
        ("poetry.lock", ("PyPI", "a", "1"), None, "poetry update a"),
        ("pdm.lock", ("PyPI", "a", "1"), None, "pdm update --update-reuse a"),
        ("Pipfile.lock", ("PyPI", "a", "1"), None, "pipenv upgrade a==2"),
        ("package-lock.json", ("npm", "@b/a", "1"), True, "npm install @b/a@2"),
        ("package-lock.json", ("npm", "a", "1"), False, "npm update a"),
        ("yarn.lock", ("npm", "a", "1"), True, "yarn upgrade a@2"),
        ("pnpm-lock.yaml", ("npm", "a", "1"), False, "pnpm update --depth Infinity a"),
        ("bun.lock", ("npm", "a", "1"), None, "bun update a"),
        ("composer.lock", ("Packagist", "b/a", "1"), None, "composer update b/a --with b/a:2 --with-dependencies"),
        ("Gemfile.lock", ("RubyGems", "a", "1"), None, "bundle update --conservative a"),
        ("go.mod", ("Go", "example.com/a", "1"), None, "go get example.com/a@v2 && go mod tidy"),
        ("Cargo.lock", ("crates.io", "a", "1"), None, "cargo update --package a@1 --precise 2"),
        ("packages.lock.json", ("NuGet", "A", "1"), None,
         "dotnet add package A --version 2 && dotnet restore --force-evaluate"),
        ("pom.xml", ("Maven", "g.h:a", "1"), None,
         "mvn versions:use-dep-version -Dincludes=g.h:a -DdepVersion=2 -DforceVersion=true"),
        ("gradle.lockfile", ("Maven", "g:a", "1"), None, "gradle dependencies --update-locks g:a:2"),
        ("mix.lock", ("Hex", "a", "1"), None, "mix deps.update a"),
    ),
)  # fmt: skip
def test_commands_for_lockfiles(path: str, package: tuple[str, str, str], direct: bool | None, command: str) -> None:
    step = dependencies.Step(Locked(Package(*package), 1, 1, 1, direct), "2", ("CVE-2026-1",))
    assert dependencies.plan(path, b"", Lock(), (step,)).notes == (f"run: {command}",)
    assert dependencies.plan(f"a b/{path}", b"", Lock(), (step,)).notes == (f"in a b, run: {command}",)


@pytest.mark.parametrize(
    ("data", "direct", "command"),
    (
        (b"# yarn lockfile v1\n", True, "yarn upgrade a@2"),
        (b"# yarn lockfile v1\n", False, "npm pkg set 'resolutions[a]=2' && yarn install"),
        (b"__metadata:\n  version: 8\n", True, "yarn up a@2"),
        (b"__metadata:\n  version: 8\n", False, "yarn up --recursive a"),
    ),
)
def test_both_yarns(data: bytes, direct: bool, command: str) -> None:
    step = dependencies.Step(Locked(Package("npm", "a", "1"), 1, 1, 1, direct), "2", ("CVE-2026-1",))
    assert dependencies.plan("yarn.lock", data, Lock(), (step,)).notes == (f"run: {command}",)


def test_one_command_for_many() -> None:
    steps = [dependencies.Step(Locked(Package("PyPI", name, "1"), 1, 1, 1), "2", ("x",)) for name in "ab"]
    assert dependencies.plan("uv.lock", b"", Lock(), steps).notes == (
        "run: uv lock --upgrade-package a==2 --upgrade-package b==2",
    )


@pytest.mark.parametrize("name", ("a; rm -rf ~", "$(x)", "--flag", "a\nb", "a b", "`x`", "a'b", "", "\x1b[31m"))
def test_no_name_becomes_a_command(name: str) -> None:
    step = dependencies.Step(Locked(Package("npm", name, "1"), 1, 1, 1), "2", ("x",))
    (note,) = dependencies.plan("package-lock.json", b"", Lock(), (step,)).notes
    assert "not safe to put into a command" in note
    (note,) = dependencies.plan("package-lock.json", b"", Lock(), (step._replace(item=Locked(Package("npm", "a", "1"), 1, 1, 1), version=name or " "),)).notes  # fmt: skip  # noqa: E501
    assert "not safe" in note


# --- the command ------------------------------------------------------------------------------------------------------


def run(database: str, **given: Any) -> str:
    said: list[str] = []
    options = SimpleNamespace(
        **{"paths": [], "folder": ".", "write": False, "dependencies": True, "config": False, **given}
    )
    assert fix.run(options, environment(), database, said.append) == 0
    return "".join(text if text.endswith("\n") else f"{text}\n" for text in said)


FILES = {
    "requirements.txt": "# pins\nexamplelib==1.0\t# why\nhopeless==1.0",
    "b/requirements-dev.txt": "a==1\r\nexamplelib==1.0\r\nz==1\r\n",
    "web/package-lock.json": '{"lockfileVersion": 3, "packages": {"node_modules/@acme/thing": {"version": "1.0.0"}}}',
    "clean/requirements.txt": "innocent==1\n",
}


def test_a_dry_run_is_a_patch(repo: Repo, database: str) -> None:
    repo.commit(FILES)
    said = run(database, folder=str(repo.root))
    assert said == (
        "requirements.txt: hopeless 1.0 stays: no version of it is known to be free of CVE-2026-3\n"
        "web/package-lock.json: in web, run: npm update @acme/thing\n"
        "--- a/b/requirements-dev.txt\n+++ b/b/requirements-dev.txt\n@@ -1,3 +1,3 @@\n a==1\r\n"
        "-examplelib==1.0\r\n+examplelib==1.1\r\n z==1\r\n"
        "--- a/requirements.txt\n+++ b/requirements.txt\n@@ -1,3 +1,3 @@\n # pins\n"
        "-examplelib==1.0\t# why\n+examplelib==1.1\t# why\n hopeless==1.0\n\\ No newline at end of file\n"
    )
    assert (repo.root / "requirements.txt").read_text() == FILES["requirements.txt"]
    repo.git("apply", "--whitespace=nowarn", given=said.encode())
    assert (repo.root / "requirements.txt").read_bytes() == b"# pins\nexamplelib==1.1\t# why\nhopeless==1.0"
    assert (repo.root / "b/requirements-dev.txt").read_bytes() == b"a==1\r\nexamplelib==1.1\r\nz==1\r\n"


def test_write_writes_once(repo: Repo, database: str) -> None:
    repo.commit(FILES)
    (repo.root / "requirements.txt").chmod(0o640)
    assert "requirements.txt: written\n" in run(database, folder=str(repo.root), write=True)
    assert (repo.root / "requirements.txt").read_bytes() == b"# pins\nexamplelib==1.1\t# why\nhopeless==1.0"
    assert (repo.root / "requirements.txt").stat().st_mode & 0o777 == 0o640
    before = subprocess.run(("git", "status", "--short"), cwd=repo.root, capture_output=True, check=True).stdout
    assert before == b" M b/requirements-dev.txt\n M requirements.txt\n"
    assert "written" not in run(database, folder=str(repo.root), write=True)
    assert [path.name for path in repo.root.glob(".yett*")] == []


def test_named_files(tmp_path: Path, database: str) -> None:
    (tmp_path / "requirements.txt").write_text("examplelib==1.0\n")
    (tmp_path / "other-requirements.txt").write_text("examplelib==1.0\n")
    said = run(database, folder=str(tmp_path), paths=["requirements.txt"], write=True)
    assert said == "requirements.txt: written\n"
    assert (tmp_path / "other-requirements.txt").read_text() == "examplelib==1.0\n"


def test_nothing_to_fix(tmp_path: Path, database: str) -> None:
    (tmp_path / "requirements.txt").write_text("innocent==1.0\n")
    said = run(database, folder=str(tmp_path), paths=["."])
    assert said == "there is nothing to fix: no advisory concerns what is pinned\n"


def test_without_advisories(tmp_path: Path) -> None:
    with pytest.raises(YettError, match="there is no advisory database at"):
        run(str(tmp_path / "none"), folder=str(tmp_path), paths=["."])


def test_an_ecosystem_that_was_not_fetched(tmp_path: Path, database: str) -> None:
    (tmp_path / "Cargo.lock").write_text(
        'version = 3\n[[package]]\nname = "a"\nversion = "1.0.0"\nsource = "registry+x"\n'
    )
    with pytest.raises(YettError, match=r"has nothing on crates.io"):
        run(database, folder=str(tmp_path), paths=["."])


def test_a_broken_file_is_told(tmp_path: Path, database: str) -> None:
    (tmp_path / "uv.lock").write_text("[")
    assert "nothing in it was looked up" in run(database, folder=str(tmp_path), paths=["."])


def test_what_does_not_print_is_written_visibly() -> None:
    old, new = "a\x1b[31m==1\nb==1\n", "a\x1b[31m==1\nb==2\n"
    text = diff(Plan("x\x1by.txt", old, new, ()))
    assert "\x1b" not in text
    assert "\n-b==1\n+b==2" in text
