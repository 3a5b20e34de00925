"""Infrastructure as data: what Terraform, CloudFormation and serverless files declare, in one shape.

A `Module` holds the `Resource`s that belong together: a Terraform directory, or one template. A resource has a
`kind` (Terraform's type name, whatever the format: `AWS::S3::Bucket` is `aws_s3_bucket`), a `name`, and a `body`. What
is looked up in it is one of four values, or None where nothing is written (or `null`, or `AWS::NoValue`):

    Scalar      a text, number or boolean that is known: `.value`
    Unresolved  what only a run could tell; `.what` names where it comes from, `.refs` which resources it speaks of
    List        `.items`
    Map         an object or a nested block: `.get(name)`, `.find("a.b.c")`, `.each("ingress")`

Every value has a `.span` in the file of its resource: a variable's default is placed where the variable is used.

    for bucket in module.of("aws_s3_bucket"):
        match bucket.find("versioning.enabled"):          # nested blocks, objects and lists of one are stepped through
            case None: …                                   # absent: bucket.span is the place of the header
            case Scalar(value=True): …
            case Unresolved() as unknown: yield Unknown(unknown.span.line, unknown.what)
        for rule in bucket.each("lifecycle_rule"): …       # one block, many blocks, or a list of objects
    module.resolve(value, resource.path)                   # the resource that `aws_s3_bucket.orders.id` names
    module.about(bucket, "aws_s3_bucket_public_access_block", "bucket")   # those whose `bucket` names this one

Names of attributes are Terraform's. In a CloudFormation resource `StorageEncrypted` answers to `storage_encrypted`, and
`ALIASES` of `parse/cloudformation.py` has what is called otherwise.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType

from yett.lean import Literal, NamedTuple, TypeAlias
from yett.parse.source import Span

Plain: TypeAlias = "str | int | float | bool | None"


class Mark(NamedTuple):
    """From this offset of a text on, it stands in the file at this line and column."""

    offset: int
    line: int
    column: int


class Ref(NamedTuple):
    """`aws_s3_bucket.a.arn` is Ref("aws_s3_bucket.a", "arn"); `!GetAtt Orders.Arn` is Ref("Orders", "Arn")."""

    address: str
    path: str = ""


def named(what: str) -> tuple[Ref, ...]:
    """The resource that Terraform's `what` speaks of, if it is one: not a variable, a local or the like."""
    parts = what.split(".")
    head = 3 if parts[0] == "data" else 2
    if (
        len(parts) < head
        or parts[0] in _NO_RESOURCE
        or not all(part.replace("-", "_").isidentifier() for part in parts[:head])
    ):
        return ()
    return (Ref(".".join(parts[:head]), ".".join(parts[head:])),)


_NO_RESOURCE = frozenset(("var", "local", "path", "terraform", "each", "count", "self"))


class Scalar(NamedTuple):
    """`marks` are set for a text of several lines, such as a heredoc."""

    value: Plain
    span: Span
    marks: tuple[Mark, ...] = ()


class Unresolved(NamedTuple):
    """`text` is set for a text that is known in part: what is not known stands between `OPEN` and `CLOSE` in it."""

    what: str
    span: Span
    refs: tuple[Ref, ...] = ()
    text: str = ""
    marks: tuple[Mark, ...] = ()


class List(NamedTuple):
    """`more` says that further items may be there."""

    items: tuple[Value, ...]
    span: Span
    more: bool = False


OPEN, CLOSE = "\ue000", "\ue001"
"""Private use characters, so that they are in no text that means something."""


