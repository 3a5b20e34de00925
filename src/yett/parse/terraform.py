"""Terraform: the module that a directory is, with what its variables, locals and simple functions amount to.

    module = load(tree, "infra/main.tf", text)      the whole directory, read once for each tree
    modules = loads(tree, "infra/main.tf", text)    one for each way in which other directories call it
    module.within("infra/main.tf")                  the resources, data sources, providers, … of one file
    errors("infra/main.tf", text)                   the places of that file that could not be read

What is evaluated: literals, variables with a default or a value in `terraform.tfvars` and `*.auto.tfvars`, locals,
templates, conditionals and operators over those, `for`, and the functions in `parse/functions.py`. Everything else is
`Unresolved`: a variable without a default, an attribute of a resource, a module's output. A `dynamic` block is expanded
where its list is known, else its content stands once with its iterator unresolved and the list has `more`. A resource
with `count = 0` or an empty `for_each` is left out. `.tf.json` is read as well.

A directory that others of the tree call (`source = "../modules/shop"`) is what they make of it: its variables have the
values that they give. Calls in examples and tests count only where nothing else calls.
https://developer.hashicorp.com/terraform/language
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache, partial

from yett.lean import TYPE_CHECKING, NamedTuple, TypeAlias
from yett.parse import hcl
from yett.parse.resources import (
    CLOSE,
    OPEN,
    Category,
    List,
    Map,
    Mark,
    Module,
    Plain,
    Ref,
    Resource,
    Scalar,
    Unresolved,
    Value,
    known,
    named,
    placed,
)
from yett.parse.source import ParseError, Span
from yett.parse.stages import is_test_path, words
from yett.parse.tree import Tree

if TYPE_CHECKING:
    from yett.parse.yaml import Node

MAX_FILES = 300
MAX_BYTES = 4 << 20
"""Of one directory. Beyond, the module is not whole."""

MAX_STEPS = 20_000
"""Evaluated expressions for one attribute: what doubles a list thirty times over is not waited for."""

MAX_CHAIN = 40
"""Locals that stand for one another."""

MAX_TEXT = 1 << 20

MAX_CALLS = 8
"""Ways to call a directory that are told apart; beyond, what they do not agree on is unknown."""

MAX_CALLERS = 200
"""Files that are searched for calls."""

MAX_NESTED = 3
"""Directories that call a directory that calls a directory."""

MAX_EXPANDED = 50
"""Blocks that a `dynamic` block becomes."""

_HERE = Span(1, 1, 1, 1)

KINDS = {
    "aws_alb": "aws_lb",
    "aws_alb_listener": "aws_lb_listener",
    "aws_alb_listener_rule": "aws_lb_listener_rule",
    "aws_alb_target_group": "aws_lb_target_group",
    "aws_elasticsearch_domain": "aws_opensearch_domain",
    "aws_elasticsearch_domain_policy": "aws_opensearch_domain_policy",
    "aws_cloudwatch_event_bus_policy": "aws_cloudwatch_event_bus_policy",
}
"""Types that go by a second name."""


def is_terraform(path: str) -> bool:
    return path.endswith((".tf", ".tf.json", ".tofu", ".tofu.json"))


def _is_values(name: str) -> bool:
    return name in ("terraform.tfvars", "terraform.tfvars.json") or name.endswith((".auto.tfvars", ".auto.tfvars.json"))


def load(tree: Tree, path: str, text: str) -> Module:
    """The module that the directory of a file is, with this text for the file. Where it is called in several ways,
    what they do not agree on is unknown."""
    return _of(tree, path, text)[0]


def loads(tree: Tree, path: str, text: str) -> tuple[Module, ...]:
    """The modules that the directory of a file is, one for each way in which it is called."""
    return _of(tree, path, text)[1]


_Modules: TypeAlias = "tuple[Module, tuple[Module, ...]]"


def _of(tree: Tree, path: str, text: str) -> _Modules:
    folder = posixpath.dirname(path)
    if tree.text(path) == text:
        return _folder(tree, folder, MAX_NESTED)
    return _load(tree, folder, {path: text}, MAX_NESTED)


def _folder(tree: Tree, folder: str, nested: int) -> _Modules:
    return tree.once(("yett.parse.terraform", folder, nested), lambda: _load(tree, folder, {}, nested))


def errors(path: str, text: str) -> tuple[ParseError, ...]:
    """What could not be read of one file."""
    return _read(path, text).errors


def _load(tree: Tree, folder: str, given: Mapping[str, str], nested: int) -> _Modules:
    paths = dict.fromkeys((*tree.folder(folder), *given))
    sources = [path for path in paths if is_terraform(path)]
    whole = len(sources) <= MAX_FILES
    files: list[tuple[str, hcl.File]] = []
    budget = MAX_BYTES
    # A file that is given comes first: it is the one that is judged.
    for path in sorted(sources, key=lambda path: path not in given)[:MAX_FILES]:
        text = given.get(path) if path in given else tree.text(path)
        if text is None or len(text) > budget:
            whole = False
            continue
        budget -= len(text)
        file = _read(path, text)
        whole = whole and not file.errors
        files.append((path, file))
    values: dict[str, hcl.Attribute] = {}
    for path in sorted((path for path in paths if _is_values(posixpath.basename(path))), key=_rank):
        text = tree.text(path)
        if text is not None and len(text) <= budget:
            values.update(_read(path, text).body.attributes)
    calls = _calls(tree, folder, nested) if nested and _has_variables(files) else []
    if not calls:
        module = _module(files, values, whole, {})
        return module, (module,)
    if len(calls) == 1:
        module = _module(files, {}, whole, calls[0])
        return module, (module,)
    merged = _module(files, {}, whole, _agreed(calls))
    if len(calls) > MAX_CALLS:
        return merged, (merged,)
    return merged, tuple(_module(files, {}, whole, each) for each in calls)


def _has_variables(files: list[tuple[str, hcl.File]]) -> bool:
    return any(block.type == "variable" for _, file in files for block in file.body.blocks)


Given: TypeAlias = "dict[str, Value]"


def _calls(tree: Tree, folder: str, nested: int) -> list[Given]:
    """What other directories give to a directory, once for each way."""
    found: dict[tuple[object, ...], Given] = {}
    callers = _callers(tree, folder)
    real = [each for each in callers if not _is_example(each)]
    if not real and callers and not _is_example(folder):
        return []
    for caller in real or callers:
        for module in _folder(tree, caller, nested - 1)[1]:
            for call in module.of("module"):
                if _target(call) == folder and call.category == "module" and not _is_none(call):
                    given = _given(call)
                    found.setdefault(tuple(sorted((name, _key(value)) for name, value in given.items())), given)
    return list(found.values())


def _callers(tree: Tree, folder: str) -> list[str]:
    """The directories that call a directory by a relative path."""
    callers: list[str] = []
    for other, paths in _folders(tree, folder) if folder else ():
        sources = (source for path in paths for source in _sources(tree.text(path) or ""))
        if other != folder and any(_joined(other, source) == folder for source in sources):
            callers.append(other)
    return callers


def _sources(text: str) -> list[str]:
    """The relative paths that a file calls modules by, as its text shows them."""
    return re.findall(r'source"?\s*[=:]\s*"(\.\.?(?:/[^"]*)?)"', text) if '"./' in text or '"..' in text else []


def _joined(folder: str, source: str) -> str:
    path = posixpath.normpath(posixpath.join(folder, source))
    return "" if path == "." else path


def _folders(tree: Tree, folder: str) -> Iterator[tuple[str, list[str]]]:
    """The directories of Terraform in a tree: those above one first, its neighbours last."""
    every = tree.once(("yett.parse.terraform", "folders"), lambda: _grouped(tree.paths))
    parent = posixpath.dirname(folder)

    def order(other: str) -> tuple[int, str]:
        above = not other or folder.startswith(f"{other}/")
        return 0 if above else 2 if posixpath.dirname(other) == parent else 1, other

    left = MAX_CALLERS
    for other in sorted(every, key=order):
        left -= len(every[other])
        if left < 0:
            return
        yield other, every[other]


def _grouped(paths: Iterable[str]) -> dict[str, list[str]]:
    every: dict[str, list[str]] = {}
    for path in paths:
        if is_terraform(path):
            every.setdefault(posixpath.dirname(path), []).append(path)
    return every


_EXAMPLES = frozenset(("demo", "demos", "doc", "docs", "example", "examples", "sample", "samples"))


def _is_example(folder: str) -> bool:
    return is_test_path(f"{folder}/main.tf") or not _EXAMPLES.isdisjoint(words(folder))


def _target(call: Resource) -> str | None:
    """The directory that a call means, if it is one of the tree."""
    source = known(call.body.get("source")) or ""
    if not source.startswith(("./", "../")) and source not in (".", ".."):
        return None
    return _joined(posixpath.dirname(call.path), source)


def _is_none(call: Resource) -> bool:
    """Whether a call is left out."""
    count, each = call.body.get("count"), call.body.get("for_each")
    if isinstance(each, List):
        return not each.items and not each.more
    if isinstance(each, Map):
        return not each.names() and not each.more
    return known(count) in ("0", "false")


_META = frozenset(("source", "version", "providers", "count", "for_each", "depends_on"))


def _given(call: Resource) -> Given:
    given: Given = {}
    for name in call.body.names():
        if name not in _META:
            value = call.body.get(name)
            given[name] = Scalar(None, call.span) if value is None else _foreign(value, name)
    return given


def _foreign(value: Value, name: str) -> Value:
    """A value without what it says of the caller's own resources: those of this directory have the same names."""
    match value:
        case Scalar():
            return value
        case Unresolved():
            return Unresolved(f"var.{name}", value.span, (), value.text)
        case List():
            return List(tuple(_foreign(item, name) for item in value.items), value.span, value.more)
    cells: dict[str, tuple[Span, Value | Callable[[], Value]]] = {
        key: (value.key(key) or value.span, partial(_below, value, key, name)) for key in value.names()
    }
    return Map(value.span, cells, more=value.more)


