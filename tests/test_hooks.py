"""The hooks, in real repositories under the real pre-commit and the real prek."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.outside import advisories, advisory, clean_environment, commit, git, new_repository, program, write

PROJECT = Path(__file__).resolve().parent.parent
PACKAGE = (".pre-commit-hooks.yaml", "LICENSE", "README.md", "pyproject.toml")
TOKEN = "ghp_" + "3kxB7sQmWt9LzVhN2cRpD5fGjY8aE430hKPT"
KINDS = ("pre-commit", "pre-merge-commit", "pre-push")

SECRET = f'KEY = "{TOKEN}"\n'
CLEAN = "def total(prices):\n    return sum(prices)\n"
SHELL = "import subprocess\n\n\ndef show(name):\n    subprocess.call('ls ' + name, shell=True)\n"
WRITE_ALL = "on: push\npermissions: write-all\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n"


class Outcome(NamedTuple):
    """What became of a git command: whether git did it, and what was said."""

    done: bool
    said: str


class Team(NamedTuple):
    """A machine with a hook runner on it, whose environments for the hooks are made once."""

    runner: str
    home: Path
    gate: Path
    revision: str

    @property
    def environment(self) -> dict[str, str]:
        homes = {"PRE_COMMIT_HOME": str(self.home / "pre-commit"), "PREK_HOME": str(self.home / "prek")}
        return {**clean_environment(self.home), **homes}

    def config(self, *hooks: str, extra: str = "") -> str:
        repository = {"repo": str(self.gate), "rev": self.revision, "hooks": [{"id": hook} for hook in hooks]}
        return f"{extra}repos: [{json.dumps(repository)}]\n"

    def repository(self, root: Path, *hooks: str, extra: str = "") -> Repository:
        """A new repository with one commit, the hooks installed."""
        commit(new_repository(root), {".pre-commit-config.yaml": self.config(*hooks or ("yett",), extra=extra)})
        kinds = [part for kind in KINDS for part in ("--hook-type", kind)]
        self.run(root, "install", *kinds)
        return Repository(self, root)

    def run(self, root: Path, *arguments: str) -> str:
        done = subprocess.run(
            [program(self.runner), *arguments],
            cwd=root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        said = os.fsdecode(done.stdout)
        assert done.returncode == 0, said
        return said


class Repository(NamedTuple):
    """A repository in which somebody works."""

    team: Team
    root: Path

    def git(self, *arguments: str, env: Mapping[str, str] | None = None) -> Outcome:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env={**self.team.environment, **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return Outcome(done.returncode == 0, os.fsdecode(done.stdout))

    def commit(self, files: Mapping[str, bytes | str]) -> Outcome:
        write(self.root, files)
        assert self.git("add", "--", *files).done
        return self.git("commit", "-m", "A change")

    def head(self) -> str:
        return git(self.root, "rev-parse", "HEAD")


@pytest.fixture(scope="module", params=("pre-commit", "prek"))
def team(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Team:
    runner = str(request.param)
    program(runner)
    folder = tmp_path_factory.mktemp(runner)
    gate = new_repository(folder / "gate")
    for name in PACKAGE:
        shutil.copy(PROJECT / name, gate)
    shutil.copytree(PROJECT / "src", gate / "src", ignore=shutil.ignore_patterns("__pycache__"))
    git(gate, "add", "--all")
    git(gate, "commit", "--quiet", "--message", "The gate")
    team = Team(runner, folder / "home", gate, git(gate, "rev-parse", "HEAD"))
    (folder / "home").mkdir()
    team.run(team.repository(folder / "first").root, "install-hooks")
    return team


@pytest.fixture
def repository(team: Team, tmp_path: Path) -> Repository:
    return team.repository(tmp_path / "work")


def refused(outcome: Outcome, rule: str) -> None:
    """git did not do it, because yett said "fail" (and did not merely fail), and the secret is in nobody's log."""
    assert not outcome.done, outcome.said
    assert "exit code: 1" in outcome.said, outcome.said
    assert rule in outcome.said, outcome.said
    assert TOKEN not in outcome.said


def test_the_manifest_is_valid() -> None:
    subprocess.run([program("pre-commit"), "validate-manifest", PROJECT / ".pre-commit-hooks.yaml"], check=True)


