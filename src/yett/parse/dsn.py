"""Addresses of servers with a login in them, as programs take them: `postgres://user:password@host/name?sslmode=…`."""

from __future__ import annotations

import re

from yett.lean import NamedTuple


class Address(NamedTuple):
    """`start` and `end` are offsets in the text; `options` are those behind `?`, names in lower case."""

    scheme: str
    user: str
    password: str
    host: str
    port: str
    options: dict[str, str]
    start: int
    end: int


_ADDRESS = re.compile(
    r"(?:jdbc:)?([a-z][a-z0-9+.]{0,30}):(?://)?(?<=//)(?:([^\s:/?#@\"']{0,200})(?::([^\s/?#\"']{0,200}))?@)?"
    r"(\[[0-9a-fA-F:.]+\]|[^\s:/?#,;@\"']{1,255})?(?::(\d{1,5}))?([^\s?;\"']{0,500})(?:[?;]([^\s\"'<>]{0,2000}))?",
    re.IGNORECASE,
)


def find(text: str) -> tuple[Address, ...]:
    """The addresses in a text. Linear: each part is bounded."""
    if "://" not in text:
        return ()
    found = []
    for match in _ADDRESS.finditer(text):
        pairs = re.split(r"[&;]", match[7] or "")
        options = {name.lower(): value for name, _, value in (pair.partition("=") for pair in pairs) if name}
        found.append(
            Address(
                match[1].lower(),
                match[2] or "",
                match[3] or "",
                (match[4] or "").strip("[]").lower(),
                match[5] or "",
                options,
                *match.span(),
            )
        )
    return tuple(found)


_LOCAL = ("localhost", "127.0.0.1", "::1", "0.0.0.0", "")


def is_local(host: str) -> bool:
    """Whether a host is this machine, or a name without a dot, as services of a compose file have."""
    return host in _LOCAL or "." not in host or host.endswith((".local", ".localhost", ".test", ".internal"))
