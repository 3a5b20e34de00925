"""Rules for Spring Boot's application.properties and application.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.model import Action, Confidence, Hit, Rule, Severity, Unknown
from yett.parse import dotted, dsn
from yett.parse.keyvalue import PROPERTIES, Setting, is_filled_in, name_of, read, switch
from yett.parse.tree import Tree
from yett.rules.credentials import is_setting, is_stand_in, means_secret
from yett.rules.hits import hit, short

EXAMPLE = "application.properties"

ACTUATOR = Rule(
    id="spring/actuator",
    title="Actuator shows the inside of the application",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="env and configprops list settings, heapdump is the memory with every password and card in it, shutdown ends "
    "the program. By default nothing but health is exposed over HTTP.",
    fix="`management.endpoints.web.exposure.include=health,info`, or `management.server.address=127.0.0.1`.",
    refs=("CWE-200", "PCI DSS 2.2.4", "https://docs.spring.io/spring-boot/reference/actuator/endpoints.html"),
    bad=(
        "# next\nmanagement.endpoints.web.exposure.include=*\n",
        "# next\nmanagement.endpoints.web.exposure.include=health,heapdump,env\n",
        "# file: application.yml\nmanagement:\n  endpoints:\n    web:\n      exposure:\n"
        '        include: "*" # <- here\n  endpoint:\n    shutdown:\n      enabled: true # <- here\n',
        "# next\nmanagement.security.enabled=false\n# next\nmanagement.endpoint.env.show-values=ALWAYS\n",
    ),
    good=(
        "management.endpoints.web.exposure.include=health,info,prometheus\n",
        "management.endpoints.web.exposure.include=*\nmanagement.server.address=127.0.0.1\n",
        "# file: application.yml\nmanagement:\n  endpoints:\n    web:\n      exposure:\n        include: [health]\n",
        "management.endpoints.web.exposure.include=${ENDPOINTS}\n",
        "# file: application-dev.properties\nmanagement.endpoints.web.exposure.include=*\n",
    ),
)

H2_CONSOLE = Rule(
    id="spring/h2-console",
    title="Database console on the web",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="The console runs any SQL, and through H2's functions any Java; its default login is sa without a password.",
    fix="`spring.h2.console.enabled=false`, or keep it to `application-dev.properties`.",
    refs=("CWE-489", "PCI DSS 2.2.4", "https://docs.spring.io/spring-boot/reference/data/sql.html"),
    bad=("# next\nspring.h2.console.enabled=true\n",),
    good=(
        "spring.h2.console.enabled=false\n",
        "# file: application-test.properties\nspring.h2.console.enabled=true\n",
        "# file: application.yml\nspring:\n  h2.console.enabled: true\n  config.activate.on-profile: dev\n",
    ),
)

ERROR_DETAILS = Rule(
    id="spring/error-details",
    title="Stack traces in answers",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A stack trace tells which libraries and tables there are. By default there is none.",
    fix="`server.error.include-stacktrace=never`.",
    refs=("CWE-209", "PCI DSS 6.2.4", "https://docs.spring.io/spring-boot/appendix/application-properties/index.html"),
    bad=("# next\nserver.error.include-stacktrace=always\n",),
    good=("server.error.include-stacktrace=never\nserver.error.include-message=always\n",),
)

PLAIN_PASSWORD = Rule(
    id="spring/plain-password",
    title="Password in the application's settings",
    severity=Severity.HIGH,
    why="Whoever reads the repository, now or in any later clone of it, can log in; the file is in the jar as well.",
    fix="`${DB_PASSWORD}`, set in the environment, or `spring.config.import=vault://`; change the committed one.",
    refs=(
        "CWE-798",
        "PCI DSS 8.6.2",
        "https://docs.spring.io/spring-boot/reference/features/external-config.html",
    ),
    bad=(
        "# next\nspring.datasource.password=q9Xv" + "T2kLm8Rw\n",
        "# file: application.yml\nspring:\n  datasource:\n    password: q9Xv" + "T2kLm8Rw # <- here\n",
        "# next\nspring.datasource.password=root\n",
        "# next\nspring.security.user.password=q9Xv" + "T2kLm8Rw\n",
    ),
    good=(
        "spring.datasource.password=${DB_PASSWORD}\nspring.mail.password=\njasypt.secret=ENC(abcdef)\n",
        "spring.security.user.password={bcrypt}$2a$10$abcdef\nreset.password.url=https://shop.example/reset\n",
        "# file: src/test/resources/application.properties\nspring.datasource.password=sa\n",
        "spring.mail.password=XXXXXXXXXXXX\nspring.datasource.password=******\n",
    ),
)

INSECURE_COOKIE = Rule(
    id="spring/insecure-cookie",
    title="Session cookie without its guards",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A cookie without Secure is sent over plain HTTP, one without HttpOnly is read by scripts.",
    fix="`server.servlet.session.cookie.secure=true` and `.http-only=true`.",
    refs=("CWE-614", "CWE-1004", "PCI DSS 6.2.4", "https://docs.spring.io/spring-boot/reference/web/servlet.html"),
    bad=(
        "# next\nserver.servlet.session.cookie.secure=false\n# next\nserver.servlet.session.cookie.http-only=false\n",
    ),
    good=("server.servlet.session.cookie.secure=true\nserver.servlet.session.cookie.httpOnly=true\n",),
)

SECURITY_OFF = Rule(
    id="spring/security-off",
    title="A guard is switched off",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Logins, protection against forged requests or the check of certificates are on by default, and off here.",
    fix="Remove the line.",
    refs=("CWE-352", "CWE-295", "PCI DSS 6.2.4", "https://docs.spring.io/spring-security/reference/index.html"),
    bad=(
        "# next\nsecurity.basic.enabled=false\n# next\nsecurity.enable-csrf=false\n",
        "# next\nserver.ssl.enabled=false\n# next\neureka.client.tls.trust-all=true\n",
        "# next\nspring.datasource.url=jdbc:mysql://db.shop.example/shop?useSSL=false\n",
    ),
    good=(
        "server.ssl.enabled=true\nspring.datasource.url=jdbc:mysql://localhost/shop?useSSL=false\n",
        "spring.datasource.url=jdbc:postgresql://db.shop.example/shop?sslmode=verify-full\n",
    ),
)


class Option(NamedTuple):
    """A setting; `key` in lower case, without `-` and `_`, as Spring's relaxed binding compares it."""

    key: str
    setting: Setting


