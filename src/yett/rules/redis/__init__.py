"""Rules for redis.conf and sentinel.conf (Valkey and KeyDB read the same), and for the addresses of such servers."""

from __future__ import annotations

from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.model import Action, Confidence, Hit, Rule, Severity, Unknown
from yett.parse import dsn
from yett.parse.jinja import conditional
from yett.parse.keyvalue import DOTENV, PROPERTIES, REDIS, Setting, is_filled_in, is_template, name_of, read, words
from yett.parse.source import Span
from yett.parse.tree import Tree
from yett.rules.credentials import is_stand_in
from yett.rules.hits import hit, short, soften

EXAMPLE = "redis.conf"

_SECURITY = "https://redis.io/docs/latest/operate/oss_and_stack/management/security/"
_ACL = "https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/"

NO_AUTH = Rule(
    id="redis/no-auth",
    title="Redis without a password",
    severity=Severity.CRITICAL,
    why="Whoever reaches the port reads and changes sessions and carts, and with CONFIG or MODULE runs programs on the "
    "server. Protected mode, which is on by default, is what refuses strangers as long as there is no password.",
    fix="`requirepass` or an `aclfile`, `protected-mode yes`, and `bind` to the private address.",
    refs=("CWE-306", "PCI DSS 8.3.1", "PCI DSS 2.2.2", _SECURITY),
    bad=(
        "# next\nprotected-mode no\nport 6379\n",
        "# next\nbind 0.0.0.0\n",
        "bind 10.0.1.5\n# next\nuser default on nopass ~* &* +@all\n",
        "bind 10.0.1.5 ::1\nrequirepass shop-cache\n# next\nuser worker on nopass ~jobs:* +@all\n",
    ),
    good=(
        "bind 127.0.0.1 -::1\nprotected-mode yes\n",
        "bind 0.0.0.0\nrequirepass ${REDIS_PASSWORD}\n",
        "protected-mode no\naclfile /etc/redis/users.acl\n",
        "bind * -::*\nuser default off\nuser shop on #" + "0" * 64 + " ~shop:* +@read +@write\n",
        "protected-mode no\nbind 127.0.0.1\n",
        "protected-mode no\ninclude /etc/redis/auth.conf\n",
        "protected-mode no\nport 0\nunixsocket /run/redis.sock\n",
    ),
)

NO_TLS = Rule(
    id="redis/no-tls",
    title="Redis in clear over the network",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Redis speaks plain text unless `tls-port` is set: sessions and the password cross the network in clear.",
    fix="`port 0`, `tls-port 6379`, `tls-cert-file` and `tls-key-file`.",
    refs=(
        "CWE-319",
        "PCI DSS 4.2.1",
        "https://redis.io/docs/latest/operate/oss_and_stack/management/security/encryption/",
    ),
    bad=(
        "# next\nbind 10.0.1.5\nrequirepass ${REDIS_PASSWORD}\n",
        "# next\ntls-auth-clients no\ntls-port 6379\nport 0\n",
    ),
    good=(
        "bind 10.0.1.5\nport 0\ntls-port 6379\n",
        "bind 127.0.0.1 ::1\n",
        "maxmemory 256mb\n",
        "bind 10.0.1.5\ninclude /etc/redis/tls.conf\n",
    ),
)

DANGEROUS_COMMANDS = Rule(
    id="redis/dangerous-commands",
    title="Commands that take the server over",
    severity=Severity.LOW,
    level=Action.INFO,
    why="DEBUG, MODULE and CONFIG read memory, load libraries and write files; a user with +@all may use them all.",
    fix="`user shop on … ~shop:* +@read +@write -@dangerous`, and `enable-debug-command no`, the default.",
    refs=("CWE-250", "PCI DSS 7.2.5", _ACL),
    bad=(
        "# next\nenable-debug-command yes\n# next\nenable-module-command yes\n",
        "# next\nuser shop on #" + "0" * 64 + " ~* +@all\n",
    ),
    good=(
        "enable-debug-command no\nenable-protected-configs local\n",
        "user shop on #" + "0" * 64 + " ~shop:* +@read +@write\nuser admin on #" + "0" * 64 + " ~* +@all -@dangerous\n",
    ),
)

