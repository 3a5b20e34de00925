"""Who gets to what: the control pages, the word of a client on where he comes from, and how often he may try."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity
from yett.parse.haproxy import Config, Section
from yett.rules.haproxy.scope import (
    Judged,
    addresses,
    at,
    fronts,
    is_public,
    is_stats_only,
    only_redirects,
)
from yett.rules.hits import short

_DOCS = "https://docs.haproxy.org/3.0/configuration.html"

STATS_OPEN = Rule(
    id="haproxy/stats-open",
    title="The statistics are open to everybody",
    severity=Severity.HIGH,
    why=(
        "The page shows every server, its address and its state, and with stats admin it takes them out of service. "
        "Nothing asks for a password unless `stats auth` or a rule does."
    ),
    fix=(
        "Bind it to 127.0.0.1, and write `stats auth` with a password from the environment, or `http-request deny "
        "unless`."
    ),
    refs=("CWE-306", "PCI DSS 8.3.1", f"{_DOCS}#4.2-stats%20enable"),
    bad=(
        """\
listen stats
    bind :8404
    mode http
    stats enable # <- here
    stats uri /stats
""",
        """\
defaults
    mode http

frontend shop
    bind :443 ssl crt shop.pem
    stats uri /haproxy # <- here
    default_backend app
""",
    ),
    good=(
        """\
listen stats
    bind :8404
    mode http
    stats enable
    stats auth staff:${STATS_PASSWORD}

listen local
    bind 127.0.0.1:8405
    stats enable

listen inner
    bind :8406
    stats enable
    acl office src 10.0.0.0/8
    http-request deny unless office

listen users
    bind :8407
    stats enable
    stats http-request auth unless { http_auth(staff) }

frontend shop
    bind :443 ssl crt shop.pem
    no stats enable
    default_backend app
""",
    ),
)

_SHOWS = ("enable", "uri", "admin", "refresh", "realm", "show-legends", "show-node", "scope", "hide-version")


def stats_open(config: Config) -> Iterator[Hit]:
    for section in config.of("frontend", "listen", "backend"):
        lines = [
            line for line in section.own("stats") if line.args and line.args[0].lower() in _SHOWS and not line.negated
        ]
        if not lines or (addresses(section) and not is_public(section)) or _guarded(section):
            continue
        if section.kind == "backend" and not any(line.args[0].lower() in ("enable", "uri") for line in lines):
            continue
        message = f"{section.label} shows the statistics to everybody"
        yield at(lines[0], section, message, subject="stats")


def _guarded(section: Section) -> bool:
    """Whether a password or a list of addresses stands in front of the statistics."""
    for line in section.effective("stats"):
        if line.args and line.args[0].lower() in ("auth", "http-request"):
            return True
    return any(
        line.args
        and line.args[0].lower() in ("deny", "auth", "reject", "silent-drop", "tarpit", "connection")
        and line.word("if", "unless")
        for line in section.own("http-request", "tcp-request", "block")
    )


STATS_PASSWORD = Rule(
    id="haproxy/stats-default-password",
    title="The statistics have a password that everybody tries first",
    severity=Severity.HIGH,
    why=(
        "admin:admin and its like are the first that a scanner tries, and behind them servers are taken out of service."
    ),
    fix="Write `stats auth staff:${STATS_PASSWORD}`.",
    refs=("CWE-1392", "PCI DSS 2.2.2", f"{_DOCS}#4.2-stats%20auth"),
    bad=("listen stats\n    bind :8404\n    stats enable\n    # next\n    stats auth admin:" + "admin\n",),
    good=("listen stats\n    bind :8404\n    stats enable\n    stats auth staff:${STATS_PASSWORD}\n",),
)

_TRIED = re.compile(
    r"(?:password|passwd|pass|admin|haproxy|stats?|secret|changeme|change-me|123456?|1234|root|test|guest"
    r"|user|default)\d*",
    re.IGNORECASE,
)


def stats_password(config: Config) -> Iterator[Hit]:
    for section in config.of("defaults", "frontend", "listen", "backend"):
        for line in section.own("stats"):
            if len(line.args) < 2 or line.args[0].lower() != "auth":
                continue
            user, _, password = line.args[1].partition(":")
            if password and (password.lower() == user.lower() or _TRIED.fullmatch(password)):
                message = f"{section.label} lets {short(user, 30)} in with a password that is guessed first"
                yield at(line.words[1], section, message, subject=f"stats auth {user}")


STATS_ADMIN = Rule(
    id="haproxy/stats-admin",
    title="Whoever sees the statistics may switch servers off",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="`stats admin if TRUE` lets every visitor of the page take servers out of service.",
    fix="Write `stats admin if LOCALHOST`, or name an `acl` of addresses.",
    refs=("CWE-732", "PCI DSS 7.2.5", f"{_DOCS}#4.2-stats%20admin"),
    bad=("listen stats\n    bind :8404\n    stats auth staff:${STATS}\n    stats admin if TRUE # <- here\n",),
    good=(
        "listen stats\n    bind :8404\n    stats auth staff:${STATS}\n    stats admin if LOCALHOST\n",
        "listen stats\n    bind 127.0.0.1:8404\n    stats admin if TRUE\n",
    ),
)


def stats_admin(config: Config) -> Iterator[Hit]:
    for section in config.of("defaults", "frontend", "listen", "backend"):
        for line in section.own("stats"):
            words = [word.lower() for word in line.args]
            everybody = words[:1] == ["admin"] and words[1:3] in (["if", "true"], ["unless", "false"])
            if everybody and (not addresses(section) or is_public(section)):
                yield at(line, section, f"{section.label} lets everybody who sees it switch servers off")


STATS_SOCKET = Rule(
    id="haproxy/stats-socket-open",
    title="The control socket is open",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="At level admin the socket changes servers, certificates and maps; it asks for no password.",
    fix="Write `stats socket /run/haproxy/admin.sock mode 660 level admin`.",
    refs=("CWE-306", "CWE-732", "PCI DSS 7.2.5", f"{_DOCS}#3.1-stats%20socket"),
    bad=(
        """\
