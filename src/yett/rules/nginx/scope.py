"""What is in effect where: nginx's inheritance from http to server to location, and what a server is to the world."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property

from yett.lean import Any, NamedTuple
from yett.model import Confidence, Edit, Hit, Rule, Severity, Unknown
from yett.parse.nginx import Directive, Word
from yett.parse.source import Span
from yett.rules.hits import hit, short


class Found(NamedTuple):
    """What a rule yields here: a configuration is made of several files, so a hit says in which of them it is."""

    path: str
    what: Hit | Unknown


Judge = Callable[["Config"], Iterator[Found]]
Judged = tuple[tuple[Rule, Judge], ...]


MAX_STEPS = 200_000
"""Variables and captures that are followed for one configuration."""


class Config:
    """A configuration with its includes in place. `root` is the root of the file that nothing else includes."""

    def __init__(self, root: Directive) -> None:
        self.root = root
        self.work = 0
        self.left = MAX_STEPS
        self.maps: dict[tuple[int, int], Any] = {}
        self._named: dict[str, list[Directive]] = {}
        for directive in root.walk():
            self._named.setdefault(directive.name, []).append(directive)

    def named(self, *names: str) -> list[Directive]:
        """Every directive with one of these names, wherever it is."""
        if len(names) == 1:
            return self._named.get(names[0], [])
        return [directive for name in names for directive in self._named.get(name, ())]

    @cached_property
    def sets(self) -> dict[tuple[Directive | None, str], list[Directive]]:
        """What sets a variable, by the server around it and the variable, `$` and all, in lower case."""
        found: dict[tuple[Directive | None, str], list[Directive]] = {}
        for directive in self.named("set"):
            if len(directive.args) == 2:
                found.setdefault((directive.inside("server"), directive.first), []).append(directive)
        return found

    @cached_property
    def mapped(self) -> dict[str, list[Directive]]:
        """The maps and their like, by the variable that they fill in, written as above."""
        found: dict[str, list[Directive]] = {}
        for block in self.named("map", "geo", "split_clients"):
            if block.args:
                found.setdefault(block.args[-1].text.lower(), []).append(block)
        return found

    @property
    def templated(self) -> bool:
        """Whether a template engine decides which of these lines there are."""
        return self.root.templated

    def servers(self) -> list[Directive]:
        """The servers that speak HTTP."""
        return [server for server in self.named("server") if server.is_block and is_http(server)]


def at(
    directive: Directive,
    message: str,
    *,
    word: Word | None = None,
    fix: str = "",
    subject: str = "",
    severity: Severity | None = None,
    confidence: Confidence | None = None,
    edits: tuple[Edit, ...] = (),
) -> Found:
    """A hit on a directive, or on one of its words."""
    span = word.span if word else directive.span
    if not directive.is_block and not word and span.line != span.end_line:
        span = directive.at.span
    name = f"{where(directive)}: {subject or directive.name}"
    found = hit(span, message, fix=fix, subject=name, severity=severity, confidence=confidence, edits=edits)
    return Found(directive.path, found)


def unknown(directive: Directive, what: str) -> Found:
    return Found(directive.path, Unknown(directive.at.span.line, what))


def where(directive: Directive) -> str:
    """The blocks around a directive by name, for the subject of a finding."""
    names = []
    for block in directive.up():
        if block.is_block and block.name:
            names.append(label(block))
    return " ".join(reversed(names)) or "main"


def label(block: Directive) -> str:
    """How a person calls a block: `location /api`, `server shop.example`."""
    if block.name == "server":
        name = block.once(server_name)
        return f"server {short(name, 60)}" if name else "server"
    return short(" ".join((block.name, *(word.text for word in block.args))), 60)


def server_name(server: Directive) -> str:
    """The first name of a server, or its first address, or ""."""
    for name in ("server_name", "listen"):
        for directive in server.all(name):
            if directive.args:
                return directive.args[0].text
    return ""


def replace(span: Span, by: str) -> tuple[Edit, ...]:
    return (Edit(*span, by),)


def effective(block: Directive, *names: str) -> list[Directive]:
    """What holds in a block: nginx takes the directives of the nearest level that has any, and those alone."""
    for each in block.up():
        found = each.all(*names)
        if found:
            return found
    return []


def setting(block: Directive, name: str) -> Directive | None:
    """The directive that decides a single value, or None where the default holds."""
    return next((found for each in block.up() if (found := each.last(name))), None)


def is_on(block: Directive, name: str) -> bool:
    found = setting(block, name)
    return found is not None and found.first == "on"


def incomplete(block: Directive) -> Directive | None:
    """An include that cannot be followed, in a block or around it: it may set anything."""
    return next((each.missing[0] for each in block.up() if each.missing), None)


def headers(block: Directive) -> dict[str, list[Directive]]:
    """The response headers in effect, by lower-case name: `add_header` as nginx inherits it (the nearest level alone,
    unless `add_header_inherit merge`, nginx 1.29.3), and what the headers-more and security-headers modules add."""
    found: dict[str, list[Directive]] = {}
    merged = False
    for each in block.up():
        own = [directive for directive in each.all("add_header") if directive.args]
        if (own and not found) or merged:
            for directive in own:
                found.setdefault(directive.first, []).append(directive)
        merges = inherits(each) == "merge"
        if (own and not merges) or inherits(each) == "off":
            break
        merged = merged or (bool(own) and merges)
    for each in block.up():
        for directive in each.all("more_set_headers"):
            for name, _ in more_headers(directive):
                found.setdefault(name, []).append(directive)
    if is_on(block, "security_headers"):
        for name in ("x-content-type-options", "x-frame-options", "strict-transport-security", "referrer-policy"):
            found.setdefault(name, [])
    return found


def inherits(block: Directive, name: str = "add_header_inherit") -> str:
    """How the list of headers is inherited in a block: "on" (replaced as a whole), "merge" or "off"."""
    found = setting(block, name)
    return found.first if found else "on"


def more_headers(directive: Directive) -> Iterator[tuple[str, Word]]:
    """The names that a `more_set_headers` sets, in lower case, each with its word."""
    skip = False
    for word in directive.args:
        if skip:
            skip = False
        elif not word.quoted and word.text in ("-s", "-t"):
            skip = True
        elif ":" in word.text:
            yield word.text.partition(":")[0].strip().lower(), word


def header_value(directive: Directive, name: str) -> str:
    """The value that an `add_header` or `more_set_headers` gives to a header."""
    if directive.name == "more_set_headers":
        return next((word.text.partition(":")[2].strip() for each, word in more_headers(directive) if each == name), "")
    return directive.args[1].text if len(directive.args) > 1 else ""


def is_http(block: Directive) -> bool:
    """Whether a server belongs to `http`: not to `stream` or `mail`, and not a member of an upstream."""
    outer = block.inside("http", "stream", "mail", "upstream")
    if outer is not None:
        return outer.name == "http"
    # Out of context, a server of `stream` shows itself: it has no locations and passes on without a scheme.
    passes = block.all("proxy_pass")
    return not (passes and not block.all("location", "root", "server_name") and "://" not in passes[0].text)


class Address(NamedTuple):
    """What a server listens on; `host` is "*" for every address, or "unix:"."""

    host: str
    port: str
    options: tuple[str, ...]
    directive: Directive


_LISTEN = re.compile(r"(?:(\[[^\]]*\]|[^:\[\]]+):)?(\d+)|(\[[^\]]*\]|[^:\[\]]+)")


def listens(server: Directive) -> list[Address]:
    found = []
    for directive in server.all("listen"):
        if not directive.args:
            continue
        options = tuple(word.text.lower() for word in directive.args[1:])
        value = directive.args[0].text
        if value.startswith("unix:"):
            found.append(Address("unix:", "", options, directive))
            continue
        parts = _LISTEN.fullmatch(value)
        host = (parts.group(1) or parts.group(3) or "*") if parts else value
        host = "*" if host in ("0.0.0.0", "*") else "[::]" if host.strip("[]:0") == "" else host
        found.append(Address(host, (parts.group(2) if parts else "") or "80", options, directive))
    return found


def is_local(address: Address) -> bool:
    return address.host == "unix:" or address.host == "localhost" or address.host.startswith(("127.", "[::1]"))


def is_tls(server: Directive) -> bool:
    """Whether a server speaks TLS on one of its addresses."""
    if any("ssl" in each.options or "quic" in each.options for each in listens(server)):
        return True
    return any(directive.first == "on" for directive in server.all("ssl"))


def is_only_tls(server: Directive) -> bool:
    addresses = listens(server)
    if not addresses:
        return False
    return is_tls(server) and (
        any(directive.first == "on" for directive in server.all("ssl"))
        or all("ssl" in each.options or "quic" in each.options for each in addresses)
    )


def is_public(server: Directive) -> bool:
    """Whether somebody else than this machine reaches a server."""
    addresses = listens(server)
    return not addresses or not all(is_local(each) for each in addresses)


HANDLERS = ("proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass")

EVERYONE_4 = ("all", "0.0.0.0/0")
EVERYONE_6 = ("all", "::/0")


def access(block: Directive) -> str:
    """Who gets into a block: "open" to everyone, "listed" addresses, "authenticated", or "nobody"."""
    rules = effective(block, "allow", "deny")
    signed = _authenticates(block)
    by_satisfy = setting(block, "satisfy")
    either = by_satisfy is not None and by_satisfy.first == "any"
    if not rules:
        return "authenticated" if signed else "open"
    server = block.inside("server")
    four, six = _families(server)
    families = [names for names, there in ((EVERYONE_4, four), (EVERYONE_6, six)) if there]
    if all(_verdict(rules, names) == "deny" for names in families):
        if either and signed:
            return "authenticated"
        return "listed" if any(rule.name == "allow" for rule in rules) else "nobody"
    everyone = any(_verdict(rules, names) == "allow" for names in families)
    if signed and not (either and everyone):
        return "authenticated"
    return "open"


def _families(server: Directive | None) -> tuple[bool, bool]:
    """Whether a server is reached by IPv4 and by IPv6; a host name may stand for either, no `listen` for IPv4."""
    if server is None:
        return True, True
    addresses = listens(server)
    named = any(each.host[:1].isalpha() and each.host != "unix:" for each in addresses)
    six = named or any(each.host.startswith("[") for each in addresses)
    return not addresses or named or any(not each.host.startswith("[") for each in addresses), six


def _verdict(rules: list[Directive], everyone: tuple[str, ...]) -> str:
    """What is said of an address that no narrower rule names: "allow", "deny", or "" where nothing is."""
    return next((rule.name for rule in rules if rule.first in everyone), "")


def _authenticates(block: Directive) -> bool:
    names = ("auth_basic", "auth_request", "auth_jwt", "auth_oidc", "auth_digest", "auth_pam", "auth_ldap")
    if any((found := setting(block, name)) is not None and found.first != "off" for name in names):
        return True
    if is_on(block, "ssl_verify_client"):
        return True
    return bool(effective(block, "access_by_lua_block", "access_by_lua_file", "access_by_lua", "auth_gssapi"))


def is_internal(block: Directive) -> bool:
    """Whether no request from outside arrives in a block by itself."""
    return any(
        each.name == "location" and (bool(each.all("internal")) or each.first.startswith("@")) for each in block.up()
    )


class Location(NamedTuple):
    """How a location matches: `kind` is "", "=", "^~", "~", "~*" or "@"; `path` is its prefix, pattern or name."""

    kind: str
    path: str
    word: Word


def location(block: Directive) -> Location | None:
    if block.name != "location" or not block.args:
        return None
    first = block.args[0]
    if len(block.args) > 1 and first.text in ("=", "^~", "~", "~*"):
        return Location(first.text, block.args[1].text, block.args[1])
    if not first.quoted:
        for kind in ("=", "^~", "~*", "~"):
            if first.text.startswith(kind) and len(first.text) > len(kind):
                return Location(kind, first.text[len(kind) :], first)
    if first.text.startswith("@"):
        return Location("@", first.text, first)
    return Location("", first.text, first)
