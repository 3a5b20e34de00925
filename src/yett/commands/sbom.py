"""`yett sbom`: a bill of materials of everything that the lockfiles of a target pin."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace

from yett import git
from yett.collect import SIZE_LIMIT, collect, read_file
from yett.errors import YettError
from yett.model import Target
from yett.parse.lockfiles import Lock, is_lockfile, kind, read
from yett.sbom import gather

_BILLS = ("CycloneDX JSON", "CycloneDX XML", "SPDX JSON")


def run(options: SimpleNamespace, environment: Mapping[str, str], say: Callable[[str], None]) -> int:
    """Print the bill of a tree (`options.tree`, "" for the index), or of `options.paths`.

    Raises:
        YettError: a lockfile cannot be read, or there is none: half a bill is none.
    """
    target, repository = _target(options, environment)
    files = sorted(_files(target, repository))
    if not files:
        raise YettError("there is no lockfile here: lock the project first")
    name = options.name or os.path.basename(target.root) or "project"
    stamp = _time(repository, target.head) if repository and target.head and not target.of_index else ""
    bom = gather(files, name, options.version_ or ("" if target.of_index else target.head), stamp)
    if options.format == "spdx":
        from yett.sbom.spdx import write
    else:
        from yett.sbom.cyclonedx import write
    say(write(bom))
    return 0


def _target(options: SimpleNamespace, environment: Mapping[str, str]) -> tuple[Target, git.Repository | None]:
    start = os.path.abspath(options.folder)
    if options.paths:
        return Target("paths", start, paths=tuple(options.paths)), None
    repository = git.find(start, environment)
    root = repository.root or repository.directory
    if options.tree:
        commit = git.commit_id(repository, options.tree)
        if not commit:
            raise YettError(f"there is no commit {options.tree!r} here: is it spelled right, and fetched?")
        return Target("tree", root, head=commit), repository
    if not repository.root:
        raise YettError(f"{root} is a bare repository: name a commit with --tree")
    return Target("tree", root, head=repository.head, of_index=True), repository


def _files(target: Target, repository: git.Repository | None) -> Iterator[tuple[str, Lock]]:
    """Each lockfile, read; other people's bills are left out, as those are what comes out of this."""
    entries = [
        entry
        for entry in collect(target, repository, False).entries
        if is_lockfile(entry.path) and kind(entry.path) not in _BILLS and not entry.link
    ]
    contents: list[bytes | int | str | None]
    if repository is None:
        contents = [read_file(os.path.join(target.root, entry.path)) for entry in entries]
    else:
        with git.Objects(repository) as objects:
            contents = list(objects.read((entry.oid for entry in entries), SIZE_LIMIT))
    for entry, data in zip(entries, contents, strict=True):
        if not isinstance(data, bytes):
            why = data if isinstance(data, str) else "it is not here, or too large"
            raise YettError(f"{entry.path} cannot be read: {why}")
        lock = read(entry.path, data)
        if lock.error:
            where = f"{entry.path}:{lock.line}" if lock.line else entry.path
            raise YettError(f"{where} {lock.error}: a bill without it would not be whole")
        yield entry.path, lock


def _time(repository: git.Repository, commit: str) -> str:
    """When a commit was made, in UTC."""
    import time

    seconds = repository("show", "--no-patch", "--format=%ct", commit).split()
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(seconds[0]))) if seconds else ""
