"""TOML lockfiles: an array of `[[package]]` tables, and the line each of them starts on.

uv and Poetry write a small, regular part of TOML. That part is read by one pattern at a tenth of what `tomllib`
costs; the first statement outside of it sends the whole file to `tomllib`, so that nothing is read differently. Of
what makes a file invalid it overlooks one thing, a key or table that is repeated and does not matter here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from yett.lean import Any, NamedTuple
from yett.parse.lockfiles.lock import LockError
from yett.parse.toml import is_too_dotted

_KEPT = {"name", "version", "source", "optional", "category", "groups"}
_TABLES = {"dependencies", "optional-dependencies", "dev-dependencies"}


class Raw(str):
    """A value as it is written, of the regular kind; `names`, `strings` and `member` look into it."""

    __slots__ = ()


class Entry(NamedTuple):
    """One `[[package]]`; `column` and `end_column` are those of its name's value. `table` has at least the keys that
    matter here; what is rarely asked for may be `Raw`."""

    line: int
    column: int
    end_column: int
    table: dict[str, Any]


class Document(NamedTuple):
    """`top` holds the scalars and the names of the tables at the top level."""

    entries: tuple[Entry, ...]
    top: dict[str, Any]


def document(text: str, array: str = "package") -> Document:
    """Raises LockError where the text is not TOML or `array` is no array of tables."""
    text = text.replace("\r\n", "\n")
    return _regular(text, array) or _general(text, array)


def names(value: object) -> list[tuple[str, str]]:
    """The names, and versions or "", of an array of tables: `[{name = "a", version = "1"}]`."""
    if isinstance(value, Raw):
        return _NAMED.findall(value)
    found = []
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict) and isinstance(name := item.get("name"), str):
            version = item.get("version")
            found.append((name, version if isinstance(version, str) else ""))
    return found


def strings(value: object) -> list[str]:
    """The texts of an array, or the text itself."""
    if isinstance(value, Raw):
        return _STRING.findall(value)
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def member(value: object, key: str) -> str:
    """The text that the table, or the first table of the array that has it, has under `key`, or ""."""
    if isinstance(value, Raw):
        match = re.search(rf'[{{,]\s*{key}\s*=\s*"([^"\\]*)"', value)
        return match[1] if match else ""
    for item in value if isinstance(value, list) else (value,):
        if isinstance(item, dict) and isinstance(found := item.get(key), str):
            return found
    return ""


_NAMED = re.compile(r'\{\s*name\s*=\s*"([^"\\]*)"(?:\s*,\s*version\s*=\s*"([^"\\]*)")?')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)"')


@lru_cache(1)
def _statement() -> re.Pattern[str]:
    """A blank line, a comment, a header or a pair. Every repetition is possessive: no input makes it backtrack."""
    string = r'"(?:[^"\\\x00-\x1f\x7f]++|\\[btnfr"\\])*+"'
    key = rf"(?:[A-Za-z0-9_-]++|{string})"
    scalar = rf"(?:{string}|true|false|0|[1-9][0-9]*+)"
    gap = r"[ \t]*+"

    def array(item: str) -> str:
        return rf"\[{gap}(?:{item}{gap}(?:,{gap}|(?=\])))*+\]"

    def table(value: str) -> str:
        return rf"\{{{gap}(?:{key}{gap}={gap}{value}{gap}(?:,{gap}|(?=\}})))*+\}}"

    inner = rf"(?:{scalar}|{array(scalar)}|{table(f'(?:{scalar}|{array(scalar)})')})"
    value = rf"(?:{scalar}|{table(inner)}|{array(inner)})"
    many = rf"\[\n(?:{gap}(?:{scalar}|{table(inner)}){gap},{gap}\n)*+{gap}\]"
    rest = rf"{gap}(?:#[^\x00-\x08\x0b-\x1f\x7f\n]*+)?+(?:\n|\Z)"
    return re.compile(
        rf"{gap}(?:(?P<array>\[\[[A-Za-z0-9_.-]++\]\])|(?P<header>\[[A-Za-z_][A-Za-z0-9_.-]*+\])"
        rf"|(?P<key>{key}){gap}={gap}(?P<value>{many}|{value}))?+{rest}"
    )


def _regular(text: str, array: str = "package") -> Document | None:
    """The document, if every statement of it is of the regular kind."""
    match_at = _statement().match
    tables: list[dict[str, Any]] = []
    places: list[tuple[int, int, int]] = []
    top: dict[str, Any] = {}
    values: dict[str, Any] = {}
    table: dict[str, Any] | None = top  # None: one whose content does not matter
    inner = False
    head = f"[[{array}]]"
    line, place, end = 1, 0, len(text)
    while place < end:
        match = match_at(text, place)
        if match is None:
            return None
        kind = match.lastgroup
        if kind == "value" and table is not None:
            key, raw = match["key"], match["value"]
            in_package = bool(tables) and table is tables[-1]
            if inner:
                key = key.strip('"')
            if key[0] == '"' or "\\" in key or key in table or (table is top and key == array):
                return None
            if inner or (in_package and key not in _KEPT):
                table[key] = Raw(raw)
            elif key in _KEPT or not in_package:
                table[key] = values[raw] if raw in values else values.setdefault(raw, _value(raw))
                if in_package and key == "name":
                    column = match.start("value") - place + 1
                    places[-1] = (line, column + 1, column + len(raw) - 1)
        elif kind == "array" and match["array"] == head:
            table, inner = {}, False
            tables.append(table)
            places.append((line, 1, len(head) + 1))
        elif kind == "array" or kind == "header":
            name = match[kind].strip("[]")
            table, inner = None, False
            root, _, rest = name.partition(".")
            if root == array and kind == "header" and tables and (rest == "source" or rest in _TABLES):
                if rest in tables[-1]:
                    return None
                table = tables[-1][rest] = {}
                inner = rest != "source"
            elif (root == array == "packages" and rest) or not _open(top, name, bool(tables), array):
                return None
        line += text.count("\n", place, match.end())
        place = match.end()
    return Document(tuple(Entry(*at, found) for at, found in zip(places, tables, strict=True)), top)


def _open(top: dict[str, Any], name: str, in_package: bool, array: str) -> bool:
    """Note a table's root at the top level; False for what needs `tomllib` to judge."""
    root, dot, rest = name.partition(".")
    if root == array:
        return bool(dot) and in_package and rest.partition(".")[0] not in _KEPT
    return isinstance(top.setdefault(root, {}), dict)


