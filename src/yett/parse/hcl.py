"""HCL, the language of Terraform's files: blocks, attributes and expressions with their places, nothing evaluated.

    resource "aws_s3_bucket" "orders" {      Block("resource", ("aws_s3_bucket", "orders"), body, span)
      acl = var.acl                          body.attributes["acl"].expression: Traversal("var", ("acl",), span)
      versioning { enabled = true }          body.blocks[0]: Block("versioning", (), body, span)
    }

`parse` reads a whole file and never gives up: a block that holds a syntax error is marked `broken`, its neighbours stay
whole, and what could not be read is told in `File.errors`. An expression is converted when it is first asked for, so
that what no rule looks at costs nothing. Lines and columns count from 1, columns are characters, ends are exclusive.

Grammar: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md, by way of tree-sitter-hcl.
"""

from __future__ import annotations

from functools import lru_cache

from yett.lean import TYPE_CHECKING, NamedTuple, Protocol
from yett.parse.grammar import root_of
from yett.parse.source import ParseError, Span

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

MAX_DEPTH = 60
"""Nested blocks or expressions. What nests deeper than this is not Terraform that anybody wrote."""

MAX_ERRORS = 5


class Expression(Protocol):
    """One of those that follow. Their union would be a type made of itself, which type checkers compare for minutes."""

    @property
    def span(self) -> Span: ...


class Literal(NamedTuple):
    """A number, a boolean, `null`, or a string without interpolation."""

    value: str | int | float | bool | None
    span: Span


class Template(NamedTuple):
    """A string or heredoc with interpolations. `parts` are `Literal` texts and other expressions, in order."""

    parts: tuple[Expression, ...]
    span: Span


class Traversal(NamedTuple):
    """`var.name`, `aws_s3_bucket.orders[0].id`: a root and its steps. An index is an expression, a splat "*"."""

    root: Expression | str
    steps: tuple[Expression | str, ...]
    span: Span


class Call(NamedTuple):
    name: str
    arguments: tuple[Expression, ...]
    span: Span
    spread: bool = False


class Tuple(NamedTuple):
    items: tuple[Expression, ...]
    span: Span


class Item(NamedTuple):
    """One `key = value` of an object. A bare word as key is a `Literal`."""

    key: Expression
    value: Expression


class Object(NamedTuple):
    items: tuple[Item, ...]
    span: Span


class Conditional(NamedTuple):
    condition: Expression
    yes: Expression
    no: Expression
    span: Span


class Operation(NamedTuple):
    """`left operator right`; `left` is None for `!x` and `-x`."""

    left: Expression | None
    operator: str
    right: Expression
    span: Span


class For(NamedTuple):
    """`[for key, value in over : result if condition]`; `result_key` is None for the tuple form."""

    names: tuple[str, ...]
    over: Expression
    result_key: Expression | None
    result: Expression
    condition: Expression | None
    span: Span
    grouped: bool = False


class Opaque(NamedTuple):
    """An expression that is not read: a template directive, a syntax error, one nested too deep."""

    what: str
    span: Span


class Attribute:
    """`name = expression`. `span` is the name's."""

    __slots__ = ("_expression", "_node", "_source", "name", "span")

    def __init__(self, name: str, span: Span, source: _Source | None, node: Node | Expression) -> None:
        self.name = name
        self.span = span
        self._source = source
        self._node: Node | None = None
        self._expression: Expression | None = None
        if source is None:
            self._expression = node  # type: ignore[assignment]
        else:
            self._node = node  # type: ignore[assignment]

    @property
    def expression(self) -> Expression:
        if self._expression is None:
            assert self._source is not None
            assert self._node is not None
            self._expression = _expression(self._node, self._source, 0)
            self._node = None
        return self._expression


class Body(NamedTuple):
    """What stands between the braces; `span` covers the braces. The first of two equal attributes counts."""

    attributes: dict[str, Attribute]
    blocks: tuple[Block, ...]
    span: Span


