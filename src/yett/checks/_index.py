"""The keywords of all kinds of secrets, from the shelf where they lie there: importing every kind takes 10 ms."""

from __future__ import annotations

import marshal
import os
import sys
from contextlib import suppress

from yett import __version__
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
    found = shelf.take("index")
    if found is not None and found.startswith(edition):
        with suppress(EOFError, TypeError, ValueError):  # a disk that gives something else than was written
            return Index(*marshal.loads(found[len(edition) :]))
    made = secrets.index()
    shelf.put("index", edition + marshal.dumps(tuple(made)))
    return made


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
