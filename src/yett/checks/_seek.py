"""Where the secrets in a text are: words that point at one, then a closer look at the places where they stand, and
nowhere else. Offsets in, offsets out; what is said of a secret is not decided here."""

from __future__ import annotations

from collections.abc import Iterator

from yett.checks._index import index
from yett.lean import Any, NamedTuple
from yett.model import Confidence
from yett.parse.compiled import Shelf
from yett.parse.decode import Excess, Piece, Runs, pieces
from yett.parse.literals import Literals
from yett.rules.secrets import at
from yett.rules.secrets.doubt import fake
from yett.rules.secrets.record import Found, Secret, begins, binary, calls, ends

_MORE = 65_536
"""How far beyond its window a value may go on."""


_PICTURES = (b"GIF8", b"\x89PNG", b"\xff\xd8\xff")
"""What GIF, PNG and JPEG begin with: their letters are colours, or base64 of what a picture was drawn from."""


class _Candidate(NamedTuple):
    found: Found
    secret: Secret


class Sighting(NamedTuple):
    """A secret in a text: `found` says where and how sure, `how` in which spellings it lies, outermost first.

    `value` is the secret itself and has to stay inside the process.
    """

    found: Found
    secret: Secret
    value: str
    how: tuple[str, ...] = ()


Places = dict[int, list[int]]
"""The numbers of rules with a keyword in a text, with the offsets just after the keywords; of rules that the name of
the file calls for, perhaps with none."""


class Seeker:
    """Finds secrets in one text after another. Making one is free: what it needs is compiled when it is needed.

    `shelf` keeps what takes long to compile.
    """

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._index = index(shelf)
        self._secrets: dict[int, Secret] = {}
        self._words = [word.encode() for word in self._index.words]
        self._literals = Literals(self._words, shelf=shelf)
        self._owners = self._index.owners
        self._patterns: dict[int, Any] = {}
        self._runs = Runs(shelf)
        self._named = ""
        self._called: list[int] = []

    def look(self, text: bytes, path: str, places: Places | None = None, coded: bool = True) -> list[Sighting | Excess]:
        """The secrets in a text and in what is encoded in it, in the order of the text.

        `places` is what the method of that name says of the text, where it was asked already. `coded`: look at what is
        encoded.
        """
        own = self._plain(text, path, self.places(text, path) if places is None else places)
        inner: list[Sighting | Excess] = []
        if coded and len(text) >= 28:
            for piece in pieces(text, self._runs.find):
                if isinstance(piece, Excess):
                    inner.append(piece)
                else:
                    inner.extend(self._inside(piece, own))
        if not inner:
            return list(own)
        within = [each for each in inner if isinstance(each, Sighting)]
        kept = [each for each in own if not any(_better(other, each) for other in within)]
        return sorted([*kept, *inner], key=lambda each: each.start if isinstance(each, Excess) else each.found.start)

    def coded(self, text: bytes) -> bool:
        """Whether something is encoded in a text."""
        return next(self._runs.find(text), None) is not None

    def any(self, text: bytes, path: str, places: Places) -> bool:
        """Whether one of these rules finds anything in a text."""
        return next(self._candidates(text, places, path), None) is not None

    def _inside(self, piece: Piece, own: list[Sighting]) -> Iterator[Sighting]:
        """What a decoded run holds, without what was found in the text as it stands."""
        around = [each for each in own if piece.start < each.found.end and each.found.start < piece.end]
        for each in self._plain(piece.data, "", self.places(piece.data)):
            if any(
                outer.secret.rank >= each.secret.rank or (outer.secret.id, outer.value) == (each.secret.id, each.value)
                for outer in around
            ):
                continue
            yield each._replace(found=each.found._replace(start=piece.start, end=piece.end), how=piece.how)

    def _plain(self, text: bytes, path: str, places: Places) -> list[Sighting]:
        if not places:
            return []
        return [
            Sighting(found, secret, text[found.start : found.end].decode("utf-8", "surrogateescape"))
            for found, secret in _settled(self._candidates(text, places, path))
        ]

    def places(self, text: bytes, path: str = "") -> Places:
        """The number of each rule that has a keyword in the text, with the offsets just after them, and of each that
        the name of the file calls for."""
        places: Places = {}
        owners = self._owners
        for word, after in self._literals.group(text).items():
            for number in owners[word]:
                known = places.get(number)
                places[number] = after if known is None else sorted(known + after)
        for number in self.called(path) if path else ():
            places.setdefault(number, [])
        return places

    def called(self, path: str) -> list[int]:
        """The numbers of the rules that the name of a file calls for."""
        if path != self._named:
            files = self._index.files
            self._named = path
            self._called = [number for name in calls(path) for number in files.get(name, ())]
        return self._called

    def _candidates(self, text: bytes, places: Places, path: str) -> Iterator[_Candidate]:
        packed: bool | None = None
        for number, after in places.items():
            secret = self._secrets.get(number)
            if secret is None:
                secret = self._secrets[number] = at(self._index.homes[number])
            if secret.read is not None:
                for found in secret.read(text, after, path):
                    yield _Candidate(found, secret)
                continue
            if number not in self._patterns:
                self._patterns[number] = _compiled(secret.pattern)
            if packed is None:
                # There texts stand side by side, with nothing or a length between them.
                packed = binary(text) and not text.startswith(_PICTURES)
            for start, end in _matches(self._patterns[number], text, after, secret, packed):
                judged = _judged(secret, _text(text[start:end]), start, end)
                if judged is not None:
                    yield _Candidate(judged, secret)


