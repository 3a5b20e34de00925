"""Archives to their members: zip (wheels, jars, office documents), tar, gzip, bzip2, xz, and one inside another.

All in memory. Nothing is written to disk, no name in an archive is ever used as a path, and each limit that is reached
is said: what was not read is `Refused`, never left out in silence.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from yett.lean import IO, Literal, NamedTuple

DEPTH = 2
"""Archives inside each other that are opened; a compressed tar counts as one."""

MEMBERS = 10_000
"""Members of an archive, those of archives inside it as well."""

SIZE = 100 << 20
"""Bytes of one member."""

TOTAL = 512 << 20
"""Bytes of all members together, those of archives inside as well."""

RATIO = 200
"""How many times as large as the archive all that it holds may be; DEFLATE's own limit is 1,032."""

_FREE = 8 << 20
"""Bytes that any archive may hold, whatever the ratio: a log of a megabyte is a few kilobytes of gzip."""


class Member(NamedTuple):
    """A file in an archive. `name` is `inner/path`, or `inner.zip!its/path`; undecodable bytes are surrogates."""

    name: str
    data: bytes


class Refused(NamedTuple):
    """What is not read, and why, in words that complete a sentence. `name` is "" for (the rest of) the archive."""

    name: str
    reason: str
    kind: Literal["limit", "unreadable"]


MARKS = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),  # an empty one
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
)


