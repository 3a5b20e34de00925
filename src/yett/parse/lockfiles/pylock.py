"""pylock.toml, version 1 (PEP 751, https://packaging.python.org/specifications/pylock-toml/)."""

from __future__ import annotations

import re

from yett.parse.lockfiles.edges import Keys
from yett.parse.lockfiles.lines import Entries, Place, text_of, usable, without_user
from yett.parse.lockfiles.lock import Lock, LockError, Runtime
from yett.parse.lockfiles.toml import document, member, names, strings


def parse(text: str) -> Lock:
    """What the file says. Raises LockError."""
    content = document(text, "packages")
    stated = content.top.get("lock-version")
    if not isinstance(stated, str) or stated.partition(".")[0] != "1":
        raise LockError("is not a pylock.toml of version 1")
    keys = Keys()
    for entry in content.entries:
        if isinstance(name := entry.table.get("name"), str):
            keys.note(_plain(name), f"{_plain(name)} {_text(entry.table.get('version'))}")
    found = Entries("PyPI")
    for line, column, end_column, table in content.entries:
        name, version = table.get("name"), table.get("version")
        place = Place(line, column, end_column)
        key = f"{_plain(text_of(name))} {_text(version)}"
        required = names(table.get("dependencies"))
        requires = tuple(dict.fromkeys(other for each, at in required for other in keys.of(_plain(each), at)))
        wheels, sdist = table.get("wheels"), table.get("sdist")
        archive, vcs = table.get("archive"), table.get("vcs")
        if usable(name) and "directory" in table:
            found.own(place, name, key, requires)
        elif usable(name) and version is None and (archive is not None or vcs is not None):
            what = "a repository" if vcs is not None else "an address"
            found.skip(place, name, f"comes from {what}, whose version is not known here", named=True, key=key)
        else:
            origin = next((each for each in (vcs, archive, wheels, sdist) if each is not None), None)
            found.add(
                name,
                version,
                place,
                key=key,
                requires=requires,
                integrity=_hash(wheels) or _hash(sdist) or _hash(archive) or member(vcs, "commit-id"),
                resolved=without_user(member(origin, "url") or member(origin, "path")),
                registry=without_user(_text(table.get("index"))),
                sdist_only=sdist is not None and wheels is None,
            )
    python = content.top.get("requires-python")
    start = text.find("\nrequires-python")
    line = text.count("\n", 0, start + 1) + 1
    return Lock(
        tuple(found.locked),
        tuple(found.skipped),
        ecosystem="PyPI",
        runtimes=(Runtime(line, "python", python),) if isinstance(python, str) else (),
    )


def _hash(value: object) -> str:
    """The strongest of the hashes beside a file."""
    if isinstance(value, dict):
        hashes = value.get("hashes")
        return _hash(hashes) if hashes is not None else next((v for v in value.values() if isinstance(v, str)), "")
    if isinstance(value, list):
        return next((found for each in value if (found := _hash(each))), "")
    return member(value, "sha256") or member(value, "sha512")


def _text(value: object) -> str:
    return next(iter(strings(value)), "")


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
