"""What a proxy is to the world: its addresses, whether it speaks TLS, which servers are behind it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from yett.lean import NamedTuple
from yett.model import Confidence, Edit, Hit, Rule, Severity, Unknown
from yett.parse.haproxy import Config, Line, Section, Word
from yett.rules.hits import hit

Judge = Callable[[Config], Iterator[Hit | Unknown]]
Judged = tuple[tuple[Rule, Judge], ...]


def at(
    line: Line | Word,
    section: Section,
    message: str,
    *,
    fix: str = "",
    subject: str = "",
    severity: Severity | None = None,
    confidence: Confidence | None = None,
    edits: tuple[Edit, ...] = (),
) -> Hit:
    """A hit on a line or a word of a section."""
    found = subject or (line.text if isinstance(line, Line) else line.text.lower())
    subject = f"{section.label}: {found}"
    return hit(line.span, message, fix=fix, subject=subject, severity=severity, confidence=confidence, edits=edits)


class Address(NamedTuple):
    """What a `bind` listens on: `host` is "*" for every address."""

    host: str
    port: str
    line: Line
    tls: bool

    @property
    def is_local(self) -> bool:
        return self.host.startswith(("127.", "localhost", "::1", "[::1]", "unix@", "/", "abns@", "uxst@"))


def addresses(section: Section) -> list[Address]:
    """The addresses of a frontend or listen, those in its first line included (`listen shop 0.0.0.0:80`)."""
    found = []
    lines = list(section.own("bind"))
    if section.kind in ("listen", "frontend") and len(section.head.words) > 2 and ":" in section.head.words[2].text:
        lines.append(Line(section.head.words[1:]))
    for line in lines:
        if len(line.words) < 2:
            continue
        tls = line.word("ssl") is not None
        for text in line.words[1].text.split(","):
            text = re.sub(r"^(?:ipv[46]|quic[46]|tcp[46]?)@", "", text)
            host, colon, port = text.rpartition(":")
            if not colon or text.startswith(("/", "unix@", "abns@", "fd@")):
                host, port = text, ""
            found.append(Address(host.strip("[]") if host not in ("", "0.0.0.0", "::", "*") else "*", port, line, tls))
    return found


def fronts(config: Config) -> Iterator[Section]:
    """The proxies that clients reach."""
    return (section for section in config.of("frontend", "listen") if addresses(section))


def is_public(section: Section) -> bool:
    return any(not each.is_local for each in addresses(section))


def is_stats_only(section: Section) -> bool:
    """Whether a proxy is for its own pages alone: statistics, metrics, a health check."""
    aside = bool(section.own("stats", "monitor-uri")) or any(
        "prometheus-exporter" in line.text for line in section.lines
    )
    return aside and not section.own("default_backend", "use_backend", "server", "server-template")


def redirects(section: Section) -> bool:
    """Whether a proxy sends visitors to https."""
    return any(
        ("redirect" in line.text and ("scheme https" in line.text or "https://" in line.text))
        for line in section.effective("redirect", "http-request")
    )


def only_redirects(section: Section) -> bool:
    """Whether it does so with everybody: nothing is behind it."""
    return redirects(section) and not section.own("default_backend", "use_backend", "server")


_TARGET = re.compile(r"(?:ipv[46]@)?(\[[^\]]*\]|[^:]+)")
_SAME_HOST = re.compile(
    r"localhost$|127\.|\[?::1|unix@|/|abns@|.*\.svc(?:\.|$)|.*\.local$|host\.docker\.internal$|\*$|0\.0\.0\.0$"
)


def target(line: Line) -> str:
    """The host of a `server` line, "" where it is not known."""
    words = line.args
    text = words[1] if line.name == "server" and len(words) > 1 else words[2] if len(words) > 2 else ""
    if "$" in text or "{{" in text or "<%" in text:
        return ""
    if text.startswith(("/", "unix@", "abns@")):
        return text
    found = _TARGET.match(text)
    return found.group(1) if found else ""


def is_far(host: str) -> bool:
    """Whether a server is on another machine: a name without a dot is a container beside this one."""
    return ("." in host or ":" in host) and not _SAME_HOST.match(host)


def servers(section: Section) -> list[Line]:
    return [line for line in section.lines if line.name in ("server", "server-template") and len(line.words) > 2]


def has(line: Line, section: Section, name: str) -> bool:
    """Whether a server has a keyword, by itself or by `default-server`; `no-ssl`, `no-check` take it back."""
    if line.word(f"no-{name}"):
        return False
    return line.word(name) is not None or section.gives(name)


def behind(config: Config, section: Section) -> list[Section]:
    """The backends that a frontend passes on to, as far as they are named."""
    if section.kind == "listen":
        return [section]
    names = [line.args[0] for line in section.effective("default_backend", "use_backend") if line.args]
    if any("%[" in name or "$" in name or "{{" in name for name in names):
        return list(config.of("backend"))
    return [each for name in dict.fromkeys(names) for each in config.named(name)]
