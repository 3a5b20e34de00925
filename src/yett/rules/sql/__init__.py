"""Rules for SQL scripts: what they grant, whom they let in, what they run and what they keep."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse.source import ParseError
from yett.parse.stages import is_test_path
from yett.parse.tree import Tree
from yett.rules.hits import soften
from yett.rules.sql import accounts, commands, dynamic, elsewhere, grants, routines, tables, views
from yett.rules.sql.code import Code

EXAMPLE = "schema.sql"

RULES = (
    *grants.RULES,
    *accounts.RULES,
    *routines.RULES,
    *dynamic.RULES,
    *commands.RULES,
    *elsewhere.RULES,
    *tables.RULES,
    *views.RULES,
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find in a script: of SQL, of a shell that calls psql and the like, or of Python. Raises
    `ParseError` where a quote or comment is never closed."""
    if path.endswith(".py"):
        yield from _judge_python(text, path)
        return
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


def _judge_python(text: str, path: str) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find in the texts that a module runs. What is no SQL, in spite of how it is called, is nothing."""
    from yett.parse.sql_in_python import extract

    tried = is_test_path(path)
    for part in extract(text):
        try:
            code = Code(part)
        except ParseError:
            continue
        for rule, check in RULES:
            for found in check(code):
                if isinstance(found, Hit):
                    found = found._replace(edits=())
                yield rule, soften(rule, found) if tried else found
