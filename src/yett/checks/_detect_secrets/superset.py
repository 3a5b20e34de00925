"""From a pattern of `re` to one over bytes that finds something wherever the pattern does, for a scan of many at once.

The pattern's own parse tree is read and made wider, never narrower: what looks around is left out, a group that is
referred to may hold anything it could hold, a character beyond ASCII is any bytes from 0x80 on. What can be left off
at either end is left off, because only the line counts in which a match lies. A match of the pattern in a line
therefore has a match of the result inside it, provided that the bytes were made by `spelled`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]

from yett.lean import Any, NamedTuple


class Byte(NamedTuple):
    """One byte, of those whose bits are set."""

    mask: int


class Repeat(NamedTuple):
    """The body so many times; `high` is None where there is no end to it."""

    body: Any
    low: int
    high: int | None


class Row(NamedTuple):
    """One part after the other."""

    parts: tuple[Any, ...]


class Either(NamedTuple):
    """One of the parts."""

    parts: tuple[Any, ...]


EMPTY = Row(())


class UnfamiliarError(Exception):
    """A pattern with something in it that is not known here."""


# What `re` takes for an ASCII letter where case is ignored, and is none (the only four there are).
_LOOKALIKES = (("\u0130", "i"), ("\u0131", "i"), ("\u017f", "s"), ("\u212a", "k"))
_SPELLINGS = tuple((each.encode(), letter.encode()) for each, letter in _LOOKALIKES)

_INNER = 0x85
"""Stands for a line feed inside of a line: no byte of UTF-8 text at the place of a whole character."""

_NEWLINE = 1 << 0x0A


def spelled(text: bytes) -> bytes:
    """UTF-8 as the patterns made here expect it: the characters that are ASCII letters to `re` are written as such.

    There are as many lines as before; columns may differ.
    """
    if not text.isascii():
        for spelling, letter in _SPELLINGS:
            if spelling in text:
                text = text.replace(spelling, letter)
    return text


def joined(lines: Iterable[str]) -> bytes:
    """Lines as one text, for lines that may hold line feeds themselves, or halves of surrogate pairs."""
    inner = bytes((_INNER,))
    return b"\n".join(spelled(line.encode("utf-8", "surrogatepass")).replace(b"\n", inner) for line in lines)


def superset(pattern: re.Pattern[Any], least: Mapping[int, int] | None = None) -> Any:
    """The tree of the wider pattern; `EMPTY` where it would be found everywhere.

    `least` says by the number of a group how often what is repeated in it has to be there at least, where a match with
    less is of no interest.

    Raises:
        UnfamiliarError: the pattern is one of bytes, or has something in it that is not known here.
    """
    if not isinstance(pattern.pattern, str) or pattern.flags & re.LOCALE:
        raise UnfamiliarError("a pattern of bytes")
    tree = _parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    return head(tail(_Reader(least or {}).row(tree, pattern.flags)))


class _Reader:
    """Reads a parse tree from left to right, and remembers what each group may hold."""

    def __init__(self, least: Mapping[int, int]) -> None:
        self._least = least
        self._groups: dict[int, Any] = {}

    def row(self, tree: Any, flags: int, low: int = 0) -> Row:
        return _row([self.node(op, value, flags, low) for op, value in tree])

    def node(self, op: Any, value: Any, flags: int, low: int) -> Any:
        if op in (ops.LITERAL, ops.NOT_LITERAL, ops.IN, ops.ANY, ops.CATEGORY):
            return _character(_members(op, value, flags))
        if op in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            least, most, body = value
            inner = self.row(body, flags)
            return _repeat(inner, max(least, low), None if most is ops.MAXREPEAT else most)
        if op is ops.SUBPATTERN:
            group, more, less, body = value
            inner = self.row(body, (flags | more) & ~less, self._least.get(group, 0))
            if group is not None:
                self._groups[group] = inner
            return inner
        if op is ops.ATOMIC_GROUP:
            return self.row(value, flags)
        if op is ops.BRANCH:
            return Either(tuple(self.row(body, flags) for body in value[1]))
        if op is ops.GROUPREF:
            found = self._groups[value]
            return _caseless(found) if flags & re.IGNORECASE else found
        if op is ops.GROUPREF_EXISTS:
            _, yes, no = value
            return Either((self.row(yes, flags), self.row(no, flags) if no else EMPTY))
        if op in (ops.AT, ops.ASSERT, ops.ASSERT_NOT, ops.FAILURE):
            return EMPTY
        raise UnfamiliarError(f"{op} is not known")


def _row(parts: Sequence[Any]) -> Row:
    """The parts in a row, without rows in it."""
    flat: list[Any] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Row) else (part,))
    return Row(tuple(flat))


def _repeat(body: Any, low: int, high: int | None) -> Any:
    if isinstance(body, Row) and len(body.parts) == 1:
        body = body.parts[0]
    if body == EMPTY or high == 0:
        return EMPTY
    if isinstance(body, Repeat) and isinstance(body.body, Byte) and body.low == 1:
        # a character of one to four bytes: so many characters are at least so many bytes
        return Repeat(body.body, low, None)
    return body if low == high == 1 else Repeat(body, low, high)


# Classes of characters


_ASCII = (1 << 128) - 1
_WIDE = ((1 << 128) - 1) << 128
_LETTERS = sum(1 << ord(letter) for letter in "iksIKS")
"""What `spelled` may have made of a character beyond ASCII."""


class _Class(NamedTuple):
    """The ASCII characters in a class as bits, and whether any others may be in it."""

    mask: int
    wide: bool


def _character(found: _Class) -> Any:
    if not found.wide:
        return Byte(found.mask)
    return Repeat(Byte(found.mask | _WIDE | _LETTERS), 1, 4)


def _members(op: Any, value: Any, flags: int) -> _Class:
    if op is ops.ANY:
        return _Class(_ASCII if flags & re.DOTALL else _ASCII & ~_NEWLINE, True)
    if op is ops.NOT_LITERAL:
        op, value = ops.IN, [(ops.NEGATE, None), (ops.LITERAL, value)]
    if op is not ops.IN:
        value = [(op, value)]
    negated = bool(value) and value[0][0] is ops.NEGATE
    mask, wide = 0, negated
    for kind, what in value[1:] if negated else value:
        if kind is ops.LITERAL:
            what = (what, what)
        elif kind is ops.CATEGORY:
            mask |= _category(what, flags)
            wide = True
            continue
        elif kind is not ops.RANGE:
            raise UnfamiliarError(f"{kind} is not known in a class")
        low, high = what
        mask |= sum(1 << code for code in range(low, min(high, 127) + 1))
        wide = wide or high > 127
    if flags & re.IGNORECASE:
        mask = _both_cases(mask)
    return _Class(_ASCII & ~mask if negated else mask, wide)


_CATEGORIES = {ops.CATEGORY_DIGIT: r"\d", ops.CATEGORY_SPACE: r"\s", ops.CATEGORY_WORD: r"\w"}
_OPPOSITES = {
    ops.CATEGORY_NOT_DIGIT: ops.CATEGORY_DIGIT,
    ops.CATEGORY_NOT_SPACE: ops.CATEGORY_SPACE,
    ops.CATEGORY_NOT_WORD: ops.CATEGORY_WORD,
}


def _category(name: Any, flags: int) -> int:
    if name in _OPPOSITES:
        return _ASCII & ~_category(_OPPOSITES[name], flags)
    if name not in _CATEGORIES:
        raise UnfamiliarError(f"{name} is not known")
    return _matching(_CATEGORIES[name], flags & re.ASCII)


@lru_cache(16)
def _matching(pattern: str, flags: int) -> int:
    found = re.compile(pattern, flags)
    return sum(1 << code for code in range(128) if found.match(chr(code)))


_UPPER = sum(1 << code for code in range(0x41, 0x5B))
_LOWER = _UPPER << 32


def _both_cases(mask: int) -> int:
    return mask | (mask & _UPPER) << 32 | (mask & _LOWER) >> 32


def _caseless(node: Any) -> Any:
    if isinstance(node, Byte):
        return Byte(_both_cases(node.mask))
    if isinstance(node, Repeat):
        return node._replace(body=_caseless(node.body))
    return type(node)(tuple(map(_caseless, node.parts)))


# What can be left off


def tail(node: Any) -> Any:
    """Without what may follow: every match of the node begins with one of the result."""
    return _trimmed(node, last=True)


def head(node: Any) -> Any:
    """Without what may come before: every match of the node ends with one of the result."""
    return _trimmed(node, last=False)


def _trimmed(node: Any, last: bool) -> Any:
    if isinstance(node, Byte):
        return node
    if isinstance(node, Repeat):
        if not node.low:
            return EMPTY
        outer = _trimmed(node.body, last)
        if outer == EMPTY:
            return EMPTY
        if outer == node.body:
            return _repeat(node.body, node.low, node.low) if isinstance(node.body, Byte) else _exactly(node)
        rest = _exactly(node._replace(low=node.low - 1)) if node.low > 1 else EMPTY
        return _row([rest, outer] if last else [outer, rest])
    if isinstance(node, Either):
        parts = tuple(_trimmed(part, last) for part in node.parts)
        return EMPTY if EMPTY in parts else Either(parts)
    kept = list(node.parts)
    while kept:
        outer = _trimmed(kept.pop(-1 if last else 0), last)
        if outer != EMPTY:
            return _row([*kept, outer] if last else [outer, *kept])
    return EMPTY


def _exactly(node: Repeat) -> Any:
    return node.body if node.low == 1 else node._replace(high=node.low)


# Parts that no rewriting of a file takes apart


_BREAKS = sum(1 << ord(char) for char in "\t\n\v\f\r\x1c\x1d\x1e\x1f ")
_DROPPED = b"\"'\\"
_QUOTES = sum(1 << code for code in _DROPPED)
_ENDS = sum(1 << ord(char) for char in ":=")


def bare(text: bytes) -> bytes:
    """UTF-8 as the pieces of patterns expect it: `spelled`, without quotes and backslashes."""
    return spelled(text).translate(None, _DROPPED)


def factors(node: Any) -> tuple[Any, ...]:
    """What has to stand somewhere in a file, each in one piece, if the file as `key: "value"` or `key = "value"` is to
    match: the stretches without white space, quotes and backslashes left out of both.

    Such a stretch lies within a key, a value or a comment, and stood in the file like that but for quotes put around or
    doubled, and backslashes put before them, unless something was unescaped, decoded or put in. Only its last byte may
    not have been in the file: the `:` or `=` after a key.
    """
    found, run = [], []
    for part in (*(node.parts if isinstance(node, Row) else (node,)), None):
        if part is not None and not _any_byte(part, _BREAKS):
            run.append(_unquoted(part))
            continue
        stretch = tail(_row(run))
        run = []
        parts = stretch.parts if isinstance(stretch, Row) else (stretch,)
        if parts and _any_byte(parts[-1], _ENDS):
            parts = (*parts[:-1], *_shorter(parts[-1]))
        stretch = head(tail(_row(parts)))
        if stretch != EMPTY:
            found.append(stretch)
    return tuple(found)


def _unquoted(node: Any) -> Any:
    """What is left of every match of a node once quotes and backslashes are taken out."""
    if isinstance(node, Byte):
        return _unquoted(Repeat(node, 1, 1)) if node.mask & _QUOTES else node
    if isinstance(node, Repeat) and isinstance(node.body, Byte):
        rest = node.body.mask & ~_QUOTES
        if rest == node.body.mask:
            return node
        return Repeat(Byte(rest), 0, node.high) if rest else EMPTY
    if isinstance(node, Repeat):
        return _repeat(_unquoted(node.body), node.low, node.high)
    if isinstance(node, Row):
        return _row([_unquoted(part) for part in node.parts])
    return Either(tuple(_unquoted(part) for part in node.parts))


def _shorter(part: Any) -> tuple[Any, ...]:
    """Without its last byte; without all of it where it's not a run of one class."""
    if isinstance(part, Repeat) and isinstance(part.body, Byte) and part.low > 1:
        return (Repeat(part.body, part.low - 1, part.low - 1),)
    return ()


