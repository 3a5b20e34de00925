"""Who is let in: addresses, passwords, and what a request says of where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Rule, Severity
from yett.parse.nginx import Directive
from yett.rules.hits import short
from yett.rules.nginx import origins
from yett.rules.nginx.scope import (
    EVERYONE_4,
    EVERYONE_6,
    HANDLERS,
    Config,
    Found,
    Judged,
    access,
    at,
    effective,
    incomplete,
    is_internal,
    is_local,
    label,
    listens,
    location,
    setting,
    unknown,
)
from yett.rules.nginx.variables import condition, names, redirects

_ACCESS = "https://nginx.org/en/docs/http/ngx_http_access_module.html"

ALLOW_WITHOUT_DENY = Rule(
    id="nginx/allow-without-deny",
    title="A list of allowed addresses refuses nobody",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="allow alone changes nothing: who fits none of the rules is let in.",
    fix="End the list with `deny all;`.",
    refs=("CWE-284", "PCI DSS 7.3.3", _ACCESS),
    bad=(
        """\
location /admin/ {
    allow 10.0.0.0/8; # <- here
    allow 192.168.1.1;
    proxy_pass http://127.0.0.1:8000;
}
""",
    ),
    good=(
        """\
location /admin/ {
    allow 10.0.0.0/8;
    deny all;
}
location /staff/ {
    satisfy any;
    allow 10.0.0.0/8;
    auth_basic "staff";
    auth_basic_user_file staff;
}
location /open/ {
    allow all;
}
location /listed/ {
    allow 10.0.0.0/8;
    include deny.conf;
}
location /some/ {
    deny 203.0.113.7;
    allow 10.0.0.0/8;
}
""",
    ),
)


def allow_without_deny(config: Config) -> Iterator[Found]:
    seen: set[int] = set()
    for directive in config.named("allow"):
        block = directive.parent
        if block is None or id(block) in seen or block.inside("stream"):
            continue
        seen.add(id(block))
        if not block.name:
            yield unknown(directive, "deny may be in the file that includes this one")
            continue
        rules = block.all("allow", "deny")
        everyone = (*EVERYONE_4, *EVERYONE_6)
        if any(rule.name == "deny" or rule.first in everyone for rule in rules):
            continue
        either = setting(block, "satisfy")
        if either and either.first == "any" and _asks(block):
            continue
        missing = next(iter(block.missing), None)
        if missing:
            yield unknown(missing, "deny may come from an include")
            continue
        words = " and ".join(short(rule.first, 40) for rule in rules[:2] if rule.name == "allow")
        message = f"{label(block)} allows {words} and denies nobody"
        yield at(directive, message, subject="allow", fix="Write `deny all;` below.")


def _asks(block: Directive) -> bool:
    names = ("auth_basic", "auth_request", "auth_jwt", "auth_oidc", "access_by_lua_block", "auth_digest", "auth_pam")
    return any((found := setting(block, name)) is not None and found.first != "off" for name in names)


RETURN_SKIPS = Rule(
    id="nginx/return-skips-deny",
    title="An answer is given before anybody asks who is allowed",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "return, and a rewrite that redirects, belong to a phase that runs before allow and deny: the answer goes to "
        "everybody."
    ),
    fix="Answer with a file (`try_files`), or from a location of its own that a rewrite leads to.",
    refs=("CWE-284", "PCI DSS 7.3.3", "https://nginx.org/en/docs/dev/development_guide.html#http_phases"),
    bad=(
        """\
location /build {
    allow 10.0.0.0/8;
    deny all;
    return 200 "build 4711"; # <- here
}
""",
    ),
    good=(
        """\
