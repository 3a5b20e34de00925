"""Files, errors and connections that are open to others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.lean import TYPE_CHECKING
from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.javascript import arguments_of
from yett.parse.values import Const, Env, Value, answer, default_of, text
from yett.rules.express.server import Server
from yett.rules.hits import hit, short

if TYPE_CHECKING:
    from tree_sitter import Node

LISTING = Rule(
    id="express/dir-listing",
    title="Folders are listed, or more than the public one is served",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Backups, keys and source are found by whoever looks. express.static serves whatever is in its folder, and "
        "leaves out files that begin with a dot by default."
    ),
    fix='Serve the public folder alone: `express.static(path.join(__dirname, "public"))`.',
    refs=("CWE-548", "PCI DSS 7.3.3", "https://expressjs.com/en/resources/middleware/serve-index.html"),
    bad=(
        """\
const express = require("express");
const serveIndex = require("serve-index");

app.use("/files", serveIndex("files", { icons: true })); // <- here
app.use(express.static(__dirname)); // <- here
app.use(express.static("public", { dotfiles: "allow" })); // <- here
""",
    ),
    good=(
        """\
const express = require("express");
const path = require("path");

app.use(express.static("public"));
app.use(express.static(path.join(__dirname, "public"), { dotfiles: "ignore" }));
app.use("/.well-known", express.static(".well-known", { dotfiles: "allow" }));
""",
    ),
)

STACK = Rule(
    id="express/error-stack",
    title="Errors show their stack",
    severity=Severity.LOW,
    level=Action.WARN,
    why="Paths, versions and parts of the code help whoever tries to get in.",
    fix=(
        'Use errorhandler only where `app.get("env") === "development"`, and answer with a number to look up in the '
        "log."
    ),
    refs=("CWE-209", "PCI DSS 6.2.4", "https://expressjs.com/en/guide/error-handling.html"),
    bad=(
        """\
const express = require("express");
const errorhandler = require("errorhandler");

app.use(errorhandler()); // <- here
app.use((err, req, res, next) => {
  res.status(500).send(err.stack); // <- here
});
""",
    ),
    good=(
        """\
const express = require("express");
const errorhandler = require("errorhandler");

if (process.env.NODE_ENV === "development") {
  app.use(errorhandler());
}
app.use((err, req, res, next) => {
  console.error(err.stack);
  res.status(500).send("something went wrong");
});
""",
    ),
)

TLS = Rule(
    id="express/tls-reject-off",
    title="Certificates are not checked",
    severity=Severity.HIGH,
    why=(
        "Whoever is on the way to the payment provider or the database reads and changes what is sent. Node checks "
        "certificates by default."
    ),
    fix="Remove it, and give the connection the certificate of your authority as `ca`.",
    refs=("CWE-295", "PCI DSS 4.2.1", "https://nodejs.org/api/tls.html#tlsconnectoptions-callback"),
    bad=(
        """\
const https = require("https");

process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // <- here
const agent = new https.Agent({ rejectUnauthorized: false }); // <- here
""",
        """\
// file: config/database.js
module.exports = {
  production: {
    dialect: "postgres",
    dialectOptions: { ssl: { require: true, rejectUnauthorized: false } }, // <- here
  },
};
""",
    ),
    good=(
        """\
const https = require("https");

