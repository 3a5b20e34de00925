"""The database in the words of OSV: records rebuilt from rows, and answers to the questions of its API.

https://google.github.io/osv.dev/api/ and https://ossf.github.io/osv-schema/. What the database does not keep is not
there: details, references, credits, CVSS vectors, ranges of commits, and listed versions that a range holds anyway.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from yett.advisories.lookup import Advisories, Advisory, Affects, Unusable
from yett.errors import YettError
from yett.lean import Any, NamedTuple
from yett.parse.versions import affected, holds, normalise, order

SCHEMA = "1.7.0"
PAGE = 1000
"""Advisories in one answer, as of OSV: the rest is asked for with the answer's `next_page_token`."""

MOST_QUERIES = 1000
_SEMANTIC = frozenset(("Go", "crates.io", "npm"))
_EVENTS = {">=": "introduced", "<=": "last_affected", "<": "fixed", "^": "limit"}
_PURL = {
    "cargo": "crates.io",
    "composer": "Packagist",
    "gem": "RubyGems",
    "golang": "Go",
    "hex": "Hex",
    "maven": "Maven",
    "npm": "npm",
    "nuget": "NuGet",
    "pypi": "PyPI",
}


class BadQueryError(Exception):
    """The question cannot be answered as it is asked; the sentence says why."""


class Query(NamedTuple):
    """`version` is "" where every advisory about the package is asked for; `start` counts those given before."""

    ecosystem: str
    package: str
    version: str
    start: int


def record(of: Sequence[Affects]) -> dict[str, Any]:
    """An advisory as OSV writes it, from what it says of each of its packages."""
    advisory = of[0].advisory
    document: dict[str, Any] = {
        "schema_version": SCHEMA,
        "id": advisory.id,
        "modified": advisory.modified or "1970-01-01T00:00:00Z",
        "affected": [_affected(item) for item in of],
    }
    if advisory.published:
        document["published"] = advisory.published
    if advisory.aliases:
        document["aliases"] = list(advisory.aliases)
    if advisory.summary:
        document["summary"] = advisory.summary
    document["database_specific"] = {"severity": advisory.severity.name, "severity_source": advisory.source}
    return document


def _affected(item: Affects) -> dict[str, Any]:
    found: dict[str, Any] = {"package": {"ecosystem": item.ecosystem, "name": item.package}}
    kind = "SEMVER" if item.ecosystem in _SEMANTIC else "ECOSYSTEM"
    if item.advisory.ranges:
        found["ranges"] = [
            {"type": kind, "events": [_event(item.ecosystem, event) for event in line.split("\t")]}
            for line in item.advisory.ranges.split("\n")
        ]
    if item.advisory.versions:
        found["versions"] = item.advisory.versions.strip("\n").split("\n")
    return found


def _event(ecosystem: str, event: str) -> dict[str, str]:
    """One event; a version in which a PyPI package is said to be fixed, but which is none by PEP 440 ("7.2.0-12.1"), as
    a limit: it ends the range as well, and pip-audit 2.10 ends in a traceback where "fixed" is no version."""
    sign = event[: 2 if event[1:2] == "=" else 1]
    version = event[len(sign) :]
    known = order(ecosystem) if ecosystem == "PyPI" and sign == "<" else None
    return {"limit" if known and known.key(version) is None else _EVENTS[sign]: version}