@pytest.mark.parametrize(
    "files",
    [
        {"shop.py": CLEAN},
        {"a b.py": CLEAN, "-n": "x\n", "new\nline.py": CLEAN, "é.py": CLEAN},
        {"deploy.yaml": "replicas: 2\n", "logo.png": b"\x89PNG\r\n\x1a\n\0\0", "empty": b""},
    ],
    ids=("plain", "names", "kinds"),
)
def test_a_clean_commit_goes_through(repository: Repository, files: dict[str, bytes | str]) -> None:
    head = repository.head()
    outcome = repository.commit(files)
    assert outcome.done, outcome.said
    assert repository.head() != head


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("shop.py", SECRET),
        ("a b.py", SECRET),
        ("new\nline.py", SECRET),
        ("-n", SECRET),
        (".github/notes", SECRET),
        ("utf-16.txt", SECRET.encode("utf-16")),
        ("utf-16-le.txt", SECRET.encode("utf-16-le")),
        ("one-byte.txt", b"\xff\n" + SECRET.encode()),
        ("nul.bin", b"\0\0\n" + SECRET.encode()),
        ("logo.png", b"\x89PNG\r\n\x1a\n\0\0\n" + SECRET.encode()),
        ("archive.gz", SECRET.encode()),
    ],
    ids=lambda value: ascii(value) if isinstance(value, str) and len(value) < 20 else "",
)
def test_a_secret_is_refused(repository: Repository, name: str, content: bytes | str) -> None:
    head = repository.head()
    refused(repository.commit({name: content}), "secrets/github")
    assert repository.head() == head


def test_a_name_that_is_no_utf8_hides_nothing(repository: Repository) -> None:
    """prek runs the hook; pre-commit stops at such a name by itself, and with it the commit."""
    head = repository.head()
    outcome = repository.commit({"byte\udcff.py": SECRET})
    assert not outcome.done
    assert repository.head() == head
    assert TOKEN not in outcome.said


def test_the_index_counts_and_not_the_work_tree(repository: Repository) -> None:
    write(repository.root, {"shop.py": SECRET})
    assert repository.git("add", "shop.py").done
    write(repository.root, {"shop.py": CLEAN})
    refused(repository.git("commit", "-m", "staged"), "secrets/github")

    assert repository.git("add", "shop.py").done
    write(repository.root, {"shop.py": SECRET})
    outcome = repository.git("commit", "-m", "not staged")
    assert outcome.done, outcome.said


def test_what_a_commit_takes_along_is_checked(repository: Repository) -> None:
    """`commit -a` and `commit PATH` build an index of their own, which git names to the hook in GIT_INDEX_FILE."""
    assert repository.commit({"shop.py": CLEAN, "other.py": CLEAN}).done
    head = repository.head()
    write(repository.root, {"shop.py": SECRET})
    refused(repository.git("commit", "-a", "-m", "all"), "secrets/github")
    refused(repository.git("commit", "-m", "one", "--", "shop.py"), "secrets/github")
    assert repository.head() == head
    write(repository.root, {"other.py": CLEAN + "\n"})
    outcome = repository.git("commit", "-m", "the other", "--", "other.py")
    assert outcome.done, outcome.said


def test_work_in_a_linked_work_tree_is_checked(repository: Repository, tmp_path: Path) -> None:
    assert repository.git("worktree", "add", str(tmp_path / "linked")).done
    linked = repository._replace(root=tmp_path / "linked")
    refused(linked.commit({"shop.py": SECRET}), "secrets/github")
    assert linked.git("rm", "--cached", "--quiet", "shop.py").done
    assert linked.commit({"clean.py": CLEAN}).done


def test_a_merge_is_checked(repository: Repository) -> None:
    assert repository.git("checkout", "-b", "topic").done
    commit(repository.root, {"shop.py": SECRET})  # somebody without the hook
    assert repository.git("checkout", "main").done
    assert repository.commit({"other.py": CLEAN}).done
    head = repository.head()
    refused(repository.git("merge", "--no-ff", "--no-edit", "topic"), "secrets/github")
    assert repository.head() == head


