"""How connections from clients are encrypted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Edit, Rule, Severity
from yett.parse.nginx import Directive
from yett.parse.source import Span
from yett.rules.ciphers import weak_suites
from yett.rules.hits import short
from yett.rules.nginx.scope import (
    HANDLERS,
    Config,
    Found,
    Judged,
    access,
    at,
    effective,
    headers,
    incomplete,
    is_local,
    is_on,
    is_only_tls,
    is_public,
    is_tls,
    label,
    listens,
    replace,
    setting,
    unknown,
)

_DOCS = "https://nginx.org/en/docs/http/ngx_http_ssl_module.html"

WEAK_TLS = Rule(
    id="nginx/weak-tls",
    title="SSL 3.0, TLS 1.0 or TLS 1.1 is offered",
    severity=Severity.HIGH,
    why=(
        "Connections made with these versions can be read or changed on the way; PCI DSS has ruled out SSL and TLS 1.0 "
        "since 2018. Every browser in use speaks TLS 1.2."
    ),
    fix="Write `ssl_protocols TLSv1.2 TLSv1.3;`.",
    refs=("CWE-326", "PCI DSS 4.2.1", "PCI DSS 2.2.5", f"{_DOCS}#ssl_protocols"),
    bad=(
        """\
http {
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2; # <- here
    server {
        listen 443 ssl;
        server_name shop.example;
        ssl_protocols SSLv3 TLSv1.2; # <- here
    }
}
""",
        """\
stream {
    server {
        listen 636 ssl;
        ssl_protocols TLSv1.1; # <- here
        proxy_pass ldap;
    }
}
""",
    ),
    good=(
        """\
server {
    listen 443 ssl;
    ssl_protocols TLSv1.2 TLSv1.3;
}
server {
    listen 8443 ssl;
    ssl_protocols {{ tls_versions }};
}
""",
    ),
)

_WEAK = ("sslv2", "sslv3", "tlsv1", "tlsv1.0", "tlsv1.1")


def weak_tls(config: Config) -> Iterator[Found]:
    for directive in config.named("ssl_protocols"):
        weak = [word.text for word in directive.args if word.text.lower() in _WEAK]
        if weak:
            message = f"ssl_protocols offers {_list(weak)}"
            fix = "Write `ssl_protocols TLSv1.2 TLSv1.3;`, or leave out the old ones."
            yield at(directive, message, fix=fix, subject=f"ssl_protocols {' '.join(weak)}", edits=_modern(directive))
        elif any(word.is_template or "$" in word.text for word in directive.args):
            yield unknown(directive, f"ssl_protocols {short(directive.text)}")


def _modern(directive: Directive) -> tuple[Edit, ...]:
    first, last = directive.args[0].span, directive.args[-1].span
    return replace(Span(first.line, first.column, last.end_line, last.end_column), "TLSv1.2 TLSv1.3")


def _list(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


WEAK_CIPHERS = Rule(
    id="nginx/weak-ciphers",
    title="Broken ciphers are offered",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "RC4, DES, 3DES, export and NULL suites can be decrypted, and anonymous ones let anybody answer as the shop. "
        "The default of nginx is HIGH:!aNULL:!MD5."
    ),
    fix="Leave `ssl_ciphers` out, or list ECDHE suites with AES-GCM and CHACHA20 alone.",
    refs=("CWE-327", "PCI DSS 4.2.1", "PCI DSS 12.3.3", f"{_DOCS}#ssl_ciphers"),
    bad=(
        """\
server {
    listen 443 ssl;
    ssl_ciphers ALL:!aNULL:RC4+RSA:+HIGH:+MEDIUM; # <- here
}
server {
    listen 8443 ssl;
    ssl_ciphers "ECDHE-RSA-AES128-GCM-SHA256:DES-CBC3-SHA"; # <- here
}
""",
        """\
http {
    ssl_ciphers HIGH; # <- here
}
""",
    ),
    good=(
        """\
