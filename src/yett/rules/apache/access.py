"""Which files and pages are handed out, and to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Rule, Severity
from yett.parse.nginx import Directive
from yett.rules.apache.scope import Found, Judged, access, at, label, named, own, replace
from yett.rules.hits import short

_CORE = "https://httpd.apache.org/docs/2.4/mod/core.html"

OPEN_PROXY = Rule(
    id="apache/open-proxy",
    title="Anybody may use the server as a proxy",
    severity=Severity.CRITICAL,
    why=(
        "With ProxyRequests On, Apache fetches any address for anybody: those of your own network for an attacker, and "
        "other people's under your name. It is off by default, and a reverse proxy does not need it."
    ),
    fix='Write `ProxyRequests Off`, or put `Require ip 10.0.0.0/8` into `<Proxy "*">`.',
    refs=("CWE-441", "PCI DSS 1.4.2", "https://httpd.apache.org/docs/2.4/mod/mod_proxy.html#access"),
    bad=(
        "# next\nProxyRequests On\nProxyVia On\n",
        """\
# next
ProxyRequests On
<Proxy "*">
    Require all granted
</Proxy>
""",
    ),
    good=(
        "ProxyRequests Off\nProxyPass / http://127.0.0.1:8000/\n",
        """\
ProxyRequests On
<Proxy "*">
    Require ip 10.0.0.0/8
</Proxy>
""",
    ),
)


def open_proxy(root: Directive) -> Iterator[Found]:
    guarded = any(access(each) == "limited" for each in named(root, "proxy", "proxymatch"))
    for directive in named(root, "proxyrequests"):
        if directive.first == "on" and not guarded:
            edits = replace(directive, "Off")
            yield at(
                directive, "anybody may fetch any address through this server", subject="proxyrequests", edits=edits
            )


OPEN_ROOT = Rule(
    id="apache/open-root",
    title="The whole file system is served",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "What is granted for / is granted for every folder that nothing else speaks of: an Alias or a link then leads "
        "anywhere. With AllowOverride All, any .htaccess on the disk counts."
    ),
    fix="Write `AllowOverride None` and `Require all denied` into `<Directory />`.",
    refs=("CWE-284", "CWE-552", "PCI DSS 7.3.3", f"{_CORE}#directory"),
    bad=(
        """\
<Directory />
    # next
    AllowOverride All
    # next
    Require all granted
</Directory>
""",
        """\
<Directory "/">
    Order allow,deny
    # next
    Allow from all
</Directory>
""",
    ),
    good=(
        """\
<Directory />
    AllowOverride None
    Require all denied
</Directory>
<Directory /srv/shop>
    AllowOverride All
    Require all granted
</Directory>
""",
    ),
)


def open_root(root: Directive) -> Iterator[Found]:
    for block in named(root, "directory"):
        if block.text.strip("\"'") not in ("/", "C:/", "c:/"):
            continue
        for directive in block.walk():
            text = directive.text.lower()
            if directive.name == "require" and text == "all granted":
                yield at(directive, "every folder of the disk is granted", edits=replace(directive, "all denied"))
            elif directive.name == "allow" and text == "from all" and access(block) == "open":
                yield at(directive, "every folder of the disk is granted")
            elif directive.name == "allowoverride" and "all" in text.split():
                yield at(directive, "any .htaccess on the disk counts", edits=replace(directive, "None"))


LISTING = Rule(
    id="apache/dir-listing",
    title="Folders are listed",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Where no index file is, a visitor sees the names of all files, backups and exports included. Without an "
        "Options "
        "line, folders are not listed since 2.3.11."
    ),
    fix="Write `Options -Indexes`.",
    refs=("CWE-548", "PCI DSS 6.2.4", f"{_CORE}#options"),
    bad=(
        """\
<Directory /srv/shop>
    # next
    Options Indexes FollowSymLinks
</Directory>
<Directory /srv/files>
    # next
    Options All
</Directory>
""",
        "# file: public/.htaccess\n# next\nOptions +Indexes\n",
    ),
    good=(
        """\
<Directory /srv/shop>
    Options -Indexes +FollowSymLinks
</Directory>
<Directory /srv/files>
    Options All -Indexes
</Directory>
<Directory /srv/staff>
    Options Indexes
    AuthType Basic
    Require valid-user
</Directory>
<Directory /srv/plain>
    Options None
</Directory>
""",
    ),
)


def listing(root: Directive) -> Iterator[Found]:
    for directive in named(root, "options"):
        words = [word.text.lower() for word in directive.args]
        shows = next(
            (word for word in directive.args if word.text.lower() in ("indexes", "+indexes", "all", "+all")), None
        )
        if not shows or "-indexes" in words or directive.parent is None:
            continue
        block = directive.parent
        if access(block) == "limited" if block.parent is not None else False:
            continue
        yield at(directive, f"the folders of {label(block)} are listed", word=shows, subject="options indexes")


STATUS = Rule(
    id="apache/status-info-open",
    title="A page about the server is open to everybody",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "server-status shows the addresses and requests of customers, server-info the whole configuration, and the "
        "balancer-manager takes servers out of service."
    ),
    fix="Write `Require local` into the section.",
    refs=("CWE-200", "PCI DSS 2.2.4", "https://httpd.apache.org/docs/2.4/mod/mod_status.html"),
    bad=(
        """\
