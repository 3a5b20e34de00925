from __future__ import annotations

import pytest

from yett import policy
from yett.judge import Terms, counts, judge
from yett.model import Action, Confidence, Finding, Gap, Severity

HIGH, MEDIUM, LOW, UNKNOWN = Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.UNKNOWN
SURE, LIKELY, UNSURE = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW
DEFAULT = policy.judge_terms(policy.defaults(), ())


def found(rule: str, severity: Severity, confidence: Confidence = SURE, **more: object) -> Finding:
    made = Finding("a.py", 1, 1, 1, 0, rule, "message", severity, confidence, "f" * 32)
    return made._replace(**more)  # type: ignore[arg-type]


def action(finding: Finding, terms: Terms = DEFAULT) -> Action:
    return judge((finding,), (), terms)[1][0].action


@pytest.mark.parametrize(
    ("finding", "expected"),
    (
        (found("secrets/github-token", HIGH), Action.BLOCK),
        (found("secrets/github-token", LOW, LIKELY), Action.BLOCK),  # a secret is a secret
        (found("secrets/generic-credential", HIGH, UNSURE), Action.INFO),
        (found("secrets/github-token", HIGH, known=True), Action.BLOCK),  # still there
        (found("dependencies/vulnerable", HIGH), Action.BLOCK),
        (found("dependencies/vulnerable", MEDIUM), Action.WARN),
        (found("dependencies/vulnerable", UNKNOWN, traits=("unknown-severity",)), Action.BLOCK),
        (found("dependencies/vulnerable", LOW, traits=("known-exploited",)), Action.BLOCK),
        (found("dependencies/vulnerable", LOW, traits=("malicious",)), Action.BLOCK),
        (found("dependencies/vulnerable", HIGH, known=True), Action.WARN),  # not this change's doing
        (found("python/B602", HIGH), Action.BLOCK),
        (found("python/B602", HIGH, LIKELY), Action.BLOCK),  # equal to the threshold counts
        (found("python/B602", HIGH, UNSURE), Action.INFO),
        (found("python/B608", MEDIUM), Action.WARN),
        (found("python/B101", LOW), Action.INFO),
        (found("docker/root-user", HIGH), Action.BLOCK),
        (found("docker/root-user", HIGH, level=Action.WARN), Action.WARN),  # the rule itself goes no further
        (found("docker/unpinned-base", MEDIUM), Action.WARN),
        (found("policy/changed", MEDIUM, level=Action.WARN), Action.WARN),
    ),
)
def test_the_default_policy(finding: Finding, expected: Action) -> None:
    assert action(finding) is expected


@pytest.mark.parametrize(
    ("rules", "expected"),
    (
        ((("docker/root-user", Action.INFO),), Action.INFO),
        ((("docker/*", Action.WARN),), Action.WARN),
        ((("docker/*", Action.INFO), ("docker/root-user", Action.BLOCK)), Action.BLOCK),  # the later entry wins
        ((("python/*", Action.INFO),), Action.BLOCK),
    ),
)
def test_rules_named_in_the_policy_win(rules: tuple[tuple[str, Action], ...], expected: Action) -> None:
    assert action(found("docker/root-user", HIGH), DEFAULT._replace(rules=rules)) is expected


def test_a_rule_named_in_the_policy_goes_beyond_its_own_level() -> None:
    terms = DEFAULT._replace(rules=(("docker/unpinned-base", Action.BLOCK),))
    assert action(found("docker/unpinned-base", MEDIUM, level=Action.WARN), terms) is Action.BLOCK


PARSE = Gap("a.py", "python", "line 1: invalid syntax")
ADVISORIES = Gap("", "dependencies", "there is no database", "advisories")


@pytest.mark.parametrize(
    ("findings", "gaps", "change", "outcome"),
    (
        ((), (), {}, "pass"),
        ((found("python/B602", HIGH),), (), {}, "fail"),
        ((found("python/B602", HIGH),), (PARSE,), {}, "fail"),
        ((), (PARSE,), {}, "undecided"),
        ((), (Gap("", "", "the clone is shallow", "history"),), {"required": ()}, "undecided"),  # concerns every check
        ((), (PARSE,), {"required": ("secrets",)}, "pass"),
        ((), (PARSE,), {"block_on_gap": False}, "pass"),
        ((), (PARSE._replace(waived=".yett/waivers.yaml:3"),), {}, "pass"),
        ((), (ADVISORIES,), {}, "undecided"),
        ((), (ADVISORIES,), {"lenient": ("advisories",)}, "pass"),
        ((), (ADVISORIES, PARSE), {"lenient": ("advisories",)}, "undecided"),
    ),
)
def test_the_outcome(
    findings: tuple[Finding, ...], gaps: tuple[Gap, ...], change: dict[str, object], outcome: str
) -> None:
    assert judge(findings, gaps, DEFAULT._replace(**change))[0] == outcome  # type: ignore[arg-type]


def test_every_finding_is_kept_with_a_reason() -> None:
    findings = (found("python/B101", LOW), found("python/B602", HIGH), found("secrets/x", HIGH, UNSURE))
    judged = judge(findings, (), DEFAULT)[1]
    assert tuple(each.finding for each in judged) == findings
    assert all(each.because for each in judged)


def test_a_gap_counts_unless_something_says_otherwise() -> None:
    assert counts(PARSE, DEFAULT)
