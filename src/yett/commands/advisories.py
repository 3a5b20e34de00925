"""`yett advisories`: update, status, export, serve, pip-audit."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from types import SimpleNamespace

from yett.errors import YettError

_DAY = 86_400.0
_SIDES = {
    "kev": "known exploited vulnerabilities",
    "epss": "EPSS scores that concern them",
    "eol": "products with ends of life",
    "popular": "popular names",
}


def run(
    options: SimpleNamespace, database: str, tell: Callable[[str], None], progress: Callable[[str, int, int], None]
) -> int:
    """Update, describe, copy or serve the advisory database.

    Raises:
        YettError: the source cannot be read, or there is no usable database.
    """

    def say(text: str) -> None:
        # a database, a mirror and a report are foreign text, and this goes to a terminal
        tell("".join(char if char.isprintable() else "?" for char in text))

    match options.action:
        case "update":
            return _update(options, database, say, progress)
        case "export":
            return _export(options, database, say)
        case "serve":
            from yett.advisories.serve import PORT, serve

            return serve(database, int(getattr(options, "port", PORT)), say)
        case "pip-audit":
            return _pip_audit(options, database, say)
        case _:
            return _status(database, say)


def _update(
    options: SimpleNamespace, database: str, say: Callable[[str], None], progress: Callable[[str, int, int], None]
) -> int:
    from yett.advisories.build import update

    asked = options.ecosystem or ()
    used = () if asked else _used(database)
    done = update(
        options.source, database, asked, time.time(), progress, digest=getattr(options, "digest", ""), used=used
    )
    told = f"{done.advisories:,} advisories from {done.source}, {done.size / 1e6:.1f} MB"
    if done.rebuilt:
        say(f"{done.database}: {told}, {done.changed:,} of them read anew")
    else:
        say(f"{done.database}: {told}; nothing has changed, nothing was rebuilt")
    say(f"  digest {done.digest}")
    _counts(done.records, say)
    _skipped(done.skipped, say)
    for note in done.notes:
        say(f"  note: {note}")
    return 0


def _used(database: str) -> tuple[str, ...]:
    """The ecosystems of the repository around us, and those that the database has already."""
    from yett import git
    from yett.advisories.lookup import Unusable, advisories
    from yett.advisories.used import used

    opened = advisories(database)
    held: set[str] = set()
    if not isinstance(opened, Unusable):
        held.update(opened.ecosystems)
        opened.close()
    try:
        listed = git.index(git.find(os.getcwd(), os.environ))
    except (YettError, OSError):
        return tuple(sorted(held))  # outside a repository there is nothing to go by
    return tuple(sorted(held.union(used(change.path for change in listed))))


def _export(options: SimpleNamespace, database: str, say: Callable[[str], None]) -> int:
    from yett.advisories.export import export

    done = export(database, options.file)
    say(f"{done.file}: {done.size / 1e6:.1f} MB, digest {done.digest}")
    say(f"{done.sha256}  {os.path.basename(done.file)}")
    return 0


def _pip_audit(options: SimpleNamespace, database: str, say: Callable[[str], None]) -> int:
    """0 nothing found, 1 advisories found, 3 where the two differ or something was left out."""
    from yett.advisories.pip_audit import compare

    done = compare(options.file, database, os.environ, options.resolve)
    found = differ = 0
    for seen in done.seen:
        if seen.agree and (seen.yett or seen.pip_audit):
            found += 1
            say(f"{seen.name} {seen.version}: {', '.join(seen.pip_audit)}")
        elif not seen.agree:
            differ += 1
            say(f"{seen.name} {seen.version}: pip-audit and yett differ")
            say(f"  pip-audit alone: {', '.join(sorted(set(seen.pip_audit) - set(seen.yett))) or 'none'}")
            say(f"  yett alone: {', '.join(sorted(set(seen.yett) - set(seen.pip_audit))) or 'none'}")
    for name, reason in done.skipped:
        say(f"{name or 'a requirement'}: not audited: {reason}")
    say(f"{len(done.seen):,} versions, {found:,} with advisories, {differ:,} seen differently")
    return 3 if differ or done.skipped else 1 if found else 0


def _status(database: str, say: Callable[[str], None]) -> int:
    from yett.advisories.lookup import Unusable, advisories

    opened = advisories(database)
    status = opened if isinstance(opened, Unusable) else opened.status()
    if isinstance(status, Unusable):
        raise YettError(status.reason)
    now = time.time()
    built = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(status.built_at))
    size = os.path.getsize(database) / 1e6
    say(f"{database}: built {built} ({_age(now, status.built_at)}) from {status.source}, {size:.1f} MB")
    say(f"  digest {status.digest}")
    if status.newest:
        say(f"  newest advisory of {status.newest[:10]}")
    _counts(status.records, say)
    for origin in status.origins:
        if origin.name in _SIDES:
            what = _SIDES[origin.name]
            say(f"  {origin.records:>9,} {what}, {_age(now, origin.fetched_at)}, from {origin.address}")
    for name in sorted(_SIDES.keys() - {origin.name for origin in status.origins}):
        say(f"  note: there are no {_SIDES[name]} in it")
    say(f"  {status.exploited:>9,} advisories are of vulnerabilities that are known to be exploited")
    _skipped(status.skipped, say)
    return 0


def _age(now: float, then: float) -> str:
    return f"{(now - then) / _DAY:.1f} days ago" if then <= now else f"{(then - now) / _DAY:.1f} days in the future"


def _counts(records: Iterable[tuple[str, int]], say: Callable[[str], None]) -> None:
    for ecosystem, number in records:
        say(f"  {number:>9,} {ecosystem}")


def _skipped(skipped: Iterable[tuple[str, int, str]], say: Callable[[str], None]) -> None:
    for reason, count, example in skipped:
        say(f"  left out: {count:,} {reason} (such as {example})")
