"""What a browser is told with an answer, and what gets lost on the way there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Rule, Severity
from yett.parse.nginx import Directive
from yett.rules.hits import short
from yett.rules.nginx.scope import (
    HANDLERS,
    Config,
    Found,
    Judged,
    at,
    effective,
    header_value,
    headers,
    incomplete,
    inherits,
    is_public,
    label,
    location,
    more_headers,
    unknown,
)
from yett.rules.nginx.variables import names

_HEADERS = "https://nginx.org/en/docs/http/ngx_http_headers_module.html"
_MDN = "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers"

REDEFINITION = Rule(
    id="nginx/header-redefinition",
    title="One header here takes the others away",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "nginx inherits add_header only where a block has none of its own: one header in a location, and what the "
        "server sets, Content-Security-Policy or Strict-Transport-Security, is not sent there."
    ),
    fix="Repeat the headers, include them from a snippet, or write `add_header_inherit merge;` (nginx 1.29.3).",
    refs=("CWE-693", "PCI DSS 6.2.4", f"{_HEADERS}#add_header"),
    bad=(
        """\
server {
    add_header X-Frame-Options DENY always;
    add_header Content-Security-Policy "default-src 'self'" always;
    location /static/ {
        add_header Cache-Control "public, max-age=600"; # <- here
    }
}
""",
    ),
    good=(
        """\
server {
    add_header X-Frame-Options DENY always;
    location /static/ {
        expires 1h;
    }
    location /shop/ {
        add_header X-Frame-Options SAMEORIGIN always;
        add_header Cache-Control no-store;
    }
    location /new/ {
        add_header_inherit merge;
        add_header Cache-Control no-store;
    }
    location /bare/ {
        add_header_inherit off;
        add_header X-Page bare;
    }
}
""",
    ),
)

_SECURITY = (
    *("strict-transport-security", "content-security-policy", "x-frame-options", "x-content-type-options"),
    *("referrer-policy", "permissions-policy", "cross-origin-opener-policy", "cross-origin-resource-policy"),
    *("cross-origin-embedder-policy", "x-xss-protection", "content-security-policy-report-only", "cache-control"),
    *("pragma", "expires", "content-disposition", "x-download-options", "x-permitted-cross-domain-policies"),
)
_LOST_CACHE = re.compile(r"no-store|no-cache|private|attachment|^0$|^-1$")


def redefinition(config: Config) -> Iterator[Found]:
    for name in ("add_header", "add_trailer"):
        seen: set[int] = set()
        for directive in config.named(name):
            block = directive.parent
            if block is None or block.parent is None or id(block) in seen:
                continue
            seen.add(id(block))
            yield from _lost(block, name)


def _lost(block: Directive, name: str) -> Iterator[Found]:
    if inherits(block, f"{name}_inherit") != "on" or block.parent is None:
        return
    own = block.all(name)
    kept = {each.first for each in own} | {
        header for each in block.all("more_set_headers") for header, _ in more_headers(each)
    }
    if name == "add_header":
        above = headers(block.parent)
        outer = {header: found for header, found in above.items() if any(each.name == name for each in found)}
    else:
        outer = {each.first: [each] for each in effective(block.parent, name) if each.args}
    lost = {header: found for header, found in outer.items() if header not in kept}
    if not lost:
        return
    grave = [header for header, found in lost.items() if _matters(header, found)]
    told = (grave or list(lost))[:4]
    severity = None if grave else Severity.LOW
    place = own[0] if own[0].path == block.path else block
    first = short(own[0].args[0].text, 40) if own[0].args else name
    message = f"{label(block)} sends {first} and with it no longer {', '.join(told)}"
    yield at(place, message, subject=f"{name} lost {' '.join(sorted(lost))}", severity=severity)


def _matters(header: str, found: list[Directive]) -> bool:
    if header in ("cache-control", "pragma", "expires", "content-disposition"):
        return any(_LOST_CACHE.search(header_value(each, header).lower()) for each in found)
    return header in _SECURITY


MULTILINE = Rule(
    id="nginx/multiline-header",
    title="A header goes over several lines",
    severity=Severity.LOW,
    level=Action.WARN,
    why=(
        "Lines that go on below were taken out of HTTP (RFC 9112, section 5.2): browsers and proxies drop such a "
        "header "
        "or the answer, and with it the policy in it."
    ),
    fix="Write the value on one line, or in parts kept in variables.",
    refs=("CWE-113", "https://www.rfc-editor.org/rfc/rfc9112#section-5.2", f"{_HEADERS}#add_header"),
    bad=(
        """\
server {
    # next
    add_header Content-Security-Policy "default-src 'self';
        img-src https://img.shop.example";
}
""",
    ),
    good=(
        """\