def kind(data: bytes) -> str:
    """What sort of archive this is, by how it begins; "" where it is none."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return name
    return "tar" if data[257:262] == b"ustar" else ""


class _Left:
    """What may still be read: shared by an archive and all that is inside it."""

    def __init__(self, size: int) -> None:
        self.bytes = min(TOTAL, max(_FREE, size * RATIO))
        self.members = MEMBERS


def members(data: bytes) -> Iterator[Member | Refused]:
    """The files in an archive, in its own order. Yields nothing for what is no archive."""
    yield from _members(data, "", DEPTH, _Left(len(data)))


def _members(data: bytes, prefix: str, depth: int, left: _Left) -> Iterator[Member | Refused]:
    match kind(data):
        case "":
            return
        case "zip":
            found = _zip(data, left)
        case "tar":
            found = _tar(data, left)
        case ("gzip" | "bzip2" | "xz") as packed:
            found = _unpacked(data, packed, left)
        case other:
            found = iter((Refused("", f"archives of the kind {other} are not opened", "unreadable"),))
    for each in found:
        name = prefix + each.name if each.name else prefix.rstrip("!")
        if isinstance(each, Refused):
            yield each._replace(name=name)
        elif not kind(each.data):
            yield Member(name, each.data)
        elif depth > 1:
            yield from _members(each.data, f"{name}!", depth - 1, left)
        else:
            yield Refused(name, f"it is an archive inside {DEPTH} others", "limit")


_TOO_MANY = Refused("", f"it has more than {MEMBERS:,} members", "limit")
_TOO_MUCH = f"it unpacks to more than {TOTAL >> 20} MiB, or {RATIO} times its size"


def _zip(data: bytes, left: _Left) -> Iterator[Member | Refused]:
    import io
    import lzma
    import zipfile

    broken = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, ValueError, NotImplementedError)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except broken:
        yield Refused("", "it is a damaged zip archive", "unreadable")
        return
    for info in archive.infolist():
        if info.is_dir():
            continue
        left.members -= 1
        if left.members < 0:
            yield _TOO_MANY
            return
        if info.flag_bits & 1:
            yield Refused(info.filename, "it is encrypted", "unreadable")
            continue
        try:
            with archive.open(info) as file:
                content = _limited(file, left)
        except (*broken, RuntimeError):
            yield Refused(info.filename, "it is damaged, or packed in a way that is not known", "unreadable")
            continue
        if isinstance(content, Refused):
            yield content._replace(name=info.filename)
            if left.bytes <= 0:
                return
            continue
        yield Member(info.filename, content)


def _tar(data: bytes, left: _Left) -> Iterator[Member | Refused]:
    import io
    import tarfile

    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:", errorlevel=1) as archive:
            for info in archive:
                left.members -= 1
                if left.members < 0:
                    yield _TOO_MANY
                    return
                if not info.isreg():
                    continue
                file = archive.extractfile(info)  # a file object over our own bytes: nothing is extracted
                if file is None:
                    continue
                content = _limited(file, left)
                if isinstance(content, Refused):
                    yield content._replace(name=info.name)
                    if left.bytes <= 0:
                        return
                    continue
                if len(content) < info.size:
                    yield Refused(info.name, "the archive ends in the middle of it", "unreadable")
                yield Member(info.name, content)
    except (tarfile.TarError, OSError, EOFError, ValueError, OverflowError):
        yield Refused("", "it is a damaged tar archive", "unreadable")


def _limited(file: IO[bytes], left: _Left) -> bytes | Refused:
    content = file.read(min(SIZE, left.bytes) + 1)
    if len(content) > SIZE:
        return Refused("", f"it is larger than the {SIZE >> 20} MiB that are read", "limit")
    left.bytes -= len(content)
    return Refused("", _TOO_MUCH, "limit") if left.bytes < 0 else content


def _unpacked(data: bytes, packed: str, left: _Left) -> Iterator[Member | Refused]:
    """What a single compressed file holds, as "content", or the members of the tar."""
    most = min(SIZE * 4, left.bytes)
    plain, whole = _unpack(data, packed, most)
    if len(plain) > most:
        left.bytes = 0
        yield Refused("", _TOO_MUCH, "limit")
        return
    if not whole:
        yield Refused("", f"it is damaged: its {packed} stream does not end", "unreadable")
    if kind(plain) == "tar":
        left.bytes = max(left.bytes, len(plain))  # the same bytes, now one by one
        yield from _tar(plain, left)
    elif plain:
        left.bytes -= len(plain)
        yield Member("content", plain)


def _unpack(data: bytes, packed: str, most: int) -> tuple[bytes, bool]:
    """At most one byte more than `most` of what the streams one after another hold, and whether they all end well."""
    import bz2
    import lzma

    def make() -> _Inflate | bz2.BZ2Decompressor | lzma.LZMADecompressor:
        if packed == "gzip":
            return _Inflate()
        return bz2.BZ2Decompressor() if packed == "bzip2" else lzma.LZMADecompressor(memlimit=_MEMORY)

    got: list[bytes] = []
    size = 0
    while data:
        unpacker = make()
        try:
            got.append(unpacker.decompress(data, most + 1 - size))
            size += len(got[-1])
            while not unpacker.eof and not unpacker.needs_input and size <= most:
                got.append(unpacker.decompress(b"", most + 1 - size))
                size += len(got[-1])
        except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError):
            # Padding after the last stream is common; a first stream that is broken is not.
            return b"".join(got), size > 0 and unpacker.eof
        if size > most or not unpacker.eof:
            return b"".join(got), False
        data = unpacker.unused_data.lstrip(b"\0")
        if not _MAGIC[packed].startswith(data[:2]) or len(data) < 2:
            break  # something else stands behind it, which no tool would read either
    return b"".join(got), True


_MAGIC = {"gzip": b"\x1f\x8b", "bzip2": b"BZ", "xz": b"\xfd7"}


_MEMORY = 256 << 20
"""Bytes that xz may ask for; its strongest preset needs 65 MiB."""


class _Inflate:
    """gzip with the methods of the decompressors in `bz2` and `lzma`."""

    eof = False
    needs_input = True
    unused_data = b""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(31)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        plain = self._stream.decompress(self._stream.unconsumed_tail + data, max(1, max_length))
        self.eof = self._stream.eof
        self.unused_data = self._stream.unused_data
        self.needs_input = not self._stream.unconsumed_tail
        return plain
