"""Files of `key = value` lines, with places: what nearly every server is configured with, in a dozen manners.

A `Form` says how a format writes comments, separators, quotes and sections; one reader reads them all. Nothing is made
of a value but that its quotes are taken off. A line that is neither a comment nor a setting is a setting without a
value: programs take those as switches.
"""

from __future__ import annotations

import re

from yett.lean import NamedTuple
from yett.parse.source import Span


class Form(NamedTuple):
    """How a format writes its settings.

    `comment` begins a comment at the start of a line, `inline` behind white space or the end of a quoted value.
    `separators` stand between key and value; a space among them means any white space. `doubled` says that a quote is
    written twice to stand inside quotes, `continued` that a backslash at the end of a line takes the next one along,
    `spread` that a quoted value may hold line ends.
    """

    comment: str = "#"
    inline: str = "#"
    separators: str = "="
    quotes: str = ""
    doubled: bool = False
    sections: bool = False
    continued: bool = False
    spread: bool = False
    prefix: str = ""


POSTGRES = Form(separators="= ", quotes="'", doubled=True)
"""https://www.postgresql.org/docs/current/config-setting.html"""

MYSQL = Form(comment="#;", quotes="'\"", sections=True)
"""https://dev.mysql.com/doc/refman/8.4/en/option-files.html"""

REDIS = Form(inline="", separators=" ")
"""A directive and its arguments; `words` takes these apart."""

PROPERTIES = Form(comment="#!", inline="", separators="=: ", continued=True)
"""https://docs.oracle.com/javase/8/docs/api/java/util/Properties.html"""

RABBITMQ = Form()
PHP = Form(comment=";#", inline=";", quotes="\"'", sections=True)
PLAIN = Form(quotes="\"'")

DOTENV = Form(quotes="\"'`", spread=True, prefix="export ")


class Setting(NamedTuple):
    """A key and its value, as they stand in the file. `bare` says that there is no separator, so no value at all."""

    section: str
    key: str
    value: str
    at: Span
    value_at: Span
    bare: bool = False


def read(text: str, form: Form) -> tuple[Setting, ...]:
    """The settings of a text, in order. Never fails: what is no setting in a format is one with an odd name."""
    lines = text.split("\n")
    found: list[Setting] = []
    section = ""
    number = 0
    while number < len(lines):
        number += 1
        line = lines[number - 1]
        begin = len(line) - len(line.lstrip())
        first = line[begin : begin + 1]
        if not first or first in form.comment:
            continue
        if form.sections and first == "[" and "]" in line:
            section = line[begin + 1 : line.index("]")].strip()
            continue
        if form.continued and _goes_on(line):
            parts = [line]
            while _goes_on(parts[-1]) and number < len(lines):
                parts.append(lines[number])
                number += 1
            line = parts[0][:-1] + "".join(
                part.lstrip()[:-1] if _goes_on(part) else part.lstrip() for part in parts[1:]
            )
            found.append(_setting(line, number - len(parts) + 1, begin, section, form, len(parts[0])))
            continue
        if form.spread:
            end = _spread(lines, number - 1, form)
            if end is not None and end > number - 1:
                found.append(_long(lines, number - 1, end, begin, section, form))
                number = end + 1
                continue
        found.append(_setting(line, number, begin, section, form, len(line)))
    return tuple(found)


