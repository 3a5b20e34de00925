"""uv.lock (https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile), version 1."""

from __future__ import annotations

from yett.model import Package
from yett.parse.lockfiles.lock import Lock, Locked, LockError, Skipped
from yett.parse.lockfiles.toml import document

_OWN = ("editable", "virtual", "directory")


def parse(text: str) -> Lock:
    """What the file says. Raises LockError."""
    content = document(text)
    if content.top.get("version") != 1:
        raise LockError("is not a uv.lock of version 1")
    if "distribution" in content.top:
        raise LockError("was written by a uv older than 0.2.34: lock again")
    locked: list[Locked] = []
    skipped: list[Skipped] = []
    for line, column, end_column, table in content.entries:
        name, version, source = table.get("name"), table.get("version"), table.get("source")
        if not isinstance(name, str) or not name or not name.isprintable():
            skipped.append(Skipped(line, "a package", "has no usable name", understood=False))
        elif isinstance(source, dict) and any(isinstance(source.get(key), str) for key in _OWN):
            skipped.append(Skipped(line, name, "is part of the project", gap=False))
        elif not isinstance(version, str) or not version or not version.isprintable():
            skipped.append(Skipped(line, name, "has no usable version here", package=Package("PyPI", name, "")))
        else:
            locked.append(Locked(Package("PyPI", name, version), line, column, end_column))
    return Lock(tuple(locked), tuple(skipped))
