"""JSON that knows where its objects stand."""

from __future__ import annotations

import re
from functools import lru_cache

from yett.lean import Any, NamedTuple
from yett.parse.lockfiles.lines import NOWHERE, Lines, Place
from yett.parse.lockfiles.lock import LockError


class Document(NamedTuple):
    """The value and the places: that of an object by its identity, that of a member's key by object and key."""

    root: Any
    objects: dict[int, Place]
    alive: tuple[Any, ...]

    def place(self, table: object) -> Place:
        """Where the object's name stands, else the key it has, else its brace."""
        return self.objects.get(id(table), NOWHERE)


def value(text: str, what: str) -> Any:
    """The value alone. Raises LockError; `what` says what the text should have been."""
    import json

    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise LockError(f"is not {what}: {error.msg[:1].lower()}{error.msg[1:]}", error.lineno) from error
    except ValueError as error:  # a number beyond what Python reads
        raise LockError(f"is not {what}: a number in it is out of all bounds") from error


def document(text: str, naming: tuple[str, ...] = ("name",)) -> Document:
    """The value, with a place for each object: that of its member `naming` if that is a text, the first one that is
    there; else that of the key the object has. Raises LockError.
    """
    import json

    tables: list[dict[str, Any]] = []

    def table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        tables.append(made)
        return made

    try:
        root = json.loads(text, object_pairs_hook=table)
    except json.JSONDecodeError as error:
        raise LockError(f"is not JSON: {error.msg[:1].lower()}{error.msg[1:]}", error.lineno) from error
    except ValueError as error:  # a number beyond what Python reads
        raise LockError("is not JSON: a number in it is out of all bounds") from error
    if not isinstance(root, dict):
        raise LockError("is not what its name says: it is no JSON object")
    spans = _spans(text, naming)
    lines = Lines(text)
    places = {id(made): lines.at(*span) for made, span in zip(tables, spans, strict=True)}
    return Document(root, places, tuple(tables))


@lru_cache(1)
def _token() -> re.Pattern[str]:
    """A member with a text, an object or something else as its value; a text of an array; a brace."""
    string = r'"((?:[^"\\]|\\.)*+)"'
    return re.compile(rf"{string}(?:\s*+:\s*+(?:{string}|(\{{)|))?+|[{{}}]", re.DOTALL)


def _spans(text: str, naming: tuple[str, ...]) -> list[tuple[int, int]]:
    """Start and end of each object's name or key, in the order in which the objects end."""
    found: list[tuple[int, int]] = []
    stack: list[tuple[int, tuple[int, int]]] = []  # how good the place is, and the place
    ranks = {name: rank for rank, name in enumerate(naming)}
    worst = len(naming)
    for match in _token().finditer(text):
        last = match.lastindex
        if last == 3:
            stack.append((worst, match.span(1)))
        elif last == 2:
            rank = ranks.get(match[1])
            if rank is not None and rank <= stack[-1][0]:
                stack[-1] = (rank, match.span(2))
        elif last is None:
            if match[0] == "{":
                stack.append((worst, match.span()))
            else:
                found.append(stack.pop()[1])
    return found


def member_places(text: str, depth: int) -> dict[tuple[str, ...], Place]:
    """The place of the key of every member at most `depth` objects deep, by its path of keys; arrays count for
    nothing. The text must be JSON.
    """
    import json

    lines = Lines(text)
    found: dict[tuple[str, ...], Place] = {}
    path: list[str] = []
    arrays = 0
    for match in _member().finditer(text):
        if match[1] is not None:
            if arrays or len(path) > depth:
                if match[2] == "{":
                    path.append("")
                elif match[2] == "[":
                    arrays += 1
                continue
            key = json.loads(f'"{match[1]}"') if "\\" in match[1] else match[1]
            found[(*path[1:], key)] = lines.at(*match.span(1))
            if match[2] == "{":
                path.append(key)
            elif match[2] == "[":
                arrays += 1
        elif match[0] == "{":
            path.append("")
        elif match[0] == "}":
            path.pop()
        elif match[0] == "[":
            arrays += 1
        elif match[0] == "]":
            arrays -= 1
    return found


@lru_cache(1)
def _member() -> re.Pattern[str]:
    return re.compile(r'"((?:[^"\\]|\\.)*+)"\s*+:\s*+([\{\[])?+|"(?:[^"\\]|\\.)*+"|[{}\[\]]', re.DOTALL)
