"""Bytes to what a scanner for ASCII words can read, and offsets in it back to lines and columns.

Ordinary files are read as they are, without a copy, whatever their encoding: words of ASCII stand in UTF-8, Latin-1
and most others as themselves. UTF-16 and UTF-32 put NULs between the letters and would hide everything, so those are
read a second time as UTF-8.
"""

from __future__ import annotations

from typing import NamedTuple

_SAMPLE = 4096

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

    The bytes come first even where a mark says UTF-16: a mark in front of ordinary text must not hide it.
    """
    wide = _wide(data)
    if not wide:
        return (View(data, "bytes"),)
    if wide == "mixed":
        return (View(data, "bytes"), View(data.replace(b"\0", b""), wide))
    text = data.decode(wide, "replace").removeprefix("\ufeff")
    return (View(data, "bytes"), View(text.encode("utf-8", "replace"), wide))


def _wide(data: bytes) -> str:
    """The wide encoding of a file, "mixed" where only some of it is wide, "" where none is."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    if b"\0" not in data:
        return ""
    head = _pattern(data[:_SAMPLE])
    if head and head == _pattern(data[max(0, len(data) - _SAMPLE) & ~3 :]):
        return head
    return "mixed" if _has_run(data) else ""


def _has_run(data: bytes) -> bool:
    """Whether a dozen letters with NULs between them stand anywhere.

    Redirecting with `>>` in Windows PowerShell 5 appends UTF-16 to a file of 8-bit text, at any offset.
    """
    pattern = rb"(?:[\t\r\n -~]\x00){12}"
    try:
        import re2

        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        return re2.search(pattern, data, options) is not None
    except ImportError:
        import re

        return re.search(pattern, data) is not None


def _pattern(sample: bytes) -> str:
    """The wide encoding that the NULs of a sample point at: mostly ASCII in it leaves every second byte empty."""
    size = len(sample) // 4
    if size == 0:
        return "utf-16-le" if len(sample) == 2 and sample[1] == 0 != sample[0] else ""
    empty = [sample[lane : size * 4 : 4].count(0) / size for lane in range(4)]
    often = [share > 0.4 for share in empty]
    seldom = [share < 0.1 for share in empty]
    match often, seldom:
        case [_, True, True, True], [True, _, _, _]:
            return "utf-32-le"
        case [True, True, True, _], [_, _, _, True]:
            return "utf-32-be"
        case [_, True, _, True], [True, _, True, _]:
            return "utf-16-le"
        case [True, _, True, _], [_, True, _, True]:
            return "utf-16-be"
    return ""


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
