"""Who may talk to the service, and what it tells them of itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse import python
from yett.parse.values import Const, Value, answer, default_of, leaves, strings, text, truth
from yett.rules.cookies import lacks
from yett.rules.fastapi.service import Service
from yett.rules.hits import hit, short

_DOCS = "https://fastapi.tiangolo.com/"

CORS_ALL = Rule(
    id="fastapi/cors-all",
    title="Every site may read the answers",
    severity=Severity.HIGH,
    why=(
        "With credentials Starlette answers each origin by name, so any page that a customer opens reads the shop in "
        "their name. The default is to allow no origin."
    ),
    fix='List the origins: `allow_origins=["https://shop.example"]`.',
    refs=("CWE-942", "PCI DSS 6.2.4", _DOCS + "tutorial/cors/"),
    bad=(
        """\
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

origins = ["*"]
app = FastAPI(docs_url=None)
app.add_middleware(
    CORSMiddleware,
    allow_origins=origins,  # <- here
    allow_credentials=True,
)
""",
        """\
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

middleware = [Middleware(CORSMiddleware, allow_origin_regex=".*", allow_credentials=True)]  # <- here
""",
    ),
    good=(
        """\
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI(docs_url=None)
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_credentials=True)
app.add_middleware(CORSMiddleware, allow_origins=settings.ORIGINS, allow_credentials=True, allow_methods=["*"])
""",
    ),
)

DEBUG = Rule(
    id="fastapi/docs-debug",
    title="Debugging is on",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why=(
        "Errors show their stack and the code around it; reloading watches the files for changes. Both are off by "
        "default."
    ),
    fix="Leave `debug` and `reload` out of the code: `fastapi dev` sets them on your own machine.",
    refs=("CWE-489", "PCI DSS 2.2.4", _DOCS + "reference/fastapi/"),
    bad=(
        """\
import uvicorn
from fastapi import FastAPI

app = FastAPI(debug=True, docs_url=None)  # <- here

if __name__ == "__main__":
    uvicorn.run("app.main:app", reload=True)  # <- here
""",
    ),
    good=(
        """\
import os
import uvicorn
from fastapi import FastAPI

app = FastAPI(debug=settings.debug, docs_url=None)

if __name__ == "__main__":
    uvicorn.run("app.main:app", reload=os.environ.get("RELOAD") == "1")
""",
    ),
)

DOCS = Rule(
    id="fastapi/docs-open",
    title="The documentation of the API is public",
    severity=Severity.LOW,
    level=Action.INFO,
    why="/docs and /openapi.json list every route and field for whoever looks for a way in. They are on by default.",
    fix="Switch them off in production: `FastAPI(docs_url=None, redoc_url=None, openapi_url=None)`.",
    refs=("CWE-200", "PCI DSS 2.2.4", _DOCS + "tutorial/metadata/#docs-urls"),
    bad=(
        """\
from fastapi import FastAPI

app = FastAPI(title="Shop")  # <- here
""",
    ),
    good=(
        """\
from fastapi import FastAPI

app = FastAPI(openapi_url=None)
admin = FastAPI(docs_url="/docs" if settings.debug else None)
other = FastAPI(**settings.fastapi)
""",
    ),
)

TRUSTED_HOST = Rule(
    id="fastapi/trusted-host",
    title="Any host name or client address is trusted",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "Links are made from the Host header, and limits and logs go by the client's address; both are what the sender "
        "says. Uvicorn believes X-Forwarded-For from 127.0.0.1 only by default, and Starlette takes every host."
    ),
    fix='Name them: `TrustedHostMiddleware, allowed_hosts=["shop.example"]`, and the proxy in `forwarded_allow_ips`.',
    refs=("CWE-644", "CWE-348", "PCI DSS 6.2.4", _DOCS + "advanced/middleware/#trustedhostmiddleware"),
    bad=(
        """\
import uvicorn
from fastapi.middleware.trustedhost import TrustedHostMiddleware

