"""Asking the database. Whatever is wrong with the file is a value, `Unusable`, that says so in one sentence."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from yett.advisories.schema import APPLICATION, EXPLOITED, FIND, MALICIOUS, SCHEMA
from yett.model import Severity

if TYPE_CHECKING:
    from sqlite3 import Connection

REFRESH = "run `yett advisories update`"


class Unusable(NamedTuple):
    """Why there is nothing to look up in, and what to do about it."""

    reason: str


class Advisory(NamedTuple):
    """One advisory as it concerns one package. `ranges` and `versions` are in the form of `yett.parse.versions`."""

    id: str
    severity: Severity
    source: str
    malicious: bool
    exploited: bool
    aliases: tuple[str, ...]
    summary: str
    published: str
    modified: str
    ranges: str
    versions: str


class Status(NamedTuple):
    """What the database says of itself. `skipped` holds (reason, count, example id)."""

    digest: str
    built_at: float
    schema: int
    source: str
    kev: str
    exploited: int
    records: tuple[tuple[str, int], ...]
    skipped: tuple[tuple[str, int, str], ...]


class Advisories:
    """An open database, read-only. Belongs to the thread and the process that opened it."""

    def __init__(self, path: str, connection: Connection, digest: str, built_at: float, numbers: dict[str, int]):
        self.path = path
        self.digest = digest
        self.built_at = built_at
        self._connection = connection
        self._numbers = numbers

    def covers(self, ecosystem: str) -> bool:
        """Whether the ecosystem's advisories are in the database at all."""
        return ecosystem in self._numbers

    def find(self, ecosystem: str, package: str) -> tuple[Advisory, ...] | Unusable:
        """Every advisory about a package, sorted by id. `package` is the normalised name."""
        import sqlite3

        number = self._numbers.get(ecosystem)
        if number is None:
            return Unusable(f"the advisory database {self.path} has nothing on {ecosystem}: {REFRESH} for it")
        try:
            return tuple(
                Advisory(
                    ident,
                    Severity(severity),
                    source,
                    bool(flags & MALICIOUS),
                    bool(flags & EXPLOITED),
                    tuple(aliases.split()),
                    summary,
                    published,
                    modified,
                    ranges,
                    versions,
                )
                for ident, severity, source, flags, aliases, summary, published, modified, ranges, versions in (
                    self._connection.execute(FIND, (number, package))
                )
            )
        except (sqlite3.Error, ValueError, TypeError, AttributeError) as error:
            return Unusable(f"the advisory database {self.path} is damaged ({error}): {REFRESH}")

    def status(self) -> Status | Unusable:
        """All that the database says of itself."""
        import json
        import sqlite3

        try:
            meta = dict(self._connection.execute("SELECT name, value FROM meta"))
            records = tuple(self._connection.execute("SELECT name, records FROM ecosystem ORDER BY name"))
            skipped = tuple(
                (str(reason), int(count), str(ident)) for reason, count, ident in json.loads(meta["skipped"])
            )
            return Status(
                self.digest,
                self.built_at,
                SCHEMA,
                meta["source"],
                meta["kev"],
                int(meta["exploited"]),
                records,
                skipped,
            )
        except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
            return Unusable(f"the advisory database {self.path} is damaged ({error}): {REFRESH}")

    def close(self) -> None:
        self._connection.close()


def advisories(path: str) -> Advisories | Unusable:
    """The database at `path`, opened, or why it cannot be used."""
    import sqlite3

    if not os.path.exists(path):
        return Unusable(f"there is no advisory database at {path}: {REFRESH}")
    # immutable: no lock, no journal, no look at -wal files that somebody may have put beside it
    place = os.path.abspath(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    connection = None
    try:
        connection = sqlite3.connect(f"file:{place}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        if connection.execute("PRAGMA application_id").fetchone() != (APPLICATION,):
            raise ValueError("it is not one of yett's")
        (schema,) = connection.execute("PRAGMA user_version").fetchone()
        if schema != SCHEMA:
            connection.close()
            return Unusable(f"the advisory database {path} is of schema {schema}, this yett reads {SCHEMA}: {REFRESH}")
        meta = dict(connection.execute("SELECT name, value FROM meta WHERE name IN ('digest', 'built_at')"))
        numbers = dict(connection.execute("SELECT name, number FROM ecosystem"))
        return Advisories(path, connection, str(meta["digest"]), float(meta["built_at"]), numbers)
    except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
        if connection is not None:
            connection.close()
        return Unusable(f"the advisory database {path} cannot be read ({error}): {REFRESH}")


def snapshot(path: str) -> str:
    """The digest of the database's content, or "" where there is none to read."""
    opened = advisories(path)
    if isinstance(opened, Unusable):
        return ""
    opened.close()
    return opened.digest
