"""Where any of hundreds of words stand in a text, found in one pass.

Hyperscan reads a gigabyte a second, but compiles 1,200 words in 70 ms, which a commit of five files would notice unless
an earlier run has left them on a shelf. RE2 is ready in four and reads a hundred megabytes a second, so it takes the
first megabyte and a half. Where neither can be imported `re` gives the same answer more slowly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from yett.parse.compiled import Recipe, Scan, Shelf

Data = bytes | bytearray | memoryview
Find = Callable[[Data], list[tuple[int, int]]]
Group = Callable[[Data], dict[int, list[int]]]

_TINY = 1 << 16
_SMALL = 3 << 19
"""Bytes in all up to which looking for one word after the other is sooner done than loading anything, and up to which
RE2 is sooner done than compiling for Hyperscan."""

_PIECE = 1 << 30
"""Hyperscan counts in 32 bits, so what is longer than this is scanned in pieces."""


class Literals:
    """A set of words to look for. Building one is free: what is needed is compiled when it is needed.

    `caseless` folds ASCII letters only, as bytes have no others. An instance may be used before and after
    `os.fork` (nothing in it is shared by the two processes), by one thread at a time. `shelf` is where Hyperscan's
    words may lie ready.
    """

    def __init__(self, words: Sequence[bytes], caseless: bool = True, shelf: Shelf | None = None) -> None:
        if not all(words):
            raise ValueError("an empty word stands everywhere")
        self._words = tuple(words)
        self._caseless = caseless
        self._shelf = shelf
        self._recipe: Recipe | None = None
        self._read = 0
        self._plain: Find | None = None
        self._slow: Find | None = None
        self._fast: Find | None = None
        self._grouped: Group | None = None

    def group(self, data: Data) -> dict[int, list[int]]:
        """What `find` gives, by the index of the word: ascending offsets just after it."""
        if self._grouped is not None and len(data) <= _PIECE:
            return self._grouped(data) if data else {}
        found: dict[int, list[int]] = {}
        for index, end in self.find(data):
            if index in found:
                found[index].append(end)
            else:
                found[index] = [end]
        return found

    def find(self, data: Data) -> list[tuple[int, int]]:
        """(index of the word, offset just after it) of every occurrence, overlapping ones as well.

        Sorted by offset, then by index. A word that was given twice is found under both its indexes.
        """
        if not self._words or not data:
            return []
        if self._fast is None:
            self._fast = self._ready(len(data))
        if self._fast is not None:
            return self._fast(data)
        if self._read <= _TINY:
            if self._plain is None:
                self._plain = by_find(self._words, self._caseless)
            return self._plain(data)
        return self._fallback()(data)

    def _ready(self, size: int) -> Find | None:
        """The fast way, where it lies ready or so much was read that it is worth making."""
        self._read += size
        if self._read <= _TINY:
            return None
        first = self._recipe is None
        if self._recipe is None:
            self._recipe = _recipe(self._words, self._caseless, self._shelf)
        scan = self._recipe.ready() if first else None
        if scan is None:
            if self._read <= _SMALL and not (first and self._recipe.wanted()):
                return None
            scan = self._recipe.scanner()
        if scan is None:
            return self._fallback()
        self._grouped = _grouper(scan)
        return _finder(scan, self._words)

    def _fallback(self) -> Find:
        if self._slow is None:
            self._slow = by_re2(self._words, self._caseless) or by_re(self._words, self._caseless)
        return self._slow


_GRAM = 4


def by_find(words: Sequence[bytes], caseless: bool) -> Find:
    """The way that needs nothing made ready: a word is looked for only where the text has its first four bytes and its
    last."""
    folded = list(enumerate(word.lower() if caseless else word for word in words))
    short = [place for place in folded if len(place[1]) < _GRAM]
    long = [place for place in folded if len(place[1]) >= _GRAM]
    firsts = memoryview(b"".join([word[:_GRAM] for _, word in long])).cast("I").tolist()
    lasts = memoryview(b"".join([word[-_GRAM:] for _, word in long])).cast("I").tolist()
    marks = frozenset(firsts).union(lasts)
    ends = list(zip(firsts, lasts, long, strict=True))

    def find(data: Data) -> list[tuple[int, int]]:
        text = bytes(data).lower() if caseless else bytes(data)
        grams: set[int] = set()
        for start in range(min(_GRAM, len(text) - _GRAM + 1)):
            grams |= marks.intersection(memoryview(text)[start : len(text) - (len(text) - start) % _GRAM].cast("I"))
        wanted = [place for first, last, place in ends if first in grams and last in grams]
        found: list[tuple[int, int]] = []
        for index, word in (*short, *wanted):
            start = text.find(word)
            while start >= 0:
                found.append((index, start + len(word)))
                start = text.find(word, start + 1)
        found.sort(key=_by_offset)
        return found

    return find


def by_hyperscan(words: Sequence[bytes], caseless: bool) -> Find | None:
    """The fast way; None where the platform has no Hyperscan, or a word has a NUL, where its binding would cut it."""
    scan = _recipe(words, caseless).scanner()
    return _finder(scan, words) if scan is not None else None


def _recipe(words: Sequence[bytes], caseless: bool, shelf: Shelf | None = None) -> Recipe:
    return Recipe(words, b"\n".join(words), literal=True, caseless=caseless, shelf=shelf)


def _finder(scan: Scan, words: Sequence[bytes]) -> Find:
    overlap = max(map(len, words)) - 1

    def find(data: Data) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        if len(data) <= _PIECE:

            def note(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
                found.append((index, end))

            scan(data, match_event_handler=note)
        else:
            base = fresh = 0

            def note_fresh(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
                if base + end > fresh:
                    found.append((index, base + end))

            whole = memoryview(data)
            while fresh < len(data):
                base = max(0, fresh - overlap)
                scan(whole[base : fresh + _PIECE], match_event_handler=note_fresh)
                fresh += _PIECE
        if len(found) > 1:
            found.sort(key=_by_offset)  # Hyperscan orders by offset and leaves words that end together in any order
        return found

    return find


def _grouper(scan: Scan) -> Group:
    found: dict[int, list[int]] = {}

    def note(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
        if index in found:
            found[index].append(end)
        else:
            found[index] = [end]

    def group(data: Data) -> dict[int, list[int]]:
        nonlocal found
        found = {}
        scan(data, match_event_handler=note)
        return found

    return group


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
