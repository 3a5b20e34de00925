"""bun.lock (https://bun.com/docs/pm/lockfile): JSON with comments and trailing commas.

An entry of `packages` is an array: "name@version", then a registry, edges and a hash, as far as its kind has them.
"""

from __future__ import annotations

import re

from yett.parse.lockfiles.edges import scoped
from yett.parse.lockfiles.json import member_places, value
from yett.parse.lockfiles.lines import NOWHERE, Entries, list_of, table_of, text_of, usable, without_user
from yett.parse.lockfiles.lock import Lock, LockError

_EDGES = ("dependencies", "optionalDependencies", "peerDependencies")


def parse(text: str) -> Lock:
    """What the file says. Raises LockError."""
    text = _strict(text)
    root = value(text, "bun's JSON")
    if not isinstance(root, dict) or root.get("lockfileVersion") not in (0, 1, 2):
        raise LockError("is not a bun.lock of version 0, 1 or 2")
    packages, workspaces = root.get("packages", {}), root.get("workspaces", {})
    if not isinstance(packages, dict) or not isinstance(workspaces, dict):
        raise LockError("has `packages` or `workspaces` that are no objects")
    places = member_places(text, 2)
    trusted = {text_of(name) for name in list_of(root.get("trustedDependencies"))}
    found = Entries("npm")
    for key, entry in packages.items():
        place = places.get(("packages", key), NOWHERE)
        if not isinstance(entry, list) or not entry or not usable(entry[0]):
            found.skip(place, key, "has no usable name and version here", understood=False)
            continue
        spec = text_of(entry[0])
        name, version = _split(spec)
        info = next((part for part in entry if isinstance(part, dict)), {})
        requires = tuple(dict.fromkeys(other for field in _EDGES for other in _keys(key, info.get(field), packages)))
        if version.startswith(("workspace:", "link:", "file:", "root:")) and not version.endswith((".tgz", ".tar.gz")):
            found.own(place, name, key, requires)
        elif ":" in version or "/" in version:
            why = "comes from an address, whose version is not known here"
            found.skip(place, name, why, named=True, key=key, requires=requires)
        else:
            registry = text_of(entry[1]) if len(entry) > 1 else ""
            digest = text_of(entry[-1]) if len(entry) > 2 else ""
            tarball = registry.endswith((".tgz", ".tar.gz"))
            found.add(
                name,
                version,
                place,
                key=key,
                requires=requires,
                integrity=digest,
                resolved=without_user(registry) if tarball else "",
                registry="" if tarball else without_user(registry),
                install_script=name in trusted,
            )
    asked: list[str] = []
    asked_dev: list[str] = []
    for entry in workspaces.values():
        own = table_of(entry)
        inside = text_of(own.get("name"))
        for field in ("dependencies", "optionalDependencies"):
            asked.extend(_keys(inside, own.get(field), packages))
        asked_dev.extend(_keys(inside, own.get("devDependencies"), packages))
    locked = scoped(found.locked, found.skipped, asked, asked_dev) if workspaces else tuple(found.locked)
    return Lock(locked, tuple(found.skipped), ecosystem="npm")


def _keys(key: str, asked: object, packages: dict[str, object]) -> list[str]:
    """The entries that are found from the place of `key`, the nearest first: "a/b" is b as a sees it."""
    found: list[str] = []
    if key.count("/") > 64:  # no tree is that deep, and every level is asked
        return found
    for name in table_of(asked):
        place = key
        while place and f"{place}/{name}" not in packages:
            place = place.rpartition("/")[0]
            if place.startswith("@") and "/" not in place:
                place = ""
        other = f"{place}/{name}" if place else name
        if other in packages:
            found.append(other)
    return found


def _split(spec: str) -> tuple[str, str]:
    at = spec.find("@", 1)
    return (spec, "") if at < 0 else (spec[:at], spec[at + 1 :])


def _strict(text: str) -> str:
    """JSON without comments and trailing commas; every character keeps its place."""

    def blank(match: re.Match[str]) -> str:
        part = match[0]
        if part[0] == '"':
            return part
        if part[0] == ",":
            return " " + part[1:]
        return re.sub(r"[^\n]", " ", part)

    text = (
        re.sub(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)|//[^\n]*|/\*(?:.*?\*/|.*)', blank, text, flags=re.DOTALL)
        if "/" in text
        else text
    )
    return re.sub(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)|,(?=\s*[}\]])', blank, text, flags=re.DOTALL)