def _below(value: Map, key: str, name: str) -> Value:
    inner = value.get(key)
    return Scalar(None, value.span) if inner is None else _foreign(inner, name)


def _key(value: Value) -> str:
    """What tells one given value from another."""
    match value:
        case Scalar(value=plain):
            return f"={plain!r}"
        case Unresolved(text=text):
            return f"?{text}"
        case List(items=items):
            return f"[{','.join(map(_key, items))}]"
    return "{" + ",".join(f"{name}:{_key(inner)}" for name, inner in value.items()) + "}"


def _agreed(calls: list[Given]) -> Given:
    """What all calls give, and unknown where they differ."""
    agreed: Given = {}
    for name in dict.fromkeys(name for each in calls for name in each):
        values = [each[name] for each in calls if name in each]
        same = len(values) == len(calls) and len({_key(value) for value in values}) == 1
        agreed[name] = values[0] if same else Unresolved(f"var.{name}", values[0].span)
    return agreed


def _rank(path: str) -> tuple[bool, str]:
    """terraform.tfvars comes first, then the others in the order of their names."""
    name = posixpath.basename(path)
    return (not name.startswith("terraform.tfvars"), name)


@lru_cache(maxsize=8)
def _read(path: str, text: str) -> hcl.File:
    return _from_json(text) if path.endswith(".json") else hcl.parse(text)


