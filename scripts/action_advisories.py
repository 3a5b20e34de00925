"""Print the tables of advisories in `yett.rules.github_actions.known`, made from a folder of OSV records.

    python scripts/action_advisories.py FOLDER

The folder holds one `<ID>.json` per advisory, as OSV publishes them for the ecosystem "GitHub Actions". Printed are
`ADVISORIES`, `MODERATE` and `MOVED`; no record has `MALICIOUS`, the commits that tags were moved to, in a form that a
program can tell from the commits that mended it, so what is known of them is compared with the records.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from yett.rules.github_actions.known import MALICIOUS

ECOSYSTEM = "GitHub Actions"
_EMBEDDED_CODE = "CWE-506"


class Tables(NamedTuple):
    """`advisories` are (action in lower case, advisory, introduced, fixed, last affected), sorted, "" where a bound is
    not given. Of their ids `moderate` are those that rate themselves so, and `moved` those on code that an intruder
    put under the tags. `ids` are those of all records that were not withdrawn, with or without a range."""

    advisories: tuple[tuple[str, str, str, str, str], ...]
    moderate: frozenset[str]
    moved: frozenset[str]
    ids: frozenset[str]


def tables(folder: Path) -> Tables:
    """What the records of a folder say."""
    records = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.json")))
    known = [record for record in records if isinstance(record, dict) and "withdrawn" not in record]
    rows = {row for record in known for row in _rows(record)}
    ids = {row[1] for row in rows}
    said = [(record["id"], record.get("database_specific", {})) for record in known if record["id"] in ids]
    return Tables(
        tuple(sorted(rows)),
        frozenset(id_ for id_, about in said if about.get("severity") == "MODERATE"),
        frozenset(id_ for id_, about in said if _EMBEDDED_CODE in about.get("cwe_ids", ())),
        frozenset(record["id"] for record in known),
    )


def _rows(record: dict[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    for affected in record.get("affected", ()):
        if affected.get("package", {}).get("ecosystem") == ECOSYSTEM:
            for reach in affected.get("ranges", ()):
                for bounds in _bounds(reach.get("events", ())):
                    yield affected["package"]["name"].lower(), record["id"], *bounds


def _bounds(events: Iterable[dict[str, str]]) -> Iterator[tuple[str, str, str]]:
    start: str | None = None
    for event in events:
        if "introduced" in event:
            start = event["introduced"]
        elif start is not None:
            yield start, event.get("fixed", ""), event.get("last_affected", "")
            start = None
    if start is not None:
        yield start, "", ""


def doubts(found: Tables) -> Iterator[str]:
    """What of the commits in `MALICIOUS` the records do not bear out, and what they may lack."""
    for id_ in sorted(set(MALICIOUS.values()) - found.ids):
        yield f"{id_} is in MALICIOUS, and no record says so any more"
    for id_ in sorted(found.moved - set(MALICIOUS.values())):
        yield f"{id_} is about tags that were moved: add the commits to MALICIOUS, if it names any"


def main(folder: Path) -> None:
    """Print the tables for a folder, and on standard error what somebody has to look up."""
    found = tables(folder)
    for row in found.advisories:
        print(f"    {row!r},".replace("'", '"'))
    for name, ids in (("MODERATE", found.moderate), ("MOVED", found.moved)):
        print(name, *sorted(ids))
    for doubt in doubts(found):
        print(doubt, file=sys.stderr)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
