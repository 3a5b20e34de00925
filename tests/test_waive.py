from __future__ import annotations

import pytest

from yett.model import CHECKS, Confidence, Directive, Finding, Gap, Severity, Stale, Waiver
from yett.waive import Sorted, Terms, waive

TODAY = "2026-11-22"


def found(rule: str = "python/B608", path: str = "shop/a.py", line: int = 5, end: int = 5, **more: object) -> Finding:
    made = Finding(path, line, 1, end, 0, rule, "message", Severity.HIGH, Confidence.HIGH, "f" * 32)
    return made._replace(**more)  # type: ignore[arg-type]


def waiver(**more: str) -> Waiver:
    made = Waiver("python/B608", "shop/*.py", "", "checked by hand", "payments", "2026-12-01", ".yett/waivers.yaml:3")
    return made._replace(**more)


def directive(**more: object) -> Directive:
    made = Directive("shop/a.py", 5, "yett", ("python/B608",), "ids are integers", last=5)
    return made._replace(**more)  # type: ignore[arg-type]


def terms(**more: object) -> Terms:
    made = Terms(TODAY, "rule-and-reason", "never", ("reason", "owner", "expires"), ((Severity.HIGH, 30),))
    return made._replace(**more)  # type: ignore[arg-type]


def sort(
    findings: tuple[Finding, ...] = (),
    waivers: tuple[Waiver, ...] = (),
    directives: tuple[Directive, ...] = (),
    gaps: tuple[Gap, ...] = (),
    ran: tuple[str, ...] = CHECKS,
    whole: bool = True,
    **more: object,
) -> Sorted:
    return waive(findings, gaps, waivers, directives, terms(**more), ran, whole)


@pytest.mark.parametrize(
    ("change", "covers"),
    (
        ({}, True),
        ({"path": "shop/a.py"}, True),
        ({"path": "**"}, True),
        ({"path": "**/a.py"}, True),
        ({"path": "*"}, False),  # `*` stays inside one segment
        ({"path": "shop"}, False),  # a folder is not what is in it
        ({"rule": "python/*"}, True),
        ({"rule": "python/B60[0-9]"}, False),  # nothing else is special
        ({"rule": "secrets/*"}, False),
        ({"fingerprint": "f" * 32}, True),
        ({"fingerprint": "0" * 32}, False),
        ({"expires": TODAY}, True),  # inclusive
        ({"expires": "2026-11-21"}, False),
        ({"expires": "2026-12-22"}, True),  # 30 days: the longest for a high one
        ({"expires": "2026-12-23"}, False),
        ({"reason": ""}, False),
        ({"owner": ""}, False),
        ({"expires": ""}, False),
    ),
)
def test_what_a_waiver_covers(change: dict[str, str], covers: bool) -> None:
    heaps = sort((found(),), (waiver(**change),))
    assert (not heaps.kept) is covers
    assert len(heaps.waived) is int(covers)
    assert bool(heaps.stale) is not covers  # what does not serve is told


def test_an_unknown_severity_may_be_waived_as_long_as_a_high_one() -> None:
    heaps = sort((found(severity=Severity.UNKNOWN),), (waiver(expires="2026-12-23"),))
    assert heaps.kept
    assert "2026-12-22" in heaps.stale[0].why


def test_nothing_is_lost() -> None:
    findings = tuple(found(line=line, end=line) for line in range(1, 50))
    heaps = sort(findings, (waiver(),), (directive(),))
    assert sorted([*heaps.kept, *(each.finding for each in heaps.waived)]) == sorted(findings)