app.add_middleware(TrustedHostMiddleware, allowed_hosts=["*"])  # <- here
uvicorn.run(app, forwarded_allow_ips="*")  # <- here
""",
    ),
    good=(
        """\
import uvicorn
from fastapi.middleware.trustedhost import TrustedHostMiddleware

app.add_middleware(TrustedHostMiddleware, allowed_hosts=["shop.example", "*.shop.example"])
uvicorn.run(app, forwarded_allow_ips="10.0.0.2")
""",
    ),
)

RATE_LIMIT = Rule(
    id="fastapi/no-rate-limit",
    title="Nothing slows down whoever guesses",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "Passwords, codes and card numbers are guessed as fast as the service answers. FastAPI has no limit of its own."
    ),
    fix="Limit the route, with slowapi or at the proxy.",
    refs=("CWE-307", "PCI DSS 8.3.4", "https://slowapi.readthedocs.io/en/latest/"),
    bad=(
        """\
from fastapi import APIRouter

router = APIRouter()

@router.post("/login")  # <- here
def login(form):
    return check(form)
""",
    ),
    good=(
        """\
from fastapi import APIRouter
from slowapi import Limiter

router = APIRouter()

@router.post("/login")
@limiter.limit("5/minute")
def login(form):
    return check(form)
""",
        """\
from fastapi import APIRouter

router = APIRouter()

@router.post("/basket")
def basket(form):
    return check(form)
""",
    ),
)

SET_COOKIE = Rule(
    id="fastapi/set-cookie",
    title="A cookie is set without its flags",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Such a cookie goes over plain HTTP, or scripts can read it. Starlette's defaults are secure=False and "
        "httponly=False."
    ),
    fix="Say both: `secure=True, httponly=True`.",
    refs=("CWE-614", "CWE-1004", "PCI DSS 6.2.4", _DOCS + "advanced/response-cookies/"),
    bad=(
        """\
from fastapi import Response

def login(response: Response):
    response.set_cookie(key="session", value="1", httponly=True)  # <- here
""",
    ),
    good=(
        """\
from fastapi import Response

def login(response: Response):
    response.set_cookie(key="session", value="1", httponly=True, secure=True)
    response.set_cookie(key="session", value="1", httponly=True, secure=settings.secure)
