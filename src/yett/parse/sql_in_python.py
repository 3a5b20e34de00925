"""SQL in Python: the texts that `execute`, `RunSQL` and the like are called with."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from yett.parse import python
from yett.parse.python import Source, keyword

MAX_TEXTS = 400
"""Far more than a module of migrations has."""

_RUNS = frozenset(("execute", "executescript", "exec_driver_sql", "RunSQL", "raw_sql"))
_WRAPS = frozenset(("DDL", "SQL", "text"))
"""What SQLAlchemy and psycopg wrap a text in."""

_WORTH = re.compile(r"(?i)\b(?:alter|copy|create|exec(?:ute)?|grant|insert|load|select|set|update|with)\b")


def extract(text: str) -> Iterator[str]:
    """Each text of SQL that a module runs, behind as many lines and blanks as it stands behind there. Raises
    `ParseError` for what is no Python."""
    source = python.parse(text)
    lines = text.splitlines(keepends=True)
    named = _named(source)
    found = 0
    for call in source.calls():
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name not in _RUNS:
            continue
        for node in _texts(keyword(call, "sql", 0), named):
            if isinstance(node.value, str) and _WORTH.search(node.value) and found < MAX_TEXTS:
                found += 1
                placed = _placed(node, lines)
                if placed:
                    yield placed


def _named(source: Source) -> dict[str, ast.Constant]:
    """The texts that a module gives names to."""
    return {
        target.id: node.value
        for node in source.tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _texts(node: ast.expr | None, named: dict[str, ast.Constant]) -> Iterator[ast.Constant]:
    match node:
        case ast.Constant():
            yield node
        case ast.Name(id=name) if name in named:
            yield named[name]
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[first, *_]) if name in _WRAPS:
            yield from _texts(first, named)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            for item in items[:MAX_TEXTS]:
                # A text with its values is a pair.
                yield from _texts(item.elts[0] if isinstance(item, ast.Tuple) and item.elts else item, named)


@lru_cache(1)
def _literal() -> re.Pattern[str]:
    return re.compile(r"([rRuU]?)(\"\"\"|'''|\"|')((?:\\.|(?!\2).)*)\2", re.DOTALL)


def _placed(node: ast.Constant, lines: list[str]) -> str:
    """A text at its place; "" where it holds escapes that move it."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    if last >= len(lines):
        return ""
    start = _characters(lines[first], node.col_offset)
    end = _characters(lines[last], node.end_col_offset or 0)
    if first == last:
        segment = lines[first][start:end]
    else:
        segment = lines[first][start:] + "".join(lines[first + 1 : last]) + lines[last][:end]
    made: list[str] = []
    at = 0
    for match in _literal().finditer(segment):
        body = match[3] if match[1].lower() == "r" else _plain(match[3])
        if body is None:
            return ""
        made += (_blank(segment[at : match.start(3)]), body)
        at = match.end(3)
    return "\n" * first + " " * start + "".join(made)


def _characters(line: str, offset: int) -> int:
    """How many characters the first bytes of a line are."""
    return offset if line.isascii() else len(line.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace"))


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


_ESCAPES = {"\\n": "  ", "\\t": "  ", "\\r": "  ", "\\'": " '", '\\"': ' "', "\\\\": " \\", "\\\n": " \n"}


def _plain(body: str) -> str | None:
    """What a literal means, as long as it is written; None where that cannot be."""
    if "\\" not in body:
        return body
    parts = re.split(r"(\\.)", body, flags=re.DOTALL)
    if any(part.startswith("\\") and part not in _ESCAPES for part in parts[1::2]):
        return None
    return "".join(_ESCAPES[part] if index % 2 else part for index, part in enumerate(parts))
