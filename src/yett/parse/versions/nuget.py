"""The order of NuGet's versions (https://learn.microsoft.com/nuget/concepts/package-versioning): up to four numbers,
then Semantic Versioning's pre-release labels, whose case does not count.
"""

from __future__ import annotations

import re
from functools import lru_cache

from yett.parse.versions.order import LONGEST, Key

_FULL = re.compile(
    r"\s*v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]*)?\s*",
    re.ASCII,
)
_RELEASED = (1,)


@lru_cache(8192)  # the advisories about a package repeat the same few bounds
def key(version: str) -> Key | None:
    """What to compare versions by; None for what is no version. Build metadata does not count."""
    if len(version) > LONGEST or (match := _FULL.fullmatch(version)) is None:
        return None
    major, minor, patch, revision, early = match.groups()
    stage = (0, *_early(early.lower())) if early else _RELEASED
    return (int(major), int(minor or 0), int(patch or 0), int(revision or 0), stage)


def public(version: str) -> str:
    """The version itself: NuGet has no local labels."""
    return version


def canonical(version: str) -> str:
    """One spelling for all versions that are equal, the normalised one; lower case for what is not a version."""
    if (parts := key(version)) is None:
        return version.strip().lower()
    major, minor, patch, revision, stage = parts
    text = f"{major}.{minor}.{patch}" + (f".{revision}" if revision else "")
    if stage != _RELEASED:
        text += "-" + ".".join(word if kind else str(number) for kind, number, word in stage[1:])
    return text


def between(prefix: tuple[int, ...]) -> tuple[Key, Key]:
    """The lowest key that a version starting with these numbers can have, and the first key beyond all of them."""
    numbers = prefix[:4]
    return _first_of(numbers), _first_of((*numbers[:-1], numbers[-1] + 1))


def major(key: Key) -> Key:
    """The first number; before 1.0.0 the second one as well."""
    return key[:1] if key[0] else key[:2]


def _first_of(numbers: tuple[int, ...]) -> Key:
    major, minor, patch, revision = (*numbers, 0, 0, 0)[:4]
    return (major, minor, patch, revision, (0,))


def _early(text: str) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in text.split("."))