def _any_byte(node: Any, mask: int) -> bool:
    if isinstance(node, Byte):
        return bool(node.mask & mask)
    if isinstance(node, Repeat):
        return _any_byte(node.body, mask)
    return any(_any_byte(part, mask) for part in node.parts)


# As a pattern of bytes


def written(node: Any) -> bytes:
    """The pattern, for `re`, RE2 and Hyperscan alike. It never crosses the end of a line."""
    if isinstance(node, Byte):
        return _set(node.mask)
    if isinstance(node, Repeat):
        body = written(node.body)
        inner = body if isinstance(node.body, Byte) else b"(?:" + body + b")"
        return inner + _count(node.low, node.high)
    if isinstance(node, Either):
        return b"(?:" + b"|".join(map(written, node.parts)) + b")"
    return b"".join(map(written, node.parts))


_MOST = 500
"""RE2 counts to 1,000, and what repeats more often in a pattern is told apart by less."""


def _count(low: int, high: int | None) -> bytes:
    if max(low, high or 0) > _MOST:
        low, high = min(low, _MOST), None
    if low == high:
        return b"{%d}" % low
    if high is None:
        return {0: b"*", 1: b"+"}.get(low, b"{%d,}" % low)
    return b"?" if (low, high) == (0, 1) else b"{%d,%d}" % (low, high)


@lru_cache(256)
def _set(mask: int) -> bytes:
    if mask & _NEWLINE:
        mask = mask & ~_NEWLINE | 1 << _INNER
    if not mask:
        return b"[^\\x00-\\xff]"
    ranges: list[tuple[int, int]] = []
    for code in range(256):
        if mask >> code & 1:
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1] = ranges[-1][0], code
            else:
                ranges.append((code, code))
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        return _byte(ranges[0][0])
    return b"[" + b"".join(_byte(low) + (b"-" + _byte(high) if high > low else b"") for low, high in ranges) + b"]"


def _byte(code: int) -> bytes:
    return bytes((code,)) if chr(code).isascii() and chr(code).isalnum() else b"\\x%02x" % code