_LABELLED: dict[str, Category] = {"resource": "resource", "data": "data"}
_NAMED: dict[str, Category] = {"provider": "provider", "variable": "variable", "output": "output", "module": "module"}


def _module(files: list[tuple[str, hcl.File]], values: dict[str, hcl.Attribute], whole: bool, given: Given) -> Module:
    scope = _Scope(values, given)
    blocks: list[tuple[str, hcl.Block]] = []
    for path, file in files:
        for block in file.body.blocks:
            blocks.append((path, block))
            if block.type == "variable" and block.labels:
                scope.variables.setdefault(block.labels[0], []).append((path, block))
            elif block.type == "locals":
                for name, attribute in block.body.attributes.items():
                    scope.locals.setdefault(name, []).append((path, attribute))
    return Module(_declared(blocks, scope), whole=whole)


def _declared(blocks: list[tuple[str, hcl.Block]], scope: _Scope) -> Iterator[Resource]:
    for path, block in blocks:
        resource = _resource(path, block, scope)
        if resource is not None:
            yield resource
            if resource.category == "module":
                yield from _inside(resource)


def _inside(call: Resource) -> Iterator[Resource]:
    """The resource that a well-known module makes of what it is given."""
    from yett.parse.registry_modules import ALIASES, kind, left_out

    source = known(call.find("source")) or ""
    found = kind(source)
    if found:
        # Modules have had other names for their arguments: the resource's own, or none of these.
        aliases = {
            path: alias
            for path, alias in ALIASES.get(found, {}).items()
            if call.body.written(alias) is not None or call.body.written(path.partition(".")[0]) is None
        }
        replaced = set(ALIASES.get(found, {}).values()).difference(aliases.values())
        body = call.body.opened()
        for name, default in left_out(source, known(call.find("version")) or ""):
            if body.written(name) is None and name not in replaced:
                body = body.joined(name, call.span, Scalar(default, call.span))
        yield call._replace(kind=found, category="resource", body=body, aliases=aliases)