class Map:
    """Names and values, in order. A value is made when it is asked for. `more` says that further names may be there."""

    __slots__ = ("_aliases", "_cells", "camel", "more", "span")

    def __init__(
        self,
        span: Span,
        cells: dict[str, tuple[Span, Value | Callable[[], Value]]],
        *,
        more: bool = False,
        camel: bool = False,
    ) -> None:
        self.span = span
        self.more = more
        self.camel = camel
        self._cells = cells
        self._aliases: dict[str, str] | None = None

    def __repr__(self) -> str:
        return f"Map({', '.join(self._cells)})"

    def joined(self, name: str, span: Span, value: Value) -> Map:
        """This map and one more name."""
        return Map(self.span, {**self._cells, name: (span, value)}, more=self.more, camel=self.camel)

    def opened(self) -> Map:
        """This map, where further names may be there."""
        return Map(self.span, self._cells, more=True, camel=self.camel)

    def names(self) -> Iterable[str]:
        """The names as they are written."""
        return self._cells.keys()

    def written(self, name: str) -> str | None:
        """How a name is written here, None if it is not."""
        if name in self._cells:
            return name
        if not self.camel:
            return None
        if self._aliases is None:
            self._aliases = {snake(each): each for each in self._cells}
        return self._aliases.get(name)

    def get(self, name: str) -> Value | None:
        """The value of a name; None where there is none, or a null."""
        own = self.written(name)
        if own is None:
            return None
        key, value = self._cells[own]
        if callable(value):
            value = value()
            self._cells[own] = (key, value)
        return None if type(value) is Scalar and value.value is None else value

    def key(self, name: str) -> Span | None:
        """Where a name is written."""
        own = self.written(name)
        return None if own is None else self._cells[own][0]

    def items(self) -> Iterator[tuple[str, Value]]:
        """Names as written and their values, without nulls."""
        for name in list(self._cells):
            value = self.get(name)
            if value is not None:
                yield name, value

    def find(self, path: str) -> Value | None:
        """The value at a path of names. A list on the way stands for its first item; what is unresolved on the way is
        the answer, and so is an absence where a dynamic part might fill it."""
        value: Value | None = self
        for name in path.split("."):
            if isinstance(value, List):
                if not value.items:
                    return Unresolved("a list made elsewhere", value.span) if value.more else None
                value = value.items[0]
            if isinstance(value, Unresolved):
                return value
            if not isinstance(value, Map):
                return None
            below = value.get(name)
            if below is None:
                unsaid = value.more and value.written(name) is None
                return Unresolved("names made elsewhere", value.span) if unsaid else None
            value = below
        return value

    def has(self, *paths: str) -> bool:
        """Whether anything, resolved or not, is at one of the paths."""
        return any(self.find(path) is not None for path in paths)

    def each(self, path: str) -> Iterator[Map | Unresolved]:
        """The objects at a path: blocks of that name, the items of a list, or the one object."""
        yield from objects(self.find(path))

    def every(self, path: str) -> Iterator[Value]:
        """The values at a path through every item of every list on the way, flattened."""
        values: list[Value] = [self]
        for name in path.split("."):
            below: list[Value] = []
            for value in flat(values):
                if isinstance(value, Map):
                    found = value.get(name)
                    if found is not None:
                        below.append(found)
                elif isinstance(value, Unresolved):
                    below.append(value)
            values = below
        yield from flat(values)

    def place(self, path: str) -> Span:
        """Where the deepest part of a path that is there is written: the value's place, else that of its parent."""
        best = self.span
        value: Value | None = self
        for name in path.split("."):
            if isinstance(value, List) and value.items:
                value = value.items[0]
            if not isinstance(value, Map):
                return best
            best = value.key(name) or best
            value = value.get(name)
        return best if value is None or isinstance(value, Map) else value.span


Value: TypeAlias = Scalar | Unresolved | List | Map


def flat(values: Iterable[Value]) -> Iterator[Value]:
    """Values, lists in them taken apart."""
    for value in values:
        if isinstance(value, List):
            yield from flat(value.items)
            if value.more:
                yield Unresolved("a list made elsewhere", value.span)
        else:
            yield value


def objects(value: Value | None) -> Iterator[Map | Unresolved]:
    """The objects that a value holds: itself, or its items."""
    if value is not None:
        for each in flat((value,)):
            if isinstance(each, Map | Unresolved):
                yield each


def texts(value: Value | None) -> Iterator[Scalar | Unresolved]:
    """The scalars that a value holds: itself, or the items of a list."""
    if value is not None:
        for each in flat((value,)):
            if isinstance(each, Scalar | Unresolved):
                yield each


def known(value: Value | None) -> str | None:
    """A scalar as text, in lower case where it is a boolean; None for everything else."""
    if not isinstance(value, Scalar) or value.value is None:
        return None
    return str(value.value).lower() if isinstance(value.value, bool) else str(value.value)


