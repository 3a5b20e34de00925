"""`yett verify-secrets`: whether the credentials that were found still work, as their own providers say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace

from yett import git
from yett.errors import YettError
from yett.model import Target

_LARGEST_EVENT = 32 << 20


def run(
    options: SimpleNamespace,
    environment: Mapping[str, str],
    target: Target,
    repository: git.Repository | None,
    say: Callable[[str], None],
    progress: Callable[[str, int, int], None],
) -> int:
    """Ask about the credentials of a target and say which are live. The exit code is 1 where one is, 3 where one may be
    or something could not be looked at, else 0.

    `options` has `send_credentials`, `provider`, `endpoint`, `deadline`, `low` and `format`.

    Raises:
        YettError: the run is for a change from a fork, nobody agreed to send anything, an option is not understood, git
            failed or a path does not exist.
    """
    from yett.verify.fork import foreign

    stranger = foreign(environment, _event)
    if stranger:
        raise YettError(f"this run is for {stranger}: credentials are never verified for a change from outside")
    chosen = _chosen(options.provider or ())
    endpoints = _endpoints(options.endpoint or ())
    if not options.send_credentials:
        raise YettError(
            "nothing was sent: verify-secrets sends each credential it finds to the provider it belongs to; "
            "say --send-credentials if that is meant"
        )
    if not 0 < options.deadline <= 3600:
        raise YettError(f"--deadline {options.deadline:g} is out of range: name seconds, up to 3600")
    from yett import trusted
    from yett.report.words import target as words
    from yett.verify import report
    from yett.verify.gather import gather
    from yett.verify.run import Limits, verify

    found = gather(
        target,
        repository,
        chosen,
        options.low,
        lambda done, of: progress("looking at files", done, of),
        trusted.key(target, repository),
    )
    told = report.Told(
        scope=words(target),
        results=verify(
            found.credentials,
            endpoints,
            Limits(deadline=options.deadline),
            lambda done, of: progress("asking the providers", done, of),
        ),
        gaps=found.gaps,
        low=found.low,
        others=found.others,
        files=found.files,
    )
    say(report.json(told) if options.format == "json" else report.text(told))
    return told.exit_code()


def _event(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read(_LARGEST_EVENT)


def _chosen(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(_known(name.strip()) for each in given for name in each.split(",") if name.strip())


def _known(name: str) -> str:
    from yett.verify.providers import PROVIDERS

    names = sorted(each.name for each in PROVIDERS)
    if name not in names:
        raise YettError(f"there is no provider {name!r}: name one of {', '.join(names)}")
    return name


def _endpoints(given: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Addresses by provider. One may be named several times, and each is asked."""
    found: dict[str, tuple[str, ...]] = {}
    for each in given:
        name, _, address = each.partition("=")
        found[_known(name)] = (*found.get(name, ()), _address(name, address))
    return found


def _address(name: str, address: str) -> str:
    """An address that a credential may be sent to: encrypted, or on this machine. No message repeats it, as it may hold
    a password."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(address)
        host, plain = parts.hostname or "", not (parts.username or parts.password or parts.query or parts.fragment)
        _ = parts.port
    except ValueError:
        host, plain = "", False
    if not host or not plain or not address.isascii() or not address.isprintable() or "{" in address:
        raise YettError(f"the --endpoint of {name} is no plain address: write {name}=https://HOST")
    if parts.scheme == "https" or (parts.scheme == "http" and _loopback(host)):
        return address.rstrip("/")
    raise YettError(f"the --endpoint of {name} is not encrypted: write {name}=https://…")


def _loopback(host: str) -> bool:
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
