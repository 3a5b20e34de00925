"""Cookies: who can read them, and how long they last."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.source import Span
from yett.parse.values import Const, Table, Value, answer, default_of, text, truth
from yett.rules.express.server import Server
from yett.rules.hits import hit, short

_DOCS = "https://expressjs.com/en/resources/middleware/session.html"

FLAGS = Rule(
    id="express/cookie-flags",
    title="The session cookie can be read or stolen on the way",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Who has the cookie is logged in. The default of express-session for `secure` is false, so that browsers send "
        "it over plain HTTP too; `httpOnly` is true by default, and `sameSite` is not set."
    ),
    fix='Write `cookie: { secure: true, httpOnly: true, sameSite: "lax" }`.',
    refs=("CWE-614", "CWE-1004", "PCI DSS 6.2.4", _DOCS),
    bad=(
        """\
const session = require("express-session");

app.use(session({ name: "shop", secret: process.env.SECRET })); // <- here
app.use(session({ name: "shop", cookie: { secure: false, maxAge: 900000 } })); // <- here
app.use(session({ name: "shop", cookie: { secure: true, httpOnly: false, maxAge: 900000 } })); // <- here
""",
        """\
const cookieSession = require("cookie-session");

app.use(cookieSession({ name: "shop", keys: [process.env.KEY], sameSite: "none" })); // <- here
""",
    ),
    good=(
        """\
const session = require("express-session");

const options = { name: "shop", secret: process.env.SECRET, cookie: { maxAge: 900000 } };
if (app.get("env") === "production") {
  options.cookie.secure = true;
}
app.use(session(options));
app.use(session({ cookie: { secure: process.env.NODE_ENV === "production", httpOnly: true } }));
app.use(session({ cookie: { secure: "auto" } }));
app.use(session(config.session));
""",
    ),
)

NAME = Rule(
    id="express/session-default-name",
    title="The session cookie has its default name",
    severity=Severity.LOW,
    level=Action.INFO,
    why="connect.sid tells everybody what the shop is made with, and applications on one host overwrite each other's.",
    fix='Give it a name: `name: "shop"`.',
    refs=("CWE-200", _DOCS + "#name"),
    bad=(
        """\
const session = require("express-session");

app.use(session({ secret: process.env.SECRET, cookie: { secure: true } })); // <- here
""",
    ),
    good=(
        """\
const session = require("express-session");

app.use(session({ name: "shop", secret: process.env.SECRET, cookie: { secure: true } }));
app.use(session({ ...defaults, cookie: { secure: true } }));
""",
    ),
)

AGE = Rule(
    id="express/session-age",
    title="The session cookie does not expire",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "Browsers that restore their tabs keep such a cookie for ever. The default of express-session for `maxAge` is "
        "none. PCI DSS asks for 15 idle minutes for staff."
    ),
    fix="Set `cookie: { maxAge: 15 * 60 * 1000 }` with `rolling: true`.",
    refs=("CWE-613", "PCI DSS 8.2.8", _DOCS + "#cookiemaxage"),
    bad=(
        """\
const session = require("express-session");

app.use(session({ name: "shop", cookie: { secure: true } })); // <- here
""",
    ),
    good=(
        """\
const session = require("express-session");

app.use(session({ name: "shop", rolling: true, cookie: { secure: true, maxAge: 15 * 60 * 1000 } }));
app.use(session({ name: "shop", cookie: config.cookie }));
""",
    ),
)

UNINITIALIZED = Rule(
    id="express/save-uninitialized",
    title="Every visitor gets a session",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Each request without a cookie fills the store with another session, and sets a cookie nobody agreed to.",
    fix="Write `saveUninitialized: false`.",
    refs=("CWE-770", _DOCS + "#saveuninitialized"),
    bad=(
        """\
const session = require("express-session");

app.use(session({ name: "shop", saveUninitialized: true, cookie: { secure: true } })); // <- here
""",
    ),
    good=(
        """\
const session = require("express-session");

app.use(session({ name: "shop", saveUninitialized: false, cookie: { secure: true } }));
""",
    ),
)

SET_COOKIE = Rule(
    id="express/set-cookie",
    title="A cookie is set without its flags",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Such a cookie goes over plain HTTP, or scripts can read it. res.cookie sets neither flag by default.",
    fix='Say all three: `{ secure: true, httpOnly: true, sameSite: "lax" }`.',
    refs=("CWE-614", "CWE-1004", "PCI DSS 6.2.4", "https://expressjs.com/en/api.html#res.cookie"),
    bad=(
        """\
const express = require("express");

function login(req, res) {
  res.cookie("token", req.token); // <- here
  res.cookie("session", req.session.id, { httpOnly: true, maxAge: 900000 }); // <- here
}
""",
    ),
    good=(
        """\
const express = require("express");

