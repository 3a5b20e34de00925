"""Why a package is there: the shortest way from what the project asks for itself. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from yett.parse.lockfiles import Lock


def ways(lock: Lock) -> Mapping[str, tuple[str, ...]]:
    """Each entry's key to the names on the way to it, from a direct dependency to the package itself.

    Only ways of two steps and more are in it: a direct dependency needs no reason. Empty where the format has no
    edges. Where it does not say what is direct, what nobody else requires counts as that.
    """
    if not any(item.requires for item in lock.locked):
        return {}
    names = {item.key: item.package.name for item in lock.locked if item.key}
    requires = {item.key: item.requires for item in lock.skipped if item.key}
    requires |= {item.key: item.requires for item in lock.locked if item.key}
    before: dict[str, str] = {}
    waiting = deque(_roots(lock, names))
    seen = set(waiting)
    while waiting:
        key = waiting.popleft()
        for other in requires.get(key, ()):
            if other not in seen:
                seen.add(other)
                before[other] = key
                waiting.append(other)
    found: dict[str, tuple[str, ...]] = {}
    for key in seen:
        way = [key]
        while way[-1] in before:
            way.append(before[way[-1]])
        steps = tuple(names[step] for step in reversed(way) if step in names)
        if len(steps) > 1:
            found[key] = steps
    return found


def _roots(lock: Lock, names: Mapping[str, str]) -> list[str]:
    direct = [item.key for item in lock.locked if item.direct and item.key]
    if direct:
        return direct
    wanted = {key for item in lock.locked for key in item.requires}
    return [key for key in names if key not in wanted]
