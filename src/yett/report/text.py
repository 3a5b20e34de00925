"""The verdict for a person at a terminal: what happened, what to do, what was not looked at, in that order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from yett.model import Action, Coverage, Digests, Examined, Finding, Gap, Judged, Rule, Severity, Verdict
from yett.report.escape import cut, quoted, terminal
from yett.report.words import (
    counted,
    gap_groups,
    headline,
    inline,
    place,
    reasons,
    short,
    size,
    worst_first,
)

WARNINGS = 20
GAPS = 4
LISTED = 8
ALIKE = 10
LINES = 20
"""How many of a kind are shown where not all were asked for; the rest is counted. `ALIKE`: findings of one rule in one
file, `LINES`: further places of one finding."""

LONG = 40
"""From so many lines on, the verdict is said again at the end, where a terminal stops scrolling."""

_ANSI = {"bold": "1", "red": "1;31", "green": "1;32", "yellow": "1;33", "faint": "2", "cyan": "36"}
_OUTCOMES = {"pass": "green", "fail": "red", "undecided": "yellow"}
_SEVERITIES = {Severity.CRITICAL: "red", Severity.HIGH: "red", Severity.UNKNOWN: "yellow", Severity.MEDIUM: "yellow"}

Paint = Callable[[str, str], str]


def render(verdict: Verdict, *, colour: bool = False, width: int = 100, all_levels: bool = False) -> str:
    """The report. `width` is where prose wraps and warnings are cut; places and names are never cut.

    `all_levels` lists every warning, gap, informational finding and set-aside finding rather than counting some.
    """
    paint = _ansi if colour else _plain
    width = max(width, 40)
    head = [*_headline(verdict, paint), *_reasons(verdict, width, all_levels)]
    sections = [
        section
        for section in (
            list(_not_checked(verdict, width, paint, all_levels)),
            list(_not_looked_into(verdict.coverage, paint, all_levels)),
            list(_blocking(verdict, width, paint, all_levels)),
            list(_listed("Warnings", verdict, Action.WARN, width, paint, all_levels)),
            list(_listed("For information", verdict, Action.INFO, width, paint, all_levels)),
            list(_set_aside(verdict, paint, all_levels)),
            list(_how_to_waive(verdict)),
        )
        if section
    ]
    foot = [*_coverage(verdict.coverage), paint("faint", _digests(verdict.digests))]
    if not sections:
        return "\n".join([*head, *foot, ""])
    text = "\n\n".join("\n".join(section) for section in (head, *sections, foot))
    if text.count("\n") >= LONG:
        text += "\n" + "\n".join(_headline(verdict, paint))
    return text + "\n"


def _ansi(style: str, text: str) -> str:
    return f"\x1b[{_ANSI[style]}m{text}\x1b[0m"


def _plain(_style: str, text: str) -> str:
    return text


def _headline(verdict: Verdict, paint: Paint) -> Iterator[str]:
    yield f"{paint(_OUTCOMES[verdict.outcome], verdict.outcome.upper())}  {headline(verdict)}"


def _reasons(verdict: Verdict, width: int, all_levels: bool) -> Iterator[str]:
    given = reasons(verdict)
    shown = given if all_levels else given[:LISTED]
    for reason in shown:
        yield from _wrapped(reason, width, "  ")
    if len(shown) < len(given):
        yield f"  and {len(given) - len(shown):,} more reasons: --all"


def _wrapped(text: str, width: int, indent: str, label: str = "") -> list[str]:
    """One paragraph, made safe; a word is never broken, so that no line can begin in the middle of one."""
    lead = indent + label.ljust(8) if label else indent
    safe = terminal(text)
    if len(lead) + len(safe) <= width and safe == " ".join(safe.split()) != "":
        return [lead + safe]
    import textwrap

    return textwrap.wrap(
        safe,
        width,
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _labelled(label: str, text: str, width: int) -> list[str]:
    """A paragraph behind a label, or a snippet below it with its own line breaks and indentation."""
    if "\n" not in text.strip():
        return _wrapped(text.strip(), width, "    ", label)
    return [f"    {label}", *(f"      {terminal(line)}".rstrip() for line in text.strip("\n").split("\n"))]


def _not_checked(verdict: Verdict, width: int, paint: Paint, all_levels: bool) -> Iterator[str]:
    open_gaps = [gap for gap in verdict.gaps if not gap.waived]
    if not open_gaps:
        return
    yield paint("yellow", f"Not checked: {len(open_gaps):,}")
    if all_levels:
        for gap in sorted(open_gaps):
            yield from _gap(gap, width)
        return
    groups = gap_groups(open_gaps)
    for gap, number in groups[:GAPS]:
        others = f" and {number - 1:,} more" if number > 1 else ""
        yield from _gap(gap, width, others)
    left = sum(number for _, number in groups[GAPS:])
    if left or len(open_gaps) > len(groups):
        yield f"  {f'and {left:,} more, ' if left else ''}every one of them: --all"


def _not_looked_into(coverage: Coverage, paint: Paint, all_levels: bool) -> Iterator[str]:
    """What no check looks into: a line for each kind of thing, the most frequent first."""
    kinds: dict[str, list[str]] = {}
    for each in sorted(coverage.unexamined):
        kinds.setdefault(each.what, []).append(each.path)
    if not kinds:
        return
    yield paint("yellow", f"Not looked into: {len(coverage.unexamined):,}")
    ordered = sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0]))
    for what, paths in ordered if all_levels else ordered[:LISTED]:
        shown = paths if all_levels else paths[:2]
        more = f" and {len(paths) - len(shown):,} more" if len(shown) < len(paths) else ""
        yield f"  {terminal(what)}: {', '.join(map(place, shown))}{more}"
    if len(ordered) > LISTED and not all_levels:
        yield f"  and {len(ordered) - LISTED:,} more kinds: --all"


def _gap(gap: Gap, width: int, others: str = "") -> list[str]:
    where = f"{place(gap.path, gap.line) if gap.path else ''}{others}".strip()
    return _wrapped(f"{where}{'  ' if where else ''}{gap.check or 'every check'}: {gap.reason}", width, "  ")


def _blocking(verdict: Verdict, width: int, paint: Paint, all_levels: bool) -> Iterator[str]:
    rules = {rule.id: rule for rule in verdict.rules}
    said: set[tuple[str, str]] = set()
    shown: dict[str, int] = {}
    before: str | None = None
    for judged, again in _grouped(sorted(each for each in verdict.findings if each.action is Action.BLOCK)):
        path, rule = judged.finding.path, judged.finding.rule
        if before is not None and before != path:
            yield from _left_out(before, {} if all_levels else shown)
            yield ""
            shown = {}
        before = path
        shown[rule] = shown.get(rule, 0) + 1
        if shown[rule] > ALIKE and not all_levels:
            continue
        yield from _finding(judged, rules.get(rule), said, width, paint)
        if again:
            lines = again if all_levels else again[:LINES]
            more = f" and {len(again) - len(lines):,} more: --all" if len(lines) < len(again) else ""
            yield from _labelled("also:", "line " + ", ".join(map(str, lines)) + more, width)
    yield from _left_out(before or "", {} if all_levels else shown)


def _left_out(path: str, found: dict[str, int]) -> Iterator[str]:
    """What is said of a file with more findings of a rule than are shown."""
    for rule, number in found.items():
        if number > ALIKE:
            yield f"{terminal(path)}  {terminal(rule)}  and {number - ALIKE:,} more: --all"


def _grouped(blocking: Sequence[Judged]) -> Iterator[tuple[Judged, list[int]]]:
    """Each finding once for a file, with the other lines where the very same thing was found."""
    groups: dict[tuple[str, str, str, str], list[Judged]] = {}
    for judged in blocking:
        finding = judged.finding
        groups.setdefault((finding.path, finding.rule, finding.fingerprint, finding.commit), []).append(judged)
    for first, *more in groups.values():
        yield first, [each.finding.line for each in more]


def _finding(judged: Judged, rule: Rule | None, said: set[tuple[str, str]], width: int, paint: Paint) -> Iterator[str]:
    """A finding in full. What was said of its rule already is not said again."""

    def first(label: str, text: str) -> bool:
        new = bool(text) and (finding.rule, label + text) not in said
        said.add((finding.rule, label + text))
        return new

    finding = judged.finding
    yield "  ".join(_title(finding, paint))
    yield from _wrapped(finding.message, width, "    ")
    if finding.advisories:
        yield from _labelled("see:", ", ".join(finding.advisories), width)
    if rule is not None and first("why:", rule.why):
        yield from _labelled("why:", rule.why, width)
    words = f"severity {finding.severity.word}, confidence {finding.confidence.word}"
    if judged.because != words and first("policy:", judged.because):  # the title says as much
        yield from _labelled("policy:", judged.because, width)
    if first("fix:", finding.fix):
        yield from _labelled("fix:", finding.fix, width)
    yield f"    waive:  fingerprint {terminal(finding.fingerprint)}"


def _title(finding: Finding, paint: Paint) -> Iterator[str]:
    yield paint("bold", place(finding.path, finding.line, finding.column))
    yield paint("cyan", terminal(finding.rule))
    severity = _severity(finding, paint)
    yield f"{severity}, confidence {finding.confidence.word}"
    if finding.commit:
        yield f"in commit {short(finding.commit)}"
    if finding.known:
        yield "was there before"


def _severity(finding: Finding, paint: Paint) -> str:
    word = "severity unknown" if finding.severity is Severity.UNKNOWN else finding.severity.word
    style = _SEVERITIES.get(finding.severity)
    return paint(style, word) if style else word


def _listed(name: str, verdict: Verdict, action: Action, width: int, paint: Paint, all_levels: bool) -> Iterator[str]:
    """Findings that do not block, the worst first: a line for each, or for each rule in a file."""
    found = worst_first(each for each in verdict.findings if each.action is action)
    if not found:
        return
    if action is Action.INFO and not all_levels:
        yield f"{name}: {len(found):,}, to see them: --all"
        return
    groups: dict[object, list[Finding]] = {}
    for number, (finding, _, _) in enumerate(found):
        groups.setdefault(number if all_levels else (finding.path, finding.rule), []).append(finding)
    shown = list(groups.values()) if all_levels else list(groups.values())[:WARNINGS]
    yield paint("bold", f"{name}: {len(found):,}")
    for finding, *more in shown:
        others = f" and {len(more):,} more" if more else ""
        where = f"{place(finding.path, finding.line, finding.column)}{others}  {terminal(finding.rule)}"
        message = terminal(finding.message)
        room = width - len(where) - len(finding.severity.word) - 6
        yield f"  {where}  {_severity(finding, paint)}  {message if all_levels else cut(message, max(room, 40))}"
    left = len(found) - sum(map(len, shown))
    if left or len(shown) < len(found):
        yield f"  {f'and {left:,} more, ' if left else ''}every one of them: --all"


def _set_aside(verdict: Verdict, paint: Paint, all_levels: bool) -> Iterator[str]:
    """Who answers for what: waived findings, accepted gaps, waivers that no longer serve, directives that are new."""
    waived = sorted(verdict.waived)
    if waived:
        lines = [
            f"{place(each.finding.path, each.finding.line)}  {terminal(each.finding.rule)}  "
            + ("in the line itself" if inline(each) else f"{terminal(each.owner)}, until {terminal(each.expires)}")
            + f": {terminal(each.reason) or 'no reason given'}"
            for each in waived
        ]
        there = sum(map(inline, waived))
        by = f" ({len(waived) - there:,} by waivers, {there:,} in the line itself)" if there else ""
        yield from _some(paint("bold", f"Waived: {len(waived):,}") + by, lines, all_levels)
    accepted = sorted(gap for gap in verdict.gaps if gap.waived)
    if accepted:
        lines = [
            f"{place(gap.path, gap.line)}  {gap.check}: {terminal(gap.reason)} ({terminal(gap.waived)})"
            for gap in accepted
        ]
        yield from _some(paint("bold", f"Not checked, and accepted by a waiver: {len(accepted):,}"), lines, all_levels)
    if verdict.stale:
        lines = [
            f"{terminal(each.source)}  {terminal(each.rule)}  {terminal(each.why)}" for each in sorted(verdict.stale)
        ]
        yield from _some(paint("yellow", f"Waivers and directives that do nothing: {len(lines):,}"), lines, all_levels)
    directives = sorted(verdict.coverage.directives)
    new = [each for each in directives if not each.known]
    if new:
        lines = [
            f"{place(each.path, each.line)}  {each.tool}  {terminal(', '.join(each.rules)) or 'everything'}"
            for each in (directives if all_levels else new)
        ]
        title = f"New comments that ask a scanner to look away: {len(new):,}"
        yield from _some(f"{paint('bold', title)} ({len(directives) - len(new):,} older)", lines, all_levels)
    elif directives:
        yield f"Comments that ask a scanner to look away: {len(directives):,}, none of them new"


def _some(title: str, lines: Sequence[str], all_levels: bool) -> Iterator[str]:
    yield title
    shown = lines if all_levels else lines[:LISTED]
    yield from (f"  {line}" for line in shown)
    if len(shown) < len(lines):
        yield f"  and {len(lines) - len(shown):,} more: --all"


def _how_to_waive(verdict: Verdict) -> Iterator[str]:
    blocking = sorted(verdict.acted(Action.BLOCK))
    if not blocking:
        return
    first = blocking[0]
    # A waiver's path is a glob, and "?" is the one way to write a byte that is no character.
    path = "".join("?" if 0xD800 <= ord(char) <= 0xDFFF else char for char in first.path)
    yield f"More about a rule: yett explain {terminal(first.rule)}"
    yield "To waive a finding instead, have an entry reviewed into .yett/waivers.yaml; for the first one:"
    yield "  version: 1"
    yield "  waivers:"
    yield f"    - rule: {terminal(first.rule)}"
    yield f"      path: {quoted(path or '**')}"
    yield f"      fingerprint: {quoted(first.fingerprint)}"
    yield '      reason: ""'
    yield '      owner: ""'
    yield "      expires: YYYY-MM-DD"


def _coverage(coverage: Coverage) -> Iterator[str]:
    checks = ", ".join(map(_examined, coverage.checks))
    yield f"Looked at {counted(coverage.files, 'file')}, {size(coverage.bytes)}" + (f": {checks}" if checks else "")


def _examined(check: Examined) -> str:
    notes = [*([f"{check.gaps:,} not checked"] if check.gaps else []), *([terminal(check.note)] if check.note else [])]
    words = f"{check.check} {check.files:,}" if check.ran else f"{check.check} did not run"
    return words + (f" ({'; '.join(notes)})" if notes else "")


def _digests(digests: Digests) -> str:
    named = (("policy", digests.policy), ("waivers", digests.waivers), ("rules", digests.rules))
    parts = [f"yett {terminal(digests.tool)}", *(f"{name} {short(digest)}" for name, digest in named if digest)]
    return ", ".join([*parts, f"advisories {short(digests.advisories)}" if digests.advisories else "no advisories"])
