"""Secrets: the kinds that are known, by where they are used. A new kind goes into the module it belongs to.

There are hundreds, and a commit meets the keywords of a few: a module is imported when one of its kinds is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

from yett.lean import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from yett.model import Rule
    from yett.rules.secrets.record import Secret

    SECRETS: tuple[Secret, ...]
    """Every kind of secret."""

_PARTS = (
    "ai",
    "calls",
    "chains",
    "ci",
    "cloud",
    "collaboration",
    "commands",
    "commerce",
    "customers",
    "databases",
    "developers",
    "devices",
    "directives",
    "files",
    "frameworks",
    "git_hosts",
    "identity",
    "lookups",
    "media",
    "messaging",
    "misshapen",
    "money",
    "monitoring",
    "office",
    "notes",
    "others",
    "pairs",
    "payment",
    "senders",
    "shops",
    "stores",
    *("keys.PEM", "keys.PUTTY", "keys.JWK"),
    *("headers.BASIC", "headers.BEARER", "headers.CURL"),
    "tokens.JWT",
    "urls.URL",
    "whole",
    "generic.GENERIC",
)
"""The modules, whose kinds are in `SECRETS` there, and kinds that stand alone in theirs."""

Home = tuple[str, int]
"""Where a kind is: the part, and its place in it."""


class Index(NamedTuple):
    """The keywords of all kinds. `owners` are for each word, in lower case, the numbers of the kinds it points at, and
    `homes` for each number where the kind is; `files` are the numbers of the kinds that a file's name points at.
    `digest` says what all that is known of them depends on."""

    digest: str
    words: tuple[str, ...]
    owners: tuple[tuple[int, ...], ...]
    homes: tuple[Home, ...]
    files: dict[str, tuple[int, ...]]


def index() -> Index:
    """The index of every kind. Imports all of them."""
    homes = tuple((part, place) for part in _PARTS for place in range(len(_part(part))))
    secrets = tuple(map(at, homes))
    words: dict[str, list[int]] = {}
    files: dict[str, tuple[int, ...]] = {}
    for number, secret in enumerate(secrets):
        for keyword in secret.keywords:
            words.setdefault(keyword.lower(), []).append(number)
        for name in secret.files:
            files[name] = (*files.get(name, ()), number)
    return Index(digest(secrets), tuple(words), tuple(map(tuple, words.values())), homes, files)


def digest(secrets: tuple[Secret, ...]) -> str:
    """What tells one set of kinds from another."""
    known = (f"{secret.id} {secret.pattern} {secret.keywords} {secret.files}" for secret in secrets)
    import zlib

    seen = zlib.crc32("\0".join(known).encode())
    return f"{len(secrets)}.{seen:08x}"


def at(home: Home) -> Secret:
    """The kind that is there."""
    return _part(home[0])[home[1]]


def _part(part: str) -> Sequence[Secret]:
    module, _, name = part.partition(".")
    found = getattr(__import__(f"{__name__}.{module}", fromlist=("SECRETS",)), name or "SECRETS")
    return (found,) if name else found


def rules() -> tuple[Rule, ...]:
    """The family as the catalogue shows it."""
    from yett.rules.secrets.record import rule

    return tuple(map(rule, __getattr__("SECRETS")))


def __getattr__(name: str) -> tuple[Secret, ...]:
    """`SECRETS`, once somebody wants all of them."""
    if name != "SECRETS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: tuple[Secret, ...] = globals().get(name) or tuple(secret for part in _PARTS for secret in _part(part))
    globals()[name] = found
    return found
