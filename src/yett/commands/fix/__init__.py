"""`yett fix`: what would clear the findings, as a patch and commands. Nothing is written unless asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import SimpleNamespace

from yett import git
from yett.collect import collect, read_file
from yett.commands.fix.plan import Plan, diff, write
from yett.errors import YettError
from yett.model import Target


def run(options: SimpleNamespace, environment: Mapping[str, str], database: str, say: Callable[[str], None]) -> int:
    """Print what would be changed, as a unified diff, or change it (`options.write`).

    Raises:
        YettError: there is no usable advisory database, or a file cannot be read or written.
    """
    from yett.report.escape import terminal

    root, paths = _paths(options, environment)
    both = not (options.dependencies or options.config)
    plans: list[Plan] = []
    if options.config or both:
        plans += _settings(root, paths)
    if options.dependencies or both:
        plans += _pins(root, paths, database)
    for plan in plans:
        for note in plan.notes:
            say(terminal(f"{plan.path}: {note}"))
    for plan in plans:
        if plan.new and options.write:
            write(os.path.join(root, plan.path), plan.new)
            say(terminal(f"{plan.path}: written"))
        elif plan.new:
            say(diff(plan))
    if not plans:
        say("there is nothing to fix" + ("" if both else _none(options)))
    return 0


def _none(options: SimpleNamespace) -> str:
    if options.dependencies and not options.config:
        return ": no advisory concerns what is pinned"
    return ": no setting is wrong that can be changed without asking" if not options.dependencies else ""


def _paths(options: SimpleNamespace, environment: Mapping[str, str]) -> tuple[str, list[str]]:
    """Where the files lie, and which: the named ones, or those that git tracks."""
    start = os.path.abspath(options.folder)
    if options.paths:
        root, entries = start, collect(Target("paths", start, paths=tuple(options.paths)), None, False).entries
    else:
        repository = git.find(start, environment)
        if not repository.root:
            raise YettError(f"{repository.directory} is a bare repository: there are no files to change")
        root = repository.root
        entries = collect(Target("tree", root, head=repository.head, of_index=True), repository, False).entries
    return root, [each.path for each in entries if not each.link and os.path.lexists(os.path.join(root, each.path))]


def _pins(root: str, paths: Sequence[str], database: str) -> Iterator[Plan]:
    from yett.advisories.lookup import Unusable, advisories
    from yett.commands.fix.dependencies import plan_for, wants

    wanted = [path for path in paths if wants(path)]
    opened = advisories(database)
    if isinstance(opened, Unusable):
        raise YettError(opened.reason)
    plans = (plan_for(path, _content(root, path), opened) for path in wanted)
    return (plan for plan in plans if plan.new or plan.notes)


def _settings(root: str, paths: Sequence[str]) -> Iterator[Plan]:
    from yett.commands.fix.config import plans

    return plans(paths, lambda path: _content(root, path))


def _content(root: str, path: str) -> bytes:
    data = read_file(os.path.join(root, path))
    if not isinstance(data, bytes):
        raise YettError(f"{path} cannot be read: {data if isinstance(data, str) else 'it is too large'}")
    return data
