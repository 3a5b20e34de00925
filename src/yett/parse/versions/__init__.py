"""Versions: which one is newer, and whether a range of an advisory holds it.

A range is kept as OSV states it, one line of events in the order of the source, separated by tabs:
`>=` introduced, `<` fixed, `<=` last affected, `^` limit. Nothing is lost, whatever the versions look like.
"""

from __future__ import annotations

import re
from functools import lru_cache

from yett.lean import NamedTuple
from yett.parse.versions.order import Key, Order

__all__ = ("Affected", "Key", "Order", "Span", "affected", "canonical", "holds", "normalise", "order")

_SEMANTIC = {"npm", "Go", "crates.io", "Hex", "Pub"}


class Span(NamedTuple):
    """Versions from `low` to `high`; None is without end. `closed` says that `high` itself belongs to it.

    `fixed` is the version that ends it, as the source spells it, or "" where none is known.
    """

    low: Key | None
    high: Key | None
    closed: bool = False
    fixed: str = ""

    def holds(self, key: Key) -> bool:
        if self.low is not None and key < self.low:
            return False
        if self.high is None:
            return True
        return key <= self.high if self.closed else key < self.high


class Affected(NamedTuple):
    """The versions an advisory names, ready to be asked. `unclear` says that a range could not be understood.

    `versions` holds those listed one by one, in canonical spelling, each between two newlines.
    """

    spans: tuple[Span, ...]
    versions: str = ""
    unclear: bool = False

    @property
    def everything(self) -> bool:
        """Whether every version there is or ever will be is affected."""
        return any(span.low is None and span.high is None for span in self.spans)


@lru_cache
def order(ecosystem: str) -> Order | None:
    """The order of OSV's ecosystem, or None for one whose versions cannot be compared here yet."""
    if ecosystem == "PyPI":
        from yett.parse.versions import pep440

        return Order(pep440.key, pep440.canonical, pep440.public, pep440.between, pep440.major)
    if ecosystem in _SEMANTIC:
        from yett.parse.versions import semver

        return Order(semver.key, semver.canonical, semver.public, semver.between, semver.major)
    match ecosystem:
        case "Maven":
            from yett.parse.versions import maven

            return Order(maven.key, maven.canonical, maven.public, maven.between, maven.major)
        case "RubyGems":
            from yett.parse.versions import rubygems

            return Order(rubygems.key, rubygems.canonical, rubygems.public, rubygems.between, rubygems.major)
        case "NuGet":
            from yett.parse.versions import nuget

            return Order(nuget.key, nuget.canonical, nuget.public, nuget.between, nuget.major)
        case "Packagist":
            from yett.parse.versions import packagist

            return Order(packagist.key, packagist.canonical, packagist.public, packagist.between, packagist.major)
    return None


def normalise(ecosystem: str, name: str) -> str:
    """The spelling under which a package is the same package: PEP 503 for PyPI; others ignore case or nothing.

    Go's paths, Maven's coordinates and the names of gems and npm packages are compared as they are.
    """
    match ecosystem:
        case "PyPI":
            name = name.strip().lower()
            return re.sub(r"[-_.]+", "-", name) if "_" in name or "." in name or "--" in name else name
        case "NuGet" | "Packagist":
            return name.lower()
        case "crates.io":
            return name.replace("_", "-")
    return name


def canonical(ecosystem: str, version: str) -> str:
    """One spelling for all versions that are equal; the version itself where the ecosystem has no order here."""
    known = order(ecosystem)
    return known.canonical(version) if known else version


def affected(ecosystem: str, ranges: str, versions: str = "") -> Affected:
    """What the lines of `ranges` amount to, by OSV's evaluation algorithm.

    A bound that is no version but starts with numbers ("2.6.0-NA", "2019-09-12") is widened to all versions that
    start with them: rather one finding too many than a hole overlooked.
    """
    if not ranges:
        return Affected((), versions)
    if ranges == ">=0":
        return Affected((Span(None, None),), versions)
    known = order(ecosystem)
    found: list[Span] = []
    unclear = False
    for line in ranges.split("\n"):
        part = [Span(None, None)] if line == ">=0" else _evaluate(known, line.split("\t")) if known else None
        if part is None:
            unclear = True
        else:
            found.extend(part)
    return Affected(tuple(found), versions, unclear)


