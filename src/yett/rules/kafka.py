"""Rules for Kafka's properties: brokers, clients, Connect."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity, Unknown
from yett.parse.keyvalue import PROPERTIES, Setting, is_filled_in, read, switch
from yett.parse.tree import Tree
from yett.rules.credentials import is_stand_in
from yett.rules.hits import hit, short

EXAMPLE = "server.properties"

PLAINTEXT = Rule(
    id="kafka/plaintext",
    title="Messages in clear over the network",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="PLAINTEXT, the default, neither encrypts nor asks who is there; SASL_PLAINTEXT sends the password in clear. A "
    "listener without a host listens on every address.",
    fix="`listeners=SASL_SSL://:9093`, and `security.protocol=SASL_SSL` for clients.",
    refs=("CWE-319", "PCI DSS 4.2.1", "https://kafka.apache.org/documentation/#security_ssl"),
    bad=(
        "# next\nlisteners=PLAINTEXT://0.0.0.0:9092\n",
        "# next\nlisteners=INTERNAL://:9093,CLIENT://:9092\n"
        "listener.security.protocol.map=INTERNAL:SSL,CLIENT:SASL_PLAINTEXT\n",
        "# file: client.properties\nbootstrap.servers=kafka.shop.example:9092\n# next\nsecurity.protocol=PLAINTEXT\n",
        "listeners=SSL://:9093\n# next\nsecurity.inter.broker.protocol=PLAINTEXT\n",
    ),
    good=(
        "listeners=SASL_SSL://:9093\nadvertised.listeners=SASL_SSL://kafka.shop.example:9093\n",
        "listeners=PLAINTEXT://localhost:9092,SSL://:9093\n",
        "#listeners=PLAINTEXT://:9092\nbroker.id=0\n",
        "# file: client.properties\nbootstrap.servers=localhost:9092\nsecurity.protocol=PLAINTEXT\n",
        "listeners=PLAINTEXT://${HOST}:9092\n",
    ),
)

NO_ACL = Rule(
    id="kafka/no-acl",
    title="Topics without rules are open",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Every topic that nobody wrote an ACL for may be read and written by everybody; the default is false.",
    fix="`allow.everyone.if.no.acl.found=false`.",
    refs=("CWE-732", "PCI DSS 7.3.3", "https://kafka.apache.org/documentation/#security_authz"),
    bad=("# next\nallow.everyone.if.no.acl.found=true\n", "# next\nsuper.users=User:ANONYMOUS;User:admin\n"),
    good=("allow.everyone.if.no.acl.found=false\nsuper.users=User:admin\n",),
)

NO_HOSTNAME_CHECK = Rule(
    id="kafka/no-hostname-check",
    title="Certificates of any name are accepted",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="An empty algorithm turns the check of the server's name off: any certificate of the same authority will do. "
    "The default is https.",
    fix="Remove `ssl.endpoint.identification.algorithm`.",
    refs=("CWE-297", "PCI DSS 4.2.1", "https://kafka.apache.org/documentation/#security_confighostname"),
    bad=("security.protocol=SSL\n# next\nssl.endpoint.identification.algorithm=\n",),
    good=("security.protocol=SSL\nssl.endpoint.identification.algorithm=https\n",),
)

PLAIN_PASSWORD = Rule(
    id="kafka/plain-password",
    title="Password in Kafka's properties",
    severity=Severity.HIGH,
    why="Whoever reads the repository, now or in any later clone of it, can log in or use the key.",
    fix="`${file:/run/secrets/kafka.properties:password}` with a config provider, and change the committed one.",
    refs=("CWE-798", "PCI DSS 8.6.2", "https://kafka.apache.org/documentation/#config_providers"),
    bad=(
        "# next\nssl.keystore.password=q9Xv" + "T2kLm8Rw\n",
        "# next\nsasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
        'username="shop" password="q9Xv' + 'T2kLm8Rw";\n',
    ),
    good=(
        "ssl.keystore.password=${file:/run/secrets/kafka.properties:keystore}\nssl.key.password=\n",
        "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
        'username="shop" password="${KAFKA_PASSWORD}";\n',
    ),
)

_LOCAL = ("localhost", "127.0.0.1", "::1")
_CLEAR = ("PLAINTEXT", "SASL_PLAINTEXT")
_LISTENER = re.compile(r"(?<![\w.-])([\w.-]++)://(\[[^\[\]]*\]|[^:,]*)(?::\d+)?")
_PASSWORD = re.compile(r"(?:.*\.)?(?:ssl\.(?:keystore|key|truststore)\.password|password|\w*secret)")
_JAAS = re.compile(r"\bpassword\s*=\s*\"([^\"]*)\"")

Config = dict[str, Setting]


def plaintext(config: Config) -> Iterator[Hit | Unknown]:
    mapped = config.get("listener.security.protocol.map")
    protocols = {
        name.strip().upper(): protocol.strip().upper()
        for name, _, protocol in (pair.partition(":") for pair in (mapped.value.split(",") if mapped else ()))
    }
    for key in ("listeners", "advertised.listeners"):
        setting = config.get(key)
        if setting is None or (key == "advertised.listeners" and "listeners" in config):
            continue
        for name, host in _LISTENER.findall(setting.value):
            protocol = protocols.get(name.upper(), name.upper())
            if protocol not in _CLEAR or host.strip("[]") in _LOCAL:
                continue
            if is_filled_in(host):
                yield Unknown(setting.value_at.line, f"the host is {short(host)}")
                continue
            yield hit(
                setting.value_at,
                f"the listener {short(name)} takes {protocol} on {short(host) or 'every address'}",
                fix=f"`{key}=SASL_SSL://{short(host)}:9093`",
                subject=f"{key} {name} {host}",
            )
    for key in ("security.inter.broker.protocol", "security.protocol", "producer.security.protocol"):
        setting = config.get(key)
        if setting and setting.value.upper() in _CLEAR and not _is_local(config):
            yield hit(
                setting.value_at, f"{key} is {setting.value.upper()}", fix=f"`{key}=SASL_SSL`", subject=f"{key} clear"
            )


def _is_local(config: Config) -> bool:
    servers = config.get("bootstrap.servers")
    if servers is None:
        return False
    return all(part.strip().rpartition(":")[0] in _LOCAL for part in servers.value.split(","))


def no_acl(config: Config) -> Iterator[Hit | Unknown]:
    open_setting = config.get("allow.everyone.if.no.acl.found")
    if open_setting and switch(open_setting.value):
        yield hit(
            open_setting.value_at,
            "topics without an ACL are open to everybody",
            fix="`allow.everyone.if.no.acl.found=false`",
            subject="allow.everyone.if.no.acl.found",
        )
    users = config.get("super.users")
    if users and "User:ANONYMOUS" in users.value.split(";"):
        yield hit(users.value_at, "strangers may do everything", fix="Remove `User:ANONYMOUS`.", subject="ANONYMOUS")


def no_hostname_check(config: Config) -> Iterator[Hit | Unknown]:
    for key, setting in config.items():
        if key.endswith("ssl.endpoint.identification.algorithm") and not setting.value and not setting.bare:
            yield hit(setting.at, "the name in the certificate is not checked", fix=f"Remove `{key}`.", subject=key)


def plain_password(config: Config) -> Iterator[Hit | Unknown]:
    for key, setting in config.items():
        found = _JAAS.search(setting.value) if key.endswith("sasl.jaas.config") else None
        text = found[1] if found else setting.value if _PASSWORD.fullmatch(key) else ""
        if not text or is_filled_in(text) or text.startswith("<"):
            continue
        plain = is_stand_in(text)
        yield hit(
            setting.value_at,
            f"the password of {short(key)} stands here",
            subject=key,
            severity=Severity.MEDIUM if plain else None,
            confidence=Confidence.MEDIUM if plain else None,
        )


RULES = (
    (PLAINTEXT, plaintext),
    (NO_ACL, no_acl),
    (NO_HOSTNAME_CHECK, no_hostname_check),
    (PLAIN_PASSWORD, plain_password),
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


_MARKS = (
    "listeners",
    "bootstrap.servers",
    "security.",
    "ssl.",
    "sasl.",
    "allow.everyone",
    "super.users",
    "authorizer.",
)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find; nothing where a properties file is not Kafka's."""
    config = {setting.key: setting for setting in read(text, PROPERTIES)}
    if not any(key.startswith(_MARKS) for key in config) and "kafka" not in text:
        return
    for rule, check in RULES:
        yield from ((rule, found) for found in check(config))
