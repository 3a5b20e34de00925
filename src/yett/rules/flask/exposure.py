"""Who may talk to the application, and what it says to them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse import python
from yett.parse.values import Const, Value, default_of, entry, strings, text, truth
from yett.rules.flask.application import Application
from yett.rules.flask.configuration import runs
from yett.rules.hits import hit, short

_DOCS = "https://flask.palletsprojects.com/en/stable/"

CORS_ALL = Rule(
    id="flask/cors-all",
    title="Every site may read the answers",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "The default for origins is `*`: any page that a customer opens reads what the shop answers. With "
        "supports_credentials Flask-CORS answers each origin by name, so the page does it in the customer's name."
    ),
    fix='List the origins: `CORS(app, origins=["https://shop.example"], supports_credentials=True)`.',
    refs=("CWE-942", "PCI DSS 6.2.4", "https://flask-cors.readthedocs.io/en/latest/configuration.html"),
    bad=(
        """\
from flask import Flask
from flask_cors import CORS, cross_origin

app = Flask(__name__)
CORS(app, supports_credentials=True)  # <- here
CORS(app)  # <- here
CORS(app, resources={r"/api/*": {"origins": "*"}}, supports_credentials=True)  # <- here

@app.route("/orders")
@cross_origin(supports_credentials=True, origins=["*"])  # <- here
def orders():
    return {}
""",
    ),
    good=(
        """\
from flask import Flask
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=["https://shop.example"], supports_credentials=True)
CORS(app, resources={r"/api/*": {"origins": ORIGINS}}, supports_credentials=True)
""",
    ),
)

BIND_ALL = Rule(
    id="flask/bind-all",
    title="Flask's own server listens to the network",
    severity=Severity.LOW,
    level=Action.WARN,
    why="It is made for development: one request at a time, no limits, no hardening. The default is 127.0.0.1.",
    fix="Start a server such as gunicorn behind a proxy, and leave `host` out.",
    refs=("CWE-668", "PCI DSS 2.2.4", _DOCS + "deploying/"),
    bad=(
        """\
from flask import Flask

app = Flask(__name__)
if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8000)  # <- here
""",
    ),
    good=(
        """\
from flask import Flask

app = Flask(__name__)
if __name__ == "__main__":
    app.run(port=8000)
    job.run("0.0.0.0")
""",
        """\
# file: app.py
from flask import Flask

app = Flask(__name__)
if __name__ == "__main__":
    app.run(host="0.0.0.0")
# file: Procfile
web: gunicorn app:app
""",
    ),
)

TALISMAN = Rule(
    id="flask/talisman",
    title="Security headers are not set",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "Without them scripts from anywhere run in the page, other sites frame it, and nothing insists on TLS. Flask "
        "sets none by itself."
    ),
    fix="Use flask-talisman with its defaults: `Talisman(app)`.",
    refs=("CWE-693", "PCI DSS 6.2.4", _DOCS + "web-security/#security-headers"),
    bad=(
        """\
from flask import Flask
from flask_talisman import Talisman

app = Flask(__name__)
Talisman(app, content_security_policy=None, force_https=False)  # <- here
""",
        """\
from flask import Flask, render_template

app = Flask(__name__)  # <- here

@app.route("/")
def index():
    return render_template("index.html")
""",
    ),
    good=(
        """\
from flask import Flask, render_template
from flask_talisman import Talisman

app = Flask(__name__)
Talisman(app)
""",
        """\
from flask import Flask, render_template

app = Flask(__name__)

@app.after_request
def headers(response):
    response.headers["Content-Security-Policy"] = "default-src 'self'"
    return response
""",
    ),
)

TEMPLATE = Rule(
    id="flask/template-injection",
    title="A template is put together from text",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Whoever chooses a part of a Jinja template runs code in the application, and no escaping helps.",
    fix='Pass the value apart: `render_template_string("Hello {{ name }}", name=name)`.',
    refs=("CWE-1336", "CWE-79", "PCI DSS 6.2.4", _DOCS + "api/#flask.render_template_string"),
    bad=(
        """\
from flask import render_template_string, request

def greeting():
    name = request.args["name"]
    return render_template_string(f"<h1>Hello {name}</h1>")  # <- here

def missing():
    page = "<h1>%s</h1>" % request.url
    return render_template_string(page), 404  # <- here
""",
    ),
    good=(
        """\
from flask import render_template_string, request

PAGE = "<h1>Hello {{ name }}</h1>"

def greeting():
    return render_template_string(PAGE, name=request.args["name"])
