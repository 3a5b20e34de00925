"""packages.lock.json, versions 1 and 2
(https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files#locking-dependencies).
"""

from __future__ import annotations

from yett.parse.lockfiles.json import member_places, value
from yett.parse.lockfiles.lines import NOWHERE, Entries, table_of, text_of
from yett.parse.lockfiles.lock import Lock, LockError, Runtime


def parse(text: str) -> Lock:
    """What the file says, for each framework by itself. Raises LockError."""
    root = value(text, "JSON")
    if not isinstance(root, dict) or not isinstance(root.get("dependencies"), dict):
        raise LockError("is not a packages.lock.json: it has no `dependencies`")
    if root.get("version") not in (1, 2):
        raise LockError("is not a packages.lock.json of version 1 or 2")
    places = member_places(text, 3)
    found = Entries("NuGet")
    runtimes: list[Runtime] = []
    for framework, packages in root["dependencies"].items():
        at = places.get(("dependencies", framework), NOWHERE)
        if not isinstance(packages, dict):
            found.skip(at, framework, "is no object", understood=False)
            continue
        if "/" not in framework:
            runtimes.append(Runtime(at.line, "dotnet", framework))
        for name, entry in packages.items():
            place = places.get(("dependencies", framework, name), NOWHERE)
            if not isinstance(entry, dict):
                found.skip(place, name, "is no object", understood=False)
                continue
            key = f"{framework} {name.lower()}"
            requires = tuple(f"{framework} {other.lower()}" for other in table_of(entry.get("dependencies")))
            kind = entry.get("type")
            if kind == "Project":
                found.own(place, name, key, requires)
                continue
            found.add(
                name,
                entry.get("resolved"),
                place,
                direct=kind == "Direct",
                key=key,
                requires=requires,
                integrity=text_of(entry.get("contentHash")),
            )
    return Lock(tuple(found.locked), tuple(found.skipped), ecosystem="NuGet", runtimes=tuple(runtimes))
