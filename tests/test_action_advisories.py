"""What is known of actions, and the script that makes the tables anew."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from yett.rules.github_actions.known import ADVISORIES, MALICIOUS, MODERATE, MOVED

SCRIPT = Path(__file__).parent.parent / "scripts" / "action_advisories.py"


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


def _record(id_: str, events: list[dict[str, str]], ecosystem: str = "GitHub Actions", **about: Any) -> dict[str, Any]:
    affected = {
        "package": {"ecosystem": ecosystem, "name": "Acme/Setup"},
        "ranges": [{"type": "ECOSYSTEM", "events": events}],
    }
    return {"id": id_, "affected": [affected], **about}


def _folder(folder: Path, *records: dict[str, Any]) -> Path:
    for record in records:
        (folder / f"{record['id']}.json").write_text(json.dumps(record))
    return folder


def test_ranges_become_rows(script: dict[str, Any], tmp_path: Path) -> None:
    two = [{"introduced": "0"}, {"fixed": "1.2"}, {"introduced": "2"}, {"last_affected": "2.3"}]
    folder = _folder(
        tmp_path,
        _record("GHSA-2", two),
        _record("GHSA-1", [{"introduced": "3"}]),
        _record("GHSA-3", two, ecosystem="npm"),
        _record("GHSA-4", two, withdrawn="2026-01-01T00:00:00Z"),
    )
    assert script["tables"](folder).advisories == (
        ("acme/setup", "GHSA-1", "3", "", ""),
        ("acme/setup", "GHSA-2", "0", "1.2", ""),
        ("acme/setup", "GHSA-2", "2", "", "2.3"),
    )


def test_what_advisories_say_of_themselves(script: dict[str, Any], tmp_path: Path) -> None:
    events = [{"introduced": "0"}, {"fixed": "1"}]
    folder = _folder(
        tmp_path,
        _record("GHSA-1", events, database_specific={"severity": "MODERATE", "cwe_ids": ["CWE-94"]}),
        _record("GHSA-2", events, database_specific={"severity": "CRITICAL", "cwe_ids": ["CWE-506"]}),
        _record("GHSA-3", events, ecosystem="npm", database_specific={"severity": "MODERATE", "cwe_ids": ["CWE-506"]}),
        _record("GHSA-4", events),
    )
    found = script["tables"](folder)
    assert found.moderate == {"GHSA-1"}
    assert found.moved == {"GHSA-2"}


def test_commits_that_the_records_do_not_bear_out_are_said(
    script: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known, gone = sorted(set(MALICIOUS.values()))
    events = [{"introduced": "0"}, {"fixed": "1"}]
    moved = {"severity": "HIGH", "cwe_ids": ["CWE-506"]}
    folder = _folder(
        tmp_path,
        _record("GHSA-1", events, database_specific=moved),
        _record(known, [], database_specific=moved),  # versions one by one, and no range
    )
    script["main"](folder)
    out, err = capsys.readouterr()
    assert out.splitlines() == ['    ("acme/setup", "GHSA-1", "0", "1", ""),', "MODERATE", "MOVED GHSA-1"]
    assert err.splitlines() == [
        f"{gone} is in MALICIOUS, and no record says so any more",
        "GHSA-1 is about tags that were moved: add the commits to MALICIOUS, if it names any",
    ]


def test_the_tables_go_together() -> None:
    ids = {row[1] for row in ADVISORIES}
    assert ids >= MODERATE | MOVED
    assert MODERATE.isdisjoint(MOVED)
    assert all(len(commit) == 40 and commit == commit.lower() for commit in MALICIOUS)
