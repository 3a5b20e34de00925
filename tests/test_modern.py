"""Python written for a newer grammar than the one that reads it."""

from __future__ import annotations

import ast

import pytest

from yett.parse.modern import older
from yett.parse.python import parse
from yett.parse.source import ParseError


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("try:\n    a()\nexcept A, b.C:\n    d()\n", "try:\n    a()\nexcept (A, b.C):\n    d()\n"),
        ("except* A, B:\n", "except* (A, B):\n"),
        ("except (A, B):\n", "except (A, B):\n"),
        ("except A:\n", "except A:\n"),
        ('x = f"{a["b"]}" + y\n', 'x = f"{_}"      + y\n'),
        ("x = f'{a['b']!r:>{width}}' + y\n", "x = " + 'f"{_}"'.ljust(22) + " + y\n"),
        ('x = f"{f"{f"{a}"}"}" + y\n', "x = " + 'f"{_}"'.ljust(16) + " + y\n"),
        ('x = f"{{no field}}"\n', 'x = f"{{no field}}"\n'),
        ("x = t'{a}b'\n", 'x = f"{_}" \n'),
        ("class Cart[T](Base):\n", "class Cart   (Base):\n"),
        ("    async def get[T: Item, *R](x): ...\n", "    async def get" + " " * 13 + "(x): ...\n"),
        ("type Rows[T] = list[T]\n", "Rows" + " " * 8 + " = list[T]\n"),
        ("type = x\ntype(x) == y\n", "type = x\ntype(x) == y\n"),
        # What is no f-string stays as it is, whatever it looks like.
        ('x = "{a["b"]}"\n', 'x = "{a["b"]}"\n'),
        ('# f"{a["b"]}"\n', '# f"{a["b"]}"\n'),
        ("x = \"# f'{a}' \" # 'y'\n", "x = \"# f'{a}' \" # 'y'\n"),
        ('x = """\nf"{a["b"]}"\n"""\n', 'x = """\nf"{a["b"]}"\n"""\n'),
        ('x = f"""\n{a}\n"""\n', 'x = f"""\n{a}\n"""\n'),
        ('x = f"{a', 'x = f"{a'),
        ('x = "\\"" + f"{a}b"\n', 'x = "\\"" + f"{_}" \n'),
    ),
)
def test_what_is_rewritten(text: str, expected: str) -> None:
    assert older(text) == expected


def test_places_stay() -> None:
    text = 'import os\n\nx = f"{a["b"]}"; DEBUG = True\ntry:\n    y()\nexcept A, B:\n    SECRET_KEY = "z"\n'
    source = parse(text)
    places = {
        node.targets[0].id: (node.lineno, node.col_offset)
        for node in source.nodes
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert places == {"x": (3, 0), "DEBUG": (3, 17), "SECRET_KEY": (7, 4)}


def test_an_f_string_stays_one() -> None:
    text = 'rows = Order.objects.raw(f"SELECT * FROM orders WHERE id = {request.GET["id"]}")\n'
    source = parse(text + "try: pass\nexcept A, B: pass\n")
    assert any(isinstance(node, ast.JoinedStr) and node.values for node in source.nodes)


@pytest.mark.parametrize("text", ("def f(:\n", "x = f'{'\n", "except A, B:\n", 'x = "never closed\n'))
def test_what_is_no_python_stays_none(text: str) -> None:
    with pytest.raises(ParseError, match="newer Python"):
        parse(text)


def test_hostile_texts_end() -> None:
    for text in ('f"{' * 20_000, "f'{" * 20_000 + "}'" * 20_000, '"' * 50_001, "except A" + ", A" * 20_000):
        older(text)
