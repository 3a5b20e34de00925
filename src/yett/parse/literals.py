"""Where any of hundreds of words stand in a text, found in one pass.

Hyperscan reads a gigabyte a second, but compiles 430 words in 8 to 16 ms, which a commit of five files would notice.
RE2 is ready in one and reads a hundred megabytes a second, so it takes the first quarter of a megabyte. Where neither
can be imported `re` gives the same answer more slowly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

Data = bytes | bytearray | memoryview
Find = Callable[[Data], list[tuple[int, int]]]

_TINY = 1 << 16
_SMALL = 1 << 18
"""Bytes in all up to which looking for one word after the other is sooner done than making RE2 ready, and up to which
RE2 is sooner done than Hyperscan."""

_PIECE = 1 << 30
"""Hyperscan counts in 32 bits, so what is longer than this is scanned in pieces."""


class Literals:
    """A set of words to look for. Building one is free: what is needed is compiled when it is needed.

    `caseless` folds ASCII letters only, as bytes have no others. An instance may be used before and after
    `os.fork` (nothing in it is shared by the two processes), by one thread at a time.
    """

    def __init__(self, words: Sequence[bytes], caseless: bool = True) -> None:
        if not all(words):
            raise ValueError("an empty word stands everywhere")
        self._words = tuple(words)
        self._caseless = caseless
        self._read = 0
        self._plain: Find | None = None
        self._slow: Find | None = None
        self._fast: Find | None = None

    def find(self, data: Data) -> list[tuple[int, int]]:
        """(index of the word, offset just after it) of every occurrence, overlapping ones as well.

        Sorted by offset, then by index. A word that was given twice is found under both its indexes.
        """
        if not self._words or not data:
            return []
        self._read += len(data)
        if self._read <= _TINY:
            if self._plain is None:
                self._plain = by_find(self._words, self._caseless)
            return self._plain(data)
        if self._fast is None and self._read > _SMALL:
            self._fast = by_hyperscan(self._words, self._caseless) or self._fallback()
        return (self._fast or self._fallback())(data)

    def _fallback(self) -> Find:
        if self._slow is None:
            self._slow = by_re2(self._words, self._caseless) or by_re(self._words, self._caseless)
        return self._slow


_GRAM = 4


def by_find(words: Sequence[bytes], caseless: bool) -> Find:
    """The way that needs nothing made ready: a word is looked for only where the text has its first four bytes."""
    folded = [word.lower() if caseless else word for word in words]
    begins = [word[:_GRAM] for word in folded]

    def find(data: Data) -> list[tuple[int, int]]:
        text = bytes(data).lower() if caseless else bytes(data)
        grams = {text[start : start + _GRAM] for start in range(len(text) - _GRAM + 1)}
        found: list[tuple[int, int]] = []
        for index, begin in enumerate(begins):
            if begin not in grams and len(begin) == _GRAM:
                continue
            wanted = folded[index]
            start = text.find(wanted)
            while start >= 0:
                found.append((index, start + len(wanted)))
                start = text.find(wanted, start + 1)
        found.sort(key=_by_offset)
        return found

    return find


def by_hyperscan(words: Sequence[bytes], caseless: bool) -> Find | None:
    """The fast way; None where the platform has no Hyperscan, or a word has a NUL, where its binding would cut it."""
    if any(b"\0" in word for word in words):
        return None
    try:
        import hyperscan
    except ImportError:
        return None
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    flag = hyperscan.HS_FLAG_CASELESS if caseless else 0
    database.compile(
        expressions=list(words),
        ids=list(range(len(words))),
        elements=len(words),
        flags=[flag] * len(words),
        literal=True,
    )
    scan: Callable[..., object] = database.scan
    overlap = max(map(len, words)) - 1

    def find(data: Data) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        base = fresh = 0

        def note(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
            if base + end > fresh:
                found.append((index, base + end))

        if len(data) <= _PIECE:
            scan(data, match_event_handler=note)
        else:
            whole = memoryview(data)
            while fresh < len(data):
                base = max(0, fresh - overlap)
                scan(whole[base : fresh + _PIECE], match_event_handler=note)
                fresh += _PIECE
        found.sort(key=_by_offset)  # Hyperscan orders by offset and leaves words that end together in any order
        return found

    return find


def by_re2(words: Sequence[bytes], caseless: bool) -> Find | None:
    """The way that is soonest ready; None where the platform has no RE2."""
    try:
        import re2
    except ImportError:
        return None
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.case_sensitive = not caseless
    longest_first = _longest_first(words, caseless)
    # RE2's own escape takes 10 µs a word, and most words need none
    escaped = (word if word.isalnum() else re2.escape(word) for word in longest_first)
    pattern = re2.compile(b"|".join(escaped), options)

    def starts(data: bytes) -> Iterator[tuple[int, bytes]]:
        match = pattern.search(data)
        while match is not None:
            yield match.start(), match[0]
            match = pattern.search(data, match.start() + 1)

    return _with_prefixes(words, caseless, starts)


def by_re(words: Sequence[bytes], caseless: bool) -> Find:
    """The way that works everywhere."""
    import re

    flags = re.IGNORECASE if caseless else 0
    pattern = re.compile(b"(?=(" + b"|".join(map(re.escape, _longest_first(words, caseless))) + b"))", flags)

    def starts(data: bytes) -> Iterator[tuple[int, bytes]]:
        return ((match.start(), match[1]) for match in pattern.finditer(data))

    return _with_prefixes(words, caseless, starts)


def _longest_first(words: Sequence[bytes], caseless: bool) -> list[bytes]:
    return sorted({word.lower() if caseless else word for word in words}, key=len, reverse=True)


def _with_prefixes(
    words: Sequence[bytes], caseless: bool, starts: Callable[[bytes], Iterator[tuple[int, bytes]]]
) -> Find:
    """All the words at each place, from the longest one there: the others are its prefixes."""
    by_text: dict[bytes, list[tuple[int, int]]] = {}
    for index, word in enumerate(words):
        by_text.setdefault(word.lower() if caseless else word, []).append((index, len(word)))
    lengths = sorted(set(map(len, words)))
    prefixes: dict[bytes, list[tuple[int, int]]] = {}

    def find(data: Data) -> list[tuple[int, int]]:
        found = []
        for start, word in starts(bytes(data)):
            folded = word.lower() if caseless else word
            if folded not in prefixes:
                prefixes[folded] = [
                    place for length in lengths if length <= len(folded) for place in by_text.get(folded[:length], ())
                ]
            found += [(index, start + length) for index, length in prefixes[folded]]
        found.sort(key=_by_offset)
        return found

    return find


def _by_offset(place: tuple[int, int]) -> tuple[int, int]:
    return place[1], place[0]
