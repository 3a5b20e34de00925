"""package-lock.json and npm-shrinkwrap.json, versions 1 to 3
(https://docs.npmjs.com/cli/configuring-npm/package-lock-json).

Version 2 says everything twice: `packages` for npm 7 and later, `dependencies` for older ones. Both are read, as
either may be what gets installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.lean import Any
from yett.model import Package
from yett.parse.lockfiles.lines import without_user
from yett.parse.lockfiles.lock import Lock, Locked, LockError, Runtime, Skipped

_TARBALL = re.compile(r"/((?:@[^/%]+(?:/|%2f))?[^/]+)/-/([^/]+)\.tgz", re.IGNORECASE)
_FOLDER = "node_modules/"
_DEEPEST = 32
"""Slashes in the path of a folder; none that a file system takes has more, and edges are looked for at each."""
_EDGES = ("dependencies", "optionalDependencies", "peerDependencies")
_OWN = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
_Place = tuple[int, int, int]


def parse(text: str) -> Lock:
    """What the file says. Raises LockError."""
    import json

    try:
        root = json.loads(text)
    except json.JSONDecodeError as error:
        raise LockError(f"is not JSON: {error.msg[:1].lower()}{error.msg[1:]}", error.lineno) from error
    except ValueError as error:  # a number beyond what Python reads
        raise LockError("is not JSON: a number in it is out of all bounds") from error
    if not isinstance(root, dict):
        raise LockError("is not an npm lockfile: it is no object")
    form = root.get("lockfileVersion", 1 if "dependencies" in root else None)  # npm 4 and older wrote none
    if form not in (1, 2, 3):
        raise LockError("is not an npm lockfile of version 1, 2 or 3")
    packages, dependencies = root.get("packages", {}), root.get("dependencies", {})
    if not isinstance(packages, dict) or not isinstance(dependencies, dict):
        raise LockError("has `packages` or `dependencies` that are no objects")
    if form == 3 and "packages" not in root:
        raise LockError("has no `packages`")
    places = _places(text)
    locked: list[Locked] = []
    skipped: list[Skipped] = []
    seen: set[Package] = set()
    for item in _installed(packages, places):
        if isinstance(item, Locked):
            seen.add(item.package)
            locked.append(item)
        else:
            skipped.append(item)
    for item in _required(dependencies, ("dependencies",), places, (dependencies,)):
        if not isinstance(item, Locked):
            if not packages:
                skipped.append(item)
        elif item.package not in seen:
            locked.append(item)
    return Lock(tuple(locked), tuple(skipped), ecosystem="npm", runtimes=_runtimes(packages, places))


def _runtimes(packages: dict[str, Any], places: dict[tuple[str, ...], _Place]) -> tuple[Runtime, ...]:
    own = packages.get("")
    engines = own.get("engines") if isinstance(own, dict) else None
    node = engines.get("node") if isinstance(engines, dict) else None
    return (Runtime(places.get(("packages", ""), (1, 1, 0))[0], "node", node),) if isinstance(node, str) else ()


def _installed(packages: dict[str, Any], places: dict[tuple[str, ...], _Place]) -> Iterator[Locked | Skipped]:
    """Versions 2 and 3: one entry for each folder; those outside of node_modules are the project's own."""
    direct: set[str] = set()
    for folder, entry in packages.items():
        if isinstance(entry, dict) and _FOLDER not in folder:
            direct.update(_edges(folder, entry, packages, _OWN))
    for folder, entry in packages.items():
        line, column, end_column = places.get(("packages", folder), (1, 1, 0))
        if not isinstance(entry, dict):
            yield Skipped(line, folder, "is no object", understood=False)
        elif _FOLDER not in folder:
            if folder:
                requires = _edges(folder, entry, packages, _OWN)
                yield Skipped(line, folder, "is part of the project", False, key=folder, requires=requires)
        elif entry.get("link") is True:
            target = entry.get("resolved")
            requires = (target,) if isinstance(target, str) else ()
            yield Skipped(line, folder, "is a link to a part of the project", False, key=folder, requires=requires)
        else:
            key = folder.rpartition(_FOLDER)[2]
            name = entry.get("name", key)
            place = (line, column, end_column)
            requires = _edges(folder, entry, packages, _EDGES)
            yield from _locked(name, entry.get("version"), entry, place, folder in direct, folder, requires)


def _edges(folder: str, entry: dict[str, Any], packages: dict[str, Any], fields: tuple[str, ...]) -> tuple[str, ...]:
    """The folders that node finds from `folder` on for what the entry asks for: the nearest one above."""
    asked = [name for field in fields if isinstance(own := entry.get(field), dict) for name in own]
    if not asked or folder.count("/") > _DEEPEST:
        return ()
    found: list[str] = []
    above = _above(folder)
    for name in asked:
        for place in above:
            if (other := place + name) in packages:
                found.append(other)
                break
    return tuple(dict.fromkeys(found))


def _above(folder: str) -> list[str]:
    """The folders that node looks into from `folder` on, with a slash at the end of each."""
    places: list[str] = []
    while folder:
        places.append(f"{folder}/{_FOLDER}")
        folder = folder.rpartition(_FOLDER)[0].rstrip("/") if _FOLDER in folder else folder.rpartition("/")[0]
    return [*places, _FOLDER]


