"""Dockerfiles as stages and instructions, every part with its place.

Format: https://docs.docker.com/reference/dockerfile/
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping

from yett.lean import NamedTuple
from yett.parse import shell
from yett.parse.source import ParseError, Span
from yett.parse.tree import Tree

INSTRUCTIONS = frozenset(
    {
        *("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER"),
        *("ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"),
    }
)


class Piece(NamedTuple):
    """Where a stretch of a joined text comes from: its offset in the text, its line and column in the file."""

    offset: int
    line: int
    column: int


class Text(NamedTuple):
    """The text of an instruction, its continuation lines joined; it remembers where each part stood."""

    value: str
    pieces: tuple[Piece, ...]

    def place(self, offset: int) -> tuple[int, int]:
        piece = self.pieces[max(0, bisect_right(self.pieces, offset, key=lambda piece: piece.offset) - 1)]
        return piece.line, piece.column + offset - piece.offset

    def span(self, start: int, end: int) -> Span:
        """The place of `value[start:end]`, which is not empty."""
        line, column = self.place(max(start, end - 1))
        return Span(*self.place(start), line, column + 1)


class Token(NamedTuple):
    """A word of an instruction, without its quotes."""

    text: str
    span: Span


class Flag(NamedTuple):
    """`--name=value` in front of the arguments."""

    name: str
    value: str
    span: Span


class Pair(NamedTuple):
    """A variable that ENV or ARG sets; `value` is None for an ARG without a default."""

    name: str
    value: str | None
    span: Span


class Heredoc(NamedTuple):
    name: str
    body: Text


class Script(NamedTuple):
    """A shell script in an instruction; offsets of its commands are offsets in the text."""

    text: Text
    commands: tuple[shell.Command, ...]

    def span(self, part: shell.Word | shell.Command) -> Span:
        return self.text.span(part.start, part.end)


class Instruction(NamedTuple):
    """One instruction. `arguments` is what follows the flags; `exec` holds the words of the JSON form, if it is one."""

    name: str
    span: Span
    flags: tuple[Flag, ...]
    arguments: Text
    start: int
    exec: tuple[str, ...] | None
    heredocs: tuple[Heredoc, ...]
    scripts: tuple[Script, ...]

    def flag(self, name: str) -> Flag | None:
        return next((flag for flag in self.flags if flag.name == name), None)

    @property
    def value(self) -> str:
        """The arguments as written, in one line."""
        return self.arguments.value[self.start :].strip()

    def words(self) -> tuple[Token, ...]:
        """The arguments as words, in either form; for COPY and ADD the last one is the target."""
        if self.exec is not None:
            return tuple(Token(text, self._found(text)) for text in self.exec)
        return tuple(_tokens(self.arguments, self.start))

    def _found(self, text: str) -> Span:
        at = self.arguments.value.find(f'"{text}"', self.start)
        return self.span if at < 0 else self.arguments.span(at, at + len(text) + 2)

    def pairs(self) -> tuple[Pair, ...]:
        """What ENV, ARG or LABEL sets, with variables left as they are."""
        tokens = self.words()
        if self.name == "ENV" and tokens and "=" not in tokens[0].text:
            # The old form, `ENV name the rest of the line`.
            name = tokens[0].text
            value = self.value[len(name) :].strip()
            last = tokens[-1].span
            span = tokens[0].span._replace(end_line=last.end_line, end_column=last.end_column)
            return (Pair(name, value, span),)
        return tuple(
            Pair(name, value if equals else None, token.span)
            for token in tokens
            for name, equals, value in [token.text.partition("=")]
        )


class Stage(NamedTuple):
    """One `FROM` and what follows it.

    `base` is the image with variables filled in, None where one of them has no default. `parent` is the earlier stage
    it builds on, or -1. `known` holds the variables at the end of the stage; a None in it is a value nobody can know.
    """

    number: int
    name: str
    base: str | None
    base_at: Token
    parent: int
    instructions: tuple[Instruction, ...]
    known: Mapping[str, str | None]

    def all(self, *names: str) -> Iterator[Instruction]:
        return (instruction for instruction in self.instructions if instruction.name in names)

    def last(self, name: str) -> Instruction | None:
        return next((found for found in reversed(self.instructions) if found.name == name), None)


class Dockerfile(NamedTuple):
    """`before` holds what stands in front of the first `FROM`; the last stage is what a build gives.

    `file` is its path and `tree` holds the other files, "" and None where nobody said.
    """

    before: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    file: str = ""
    tree: Tree | None = None

    @property
    def final(self) -> Stage:
        return self.stages[-1]

    def lineage(self, stage: Stage) -> Iterator[Stage]:
        """A stage and the earlier stages it builds on, nearest first."""
        yield stage
        while stage.parent >= 0:
            stage = self.stages[stage.parent]
            yield stage

    def instructions(self) -> Iterator[tuple[Stage, Instruction]]:
        return ((stage, instruction) for stage in self.stages for instruction in stage.instructions)

    def scripts(self) -> Iterator[tuple[Stage, Instruction, Script]]:
        """The scripts that the build runs."""
        for stage, instruction in self.instructions():
            if instruction.name == "RUN":
                for script in instruction.scripts:
                    yield stage, instruction, script


def parse(text: str) -> Dockerfile:
    """The Dockerfile in a text. Raises `ParseError` where a build would refuse it."""
    instructions = tuple(_instructions(text))
    first = next((index for index, found in enumerate(instructions) if found.name == "FROM"), None)
    if first is None:
        place = instructions[0].span if instructions else Span(1, 1, 1, 1)
        raise ParseError(place.line, place.column, "there is no FROM, so this is not a Dockerfile")
    for found in instructions[:first]:
        if found.name != "ARG":
            raise ParseError(found.span.line, found.span.column, f"{found.name} stands in front of the first FROM")
    return Dockerfile(instructions[:first], tuple(_stages(instructions[:first], instructions[first:])))


def expand(text: str, known: Mapping[str, str | None]) -> str | None:
    """A text with its variables filled in; None where one of them is not known.

    `${name:-word}` and `${name:+word}` are understood; the other forms of `${…}` make the text unknown.
    """
    unknown = False

    def value(found: re.Match[str]) -> str:
        nonlocal unknown
        if found["escaped"]:
            return str(found["escaped"])
        name = found["name"] or found["braced"]
        current = known.get(name)
        match found["how"]:
            case ":-" | "-" if current is None and name in known:
                unknown = True
            case ":-":
                current = current or found["word"]
            case "-":
                current = found["word"] if current is None else current
            case ":+":
                current = found["word"] if current else ""
            case None:
                pass
            case _:
                unknown = True
        unknown = unknown or current is None
        return current or ""

    filled = re.sub(_VARIABLE, value, text)
    return None if unknown or "${" in filled or len(filled) > _MAX_VALUE else filled


_MAX_VALUE = 10_000
"""Variables made of variables double with every line; what grows longer than this is nobody's image or user."""
_VARIABLE = (
    r"\\(?P<escaped>\$)"
    r"|\$(?P<name>[A-Za-z_]\w*)"
    r"|\$\{(?P<braced>[A-Za-z_]\w*)(?:(?P<how>:[-+?]|[-+?]|##?|%%?|//?)(?P<word>[^${}]*))?\}"
)


