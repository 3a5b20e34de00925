"""What a lockfile amounts to, whatever its format."""

from __future__ import annotations

from yett.lean import NamedTuple
from yett.model import Package


class Locked(NamedTuple):
    """A package with its exact version, and where the file names it. Lines and columns count from 1.

    `direct` says whether the project itself asks for it, None where the format does not tell. `dev` says that only
    its development does, False where the format does not tell.

    `key` tells entries of one file apart, and `requires` holds the keys of those that this one depends on; a key
    that no entry has is that of something skipped, or of nothing. Both are empty where the format has no edges.
    `registry` is the address the file names for it and `resolved` that of the very archive, both without user name
    and password; `integrity` is a hash of it; all are "" where none is given. `install_script` says that code of the
    package runs while it is installed, `sdist_only` that it is built from source for want of anything built, and
    `yanked` why its makers took it back.
    """

    package: Package
    line: int
    column: int
    end_column: int
    direct: bool | None = None
    dev: bool = False
    key: str = ""
    requires: tuple[str, ...] = ()
    integrity: str = ""
    resolved: str = ""
    registry: str = ""
    install_script: bool = False
    yanked: str = ""
    sdist_only: bool = False
    optional: bool = False


class Skipped(NamedTuple):
    """Something in the file that has no exact version, and why. `gap` is False for what needs no audit.

    `package` has no version; its name is "" where there is none either. `understood` is False for what could not
    even be read. `key` and `requires` are those of `Locked`: the way to a package may lead through a part of the
    project.
    """

    line: int
    what: str
    reason: str
    gap: bool = True
    understood: bool = True
    package: Package = Package("", "", "")
    key: str = ""
    requires: tuple[str, ...] = ()


class Index(NamedTuple):
    """An option that says where packages come from; `address` without user name and password."""

    line: int
    column: int
    end_column: int
    option: str
    address: str


class Runtime(NamedTuple):
    """What the project runs on, as the file states it: `product` is "python", "node", "go", "php", "ruby", …"""

    line: int
    product: str
    stated: str


class Lock(NamedTuple):
    """All that a file says. `error` is "" unless the file as a whole could not be read; `line` is where.

    `ecosystem` is that of its packages, "" where it may have several. `note` says in what the file as a whole tells
    less, or more, than what gets installed ("" for a true lockfile). `registries` are those that entries
    name, each once, in order. `hashed` says that at least one entry has a hash, so that the others might.
    """

    locked: tuple[Locked, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    indexes: tuple[Index, ...] = ()
    error: str = ""
    line: int = 0
    ecosystem: str = ""
    note: str = ""
    registries: tuple[str, ...] = ()
    runtimes: tuple[Runtime, ...] = ()
    hashed: bool = False


class LockError(Exception):
    """The file as a whole cannot be read; caught by `read`."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