server {
    add_header
        Content-Security-Policy
        "default-src 'self'; img-src https://img.shop.example";
    more_set_headers -t 'text/html
        text/plain' 'X-Page: shop';
}
""",
    ),
)


def multiline(config: Config) -> Iterator[Found]:
    for directive in config.named("add_header", "more_set_headers", "add_trailer", "proxy_set_header"):
        if directive.name == "more_set_headers":
            words = [word for _, word in more_headers(directive)]
        else:
            words = list(directive.args[1:2])
        broken = [word for word in words if "\n" in word.text]
        if broken:
            name = broken[0].text.partition(":")[0] if directive.name == "more_set_headers" else directive.args[0].text
            yield at(directive, f"the value of {short(name, 40)} goes over several lines", subject=name)


CONTENT_TYPE = Rule(
    id="nginx/content-type-added",
    title="A second Content-Type is added",
    severity=Severity.LOW,
    level=Action.INFO,
    why="add_header does not replace: the answer has two types, and each program picks its own.",
    fix="Write `default_type`, or take the first away with `proxy_hide_header Content-Type;`.",
    refs=("CWE-436", f"{_HEADERS}#add_header"),
    bad=(
        "location /feed {\n    add_header Content-Type application/json; # <- here\n"
        "    proxy_pass http://127.0.0.1:8000;\n}\n",
    ),
    good=(
        """\
location /feed {
    proxy_hide_header Content-Type;
    add_header Content-Type application/json;
    proxy_pass http://127.0.0.1:8000;
}
location /ok {
    default_type text/plain;
    return 200 ok;
}
""",
    ),
)


def content_type(config: Config) -> Iterator[Found]:
    for directive in config.named("add_header"):
        if directive.first != "content-type" or directive.parent is None:
            continue
        kinds = ("proxy", "fastcgi", "uwsgi", "scgi", "grpc")
        hidden = [each for kind in kinds for each in effective(directive.parent, f"{kind}_hide_header")]
        if not any(each.first == "content-type" for each in hidden):
            yield at(directive, "add_header puts a second Content-Type beside the first", subject="content-type")


CORS = Rule(
    id="nginx/cors-star-credentials",
    title="Every site may read what a visitor is shown",
    severity=Severity.HIGH,
    why=(
        "Access-Control-Allow-Origin names whoever asks, and Access-Control-Allow-Credentials sends the cookies along: "
        "any page that a customer opens reads the orders and addresses."
    ),
    fix="Choose the origin by a `map` that lists those of your own.",
    refs=("CWE-942", "PCI DSS 6.2.4", f"{_MDN}/Access-Control-Allow-Credentials"),
    bad=(
        """\
location /api/ {
    add_header Access-Control-Allow-Origin $http_origin always; # <- here
    add_header Access-Control-Allow-Credentials true always;
}
""",
    ),
    good=(
        """\
