"""The verdict for programs: everything that is in it, under the schema in `verdict-1.schema.json` beside this file.

A file name is bytes; one that is no UTF-8 has its odd bytes written as `\\xff`, so that the text is valid JSON
everywhere. All other text is as it was, in ASCII escapes. No path of the machine is in it.
"""

from __future__ import annotations

from collections.abc import Mapping

from yett.lean import Any
from yett.model import EXIT_CODES, Directive, Finding, Gap, Judged, Verdict, Waived
from yett.report import words
from yett.report.escape import document, unicode

SCHEMA = "yett/verdict/1"


def schema() -> str:
    """The JSON Schema of this report (draft 2020-12), as published."""
    from importlib.resources import files

    return files("yett.report").joinpath("verdict-1.schema.json").read_text(encoding="utf-8")


def render(verdict: Verdict) -> str:
    return document(_unicode(value(verdict)))


def value(verdict: Verdict) -> dict[str, Any]:
    """The report as plain values, in the order in which it is written."""
    digests, total = verdict.digests, words.counts(verdict)
    return {
        "schema": SCHEMA,
        "outcome": verdict.outcome,
        "exit_code": EXIT_CODES[verdict.outcome],
        "reasons": list(verdict.reasons),
        "target": {
            "kind": verdict.target.kind,
            "base": verdict.target.base,
            "head": verdict.target.head,
            "index": verdict.target.of_index,
            "paths": list(verdict.target.paths),
        },
        "digests": digests._asdict(),
        "counts": total._asdict(),
        "coverage": {
            "files": verdict.coverage.files,
            "bytes": verdict.coverage.bytes,
            "checks": {
                each.check: {"ran": each.ran, "files": each.files, "gaps": each.gaps, "note": each.note}
                for each in verdict.coverage.checks
            },
            "unexamined": [each._asdict() for each in sorted(verdict.coverage.unexamined)],
            "directives": [_directive(each) for each in sorted(verdict.coverage.directives)],
        },
        "gaps": [_gap(each) for each in sorted(verdict.gaps)],
        "findings": _findings(verdict),
        "stale": [each._asdict() for each in sorted(verdict.stale)],
    }


def _findings(verdict: Verdict) -> list[dict[str, Any]]:
    rows = [(each.finding, _judged(each)) for each in verdict.findings]
    rows += [(each.finding, _waived(each)) for each in verdict.waived]
    rows.sort(key=lambda row: (row[0], str(row[1])))
    return [row for _, row in rows]


def _judged(judged: Judged) -> dict[str, Any]:
    return _finding(judged.finding, judged.action.word, judged.because)


def _waived(waived: Waived) -> dict[str, Any]:
    waiver = {"reason": waived.reason, "owner": waived.owner, "expires": waived.expires, "source": waived.source}
    return _finding(waived.finding, "waived", "") | {"waiver": waiver}


def _finding(finding: Finding, action: str, because: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "rule": finding.rule,
        "check": finding.check,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "message": finding.message,
        "severity": finding.severity.word,
        "confidence": finding.confidence.word,
        "action": action,
        "because": because,
        "fingerprint": finding.fingerprint,
        "fix": finding.fix,
        "known": finding.known,
        "commit": finding.commit,
        "traits": list(finding.traits),
    }
    if finding.package.name or finding.advisories:
        row["package"] = finding.package._asdict()
        row["advisories"] = list(finding.advisories)
    return row


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "path": gap.path,
        "check": gap.check,
        "reason": gap.reason,
        "kind": gap.kind,
        "line": gap.line,
        "waived": gap.waived,
    }


def _directive(directive: Directive) -> dict[str, Any]:
    return {
        "path": directive.path,
        "line": directive.line,
        "tool": directive.tool,
        "rules": list(directive.rules),
        "reason": directive.reason,
        "known": directive.known,
    }


def _unicode(found: Any) -> Any:
    """The same values with every text in them valid Unicode."""
    match found:
        case str():
            return unicode(found)
        case Mapping():
            return {unicode(key): _unicode(each) for key, each in found.items()}
        case list():
            return [_unicode(each) for each in found]
    return found
