"""The verdict as SARIF 2.1.0, for GitHub code scanning and whatever else reads it.

Results carry no snippets: a snippet of a leaked key is the key. Text is plain; what Markdown there is comes from the
rules alone. GitHub takes 25,000 results in a file, shows 5,000 of them, and 10 MB compressed
(https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning);
it shows suppressed results like any other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from yett.lean import Any, NamedTuple
from yett.model import EXIT_CODES, Action, Confidence, Finding, Gap, Rule, Severity, Verdict, Waived
from yett.report import words
from yett.report.escape import cut, document, fenced, visible

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RESULTS = 5000
NOTIFICATIONS = 1000
TAGS = 10
TEXT = 2000
"""Limits of a file: GitHub shows so many results and so many tags of a rule; the others keep the file under 10 MB."""

_LEVELS = {Action.BLOCK: "error", Action.WARN: "warning", Action.INFO: "note"}
_PRECISION = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "low"}

# GitHub's bands: over 9.0 critical, 7.0 high, 4.0 medium, 0.1 low. Nobody has rated UNKNOWN, so it is not put low.
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.UNKNOWN: "7.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}


class _Entry(NamedTuple):
    finding: Finding
    action: Action
    because: str
    waived: Waived | None


def render(verdict: Verdict) -> str:
    return document(value(verdict))


def value(verdict: Verdict) -> dict[str, Any]:
    """The report as plain values, in the order in which it is written."""
    entries, left = _chosen(_entries(verdict))
    rules = _rules(verdict, entries)
    index = {rule.id: number for number, rule in enumerate(rules)}
    occurrences: dict[tuple[str, str, str], int] = {}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "yett",
                        "semanticVersion": _text(verdict.digests.tool),
                        "rules": [_rule(rule) for rule in rules],
                    }
                },
                "automationDetails": {"id": "yett/"},
                "invocations": [_invocation(verdict, left)],
                "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(each, index[each.finding.rule], occurrences) for each in entries],
                "properties": {"outcome": verdict.outcome} | _digests(verdict),
            }
        ],
    }


def _entries(verdict: Verdict) -> list[_Entry]:
    entries = [_Entry(each.finding, each.action, each.because, None) for each in verdict.findings]
    return entries + [_Entry(each.finding, each.finding.level, "", each) for each in verdict.waived]


def _chosen(entries: list[_Entry]) -> tuple[list[_Entry], int]:
    """The entries a file can hold, in report order, and how many are left out: the waived and the mild first."""
    ranked = sorted(
        entries,
        key=lambda each: (each.waived is not None, -each.action, -float(_SCORES[each.finding.severity]), each.finding),
    )
    chosen = ranked[:RESULTS]
    return sorted(chosen, key=lambda each: (each.finding, each.action, each.because)), len(ranked) - len(chosen)


def _rules(verdict: Verdict, entries: Sequence[_Entry]) -> list[Rule]:
    known = {rule.id: rule for rule in verdict.rules}
    for each in entries:
        finding = each.finding
        if finding.rule not in known:
            known[finding.rule] = Rule(finding.rule, finding.rule, finding.severity, finding.message, finding.fix)
    return sorted(known.values(), key=lambda rule: rule.id)


def _text(text: str) -> str:
    """Plain text that SARIF's own link syntax, `[text](target)` (section 3.11.6), finds nothing in."""
    return cut(visible(text).replace("](", "] ("), TEXT)


def _lines(text: str) -> str:
    return "\n".join(_text(line) for line in text.strip().split("\n"))


def _some(text: str, otherwise: str) -> str:
    """GitHub refuses a required text that is empty."""
    return text if text.strip() else otherwise


def _rule(rule: Rule) -> dict[str, Any]:
    title = _some(_text(rule.title), _text(rule.id))
    why = _some(_lines(rule.why), title)
    fix = _lines(rule.fix)
    refs = ", ".join(map(_text, rule.refs))
    parts = [why, *([f"Fix: {fix}"] if fix else []), *([f"See: {refs}"] if refs else [])]
    return {
        "id": _text(rule.id),
        "name": _name(rule.id),
        "shortDescription": {"text": title},
        "fullDescription": {"text": why},
        "help": {"text": "\n\n".join(parts), "markdown": _help(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.level]},
        "properties": {
            "security-severity": _SCORES[rule.severity],
            "precision": _PRECISION[rule.confidence],
            "tags": _tags(rule),
        },
    }


