"""The service itself: what it says of itself, what it writes down, who it runs as, whom it asks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Rule, Severity
from yett.parse.nginx import Directive
from yett.rules.hits import short
from yett.rules.nginx.scope import (
    Address,
    Config,
    Found,
    Judged,
    at,
    is_http,
    is_on,
    label,
    listens,
    replace,
    setting,
    unknown,
)

_CORE = "https://nginx.org/en/docs/http/ngx_http_core_module.html"

VERSION = Rule(
    id="nginx/version-disclosure",
    title="nginx tells its version",
    severity=Severity.LOW,
    level=Action.WARN,
    why="With server_tokens on, its default, error pages and the Server header say which flaws to try.",
    fix="Write `server_tokens off;` into the http block.",
    refs=("CWE-200", "PCI DSS 2.2.6", f"{_CORE}#server_tokens"),
    bad=(
        """\
http {
    server_tokens on; # <- here
}
""",
        """\
# next
http {
    server {
        listen 80;
        server_name shop.example;
    }
}
""",
    ),
    good=(
        "http {\n    server_tokens off;\n}\n",
        "server {\n    listen 80;\n}\n",
        """\
http {
    include security.conf;
    server {
        listen 80;
    }
}
""",
        """\
http {
    server {
        listen 80;
        server_tokens off;
    }
}
""",
    ),
)


def version(config: Config) -> Iterator[Found]:
    for directive in config.named("server_tokens"):
        if directive.first in ("on", "build"):
            edits = replace(directive.args[0].span, "off")
            yield at(directive, f"server_tokens is {directive.first}", edits=edits)
    for http in config.named("http"):
        servers = [block for block in http.children if block.name == "server"]
        if http.all("server_tokens") or not servers or all(server.all("server_tokens") for server in servers):
            continue
        if http.missing or config.templated:
            yield unknown(http.missing[0] if http.missing else http, "server_tokens may come from an include")
        elif not any(each.name == "more_clear_headers" and each.first == "server" for each in http.walk()):
            yield at(http, "server_tokens is on by default: errors and the Server header tell the version")


LOGGING = Rule(
    id="nginx/logging-off",
    title="Logging is switched off",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Without access_log nobody can say afterwards who was there. `error_log off` writes into a file named off, and "
        "/dev/null throws the errors away."
    ),
    fix="Write `access_log /var/log/nginx/access.log;` and leave it out for single files alone.",
    refs=("CWE-778", "PCI DSS 10.2.1", "https://nginx.org/en/docs/http/ngx_http_log_module.html#access_log"),
    bad=(
        """\
error_log /dev/null crit; # <- here
http {
    access_log off; # <- here
    server {
        error_log off; # <- here
    }
}
""",
    ),
    good=(
        """\
