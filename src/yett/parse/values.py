"""What a piece of configuration written in a programming language comes to, as far as reading it can tell.

A value is a constant, a list, a table, something the environment gives (with or without a default), one of several, or
something only a run could tell. Each knows where it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yett.lean import Literal, NamedTuple, TypeAlias
from yett.parse.source import Span

Plain: TypeAlias = str | bytes | int | float | complex | bool | None


class At(NamedTuple):
    """A stretch of a file."""

    path: str
    span: Span


class Const(NamedTuple):
    value: Plain
    at: At


class Items(NamedTuple):
    """A list, tuple or set. `whole` says that nothing unknown is in it."""

    items: tuple[Value, ...]
    at: At
    whole: bool = True


class Table(NamedTuple):
    """A dict or an object; `keys` says where each key stands."""

    entries: dict[str, Value]
    keys: dict[str, At]
    at: At
    whole: bool = True


class Env(NamedTuple):
    """What the environment gives under a name, and what holds where it gives nothing."""

    name: str
    default: Value | None
    at: At


class Opaque(NamedTuple):
    """Only a run could tell; `what` is the name of a function or variable, or a few words."""

    what: str
    at: At


class Absent(NamedTuple):
    """Nothing is there."""

    at: At


class Either(NamedTuple):
    """One of several: which of them depends on something that reading cannot tell."""

    options: tuple[Value, ...]
    at: At


Value: TypeAlias = Const | Items | Table | Env | Opaque | Absent | Either
Answer = Literal["bad", "default", "good", "unknown"]
"""`default`: bad where the environment says nothing."""

MAX_OPTIONS = 16


def either(values: tuple[Value, ...], at: At) -> Value:
    """One of these; the value itself where there is but one."""
    flat: list[Value] = []
    for value in values:
        for option in value.options if isinstance(value, Either) else (value,):
            if not any(bare(option) == bare(other) for other in flat):
                flat.append(option)
    if len(flat) == 1:
        return flat[0]
    return Either(tuple(flat), at) if len(flat) <= MAX_OPTIONS else Opaque("one of many values", at)


def size(value: Value) -> int:
    """How many values a list or table holds, 0 for any other."""
    return len(value.items) if isinstance(value, Items) else len(value.entries) if isinstance(value, Table) else 0


def bare(value: Value) -> object:
    """What a value is, wherever it stands."""
    match value:
        case Const(value=plain):
            return type(plain), plain
        case Items(items=items, whole=whole):
            return tuple(bare(item) for item in items), whole
        case Table(entries=entries, whole=whole):
            return tuple((key, bare(entry)) for key, entry in entries.items()), whole
        case Absent():
            return Absent
        case _:
            return value


def answer(value: Value | None, is_bad: Callable[[Value], bool | None]) -> Answer:
    """What a rule's question about one plain value comes to for any value; None is what `is_bad` cannot tell."""
    match value:
        case None | Opaque():
            return "unknown"
        case Env(default=None):
            return "unknown"
        case Env(default=default):
            found = answer(default, is_bad)
            return "default" if found == "bad" else found
        case Either(options=options):
            found_all = {answer(option, is_bad) for option in options}
            return found_all.pop() if len(found_all) == 1 else "unknown"
        case _:
            said = is_bad(value)
            return "unknown" if said is None else "bad" if said else "good"


def truth(value: Value | None) -> bool | None:
    """Whether a value counts as true; None where that cannot be told."""
    match value:
        case Const(value=plain):
            return bool(plain)
        case Items(items=items, whole=whole):
            return True if items else (False if whole else None)
        case Table(entries=entries, whole=whole):
            return True if entries else (False if whole else None)
        case _:
            return None


def text(value: Value | None) -> str | None:
    """The text that a value is, if it is one."""
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


def strings(value: Value | None) -> Iterator[Const]:
    """The texts in a list, or the text itself."""
    match value:
        case Const(value=str()):
            yield value
        case Items(items=items):
            for item in items:
                yield from strings(item)
        case _:
            return


def leaves(value: Value | None) -> Iterator[tuple[Value, bool]]:
    """What a value may come to, each with whether something else may stand in its place: it is only the default of
    something in the environment, or the other branch cannot be told."""
    match value:
        case None:
            return
        case Env(default=default):
            yield from ((leaf, True) for leaf, _ in leaves(default))
        case Either(options=options):
            unsure = any(isinstance(option, (Env, Opaque)) for option in options)
            for option in options:
                yield from ((leaf, soft or unsure) for leaf, soft in leaves(option))
        case _:
            yield value, False


def entry(value: Value | None, *keys: str) -> Value | None:
    """What stands in a table under some keys, one inside the other; None where that is nothing or cannot be told."""
    for key in keys:
        if not isinstance(value, Table):
            return None
        value = value.entries.get(key)
    return value


def default_of(value: Value | None) -> Value | None:
    """The value, or what holds where the environment gives none."""
    while isinstance(value, Env):
        value = value.default
    return value
