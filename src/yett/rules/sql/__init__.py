"""Rules for SQL scripts: what they grant, whom they let in, what they run and what they keep."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse.stages import is_test_path
from yett.parse.tree import Tree
from yett.rules.hits import soften
from yett.rules.sql import accounts, commands, dynamic, grants, routines, tables
from yett.rules.sql.code import Code

EXAMPLE = "schema.sql"

RULES = (*grants.RULES, *accounts.RULES, *routines.RULES, *dynamic.RULES, *commands.RULES, *tables.RULES)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find in a script, of SQL or of a shell that calls psql and the like. Raises `ParseError` where a
    quote or comment is never closed."""
    if path.endswith((".sh", ".bash")):
        from yett.parse.sql_in_shell import extract

        text = extract(text)
        if not text.strip():
            return
    code = Code(text)
    tried = is_test_path(path)
    for rule, check in RULES:
        for found in check(code):
            yield rule, soften(rule, found) if tried else found