def _better(inner: Sighting, outer: Sighting) -> bool:
    """Whether what was found in a decoded run says more about that place than what was found in the text."""
    here = inner.found.start < outer.found.end and outer.found.start < inner.found.end
    return here and inner.secret.rank > outer.secret.rank


def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    return re2.compile(pattern.encode(), options)


def _windows(ends: list[int], width: int, size: int) -> Iterator[tuple[int, int]]:
    """The stretches within `width` of ascending offsets, those that touch made one."""
    low, high = max(0, ends[0] - width), 0
    for end in ends:
        if end - width > high > 0:
            yield low, high
            low = end - width
        high = min(size, end + width)
    yield low, high


def _matches(pattern: Any, data: bytes, places: list[int], secret: Secret, packed: bool) -> Iterator[tuple[int, int]]:
    """Where the values are that the pattern finds around the keywords and that stand alone."""
    for low, high in _windows(places, secret.width, len(data)):
        if secret.near and not _any_near(data[low:high].lower(), secret.near):
            continue
        position = low
        while position < high:
            match = pattern.search(data, position, high)
            if match is None:
                break
            if match.end() == high < len(data):
                # The window may have cut the value: see how far it goes.
                match = pattern.search(data, match.start(), min(len(data), high + _MORE)) or match
            start, end = _value(match, pattern.groups)
            alone = begins(data, start) and ends(data, end) and not _amid(data, start, end)
            if alone or (packed and anchor(secret, _text(data[start:end])) and not _encoded(data, start)):
                yield start, end
                position = max(end, match.start() + 1)
            else:
                # Nothing that begins inside the same word stands alone either.
                position = match.start() + 1 if pattern.groups else _end_of_word(data, match.start() + 1)


def _value(match: Any, groups: int) -> tuple[int, int]:
    """The span of the first group that took part in a match, of all of it where there is none."""
    spans: Iterator[tuple[int, int]] = (match.span(group) for group in range(1, groups + 1))
    return next((span for span in spans if span[0] >= 0), match.span())


def _text(value: bytes) -> str:
    return value.decode("latin-1")


def _encoded(data: bytes, start: int) -> bool:
    """Whether what leads up to a place is base64 of something."""
    return start >= _RUN and not data[start - _RUN : start].strip(_BASE64)


def _amid(data: bytes, start: int, end: int) -> bool:
    """Whether a place lies between two signs of base64 that goes on around it, over the ends of lines as well."""
    if data[max(0, start - 1) : start] not in _BETWEEN and data[end : end + 1] not in _BETWEEN:
        return False
    around = data[max(0, start - 80) : start] + data[end : end + 80]
    return len(around) > 100 and b"+" in around and not around.strip(_FOLDED)


_RUN = 240
"""Bytes of a text that nobody writes without a blank in them."""


_WORD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
_BASE64 = _WORD + b"+/-"
_FOLDED, _BETWEEN = _BASE64 + b"=\r\n", (b"+", b"/")


def _end_of_word(data: bytes, position: int) -> int:
    while True:
        block = data[position : position + 256]
        rest = block.lstrip(_WORD)
        position += len(block) - len(rest)
        if rest or not block:
            return position


def _any_near(text: bytes, words: tuple[str, ...]) -> bool:
    return any(word.encode() in text for word in words)


def _judged(secret: Secret, value: str, start: int, end: int) -> Found | None:
    """What the structure, the check digits and the looks of a value say of it."""
    if secret.holds is not None and not secret.holds(value):
        return None
    doubt = secret.doubt or fake(value[len(anchor(secret, value)) :])
    if doubt:
        return Found(start, end, Confidence.LOW, doubt)
    checked = secret.checksum(value) if secret.checksum is not None else None
    if checked is None:
        return Found(start, end, secret.confidence)
    if checked:
        return Found(start, end, Confidence.HIGH)
    note = "its check digits are wrong, so it may be mistyped or made up"
    return Found(start, end, min(secret.confidence, Confidence.MEDIUM), note=note)


def _settled(candidates: Iterator[_Candidate]) -> list[_Candidate]:
    """One for each place: the higher rank first, then the surer, then the longer; in the order of the text."""

    def better(candidate: _Candidate) -> tuple[int, int, int, int, str]:
        found, secret = candidate
        return -secret.rank, -found.confidence, found.start - found.end, found.start, secret.id

    from bisect import bisect_left

    starts: list[int] = []
    kept: list[_Candidate] = []
    for candidate in sorted(candidates, key=better):
        found = candidate.found
        place = bisect_left(starts, found.start)
        before = kept[place - 1].found.end if place else 0
        after = starts[place] if place < len(starts) else found.end
        if before <= found.start and found.end <= after:
            starts.insert(place, found.start)
            kept.insert(place, candidate)
    return kept


def anchor(secret: Secret, value: str) -> str:
    """The beginning that all values of a kind share. It is public, and only that is ever shown."""
    if secret.read is not None:
        return ""
    folded = value.lower()
    return max((keyword for keyword in secret.keywords if folded.startswith(keyword.lower())), key=len, default="")
