"""Rules for elasticsearch.yml and opensearch.yml."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse import dotted
from yett.parse.keyvalue import Setting, is_filled_in, switch
from yett.parse.tree import Tree
from yett.rules.hits import hit, short

EXAMPLE = "elasticsearch.yml"

_DOCS = "https://www.elastic.co/guide/en/elasticsearch/reference/current/security-settings.html"

SECURITY_OFF = Rule(
    id="elasticsearch/security-off",
    title="Search index without logins",
    severity=Severity.HIGH,
    why="Whoever reaches the port reads, changes and deletes every index: customers, orders, logs. Security is on by "
    "default since Elasticsearch 8, and in OpenSearch.",
    fix="Remove the line, or `xpack.security.enabled: true`.",
    refs=("CWE-306", "PCI DSS 8.3.1", _DOCS),
    bad=(
        "network.host: 0.0.0.0\nxpack.security.enabled: false # <- here\n",
        "xpack:\n  security:\n    enabled: false # <- here\n",
        "plugins.security.disabled: true # <- here\n",
    ),
    good=(
        "network.host: 0.0.0.0\nxpack.security.enabled: true\nxpack.security.http.ssl.enabled: true\n",
        "xpack.security.enabled: ${SECURITY}\n",
        "#xpack.security.enabled: false\ncluster.name: shop\n",
    ),
)

NO_TLS = Rule(
    id="elasticsearch/no-tls",
    title="Search index in clear over the network",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Without TLS on the HTTP or the transport layer, passwords and documents cross the network in clear; with "
    "verification_mode none any node may join and any server may answer.",
    fix="`xpack.security.http.ssl.enabled: true`, `xpack.security.transport.ssl.enabled: true` and "
    "`verification_mode: full`.",
    refs=("CWE-319", "CWE-295", "PCI DSS 4.2.1", _DOCS),
    bad=(
        "network.host: 0.0.0.0\nxpack.security.http.ssl.enabled: false # <- here\n",
        "xpack.security.transport.ssl:\n  enabled: true\n  verification_mode: none # <- here\n",
        "network.host: 10.0.1.5\nplugins.security.ssl.http.enabled: false # <- here\n",
    ),
    good=(
        "network.host: 10.0.1.5\nxpack.security.http.ssl.enabled: true\n",
        "network.host: 127.0.0.1\nxpack.security.http.ssl.enabled: false\n",
        "xpack.security.transport.ssl.verification_mode: certificate\n",
    ),
)

ANONYMOUS_ACCESS = Rule(
    id="elasticsearch/anonymous-access",
    title="Requests without a login have a role",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Whoever sends no password gets these roles.",
    fix="Remove `xpack.security.authc.anonymous`.",
    refs=(
        "CWE-306",
        "PCI DSS 8.3.1",
        "https://www.elastic.co/guide/en/elasticsearch/reference/current/anonymous-access.html",
    ),
    bad=("xpack.security.authc.anonymous:\n  username: guest\n  roles: superuser # <- here\n",),
    good=("xpack.security.authc.anonymous.authz_exception: true\n",),
)

CORS_ANY = Rule(
    id="elasticsearch/cors-any",
    title="Any website may query the index",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="With `*` the browser of whoever can reach the index queries it on behalf of any page that is open.",
    fix="`http.cors.allow-origin: https://admin.shop.example`.",
    refs=(
        "CWE-942",
        "PCI DSS 6.2.4",
        "https://www.elastic.co/guide/en/elasticsearch/reference/current/modules-network.html",
    ),
    bad=('http.cors.enabled: true\nhttp.cors.allow-origin: "*" # <- here\n',),
    good=(
        "http.cors.enabled: true\nhttp.cors.allow-origin: https://admin.shop.example\n",
        'http.cors.enabled: false\nhttp.cors.allow-origin: "*"\n',
    ),
)

Config = dict[str, Setting]


def _is_off(setting: Setting) -> bool:
    return switch(setting.value) is False


def security_off(config: Config) -> Iterator[Hit | Unknown]:
    for name, bad in (
        ("xpack.security.enabled", False),
        ("plugins.security.disabled", True),
        ("opendistro_security.disabled", True),
    ):
        setting = config.get(name)
        if setting and is_filled_in(setting.value):
            yield Unknown(setting.value_at.line, f"{name} is {short(setting.value)}")
        elif setting and switch(setting.value) is bad:
            yield hit(
                setting.value_at,
                f"`{name}: {short(setting.value)}` lets everybody in",
                fix=f"Remove `{name}`.",
                subject=name,
            )


_LOOPBACK = ("127.0.0.1", "localhost", "::1", "_local_", "")


def _is_local(config: Config) -> bool:
    """The default of network.host is the loopback."""
    names = ("http.host", "network.host", "network.bind_host", "http.bind_host")
    hosts = [setting.value for key, setting in config.items() if key.removesuffix("[]") in names]
    return all(host.strip() in _LOOPBACK for host in hosts)


def no_tls(config: Config) -> Iterator[Hit | Unknown]:
    for name in (
        "xpack.security.http.ssl.enabled",
        "xpack.security.transport.ssl.enabled",
        "plugins.security.ssl.http.enabled",
        "opendistro_security.ssl.http.enabled",
    ):
        setting = config.get(name)
        if setting and _is_off(setting) and not _is_local(config):
            yield hit(setting.value_at, f"`{name}` is off", fix=f"`{name}: true`", subject=name)
    for name, setting in config.items():
        if name.endswith("ssl.verification_mode") and setting.value.lower() == "none":
            yield hit(
                setting.value_at, f"{short(name)} checks no certificate", fix=f"`{short(name)}: full`", subject=name
            )
        elif name.endswith("ssl.transport.enforce_hostname_verification") and _is_off(setting):
            yield hit(setting.value_at, f"{short(name)} is off", fix=f"`{short(name)}: true`", subject=name)


def anonymous_access(config: Config) -> Iterator[Hit | Unknown]:
    for name, setting in config.items():
        if name.removesuffix("[]") == "xpack.security.authc.anonymous.roles" and setting.value:
            yield hit(
                setting.value_at,
                f"who sends no password is {short(setting.value)}",
                subject=f"anonymous {setting.value}",
                severity=Severity.CRITICAL if "superuser" in setting.value else None,
            )


def cors_any(config: Config) -> Iterator[Hit | Unknown]:
    enabled, origin = config.get("http.cors.enabled"), config.get("http.cors.allow-origin")
    if enabled and switch(enabled.value) and origin and origin.value.strip() in ("*", "/.*/"):
        yield hit(
            origin.value_at,
            "every website may query the index",
            fix="Name the origin.",
            subject="http.cors.allow-origin",
        )


RULES = (
    (SECURITY_OFF, security_off),
    (NO_TLS, no_tls),
    (ANONYMOUS_ACCESS, anonymous_access),
    (CORS_ANY, cors_any),
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find. Raises `ParseError` where the file is no YAML."""
    config = {setting.key: setting for setting in dotted.read(text)}
    for rule, check in RULES:
        yield from ((rule, found) for found in check(config))
