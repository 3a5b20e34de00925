"""`yett policy check` and `yett policy show`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace

from yett import git, policy
from yett.collect import read_file
from yett.errors import YettError
from yett.model import Waiver
from yett.policy import load
from yett.policy.keys import KEYS


def run(options: SimpleNamespace, environment: Mapping[str, str], say: Callable[[str], None]) -> int:
    """Check or show the policy on disk, at a commit, or in one file.

    Raises:
        YettError: it is not valid, or not there.
    """
    read = _reader(options.ref, environment)
    holds = _holds(options.policy, read)
    place = holds.word("suppress.waivers")
    text = read(place)
    waivers = load.waivers(text, place) if text is not None else ()
    if options.action == "show":
        say("\n".join(_shown(holds, waivers, place)))
    else:
        where = holds.place or "the default policy (there is no policy file)"
        say(f"{where} is valid: {load.overridden(holds)} settings differ from the defaults, {_counted(waivers)}")
    return 0


def _holds(path: str, read: load.Reader) -> policy.Policy:
    if not path:
        return load.load(read)
    text = read_file(path)
    if not isinstance(text, bytes):
        raise YettError(f"{path} cannot be read: {text if isinstance(text, str) else 'it is too large'}")
    return load.load_file(text, path)


def _reader(ref: str, environment: Mapping[str, str]) -> load.Reader:
    if not ref:
        root = _root(environment)
        return lambda path: _from_disk(os.path.join(root, path))
    repository = git.find(os.getcwd(), environment)
    commit = git.commit_id(repository, ref)
    if not commit:
        raise YettError(f"there is no commit {ref!r} here: is it spelled right, and fetched?")
    return lambda path: git.file_at(repository, commit, path)


def _root(environment: Mapping[str, str]) -> str:
    """The top of the repository, or the folder we are in where there is none."""
    try:
        return git.find(os.getcwd(), environment).root or os.getcwd()
    except YettError:
        return os.getcwd()


def _from_disk(path: str) -> bytes | None:
    if not os.path.lexists(path):
        return None
    text = read_file(path)
    if isinstance(text, bytes):
        return text
    raise YettError(f"{path} cannot be read: {text if isinstance(text, str) else 'it is too large'}")


def _counted(waivers: tuple[Waiver, ...]) -> str:
    return f"{len(waivers)} waiver{'' if len(waivers) == 1 else 's'}"


def _shown(holds: policy.Policy, waivers: tuple[Waiver, ...], place: str) -> Iterator[str]:
    """The effective policy as a policy file would say it, each value with its source behind it."""
    lines = [("version: 1", "")]
    if holds.extends:
        lines.append((f"extends: [{', '.join(holds.extends)}]", holds.place))
    shown: list[str] = []
    for key in KEYS:
        *sections, name = key.split(".")
        for depth, section in enumerate(sections):
            if shown[: depth + 1] != sections[: depth + 1]:
                lines.append((f"{'  ' * depth}{section}:", ""))
                shown = sections[: depth + 1]
        value = holds.values[key]
        suffix = "d" if key == "complete.advisories_max_age" else ""
        lines.append((f"{'  ' * len(sections)}{name}: {load.shown(value.value)}{suffix}", value.source))
    if holds.rules:
        lines.append(("rules:", ""))
        lines += [(f'  "{glob}": {action.word}', source) for glob, action, source in holds.rules]
    if holds.path_rules:
        lines.append(("# paths: rules", ""))
        lines += [(f'#   "{path}" "{glob}": {action.word}', source) for path, glob, action, source in holds.path_rules]
    if holds.exclude:
        lines.append(("exclude:", ""))
        lines += [(f'  - "{glob}"', source) for glob, source in holds.exclude]
    if holds.paths:
        lines.append(("paths:", ""))
        for glob, values in holds.paths:
            lines.append((f'  "{glob}":', ""))
            lines += [
                (f"    {key.removeprefix('checks.')}: {load.shown(value.value)}", value.source)
                for key, value in values.items()
            ]
    width = max(len(text) for text, source in lines if source)
    for text, source in lines:
        yield f"{text:<{width}}  # {source}" if source else text
    yield f"# {place}: {_counted(waivers)}"
