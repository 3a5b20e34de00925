"""One advisory in the OSV schema (https://ossf.github.io/osv-schema/) to what the database keeps of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import lru_cache

from yett.lean import Any, NamedTuple
from yett.model import Severity
from yett.parse.cvss import score, word
from yett.parse.versions import affected, normalise, order
from yett.parse.versions.order import Key, Order

LONGEST_SUMMARY = 160
_SIGNS = {"introduced": ">=", "fixed": "<", "last_affected": "<=", "limit": "^"}
_MALICIOUS_CODE = "CWE-506"
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2}))?", re.ASCII)


class Part(NamedTuple):
    """What an advisory says of one package, in the form of `yett.parse.versions`."""

    ranges: str
    versions: str


class Record(NamedTuple):
    """An advisory; `parts` by ecosystem and normalised package name. `flaws` tells what in it could not be used."""

    id: str
    severity: Severity
    source: str
    malicious: bool
    aliases: tuple[str, ...]
    summary: str
    published: str
    modified: str
    parts: dict[tuple[str, str], Part]
    flaws: tuple[str, ...]


class Unused(NamedTuple):
    """An advisory that does not enter the database, and why."""

    id: str
    reason: str


def read(document: Any, ecosystems: Container[str]) -> Record | Unused:
    """The record behind a parsed JSON document, as far as it concerns packages of these ecosystems."""
    if not isinstance(document, dict):
        return Unused("", "not a JSON object")
    ident = _line(document.get("id"))
    if not ident:
        return Unused("", "no id")
    if document.get("withdrawn"):
        return Unused(ident, "withdrawn")
    entries = [entry for entry in _list(document.get("affected")) if isinstance(entry, dict)]
    if not entries:
        return Unused(ident, "affects no package")
    aliases = tuple(sorted({line for alias in _list(document.get("aliases")) if (line := _line(alias))} - {ident}))
    malicious = _is_malicious(ident, aliases, document, entries)
    flaws: list[str] = []
    parts: dict[tuple[str, str], Part] = {}
    elsewhere = False
    for entry in entries:
        package = _dict(entry.get("package"))
        ecosystem = _line(package.get("ecosystem")).partition(":")[0]
        name = package.get("name")
        if not ecosystem or not isinstance(name, str) or not name.strip() or not name.isprintable():
            flaws.append("package without a usable name or ecosystem")
        elif ecosystem not in ecosystems:
            elsewhere = True
        elif part := _part(ecosystem, entry, malicious, flaws):
            place = (ecosystem, normalise(ecosystem, name.strip()))
            parts[place] = _joined(parts[place], part) if place in parts else part
        else:
            flaws.append("neither ranges nor versions")
    if not parts:
        reason = flaws[0] if flaws else "other ecosystem" if elsewhere else "affects no package"
        return Unused(ident, reason)
    severity, source = (Severity.CRITICAL, "malicious") if malicious else _severity(document, entries)
    return Record(
        ident,
        severity,
        source,
        malicious,
        aliases,
        _summary(document),
        _moment(document.get("published")),
        _moment(document.get("modified")),
        parts,
        tuple(flaws),
    )


def _part(ecosystem: str, entry: dict[str, Any], malicious: bool, flaws: list[str]) -> Part | None:
    lines: list[str] = []
    unusable = 0
    for block in _list(entry.get("ranges")):
        block = _dict(block)
        if block.get("type") == "GIT":
            continue
        events = [event for event in _list(block.get("events")) if isinstance(event, dict)]
        line = "\t".join(
            [_SIGNS[kind] + _line(version) for event in events for kind, version in event.items() if kind in _SIGNS]
        )
        if line and block.get("type") in ("SEMVER", "ECOSYSTEM"):
            lines.append(line)
        else:
            unusable += 1
    listed = [item for item in _list(entry.get("versions")) if isinstance(item, str)]
    if unusable:
        flaws.append("range of unknown kind or without events")
    if lines or any(map(_line, listed)):
        ranges = "\n".join(dict.fromkeys(lines))
        return Part(ranges, _remaining(ecosystem, ranges, listed))
    if malicious and not entry.get("ranges"):
        return Part(">=0", "")
    return None


def _joined(one: Part, other: Part) -> Part:
    """Two statements about the same package as one."""
    ranges = "\n".join(dict.fromkeys(line for part in (one, other) for line in part.ranges.split("\n") if line))
    versions = _framed({item for part in (one, other) for item in part.versions.split("\n") if item})
    return Part(ranges, versions)


def _remaining(ecosystem: str, ranges: str, listed: list[str]) -> str:
    """Those listed versions that no range holds anyway: most advisories list what their ranges say already."""
    if not listed:
        return ""
    held = affected(ecosystem, ranges)
    if held.everything:
        return ""
    spelt = _SPELT.get(ecosystem)
    if spelt is None:
        spelt = _SPELT[ecosystem] = _Spelt(order(ecosystem))
    spans = held.spans
    rest = set()
    for version in listed:
        key, text = spelt[version]
        if key is not None:
            for span in spans:
                if span.holds(key):
                    break
            else:
                rest.add(text)
        elif text:
            rest.add(text)
    return _framed(rest)


class _Spelt(dict[str, "tuple[Key | None, str]"]):
    """Key and canonical spelling by version, as it is written."""

    def __init__(self, known: Order | None) -> None:
        self._known = known

    def __missing__(self, version: str) -> tuple[Key | None, str]:
        line, known = _line(version), self._known
        found = self[version] = (known.key(line), known.canonical(line)) if known and line else (None, line)
        return found


_SPELT: dict[str, _Spelt] = {}
"""By ecosystem; Django's 400 versions are listed by 250 advisories."""