error_log /var/log/nginx/error.log warn;
http {
    access_log /dev/stdout main;
    server {
        location = /favicon.ico {
            access_log off;
        }
        location /health {
            access_log off;
            return 200;
        }
    }
    server {
        listen 127.0.0.1:8081;
        access_log off;
    }
    server {
        listen 80;
        access_log off;
        return 301 https://$host$request_uri;
    }
}
""",
    ),
)


def logging(config: Config) -> Iterator[Found]:
    for directive in config.named("error_log"):
        if directive.first in ("off", "/dev/null"):
            message = (
                "error_log off writes into a file named off" if directive.first == "off" else "errors are thrown away"
            )
            yield at(directive, message, subject=f"error_log {directive.first}")
    for directive in config.named("access_log"):
        block = directive.parent
        if directive.first not in ("off", "/dev/null") or block is None or block.name not in ("http", "server"):
            continue
        if block.name == "http" and block.inside("http") and _servers_log(block):
            continue
        if block.name == "server" and (not is_http(block) or block.all("return") or _is_aside(block)):
            continue
        yield at(directive, f"{label(block)} keeps no log of requests", subject="access_log off")


def _servers_log(http: Directive) -> bool:
    servers = http.all("server")
    return bool(servers) and all(any(log.first != "off" for log in server.all("access_log")) for server in servers)


def _is_aside(server: Directive) -> bool:
    """Whether a server is for the machine itself: health, metrics, status."""
    addresses = listens(server)
    if addresses and all(each.host in ("unix:", "localhost") or each.host.startswith("127.") for each in addresses):
        return True
    return any(each.name in ("stub_status", "vhost_traffic_status_display") for each in server.walk())


ROOT = Rule(
    id="nginx/run-as-root",
    title="The workers run as root",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Whoever gets into a worker is root. The default is nobody, or what the package was built with.",
    fix="Write `user nginx;`.",
    refs=("CWE-250", "PCI DSS 2.2.6", "https://nginx.org/en/docs/ngx_core_module.html#user"),
    bad=("user root; # <- here\nevents {\n}\n",),
    good=("user www-data;\nevents {\n}\n", "events {\n}\n"),
)


def run_as_root(config: Config) -> Iterator[Found]:
    for directive in config.named("user"):
        if directive.first in ("root", "0") and directive.parent is config.root:
            yield at(directive, "the workers run as root", word=directive.args[0])


RESOLVER = Rule(
    id="nginx/external-resolver",
    title="Names of servers are asked of a public resolver",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "Answers travel unprotected over the internet: whoever forges one decides where requests go. Names of internal "
        "servers get out as well."
    ),
    fix="Name the resolver of your own network, as `resolver 127.0.0.53;`.",
    refs=("CWE-345", f"{_CORE}#resolver"),
    bad=("http {\n    resolver 8.8.8.8 1.1.1.1 valid=300s; # <- here\n}\n",),
    good=(
        "http {\n    resolver 127.0.0.11 10.0.0.2 [fd00::53]:53 valid=30s;\n}\n",
        "http {\n    resolver kube-dns.kube-system.svc.cluster.local $dns;\n}\n",
    ),
)

_IPV4 = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?::\d+)?")
_PUBLIC_NAMES = ("dns.google", "one.one.one.one", "dns.quad9.net", "dns.cloudflare.com", "resolver1.opendns.com")


def resolver(config: Config) -> Iterator[Found]:
    for directive in config.named("resolver"):
        for word in directive.args:
            if "=" not in word.text and _is_public(word.text.lower()):
                yield at(directive, f"names are asked of {short(word.text, 60)}", word=word, subject=word.text)
                break


def _is_public(address: str) -> bool:
    found = _IPV4.fullmatch(address)
    if found:
        one, two = int(found.group(1)), int(found.group(2))
        private = one in (0, 10, 127) or (one, two) in ((192, 168), (169, 254)) or (one == 172 and 16 <= two < 32)
        return not private and not (one == 100 and 64 <= two < 128) and one < 224
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    if ":" in address and re.fullmatch(r"[0-9a-f:.]+", address):
        local = address.startswith(("fc", "fd", "fe8", "fe9", "fea", "feb")) or address.strip("0:") in ("1", "")
        return not local
    return address.partition(":")[0] in _PUBLIC_NAMES


WAF = Rule(
    id="nginx/waf-off",
    title="The firewall for the application is switched off",
    severity=Severity.LOW,
    level=Action.INFO,
    why="ModSecurity is loaded and does not look, or only writes down what it would have stopped.",
    fix="Write `modsecurity on;` and `SecRuleEngine On`.",
    refs=("CWE-693", "PCI DSS 6.4.2", "https://github.com/owasp-modsecurity/ModSecurity-nginx"),
    bad=(
        """\
http {
    modsecurity on;
    server {
        location /checkout {
            modsecurity off; # <- here
        }
        modsecurity_rules 'SecRuleEngine DetectionOnly'; # <- here
    }
}
""",
    ),
    good=("http {\n    modsecurity on;\n    modsecurity_rules_file /etc/nginx/modsec/main.conf;\n}\n",),
)

_ENGINE = re.compile(r"SecRuleEngine\s+\"?(Off|DetectionOnly)", re.IGNORECASE)


def waf(config: Config) -> Iterator[Found]:
    for directive in config.named("modsecurity", "modsecurity_rules", "coraza", "coraza_rules", "ModSecurityEnabled"):
        block = directive.parent or directive
        found = _ENGINE.search(directive.text)
        if directive.first == "off":
            place = label(block) if block.name else "this configuration"
            yield at(directive, f"{directive.name} is off in {place}")
        elif found:
            yield at(directive, f"SecRuleEngine is {found.group(1)}: nothing is stopped", subject=found.group())


IF = Rule(
    id="nginx/if-in-location",
    title="An `if` in a location does more than answer",
    severity=Severity.LOW,
    level=Action.INFO,
    confidence=Confidence.MEDIUM,
    why=(
        "An `if` makes a location of its own: of two that fit, the settings of the last alone hold, and headers, "
        "limits "
        "and handlers of the others are lost. Only return and rewrite are safe in it."
    ),
    fix="Choose by `map` and set the value in the location, or answer by `return`.",
    refs=("CWE-670", "https://www.nginx.com/resources/wiki/start/topics/depth/ifisevil/"),
    bad=(
        """\
location / {
    if ($arg_debug) {
        add_header X-Debug 1; # <- here
    }
}
""",
    ),
    good=(
        """\
location / {
    if ($request_method = TRACE) {
        return 405;
    }
    if ($host = www.shop.example) {
        rewrite ^ https://shop.example$request_uri permanent;
    }
    set $shop de;
    if ($arg_shop = it) {
        set $shop it;
    }
}
server {
    if ($arg_debug) {
        set $debug 1;
    }
}
""",
    ),
)


def if_in_location(config: Config) -> Iterator[Found]:
    for block in config.named("if"):
        if block.parent is None or block.parent.name != "location":
            continue
        for child in block.children:
            last = child.args[-1].text if child.args else ""
            fine = child.name in ("return", "set", "include", "access_log") or (
                child.name == "rewrite" and last != "break"
            )
            if not fine:
                yield at(child, f"{child.name} in an `if` of {label(block.parent)}", subject=f"if {child.name}")
                break


DEFAULT_SERVER = Rule(
    id="nginx/no-default-server",
    title="Requests for other names are answered by whichever server comes first",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "Of several servers on one address, the first one read answers for names that nobody has, and the order "
        "is that "
        "of file names: a host header made up by a client reaches a shop that did not expect it."
    ),
    fix="Write a server with `listen 443 ssl default_server;` that ends in `return 444;`.",
    refs=("CWE-644", "https://nginx.org/en/docs/http/request_processing.html"),
    bad=(
        """\
