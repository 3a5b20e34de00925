"""Which files are served, and which of them run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Rule, Severity
from yett.parse.nginx import Directive
from yett.rules.hits import short
from yett.rules.nginx import regex
from yett.rules.nginx.scope import (
    HANDLERS,
    Config,
    Found,
    Judged,
    access,
    at,
    effective,
    incomplete,
    is_internal,
    label,
    location,
    replace,
    unknown,
)

_CORE = "https://nginx.org/en/docs/http/ngx_http_core_module.html"

ALIAS_TRAVERSAL = Rule(
    id="nginx/alias-traversal",
    title="An alias lets out files beside its folder",
    severity=Severity.CRITICAL,
    why=(
        "A location without a slash at its end also takes /files../secret, and an alias with one makes that "
        "/srv/files/../secret: every file beside the folder can be read."
    ),
    fix="End the location with the same slash as the alias: `location /files/ { alias /srv/files/; }`.",
    refs=("CWE-22", "PCI DSS 6.2.4", f"{_CORE}#alias"),
    bad=(
        """\
server {
    location /files {
        alias /srv/files/; # <- here
    }
    location ~ ^/images(.*)$ {
        alias /srv/images/$1; # <- here
    }
    location /shop/ {
        location /shop/media {
            alias /srv/media/; # <- here
        }
    }
}
""",
    ),
    good=(
        """\
server {
    location /files/ {
        alias /srv/files/;
    }
    location /static {
        alias /srv/static;
    }
    location = /robots.txt {
        alias /srv/robots/;
    }
    location ~ ^/images/(.*)$ {
        alias /srv/images/$1;
    }
    location ~ ^/photos(/.*)$ {
        alias /srv/photos$1;
    }
    location ~ ^/([a-z]+)\\.css$ {
        alias /srv/css/$1.css;
    }
}
""",
    ),
)


def alias_traversal(config: Config) -> Iterator[Found]:
    for directive in config.named("alias"):
        block = directive.parent
        found = location(block) if block else None
        if not found or not directive.args:
            continue
        target = directive.args[0].text
        if found.kind in ("", "^~") and target.endswith("/") and not found.path.endswith("/"):
            message = f"`location {short(found.path, 40)}` without a slash and `alias {short(target, 40)}` with one"
            fix = f"Write `location {short(found.path, 40)}/`."
            yield at(directive, message, fix=fix, subject=f"alias {target}")
        elif found.kind in ("~", "~*"):
            yield from _captured(directive, found.path, found.kind == "~*")


ALIAS_NEIGHBOURS = Rule(
    id="nginx/alias-neighbours",
    title="An alias lets out folders whose names begin alike",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A location without a slash at its end also takes /files-old, and an alias without one makes that"
    " /srv/files-old: a copy beside the folder can be read.",
    fix="End both with a slash: `location /files/ { alias /srv/files/; }`.",
    refs=("CWE-22", "PCI DSS 6.2.4", f"{_CORE}#alias"),
    bad=(
        """\
server {
    location /files {
        alias /srv/files; # <- here
    }
}
""",
    ),
    good=(
        """\
