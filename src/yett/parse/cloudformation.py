"""CloudFormation, SAM and serverless files as a `Module` of `parse/resources.py`.

A type that Terraform has as well goes by its name there (`KINDS`), its properties too: `StorageEncrypted` answers to
`storage_encrypted`, and what is called otherwise is in `ALIASES`. What is evaluated: `Ref` to a parameter with a value
(not where it is NoEcho), `Fn::Sub` and `Fn::Join` of what is known, `Fn::FindInMap` with known keys, `Fn::Base64`,
conditions over parameters that have a value (a resource whose condition does not hold is left out), `Fn::If` whose
condition is known or whose branches are the same, and `Fn::If` over objects, name by name. Everything else is
`Unresolved`, dynamic references (`{{resolve:…}}`) too.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from yett.parse import json, yaml
from yett.parse.cloudformation_names import ALIASES, KINDS
from yett.parse.resources import CLOSE, OPEN, List, Map, Mark, Module, Ref, Resource, Scalar, Unresolved, Value, known
from yett.parse.resources import placed as _placed
from yett.parse.source import ParseError, Span

MAX_DEPTH = 40
"""Intrinsic functions in one another, and parameters that stand for others."""


@lru_cache(maxsize=4)
def load(path: str, text: str) -> Module | None:
    """The resources of a template or a serverless file; None where the text is neither. Raises `ParseError`."""
    root = _compose(text)
    if not isinstance(root, yaml.Mapping):
        return None
    resources = root.get("Resources")
    if isinstance(resources, yaml.Mapping) and _is_template(root, resources):
        return Module(_Template(path, text, root, resources).read())
    if "service" in root.entries and "provider" in root.entries:
        return Module(_Serverless(path, text, root).read())
    return None


def _compose(text: str) -> yaml.Node | None:
    """The first document. A template of a template (Jinja, Helm) is none of ours, and no other error is of interest
    where nothing says that it is CloudFormation."""
    if text.lstrip()[:1] == "{":
        return json.compose(text)
    try:
        documents = yaml.compose_all(text)
    except ParseError:
        if re.search(r"\bAWS::\w+::|AWSTemplateFormatVersion", text):
            raise
        return None
    return documents[0] if documents else None


def _is_template(root: yaml.Mapping, resources: yaml.Mapping) -> bool:
    if "AWSTemplateFormatVersion" in root.entries or "Transform" in root.entries:
        return True
    for entry in resources.entries.values():
        kind = entry.value.get("Type") if isinstance(entry.value, yaml.Mapping) else None
        if isinstance(kind, yaml.Scalar) and kind.text.startswith(("AWS::", "Custom::", "Alexa::")):
            return True
    return False


def span_of(node: yaml.Node) -> Span:
    """The place of a node: of a mapping its first key, of a list its first character."""
    if isinstance(node, yaml.Mapping) and node.entries:
        first = next(iter(node.entries.values())).key
        if (first.line, first.column) == (node.line, node.column):
            return Span(first.line, first.column, first.end_line, first.end_column)
    if isinstance(node, yaml.Scalar) and (node.end_line > node.line or node.style in ("|", ">")):
        return Span(node.line, node.column, node.line, node.column + 1)
    if isinstance(node, yaml.Scalar):
        return Span(node.line, node.column, node.end_line, max(node.end_column, node.column + 1))
    return Span(node.line, node.column, node.line, node.column + 1)


_SHORT = {"!Ref": "Ref", "!Condition": "Condition"}


class _Template:
    """One template: its parameters, mappings and resources."""

    def __init__(self, path: str, text: str, root: yaml.Mapping, resources: yaml.Mapping) -> None:
        self.path = path
        self.text = text
        self.lines: list[str] = []
        self.root = root
        self.resources = resources
        self.parameters = _mapping(root.get("Parameters"))
        self.mappings = _mapping(root.get("Mappings"))
        self.conditions = _mapping(root.get("Conditions"))
        self.held: dict[str, bool | None] = {}
        self.depth = 0

    def read(self) -> Iterator[Resource]:
        for name, entry in self.parameters.items():
            if isinstance(entry.value, yaml.Mapping):
                body = self.map(entry.value)
                yield Resource(
                    "variable", name, name, body, _key(entry), self.path, "variable", "Parameter", "cloudformation"
                )
        yield from self.declared()
        functions = _mapping(self.root.get("Globals")).get("Function")
        if functions and isinstance(functions.value, yaml.Mapping):
            yield self.resource("Globals", functions, "AWS::Serverless::Function", functions.value)

    def declared(self) -> Iterator[Resource]:
        for name, entry in self.resources.entries.items():
            if isinstance(entry.value, yaml.Mapping):
                kind, condition = entry.value.get("Type"), entry.value.get("Condition")
                if isinstance(condition, yaml.Scalar) and self.holds(condition.text) is False:
                    continue  # not made, unless somebody sets a parameter
                if isinstance(kind, yaml.Scalar):
                    yield self.resource(name, entry, kind.text, entry.value.get("Properties"), entry.value)

    def resource(
        self,
        name: str,
        entry: yaml.Entry,
        type_: str,
        properties: yaml.Node | None,
        whole: yaml.Mapping | None = None,
    ) -> Resource:
        span = _key(entry)
        kind = KINDS.get(type_, type_)
        body = self.map(properties) if isinstance(properties, yaml.Mapping) else Map(span, {}, camel=True)
        if properties is not None and not isinstance(properties, yaml.Mapping) and not _is_null(properties):
            body = Map(span, {}, camel=True, more=True)
        if properties is not None and (properties.tag == "!If" or _is_function(properties)):
            made = self.value(properties)
            body = made if isinstance(made, Map) else Map(span, {}, camel=True, more=True)
        if whole is not None and "Metadata" in whole.entries:
            body = body.joined("Metadata", _key(whole.entries["Metadata"]), self.value(whole.entries["Metadata"].value))
        aliases = ALIASES.get(kind, {})
        return Resource(kind, name, name, body, span, self.path, "resource", type_, "cloudformation", aliases=aliases)

    def map(self, node: yaml.Mapping) -> Map:
        cells: dict[str, tuple[Span, Value | Callable[[], Value]]] = {
            name: (_key(entry), partial(self.value, entry.value)) for name, entry in node.entries.items()
        }
        return Map(span_of(node), cells, camel=True)

    def value(self, node: yaml.Node) -> Value:
        """A node with its intrinsic function applied."""
        tag = node.tag
        if tag.startswith("!") and tag != "!":
            return self.call(_SHORT.get(tag, f"Fn::{tag[1:]}"), node, span_of(node))
        match node:
            case yaml.Scalar():
                return self.scalar(node)
            case yaml.Sequence(items=items):
                return List(tuple(self.value(item) for item in items), span_of(node))
        if len(node.entries) == 1:
            name, entry = next(iter(node.entries.items()))
            if name in ("Ref", "Condition") or name.startswith("Fn::"):
                if name == "Condition" and not isinstance(entry.value, yaml.Scalar):
                    return self.map(node)
                return self.call(name, entry.value, span_of(node))
        return self.map(node)

    def scalar(self, node: yaml.Scalar) -> Value:
        span = span_of(node)
        value = yaml.plain(node)
        if isinstance(value, str) and "{{resolve:" in value:
            return Unresolved(value, span)
        if isinstance(value, str) and not node.style and value.lower() in _WORDS:
            value = _WORDS[value.lower()]
        marks = self.laid_out(node) if node.style == "|" else ()
        return Scalar(value, span, marks)

    def laid_out(self, node: yaml.Scalar) -> tuple[Mark, ...]:
        """Where the lines of a `|` text stand: below its mark, as far in as the first of them is."""
        self.lines = self.lines or self.text.split("\n")
        lines = node.text.split("\n")
        below = self.lines[node.line : node.line + len(lines) + 20]
        first = next((line for line in below if line.strip()), "")
        column = len(first) - len(first.lstrip()) + 1
        marks: list[Mark] = []
        offset = 0
        for number, line in enumerate(lines, 1):
            marks.append(Mark(offset, node.line + number, column))
            offset += len(line) + 1
        return tuple(marks)

    def call(self, function: str, node: yaml.Node, span: Span) -> Value:
        if self.depth >= MAX_DEPTH:
            return Unresolved("functions nested too deep", span)
        self.depth += 1
        try:
            return self.called(function, node, span)
        finally:
            self.depth -= 1

    def called(self, function: str, node: yaml.Node, span: Span) -> Value:
        match function:
            case "Ref":
                return self.ref(node.text, span) if isinstance(node, yaml.Scalar) else Unresolved("Ref", span)
            case "Fn::GetAtt":
                return _attribute(node, span)
            case "Fn::Sub":
                return self.sub(node, span)
            case "Fn::Join":
                return self.join(node, span)
            case "Fn::Base64" | "Fn::ToJsonString":
                return self.value(_untagged(node))
            case "Fn::If":
                return self.branch(node, span)
            case "Fn::FindInMap":
                return self.found(node, span)
            case "Fn::Select" | "Fn::Split":
                refs = tuple(self.refs(node))
                return Unresolved(function, span, refs)
        return Unresolved(function, span)

    def ref(self, name: str, span: Span) -> Value:
        if name == "AWS::NoValue":
            return Scalar(None, span)
        if name.startswith("AWS::"):
            return Unresolved(name, span)
        entry = self.parameters.get(name)
        if entry is None:
            return Unresolved(name, span, (Ref(name),))
        parameter = entry.value
        default = parameter.get("Default") if isinstance(parameter, yaml.Mapping) else None
        if not isinstance(parameter, yaml.Mapping) or not isinstance(default, yaml.Scalar):
            return Unresolved(f"parameter {name}", span)
        kind = parameter.get("Type")
        type_ = kind.text if isinstance(kind, yaml.Scalar) else "String"
        if type_.startswith("AWS::SSM::"):
            return Unresolved(f"parameter {name}", span)
        value = self.scalar(default)
        if isinstance(value, Scalar) and (type_ == "CommaDelimitedList" or type_.startswith("List<")):
            parts = str(value.value).split(",") if value.value is not None else []
            return List(tuple(Scalar(part.strip(), span) for part in parts), span)
        return _placed(value, span)

    def refs(self, node: yaml.Node) -> Iterator[Ref]:
        """The resources that are spoken of under a node."""
        for value in _walk(self.value(_untagged(node))):
            if isinstance(value, Unresolved):
                yield from value.refs

    def sub(self, node: yaml.Node, span: Span) -> Value:
        names: yaml.Mapping | None = None
        if isinstance(node, yaml.Sequence) and len(node.items) == 2:
            second = node.items[1]
            names = second if isinstance(second, yaml.Mapping) else None
            node = node.items[0]
        if not isinstance(node, yaml.Scalar):
            return Unresolved("Fn::Sub", span)
        holes: list[Unresolved] = []

        def fill(match: re.Match[str]) -> str:
            name = match[1].strip()
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            entry = names.entries.get(name) if names else None
            if entry:
                value = self.value(entry.value)
            elif "." in name:
                address, _, path = name.partition(".")
                value = Unresolved(name, span, (Ref(address, path),))
            else:
                value = self.ref(name, span)
            text = known(value)
            if text is not None:
                return text
            hole = value if isinstance(value, Unresolved) else Unresolved(name, span)
            holes.append(hole)
            return hole.text or OPEN + hole.what + CLOSE

        text = re.sub(r"\$\{([^{}]*)\}", fill, node.text)
        if "{{resolve:" in text:
            return Unresolved(text, span)
        if holes:
            refs = tuple(ref for hole in holes for ref in hole.refs)
            return Unresolved(holes[0].what, span, refs, text)
        return Scalar(text, span)

    def join(self, node: yaml.Node, span: Span) -> Value:
        if not isinstance(node, yaml.Sequence) or len(node.items) != 2 or not isinstance(node.items[0], yaml.Scalar):
            return Unresolved("Fn::Join", span)
        parts = self.value(node.items[1])
        if not isinstance(parts, List) or parts.more:
            return Unresolved("Fn::Join", span)
        pieces: list[str] = []
        refs: list[Ref] = []
        whats: list[str] = []
        for part in parts.items:
            text = known(part)
            if text is not None:
                pieces.append(text)
                continue
            what = part.what if isinstance(part, Unresolved) else "a value"
            pieces.append((part.text if isinstance(part, Unresolved) else "") or OPEN + what + CLOSE)
            whats.append(what)
            refs += part.refs if isinstance(part, Unresolved) else ()
        text = node.items[0].text.join(pieces)
        return Unresolved(whats[0], span, tuple(refs), text) if whats else Scalar(text, span)

    def branch(self, node: yaml.Node, span: Span) -> Value:
        if not isinstance(node, yaml.Sequence) or len(node.items) != 3:
            return Unresolved("Fn::If", span)
        condition, yes, no = node.items
        name = condition.text if isinstance(condition, yaml.Scalar) else "a condition"
        holds = self.holds(name)
        if holds is not None:
            return self.value(yes if holds else no)
        first, second = self.value(yes), self.value(no)
        if isinstance(first, Map) and isinstance(second, Map):
            return _either(first, second, f"condition {name}")
        if isinstance(first, Scalar) and isinstance(second, Scalar) and first.value == second.value:
            return Scalar(first.value, span)
        refs = tuple(ref for each in (first, second) if isinstance(each, Unresolved) for ref in each.refs)
        return Unresolved(f"condition {name}", span, refs)

    def holds(self, name: str) -> bool | None:
        """Whether a condition holds, as far as its parameters have values."""
        if name not in self.held:
            entry = self.conditions.get(name)
            if entry is None or self.depth >= MAX_DEPTH:
                return None
            self.held[name] = None  # one that stands for itself
            self.depth += 1
            try:
                self.held[name] = self.true(entry.value)
            finally:
                self.depth -= 1
        return self.held[name]

    def true(self, node: yaml.Node) -> bool | None:
        if self.depth >= MAX_DEPTH:
            return None
        function, inner = _SHORT.get(node.tag, f"Fn::{node.tag[1:]}"), node
        if isinstance(node, yaml.Mapping) and len(node.entries) == 1:
            function, entry = next(iter(node.entries.items()))
            inner = entry.value
        if function == "Condition" and isinstance(inner, yaml.Scalar):
            return self.holds(inner.text)
        if not isinstance(inner, yaml.Sequence):
            return None
        if function == "Fn::Equals" and len(inner.items) == 2:
            first, second = (known(self.value(item)) for item in inner.items)
            return None if first is None or second is None else first == second
        self.depth += 1
        try:
            answers = [self.true(item) for item in inner.items]
        finally:
            self.depth -= 1
        if function == "Fn::Not" and len(answers) == 1:
            return None if answers[0] is None else not answers[0]
        if function in ("Fn::And", "Fn::Or"):
            decisive = function == "Fn::Or"
            return decisive if decisive in answers else None if None in answers else not decisive
        return None

    def found(self, node: yaml.Node, span: Span) -> Value:
        if not isinstance(node, yaml.Sequence) or len(node.items) < 3:
            return Unresolved("Fn::FindInMap", span)
        below: yaml.Node | None = None
        for number, item in enumerate(node.items[:3]):
            name = known(self.value(item))
            if name is None:
                return Unresolved("Fn::FindInMap", span)
            if number == 0:
                entry = self.mappings.get(name)
                below = entry.value if entry else None
            else:
                below = below.get(name) if isinstance(below, yaml.Mapping) else None
        return Unresolved("Fn::FindInMap", span) if below is None else _placed(self.value(below), span)


_WORDS = {"yes": True, "no": False, "on": True, "off": False}
"""CloudFormation reads YAML 1.1, to which these are booleans."""


def _is_function(node: yaml.Node) -> bool:
    return isinstance(node, yaml.Mapping) and len(node.entries) == 1 and "Fn::If" in node.entries


def _either(first: Map, second: Map, what: str) -> Map:
    """One of two objects, name by name: what both say alike is known, what both leave out is absent."""

    def made(name: str) -> Value:
        one, other = first.get(name), second.get(name)
        if isinstance(one, Map) and isinstance(other, Map):
            return _either(one, other, what)
        span = (one or other or first).span
        if isinstance(one, Scalar) and isinstance(other, Scalar) and one.value == other.value:
            return one
        if one is None and other is None:
            return Scalar(None, span)
        refs = tuple(ref for each in (one, other) if isinstance(each, Unresolved) for ref in each.refs)
        return Unresolved(what, span, refs)

    names = dict.fromkeys((*first.names(), *second.names()))
    cells: dict[str, tuple[Span, Value | Callable[[], Value]]] = {
        name: (first.key(name) or second.key(name) or first.span, partial(made, name)) for name in names
    }
    return Map(first.span, cells, more=first.more or second.more, camel=True)


def _walk(value: Value) -> Iterator[Value]:
    yield value
    if isinstance(value, List):
        for item in value.items:
            yield from _walk(item)


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.Scalar) and yaml.plain(node) is None


def _mapping(node: yaml.Node | None) -> dict[str, yaml.Entry]:
    return node.entries if isinstance(node, yaml.Mapping) else {}


def _key(entry: yaml.Entry) -> Span:
    return span_of(entry.key)


def _untagged(node: yaml.Node) -> yaml.Node:
    return node._replace(tag="")


def _attribute(node: yaml.Node, span: Span) -> Unresolved:
    if isinstance(node, yaml.Scalar):
        address, _, path = node.text.partition(".")
    elif isinstance(node, yaml.Sequence) and node.items and isinstance(node.items[0], yaml.Scalar):
        address = node.items[0].text
        path = ".".join(item.text for item in node.items[1:] if isinstance(item, yaml.Scalar))
    else:
        return Unresolved("Fn::GetAtt", span)
    return Unresolved(f"{address}.{path}", span, (Ref(address, path),))


class _Serverless(_Template):
    """A file of the serverless framework: its provider, its functions, and the CloudFormation under `resources`.
    https://www.serverless.com/framework/docs/providers/aws/guide/serverless.yml
    """

    def __init__(self, path: str, text: str, root: yaml.Mapping) -> None:
        resources = root.get("resources")
        inner = resources.get("Resources") if isinstance(resources, yaml.Mapping) else None
        empty = yaml.Mapping({}, root.line, root.column, root.line, root.column)
        super().__init__(path, text, root, inner if isinstance(inner, yaml.Mapping) else empty)
        self.parameters = {}

    def read(self) -> Iterator[Resource]:
        yield from self.declared()
        resources = self.root.get("resources")
        # Several parts may be given, most of them files of their own.
        for part in resources.items if isinstance(resources, yaml.Sequence) else ():
            inner = part.get("Resources") if isinstance(part, yaml.Mapping) else None
            if isinstance(inner, yaml.Mapping):
                self.resources = inner
                yield from self.declared()
        provider = self.root.entries["provider"]
        if isinstance(provider.value, yaml.Mapping):
            yield self._own("serverless_provider", "provider", provider, provider.value)
        functions = self.root.get("functions")
        groups = functions.items if isinstance(functions, yaml.Sequence) else (functions,)
        for group in groups:
            for name, entry in _mapping(group).items():
                if isinstance(entry.value, yaml.Mapping):
                    yield self._own("aws_lambda_function", name, entry, entry.value)

    def _own(self, kind: str, name: str, entry: yaml.Entry, node: yaml.Mapping) -> Resource:
        aliases = {"environment.variables": "environment"}
        body = self.map(node)
        return Resource(kind, name, name, body, _key(entry), self.path, "function", kind, "serverless", aliases=aliases)

    def scalar(self, node: yaml.Scalar) -> Value:
        text = node.text
        if "${" not in text or (node.style == "'" and "${aws:" in text):
            return super().scalar(node)
        span = span_of(node)
        whole = re.fullmatch(r"\$\{self:([\w.-]+)\}", text)
        if whole and self.depth < MAX_DEPTH:
            below: yaml.Node | None = self.root
            for name in whole[1].split("."):
                below = below.get(name) if isinstance(below, yaml.Mapping) else None
            if below is not None:
                self.depth += 1
                try:
                    return _placed(self.value(below), span)
                finally:
                    self.depth -= 1
        held = re.sub(r"\$\{[^{}]*\}", lambda match: OPEN + match[0][2:-1] + CLOSE, text)
        return Unresolved(text[text.find("${") :].strip("${}"), span, text=held)
