"""Rules for mongod.conf, in YAML and in the older `key = value` form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse import dotted
from yett.parse.keyvalue import PLAIN, Setting, is_filled_in, is_template, read, switch
from yett.parse.tree import Tree
from yett.rules.hits import hit, short

EXAMPLE = "mongod.conf"

NO_AUTH = Rule(
    id="mongodb/no-auth",
    title="MongoDB without access control",
    severity=Severity.CRITICAL,
    why="`security.authorization` is disabled by default: whoever reaches the port reads and deletes every collection, "
    "and finds it by a scan of the network. bindIp is localhost by default.",
    fix="`authorization: enabled` under `security`, and `bindIp` with the private address.",
    refs=(
        "CWE-306",
        "PCI DSS 8.3.1",
        "PCI DSS 2.2.2",
        "https://www.mongodb.com/docs/manual/tutorial/enable-authentication/",
    ),
    bad=(
        "net:\n  port: 27017\n  bindIp: 0.0.0.0 # <- here\n",
        "net:\n  bindIpAll: true # <- here\n  tls:\n    mode: requireTLS\n",
        "security:\n  authorization: disabled # <- here\n",
        "bind_ip = 0.0.0.0 # <- here\nport = 27017\n",
        "noauth = true # <- here\n",
    ),
    good=(
        "net:\n  bindIp: 127.0.0.1,10.0.1.5\nsecurity:\n  authorization: enabled\n",
        "net:\n  bindIp: 0.0.0.0\nsecurity:\n  keyFile: /etc/mongo/key\n",
        "net:\n  port: 27017\n  bindIp: 127.0.0.1\n",
        "storage:\n  dbPath: /var/lib/mongo\n",
        "bind_ip = 0.0.0.0\nauth = true\n",
        "net:\n  bindIp: 0.0.0.0\nsecurity:\n  authorization: ${AUTH}\n",
    ),
)

NO_TLS = Rule(
    id="mongodb/no-tls",
    title="MongoDB in clear over the network",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="`net.tls.mode` is disabled by default, and allowTLS and preferTLS still take connections without; with "
    "invalid certificates allowed, anybody may stand in between.",
    fix="`mode: requireTLS` under `net.tls`, with `certificateKeyFile` and `CAFile`.",
    refs=("CWE-319", "PCI DSS 4.2.1", "https://www.mongodb.com/docs/manual/tutorial/configure-ssl/"),
    bad=(
        "net:\n  bindIp: 10.0.1.5 # <- here\nsecurity:\n  authorization: enabled\n",
        "net:\n  tls:\n    mode: allowTLS # <- here\n",
        "net:\n  tls:\n    mode: requireTLS\n    allowInvalidCertificates: true # <- here\n",
        "sslMode = disabled # <- here\n",
    ),
    good=(
        "net:\n  bindIp: 10.0.1.5\n  tls:\n    mode: requireTLS\n    certificateKeyFile: /etc/mongo/tls.pem\n",
        "net:\n  bindIp: 10.0.1.5\n  ssl:\n    mode: requireSSL\n",
        "net:\n  bindIp: localhost\n",
        "net:\n  tls:\n    mode: ${MODE}\n",
    ),
)

SERVER_JS = Rule(
    id="mongodb/server-js",
    title="JavaScript in the database",
    severity=Severity.LOW,
    level=Action.WARN,
    why="$where, $function and mapReduce run code in the server: a query that takes in what a visitor typed becomes a "
    "program. It is on by default; only what is written is named here.",
    fix="`javascriptEnabled: false` under `security`.",
    refs=("CWE-943", "PCI DSS 6.2.4", "https://www.mongodb.com/docs/manual/core/server-side-javascript/"),
    bad=("security:\n  javascriptEnabled: true # <- here\n",),
    good=("security:\n  javascriptEnabled: false\n", "security:\n  authorization: enabled\n"),
)

HTTP_INTERFACE = Rule(
    id="mongodb/http-interface",
    title="Status pages and REST interface are on",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="The pages of MongoDB before 3.6 show the server's state, and with REST the data, to whoever reaches the port.",
    fix="Remove `net.http`.",
    refs=("CWE-306", "PCI DSS 2.2.4", "https://www.mongodb.com/docs/manual/administration/security-checklist/"),
    bad=(
        "net:\n  http:\n    enabled: true # <- here\n    RESTInterfaceEnabled: true # <- here\n",
        "rest = true # <- here\n",
    ),
    good=("net:\n  http:\n    enabled: false\n", "nohttpinterface = true\n"),
)

_OLD = {
    "auth": "security.authorization",
    "noauth": "noauth",
    "bind_ip": "net.bindip",
    "bind_ip_all": "net.bindipall",
    "keyfile": "security.keyfile",
    "sslmode": "net.ssl.mode",
    "tlsmode": "net.tls.mode",
    "sslallowinvalidcertificates": "net.ssl.allowinvalidcertificates",
    "noscripting": "noscripting",
    "httpinterface": "net.http.enabled",
    "rest": "net.http.restinterfaceenabled",
    "configdb": "sharding.configdb",
}
_INI = re.compile(r"^[A-Za-z_]\w*\s*=", re.MULTILINE)
_YAML = re.compile(r"^[A-Za-z_]\w*:", re.MULTILINE)


class Config:
    """The options of a file, names in lower case, those of the older form by their newer names."""

    def __init__(self, text: str) -> None:
        self.whole = not is_template(text)
        self.is_old = _INI.search(text) is not None and _YAML.search(text) is None
        if self.is_old:
            found = ((_OLD.get(each.key.lower(), each.key.lower()), each) for each in read(text, PLAIN))
        else:
            found = ((each.key.lower(), each) for each in dotted.read(text))
        self.options: dict[str, Setting] = dict(found)

    def get(self, *names: str) -> Setting | None:
        return next((self.options[name] for name in names if name in self.options), None)


def _beyond(config: Config) -> Setting | None:
    """What lets others than this machine connect."""
    everywhere = config.get("net.bindipall")
    if everywhere and switch(everywhere.value):
        return everywhere
    bind = config.get("net.bindip")
    if bind and not is_filled_in(bind.value):
        hosts = [part.strip() for part in bind.value.split(",")]
        if any(host not in ("127.0.0.1", "localhost", "::1", "") and not host.startswith("/") for host in hosts):
            return bind
    return None


def no_auth(config: Config) -> Iterator[Hit | Unknown]:
    off = config.get("noauth")
    given = config.get("security.authorization")
    if off and switch(off.value or "1"):
        yield hit(off.at, "access control is off", fix="`auth = true`", subject="noauth")
        return
    if given is not None:
        if is_filled_in(given.value):
            yield Unknown(given.value_at.line, f"security.authorization is {short(given.value)}")
        elif given.value.lower() == "disabled" or (config.is_old and switch(given.value) is False):
            fix = "`auth = true`" if config.is_old else "`authorization: enabled`"
            yield hit(given.value_at, "access control is off", fix=fix, subject="authorization disabled")
        return
    if config.get("security.keyfile", "security.clusterauthmode", "sharding.configdb"):
        return
    beyond = _beyond(config)
    if beyond is None:
        return
    if not config.whole:
        yield Unknown(beyond.value_at.line, "the template may set security.authorization")
        return
    yield hit(
        beyond.value_at,
        f"{short(beyond.key.rpartition('.')[2])} lets others connect, and access control is off by default",
        fix="`auth = true`" if config.is_old else "`authorization: enabled` under `security`.",
        subject="authorization absent",
    )


def no_tls(config: Config) -> Iterator[Hit | Unknown]:
    mode = config.get("net.tls.mode", "net.ssl.mode")
    if mode is None:
        beyond = _beyond(config)
        if beyond and config.whole:
            yield hit(
                beyond.value_at,
                f"{short(beyond.key.rpartition('.')[2])} lets others connect, and TLS is off by default",
                fix="`mode: requireTLS` under `net.tls`.",
                subject="tls absent",
            )
    elif is_filled_in(mode.value):
        yield Unknown(mode.value_at.line, f"net.tls.mode is {short(mode.value)}")
    elif mode.value.lower() in ("disabled", "allowtls", "allowssl", "prefertls", "preferssl"):
        yield hit(
            mode.value_at,
            f"the mode {short(mode.value)} takes connections without TLS",
            fix="`mode: requireTLS`",
            subject=f"tls mode {mode.value}",
        )
    for name in ("allowinvalidcertificates", "allowinvalidhostnames", "allowconnectionswithoutcertificates"):
        setting = config.get(f"net.tls.{name}", f"net.ssl.{name}")
        # Without certificates of clients the password remains.
        if setting and switch(setting.value) and name != "allowconnectionswithoutcertificates":
            key = setting.key.rpartition(".")[2]
            yield hit(setting.value_at, f"{short(key)} is on", fix=f"Remove `{short(key)}`.", subject=name)


def server_js(config: Config) -> Iterator[Hit | Unknown]:
    setting = config.get("security.javascriptenabled")
    if setting and switch(setting.value):
        yield hit(
            setting.value_at,
            "queries may run JavaScript",
            fix="`javascriptEnabled: false`",
            subject="javascriptEnabled",
        )


def http_interface(config: Config) -> Iterator[Hit | Unknown]:
    for name in ("net.http.enabled", "net.http.restinterfaceenabled", "net.http.jsonpenabled"):
        setting = config.get(name)
        if setting and switch(setting.value):
            yield hit(
                setting.value_at, f"{short(setting.key)} is on", fix=f"Remove `{short(setting.key)}`.", subject=name
            )


RULES = (
    (NO_AUTH, no_auth),
    (NO_TLS, no_tls),
    (SERVER_JS, server_js),
    (HTTP_INTERFACE, http_interface),
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find. Raises `ParseError` where the file is YAML that cannot be read."""
    config = Config(text)
    for rule, check in RULES:
        yield from ((rule, found) for found in check(config))