""",
    ),
)

_ROUTE = re.compile(
    r"(?i)(?:^|[/_-])(?:log-?in|sign-?in|token|auth|authenticate|checkout|pay|payment|reset|forgot|otp|2fa|verify)"
    r"(?:$|[/_-])"
)


def _middlewares(service: Service, name: str) -> Iterator[ast.Call]:
    """The calls that add a middleware: `app.add_middleware(X, …)`, `Middleware(X, …)`, `X(app, …)`."""
    for call in service.source.calls():
        first = service.source.name(call.args[0]) if call.args else ""
        if first.rpartition(".")[2] == name or service.source.name(call.func).rpartition(".")[2] == name:
            yield call


def cors_all(service: Service) -> Iterator[Hit | Unknown]:
    for call in _middlewares(service, "CORSMiddleware"):
        with_credentials = python.keyword(call, "allow_credentials")
        credentials = with_credentials is not None and truth(default_of(service.value(with_credentials))) is True
        for name, is_any in (("allow_origins", _is_star), ("allow_origin_regex", _fits_all)):
            given = python.keyword(call, name)
            if given is None or service.guarded(call):
                continue
            value = service.value(given)
            said = answer(value, is_any)
            if said == "unknown":
                yield Unknown(call.lineno, name)
            elif said in ("bad", "default"):
                severity = None if credentials and said == "bad" else Severity.MEDIUM
                message = f"every site may read the answers{', as the customer' if credentials else ''}"
                fix = '`allow_origins=["https://shop.example"]`'
                yield hit(service.source.span(given), message, fix=fix, subject=name, severity=severity)


def _is_star(value: Value) -> bool | None:
    found = list(strings(value))
    if any(text(each) == "*" for each in found):
        return True
    return False if getattr(value, "whole", True) else None


def _fits_all(value: Value) -> bool | None:
    said = text(value)
    return said is not None and re.fullmatch(r"\^?(?:https?\??://|\(https?://\)\?)?\.[*+]\$?", said) is not None


def debug(service: Service) -> Iterator[Hit | Unknown]:
    for call in (*service.applications, *_runs(service)):
        for name in ("debug", "reload"):
            given = python.keyword(call, name)
            if given is None or service.guarded(call):
                continue
            for leaf, soft in leaves(service.value(given)):
                if isinstance(leaf, Const) and leaf.value is True and not soft:
                    message = f"{name} is on"
                    yield hit(service.source.span(given), message, fix=f"no `{name}`", subject=name)


def _runs(service: Service) -> Iterator[ast.Call]:
    return (call for call in service.source.calls() if service.source.name(call.func) == "uvicorn.run")


def docs(service: Service) -> Iterator[Hit | Unknown]:
    for call in service.applications:
        said = {each.arg for each in call.keywords}
        if not said & {"docs_url", "openapi_url"} and not python.is_open(call) and not service.guarded(call):
            message = "/docs and /openapi.json are public"
            fix = "`docs_url=None, redoc_url=None, openapi_url=None` in production"
            yield hit(service.source.span(call.func), message, fix=fix, subject="docs_url")


def trusted_host(service: Service) -> Iterator[Hit | Unknown]:
    for call in _middlewares(service, "TrustedHostMiddleware"):
        given = python.keyword(call, "allowed_hosts")
        if given is not None and any(text(each) == "*" for each in strings(service.value(given))):
            message = "TrustedHostMiddleware trusts every host name"
            yield hit(service.source.span(given), message, fix='`["shop.example"]`', subject="allowed_hosts")
    for call in _middlewares(service, "ProxyHeadersMiddleware"):
        given = python.keyword(call, "trusted_hosts")
        if given is not None and any(text(each) == "*" for each in strings(service.value(given))):
            message = "the client's address is believed whoever says it"
            yield hit(service.source.span(given), message, fix="the address of the proxy", subject="trusted_hosts")
    for call in _runs(service):
        given = python.keyword(call, "forwarded_allow_ips")
        if given is not None and text(service.value(given)) == "*":
            message = "the client's address is believed whoever says it"
            fix = "the address of the proxy"
            yield hit(service.source.span(given), message, fix=fix, subject="forwarded_allow_ips")


def rate_limit(service: Service) -> Iterator[Hit | Unknown]:
    if not service.source.imports("fastapi") or service.beside(
        r"(?i)slowapi|limiter|throttl|limit_req|ratelimit|rate_limit"
    ):
        return
    for node in service.source.nodes:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        for each in node.decorator_list:
            if not isinstance(each, ast.Call) or not isinstance(each.func, ast.Attribute) or each.func.attr != "post":
                continue
            path = python.keyword(each, "path", 0)
            if isinstance(path, ast.Constant) and isinstance(path.value, str) and _ROUTE.search(path.value):
                message = f"nothing slows down whoever guesses at {short(path.value, 60)}"
                fix = '`@limiter.limit("5/minute")`'
                yield hit(service.source.span(path), message, fix=fix, subject=path.value)


def set_cookie(service: Service) -> Iterator[Hit | Unknown]:
    if not service.source.imports("fastapi", "starlette"):
        return
    for call in service.source.calls():
        if isinstance(call.func, ast.Attribute) and call.func.attr == "set_cookie":
            found = lacks(call, samesite=False)
            if found:
                name, missing = found
                said = f'the cookie "{short(name, 40)}"' if name else "a cookie"
                message = f"{said} is set without {' and '.join(missing)}"
                subject = name or short(ast.unparse(call), 200)
                yield hit(service.source.span(call.func), message, fix=f"`{', '.join(missing)}`", subject=subject)


RULES = (
    (CORS_ALL, cors_all),
    (DEBUG, debug),
    (DOCS, docs),
    (TRUSTED_HOST, trusted_host),
    (RATE_LIMIT, rate_limit),
    (SET_COOKIE, set_cookie),
)
