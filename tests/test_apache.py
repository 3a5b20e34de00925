"""The reader of Apache's configuration, and what the rules' examples do not show."""

from __future__ import annotations

import contextlib

import pytest

from tests.support import limited
from yett.model import Hit, Unknown
from yett.parse.apache import MAX_DEPTH, parse, through
from yett.parse.names import is_apache
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.rules import apache


def _hits(files: dict[str, str], path: str) -> list[tuple[str, int]]:
    found = apache.judge(files[path], path, Tree.of(files))
    return [(rule.id.removeprefix("apache/"), hit.line) for rule, hit in found if isinstance(hit, Hit)]


def _ids(text: str, path: str = "httpd.conf") -> set[str]:
    return {rule for rule, _ in _hits({path: text}, path)}


def test_lines_go_on_after_a_backslash() -> None:
    root = parse('SSLCipherSuite A:\\\n  B\n<Directory "/srv/my shop">\n  Options None\n</Directory>\n')
    assert [(each.name, [word.text for word in each.args]) for each in root.children] == [
        ("sslciphersuite", ["A:", "B"]),
        ("directory", ["/srv/my shop"]),
    ]
    assert root.children[0].args[1].span == (2, 3, 2, 4)


def test_sections_that_only_ask_are_looked_through() -> None:
    root = parse("<IfModule a>\n<IfDefine b>\nListen 80\n</IfDefine>\n</IfModule>\n")
    assert [each.name for each in through(root)] == ["ifmodule", "ifdefine", "listen"]


@pytest.mark.parametrize(
    ("text", "line"),
    (
        ("<Directory />\n", 1),
        ("</Directory>\n", 1),
        ("<Directory />\n</Location>\n", 2),
        ("<IfModule a>\n" * (MAX_DEPTH + 1), MAX_DEPTH + 1),
    ),
)
def test_sections_that_do_not_match_are_refused(text: str, line: int) -> None:
    with pytest.raises(ParseError) as error:
        parse(text)
    assert error.value.line == line


@pytest.mark.parametrize("text", ("<" * 400_000, '"' * 400_001, "a\\\n" * 100_000, "<a " * 100_000, "a " * 200_000))
def test_hostile_text_does_not_hang(text: str) -> None:
    with limited(), contextlib.suppress(ParseError):
        parse(text)


@pytest.mark.parametrize(
    ("path", "text"),
    (
        ("nginx.conf", "http {\n    server {\n        listen 80;\n    }\n}\n"),
        ("app.conf", "[server]\nOptions = Indexes\n"),
        ("ssh.conf", "Host *\n    User root\n"),
        ("x.conf", "key = value\n"),
    ),
)
def test_other_formats_are_left_alone(path: str, text: str) -> None:
    assert list(apache.judge(text, path, Tree.of({path: text}))) == []


@pytest.mark.parametrize(
    ("path", "wanted"),
    (
        ("public/.htaccess", True),
        ("httpd.conf", True),
        ("etc/apache2/sites-available/shop.conf", True),
        ("etc/apache2/sites-enabled/shop", True),
        ("nginx.conf", False),
        ("a.py", False),
    ),
)
def test_a_path_tells_what_may_be_apache(path: str, wanted: bool) -> None:
    assert is_apache(path) is wanted


@pytest.mark.parametrize(
    ("text", "rule", "there"),
    (
        ("SSLProtocol all\n", "weak-tls", True),
        ("SSLProtocol all -SSLv2 -SSLv3\n", "weak-tls", True),
        ("SSLProtocol -all +TLSv1.2\n", "weak-tls", False),
        ("SSLProtocol ALL -sslv3 -tlsv1 -tlsv1.1\n", "weak-tls", False),
        ("SSLProtocol +TLSv1 -TLSv1\n", "weak-tls", False),
        ("<Directory '/'>\nRequire all granted\n</Directory>\n", "open-root", True),
        ("<DirectoryMatch />\nRequire all granted\n</DirectoryMatch>\n", "open-root", False),
        ("ProxyRequests on\n<ProxyMatch .*>\nOrder deny,allow\nDeny from all\n</ProxyMatch>\n", "open-proxy", False),
        ("<VirtualHost *:80>\nOptions Indexes\n</VirtualHost>\n", "dir-listing", True),
        ("<Directory /a>\n<IfModule b>\nOptions +Indexes\n</IfModule>\n</Directory>\n", "dir-listing", True),
        (
            "<Location /s>\nSetHandler server-info\n<RequireAny>\nRequire ip 10\n</RequireAny>\n</Location>\n",
            "status-info-open",
            False,
        ),
        ("<VirtualHost *:443>\nSSLProxyVerify none\n</VirtualHost>\n", "proxy-verify-off", False),
        ("SSLProxyEngine On\n<VirtualHost *:443>\nSSLProxyVerify none\n</VirtualHost>\n", "proxy-verify-off", True),
        ("SSLProxyEngine On\nSSLProxyCheckPeerCN off\n", "proxy-verify-off", False),
        ("ServerRoot /x\n<IfModule a>\nServerTokens Prod\n</IfModule>\n", "version-disclosure", False),
        ("ServerRoot /x\nIncludeOptional mods-enabled/*.load\n", "trace", True),
    ),
)
def test_what_is_in_effect_decides(text: str, rule: str, there: bool) -> None:
    assert (rule in _ids(text)) is there


def test_includes_are_followed_from_whichever_file() -> None:
    files = {
        "apache2/apache2.conf": "ServerRoot /etc/apache2\nInclude conf-enabled/*.conf\n"
        "IncludeOptional sites-enabled/*.conf\n",
        "apache2/conf-available/security.conf": "ServerTokens Prod\nTraceEnable Off\n"
        'Header always set Strict-Transport-Security "max-age=31536000"\n',
        "apache2/sites-available/shop.conf": "<VirtualHost *:443>\nSSLEngine on\nSSLProtocol SSLv3\n</VirtualHost>\n",
    }
    assert _hits(files, "apache2/apache2.conf") == []
    assert _hits(files, "apache2/sites-available/shop.conf") == [("weak-tls", 3)]
    alone = {"shop.conf": files["apache2/sites-available/shop.conf"]}
    assert _hits(alone, "shop.conf") == [("weak-tls", 3), ("no-hsts", 1)]


def test_what_an_include_may_set_is_unknown() -> None:
    text = "ServerRoot /etc/httpd\nInclude conf/extra.conf\n"
    found = list(apache.judge(text, "httpd.conf", Tree.of({"httpd.conf": text})))
    assert {rule.id for rule, hit in found if isinstance(hit, Unknown)} == {"apache/version-disclosure", "apache/trace"}
    assert not any(isinstance(hit, Hit) for _, hit in found)