http {
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-CHACHA20-POLY1305;
    server {
        listen 443 ssl;
        ssl_ciphers HIGH:!aNULL:!MD5:!3DES:!RC4;
    }
    server {
        listen 444 ssl;
        ssl_ciphers EECDH+AESGCM:EDH+AESGCM:!RC4-SHA:!DES-CBC3-SHA;
    }
    server {
        listen 445 ssl;
        ssl_ciphers PROFILE=SYSTEM;
    }
    server {
        listen 446 ssl;
        ssl_protocols TLSv1.3;
        ssl_ciphers ALL;
    }
}
""",
    ),
)


def weak_ciphers(config: Config) -> Iterator[Found]:
    for directive in config.named("ssl_ciphers", "proxy_ssl_ciphers", "grpc_ssl_ciphers", "uwsgi_ssl_ciphers"):
        if directive.name == "ssl_ciphers" and _only_new(directive):
            continue
        weak = weak_suites(directive.text)
        if weak:
            severity = Severity.MEDIUM if weak[0].upper() in ("ALL", "HIGH") else None
            message = f"{directive.name} enables {_list([short(each, 30) for each in weak[:4]])}"
            yield at(directive, message, subject=f"{directive.name} {' '.join(weak)}", severity=severity)


def _only_new(directive: Directive) -> bool:
    """Whether TLS 1.3 alone is spoken, whose suites this list does not name."""
    found = setting(directive.parent or directive, "ssl_protocols")
    return found is not None and [word.text.lower() for word in found.args] == ["tlsv1.3"]


PROTOCOLS_UNSET = Rule(
    id="nginx/ssl-protocols-unset",
    title="The TLS versions are left to the release of nginx",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "Without ssl_protocols, nginx before 1.23.4 offers TLS 1.0 and 1.1 too. From 1.23.4 on the default is TLS 1.2 "
        "and 1.3, and nothing is wrong."
    ),
    fix="Write `ssl_protocols TLSv1.2 TLSv1.3;` into the http block.",
    refs=("CWE-326", "PCI DSS 4.2.1", f"{_DOCS}#ssl_protocols"),
    bad=(
        """\
# next
server {
    listen 443 ssl;
    server_name shop.example;
    ssl_certificate shop.pem;
}
""",
    ),
    good=(
        """\
http {
    ssl_protocols TLSv1.2 TLSv1.3;
    server {
        listen 443 ssl;
    }
}
""",
        """\
server {
    listen 443 ssl;
    include /etc/letsencrypt/options-ssl-nginx.conf;
}
server {
    listen 80;
}
server {
    listen 8443 ssl;
    ssl_reject_handshake on;
}
""",
    ),
)


def protocols_unset(config: Config) -> Iterator[Found]:
    for server in config.servers():
        if not is_tls(server) or setting(server, "ssl_protocols") or is_on(server, "ssl_reject_handshake"):
            continue
        missing = incomplete(server)
        if missing or config.templated:
            yield unknown(missing or server, "ssl_protocols may come from an include")
            continue
        message = f"{label(server)} has no ssl_protocols: before 1.23.4 nginx then offers TLS 1.0 and 1.1"
        yield at(server, message, subject="ssl_protocols")


NO_TLS = Rule(
    id="nginx/no-tls",
    title="Pages are served without TLS",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    level=Action.WARN,
    why="Whoever is on the way reads the passwords and card numbers, and changes the pages.",
    fix="Answer on port 80 with `return 301 https://$host$request_uri;` alone, and serve on `listen 443 ssl`.",
    refs=("CWE-319", "PCI DSS 4.2.1", "https://nginx.org/en/docs/http/configuring_https_servers.html"),
    bad=(
        """\
http {
    server {
        # next
        listen 80;
        server_name shop.example;
        location / {
            proxy_pass http://127.0.0.1:8000;
        }
    }
}
""",
    ),
    good=(
        """\
http {
    server {
        listen 80;
        server_name shop.example;
        location /.well-known/acme-challenge/ {
            root /var/www/acme;
        }
        location / {
            return 301 https://$host$request_uri;
        }
    }
    server {
        listen 443 ssl;
        server_name shop.example;
        root /srv/shop;
    }
    server {
        listen 127.0.0.1:80;
        server_name status.shop.example;
        root /srv/status;
    }
}
""",
        # Behind something that speaks TLS, or known by no public name.
        """\