def _value(raw: str) -> Any:
    if raw[0] == '"' and "\\" not in raw:
        return raw[1:-1]
    import tomllib

    return tomllib.loads(f"value = {raw}")["value"]


def table(text: str) -> dict[str, Any]:
    """Any TOML at all. Raises LockError."""
    import tomllib

    if is_too_dotted(text):
        raise LockError("has a key of hundreds of parts")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        reason = str(error).partition(" (at ")[0]
        raise LockError(f"is not TOML: {reason[:1].lower()}{reason[1:]}", int(place[1]) if place else 0) from error
    except ValueError as error:  # a number beyond what Python reads
        raise LockError("is not TOML: a number in it is out of all bounds") from error


def _general(text: str, array: str = "package") -> Document:
    root = table(text)
    packages = root.pop(array, [])
    if not isinstance(packages, list) or not all(isinstance(item, dict) for item in packages):
        raise LockError(f"has a `{array}` that is no array of tables")
    text = single_lines(text)
    head = rf"^[ \t]*\[\[[ \t]*[\"']?{array}[\"']?[ \t]*\]\]"
    heads = [match.start() for match in re.finditer(head, text, re.MULTILINE)]
    if len(heads) != len(packages):
        heads = []
    entries = []
    line, seen = 1, 0
    for number, package in enumerate(packages):
        if heads:
            line += text.count("\n", seen, heads[number])
            seen = heads[number]
            stop = heads[number + 1] if number + 1 < len(heads) else len(text)
            entries.append(Entry(*_named(text, seen, stop, line, package.get("name")), package))
        else:
            entries.append(Entry(1, 1, 0, package))
    top = {key: value for key, value in root.items() if isinstance(value, dict | str | int)}
    return Document(tuple(entries), top)


def single_lines(text: str) -> str:
    """The text with the content of its multi-line strings blanked out, lines and columns kept."""
    return re.sub(
        r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*',
        lambda match: re.sub(r"[^\n]", "x", match[0]) if match[0][:3] in ('"""', "'''") else match[0],
        text,
        flags=re.DOTALL,
    )


def _named(text: str, start: int, stop: int, line: int, name: object) -> tuple[int, int, int]:
    """Where the name stands, between the header and the next one; the header itself where it is not found."""
    if isinstance(name, str):
        match = re.compile(rf"^[ \t]*name[ \t]*=[ \t]*[\"']({re.escape(name)})[\"']", re.M).search(text, start, stop)
        if match:
            column = match.start(1) - max(text.rfind("\n", start, match.start(1)), start - 1)
            return line + text.count("\n", start, match.start(1)), column, column + len(name)
    return line, 1, 0