def _resource(path: str, block: hcl.Block, scope: _Scope) -> Resource | None:
    evaluator = _Evaluator(scope, path)
    if block.type in _LABELLED and len(block.labels) >= 2:
        type_, name = block.labels[:2]
        if not block.broken and _is_never(block.body, evaluator):
            return None
        data = block.type == "data"
        address = f"data.{type_}.{name}" if data else f"{type_}.{name}"
        kind, category = KINDS.get(type_, type_), _LABELLED[block.type]
    elif block.type in _NAMED and block.labels:
        kind, category, type_, name = block.type, _NAMED[block.type], block.type, block.labels[0]
        address = f"{'var' if block.type == 'variable' else block.type}.{name}"
    elif block.type == "terraform":
        kind, category, type_, name, address = "terraform", "terraform", "terraform", "", "terraform"
    else:
        return None
    body = evaluator.body(block.body, {}, 0)
    return Resource(kind, name, address, body, block.span, path, category, type_, broken=block.broken)


def _is_never(body: hcl.Body, evaluator: _Evaluator) -> bool:
    """Whether there is no instance at all."""
    count, each = body.attributes.get("count"), body.attributes.get("for_each")
    if count:
        value = evaluator.value(count.expression)
        return isinstance(value, Scalar) and value.value in (0, "0", False) and value.value is not None
    if each:
        value = evaluator.value(each.expression)
        return (isinstance(value, List) and not value.items and not value.more) or (
            isinstance(value, Map) and not value.names() and not value.more
        )
    return False


class _Scope:
    """What the names of a module stand for."""

    def __init__(self, values: dict[str, hcl.Attribute], given: Given) -> None:
        self.values = values
        self.given = given
        self.variables: dict[str, list[tuple[str, hcl.Block]]] = {}
        self.locals: dict[str, list[tuple[str, hcl.Attribute]]] = {}
        self.made: dict[tuple[str, str, str], Value] = {}
        self.making: set[tuple[str, str, str]] = set()
        self.costs: dict[tuple[str, str, str], int] = {}

    def look_up(self, kind: str, name: str, path: str) -> tuple[Value | None, int]:
        """The value of `var.name` or `local.name` as a file sees it, and how many steps it took; None where nothing in
        the module says it.

        Two definitions of one name are an error to Terraform; where a folder holds several modules side by side, the
        definition of the same file is meant.
        """
        found: list[tuple[str, hcl.Expression]] = []
        if kind == "var" and name in self.given:
            return self.given[name], 1
        if kind == "var":
            if name in self.values:
                found = [("", self.values[name].expression)]
            else:
                blocks = self.variables.get(name, ())
                found = [
                    (file, block.body.attributes["default"].expression)
                    for file, block in blocks
                    if "default" in block.body.attributes and (file == path or len(blocks) == 1)
                ] or [
                    (file, block.body.attributes["default"].expression)
                    for file, block in blocks[:1]
                    if "default" in block.body.attributes
                ]
        else:
            found = [(file, attribute.expression) for file, attribute in self.locals.get(name, ())]
        if not found:
            return None, 0
        file, expression = next((each for each in found if each[0] == path), found[0])
        key = (kind, name, file)
        if key in self.made:
            return self.made[key], self.costs[key]
        if key in self.making or len(self.making) >= MAX_CHAIN:
            return None, 0
        self.making.add(key)
        evaluator = _Evaluator(self, file or path)
        value = evaluator.value(expression)
        self.making.discard(key)
        self.made[key] = value
        self.costs[key] = evaluator.steps
        return value, evaluator.steps


