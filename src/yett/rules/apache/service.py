"""The service itself: who it runs as, what it says of itself, how long it waits."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Rule, Severity
from yett.parse.apache import through
from yett.parse.nginx import Directive
from yett.rules.apache.scope import Found, Judged, at, is_main, label, named, replace, unknown
from yett.rules.hits import short

_CORE = "https://httpd.apache.org/docs/2.4/mod/core.html"

ROOT = Rule(
    id="apache/user-root",
    title="Apache's children run as root",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Whoever gets into a child is root. Builds refuse it unless they were made with BIG_SECURITY_HOLE.",
    fix="Write `User www-data` and `Group www-data`.",
    refs=("CWE-250", "PCI DSS 2.2.6", "https://httpd.apache.org/docs/2.4/mod/mod_unixd.html#user"),
    bad=("Listen 80\n# next\nUser root\n# next\nGroup #0\n",),
    good=("Listen 80\nUser www-data\nGroup www-data\n", "Listen 80\nUser ${APACHE_RUN_USER}\n"),
)


def user_root(root: Directive) -> Iterator[Found]:
    for directive in named(root, "user", "group"):
        if directive.first in ("root", "#0", "0", "wheel"):
            yield at(directive, f"{directive.at.text} is {directive.first}", word=directive.args[0])


VERSION = Rule(
    id="apache/version-disclosure",
    title="Apache tells its version",
    severity=Severity.LOW,
    level=Action.WARN,
    why=(
        "ServerTokens is Full by default: the Server header names the version, the system and the modules, and so "
        "which "
        "flaws to try. ServerSignature, off by default, writes it under error pages."
    ),
    fix="Write `ServerTokens Prod` and `ServerSignature Off`.",
    refs=("CWE-200", "PCI DSS 2.2.6", f"{_CORE}#servertokens"),
    bad=(
        "# next\nServerTokens OS\n# next\nServerSignature On\n",
        "# next\nServerRoot /etc/httpd\nListen 80\n",
    ),
    good=(
        "ServerRoot /etc/httpd\nServerTokens Prod\nServerSignature Off\n",
        "ServerRoot /etc/httpd\nInclude conf/security.conf\n",
        "<VirtualHost *:80>\n    ServerName shop.example\n</VirtualHost>\n",
    ),
)


def version(root: Directive) -> Iterator[Found]:
    tokens = list(named(root, "servertokens"))
    for directive in tokens:
        if directive.first not in ("prod", "productonly") and "$" not in directive.text and not _is_filled(directive):
            message = f"ServerTokens is {short(directive.text, 20)}"
            yield at(directive, message, subject="servertokens", edits=replace(directive, "Prod"))
    for directive in named(root, "serversignature"):
        if directive.first in ("on", "email"):
            message = f"ServerSignature is {directive.args[0].text}"
            yield at(directive, message, subject="serversignature", edits=replace(directive, "Off"))
    if not tokens:
        yield from _absent(root, "ServerTokens", "Full by default: the Server header tells the version and the system")


def _is_filled(directive: Directive) -> bool:
    return any(word.is_template for word in directive.args)


def _absent(root: Directive, name: str, what: str) -> Iterator[Found]:
    """What is to be said of a server's own configuration in which a directive is nowhere."""
    if not is_main(root):
        return
    place = next(each for each in through(root) if each.name in ("serverroot", "mpm_prefork_module"))
    missing = next((each.missing[0] for each in (root, *root.walk()) if each.missing), None)
    if missing or root.templated:
        yield unknown(missing or place, f"{name} may come from an include")
    else:
        yield at(place, f"{name} is {what}", subject=f"no {name.lower()}")


