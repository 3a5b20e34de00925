"""The reader of sshd_config, and what the rules' examples do not show."""

from __future__ import annotations

import contextlib

import pytest

from tests.support import limited
from yett.model import Hit, Unknown
from yett.parse.names import is_sshd
from yett.parse.source import ParseError
from yett.parse.sshd import parse
from yett.parse.tree import Tree
from yett.rules import sshd


def _hits(files: dict[str, str], path: str) -> list[tuple[str, int]]:
    found = sshd.judge(files[path], path, Tree.of(files))
    return [(rule.id.removeprefix("sshd/"), hit.line) for rule, hit in found if isinstance(hit, Hit)]


def _one(text: str) -> list[tuple[str, int]]:
    return _hits({"sshd_config": text}, "sshd_config")


def test_words_are_read_with_their_quotes_and_signs() -> None:
    config = parse(
        'Port=22\nAllowUsers "anna b" ben # two\nMatch User git\n  ForceCommand x\nMatch all\n  Banner none\n'
    )
    assert [(each.name, [word.text for word in each.args], each.match) for each in config.settings] == [
        ("port", ["22"], ""),
        ("allowusers", ["anna b", "ben"], ""),
        ("forcecommand", ["x"], "user git"),
        ("banner", ["none"], "all"),
    ]


@pytest.mark.parametrize(
    ("text", "hits"),
    (
        ("PERMITROOTLOGIN YES\nPasswordAuthentication no\n", [("root-login", 1)]),
        ("PermitRootLogin no\nPermitRootLogin yes\n", []),
        ("Match all\n  PermitRootLogin yes\n", [("root-login", 2)]),
        ("PermitRootLogin no\nMatch Host a\n  PermitRootLogin yes\n", [("root-login", 3)]),
        ("Ciphers -3des-cbc\n", []),
        ("Ciphers ^3des-cbc\n", [("weak-algorithms", 1)]),
        ("PubkeyAcceptedKeyTypes +ssh-rsa\n", [("weak-algorithms", 1)]),
        ("MaxAuthTries 6\nLoginGraceTime 2m\n", []),
    ),
)
def test_the_first_value_holds(text: str, hits: list[tuple[str, int]]) -> None:
    assert _one(text) == hits


def test_a_drop_in_comes_first() -> None:
    files = {
        "etc/ssh/sshd_config": "Include sshd_config.d/*.conf\nPermitRootLogin yes\nPasswordAuthentication no\n",
        "etc/ssh/sshd_config.d/10-root.conf": "PermitRootLogin no\n",
        "etc/ssh/sshd_config.d/20-late.conf": "PasswordAuthentication yes\n",
    }
    assert _hits(files, "etc/ssh/sshd_config") == []
    assert _hits(files, "etc/ssh/sshd_config.d/20-late.conf") == [("password-login", 1)]


def test_what_includes_itself_ends() -> None:
    files = {
        "sshd_config": "Include sshd_config\nInclude a.conf\nPermitEmptyPasswords yes\n",
        "a.conf": "Include a.conf\nPort 1\n",
    }
    assert _hits(files, "sshd_config") == [("empty-passwords", 3)]


def test_a_template_is_judged_as_far_as_it_goes() -> None:
    text = "{% if x %}\nPermitRootLogin {{ root }}\n{% endif %}\nProtocol 1\nPort 22\n"
    found = list(sshd.judge(text, "sshd_config.j2", Tree.of({"sshd_config.j2": text})))
    assert [(rule.id, type(hit)) for rule, hit in found] == [("sshd/root-login", Unknown), ("sshd/old-protocol", Hit)]


@pytest.mark.parametrize("text", ("Port 22\nPermitRootLogin no\n=x\n", 'Port 22\nBanner "x\nUsePAM yes\n'))
def test_what_sshd_refuses_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        list(sshd.judge(text, "sshd_config", Tree.of({"sshd_config": text})))


@pytest.mark.parametrize(
    "text", ("Port " + "a " * 150_000, '"' * 400_000, "Port " + '"' * 399_999, "Port {{" * 60_000, "Port 22\n" * 40_000)
)
def test_hostile_text_does_not_hang(text: str) -> None:
    with limited(), contextlib.suppress(ParseError):
        parse(text)


@pytest.mark.parametrize(
    ("path", "wanted"),
    (
        ("sshd_config", True),
        ("files/etc/ssh/sshd_config.d/10-hard.conf", True),
        ("templates/sshd_config.j2", True),
        ("templates/opensshd.conf.j2", True),
        ("ssh_config", False),
        ("docs/sshd_config.md", False),
    ),
)
def test_a_path_tells_what_may_be_sshd(path: str, wanted: bool) -> None:
    assert is_sshd(path) is wanted


def test_a_file_without_a_keyword_is_left_alone() -> None:
    assert _one("this is a note\n") == []
