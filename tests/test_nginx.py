"""The reader of nginx's configuration, against crossplane, and what the rules' examples do not show."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from tests.support import limited
from yett.model import Hit, Unknown
from yett.parse.names import is_nginx
from yett.parse.nginx import MAX_DEPTH, Directive, parse
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.rules import nginx
from yett.rules.ciphers import weak_suites
from yett.rules.nginx import origins, regex


def _shape(block: Directive) -> list[tuple[str, list[str], Any]]:
    return [
        (each.name, [word.text for word in each.args], _shape(each) if each.is_block else None)
        for each in block.children
    ]


def _hits(files: dict[str, str], path: str) -> list[tuple[str, int]]:
    found = nginx.judge(files[path], path, Tree.of(files))
    return [(rule.id.removeprefix("nginx/"), hit.line) for rule, hit in found if isinstance(hit, Hit)]


def _ids(text: str) -> set[str]:
    return {rule for rule, _ in _hits({"nginx.conf": text}, "nginx.conf")}


def _unknown(text: str) -> set[str]:
    found = nginx.judge(text, "nginx.conf", Tree.of({"nginx.conf": text}))
    return {rule.id.removeprefix("nginx/") for rule, hit in found if isinstance(hit, Unknown)}


WORDS = """\
user nginx; # who
http {
    log_format main '$remote_addr - "$request"'
                    '$status';
    map $uri $x { default ""; ~^/a\\.b "c;d"; }
    server {
        listen 443 ssl;
        server_name "shop.example" ~^(?<sub>\\w+)\\.shop\\.example$;
        if ($http_origin ~* "^https://(a|b)\\.example$") { set $cors "on"; }
        location ~ ^/([a-z]+)#frag { return 200 "it's {fine}; # really"; }
        location /v { proxy_pass http://app${uri}x; }
        set $t 'a\\'b';
    }
}
"""


@pytest.mark.parametrize(
    "text",
    (WORDS, "events {}\n", "", "# nothing\n", "a b\n  c\td;\n", "x {y {z;}}", "a \"b\" 'c';", "a b#c;\nd;"),
)
def test_words_are_read_as_crossplane_reads_them(text: str, tmp_path: Any) -> None:
    import crossplane  # type: ignore[import-not-found,import-untyped,unused-ignore]

    file = tmp_path / "nginx.conf"
    file.write_text(text)
    payload = crossplane.parse(str(file), single=True, check_ctx=False, check_args=False, strict=False)

    def shape(block: list[dict[str, Any]]) -> list[tuple[str, list[str], Any]]:
        return [(each["directive"], each["args"], shape(each["block"]) if "block" in each else None) for each in block]

    def plain(block: list[tuple[str, list[str], Any]]) -> list[tuple[str, list[str], Any]]:
        # crossplane takes the brackets off an `if`, which nginx does when it reads the condition, not the words.
        found = []
        for name, args, inner in block:
            if name == "if":
                args = [word for word in (" ".join(args)).strip("()").split(" ") if word]
            # crossplane keeps a backslash in front of a quote.
            args = [word.replace("\\'", "'").replace('\\"', '"') for word in args]
            found.append((name, args, plain(inner) if inner is not None else None))
        return found

    assert plain(_shape(parse(text))) == plain(shape(payload["config"][0]["parsed"]))


def test_a_word_knows_its_place() -> None:
    root = parse('http {\n    server_name a\n      "b c";\n}\n')
    (name,) = root.children[0].children
    assert [word.span[:4] for word in (name.at, *name.args)] == [(2, 5, 2, 16), (2, 17, 2, 18), (3, 7, 3, 12)]
    assert root.children[0].end[:2] == (4, 1)


def test_lua_is_passed_over() -> None:
    root = parse('content_by_lua_block {\n  local s = "}" -- }\n  if x then t = {1} end\n}\nreturn 204;\n')
    assert [each.name for each in root.children] == ["content_by_lua_block", "return"]


@pytest.mark.parametrize(
    "text", ("server_name {{ name }};\n", "listen <%= @port %> ssl;\n", "{% if tls %}\nlisten 443;\n{% endif %}\n")
)
def test_marks_of_templates_are_no_blocks(text: str) -> None:
    assert [each.is_block for each in parse(text).children] == [False]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    (
        ("http {\n", 1, "the block 'http' is not closed"),
        ("a;\n}\n", 2, "there is a closing brace too many"),
        ("server {\n  listen 80\n}\n", 2, "the directive 'listen' does not end in a semicolon"),
        ('a "b;\n', 1, "a quote is not closed"),
        ("{ a; }\n", 1, "there is a block without a name"),
        ("a {" * (MAX_DEPTH + 1), 1, f"the blocks are nested more than {MAX_DEPTH} deep"),
        ("content_by_lua_block {\n {", 1, "a block of Lua is not closed"),
        ("a \\", 1, "there is something that is no word"),
    ),
)
def test_what_nginx_refuses_is_refused(text: str, line: int, reason: str) -> None:
    with pytest.raises(ParseError) as error:
        parse(text)
    assert (error.value.line, error.value.reason) == (line, reason)


@pytest.mark.parametrize(
    "text",
    (
        "{" * 400_000,
        "a " * 200_000,
        "a;" * 50_000,
        '"' * 400_001,
        "$" * 400_000,
        "<% a;" * 50_000,
        "<%" * 200_000,
        "a {{" * 100_000,
        "x_by_lua_block {" + "[[ ]=" * 80_000,
        "\\" * 399_999,
    ),
)
def test_hostile_text_does_not_hang(text: str) -> None:
    with limited(), contextlib.suppress(ParseError):
        parse(text)


@pytest.mark.parametrize(
    ("path", "text"),
    (
        ("named.conf", 'options {\n    directory "/var/named";\n};\nzone "shop.example" {\n    type master;\n};\n'),
        ("dhcpd.conf", 'option domain-name "shop.example";\nsubnet 10.0.0.0 netmask 255.0.0.0 {\n}\n'),
        ("my.conf", "[mysqld]\nuser = root\n"),
        ("app.conf", 'server: {\n  listen: 80\n  name: "shop"\n}\n'),
        ("x.conf", "<VirtualHost *:80>\nServerName shop.example\n</VirtualHost>\n"),
    ),
)
def test_other_formats_are_left_alone(path: str, text: str) -> None:
    assert list(nginx.judge(text, path, Tree.of({path: text}))) == []


def test_a_broken_file_of_nginx_is_said_to_be() -> None:
    text = "server {\n    listen 80;\n    location / {\n        root /;\n"
    with pytest.raises(ParseError):
        list(nginx.judge(text, "shop.conf", Tree.of({"shop.conf": text})))


@pytest.mark.parametrize(
    ("path", "wanted"),
    (
        ("nginx.conf", True),
        ("deploy/nginx/conf.d/shop.conf", True),
        ("etc/nginx/sites-available/shop", True),
        ("nginx/default.conf.template", True),
        ("roles/web/templates/nginx.conf.j2", True),
        ("httpd.conf", False),
        ("README.md", False),
        ("src/nginx.py", False),
    ),
)
def test_a_path_tells_what_may_be_nginx(path: str, wanted: bool) -> None:
    assert is_nginx(path) is wanted


TREE = {
    "nginx/nginx.conf": "http {\n    server_tokens off;\n    add_header X-Frame-Options DENY always;\n"
    "    ssl_protocols TLSv1.2 TLSv1.3;\n    include /etc/nginx/conf.d/*.conf;\n}\n",
    "nginx/conf.d/shop.conf": "server {\n    listen 443 ssl;\n    include snippets/hsts.conf;\n"
    "    location /old {\n        include snippets/cache.conf;\n    }\n}\n",
    "nginx/snippets/hsts.conf": 'add_header Strict-Transport-Security "max-age=31536000" always;\n',
    "nginx/snippets/cache.conf": "add_header Cache-Control no-store;\nssl_protocols TLSv1;\n",
}


def test_includes_are_followed_from_whichever_file() -> None:
    assert _hits(TREE, "nginx/nginx.conf") == []
    # The snippet with HSTS drops the header of http, and the one with Cache-Control the HSTS of the server.
    assert _hits(TREE, "nginx/conf.d/shop.conf") == [("header-redefinition", 1), ("header-redefinition", 4)]
    assert _hits(TREE, "nginx/snippets/hsts.conf") == []
    assert _hits(TREE, "nginx/snippets/cache.conf") == [("weak-tls", 2)]


def test_includes_in_circles_end() -> None:
    files = {"a.conf": "server {\n    include b.conf;\n}\n", "b.conf": "include a.conf;\nssl_protocols SSLv3;\n"}
    assert _hits(files, "b.conf") == [("weak-tls", 2)]


def test_an_include_outside_the_tree_is_not_read() -> None:
    files = {"nginx/a.conf": "server {\n    listen 443 ssl;\n    include ../../secret.conf;\n}\n"}
    assert _hits(files, "nginx/a.conf") == []
    assert "no-hsts" in _unknown(files["nginx/a.conf"])


def test_the_same_file_twice_is_told_once() -> None:
    files = {
        "nginx.conf": "http {\n    server_tokens off;\n    server { listen 80; include s.conf; }\n"
        "    server { listen 81; include s.conf; }\n}\n",
        "s.conf": "location /x {\n    alias /srv/x/;\n}\n",
    }
    assert {line for rule, line in _hits(files, "s.conf") if rule == "alias-traversal"} == {2}


@pytest.mark.parametrize(
    ("pattern", "kind", "weak"),
    (
        (r"^https://shop\.example$", "origin", False),
        (r"^https?://(www|pay)\.shop\.example(:\d+)?$", "origin", False),
        (r"^https://([\w-]+\.)*shop\.example$", "origin", False),
        (r"^https?://shop\.example/", "referer", False),
        (r"^https://shop\.example", "origin", True),
        (r"^https://.*\.?shop\.example$", "origin", True),
        (r"shop\.example$", "origin", True),
        (r"^https://shop.example$", "origin", True),
        (r"^https://[^/]*shop\.example/", "referer", True),
        (r"^https://(shop\.example|pay\.example)", "referer", True),
        (r"^https?://.*shop\.example/", "referer", True),
        ("(", "origin", False),
        ("(a?){20}" * 90, "origin", False),
    ),
)
def test_a_pattern_for_origins(pattern: str, kind: str, weak: bool) -> None:
    why, dead = origins.weakness(pattern, kind)
    assert (bool(why) and not dead) is weak


@pytest.mark.parametrize(
    ("pattern", "explodes"),
    (
        ("^(a+)+$", True),
        ("^(a*)*b", True),
        (r"^(\w+\s?)*$", True),
        ("(.|x)+y", True),
        (".*.*x", True),
        ("^([a-z]+/)+x$", False),
        ("^(/[a-z]+)+$", False),
        (r"\.(css|js)$", False),
        ("^(a+)?$", False),
        ("^[a-z]{1,9}+$", False),
    ),
)
def test_a_pattern_that_explodes(pattern: str, explodes: bool) -> None:
    assert regex.explodes(regex.parse(pattern)) is explodes


@pytest.mark.parametrize("pattern", ("(", ")", "[a", "*a", "a\\", "(?<x", "(?P<n>a", "a" * 3000, "(" * 50 + ")" * 50))
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(regex.PatternError):
        regex.parse(pattern)


@pytest.mark.parametrize(
    ("ciphers", "weak"),
    (
        ("HIGH:!aNULL:!MD5", []),
        ("ECDHE-RSA-AES128-GCM-SHA256:!DES-CBC3-SHA", []),
        ("DEFAULT", []),
        ("EECDH+AESGCM:EDH+AESGCM", []),
        ("$ciphers", []),
        ("RC4-SHA:AES128-SHA:!RC4", []),
        ("DES-CBC3-SHA:!3DES", []),
        ("ADH-AES128-SHA", ["ADH-AES128-SHA"]),
        ("EXP-RC4-MD5,NULL-SHA", ["EXP-RC4-MD5", "NULL-SHA"]),
        ("ALL", ["ALL"]),
    ),
)
def test_ciphers(ciphers: str, weak: list[str]) -> None:
    assert weak_suites(ciphers) == weak


@pytest.mark.parametrize(
    ("text", "rule", "there"),
    (
        # The nearest level wins, and both ways.
        ("http { ssl_protocols TLSv1.2; server { listen 443 ssl; } }", "ssl-protocols-unset", False),
        ("location = /x { return 301 https://a.example$uri; }", "http-splitting", False),
        ("location ~ ^/[a-z/]+$ { return 301 https://a.example$uri; }", "http-splitting", False),
        ("location / { rewrite ^ $request_uri; rewrite ^/x([^?]*) $1 break; proxy_pass http://a$1; }", "ssrf", True),
        ("server { server_name a.example; location / { proxy_pass http://$host; } }", "ssrf", False),
        ("server { server_name _; location / { proxy_pass http://$host; } }", "ssrf", True),
        ("location @x { proxy_pass $arg_u; }", "ssrf", False),
        ("set $u http://a; location / { if ($arg_b) { set $u $arg_b; } proxy_pass $u; }", "ssrf", True),
        ("location /a { set $u $arg_b; } location /b { proxy_pass http://$u; }", "ssrf", False),
        ("map $http_x $y { default a; include y.map; } location / { proxy_pass http://$y; }", "ssrf", False),
        ("stream { server { listen 1; proxy_pass $ssl_preread_server_name; } }", "ssrf", False),
        ("proxy_set_header Host $HTTP_HOST;", "host-spoofing", True),
        ("location /a { alias '/srv/a/'; }", "alias-traversal", True),
        ("location ^~ /a { alias /srv/a/; }", "alias-traversal", True),
        ("location =/a { alias /srv/a/; }", "alias-traversal", False),
        ("server { location /m { stub_status; satisfy any; allow all; auth_basic x; } }", "status-exposed", True),
        ("server { deny all; location /m { stub_status; } }", "status-exposed", False),
        ("server { location /m { stub_status; allow 127.0.0.1; } }", "status-exposed", True),
        (
            "upstream a { server 127.0.0.1:1; } server { location / { proxy_pass http://a; } }",
            "backend-plain-http",
            False,
        ),
        ("server { listen 443 ssl; add_header Strict-Transport-Security $hsts; }", "no-hsts", False),
        ("server { listen 443 ssl; more_set_headers 'Strict-Transport-Security: max-age=1'; }", "no-hsts", True),
        ("stream { server { listen 443 ssl; proxy_pass a; } }", "no-hsts", False),
    ),
)
def test_what_is_in_effect_decides(text: str, rule: str, there: bool) -> None:
    assert (rule in _ids(text)) is there


def test_a_template_is_judged_as_far_as_it_goes() -> None:
    text = "server {\n    listen 443 ssl;\n    {% if old %}\n    ssl_protocols TLSv1;\n    {% endif %}\n}\n"
    assert "weak-tls" in _ids(text)
    assert "no-hsts" not in _ids(text)
    assert "no-hsts" in _unknown(text)


def test_many_servers_do_not_hang() -> None:
    text = "http {\n" + WORDS.split("http {")[1].rsplit("}", 1)[0] * 1_000 + "}\n"
    with limited():
        list(nginx.judge(text, "nginx.conf", Tree.of({"nginx.conf": text})))


def test_many_maps_do_not_multiply() -> None:
    lines = "".join(f"  k{number} $m{number % 9};\n" for number in range(300))
    maps = "".join(f"map $uri $m{number} {{\n{lines}}}\n" for number in range(9))
    text = maps + "server { location / { proxy_pass http://$m0$m1$m2$m3; add_header X $m4$m5$m6; } }\n"
    with limited():
        _ids(text)
