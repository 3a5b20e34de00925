"""What is passed on: to which server, with which headers, over which connection."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Rule, Severity
from yett.parse.nginx import Directive, Word
from yett.rules.hits import short
from yett.rules.nginx import regex, variables
from yett.rules.nginx.scope import (
    HANDLERS,
    Config,
    Found,
    Judged,
    access,
    at,
    effective,
    is_internal,
    label,
    location,
    more_headers,
    setting,
    unknown,
)
from yett.rules.nginx.variables import Value, Variable, names, redirects, values

_PROXY = "https://nginx.org/en/docs/http/ngx_http_proxy_module.html"

SSRF = Rule(
    id="nginx/ssrf",
    title="The client chooses the server that a request is passed to",
    severity=Severity.HIGH,
    why=(
        "A variable that a client fills in stands where the host or the scheme is read: nginx then fetches any address "
        "that it can reach, the cloud's metadata and the services inside included."
    ),
    fix="Name the upstream, or choose it by a `map` whose values are all written out.",
    refs=("CWE-918", "PCI DSS 6.2.4", f"{_PROXY}#proxy_pass"),
    bad=(
        """\
server {
    location ~ ^/fetch/(.*)$ {
        proxy_pass http://$1; # <- here
    }
    location /image {
        set $from $arg_host;
        proxy_pass https://$from/thumbnail; # <- here
    }
    location ~ ^/to/(?<scheme>\\w+)/(?<where>[^/]+) {
        proxy_pass $scheme://$where; # <- here
    }
    location /app {
        fastcgi_pass $http_x_backend; # <- here
    }
}
""",
        """\
map $uri $backend {
    ~^/api/(.*)$ $1;
    default localhost:8080;
}
server {
    location / {
        proxy_pass http://$backend; # <- here
    }
}
""",
    ),
    good=(
        """\
map $cookie_canary $backend {
    default stable;
    on canary;
}
server {
    location / {
        proxy_pass http://$backend;
    }
    location ~ ^/static/(.*)$ {
        proxy_pass https://assets.shop.example/$1;
    }
    location ~ ^/(de|fr|it)/ {
        proxy_pass http://$1.shop.internal;
    }
    location /fetch {
        internal;
        proxy_pass $arg_address;
    }
    location /files {
        proxy_pass http://files$request_uri;
    }
    set $upstream http://app.service.consul:8000;
    location /app {
        proxy_pass $upstream$is_args$args;
    }
}
""",
    ),
)


def ssrf(config: Config) -> Iterator[Found]:
    for directive in config.named(*HANDLERS):
        if not directive.args or "$" not in directive.args[0].text or is_internal(directive):
            continue
        if directive.inside("stream"):
            continue
        word = directive.args[0]
        found = next(
            (name for value in values(config, directive, word.text) if (name := _chosen(value, directive))), ""
        )
        if found:
            message = f"a client chooses where {directive.name} {short(word.text, 60)} goes, by ${found}"
            yield at(directive, message, word=word, subject=f"{directive.name} {word.text}")


def _chosen(value: Value, directive: Directive) -> str:
    """The variable of a client's that stands in the scheme or the host of an address, or ""."""
    for part in value:
        if isinstance(part, str):
            rest = part.partition("://")[2] if "://" in part else part
            if "/" in rest or rest.startswith("unix:"):
                return ""
            continue
        if part.slash or part.name == "is_args":
            return ""
        if part.client and part.may & regex.mask("."):
            if part.name == "host" and _names_itself(directive):
                return ""
            return part.name
    return ""


def _names_itself(directive: Directive) -> bool:
    """Whether $host can only be one of the names of the server."""
    server = directive.inside("server")
    found = [word.text for each in server.all("server_name") for word in each.args] if server else []
    return bool(found) and all("." in name and name[:1] not in "~_*" and "$" not in name for name in found)


