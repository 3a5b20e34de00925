"""Comments in the scanned tree that ask a scanner to look away: yett's own, and those of other tools.

They are read here and only here, so that every check treats them alike; whether one is honoured is `waive`'s affair.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Directive
from yett.parse.literals import Literals

_LIMIT = 2000
"""Characters of a line that are read: a longer one is generated, and no comment for people."""

# A directive counts inside a comment only. What opens one: # // -- /* <!-- {# and, first on a line, ; and %.
_OPENS = r"(?:\#|//|--|/\*|<!--|\{\#|^\s*[;%])[^\n]*?"
_FORMS: tuple[tuple[str, str, str], ...] = (
    ("yett", "yett:", r"\byett:\s*ignore\[(?P<rules>[^\]\n]*)\](?P<reason>.*)"),
    ("zizmor", "zizmor:", r"\bzizmor:\s*ignore\[(?P<rules>[^\]\n]*)\](?P<reason>.*)"),
    ("bandit", "nosec", r"\bnosec\b(?:\s*:?\s*(?P<rules>B\d{3}(?:[\s,]+B\d{3})*))?(?P<reason>.*)"),
    (
        "detect-secrets",
        "pragma:",
        r"\bpragma:\s*(?:allow|white)list[ -](?P<next>nextline[ -])?secret\b(?P<reason>.*)",
    ),
    ("gitleaks", "gitleaks:allow", r"\bgitleaks:allow\b(?P<reason>.*)"),
    ("betterleaks", "betterleaks:allow", r"\bbetterleaks:allow\b(?P<reason>.*)"),
    ("kingfisher", "kingfisher:ignore", r"\bkingfisher:ignore\b(?P<reason>.*)"),
    ("trufflehog", "trufflehog:ignore", r"\btrufflehog:ignore\b(?P<reason>.*)"),
    ("ggshield", "ggignore", r"\bggignore\b(?P<reason>.*)"),
    ("secretlint", "secretlint-disable", r"\bsecretlint-disable-(?:(?P<next>next-)?line)\b(?P<reason>.*)"),
    ("checkov", "checkov:skip", r"\bcheckov:skip=(?P<rules>[\w,]+)(?::(?P<reason>.*))?"),
    ("trivy", "trivy:ignore", r"\btrivy:ignore:(?P<rules>[\w-]+)(?P<reason>.*)"),
    ("semgrep", "nosemgrep", r"\bnosemgrep\b(?::\s*(?P<rules>[\w.-]+(?:\s*,\s*[\w.-]+)*))?(?P<reason>.*)"),
)
"""The tool, the word that its directives hold, and their form. What another tool's rule names mean is known for bandit
and zizmor alone: a directive that names rules of a third is counted, and covers nothing."""

_words: Literals | None = None
_forms: dict[str, re.Pattern[str]] = {}


def directives(path: str, data: bytes) -> Iterator[Directive]:
    """The directives in a file, in order of their lines."""
    global _words
    if _words is None:
        _words = Literals([word.encode() for _, word, _ in _FORMS])
    ends = sorted({end for _, end in _words.find(data)})
    line, counted, done = 1, 0, -1
    for end in ends:
        start = data.rfind(b"\n", 0, end) + 1
        if start == done:
            continue
        done = start
        line += data.count(b"\n", counted, start)
        counted = start
        stop = data.find(b"\n", end)
        text = data[start : len(data) if stop < 0 else stop]
        if len(text) <= _LIMIT:
            yield from _line(path, line, text.decode("utf-8", "replace"))


def _line(path: str, line: int, text: str) -> Iterator[Directive]:
    folded = text.lower()
    for tool, word, form in _FORMS:
        if word not in folded:
            continue
        if tool not in _forms:
            _forms[tool] = re.compile(_OPENS + form, re.IGNORECASE)
        found = _forms[tool].search(text)
        if found is None:
            continue
        parts = found.groupdict()
        named = tuple((parts.get("rules") or "").replace(",", " ").split())
        alone = not text[: found.start()].strip() or bool(parts.get("next"))
        yield Directive(
            path=path,
            line=line,
            tool=tool,
            rules=_rules(tool, named),
            reason=_reason(parts["reason"] or ""),
            last=line + 1 if alone else line,
        )


def _rules(tool: str, named: tuple[str, ...]) -> tuple[str, ...]:
    """The words of another tool as rule ids of ours."""
    match tool:
        case "bandit":
            return tuple(f"python/{rule.upper()}" for rule in named)
        case "zizmor":
            return tuple(f"github-actions/{rule}" for rule in named)
        case _:
            return named


def _reason(text: str) -> str:
    """What is left of a comment behind the directive: without its closing mark and the dashes people put first."""
    text = re.sub(r"(\*/|-->|#\}|\}\})\s*$", "", text)
    text = re.split(r"\s#\s*(?=nosec|noqa|type:|pragma:|yett:)", text)[0]
    return text.strip().lstrip("-–—:;,# ").strip()
