"""Findings and waivers to three heaps: what stays, what somebody answers for, and the waivers that no longer serve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from yett.lean import NamedTuple
from yett.model import CHECKS, Directive, Finding, Gap, Severity, Stale, Waived, Waiver, check_of
from yett.parse.glob import matches

_TOOL_COVERS = {"yett": "", "bandit": "python/", "semgrep": "python/", "zizmor": "github-actions/"}
"""The rules another tool's blanket directive speaks of, by their prefix. All others look for secrets."""


class Terms(NamedTuple):
    """What the policy asks of a waiver and of a directive.

    `inline` is "rule-and-reason", "rule", "any" or "never"; `inline_secrets` the same for secrets. `max_days` maps a
    severity to the longest run of a waiver, in days. `today` is an ISO 8601 date in UTC.
    """

    today: str
    inline: str
    inline_secrets: str
    require: tuple[str, ...]
    max_days: tuple[tuple[Severity, int], ...]


class Sorted(NamedTuple):
    """The three heaps, and the gaps with the waiver of each accepted one named in it."""

    kept: tuple[Finding, ...]
    waived: tuple[Waived, ...]
    stale: tuple[Stale, ...]
    gaps: tuple[Gap, ...]


def waive(
    findings: Iterable[Finding],
    gaps: Iterable[Gap],
    waivers: Sequence[Waiver],
    directives: Sequence[Directive],
    terms: Terms,
    ran: Sequence[str],
    whole: bool,
) -> Sorted:
    """Set aside what is waived.

    `ran` names the checks that ran and `whole` says that the target is everything there is: only then is a waiver
    that nothing used an unused one.
    """
    usable, stale = _usable(waivers, terms)
    by_line = _by_line(directives)
    kept: list[Finding] = []
    waived: list[Waived] = []
    used: set[str] = set()
    refused: dict[str, Stale] = {}
    for finding in findings:
        waiver, too_long = _waiver_for(finding, usable, terms)
        if waiver is not None:
            used.add(waiver.source)
            waived.append(Waived(finding, waiver.reason, waiver.owner, waiver.expires, waiver.source))
            continue
        if too_long is not None:
            used.add(too_long.source)
            refused[too_long.source] = Stale(too_long.source, too_long.rule, _over(finding, terms))
        directive = _directive_for(finding, by_line, terms, used, refused)
        if directive is not None:
            waived.append(Waived(finding, directive.reason, "", "", source(directive)))
        else:
            kept.append(finding)
    accepted = [_accept(gap, usable, used) for gap in gaps]
    stale.extend(refused.values())
    stale.extend(_unused(usable, directives, used | set(refused), ran, whole))
    return Sorted(tuple(sorted(kept)), tuple(sorted(waived)), tuple(sorted(set(stale))), tuple(sorted(accepted)))


def source(directive: Directive) -> str:
    """Where a directive stands."""
    return f"{directive.path}:{directive.line}"


def _usable(waivers: Sequence[Waiver], terms: Terms) -> tuple[list[Waiver], list[Stale]]:
    usable: list[Waiver] = []
    stale: list[Stale] = []
    for waiver in waivers:
        missing = [field for field in terms.require if not getattr(waiver, field)]
        if missing:
            stale.append(Stale(waiver.source, waiver.rule, f"not honoured: it names no {', '.join(missing)}"))
        elif waiver.expires and waiver.expires < terms.today:
            stale.append(Stale(waiver.source, waiver.rule, f"expired on {waiver.expires}"))
        else:
            usable.append(waiver)
    return usable, stale


def _waiver_for(finding: Finding, usable: Sequence[Waiver], terms: Terms) -> tuple[Waiver | None, Waiver | None]:
    """The waiver that covers a finding, and one that would if it did not run for so long."""
    too_long = None
    for waiver in usable:
        if waiver.fingerprint and waiver.fingerprint != finding.fingerprint:
            continue
        if not matches(waiver.rule, finding.rule) or not matches(waiver.path, finding.path):
            continue
        if waiver.expires and waiver.expires > _latest(finding.severity, terms):
            too_long = waiver
            continue
        return waiver, None
    return None, too_long


