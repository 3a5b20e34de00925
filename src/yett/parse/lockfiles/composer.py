"""composer.lock (https://getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control)."""

from __future__ import annotations

from yett.parse.lockfiles.json import document
from yett.parse.lockfiles.lines import NOWHERE, Entries, table_of, text_of, usable, without_user
from yett.parse.lockfiles.lock import Lock, LockError, Runtime


def parse(text: str) -> Lock:
    """What the file says. It does not tell what the project itself asks for. Raises LockError."""
    content = document(text)
    root = content.root
    if "packages" not in root and "packages-dev" not in root:
        raise LockError("is not a composer.lock: it has no `packages`")
    found = Entries("Packagist")
    for field in ("packages", "packages-dev"):
        packages = root.get(field)
        if not isinstance(packages, list):
            if packages is not None:
                found.skip(NOWHERE, field, "is no array", understood=False)
            continue
        for entry in packages:
            place = content.place(entry)
            if not isinstance(entry, dict):
                found.skip(place, "a package", "is no object", understood=False)
                continue
            name, dist, origin = entry.get("name"), table_of(entry.get("dist")), table_of(entry.get("source"))
            key = text_of(name).lower()
            requires = tuple(other.lower() for other in table_of(entry.get("require")) if "/" in other)
            if usable(name) and (dist.get("type") == "path" or (not dist and origin.get("type") == "path")):
                found.own(place, name, key, requires)
                continue
            found.add(
                name,
                entry.get("version"),
                place,
                dev=field == "packages-dev",
                key=key,
                requires=requires,
                integrity=text_of(dist.get("shasum")) or text_of(dist.get("reference") or origin.get("reference")),
                resolved=without_user(text_of(dist.get("url")) or text_of(origin.get("url"))),
                install_script=entry.get("type") == "composer-plugin",
                yanked=_abandoned(entry.get("abandoned")),
            )
    php = table_of(root.get("platform")).get("php")
    start = text.find('"platform"')
    line = text.count("\n", 0, max(start, 0)) + 1
    return Lock(
        tuple(found.locked),
        tuple(found.skipped),
        ecosystem="Packagist",
        runtimes=(Runtime(line, "php", php),) if isinstance(php, str) else (),
    )


def _abandoned(value: object) -> str:
    if isinstance(value, str) and value:
        return f"abandoned, use {value} instead"
    return "abandoned" if value is True else ""
