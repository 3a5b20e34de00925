"""Bytes to what a scanner for ASCII words can read, and offsets in it back to lines and columns.

Ordinary files are read as they are, without a copy, whatever their encoding: words of ASCII stand in UTF-8, Latin-1
and most others as themselves. UTF-16 and UTF-32 put NULs between the letters and would hide everything, so those are
read a second time as UTF-8.
"""

from __future__ import annotations

from collections.abc import Callable

from yett.lean import NamedTuple

# UTF-32's little-endian mark begins with UTF-16's, so it is asked for first.
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_MARK_8 = b"\xef\xbb\xbf"


class View(NamedTuple):
    """One reading of a file. `data` is what to scan; `encoding` is what the file was taken for."""

    data: bytes
    encoding: str


def views(data: bytes) -> tuple[View, ...]:
    """The readings of a file: always the bytes as they are, then the wide text in them if there is any.

    The bytes come first even where a mark says UTF-16: a mark in front of ordinary text must not hide it. Wide text
    without a mark is read by leaving out the NULs, wherever it begins: redirecting with `>>` in Windows PowerShell 5
    appends UTF-16 to a file of 8-bit text, at an odd offset as often as not.
    """
    whole = View(data, "bytes")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = data.decode(encoding, "replace").removeprefix("\ufeff")
            return whole, View(text.encode("utf-8", "replace"), encoding)
    if b"\0" in data and _has_run(data):
        return whole, View(data.translate(None, b"\0"), "wide")
    return (whole,)


_RUN = rb"(?:[\t\r\n -~]\x00{1,3}){12}"
_run: list[Callable[[bytes], object]] = []


def _has_run(data: bytes) -> bool:
    """Whether a dozen characters of ASCII with NULs between them stand anywhere."""
    if not _run:
        _run.append(_searched())
    return _run[0](data) is not None


def _searched() -> Callable[[bytes], object]:
    try:
        import re2
    except ImportError:
        import re

        return re.compile(_RUN).search
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    search: Callable[[bytes], object] = re2.compile(_RUN, options).search
    return search


class Cursor:
    """Turns offsets in a view into lines and columns, both counted from 1, columns in characters.

    Ask in ascending order: the work is then one pass over the view however many places are asked for. Lines end with
    LF, or with CR in a file that has no LF. What is not UTF-8 counts a character for each byte.
    """

    def __init__(self, view: View) -> None:
        self._data = view.data
        self._newline = b"\r" if b"\n" not in view.data and b"\r" in view.data else b"\n"
        self._restart()

    def _restart(self) -> None:
        self._offset = len(_MARK_8) if self._data.startswith(_MARK_8) else 0
        self._line = self._column = 1

    def at(self, offset: int) -> tuple[int, int]:
        """(line, column) of the byte at this offset."""
        if offset < self._offset:
            self._restart()
        start = self._data.rfind(self._newline, self._offset, offset) + 1
        if start:
            self._line += self._data.count(self._newline, self._offset, start)
            self._column = 1
            self._offset = start
        self._column += _characters(self._data[self._offset : offset])
        self._offset = max(self._offset, offset)
        return self._line, self._column


def _characters(text: bytes) -> int:
    try:
        return len(text.decode())
    except UnicodeDecodeError:
        return len(text)
