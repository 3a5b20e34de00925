"""poetry.lock, lock-version 1 and 2 (https://python-poetry.org/docs/basic-usage/#installing-with-poetrylock)."""

from __future__ import annotations

import re

from yett.lean import Any
from yett.parse.lockfiles.edges import Keys
from yett.parse.lockfiles.lines import Entries, Place, text_of, usable, without_user
from yett.parse.lockfiles.lock import Lock, LockError, Runtime
from yett.parse.lockfiles.toml import document, member, strings


def parse(text: str) -> Lock:
    """What the file says. Raises LockError."""
    content = document(text)
    metadata = content.top.get("metadata")
    if not isinstance(metadata, dict):
        raise LockError("is not a poetry.lock: it has no [metadata]")
    keys = Keys()
    for entry in content.entries:
        if isinstance(name := entry.table.get("name"), str):
            keys.note(_plain(name), f"{_plain(name)} {entry.table.get('version')}")
    found = Entries("PyPI")
    for line, column, end_column, table in content.entries:
        name, version, source = table.get("name"), table.get("version"), table.get("source")
        place = Place(line, column, end_column)
        key = f"{_plain(text_of(name))} {version}"
        requires = _requires(table.get("dependencies"), keys)
        source = source if isinstance(source, dict) else {}
        kind = source.get("type")
        if usable(name) and kind == "directory":
            found.own(place, name, key, requires)
            continue
        groups = table.get("groups")
        address = without_user(text_of(source.get("url")))
        files = [file for file in strings(table.get("files")) if file.endswith((".whl", ".gz", ".zip", ".bz2", ".egg"))]
        if not isinstance(table.get("files"), str):
            files = [text_of(file.get("file")) for file in table.get("files") or () if isinstance(file, dict)]
        found.add(
            name,
            version,
            place,
            key=key,
            requires=requires,
            dev=table.get("category") == "dev" or (isinstance(groups, list) and "main" not in groups),
            integrity=member(table.get("files"), "hash"),
            resolved=address if kind in ("git", "url", "file") else "",
            registry=address if kind == "legacy" else "",
            sdist_only=bool(files) and not any(file.endswith(".whl") for file in files),
            optional=table.get("optional") is True,
        )
    stated = re.search(r'^\[metadata\][^\[]*?^python-versions *= *"([^"\\\n]*)"', text, re.MULTILINE)
    return Lock(
        tuple(found.locked),
        tuple(found.skipped),
        ecosystem="PyPI",
        runtimes=(Runtime(text.count("\n", 0, stated.end()) + 1, "python", stated[1]),) if stated else (),
    )


def _requires(table: Any, keys: Keys) -> tuple[str, ...]:
    if not isinstance(table, dict):
        return ()
    return tuple(key for name in table for key in keys.of(_plain(name)))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
