"""poetry.lock, lock-version 1 and 2 (https://python-poetry.org/docs/basic-usage/#installing-with-poetrylock)."""

from __future__ import annotations

from yett.model import Package
from yett.parse.lockfiles.lock import Lock, Locked, LockError, Skipped
from yett.parse.lockfiles.toml import document


def parse(text: str) -> Lock:
    """What the file says. Raises LockError."""
    content = document(text)
    if not isinstance(content.top.get("metadata"), dict):
        raise LockError("is not a poetry.lock: it has no [metadata]")
    locked: list[Locked] = []
    skipped: list[Skipped] = []
    for line, column, end_column, table in content.entries:
        name, version, source = table.get("name"), table.get("version"), table.get("source")
        if not isinstance(name, str) or not name or not name.isprintable():
            skipped.append(Skipped(line, "a package", "has no usable name", understood=False))
        elif isinstance(source, dict) and source.get("type") == "directory":
            skipped.append(Skipped(line, name, "is part of the project", gap=False))
        elif not isinstance(version, str) or not version or not version.isprintable():
            skipped.append(Skipped(line, name, "has no usable version here", package=Package("PyPI", name, "")))
        else:
            groups = table.get("groups")
            dev = table.get("category") == "dev" or (isinstance(groups, list) and "main" not in groups)
            locked.append(Locked(Package("PyPI", name, version), line, column, end_column, dev=dev))
    return Lock(tuple(locked), tuple(skipped))