HTTP_SPLITTING = Rule(
    id="nginx/http-splitting",
    title="A line break from the address gets into a header",
    severity=Severity.HIGH,
    why=(
        "nginx decodes %0d%0a in $uri, $document_uri and in what a pattern of a location captures. In a redirect or a "
        "header it ends the line, and the client writes headers of its own: cookies, a second answer, a page."
    ),
    fix="Use `$request_uri`, which stays encoded, or a capture that leaves control characters out, as `([^\\r\\n]*)`.",
    refs=("CWE-113", "PCI DSS 6.2.4", "https://nginx.org/en/docs/http/ngx_http_core_module.html#variables"),
    bad=(
        """\
server {
    listen 80;
    location / {
        return 301 https://$host$uri; # <- here
    }
    location ~ ^/v1/(?<action>[^.]*)\\.json$ {
        add_header X-Action $action; # <- here
        proxy_set_header X-Original $document_uri; # <- here
        proxy_pass http://127.0.0.1:8000;
    }
    location ~ ^/files/([^/]+)/ {
        proxy_pass http://files/$1; # <- here
    }
    rewrite ^ https://shop.example$uri; # <- here
}
""",
    ),
    good=(
        """\
server {
    listen 80;
    location / {
        return 301 https://$host$request_uri;
    }
    location ~ ^/v1/(?<action>[a-z]+)\\.json$ {
        add_header X-Action $action;
    }
    location = /cart {
        return 302 https://shop.example$uri;
    }
    location ~ ^/files/(.*)$ {
        proxy_pass http://files/$1;
    }
    location /health {
        return 200 "ok $uri";
    }
    rewrite ^/old/(.*)$ /new/$1 permanent;
    try_files $uri $uri/ /index.php;
}
""",
    ),
)

_TO_CLIENT = ("return", "rewrite", "add_header", "add_trailer", "more_set_headers")
_TO_SERVER = ("proxy_pass", "proxy_set_header", "grpc_set_header", "proxy_method")


def http_splitting(config: Config) -> Iterator[Found]:
    for directive in config.named(*_TO_CLIENT, *_TO_SERVER):
        if directive.inside("stream", "mail"):
            continue
        for word in _spoken(directive):
            if "$" not in word.text:
                continue
            found = next(
                (name for value in values(config, directive, word.text) if (name := _broken(value, directive))), ""
            )
            if found:
                breaks, name = found[0], found[1:]
                message = (
                    f"${name} in {directive.name} can hold a {'line feed' if breaks == 'n' else 'carriage return'}"
                )
                severity = None if breaks == "n" else Severity.MEDIUM
                yield at(directive, message, word=word, subject=f"{directive.name} {word.text}", severity=severity)
                break


def _spoken(directive: Directive) -> list[Word]:
    """The words of a directive that end up in the head of a request or an answer."""
    args = list(directive.args)
    if not args:
        return []
    match directive.name:
        case "return":
            if len(args) == 1:
                return args if "://" in args[0].text or args[0].text.startswith("$") else []
            return args[1:2] if args[0].text in ("301", "302", "303", "307", "308") else []
        case "rewrite":
            return args[1:2] if redirects(directive) else []
        case "proxy_pass" | "proxy_method":
            return args[:1]
        case "more_set_headers":
            return [word for _, word in more_headers(directive)]
    return args[1:2]


def _broken(value: Value, directive: Directive) -> str:
    """ "n" or "r" for the break that gets through, and the name of the variable; "" for none."""
    for part in value:
        if isinstance(part, Variable) and part.client and not _is_fixed(part, directive):
            if part.may & regex.mask("\n"):
                return "n" + part.name
            if part.may & regex.mask("\r") and directive.name in _TO_CLIENT:
                return "r" + part.name
    return ""


def _is_fixed(part: Variable, directive: Directive) -> bool:
    """Whether the address is known here: in a location that takes one alone, or whose pattern lets no break in."""
    if part.name not in variables.DECODED:
        return False
    for block in directive.up():
        found = location(block)
        if found and found.kind == "=":
            return True
        if found and found.kind in ("~", "~*") and found.path.startswith("^") and found.path.endswith("$"):
            try:
                node = regex.parse(found.path, found.kind == "~*")
            except regex.PatternError:
                return False
            return not regex.may_contain(node, "\r") and not regex.may_contain(node, "\n")
    return False


HOST_SPOOFING = Rule(
    id="nginx/host-spoofing",
    title="The client's word is passed on as the host",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "$http_host is whatever the client wrote, even where an absolute address names another host. Applications "
        "build links out of it: a link to reset a password then leads to the attacker, and a cache keeps the page."
    ),
    fix="Write `proxy_set_header Host $host;`, and give the server its `server_name`.",
    refs=("CWE-644", "PCI DSS 6.2.4", f"{_PROXY}#proxy_set_header"),
    bad=(
        """\
server {
    location / {
        proxy_set_header Host $http_host; # <- here
        proxy_pass http://127.0.0.1:8000;
    }
    location /tenant {
        proxy_set_header host $cookie_tenant.shop.example; # <- here
        proxy_pass http://127.0.0.1:8000;
    }
}
""",
    ),
    good=(
        """\
server {
    proxy_set_header Host $host;
    location /a {
        proxy_set_header Host $host:$server_port;
        proxy_pass http://127.0.0.1:8000;
    }
    location /b {
        proxy_set_header Host shop.example;
        proxy_set_header X-Requested-By $http_user_agent;
        proxy_pass http://127.0.0.1:8000;
    }
}
""",
    ),
)


