"""The dependency audit: what a lockfile pins, held against the local advisory database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from yett.checks import Check
from yett.model import Blob, Finding, Gap, GapKind, Hit, Package, Severity, finding
from yett.parse.lockfiles import is_lockfile
from yett.rules.dependencies import INDEX_CONFUSION, INSECURE_INDEX, MALICIOUS, VULNERABLE

if TYPE_CHECKING:
    from yett.advisories.lookup import Advisories, Advisory, Unusable
    from yett.advisories.match import Audit, Group
    from yett.parse.lockfiles.lock import Index, Lock, Locked, Skipped

ENGINE = "dependencies/1"
"""Changes whenever the same lockfile and the same advisories may give another result."""

NAME = "dependencies"
_DAY = 86_400.0
_LONGEST = 120

_Open = Callable[[], "Advisories | Unusable"]


def load(database: str, max_age_days: float, now: float) -> Check:
    """The check against the advisory database at `database`, which is opened when the first lockfile needs it.

    `now` is in seconds since 1970; a database older than `max_age_days` is used, and said to be too old. The digest
    names the engine only: that of the advisories is `snapshot(database)`.
    """
    opened = _opener(database)

    def inspect(blob: Blob) -> Iterator[Finding | Gap]:
        return _inspect(blob, opened, max_age_days, now)

    return Check(NAME, ENGINE, is_lockfile, inspect)


def snapshot(database: str) -> str:
    """The digest of the advisory database's content, or "" where there is none to read."""
    from yett.advisories.lookup import snapshot as digest_of

    return digest_of(database)


def _opener(database: str) -> _Open:
    """Opens the database once for each process and thread: SQLite's connections are not to be carried over a fork."""
    opened: dict[tuple[int, int], Advisories | Unusable] = {}

    def open_() -> Advisories | Unusable:
        import os
        from _thread import get_ident

        place = (os.getpid(), get_ident())
        if place not in opened:
            from yett.advisories.lookup import advisories

            opened[place] = advisories(database)
        return opened[place]

    return open_


def _inspect(blob: Blob, opened: _Open, max_age_days: float, now: float) -> Iterator[Finding | Gap]:
    from yett.parse.lockfiles import read

    lock = read(blob.path, blob.data)
    if lock.error:
        kind: GapKind = "limit" if lock.error.startswith("is larger") else "unparsable"
        yield Gap(blob.path, NAME, f"the file {lock.error}, so nothing in it was audited", kind, lock.line)
        return
    for index in lock.indexes:
        yield from _origin(blob, index)
    for item in lock.skipped:
        if item.gap:
            yield _unresolved(blob, item)
    if lock.locked or any(item.package.name for item in lock.skipped):
        yield from _audited(blob, lock, opened(), max_age_days, now)


def _origin(blob: Blob, index: Index) -> Iterator[Finding]:
    """What is wrong with where packages come from."""
    address = _shown(index.address)
    place = (index.line, index.column)
    if index.option == "--trusted-host":
        message = f"--trusted-host takes packages from {address} whoever answers in its name"
        yield finding(INSECURE_INDEX, blob, Hit(*place, message, 0, index.end_column, subject=index.address))
    elif _is_plain(index.address):
        message = f"packages come from {address} without encryption"
        yield finding(INSECURE_INDEX, blob, Hit(*place, message, 0, index.end_column, subject=index.address))
    if index.option == "--extra-index-url":
        message = f"{address} is asked besides the main index, and the higher version wins, whoever published it"
        yield finding(INDEX_CONFUSION, blob, Hit(*place, message, 0, index.end_column, subject=index.address))


def _is_plain(address: str) -> bool:
    """Whether an address is http or ftp, to another machine."""
    scheme, mark, rest = address.partition("://")
    host = rest.partition("/")[0]
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    return bool(mark) and scheme.lower() in ("http", "ftp") and name.lower() not in ("localhost", "127.0.0.1", "[::1]")


def _unresolved(blob: Blob, item: Skipped) -> Gap:
    what = _shown(item.what)
    if not item.understood:
        return Gap(blob.path, NAME, f"{what} {item.reason}, so it was not audited", "unparsable", item.line)
    if item.package.name:
        way = "pin it or lock the file" if blob.path.lower().endswith(".txt") else "lock it again"
        reason = f"{what} {item.reason}, so it was not audited: {way}"
    else:
        reason = f"{what} {item.reason}, so it was not audited"
    return Gap(blob.path, NAME, reason, "unresolved", item.line)


