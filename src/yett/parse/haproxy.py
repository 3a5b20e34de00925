"""HAProxy configuration: sections, the lines in them, and the defaults that hold for each proxy.

Words are read as `parse_line` of HAProxy does: quotes and backslashes may stand inside a word, and `#` begins a comment
wherever it is not quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.parse.source import ParseError, Span

SECTIONS = (
    *("global", "defaults", "frontend", "backend", "listen", "peers", "resolvers", "userlist", "mailers", "program"),
    *("cache", "http-errors", "ring", "log-forward", "fcgi-app", "crt-store", "traces", "log-profile", "acme"),
)
PROXIES = ("frontend", "backend", "listen")

MAX_LINES = 100_000
MAX_SECTIONS = 3_000
MAX_DEFAULTS = 500
"""Lines of one section of defaults, which each proxy below it is held against."""


class Word(NamedTuple):
    text: str
    span: Span


class Line(NamedTuple):
    """A line of a section. `no option x` has the name `option` and `negated`."""

    words: tuple[Word, ...]
    negated: bool = False

    @property
    def name(self) -> str:
        return self.words[0].text.lower()

    @property
    def args(self) -> tuple[str, ...]:
        return tuple(word.text for word in self.words[1:])

    @property
    def text(self) -> str:
        """The words in lower case, one blank between them."""
        return " ".join(word.text for word in self.words).lower()

    @property
    def span(self) -> Span:
        first, last = self.words[0].span, self.words[-1].span
        return Span(first.line, first.column, last.end_line, last.end_column)

    def after(self, *names: str) -> Word | None:
        """The word behind one of these keywords."""
        for index, word in enumerate(self.words[1:-1], 1):
            if word.text.lower() in names:
                return self.words[index + 1]
        return None

    def word(self, *names: str) -> Word | None:
        """The first of the words that is one of these."""
        return next((word for word in self.words[1:] if word.text.lower() in names), None)


class Section:
    """A section. `defaults` is the one whose settings hold here where it says nothing itself."""

    __slots__ = ("_given", "_named", "_seen", "defaults", "head", "kind", "lines", "name")

    def __init__(self, kind: str, head: Line, defaults: Section | None) -> None:
        self.kind = kind
        self.head = head
        self.name = head.words[1].text if len(head.words) > 1 else ""
        self.lines: list[Line] = []
        self._named: dict[str, list[tuple[int, Line]]] = {}
        self._seen = 0
        self._given: frozenset[str] | None = None
        self.defaults = defaults

    @property
    def label(self) -> str:
        return f"{self.kind} {self.name}" if self.name else self.kind

    def own(self, *names: str) -> list[Line]:
        """The lines of this section alone that begin with one of these words."""
        for number in range(self._seen, len(self.lines)):
            line = self.lines[number]
            self._named.setdefault(line.name, []).append((number, line))
        self._seen = len(self.lines)
        if len(names) == 1:
            return [line for _, line in self._named.get(names[0], ())]
        found = [each for name in dict.fromkeys(names) for each in self._named.get(name, ())]
        return [line for _, line in sorted(found, key=lambda each: each[0])]

    def effective(self, *names: str) -> list[Line]:
        """The lines with one of these names, those of the defaults behind them."""
        found: list[Line] = []
        section: Section | None = self
        seen = 0
        while section is not None and seen < 20:
            found += section.own(*names)
            section, seen = section.defaults, seen + 1
        return found

    def gives(self, name: str) -> bool:
        """Whether a `default-server` gives a keyword to the servers of this section."""
        if self._given is None:
            lines = self.effective("default-server")
            self._given = frozenset(word.text.lower() for line in lines for word in line.words[1:])
        return name in self._given

    @property
    def mode(self) -> str:
        """`http`, or `tcp`, the default."""
        lines = [line for line in self.effective("mode") if line.args]
        return lines[0].args[0].lower() if lines else "tcp"

    def option(self, name: str) -> Line | None:
        """The line that switches an option on, nearest first, or None where it is off."""
        for line in self.effective("option"):
            if line.args and line.args[0].lower() == name:
                return None if line.negated else line
        return None


class Config(NamedTuple):
    sections: tuple[Section, ...]
    templated: bool = False

    def of(self, *kinds: str) -> Iterator[Section]:
        return (section for section in self.sections if section.kind in kinds)

    def named(self, name: str) -> list[Section]:
        """The backends of this name."""
        return [section for section in self.sections if section.kind in ("backend", "listen") and section.name == name]


_WORD = re.compile(r"(?:[^\s\"'\\#{<]+|\"(?:[^\"\\]|\\.)*\"|'[^']*'|\\.|\{\{[^\n]{0,300}?\}\}|<%[^\n]{0,300}?%>|[{<])+")
_BLANK = re.compile(r"[ \t\r\f\v]+")
_STEERING = re.compile(
    r"\s*(?:\{%|\{#|<%(?!=)|\.(?:if|elif|else|endif|notice|warning|diag|alert)\b|\{\{-?\s*(?:range|end|if|else|with|define|block|template|\$\w+\s*:?=))"
)
_PIECE = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|\\(.)")


def parse(text: str) -> Config:
    """The sections of a configuration. Raises `ParseError` for a quote that is not closed."""
    sections: list[Section] = []
    last_defaults: Section | None = None
    by_name: dict[str, Section] = {}
    templated = False
    lines = text.split("\n")
    if len(lines) > MAX_LINES:
        raise ParseError(MAX_LINES, 1, f"there are more than {MAX_LINES} lines")
    for number, raw in enumerate(lines, 1):
        if _STEERING.match(raw):
            templated = templated or not raw.lstrip().startswith(".")
            continue
        words = _words(raw, number)
        if not words:
            continue
        negated = words[0].text == "no" and len(words) > 1
        line = Line(tuple(words[negated:]), negated)
        if line.name in SECTIONS and (len(words) < 3 or line.name in ("defaults", *PROXIES)) and not negated:
            parent = None
            if line.name in ("defaults", *PROXIES):
                source = line.after("from")
                parent = by_name.get(source.text) if source else None if line.name == "defaults" else last_defaults
            section = Section(line.name, line, parent)
            if line.name == "defaults":
                last_defaults = section
                if section.name and section.name != "from":
                    by_name[section.name] = section
            sections.append(section)
            if len(sections) > MAX_SECTIONS:
                raise ParseError(number, 1, f"there are more than {MAX_SECTIONS} sections")
        elif sections:
            sections[-1].lines.append(line)
            if sections[-1].kind == "defaults" and len(sections[-1].lines) > MAX_DEFAULTS:
                raise ParseError(number, 1, f"there are more than {MAX_DEFAULTS} lines of defaults")
    return Config(tuple(sections), templated)


def _words(raw: str, number: int) -> list[Word]:
    words: list[Word] = []
    at = 0
    while at < len(raw):
        blank = _BLANK.match(raw, at)
        if blank:
            at = blank.end()
            continue
        if raw[at] == "#":
            break
        found = _WORD.match(raw, at)
        if not found:
            if raw[at] in "\"'":
                raise ParseError(number, at + 1, "a quote is not closed")
            break
        text = found.group()
        if '"' in text or "'" in text or "\\" in text:
            text = _PIECE.sub(_plain, text)
        words.append(Word(text, Span(number, at + 1, number, found.end() + 1)))
        at = found.end()
    return words


def _plain(found: re.Match[str]) -> str:
    if found.group(1) is not None:
        return re.sub(r"\\([\"\\ #$])", r"\1", found.group(1))
    return found.group(2) if found.group(2) is not None else found.group(3)


def looks(config: Config) -> bool:
    """Whether a text is HAProxy's: it has a proxy, or a global section and defaults, with lines that only it knows."""
    kinds = {section.kind for section in config.sections}
    if not kinds & {*PROXIES, "defaults", "global", "userlist"}:
        return False
    return any(line.name in _OWN for section in config.sections for line in section.lines)


_OWN = frozenset(
    (
        *(
            "bind",
            "server",
            "default_backend",
            "use_backend",
            "mode",
            "balance",
            "option",
            "timeout",
            "stats",
            "maxconn",
        ),
        *("chroot", "daemon", "nbproc", "nbthread", "log", "acl", "http-request", "http-response", "default-server"),
        *(
            "redirect",
            "stick-table",
            "ssl-default-bind-options",
            "ssl-default-bind-ciphers",
            "contimeout",
            "clitimeout",
        ),
        *("errorfile", "retries", "server-template", "tcp-request", "tune.ssl.default-dh-param", "ssl-server-verify"),
        *("user", "group", "uid", "gid"),
    )
)
