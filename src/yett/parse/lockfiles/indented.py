"""The regular part of YAML that package managers write: mappings by indentation, and lists in them.

Not YAML at large: no anchors, tags, block texts or flow values over several lines. What is outside of the regular
part is an error with its line, so that nothing is read differently from how the package manager reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from yett.lean import NamedTuple
from yett.parse.lockfiles.lock import LockError


class Node(NamedTuple):
    """A line: its key and the text after the colon, unquoted. A list's item has the key "-".

    `depth` is the number of spaces before it, `column` and `end` are those of the key, or of an item's text.
    """

    line: int
    depth: int
    column: int
    end: int
    key: str
    value: str


@lru_cache(1)
def _line() -> re.Pattern[str]:
    double, single = r'"(?:[^"\\]|\\.)*+"', r"'(?:[^']|'')*+'"
    plain = r"(?![\"'&*!|>%@`\[\]{}#,\s]|[-?:](?:\s|$))(?:[^\s:#]|:(?!\s|$)|(?<!\s)#|[ \t]+(?![\s#]))++"
    return re.compile(
        rf"(?P<depth> *)(?P<items>(?:-[ \t]+)*)"
        rf"(?:(?P<key>{double}|{single}|{plain})[ \t]*:(?=\s|$)[ \t]*(?P<value>.*)|(?P<item>.+)|(?P<dash>-))"
    )


_SIMPLE = re.compile(r"(?:'([^']++)'|([A-Za-z0-9/][^\s:'\"#{}\[\],]*+)):(?: ([A-Za-z0-9{/^~<=(.].*))?")
"""Nearly every line, at a third of the cost."""


def nodes(text: str) -> Iterator[Node]:
    """The lines that say something. Raises LockError."""
    match_line = _line().match
    match_simple = _SIMPLE.fullmatch
    long_key: tuple[int, int, int, str] | None = None
    block = -1
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip()
        if not line:
            continue
        depth = len(line) - len(line.lstrip(" "))
        if block >= 0:
            if depth > block:
                continue
            block = -1
        bare = line[depth:]
        if bare[0] == "#" or (depth == 0 and (bare == "..." or bare[0] == "%")):
            continue
        if depth == 0 and bare[:3] == "---":
            continue
        if bare[0] == "\t":
            raise LockError("is indented with tabs", number)
        if bare.startswith("? "):
            long_key = (number, depth, depth + 3, _unquoted(bare[2:].strip(), number))
            continue
        if bare[0] == ":" and long_key and depth == long_key[1]:
            first, _, column, key = long_key
            yield Node(first, depth, column, column + len(key), key, "")
            long_key = None
            depth += 2
            line = " " * depth + bare[1:].strip()
            if line.isspace():
                continue
        if (simple := match_simple(bare)) and (simple[3] is None or " #" not in simple[3]):
            quoted = simple[1] is not None
            key = simple[1] if quoted else simple[2]
            start = depth + 1 + quoted
            yield Node(number, depth, start, start + len(key), key, simple[3] or "")
            continue
        match = match_line(line)
        if match is None:
            raise LockError("is not the YAML that a package manager writes", number)
        dashes = len(match["items"])
        for place, char in enumerate(match["items"]):
            if char == "-" and (match["key"] is not None or place + 2 < dashes):
                yield Node(number, depth + place, depth + place + 1, depth + place + 2, "-", "")
        if match["key"] is not None:
            key = match["key"]
            start = match.start("key") + 1
            value = match["value"]
            if value[:1] in ("|", ">"):
                block = depth + dashes
                value = ""
            quoted = key[0] in "\"'"
            yield Node(
                number,
                depth + dashes,
                start + quoted,
                start + len(key) - quoted,
                _unquoted(key, number),
                _value(value, number),
            )
        elif match["dash"]:
            yield Node(number, depth, depth + 1, depth + 2, "-", "")
        elif dashes:
            start = match.start("item") + 1
            item = _value(match["item"], number)
            yield Node(number, depth + dashes - 2, start, start + len(item), "-", item)
        else:
            raise LockError("is not the YAML that a package manager writes", number)


def _value(text: str, number: int) -> str:
    """A scalar without quotes and comment; a flow value as it is written."""
    if not text:
        return ""
    if text[0] in "\"'":
        return _unquoted(text, number)
    if text[0] == "#":
        return ""
    if " #" in text:
        text = text[: text.index(" #")].rstrip()
    if text[0] in "&*!":
        raise LockError("uses an anchor, an alias or a tag, which no package manager writes", number)
    return text


def _unquoted(text: str, number: int) -> str:
    if text[:1] == "'":
        end = 1
        while (end := text.find("'", end)) >= 0 and text[end + 1 : end + 2] == "'":
            end += 2
        if end < 0:
            raise LockError("has a quoted text that does not end on its line", number)
        return text[1:end].replace("''", "'")
    if text[:1] == '"':
        match = re.match(r'"((?:[^"\\]|\\.)*+)"', text)
        if match is None:
            raise LockError("has a quoted text that does not end on its line", number)
        inner = match[1]
        if "\\" not in inner:
            return inner
        import json

        try:
            return str(json.loads(f'"{inner}"'))
        except ValueError:
            return inner
    return text


@lru_cache(4096)
def flow(text: str) -> dict[str, str]:
    """The members of a flow mapping whose values are scalars: `{integrity: sha512-…, tarball: …}`."""
    found: dict[str, str] = {}
    string = r'"[^"]*+"|\'[^\']*+\'|[^,{}\[\]"\']++'
    for match in re.finditer(rf"[{{,]\s*+([\w$.@/'\"-]+?)\s*+:\s+({string})", text):
        found.setdefault(match[1].strip("\"'"), match[2].strip().strip("\"'"))
    return found
