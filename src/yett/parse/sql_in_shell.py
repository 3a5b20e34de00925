"""The SQL in a shell script: what it hands to psql, mysql and their like, every character in its place."""

from __future__ import annotations

import re

_CLIENTS = r"(?:psql|mysql|mariadb|sqlcmd|sqlplus)"
_HEREDOC = re.compile(rf"\b{_CLIENTS}\b[^\n]{{0,500}}?<<[-~]?[ \t]*(['\"]?)(\w{{1,60}})\1[^\n]*\n")
_OPTION = re.compile(
    rf"\b{_CLIENTS}\b[^\n;|]{{0,500}}?\s(?:-\w*[ceQ]|--(?:command|execute)[= ]?)\s*"
    r"(?:\"((?:[^\"\\]|\\.){1,2000})\"|'([^']{1,2000})')"
)


def extract(text: str) -> str:
    """A text as long as the script, line by line, with nothing left in it but SQL."""
    kept: list[tuple[int, int]] = []
    at = 0
    while match := _HEREDOC.search(text, at):
        end = re.compile(rf"^[ \t]*{match[2]}[ \t]*$", re.MULTILINE).search(text, match.end())
        stop = end.start() if end else len(text)
        kept.append((match.end(), stop))
        at = stop if end else len(text)
    kept.extend(match.span(1 if match[1] is not None else 2) for match in _OPTION.finditer(text))
    kept.sort()
    pieces: list[str] = []
    at = 0
    for start, stop in kept:
        if start < at:
            continue
        pieces.append(_blank(text[at:start]))
        # Another command follows, whether or not this one ends in a semicolon.
        pieces.append(text[start:stop])
        at = stop
        if at < len(text) and text[at] != "\n" and pieces[-1].strip():
            pieces.append(";")
            at += 1
    pieces.append(_blank(text[at:]))
    return "".join(pieces)


def _blank(text: str) -> str:
    return "\n".join(" " * len(line) for line in text.split("\n"))
