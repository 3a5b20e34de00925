"""The service itself: who it runs as, how long it waits, what it writes down, whom it asks whether he is alive."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.haproxy import Config, Section
from yett.rules.haproxy.scope import Judged, at, has, servers
from yett.rules.hits import short

_DOCS = "https://docs.haproxy.org/3.0/configuration.html"

ROOT = Rule(
    id="haproxy/run-as-root",
    title="HAProxy runs as root",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Started as root to get its ports, HAProxy stays root unless the global section names a user: whoever "
        "gets into "
        "it owns the machine."
    ),
    fix="Write `user haproxy` and `group haproxy` into the global section.",
    refs=("CWE-250", "PCI DSS 2.2.6", f"{_DOCS}#3.1-user"),
    bad=(
        """\
# next
global
    daemon
    maxconn 2000
""",
        "global\n    user root # <- here\n    daemon\n",
    ),
    good=(
        "global\n    user haproxy\n    group haproxy\n    daemon\n",
        "global\n    uid 200\n    gid 200\n    daemon\n",
        # In a container the image says who runs.
        "global\n    log stdout format raw local0\n    maxconn 2000\n",
        "frontend shop\n    bind :80\n",
    ),
)


def run_as_root(config: Config) -> Iterator[Hit | Unknown]:
    for section in config.of("global"):
        users = section.own("user", "uid")
        for line in users:
            if line.args[:1] in (("root",), ("0",)):
                yield at(line, section, "HAProxy runs as root")
        if users or not section.own("daemon"):
            continue
        if config.templated:
            yield Unknown(section.head.span.line, "a user may be set by the template")
        else:
            yield at(section.head, section, "the global section names no user, so HAProxy stays root", subject="user")


CHROOT = Rule(
    id="haproxy/no-chroot",
    title="HAProxy is not kept in an empty folder",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "HAProxy reads no files once it runs: with chroot, whoever gets into it finds an empty folder. It is off "
        "by default."
    ),
    fix="Write `chroot /var/empty` into the global section.",
    refs=("CWE-250", "PCI DSS 2.2.6", f"{_DOCS}#3.1-chroot"),
    bad=("# next\nglobal\n    user haproxy\n    daemon\n",),
    good=(
        "global\n    user haproxy\n    chroot /var/lib/haproxy\n    daemon\n",
        "global\n    log stdout format raw local0\n",
    ),
)


def chroot(config: Config) -> Iterator[Hit]:
    for section in config.of("global"):
        if section.own("daemon") and not section.own("chroot") and not config.templated:
            yield at(section.head, section, "HAProxy sees the whole file system", subject="chroot")


TIMEOUTS = Rule(
    id="haproxy/timeouts-missing",
    title="A connection may be held for ever",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Without timeouts, which have no default, a client or a server that stays silent keeps its connection until "
        "none is left. timeout http-request ends those who send a header byte by byte."
    ),
    fix=(
        "Write `timeout connect 5s`, `timeout client 30s`, `timeout server 30s`, `timeout http-request 10s` into "
        "defaults."
    ),
    refs=("CWE-400", f"{_DOCS}#4.2-timeout%20client"),
    bad=(
        """\
# next
defaults
    mode http
    timeout connect 5s

frontend shop
    bind :80
    default_backend app

backend app
    server one app:8000
""",
        """\
defaults
    mode http
    timeout connect 5s
    timeout client 2h # <- here
    timeout server 30s
    timeout http-request 10s

frontend shop
    bind :80
""",
    ),
    good=(
        """\
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    timeout http-request 10s
    timeout tunnel 4h

frontend shop
    bind :80
    default_backend app

backend app
    server one app:8000
""",
        """\
frontend db
    mode tcp
    bind :5432
    timeout client 1h
    default_backend db

backend db
    mode tcp
    timeout connect 5000
    timeout server 1h
    server one db:5432
