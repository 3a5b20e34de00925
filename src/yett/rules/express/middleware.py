"""What stands between a request and the routes: headers, origins, forged requests, limits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.lean import TYPE_CHECKING
from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.values import Const, Table, Value, default_of, strings, text, truth
from yett.rules.express.server import Server
from yett.rules.hits import hit, short

if TYPE_CHECKING:
    from tree_sitter import Node

_DOCS = "https://expressjs.com/en/advanced/best-practice-security.html"

HELMET = Rule(
    id="express/helmet-missing",
    title="Security headers are not set",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Without them scripts from anywhere run in the page, other sites frame it, and nothing insists on TLS. Express "
        "sets none by itself, and says what it is in X-Powered-By."
    ),
    fix="Add `app.use(helmet())` in front of the routes.",
    refs=("CWE-693", "PCI DSS 6.2.4", _DOCS + "#use-helmet"),
    bad=(
        """\
const express = require("express");

const app = express(); // <- here
app.get("/", (req, res) => res.render("index"));
app.listen(3000);
""",
    ),
    good=(
        """\
const express = require("express");
const helmet = require("helmet");

const app = express();
app.use(helmet());
app.listen(3000);
""",
        """\
// file: app.ts
import express from "express";

export const app = express();
app.use(security);
// file: package.json
{"dependencies": {"express": "5.1.0", "helmet": "8.1.0"}}
""",
        """\
const express = require("express");

const app = express();
app.use((req, res, next) => {
  res.setHeader("Content-Security-Policy", "default-src 'self'");
  next();
});
app.listen(3000);
""",
        """\
const express = require("express");

const router = express.Router();
""",
    ),
)

WEAK = Rule(
    id="express/helmet-disabled",
    title="A security header is switched off",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="helmet sets each of its headers by default; without this one browsers do what it would have kept them from.",
    fix="Remove the option, or set the policy that the pages need.",
    refs=("CWE-693", "PCI DSS 6.2.4", "https://helmetjs.github.io/"),
    bad=(
        """\
const helmet = require("helmet");

app.use(
  helmet({
    contentSecurityPolicy: false, // <- here
    frameguard: false, // <- here
  }),
);
""",
    ),
    good=(
        """\
const helmet = require("helmet");

app.use(helmet({ contentSecurityPolicy: { directives: policy }, crossOriginEmbedderPolicy: false }));
app.use(helmet({ contentSecurityPolicy: process.env.NODE_ENV === "production" ? undefined : false }));
""",
    ),
)

CORS = Rule(
    id="express/cors-all",
    title="Every site may read the answers",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "With credentials, any page that a customer opens reads the shop in their name. The default of cors for "
        "`origin` is `*`, and `origin: true` answers each origin by name."
    ),
    fix='List the origins: `cors({ origin: ["https://shop.example"], credentials: true })`.',
    refs=("CWE-942", "PCI DSS 6.2.4", "https://expressjs.com/en/resources/middleware/cors.html"),
    bad=(
        """\
const cors = require("cors");

app.use(cors({ origin: true, credentials: true })); // <- here
app.options("*", cors()); // <- here
app.use((req, res, next) => {
  res.setHeader("Access-Control-Allow-Origin", req.headers.origin); // <- here
  res.set({ "Access-Control-Allow-Origin": "*" }); // <- here
  next();
});
""",
    ),
    good=(
        """\
const cors = require("cors");

app.use(cors({ origin: ["https://shop.example"], credentials: true }));
app.use(cors({ origin: process.env.ORIGIN, credentials: true }));
app.use(cors(options));
app.use((req, res, next) => {
  res.setHeader("Access-Control-Allow-Origin", "https://shop.example");
  if (allowed.includes(req.headers.origin)) res.setHeader("Access-Control-Allow-Origin", req.headers.origin);
  next();
});
""",
    ),
)

FRAME = Rule(
    id="express/frame-options-input",
    title="The request says who may frame the page",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Whoever makes the link chooses the value of X-Frame-Options, so it keeps nobody out.",
    fix='Write the value: `res.set("X-Frame-Options", "DENY")`.',
    refs=(
        "CWE-1021",
        "PCI DSS 6.2.4",
        "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/X-Frame-Options",
    ),
    bad=(
        """\
app.get("/", (req, res) => {
  res.set("X-Frame-Options", req.query.frame); // <- here
});
""",
    ),
    good=(
        """\