class Config(NamedTuple):
    """`tries` says that the settings are for development or tests."""

    options: tuple[Option, ...]
    tries: bool

    def value(self, key: str) -> str:
        return next((option.setting.value for option in reversed(self.options) if option.key == key), "")


_TRIES = re.compile(
    r"[-_./](?:dev\w*|tests?|testing|local\w*|ci|it|integration\w*|e2e|h2|docker-?local|example|sample|demo)[-_./]"
)
_PROFILES = ("spring.config.activate.onprofile", "spring.profiles")


def configs(text: str, path: str) -> Iterator[Config]:
    """The documents of a file, each with what it is for."""
    is_yaml = name_of(path).endswith((".yml", ".yaml"))
    settings = dotted.read(text) if is_yaml else _documents(text)
    found: dict[str, list[Option]] = {}
    for setting in settings:
        key = setting.key.lower().replace("-", "").replace("_", "").removesuffix("[]")
        found.setdefault(setting.section, []).append(Option(key, setting))
    outside = _TRIES.search("/" + path.lower()) is not None
    for options in found.values():
        profile = next((option.setting.value for option in options if option.key in _PROFILES), "")
        yield Config(tuple(options), outside or _TRIES.search(f"-{profile.lower()}-") is not None)


def _documents(text: str) -> tuple[Setting, ...]:
    """A line `#---` or `!---` begins another document."""
    marks = [number for number, line in enumerate(text.split("\n"), 1) if line.rstrip() in ("#---", "!---")]
    return tuple(
        setting._replace(section=str(sum(mark < setting.at.line for mark in marks)) if marks else "")
        for setting in read(text, PROPERTIES)
    )