PLAIN_PASSWORD = Rule(
    id="redis/plain-password",
    title="Password in redis.conf",
    severity=Severity.HIGH,
    why="Whoever reads the repository, now or in any later clone of it, can log in; Redis tries passwords so fast that "
    "a short one is guessed.",
    fix="Keep it out of the repository: `aclfile` with hashes (`ACL GENPASS` makes a password), or a file that is "
    "included and made at deploy time.",
    refs=("CWE-798", "PCI DSS 8.6.2", _SECURITY),
    bad=(
        "bind 127.0.0.1\n# next\nrequirepass q9Xv" + "T2kLm8Rw\n",
        "# next\nmasterauth q9Xv" + "T2kLm8Rw\n# next\nuser shop on >q9Xv" + "T2kLm8Rw ~shop:* +@read\n",
        "# next\nsentinel auth-pass shop q9Xv" + "T2kLm8Rw\n",
    ),
    good=(
        "requirepass ${REDIS_PASSWORD}\nmasterauth {{ redis_password }}\nuser shop on #" + "0" * 64 + " ~* +@read\n",
    ),
)

PLAIN_URL = Rule(
    id="redis/plain-url",
    title="Redis address without TLS, or with a password in it",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="`redis://` is plain text: over the network everybody on the way reads sessions and the password. A password "
    "in the address lies in the repository as well.",
    fix="`rediss://`, and the password from the environment.",
    refs=("CWE-319", "PCI DSS 4.2.1", "PCI DSS 8.6.2", _SECURITY),
    bad=(
        "# file: .env.production\n# next\nREDIS_URL=redis://cache.shop.example:6379/0\n",
        "# file: .env.production\n# next\nCACHE_URL=redis://:q9Xv" + "T2kLm8Rw@localhost:6379/1\n",
    ),
    good=(
        "# file: .env.production\nREDIS_URL=rediss://cache.shop.example:6379/0\nQUEUE_URL=redis://queue:6379\n"
        "LOCAL_URL=redis://localhost:6379\nOTHER=rediss://:${REDIS_PASSWORD}@cache.shop.example\n",
    ),
)


class Line(NamedTuple):
    """A directive in lower case with its arguments."""

    name: str
    arguments: tuple[str, ...]
    setting: Setting
    spans: tuple[Span, ...]


class Config:
    def __init__(self, text: str, path: str) -> None:
        self.is_sentinel = "sentinel" in name_of(path)
        self.whole = not is_template(text)
        self.lines: list[Line] = []
        for setting in read(text, REDIS):
            found = words(setting)
            self.lines.append(
                Line(setting.key.lower(), tuple(word for word, _ in found), setting, tuple(span for _, span in found))
            )

    def last(self, name: str) -> Line | None:
        return next((line for line in reversed(self.lines) if line.name == name), None)

    def every(self, *names: str) -> Iterator[Line]:
        return (line for line in self.lines if line.name in names)

    def value(self, name: str) -> str:
        line = self.last(name)
        return line.arguments[0] if line and line.arguments else ""


_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _open(config: Config) -> Line | None:
    """The bind line that goes beyond this machine."""
    bind = config.last("bind")
    if bind and any(each.lstrip("-") not in _LOOPBACK and not is_filled_in(each) for each in bind.arguments):
        return bind
    return None


def _is_local(config: Config) -> bool:
    bind = config.last("bind")
    return bind is not None and bool(bind.arguments) and _open(config) is None


def _has_password(config: Config) -> bool:
    if config.value("requirepass") or config.last("aclfile"):
        return True
    return any(
        line.arguments[:1] == ("default",)
        and ("off" in line.arguments or any(each[0] in ">#" for each in line.arguments))
        for line in config.every("user")
    )


def no_auth(config: Config) -> Iterator[Hit | Unknown]:
    for line in config.every("user"):
        if "nopass" in line.arguments and "on" in line.arguments and not _is_local(config):
            place = line.spans[line.arguments.index("nopass")]
            yield hit(
                place,
                f"{short(line.arguments[0])} needs no password",
                fix=f"`user {short(line.arguments[0])} on #…` with the hash of a password.",
                subject=f"user {line.arguments[0]}",
            )
    if _has_password(config) or any(config.every("user")):
        return
    closed = config.value("port") == "0" and not config.value("tls-port")
    protected = config.last("protected-mode")
    off = protected is not None and protected.arguments[:1] == ("no",)
    wide = _open(config)
    everywhere = (
        wide if wide and any(each.lstrip("-") in ("0.0.0.0", "*", "::", "::*") for each in wide.arguments) else None
    )
    found = protected if off and not _is_local(config) else everywhere
    if found is None or closed or (config.is_sentinel and not off):
        return
    if any(config.every("include")) or not config.whole:
        yield Unknown(found.setting.at.line, "an included file may set the password")
        return
    yield hit(
        found.setting.at,
        f"`{short(found.name + ' ' + ' '.join(found.arguments))}` with no password: whoever reaches the port is let in",
        fix="`requirepass` with a password that is passed in, and `protected-mode yes`.",
        subject=f"no auth {found.name}",
    )


