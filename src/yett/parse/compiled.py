"""Hyperscan's databases of words and patterns, which take a tenth of a second to make and a moment to load."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from yett.lean import Any, Protocol


class Shelf(Protocol):
    """A place where what was made is kept for the next run. What it gives is what was put there, or nothing."""

    def take(self, name: str) -> bytes | None:
        """What was put there under a name."""

    def put(self, name: str, made: bytes) -> None:
        """Keep something; nothing happens where that cannot be done."""

    def asked(self, name: str) -> bool:
        """Whether something was asked for in an earlier run, so that it is worth making for the next."""


Scan = Callable[..., object]
"""`Database.scan`: (data, match_event_handler=…)."""


class Recipe:
    """What a database is made of. `caseless` and `once` (say of each expression only that it occurs) go for all of its
    `expressions`; `literal` ones are words. `probes` is a text in which each of them occurs: a database from a shelf
    is tried on it before it is trusted."""

    def __init__(
        self,
        expressions: Sequence[bytes],
        probes: bytes,
        *,
        literal: bool = False,
        caseless: bool = False,
        once: bool = False,
        shelf: Shelf | None = None,
    ) -> None:
        self._expressions = tuple(expressions)
        self._probes = probes
        self._literal, self._caseless, self._once = literal, caseless, once
        self._shelf = shelf
        self._name = ""

    def ready(self) -> Scan | None:
        """The scanner, where that was made in an earlier run."""
        if self._shelf is None or not self._possible():
            return None
        return self._loaded(self._shelf.take(self._named()))

    def wanted(self) -> bool:
        """Whether an earlier run would have been glad of it: then this one makes it for those that follow."""
        return self._shelf is not None and self._possible() and self._shelf.asked(self._named())

    def scanner(self) -> Scan | None:
        """The scanner; None where the platform has no Hyperscan, or a word has a NUL: its binding would cut that."""
        if not self._possible():
            return None
        try:
            import hyperscan
        except ImportError:
            return None
        count = len(self._expressions)
        flag = hyperscan.HS_FLAG_CASELESS if self._caseless else 0
        flag |= hyperscan.HS_FLAG_SINGLEMATCH if self._once else 0
        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        database.compile(
            expressions=list(self._expressions),
            ids=list(range(count)),
            elements=count,
            flags=[flag] * count,
            literal=self._literal,
        )
        if self._shelf is not None:
            self._shelf.put(self._named(), hyperscan.dumpb(database))
        scan: Scan = database.scan
        return scan

    def _possible(self) -> bool:
        return bool(self._expressions) and not any(b"\0" in each for each in self._expressions)

    def _named(self) -> str:
        """A name that says what the database was made of. What it was made by, and for which processor, it knows."""
        if not self._name:
            from yett.digest import blake2b

            form = f"{self._literal} {self._caseless} {self._once}\0".encode()
            self._name = blake2b(form + b"\0".join(self._expressions), digest_size=20).hexdigest()
        return self._name

    def _loaded(self, made: bytes | None) -> Scan | None:
        if made is None:
            return None
        try:
            import hyperscan
        except ImportError:
            return None
        try:
            database: Any = hyperscan.loadb(made, hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)
            seen: set[int] = set()
            database.scan(self._probes, match_event_handler=lambda index, *_: seen.add(index))
        except hyperscan.error:  # of another version, for another processor, or damaged
            return None
        scan: Scan = database.scan
        return scan if len(seen) == len(self._expressions) else None
