"""The database file as a whole: written at once beside the old one and put in its place, and read back as values.

What is read back and written again is the same, byte for byte of its digest: an update that changes ten advisories, and
one that reads all of them again, end in the same database.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping

from yett.advisories.lookup import Cycle, Unusable, advisories
from yett.advisories.record import Part, Record
from yett.advisories.schema import APPLICATION, EXPLOITED, MALICIOUS, ODD, SCHEMA, TABLES
from yett.errors import YettError
from yett.lean import TYPE_CHECKING, Any, NamedTuple
from yett.model import Severity

if TYPE_CHECKING:
    from sqlite3 import Connection

LARGEST_STATE = 256 << 20


class Marks(NamedTuple):
    """What others say of an advisory: whether and since when it is exploited, and how likely it is to be."""

    exploited: bool = False
    kev_date: str = ""
    epss: float | None = None
    percentile: float | None = None


class Read(NamedTuple):
    """Something that was read: address, a mark by which to tell whether it has changed, when, how many records.

    `state` is by advisory id the date of the record that was read, for an ecosystem with a list of such dates.
    """

    address: str
    mark: str
    fetched_at: float
    records: int
    state: Mapping[str, str] = {}


class Unread(NamedTuple):
    """An advisory, or a part of one, that is not in the database, and why."""

    archive: str
    id: str
    reason: str


class Content(NamedTuple):
    """All there is in a database. `records` and `marks` by advisory id, `origins` by ecosystem or side."""

    source: str
    built_at: float
    ecosystems: tuple[str, ...]
    records: dict[str, Record]
    marks: dict[str, Marks]
    unread: tuple[Unread, ...]
    origins: dict[str, Read]
    eol: dict[str, tuple[Cycle, ...]]
    popular: dict[str, tuple[str, ...]]
    digest: str = ""


class Written(NamedTuple):
    digest: str
    records: tuple[tuple[str, int], ...]
    exploited: int


def skipped(unread: Iterable[Unread]) -> tuple[tuple[str, int, str], ...]:
    """Why advisories were left out: reason, how many, the first of them."""
    counts: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for item in sorted(unread):
        counts[item.reason] += 1
        examples.setdefault(item.reason, item.id)
    return tuple((reason, counts[reason], examples[reason]) for reason in sorted(counts))


def write(database: str, content: Content, expected: str = "") -> Written:
    """Write the file beside the old one and swap them, unless the digest is another than `expected`. Raises YettError,
    and then the old file is as it was."""
    import hashlib
    import json

    numbers = {name: number for number, name in enumerate(content.ecosystems)}
    digest = hashlib.sha256(f"yett advisories {SCHEMA}\n".encode())

    packed = json.JSONEncoder(separators=(",", ":")).encode  # the same on every version of Python

    def counted(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        for start in range(0, len(rows), 4096):
            digest.update(packed(rows[start : start + 4096]).encode())
        digest.update(f"\n{len(rows)}\n".encode())
        return rows

    listed: list[tuple[Any, ...]] = []
    places: list[tuple[int, str, int, Part]] = []
    counts: Counter[str] = Counter()
    marked = 0
    for number, ident in enumerate(sorted(content.records)):
        record = content.records[ident]
        marks = content.marks.get(ident, Marks())
        marked += marks.exploited
        flags = MALICIOUS * record.malicious + EXPLOITED * marks.exploited
        aliases = " ".join(record.aliases)
        about = (ident, int(record.severity), record.source, flags, aliases, record.summary)
        when = (record.published, record.modified, marks.kev_date)
        listed.append((number, *about, *when, marks.epss, marks.percentile))
        for ecosystem in {ecosystem for ecosystem, _ in record.parts}:
            counts[ecosystem] += 1
        places.extend((numbers[eco], package, number, part) for (eco, package), part in record.parts.items())
    places.sort(key=lambda row: row[:3])
    totals = tuple((name, counts[name]) for name in content.ecosystems)
    tables = {
        "advisory": counted(listed),
        "affected": counted([(eco, package, advisory, *part) for eco, package, advisory, part in places]),
        "ecosystem": counted([(numbers[name], name, count) for name, count in totals]),
        "eol": counted([(product, json.dumps(content.eol[product])) for product in sorted(content.eol)]),
        "popular": counted([(name, "\n".join(content.popular[name])) for name in sorted(content.popular)]),
        "unused": [tuple(item) for item in sorted(content.unread)],
        "origin": [
            (name, item.address, item.mark, item.fetched_at, item.records, _packed(item.state))
            for name, item in sorted(content.origins.items())
        ],
    }
    if expected and expected != digest.hexdigest():
        raise YettError(f"the advisories have the digest {digest.hexdigest()}, not {expected}: not used")
    sides = [name for name in ("kev", "epss", "eol", "popular") if name in content.origins]
    kev = content.origins.get("kev")
    meta = {
        "digest": digest.hexdigest(),
        "built_at": repr(float(content.built_at)),
        "source": content.source,
        "kev": kev.address if kev else "",
        "skipped": json.dumps(skipped(content.unread)),
        "exploited": str(marked),
        "sides": " ".join(sides),
    }
    _replace(database, {"meta": sorted(meta.items()), **tables})
    return Written(digest.hexdigest(), totals, marked)


def _replace(database: str, tables: Mapping[str, list[tuple[Any, ...]]]) -> None:
    import sqlite3

    path = os.path.abspath(database)
    fresh = f"{path}.{os.getpid()}.new"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        _forget(fresh)
        connection = sqlite3.connect(fresh, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {SCHEMA}")
            connection.execute("BEGIN")
            for table in TABLES:
                connection.execute(table)
            for name, rows in tables.items():
                if rows:
                    connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
            connection.execute("COMMIT")
        finally:
            connection.close()
        with open(fresh, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(fresh, path)
    except (OSError, sqlite3.Error) as error:
        raise YettError(f"cannot write the advisory database {database}: {error}") from error
    finally:
        _forget(fresh)


def touch(database: str, now: float, origins: Mapping[str, Read]) -> None:
    """Say that the sources were asked, at `now`, and had nothing new. The file is replaced, never written to: whoever
    reads it at this moment holds it to be unchangeable."""
    import shutil
    import sqlite3

    path = os.path.abspath(database)
    fresh = f"{path}.{os.getpid()}.new"
    try:
        shutil.copyfile(path, fresh)
        connection = sqlite3.connect(fresh, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("BEGIN")
            connection.execute("UPDATE meta SET value = ? WHERE name = 'built_at'", (repr(float(now)),))
            connection.executemany(
                "UPDATE origin SET fetched_at = ?, mark = ? WHERE name = ?",
                [(item.fetched_at, item.mark, name) for name, item in origins.items()],
            )
            connection.execute("COMMIT")
        finally:
            connection.close()
        os.replace(fresh, path)
    except (OSError, sqlite3.Error) as error:
        raise YettError(f"cannot write the advisory database {database}: {error}") from error
    finally:
        _forget(fresh)


def content(path: str) -> Content | Unusable:
    """Everything in a database, or why it cannot be used: one that is no database of this schema, to the letter, is not
    read at all, as a foreign one may hold views and triggers instead of tables."""
    import sqlite3

    opened = advisories(path)
    if isinstance(opened, Unusable):
        return opened
    connection = opened.connection
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        found = {
            sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_auto%'")
        }
        if found != set(TABLES):
            return Unusable(f"the advisory database {path} has other tables than it should")
        if any(connection.execute(odd).fetchone() for odd in ODD):
            return Unusable(f"the advisory database {path} has values that are no text")
        return _content(connection, opened.built_at)._replace(digest=opened.digest)
    except (sqlite3.Error, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        return Unusable(f"the advisory database {path} is damaged ({error})")
    finally:
        opened.close()


def _content(connection: Connection, built_at: float) -> Content:
    import json

    meta = dict(connection.execute("SELECT name, value FROM meta"))
    ecosystems = [name for (name,) in connection.execute("SELECT name FROM ecosystem ORDER BY number")]
    parts: dict[int, dict[tuple[str, str], Part]] = {}
    for eco, package, number, ranges, versions in connection.execute("SELECT * FROM affected"):
        parts.setdefault(number, {})[ecosystems[eco], package] = Part(ranges, versions)
    records: dict[str, Record] = {}
    marks: dict[str, Marks] = {}
    for row in connection.execute("SELECT * FROM advisory"):
        number, ident, severity, source, flags, aliases, summary, published, modified, kev_date, epss, percentile = row
        records[ident] = Record(
            ident,
            Severity(severity),
            source,
            bool(flags & MALICIOUS),
            tuple(aliases.split()),
            summary,
            published,
            modified,
            parts[number],
            (),
        )
        if flags & EXPLOITED or epss is not None:
            marks[ident] = Marks(bool(flags & EXPLOITED), kev_date, epss, percentile)
    return Content(
        meta["source"],
        built_at,
        tuple(ecosystems),
        records,
        marks,
        tuple(map(Unread._make, connection.execute("SELECT archive, id, reason FROM unused"))),
        {
            name: Read(address, mark, fetched_at, count, _unpacked(state))
            for name, address, mark, fetched_at, count, state in connection.execute("SELECT * FROM origin")
        },
        {
            product: tuple(Cycle(*cycle) for cycle in json.loads(cycles))
            for product, cycles in connection.execute("SELECT * FROM eol")
        },
        {name: tuple(names.split("\n")) for name, names in connection.execute("SELECT * FROM popular")},
    )


def _packed(state: Mapping[str, str]) -> bytes:
    import zlib

    # level 1: 0.02 s for 61,490 advisories, and a few per cent larger than level 6 in 0.15 s
    return zlib.compress("\n".join(f"{state[ident]},{ident}" for ident in sorted(state)).encode(), 1) if state else b""


def _unpacked(state: bytes) -> dict[str, str]:
    import zlib

    if not state:
        return {}
    try:
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(state, LARGEST_STATE).decode()
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not unpacking.eof:
        raise ValueError("a state that is too large")
    return {ident: date for date, _, ident in (line.partition(",") for line in text.split("\n"))}


def _forget(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise YettError(f"cannot remove {path}: {error.strerror}") from error