def truth(value: Value | None) -> bool | None:
    """A boolean, also one that is written as text; None for everything else."""
    text = known(value)
    return None if text is None else {"true": True, "1": True, "false": False, "0": False}.get(text.lower())


def number(value: Value | None) -> float | None:
    """A number, also one that is written as text; None for everything else."""
    text = known(value)
    if text is None or len(text) > 20:
        return None
    try:
        return float(text)
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _humps() -> re.Pattern[str]:
    return re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


_SNAKES: dict[str, str] = {}


def snake(name: str) -> str:
    """`DBSubnetGroupName` as `db_subnet_group_name`, `EnableDNSSupport` as `enable_dns_support`."""
    made = _SNAKES.get(name)
    if made is None:
        made = _humps().sub("_", name).lower().replace("-", "_")
        if len(_SNAKES) < 5000:
            _SNAKES[name] = made
    return made


_NO_ALIASES: Mapping[str, str] = MappingProxyType({})

Category = Literal["resource", "data", "provider", "variable", "output", "module", "terraform", "function"]


class Resource(NamedTuple):
    """Something that is declared. `span` is the place of its header, `kind` Terraform's type name where there is one.

    For other categories `kind` is the word before the labels: "provider", "variable", "module", "output", "terraform";
    for `data` it is the type, and `address` begins with "data.". `type` is the type as it is written. `broken` says
    that a syntax error is inside. `aliases` has the paths that this format writes otherwise.
    """

    kind: str
    name: str
    address: str
    body: Map
    span: Span
    path: str
    category: Category = "resource"
    type: str = ""
    format: Literal["terraform", "cloudformation", "serverless"] = "terraform"
    broken: bool = False
    aliases: Mapping[str, str] = _NO_ALIASES

    @property
    def label(self) -> str:
        """The name as a message gives it."""
        return self.address if self.format == "terraform" else self.name

    def own(self, path: str) -> str:
        """How this format writes a path."""
        return self.aliases.get(path, path)

    def find(self, path: str) -> Value | None:
        return self.body.find(self.own(path))

    def has(self, *paths: str) -> bool:
        return any(self.find(path) is not None for path in paths)

    def each(self, path: str) -> Iterator[Map | Unresolved]:
        return self.body.each(self.own(path))

    def every(self, path: str) -> Iterator[Value]:
        return self.body.every(self.own(path))

    def place(self, path: str) -> Span:
        """Where a path is written, else the deepest part of it, else the header."""
        span = self.body.place(self.own(path))
        return self.span if span == self.body.span else span