@pytest.mark.parametrize(
    ("change", "mode", "honoured"),
    (
        ({}, "rule-and-reason", True),
        ({"reason": ""}, "rule-and-reason", False),
        ({"reason": ""}, "rule", True),
        ({"rules": ()}, "rule-and-reason", False),
        ({"rules": ()}, "rule", False),
        ({"rules": ()}, "any", True),
        ({}, "never", False),
        ({"rules": ("python",)}, "rule-and-reason", True),  # a whole family
        ({"rules": ("python/B60",)}, "rule-and-reason", False),
        ({"line": 4, "last": 5}, "rule-and-reason", True),  # a comment on a line of its own speaks of the next one
        ({"line": 4, "last": 4}, "rule-and-reason", False),
        ({"path": "shop/b.py"}, "rule-and-reason", False),
        ({"tool": "bandit"}, "rule-and-reason", True),
        ({"tool": "bandit", "rules": (), "reason": ""}, "any", True),
        ({"tool": "gitleaks", "rules": ()}, "any", False),  # speaks of secrets only
        ({"tool": "semgrep", "rules": ()}, "any", True),
        ({"tool": "checkov", "rules": ("CKV_AWS_20",)}, "any", False),  # nobody knows what that is here
    ),
)
def test_directives(change: dict[str, object], mode: str, honoured: bool) -> None:
    heaps = sort((found(),), directives=(directive(**change),), inline=mode)
    assert (not heaps.kept) is honoured


def test_a_directive_covers_a_finding_of_several_lines() -> None:
    assert not sort((found(line=3, end=7),), directives=(directive(),)).kept


def test_secrets_are_not_set_aside_in_a_line() -> None:
    secret = found("secrets/github-token")
    heaps = sort((secret,), directives=(directive(rules=("secrets/github-token",)),), inline="any")
    assert heaps.kept == (secret,)
    assert "no directives for secrets" in heaps.stale[0].why


@pytest.mark.parametrize(
    "tool",
    ("gitleaks", "betterleaks", "kingfisher", "trufflehog", "ggshield", "secretlint", "detect-secrets"),
)
def test_secrets_are_set_aside_in_a_line_where_the_policy_says_so(tool: str) -> None:
    secret = found("secrets/github-token")
    blanket = directive(tool=tool, rules=(), reason="")
    assert not sort((secret,), directives=(blanket,), inline_secrets="any").kept
    assert sort((secret,), directives=(blanket,), inline_secrets="rule").kept == (secret,)


def test_a_directive_says_nothing_of_earlier_commits() -> None:
    assert sort((found(commit="c" * 40),), directives=(directive(),)).kept


@pytest.mark.parametrize(
    ("ran", "whole", "told"),
    (
        (CHECKS, True, True),
        (CHECKS, False, False),  # a change touches few files: what it leaves alone is not unused
        (("secrets",), True, False),  # nobody looked
    ),
)
def test_an_unused_waiver(ran: tuple[str, ...], whole: bool, told: bool) -> None:
    assert bool(sort((), (waiver(),), ran=ran, whole=whole).stale) is told


def test_an_unused_directive() -> None:
    assert sort((), directives=(directive(),)).stale == (
        Stale("shop/a.py:5", "python/B608", "unused: nothing it covers was found"),
    )
    assert not sort((), directives=(directive(tool="bandit"),)).stale  # other tools have other rules


@pytest.mark.parametrize(
    ("change", "accepted"),
    (
        ({"rule": "gap/unparsable", "path": "shop/*.py"}, True),
        ({"rule": "gap/*", "path": "shop/*.py"}, True),
        ({"rule": "gap/crash", "path": "shop/*.py"}, False),
        ({"rule": "gap/*", "path": "docs/**"}, False),
        ({"rule": "python/*"}, False),
        ({"rule": "gap/*", "path": "shop/*.py", "expires": "2026-11-21"}, False),
    ),
)
def test_a_gap_is_accepted_by_a_waiver_for_it(change: dict[str, str], accepted: bool) -> None:
    heaps = sort(gaps=(Gap("shop/a.py", "python", "line 1: invalid syntax"),), waivers=(waiver(**change),))
    assert bool(heaps.gaps[0].waived) is accepted


def test_a_gap_of_no_file_cannot_be_waived() -> None:
    heaps = sort(
        gaps=(Gap("", "dependencies", "no database", "advisories"),), waivers=(waiver(rule="gap/*", path="**"),)
    )
    assert not heaps.gaps[0].waived
