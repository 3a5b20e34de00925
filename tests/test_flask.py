"""Flask applications: what the rules' own examples do not show."""

from __future__ import annotations

import pytest

from yett.model import Hit, Severity, Unknown
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.rules import flask

HEAD = "from flask import Flask\n\napp = Flask(__name__)\n"
SAFE = 'app.config["SESSION_COOKIE_SECURE"] = True\n'


def hits(text: str, path: str = "shop/app.py", files: dict[str, str] | None = None) -> list[tuple[str, Hit]]:
    tree = Tree.of({path: text, **(files or {})})
    return [(rule.id, hit) for rule, hit in flask.judge(text, path, tree) if isinstance(hit, Hit)]


def ids(text: str, path: str = "shop/app.py", files: dict[str, str] | None = None) -> list[tuple[str, int]]:
    return [(rule, hit.line) for rule, hit in hits(text, path, files)]


@pytest.mark.parametrize(
    ("line", "expected"),
    (
        ('app.config["DEBUG"] = "false"', []),
        ('app.config["DEBUG"] = "1"', ["flask/debug"]),
        ("app.debug = True", ["flask/debug"]),
        ("if app.testing:\n    app.debug = True", []),
        ('app.config.from_mapping({"WTF_CSRF_ENABLED": False})', ["flask/csrf-off"]),
        ("app.config.update(WTF_CSRF_ENABLED=False, **more)", ["flask/csrf-off"]),
        ("app.config.WTF_CSRF_ENABLED = False", ["flask/csrf-off"]),
        ('app.secret_key = ""', []),
        ('app.secret_key = b"k2J9" b"xQ4mZ"', ["flask/secret-key"]),
        ('KEY = "k2J9" "xQ4mZ"\napp.secret_key = KEY', ["flask/secret-key"]),
        ("app.secret_key = load()", []),
        ('app.run(host="127.0.0.1")', []),
        ('app.run("0.0.0.0")', ["flask/bind-all"]),
        ("import os\napp.run(debug=bool(os.environ.get('DEBUG', '')))", []),
    ),
)
def test_the_ways_to_set_a_key(line: str, expected: list[str]) -> None:
    assert [rule for rule, _ in ids(f"{HEAD}{SAFE}{line}\n")] == expected


@pytest.mark.parametrize(
    "head",
    ("from sanic import Sanic\n", "import uvicorn\n", "from bottle import Bottle\n", "from aiohttp import web\n"),
)
def test_other_frameworks_are_not_flask(head: str) -> None:
    assert ids(f'{head}app.run(host="0.0.0.0", debug=True)\n') == []


def test_pydantic_settings_are_no_configuration_of_flask() -> None:
    text = 'class Config(BaseSettings):\n    SECRET_KEY = "k2J9" "xQ4mZ"\n    DEBUG = True\n'
    assert ids(text, "shop/config.py") == []


def test_a_debugger_that_another_server_never_starts_weighs_less() -> None:
    text = HEAD + SAFE + 'if __name__ == "__main__":\n    app.run(debug=True)\n'
    assert [hit.severity for _, hit in hits(text)] == [None]
    started = {"Procfile": "web: gunicorn shop.app:app\n"}
    assert [hit.severity for _, hit in hits(text, files=started)] == [Severity.MEDIUM]


def test_a_local_name_hides_that_of_another_function() -> None:
    text = """\
from flask import render_template_string

def one(name):
    page = "<h1>" + name
    return render_template_string(page)

def other(page):
    return render_template_string(page)
"""
    assert ids(text) == [("flask/template-injection", 5)]


def test_unknown_values_are_counted() -> None:
    text = HEAD + SAFE + 'app.config["DEBUG"] = load()\n'
    said = [found for _, found in flask.judge(text, "shop/app.py", Tree.of({}))]
    assert Unknown(5, "DEBUG") in said


def test_a_secret_is_never_told() -> None:
    key = "kT9x" + "Qz27LmWp"
    found = hits(HEAD + SAFE + f'app.secret_key = "{key}"\n')
    assert len(found) == 1
    assert not any(key in part for _, hit in found for part in (hit.message, hit.fix, hit.subject))


def test_what_is_no_python_is_said() -> None:
    with pytest.raises(ParseError):
        list(flask.judge("from flask import (", "app.py", Tree.of({})))


@pytest.mark.parametrize(
    ("line", "expected"),
    (
        ('app.env = "development"', ["flask/debug"]),
        ('app.env = "production"', []),
        ('import os\nos.environ["FLASK_DEBUG"] = "1"', ["flask/debug"]),
        ('import os\nos.environ["FLASK_DEBUG"] = "0"', []),
        ("from werkzeug.debug import DebuggedApplication\nx = DebuggedApplication(app, evalex=True)", ["flask/debug"]),
        ("from werkzeug.debug import DebuggedApplication\nx = DebuggedApplication(app)", []),
        ("app.select_jinja_autoescape = lambda name: False", ["flask/autoescape-off"]),
        ('app.jinja_options["autoescape"] = False', ["flask/autoescape-off"]),
        ("app.jinja_env.autoescape = escape", []),
        ("csrf = CSRFProtect(app)\n@csrf.exempt\ndef pay():\n    pass", ["flask/csrf-exempt"]),
        ('csrf = CSRFProtect(app)\n@app.post("/api/pay")\n@csrf.exempt\ndef pay():\n    pass', []),
        ("csrf = CSRFProtect(app)\n@login.exempt\ndef pay():\n    pass", []),
        ("from flask_cors import CORS\nCORS(app, origins=ORIGINS)", []),
    ),
)
def test_what_is_switched_in_passing(line: str, expected: list[str]) -> None:
    assert [rule for rule, _ in ids(f"{HEAD}{SAFE}{line}\n")] == expected


def test_other_sites_matter_more_with_cookies() -> None:
    line = "from flask_cors import CORS\nCORS(app{})\n"
    ((_, open_),) = hits(HEAD + SAFE + line.format(""))
    ((_, worse),) = hits(HEAD + SAFE + line.format(", supports_credentials=True"))
    assert (open_.severity, worse.severity) == (Severity.LOW, None)
