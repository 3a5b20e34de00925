"""Lockfiles: which packages, in which exact versions, named where. By file name; the content never decides."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from yett.parse.lockfiles.lock import Index, Lock, Locked, LockError, Runtime, Skipped

__all__ = (
    "Index",
    "Lock",
    "Locked",
    "Runtime",
    "Skipped",
    "is_constraints",
    "is_lockfile",
    "is_manifest",
    "kind",
    "read",
)

LARGEST = 32 << 20
"""Bytes. The lockfile of the largest public monorepos has 4 MiB."""

_KINDS = {
    "uv.lock": "uv.lock",
    "poetry.lock": "poetry.lock",
    "pdm.lock": "pdm.lock",
    "pipfile.lock": "Pipfile.lock",
    "pylock.toml": "pylock.toml",
    "pyproject.toml": "manifest",
    "setup.cfg": "manifest",
    "package-lock.json": "package-lock.json",
    "npm-shrinkwrap.json": "package-lock.json",
    "yarn.lock": "yarn.lock",
    "pnpm-lock.yaml": "pnpm-lock.yaml",
    "bun.lock": "bun.lock",
    "composer.lock": "composer.lock",
    "gemfile.lock": "Gemfile.lock",
    "gems.locked": "Gemfile.lock",
    "go.mod": "go.mod",
    "go.sum": "go.sum",
    "cargo.lock": "Cargo.lock",
    "pom.xml": "pom.xml",
    "gradle.lockfile": "gradle.lockfile",
    "buildscript-gradle.lockfile": "gradle.lockfile",
    "packages.lock.json": "packages.lock.json",
    "mix.lock": "mix.lock",
    "bom.json": "CycloneDX JSON",
    "bom.xml": "CycloneDX XML",
    "environment.yml": "environment.yml",
    "environment.yaml": "environment.yml",
}
"""By name in lower case: on the disks of Windows and macOS, "Cargo.lock" and "cargo.lock" are one."""

_ENDINGS = {
    ".cdx.json": "CycloneDX JSON",
    ".cdx.xml": "CycloneDX XML",
    ".spdx.json": "SPDX JSON",
    ".lockfile": "gradle.lockfile",
}
_SUFFIXES = (".lock", ".json", ".yaml", ".yml", ".toml", ".xml", ".mod", ".sum", ".cfg", ".lockfile", ".locked")
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
    """The format a path stands for: "requirements", "uv.lock", …, "manifest" for what locks nothing, or ""."""
    if path.endswith(".txt"):
        lower = path.lower()
        hinted = "requirements" in lower or "constraints" in lower
        return "requirements" if hinted and _requirements().fullmatch(lower) else ""
    if not path.endswith(_SUFFIXES):
        return ""
    name = path.rpartition("/")[2]
    return _KINDS.get(name) or _KINDS.get(lower := name.lower()) or _by_pattern(path, lower)


def _by_pattern(path: str, name: str) -> str:
    """The formats whose files have no fixed name. `name` is in lower case."""
    if name.startswith("pylock.") and name.endswith(".toml") and name.count(".") == 2:
        return "pylock.toml"
    if "environment" in name and re.fullmatch(r"(?:conda[-_.])?environment(?:[-_.][^/]*)?\.ya?ml", name):
        return "environment.yml"
    if name.endswith(".packages.lock.json") or (name.startswith("packages.") and name.endswith(".lock.json")):
        return "packages.lock.json"
    for ending, form in _ENDINGS.items():
        if name.endswith(ending):
            return form if form != "gradle.lockfile" or "dependency-locks/" in path else ""
    return ""


def is_lockfile(path: str) -> bool:
    """Whether the file names exact versions; one of kind "manifest" does not."""
    return kind(path) not in ("", "manifest")


def is_manifest(path: str) -> bool:
    """Whether the file asks for packages that a lockfile beside it may pin."""
    return kind(path) == "manifest"


def is_constraints(path: str) -> bool:
    """Whether the file narrows versions without asking for packages."""
    return "constraints" in path.rpartition("/")[2].lower()


def read(path: str, data: bytes) -> Lock:
    """What the file says; never raises. `path` must be one that `kind` knows."""
    if len(data) > LARGEST:
        return Lock(error=f"is larger than {LARGEST >> 20} MiB")
    try:
        lock = _parsed(path, data)
    except LockError as error:
        return Lock(error=error.reason, line=error.line)
    except RecursionError:
        return Lock(error="is nested too deeply")
    from yett.parse.lockfiles.lines import MOST_GAPS

    if sum(item.gap for item in lock.skipped) > MOST_GAPS:
        return Lock(error=f"has more than {MOST_GAPS:,} entries that cannot be audited", line=lock.skipped[-1].line)
    return lock._replace(
        registries=tuple(dict.fromkeys(item.registry for item in lock.locked if item.registry)),
        hashed=any(item.integrity for item in lock.locked),
    )


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
        case "pdm.lock":
            from yett.parse.lockfiles import pdm

            return pdm.parse(_text(data))
        case "Pipfile.lock":
            from yett.parse.lockfiles import pipfile

            return pipfile.parse(_text(data))
        case "pylock.toml":
            from yett.parse.lockfiles import pylock

            return pylock.parse(_text(data))
        case "environment.yml":
            from yett.parse.lockfiles import conda

            return conda.parse(_text(data), path)
        case "package-lock.json":
            from yett.parse.lockfiles import npm

            return npm.parse(_text(data))
        case "yarn.lock":
            from yett.parse.lockfiles import yarn

            return yarn.parse(_text(data))
        case "pnpm-lock.yaml":
            from yett.parse.lockfiles import pnpm

            return pnpm.parse(_text(data))
        case "bun.lock":
            from yett.parse.lockfiles import bun

            return bun.parse(_text(data))
        case "composer.lock":
            from yett.parse.lockfiles import composer

            return composer.parse(_text(data))
        case "Gemfile.lock":
            from yett.parse.lockfiles import bundler

            return bundler.parse(_text(data))
        case "go.mod":
            from yett.parse.lockfiles import golang

            return golang.parse(_text(data))
        case "go.sum":
            from yett.parse.lockfiles import golang

            return golang.parse_sums(_text(data))
        case "Cargo.lock":
            from yett.parse.lockfiles import cargo

            return cargo.parse(_text(data))
        case "pom.xml":
            from yett.parse.lockfiles import pom

            return pom.parse(_text(data, "latin-1"))
        case "gradle.lockfile":
            from yett.parse.lockfiles import gradle

            return gradle.parse(_text(data))
        case "packages.lock.json":
            from yett.parse.lockfiles import nuget

            return nuget.parse(_text(data))
        case "mix.lock":
            from yett.parse.lockfiles import mix

            return mix.parse(_text(data))
        case "CycloneDX JSON":
            from yett.parse.lockfiles import cyclonedx

            return cyclonedx.parse(_text(data))
        case "CycloneDX XML":
            from yett.parse.lockfiles import cyclonedx

            return cyclonedx.parse_xml(_text(data, "latin-1"))
        case "SPDX JSON":
            from yett.parse.lockfiles import spdx

            return spdx.parse(_text(data))
        case "manifest":
            from yett.parse.lockfiles import manifest

            return manifest.parse(_text(data), path)
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
