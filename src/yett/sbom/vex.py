"""Statements that an advisory does not concern a product, as waivers. Pure.

OpenVEX (https://github.com/openvex/spec, 0.2.0) and the vulnerabilities of a CycloneDX document
(https://cyclonedx.org/capabilities/vex/). Only the statuses that free a product count: `not_affected` and `fixed`;
`not_affected`, `false_positive`, `resolved` and `resolved_with_pedigree`. A statement without a reason is none. VEX
knows no end and every waiver has one: a statement holds, from its own date on, for as long as a waiver may run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from yett.errors import YettError
from yett.lean import Any, NamedTuple
from yett.model import Finding, Package, Severity, Stale, Waiver
from yett.parse.lockfiles import purl
from yett.parse.versions import canonical, normalise

_FREE = {"not_affected", "fixed", "false_positive", "resolved", "resolved_with_pedigree"}
_FOREVER = -1
_RULES = ("dependencies/vulnerable",)
"""A malicious package is never explained away."""


class Statement(NamedTuple):
    """One advisory, by all its names, and one package that it does not concern. A package without a version stands for
    every version. `date` is ISO 8601, "" where the document has none; `source` is `file:line`."""

    ids: tuple[str, ...]
    package: Package
    reason: str
    author: str
    date: str
    source: str


class Read(NamedTuple):
    """What a document states, and what of it is not honoured, and why."""

    statements: tuple[Statement, ...]
    stale: tuple[Stale, ...]


def read(data: bytes, place: str) -> Read:
    """The statements of a document; `place` is its path.

    Raises:
        YettError: it is neither OpenVEX nor CycloneDX with vulnerabilities.
    """
    import json

    try:
        text = data.decode("utf-8-sig")
        root = json.loads(text)
    except (ValueError, RecursionError):
        raise YettError(f"{place} is not JSON in UTF-8: a VEX document is") from None
    root = root if isinstance(root, dict) else {}
    if _text(root.get("@context")).startswith("https://openvex.dev/ns"):
        said = _openvex(root)
    elif root.get("bomFormat") == "CycloneDX" and isinstance(root.get("vulnerabilities"), list):
        said = _cyclonedx(root)
    else:
        raise YettError(f"{place} is neither OpenVEX nor CycloneDX with vulnerabilities: take it out of the policy")
    statements: list[Statement] = []
    stale: list[Stale] = []
    for each in said:
        source = f"{place}:{_line_of(text, each.ids[0]) if each.ids else 1}"
        if isinstance(each, _Refused):
            stale.append(Stale(source, "dependencies/vulnerable", f"not honoured: {each.why}"))
        else:
            statements.append(each._replace(source=source))
    return Read(tuple(dict.fromkeys(statements)), tuple(sorted(set(stale))))


class _Refused(NamedTuple):
    ids: tuple[str, ...]
    why: str


def _openvex(root: dict[str, Any]) -> Iterator[Statement | _Refused]:
    author = _text(root.get("author"))
    date = _text(root.get("last_updated")) or _text(root.get("timestamp"))
    for each in _tables(root.get("statements")):
        if _text(each.get("status")) not in _FREE:
            continue
        vulnerability = each.get("vulnerability")
        named = vulnerability if isinstance(vulnerability, dict) else {"name": vulnerability}
        ids = _ids(named.get("name"), named.get("@id"), *_list(named.get("aliases")))
        reason = _joined(each.get("justification"), each.get("impact_statement"), each.get("status_notes"))
        if not reason and each.get("status") == "fixed":
            reason = "fixed, as its supplier says"
        if not ids or not reason:
            yield _Refused(ids, "it names no vulnerability" if not ids else "it gives neither justification nor impact")
            continue
        when = _text(each.get("last_updated")) or _text(each.get("timestamp")) or date
        by = _text(each.get("supplier")) or author
        found = [package for product in _list(each.get("products")) for package in _products(product)]
        if not found:
            yield _Refused(ids, "none of its products is the purl of a package")
        for package in found:
            yield Statement(ids, package, reason, by, when[:10], "")


def _products(product: object) -> Iterator[Package]:
    """The packages of a product: its parts where it names some, since those are what a lockfile has, else itself."""
    if isinstance(product, str):
        product = {"@id": product}
    if not isinstance(product, dict):
        return
    parts = _list(product.get("subcomponents"))
    if parts:
        for part in parts:
            yield from _products({**part, "subcomponents": []} if isinstance(part, dict) else part)
        return
    identifiers = product.get("identifiers")
    names = [product.get("@id"), identifiers.get("purl") if isinstance(identifiers, dict) else None]
    for name in names:
        found = purl.package(name) if isinstance(name, str) else ""
        if isinstance(found, Package):
            yield found
            return


def _cyclonedx(root: dict[str, Any]) -> Iterator[Statement | _Refused]:
    metadata = root.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    date = _text(metadata.get("timestamp"))
    author = _author(metadata)
    purls = dict(_refs(root.get("components")))
    for each in _tables(root.get("vulnerabilities")):
        analysis = each.get("analysis")
        if not isinstance(analysis, dict) or _text(analysis.get("state")) not in _FREE:
            continue
        references = [other.get("id") for other in _tables(each.get("references"))]
        ids = _ids(each.get("id"), *references)
        reason = _joined(analysis.get("justification"), analysis.get("detail"))
        if not ids or not reason:
            yield _Refused(ids, "it names no vulnerability" if not ids else "it gives neither justification nor detail")
            continue
        when = _text(analysis.get("lastUpdated")) or _text(each.get("updated")) or date
        found = [package for affected in _tables(each.get("affects")) for package in _affected(affected, purls)]
        if not found:
            yield _Refused(ids, "nothing that it affects is the purl of a package")
        for package in found:
            yield Statement(ids, package, reason, author, when[:10], "")


def _author(metadata: dict[str, Any]) -> str:
    names = [_text(each.get("name")) for each in _tables(metadata.get("authors"))]
    for key in ("supplier", "manufacturer", "manufacture"):
        party = metadata.get(key)
        names.append(_text(party.get("name")) if isinstance(party, dict) else "")
    return next((name for name in names if name), "")


def _refs(components: object, depth: int = 0) -> Iterator[tuple[str, str]]:
    for each in _tables(components):
        if _text(each.get("bom-ref")) and _text(each.get("purl")):
            yield each["bom-ref"], each["purl"]
        if depth < 20:
            yield from _refs(each.get("components"), depth + 1)


def _affected(affected: dict[str, Any], purls: dict[str, str]) -> Iterator[Package]:
    ref = _text(affected.get("ref"))
    found = purl.package(purls.get(ref, ref.rpartition("#")[2] if ref.startswith("urn:cdx:") else ref))
    if isinstance(found, str):
        return
    versions = [each for each in _tables(affected.get("versions")) if _text(each.get("version"))]
    if not versions:
        yield found
    for each in versions:
        if _text(each.get("status")) != "affected":
            yield found._replace(version=each["version"])


def waivers(
    statements: Sequence[Statement], findings: Iterable[Finding], max_days: Sequence[tuple[Severity, int]]
) -> tuple[Waiver, ...]:
    """A waiver for each finding that a statement speaks of. It ends as many days after the statement's own date as
    `max_days` has for the finding's severity; an unknown one counts as high, and one that is not there has no end."""
    days = dict(max_days)
    days[Severity.UNKNOWN] = days.get(Severity.HIGH, _FOREVER)
    by_id: dict[str, list[Statement]] = {}
    for statement in statements:
        for ident in statement.ids:
            by_id.setdefault(ident, []).append(statement)
    found: dict[Waiver, None] = {}
    for finding in findings:
        if finding.rule not in _RULES:
            continue
        for ident in finding.advisories:
            for statement in by_id.get(ident, ()):
                if _speaks_of(statement.package, finding.package):
                    found[
                        Waiver(
                            rule=finding.rule,
                            path="**",
                            fingerprint=finding.fingerprint,
                            reason=statement.reason,
                            owner=statement.author,
                            expires=_end(statement.date, days.get(finding.severity, _FOREVER)),
                            source=statement.source,
                        )
                    ] = None
    return tuple(sorted(found))


