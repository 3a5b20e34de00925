"""Text that stands in a file in another spelling: base64 (RFC 4648, both alphabets, folded or not, of UTF-16 or gzip
as well), hexadecimal, percent-encoding (RFC 3986) and the escapes of string literals.

Only what decodes to ASCII text is of interest, and that can be seen without decoding. The top bit of each byte is zero,
so in every group of four characters of base64 the first comes from a third of the alphabet, two more from half of it
each, and the last is a letter or digit unless it stands for ">", "?" or "~"; in hexadecimal every other digit is 2 to
7. Ten groups of anything else (digests, certificates, images, paths, names in source code) look like that once in ten
thousand million times, so hardly anything is decoded in vain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yett.lean import Any, NamedTuple
from yett.parse.compiled import Recipe, Scan, Shelf
from yett.parse.encoding import views

DEPTH = 3
"""How many spellings may lie around each other."""

LONGEST = 1 << 20
"""Bytes of one encoded run, and of what one compressed run holds."""

MOST = 16 << 20
"""Bytes that are decoded from one file, all depths together."""


class Piece(NamedTuple):
    """A decoded run. `start` and `end` are its place in the outer text; `how` says in what it was, outermost first."""

    data: bytes
    start: int
    end: int
    how: tuple[str, ...]


class Excess(NamedTuple):
    """What is not decoded any more, and the place from where on."""

    start: int
    reason: str


def pieces(data: bytes, runs: Callable[[bytes], Iterator[Run]], depth: int = DEPTH) -> Iterator[Piece | Excess]:
    """What stands in `data` in another spelling, in the order of the text; what stands inside that follows it.

    `runs` is `Runs().find` or stands in for it. Ends with an `Excess` where there is more than `MOST` bytes.
    """
    left = MOST
    todo: list[tuple[bytes, int, int, tuple[str, ...]]] = [(data, 0, len(data), ())]
    while todo:
        text, low, high, around = todo.pop(0)
        for run in runs(text):
            start, end = (low, high) if around else (run.start, run.end)
            if run.end - run.start > LONGEST:
                yield Excess(start, f"a run of {run.how} longer than {LONGEST >> 20} MiB")
                continue
            decoded = _decoded(text[run.start : run.end], run.how)
            if decoded is None:
                continue
            plain, full = decoded
            if not full:
                yield Excess(start, f"a compressed run of more than {LONGEST >> 20} MiB")
            left -= len(plain)
            if left < 0:
                yield Excess(start, f"more than {MOST >> 20} MiB of encoded text")
                return
            how = (*around, run.how)
            yield Piece(plain, start, end, how)
            if len(how) < depth:
                todo.append((plain, start, end, how))


class Run(NamedTuple):
    """A run of characters that spell text: where it is, and in what ("base64", "gzip", "hexadecimal", …)."""

    start: int
    end: int
    how: str


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_ANY = r"[A-Za-z0-9+/_\-]"
_ANY_BYTES = _ALPHABET.encode() + b"_-"


def _digits(wanted: Callable[[int], bool]) -> str:
    """The class of the base64 digits whose value is wanted, in both alphabets."""
    chars = [char for value, char in enumerate(_ALPHABET) if wanted(value)]
    return "[" + "".join(chars) + (r"\-" if wanted(62) else "") + ("_" if wanted(63) else "") + "]"


# Bytes 0aaaaaaa 0bbbbbbb 0ccccccc make the digits 0aaaaa aa0bbb bbbb0c cccccc; a printable `a` is 32 or more, and
# the value 2 is that of tab, line feed and their neighbours.
_LEADING = _digits(lambda value: 8 <= value < 32 or value == 2)
_GROUP = f"(?:{_LEADING}{_digits(lambda value: not value & 8)}{_digits(lambda value: not value & 2)}[A-Za-z0-9])"
# Six bytes of UTF-16 of ASCII, little-endian: c 0 c 0 c 0.
_WIDE = f"(?:{_LEADING}[AQgw][AB][A-Za-z0-9]A[A-H]{_digits(lambda value: not value & 3)}A)"
_HEX = "(?:[2-7][0-9A-Fa-f]|0[9aAdD])"
_PERCENT = "%[2-7][0-9A-Fa-f]"

# In the order in which they are tried at one place; the names are in `_HOW`.
_PATTERNS = (
    f"({_WIDE}{{5,}})",
    r"(H4sI[A-P]" + _ANY + "{23,})",  # gzip's mark, the method and the flags: RFC 1952
    f"({_GROUP}{{10,}})",
    f"({_HEX}{{20,}})",
    r"((?:\\{1,4}(?:u00|x|u\{)[2-7][0-9A-Fa-f]\}?){8,})",
    f"(%3[Aa]%2[Ff]%2[Ff]|%22%3[Aa]|%40|(?:{_PERCENT}){{8,}})",
)
_HOW = ("base64", "gzip", "base64", "hexadecimal", "escapes", "percent-encoding")

# Cheap signs that one of the patterns may match: what lacks all of them is not looked at any closer.
_SIGNS = (
    "[A-Za-z0-9]{40}",
    "H4sI",
    r"\\(?:u00|x|u\{)[2-7][0-9A-Fa-f]\}?\\",
    r"%3[Aa]%2[Ff]%2[Ff]|%22%3[Aa]|%40",
    _PERCENT * 4,
)
_SIGNED = b"0123456789" * 4 + b" H4sI \\x41\\x41 %40 %41%41%41%41"
"""A text with each of the signs in it."""

_TINY = 1 << 16
_SMALL = 4 << 20
"""Bytes up to which looking for the patterns themselves takes less than loading Hyperscan for the signs, and less than
compiling them for it."""


class Runs:
    """Finds runs. Nothing is compiled before it is needed; Hyperscan only once it is worth it, or where it lies ready
    on the `shelf`."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self._read = 0
        self._pattern: Any = None
        self._signs: Callable[[bytes], bool] | None = None
        self._recipe = Recipe([sign.encode() for sign in _SIGNS], _SIGNED, once=True, shelf=shelf)

    def find(self, data: bytes) -> Iterator[Run]:
        """Runs that do not overlap, in the order of the text."""
        if len(data) < 28:
            return
        if self._signs is None:
            self._signs = self._ready(len(data))
        if self._signs is not None and not self._signs(data):
            return
        if self._pattern is None:
            if self._signs is None and not _signed(data):
                return
            self._pattern = _compiled("|".join(_PATTERNS))
        position = 0
        while (match := self._pattern.search(data, position)) is not None:
            how = _HOW[next(number for number in range(6) if match.span(number + 1)[0] >= 0)]
            start, end = match.span()
            if how in ("base64", "gzip"):
                start, end = _start_of_base64(data, max(start - LONGEST, position), start), _end_of_base64(data, end)
            elif how == "percent-encoding":
                start, end = _around(data, start, end)
                start = max(start, position)
            position = max(end, match.end())
            if not (how == "base64" and _known(data, start, end)):
                yield Run(start, end, how)

    def _ready(self, size: int) -> Callable[[bytes], bool] | None:
        """What sees whether a text has any of the signs, where it lies ready or is worth making."""
        first = self._read <= _TINY
        self._read += size
        if self._read <= _TINY:
            return None
        scan = self._recipe.ready() if first else None
        if scan is None:
            if self._read <= _SMALL and not (first and self._recipe.wanted()):
                return None
            scan = self._recipe.scanner()
        return _signs(scan) if scan is not None else lambda data: True


