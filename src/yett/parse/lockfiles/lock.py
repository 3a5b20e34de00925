"""What a lockfile amounts to, whatever its format."""

from __future__ import annotations

from typing import NamedTuple

from yett.model import Package


class Locked(NamedTuple):
    """A package with its exact version, and where the file names it. Lines and columns count from 1.

    `direct` says that the project itself asks for it, `dev` that only its development does; both are False where
    the format does not tell.
    """

    package: Package
    line: int
    column: int
    end_column: int
    direct: bool = False
    dev: bool = False


class Skipped(NamedTuple):
    """Something in the file that has no exact version, and why. `gap` is False for what needs no audit.

    `package` has no version; its name is "" where there is none either. `understood` is False for what could not
    even be read.
    """

    line: int
    what: str
    reason: str
    gap: bool = True
    understood: bool = True
    package: Package = Package("", "", "")


class Index(NamedTuple):
    """An option that says where packages come from; `address` without user name and password."""

    line: int
    column: int
    end_column: int
    option: str
    address: str


class Lock(NamedTuple):
    """All that a file says. `error` is "" unless the file as a whole could not be read; `line` is where."""

    locked: tuple[Locked, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    indexes: tuple[Index, ...] = ()
    error: str = ""
    line: int = 0


class LockError(Exception):
    """The file as a whole cannot be read; caught by `read`."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
