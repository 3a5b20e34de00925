"""Cookies, TLS and what stands in front of Django."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.values import Absent, Const, Items, Table, Value, default_of, entry, text, truth
from yett.rules.django.settings import Settings
from yett.rules.hits import hit, short

_DOCS = "https://docs.djangoproject.com/en/5.2/ref/settings/"
_FULL = """\
INSTALLED_APPS = ["django.contrib.sessions", "shop"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
"""
_MARKED = _FULL.replace("MIDDLEWARE = [", "MIDDLEWARE = [  # <- here")

SESSION_COOKIE = Rule(
    id="django/session-cookie",
    title="The session cookie can be read or stolen on the way",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "Who has the cookie is logged in. Django's default for SESSION_COOKIE_SECURE is False, so that browsers send "
        "it over plain HTTP too; SESSION_COOKIE_HTTPONLY is True and SESSION_COOKIE_SAMESITE is Lax by default."
    ),
    fix="Set `SESSION_COOKIE_SECURE = True`, and leave the other two at their defaults.",
    refs=("CWE-614", "CWE-1004", "PCI DSS 6.2.4", _DOCS + "#session-cookie-secure"),
    bad=(
        """\
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]
SESSION_COOKIE_SECURE = False  # <- here
SESSION_COOKIE_HTTPONLY = False  # <- here
SESSION_COOKIE_SAMESITE = None  # <- here
""",
        _MARKED,
    ),
    good=(
        _FULL + "SESSION_COOKIE_SECURE = True\n",
        _FULL + 'SESSION_COOKIE_SECURE = env.bool("SECURE_COOKIES", True)\n',
        _FULL + "from .local_settings import *\n",
        'INSTALLED_APPS = ["shop"]\nMIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]\n',
        "# file: shop/settings/base.py\n"
        + _FULL
        + "# file: shop/settings/production.py\nfrom .base import *\nSESSION_COOKIE_SECURE = True\n",
    ),
)

CSRF_COOKIE = Rule(
    id="django/csrf-cookie",
    title="The cookie with the CSRF token is sent over plain HTTP",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Who reads the token on the way can forge requests. Django's default for CSRF_COOKIE_SECURE is False.",
    fix="Set `CSRF_COOKIE_SECURE = True`.",
    refs=("CWE-614", "PCI DSS 6.2.4", _DOCS + "#csrf-cookie-secure"),
    bad=(
        'CSRF_COOKIE_SECURE = False  # <- here\nROOT_URLCONF = "shop.urls"\n',
        _MARKED,
    ),
    good=(
        _FULL + "CSRF_COOKIE_SECURE = not DEBUG\n",
        _FULL + "CSRF_USE_SESSIONS = True\n",
        _FULL + "if not DEBUG:\n    CSRF_COOKIE_SECURE = True\n",
    ),
)

SESSION_AGE = Rule(
    id="django/session-age",
    title="A session lasts for days",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "A cookie that was stolen, or a computer that was left, stays logged in for as long. Django's default for "
        "SESSION_COOKIE_AGE is two weeks, counted from the login. PCI DSS asks for 15 idle minutes for staff."
    ),
    fix="Let idle sessions end: `SESSION_COOKIE_AGE = 900` with `SESSION_SAVE_EVERY_REQUEST = True`.",
    refs=("CWE-613", "PCI DSS 8.2.8", _DOCS + "#session-cookie-age"),
    bad=('SESSION_COOKIE_AGE = 60 * 60 * 24 * 30  # <- here\nROOT_URLCONF = "shop.urls"\n',),
    good=(
        'SESSION_COOKIE_AGE = 15 * 60\nSESSION_SAVE_EVERY_REQUEST = True\nROOT_URLCONF = "shop.urls"\n',
        'SESSION_COOKIE_AGE = int(os.environ["SESSION_AGE"])\nROOT_URLCONF = "shop.urls"\n',
    ),
)

SSL_REDIRECT = Rule(
    id="django/ssl-redirect",
    title="Requests over plain HTTP are answered",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Whatever is between the customer and the shop reads and changes what is sent without TLS. Django's default "
        "for SECURE_SSL_REDIRECT is False, and no proxy in front is known of."
    ),
    fix="Set `SECURE_SSL_REDIRECT = True`, or redirect at the proxy and name its header in SECURE_PROXY_SSL_HEADER.",
    refs=("CWE-319", "PCI DSS 4.2.1", _DOCS + "#secure-ssl-redirect"),
    bad=(
        _MARKED,
        'SECURE_SSL_REDIRECT = False  # <- here\nMIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]\n',
    ),
    good=(
        _FULL + "SECURE_SSL_REDIRECT = True\n",
        _FULL + 'SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")\n',
        _FULL + 'SECURE_SSL_REDIRECT = env.bool("SSL_REDIRECT", default=not DEBUG)\n',
        "# file: shop/settings.py\n"
        + _FULL
        + "# file: deploy/nginx.conf\nserver {\n    listen 80;\n    return 301 https://$host$request_uri;\n}\n",
    ),
)

HSTS = Rule(
    id="django/hsts",
    title="Browsers are not told to insist on TLS",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Without Strict-Transport-Security the first request of a visit can be kept on plain HTTP by whoever is on the "
        "way. Django's default for SECURE_HSTS_SECONDS is 0: no header."
    ),
    fix="Set `SECURE_HSTS_SECONDS = 31536000`, beginning with an hour.",
    refs=("CWE-319", "PCI DSS 4.2.1", _DOCS + "#secure-hsts-seconds"),
    bad=(_MARKED, 'SECURE_HSTS_SECONDS = 0  # <- here\nROOT_URLCONF = "shop.urls"\n'),
    good=(
        _FULL + "SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365\n",
        _FULL + 'SECURE_HSTS_SECONDS = env.int("HSTS", 3600)\n',
        "# file: shop/settings.py\n"
        + _FULL
        + "# file: nginx/shop.conf\nserver {\n    add_header Strict-Transport-Security max-age=31536000;\n"
        "    location / { proxy_pass http://app; }\n}\n",
    ),
)

HSTS_PARTIAL = Rule(
    id="django/hsts-partial",
    title="Strict-Transport-Security leaves out the subdomains",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "A subdomain without TLS can set cookies for the whole domain. Django's default for "
        "SECURE_HSTS_INCLUDE_SUBDOMAINS is False."
    ),
    fix="Set `SECURE_HSTS_INCLUDE_SUBDOMAINS = True` once every subdomain has TLS.",
    refs=("CWE-319", "PCI DSS 4.2.1", _DOCS + "#secure-hsts-include-subdomains"),
    bad=(
        'ROOT_URLCONF = "shop.urls"\nSECURE_HSTS_SECONDS = 31536000\n'
        "SECURE_HSTS_INCLUDE_SUBDOMAINS = False  # <- here\n",
    ),
    good=('SECURE_HSTS_SECONDS = 31536000\nSECURE_HSTS_INCLUDE_SUBDOMAINS = True\nROOT_URLCONF = "shop.urls"\n',),
)

PROXY_HEADER = Rule(
    id="django/proxy-header",
    title="A header that anybody can send is trusted",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Django takes the scheme or host of a request from a header that only the proxy should write. The proxy in "
        "this repository does not set it, so what the client sent goes through."
    ),
    fix="Let the proxy set it on every request: `proxy_set_header X-Forwarded-Proto $scheme;`.",
    refs=("CWE-348", "PCI DSS 6.2.4", _DOCS + "#secure-proxy-ssl-header"),
    bad=(
        """\
