"""What a Flask application is configured with: every place in a module that sets one of its keys."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator
from functools import cached_property

from yett.lean import NamedTuple
from yett.parse import constants, stages
from yett.parse.constants import Fold, Scopes
from yett.parse.python import Source
from yett.parse.tree import Tree
from yett.parse.values import Value, truth

KEYS = frozenset(
    (
        *("CORS_ORIGINS", "CORS_SUPPORTS_CREDENTIALS", "DEBUG", "ENV", "JWT_COOKIE_CSRF_PROTECT", "JWT_COOKIE_SECURE"),
        *("JWT_SECRET_KEY", "REMEMBER_COOKIE_HTTPONLY", "REMEMBER_COOKIE_SECURE", "SECRET_KEY", "TESTING"),
        *("SECURITY_PASSWORD_SALT", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "SESSION_COOKIE_SECURE"),
        *("SQLALCHEMY_DATABASE_URI", "WTF_CSRF_CHECK_DEFAULT", "WTF_CSRF_ENABLED", "WTF_CSRF_SECRET_KEY"),
    )
)
"""The keys that a rule asks about, or that tell a configuration of Flask from another."""

_TELLING = KEYS - {"DEBUG", "ENV", "SECRET_KEY", "TESTING"}
_OTHERS = ("aiohttp", "bottle", "celery", "django", "falcon", "fastapi", "quart", "sanic", "starlette", "tornado")
_SERVERS = re.compile(r"\b(?:gunicorn|uwsgi|waitress|gevent|hypercorn|mod_wsgi|uvicorn)\b")

MAX_FILES = 100


class Key(NamedTuple):
    """A key and what it is set to. `owner` is the class it stands in, "" for the application itself."""

    name: str
    value: Value
    node: ast.AST
    owner: str = ""


class Application:
    """A module of a Flask application."""

    def __init__(self, source: Source, path: str, tree: Tree) -> None:
        self.source = source
        self.path = path
        self.tree = tree
        self.steps = 0

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
    def keys(self) -> tuple[Key, ...]:
        """Every key that is set for production, in the order of the text."""
        found = [key for key in (*self._direct(), *self._classes(), *self._names()) if key.name in KEYS]
        return tuple(
            sorted(found, key=lambda key: (getattr(key.node, "lineno", 0), getattr(key.node, "col_offset", 0)))
        )

    def _direct(self) -> Iterator[Key]:
        for node in self.source.nodes:
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                name = _key_of(node.targets[0])
                if name in KEYS and not self.guarded(node):
                    yield Key(name, self.value(node.value), node.value)
            elif isinstance(node, ast.Call) and _is_update(node) and not self.guarded(node):
                pairs = [
                    Key(each.arg, self.value(each.value), each.value) for each in node.keywords if each.arg in KEYS
                ]
                for arg in node.args:
                    if isinstance(arg, ast.Dict):
                        pairs += [
                            Key(str(key.value), self.value(value), value)
                            for key, value in zip(arg.keys, arg.values, strict=True)
                            if isinstance(key, ast.Constant) and key.value in KEYS
                        ]
                if len(pairs) == 1 or not any(key.name == "TESTING" and truth(key.value) for key in pairs):
                    yield from pairs

    def _classes(self) -> Iterator[Key]:
        """Classes of configuration; a value that every class for production replaces is not one of production."""
        classes = {node.name: node for node in self.source.tree.body if isinstance(node, ast.ClassDef)}
        chosen = {name: node for name, node in classes.items() if self._is_config(node, classes)}
        held = {name: self._attributes(node) for name, node in chosen.items()}
        heirs: dict[str, list[set[str]]] = {}
        for name, node in chosen.items():
            if not stages.is_dev(name):
                for base in dict.fromkeys(map(self.source.name, node.bases)):
                    heirs.setdefault(base, []).append({key.name for key in held[name]})
        for name, keys in held.items():
            if stages.is_dev(name) or any(key.name == "TESTING" and truth(key.value) for key in keys):
                continue
            for key in keys:
                if name not in heirs or not all(key.name in each for each in heirs[name]):
                    yield key

    def _attributes(self, node: ast.ClassDef) -> list[Key]:
        found: list[Key] = []
        inner = Fold(self.source, self.tree, self.path)
        inner.steps = self.steps
        inner.take(self.scopes.whole)
        for statement in node.body:
            inner.run([statement])
            target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
            value = getattr(statement, "value", None)
            if isinstance(target, ast.Name) and isinstance(value, ast.expr) and target.id in KEYS:
                found.append(Key(target.id, inner.names[target.id], value, node.name))
        self.steps = inner.steps
        return found

    def _is_config(self, node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> bool:
        bases = [self.source.name(base) for base in node.bases]
        if any(re.search(r"BaseSettings|BaseModel|Configuration|models\.|Enum|Form", base) for base in bases):
            return False
        names = {
            target.id
            for statement in node.body
            for target in getattr(statement, "targets", [getattr(statement, "target", None)])
            if isinstance(target, ast.Name)
        }
        if any(name.islower() for name in names):
            return False
        if names & _TELLING or len(names & KEYS) > 1:
            return True
        named = re.search(r"(?i)config|settings", node.name)
        return bool(named and names & KEYS) or any(
            base in classes and base != node.name and self._is_config(classes[base], {}) for base in bases
        )

    def _names(self) -> Iterator[Key]:
        """The module itself, where it is a configuration: `from_object(__name__)`, or a file named like one."""
        assigned = [
            (node.targets[0].id, node.value)
            for node in self.source.tree.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in KEYS
        ]
        if not assigned:
            return
        taken = any(
            isinstance(call.func, ast.Attribute)
            and call.func.attr == "from_object"
            and any(isinstance(arg, ast.Name) and arg.id == "__name__" for arg in call.args)
            for call in self.source.calls()
        )
        named = re.search(r"config|settings", posixpath.basename(self.path).lower())
        if taken or (named and len({name for name, _ in assigned}) > 1 and {name for name, _ in assigned} & _TELLING):
            for name, value in assigned:
                yield Key(name, self.value(value), value)

    @cached_property
    def beside(self) -> tuple[str, ...]:
        """The texts of the modules that the application may be put together in, this one among them."""
        others = self.tree.once(("yett.rules.flask", "beside"), lambda: tuple(_beside(self.tree)))
        return (self.source.text, *others)

    @cached_property
    def is_served(self) -> bool:
        """Whether another server than Flask's own is named by what starts the application."""
        return self.tree.once(("yett.rules.flask", "served"), lambda: _is_served(self.tree))


