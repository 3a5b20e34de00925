"""Keys, cookies and switches of the application."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse import python
from yett.parse.values import Const, Env, Value, answer, leaves, truth
from yett.rules.cookies import lacks
from yett.rules.flask.application import Application, Key
from yett.rules.hits import hit, short

_DOCS = "https://flask.palletsprojects.com/en/stable/"

SECRET_KEY = Rule(
    id="flask/secret-key",
    title="The secret key stands in the code",
    severity=Severity.CRITICAL,
    why=(
        "Flask keeps the session in the cookie and signs it with this key: whoever reads the repository can be any "
        "customer or clerk. A default for a missing variable is the key of every deployment that forgot it."
    ),
    fix='Read it from the environment: `app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]`, and replace the key.',
    refs=("CWE-321", "CWE-798", "PCI DSS 8.6.2", _DOCS + "config/#SECRET_KEY"),
    bad=(
        """\
from flask import Flask

app = Flask(__name__)
app.secret_key = "k2J9" "xQ4mZ"  # <- here
app.config["JWT_SECRET_KEY"] = "p7Wd" "8sLnB"  # <- here
""",
        """\
import os
from flask import Flask

def create_app():
    app = Flask(__name__)
    app.config.from_mapping(
        SECRET_KEY=os.environ.get("SECRET_KEY") or "k2J9" "xQ4mZ",  # <- here
        DATABASE="shop.sqlite",
    )
    return app
""",
        """\
# file: shop/config.py
import os

class Config:
    SECRET_KEY = "k2J9" "xQ4mZ"  # <- here
    SQLALCHEMY_DATABASE_URI = os.environ["DATABASE_URL"]

class ProductionConfig(Config):
    SESSION_COOKIE_SECURE = True

class TestingConfig(Config):
    SECRET_KEY = "only" "-here"
""",
    ),
    good=(
        """\
import os
import secrets
from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
app.config["JWT_SECRET_KEY"] = secrets.token_hex()
app.config["SESSION_COOKIE_SECURE"] = True
""",
        """\
# file: shop/config.py
import os

class Config:
    SECRET_KEY = "replaced" "-below"
    SQLALCHEMY_TRACK_MODIFICATIONS = False

class Production(Config):
    SECRET_KEY = os.environ["SECRET_KEY"]
    SESSION_COOKIE_SECURE = True

class Development(Config):
    SECRET_KEY = "not" "-secret"
""",
        """\
# file: tests/conftest.py
from flask import Flask

app = Flask(__name__)
app.secret_key = "for" "-tests"
""",
    ),
)

DEBUG = Rule(
    id="flask/debug",
    title="The debugger is on",
    severity=Severity.HIGH,
    why=(
        "On an error Werkzeug's debugger offers a console in the page that runs any Python code; its PIN can be worked "
        "out. The default is off."
    ),
    fix="Leave debug out of the code, and start with `flask run --debug` on your own machine.",
    refs=("CWE-489", "PCI DSS 2.2.4", _DOCS + "debugging/"),
    bad=(
        """\
from flask import Flask

app = Flask(__name__)
app.config["DEBUG"] = True  # <- here

if __name__ == "__main__":
    app.run("0.0.0.0", debug=True)  # <- here
""",
        """\
# file: config.py
class ProductionConfig:
    DEBUG = True  # <- here
    SECRET_KEY = None
""",
    ),
    good=(
        """\
import os
from flask import Flask

app = Flask(__name__)
app.config["DEBUG"] = False

if __name__ == "__main__":
    app.run(debug=os.environ.get("DEBUG", False))
""",
        """\
# file: config.py
class DevelopmentConfig:
    DEBUG = True
    SECRET_KEY = None
