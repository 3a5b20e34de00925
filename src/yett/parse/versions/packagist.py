"""The order of PHP's packages: composer normalises a version
(https://getcomposer.org/doc/articles/versions.md), and PHP's `version_compare` compares what comes out.
"""

from __future__ import annotations

import re
from functools import lru_cache

from yett.parse.versions.order import LONGEST, Key

_PLAIN = re.compile(r"v?([0-9]{1,5})(?:\.([0-9]{1,18}))?(?:\.([0-9]{1,18}))?(?:\.([0-9]{1,18}))?", re.ASCII)
_STAGE = r"[._-]?(?:(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?[0-9]++)*+)?)?([.-]?dev)?"
_FORMS = (
    ("dev", 0),
    ("alpha", 1),
    ("a", 1),
    ("beta", 2),
    ("b", 2),
    ("RC", 3),
    ("rc", 3),
    ("#", 4),
    ("pl", 5),
    ("p", 5),
)
_NUMBER = 4
_UNKNOWN = -1
_STABILITIES = {"a": "alpha", "b": "beta", "p": "patch", "pl": "patch", "rc": "RC"}
_END = (_NUMBER, -1)
"""Nothing stands against a word as a number would, and is below every number."""


@lru_cache(1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Numbers, dates, and the branches that are numbers."""
    flags = re.IGNORECASE | re.ASCII
    number = r"v?([0-9]{1,5})(\.[0-9]+)?(\.[0-9]+)?(\.[0-9]+)?"
    date = r"v?([0-9]{4}(?:[.:-]?[0-9]{2}){1,6}(?:[.:-]?[0-9]{1,3}){0,2})"
    part = r"(\.(?:[0-9]+|[x*]))?"
    return (
        re.compile(number + _STAGE, flags),
        re.compile(date + _STAGE, flags),
        re.compile(rf"v?([0-9]+){part}{part}{part}[.-]?dev", flags),
    )


@lru_cache(8192)  # the advisories about a package repeat the same few bounds
def key(version: str) -> Key | None:
    """What to compare versions by; None for branches that are no numbers, and for what starts with none."""
    if len(version) > LONGEST:
        return None
    if plain := _PLAIN.fullmatch(version):
        return (*((_NUMBER, int(part or 0)) for part in plain.groups()), _END)
    normal = normalised(version)
    if normal is None and re.match(r"\s*v?[0-9]", version, re.ASCII | re.IGNORECASE):
        normal = version.strip().lstrip("vV")  # in advisories only: PHP alone would compare it
    return None if normal is None or normal.startswith("dev-") else _key(normal)


def public(version: str) -> str:
    """The version itself: composer has no local labels."""
    return version


def canonical(version: str) -> str:
    """One spelling for all versions that are equal; lower case for what is not a version."""
    normal = normalised(version) if len(version) <= LONGEST else None
    if normal is None:
        return version.strip().lower()
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", normal.lower(), flags=re.ASCII)


def between(prefix: tuple[int, ...]) -> tuple[Key, Key]:
    """The lowest key that a version starting with these numbers can have, and the first key beyond all of them."""
    return _first_of(prefix), _first_of((*prefix[:-1], prefix[-1] + 1))


def major(key: Key) -> Key:
    """The first number; before 1.0 the second one as well, as composer's caret has it."""
    return key[:1] if key[0] != (_NUMBER, 0) else key[:2]


def normalised(version: str) -> str | None:
    """Four numbers and a stability, as composer writes them to its own tables; None for what it refuses."""
    version = version.strip()
    if alias := re.fullmatch(r"([^,\s]+) +as +([^,\s]+)", version):
        version = alias[1]
    version = re.sub(r"@(?:stable|rc|beta|alpha|dev)\Z", "", version, flags=re.IGNORECASE)
    if version in ("master", "trunk", "default"):
        version = "dev-" + version
    if version[:4].lower() == "dev-":
        return "dev-" + version[4:]
    if built := re.fullmatch(r"([^,\s+]+)\+\S+", version):
        version = built[1]
    numbers, date, branch = _patterns()
    if match := numbers.fullmatch(version):
        text = match[1] + "".join(part or ".0" for part in match.group(2, 3, 4))
        return _with_stability(text, *match.group(5, 6, 7))
    if match := date.fullmatch(version):
        return _with_stability(re.sub(r"[^0-9]", ".", match[1]), *match.group(2, 3, 4))
    if match := branch.fullmatch(version):
        text = match[1] + "".join(part or ".x" for part in match.group(2, 3, 4))
        return re.sub(r"[xX*]", "9999999", text) + "-dev"
    return None


def _with_stability(text: str, stability: str | None, number: str | None, dev: str | None) -> str:
    if stability:
        stability = stability.lower()
        if stability == "stable":
            return text
        text += "-" + _STABILITIES.get(stability, stability) + (number or "").lstrip(".-")
    return text + "-dev" if dev else text


def _first_of(numbers: tuple[int, ...]) -> Key:
    return (*((_NUMBER, number) for number in (*numbers, 0, 0, 0)[: max(len(numbers), 4)]), (_UNKNOWN, 0))


def _key(normal: str) -> Key:
    """The parts that `version_compare` sees: a change between digits and letters parts them like a dot."""
    parts = re.findall(r"[0-9]+|[^0-9._+-]+", normal)
    return (*((_NUMBER, int(part)) if "0" <= part[0] <= "9" else (_rank(part), 0) for part in parts), _END)


def _rank(word: str) -> int:
    return next((rank for form, rank in _FORMS if word.startswith(form)), _UNKNOWN)
