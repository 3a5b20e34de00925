"""Rules for Apache: each is told of the whole configuration, includes put in place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from yett.model import Hit, Rule, Unknown
from yett.parse import apache
from yett.parse.names import is_apache
from yett.parse.nginx import Directive
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.rules.apache import access, service, tls

EXAMPLE = "httpd.conf"
"""The path under which the rules' one-file examples are judged."""

RULES = (*access.RULES, *service.RULES, *tls.RULES)

MAX_FILES = 300
MAX_ROOTS = 8

Judged = tuple[Rule, Hit | Unknown]


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[Judged]:
    """What the rules find in a file: in every configuration of the tree that it is a part of, told once.

    Raises `ParseError` where a file that looks like Apache's cannot be read.
    """
    if not looks(text, path):
        return
    root = apache.parse(text, path)
    roots = [] if len(tree.paths) < 2 else _roots(tree, path)
    found: list[Judged] = []
    for each in roots or [path]:
        if each == path:
            whole = _all(apache.expand(root, tree))
        else:
            whole = tree.once(("apache", "found", each), partial(_whole, tree, each))
        found += [(rule, hit) for place, rule, hit in whole if place == path]
    yield from dict.fromkeys(found)


def _whole(tree: Tree, path: str) -> list[tuple[str, Rule, Hit | Unknown]]:
    try:
        return _all(apache.expand(apache.parse(tree.text(path) or "", path), tree))
    except ParseError:
        return []


def _all(root: Directive) -> list[tuple[str, Rule, Hit | Unknown]]:
    return [(place, rule, hit) for rule, check in RULES for place, hit in check(root)]


def _roots(tree: Tree, path: str) -> list[str]:
    """The files from which a file is reached through includes and that nothing includes."""
    includers = tree.once(("apache", "includers"), partial(_includers, tree))
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
    found: dict[str, list[str]] = {}
    for path in [path for path in tree.paths if is_apache(path)][:MAX_FILES]:
        text = tree.text(path)
        if text is None or "nclude" not in text or not looks(text, path):
            continue
        try:
            root = apache.parse(text, path)
        except ParseError:
            continue
        for directive in root.walk():
            if directive.name in ("include", "includeoptional"):
                for other in apache.resolve(tree, directive) or ():
                    if other != path:
                        found.setdefault(other, []).append(path)
    return found


_SECTIONS = re.compile(
    r"(?mi)^[ \t]*<(?:VirtualHost|Directory(?:Match)?|Location(?:Match)?|Files(?:Match)?|IfModule|IfDefine|IfVersion"
    r"|Proxy(?:Match)?|Limit(?:Except)?|RequireA(?:ll|ny)|RequireNone)\b[^>\n]*>"
)
_DIRECTIVES = re.compile(
    r"(?mi)^[ \t]*(?:ServerRoot|DocumentRoot|ServerTokens|ServerSignature|TraceEnable|RewriteEngine"
    r"|RewriteRule|SSLEngine"
    r"|SSLProtocol|SSLCipherSuite|SSLProxy\w+|ProxyRequests|ProxyPass|AllowOverride|LoadModule|DirectoryIndex|Options"
    r"|Header|AddType|Order|Require|ErrorDocument|Redirect\w*|Listen|ExpiresActive|AuthType|Deny|RequestReadTimeout)"
    r"[ \t]+[^\s={;]"
)
_NGINX = re.compile(r"(?m)^[ \t]*(?:server|location|http|upstream|events)\b[^\n]*\{[ \t]*$|;[ \t]*$")


def looks(text: str, path: str) -> bool:
    """Whether a text is Apache's by its sections or directives."""
    if _SECTIONS.search(text):
        return True
    if path.rpartition("/")[2].lower().endswith("htaccess"):
        return True
    return bool(_DIRECTIVES.search(text)) and not _NGINX.search(text) and not re.search(r"(?m)^\[\w", text)