class Block(NamedTuple):
    """`type "label" "label" { … }`. `span` is the header's, from the type to the last label.

    `broken` says that there is a syntax error inside: what is missing may be there.
    """

    type: str
    labels: tuple[str, ...]
    body: Body
    span: Span
    broken: bool = False


class File(NamedTuple):
    body: Body
    errors: tuple[ParseError, ...] = ()


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_hcl

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


def parse(text: str) -> File:
    """The blocks of a file, and at most `MAX_ERRORS` places that could not be read."""
    source = _Source(text)
    try:
        root = root_of(_parser(), source.data)
    except ParseError as error:
        return File(Body({}, (), Span(1, 1, 1, 1)), (error,))
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    errors: list[ParseError] = []
    for child in root.children:
        if child.type in ("body", "ERROR"):
            _collect(child, source, attributes, blocks, errors, 0)
    if root.has_error and not errors:
        _seek(root, source, errors)
    return File(Body(attributes, tuple(blocks), source.span(root)), tuple(errors[:MAX_ERRORS]))


def parse_template(text: str) -> Expression:
    """The expression that a string of a `.tf.json` file stands for: a template. Every place in it is of no meaning."""
    quoted = text.replace("\\", "\\\\").replace("\n", "\\n")
    source = _Source(f'x = "{_escaped(quoted)}"\n')
    try:
        root = root_of(_parser(), source.data)
    except ParseError:
        return Opaque("a template", Span(1, 1, 1, 1))
    if root.has_error:
        return Opaque("a template", Span(1, 1, 1, 1))
    attributes: dict[str, Attribute] = {}
    for child in root.children:
        _collect(child, source, attributes, [], [], 0)
    return attributes["x"].expression if "x" in attributes else Opaque("a template", Span(1, 1, 1, 1))


def _escaped(text: str) -> str:
    """Quotes outside of interpolations are escaped; those inside belong to the expression."""
    parts: list[str] = []
    depth = 0
    index = 0
    while index < len(text):
        pair = text[index : index + 2]
        if pair in ("${", "%{"):
            depth += 1
            parts.append(pair)
            index += 2
            continue
        character = text[index]
        if character == "}" and depth:
            depth -= 1
        parts.append('\\"' if character == '"' and not depth else character)
        index += 1
    return "".join(parts)


class _Source:
    """The bytes that the parser reads, and places in characters."""

    __slots__ = ("ascii", "data", "lines")

    def __init__(self, text: str) -> None:
        self.data = text.encode("utf-8", "surrogatepass")
        self.ascii = len(self.data) == len(text)
        self.lines = [] if self.ascii else self.data.split(b"\n")

    def span(self, node: Node) -> Span:
        return self.between(node, node)

    def between(self, first: Node, last: Node) -> Span:
        row, column = first.start_point
        end_row, end_column = last.end_point
        if not self.ascii:
            column = self._column(row, column)
            end_column = self._column(end_row, end_column)
        return Span(row + 1, column + 1, end_row + 1, end_column + 1)

    def _column(self, row: int, column: int) -> int:
        return len(self.lines[row][:column].decode("utf-8", "surrogatepass")) if row < len(self.lines) else column

    def text(self, start: int, end: int) -> str:
        return self.data[start:end].decode("utf-8", "surrogatepass")


def _of(node: Node, source: _Source) -> str:
    return source.text(node.start_byte, node.end_byte)


def _collect(
    body: Node,
    source: _Source,
    attributes: dict[str, Attribute],
    blocks: list[Block],
    errors: list[ParseError],
    depth: int,
) -> None:
    """The attributes and blocks right under a node; what stands inside an error is still read."""
    for child in body.children:
        kind = child.type
        if kind == "attribute":
            parts = child.children
            if child.has_error:
                _seek(child, source, errors)
            if len(parts) >= 3:
                name = _of(parts[0], source)
                attributes.setdefault(name, Attribute(name, source.span(parts[0]), source, parts[-1]))
        elif kind == "block":
            blocks.append(_block(child, source, errors, depth))
        elif kind in ("ERROR", "body"):
            if kind == "ERROR":
                _note(child, source, errors)
            if depth < MAX_DEPTH:
                _collect(child, source, attributes, blocks, errors, depth + 1)


