"""The words reports share: the verdict in a sentence, the target, counts, places, the order of what matters most."""

from __future__ import annotations

from collections.abc import Iterable

from yett.lean import NamedTuple
from yett.model import Action, Finding, Gap, Judged, Severity, Target, Verdict, Waived
from yett.report.escape import terminal

WHOLE = "(the whole change)"
"""Stands where a finding or a gap has no path."""


class Counts(NamedTuple):
    """How much of each kind a verdict holds. `gaps` are those nobody answers for, `accepted` the others."""

    block: int
    warn: int
    info: int
    waived: int
    gaps: int
    accepted: int


def counts(verdict: Verdict) -> Counts:
    actions = [each.action for each in verdict.findings]
    accepted = sum(1 for gap in verdict.gaps if gap.waived)
    return Counts(
        block=actions.count(Action.BLOCK),
        warn=actions.count(Action.WARN),
        info=actions.count(Action.INFO),
        waived=len(verdict.waived),
        gaps=len(verdict.gaps) - accepted,
        accepted=accepted,
    )


def counted(number: int, noun: str, plural: str = "") -> str:
    """ "1 finding", "2 findings", "1,234 findings"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def short(digest: str) -> str:
    """The beginning of a digest or object id, enough to tell two of them apart by eye."""
    return terminal(digest.rpartition(":")[2])[:12]


def target(asked: Target) -> str:
    """What was judged, in words that can end a sentence."""
    match asked.kind:
        case "staged":
            return "the staged changes"
        case "range":
            return f"{short(asked.base) or 'the beginning'}..{short(asked.head)}"
        case "tree":
            return "the index" if asked.of_index else f"the tree of {short(asked.head)}"
        case "paths":
            named = ", ".join(place(path) for path in asked.paths)
            return named if 0 < len(named) <= 60 else counted(len(asked.paths), "path")


def severities(findings: Iterable[Finding]) -> str:
    """ "1 critical, 2 high", the worst first."""
    found = [finding.severity for finding in findings]
    order = sorted(Severity, key=_weight, reverse=True)
    return ", ".join(f"{found.count(severity):,} {severity.word}" for severity in order if severity in found)


def headline(verdict: Verdict) -> str:
    """The verdict in one sentence, without the outcome's own word."""
    total, asked = counts(verdict), target(verdict.target)
    match verdict.outcome:
        case "fail":
            blocking = verdict.acted(Action.BLOCK)
            verb = "blocks" if total.block == 1 else "block"
            words = f" ({severities(blocking)})" if blocking else ""
            return f"{counted(total.block, 'finding')} {verb} {asked}{words}"
        case "undecided":
            return f"{asked} could not be checked in full ({counted(total.gaps, 'gap')})"
        case "pass":
            extras = [
                *([counted(total.warn, "warning")] if total.warn else []),
                *([f"{total.waived:,} waived"] if total.waived else []),
                *([f"{total.gaps:,} not checked"] if total.gaps else []),
            ]
            return f"nothing blocks {asked}{' (' + ', '.join(extras) + ')' if extras else ''}"


def reasons(verdict: Verdict) -> tuple[str, ...]:
    """The verdict's reasons, less those that only count what a report counts anyway."""
    counting = (
        " finding blocks it",
        " findings block it",
        " thing could not be checked",
        " things could not be checked",
    )
    return tuple(reason for reason in verdict.reasons if reason.lstrip("0123456789,") not in counting)


def place(path: str, line: int = 0, column: int = 0) -> str:
    """`path:line:column` as editors and terminals take it, safe to print; without the parts that are not known."""
    inner = path.strip(" ")
    before = path[: len(path) - len(path.lstrip(" "))] if inner else path
    after = path[len(before) + len(inner) :]
    shown = "\\x20" * len(before) + terminal(inner) + "\\x20" * len(after)
    parts = [shown or WHOLE]
    if line:
        parts.append(str(line))
        if column:
            parts.append(str(column))
    return ":".join(parts)


def _weight(severity: Severity) -> float:
    """UNKNOWN stands below HIGH and above MEDIUM: nobody has said, which is no reason to put it last."""
    return 3.5 if severity is Severity.UNKNOWN else float(severity)


def worst_first(judged: Iterable[Judged]) -> list[Judged]:
    """What blocks before what warns, the severe before the mild, then in report order."""
    return sorted(judged, key=lambda each: (-each.action, -_weight(each.finding.severity), each.finding))


def inline(waived: Waived) -> bool:
    """Whether a finding was set aside by a directive in its own file rather than by a waiver."""
    return not waived.owner and waived.source.rpartition(":")[0] == waived.finding.path


def gap_groups(gaps: Iterable[Gap]) -> list[tuple[Gap, int]]:
    """The gaps by check and reason: the first of each group and how many there are, the largest group first."""
    groups: dict[tuple[str, str], list[Gap]] = {}
    for gap in sorted(gaps):
        groups.setdefault((gap.check, gap.reason), []).append(gap)
    found = [(group[0], len(group)) for group in groups.values()]
    return sorted(found, key=lambda each: (-each[1], each[0].check, each[0]))


def size(number: int) -> str:
    """ "812 bytes", "48.2 kB", "3.1 MB": powers of ten, as disks are sold."""
    if number < 1000:
        return counted(number, "byte")
    value, unit = number / 1000, "kB"
    for larger in ("MB", "GB", "TB"):
        if round(value, 1) < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.1f} {unit}"
