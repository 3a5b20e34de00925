"""A bill of materials as SPDX 2.3 in JSON (ISO/IEC 5962, https://spdx.github.io/spdx-spec/v2.3/). Pure.

The same bill is the same text: the namespace is made of the content. SPDX asks for a time: it is that of the commit,
else the beginning of 1970, which nobody takes for a real one.
"""

from __future__ import annotations

import re

from yett import __version__
from yett.lean import Any
from yett.sbom import Bom, Component, clean, identifier

_NO_TIME = "1970-01-01T00:00:00Z"
_ROOT = "SPDXRef-Project"
_ALGORITHMS = {"SHA-1": "SHA1", "SHA-256": "SHA256", "SHA-384": "SHA384", "SHA-512": "SHA512"}


def write(bom: Bom) -> str:
    """The document, with a line feed at its end."""
    import json

    ids = _identifiers(bom)
    project = {
        "SPDXID": _ROOT,
        "name": clean(bom.name) or "unnamed",
        **({"versionInfo": clean(bom.version)} if bom.version else {}),
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": "APPLICATION",
    }
    body = {
        "packages": [project, *(_package(each, ids[each.ref]) for each in bom.components)],
        "relationships": _relationships(bom, ids),
    }
    name = clean(bom.name) or "unnamed"
    number = identifier(json.dumps((bom.timestamp, __version__, body), sort_keys=True))
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        "documentNamespace": f"https://spdx.org/spdxdocs/yett-{number}",
        "creationInfo": {"created": bom.timestamp or _NO_TIME, "creators": [f"Tool: yett-{__version__}"]},
        **body,
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _identifiers(bom: Bom) -> dict[str, str]:
    """An identifier for each component, of the letters that SPDX allows, without two that are the same."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for each in bom.components:
        plain = "SPDXRef-Package-" + re.sub(r"[^A-Za-z0-9.-]+", "-", each.ref.removeprefix("pkg:"))[:200]
        unique, number = plain, 2
        while unique in taken:
            unique, number = f"{plain}-{number}", number + 1
        taken.add(unique)
        found[each.ref] = unique
    return found


def _package(each: Component, ident: str) -> dict[str, Any]:
    places = ", ".join(f"{clean(place.path)}:{place.line}" for place in each.places)
    found: dict[str, Any] = {
        "SPDXID": ident,
        "name": clean(each.package.name),
        "versionInfo": clean(each.package.version),
        "downloadLocation": each.address if _is_location(each.address) else "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "primaryPackagePurpose": "LIBRARY",
        "sourceInfo": f"named in {places}",
        "externalRefs": [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": each.ref}
        ],
    }
    if each.hashes:
        found["checksums"] = [
            {"algorithm": _ALGORITHMS.get(algorithm, algorithm), "checksumValue": digits}
            for algorithm, digits in each.hashes
        ]
    return found


def _is_location(address: str) -> bool:
    return re.fullmatch(r"(?:https?|git\+(?:https?|ssh))://[A-Za-z0-9._~:/?#@!$&'()*+,;=%\[\]-]+", address) is not None


def _relationships(bom: Bom, ids: dict[str, str]) -> list[dict[str, str]]:
    found = [("SPDXRef-DOCUMENT", "DESCRIBES", _ROOT)]
    scopes = {each.ref: each.scope for each in bom.components}
    for ref in bom.roots:
        if scopes[ref] == "required":
            found.append((_ROOT, "DEPENDS_ON", ids[ref]))
        else:
            kind = "DEV_DEPENDENCY_OF" if scopes[ref] == "dev" else "OPTIONAL_DEPENDENCY_OF"
            found.append((ids[ref], kind, _ROOT))
    for each in bom.components:
        found += [(ids[each.ref], "DEPENDS_ON", ids[ref]) for ref in each.requires]
    return [{"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other} for one, kind, other in found]