def load(source: Source, path: str, tree: Tree) -> Application | None:
    """The module as one of a Flask application; None where it is none, or one for development or tests."""
    if stages.is_dev_path(path):
        return None
    if source.imports("flask", "Flask", "flask_cors", "flask_restful", "dash") or any(
        name.startswith("flask_") for name in source.names.values()
    ):
        return Application(source, path, tree)
    if any(source.imports(name) for name in _OTHERS) or source.imports("uvicorn"):
        return None
    return Application(source, path, tree)


def _key_of(target: ast.expr) -> str:
    """The key that an assignment sets: `app.config["KEY"]`, `app.config.KEY`, `app.secret_key`, `app.debug`."""
    match target:
        case ast.Subscript(value=ast.Attribute(attr="config"), slice=ast.Constant(value=str(name))):
            return name
        case ast.Attribute(attr="secret_key", value=ast.Name()):
            return "SECRET_KEY"
        case ast.Attribute(attr="debug", value=ast.Name(id=name)) if "app" in name.lower():
            return "DEBUG"
        case ast.Attribute(attr=name) if name in _TELLING:
            return name
        case _:
            return ""


def _is_update(call: ast.Call) -> bool:
    """`app.config.update(…)` and `app.config.from_mapping(…)`."""
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr in ("update", "from_mapping")
        and isinstance(function.value, ast.Attribute)
        and function.value.attr == "config"
    )


def _beside(tree: Tree) -> Iterator[str]:
    wanted = re.compile(
        r"(?:^|/)(?:__init__|app\w*|application|config\w*|settings\w*|factory|main|wsgi|extensions|run)\.py$"
    )
    found = [path for path in tree.paths if wanted.search(path) and not stages.is_dev_path(path)]
    for path in found[:MAX_FILES]:
        held = tree.text(path)
        if held:
            yield held


def _is_served(tree: Tree) -> bool:
    wanted = re.compile(
        r"(?i)(?:^|/)(?:Procfile|[^/]*Dockerfile[^/]*|(?:docker-)?compose[^/]*\.ya?ml|uwsgi\.ini|[^/]*entrypoint[^/]*)$"
    )
    found = [path for path in tree.paths if wanted.search(path)]
    return any(_SERVERS.search(tree.text(path) or "") for path in found[:20])
