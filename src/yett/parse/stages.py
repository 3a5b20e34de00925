"""Which names speak of development or tests, and which of production."""

from __future__ import annotations

import re

_DEV = frozenset(
    (
        *("ci", "debug", "dev", "devel", "develop", "developer", "development", "docs", "e2e", "example", "examples"),
        *("fixture", "fixtures", "local", "localhost", "mock", "mocks", "playground", "pytest", "sample", "samples"),
        *("spec", "specs", "test", "testing", "tests", "unittest", "unittests"),
    )
)
_TRIED = frozenset(
    (
        *("e2e", "develop", "fixture", "fixtures", "mock", "mocks", "spec", "specs", "test", "testdata", "testing"),
        *("tests", "unittest", "unittests"),
    )
)
_PROD = frozenset(("deploy", "heroku", "live", "prd", "prod", "production", "release"))
_FOLDERS = _DEV - {"debug"}
_FILES = _FOLDERS - {"docs", "example", "examples", "sample", "samples"}


def words(name: str) -> frozenset[str]:
    """The words that a name or path is made of, in lower case."""
    return frozenset(re.split(r"[\W_]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()))


def is_dev(name: str) -> bool:
    """Whether a name speaks of development or tests."""
    return not _DEV.isdisjoint(words(name))


def is_dev_path(path: str) -> bool:
    """Whether a module is for development or tests, told by its own name or that of a folder that it is in."""
    folder, _, name = path.rpartition("/")
    return not (_FOLDERS.isdisjoint(words(folder)) and _FILES.isdisjoint(words(name)))


def is_test_path(path: str) -> bool:
    """Whether a file lies in a folder of tests or of what they are fed with, or where developers try things out."""
    return not _TRIED.isdisjoint(words(path.rpartition("/")[0]))


def is_prod(name: str) -> bool:
    """Whether a name speaks of production."""
    return not _PROD.isdisjoint(words(name))