location /build {
    allow 10.0.0.0/8;
    deny all;
    try_files /build.txt =404;
}
location /old {
    allow 10.0.0.0/8;
    deny all;
    return 404;
}
location / {
    return 200 "hello";
}
""",
    ),
)


def return_skips(config: Config) -> Iterator[Found]:
    for directive in config.named("return", "rewrite"):
        if directive.inside("stream") or not _answers(directive, config):
            continue
        block = directive.parent or directive
        rules = effective(block, "allow", "deny")
        if not any(rule.name == "deny" and rule.first in (*EVERYONE_4, *EVERYONE_6) for rule in rules):
            continue
        owner = rules[0].parent
        # What leads to an internal location has been asked for its address already, unless the list is its own.
        if is_internal(block) and (owner is None or owner.inside("location") is None):
            continue
        message = f"this answer is given to everybody: {directive.name} runs before allow and deny"
        yield at(directive, message, subject=f"{directive.name} {directive.text}")


def _answers(directive: Directive, config: Config) -> bool:
    """Whether a return or rewrite says something that is not a refusal."""
    if directive.name == "rewrite":
        return redirects(directive)
    if not directive.args:
        return False
    code = directive.args[0].text
    if code[:1] in ("4", "5") and len(code) == 3:
        told = len(directive.args) > 1 and bool(directive.args[1].text)
        return told or any(
            code in [word.text for word in each.args[:-1]] and each.args[-1].text.startswith("@")
            for each in config.named("error_page")
        )
    # To the same page by https: nothing is told.
    return not directive.args[-1].text.lower().startswith(("https://$host", "https://$server_name"))


STATUS = Rule(
    id="nginx/status-exposed",
    title="A status page is open to everybody",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Numbers of connections, upstream names and metrics tell an attacker what is behind and when it is weak.",
    fix="Write `allow 127.0.0.1;` and `deny all;` into the location.",
    refs=("CWE-200", "PCI DSS 2.2.4", "https://nginx.org/en/docs/http/ngx_http_stub_status_module.html"),
    bad=(
        """\
server {
    listen 80;
    location /nginx_status {
        stub_status; # <- here
    }
    location /actuator/ {
        proxy_pass http://127.0.0.1:8080; # <- here
    }
}
""",
    ),
    good=(
        """\
server {
    listen 80;
    location /nginx_status {
        stub_status on;
        allow 127.0.0.1;
        deny all;
    }
    location /metrics {
        auth_basic "monitoring";
        auth_basic_user_file monitoring;
        proxy_pass http://127.0.0.1:8080;
    }
    location /status/orders {
        proxy_pass http://127.0.0.1:8080;
    }
    location /actuator {
        return 404;
    }
}
server {
    listen 127.0.0.1:8081;
    location / {
        stub_status;
    }
}
""",
    ),
)

_PAGES = re.compile(
    r"\^?/(?:server-status|server_status|metrics|actuator|nginx_status|basic_status|stub_status)(?:/|/?\$)?"
)
_STATUS = ("stub_status", "vhost_traffic_status_display", "api", "status", "check_status", "php_status")


def status(config: Config) -> Iterator[Found]:
    for directive in config.named(*_STATUS, *HANDLERS):
        block = directive.parent
        if block is None or directive.inside("stream", "mail", "upstream", "types", "map"):
            continue
        if directive.name in HANDLERS:
            holder = directive.inside("location")
            found = location(holder) if holder else None
            if not found or not _PAGES.fullmatch(found.path):
                continue
        elif directive.first == "off" or directive.is_block or (directive.name == "status" and directive.args):
            continue
        server = directive.inside("server")
        addresses = listens(server) if server else []
        if is_internal(block) or (addresses and all(is_local(each) for each in addresses)):
            continue
        if access(block) != "open":
            continue
        missing = incomplete(block) if not block.missing else block.missing[0]
        if missing:
            yield unknown(missing, "allow and deny may come from an include")
            continue
        message = f"{label(block) if block.name else directive.name} is open to everybody"
        yield at(directive, message, subject=f"status {directive.name}")


VALID_REFERERS = Rule(
    id="nginx/valid-referers-none",
    title="A request without a Referer passes as one of ours",
    severity=Severity.LOW,
    level=Action.WARN,
    why=(
        "Any page can have its visitors send no Referer, or one without a scheme: with `none` or `blocked` in "
        "valid_referers, what is meant to keep other sites out lets them in."
    ),
    fix="Leave `none` and `blocked` out, or check an Origin or a token instead.",
    refs=("CWE-346", "PCI DSS 6.2.4", "https://nginx.org/en/docs/http/ngx_http_referer_module.html"),
    bad=(
        """\
location /checkout {
    # next
    valid_referers none server_names *.shop.example;
    if ($invalid_referer) {
        return 403;
    }
}
""",
    ),
    good=(
        """\
location /checkout {
    valid_referers server_names *.shop.example none.example;
    if ($invalid_referer) {
        return 403;
    }
}
""",
    ),
)


def valid_referers(config: Config) -> Iterator[Found]:
    for directive in config.named("valid_referers"):
        for word in directive.args:
            if word.text in ("none", "blocked"):
                yield at(directive, f"`{word.text}` lets requests of other sites in", word=word, subject=word.text)
                break


WEAK_ORIGIN = Rule(
    id="nginx/weak-origin-pattern",
    title="A pattern for origins matches others too",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "A pattern without ^ or $, with a bare dot or with [^/]* in front of the name, also fits "
        "shop.example.evil.com, "
        "shopXexample or evilshop.example, which anybody can register: their pages then read what is yours."
    ),
    fix="Write the whole origin: `^https://([a-z0-9-]+\\.)?shop\\.example$`; for a Referer, end with `/`.",
    refs=(
        "CWE-346",
        "CWE-942",
        "PCI DSS 6.2.4",
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Origin",
    ),
    bad=(
        """\
