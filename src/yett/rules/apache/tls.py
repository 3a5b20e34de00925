"""How connections are encrypted, in front and behind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Rule, Severity
from yett.parse.apache import through
from yett.parse.nginx import Directive
from yett.rules.apache.scope import Found, Judged, at, incomplete, label, named, own, replace, setting, unknown
from yett.rules.ciphers import weak_suites
from yett.rules.hits import short

_DOCS = "https://httpd.apache.org/docs/2.4/mod/mod_ssl.html"

WEAK_TLS = Rule(
    id="apache/weak-tls",
    title="SSL 3.0, TLS 1.0 or TLS 1.1 is offered",
    severity=Severity.HIGH,
    why=(
        "Connections made with these versions can be read or changed on the way; PCI DSS has ruled out SSL and TLS 1.0 "
        "since 2018. `all` takes in every version that the build knows; the default is all -SSLv3."
    ),
    fix="Write `SSLProtocol -all +TLSv1.2 +TLSv1.3`.",
    refs=("CWE-326", "PCI DSS 4.2.1", f"{_DOCS}#sslprotocol"),
    bad=(
        """\
# next
SSLProtocol all -SSLv3
<VirtualHost *:443>
    # next
    SSLProtocol TLSv1 TLSv1.2
    # next
    SSLProxyProtocol +TLSv1.1 +TLSv1.2
</VirtualHost>
""",
    ),
    good=(
        """\
SSLProtocol -all +TLSv1.2 +TLSv1.3
<VirtualHost *:443>
    SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1
</VirtualHost>
<VirtualHost *:444>
    SSLProtocol TLSv1.2
</VirtualHost>
<VirtualHost *:445>
    SSLProtocol ${TLS_VERSIONS}
</VirtualHost>
""",
    ),
)

_VERSIONS = {"sslv2": "SSLv2", "sslv3": "SSLv3", "tlsv1": "TLSv1", "tlsv1.1": "TLSv1.1", "tlsv1.2": "", "tlsv1.3": ""}


def weak_tls(root: Directive) -> Iterator[Found]:
    for directive in named(root, "sslprotocol", "sslproxyprotocol"):
        if any("$" in word.text or word.is_template for word in directive.args):
            yield unknown(directive, f"{directive.at.text} {short(directive.text)}")
            continue
        weak = [name for each in _enabled(directive) if (name := _VERSIONS[each])]
        if weak:
            message = f"{directive.at.text} offers {' and '.join(weak)}"
            edits = replace(directive, "-all +TLSv1.2 +TLSv1.3")
            yield at(directive, message, subject=f"{directive.name} {' '.join(weak)}", edits=edits)


def _enabled(directive: Directive) -> list[str]:
    """The versions that are on after the words of a line, as mod_ssl reads them from the left."""
    found: dict[str, None] = {}
    for word in directive.args:
        name = word.text.lower().lstrip("+-")
        # `all` has not meant SSL 2.0 since 2.2, and SSL 3.0 only in builds that still have it.
        names = ["sslv3", "tlsv1", "tlsv1.1", "tlsv1.2", "tlsv1.3"] if name == "all" else [name]
        for each in names:
            if each not in _VERSIONS:
                continue
            if word.text.startswith("-"):
                found.pop(each, None)
            else:
                found[each] = None
    return list(found)


WEAK_CIPHERS = Rule(
    id="apache/weak-ciphers",
    title="Broken ciphers are offered",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="RC4, DES, 3DES, export and NULL suites can be decrypted, and anonymous ones let anybody answer as the shop.",
    fix="List ECDHE suites with AES-GCM and CHACHA20 alone in `SSLCipherSuite`.",
    refs=("CWE-327", "PCI DSS 4.2.1", "PCI DSS 12.3.3", f"{_DOCS}#sslciphersuite"),
    bad=(
        """\
# next
SSLCipherSuite ALL:!aNULL:+RC4
<VirtualHost *:443>
    # next
    SSLCipherSuite ECDHE-RSA-AES128-GCM-SHA256:DES-CBC3-SHA
</VirtualHost>
""",
    ),
    good=(
        """\
SSLCipherSuite ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305
<VirtualHost *:443>
    SSLCipherSuite HIGH:!aNULL:!MD5:!3DES
    SSLCipherSuite TLSv1.3 TLS_AES_256_GCM_SHA384
</VirtualHost>
<VirtualHost *:444>
    SSLCipherSuite PROFILE=SYSTEM