""",
    ),
)

TESTING = Rule(
    id="flask/testing",
    title="The application runs as if under test",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Extensions take TESTING for leave to skip mails, CSRF and login checks, and errors reach the client. The "
        "default is False."
    ),
    fix="Set TESTING in the tests' own configuration only.",
    refs=("CWE-489", "PCI DSS 2.2.4", _DOCS + "config/#TESTING"),
    bad=(
        """\
from flask import Flask

app = Flask(__name__)
app.config["TESTING"] = True  # <- here
""",
    ),
    good=(
        """\
from flask import Flask

app = Flask(__name__)
app.config["TESTING"] = False

def create_test_app():
    app.config["TESTING"] = True
    return app
""",
    ),
)

CSRF_OFF = Rule(
    id="flask/csrf-off",
    title="Forged requests are not refused",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "Any page that a customer opens can post the shop's forms in their name. Flask-WTF's default is to refuse them."
    ),
    fix="Remove the setting, or switch it off in the tests' configuration only.",
    refs=("CWE-352", "PCI DSS 6.2.4", "https://flask-wtf.readthedocs.io/en/latest/config/"),
    bad=(
        """\
from flask import Flask

app = Flask(__name__)
app.config["WTF_CSRF_ENABLED"] = False  # <- here
app.config.update(WTF_CSRF_CHECK_DEFAULT=False)  # <- here
""",
    ),
    good=(
        """\
from flask import Flask

app = Flask(__name__)
app.config["WTF_CSRF_ENABLED"] = True
app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
""",
        """\
# file: config.py
class TestConfig:
    WTF_CSRF_ENABLED = False
""",
    ),
)

COOKIE_FLAGS = Rule(
    id="flask/cookie-flags",
    title="The session cookie can be read or stolen on the way",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Who has the cookie is logged in. Flask's default for SESSION_COOKIE_SECURE is False, so that browsers send it "
        "over plain HTTP too; SESSION_COOKIE_HTTPONLY is True and SESSION_COOKIE_SAMESITE is None by default."
    ),
    fix='Set `SESSION_COOKIE_SECURE = True` and `SESSION_COOKIE_SAMESITE = "Lax"`.',
    refs=("CWE-614", "CWE-1004", "PCI DSS 6.2.4", _DOCS + "web-security/#set-cookie-options"),
    bad=(
        """\
from flask import Flask

app = Flask(__name__)
app.config["SESSION_COOKIE_SECURE"] = False  # <- here
app.config["SESSION_COOKIE_HTTPONLY"] = False  # <- here
""",
        """\
import os
from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]  # <- here
""",
    ),
    good=(
        """\
import os
from flask import Flask

app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.environ["SECRET_KEY"],
    SESSION_COOKIE_SECURE=True,
    SESSION_COOKIE_SAMESITE="Lax",
)
""",
        """\
import os
from flask import Flask
from flask_talisman import Talisman

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
Talisman(app)
""",
    ),
)

SET_COOKIE = Rule(
    id="flask/set-cookie",
    title="A cookie is set without its flags",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Such a cookie goes over plain HTTP, scripts can read it, or other sites send it along. The defaults of "
        "set_cookie are secure=False, httponly=False and samesite=None."
    ),
    fix='Say all three: `secure=True, httponly=True, samesite="Lax"`.',
    refs=("CWE-614", "CWE-1004", "PCI DSS 6.2.4", _DOCS + "web-security/#set-cookie-options"),
    bad=(
        """\
from flask import make_response

def basket():
    response = make_response("ok")
    response.set_cookie("basket", "1")  # <- here
    response.set_cookie("token", "1", secure=True, httponly=True)  # <- here
    return response
""",
    ),
    good=(
        """\
from flask import make_response

def basket():
    response = make_response("ok")
    response.set_cookie("basket", "1", secure=True, httponly=True, samesite="Lax")
    response.set_cookie("token", "1", **FLAGS)
    jar.set_cookie(cookie)
    return response
