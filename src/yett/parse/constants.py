"""What the names of a Python module stand for once it has been imported in production, as far as reading it can tell.

Nothing is run. Assignments, `+=`, `.append`, unpacking, branches and imports inside the tree are followed; a value from
the environment keeps its name and its default. A branch that asks for `DEBUG`, for a test run or for the name of an
environment is decided as production would decide it; any other leaves both values standing.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from yett.parse import python
from yett.parse.python import Source
from yett.parse.source import ParseError, Span
from yett.parse.stages import is_dev, is_prod, words
from yett.parse.tree import Tree
from yett.parse.values import (
    Absent,
    At,
    Const,
    Either,
    Env,
    Items,
    Opaque,
    Plain,
    Table,
    Value,
    bare,
    default_of,
    either,
    text,
    truth,
)

MAX_DEPTH = 60
"""Of nested expressions; what is deeper is not looked into."""

MAX_IMPORTS = 12
"""Of modules that import each other's names."""

MAX_TEXT = 10_000

_SETTINGS = re.compile(r"(?i)setting|conf|secret|prod|env|common|base")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SPACES = ("globals", "locals", "vars")
_FALSE = ("", "0", "false", "f", "no", "n", "off", "none")


class Module(NamedTuple):
    """What a module's names come to. `open` says why other names may be there as well, "" where none can be.
    `imports` are the paths of the modules whose names it took over whole, its own among them."""

    path: str
    names: dict[str, Value]
    open: str
    imports: frozenset[str]
    picks_dev: bool = False


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


def resolve(tree: Tree, path: str, name: str) -> str | None:
    """The path of the module that an import in the module at `path` names (`.base`, `config.settings.base`)."""
    dotted = name.lstrip(".")
    level = len(name) - len(dotted)
    tail = dotted.replace(".", "/")
    folder = posixpath.dirname(path)
    paths = tree.once(("yett.parse.constants", "paths"), lambda: frozenset(tree.paths))
    if level:
        for _ in range(level - 1):
            folder = posixpath.dirname(folder)
        folders = [folder]
    else:
        folders = [folder]
        while folder:
            folder = posixpath.dirname(folder)
            folders.append(folder)
        folders.append("src")
    for each in folders:
        stem = posixpath.join(each, tail) if tail else each
        for candidate in (f"{stem}.py", posixpath.join(stem, "__init__.py")):
            if candidate in paths:
                return candidate
    return None


class Scopes:
    """A module that is ready to say what its expressions come to, each where it stands."""

    def __init__(self, source: Source, tree: Tree, path: str) -> None:
        self.source = source
        self.tree = tree
        self.path = path

    @cached_property
    def whole(self) -> Fold:
        """The module once all its statements have been carried out."""
        fold = Fold(self.source, self.tree, self.path)
        fold.run(self.source.tree.body)
        return fold

    def value(self, node: ast.expr) -> Value:
        """What an expression comes to as things stand where it is, the names of the functions around it included."""
        around = [each for each in self.source.parents(node) if isinstance(each, _FUNCTIONS)]
        fold = Fold(self.source, self.tree, self.path)
        if not around:
            fold.until = node.lineno
            fold.run(self.source.tree.body)
            return fold.value(node)
        fold.take(self.whole)
        for function in reversed(around):
            for arg in ast.walk(function.args):
                if isinstance(arg, ast.arg):
                    fold.names[arg.arg] = Opaque(arg.arg, fold.at(arg))
            for arg, default in zip(reversed(function.args.args), reversed(function.args.defaults), strict=False):
                fold.names[arg.arg] = either((fold.value(default), Opaque(arg.arg, fold.at(arg))), fold.at(arg))
            fold.until = node.lineno
            if not isinstance(function, ast.Lambda):
                fold.run(function.body)
        return fold.value(node)


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