_SHOWN = "management.endpoints.web.exposure.include"
_SENSITIVE = frozenset(
    (
        *("*", "env", "heapdump", "threaddump", "shutdown", "configprops", "logfile", "beans", "mappings", "loggers"),
        *("jolokia", "gateway", "httptrace", "httpexchanges", "sessions", "trace", "dump", "restart", "refresh"),
        *("auditevents", "flyway", "liquibase"),
    )
)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def actuator(config: Config) -> Iterator[Hit | Unknown]:
    if config.tries or config.value("management.server.address") in _LOOPBACK:
        return
    for option in config.options:
        value = option.setting.value
        if option.key == _SHOWN:
            shown = [part.strip().strip("\"'").lower() for part in value.strip("[]").split(",")]
            bad = [part for part in shown if part in _SENSITIVE]
            if is_filled_in(value):
                yield Unknown(option.setting.value_at.line, f"what is exposed is {short(value)}")
            elif bad:
                what = "every endpoint" if "*" in bad else ", ".join(bad)
                yield hit(
                    option.setting.value_at,
                    f"the actuator exposes {short(what)}",
                    fix=f"`{short(option.setting.key)}` with `health,info`.",
                    subject=f"exposure {' '.join(bad)}",
                    severity=Severity.HIGH if {"*", "heapdump", "env", "shutdown", "jolokia"} & set(bad) else None,
                )
        elif _is_open(option.key, value):
            yield hit(
                option.setting.value_at,
                f"{short(option.setting.key)} is {short(value)}",
                fix=f"Remove `{short(option.setting.key)}`.",
                subject=option.key,
            )


_ENDPOINT = re.compile(r"management\.endpoint\.(\w+)\.(\w+)|endpoints\.(\w+)\.(\w+)|endpoints\.(\w+)")


def _is_open(key: str, value: str) -> bool:
    if key == "management.security.enabled":
        return switch(value) is False
    match = _ENDPOINT.fullmatch(key)
    if match is None:
        return False
    if match[5]:
        return match[5] == "sensitive" and switch(value) is False
    name, option = (match[1], match[2]) if match[1] else (match[3], match[4])
    if option in ("enabled", "access"):
        return name in ("shutdown", "heapdump", "env") and (switch(value) is True or value == "unrestricted")
    if option == "showvalues":
        return value.lower() == "always"
    return option == "sensitive" and name != "health" and switch(value) is False


def _switched(config: Config, key: str, values: tuple[str, ...]) -> Iterator[Setting]:
    return (
        option.setting
        for option in config.options
        if option.key == key and option.setting.value.strip().lower() in values
    )


def h2_console(config: Config) -> Iterator[Hit | Unknown]:
    if not config.tries:
        for setting in _switched(config, "spring.h2.console.enabled", ("true",)):
            yield hit(
                setting.value_at, "the H2 console is on", fix=f"`{short(setting.key)}=false`", subject="h2 console"
            )


def error_details(config: Config) -> Iterator[Hit | Unknown]:
    if not config.tries:
        for key in ("server.error.includestacktrace", "spring.web.error.includestacktrace"):
            for setting in _switched(config, key, ("always",)):
                yield hit(
                    setting.value_at,
                    "answers hold stack traces",
                    fix=f"`{short(setting.key)}=never`",
                    subject="stacktrace",
                )


_HIDDEN = re.compile(r"(?i)ENC\(|\{(?!noop\})\w[\w@-]*\}|vault:|encrypted:|arn:|sm://|[<#]|classpath:|secret(?:s)?://")


_CROSSED_OUT = re.compile(r"[xX]{3,}|[*?#_.-]{2,}")
"""What is written where a value was taken out."""