global
    stats socket ipv4@0.0.0.0:9999 level admin # <- here
    stats socket /run/haproxy.sock mode 666 level admin # <- here
""",
    ),
    good=(
        """\
global
    stats socket /run/haproxy/admin.sock mode 660 level admin
    stats socket ipv4@127.0.0.1:9999 level admin
    stats socket /run/haproxy/read.sock mode 666 level user
    stats timeout 30s
""",
    ),
)


def stats_socket(config: Config) -> Iterator[Hit]:
    for section in config.of("global"):
        for line in section.own("stats"):
            if len(line.args) < 2 or line.args[0].lower() != "socket":
                continue
            place = re.sub(r"^ipv[46]@", "", line.args[1])
            mode, level = line.after("mode"), line.after("level")
            powers = level is not None and level.text.lower() == "admin"
            network = ":" in place and not place.startswith(
                ("/", "unix@", "abns@", "127.", "localhost", "[::1]", "::1", "${")
            )
            world = mode is not None and mode.text[-1:] in "2367"
            if network or (world and powers):
                who = "the network" if network else "every user of the machine"
                yield at(
                    line,
                    section,
                    f"{who} reaches the control socket {short(place, 40)}",
                    subject=f"stats socket {place}",
                )


SPOOFABLE = Rule(
    id="haproxy/spoofable-xff",
    title="Clients may say which address they come from",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "option forwardfor adds the address behind what the client sent: an application that reads the first "
        "entry logs "
        "and limits by an address that was made up. With if-none, the client's is the only one."
    ),
    fix="Write `http-request del-header X-Forwarded-For` above `option forwardfor`.",
    refs=("CWE-348", "PCI DSS 10.2.2", f"{_DOCS}#4-option%20forwardfor"),
    bad=(
        """\
frontend shop
    mode http
    bind :443 ssl crt shop.pem
    option forwardfor # <- here
    default_backend app
""",
        """\
defaults
    mode http
    option forwardfor except 127.0.0.0/8 # <- here

frontend shop
    bind :443 ssl crt shop.pem
    default_backend app
""",
    ),
    good=(
        """\
frontend shop
    mode http
    bind :443 ssl crt shop.pem
    http-request del-header X-Forwarded-For
    option forwardfor
    default_backend app

frontend pay
    mode http
    bind :444 ssl crt shop.pem
    http-request set-header X-Forwarded-For %[src]
    option forwardfor

frontend inner
    mode http
    bind :445 accept-proxy
    option forwardfor
