"""How connections are encrypted, in front and behind."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity, Unknown
from yett.parse.haproxy import Config, Section
from yett.rules.ciphers import weak_suites
from yett.rules.haproxy.scope import (
    Judged,
    addresses,
    at,
    behind,
    fronts,
    has,
    is_far,
    is_public,
    is_stats_only,
    only_redirects,
    redirects,
    servers,
    target,
)
from yett.rules.hits import short

_DOCS = "https://docs.haproxy.org/3.0/configuration.html"

WEAK_TLS = Rule(
    id="haproxy/weak-tls",
    title="SSL 3.0, TLS 1.0 or TLS 1.1 is offered",
    severity=Severity.HIGH,
    why=(
        "Connections made with these versions can be read or changed on the way; PCI DSS has ruled out SSL and TLS 1.0 "
        "since 2018. From 2.2 on the default of ssl-min-ver is TLSv1.2; before, or with another least, it is lower."
    ),
    fix="Write `ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets` into the global section.",
    refs=("CWE-326", "PCI DSS 4.2.1", f"{_DOCS}#5.1-ssl-min-ver"),
    bad=(
        """\
global
    ssl-default-bind-options ssl-min-ver TLSv1.0 # <- here

frontend shop
    bind :443 ssl crt shop.pem ssl-min-ver TLSv1.1 # <- here
    default_backend app

backend app
    server one app:8443 ssl ca-file ca.pem force-tlsv10 # <- here
""",
        """\
global
    ssl-default-bind-options no-sslv3 # <- here
""",
    ),
    good=(
        """\
global
    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
    ssl-default-server-options no-sslv3 no-tlsv10 no-tlsv11

frontend shop
    bind :443 ssl crt shop.pem
    bind :444 ssl crt shop.pem ssl-min-ver TLSv1.3
""",
    ),
)

_WEAK = ("sslv3", "tlsv1.0", "tlsv1.1")
_NEWER = {"no-tlsv10", "force-tlsv12", "force-tlsv13"}
_FORCE = ("force-sslv3", "force-tlsv10", "force-tlsv11")
_PLACES = (
    "bind",
    "server",
    "server-template",
    "default-server",
    "ssl-default-bind-options",
    "ssl-default-server-options",
)


def weak_tls(config: Config) -> Iterator[Hit]:
    for section in config.sections:
        for line in section.lines:
            if line.name not in _PLACES:
                continue
            least, most = line.after("ssl-min-ver"), line.after("ssl-max-ver")
            forced = line.word(*_FORCE)
            words = {word.lower() for word in line.args}
            if least and least.text.lower() in _WEAK:
                yield at(
                    least,
                    section,
                    f"{line.name} takes {least.text} and above",
                    subject=f"{line.name} ssl-min-ver {least.text}",
                )
            elif most and most.text.lower() in _WEAK:
                yield at(
                    most, section, f"{line.name} takes no more than {most.text}", subject=f"{line.name} {most.text}"
                )
            elif forced:
                yield at(forced, section, f"{line.name} has {forced.text}", subject=f"{line.name} {forced.text}")
            elif "no-sslv3" in words and line.name != "server" and not least and not words & _NEWER:
                message = f"{line.name} leaves out SSL 3.0 alone, so TLS 1.0 and 1.1 stay"
                yield at(line, section, message, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM)


WEAK_CIPHERS = Rule(
    id="haproxy/weak-ciphers",
    title="Broken ciphers are offered",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="RC4, DES, 3DES, export and NULL suites can be decrypted, and anonymous ones let anybody answer as the shop.",
    fix="List ECDHE suites with AES-GCM and CHACHA20 alone in `ssl-default-bind-ciphers`.",
    refs=("CWE-327", "PCI DSS 4.2.1", "PCI DSS 12.3.3", f"{_DOCS}#3.1-ssl-default-bind-ciphers"),
    bad=(
        """\
global
    ssl-default-bind-ciphers ALL:!aNULL # <- here

frontend shop
    bind :443 ssl crt shop.pem ciphers ECDHE-RSA-AES128-GCM-SHA256:RC4-SHA # <- here
""",
    ),
    good=(
        """\
global
    ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305
    ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256

frontend shop
    bind :443 ssl crt shop.pem ciphers HIGH:!aNULL:!MD5:!RC4
