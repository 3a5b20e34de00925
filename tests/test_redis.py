"""redis.conf, sentinel.conf and addresses of such servers."""

from __future__ import annotations

import pytest

from yett.model import Hit, Unknown
from yett.parse import dsn
from yett.parse.keyvalue import REDIS, read, words
from yett.parse.source import Span
from yett.parse.tree import Tree
from yett.rules.redis import judge


def test_arguments() -> None:
    (setting,) = read('  user "a b" on >x#y ~* # not a comment', REDIS)
    assert [word for word, _ in words(setting)] == ["a b", "on", ">x#y", "~*", "#", "not", "a", "comment"]
    assert words(setting)[1][1] == Span(1, 14, 1, 16)


def _found(text: str, path: str = "redis.conf") -> list[tuple[str, int]]:
    return [
        (rule.id.partition("/")[2], found.line)
        for rule, found in judge(text, path, Tree.of({}))
        if isinstance(found, Hit)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("port 6379\n", []),
        ("PROTECTED-MODE no\n", [("no-auth", 1)]),
        ("bind 127.0.0.1\nprotected-mode no\n", []),
        ("bind 0.0.0.0\nrequirepass ''\n", [("no-auth", 1), ("no-tls", 1)]),
        ("bind ${BIND}\n", []),
        ("bind 10.0.0.5\nrequirepass {{ password }}\nport 0\ntls-port 6379\n", []),
        ("requirepass foobared\n", [("plain-password", 1)]),
        ("bind 10.0.0.5\ntls-port 6379\nport 0\nuser a on >q9XvT2" + "kLm8Rw ~a:* +@read\n", [("plain-password", 4)]),
    ),
)
def test_servers(text: str, expected: list[tuple[str, int]]) -> None:
    assert _found(text) == expected


def test_a_sentinel_has_no_password_of_its_own_by_default() -> None:
    assert _found("bind 0.0.0.0\nport 0\ntls-port 26379\n", "sentinel.conf") == []


def test_an_included_file_may_hold_the_password() -> None:
    found = [each for _, each in judge("include /etc/redis/a.conf\nprotected-mode no\n", "redis.conf", Tree.of({}))]
    assert [type(each) for each in found] == [Unknown]


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("A=redis://cache.shop.example", [("plain-url", 1)]),
        ("A=rediss://cache.shop.example", []),
        ("A=redis://cache:6379/0", []),
        ("A=redis://${HOST}:6379", []),
        ("A=rediss://:q9XvT2" + "kLm8Rw@cache.shop.example", [("plain-url", 1)]),
    ),
)
def test_addresses(text: str, expected: list[tuple[str, int]]) -> None:
    assert _found(text, ".env") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("postgres://u:p@h:5432/d?SSLMode=disable", ("postgres", "u", "p", "h", {"sslmode": "disable"})),
        ("jdbc:mysql://h/d?a=b&useSSL=false", ("mysql", "", "", "h", {"a": "b", "usessl": "false"})),
        ("jdbc:sqlserver://h:1433;encrypt=false", ("sqlserver", "", "", "h", {"encrypt": "false"})),
        ("amqp://[::1]:5672/", ("amqp", "", "", "::1", {})),
        ("redis://:p@h", ("redis", "", "p", "h", {})),
    ),
)
def test_an_address(text: str, expected: tuple[str, str, str, str, dict[str, str]]) -> None:
    (address,) = dsn.find(text)
    assert (address.scheme, address.user, address.password, address.host, address.options) == expected
    assert text[address.start : address.end] == text
