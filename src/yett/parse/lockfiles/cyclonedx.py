"""CycloneDX bills of materials, JSON and XML, 1.0 to 1.6 (https://cyclonedx.org/specification/overview/)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from yett.lean import Any, NamedTuple
from yett.parse.lockfiles.edges import scoped
from yett.parse.lockfiles.json import Document, document
from yett.parse.lockfiles.lines import Entries, Place, list_of, table_of, text_of, usable
from yett.parse.lockfiles.lock import Lock, LockError
from yett.parse.lockfiles.purl import package

_DEEPEST = 200


class _Component(NamedTuple):
    """What a component says of itself, whichever form it is written in."""

    place: Place
    name: str
    group: str
    version: str
    purl: str
    ref: str
    kind: str
    scope: str
    digest: str


def parse(text: str) -> Lock:
    """What a JSON document says. Raises LockError."""
    content = document(text, ("purl", "name"))
    root = content.root
    if root.get("bomFormat") != "CycloneDX":
        raise LockError("is not a CycloneDX document: its `bomFormat` is another")
    if not isinstance(root.get("components", []), list):
        raise LockError("has `components` that are no array")
    own = table_of(table_of(root.get("metadata")).get("component"))
    edges: dict[str, list[str]] = {}
    for each in list_of(root.get("dependencies")):
        entry = table_of(each)
        ref = text_of(entry.get("ref"))
        edges.setdefault(ref, []).extend(text_of(other) for other in list_of(entry.get("dependsOn")))
    inner = list_of(own.get("components"))
    components = _components([*inner, *list_of(root.get("components"))], content, 0)
    return _lock(components, text_of(own.get("bom-ref")), edges)


def _components(found: Iterable[Any], content: Document, depth: int) -> Iterator[_Component]:
    if depth > _DEEPEST:
        raise LockError("is nested too deeply")
    for each in found:
        if not isinstance(each, dict):
            yield _Component(content.place(each), "", "", "", "", "", "", "", "")
            continue
        digest = next((text_of(table_of(entry).get("content")) for entry in list_of(each.get("hashes"))), "")
        stated = {key: text_of(each.get(key)) for key in ("name", "group", "version", "purl", "scope")}
        ref, kind = text_of(each.get("bom-ref")), text_of(each.get("type"))
        yield _Component(content.place(each), ref=ref, kind=kind, digest=digest, **stated)
        yield from _components(list_of(each.get("components")), content, depth + 1)


def parse_xml(text: str) -> Lock:
    """What an XML document says. Raises LockError."""
    from yett.parse.lockfiles.xml import Element, document

    def components(parts: Iterable[Element]) -> Iterator[_Component]:
        for each in parts:
            named = each.first("purl") or each.first("name") or each
            start = named.column + (len(named.name) + 2 if named is not each else 0)
            place = Place(named.line, start, start + len(named.text.strip()) if named is not each else 0)
            digest = next((entry.text.strip() for entry in each.all("hashes", "hash")), "")
            stated = {key: each.value(key) for key in ("name", "group", "version", "purl", "scope")}
            ref, kind = each.attributes.get("bom-ref", ""), each.attributes.get("type", "")
            yield _Component(place, ref=ref, kind=kind, digest=digest, **stated)
            yield from components(each.all("components", "component"))

    root = document(text)
    if root.name != "bom":
        raise LockError("is not a CycloneDX document: its root is not <bom>")
    edges = {
        each.attributes.get("ref", ""): [other.attributes.get("ref", "") for other in each.all("dependency")]
        for each in root.all("dependencies", "dependency")
    }
    own = next(root.all("metadata", "component"), None)
    found = list(components(root.all("components", "component")))
    if own is not None:
        found[:0] = components(own.all("components", "component"))
    return _lock(found, own.attributes.get("bom-ref", "") if own is not None else "", edges)


def _lock(components: Iterable[_Component], own: str, edges: dict[str, list[str]]) -> Lock:
    found = Entries("")
    asked = edges.get(own, []) if own else []
    for each in components:
        name = f"{each.group}/{each.name}" if each.group and usable(each.group) else each.name
        requires = tuple(edges.pop(each.ref, ()))  # an id that is there twice has them once
        if not each.purl:
            if not usable(name):
                found.skip(each.place, "a component", "has no usable name", understood=False, key=each.ref)
            elif each.kind in (
                "file",
                "operating-system",
                "device",
                "data",
                "machine-learning-model",
                "cryptographic-asset",
            ):
                found.skip(each.place, name, f"is of the type {each.kind}, which is no package", False, key=each.ref)
            else:
                found.skip(each.place, name, "has no package URL, so that nobody knows whose it is", key=each.ref)
            continue
        known = package(each.purl)
        if isinstance(known, str):
            found.skip(each.place, each.purl, known, key=each.ref, requires=requires)
            continue
        found.ecosystem = known.ecosystem
        version = known.version or each.version
        digest = each.digest
        optional = each.scope in ("optional", "excluded")
        key = each.ref or each.purl
        found.add(known.name, version, each.place, key=key, requires=requires, integrity=digest, optional=optional)
    locked = scoped(found.locked, found.skipped, asked, ()) if asked else tuple(found.locked)
    return Lock(locked, tuple(found.skipped), note="a bill of materials: what its maker found")
