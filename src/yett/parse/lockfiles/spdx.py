"""SPDX 2.2 and 2.3 as JSON (https://spdx.github.io/spdx-spec/v2.3/)."""

from __future__ import annotations

from yett.parse.lockfiles.edges import scoped
from yett.parse.lockfiles.json import document
from yett.parse.lockfiles.lines import Entries, list_of, table_of, text_of, usable
from yett.parse.lockfiles.lock import Lock, LockError
from yett.parse.lockfiles.purl import package

_ASKS = ("DEPENDS_ON", "CONTAINS")
_ASKED = ("DEPENDENCY_OF", "RUNTIME_DEPENDENCY_OF", "CONTAINED_BY")
_DEV = ("DEV_DEPENDENCY_OF", "TEST_DEPENDENCY_OF", "BUILD_DEPENDENCY_OF")


def parse(text: str) -> Lock:
    """What the document says. Raises LockError."""
    content = document(text, ("referenceLocator", "name"))
    root = content.root
    if isinstance(root.get("sbom"), dict):  # as GitHub's interface wraps it
        root = root["sbom"]
    if not text_of(root.get("spdxVersion")).startswith("SPDX-2."):
        raise LockError("is not an SPDX document of version 2")
    if not isinstance(root.get("packages", []), list):
        raise LockError("has `packages` that are no array")
    described = {text_of(each) for each in list_of(root.get("documentDescribes"))}
    edges: dict[str, list[str]] = {}
    dev_edges: dict[str, list[str]] = {}
    for relation in list_of(root.get("relationships")):
        entry = table_of(relation)
        kind = text_of(entry.get("relationshipType"))
        one, other = text_of(entry.get("spdxElementId")), text_of(entry.get("relatedSpdxElement"))
        if kind == "DESCRIBES":
            described.add(other)
        elif kind in _ASKS:
            edges.setdefault(one, []).append(other)
        elif kind in _ASKED:
            edges.setdefault(other, []).append(one)
        elif kind in _DEV:
            dev_edges.setdefault(other, []).append(one)
    asked = [other for key in described for other in edges.get(key, ())]
    asked_dev = [other for key in described for other in dev_edges.get(key, ())]
    found = Entries("")
    for each in list_of(root.get("packages")):
        place = content.place(each)
        if not isinstance(each, dict):
            found.skip(place, "a package", "is no object", understood=False)
            continue
        name, key = each.get("name"), text_of(each.get("SPDXID"))
        own = key in described and key in edges
        requires = tuple(edges.pop(key, ()))  # an id that is there twice has them once
        references = [
            reference
            for reference in list_of(each.get("externalRefs"))
            if table_of(reference).get("referenceType") == "purl"
        ]
        if own or (key in described and not references):
            found.own(place, name if usable(name) else key, key, requires)
            continue
        if not references:
            if not usable(name):
                found.skip(place, "a package", "has no usable name", understood=False, key=key)
            else:
                why = "has no package URL, so that nobody knows whose it is"
                found.skip(place, name, why, key=key, requires=requires)
            continue
        for reference in references:
            purl = text_of(table_of(reference).get("referenceLocator"))
            known = package(purl)
            if isinstance(known, str):
                found.skip(content.place(reference), purl or name, known, key=key, requires=requires)
                continue
            found.ecosystem = known.ecosystem
            digest = next((text_of(table_of(sum_).get("checksumValue")) for sum_ in list_of(each.get("checksums"))), "")
            version = known.version or text_of(each.get("versionInfo"))
            at = content.place(reference)
            found.add(known.name, version, at, key=key, requires=requires, integrity=digest)
    locked = scoped(found.locked, found.skipped, asked, asked_dev) if asked or asked_dev else tuple(found.locked)
    return Lock(locked, tuple(found.skipped), note="a bill of materials: what its maker found")
