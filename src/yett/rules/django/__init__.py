"""Rules for Django: the settings of a project as production sees them, and what single views switch off."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse import python
from yett.parse.tree import Tree
from yett.rules.django import accounts, debug, headers, secrets, transport, views
from yett.rules.django.settings import Settings, is_dev_path, load

EXAMPLE = "shop/settings.py"

_TELLING = re.compile(
    r"(?m)^[ \t]*(?:INSTALLED_APPS|MIDDLEWARE|ROOT_URLCONF|WSGI_APPLICATION|DATABASES|DATABASE_URL|TEMPLATES"
    r"|ALLOWED_HOSTS|AUTH_PASSWORD_VALIDATORS|PASSWORD_HASHERS|REST_FRAMEWORK|CORS_|SECURE_|SESSION_|CSRF_|SECRET_KEY"
    r"|DEBUG\b|LOGGING\b|X_FRAME_OPTIONS|USE_X_FORWARDED|from[ \t]+[\w.]*[ \t]+import[ \t]+\*)"
    r"|csrf_exempt|RunSQL|\.raw\(|\.set_(?:cookie|signed_cookie|password)\("
)

_SETTINGS: tuple[tuple[Rule, Callable[[Settings], Iterator[Hit | Unknown]]], ...] = (
    *secrets.RULES,
    *debug.RULES,
    *transport.RULES,
    *headers.RULES,
    *accounts.RULES,
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in (*_SETTINGS, *views.RULES))


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find in a Python module. Raises `ParseError`."""
    if is_dev_path(path) or not _TELLING.search(text):
        return
    source = python.parse(text)
    for settings in load(source, path, tree):
        for rule, check in _SETTINGS:
            for found in check(settings):
                yield rule, found
    known = any(name.partition(".")[0] in ("django", "rest_framework") for name in source.names.values())
    if not known and ".objects" not in text:
        return
    for rule, look in views.RULES:
        for found in look(source, tree, path):
            yield rule, found
