"""What a verdict says of itself: its reasons, what it covers, what it depends on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from yett import __version__, git, policy, rules
from yett.checks import Check
from yett.collect import Collected
from yett.digest import of
from yett.examine import Examined
from yett.judge import Terms, counts
from yett.model import (
    CHECKS,
    Action,
    Coverage,
    Digests,
    Gap,
    Judged,
    Outcome,
    Rule,
    Target,
    Waived,
)
from yett.model import Examined as Share
from yett.trusted import Trusted


def reasons(
    outcome: Outcome, judged: Sequence[Judged], gaps: Sequence[Gap], terms: Terms, ran: Sequence[str]
) -> tuple[str, ...]:
    """Why the outcome is what it is, in sentences without untrusted text."""
    said: list[str] = []
    blocking = sum(each.action is Action.BLOCK for each in judged)
    standing = sum(counts(gap, terms) for gap in gaps)
    if blocking:
        said.append(f"{blocking} finding{_s(blocking)} block{'s' if blocking == 1 else ''} it")
    if standing:
        said.append(f"{standing} thing{_s(standing)} could not be checked")
    elif outcome == "pass" and any(not gap.waived for gap in gaps):
        passed_over = sum(not gap.waived for gap in gaps)
        said.append(f"{passed_over} thing{_s(passed_over)} could not be checked, which only warns here")
    left_out = [name for name in CHECKS if name not in ran]
    if left_out:
        said.append(f"only asked for {', '.join(name for name in CHECKS if name in ran)}")
    return tuple(said)


def _s(number: int) -> str:
    return "" if number == 1 else "s"


def coverage(ran: Sequence[str], found: Collected, looked: Examined, gaps: Sequence[Gap]) -> Coverage:
    """What was looked at."""
    shares = tuple(
        Share(
            check=name,
            files=looked.counts.get(name, 0),
            gaps=sum(gap.check in (name, "") for gap in gaps),
            ran=name in ran,
            note="" if name in ran else "not asked for",
        )
        for name in CHECKS
    )
    unexamined = tuple(sorted((*found.unexamined, *looked.unexamined)))
    return Coverage(looked.files, looked.bytes, shares, unexamined, looked.directives)


def digests(
    target: Target, objects: git.Objects | None, holds: Trusted, checks: Iterable[Check], advisories: str
) -> Digests:
    """What the verdict depends on. `advisories` is the path of the database, "" where nothing was looked up."""
    loaded = list(checks)
    snapshot = ""
    if advisories:
        from yett.checks.dependencies import snapshot as digest_of

        snapshot = digest_of(advisories)
    tree = ""
    if objects is not None and target.head and target.kind in ("tree", "range") and not target.of_index:
        tree = git.tree_id(objects, target.head)
    return Digests(
        tool=__version__,
        commit=target.head,
        tree=tree,
        base=target.base,
        policy=policy.digest(holds.policy),
        waivers=holds.waivers_digest,
        advisories=snapshot,
        rules=of("\n".join(check.digest for check in loaded).encode()),
    )


def rules_of(found: Iterable[Judged], waived: Iterable[Waived], every: bool) -> tuple[Rule, ...]:
    """The rules behind the findings, or behind those that block, for reporters that print what a rule says."""
    ids = {each.finding.rule for each in found if every or each.action is Action.BLOCK}
    ids |= {each.finding.rule for each in waived if every}
    return tuple(rule for rule in map(rules.find, sorted(ids)) if rule is not None)


def crash(error: BaseException) -> str:
    """The kind and place of a crash. The text of an exception may quote what was scanned, so it is not told."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" in {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{where}"
