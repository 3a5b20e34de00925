"""The reader of HAProxy's configuration, and what the rules' examples do not show."""

from __future__ import annotations

import contextlib

import pytest

from tests.support import limited
from yett.model import Hit, Unknown
from yett.parse.haproxy import MAX_DEFAULTS, MAX_SECTIONS, parse
from yett.parse.names import is_haproxy
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.rules import haproxy


def _ids(text: str, path: str = "haproxy.cfg", **others: str) -> set[str]:
    files = {path: text, **others}
    found = haproxy.judge(text, path, Tree.of(files))
    return {rule.id.removeprefix("haproxy/") for rule, hit in found if isinstance(hit, Hit)}


def test_words_are_read_with_their_quotes() -> None:
    config = parse("frontend \"my shop\" # one\n  http-request deny if { path '/a b' } \\# x\\ y\n")
    (section,) = config.sections
    assert section.name == "my shop"
    (line,) = section.lines
    assert [word.text for word in line.words[-5:]] == ["path", "/a b", "}", "#", "x y"]
    assert line.words[0].span == (2, 3, 2, 15)


def test_defaults_hold_for_what_follows() -> None:
    config = parse(
        "defaults a\n mode http\ndefaults b from a\n log global\nfrontend x from a\n bind :80\n"
        "frontend y\n mode tcp\nbackend z\n server s h:1\n"
    )
    found = {section.name: section for section in config.sections}
    assert found["x"].mode == "http"
    assert not found["x"].effective("log")
    assert found["y"].mode == "tcp"
    assert found["z"].mode == "http"
    assert found["z"].effective("log")


def test_defaults_that_name_each_other_end() -> None:
    config = parse("defaults a from a\ndefaults b from a\nfrontend x from b\n bind :80\n")
    assert config.sections[2].mode == "tcp"


def test_conditions_are_looked_through() -> None:
    config = parse("global\n.if feature(OPENSSL)\n ssl-server-verify none\n.endif\n")
    assert [line.name for line in config.sections[0].lines] == ["ssl-server-verify"]


@pytest.mark.parametrize(
    ("text", "line"),
    (
        ("defaults\n" + "option x\n" * (MAX_DEFAULTS + 1), MAX_DEFAULTS + 2),
        ("frontend a\n" * (MAX_SECTIONS + 1), MAX_SECTIONS + 1),
    ),
)
def test_more_than_anybody_writes_is_refused(text: str, line: int) -> None:
    with pytest.raises(ParseError) as error:
        parse(text)
    assert error.value.line == line


def test_a_quote_that_is_not_closed_is_refused() -> None:
    with pytest.raises(ParseError) as error:
        parse('global\n log "x\n')
    assert error.value.line == 2


@pytest.mark.parametrize(
    "text", ("frontend " * 100_000, '"' * 399_999, "\\" * 400_000, "{{" * 200_000, "global\n" + "log x\n" * 60_000)
)
def test_hostile_text_does_not_hang(text: str) -> None:
    with limited(), contextlib.suppress(ParseError):
        parse(text)


@pytest.mark.parametrize(
    ("path", "text"),
    (
        ("setup.cfg", "[metadata]\nname = shop\n[options]\npackages = find:\n"),
        ("app.cfg", "[backend]\nserver = a\n"),
        ("defaults.cfg", "defaults\n  color red\n"),
        ("board.cfg", "set frontend 1\n"),
    ),
)
def test_other_formats_are_left_alone(path: str, text: str) -> None:
    assert list(haproxy.judge(text, path, Tree.of({path: text}))) == []


@pytest.mark.parametrize(
    ("path", "wanted"),
    (
        ("haproxy.cfg", True),
        ("lb/haproxy.cfg.j2", True),
        ("haproxy/20-shop.cfg", True),
        ("setup.cfg", False),
        ("a.py", False),
    ),
)
def test_a_path_tells_what_may_be_haproxy(path: str, wanted: bool) -> None:
    assert is_haproxy(path) is wanted


@pytest.mark.parametrize(
    ("text", "rule", "there"),
    (
        ("listen s 0.0.0.0:8404\n mode http\n stats enable\n", "stats-open", True),
        ("listen s\n bind 127.0.0.1:8404,:8405\n stats enable\n", "stats-open", True),
        ("listen s\n bind unix@/run/s\n stats enable\n", "stats-open", False),
        ("defaults\n stats auth a:${B}\nlisten s\n bind :8404\n stats enable\n", "stats-open", False),
        ("listen s\n bind :8404\n stats auth stats:stats\n", "stats-default-password", True),
        ("listen s\n bind :8404\n stats auth anna:" + "kR7w9qLz2\n", "stats-default-password", False),
        ("backend a\n server-template s 3 10.0.0.1:443 ssl verify none\n", "backend-verify-none", True),
        ("backend a\n server s a.example:443 verify none\n", "backend-verify-none", False),
        ("frontend a\n mode http\n bind ipv4@:80\n default_backend b\n", "no-tls-frontend", True),
        ("frontend a\n bind :80\n default_backend b\n", "no-tls-frontend", False),
        (
            "frontend a\n mode http\n bind :80\n http-request redirect location https://x.example\n",
            "no-tls-frontend",
            False,
        ),
        ("frontend a\n bind :1 ssl crt x no-sslv3 no-tlsv10 no-tlsv11\n", "weak-tls", False),
        ("global\n ssl-default-bind-options ssl-max-ver TLSv1.1\n", "weak-tls", True),
        ("global\n user haproxy\n daemon\n", "run-as-root", False),
        ("backend a\n option httpchk\n server x a:1\n server y b:1\n", "no-health-check", True),
    ),
)
def test_what_is_in_effect_decides(text: str, rule: str, there: bool) -> None:
    assert (rule in _ids(text)) is there


def test_the_defaults_may_be_in_the_next_file() -> None:
    text = "frontend shop\n bind :80\n default_backend app\n"
    assert "timeouts-missing" in _ids(text, "lb/20-shop.cfg")
    assert "timeouts-missing" not in _ids(
        text, "lb/20-shop.cfg", **{"lb/10-base.cfg": "defaults\n timeout client 5s\n"}
    )


def test_a_template_says_less() -> None:
    text = "{% for x in y %}\nglobal\n daemon\n{% endfor %}\n"
    found = list(haproxy.judge(text, "haproxy.cfg", Tree.of({"haproxy.cfg": text})))
    assert [type(hit) for rule, hit in found if rule.id == "haproxy/run-as-root"] == [Unknown]


def test_a_password_is_not_repeated() -> None:
    secret = "kR7w9" + "qLz2"
    text = f"userlist u\n user anna insecure-password {secret}\n"
    found = list(haproxy.judge(text, "haproxy.cfg", Tree.of({"haproxy.cfg": text})))
    assert found
    assert not any(secret in str(hit) for _, hit in found)
