"""A module of a service, and what the rest of the tree says of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property

from yett.parse import constants
from yett.parse.constants import Scopes
from yett.parse.python import Source
from yett.parse.tree import Tree
from yett.parse.values import Value

MAX_FILES = 150


class Service:
    def __init__(self, source: Source, path: str, tree: Tree) -> None:
        self.source = source
        self.path = path
        self.tree = tree

    @cached_property
    def scopes(self) -> Scopes:
        return Scopes(self.source, self.tree, self.path)

    def value(self, node: ast.expr) -> Value:
        """What an expression comes to where it stands."""
        return self.scopes.value(node)

    def guarded(self, node: ast.AST) -> bool:
        """Whether production does not come by here."""
        return constants.guarded(self.scopes.whole, node)

    @cached_property
    def applications(self) -> tuple[ast.Call, ...]:
        """The calls that make an application."""
        names = ("fastapi.FastAPI", "fastapi.applications.FastAPI")
        return tuple(call for call in self.source.calls() if self.source.name(call.func) in names)

    def beside(self, pattern: str) -> bool:
        """Whether a module beside this one, a list of dependencies or a proxy says something."""
        if re.search(pattern, self.source.text):
            return True
        texts = self.tree.once(("yett.rules.fastapi", "beside"), lambda: tuple(_beside(self.tree)))
        return any(re.search(pattern, held) for held in texts)


def _beside(tree: Tree) -> Iterator[str]:
    modules = re.compile(
        r"(?:^|/)(?:__init__|app\w*|main|server|middlewares?|deps|dependencies|security|core/\w+)\.py$"
    )
    lists = re.compile(
        r"(?:^|/)(?:pyproject\.toml|requirements[^/]*\.txt|Pipfile)$|nginx[^/]*\.conf$|Caddyfile|traefik"
    )
    found = [path for path in tree.paths if lists.search(path)][:50]
    found += [path for path in tree.paths if modules.search(path)][:MAX_FILES]
    for path in found:
        held = tree.text(path)
        if held:
            yield held
