"""Expressions of GitHub Actions, the text between `${{` and `}}`.

Grammar: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from yett.lean import NamedTuple, TypeAlias

MAX_DEPTH = 50
"""GitHub's own limit for the nesting of an expression."""
MAX_LENGTH = 21_000
"""GitHub's own limit for the length of an expression."""


class ExpressionError(ValueError):
    """The text is not an expression; GitHub would refuse it."""


class Literal(NamedTuple):
    value: str | float | bool | None


class Context(NamedTuple):
    """`github.event.issue.title` as its parts, in lower case; "*" for a filter, "?" for a computed index."""

    parts: tuple[str, ...]
    computed: tuple[Tree, ...] = ()

    @property
    def name(self) -> str:
        return ".".join(self.parts)


class Call(NamedTuple):
    """`name` is in lower case. `parts` is what is taken of the result, as in `fromJSON(x).field`."""

    name: str
    arguments: tuple[Tree, ...]
    parts: tuple[str, ...] = ()


class Not(NamedTuple):
    operand: Tree


class Chain(NamedTuple):
    """Operands joined by one operator; those of comparisons are two."""

    operator: str
    operands: tuple[Tree, ...]


Tree: TypeAlias = Literal | Context | Call | Not | Chain


def parse(text: str) -> Tree:
    """The tree of an expression. Raises `ExpressionError`."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError("too long")
    parser = _Parser(_tokens(text))
    tree = parser.any()
    if parser.peek():
        raise ExpressionError(f"unexpected {parser.peek()}")
    return tree


def walk(tree: Tree) -> Iterator[Tree]:
    """The tree and everything in it."""
    yield tree
    for child in _children(tree):
        yield from walk(child)


def contexts(tree: Tree) -> Iterator[Context]:
    """Every context that is read, for whatever purpose."""
    return (part for part in walk(tree) if isinstance(part, Context))


def flows(tree: Tree) -> Iterator[Context]:
    """The contexts whose text can become the text of the result.

    A comparison, a test such as `contains` and the left side of `&&` decide; they hand nothing on.
    """
    match tree:
        case Context():
            yield tree
        case Call(name="contains" | "startswith" | "endswith" | "hashfiles"):
            return
        case Call(arguments=arguments):
            for argument in arguments:
                yield from flows(argument)
        case Chain(operator="&&", operands=operands):
            yield from flows(operands[-1])
        case Chain(operator="||", operands=operands):
            for operand in operands:
                yield from flows(operand)


Value: TypeAlias = str | float | bool | None


class Unknown:
    """What depends on more than the facts."""


UNKNOWN = Unknown()


def decide(tree: Tree, facts: Mapping[str, Value]) -> bool | None:
    """Whether a condition holds, given what some contexts are, as in `{"github.event_name": "push"}`.

    None where that depends on more than the facts.
    """
    value = _value(tree, facts)
    return None if isinstance(value, Unknown) else bool(value)


def _value(tree: Tree, facts: Mapping[str, Value]) -> Value | Unknown:
    match tree:
        case Literal(value=value):
            return value
        case Context():
            return facts.get(tree.name, UNKNOWN)
        case Not(operand=operand):
            inner = _value(operand, facts)
            return inner if isinstance(inner, Unknown) else not inner
        case Call(name="always", parts=()):
            return True
        case Call(name=name, arguments=arguments, parts=()):
            return _test(name, arguments, facts)
        case Chain(operator="&&" | "||" as operator, operands=operands):
            return _logic(operator, [_value(operand, facts) for operand in operands])
        case Chain(operator="==" | "!=" as operator, operands=(left, right)):
            one, other = _value(left, facts), _value(right, facts)
            if isinstance(one, Unknown) or isinstance(other, Unknown):
                return UNKNOWN
            return (_folded(one) == _folded(other)) == (operator == "==")
    return UNKNOWN


def _logic(operator: str, values: list[Value | Unknown]) -> Value | Unknown:
    stops = operator == "||"
    for value in values:
        if not isinstance(value, Unknown) and bool(value) == stops:
            return value
    return UNKNOWN if any(isinstance(value, Unknown) for value in values) else values[-1]


def _test(name: str, arguments: tuple[Tree, ...], facts: Mapping[str, Value]) -> Value | Unknown:
    if len(arguments) != 2:
        return UNKNOWN
    needle = _value(arguments[1], facts)
    if not isinstance(needle, str):
        return UNKNOWN
    listed = _list(arguments[0])
    if name == "contains" and listed is not None:
        return needle.lower() in listed
    text = _value(arguments[0], facts)
    if not isinstance(text, str):
        return UNKNOWN
    match name:
        case "contains":
            return needle.lower() in text.lower()
        case "startswith":
            return text.lower().startswith(needle.lower())
        case "endswith":
            return text.lower().endswith(needle.lower())
    return UNKNOWN


def _list(tree: Tree) -> list[str] | None:
    """The texts of `fromJSON('["a", "b"]')`."""
    match tree:
        case Call(name="fromjson", arguments=(Literal(value=str(text)),), parts=()):
            import json

            try:
                listed = json.loads(text)
            except (ValueError, RecursionError):
                return None
            return [str(item).lower() for item in listed] if isinstance(listed, list) else None
    return None


def _folded(value: Value) -> Value:
    """GitHub compares texts without regard to case."""
    return value.lower() if isinstance(value, str) else value


def _children(tree: Tree) -> tuple[Tree, ...]:
    match tree:
        case Context(computed=computed):
            return computed
        case Call(arguments=arguments):
            return arguments
        case Not(operand=operand):
            return (operand,)
        case Chain(operands=operands):
            return operands
    return ()


_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')"
    r"|(?P<number>0x[0-9a-fA-F]+|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_-]*)"
    r"|(?P<sign>\|\||&&|==|!=|<=|>=|[][().,!<>*]))"
)


class _Token(NamedTuple):
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if not found or not found.lastgroup:
            raise ExpressionError(f"unexpected {text[at : at + 1]!r}")
        tokens.append(_Token(found.lastgroup, found.group(found.lastgroup)))
        at = found.end()
    return tokens


_COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def peek(self) -> str:
        """The next sign or word; "" at the end, and for a string, which never is a sign."""
        token = self._tokens[self._at] if self._at < len(self._tokens) else _Token("", "")
        return "'" if token.kind == "string" else token.text

    def any(self) -> Tree:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError("too deep")
        tree = self._joined("||", lambda: self._joined("&&", self._comparison))
        self._depth -= 1
        return tree

    def _joined(self, operator: str, operand: Callable[[], Tree]) -> Tree:
        operands = [operand()]
        while self.peek() == operator:
            self._at += 1
            operands.append(operand())
        return operands[0] if len(operands) == 1 else Chain(operator, tuple(operands))

    def _comparison(self) -> Tree:
        left = self._negation()
        count = 0
        while self.peek() in _COMPARISONS:
            operator = self._next().text
            left = Chain(operator, (left, self._negation()))
            count += 1
            if count > MAX_DEPTH:
                raise ExpressionError("too deep")
        return left

    def _negation(self) -> Tree:
        count = 0
        while self.peek() == "!":
            self._at += 1
            count += 1
        tree = self._operand()
        # Two negations leave a truth value, and so does one more than an even number of them.
        for _ in range(count if count < 2 else 2 - count % 2):
            tree = Not(tree)
        return tree

    def _operand(self) -> Tree:
        token = self._next()
        match token:
            case _Token("string", text):
                return Literal(text[1:-1].replace("''", "'"))
            case _Token("number", text):
                return Literal(float(int(text, 16)) if text.startswith("0x") else float(text))
            case _Token("word", "true" | "false" as text):
                return Literal(text == "true")
            case _Token("word", "null"):
                return Literal(None)
            case _Token("word", text) if self.peek() == "(":
                call = Call(text.lower(), self._arguments())
                parts, computed = self._path()
                return call._replace(arguments=call.arguments + computed, parts=parts)
            case _Token("word", text):
                parts, computed = self._path()
                return Context((text.lower(), *parts), computed)
            case _Token("sign", "("):
                tree = self.any()
                self._expect(")")
                parts, computed = self._path()
                return Call("", (tree, *computed), parts) if parts else tree
        raise ExpressionError(f"unexpected {token.text!r}")

    def _arguments(self) -> tuple[Tree, ...]:
        self._expect("(")
        arguments: list[Tree] = []
        while self.peek() != ")":
            if arguments:
                self._expect(",")
            arguments.append(self.any())
        self._expect(")")
        return tuple(arguments)

    def _path(self) -> tuple[tuple[str, ...], tuple[Tree, ...]]:
        parts: list[str] = []
        computed: list[Tree] = []
        while self.peek() in (".", "["):
            if self._next().text == ".":
                token = self._next()
                if token.kind != "word" and token.text != "*":
                    raise ExpressionError(f"unexpected {token.text!r}")
                parts.append(token.text.lower())
                continue
            if self.peek() == "*":
                self._at += 1
                parts.append("*")
            else:
                index = self.any()
                literal = isinstance(index, Literal)
                parts.append(_index(index) if isinstance(index, Literal) else "?")
                computed.extend(() if literal else (index,))
            self._expect("]")
        return tuple(parts), tuple(computed)

    def _next(self) -> _Token:
        if self._at >= len(self._tokens):
            raise ExpressionError("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, sign: str) -> None:
        if self.peek() != sign:
            raise ExpressionError(f"expected {sign}")
        self._at += 1


def _index(literal: Literal) -> str:
    return literal.value.lower() if isinstance(literal.value, str) else "*"