def _audited(
    blob: Blob, lock: Lock, advisories: Advisories | Unusable, max_age_days: float, now: float
) -> Iterator[Finding | Gap]:
    from yett.advisories.lookup import Unusable
    from yett.advisories.match import audit, group, is_always_malicious
    from yett.parse.versions import normalise

    if isinstance(advisories, Unusable):
        yield Gap(blob.path, NAME, advisories.reason, "advisories")
        return
    if stale := _stale(advisories, max_age_days, now):
        yield Gap(blob.path, NAME, stale, "advisories")
    known: dict[tuple[str, str], tuple[Advisory, ...] | Unusable] = {}

    def find(ecosystem: str, name: str) -> tuple[Advisory, ...] | Unusable:
        if (ecosystem, name) not in known:
            known[ecosystem, name] = advisories.find(ecosystem, name)
        return known[ecosystem, name]

    unusable: set[str] = set()
    seen: set[tuple[str, str, str]] = set()
    for item in lock.locked:
        ecosystem, written, version = item.package
        name = normalise(ecosystem, written)
        if (ecosystem, name, version) in seen:
            continue
        seen.add((ecosystem, name, version))
        found = find(ecosystem, name)
        if isinstance(found, Unusable):
            unusable.add(found.reason)
        elif found:
            yield from _reported(blob, item, name, audit(ecosystem, found, version))
    for skipped in lock.skipped:
        ecosystem, written, _ = skipped.package
        if not written:
            continue
        name = normalise(ecosystem, written)
        found = find(ecosystem, name)
        if isinstance(found, Unusable):
            unusable.add(found.reason)
        elif always := [item for item in found if is_always_malicious(ecosystem, item)]:
            for each in group(always):
                yield _malicious(blob, skipped.package, (skipped.line, 1, 0), name, each)
    for reason in sorted(unusable):
        yield Gap(blob.path, NAME, reason, "advisories")


def _stale(advisories: Advisories, max_age_days: float, now: float) -> str:
    """Why the database is of the wrong time, or ""."""
    if now - _DAY * max_age_days <= advisories.built_at <= now + _DAY:
        return ""
    import time

    built = time.strftime("%Y-%m-%d", time.gmtime(min(max(advisories.built_at, 0.0), 253402300799.0)))
    wrong = "later than today" if advisories.built_at > now else f"more than {max_age_days:g} days ago"
    return f"the advisory database {advisories.path} was built on {built}, {wrong}: run `yett advisories update`"


def _reported(blob: Blob, item: Locked, name: str, audit: Audit) -> Iterator[Finding | Gap]:
    package = item.package
    shown = _shown(f"{package.name} {package.version}")
    for each in audit.groups:
        if each.malicious:
            yield _malicious(blob, package, (item.line, item.column, item.end_column), name, each)
            continue
        about = f": {each.summary}" if each.summary else ""
        fixed = f"fixed in {each.fixed}" if each.fixed else "no fixed version is known"
        traits = []
        if each.exploited:
            traits.append("known-exploited")
        if each.severity is Severity.UNKNOWN:
            traits.append("unknown-severity")
        hit = Hit(
            item.line,
            item.column,
            f"{shown} has {_shown(each.id)}{_shown(about, 200)} ({_shown(fixed)})",
            end_column=item.end_column,
            fix=_way_out(package, audit, each),
            subject=_subject(package, name, each),
            severity=each.severity,
        )
        yield finding(VULNERABLE, blob, hit)._replace(traits=tuple(traits), package=package, advisories=each.ids)
    if audit.unclear:
        named = ", ".join(audit.unclear[:3]) + (f" and {len(audit.unclear) - 3} more" if len(audit.unclear) > 3 else "")
        reason = f"whether {_shown(named)} concerns {shown} cannot be said, as one of the versions has no known order"
        yield Gap(blob.path, NAME, reason, "unresolved", item.line)


def _malicious(blob: Blob, package: Package, place: tuple[int, int, int], name: str, each: Group) -> Finding:
    line, column, end_column = place
    shown = _shown(f"{package.name} {package.version}".rstrip())
    about = f": {each.summary}" if each.summary else ""
    hit = Hit(
        line,
        column,
        f"{shown} is a malicious package, {_shown(each.id)}{_shown(about, 200)}",
        end_column=end_column,
        subject=_subject(package, name, each),
    )
    traits = ("known-exploited", "malicious") if each.exploited else ("malicious",)
    return finding(MALICIOUS, blob, hit)._replace(traits=traits, package=package, advisories=each.ids)


def _subject(package: Package, name: str, each: Group) -> str:
    """Neither version nor line: an upgrade that does not help is the same finding still."""
    return f"{package.ecosystem} {name} {each.id}"


def _way_out(package: Package, audit: Audit, each: Group) -> str:
    """The next step, in one sentence."""
    name = _shown(package.name)
    if not each.fixed:
        return f"replace {name}, or waive this with a reason and a date: no version is known to be free of it"
    if not audit.upgrade:
        return f"upgrade {name} to {_shown(each.fixed)} or later: that clears this one, and others stay"
    step = f"upgrade {name} to {_shown(audit.upgrade)} or later"
    count = len(audit.groups)
    if count == 1:
        return step if audit.same_major else f"{step}: nothing nearer is known to be free of it"
    clears = f"all {count} advisories" if audit.cleared == count else f"{audit.cleared} of the {count} advisories"
    if audit.same_major:
        return f"{step}: that clears {clears}"
    return f"{step}: that clears {clears}, and nothing nearer does"


def _shown(text: str, longest: int = _LONGEST) -> str:
    """Untrusted text, fit for a message: one line, without control or format characters, and not endless."""
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
