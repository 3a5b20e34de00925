"""Operators, methods and conversions of plain values of Python, and what the names of switches speak of."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from yett.parse.python import Source
from yett.parse.source import Span
from yett.parse.stages import is_dev, is_prod, words
from yett.parse.values import At, Const, Items, Plain, Value, bare

MAX_TEXT = 10_000
FALSE = ("", "0", "false", "f", "no", "n", "off", "none")
NOWHERE = At("", Span(1, 1, 1, 1))
CONVERTERS = ("bool", "int", "float", "str", "strtobool", "str2bool", "str_to_bool", "to_bool", "parse_bool")


def converted(name: str, value: Value | None) -> Value | None:
    """What `bool(int("0"))`, `strtobool("no")` or `env.list("a,b")` make of a known value; None where unknown."""
    last = name.rpartition(".")[2]
    lowered = last.lower()
    if value is None or not isinstance(value, Const):
        return value
    plain = value.value
    if lowered == "bool" and not name.startswith("env") and not isinstance(plain, str):
        return value._replace(value=bool(plain))
    if "bool" in lowered or lowered in ("strtobool", "boolean", "is_true", "truthy"):
        return value._replace(value=str(plain).strip().lower() not in FALSE)
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


def text_method(value: Value, method: str, arguments: list[Value]) -> Value | None:
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


def compared(one: Value | None, operator: ast.cmpop, other: Value) -> bool | None:
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


def computed(one: Plain, operator: ast.operator, other: Plain) -> Plain:
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


def of_environment(name: str) -> bool | None:
    """What a switch of this name is in production."""
    found = words(name)
    if "not" in found or "no" in found:
        return None
    if is_prod(name):
        return True
    if is_dev(name):
        return False
    return None


def is_type(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("bool", "str", "int", "float", "list", "dict", "tuple", "json")


def touches_environment(function: ast.FunctionDef, source: Source) -> bool:
    return any(
        source.name(node) in ("os.environ", "os.getenv", "os.environ.get")
        for node in ast.walk(function)
        if isinstance(node, (ast.Attribute, ast.Name))
    )


def names_in(source: Source, node: ast.AST) -> Iterator[str]:
    return (source.name(each) for each in ast.walk(node) if isinstance(each, (ast.Attribute, ast.Name)))