""",
    ),
)


def cors_all(app: Application) -> Iterator[Hit | Unknown]:
    for call in app.source.calls():
        name = app.source.name(call.func).rpartition(".")[2]
        if name not in ("CORS", "cross_origin") or python.is_open(call):
            continue
        credentials = _true(app, python.keyword(call, "supports_credentials"))
        where = _all_origins(app, call)
        if where is not None and not app.guarded(call):
            message = "every site may read the answers" + (" as the customer" if credentials else "")
            severity = None if credentials else Severity.LOW
            fix = '`origins=["https://shop.example"]`'
            subject = short(ast.unparse(call), 200)
            yield hit(app.source.span(where), message, fix=fix, subject=subject, severity=severity)


def _true(app: Application, node: ast.expr | None) -> bool:
    return node is not None and truth(default_of(app.value(node))) is True


def _all_origins(app: Application, call: ast.Call) -> ast.AST | None:
    """Where a call of Flask-CORS lets every origin in."""
    origins = python.keyword(call, "origins") or python.keyword(call, "origin")
    if origins is not None:
        return origins if _is_any(app.value(origins)) else None
    resources = python.keyword(call, "resources")
    if resources is None:
        return call.func
    value = app.value(resources)
    found = getattr(value, "entries", {})
    for inner in found.values():
        inside = entry(inner, "origins")
        if inside is not None and _is_any(inside):
            return resources
    return None


def _is_any(value: Value) -> bool:
    return any(text(each) in ("*", ".*", r".*", "^.*$", "https?://.*") for each in strings(default_of(value)))


def bind_all(app: Application) -> Iterator[Hit | Unknown]:
    for call in runs(app):
        host = python.keyword(call, "host", 0)
        if host is None or app.is_served or app.guarded(call):
            continue
        value = app.value(host)
        if isinstance(value, Const) and value.value in ("0.0.0.0", "::"):
            message = "Flask's own server listens to the network"
            yield hit(app.source.span(host), message, fix="no `host`, and gunicorn in production", subject="run host")


def talisman(app: Application) -> Iterator[Hit | Unknown]:
    for call in app.source.calls():
        name = app.source.name(call.func)
        if name.rpartition(".")[2] == "Talisman" or (name.endswith(".init_app") and "alisman" in name):
            off = [
                each
                for each in call.keywords
                if each.arg
                in ("force_https", "strict_transport_security", "session_cookie_secure", "content_security_policy")
                and isinstance(each.value, ast.Constant)
                and not each.value.value
            ]
            if off:
                names = " and ".join(str(each.arg) for each in off)
                message = f"Talisman is told to leave out {names}"
                yield hit(app.source.span(off[0]), message, fix="`Talisman(app)`", subject=names)
    if any(
        re.search(r"(?i)talisman|after_request|secure_headers|content-security-policy", held) for held in app.beside
    ):
        return
    for call in app.source.calls():
        if app.source.name(call.func) in ("flask.Flask", "Flask") and "render_template" in "".join(app.beside):
            message = "nothing sets security headers for the pages of this application"
            yield hit(app.source.span(call), message, fix="`Talisman(app)`", subject="headers")
            return


def template(app: Application) -> Iterator[Hit | Unknown]:
    for call in app.source.calls():
        if app.source.name(call.func).rpartition(".")[2] != "render_template_string" or not call.args:
            continue
        given = call.args[0]
        made = _made_from(given)
        if made is None and isinstance(given, ast.Name):
            around = next((each for each in app.source.parents(call) if isinstance(each, ast.FunctionDef)), None)
            made = _made_names(around or app.source.tree).get(given.id)
        if made is not None:
            said = short(ast.unparse(made), 60)
            message = f"`{said}` becomes part of a template"
            fix = "`{{ value }}` in the template, and the value as an argument"
            yield hit(app.source.span(given), message, fix=fix, subject=said)


@lru_cache(16)  # asked for each call in a function
def _made_names(around: ast.AST) -> dict[str, ast.expr]:
    """The names that are set to a text made of something, with what comes first in it."""
    found: dict[str, ast.expr] = {}
    for node in ast.walk(around):
        if isinstance(node, ast.Assign):
            names = [each.id for each in node.targets if isinstance(each, ast.Name)]
            made = _made_from(node.value) if names else None
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            names = [node.target.id]
            made = _made_from(ast.BinOp(ast.Constant(""), ast.Add(), node.value))
        else:
            continue
        if made is not None:
            for name in names:
                found.setdefault(name, made)
    return found


def _made_from(node: ast.expr) -> ast.expr | None:
    """The first thing that is put into a text and is no text itself."""
    parts: list[ast.expr] = []
    match node:
        case ast.JoinedStr(values=values):
            parts = [value.value for value in values if isinstance(value, ast.FormattedValue)]
        case ast.BinOp(op=ast.Mod(), left=left, right=right) if not isinstance(left, ast.Name):
            parts = list(right.elts) if isinstance(right, ast.Tuple) else [right]
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            inner = _made_from(left) if isinstance(left, ast.BinOp) else left
            parts = [each for each in (inner, right) if each is not None]
        case ast.Call(func=ast.Attribute(attr="format"), args=args, keywords=keywords):
            parts = [*args, *(each.value for each in keywords)]
    fixed = (ast.Constant,)
    return next(
        (
            part
            for part in parts
            if not isinstance(part, fixed) and not (isinstance(part, ast.Name) and part.id.isupper())
        ),
        None,
    )


RULES = ((CORS_ALL, cors_all), (BIND_ALL, bind_all), (TALISMAN, talisman), (TEMPLATE, template))
