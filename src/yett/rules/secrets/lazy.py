"""Regular expressions that are compiled when first used: a commit without secrets pays for none of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from yett.lean import AnyStr, Generic


class Lazy(Generic[AnyStr]):
    """A pattern with the methods of a compiled one; after the first use it is as fast."""

    __slots__ = ("_flags", "_pattern", "findall", "finditer", "fullmatch", "match", "search", "split", "subn")

    findall: Callable[..., list[AnyStr]]
    finditer: Callable[..., Iterator[re.Match[AnyStr]]]
    fullmatch: Callable[..., re.Match[AnyStr] | None]
    match: Callable[..., re.Match[AnyStr] | None]
    search: Callable[..., re.Match[AnyStr] | None]
    split: Callable[..., list[AnyStr]]
    subn: Callable[..., tuple[AnyStr, int]]

    def __init__(self, pattern: AnyStr, flags: int = 0) -> None:
        self._pattern: AnyStr = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        # Reached only while the slots are empty.
        compiled = re.compile(self._pattern, self._flags)
        for method in ("findall", "finditer", "fullmatch", "match", "search", "split", "subn"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)
