"""pom.xml (https://maven.apache.org/pom.html), as far as one file tells: properties are looked up in it, a parent's
and an imported list's are not known. Plug-ins of the build are not looked at.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import MutableMapping

from yett.lean import NamedTuple
from yett.parse.lockfiles.lines import Entries, Place
from yett.parse.lockfiles.lock import Lock, LockError, Runtime
from yett.parse.lockfiles.xml import Element, document

_PROPERTY = re.compile(r"\$\{([^${}]*)\}")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z0-9]{1,31};")
_LONGEST = 512
_DEEPEST = 20
_EXACT = re.compile(r"\[\s*([^\[\](),\s]+)\s*\]")
_JAVA = ("maven.compiler.release", "java.version", "maven.compiler.target", "maven.compiler.source")


class _Asked(NamedTuple):
    """A dependency with its properties looked up."""

    name: str
    version: str
    scope: str
    type: str
    place: Place
    optional: bool


def parse(text: str) -> Lock:
    """What the file says. Raises LockError."""
    if "&" in text:  # Maven reads the entities of HTML, as in the names of developers; none matters here
        text = _ENTITY.sub("\ufffd", text)
    project = document(text)
    if project.name != "project":
        raise LockError("is not a pom.xml: its root is not <project>")
    properties = _properties(project)
    profiles = list(project.all("profiles", "profile"))
    found = Entries("Maven")
    parent = project.first("parent")
    if parent is not None:
        name = f"{_resolve(parent.value('groupId'), properties)}:{_resolve(parent.value('artifactId'), properties)}"
        found.skip(_at(parent), name, "is the parent, whose own dependencies are not known here", gap=False)
    managed: dict[str, _Asked] = {}
    asked: list[_Asked] = []
    for part in (project, *profiles):
        own = properties if part is project else ChainMap(_stated(part), properties)
        for element in part.all("dependencyManagement", "dependencies", "dependency"):
            each = _asked(element, own)
            managed.setdefault(f"{each.name}:{each.type}", each)
            _managed(found, each)
        asked.extend(_asked(element, own) for element in part.all("dependencies", "dependency"))
    for each in asked:
        default = managed.get(f"{each.name}:{each.type}")
        scope = each.scope or (default.scope if default else "")
        if not each.version and default is not None and default.version:
            each = each._replace(version=default.version)
        _add(found, each, scope == "test")
    note = "names what the project itself asks for, and not what comes with it" if found.locked or found.skipped else ""
    runtimes = tuple(
        Runtime(line, "java", stated)
        for key in _JAVA
        if (line := _property_line(project, key)) and (stated := _resolve(properties.get(key, ""), properties))
    )
    return Lock(tuple(found.locked), tuple(found.skipped), ecosystem="Maven", note=note, runtimes=runtimes[:1])


def _managed(found: Entries, each: _Asked) -> None:
    """An entry of <dependencyManagement>: it says which version, and asks for nothing by itself."""
    if each.scope == "import":
        found.skip(each.place, each.name, "is a list of versions, which are not known here", gap=False)
    elif not each.version:
        found.skip(each.place, each.name, "is only narrowed here", gap=False)
    else:
        _add(found, each, each.scope == "test", False)


def _add(found: Entries, each: _Asked, dev: bool, direct: bool = True) -> None:
    version = each.version
    if exact := _EXACT.fullmatch(version):
        version = exact[1]
    if each.name == ":" or each.name.startswith(":") or each.name.endswith(":"):
        found.skip(each.place, each.name, "has no usable name", understood=False)
    elif "${" in each.name or each.scope == "system":
        why = (
            "is a file of the system" if each.scope == "system" else "has a property in its name that is not known here"
        )
        found.skip(each.place, each.name, why)
    elif not version:
        why = "has its version from a parent or an imported list, which is not known here"
        found.skip(each.place, each.name, why, named=True)
    elif "${" in version:
        found.skip(each.place, each.name, f"has the version {version}, a property not known here", named=True)
    elif version[0] in "[(" or "," in version or version in ("LATEST", "RELEASE"):
        found.skip(each.place, each.name, "has no exact version here", named=True)
    else:
        key = f"{each.name} {version}"
        found.add(each.name, version, each.place, direct=direct, dev=dev, key=key, optional=each.optional)


def _asked(element: Element, properties: MutableMapping[str, str]) -> _Asked:
    group, artifact = element.value("groupId"), element.value("artifactId")
    return _Asked(
        f"{_resolve(group, properties)}:{_resolve(artifact, properties)}",
        _resolve(element.value("version"), properties),
        _resolve(element.value("scope"), properties),
        _resolve(element.value("type"), properties) or "jar",
        _at(element),
        element.value("optional") == "true",
    )


def _at(element: Element) -> Place:
    """Where the artifact's name stands, else the element."""
    named = element.first("artifactId")
    if named is None or not named.text.strip():
        return Place(element.line, element.column, 0)
    return Place(named.line, named.column + 12, named.column + 12 + len(named.text.strip()))


def _properties(project: Element) -> dict[str, str]:
    """What `${…}` may mean in this file; a profile's only where the project says nothing."""
    parent = project.first("parent")
    found: dict[str, str] = {}
    for field in ("groupId", "artifactId", "version"):
        own = project.value(field)
        inherited = parent.value(field) if parent is not None else ""
        for prefix in ("project.", "pom.", ""):
            if own or (inherited and field != "artifactId"):
                found[prefix + field] = own or inherited
            if inherited:
                found[f"{prefix}parent.{field}"] = inherited
    found.update(_stated(project))
    for profile in project.all("profiles", "profile"):
        for key, stated in _stated(profile).items():
            found.setdefault(key, stated)
    return found


def _stated(part: Element) -> dict[str, str]:
    stated = ((each.name, each.text.strip()) for group in part.all("properties") for each in group.children)
    return {name: value for name, value in stated if len(value) <= _LONGEST}


def _property_line(project: Element, key: str) -> int:
    for group in project.all("properties"):
        for each in group.children:
            if each.name == key:
                return each.line
    return 0


def _resolve(text: str, properties: MutableMapping[str, str]) -> str:
    """The text with what its properties mean; one that is unknown, or grows beyond measure, stays."""
    for _ in range(_DEEPEST):
        if "${" not in text or len(text) > _LONGEST:
            return text
        new = _PROPERTY.sub(lambda match: properties.get(match[1].strip(), match[0]), text)
        if new == text or len(new) > _LONGEST:
            return text
        text = new
    return text
