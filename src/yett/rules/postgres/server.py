"""How the server listens, encrypts and logs, by postgresql.conf."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity, Unknown
from yett.parse.keyvalue import POSTGRES, Setting, is_filled_in, read, switch
from yett.parse.tree import Tree
from yett.rules.hits import hit, short
from yett.rules.postgres.hba import MD5_PASSWORDS

SSL_OFF = Rule(
    id="postgres/ssl-off",
    title="Server without TLS",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="`ssl` is off by default. A server that listens on more than the loopback then sends queries, rows and, with "
    "md5 or password, what logs in across the network in clear.",
    fix="`ssl = on` with `ssl_cert_file` and `ssl_key_file`.",
    refs=("CWE-319", "PCI DSS 4.2.1", "https://www.postgresql.org/docs/current/ssl-tcp.html"),
    bad=(
        "listen_addresses = '10.0.1.5'\nssl = off # <- here\n",
        "listen_addresses = '*' # <- here\nmax_connections = 200\n",
        "ssl = off # <- here\n",
    ),
    good=(
        "listen_addresses = '*'\nssl = on\n",
        "max_connections = 200\n#ssl = off\n",
        "listen_addresses = 'localhost'\nssl = off\n",
        "ssl = off\nssl = on\n",
        "listen_addresses = '*'\ninclude 'tls.conf'\n",
        "# file: postgresql.conf\nlisten_addresses = '*'\ninclude_dir 'conf.d'\n# file: conf.d/tls.conf\nssl = on\n",
        "listen_addresses = '*'\nssl = {{ ssl }}\n",
    ),
)

WEAK_TLS = Rule(
    id="postgres/weak-tls",
    title="Outdated TLS or ciphers",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="TLS 1.0 and 1.1 are broken and forbidden for card data; the default of ssl_min_protocol_version is TLSv1.2 "
    "since PostgreSQL 12. Export, NULL, RC4, DES and anonymous ciphers protect nothing.",
    fix="`ssl_min_protocol_version = 'TLSv1.2'`, and `ssl_ciphers = 'HIGH:!aNULL'`.",
    refs=("CWE-327", "PCI DSS 4.2.1", "https://www.postgresql.org/docs/current/runtime-config-connection.html"),
    bad=(
        "ssl_min_protocol_version = 'TLSv1' # <- here\n",
        "ssl_ciphers = 'ALL:RC4-SHA:NULL' # <- here\n",
    ),
    good=(
        "ssl_min_protocol_version = 'TLSv1.3'\nssl_ciphers = 'HIGH:MEDIUM:!3DES:!aNULL:!RC4'\n",
        "ssl_max_protocol_version = ''\n",
    ),
)

LISTEN_ALL = Rule(
    id="postgres/listen-all",
    title="Server listens on every address",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why="The port is open on every network the machine is in, with no more than pg_hba.conf and a firewall in front. "
    "The default is localhost; in a container `*` is usual.",
    fix="`listen_addresses = 'localhost, 10.0.1.5'`, with the private address.",
    refs=("CWE-668", "PCI DSS 1.4.4", "https://www.postgresql.org/docs/current/runtime-config-connection.html"),
    bad=("ssl = on\nlisten_addresses = '*' # <- here\n", "ssl = on\nlisten_addresses = '0.0.0.0, ::1' # <- here\n"),
    good=("ssl = on\nlisten_addresses = 'localhost, 10.0.1.5'\n", "#listen_addresses = '*'\nlisten_addresses = ''\n"),
)

NO_AUDIT = Rule(
    id="postgres/no-audit",
    title="Logins and statements leave no trace",
    severity=Severity.LOW,
    level=Action.WARN,
    confidence=Confidence.MEDIUM,
    why="Who logged in, and what was changed, cannot be told afterwards. log_connections and log_disconnections are "
    "off and log_statement is none by default; only what is switched off by hand is named here.",
    fix="`log_connections = on`, `log_disconnections = on`, `log_statement = 'ddl'`, and pgaudit in "
    "`shared_preload_libraries`.",
    refs=("CWE-778", "PCI DSS 10.2.1", "https://www.postgresql.org/docs/current/runtime-config-logging.html"),
    bad=("log_connections = off # <- here\nlog_disconnections = off # <- here\nlog_statement = 'none' # <- here\n",),
    good=(
        "log_connections = on\nlog_disconnections = on\nlog_statement = 'ddl'\n",
        "log_connections = on\nlog_disconnections = on\nlog_statement = 'none'\nshared_preload_libraries = 'pgaudit'\n",
        "#log_connections = off\n",
    ),
)

UNSAFE_STRINGS = Rule(
    id="postgres/unsafe-strings",
    title="Backslashes escape in strings",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="With standard_conforming_strings off or backslash_quote on, `\\'` ends no string: escaping that doubles "
    "quotes, as most code does, lets SQL in. The defaults are on and safe_encoding.",
    fix="`standard_conforming_strings = on` and `backslash_quote = safe_encoding`.",
    refs=("CWE-89", "PCI DSS 6.2.4", "https://www.postgresql.org/docs/current/runtime-config-compatible.html"),
    bad=("standard_conforming_strings = off # <- here\nbackslash_quote = on # <- here\n",),
    good=("standard_conforming_strings = on\nbackslash_quote = safe_encoding\n",),
)

_MAX_FILES = 50


class Config:
    """The settings that hold: the last of each name, includes in their places. Names are in lower case."""

    def __init__(self, text: str, path: str, tree: Tree) -> None:
        self.path = path
        self.whole = True
        self._tree = tree
        self._seen: set[str] = set()
        self._last: dict[str, tuple[str, Setting]] = {}
        self._take(text, path)

    def _take(self, text: str, path: str) -> None:
        self._seen.add(path)
        for setting in read(text, POSTGRES):
            key = setting.key.lower()
            if key.startswith("include"):
                self._include(key, setting.value, path)
            elif "{%" in key or "{%" in setting.value or "{{" in key or "<%" in key:
                self.whole = False
            else:
                self._last[key] = path, setting

    def _include(self, key: str, name: str, path: str) -> None:
        at = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        files: tuple[str, ...] = (at,)
        if key == "include_dir":
            files = tuple(each for each in self._tree.folder(at) if each.endswith(".conf"))
            self.whole = self.whole and bool(files)
        for file in files:
            text = self._tree.text(file)
            if text is None:
                self.whole = self.whole and key == "include_if_exists"
            elif file not in self._seen and len(self._seen) < _MAX_FILES:
                self._take(text, file)

    def get(self, name: str) -> Setting | None:
        found = self._last.get(name)
        return found[1] if found else None

    def own(self, name: str) -> Setting | None:
        """The setting that holds, where it stands in this very file."""
        found = self._last.get(name)
        return found[1] if found and found[0] == self.path else None


_LOOPBACK = ("localhost", "127.0.0.1", "::1", "")


def _listens(config: Config) -> bool | None:
    """Whether the server listens beyond the machine; None where that is not known."""
    setting = config.get("listen_addresses")
    if setting is None:
        return None
    if is_filled_in(setting.value):
        return None
    return any(part.strip() not in _LOOPBACK for part in setting.value.split(","))


def ssl_off(config: Config) -> Iterator[Hit | Unknown]:
    ssl = config.get("ssl")
    if ssl is not None:
        if config.own("ssl") is None:
            return
        if is_filled_in(ssl.value):
            yield Unknown(ssl.value_at.line, f"ssl is {short(ssl.value)}")
        elif switch(ssl.value) is False and _listens(config) is not False:
            yield hit(ssl.value_at, "TLS is off", fix="`ssl = on`", subject="ssl off")
        return
    listen = config.own("listen_addresses")
    if listen is None or not _listens(config):
        return
    if not config.whole:
        yield Unknown(listen.value_at.line, "an included file that is not here may set ssl")
        return
    yield hit(
        listen.value_at,
        f"the server listens on {short(listen.value)}, and ssl is off by default",
        fix="`ssl = on`",
        subject="ssl absent",
    )


def weak_tls(config: Config) -> Iterator[Hit | Unknown]:
    lowest = config.own("ssl_min_protocol_version")
    if lowest and lowest.value.lower() in ("tlsv1", "tlsv1.0", "tlsv1.1", ""):
        yield hit(
            lowest.value_at,
            f"clients may use {short(lowest.value) or 'any version of TLS'}",
            fix="`ssl_min_protocol_version = 'TLSv1.2'`",
            subject=f"ssl_min_protocol_version {lowest.value}",
        )
    ciphers = config.own("ssl_ciphers")
    if ciphers:
        weak = [part for part in ciphers.value.replace(",", ":").split(":") if _is_weak(part.strip())]
        if weak:
            yield hit(
                ciphers.value_at,
                f"ssl_ciphers takes {short(', '.join(weak))}",
                fix="`ssl_ciphers = 'HIGH:!aNULL'`",
                subject=f"ssl_ciphers {' '.join(weak)}",
            )


_WEAK = ("NULL", "RC4", "EXP", "LOW", "ADH", "AECDH", "DES-CBC", "MD5", "COMPLEMENTOFALL")


def _is_weak(cipher: str) -> bool:
    low = cipher.upper()
    if not cipher or low[0] in "!-":
        return False
    return low in ("ALL", "DES", "3DES", "ENULL", "ANULL", "EXPORT") or any(mark in low for mark in _WEAK)


def listen_all(config: Config) -> Iterator[Hit | Unknown]:
    setting = config.own("listen_addresses")
    if setting and any(part.strip() in ("*", "0.0.0.0", "::") for part in setting.value.split(",")):
        yield hit(
            setting.value_at,
            f"the server listens on {short(setting.value)}",
            fix="`listen_addresses = 'localhost, …'`, with the private address of this machine.",
            subject="listen_addresses",
        )


def no_audit(config: Config) -> Iterator[Hit | Unknown]:
    preload = config.get("shared_preload_libraries")
    audited = preload is not None and "pgaudit" in preload.value.lower()
    for name in ("log_connections", "log_disconnections", "log_statement"):
        setting = config.own(name)
        if setting is None or setting.bare or (audited and name == "log_statement"):
            continue
        if switch(setting.value) is False or (name == "log_connections" and not setting.value):
            good = "'ddl'" if name == "log_statement" else "on"
            yield hit(
                setting.value_at, f"{name} is {short(setting.value)}", fix=f"`{name} = {good}`", subject=f"{name} off"
            )


def unsafe_strings(config: Config) -> Iterator[Hit | Unknown]:
    for name, bad, good in (("standard_conforming_strings", False, "on"), ("backslash_quote", True, "safe_encoding")):
        setting = config.own(name)
        if setting and not setting.bare and switch(setting.value) is bad:
            yield hit(
                setting.value_at, f"{name} is {short(setting.value)}", fix=f"`{name} = {good}`", subject=f"{name}"
            )


def md5_passwords(config: Config) -> Iterator[Hit | Unknown]:
    setting = config.own("password_encryption")
    # `on` meant MD5 until PostgreSQL 13 as well.
    if setting and setting.value.lower() in ("md5", "on", "off", "true", "false"):
        yield hit(
            setting.value_at,
            f"passwords are kept as {short(setting.value)}",
            fix="`password_encryption = 'scram-sha-256'`",
            subject="password_encryption",
        )


RULES = (
    (SSL_OFF, ssl_off),
    (WEAK_TLS, weak_tls),
    (LISTEN_ALL, listen_all),
    (NO_AUDIT, no_audit),
    (UNSAFE_STRINGS, unsafe_strings),
    (MD5_PASSWORDS, md5_passwords),
)
