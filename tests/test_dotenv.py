"""Files of environment variables."""

from __future__ import annotations

import pytest

from tests.support import limited
from yett.model import Hit, Severity
from yett.parse.keyvalue import DOTENV, is_filled_in, read, switch
from yett.parse.source import Span
from yett.parse.tree import Tree
from yett.rules.dotenv import judge

_SECRET = "q9XvT2" + "kLm8Rw"


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("A=b", [("A", "b")]),
        ("export A = b # c", [("A", "b")]),
        ("A=b#c", [("A", "b#c")]),
        ("A='b # c' # d", [("A", "b # c")]),
        ('A="b \\" c" # d', [("A", 'b \\" c')]),
        ("A=`b`", [("A", "b")]),
        ("A=\nB", [("A", ""), ("B", "")]),
        ('A="b\nc=d\ne"\nF=g', [("A", "b\nc=d\ne"), ("F", "g")]),
        # A quote that nobody closes ends with its line.
        ("A='b\nC=d", [("A", "'b"), ("C", "d")]),
    ),
)
def test_settings(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(setting.key, setting.value) for setting in read(text, DOTENV)] == expected


def test_places() -> None:
    first, second = read('export A="b\nc"\nD=e', DOTENV)
    assert (first.at, first.value_at) == (Span(1, 8, 1, 9), Span(1, 10, 2, 3))
    assert second.at == Span(3, 1, 3, 2)


@pytest.mark.parametrize("value", ("${A}", "$A", "{{ a }}", "<%= a %>", "$(a)", "__A__", "@@A", "<your key>"))
def test_what_is_filled_in(value: str) -> None:
    assert is_filled_in(value)


@pytest.mark.parametrize("value", ("", "a", "a$", "5 < 6", "100%", "a@b.example"))
def test_what_is_not_filled_in(value: str) -> None:
    assert not is_filled_in(value)


@pytest.mark.parametrize(
    ("value", "expected"), (("On", True), (" 1 ", True), ("FALSE", False), ("2", None), ("", None))
)
def test_switches(value: str, expected: bool | None) -> None:
    assert switch(value) is expected


def _found(text: str, path: str = ".env") -> list[tuple[str, int]]:
    return [
        (rule.id.partition("/")[2], found.line)
        for rule, found in judge(text, path, Tree.of({}))
        if isinstance(found, Hit)
    ]


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    (
        (f"DB_PASSWORD={_SECRET}", ".env", [("committed-dotenv", 1)]),
        (f"export dbPassword='{_SECRET}'", "prod.env", [("committed-dotenv", 1)]),
        ("DB_PASSWORD=password\nJWT_SECRET=secret\nAPI_KEY=REPLACE_ME\nMAIL_PASSWORD=null", ".env", []),
        ("TOKEN_TTL=3600\nPASSWORD_FILE=/run/secrets/a\nSECRET_KEY=vault:shop/key", ".env", []),
        (f"VITE_API_KEY={_SECRET}", ".env", []),
        ("DEBUG=1", ".env", []),
        ("DEBUG=1", ".env.prod", [("debug-in-production", 1)]),
        ("NODE_ENV=production\nAPP_DEBUG=yes", ".env", [("debug-in-production", 2)]),
        ("NODE_ENV=production\nAPP_DEBUG=yes", ".env.local", []),
        ("SMTP_SSL_VERIFY=0", ".env", [("tls-verify-off", 1)]),
        ("EMAIL_VERIFY=false\nVERIFY_EMAIL=0", ".env", []),
        ("A=postgres://h.example/d?sslmode=disable", ".env", [("plain-connection", 1)]),
        ("A=postgres://db/d?sslmode=disable", ".env", []),
        ("A=ldap://ldap.example", ".env", [("plain-connection", 1)]),
    ),
)
def test_files(text: str, path: str, expected: list[tuple[str, int]]) -> None:
    assert _found(text, path) == expected


def test_a_file_for_tests_is_milder() -> None:
    found = [hit for _, hit in judge(f"DB_PASSWORD={_SECRET}", ".env.test", Tree.of({}))]
    assert [hit.severity for hit in found if isinstance(hit, Hit)] == [Severity.HIGH]


def test_a_secret_never_stands_in_what_is_said() -> None:
    text = f"DB_PASSWORD={_SECRET}\nA=postgres://u:{_SECRET}@h.example/d?sslmode=disable\n"
    found = [each for _, each in judge(text, ".env", Tree.of({}))]
    assert len(found) == 3
    assert _SECRET not in repr(found)


@pytest.mark.parametrize("piece", ("A='\n", "A=a://", "A=a:a:", '"', "export ", "A=<a", "A=$("))
def test_hostile_text_does_not_hang(piece: str) -> None:
    with limited():
        _found(piece * (300_000 // len(piece)))
