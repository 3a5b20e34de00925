"""One walk of the tree, in bandit's order, asking at each node only the tests that could speak of it.

What the tests look at is made as bandit makes it: `_bandit_parent` on the way to the node, the imports and aliases met
so far, a context object. Bandit makes it for every node and every test; here it is made for the few nodes at which a
trigger holds. The walk keeps its own stack, so that depth of nesting is no limit.

A tree whose nodes name their parents is garbage that only the collector can free, and collecting took a third of a
large run. So a parent is named when a test is about to look, and forgotten at the end of the walk.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from operator import attrgetter
from types import EllipsisType, NoneType

from yett.checks._bandit import Crash, Engine, Issue
from yett.checks._bandit.bounded import Imports, steady
from yett.checks._bandit.plugins import BLACKLIST, Catalogue, Test, load
from yett.checks._bandit.triggers import ANY_ADDRESS, Triggers
from yett.lean import Any

Node = Any
"""An `ast.AST`: the tests hang attributes on it that its type does not know."""

_FILE_NAME = "./module.py"
"""Stands in for the path in a context: no test looks at it as bandit's own configuration has it."""


Place = tuple[Node, Any]
"""A node and the place of its parent; that of the module has None."""

Visit = Callable[[Node, Place], None]


def engine() -> Engine:
    """What gives the issues of a module in bandit's order. Raises light_import.UnfamiliarError."""
    catalogue = load()
    return Walk(catalogue._replace(context=steady(catalogue.context))).issues


def _leaves() -> frozenset[type]:
    """What is in a field and needs no visit: no test is for it, and nothing below it is code."""
    bases = (ast.boolop, ast.cmpop, ast.expr_context, ast.operator, ast.unaryop)
    kinds = [kind for base in bases for kind in base.__subclasses__()]
    simple = (ast.Break, ast.Continue, ast.Global, ast.MatchSingleton, ast.MatchStar, ast.Name, ast.Nonlocal, ast.Pass)
    plain = (NoneType, EllipsisType, str, bytes, int, bool, float, complex)
    return frozenset((*kinds, *simple, ast.alias, *plain))


class _Plan(dict[type, tuple[Visit | None, Callable[[Node], tuple[Any, ...]]]]):
    """Node kind -> what to do at such a node, and what reads its fields, last field first, as the stack wants them."""

    def __init__(self, visits: dict[type, Visit]) -> None:
        super().__init__()
        self._visits = visits

    def __missing__(self, kind: Any) -> tuple[Visit | None, Callable[[Node], tuple[Any, ...]]]:
        fields = [name for name in kind._fields if name not in _NOT_CODE]
        if kind is ast.Constant or not fields:
            read: Callable[[Node], tuple[Any, ...]] = lambda node: ()  # noqa: E731
        elif len(fields) == 1:
            only = attrgetter(fields[0])
            read = lambda node: (only(node),)  # noqa: E731
        else:
            read = attrgetter(*reversed(fields))
        self[kind] = self._visits.get(kind), _arguments if kind is ast.arguments else read
        return self[kind]


def _arguments(node: Node) -> tuple[Any, ...]:
    """The fields of `ast.arguments`, last field first, without the arguments that have no annotation: no code."""
    vararg, kwarg = node.vararg, node.kwarg
    return (
        node.defaults,
        kwarg if kwarg is not None and kwarg.annotation is not None else None,
        node.kw_defaults,
        [one for one in node.kwonlyargs if one.annotation is not None],
        vararg if vararg is not None and vararg.annotation is not None else None,
        [one for one in node.args if one.annotation is not None],
        [one for one in node.posonlyargs if one.annotation is not None],
    )


_NOT_CODE = frozenset(
    {
        "arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "kwd_attrs", "level", "module", "names",
        "op", "ops", "rest", "simple", "str", "type_comment", "type_ignores",
    },
)  # fmt: skip
"""Fields that never hold a node with code in it. Leaving one out saves time and changes nothing."""

_LEAVES = _leaves()

_THROUGH = frozenset(
    {ast.Assign, ast.Attribute, ast.Await, ast.Expr, ast.Return, ast.Starred, ast.Subscript, ast.keyword}
)
"""Kinds that hold one node, mostly `value`, and nothing to be done about but there: the walk goes on to what they hold
at once. So it does where nothing else in an assignment or a subscript holds anything."""


_MOST_CHAINED = 3_000_000
"""How long the chains of strings in a file may be, each one's length squared. B608 goes through all of a chain for each
string in it, 2 µs for each pair; bandit itself gives up on one of 1,000."""


