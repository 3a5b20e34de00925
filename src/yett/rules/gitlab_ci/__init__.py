"""Rules for pipelines of GitLab CI."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse.gitlab import Pipeline, parse
from yett.parse.tree import Tree
from yett.rules.gitlab_ci import scripts, sources, trust

EXAMPLE = ".gitlab-ci.yml"

RULES: tuple[tuple[Rule, Callable[[Pipeline], Iterator[Hit | Unknown]]], ...] = (
    *trust.RULES,
    *sources.RULES,
    *scripts.RULES,
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules say of a pipeline. Raises `ParseError`."""
    pipeline = parse(text)
    if pipeline:
        for rule, check in RULES:
            yield from ((rule, said) for said in check(pipeline))
