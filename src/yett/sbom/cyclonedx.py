"""A bill of materials as CycloneDX 1.6 in JSON (ECMA-424, https://cyclonedx.org/docs/1.6/json/). Pure.

The same bill is the same text: the serial number is made of the content, and the time is that of the commit or left
out.
"""

from __future__ import annotations

from yett import __version__
from yett.lean import Any
from yett.sbom import Bom, Component, clean, identifier

ROOT = "the-project"


def write(bom: Bom) -> str:
    """The document, with a line feed at its end."""
    import json

    body = {
        "metadata": _metadata(bom),
        "components": [_component(each) for each in bom.components],
        "dependencies": [
            {"ref": ROOT, "dependsOn": list(bom.roots)},
            *(_dependency(each) for each in bom.components),
        ],
    }
    serial = f"urn:uuid:{identifier(json.dumps(body, sort_keys=True))}"
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": serial,
        "version": 1,
        **body,
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _metadata(bom: Bom) -> dict[str, Any]:
    project: dict[str, Any] = {"type": "application", "bom-ref": ROOT, "name": clean(bom.name) or "unnamed"}
    if bom.version:
        project["version"] = clean(bom.version)
    tool = {"type": "application", "name": "yett", "version": __version__}
    stamp = {"timestamp": bom.timestamp} if bom.timestamp else {}
    return {
        **stamp,
        "lifecycles": [{"phase": "pre-build"}],
        "tools": {"components": [tool]},
        "component": project,
    }


def _component(each: Component) -> dict[str, Any]:
    group, name = _names(each)
    found: dict[str, Any] = {"type": "library", "bom-ref": each.ref}
    if group:
        found["group"] = clean(group)
    found |= {"name": clean(name), "version": clean(each.package.version)}
    found["scope"] = "excluded" if each.scope == "dev" else each.scope  # 1.6: for tests and other non-runtime use
    if each.hashes:
        found["hashes"] = [{"alg": algorithm, "content": digits} for algorithm, digits in each.hashes]
    found["purl"] = each.ref
    if each.address and _is_address(each.address):
        found["externalReferences"] = [{"type": "distribution", "url": each.address}]
    found["evidence"] = {
        "occurrences": [{"location": clean(place.path), "line": max(place.line, 0)} for place in each.places]
    }
    return found


def _names(each: Component) -> tuple[str, str]:
    """Group and name, as purl divides them."""
    if each.package.ecosystem == "Maven" and ":" in each.package.name:
        group, _, name = each.package.name.partition(":")
        return group, name
    if each.package.ecosystem in ("npm", "Packagist", "Go"):
        group, _, name = each.package.name.rpartition("/")
        return group, name or each.package.name
    return "", each.package.name


def _is_address(text: str) -> bool:
    """Whether a text is fit for a field of the format `iri-reference`."""
    return text.isascii() and text.isprintable() and not any(char in ' "<>\\^`{|}' for char in text)


def _dependency(each: Component) -> dict[str, Any]:
    return {"ref": each.ref, **({"dependsOn": list(each.requires)} if each.requires else {})}
