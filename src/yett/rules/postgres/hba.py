"""Who may log in, by pg_hba.conf."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.hba import KINDS, Entry, Field, Include, Odd, read
from yett.parse.keyvalue import is_filled_in
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.rules.hits import hit, short

_DOCS = "https://www.postgresql.org/docs/current/auth-pg-hba-conf.html"

TRUST_AUTH = Rule(
    id="postgres/trust-auth",
    title="Login without a password",
    severity=Severity.CRITICAL,
    why="`trust` lets everybody in who can reach the port, under any name, superusers too; `ident` over the network "
    "believes what the other machine says. On `local` lines it is every user of this machine.",
    fix="`scram-sha-256` in its place; for the socket `peer`.",
    refs=("CWE-306", "PCI DSS 8.3.1", _DOCS),
    bad=(
        """\
# file: pg_hba.conf
local   all   all                  trust # <- here
host    all   all   10.0.0.0/8     trust # <- here
host    shop  shop  192.168.2.0 255.255.255.0 ident # <- here
hostssl all   all   127.0.0.1/32   trust # <- here
""",
    ),
    good=(
        """\
# file: pg_hba.conf
local   all   postgres             peer
host    all   all   10.0.0.0/8     scram-sha-256
#host   all   all   10.0.0.0/8     trust
host    all   all   0.0.0.0/0      reject
host    all   all   10.0.0.0/8     trust
""",
    ),
)

HBA_OPEN = Rule(
    id="postgres/hba-open",
    title="Every address may log in",
    severity=Severity.HIGH,
    why="The line lets any user into any database from any address: one guessed or leaked password is enough, from "
    "wherever the port is reached.",
    fix="Name what the application uses: `hostssl shop shop_app 10.0.1.0/24 scram-sha-256`.",
    refs=("CWE-284", "PCI DSS 1.4.4", _DOCS),
    bad=(
        """\
# file: pg_hba.conf
host    all   all   0.0.0.0/0      scram-sha-256 # <- here
host    all   all   ::/0           md5 # <- here
hostssl all   all   all            scram-sha-256 # <- here
""",
    ),
    good=(
        """\
# file: pg_hba.conf
hostssl shop  shop  10.0.1.0/24    scram-sha-256
hostssl all   all   0.0.0.0/0      cert
host    all   all   0.0.0.0/0      reject
host    all   all   {{ subnet }}   scram-sha-256
""",
    ),
)

HBA_PLAIN = Rule(
    id="postgres/hba-plain",
    title="Login over the network without TLS",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why="A `host` line takes connections with TLS and without, so a client that asks for none gets none: queries and "
    "rows cross the network in clear. `hostnossl` takes no others.",
    fix="`hostssl` in the place of `host`.",
    refs=("CWE-319", "PCI DSS 4.2.1", _DOCS),
    bad=(
        """\
# file: pg_hba.conf
host      shop shop 10.0.1.0/24 scram-sha-256 # <- here
hostnossl shop shop 10.0.2.0/24 scram-sha-256 # <- here
""",
    ),
    good=(
        """\
