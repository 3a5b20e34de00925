"""Terraform's functions and operators, those that a value decides: each takes values and gives one back.

What is not known in an argument makes the result `Unresolved`; a collection keeps what is known of it.
https://developer.hashicorp.com/terraform/language/functions
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from yett.parse.resources import List, Map, Plain, Ref, Scalar, Unresolved, Value, document, texts
from yett.parse.source import Span

Function = Callable[[Sequence[Value], Span], Value]

MAX_TEXT = 1 << 16
MAX_ITEMS = 2_000


def _unknown(arguments: Sequence[Value], span: Span, what: str) -> Unresolved:
    """What a call comes to that cannot be told: it still speaks of the resources of its arguments."""
    found = [each for each in arguments if isinstance(each, Unresolved)]
    refs: list[Ref] = [ref for each in found for ref in each.refs]
    for each in arguments:
        if isinstance(each, List):
            refs += [ref for text in texts(each) if isinstance(text, Unresolved) for ref in text.refs]
    return Unresolved(found[0].what if found else what, span, tuple(refs))


def _plain(value: Value) -> Plain:
    return value.value if isinstance(value, Scalar) else None


def _on_text(change: Callable[[str], str]) -> Function:
    def function(arguments: Sequence[Value], span: Span) -> Value:
        if len(arguments) == 1 and isinstance(arguments[0], Scalar):
            return Scalar(change(_string(arguments[0].value))[:MAX_TEXT], span)
        return _unknown(arguments, span, "a text")

    return function


def _string(value: Plain) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _same(arguments: Sequence[Value], span: Span) -> Value:
    """`tolist(x)`, `toset(x)`, `sensitive(x)`: x itself, as far as a rule cares."""
    return arguments[0] if len(arguments) == 1 else _unknown(arguments, span, "a conversion")


def _concat(arguments: Sequence[Value], span: Span) -> Value:
    items: list[Value] = []
    more = False
    for each in arguments:
        if isinstance(each, List):
            items += each.items
            more = more or each.more
        else:
            if isinstance(each, Unresolved):
                items.append(each)
            more = True
    return List(tuple(items[:MAX_ITEMS]), span, more)


def _flatten(arguments: Sequence[Value], span: Span) -> Value:
    if len(arguments) != 1 or not isinstance(arguments[0], List):
        return _unknown(arguments, span, "flatten()")
    items: list[Value] = []
    more = arguments[0].more

    def walk(values: Sequence[Value], depth: int) -> Iterator[Value]:
        nonlocal more
        for value in values:
            if isinstance(value, List) and depth < 20:
                more = more or value.more
                yield from walk(value.items, depth + 1)
            else:
                yield value

    items += walk(arguments[0].items, 0)
    return List(tuple(items[:MAX_ITEMS]), span, more)


def _compact(arguments: Sequence[Value], span: Span) -> Value:
    if len(arguments) != 1 or not isinstance(arguments[0], List):
        return _unknown(arguments, span, "compact()")
    kept = tuple(item for item in arguments[0].items if not (isinstance(item, Scalar) and item.value in (None, "")))
    return List(kept, span, arguments[0].more)


def _merge(arguments: Sequence[Value], span: Span) -> Value:
    from functools import partial

    cells: dict[str, tuple[Span, Value | Callable[[], Value]]] = {}
    more = False
    for each in arguments:
        if isinstance(each, Map):
            more = more or each.more
            for name in each.names():
                cells[name] = (each.key(name) or span, partial(_value_of, each, name))
        else:
            more = True
    return Map(span, cells, more=more)


def _value_of(source: Map, name: str) -> Value:
    value = source.get(name)
    return Scalar(None, source.span) if value is None else value


def _lookup(arguments: Sequence[Value], span: Span) -> Value:
    if len(arguments) >= 2 and isinstance(arguments[0], Map) and isinstance(arguments[1], Scalar):
        found = arguments[0].get(_string(arguments[1].value))
        if found is not None:
            return found
        if len(arguments) == 3 and not arguments[0].more:
            return arguments[2]
    return _unknown(arguments, span, "lookup()")


def _element(arguments: Sequence[Value], span: Span) -> Value:
    if len(arguments) == 2 and isinstance(arguments[0], List) and isinstance(arguments[1], Scalar):
        items, index = arguments[0].items, arguments[1].value
        if items and not arguments[0].more and isinstance(index, int) and index >= 0:
            return items[index % len(items)]
    return _unknown(arguments, span, "element()")


def _first_set(arguments: Sequence[Value], span: Span) -> Value:
    """`coalesce`: the first that is neither null nor empty."""
    for each in arguments:
        if isinstance(each, Unresolved):
            break
        if not isinstance(each, Scalar) or each.value not in (None, ""):
            return each
    return _unknown(arguments, span, "coalesce()")


def _join(arguments: Sequence[Value], span: Span) -> Value:
    if len(arguments) == 2 and isinstance(arguments[0], Scalar) and isinstance(arguments[1], List):
        parts = arguments[1].items
        if not arguments[1].more and all(isinstance(part, Scalar) for part in parts):
            glue = _string(arguments[0].value)
            return Scalar(glue.join(_string(_plain(part)) for part in parts)[:MAX_TEXT], span)
    return _unknown(arguments, span, "join()")


def _split(arguments: Sequence[Value], span: Span) -> Value:
    if len(arguments) == 2 and isinstance(arguments[0], Scalar) and isinstance(arguments[1], Scalar):
        glue = _string(arguments[0].value)
        if glue:
            parts = _string(arguments[1].value).split(glue)[:MAX_ITEMS]
            return List(tuple(Scalar(part, span) for part in parts), span)
    return _unknown(arguments, span, "split()")


def _replace(arguments: Sequence[Value], span: Span) -> Value:
    if len(arguments) == 3 and all(isinstance(each, Scalar) for each in arguments):
        text, old, new = (_string(_plain(each)) for each in arguments)
        # A text between slashes is a regular expression, of Go's kind.
        if old and not (old.startswith("/") and old.endswith("/") and len(old) > 1):
            return Scalar(text.replace(old, new)[:MAX_TEXT], span)
    return _unknown(arguments, span, "replace()")


def _format(arguments: Sequence[Value], span: Span) -> Value:
    """`%s`, `%d` and `%v`; what is not known of an argument is not known of the text either, the rest is."""
    import re

    from yett.parse.resources import CLOSE, OPEN

    if not arguments or not isinstance(arguments[0], Scalar) or not isinstance(arguments[0].value, str):
        return _unknown(arguments, span, "format()")
    rest = list(arguments[1:])
    holes: list[Unresolved] = []
    odd = False

    def fill(match: re.Match[str]) -> str:
        nonlocal odd
        if match[0] == "%%":
            return "%"
        if match[0] not in ("%s", "%d", "%v") or not rest:
            odd = True
            return ""
        value = rest.pop(0)
        if isinstance(value, Scalar):
            return _string(value.value)
        hole = value if isinstance(value, Unresolved) else Unresolved("a list or object", span)
        holes.append(hole)
        return hole.text or OPEN + hole.what + CLOSE

    text = re.sub(r"%(?:%|[^a-zA-Z%]*[a-zA-Z])", fill, arguments[0].value)[:MAX_TEXT]
    if odd:
        return _unknown(arguments, span, "format()")
    if holes:
        return Unresolved(holes[0].what, span, tuple(ref for hole in holes for ref in hole.refs), text)
    return Scalar(text, span)


def _jsondecode(arguments: Sequence[Value], span: Span) -> Value:
    return document(arguments[0]) or _unknown(arguments, span, "jsondecode()") if arguments else _unknown((), span, "")


def _length(arguments: Sequence[Value], span: Span) -> Value:
    if len(arguments) == 1:
        match arguments[0]:
            case List(items=items, more=False):
                return Scalar(len(items), span)
            case Map() as value if not value.more:
                return Scalar(len(list(value.names())), span)
            case Scalar(value=str(text)):
                return Scalar(len(text), span)
    return _unknown(arguments, span, "length()")


def _contains(arguments: Sequence[Value], span: Span) -> Value:
    if len(arguments) == 2 and isinstance(arguments[0], List) and isinstance(arguments[1], Scalar):
        items = arguments[0].items
        if any(isinstance(item, Scalar) and item.value == arguments[1].value for item in items):
            return Scalar(True, span)
        if not arguments[0].more and all(isinstance(item, Scalar) for item in items):
            return Scalar(False, span)
    return _unknown(arguments, span, "contains()")


def _keys(arguments: Sequence[Value], span: Span) -> Value:
    if len(arguments) == 1 and isinstance(arguments[0], Map):
        names = sorted(arguments[0].names())
        return List(tuple(Scalar(name, span) for name in names), span, arguments[0].more)
    return _unknown(arguments, span, "keys()")


def _values(arguments: Sequence[Value], span: Span) -> Value:
    if len(arguments) == 1 and isinstance(arguments[0], Map):
        return List(tuple(value for _, value in arguments[0].items()), span, arguments[0].more)
    return _unknown(arguments, span, "values()")


def _to_bool(arguments: Sequence[Value], span: Span) -> Value:
    if len(arguments) == 1 and isinstance(arguments[0], Scalar):
        meant = {"true": True, "false": False}.get(_string(arguments[0].value))
        return Unresolved("tobool()", span) if meant is None else Scalar(meant, span)
    return _unknown(arguments, span, "tobool()")


def _range(arguments: Sequence[Value], span: Span) -> Value:
    numbers = [_plain(each) for each in arguments]
    if len(numbers) in (1, 2) and all(isinstance(each, int) and not isinstance(each, bool) for each in numbers):
        begin, end = (0, numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])
        assert isinstance(begin, int)
        assert isinstance(end, int)
        return List(tuple(Scalar(each, span) for each in range(begin, min(end, begin + MAX_ITEMS))), span)
    return _unknown(arguments, span, "range()")


FUNCTIONS: dict[str, Function] = {
    "lower": _on_text(str.lower),
    "upper": _on_text(str.upper),
    "title": _on_text(str.title),
    "trimspace": _on_text(str.strip),
    "chomp": _on_text(lambda text: text.rstrip("\r\n")),
    "tostring": _on_text(str),
    "tobool": _to_bool,
    "tolist": _same,
    "toset": _same,
    "tomap": _same,
    "tonumber": _same,
    "list": lambda arguments, span: List(tuple(arguments), span),
    "sensitive": _same,
    "nonsensitive": _same,
    "sort": _same,
    "distinct": _same,
    "reverse": _same,
    "base64encode": _same,
    "base64gzip": _same,
    "jsonencode": _same,
    "yamlencode": _same,
    "concat": _concat,
    "flatten": _flatten,
    "compact": _compact,
    "merge": _merge,
    "lookup": _lookup,
    "element": _element,
    "coalesce": _first_set,
    "join": _join,
    "split": _split,
    "replace": _replace,
    "format": _format,
    "jsondecode": _jsondecode,
    "length": _length,
    "contains": _contains,
    "keys": _keys,
    "values": _values,
    "range": _range,
}


def operate(left: Value | None, operator: str, right: Value, span: Span) -> Value:
    """`left operator right`, or `operator right`. `false && x` is false whatever x is."""
    a = left.value if isinstance(left, Scalar) else left
    b = right.value if isinstance(right, Scalar) else right
    known_a, known_b = isinstance(left, Scalar), isinstance(right, Scalar)
    if operator in ("&&", "||"):
        deciding = operator == "||"
        if (known_a and _true(a) is deciding) or (known_b and _true(b) is deciding):
            return Scalar(deciding, span)
        if known_a and known_b:
            return Scalar(not deciding, span)
    elif left is None and known_b:
        if operator == "!":
            return Scalar(not _true(b), span)
        if operator == "-" and isinstance(b, int | float):
            return Scalar(-b, span)
    elif operator in ("==", "!="):
        if known_a and known_b:
            return Scalar((a == b) is (operator == "=="), span)
        empty = _emptiness(left, right) if left is not None else None
        if empty is not None:
            return Scalar(empty is (operator == "=="), span)
    elif known_a and known_b and _is_number(a) and _is_number(b):
        assert isinstance(a, int | float)
        assert isinstance(b, int | float)
        match operator:
            case "<":
                return Scalar(a < b, span)
            case ">":
                return Scalar(a > b, span)
            case "<=":
                return Scalar(a <= b, span)
            case ">=":
                return Scalar(a >= b, span)
            case "+":
                return Scalar(a + b, span)
            case "-":
                return Scalar(a - b, span)
            case "*":
                return Scalar(a * b, span) if abs(a) < 1 << 64 and abs(b) < 1 << 64 else Unresolved("a product", span)
            case "/":
                return Scalar(a / b, span) if b else Unresolved("a division by zero", span)
            case "%":
                return Scalar(a % b, span) if b else Unresolved("a division by zero", span)
    return _unknown([each for each in (left, right) if each is not None], span, "an operation")


def _emptiness(left: Value, right: Value) -> bool | None:
    """A list or object that is compared with null, or with an empty one."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Scalar) and one.value is None and isinstance(other, List | Map):
            return False
        if isinstance(one, List) and not one.items and not one.more and isinstance(other, List) and not other.more:
            return not other.items
    return None


def _true(value: object) -> bool:
    return value is True or value == "true"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