class Module:
    """Resources that belong together. `whole` is false where a part could not be read: what is missing may be there."""

    def __init__(self, resources: Iterable[Resource], *, whole: bool = True) -> None:
        self.resources = tuple(resources)
        self.whole = whole
        self._kinds: dict[str, list[Resource]] = {}
        self._addresses: dict[str, list[Resource]] = {}
        self._files: dict[str, list[Resource]] = {}
        for each in self.resources:
            kind = f"data.{each.kind}" if each.category == "data" else each.kind
            self._kinds.setdefault(kind, []).append(each)
            self._addresses.setdefault(each.address, []).append(each)
            self._files.setdefault(each.path, []).append(each)
        self._about: dict[tuple[str, str], tuple[dict[str, list[Resource]], list[Resource]]] = {}

    def of(self, *kinds: str) -> Iterator[Resource]:
        """Every resource of these kinds; data sources are `data.KIND`."""
        for kind in kinds:
            yield from self._kinds.get(kind, ())

    def within(self, path: str) -> tuple[Resource, ...]:
        """What one file declares, in order."""
        return tuple(self._files.get(path, ()))

    def get(self, address: str, path: str = "") -> Resource | None:
        """The resource with this address; of two, the one in the same file. Bare names find serverless' logical ids."""
        found = self._addresses.get(address)
        if not found:
            return None
        return next((each for each in found if each.path == path), found[0])

    def resolve(self, value: Value | None, path: str = "") -> Resource | None:
        """The resource that a value speaks of, if it is one of this module."""
        if isinstance(value, Unresolved):
            for ref in value.refs:
                found = self.get(ref.address, path)
                if found:
                    return found
        return None

    def about(self, resource: Resource, kind: str, attribute: str, *names: str) -> tuple[Resource, ...]:
        """The resources of a kind whose attribute names this one: by reference, or by one of the texts under which it
        is known (`names` are its attributes that hold them). Of the same file where there are such.
        """
        addressed, _ = self._table(kind, attribute)
        found = list(addressed.get(resource.address, ()))
        for name in names:
            text = known(resource.find(name))
            if text:
                found += addressed.get(f"={text}", ())
        same = [each for each in found if each.path == resource.path]
        return tuple(same or found)

    def elsewhere(self, kind: str, attribute: str) -> tuple[Resource, ...]:
        """The resources of a kind whose attribute names nothing in this module: it could be anything's."""
        return tuple(self._table(kind, attribute)[1])

    def _table(self, kind: str, attribute: str) -> tuple[dict[str, list[Resource]], list[Resource]]:
        made = self._about.get((kind, attribute))
        if made is None:
            addressed: dict[str, list[Resource]] = {}
            lost: list[Resource] = []
            for each in self.of(kind):
                for value in texts(each.find(attribute)):
                    if isinstance(value, Scalar):
                        addressed.setdefault(f"={value.value}", []).append(each)
                        continue
                    own = [ref.address for ref in value.refs if ref.address in self._addresses]
                    for address in own:
                        addressed.setdefault(address, []).append(each)
                    if not own and not any(_is_resource(ref.address) for ref in value.refs):
                        lost.append(each)
            made = self._about[kind, attribute] = (addressed, lost)
        return made


def _is_resource(address: str) -> bool:
    """Whether an address is that of a resource: one that is not there is nobody's, so it is not this one's either."""
    return not address.startswith(("data.", "module."))


def placed(value: Value, span: Span) -> Value:
    """A value with every place in it replaced by one: where a variable or local is used."""
    match value:
        case Scalar():
            return Scalar(value.value, span)
        case Unresolved():
            return value._replace(span=span, marks=())
        case List():
            return List(tuple(placed(item, span) for item in value.items), span, value.more)
    return Map(
        span,
        {name: (span, _later(value, name, span)) for name in value.names()},
        more=value.more,
        camel=value.camel,
    )


def _later(source: Map, name: str, span: Span) -> Callable[[], Value]:
    def make() -> Value:
        value = source.get(name)
        return Scalar(None, span) if value is None else placed(value, span)

    return make


MAX_JSON_DEPTH = 60


@lru_cache(maxsize=1)
def _token() -> re.Pattern[str]:
    return re.compile(
        r'[ \t\n\r]*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<mark>[{}\[\]:,])|'
        r"(?P<number>-?[0-9][0-9.eE+-]*)|(?P<word>true|false|null)|(?P<hole>" + OPEN + r"[^\ue001]*" + CLOSE + "))",
        re.DOTALL,
    )


def document(value: Value | None) -> Value | None:
    """An object that a value holds: itself, or what its text means as JSON. `Unresolved` where only a run could tell
    and where the text is no JSON."""
    if isinstance(value, Scalar) and isinstance(value.value, str):
        return _json(value.value, value.marks or _one(value.span), value.span, "a text that is not JSON")
    if isinstance(value, Unresolved) and value.text:
        made = _json(value.text, value.marks or _one(value.span), value.span, value.what)
        return value if isinstance(made, Unresolved) else made
    return value


def _one(span: Span) -> tuple[Mark, ...]:
    return (Mark(0, span.line, span.column),)


class _NoJsonError(Exception):
    pass


def _json(text: str, marks: tuple[Mark, ...], span: Span, what: str) -> Value:
    head = text.lstrip(" \t\r\n")[:1]
    if head not in ("{", "["):
        return Unresolved(what, span)
    reader = _Reader(text, marks, span)
    try:
        return reader.value(0)
    except _NoJsonError:
        return Unresolved(what, span)