""",
    ),
)

_OLD_NAMES = {"contimeout": "connect", "clitimeout": "client", "srvtimeout": "server"}
_NEEDS = {
    "frontend": ("client",),
    "listen": ("client", "server", "connect"),
    "backend": ("server", "connect"),
}
_UNITS = {"us": 1e-6, "ms": 1e-3, "": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST = 300
"""Seconds that a client or server may stay silent; five minutes are long for HTTP."""


def timeouts(config: Config) -> Iterator[Hit | Unknown]:
    lacking: dict[int, tuple[Section, list[str]]] = {}
    for section in config.of("frontend", "listen", "backend"):
        known = _timeouts(section)
        missing = [name for name in _NEEDS[section.kind] if name not in known]
        if section.kind != "backend" and section.mode == "http" and "client" in known:
            missing += [] if "http-request" in known else ["http-request"]
        if section.kind == "backend" and not servers(section):
            continue
        if missing:
            place = section.defaults or section
            names = lacking.setdefault(id(place), (place, []))[1]
            names += [name for name in missing if name not in names]
    for place, names in lacking.values():
        if config.templated:
            yield Unknown(place.head.span.line, "timeouts may be set by the template")
            continue
        severity = Severity.LOW if names == ["http-request"] else None
        message = f"{place.label} sets no timeout {', '.join(names)}"
        yield at(place.head, place, message, subject=f"timeout {' '.join(names)}", severity=severity)
    for section in config.of("defaults", "frontend", "listen", "backend"):
        if section.mode != "http":
            continue
        for line in section.own("timeout", *_OLD_NAMES):
            name = _OLD_NAMES.get(line.name) or (line.args[0].lower() if line.args else "")
            long = _seconds(line.args[-1]) if line.args else None
            if name in ("client", "server", "connect", "http-request") and long is not None and long > LONGEST:
                yield at(line, section, f"timeout {name} is {short(line.args[-1], 20)}", severity=Severity.LOW)


def _timeouts(section: Section) -> set[str]:
    found = {line.args[0].lower() for line in section.effective("timeout") if line.args}
    return found | {_OLD_NAMES[line.name] for line in section.effective(*_OLD_NAMES)}


def _seconds(text: str) -> float | None:
    found = re.fullmatch(r"(\d{1,12})(us|ms|s|m|h|d)?", text)
    return int(found.group(1)) * _UNITS[found.group(2) or ""] if found else None


LOGGING = Rule(
    id="haproxy/no-logging",
    title="Nothing is logged",
    severity=Severity.LOW,
    level=Action.WARN,
    why="Without a `log` line there is no trace of who asked for what: nothing is logged by default.",
    fix="Write `log stdout format raw local0` into global and `log global` with `option httplog` into defaults.",
    refs=("CWE-778", "PCI DSS 10.2.1", f"{_DOCS}#4.2-log"),
    bad=(
        """\
# next
global
    daemon

defaults
    mode http

frontend shop
    bind :80
""",
        """\
global
    log stdout format raw local0

# next
defaults
    mode http

frontend shop
    bind :80
""",
    ),
    good=(
        """\
global
    log stdout format raw local0

defaults
    mode http
    log global
    option httplog

frontend shop
    bind :80
""",
        "frontend shop\n    bind :80\n",
    ),
)


def logging(config: Config) -> Iterator[Hit | Unknown]:
    main = next(config.of("global"), None)
    fronts = list(config.of("frontend", "listen"))
    silent = [section for section in fronts if not [line for line in section.effective("log") if not line.negated]]
    if main is None or not silent:
        return
    if config.templated:
        yield Unknown(main.head.span.line, "log may be set by the template")
    elif not main.own("log"):
        if len(silent) == len(fronts):
            yield at(main.head, main, "nothing is logged: there is no log line", subject="log")
    else:
        places = {id(place): place for section in silent for place in (section.defaults or section,)}
        for place in places.values():
            if not any("stats" in each.name for each in silent) or len(silent) > 1:
                yield at(
                    place.head,
                    place,
                    f"{place.label} has no `log global`, so its requests are not logged",
                    subject="log",
                )


HEALTH = Rule(
    id="haproxy/no-health-check",
    title="Servers are not asked whether they are alive",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A server without check is taken for alive for ever: requests go to a dead one. The default is no check.",
    fix="Write `check` behind each server, or `default-server check`.",
    refs=("CWE-703", f"{_DOCS}#5.2-check"),
    bad=(
        """\
backend app
    server one app1:8000 # <- here
    server two app2:8000 check
""",
    ),
    good=(
        """\
backend app
    default-server check inter 5s
    server one app1:8000
    server two app2:8000

backend single
    server one app1:8000

backend spare
    server one app1:8000 check
    server two app2:8000 track app/one
""",
    ),
)


def health(config: Config) -> Iterator[Hit]:
    for section in config.of("backend", "listen"):
        lines = servers(section)
        if len(lines) < 2:
            continue
        for line in lines:
            if not has(line, section, "check") and not line.word("track", "agent-check", "disabled"):
                name = short(line.words[1].text, 40)
                yield at(
                    line, section, f"{section.label} does not check {name}", subject=f"server {line.words[1].text}"
                )
                break


LENIENT = Rule(
    id="haproxy/lenient-http",
    title="Requests that break the rules are let through",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "What HAProxy and the server behind it read differently is how requests are smuggled past rules. The option is "
        "meant for a day of debugging, and off by default."
    ),
    fix="Take the option out.",
    refs=("CWE-444", "PCI DSS 6.2.4", f"{_DOCS}#4.2-option%20accept-unsafe-violations-in-http-request"),
    bad=("frontend shop\n    mode http\n    bind :80\n    option accept-invalid-http-request # <- here\n",),
    good=("frontend shop\n    mode http\n    bind :80\n    no option accept-invalid-http-request\n",),
)

_LENIENT = ("accept-invalid-http-request", "accept-unsafe-violations-in-http-request")


def lenient(config: Config) -> Iterator[Hit]:
    for section in config.of("defaults", "frontend", "listen"):
        for line in section.own("option"):
            if line.args and line.args[0].lower() in _LENIENT and not line.negated:
                yield at(line, section, f"{section.label} takes requests that break HTTP")


RULES: Judged = (
    (ROOT, run_as_root),
    (CHROOT, chroot),
    (TIMEOUTS, timeouts),
    (LOGGING, logging),
    (HEALTH, health),
    (LENIENT, lenient),
)
