"""Rules for PostgreSQL's own files: postgresql.conf and pg_hba.conf."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse.jinja import conditional
from yett.parse.keyvalue import name_of
from yett.parse.tree import Tree
from yett.rules.hits import soften
from yett.rules.postgres import hba, server

EXAMPLE = "postgresql.conf"


def rules() -> tuple[Rule, ...]:
    return tuple(dict.fromkeys(rule for rule, _ in (*server.RULES, *hba.RULES)))


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find in one of the two files; the name says which it is."""
    if "hba" in name_of(path):
        access = hba.Access(text, path, tree)
        for hba_rule, hba_check in hba.RULES:
            yield from ((hba_rule, found) for found in hba_check(access))
        return
    config = server.Config(text, path, tree)
    maybe = conditional(text)
    for rule, check in server.RULES:
        for found in check(config):
            yield rule, soften(rule, found) if found.line in maybe else found
