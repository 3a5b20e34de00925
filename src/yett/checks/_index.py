"""The keywords of all kinds of secrets, from the shelf where they lie there: importing every kind takes 10 ms."""

from __future__ import annotations

import marshal
import os
import sys

from yett import __version__
from yett.digest import of
from yett.parse.compiled import Shelf
from yett.rules import secrets
from yett.rules.secrets import Index

_made: list[Index] = []


def index(shelf: Shelf | None) -> Index:
    """The index of the rules as they are in this installation."""
    if not _made:
        _made.append(_kept(shelf) if shelf is not None else secrets.index())
    return _made[0]


def _kept(shelf: Shelf) -> Index:
    edition = _edition()
    if not edition:
        return secrets.index()
    name = _name()
    found = shelf.take(name)
    known = _read(found[len(edition) :]) if found is not None and found.startswith(edition) else None
    if known is not None:
        return known
    made = secrets.index()
    shelf.put(name, edition + marshal.dumps(tuple(made)))
    return made


def _name() -> str:
    """The name under which this installation has its own: two that take turns do not overwrite each other's."""
    return f"index-{of(os.fsencode(secrets.__path__[0]))[:16]}"


def _read(kept: bytes) -> Index | None:
    try:
        return Index(*marshal.loads(kept))
    except (EOFError, TypeError, ValueError):  # a disk that gives something else than was written
        return None


def _edition() -> bytes:
    """These very rules, by the sizes and times of their files, as Python itself tells whether to compile one anew; b""
    where they are in no folder."""
    folder = secrets.__path__[0]
    seen = [f"{__version__} {sys.version} {folder}"]
    try:
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            if entry.name.endswith(".py"):
                status = entry.stat()
                seen.append(f"{entry.name} {status.st_size} {status.st_mtime_ns}")
    except OSError:
        return b""
    return "\n".join((*seen, "", "")).encode("utf-8", "surrogateescape") if len(seen) > 1 else b""