""",
    ),
)

_DELETES = re.compile(r"(?:del-header|set-header|replace-header|reqidel|reqdel|reqirep|reqrep)\s+\S*x-forwarded-for")


def spoofable(config: Config) -> Iterator[Hit]:
    told: set[int] = set()
    for section in fronts(config):
        line = section.option("forwardfor")
        if section.mode != "http" or not is_public(section) or line is None or id(line) in told:
            continue
        if is_stats_only(section) or only_redirects(section) or _is_inner(section):
            continue
        if any(
            _DELETES.search(each.text) for each in section.effective("http-request", "reqidel", "reqdel", "reqirep")
        ):
            continue
        told.add(id(line))
        owner = section if line in section.lines else section.defaults or section
        message = f"{section.label} adds to the X-Forwarded-For that a client sends"
        yield at(line, owner, message, subject="option forwardfor")


def _is_inner(section: Section) -> bool:
    return all(each.line.word("accept-proxy") or each.is_local for each in addresses(section))


SPOOFABLE_ACL = Rule(
    id="haproxy/spoofable-acl",
    title="Access is decided by an address that the client writes",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    confidence=Confidence.MEDIUM,
    why="X-Forwarded-For is a header like others: who sends the address of the office in it is taken for the office.",
    fix="Use `src`, or delete the header of clients that are not your own load balancer.",
    refs=("CWE-290", "PCI DSS 7.3.3", f"{_DOCS}#7.3.6-req.hdr_ip"),
    bad=(
        "frontend shop\n    mode http\n    bind :443 ssl crt shop.pem\n"
        "    acl office hdr_ip(X-Forwarded-For) 10.0.0.0/8 # <- here\n    http-request deny unless office\n",
    ),
    good=(
        "frontend shop\n    mode http\n    bind :443 ssl crt shop.pem\n    acl office src 10.0.0.0/8\n"
        "    http-request deny unless office\n",
    ),
)

_CLAIMED = re.compile(r"hdr(?:_ip)?\((?:x-forwarded-for|x-real-ip|client-ip)(?:,[^)]*)?\)\s+(?:-\S+\s+)*[0-9a-f:.]+")


def spoofable_acl(config: Config) -> Iterator[Hit]:
    for section in config.of("frontend", "listen", "backend"):
        if any(_DELETES.search(each.text) for each in section.effective("http-request")) or _trusts(section):
            continue
        for line in section.own("acl"):
            if _CLAIMED.search(line.text):
                yield at(line, section, f"{short(line.args[0], 40)} believes the address that a client writes")


def _trusts(section: Section) -> bool:
    return bool(addresses(section)) and _is_inner(section)


RATE = Rule(
    id="haproxy/no-rate-limit",
    title="Nothing slows down floods and guessing",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    level=Action.WARN,
    why="Without a table of rates, one machine tries thousands of passwords or stolen cards a minute.",
    fix=(
        "Write `stick-table type ipv6 size 100k expire 30s store http_req_rate(10s)`, `http-request track-sc0 src` and "
        "`http-request deny deny_status 429 if { sc_http_req_rate(0) gt 100 }`."
    ),
    refs=(
        "CWE-770",
        "PCI DSS 8.3.4",
        "https://www.haproxy.com/documentation/haproxy-configuration-tutorials/security/traffic-policing/",
    ),
    bad=(
        """\
# next
frontend shop
    mode http
    bind :443 ssl crt shop.pem
    default_backend app
""",
    ),
    good=(
        """\
frontend shop
    mode http
    bind :443 ssl crt shop.pem
    stick-table type ipv6 size 100k expire 30s store http_req_rate(10s)
    http-request track-sc0 src
    http-request deny deny_status 429 if { sc_http_req_rate(0) gt 100 }
    default_backend app

frontend clear
    mode http
    bind :80
    http-request redirect scheme https

frontend inner
    mode http
    bind 127.0.0.1:8080
    default_backend app
""",
    ),
)

_RATES = re.compile(r"_rate|conn_cur|rate-limit|src_conn|sc\d?_(?:http|conn|sess|glitch)|be_sess|track-sc|gpc")


def rate(config: Config) -> Iterator[Hit]:
    for section in fronts(config):
        if section.mode != "http" or not is_public(section) or is_stats_only(section) or only_redirects(section):
            continue
        if config.templated or _is_inner(section) or not section.effective("default_backend", "use_backend", "server"):
            continue
        lines = section.effective(
            "http-request", "tcp-request", "rate-limit", "acl", "stick-table", "use_backend", "filter"
        )
        if not any(_RATES.search(line.text) or line.name == "rate-limit" for line in lines):
            yield at(section.head, section, f"{section.label} takes as many requests as anybody sends", subject="rate")


PASSWORD = Rule(
    id="haproxy/plain-password",
    title="A password of a user list is written out",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="insecure-password keeps the password as it is: whoever reads the file or its history has it.",
    fix="Write `user staff password` with a hash, as `mkpasswd -m sha-512` makes it.",
    refs=("CWE-256", "PCI DSS 8.3.2", f"{_DOCS}#12.2-user"),
    bad=("userlist staff\n    # next\n    user anna insecure-password " + "kR7-w9qLz2\n",),
    good=(
        "userlist staff\n    user anna insecure-password ${ANNA}\n    user ben password $6$k6y3o.eP$JlKBx9za9667qe4\n",
    ),
)


def password(config: Config) -> Iterator[Hit]:
    for section in config.of("userlist"):
        for line in section.own("user"):
            word = line.after("insecure-password")
            if word and not word.text.startswith(("$", "{{", "<%")):
                keyword = line.word("insecure-password")
                message = f"the password of {short(line.args[0], 30)} is written out"
                yield at(keyword or line, section, message, subject=f"user {line.args[0]}")


RULES: Judged = (
    (STATS_OPEN, stats_open),
    (STATS_PASSWORD, stats_password),
    (STATS_ADMIN, stats_admin),
    (STATS_SOCKET, stats_socket),
    (SPOOFABLE, spoofable),
    (SPOOFABLE_ACL, spoofable_acl),
    (RATE, rate),
    (PASSWORD, password),
)
