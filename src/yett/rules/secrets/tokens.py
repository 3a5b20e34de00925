"""JSON Web Tokens, told from other dotted text by what they decode to (RFC 7519)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from yett.lean import NamedTuple
from yett.model import Confidence, Severity
from yett.rules.hits import short
from yett.rules.secrets.checksum import json_object
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.record import Found, Secret, begins

_TOKEN = Lazy(
    rb"([A-Za-z0-9_\-]{8,2000})\.(eyJ[A-Za-z0-9_\-]{8,16000}|[A-Za-z0-9_\-]{8,16000})\.([A-Za-z0-9_\-]{16,2000})"
)
_PUBLISHED = ("1234567890",)


class Said(NamedTuple):
    """What a token says of itself: why it opens nothing ("" where it does not say so), the words for a report, and the
    last day on which it is good for anything (ISO 8601, UTC), "" where it never ends."""

    doubt: str
    note: str
    expires: str


def said(token: str) -> Said:
    """What a JSON Web Token says of itself; nothing where this is none."""
    parts = token.split(".")
    if len(parts) != 3 or not token.startswith("eyJ"):
        return Said("", "", "")
    header, payload = json_object(parts[0]), json_object(parts[1])
    return _said(header, payload) if "alg" in header and payload else Said("", "", "")


def _said(header: Mapping[str, object], payload: Mapping[str, object]) -> Said:
    expires = _day(payload.get("exp"))
    told = (
        f"alg {_word(header.get('alg'))}",
        f"issuer {_word(payload['iss'])}" if isinstance(payload.get("iss"), str) else "",
        f"expires on {expires}" if expires else "it never expires" if "exp" not in payload else "",
    )
    doubt = ""
    if payload.get("sub") in _PUBLISHED:
        doubt = "it is the sample of a documentation page"
    elif payload.get("role") == "anon":
        doubt = "its role is the public one"
    elif header.get("alg") == "none":
        doubt = "it is not signed, so that anybody can make one"
    return Said(doubt, ", ".join(filter(None, told)), expires)


def _word(value: object) -> str:
    return short("".join(char if char.isprintable() else " " for char in str(value)), 60)


def _day(moment: object) -> str:
    """The day of a NumericDate (RFC 7519, section 2): seconds since 1970."""
    if isinstance(moment, bool) or not isinstance(moment, (int, float)) or not 0 < moment < _LAST:
        return ""
    return time.strftime("%Y-%m-%d", time.gmtime(moment))


_LAST = 32_503_680_000
"""The year 3000: what lies beyond is not in seconds."""


def _jwt(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    del path
    last = -1
    for end in ends:
        before = data[end - 4 : end - 3]
        if end <= last or data[end - 3 : end] != b"eyJ" or before in (b".", b"-") or not begins(data, end - 3):
            continue
        match = _TOKEN.match(data, end)
        if match is None:
            continue
        header = json_object("eyJ" + match[1].decode())
        if "alg" not in header:
            continue
        payload = json_object(match[2].decode())
        if not payload:
            continue  # signed or encrypted, yet no JWT: what it is good for nobody can tell
        doubt, note, expires = _said(header, payload)
        last = match.end()
        confidence = Confidence.LOW if doubt else Confidence.MEDIUM
        yield Found(end - 3, match.end(), confidence, doubt, note, expires=expires)


JWT = Secret(
    id="json-web-token",
    title="JSON Web Token",
    severity=Severity.MEDIUM,
    keywords=("eyj",),
    why="Until it expires whoever has it is let in as its subject; some never expire.",
    fix="Revoke the session or rotate the signing key, and get tokens at run time.",
    confidence=Confidence.MEDIUM,
    read=_jwt,
    far=True,
    rank=2,
    bad=(
        "token = eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
        + ".eyJzdWIiOiJzaG9wLXdvcmtlciIsImlhdCI6MTcwMDAwMDAwMH0"
        + ".q7Vx2LmZ9tKw4RnP8sHbJd3GfUc6XoEiAtNvQkWpZ5r",
    ),
    good=(
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
        "eyJhbGciOiJ.short.token",
        "eyJub3QtanNvbg" + "eyJhZ2Fpbg.eyJub3Qtan.q7Vx2LmZ9tKw4RnP8sHb",
    ),
)
