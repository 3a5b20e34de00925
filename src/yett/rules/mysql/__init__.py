"""Rules for the option files of MySQL and MariaDB: my.cnf, mysqld.cnf, conf.d."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity, Unknown
from yett.parse.jinja import conditional
from yett.parse.keyvalue import MYSQL, Setting, is_filled_in, is_template, read, switch
from yett.parse.tree import Tree
from yett.rules.credentials import is_stand_in
from yett.rules.hits import hit, short, soften

EXAMPLE = "my.cnf"

_VARIABLES = "https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html"
_OPTIONS = "https://dev.mysql.com/doc/refman/8.4/en/server-options.html"

SKIP_GRANT_TABLES = Rule(
    id="mysql/skip-grant-tables",
    title="Server without accounts",
    severity=Severity.CRITICAL,
    why="The server reads no accounts: everybody who reaches it may do everything, without a password.",
    fix="Remove the line; to reset a password, use `--init-file` once.",
    refs=("CWE-306", "PCI DSS 8.3.1", _OPTIONS),
    bad=("[mysqld]\nskip-grant-tables # <- here\n", "[mysqld]\nskip_grant_tables = 1 # <- here\n"),
    good=("[mysqld]\n#skip-grant-tables\nskip-grant-tables = 0\nskip-name-resolve\n",),
)

NO_SECURE_TRANSPORT = Rule(
    id="mysql/no-secure-transport",
    title="Server accepts connections without TLS",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="`require_secure_transport` is off by default: a client that asks for no TLS gets none, and queries and rows "
    "cross the network in clear. TLS 1.0 and 1.1 are broken.",
    fix="`require_secure_transport = ON` and `tls_version = TLSv1.2,TLSv1.3`.",
    refs=(
        "CWE-319",
        "PCI DSS 4.2.1",
        "https://dev.mysql.com/doc/refman/8.4/en/using-encrypted-connections.html",
    ),
    bad=(
        "[mysqld]\nbind-address = 0.0.0.0 # <- here\n",
        "[mysqld]\nskip-ssl # <- here\n",
        "[mysqld]\nssl = 0 # <- here\ntls_version = TLSv1,TLSv1.2 # <- here\n",
        "[mysqld]\nrequire_secure_transport = OFF # <- here\n",
        "[client]\nssl-mode = DISABLED # <- here\n",
    ),
    good=(
        "[mysqld]\nbind-address = 0.0.0.0\nrequire_secure_transport = ON\ntls_version = TLSv1.2,TLSv1.3\n",
        "[mysqld]\nbind-address = 127.0.0.1\n",
        "[mysqld]\nmax_connections = 500\n",
        "# file: my.cnf\n[mysqld]\nbind-address = *\n!includedir conf.d\n"
        "# file: conf.d/tls.cnf\n[mysqld]\nrequire-secure-transport = 1\n",
        "[client]\nssl-mode = VERIFY_IDENTITY\n",
        "[mysqld]\nrequire_secure_transport = ${TLS}\n",
    ),
)

LOCAL_INFILE = Rule(
    id="mysql/local-infile",
    title="SQL may read and write files",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="With local_infile a hostile server reads files of its clients, and injected SQL those of the application; an "
    "empty secure_file_priv lets FILE write anywhere, as into the web root. MySQL 8 has local_infile off by default.",
    fix="`local_infile = OFF`, and `secure_file_priv` set to one directory or to NULL.",
    refs=("CWE-73", "PCI DSS 2.2.4", "https://dev.mysql.com/doc/refman/8.4/en/load-data-local-security.html"),
    bad=(
        '[mysqld]\nlocal-infile = 1 # <- here\nsecure_file_priv = "" # <- here\n',
        "[mysql]\nloose-local-infile = ON # <- here\n",
        "[mysqld]\nlocal-infile # <- here\n",
    ),
    good=("[mysqld]\nlocal-infile = 0\nsecure_file_priv = /var/lib/mysql-files\n", "[mysqld]\nskip-local-infile\n"),
)

PASSWORD_IN_CNF = Rule(
    id="mysql/password-in-cnf",
    title="Password in an option file",
    severity=Severity.HIGH,
    why="Whoever reads the repository, now or in any later clone of it, can log in.",
    fix="`mysql_config_editor set --login-path=shop --password`, or a file that is made at deploy time; change the "
    "password that was committed.",
    refs=("CWE-798", "PCI DSS 8.6.2", "https://dev.mysql.com/doc/refman/8.4/en/password-security-user.html"),
    bad=(
        "[client]\nuser = shop\npassword = q9Xv" + "T2kLm8Rw # <- here\n",
        "[mysqldump]\npassword = 'q9Xv" + "T2kLm8Rw' # <- here\n",
    ),
    good=(
        "[client]\nuser = shop\npassword\n",
        "[client]\npassword = ${MYSQL_PASSWORD}\n[mysqldump]\npassword = {{ vault_password }}\n",
        "[client]\npassword =\nport = 3306\n",
    ),
)

WEAK_AUTH_PLUGIN = Rule(
    id="mysql/weak-auth-plugin",
    title="Weak passwords or password hashes",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="mysql_native_password keeps an unsalted SHA-1, which is cracked by the billion a second; old_passwords is "
    "weaker still. A policy of LOW, or fewer than 12 characters, takes passwords that are guessed.",
    fix="`authentication_policy = caching_sha2_password`, `validate_password.policy = MEDIUM` and "
    "`validate_password.length = 12`.",
    refs=("CWE-521", "CWE-916", "PCI DSS 8.3.6", "https://dev.mysql.com/doc/refman/8.4/en/validate-password.html"),
    bad=(
        "[mysqld]\ndefault_authentication_plugin = mysql_native_password # <- here\n",
        "[mysqld]\nold_passwords = 1 # <- here\nvalidate_password.policy = LOW # <- here\n"
        "validate_password.length = 8 # <- here\n",
        "[mysqld]\nmysql_native_password = ON # <- here\n",
    ),
    good=(
        "[mysqld]\nauthentication_policy = caching_sha2_password\nvalidate_password.policy = STRONG\n"
        "validate_password_length = 14\nold_passwords = 0\n",
    ),
)

BIND_ALL = Rule(
    id="mysql/bind-all",
    title="Server listens on every address",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why="The port is open on every network that the machine is in. `*` is the default too; only what is written is "
    "named here, and in a container it is usual.",
    fix="`bind-address = 10.0.1.5`, with the private address, or 127.0.0.1.",
    refs=("CWE-668", "PCI DSS 1.4.4", _VARIABLES),
    bad=(
        "[mysqld]\nrequire_secure_transport = ON\nbind-address = 0.0.0.0 # <- here\n",
        "[mysqld]\nbind_address=* # <- here\n",
    ),
    good=("[mysqld]\nbind-address = 10.0.1.5\n", "[mysqld]\nbind-address = 0.0.0.0\nskip-networking\n"),
)

ROOT_USER = Rule(
    id="mysql/root-user",
    title="Server runs as root",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Whoever gets the server to write a file or load a library then owns the machine.",
    fix="`user = mysql`.",
    refs=("CWE-250", "PCI DSS 7.2.5", "https://dev.mysql.com/doc/refman/8.4/en/changing-mysql-user.html"),
    bad=("[mysqld]\nuser = root # <- here\n",),
    good=("[mysqld]\nuser = mysql\n[client]\nuser = root\n",),
)

PLAIN_QUERY_LOG = Rule(
    id="mysql/plain-query-log",
    title="Every statement is written to a file",
    severity=Severity.LOW,
    level=Action.INFO,
    why="The general log holds each statement as it came, with card data and personal data in it; with log_raw "
    "passwords as well. Nobody encrypts or expires it.",
    fix="Remove it, and use the audit log plugin with filters.",
    refs=("CWE-532", "PCI DSS 3.5.1", "https://dev.mysql.com/doc/refman/8.4/en/query-log.html"),
    bad=("[mysqld]\ngeneral_log = 1 # <- here\nlog-raw = ON # <- here\n",),
    good=("[mysqld]\ngeneral_log = 0\nslow_query_log = 1\ngeneral_log_file = /var/log/mysql/general.log\n",),
)

_SERVERS = ("mysqld", "server", "mariadb", "mariadbd", "galera", "mysqld_safe")
_MAX_FILES = 50


class Options:
    """The options of a file that hold, by section and name; includes in their places. Names have `_` for `-`, and
    neither `loose_` nor `skip_` in front: that is a value."""

    def __init__(self, text: str, path: str, tree: Tree) -> None:
        self.path = path
        self.whole = not is_template(text)
        self._tree = tree
        self._seen: set[str] = set()
        self._last: dict[tuple[str, str], tuple[str, Setting]] = {}
        self._take(text, path)

    @property
    def sections(self) -> set[str]:
        return {section for section, _ in self._last}

    def _take(self, text: str, path: str) -> None:
        self._seen.add(path)
        for setting in read(text, MYSQL):
            if setting.key.startswith("!include"):
                self._include(setting.key, path)
                continue
            name = setting.key.lower().replace("-", "_").removeprefix("loose_")
            section = "mysqld" if setting.section.lower().startswith(_SERVERS) else setting.section.lower()
            if name.startswith(("skip_", "disable_", "enable_")) and name not in _WHOLE_NAMES:
                on = switch(setting.value) is not False
                head, _, name = name.partition("_")
                on = on if head == "enable" else not on
                setting = setting._replace(value="1" if on else "0", bare=False)
            elif setting.bare:
                setting = setting._replace(value="1")
            self._last[section, name] = path, setting

    def _include(self, line: str, path: str) -> None:
        kind, _, name = line.partition(" ")
        if is_filled_in(name):
            self.whole = False
            return
        at = posixpath.normpath(posixpath.join(posixpath.dirname(path), name.strip()))
        files: tuple[str, ...] = (at,)
        if kind == "!includedir":
            files = tuple(each for each in self._tree.folder(at) if each.endswith((".cnf", ".ini")))
            self.whole = self.whole and bool(files)
        for file in files:
            text = self._tree.text(file)
            if text is None:
                self.whole = False
            elif file not in self._seen and len(self._seen) < _MAX_FILES:
                self._take(text, file)

    def get(self, name: str, section: str = "mysqld") -> Setting | None:
        found = self._last.get((section, name))
        return found[1] if found else None

    def own(self, name: str, section: str = "mysqld") -> Setting | None:
        """The option that holds, where it stands in this very file."""
        found = self._last.get((section, name))
        return found[1] if found and found[0] == self.path else None

    def everywhere(self, *names: str) -> Iterator[tuple[str, Setting]]:
        """The options of these names in any section of this file."""
        for (section, name), (path, setting) in self._last.items():
            if path == self.path and name in names:
                yield section, setting


_WHOLE_NAMES = frozenset(("skip_grant_tables", "skip_name_resolve", "skip_networking", "skip_show_database"))


def skip_grant_tables(options: Options) -> Iterator[Hit | Unknown]:
    for section, setting in options.everywhere("skip_grant_tables"):
        if section == "mysqld" and switch(setting.value) is not False:
            yield hit(
                setting.at,
                "the server reads no accounts",
                fix="Remove `skip-grant-tables`.",
                subject="skip-grant-tables",
            )


_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def no_secure_transport(options: Options) -> Iterator[Hit | Unknown]:
    required = options.get("require_secure_transport")
    own = options.own("require_secure_transport")
    if own and is_filled_in(own.value):
        yield Unknown(own.value_at.line, f"require_secure_transport is {short(own.value)}")
    elif own and switch(own.value) is False:
        yield hit(
            own.value_at,
            "connections without TLS are taken",
            fix="`require_secure_transport = ON`",
            subject="require_secure_transport off",
        )
    off = options.own("ssl")
    if off and switch(off.value) is False:
        yield hit(off.at, "TLS is off", fix="Remove it, and set `require_secure_transport = ON`.", subject="ssl off")
    if required is None and not (off and switch(off.value) is False):
        yield from _asks_nobody(options)
    for section, setting in options.everywhere("tls_version"):
        old = [
            part.strip() for part in setting.value.split(",") if part.strip().lower() in ("tlsv1", "tlsv1.0", "tlsv1.1")
        ]
        if old:
            yield hit(
                setting.value_at,
                f"{short(', '.join(old))} is allowed",
                fix="`tls_version = TLSv1.2,TLSv1.3`",
                subject=f"{section} tls_version {' '.join(old)}",
            )
    for section, setting in options.everywhere("ssl_mode"):
        if setting.value.upper() == "DISABLED":
            yield hit(
                setting.value_at,
                f"[{short(section)}] uses no TLS",
                fix="`ssl-mode = VERIFY_IDENTITY`",
                subject=f"{section} ssl_mode",
            )


def _asks_nobody(options: Options) -> Iterator[Hit | Unknown]:
    """A server for others that leaves TLS to its clients."""
    bind = options.own("bind_address")
    if bind is None or is_filled_in(bind.value) or options.get("skip_networking"):
        return
    if all(part.strip() in _LOOPBACK for part in bind.value.split(",")):
        return
    if not options.whole:
        yield Unknown(bind.value_at.line, "an included file that is not here may ask for TLS")
        return
    yield hit(
        bind.value_at,
        f"the server listens on {short(bind.value)} and asks for no TLS",
        fix="`require_secure_transport = ON` in [mysqld].",
        subject="require_secure_transport absent",
    )


def local_infile(options: Options) -> Iterator[Hit | Unknown]:
    for section, setting in options.everywhere("local_infile"):
        if switch(setting.value):
            yield hit(
                setting.at,
                f"[{short(section)}] lets files be read",
                fix="`local-infile = 0`",
                subject=f"{section} local",
            )
    priv = options.own("secure_file_priv")
    if priv and priv.value in ("", "/"):
        yield hit(
            priv.at,
            "SQL may write files anywhere",
            fix="`secure_file_priv = /var/lib/mysql-files`",
            subject="secure_file_priv",
        )


def password_in_cnf(options: Options) -> Iterator[Hit | Unknown]:
    for section, setting in options.everywhere("password", "password1", "wsrep_sst_auth"):
        text = setting.value.partition(":")[2] if "sst_auth" in setting.key.replace("-", "_") else setting.value
        if setting.bare or text in ("", "1") or setting.value_at == setting.at:
            continue
        if is_filled_in(text) or text.startswith(("<", "__")):
            yield Unknown(setting.value_at.line, "the password is filled in later")
            continue
        plain = is_stand_in(text)
        yield hit(
            setting.value_at,
            f"the password of [{short(section)}] stands here",
            fix=f"Remove it from [{short(section)}], and use a login path or a file made at deploy time.",
            subject=f"{section} {setting.key}",
            severity=Severity.MEDIUM if plain else None,
            confidence=Confidence.MEDIUM if plain else None,
        )


_MIN_LENGTH = 12


def weak_auth_plugin(options: Options) -> Iterator[Hit | Unknown]:
    for name in ("default_authentication_plugin", "authentication_policy", "default_auth"):
        for section, setting in options.everywhere(name):
            if "mysql_native_password" in setting.value.lower() or "mysql_old_password" in setting.value.lower():
                yield hit(
                    setting.value_at,
                    f"accounts get {short(setting.value)}",
                    fix="`authentication_policy = caching_sha2_password`",
                    subject=f"{section} {name}",
                )
    for name, fix in (("old_passwords", "0"), ("mysql_native_password", "OFF")):
        switched = options.own(name)
        if switched and (switch(switched.value) or switched.value == "2"):
            yield hit(switched.at, f"{name} is on", fix=f"`{name} = {fix}`", subject=name)
    for name in ("validate_password.policy", "validate_password_policy"):
        policy = options.own(name)
        if policy and policy.value.lower() in ("low", "0"):
            yield hit(policy.value_at, "any password will do", fix=f"`{name} = MEDIUM`", subject=name)
    for name in ("validate_password.length", "validate_password_length", "simple_password_check_minimal_length"):
        length = options.own(name)
        if length and length.value.isdecimal() and len(length.value) < 4 and int(length.value) < _MIN_LENGTH:
            yield hit(
                length.value_at,
                f"passwords of {length.value} characters are taken",
                fix=f"`{name} = {_MIN_LENGTH}`",
                subject=name,
            )


def bind_all(options: Options) -> Iterator[Hit | Unknown]:
    setting = options.own("bind_address")
    networking = options.get("skip_networking")
    if setting is None or (networking and switch(networking.value) is not False):
        return
    if any(part.strip() in ("0.0.0.0", "*", "::") for part in setting.value.split(",")):
        yield hit(
            setting.value_at,
            f"the server listens on {short(setting.value)}",
            fix="`bind-address = 127.0.0.1`, or the private address.",
            subject="bind_address",
        )


def root_user(options: Options) -> Iterator[Hit | Unknown]:
    setting = options.own("user")
    if setting and setting.value == "root":
        yield hit(setting.value_at, "the server runs as root", fix="`user = mysql`", subject="user")


def plain_query_log(options: Options) -> Iterator[Hit | Unknown]:
    for name in ("general_log", "log_raw"):
        setting = options.own(name)
        if setting and switch(setting.value):
            yield hit(setting.at, f"{name} writes down what statements hold", fix=f"`{name} = 0`", subject=name)


RULES = (
    (SKIP_GRANT_TABLES, skip_grant_tables),
    (NO_SECURE_TRANSPORT, no_secure_transport),
    (LOCAL_INFILE, local_infile),
    (PASSWORD_IN_CNF, password_in_cnf),
    (WEAK_AUTH_PLUGIN, weak_auth_plugin),
    (BIND_ALL, bind_all),
    (ROOT_USER, root_user),
    (PLAIN_QUERY_LOG, plain_query_log),
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


_SECTIONS = (*_SERVERS, "mysql", "client", "embedded", "sst", "xtrabackup", "mariabackup", "myisam", "isam")


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find; nothing where no section is one of MySQL's (OpenSSL's files end in .cnf as well)."""
    options = Options(text, path, tree)
    if not any(section.startswith(_SECTIONS) for section in options.sections):
        return
    maybe = conditional(text)
    for rule, check in RULES:
        for found in check(options):
            yield rule, soften(rule, found) if found.line in maybe else found
