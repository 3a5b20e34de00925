"""Shell scripts as commands and words: enough to see what is called, with what, and what flows into what.

This is a reader for POSIX shells and bash, and for PowerShell as far as the two look alike; it is no interpreter:
nothing is expanded, and of control flow only the order of the commands is kept. Expressions of GitHub Actions
(`${{ … }}`) are text inside a word. A script in another language gives odd commands, never an error.

Offsets count characters from the start of the script.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.lean import NamedTuple

MAX_DEPTH = 20
"""Substitutions inside substitutions; deeper ones stay text."""


class Word(NamedTuple):
    """`text` is without its quotes. `inner` holds the commands of `$(…)`, backquotes and `<(…)` in the word."""

    text: str
    start: int
    end: int
    inner: tuple[Command, ...] = ()


class Redirect(NamedTuple):
    """`operator` is without the number before it. `body` is the text of a here-document, "" elsewhere."""

    operator: str
    target: Word
    body: str = ""


class Command(NamedTuple):
    """`before` stands between the command in front and this one: "", "|", "|&", "&&", "||", ";", "&" or "\\n"."""

    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]
    before: str
    start: int
    end: int

    @property
    def piped(self) -> bool:
        """Whether the command in front writes into this one."""
        return self.before in ("|", "|&")


def commands(script: str, powershell: bool = False) -> tuple[Command, ...]:
    """The commands of a script in order; those in substitutions hang on the words.

    PowerShell's backquote takes a character's meaning away, also that of a line's end, and its backslash is a letter:
    https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_special_characters
    """
    return _Reader(script, _POWERSHELL if powershell else _POSIX).commands()


def walk(found: tuple[Command, ...]) -> Iterator[Command]:
    """Every command, those in substitutions after the one that uses them."""
    for command in found:
        yield command
        for word in command.words:
            if word.inner:
                yield from walk(word.inner)
        for redirect in command.redirects:
            if redirect.target.inner:
                yield from walk(redirect.target.inner)


def pipelines(found: tuple[Command, ...]) -> Iterator[tuple[Command, ...]]:
    """The commands of one level, grouped by what writes into what."""
    group: list[Command] = []
    for command in found:
        if group and not command.piped:
            yield tuple(group)
            group = []
        group.append(command)
    if group:
        yield tuple(group)


_KEYWORDS = {
    *("!", "{", "}", "if", "then", "elif", "else", "fi", "while", "until", "do", "done"),
    *("time", "exec", "command", "builtin", "nohup"),
}
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\[[^]]*\])?\+?=")
# The options of the wrappers below that take a value of their own.
_WRAPPERS = {
    "sudo": ("-u", "-g", "-h", "-p", "-C", "-r", "-t", "-U", "--user", "--group"),
    "doas": ("-u", "-C"),
    "env": ("-u", "-C", "-S", "--unset", "--chdir"),
    "nice": ("-n",),
    "timeout": ("-k", "-s", "--kill-after", "--signal"),
    "stdbuf": ("-i", "-o", "-e"),
    "retry": ("-t", "-d"),
    "gosu": (),
    "su-exec": (),
}
_TAKES_ARGUMENT = ("timeout", "gosu", "su-exec")
"""Wrappers with one argument of their own before the command: a duration or a user."""


def argv(command: Command) -> tuple[Word, ...]:
    """The program that a command calls and its arguments: no keywords, assignments or wrappers such as `sudo`."""
    words, at = command.words, 0
    while at < len(words):
        text = words[at].text
        if text in _KEYWORDS or ("=" in text and _ASSIGNMENT.match(text)):
            at += 1
        elif text.startswith("$") and at + 1 < len(words) and words[at + 1].text in ("=", "+="):
            at += 2  # PowerShell's assignment
        elif text in _WRAPPERS:
            at = _unwrapped(words, at)
        else:
            break
    return words[at:]


def _unwrapped(words: tuple[Word, ...], at: int) -> int:
    """The number of the word behind a wrapper and what belongs to it."""
    wrapper = words[at].text
    at += 1
    while at < len(words) and words[at].text.startswith("-"):
        option = words[at].text
        at += 2 if option in _WRAPPERS[wrapper] else 1
        if option == "--":
            break
    return at + 1 if wrapper in _TAKES_ARGUMENT else at


def program(command: Command) -> str:
    """The name of the program that a command calls, without its folder; "" for none."""
    words = argv(command)
    return words[0].text.rpartition("/")[2] if words else ""


class _Dialect(NamedTuple):
    """What one kind of shell reads in another way than the others."""

    escape: str
    blank: re.Pattern[str]
    operator: re.Pattern[str]
    plain: re.Pattern[str]
    in_double: re.Pattern[str]


_POSIX = _Dialect(
    "\\",
    re.compile(r"(?:[ \t]|\\\n)+"),
    re.compile(r"\|\||&&|\|&|;;&|;;|;&|[|&;\n()]"),
    re.compile(r"[^\s'\"\\$`|&;()<>]+"),
    re.compile(r"[^\"\\$`]+"),
)
_POWERSHELL = _Dialect(
    "`",
    re.compile(r"(?:[ \t]|`\n|<#(?s:.*?)(?:#>|\Z))+"),
    re.compile(r"\|\||&&|[|&;\n){}]"),  # what stands in parentheses is a value, so they are part of a word
    re.compile(r"(?:[^\s'\"@$`|&;(){}<>]|@(?![\"']))+"),
    re.compile(r"[^\"$`]+"),
)
_PATTERN = re.compile(r"(?!\$\()(?:\\.|\"[^\"]*\"|'[^']*'|[^\s\"'\\`])+")
"""What `[[ … =~` is followed by, where parentheses and bars are no operators."""
_HERE_STRING = re.compile(r"@([\"'])[ \t]*\n")
_REDIRECT = re.compile(r"(?:[0-9]*|\{[A-Za-z_]\w*\})(<<<|<<-?|<>|>>|>\||>&|<&|<(?!\()|>(?!\())|(&>>?)")


class _Reader:
    def __init__(self, text: str, dialect: _Dialect, offset: int = 0, depth: int = 0, end: int | None = None) -> None:
        self.text = text
        self.dialect = dialect
        self.at = offset
        self.depth = depth
        self.stop = len(text) if end is None else end
        self.pending: list[tuple[int, bool, str]] = []  # here-documents whose body begins at the next line
        self.bodies: dict[int, str] = {}

    def commands(self, closing: str = "") -> tuple[Command, ...]:
        """Up to the end, or to an unmatched `closing`, which is consumed."""
        found: list[Command] = []
        before = ""
        cases = groups = 0
        while True:
            command = self._command(before)
            if command.words or command.redirects:
                found.append(command)
                before = ";"
                first = command.words[0].text if command.words else ""
                cases += (first == "case") - (first == "esac")
            if self.at >= self.stop:
                return tuple(self._with_bodies(command) for command in found)
            operator = self._match(self.dialect.operator) or self.text[self.at]
            self.at += len(operator)
            if operator == "(":
                groups += 1
            elif operator == ")":
                if closing and not groups and cases <= 0:
                    return tuple(self._with_bodies(command) for command in found)
                groups = max(0, groups - 1)
            elif operator == "\n":
                self._read_bodies()
                # A pipe at the end of a line goes on in the next one.
                before = before if before in ("|", "|&", "&&", "||") and not _new(command) else "\n"
            else:
                before = operator if operator in ("|", "|&", "&&", "||", "&") else ";"

    def _with_bodies(self, command: Command) -> Command:
        if not any(redirect.target.start in self.bodies for redirect in command.redirects):
            return command
        redirects = (r._replace(body=self.bodies.get(r.target.start, "")) for r in command.redirects)
        return command._replace(redirects=tuple(redirects))

    def _match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at, self.stop)
        return found.group() if found else ""

    def _command(self, before: str) -> Command:
        """The words up to the next operator, which is left alone."""
        words: list[Word] = []
        redirects: list[Redirect] = []
        self._blank()
        start = self.at
        end = start
        while self.at < self.stop:
            if self.text[self.at] == "#":
                line_end = self.text.find("\n", self.at, self.stop)
                self.at = self.stop if line_end < 0 else line_end
                break
            redirect = _REDIRECT.match(self.text, self.at, self.stop)
            pattern = words and words[-1].text == "=~" and _PATTERN.match(self.text, self.at, self.stop)
            if pattern:
                words.append(Word(pattern.group(), *pattern.span()))
                self.at = pattern.end()
            elif redirect:
                redirects.append(self._redirect(redirect))
            elif self.dialect.operator.match(self.text, self.at, self.stop):
                break
            else:
                words.append(self._word())
            end = self.at
            self._blank()
        return Command(tuple(words), tuple(redirects), before, start, end)

    def _blank(self) -> None:
        self.at += len(self._match(self.dialect.blank))

    def _redirect(self, found: re.Match[str]) -> Redirect:
        operator = found.group(1) or found.group(2)
        self.at = found.end()
        self._blank()
        target = self._word()
        if operator in ("<<", "<<-"):
            self.pending.append((target.start, operator == "<<-", target.text))
        return Redirect(operator, target)

    def _read_bodies(self) -> None:
        for key, dash, delimiter in self.pending:
            lines: list[str] = []
            while self.at < self.stop:
                line_end = self.text.find("\n", self.at, self.stop)
                line_end = self.stop if line_end < 0 else line_end
                line = self.text[self.at : line_end]
                self.at = min(line_end + 1, self.stop)
                if (line.lstrip("\t") if dash else line).rstrip() == delimiter:
                    break
                lines.append(line)
            self.bodies[key] = "\n".join(lines)
        self.pending = []

    def _word(self) -> Word:
        start = self.at
        parts: list[str] = []
        inner: list[Command] = []
        while self.at < self.stop:
            plain = self._match(self.dialect.plain)
            if plain:
                parts.append(plain)
                self.at += len(plain)
                continue
            match self.text[self.at]:
                case "'":
                    parts.append(self._single())
                case '"':
                    self._double(parts, inner)
                case self.dialect.escape:
                    escaped = self.text[self.at + 1 : self.at + 2]
                    parts.append("" if escaped == "\n" else escaped)
                    self.at = min(self.at + 2, self.stop)
                case "$":
                    self._dollar(parts, inner)
                case "@":
                    parts.append(self._here_string(inner))
                case "(" if self.dialect is _POWERSHELL:
                    parts.append(self._substitution(1, inner))
                case "`":
                    self._backquote(parts, inner)
                case "<" | ">" if self.text.startswith("(", self.at + 1) and self.at == start:
                    parts.append(self._substitution(2, inner))
                case _:
                    break
        if self.at == start and self.at < self.stop and not self.dialect.operator.match(self.text, self.at):
            parts.append(self.text[self.at])  # a stray `<` or `>`: take it, so that reading always gets on
            self.at += 1
        return Word("".join(parts), start, self.at, tuple(inner))

    def _here_string(self, inner: list[Command]) -> str:
        """PowerShell's text of several lines, from `@"` at the end of one to `"@` at the start of another."""
        opening = _HERE_STRING.match(self.text, self.at, self.stop)
        if not opening:
            self.at += 1
            return "@"
        closing = self.text.find(f"\n{opening[1]}@", opening.end() - 1, self.stop)
        end = self.stop if closing < 0 else closing
        self.at = self.stop if closing < 0 else closing + 3
        if opening[1] == "'" or self.depth >= MAX_DEPTH:
            return self.text[opening.end() : end]
        parts: list[str] = []
        _Reader(self.text, self.dialect, opening.end(), self.depth + 1, end)._expanded(parts, inner, "")
        return "".join(parts)

    def _single(self) -> str:
        closing = self.text.find("'", self.at + 1, self.stop)
        closing = self.stop if closing < 0 else closing
        text = self.text[self.at + 1 : closing]
        self.at = min(closing + 1, self.stop)
        return text

    def _double(self, parts: list[str], inner: list[Command]) -> None:
        self.at += 1
        self._expanded(parts, inner, '"')
        self.at = min(self.at + 1, self.stop)

    def _expanded(self, parts: list[str], inner: list[Command], closing: str) -> None:
        """Text in which variables and substitutions count, up to what closes it or to the end."""
        while self.at < self.stop and self.text[self.at] != closing:
            plain = self._match(self.dialect.in_double)
            if plain:
                parts.append(plain)
                self.at += len(plain)
                continue
            match self.text[self.at]:
                case "$":
                    self._dollar(parts, inner, quoted=True)
                case '"':
                    parts.append('"')
                    self.at += 1
                case "`" if self.dialect is _POSIX:
                    self._backquote(parts, inner)
                case escape:
                    escaped = self.text[self.at + 1 : self.at + 2]
                    known = escaped in '$`"\\' or self.dialect is _POWERSHELL
                    parts.append("" if escaped == "\n" else escaped if known else escape + escaped)
                    self.at = min(self.at + 2, self.stop)

    def _dollar(self, parts: list[str], inner: list[Command], quoted: bool = False) -> None:
        text, at = self.text, self.at
        if text.startswith("${{", at):
            closing = text.find("}}", at, self.stop)
            self.at = self.stop if closing < 0 else closing + 2
        elif text.startswith("$((", at) and self.dialect is _POSIX:
            closing = text.find("))", at, self.stop)
            self.at = self.stop if closing < 0 else closing + 2
        elif text.startswith("$(", at):
            parts.append(self._substitution(2, inner))
            return
        elif text.startswith("${", at):
            self.at = self._brace_end(at + 2)
        elif text.startswith("$'", at) and not quoted and self.dialect is _POSIX:
            parts.append(self._ansi())
            return
        else:
            self.at += 1
        parts.append(text[at : self.at])

    def _brace_end(self, at: int) -> int:
        depth = 1
        while at < self.stop and depth:
            depth += (self.text[at] == "{") - (self.text[at] == "}")
            at += 2 if self.text[at] == "\\" else 1
        return min(at, self.stop)

    def _ansi(self) -> str:
        at = self.at + 2
        while at < self.stop and self.text[at] != "'":
            at += 2 if self.text[at] == "\\" else 1
        text = self.text[self.at + 2 : at]
        self.at = min(at + 1, self.stop)
        return text

    def _backquote(self, parts: list[str], inner: list[Command]) -> None:
        start = self.at
        at = start + 1
        while at < self.stop and self.text[at] != "`":
            at += 2 if self.text[at] == "\\" else 1
        at = min(at, self.stop)
        if self.depth < MAX_DEPTH:
            inner.extend(_Reader(self.text, self.dialect, start + 1, self.depth + 1, at).commands())
        self.at = min(at + 1, self.stop)
        parts.append(self.text[start : self.at])

    def _substitution(self, opening: int, inner: list[Command]) -> str:
        start = self.at
        if self.depth >= MAX_DEPTH:
            self.at = self.stop
            return self.text[start : self.at]
        reader = _Reader(self.text, self.dialect, start + opening, self.depth + 1, self.stop)
        inner.extend(reader.commands(closing=")"))
        self.at = reader.at
        return self.text[start : self.at]


def _new(command: Command) -> bool:
    return bool(command.words or command.redirects)