# file: pg_hba.conf
hostssl    shop shop 10.0.1.0/24  scram-sha-256
hostgssenc shop shop 10.0.1.0/24  gss
host       all  all  127.0.0.1/32 scram-sha-256
host       all  all  ::1/128      scram-sha-256
host       all  all  samehost     scram-sha-256
hostnossl  all  all  0.0.0.0/0    reject
""",
    ),
)

CLEAR_PASSWORD = Rule(
    id="postgres/clear-password",
    title="Password sent in clear",
    severity=Severity.HIGH,
    why="With the method `password` the client sends the password as it is: without TLS all on the way read it, "
    "and with TLS the server does.",
    fix="`scram-sha-256`, which proves the password without sending it.",
    refs=("CWE-319", "CWE-523", "PCI DSS 8.3.2", "https://www.postgresql.org/docs/current/auth-password.html"),
    bad=("# file: pg_hba.conf\nhost all all 10.0.1.0/24 password # <- here\n",),
    good=("# file: pg_hba.conf\nhostssl all all 10.0.1.0/24 scram-sha-256\nhost all all 10.0.0.0/8 reject\n",),
)


class Access:
    """The lines of a file, those of the files it includes in their places."""

    def __init__(self, text: str, path: str, tree: Tree) -> None:
        self.lines: list[tuple[Entry, bool]] = []
        self._tree = tree
        self._seen: set[str] = set()
        lines = read(text)
        entries = [line for line in lines if isinstance(line, Entry | Include)]
        odd = next((line for line in lines if isinstance(line, Odd)), None)
        if odd and not is_filled_in(text) and not (odd.text.lower() in KINDS and entries):
            raise ParseError(odd.line, odd.column, f"{short(odd.text)} begins no record of pg_hba.conf")
        self._take(text, path, True)

    def _take(self, text: str, path: str, own: bool) -> None:
        self._seen.add(path)
        for line in read(text):
            if isinstance(line, Entry):
                self.lines.append((line, own))
            elif isinstance(line, Include) and len(self._seen) < _MAX_FILES:
                for other in self._files(line, path):
                    found = self._tree.text(other)
                    if other not in self._seen and found is not None:
                        self._take(found, other, False)

    def _files(self, include: Include, path: str) -> tuple[str, ...]:
        at = posixpath.normpath(posixpath.join(posixpath.dirname(path), include.path))
        if include.kind == "include_dir":
            return tuple(each for each in self._tree.folder(at) if each.endswith(".conf"))
        return (at,)

    def reached(self) -> Iterator[Entry]:
        """The records of this file that some login gets to: no earlier one matches everything that they match."""
        before: list[Entry] = []
        for entry, own in self.lines:
            if own and not any(_covers(earlier, entry) for earlier in before):
                yield entry
            before = before[-_MAX_LOOK_BACK:]
            before.append(entry)


_MAX_FILES = 50
_MAX_LOOK_BACK = 200
_KINDS_COVERED = {
    "host": ("host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"),
}


def _covers(earlier: Entry, later: Entry) -> bool:
    kind, other = earlier.kind.text.lower(), later.kind.text.lower()
    if kind != other and other not in _KINDS_COVERED.get(kind, ()):
        return False
    for wide, narrow in ((earlier.databases, later.databases), (earlier.users, later.users)):
        # `all` does not mean replication connections.
        if "all" in wide.names and "replication" not in narrow.names:
            continue
        if not set(narrow.names) <= set(wide.names):
            return False
    if earlier.address is None or later.address is None:
        return earlier.address is later.address
    return _holds(earlier.address.text, later.address.text)


def _holds(wide: str, narrow: str) -> bool:
    from ipaddress import ip_network

    if wide == narrow or wide.lower() == "all":
        return True
    try:
        first, second = ip_network(wide, strict=False), ip_network(narrow, strict=False)
    except ValueError:
        return False
    return first.version == second.version and second.subnet_of(first)  # type: ignore[arg-type]


def _is_local(address: Field | None) -> bool:
    from ipaddress import ip_network

    if address is None or address.text.lower() in ("localhost", "samehost"):
        return True
    try:
        return ip_network(address.text, strict=False).is_loopback
    except ValueError:
        return False


def _is_everywhere(address: Field | None) -> bool:
    from ipaddress import ip_network

    if address is None:
        return False
    if address.text.lower() == "all":
        return True
    try:
        return ip_network(address.text, strict=False).prefixlen == 0
    except ValueError:
        return False


def _subject(entry: Entry) -> str:
    where = entry.address.text if entry.address else ""
    return " ".join((entry.kind.text.lower(), entry.databases.text, entry.users.text, where, entry.method.text.lower()))


def _where(entry: Entry) -> str:
    return short(entry.address.text) if entry.address else "this machine"


def trust_auth(access: Access) -> Iterator[Hit | Unknown]:
    for entry in access.reached():
        method = entry.method.text.lower()
        if is_filled_in(entry.method.text):
            yield Unknown(entry.line, f"the method is {short(entry.method.text)}")
        elif method == "trust" or (method == "ident" and entry.kind.text != "local" and not _is_local(entry.address)):
            local = _is_local(entry.address)
            yield hit(
                entry.method.span,
                f"{short(entry.users.text)} from {_where(entry)} enters {short(entry.databases.text)} without password",
                fix=f"`{'peer' if entry.address is None else 'scram-sha-256'}` in the place of `{method}`.",
                subject=_subject(entry),
                severity=Severity.MEDIUM if local else None,
            )


def hba_open(access: Access) -> Iterator[Hit | Unknown]:
    for entry in access.reached():
        method = entry.method.text.lower()
        if method in ("reject", "cert") or not _is_everywhere(entry.address):
            continue
        if "all" in entry.users.names and entry.address:
            yield hit(
                entry.address.span,
                f"every address may log in as any user to {short(entry.databases.text)}",
                fix="`hostssl`, with the database, the role and the subnet of the application.",
                subject=_subject(entry),
                severity=None if "all" in entry.databases.names else Severity.MEDIUM,
            )


def hba_plain(access: Access) -> Iterator[Hit | Unknown]:
    for entry in access.reached():
        if entry.method.text.lower() == "reject" or entry.kind.text.lower() not in (
            "host",
            "hostnossl",
            "hostnogssenc",
        ):
            continue
        if not _is_local(entry.address) and not (entry.address and is_filled_in(entry.address.text)):
            yield hit(
                entry.kind.span,
                f"{short(entry.users.text)} from {_where(entry)} may log in without TLS",
                fix=f"`hostssl` in the place of `{entry.kind.text}`.",
                subject=_subject(entry),
            )


def clear_password(access: Access) -> Iterator[Hit | Unknown]:
    for entry in access.reached():
        if entry.method.text.lower() in ("password", "crypt"):
            mild = _is_local(entry.address) or entry.kind.text.lower() == "hostssl"
            yield hit(
                entry.method.span,
                f"{short(entry.users.text)} from {_where(entry)} sends the password in clear",
                fix=f"`scram-sha-256` in the place of `{entry.method.text}`.",
                subject=_subject(entry),
                severity=Severity.MEDIUM if mild else None,
            )


def md5_lines(access: Access) -> Iterator[Hit]:
    for entry in access.reached():
        if entry.method.text.lower() == "md5":
            yield hit(
                entry.method.span,
                f"{short(entry.users.text)} from {_where(entry)} logs in by md5",
                fix="`scram-sha-256` in the place of `md5`, once the passwords are stored that way.",
                subject=_subject(entry),
            )


MD5_PASSWORDS = Rule(
    id="postgres/md5-passwords",
    title="Passwords kept as MD5",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The hash of the password is salted with no more than the user's name, and is itself enough to log in. The "
    "default of password_encryption is scram-sha-256 since PostgreSQL 14; the method md5 takes such hashes.",
    fix="`password_encryption = scram-sha-256`, set the passwords again, and `scram-sha-256` in pg_hba.conf.",
    refs=("CWE-916", "PCI DSS 8.3.2", "https://www.postgresql.org/docs/current/auth-password.html"),
    bad=(
        "# file: pg_hba.conf\nhostssl all all 10.0.1.0/24 md5 # <- here\n",
        "password_encryption = md5 # <- here\n",
    ),
    good=(
        "# file: pg_hba.conf\nhostssl all all 10.0.1.0/24 scram-sha-256\n",
        "#password_encryption = md5\npassword_encryption = 'scram-sha-256'\n",
    ),
)

RULES = (
    (TRUST_AUTH, trust_auth),
    (HBA_OPEN, hba_open),
    (HBA_PLAIN, hba_plain),
    (CLEAR_PASSWORD, clear_password),
    (MD5_PASSWORDS, md5_lines),
)
