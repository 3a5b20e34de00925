"""Credentials in the files that programs keep them in: where each thing stands is told by the format."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Confidence, Severity
from yett.rules.secrets.checksum import decoded
from yett.rules.secrets.chosen import chosen
from yett.rules.secrets.doubt import fake, placeholder, reference
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.rarity import rare
from yett.rules.secrets.record import Found, Secret


def _sure(value: str, start: int, end: int) -> Iterator[Found]:
    """A value where nothing but a secret can stand, unless it is a stand-in for one."""
    default = value in ("admin", "root")
    if len(value) < 3 or reference(value) or (placeholder(value) and not default):
        return
    doubt = "it is a default that everybody knows" if default else fake(value)
    yield Found(start, end, Confidence.LOW if doubt else Confidence.MEDIUM, doubt)


_NETRC = Lazy(rb"machine\s+([^\s{}%<>$]{1,253})\s+(?:login\s+\S{1,128}\s+)?(?:account\s+\S+\s+)?password\s+(\S{3,256})")


def _netrc(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    named = "netrc" in path.rpartition("/")[2].lower()
    for end in ends:
        match = _NETRC.match(data, end - 8)
        if match is None:
            continue
        value = match[2].decode("utf-8", "replace")
        if named:
            yield from _sure(value, *match.span(2))
        elif (found := chosen(value, *match.span(2), 3)) is not None:
            yield found


NETRC = Secret(
    id="netrc-password",
    title="Password in a netrc file",
    severity=Severity.HIGH,
    keywords=("machine ", "machine\t"),
    why="curl, git, pip and others log in with it wherever the file lies.",
    fix="Change the password and keep the file out of the repository.",
    confidence=Confidence.MEDIUM,
    read=_netrc,
    rank=2,
    refs=("https://everything.curl.dev/usingcurl/netrc.html",),
    bad=(
        "machine api.acme.io login deploy password " + "t7Vq2LxZw9",
        "machine git.acme.io\n  login ci\n  password " + "mZ4kQ8sT",
    ),
    good=("machine api.acme.io login deploy password $TOKEN", "the machine that builds it has no password"),
)

_PGPASS = Lazy(rb"^([^:#\s]{1,253}):(\d{1,5}|\*):([^:\s]{1,128}):([^:\s]{1,128}):(\S{3,256})[ \t]*\r?$", re.MULTILINE)


def _pgpass(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    if "pgpass" in path.rpartition("/")[2].lower():
        for match in _PGPASS.finditer(data, 0, 65_536):
            yield from _sure(match[5].decode("utf-8", "replace"), *match.span(5))
        return
    for end in ends:
        line = _PGPASS.match(data, data.rfind(b"\n", 0, end) + 1)
        value = line[5].decode("utf-8", "replace") if line else ""
        if line and rare(value):
            yield from _sure(value, *line.span(5))


PGPASS = Secret(
    id="pgpass-password",
    title="Password in a PostgreSQL password file",
    severity=Severity.HIGH,
    keywords=(":5432:", ":*:", ":5433:", ":6432:"),
    files=(".pgpass", "pgpass", "pgpass.conf"),
    why="Whoever has the file logs in to the database as that user.",
    fix="Change the password and keep the file out of the repository.",
    confidence=Confidence.MEDIUM,
    read=_pgpass,
    rank=2,
    refs=("https://www.postgresql.org/docs/current/libpq-pgpass.html",),
    bad=("db.acme.io:5432:shop:shop:" + "t7Vq2LxZw9",),
    good=("db.acme.io:5432:shop:shop:secret in a text is none", "a:*:b"),
)

_USERLIST = Lazy(rb"^\"([^\"\n]{1,128})\"[ \t]+\"([^\"\n]{3,256})\"", re.MULTILINE)
_DERIVED = ("md5", "SCRAM-SHA-256$")


def _userlist(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del ends, path
    for match in _USERLIST.finditer(data, 0, 65_536):
        value = match[2].decode("utf-8", "replace")
        if value.startswith(_DERIVED):
            yield Found(*match.span(2), Confidence.LOW, "it is derived from the password")
        else:
            yield from _sure(value, *match.span(2))


USERLIST = Secret(
    id="pgbouncer-password",
    title="Password in PgBouncer's list of users",
    severity=Severity.HIGH,
    keywords=(),
    files=("userlist.txt",),
    why="Whoever has the file logs in to the database as that user.",
    fix="Change the password and keep the file out of the repository; `auth_query` needs no such list.",
    confidence=Confidence.MEDIUM,
    read=_userlist,
    rank=2,
    far=True,
    refs=("https://www.pgbouncer.org/config.html#authentication-file-format",),
    bad=('"shop" "' + "t7Vq2LxZw9" + '"\n',),
    good=('"shop" ""\n', '"shop" "${SHOP_PASSWORD}"\n', '; "user" "password"\n'),
)

_HASHED = Lazy(
    rb"(?:^|[\"'\s:=])([\w.@-]{1,64}):"
    rb"(\$(?:apr1|1)\$[./0-9A-Za-z]{1,8}\$[./0-9A-Za-z]{22}|\$2[abxy]\$\d\d\$[./0-9A-Za-z]{53}"
    rb"|\$[56]\$(?:rounds=\d{1,9}\$)?[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{43,86}"
    rb"|\$y\$[./0-9A-Za-z]{1,16}\$[./0-9A-Za-z]{1,86}\$[./0-9A-Za-z]{43}"
    rb"|\{SHA\}[+/0-9A-Za-z]{27}=|\{SSHA\}[+/0-9A-Za-z]{32,48}={0,2})(?![./0-9A-Za-z$])",
    re.MULTILINE,
)


def _hashes(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    last = -1
    for end in ends:
        match = _HASHED.search(data, max(last, end - 80, 0), end + 130)
        if match is None or match.start(2) > end or match.start(2) <= last:
            continue
        last = match.start(2)
        if len(set(match[2][-22:])) < 8:
            continue
        yield Found(
            *match.span(2), Confidence.MEDIUM, note="it is a hash, so it is as safe as the password is hard to guess"
        )


PASSWORD_FILE = Secret(
    id="password-file-hash",
    title="Password hash in a password file",
    severity=Severity.MEDIUM,
    keywords=(":$apr1$", ":$1$", ":$2y$", ":$2b$", ":$2a$", ":$5$", ":$6$", ":$y$", ":{sha}", ":{ssha}"),
    why="Passwords are guessed from their hashes at billions a second, away from any lock-out.",
    fix="Change the password and make the file on the machine that needs it.",
    confidence=Confidence.MEDIUM,
    read=_hashes,
    rank=2,
    refs=("CWE-916", "https://httpd.apache.org/docs/2.4/misc/password_encryptions.html"),
    bad=(
        "deploy:$apr1$x8Kq2LpZ$" + "wVt7B4mRz9nQ1cYkXh5Jd/",
        "admin:$2y$10$" + "wVt7B4mRz9nQ1cYkXh5JdOe7u3gHs8LqKpT2aWfVbNcXyZrD6mEa.",
    ),
    good=("root:*:19000:0:99999:7:::", "deploy:$apr1$salt$hash"),
)

_KUBE_TOKEN = Lazy(
    rb"^[ \t-]*(?:token|id-token|refresh-token|access-token):[ \t]*[\"']?([A-Za-z0-9._~+/=-]{16,4096})", re.MULTILINE
)


def _kubeconfig(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    if not ends or b"users:" not in data or b"user:" not in data:
        return
    for match in _KUBE_TOKEN.finditer(data, max(0, ends[0] - 16_384), ends[0] + 65_536):
        value = match[1].decode("utf-8", "replace")
        if rare(value):
            yield from _sure(value, *match.span(1))


KUBECONFIG = Secret(
    id="kubeconfig-token",
    title="Token in a kubeconfig",
    severity=Severity.CRITICAL,
    keywords=("kind: config", '"kind": "config"', "current-context:"),
    why="Whoever has it is let in to the cluster as that user or service account.",
    fix="Delete the service account's token or revoke the user's, and let the job fetch a short-lived one.",
    confidence=Confidence.MEDIUM,
    read=_kubeconfig,
    far=True,
    rank=2,
    refs=("https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/",),
    bad=("apiVersion: v1\nkind: Config\nusers:\n- name: ci\n  user:\n    token: " + "kX8vQ2mZ7tLw" + "4RnP9sHbV6c\n",),
    good=(
        "apiVersion: v1\nkind: Config\nusers:\n- name: ci\n  user:\n    tokenFile: /run/secrets/token\n",
        "apiVersion: v1\nkind: Config\nusers:\n- name: ci\n  user:\n    token: ${TOKEN}\n",
    ),
)

_AUTH = Lazy(rb"[ \t]*=[ \t]*[\"']?([A-Za-z0-9+/]{8,600}={0,2})[ \t\"']*\r?$", re.MULTILINE)


def _npm_auth(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    if "npmrc" not in path.lower() and ".env" not in path.lower():
        return
    for end in ends:
        match = _AUTH.match(data, end)
        if match is None:
            continue
        user, colon, password = decoded(match[1].decode()).rstrip(b"\n").partition(b":")
        if colon and user and password.isascii() and password.decode().isprintable():
            yield from (
                found._replace(start=match.start(1), end=match.end(1)) for found in _sure(password.decode(), 0, 0)
            )


NPM_AUTH = Secret(
    id="npmrc-basic-auth",
    title="User and password of a registry in .npmrc",
    severity=Severity.HIGH,
    keywords=("_auth",),
    why="Whoever has it publishes packages as that user: everybody who installs them runs what it likes.",
    fix="Change the password and use a granular token that expires, read from a variable: `_authToken=${NPM_TOKEN}`.",
    confidence=Confidence.MEDIUM,
    read=_npm_auth,
    rank=2,
    refs=("https://docs.npmjs.com/cli/configuring-npm/npmrc",),
    bad=("_auth=" + "ZGVwbG95OnQ3" + "VnEyTHhadzk=",),
    good=("_auth=${NPM_AUTH}", "_auth=dXNlcjpwYXNzd29yZA==", "_authToken=${NPM_TOKEN}"),
)

_ELEMENT = Lazy(rb"([^<>\s][^<>\n]{2,127})</")
_ELEMENT_NAME = Lazy(
    rb"<([\w:.-]{0,40}(?:password|passwd|passphrase|secret|(?:api|access|secret|license|encryption|account|"
    rb"subscription)[_-]?key|token|pwd))>\Z",
    re.IGNORECASE,
)
_COUNTER = Lazy(rb"(?:sync|csrf|xsrf|page|next|continuation|cache|model)[_-]?token\Z", re.IGNORECASE)
_CHOOSE = Lazy(rb"pass|pwd", re.IGNORECASE)
_XML = ("xml", "config", "csproj", "props", "targets", "settings", "pubxml", "plist", "jelly")


def _element(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    if path.rpartition(".")[2].lower() not in _XML and data.lstrip()[:1] != b"<":
        return
    for end in ends:
        match = _ELEMENT.match(data, end)
        name = _ELEMENT_NAME.search(data, max(0, end - 60), end)
        if match is None or name is None:
            continue
        value = match[1].decode("utf-8", "replace").strip()
        if value.startswith("{") or value.lower() in ("true", "false", "string", "password") or " " in value:
            continue
        doubt = fake(value)
        if reference(value) or placeholder(value) or _COUNTER.search(name[1]) or '"' in value:
            continue
        if not doubt and not rare(value):
            if not _CHOOSE.search(name[1]):
                continue
            doubt = "it does not look random, though people choose such passwords"
        yield Found(*match.span(1), Confidence.LOW if doubt else Confidence.MEDIUM, doubt)


ELEMENT = Secret(
    id="xml-password",
    title="Password in an XML element",
    severity=Severity.HIGH,
    keywords=(
        *("password>", "passwd>", "passphrase>", "secret>", "apikey>", "api_key>", "token>", "pwd>"),
        *("accesskey>", "access_key>", "secretkey>", "secret_key>", "api-key>", "access-key>", "secret-key>"),
        *("licensekey>", "license_key>", "encryptionkey>", "accountkey>", "subscriptionkey>"),
    ),
    why="Whoever can read the repository, now or in any old clone of it, can use it.",
    fix="Change it, and give it to the program at run time.",
    confidence=Confidence.MEDIUM,
    read=_element,
    rank=1,
    bad=("<config><db><password>" + "t7Vq2LxZw9</password></db></config>",),
    good=("<config><password>${db.password}</password></config>", "<config><password></password></config>"),
)

_PASS = Lazy(rb"(?P<coded> encoding=\"base64\")?>([^<>\s]{3,256})</pass>", re.IGNORECASE)


def _filezilla(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    for end in ends:
        match = _PASS.match(data, end)
        if match is None or b"<host>" not in data[max(0, end - 1200) : end].lower():
            continue
        value = match[2].decode("utf-8", "replace")
        plain = decoded(value).decode("utf-8", "replace").strip() if match["coded"] else value
        found = chosen(plain, *match.span(2), 3)
        yield from (found,) if found is not None else _sure(plain, *match.span(2))


FILEZILLA = Secret(
    id="filezilla-password",
    title="Password of a server in FileZilla's settings",
    severity=Severity.HIGH,
    keywords=("<pass",),
    why="Base64 hides nothing: whoever has the file logs in to the server.",
    fix="Change the password, and keep FileZilla's settings out of the repository.",
    confidence=Confidence.MEDIUM,
    read=_filezilla,
    far=True,
    rank=2,
    bad=('<Server><Host>ftp.acme.io</Host><Pass encoding="base64">' + "dDdWcTJM" + "eFp3OQ==</Pass></Server>",),
    good=(
        '<Server><Host>ftp.acme.io</Host><Pass encoding="base64"></Pass></Server>',
        "<Test><Pass>{password}</Pass></Test>",
    ),
)

_CPASSWORD = Lazy(rb"=\"([A-Za-z0-9+/]{22,700}={0,2})\"")


def _preference(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    """AES of whole blocks, in base64 whose filling is left out."""
    del path
    for end in ends:
        match = _CPASSWORD.match(data, end)
        if match and len(decoded(match[1].decode("ascii"))) % 16 == 0 and len(set(match[1])) > 12:
            yield Found(*match.span(1), Confidence.HIGH, note="it is encrypted with a key that Microsoft published")


PREFERENCE = Secret(
    id="group-policy-password",
    title="Password in a Group Policy Preference",
    severity=Severity.CRITICAL,
    keywords=("cpassword",),
    why="Everybody in the domain can decrypt it, and it is the password of the same account on many machines.",
    fix="Delete the preference (MS14-025), change the password everywhere, and use Windows LAPS.",
    read=_preference,
    refs=("https://learn.microsoft.com/openspecs/windows_protocols/ms-gppref/2c15cbf0-f086-4c74-8b70-1f2fa45dd4be",),
    bad=('<Properties userName="admin" cpassword="' + "7b+IRl8Dre0pqxTCVufY" + 'UFZ5GjhDIMQ0lWhy1yyIa8s"/>',),
    good=('<Properties userName="admin" cpassword=""/>', '<Properties cpassword="not a whole number of blocks"/>'),
)

SECRETS = (NETRC, PGPASS, USERLIST, PASSWORD_FILE, KUBECONFIG, NPM_AUTH, ELEMENT, FILEZILLA, PREFERENCE)
