"""The order of npm's versions, as Semantic Versioning 2.0.0 section 11 gives it.

Missing numbers count as 0 ("1.2" is 1.2.0) and a leading "v" or "=" is dropped, as npm and OSV do.
"""

from __future__ import annotations

import re
from functools import lru_cache

from yett.parse.versions.order import LONGEST, Key

_PLAIN = re.compile(r"([0-9]+)\.([0-9]+)\.([0-9]+)", re.ASCII)
_FULL = re.compile(
    r"\s*[v=]{0,2}([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?\s*", re.ASCII
)
_RELEASED = (1,)


@lru_cache(8192)  # the advisories about a package repeat the same few bounds
def key(version: str) -> Key | None:
    """What to compare versions by; None for one that is not a semantic version. Build metadata does not count."""
    if len(version) > LONGEST:
        return None
    if match := _PLAIN.fullmatch(version):
        return (int(match[1]), int(match[2]), int(match[3]), _RELEASED)
    match = _FULL.fullmatch(version)
    if match is None:
        return None
    major, minor, patch, early = match.groups()
    return (int(major), int(minor or 0), int(patch or 0), (0, *_early(early)) if early else _RELEASED)


def public(version: str) -> str:
    """The version itself: npm has no local labels."""
    return version


def canonical(version: str) -> str:
    """One spelling for all versions that are equal; lower case for what is not a version."""
    if (parts := key(version)) is None:
        return version.strip().lower()
    major, minor, patch, stage = parts
    text = f"{major}.{minor}.{patch}"
    if stage != _RELEASED:
        text += "-" + ".".join(word if kind else str(number) for kind, number, word in stage[1:])
    return text


def between(prefix: tuple[int, ...]) -> tuple[Key, Key]:
    """The lowest key that a version starting with these numbers can have, and the first key beyond all of them."""
    numbers = prefix[:3]
    return _first_of(numbers), _first_of((*numbers[:-1], numbers[-1] + 1))


def major(key: Key) -> Key:
    """The first number; before 1.0.0 the second one as well, as npm's caret has it."""
    return key[:1] if key[0] else key[:2]


def _first_of(numbers: tuple[int, ...]) -> Key:
    major, minor, patch = (*numbers, 0, 0)[:3]
    return (major, minor, patch, (0,))


def _early(text: str) -> tuple[tuple[int, int, str], ...]:
    """Numbers before words, numbers by value, words by ASCII."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in text.split("."))