class Walk:
    """The state of a walk, one file after the other."""

    def __init__(self, catalogue: Catalogue) -> None:
        _keep_memory()
        self._triggers = triggers = Triggers(catalogue)
        self._context = catalogue.context
        self._linerange = catalogue.linerange
        self._value_starts = (*triggers.folders, ANY_ADDRESS)
        self._blacklist = catalogue.test(BLACKLIST)
        self._address = catalogue.test("B104")
        self._secret = catalogue.test("B105")
        self._sql = catalogue.test("B608")
        self._folder = catalogue.test("B108")
        self._asserts = tuple(test for test in catalogue.tests if "Assert" in test.kinds)
        self._plan = _Plan(
            {
                ast.Assign: self._assign,
                ast.Attribute: self._attribute,
                ast.BinOp: self._binop,
                ast.Call: self._call,
                ast.Compare: self._compare,
                ast.Constant: self._string,
                ast.Dict: self._dict,
                ast.Import: self._import,
                ast.ImportFrom: self._import_from,
                ast.JoinedStr: self._joined,
                **self._always(ast.FunctionDef, catalogue, lambda node: node.args.defaults),
                **({ast.Assert: self._assert} if self._asserts else {}),
                **self._always(ast.ExceptHandler, catalogue, lambda node: len(node.body) == 1),
            }
        )
        self._of_file = tuple(test for test in catalogue.tests if "File" in test.kinds)
        self._forget()

    def issues(self, tree: ast.Module, data: bytes, name: str = _FILE_NAME) -> Iterator[Issue | Crash]:
        """In bandit's order. `name` is what the tests are told the file is called.

        Raises RecursionError for chains of strings that are longer than people write them.
        """
        self._name = name
        try:
            self._over(tree)
            self._file(data)
            return iter(self._said)
        finally:
            for node in self._linked:
                del node._bandit_parent
            self._forget()

    def _forget(self) -> None:
        self._name = _FILE_NAME
        self._said: list[Issue | Crash] = []
        self._imports = Imports()
        self._aliases: dict[str, str] = {}
        self._strings: dict[int, Test | None] = {}
        self._pairs: dict[int, Node] = {}
        self._linked: list[Node] = []
        self._asserted: list[Issue] | None = None
        self._chained = 0

    def _over(self, tree: Node) -> None:
        stack: list[Place] = [(tree, None)]
        pop, push = stack.pop, stack.append
        plan, strings, value_starts = self._plan, self._strings, self._value_starts
        leaves, through = _LEAVES, _THROUGH
        assign, attribute, constant, expression, listing = ast.Assign, ast.Attribute, ast.Constant, ast.Expr, list
        subscript, name = ast.Subscript, ast.Name
        while stack:
            place = pop()
            node = place[0]
            kind = type(node)
            visit, read = plan[kind]
            if visit is not None:
                visit(node, place)
            for child in read(node):
                sort = type(child)
                if sort in leaves or not child:
                    continue
                for item in reversed(child) if sort is listing else (child,):
                    sort = type(item)
                    if sort in leaves:
                        continue
                    above = place
                    while sort in through:
                        held = item.value
                        sort_of_held = type(held)
                        if sort is assign:
                            if len(item.targets) > 1 or type(item.targets[0]) is not name:
                                push((item, above))
                                break
                        elif sort is subscript:
                            sort_of_slice = type(item.slice)
                            if sort_of_held in leaves:
                                held, sort_of_held = item.slice, sort_of_slice
                            elif sort_of_slice not in leaves:
                                push((item, above))
                                break
                        if sort_of_held in leaves:
                            break
                        if sort_of_held is constant:
                            value = held.value
                            if type(value) is str and (
                                sort is attribute
                                or sort is assign
                                or (sort is not expression and value.startswith(value_starts))
                                or id(held) in strings
                            ):
                                push((item, above))
                            break
                        above = (item, above)
                        item, sort = held, sort_of_held
                    else:
                        if sort is constant:
                            value = item.value
                            if type(value) is not str or kind is expression:  # an expression by itself is a docstring
                                continue
                            if id(item) not in strings and not value.startswith(value_starts):
                                continue
                        push((item, above))

    def _link(self, place: Place) -> None:
        """Name the parents from here upwards, as far as that is not done."""
        node, above = place
        linked = self._linked
        while above is not None and "_bandit_parent" not in node.__dict__:
            parent, higher = above
            node._bandit_parent = parent
            linked.append(node)
            node, above = parent, higher

    def _file(self, data: bytes) -> None:
        """The tests for a file as a whole: B613, which looks for bidirectional controls."""
        if _may_hold_controls(data):
            context = {"file_data": BytesIO(data), "filename": self._name, "lineno": 0, "col_offset": 0}
            self._ask(self._of_file, (None, None), context, (0, 1))

    def _always(self, kind: type, catalogue: Catalogue, condition: Callable[[Node], Any]) -> dict[type, Visit]:
        tests = tuple(test for test in catalogue.tests if kind.__name__ in test.kinds)

        def visit(node: Node, place: Place) -> None:
            if condition(node):
                self._ask(tests, place, self._seen(node))

        return {kind: visit} if tests else {}

    def _assert(self, node: Node, place: Place) -> None:
        """Asked at the first one of a file: the one test for asserts, B101, looks at nothing but the file's name."""
        if self._asserted is None:
            before = len(self._said)
            self._ask(self._asserts, place, self._seen(node))
            self._asserted = [one for one in self._said[before:] if isinstance(one, Issue)]
            return
        for one in self._asserted:
            self._said.append(
                Issue(
                    *one[:5],
                    node.lineno,
                    node.col_offset,
                    node.end_col_offset,
                    node.lineno,
                    node.end_lineno,
                    one.cwe,
                    node,
                )
            )

    def _call(self, node: Node, place: Place) -> None:
        function = node.func
        aliases = self._aliases
        if type(function) is ast.Name:
            name = function.id
            qualified = aliases.get(name, name)
        elif type(function) is ast.Attribute:
            name = ""
            qualified = _qualified(function, aliases)
        else:
            name = qualified = ""
        triggers = self._triggers
        tests = triggers.of_name(qualified)
        for keyword in node.keywords:
            if keyword.arg is not None and (more := triggers.of_keyword(keyword.arg)):
                tests = tuple(sorted({*tests, *more}))
        if name == "__import__" and self._blacklist and self._blacklist not in tests:
            tests = (*tests, self._blacklist)
        if tests:
            context = self._seen(node)
            context["call"] = node
            context["qualname"] = qualified
            context["name"] = qualified.rpartition(".")[2]
            self._ask(tests, place, context)

    def _import(self, node: Node, place: Place) -> None:
        for alias in node.names:
            if alias.asname:
                self._aliases[alias.asname] = alias.name
            self._imports.add(alias.name)
        self._blacklisted_import(node, place, "")

    def _import_from(self, node: Node, place: Place) -> None:
        if node.module is None:
            self._import(node, place)
            return
        prefix = node.module + "."
        for alias in node.names:
            self._aliases[alias.asname or alias.name] = prefix + alias.name
            self._imports.add(prefix + alias.name)
        self._blacklisted_import(node, place, prefix)

    def _blacklisted_import(self, node: Node, place: Place, prefix: str) -> None:
        names = self._triggers.imports
        if self._blacklist and any((prefix + alias.name).startswith(names) for alias in node.names):
            self._ask((self._blacklist,), place, self._seen(node))

    def _assign(self, node: Node, place: Place) -> None:
        if not _is_string(node.value):
            return
        if any(self._secretish(target) for target in node.targets):
            self._strings[id(node.value)] = self._secret
        for target in node.targets:
            if type(target) is ast.Subscript:
                parts: tuple[Node, Node] = (target.value, target.slice)
                for part in parts:
                    if _is_string(part) and self._triggers.secretish.search(part.value):
                        self._strings[id(part)] = self._secret

    def _compare(self, node: Node, place: Place) -> None:
        if _is_string(node.comparators[0]) and self._secretish(node.left):
            for comparator in node.comparators:
                if _is_string(comparator):
                    self._strings[id(comparator)] = self._secret

    def _dict(self, node: Node, place: Place) -> None:
        search = self._triggers.secretish.search
        for key, value in zip(node.keys, node.values, strict=True):
            if _is_string(key) and type(value) is ast.Constant and search(key.value):
                self._strings[id(key)] = self._secret
                # B105 looks for its key in all keys, each time: this pair alone gives the same answer at once.
                self._pairs[id(key)] = ast.Dict(keys=[key], values=[value])

    def _attribute(self, node: Node, place: Place) -> None:
        text = node.value
        if node.attr in ("format", "replace") and _is_string(text) and self._triggers.query.search(text.value):
            self._strings[id(text)] = self._sql

    def _joined(self, node: Node, place: Place) -> None:
        texts = [value for value in node.values if _is_string(value)]
        if texts and self._triggers.query.search("".join(text.value for text in texts)):
            self._strings[id(texts[0])] = self._sql

    def _binop(self, node: Node, place: Place) -> None:
        if type(place[1][0]) is ast.BinOp:
            return  # looked at from the root of the chain
        texts = list(_texts_of_chain(node))
        if any(self._triggers.verb.search(text.value) for text in texts):
            self._chained += len(texts) ** 2
            if self._chained > _MOST_CHAINED:
                raise RecursionError("chains of strings that are too long")
            for text in texts:
                self._strings[id(text)] = self._sql

    def _secretish(self, target: Node) -> bool:
        name = getattr(target, "id", None) or getattr(target, "attr", None)
        return name is not None and self._triggers.secretish.search(name) is not None

    def _string(self, node: Node, place: Place) -> None:
        value = node.value
        wanted = (
            self._address if value == ANY_ADDRESS else None,
            self._strings.get(id(node)),
            self._folder if value.startswith(self._triggers.folders) else None,
        )
        tests = [test for test in wanted if test is not None]
        if tests:
            context = self._seen(node)
            context["str"] = value
            self._link(place)
            parent = node._bandit_parent
            node._bandit_parent = self._pairs.get(id(node), parent)
            self._ask(tests, place, context, parent=parent)
            node._bandit_parent = parent

    def _seen(self, node: Node) -> dict[str, Any]:
        return {
            "imports": self._imports,
            "import_aliases": self._aliases,
            "lineno": node.lineno,
            "col_offset": node.col_offset,
            "end_col_offset": node.end_col_offset,
            "node": node,
            "filename": self._name,
        }

    def _ask(
        self,
        tests: Iterable[Test],
        place: Place,
        seen: dict[str, Any],
        ends: tuple[int, int] | None = None,
        parent: Node = None,
    ) -> None:
        node = place[0]
        self._link(place)
        context = self._context(seen)  # the tests only read it, so that one serves them all
        for test in tests:
            try:
                issue = test.ask(context)
            except Exception as error:  # bandit does the same: a test may fail in any way on code nobody thought of
                self._said.append(Crash(test.name, type(error).__name__, seen["lineno"]))
                continue
            if issue is None:
                continue
            if ends is None:
                ends = _ends(self._linerange, node, node if parent is None else parent)
            first, last = (issue.linerange[0], issue.linerange[-1]) if issue.linerange else ends
            line, column = issue.lineno, issue.col_offset
            self._said.append(
                Issue(
                    issue.test_id or test.id,
                    test.name,
                    issue.severity,
                    issue.confidence,
                    issue.text,
                    seen["lineno"] if line is None else line,
                    seen["col_offset"] if column == -1 else column,
                    seen.get("end_col_offset", 0),
                    first,
                    last,
                    issue.cwe.id,
                    node,
                    parent,
                )
            )