def _block(node: Node, source: _Source, errors: list[ParseError], depth: int) -> Block:
    children = node.children
    labels: list[str] = []
    kind = _of(children[0], source)
    last = children[0]
    body: Node | None = None
    start: Node | None = None
    for child in children[1:]:
        name = child.type
        if name == "string_lit":
            labels.append(_unescape(source.text(child.start_byte + 1, max(child.end_byte - 1, child.start_byte + 1))))
            last = child
        elif name == "identifier":
            labels.append(_of(child, source))
            last = child
        elif name == "block_start":
            start = child
        elif name == "body":
            body = child
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    broken = node.has_error
    if depth >= MAX_DEPTH:
        errors.append(ParseError(last.start_point[0] + 1, 1, f"blocks nest more than {MAX_DEPTH} levels deep"))
        broken = True
    elif body is not None:
        _collect(body, source, attributes, blocks, errors, depth + 1)
    if node.has_error and not errors:
        _seek(node, source, errors)
    broken = broken or any(block.broken for block in blocks)
    span = source.between(start or children[0], children[-1])
    return Block(kind, tuple(labels), Body(attributes, tuple(blocks), span), source.between(children[0], last), broken)


def _seek(node: Node, source: _Source, errors: list[ParseError]) -> None:
    """The first place under a node that could not be read, found without recursion."""
    while True:
        if node.is_error or node.is_missing:
            _note(node, source, errors)
            return
        below = next((child for child in node.children if child.has_error or child.is_missing), None)
        if below is None:
            _note(node, source, errors)
            return
        node = below


