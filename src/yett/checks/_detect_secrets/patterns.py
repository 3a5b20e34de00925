"""The plugins' patterns, made wider: a plugin is asked about a line only where one of them finds something."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from math import log2

from yett.checks._detect_secrets.superset import EMPTY, UnfamiliarError, factors, superset, written
from yett.lean import Any, NamedTuple


class Wide(NamedTuple):
    """A pattern of a plugin, given by its number. `silent` are the kinds of files it is not used in. With `charset`
    only strings of so many different characters of it are of interest, at least."""

    plugin: int
    node: Any
    silent: frozenset[Any]
    charset: bytes = b""
    different: int = 0


class Patterns(NamedTuple):
    """Those of all plugins, and the plugins that are to be asked about every line."""

    wide: tuple[Wide, ...]
    always: tuple[int, ...]


def patterns(plugins: Sequence[Any]) -> Patterns:
    """The patterns of the library's plugins."""
    wide: list[Wide] = []
    always = []
    for number, plugin in enumerate(plugins):
        try:
            found = _own(number, plugin)
        except UnfamiliarError:
            found = []
        if not found or any(each.node == EMPTY for each in found):
            always.append(number)
        else:
            wide.extend(found)
    return Patterns(tuple(wide), tuple(always))


class Pieces(NamedTuple):
    """What patterns are made of: the pieces of all, and for each the numbers of its own, which are all to be found in
    a file (in its `bare` bytes) that is rewritten to lines in which the pattern is."""

    patterns: tuple[bytes, ...]
    of: tuple[frozenset[int], ...]


def pieces(wide: Sequence[Wide]) -> Pieces:
    numbers: dict[bytes, int] = {}
    of = [frozenset(numbers.setdefault(written(piece), len(numbers)) for piece in factors(each.node)) for each in wide]
    return Pieces(tuple(numbers), tuple(of))


def _own(number: int, plugin: Any) -> list[Wide]:
    """A plugin's patterns, one of which matches in every line it says anything of; none where that is not known."""
    from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector
    from detect_secrets.plugins.high_entropy_strings import Base64HighEntropyString, HexHighEntropyString
    from detect_secrets.plugins.jwt import JwtTokenDetector
    from detect_secrets.plugins.keyword import KeywordDetector

    kind = type(plugin)
    if kind in (Base64HighEntropyString, HexHighEntropyString):
        # the second group is the string; what is taken off for a number makes its entropy less
        different = distinct(plugin.charset, plugin.entropy_limit)
        node = superset(plugin.regex, {2: different})
        return [Wide(number, node, frozenset(), plugin.charset.encode(), different)]
    if kind is KeywordDetector:
        return [Wide(number, superset(regex), silent) for regex, silent in keywords()]
    strings = (RegexBasedDetector.analyze_string, JwtTokenDetector.analyze_string)  # the latter leaves out some
    if kind.analyze_line is BasePlugin.analyze_line and kind.analyze_string in strings:
        return [Wide(number, superset(regex), frozenset()) for regex in plugin.denylist]
    return []


def keywords() -> list[tuple[Any, frozenset[Any]]]:
    """The patterns of the plugin for keywords, with the kinds of files in which it does not use them."""
    from detect_secrets.plugins.keyword import QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP, REGEX_BY_FILETYPE
    from detect_secrets.util.filetype import FileType

    tables = {kind: REGEX_BY_FILETYPE.get(kind, QUOTES_REQUIRED_DENYLIST_REGEX_TO_GROUP) for kind in FileType}
    regexes = dict.fromkeys(regex for table in tables.values() for regex in table)
    return [(regex, frozenset(kind for kind, table in tables.items() if regex not in table)) for regex in regexes]


def distinct(charset: str, limit: float) -> int:
    """How many characters a string of a set has to have for its entropy to be above a limit, in bits.

    The entropy of n different characters is at most log2(n) (Shannon 1948, section 6), and a string has no more
    different characters than characters. What floating point makes of the sum is off by far less than is left here.
    """
    if len(set(charset)) < len(charset):
        return 1  # a character that is listed twice counts twice
    return next(count for count in range(1, 1 << 9) if log2(count) > limit - 1e-6)


def varied(text: bytes, wide: Wide, missing: int = 0) -> bool:
    """Whether a string of the charset with enough different characters is in a text, or may be but for some missing."""
    enough = wide.different - missing
    return any(len(set(run)) >= enough for run in _run(wide.charset, enough).findall(text))


@lru_cache(8)
def _run(charset: bytes, least: int) -> re.Pattern[bytes]:
    return re.compile(b"[%b]{%d,}" % (re.escape(charset), max(1, least)))
