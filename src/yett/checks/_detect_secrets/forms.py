"""Files that the library rewrites before it looks at them: which may be, and what it would cost.

Every file is tried as INI, some as YAML, and where nothing was found in one of no known kind it is tried as INI once
more, under a section that is put in front. Most files fail at that, and what they fail at is seen sooner here.
"""

from __future__ import annotations

import re
from functools import lru_cache

LIMIT = 100_000
"""Lines, or values with those that aliases and interpolation repeat, of a file that is rewritten."""


def may_be_ini(text: str) -> bool:
    """Whether the first line that is neither empty nor a comment begins as a section does; if not, `configparser`
    refuses the file for the missing section."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = end if end >= 0 else len(text)
        line = text[start:end].strip()
        if line and line[0] not in "#;":
            return line[0] == "["
        start = end + 1
    return False


def may_be_settings(text: str) -> bool:
    """Whether no line that is not indented is without `=` and `:`; `configparser` refuses a file with such a line,
    since it is no option, section or comment, and no continuation either."""
    return _no_option().search(text) is None


@lru_cache(1)
def _no_option() -> re.Pattern[str]:
    return re.compile(r"^[^\s#;\[=:][^=:\n]*$", re.MULTILINE)


def spellings(text: str, data: bytes, yaml: bool) -> bytes | None:
    """What holds every stretch of a rewritten line without white space, quotes and backslashes aside: the file itself,
    and what its escapes mean where it may have some.

    None where a stretch may be decoded from Base64, or put in for a name.
    """
    if (b"%(" in data or b"%%" in data) and (not yaml or may_be_ini(text)):
        return None
    if not yaml:
        return data
    if b"!" in data and _decoded().search(data) is not None:
        return None
    if b"\\" not in data or b'"' not in data:
        return data
    return data + b"\n" + unescaped(text).encode("utf-8", "surrogatepass")


@lru_cache(1)
def _decoded() -> re.Pattern[bytes]:
    """A tag that says or may say `binary`, or a directive, which may give tags other names (YAML 1.1, section 6.8)."""
    return re.compile(rb"![^\s]*(?:binary|%)|^%", re.MULTILINE)


# YAML 1.1, section 5.6
_ESCAPE = r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|[\n\x85\u2028\u2029][ \t]*|(.))"
_ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b"}
_ESCAPES |= {"\t": "\t", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029"}


def unescaped(text: str) -> str:
    """A text with all of it read as if it stood in double quotes. What does stand in them comes out as YAML has it, as
    no escape that begins before a quote goes on after it."""

    def meant(match: re.Match[str]) -> str:
        digits = match[1] or match[2] or match[3]
        if digits:
            code = int(digits, 16)
            return chr(code) if code < 0x110000 else ""
        return _ESCAPES.get(match[4], match[4]) if match[4] else ""

    return _escape().sub(meant, text)


@lru_cache(1)
def _escape() -> re.Pattern[str]:
    return re.compile(_ESCAPE)


def excess(text: str, yaml: bool) -> str:
    """What makes a file too large to be rewritten, or ""."""
    if text.count("\n") > LIMIT:
        return f"it has more than {LIMIT:,} lines"
    if yaml and "&" in text and "*" in text and _aliased(text) > LIMIT:
        return "its aliases repeat too much"
    if "DEFAULT]" in text and (text.count("\n[") + 1) * text.count("\n") > 50 * LIMIT:
        return "its sections repeat its defaults too often"
    if "%(" in text and _interpolated(text) > LIMIT:
        return "its interpolation repeats too much"
    return ""


def _aliased(text: str) -> int:
    """How many values there are once aliases are followed; `LIMIT` and one where one leads to itself."""
    import yaml

    sizes: dict[str, int] = {}
    open_: list[tuple[str | None, int]] = []
    size = 0
    try:
        for event in yaml.parse(text, yaml.SafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                open_.append((event.anchor, size))
                size = 0
                if event.anchor:
                    sizes[event.anchor] = LIMIT + 1
            elif isinstance(event, yaml.CollectionEndEvent):
                anchor, before = open_.pop()
                if anchor:
                    sizes[anchor] = size + 1
                size += before + 1
            elif isinstance(event, yaml.AliasEvent):
                size += sizes.get(event.anchor or "", 1)
            elif isinstance(event, yaml.ScalarEvent):
                size += 1
            if size > LIMIT:
                break
    except (yaml.YAMLError, RecursionError):
        return 0  # the library gets no further either
    return size


_OPTION = r"^([^\s=:][^=:\n]*?)[^\S\n]*[=:](.*(?:\n[^\S\n]+\S.*)*)"


def _interpolated(text: str) -> int:
    """How many pieces all values have once names are put in, at the most."""
    named: dict[str, list[str]] = {}
    for match in re.finditer(_OPTION, text, re.MULTILINE):
        named.setdefault(match[1].strip(), []).extend(re.findall(r"%\(([^()]*)\)s", match[2]))
    # `configparser` gives up where names are nested ten deep
    sizes = dict.fromkeys(named, 1)
    for _ in range(11):
        sizes = {name: min(LIMIT + 1, 1 + sum(sizes.get(each, 1) for each in within)) for name, within in named.items()}
    return sum(sizes.values())


def newlines(data: bytes) -> bytes:
    """The bytes of a text as a file opened for reading gives it: every end of a line is a line feed."""
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data