app.get("/", (req, res) => {
  res.set("X-Frame-Options", "SAMEORIGIN");
});
""",
    ),
)

CSRF = Rule(
    id="express/csrf-missing",
    title="Forged requests are not refused",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why=(
        "Any page that a customer opens can post to the shop, and the browser sends the cookie along. Express checks "
        "nothing by itself."
    ),
    fix='Add a middleware such as csrf-csrf, and set `sameSite: "strict"` on the cookie.',
    refs=(
        "CWE-352",
        "PCI DSS 6.2.4",
        "https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html",
    ),
    bad=(
        """\
const express = require("express");
const cookieParser = require("cookie-parser");

const app = express(); // <- here
app.use(cookieParser());
app.post("/address", save);
""",
    ),
    good=(
        """\
const express = require("express");
const cookieParser = require("cookie-parser");
const { doubleCsrf } = require("csrf-csrf");

const app = express();
app.use(cookieParser());
app.use(doubleCsrfProtection);
app.post("/address", save);
""",
        """\
const express = require("express");

const app = express();
app.post("/address", bearer, save);
""",
    ),
)

RATE = Rule(
    id="express/rate-limit",
    title="Nothing slows down whoever guesses",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why=(
        "Passwords, codes and card numbers are guessed as fast as the service answers. Express has no limit of its own."
    ),
    fix='Limit the route: `app.post("/login", rateLimit({ windowMs: 60000, limit: 5 }), login)`.',
    refs=("CWE-307", "PCI DSS 8.3.4", _DOCS + "#prevent-brute-force-attacks-against-authorization"),
    bad=(
        """\
const express = require("express");

const router = express.Router();
router.post("/login", login); // <- here
""",
    ),
    good=(
        """\
const express = require("express");
const { rateLimit } = require("express-rate-limit");

const router = express.Router();
router.post("/login", rateLimit({ limit: 5 }), login);
""",
        """\
// file: routes.js
const express = require("express");

