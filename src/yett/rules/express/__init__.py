"""Rules for Express and what runs beside it in Node.js, in JavaScript and TypeScript."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse.tree import Tree
from yett.rules.express import cookies, exposure, middleware, options, secrets
from yett.rules.express.server import Server, load

EXAMPLE = "server.js"

_TELLING = re.compile(
    r"[\"'](?:express|cookie-session|cookie-parser|jsonwebtoken|jwt-simple|jose|koa-jwt|passport|helmet|cors|lusca)"
    r"|passport-|helmet\(|lusca|\bcors\(|serve-?[iI]ndex|errorhandler|rejectUnauthorized|strictSSL"
    r"|NODE_TLS_REJECT_UNAUTHORIZED|SSL_VERIFYPEER|(?i:access-control-allow-origin|x-frame-options)|trust proxy"
    r"|\bexpress\.|res\.cookie\(|\bres\.(?:send|end|json|write)\([^;\n]{0,80}\.stack\b"
    r"|@nestjs/|minVersion|secureProtocol|noEscape|auto[eE]scap"
)

RULES: tuple[tuple[Rule, Callable[[Server], Iterator[Hit | Unknown]]], ...] = (
    *secrets.RULES,
    *cookies.RULES,
    *middleware.RULES,
    *exposure.RULES,
    *options.RULES,
)


def rules() -> tuple[Rule, ...]:
    return tuple(dict.fromkeys(rule for rule, _ in RULES))


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find in a script. Raises `ParseError`."""
    if not _TELLING.search(text):
        return
    server = load(text, path, tree)
    if server is None:
        return
    for rule, check in RULES:
        for found in check(server):
            yield rule, found
    if server.script.broken:
        yield RULES[0][0], Unknown(server.script.broken, "something that is no JavaScript")
