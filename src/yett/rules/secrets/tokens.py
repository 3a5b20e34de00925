"""JSON Web Tokens, told from other dotted text by what they decode to (RFC 7519)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yett.model import Confidence, Severity
from yett.rules.secrets.checksum import json_object
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.record import Found, Secret, begins

_TOKEN = Lazy(
    rb"([A-Za-z0-9_\-]{8,2000})\.(eyJ[A-Za-z0-9_\-]{8,16000}|[A-Za-z0-9_\-]{8,16000})\.([A-Za-z0-9_\-]{16,2000})"
)
_PUBLISHED = ("1234567890",)


def doubted(token: str) -> str:
    """Why a token opens nothing, if it is a JSON Web Token that says so itself; "" else."""
    parts = token.split(".")
    return _doubt(json_object(parts[1])) if len(parts) == 3 and token.startswith("eyJ") else ""


def _doubt(payload: Mapping[str, object]) -> str:
    if payload.get("sub") in _PUBLISHED:
        return "it is the sample of a documentation page"
    return "its role is the public one" if payload.get("role") == "anon" else ""


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
        doubt = _doubt(payload)
        last = match.end()
        yield Found(end - 3, match.end(), Confidence.LOW if doubt else Confidence.MEDIUM, doubt)


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
