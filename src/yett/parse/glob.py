"""Globs for paths and rule ids: `*` stays inside one segment, `**` crosses them, `?` is one character, no more."""

from __future__ import annotations

import re
from functools import lru_cache

_WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@lru_cache(maxsize=1024)
def _pattern(glob: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    return re.compile("".join(_WILD.get(part, re.escape(part)) for part in parts), re.DOTALL)


def matches(glob: str, text: str) -> bool:
    """Whether the whole of a path or rule id fits a glob."""
    return _pattern(glob).fullmatch(text) is not None
