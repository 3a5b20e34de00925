"""JSON Web Tokens: the key that signs them, and whether anybody looks at the signature."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from yett.lean import TypeGuard
from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse import python, stages
from yett.parse.source import Span
from yett.parse.values import Const, Env, Table, Value, default_of, leaves, strings, text, truth
from yett.rules.fastapi.service import Service
from yett.rules.hits import hit, short

_PYJWT = "https://pyjwt.readthedocs.io/en/stable/"

SECRET = Rule(
    id="fastapi/jwt-secret",
    title="The key that signs tokens stands in the code",
    severity=Severity.CRITICAL,
    why=(
        "Whoever reads the repository makes tokens for any customer or clerk. A default for a missing variable is the "
        "key of every deployment that forgot it."
    ),
    fix='Read it from the environment: `SECRET_KEY = os.environ["SECRET_KEY"]`, and replace the key.',
    refs=("CWE-321", "PCI DSS 8.6.2", _PYJWT + "usage.html"),
    bad=(
        """\
import jwt

SECRET_KEY = "m4Kq" "9ZtVx"

def token(user):
    return jwt.encode({"sub": user}, SECRET_KEY, algorithm="HS256")  # <- here

def other(user):
    return jwt.encode({"sub": user}, "m4Kq" "9ZtVx", algorithm="HS256")  # <- here
""",
        """\
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    JWT_SECRET_KEY: str = "m4Kq" "9ZtVx"  # <- here
    ALGORITHM: str = "HS256"
""",
    ),
    good=(
        """\
import os
import jwt
from app.settings import settings

KEY = os.environ["JWT_KEY"]

def token(user, secret):
    jwt.encode({"sub": user}, KEY, algorithm="HS256")
    jwt.encode({"sub": user}, secret, algorithm="HS256")
    return jwt.encode({"sub": user}, settings.SECRET_KEY, algorithm="HS256")
""",
        """\
import secrets
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    SECRET_KEY: str = secrets.token_urlsafe(32)
    JWT_SECRET: str
    JWT_SECRET_KEY_FILE: str = "/run/secrets/jwt"
""",
    ),
)

UNVERIFIED = Rule(
    id="fastapi/jwt-unverified",
    title="The signature of tokens is not checked",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Anybody writes a token that says who they are. Libraries check signatures by default, and refuse `none`.",
    fix='Name one algorithm, and leave the checks on: `jwt.decode(token, key, algorithms=["HS256"])`.',
    refs=("CWE-347", "PCI DSS 8.3.1", _PYJWT + "api.html#jwt.decode"),
    bad=(
        """\
import jwt

def user(token):
    return jwt.decode(token, options={"verify_signature": False})["sub"]  # <- here

def clerk(token, key):
    return jwt.decode(token, key, algorithms=["HS256", "none"])  # <- here

def made(claims):
    return jwt.encode(claims, None, algorithm="none")  # <- here

def old(token, key):
    return jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False})  # <- here
""",
    ),
    good=(
        """\
import jwt

def user(token, key):
    issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
    return jwt.decode(token, KEYS[issuer], algorithms=["RS256"])["sub"]

def clerk(token, key):
    return jwt.decode(token, key, algorithms=["HS256"], options={"verify_aud": False})
