"""Print the table `ADVISORIES` of `yett.rules.github_actions.known`, made from a folder of OSV records.

    python scripts/action_advisories.py FOLDER

The folder holds one `<ID>.json` per advisory, as OSV publishes them for the ecosystem "GitHub Actions".
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ECOSYSTEM = "GitHub Actions"


def rows(folder: Path) -> list[tuple[str, str, str, str, str]]:
    """(action in lower case, advisory, introduced, fixed, last affected), sorted; "" where a bound is not given."""
    found: set[tuple[str, str, str, str, str]] = set()
    for path in sorted(folder.rglob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(record, dict) and "withdrawn" not in record:
            found.update(_of(record))
    return sorted(found)


def _of(record: dict[str, Any]) -> list[tuple[str, str, str, str, str]]:
    return [
        (affected["package"]["name"].lower(), record["id"], *bounds)
        for affected in record.get("affected", ())
        if affected.get("package", {}).get("ecosystem") == ECOSYSTEM
        for reach in affected.get("ranges", ())
        for bounds in _bounds(reach.get("events", ()))
    ]


def _bounds(events: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    start: str | None = None
    for event in events:
        if "introduced" in event:
            start = event["introduced"]
        elif start is not None:
            found.append((start, event.get("fixed", ""), event.get("last_affected", "")))
            start = None
    if start is not None:
        found.append((start, "", ""))
    return found


def main() -> None:
    """Print the table for the folder that the command line names."""
    for row in rows(Path(sys.argv[1])):
        print(f"    {row!r},".replace("'", '"'))


if __name__ == "__main__":
    main()
