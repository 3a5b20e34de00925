"""Middleware and headers that keep other sites out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.values import Const, Items, Value, default_of, strings, text, truth
from yett.rules.django.settings import Settings
from yett.rules.hits import hit, short

_DOCS = "https://docs.djangoproject.com/en/5.2/ref/"
_ALL = """\
INSTALLED_APPS = ["django.contrib.sessions", "shop"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
"""


def _without(middleware: str) -> str:
    return "".join(
        line.replace("MIDDLEWARE = [\n", "MIDDLEWARE = [  # <- here\n")
        for line in _ALL.splitlines(keepends=True)
        if middleware not in line
    )


CSRF_MIDDLEWARE = Rule(
    id="django/csrf-middleware",
    title="Forged requests are not refused",
    severity=Severity.HIGH,
    why=(
        "Without CsrfViewMiddleware any page that a customer opens can order, pay or change the address in their name: "
        "browsers send the session cookie along. Django adds the middleware only where MIDDLEWARE names it."
    ),
    fix='Add `"django.middleware.csrf.CsrfViewMiddleware"` behind the SessionMiddleware.',
    refs=("CWE-352", "PCI DSS 6.2.4", _DOCS + "csrf/"),
    bad=(_without("csrf"),),
    good=(
        _ALL,
        _ALL.replace("django.middleware.csrf.CsrfViewMiddleware", "shop.middleware.CsrfMiddleware"),
        'MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "shop.middleware.token_auth"]\n',
        'MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware", *PLUGINS]\n',
        'MIDDLEWARE = ["shop.sessions.middleware.SessionMiddleware"] + EXTRA_MIDDLEWARE\n',
    ),
)

SECURITY_MIDDLEWARE = Rule(
    id="django/security-middleware",
    title="The middleware that sets the security headers is missing",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Without SecurityMiddleware none of the SECURE_ settings does anything: no redirect to TLS, no HSTS, no "
        "nosniff, no referrer policy."
    ),
    fix='Put `"django.middleware.security.SecurityMiddleware"` first in MIDDLEWARE.',
    refs=("CWE-693", "PCI DSS 6.2.4", _DOCS + "middleware/#module-django.middleware.security"),
    bad=(_without("SecurityMiddleware"),),
    good=(_ALL, 'MIDDLEWARE = base.MIDDLEWARE + ["shop.middleware.Locale"]\n'),
)

WEAK_HEADERS = Rule(
    id="django/weak-headers",
    title="A security header is switched off",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Browsers then guess types of uploaded files, or tell other sites the full address of a page, reset links "
        "included. Django's defaults are nosniff, the referrer policy same-origin and the opener policy same-origin."
    ),
    fix="Leave the setting at Django's default.",
    refs=("CWE-693", "PCI DSS 6.2.4", _DOCS + "settings/#secure-content-type-nosniff"),
    bad=(
        'SECURE_CONTENT_TYPE_NOSNIFF = False  # <- here\nSECURE_REFERRER_POLICY = "unsafe-url"  # <- here\n'
        "SECURE_CROSS_ORIGIN_OPENER_POLICY = None  # <- here\n",
    ),
    good=(
        'SECURE_CONTENT_TYPE_NOSNIFF = True\nSECURE_REFERRER_POLICY = "strict-origin"\n'
        'SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin-allow-popups"\n',
    ),
)

CLICKJACKING = Rule(
    id="django/clickjacking",
    title="Other sites may put the pages into a frame",
    severity=Severity.LOW,
    level=Action.WARN,
    why=(
        "A page that is shown invisibly inside another takes the customer's clicks, at the checkout as well. "
        "XFrameOptionsMiddleware sends `X-Frame-Options: DENY` by default, but only where MIDDLEWARE names it."
    ),
    fix='Add `"django.middleware.clickjacking.XFrameOptionsMiddleware"`, and leave X_FRAME_OPTIONS at its default.',
    refs=("CWE-1021", "PCI DSS 6.2.4", _DOCS + "clickjacking/"),
    bad=(
        _without("clickjacking"),
        'X_FRAME_OPTIONS = "ALLOWALL"  # <- here\nROOT_URLCONF = "shop.urls"\n',
    ),
    good=(
        _ALL + 'X_FRAME_OPTIONS = "SAMEORIGIN"\n',
        'MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware", "csp.middleware.CSPMiddleware"]\n'
        "CSP_FRAME_ANCESTORS = [\"'none'\"]\n",
    ),
)

CORS_ALL = Rule(
    id="django/cors-all",
    title="Every site may read the answers",
    severity=Severity.HIGH,
    why=(
        "With credentials, any page that a customer opens reads the shop in their name. django-cors-headers matches "
        "its patterns from the start only, so one without `$` also fits `https://shop.example.evil.test`."
    ),
    fix='List the origins: `CORS_ALLOWED_ORIGINS = ["https://shop.example"]`.',
    refs=("CWE-942", "PCI DSS 6.2.4", "https://github.com/adamchainz/django-cors-headers#configuration"),
    bad=(
        'CORS_ALLOW_ALL_ORIGINS = True  # <- here\nCORS_ALLOW_CREDENTIALS = True\nROOT_URLCONF = "shop.urls"\n',
        'CORS_ORIGIN_ALLOW_ALL = True  # <- here\nROOT_URLCONF = "shop.urls"\n',
        r"""CORS_ALLOWED_ORIGIN_REGEXES = [
    r"^https://\w+\.shop\.example",  # <- here
    r"^https://.*$",  # <- here
]
""",
    ),
    good=(
        'CORS_ALLOWED_ORIGINS = ["https://shop.example"]\nCORS_ALLOW_CREDENTIALS = True\n',
        'CORS_ALLOW_ALL_ORIGINS = DEBUG\nROOT_URLCONF = "shop.urls"\n',
        r"""CORS_ALLOWED_ORIGIN_REGEXES = [r"^https://\w+\.shop\.example$"]
""",
    ),
)

ALLOWED_HOSTS = Rule(
    id="django/allowed-hosts",
    title="Django answers for any host name",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Links in mails, password resets among them, are made from the Host header, which the sender of a request "
        "chooses; caches can be filled with such pages."
    ),
    fix='List the names: `ALLOWED_HOSTS = ["shop.example"]`.',
    refs=("CWE-644", "PCI DSS 6.2.4", _DOCS + "settings/#allowed-hosts"),
    bad=(
        'ALLOWED_HOSTS = ["*"]  # <- here\n',
        'import os\n\nALLOWED_HOSTS = os.environ.get("HOSTS", "*").split(",")  # <- here\n',
        "DEBUG = False\nALLOWED_HOSTS = []  # <- here\n",
    ),
    good=(
        'ALLOWED_HOSTS = [".shop.example"]\n',
        'ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")\n',
        'ALLOWED_HOSTS = []\nif DEBUG:\n    ALLOWED_HOSTS = ["*"]\n',
        '# file: shop/settings/local.py\nALLOWED_HOSTS = ["*"]\n',
    ),
)


def csrf_middleware(settings: Settings) -> Iterator[Hit | Unknown]:
    if settings.has_sessions and settings.has_middleware("csrf") is False and _is_told_here(settings):
        fix = '`"django.middleware.csrf.CsrfViewMiddleware"` behind the SessionMiddleware'
        message = "MIDDLEWARE lacks CsrfViewMiddleware, so forged requests are not refused"
        yield hit(settings.middleware_span, message, fix=fix, subject="MIDDLEWARE")


def security_middleware(settings: Settings) -> Iterator[Hit | Unknown]:
    if settings.has_middleware("security") is False and _is_told_here(settings):
        fix = '`"django.middleware.security.SecurityMiddleware"` in the first place'
        message = "MIDDLEWARE lacks SecurityMiddleware, so none of the SECURE_ settings does anything"
        yield hit(settings.middleware_span, message, fix=fix, subject="MIDDLEWARE")


def _is_told_here(settings: Settings) -> bool:
    """The list is looked at where it is begun."""
    value = default_of(settings.middleware)
    return isinstance(value, Items) and settings.is_here(value)


def weak_headers(settings: Settings) -> Iterator[Hit | Unknown]:
    questions = (
        ("SECURE_CONTENT_TYPE_NOSNIFF", lambda value: _negated(truth(value)), "browsers guess the types of files"),
        ("SECURE_REFERRER_POLICY", _is_telling, "other sites are told the full address of a page"),
        ("SECURE_CROSS_ORIGIN_OPENER_POLICY", _is_open, "pages of other sites keep a hold on the window"),
    )
    for name, is_bad, so in questions:
        for found in settings.bad(name, is_bad):
            if isinstance(found, Unknown):
                yield found
            else:
                message = f"{name} switches a header off, so that {so}"
                yield hit(found[0].at.span, message, fix=f"no `{name}`: the default is safe", subject=name)


def _negated(said: bool | None) -> bool | None:
    return None if said is None else not said


def _is_telling(value: Value) -> bool | None:
    return isinstance(value, Const) and str(value.value).lower() in ("unsafe-url", "none", "no-referrer-when-downgrade")


def _is_open(value: Value) -> bool | None:
    return isinstance(value, Const) and str(value.value).lower() in ("unsafe-none", "none")


def clickjacking(settings: Settings) -> Iterator[Hit | Unknown]:
    names = settings.module.names
    if any(name.startswith(("CSP_FRAME_ANCESTORS", "CONTENT_SECURITY_POLICY", "SECURE_CSP")) for name in names):
        return
    if settings.has_sessions and settings.has_middleware("frame", "clickjacking") is False and _is_told_here(settings):
        fix = '`"django.middleware.clickjacking.XFrameOptionsMiddleware"`'
        message = "MIDDLEWARE lacks XFrameOptionsMiddleware, so other sites may frame the pages"
        yield hit(settings.middleware_span, message, fix=fix, subject="MIDDLEWARE")
    for found in settings.bad("X_FRAME_OPTIONS", _is_no_refusal):
        if isinstance(found, Unknown):
            yield found
        else:
            message = f"X_FRAME_OPTIONS is {short(str(text(found[0])), 30)}, which no browser takes for a refusal"
            yield hit(found[0].at.span, message, fix='`X_FRAME_OPTIONS = "DENY"`', subject="X_FRAME_OPTIONS")


def _is_no_refusal(value: Value) -> bool | None:
    said = text(value)
    return said is not None and said.upper() not in ("DENY", "SAMEORIGIN") and "{{" not in said


def cors_all(settings: Settings) -> Iterator[Hit | Unknown]:
    credentials = settings.is_true("CORS_ALLOW_CREDENTIALS")
    for name in ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL"):
        for found in settings.bad(name, truth):
            if isinstance(found, Unknown):
                yield found
                continue
            leaf, soft = found
            message = f"{name} lets every site read the answers{', as the customer' if credentials else ''}"
            severity = None if credentials and not soft else Severity.MEDIUM
            fix = '`CORS_ALLOWED_ORIGINS = ["https://shop.example"]`'
            yield hit(leaf.at.span, message, fix=fix, subject=name, severity=severity)
    for name in ("CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ORIGIN_REGEX_WHITELIST"):
        for pattern in _patterns(settings, default_of(settings.get(name))):
            said = str(pattern.value)
            message = f"{name} also lets in sites that nobody meant: `{short(said, 60)}`"
            severity = None if credentials else Severity.MEDIUM
            fix = "escape every dot, and end the pattern with `$`"
            yield hit(pattern.at.span, message, fix=fix, subject=f"{name} {said}", severity=severity)


def _patterns(settings: Settings, value: Value | None) -> Iterator[Const]:
    """The patterns that fit more than they say; those inside `re.compile` count too."""
    for pattern in strings(value):
        if settings.is_here(pattern) and _is_loose(str(pattern.value)):
            yield pattern


def _is_loose(pattern: str) -> bool:
    if not pattern.endswith(("$", r"\Z")):
        return True
    host = re.sub(r"^\^?\(?https?\??\)?:?(?:\\?/){2}|^\^?", "", pattern)
    return re.fullmatch(r"[\^(?:]*\.[*+]\)?\$?", host) is not None


def allowed_hosts(settings: Settings) -> Iterator[Hit | Unknown]:
    value = settings.get("ALLOWED_HOSTS")
    held = default_of(value)
    if held is None:
        if value is not None and settings.is_here(value):
            yield Unknown(value.at.span.line, "ALLOWED_HOSTS")
        return
    debugging = settings.get("DEBUG")
    empty = isinstance(held, Items) and held.whole and not held.items and settings.is_here(held)
    if empty and isinstance(debugging, Const) and debugging.value is False:
        message = "ALLOWED_HOSTS is empty, so that Django answers nobody while DEBUG is off"
        fix = '`ALLOWED_HOSTS = ["shop.example"]`'
        yield hit(held.at.span, message, fix=fix, subject="ALLOWED_HOSTS empty", severity=Severity.LOW)
    for host in strings(held):
        if text(host) == "*" and settings.is_here(host):
            soft = held is not value
            where = " where the environment does not say otherwise" if soft else ""
            fix = 'the names of the shop: `ALLOWED_HOSTS = ["shop.example"]`'
            severity = Severity.LOW if soft else None
            message = f"ALLOWED_HOSTS lets every host name through{where}"
            yield hit(host.at.span, message, fix=fix, subject="ALLOWED_HOSTS", severity=severity)


RULES = (
    (CSRF_MIDDLEWARE, csrf_middleware),
    (SECURITY_MIDDLEWARE, security_middleware),
    (WEAK_HEADERS, weak_headers),
    (CLICKJACKING, clickjacking),
    (CORS_ALL, cors_all),
    (ALLOWED_HOSTS, allowed_hosts),
)
