"""The order of Maven's versions (https://maven.apache.org/pom.html#version-order-specification), as Maven 3.9 has it.

A version is a tree: a hyphen, and every change between digits and letters, opens a list inside of the list. Every
text is a version.
"""

from __future__ import annotations

from functools import lru_cache

from yett.parse.versions.order import LONGEST, Key

_QUALIFIERS = {"alpha": 0, "beta": 1, "milestone": 2, "rc": 3, "snapshot": 4, "": 5, "sp": 6}
_ALIASES = {"ga": "", "final": "", "release": "", "cr": "rc"}
_LETTERS = {"a": "alpha", "b": "beta", "m": "milestone"}
_RELEASE = (5, "")


class Tree:
    """A version's tree, comparable with others. An equal pair may have different trees: 1 and 1.0.0-ga."""

    __slots__ = ("items",)

    def __init__(self, items: list[object]) -> None:
        self.items = items

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tree) and _compare(self.items, other.items) == 0

    def __lt__(self, other: Tree) -> bool:
        return _compare(self.items, other.items) < 0

    def __le__(self, other: Tree) -> bool:
        return _compare(self.items, other.items) <= 0

    def __gt__(self, other: Tree) -> bool:
        return _compare(self.items, other.items) > 0

    def __ge__(self, other: Tree) -> bool:
        return _compare(self.items, other.items) >= 0

    def __hash__(self) -> int:
        return hash(_spelled(self.items))


@lru_cache(8192)  # the advisories about a package repeat the same few bounds
def key(version: str) -> Key | None:
    """What to compare versions by; None only for one that is too long."""
    if len(version) > LONGEST or not (version := version.strip()):
        return None
    return (Tree(_parse(version.lower())),)


def public(version: str) -> str:
    """The version itself: Maven has no local labels."""
    return version


def canonical(version: str) -> str:
    """One spelling for all versions that are equal."""
    known = key(version)
    return version.strip().lower() if known is None else _spelled(known[0].items) or "0"


def between(prefix: tuple[int, ...]) -> tuple[Key, Key]:
    """The lowest key that a version starting with these numbers can have, and the first key beyond all of them."""
    return _first_of(prefix), _first_of((*prefix[:-1], prefix[-1] + 1))


def major(key: Key) -> Key:
    """The first number."""
    first = key[0].items[0] if key[0].items else 0
    return (first if isinstance(first, int) else 0,)


def _first_of(numbers: tuple[int, ...]) -> Key:
    return (Tree(_parse(".".join(map(str, numbers)) + "-alpha-alpha-alpha")),)


def _parse(text: str) -> list[object]:
    inner: list[object] = []
    lists = [inner]
    digits = False
    start = 0

    def open_list() -> list[object]:
        new: list[object] = []
        lists[-1].append(new)
        lists.append(new)
        return new

    for place, char in enumerate(text):
        if char == "." or char == "-":
            inner.append(0 if place == start else _item(text[start:place], digits))
            start = place + 1
            if char == "-":
                inner = open_list()
        elif char.isdecimal():
            if not digits and place > start:
                if inner:
                    inner = open_list()
                word = text[start:place]
                inner.append(_qualifier(_LETTERS.get(word, word)))
                start = place
                inner = open_list()
            digits = True
        else:
            if digits and place > start:
                inner.append(int(text[start:place]))
                start = place
                inner = open_list()
            digits = False
    if len(text) > start:
        if not digits and inner:
            inner = open_list()
        inner.append(_item(text[start:], digits))
    for each in reversed(lists):
        _normalise(each)
    return lists[0]


def _item(text: str, digits: bool) -> int | tuple[int, str]:
    return int(text) if digits else _qualifier(text)


def _qualifier(word: str) -> tuple[int, str]:
    """Its place among the qualifiers; unknown ones come last, by their letters."""
    word = _ALIASES.get(word, word)
    rank = _QUALIFIERS.get(word)
    return (7, word) if rank is None else (rank, "")


def _normalise(items: list[object]) -> None:
    """Drop what counts as nothing at the end, and before the lists at the end."""
    for place in range(len(items) - 1, -1, -1):
        item = items[place]
        if item == 0 or item == _RELEASE or item == []:
            del items[place]
        elif not isinstance(item, list):
            return


def _compare(ours: list[object], theirs: list[object]) -> int:
    """Negative, 0 or positive. Where one is shorter, nothing stands against the rest of the other."""
    for one, other in zip(ours, theirs, strict=False):
        if result := _against(one, other):
            return result
    if len(ours) == len(theirs):
        return 0
    longer, sign = (ours, 1) if len(ours) > len(theirs) else (theirs, -1)
    for item in longer[min(len(ours), len(theirs)) :]:
        if result := _against_nothing(item):
            return sign * result
    return 0


def _against(one: object, other: object) -> int:
    """A number is above a list, and a list above a qualifier."""
    if isinstance(one, int):
        return (one > other) - (one < other) if isinstance(other, int) else 1
    if isinstance(one, list):
        if isinstance(other, list):
            return _compare(one, other)
        return -1 if isinstance(other, int) else 1
    if isinstance(one, tuple) and isinstance(other, tuple):
        return (one > other) - (one < other)
    return -1


def _against_nothing(item: object) -> int:
    if isinstance(item, int):
        return item and 1
    if isinstance(item, tuple):
        return (item > _RELEASE) - (item < _RELEASE)
    return next((result for inner in item if (result := _against_nothing(inner))), 0) if isinstance(item, list) else 0


_WORDS = {rank: word for word, rank in _QUALIFIERS.items()}


def _spelled(items: list[object]) -> str:
    parts: list[str] = []
    for item in items:
        if isinstance(item, list):
            parts.append("-" + _spelled(item))
        elif isinstance(item, tuple):
            parts.append("." + (item[1] or _WORDS.get(item[0], "")))
        else:
            parts.append(f".{item}")
    return "".join(parts).removeprefix(".")