class Fold:
    """The names of one module, statement after statement."""

    def __init__(self, source: Source, tree: Tree, path: str, trail: tuple[str, ...] = ()) -> None:
        self.source = source
        self.tree = tree
        self.path = path
        self.trail = (*trail, path)
        self.names: dict[str, Value] = {}
        self.functions: dict[str, ast.FunctionDef] = {}
        self.classes: dict[str, ast.ClassDef] = {}
        self.schema: dict[str, Value] = {}
        self.open = ""
        self.imports = {path}
        self.picks_dev = False
        self.trying = False
        self.until = 0
        self.imported: dict[str, tuple[str, str]] = {}

    def take(self, other: Fold) -> None:
        """Begin where another has come to."""
        self.names = dict(other.names)
        self.functions, self.classes, self.schema = other.functions, other.classes, other.schema
        self.imported = other.imported

    def at(self, node: Any) -> At:
        return At(self.path, self.source.span(node))

    # Statements

    def run(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            if not self.until or statement.lineno < self.until:
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
            if node.level or _SETTINGS.search(name):
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

    # Conditions

    def holds(self, node: ast.expr) -> bool | None:
        """What a condition comes to in production; None where that cannot be told."""
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                held = self.holds(operand)
                return None if held is None else not held
            case ast.BoolOp(op=operator, values=values):
                found = [self.holds(value) for value in values]
                decisive = isinstance(operator, ast.Or)
                if decisive in found:
                    return decisive
                return None if None in found else not decisive
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return self._compares(left, operator, right)
            case ast.Name() | ast.Attribute():
                said = _of_environment(self.source.name(node).rpartition(".")[2])
                return truth(self.value(node)) if said is None else said
            case ast.Call() | ast.Subscript():
                value = self.value(node)
                return _of_environment(value.name) if isinstance(value, Env) else truth(value)
            case _:
                return truth(self.value(node))

    def _compares(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> bool | None:
        one, other = self.value(left), self.value(right)
        if self.source.name(right) == "sys.argv" or "sys.argv" in _names(self.source, left):
            commands = [text(one), text(other)]
            negative = isinstance(operator, (ast.NotIn, ast.NotEq))
            return negative if any(command and is_dev(command) for command in commands) else None
        if isinstance(operator, (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)) and isinstance(other, Const):
            if isinstance(one, Const):
                same = bare(one) == bare(other)
                return same if isinstance(operator, (ast.Is, ast.Eq)) else not same
            said = self._named(one, other)
            if said is not None:
                return said if isinstance(operator, (ast.Is, ast.Eq)) else not said
        if isinstance(operator, (ast.In, ast.NotIn)):
            said = self._one_of(one, other)
            if said is not None:
                return said if isinstance(operator, ast.In) else not said
        return None

    def _named(self, value: Value, wanted: Const) -> bool | None:
        """Whether the name of the environment is this one, and for `DEBUG == "1"` whether debugging is on."""
        if isinstance(wanted.value, str):
            if is_dev(wanted.value):
                return False
            if is_prod(wanted.value):
                return True
        if isinstance(value, Env):
            said = _of_environment(value.name)
            if said is not None:
                return said == (str(wanted.value).lower() not in _FALSE)
        return None

    def _one_of(self, value: Value, wanted: Value) -> bool | None:
        if not isinstance(wanted, Items) or not wanted.whole or not wanted.items:
            return None
        if isinstance(value, Const):
            return any(bare(value) == bare(item) for item in wanted.items)
        said = {self._named(value, item) if isinstance(item, Const) else None for item in wanted.items}
        return said.pop() if len(said) == 1 else (True if True in said else None)

    # Expressions

    def value(self, node: ast.AST | None, depth: int = 0) -> Value:
        """What an expression comes to."""
        if depth > MAX_DEPTH or node is None:
            return Opaque("an expression that nests deep", self.at(node) if node is not None else _NOWHERE)
        match node:
            case ast.Constant(value=plain):
                return Const(plain if plain is not Ellipsis else None, self.at(node))
            case ast.Name(id=name):
                return self._name(name, node)
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                return self._items(elements, node, depth)
            case ast.Dict(keys=keys, values=values):
                return self._dict(keys, values, node, depth)
            case ast.Call():
                return self._call(node, depth)
            case ast.Subscript(value=base, slice=key):
                return self._subscript(node, base, key, depth)
            case ast.BinOp(left=left, op=operator, right=right):
                return self._binary(self.value(left, depth + 1), operator, self.value(right, depth + 1), node)
            case ast.UnaryOp(op=operator, operand=operand):
                return self._unary(operator, self.value(operand, depth + 1), node)
            case ast.BoolOp(op=operator, values=values):
                return self._either(isinstance(operator, ast.Or), values, node, depth)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._choice(self.holds(test), body, orelse, node, depth)
            case ast.Compare(left=left, ops=[operator], comparators=[right]):
                return self._comparison(left, operator, right, node, depth)
            case ast.JoinedStr(values=values):
                return self._joined_text(values, node, depth)
            case ast.ListComp(generators=[loop]) | ast.GeneratorExp(generators=[loop]):
                return self._loop(loop, node, depth)
            case ast.Attribute():
                return Opaque(self.source.name(node) or "an attribute", self.at(node))
            case ast.NamedExpr(target=target, value=value):
                found = self.value(value, depth + 1)
                self._assign(target, found)
                return found
            case _:
                return Opaque("an expression", self.at(node))

    def _loop(self, loop: ast.comprehension, node: ast.AST, depth: int) -> Value:
        """A list made of another: `[host.strip() for host in HOSTS]` is taken for HOSTS."""
        found = self.value(loop.iter, depth + 1)
        if isinstance(found, Env) or (isinstance(found, Items) and not loop.ifs):
            return found
        return Opaque("a list made at run time", self.at(node))

    def _name(self, name: str, node: ast.AST) -> Value:
        if name in self.names:
            return self.names[name]
        if name in self.imported:
            module, original = self.imported[name]
            found = resolve(self.tree, self.path, module)
            other = self._load(found) if found is not None else None
            if other is not None and original in other.names:
                return other.names[original]
        return Opaque(self.source.names.get(name, name), self.at(node))

    def _items(self, elements: list[ast.expr], node: ast.AST, depth: int) -> Value:
        items: list[Value] = []
        whole = True
        for element in elements:
            if isinstance(element, ast.Starred):
                inner = self.value(element.value, depth + 1)
                found = default_of(inner)
                if isinstance(found, Items):
                    items += found.items
                    whole = whole and found.whole and not isinstance(inner, Env)
                else:
                    items.append(Opaque(found.what if isinstance(found, Opaque) else "a list", self.at(element)))
                    whole = False
            else:
                items.append(self.value(element, depth + 1))
        return Items(tuple(items), self.at(node), whole)

    def _dict(self, keys: list[ast.expr | None], values: list[ast.expr], node: ast.AST, depth: int) -> Value:
        entries: dict[str, Value] = {}
        places: dict[str, At] = {}
        whole = True
        for key, value in zip(keys, values, strict=True):
            found = self.value(value, depth + 1)
            if key is None:
                if isinstance(found, Table):
                    entries.update(found.entries)
                    places.update(found.keys)
                    whole = whole and found.whole
                else:
                    whole = False
                continue
            name = default_of(self.value(key, depth + 1))
            if isinstance(name, Const):
                entries[str(name.value)] = found
                places[str(name.value)] = self.at(key)
            else:
                whole = False
        return Table(entries, places, self.at(node), whole)

    def _table(self, call: ast.Call) -> Table:
        """The table that the arguments of `dict(…)` or `.update(…)` make."""
        made = Table({}, {}, self.at(call))
        for arg in call.args:
            found = self.value(arg)
            if isinstance(found, Table):
                made = made._replace(
                    entries={**made.entries, **found.entries},
                    keys={**made.keys, **found.keys},
                    whole=made.whole and found.whole,
                )
            else:
                made = made._replace(whole=False)
        for each in call.keywords:
            found = self.value(each.value)
            if each.arg is not None:
                made.entries[each.arg] = found
                made.keys[each.arg] = self.at(each)
            elif isinstance(found, Table):
                made.entries.update(found.entries)
                made.keys.update(found.keys)
                made = made._replace(whole=made.whole and found.whole)
            else:
                made = made._replace(whole=False)
        return made

    def _subscript(self, node: ast.Subscript, base: ast.expr, key: ast.expr, depth: int) -> Value:
        if self.source.name(base).rpartition(".")[2] in ("environ", "env", "ENV") and self.source.name(base):
            name = text(self.value(key, depth + 1))
            if name is not None:
                return Env(name, None, self.at(node))
        held = self.value(base, depth + 1)
        index = self.value(key, depth + 1)
        match held, index:
            case Table(entries=entries), Const(value=str(name)) if name in entries:
                return entries[name]
            case Items(items=items), Const(value=int(number)) if -len(items) <= number < len(items):
                return items[number]
            case Env(name=name), _:
                return Env(name, None, self.at(node))
            case _:
                return Opaque("a part of a value", self.at(node))

    def _either(self, is_or: bool, values: list[ast.expr], node: ast.AST, depth: int) -> Value:
        found = self.value(values[0], depth + 1)
        for each in values[1:]:
            other = self.value(each, depth + 1)
            if isinstance(found, Env):
                if is_or and found.default is not None:  # without a default, only an empty text is replaced
                    found = found if truth(default_of(found)) else found._replace(default=other)
                elif is_or:
                    continue
                else:
                    found = found._replace(default=found.default if truth(found.default) is False else None)
                continue
            said = truth(found)
            if said is None:
                found = either((found, other), self.at(node))
            elif said != is_or:
                found = other
        return found

    def _choice(self, holds: bool | None, body: ast.expr, orelse: ast.expr, node: ast.AST, depth: int) -> Value:
        if holds is not None:
            return self.value(body if holds else orelse, depth + 1)
        return either((self.value(body, depth + 1), self.value(orelse, depth + 1)), self.at(node))

    def _comparison(self, left: ast.expr, operator: ast.cmpop, right: ast.expr, node: ast.AST, depth: int) -> Value:
        one, other = self.value(left, depth + 1), self.value(right, depth + 1)
        if isinstance(one, Env):
            default = one.default
            plain = _compared(default, operator, other) if default is not None else None
            return Env(one.name, None if plain is None else Const(plain, self.at(node)), self.at(node))
        plain = _compared(one, operator, other)
        if plain is None and isinstance(one, (Opaque, Either)):
            plain = self._compares(left, operator, right)
        return Opaque("a comparison", self.at(node)) if plain is None else Const(plain, self.at(node))

    def _unary(self, operator: ast.unaryop, value: Value, node: ast.AST) -> Value:
        match operator, value:
            case ast.Not(), Env(default=default):
                held = truth(default) if default is not None else None
                return value._replace(default=None if held is None else Const(not held, self.at(node)))
            case ast.Not(), _:
                held = truth(value)
                return Opaque("a condition", self.at(node)) if held is None else Const(not held, self.at(node))
            case ast.USub(), Const(value=int(number)) | Const(value=float(number)):
                return Const(-number, self.at(node))
            case _:
                return Opaque("an expression", self.at(node))

    def _binary(self, left: Value, operator: ast.operator, right: Value, node: ast.AST) -> Value:
        at = self.at(node)
        match left, operator, right:
            case ((Items() | Either() | Opaque() | Env()), ast.Add(), (Items() | Either() | Opaque() | Env())) if (
                isinstance(left, Items) or isinstance(right, Items)
            ):
                return self._joined(left, right, at)
            case Table(), ast.BitOr(), Table():
                return Table(
                    {**left.entries, **right.entries},
                    {**left.keys, **right.keys},
                    at,
                    left.whole and right.whole,
                )
            case Const(value=one), _, Const(value=other):
                plain = _computed(one, operator, other)
                return Opaque("a computed value", at) if plain is None else Const(plain, at)
            case Env(name=name), _, _:
                return Env(name, None, at)
            case _:
                return Opaque("a computed value", at)

    def _joined(self, left: Value, right: Value, at: At) -> Value:
        """Two lists, one after the other."""
        if isinstance(left, Either):
            return either(tuple(self._joined(option, right, at) for option in left.options), at)
        if isinstance(right, Either):
            return either(tuple(self._joined(left, option, at) for option in right.options), at)
        items: tuple[Value, ...] = ()
        whole = True
        for each in (left, right):
            if isinstance(each, Items):
                items += each.items
                whole = whole and each.whole
            else:
                items += (Opaque("a list", each.at),)
                whole = False
        return Items(items, left.at if isinstance(left, Items) else at, whole)

    def _joined_text(self, parts: list[ast.expr], node: ast.AST, depth: int) -> Value:
        made = ""
        for part in parts:
            found = self.value(part.value if isinstance(part, ast.FormattedValue) else part, depth + 1)
            if not isinstance(found, Const) or len(made) > MAX_TEXT:
                return Opaque("a text made at run time", self.at(node))
            made += str(found.value)
        return Const(made, self.at(node))

    # Calls

    def _call(self, call: ast.Call, depth: int) -> Value:
        at = self.at(call)
        name = self.source.name(call.func)
        if isinstance(call.func, ast.Attribute):
            found = self._method(call, call.func, depth)
            if found is not None:
                return found
        if self._reads_environment(call, name):
            return self._environment(call, name, depth)
        last = name.rpartition(".")[2]
        if last == "Env" and name.partition(".")[0] in ("environ", "environs", "django_environ"):
            for each in call.keywords:
                scheme = self.value(each.value, depth + 1)
                if each.arg and isinstance(scheme, Items) and len(scheme.items) == 2:
                    self.schema[each.arg] = scheme.items[1]
            return Opaque(name, at)
        if name == "dict":
            return self._table(call)
        if not call.args:
            return Opaque(name or "a call", at)
        first = self.value(call.args[0], depth + 1)
        if last in ("list", "tuple", "set", "frozenset", "deepcopy", "copy", "sorted", "cast", "config_dict"):
            return self.value(call.args[-1], depth + 1) if last == "cast" else first
        if isinstance(first, Env):
            return first._replace(default=_converted(last, first.default))
        if isinstance(first, Const) and last in _CONVERTERS:
            return _converted(last, first) or Opaque(name, at)
        if last in ("parse", "parse_db_url", "db_url_parse") and "url" in name.lower() and isinstance(first, Const):
            return first
        return Opaque(name or "a call", at)

    def _reads_environment(self, call: ast.Call, name: str) -> bool:
        head, _, last = name.rpartition(".")
        if name in ("os.environ.get", "os.getenv", "os.environ.setdefault", "os.environ.pop", "decouple.config"):
            return True
        root = name.partition(".")[0]
        held = self.names.get(root)
        if isinstance(held, (Const, Items, Table)):
            return False
        if root in self.functions and not head:
            return _touches_environment(self.functions[root], self.source)
        environment = "environ" in root or root.lower() in ("env", "_env", "getenv", "get_env", "config", "env_config")
        if isinstance(held, Opaque) and re.search(r"(?i)environ|\benv\b|decouple", held.what):
            environment = True
        if not environment and not re.search(r"(?i)(?:^|_)env(?:iron|ar|var)?(?:$|_)|getenv", last):
            return name.endswith("dj_database_url.config")
        if "url" in root.lower() and last not in ("config",):
            return False
        return any(isinstance(arg, ast.Constant) and isinstance(arg.value, str) for arg in call.args[:1]) or last in (
            "db",
            "db_url",
            "cache",
            "cache_url",
            "email",
            "email_url",
        )

    def _environment(self, call: ast.Call, name: str, depth: int) -> Value:
        last = name.rpartition(".")[2]
        variable = (text(self.value(call.args[0], depth + 1)) if call.args else None) or "DATABASE_URL"
        given = (
            python.keyword(call, "default") or python.keyword(call, "default_value") or python.keyword(call, "fallback")
        )
        if given is None and len(call.args) > 1 and not _is_type(call.args[1]):
            given = call.args[1]
        if given is None and len(call.args) > 2:
            given = call.args[2]
        default = self.value(given, depth + 1) if given is not None else self.schema.get(variable)
        if given is None and name in ("os.environ.get", "os.getenv"):
            default = Const(None, self.at(call))
        if default is not None and not isinstance(default, Const):
            return Env(variable, default, self.at(call))
        cast = python.keyword(call, "cast")
        kind = self.source.name(cast) if cast is not None else last
        if isinstance(default, Const) and isinstance(default.value, str):
            default = _converted(kind, default) or default
        return Env(variable, default, self.at(call))

    def _method(self, call: ast.Call, function: ast.Attribute, depth: int) -> Value | None:
        """What a method of a known value gives; None where it is no such thing."""
        if isinstance(function.value, ast.Name) and function.value.id not in self.names:
            return None
        if isinstance(function.value, ast.Attribute):
            return None
        held = self.value(function.value, depth + 1)
        if isinstance(held, Env):
            arguments = [self.value(arg, depth + 1) for arg in call.args]
            default = None if held.default is None else _text_method(held.default, function.attr, arguments)
            return held._replace(default=default)
        match held, function.attr:
            case Table(entries=entries, whole=whole), "get" if call.args:
                key = text(self.value(call.args[0], depth + 1))
                if key in entries:
                    return entries[key]
                if whole and key is not None:
                    return self.value(call.args[1], depth + 1) if len(call.args) > 1 else Const(None, self.at(call))
                return Opaque("a part of a value", self.at(call))
            case ((Items() | Table()), "copy"):
                return held
            case Const(value=str()), _:
                return _text_method(held, function.attr, [self.value(arg, depth + 1) for arg in call.args]) or Opaque(
                    f"str.{function.attr}", self.at(call)
                )
            case _:
                return None


_NOWHERE = At("", Span(1, 1, 1, 1))
_CONVERTERS = ("bool", "int", "float", "str", "strtobool", "str2bool", "str_to_bool", "to_bool", "parse_bool")


def _converted(name: str, value: Value | None) -> Value | None:
    """What `bool(int("0"))`, `strtobool("no")` or `env.list("a,b")` make of a known value; None where unknown."""
    last = name.rpartition(".")[2]
    lowered = last.lower()
    if value is None or not isinstance(value, Const):
        return value
    plain = value.value
    if lowered == "bool" and not name.startswith("env") and not isinstance(plain, str):
        return value._replace(value=bool(plain))
    if "bool" in lowered or lowered in ("strtobool", "boolean", "is_true", "truthy"):
        return value._replace(value=str(plain).strip().lower() not in _FALSE)
    if lowered in ("int", "float") and isinstance(plain, (str, int, float)):
        try:
            return value._replace(value=int(str(plain)[:100]) if lowered == "int" else float(str(plain)[:100]))
        except ValueError:
            return None
    if lowered in ("list", "tuple", "csv", "get_list", "split", "parse_list") and isinstance(plain, str):
        return _split(value, ",")
    if lowered in ("str", "env", "get", "getenv", "config", "unicode", "bytes", "path", "url"):
        return value
    if "list" in lowered or "csv" in lowered:
        return _split(value, ",") if isinstance(plain, str) else None
    return (
        value if lowered in ("db", "db_url", "dj_db_url", "cache", "environ", "get_env") or "env" in lowered else None
    )


def _split(value: Const, separator: str) -> Value:
    parts = [part.strip() for part in str(value.value)[:MAX_TEXT].split(separator)]
    return Items(tuple(Const(part, value.at) for part in parts if part), value.at)


def _text_method(value: Value, method: str, arguments: list[Value]) -> Value | None:
    match value, method, arguments:
        case Const(value=str(plain)), ("lower" | "upper" | "strip" | "title" | "casefold" | "capitalize"), []:
            return value._replace(value=str(getattr(plain, method)()))
        case Const(value=str()), "split", [Const(value=str(separator))] if separator:
            return _split(value, separator)
        case Const(value=str()), "split", []:
            return _split(value, " ")
        case Const(value=str()), ("encode" | "decode"), _:
            return value
        case Const(value=str(plain)), "startswith", [Const(value=str(prefix))]:
            return value._replace(value=plain.startswith(prefix))
        case _:
            return None


def _compared(one: Value | None, operator: ast.cmpop, other: Value) -> bool | None:
    match one, operator, other:
        case Const(), (ast.Eq() | ast.Is()), Const():
            return bare(one) == bare(other)
        case Const(), (ast.NotEq() | ast.IsNot()), Const():
            return bare(one) != bare(other)
        case Const(), (ast.In() | ast.NotIn()), Items(items=items, whole=True):
            found = any(bare(one) == bare(item) for item in items)
            return found == isinstance(operator, ast.In)
        case _:
            return None


def _computed(one: Plain, operator: ast.operator, other: Plain) -> Plain:
    """The result of an operation on two plain values; None where it is not one that is followed."""
    if isinstance(one, str) and isinstance(other, str) and isinstance(operator, ast.Add):
        return one + other if len(one) + len(other) <= MAX_TEXT else None
    if isinstance(one, (int, float)) and isinstance(other, (int, float)) and max(abs(one), abs(other)) < 1e15:
        match operator:
            case ast.Add():
                return one + other
            case ast.Sub():
                return one - other
            case ast.Mult():
                return one * other
            case ast.FloorDiv() if other:
                return one // other
            case _:
                return None
    return None


def _of_environment(name: str) -> bool | None:
    """What a switch of this name is in production."""
    found = words(name)
    if "not" in found or "no" in found:
        return None
    if is_prod(name):
        return True
    if is_dev(name):
        return False
    return None


def _is_type(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("bool", "str", "int", "float", "list", "dict", "tuple", "json")


def _touches_environment(function: ast.FunctionDef, source: Source) -> bool:
    return any(
        source.name(node) in ("os.environ", "os.getenv", "os.environ.get")
        for node in ast.walk(function)
        if isinstance(node, (ast.Attribute, ast.Name))
    )


def _names(source: Source, node: ast.AST) -> Iterator[str]:
    return (source.name(each) for each in ast.walk(node) if isinstance(each, (ast.Attribute, ast.Name)))
