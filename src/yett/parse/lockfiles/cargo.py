"""Cargo.lock, versions 1 to 4 (https://doc.rust-lang.org/cargo/reference/resolver.html)."""

from __future__ import annotations

import re

from yett.parse.lockfiles.edges import Keys, scoped
from yett.parse.lockfiles.lines import Entries, Place, text_of, usable, without_user
from yett.parse.lockfiles.lock import Lock, LockError
from yett.parse.lockfiles.toml import document, strings

_CENTRAL = ("https://github.com/rust-lang/crates.io-index", "https://index.crates.io/")


def parse(text: str) -> Lock:
    """What the file says. Development, build and normal dependencies look alike in it. Raises LockError."""
    content = document(text)
    version = content.top.get("version", 1)
    if version not in (1, 2, 3, 4):
        raise LockError("is not a Cargo.lock of version 1 to 4")
    if not content.entries and not content.top and text.strip() and not _is_only_comments(text):
        raise LockError("is not a Cargo.lock: it has no packages")
    sums = _old_checksums(text) if "metadata" in content.top else {}
    keys = Keys()
    for entry in content.entries:
        if isinstance(name := entry.table.get("name"), str):
            keys.note(name, f"{name} {_text(entry.table.get('version'))}")
    found = Entries("crates.io")
    asked: list[str] = []
    for line, column, end_column, table in content.entries:
        name, source = table.get("name"), _text(table.get("source"))
        place = Place(line, column, end_column)
        number = _text(table.get("version"))
        key = f"{text_of(name)} {number}"
        requires: list[str] = []
        for each in strings(table.get("dependencies")):
            parts = each.split(" ")
            requires.extend(keys.of(parts[0], parts[1] if len(parts) > 1 else ""))
        if usable(name) and not source:
            asked.extend(requires)
            found.own(place, name, key, tuple(requires))
            continue
        kind, _, address = source.partition("+")
        address = without_user(address)
        checksum = _text(table.get("checksum")) or sums.get(key, "")
        found.add(
            name,
            number,
            place,
            key=key,
            requires=tuple(dict.fromkeys(requires)),
            integrity=checksum,
            registry=address if kind in ("registry", "sparse") and not address.startswith(_CENTRAL) else "",
            resolved=source_of(kind, source),
        )
    locked = scoped(found.locked, found.skipped, asked, ()) if asked else tuple(found.locked)
    return Lock(locked, tuple(found.skipped), ecosystem="crates.io")


def source_of(kind: str, source: str) -> str:
    """The repository and commit of a package that comes from one, else ""."""
    if kind != "git":
        return ""
    commit = source.rpartition("#")[2] if "#" in source else ""
    return without_user(source) + (f"#{commit}" if commit else "")


def _old_checksums(text: str) -> dict[str, str]:
    """Version 1 keeps them in a table at the end: `"checksum name version (source)" = "…"`."""
    pattern = re.compile(r'^"checksum ([^ "\n]+ [^ "\n]+) \([^"\n]*\)" *= *"([0-9a-f]+)"', re.MULTILINE)
    return dict(pattern.findall(text))


def _is_only_comments(text: str) -> bool:
    return all(not line.strip() or line.lstrip().startswith("#") for line in text.split("\n"))


def _text(value: object) -> str:
    return next(iter(strings(value)), "")
