"""What a line would cost the library at the most: some of its patterns take time with the square or the cube of what
repeats in a line, and a line of a hundred kilobytes made for it would keep them busy for an hour.

The figures are steps of `re`, of which a second has about a hundred million. They are estimates from the shape of the
patterns of release 1.5.0; lines that nobody made for this cost some thousands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

BUDGET = 2_000_000_000
"""Steps for the lines of one file: twenty seconds. The same file has the same end on a slow machine and a fast one."""

_STARTS = {"Basic Auth Credentials": "://", "JSON Web Token": "eyJ", "NPM tokens": "//", "OpenAI Token": "sk-"}
"""What a pattern with a run of any length begins with: it may be tried at every place up to the end of the line."""

_KEYWORDS = "Secret Keyword"


def steps(line: str, before: str, kinds: Iterable[str]) -> int:
    """The steps for a line, given with the one before it and the library's words for what is looked for."""
    found = len(line) + _blanks(line) + _blanks(before)
    if len(line) <= 1000:  # the filter for indirect references leaves longer ones alone
        found += sum(len(run) ** 3 // 6 for run in _spaces().findall(line))
    for kind in kinds:
        if kind == _KEYWORDS:
            found += _keywords(line)
        elif kind in _STARTS:
            found += line.count(_STARTS[kind]) * len(line)
    return found


def _blanks(line: str) -> int:
    """For the pragmas, which begin with a mark and any number of blanks and `#`, read by three parts of a pattern."""
    found = 0
    for match in _marks().finditer(line):
        width = match.end() - match.start()
        found += 4 * width**2 * (1 + match[0].count("#"))
        if line.endswith("<!--", 0, match.start()):
            found += width**3 // 6
    return found


def _keywords(line: str) -> int:
    """For the words before a value: each may be followed by letters, and those by fifty other characters, in as many
    ways as there are; and by a value that goes on to the next quote."""
    words = sum(50 * len(run) * len(_words().findall(run)) for run in _letters().findall(line))
    values = sum(len(run) * (len(_words().findall(run)) + run.count("`")) for run in re.split("['\"]", line))
    return words + values


@lru_cache(1)
def _words() -> re.Pattern[str]:
    return re.compile("key|pass|pwd|secret|contrase", re.IGNORECASE)


@lru_cache(1)
def _letters() -> re.Pattern[str]:
    return re.compile(r"\w{9,}")


@lru_cache(1)
def _marks() -> re.Pattern[str]:
    return re.compile(r"[# \t]{9,}")


@lru_cache(1)
def _spaces() -> re.Pattern[str]:
    return re.compile(r"\s{9,}")