def _required(
    dependencies: dict[str, Any],
    above: tuple[str, ...],
    places: dict[tuple[str, ...], _Place],
    above_it: tuple[dict[str, Any], ...],
) -> Iterator[Locked | Skipped]:
    """Version 1: a tree of what is inside of what. Version strings may be addresses."""
    for key, entry in dependencies.items():
        path = (*above, key)
        place = places.get(path, (1, 1, 0))
        if not isinstance(entry, dict):
            yield Skipped(place[0], key, "is no object", understood=False)
            continue
        name, version = key, entry.get("version")
        if isinstance(version, str):
            if version.startswith("npm:"):
                name, _, version = version[4:].rpartition("@")
            elif version.startswith("file:") and not version.endswith((".tgz", ".tar.gz", ".tar")):
                yield Skipped(place[0], key, "is a folder of the project", gap=False)
                continue
            elif ":" in version or "/" in version:
                why = "comes from an address, whose version is not known here"
                yield Skipped(place[0], key, why, package=Package("npm", key, ""))
                continue
        requires = _edges_1(above, key, entry, above_it)
        yield from _locked(name, version, entry, place, None, _key_1(above, key), requires)
        inside = entry.get("dependencies")
        if isinstance(inside, dict):
            yield from _required(inside, (*path, "dependencies"), places, (*above_it, inside))


def _key_1(above: tuple[str, ...], name: str) -> str:
    """The folder of an entry, as versions 2 and 3 name it."""
    return "/".join(f"{_FOLDER}{each}" for each in (*above[1::2], name))


def _edges_1(
    above: tuple[str, ...], key: str, entry: dict[str, Any], above_it: tuple[dict[str, Any], ...]
) -> tuple[str, ...]:
    asked, inside = entry.get("requires"), entry.get("dependencies")
    levels = [*above_it, inside if isinstance(inside, dict) else {}]
    names = (*above[1::2], key)
    found: list[str] = []
    if len(levels) > _DEEPEST:
        return ()
    for name in asked if isinstance(asked, dict) else ():
        for level in range(len(levels) - 1, -1, -1):
            if name in levels[level]:
                found.append("/".join(f"{_FOLDER}{each}" for each in (*names[:level], name)))
                break
    return tuple(found)


def _locked(
    name: object,
    version: object,
    entry: dict[str, Any],
    place: _Place,
    direct: bool | None,
    key: str,
    requires: tuple[str, ...],
) -> Iterator[Locked | Skipped]:
    """One package; two where the tarball that npm would fetch says that it is another one."""
    line, column, end_column = place
    if not isinstance(name, str) or not name or not name.isprintable():
        yield Skipped(line, "a package", "has no usable name", understood=False)
        return
    dev = entry.get("dev") is True
    stated = Package("npm", name, version) if isinstance(version, str) and version and version.isprintable() else None
    resolved = entry.get("resolved")
    fetched = _fetched(resolved) if isinstance(resolved, str) else None
    integrity = entry.get("integrity")
    for package in (stated, fetched if fetched != stated else None):
        if package:
            yield Locked(
                package,
                line,
                column,
                end_column,
                direct,
                dev,
                key,
                requires,
                integrity if isinstance(integrity, str) else "",
                without_user(resolved) if isinstance(resolved, str) else "",
                install_script=entry.get("hasInstallScript") is True,
                optional=entry.get("optional") is True,
            )
    if not stated and not fetched:
        yield Skipped(line, name, "has no usable version here", package=Package("npm", name, ""))


def _fetched(resolved: str) -> Package | None:
    """The package behind a registry's address, `…/name/-/name-version.tgz`."""
    match = _TARBALL.search(resolved)
    if match is None:
        return None
    name = match[1].replace("%2f", "/").replace("%2F", "/").replace("%40", "@")
    prefix = name.rpartition("/")[2] + "-"
    file = match[2]
    return Package("npm", name, file[len(prefix) :]) if file.startswith(prefix) and match[0].isprintable() else None


_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*+)"(?:\s*:\s*(\{))?+|[{}]', re.DOTALL)


def _places(text: str) -> dict[tuple[str, ...], _Place]:
    """Line, column and end of the key of every object below `packages` and `dependencies`, by its path of keys."""
    import json

    found: dict[tuple[str, ...], _Place] = {}
    path: list[str] = []
    line, counted, newline = 1, 0, -1
    for match in _TOKEN.finditer(text):
        if match[2]:
            key = match[1]
            if "\\" in key:
                key = json.loads(f'"{key}"')
            path.append(key)
            depth = len(path)  # the root object is the first, without a key
            if depth % 2 and ((depth == 3 and path[1] == "packages") or path[-2] == "dependencies"):
                start, end = match.span(1)
                if lines := text.count("\n", counted, start):
                    line += lines
                    newline = text.rfind("\n", counted, start)
                counted = start
                found[tuple(path[1:])] = (line, start - newline, end - newline)
        elif match[0] == "{":
            path.append("")
        elif match[0] == "}":
            path.pop()
    return found
