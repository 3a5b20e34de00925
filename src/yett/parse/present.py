"""Which of some words a text has in it, for one text after another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

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
    try:
        import hyperscan
    except ImportError:
        return lambda data: data
    count = len(words)
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flags = [hyperscan.HS_FLAG_SINGLEMATCH] * count
    database.compile(expressions=list(words), ids=list(range(count)), elements=count, flags=flags, literal=True)
    found: set[bytes] = set()

    def note(word: int, _start: int, _end: int, _flags: int, _context: object) -> None:
        found.add(words[word])

    def scan(data: bytes) -> frozenset[bytes]:
        found.clear()
        if data:
            database.scan(data, match_event_handler=note)
        return frozenset(found)

    return scan
