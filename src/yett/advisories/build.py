"""OSV's bulk files to one SQLite file. Everything is read and checked first, then the old file is replaced at once.

An update reads again what has changed: each ecosystem's `modified_id.csv` names the date of every advisory, and those
dates are compared one by one with the ones that were read before. A cursor at the newest of them would not do: some
records are dated in the future, and others arrive with a date that is past.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from yett.advisories.archive import Archive, again, merged, refreshed
from yett.advisories.beside import DAY, beside
from yett.advisories.download import Progress, shown
from yett.advisories.export import opened
from yett.advisories.lookup import Unusable
from yett.advisories.record import Record
from yett.advisories.source import OSV, Source, is_web, source
from yett.advisories.store import Content, Unread, content, skipped, touch, write
from yett.errors import YettError
from yett.lean import IO, NamedTuple

AUDITED = ("Go", "Maven", "NuGet", "Packagist", "PyPI", "RubyGems", "crates.io", "npm")
"""The ecosystems whose lockfiles are read and whose versions can be compared."""

QUIET = 45
"""OSV's newest advisory is minutes old. One whose newest is older than so many days is a mirror nobody refreshes."""


class Skip(NamedTuple):
    """Why advisories, or parts of them, did not enter the database; `example` is the id of one of them."""

    reason: str
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody asks a skip for
    example: str


class Summary(NamedTuple):
    """What an update did. `records` counts advisories by ecosystem; `exploited` those in the catalogue of known
    exploits, which is "" in `kev` where there was none to read. `changed` counts the advisories that were read again;
    `rebuilt` is False where nothing had changed and the database was only dated anew. `notes` are sentences about what
    could not be had."""

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
    changed: int = 0
    rebuilt: bool = True
    notes: tuple[str, ...] = ()


