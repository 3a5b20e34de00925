"""Keys and passwords that stand in the settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Hit, Rule, Severity, Unknown
from yett.parse.values import Const, Env, Items, Table, Value, default_of, leaves, text
from yett.rules.credentials import is_stand_in
from yett.rules.django.settings import Settings
from yett.rules.hits import hit

_DOCS = "https://docs.djangoproject.com/en/5.2/ref/settings/"

SECRET_KEY = Rule(
    id="django/secret-key",
    title="The secret key stands in the code",
    severity=Severity.CRITICAL,
    why=(
        "Whoever reads the repository can sign sessions, password reset links and every other value that Django signs. "
        "A default for a missing variable is the key of every deployment that forgot the variable."
    ),
    fix=(
        'Read it from the environment: `SECRET_KEY = os.environ["SECRET_KEY"]`, and replace the key that was published.'
    ),
    refs=("CWE-321", "CWE-798", "PCI DSS 8.6.2", _DOCS + "#secret-key"),
    bad=(
        """\
DEBUG = False
SECRET_KEY = "django-insecure-" "7k2^x!m4q0z)w9r_t5y8u1i3o6p-a2s4d6f8g0h"  # <- here
ROOT_URLCONF = "shop.urls"
""",
        """\
import os

INSTALLED_APPS = ["shop"]
SECRET_KEY = os.environ.get("SECRET_KEY", "aJ3k"""
        + """-9sLmQx72nVb0")  # <- here
SECRET_KEY_FALLBACKS = [os.environ["OLD_KEY"], "zT5w"""
        + """-0qPeRu38hGd1"]  # <- here
""",
        """\
# file: shop/settings/base.py
SECRET_KEY = "aJ3k"""
        + """-9sLmQx72nVb0"  # <- here
INSTALLED_APPS = ["shop"]
# file: shop/settings/production.py
from .base import *
""",
    ),
    good=(
        """\
import os
from django.core.management.utils import get_random_secret_key

INSTALLED_APPS = ["shop"]
SECRET_KEY = os.environ["SECRET_KEY"]
if DEBUG:
    SECRET_KEY = "only for my own machine"
""",
        """\
# file: shop/settings/base.py
SECRET_KEY = "replaced" "-in-production"
INSTALLED_APPS = ["shop"]
# file: shop/settings/production.py
from .base import *
SECRET_KEY = env("SECRET_KEY")
# file: shop/settings/dev.py
from .base import *
SECRET_KEY = "not" "-secret"
""",
        """\
SECRET_KEY = "{{ secret_key }}"
ROOT_URLCONF = "shop.urls"
""",
        """\
SECRET_KEY = env.str("SECRET_KEY", default="")
ROOT_URLCONF = "shop.urls"
""",
    ),
)

DB_PASSWORD = Rule(
    id="django/db-password",
    title="A password of the database stands in the code",
    severity=Severity.HIGH,
    why="Whoever reads the repository, a backup or an image of it can log in to the database.",
    fix='Read it from the environment: `"PASSWORD": os.environ["DB_PASSWORD"]`, and change the one that was published.',
    refs=("CWE-798", "PCI DSS 8.6.2", _DOCS + "#password"),
    bad=(
        """\
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "db.shop.example",
        "PASSWORD": "vK8-" "tq2xWm",  # <- here
    },
}
""",
        """\
import dj_database_url

DATABASES = {"default": dj_database_url.parse("postgres://shop:vK8-" "tq2xWm@db.shop.example/shop")}  # <- here
DATABASES["reports"] = {"ENGINE": "django.db.backends.mysql"}
DATABASES["reports"]["PASSWORD"] = "hN4-" "zr7yLp"  # <- here
""",
    ),
    good=(
        """\
import os

DATABASES = {
    "default": {"PASSWORD": os.environ.get("DB_PASSWORD"), "HOST": "db.shop.example"},
    "replica": env.db("REPLICA_URL", default="postgres://shop:shop@localhost/shop"),
    "reports": {"ENGINE": "django.db.backends.sqlite3", "PASSWORD": ""},
}
""",
    ),
)