map $http_origin $cors {
    https://shop.example $http_origin;
    default "";
}
server {
    location /api/ {
        add_header Access-Control-Allow-Origin $cors always;
        add_header Access-Control-Allow-Credentials true always;
    }
    location /fonts/ {
        add_header Access-Control-Allow-Origin *;
    }
    location /checked/ {
        if ($http_origin ~ "^https://shop\\.example$") {
            add_header Access-Control-Allow-Origin $http_origin;
            add_header Access-Control-Allow-Credentials true;
        }
    }
}
""",
    ),
)

_ORIGIN = "access-control-allow-origin"
_CREDENTIALS = "access-control-allow-credentials"


def cors(config: Config) -> Iterator[Found]:
    for directive in config.named("add_header", "more_set_headers"):
        block = directive.parent
        if block is None or _ORIGIN not in directive.text.lower():
            continue
        sent = headers(block)
        credentials = [header_value(each, _CREDENTIALS).lower() for each in sent.get(_CREDENTIALS, ())]
        if not any(value.startswith(("true", "$")) for value in credentials):
            continue
        value = header_value(directive, _ORIGIN)
        if value and _anybody(config, block, value):
            message = f"Access-Control-Allow-Origin is {short(value, 40)}, and cookies are sent along"
            yield at(directive, message, subject=f"{_ORIGIN} {value}")


def _anybody(config: Config, block: Directive, value: str) -> bool:
    """Whether a value names every origin: a star, the one that asks, or a map that hands it through by default."""
    if value == "*":
        return True
    for name in names(value):
        if name == "http_origin":
            checked = block.inside("if")
            return checked is None or "http_origin" not in checked.text.lower()
        for each in config.named("map"):
            if len(each.args) == 2 and each.args[1].text.lower() == "$" + name:
                default = next((line for line in each.children if line.name == "default"), None)
                return default is not None and default.text.lower() in ("$http_origin", "*")
        for each in config.named("set"):
            if len(each.args) == 2 and each.first == "$" + name and each.args[1].text.lower() == "$http_origin":
                return each.parent is not None and each.parent.name != "if"
    return False


REFLECTED = Rule(
    id="nginx/origin-reflected",
    title="Every origin is allowed by name",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "Naming whoever asks is `*` in disguise. Without credentials it opens what everybody may read anyway, until "
        "somebody adds them."
    ),
    fix="Write `*` where everybody is meant, or choose the origin by a `map` that lists your own.",
    refs=("CWE-942", f"{_MDN}/Access-Control-Allow-Origin"),
    bad=("server {\n    add_header Access-Control-Allow-Origin $http_origin always; # <- here\n}\n",),
    good=(
        "server {\n    add_header Access-Control-Allow-Origin *;\n}\n",
        "server {\n    add_header Access-Control-Allow-Origin https://shop.example;\n}\n",
    ),
)


def reflected(config: Config) -> Iterator[Found]:
    for directive in config.named("add_header", "more_set_headers"):
        if directive.parent is None or _ORIGIN not in directive.text.lower():
            continue
        value = header_value(directive, _ORIGIN)
        if value != "*" and _anybody(config, directive.parent, value):
            yield at(directive, f"every origin is allowed, by {short(value, 40)}", subject=f"{_ORIGIN} {value}")


CSP = Rule(
    id="nginx/missing-csp",
    title="Pages have no Content-Security-Policy, or one that allows everything",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why=(
        "Without a policy a script that got into a page, by a flaw or a supplier, reads what is typed into it and "
        "sends "
        "it anywhere: so skimmers work. Browsers have no default."
    ),
    fix=(
        "Write `add_header Content-Security-Policy \"default-src 'self'; script-src 'nonce-…' 'strict-dynamic'\" "
        "always;`."
    ),
    refs=("CWE-693", "CWE-1021", "PCI DSS 6.4.3", "PCI DSS 11.6.1", f"{_MDN}/Content-Security-Policy"),
    bad=(
        """\
# next
server {
    listen 443 ssl;
    server_name shop.example;
    root /srv/shop;
    location / {
        try_files $uri /index.html;
    }
}
server {
    listen 444 ssl;
    add_header Content-Security-Policy "default-src *"; # <- here
    root /srv/shop;
    location / {
        try_files $uri /index.html;
    }
}
""",
    ),
    good=(
        """\
server {
    listen 443 ssl;
    add_header Content-Security-Policy "default-src 'self'" always;
    root /srv/shop;
    location / {
        try_files $uri /index.html;
    }
}
server {
    listen 444 ssl;
    location / {
        proxy_pass http://127.0.0.1:8000;
    }
}
server {
    listen 80;
    return 301 https://$host$request_uri;
}
""",
    ),
)

_CSP = "content-security-policy"


def csp(config: Config) -> Iterator[Found]:
    for block in _pages(config):
        sent = headers(block)
        if _CSP in sent:
            continue
        missing = incomplete(block) or next(iter(block.missing), None)
        if missing or config.templated:
            yield unknown(missing or block, "Content-Security-Policy may come from an include")
        else:
            yield at(block, f"{label(block)} serves pages without a Content-Security-Policy", subject=_CSP)
    for directive in config.named("add_header", "more_set_headers"):
        value = header_value(directive, _CSP) if _CSP in directive.text.lower() else ""
        why = _loose(value)
        if why:
            yield at(directive, f"the Content-Security-Policy allows {why}", subject=f"{_CSP} {why}")


def _pages(config: Config) -> Iterator[Directive]:
    """The servers that answer with HTML files of their own."""
    for server in config.servers():
        whole = next((block for block in server.walk() if (found := location(block)) and found.path == "/"), None)
        block = whole or server
        if any(child.name in (*HANDLERS, "return", "content_by_lua_block") for child in block.children):
            continue
        if server.all("return") or not is_public(server):
            continue
        files = [word.text for each in effective(block, "index", "try_files") for word in each.args]
        if effective(block, "root") and any(".htm" in name for name in files):
            yield block if block.all("add_header") else server


def _loose(value: str) -> str:
    policies = {}
    for part in value.lower().split(";"):
        words = part.split()
        if words:
            policies[words[0]] = words[1:]
    scripts = policies.get("script-src", policies.get("default-src", []))
    strict = any(word.startswith(("'nonce-", "'sha256-", "'sha384-", "'sha512-")) for word in scripts)
    if "*" in scripts or ("https:" in scripts and not strict):
        return "scripts from everywhere"
    if "'unsafe-inline'" in scripts and not strict:
        return "inline scripts"
    return "eval" if "'unsafe-eval'" in scripts else ""


NOSNIFF = Rule(
    id="nginx/missing-frame-nosniff",
    title="Pages may be framed, or their type guessed",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A page in somebody's frame gets clicks meant for another, and a guessed type makes a script of an upload.",
    fix="Write `add_header X-Content-Type-Options nosniff always;` and `add_header X-Frame-Options DENY always;`.",
    refs=("CWE-1021", "PCI DSS 6.2.4", f"{_MDN}/X-Frame-Options"),
    bad=(
        """\
