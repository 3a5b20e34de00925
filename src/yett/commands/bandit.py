"""`yett bandit`: bandit's command with bandit's own options, configuration and reports, and our walk in the middle."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain

from yett.errors import YettError
from yett.lean import TypeVar

Result = TypeVar("Result")

FEW = 300
"""Files up to which a second process does not pay."""

_CHUNK = 32


def run(arguments: Sequence[str], environment: Mapping[str, str], say: Callable[[str], object]) -> int:
    """The exit code. `arguments` are those after `bandit`; `say` takes a line for standard error.

    Bandit itself does everything where other distributions add tests or formats to it, and where its release is not
    one that the walk is known to hold for.
    """
    try:
        main = _main(arguments, say)
    except ImportError as error:
        raise YettError(f"bandit cannot be imported ({error}): reinstall yett") from error
    before = sys.argv
    sys.argv = ["bandit", *arguments]
    try:
        main()
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(bool(leaving.code))
    finally:
        sys.argv = before
    return 0


def _main(arguments: Sequence[str], say: Callable[[str], object]) -> Callable[[], None]:
    from yett.checks._bandit import KNOWN_RELEASES, release
    from yett.checks._bandit.light_import import UnfamiliarError
    from yett.checks._bandit.points import strangers

    found = release()
    reason = "another distribution adds to it" if strangers() else ""
    if found not in KNOWN_RELEASES:
        reason = f"release {found or 'unknown'} is not one that yett knows"
    if not reason:
        from yett.checks._bandit.start import command

        try:
            main, managers = command(found)
            from yett.checks._bandit.manager import Manager

            Manager.each = staticmethod(_each)
            Manager.say = staticmethod(say)
            managers.BanditManager = Manager  # type: ignore[attr-defined]
            return main
        except UnfamiliarError as error:
            reason = f"it is not laid out as expected: {error}"
    if {"-v", "--verbose"} & set(arguments):
        say(f"yett: bandit itself does the work, since {reason}")
    gc.enable()  # bandit's walk leaves what the collector alone can free
    from bandit.cli.main import main as plain

    return plain  # type: ignore[no-any-return]


def _each(names: Sequence[str], look: Callable[[str], Result | None]) -> Iterable[Result | None]:
    """`look` at every name, in order; None for those that were lost with a process that died."""
    workers = min(_processors(), 8)
    if len(names) <= FEW or workers < 2 or not hasattr(os, "fork"):
        return map(look, names)
    from yett.workers import share

    chunks = [names[start : start + _CHUNK] for start in range(0, len(names), _CHUNK)]
    parts, lost = share(chunks, lambda chunk: [look(name) for name in chunk], workers)
    left = iter(parts)
    return chain.from_iterable(
        [None] * len(chunk) if number in lost else next(left) for number, chunk in enumerate(chunks)
    )


def _processors() -> int:
    available = getattr(os, "sched_getaffinity", None)
    return len(available(0)) if available else os.cpu_count() or 1