def _note(node: Node, source: _Source, errors: list[ParseError]) -> None:
    if len(errors) < MAX_ERRORS:
        span = source.span(node)
        reason = f"{node.type!r} is missing here" if node.is_missing else "this is not HCL"
        errors.append(ParseError(span.line, span.column, reason))


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def _unescape(text: str, *, heredoc: bool = False) -> str:
    """The text that is meant: `\\n`, `\\u00e9`, and `$${` for `${`."""
    if "$${" in text or "%%{" in text:
        text = text.replace("$${", "${").replace("%%{", "%{")
    if heredoc or "\\" not in text:
        return text
    import re

    def meant(match: re.Match[str]) -> str:
        escape = match[1]
        if escape[0] in "uU":
            code = int(escape[1:], 16)
            return chr(code) if code <= 0x10FFFF else "\ufffd"
        return _ESCAPES.get(escape, escape)

    return re.sub(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", meant, text)


def _expression(node: Node, source: _Source, depth: int) -> Expression:
    """An expression from its node. Nodes of one child that only name what they hold are stepped through."""
    if depth > MAX_DEPTH:
        return Opaque("an expression nested too deep", source.span(node))
    kind = node.type
    while kind in ("expression", "operation", "collection_value", "template_expr", "for_expr"):
        children = [child for child in node.children if child.type != "comment"]
        if kind == "expression" and len(children) > 1:
            break
        if len(children) != 1:
            return Opaque("a syntax error", source.span(node))
        node = children[0]
        kind = node.type
    if node.has_error:
        return Opaque("a syntax error", source.span(node))
    match kind:
        case "expression":
            return _chain(node, source, depth)
        case "literal_value":
            return _literal(node, source)
        case "string_lit":
            text = source.text(node.start_byte + 1, node.end_byte - 1)
            return Literal(_unescape(text), source.span(node))
        case "quoted_template":
            return _template(node, source, depth, heredoc=False)
        case "heredoc_template":
            return _template(node, source, depth, heredoc=True)
        case "variable_expr":
            return Traversal(_of(node, source), (), source.span(node))
        case "tuple":
            items = (child for child in node.children if child.type == "expression")
            return Tuple(tuple(_expression(item, source, depth + 1) for item in items), source.span(node))
        case "object":
            elements = [child for child in node.children if child.type == "object_elem"]
            return Object(tuple(_item(each, source, depth) for each in elements), source.span(node))
        case "function_call":
            return _call(node, source, depth)
        case "conditional":
            parts = [child for child in node.children if child.type == "expression"]
            if len(parts) == 3:
                condition, yes, no = (_expression(part, source, depth + 1) for part in parts)
                return Conditional(condition, yes, no, source.span(node))
        case "unary_operation":
            sign, operand = node.children[0], node.children[-1]
            return Operation(None, _of(sign, source), _expression(operand, source, depth + 1), source.span(node))
        case "binary_operation":
            return _binary(node, source, depth)
        case "for_tuple_expr" | "for_object_expr":
            return _for(node, source, depth)
    return Opaque(f"a {kind.replace('_', ' ')}", source.span(node))


def _chain(node: Node, source: _Source, depth: int) -> Expression:
    """`root.step[index].*`, or an expression in parentheses with or without steps behind it."""
    root: Expression | str | None = None
    steps: list[Expression | str] = []
    for child in node.children:
        match child.type:
            case "(" | ")" | "comment":
                pass
            case "variable_expr":
                root = _of(child, source)
            case "get_attr":
                steps.append(_of(child.children[-1], source))
            case "index":
                steps.append(_index(child, source, depth))
            case "splat":
                steps.append("*")
                for below in child.children[0].children:
                    if below.type == "get_attr":
                        steps.append(_of(below.children[-1], source))
                    elif below.type == "index":
                        steps.append(_index(below, source, depth))
            case _:
                root = _expression(child, source, depth + 1)
    if root is None:
        return Opaque("an expression", source.span(node))
    if not steps and not isinstance(root, str):
        return root
    return Traversal(root, tuple(steps), source.span(node))


def _index(node: Node, source: _Source, depth: int) -> Expression | str:
    inner = node.children[0]
    if inner.type == "legacy_index":
        digits = _of(inner, source).lstrip(". ")
        return Literal(_number(digits), source.span(inner)) if digits.isdigit() else "*"
    for child in inner.children:
        if child.type == "expression":
            return _expression(child, source, depth + 1)
    return "*"


def _literal(node: Node, source: _Source) -> Expression:
    child = node.children[0]
    span = source.span(node)
    match child.type:
        case "string_lit":
            return Literal(_unescape(source.text(child.start_byte + 1, child.end_byte - 1)), span)
        case "bool_lit":
            return Literal(_of(child, source) == "true", span)
        case "null_lit":
            return Literal(None, span)
        case "numeric_lit":
            return Literal(_number(_of(child, source)), span)
    return Opaque("a literal", span)


def _number(text: str) -> int | float | str:
    if len(text) > 40:
        return text
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def _template(node: Node, source: _Source, depth: int, *, heredoc: bool) -> Expression:
    """Text between interpolations is taken from the source itself: the parser leaves out blanks at its begin."""
    span = source.span(node)
    children = node.children
    begin, end = children[0], children[-1]
    if heredoc:
        marks = [child for child in children if child.type == "heredoc_identifier"]
        begin, end = marks[0], marks[-1]
    position = begin.end_byte
    row, column = begin.end_point
    if heredoc:
        position = source.data.find(b"\n", position) + 1
        row, column = row + 1, 0
    parts: list[Expression] = []

    def text(until: int) -> None:
        if until > position:
            piece = source.text(position, until)
            place = source._column(row, column) if not source.ascii else column
            parts.append(Literal(_unescape(piece, heredoc=heredoc), Span(row + 1, place + 1, row + 1, place + 1)))

    for child in children:
        if child.type not in ("template_interpolation", "template_directive"):
            continue
        text(child.start_byte)
        inner = next((each for each in child.children if each.type == "expression"), None)
        if child.type == "template_directive" or inner is None:
            parts.append(Opaque("a template directive", source.span(child)))
        else:
            parts.append(_expression(inner, source, depth + 1))
        position = child.end_byte
        row, column = child.end_point
    # The line of the closing word of a heredoc is no text.
    text(source.data.rfind(b"\n", 0, end.start_byte) + 1 if heredoc else end.start_byte)
    if not parts:
        return Literal("", span)
    # A heredoc stays a template: the places inside of it are worth knowing.
    if len(parts) == 1 and not heredoc:
        only = parts[0]
        return Literal(only.value, span) if isinstance(only, Literal) else only
    return Template(tuple(parts), span)


def _item(node: Node, source: _Source, depth: int) -> Item:
    parts = [child for child in node.children if child.type == "expression"]
    if len(parts) != 2:
        return Item(Opaque("a key", source.span(node)), Opaque("a value", source.span(node)))
    key = _expression(parts[0], source, depth + 1)
    if isinstance(key, Traversal) and not key.steps and isinstance(key.root, str):
        key = Literal(key.root, key.span)
    return Item(key, _expression(parts[1], source, depth + 1))


def _call(node: Node, source: _Source, depth: int) -> Expression:
    arguments: list[Expression] = []
    spread = False
    for child in node.children:
        if child.type == "function_arguments":
            for each in child.children:
                if each.type == "expression":
                    arguments.append(_expression(each, source, depth + 1))
                elif each.type == "ellipsis":
                    spread = True
    return Call(_of(node.children[0], source), tuple(arguments), source.span(node), spread)


_OPERATORS = ("||", "&&", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%")


def _binary(node: Node, source: _Source, depth: int) -> Expression:
    """The two sides may be chains without a node of their own: `(a && b) == c`, `a.b == c`."""
    children = [child for child in node.children if child.type != "comment"]
    at = next((number for number, child in enumerate(children) if child.type in _OPERATORS), 0)
    if not 0 < at < len(children) - 1:
        return Opaque("an operation", source.span(node))
    left = _side(children[:at], source, depth)
    right = _side(children[at + 1 :], source, depth)
    return Operation(left, children[at].type, right, source.span(node))


def _side(nodes: list[Node], source: _Source, depth: int) -> Expression:
    span = source.between(nodes[0], nodes[-1])
    if len(nodes) == 1:
        return _expression(nodes[0], source, depth + 1)
    if nodes[0].type == "(":
        inner = [node for node in nodes if node.type == "expression"]
        return _expression(inner[0], source, depth + 1) if len(inner) == 1 else Opaque("an expression", span)
    steps: list[Expression | str] = []
    for node in nodes[1:]:
        match node.type:
            case "get_attr":
                steps.append(_of(node.children[-1], source))
            case "index":
                steps.append(_index(node, source, depth))
            case _:
                steps.append("*")
    root: Expression | str = _of(nodes[0], source)
    if nodes[0].type != "variable_expr":
        root = _expression(nodes[0], source, depth + 1)
    return Traversal(root, tuple(steps), span)


def _for(node: Node, source: _Source, depth: int) -> Expression:
    span = source.span(node)
    names: list[str] = []
    over: Expression | None = None
    condition: Expression | None = None
    results: list[Expression] = []
    grouped = False
    for child in node.children:
        match child.type:
            case "for_intro":
                for part in child.children:
                    if part.type == "identifier":
                        names.append(_of(part, source))
                    elif part.type == "expression":
                        over = _expression(part, source, depth + 1)
            case "for_cond":
                inner = [part for part in child.children if part.type == "expression"]
                condition = _expression(inner[0], source, depth + 1) if inner else Opaque("a condition", span)
            case "expression":
                results.append(_expression(child, source, depth + 1))
            case "ellipsis":
                grouped = True
    if over is None or not results or not names:
        return Opaque("a for expression", span)
    key = results[0] if node.type == "for_object_expr" and len(results) > 1 else None
    return For(tuple(names), over, key, results[-1], condition, span, grouped)
