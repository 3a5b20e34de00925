"""How much a client may ask for: how often, how large, how slowly."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Rule, Severity
from yett.parse.nginx import Directive
from yett.rules.hits import short
from yett.rules.nginx import regex
from yett.rules.nginx.scope import (
    HANDLERS,
    Config,
    Found,
    Judged,
    access,
    at,
    effective,
    incomplete,
    is_internal,
    is_public,
    label,
    location,
    unknown,
)
from yett.rules.nginx.variables import condition

RATE = Rule(
    id="nginx/no-rate-limit",
    title="Nothing slows down guessing at a login or checkout",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    level=Action.WARN,
    why=(
        "Without limit_req a machine tries thousands of passwords or stolen cards a minute. There is no limit by "
        "default."
    ),
    fix="Write `limit_req_zone $binary_remote_addr zone=login:10m rate=5r/m;` and `limit_req zone=login burst=5;`.",
    refs=("CWE-307", "CWE-770", "PCI DSS 8.3.4", "https://nginx.org/en/docs/http/ngx_http_limit_req_module.html"),
    bad=(
        """\
http {
    limit_req_zone $binary_remote_addr zone=all:10m rate=500r/s; # <- here
    server {
        location /login { # <- here
            proxy_pass http://127.0.0.1:8000;
        }
        location = /api/checkout { # <- here
            proxy_pass http://127.0.0.1:8000;
        }
    }
}
""",
    ),
    good=(
        """\
http {
    limit_req_zone $binary_remote_addr zone=login:10m rate=5r/m;
    limit_req_zone $server_name zone=whole:10m rate=2000r/s;
    server {
        location /login {
            limit_req zone=login burst=5;
            proxy_pass http://127.0.0.1:8000;
        }
        location /authors/ {
            proxy_pass http://127.0.0.1:8000;
        }
        location = /auth {
            internal;
            proxy_pass http://127.0.0.1:8000;
        }
        location /checkout {
            return 301 https://shop.example/basket;
        }
        location /login/static/ {
            alias /srv/login/;
        }
    }
}
""",
        """\
http {
    limit_req zone=all burst=20;
    server {
        location /login {
            proxy_pass http://127.0.0.1:8000;
        }
    }
}
""",
    ),
)

_DOORS = re.compile(
    r"(?:^|[/^(|])(?:log-?in|sign-?in|sign-?up|auth|oauth2?|token|password|passwd|reset-password|checkout|payments?"
    r"|wp-login(?:\\?\.php)?|xmlrpc(?:\\?\.php)?|session|two-factor|otp)(?=$|[/)|$?.\\(])",
    re.IGNORECASE,
)
_RATE = re.compile(r"rate=(\d+)r/([sm])")
MAX_RATE = 100
"""Requests a second from one address that no person makes."""


def rate(config: Config) -> Iterator[Found]:
    for directive in config.named("limit_req_zone"):
        found = _RATE.search(directive.text)
        if (
            found
            and "remote_addr" in directive.first
            and int(found.group(1)[:9]) > MAX_RATE * (60 if found.group(2) == "m" else 1)
        ):
            message = f"{found.group()} from one address is no limit"
            yield at(directive, message, subject=found.group())
    for block in config.named("location"):
        found_location = location(block)
        if not found_location or not _DOORS.search(found_location.path) or found_location.kind == "@":
            continue
        if "static" in found_location.path or not any(child.name in HANDLERS for child in block.children):
            continue
        server = block.inside("server")
        if is_internal(block) or access(block) != "open" or (server is not None and not is_public(server)):
            continue
        if effective(block, "limit_req") or any(each.all("limit_req") for each in block.walk()):
            continue
        missing = incomplete(block)
        if missing or config.templated:
            yield unknown(missing or block, "limit_req may come from an include")
        else:
            yield at(block, f"{label(block)} has no limit_req in effect", subject="limit_req")


CONNECTIONS = Rule(
    id="nginx/no-conn-limit",
    title="A few clients can hold every connection",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "A client that sends a byte now and then holds a connection for the whole timeout. The defaults are 60 s for "
        "header and body and 75 s between requests, and no limit of connections."
    ),
    fix="Keep `client_header_timeout`, `client_body_timeout` and `send_timeout` at 60s or less.",
    refs=("CWE-400", "https://nginx.org/en/docs/http/ngx_http_core_module.html#client_body_timeout"),
    bad=(
        """\
http {
    client_body_timeout 5m; # <- here
    keepalive_timeout 3600; # <- here
    large_client_header_buffers 16 1m; # <- here
}
""",
    ),
    good=(
        """\
