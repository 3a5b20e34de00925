"""Git's packs, read directly: where an object is, and which other object it is a delta of.

`git cat-file` unpacks the base of a delta again for each of the versions made of it. Read from the base outwards every
object is unpacked once, and what a version changed is known. Formats: gitformat-pack(5).
"""

from __future__ import annotations

import mmap
import os
import sys
import zlib
from array import array
from collections.abc import Iterable

from yett.lean import NamedTuple

_BLOB, _OFFSET_DELTA, _NAME_DELTA = 3, 6, 7
_MAGIC = b"\xfftOc\0\0\0\2"
_TABLE = 8 + 256 * 4
_FAR = 1 << 31


class PackError(ValueError):
    """A pack that is not read directly, or not at this place."""


class Header(NamedTuple):
    """What a pack says of an object: `size` bytes when unpacked, packed from `start` on. `base` is the offset of the
    object it is a delta of, -1 for a whole file."""

    size: int
    start: int
    base: int


class Pack:
    """A pack and its index (version 2), with object ids of `width` bytes.

    Raises:
        PackError: it is of another version, or damaged.
    """

    def __init__(self, path: str, width: int) -> None:
        self.path = path
        self._width = width
        try:
            index = _mapped(f"{path.removesuffix('.pack')}.idx")
            self._data = memoryview(_mapped(path))
        except (OSError, ValueError) as error:
            raise PackError(str(error)) from None
        if (
            index[:8] != _MAGIC
            or len(index) < _TABLE
            or bytes(self._data[:8]) not in (b"PACK\0\0\0\2", b"PACK\0\0\0\3")
        ):
            raise PackError("its version is another one")
        self._count = count = int.from_bytes(index[_TABLE - 4 : _TABLE], "big")
        names = _TABLE + width * count
        offsets = names + 4 * count
        self._names = index[_TABLE:names]
        near = array("I", index[offsets : offsets + 4 * count])
        if near.itemsize != 4 or len(near) != count:
            raise PackError("its index is cut off")
        if sys.byteorder == "little":
            near.byteswap()
        self._offsets: list[int] | array[int] = near
        if count and max(near) >= _FAR:
            far = index[offsets + 4 * count :]
            self._offsets = [
                offset if offset < _FAR else int.from_bytes(far[8 * (offset - _FAR) : 8 * (offset - _FAR) + 8], "big")
                for offset in near
            ]

    def find(self, wanted: set[bytes]) -> dict[int, bytes]:
        """The offsets of those of the wanted objects that are here, with their ids."""
        names, width = self._names, self._width
        found = {}
        for number, place in enumerate(range(0, len(names), width)):
            name = names[place : place + width]
            if name in wanted:
                found[self._offsets[number]] = name
        return found

    def header(self, offset: int) -> Header:
        """What stands before an object.

        Raises:
            PackError: it is no file and no delta, or its base is not in this pack.
        """
        data = self._data
        try:
            at = offset
            byte = data[at]
            kind, size, shift = byte >> 4 & 7, byte & 15, 4
            while byte & 128:
                at += 1
                byte = data[at]
                size |= (byte & 127) << shift
                shift += 7
            at += 1
            if kind == _BLOB:
                return Header(size, at, -1)
            if kind == _NAME_DELTA:
                base = self._offset(bytes(data[at : at + self._width]))
                return Header(size, at + self._width, base)
            if kind != _OFFSET_DELTA:
                raise PackError("it is neither a file nor a delta")
            byte = data[at]
            back = byte & 127
            while byte & 128:
                at += 1
                byte = data[at]
                back = (back + 1) << 7 | byte & 127
        except IndexError:
            raise PackError("it lies beyond the end of the pack") from None
        if not 0 < back < offset:
            raise PackError("its base lies outside the pack")
        return Header(size, at + 1, offset - back)

    def _offset(self, name: bytes) -> int:
        low, high, width, names = 0, self._count, self._width, self._names
        while low < high:
            middle = (low + high) // 2
            here = names[middle * width : (middle + 1) * width]
            if here == name:
                return self._offsets[middle]
            low, high = (middle + 1, high) if here < name else (low, middle)
        raise PackError("its base is in another pack")

    def unpack(self, header: Header) -> bytes:
        """The bytes of a file, or of a delta.

        Raises:
            PackError: they are damaged.
        """
        try:
            data = zlib.decompress(self._data[header.start :], bufsize=header.size or 1)
        except zlib.error as error:
            raise PackError(str(error)) from None
        if len(data) != header.size:
            raise PackError("it has another size than it says")
        return data


def _mapped(path: str) -> mmap.mmap:
    with open(path, "rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


class Forest(NamedTuple):
    """The objects of one pack that have to be read, as trees of deltas.

    `names` maps offsets to the ids of what is wanted; what else is in `headers` lies on the way to it. `children` maps
    an offset to those of the deltas made of it, and `roots` holds the offsets of whole files.
    """

    pack: Pack
    names: dict[int, bytes]
    headers: dict[int, Header]
    children: dict[int, list[int]]
    roots: list[int]


def forest(pack: Pack, names: dict[int, bytes]) -> tuple[Forest, set[bytes]]:
    """The trees of what is wanted of a pack, and the ids of what cannot be reached in it."""
    headers: dict[int, Header] = {}
    children: dict[int, list[int]] = {}
    roots: list[int] = []
    lost: set[int] = set()
    for wanted in sorted(names):
        todo = [wanted]
        while todo:
            offset = todo.pop()
            if offset in headers or offset in lost:
                continue
            try:
                header = pack.header(offset)
            except PackError:
                lost.add(offset)
                continue
            headers[offset] = header
            if header.base < 0:
                roots.append(offset)
            else:
                children.setdefault(header.base, []).append(offset)
                todo.append(header.base)
    out_of_reach = _below(lost, children)
    reached = {offset: name for offset, name in names.items() if offset not in out_of_reach}
    for offset in lost:
        children.pop(offset, None)
    return Forest(pack, reached, headers, children, roots), {names[each] for each in out_of_reach if each in names}


def _below(offsets: Iterable[int], children: dict[int, list[int]]) -> set[int]:
    """These and all that are made of them."""
    found: set[int] = set()
    todo = list(offsets)
    while todo:
        offset = todo.pop()
        if offset not in found:
            found.add(offset)
            todo.extend(children.get(offset, ()))
    return found


def folders(objects: str) -> list[str]:
    """The folders that objects may be in: this one and its alternates, theirs as well (gitrepository-layout(5))."""
    found: list[str] = []
    todo = [objects]
    while todo:
        folder = os.path.realpath(todo.pop())
        if folder in found:
            continue
        found.append(folder)
        try:
            with open(os.path.join(folder, "info", "alternates"), "rb") as file:
                lines = file.read().split(b"\n")
        except OSError:
            continue
        # A path in quotes is left to git, which reads those objects then.
        todo += [os.path.join(folder, os.fsdecode(line)) for line in lines if line and line[:1] not in b'#"']
    return found


def packs(objects: str, width: int) -> list[Pack]:
    """Every pack that can be read directly, by path."""
    found = []
    for folder in folders(objects):
        try:
            names = sorted(os.listdir(os.path.join(folder, "pack")))
        except OSError:
            continue
        for name in names:
            if name.endswith(".pack"):
                try:
                    found.append(Pack(os.path.join(folder, "pack", name), width))
                except PackError:
                    continue  # git reads what is in it
    return found
