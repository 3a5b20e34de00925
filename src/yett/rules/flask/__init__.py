"""Rules for Flask: what the application is configured with, and who may talk to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse import python
from yett.parse.tree import Tree
from yett.rules.flask import configuration, exposure, switches
from yett.rules.flask.application import Application, load

EXAMPLE = "app.py"

_TELLING = re.compile(
    r"(?:import|from)[ \t]+[Ff]lask|\bapp\.run\(|WTF_CSRF_|SQLALCHEMY_(?:DATABASE_URI|TRACK_MODIFICATIONS)"
    r"|JWT_SECRET_KEY|SESSION_COOKIE_SECURE|(?m:^[ \t]+SECRET_KEY[ \t]*=)"
)
_CLASS = re.compile(r"(?m)^class[ \t]+\w*Config\b")
_NAMES = re.compile(r"(?m)^[ \t]+[A-Z][A-Z_]{2,}[ \t]*[:=]")
"""A class of settings, and a name in it that Flask would read."""

RULES: tuple[tuple[Rule, Callable[[Application], Iterator[Hit | Unknown]]], ...] = (
    *configuration.RULES,
    *exposure.RULES,
    *switches.RULES,
)


def rules() -> tuple[Rule, ...]:
    return tuple(dict.fromkeys(rule for rule, _ in RULES))


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find in a Python module. Raises `ParseError`."""
    if not _TELLING.search(text) and not (_CLASS.search(text) and _NAMES.search(text)):
        return
    app = load(python.parse(text), path, tree)
    if app is None:
        return
    for rule, check in RULES:
        for found in check(app):
            yield rule, found