def _keep_memory() -> None:
    """Have the C library keep what a parsed file took for the next one: giving it back to the system each time and
    asking for it again took 8% of a large run. glibc keeps twice the largest block that it ever gave back whole."""
    bytes(8 << 20)  # never touched, so that it costs no memory


def _ends(linerange: Callable[[Node], list[int]], node: Node, around: Node) -> tuple[int, int]:
    """The ends of bandit's line range: of a string, that of what is around it.

    Some nodes have no line of their own. Bandit asks for their range twice, and the second answer, the one it reports,
    is what it keeps on the node, without the correction it makes in the first.
    """
    if hasattr(around, "lineno"):
        return around.lineno, around.end_lineno
    if not hasattr(around, "_bandit_linerange_stripped"):
        try:
            linerange(around)
        except RecursionError:  # around values nested a thousand deep, where bandit gives up on the file
            return node.lineno, node.end_lineno
    ends: tuple[int, int] = around._bandit_linerange_stripped
    return ends


def _qualified(attribute: Node, aliases: dict[str, str]) -> str:
    """`bandit.core.utils.get_call_name` without recursion. Aliases are single names: only the first part can be one."""
    value = attribute.value
    if type(value) is ast.Name:
        name = value.id
        return f"{aliases.get(name, name)}.{attribute.attr}"
    parts = [attribute.attr]
    while type(value) is ast.Attribute:
        parts.append(value.attr)
        value = value.value
    parts.append(aliases.get(value.id, value.id) if type(value) is ast.Name else "")
    return ".".join(reversed(parts))


def _is_string(node: Node) -> bool:
    return type(node) is ast.Constant and type(node.value) is str


def _texts_of_chain(root: Node) -> Iterator[Node]:
    """The strings that are operands in a chain such as `"a" + b + "c" % d`."""
    stack = [root]
    while stack:
        node = stack.pop()
        for operand in (node.left, node.right):
            if type(operand) is ast.BinOp:
                stack.append(operand)
            elif _is_string(operand):
                yield operand


def _may_hold_controls(data: bytes) -> bool:
    """Whether B613's characters, U+200F, U+202A to U+202E and U+2066 to U+2069, can be in the decoded text.

    In UTF-8 they are these bytes; under another declared encoding (PEP 263: first or second line) anything goes.
    """
    if not data.isascii() and _CONTROLS.search(data):
        return True
    return any(b"coding" in line and not _UTF_8.search(line) for line in data.split(b"\n", 2)[:2])


_CONTROLS = re.compile(rb"\xe2(?:\x80[\x8f\xaa-\xae]|\x81[\xa6-\xa9])")
_UTF_8 = re.compile(rb"^[ \t\f]*#[^\n]*?coding[:=][ \t]*utf-8(?![-\w.])", re.ASCII)