_URL = re.compile(r"[\w+.-]+://[^\s:/@]*:(?P<password>[^\s@/]+)@(?P<host>\[[^\]]*\]|[^\s:/?]*)")
_LOCAL = ("", "localhost", "127.0.0.1", "::1", "[::1]", "0.0.0.0", "host.docker.internal")


def secret_key(settings: Settings) -> Iterator[Hit | Unknown]:
    for name, value in (("SECRET_KEY", settings.get("SECRET_KEY")), *_fallbacks(settings)):
        if value is None:
            continue
        for leaf, soft in leaves(value):
            if not isinstance(leaf, Const):
                if settings.is_here(leaf):
                    yield Unknown(leaf.at.span.line, name)
            elif _is_key(leaf) and settings.is_here(leaf):
                if soft:
                    variable = value.name if isinstance(value, Env) else "the environment"
                    message = f"{name} falls back to a key that stands here where {variable} is not set"
                    fix = f'leave the default out, so that a start without it fails: `os.environ["{variable}"]`'
                    yield hit(leaf.at.span, message, fix=fix, subject=f"{name} default", severity=Severity.MEDIUM)
                else:
                    fix = f'`{name} = os.environ["SECRET_KEY"]`, and a new key'
                    yield hit(leaf.at.span, f"{name} stands in the code", fix=fix, subject=name)


def _fallbacks(settings: Settings) -> Iterator[tuple[str, Value]]:
    value = default_of(settings.get("SECRET_KEY_FALLBACKS"))
    if isinstance(value, Items):
        for item in value.items:
            yield "SECRET_KEY_FALLBACKS", item


def _is_key(leaf: Const) -> bool:
    key = leaf.value
    if isinstance(key, bytes):
        key = key.decode("utf-8", "replace")
    return isinstance(key, str) and bool(key.strip()) and not key.startswith(("{{", "${", "<", "%(", "@@"))


def db_password(settings: Settings) -> Iterator[Hit | Unknown]:
    databases = settings.get("DATABASES")
    if isinstance(databases, Table):
        for alias, database in databases.entries.items():
            yield from _database(settings, alias, database)
    url = settings.get("DATABASE_URL")
    if url is not None:
        yield from _url(settings, "DATABASE_URL", url)


def _database(settings: Settings, alias: str, database: Value) -> Iterator[Hit | Unknown]:
    if not isinstance(database, Table):
        yield from _url(settings, f"DATABASES[{alias!r}]", database)
        return
    password = database.entries.get("PASSWORD")
    host = text(default_of(database.entries.get("HOST")))
    for leaf, soft in leaves(password):
        held = text(leaf)
        if not isinstance(leaf, Const):
            if settings.is_here(leaf):
                yield Unknown(leaf.at.span.line, f"the password of {alias}")
        elif held and settings.is_here(leaf) and not held.startswith(("{{", "${", "<")):
            if soft and (is_stand_in(held) or host in _LOCAL):
                continue
            yield _hit(leaf, f'DATABASES["{alias}"]', soft or (is_stand_in(held) and host in _LOCAL))


def _url(settings: Settings, name: str, value: Value) -> Iterator[Hit | Unknown]:
    for leaf, soft in leaves(value):
        found = _URL.match(text(leaf) or "")
        if (
            found
            and isinstance(leaf, Const)
            and settings.is_here(leaf)
            and found["password"][:1] not in ("$", "{", "<")
        ):
            mild = is_stand_in(found["password"])
            if found["host"] in _LOCAL or (soft and mild):
                continue
            yield _hit(leaf, name, soft)


def _hit(leaf: Const, name: str, mild: bool) -> Hit:
    message = f"the password of {name} stands in the code"
    fix = '`os.environ["DB_PASSWORD"]`, and a new password'
    severity = Severity.MEDIUM if mild else None
    return hit(leaf.at.span, message, fix=fix, subject=f"{name} password", severity=severity)


RULES = ((SECRET_KEY, secret_key), (DB_PASSWORD, db_password))
