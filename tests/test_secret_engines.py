"""Which engines look for secrets is the policy's choice; what two of them find is told once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import Repo, Yett
from yett.checks import _detect_secrets
from yett.checks._detect_secrets import upstream
from yett.checks.secrets import load
from yett.model import Blob, Finding

TOKEN = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"
KEYWORD = 'password = "' + 'tr0ubador"'
DIGEST = 'seen = "9f86d081' + '884c7d659a2feaa0c55ad015a3bf4f1b"\n'
SOURCE = f"token = '{TOKEN}'\n{KEYWORD}\n"


def policy(engines: str) -> str:
    return f"version: 1\nchecks:\n  secrets:\n    engines: {engines}\n    block: {{confidence: low}}\n"


def rules(data: str, *engines: str, path: str = "a.py") -> list[tuple[int, str]]:
    said = load(engines=engines).inspect(Blob(path, "", data.encode()))
    return [(each.line, each.rule) for each in said if isinstance(each, Finding)]


def test_what_both_find_is_told_once() -> None:
    ours = rules(SOURCE, "yett")
    theirs = rules(SOURCE, "detect-secrets")
    assert (1, "secrets/github-token") in ours
    assert (1, "secrets/ds-github-token") in theirs
    both = rules(SOURCE, "yett", "detect-secrets")
    assert both[: len(ours)] == ours
    assert {line for line, _ in both[len(ours) :]} == {line for line, _ in theirs} - {line for line, _ in ours}


def test_each_choice_has_results_of_its_own() -> None:
    choices = (("yett",), ("detect-secrets",), ("yett", "detect-secrets"))
    assert len({load(engines=engines).digest for engines in choices}) == len(choices)


def checked(repo: Repo, yett: Yett) -> dict[str, Any]:
    ran = yett(repo.root, "check", "--staged", "--only", "secrets", "--format", "json")
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_the_policy_chooses(repo: Repo, yett: Yett) -> None:
    repo.commit({".yett.yaml": policy("[yett, detect-secrets]")})
    repo.stage({"a.py": SOURCE + DIGEST})
    found = checked(repo, yett)
    assert found["outcome"] == "fail"
    assert [each["rule"] for each in found["findings"] if each["line"] == 3] == ["secrets/ds-hex-high-entropy-string"]


@pytest.mark.parametrize("release", ("", "0.9.9"))
def test_an_engine_that_is_not_there_is_one_gap(
    repo: Repo, yett: Yett, monkeypatch: pytest.MonkeyPatch, release: str
) -> None:
    monkeypatch.setattr(upstream, "release", lambda: release)
    repo.commit({".yett.yaml": policy("[yett, detect-secrets]")})
    repo.stage({"a.py": "one = 1\n", "b.py": "two = 2\n"})
    found = checked(repo, yett)
    assert found["outcome"] == "undecided"
    (gap,) = [each for each in found["gaps"] if each["check"] == "secrets"]
    assert "pip install" in gap["reason"]
    assert _detect_secrets.digest().startswith(release or "absent")


@pytest.mark.parametrize(
    ("engines", "said"),
    (
        ("[]", "cannot be empty: name one of yett, detect-secrets"),
        ("[detect_secrets]", "detect-secrets"),
        ("[gitleaks]", "gitleaks"),
    ),
)
def test_a_choice_that_is_none(repo: Repo, yett: Yett, engines: str, said: str) -> None:
    repo.commit({".yett.yaml": policy(engines)})
    repo.stage({"a.py": "one = 1\n"})
    ran = yett(repo.root, "check", "--staged")
    assert ran.code == 2
    assert said in ran.err