def plain_password(config: Config) -> Iterator[Hit | Unknown]:
    for option in config.options:
        value = option.setting.value
        last = option.setting.key.removesuffix("[]").rpartition(".")[2]
        if not value or not means_secret(last.replace("-", "_")) or _HIDDEN.match(value):
            continue
        if is_filled_in(value) or value.startswith("@") or _CROSSED_OUT.fullmatch(value):
            continue
        database = last.lower() in ("password", "passwd")
        if is_setting(value) and not database:
            continue
        plain = is_stand_in(value)
        if value.lower() in ("true", "false", "none", "null") or (plain and (config.tries or not database)):
            continue
        yield hit(
            option.setting.value_at,
            f"the value of {short(option.setting.key)} stands here",
            fix=f"`{short(option.setting.key)}=${{{_variable(option.setting.key)}}}`, and change the committed one.",
            subject=option.key,
            severity=Severity.MEDIUM if plain or config.tries else None,
            confidence=Confidence.MEDIUM if plain or config.tries else None,
        )


def _variable(key: str) -> str:
    return re.sub(r"\W+", "_", key).strip("_").upper()[:60]


def insecure_cookie(config: Config) -> Iterator[Hit | Unknown]:
    if config.tries:
        return
    for prefix in ("server.servlet.session.cookie", "server.session.cookie", "server.reactive.session.cookie"):
        for name in ("secure", "httponly"):
            for setting in _switched(config, f"{prefix}.{name}", ("false",)):
                yield hit(
                    setting.value_at, f"{short(setting.key)} is off", fix=f"`{short(setting.key)}=true`", subject=name
                )


_OFF = (
    ("security.basic.enabled", ("false",)),
    ("security.enablecsrf", ("false",)),
    ("server.ssl.enabled", ("false",)),
    ("eureka.client.tls.trustall", ("true",)),
    ("spring.cloud.config.server.git.skipsslvalidation", ("true",)),
    ("spring.ldap.embedded.validation.enabled", ()),
    ("zuul.sslhostnamevalidationenabled", ("false",)),
    ("spring.cloud.gateway.httpclient.ssl.useinsecuretrustmanager", ("true",)),
    ("spring.kafka.properties.ssl.endpoint.identification.algorithm", ("",)),
)
_CLEAR = {
    "usessl": ("false",),
    "ssl": ("false",),
    "sslmode": ("disable", "disabled"),
    "encrypt": ("false",),
    "trustservercertificate": ("true",),
    "verifyservercertificate": ("false",),
}


def security_off(config: Config) -> Iterator[Hit | Unknown]:
    if config.tries:
        return
    for key, values in _OFF:
        for setting in _switched(config, key, values):
            yield hit(
                setting.value_at if setting.value else setting.at,
                f"{short(setting.key)} is {short(setting.value) or 'empty'}",
                fix=f"Remove `{short(setting.key)}`.",
                subject=key,
            )
    for option in config.options:
        if not option.key.endswith("url"):
            continue
        for address in dsn.find(option.setting.value):
            found = next((name for name, bad in _CLEAR.items() if address.options.get(name, "").lower() in bad), "")
            if found and not dsn.is_local(address.host) and not is_filled_in(address.host):
                yield hit(
                    option.setting.value_at,
                    f"{short(option.setting.key)} goes to {short(address.host)} with {found}={address.options[found]}",
                    fix="`sslmode=verify-full` for PostgreSQL, `sslMode=VERIFY_IDENTITY` for MySQL.",
                    subject=f"{option.key} {found}",
                )


RULES = (
    (ACTUATOR, actuator),
    (H2_CONSOLE, h2_console),
    (ERROR_DETAILS, error_details),
    (PLAIN_PASSWORD, plain_password),
    (INSECURE_COOKIE, insecure_cookie),
    (SECURITY_OFF, security_off),
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find. Raises `ParseError` for YAML that cannot be read."""
    for config in configs(text, path):
        for rule, check in RULES:
            yield from ((rule, found) for found in check(config))
