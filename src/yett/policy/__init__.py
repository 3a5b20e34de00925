"""The policy: read from a ref that the change cannot touch, validated to the last key, plain values afterwards."""

from __future__ import annotations

from yett import judge, waive
from yett.digest import of as digest_of
from yett.lean import NamedTuple
from yett.model import CHECKS, Action, Confidence, Severity
from yett.policy.keys import DEFAULTS, Setting

PLACES = (".yett.yaml", ".yett.yml", "pyproject.toml")
"""Where a policy may stand, at the root; two of them at once are an error."""


class Value(NamedTuple):
    """One effective setting and where it comes from: "default", "preset strict" or `file:line`."""

    value: Setting
    source: str


class Policy(NamedTuple):
    """The effective policy. `values` maps dotted keys ("checks.secrets.block.confidence") to values with their sources.

    `rules` and `paths` keep the order of the file: later entries win. `place` is the file, or "" for the defaults.
    """

    values: dict[str, Value]
    rules: tuple[tuple[str, Action, str], ...] = ()
    exclude: tuple[tuple[str, str], ...] = ()
    paths: tuple[tuple[str, dict[str, Value]], ...] = ()
    path_rules: tuple[tuple[str, str, Action, str], ...] = ()
    place: str = ""
    extends: tuple[str, ...] = ()

    def word(self, key: str) -> str:
        """The value of a setting that is a word."""
        value = self.values[key].value
        assert isinstance(value, str), key
        return value

    def flag(self, key: str) -> bool:
        """The value of a setting that is yes or no."""
        return self.values[key].value is True

    def number(self, key: str) -> int:
        """The value of a setting that is a number (of days, where it is an age)."""
        value = self.values[key].value
        assert isinstance(value, int), key
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """The value of a setting that is a list."""
        value = self.values[key].value
        assert isinstance(value, tuple), key
        return value


# An assertion is what a test is made of; in production code `python -O` takes it away.
_TESTS = ("**/tests/**", "**/test/**", "**/test_*.py", "**/*_test.py", "**/conftest.py")
_DEFAULT_RULES = (("", "python/B101", Action.WARN), *((glob, "python/B101", Action.INFO) for glob in _TESTS))
"""Actions for rules that hold before the policy says otherwise: a glob of paths ("" for all), a rule, an action."""

_GRACE = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.UNKNOWN)


def defaults() -> Policy:
    """The policy of a repository that has none: the strict one."""
    return Policy({key: Value(value, "default") for key, value in DEFAULTS.items()})


def judge_terms(policy: Policy, lenient: tuple[str, ...], today: str) -> judge.Terms:
    """The part of a policy that `judge` needs. `today` is an ISO 8601 date in UTC."""
    thresholds = [_thresholds(check, "", policy.values) for check in CHECKS]
    for glob, values in policy.paths:
        merged = policy.values | values
        checks = {key.split(".")[1] for key in values}
        thresholds += [_thresholds(check, glob, merged) for check in CHECKS if check in checks]
    return judge.Terms(
        thresholds=tuple(thresholds),
        rules=(
            *_DEFAULT_RULES,
            *(("", glob, action) for glob, action, _ in policy.rules),
            *((path, glob, action) for path, glob, action, _ in policy.path_rules),
        ),
        required=policy.words("complete.required"),
        block_on_gap=policy.word("complete.on_gap") == "block",
        lenient=lenient,
        today=today,
        grace=tuple((severity, policy.number(f"checks.dependencies.grace.{severity.word}")) for severity in _GRACE),
    )


def waive_terms(policy: Policy, today: str) -> waive.Terms:
    """The part of a policy that `waive` needs."""
    return waive.Terms(
        today=today,
        inline=policy.word("suppress.inline.mode"),
        inline_secrets=policy.word("suppress.inline.secrets"),
        require=policy.words("suppress.require"),
        max_days=tuple(
            (severity, policy.number(f"suppress.max_days.{severity.word}"))
            for severity in (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
        ),
    )


def _thresholds(check: str, path: str, values: dict[str, Value]) -> judge.Thresholds:
    return judge.Thresholds(check, path, _threshold(check, "block", values), _threshold(check, "warn", values))


def _threshold(check: str, action: str, values: dict[str, Value]) -> judge.Threshold:
    def word(key: str) -> str:
        return str(values[f"checks.{check}.{action}.{key}"].value)

    def flag(key: str) -> bool:
        found = values.get(f"checks.{check}.{action}.{key}")
        return found is not None and found.value is True

    severity = word("severity")
    return judge.Threshold(
        severity=None if severity == "never" else Severity[severity.upper()],
        confidence=Confidence[word("confidence").upper()],
        only=word("only"),
        unknown_severity=flag("unknown_severity"),
        known_exploited=flag("known_exploited"),
        malicious=flag("malicious"),
        epss=int(str(found.value)) / 100 if (found := values.get(f"checks.{check}.{action}.epss")) else None,
        fixable_only=flag("fixable_only"),
        production_only=f"checks.{check}.{action}.scope" in values and word("scope") == "production",
    )


def digest(policy: Policy) -> str:
    """A digest of the effective values, whatever file or preset they came from."""
    lines = [f"{key}={policy.values[key].value!r}" for key in sorted(policy.values)]
    lines += [f"rules {glob}={action.word}" for glob, action, _ in policy.rules]
    lines += [f"rules in {path} {glob}={action.word}" for path, glob, action, _ in policy.path_rules]
    lines += [f"exclude {glob}" for glob, _ in policy.exclude]
    for glob, values in policy.paths:
        lines += [f"paths {glob} {key}={values[key].value!r}" for key in sorted(values)]
    return digest_of("\n".join(lines).encode("utf-8", "surrogateescape"))