server {
    location /files/ {
        alias /srv/files/;
    }
    location = /robots.txt {
        alias /srv/robots.txt;
    }
    location /favicon.ico {
        alias /srv/favicon.ico;
    }
}
""",
    ),
)


def alias_neighbours(config: Config) -> Iterator[Found]:
    for directive in config.named("alias"):
        found = location(directive.parent) if directive.parent else None
        if not found or found.kind not in ("", "^~") or found.path.endswith("/") or not directive.args:
            continue
        target = directive.args[0].text
        if not target.endswith("/") and "." not in posixpath.basename(found.path):
            message = f"`location {short(found.path, 40)}` and `alias {short(target, 40)}` reach {short(target, 40)}…"
            yield at(directive, message, subject=f"alias {target}")


_CAPTURE = re.compile(r"\$\{?(\w+)\}?")


def _captured(directive: Directive, pattern: str, ignore_case: bool) -> Iterator[Found]:
    target = directive.args[0].text
    try:
        node = regex.parse(pattern, ignore_case)
    except regex.PatternError:
        return
    groups = regex.groups(node)
    for found in _CAPTURE.finditer(target):
        group = groups.get(found.group(1).lower())
        if not group or not (regex.may_contain(group, ".") and regex.may_contain(group, "/")):
            continue
        slash = regex.mask("/")
        if not regex.nullable(group) and regex.first(group) == slash:
            continue
        ahead = regex.before(node, group)
        after_slash = ahead is not None and ahead[0] == slash and not ahead[1]
        if after_slash and target[: found.start()].endswith("/"):
            continue
        name = found.group()
        message = f"{name} of `{short(pattern, 40)}` can begin with `../`, or lead beside {short(target, 40)}"
        # Where no slash stands in front of the capture, other folders whose name begins alike are reached, no others.
        severity = None if target[: found.start()].endswith("/") else Severity.MEDIUM
        yield at(directive, message, subject=f"alias {target}", severity=severity)
        return


SENSITIVE = Rule(
    id="nginx/sensitive-files",
    title="A folder of the system is served",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="With the root at /, /etc or /home, configuration, keys and other people's files can be downloaded.",
    fix="Set `root` to a folder that holds nothing but what may be read by everybody.",
    refs=("CWE-538", "CWE-552", "PCI DSS 7.3.3", f"{_CORE}#root"),
    bad=(
        """\
server {
    root /; # <- here
    location /conf/ {
        alias /etc/; # <- here
    }
    location /people/ {
        alias /home/; # <- here
    }
}
""",
    ),
    good=(
        """\
server {
    root /var/www/shop;
    location /files/ {
        alias /home/shop/public/;
    }
    location /tenant/ {
        root /srv/$tenant/..;
    }
    location /x/ {
        internal;
        alias /;
    }
    location / {
        root /;
        return 404;
    }
}
""",
    ),
)

_SYSTEM = (
    "/",
    "/etc",
    "/home",
    "/root",
    "/proc",
    "/sys",
    "/dev",
    "/boot",
    "/etc/nginx",
    "/etc/ssl",
    "/var/log",
    "/var/lib",
)


def sensitive(config: Config) -> Iterator[Found]:
    for directive in config.named("root", "alias"):
        if not directive.args or is_internal(directive) or not directive.args[0].text.startswith("/"):
            continue
        path = directive.args[0].text
        if "$" in path or "{{" in path or directive.inside("stream"):
            continue
        folder = posixpath.normpath("/" + path.lstrip("/"))
        block = directive.parent
        found = location(block) if block else None
        if found and (found.kind == "=" or (block is not None and block.all("return"))):
            continue
        # An alias is put together with the rest of the address as it stands: `/srv/..` becomes /srv/..x, but /srv/../x
        # where the location leaves the slash to the rest.
        bare = found is not None and found.kind in ("", "^~") and not found.path.endswith("/")
        if directive.name == "alias" and (not (path.endswith("/") or bare) or (found and found.kind in ("~", "~*"))):
            continue
        narrow = directive.name == "root" and found and _only_files(found.path, found.kind)
        if folder in _SYSTEM and not (folder == "/" and narrow):
            message = f"`{directive.name} {short(path)}` serves {'the whole file system' if folder == '/' else folder}"
            yield at(directive, message, subject=f"{directive.name} {folder}")


def _only_files(path: str, kind: str) -> bool:
    """Whether a location with the root at / reaches a folder below it alone, as /srv/files with `root /`."""
    return kind in ("", "^~") and path.count("/") >= 2 and len(path.strip("/")) > 3 and "/etc" not in path


LISTING = Rule(
    id="nginx/directory-listing",
    title="Folders are listed",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A visitor sees the names of all files, backups and exports included. autoindex is off by default.",
    fix="Write `autoindex off;`, or put the listing behind a password.",
    refs=("CWE-548", "PCI DSS 6.2.4", "https://nginx.org/en/docs/http/ngx_http_autoindex_module.html"),
    bad=(
        """\
server {
    root /srv/shop;
    autoindex on; # <- here
}
""",
    ),
    good=(
        """\