Names = Mapping[str, Value]


class _Evaluator:
    """Expressions to values, as one file of a module sees them."""

    def __init__(self, scope: _Scope, path: str) -> None:
        self.scope = scope
        self.path = path
        self.steps = 0

    def body(self, body: hcl.Body, names: Names, depth: int) -> Map:
        """The attributes and nested blocks of a block. Blocks of one name become a list where there are several."""
        cells: dict[str, tuple[Span, Value | Callable[[], Value]]] = {
            name: (attribute.span, partial(self._attribute, attribute, names))
            for name, attribute in body.attributes.items()
        }
        more = False
        groups: dict[str, list[hcl.Block]] = {}
        for block in body.blocks:
            if block.type == "dynamic":
                if block.labels:
                    groups.setdefault(block.labels[0], []).append(block)
                else:
                    more = True
            else:
                groups.setdefault(block.type, []).append(block)
        for name, blocks in groups.items():
            cells[name] = (blocks[0].span, partial(self._blocks, blocks, names, depth + 1))
        return Map(body.span, cells, more=more)

    def _attribute(self, attribute: hcl.Attribute, names: Names) -> Value:
        self.steps = 0
        return self.value(attribute.expression, names)

    def _blocks(self, blocks: list[hcl.Block], names: Names, depth: int) -> Value:
        items: list[Value] = []
        more = False
        for block in blocks:
            if block.type == "dynamic":
                made, open_ = self._dynamic(block, names, depth)
                items += made
                more = more or open_
            else:
                items.append(_headed(self.body(block.body, names, depth), block))
        if len(items) == 1 and not more:
            return items[0]
        return List(tuple(items), blocks[0].span, more)

    def _dynamic(self, block: hcl.Block, names: Names, depth: int) -> tuple[list[Value], bool]:
        content = next((inner for inner in block.body.blocks if inner.type == "content"), None)
        if content is None:
            return [], True
        iterator = block.labels[0]
        if "iterator" in block.body.attributes:
            named_ = block.body.attributes["iterator"].expression
            if isinstance(named_, hcl.Traversal) and isinstance(named_.root, str):
                iterator = named_.root
        each = block.body.attributes.get("for_each")
        over = self.value(each.expression, names) if each else Unresolved("for_each", block.span)
        pairs = _pairs(over)
        if pairs is None or len(pairs) > MAX_EXPANDED:
            unknown = Unresolved(f"{iterator}.value", content.span)
            inner = {
                **names,
                iterator: Map(content.span, {"key": (content.span, unknown), "value": (content.span, unknown)}),
            }
            return [_headed(self.body(content.body, inner, depth), content)], True
        made: list[Value] = []
        for key, value in pairs:
            bound = Map(content.span, {"key": (content.span, key), "value": (content.span, value)})
            made.append(_headed(self.body(content.body, {**names, iterator: bound}, depth), content))
        return made, False

    def value(self, expression: hcl.Expression, names: Names | None = None) -> Value:
        self.steps += 1
        span = expression.span
        if self.steps > MAX_STEPS:
            return Unresolved("an expression that is too large", span)
        names = names or {}
        match expression:
            case hcl.Literal(value=value):
                return Scalar(value, span)
            case hcl.Template():
                return self._template(expression, names)
            case hcl.Traversal():
                return self._traversal(expression, names)
            case hcl.Tuple(items=items):
                return List(tuple(self.value(item, names) for item in items), span)
            case hcl.Object():
                return self._object(expression, names)
            case hcl.Conditional():
                return self._conditional(expression, names)
            case hcl.Call():
                return self._call(expression, names)
            case hcl.Operation():
                return self._operation(expression, names)
            case hcl.For():
                return self._for(expression, names)
            case hcl.Opaque(what=what):
                return Unresolved(what, span)
            case _:
                raise TypeError(f"no expression of HCL: {type(expression).__name__}")

    def _template(self, template: hcl.Template, names: Names) -> Value:
        """A text, with what is not known between `OPEN` and `CLOSE`."""
        pieces: list[str] = []
        marks: list[Mark] = []
        refs: list[Ref] = []
        whats: list[str] = []
        offset = 0
        for part in template.parts:
            marks.append(Mark(offset, part.span.line, part.span.column))
            value = self.value(part, names)
            match value:
                case Scalar():
                    piece = _text(value.value)
                case Unresolved():
                    piece = value.text or OPEN + value.what + CLOSE
                    refs += value.refs
                    whats.append(value.what)
                case _:
                    piece = OPEN + "a list or object" + CLOSE
                    whats.append("a list or object")
            pieces.append(piece)
            offset += len(piece)
            if offset > MAX_TEXT:
                return Unresolved("a text that is too large", template.span)
        text = "".join(pieces)
        if whats:
            return Unresolved(whats[0], template.span, tuple(refs), text, tuple(marks))
        return Scalar(text, template.span, tuple(marks))

    def _traversal(self, traversal: hcl.Traversal, names: Names) -> Value:
        root, steps, span = traversal
        if not isinstance(root, str):
            return self._step(self.value(root, names), steps, span, "an expression", names)
        if root in names:
            return self._step(names[root], steps, span, root, names)
        what = _name(root, steps)
        if not steps and root.lower() in ("true", "false"):
            # Terraform refuses `False`; whoever wrote it meant the boolean.
            return Scalar(root.lower() == "true", span)
        if root in ("var", "local") and steps and isinstance(steps[0], str):
            value, cost = self.scope.look_up(root, steps[0], self.path)
            # What it took is counted wherever it is used: a list of two lists of two lists is no more than its parts.
            self.steps += cost
            if value is None or self.steps > MAX_STEPS:
                return Unresolved(what, span)
            return self._step(placed(value, span), steps[1:], span, what, names)
        return Unresolved(what, span, named(what))

    def _step(
        self, value: Value, steps: tuple[hcl.Expression | str, ...], span: Span, what: str, names: Names
    ) -> Value:
        for number, step in enumerate(steps):
            if isinstance(value, Unresolved):
                return value if value.span == span else value._replace(span=span)
            if step == "*":
                if not isinstance(value, List):
                    return Unresolved(what, span)
                rest = steps[number + 1 :]
                return List(tuple(self._step(item, rest, span, what, names) for item in value.items), span, value.more)
            key: Plain
            if isinstance(step, str):
                key = step
            else:
                index = self.value(step, names)
                if not isinstance(index, Scalar):
                    return Unresolved(what, span)
                key = index.value
            below = _item(value, key)
            if below is None:
                return Unresolved(what, span)
            value = below
        return value

    def _object(self, expression: hcl.Object, names: Names) -> Value:
        cells: dict[str, tuple[Span, Value | Callable[[], Value]]] = {}
        more = False
        for item in expression.items:
            key = self.value(item.key, names)
            if isinstance(key, Scalar):
                cells[_text(key.value)] = (item.key.span, partial(self._later, item.value, names))
            else:
                more = True
                what = key.text or key.what if isinstance(key, Unresolved) else "a key"
                cells[OPEN + what + CLOSE] = (item.key.span, partial(self._later, item.value, names))
        return Map(expression.span, cells, more=more)

    def _later(self, expression: hcl.Expression, names: Names) -> Value:
        return self.value(expression, names)

    def _conditional(self, expression: hcl.Conditional, names: Names) -> Value:
        condition = self.value(expression.condition, names)
        if isinstance(condition, Scalar):
            return self.value(expression.yes if condition.value in (True, "true") else expression.no, names)
        yes, no = self.value(expression.yes, names), self.value(expression.no, names)
        if isinstance(yes, Scalar) and isinstance(no, Scalar) and yes.value == no.value:
            return Scalar(yes.value, expression.span)
        refs = tuple(ref for value in (yes, no) if isinstance(value, Unresolved) for ref in value.refs)
        return Unresolved(condition.what if isinstance(condition, Unresolved) else "a condition", expression.span, refs)

    def _call(self, call: hcl.Call, names: Names) -> Value:
        from yett.parse.functions import FUNCTIONS

        if call.name == "try":
            # The first argument, unless it fails; what is unresolved may or may not.
            return self.value(call.arguments[0], names) if call.arguments else Unresolved("try()", call.span)
        function = FUNCTIONS.get(call.name)
        if function is None or call.spread:
            refs: tuple[Ref, ...] = ()
            if call.name in _TRANSPARENT:
                values = [self.value(argument, names) for argument in call.arguments]
                refs = tuple(ref for value in values if isinstance(value, Unresolved) for ref in value.refs)
            return Unresolved(f"{call.name}()", call.span, refs)
        arguments = [self.value(argument, names) for argument in call.arguments]
        return function(arguments, call.span)

    def _operation(self, operation: hcl.Operation, names: Names) -> Value:
        from yett.parse.functions import operate

        left = self.value(operation.left, names) if operation.left is not None else None
        return operate(left, operation.operator, self.value(operation.right, names), operation.span)

    def _for(self, expression: hcl.For, names: Names) -> Value:
        span = expression.span
        over = self.value(expression.over, names)
        pairs = _pairs(over)
        if pairs is None or expression.grouped:
            refs = over.refs if isinstance(over, Unresolved) else ()
            return Unresolved(over.what if isinstance(over, Unresolved) else "a for expression", span, refs)
        items: list[Value] = []
        cells: dict[str, tuple[Span, Value | Callable[[], Value]]] = {}
        more = False
        for key, value in pairs:
            bound = {**names, expression.names[-1]: value}
            if len(expression.names) > 1:
                bound[expression.names[0]] = key
            if expression.condition is not None:
                condition = self.value(expression.condition, bound)
                if not isinstance(condition, Scalar):
                    more = True
                    continue
                if condition.value not in (True, "true"):
                    continue
            result = self.value(expression.result, bound)
            if expression.result_key is None:
                items.append(result)
                continue
            made = self.value(expression.result_key, bound)
            if isinstance(made, Scalar):
                cells[_text(made.value)] = (span, result)
            else:
                more = True
        return Map(span, cells, more=more) if expression.result_key is not None else List(tuple(items), span, more)


