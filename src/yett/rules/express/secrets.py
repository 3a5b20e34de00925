"""Keys that sign, and whether anybody looks at what they signed."""

from __future__ import annotations

from collections.abc import Iterator

from yett.lean import TYPE_CHECKING
from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.javascript import arguments_of
from yett.parse.source import Span
from yett.parse.values import Const, Env, Items, Table, Value, default_of, leaves, strings, text, truth
from yett.rules.express.server import Server
from yett.rules.hits import hit, short

if TYPE_CHECKING:
    from tree_sitter import Node

SECRET = Rule(
    id="express/session-secret",
    title="The key that signs sessions or tokens stands in the code",
    severity=Severity.CRITICAL,
    why=(
        "Whoever reads the repository makes sessions and tokens for any customer or clerk. A default for a missing "
        "variable is the key of every deployment that forgot it."
    ),
    fix="Read it from the environment: `secret: process.env.SESSION_SECRET`, and replace the key.",
    refs=("CWE-321", "PCI DSS 8.6.2", "https://expressjs.com/en/resources/middleware/session.html"),
    bad=(
        """\
const express = require("express");
const session = require("express-session");
const cookieParser = require("cookie-parser");
const jwt = require("jsonwebtoken");

const key = "keyboard" + " cat";
const app = express();
app.use(session({ secret: key, cookie: { secure: true } })); // <- here
app.use(cookieParser("keyboard" + " cat")); // <- here
app.get("/token", (req, res) => res.send(jwt.sign({ sub: req.user.id }, "keyboard" + " cat"))); // <- here
""",
        """\
// file: src/auth.ts
import session from "express-session";
import { expressjwt } from "express-jwt";

const options: session.SessionOptions = {
  secret: process.env.SECRET || "keyboard" + " cat", // <- here
  cookie: { secure: true },
};
app.use(session(options));
app.use(expressjwt({ secret: "keyboard" + " cat", algorithms: ["HS256"] })); // <- here
""",
    ),
    good=(
        """\
const session = require("express-session");
const jwt = require("jsonwebtoken");
const config = require("./config");

app.use(session({ secret: process.env.SESSION_SECRET, cookie: { secure: true } }));
app.use(session({ secret: config.secret }));
jwt.verify(token, "-----BEGIN PUBLIC KEY-----");
function sign(payload, secret) {
  return jwt.sign(payload, secret);
}
""",
        """\
// file: test/app.test.js
const session = require("express-session");
app.use(session({ secret: "for" + " tests" }));
""",
    ),
)

PASSPORT = Rule(
    id="express/passport-secret",
    title="The secret of a login provider stands in the code",
    severity=Severity.HIGH,
    why="Whoever reads the repository can pass for the shop at the provider, or make tokens that it believes.",
    fix="Read it from the environment: `clientSecret: process.env.CLIENT_SECRET`, and replace the secret.",
    refs=("CWE-798", "PCI DSS 8.6.2", "https://www.passportjs.org/packages/passport-jwt/"),
    bad=(
        """\
const GoogleStrategy = require("passport-google-oauth20").Strategy;
const { Strategy: JwtStrategy } = require("passport-jwt");

passport.use(new GoogleStrategy({ clientID: ID, clientSecret: "s8Kd" + "2mQz" }, done)); // <- here
passport.use(new JwtStrategy({ secretOrKey: "s8Kd" + "2mQz", jwtFromRequest: read }, done)); // <- here
""",
    ),
    good=(
        """\
const GoogleStrategy = require("passport-google-oauth20").Strategy;
const { Strategy: JwtStrategy } = require("passport-jwt");

passport.use(new GoogleStrategy({ clientID: "shop", clientSecret: process.env.GOOGLE_SECRET }, done));
passport.use(new JwtStrategy({ secretOrKey: config.key }, done));
""",
    ),
)

JWT_NONE = Rule(
    id="express/jwt-none",
    title="Tokens without a signature are accepted",
    severity=Severity.HIGH,
    why="With the algorithm none, anybody writes a token that says who they are. jsonwebtoken refuses it by default.",
    fix='Name one algorithm: `{ algorithms: ["HS256"] }`.',
    refs=("CWE-347", "PCI DSS 8.3.1", "https://github.com/auth0/node-jsonwebtoken#readme"),
    bad=(
        """\
const jwt = require("jsonwebtoken");

jwt.verify(token, process.env.KEY, { algorithms: ["HS256", "none"] }); // <- here
""",
        """\
const { JWK, JWT } = require("jose");

const claims = JWT.verify(token, JWK.None); // <- here
""",
    ),
    good=(
        """\
const jwt = require("jsonwebtoken");

jwt.verify(token, process.env.KEY, { algorithms: ["HS256"] });
""",
    ),
)

JWT_UNVERIFIED = Rule(
    id="express/jwt-unverified",
    title="Tokens are trusted unchecked, or for ever",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "decode looks at no signature, so anybody writes the claims; with ignoreExpiration a stolen token is good for "
        "ever. verify checks both by default."
    ),
    fix='Use `jwt.verify(token, key, { algorithms: ["HS256"] })`.',
    refs=("CWE-347", "CWE-613", "PCI DSS 8.3.1", "https://github.com/auth0/node-jsonwebtoken#readme"),
    bad=(
        """\
const jwt = require("jsonwebtoken");

const claims = jwt.verify(token, process.env.KEY, { algorithms: ["HS256"], ignoreExpiration: true }); // <- here
""",
        """\
const jwt = require("jsonwebtoken");

if (jwt.decode(token, true).admin) grant(); // <- here
""",
    ),
    good=(
        """\
const jwt = require("jsonwebtoken");

const { kid } = jwt.decode(token, { complete: true }).header;
const claims = jwt.verify(token, keys[kid], { algorithms: ["RS256"] });
""",
    ),
)

