"""Which settings a module of a Django project stands for, and what they come to in production.

A module for development or tests is not judged. A module whose names another one takes over (`from .base import *`) is
judged as part of that one. What is missing is told of the module that Django is started with, where nothing else can
have set it.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Iterator
from functools import cached_property

from yett.model import Unknown
from yett.parse import constants, python, stages
from yett.parse.constants import Fold, Module, Scopes
from yett.parse.python import Source
from yett.parse.source import ParseError, Span
from yett.parse.tree import Tree
from yett.parse.values import Absent, Items, Value, answer, default_of, leaves, strings, text, truth

Test = Callable[[Value], bool | None]

MAX_MODULES = 200
"""Of settings modules in one tree that are asked whose names they take over."""

_STRONG = frozenset(
    (
        *("ALLOWED_HOSTS", "AUTH_PASSWORD_VALIDATORS", "CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL", "DATABASES"),
        *("CORS_ALLOWED_ORIGIN_REGEXES", "CSRF_COOKIE_SECURE", "INSTALLED_APPS", "MIDDLEWARE", "MIDDLEWARE_CLASSES"),
        *("PASSWORD_HASHERS", "REST_FRAMEWORK", "ROOT_URLCONF", "SECURE_CONTENT_TYPE_NOSNIFF", "SECURE_HSTS_SECONDS"),
        *("SECURE_PROXY_SSL_HEADER", "SECURE_SSL_REDIRECT", "SESSION_SERIALIZER", "TEMPLATES", "WSGI_APPLICATION"),
    )
)
_WEAK = frozenset(
    (
        *("CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_SAMESITE", "DATABASE_URL", "DEBUG", "LOGGING", "SECRET_KEY"),
        *("SECRET_KEY_FALLBACKS", "SESSION_COOKIE_AGE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE"),
        *("SESSION_COOKIE_SECURE", "USE_X_FORWARDED_HOST", "X_FRAME_OPTIONS"),
    )
)
_BASES = frozenset(("base", "common", "core", "default", "defaults", "shared"))
_STAR = re.compile(r"^[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+\*", re.MULTILINE)


class Settings:
    """What Django sees when it is started with one module, as far as it stands in the file that is judged."""

    def __init__(self, path: str, module: Module, tree: Tree, source: Source, complete: bool) -> None:
        self.path = path
        self.module = module
        self.tree = tree
        self.source = source
        self.complete = complete

    def get(self, name: str) -> Value | None:
        return self.module.names.get(name)

    def is_here(self, value: Value) -> bool:
        return value.at.path == self.path

    def bad(self, name: str, is_bad: Test) -> Iterator[tuple[Value, bool] | Unknown]:
        """The bad values of a setting that stand in this file, each with whether it is only a default that the
        environment may replace. A setting that is not there is not asked about."""
        value = self.get(name)
        if value is None:
            return
        said = answer(value, is_bad)
        if said == "unknown" and self.is_here(value):
            yield Unknown(value.at.span.line, name)
        if said in ("bad", "default"):
            for leaf, soft in leaves(value):
                if is_bad(leaf) and self.is_here(leaf):
                    yield leaf, soft

    def lacks(self, name: str) -> bool:
        """Whether Django falls back to its own default, for sure."""
        value = self.get(name)
        return self.complete and (value is None or isinstance(value, Absent))

    def start(self, *names: str) -> Span:
        """Where something that is missing should be told: at the first of these names that is set here, or at the first
        statement. Only for the module Django is started with."""
        body = self.source.tree.body
        for name in names:
            for node in reversed(body):
                if not isinstance(node, (ast.Assign, ast.AnnAssign)):
                    continue
                for target in node.targets if isinstance(node, ast.Assign) else (node.target,):
                    if isinstance(target, ast.Name) and target.id == name:
                        return self.source.span(target)
        first = next((node for node in body if not (isinstance(node, ast.Expr) and python.is_string(node.value))), None)
        if first is None:
            return Span(1, 1, 1, 1)
        span = self.source.span(first)
        return span if span.end_line == span.line else Span(span.line, span.column, span.line, 0)

    @cached_property
    def is_root(self) -> bool:
        return self.module.path == self.path

    @cached_property
    def middleware(self) -> Value | None:
        held = self.get("MIDDLEWARE")
        return self.get("MIDDLEWARE_CLASSES") if held is None else held

    @cached_property
    def middleware_span(self) -> Span:
        """The name of the list, where it is in this file."""
        return self.start("MIDDLEWARE", "MIDDLEWARE_CLASSES")

    def has_middleware(self, *words: str) -> bool | None:
        """Whether a middleware whose name holds one of these words is there; None where that cannot be told."""
        return _holds(self.middleware, words)

    def has_app(self, *words: str) -> bool | None:
        """Whether an application that begins with one of these words is installed."""
        value = default_of(self.get("INSTALLED_APPS"))
        apps = [each.value for each in strings(value) if isinstance(each.value, str)]
        if any(app.startswith(words) for app in apps):
            return True
        return False if isinstance(value, Items) and value.whole else None

    @cached_property
    def has_sessions(self) -> bool:
        return self.has_middleware("sessions.middleware", "SessionMiddleware") is True

    def is_true(self, name: str) -> bool | None:
        return truth(default_of(self.get(name)))

    @cached_property
    def proxies(self) -> tuple[str, ...]:
        """The texts of the nginx configurations of the tree."""
        return self.tree.once(("yett.rules.django", "proxies"), lambda: tuple(_proxies(self.tree)))


def _proxies(tree: Tree) -> Iterator[str]:
    found = [path for path in tree.paths if "nginx" in path.lower() and path.endswith((".conf", ".template", ".j2"))]
    for path in found[:20]:
        held = tree.text(path)
        if (held and "proxy_pass" in held) or (held and "return 30" in held):
            yield held


def _holds(value: Value | None, words: tuple[str, ...]) -> bool | None:
    held = default_of(value)
    if not isinstance(held, Items):
        options = getattr(held, "options", ())
        said = {_holds(option, words) for option in options}
        return said.pop() if len(said) == 1 else None
    names = [text(item) or "" for item in held.items]
    if any(word.lower() in name.lower() for name in names for word in words):
        return True
    return False if held.whole and all(names) else None


def is_settings(source: Source, path: str) -> bool:
    """Whether a module holds settings of Django, told by the names that it sets."""
    if any(name.startswith("flask") for name in source.names.values()):
        return False
    found: set[str] = set()
    for node in source.nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            inner: ast.AST = node
            while isinstance(inner, (ast.Subscript, ast.Attribute)):
                inner = inner.value
            if isinstance(inner, ast.Name):
                found.add(inner.id)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
        ):
            found.add(node.func.value.id)
    if not _STRONG.isdisjoint(found):
        return True
    named, takes = "settings" in stages.words(path), "*" in source.names
    return (named and takes) or ((named or takes) and not _WEAK.isdisjoint(found))


def load(source: Source, path: str, tree: Tree) -> Iterator[Settings]:
    """The settings that a module is part of, once for each module that Django may be started with in production."""
    if is_dev_path(path) or not is_settings(source, path):
        return
    if any(name.startswith("configurations.") for name in source.names.values()):
        yield from _classes(source, path, tree)
        return
    graph = tree.once(("yett.rules.django", "graph"), lambda: _graph(tree))
    tops = _tops(path, graph)
    for top in tops:
        module = constants.module(tree, top, source.text if top == path else None)
        if module is None and top == path:  # read it can be
            raise ParseError(1, 1, "it has too many statements to work out what its settings are")
        if module is None or module.picks_dev:
            continue
        base = top == path and not _BASES.isdisjoint(stages.words(posixpath.basename(path)))
        complete = _is_whole(module) and not base
        yield Settings(path, module, tree, source, complete)


def _is_whole(module: Module) -> bool:
    """Whether everything that Django is told is told here: libraries offer lists of applications too."""
    names = module.names
    started = any(name in names for name in ("MIDDLEWARE", "MIDDLEWARE_CLASSES", "ROOT_URLCONF", "WSGI_APPLICATION"))
    return "INSTALLED_APPS" in names and started and not module.open


def has_sessions(tree: Tree) -> bool:
    """Whether the projects of a tree know who is asking by a cookie; True where their settings are not in the tree."""

    def make() -> bool:
        paths = [path for path in tree.paths if path.endswith(".py") and "settings" in path and not is_dev_path(path)]
        held = [text for path in paths[:MAX_MODULES] if "MIDDLEWARE" in (text := tree.text(path) or "")]
        return not held or any("SessionMiddleware" in each for each in held)

    return tree.once(("yett.rules.django", "sessions"), make)


def is_dev_path(path: str) -> bool:
    """Whether a module is for development or tests: by its own name, or by that of a folder that it is in."""
    return stages.is_dev(path)


def _graph(tree: Tree) -> dict[str, set[str]]:
    """For each settings module, the modules for production that take over its names."""
    importers: dict[str, set[str]] = {}
    paths = [path for path in tree.paths if path.endswith(".py") and re.search(r"settings|conf", path.lower())]
    for path in paths[:MAX_MODULES]:
        held = tree.text(path) or ""
        if is_dev_path(path):
            continue
        found = {constants.resolve(tree, path, name) for name in _STAR.findall(held)} if "*" in held else set()
        if "split_settings" in held:
            module = constants.module(tree, path)
            found |= module.imports if module else set()
        for other in found - {None, path}:
            importers.setdefault(str(other), set()).add(path)
    return importers


def _tops(path: str, graph: dict[str, set[str]]) -> list[str]:
    """The modules that nothing else takes over, from a module up."""
    seen, stack, tops = {path}, [path], []
    while stack:
        each = stack.pop()
        above = graph.get(each, set()) - seen
        if not graph.get(each):
            tops.append(each)
        seen |= above
        stack += sorted(above)
    return sorted(tops) or [path]


def _classes(source: Source, path: str, tree: Tree) -> Iterator[Settings]:
    """django-configurations: a class is a module of settings, and inherits those of its bases."""
    fold = Scopes(source, tree, path).whole
    bases = {
        name: [source.name(base) for base in node.bases]
        for name, node in fold.classes.items()
        if not stages.is_dev(name)
    }
    inherited = {base for each in bases.values() for base in each}
    for name in bases:
        if name in inherited:
            continue
        chain = _lineage(name, bases)
        if not any(base.startswith("configurations.") for each in chain for base in bases.get(each, ())):
            continue
        inner = Fold(source, tree, path)
        inner.run(source.tree.body)
        for each in reversed(chain):
            inner.run(fold.classes[each].body)
        module = Module(path, inner.names, inner.open, frozenset(inner.imports))
        yield Settings(path, module, tree, source, _is_whole(module))


def _lineage(name: str, bases: dict[str, list[str]]) -> list[str]:
    chain: list[str] = []
    stack = [name]
    while stack:
        each = stack.pop(0)
        if each in bases and each not in chain:
            chain.append(each)
            stack += bases[each]
    return chain
