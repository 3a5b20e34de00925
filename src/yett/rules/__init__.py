"""The catalogue: what each rule is, why it matters, how to fix it, what it catches and what it leaves alone."""

from __future__ import annotations

from yett.model import Rule


def catalogue() -> tuple[Rule, ...]:
    """Every rule, sorted by id. Imports every family: for pages and lists, never on the way of a commit."""
    from yett.rules import dependencies, docker, github_actions, policy, python, secrets

    families = (dependencies, docker, github_actions, policy, python, secrets)
    return tuple(sorted((rule for family in families for rule in family.rules()), key=lambda rule: rule.id))


def find(rule_id: str) -> Rule | None:
    """The rule with this id. Imports its family only."""
    match rule_id.partition("/")[0]:
        case "secrets":
            from yett.rules.secrets import rules
        case "dependencies":
            from yett.rules.dependencies import rules
        case "python":
            from yett.rules.python import rules
        case "docker":
            from yett.rules.docker import rules
        case "github-actions":
            from yett.rules.github_actions import rules
        case "policy":
            from yett.rules.policy import rules
        case _:
            return None
    return next((rule for rule in rules() if rule.id == rule_id), None)
