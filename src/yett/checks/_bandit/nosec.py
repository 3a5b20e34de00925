"""`# nosec` as bandit reads it: a comment whose words name no test of bandit's silences every test on its line."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Iterator
from functools import cache
from io import BytesIO

from yett.checks._bandit.light_import import UnfamiliarError
from yett.checks._bandit.plugins import BLACKLIST, TABLE, load
from yett.lean import NamedTuple

_COMMENT = re.compile(r"#\s*nosec:?([^#]*)")
_LIST = re.compile(r"\w+(?:,\w+)*", re.ASCII)
_IDS_BEFORE = re.compile(r"\A(?:B\d++(?=\w))+", re.ASCII | re.IGNORECASE)


class Comment(NamedTuple):
    """Where a comment is: line and column from 1, in characters, the end exclusive."""

    line: int
    column: int
    end_column: int
    text: str


def blankets(data: bytes) -> Iterator[Comment]:
    """The comments with `nosec` and words behind it, none of which is a test."""
    lines = [line for line in data.splitlines() if b"nosec" in line]
    if not any(names_nothing(line.decode("utf-8", "replace")) for line in lines):
        return
    try:
        for kind, text, (line, column), (_, end), _ in tokenize.tokenize(BytesIO(data).readline):
            if kind == tokenize.COMMENT and names_nothing(text):
                yield Comment(line, column + 1, end + 1, text)
    except (tokenize.TokenError, SyntaxError):  # a backslash in a line of white space: bandit skips such a file
        return


def names_nothing(comment: str) -> bool:
    """Whether words follow `nosec`, and bandit takes none of them for a test.

    Of words with nothing but a comma between them bandit reads the last alone, and of `B101x` what follows the id.
    """
    found = _COMMENT.search(comment)
    words = [_IDS_BEFORE.sub("", each.rpartition(",")[2]) for each in _LIST.findall(found[1])] if found else []
    return bool(words) and _tests().isdisjoint(words)


@cache
def _tests() -> frozenset[str]:
    """The words that bandit knows: the ids of its tests and of what its blacklists hold, and the names of both."""
    try:
        catalogue = load()
    except UnfamiliarError:
        from bandit.core.extension_loader import MANAGER

        lists = MANAGER.plugins_by_id, MANAGER.plugins_by_name, MANAGER.blacklist_by_id, MANAGER.blacklist_by_name
        return frozenset((*MANAGER.builtin, *(word for words in lists for word in words)))
    entries = [entry for entries in catalogue.blacklist.values() for entry in entries]
    words = [*(test.id for test in catalogue.tests), BLACKLIST, *(name for name, _, _ in TABLE)]
    return frozenset((*words, *(entry["id"] for entry in entries), *(entry["name"] for entry in entries)))
