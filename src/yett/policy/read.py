"""A policy or waivers file to items that know their lines, from YAML or from a table in TOML."""

from __future__ import annotations

import re
from collections.abc import Mapping

from yett.errors import YettError
from yett.lean import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from yett.parse.yaml import Node

SIZE_LIMIT = 256 * 1024
"""Bytes: no policy that people read is larger."""

Plain = str | int | float | bool | None


class Item(NamedTuple):
    """A value and the line it stands on, from 1 (0: not known)."""

    value: Plain | list[Item] | dict[str, Item]
    line: int


def yaml(text: bytes, place: str) -> Item:
    """A YAML document: the core schema's scalars, no anchors, no aliases, no tags, no duplicate keys.

    Raises:
        YettError: it is not that, with the line.
    """
    from yett.parse.source import ParseError
    from yett.parse.yaml import compose

    decoded = _decoded(text, place)
    try:
        document = compose(decoded, aliases=False)
    except ParseError as error:
        raise YettError(f"{place}:{error.line}: {error.reason}") from None
    return Item({}, 1) if document is None else _item(document)


def toml(text: bytes, place: str) -> Item | None:
    """The table `tool.yett` of a TOML file, or None where it has none.

    Raises:
        YettError: the file is not TOML.
    """
    import tomllib

    from yett.parse.toml import is_too_dotted

    decoded = _decoded(text, place)
    if is_too_dotted(decoded):
        raise YettError(f"{place} has a key of hundreds of parts: shorten it")
    try:
        tool = tomllib.loads(decoded).get("tool")
    except ValueError as error:  # also a number beyond what Python reads
        raise YettError(f"{place}: {str(error)[:200]}") from None
    except RecursionError:
        raise YettError(f"{place} is nested too deeply to be a policy") from None
    table = tool.get("yett") if isinstance(tool, dict) else None
    if table is None:
        return None
    found = re.search(r"(?m)^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*yett\b", decoded)
    start = decoded.count("\n", 0, found.start()) + 1 if found else 1
    return _from_toml(table, _Lines(decoded.splitlines()), start)


class _Lines:
    """Lines in which keys are looked for, and how many more may be looked at: a policy has few of either."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.left = 1_000_000


def _decoded(text: bytes, place: str) -> str:
    if len(text) > SIZE_LIMIT:
        raise YettError(f"{place} is larger than {SIZE_LIMIT // 1024} KiB: a policy has to be readable")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise YettError(f"{place}:{line}: not UTF-8: save the file as UTF-8") from None


def _item(node: Node) -> Item:
    from yett.parse.yaml import Scalar, Sequence

    if isinstance(node, Scalar):
        return Item(_scalar(node.text, node.style), node.line)
    if isinstance(node, Sequence):
        return Item([_item(child) for child in node.items], node.line)
    fields = {name: _item(entry.value)._replace(line=entry.key.line) for name, entry in node.entries.items()}
    return Item(fields, node.line)


def _scalar(text: str, style: str) -> Plain:
    """YAML 1.2's core schema (chapter 10.3), so that `no` is a word and `1_0` is not ten."""
    if style:
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    return int(text) if re.fullmatch(r"[-+]?[0-9]{1,18}", text) else text


def _from_toml(value: object, lines: _Lines, line: int) -> Item:
    """TOML's parser tells no lines, so a key is looked for from its table on; good enough to point at."""
    match value:
        case Mapping():
            return Item(
                {key: _from_toml(child, lines, _line_of(key, lines, line)) for key, child in value.items()}, line
            )
        case list():
            return Item([_from_toml(child, lines, line) for child in value], line)
        case str() | bool() | int() | float():
            return Item(value, line)
        case _:
            return Item(str(value), line)


def _line_of(key: str, lines: _Lines, start: int) -> int:
    wanted = re.compile(rf"(?:^|[\s.\[{{,\"'])({re.escape(key)})[\"']?\s*(?:[=.\]]|$)")
    for number in range(start - 1, min(len(lines.lines), start - 1 + lines.left)):
        lines.left -= 1
        if wanted.search(lines.lines[number]):
            return number + 1
    return start