server {
    listen 80;
    server_name shop.example;
    location / {
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
        proxy_pass http://app:8000;
    }
}
server {
    listen 80;
    server_name _;
    root /usr/share/nginx/html;
}
""",
    ),
)

_PRIVATE = re.compile(
    r"(?:^|\.)(?:localhost|local|internal|intranet|lan|test|localdomain|home\.arpa|svc|cluster\.local)$"
)
_EDGE = ("set_real_ip_from", "real_ip_header")


def no_tls(config: Config) -> Iterator[Found]:
    if any(config.named(*_EDGE)):
        return
    for server in config.servers():
        if is_tls(server) or not is_public(server) or not _is_named(server):
            continue
        plain = next((each for each in listens(server) if each.port == "80" and not is_local(each)), None)
        if plain is None or "proxy_protocol" in plain.options or _behind_edge(server) or not _serves(server):
            continue
        message = f"{label(server)} serves pages on port 80 and does not send everybody to https"
        yield at(plain.directive, message, subject="listen 80")


def _is_named(server: Directive) -> bool:
    """Whether a server answers to a name of the public internet."""
    for directive in server.all("server_name"):
        for word in directive.args:
            name = word.text.lower().rstrip(".")
            if "." in name and not name.startswith(("~", "_")) and not name.replace(".", "").isdigit():
                return not _PRIVATE.search(name) and "$" not in name and "{" not in name
    return False


def _behind_edge(server: Directive) -> bool:
    return any("http_x_forwarded_proto" in word.text.lower() for each in server.walk() for word in each.args)


def _serves(block: Directive) -> bool:
    """Whether a block, or a location inside that is not about ACME, answers with anything but a redirect."""
    if any(child.name in ("return", "rewrite") and _goes(child) for child in block.children):
        return False
    for child in block.children:
        if child.name == "if" and any(each.name in ("return", "rewrite") and _goes(each) for each in child.children):
            return False
    locations = [child for child in block.children if child.name == "location"]
    if any(child.name in (*HANDLERS, "try_files", "content_by_lua_block") for child in block.children):
        return True
    if any(_serves(each) for each in locations if ".well-known" not in each.text and access(each) == "open"):
        return True
    return bool(block.all("root", "alias")) and not any(each.text.split()[-1:] == ["/"] for each in locations)


def _goes(directive: Directive) -> bool:
    return "https://" in directive.text or (directive.name == "return" and directive.first[:1] in "45")


REDIRECT_TO_HTTP = Rule(
    id="nginx/redirect-to-http",
    title="A TLS server sends visitors to http",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The next request travels in clear, with the cookies that are not marked Secure.",
    fix="Redirect to `https://`, or with `$scheme`.",
    refs=("CWE-319", "PCI DSS 4.2.1", "https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#return"),
    bad=(
        """\
server {
    listen 443 ssl;
    location /old {
        return 301 http://$host/shop; # <- here
    }
    rewrite ^/cart$ http://shop.example/basket permanent; # <- here
}
""",
    ),
    good=(
        """\
server {
    listen 443 ssl;
    return 301 https://shop.example$request_uri;
}
server {
    listen 80;
    return 301 http://www.shop.example$request_uri;
}
server {
    listen 8443 ssl;
    return 302 http://localhost:8080/;
}
""",
    ),
)

_CLEAR = re.compile(r"http://(?!localhost|127\.|\[::1\])", re.IGNORECASE)


def redirect_to_http(config: Config) -> Iterator[Found]:
    for directive in config.named("return", "rewrite"):
        server = directive.inside("server")
        if server is None or not is_only_tls(server):
            continue
        for word in directive.args[1:] if len(directive.args) > 1 else directive.args:
            if _CLEAR.match(word.text):
                message = f"{label(server)} speaks TLS and sends visitors to {short(word.text, 60)}"
                yield at(directive, message, word=word, subject=word.text)


NO_HSTS = Rule(
    id="nginx/no-hsts",
    title="Browsers are not told to stay with https",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Without Strict-Transport-Security the first request of a visit goes out in clear, where it can be kept from "
        "ever reaching TLS. nginx sends no such header by itself, and none with errors unless `always` is there."
    ),
    fix='Write `add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;` into the server.',
    refs=(
        "CWE-319",
        "PCI DSS 4.2.1",
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Strict-Transport-Security",
    ),
    bad=(
        """\
