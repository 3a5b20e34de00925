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
    r"\n[ \t]*(?:INSTALLED_APPS|MIDDLEWARE|ROOT_URLCONF|WSGI_APPLICATION|DATABASES|DATABASE_URL|TEMPLATES"
    r"|ALLOWED_HOSTS|AUTH_PASSWORD_VALIDATORS|PASSWORD_HASHERS|REST_FRAMEWORK|CORS_|SECURE_|SESSION_|CSRF_|SECRET_KEY"
    r"|DEBUG\b|LOGGING\b|X_FRAME_OPTIONS|USE_X_FORWARDED|from[ \t]+[\w.]*[ \t]+import[ \t]+\*)"
)
_VIEWS = ("csrf_exempt", "autoescape", ".set_cookie(", ".set_signed_cookie(", ".set_password(")
_QUERY = ("RunSQL", ".raw(")
_MADE = re.compile(r"""(?i)\b(?:f|fr|rf)["']|\.format\(|["'\w][ \t\n]*%[ \t\n]*[\w(]|[ \t\n][+]=?[ \t\n]|\bjoin\(""")
"""What a text has to hold where one of its queries is made of parts."""

_SETTINGS: tuple[tuple[Rule, Callable[[Settings], Iterator[Hit | Unknown]]], ...] = (
    *secrets.RULES,
    *debug.RULES,
    *transport.RULES,
    *headers.RULES,
    *accounts.RULES,
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in (*_SETTINGS, *views.RULES))


def _tells(text: str) -> bool:
    if any(word in text for word in _VIEWS) or _TELLING.search("\n" + text):
        return True
    return any(word in text for word in _QUERY) and _MADE.search(text) is not None


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find in a Python module. Raises `ParseError`."""
    if is_dev_path(path) or not _tells(text):
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
