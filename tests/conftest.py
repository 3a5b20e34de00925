"""A real repository to try things in, and yett run in process."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from yett.cli import main


class Repo(NamedTuple):
    """A git repository in a temporary folder."""

    root: Path

    def git(self, *arguments: str, given: bytes | None = None) -> str:
        done = subprocess.run(
            ("git", *arguments), cwd=self.root, input=given, capture_output=True, check=True, env=environment()
        )
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, path: str | bytes, content: str | bytes) -> None:
        whole = os.path.join(os.fsencode(self.root), os.fsencode(path))
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)

    def stage(self, files: dict[str, str] | dict[str, bytes] | None = None) -> None:
        for path, content in (files or {}).items():
            self.write(path, content)
        self.git("add", "--all")

    def commit(self, files: dict[str, str] | dict[str, bytes] | None = None, message: str = "change") -> str:
        self.stage(files)
        self.git("commit", "--quiet", "--allow-empty", "--no-verify", "--message", message)
        return self.git("rev-parse", "HEAD")


def environment() -> dict[str, str]:
    """An environment for git that no configuration of the machine reaches."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return kept | {
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.com",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    root = tmp_path / "repo"
    root.mkdir()
    made = Repo(root)
    made.git("init", "--quiet", "--initial-branch=main")
    return made


class Ran(NamedTuple):
    code: int
    out: str
    err: str


Yett = Callable[..., Ran]


@pytest.fixture
def yett(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Yett:
    """Run yett in a folder: `yett(repo.root, "check", "--staged", CI="true")`."""

    def run(folder: Path, *arguments: str, **variables: str) -> Ran:
        monkeypatch.chdir(folder)
        kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        own = {"YETT_ADVISORIES": str(tmp_path / "none.sqlite"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
        code = main(arguments, kept | own | variables)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """A name for long bytes: an archive holds the time it was made at, and every worker has to give the same name."""
    return f"{argname}{len(val)}" if isinstance(val, bytes) and len(val) > 40 else None