http {
    # next
    server {
        listen 443 ssl;
        server_name shop.example;
        root /srv/shop;
    }
    server {
        listen 443 ssl;
        server_name pay.shop.example;
        add_header Strict-Transport-Security "max-age=3600" always; # <- here
        root /srv/pay;
    }
}
""",
    ),
    good=(
        """\
http {
    add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;
    server {
        listen 443 ssl;
        server_name shop.example;
        root /srv/shop;
    }
}
""",
        """\
map $https $hsts_header {
    on "max-age=63072000; preload";
}
server {
    listen 443 ssl;
    add_header Strict-Transport-Security $hsts_header always;
    location / {
        proxy_pass http://127.0.0.1:8000;
    }
}
server {
    listen 8443 ssl;
    ssl_reject_handshake on;
}
server {
    listen 444 ssl default_server;
    return 444;
}
server {
    listen 445 ssl;
    location / {
        add_header Strict-Transport-Security "max-age=31536000" always;
        proxy_pass http://127.0.0.1:8000;
    }
}
server {
    listen 446 ssl;
    include security-headers.conf;
}
""",
    ),
)

_HSTS = "strict-transport-security"
_AGE = re.compile(r"max-age=\"?(\d+)", re.IGNORECASE)
MIN_AGE = 15_552_000
"""180 days: half a year is what the catalogues of TLS tests ask for as the least."""


def no_hsts(config: Config) -> Iterator[Found]:
    for server in config.servers():
        if not is_tls(server) or not is_public(server) or _says_nothing(server):
            continue
        blocks = [server, *(each for each in server.walk() if each.name == "location")]
        found = next((each for each in (headers(block) for block in blocks) if _HSTS in each), None)
        if found is None:
            if _upstream_adds(server):
                continue
            missing = incomplete(server) or next((block.missing[0] for block in blocks if block.missing), None)
            if missing or config.templated:
                yield unknown(missing or server, "Strict-Transport-Security may come from an include")
            else:
                message = f"{label(server)} speaks TLS and sends no Strict-Transport-Security"
                yield at(server, message, subject=_HSTS)
            continue
        for directive in found[_HSTS]:
            age = _AGE.search(directive.text)
            if age and int(age.group(1)[:12]) < MIN_AGE and not _is_off(age.group(1)):
                message = f"Strict-Transport-Security of {label(server)} ends after {age.group(1)} seconds"
                yield at(directive, message, subject=_HSTS, severity=Severity.LOW)


def _is_off(age: str) -> bool:
    """`max-age=0` takes the header back: somebody means to."""
    return int(age[:12]) == 0


def _says_nothing(server: Directive) -> bool:
    """Whether a server only closes connections, or sends everybody on to a server that has a name of its own."""
    if is_on(server, "ssl_reject_handshake"):
        return True
    return any(child.name == "return" and child.first[:1] in "34" for child in server.children)


def _upstream_adds(server: Directive) -> bool:
    return any(_HSTS in each.text.lower() for each in server.walk() if each.name.endswith("_by_lua_block") or each.args)


SESSION_TICKETS = Rule(
    id="nginx/tls-session",
    title="Session tickets undo forward secrecy",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "A ticket is encrypted with one key that lives as long as the process: who gets it reads every recorded "
        "connection that used a ticket. The key is changed by a restart alone unless ssl_session_ticket_key rotates."
    ),
    fix="Write `ssl_session_tickets off;`.",
    refs=("CWE-326", f"{_DOCS}#ssl_session_tickets"),
    bad=(
        """\
server {
    listen 443 ssl;
    ssl_session_tickets on; # <- here
}
""",
    ),
    good=(
        """\