TRACE = Rule(
    id="apache/trace",
    title="TRACE is answered",
    severity=Severity.LOW,
    level=Action.WARN,
    why=(
        "TRACE sends a request back as it came, with the headers that a proxy added and a script must not see. It "
        "is on by default."
    ),
    fix="Write `TraceEnable Off`.",
    refs=("CWE-693", "PCI DSS 2.2.4", f"{_CORE}#traceenable"),
    bad=("# next\nTraceEnable On\n", "# next\nServerRoot /etc/httpd\nListen 80\n"),
    good=(
        "ServerRoot /etc/httpd\nTraceEnable Off\n",
        "<VirtualHost *:80>\n    ServerName shop.example\n</VirtualHost>\n",
    ),
)


def trace(root: Directive) -> Iterator[Found]:
    found = list(named(root, "traceenable"))
    for directive in found:
        if directive.first in ("on", "extended"):
            message = f"TraceEnable is {directive.args[0].text}"
            yield at(directive, message, subject="traceenable", edits=replace(directive, "Off"))
    if not found:
        yield from _absent(root, "TraceEnable", "on by default: TRACE is answered")


TIMEOUTS = Rule(
    id="apache/timeouts",
    title="Clients may be as slow, or send as much, as they like",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "A client that sends a byte now and then holds a worker for the whole Timeout, 60 s by default, unless "
        "mod_reqtimeout ends it; a body without a limit fills the disk."
    ),
    fix=(
        "Write `Timeout 60`, `RequestReadTimeout header=20-40,MinRate=500 body=20,MinRate=500`, `LimitRequestBody "
        "10485760`."
    ),
    refs=("CWE-400", "https://httpd.apache.org/docs/2.4/mod/mod_reqtimeout.html"),
    bad=(
        """\
# next
Timeout 300
# next
RequestReadTimeout header=0 body=0
<Directory /srv/shop>
    # next
    LimitRequestBody 0
</Directory>
""",
    ),
    good=("Timeout 60\nRequestReadTimeout header=20-40,MinRate=500\nLimitRequestBody 10485760\n",),
)


def timeouts(root: Directive) -> Iterator[Found]:
    for directive in named(root, "timeout", "requestreadtimeout", "limitrequestbody"):
        where = label(directive.parent or root)
        if directive.name == "timeout" and directive.first.isdigit() and int(directive.first[:9]) > 60:
            yield at(directive, f"a client may stay silent for {directive.first[:9]} seconds", subject="timeout")
        elif directive.name == "requestreadtimeout" and "header=0" in directive.text.lower().split():
            yield at(directive, "the headers of a request may take for ever", subject="requestreadtimeout")
        elif directive.name == "limitrequestbody" and directive.first == "0":
            yield at(directive, f"requests of any size are taken in {where}", subject="limitrequestbody")


LOGGING = Rule(
    id="apache/logging-off",
    title="Logging is switched off",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Without logs nobody can say afterwards who was there and what went wrong.",
    fix="Write `ErrorLog ${APACHE_LOG_DIR}/error.log` and `CustomLog ${APACHE_LOG_DIR}/access.log combined`.",
    refs=("CWE-778", "PCI DSS 10.2.1", "https://httpd.apache.org/docs/2.4/logs.html"),
    bad=(
        "# next\nErrorLog /dev/null\n<VirtualHost *:443>\n    # next\n    CustomLog /dev/null combined\n"
        "</VirtualHost>\n",
    ),
    good=("ErrorLog /dev/stderr\nCustomLog /dev/stdout combined\nCustomLog /dev/null common env=health\n",),
)


def logging(root: Directive) -> Iterator[Found]:
    for directive in named(root, "errorlog", "customlog", "transferlog"):
        if directive.first == "/dev/null" and "env=" not in directive.text and "expr=" not in directive.text:
            yield at(directive, f"{directive.at.text} goes nowhere", word=directive.args[0], subject=directive.name)


RULES: Judged = (
    (ROOT, user_root),
    (VERSION, version),
    (TRACE, trace),
    (TIMEOUTS, timeouts),
    (LOGGING, logging),
)