def _compiled(pattern: str) -> Any:
    try:
        import re2
    except ImportError:
        import re

        return re.compile(pattern.encode())
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(pattern.encode(), options)


def _signs(scan: Scan) -> Callable[[bytes], bool]:
    found: list[int] = []

    def note(index: int, _start: int, _end: int, _flags: int, _context: object) -> None:
        found.append(index)

    def signs(data: bytes) -> bool:
        if len(data) >= 1 << 31:  # Hyperscan counts in 32 bits
            return True
        found.clear()
        scan(data, match_event_handler=note)
        return bool(found)

    return signs


_LONG = 40
_BLANKED = bytes(each if chr(each).isascii() and chr(each).isalnum() else 32 for each in range(256))


def _signed(data: bytes) -> bool:
    """Whether a text may have one of the signs: sooner told of a few files than the patterns are compiled."""
    if b"H4sI" in data or b"%40" in data or data.count(b"%") >= 2 or b"\\x" in data or b"\\u" in data:
        return True
    return max(map(len, data.translate(_BLANKED).split()), default=0) >= _LONG


def _start_of_base64(data: bytes, low: int, start: int) -> int:
    """Where base64 began that was recognised here: some way to the left if whole groups stand there, as the mark of
    UTF-16 and letters beyond ASCII do not look like text."""
    before = data[low:start]
    groups, rest = divmod(len(before) - len(before.rstrip(_ANY_BYTES)), 4)
    return start if rest else start - 4 * groups


