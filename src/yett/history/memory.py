"""What was found in a version before, so that it is not looked at again: a file in the user's own cache folder.

It holds ids of objects, numbers of rules and keyed hashes of secrets, nothing of a secret itself. What is remembered is
believed, so the folder has to be the user's alone, and the file as well: one that somebody else could have written is
not read. A run that was interrupted goes on where it stopped, since each piece of work is written down when done.

    file      = "yett history 1\\n" LENGTH:u8 digest, then frames
    frame     = "Y" LENGTH:u32 BLAKE2b-8(payload) payload
    payload   = COUNT:u32 (oid key:u32){COUNT} versions with nothing in them,
                then oid key:u32 COUNT:u16 mark{COUNT} for each other one
    mark      = rule:u16 confidence:u8 severity:u8 fingerprint:16 bytes, little-endian throughout
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterable, Mapping

from yett import caches
from yett.errors import YettError
from yett.lean import NamedTuple

_HEAD = b"yett history 1\n"
_FRAME = struct.Struct("<cI8s")
_COUNT = struct.Struct("<I")
_ENTRY = struct.Struct("<IH")
_MARK = struct.Struct("<HBB16s")


class Mark(NamedTuple):
    """A secret in a version: which rule, how sure, how bad, and the fingerprint (16 bytes) that says which one."""

    rule: int
    confidence: int
    severity: int
    fingerprint: bytes


EXCESS = Mark(0xFFFF, 0, 0, bytes(16))
"""Says of a version that more is encoded in it than is decoded."""


class Seen(NamedTuple):
    """A version that was looked at, under the names it has: its id, a number for the names, and what is in it."""

    oid: bytes
    key: int
    marks: tuple[Mark, ...]


def key(paths: Iterable[bytes]) -> int:
    """A number for the paths a version was looked at under: another path may say something else of the same text."""
    return zlib.crc32(b"\0".join(paths))


class Memory:
    """What is remembered of one repository under one digest. `path` is "" where nothing is to be remembered."""

    def __init__(self, path: str, digest: str, width: int) -> None:
        self.path = path
        self._head = _HEAD + bytes((len(digest.encode()),)) + digest.encode()
        self._width = width

    def load(self) -> dict[bytes, Seen]:
        """What is remembered, by object id. Whatever is wrong with the file, it is as if there were none."""
        try:
            with open(os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
                # Whoever can write it could say of a secret that it was looked for.
                if not _own(os.fstat(file.fileno())):
                    return {}
                data = file.read()
        except OSError:
            return {}
        if not data.startswith(self._head):
            return {}
        found: dict[bytes, Seen] = {}
        at = len(self._head)
        while at + _FRAME.size <= len(data):
            mark, length, check = _FRAME.unpack_from(data, at)
            payload = data[at + _FRAME.size : at + _FRAME.size + length]
            if mark != b"Y" or len(payload) != length or _check(payload) != check:
                break
            try:
                self._unpack(payload, found)
            except struct.error:
                break
            at += _FRAME.size + length
        return found

    def prepare(self) -> None:
        """Make the folder and a file to go on with.

        Raises:
            YettError: it cannot be written, or belongs to somebody else.
        """
        folder = os.path.dirname(self.path)
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            status = os.stat(folder)
            if not _own(status):
                raise YettError(f"{folder} is not yours alone: run `chmod 700` on it, or use --no-cache")
            known = self.load()
            with open(f"{self.path}.{os.getpid()}", "wb", opener=_private) as file:
                file.write(self._head)
                if known:
                    file.write(_frame(self._pack(known.values())))
            os.replace(file.name, self.path)  # without what an interrupted run left half written
        except OSError as error:
            reason = (error.strerror or "unknown error").lower()
            raise YettError(f"{folder} cannot be written: {reason}; use --no-cache") from None

    def add(self, seen: Iterable[Seen]) -> None:
        """Write down what was looked at: one write, so that several processes may do it."""
        if not self.path:
            return
        payload = self._pack(seen)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0))
        try:
            os.write(descriptor, _frame(payload))
        finally:
            os.close(descriptor)

    def _pack(self, seen: Iterable[Seen]) -> bytes:
        clean: list[bytes] = []
        other: list[bytes] = []
        for oid, number, marks in seen:
            if marks and len(marks) < 1 << 16:
                other.append(oid + _ENTRY.pack(number, len(marks)) + b"".join(_MARK.pack(*mark) for mark in marks))
            elif not marks:
                clean.append(oid + _COUNT.pack(number))
        return b"".join((_COUNT.pack(len(clean)), *clean, *other))

    def _unpack(self, payload: bytes, found: dict[bytes, Seen]) -> None:
        width = self._width
        at = _COUNT.size
        step = width + _COUNT.size
        (count,) = _COUNT.unpack_from(payload)
        for _ in range(count):
            oid = payload[at : at + width]
            (number,) = _COUNT.unpack_from(payload, at + width)
            found[oid] = Seen(oid, number, ())
            at += step
        while at < len(payload):
            oid = payload[at : at + width]
            number, size = _ENTRY.unpack_from(payload, at + width)
            at += width + _ENTRY.size
            marks = tuple(Mark(*_MARK.unpack_from(payload, at + place * _MARK.size)) for place in range(size))
            found[oid] = Seen(oid, number, marks)
            at += size * _MARK.size


def _frame(payload: bytes) -> bytes:
    return _FRAME.pack(b"Y", len(payload), _check(payload)) + payload


def _check(payload: bytes) -> bytes:
    import hashlib

    return hashlib.blake2b(payload, digest_size=8, person=b"yett-history").digest()


def _own(status: os.stat_result) -> bool:
    """Whether a file or folder is this user's, and nobody else may write to it."""
    if not hasattr(os, "geteuid"):
        return True  # Windows keeps a user's folders to the user
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def place(environment: Mapping[str, str], objects: str, digest: str) -> str:
    """Where what is remembered of a repository lies among the user's caches; "" where there are none."""
    import hashlib

    base = caches.folder(environment)
    if not base:
        return ""
    one = os.fsencode(os.path.realpath(objects)) + b"\0" + digest.encode()
    return os.path.join(base, "history", hashlib.blake2b(one, digest_size=16).hexdigest())
