from __future__ import annotations

import pytest

from yett import policy
from yett.judge import Terms, counts, judge
from yett.model import Action, Confidence, Finding, Gap, Severity

TODAY = "2026-11-22"
HIGH, MEDIUM, LOW, UNKNOWN = Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.UNKNOWN
SURE, LIKELY, UNSURE = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW
DEFAULT = policy.judge_terms(policy.defaults(), (), TODAY)


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
        (found("secrets/json-web-token", MEDIUM, traits=("expires:2026-11-22",)), Action.BLOCK),  # good for today
        (found("secrets/json-web-token", MEDIUM, traits=("expires:2026-11-21",)), Action.INFO),
        (found("secrets/json-web-token", MEDIUM, traits=("expires:2026-11-21", "audited-as-secret")), Action.BLOCK),
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
        (found("python/B101", LOW), Action.WARN),  # `python -O` takes assertions away
        (found("python/B101", LOW, path="shop/tests/test_pay.py"), Action.INFO),  # what a test is made of
        (found("python/B101", LOW, path="test_pay.py"), Action.INFO),
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
    assert (
        action(found("docker/root-user", HIGH), DEFAULT._replace(rules=tuple(("", *each) for each in rules)))
        is expected
    )


def test_a_rule_named_in_the_policy_goes_beyond_its_own_level() -> None:
    terms = DEFAULT._replace(rules=(("", "docker/unpinned-base", Action.BLOCK),))
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


def advisory(severity: Severity = HIGH, *traits: str) -> Finding:
    return found("dependencies/vulnerable", severity, traits=traits, advisories=("CVE-2026-1",))


@pytest.mark.parametrize(
    ("text", "finding", "expected"),
    (
        ("", advisory(LOW, "epss:0.49000"), Action.WARN),
        ("", advisory(LOW, "epss:0.50000"), Action.BLOCK),  # equal to the threshold counts
        ("block: {epss: 100%}", advisory(LOW, "epss:0.99000"), Action.WARN),
        ("block: {fixable_only: true}", advisory(HIGH), Action.WARN),
        ("block: {fixable_only: true}", advisory(HIGH, "fixable"), Action.BLOCK),
        ("block: {fixable_only: true}", advisory(HIGH, "malicious"), Action.BLOCK),
        ("block: {scope: production}", advisory(HIGH, "dev"), Action.WARN),
        ("block: {scope: production}", advisory(HIGH, "dev", "malicious"), Action.BLOCK),
        ("block: {scope: production}", advisory(HIGH), Action.BLOCK),
        ("grace: {high: 7d}", advisory(HIGH, "published:2026-11-16"), Action.WARN),
        ("grace: {high: 7d}", advisory(HIGH, "published:2026-11-15"), Action.BLOCK),  # the seventh day is over
        ("grace: {high: 7d}", advisory(HIGH), Action.BLOCK),  # nobody knows when
        ("grace: {high: 7d}", advisory(Severity.CRITICAL, "published:2026-11-16"), Action.BLOCK),
        ("grace: {high: 7d}", advisory(HIGH, "published:2026-11-16", "known-exploited"), Action.BLOCK),
        ("grace: {high: 7d}", advisory(HIGH, "published:2026-11-16", "malicious"), Action.BLOCK),
    ),
)
def test_dependencies(text: str, finding: Finding, expected: Action) -> None:
    from yett.policy import load

    whole = f"version: 1\nchecks: {{dependencies: {{{text}}}}}\n".encode()
    terms = policy.judge_terms(load.load({".yett.yaml": whole}.get), (), TODAY)
    assert action(finding, terms) is expected


def test_rules_for_some_paths() -> None:
    from yett.policy import load

    text = b"version: 1\nrules: {python/B101: info}\npaths: {pay/**: {rules: {python/B101: block}}}\n"
    terms = policy.judge_terms(load.load({".yett.yaml": text}.get), (), TODAY)
    findings = tuple(found("python/B101", LOW, path=path) for path in ("a.py", "pay/a.py", "pay/tests/a.py"))
    judged = judge(findings, (), terms)[1]
    assert [each.action for each in judged] == [Action.INFO, Action.BLOCK, Action.BLOCK]


def test_what_has_expired_says_so() -> None:
    token = found("secrets/json-web-token", MEDIUM, traits=("expires:2026-11-21",))
    ((said, _, _),) = judge((token,), (), DEFAULT)[1]
    assert (said.confidence, said.message) == (UNSURE, "message: expired")
    assert judge((token,), (), DEFAULT._replace(today="2026-11-21"))[1][0].finding == token
