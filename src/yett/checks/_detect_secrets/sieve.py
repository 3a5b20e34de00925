"""Which patterns find something in which lines of a text, for dozens of patterns at once.

RE2 has them ready in 3 ms and reads 20 megabytes a second; Hyperscan needs 150 ms and reads 300 megabytes a second. So
the first two megabytes are RE2's. Where neither can be imported, or does not take a pattern, `re` gives the same
answer more slowly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from yett.lean import Any

Find = Callable[[bytes], list[tuple[int, int]]]
"""(index of the pattern, offset in the line it was found in), at least once for every line it is found in."""

_SMALL = 2 << 20
"""Bytes in all up to which RE2 is sooner done."""

_PIECE = 1 << 28
"""Hyperscan counts in 32 bits, and its callbacks of a longer text would fill the memory: it is given pieces."""


class Sieve:
    """Patterns over bytes, none of which matches a line feed or nothing at all. Building one is free.

    With `once`, one place of each is enough.
    """

    def __init__(self, patterns: Sequence[bytes], once: bool = False) -> None:
        self._patterns = tuple(patterns)
        self._once = once
        self._read = 0
        self._slow: Find | None = None
        self._fast: Find | None = None

    def find(self, text: bytes) -> list[tuple[int, int]]:
        """(index of the pattern, offset in the line it was found in), in ascending order of lines."""
        if not self._patterns or not text:
            return []
        self._read += len(text)
        if self._read > _SMALL and self._fast is None:
            self._fast = by_hyperscan(self._patterns, self._once) or self._fallback()
        return (self._fast or self._fallback())(text)

    def _fallback(self) -> Find:
        if self._slow is None:
            self._slow = by_re2(self._patterns, self._once) or by_re(self._patterns, self._once)
        return self._slow


def by_hyperscan(patterns: Sequence[bytes], once: bool = False) -> Find | None:
    """The fast way; None where the platform has no Hyperscan, or it does not take a pattern."""
    try:
        import hyperscan
    except ImportError:
        return None
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    count = len(patterns)
    flags = [hyperscan.HS_FLAG_SINGLEMATCH if once else 0] * count
    try:
        database.compile(expressions=list(patterns), ids=list(range(count)), elements=count, flags=flags)
    except hyperscan.error:
        return None
    scan: Callable[..., object] = database.scan

    def find(text: bytes) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        lines = [(0, 0)] * count  # the part of a line for which it was noted already, by pattern
        base = 0

        def note(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
            place = base + end - 1
            since, until = lines[index]
            if not since <= place < until:
                found.append((index, place))
                until = text.find(b"\n", place)
                lines[index] = place, until if until >= 0 else len(text)

        while base < len(text):
            end = len(text)
            if end - base > _PIECE:
                # whole lines: nothing is found across the end of one
                end = text.rfind(b"\n", base, base + _PIECE) + 1 or text.find(b"\n", base) + 1 or end
            scan(text[base:end] if base or end < len(text) else text, match_event_handler=note)
            base = end
        found.sort(key=_by_offset)
        return found

    return find


def by_re2(patterns: Sequence[bytes], once: bool = False) -> Find | None:
    """The way that is soonest ready; None where the platform has no RE2, or it does not take a pattern."""
    try:
        import re2
    except ImportError:
        return None
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = 64 << 20
    options.log_errors = False
    try:
        return _one_by_one([re2.compile(pattern, options) for pattern in patterns], once)
    except re2.error:
        return None


def by_re(patterns: Sequence[bytes], once: bool = False) -> Find:
    """The way that works everywhere."""
    return _one_by_one([re.compile(pattern) for pattern in patterns], once)


def _one_by_one(patterns: Sequence[Any], once: bool) -> Find:
    def find(text: bytes) -> list[tuple[int, int]]:
        found = []
        for index, pattern in enumerate(patterns):
            match = pattern.search(text)
            while match is not None:
                found.append((index, match.start()))
                line = -1 if once else text.find(b"\n", match.end())
                match = pattern.search(text, line) if line >= 0 else None
        found.sort(key=_by_offset)
        return found

    return find


def _by_offset(place: tuple[int, int]) -> tuple[int, int]:
    return place[1], place[0]
