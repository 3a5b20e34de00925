"""What an expression of a Python module comes to, with the names that stand when it is reached."""

from __future__ import annotations

import ast
import posixpath
import re

from yett.lean import Any, NamedTuple
from yett.parse import python
from yett.parse.constant_folding import (
    CONVERTERS,
    FALSE,
    MAX_TEXT,
    NOWHERE,
    compared,
    computed,
    converted,
    is_type,
    names_in,
    of_environment,
    text_method,
    touches_environment,
)
from yett.parse.python import Source
from yett.parse.stages import is_dev, is_prod
from yett.parse.tree import Tree
from yett.parse.values import (
    At,
    Const,
    Either,
    Env,
    Items,
    Opaque,
    Table,
    Value,
    bare,
    default_of,
    either,
    size,
    text,
    truth,
)

MAX_DEPTH = 60
"""Of nested expressions; what is deeper is not looked into."""


class Module(NamedTuple):
    """What a module's names come to. `open` says why other names may be there as well, "" where none can be.
    `imports` are the paths of the modules whose names it took over whole, its own among them."""

    path: str
    names: dict[str, Value]
    open: str
    imports: frozenset[str]
    picks_dev: bool = False


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


class Expressions:
    """The expressions of one module. What carries out its statements fills `names` and the like."""

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

    def at(self, node: Any) -> At:
        return At(self.path, self.source.span(node))

    def _assign(self, target: ast.AST, value: Value) -> None:
        raise NotImplementedError

    def spend(self, steps: int) -> None:
        raise NotImplementedError

    def _load(self, path: str) -> Module | None:
        raise NotImplementedError

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
                said = of_environment(self.source.name(node).rpartition(".")[2])
                return truth(self.value(node)) if said is None else said
            case ast.Call() | ast.Subscript():
                value = self.value(node)
                return of_environment(value.name) if isinstance(value, Env) else truth(value)
            case _:
                return truth(self.value(node))

    def _compares(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> bool | None:
        one, other = self.value(left), self.value(right)
        if self.source.name(right) == "sys.argv" or "sys.argv" in names_in(self.source, left):
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
            said = of_environment(value.name)
            if said is not None:
                return said == (str(wanted.value).lower() not in FALSE)
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
        found = self._value(node, depth)
        self.spend(1 + size(found) // 16)  # it may have been put together anew
        return found

    def _value(self, node: ast.AST | None, depth: int) -> Value:
        if depth > MAX_DEPTH or node is None:
            return Opaque("an expression that nests deep", self.at(node) if node is not None else NOWHERE)
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
            plain = compared(default, operator, other) if default is not None else None
            return Env(one.name, None if plain is None else Const(plain, self.at(node)), self.at(node))
        plain = compared(one, operator, other)
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
                plain = computed(one, operator, other)
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
            return first._replace(default=converted(last, first.default))
        if isinstance(first, Const) and last in CONVERTERS:
            return converted(last, first) or Opaque(name, at)
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
            return touches_environment(self.functions[root], self.source)
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
        if given is None and len(call.args) > 1 and not is_type(call.args[1]):
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
            default = converted(kind, default) or default
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
            default = None if held.default is None else text_method(held.default, function.attr, arguments)
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
                return text_method(held, function.attr, [self.value(arg, depth + 1) for arg in call.args]) or Opaque(
                    f"str.{function.attr}", self.at(call)
                )
            case _:
                return None