http {
    server {
        listen 80; # <- here
        server_name shop.example;
    }
    server {
        listen 0.0.0.0:80;
        server_name pay.example;
    }
}
""",
    ),
    good=(
        """\
http {
    server {
        listen 80 default_server;
        return 444;
    }
    server {
        listen 80;
        server_name shop.example;
    }
    server {
        listen [::]:80;
        server_name pay.example;
    }
}
""",
    ),
)


def default_server(config: Config) -> Iterator[Found]:
    for http in config.named("http", "stream"):
        sockets: dict[tuple[str, str, bool], list[tuple[Directive, Address | None]]] = {}
        for server in http.children:
            if server.name != "server":
                continue
            mine: dict[tuple[str, str, bool], Address | None] = {}
            for each in listens(server):
                if each.host != "unix:":
                    mine.setdefault((each.host, each.port, "quic" in each.options or "udp" in each.options), each)
            if not mine and http.name == "http":
                mine["*", "80", False] = None
            for key, address in mine.items():
                sockets.setdefault(key, []).append((server, address))
        for (host, port, _), users in sockets.items():
            if len(users) < 2 or any(
                option in ("default_server", "default") for _, each in users if each for option in each.options
            ):
                continue
            if any(
                "_" in [word.text for each in server.all("server_name") for word in each.args] for server, _ in users
            ):
                continue
            server, address = users[0]
            place = address.directive if address else server
            socket = port if host == "*" else f"{host}:{port}"
            message = f"{len(users)} servers listen on {short(socket, 40)}, and none is the default_server"
            yield at(place, message, subject=f"listen {host}:{port}")


LOOSE = Rule(
    id="nginx/loose-headers",
    title="Headers with odd names get through",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "X_Forwarded_For and X-Forwarded-For are one variable to most applications: with underscores let through, a "
        "client writes the one while the proxy sets the other. Both settings are safe by default."
    ),
    fix="Leave `underscores_in_headers off` and `ignore_invalid_headers on`.",
    refs=("CWE-444", f"{_CORE}#underscores_in_headers"),
    bad=("http {\n    underscores_in_headers on; # <- here\n    ignore_invalid_headers off; # <- here\n}\n",),
    good=("http {\n    underscores_in_headers off;\n    ignore_invalid_headers on;\n}\n",),
)


def loose_headers(config: Config) -> Iterator[Found]:
    for directive in config.named("underscores_in_headers", "ignore_invalid_headers"):
        if directive.first == ("on" if directive.name == "underscores_in_headers" else "off"):
            yield at(directive, f"{directive.name} is {directive.first}", subject=directive.name)


MISDIRECTED = Rule(
    id="nginx/handshake-not-refused",
    title="A server that refuses handshakes answers on shared connections",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "HTTP/2 reuses a connection for other names: a request then reaches the default server that was to refuse "
        "everybody, and gets its page instead of 421."
    ),
    fix="Write `location / { return 421; }` into it.",
    refs=(
        "CWE-346",
        "https://www.rfc-editor.org/rfc/rfc9110#status.421",
        "https://nginx.org/en/docs/http/ngx_http_ssl_module.html",
    ),
    bad=(
        """\
http {
    server {
        listen 443 ssl default_server; # <- here
        http2 on;
        ssl_reject_handshake on;
    }
}
""",
    ),
    good=(
        """\
http {
    server {
        listen 443 ssl default_server;
        http2 on;
        ssl_reject_handshake on;
        return 421;
    }
    server {
        listen 444 ssl default_server;
        ssl_reject_handshake on;
    }
}
""",
    ),
)


def misdirected(config: Config) -> Iterator[Found]:
    for server in config.servers():
        if not is_on(server, "ssl_reject_handshake"):
            continue
        chosen = next(
            (each for each in listens(server) if "default_server" in each.options and "ssl" in each.options), None
        )
        speaks = is_on(server, "http2") or any("http2" in each.options for each in listens(server))
        off = setting(server, "http2")
        if chosen is None or not speaks or (off is not None and off.first == "off"):
            continue
        answers = [
            server,
            *(block for block in server.children if block.name == "location" and block.text in ("/", "= /")),
        ]
        if not any(each.name == "return" for block in answers for each in block.children):
            yield at(chosen.directive, "requests on a shared connection get past ssl_reject_handshake", subject="421")


RULES: Judged = (
    (VERSION, version),
    (LOGGING, logging),
    (ROOT, run_as_root),
    (RESOLVER, resolver),
    (WAF, waf),
    (IF, if_in_location),
    (DEFAULT_SERVER, default_server),
    (LOOSE, loose_headers),
    (MISDIRECTED, misdirected),
)
