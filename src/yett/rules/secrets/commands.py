"""Passwords on the command lines of well-known programs, and handed to them as options."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yett.model import Confidence, Severity
from yett.rules.secrets.doubt import fake, placeholder, reference
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.rarity import rare
from yett.rules.secrets.record import Found, Secret

_VALUE = rb"(?:\"([^\"\n]{3,128})\"|'([^'\n]{3,128})'|([^\s\"'`|;&<>()]{3,128}))"
_LINE = 600
"""Bytes of a command line, continued lines and all."""


def line(data: bytes, start: int) -> int:
    """Where a command that begins at `start` ends; a backslash continues it in the next line."""
    stop = start
    while True:
        stop = data.find(b"\n", stop, start + _LINE)
        if stop < 0:
            return min(len(data), start + _LINE)
        if data[stop - 1 : stop] != b"\\" and data[stop - 2 : stop] != b"\\\r":
            return stop
        stop += 1


def _option(options: bytes) -> Lazy[bytes]:
    return Lazy(rb"(?:[\s\"',]|\A)(?:" + options + rb")" + _VALUE)


def _reader(options: bytes, chosen: bool = True) -> Callable[[bytes, list[int], str], Iterator[Found]]:
    """Values of some options of a command; `chosen`: people choose them, so that they need not look random."""
    pattern = _option(options)

    def read(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
        del path
        for end in ends:
            match = pattern.search(data, end - 1, line(data, end))
            if match is None:
                continue
            group = next(number for number in (1, 2, 3) if match[number] is not None)
            value = match[group].decode("utf-8", "replace")
            if reference(value) or placeholder(value) or value.startswith(("-", "/", ".", "$", "%")):
                continue
            doubt = fake(value)
            if not doubt and not rare(value):
                if not chosen:
                    continue
                doubt = "it does not look random, though people choose such passwords"
            yield Found(*match.span(group), Confidence.LOW if doubt else Confidence.MEDIUM, doubt)

    return read


DATABASE_CLIENT = Secret(
    id="database-command-password",
    title="Password on the command line of a database client",
    severity=Severity.HIGH,
    keywords=("mysql ", "mysqldump ", "mysqladmin ", "mysqlimport ", "mariadb ", "mariadb-dump ", "mysqlsh "),
    why="It is in the repository, and in the list of processes of the machine it runs on.",
    fix="Change the password and use an option file (`--defaults-extra-file`) that only the job can read.",
    confidence=Confidence.MEDIUM,
    read=_reader(rb"-p(?=[^\s-])|--password[= ]"),
    rank=3,
    refs=("https://dev.mysql.com/doc/refman/8.4/en/password-security-user.html",),
    bad=("mysqldump -h db -u shop -pt7Vq" + "2LxZw9 shop > dump.sql", "mysql --password=" + "mZ4kQ8sT2v shop"),
    good=("mysql -u shop -p shop", "mysql -u shop -p$DB_PASSWORD shop", "mysqladmin ping -ppassword"),
)

CLIENT = Secret(
    id="command-password",
    title="Password on a command line",
    severity=Severity.HIGH,
    keywords=(
        *(
            "sshpass ",
            "docker login",
            "podman login",
            "helm registry login",
            "redis-cli ",
            "mongosh ",
            "mongo ",
            "mongodump ",
        ),
        *("mongorestore ", "ldapsearch ", "ldapadd ", "ldapmodify ", "smbclient ", "sqlcmd ", "az login", "oc login"),
        *("svn ", "rabbitmqadmin ", "kinit ", "wget ", "htpasswd -b", "snowsql ", "cqlsh ", "twine upload", "keytool "),
        "openssl enc ",
    ),
    why="It is in the repository, and in the list of processes of the machine it runs on.",
    fix="Change the password and hand it over on standard input (`--password-stdin`) or in a masked variable.",
    confidence=Confidence.MEDIUM,
    read=_reader(
        rb"(?<=sshpass )-p ?|--password[= ]|--http-password[= ]|--passwd[= ]|--pass[= ]|-storepass |-keypass "
        rb"|(?<=login )(?:-\S+ \S+ )*-p |-u \S+ -p |(?<=redis-cli )(?:-\S+ \S+ )*-a |(?<=ldapsearch )(?:-\S+ ?)*-w "
        rb"|--authenticationDatabase \S+ -p |-P (?=\S{8,})|-D \S+ -w "
        rb"|(?<=openssl enc )(?:-\S+ (?:[^-\s]\S* )?)*-k "
    ),
    rank=3,
    bad=(
        "sshpass -p t7Vq" + "2LxZw9 ssh deploy@10.0.0.5",
        "docker login -u ci -p " + "mZ4kQ8sT2v9x" + " registry.acme.io",
        "redis-cli -h cache -a " + "q9Lx2Vn7Tz4w" + " ping",
        "openssl enc -aes-256-cbc -in a.tar -k " + "q9Lx2Vn7Tz4w",
    ),
    good=(
        'echo "$TOKEN" | docker login -u ci --password-stdin registry.acme.io',
        "docker login -u ci -p $CI_TOKEN registry.acme.io",
        "sshpass -p password ssh root@host",
        "redis-cli -h cache -p 6379 ping",
        "wget -P /usr/local/bin https://acme.io/tool",
    ),
)

_CHOSEN = (b"--password", b"-password", b"--passphrase", b"--passwd", b"pass:", b"-pwd")
"""Options whose values people choose."""

_FLAG = Lazy(rb"=?[ ]?(\\?[\"']?)([^\s\"'`|;&<>()\\$]{8,256})")


def _flag(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    last = -1
    for end in ends:
        if end <= last:
            continue  # no option begins inside the value of another
        option = data[max(0, end - 12) : end].lower()
        if data[end : end + 1] not in (b" ", b"=") and not option.endswith(b"pass:"):
            continue
        match = _FLAG.match(data, end)
        if match is None:
            continue
        last = match.end(2)
        value = match[2].decode("utf-8", "replace").rstrip(",.]")
        if reference(value) or placeholder(value) or value.startswith(("-", "/", ".", "id=")):
            continue
        doubt = fake(value)
        if not rare(value):
            mixed = any(map(str.isdigit, value)) and not value.islower() and not value.isdigit()
            if doubt or not (option.endswith(_CHOSEN) and mixed):
                continue
            doubt = "it does not look random, though people choose such passwords"
        start = match.start(2)
        yield Found(start, start + len(value.encode()), Confidence.LOW if doubt else Confidence.MEDIUM, doubt)


FLAG = Secret(
    id="command-token",
    title="Token handed over as an option",
    severity=Severity.HIGH,
    keywords=(
        *("--token", "--api-key", "--apikey", "--access-key", "--secret-key", "--secret-access-key", "--client-secret"),
        *(
            "--auth-token",
            "--access-token",
            "--secret",
            "--private-key",
            "--api-token",
            "--license-key",
            "--app-secret",
        ),
        *(
            "--password",
            " -password",
            "--passphrase",
            "--passwd",
            "--tlspassword",
            "-passin pass:",
            "-passout pass:",
            "--oauth2-bearer",
        ),
        *('-passin "pass:', "-passin 'pass:", '-passout "pass:', "-passout 'pass:"),
    ),
    why="It is in the repository, and in the list of processes of the machine it runs on.",
    fix="Revoke it, and let the program read it from a masked variable or a file.",
    confidence=Confidence.MEDIUM,
    read=_flag,
    rank=2,
    bad=(
        "shopctl deploy --token " + "kX8vQ2mZ7tLw" + "4RnP9sHb",
        "tool --api-key='" + "7f3a9c2e5b8d1f60" + "4a7e9c3b'",
    ),
    good=(
        "shopctl deploy --token $TOKEN",
        "shopctl deploy --token YOUR_TOKEN",
        "npm run build --token-file=/run/secrets/token",
        "pass --secret id=npmrc,src=.npmrc to the build",
    ),
)

_SECURE_STRING = Lazy(
    rb"[ \t]+(?:-(?:String|AsPlainText|Force)[ \t]+){0,3}(?:\\?\"([^\"\n\\]{4,128})\\?\"|'([^'\n]{4,128})')"
)


def _powershell(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    for end in ends:
        match = _SECURE_STRING.match(data, end)
        if match is None:
            continue
        group = 1 if match[1] is not None else 2
        value = match[group].decode("utf-8", "replace")
        if reference(value) or placeholder(value) or "$" in value:
            continue
        doubt = fake(value) or ("" if rare(value) else "it does not look random, though people choose such passwords")
        yield Found(*match.span(group), Confidence.LOW if doubt else Confidence.MEDIUM, doubt)


POWERSHELL = Secret(
    id="secure-string",
    title="Password made a SecureString from plain text",
    severity=Severity.HIGH,
    keywords=("convertto-securestring",),
    why="A SecureString protects a password in memory; this one stands in the script.",
    fix="Change the password and read it with Get-Secret, or from a masked variable.",
    confidence=Confidence.MEDIUM,
    read=_powershell,
    rank=2,
    refs=("https://learn.microsoft.com/powershell/module/microsoft.powershell.security/convertto-securestring",),
    bad=('$p = ConvertTo-SecureString "' + "t7Vq2LxZw9" + '" -AsPlainText -Force',),
    good=(
        "$p = ConvertTo-SecureString $env:DB_PASSWORD -AsPlainText -Force",
        '$p = ConvertTo-SecureString "password" -AsPlainText -Force',
    ),
)

SECRETS = (DATABASE_CLIENT, CLIENT, FLAG, POWERSHELL)
