"""What helps a developer and an attacker alike: debugging, its tools, talkative logs."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.values import Const, Env, Value, default_of, entry, strings, text
from yett.rules.django.settings import Settings
from yett.rules.hits import hit, short

_DOCS = "https://docs.djangoproject.com/en/5.2/ref/settings/"

DEBUG = Rule(
    id="django/debug",
    title="Debugging is on in production",
    severity=Severity.HIGH,
    why=(
        "Every error shows its stack, its variables and the settings to whoever caused it, and Django remembers each "
        "query. Django's default is False; a default of True debugs wherever the variable was forgotten."
    ),
    fix='Let production be what happens without a variable: `DEBUG = env.bool("DEBUG", default=False)`.',
    refs=("CWE-489", "CWE-209", "PCI DSS 2.2.4", _DOCS + "#debug"),
    bad=(
        """\
DEBUG = True  # <- here
ROOT_URLCONF = "shop.urls"
""",
        """\
import environ

env = environ.Env()
DEBUG = env.bool("DEBUG", default=True)  # <- here
ROOT_URLCONF = "shop.urls"
""",
        """\
import os

DEBUG = os.environ.get("DJANGO_DEBUG", "1") == "1"  # <- here
ROOT_URLCONF = "shop.urls"
""",
    ),
    good=(
        """\
import os

DEBUG = os.getenv("DEBUG", "false").lower() in ("1", "true")
ROOT_URLCONF = "shop.urls"
""",
        """\
# file: shop/settings/base.py
DEBUG = True
ROOT_URLCONF = "shop.urls"
# file: shop/settings/prod.py
from shop.settings.base import *
DEBUG = False
# file: shop/settings/local.py
from .base import *
DEBUG = True
""",
        """\
DEBUG = config("DEBUG", cast=bool)
ROOT_URLCONF = "shop.urls"
""",
    ),
)

TOOLBAR = Rule(
    id="django/debug-toolbar",
    title="A debugging tool is installed in production",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Toolbars and profilers show settings, queries and requests of other visitors; one wrong switch opens them.",
    fix="Install it where debugging is on: `if DEBUG: INSTALLED_APPS += [...]`.",
    refs=(
        "CWE-489",
        "PCI DSS 2.2.4",
        "https://django-debug-toolbar.readthedocs.io/en/latest/installation.html",
    ),
    bad=(
        """\
INSTALLED_APPS = [
    "shop",
    "debug_toolbar",  # <- here
    "silk",  # <- here
]
""",
    ),
    good=(
        """\
INSTALLED_APPS = ["shop"]
if DEBUG:
    INSTALLED_APPS += ["debug_toolbar"]
    MIDDLEWARE += ["debug_toolbar.middleware.DebugToolbarMiddleware"]
""",
        """\
# file: shop/settings/dev.py
from .base import *
INSTALLED_APPS += ["debug_toolbar"]
# file: shop/settings/base.py
INSTALLED_APPS = ["shop"]
""",
    ),
)

LOGGING = Rule(
    id="django/logging-sensitive",
    title="Every query of the database is logged",
    severity=Severity.LOW,
    level=Action.INFO,
    why="At level DEBUG, `django.db.backends` logs each statement with its values, customers' data among them.",
    fix='Set the level of the logger to `"INFO"`.',
    refs=("CWE-532", "PCI DSS 3.5.1", "https://docs.djangoproject.com/en/5.2/ref/logging/#django-db-backends"),
    bad=(
        """\
LOGGING = {
    "version": 1,
    "loggers": {
        "django.db.backends": {"level": "DEBUG", "handlers": ["console"]},  # <- here
    },
}
ROOT_URLCONF = "shop.urls"
""",
    ),
    good=(
        """\
LOGGING = {
    "version": 1,
    "loggers": {
        "django.db.backends": {"level": "INFO", "handlers": ["console"]},
        "shop": {"level": "DEBUG"},
    },
}
ROOT_URLCONF = "shop.urls"
""",
    ),
)

_TOOLS = ("debug_toolbar", "silk", "django_extensions", "nplusone", "pyinstrument")


def debug(settings: Settings) -> Iterator[Hit | Unknown]:
    for found in settings.bad("DEBUG", _is_on):
        if isinstance(found, Unknown):
            yield found
            continue
        leaf, soft = found
        held = settings.get("DEBUG")
        name = held.name if isinstance(held, Env) else "a variable"
        if soft:
            message = f"DEBUG is on where {short(name)} is not set"
            fix = "a default of `False`"
            yield hit(leaf.at.span, message, fix=fix, subject="DEBUG default", severity=Severity.MEDIUM)
        else:
            yield hit(leaf.at.span, "DEBUG is on", fix="`DEBUG = False`", subject="DEBUG")


def _is_on(value: Value) -> bool | None:
    return bool(value.value) if isinstance(value, Const) else False


def toolbar(settings: Settings) -> Iterator[Hit | Unknown]:
    for app in strings(default_of(settings.get("INSTALLED_APPS"))):
        name = text(app) or ""
        if name.partition(".")[0] in _TOOLS and settings.is_here(app):
            message = f"{short(name)} is installed whether or not DEBUG is on"
            fix = f'`if DEBUG: INSTALLED_APPS += ["{short(name)}"]`'
            severity = Severity.LOW if name.startswith("django_extensions") else None
            yield hit(app.at.span, message, fix=fix, subject=name, severity=severity)
    for address in strings(default_of(settings.get("INTERNAL_IPS"))):
        if text(address) in ("*", "0.0.0.0", "0.0.0.0/0") and settings.is_here(address):
            message = "INTERNAL_IPS lets every address see what is meant for developers"
            yield hit(address.at.span, message, fix='`INTERNAL_IPS = ["127.0.0.1"]`', subject="INTERNAL_IPS")


def logging(settings: Settings) -> Iterator[Hit | Unknown]:
    level = entry(settings.get("LOGGING"), "loggers", "django.db.backends", "level")
    held = default_of(level)
    if level is not None and held is not None and text(held) == "DEBUG" and settings.is_here(held):
        message = "django.db.backends logs every statement with its values"
        yield hit(held.at.span, message, fix='`"level": "INFO"`', subject="django.db.backends")


RULES = ((DEBUG, debug), (TOOLBAR, toolbar), (LOGGING, logging))