</VirtualHost>
""",
    ),
)


def weak_ciphers(root: Directive) -> Iterator[Found]:
    for directive in named(root, "sslciphersuite", "sslproxyciphersuite"):
        if not directive.args or directive.first == "tlsv1.3":
            continue
        weak = weak_suites(directive.args[-1].text)
        if weak:
            message = f"{directive.at.text} enables {', '.join(short(each, 30) for each in weak[:4])}"
            yield at(directive, message, subject=f"{directive.name} {' '.join(weak)}")


VERIFY_OFF = Rule(
    id="apache/proxy-verify-off",
    title="The server behind the proxy is not verified",
    severity=Severity.HIGH,
    why="Apache then encrypts to whoever answers: anybody in the network can pose as the server behind it.",
    fix="Write `SSLProxyVerify require`, `SSLProxyCheckPeerName on` and `SSLProxyCACertificateFile`.",
    refs=("CWE-295", "PCI DSS 4.2.1", f"{_DOCS}#sslproxyverify"),
    bad=(
        """\
<VirtualHost *:443>
    SSLProxyEngine on
    # next
    SSLProxyVerify none
    # next
    SSLProxyCheckPeerName off
    ProxyPass / https://app.shop.example/
</VirtualHost>
""",
    ),
    good=(
        """\
<VirtualHost *:443>
    SSLProxyEngine on
    SSLProxyVerify require
    SSLProxyCheckPeerName on
    ProxyPass / https://app.shop.example/
</VirtualHost>
<VirtualHost *:444>
    SSLProxyEngine on
    SSLProxyVerify none
    ProxyPass / https://127.0.0.1:8443/
</VirtualHost>
""",
    ),
)

_OFF = {
    "sslproxyverify": ("none", "optional_no_ca"),
    "sslproxycheckpeername": ("off",),
    "sslproxycheckpeercn": ("off",),
    "sslproxycheckpeerexpire": ("off",),
}
_LOCAL = re.compile(r"\w+://(?:localhost|127\.|\[::1\])", re.IGNORECASE)


def verify_off(root: Directive) -> Iterator[Found]:
    for directive in named(root, *_OFF):
        if directive.first not in _OFF[directive.name] or directive.parent is None:
            continue
        engine = setting(directive.parent, "sslproxyengine")
        if engine is None or engine.first != "on":
            continue
        if directive.name == "sslproxycheckpeercn":
            # Replaced by SSLProxyCheckPeerName in 2.4.5, which is on by default and looks at the CN as well.
            name = setting(directive.parent, "sslproxycheckpeername")
            if name is None or name.first != "off":
                continue
        if (directive.inside("virtualhost") or root).once(_only_local):
            continue
        yield at(directive, f"{directive.at.text} {short(directive.text, 20)}: nobody checks who answers")


def _only_local(block: Directive) -> bool:
    targets = [word.text for each in block.walk() if each.name in ("proxypass", "balancermember") for word in each.args]
    urls = [text for text in targets if "://" in text and not text.startswith("balancer:")]
    return bool(urls) and all(_LOCAL.match(text) for text in urls)


PLAIN_BACKEND = Rule(
    id="apache/backend-plain-http",
    title="A request is passed on in clear to another machine",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    level=Action.WARN,
    why="Between the proxy and the server behind it, whoever is in that network reads sessions and card data.",
    fix="Pass on to `https://`, with `SSLProxyEngine on` and `SSLProxyVerify require`.",
    refs=("CWE-319", "PCI DSS 4.2.1", "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#proxypass"),
    bad=("# next\nProxyPass /shop http://10.0.3.7:8000/\n",),
    good=(
        """\
ProxyPass /shop http://127.0.0.1:8000/
ProxyPass /web http://web:8000/
ProxyPass /pay https://pay.shop.example/
ProxyPass /static !
""",
    ),
)

_CLEAR = re.compile(r"(?:http|ajp)://(\[[^\]]*\]|[^/:$%\s]+)", re.IGNORECASE)
_NEAR = re.compile(r"localhost$|127\.|\[::1\]$|.*\.(?:svc|local|docker|internal)$|.*\.svc\.", re.IGNORECASE)


def plain_backend(root: Directive) -> Iterator[Found]:
    for directive in named(root, "proxypass", "proxypassmatch", "balancermember"):
        for word in directive.args:
            found = _CLEAR.match(word.text)
            if found and ("." in found.group(1) or "[" in found.group(1)) and not _NEAR.match(found.group(1)):
                message = f"requests go to {short(found.group(1), 60)} in clear"
                yield at(directive, message, word=word, subject=f"{directive.name} {found.group()}")
                break


NO_TLS = Rule(
    id="apache/no-tls",
    title="Pages are served without TLS",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    level=Action.WARN,
    why="Whoever is on the way reads the passwords and card numbers, and changes the pages.",
    fix="Write `Redirect permanent / https://shop.example/` into the host on port 80.",
    refs=("CWE-319", "PCI DSS 4.2.1", "https://httpd.apache.org/docs/2.4/mod/mod_alias.html#redirect"),
    bad=(
        """\