_TRANSPARENT = frozenset(("element", "one", "coalesce", "lookup", "flatten", "compact", "distinct", "sort", "values"))
"""Functions that give back what they are given: a reference through them is still one."""


def _headed(body: Map, block: hcl.Block) -> Map:
    """A nested block stands where its header does. Its label, if it has one, is under `_label`."""
    body.span = block.span
    if block.labels and block.type != "dynamic":
        return body.joined("_label", block.span, Scalar(block.labels[0], block.span))
    return body


def _pairs(value: Value) -> list[tuple[Value, Value]] | None:
    """Keys and values of a list, set or object; None where they are not all known."""
    match value:
        case List(items=items, more=False):
            return [(Scalar(number, item.span), item) for number, item in enumerate(items)]
        case Map() if not value.more:
            return [(Scalar(name, item.span), item) for name, item in value.items()]
    return None


def _item(value: Value, key: Plain) -> Value | None:
    if isinstance(value, Map) and isinstance(key, str):
        return value.get(key)
    if isinstance(value, List) and isinstance(key, int) and not isinstance(key, bool):
        return value.items[key] if 0 <= key < len(value.items) else None
    if isinstance(value, Map) and key == 0:
        return value  # a single nested block
    return None


def _text(value: Plain) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _name(root: str, steps: tuple[hcl.Expression | str, ...]) -> str:
    """`aws_subnet.a[0].id` without its indices: what tells one resource from another."""
    return ".".join((root, *(step for step in steps if isinstance(step, str) and step != "*")))


