"""Passwords and keys handed to known functions by their place: `connect("db", "root", "…")`, `auth=("ci", "…")`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Confidence, Severity
from yett.rules.secrets.chosen import PLAIN, chosen
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.rarity import wordlike
from yett.rules.secrets.record import Found, Secret

_SECOND = (
    *("httpbasicauth(", "httpdigestauth(", "httpntlmauth(", "auth=(", "auth = (", "basicauth(", "basic_auth("),
    *("networkcredential(", "usernamepasswordcredentials(", "passwordauthentication(", ".login(", "wifi.begin("),
    *("username_pw_set(", ".signwith("),
    *("curlopt_password", "curlopt_proxypassword", "curlopt_keypasswd", "curlopt_userpwd", "curlopt_proxyuserpwd"),
    "curlopt_xoauth2_bearer",
    *("basiccredentials(", "basic.credentials(", "credentials.basic("),
    *("jwt.sign(", "jwt.verify(", "jwt.encode(", "jwt.decode(", "createhmac(", ".tochararray("),
)
_FIRST = ("algorithm.hmac256(", "algorithm.hmac384(", "algorithm.hmac512(", "new secretkeyspec(")
_THIRD = (
    *("mysqli_connect(", "mysql_connect(", "new mysqli(", "mysqldb.connect(", "pymysql.connect(", "getconnection("),
    *("new pdo(", "ftp_login(", "imap_open(", "oci_connect("),
)
# An argument is a literal, or what has neither quotes nor parentheses; only a literal can be the password.
_ARGUMENT = rb"\s*(?:\{[^{}\n]{0,200}\}|[bur@]?\"[^\"\n]{0,200}\"|[bur@]?'[^'\n]{0,200}'|[\w.$>:\[\]-]{1,80})\s*,"
_PASSWORD = rb"\s*[bur@]?(?:\"([^\"\n\\]{4,128})\"|'([^'\n\\]{4,128})')\s*[,)]"
_AT_ONCE = Lazy(rb"\s*(?:\"([^\"\n\\]{4,128})\"|'([^'\n\\]{4,128})')\s*(?:\.getBytes\(|[,)])")
_AFTER_ONE = Lazy(_ARGUMENT + _PASSWORD)
_AFTER_TWO = Lazy(_ARGUMENT + _ARGUMENT + _PASSWORD)
_ENDS_FIRST = tuple(word.encode() for word in _FIRST)
_ENDS_THIRD = tuple(word.encode() for word in _THIRD)


def _calls(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    for end in ends:
        if data[end - 13 : end - 1].lower() == b".tochararray":
            yield from _spread(data, end - 13)
            continue
        if data[end : end + 1] not in (b"(",) and data[end - 1 : end] != b"(":
            yield from _option(data, end)
            continue
        third = data[max(0, end - 20) : end].lower().endswith(_ENDS_THIRD)
        first = data[max(0, end - 20) : end].lower().endswith(_ENDS_FIRST)
        match = (_AT_ONCE if first else _AFTER_TWO if third else _AFTER_ONE).match(data, end)
        if match is None:
            continue
        group = 1 if match[1] is not None else 2
        value = match[group].decode("utf-8", "replace")
        found = None if " " in value or "@" in value[:1] or "://" in value else chosen(value, *match.span(group))
        if found is None or (found.doubt == PLAIN and (not any(map(str.isdigit, value)) or _worded(value))):
            continue
        yield found


_OPENED = Lazy(
    rb"(?:\.load\(|getkey\(|keyentry\(|pbekeyspec\(|protection\(|authentication\(|passw|keymanager|\.init\()[^\n]{0,160}?"
    rb"\"([^\"\n\\]{4,128})\"\Z",
    re.IGNORECASE,
)


def _spread(data: bytes, end: int) -> Iterator[Found]:
    """A literal that Java makes an array of characters, as its passwords are: of a store of keys, for example."""
    match = _OPENED.search(data, max(0, end - 300), end)
    if match is not None:
        value = match[1].decode("utf-8", "replace")
        found = None if " " in value else chosen(value, *match.span(1))
        if found is not None:
            yield found


_OPTION = Lazy(rb"\s*(?:,|=>)\s*(?:\"([^\"\n\\]{4,160})\"|'([^'\n\\]{4,160})')")


def _option(data: bytes, end: int) -> Iterator[Found]:
    """An option of libcurl and the password, or user and password, that it is given."""
    match = _OPTION.match(data, end)
    if match is None:
        return
    group = 1 if match[1] is not None else 2
    start, stop = match.span(group)
    if data[max(0, end - 8) : end].lower().endswith(b"userpwd"):
        start = data.find(b":", start, stop) + 1
    found = chosen(data[start:stop].decode("utf-8", "replace"), start, stop) if start else None
    if found is not None:
        yield found


def _worded(value: str) -> bool:
    """Whether a value is a word with one digit at its end, as tests have: "password1", "secret2"."""
    return value[:-1].isalpha() and wordlike(value[:-1])


CALL = Secret(
    id="call-password",
    title="Password or key handed to a function",
    severity=Severity.HIGH,
    keywords=(*_FIRST, *_SECOND, *_THIRD),
    why="Whoever can read the source code can log in with it, or sign what others trust.",
    fix="Change it, and have the program read it from its environment or a secret manager.",
    confidence=Confidence.MEDIUM,
    read=_calls,
    rank=2,
    bad=(
        "mysqli_connect('db', 'shop', '" + "t7Vq2LxZw9" + "')",
        "requests.get(url, auth=('ci', '" + "mZ4kQ8sT2v" + "'))",
        'DriverManager.getConnection(url, "shop", "' + 'q9Lx2Vn7Tz");',
        'server.login("shop@acme.io", "' + 'kX8vQ2mZ7t")',
        'store.load(stream, "' + 'q9Lx2Vn7Tz".toCharArray());',
        'client.username_pw_set("boiler", "' + 'kX8vQ2mZ7t")',
        'Algorithm.HMAC256("' + 'q9Lx2Vn7Tz4wKd")',
        'new SecretKeySpec("' + 'q9Lx2Vn7Tz4wKdZ8".getBytes(UTF_8), "AES")',
        "jwt.sign({ id: user.id }, '" + "q9Lx2Vn7Tz4wKd" + "')",
    ),
    good=(
        "mysqli_connect('db', 'shop', $password)",
        "requests.get(url, auth=('user', 'password'))",
        'server.login(user, os.environ["PASSWORD"])',
        'client.login("alice", "password1")',
        "jwt.verify(token, 'RS256')",
        "Algorithm.HMAC256(secret)",
        'new SecretKeySpec(key, "HmacSHA256")',
        'store.load(stream, "password".toCharArray());',
        "jwt.sign(payload, process.env.JWT_SECRET)",
    ),
)

SECRETS = (CALL,)