_FOLDED = 60
"""Lines of folded base64 have 64 (RFC 7468), 72 or 76 (RFC 2045) characters; 60 leaves room for other habits."""


def _end_of_base64(data: bytes, end: int) -> int:
    """Where base64 ends that goes on here: on this line, and on those that follow it where it is folded."""
    start = end
    while True:
        here = _past(data, end)
        first = data.rfind(b"\n", 0, here) + 1
        line = here - max(first, start - LONGEST)
        if data[here : here + 1] == b"=":
            return min(here + 2, len(data)) if data[here + 1 : here + 2] == b"=" else here + 1
        skip = 1 if data[here : here + 1] == b"\n" else 2 if data[here : here + 2] in (b"\r\n", b"\\n") else 0
        if not skip or line < _FOLDED or here - start > LONGEST:
            return here
        following = here + skip
        while data[following : following + 1] in (b" ", b"\t"):
            following += 1
        if _past(data, following) - following < 4 or not _starts(data, following):
            return here
        end = following


def _past(data: bytes, position: int) -> int:
    """The first offset from here on that is no digit of base64."""
    while True:
        block = data[position : position + 4096]
        rest = block.lstrip(_ANY_BYTES)
        position += len(block) - len(rest)
        if rest or len(block) < 4096:
            return position


_FIRST = frozenset(_LEADING.encode())
_SECOND = frozenset(_digits(lambda v: not v & 8).encode())


def _starts(data: bytes, position: int) -> bool:
    """Whether a line of base64 of text may begin here."""
    return data[position] in _FIRST and data[position + 1] in _SECOND


def _around(data: bytes, start: int, end: int) -> tuple[int, int]:
    """All of the percent-encoded word of which a part was found."""
    low = max(0, start - 4096)
    left = data[low:start]
    right = data[end : end + LONGEST]
    return start - (len(left) - len(left.rstrip(_IN_WORD))), end + (len(right) - len(right.lstrip(_IN_WORD)))


_IN_WORD = _ALPHABET[:-2].encode() + b"%.~_-+*!"


def _known(data: bytes, start: int, end: int) -> bool:
    """Whether base64 is the content of a `data:` address (an image, a font, a source map), or a part of a JSON web
    token, which is looked into as what it is."""
    low = max(0, start - 256)
    before = data[low:start].rstrip(_ANY_BYTES)
    if before.endswith(b";base64,"):
        return True
    return data[low + len(before) : start + 3].startswith(b"eyJ") and (
        data[end : end + 1] == b"." or before.endswith(b".")
    )


def _decoded(run: bytes, how: str) -> tuple[bytes, bool] | None:
    """What a run spells, and whether that is all of it; None where it spells nothing after all."""
    match how:
        case "base64":
            plain = _base64(run)
            return _narrow(plain), True
        case "gzip":
            return _inflated(_base64(run))
        case "hexadecimal":
            return bytes.fromhex(run[: len(run) & ~1].decode("ascii")), True
        case "percent-encoding":
            plain = _replaced(rb"%([0-9A-Fa-f]{2})", run)
            return (plain, True) if plain != run else None
        case _:
            return _replaced(rb"\\{1,4}(?:u00|x|u\{)([0-9A-Fa-f]{2})\}?", run), True


def _base64(run: bytes) -> bytes:
    import binascii

    digits = b"".join(run.replace(b"\\n", b"").split()).rstrip(b"=").translate(_STANDARD)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


_STANDARD = bytes.maketrans(b"-_", b"+/")


def _narrow(text: bytes) -> bytes:
    """Wide text as UTF-8, anything else as it is."""
    return views(text)[-1].data


def _inflated(data: bytes) -> tuple[bytes, bool] | None:
    import zlib

    unpacker = zlib.decompressobj(31)
    try:
        plain = unpacker.decompress(data, LONGEST)
    except zlib.error:
        return None
    return (_narrow(plain), not unpacker.unconsumed_tail) if plain else None


def _replaced(pattern: bytes, run: bytes) -> bytes:
    import re

    return re.sub(pattern, lambda match: bytes((int(match[1], 16),)), run)
