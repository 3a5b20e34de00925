"""What providers say of the credentials, for people and for programs."""

from __future__ import annotations

from collections.abc import Sequence

from yett.lean import Any, NamedTuple
from yett.model import Gap
from yett.report.escape import document, terminal, unicode
from yett.report.words import counted, place
from yett.rules.secrets.record import rule
from yett.verify.gather import Place
from yett.verify.record import State
from yett.verify.run import Result

SCHEMA = "yett/verify/1"

_PLACES = 3
"""Places that are named for each credential; the rest are counted."""

_STATES: tuple[State, ...] = ("live", "not live", "unknown")


class Told(NamedTuple):
    """All there is to report. `low` and `others` count what was found and not asked about."""

    scope: str
    results: tuple[Result, ...]
    gaps: tuple[Gap, ...]
    low: int
    others: int
    files: int

    def count(self, state: State) -> int:
        return sum(each.said.state == state for each in self.results)

    def exit_code(self) -> int:
        """1 where a credential is live, else 3 where one may be, or where something could not be looked at, else 0."""
        if self.count("live"):
            return 1
        return 3 if self.count("unknown") or self.gaps else 0


def text(told: Told) -> str:
    """For a terminal: what is live first."""
    lines: list[str] = []
    number = 0
    for state, heading in (
        ("live", "Live: rotate now"),
        ("unknown", "Not known: treat as live"),
        ("not live", "Not live any more: take it out, and see what else it was used for"),
    ):
        group = [each for each in told.results if each.said.state == state and each.credential.provider]
        if group:
            lines += [heading, ""]
        for each in group:
            number += 1
            lines += [*_credential(number, each), ""]
    lines += _unsupported([each for each in told.results if not each.credential.provider])
    if told.gaps:
        lines += ["Not looked at", ""]
        lines += [f"  {_where(gap)}{terminal(gap.reason)}" for gap in told.gaps]
        lines.append("")
    lines += _summary(told)
    return "\n".join(lines) + "\n"


def _credential(number: int, each: Result) -> list[str]:
    credential = each.credential
    lines = [
        f"{number:>3}. {credential.secret.rule_id}  {credential.secret.title}",
        f"     {each.said.state}: {terminal(each.said.reason)}",
        f"     {_places(credential.places)}",
    ]
    if each.said.state != "not live":
        lines.append(f"     {rule(credential.secret).fix}")
        if credential.secret.revoke:
            lines.append(f"     {credential.secret.revoke}")
    return [*lines, f"     fingerprint {credential.fingerprint}"]


def _unsupported(results: Sequence[Result]) -> list[str]:
    """The kinds nobody can be asked about: a line for each."""
    if not results:
        return []
    kinds: dict[str, list[Place]] = {}
    for each in results:
        kinds.setdefault(each.credential.secret.rule_id, []).extend(each.credential.places)
    lines = ["Nobody to ask: treat as live", ""]
    lines += [f"  {name}  {_places(sorted(places))}" for name, places in sorted(kinds.items())]
    return [*lines, ""]


def _places(places: Sequence[Place]) -> str:
    shown = [place(each.path, each.line, each.column) + _since(each.commit) for each in places[:_PLACES]]
    rest = len(places) - _PLACES
    return ", ".join(shown) + (f" and {counted(rest, 'more place')}" if rest > 0 else "")


def _since(commit: str) -> str:
    """Where a version that a later commit of the range replaced is to be found."""
    return f" ({commit[:12]})" if commit else ""


def _where(gap: Gap) -> str:
    return f"{place(gap.path, gap.line)}: " if gap.path else ""


def _summary(told: Told) -> list[str]:
    live, dead, unknown = (told.count(state) for state in _STATES)
    questions = sum(each.questions for each in told.results)
    found = f"{live} live, {unknown} not known, {dead} not live" if told.results else "no credentials"
    gaps = f"; {counted(len(told.gaps), 'gap')}" if told.gaps else ""
    asked = f"{counted(questions, 'question')} asked"
    lines = [f"{found}{gaps}: {counted(told.files, 'file')} of {terminal(told.scope)}, {asked}."]
    if told.low:
        lines.append(f"{told.low:,} more of low confidence: --low asks about them too.")
    if told.others:
        lines.append(f"{told.others:,} more that no provider named with --provider answers for.")
    return [*lines, "This is no verdict: whether a change may ship says `yett check`."]


def json(told: Told) -> str:
    """For programs."""
    value = {
        "schema": SCHEMA,
        "exit_code": told.exit_code(),
        "scope": told.scope,
        "counts": {
            "files": told.files,
            "live": told.count("live"),
            "not_live": told.count("not live"),
            "unknown": told.count("unknown"),
            "low": told.low,
            "others": told.others,
            "questions": sum(each.questions for each in told.results),
            "gaps": len(told.gaps),
        },
        "secrets": [_value(each) for each in told.results],
        "gaps": [{"path": gap.path, "kind": gap.kind, "line": gap.line, "reason": gap.reason} for gap in told.gaps],
    }
    return document(_unicode(value))


def _value(each: Result) -> dict[str, Any]:
    credential = each.credential
    return {
        "rule": credential.secret.rule_id,
        "title": credential.secret.title,
        "provider": credential.provider.name if credential.provider else "",
        "state": each.said.state,
        "reason": each.said.reason,
        "confidence": credential.confidence.word,
        "fingerprint": credential.fingerprint,
        "fix": rule(credential.secret).fix,
        "revoke": credential.secret.revoke,
        "places": [
            {"path": every.path, "line": every.line, "column": every.column, "commit": every.commit}
            for every in credential.places
        ],
    }


def _unicode(value: Any) -> Any:
    if isinstance(value, str):
        return unicode(value)
    if isinstance(value, dict):
        return {key: _unicode(each) for key, each in value.items()}
    return [_unicode(each) for each in value] if isinstance(value, list) else value
