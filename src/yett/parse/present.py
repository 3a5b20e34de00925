"""Which of some words a text has in it, for one text after another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from yett.parse.compiled import Recipe

_Scan = Callable[[bytes], Collection[object]]

_SMALL = 1 << 20
"""Bytes in all up to which looking for one word after the other is sooner done than making Hyperscan ready."""


class Present:
    """A set of words, told apart by case. Making one is free: what is needed is compiled when it pays.

    An instance may be used before and after `os.fork`, by one thread at a time.
    """

    def __init__(self, words: Iterable[bytes]) -> None:
        self._words = tuple(sorted(set(words)))
        self._read = 0
        self._scan: _Scan | None = None
        self._last: tuple[bytes, Collection[object]] = (b"", b"")

    def within(self, data: bytes) -> Collection[object]:
        """What answers `word in …` for each of the words as the text itself would."""
        last, found = self._last
        if data is not last:
            self._read += len(data)
            if self._scan is None and self._read > _SMALL:
                self._scan = _scanner(self._words)
            found = self._scan(data) if self._scan else data
            self._last = data, found
        return found


def _scanner(words: tuple[bytes, ...]) -> _Scan:
    """One pass for all words; one for each that is asked for where Hyperscan is not there."""
    scan = Recipe(words, b"\n".join(words), literal=True, once=True).scanner()
    if scan is None:
        return lambda data: data
    found: set[bytes] = set()

    def note(word: int, _start: int, _end: int, _flags: int, _context: object) -> None:
        found.add(words[word])

    def within(data: bytes) -> frozenset[bytes]:
        found.clear()
        if data:
            scan(data, match_event_handler=note)
        return frozenset(found)

    return within