def _from_json(text: str) -> hcl.File:
    """A `.tf.json` or `.tfvars.json` file. https://developer.hashicorp.com/terraform/language/syntax/json"""
    from yett.parse.json import compose

    try:
        root = compose(text)
    except ParseError as error:
        return hcl.File(hcl.Body({}, (), _HERE), (error,))
    return hcl.File(_json_file(root))


class _Shape(NamedTuple):
    """How many names stand between a block's type and its body."""

    labels: int


_SHAPES = {
    "resource": 2,
    "data": 2,
    "provider": 1,
    "variable": 1,
    "output": 1,
    "module": 1,
    "terraform": 0,
    "locals": 0,
    "backend": 1,
    "required_providers": 0,
}


def _json_file(root: Node | None) -> hcl.Body:
    from yett.parse.yaml import Mapping as Names_

    if not isinstance(root, Names_):
        return hcl.Body({}, (), _HERE)
    attributes = {
        name: _json_attribute(name, entry.key, entry.value)
        for name, entry in root.entries.items()
        if name not in _SHAPES
    }
    blocks = [
        block
        for name, entry in root.entries.items()
        if name in _SHAPES
        for block in _json_blocks(name, (), _SHAPES[name], entry.key, entry.value)
    ]
    return hcl.Body(attributes, tuple(blocks), _HERE)


