"""JavaScript and TypeScript with places: calls, assignments, and what an expression comes to, as far as it can be told.

Nothing is run. A name stands for what was last assigned to it before, in the scope it belongs to; `Object.assign`,
spreads and `options.cookie = {…}` are followed; `process.env.X` keeps its name and the default behind `||`. A condition
on the name of the environment is decided as production would decide it.

The grammars are those of tree-sitter, which reads on behind a syntax error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from yett.lean import TYPE_CHECKING, Any, NamedTuple
from yett.parse.grammar import root_of
from yett.parse.source import ParseError, Span
from yett.parse.stages import is_dev, is_prod
from yett.parse.values import Absent, At, Const, Env, Items, Opaque, Plain, Table, Value, either, text, truth

if TYPE_CHECKING:
    from tree_sitter import Node, Parser, Query

MAX_DEPTH = 40
MAX_TEXT = 10_000
MAX_FOUND = 60_000
"""Calls, assignments and names of one file that are looked at."""
MAX_STEPS = 200_000
"""Expressions of one file that are worked out; what is left open then only a run could tell."""

_TYPED = (".ts", ".mts", ".cts", ".tsx")
_FUNCTIONS = frozenset(
    (
        *("arrow_function", "function_declaration", "function_expression", "function", "generator_function"),
        *("generator_function_declaration", "method_definition"),
    )
)
_BLOCKS = frozenset(("statement_block", "program", "for_statement", "for_in_statement", "class_body"))
_WRAPPED = frozenset(("parenthesized_expression", "as_expression", "satisfies_expression", "non_null_expression"))
_MERGES = ("Object.assign", "_.merge", "_.extend", "_.assign", "_.defaults", "lodash.merge", "merge", "extend", "xtend")
_SAME = (
    "Object.freeze",
    "String",
    "Buffer.from",
    "Object.seal",
    "encode",
    "toString",
    "trim",
    "asKey",
    "createSecretKey",
)
_REQUIRES = ("require", "import", "_interopRequireDefault", "__importDefault")
_QUERY = """
(call_expression) @call (new_expression) @call
(assignment_expression) @assignment
(variable_declarator) @name
(import_statement) @import
(pair) @pair
"""


class Assignment(NamedTuple):
    """`left = right`; `path` is the dotted text of what is assigned to."""

    path: str
    right: Node
    node: Node


class Script:
    """A file: its tree, and what its names stand for."""

    def __init__(self, source: str, path: str) -> None:
        self.text = source
        self.path = path
        self.data = source.encode("utf-8", "surrogatepass")
        typed = path.endswith(_TYPED)
        grammar = ("tsx" if path.endswith(".tsx") else "typescript") if typed else "javascript"
        self.root = root_of(_parser(grammar), self.data)
        self._lines = None if source.isascii() else self.data.split(b"\n")
        found = _captures(grammar, self.root)
        if sum(map(len, found.values())) > MAX_FOUND:
            raise ParseError(1, 1, f"it holds more than {MAX_FOUND:,} calls and assignments")
        ordered = {
            kind: sorted(nodes, key=lambda node: (node.start_byte, -node.end_byte)) for kind, nodes in found.items()
        }
        self.calls: tuple[Node, ...] = tuple(ordered.get("call", ()))
        self.pairs: tuple[Node, ...] = tuple(ordered.get("pair", ()))
        self._declarators = ordered.get("name", [])
        self._imports = ordered.get("import", [])
        self._assigned = ordered.get("assignment", [])
        self._steps = 0

    @cached_property
    def placed(self) -> dict[tuple[int, int], Node]:
        """The pairs by the line and column that they begin at, the outermost of those that begin together."""
        found: dict[tuple[int, int], Node] = {}
        for pair in self.pairs:
            found.setdefault(self.span(pair)[:2], pair)
        return found

    # Places and texts

    def span(self, node: Node) -> Span:
        start, end = node.start_point, node.end_point
        return Span(
            start.row + 1,
            self._column(start.row, start.column),
            end.row + 1,
            self._column(end.row, end.column),
        )

    def at(self, node: Node) -> At:
        return At(self.path, self.span(node))

    def source(self, node: Node | None) -> str:
        """The text of a node."""
        return "" if node is None else self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def _column(self, row: int, offset: int) -> int:
        if self._lines is None or row >= len(self._lines):
            return offset + 1
        return len(self._lines[row][:offset].decode("utf-8", "replace")) + 1

    @cached_property
    def broken(self) -> int:
        """The line of the first thing that is no JavaScript, 0 where everything is."""
        if not self.root.has_error:
            return 0
        node = self.root
        while True:
            inner = next((child for child in node.children if child.has_error or child.is_missing), None)
            if inner is None or node.type == "ERROR":
                return node.start_point.row + 1
            node = inner

    # Names

    @cached_property
    def modules(self) -> dict[str, str]:
        """What the names of the file stand for: `{"session": "express-session", "sign": "jsonwebtoken.sign"}`."""
        found: dict[str, str] = {}
        for node in self._imports:
            source = next((child for child in node.children if child.type == "string"), None)
            if source is not None:
                self._import(node, self.source(source)[1:-1], found)
        for node in self._declarators:
            name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if name is None or value is None:
                continue
            module = self._required(value, found)
            if module:
                self._bind(name, module, found)
        return found

    def _import(self, node: Node, module: str, found: dict[str, str]) -> None:
        stack = list(node.children)
        while stack:
            child = stack.pop()
            if child.type == "import_specifier":
                name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
                found[self.source(alias or name)] = f"{module}.{self.source(name)}"
            elif child.type == "identifier":
                found[self.source(child)] = module
            elif child.type in ("import_clause", "named_imports", "namespace_import", "import_require_clause"):
                stack += child.children

    def _required(self, value: Node, found: dict[str, str]) -> str:
        """The module that `require("x")`, `require("x").y` or a name of one stands for."""
        node = unwrapped(value)
        if node.type == "await_expression" and node.named_children:
            node = unwrapped(node.named_children[0])
        if node.type == "call_expression":
            function = node.child_by_field_name("function")
            arguments = arguments_of(node)
            if function is None or not arguments or self.source(function) not in _REQUIRES:
                return ""
            if arguments[0].type == "string":
                return self.source(arguments[0])[1:-1]
            return self._required(arguments[0], found)
        if node.type == "member_expression":
            base = node.child_by_field_name("object")
            module = self._required(base, found) if base is not None else ""
            return f"{module}.{self.source(node.child_by_field_name('property'))}" if module else ""
        if node.type == "identifier":
            return found.get(self.source(node), "")
        return ""

    def _bind(self, name: Node, module: str, found: dict[str, str]) -> None:
        if name.type == "identifier":
            found[self.source(name)] = module
        elif name.type == "object_pattern":
            for child in name.named_children:
                if child.type == "shorthand_property_identifier_pattern":
                    found[self.source(child)] = f"{module}.{self.source(child)}"
                elif child.type == "pair_pattern":
                    key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
                    if value is not None and value.type == "identifier":
                        found[self.source(value)] = f"{module}.{self.source(key)}"

    def name(self, node: Node | None, depth: int = 0) -> str:
        """The dotted name of an expression, with what its root was imported from: `jwt.sign` is `jsonwebtoken.sign`."""
        if node is None or depth > MAX_DEPTH:
            return ""
        node = unwrapped(node)
        if node.type in ("identifier", "this", "import"):
            said = self.source(node)
            return self.modules.get(said, said).removesuffix(".default")
        if node.type == "member_expression":
            base = self.name(node.child_by_field_name("object"), depth + 1)
            said = self.source(node.child_by_field_name("property"))
            return f"{base}.{said}" if base and said != "default" else base
        if node.type == "call_expression":
            return self._required(node, self.modules)
        return ""

    def callee(self, call: Node) -> str:
        """The name of what a call calls."""
        return self.name(call.child_by_field_name("function") or call.child_by_field_name("constructor"))

    @cached_property
    def assignments(self) -> tuple[Assignment, ...]:
        found = []
        for node in self._assigned:
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and right is not None:
                found.append(Assignment(self._path(left), right, node))
        return tuple(found)

    @cached_property
    def _by_root(self) -> dict[str, list[Assignment]]:
        found: dict[str, list[Assignment]] = {}
        for each in self.assignments:
            found.setdefault(each.path.partition(".")[0], []).append(each)
        return found

    def _path(self, node: Node, depth: int = 0) -> str:
        if depth > MAX_DEPTH:
            return ""
        node = unwrapped(node)
        if node.type in ("identifier", "this"):
            return self.source(node)
        if node.type in ("member_expression", "subscript_expression"):
            base = self._path(node.child_by_field_name("object") or node, depth + 1)
            key = node.child_by_field_name("property") or node.child_by_field_name("index")
            if key is None or not base:
                return ""
            said = self.source(key)
            if node.type == "subscript_expression":
                said = said[1:-1] if key.type == "string" else ""
            return f"{base}.{said}" if said else ""
        return ""

    @cached_property
    def _names(self) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in self._declarators:
            name = node.child_by_field_name("name")
            if name is not None and name.type == "identifier":
                found.setdefault(self.source(name), []).append(node)
        return found

    def declared(self, node: Node) -> Node | None:
        """The declaration that a name refers to; None for a parameter, a global, or one that is imported."""
        said = self.source(node)
        best: Node | None = None
        depth = -1
        for each in self._names.get(said, ()):
            scope = scope_of(each)
            if not (scope.start_byte <= node.start_byte and node.end_byte <= scope.end_byte):
                continue
            before = each.start_byte < node.start_byte
            nested = scope.start_byte
            better = best is None or nested > depth or (nested == depth and before)
            if better and (before or best is None):
                best, depth = each, nested
        parameter = self._parameter(node, said)
        if parameter is not None and (best is None or parameter.start_byte > depth):
            return None
        return best

    def _parameter(self, node: Node, said: str) -> Node | None:
        """The innermost function around a name that takes a parameter of that name."""
        parent = node.parent
        while parent is not None:
            if parent.type in _FUNCTIONS:
                taken = parent.child_by_field_name("parameters") or parent.child_by_field_name("parameter")
                if taken is not None and re.search(rf"(?<![\w$.]){re.escape(said)}(?![\w$])", self.source(taken)):
                    return parent
            parent = parent.parent
        return None

    # Values

    def value(self, node: Node | None, depth: int = 0) -> Value:
        """What an expression comes to where it stands."""
        if node is None:
            return Absent(At(self.path, Span(1, 1, 1, 1)))
        node = unwrapped(node)
        at = self.at(node)
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > MAX_STEPS:
            return Opaque("an expression that nests deep", at)
        match node.type:
            case "string":
                return Const(self._string(node), at)
            case "template_string":
                plain = all(child.type != "template_substitution" for child in node.named_children)
                return Const(self.source(node)[1:-1], at) if plain else Opaque("a text made at run time", at)
            case "number":
                return Const(_number(self.source(node)), at)
            case "true" | "false":
                return Const(node.type == "true", at)
            case "null" | "undefined":
                return Const(None, at)
            case "object":
                return self._object(node, depth)
            case "array":
                items = tuple(self.value(child, depth + 1) for child in node.named_children if child.type != "comment")
                spread = any(child.type == "spread_element" for child in node.named_children)
                return Items(items, at, not spread)
            case "identifier":
                return self._identifier(node, depth)
            case "member_expression" | "subscript_expression":
                return self._member(node, depth)
            case "binary_expression":
                return self._binary(node, depth)
            case "unary_expression":
                return self._unary(node, depth)
            case "ternary_expression":
                return self._ternary(node, depth)
            case "call_expression" | "new_expression":
                return self._call(node, depth)
            case _:
                return Opaque("an expression", at)

    def _string(self, node: Node) -> str:
        said = self.source(node)[1:-1]
        return re.sub(r"\\(.)", r"\1", said) if "\\" in said else said

    def _object(self, node: Node, depth: int) -> Table:
        made = Table({}, {}, self.at(node))
        for child in node.named_children:
            match child.type:
                case "pair":
                    key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
                    name = self._key(key)
                    if key is None or value is None or name is None:
                        made = made._replace(whole=False)
                    else:
                        made.entries[name] = self.value(value, depth + 1)
                        made.keys[name] = self.at(key)
                case "shorthand_property_identifier":
                    name = self.source(child)
                    made.entries[name] = self._identifier(child, depth + 1)
                    made.keys[name] = self.at(child)
                case "spread_element":
                    made = _merged(made, self.value(child.named_children[0], depth + 1))
                case "method_definition":
                    name = self.source(child.child_by_field_name("name"))
                    made.entries[name] = Opaque("a function", self.at(child))
                    made.keys[name] = self.at(child)
        return made

    def _key(self, key: Node | None) -> str | None:
        if key is None:
            return None
        if key.type == "string":
            return self._string(key)
        if key.type == "computed_property_name":
            return text(self.value(key.named_children[0])) if key.named_children else None
        return self.source(key)

    def _identifier(self, node: Node, depth: int) -> Value:
        said = self.source(node)
        if said == "undefined":
            return Const(None, self.at(node))
        declared = self.declared(node)
        if declared is None:
            return Opaque(self.modules.get(said, said), self.at(node))
        initial = declared.child_by_field_name("value")
        if initial is not None and initial.start_byte <= node.start_byte < initial.end_byte:
            return Opaque(said, self.at(node))
        value = self.value(initial, depth + 1) if initial is not None else Const(None, self.at(declared))
        scope = scope_of(declared)
        for each in self._by_root.get(said, ()):
            inside = scope.start_byte <= each.node.start_byte < scope.end_byte
            if (
                not inside
                or not declared.start_byte < each.node.start_byte < node.start_byte
                or self.guarded(each.node, depth + 1)
            ):
                continue
            if function_of(each.node) != function_of(node) and function_of(each.node) != function_of(declared):
                continue
            keys = each.path.split(".")[1:]
            value = self._with(value, keys, self.value(each.right, depth + 1), each)
        return value

    def _with(self, held: Value, keys: list[str], value: Value, assignment: Assignment) -> Value:
        if not keys:
            return value
        if not isinstance(held, Table):
            whole = isinstance(held, (Absent, Const))
            held = Table({}, {}, held.at, whole)
        inner = self._with(held.entries.get(keys[0], Absent(value.at)), keys[1:], value, assignment)
        left = self.at(assignment.node)
        return held._replace(entries={**held.entries, keys[0]: inner}, keys={**held.keys, keys[0]: left})

    def _member(self, node: Node, depth: int) -> Value:
        path = self._path(node)
        at = self.at(node)
        environment = re.fullmatch(r"(?:process\.env|import\.meta\.env|Deno\.env|env)\.(\w+)", path)
        if environment:
            return Env(environment[1], None, at)
        base = node.child_by_field_name("object")
        if path.startswith("this."):
            found = [each for each in self._by_root.get("this", ()) if each.path == path and each.node != node]
            if len(found) == 1 and found[0].node.start_byte != node.start_byte:
                return self.value(found[0].right, depth + 1)
            return Opaque(path, at)
        if base is not None and path:
            held = self.value(base, depth + 1)
            if isinstance(held, Table):
                key = path.rpartition(".")[2]
                if key in held.entries:
                    return held.entries[key]
                return Const(None, at) if held.whole else Opaque(path, at)
        return Opaque(self.name(node) or path or "a part of a value", at)

    def _binary(self, node: Node, depth: int) -> Value:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = self.source(node.child_by_field_name("operator"))
        at = self.at(node)
        if operator in ("===", "==", "!==", "!="):
            said = self.holds(node, depth + 1)
            return Opaque("a comparison", at) if said is None else Const(said, at)
        one, other = self.value(left, depth + 1), self.value(right, depth + 1)
        if operator in ("||", "??"):
            if isinstance(one, Env):
                return one._replace(default=other) if one.default is None else one
            held = truth(one)
            if held is None:
                return either((one, other), at)
            return one if held else other
        if operator == "&&":
            held = truth(one)
            return Opaque("a condition", at) if held is None else (other if held else one)
        if isinstance(one, Const) and isinstance(other, Const):
            plain = _computed(operator, one.value, other.value)
            return Opaque("a computed value", at) if plain is None else Const(plain, at)
        return Opaque("a computed value", at)

    def _unary(self, node: Node, depth: int) -> Value:
        operator = self.source(node.child_by_field_name("operator"))
        if operator == "!":
            said = self.holds(node, depth + 1)
            return Opaque("a condition", self.at(node)) if said is None else Const(said, self.at(node))
        value = self.value(node.child_by_field_name("argument"), depth + 1)
        if operator == "-" and isinstance(value, Const) and isinstance(value.value, (int, float)):
            return Const(-value.value, self.at(node))
        return Opaque("an expression", self.at(node))

    def _ternary(self, node: Node, depth: int) -> Value:
        holds = self.holds(node.child_by_field_name("condition"), depth + 1)
        first, second = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
        if holds is not None:
            return self.value(first if holds else second, depth + 1)
        return either((self.value(first, depth + 1), self.value(second, depth + 1)), self.at(node))

    def _call(self, node: Node, depth: int) -> Value:
        name = self.callee(node)
        arguments = arguments_of(node)
        at = self.at(node)
        if name.endswith(_MERGES) and len(arguments) > 1:
            made = Table({}, {}, at)
            for each in arguments:
                made = _merged(made, self.value(each, depth + 1))
            return made
        function = node.child_by_field_name("function")
        member = function is not None and function.type == "member_expression"
        last = name.rpartition(".")[2] or (
            self.source(function.child_by_field_name("property")) if member and function else ""
        )
        if member and function is not None and last in ("toString", "trim"):
            return self.value(function.child_by_field_name("object"), depth + 1)  # what is given is an encoding
        if arguments and (name in _SAME or last in _SAME):
            return self.value(arguments[0], depth + 1)
        return Opaque(name or "a call", at)

    # Conditions

    def holds(self, node: Node | None, depth: int = 0) -> bool | None:
        """What a condition comes to in production; None where that cannot be told."""
        if node is None or depth > MAX_DEPTH:
            return None
        node = unwrapped(node)
        if node.type == "unary_expression" and self.source(node.child_by_field_name("operator")) == "!":
            said = self.holds(node.child_by_field_name("argument"), depth + 1)
            return None if said is None else not said
        if node.type == "binary_expression":
            return self._compares(node, depth)
        if node.type in ("identifier", "member_expression"):
            last = self._path(node).rpartition(".")[2]
            if is_prod(last):
                return True
            if is_dev(last):
                return False
        return truth(self.value(node, depth + 1))

    def _compares(self, node: Node, depth: int) -> bool | None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = self.source(node.child_by_field_name("operator"))
        if operator in ("&&", "||"):
            found = [self.holds(left, depth + 1), self.holds(right, depth + 1)]
            decisive = operator == "||"
            if decisive in found:
                return decisive
            return None if None in found else not decisive
        if operator not in ("===", "==", "!==", "!="):
            return None
        one, other = self.value(left, depth + 1), self.value(right, depth + 1)
        if isinstance(one, Const) and not isinstance(other, Const):
            one, other = other, one
        same: bool | None = None
        if isinstance(one, Const) and isinstance(other, Const):
            same = one.value == other.value
        elif isinstance(other, Const) and isinstance(other.value, str):
            same = True if is_prod(other.value) else False if is_dev(other.value) else None
        return None if same is None else same == (operator in ("===", "=="))

    def guarded(self, node: Node, depth: int = 0) -> bool:
        """Whether a node stands in a branch that production does not take."""
        child = node
        parent = node.parent
        while parent is not None:
            if parent.type in ("if_statement", "ternary_expression"):
                condition = parent.child_by_field_name("condition")
                if condition is not None and child != condition:
                    holds = self.holds(condition, depth)
                    if holds is not None and holds != (child == parent.child_by_field_name("consequence")):
                        return True
            elif parent.type == "binary_expression" and child == parent.child_by_field_name("right"):
                operator = self.source(parent.child_by_field_name("operator"))
                held = self.holds(parent.child_by_field_name("left"), depth) if operator in ("&&", "||") else None
                if held is not None and held == (operator == "||"):
                    return True
            child, parent = parent, parent.parent
        return False


def unwrapped(node: Node) -> Node:
    """An expression without its parentheses and types."""
    while node.type in _WRAPPED and node.named_children:
        node = node.named_children[0]
    return node


def arguments_of(call: Node) -> list[Node]:
    """The arguments of a call, comments left out."""
    arguments = call.child_by_field_name("arguments")
    if arguments is None or arguments.type != "arguments":
        return []
    return [child for child in arguments.named_children if child.type != "comment"]


def function_of(node: Node) -> Node | None:
    """The function that a node stands in."""
    parent = node.parent
    while parent is not None and parent.type not in _FUNCTIONS:
        parent = parent.parent
    return parent


def scope_of(declarator: Node) -> Node:
    """The part of the file in which a declared name is known."""
    declaration = declarator.parent
    is_var = declaration is not None and declaration.type == "variable_declaration"
    node = declaration or declarator
    while node.parent is not None:
        node = node.parent
        if node.type in _FUNCTIONS or node.type == "program" or (not is_var and node.type in _BLOCKS):
            break
    return node


def _merged(made: Table, other: Value) -> Table:
    if not isinstance(other, Table):
        return made._replace(whole=False)
    return made._replace(
        entries={**made.entries, **other.entries},
        keys={**made.keys, **other.keys},
        whole=made.whole and other.whole,
    )


def _computed(operator: str, one: Plain, other: Plain) -> str | int | float | None:
    if isinstance(one, str) and isinstance(other, str):
        return one + other if operator == "+" and len(one) + len(other) < MAX_TEXT else None
    if not isinstance(one, (int, float)) or not isinstance(other, (int, float)) or max(abs(one), abs(other)) > 1e15:
        return None
    return one * other if operator == "*" else one + other if operator == "+" else None


def _number(said: str) -> int | float | None:
    try:
        return int(said[:100].replace("_", ""), 0)
    except ValueError:
        try:
            return float(said[:100].replace("_", ""))
        except ValueError:
            return None


@lru_cache(maxsize=4)
def parse(source: str, path: str) -> Script:
    """The script that a text is; its path tells the language. Raises `ParseError`."""
    script = Script(source, path)
    if script.root.type == "ERROR" and not script.calls:
        raise ParseError(script.broken, 1, "this is not JavaScript")
    return script


def calls(script: Script) -> Iterator[tuple[Node, str, list[Node]]]:
    """Every call with the name of what it calls and its arguments."""
    for call in script.calls:
        yield call, script.callee(call), arguments_of(call)


@lru_cache(maxsize=3)
def _parser(grammar: str) -> Parser:
    from tree_sitter import Parser

    return Parser(_language(grammar))


@lru_cache(maxsize=3)
def _language(grammar: str) -> Any:
    from tree_sitter import Language

    if grammar == "javascript":
        import tree_sitter_javascript

        return Language(tree_sitter_javascript.language())
    import tree_sitter_typescript

    typed = tree_sitter_typescript.language_tsx if grammar == "tsx" else tree_sitter_typescript.language_typescript
    return Language(typed())


@lru_cache(maxsize=3)
def _query(grammar: str) -> Query:
    from tree_sitter import Query

    return Query(_language(grammar), _QUERY)


def _captures(grammar: str, root: Node) -> dict[str, list[Node]]:
    from tree_sitter import QueryCursor

    return QueryCursor(_query(grammar)).captures(root)
