"""The verdict as GitHub workflow commands, which show up beside the lines of a pull request.

GitHub shows the first ten of each kind for a step, so the verdict comes first and then the worst, and what is far
beyond those is counted. A command is one line, `::error file=…,line=…::message`
(https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).
"""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Judged, Verdict
from yett.report import words
from yett.report.escape import cut, terminal, workflow_data, workflow_property

_LEVELS = {Action.BLOCK: "error", Action.WARN: "warning", Action.INFO: "notice"}
MESSAGE = 1000
SHOWN = 100
"""Characters of a message, and findings that get a command of their own."""


def render(verdict: Verdict) -> str:
    return "".join(f"{line}\n" for line in _commands(verdict))


def _commands(verdict: Verdict) -> Iterator[str]:
    level = "notice" if verdict.outcome == "pass" else "error"
    given = "; ".join(words.reasons(verdict))
    sentence = words.headline(verdict) + (f": {given}" if given else "")
    yield _command(level, {"title": f"yett: {verdict.outcome.upper()}"}, sentence)
    found = words.worst_first(verdict.findings)
    yield from map(_finding, found[:SHOWN])
    if len(found) > SHOWN:
        yield _command("notice", {"title": "yett"}, f"{len(found) - SHOWN:,} more findings: see the report")
    # A gap that decided nothing is a warning: something required that was not looked at has made the outcome.
    level = "error" if verdict.outcome == "undecided" else "warning"
    for gap, number in words.gap_groups(gap for gap in verdict.gaps if not gap.waived):
        more = f" (and {number - 1:,} more)" if number > 1 else ""
        place = {"file": gap.path, "line": str(gap.line or 1)} if gap.path else {}
        yield _command(
            level, {**place, "title": "yett: not checked"}, f"{gap.check or 'every check'}: {gap.reason}{more}"
        )


def _finding(judged: Judged) -> str:
    finding = judged.finding
    properties = {"title": f"{finding.rule} ({finding.severity.word})"}
    if finding.path:
        start = max(finding.line, 1)
        place = {"file": finding.path, "line": str(start), "endLine": str(max(finding.end_line, start))}
        if finding.column > 0 and finding.end_line <= start:  # GitHub takes columns of a single line only
            place["col"] = str(finding.column)
            if finding.end_column > finding.column:
                place["endColumn"] = str(finding.end_column - 1)
        properties = place | properties
    return _command(_LEVELS[judged.action], properties, finding.message)


def _command(level: str, properties: dict[str, str], message: str) -> str:
    named = ",".join(f"{name}={workflow_property(terminal(text))}" for name, text in properties.items())
    return f"::{level} {named}::{workflow_data(cut(terminal(message), MESSAGE))}"
