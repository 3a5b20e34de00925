"""YAML as settings with dotted keys, as Spring, Elasticsearch and MongoDB read it: `a:` over `b: 1` is `a.b = 1`."""

from __future__ import annotations

from collections.abc import Iterator

from yett.parse.keyvalue import Setting
from yett.parse.source import Span
from yett.parse.yaml import Mapping, Node, Scalar, Sequence, compose_all


def read(text: str) -> tuple[Setting, ...]:
    """The values of every document, in order; `section` is the number of the document. What is in a list has the key of
    the list with `[]`. Raises `ParseError`."""
    return tuple(
        setting for number, document in enumerate(compose_all(text)) for setting in _settings(document, number)
    )


def _settings(document: Node, number: int) -> Iterator[Setting]:
    stack: list[tuple[str, Scalar | None, Node]] = [("", None, document)]
    while stack:
        key, named, node = stack.pop()
        match node:
            case Scalar():
                at = _span(named or node)
                # An empty value has no place of its own.
                value_at = _span(node) if node.end_column != node.column or node.end_line != node.line else at
                yield Setting(str(number), key, node.text, at, value_at)
            case Sequence(items=items):
                stack.extend((f"{key}[]", named, item) for item in reversed(items))
            case Mapping(entries=entries):
                stack.extend(
                    (f"{key}.{name}" if key else name, entry.key, entry.value)
                    for name, entry in reversed(entries.items())
                )


def _span(node: Scalar) -> Span:
    return Span(node.line, node.column, node.end_line, node.end_column)