def _latest(severity: Severity, terms: Terms) -> str:
    """The last date a waiver for this severity may run to; an unknown severity counts as high."""
    import datetime

    known = Severity.HIGH if severity is Severity.UNKNOWN else severity
    days = dict(terms.max_days).get(known)
    if days is None:
        return "9999-12-31"
    return (datetime.date.fromisoformat(terms.today) + datetime.timedelta(days=days)).isoformat()


def _over(finding: Finding, terms: Terms) -> str:
    return (
        f"not honoured: it runs beyond {_latest(finding.severity, terms)}, "
        f"the longest for a {finding.severity.word} finding"
    )


def _by_line(directives: Sequence[Directive]) -> dict[tuple[str, int], list[Directive]]:
    found: dict[tuple[str, int], list[Directive]] = {}
    for directive in directives:
        for line in range(directive.line, max(directive.line, directive.last) + 1):
            found.setdefault((directive.path, line), []).append(directive)
    return found


def _directive_for(
    finding: Finding,
    by_line: dict[tuple[str, int], list[Directive]],
    terms: Terms,
    used: set[str],
    refused: dict[str, Stale],
) -> Directive | None:
    if not by_line or finding.commit:
        return None
    for line in range(finding.line, finding.end_line + 1):
        for directive in by_line.get((finding.path, line), ()):
            if not _speaks_of(directive, finding.rule):
                continue
            objection = _objection(directive, finding, terms)
            if not objection:
                used.add(source(directive))
                return directive
            refused[source(directive)] = Stale(source(directive), finding.rule, f"not honoured: {objection}")
    return None


def _speaks_of(directive: Directive, rule: str) -> bool:
    if directive.rules:
        return any(rule == named or rule.startswith(f"{named}/") for named in directive.rules)
    return rule.startswith(_TOOL_COVERS.get(directive.tool, "secrets/"))


def _objection(directive: Directive, finding: Finding, terms: Terms) -> str:
    """Why the policy does not honour a directive, or ""."""
    if finding.check == "policy":
        return "findings about the policy cannot be set aside in a line"
    mode = terms.inline_secrets if finding.check == "secrets" else terms.inline
    what = "for secrets" if finding.check == "secrets" else "in a line"
    if mode == "never":
        return f"the policy allows no directives {what}; use a waiver"
    if mode in ("rule", "rule-and-reason") and not directive.rules:
        return f"it names no rule; write `yett: ignore[{finding.rule}] reason`"
    if mode == "rule-and-reason" and not directive.reason:
        return "it gives no reason"
    return ""


def _accept(gap: Gap, usable: Sequence[Waiver], used: set[str]) -> Gap:
    for waiver in usable:
        if waiver.fingerprint or not gap.path:
            continue
        if matches(waiver.rule, f"gap/{gap.kind}") and matches(waiver.path, gap.path):
            used.add(waiver.source)
            return gap._replace(waived=waiver.source)
    return gap


def _unused(
    usable: Sequence[Waiver], directives: Sequence[Directive], used: set[str], ran: Sequence[str], whole: bool
) -> Iterable[Stale]:
    if whole:  # a change touches few files: what it leaves alone is not unused
        for waiver in usable:
            if waiver.source not in used and _was_looked_for(waiver.rule, ran):
                yield Stale(waiver.source, waiver.rule, "unused: nothing it covers was found")
    for directive in directives:
        if directive.tool != "yett" or source(directive) in used:
            continue
        if not directive.rules:
            yield Stale(source(directive), "", "it names no rule; write `yett: ignore[RULE] reason`")
        elif all(_was_looked_for(rule, ran) for rule in directive.rules):
            yield Stale(source(directive), ", ".join(directive.rules), "unused: nothing it covers was found")


def _was_looked_for(rule: str, ran: Sequence[str]) -> bool:
    family = rule.partition("/")[0]
    return len(ran) == len(CHECKS) if "*" in family or family == "gap" else check_of(rule) in ran


def added(waived: Sequence[Waived], directives: Sequence[Directive]) -> tuple[Waived, ...]:
    """What is set aside by a directive that the change itself adds."""
    new = {source(directive) for directive in directives if not directive.known}
    return tuple(each for each in waived if not each.owner and each.source in new)