""",
    ),
)

_MODULES = ("jwt", "jose", "authlib", "flask_jwt", "fastapi_jwt")
_SECRET_FIELD = re.compile(
    r"^(?:JWT_|AUTH_|APP_|TOKEN_|ACCESS_TOKEN_)?(?:SECRET|SECRET_KEY|JWT_KEY|SIGNING_KEY)$", re.IGNORECASE
)


def secret(service: Service) -> Iterator[Hit | Unknown]:
    for call in _calls(service, "encode", "decode"):
        given = python.keyword(call, "key", 1)
        if given is None:
            continue
        value = service.value(given)
        for leaf, soft in leaves(value):
            if not isinstance(leaf, Const):
                yield Unknown(call.lineno, "the key of the token")
            elif _is_key(leaf):
                name = given.id if isinstance(given, ast.Name) else "the key of the token"
                yield _hit(service.source.span(given), name, value, soft)
    yield from _fields(service)


def _hit(span: Span, name: str, value: Value, soft: bool) -> Hit:
    said = short(name, 60)
    if soft:
        variable = short(value.name if isinstance(value, Env) else name, 60)
        message = f"{said} falls back to a key that stands here where {variable} is not set"
        fix = f'no default, so that a start without it fails: `os.environ["{variable}"]`'
        return hit(span, message, fix=fix, subject=f"{name} default", severity=Severity.MEDIUM)
    return hit(span, f"{said} stands in the code", fix='`os.environ["SECRET_KEY"]`, and a new key', subject=name)


def _is_key(leaf: Const) -> bool:
    held = leaf.value.decode("utf-8", "replace") if isinstance(leaf.value, bytes) else leaf.value
    return (
        isinstance(held, str) and bool(held.strip()) and not held.startswith(("{{", "${", "<", "-----BEGIN PUB", "/"))
    )


def _fields(service: Service) -> Iterator[Hit]:
    """Defaults of pydantic settings: the environment may replace them, and nothing says that it must."""
    for node in service.source.nodes:
        if not isinstance(node, ast.ClassDef) or stages.is_dev(node.name):
            continue
        if not any(service.source.name(base).endswith("BaseSettings") for base in node.bases):
            continue
        for field in node.body:
            if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name) or field.value is None:
                continue
            if not _SECRET_FIELD.match(field.target.id):
                continue
            given: ast.expr | None = field.value
            if isinstance(given, ast.Call):
                named = service.source.name(given.func).rpartition(".")[2]
                given = python.keyword(given, "default", 0) if named in ("Field", "SecretStr") else None
                if isinstance(given, ast.Call):
                    given = python.keyword(given, "default", 0)
            if given is not None and python.is_string(given):
                value = service.value(given)
                if isinstance(value, Const) and _is_key(value):
                    name = field.target.id
                    yield _hit(service.source.span(given), name, Env(name, value, value.at), True)


def _calls(service: Service, *names: str) -> Iterator[ast.Call]:
    if not service.source.imports(*_MODULES):
        return
    for call in service.source.calls():
        head, _, last = service.source.name(call.func).rpartition(".")
        if last in names and (head.rpartition(".")[2] in ("jwt", "jws", "JWT") or head in ("jwt", "jose.jwt")):
            yield call


def unverified(service: Service) -> Iterator[Hit | Unknown]:
    checked: dict[ast.AST, int] = {}
    for call in _calls(service, "encode", "decode"):
        for name in ("algorithms", "algorithm"):
            given = python.keyword(call, name, 2)
            if given is None:
                continue
            if any((text(each) or "").lower() == "none" for each in strings(default_of(service.value(given)))):
                fix = '`["HS256"]`' if name == "algorithms" else '`"HS256"`'
                message = "the algorithm none is taken, which signs nothing"
                yield hit(service.source.span(given), message, fix=fix, subject=f"{_where(service, call)} {name}")
                break
        else:
            place = _unchecked(service, call)
            if place is not None and not _checked_later(service, call, checked):
                message = "the token is read without a look at its signature"
                fix = '`jwt.decode(token, key, algorithms=["HS256"])`'
                yield hit(service.source.span(place), message, fix=fix, subject=f"{_where(service, call)} verify")
            elif place is None and (options := _endless(service, call)) is not None:
                message = "a token is taken long after its end"
                subject = f"{_where(service, call)} verify_exp"
                yield hit(service.source.span(options), message, fix="no `verify_exp`", subject=subject)


def _endless(service: Service, call: ast.Call) -> ast.expr | None:
    options = python.keyword(call, "options", 3)
    value = service.value(options) if options is not None else None
    flag = value.entries.get("verify_exp") if isinstance(value, Table) else None
    return options if truth(default_of(flag)) is False and not isinstance(flag, Env) else None


def _unchecked(service: Service, call: ast.Call) -> ast.expr | None:
    verify = python.keyword(call, "verify")
    if verify is not None and truth(service.value(verify)) is False:
        return verify
    options = python.keyword(call, "options", 3)
    value = service.value(options) if options is not None else None
    if options is not None and isinstance(value, Table):
        flag = value.entries.get("verify_signature")
        if truth(default_of(flag)) is False and not isinstance(flag, Env):
            return options
    return None


def _around(service: Service, call: ast.Call) -> ast.AST:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return next((each for each in service.source.parents(call) if isinstance(each, functions)), service.source.tree)


def _where(service: Service, call: ast.Call) -> str:
    return str(getattr(_around(service, call), "name", "module"))


def _checked_later(service: Service, call: ast.Call, checked: dict[ast.AST, int]) -> bool:
    """A look inside first, to find the key by which the token is then checked. `checked` is the line of the last check
    in each function that was asked about."""
    around = _around(service, call)
    if isinstance(around, ast.Module):
        return False
    if around not in checked:
        checked[around] = max((other.lineno for other in ast.walk(around) if _checks(other, service)), default=0)
    return checked[around] > call.lineno


def _checks(node: ast.AST, service: Service) -> TypeGuard[ast.Call]:
    if not isinstance(node, ast.Call) or not python.keyword(node, "algorithms", 2):
        return False
    return service.source.name(node.func).endswith("decode") and _unchecked(service, node) is None


RULES = ((SECRET, secret), (UNVERIFIED, unverified))
