"""Rules for nginx: each is told of the whole configuration, includes put in place, and what is in effect where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from yett.model import Hit, Rule, Unknown
from yett.parse import names, nginx
from yett.parse.nginx import Directive
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.rules.nginx import access, files, headers, limits, proxying, service, tls
from yett.rules.nginx.scope import Config

EXAMPLE = "nginx.conf"
"""The path under which the rules' one-file examples are judged."""

RULES = (
    *access.RULES,
    *files.RULES,
    *headers.RULES,
    *limits.RULES,
    *proxying.RULES,
    *service.RULES,
    *tls.RULES,
)

MAX_FILES = 400
"""How many files of a tree are asked whether they include the file at hand."""
MAX_ROOTS = 12

Judged = tuple[Rule, Hit | Unknown]


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[Judged]:
    """What the rules find in a file: in every configuration of the tree that it is a part of, told once.

    Raises `ParseError` where a file that looks like nginx's cannot be read.
    """
    try:
        root = nginx.parse(text, path)
    except ParseError:
        if _LOOKS.search(text) and not _FOREIGN.search(text):
            raise
        return
    if not is_nginx(root):
        return
    roots = [] if len(tree.paths) < 2 else _roots(tree, path)
    found: list[Judged] = []
    for each in roots or [path]:
        if each == path:
            found += _found(nginx.expand(root, tree), path)
        else:
            whole = tree.once(("nginx", "found", each), partial(_whole, tree, each))
            found += [(rule, hit) for place, rule, hit in whole if place == path]
    yield from dict.fromkeys(found)


def _whole(tree: Tree, path: str) -> list[tuple[str, Rule, Hit | Unknown]]:
    root = _read(tree, path)
    return _all(nginx.expand(root, tree)) if root else []


def _found(root: Directive, path: str) -> list[Judged]:
    return [(rule, hit) for place, rule, hit in _all(root) if place == path]


def _all(root: Directive) -> list[tuple[str, Rule, Hit | Unknown]]:
    config = Config(root)
    found: dict[tuple[str, Rule, Hit | Unknown], None] = {}
    for rule, check in RULES:
        for place, hit in check(config):
            found[place, rule, hit] = None
    return list(found)


def _read(tree: Tree, path: str) -> Directive | None:
    text = tree.text(path)
    if text is None:
        return None
    try:
        root = nginx.parse(text, path)
    except ParseError:
        return None
    return root if is_nginx(root) else None


def _roots(tree: Tree, path: str) -> list[str]:
    """The files from which a file is reached through includes and that nothing includes; none where it stands alone."""
    includers = tree.once(("nginx", "includers"), lambda: _includers(tree))
    seen, todo = {path}, [path]
    found: list[str] = []
    while todo and len(found) < MAX_ROOTS:
        each = todo.pop()
        above = [other for other in includers.get(each, ()) if other not in seen]
        if not above and each != path:
            found.append(each)
        seen.update(above)
        todo += above
    return sorted(found)


def _includers(tree: Tree) -> dict[str, list[str]]:
    """For each file, those that include it by name or by pattern."""
    found: dict[str, list[str]] = {}
    candidates = [path for path in tree.paths if names.is_nginx(path)]
    for path in candidates[:MAX_FILES]:
        text = tree.text(path)
        if text is None or "include" not in text:
            continue
        try:
            root = nginx.parse(text, path)
        except ParseError:
            continue
        for directive in root.walk():
            if directive.name == "include":
                for other in nginx.resolve(tree, directive) or ():
                    if other != path:
                        found.setdefault(other, []).append(path)
    return found


# Enough of a file that cannot be read to say whose it is.
_LOOKS = re.compile(
    r"(?m)^[ \t]*(?:server|location\s+\S+|upstream\s+\S+|http|events)\s*\{|^[ \t]*(?:proxy_pass|fastcgi_pass)\s"
)
_FOREIGN = re.compile(r"(?mi)^[ \t]*(?:<VirtualHost|<Directory|<IfModule|zone\s+\"|subnet\s+\d)")

_OWN = frozenset(
    (
        *[
            "http",
            "server",
            "location",
            "upstream",
            "map",
            "geo",
            "stream",
            "mail",
            "events",
            "if",
            "set",
            "types",
            "limit_except",
            "split_clients",
        ],
        *[
            "return",
            "rewrite",
            "listen",
            "server_name",
            "root",
            "alias",
            "index",
            "try_files",
            "error_page",
            "internal",
            "resolver",
            "default_type",
        ],
        *[
            "sendfile",
            "expires",
            "allow",
            "deny",
            "satisfy",
            "autoindex",
            "stub_status",
            "server_tokens",
            "merge_slashes",
            "valid_referers",
        ],
        *[
            "error_log",
            "access_log",
            "log_format",
            "more_set_headers",
            "modsecurity",
            "charset",
            "etag",
            "keepalive_timeout",
            "tcp_nopush",
        ],
        *[
            "keepalive_requests",
            "tcp_nodelay",
            "load_module",
            "real_ip_header",
            "set_real_ip_from",
            "real_ip_recursive",
            "aio",
        ],
        *[
            "directio",
            "mirror",
            "dav_methods",
            "status",
            "api",
            "status_zone",
            "underscores_in_headers",
            "ignore_invalid_headers",
        ],
        *["pcre_jit", "env", "user", "pid", "log_not_found", "hash", "worker_processes"],
    )
)
_FAMILIES = re.compile(
    r"(?:proxy|fastcgi|uwsgi|scgi|grpc|ssl|gzip|brotli|limit|auth|add|client|large_client|sub|open_file|resolver"
    r"|http2|http3|quic|worker|lua|js|memcached|secure_link|modsecurity|send|reset|output|types_hash|server_names_hash"
    r"|variables_hash|map_hash|hide|more|upload|image_filter|slice|ssi|userid|perl|geoip2?|vhost_traffic_status|access"
    r"|content|rewrite|header_filter|body_filter|init|log)_[a-z0-9_]+"
)


def is_nginx(root: Directive) -> bool:
    """Whether most of what stands at the top of a file are directives of nginx."""
    known = other = 0
    for directive in root.children:
        if directive.name in _OWN or _FAMILIES.fullmatch(directive.name):
            known += 1 + 3 * directive.is_block
        elif directive.name != "include":
            other += 1
    return known > other