class _Reader:
    """JSON with places. A text of one mark is not laid out in the file: each of its values stands where it stands."""

    def __init__(self, text: str, marks: tuple[Mark, ...], span: Span) -> None:
        self.text = text
        self.marks = marks
        self.span = span
        self.at = 0
        self.flat = len(marks) == 1 and marks[0][1:] == (span.line, span.column)
        self.offsets = [mark.offset for mark in marks]
        self.ends = [] if self.flat else [match.start() for match in re.finditer("\n", text)]

    def next(self) -> re.Match[str]:
        match = _token().match(self.text, self.at)
        if not match:
            raise _NoJsonError
        self.at = match.end()
        return match

    def place(self, start: int, end: int) -> Span:
        if self.flat:
            return self.span
        line, column = self.where(start)
        end_line, end_column = self.where(end)
        if (end_line, end_column) <= (line, column):
            end_line, end_column = line, column + 1
        return Span(line, column, end_line, end_column)

    def where(self, offset: int) -> tuple[int, int]:
        mark = self.marks[max(bisect_right(self.offsets, offset) - 1, 0)]
        last = bisect_left(self.ends, offset)
        lines = last - bisect_left(self.ends, mark.offset)
        if lines <= 0:
            return mark.line, mark.column + offset - mark.offset
        return mark.line + lines, offset - self.ends[last - 1]

    def value(self, depth: int) -> Value:
        return self.made(self.next(), depth)

    def made(self, match: re.Match[str], depth: int) -> Value:
        if depth > MAX_JSON_DEPTH:
            raise _NoJsonError
        kind = match.lastgroup or ""
        start = match.start(kind)
        if kind == "text":
            return self.string(match, start)
        span = self.place(start, match.end())
        if kind == "hole":
            return Unresolved(match["hole"][1:-1], span, named(match["hole"][1:-1]))
        if kind == "number":
            try:
                return Scalar(float(match["number"]) if len(match["number"]) < 40 else match["number"], span)
            except ValueError:
                raise _NoJsonError from None
        if kind == "word":
            return Scalar({"true": True, "false": False, "null": None}[match["word"]], span)
        if match["mark"] == "{":
            return self.object(start, depth)
        if match["mark"] == "[":
            return self.array(start, depth)
        raise _NoJsonError

    def string(self, match: re.Match[str], start: int) -> Value:
        raw = match["text"][1:-1]
        text = _json_text(raw)
        span = self.place(start, match.end())
        if OPEN in text:
            inner = text[text.find(OPEN) + 1 : text.find(CLOSE)]
            return Unresolved(inner, span, named(inner), text)
        return Scalar(text, span)

    def object(self, start: int, depth: int) -> Value:
        cells: dict[str, tuple[Span, Value | Callable[[], Value]]] = {}
        more = False
        token = self.next()
        while token["mark"] != "}":
            if token.lastgroup == "hole":
                more = True
                token = self.next()
                if token["mark"] == ":":
                    self.value(depth + 1)
                    token = self.next()
                if token["mark"] == ",":
                    token = self.next()
                continue
            if token.lastgroup == "text":
                key = _json_text(token["text"][1:-1])
                span = self.place(token.start("text"), token.end())
                if self.next()["mark"] != ":":
                    raise _NoJsonError
                cells[key] = (span, self.value(depth + 1))
            else:
                raise _NoJsonError
            token = self.next()
            if token["mark"] == ",":
                token = self.next()
            elif token["mark"] != "}":
                raise _NoJsonError
        return Map(self.place(start, self.at), cells, more=more)

    def array(self, start: int, depth: int) -> Value:
        items: list[Value] = []
        token = self.next()
        while token["mark"] != "]":
            items.append(self.made(token, depth + 1))
            token = self.next()
            if token["mark"] == ",":
                token = self.next()
            elif token["mark"] != "]":
                raise _NoJsonError
        return List(tuple(items), self.place(start, self.at))


_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def _json_text(raw: str) -> str:
    if "\\" not in raw:
        return raw

    def meant(match: re.Match[str]) -> str:
        escape = match[1]
        if len(escape) == 5:
            return chr(int(escape[1:], 16))
        return _SIMPLE.get(escape, escape)

    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", meant, raw, flags=re.DOTALL)