def host_spoofing(config: Config) -> Iterator[Found]:
    for directive in config.named("proxy_set_header", "grpc_set_header"):
        if len(directive.args) < 2 or directive.first != "host":
            continue
        word = directive.args[1]
        for name in names(word.text):
            if name.startswith(("http_", "arg_", "cookie_")):
                edits = ()
                message = f"the Host that is passed on comes from the client, by ${name}"
                yield at(directive, message, word=word, subject=f"Host {word.text}", edits=edits)
                break


PLAIN_BACKEND = Rule(
    id="nginx/backend-plain-http",
    title="A request is passed on in clear to another machine",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    confidence=Confidence.MEDIUM,
    why="Between the proxy and the server behind it, whoever is in that network reads sessions and card data.",
    fix="Pass on to `https://`, with `proxy_ssl_verify on` and `proxy_ssl_trusted_certificate`.",
    refs=("CWE-319", "PCI DSS 4.2.1", f"{_PROXY}#proxy_pass"),
    bad=(
        """\
upstream app {
    server 10.0.3.7:8000;
}
server {
    location / {
        proxy_pass http://app; # <- here
    }
    location /pay {
        proxy_pass http://pay.shop.example; # <- here
    }
}
""",
    ),
    good=(
        """\
upstream app {
    server 127.0.0.1:8000;
    server unix:/run/app.sock;
}
server {
    location / {
        proxy_pass http://app;
    }
    location /web {
        proxy_pass http://web:8000;
    }
    location /inside {
        proxy_pass http://web.shop.svc.cluster.local;
    }
    location /pay {
        proxy_pass https://pay.shop.example;
        proxy_ssl_verify on;
    }
    location /any {
        proxy_pass http://$backend;
    }
}
""",
    ),
)

_ADDRESS = re.compile(r"(?:(https?|grpcs?|suwsgi|uwsgi)://)?(\[[^\]]*\]|[^/:?]+)", re.IGNORECASE)
_SAME_HOST = re.compile(
    r"localhost$|127\.|\[::1\]$|0\.0\.0\.0$|host\.docker\.internal$|unix$|.*\.(?:svc|local|localhost|docker)$"
    r"|.*\.svc\.|.*\.test$"
)


def plain_backend(config: Config) -> Iterator[Found]:
    for directive in config.named("proxy_pass"):
        host = _host(directive, "http")
        if not host or directive.inside("stream"):
            continue
        far = next((each for each in _members(config, host) if _is_far(each)), "")
        if far:
            behind = "" if far == host else f", that is {short(far, 60)},"
            message = f"requests go to {short(host, 60)}{behind} over plain http"
            yield at(directive, message, word=directive.args[0], subject=f"http://{host}")


def _host(directive: Directive, scheme: str) -> str:
    """The host that a directive passes on to with this scheme, or "" where it is another or is not known."""
    found = _ADDRESS.match(directive.args[0].text) if directive.args else None
    if not found or (found.group(1) or "").lower() != scheme or directive.args[0].is_template:
        return ""
    return "" if "$" in found.group(2) else found.group(2).lower()


def _members(config: Config, host: str) -> list[str]:
    """The servers of an upstream, or the host itself where there is none of this name."""
    for upstream in config.named("upstream"):
        if upstream.first == host:
            servers = [each.first for each in upstream.all("server") if each.args and not each.args[0].is_template]
            return [found.group(2) for each in servers if (found := _ADDRESS.match(each))]
    return [host]


def _is_far(host: str) -> bool:
    return ("." in host or host.startswith("[")) and not _SAME_HOST.match(host) and "$" not in host