server {
    root /srv/shop;
    autoindex off;
    location /exports/ {
        autoindex on;
        auth_basic "staff";
        auth_basic_user_file staff;
    }
    location /reports/ {
        autoindex on;
        allow 10.0.0.0/8;
        deny all;
    }
}
""",
    ),
)


def listing(config: Config) -> Iterator[Found]:
    for directive in config.named("autoindex"):
        block = directive.parent or directive
        if directive.first == "on" and not is_internal(block) and access(block) == "open":
            message = f"the folders of {label(block) if block.name else 'this configuration'} are listed"
            yield at(directive, message, edits=replace(directive.args[0].span, "off"))


DOTFILES = Rule(
    id="nginx/dotfiles-served",
    title="Hidden files are not refused",
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    level=Action.INFO,
    why=(
        "nginx serves what is under its root, .git and .env with it. A forgotten one gives away the source and its "
        "secrets."
    ),
    fix="Write `location ~ /\\.(?!well-known) { deny all; }`.",
    refs=("CWE-538", "PCI DSS 2.2.6", f"{_CORE}#location"),
    bad=(
        """\
# next
server {
    listen 443 ssl;
    root /srv/shop;
    location / {
        try_files $uri $uri/ /index.php;
    }
    location ~ \\.php$ {
        fastcgi_pass unix:/run/php.sock;
    }
}
""",
    ),
    good=(
        """\
server {
    root /srv/shop;
    location ~ /\\.(?!well-known) {
        deny all;
    }
    location ~ \\.php$ {
        fastcgi_pass unix:/run/php.sock;
    }
}
server {
    root /usr/share/nginx/html;
    location / {
        try_files $uri /index.html;
    }
}
server {
    location / {
        proxy_pass http://127.0.0.1:8000;
    }
}
""",
    ),
)


def dotfiles(config: Config) -> Iterator[Found]:
    for server in config.servers():
        roots = [each for each in effective(server, "root") if each.args]
        # Built pages hold no .git; a root in which programs run is a checkout.
        if not roots or not any(each.name == "fastcgi_pass" for each in server.walk()):
            continue
        blocks = [block for block in server.walk() if block.name == "location"]
        catch = any((found := location(block)) and _is_hidden(found.path) for block in blocks)
        root_location = next((block for block in blocks if block.text == "/"), None)
        if catch or (root_location is not None and root_location.all(*HANDLERS)):
            continue
        missing = incomplete(server)
        if missing or config.templated:
            yield unknown(missing or server, "a location for hidden files may come from an include")
        else:
            message = f"{label(server)} serves hidden files under {short(roots[-1].text, 60)}"
            yield at(server, message, subject=f"hidden files {roots[-1].text}")


def _is_hidden(path: str) -> bool:
    return "/\\." in path or "\\.ht" in path or "/." in path or "\\.git" in path or "(^|/)\\." in path


PHP = Rule(
    id="nginx/php-path-info",
    title="Any file can be run as PHP",
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    level=Action.INFO,
    why=(
        "/upload/photo.jpg/x.php goes to PHP, which runs photo.jpg where cgi.fix_pathinfo is on, its default. Only "
        "security.limit_extensions of PHP-FPM, .php by default, then stands in between."
    ),
    fix="Write `try_files $uri =404;` into the location, and end its pattern with `$`.",
    refs=("CWE-434", "https://www.nginx.com/resources/wiki/start/topics/tutorials/config_pitfalls/"),
    bad=(
        """\
server {
    root /srv/shop;
    location ~ \\.php$ {
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        fastcgi_pass unix:/run/php.sock; # <- here
    }
}
""",
    ),
    good=(
        """\