const router = express.Router();
router.post("/login", login);
// file: nginx.conf
location /login { limit_req zone=login; proxy_pass http://app; }
""",
    ),
)

BODY = Rule(
    id="express/body-limit",
    title="Bodies of requests may be huge",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A few such requests fill the memory of the process. The default limit of the parsers is 100 kB.",
    fix='Leave the limit at its default, or set what the route needs: `express.json({ limit: "1mb" })`.',
    refs=("CWE-770", "https://expressjs.com/en/api.html#express.json"),
    bad=(
        """\
const express = require("express");

app.use(express.json({ limit: "500mb" })); // <- here
app.use(express.bodyParser()); // <- here
""",
    ),
    good=(
        """\
const express = require("express");

app.use(express.json());
app.use(express.json({ limit: "2mb" }));
app.use(express.urlencoded({ extended: false, limit: config.limit }));
""",
    ),
)

PROXY = Rule(
    id="express/trust-proxy-true",
    title="Whoever sends a request says where it comes from",
    severity=Severity.LOW,
    level=Action.WARN,
    why=(
        "With `trust proxy` true the client's address is the first in X-Forwarded-For, which the client writes: limits "
        "and logs then go by what it says. The default is false."
    ),
    fix='Say how many proxies there are, or which: `app.set("trust proxy", 1)`.',
    refs=("CWE-348", "PCI DSS 10.2.2", "https://expressjs.com/en/guide/behind-proxies.html"),
    bad=(
        """\
const express = require("express");

app.set("trust proxy", true); // <- here
app.enable("trust proxy"); // <- here
""",
    ),
    good=(
        """\
const express = require("express");

app.set("trust proxy", 1);
app.set("trust proxy", "loopback");
app.set("trust proxy", config.proxies);
""",
    ),
)

_HEADERS = ("Content-Security-Policy", "X-Frame-Options", "Strict-Transport-Security")
_SETTERS = ("set", "header", "setHeader", "writeHead", "append")
_FEATURES = (
    *("contentSecurityPolicy", "frameguard", "xFrameOptions", "hsts", "strictTransportSecurity", "noSniff"),
    *("xContentTypeOptions", "referrerPolicy", "hidePoweredBy", "xPoweredBy", "xssFilter", "ieNoOpen"),
)
_ROUTE = re.compile(
    r"(?i)(?:^|[/_-])(?:log-?in|sign-?in|token|auth|authenticate|checkout|pay|payment|reset|forgot|otp|2fa)(?:$|[/_-])"
)
_SIZES = {"kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30}
_INPUT = re.compile(r"\breq(?:uest)?\b\s*(?:\.|\[|\()|\bctx\.(?:query|request|headers)")


def helmet(server: Server) -> Iterator[Hit | Unknown]:
    source = server.script.text
    if not server.applications or server.depends("helmet", "lusca", "koa-helmet", "@fastify/helmet"):
        return
    if re.search(r"\b(?:helmet|lusca)\b", source) or any(header.lower() in source.lower() for header in _HEADERS):
        return
    if "add_header" in server.proxies and any(header in server.proxies for header in _HEADERS):
        return
    if not re.search(r"\.(?:listen|get|post|use|all|route)\(|createServer\(", source):
        return
    call = server.applications[0]
    message = "no security headers are set for this application"
    yield hit(server.script.span(call), message, fix="`app.use(helmet())`", subject="helmet")


def helmet_disabled(server: Server) -> Iterator[Hit | Unknown]:
    for _, arguments in server.calls("helmet", "helmet.default"):
        options = server.options(arguments[0] if arguments else None)
        for feature in _FEATURES:
            value = options.entries.get(feature) if options is not None else None
            if options is not None and isinstance(value, Const) and value.value is False:
                mild = feature in ("xssFilter", "ieNoOpen", "hidePoweredBy", "xPoweredBy", "referrerPolicy")
                severity = Severity.LOW if mild else None
                message = f"helmet is told to leave {feature} out"
                span = options.keys[feature].span
                yield hit(span, message, fix=f"no `{feature}: false`", subject=feature, severity=severity)


def cors_all(server: Server) -> Iterator[Hit | Unknown]:
    for call, arguments in server.calls("cors", "cors.default"):
        value = server.script.value(arguments[0]) if arguments else None
        if value is not None and not isinstance(value, Table):
            yield Unknown(call.start_point.row + 1, "the options of cors")
            continue
        yield from _cors(server, call, value)
    credentials = re.search(r"(?i)access-control-allow-credentials", server.script.text) is not None
    for node, value, span_node in _headers(server, "access-control-allow-origin"):
        said = text(default_of(value))
        source = server.script.source(node)
        if said == "*":
            message = "Access-Control-Allow-Origin lets every site read the answer"
            span = server.script.span(span_node)
            yield hit(span, message, fix='`"https://shop.example"`', subject="header *", severity=Severity.LOW)
        elif _from_input(server, node) and not _is_checked(server, node):
            message = f"Access-Control-Allow-Origin repeats what the request says: {short(source, 40)}"
            severity = Severity.HIGH if credentials else Severity.MEDIUM
            fix = "a list of origins that it is compared with"
            yield hit(server.script.span(span_node), message, fix=fix, subject="header input", severity=severity)


def _cors(server: Server, call: Node, options: Table | None) -> Iterator[Hit | Unknown]:
    entries = options.entries if options is not None else {}
    origin = entries.get("origin")
    credentials = truth(default_of(entries.get("credentials"))) is True
    function = call.child_by_field_name("function")
    span = server.script.span(function if function is not None else call)
    if origin is None and options is not None and not options.whole:
        return
    held = default_of(origin)
    everyone = origin is None or (isinstance(held, Const) and held.value in ("*", True))
    everyone = everyone or any(text(each) in ("*", ".*") for each in strings(held))
    if not everyone:
        return
    reflected = isinstance(held, Const) and held.value is True
    so = ", as the customer" if credentials and reflected else ""
    if origin is not None and options is not None:
        span = options.keys["origin"].span
    severity = None if credentials else Severity.LOW
    message = f"every site may read the answers{so}"
    fix = '`origin: ["https://shop.example"]`'
    yield hit(span, message, fix=fix, subject="cors credentials" if credentials else "cors", severity=severity)


def _headers(server: Server, wanted: str) -> Iterator[tuple[Node, Value, Node]]:
    """Where a header is set: the node of its value, what it comes to, and the node to point at."""
    for _, _, arguments in server.methods(*_SETTERS):
        if len(arguments) > 1 and (text(server.script.value(arguments[0])) or "").lower() == wanted:
            yield arguments[1], server.script.value(arguments[1]), arguments[1]
        for each in arguments:
            if each.type != "object":
                continue
            for pair in each.named_children:
                key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
                if key is None or value is None or server.script.source(key).strip("\"'").lower() != wanted:
                    continue
                yield value, server.script.value(value), value


def _from_input(server: Server, node: Node) -> bool:
    source = server.script.source(node)
    if _INPUT.search(source):
        return True
    if node.type == "identifier":
        declared = server.script.declared(node)
        value = declared.child_by_field_name("value") if declared is not None else None
        return value is not None and _INPUT.search(server.script.source(value)) is not None
    return False


def _is_checked(server: Server, node: Node) -> bool:
    """Whether a condition around a node, or a choice, looks at the origin."""
    parent = node.parent
    while parent is not None and "function" not in parent.type and parent.type != "program":
        condition = (
            parent.child_by_field_name("condition") if parent.type in ("if_statement", "ternary_expression") else None
        )
        if condition is not None and re.search(
            r"(?i)origin|allow|white|list|includes|indexOf", server.script.source(condition)
        ):
            return True
        parent = parent.parent
    return False


def frame(server: Server) -> Iterator[Hit | Unknown]:
    for node, _, place in _headers(server, "x-frame-options"):
        if _from_input(server, node):
            message = "the request says who may frame the page"
            yield hit(server.script.span(place), message, fix='`"DENY"`', subject="X-Frame-Options")


def csrf(server: Server) -> Iterator[Hit | Unknown]:
    source = server.script.text
    cookies = re.search(r"cookieParser\(|cookie-session|express-session|cookieSession\(|\bsession\(\s*\{", source)
    if not server.applications or not cookies or re.search(r"(?i)\.use\([^)]*csrf|lusca", source):
        return
    for _, base, arguments in server.methods("post", "put", "delete", "patch"):
        if (
            base not in ("app", "server", "router", "application")
            or len(arguments) < 2
            or arguments[0].type != "string"
        ):
            continue
        if any("csrf" in server.script.source(each).lower() for each in arguments[:-1]):
            continue
        said = server.script.source(arguments[0])
        message = f"forged requests are taken, by {short(said, 40)} for one"
        yield hit(server.script.span(server.applications[0]), message, fix="`app.use(csrf)`", subject="csrf")
        return


def rate(server: Server) -> Iterator[Hit | Unknown]:
    source = server.script.text
    if re.search(r"(?i)rate-?limit|slow-?down|limiter|brute|throttl", source + server.manifest):
        return
    if "limit_req" in server.proxies or not re.search(r"[\"']express[\"']", source):
        return
    for _, base, arguments in server.methods("post"):
        if len(arguments) < 2 or not re.search(r"(?i)app|router|server|route", base):
            continue
        said = text(server.script.value(arguments[0]))
        if said and _ROUTE.search(said):
            message = f"nothing slows down whoever guesses at {short(said, 60)}"
            yield hit(server.script.span(arguments[0]), message, fix="`rateLimit({ limit: 5 })`", subject=said)


def body(server: Server) -> Iterator[Hit | Unknown]:
    parsers = [
        f"{base}.{kind}"
        for base in ("express", "body-parser", "bodyParser")
        for kind in ("json", "urlencoded", "raw", "text")
    ]
    for _, arguments in server.calls(*parsers):
        options = server.options(arguments[0] if arguments else None)
        limit = default_of(options.entries.get("limit")) if options is not None else None
        if options is not None and limit is not None and _bytes(limit) > 50 << 20:
            message = f"bodies of {short(str(limit.value), 20) if isinstance(limit, Const) else 'any size'} are read"
            yield hit(options.keys["limit"].span, message, fix='`limit: "1mb"`', subject="limit")
    for call, _ in server.calls("express.bodyParser", "express.multipart"):
        message = "bodyParser keeps every file that is sent"
        yield hit(server.script.span(call), message, fix="`express.json()`", subject="bodyParser")


def _bytes(limit: Value) -> int:
    if not isinstance(limit, Const):
        return 0
    if isinstance(limit.value, (int, float)):
        return int(limit.value)
    found = re.fullmatch(r"(\d{1,9})\s*(kb|mb|gb)", str(limit.value).strip().lower())
    if str(limit.value) == "Infinity":
        return 1 << 40
    return int(found[1]) * _SIZES[found[2]] if found else 0


def proxy(server: Server) -> Iterator[Hit | Unknown]:
    for call, _, arguments in server.methods("set", "enable"):
        if not arguments or text(server.script.value(arguments[0])) != "trust proxy":
            continue
        value = server.script.value(arguments[1]) if len(arguments) > 1 else None
        enabled = len(arguments) == 1 and ".enable(" in server.script.source(call)
        if enabled or (isinstance(value, Const) and value.value is True):
            place = arguments[1] if len(arguments) > 1 else arguments[0]
            message = "trust proxy is true, so the client says what its address is"
            yield hit(server.script.span(place), message, fix='`app.set("trust proxy", 1)`', subject="trust proxy")


RULES = (
    (HELMET, helmet),
    (WEAK, helmet_disabled),
    (CORS, cors_all),
    (FRAME, frame),
    (CSRF, csrf),
    (RATE, rate),
    (BODY, body),
    (PROXY, proxy),
)
