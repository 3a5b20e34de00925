"""Passwords, sessions, the admin and the API: who may do what."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.values import Const, Items, Opaque, Table, Value, default_of, entry, strings, text, truth
from yett.rules.django.settings import Settings
from yett.rules.hits import hit, short

_DOCS = "https://docs.djangoproject.com/en/5.2/"
_DRF = "https://www.django-rest-framework.org/api-guide/"

WEAK_HASHER = Rule(
    id="django/weak-hasher",
    title="Passwords are stored under a weak hash",
    severity=Severity.HIGH,
    why=(
        "A stolen table of MD5 or SHA-1 hashes gives most of the passwords within hours. The first hasher of the list "
        "stores every new password; Django's default is PBKDF2."
    ),
    fix=(
        'Put `"django.contrib.auth.hashers.Argon2PasswordHasher"` first; the weak one may stay last while users log in.'
    ),
    refs=("CWE-916", "PCI DSS 8.3.2", _DOCS + "topics/auth/passwords/#how-django-stores-passwords"),
    bad=(
        'PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # <- here\n',
        """\
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.UnsaltedSHA1PasswordHasher",  # <- here
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
""",
    ),
    good=(
        """\
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.MD5PasswordHasher",
]
""",
        """\
import sys

if "test" in sys.argv:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
""",
        '# file: shop/settings/test.py\nPASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]\n',
    ),
)

PASSWORD_VALIDATORS = Rule(
    id="django/password-validators",
    title="Short or common passwords are accepted",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Guessing such passwords takes minutes. Django's default for AUTH_PASSWORD_VALIDATORS is an empty list, and "
        "that of MinimumLengthValidator is 8; PCI DSS asks for 12 characters."
    ),
    fix='Set `"OPTIONS": {"min_length": 12}` for MinimumLengthValidator, and add CommonPasswordValidator.',
    refs=("CWE-521", "PCI DSS 8.3.6", _DOCS + "topics/auth/passwords/#enabling-password-validation"),
    bad=(
        "AUTH_PASSWORD_VALIDATORS = []  # <- here\n",
        """\
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},  # <- here
]
""",
        'INSTALLED_APPS = ["django.contrib.auth", "shop"]  # <- here\nROOT_URLCONF = "shop.urls"\n',
    ),
    good=(
        """\
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
""",
        'INSTALLED_APPS = ["shop"]\n',
        "# file: shop/settings/dev.py\nfrom .base import *\nAUTH_PASSWORD_VALIDATORS = []\n",
    ),
)

PICKLE = Rule(
    id="django/pickle-serializer",
    title="Sessions are pickled",
    severity=Severity.HIGH,
    why=(
        "Whoever can write a session, by a leaked key or a reachable cache, runs code in the shop. Django's default is "
        "the JSON serializer."
    ),
    fix='Remove the setting, or write `SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"`.',
    refs=("CWE-502", "PCI DSS 6.2.4", _DOCS + "topics/http/sessions/#session-serialization"),
    bad=('SESSION_SERIALIZER = "django.contrib.sessions.serializers.PickleSerializer"  # <- here\n',),
    good=('SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"\n',),
)

DRF_PERMISSIVE = Rule(
    id="django/drf-permissive",
    title="The API is open unless a view says otherwise",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "One forgotten line in one view makes its data public. The default of Django REST framework for "
        "DEFAULT_PERMISSION_CLASSES is AllowAny."
    ),
    fix='Set `"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"]`.',
    refs=("CWE-306", "PCI DSS 7.3.3", _DRF + "permissions/#setting-the-permission-policy"),
    bad=(
        """\
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],  # <- here
}
""",
        """\
REST_FRAMEWORK = {  # <- here
    "PAGE_SIZE": 20,
}
""",
    ),
    good=(
        """\
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.DjangoModelPermissionsOrAnonReadOnly"],
}
""",
        "REST_FRAMEWORK = {**COMMON_API}\n",
    ),
)

DRF_NO_THROTTLE = Rule(
    id="django/drf-no-throttle",
    title="The API answers as often as anybody asks",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Nothing slows down whoever guesses passwords, vouchers or card numbers. The default of Django REST framework "
        "for DEFAULT_THROTTLE_CLASSES is an empty list."
    ),
    fix="Set DEFAULT_THROTTLE_CLASSES and DEFAULT_THROTTLE_RATES.",
    refs=("CWE-770", "PCI DSS 8.3.4", _DRF + "throttling/#setting-the-throttling-policy"),
    bad=(
        """\
REST_FRAMEWORK = {  # <- here
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}
""",
    ),
    good=(
        """\