""",
    ),
)


def weak_ciphers(config: Config) -> Iterator[Hit]:
    for section in config.sections:
        for line in section.lines:
            word = line.after("ciphers") if line.name in _PLACES else None
            if line.name in ("ssl-default-bind-ciphers", "ssl-default-server-ciphers") and len(line.words) > 1:
                word = line.words[1]
            weak = weak_suites(word.text) if word else []
            if word and weak:
                message = f"{line.name} enables {', '.join(short(each, 30) for each in weak[:4])}"
                yield at(word, section, message, subject=f"{line.name} {' '.join(weak)}")


VERIFY_NONE = Rule(
    id="haproxy/backend-verify-none",
    title="The server behind the proxy is not verified",
    severity=Severity.HIGH,
    why=(
        "HAProxy then encrypts to whoever answers: anybody in the network can pose as the server. The default is "
        "required."
    ),
    fix="Write `verify required ca-file /etc/haproxy/ca.pem`, and `verifyhost` or `sni`.",
    refs=("CWE-295", "PCI DSS 4.2.1", f"{_DOCS}#5.2-verify"),
    bad=(
        """\
global
    ssl-server-verify none # <- here

backend app
    server one 10.0.3.7:8443 ssl verify none # <- here
    server two app.shop.example:8443 ssl verify none check # <- here

backend pay
    default-server ssl verify none # <- here
    server one 10.0.3.9:8443
""",
    ),
    good=(
        """\
global
    ssl-server-verify required

backend app
    server one 10.0.3.7:8443 ssl verify required ca-file ca.pem
    server two 127.0.0.1:8443 ssl verify none
    server three 10.0.3.8:8080 check

frontend shop
    bind :443 ssl crt shop.pem verify none
""",
    ),
)


def verify_none(config: Config) -> Iterator[Hit]:
    for section in config.sections:
        for line in section.lines:
            if line.name == "ssl-server-verify" and "none" in line.args:
                yield at(line, section, "no server behind is verified", subject="ssl-server-verify none")
            if line.name not in ("server", "server-template", "default-server"):
                continue
            word = line.after("verify")
            if not word or word.text.lower() != "none":
                continue
            if line.name != "default-server":
                host = target(line)
                encrypted = has(line, section, "ssl") or line.word("check-ssl")
                if (host and not is_far(host) and ("." in host or ":" in host or host == "localhost")) or not encrypted:
                    continue
            name = f"server {line.words[1].text}" if line.name != "default-server" else "default-server"
            yield at(word, section, f"{section.label} does not verify {short(name, 40)}", subject=f"{name} verify none")


NO_TLS = Rule(
    id="haproxy/no-tls-frontend",
    title="Pages are served without TLS",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    level=Action.WARN,
    why="Whoever is on the way reads the passwords and card numbers, and changes the pages.",
    fix="Write `http-request redirect scheme https code 301 unless { ssl_fc }`.",
    refs=("CWE-319", "PCI DSS 4.2.1", f"{_DOCS}#4.2-http-request%20redirect"),
    bad=(
        """\
frontend shop
    mode http
    bind *:80 # <- here
    default_backend app
""",
    ),
    good=(
        """\
defaults
    mode http

frontend shop
    bind :80
    bind :443 ssl crt shop.pem
    http-request redirect scheme https code 301 unless { ssl_fc }
    default_backend app

frontend clear
    bind :80
    redirect scheme https if !{ ssl_fc }

frontend local
    bind 127.0.0.1:80
    default_backend app

frontend inner
    bind :80 accept-proxy
    default_backend app

frontend stats
    bind :80
    stats enable
    stats auth staff:${STATS}
""",
    ),
)


def no_tls(config: Config) -> Iterator[Hit]:
    for section in fronts(config):
        if section.mode != "http" or redirects(section) or is_stats_only(section):
            continue
        for each in addresses(section):
            if each.port == "80" and not each.tls and not each.is_local and not each.line.word("accept-proxy"):
                message = f"{section.label} serves pages on port 80 and does not send everybody to https"
                yield at(each.line, section, message, subject="bind 80")
                break


PLAIN_BACKEND = Rule(
    id="haproxy/backend-plain",
    title="What comes in by TLS goes on in clear",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    level=Action.WARN,
    why="Between the proxy and the server behind it, whoever is in that network reads sessions and card data.",
    fix="Write `ssl verify required ca-file /etc/haproxy/ca.pem` behind the server.",
    refs=("CWE-319", "PCI DSS 4.2.1", f"{_DOCS}#5.2-ssl"),
    bad=(
        """\