http {
    ssl_session_tickets off;
    server {
        listen 443 ssl;
    }
    server {
        listen 8443 ssl;
        ssl_session_tickets on;
        ssl_session_ticket_key current.key;
        ssl_session_ticket_key previous.key;
    }
}
""",
    ),
)


def session_tickets(config: Config) -> Iterator[Found]:
    for directive in config.named("ssl_session_tickets"):
        block = directive.parent or directive
        if directive.first == "on" and not effective(block, "ssl_session_ticket_key"):
            edits = replace(directive.args[0].span, "off")
            yield at(directive, "session tickets are on, with a key that nobody changes", edits=edits)


EARLY_DATA = Rule(
    id="nginx/early-data",
    title="Requests of TLS 1.3 early data can be replayed",
    severity=Severity.LOW,
    level=Action.INFO,
    why="What is sent as early data can be recorded and sent again, an order included. It is off by default.",
    fix="Leave `ssl_early_data` off, or pass `Early-Data $ssl_early_data` on and let the application answer 425.",
    refs=("CWE-294", "https://www.rfc-editor.org/rfc/rfc8470", f"{_DOCS}#ssl_early_data"),
    bad=(
        """\
server {
    listen 443 ssl;
    ssl_early_data on; # <- here
    location / {
        proxy_pass http://127.0.0.1:8000;
    }
}
""",
    ),
    good=(
        """\
server {
    listen 443 ssl;
    ssl_early_data on;
    location / {
        proxy_set_header Early-Data $ssl_early_data;
        proxy_pass http://127.0.0.1:8000;
    }
}
server {
    listen 8443 ssl;
    ssl_early_data off;
}
""",
    ),
)


def early_data(config: Config) -> Iterator[Found]:
    for directive in config.named("ssl_early_data"):
        if directive.first == "on" and not (directive.parent or directive).once(_tells_of_early_data):
            yield at(directive, "early data is taken, and nothing tells the application which requests it was")


def _tells_of_early_data(block: Directive) -> bool:
    return any("$ssl_early_data" in each.text for each in block.walk())


ECDH_CURVE = Rule(
    id="nginx/ecdh-curve",
    title="A curve is weak, or a hybrid one is demanded by name",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "Curves below 224 bits are too short. A hybrid group without `?` in front keeps nginx from starting where "
        "OpenSSL does not know it, and the drafts named Kyber are withdrawn."
    ),
    fix="Write `ssl_ecdh_curve auto;`, or put `?` in front of the hybrid groups.",
    refs=("CWE-326", f"{_DOCS}#ssl_ecdh_curve"),
    bad=(
        """\
server {
    listen 443 ssl;
    ssl_ecdh_curve prime192v1; # <- here
}
server {
    listen 8443 ssl;
    ssl_ecdh_curve X25519MLKEM768:X25519; # <- here
}
""",
    ),
    good=(
        """\
server {
    listen 443 ssl;
    ssl_ecdh_curve ?X25519MLKEM768:X25519:prime256v1:secp384r1;
}
server {
    listen 8443 ssl;
    ssl_ecdh_curve auto;
}
""",
    ),
)

_SHORT_CURVE = re.compile(r"(?:prime|secp|sect|wtls|c2pnb|c2tnb)(?:1[0-9]{2}|20[0-9]|21[0-9])[a-z]", re.IGNORECASE)


def ecdh_curve(config: Config) -> Iterator[Found]:
    for directive in config.named("ssl_ecdh_curve"):
        for curve in directive.first.split(":"):
            if _SHORT_CURVE.match(curve):
                yield at(directive, f"the curve {short(curve, 40)} is too short", subject=curve)
            elif ("mlkem" in curve or "kyber" in curve) and not curve.startswith("?"):
                yield at(directive, f"nginx does not start where OpenSSL lacks {short(curve, 40)}", subject=curve)


RULES: Judged = (
    (WEAK_TLS, weak_tls),
    (WEAK_CIPHERS, weak_ciphers),
    (PROTOCOLS_UNSET, protocols_unset),
    (NO_TLS, no_tls),
    (REDIRECT_TO_HTTP, redirect_to_http),
    (NO_HSTS, no_hsts),
    (SESSION_TICKETS, session_tickets),
    (EARLY_DATA, early_data),
    (ECDH_CURVE, ecdh_curve),
)
