"""Rules for Compose files."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse.compose import Project, parse
from yett.parse.tree import Tree
from yett.rules.compose import access, exposure, isolation, limits, mounts, rights, upkeep

EXAMPLE = "docker-compose.yml"

RULES: tuple[tuple[Rule, Callable[[Project], Iterator[Hit | Unknown]]], ...] = (
    *isolation.RULES,
    *mounts.RULES,
    *rights.RULES,
    *access.RULES,
    *exposure.RULES,
    *limits.RULES,
    *upkeep.RULES,
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules say of a Compose file. Raises `ParseError`."""
    project = parse(text, path, tree)
    if not project:
        return
    for rule, check in RULES:
        told: set[tuple[int, int]] = set()
        for said in check(project):
            # What an anchor holds is said once, of the first service that it is merged into.
            if isinstance(said, Unknown) or (said.line, said.column) not in told:
                yield rule, said
            if isinstance(said, Hit):
                told.add((said.line, said.column))