UNVERIFIED_BACKEND = Rule(
    id="nginx/backend-tls-unverified",
    title="The server behind the proxy is not verified",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "proxy_ssl_verify is off by default: nginx encrypts to whoever answers, so anybody in the network can pose as "
        "the server behind it. proxy_ssl_protocols has had TLS 1.2 as its least since 1.23.4."
    ),
    fix="Write `proxy_ssl_verify on;` and name the authority in `proxy_ssl_trusted_certificate`.",
    refs=("CWE-295", "PCI DSS 4.2.1", f"{_PROXY}#proxy_ssl_verify"),
    bad=(
        """\
server {
    location / {
        proxy_pass https://app.shop.example; # <- here
    }
    location /pay {
        proxy_ssl_verify on;
        proxy_ssl_protocols TLSv1 TLSv1.2; # <- here
        proxy_pass https://pay.shop.example;
    }
}
""",
    ),
    good=(
        """\
http {
    proxy_ssl_verify on;
    proxy_ssl_trusted_certificate ca.pem;
    server {
        location / {
            proxy_pass https://app.shop.example;
        }
        location /local {
            proxy_ssl_verify off;
            proxy_pass https://127.0.0.1:8443;
        }
        location /plain {
            proxy_pass http://app:8000;
        }
    }
}
""",
    ),
)

_VERIFY = {
    "proxy_pass": ("https", "proxy_ssl_verify"),
    "grpc_pass": ("grpcs", "grpc_ssl_verify"),
    "uwsgi_pass": ("suwsgi", "uwsgi_ssl_verify"),
}
_OLD = ("sslv2", "sslv3", "tlsv1", "tlsv1.1")


def unverified_backend(config: Config) -> Iterator[Found]:
    for directive in config.named(*_VERIFY):
        scheme, name = _VERIFY[directive.name]
        host = _host(directive, scheme)
        if not host or all(_SAME_HOST.match(each) for each in _members(config, host)):
            continue
        found = setting(directive, name)
        if found is None or found.first == "off":
            missing = next((block.missing[0] for block in directive.up() if block.missing), None)
            if missing and found is None:
                yield unknown(missing, f"{name} may come from an include")
                continue
            how = f"{name} is off" if found else f"{name} is off by default"
            message = f"nobody checks that {short(host, 60)} is who it says: {how}"
            fix = f"Write `{name} on;` and `{name.replace('_verify', '_trusted_certificate')} …;`."
            yield at(directive, message, word=directive.args[0], fix=fix, subject=f"{scheme}://{host}")
    for directive in config.named("proxy_ssl_protocols", "grpc_ssl_protocols", "uwsgi_ssl_protocols"):
        old = [word.text for word in directive.args if word.text.lower() in _OLD]
        if old:
            message = f"{directive.name} allows {', '.join(old)} to the server behind"
            yield at(directive, message, subject=f"{directive.name} {' '.join(old)}")


H2C = Rule(
    id="nginx/h2c-smuggling",
    title="A client can change to HTTP/2 behind the proxy's back",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    confidence=Confidence.MEDIUM,
    why=(
        "With Upgrade and Connection passed on as they come, `Upgrade: h2c` opens a tunnel to a server that speaks "
        "HTTP/2 in clear: what is sent through it meets none of the rules of this configuration."
    ),
    fix='Let `websocket` alone through: `map $http_upgrade $upgrade { websocket websocket; default ""; }`.',
    refs=("CWE-444", "PCI DSS 6.2.4", f"{_PROXY}#proxy_set_header", "https://bishopfox.com/blog/h2c-smuggling-request"),
    bad=(
        """\
server {
    location / {
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade; # <- here
        proxy_set_header Connection $http_connection;
        proxy_pass http://127.0.0.1:8000;
    }
    location /admin {
        deny all;
    }
}
""",
    ),
    good=(
        """\
map $http_upgrade $websocket {
    websocket websocket;
    default "";
}
server {
    location /ws {
        proxy_http_version 1.1;
        proxy_set_header Upgrade $websocket;
        proxy_set_header Connection upgrade;
        proxy_pass http://127.0.0.1:8000;
    }
    location /socket.io/ {
        proxy_http_version 1.1;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection "upgrade";
        proxy_pass http://127.0.0.1:8000;
    }
}
""",
    ),
)


def h2c_smuggling(config: Config) -> Iterator[Found]:
    for directive in config.named("proxy_set_header"):
        if directive.first != "upgrade" or "$http_upgrade" not in directive.text.lower() or directive.parent is None:
            continue
        block = directive.parent
        connection = next((each for each in effective(block, "proxy_set_header") if each.first == "connection"), None)
        version = setting(block, "proxy_http_version")
        if connection is None or (version is not None and version.first == "1.0"):
            continue
        server = block.inside("server")
        raw = "$http_connection" in connection.text.lower()
        if raw or (server and _catches_all(block) and _guards(server)):
            message = "Upgrade is passed on as it comes: `h2c` leads past the rules for other locations"
            yield at(directive, message, subject="Upgrade $http_upgrade")