def _speaks_of(stated: Package, found: Package) -> bool:
    if stated.ecosystem != found.ecosystem:
        return False
    if _known(stated) != _known(found):
        return False
    if not stated.version:
        return True
    ecosystem = stated.ecosystem
    return canonical(ecosystem, stated.version) == canonical(ecosystem, found.version)


def _known(package: Package) -> str:
    """The name under which purl and lockfile agree: purls are in small letters where the ecosystem's names are."""
    name = normalise(package.ecosystem, package.name)
    return name.lower() if package.ecosystem in ("npm", "Packagist", "PyPI", "NuGet") else name


def _end(date: str, days: int) -> str:
    """The last day of a statement, or "" where its own date is none."""
    import datetime

    try:
        if days == _FOREVER:
            return "9999-12-31" if datetime.date.fromisoformat(date) else ""
        return (datetime.date.fromisoformat(date) + datetime.timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return ""


def _ids(*names: object) -> tuple[str, ...]:
    """Ids of advisories, out of names and addresses that end in one."""
    found = [name.rstrip("/").rpartition("/")[2] for name in names if isinstance(name, str) and name.strip()]
    return tuple(dict.fromkeys(name for name in found if name))


def _joined(*texts: object) -> str:
    words = [text.strip() for text in texts if isinstance(text, str) and text.strip()]
    text = " ".join(": ".join(words).split())
    return text if len(text) <= 300 else f"{text[:299]}…"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _tables(value: object) -> list[dict[str, Any]]:
    return [each for each in _list(value) if isinstance(each, dict)]


def _line_of(text: str, word: str) -> int:
    at = text.find(word)
    return text.count("\n", 0, at) + 1 if at >= 0 else 1
