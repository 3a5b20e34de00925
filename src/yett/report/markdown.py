"""The verdict as Markdown, for the summary of a CI job.

GitHub drops a summary of more than 1 MiB, so what is listed is bounded: every list says how much more there is, and
the JSON report has all of it. Everything that is not yett's own word stands in a code span or is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from yett.lean import TypeVar
from yett.model import Action, Directive, Finding, Gap, Judged, Rule, Severity, Stale, Verdict, Waived
from yett.report import words
from yett.report.escape import code, markdown

BLOCKING = 100
LISTED = 30
PLACE = 200
"""How many findings and other things are listed, and how long a place may be: a full report stays below 1 MiB."""

Thing = TypeVar("Thing")


def render(verdict: Verdict) -> str:
    sections = [
        [f"## yett: {verdict.outcome.upper()}"],
        [f"**{_headline(verdict)}**"],
        _items(words.reasons(verdict), markdown),
        *_not_checked(verdict),
        *_findings("Blocking", verdict, Action.BLOCK, BLOCKING),
        *_listed("What to do", _blocking_rules(verdict), _advice, count=False),
        *_findings("Warnings", verdict, Action.WARN, LISTED),
        *_listed("Waived", sorted(verdict.waived), _waived),
        *_listed("Waivers and directives that do nothing", sorted(verdict.stale), _stale),
        *_listed("New comments that ask a scanner to look away", _new(verdict), _directive),
        list(_coverage(verdict)),
        [_digests(verdict)],
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _headline(verdict: Verdict) -> str:
    sentence = markdown(words.headline(verdict))
    return sentence[:1].upper() + sentence[1:]


def _listed(
    title: str, things: Sequence[Thing], line: Callable[[Thing], str], *, count: bool = True
) -> Iterator[list[str]]:
    """A heading and a list, or nothing."""
    if things:
        yield [f"### {title}: {len(things):,}" if count else f"### {title}"]
        yield _items(things, line)


def _items(things: Sequence[Thing], line: Callable[[Thing], str]) -> list[str]:
    more = [f"- and {len(things) - LISTED:,} more"] if len(things) > LISTED else []
    return [*(f"- {line(thing)}" for thing in things[:LISTED]), *more]


def _place(path: str, line: int = 0, column: int = 0) -> str:
    return code(words.place(path, line, column), PLACE) if path else words.WHOLE


def _not_checked(verdict: Verdict) -> Iterator[list[str]]:
    gaps = [gap for gap in verdict.gaps if not gap.waived]
    if gaps:
        yield [f"### Not checked: {len(gaps):,}"]
        yield _items(words.gap_groups(gaps), _gap)
    accepted = len(verdict.gaps) - len(gaps)
    if accepted:
        yield [f"Not checked, and accepted by a waiver: {accepted:,}."]


def _gap(group: tuple[Gap, int]) -> str:
    gap, number = group
    text = f"{gap.check or 'every check'}: {markdown(gap.reason)}"
    more = f" and {number - 1:,} more" if number > 1 else ""
    return f"{text} ({_place(gap.path, gap.line)}{more})" if gap.path else text + more


def _findings(name: str, verdict: Verdict, action: Action, limit: int) -> Iterator[list[str]]:
    found = words.worst_first(each for each in verdict.findings if each.action is action)
    if found:
        fixes = {rule.id: rule.fix for rule in verdict.rules}
        yield [f"### {name}: {len(found):,}"]
        yield [
            "| Where | Rule | Severity | What |",
            "| --- | --- | --- | --- |",
            *(_row(judged, fixes.get(judged.finding.rule, "")) for judged in found[:limit]),
        ]
    if len(found) > limit:
        yield [f"and {len(found) - limit:,} more"]


def _row(judged: Judged, general: str) -> str:
    """A finding as a row of the table, with its own way to fix it where that is not the rule's."""
    finding = judged.finding
    where = _place(finding.path, finding.line, finding.column)
    what = markdown(finding.message, 200)
    if judged.because and judged.because != f"severity {finding.severity.word}, confidence {finding.confidence.word}":
        what += f" ({markdown(judged.because, 100)})"
    if finding.fix != general and "\n" not in finding.fix.strip():
        what += f" **Fix:** {markdown(finding.fix, 150)}"
    return f"| {where} | {code(finding.rule, 100)} | {_severity(finding)} | {what} |"


def _severity(finding: Finding) -> str:
    word = finding.severity.word
    return f"**{word}**" if finding.severity >= Severity.HIGH else word


def _blocking_rules(verdict: Verdict) -> list[Rule]:
    blocking = {finding.rule for finding in verdict.acted(Action.BLOCK)}
    return sorted((rule for rule in verdict.rules if rule.id in blocking), key=lambda rule: rule.id)


def _advice(rule: Rule) -> str:
    """Why and how to fix, once for each rule."""
    return f"{code(rule.id, 100)}: {markdown(_line(rule.why))} **Fix:** {markdown(_line(rule.fix))}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _waived(waived: Waived) -> str:
    finding = waived.finding
    answers = f"{markdown(waived.owner, 60)}, until {markdown(waived.expires, 20)}"
    what = f"{_place(finding.path, finding.line)} {code(finding.rule, 100)}: {markdown(waived.reason, 200)}"
    return f"{what} ({'in the line itself' if words.inline(waived) else answers})"


def _stale(stale: Stale) -> str:
    rule = f" {code(stale.rule, 100)}" if stale.rule else ""
    return f"{code(stale.source, PLACE)}{rule}: {markdown(stale.why, 200)}"


def _new(verdict: Verdict) -> list[Directive]:
    return sorted(each for each in verdict.coverage.directives if not each.known)


def _directive(directive: Directive) -> str:
    return f"{_place(directive.path, directive.line)} ({code(directive.tool, 40)})"


def _coverage(verdict: Verdict) -> Iterator[str]:
    coverage, total = verdict.coverage, words.counts(verdict)
    checks = [
        f"{markdown(each.check)} {each.files:,}"
        if each.ran
        else f"{markdown(each.check)} **did not run**" + (f" ({markdown(each.note)})" if each.note else "")
        for each in coverage.checks
    ]
    looked = f"Looked at {words.counted(coverage.files, 'file')}, {words.size(coverage.bytes)}: {', '.join(checks)}."
    yield looked + (f" For information: {words.counted(total.info, 'finding')}." if total.info else "")
    if coverage.unexamined:
        shown = [f"{_place(each.path)} ({markdown(each.what, 60)})" for each in sorted(coverage.unexamined)[:10]]
        more = f" and {len(coverage.unexamined) - 10:,} more" if len(coverage.unexamined) > 10 else ""
        yield f"Not looked into, by design: {', '.join(shown)}{more}."


def _digests(verdict: Verdict) -> str:
    named = verdict.digests._asdict().items()
    return "yett " + ", ".join(
        code(digest, 20) if name == "tool" else f"{name} {code(words.short(digest))}"
        for name, digest in named
        if digest
    )