# next
<VirtualHost *:80>
    ServerName shop.example
    DocumentRoot /srv/shop
</VirtualHost>
""",
    ),
    good=(
        """\
<VirtualHost *:80>
    ServerName shop.example
    Redirect permanent / https://shop.example/
</VirtualHost>
<VirtualHost *:80>
    ServerName www.shop.example
    DocumentRoot /srv/shop
    RewriteEngine On
    RewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L]
</VirtualHost>
<VirtualHost *:443>
    ServerName shop.example
    SSLEngine on
    DocumentRoot /srv/shop
</VirtualHost>
<VirtualHost *:80>
    DocumentRoot /var/www/html
</VirtualHost>
""",
    ),
)

_PRIVATE = re.compile(r"(?:^|\.)(?:localhost|local|internal|lan|test|localdomain|dev)$")


def no_tls(root: Directive) -> Iterator[Found]:
    for host in named(root, "virtualhost"):
        if not any(word.text.endswith(":80") for word in host.args) or any(":443" in word.text for word in host.args):
            continue
        inside = list(host.walk())
        name = next((each.first for each in inside if each.name == "servername"), "")
        name = name.removeprefix("http://").partition(":")[0]
        if "." not in name or _PRIVATE.search(name) or "$" in name or "{" in name or name.replace(".", "").isdigit():
            continue
        serves = any(
            each.name in ("documentroot", "proxypass", "proxypassmatch", "scriptalias", "wsgiscriptalias")
            for each in inside
        )
        turns = any(
            each.name.startswith(("redirect", "rewriterule", "use")) and "https:" in each.text for each in inside
        )
        if serves and not turns and not any("x-forwarded-proto" in each.text.lower() for each in inside):
            yield at(
                host, f"{label(host)} serves pages on port 80 and does not send everybody to https", subject="port 80"
            )


NO_HSTS = Rule(
    id="apache/no-hsts",
    title="Browsers are not told to stay with https",
    severity=Severity.LOW,
    level=Action.WARN,
    why=(
        "Without Strict-Transport-Security the first request of a visit goes out in clear, where it can be kept from "
        "ever reaching TLS. Apache sends no such header by itself."
    ),
    fix='Write `Header always set Strict-Transport-Security "max-age=31536000; includeSubDomains"`.',
    refs=(
        "CWE-319",
        "PCI DSS 4.2.1",
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Strict-Transport-Security",
    ),
    bad=(
        """\
# next
<VirtualHost *:443>
    ServerName shop.example
    SSLEngine on
    DocumentRoot /srv/shop
</VirtualHost>
""",
    ),
    good=(
        """\
<VirtualHost *:443>
    ServerName shop.example
    SSLEngine on
    <IfModule mod_headers.c>
        Header always set Strict-Transport-Security "max-age=31536000"
    </IfModule>
</VirtualHost>
""",
        """\
Header always set Strict-Transport-Security "max-age=31536000"
<VirtualHost *:443>
    SSLEngine on
</VirtualHost>
""",
        """\
<VirtualHost *:443>
    SSLEngine on
    Include conf/security.conf
</VirtualHost>
<VirtualHost *:444>
    SSLEngine on
    Redirect permanent / https://shop.example/
</VirtualHost>
""",
    ),
)


def no_hsts(root: Directive) -> Iterator[Found]:
    outside = any(_says(each) for each in through(root))
    for host in named(root, "virtualhost"):
        engine = own(host, "sslengine")
        if not engine or engine[-1].first != "on" or outside or any(_says(each) for each in host.walk()):
            continue
        if any(
            each.name in ("redirect", "redirectpermanent") and "/" in [w.text for w in each.args]
            for each in host.children
        ):
            continue
        missing = incomplete(host) or next((each.missing[0] for each in host.walk() if each.missing), None)
        if missing or root.templated:
            yield unknown(missing or host, "Strict-Transport-Security may come from an include")
        else:
            yield at(host, f"{label(host)} speaks TLS and sends no Strict-Transport-Security", subject="hsts")


def _says(directive: Directive) -> bool:
    return directive.name == "header" and "strict-transport-security" in directive.text.lower()


RULES: Judged = (
    (WEAK_TLS, weak_tls),
    (WEAK_CIPHERS, weak_ciphers),
    (VERIFY_OFF, verify_off),
    (PLAIN_BACKEND, plain_backend),
    (NO_TLS, no_tls),
    (NO_HSTS, no_hsts),
)
