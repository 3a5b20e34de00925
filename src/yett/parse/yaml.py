"""YAML with places: what was written and where, and nothing made of it.

No tag is obeyed and no value converted, so `on:` and `yes` stay text. Two equal keys in one mapping are an error: the
last of them wins in silence elsewhere. A text can neither nest nor grow without bound: an alias stands for the very
node it names, and what it would expand to is counted.

Lines and columns count from 1, columns are characters, ends are exclusive.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from yett.lean import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from yett.parse.source import ParseError

if TYPE_CHECKING:
    from yaml.events import Event

MAX_DEPTH = 200
MAX_NODES = 200_000
"""Counted with every alias written out."""


class Scalar(NamedTuple):
    """A text. `style` is "" (plain), "'", '"', "|" or ">"; `tag` is "" unless one was written."""

    text: str
    line: int
    column: int
    end_line: int
    end_column: int
    style: str = ""
    tag: str = ""


class Sequence(NamedTuple):
    items: tuple[Node, ...]
    line: int
    column: int
    end_line: int
    end_column: int
    tag: str = ""


class Entry(NamedTuple):
    key: Scalar
    value: Node


class Mapping(NamedTuple):
    entries: dict[str, Entry]
    line: int
    column: int
    end_line: int
    end_column: int
    tag: str = ""

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry.value if entry else None

    def key(self, key: str) -> Scalar | None:
        entry = self.entries.get(key)
        return entry.key if entry else None


Node: TypeAlias = Scalar | Sequence | Mapping


def compose(text: str, *, aliases: bool = True) -> Node | None:
    """The one document of a text, None for an empty one. Raises `ParseError`, also for a second document.

    Where `aliases` is false, anchors and aliases are errors too.
    """
    documents = compose_all(text, aliases=aliases)
    if len(documents) > 1:
        second = documents[1]
        raise ParseError(second.line, second.column, "there is a second document, where one is expected")
    return documents[0] if documents else None


@lru_cache(128)
def compose_all(text: str, *, aliases: bool = True) -> tuple[Node, ...]:
    """The documents of a text, in order, not to be changed: who asks again gets the same. Raises `ParseError`."""
    composer = _Composer(aliases)
    for event in _events(text):
        composer.take(event)
    return tuple(composer.documents)


def texts(node: Node) -> Iterator[Scalar]:
    """Every text under a node, keys included, in the order in which they stand."""
    match node:
        case Scalar():
            yield node
        case Sequence(items=items):
            for item in items:
                yield from texts(item)
        case Mapping(entries=entries):
            for key, value in entries.values():
                yield key
                yield from texts(value)


def plain(scalar: Scalar) -> str | int | float | bool | None:
    """What a text means by the core schema of YAML 1.2 (section 10.3.2): `yes`, `on` and `1_0` are text."""
    if scalar.style or scalar.tag:
        return scalar.text
    text = scalar.text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    return _number(text)


_MAX_NUMBER = 400
"""int() refuses more than 4,300 digits, and nobody configures a number of as many as these."""


def _number(text: str) -> str | int | float:
    if text[0] not in "+-.0123456789" or len(text) > _MAX_NUMBER:
        return text
    import re

    if re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    if re.fullmatch(r"0o[0-7]+", text):
        return int(text[2:], 8)
    if re.fullmatch(r"0x[0-9a-fA-F]+", text):
        return int(text[2:], 16)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return float(text)
    if re.fullmatch(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", text):
        return float(text.replace(".", ""))
    return text


_SEPARATORS = ("\x85", "\u2028", "\u2029")


def _events(text: str) -> Iterator[Event]:
    """What the parser reads, one event after the other; nothing nests here, so that depth cannot hurt."""
    import yaml

    # YAML 1.1 ends a line with these, YAML 1.2 does not: a comment to one program is a key to another.
    odd = next((offset for mark in _SEPARATORS if (offset := text.find(mark)) >= 0), -1)
    if odd >= 0:
        name = f"U+{ord(text[odd]):04X}"
        raise ParseError(*_place(text, odd), f"there is a line separator ({name}) that programs disagree on")
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a wheel may come without libyaml
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        last = _place(text, len(text))
        raise ParseError(
            *min((mark.line + 1, mark.column + 1) if mark else (1, 1), last), error.problem or "this is not YAML"
        ) from None
    except yaml.reader.ReaderError as error:
        raise ParseError(
            *_reader_place(text, error.position), "there is a character that YAML does not allow"
        ) from None
    except UnicodeEncodeError as error:
        raise ParseError(*_place(text, error.start), "there is half of a surrogate pair in the text") from None


def _reader_place(text: str, position: int) -> tuple[int, int]:
    """libyaml counts bytes of UTF-8, the fallback characters; for ASCII, which is nearly all, both are the same."""
    raw = text.encode("utf-8", "replace")
    return _place(text, len(raw[:position].decode("utf-8", "ignore")))


def _place(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


class _Open:
    """A collection that is not closed yet. A mapping keeps the key that waits for its value."""

    def __init__(self, event: Any, is_mapping: bool) -> None:
        self.line: int = event.start_mark.line + 1
        self.column: int = event.start_mark.column + 1
        self.anchor: str | None = event.anchor
        self.tag: str = event.tag or ""
        self.is_mapping = is_mapping
        self.items: list[Node] = []
        self.entries: dict[str, Entry] = {}
        self.key: Scalar | None = None
        self.size = 1
        self.height = 1


class _Anchored(NamedTuple):
    """What an alias stands for, how many nodes that is and how deep. `node` is None while it is still open."""

    node: Node | None
    size: int = 0
    height: int = 0


class _Composer:
    """Events to nodes with a stack of its own."""

    def __init__(self, aliases: bool) -> None:
        self.documents: list[Node] = []
        self._aliases = aliases
        self._stack: list[_Open] = []
        self._anchors: dict[str, _Anchored] = {}
        self._size = 0

    def take(self, event: Any) -> None:
        match type(event).__name__:
            case "ScalarEvent":
                self._scalar(event)
            case "MappingStartEvent" | "SequenceStartEvent":
                self._start(event)
            case "MappingEndEvent" | "SequenceEndEvent":
                self._end(event)
            case "AliasEvent":
                self._alias(event)
            case "DocumentStartEvent":
                self._anchors = {}

    def _scalar(self, event: Any) -> None:
        self._refuse_anchor(event)
        start, end = event.start_mark, event.end_mark
        style = event.style or ""
        # The parser gives "!" for a quoted text with the tag `!`, which says no more than the quotes do.
        tag = event.tag if event.tag and event.tag != "!" else ""
        scalar = Scalar(
            event.value,
            start.line + 1,
            start.column + 1,
            end.line + 1,
            end.column + 1,
            "" if style == ":" else style,
            tag,
        )
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(scalar, 1, 1)
        self._add(scalar, 1, 1)

    def _start(self, event: Any) -> None:
        self._refuse_anchor(event)
        opened = _Open(event, type(event).__name__ == "MappingStartEvent")
        if len(self._stack) >= MAX_DEPTH:
            raise ParseError(opened.line, opened.column, f"it nests more than {MAX_DEPTH} levels deep")
        if opened.anchor:
            self._anchors[opened.anchor] = _Anchored(None)
        self._stack.append(opened)

    def _end(self, event: Any) -> None:
        opened = self._stack.pop()
        place = (opened.line, opened.column, event.end_mark.line + 1, event.end_mark.column + 1, opened.tag)
        node: Node = Mapping(opened.entries, *place) if opened.is_mapping else Sequence(tuple(opened.items), *place)
        if opened.anchor:
            self._anchors[opened.anchor] = _Anchored(node, opened.size, opened.height)
        self._add(node, opened.size, opened.height)

    def _alias(self, event: Any) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if not self._aliases:
            raise ParseError(line, column, "aliases are not allowed here; write the value out")
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            raise ParseError(line, column, f"the alias *{event.anchor} names no anchor before it")
        if anchored.node is None:
            raise ParseError(line, column, f"the alias *{event.anchor} stands inside what it names")
        if len(self._stack) + anchored.height > MAX_DEPTH:
            raise ParseError(line, column, f"it nests more than {MAX_DEPTH} levels deep")
        self._add(anchored.node, anchored.size, anchored.height, (line, column))

    def _add(self, node: Node, size: int, height: int, place: tuple[int, int] | None = None) -> None:
        line, column = place or (node.line, node.column)
        if not self._stack:
            self.documents.append(node)
            return
        parent = self._stack[-1]
        parent.size += size
        parent.height = max(parent.height, height + 1)
        if parent.size > MAX_NODES:
            raise ParseError(line, column, f"it holds more than {MAX_NODES:,} values, aliases written out")
        if not parent.is_mapping:
            parent.items.append(node)
        elif parent.key is None:
            parent.key = _key(node, parent, line, column)
        else:
            parent.entries[parent.key.text] = Entry(parent.key, node)
            parent.key = None

    def _refuse_anchor(self, event: Any) -> None:
        if event.anchor and not self._aliases:
            mark = event.start_mark
            raise ParseError(mark.line + 1, mark.column + 1, "anchors are not allowed here; write the value out")


def _key(node: Node, parent: _Open, line: int, column: int) -> Scalar:
    if not isinstance(node, Scalar):
        raise ParseError(line, column, "a key is itself a mapping or a list; quote it if it is a template")
    first = parent.entries.get(node.text)
    if first:
        raise ParseError(
            line, column, f"the key {_short(node.text)} stands here a second time, first in line {first.key.line}"
        )
    return node


def _short(text: str) -> str:
    """A key as it may stand in a message: quoted, one line, not long."""
    return ascii(text if len(text) <= 60 else text[:57] + "...")
