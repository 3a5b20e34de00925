"""What lies outside yett in the tests: the programs they run, and git repositories made for them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest


def program(name: str) -> str:
    """The path of a program, from beside the interpreter that runs the tests or from PATH.

    A person without it skips the test; with `YETT_REQUIRE_ALL=1`, as in CI, its absence is a failure.
    """
    beside = Path(sys.prefix, "Scripts" if os.name == "nt" else "bin")
    path = shutil.which(name, path=os.pathsep.join((str(beside), os.environ.get("PATH", ""))))
    if path:
        return path
    absent = f"{name} is not installed: pip install '.[test]'"
    if os.environ.get("YETT_REQUIRE_ALL") == "1":
        pytest.fail(absent)
    pytest.skip(absent)


def git(root: Path, *arguments: str) -> str:
    """What git prints, in a repository of its own: nobody's configuration, nobody's hooks."""
    done = subprocess.run(
        ["git", "-C", str(root), *arguments],
        env=clean_environment(root),
        capture_output=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return os.fsdecode(done.stdout).strip()


def clean_environment(home: Path) -> dict[str, str]:
    """This process's environment with another home, less what would steer git, hooks, CI or yett."""
    steering = ("GIT_", "PRE_COMMIT", "PREK", "GITHUB_", "YETT_", "CI", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(steering) or "SSL" in name}
    person = {"NAME": "Test", "EMAIL": "test@example.org"}
    return {
        **kept,
        **{f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
    }


def new_repository(root: Path) -> Path:
    root.mkdir(parents=True)
    git(root, "init", "--quiet", "--initial-branch=main")
    return root


def write(root: Path, files: Mapping[str, bytes | str]) -> None:
    """Writes files below a folder. Names may hold whatever the file system takes."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def commit(root: Path, files: Mapping[str, bytes | str], message: str = "A change") -> str:
    """Commits files and gives the commit's id."""
    write(root, files)
    git(root, "--literal-pathspecs", "add", "--", *files)
    git(root, "commit", "--quiet", "--no-verify", "--allow-empty", "--message", message)
    return git(root, "rev-parse", "HEAD")


def advisories(folder: Path, *entries: Mapping[str, object]) -> Path:
    """A folder as the advisories' source offers it: one archive for each ecosystem."""
    archive = folder / "PyPI" / "all.zip"
    archive.parent.mkdir(parents=True)
    with zipfile.ZipFile(archive, "w") as file:
        for entry in entries:
            file.writestr(f"{entry['id']}.json", json.dumps(entry))
    return folder


def advisory(package: str, fixed: str) -> dict[str, object]:
    return {
        "schema_version": "1.6.0",
        "id": f"TEST-2026-{len(package):04}",
        "modified": "2026-01-02T03:04:05Z",
        "published": "2026-01-02T03:04:05Z",
        "summary": "Anyone can read the orders",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": package},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
            }
        ],
    }
