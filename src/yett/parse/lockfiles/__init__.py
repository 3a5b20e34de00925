"""Lockfiles: which packages, in which exact versions, named where. By file name; the content never decides."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from yett.parse.lockfiles.lock import Index, Lock, Locked, LockError, Skipped

__all__ = ("Index", "Lock", "Locked", "Skipped", "is_constraints", "is_lockfile", "kind", "read")

LARGEST = 32 << 20
"""Bytes. The lockfile of the largest public monorepos has 4 MiB."""

_KINDS = {
    "uv.lock": "uv.lock",
    "poetry.lock": "poetry.lock",
    "package-lock.json": "package-lock.json",
    "npm-shrinkwrap.json": "package-lock.json",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@lru_cache(1)
def _requirements() -> re.Pattern[str]:
    return re.compile(
        r"(?:.*/)?(?:(?:[^/]*[-_.])?(?:requirements|constraints)(?:[-_.0-9][^/]*)?|requirements/[^/]+)\.txt", re.DOTALL
    )


def kind(path: str) -> str:
    """The format a path stands for: "requirements", "uv.lock", "poetry.lock", "package-lock.json" or ""."""
    if path.endswith(".txt"):
        lower = path.lower()
        hinted = "requirements" in lower or "constraints" in lower
        return "requirements" if hinted and _requirements().fullmatch(lower) else ""
    if path.endswith((".lock", ".json")):
        return _KINDS.get(path.rpartition("/")[2], "")
    return ""


def is_lockfile(path: str) -> bool:
    return kind(path) != ""


def is_constraints(path: str) -> bool:
    """Whether the file narrows versions without asking for packages."""
    return "constraints" in path.rpartition("/")[2].lower()


def read(path: str, data: bytes) -> Lock:
    """What the file says; never raises. `path` must be one that `kind` knows."""
    if len(data) > LARGEST:
        return Lock(error=f"is larger than {LARGEST >> 20} MiB")
    try:
        return _parsed(path, data)
    except LockError as error:
        return Lock(error=error.reason, line=error.line)
    except RecursionError:
        return Lock(error="is nested too deeply")


def _parsed(path: str, data: bytes) -> Lock:
    match kind(path):
        case "requirements":
            from yett.parse.lockfiles import requirements

            return requirements.parse(_text(data, "latin-1"), path, is_constraints(path))
        case "uv.lock":
            from yett.parse.lockfiles import uv

            return uv.parse(_text(data))
        case "poetry.lock":
            from yett.parse.lockfiles import poetry

            return poetry.parse(_text(data))
        case "package-lock.json":
            from yett.parse.lockfiles import npm

            return npm.parse(_text(data))
    return Lock(error="is not a lockfile by its name")


def _text(data: bytes, fallback: str = "") -> str:
    """By byte order mark, as pip reads it, else UTF-8. `fallback` is for formats whose syntax is ASCII anyway."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise LockError(f"is not the {encoding.upper()} that its first bytes announce") from error
    if b"\0" in data:
        raise LockError("holds NUL bytes, so it is not text")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if fallback:
            return data.decode(fallback)
        raise LockError("is not UTF-8", data.count(b"\n", 0, error.start) + 1) from error