class _Line(NamedTuple):
    """A line of the file and its number."""

    text: str
    number: int


_DIRECTIVE = r"#\s*([A-Za-z][\w-]*)\s*=\s*(.*?)\s*$"
_HEREDOC = r"\d*<<(-?)(['\"]?)([A-Za-z_][\w.-]*)\2"
_FLAG = re.compile(r"\s*--([a-z][a-z-]*)(?:=((?:\"[^\"]*\"|'[^']*'|\S)*))?(?=\s|$)")


def _instructions(text: str) -> Iterator[Instruction]:
    escape = _escape(text)
    goes_on = re.compile(rf"(?<!{re.escape(escape)}){re.escape(escape)}[ \t]*$")
    lines = [_Line(line, number) for number, line in enumerate(text.split("\n"), 1)]
    at = 0
    while at < len(lines):
        first = lines[at]
        at += 1
        if not first.text.strip() or first.text.lstrip().startswith("#"):
            continue
        parts = [first]
        while goes_on.search(parts[-1].text):
            # Comments and empty lines inside an instruction are left out of it, and do not end it.
            while at < len(lines) and (not lines[at].text.strip() or lines[at].text.lstrip().startswith("#")):
                at += 1
            if at == len(lines):
                break
            parts.append(lines[at])
            at += 1
        joined = _join(parts, goes_on)
        heredocs: list[Heredoc] = []
        for dash, name in _heredoc_names(joined.value):
            body, at = _heredoc(lines, at, dash, name, first.number)
            heredocs.append(Heredoc(name, body))
        yield _instruction(joined, tuple(heredocs))


