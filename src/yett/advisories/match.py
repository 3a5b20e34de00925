"""The advisories about a package to what they mean for one version of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from yett.advisories.lookup import Advisory
from yett.lean import NamedTuple
from yett.model import Severity
from yett.parse.versions import Affected, Key, affected, holds, order

_PREFERRED = ("CVE-", "GHSA-", "PYSEC-")
_MALICIOUS = ("MAL-",)


class Group(NamedTuple):
    """One vulnerability, however many databases tell of it.

    `ids` are all names and aliases, sorted; `id` is the one to call it by. `fixed` is the oldest newer version that
    is free of it, "" where none is known.
    """

    id: str
    ids: tuple[str, ...]
    severity: Severity
    malicious: bool
    exploited: bool
    summary: str
    fixed: str


class Audit(NamedTuple):
    """What is known of one version. `unclear` are advisories of which nobody can say whether they concern it.

    `upgrade` is the oldest newer version that no advisory concerns but those that nothing fixes; of the same major
    version where there is one, and then `same_major`. "" where there is none. It clears `cleared` of the groups.
    """

    groups: tuple[Group, ...]
    unclear: tuple[str, ...] = ()
    upgrade: str = ""
    same_major: bool = False
    cleared: int = 0


class _Fix(NamedTuple):
    key: Key
    version: str


def audit(ecosystem: str, advisories: Sequence[Advisory], version: str) -> Audit:
    """What the advisories about a package say of one version of it."""
    stated = [affected(ecosystem, item.ranges, item.versions) for item in advisories]
    said = [holds(ecosystem, item, version) for item in stated]
    hit = [place for place, is_affected in enumerate(said) if is_affected]
    unclear = tuple(advisories[place].id for place, is_affected in enumerate(said) if is_affected is None)
    if not hit:
        return Audit((), unclear)
    fixes = _fixes(ecosystem, stated, version)
    groups = []
    hopeless: set[int] = set()
    for places in _connected(hit, advisories):
        fixed = _first_free(ecosystem, fixes, [stated[place] for place in places])
        groups.append(_group([advisories[place] for place in places], fixed))
        if not fixed:
            hopeless.update(places)
    cleared = sum(bool(each.fixed) for each in groups)
    upgrade, same_major = "", False
    if cleared:
        rest = [item for place, item in enumerate(stated) if place not in hopeless]
        major = _major(ecosystem, version)
        near = [fix for fix in fixes if _major(ecosystem, fix.version) == major]
        upgrade = _first_free(ecosystem, near, rest)
        same_major = bool(upgrade)
        upgrade = upgrade or _first_free(ecosystem, fixes[len(near) :], rest)
    return Audit(tuple(sorted(groups)), unclear, upgrade, same_major, cleared if upgrade else 0)


def is_always_malicious(ecosystem: str, advisory: Advisory) -> bool:
    """Whether the package is malicious whatever its version."""
    return advisory.malicious and affected(ecosystem, advisory.ranges, advisory.versions).everything


def group(advisories: Sequence[Advisory]) -> tuple[Group, ...]:
    """Advisories that share a name, put together, without a look at versions."""
    return tuple(
        sorted(
            _group([advisories[place] for place in places], "")
            for places in _connected(range(len(advisories)), advisories)
        )
    )


def _group(members: Sequence[Advisory], fixed: str) -> Group:
    ids = tuple(sorted({name for item in members for name in (item.id, *item.aliases)}))
    malicious = any(item.malicious for item in members)
    ranks = (*_MALICIOUS, *_PREFERRED) if malicious else _PREFERRED
    chosen = next((name for rank in ranks for name in ids if name.startswith(rank)), ids[0])
    severity = max(item.severity for item in members)
    summaries = [item.summary for item in members if item.summary]
    exploited = any(item.exploited for item in members)
    return Group(chosen, ids, severity, malicious, exploited, min(summaries, key=len, default=""), fixed)


def _connected(places: Iterable[int], advisories: Sequence[Advisory]) -> list[list[int]]:
    """The places, put together where advisories share an id or an alias, directly or through others."""
    groups: list[tuple[set[str], list[int]]] = []
    for place in places:
        names = {advisories[place].id, *advisories[place].aliases}
        members = [place]
        apart = []
        for other_names, others in groups:
            if names.isdisjoint(other_names):
                apart.append((other_names, others))
            else:
                names |= other_names
                members = others + members
        groups = [*apart, (names, members)]
    return [sorted(members) for _, members in groups]


def _fixes(ecosystem: str, stated: Iterable[Affected], version: str) -> list[_Fix]:
    """Every fixed version that is newer than this one, oldest first."""
    known = order(ecosystem)
    if known is None or (here := known.key(version)) is None:
        return []
    found: dict[Key, str] = {}
    for item in stated:
        for span in item.spans:
            if span.fixed and span.high is not None and span.high > here:
                found.setdefault(span.high, span.fixed)
    return [_Fix(key, found[key]) for key in sorted(found)]


def _first_free(ecosystem: str, fixes: Iterable[_Fix], stated: Sequence[Affected]) -> str:
    """The first of the fixes that none of the advisories concerns."""
    spans = [span for item in stated for span in item.spans]
    listed = [item for item in stated if item.versions]
    for fix in fixes:
        for span in spans:
            if span.holds(fix.key):
                break
        else:
            if not any(holds(ecosystem, item, fix.version) for item in listed):
                return fix.version
    return ""


def _major(ecosystem: str, version: str) -> object:
    known = order(ecosystem)
    key = known.key(version) if known else None
    return known.major(key) if known and key else None