def query(advisories: Advisories, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to `POST /v1/query`. Raises BadQueryError, or YettError where the database is damaged."""
    wanted, found = _found(advisories, asked)
    documents = [record(_whole(advisories, item.id)) for item in found[wanted.start : wanted.start + PAGE]]
    return _page("vulns", documents, wanted, len(found))


def batch(advisories: Advisories, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to `POST /v1/querybatch`: ids and dates alone, in the order of the questions."""
    queries = asked.get("queries")
    if not isinstance(queries, list):
        raise BadQueryError('a batch is {"queries": […]}')
    if len(queries) > MOST_QUERIES:
        raise BadQueryError(f"too many queries: at most {MOST_QUERIES} at once")
    results = []
    for each in queries:
        wanted, found = _found(advisories, each)
        here = found[wanted.start : wanted.start + PAGE]
        results.append(
            _page("vulns", [{"id": item.id, "modified": item.modified} for item in here], wanted, len(found))
        )
    return {"results": results}


def by_id(advisories: Advisories, ident: str) -> dict[str, Any] | None:
    """The answer to `GET /v1/vulns/ID`; None where there is none of that id."""
    found = _whole(advisories, ident)
    return record(found) if found else None


def _page(name: str, items: list[dict[str, Any]], wanted: Query, total: int) -> dict[str, Any]:
    """OSV leaves out what is empty, so that "nothing known" is {}."""
    page: dict[str, Any] = {name: items} if items else {}
    if wanted.start + PAGE < total:
        page["next_page_token"] = str(wanted.start + PAGE)
    return page


def _whole(advisories: Advisories, ident: str) -> tuple[Affects, ...]:
    found = advisories.by_id(ident)
    if isinstance(found, Unusable):
        raise YettError(found.reason)
    return found


def _found(advisories: Advisories, asked: object) -> tuple[Query, list[Advisory]]:
    """The advisories that concern what is asked for. One of which nobody can say whether it does is among them: the API
    has no word for "unclear", and rather one too many than one too few."""
    wanted = _query(asked)
    found = advisories.find(wanted.ecosystem, normalise(wanted.ecosystem, wanted.package))
    if isinstance(found, Unusable):
        if advisories.covers(wanted.ecosystem):
            raise YettError(found.reason)
        raise BadQueryError(f"the database has nothing on the ecosystem {wanted.ecosystem!r}")
    return wanted, [
        item
        for item in found
        if not wanted.version
        or holds(wanted.ecosystem, affected(wanted.ecosystem, item.ranges, item.versions), wanted.version) is not False
    ]


def _query(asked: object) -> Query:
    if not isinstance(asked, Mapping):
        raise BadQueryError("a query is a JSON object")
    if asked.get("commit"):
        raise BadQueryError("commits are not in the database: ask by package and version")
    package = asked.get("package")
    if not isinstance(package, Mapping):
        raise BadQueryError("a query names a package")
    ecosystem, name, version = package.get("ecosystem"), package.get("name"), asked.get("version") or ""
    purl = package.get("purl")
    if purl:
        if not isinstance(purl, str) or name or ecosystem:
            raise BadQueryError("a package has a purl, or a name and an ecosystem")
        ecosystem, name, purl_version = _purl(purl)
        if version and purl_version:
            raise BadQueryError("the version is given twice")
        version = version or purl_version
    if not isinstance(name, str) or not isinstance(ecosystem, str) or not isinstance(version, str) or not name:
        raise BadQueryError("a package has a purl, or a name and an ecosystem, all of them text")
    token = asked.get("page_token") or "0"
    if not isinstance(token, str) or not re.fullmatch(r"[0-9]{1,9}", token, re.ASCII):
        raise BadQueryError("no such page")
    return Query(ecosystem.partition(":")[0], name, version, int(token))


def _purl(purl: str) -> tuple[str, str, str]:
    """Ecosystem, name and version of a package URL (https://github.com/package-url/purl-spec)."""
    body = purl.partition("#")[0].partition("?")[0]
    scheme, _, rest = body.partition(":")
    kind, _, path = rest.lstrip("/").partition("/")
    before, at, version = path.rpartition("@")
    if not at or before.endswith("/") or not before:  # npm's scope begins with an @ where it is not encoded
        before, version = path, ""
    ecosystem = _PURL.get(kind.lower())
    if scheme.lower() != "pkg" or ecosystem is None or not before:
        raise BadQueryError("not a package URL of an ecosystem known here")
    name = unquote(before).strip("/")
    if ecosystem == "Maven":
        name = name.replace("/", ":", 1)
    return ecosystem, name, unquote(version)
