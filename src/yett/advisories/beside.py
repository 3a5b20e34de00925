"""What stands beside the advisories, fetched: known exploits, their likelihood, ends of life, popular names.

None of them is worth losing the advisories for: what cannot be had stays as it was before, or is not there, and a note
says which.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from yett.advisories import sides
from yett.advisories.download import AbsentError, Progress, shown
from yett.advisories.lookup import Cycle
from yett.advisories.record import Record
from yett.advisories.source import OSV, Source, Text, fetch, source
from yett.advisories.store import Content, Marks, Read
from yett.errors import YettError
from yett.lean import NamedTuple, TypeVar

DAY = 86_400.0
"""Ends of life and popular names change slowly: of the public addresses they are fetched once in so many seconds."""

_T = TypeVar("_T")


class Beside(NamedTuple):
    marks: dict[str, Marks]
    eol: dict[str, tuple[Cycle, ...]]
    popular: dict[str, tuple[str, ...]]
    origins: dict[str, Read]
    notes: tuple[str, ...]


def beside(
    origin: Source,
    old: Content | None,
    records: Mapping[str, Record],
    changed: bool,
    wanted: Sequence[str],
    now: float,
    kev: str | None,
    progress: Progress | None,
) -> Beside:
    """Everything but the advisories. What cannot be had stays as it was, and a note says so."""
    public = origin.base == OSV
    held = old.origins if old else {}
    origins: dict[str, Read] = {}
    notes: list[str] = []
    cves = {
        ident: [name for name in (ident, *record.aliases) if sides.is_cve(name)] for ident, record in records.items()
    }
    known = {name for names in cves.values() for name in names}

    def side(
        name: str, what: str, public_places: Sequence[str], file: str, parse: Callable[[bytes], tuple[int, _T]]
    ) -> _T | None:
        """What a side has to say; None where that of the old database stays, or there is none."""
        before = held.get(name)
        # of changed advisories the old database may not know what it says
        mark = before.mark if before and not changed else ""
        places = public_places if public else ()
        if progress:
            progress(f"fetch {what}", 0, 0)
        try:
            found = _first(origin, places, file, before.address if before and mark else "", mark)
            if found is None and before:
                origins[name] = before._replace(fetched_at=now)
                return None
            assert found is not None  # without a mark there is no "unchanged"
            address, text = found
            count, value = parse(text.content)
        except (AbsentError, YettError, ValueError) as error:
            if before:
                origins[name] = before
            notes.append(_told(f"the {what}", error, bool(before)))
            return None
        origins[name] = Read(address, text.mark, now, count)
        return value

    def catalogue(text: bytes) -> tuple[int, dict[str, str]]:
        listed = sides.exploited(text)
        return len(listed), listed

    def likelihoods(text: bytes) -> tuple[int, dict[str, tuple[float, float]]]:
        found = sides.scores(text, known)
        return len(found), found

    if kev:
        listed = _asked_for(kev)
        exploited: Mapping[str, str] | None = listed
        origins["kev"] = Read(shown(kev), "", now, len(listed))
    else:
        exploited = side("kev", "catalogue of known exploits", sides.KEV, sides.KEV_FILE, catalogue)
    likely = side("epss", "list of EPSS scores", sides.EPSS, sides.EPSS_FILE, likelihoods)
    marks = _marks(cves, old.marks if old else {}, exploited, likely, origins)
    eol = _eol(origin, old, public, now, progress, origins, notes)
    popular = _popular(origin, old, public, wanted, now, origins, notes)
    return Beside(marks, eol, popular, origins, tuple(notes))


def _first(origin: Source, places: Sequence[str], file: str, address: str, mark: str) -> tuple[str, Text] | None:
    """The first of the addresses that answers, else the file beside or inside the base; None where the one that was
    read before is unchanged. Raises AbsentError where there is none."""
    problem: Exception | None = None
    for place in places:
        try:
            text = fetch(place, mark if place == address else "")
            return (place, text) if text else None
        except (AbsentError, YettError) as error:
            problem = error
    if problem:
        raise YettError(f"{problem}") from problem
    for name, place in (
        (f"../{file}", f"{os.path.dirname(origin.base)}/{file}"),
        (file, f"{origin.base}/{file}"),
    ):
        try:
            text = origin.text(name, mark if place == address else "")
            return (place, text) if text else None
        except AbsentError:
            pass
    raise AbsentError(file)


def _told(what: str, error: Exception, kept: bool) -> str:
    why = "there is none any more" if isinstance(error, AbsentError) else f"it cannot be read: {error}"
    if kept:
        return f"{what} stays as it was: {why}"
    return f"{what} is not there" if isinstance(error, AbsentError) else f"{what} cannot be read: {error}"


def _asked_for(kev: str) -> dict[str, str]:
    """The catalogue that was asked for by name: it must be there."""
    try:
        text = fetch(kev)
        assert text is not None  # no mark was given
        return sides.exploited(text.content)
    except (AbsentError, YettError) as error:
        raise YettError(f"cannot read the catalogue of known exploits {shown(kev)}: {error}") from error
    except ValueError as error:
        raise YettError(f"{shown(kev)} is not CISA's catalogue of known exploited vulnerabilities") from error


def _marks(
    cves: Mapping[str, Sequence[str]],
    before: Mapping[str, Marks],
    exploited: Mapping[str, str] | None,
    likely: Mapping[str, tuple[float, float]] | None,
    origins: Mapping[str, Read],
) -> dict[str, Marks]:
    """By advisory: the earliest day and the worst score of its CVE ids. None means that the old ones stay."""
    marks = {}
    for ident, names in cves.items():
        if not names:
            continue
        old = before.get(ident, Marks())
        if exploited is not None:
            days = [exploited[name] for name in names if name in exploited]
            is_exploited, day = bool(days), min(filter(None, days), default="")
        else:
            is_exploited, day = (old.exploited, old.kev_date) if "kev" in origins else (False, "")
        if likely is not None:
            epss, percentile = max((likely[name] for name in names if name in likely), default=(None, None))
        else:
            epss, percentile = (old.epss, old.percentile) if "epss" in origins else (None, None)
        if is_exploited or epss is not None:
            marks[ident] = Marks(is_exploited, day, epss, percentile)
    return marks


def _eol(
    origin: Source,
    old: Content | None,
    public: bool,
    now: float,
    progress: Progress | None,
    origins: dict[str, Read],
    notes: list[str],
) -> dict[str, tuple[Cycle, ...]]:
    """The release cycles of all products that are asked for and there."""
    before = old.origins.get("eol") if old else None
    if public and old and before and 0 <= now - before.fetched_at < DAY:
        origins["eol"] = before
        return old.eol
    found: dict[str, tuple[Cycle, ...]] = {}
    place = ""
    try:
        for prefix, folder in (
            [("", sides.EOL)]
            if public
            else [
                (f"../{sides.EOL_FOLDER}/", f"{os.path.dirname(origin.base)}/{sides.EOL_FOLDER}"),
                (f"{sides.EOL_FOLDER}/", f"{origin.base}/{sides.EOL_FOLDER}"),
            ]
        ):
            asked = source(folder) if public else origin
            for done, product in enumerate(sides.PRODUCTS):
                if progress:
                    progress("fetch ends of life", done, len(sides.PRODUCTS))
                try:
                    text = asked.text(f"{prefix}{product}.json")
                except AbsentError:
                    if not done:
                        break
                    continue
                if text:
                    place = folder
                    found[product] = sides.cycles(text.content)
            if found:
                break
        if not found:
            raise AbsentError(sides.EOL_FOLDER)
    except (AbsentError, YettError, ValueError) as error:
        notes.append(_told("the data on ends of life", error, bool(before)))
        if old and before:
            origins["eol"] = before
            return old.eol
        return {}
    origins["eol"] = Read(place, "", now, len(found))
    return found


def _popular(
    origin: Source,
    old: Content | None,
    public: bool,
    wanted: Sequence[str],
    now: float,
    origins: dict[str, Read],
    notes: list[str],
) -> dict[str, tuple[str, ...]]:
    """The names by ecosystem of which there is a list."""
    before = old.origins.get("popular") if old else None
    if public and old and before and 0 <= now - before.fetched_at < DAY:
        origins["popular"] = before
        return old.popular
    found: dict[str, tuple[str, ...]] = {}
    places = []
    for ecosystem, (address, file) in sides.POPULAR.items():
        if ecosystem not in wanted:
            continue
        try:
            got = _first(origin, (address,) if public else (), file, "", "")
            assert got is not None  # no mark was given
            found[ecosystem] = sides.names(ecosystem, got[1].content)
            places.append(got[0])
        except (AbsentError, YettError, ValueError) as error:
            kept = old.popular.get(ecosystem) if old else None
            if kept:
                found[ecosystem] = kept
            notes.append(_told(f"the list of popular names for {ecosystem}", error, bool(kept)))
    if found:
        fresh = Read(" ".join(places), "", now, sum(map(len, found.values())))
        origins["popular"] = fresh if places or not before else before
    return found
