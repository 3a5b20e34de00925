"""What the names of a Python module stand for once it has been imported in production, as far as reading it can tell.

Nothing is run. Assignments, `+=`, `.append`, unpacking, branches and imports inside the tree are followed; a value from
the environment keeps its name and its default. A branch that asks for `DEBUG`, for a test run or for the name of an
environment is decided as production would decide it; any other leaves both values standing.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Sequence
from functools import cached_property

from yett.parse import python
from yett.parse.constant_values import Expressions, Module, resolve
from yett.parse.python import Source
from yett.parse.source import ParseError
from yett.parse.stages import is_dev
from yett.parse.tree import Tree
from yett.parse.values import (
    Absent,
    Const,
    Either,
    Env,
    Items,
    Opaque,
    Table,
    Value,
    bare,
    either,
    size,
    text,
)

__all__ = ["Fold", "Module", "Scopes", "guarded", "module", "resolve"]

MAX_IMPORTS = 12
"""Of modules that import each other's names."""
MAX_STEPS = 1_000_000
"""Statements that are carried out for one module and values that are worked out, those of functions anew for each value
that is asked for."""

_SETTINGS = r"(?i)setting|conf|secret|prod|env|common|base"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SPACES = ("globals", "locals", "vars")


def module(tree: Tree, path: str, source: str | None = None) -> Module | None:
    """The module at a path of the tree, or with this source in its place; None where there is none that can be read."""

    def make() -> Module | None:
        try:
            return _fold(tree, path, tree.text(path) if source is None else source, ())
        except ParseError:
            return None

    if source is not None and tree.text(path) != source:
        return make()
    return tree.once(("yett.parse.constants", path), make)


class Scopes:
    """A module that is ready to say what its expressions come to, each where it stands."""

    def __init__(self, source: Source, tree: Tree, path: str) -> None:
        self.source = source
        self.tree = tree
        self.path = path
        self._steps = 0
        self._reached = Fold(source, tree, path)
        self._next = self._line = 0

    @cached_property
    def whole(self) -> Fold:
        """The module once all its statements have been carried out."""
        fold = Fold(self.source, self.tree, self.path)
        fold.run(self.source.tree.body)
        return fold

    def value(self, node: ast.expr) -> Value:
        """What an expression comes to as things stand where it is, the names of the functions around it included."""
        around = [each for each in self.source.parents(node) if isinstance(each, _FUNCTIONS)]
        fold = self._inside(around, node.lineno) if around else self._before(node.lineno)
        found = fold.value(node)
        self._steps = fold.steps
        return found

    def _before(self, line: int) -> Fold:
        """The module up to a line. Asked for one line after another, it goes on from where it was."""
        body = self.source.tree.body
        if line < self._line:
            self._reached, self._next = Fold(self.source, self.tree, self.path), 0
        self._line, fold = line, self._reached
        fold.steps = self._steps
        while self._next < len(body) and (body[self._next].end_lineno or 0) < line:
            fold.run(body[self._next : self._next + 1])
            self._next += 1
        end = self._next
        while end < len(body) and body[end].lineno < line:
            end += 1
        if end == self._next:
            return fold
        inner = Fold(self.source, self.tree, self.path)
        inner.steps, inner.open, inner.until = fold.steps, fold.open, line
        inner.take(fold)
        inner.run(body[self._next : end])
        return inner

    def _inside(self, around: Sequence[_Function], line: int) -> Fold:
        """The module as a function sees it, and the functions up to a line."""
        fold = Fold(self.source, self.tree, self.path)
        fold.steps = self._steps
        fold.take(self.whole)
        for function in reversed(around):
            for arg in ast.walk(function.args):
                fold.spend(1)
                if isinstance(arg, ast.arg):
                    fold.names[arg.arg] = Opaque(arg.arg, fold.at(arg))
            for arg, default in zip(reversed(function.args.args), reversed(function.args.defaults), strict=False):
                fold.names[arg.arg] = either((fold.value(default), Opaque(arg.arg, fold.at(arg))), fold.at(arg))
            fold.until = line
            if not isinstance(function, ast.Lambda):
                fold.run(function.body)
        return fold


