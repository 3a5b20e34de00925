"""detect-secrets' baseline, as data: what was audited counts, and nothing it names is loaded."""

from __future__ import annotations

import json
from hashlib import sha1
from typing import Any

import pytest

from tests.conftest import Repo, Yett
from yett.parse.baseline import audited, read
from yett.parse.source import ParseError

ONE, OTHER, THIRD = "vK9#tq2Lz" + "Wm4x", "Zq7_hT2xLp" + "9vRk4sNd", "hunter" + "2shop!"
FILES = {"app/a.py": f'db_password = "{ONE}"\nclient_secret = "{OTHER}"\n', "b.yml": f"db_password: {THIRD}\n"}


def entry(value: str, line: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "type": "Secret Keyword",
        "line_number": line,
        "hashed_secret": sha1(value.encode(), usedforsecurity=False).hexdigest(),
        **more,
    }


def document(**results: list[dict[str, Any]]) -> str:
    named = {"app/a.py": results.get("a", []), "b.yml": results.get("b", [])}
    plugins = [{"name": "Evil", "path": "file:///tmp/evil.py"}]
    return json.dumps({"version": "1.5.0", "plugins_used": plugins, "filters_used": [], "results": named})


def actions(repo: Repo, yett: Yett, *arguments: str) -> list[tuple[str, int, str]]:
    ran = yett(repo.root, "check", *(arguments or ("--tree", "HEAD")), "--only", "secrets", "--format", "json")
    return [(each["path"], each["line"], each["action"]) for each in json.loads(ran.out)["findings"]]


def test_what_was_called_no_secret_is_set_aside_and_what_was_called_one_blocks(repo: Repo, yett: Yett) -> None:
    repo.commit(FILES)
    assert actions(repo, yett) == [("app/a.py", 1, "block"), ("app/a.py", 2, "block"), ("b.yml", 1, "info")]
    repo.commit({".secrets.baseline": document(a=[entry(ONE, is_secret=False)], b=[entry(THIRD, is_secret=True)])})
    assert actions(repo, yett) == [("app/a.py", 1, "waived"), ("app/a.py", 2, "block"), ("b.yml", 1, "block")]


def test_what_nobody_has_looked_at_stays(repo: Repo, yett: Yett) -> None:
    repo.commit({**FILES, ".secrets.baseline": document(a=[entry(ONE), entry(OTHER, 2)], b=[entry(THIRD)])})
    assert [action for _, _, action in actions(repo, yett)] == ["block", "block", "info"]


def test_it_counts_for_its_own_file_and_value_only(repo: Repo, yett: Yett) -> None:
    listed = document(b=[entry(ONE, is_secret=False)], a=[entry("something else", is_secret=False)])
    repo.commit({**FILES, ".secrets.baseline": listed})
    assert [action for _, _, action in actions(repo, yett)] == ["block", "block", "info"]


def test_a_change_cannot_bring_its_own(repo: Repo, yett: Yett) -> None:
    base = repo.commit({"readme.md": "shop"})
    repo.commit(
        {**FILES, ".secrets.baseline": document(a=[entry(ONE, is_secret=False), entry(OTHER, is_secret=False)])}
    )
    found = actions(repo, yett, "--range", f"{base}..HEAD")
    assert found.count(("app/a.py", 1, "block")) == 1
    ran = yett(repo.root, "check", "--range", f"{base}..HEAD", "--format", "json")
    assert "policy/waivers-changed" in {each["rule"] for each in json.loads(ran.out)["findings"]}


def test_the_policy_can_name_another_or_none(repo: Repo, yett: Yett) -> None:
    listed = document(a=[entry(ONE, is_secret=False)])
    policy = 'version: 1\nsuppress: {detect_secrets: "ci/known.json"}\n'
    repo.commit({**FILES, "ci/known.json": listed, ".yett.yaml": policy})
    assert ("app/a.py", 1, "waived") in actions(repo, yett)


def test_a_broken_one_is_a_usage_error(repo: Repo, yett: Yett) -> None:
    repo.commit({**FILES, ".secrets.baseline": "{"})
    ran = yett(repo.root, "check", "--tree", "HEAD")
    assert ran.code == 2
    assert ".secrets.baseline:1: it is not JSON" in ran.err


@pytest.mark.parametrize(
    ("text", "reason"),
    (
        ("[]", "it has no `results`"),
        ('{"results": []}', "it has no `results`"),
        ('{"results": {"a": {}}}', "the results of 'a' are no list"),
        ('{"results": {"a": [{}]}}', "a result of 'a' has no `hashed_secret`"),
        ('{"results": {"a": [{"hashed_secret": "zz"}]}}', "a result of 'a' has no `hashed_secret`"),
        (json.dumps({"results": {"a": [entry("x", is_secret=1)]}}), "`is_secret` of a result of 'a' is neither"),
        ("[" * 100_000, "it is not JSON that can be read"),
    ),
)
def test_what_cannot_be_read(text: str, reason: str) -> None:
    with pytest.raises(ParseError) as error:
        read(text.encode())
    assert error.value.reason.startswith(reason)


def test_paths_of_windows_and_a_yes_that_outweighs() -> None:
    listed = {"results": {".\\app\\a.py": [], "app\\a.py": [entry("x", is_secret=False), entry("x", is_secret=True)]}}
    assert audited(read(json.dumps(listed).encode())) == {
        "app/a.py": {sha1(b"x", usedforsecurity=False).hexdigest(): True}
    }


def test_import_prints_waivers_that_hold(repo: Repo, yett: Yett) -> None:
    listed = document(a=[entry(ONE, is_secret=False), entry(OTHER, is_secret=True)], b=[entry(THIRD)])
    repo.commit({**FILES, "old.baseline": listed})
    ran = yett(repo.root, "baseline", "import", "old.baseline", "--owner", "payments")
    assert ran.code == 0
    assert "1 of 1 that are no secrets are findings here" in ran.err
    assert "1 are secrets and are not waived" in ran.err
    assert "1 were never audited" in ran.err
    assert ONE not in ran.out + ran.err
    repo.commit({".yett/waivers.yaml": ran.out})
    assert ("app/a.py", 1, "waived") in actions(repo, yett)
    assert ("app/a.py", 2, "block") in actions(repo, yett)


def test_import_of_nothing(repo: Repo, yett: Yett) -> None:
    repo.commit({".secrets.baseline": document()})
    ran = yett(repo.root, "baseline", "import")
    assert (ran.code, ran.out) == (0, "version: 1\nwaivers: []\n")
    assert yett(repo.root, "baseline", "import", "absent").code == 2
    assert yett(repo.root, "baseline", "import", "--days", "0").code == 2
