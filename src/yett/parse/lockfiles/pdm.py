"""pdm.lock, lock_version 3 to 4.5 (https://pdm-project.org/latest/usage/lockfile/)."""

from __future__ import annotations

import re

from yett.parse.lockfiles.edges import Keys
from yett.parse.lockfiles.lines import Entries, Place, text_of, usable, without_user
from yett.parse.lockfiles.lock import Lock, LockError
from yett.parse.lockfiles.toml import document, member, strings


def parse(text: str) -> Lock:
    """What the file says. Raises LockError."""
    content = document(text)
    if not isinstance(content.top.get("metadata"), dict):
        raise LockError("is not a pdm.lock: it has no [metadata]")
    keys = Keys()
    for entry in content.entries:
        if isinstance(name := entry.table.get("name"), str):
            keys.note(_plain(name), f"{_plain(name)} {entry.table.get('version')}")
    found = Entries("PyPI")
    for line, column, end_column, table in content.entries:
        name, version = table.get("name"), table.get("version")
        place = Place(line, column, end_column)
        key = f"{_plain(text_of(name))} {version}"
        asked = (re.match(r"[A-Za-z0-9._-]+", each) for each in strings(table.get("dependencies")))
        requires = tuple(dict.fromkeys(other for each in asked if each for other in keys.of(_plain(each[0]))))
        path, address = _text(table.get("path")), _text(table.get("git")) or _text(table.get("url"))
        if usable(name) and path and not path.endswith((".whl", ".zip", ".gz")):
            found.own(place, name, key, requires)
            continue
        groups = strings(table.get("groups"))
        files = [each for each in strings(table.get("files")) if each.endswith((".whl", ".gz", ".zip", ".bz2"))]
        if not isinstance(table.get("files"), str):
            files = [text_of(each.get("file")) for each in table.get("files") or () if isinstance(each, dict)]
        found.add(
            name,
            version,
            place,
            key=key,
            requires=requires,
            dev=bool(groups) and all("dev" in group or "test" in group for group in groups),
            integrity=member(table.get("files"), "hash"),
            resolved=without_user(address or path),
            sdist_only=bool(files) and not any(each.endswith(".whl") for each in files),
        )
    return Lock(tuple(found.locked), tuple(found.skipped), ecosystem="PyPI")


def _text(value: object) -> str:
    return next(iter(strings(value)), "")


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
