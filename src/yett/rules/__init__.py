"""The catalogue: what each rule is, why it matters, how to fix it, what it catches and what it leaves alone."""

from __future__ import annotations

from yett.model import Rule

FAMILIES = (
    "apache",
    "aws",
    "compose",
    "dependabot",
    "dependencies",
    "django",
    "docker",
    "dotenv",
    "elasticsearch",
    "express",
    "fastapi",
    "flask",
    "github_actions",
    "gitlab_ci",
    "haproxy",
    "helm",
    "iam_policy",
    "kafka",
    "kubernetes",
    "mongodb",
    "mysql",
    "nginx",
    "openapi",
    "php",
    "policy",
    "postgres",
    "pre_commit",
    "python",
    "rabbitmq",
    "redis",
    "renovate",
    "secrets",
    "secrets_detect",
    "serverless",
    "spring",
    "sql",
    "sshd",
    "terraform",
    "terraform_azure",
    "terraform_gcp",
)
"""The modules of this package that have rules; a module's name is the family's, with `_` for `-`."""


def catalogue() -> tuple[Rule, ...]:
    """Every rule, sorted by id. Imports every family: for pages and lists, never on the way of a commit."""
    return tuple(sorted((rule for family in FAMILIES for rule in _rules(family)), key=lambda rule: rule.id))


_ELSEWHERE = {
    "aws": ("aws", "iam_policy"),
    "azure": ("terraform_azure",),
    "gcp": ("terraform_gcp",),
    "iam": ("iam_policy",),
    "secrets": ("secrets", "secrets_detect"),
}
"""The modules of rules whose ids begin with another word than the module's name."""


def find(rule_id: str) -> Rule | None:
    """The rule with this id. Imports its family only."""
    prefix = rule_id.partition("/")[0]
    families = _ELSEWHERE.get(prefix, (prefix.replace("-", "_"),))
    rules = (rule for family in families if family in FAMILIES for rule in _rules(family))
    return next((rule for rule in rules if rule.id == rule_id), None)


def _rules(family: str) -> tuple[Rule, ...]:
    from importlib import import_module

    rules: tuple[Rule, ...] = import_module(f"yett.rules.{family}").rules()
    return rules