def _catches_all(block: Directive) -> bool:
    found = location(block) if block.name == "location" else None
    return block.name == "server" or (found is not None and found.kind in ("", "^~") and found.path == "/")


def _guards(server: Directive) -> bool:
    return any(
        block.name == "location"
        and block.all("deny", "allow", "auth_basic", "auth_request", "internal")
        and access(block) != "open"
        for block in server.walk()
    )


REAL_IP = Rule(
    id="nginx/real-ip-from-anyone",
    title="Anybody may say which address they come from",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "With set_real_ip_from for every network, the address in the log, in allow lists and in rate limits is what "
        "the client wrote into X-Forwarded-For."
    ),
    fix="Name the networks of your load balancer in `set_real_ip_from`.",
    refs=("CWE-348", "PCI DSS 10.2.2", "https://nginx.org/en/docs/http/ngx_http_realip_module.html"),
    bad=(
        """\
http {
    set_real_ip_from 0.0.0.0/0; # <- here
    real_ip_header X-Forwarded-For;
}
""",
    ),
    good=(
        """\
http {
    set_real_ip_from 10.0.0.0/8;
    set_real_ip_from 2400:cb00::/32;
    real_ip_header CF-Connecting-IP;
}
""",
    ),
)


def real_ip(config: Config) -> Iterator[Found]:
    for directive in config.named("set_real_ip_from"):
        if directive.first in ("0.0.0.0/0", "::/0"):
            yield at(
                directive, f"every address may name another as its own: {directive.first}", subject=directive.first
            )


SPOOFABLE = Rule(
    id="nginx/spoofable-address",
    title="The client's word is passed on as its address",
    severity=Severity.LOW,
    level=Action.INFO,
    why="The server behind then logs, limits and admits by an address that the client made up.",
    fix="Pass on `$proxy_add_x_forwarded_for` and `$remote_addr`.",
    refs=("CWE-348", "PCI DSS 10.2.2", f"{_PROXY}#proxy_set_header"),
    bad=(
        """\
location / {
    proxy_set_header X-Real-IP $http_x_real_ip; # <- here
    proxy_set_header X-Forwarded-For $http_x_forwarded_for; # <- here
    proxy_pass http://127.0.0.1:8000;
}
""",
    ),
    good=(
        """\
location / {
    proxy_set_header X-Real-IP $remote_addr;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_pass http://127.0.0.1:8000;
}
""",
    ),
)


def spoofable(config: Config) -> Iterator[Found]:
    for directive in config.named("proxy_set_header"):
        if len(directive.args) == 2 and directive.first in ("x-forwarded-for", "x-real-ip", "x-client-ip"):
            value = directive.args[1].text.lower()
            if value in ("$http_x_forwarded_for", "$http_x_real_ip", "$http_x_client_ip"):
                yield at(directive, f"{directive.args[0].text} is what the client says", subject=directive.text)


NORMALIZED = Rule(
    id="nginx/merge-slashes-off",
    title="Double slashes get past the locations",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "With merge_slashes off, //admin is another address than /admin for nginx, and the same one for most servers "
        "behind it: what is refused under the one is reached under the other. It is on by default."
    ),
    fix="Leave `merge_slashes` on.",
    refs=("CWE-22", "https://nginx.org/en/docs/http/ngx_http_core_module.html#merge_slashes"),
    bad=("http {\n    merge_slashes off; # <- here\n}\n",),
    good=("http {\n    merge_slashes on;\n}\n", "server {\n    listen 80;\n}\n"),
)


def merge_slashes(config: Config) -> Iterator[Found]:
    for directive in config.named("merge_slashes"):
        if directive.first == "off":
            yield at(directive, f"merge_slashes is off in {label(directive.parent or directive)}")


RULES: Judged = (
    (SSRF, ssrf),
    (HTTP_SPLITTING, http_splitting),
    (HOST_SPOOFING, host_spoofing),
    (PLAIN_BACKEND, plain_backend),
    (UNVERIFIED_BACKEND, unverified_backend),
    (H2C, h2c_smuggling),
    (REAL_IP, real_ip),
    (SPOOFABLE, spoofable),
    (NORMALIZED, merge_slashes),
)