server {
    if ($http_origin ~ "^https://shop\\.example") { # <- here
        set $cors $http_origin;
    }
    if ($http_referer !~ "^https://([^/]+)?shop\\.example/") { # <- here
        return 403;
    }
}
""",
        """\
map $http_origin $cors {
    ~^https://(.*\\.)?shop.example$ $http_origin; # <- here
    default "";
}
server {
    add_header Access-Control-Allow-Origin $cors;
}
""",
    ),
    good=(
        """\
map $http_origin $cors {
    ~^https://([a-z0-9-]+\\.)?shop\\.example(:[0-9]+)?$ $http_origin;
    default "";
}
server {
    add_header Access-Control-Allow-Origin $cors;
    if ($http_referer !~ "^https?://www\\.shop\\.(example|test)/") {
        return 403;
    }
    if ($http_referer ~* (casino|pills\\.example)) {
        return 403;
    }
    if ($http_origin !~ "$allowed") {
        return 403;
    }
}
""",
    ),
)

DEAD_ORIGIN = Rule(
    id="nginx/dead-origin-pattern",
    title="A pattern for origins that never matches",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "An Origin is a scheme, a host and a port, without a slash at its end, and the header is Referer with one r in "
        "the middle: what asks for anything else is never true, and somebody believes that it is checked."
    ),
    fix="Compare with what a browser sends: `^https://shop\\.example$` for an Origin.",
    refs=("CWE-697", "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Origin"),
    bad=(
        """\
if ($http_origin !~ "^https://shop\\.example/") { # <- here
    return 403;
}
if ($http_referrer !~ "^https://shop\\.example/") { # <- here
    return 403;
}
""",
    ),
    good=(
        """\
if ($http_origin !~ "^https://shop\\.example$") {
    return 403;
}
if ($http_referer !~ "^https://shop\\.example/") {
    return 403;
}
""",
    ),
)

_SOURCES = {"http_origin": "origin", "http_referer": "referer", "http_referrer": "referrer"}


def weak_origin(config: Config) -> Iterator[Found]:
    yield from _patterns(config, dead=False)


def dead_origin(config: Config) -> Iterator[Found]:
    yield from _patterns(config, dead=True)


def _patterns(config: Config, dead: bool) -> Iterator[Found]:
    for block in config.named("if"):
        value, operator, pattern = condition(block)
        kind = _SOURCES.get(value.lower().lstrip("$").strip("{}"))
        if not kind or operator not in ("~", "~*", "!~", "!~*") or (operator[0] == "~" and _refuses(block)):
            continue
        yield from _judged(block, kind, pattern, operator.endswith("*"), dead)
    told = {
        name
        for directive in config.named("add_header", "more_set_headers")
        if "access-control-allow-origin" in directive.text.lower()
        for name in names(directive.text)
    }
    for block in config.named("map"):
        if len(block.args) < 2 or block.args[1].text.lower().lstrip("$") not in told:
            continue
        kind = _SOURCES.get(block.args[0].text.lower().lstrip("$"))
        for line in block.children if kind else ():
            if line.name.startswith("~") and line.text:
                yield from _judged(line, kind or "", line.name.lstrip("~*"), line.name.startswith("~*"), dead)


def _judged(directive: Directive, kind: str, pattern: str, ignore_case: bool, dead: bool) -> Iterator[Found]:
    why, is_dead = origins.weakness(pattern, kind, ignore_case)
    if why and is_dead == dead:
        yield at(directive, f"`{short(pattern, 60)}` {why}", word=directive.at, subject=f"{kind} {pattern}")


def _refuses(block: Directive) -> bool:
    """Whether an `if` turns away what it takes: a list of those that are not wanted."""
    return any(each.name == "deny" or (each.name == "return" and each.first[:1] in "45") for each in block.children)


RULES: Judged = (
    (ALLOW_WITHOUT_DENY, allow_without_deny),
    (RETURN_SKIPS, return_skips),
    (STATUS, status),
    (VALID_REFERERS, valid_referers),
    (WEAK_ORIGIN, weak_origin),
    (DEAD_ORIGIN, dead_origin),
)