def _escape(text: str) -> str:
    """The escape character; parser directives stand in the very first lines only."""
    for line in text.split("\n"):
        found = re.match(_DIRECTIVE, line.strip())
        if not found:
            break
        if found[1].lower() == "escape" and found[2] in ("\\", "`"):
            return found[2]
    return "\\"


def _join(lines: list[_Line], goes_on: re.Pattern[str]) -> Text:
    pieces: list[Piece] = []
    parts: list[str] = []
    length = 0
    for index, line in enumerate(lines):
        text = goes_on.sub("", line.text)
        skipped = len(text) - len(text.lstrip()) if index == 0 else 0
        pieces.append(Piece(length, line.number, 1 + skipped))
        parts.append(text[skipped:])
        length += len(text) - skipped
    return Text("".join(parts), tuple(pieces))


def _heredoc_names(text: str) -> list[tuple[bool, str]]:
    if "<<" not in text or not text[:8].upper().startswith(("RUN", "COPY", "ADD", "ONBUILD")):
        return []
    # A word of its own, or it is a shift (`$((1 <<2))`) or text in quotes.
    words = (re.fullmatch(_HEREDOC, found.group()) for found in _TOKEN.finditer(text))
    return [(bool(found[1]), found[3]) for found in words if found]


def _heredoc(lines: list[_Line], at: int, dash: bool, name: str, first: int) -> tuple[Text, int]:
    """The body of a here-document and the index of the line behind it."""
    pieces: list[Piece] = []
    parts: list[str] = []
    length = 0
    while at < len(lines):
        text, number = lines[at]
        at += 1
        stripped = text.lstrip("\t") if dash else text
        if stripped == name:
            return Text("".join(parts), tuple(pieces) or (Piece(0, number, 1),)), at
        pieces.append(Piece(length, number, 1 + len(text) - len(stripped)))
        parts.append(stripped + "\n")
        length += len(stripped) + 1
    raise ParseError(first, 1, f"the here-document {name!a} does not end")


def _instruction(joined: Text, heredocs: tuple[Heredoc, ...], offset: int = 0) -> Instruction:
    name = re.match(r"\S+", joined.value[offset:])
    word = name.group() if name else ""
    keyword = word.upper()
    end = offset + len(word)
    if keyword not in INSTRUCTIONS:
        line, column = joined.place(offset)
        raise ParseError(line, column, f"{word[:40]!a} is not an instruction")
    if keyword == "ONBUILD":
        # What a later build does with it is judged as if this build did it.
        inner = re.compile(r"\s*").match(joined.value, end)
        start = inner.end() if inner else end
        if start < len(joined.value):
            return _instruction(joined, heredocs, start)
    flags, start = _flags(joined, end) if keyword != "ENV" else ((), end)
    if keyword == "HEALTHCHECK":
        command = re.compile(r"\s*CMD\b", re.IGNORECASE).match(joined.value, start)
        start = command.end() if command else start
    words = _json(joined.value[start:])
    scripts = tuple(_scripts(joined, start, heredocs, words)) if keyword in ("RUN", "CMD", "ENTRYPOINT") else ()
    span = joined.span(offset, max(end, len(joined.value.rstrip())))
    return Instruction(keyword, span, flags, joined, start, words, heredocs, scripts)


def _flags(joined: Text, at: int) -> tuple[tuple[Flag, ...], int]:
    flags: list[Flag] = []
    while found := _FLAG.match(joined.value, at):
        start = found.end(1) - len(found[1]) - 2
        flags.append(Flag(found[1], (found[2] or "").strip("\"'"), joined.span(start, found.end())))
        at = found.end()
    return tuple(flags), at


def _json(text: str) -> tuple[str, ...] | None:
    """The words of the JSON form; anything else in brackets is the shell form, as it is to Docker."""
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return None
    import json

    try:
        words = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(words, list) and all(isinstance(word, str) for word in words):
        return tuple(words)
    return None


_SHELLS = ("sh", "bash", "ash", "dash", "zsh", "ksh")


