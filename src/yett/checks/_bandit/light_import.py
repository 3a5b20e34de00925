"""Bandit's test functions without the rest of bandit.

`import bandit` costs 100 ms of CPU: its `__init__` asks importlib.metadata for the author's name and imports the
manager, which brings rich, stevedore and every entry point of the environment. A commit with one Python file would
spend more there than on everything else together. The test functions use four names of the package and a few of its
modules, 5 ms in all; so the two packages are put in `sys.modules` as they are before their `__init__` runs, with those
four names and the version, and the modules are then imported from them in the ordinary way.

This is the only module that knows the trick. Where bandit is imported already, that one is used; where anything does
not fit, what was put in is taken out again and `UnfamiliarError` says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec, module_from_spec

from yett.checks._bandit import release
from yett.lean import Any, TypeVar

Loaded = TypeVar("Loaded")

_PACKAGE, _CORE = "bandit", "bandit.core"


class UnfamiliarError(Exception):
    """The installed bandit is not laid out as we know it."""


def lightly(load: Callable[[], Loaded]) -> Loaded:
    """What `load` makes of bandit's modules. Raises UnfamiliarError where they are not what `load` expects."""
    seeded = _PACKAGE not in sys.modules
    try:
        if seeded:
            _seed()
        return load()
    except (ImportError, AttributeError, KeyError, TypeError, ValueError) as error:
        if seeded:
            _forget()
        raise UnfamiliarError(f"{type(error).__name__}: {error}") from error


def _seed() -> None:
    package = _unexecuted(_PACKAGE)
    core = _unexecuted(_CORE)
    package.core = core

    from bandit.core import constants, issue  # finds its way through the two packages just put in place

    package.Issue = issue.Issue
    package.LOW, package.MEDIUM, package.HIGH = constants.LOW, constants.MEDIUM, constants.HIGH
    package.__version__ = release()
    package.__getattr__ = _author


def _author(name: str) -> str:
    """`__author__`, which only the SARIF report names."""
    if name != "__author__":
        raise AttributeError(f"module {_PACKAGE!r} has no attribute {name!r}")
    from importlib.metadata import metadata

    return metadata(_PACKAGE)["Author"]


def _unexecuted(name: str) -> Any:
    spec = find_spec(name)
    if spec is None:
        raise ImportError(f"{name} is not installed")
    module = module_from_spec(spec)
    sys.modules[name] = module
    return module


def _forget() -> None:
    for name in [name for name in sys.modules if name == _PACKAGE or name.startswith(_PACKAGE + ".")]:
        del sys.modules[name]