defaults
    mode http

frontend shop
    bind :443 ssl crt shop.pem
    default_backend app

backend app
    server one 10.0.3.7:8000 check # <- here
    server two 10.0.3.8:8000 check
""",
    ),
    good=(
        """\
defaults
    mode http

frontend shop
    bind :443 ssl crt shop.pem
    use_backend near if { path_beg /near }
    default_backend app

backend app
    default-server ssl verify required ca-file ca.pem
    server one 10.0.3.7:8443

backend near
    server one 127.0.0.1:8000
    server two web:8000

backend other
    server one 10.0.3.7:8000
""",
    ),
)


def plain_backend(config: Config) -> Iterator[Hit]:
    seen: set[int] = set()
    for front in fronts(config):
        if front.mode != "http" or not any(each.tls for each in addresses(front)) or not is_public(front):
            continue
        for section in behind(config, front):
            if id(section) in seen:
                continue
            seen.add(id(section))
            for line in servers(section):
                host = target(line)
                if is_far(host) and not has(line, section, "ssl"):
                    message = f"{section.label} reaches {short(host, 60)} in clear"
                    yield at(line, section, message, subject=f"server {line.words[1].text}")
                    break


NO_HSTS = Rule(
    id="haproxy/no-hsts",
    title="Browsers are not told to stay with https",
    severity=Severity.LOW,
    level=Action.WARN,
    why=(
        "Without Strict-Transport-Security the first request of a visit goes out in clear, where it can be kept from "
        "ever reaching TLS. HAProxy sends no such header by itself."
    ),
    fix='Write `http-response set-header Strict-Transport-Security "max-age=31536000; includeSubDomains"`.',
    refs=(
        "CWE-319",
        "PCI DSS 4.2.1",
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Strict-Transport-Security",
    ),
    bad=(
        """\
defaults
    mode http

# next
frontend shop
    bind :443 ssl crt shop.pem
    default_backend app
""",
    ),
    good=(
        """\
defaults
    mode http

frontend shop
    bind :443 ssl crt shop.pem
    http-response set-header Strict-Transport-Security "max-age=31536000"
    default_backend app

frontend pay
    bind :444 ssl crt pay.pem
    default_backend pay

backend pay
    rspadd Strict-Transport-Security:\\ max-age=31536000

frontend mail
    mode tcp
    bind :465 ssl crt mail.pem
""",
    ),
)


def no_hsts(config: Config) -> Iterator[Hit | Unknown]:
    for front in fronts(config):
        if front.mode != "http" or not any(each.tls for each in addresses(front)) or not is_public(front):
            continue
        if is_stats_only(front) or only_redirects(front) or _says(front) or _says(front.defaults):
            continue
        backs = behind(config, front)
        if backs and all(_says(each) for each in backs):
            continue
        if config.templated:
            yield Unknown(front.head.span.line, "Strict-Transport-Security may be set by the template")
        else:
            message = f"{front.label} speaks TLS and sends no Strict-Transport-Security"
            yield at(front.head, front, message, subject="strict-transport-security")


def _says(section: Section | None) -> bool:
    return section is not None and any("strict-transport-security" in line.text for line in section.lines)


WEAK_DH = Rule(
    id="haproxy/weak-dh",
    title="The Diffie-Hellman group is too short",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A group of 1024 bits can be broken once for everybody who uses it. The default is 2048 from 2.2 on.",
    fix="Write `tune.ssl.default-dh-param 2048`.",
    refs=("CWE-326", "PCI DSS 4.2.1", f"{_DOCS}#3.2-tune.ssl.default-dh-param"),
    bad=("global\n    tune.ssl.default-dh-param 1024 # <- here\n",),
    good=("global\n    tune.ssl.default-dh-param 2048\n",),
)


def weak_dh(config: Config) -> Iterator[Hit]:
    for section in config.of("global"):
        for line in section.own("tune.ssl.default-dh-param"):
            if line.args and line.args[0].isdigit() and int(line.args[0][:6]) < 2048:
                yield at(line, section, f"the group has {line.args[0][:6]} bits")


RULES: Judged = (
    (WEAK_TLS, weak_tls),
    (WEAK_CIPHERS, weak_ciphers),
    (VERIFY_NONE, verify_none),
    (NO_TLS, no_tls),
    (PLAIN_BACKEND, plain_backend),
    (NO_HSTS, no_hsts),
    (WEAK_DH, weak_dh),
)
