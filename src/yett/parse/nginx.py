"""nginx configuration: words with their places, blocks, and what their includes put into them.

The reader follows nginx's own (`ngx_conf_read_token`): a quote counts at the beginning of a word only, `#` likewise,
and `${` is no block. Beyond it, the marks of Jinja, ERB and Go templates are read as part of a word or passed over, so
that a template can be judged as far as it says something.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from yett.lean import Any, NamedTuple, TypeVar
from yett.parse.source import ParseError, Span
from yett.parse.tree import Tree

T = TypeVar("T")

MAX_DEPTH = 60
"""Blocks inside blocks; configurations in use stay below ten."""
MAX_FILES = 300
"""Files that are put together into one configuration."""
MAX_DIRECTIVES = 60_000
"""Directives of one configuration, those of its includes counted each time they are included."""


class Word(NamedTuple):
    """A word: `text` without its quotes and with `\\"`, `\\'` and `\\\\` resolved, as nginx sees it."""

    text: str
    span: Span
    quoted: bool = False

    @property
    def is_template(self) -> bool:
        """Whether a template engine fills in a part of it."""
        return "{{" in self.text or "<%" in self.text or "{%" in self.text


_FEW = 32
"""Directives up to which looking at each is sooner done than sorting them by their names."""


class Directive:
    """A directive: its name, its words, and for a block what is in it, with includes put in place.

    The root of a file is a directive without a name. `missing` holds the includes that could not be followed, so that
    nobody says of this block that something is absent. `path` is the file that the directive stands in.
    """

    __slots__ = (
        *(
            "_made",
            "_named",
            "_order",
            "_seen",
            "args",
            "at",
            "children",
            "end",
            "is_block",
            "missing",
            "name",
            "parent",
            "path",
        ),
        "templated",
    )

    def __init__(self, at: Word, args: tuple[Word, ...], path: str, parent: Directive | None, is_block: bool) -> None:
        self.at = at
        self.name = at.text
        self.args = args
        self.path = path
        self.parent = parent
        self.is_block = is_block
        self.children: list[Directive] = []
        self.missing: list[Directive] = []
        self.end = at.span
        self.templated = False
        self._made: dict[object, Any] | None = None
        self._seen: list[Directive] = []
        self._order: dict[Directive, int] = {}
        self._named: dict[str, list[Directive]] = {}

    @property
    def span(self) -> Span:
        """From the name to the last word."""
        last = self.args[-1].span if self.args else self.at.span
        return Span(self.at.span.line, self.at.span.column, last.end_line, last.end_column)

    @property
    def text(self) -> str:
        """The words, one blank between them."""
        return " ".join(word.text for word in self.args)

    @property
    def first(self) -> str:
        """The first word, in lower case; "" where there is none."""
        return self.args[0].text.lower() if self.args else ""

    def all(self, *names: str) -> list[Directive]:
        """The directives right inside this block that have one of these names."""
        if len(self.children) < _FEW:
            return [child for child in self.children if child.name in names]
        lists = self._lists()
        if len(names) == 1:
            return list(lists.get(names[0], ()))
        order = self._order
        return sorted((child for name in set(names) for child in lists.get(name, ())), key=lambda child: order[child])

    def last(self, name: str) -> Directive | None:
        """The last of the directives right inside this block that have this name."""
        if len(self.children) < _FEW:
            return next((child for child in reversed(self.children) if child.name == name), None)
        found = self._lists().get(name)
        return found[-1] if found else None

    def _lists(self) -> dict[str, list[Directive]]:
        """The directives right inside this block by their names."""
        if self._seen is not self.children or len(self._order) != len(self.children):
            self._seen = self.children
            self._order = {child: number for number, child in enumerate(self.children)}
            self._named = {}
            for child in self.children:
                self._named.setdefault(child.name, []).append(child)
        return self._named

    def once(self, make: Callable[[Directive], T]) -> T:
        """What a function makes of this block, made once: each of thousands of lines may ask for it."""
        if self._made is None:
            self._made = {}
        if make not in self._made:
            self._made[make] = make(self)
        made: T = self._made[make]
        return made

    def walk(self) -> Iterator[Directive]:
        """Everything inside, in order, without the block itself."""
        stack = self.children[::-1]
        while stack:
            directive = stack.pop()
            yield directive
            stack += directive.children[::-1]

    def up(self) -> Iterator[Directive]:
        """The block itself and those around it, from the inside out."""
        block: Directive | None = self
        while block is not None:
            yield block
            block = block.parent

    def inside(self, *names: str) -> Directive | None:
        """The nearest block of one of these names around this directive, or itself."""
        return next((block for block in self.up() if block.name in names), None)


_SKIP = re.compile(r"(?:[ \t\n]+|#[^\n]*)+")
_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'", re.DOTALL)
_WORD = re.compile(
    r"(?:[^\s;{\\$<]+|\\.|\$\{|\$|\{\{[^\n]{0,300}?\}\}|\{[%#][^\n]{0,300}?[%#]\}"
    r"|<%[^\n]{0,300}?%>|<)+",
    re.DOTALL,
)
# A line of its own that only steers a template engine.
_STEERING = re.compile(  # of ERB's marks none stands inside another, so that nothing is read for each of many
    r"\{[%#].{0,2000}?[%#]\}|<%(?!=)(?:[^<%]|<(?!%)|%(?!>)){0,2000}+%>|\{\{-?[^\n]{0,300}?\}\}[ \t]*(?=\n|\Z)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\([\"'\\trn])")
_ESCAPED = {"t": "\t", "r": "\r", "n": "\n"}
_LUA = re.compile(  # what is never closed takes the rest, so that nothing is read twice
    r"--\[(=*)\[(?:.*?\]\1\]|.*)|--[^\n]*|\[(=*)\[(?:.*?\]\2\]|.*)|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|[{}]",
    re.DOTALL,
)


class _Lines:
    """Offsets to lines and columns."""

    def __init__(self, text: str) -> None:
        self.starts = [0]
        self.starts += [found.end() for found in re.finditer("\n", text)]
        self.line = 0

    def place(self, offset: int) -> tuple[int, int]:
        starts, line = self.starts, self.line
        if starts[line] > offset:
            line = 0
        while line + 1 < len(starts) and starts[line + 1] <= offset:
            line += 1
        self.line = line
        return line + 1, offset - starts[line] + 1

    def span(self, start: int, end: int) -> Span:
        return Span(*self.place(start), *self.place(end))


def parse(text: str, path: str = "") -> Directive:
    """The directives of a file, includes not followed. Raises `ParseError` for what nginx would not read either."""
    lines = _Lines(text)
    root = Directive(Word("", Span(1, 1, 1, 1)), (), path, None, True)
    block = root
    words: list[Word] = []
    depth = count = 0
    at, stop = 0, len(text)
    skip, quoted, plain = _SKIP.match, _QUOTED.match, _WORD.match
    while True:
        found = skip(text, at)
        if found:
            at = found.end()
        if at >= stop:
            break
        char = text[at]
        if char in "{<" and not words and (found := _STEERING.match(text, at)):
            root.templated = True
            at = found.end()
            continue
        if char == ";":
            if words:
                _add(block, words, path, is_block=False)
                words = []
                count += 1
            at += 1
        elif char == "{" and text[at + 1 : at + 2] not in ("{", "%", "#"):
            if not words:
                raise ParseError(*lines.place(at), "there is a block without a name")
            if depth >= MAX_DEPTH:
                raise ParseError(*lines.place(at), f"the blocks are nested more than {MAX_DEPTH} deep")
            inner = _add(block, words, path, is_block=True)
            words = []
            at += 1
            if inner.name.endswith("_by_lua_block"):
                at = _lua_end(text, at, lines)
                inner.end = lines.span(at - 1, at)
            else:
                block = inner
                depth += 1
        elif char == "}":
            if words:
                raise ParseError(*words[0].span[:2], f"the directive {_name(words)} does not end in a semicolon")
            if block.parent is None:
                raise ParseError(*lines.place(at), "there is a closing brace too many")
            block.end = lines.span(at, at + 1)
            block = block.parent
            depth -= 1
            at += 1
        elif char in "\"'":
            found = quoted(text, at)
            if not found:
                raise ParseError(*lines.place(at), "a quote is not closed")
            words.append(Word(_unescape(found.group(1) or found.group(2) or ""), lines.span(at, found.end()), True))
            at = found.end()
        else:
            found = plain(text, at)
            if not found:  # a single `{{` or `<%` that never ends
                raise ParseError(*lines.place(at), "there is something that is no word")
            words.append(Word(_unescape(found.group()), lines.span(at, found.end())))
            at = found.end()
        if count > MAX_DIRECTIVES:
            raise ParseError(*lines.place(at), f"there are more than {MAX_DIRECTIVES} directives")
    if words:
        raise ParseError(*words[0].span[:2], f"the directive {_name(words)} does not end in a semicolon")
    if block.parent is not None:
        raise ParseError(*block.at.span[:2], f"the block {_name([block.at])} is not closed")
    return root


def _add(block: Directive, words: list[Word], path: str, is_block: bool) -> Directive:
    directive = Directive(words[0], tuple(words[1:]), path, block, is_block)
    block.children.append(directive)
    return directive


def _name(words: list[Word]) -> str:
    return repr(words[0].text[:40])


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found.group(1), found.group(1)), text)


def _lua_end(text: str, at: int, lines: _Lines) -> int:
    """The offset behind the brace that closes a block of Lua, which has strings and comments of its own."""
    depth = 1
    for found in _LUA.finditer(text, at):
        piece = found.group()
        if piece == "{":
            depth += 1
        elif piece == "}":
            depth -= 1
            if not depth:
                return found.end()
    raise ParseError(*lines.place(at - 1), "a block of Lua is not closed")


_PREFIXES = re.compile(
    r"/(?:etc/(?:nginx|angie|tengine|openresty)|usr/local/(?:nginx|openresty/nginx)/conf|usr/local/etc/nginx"
    r"|opt/(?:nginx|bitnami/nginx)/conf|opt/homebrew/etc/nginx)/"
)
_HARMLESS = re.compile(
    r"(?:^|/)(?:mime\.types|(?:fastcgi|uwsgi|scgi)_params|fastcgi\.conf|koi-(?:utf|win)|win-utf"
    r"|modules-enabled/\*(?:\.conf)?|nginx/modules/\*\.conf)$"
)
_SERVERS = re.compile(r"(?:^|/)(?:conf\.d|sites-enabled|sites-available|sites|vhosts?(?:\.d)?|servers)/[^/]*\*[^/]*$")


def resolve(tree: Tree, directive: Directive) -> list[str] | None:
    """The files that an include names, or None where they are not in the tree.

    The path is taken relative to the folder of the file and to those above it, the nearest first: nginx takes it
    relative to its configuration folder, and which folder of a tree becomes that is not written anywhere.
    """
    if not directive.args or directive.args[0].is_template or "$" in directive.args[0].text:
        return None
    pattern = directive.args[0].text
    wanted = _PREFIXES.sub("", pattern, count=1).lstrip("/")
    for each in (wanted, wanted.replace("sites-enabled/", "sites-available/")):
        base = posixpath.dirname(directive.path)
        while True:
            found = matching(tree, posixpath.normpath(posixpath.join(base, each)))
            if found:
                return found
            if not base:
                break
            base = posixpath.dirname(base)
    return [] if _HARMLESS.search(pattern) else None


def matching(tree: Tree, path: str) -> list[str]:
    """The files of a tree that a path fits, whose last segment may have `*` and `?`."""
    folder, name = posixpath.split(path)
    if "*" in folder or "?" in folder or path.startswith(".."):
        return []
    names = tree.folder(folder)
    if "*" not in name and "?" not in name and "[" not in name:
        return [path] if path in names else []
    fits = re.compile("".join({"*": "[^/]*", "?": "[^/]"}.get(char, re.escape(char)) for char in name))
    return [each for each in names if fits.fullmatch(posixpath.basename(each)) and not name.startswith(".")]


def expand(root: Directive, tree: Tree) -> Directive:
    """The same file with what it includes put in place, as far as the tree has it. Changes `root`."""
    budget = [MAX_FILES, MAX_DIRECTIVES]
    _expand(root, tree, (root.path,), budget)
    return root


def _expand(block: Directive, tree: Tree, files: tuple[str, ...], budget: list[int]) -> None:
    if not any(child.children or child.name == "include" for child in block.children):
        return
    children: list[Directive] = []
    for child in block.children:
        if child.name != "include" or child.is_block:
            children.append(child)
            _expand(child, tree, files, budget)
            continue
        children.append(child)
        paths = resolve(tree, child)
        if paths is None and not (_SERVERS.search(child.first) and block.name in ("http", "")):
            block.missing.append(child)
        for path in paths or ():
            if path in files or len(files) > 12:
                continue
            included = _read(tree, path, budget)
            if included is None:
                block.missing.append(child)
                continue
            _expand(included, tree, (*files, path), budget)
            block.missing += included.missing
            for each in included.children:
                each.parent = block
            children += included.children
    block.children = children


def _read(tree: Tree, path: str, budget: list[int]) -> Directive | None:
    text = tree.text(path)
    budget[0] -= 1
    if text is None or budget[0] < 0 or budget[1] < 0:
        return None
    try:
        root = parse(text, path)
    except ParseError:
        return None
    budget[1] -= text.count(";")
    return root
