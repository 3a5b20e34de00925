"""Sessions of Starlette: the key that signs their cookie, and where the cookie goes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse import python
from yett.parse.values import Const, Env, default_of, leaves, text, truth
from yett.rules.fastapi.service import Service
from yett.rules.hits import hit, short

_STARLETTE = "https://www.starlette.io/middleware/#sessionmiddleware"

SECRET = Rule(
    id="fastapi/session-secret",
    title="The key that signs sessions stands in the code",
    severity=Severity.CRITICAL,
    why=(
        "Starlette keeps the session in the cookie and signs it with this key: whoever reads the repository can be any "
        "customer or clerk."
    ),
    fix='Read it from the environment: `secret_key=os.environ["SESSION_KEY"]`, and replace the key.',
    refs=("CWE-321", "CWE-798", "PCI DSS 8.6.2", _STARLETTE),
    bad=(
        """\
from fastapi import FastAPI
from starlette.middleware.sessions import SessionMiddleware

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key="m4Kq" "9ZtVx", https_only=True)  # <- here
""",
    ),
    good=(
        """\
import os
from fastapi import FastAPI
from starlette.middleware.sessions import SessionMiddleware

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=os.environ["SESSION_KEY"], https_only=True)
app.add_middleware(SessionMiddleware, secret_key=settings.key, https_only=True)
""",
    ),
)

COOKIE = Rule(
    id="fastapi/session-cookie",
    title="The session cookie goes over plain HTTP too",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Who has the cookie is logged in, and anybody on the way can read it. The default of https_only is False.",
    fix="Write `https_only=True`.",
    refs=("CWE-614", "PCI DSS 6.2.4", _STARLETTE),
    bad=(
        """\
import os
from fastapi import FastAPI
from starlette.middleware.sessions import SessionMiddleware

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=os.environ["SESSION_KEY"])  # <- here
""",
    ),
    good=(
        """\
import os
from fastapi import FastAPI
from starlette.middleware.sessions import SessionMiddleware

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=os.environ["SESSION_KEY"], https_only=True)
app.add_middleware(SessionMiddleware, **options)
""",
    ),
)


def _middlewares(service: Service) -> Iterator[tuple[ast.Call, ast.expr]]:
    """The calls that add the middleware, with what names it: `add_middleware(…)`, `Middleware(…)`."""
    for call in service.source.calls():
        named = service.source.name(call.func).rpartition(".")[2]
        if named not in ("add_middleware", "Middleware") or not call.args or service.guarded(call):
            continue
        if service.source.name(call.args[0]).rpartition(".")[2] == "SessionMiddleware":
            yield call, call.args[0]


def secret(service: Service) -> Iterator[Hit | Unknown]:
    for call, _ in _middlewares(service):
        given = python.keyword(call, "secret_key", 1)
        if given is None:
            continue
        value = service.value(given)
        for leaf, soft in leaves(value):
            if not isinstance(leaf, Const):
                yield Unknown(call.lineno, "the key of the sessions")
            elif isinstance(leaf.value, str) and leaf.value.strip() and not leaf.value.startswith(("{{", "${", "<")):
                variable = short(value.name, 60) if isinstance(value, Env) else "the variable"
                so = f" where {variable} is not set" if soft else ""
                message = f"secret_key {'falls back to a key that stands here' if soft else 'stands in the code'}{so}"
                subject = "secret_key default" if soft else "secret_key"
                severity = Severity.MEDIUM if soft else None
                yield hit(service.source.span(given), message, fix="a new key", subject=subject, severity=severity)


def cookie(service: Service) -> Iterator[Hit | Unknown]:
    for call, named in _middlewares(service):
        if python.is_open(call):
            continue
        given = python.keyword(call, "https_only")
        value = default_of(service.value(given)) if given is not None else None
        if given is None or truth(value) is False:
            place = service.source.span(given if given is not None else named)
            message = "the session cookie goes over plain HTTP too"
            yield hit(place, message, fix="`https_only=True`", subject="https_only")
        other = python.keyword(call, "same_site")
        if other is not None and (text(service.value(other)) or "").lower() == "none":
            message = "other sites send the session cookie along"
            yield hit(service.source.span(other), message, fix='`same_site="lax"`', subject="same_site")


RULES = ((SECRET, secret), (COOKIE, cookie))
