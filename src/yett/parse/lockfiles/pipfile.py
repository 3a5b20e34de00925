"""Pipfile.lock (https://pipenv.pypa.io/en/stable/pipfile.html)."""

from __future__ import annotations

from yett.parse.lockfiles.json import member_places, value
from yett.parse.lockfiles.lines import NOWHERE, Entries, list_of, source, table_of, text_of, without_user
from yett.parse.lockfiles.lock import Index, Lock, LockError, Runtime

_VCS = ("git", "hg", "svn", "bzr")


def parse(text: str) -> Lock:
    """What the file says. Raises LockError."""
    root = value(text, "JSON")
    if not isinstance(root, dict) or not (set(root) & {"_meta", "default", "develop"}):
        raise LockError("is not a Pipfile.lock: it has neither `_meta` nor `default`")
    places = member_places(text, 2)
    meta = table_of(root.get("_meta"))
    indexes: list[Index] = []
    named: dict[str, str] = {}
    for each in list_of(meta.get("sources")):
        entry = table_of(each)
        if index := source(places.get(("_meta", "sources"), NOWHERE), "sources", entry.get("url")):
            indexes.append(index)
            named[text_of(entry.get("name"))] = index.address
    found = Entries("PyPI")
    shipped = set(table_of(root.get("default")))
    for category, packages in root.items():
        if category == "_meta":
            continue
        if not isinstance(packages, dict):
            found.skip(places.get((category,), NOWHERE), category, "is no object", understood=False)
            continue
        dev = category != "default"
        for name, entry in packages.items():
            place = places.get((category, name), NOWHERE)
            if not isinstance(entry, dict):
                entry = {"version": entry}
            version = entry.get("version")
            folder, file = text_of(entry.get("path")), text_of(entry.get("file"))
            vcs = next((kind for kind in _VCS if kind in entry), "")
            more = {"dev": dev and name not in shipped}
            if isinstance(version, str) and version.startswith("=="):
                hashes = [text_of(each) for each in list_of(entry.get("hashes"))]
                registry = named.get(text_of(entry.get("index")), "") if len(named) > 1 else ""
                address = text_of(entry.get(vcs)) or file
                found.add(
                    name,
                    version.lstrip("=").strip(),
                    place,
                    integrity=next(iter(hashes), ""),
                    registry=registry,
                    resolved=without_user(address),
                    **more,
                )
            elif vcs:
                found.skip(place, name, "comes from a repository, whose version is not known here", named=True)
            elif folder or (entry.get("editable") is True and not file):
                inside = not folder.startswith(("/", "~", "..")) and ":" not in folder
                if inside:
                    found.own(place, name)
                else:
                    found.skip(place, name, "is a folder outside the project", named=True)
            elif file:
                found.skip(place, name, "comes from an address, whose version is not known here", named=True)
            else:
                found.skip(place, name, "has no usable version here", named=True)
    runtime = table_of(meta.get("requires"))
    python = runtime.get("python_full_version") or runtime.get("python_version")
    line = places.get(("_meta", "requires"), NOWHERE).line
    return Lock(
        tuple(found.locked),
        tuple(found.skipped),
        tuple(indexes),
        ecosystem="PyPI",
        runtimes=(Runtime(line, "python", python),) if isinstance(python, str) else (),
    )
