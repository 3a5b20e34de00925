"""Bandit's command, in process, without what it imports and hardly ever uses: 100 ms of 130.

Its option parser, configuration, file discovery and formatters are bandit's own modules. Modules that only some option
or file needs (rich for a progress bar, yaml for a configuration) are imported when they are first used; tests and
formatters are found without stevedore, in the same order. Holds only where bandit alone provides them: see `points`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from yett.checks._bandit.light_import import lightly
from yett.checks._bandit.points import Point, own
from yett.lean import Any

_LATER = ("rich", "rich.progress", "tomllib", "yaml")

_WITH_BASELINE = frozenset({"custom", "html", "json", "screen", "txt"})
"""The formats that can be used with a baseline: what bandit marks with `_accepts_baseline`."""

_NEEDS = {"sarif": ("sarif_om", "jschema_to_python")}
"""What a format imports that bandit does not require."""


def command(release: str) -> tuple[Callable[[], None], ModuleType]:
    """Bandit's `main`, which reads `sys.argv`, and the module its manager is looked up in.

    Raises light_import.UnfamiliarError where bandit is not laid out as we know it.
    """
    return lightly(lambda: _command(release))


def _command(release: str) -> tuple[Callable[[], None], ModuleType]:
    if "bandit.core.extension_loader" in sys.modules:
        main = import_module("bandit.cli.main")
        return main.main, main.b_manager
    with _postponed(_stevedore(own(release))):
        main = import_module("bandit.cli.main")
    return main.main, main.b_manager


@contextmanager
def _postponed(stevedore: ModuleType) -> Iterator[None]:
    """While bandit is imported, these names stand for modules that are imported when something in them is used."""
    stand_ins: dict[str, ModuleType] = {name: _Later(name) for name in _LATER if name not in sys.modules}
    if "rich" in stand_ins:
        stand_ins["rich"].progress = stand_ins["rich.progress"]  # type: ignore[attr-defined]
    stand_ins["stevedore"] = stevedore
    hidden = {name: sys.modules[name] for name in stand_ins if name in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in stand_ins:
            del sys.modules[name]
        sys.modules.update(hidden)


class _Later(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


def _stevedore(groups: dict[str, list[Point]]) -> ModuleType:
    """What bandit uses of stevedore: a list of named extensions for each group."""

    class ExtensionManager:
        def __init__(self, namespace: str, **_: Any) -> None:
            kind = _Format if namespace == "bandit.formatters" else _Extension
            self._extensions = {point.name: kind(point) for point in groups[namespace] if _usable(point)}

        def __iter__(self) -> Iterator[_Extension]:
            return iter(self._extensions.values())

        def __contains__(self, name: str) -> bool:
            return name in self._extensions

        def __getitem__(self, name: str) -> _Extension:
            return self._extensions[name]

        def names(self) -> list[str]:
            return list(self._extensions)

    package, module = ModuleType("stevedore"), ModuleType("stevedore.extension")
    module.ExtensionManager = ExtensionManager  # type: ignore[attr-defined]
    package.extension = module  # type: ignore[attr-defined]
    return package


def _usable(point: Point) -> bool:
    return all(find_spec(name) is not None for name in _NEEDS.get(point.name, ()))


class _Extension:
    """A named function of bandit's: `plugin`."""

    def __init__(self, point: Point) -> None:
        self.name = point.name
        self.plugin = self._function(point)

    def _function(self, point: Point) -> Any:
        return getattr(import_module(point.module), point.attribute)


class _Format(_Extension):
    """A formatter, imported when it is called."""

    def _function(self, point: Point) -> Any:
        def report(*arguments: Any, **options: Any) -> Any:
            return getattr(import_module(point.module), point.attribute)(*arguments, **options)

        if point.name in _WITH_BASELINE:
            report._accepts_baseline = True  # type: ignore[attr-defined]
        return report
