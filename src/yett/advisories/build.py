"""OSV's bulk files to one SQLite file: everything is read and checked first, then the old file is replaced at once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import IO, NamedTuple

from yett.advisories.record import Part, Record, Unused, read
from yett.advisories.schema import APPLICATION, EXPLOITED, MALICIOUS, SCHEMA, TABLES
from yett.advisories.source import KEV, KEV_FILE, OSV, AbsentError, Progress, Source, fetch, source
from yett.errors import YettError

AUDITED = ("PyPI", "npm")
"""The ecosystems whose lockfiles are read: what is fetched unless more is asked for."""

MOST_RECORDS = 2_000_000
LARGEST_RECORD = 32 << 20
LARGEST_TOTAL = 8 << 30
"""Bounds on what an archive may unpack to: several times what OSV publishes, far less than a bomb."""


class Skip(NamedTuple):
    """Why advisories, or parts of them, did not enter the database; `example` is the id of one of them."""

    reason: str
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody asks a skip for
    example: str


class Summary(NamedTuple):
    """What an update did. `records` counts advisories by ecosystem; `exploited` those in the catalogue of known
    exploits, which is "" in `kev` where there was none to read."""

    database: str
    source: str
    digest: str
    built_at: float
    records: tuple[tuple[str, int], ...]
    advisories: int
    exploited: int
    kev: str
    skipped: tuple[Skip, ...]
    size: int


def update(
    base: str,
    database: str,
    ecosystems: Sequence[str],
    now: float,
    progress: Progress | None = None,
    kev: str | None = None,
) -> Summary:
    """Build the database from `base` (OSV's bucket where it is "") and put it in place of the old one.

    Without `ecosystems`, everything a folder has, or what is audited of an address. `kev` is the address or path of
    CISA's catalogue; by default CISA's own for OSV's bucket, and the one beside `base` otherwise. `now` is in seconds
    since 1970. Raises YettError, and then the old database is as it was.
    """
    base = base or OSV
    origin = source(base)
    wanted = _wanted(origin, ecosystems)
    exploited, kev_source = _exploited(origin, kev)
    skips: dict[str, tuple[int, str]] = {}
    records: dict[str, Record] = {}
    for ecosystem in wanted:
        with _scratch(database) as scratch:
            _collect(origin, ecosystem, frozenset(wanted), scratch, records, skips, progress)
    if progress:
        progress("write", 0, 0)
    skipped = tuple(sorted(Skip(reason, count, example) for reason, (count, example) in skips.items()))
    digest, counts, marked = _write(database, wanted, records, exploited, now, base, kev_source, skipped)
    return Summary(
        database,
        base,
        digest,
        now,
        counts,
        len(records),
        marked,
        kev_source,
        skipped,
        os.path.getsize(database),
    )


def _wanted(origin: Source, asked: Sequence[str]) -> tuple[str, ...]:
    """The ecosystems to build, sorted, each of which the source says it has."""
    offered = origin.ecosystems()
    if offered is not None and not offered:
        raise YettError(f"{origin.base} has no advisories: expected a folder with PyPI/all.zip and the like")
    if not asked:
        if offered is None:
            return AUDITED
        chosen = offered if not origin.base.startswith(("http://", "https://")) else set(offered) & set(AUDITED)
        if not chosen:
            raise YettError(f"{origin.base} has no advisories for {' or '.join(AUDITED)}")
        return tuple(sorted(chosen))
    if offered is not None:
        for name in asked:
            if name not in offered:
                raise YettError(f'{origin.base} has no advisories for "{name}"{_suggestion(name, offered)}')
    return tuple(sorted(set(asked)))


def _suggestion(name: str, offered: Iterable[str]) -> str:
    import difflib

    by_case = {known.lower(): known for known in offered}
    near = difflib.get_close_matches(name.lower(), by_case, 1)
    return f', did you mean "{by_case[near[0]]}"?' if near else f": it has {', '.join(sorted(by_case.values()))}"


def _exploited(origin: Source, kev: str | None) -> tuple[frozenset[str], str]:
    """The CVE ids in the catalogue of known exploits, and where it came from. Asked for by name, it must be there."""
    import json

    beside = f"../{KEV_FILE}"
    where = kev or (KEV if origin.base == OSV else f"{os.path.dirname(origin.base)}/{KEV_FILE}")
    try:
        document = json.loads(fetch(where) if kev or where == KEV else origin.text(beside))
        entries = document["vulnerabilities"]
        return frozenset(str(entry["cveID"]) for entry in entries), where
    except (AbsentError, YettError) as error:
        if not kev:
            return frozenset(), ""
        raise YettError(f"cannot read the catalogue of known exploits {kev}: {error}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise YettError(f"{where} is not CISA's catalogue of known exploited vulnerabilities") from error


@contextmanager
def _scratch(database: str) -> Iterator[IO[bytes]]:
    """A nameless file beside the database, for downloads too large for memory or for /tmp."""
    import tempfile

    folder = os.path.dirname(os.path.abspath(database))
    with ExitStack() as stack:
        try:
            os.makedirs(folder, exist_ok=True)
            file = stack.enter_context(tempfile.TemporaryFile(dir=folder))
        except OSError as error:
            raise YettError(f"cannot write advisories into {folder}: {error.strerror}") from error
        yield file


def _collect(
    origin: Source,
    ecosystem: str,
    wanted: frozenset[str],
    scratch: IO[bytes],
    records: dict[str, Record],
    skips: dict[str, tuple[int, str]],
    progress: Progress | None,
) -> None:
    """Add one ecosystem's advisories to `records`, and what could not be used to `skips`."""
    import json

    def skip(reason: str, ident: str) -> None:
        count, example = skips.get(reason, (0, ident))
        skips[reason] = (count + 1, example)

    used = total = 0
    for name, size, content in _members(origin, ecosystem, scratch, progress):
        total = size
        try:
            document = json.loads(content)
        except (ValueError, RecursionError):
            skip("not JSON", f"{ecosystem}/{name}")
            continue
        found = read(document, wanted)
        if isinstance(found, Unused):
            skip(found.reason, found.id or f"{ecosystem}/{name}")
            used += found.reason == "withdrawn"
            continue
        used += 1
        for flaw in found.flaws:
            skip(f"in part: {flaw}", found.id)
        known = records.get(found.id)
        records[found.id] = found if known is None else _merged(known, found)
    if not used:
        raise YettError(f"{ecosystem}/all.zip of {origin.base} has no usable advisory among {total} records")


def _merged(one: Record, other: Record) -> Record:
    """The same advisory out of two archives: the one modified last, about all packages that either names."""
    newer, older = (other, one) if other.modified > one.modified else (one, other)
    return newer._replace(parts={**older.parts, **newer.parts})


def _members(
    origin: Source, ecosystem: str, scratch: IO[bytes], progress: Progress | None
) -> Iterator[tuple[str, int, bytes]]:
    """The records of an archive: name, how many there are in all, content."""
    import zipfile
    import zlib

    place = f"{ecosystem}/all.zip"
    try:
        with origin.open(place, scratch, progress) as file, zipfile.ZipFile(file) as archive:
            members = [info for info in archive.infolist() if info.filename.endswith(".json")]
            if not members:
                raise YettError(f"{place} of {origin.base} is empty")
            if (
                len(members) > MOST_RECORDS
                or sum(info.file_size for info in members) > LARGEST_TOTAL
                or max(info.file_size for info in members) > LARGEST_RECORD
            ):
                raise YettError(f"{place} of {origin.base} would unpack to more than advisories ever need: not read")
            for done, info in enumerate(members):
                if progress and done % 2000 == 0:
                    progress(f"read {ecosystem}", done, len(members))
                yield info.filename, len(members), archive.read(info)
            if progress:
                progress(f"read {ecosystem}", len(members), len(members))
    except AbsentError as error:
        raise YettError(f"{origin.base} has no {place}: is it laid out like {OSV}?") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise YettError(f"{place} of {origin.base} is not a sound zip file ({error}): fetch it again") from error
    except OSError as error:
        raise YettError(f"cannot read {place} of {origin.base}: {error.strerror or error}") from error


def _write(
    database: str,
    ecosystems: tuple[str, ...],
    records: dict[str, Record],
    exploited: frozenset[str],
    now: float,
    base: str,
    kev: str,
    skipped: tuple[Skip, ...],
) -> tuple[str, tuple[tuple[str, int], ...], int]:
    """Write the file beside the old one and swap them. Digest, advisories by ecosystem, how many are exploited."""
    import hashlib
    import json
    import sqlite3

    numbers = {name: number for number, name in enumerate(ecosystems)}
    digest = hashlib.sha256(f"yett advisories {SCHEMA}\n".encode())
    advisories = []
    affected: list[tuple[int, str, int, Part]] = []
    counts: Counter[str] = Counter()
    marked = 0
    for number, ident in enumerate(sorted(records)):
        record = records[ident]
        is_exploited = ident in exploited or not exploited.isdisjoint(record.aliases)
        marked += is_exploited
        flags = MALICIOUS * record.malicious + EXPLOITED * is_exploited
        aliases = " ".join(record.aliases)
        row = (
            number,
            ident,
            int(record.severity),
            record.source,
            flags,
            aliases,
            record.summary,
            record.published,
            record.modified,
        )
        advisories.append(row)
        digest.update("\0".join(map(str, row)).encode())
        for ecosystem in {ecosystem for ecosystem, _ in record.parts}:
            counts[ecosystem] += 1
        affected.extend((numbers[eco], package, number, part) for (eco, package), part in record.parts.items())
    affected.sort(key=lambda row: row[:3])
    rows = [(number, package, advisory, part.ranges, part.versions) for number, package, advisory, part in affected]
    for place in rows:
        digest.update("\0".join(map(str, place)).encode())
    digest.update("\0".join(ecosystems).encode())
    totals = tuple((name, counts[name]) for name in ecosystems)
    meta = {
        "digest": digest.hexdigest(),
        "built_at": repr(float(now)),
        "source": base,
        "kev": kev,
        "skipped": json.dumps(skipped),
        "exploited": str(marked),
    }
    path = os.path.abspath(database)
    fresh = f"{path}.{os.getpid()}.new"
    try:
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
            connection.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))
            connection.executemany(
                "INSERT INTO ecosystem VALUES (?, ?, ?)",
                [(numbers[name], name, count) for name, count in totals],
            )
            connection.executemany("INSERT INTO advisory VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", advisories)
            connection.executemany("INSERT INTO affected VALUES (?, ?, ?, ?, ?)", rows)
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
    return digest.hexdigest(), totals, marked


def _forget(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise YettError(f"cannot remove {path}: {error.strerror}") from error