def _json_blocks(type_: str, labels: tuple[str, ...], left: int, key: Node, node: Node) -> Iterator[hcl.Block]:
    from yett.parse.yaml import Mapping as Names_
    from yett.parse.yaml import Sequence

    if isinstance(node, Sequence):
        for item in node.items:
            yield from _json_blocks(type_, labels, left, key, item)
    elif isinstance(node, Names_) and left:
        for name, entry in node.entries.items():
            yield from _json_blocks(type_, (*labels, name), left - 1, entry.key, entry.value)
    elif isinstance(node, Names_):
        attributes = {name: _json_attribute(name, entry.key, entry.value) for name, entry in node.entries.items()}
        yield hcl.Block(type_, labels, hcl.Body(attributes, (), _span(key)), _span(key))


def _json_attribute(name: str, key: Node, value: Node) -> hcl.Attribute:
    return hcl.Attribute(name, _span(key), None, _json_expression(value))


def _json_expression(node: Node) -> hcl.Expression:
    from yett.parse.yaml import Scalar as Text
    from yett.parse.yaml import Sequence, plain

    span = _span(node)
    if isinstance(node, Text):
        meant = plain(node)
        if isinstance(meant, str) and ("${" in meant or "%{" in meant):
            return _moved(hcl.parse_template(meant), span)
        return hcl.Literal(meant, span)
    if isinstance(node, Sequence):
        return hcl.Tuple(tuple(_json_expression(item) for item in node.items), span)
    items = (
        hcl.Item(hcl.Literal(name, _span(entry.key)), _json_expression(entry.value))
        for name, entry in node.entries.items()
    )
    return hcl.Object(tuple(items), span)


_EXPRESSIONS = (
    *(hcl.Literal, hcl.Template, hcl.Traversal, hcl.Call, hcl.Tuple, hcl.Item, hcl.Object, hcl.Conditional),
    *(hcl.Operation, hcl.For, hcl.Opaque),
)


def _moved(expression: hcl.Expression, span: Span) -> hcl.Expression:
    """An expression with every place in it replaced by one."""

    def moved(each: object) -> object:
        if isinstance(each, Span):
            return span
        if isinstance(each, tuple):
            made = [moved(part) for part in each]
            return type(each)._make(made) if isinstance(each, _EXPRESSIONS) else tuple(made)
        return each

    return moved(expression)  # type: ignore[return-value]


def _span(node: Node) -> Span:
    return Span(node.line, node.column, node.end_line, node.end_column)
