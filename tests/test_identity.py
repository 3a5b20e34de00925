"""A secret's fingerprint: keyed, the same wherever the secret stands, another for another secret."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.conftest import Repo, Yett
from yett.errors import YettError
from yett.identity import COMMON, PLACE, fingerprint, key

TOKEN = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"
OTHER = "ghp_" + "8RuLRgC0PjSa5NiBJYQ6v4EdzGxR7u17jtHY"
ONE, TWO = "0f" * 32, "a1" * 32


def source(token: str = TOKEN) -> str:
    return f"token = '{token}'\n"


def prints(found: dict[str, Any]) -> list[str]:
    return [each["fingerprint"] for each in found["findings"] if each["check"] == "secrets"]


def staged(repo: Repo, yett: Yett) -> list[str]:
    ran = yett(repo.root, "check", "--staged", "--only", "secrets", "--format", "json")
    return prints(json.loads(ran.out))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    (
        ("-----BEGIN\nabc\ndef\n-----END", "-----BEGIN\\nabc\\ndef\\n-----END", True),
        ("-----BEGIN\r\nabc\r\n", "  -----BEGIN\n  abc\n", True),
        ("correct horse", "correcthorse", True),
        ("abc", "abd", False),
        ("abc", "ABC", False),
        (" ", "\n", False),
    ),
)
def test_how_a_value_is_written_changes_nothing(one: str, other: str, same: bool) -> None:
    assert (fingerprint(one, COMMON) == fingerprint(other, COMMON)) is same


def test_a_key_of_its_own() -> None:
    keys = (COMMON, key(ONE.encode()), key(f"{TWO}\n".encode()))
    assert len({fingerprint(TOKEN, each) for each in keys}) == 3
    assert key(None) == COMMON


@pytest.mark.parametrize(
    "text", (b"", b"0f", b"zz" * 32, b"0f" * 33, b"\xff" * 64, b"0f " * 32, f"{ONE}\n{TWO}\n".encode())
)
def test_a_key_that_is_none(text: bytes) -> None:
    with pytest.raises(YettError, match=rf"^{re.escape(PLACE)}:1: "):
        key(text)


def test_the_same_in_check_history_and_report(repo: Repo, yett: Yett) -> None:
    repo.commit({"a.py": source(), PLACE: f"{ONE}\n"})
    expected = fingerprint(TOKEN, key(ONE.encode()))
    tree = yett(repo.root, "check", "--tree", "--only", "secrets", "--format", "json")
    history = yett(repo.root, "history", "--format", "json")
    assert prints(json.loads(tree.out)) == [expected]
    assert [each["fingerprint"] for each in json.loads(history.out)["secrets"]] == [expected]
    plain = yett(repo.root, "check", "--paths", ".", "--only", "secrets", "--format", "json")
    assert prints(json.loads(plain.out)) == [expected]


def test_a_new_key_is_not_served_from_memory(repo: Repo, yett: Yett) -> None:
    repo.commit({PLACE: ONE})
    repo.stage({"a.py": source()})
    first = staged(repo, yett)
    repo.stage({PLACE: TWO})
    assert first == [fingerprint(TOKEN, key(ONE.encode()))]
    assert staged(repo, yett) == [fingerprint(TOKEN, key(TWO.encode()))]


def test_a_change_cannot_bring_its_own_key(repo: Repo, yett: Yett) -> None:
    base = repo.commit({PLACE: ONE})
    head = repo.commit({PLACE: TWO, "a.py": source()})
    ran = yett(repo.root, "check", "--range", f"{base}..{head}", "--only", "secrets", "--format", "json")
    assert prints(json.loads(ran.out)) == [fingerprint(TOKEN, key(ONE.encode()))]


def test_a_copy_is_waived_and_a_new_secret_in_its_place_is_not(repo: Repo, yett: Yett) -> None:
    waiver = (
        "version: 1\nwaivers:\n"
        f"  - {{rule: 'secrets/*', fingerprint: {fingerprint(TOKEN, key(ONE.encode()))}, reason: revoked, owner: us, "
        f"expires: {_in_days(9)}}}\n"
    )
    repo.commit({PLACE: ONE, ".yett/waivers.yaml": waiver})
    repo.stage({"a.py": source(), "deep/copy.env": f"GITHUB_TOKEN={TOKEN}\n"})
    assert yett(repo.root, "check", "--staged", "--only", "secrets").code == 0
    repo.stage({"a.py": source(OTHER)})
    assert yett(repo.root, "check", "--staged", "--only", "secrets").code == 1


def _in_days(days: int) -> str:
    from datetime import UTC, datetime, timedelta

    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def test_init_makes_one(repo: Repo, yett: Yett) -> None:
    yett(repo.root, "init", ".")
    text = (repo.root / PLACE).read_bytes()
    assert re.fullmatch(rb"[0-9a-f]{64}\n", text)
    repo.stage()
    assert not staged(repo, yett)
    yett(repo.root, "init", ".")
    assert (repo.root / PLACE).read_bytes() == text
