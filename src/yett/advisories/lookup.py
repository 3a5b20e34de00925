"""Asking the database. Whatever is wrong with the file is a value, `Unusable`, that says so in one sentence."""

from __future__ import annotations

import os

from yett.advisories.schema import APPLICATION, EXACTLY, EXPLOITED, FIND, MALICIOUS, PLACES, SCHEMA
from yett.lean import TYPE_CHECKING, NamedTuple
from yett.model import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from sqlite3 import Connection

    from yett.lean import Any

REFRESH = "run `yett advisories update`"


class Unusable(NamedTuple):
    """Why there is nothing to look up in, and what to do about it."""

    reason: str


class Advisory(NamedTuple):
    """One advisory as it concerns one package. `ranges` and `versions` are in the form of `yett.parse.versions`.

    `source` is where the severity comes from: "CVSS 3.1 9.8", "database" (a word), "malicious", "unreadable", or "".
    `published` and `modified` are "2026-01-31T12:00:00Z", or "" where the record does not say. `epss` is the likelihood
    of exploitation within 30 days and `epss_percentile` its rank among all CVEs, both from 0 to 1, of the worst of its
    CVE ids; None where FIRST gives none. `kev_date` is the day CISA listed it, "2026-01-31" or "".
    """

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
    epss: float | None = None
    epss_percentile: float | None = None
    kev_date: str = ""

    @property
    def severity_source(self) -> str:
        return self.source


class Affects(NamedTuple):
    """An advisory and one of the packages it is about."""

    ecosystem: str
    package: str
    advisory: Advisory


class Cycle(NamedTuple):
    """A release cycle of a product, as endoflife.date has it (https://endoflife.date/docs/api).

    `eol` and `extended` (paid or long-term support) are a date, "2027-10-31", or whether the end has come: True, False.
    """

    cycle: str
    released: str
    eol: str | bool
    latest: str
    extended: str | bool = False


class Origin(NamedTuple):
    """Something that was read: an ecosystem's advisories, or "kev", "epss", "eol", "popular"; where from and when."""

    name: str
    address: str
    fetched_at: float
    records: int


class Status(NamedTuple):
    """What the database says of itself. `skipped` holds (reason, count, example id). `newest` is the newest date of an
    advisory that is not after the day the database was built, "" where there is none."""

    digest: str
    built_at: float
    schema: int
    source: str
    kev: str
    exploited: int
    records: tuple[tuple[str, int], ...]
    skipped: tuple[tuple[str, int, str], ...]
    origins: tuple[Origin, ...] = ()
    newest: str = ""


class Advisories:
    """An open database, read-only. Belongs to the thread and the process that opened it.

    `built_at` is when the source was last asked, in seconds since 1970: what its age is counted from. `sides` are those
    of "kev", "epss", "eol" and "popular" it has data of; without "kev", that nothing is exploited means nothing.
    `connection` is for `yett.advisories` alone.
    """

    def __init__(
        self,
        path: str,
        connection: Connection,
        digest: str,
        built_at: float,
        numbers: dict[str, int],
        sides: frozenset[str] = frozenset(),
    ):
        self.path = path
        self.digest = digest
        self.built_at = built_at
        self.sides = sides
        self.connection = connection
        self._numbers = numbers
        self._popular: dict[str, dict[str, int]] = {}
        self._places: dict[str, list[tuple[int, str, int]]] | None = None

    @property
    def ecosystems(self) -> tuple[str, ...]:
        """Those it has the advisories of, sorted."""
        return tuple(sorted(self._numbers))

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
            return tuple(_advisory(row) for row in self.connection.execute(FIND, (number, package)))
        except (sqlite3.Error, ValueError, TypeError, AttributeError) as error:
            return self._damaged(error)

    def by_id(self, ident: str) -> tuple[Affects, ...] | Unusable:
        """What an advisory says of each of its packages, sorted; () where there is no such advisory.

        The first question takes 0.1 s and some memory: no index in the file serves it, as an audit never asks.
        """
        import sqlite3

        names = {number: name for name, number in self._numbers.items()}
        try:
            if self._places is None:
                places: dict[str, list[tuple[int, str, int]]] = {}
                for found, *place in self.connection.execute(PLACES):
                    places.setdefault(found, []).append((place[0], place[1], place[2]))
                self._places = places
            return tuple(
                Affects(names[place[0]], place[1], _advisory(row))
                for place in self._places.get(ident, ())
                for row in self.connection.execute(EXACTLY, place)
            )
        except (sqlite3.Error, ValueError, TypeError, AttributeError, KeyError) as error:
            return self._damaged(error)

    def eol(self, product: str) -> tuple[Cycle, ...] | Unusable:
        """The release cycles of a product by endoflife.date's name for it ("python", "nodejs"), newest first; () for
        one that is not in the database."""
        import json
        import sqlite3

        try:
            row = self.connection.execute("SELECT cycles FROM eol WHERE product = ?", (product,)).fetchone()
            return tuple(Cycle(*cycle) for cycle in json.loads(row[0])) if row else ()
        except (sqlite3.Error, ValueError, TypeError) as error:
            return self._damaged(error)

    def popular(self, ecosystem: str) -> Mapping[str, int] | Unusable:
        """The most downloaded packages, by normalised name, and their rank (1 is the first), in that order; empty for
        an ecosystem without such a list. Takes about 3 ms the first time, and is kept."""
        import sqlite3

        if ecosystem not in self._popular:
            try:
                row = self.connection.execute("SELECT names FROM popular WHERE ecosystem = ?", (ecosystem,)).fetchone()
                names = row[0].split("\n") if row else []
            except (sqlite3.Error, TypeError, AttributeError) as error:
                return self._damaged(error)
            self._popular[ecosystem] = {name: rank for rank, name in enumerate(names, 1)}
        return self._popular[ecosystem]

    def status(self) -> Status | Unusable:
        """All that the database says of itself."""
        import json
        import sqlite3

        try:
            meta = dict(self.connection.execute("SELECT name, value FROM meta"))
            records = tuple(self.connection.execute("SELECT name, records FROM ecosystem ORDER BY name"))
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
                tuple(map(Origin._make, self.connection.execute(_ORIGINS))),
                str(self.connection.execute(_NEWEST, (self.built_at,)).fetchone()[0] or ""),
            )
        except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
            return self._damaged(error)

    def _damaged(self, error: Exception) -> Unusable:
        return Unusable(f"the advisory database {self.path} is damaged ({error}): {REFRESH}")

    def close(self) -> None:
        self.connection.close()


_ORIGINS = "SELECT name, address, fetched_at, records FROM origin ORDER BY name"
_NEWEST = "SELECT max(modified) FROM advisory WHERE modified < strftime('%Y-%m-%dT%H:%M:%SZ', ?, 'unixepoch')"


def _advisory(row: Sequence[Any]) -> Advisory:
    ident, severity, source, flags, aliases, summary, published, modified, ranges, versions, epss, rank, kev_date = row
    return Advisory(
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
        epss,
        rank,
        kev_date,
    )


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
        meta = dict(connection.execute("SELECT name, value FROM meta WHERE name IN ('digest', 'built_at', 'sides')"))
        numbers = dict(connection.execute("SELECT name, number FROM ecosystem"))
        sides = frozenset(meta["sides"].split())
        return Advisories(path, connection, str(meta["digest"]), float(meta["built_at"]), numbers, sides)
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
