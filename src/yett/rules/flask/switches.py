"""What is switched on or off in passing: the debugger by other ways, the escaping of templates, single views."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse import python
from yett.parse.values import Const, truth
from yett.rules.flask.application import Application
from yett.rules.flask.configuration import DEBUG
from yett.rules.hits import hit, short

AUTOESCAPE = Rule(
    id="flask/autoescape-off",
    title="Templates that escape nothing",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "What customers write into their names and reviews becomes HTML of the page, scripts included. Flask escapes "
        "in templates whose names end in .html and the like."
    ),
    fix="Leave the escaping on, and mark the one value that is HTML with `Markup`.",
    refs=(
        "CWE-79",
        "PCI DSS 6.2.4",
        "https://flask.palletsprojects.com/en/stable/templating/#controlling-autoescaping",
    ),
    bad=(
        """\
from flask import Flask

app = Flask(__name__)
app.jinja_env.autoescape = False  # <- here
app.jinja_options = {"autoescape": False}  # <- here
""",
    ),
    good=(
        """\
from flask import Flask

app = Flask(__name__)
app.jinja_env.autoescape = True
app.jinja_env.trim_blocks = False
""",
    ),
)

CSRF_EXEMPT = Rule(
    id="flask/csrf-exempt",
    title="A view takes forged requests",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Any page that a customer opens can post this form in their name.",
    fix="Remove the exemption; for a callback of another service, check its signature.",
    refs=("CWE-352", "PCI DSS 6.2.4", "https://flask-wtf.readthedocs.io/en/latest/csrf/"),
    bad=(
        """\
from flask import Flask
from flask_wtf.csrf import CSRFProtect

app = Flask(__name__)
csrf = CSRFProtect(app)

@app.post("/address")
@csrf.exempt  # <- here
def address():
    return "saved"
""",
    ),
    good=(
        """\
from flask import Flask
from flask_wtf.csrf import CSRFProtect

app = Flask(__name__)
csrf = CSRFProtect(app)

@app.post("/webhooks/payment")
@csrf.exempt
def payment_webhook():
    return "ok"

@app.post("/address")
def address():
    return "saved"
""",
    ),
)

_CALLBACK = re.compile(r"(?i)hook|callback|notif|ipn|webhook|api|token|oauth|saml|graphql|health|event|stripe|paypal")


def debugger(app: Application) -> Iterator[Hit | Unknown]:
    for node in app.source.nodes:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and not app.guarded(node):
            name = _switch(node.targets[0])
            value = app.value(node.value) if name else None
            if isinstance(value, Const) and str(value.value).lower() in ("development", "1", "true"):
                if name == "env" and str(value.value) != "development":
                    continue
                message = f"{name} switches the debugger on"
                yield hit(app.source.span(node), message, fix=f"no `{name}`", subject=name, severity=Severity.MEDIUM)
        elif isinstance(node, ast.Call) and app.source.name(node.func).rpartition(".")[2] == "DebuggedApplication":
            console = python.keyword(node, "evalex", 1)
            if console is not None and truth(app.value(console)) is True and not app.guarded(node):
                message = "DebuggedApplication offers a console in the page"
                yield hit(app.source.span(node.func), message, fix="no `evalex`", subject="DebuggedApplication")


def _switch(target: ast.expr) -> str:
    match target:
        case ast.Attribute(attr="env", value=ast.Name(id=name)) if "app" in name.lower():
            return "env"
        case ast.Subscript(value=ast.Attribute(attr="environ"), slice=ast.Constant(value=str(name))) if name in (
            "FLASK_ENV",
            "FLASK_DEBUG",
        ):
            return name
        case _:
            return ""


def autoescape(app: Application) -> Iterator[Hit | Unknown]:
    if "autoescape" not in app.source.text:
        return
    for node in app.source.nodes:
        if not isinstance(node, ast.Assign) or len(node.targets) != 1 or app.guarded(node):
            continue
        off: ast.expr | None = None
        match node.targets[0]:
            case ast.Attribute(attr="autoescape", value=ast.Attribute(attr="jinja_env")):
                off = node.value
            case ast.Attribute(attr="jinja_options") if isinstance(node.value, ast.Dict):
                off = _entry(node.value)
            case ast.Attribute(attr="select_jinja_autoescape") if isinstance(node.value, ast.Lambda):
                off = node.value.body
            case ast.Subscript(value=ast.Attribute(attr="jinja_options"), slice=ast.Constant(value="autoescape")):
                off = node.value
        if off is not None and isinstance(off, ast.Constant) and off.value is False:
            yield hit(app.source.span(off), "templates escape nothing", subject=short(ast.unparse(node), 120))


def _entry(options: ast.Dict) -> ast.expr | None:
    for key, value in zip(options.keys, options.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == "autoescape":
            return value
    return None


def csrf_exempt(app: Application) -> Iterator[Hit | Unknown]:
    if ".exempt" not in app.source.text or "csrf" not in app.source.text.lower():
        return
    for node in app.source.nodes:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or _CALLBACK.search(node.name):
            continue
        for decorator in node.decorator_list:
            is_csrf = isinstance(decorator, ast.Attribute) and decorator.attr == "exempt"
            if is_csrf and "csrf" in ast.unparse(decorator).lower() and not _called_back(node):
                message = f"{short(node.name, 60)} takes forged requests"
                fix = f"no `{ast.unparse(decorator)}` on `{short(node.name, 60)}`"
                yield hit(app.source.span(decorator), message, fix=fix, subject=node.name)


def _called_back(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether its address says that others than browsers call it."""
    return any(
        isinstance(each, ast.Call)
        and each.args
        and isinstance(each.args[0], ast.Constant)
        and _CALLBACK.search(str(each.args[0].value)) is not None
        for each in node.decorator_list
    )


RULES = ((DEBUG, debugger), (AUTOESCAPE, autoescape), (CSRF_EXEMPT, csrf_exempt))
