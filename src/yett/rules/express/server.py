"""A file of a Node.js service, and what the rest of the tree says of it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from yett.lean import TYPE_CHECKING
from yett.parse import javascript, stages
from yett.parse.javascript import Script, arguments_of
from yett.parse.tree import Tree
from yett.parse.values import Table, Value

if TYPE_CHECKING:
    from tree_sitter import Node

_BUILT = re.compile(
    r"(?:^|/)(?:node_modules|bower_components|dist|vendor|\.next)/|\.min\.[cm]?js$|\.d\.ts$|\.bundle\.js$"
)
_TOOLS = re.compile(
    r"(?i)(?:^|/)(?:webpack|gulpfile|gruntfile|rollup|vite|karma|jest|babel|eslint|playwright|cypress)\b"
)


class Server:
    """One file. Names that are imported nowhere in it are taken for the modules that are commonly called so."""

    def __init__(self, script: Script, path: str, tree: Tree) -> None:
        self.script = script
        self.path = path
        self.tree = tree

    def calls(self, *names: str) -> Iterator[tuple[Node, list[Node]]]:
        """The calls, for production, of things with one of these names, with their arguments."""
        for call in self._by_name(names):
            if not self.script.guarded(call):
                yield call, arguments_of(call)

    def _by_name(self, names: tuple[str, ...]) -> Iterator[Node]:
        for call, name in self._named:
            if name in names:
                yield call

    @cached_property
    def _named(self) -> tuple[tuple[Node, str], ...]:
        return tuple((call, self.script.callee(call)) for call in self.script.calls)

    def methods(self, *names: str) -> Iterator[tuple[Node, str, list[Node]]]:
        """The calls `x.name(…)` with the source of `x`."""
        for call in self.script.calls:
            function = call.child_by_field_name("function")
            if function is None or function.type != "member_expression":
                continue
            if self.script.source(function.child_by_field_name("property")) in names and not self.script.guarded(call):
                yield call, self.script.source(function.child_by_field_name("object")), arguments_of(call)

    @cached_property
    def applications(self) -> tuple[Node, ...]:
        """The calls of `express()`."""
        return tuple(call for call, arguments in self.calls("express") if not arguments)

    def options(self, node: Node | None) -> Table | None:
        """The options that an argument comes to; None where they cannot be told."""
        value: Value | None = self.script.value(node) if node is not None else None
        return value if isinstance(value, Table) else None

    @cached_property
    def manifest(self) -> str:
        """The nearest package.json above the file, "" where there is none."""
        folder = posixpath.dirname(self.path)
        while True:
            held = self.tree.text(posixpath.join(folder, "package.json"))
            if held is not None or not folder:
                return held or ""
            folder = posixpath.dirname(folder)

    def depends(self, *packages: str) -> bool:
        """Whether the file or its package.json names one of these packages."""
        return any(
            f'"{each}"' in self.manifest or f"{each}'" in self.script.text or f'{each}"' in self.script.text
            for each in packages
        )

    @cached_property
    def proxies(self) -> str:
        """The nginx configurations of the tree."""
        return self.tree.once(("yett.rules.express", "proxies"), lambda: "\n".join(_proxies(self.tree)))


def _proxies(tree: Tree) -> Iterator[str]:
    found = [path for path in tree.paths if "nginx" in path.lower() and path.endswith((".conf", ".template", ".j2"))]
    for path in found[:20]:
        yield tree.text(path) or ""


def _is_minified(text: str) -> bool:
    """Whether most of a text stands in a few long lines, which nobody writes by hand."""
    return len(text) > 20_000 and len(text) > 400 * (text.count("\n") + 1)


def load(text: str, path: str, tree: Tree) -> Server | None:
    """The file as one of a service; None for tests, tools and what was built. Raises `ParseError`."""
    if _BUILT.search(path) or _TOOLS.search(path) or stages.is_dev_path(path) or _is_minified(text):
        return None
    return Server(javascript.parse(text, path), path, tree)
