"""Regular expressions as nginx hands them to PCRE, read far enough to say what they let through.

A character is a bit in a mask: 0 to 127 for ASCII, bit 128 for everything else.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from yett.lean import NamedTuple

MAX_LENGTH = 2000
MAX_DEPTH = 40

ALL = (1 << 129) - 1
OTHER = 1 << 128


class Chars(NamedTuple):
    """One character out of a set. `fixed`: the pattern names it letter by letter."""

    mask: int
    fixed: bool = False


class Seq(NamedTuple):
    parts: tuple[Node, ...]


class Alt(NamedTuple):
    options: tuple[Node, ...]


class Repeat(NamedTuple):
    node: Node
    least: int
    most: int | None


class Group(NamedTuple):
    node: Node
    number: int
    name: str


class Look(NamedTuple):
    """Something that takes no character: `kind` is "^", "$" or "look" (a look-around, a word boundary)."""

    kind: str


Node = Chars | Seq | Alt | Repeat | Group | Look
"""A back reference is read as any text."""


class PatternError(ValueError):
    """What this reader does not understand, or PCRE does not either."""


def mask(text: str) -> int:
    found = 0
    for char in text:
        found |= 1 << ord(char) if ord(char) < 128 else OTHER
    return found


_DIGITS = mask("0123456789")
_LETTERS = mask("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_SPACES = mask(" \t\n\r\f\v")
_WORDS = _DIGITS | _LETTERS | mask("_")
_CLASSES = {
    "d": _DIGITS,
    "w": _WORDS,
    "s": _SPACES,
    "h": mask(" \t"),
    "v": mask("\n\r\f\v"),
    "D": ALL & ~_DIGITS,
    "W": ALL & ~_WORDS,
    "S": ALL & ~_SPACES,
    "H": ALL & ~mask(" \t"),
    "V": ALL & ~mask("\n\r\f\v"),
    "N": ALL & ~mask("\n"),
    "R": mask("\n\r\f\v"),
}
_POSIX = {
    "alpha": _LETTERS,
    "digit": _DIGITS,
    "alnum": _LETTERS | _DIGITS,
    "space": _SPACES,
    "word": _WORDS,
    "xdigit": _DIGITS | mask("abcdefABCDEF"),
    "upper": mask("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "lower": mask("abcdefghijklmnopqrstuvwxyz"),
    "blank": mask(" \t"),
    "punct": mask("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
}
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "e": "\x1b", "a": "\a"}
DOT = ALL & ~mask("\n")


@lru_cache(maxsize=512)
def parse(pattern: str, ignore_case: bool = False) -> Node:
    """The tree of a pattern. Raises `PatternError`."""
    if len(pattern) > MAX_LENGTH:
        raise PatternError
    reader = _Reader(pattern, ignore_case)
    node = reader.alternatives(0)
    if reader.at < len(pattern):
        raise PatternError
    return node


class _Reader:
    def __init__(self, text: str, ignore_case: bool) -> None:
        self.text = text
        self.at = 0
        self.groups = 0
        self.ignore_case = ignore_case
        self.dot_all = False

    def peek(self, size: int = 1) -> str:
        return self.text[self.at : self.at + size]

    def alternatives(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise PatternError
        options = [self.sequence(depth)]
        while self.peek() == "|":
            self.at += 1
            options.append(self.sequence(depth))
        return options[0] if len(options) == 1 else Alt(tuple(options))

    def sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.at < len(self.text) and self.peek() not in "|)":
            node = self.atom(depth)
            if node is not None:
                parts.append(self.repeated(node))
        return parts[0] if len(parts) == 1 else Seq(tuple(parts))

    def repeated(self, node: Node) -> Node:
        while True:
            char = self.peek()
            if char and char in "*+?":
                self.at += 1
                least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
            elif char == "{" and (counts := self.counts()):
                least, most = counts
            else:
                return node
            if self.peek() and self.peek() in "?+":
                self.at += 1
            node = Repeat(node, least, most)

    def counts(self) -> tuple[int, int | None] | None:
        end = self.text.find("}", self.at)
        least, comma, most = self.text[self.at + 1 : max(end, 0)].partition(",")
        if end < 0 or not least.isdigit() or (most and not most.isdigit()):
            return None
        self.at = end + 1
        return int(least), (int(most) if most else None) if comma else int(least)

    def atom(self, depth: int) -> Node | None:
        char = self.peek()
        self.at += 1
        match char:
            case "(":
                return self.group(depth)
            case "[":
                return Chars(self.both(self.charclass()))
            case ".":
                return Chars(ALL if self.dot_all else DOT)
            case "^" | "$":
                return Look(char)
            case "\\":
                return self.escape()
            case "*" | "+" | "?":
                raise PatternError
        return Chars(self.both(mask(char)), True)

    def both(self, found: int) -> int:
        if self.ignore_case:
            lower = (found >> 97) & ((1 << 26) - 1)
            upper = (found >> 65) & ((1 << 26) - 1)
            found |= (lower << 65) | (upper << 97)
        return found

    def escape(self) -> Node:
        char = self.peek()
        self.at += 1
        if not char:
            raise PatternError
        if char in _CLASSES:
            return Chars(_CLASSES[char])
        if char == "A":
            return Look("^")
        if char in "zZ":
            return Look("$")
        if char in "bBGK":
            return Look("look")
        if char.isdigit() and char != "0":
            return Repeat(Chars(ALL), 0, None)
        if char in "pPXC":
            if char in "pP":
                self.braces()
            return Chars(ALL)
        if char in "kg":
            self.braces()
            return Repeat(Chars(ALL), 0, None)
        return Chars(self.both(mask(self.literal(char))), True)

    def braces(self) -> None:
        closing = {"{": "}", "<": ">", "'": "'"}.get(self.peek())
        if closing:
            end = self.text.find(closing, self.at + 1)
            if end < 0:
                raise PatternError
            self.at = end + 1
        else:
            self.at += 1

    def literal(self, char: str) -> str:
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char == "x":
            digits = self.peek(2)
            if all(each in "0123456789abcdefABCDEF" for each in digits) and digits:
                self.at += len(digits)
                return chr(int(digits, 16))
        return "\0" if char == "0" else char

    def charclass(self) -> int:
        negated = self.peek() == "^"
        self.at += negated
        found, first = 0, True
        while True:
            char = self.peek()
            if not char:
                raise PatternError
            self.at += 1
            if char == "]" and not first:
                break
            first = False
            if char == "[" and self.peek() == ":":
                end = self.text.find(":]", self.at)
                found |= _POSIX.get(self.text[self.at + 1 : max(end, 0)], ALL)
                self.at = end + 2 if end >= 0 else len(self.text)
                continue
            if char == "\\":
                char = self.peek()
                self.at += 1
                if char in _CLASSES and char:
                    found |= _CLASSES[char]
                    continue
                char = "\b" if char == "b" else self.literal(char) if char else ""
            if self.peek() == "-" and self.peek(2)[1:] not in ("", "]"):
                self.at += 1
                last = self.peek()
                self.at += 1
                if last == "\\":
                    last = self.literal(self.peek())
                    self.at += 1
                low, high = ord(char or "\0"), ord(last or "\0")
                found |= sum(1 << each for each in range(low, min(high, 127) + 1))
                found |= OTHER if high > 127 else 0
            else:
                found |= mask(char)
        return ALL & ~found if negated else found

    def group(self, depth: int) -> Node | None:
        name, number, looks = "", 0, False
        if self.peek() == "?":
            rest = self.text[self.at + 1 :]
            if rest.startswith(("<=", "<!", "=", "!")):
                looks = True
                self.at += 3 if rest.startswith("<") else 2
            elif rest.startswith(("P<", "<", "'")):
                start = self.at + (3 if rest.startswith("P") else 2)
                end = self.text.find("'" if rest.startswith("'") else ">", start)
                if end < 0:
                    raise PatternError
                name, self.at = self.text[start:end], end + 1
                self.groups += 1
                number = self.groups
            elif rest.startswith("#"):
                end = self.text.find(")", self.at)
                self.at = end + 1 if end >= 0 else len(self.text)
                return None
            elif rest.startswith((":", ">", "|")):
                self.at += 2
            else:
                return self.flags(depth)
        elif self.peek() != "*":
            self.groups += 1
            number = self.groups
        before = self.ignore_case, self.dot_all
        node = self.alternatives(depth + 1)
        self.ignore_case, self.dot_all = before
        if self.peek() != ")":
            raise PatternError
        self.at += 1
        if looks:
            return Look("look")
        return Group(node, number, name) if number else node

    def flags(self, depth: int) -> Node | None:
        end = self.at + 1
        while end < len(self.text) and self.text[end] in "imsxUJX-^":
            end += 1
        flags, closing = self.text[self.at + 1 : end], self.text[end : end + 1]
        if closing not in (":", ")") or not closing or "x" in flags:
            raise PatternError
        on, _, off = flags.partition("-")
        before = self.ignore_case, self.dot_all
        self.ignore_case = ("i" in on or self.ignore_case) and "i" not in off
        self.dot_all = ("s" in on or self.dot_all) and "s" not in off
        self.at = end + 1
        if closing == ")":
            return None
        node = self.alternatives(depth + 1)
        self.ignore_case, self.dot_all = before
        if self.peek() != ")":
            raise PatternError
        self.at += 1
        return node


def walk(node: Node) -> Iterator[Node]:
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        match node:
            case Seq(parts):
                stack += parts[::-1]
            case Alt(options):
                stack += options[::-1]
            case Repeat(inner, _, _) | Group(inner, _, _):
                stack.append(inner)


def groups(node: Node) -> dict[str, Group]:
    """The groups of a pattern by number, and by name in lower case."""
    found: dict[str, Group] = {}
    for each in walk(node):
        if isinstance(each, Group):
            found[str(each.number)] = each
            if each.name:
                found[each.name.lower()] = each
    return found


def may_contain(node: Node, char: str) -> bool:
    wanted = mask(char)
    return any(isinstance(each, Chars) and each.mask & wanted for each in walk(node))


def nullable(node: Node) -> bool:
    match node:
        case Chars():
            return False
        case Look():
            return True
        case Seq(parts):
            return all(nullable(part) for part in parts)
        case Alt(options):
            return any(nullable(option) for option in options)
        case Repeat(inner, least, _):
            return least == 0 or nullable(inner)
        case Group(inner, _, _):
            return nullable(inner)


def first(node: Node) -> int:
    """What a match may begin with."""
    match node:
        case Chars(found, _):
            return found
        case Look():
            return 0
        case Seq(parts):
            found = 0
            for part in parts:
                found |= first(part)
                if not nullable(part):
                    break
            return found
        case Alt(options):
            found = 0
            for option in options:
                found |= first(option)
            return found
        case Repeat(inner, _, _) | Group(inner, _, _):
            return first(inner)


def last(node: Node) -> int:
    """What a match may end with."""
    match node:
        case Chars(found, _):
            return found
        case Look():
            return 0
        case Seq(parts):
            found = 0
            for part in reversed(parts):
                found |= last(part)
                if not nullable(part):
                    break
            return found
        case Alt(options):
            found = 0
            for option in options:
                found |= last(option)
            return found
        case Repeat(inner, _, _) | Group(inner, _, _):
            return last(inner)


def before(node: Node, group: Group) -> tuple[int, bool] | None:
    """What may stand right in front of a group: the characters, and whether the pattern may also begin there. None
    where the group is not in this node."""
    if node is group:
        return 0, True
    match node:
        case Seq(parts):
            for index, part in enumerate(parts):
                inner = before(part, group)
                if inner is None:
                    continue
                found, begins = inner
                if begins:
                    head = Seq(parts[:index])
                    found |= last(head)
                    begins = nullable(head)
                return found, begins
        case Alt(options):
            for option in options:
                inner = before(option, group)
                if inner is not None:
                    return inner
        case Repeat(each, _, _) | Group(each, _, _):
            return before(each, group)
    return None


def explodes(node: Node) -> bool:
    """Whether a pattern can be matched in so many ways that a wrong subject takes ages: a repetition in a repetition
    with nothing to tell where one round ends, alternatives in a repetition of which one begins another, or one
    repetition right after its equal."""
    for each in walk(node):
        if isinstance(each, Repeat) and each.most is None and _ambiguous(each.node):
            return True
        if isinstance(each, Seq):
            for left, right in zip(each.parts, each.parts[1:], strict=False):
                if _endless(left) and left == right:
                    return True
    return False


def _endless(node: Node) -> bool:
    return isinstance(node, Repeat) and node.most is None


def _ambiguous(body: Node) -> bool:
    while isinstance(body, Group):
        body = body.node
    if _endless(body):
        return True
    options = body.options if isinstance(body, Alt) else (body,)
    if any(_open(option, first(body)) for option in options):
        return True
    for index, one in enumerate(options):
        for other in options[index + 1 :]:
            if first(one) & first(other) and (_single(one) or _single(other)):
                return True
    return False


def _single(node: Node) -> bool:
    while isinstance(node, Group):
        node = node.node
    return isinstance(node, Chars)


def _open(option: Node, again: int) -> bool:
    """Whether the last part of a round repeats what the next round may begin with."""
    while isinstance(option, Group):
        option = option.node
    parts = option.parts if isinstance(option, Seq) else (option,)
    following, may_end = 0, True
    for part in reversed(parts):
        inner = part
        while isinstance(inner, Group):
            inner = inner.node
        after = following | (again if may_end else 0)
        if isinstance(inner, Repeat) and inner.most is None and may_end and first(inner) & after:
            return True
        following = (following if nullable(part) else 0) | first(part)
        may_end = may_end and nullable(part)
    return False