REST_FRAMEWORK = {
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": "100/day"},
}
""",
        "REST_FRAMEWORK = {**COMMON_API}\n",
    ),
)

ADMIN = Rule(
    id="django/admin-no-mfa",
    title="The admin asks for a password alone",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why="One guessed or phished password opens every order and customer. Django has no second factor of its own.",
    fix=(
        "Install django-otp or allauth.mfa, and let the admin ask for the second factor, or put it behind single "
        "sign-on."
    ),
    refs=("CWE-308", "PCI DSS 8.4.1", "https://django-otp-official.readthedocs.io/en/stable/auth.html"),
    bad=('ROOT_URLCONF = "shop.urls"\nINSTALLED_APPS = ["django.contrib.auth", "django.contrib.admin"]  # <- here\n',),
    good=(
        'ROOT_URLCONF = "shop.urls"\nINSTALLED_APPS = ["django.contrib.admin", "django_otp", "shop"]\n',
        'ROOT_URLCONF = "shop.urls"\nINSTALLED_APPS = ["django.contrib.admin", "shop"] + PLUGINS\n',
        'ROOT_URLCONF = "shop.urls"\nINSTALLED_APPS = ["django.contrib.admin", "mozilla_django_oidc"]\n',
    ),
)

AUTOESCAPE = Rule(
    id="django/autoescape-off",
    title="Templates do not escape what they show",
    severity=Severity.HIGH,
    why="A name or an address that a customer enters becomes part of the page, script and all. The default is True.",
    fix="Remove `autoescape`, and mark the few values that are HTML.",
    refs=("CWE-79", "PCI DSS 6.2.4", _DOCS + "topics/templates/#django.template.backends.django.DjangoTemplates"),
    bad=(
        """\
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"autoescape": False},  # <- here
    },
]
""",
    ),
    good=(
        """\
