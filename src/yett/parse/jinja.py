"""Where templates of Jinja leave it to a variable whether a line is there at all."""

from __future__ import annotations

import re

_TAG = re.compile(r"\{%[-+]?\s*(if|endif)\b")


def conditional(text: str) -> frozenset[int]:
    """The lines between `{% if … %}` and its `{% endif %}`, counted from 1."""
    if "{%" not in text:
        return frozenset()
    found: set[int] = set()
    depth = 0
    for number, line in enumerate(text.split("\n"), 1):
        if depth:
            found.add(number)
        for tag in _TAG.finditer(line):
            depth = depth + 1 if tag[1] == "if" else max(depth - 1, 0)
    return frozenset(found)
