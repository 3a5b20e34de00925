"""Rules for Renovate's configuration, in JSON or JSON5.

Options: https://docs.renovatebot.com/configuration-options/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.source import ParseError, Span
from yett.parse.tree import Tree
from yett.parse.yaml import Mapping, Node, Scalar, Sequence, compose
from yett.rules.credentials import is_setting, is_stand_in
from yett.rules.hits import hit

EXAMPLE = "renovate.json5"

_OPTIONS = "https://docs.renovatebot.com/configuration-options/"


def _mappings(node: Node, path: str = "") -> Iterator[tuple[str, Mapping]]:
    """Every mapping with where it is."""
    if isinstance(node, Mapping):
        yield path, node
        for key, entry in node.entries.items():
            yield from _mappings(entry.value, f"{path}.{key}".strip("."))
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _mappings(item, f"{path}[]")


def _text(node: Mapping, key: str) -> Scalar | None:
    value = node.get(key)
    return value if isinstance(value, Scalar) else None


RELEASE_AGE = Rule(
    id="renovate/release-age",
    title="New releases are merged on their first day",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "Malicious releases are mostly found within days. With `automerge` and without `minimumReleaseAge` a version "
        "is merged as soon as its checks are green; security updates are not held back by it."
    ),
    fix='Add `"minimumReleaseAge": "7 days"`.',
    refs=("CWE-829", _OPTIONS + "#minimumreleaseage"),
    bad=(
        """\
{
  extends: ["config:recommended"],
  automerge: true, // # <- here
}
""",
        """\
{
  packageRules: [
    {matchUpdateTypes: ["minor"], automerge: true, minimumReleaseAge: "1 day"}, // # <- here
  ],
}
""",
    ),
    good=(
        """\
{
  extends: ["config:recommended"],
  minimumReleaseAge: "7 days",
  automerge: true,
}
""",
        """\
{
  extends: ["config:best-practices", "security:minimumReleaseAgeNpm"],
  packageRules: [{matchPackageNames: ["eslint"], automerge: false}],
}
""",
    ),
)
_DAYS = {"hour": 0, "hours": 0, "day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30, "months": 30}


def _waits(node: Mapping) -> bool:
    age = _text(node, "minimumReleaseAge") or _text(node, "stabilityDays")
    found = re.fullmatch(r"\s*(\d{1,4})\s*([a-z]*)\s*", age.text) if age else None
    return found is not None and int(found[1]) * _DAYS.get(found[2] or "days", 0) >= 3


def release_age(root: Mapping) -> Iterator[Hit]:
    presets = root.get("extends")
    waits = _waits(root) or any(
        "minimumReleaseAge" in item.text or "npm:unpublishSafe" in item.text
        for item in (presets.items if isinstance(presets, Sequence) else ())
        if isinstance(item, Scalar)
    )
    for path, node in _mappings(root):
        value = _text(node, "automerge")
        if value and value.text == "true" and not waits and not _waits(node) and "vulnerability" not in path.lower():
            yield hit(
                _span(value),
                "new releases are merged as soon as their checks are green",
                fix='Add `"minimumReleaseAge": "7 days"` beside it.',
                subject=f"{path} automerge",
            )


IGNORED_TESTS = Rule(
    id="renovate/untested-automerge",
    title="Updates are merged without a check",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="With `ignoreTests` an update is merged whether its checks pass, fail or were never run.",
    fix="Leave out `ignoreTests`.",
    refs=("CWE-693", "PCI DSS 6.5.1", _OPTIONS + "#ignoretests"),
    bad=(
        """\
{
  automerge: true,
  minimumReleaseAge: "7 days",
  ignoreTests: true, // # <- here
}
""",
    ),
    good=(
        """\
{
  automerge: true,
  minimumReleaseAge: "7 days",
  ignoreTests: false,
}
""",
    ),
)


def ignored_tests(root: Mapping) -> Iterator[Hit]:
    for path, node in _mappings(root):
        value = _text(node, "ignoreTests")
        if value and value.text == "true":
            yield hit(
                _span(value),
                "updates are merged whether their checks pass or not",
                fix="Leave out `ignoreTests`.",
                subject=f"{path} ignoreTests",
            )


SCRIPTS = Rule(
    id="renovate/unsafe-scripts",
    title="Renovate runs code of what it updates",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "Install scripts of packages and plugins then run in the update job, which holds the bot's token and the "
        "credentials of your registries. By default scripts are ignored."
    ),
    fix="Leave out `ignoreScripts: false`, `ignorePlugins: false` and `allowScripts: true`.",
    refs=("CWE-829", "PCI DSS 6.3.2", _OPTIONS + "#ignorescripts"),
    bad=(
        """\
{
  ignoreScripts: false, // # <- here
  allowScripts: true, // # <- here
}
""",
    ),
    good=(
        """\
{
  ignoreScripts: true,
}
""",
    ),
)
_RUNS = {"ignoreScripts": "false", "ignorePlugins": "false", "allowScripts": "true", "allowPlugins": "true"}


def scripts(root: Mapping) -> Iterator[Hit]:
    for path, node in _mappings(root):
        for key, bad in _RUNS.items():
            value = _text(node, key)
            if value and value.text == bad:
                yield hit(
                    _span(value),
                    f"{key}: {bad} lets packages run code in the update job",
                    fix=f"Leave out `{key}`.",
                    subject=f"{path} {key}",
                )


SECRET = Rule(
    id="renovate/plain-secret",
    title="Credentials stand in Renovate's configuration",
    severity=Severity.HIGH,
    why="Who can read the repository has them, and its history keeps them.",
    fix="Encrypt the value for the hosted app (`encrypted`), or take it from a secret of the bot.",
    refs=("CWE-798", "PCI DSS 8.6.2", _OPTIONS + "#encrypted"),
    bad=(
        """\
{
  hostRules: [
    {matchHost: "npm.example.com", token: "q9Xv"""
        + """T2kLm8Rw"}, // # <- here
  ],
}
""",
    ),
    good=(
        """\
{
  hostRules: [
    {matchHost: "npm.example.com", token: "{{ secrets.NPM_TOKEN }}"},
    {matchHost: "pypi.example.com", encrypted: {password: "q9Xv"""
        + """T2kLm8RwAAAA"}},
  ],
}
""",
    ),
)


def secret(root: Mapping) -> Iterator[Hit]:
    for path, node in _mappings(root):
        for key in ("token", "password", "npmToken", "githubToken"):
            value = _text(node, key)
            plain = value and value.text and not is_setting(value.text) and not is_stand_in(value.text)
            if value and plain and not path.endswith("encrypted"):
                yield hit(
                    _span(value),
                    f"{key} stands in the file",
                    fix=f"Put {key} under `encrypted`, or take it from a secret of the bot.",
                    subject=f"{path} {key}",
                )


OFF = Rule(
    id="renovate/disabled",
    title="Updates are switched off",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="With `enabled: false` at the top nothing is updated, known vulnerabilities included.",
    fix="Leave out `enabled: false`, or narrow it by `packageRules`.",
    refs=("CWE-1104", "PCI DSS 6.3.3", _OPTIONS + "#enabled"),
    bad=(
        """\
{
  enabled: false, // # <- here
}
""",
        """\
{
  vulnerabilityAlerts: {enabled: false}, // # <- here
}
""",
    ),
    good=(
        """\
{
  packageRules: [{matchPackageNames: ["eslint"], enabled: false}],
}
""",
    ),
)


def off(root: Mapping) -> Iterator[Hit]:
    alerts = root.get("vulnerabilityAlerts")
    for node, what in ((root, "nothing is updated"), (alerts, "known vulnerabilities are not updated")):
        value = _text(node, "enabled") if isinstance(node, Mapping) else None
        if value and value.text == "false":
            yield hit(_span(value), what, fix="Leave out `enabled: false`.", subject=f"disabled {what}")


RULES: tuple[tuple[Rule, Callable[[Mapping], Iterator[Hit | Unknown]]], ...] = (
    (RELEASE_AGE, release_age),
    (IGNORED_TESTS, ignored_tests),
    (SCRIPTS, scripts),
    (SECRET, secret),
    (OFF, off),
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules say of a configuration. Raises `ParseError`."""
    if not text.strip():
        return
    root = compose(_without_comments(text))
    if not isinstance(root, Mapping):
        raise ParseError(1, 1, "it is not an object")
    for rule, check in RULES:
        yield from ((rule, said) for said in check(root))


_PIECE = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|//[^\n]*|/\*.*?(?:\*/|\Z)|\t", re.DOTALL)


def _without_comments(text: str) -> str:
    """JSON5 as YAML reads it, everything in its place: comments and tabs give way to spaces."""

    def blank(found: re.Match[str]) -> str:
        piece = found.group()
        if piece == "\t":
            return " "
        if piece.startswith("//") or piece.endswith("*/"):
            return re.sub(r"[^\n]", " ", piece)
        return piece

    return _PIECE.sub(blank, text)


def _span(scalar: Scalar) -> Span:
    return Span(scalar.line, scalar.column, scalar.end_line, scalar.end_column)
