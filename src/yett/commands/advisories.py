"""`yett advisories update` and `yett advisories status`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from yett.errors import YettError


def run(
    options: argparse.Namespace, database: str, say: Callable[[str], None], progress: Callable[[str, int, int], None]
) -> int:
    """Build the advisory database, or say what it holds.

    Raises:
        YettError: the source cannot be read, or there is no usable database.
    """
    if options.action == "update":
        from yett.advisories.build import update

        done = update(options.source, database, options.ecosystem or (), time.time(), progress)
        say(f"{done.database}: {done.advisories:,} advisories from {done.source}, {done.size / 1e6:.1f} MB")
        _counts(done.records, say)
        _skipped([(skip.reason, skip.count, skip.example) for skip in done.skipped], say)
        if not done.kev:
            say("  no catalogue of known exploits was found there: nothing is marked as exploited")
        return 0
    from yett.advisories.lookup import Unusable, advisories

    opened = advisories(database)
    status = opened if isinstance(opened, Unusable) else opened.status()
    if isinstance(status, Unusable):
        raise YettError(status.reason)
    age = (time.time() - status.built_at) / 86400
    built = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(status.built_at))
    say(f"{database}: built {built} ({age:.1f} days ago) from {status.source}")
    say(f"  digest {status.digest}")
    _counts(status.records, say)
    _skipped(status.skipped, say)
    return 0


def _counts(records: tuple[tuple[str, int], ...], say: Callable[[str], None]) -> None:
    for ecosystem, number in records:
        say(f"  {ecosystem:<12} {number:>8,}")


def _skipped(
    skipped: list[tuple[str, int, str]] | tuple[tuple[str, int, str], ...], say: Callable[[str], None]
) -> None:
    for reason, count, example in skipped:
        say(f"  left out: {count:,} {reason} (such as {example})")
