"""What was found in a version of a file before: the same content under the same rules is not looked at again.

The store belongs to one user on one machine: a folder with mode 0700, a file for each digest of the rules. Whoever
writes to it decides what is found, so it is not used in CI, where a cache may have been filled by somebody's change.
What depends on more than path and content (advisories, the version before a change) is never in it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing

from yett.digest import blake2b
from yett.lean import Any
from yett.model import Action, Confidence, Directive, Finding, Gap, Package, Severity, Unexamined

_KEPT_DAYS = 14
_LIMIT = 1 << 29
"""Bytes of one file: a store that has grown beyond is begun anew."""

Thing = Finding | Gap | Directive | Unexamined
_KINDS: dict[str, type[Gap | Unexamined]] = {"Gap": Gap, "Unexamined": Unexamined}


class Store:
    """A store in a folder. A file that cannot be read or written is the same as an empty one.

    It is opened for each question and closed again: SQLite forbids to carry an open database through a fork.
    """

    def __init__(self, folder: str, digest: str) -> None:
        self._path = ""
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            if _private(folder):
                self._path = os.path.join(folder, f"{digest[:32]}.sqlite")
                _forget_old(folder, self._path)
        except OSError:
            self._path = ""

    def find(self, keys: Iterable[bytes]) -> dict[bytes, str]:
        """What is known, as texts for `things`."""
        if not self._path or not os.path.exists(self._path):
            return {}
        known: dict[bytes, str] = {}
        try:
            with closing(sqlite3.connect(self._path, timeout=1)) as opened:
                for key in keys:
                    row = opened.execute("SELECT found FROM seen WHERE key = ?", (key,)).fetchone()
                    if row is not None:
                        known[key] = str(row[0])
        except sqlite3.Error:
            return {}
        return known

    def keep(self, found: Mapping[bytes, str]) -> None:
        """Remember; what cannot be remembered is looked at again next time."""
        if not self._path or not found:
            return
        try:
            with closing(sqlite3.connect(self._path, timeout=1)) as opened, opened:
                opened.execute("CREATE TABLE IF NOT EXISTS seen (key BLOB PRIMARY KEY, found TEXT) WITHOUT ROWID")
                opened.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?)", found.items())
        except sqlite3.DatabaseError:
            _unlink(self._path)


def key(path: str, oid: str, link: bool) -> bytes:
    """The key of one version of one file. Ids are never cut: a prefix would be cheaper to forge."""
    return blake2b(f"{path}\0{oid}\0{link}".encode("utf-8", "surrogateescape"), digest_size=32).digest()


def text(things: Iterable[Thing]) -> str:
    """Things as text. No path and no commit is in it: both are known when it is read."""
    return json.dumps([[type(each).__name__, *_plain(each)] for each in things], separators=(",", ":"))


def things(stored: str, path: str) -> Iterator[Thing]:
    """The things in a text, for a file at `path`."""
    for name, *fields in json.loads(stored):
        if name == "Finding":
            yield _finding(path, fields)
        elif name == "Directive":
            fields[2] = tuple(fields[2])
            yield Directive(path, *fields)
        else:
            yield _KINDS[name](path, *fields)


def _plain(thing: Thing) -> tuple[object, ...]:
    return tuple(thing)[1:]


_SEVERITIES = {each.value: each for each in Severity}
_CONFIDENCES = {each.value: each for each in Confidence}
_ACTIONS = {each.value: each for each in Action}
_NONE = Package("", "", "")


def _finding(path: str, fields: list[Any]) -> Finding:
    fields[6] = _SEVERITIES[fields[6]]
    fields[7] = _CONFIDENCES[fields[7]]
    fields[11] = _ACTIONS[fields[11]]
    fields[13] = tuple(fields[13])
    fields[14] = Package(*fields[14]) if any(fields[14]) else _NONE
    fields[15] = tuple(fields[15])
    return Finding(path, *fields)


def _private(folder: str) -> bool:
    status = os.lstat(folder)
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o077)


def _forget_old(folder: str, current: str) -> None:
    limit = time.time() - _KEPT_DAYS * 86400
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if os.path.getmtime(path) < limit or (path == current and os.path.getsize(path) > _LIMIT):
            _unlink(path)


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