def _goes_on(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _split(line: str, begin: int, form: Form) -> tuple[int, int]:
    """Where the key ends and where the value begins; the latter is -1 where there is no value."""
    blank = " " in form.separators
    marks = form.separators.replace(" ", "")
    at = begin
    size = len(line)
    while at < size and line[at] not in marks and not (blank and line[at].isspace()):
        at += 1
    end = at
    while at < size and line[at].isspace():
        at += 1
    if at < size and line[at] in marks:
        at += 1
        while at < size and line[at].isspace():
            at += 1
        return end, at
    return end, at if blank and at < size else -1


def _setting(line: str, number: int, begin: int, section: str, form: Form, width: int) -> Setting:
    if form.prefix and line.startswith(form.prefix, begin):
        begin += len(form.prefix)
        begin += len(line) - begin - len(line[begin:].lstrip())
    end, start = _split(line, begin, form)
    key = line[begin:end].rstrip()
    if start < 0:
        key = _bare(key, form)
        at = Span(number, begin + 1, number, begin + 1 + len(key))
        return Setting(section, key, "", at, at, True)
    at = Span(number, begin + 1, number, begin + 1 + len(key))
    value, stop = _value(line, start, form)
    stop = min(stop, width)
    value_at = Span(number, start + 1, number, stop + 1) if stop > start else at
    return Setting(section, key, value, at, value_at)


def _bare(key: str, form: Form) -> str:
    for mark in form.inline:
        if mark in key:
            key = re.split(rf"\s{re.escape(mark)}", key, maxsplit=1)[0]
    return key.rstrip()


def _value(line: str, start: int, form: Form) -> tuple[str, int]:
    """The value that begins at an offset, without its quotes, and the offset behind it with them."""
    quote = line[start : start + 1]
    if quote and quote in form.quotes:
        end = _closing(line, start, quote, form.doubled)
        if end is not None:
            inner = line[start + 1 : end]
            return (inner.replace(quote * 2, quote) if form.doubled else inner), end + 1
    stop = len(line)
    for mark in form.inline:
        at = start
        while (at := line.find(mark, at, stop)) >= 0:
            if at == start or line[at - 1].isspace():
                stop = at
                break
            at += 1
    value = line[start:stop].rstrip()
    return value, start + len(value)


def _closing(line: str, start: int, quote: str, doubled: bool) -> int | None:
    at = start + 1
    while at < len(line):
        if line[at] == "\\" and quote == '"':
            at += 2
            continue
        if line[at] == quote:
            if doubled and line[at + 1 : at + 2] == quote:
                at += 2
                continue
            return at
        at += 1
    return None


_MAX_SPREAD = 200
"""Lines of one value: a key in PEM has some thirty. A quote that nobody closes ends with its line."""


def _spread(lines: list[str], index: int, form: Form) -> int | None:
    """The index of the line in which the quoted value that begins here ends; None where none is open."""
    line = lines[index]
    _, start = _split(line, 0, form)
    quote = line[start : start + 1] if start >= 0 else ""
    if not quote or quote not in form.quotes or _closing(line, start, quote, form.doubled) is not None:
        return None
    for last in range(index + 1, min(len(lines), index + _MAX_SPREAD)):
        if _closing(quote + lines[last], 0, quote, form.doubled) is not None:
            return last
    return None


def _long(lines: list[str], first: int, last: int, begin: int, section: str, form: Form) -> Setting:
    line = lines[first]
    if form.prefix and line.startswith(form.prefix, begin):
        begin += len(form.prefix)
    end, start = _split(line, begin, form)
    quote = line[start]
    close = _closing(quote + lines[last], 0, quote, form.doubled) or 1
    value = "\n".join((line[start + 1 :], *lines[first + 1 : last], lines[last][: close - 1]))
    key = line[begin:end].rstrip()
    at = Span(first + 1, begin + 1, first + 1, begin + 1 + len(key))
    return Setting(section, key, value, at, Span(first + 1, start + 1, last + 1, close + 1))


_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'|(\S+)')


def words(setting: Setting) -> tuple[tuple[str, Span], ...]:
    """The arguments of a directive, each with its place, quotes taken off."""
    line, column = setting.value_at.line, setting.value_at.column
    if setting.bare or not setting.value:
        return ()
    return tuple(
        (
            next(part for part in match.groups() if part is not None),
            Span(line, column + match.start(), line, column + match.end()),
        )
        for match in _WORD.finditer(setting.value)
    )


_FILLED_IN = re.compile(r"\{\{|\{%|<%|\$\{|\$\(|\$[A-Za-z_]|@@|@[A-Z_]+@|%\(|%[A-Z_]+%|__[A-Z]\w*__|<[A-Za-z_ -]+>")
_BLOCKS = re.compile(r"\{%|<%|\{\{")


def is_filled_in(value: str) -> bool:
    """Whether something fills this value in before it is read: a variable, a template, a stand-in of a generator."""
    return _FILLED_IN.search(value) is not None


def is_template(text: str) -> bool:
    """Whether lines may come or go before this is read, so that nothing follows from what is missing."""
    return _BLOCKS.search(text) is not None


_ON = frozenset(("on", "true", "yes", "1", "enabled", "enable", "t", "y"))
_OFF = frozenset(("off", "false", "no", "0", "disabled", "disable", "f", "n", "none"))


def switch(value: str) -> bool | None:
    """What a switch is set to, None where this is none."""
    low = value.strip().lower()
    return True if low in _ON else False if low in _OFF else None


_TEMPLATE_ENDINGS = (".j2", ".jinja", ".jinja2", ".erb", ".tmpl", ".tpl", ".template", ".epp", ".gotmpl")


def name_of(path: str) -> str:
    """The last part of a path in lower case, without the ending that marks a template."""
    name = path.rpartition("/")[2].lower()
    for ending in _TEMPLATE_ENDINGS:
        name = name.removesuffix(ending)
    return name
