"""Passwords in addresses: `scheme://user:password@host`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Confidence, Severity
from yett.rules.secrets.chosen import chosen
from yett.rules.secrets.doubt import fake, placeholder, reference
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.rarity import rare
from yett.rules.secrets.record import Found, Secret

# RFC 3986, section 3.2.1; a slash, a blank or a quote ends the authority before any "@" does.
_USERINFO = Lazy(
    rb"([^\s:/@\"'<>`\\(),;\[\]{}|^]{0,128}(?:@[\w.-]{3,80})?):"
    rb"([^\s/@\"'<>`\\|^]{1,256}(?:@[^\s/@\"'<>`\\|^:,]{0,64}){0,2}?)@"
    rb"(\[[0-9a-fA-F:.]+\]|[\w.\-$%{}<>*]{1,253}+)(?!@)"
)
_SCHEME = Lazy(rb"([A-Za-z][A-Za-z0-9.\-]{1,30})(?:\+[A-Za-z0-9+.\-]{1,30})?:\\?/\\?/\Z")
_LOCAL = Lazy(
    r"(?:localhost|host(?:name)?|server(?:name)?|your[\w.\-]*|my[-_]?host|127(?:\.\d+){3}|0\.0\.0\.0|\[::1\]|(?:.+\.)?(?:example|test|invalid|localhost|local)|(?:.+\.)?example\.(?:com|org|net))",
    re.IGNORECASE,
)
_DOLLAR = Lazy(r"[^$]+\$[a-z]*[^$]*[\d!#%^&*][^$]*")  # not the name of a variable
_ESCAPE = Lazy(r"%[0-9a-f]{2}", re.IGNORECASE)
_MASKED = Lazy(r"[*x.X•_-]+|[A-Z]+(?:_[A-Z]+)+|\W+|%[sdvr].*|\{.*|\$.*|:.*")


def read(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    """Userinfo with a password that is no placeholder. `path` does not matter."""
    del path
    for end in ends:
        if data[end - 1 : end] == b"(":
            yield from _dsn(data, end)
            continue
        match = _USERINFO.match(data, end)
        scheme = _SCHEME.search(data, max(0, end - 34), end) if match else None
        if match is None or scheme is None:
            continue
        user, password, host = (part.decode("utf-8", "replace") for part in match.groups(b""))
        start, stop = match.span(2)
        if reference(user) or reference(password) or reference(host) or _MASKED.fullmatch(password):
            continue
        if any(mark in password for mark in "<>{}()") and not rare(password):
            continue
        if "$" in password and not rare(password) and not _DOLLAR.fullmatch(password):
            continue
        default = user == password and password in ("admin", "root")
        if not host or (not default and _stands_in(password)):
            continue
        if "@" in password and password.partition("@")[0].isdigit():
            continue  # a port
        doubt = fake(password)
        if not doubt and _LOCAL.fullmatch(host):
            doubt = _AT_HOME
        if not doubt and (
            password.lower() in (user.lower(), host.partition(".")[0].lower(), scheme[1].decode().lower(), "tiger")
            or len(password) < 4
            or _twins(user.lower(), password.lower())
        ):
            doubt = "it looks like a default"
        yield Found(start, stop, Confidence.LOW if doubt else Confidence.MEDIUM, doubt)


_AT_HOME = "the host is a local or an example one"
_DSN = Lazy(rb"([\w.-]{1,64}):([^\s\"'`/:]{3,128})@(?:tcp|unix)\(\Z")


def _dsn(data: bytes, end: int) -> Iterator[Found]:
    """The same in a data source name of Go's MySQL driver: `user:password@tcp(host:3306)/db`."""
    match = _DSN.search(data, max(0, end - 200), end)
    if match is None or match[1] == match[2]:
        return
    host = data[end : end + 64].partition(b")")[0].partition(b":")[0].decode("utf-8", "replace")
    found = chosen(match[2].decode("utf-8", "replace"), *match.span(2))
    if found is not None and not found.doubt and _LOCAL.fullmatch(host):
        found = found._replace(confidence=Confidence.LOW, doubt=_AT_HOME)
    if found is not None:
        yield found


def _stands_in(password: str) -> bool:
    plain, _ = _ESCAPE.subn("", password)
    return placeholder(password) or placeholder(plain) or password.lower() in _USUAL


def _twins(user: str, password: str) -> bool:
    """Whether both say what they are and share the rest: "shop_user" and "shop_password", "test" and "testpass"."""
    name, _, role = user.rpartition("_")
    if password in (f"{user}pass", f"{user}password", f"{user}pwd", f"{user}pw"):
        return True
    return name != "" and role in ("user", "admin", "db") and password in (f"{name}_password", f"{name}_pass")


_USUAL = frozenset(("pass123", "password123", "mypassword", "yourpassword", "user", "username", "p"))

URL = Secret(
    id="url-password",
    title="Password in a URL",
    severity=Severity.HIGH,
    keywords=("://", ":\\/\\/", "@tcp(", "@unix("),
    why="Whoever can read the address can log in to the server it names, and addresses end up in logs.",
    fix="Change the password, leave it out of the address and let the program read it at run time.",
    confidence=Confidence.MEDIUM,
    read=read,
    rank=2,
    bad=(
        "DATABASE_URL=postgres://shop:" + "t7Vq2LxZw9" + "@db.internal:5432/shop",
        'broker = "amqp://worker:' + "mZ4kQ8sT" + '@queue:5672//"',
        "shop:" + "t7Vq2LxZw9" + "@tcp(db.internal:3306)/shop",
        "https://ci-bot:" + "hJ3kP9wQ7rTz" + "@git.acme.io/shop.git",
    ),
    good=(
        "postgres://user:password@db.internal/shop",
        "user:password@tcp(127.0.0.1:3306)/shop",
        "postgres://$USER:$PASSWORD@db.internal/shop",
        "https://{user}:{password}@git.acme.io/",
        "redis://:<password>@cache:6379",
        "https://acme.io:8443/@team",
        "ssh://git@git.acme.io:22/shop.git",
        "https://user:********@host/",
    ),
)