TEMPLATES = [
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"autoescape": True}},
    {"BACKEND": "django.template.backends.django.DjangoTemplates", "NAME": "mail", "OPTIONS": {"autoescape": False}},
]
""",
    ),
)

_WEAK = ("MD5PasswordHasher", "SHA1PasswordHasher", "CryptPasswordHasher")
_FACTORS = (
    *("allauth.mfa", "django_otp", "kagi", "mfa", "multifactor", "two_factor", "django_mfa", "mozilla_django_oidc"),
    *("social_django", "django_saml", "djangosaml2", "django_auth_adfs", "axes_mfa", "deux", "passkeys", "trench"),
    *("allauth_2fa", "admin_two_factor", "django_warrant", "oauth2_authcodeflow", "django_cas_ng", "knox_mfa"),
)


def weak_hasher(settings: Settings) -> Iterator[Hit | Unknown]:
    held = default_of(settings.get("PASSWORD_HASHERS"))
    first = default_of(held.items[0]) if isinstance(held, Items) and held.items else None
    name = text(first)
    if isinstance(first, Opaque) and settings.is_here(first):
        yield Unknown(first.at.span.line, "PASSWORD_HASHERS")
    if first is not None and name and name.endswith(_WEAK) and settings.is_here(first):
        message = f"new passwords are stored by {short(name.rpartition('.')[2], 60)}"
        fix = '`"django.contrib.auth.hashers.Argon2PasswordHasher"` in the first place'
        yield hit(first.at.span, message, fix=fix, subject=name)


def password_validators(settings: Settings) -> Iterator[Hit | Unknown]:
    name = "AUTH_PASSWORD_VALIDATORS"
    value = settings.get(name)
    if settings.lacks(name) and settings.is_root and settings.has_app("django.contrib.auth"):
        fix = f"`{name}` with MinimumLengthValidator and CommonPasswordValidator"
        span = settings.start("INSTALLED_APPS")
        yield hit(span, f"{name} is not set, so any password is taken", fix=fix, subject=name)
    held = default_of(value)
    if not isinstance(held, Items):
        if value is not None and settings.is_here(value):
            yield Unknown(value.at.span.line, name)
        return
    if not held.items and held.whole and settings.is_here(held):
        fix = "MinimumLengthValidator with min_length 12, and CommonPasswordValidator"
        yield hit(held.at.span, f"{name} is empty, so any password is taken", fix=fix, subject=name)
    for item in held.items:
        validator = default_of(entry(item, "NAME"))
        if validator is None or not (text(validator) or "").endswith("MinimumLengthValidator"):
            continue
        options = entry(item, "OPTIONS")
        length = default_of(entry(options, "min_length"))
        if isinstance(length, Const) and isinstance(length.value, int) and length.value < 12:
            if settings.is_here(length):
                message = f"passwords of {length.value} characters are taken"
                yield hit(length.at.span, message, fix='`"min_length": 12`', subject=f"{name} length")
        elif (
            options is None or (isinstance(options, Table) and options.whole and length is None)
        ) and settings.is_here(validator):
            message = "passwords of 8 characters are taken, which is the validator's default"
            fix = '`"OPTIONS": {"min_length": 12}`'
            yield hit(validator.at.span, message, fix=fix, subject=f"{name} length")


def pickle(settings: Settings) -> Iterator[Hit | Unknown]:
    for found in settings.bad("SESSION_SERIALIZER", lambda value: (text(value) or "").endswith("PickleSerializer")):
        if isinstance(found, Unknown):
            yield found
        else:
            fix = "no SESSION_SERIALIZER: Django's own is JSON"
            yield hit(found[0].at.span, "sessions are pickled", fix=fix, subject="SESSION_SERIALIZER")


def drf_permissive(settings: Settings) -> Iterator[Hit | Unknown]:
    held = settings.get("REST_FRAMEWORK")
    if not isinstance(held, Table):
        return
    key = "DEFAULT_PERMISSION_CLASSES"
    fix = f'`"{key}": ["rest_framework.permissions.IsAuthenticated"]`'
    classes = held.entries.get(key)
    if classes is None and held.whole and settings.is_here(held):
        message = f"REST_FRAMEWORK does not set {key}, so every view is open that does not say otherwise"
        yield hit(settings.start("REST_FRAMEWORK"), message, fix=fix, subject=key)
    open_to_all = [each for each in strings(default_of(classes)) if (text(each) or "").endswith(".AllowAny")]
    empty = default_of(classes)
    if isinstance(empty, Items) and not empty.items and empty.whole:
        yield hit(empty.at.span, f"{key} is empty, which lets everybody in", fix=fix, subject=key)
    for each in open_to_all:
        if settings.is_here(each):
            yield hit(each.at.span, f"{key} lets everybody in", fix=fix, subject=key)


def drf_no_throttle(settings: Settings) -> Iterator[Hit | Unknown]:
    held = settings.get("REST_FRAMEWORK")
    key = "DEFAULT_THROTTLE_CLASSES"
    if isinstance(held, Table) and held.whole and settings.is_here(held) and not held.entries.get(key):
        message = f"REST_FRAMEWORK does not set {key}, so nothing slows down whoever guesses"
        fix = f'`"{key}": ["rest_framework.throttling.AnonRateThrottle"]` and `"DEFAULT_THROTTLE_RATES": {{...}}`'
        yield hit(settings.start("REST_FRAMEWORK"), message, fix=fix, subject=key)


def admin_no_mfa(settings: Settings) -> Iterator[Hit | Unknown]:
    if not settings.complete or not settings.is_root or settings.has_app("django.contrib.admin") is not True:
        return
    backends = [text(each) or "" for each in strings(default_of(settings.get("AUTHENTICATION_BACKENDS")))]
    if any("oidc" in each.lower() or "saml" in each.lower() or "sso" in each.lower() for each in backends):
        return
    if settings.has_app(*_FACTORS) is False:
        message = "the admin asks for a password alone"
        fix = "`django_otp` or `allauth.mfa` in INSTALLED_APPS, and an admin site that asks for the second factor"
        yield hit(settings.start("INSTALLED_APPS"), message, fix=fix, subject="django.contrib.admin")


def autoescape(settings: Settings) -> Iterator[Hit | Unknown]:
    templates = default_of(settings.get("TEMPLATES"))
    for engine in templates.items if isinstance(templates, Items) else ():
        value = entry(engine, "OPTIONS", "autoescape")
        name = text(default_of(entry(engine, "NAME"))) or ""
        if value is None or any(word in name.lower() for word in ("mail", "text", "txt", "plain")):
            continue
        for leaf in _false(value):
            if settings.is_here(leaf):
                message = "templates do not escape what they show"
                yield hit(leaf.at.span, message, fix="no `autoescape`: the default is True", subject="autoescape")


def _false(value: Value) -> Iterator[Value]:
    if truth(value) is False:
        yield value


RULES = (
    (WEAK_HASHER, weak_hasher),
    (PASSWORD_VALIDATORS, password_validators),
    (PICKLE, pickle),
    (DRF_PERMISSIVE, drf_permissive),
    (DRF_NO_THROTTLE, drf_no_throttle),
    (ADMIN, admin_no_mfa),
    (AUTOESCAPE, autoescape),
)
