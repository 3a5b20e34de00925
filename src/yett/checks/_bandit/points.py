"""Entry points: how distributions add tests, blacklists and formats to bandit. Read from the files that hold them:
importlib.metadata takes 26 ms to say the same."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec

from yett.lean import NamedTuple

GROUPS = ("bandit.blacklists", "bandit.formatters", "bandit.plugins")


class Point(NamedTuple):
    name: str
    module: str
    attribute: str


def own(release: str) -> dict[str, list[Point]]:
    """Bandit's own entry points by group, in its order. Raises ImportError where its metadata is not beside it."""
    spec = find_spec("bandit")
    for place in (spec and spec.submodule_search_locations) or ():
        path = os.path.join(os.path.dirname(place), f"bandit-{release}.dist-info", "entry_points.txt")
        if os.path.isfile(path):
            with open(path, encoding="utf-8") as file:
                return _groups(file.read())
    raise ImportError("bandit's entry points are not where they were expected")


def strangers() -> bool:
    """Whether a distribution other than bandit adds to it; also where that cannot be told."""
    for folder in dict.fromkeys(sys.path):
        if os.path.isfile(folder):
            return _asked()  # a zip archive
        if any(b"[bandit." in text for text in _texts(folder or os.curdir)):
            return True
    return False


def _texts(folder: str) -> Iterator[bytes]:
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if name.endswith((".dist-info", ".egg-info", ".egg")) and not name.startswith("bandit-"):
            inner = os.path.join(name, "EGG-INFO") if name.endswith(".egg") else name
            try:
                with open(os.path.join(folder, inner, "entry_points.txt"), "rb") as file:
                    yield file.read()
            except OSError:
                continue


def _asked() -> bool:
    from importlib.metadata import entry_points

    found = [point for group in GROUPS for point in entry_points(group=group)]
    return any(point.dist is None or point.dist.name.lower() != "bandit" for point in found)


def _groups(text: str) -> dict[str, list[Point]]:
    """The file is in the form of configparser: `[group]`, then lines of `name = module:attribute`."""
    groups: dict[str, list[Point]] = {}
    points: list[Point] = []
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            points = groups.setdefault(line.strip("[]"), [])
        elif line:
            name, _, target = (part.strip() for part in line.partition("="))
            module, _, attribute = target.partition(":")
            points.append(Point(name, module, attribute))
    return groups