def _scripts(
    joined: Text, start: int, heredocs: tuple[Heredoc, ...], words: tuple[str, ...] | None
) -> Iterator[Script]:
    """What a shell is given to run: the line itself, and the here-documents where it names a shell or no program."""
    if words is not None:
        yield from _exec_script(joined, start, words)
        return
    commands = _moved(shell.commands(joined.value[start:]), start)
    yield Script(joined, commands)
    fed = [shell.program(command) for command in commands if any(r.operator[:2] == "<<" for r in command.redirects)]
    if any(name == "" or name in _SHELLS for name in fed):
        for heredoc in heredocs:
            yield Script(heredoc.body, shell.commands(heredoc.body.value))


def _exec_script(joined: Text, start: int, words: tuple[str, ...]) -> Iterator[Script]:
    """`["sh", "-c", "script"]` holds a script; other lists are one command of their own."""
    spans: list[tuple[int, int]] = []
    at = start
    for text in words:
        found = joined.value.find(f'"{text}"', at)
        spans.append((found + 1, found + 1 + len(text)) if found >= 0 else (start, len(joined.value)))
        at = max(at, spans[-1][1])
    name = words[0].rpartition("/")[2] if words else ""
    if name in _SHELLS and len(words) > 2 and words[1].startswith("-") and words[1].endswith("c"):
        begin, end = spans[2]
        if joined.value[begin:end] == words[2]:
            yield Script(joined, _moved(shell.commands(words[2]), begin))
            return
    found_words = tuple(shell.Word(text, begin, end) for text, (begin, end) in zip(words, spans, strict=True))
    if found_words:
        yield Script(joined, (shell.Command(found_words, (), "", found_words[0].start, found_words[-1].end),))


def _moved(commands: tuple[shell.Command, ...], by: int) -> tuple[shell.Command, ...]:
    """The commands with their offsets counted from the start of the whole instruction."""

    def word(old: shell.Word) -> shell.Word:
        return shell.Word(old.text, old.start + by, old.end + by, _moved(old.inner, by))

    return tuple(
        shell.Command(
            tuple(word(old) for old in command.words),
            tuple(redirect._replace(target=word(redirect.target)) for redirect in command.redirects),
            command.before,
            command.start + by,
            command.end + by,
        )
        for command in commands
    )


_TOKEN = re.compile(r"(?:\"(?:\\.|[^\"\\])*\"?|'[^']*'?|\\.|[^\s\"'\\])+")
_QUOTED = r"\"((?:\\.|[^\"\\])*)\"?|'([^']*)'?|\\(.)"


def _tokens(text: Text, start: int) -> Iterator[Token]:
    for found in _TOKEN.finditer(text.value, start):
        yield Token(re.sub(_QUOTED, _unquoted, found.group()), text.span(*found.span()))


def _unquoted(found: re.Match[str]) -> str:
    double, single, escaped = found.groups()
    if double is not None:
        return re.sub(r"\\([\"\\])", r"\1", double)
    return single if single is not None else f"\\{escaped}" if escaped == "$" else str(escaped)


def _stages(before: tuple[Instruction, ...], rest: tuple[Instruction, ...]) -> Iterator[Stage]:
    outer: dict[str, str | None] = {}
    for instruction in before:
        _learn(instruction, outer, {})
    starts = [index for index, found in enumerate(rest) if found.name == "FROM"]
    names: dict[str, int] = {}
    finals: list[dict[str, str | None]] = []
    for index, (start, end) in enumerate(zip(starts, [*starts[1:], len(rest)], strict=True)):
        words = rest[start].words()
        if not words:
            raise ParseError(rest[start].span.line, rest[start].span.column, "FROM names no image")
        base = expand(words[0].text, outer)
        parent = names.get((base or "").lower(), -1)
        known = dict(finals[parent]) if parent >= 0 else {}
        body = rest[start + 1 : end]
        for instruction in body:
            _learn(instruction, known, outer)
        finals.append(known)
        name = words[2].text if len(words) >= 3 and words[1].text.upper() == "AS" else ""
        yield Stage(index, name, base, words[0], parent, body, known)
        if name:
            names[name.lower()] = index
        names.setdefault(str(index), index)


def _learn(instruction: Instruction, known: dict[str, str | None], outer: Mapping[str, str | None]) -> None:
    """What ARG and ENV make known; an ARG without a default takes that of the ARG in front of the first FROM."""
    if instruction.name not in ("ARG", "ENV"):
        return
    for name, value, _ in instruction.pairs():
        if value is not None:
            known[name] = expand(value, known)
        elif name in outer:
            known[name] = outer[name]
        else:
            known.setdefault(name, None)
