"""Bytes to text that has lines, and what is said where that fails."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from yett.lean import NamedTuple


class Span(NamedTuple):
    """A stretch of a file. Lines and columns count from 1, columns are characters, the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class ParseError(ValueError):
    """Why a text could not be read, in a few words without a full stop, and where. Lines and columns count from 1."""

    def __init__(self, line: int, column: int, reason: str) -> None:
        super().__init__(line, column, reason)
        self.line = line
        self.column = column
        self.reason = reason

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


def decode(data: bytes) -> str:
    """The text of a configuration file, its lines ended by LF alone, without a byte order mark.

    UTF-8, or what a byte order mark names. Raises `ParseError` for anything else and for a NUL, which editors hide and
    parsers disagree on.
    """
    encoding = "utf-8"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        raise ParseError(*_end(before), f"the text is not {encoding.upper()}") from None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    nul = text.find("\0")
    if nul >= 0:
        raise ParseError(*_end(text[:nul]), "there is a NUL character in the text")
    return text


def line_at(text: str, offset: int) -> tuple[int, int, int]:
    """The line that an offset lies in: its number from 0, where it begins and ends, the line break left out."""
    starts = _starts(text)
    number = bisect_right(starts, offset) - 1
    return number, starts[number], starts[number + 1] - 1 if number + 1 < len(starts) else len(text)


@lru_cache(1)  # asked for each of the thousands of places in one text
def _starts(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("\n", text))]


def _end(text: str) -> tuple[int, int]:
    """The place right behind a text."""
    return text.count("\n") + 1, len(text) - text.rfind("\n")
