"""Bandit's own test functions, in process and on bytes, without bandit's engine around them.

The functions, their wording and their blacklists are bandit's, untouched; ours is what calls them: one walk of the
tree, asking at each node only the tests that could speak of it. The results are equal to those of the bandit command
(`--ignore-nosec`, no configuration), field for field and in the same order; `tests/test_bandit_parity.py` holds that.

    light_import   bandit's modules without the packages around them
    plugins        which tests there are, in bandit's order
    triggers       when a test could speak at all: never less often than it would
    bounded        bandit's answers without its worst cases
    source         where an issue is in the text, and what it is about
    nosec          the suppressions that cover more than they say
    walk           the tree, and the state the tests look at
    plain          the same through bandit's own engine, for releases that `triggers` was not checked against
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yett.lean import Any, NamedTuple

Level = str
"""Bandit's words: "LOW", "MEDIUM", "HIGH" or "UNDEFINED"."""


class Issue(NamedTuple):
    """What bandit reports. `column` and `end_column` count UTF-8 bytes from 0, as `ast` does; `first` to `last` is
    bandit's line range. `cwe` is the number alone, 0 where there is none. `node` is the node the test was asked about,
    None where it was the whole file, and `parent` what is around it where it is a string."""

    test_id: str
    test: str
    severity: Level
    confidence: Level
    text: str
    line: int
    column: int
    end_column: int
    first: int
    last: int
    cwe: int = 0
    node: Any = None
    parent: Any = None


class Crash(NamedTuple):
    """A test that raised. Bandit writes it to its log and goes on, and nobody knows what the test would have said."""

    test: str
    error: str
    line: int


Engine = Callable[[Any, bytes], Iterator[Issue | Crash]]
"""Takes a parsed module and the bytes it was made of."""


KNOWN_RELEASES = frozenset({"1.9.4"})
"""The releases whose tests were read against `triggers`, one by one. Another is slower, never less thorough."""


def release() -> str:
    """The installed bandit's version, "" where it is not known. Read off the name of its metadata folder, which lies
    beside the package: asking importlib.metadata costs 26 ms."""
    from importlib.util import find_spec
    from os import listdir
    from os.path import dirname

    spec = find_spec("bandit")
    places = (spec and spec.submodule_search_locations) or ()
    for place in places:
        for name in listdir(dirname(place)):
            if name.startswith("bandit-") and name.endswith(".dist-info"):
                return name.removeprefix("bandit-").removesuffix(".dist-info")
    return ""


def engine(release: str) -> Engine:
    """The engine for this release of bandit: ours where the triggers are known to hold, bandit's own elsewhere.

    Raises ImportError where bandit cannot be imported.
    """
    from yett.checks._bandit.light_import import UnfamiliarError

    if release in KNOWN_RELEASES:
        from yett.checks._bandit import walk

        try:
            return walk.engine()
        except UnfamiliarError:
            pass
    from yett.checks._bandit import plain

    return plain.engine()