def holds(ecosystem: str, affected: Affected, version: str) -> bool | None:
    """Whether a version is affected; None where that cannot be said, because of its own spelling or a bound's.

    A local label is looked past: "2.1.0+cu118" is affected if 2.1.0 is.
    """
    if affected.everything:
        return True
    known = order(ecosystem)
    local = known is not None and "+" in version
    if affected.versions and (
        f"\n{version}\n" in affected.versions
        or f"\n{canonical(ecosystem, version)}\n" in affected.versions
        or (local and known is not None and f"\n{known.canonical(known.public(version))}\n" in affected.versions)
    ):
        return True
    if not affected.spans and not affected.unclear:
        return False
    if known is None or (key := known.key(version)) is None:
        return None
    if any(span.holds(key) for span in affected.spans):
        return True
    if local and (bare := known.key(known.public(version))) and any(span.holds(bare) for span in affected.spans):
        return True
    return None if affected.unclear else False


def _evaluate(known: Order, events: list[str]) -> list[Span] | None:
    """The intervals of one range: events sorted by version, equal ones in the order of the source.

    Stricter than OSV in one thing: of several "last affected" in a row the last one counts, not the first. None where
    a bound could not be understood.
    """
    opened = False
    marks: list[_Mark] = []
    limits: list[Key | None] = []
    for event in events:
        sign = event[: 2 if event[1:2] == "=" else 1]
        version = event[len(sign) :]
        if (sign, version) == (">=", "0"):
            opened = True
        elif (sign, version) == ("^", "*"):
            limits.append(None)
        elif (bound := _bound(known, version)) is None:
            return None
        elif sign == "^":
            limits.append(bound.high)
        else:
            exact = bound.low == bound.high
            marks.append(_Mark(bound.low if sign == ">=" else bound.high, sign, exact, version))
    if not any(mark.sign == ">=" for mark in marks):
        opened = True  # OSV wants an "introduced" in every range; without one it is from the beginning
    marks.sort(key=lambda mark: mark.key)
    found: list[Span] = []
    low = None
    before = ""
    for mark in marks:
        if mark.sign == ">=":
            if not opened:
                low, opened = mark.key, True
        elif opened:
            fixed = mark.version if mark.sign == "<" and mark.exact else ""
            found.append(Span(low, mark.key, mark.sign == "<=" and mark.exact, fixed))
            low, opened = None, False
        elif mark.sign == before == "<=":
            # "up to 2.9.0-beta1" and "up to 2.9.0" in one range: the further one tells how far it goes
            found[-1] = found[-1]._replace(high=mark.key, closed=mark.exact)
        before = mark.sign
    if opened:
        found.append(Span(low, None))
    ends = [limit for limit in limits if limit is not None]
    if limits and len(ends) == len(limits):
        last = max(ends)
        return [span if span.high is not None and span.high < last else Span(span.low, last) for span in found]
    return found


class _Mark(NamedTuple):
    key: Key
    sign: str
    exact: bool
    version: str


class _Bound(NamedTuple):
    """The lowest and the highest key that a bound may mean; one and the same unless it had to be widened."""

    low: Key
    high: Key


def _bound(known: Order, version: str) -> _Bound | None:
    if (key := known.key(version)) is not None:
        return _Bound(key, key)
    numbers = re.match(r"[v=\s]*([0-9]{1,18}(?:\.[0-9]{1,18}){0,20})(?![0-9])", version, re.ASCII)
    return _Bound(*known.between(tuple(map(int, numbers[1].split("."))))) if numbers else None
