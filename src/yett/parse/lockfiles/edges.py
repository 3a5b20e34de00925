"""What follows from the edges of a lockfile: what the project asks for itself, and what its development alone does."""

from __future__ import annotations

from collections.abc import Iterable

from yett.parse.lockfiles.lock import Locked, Skipped


def scoped(
    locked: list[Locked], skipped: Iterable[Skipped], asked: Iterable[str], asked_dev: Iterable[str]
) -> tuple[Locked, ...]:
    """The entries with `direct` and `dev`, from the keys that the project asks for, and those that only its
    development does. What neither leads to is taken for part of the product.
    """
    edges: dict[str, list[tuple[str, ...]]] = {}
    for item in locked:
        edges.setdefault(item.key, []).append(item.requires)
    for own in skipped:
        if own.key:
            edges.setdefault(own.key, []).append(own.requires)
    asked, asked_dev = set(asked), set(asked_dev)
    shipped = _reached(edges, asked)
    only_dev = _reached(edges, asked_dev) - shipped
    direct = asked | asked_dev
    return tuple(
        item
        if item.direct is not None and item.dev == (item.key in only_dev) and item.direct == (item.key in direct)
        else item._replace(direct=item.key in direct, dev=item.key in only_dev)
        for item in locked
    )


def _reached(edges: dict[str, list[tuple[str, ...]]], roots: set[str]) -> set[str]:
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        key = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        for requires in edges.get(key, ()):
            waiting.extend(other for other in requires if other not in seen)
    return seen


_MOST = 64
"""Versions of one package that a requirement without a version may mean; it bounds the cost of hostile input."""


class Keys:
    """Keys of entries by name, for formats that name a version only where there are several.

    Names are compared as they are.
    """

    def __init__(self) -> None:
        self._of: dict[str, list[str]] = {}

    def note(self, name: str, key: str) -> None:
        """Remember that `key` is an entry called `name`."""
        self._of.setdefault(name, []).append(key)

    def of(self, name: str, version: str = "") -> tuple[str, ...]:
        """The keys that a requirement may mean."""
        known = self._of.get(name, ())
        if len(known) > 1 and version and (exact := f"{name} {version}") in known:
            return (exact,)
        return tuple(known[:_MOST])
