"""Credentials in HTTP headers and on command lines that send them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Confidence, Severity
from yett.rules.secrets.checksum import decoded
from yett.rules.secrets.chosen import PLAIN, chosen
from yett.rules.secrets.commands import line
from yett.rules.secrets.doubt import fake, placeholder, reference
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.rarity import rare
from yett.rules.secrets.record import Found, Secret, begins
from yett.rules.secrets.tokens import said

_BASE64 = Lazy(rb"([A-Za-z0-9+/_\-]{6,600}={0,2})(?![A-Za-z0-9+/=_\-])")
_TOKEN = Lazy(rb"([A-Za-z0-9._~+/\-]{16,2000}={0,2})(?![A-Za-z0-9._~+/=\-])")
_AUTHORIZATION = Lazy(rb"auth|header|basic[\"']?\s*[:=]", re.IGNORECASE)
_CURL = Lazy(rb"[\s](?:-u|--user|--proxy-user|-U)[ =]?(\\?[\"']?)([^\s:\"'$<>{}\\]{1,64}):([^\s\"'$<>{}\\]{3,128})")

_VARIABLE = Lazy(r"[A-Z]+(?:_[A-Z]+)+|[a-z]+_secret")
_PUBLISHED = frozenset(
    (
        "aladdin:open sesame",
        "aladdin:opensesame",
        "test:123£",
        "user:pass",
        "user:password",
        "username:password",
        "user:passwd",
    )
)


def _basic(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    for end in ends:
        match = _BASE64.match(data, end)
        if match is None or not begins(data, end - 6):
            continue
        text = match[1].decode()
        try:
            pair = decoded(text).decode().rstrip("\n")  # as echo leaves it
        except UnicodeDecodeError:
            pair = "\0"
        if pair.isprintable() and ":" in pair:
            user, _, password = pair.partition(":")
            if (
                not user + password
                or reference(password)
                or pair.lower() in _PUBLISHED
                or (not password and placeholder(user))
            ):
                continue
            if len(user + password) < 3:
                continue
            doubt = "its password is a placeholder" if placeholder(password) else fake(password)
            if not doubt and (password == user or (len(password) < 3 and len(user) < 12)):
                doubt = "it looks like a default"
            yield Found(*match.span(1), Confidence.LOW if doubt else Confidence.MEDIUM, doubt)
        elif (
            not pair.isprintable()
            and len(text) >= 12
            and text.endswith("=")
            and rare(text)
            and _AUTHORIZATION.search(data, max(0, end - 64), end)
        ):
            yield Found(*match.span(1), Confidence.LOW, "it does not decode to a user and a password")


BASIC = Secret(
    id="basic-authorization",
    title="User and password in a Basic authorization header",
    severity=Severity.HIGH,
    keywords=("basic ",),
    why="Base64 hides nothing: whoever reads the header has the user name and the password.",
    fix="Change the password and build the header at run time from a value that is not in the repository.",
    confidence=Confidence.MEDIUM,
    read=_basic,
    rank=2,
    bad=(
        '"Authorization": "Basic ' + "c2hvcDp0N1Zx" + 'MkxYWnc5"',
        "curl -H 'Authorization: Basic " + "YWRtaW46UTh4" + "IXZMMm1a'",
    ),
    good=(
        "Authorization: Basic $TOKEN",
        "Basic authentication is used here",
        "Authorization: Basic " + "dXNlcjpwYXNzd29yZA==",
        "Authorization: Basic " + "QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    ),
)


def _bearer(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    for end in ends:
        match = _TOKEN.match(data, end)
        if match is None:
            continue
        if match[1].endswith(b"..."):
            continue  # cut off
        text = match[1].decode().rstrip(".")
        if reference(text) or placeholder(text) or not rare(text.rstrip("=")):
            continue
        doubt, note, expires = said(text)
        doubt = fake(text) or doubt
        confidence = Confidence.LOW if doubt else Confidence.MEDIUM
        yield Found(end, end + len(text), confidence, doubt, note, expires=expires)


BEARER = Secret(
    id="bearer-authorization",
    title="Token in a Bearer authorization header",
    severity=Severity.HIGH,
    keywords=("bearer ", "authorization: token ", 'authorization": "token ', "authorization': 'token ", "apikey "),
    why="A bearer token is all that is asked for: whoever has it is let in.",
    fix="Revoke the token and build the header at run time from a value that is not in the repository.",
    confidence=Confidence.MEDIUM,
    read=_bearer,
    rank=2,
    bad=(
        "Authorization: Bearer " + "7f3a9c2e5b8d1f60" + "4a7e9c3b5d8f2a61",
        '"Authorization": "Bearer ' + "kX8vQ2mZ7tLw" + '4RnP9sHb"',
    ),
    good=(
        "Authorization: Bearer $ACCESS_TOKEN",
        "Authorization: Bearer <your-access-token>",
        "the bearer authentication-scheme is used",
    ),
)


def _curl(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    for end in ends:
        match = _CURL.search(data, end - 1, line(data, end))
        if match is None or not begins(data, end - 5):
            continue
        user, password = match[2].decode("utf-8", "replace"), match[3].decode("utf-8", "replace")
        if f"{user}:{password}".lower() in _PUBLISHED or _VARIABLE.fullmatch(password):
            continue
        found = chosen(password, *match.span(3), 3)
        if found is not None and password == user:
            found = found._replace(confidence=Confidence.LOW, doubt="it looks like a default")
        elif found is not None and found.doubt == PLAIN and len(password) >= 8 and any(map(str.isdigit, password)):
            found = found._replace(confidence=Confidence.MEDIUM, doubt="")
        if found is not None:
            yield found


CURL = Secret(
    id="curl-password",
    title="Password on a curl command line",
    severity=Severity.HIGH,
    keywords=("curl ",),
    why="Whoever reads the script can log in as that user.",
    fix="Change the password and use a netrc file (curl --netrc-file) or a masked variable.",
    confidence=Confidence.MEDIUM,
    read=_curl,
    rank=2,
    bad=(
        "curl -u deploy:" + "Tq8vLz2m" + " https://acme.io/hook",
        "curl -s --user 'api:" + "x7Kq2Vn9pT" + "' https://acme.io",
    ),
    good=(
        "curl -u user:password https://acme.io",
        "curl -u $USER:$PASS https://acme.io",
        "curl -s https://acme.io -o out:put",
    ),
)
