"""Runtimes whose support has ended, by the end-of-life table of the advisory database. Pure but for the look-ups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from yett.checks.dependencies.runtimes import Runtime, exactly, overlap
from yett.checks.dependencies.words import shown
from yett.lean import TYPE_CHECKING, NamedTuple
from yett.model import Action, Blob, Finding, Hit, Severity, finding
from yett.rules.dependencies import END_OF_LIFE

if TYPE_CHECKING:
    from yett.advisories.lookup import Cycle


class _Ended(NamedTuple):
    """A release, the words for when its support ended, and whether somebody still cares for it."""

    cycle: str
    words: str
    cared: bool


def ended(
    blob: Blob, runtimes: Sequence[Runtime], cycles_of: Callable[[str], Sequence[Cycle]], today: str
) -> Iterator[Finding]:
    """A finding for each runtime that has ended, or that a range admits beside others. `today` is an ISO 8601 date.

    Where every release a file admits has ended, the severity is the rule's, and low where long-term support goes on. A
    range that admits a living one as well is information: what it runs on is decided elsewhere.
    """
    for runtime in runtimes:
        admitted = [
            (cycle, when)
            for cycle in cycles_of(runtime.product)
            if any(overlap(span, own) for own in exactly(cycle.cycle) for span in runtime.spans)
            for when in [_end(cycle, today)]
        ]
        dead = [when for _, when in admitted if when is not None]
        whole = len(dead) == len(admitted)
        if not dead or (not whole and runtime.where in _PINS):
            continue  # a tag or pin such as "3" means the newest of them
        oldest = dead[-1]
        low = not whole or all(each.cared for each in dead)
        told = dead[0] if whole else oldest
        verb = "runs on" if whole and runtime.where in _PINS else "needs" if whole else "admits"
        message = (
            f"{shown(runtime.where)} {shown(runtime.written)} {verb} {runtime.label} {shown(told.cycle)}, {told.words}"
            if runtime.where != "FROM"
            else f"{shown(runtime.written)} holds {runtime.label} {shown(told.cycle)}, {told.words}"
        )
        hit = Hit(
            runtime.line,
            runtime.column,
            message,
            end_column=runtime.end_column,
            fix=_fix(runtime, cycles_of(runtime.product), today),
            subject=f"{runtime.product} {told.cycle} {runtime.where}",
            severity=Severity.LOW if low else None,
        )
        found = finding(END_OF_LIFE, blob, hit)
        yield found if whole else found._replace(level=Action.INFO)


_PINS = frozenset(
    (
        *("FROM", ".python-version", ".nvmrc", ".node-version", ".ruby-version", ".go-version", ".php-version"),
        *("runtime.txt", ".tool-versions", "rust-toolchain", "volta", "config.platform", "sdk"),
    )
)
"""Where one version is stated, rather than a range."""


def _end(cycle: Cycle, today: str) -> _Ended | None:
    """Whether a release has come to its end, and in which words."""
    if not _is_past(cycle.eol, today):
        return None
    when = "whose support has ended" if isinstance(cycle.eol, bool) else f"whose support ended on {cycle.eol}"
    extended = cycle.extended
    if extended and not isinstance(extended, bool) and not _is_past(extended, today):
        return _Ended(cycle.cycle, f"{when} (extended support, for those who have it, until {extended})", True)
    return _Ended(cycle.cycle, when, False)


def _is_past(day: str | bool, today: str) -> bool:
    return day if isinstance(day, bool) else bool(day) and day < today


def _fix(runtime: Runtime, cycles: Sequence[Cycle], today: str) -> str:
    """The oldest release that still lives, and the newest."""
    living = [cycle for cycle in cycles if not _is_past(cycle.eol, today) and _is_out(cycle, today)]
    if not living:
        return ""
    newest, oldest = living[0], living[-1]
    until = f", supported until {newest.eol}" if isinstance(newest.eol, str) and newest.eol else ""
    if newest is oldest:
        return f"move to {runtime.label} {newest.cycle}{until}"
    return f"move to {runtime.label} {oldest.cycle} or later; the newest is {newest.cycle}{until}"


def _is_out(cycle: Cycle, today: str) -> bool:
    return not cycle.released or cycle.released <= today
