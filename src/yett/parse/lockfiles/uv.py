"""uv.lock (https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile), version 1."""

from __future__ import annotations

from collections.abc import Iterator

from yett.lean import Any
from yett.parse.lockfiles.edges import Keys, scoped
from yett.parse.lockfiles.lines import Entries, Place, text_of, usable, without_user
from yett.parse.lockfiles.lock import Lock, LockError, Runtime
from yett.parse.lockfiles.toml import document, member, names

_OWN = ("editable", "virtual", "directory")
_FROM = ("registry", "git", "url", "path")


def parse(text: str) -> Lock:
    """What the file says. Raises LockError."""
    content = document(text)
    if content.top.get("version") != 1:
        raise LockError("is not a uv.lock of version 1")
    if "distribution" in content.top:
        raise LockError("was written by a uv older than 0.2.34: lock again")
    keys = Keys()
    for entry in content.entries:
        name, version = entry.table.get("name"), entry.table.get("version")
        if isinstance(name, str):
            keys.note(name, f"{name} {version}")
    found = Entries("PyPI")
    asked: list[str] = []
    asked_dev: list[str] = []
    for line, column, end_column, table in content.entries:
        name, version, source = table.get("name"), table.get("version"), table.get("source")
        place = Place(line, column, end_column)
        key = f"{name} {version}"
        fields = ("dependencies", "optional-dependencies")
        requires = tuple(dict.fromkeys(other for field in fields for other in _keys(table.get(field), keys)))
        if usable(name) and isinstance(source, dict) and any(isinstance(source.get(kind), str) for kind in _OWN):
            found.own(place, name, key, requires)
            asked.extend(requires)
            asked_dev.extend(_keys(table.get("dev-dependencies"), keys))
            continue
        wheels, sdist = table.get("wheels"), table.get("sdist")
        origin = table.get("source")
        kind = next((kind for kind in _FROM if kind in origin), "") if isinstance(origin, dict) else ""
        address = without_user(text_of(origin[kind])) if isinstance(origin, dict) and kind else ""
        found.add(
            name,
            version,
            place,
            key=key,
            requires=requires,
            integrity=member(wheels, "hash") or member(sdist, "hash"),
            resolved=address if kind not in ("registry", "") else without_user(_url(wheels) or _url(sdist)),
            registry=address if kind == "registry" else "",
            sdist_only=sdist is not None and wheels is None,
        )
    stated = content.top.get("requires-python")
    locked = scoped(found.locked, found.skipped, asked, asked_dev) if asked or asked_dev else tuple(found.locked)
    return Lock(
        locked,
        tuple(found.skipped),
        ecosystem="PyPI",
        runtimes=(Runtime(_line_of(text, "requires-python"), "python", stated),) if isinstance(stated, str) else (),
    )


def _url(value: object) -> str:
    return member(value, "url") or member(value, "path")


def _keys(value: Any, keys: Keys) -> Iterator[str]:
    """The entries that an array of dependencies, or a table of such arrays, means."""
    for part in value.values() if isinstance(value, dict) else (value,):
        if part is not None:
            for name, version in names(part):
                yield from keys.of(name, version)


def _line_of(text: str, key: str) -> int:
    start = text.find(f"\n{key}")
    return text.count("\n", 0, start + 1) + 1 if start >= 0 else 1
