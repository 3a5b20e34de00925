"""pnpm-lock.yaml, versions 5 to 9 (https://github.com/pnpm/spec/tree/master/lockfile).

What names a package is the key of an entry: `/name/1.0.0_peer@2.0.0` up to version 5, `/name@1.0.0(peer@2.0.0)` in
version 6, without the slash since 9, where `snapshots` holds the edges.
"""

from __future__ import annotations

import re

from yett.parse.lockfiles.edges import scoped
from yett.parse.lockfiles.indented import Node, flow, nodes
from yett.parse.lockfiles.lines import Entries, Place, without_user
from yett.parse.lockfiles.lock import Lock, LockError, Skipped

_NEW = re.compile(r"/?((?:@[^/@]+/)?[^/@(]+)@([^(]+)(?:\(.*)?", re.DOTALL)
_OLD = re.compile(r"/((?:@[^/]+/)?[^/]+)/([^/_(]+)(?:[_(].*)?", re.DOTALL)
_HOSTED = re.compile(r"(?=[^/@:]+\.[^/@:])[^/@:]++(/(?:@[^/]+/)?[^/]+/[0-9][^/]*)")
_DEEPEST = 5
"""Levels that say something: importers, its name, dependencies, a name, its version."""
_REQUIRED = ("dependencies", "optionalDependencies", "devDependencies")


class _Entry:
    """An entry of `packages`, with the edges of its snapshots."""

    __slots__ = ("fields", "line", "place", "requires")

    def __init__(self, node: Node) -> None:
        self.place = Place(node.line, node.column, node.end)
        self.fields: dict[str, str] = {}
        self.requires: list[str] = []


def parse(text: str) -> Lock:
    """What the file says. Raises LockError."""
    version = ""
    entries: dict[str, _Entry] = {}
    snapshots: dict[str, list[str]] = {}
    asked: list[str] = []
    asked_dev: list[str] = []
    links: list[Skipped] = []
    path: list[tuple[int, str]] = []
    for node in nodes(text):
        while path and path[-1][0] >= node.depth:
            path.pop()
        path.append((node.depth, node.key))
        if len(path) > _DEEPEST:
            continue
        keys = [key for _, key in path]
        depth = len(keys)
        top = keys[0]
        if depth == 1:
            if top == "lockfileVersion" and not version:
                version = node.value
        elif top == "packages":
            if depth == 2:
                entries.setdefault(node.key, _Entry(node))
            elif depth == 3:
                entries[keys[1]].fields[node.key] = node.value
            elif depth == 4 and keys[2] in ("dependencies", "optionalDependencies"):
                entries[keys[1]].requires.append(_key(node.key, node.value))
            elif depth == 4 and keys[2] == "resolution":
                entries[keys[1]].fields.setdefault(node.key, node.value)
        elif top == "snapshots":
            if depth == 2:
                snapshots.setdefault(node.key, [])
            elif depth == 4 and keys[2] in ("dependencies", "optionalDependencies"):
                snapshots.setdefault(keys[1], []).append(_key(node.key, node.value))
        else:
            _asked(top, keys, node, asked, asked_dev, links)
    if not re.match(r"[5-9](?:\.|$)", version):
        if not text.strip():
            raise LockError("is empty")
        raise LockError("is not a pnpm-lock.yaml of version 5 to 9")
    found = Entries("npm")
    found.skipped.extend(links)
    edges: dict[str, list[str]] = {}
    for snapshot, required in snapshots.items():  # one for each set of peers
        edges.setdefault(snapshot.partition("(")[0], []).extend(required)
    for key, entry in entries.items():
        requires = entry.requires + edges.get(key, [])
        _add(found, key, entry, version[0] == "5", tuple(dict.fromkeys(_resolved(each, entries) for each in requires)))
    if not asked and not asked_dev:
        return Lock(tuple(found.locked), tuple(found.skipped), ecosystem="npm")
    stated = {item.key: item.dev for item in found.locked} if not snapshots else {}
    locked = scoped(
        found.locked,
        (),
        (_resolved(each, entries) for each in asked),
        (_resolved(each, entries) for each in asked_dev),
    )
    if any(stated.values()):
        locked = tuple(item._replace(dev=stated[item.key]) for item in locked)
    return Lock(locked, tuple(found.skipped), ecosystem="npm")


def _asked(top: str, keys: list[str], node: Node, asked: list[str], asked_dev: list[str], links: list[Skipped]) -> None:
    """What the project, or a part of it, asks for: at the top, or below `importers`."""
    if top == "importers":
        keys = keys[2:]
    if not keys or keys[0] not in _REQUIRED:
        return
    if not (len(keys) == 2 and node.value) and not (len(keys) == 3 and keys[2] == "version"):
        return
    value = flow(node.value).get("version", "") if node.value.startswith("{") else node.value
    name = keys[1]
    if value.startswith("link:"):
        links.append(Skipped(node.line, name, "is a link to a part of the project", gap=False))
    elif value:
        (asked_dev if keys[0] == "devDependencies" else asked).append(_key(name, value))


def _key(name: str, version: str) -> str:
    """The key of the entry that a requirement means: its name and version, or the key itself."""
    if version.startswith("/") or "@" in version.partition("(")[0].partition("_")[0][1:] or ":" in version:
        return version
    return f"{name}@{version}"


def _resolved(key: str, entries: dict[str, _Entry]) -> str:
    """The key as `packages` spells it, which differs from one version of the format to the next."""
    if key in entries:
        return key
    bare = key.partition("(")[0]
    at = key.find("@", 1)
    for candidate in (bare, "/" + key, "/" + bare, key[at + 1 :]):
        if candidate in entries:
            return candidate
    old = f"/{key[:at]}/{key[at + 1 :]}"
    return old if old in entries else key


def _add(found: Entries, key: str, entry: _Entry, old: bool, requires: tuple[str, ...]) -> None:
    fields = entry.fields
    resolution = fields.get("resolution", "")
    inner = flow(resolution) if resolution else fields
    tarball, integrity = inner.get("tarball", ""), inner.get("integrity", "")
    directory = inner.get("type") == "directory" or "directory" in inner
    match = _OLD.fullmatch(key) if old else _NEW.fullmatch(key)
    if match is None and (hosted := _HOSTED.fullmatch(key)):
        match = _OLD.fullmatch(hosted[1])
    name = fields.get("name") or (match[1] if match else "")
    version = fields.get("version") or (match[2] if match else "")
    source = match[2] if match else key
    if directory or (not fields.get("version") and source.startswith("link:")):
        found.own(entry.place, name or key, key, requires)
        return
    if source.startswith("file:") and not fields.get("version"):
        archive = source.endswith((".tgz", ".tar.gz"))
        if archive:
            found.skip(entry.place, name or key, "is a file, whose version is not known here", key=key)
        else:
            found.own(entry.place, name or key, key, requires)
        return
    elsewhere = match is None or "/" in source or ":" in source
    if elsewhere and not fields.get("version"):
        what = name or without_user(key)
        why = "comes from an address, whose version is not known here"
        found.skip(entry.place, what, why, named=bool(name), key=key)
        return
    repo = inner.get("repo", "")
    found.add(
        name,
        version,
        entry.place,
        key=key,
        requires=requires,
        dev=fields.get("dev") == "true",
        optional=fields.get("optional") == "true",
        integrity=integrity or inner.get("commit", ""),
        resolved=without_user(tarball or (f"{repo}#{inner.get('commit', '')}" if repo else "")),
        install_script=fields.get("requiresBuild") == "true",
    )