server {
    root /srv/shop;
    location ~ \\.php$ {
        try_files $uri =404;
        fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        fastcgi_pass unix:/run/php.sock;
    }
    location ~ ^/index\\.php(/|$) {
        fastcgi_pass unix:/run/php.sock;
    }
    location ~ [^/]\\.php(/|$) {
        if (!-f $document_root$fastcgi_script_name) {
            return 404;
        }
        fastcgi_pass unix:/run/php.sock;
    }
    location = /app.php {
        fastcgi_pass unix:/run/php.sock;
    }
    location ~ \\.phtml$ {
        include snippets/fastcgi-php.conf;
        fastcgi_pass unix:/run/php.sock;
    }
}
""",
    ),
)

_ANY_PHP = re.compile(r"(?:\^?\(?\.[*+]\)?|\[\^/\])?\\\.(?:\(\w*\|?)?ph(?:p|tml)[^/]*")


def php(config: Config) -> Iterator[Found]:
    for directive in config.named("fastcgi_pass"):
        block = directive.inside("location")
        found = location(block) if block else None
        if not block or not found or found.kind not in ("~", "~*") or not _ANY_PHP.match(found.path):
            continue
        checks = bool(block.all("try_files")) or any("-f" in each.text for each in block.all("if"))
        if checks or is_internal(block) or any("fastcgi-php" in each.text for each in block.missing):
            continue
        message = f"`location {short(block.text, 40)}` runs whatever ends in .php, without asking whether it is a file"
        yield at(directive, message, subject=f"fastcgi_pass {block.text}")


UNANCHORED = Rule(
    id="nginx/unanchored-handler",
    title="A pattern that chooses a handler has no `$` at its end",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A pattern without ^ and $ also fits in the middle of other addresses: `\\.php` takes photo.php.jpg.",
    fix="End the pattern with `$`, or begin it with `^`.",
    refs=("CWE-625", f"{_CORE}#location"),
    bad=(
        """\
location ~ \\.php {
    fastcgi_pass unix:/run/php.sock; # <- here
}
""",
    ),
    good=(
        """\
location ~ \\.php$ {
    fastcgi_pass unix:/run/php.sock;
}
location ~ ^/app/ {
    fastcgi_pass unix:/run/app.sock;
}
location ~ \\.(png|jpg) {
    expires 1d;
}
""",
    ),
)


def unanchored(config: Config) -> Iterator[Found]:
    for directive in config.named("fastcgi_pass", "uwsgi_pass", "scgi_pass"):
        block = directive.inside("location")
        found = location(block) if block else None
        if not found or found.kind not in ("~", "~*"):
            continue
        try:
            node = regex.parse(found.path, found.kind == "~*")
        except regex.PatternError:
            continue
        if not _anchored(node) and "(?=" not in found.path and "(?!" not in found.path and "(?>" not in found.path:
            message = f"`{short(found.path, 40)}` fits anywhere in an address"
            yield at(directive, message, subject=f"{directive.name} {found.path}")


def _anchored(node: regex.Node) -> bool:
    """Whether every way to match holds on to the beginning or the end of the address."""
    match node:
        case regex.Look(kind):
            return kind in ("^", "$")
        case regex.Seq(parts):
            return any(_anchored(part) for part in parts)
        case regex.Alt(options):
            return all(_anchored(option) for option in options)
        case regex.Group(inner, _, _):
            return _anchored(inner)
        case regex.Repeat(inner, least, _):
            return least > 0 and _anchored(inner)
    return False


DAV = Rule(
    id="nginx/dav-open",
    title="Anybody may upload or delete files",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="With PUT and DELETE in dav_methods and no password, files of the shop can be replaced. It is off by default.",
    fix="Ask for `auth_basic` or a client certificate, or leave `dav_methods` out.",
    refs=("CWE-306", "PCI DSS 7.3.3", "https://nginx.org/en/docs/http/ngx_http_dav_module.html"),
    bad=(
        """\
server {
    location /upload/ {
        root /srv/shop;
        dav_methods PUT DELETE; # <- here
    }
}
""",
    ),
    good=(
        """\
server {
    location /upload/ {
        root /srv/shop;
        dav_methods PUT;
        auth_basic "staff";
    }
    location /files/ {
        dav_methods PUT DELETE;
        limit_except GET {
            deny all;
        }
    }
    location / {
        dav_methods off;
    }
}
""",
    ),
)


def dav(config: Config) -> Iterator[Found]:
    for directive in config.named("dav_methods"):
        block = directive.parent or directive
        if directive.first == "off" or is_internal(block) or access(block) != "open":
            continue
        if not any(access(each) != "open" for each in block.all("limit_except")):
            yield at(directive, f"anybody may send {short(directive.text)} to {label(block)}")


RULES: Judged = (
    (ALIAS_TRAVERSAL, alias_traversal),
    (ALIAS_NEIGHBOURS, alias_neighbours),
    (SENSITIVE, sensitive),
    (LISTING, listing),
    (DOTFILES, dotfiles),
    (PHP, php),
    (UNANCHORED, unanchored),
    (DAV, dav),
)