""",
    ),
)


def secret_key(app: Application) -> Iterator[Hit | Unknown]:
    names = ("SECRET_KEY", "JWT_SECRET_KEY", "WTF_CSRF_SECRET_KEY", "SECURITY_PASSWORD_SALT")
    for key in app.keys:
        if key.name not in names:
            continue
        for leaf, soft in leaves(key.value):
            if not isinstance(leaf, Const):
                yield Unknown(app.source.span(key.node).line, key.name)
            elif _is_key(leaf) and leaf.at.path == app.path:
                subject = f"{key.owner}.{key.name}" if key.owner else key.name
                if soft:
                    variable = key.value.name if isinstance(key.value, Env) else "the environment"
                    message = f"{key.name} falls back to a key that stands here where {short(variable)} is not set"
                    fix = f'no default, so that a start without it fails: `os.environ["{short(variable)}"]`'
                    yield hit(leaf.at.span, message, fix=fix, subject=f"{subject} default", severity=Severity.MEDIUM)
                else:
                    fix = f'`os.environ["{key.name}"]`, and a new key'
                    yield hit(leaf.at.span, f"{key.name} stands in the code", fix=fix, subject=subject)


def _is_key(leaf: Const) -> bool:
    held = leaf.value.decode("utf-8", "replace") if isinstance(leaf.value, bytes) else leaf.value
    return isinstance(held, str) and bool(held.strip()) and not held.startswith(("{{", "${", "<"))


def debug(app: Application) -> Iterator[Hit | Unknown]:
    for key in app.keys:
        if key.name == "DEBUG":
            where = f" of {key.owner}" if key.owner else ""
            yield from _switched(key, f"DEBUG{where} is on", key.owner + " DEBUG")
        elif key.name == "ENV" and isinstance(key.value, Const) and key.value.value == "development":
            message = "ENV is development, which switches the debugger on"
            yield hit(key.value.at.span, message, fix="no `ENV`", subject="ENV", severity=Severity.MEDIUM)
    for call in runs(app):
        for name in ("debug", "use_debugger"):
            given = python.keyword(call, name, 2 if name == "debug" else None)
            if given is None or app.guarded(call):
                continue
            value = app.value(given)
            said = answer(value, _is_on)
            if said == "unknown":
                yield Unknown(call.lineno, f"{name} of run")
            elif said in ("bad", "default"):
                served = app.is_served or said == "default"
                so = ", where another server does not start the application" if app.is_served else ""
                message = f"run starts the debugger, with a console in the page{so}"
                severity = Severity.MEDIUM if served else None
                yield hit(app.source.span(given), message, fix=f"no `{name}`", subject=f"run {name}", severity=severity)


def runs(app: Application) -> Iterator[ast.Call]:
    """The calls of `app.run(…)`."""
    made = {
        target.id
        for node in app.source.nodes
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and app.source.name(node.value.func).rpartition(".")[2]
        in ("Flask", "create_app", "make_app", "Dash", "FlaskApp")
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in app.source.calls():
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr in ("run", "run_server"):
            base = function.value
            if (
                (isinstance(base, ast.Name) and (base.id in made or base.id in ("app", "application", "flask_app")))
                or (isinstance(base, ast.Call) and app.source.name(base.func).endswith(("create_app", "Flask")))
                or (isinstance(base, ast.Attribute) and base.attr == "app")
            ):
                yield call


def _is_on(value: Value) -> bool | None:
    if isinstance(value, Const) and isinstance(value.value, str):
        return value.value.lower() in ("1", "true", "yes", "on")
    return truth(value)


def _switched(key: Key, message: str, subject: str) -> Iterator[Hit | Unknown]:
    said = answer(key.value, _is_on)
    if said == "unknown":
        yield Unknown(key.value.at.span.line, key.name)
    for leaf, soft in leaves(key.value) if said in ("bad", "default") else ():
        if _is_on(leaf):
            so = " where the environment does not say otherwise" if soft else ""
            severity = Severity.MEDIUM if soft else None
            yield hit(leaf.at.span, message + so, fix=f"`{key.name}` is `False`", subject=subject, severity=severity)


def testing(app: Application) -> Iterator[Hit | Unknown]:
    for key in app.keys:
        if key.name == "TESTING":
            yield from _switched(key, "TESTING is on", "TESTING")


def csrf_off(app: Application) -> Iterator[Hit | Unknown]:
    for key in app.keys:
        if key.name in ("WTF_CSRF_ENABLED", "WTF_CSRF_CHECK_DEFAULT", "JWT_COOKIE_CSRF_PROTECT"):
            yield from _off(key, f"{key.name} is off, so forged requests are taken")


def _off(key: Key, message: str) -> Iterator[Hit | Unknown]:
    said = answer(key.value, lambda value: _negated(truth(value)))
    if said == "unknown":
        yield Unknown(key.value.at.span.line, key.name)
    elif said == "bad":
        subject = f"{key.owner}.{key.name}" if key.owner else key.name
        yield hit(key.value.at.span, message, fix=f"`{key.name}` is `True`", subject=subject)


def _negated(said: bool | None) -> bool | None:
    return None if said is None else not said


def cookie_flags(app: Application) -> Iterator[Hit | Unknown]:
    so = {
        "SESSION_COOKIE_SECURE": "the session cookie goes over plain HTTP too",
        "SESSION_COOKIE_HTTPONLY": "scripts in the page can read the session cookie",
        "REMEMBER_COOKIE_SECURE": "the cookie that remembers a login goes over plain HTTP too",
        "REMEMBER_COOKIE_HTTPONLY": "scripts in the page can read the cookie that remembers a login",
        "JWT_COOKIE_SECURE": "the cookie with the token goes over plain HTTP too",
    }
    for key in app.keys:
        if key.name in so:
            yield from _off(key, f"{key.name} is off, so {so[key.name]}")
        elif key.name == "SESSION_COOKIE_SAMESITE" and _is_none(key.value):
            message = "SESSION_COOKIE_SAMESITE lets other sites send the session cookie along"
            yield hit(key.value.at.span, message, fix='`"Lax"`', subject=key.name)
    yield from _unset(app)


def _is_none(value: Value) -> bool:
    return isinstance(value, Const) and (value.value is None or str(value.value).lower() == "none")


def _unset(app: Application) -> Iterator[Hit]:
    """The key that signs the cookie is set, and nobody says that the cookie is to go over TLS alone."""
    if any("SESSION_COOKIE_SECURE" in held or "alisman" in held for held in app.beside):
        return
    first = next((key for key in app.keys if key.name == "SECRET_KEY"), None)
    if first is not None:
        message = "SESSION_COOKIE_SECURE is not set, so the session cookie goes over plain HTTP too"
        fix = "`SESSION_COOKIE_SECURE` is `True`"
        yield hit(app.source.span(first.node), message, fix=fix, subject="SESSION_COOKIE_SECURE")


def set_cookie(app: Application) -> Iterator[Hit | Unknown]:
    if not app.source.imports("flask", "werkzeug"):
        return
    for call in app.source.calls():
        if isinstance(call.func, ast.Attribute) and call.func.attr == "set_cookie":
            found = lacks(call, samesite=True)
            if found:
                name, missing = found
                said = f'the cookie "{short(name, 40)}"' if name else "a cookie"
                message = f"{said} is set without {', '.join(missing)}"
                subject = name or short(ast.unparse(call), 200)
                yield hit(app.source.span(call.func), message, fix=f"`{', '.join(missing)}`", subject=subject)


RULES = (
    (SECRET_KEY, secret_key),
    (DEBUG, debug),
    (TESTING, testing),
    (CSRF_OFF, csrf_off),
    (COOKIE_FLAGS, cookie_flags),
    (SET_COOKIE, set_cookie),
)