# file: shop/settings.py
INSTALLED_APPS = ["shop"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # <- here
USE_X_FORWARDED_HOST = True  # <- here
# file: deploy/nginx.conf
server {
    location / {
        proxy_pass http://app:8000;
        proxy_set_header Host $host;
    }
}
""",
        """\
# file: shop/settings.py
INSTALLED_APPS = ["shop"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # <- here
# file: deploy/nginx.conf
server {
    listen 443 ssl;
    location / {
        proxy_pass http://app:8000;
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
    }
}
""",
    ),
    good=(
        """\
# file: shop/settings.py
INSTALLED_APPS = ["shop"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# file: deploy/nginx.conf
server {
    location / {
        proxy_pass http://app:8000;
        proxy_set_header X-Forwarded-Proto $scheme;
    }
}
""",
        """\
# file: shop/settings.py
INSTALLED_APPS = ["shop"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# file: deploy/nginx.conf
server {
    listen 80;  # a load balancer stands in front
    location / {
        proxy_pass http://app:8000;
        proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;
    }
}
""",
        'INSTALLED_APPS = ["shop"]\nSECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")\n',
    ),
)

DB_TLS = Rule(
    id="django/db-tls",
    title="The connection to the database may be in clear",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why=(
        "Queries and customers' data cross the network. libpq's default, sslmode=prefer, goes on without TLS where the "
        "server offers none, or somebody on the way says so; MySQL's driver asks for none at all."
    ),
    fix='Add `"OPTIONS": {"sslmode": "verify-full"}`.',
    refs=(
        "CWE-319",
        "PCI DSS 4.2.1",
        "https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION",
    ),
    bad=(
        """\
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "db.shop.example",  # <- here
    },
    "reports": {
        "ENGINE": "django.db.backends.mysql",
        "HOST": "reports.shop.example",
        "OPTIONS": {"ssl_mode": "DISABLED"},  # <- here
    },
}
""",
    ),
    good=(
        """\
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "db.shop.example",
        "OPTIONS": {"sslmode": "verify-full"},
    },
    "socket": {"ENGINE": "django.db.backends.postgresql", "HOST": "/run/postgresql"},
    "near": {"ENGINE": "django.db.backends.postgresql", "HOST": "localhost"},
    "other": {"ENGINE": "django.db.backends.postgresql", "HOST": os.environ["DB_HOST"]},
}
""",
    ),
)

_SECURE_MODES = ("require", "verify-ca", "verify-full", "required", "verify_ca", "verify_identity")
_WEAK_MODES = ("disable", "allow", "prefer", "disabled", "preferred")


def _is_false(value: Value) -> bool | None:
    said = True if isinstance(value, Absent) else truth(value)
    return None if said is None else isinstance(value, Absent) or not said


def session_cookie(settings: Settings) -> Iterator[Hit | Unknown]:
    name = "SESSION_COOKIE_SECURE"
    yield from _off(settings, name, f"{name} is off, so the session cookie goes over plain HTTP too")
    if settings.lacks(name) and settings.is_root and settings.has_sessions:
        message = f"{name} is not set, so the session cookie goes over plain HTTP too"
        yield hit(settings.middleware_span, message, fix=f"`{name} = True`", subject=name)
    name = "SESSION_COOKIE_HTTPONLY"
    yield from _off(settings, name, f"{name} is off, so scripts in the page can read the session cookie")
    for found in settings.bad("SESSION_COOKIE_SAMESITE", _is_cross_site):
        if isinstance(found, Unknown):
            yield found
        else:
            message = "SESSION_COOKIE_SAMESITE lets other sites send the session cookie along"
            span = found[0].at.span
            yield hit(span, message, fix='`SESSION_COOKIE_SAMESITE = "Lax"`', subject="SESSION_COOKIE_SAMESITE")


def _is_cross_site(value: Value) -> bool | None:
    if not isinstance(value, Const):
        return False
    return value.value is None or value.value is False or str(value.value).lower() == "none"


def _off(settings: Settings, name: str, message: str, fix: str = "") -> Iterator[Hit | Unknown]:
    """The places where a switch is set to what is false."""
    for found in settings.bad(name, _is_false):
        if isinstance(found, Unknown):
            yield found
        elif not isinstance(found[0], Absent):
            severity = Severity.LOW if found[1] else None
            said = f"{message}, where the environment does not say otherwise" if found[1] else message
            yield hit(found[0].at.span, said, fix=fix or f"`{name} = True`", subject=name, severity=severity)


def csrf_cookie(settings: Settings) -> Iterator[Hit | Unknown]:
    name = "CSRF_COOKIE_SECURE"
    if settings.is_true("CSRF_USE_SESSIONS") or settings.has_middleware("csrf") is False:
        return
    yield from _off(settings, name, f"{name} is off, so the token goes over plain HTTP too")
    has_csrf = settings.has_middleware("csrf")
    if settings.lacks(name) and settings.is_root and has_csrf and "CSRF_USE_SESSIONS" not in settings.module.names:
        message = f"{name} is not set, so the token goes over plain HTTP too"
        yield hit(settings.middleware_span, message, fix=f"`{name} = True`", subject=name)


def session_age(settings: Settings) -> Iterator[Hit | Unknown]:
    for found in settings.bad("SESSION_COOKIE_AGE", _is_long):
        if isinstance(found, Unknown):
            yield found
        elif not settings.is_true("SESSION_EXPIRE_AT_BROWSER_CLOSE"):
            age = found[0].value if isinstance(found[0], Const) else 0
            days = int(age) // 86400 if isinstance(age, (int, float)) else 0
            message = f"a session lasts for {days} days"
            yield hit(found[0].at.span, message, fix="`SESSION_COOKIE_AGE = 900`", subject="SESSION_COOKIE_AGE")


def _is_long(value: Value) -> bool | None:
    return isinstance(value, Const) and isinstance(value.value, (int, float)) and value.value > 86400


def ssl_redirect(settings: Settings) -> Iterator[Hit | Unknown]:
    name = "SECURE_SSL_REDIRECT"
    if settings.get("SECURE_PROXY_SSL_HEADER") is not None or settings.has_middleware("security") is False:
        return
    if any(re.search(r"return\s+30\d\s+https:", held) for held in settings.proxies):
        return
    yield from _off(settings, name, f"{name} is off, and no proxy in front is known of")
    if settings.lacks(name) and settings.is_root and settings.has_middleware("security"):
        message = f"{name} is not set, and no proxy in front is known of"
        yield hit(settings.middleware_span, message, fix=f"`{name} = True`", subject=name)


def hsts(settings: Settings) -> Iterator[Hit | Unknown]:
    name = "SECURE_HSTS_SECONDS"
    if any("strict-transport-security" in held.lower() for held in settings.proxies):
        return
    fix = f"`{name} = 31536000`"
    yield from _off(settings, name, f"{name} is 0, so no browser insists on TLS", fix)
    if settings.lacks(name) and settings.is_root and settings.has_middleware("security"):
        message = f"{name} is not set, so no browser insists on TLS"
        yield hit(settings.middleware_span, message, fix=fix, subject=name)


def hsts_partial(settings: Settings) -> Iterator[Hit | Unknown]:
    name = "SECURE_HSTS_INCLUDE_SUBDOMAINS"
    if truth(default_of(settings.get("SECURE_HSTS_SECONDS"))):
        yield from _off(settings, name, f"{name} is off, so subdomains may be reached without TLS")


def proxy_header(settings: Settings) -> Iterator[Hit | Unknown]:
    proxies = [held for held in settings.proxies if "proxy_pass" in held]
    header = settings.get("SECURE_PROXY_SSL_HEADER")
    if isinstance(header, Items) and header.items and settings.is_here(header):
        name = (text(header.items[0]) or "").removeprefix("HTTP_").replace("_", "-")
        if not proxies:
            yield Unknown(header.at.span.line, "whether a proxy sets the header")
        elif name and not _sets(proxies, name):
            message = f"{short(name, 40)} is believed, but no nginx configuration in this repository sets it"
            fix = f"`proxy_set_header {name.title()} $scheme;`"
            yield hit(header.at.span, message, fix=fix, subject="SECURE_PROXY_SSL_HEADER")
        elif name and _passes_on(proxies, name):
            message = f"{short(name, 40)} is believed, and nginx, where TLS ends, passes on what the client says"
            fix = f"`proxy_set_header {name.title()} $scheme;`"
            yield hit(header.at.span, message, fix=fix, subject="SECURE_PROXY_SSL_HEADER passed on")
    for found in settings.bad("USE_X_FORWARDED_HOST", lambda value: truth(value)):
        if isinstance(found, Unknown) or found[1]:
            continue
        if proxies and not _sets(proxies, "X-Forwarded-Host"):
            message = "X-Forwarded-Host is believed, but no nginx configuration in this repository sets it"
            fix = "`proxy_set_header X-Forwarded-Host $host;`"
            yield hit(found[0].at.span, message, fix=fix, subject="USE_X_FORWARDED_HOST")


def _sets(proxies: list[str], header: str) -> bool:
    pattern = re.compile(rf"proxy_set_header\s+{re.escape(header)}\s", re.IGNORECASE)
    return any(pattern.search(held) or ("include" in held and "proxy_params" in held) for held in proxies)


def _passes_on(proxies: list[str], header: str) -> bool:
    """Whether an nginx that has the certificate, so that nobody stands in front of it, hands the client's header on."""
    variable = rf"\$http_{re.escape(header.lower().replace('-', '_'))}\b"
    pattern = re.compile(rf"proxy_set_header\s+{re.escape(header)}\s+[\"']?{variable}", re.IGNORECASE)
    ends = re.compile(r"^[ \t]*(?:ssl_certificate\s|listen\s[^;#]*\bssl\b)", re.MULTILINE)
    return any(pattern.search(held) and ends.search(held) for held in proxies)


