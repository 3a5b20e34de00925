"""sshd_config(5): keywords with their places, the Match blocks, and what an Include puts in front.

For each keyword sshd takes the first value it meets; what stands below a Match holds for those it matches, and there
wins over the rest of the file.
"""

from __future__ import annotations

import posixpath
import re

from yett.lean import NamedTuple
from yett.parse.nginx import Word, matching
from yett.parse.source import ParseError, Span
from yett.parse.tree import Tree

MAX_LINES = 50_000


class Setting(NamedTuple):
    """A keyword and its words. `match` holds the words of the Match around it, "" for none, "all" for everybody."""

    at: Word
    args: tuple[Word, ...]
    match: str
    path: str

    @property
    def name(self) -> str:
        return self.at.text.lower()

    @property
    def value(self) -> str:
        """The first word, in lower case; "" where there is none."""
        return self.args[0].text.lower() if self.args else ""

    @property
    def span(self) -> Span:
        last = self.args[-1].span if self.args else self.at.span
        return Span(self.at.span.line, self.at.span.column, last.end_line, last.end_column)

    @property
    def is_filled(self) -> bool:
        """Whether a template engine fills in a part of it."""
        return any(word.is_template or "$" in word.text for word in self.args)


class Config(NamedTuple):
    """The settings in the order in which sshd meets them. `missing`: an Include that is not in the tree."""

    settings: tuple[Setting, ...]
    templated: bool = False
    missing: bool = False

    def first(self, name: str) -> Setting | None:
        """The setting of a keyword that holds for everybody."""
        return next((each for each in self.settings if each.name == name and each.match in ("", "all")), None)


_LINE = re.compile(r"\s*([A-Za-z][A-Za-z0-9]*)(?:\s*=\s*|\s+|$)")
_WORD = re.compile(r"\"([^\"]*)\"|((?:\{\{.{0,300}?\}\}|<%.{0,300}?%>|[^\s\"#])+)")
_STEERING = re.compile(r"\s*(?:\{[%#]|<%(?!=)|\{\{-?\s*(?:range|end|if|else|with)\b)")


def parse(text: str, path: str = "") -> Config:
    """The settings of a file; an Include is a setting like others. Raises `ParseError` for a line that is none."""
    settings: list[Setting] = []
    templated = False
    match = ""
    for number, line in enumerate(text.split("\n"), 1):
        if number > MAX_LINES:
            raise ParseError(number, 1, f"there are more than {MAX_LINES} lines")
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        if _STEERING.match(line) or bare.startswith("{{"):
            templated = True
            continue
        found = _LINE.match(line)
        if not found:
            raise ParseError(number, 1, "the line does not begin with a keyword")
        at = Word(found.group(1), Span(number, found.start(1) + 1, number, found.end(1) + 1))
        words: list[Word] = []
        place = found.end()
        while place < len(line):
            if line[place].isspace():
                place += 1
                continue
            word = _WORD.match(line, place)
            if not word:
                if line[place] == "#":
                    break
                raise ParseError(number, place + 1, "a quote is not closed")
            piece = word.group(1) if word.group(1) is not None else word.group(2)
            words.append(Word(piece, Span(number, place + 1, number, word.end() + 1), word.group(1) is not None))
            place = word.end()
        if at.text.lower() == "match":
            match = " ".join(word.text for word in words).lower() or "?"
            continue
        settings.append(Setting(at, tuple(words), match, path))
    return Config(tuple(settings), templated)


def expand(config: Config, path: str, tree: Tree, depth: int = 0) -> Config:
    """The same with the settings of included files where the Include stands. sshd follows sixteen levels."""
    settings: list[Setting] = []
    missing = config.missing
    for setting in config.settings:
        settings.append(setting)
        if setting.name != "include" or depth > 8:
            continue
        for word in setting.args:
            found = _find(tree, path, word.text)
            missing = missing or found is None
            for each in found or ():
                text = tree.text(each) if each != path else None
                try:
                    inner = parse(text or "", each)
                except ParseError:
                    missing = True
                    continue
                inner = expand(inner, each, tree, depth + 1)
                settings += [one if one.match else one._replace(match=setting.match) for one in inner.settings]
    return Config(tuple(settings), config.templated, missing)


def _find(tree: Tree, path: str, pattern: str) -> list[str] | None:
    wanted = re.sub(r"^/etc/ssh/", "", pattern).lstrip("/")
    base = posixpath.dirname(path)
    while True:
        found = matching(tree, posixpath.normpath(posixpath.join(base, wanted)))
        if found:
            return found
        if not base:
            return None
        base = posixpath.dirname(base)