http {
    client_body_timeout 10s;
    client_header_timeout 60;
    keepalive_timeout 65;
    send_timeout 30s;
    large_client_header_buffers 4 16k;
}
""",
    ),
)

_LONGEST = {"client_body_timeout": 60, "client_header_timeout": 60, "send_timeout": 120, "keepalive_timeout": 300}
_UNITS = {"ms": 0.001, "s": 1, "": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 2592000, "y": 31536000}
_SIZES = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def seconds(text: str) -> float | None:
    """A time as nginx writes it, in seconds: `90`, `1m 30s` in one word `1m30s`."""
    parts = re.findall(r"(\d{1,9})(ms|[smhdwMy]?)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(int(number) * _UNITS[unit] for number, unit in parts)


def size(text: str) -> int | None:
    """A size as nginx writes it, in bytes."""
    found = re.fullmatch(r"(\d{1,12})([kmg]?)", text.lower())
    return int(found.group(1)) * _SIZES[found.group(2)] if found else None


def connections(config: Config) -> Iterator[Found]:
    for name, most in _LONGEST.items():
        for directive in config.named(name):
            found = seconds(directive.args[0].text) if directive.args else None
            if found is not None and found > most:
                message = f"{name} lets a client hold its connection for {short(directive.args[0].text, 20)}"
                yield at(directive, message, word=directive.args[0], subject=directive.text)
    for directive in config.named("large_client_header_buffers"):
        if len(directive.args) == 2 and directive.first.isdigit():
            each = size(directive.args[1].text)
            if each is not None and int(directive.first[:6]) * each > 4 * (64 << 10):
                yield at(
                    directive, f"the head of one request may take {short(directive.text, 30)}", subject=directive.text
                )


BODY = Rule(
    id="nginx/body-size",
    title="A request may be as large as it likes",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Bodies are kept in memory and in temporary files: large ones fill the disk. The default is 1m.",
    fix="Write `client_max_body_size 10m;`, and more in the location of uploads alone.",
    refs=("CWE-770", "https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size"),
    bad=(
        """\
http {
    client_max_body_size 0; # <- here
    server {
        client_max_body_size 2g; # <- here
    }
}
""",
    ),
    good=(
        """\
http {
    client_max_body_size 10m;
    server {
        location /upload {
            client_max_body_size 2g;
        }
    }
}
""",
    ),
)

MAX_BODY = 100 << 20


def body(config: Config) -> Iterator[Found]:
    for directive in config.named("client_max_body_size"):
        found = size(directive.args[0].text) if directive.args else None
        block = directive.parent
        if found is None or block is None or (0 < found <= MAX_BODY):
            continue
        if block.inside("location") and (found > 0 or re.search(r"upload|import|media|file", block.text, re.I)):
            continue
        message = (
            "requests of any size are taken" if not found else f"requests of {short(directive.text, 20)} are taken"
        )
        yield at(directive, message, word=directive.args[0], subject=directive.text)


REDOS = Rule(
    id="nginx/redos",
    title="A pattern may run for minutes on the wrong address",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    confidence=Confidence.MEDIUM,
    why=(
        "A repetition inside a repetition, with nothing to tell where a round ends, is tried in exponentially "
        "many ways "
        "on an address that does not fit. A worker of nginx serves nobody else meanwhile."
    ),
    fix="Put something between the rounds that the inner part cannot match, or drop one repetition.",
    refs=("CWE-1333", "PCI DSS 6.2.4", "https://nginx.org/en/docs/http/ngx_http_core_module.html#location"),
    bad=(
        """\
server {
    location ~ ^/(a+)+$ { # <- here
        return 204;
    }
    rewrite ^/((de|en)+)*/shop$ /shop last; # <- here
    if ($http_referer ~ "^https?://(.|x)+/shop") { # <- here
        return 403;
    }
}
""",
    ),
    good=(
        """\
server {
    location ~ ^/([a-z0-9-]+/)+index\\.html$ {
        return 204;
    }
    location ~* \\.(?:css|js|png)$ {
        expires 1d;
    }
    rewrite ^/([^/]+)/(.*)$ /$2?shop=$1 last;
}
""",
    ),
)


def redos(config: Config) -> Iterator[Found]:
    for directive, pattern, ignore_case in _patterns(config):
        try:
            node = regex.parse(pattern, ignore_case)
        except regex.PatternError:
            continue
        if regex.explodes(node):
            message = f"`{short(pattern, 60)}` can be tried in exponentially many ways"
            yield at(directive, message, word=directive.at if directive.name.startswith("~") else None, subject=pattern)


def _patterns(config: Config) -> Iterator[tuple[Directive, str, bool]]:
    for block in config.named("location"):
        found = location(block)
        if found and found.kind in ("~", "~*"):
            yield block, found.path, found.kind == "~*"
    for directive in config.named("rewrite"):
        if directive.args:
            yield directive, directive.args[0].text, False
    for block in config.named("if"):
        _, operator, pattern = condition(block)
        if "~" in operator:
            yield block, pattern, operator.endswith("*")
    for block in config.named("map"):
        for line in block.children:
            if line.name.startswith("~"):
                yield line, line.name.lstrip("~*"), line.name.startswith("~*")


RULES: Judged = (
    (RATE, rate),
    (CONNECTIONS, connections),
    (BODY, body),
    (REDOS, redos),
)
