"""Untrusted text made fit for a message, and numbers in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence

LONGEST = 120


def shown(text: str, longest: int = LONGEST) -> str:
    """Untrusted text, fit for a message: one line, without control or format characters, and not endless."""
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def listed(names: Sequence[str], most: int = 3) -> str:
    """Names in a row, and how many more there are."""
    text = ", ".join(shown(name, 60) for name in names[:most])
    return f"{text} and {len(names) - most} more" if len(names) > most else text


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def host(address: str) -> str:
    """The host of an address in small letters, without user, password and port; "" where it names none."""
    mark, found, rest = address.partition("://")
    if not found or " " in mark:
        return ""
    place = rest.partition("/")[0].partition("?")[0].partition("#")[0].rpartition("@")[2].lower()
    if place.startswith("["):
        return place.partition("]")[0] + "]"
    return place.partition(":")[0]


def is_plain(address: str) -> bool:
    """Whether an address is http, ftp or git without encryption, to another machine."""
    scheme = address.partition("://")[0].lower().rpartition("+")[2]
    return scheme in ("http", "ftp", "git") and "://" in address and host(address) not in _LOCAL


_LOCAL = ("", "localhost", "127.0.0.1", "[::1]")


def without_user(address: str) -> str:
    """An address fit to be shown: user names, passwords and queries may be secrets."""
    scheme, mark, rest = address.partition("://")
    if not mark:
        return address
    place, slash, path = rest.partition("/")
    for end in "?#":
        place, path = place.partition(end)[0], path.partition(end)[0]
    return f"{scheme}://{place.rpartition('@')[2]}{slash}{path}"
