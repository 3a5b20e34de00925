"""Python source with places: parsed, never run.

The tree is that of `ast`; what is added are spans in characters and the names that imports give to things.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import lru_cache

from yett.lean import Any
from yett.parse.source import ParseError, Span

MAX_NODES = 200_000


class Source:
    """A module: its syntax tree, its lines, and what its imported names stand for (`{"F": "flask.Flask"}`)."""

    def __init__(self, text: str, tree: ast.Module) -> None:
        self.tree = tree
        self.text = text
        self._lines = None if text.isascii() else text.encode("utf-8", "surrogatepass").split(b"\n")
        self.nodes: tuple[ast.AST, ...] = tuple(_walk(tree))
        self.names: dict[str, str] = {}
        self._parents: dict[ast.AST, ast.AST] | None = None
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self.names[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                for alias in node.names:
                    self.names[alias.asname or alias.name] = f"{module}.{alias.name}"

    def span(self, node: Any) -> Span:
        """Where a node stands; a decorated function stands at its `def`."""
        return Span(
            node.lineno,
            self._column(node.lineno, node.col_offset),
            node.end_lineno or node.lineno,
            self._column(node.end_lineno or node.lineno, node.end_col_offset or 0),
        )

    def name(self, node: ast.AST) -> str:
        """The dotted name of an expression with imports resolved: `environ.get` is `os.environ.get`. "" for others."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        parts.append(self.names.get(node.id, node.id))
        return ".".join(reversed(parts))

    def parents(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node stands in, from the inside out."""
        if self._parents is None:
            self._parents = {child: each for each in self.nodes for child in ast.iter_child_nodes(each)}
        parent = self._parents.get(node)
        while parent is not None:
            yield parent
            parent = self._parents.get(parent)

    def imports(self, *modules: str) -> bool:
        """Whether one of these packages, or a part of one, is imported."""
        return any(name.partition(".")[0] in modules for name in self.names.values())

    def calls(self) -> Iterator[ast.Call]:
        """Every call, in the order in which they stand."""
        return (node for node in self.nodes if isinstance(node, ast.Call))

    def _column(self, line: int, offset: int) -> int:
        if self._lines is None or not 0 < line <= len(self._lines):
            return offset + 1
        return len(self._lines[line - 1][:offset].decode("utf-8", "replace")) + 1


def keyword(call: ast.Call, name: str, position: int | None = None) -> ast.expr | None:
    """The argument of a call that has this name, or stands at this place."""
    for each in call.keywords:
        if each.arg == name:
            return each.value
    if position is not None and len(call.args) > position:
        if any(isinstance(arg, ast.Starred) for arg in call.args[: position + 1]):
            return None
        return call.args[position]
    return None


def is_open(call: ast.Call) -> bool:
    """Whether a call has arguments that do not stand there: `*rest`, `**options`."""
    return any(each.arg is None for each in call.keywords) or any(isinstance(arg, ast.Starred) for arg in call.args)


def is_string(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@lru_cache(maxsize=16)  # several families look at one file, one after the other
def parse(text: str) -> Source:
    """The module that a text is. Raises `ParseError`."""
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in the file is no concern of whoever scans it
            tree = _tree(text)
        return Source(text, tree)
    except SyntaxError as error:
        version = "{}.{}".format(*sys.version_info)
        raise ParseError(
            error.lineno or 1,
            error.offset or 1,
            f"this is not Python {version} ({error.msg}); run yett with a newer Python if this file is for one",
        ) from None
    except (RecursionError, MemoryError):
        raise ParseError(1, 1, "it nests too deep") from None
    except ValueError as error:
        raise ParseError(1, 1, f"this is not Python: {error}") from None


def _tree(text: str) -> ast.Module:
    """The syntax tree, also of a text that is written for a newer Python. Raises `SyntaxError` for the text itself."""
    try:
        return ast.parse(text)
    except SyntaxError:
        from yett.parse.modern import older

        try:
            return ast.parse(older(text))
        except SyntaxError:
            pass
        raise


_PLAIN = frozenset(("arg", "asname", "attr", "conversion", "ctx", "id", "kind", "level", "module", "type_comment"))
"""Fields that hold no expression, or the mark of one that is read and not written."""


def _walk(tree: ast.Module) -> list[ast.AST]:
    """Every node, in the order of the text as far as the grammar keeps it. Raises `ParseError` for too many."""
    kinds: dict[type, tuple[str, ...]] = {}
    found: list[ast.AST] = []
    stack: list[ast.AST] = [tree]
    node_type = ast.AST
    while stack:
        node = stack.pop()
        found.append(node)
        kind = node.__class__
        fields = kinds.get(kind)
        if fields is None:
            fields = kinds[kind] = tuple(name for name in reversed(kind._fields) if name not in _PLAIN)
        for name in fields:
            field = getattr(node, name, None)
            if field.__class__ is list:
                stack += [item for item in reversed(field) if isinstance(item, node_type)]
            elif isinstance(field, node_type):
                stack.append(field)
        if len(found) > MAX_NODES:
            raise ParseError(1, 1, f"it holds more than {MAX_NODES:,} expressions")
    return found
