"""Rules for rabbitmq.conf, and for the Erlang terms of the older rabbitmq.config."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity, Unknown
from yett.parse.keyvalue import RABBITMQ, Setting, is_filled_in, read, switch
from yett.parse.source import Span
from yett.parse.tree import Tree
from yett.rules.credentials import is_stand_in
from yett.rules.hits import hit, short

EXAMPLE = "rabbitmq.conf"

DEFAULTS = Rule(
    id="rabbitmq/defaults",
    title="The user guest may log in from elsewhere",
    severity=Severity.HIGH,
    why="guest with the password guest is an administrator of every new broker. By default it may log in from the same "
    "machine alone, and this is what the setting takes away.",
    fix="Make a user of your own, delete guest, and leave `loopback_users` as it is.",
    refs=("CWE-1392", "PCI DSS 2.2.2", "https://www.rabbitmq.com/docs/access-control"),
    bad=(
        "loopback_users = none # <- here\n",
        "loopback_users.guest = false # <- here\ndefault_pass = guest # <- here\n",
        "# file: rabbitmq.config\n[{rabbit, [\n  {loopback_users, []} %% next\n]}].\n".replace(
            " %% next", " # <- here"
        ),
    ),
    good=(
        "loopback_users.guest = true\ndefault_user = shop\ndefault_pass = ${RABBITMQ_PASSWORD}\n",
        '# file: rabbitmq.config\n[{rabbit, [\n  %% {loopback_users, []},\n  {loopback_users, [<<"guest">>]}\n]}].\n',
    ),
)

NO_TLS = Rule(
    id="rabbitmq/no-tls",
    title="Messages in clear over the network",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="AMQP without TLS sends the password and every message in clear. A listener without an address is on all of "
    "them, as is the default one on port 5672.",
    fix="`listeners.ssl.default = 5671`, `listeners.tcp = none` and the `ssl_options`.",
    refs=("CWE-319", "PCI DSS 4.2.1", "https://www.rabbitmq.com/docs/ssl"),
    bad=(
        "listeners.tcp.default = 5672 # <- here\n",
        "listeners.tcp.1 = 0.0.0.0:5672 # <- here\nmanagement.tcp.ip = 0.0.0.0 # <- here\n",
    ),
    good=(
        "listeners.tcp = none\nlisteners.ssl.default = 5671\n",
        "listeners.tcp.local = 127.0.0.1:5672\n",
        "listeners.tcp.default = 5672\nlisteners.ssl.default = 5671\n",
        "management.ssl.port = 15671\n",
    ),
)

NO_PEER_CHECK = Rule(
    id="rabbitmq/no-peer-check",
    title="Certificates are not checked",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why="With verify_none, which is the default, a client needs no certificate: the password alone decides.",
    fix="`ssl_options.verify = verify_peer` and `ssl_options.fail_if_no_peer_cert = true`.",
    refs=("CWE-295", "PCI DSS 4.2.1", "https://www.rabbitmq.com/docs/ssl"),
    bad=("listeners.ssl.default = 5671\nssl_options.verify = verify_none # <- here\n",),
    good=("listeners.ssl.default = 5671\nssl_options.verify = verify_peer\n",),
)

PLAIN_PASSWORD = Rule(
    id="rabbitmq/plain-password",
    title="Password in rabbitmq.conf",
    severity=Severity.HIGH,
    why="Whoever reads the repository, now or in any later clone of it, can log in.",
    fix="Import users from definitions with hashes, or set `default_pass` from a file made at deploy time.",
    refs=("CWE-798", "PCI DSS 8.6.2", "https://www.rabbitmq.com/docs/configure"),
    bad=("default_user = shop\ndefault_pass = q9Xv" + "T2kLm8Rw # <- here\n",),
    good=("default_user = shop\ndefault_pass = ${RABBITMQ_PASSWORD}\n", "default_pass = encrypted:abcdef\n"),
)

Config = dict[str, Setting]


def defaults(config: Config) -> Iterator[Hit | Unknown]:
    for name in ("loopback_users", "loopback_users.guest"):
        setting = config.get(name)
        if setting and (setting.value.lower() in ("none", "[]") or switch(setting.value) is False):
            yield hit(
                setting.value_at,
                "guest may log in from any address",
                fix=f"Remove `{name}`, and make a user of your own.",
                subject=name,
            )
    password = config.get("default_pass")
    if password and password.value == "guest":
        yield hit(
            password.value_at,
            "the password is the one everybody knows",
            fix="Set `default_user` and `default_pass` to something else when the broker is deployed.",
            subject="default_pass",
        )


def no_tls(config: Config) -> Iterator[Hit | Unknown]:
    encrypted = any(name.startswith("listeners.ssl") for name in config)
    for name, setting in config.items():
        if name.startswith("listeners.tcp") and not encrypted and setting.value.lower() != "none":
            host, _, _ = setting.value.rpartition(":")
            if is_filled_in(setting.value) or host.strip("[]") in ("127.0.0.1", "::1", "localhost"):
                continue
            yield hit(
                setting.value_at,
                f"{short(name)} takes plain connections on {short(host) or 'every address'}",
                fix="`listeners.tcp = none` and `listeners.ssl.default = 5671`.",
                subject=name,
            )
        elif name in ("management.tcp.ip", "management.listener.ip") and setting.value in ("0.0.0.0", "::"):
            if (ssl := config.get("management.listener.ssl")) and switch(ssl.value):
                continue
            yield hit(
                setting.value_at,
                "the management pages are on every address, without TLS",
                fix="`management.tcp.ip = 127.0.0.1`, or `management.ssl.port = 15671`.",
                subject=name,
            )


def no_peer_check(config: Config) -> Iterator[Hit | Unknown]:
    for name, setting in config.items():
        if name.endswith("ssl_options.verify") and setting.value == "verify_none":
            yield hit(
                setting.value_at, f"{short(name)} is verify_none", fix=f"`{short(name)} = verify_peer`", subject=name
            )


def plain_password(config: Config) -> Iterator[Hit | Unknown]:
    for name, setting in config.items():
        if name not in (
            "default_pass",
            "ssl_options.password",
            "management.ssl.password",
            "auth_ldap.other_bind.password",
        ):
            continue
        text = setting.value
        if not text or text == "guest" or is_filled_in(text) or text.startswith(("encrypted:", "<", "__")):
            continue
        plain = is_stand_in(text)
        yield hit(
            setting.value_at,
            f"the value of {short(name)} stands here",
            subject=name,
            severity=Severity.MEDIUM if plain else None,
            confidence=Confidence.MEDIUM if plain else None,
        )


RULES = (
    (DEFAULTS, defaults),
    (NO_TLS, no_tls),
    (NO_PEER_CHECK, no_peer_check),
    (PLAIN_PASSWORD, plain_password),
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


_TERM = re.compile(r"\{\s*(loopback_users)\s*,\s*(\[\s*\])|\{\s*(default_pass)\s*,\s*(<<\"[^\"]*\">>)")


def _terms(text: str) -> Iterator[Setting]:
    """The few settings of the older form that matter here."""
    for number, line in enumerate(text.split("\n"), 1):
        for match in _TERM.finditer(line.partition("%")[0]):
            place = 1 if match[1] else 3
            at = Span(number, match.start(place) + 1, number, match.end(place) + 1)
            value_at = Span(number, match.start(place + 1) + 1, number, match.end(place + 1) + 1)
            value = "none" if match[1] else match[4][3:-3]
            yield Setting("", match[place], value, at, value_at)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    settings = _terms(text) if path.endswith(".config") else read(text, RABBITMQ)
    config = {setting.key: setting for setting in settings}
    for rule, check in RULES:
        yield from ((rule, found) for found in check(config))