_SESSIONS = ("express-session", "cookie-session", "session", "cookieSession", "expressSession")
_JWT = ("express-jwt", "express-jwt.expressjwt", "expressjwt", "expressJwt", "koa-jwt")
_SIGNERS = (
    *("jsonwebtoken.sign", "jsonwebtoken.verify", "jwt.sign", "jwt.verify", "jsonwebtoken.signAsync"),
    *("jose.JWT.sign", "jose.JWT.verify", "JWT.sign", "JWT.verify", "jwt-simple.encode", "jwt-simple.decode"),
)


def secret(server: Server) -> Iterator[Hit | Unknown]:
    for _, arguments in server.calls(*_SESSIONS, *_JWT):
        options = server.options(arguments[0] if arguments else None)
        for name in ("secret", "keys"):
            if options is not None and name in options.entries:
                yield from _key(name, options.entries[name], _place(server, options, name))
    for _, arguments in server.calls("cookie-parser", "cookieParser"):
        if arguments:
            yield from _key(
                "the key of the cookies", server.script.value(arguments[0]), server.script.span(arguments[0])
            )
    for call, arguments in server.calls(*_SIGNERS):
        if len(arguments) > 1:
            name = arguments[1].text.decode() if arguments[1].type == "identifier" and arguments[1].text else ""
            span = server.script.span(arguments[1])
            yield from _key(name or "the key of the token", server.script.value(arguments[1]), span, call)


def _place(server: Server, options: Table, name: str) -> Span:
    """Where a key is put into the options: the text itself where it stands there, or inside another table; the option
    where it is named."""
    key = options.keys[name].span
    value = options.entries[name]
    leaf = next((each for each, _ in leaves(value)), value)
    pair = server.script.placed.get(key[:2])
    if pair is None:
        return key
    given = pair.child_by_field_name("value")
    return key if given is not None and given.type == "identifier" else leaf.at.span


def _key(name: str, value: Value, span: Span, call: Node | None = None) -> Iterator[Hit | Unknown]:
    """A hit where a key is one that stands in the code, or falls back to one."""
    held = value.items if isinstance(value, Items) else (value,)
    for each in held:
        for leaf, soft in leaves(each):
            if not isinstance(leaf, Const):
                yield Unknown(span.line, short(name, 60))
            elif (
                isinstance(leaf.value, str) and leaf.value.strip() and not leaf.value.startswith(("-----", "{{", "${"))
            ):
                said = short(name, 60)
                if soft:
                    variable = short(each.name if isinstance(each, Env) else "the variable", 60)
                    message = f"{said} falls back to a text that stands here where {variable} is not set"
                    fix = f"`process.env.{variable}` alone, and a start that fails without it"
                    yield hit(span, message, fix=fix, subject=f"{name} default", severity=Severity.MEDIUM)
                else:
                    fix = "`process.env.SESSION_SECRET`, and a new key"
                    yield hit(span, f"{said} stands in the code", fix=fix, subject=name)
                return


def passport(server: Server) -> Iterator[Hit | Unknown]:
    for call in server.script.calls:
        name = server.script.callee(call)
        if call.type != "new_expression" or not ("Strategy" in name or "Strat" in name or name.startswith("passport-")):
            continue
        arguments = arguments_of(call)
        options = server.options(arguments[0] if arguments else None)
        for key in ("clientSecret", "consumerSecret", "secretOrKey"):
            if options is not None and key in options.entries and not server.script.guarded(call):
                written = arguments[0].type == "object"
                span = options.keys[key].span if written else server.script.span(arguments[0])
                yield from _key(key, options.entries[key], span)


def jwt_none(server: Server) -> Iterator[Hit | Unknown]:
    for call, arguments in server.calls(*_SIGNERS, *_JWT):
        for each in arguments:
            if server.script.name(each).endswith("JWK.None"):
                message = "a token without a signature is taken"
                yield hit(server.script.span(each), message, fix="a key in the place of `JWK.None`", subject="JWK.None")
        for each in arguments[:1] + arguments[2:3]:
            options = server.script.value(each)
            for key in ("algorithms", "algorithm"):
                found = options.entries.get(key) if isinstance(options, Table) else None
                if found is not None and any(str(text(one)).lower() == "none" for one in strings(default_of(found))):
                    span = server.script.span(call) if found.at.path != server.path else found.at.span
                    message = "the algorithm none is taken, which signs nothing"
                    yield hit(span, message, fix='`["HS256"]`', subject=f"{key} none")


def jwt_unverified(server: Server) -> Iterator[Hit | Unknown]:
    for _, arguments in server.calls("jsonwebtoken.verify", "jwt.verify"):
        options = server.options(arguments[2] if len(arguments) > 2 else None)
        if options is not None and truth(options.entries.get("ignoreExpiration")):
            message = "an expired token is taken"
            span = options.keys["ignoreExpiration"].span
            yield hit(span, message, fix="no `ignoreExpiration`", subject="ignoreExpiration")
    if ".verify(" in server.script.text or "verify" in server.script.modules:
        return
    for call, arguments in server.calls("jsonwebtoken.decode"):
        if arguments:
            message = "claims are read that nobody checked the signature of"
            subject = short(server.script.source(call), 120)
            yield hit(
                server.script.span(call), message, fix="`jwt.verify` in the place of `jwt.decode`", subject=subject
            )


RULES = ((SECRET, secret), (PASSPORT, passport), (JWT_NONE, jwt_none), (JWT_UNVERIFIED, jwt_unverified))