def _framed(versions: set[str]) -> str:
    return "\n" + "\n".join(sorted(versions)) + "\n" if versions else ""


def _severity(document: dict[str, Any], entries: list[dict[str, Any]]) -> tuple[Severity, str]:
    """The best there is: the score of the newest CVSS version, then the database's own word, then UNKNOWN."""
    vectors = list(_vectors(document, entries))
    scores = [found for vector in vectors if (found := _scored(vector))]
    if scores:
        best = max(scores, key=lambda found: (found.version, found.value))
        return best.severity, f"CVSS {best.version} {best.value}"
    for holder in (document, *entries):
        rank = word(_line(_dict(holder.get("database_specific")).get("severity")))
        if rank is not Severity.UNKNOWN:
            return rank, "database"
    return Severity.UNKNOWN, "unreadable" if vectors else ""


_scored = lru_cache(4096)(score)
"""Advisories share their vectors: of 5,815 in a snapshot 1,000 are different ones."""


def _vectors(document: dict[str, Any], entries: list[dict[str, Any]]) -> Iterator[str]:
    for holder in (document, *entries):
        for item in _list(holder.get("severity")):
            if vector := _line(_dict(item).get("score")):
                yield vector
        if vector := _line(_dict(holder.get("database_specific")).get("cvss")):
            yield vector  # RustSec's place for it


def _is_malicious(
    ident: str, aliases: tuple[str, ...], document: dict[str, Any], entries: list[dict[str, Any]]
) -> bool:
    """OpenSSF's prefix, or the weakness "embedded malicious code" wherever a database puts it."""
    if any(name.startswith("MAL-") for name in (ident, *aliases)):
        return True
    for holder in (document, *entries):
        own = _dict(holder.get("database_specific"))
        if _MALICIOUS_CODE in _list(own.get("cwe_ids")):
            return True
        if any(_dict(item).get("cweId") == _MALICIOUS_CODE for item in _list(own.get("cwes"))):
            return True
    return False


def _summary(document: dict[str, Any]) -> str:
    """The summary, or where there is none the beginning of the details, as one line."""
    text = document.get("summary") or document.get("details")
    line = _line(text[: 4 * LONGEST_SUMMARY]) if isinstance(text, str) else ""
    if line.startswith("Malicious code in "):
        return ""  # says no more than the record being there
    if len(line) <= LONGEST_SUMMARY:
        return line
    return line[: LONGEST_SUMMARY - 1].rsplit(" ", 1)[0] + "…"


def _line(value: object) -> str:
    """Text without line breaks, control or format characters; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    if not value.isprintable():
        value = "".join(char if char.isprintable() else " " for char in value)
    return " ".join(value.split()) if "  " in value else value.strip()


def _moment(value: object) -> str:
    """A point in time to the second, "2026-01-31T12:00:00Z"; OSV wants all of them in UTC. "" for what is none."""
    found = _MOMENT.match(value) if isinstance(value, str) else None
    return f"{found[1]}T{found[2] or '00:00:00'}Z" if found else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