def test_a_push_is_checked_commit_by_commit(repository: Repository, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "remote")
    assert repository.git("remote", "add", "origin", str(tmp_path / "remote")).done
    first = repository.git("push", "origin", "main")
    assert first.done, first.said
    commit(repository.root, {"shop.py": SECRET})
    commit(repository.root, {"shop.py": CLEAN})
    for branch in ("main", "main:topic"):
        refused(repository.git("push", "origin", branch), "secrets/github")
    assert repository.git("reset", "--hard", "origin/main").done
    commit(repository.root, {"shop.py": CLEAN})
    outcome = repository.git("push", "origin", "main", "main:topic")
    assert outcome.done, outcome.said


def test_a_first_push_is_checked(repository: Repository, tmp_path: Path) -> None:
    """With the root commit in the push the runners name no range, and nothing is staged. It is not "nothing to do"."""
    git(tmp_path, "init", "--quiet", "--bare", "remote")
    assert repository.git("remote", "add", "origin", str(tmp_path / "remote")).done
    commit(repository.root, {"shop.py": SECRET})
    refused(repository.git("push", "origin", "main"), "secrets/github")


def test_a_first_push_of_another_branch_is_checked(repository: Repository, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "remote")
    assert repository.git("remote", "add", "origin", str(tmp_path / "remote")).done
    assert repository.git("checkout", "-b", "topic").done
    commit(repository.root, {"shop.py": SECRET})
    assert repository.git("checkout", "main").done
    write(repository.root, {"other.py": CLEAN})
    assert repository.git("add", "other.py").done
    refused(repository.git("push", "origin", "topic"), "secrets/github")


def test_a_run_over_everything_checks_everything(repository: Repository) -> None:
    """`run --all-files` is what many a pipeline does. Nothing is staged there either."""
    commit(repository.root, {"shop.py": SECRET})
    done = subprocess.run(
        [program(repository.team.runner), "run", "--all-files"],
        cwd=repository.root,
        env={**repository.team.environment, "CI": "true"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    refused(Outcome(done.returncode == 0, os.fsdecode(done.stdout)), "secrets/github")


def test_no_filter_of_the_configuration_hides_a_file(team: Team, tmp_path: Path) -> None:
    repository = team.repository(tmp_path / "work", extra="exclude: '.*'\nfiles: '^nothing$'\n")
    refused(repository.commit({"shop.py": SECRET}), "secrets/github")


@pytest.mark.parametrize(
    ("hook", "refuses", "rule", "leaves"),
    [
        ("yett-secrets", {"shop.txt": SECRET}, "secrets/github", {"shop.py": SHELL}),
        ("yett-python", {"shop.py": SHELL}, "python/", {"shop.txt": SECRET}),
        ("yett-config", {".github/workflows/a.yml": WRITE_ALL}, "github-actions/", {"shop.py": SHELL}),
    ],
)
def test_a_hook_of_its_own_for_each_check(
    team: Team, tmp_path: Path, hook: str, refuses: dict[str, bytes | str], rule: str, leaves: dict[str, bytes | str]
) -> None:
    repository = team.repository(tmp_path / "work", hook)
    outcome = repository.commit(leaves)
    assert outcome.done, outcome.said
    refused(repository.commit(refuses), rule)


def test_dependencies_are_audited_without_the_network(team: Team, tmp_path: Path) -> None:
    repository = team.repository(tmp_path / "work", "yett-dependencies")
    database = tmp_path / "advisories.sqlite"
    env = {"YETT_ADVISORIES": str(database), "https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}

    def attempt(*pins: str) -> Outcome:
        write(repository.root, {"requirements.txt": "".join(f"{pin}\n" for pin in pins)})
        assert repository.git("add", "requirements.txt").done
        return repository.git("commit", "-m", "A dependency", env=env)

    outcome = attempt("basket==1.0.0")
    assert outcome.done, f"a machine without advisories must be able to commit: {outcome.said}"

    source = advisories(tmp_path / "source", advisory("shopkit", fixed="2.0.0"))
    subprocess.run(
        [program("yett"), "advisories", "update", "--from", str(source), "--database", str(database)],
        env=team.environment,
        check=True,
    )
    refused(attempt("basket==1.0.0", "shopkit==1.5.0"), "dependencies/")
    assert attempt("basket==1.0.0", "shopkit==2.0.0").done
