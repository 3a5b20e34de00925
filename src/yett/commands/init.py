"""`yett init`: looks at the repository and writes what switches the gate on. It overwrites nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from types import SimpleNamespace

from yett import guide, identity
from yett.errors import YettError

_LOOK_AT_MOST = 20_000
_SKIPPED = {".git", ".venv", "node_modules", "venv"}


def run(options: SimpleNamespace, say: Callable[[str], None]) -> int:
    """Write a policy, a pre-commit entry and a workflow into a folder, or say what would be written.

    Raises:
        YettError: there is no such folder, or it cannot be written to.
    """
    if not os.path.isdir(options.folder):
        raise YettError(f"{options.folder} is not a folder: name the top of a repository")
    for name, text in _files(options.folder):
        path = os.path.join(options.folder, name)
        if os.path.lexists(path):
            say(f"{name} is there already and stays as it is; yett's part of it would be:\n\n{_indented(text)}")
        elif options.dry_run:
            say(f"{name} would be written:\n\n{_indented(text)}")
        else:
            _write(path, text)
            say(f"{name} written")
    say("next: `yett advisories update`, then `yett check`")
    return 0


def _files(folder: str) -> Iterator[tuple[str, str]]:
    yield ".yett.yaml", guide.policy_text(_seen(folder))
    yield identity.PLACE, os.urandom(32).hex() + "\n"
    yield ".pre-commit-config.yaml", guide.pre_commit_entry()
    yield ".github/workflows/yett.yml", guide.workflow_text()


def _seen(folder: str) -> guide.Seen:
    """What kinds of files there are, by their names alone."""
    from yett.checks.config import load as config
    from yett.checks.dependencies import load as dependencies

    wants_config, wants_dependencies = config().wants, dependencies("", 7, 0).wants
    python = lockfiles = dockerfiles = workflows = False
    looked = 0
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(set(folders) - _SKIPPED)
        for name in files:
            looked += 1
            path = os.path.relpath(os.path.join(parent, name), folder).replace(os.sep, "/")
            python |= name.endswith(".py")
            lockfiles |= wants_dependencies(path)
            if wants_config(path):
                workflows |= path.startswith(".github/")
                dockerfiles |= not path.startswith(".github/")
        if looked > _LOOK_AT_MOST:
            break
    return guide.Seen(python=python, lockfiles=lockfiles, dockerfiles=dockerfiles, workflows=workflows)


def _write(path: str, text: str) -> None:
    try:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise YettError(f"{path} cannot be written: {(error.strerror or 'unknown error').lower()}") from None


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())