def db_tls(settings: Settings) -> Iterator[Hit | Unknown]:
    databases = settings.get("DATABASES")
    if not isinstance(databases, Table):
        return
    for alias, database in databases.entries.items():
        engine = text(default_of(entry(database, "ENGINE"))) or ""
        if not isinstance(database, Table) or not re.search(r"postg|mysql|mariadb", engine):
            continue
        host = database.entries.get("HOST")
        name = text(host)
        options = database.entries.get("OPTIONS")
        mode = _mode(options)
        if mode is not None and mode[1] in _WEAK_MODES and not _is_near(name) and settings.is_here(mode[0]):
            message = f'the database "{short(alias, 30)}" goes on without TLS'
            yield hit(mode[0].at.span, message, fix='`"sslmode": "verify-full"`', subject=f"{alias} mode")
        elif name is None and host is not None and settings.is_here(host):
            yield Unknown(host.at.span.line, f"the host of {alias}")
        elif host is not None and name and not _is_near(name) and mode is None and settings.is_here(host):
            if not database.whole or (options is not None and not isinstance(options, Table)):
                continue
            if isinstance(options, Table) and (not options.whole or any("ssl" in key for key in options.entries)):
                continue
            message = f'the connection to "{short(alias, 30)}" at {short(name, 60)} may be in clear'
            yield hit(host.at.span, message, fix='`"OPTIONS": {"sslmode": "verify-full"}`', subject=alias)


def _mode(options: Value | None) -> tuple[Value, str] | None:
    for key in ("sslmode", "ssl_mode", "ssl-mode"):
        value = default_of(entry(options, key))
        if value is not None and text(value) is not None:
            return value, str(text(value)).lower()
    return None


def _is_near(host: str | None) -> bool:
    return host is None or host in ("", "localhost", "127.0.0.1", "::1") or host.startswith("/") or "." not in host


RULES = (
    (SESSION_COOKIE, session_cookie),
    (CSRF_COOKIE, csrf_cookie),
    (SESSION_AGE, session_age),
    (SSL_REDIRECT, ssl_redirect),
    (HSTS, hsts),
    (HSTS_PARTIAL, hsts_partial),
    (PROXY_HEADER, proxy_header),
    (DB_TLS, db_tls),
)
