"""Passwords in settings that are written as a word and a value: directories, daemons, installers, build files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Confidence, Severity
from yett.rules.secrets.checksum import decoded
from yett.rules.secrets.chosen import chosen
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.record import Found, Secret

_HASHED = "it is a hash, so it is as safe as the password is hard to guess"
_FIX = "Change it and put it into the file on the machine, from a secret manager."


def _line(data: bytes, end: int) -> tuple[int, int]:
    start = data.rfind(b"\n", max(0, end - 400), end) + 1
    stop = data.find(b"\n", end, end + 400)
    return start or max(0, end - 400), stop if stop >= 0 else min(len(data), end + 400)


_LDAP = Lazy(
    rb"[ \t]*(?:(?:bindpw|rootpw)[ \t]+|(?P<ldif>olcRootPW|userPassword):(?P<coded>:?)[ \t]+"
    rb"|(?:ldap_default_authtok|bindpw)[ \t]*=[ \t]*)[\"']?(?P<value>[^\s\"']{3,256})[\"']?[ \t]*\r?\Z",
    2,
)
_SCHEME = Lazy(r"\{(?:S?SHA\d*|S?MD5|CRYPT|PBKDF2[\w-]*|ARGON2|SASL)\}", 2)


def _ldap(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    for end in ends:
        match = _LDAP.match(data[slice(*_line(data, end))])
        if match is None:
            continue
        start, stop = (_line(data, end)[0] + place for place in match.span("value"))
        value = match["value"].decode("utf-8", "replace")
        if match["coded"]:
            value = decoded(value).decode("utf-8", "replace")
        scheme = _SCHEME.match(value)
        if scheme is not None:
            if scheme[0].upper() != "{SASL}" and len(value) - scheme.end() >= 20:
                yield Found(start, stop, Confidence.MEDIUM, note=_HASHED, severity=Severity.MEDIUM)
        elif not value.startswith(("--", "{")) and not value.endswith((",", ";")) and "(" not in value:
            found = chosen(value, start, stop)
            if found is not None:
                yield found


LDAP = Secret(
    id="ldap-password",
    title="Password for an LDAP directory",
    severity=Severity.HIGH,
    keywords=("bindpw", "rootpw", "userpassword:", "ldap_default_authtok"),
    why="Whoever has it reads the directory, and with the root's changes who may log in.",
    fix=_FIX,
    confidence=Confidence.MEDIUM,
    read=_ldap,
    rank=2,
    refs=("https://www.openldap.org/doc/admin26/slapdconfig.html",),
    bad=(
        "binddn cn=reader,dc=acme,dc=io\nbindpw " + "t7Vq2LxZw9",
        "olcRootPW: " + "mZ4kQ8sT2v",
        "userPassword:: " + "cTlMeDJWbjdUeg==",
        "rootpw {SSHA}" + "5en6G6MezRroT3XKqkdPOmY/BfQpaZ1x",
    ),
    good=(
        "bindpw secret",
        "bindpw ${LDAP_PASSWORD}",
        "rootpw is the password of the root of the directory",
        "userPassword: {SASL}shop@acme.io",
    ),
)

_DAEMON = Lazy(
    rb"[ \t]*(?:"
    rb"(?:requirepass|masterauth)[ \t]+%V%(?=[ \t]*\r?\Z)"
    rb"|user[ \t]+\S+[ \t]+insecure-password[ \t]+%V%"
    rb"|r[ow]community6?[ \t]+%V%"
    rb"|[^#\n]{0,120}:[ \t]*(?:PSK|EAP|XAUTH|NTLM)[ \t]+\"([^\"\n]{3,128})\""
    rb"|psk[ \t]*=[ \t]*\"?([^\"\s]{8,64})\"?(?=[ \t]*\r?\Z)"
    rb"|(?:store|key)Password[ \t]+[\"']([^\"'\n]{4,128})[\"']"
    rb"|[\w./-]+[ \t]+[\w./-]*password(?:-again)?[ \t]+password[ \t]+%V%(?=[ \t]*\r?\Z)"
    rb"|.{0,80}\becho[ \t]+(?:-e[ \t]+)?[\"']?[a-z_][\w.-]{0,31}:([^\"'\s|$]{3,128})[\"']?[ \t]*"
    rb"\|[ \t]*(?:sudo[ \t]+)?chpasswd"
    rb"|password[ \t]+\"([^\"\n]{4,128})\"(?=[ \t;]*\r?\Z)|password[ \t]+'([^'\n]{4,128})'(?=[ \t;]*\r?\Z)"
    rb"|rootpw[ \t]+--plaintext[ \t]+%V%"
    rb")".replace(b"%V%", rb"[\"']?([^\s\"'$<>{}]{3,128})[\"']?"),
    2,
)
_DEFAULTS = frozenset(("public", "private"))


def _daemon(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    for end in ends:
        start, stop = _line(data, end)
        match = _DAEMON.match(data[start:stop])
        if match is None:
            continue
        group = next(number for number, text in enumerate(match.groups(), 1) if text is not None)
        low, high = (start + place for place in match.span(group))
        value = match[group].decode("utf-8", "replace")
        if value in _DEFAULTS:
            yield Found(low, high, Confidence.LOW, "it is the default that everybody knows")
            continue
        found = chosen(value, low, high)
        if found is not None and "->" not in value and not value.endswith(";"):
            yield found


DAEMON = Secret(
    id="directive-password",
    title="Password in a line of settings",
    severity=Severity.HIGH,
    keywords=(
        *("requirepass ", "masterauth ", "insecure-password ", "rocommunity ", "rwcommunity ", ": psk ", ": eap "),
        *(": xauth ", "psk=", "psk =", "storepassword ", "keypassword ", "password password ", "-again password "),
        *("chpasswd", "rootpw --plaintext ", 'password "', "password '"),
    ),
    why="Whoever can read the repository, now or in any old clone of it, can log in with it.",
    fix=_FIX,
    confidence=Confidence.MEDIUM,
    read=_daemon,
    rank=2,
    bad=(
        "requirepass " + "t7Vq2LxZw9",
        "user deploy insecure-password " + "mZ4kQ8sT2v",
        'network={\n  ssid="office"\n  psk="' + "q9Lx2Vn7Tz" + '"\n}',
        "storePassword '" + "kX8vQ2mZ7t" + "'",
        'echo "root:' + "wZ5rT8nK2q" + '" | chpasswd',
        "rootpw --plaintext " + "hJ3kP9wQ7r",
        "10.0.0.1 10.0.0.2 : PSK " + '"vB6nM4xC1z"',
    ),
    good=(
        "# requirepass foobared",
        "requirepass ${REDIS_PASSWORD}",
        "storePassword System.getenv('STORE_PASSWORD')",
        "storePassword keystoreProperties['storePassword']",
        "psk=$PSK",
        'echo "root:$PASSWORD" | chpasswd',
        "rocommunity <community>",
    ),
)

_HASH = Lazy(
    rb"[\"']?(\$1\$[./0-9A-Za-z]{1,8}\$[./0-9A-Za-z]{22}"
    rb"|\$[569]\$(?:rounds=\d{1,9}\$)?[./0-9A-Za-z]{8,16}\$[./0-9A-Za-z]{43,86}"
    rb"|\$8\$[./0-9A-Za-z]{14}\$[./0-9A-Za-z]{43}|\$2[abxy]\$\d\d\$[./0-9A-Za-z]{53}"
    rb"|\$y\$[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{1,86}\$[./0-9A-Za-z]{43})(?![./0-9A-Za-z$])"
)


def _hashed(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    for end in ends:
        match = _HASH.match(data, end)
        if match and len(set(match[1][-22:])) >= 8:
            yield Found(*match.span(1), Confidence.MEDIUM, note=_HASHED)


HASH = Secret(
    id="settings-password-hash",
    title="Password hash in settings",
    severity=Severity.MEDIUM,
    keywords=(
        # Cisco and its like, Junos, Kickstart, cloud-init, useradd
        *("secret 5 ", "secret 8 ", "secret 9 ", "password 5 ", "password 8 ", "password 9 ", "secret sha512 "),
        *("encrypted-password ", "--iscrypted ", "passwd: ", "hashed_passwd: ", "useradd -p ", "usermod -p "),
    ),
    why="Passwords are guessed from their hashes at billions a second, away from any lock-out.",
    fix="Change the password and put its hash where it is needed on the machine.",
    confidence=Confidence.MEDIUM,
    read=_hashed,
    rank=2,
    refs=("CWE-916",),
    bad=(
        "enable secret 5 $1$mERr$" + "hx5rVt7rPNoS4wqbXKX7m0",
        "usermod -p '$6$kX8vQ2mZ$"
        + "wVt7B4mRz9nQ1cYkXh5JdOe7u3gHs8LqKpT2aWfVbNc"
        + "XyZrD6mEaQ1cYkXh5JdOe7u3gHs8LqKpT2aWfVbNcXy' deploy",
    ),
    good=("enable secret 5 $1$salt$hash", "encrypted-password <hash>"),
)

_SQL = Lazy(
    rb"(?:(?:CREATE|ALTER)\s+(?:USER|ROLE|LOGIN|GROUP)\b|(?:CREATE|ALTER)\s+(?:APPLICATION\s+ROLE)\b)[^;'\"]{0,400}"
    rb"\b(?:PASSWORD|PASSWD)\s*=?\s*N?'([^'\n]{3,128})'"
    rb"|(?:CREATE|ALTER)\s+USER\s+[\w\"$]{1,60}\s+(?:ACCOUNT\s+\w+\s+)?IDENTIFIED\s+BY\s+\"?([A-Za-z][\w$#]{3,64})\"?"
    rb"(?=[\s;\\\"')]|\Z)|\bIDENTIFIED\s+WITH\s+[\w'\"`]{1,40}\s+BY\s+'([^'\n]{3,128})'"
    rb"|SET\s+PASSWORD(?:\s+FOR\s+\S+)?\s*=\s*(?:PASSWORD\s*\(\s*)?'([^'\n]{3,128})'",
    2,
)


_WORDS = frozenset(("VALUES", "PASSWORD", "EXTERNALLY", "GLOBALLY"))


def _sql(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    last = -1
    for end in ends:
        low = max(last, data.rfind(b";", max(0, end - 500), end) + 1, end - 500, 0)
        for match in _SQL.finditer(data, low, end + 300):
            if match.start() >= end or match.end() <= last:
                continue
            last = match.end()
            group = next(number for number in (1, 2, 3, 4) if match[number] is not None)
            value = match[group].decode("utf-8", "replace")
            if value.upper() in _WORDS or '"' in value or value.startswith(("SCRAM-SHA-256$", "md5", "0x")):
                continue
            found = chosen(value, *match.span(group))
            if found is not None:
                yield found


SQL = Secret(
    id="sql-password",
    title="Password in an SQL statement",
    severity=Severity.HIGH,
    keywords=(
        "identified with ",
        "password '",
        "password n'",
        "password = '",
        "password='",
        "password = n'",
        "password=n'",
        "identified by ",
    ),
    why="Whoever reads the script logs in to the database as that user.",
    fix="Change it, and set it from a variable of the client (psql -v, sqlcmd -v) when the script is run.",
    confidence=Confidence.MEDIUM,
    read=_sql,
    rank=2,
    refs=("https://www.postgresql.org/docs/current/sql-createrole.html",),
    bad=(
        "CREATE ROLE shop LOGIN PASSWORD '" + "t7Vq2LxZw9" + "';",
        "ALTER LOGIN shop WITH PASSWORD = N'" + "mZ4kQ8sT2v" + "';",
        "ALTER USER shop IDENTIFIED BY " + "q9Lx2Vn7Tz" + ";",
    ),
    good=(
        "CREATE ROLE shop LOGIN PASSWORD :'password';",
        "CREATE ROLE shop LOGIN PASSWORD 'password';",
        "ALTER USER shop IDENTIFIED BY &password;",
        "the user is identified by their address",
        "CREATE ROLE shop LOGIN PASSWORD 'SCRAM-SHA-256$" + "4096:abc';",
    ),
)

_COLUMNS = Lazy(rb"\s{1,80}(?:[\w\"`\[\].]{1,80})\s*\(([\w\"`\[\]\s,]{1,600})\)\s*(?:VALUES|VALUE)\s*", re.IGNORECASE)
_PASSWORD = Lazy(
    rb"[\"`\[\s]*(?:\w{0,24}_)?(?:password|passwd|pwd|user_?pass|pass"
    rb"|password_hash|pass_hash|encrypted_password)"
    rb"[\"`\]\s]*",
    re.IGNORECASE,
)
_ITEM = Lazy(
    rb"\s*(?:N?'((?:[^'\\]|''|\\.){0,400})'|\"((?:[^\"\\]|\\.){0,400})\"|[^,()'\"\s]{1,120}"
    rb"(?:\([^()]{0,80}\))?)\s*([,)])",
    re.DOTALL,
)
_ROWS = 25
"""Rows of one statement that are told of: a dump has thousands, and each says the same."""
_DIGEST = Lazy(
    r"\$(?:2[abxy]|5|6|1|y|P|H|apr1|argon2\w*|S)\$.{20,}|(?:pbkdf2|argon2|bcrypt|scrypt)\w*[$:].{20,}|[0-9a-fA-F]{32}"
    r"|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|\*[0-9A-F]{40}|\{SSHA\}.{20,}"
)


def _rows(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    """What stands in the columns for passwords in the rows of an INSERT."""
    del path
    for end in ends:
        head = _COLUMNS.match(data, end)
        if head is None:
            continue
        wanted = {at for at, name in enumerate(head[1].split(b",")) if _PASSWORD.fullmatch(name)}
        place, rows = head.end(), 0
        while wanted and rows < _ROWS and data[place : place + 1] == b"(":
            rows, column, place = rows + 1, 0, place + 1
            while (item := _ITEM.match(data, place)) is not None:
                group = 1 if item[1] is not None else 2
                if column in wanted and item[group] is not None:
                    yield from _stored(item[group].decode("utf-8", "replace"), *item.span(group))
                place, column = item.end(), column + 1
                if item[3] == b")":
                    break
            else:
                break
            place += len(data[place : place + 64]) - len(data[place : place + 64].lstrip(b", \t\r\n"))


def _stored(value: str, start: int, end: int) -> Iterator[Found]:
    if _DIGEST.fullmatch(value):
        if len(set(value)) >= 8:
            yield Found(start, end, Confidence.MEDIUM, note=_HASHED, severity=Severity.MEDIUM)
        return
    found = chosen(value, start, end)
    if found is not None and any(map(str.isdigit, value)) and not any(mark in value for mark in '"+ '):
        yield found


ROWS = Secret(
    id="inserted-password",
    title="Password in a row of data",
    severity=Severity.HIGH,
    keywords=("insert into", "replace into"),
    why="Accounts of this database, and of others where people use the same password, are open to whoever reads it.",
    fix="Have the people concerned change their passwords, and keep dumps of real data out of the repository.",
    confidence=Confidence.MEDIUM,
    read=_rows,
    far=True,
    rank=2,
    refs=("CWE-256",),
    bad=(
        "INSERT INTO users (id, login, password) VALUES (1, 'admin', '" + "t7Vq2LxZw9" + "');",
        "INSERT INTO `users` (`login`, `password_hash`) VALUES ('admin', '$2y$12$"
        + "s.YfVZdfvAuO/Iz6fte5iO..ZbbEgreZnDcYOGvX4NGJskYQIstcG');",
    ),
    good=(
        "INSERT INTO users (id, login, password) VALUES (1, 'admin', :password);",
        "INSERT INTO users (id, login, password) VALUES (?, ?, ?);",
        "INSERT INTO settings (name, value) VALUES ('colour', 't7Vq2LxZw9');",
    ),
)

SECRETS = (LDAP, DAEMON, HASH, SQL, ROWS)