def _name(rule_id: str) -> str:
    """The id as one word with capitals, as SARIF wants a name that people read."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^0-9A-Za-z]+", rule_id)) or "Rule"


def _help(rule: Rule) -> str:
    from yett.report.escape import markdown

    def prose(text: str) -> str:
        return markdown(text, TEXT) if "\n" not in text.strip() else fenced(_lines(text))

    parts = [f"**{markdown(rule.title)}**"]
    parts += [prose(rule.why)] if rule.why.strip() else []
    parts += [f"**Fix:** {prose(rule.fix)}" if "\n" not in rule.fix.strip() else f"**Fix:**\n\n{prose(rule.fix)}"]
    parts += [f"**See:** {', '.join(markdown(ref) for ref in rule.refs)}"] if rule.refs else []
    return "\n\n".join(parts)


def _tags(rule: Rule) -> list[str]:
    tags = ["security"]
    for ref in rule.refs:
        if re.fullmatch(r"CWE-\d+", ref):
            tags.append(f"external/cwe/{ref.lower()}")
        elif "://" not in ref:
            tags.append(re.sub(r"[^0-9a-z.]+", "-", ref.lower()).strip("-"))
    return list(dict.fromkeys(tag for tag in tags if tag))[:TAGS]


def _result(entry: _Entry, index: int, occurrences: dict[tuple[str, str, str], int]) -> dict[str, Any]:
    finding = entry.finding
    key = (finding.path, finding.rule, finding.fingerprint)
    occurrences[key] = occurrences.get(key, 0) + 1
    result: dict[str, Any] = {
        "ruleId": _text(finding.rule),
        "ruleIndex": index,
        "level": _LEVELS[entry.action],
        "message": {"text": _some(_text(finding.message), _some(_text(finding.rule), "Finding"))},
        "locations": [{"physicalLocation": _location(finding.path) | {"region": _region(finding)}}],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{finding.fingerprint}:{occurrences[key]}",
            "yett/v1": finding.fingerprint,
        },
        "properties": {
            "severity": finding.severity.word,
            "confidence": finding.confidence.word,
            "action": "waived" if entry.waived else entry.action.word,
            "because": _text(entry.because),
            "fix": _lines(finding.fix),
            "known": finding.known,
            "commit": _text(finding.commit),
            "advisories": [_text(each) for each in finding.advisories],
        },
    }
    if entry.waived is not None:
        result["suppressions"] = [_suppression(entry.waived)]
    return result


def _location(path: str) -> dict[str, Any]:
    """A path as a relative reference (RFC 3986). What is about the whole change stands at the root."""
    from urllib.parse import quote

    if not path:
        return {"artifactLocation": {"uri": ".", "uriBaseId": "%SRCROOT%"}}
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that is no byte: from a document, not from a file system
        raw = visible(path).encode()
    return {"artifactLocation": {"uri": quote(raw, safe="/"), "uriBaseId": "%SRCROOT%"}}


def _region(finding: Finding) -> dict[str, int]:
    """SARIF counts from 1 and, like a finding, puts the end column one behind the last character."""
    start = max(finding.line, 1)
    region = {"startLine": start}
    if finding.column > 0:
        region["startColumn"] = finding.column
    region["endLine"] = end = max(finding.end_line, start)
    if finding.column > 0 and (finding.end_column > finding.column or (finding.end_column > 0 and end > start)):
        region["endColumn"] = finding.end_column
    return region


def _suppression(waived: Waived) -> dict[str, Any]:
    until = f"; {waived.owner}, until {waived.expires}" if waived.owner or waived.expires else ""
    return {
        "kind": "inSource" if words.inline(waived) else "external",
        "status": "accepted",
        "justification": _text(f"{waived.reason or 'no reason given'}{until} ({waived.source})"),
    }


def _invocation(verdict: Verdict, left: int) -> dict[str, Any]:
    gaps = sorted(verdict.gaps, key=lambda gap: (bool(gap.waived), gap))
    notes = [_notification(gap) for gap in gaps[:NOTIFICATIONS]]
    if len(gaps) > NOTIFICATIONS:
        notes.append(_note("error", f"{len(gaps) - NOTIFICATIONS:,} more gaps are in the JSON report"))
    if left:
        notes.append(_note("warning", f"{left:,} results are left out, the mildest: the JSON report has them"))
    invocation = {
        # An accepted gap is still something that was not looked at.
        "executionSuccessful": not gaps and verdict.outcome != "undecided",
        "exitCode": EXIT_CODES[verdict.outcome],
        "exitCodeDescription": f"{verdict.outcome}: {words.headline(verdict)}",
    }
    return invocation | ({"toolExecutionNotifications": notes} if notes else {})


def _note(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": text}}


def _notification(gap: Gap) -> dict[str, Any]:
    accepted = f" (accepted: {gap.waived})" if gap.waived else ""
    text = _text(f"{gap.check or 'every check'}: {gap.reason}{accepted}")
    note = _note("warning" if gap.waived else "error", text) | {"descriptor": {"id": f"gap/{gap.kind}"}}
    if gap.path:
        region = {"region": {"startLine": gap.line}} if gap.line > 0 else {}
        note["locations"] = [{"physicalLocation": _location(gap.path) | region}]
    return note


def _digests(verdict: Verdict) -> dict[str, str]:
    return {name: _text(digest) for name, digest in verdict.digests._asdict().items()}
