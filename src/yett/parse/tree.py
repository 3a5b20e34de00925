"""The other files of the tree that a file belongs to, for what one file alone does not say: an include, a variable's
value, the policy that covers a workload. Nothing is read that nobody asks for."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Hashable, Iterable, Mapping

from yett.lean import Any, TypeVar, cast
from yett.parse.source import ParseError, decode

Made = TypeVar("Made")


class Tree:
    """A tree of files as it stands after the change (or before it). Paths are relative to its root, `/`-separated.

    `paths` is called once, `read` once for each path asked for; `read` gives None for what cannot be read. `asked`
    counts the questions: where it has not changed, an answer did not depend on the tree.
    """

    def __init__(self, paths: Callable[[], Iterable[str]], read: Callable[[str], bytes | None]) -> None:
        self._list = paths
        self._read = read
        self._paths: tuple[str, ...] | None = None
        self._folders: dict[str, list[str]] = {}
        self._texts: dict[str, str | None] = {}
        self._made: dict[Hashable, Any] = {}
        self.asked = 0

    @classmethod
    def of(cls, files: Mapping[str, str]) -> Tree:
        """A tree made of texts."""
        return cls(lambda: files, lambda path: files[path].encode() if path in files else None)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path, sorted."""
        self.asked += 1
        if self._paths is None:
            self._paths = tuple(sorted(self._list()))
            for path in self._paths:
                self._folders.setdefault(posixpath.dirname(path), []).append(path)
        return self._paths

    def folder(self, folder: str) -> tuple[str, ...]:
        """The paths of the files right inside a folder ("" is the root), sorted."""
        return tuple(self._folders.get(folder, ())) if self.paths else ()

    def text(self, path: str) -> str | None:
        """The text of a file as `decode` gives it; None where there is none, or none that can be read."""
        self.asked += 1
        if path not in self._texts:
            data = self._read(path)
            try:
                self._texts[path] = None if data is None else decode(data)
            except ParseError:
                self._texts[path] = None
        return self._texts[path]

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives, made once for this tree. A key begins with the name of the module that makes it."""
        self.asked += 1
        if key not in self._made:
            self._made[key] = make()
        return cast(Made, self._made[key])
