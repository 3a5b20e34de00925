"""Settings of what stands beside Express: NestJS, TLS of Node.js, and templates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.lean import TYPE_CHECKING
from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.values import Const, Table, Value, default_of, strings, text, truth
from yett.rules.express.middleware import CORS
from yett.rules.express.server import Server
from yett.rules.hits import hit, short

if TYPE_CHECKING:
    from tree_sitter import Node

WEAK_TLS = Rule(
    id="express/weak-tls",
    title="Early versions of TLS are taken",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="TLS 1.0 and 1.1 are broken. Node.js asks for 1.2 by itself; somebody lowered it.",
    fix='Leave `minVersion` out, or write `minVersion: "TLSv1.2"`.',
    refs=("CWE-326", "PCI DSS 4.2.1", "https://nodejs.org/api/tls.html#tlscreatesecurecontextoptions"),
    bad=(
        """\
const https = require("https");

https.createServer({ key, cert, minVersion: "TLSv1" }, app).listen(443); // <- here
""",
        """\
// file: config/database.js
module.exports = {
  production: { dialect: "postgres", dialectOptions: { ssl: { minVersion: "TLSv1.1" } } }, // <- here
};
""",
    ),
    good=(
        """\
const https = require("https");

https.createServer({ key, cert, minVersion: "TLSv1.2" }, app).listen(443);
https.createServer({ key, cert, minVersion: process.env.TLS }, app).listen(444);
""",
    ),
)

ESCAPE = Rule(
    id="express/escape-off",
    title="Templates that escape nothing",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="What customers write into their names and reviews becomes HTML of the page, scripts included.",
    fix="Leave the escaping on, and mark the one value that is HTML.",
    refs=("CWE-79", "PCI DSS 6.2.4", "https://handlebarsjs.com/api-reference/compilation.html"),
    bad=(
        """\
const Handlebars = require("handlebars");
const nunjucks = require("nunjucks");

const page = Handlebars.compile(source, { noEscape: true }); // <- here
nunjucks.configure("views", { autoescape: false }); // <- here
""",
    ),
    good=(
        """\
const Handlebars = require("handlebars");
const nunjucks = require("nunjucks");

const page = Handlebars.compile(source);
nunjucks.configure("views", { autoescape: true });
""",
    ),
)

_EARLY = ("tlsv1", "tlsv1.0", "tlsv1.1", "sslv3", "sslv2")
_METHODS = re.compile(r"(?i)(?:sslv[23]|tlsv1(?:_1)?)_(?:server_|client_)?method")


def weak_tls(server: Server) -> Iterator[Hit | Unknown]:
    script = server.script
    for pair in script.pairs:
        name = script.source(pair.child_by_field_name("key")).strip("\"'")
        value = pair.child_by_field_name("value")
        if name not in ("minVersion", "secureProtocol") or value is None or script.guarded(pair):
            continue
        said = text(script.value(value)) or ""
        early = said.lower() in _EARLY if name == "minVersion" else _METHODS.fullmatch(said) is not None
        if early:
            message = f"{short(said, 30)} is taken"
            yield hit(script.span(pair), message, fix='`minVersion: "TLSv1.2"`', subject=f"{name} {said}")


_COMPILES = re.compile(r"(?i)(?:handle(?:r)?bars|hbs|nunjucks|eta|sqrl|squirrelly|mustache|twig|dot|liquid|swig)")
_OFF = {"noEscape": True, "autoescape": False, "autoEscape": False}


def escape_off(server: Server) -> Iterator[Hit | Unknown]:
    script = server.script
    for pair in script.pairs:
        name = script.source(pair.child_by_field_name("key")).strip("\"'")
        if name not in _OFF or script.guarded(pair):
            continue
        value = pair.child_by_field_name("value")
        held = default_of(script.value(value)) if value is not None else None
        if isinstance(held, Const) and held.value is _OFF[name] and _is_template(server, pair):
            yield hit(script.span(pair), f"{name} turns the escaping off", fix=f"no `{name}`", subject=name)
    for call, base, arguments in server.methods("autoEscaping"):
        if arguments and _is_false(script.value(arguments[0])):
            subject = f"{base}.autoEscaping"
            yield hit(script.span(call), f"{short(subject, 40)} turns the escaping off", subject=subject)


def _is_false(value: Value) -> bool:
    return isinstance(value, Const) and value.value is False


def _is_template(server: Server, pair: Node) -> bool:
    parent = pair.parent
    while parent is not None:
        if parent.type in ("call_expression", "new_expression"):
            called = server.script.source(
                parent.child_by_field_name("function") or parent.child_by_field_name("constructor")
            )
            return _COMPILES.search(called) is not None or _COMPILES.search(server.script.callee(parent)) is not None
        parent = parent.parent
    return False


def nest_cors(server: Server) -> Iterator[Hit | Unknown]:
    """NestJS: `app.enableCors()`, `NestFactory.create(AppModule, { cors: true })`, and headers by decorators."""
    script = server.script
    if "@nestjs/" not in script.text:
        return
    for call, _, arguments in server.methods("enableCors"):
        value = script.value(arguments[0]) if arguments else None
        if value is not None and not isinstance(value, Table):
            yield Unknown(call.start_point.row + 1, "the options of enableCors")
        elif _is_open(value):
            yield _everyone(server, call, value)
    for _, base, arguments in server.methods("create"):
        options = server.options(arguments[1]) if base == "NestFactory" and len(arguments) > 1 else None
        cors = options.entries.get("cors") if options is not None else None
        if truth(default_of(cors)) is True or (isinstance(cors, Table) and _is_open(cors)):
            yield _everyone(server, arguments[1], cors if isinstance(cors, Table) else None)
    for call in script.calls:
        if script.source(call.child_by_field_name("function")) != "Header":
            continue
        values = [text(script.value(each)) or "" for each in call.named_children[-1].named_children]
        if [value.lower() for value in values] == ["access-control-allow-origin", "*"]:
            message = "Access-Control-Allow-Origin lets every site read the answer"
            yield hit(script.span(call), message, subject="header *", severity=Severity.LOW)


def _is_open(options: Table | None) -> bool:
    if options is None:
        return True
    origin = options.entries.get("origin")
    if origin is None:
        return options.whole
    held = default_of(origin)
    return (isinstance(held, Const) and held.value in ("*", True)) or any(text(one) == "*" for one in strings(held))


def _everyone(server: Server, node: Node, options: Table | None) -> Hit:
    credentials = options is not None and truth(default_of(options.entries.get("credentials"))) is True
    message = "every site may read the answers" + (", as the customer" if credentials else "")
    subject = "cors credentials" if credentials else "cors"
    severity = None if credentials else Severity.LOW
    fix = '`origin: ["https://shop.example"]`'
    return hit(server.script.span(node), message, fix=fix, subject=subject, severity=severity)


RULES = ((CORS, nest_cors), (WEAK_TLS, weak_tls), (ESCAPE, escape_off))
