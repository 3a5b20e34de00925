"""What every configuration rule needs to say where and what."""

from __future__ import annotations

import re

from yett.digest import of
from yett.model import Confidence, Edit, Hit, Rule, Severity, Unknown
from yett.parse.source import Span


def hit(
    span: Span,
    message: str,
    *,
    fix: str = "",
    subject: str = "",
    severity: Severity | None = None,
    confidence: Confidence | None = None,
    edits: tuple[Edit, ...] = (),
) -> Hit:
    subject = brief(subject)
    return Hit(
        span.line, span.column, message, span.end_line, span.end_column, fix, subject, severity, confidence, edits
    )


_LONGEST = 2_000


def brief(subject: str) -> str:
    """A subject that is no longer than any a person wrote: thousands of hits may share a name of a megabyte."""
    return subject if len(subject) <= _LONGEST else f"{subject[:200]}… {of(subject.encode('utf-8', 'surrogatepass'))}"


def soften(rule: Rule, said: Hit | Unknown) -> Hit | Unknown:
    """What is said of a file that nothing of worth is run by: no more than a warning."""
    if isinstance(said, Unknown):
        return said
    severity = rule.severity if said.severity is None else said.severity
    return said._replace(severity=min(severity, Severity.MEDIUM))


_LOGIN = r"(?<=://)[^/@\s]+(?=@)|(?<=\?)\S*"


def short(text: str, limit: int = 80) -> str:
    """A text as it may stand in a message: on one line, not long, and without what logs in to an address."""
    line = " ".join(text.split())
    if "://" in line:
        line = re.sub(_LOGIN, "…", line)
    return line if len(line) <= limit else line[: limit - 1] + "…"