<Location /server-status>
    # next
    SetHandler server-status
</Location>
<Location "/balancer">
    # next
    SetHandler balancer-manager
    Require all granted
</Location>
""",
    ),
    good=(
        """\
<Location /server-status>
    SetHandler server-status
    Require local
</Location>
<Location /server-info>
    SetHandler server-info
    Order deny,allow
    Deny from all
    Allow from 127.0.0.1
</Location>
<VirtualHost 127.0.0.1:8080>
    <Location /status>
        SetHandler server-status
    </Location>
</VirtualHost>
""",
    ),
)

_PAGES = ("server-status", "server-info", "balancer-manager", "ldap-status", "hcheck-handler", "md-status")


def status(root: Directive) -> Iterator[Found]:
    for directive in named(root, "sethandler"):
        block = directive.parent
        if directive.first not in _PAGES or block is None:
            continue
        host = directive.inside("virtualhost")
        if host and all(word.text.startswith(("127.", "localhost", "[::1]")) for word in host.args):
            continue
        section = block.inside("location", "locationmatch", "directory", "files", "filesmatch") or block
        if section.parent is not None and access(section) != "limited":
            yield at(directive, f"{directive.first} in {label(section)} is open to everybody", subject=directive.first)


OVERRIDE = Rule(
    id="apache/upload-runs-scripts",
    title="A folder of uploads runs what is put there",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="With ExecCGI or a script handler in a folder that visitors write to, an upload is a program.",
    fix="Write `Options -ExecCGI` and `SetHandler none` into the section.",
    refs=("CWE-434", "PCI DSS 6.2.4", f"{_CORE}#options"),
    bad=(
        """\
<Directory /srv/shop/uploads>
    # next
    Options +ExecCGI
</Directory>
""",
    ),
    good=(
        """\
<Directory /srv/shop/uploads>
    Options -ExecCGI
</Directory>
<Directory /usr/lib/cgi-bin>
    Options +ExecCGI
</Directory>
""",
    ),
)

_UPLOADS = re.compile(r"/(?:uploads?|media|files|tmp|userfiles)(?:/|$)", re.IGNORECASE)


def uploads(root: Directive) -> Iterator[Found]:
    for block in named(root, "directory"):
        for directive in own(block, "options") if _UPLOADS.search(block.text) else ():
            word = next((word for word in directive.args if word.text.lower() in ("execcgi", "+execcgi")), None)
            if word:
                yield at(directive, f"what is uploaded to {short(block.text, 60)} runs", word=word, subject="execcgi")


CORS = Rule(
    id="apache/cors-star-credentials",
    title="Every site may read what a visitor is shown",
    severity=Severity.HIGH,
    why=(
        "Access-Control-Allow-Origin names whoever asks, and Access-Control-Allow-Credentials sends the cookies along: "
        "any page that a customer opens reads the orders and addresses."
    ),
    fix='Set the origin where `SetEnvIf Origin "^https://shop\\.example$" cors=$0` matched, and only there.',
    refs=(
        *("CWE-942", "PCI DSS 6.2.4"),
        "https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Access-Control-Allow-Credentials",
    ),
    bad=(
        """\
# next
Header set Access-Control-Allow-Origin "*"
Header set Access-Control-Allow-Credentials "true"
""",
        """\
# next
Header always set Access-Control-Allow-Origin "expr=%{HTTP:Origin}"
Header always set Access-Control-Allow-Credentials true
""",
    ),
    good=(
        """\
SetEnvIf Origin "^https://shop\\.example$" cors=$0
Header set Access-Control-Allow-Origin "%{cors}e" env=cors
Header set Access-Control-Allow-Credentials true
""",
        'Header set Access-Control-Allow-Origin "*"\n',
    ),
)

_ANYBODY = re.compile(r"^\*$|%\{HTTP:Origin\}|%\{ORIGIN\}e", re.IGNORECASE)


def cors(root: Directive) -> Iterator[Found]:
    for directive in named(root, "header"):
        words = [word.text for word in directive.args]
        lower = [word.lower() for word in words]
        if "access-control-allow-origin" not in lower or directive.parent is None:
            continue
        index = lower.index("access-control-allow-origin")
        value = words[index + 1] if len(words) > index + 1 else ""
        if _ANYBODY.search(value) and any(block.once(_lets_cookies_in) for block in directive.parent.up()):
            yield at(directive, f"Access-Control-Allow-Origin is {short(value, 40)}, and cookies are sent along")


def _lets_cookies_in(block: Directive) -> bool:
    texts = [each.text.lower() for each in own(block, "header")]
    return any("access-control-allow-credentials" in text and "true" in text for text in texts)


RULES: Judged = (
    (OPEN_PROXY, open_proxy),
    (OPEN_ROOT, open_root),
    (LISTING, listing),
    (STATUS, status),
    (OVERRIDE, uploads),
    (CORS, cors),
)