def update(
    base: str,
    database: str,
    ecosystems: Sequence[str],
    now: float,
    progress: Progress | None = None,
    kev: str | None = None,
    digest: str = "",
    used: Sequence[str] = (),
) -> Summary:
    """Bring the database up to what `base` has (OSV's bucket where it is ""), or put it there.

    `base` is an address or a folder laid out like OSV's bucket, or a database that was exported. Without `ecosystems`,
    everything a folder has; of an address those `used` that it has, or else all that are audited. `kev` is the address
    or path of CISA's catalogue; by default CISA's own for OSV's bucket, and the one beside or inside `base` otherwise,
    as for the other sides. With a `digest`, only advisories of this digest are taken. `now` is in seconds since 1970.
    Raises YettError, and then the old database is as it was.
    """
    base = base or OSV
    with _uncollected():
        return _updated(base, database, ecosystems, now, progress, kev, digest, used)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector of cycles: it would walk over a million lasting values again and again, a quarter of the
    time an update takes, and there are no cycles among them."""
    import gc

    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _updated(
    base: str,
    database: str,
    ecosystems: Sequence[str],
    now: float,
    progress: Progress | None,
    kev: str | None,
    digest: str,
    used: Sequence[str],
) -> Summary:
    if base.lower().endswith(".sqlite") or os.path.isfile(base):
        return _load(base, database, ecosystems, progress, digest)
    origin = source(base)
    wanted = _wanted(origin, ecosystems, used)
    old = _held(database, shown(base), wanted)
    archives: dict[str, Archive] = {}
    for ecosystem in wanted:
        with _scratch(database) as scratch:
            held = old.origins.get(ecosystem) if old else None
            archives[ecosystem] = refreshed(origin, ecosystem, frozenset(wanted), held, now, scratch, progress)
    if old:
        _completed(origin, old, archives, database, progress)
    notes = [note for archive in archives.values() for note in archive.notes]
    records, changed = _applied(old, archives)
    others = beside(origin, old, records, bool(changed), wanted, now, kev, progress)
    notes.extend(others.notes)
    unread = _unread(old, archives)
    fresh = Content(
        shown(base),
        now,
        wanted,
        records,
        others.marks,
        unread,
        {**{name: archive.read for name, archive in archives.items()}, **others.origins},
        others.eol,
        others.popular,
    )
    if (note := _quiet(records, now)) and shown(base) != OSV:
        notes.append(note)
    if _is_plain(base):
        notes.append("what comes over http without encryption can be changed by anybody on the way: use https")
    if old and _same(old, fresh) and digest in ("", old.digest):
        touch(database, now, fresh.origins)
        return _summary(database, fresh, old.digest, changed=0, rebuilt=False, notes=notes)
    if progress:
        progress("write", 0, 0)
    return _summary(database, fresh, write(database, fresh, digest).digest, changed, True, notes)


def _summary(
    database: str, held: Content, digest: str, changed: int, rebuilt: bool, notes: Iterable[str] = ()
) -> Summary:
    """What there is to say of a database after an update."""
    catalogue = held.origins.get("kev")
    counts = Counter(ecosystem for record in held.records.values() for ecosystem in {eco for eco, _ in record.parts})
    return Summary(
        database,
        held.source,
        digest,
        held.built_at,
        tuple((name, counts[name]) for name in held.ecosystems),
        len(held.records),
        sum(marks.exploited for marks in held.marks.values()),
        catalogue.address if catalogue else "",
        tuple(map(Skip._make, skipped(held.unread))),
        os.path.getsize(database),
        changed,
        rebuilt,
        tuple(notes),
    )


def _held(database: str, base: str, wanted: tuple[str, ...]) -> Content | None:
    """What is there to build upon: a database of the same source about the same ecosystems."""
    if not os.path.exists(database):
        return None
    found = content(database)
    if isinstance(found, Unusable) or found.source != base or found.ecosystems != wanted:
        return None
    return found


def _same(old: Content, fresh: Content) -> bool:
    return (
        old.records == fresh.records
        and old.marks == fresh.marks
        and old.eol == fresh.eol
        and old.popular == fresh.popular
        and sorted(old.unread) == sorted(fresh.unread)
        and old.origins.keys() == fresh.origins.keys()
        and all(old.origins[name].state == item.state for name, item in fresh.origins.items())
    )


def _quiet(records: Mapping[str, Record], now: float) -> str:
    """What to say of a source that has had nothing new for a long time."""
    import time

    today = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
    newest = max((record.modified for record in records.values() if record.modified <= today), default="")
    old = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - QUIET * DAY))
    return f"the newest advisory there is of {newest[:10]}: is the mirror still refreshed?" if newest < old else ""


def _load(base: str, database: str, ecosystems: Sequence[str], progress: Progress | None, digest: str) -> Summary:
    """Take in a database that was exported. Its age stays that of its advisories."""
    with opened(base, database, progress) as found:
        if missing := sorted(set(ecosystems) - set(found.ecosystems)):
            raise YettError(f"{shown(base)} has no advisories for {' or '.join(missing)}")
        if digest and digest != found.digest:
            raise YettError(f"{shown(base)} has the digest {found.digest}, not {digest}: not used")
        old = content(database) if os.path.exists(database) else None
        before = old if isinstance(old, Content) else None
        if before and (before.digest, before.built_at) == (found.digest, found.built_at):
            return _summary(database, found, found.digest, 0, False)
        notes = []
        if before and before.built_at > found.built_at:
            notes.append("it is older than the database that it replaces")
        if progress:
            progress("write", 0, 0)
        return _summary(database, found, write(database, found, found.digest).digest, len(found.records), True, notes)


def _is_plain(base: str) -> bool:
    """Whether an address is http, to another machine."""
    if not base.lower().startswith("http://"):
        return False
    host = shown(base)[len("http://") :].partition("/")[0]
    return host.rpartition(":")[0] not in ("127.0.0.1", "localhost", "[::1]") and host not in ("127.0.0.1", "localhost")


def _wanted(origin: Source, asked: Sequence[str], used: Sequence[str]) -> tuple[str, ...]:
    """The ecosystems to build, sorted, each of which the source says it has."""
    offered = origin.ecosystems()
    if offered is not None and not offered:
        raise YettError(f"{origin.base} has no advisories: expected a folder with PyPI/all.zip and the like")
    if not asked:
        if not is_web(origin.base) and offered is not None:
            return offered
        known = set(AUDITED if offered is None else offered)
        chosen = known & set(used) or known & set(AUDITED)
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


def _completed(
    origin: Source, old: Content, archives: dict[str, Archive], database: str, progress: Progress | None
) -> None:
    """Of an advisory in several archives that has changed in one of them, read what the others say as well: the
    database has but the sum of it."""
    changed = {ident for archive in archives.values() for ident in archive.news}
    for ecosystem, archive in archives.items():
        held = old.origins[ecosystem]
        others = sorted((changed & held.state.keys() & old.records.keys()) - archive.news.keys())
        if others:
            with _scratch(database) as scratch:
                found = again(origin, ecosystem, held, others, frozenset(archives), scratch, progress)
            archives[ecosystem] = archive._replace(news={**archive.news, **found})


def _applied(old: Content | None, archives: Mapping[str, Archive]) -> tuple[dict[str, Record], int]:
    """The records as they are now, and how many of them have changed. One may lie in several archives."""
    records = dict(old.records) if old else {}
    changed = {ident for archive in archives.values() for ident in archive.news}
    for ident in changed:
        records.pop(ident, None)
    for archive in archives.values():
        for ident, record in archive.news.items():
            if record:
                known = records.get(ident)
                records[ident] = record if known is None else merged(known, record)
    return records, len(changed) if old else len(records)


def _unread(old: Content | None, archives: Mapping[str, Archive]) -> tuple[Unread, ...]:
    found = {item for archive in archives.values() for item in archive.unread}
    for item in old.unread if old else ():
        archive = archives[item.archive]
        if not archive.whole and item.id not in archive.news:
            found.add(item)
    return tuple(sorted(found))