# next
server {
    listen 443 ssl;
    root /srv/shop;
    add_header X-Frame-Options DENY;
    location / {
        try_files $uri /index.html;
    }
}
""",
    ),
    good=(
        """\
server {
    listen 443 ssl;
    root /srv/shop;
    add_header X-Content-Type-Options nosniff always;
    add_header Content-Security-Policy "default-src 'self'; frame-ancestors 'none'" always;
    location / {
        try_files $uri /index.html;
    }
}
""",
    ),
)


def nosniff(config: Config) -> Iterator[Found]:
    for block in _pages(config):
        sent = headers(block)
        framed = "x-frame-options" in sent or any(
            "frame-ancestors" in (value := header_value(each, _CSP)) or "$" in value for each in sent.get(_CSP, ())
        )
        lacking = [
            name
            for name, there in (
                ("X-Content-Type-Options", "x-content-type-options" in sent),
                ("X-Frame-Options", framed),
            )
            if not there
        ]
        if not lacking:
            continue
        missing = incomplete(block) or next(iter(block.missing), None)
        if missing or config.templated:
            yield unknown(missing or block, f"{lacking[0]} may come from an include")
        else:
            yield at(block, f"{label(block)} serves pages without {' and '.join(lacking)}", subject=" ".join(lacking))


REPLACED = Rule(
    id="nginx/list-replaced",
    title="One line here takes those of the outer block away",
    severity=Severity.LOW,
    level=Action.INFO,
    confidence=Confidence.MEDIUM,
    why=(
        "proxy_set_header, fastcgi_param, limit_req and other lists are inherited only where a block has none of its "
        "own: a Host, an address or a rate limit set further out no longer holds here."
    ),
    fix="Repeat the lines of the outer block.",
    refs=("CWE-693", "https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header"),
    bad=(
        """\
server {
    proxy_set_header Host $host;
    proxy_set_header X-Real-IP $remote_addr;
    limit_req zone=all burst=10;
    location /api/ {
        proxy_set_header X-Api 1; # <- here
        limit_req zone=api burst=5; # <- here
        proxy_pass http://127.0.0.1:8000;
    }
}
""",
    ),
    good=(
        """\
server {
    proxy_set_header Host $host;
    limit_req zone=all burst=10;
    location /api/ {
        proxy_set_header Host $host;
        proxy_set_header X-Api 1;
        proxy_pass http://127.0.0.1:8000;
    }
    location /web/ {
        limit_req zone=all burst=50;
        proxy_pass http://127.0.0.1:8000;
    }
}
""",
    ),
)

_LISTS = (
    *("proxy_set_header", "grpc_set_header", "fastcgi_param", "uwsgi_param", "scgi_param", "proxy_hide_header"),
    *("limit_req", "limit_conn", "error_page"),
)
_DEFAULTS = ('connection ""', "connection ", "connection close", "host $proxy_host", "upgrade ", 'upgrade ""')


def replaced(config: Config) -> Iterator[Found]:
    for name in _LISTS:
        seen: set[int] = set()
        for directive in config.named(name):
            block = directive.parent
            if block is None or block.parent is None or id(block) in seen or block.name == "upstream":
                continue
            seen.add(id(block))
            own = {key for each in block.all(name) for key in _keys(each)}
            outer = [each for each in effective(block.parent, name) if each.text.lower() not in _DEFAULTS]
            lost = [key for each in outer for key in _keys(each) if key not in own]
            if lost and directive.path == block.path:
                message = f"{label(block)} has {name} of its own and loses {short(', '.join(lost[:4]), 60)}"
                yield at(directive, message, subject=f"{name} lost {' '.join(sorted(lost))}")


def _keys(directive: Directive) -> list[str]:
    """What a line of a list is about: a header, a zone, the codes."""
    words = [word.text.lower() for word in directive.args]
    if directive.name == "error_page":
        return [word for word in words if word.isdigit()]
    if directive.name == "limit_req":
        return [word for word in words if word.startswith("zone=")]
    return words[:1]


RULES: Judged = (
    (REDEFINITION, redefinition),
    (MULTILINE, multiline),
    (CONTENT_TYPE, content_type),
    (CORS, cors),
    (REFLECTED, reflected),
    (CSP, csp),
    (NOSNIFF, nosniff),
    (REPLACED, replaced),
)
