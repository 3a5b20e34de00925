"""Where Hyperscan's compiled databases are kept from one run to the next: among the user's caches.

Whoever writes there decides what is found, so nothing is used but a folder and files that belong to the user and that
nobody else can write to; and as a scanned repository could bring such a folder with it, each file says which one it is
on its disk, and when it was written: what was checked out, unpacked or copied says something else. In CI, where a cache
may have been filled by somebody's change, nothing is kept.
"""

from __future__ import annotations

import os
import stat
import time

_KEPT = 30 * 86400
"""Seconds after which what another version of the rules left is removed."""

_MOST = 16 << 20
"""Bytes of a file that can be one of ours."""

_MARK = b"yett compiled 1\n"


def shelf(folder: str) -> Shelf | None:
    """The shelf that is a folder; None for "", and where it cannot be told whose a file is."""
    return Shelf(folder) if folder and hasattr(os, "getuid") else None


class Shelf:
    """A folder in which databases are kept by name. What cannot be read or written is the same as nothing."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def take(self, name: str) -> bytes | None:
        """What was put there under a name, by this user on this disk."""
        try:
            if not _ours(os.lstat(self._folder), stat.S_ISDIR, 0o077):
                return None
            descriptor = os.open(os.path.join(self._folder, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with open(descriptor, "rb", buffering=0) as file:
                status = os.fstat(descriptor)
                if not _ours(status, stat.S_ISREG, 0o022) or status.st_size > _MOST:
                    return None
                mark = _mark(status)
                found = file.read(status.st_size)
        except OSError:
            return None
        return found[len(mark) :] if found.startswith(mark) else None

    def put(self, name: str, made: bytes) -> None:
        """Keep something, in a file that is whole or not there."""
        passing = os.path.join(self._folder, f".{name}.{os.getpid()}")
        try:
            self._prepare()
            descriptor = os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with open(descriptor, "wb") as file:
                now = int(time.time())
                os.utime(passing, (now, now))
                file.write(_mark(os.fstat(descriptor)) + made)
            os.utime(passing, (now, now))
            os.replace(passing, os.path.join(self._folder, name))
            self._tidy(now)
        except OSError:
            _unlink(passing)

    def asked(self, name: str) -> bool:
        """Whether this was asked before: what is wanted but once is not worth making."""
        path = os.path.join(self._folder, f"{name}.asked")
        try:
            self._prepare()
            if os.path.lexists(path):
                return True
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
        except OSError:
            return False
        return False

    def _prepare(self) -> None:
        """Make the folder.

        Raises:
            OSError: it cannot be made, or it is not this user's alone.
        """
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        if not _ours(os.lstat(self._folder), stat.S_ISDIR, 0o077):
            raise PermissionError

    def _tidy(self, now: int) -> None:
        for name in os.listdir(self._folder):
            path = os.path.join(self._folder, name)
            if os.lstat(path).st_mtime < now - _KEPT:
                _unlink(path)


def _ours(status: os.stat_result, kind: object, others: int) -> bool:
    """Whether something is of a kind, belongs to this user, and has none of the rights of others that are named."""
    assert callable(kind)
    return bool(kind(status.st_mode)) and status.st_uid == os.getuid() and not status.st_mode & others


def _mark(status: os.stat_result) -> bytes:
    """What a file begins with: its number on its disk, and when it was written, to two seconds as FAT has it."""
    return b"%b%d %d\n" % (_MARK, status.st_ino, int(status.st_mtime) // 2)


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