def guarded(fold: Fold, node: ast.AST) -> bool:
    """Whether a node stands in a branch that production does not take."""
    child = node
    for parent in fold.source.parents(node):
        if isinstance(parent, ast.If) and child is not parent.test:
            holds = fold.holds(parent.test)
            if holds is not None and holds != (child in parent.body):
                return True
        elif isinstance(parent, ast.IfExp) and child is not parent.test:
            holds = fold.holds(parent.test)
            if holds is not None and holds != (child is parent.body):
                return True
        elif isinstance(parent, _NAMED) and is_dev(parent.name):
            return True
        child = parent
    return False


def _fold(tree: Tree, path: str, source: str | None, trail: tuple[str, ...]) -> Module | None:
    if source is None:
        return None
    fold = Fold(python.parse(source), tree, path, trail)
    fold.run(fold.source.tree.body)
    return Module(path, fold.names, fold.open, frozenset(fold.imports), fold.picks_dev)


class Fold(Expressions):
    """The names of one module, statement after statement."""

    def take(self, other: Fold) -> None:
        """Begin where another has come to."""
        self.spend(len(other.names) // 16)
        self.names = dict(other.names)
        self.functions, self.classes, self.schema = other.functions, other.classes, other.schema
        self.imported = other.imported

    # Statements

    steps = 0

    def spend(self, steps: int) -> None:
        """Count work. Raises `ParseError` where it is too much: then nothing is known."""
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise ParseError(1, 1, "it has too many statements to work out what its values are")

    def run(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            if not self.until or statement.lineno < self.until:
                self.spend(1)
                self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                found = self.value(value)
                for target in targets:
                    self._assign(target, found)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign(target, self.value(value))
            case ast.AugAssign(target=target, op=operator, value=value):
                self._assign(target, self._binary(self._read(target), operator, self.value(value), node))
            case ast.Expr(value=ast.Call() as call):
                self._effect(call)
            case ast.If(test=test, body=body, orelse=orelse):
                self._branch(self.holds(test), body, orelse, node)
            case ast.Try():
                self._try(node)
            case ast.With(body=body):
                self.run(body)
            case ast.For(target=target, body=body) | ast.While(test=target, body=body):
                self._blur(node)
            case ast.Match():
                self._blur(node)
            case ast.FunctionDef(name=name):
                self.functions[name] = node
            case ast.ClassDef(name=name):
                self.classes[name] = node
            case ast.ImportFrom():
                self._import(node)
            case ast.Delete(targets=targets):
                for target in targets:
                    if isinstance(target, ast.Name):
                        self.names.pop(target.id, None)

    def _blur(self, node: ast.AST) -> None:
        """Whatever a loop may set is not known afterwards."""
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                self.names[each.id] = Opaque(each.id, self.at(each))
            elif isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute):
                base = each.func.value
                if isinstance(base, ast.Name) and base.id in self.names:
                    self.names[base.id] = self._loosened(self.names[base.id])
            elif isinstance(each, (ast.Assign, ast.AugAssign)):
                for target in each.targets if isinstance(each, ast.Assign) else (each.target,):
                    root: ast.AST = target
                    while isinstance(root, (ast.Subscript, ast.Attribute)):
                        root = root.value
                    if isinstance(root, ast.Name) and root.id in self.names:
                        self.names[root.id] = self._loosened(self.names[root.id])

    def _loosened(self, value: Value) -> Value:
        match value:
            case Items() | Table():
                return value._replace(whole=False)
            case Either(options=options):
                return either(tuple(self._loosened(option) for option in options), value.at)
            case _:
                return Opaque("a loop", value.at)

    def _branch(self, holds: bool | None, body: list[ast.stmt], orelse: list[ast.stmt], node: ast.stmt) -> None:
        if holds is not None:
            self.run(body if holds else orelse)
            return
        self.spend(len(self.names))
        before, opened = dict(self.names), self.open
        self.run(body)
        first, first_open = self.names, self.open
        self.names, self.open = before, opened
        self.run(orelse)
        self.names = self._merged(first, self.names, node)
        self.open = self.open or first_open

    def _merged(self, first: dict[str, Value], second: dict[str, Value], node: ast.AST) -> dict[str, Value]:
        merged = dict(second)
        nothing = Absent(self.at(node))
        for name in {**first, **second}:
            one, other = first.get(name, nothing), second.get(name, nothing)
            if one is not other:
                merged[name] = either((one, other), (one if other is nothing else other).at)
        return merged

    def _try(self, node: ast.Try) -> None:
        self.spend(len(self.names) * (1 + len(node.handlers)))
        before, trying = dict(self.names), self.trying
        self.trying = True
        self.run(node.body)
        self.trying = trying
        self.run(node.orelse)
        after = self.names
        optional = any(isinstance(each, (ast.Import, ast.ImportFrom)) for each in node.body)
        for handler in node.handlers:
            self.names = dict(before)
            self.run(handler.body)
            for name, value in self.names.items():
                held = after.get(name)
                if isinstance(held, Env) and held.default is None and value is not before.get(name):
                    after[name] = held._replace(default=value)
        self.names = after
        if optional:
            self.names = self._merged(after, before, node)
        self.run(node.finalbody)

    def _import(self, node: ast.ImportFrom) -> None:
        name = "." * node.level + (node.module or "")
        star = any(alias.name == "*" for alias in node.names)
        last = name.rpartition(".")[2]
        if star and is_dev(last) and not is_dev(posixpath.basename(self.path)):
            self.picks_dev = self.picks_dev or (not self.trying and resolve(self.tree, self.path, name) is not None)
            self.open = self.open or f"the names of {name}"
            return
        if not star:
            for alias in node.names:
                if alias.name.isupper():  # a constant; looked up where it is used
                    self.imported[alias.asname or alias.name] = (name, alias.name)
                    self.names.pop(alias.asname or alias.name, None)
            return
        found = resolve(self.tree, self.path, name)
        other = self._load(found) if found is not None else None
        if found is None:
            if node.level or re.search(_SETTINGS, name):
                self.open = self.open or f"the names of {name}, which is not in the tree"
        elif other is None:
            self.open = self.open or f"the names of {name}, which cannot be read"
        else:
            self.names.update({key: value for key, value in other.names.items() if not key.startswith("_")})
            self.imports |= other.imports
            self.open = self.open or other.open
            for key, value in python.parse(self.tree.text(found) or "").names.items():
                self.source.names.setdefault(key, value)

    def _load(self, path: str) -> Module | None:
        """Another module of the tree; None where it cannot be read, or is being read already."""
        if path in self.trail or len(self.trail) > MAX_IMPORTS:
            return None

        def make() -> Module | None:
            try:
                return _fold(self.tree, path, self.tree.text(path), self.trail)
            except ParseError:
                return None

        return self.tree.once(("yett.parse.constants", "import", path), make)

    # Targets

    def _read(self, target: ast.AST) -> Value:
        match target:
            case ast.Name(id=name) if name in self.names:
                return self.names[name]
            case ast.Subscript():
                return self.value(target)
            case _:
                return Opaque("a value from elsewhere", self.at(target))

    def _assign(self, target: ast.AST, value: Value) -> None:
        match target:
            case ast.Name(id=name):
                self.names[name] = value
                self.spend(size(value) // 16)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                items = value.items if isinstance(value, Items) and len(value.items) == len(targets) else ()
                for index, each in enumerate(targets):
                    self._assign(each, items[index] if items else Opaque("a part of a value", value.at))
            case ast.Subscript():
                self._assign_inside(target, value)

    def _assign_inside(self, target: ast.Subscript, value: Value) -> None:
        keys: list[str | None] = []
        node: ast.AST = target
        places: list[ast.AST] = []
        while isinstance(node, ast.Subscript):
            keys.append(text(self.value(node.slice)))
            places.append(node.slice)
            node = node.value
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("globals", "locals", "vars")
        ):
            name = keys.pop()
            if name is None:
                self.open = self.open or "names that are made at run time"
            elif not keys:
                self.names[name] = value
            return
        if isinstance(node, ast.Name):
            held = self.names.get(node.id, Table({}, {}, self.at(node), False))
            self.names[node.id] = self._with(held, keys[::-1], places[::-1], value)
            self.spend(size(self.names[node.id]) // 16)

    def _with(self, held: Value, keys: list[str | None], places: list[ast.AST], value: Value) -> Value:
        if not keys:
            return value
        if isinstance(held, Either):
            return either(tuple(self._with(option, keys, places, value) for option in held.options), held.at)
        if isinstance(held, (Opaque, Env, Absent)):
            held = Table({}, {}, held.at, False)
        if not isinstance(held, Table):
            return self._loosened(held)
        if keys[0] is None:
            return held._replace(whole=False)
        inner = held.entries.get(keys[0], Table({}, {}, value.at, held.whole))
        return held._replace(
            entries={**held.entries, keys[0]: self._with(inner, keys[1:], places[1:], value)},
            keys={**held.keys, keys[0]: held.keys.get(keys[0], self.at(places[0]))},
        )

    def _effect(self, call: ast.Call) -> None:
        """What a call that stands alone does to a name: `MIDDLEWARE.insert(0, …)`, `globals().update(…)`."""
        function = call.func
        name = self.source.name(function)
        if name in ("split_settings.tools.include", "include"):
            self._include(call)
            return
        if name.endswith((".settings", "read_env", "load_dotenv")) and any(
            isinstance(arg, ast.Call) and self.source.name(arg.func) in ("locals", "globals") for arg in call.args
        ):
            self.open = self.open or name
        if name in ("exec", "execfile"):
            self.open = self.open or "code that is read at run time"
        if not isinstance(function, ast.Attribute):
            return
        if isinstance(function.value, ast.Call) and self.source.name(function.value.func) in (
            "globals",
            "locals",
            "vars",
        ):
            self._update_names(call)
            return
        held = self._read(function.value)
        if isinstance(held, Opaque) or not isinstance(function.value, (ast.Name, ast.Subscript)):
            return
        self._assign(function.value, self._mutated(held, function.attr, call))

    def _update_names(self, call: ast.Call) -> None:
        found = self._table(call)
        self.names.update(found.entries)
        if not found.whole:
            self.open = self.open or "names that are made at run time"

    def _mutated(self, held: Value, method: str, call: ast.Call) -> Value:
        if isinstance(held, Either):
            return either(tuple(self._mutated(option, method, call) for option in held.options), held.at)
        arguments = [self.value(arg) for arg in call.args]
        match held, method, arguments:
            case Items(items=items), "append", [value]:
                return held._replace(items=(*items, value))
            case Items(items=items), "add", [value]:
                return held._replace(items=(*items, value))
            case Items(items=items), "insert", [_, value]:
                first = isinstance(arguments[0], Const) and arguments[0].value == 0
                return held._replace(items=(value, *items) if first else (*items, value))
            case Items(), "extend" | "update", [value]:
                return self._joined(held, value, held.at)
            case Items(items=items), "remove", [value]:
                return held._replace(items=tuple(item for item in items if bare(item) != bare(value)))
            case Table(entries=entries), "update", _:
                other = self._table(call)
                return held._replace(
                    entries={**entries, **other.entries},
                    keys={**held.keys, **other.keys},
                    whole=held.whole and other.whole,
                )
            case Table(entries=entries), "setdefault", [Const(value=str(key)), value]:
                keys = {key: self.at(call.args[0]), **held.keys}
                return held._replace(entries={key: value, **entries}, keys=keys)
            case Table(entries=entries), "pop", [Const(value=str(key)), *_]:
                return held._replace(entries={name: value for name, value in entries.items() if name != key})
            case ((Items() | Table()), ("sort" | "reverse" | "get" | "keys" | "items" | "copy"), _):
                return held
            case ((Items() | Table()), _, _):
                return held._replace(whole=False)
            case _:
                return held

    def _include(self, call: ast.Call) -> None:
        """django-split-settings: the named files are carried out in this module."""
        from yett.parse.glob import matches

        folder = posixpath.dirname(self.path)
        for arg in call.args:
            inner = arg.args[0] if isinstance(arg, ast.Call) and arg.args else arg
            pattern = text(self.value(inner))
            if pattern is None:
                self.open = self.open or "settings that are included by a name made at run time"
                continue
            wanted = posixpath.normpath(posixpath.join(folder, pattern))
            if is_dev(posixpath.basename(wanted)):
                continue
            found = [path for path in self.tree.paths if matches(wanted, path)]
            if not found and inner is arg:
                self.open = self.open or f"the settings of {pattern}, which is not in the tree"
            for path in found:
                self._take(path)

    def _take(self, path: str) -> None:
        if path in self.trail or len(self.trail) > MAX_IMPORTS:
            return
        try:
            source = python.parse(self.tree.text(path) or "")
        except ParseError:
            self.open = self.open or f"the settings of {path}, which cannot be read"
            return
        other = Fold(source, self.tree, path, self.trail)
        other.names = self.names
        other.run(source.tree.body)
        self.names = other.names
        self.open = self.open or other.open
        self.imports |= other.imports