const agent = new https.Agent({ ca, rejectUnauthorized: true });
const other = new https.Agent({ rejectUnauthorized: process.env.NODE_ENV === "production" });
if (process.env.NODE_ENV === "development") process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
""",
    ),
)


def listing(server: Server) -> Iterator[Hit | Unknown]:
    names = ("serve-index", "serveIndex", "express.directory", "connect.directory")
    for call, _ in server.calls(*names):
        parent = call.parent
        if parent is not None and parent.type == "variable_declarator":
            yield from _uses(server, parent)
            continue
        message = "the files of a folder are listed"
        yield hit(server.script.span(call), message, fix="no `serveIndex`", subject=_said(server, call))
    for call, arguments in server.calls("express.static", "serve-static", "serveStatic"):
        if not arguments:
            continue
        options = server.options(arguments[1] if len(arguments) > 1 else None)
        dotfiles = options.entries.get("dotfiles") if options is not None else None
        if options is not None and text(dotfiles) == "allow" and "well-known" not in server.script.source(call.parent):
            message = "files that begin with a dot are served"
            yield hit(options.keys["dotfiles"].span, message, fix='`dotfiles: "ignore"`', subject=_said(server, call))
        if _is_root(server, arguments[0]):
            message = "the folder of the program itself is served, source and keys included"
            fix = '`express.static("public")`'
            yield hit(server.script.span(arguments[0]), message, fix=fix, subject=_said(server, call))


def _said(server: Server, call: Node) -> str:
    return short(server.script.source(call), 120)


def _uses(server: Server, declarator: Node) -> Iterator[Hit]:
    """Where what serveIndex gave is used: called with a request, or handed to `app.use`."""
    name = server.script.source(declarator.child_by_field_name("name"))
    for call in server.script.calls:
        function = call.child_by_field_name("function")
        if function is None:
            continue
        handed = any(each.type == "identifier" and server.script.source(each) == name for each in arguments_of(call))
        if server.script.source(function) == name or (handed and server.script.source(function).endswith(".use")):
            message = "the files of a folder are listed"
            yield hit(server.script.span(call), message, fix="no `serveIndex`", subject=f"{name} {_said(server, call)}")


def _is_root(server: Server, node: Node) -> bool:
    source = server.script.source(node).replace(" ", "")
    if source in ("__dirname", "process.cwd()", "__dirname+'/'", '__dirname+"/"', "path.resolve()"):
        return True
    if re.fullmatch(r"path\.(?:join|resolve)\((?:__dirname|process\.cwd\(\))(?:,[\"']\.?/?[\"'])?\)", source):
        return True
    return text(server.script.value(node)) in (".", "./", "/", "..")


def stack(server: Server) -> Iterator[Hit | Unknown]:
    for call, _ in server.calls("errorhandler", "express.errorHandler", "errorHandler.default", "api-error-handler"):
        if server.script.callee(call) == "errorhandler" and "errorhandler" not in server.script.modules.values():
            continue
        message = "errorhandler shows the stack of each error"
        fix = '`if (process.env.NODE_ENV === "development")` around it'
        yield hit(server.script.span(call), message, fix=fix, subject="errorhandler")
    for _, base, arguments in server.methods("send", "json", "end", "write"):
        if not re.match(r"(?:res|response|reply|ctx)\b", base):
            continue
        for each in arguments:
            said = server.script.source(each)
            found = re.search(r"\b(?:err|error|e|ex|exception)\.stack\b", said)
            if found and not re.search(r"(?i)\bdev|production|NODE_ENV|debug", said) and len(said) < 400:
                message = f"the answer holds {found[0]}"
                subject = f"{base} {found[0]}"
                yield hit(server.script.span(each), message, fix="a number to look up in the log", subject=subject)


def tls(server: Server) -> Iterator[Hit | Unknown]:
    script = server.script
    for each in script.assignments:
        name = "NODE_TLS_REJECT_UNAUTHORIZED"
        if not each.path.endswith(f"env.{name}") or script.guarded(each.node):
            continue
        if answer(script.value(each.right), _is_zero) == "bad":
            message = "no certificate is checked by the whole process"
            fix = "no such line, and `NODE_EXTRA_CA_CERTS`"
            yield hit(script.span(each.node), message, fix=fix, subject=name)
    for pair in script.pairs:
        key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
        name = script.source(key).strip("\"'")
        if value is None or name not in ("rejectUnauthorized", "strictSSL", "SSL_VERIFYPEER", "checkServerIdentity"):
            continue
        if name == "checkServerIdentity" or script.guarded(pair) or _is_server(server, pair):
            continue
        found = script.value(value)
        if isinstance(found, Env):
            yield Unknown(pair.start_point.row + 1, name)
        elif isinstance(default_of(found), Const) and answer(found, _is_off) == "bad":
            near = _database(server, pair)
            severity = Severity.MEDIUM if near or _is_asked_for(pair) else None
            message = f"{name} is off, so anybody on the way may pass for the {'database' if near else 'other side'}"
            subject = f"{name} {_owner(server, pair)}"
            yield hit(script.span(pair), message, fix=f"`{name}: true` and `ca`", subject=subject, severity=severity)


def _is_off(value: Value) -> bool | None:
    return isinstance(value, Const) and value.value in (False, 0) and value.value is not None


def _is_zero(value: Value) -> bool | None:
    return isinstance(value, Const) and str(value.value) in ("0", "False")


def _parents(node: Node) -> Iterator[Node]:
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def _is_server(server: Server, pair: Node) -> bool:
    """A server that asks its clients for certificates decides about them itself."""
    for parent in _parents(pair):
        if parent.type in ("call_expression", "new_expression"):
            return "createServer" in server.script.callee(parent) or "requestCert" in server.script.source(pair.parent)
    return "requestCert" in server.script.source(pair.parent)


def _is_asked_for(pair: Node) -> bool:
    """Whether somebody has to ask for it by a setting: `allowSelfSigned ? { … } : undefined`, `case "no-verify":`."""
    for parent in _parents(pair):
        if parent.type in ("arrow_function", "function_declaration", "function_expression", "method_definition"):
            return False
        if parent.type in ("ternary_expression", "if_statement", "switch_case"):
            return True
    return False


def _database(server: Server, pair: Node) -> bool:
    for parent in _parents(pair):
        if parent.type == "pair":
            name = server.script.source(parent.child_by_field_name("key")).strip("\"'")
            if name in ("dialectOptions", "ssl"):
                return True
        if parent.type == "assignment_expression" and server.script.source(parent.child_by_field_name("left")).endswith(
            (".ssl", ".dialectOptions")
        ):
            return True
        if parent.type in ("call_expression", "new_expression"):
            return bool(re.search(r"(?i)pool|client|sequelize|knex|createConnection", server.script.callee(parent)))
    return False


def _owner(server: Server, pair: Node) -> str:
    for parent in _parents(pair):
        if parent.type == "pair":
            return server.script.source(parent.child_by_field_name("key")).strip("\"'")
        if parent.type in ("call_expression", "new_expression"):
            return server.script.callee(parent)
    return ""


RULES = ((LISTING, listing), (STACK, stack), (TLS, tls))
