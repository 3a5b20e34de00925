"""What an ecosystem's order of versions consists of."""

from __future__ import annotations

from collections.abc import Callable

from yett.lean import Any, NamedTuple

Key = tuple[Any, ...]
"""Compares with other keys of the same order."""

LONGEST = 256
"""npm's own limit. It bounds the cost of hostile input and keeps every number within what `int` reads."""


class Order(NamedTuple):
    """How an ecosystem compares versions. The modules of this package are such orders.

    `key` is None for what is no version. `canonical` spells equal versions alike. `public` drops what a downstream
    build adds. `between` turns leading numbers into the half-open interval of all versions that start with them.
    `major` is equal for versions between which an upgrade should break nothing.
    """

    key: Callable[[str], Key | None]
    canonical: Callable[[str], str]
    public: Callable[[str], str]
    between: Callable[[tuple[int, ...]], tuple[Key, Key]]
    major: Callable[[Key], Key]
