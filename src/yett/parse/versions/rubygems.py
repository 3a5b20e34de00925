"""The order of Ruby's versions, as `Gem::Version` has it
(https://docs.ruby-lang.org/en/master/Gem/Version.html): letters make a pre-release, wherever they stand.
"""

from __future__ import annotations

import re
from functools import lru_cache

from yett.parse.versions.order import LONGEST, Key

_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)*", re.ASCII)
_FULL = re.compile(r"\s*(?:[0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)?\s*", re.ASCII)
_PART = re.compile(r"[0-9]+|[a-z]+", re.IGNORECASE | re.ASCII)
_END = (1,)
"""Nothing, which counts as endless zeros: above words, below numbers."""


@lru_cache(8192)  # the advisories about a package repeat the same few bounds
def key(version: str) -> Key | None:
    """What to compare versions by; None for what `Gem::Version` refuses."""
    if len(version) > LONGEST:
        return None
    if _PLAIN.fullmatch(version):
        return _key([int(part) for part in version.split(".")])
    if not _FULL.fullmatch(version):
        return None
    return _key(_parts(version))


def public(version: str) -> str:
    """The version itself: gems have no local labels."""
    return version


def canonical(version: str) -> str:
    """One spelling for all versions that are equal; lower case for what is not a version."""
    if key(version) is None:
        return version.strip().lower()
    parts = _parts(version)
    first = next((place for place, part in enumerate(parts) if isinstance(part, str)), len(parts))
    return ".".join(map(str, (*_stripped(parts[:first]), *_stripped(parts[first:])))) or "0"


def between(prefix: tuple[int, ...]) -> tuple[Key, Key]:
    """The lowest key that a version starting with these numbers can have, and the first key beyond all of them."""
    return _key([*prefix, "A"]), _key([*prefix[:-1], prefix[-1] + 1, "A"])


def major(key: Key) -> Key:
    """The first number."""
    first = key[0]
    return (first[2],) if first[0] == 2 and first[1] == 0 else (0,)


def _parts(version: str) -> list[int | str]:
    text = version.strip().replace("-", ".pre.")
    return [int(part) if part[0].isdigit() else part for part in _PART.findall(text)]


def _stripped(parts: list[int | str]) -> list[int | str]:
    while parts and parts[-1] == 0:
        parts = parts[:-1]
    return parts


def _key(parts: list[int | str]) -> Key:
    """Zeros are counted rather than kept: "1.0.0.a" and "1.a" are equal, "1.a.0.b" is below "1.a" and "1.a.0.1" above.

    A word after more zeros is higher, a number after more zeros is lower.
    """
    found: list[tuple[int, int, int | str] | tuple[int]] = []
    zeros = 0
    release = True
    for part in parts:
        if part == 0:
            zeros += 1
        elif isinstance(part, str):
            found.append((0, 0 if release else zeros, part))
            release, zeros = False, 0
        else:
            found.append((2, -zeros, part))
            zeros = 0
    found.append(_END)
    return tuple(found)
