"""mongod.conf in both forms, and YAML as dotted settings."""

from __future__ import annotations

import pytest

from yett.model import Hit, Unknown
from yett.parse import dotted
from yett.parse.source import ParseError, Span
from yett.parse.tree import Tree
from yett.rules.mongodb import judge


def test_dotted_settings() -> None:
    text = "a:\n  b.c: 1\n  d: [x, y]\n---\ne:\n"
    assert [(each.section, each.key, each.value) for each in dotted.read(text)] == [
        ("0", "a.b.c", "1"),
        ("0", "a.d[]", "x"),
        ("0", "a.d[]", "y"),
        ("1", "e", ""),
    ]
    first, *_, last = dotted.read(text)
    assert (first.at, first.value_at) == (Span(2, 3, 2, 6), Span(2, 8, 2, 9))
    # What has no value is found at its key.
    assert last.value_at == Span(5, 1, 5, 2)


def _found(text: str) -> list[tuple[str, int]]:
    return [
        (rule.id.partition("/")[2], found.line)
        for rule, found in judge(text, "mongod.conf", Tree.of({}))
        if isinstance(found, Hit)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("", []),
        ("net:\n  bindIp: localhost,/tmp/mongo.sock\n", []),
        ("net.bindIp: 0.0.0.0\nnet.tls.mode: requireTLS\n", [("no-auth", 1)]),
        ("net:\n  bindIp: ${IP}\n", []),
        ("net:\n  bindIp: 10.0.0.5\nsharding:\n  configDB: c/h:1\nsecurity:\n  keyFile: /k\n", [("no-tls", 2)]),
        ("security:\n  authorization: enabled\nnet:\n  ssl:\n    mode: preferSSL\n", [("no-tls", 5)]),
        ("# old\nbind_ip=0.0.0.0\nkeyFile=/k\nsslMode=requireSSL\n", []),
        ("auth=false\n", [("no-auth", 1)]),
    ),
)
def test_servers(text: str, expected: list[tuple[str, int]]) -> None:
    assert _found(text) == expected


def test_a_template_is_unknown() -> None:
    text = "bind_ip = 0.0.0.0\n{{ more }}\n"
    assert [type(found) for _, found in judge(text, "mongod.conf", Tree.of({}))] == [Unknown]


def test_yaml_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(ParseError):
        _found("net:\n\tbindIp: 0.0.0.0\n")