function login(req, res) {
  res.cookie("token", req.token, { secure: true, httpOnly: true, sameSite: "lax" });
  res.cookie("token", req.token, cookieOptions);
  res.cookie("token", req.token, { ...defaults, maxAge: 900000 });
  res.cookie("theme", "dark");
}
""",
    ),
)

_EXPRESS = ("express-session", "session", "expressSession")
_COOKIE = ("cookie-session", "cookieSession")
_OWN = re.compile(r"(?i)sess|auth|token|login|user|jwt|sid|account|csrf|remember|secret|cart")


def _sessions(server: Server) -> Iterator[tuple[Span, Table, Value | None, bool]]:
    """Each session: its place, its options, those of its cookie (None where there are none), whether it is
    express-session."""
    for call, arguments in server.calls(*_EXPRESS, *_COOKIE):
        if server.script.callee(call) == "session" and "session" in server.script.modules:
            continue
        options = server.options(arguments[0]) if arguments else None
        if options is None or (not options.whole and not options.entries):
            continue
        function = call.child_by_field_name("function")
        span = server.script.span(function if function is not None else call)
        own = server.script.callee(call) in _EXPRESS
        yield span, options, options.entries.get("cookie") if own else options, own


def flags(server: Server) -> Iterator[Hit | Unknown]:
    for span, options, cookie, own in _sessions(server):
        if cookie is None:
            if options.whole and own:
                message = "the session cookie goes over plain HTTP too: its cookie has no secure: true"
                yield hit(span, message, fix="`cookie: { secure: true }`", subject="session secure")
            continue
        if not isinstance(cookie, Table):
            yield Unknown(span.line, "the options of the cookie")
            continue
        lacks: list[str] = []
        said = answer(cookie.entries.get("secure"), _is_false) if "secure" in cookie.entries else None
        if said in ("bad", "default") or (said is None and cookie.whole and own):
            lacks.append("secure: true")
        elif said == "unknown":
            yield Unknown(span.line, "secure")
        if answer(cookie.entries.get("httpOnly"), _is_false) == "bad":
            lacks.append("httpOnly: true")
        if answer(cookie.entries.get("sameSite"), _is_none) == "bad":
            lacks.append('sameSite: "lax"')
        if lacks:
            message = f"the session cookie is set without {' and '.join(lacks)}"
            yield hit(span, message, fix=f"`cookie: {{ {', '.join(lacks)} }}`", subject=f"session {' '.join(lacks)}")


def _is_false(value: Value) -> bool | None:
    said = truth(value)
    return None if said is None else not said


def _is_none(value: Value) -> bool | None:
    return (isinstance(value, Const) and value.value is False) or str(text(value)).lower() == "none"


def name(server: Server) -> Iterator[Hit | Unknown]:
    for span, options, _, own in _sessions(server):
        if own and options.whole and not {"name", "key"} & set(options.entries):
            message = "the session cookie has its default name, connect.sid"
            yield hit(span, message, fix='`name: "shop"`', subject="session name")


def age(server: Server) -> Iterator[Hit | Unknown]:
    for span, options, cookie, _ in _sessions(server):
        known = isinstance(cookie, Table) and cookie.whole and options.whole
        if isinstance(cookie, Table) and known and not {"maxAge", "expires"} & set(cookie.entries):
            yield hit(span, "the session cookie does not expire", fix="`maxAge: 15 * 60 * 1000`", subject="session age")


def uninitialized(server: Server) -> Iterator[Hit | Unknown]:
    for _, options, _, own in _sessions(server):
        if own and truth(default_of(options.entries.get("saveUninitialized"))):
            at = options.keys["saveUninitialized"].span
            message = "every visitor gets a session"
            yield hit(at, message, fix="`saveUninitialized: false`", subject="saveUninitialized")


def set_cookie(server: Server) -> Iterator[Hit | Unknown]:
    for call, base, arguments in server.methods("cookie"):
        if base.rpartition(".")[2] not in ("res", "response", "reply") or len(arguments) < 2:
            continue
        said = text(server.script.value(arguments[0])) or ""
        options = server.script.value(arguments[2]) if len(arguments) > 2 else None
        if not _OWN.search(said) or (options is not None and not (isinstance(options, Table) and options.whole)):
            continue
        entries = options.entries if isinstance(options, Table) else {}
        lacks = [
            f"{key}: true"
            for key in ("secure", "httpOnly")
            if key not in entries or answer(entries[key], _is_false) == "bad"
        ]
        if lacks:
            message = f'the cookie "{short(said, 40)}" is set without {" and ".join(lacks)}'
            function = call.child_by_field_name("function")
            span = server.script.span(function if function is not None else call)
            yield hit(span, message, fix=f"`{{ {', '.join(lacks)} }}`", subject=said)


RULES = (
    (FLAGS, flags),
    (NAME, name),
    (AGE, age),
    (UNINITIALIZED, uninitialized),
    (SET_COOKIE, set_cookie),
)
