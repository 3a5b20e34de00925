"""Where in a text something stands, and what may be said about it."""

from __future__ import annotations

import re
from bisect import bisect_right

from yett.lean import Any, NamedTuple
from yett.model import Package
from yett.parse.lockfiles.lock import Index, Locked, LockError, Skipped

MOST_GAPS = 10_000
"""Of one file; more than anybody would read, and a bound to the cost of hostile input."""

_LONGEST_NAME = 512


class Place(NamedTuple):
    """Line, column and end; all count from 1."""

    line: int
    column: int
    end: int


NOWHERE = Place(1, 1, 0)


class Lines:
    """The lines of a text, to find the place of an offset in."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        find = text.find
        place = find("\n")
        while place >= 0:
            self._starts.append(place + 1)
            place = find("\n", place + 1)

    def at(self, start: int, end: int) -> Place:
        line = bisect_right(self._starts, start)
        first = self._starts[line - 1] - 1
        return Place(line, start - first, end - first)


class Entries:
    """What was found so far, in the order of the file."""

    def __init__(self, ecosystem: str) -> None:
        self.ecosystem = ecosystem
        self.locked: list[Locked] = []
        self.skipped: list[Skipped] = []
        self._gaps = 0

    def add(self, name: object, version: object, place: Place, **more: Any) -> Locked | None:
        """A package if it has a usable name and version, else something skipped. `more` are fields of `Locked`."""
        known = more.get("key", "")
        if not usable(name):
            self.skip(place, "a package", "has no usable name", understood=False, key=known)
            return None
        if not usable(version):
            self.skip(place, name, "has no usable version here", named=True, key=known)
            return None
        found = Locked(Package(self.ecosystem, str(name), str(version)), place.line, place.column, place.end, **more)
        self.locked.append(found)
        return found

    def skip(
        self,
        place: Place,
        what: object,
        reason: str,
        gap: bool = True,
        named: bool = False,
        key: str = "",
        requires: tuple[str, ...] = (),
        understood: bool = True,
    ) -> None:
        """`named`: `what` is the name of a package."""
        self._gaps += gap
        if self._gaps > MOST_GAPS:
            raise LockError(f"has more than {MOST_GAPS:,} entries that cannot be audited", place.line)
        text = str(what) if usable(what) else "a package"
        package = Package(self.ecosystem, text, "") if named and usable(what) else Package("", "", "")
        self.skipped.append(Skipped(place.line, text, reason, gap, understood, package, key, requires))

    def own(self, place: Place, what: object, key: str = "", requires: tuple[str, ...] = ()) -> None:
        self.skip(place, what, "is part of the project", gap=False, key=key, requires=requires)


def usable(value: object) -> bool:
    """Whether a name or a version is text that can be looked up and shown."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME and value.isprintable() and value != " "


def text_of(value: object) -> str:
    """The value if it is a text, else ""."""
    return value if isinstance(value, str) else ""


def table_of(value: object) -> dict[str, object]:
    """The value if it is a table, else an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[object]:
    """The value if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def source(place: Place, option: str, address: object) -> Index | None:
    """Where packages come from, fit to be shown; None for what is no address."""
    return Index(*place, option, without_user(str(address))) if usable(address) else None


def without_user(address: str) -> str:
    """An address fit to be shown: user names, passwords and queries may be secrets."""
    scheme, mark, rest = address.partition("://")
    if not mark:
        return address
    host, slash, path = rest.partition("/")
    bare = re.split("[?#]", path, maxsplit=1)[0] if "?" in path or "#" in path else path
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{bare}"
