"""SQL in Python: what is taken for it, and where it stands."""

from __future__ import annotations

import pytest

from yett.model import Hit
from yett.parse.source import ParseError
from yett.parse.sql_in_python import extract
from yett.parse.tree import Tree
from yett.rules.sql import judge


def _found(text: str, path: str = "shop/migrations/0002_roles.py") -> list[tuple[str, int, int]]:
    return [
        (rule.id.partition("/")[2], hit.line, hit.column)
        for rule, hit in judge(text, path, Tree.of({}))
        if isinstance(hit, Hit) and hit.edits == ()
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ('cursor.execute("GRANT ALL ON orders TO PUBLIC")\n', {("public-grant", 1)}),
        (
            "operations = [migrations.RunSQL(\n    'ALTER ROLE shop SUPERUSER',\n    reverse_sql='x',\n)]\n",
            {("superuser-role", 2)},
        ),
        ('op.execute(sa.text("""\n  CREATE EXTENSION plpython3u;\n"""))\n', {("untrusted-language", 2)}),
        ('SQL = """\nALTER ROLE shop SUPERUSER;\n"""\nmigrations.RunSQL(SQL)\n', {("superuser-role", 2)}),
        ('migrations.RunSQL(sql=[("ALTER ROLE shop SUPERUSER", None), "SELECT 1"])\n', {("superuser-role", 1)}),
        ('c.execute("ALTER ROLE "\n          "shop SUPERUSER")\n', {("superuser-role", 2)}),
        ("c.execute('SELECT \\'a\\';\\nALTER ROLE shop SUPERUSER')\n", {("superuser-role", 1)}),
    ),
)
def test_what_is_run_is_judged(text: str, expected: set[tuple[str, int]]) -> None:
    assert {(name, line) for name, line, _ in _found(text)} >= expected


@pytest.mark.parametrize(
    "text",
    (
        'cursor.execute("SELECT * FROM orders WHERE id = %s", [order_id])\n',
        'cursor.execute(f"ALTER ROLE {name} SUPERUSER")\n',  # what it says is not known
        'migrations.RunSQL("SELECT 1", reverse_sql="ALTER ROLE shop SUPERUSER")\n',
        'print("ALTER ROLE shop SUPERUSER")\n',
        'runner.execute("it\'s done, create nothing")\n',  # a quote that is never closed: no SQL
        'c.execute("ALTER ROLE shop \\x53UPERUSER")\n',
        'c.execute(b"ALTER ROLE shop SUPERUSER")\n',
        "c.execute()\nc.execute(*parts)\nc.execute(SQL)\n",
    ),
)
def test_what_is_not_run_or_not_known_is_left_alone(text: str) -> None:
    assert _found(text) == []


def test_a_hit_stands_where_the_text_does() -> None:
    text = 'c.execute("é", 1)\nc.execute("/* é */ ALTER ROLE shop SUPERUSER")\n'
    ((_, line, column),) = _found(text)
    assert text.splitlines()[line - 1][column - 1 :].startswith("SUPERUSER")


def test_lines_and_columns_are_kept() -> None:
    text = "if x:\n    c.execute('''\n      GRANT a TO b\n    ''')\n"
    (part,) = extract(text)
    assert part.splitlines()[2] == "      GRANT a TO b"
    assert len(part.splitlines()[1]) <= len(text.splitlines()[1])


def test_no_python_is_said() -> None:
    with pytest.raises(ParseError):
        list(extract("def (:\n"))
