"""A database as a file to carry: written with its checksum, and checked before it is taken in row by row."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from yett.advisories.download import AbsentError, Progress, shown
from yett.advisories.lookup import Unusable
from yett.advisories.source import fetch, large
from yett.advisories.store import Content, content
from yett.errors import YettError
from yett.lean import IO, NamedTuple

NAME = "advisories.sqlite"


class Exported(NamedTuple):
    """Where the copy and its checksum lie; `digest` is that of the advisories, `sha256` that of the file."""

    file: str
    checksum: str
    digest: str
    sha256: str
    size: int


def export(database: str, file: str) -> Exported:
    """Copy the database to `file`, or into it where it is a folder, and put its SHA-256 beside it.

    Raises YettError where the database is not sound or the file cannot be written.
    """
    if os.path.isdir(file):
        file = os.path.join(file, NAME)
    if not file.lower().endswith(".sqlite"):
        raise YettError(f'{file} should end in ".sqlite": `yett advisories update --from` knows a database by that')
    found = content(database)
    if isinstance(found, Unusable):
        raise YettError(found.reason)
    import hashlib

    try:
        with open(database, "rb") as stream:
            data = stream.read()
        total = hashlib.sha256(data).hexdigest()
        os.makedirs(os.path.dirname(os.path.abspath(file)), exist_ok=True)
        _write(file, data)
        _write(f"{file}.sha256", f"{total}  {os.path.basename(file)}\n".encode())
    except OSError as error:
        raise YettError(f"cannot write {file}: {error.strerror}") from error
    return Exported(file, f"{file}.sha256", found.digest, total, len(data))


@contextmanager
def opened(base: str, database: str, progress: Progress | None) -> Iterator[Content]:
    """The content of an exported database, at a path or an address, once its checksum was found right if there is one.

    A foreign file is never put in place itself: its tables must be ours to the letter, and its rows are written anew.
    A download lies beside `database` meanwhile. Raises YettError.
    """
    import tempfile

    folder = os.path.dirname(os.path.abspath(database))
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".yett-") as scratch:
            copy = os.path.join(scratch, NAME)
            with open(copy, "wb+") as file:
                _verify(base, _copied(base, file, progress))
            found = content(copy)
            if isinstance(found, Unusable):
                raise YettError(f"{shown(base)} is no sound advisory database: {found.reason.replace(copy, 'it')}")
            yield found
    except OSError as error:
        raise YettError(f"cannot write advisories into {folder}: {error.strerror}") from error


def _copied(base: str, into: IO[bytes], progress: Progress | None) -> str:
    """The SHA-256 of what lies at `base`, which is copied into a file."""
    import hashlib
    import shutil

    try:
        found = large(base, into, progress)
    except AbsentError as error:
        raise YettError(f"there is no advisory database at {shown(base)}") from error
    if found.file is not into:
        with found.file as file:
            shutil.copyfileobj(file, into)
    into.seek(0)
    return hashlib.file_digest(into, "sha256").hexdigest()  # type: ignore[arg-type]  # any file that was opened will do


def _verify(base: str, total: str) -> None:
    """Hold a checksum against the file beside the database, if there is one: its first word."""
    try:
        text = fetch(f"{base}.sha256")
    except AbsentError:
        return
    if text and text.content.split()[:1] != [total.encode()]:
        raise YettError(f"{shown(base)} is not what {shown(base)}.sha256 says: fetch both again")


def _write(file: str, data: bytes) -> None:
    fresh = f"{file}.{os.getpid()}.new"
    try:
        with open(fresh, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(fresh, file)
    finally:
        if os.path.exists(fresh):
            os.unlink(fresh)
