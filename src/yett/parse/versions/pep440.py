"""The order of Python versions, as PEP 440 gives it."""

from __future__ import annotations

import re
from functools import lru_cache

from yett.parse.versions.order import LONGEST, Key

_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)*", re.ASCII)
_PHASES = {"a": 0, "alpha": 0, "b": 1, "beta": 1, "c": 2, "rc": 2, "pre": 2, "preview": 2}
_FINAL = (3, 0)
_BEFORE_ALL = (-1, 0)
_NO_DEV = float("inf")


@lru_cache(1)
def _full() -> re.Pattern[str]:
    return re.compile(
        r"""\s*v?
        (?:(?P<epoch>[0-9]+)!)?
        (?P<release>[0-9]+(?:\.[0-9]+)*)
        (?:[-_.]?(?P<phase>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?P<phase_number>[0-9]*))?
        (?:-(?P<implied_post>[0-9]+)|[-_.]?(?P<post>post|rev|r)[-_.]?(?P<post_number>[0-9]*))?
        (?:[-_.]?(?P<dev>dev)[-_.]?(?P<dev_number>[0-9]*))?
        (?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?
        \s*""",
        re.VERBOSE | re.IGNORECASE | re.ASCII,
    )


@lru_cache(8192)  # the advisories about a package repeat the same few bounds
def key(version: str) -> Key | None:
    """What to compare versions by; None for one that PEP 440 does not know."""
    if len(version) > LONGEST:
        return None
    if _PLAIN.fullmatch(version):
        return (0, _release(version), _FINAL, -1, _NO_DEV, ())
    match = _full().fullmatch(version)
    if match is None:
        return None
    epoch, release, phase, phase_number, implied_post, post, post_number, dev, dev_number, local = match.groups()
    after = int(implied_post) if implied_post else int(post_number or 0) if post else -1
    stage = _BEFORE_ALL if dev and after < 0 else _FINAL
    if phase:
        stage = (_PHASES[phase.lower()], int(phase_number or 0))
    return (
        int(epoch or 0),
        _release(release),
        stage,
        after,
        int(dev_number or 0) if dev else _NO_DEV,
        _local(local) if local else (),
    )


def public(version: str) -> str:
    """The version without its local label: "2.1.0+cu118" is a build of 2.1.0, with the holes of 2.1.0."""
    return version.partition("+")[0]


def canonical(version: str) -> str:
    """One spelling for all versions that are equal; lower case for what is not a version."""
    if (parts := key(version)) is None:
        return version.strip().lower()
    epoch, release, stage, after, dev, local = parts
    text = f"{epoch}!" if epoch else ""
    text += ".".join(map(str, release)) or "0"
    if stage not in (_FINAL, _BEFORE_ALL):
        text += f"{('a', 'b', 'rc')[stage[0]]}{stage[1]}"
    if after >= 0:
        text += f".post{after}"
    if dev != _NO_DEV:
        text += f".dev{dev}"
    if local:
        text += "+" + ".".join(str(number) if kind else word for kind, number, word in local)
    return text


def between(prefix: tuple[int, ...]) -> tuple[Key, Key]:
    """The lowest key that a version starting with these numbers can have, and the first key beyond all of them."""
    return _first_of(prefix), _first_of((*prefix[:-1], prefix[-1] + 1))


def major(key: Key) -> Key:
    """Epoch and first number."""
    return (key[0], *key[1][:1]) if key[1] else (key[0], 0)


def _first_of(numbers: tuple[int, ...]) -> Key:
    return (0, _stripped(numbers), _BEFORE_ALL, -1, 0, ())


def _release(text: str) -> tuple[int, ...]:
    return _stripped(tuple(map(int, text.split("."))))


def _stripped(numbers: tuple[int, ...]) -> tuple[int, ...]:
    while numbers and not numbers[-1]:
        numbers = numbers[:-1]
    return numbers


def _local(text: str) -> tuple[tuple[int, int, str], ...]:
    parts = re.split(r"[-_.]", text.lower())
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts)
