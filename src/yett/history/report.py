"""What the history holds, for people and for programs."""

from __future__ import annotations

from yett.history.secrets import Leaked
from yett.lean import Any, NamedTuple
from yett.model import Confidence, Gap
from yett.report.escape import document, terminal, unicode
from yett.report.words import counted, place

SCHEMA = "yett/history/1"

_PATHS = 3
"""Paths that are named for each secret; the rest are counted."""


class Told(NamedTuple):
    """All there is to report. `secrets` come in the order in which to rotate them; `scope` says in words what part of
    the history was looked at."""

    scope: str
    secrets: tuple[Leaked, ...]
    gaps: tuple[Gap, ...]
    head: str
    commits: int
    versions: int
    remembered: int

    def exit_code(self) -> int:
        """1 where a secret is at least of medium confidence, else 3 where something was not looked at, else 0."""
        if any(each.confidence > Confidence.LOW for each in self.secrets):
            return 1
        return 3 if self.gaps else 0


def text(told: Told, low: bool) -> str:
    """For a terminal. Secrets of low confidence are counted, and with `low` shown as well."""
    sure = [each for each in told.secrets if each.confidence > Confidence.LOW]
    shown = list(told.secrets) if low else sure
    lines: list[str] = []
    still = [each for each in shown if each.at_head]
    gone = [each for each in shown if not each.at_head]
    number = 0
    for heading, group in (
        ("Rotate first: still in the files at HEAD", still),
        ("Rotate: no longer at HEAD, but in the history for everybody who has a clone", gone),
    ):
        if group:
            lines += [heading, ""]
        for each in group:
            number += 1
            lines += [*_secret(number, each), ""]
    if told.gaps:
        lines += ["Not looked at", ""]
        lines += [f"  {_where(gap)}{terminal(gap.reason)}" for gap in told.gaps]
        lines.append("")
    lines.append(_summary(told, sure))
    hidden = len(told.secrets) - len(shown)
    if hidden:
        lines.append(f"{counted(hidden, 'more secret')} of low confidence: --low shows them.")
    return "\n".join(lines) + "\n"


def _secret(number: int, each: Leaked) -> list[str]:
    finding, author = each.finding, each.author
    commit = each.commit[:12] or "no commit, a tag"
    who = f" by {terminal(author.name)} <{terminal(author.email)}> on {author.date[:10]}" if author.date else ""
    paths = [terminal(path) for path in each.at_head] or [terminal(every.path) for every in each.places]
    rest = f" and {counted(len(paths) - _PATHS, 'more path')}" if len(paths) > _PATHS else ""
    where = ", ".join(paths[:_PATHS]) + rest
    return [
        f"{number:>3}. {finding.rule}  {each.severity.word}, {each.confidence.word} confidence",
        f"     {terminal(finding.message)}",
        f"     first in {place(finding.path, finding.line, finding.column)}, {commit}{who}",
        f"     {'now in' if each.at_head else 'was in'} {where}; {counted(each.versions, 'version')} of files hold it",
        f"     {finding.fix}",
        f"     fingerprint {finding.fingerprint}",
    ]


def _where(gap: Gap) -> str:
    return f"{place(gap.path, gap.line)}: " if gap.path else ""


def _summary(told: Told, sure: list[Leaked]) -> str:
    looked = (
        f"{counted(told.versions, 'version')} of files in {counted(told.commits, 'commit')} ({terminal(told.scope)})"
    )
    known = f", {told.remembered:,} of them remembered from before" if told.remembered else ""
    if sure:
        here = sum(bool(each.at_head) for each in sure)
        verdict = f"{counted(len(sure), 'secret')} to rotate, {here} of them still at HEAD"
    else:
        verdict = "no secrets" if not told.gaps else "no secrets in what could be looked at"
    gaps = f"; {counted(len(told.gaps), 'gap')}" if told.gaps else ""
    return f"{verdict}{gaps}: {looked}{known}."


def json(told: Told) -> str:
    """For programs: every secret, those of low confidence as well."""
    value = {
        "schema": SCHEMA,
        "exit_code": told.exit_code(),
        "scope": told.scope,
        "head": told.head,
        "counts": {
            "commits": told.commits,
            "versions": told.versions,
            "secrets": len(told.secrets),
            "at_head": sum(bool(each.at_head) for each in told.secrets),
            "gaps": len(told.gaps),
        },
        "secrets": [_value(each) for each in told.secrets],
        "gaps": [{"path": gap.path, "kind": gap.kind, "line": gap.line, "reason": gap.reason} for gap in told.gaps],
    }
    return document(_unicode(value))


def _value(each: Leaked) -> dict[str, Any]:
    finding = each.finding
    return {
        "rule": finding.rule,
        "title": each.title,
        "severity": each.severity.word,
        "confidence": each.confidence.word,
        "fingerprint": finding.fingerprint,
        "message": finding.message,
        "fix": finding.fix,
        "first": {
            "commit": each.commit,
            "author": each.author.name,
            "email": each.author.email,
            "date": each.author.date,
            "path": finding.path,
            "line": finding.line,
            "column": finding.column,
        },
        "at_head": list(each.at_head),
        "versions": each.versions,
        "places": [{"path": every.path, "commits": every.commits} for every in each.places],
    }


def _unicode(value: Any) -> Any:
    if isinstance(value, str):
        return unicode(value)
    if isinstance(value, dict):
        return {key: _unicode(each) for key, each in value.items()}
    return [_unicode(each) for each in value] if isinstance(value, list) else value