def no_tls(config: Config) -> Iterator[Hit | Unknown]:
    clients = config.last("tls-auth-clients")
    if clients and clients.arguments[:1] == ("no",) and config.value("tls-port") not in ("", "0"):
        yield hit(
            clients.setting.at,
            "clients need no certificate",
            fix="`tls-auth-clients yes`, or `optional` with a password.",
            subject="tls-auth-clients",
            severity=Severity.LOW,
        )
    wide = _open(config)
    if wide is None or config.value("port") == "0" or config.value("tls-port") not in ("", "0"):
        return
    if any(config.every("include")) or not config.whole:
        yield Unknown(wide.setting.at.line, "an included file may set tls-port")
        return
    yield hit(
        wide.setting.at,
        f"the server speaks plain text on {short(' '.join(wide.arguments))}",
        fix="`port 0` and `tls-port 6379`.",
        subject="no tls-port",
    )


def dangerous_commands(config: Config) -> Iterator[Hit | Unknown]:
    for line in config.every("enable-debug-command", "enable-module-command", "enable-protected-configs"):
        if line.arguments[:1] == ("yes",):
            yield hit(line.setting.at, f"{line.name} is on for everybody", fix=f"`{line.name} no`", subject=line.name)
    for line in config.every("user"):
        rights = [each.lower() for each in line.arguments]
        limited = any(each.startswith("-") for each in rights)
        if "on" in rights and ("+@all" in rights or "allcommands" in rights) and not limited and "nopass" not in rights:
            yield hit(
                line.setting.at,
                f"{short(line.arguments[0])} may use every command",
                fix=f"`user {short(line.arguments[0])} … +@read +@write -@dangerous`.",
                subject=f"user {line.arguments[0]} +@all",
            )


def plain_password(config: Config) -> Iterator[Hit | Unknown]:
    for line in config.every("requirepass", "masterauth", "user", "sentinel"):
        for place, text, whose in _passwords(line):
            if not text or is_filled_in(text) or text.startswith(("<", "__")):
                continue
            plain = is_stand_in(text)
            yield hit(
                line.spans[place],
                f"{whose} stands here",
                fix="Include a file that is made at deploy time, or use `aclfile` with hashes.",
                subject=whose,
                severity=Severity.MEDIUM if plain else None,
                confidence=Confidence.MEDIUM if plain else None,
            )


def _passwords(line: Line) -> Iterator[tuple[int, str, str]]:
    match line.name:
        case "requirepass" | "masterauth" if line.arguments:
            yield 0, line.arguments[0], f"the value of {line.name}"
        case "user":
            for place, each in enumerate(line.arguments):
                if each.startswith(">"):
                    yield place, each[1:], f"the password of {short(line.arguments[0])}"
        case "sentinel" if len(line.arguments) > 2 and line.arguments[0].lower() == "auth-pass":
            yield 2, line.arguments[2], f"the password of {short(line.arguments[1])}"


RULES = (
    (NO_AUTH, no_auth),
    (NO_TLS, no_tls),
    (DANGEROUS_COMMANDS, dangerous_commands),
    (PLAIN_PASSWORD, plain_password),
)


def rules() -> tuple[Rule, ...]:
    return (*(rule for rule, _ in RULES), PLAIN_URL)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    name = name_of(path)
    if ".env" in name or name.endswith((".env", ".properties")):
        form = PROPERTIES if name.endswith(".properties") else DOTENV
        yield from ((PLAIN_URL, found) for found in _plain_urls(read(text, form)))
        return
    config = Config(text, path)
    maybe = conditional(text)
    for rule, check in RULES:
        for found in check(config):
            yield rule, soften(rule, found) if found.line in maybe else found


def _plain_urls(settings: tuple[Setting, ...]) -> Iterator[Hit]:
    for setting in settings:
        for address in dsn.find(setting.value):
            if address.scheme not in ("redis", "rediss"):
                continue
            written = address.password and not is_filled_in(address.password) and not is_stand_in(address.password)
            clear = address.scheme == "redis" and not dsn.is_local(address.host) and not is_filled_in(address.host)
            if written or clear:
                yield hit(
                    setting.value_at,
                    f"{short(setting.key)} "
                    + ("holds a password" if written else f"goes to {short(address.host)} in clear"),
                    fix=f"`{short(setting.key)}=rediss://…`, with the password from the environment.",
                    subject=f"{setting.key} {address.scheme} {address.host}",
                )
