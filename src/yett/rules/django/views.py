"""What single views switch off: the check against forged requests, the flags of a cookie, parameters in SQL."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse import python
from yett.parse.python import Source
from yett.parse.tree import Tree
from yett.rules.cookies import lacks
from yett.rules.django.settings import has_sessions
from yett.rules.hits import hit, short

_DOCS = "https://docs.djangoproject.com/en/5.2/"

CSRF_EXEMPT = Rule(
    id="django/csrf-exempt",
    title="A view accepts forged requests",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Any page that a customer opens can send this request in their name. Callbacks that check a signature are "
        "right to be exempt, and are not reported where their name says what they are."
    ),
    fix="Remove csrf_exempt, or let the view check a signature or token of its own.",
    refs=("CWE-352", "PCI DSS 6.2.4", _DOCS + "howto/csrf/#disabling-csrf-protection-for-just-a-few-views"),
    bad=(
        """\
# file: shop/views.py
from django.views.decorators.csrf import csrf_exempt

@csrf_exempt  # <- here
def change_address(request):
    request.user.address.update(request.POST)
""",
        """\
# file: shop/urls.py
from django.urls import path
from django.views.decorators import csrf

from shop import views

urlpatterns = [path("cart/", csrf.csrf_exempt(views.cart))]  # <- here
""",
    ),
    good=(
        """\
# file: shop/views.py
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

@csrf_exempt
def stripe_webhook(request):
    stripe.Webhook.construct_event(request.body, request.headers["Stripe-Signature"], SECRET)

@csrf_exempt
@require_safe
def prices(request):
    return JsonResponse(PRICES)
""",
        """\
# file: shop/settings.py
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "shop.middleware.token"]
# file: shop/urls.py
from django.views.decorators.csrf import csrf_exempt

urlpatterns = [path("graphql/", csrf_exempt(GraphQLView.as_view()))]
""",
    ),
)

SET_COOKIE = Rule(
    id="django/set-cookie",
    title="A cookie is set without its flags",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Such a cookie goes over plain HTTP, or scripts can read it. The defaults of set_cookie are secure=False and "
        "httponly=False."
    ),
    fix='Say all three: `secure=True, httponly=True, samesite="Lax"`.',
    refs=("CWE-614", "CWE-1004", _DOCS + "ref/request-response/#django.http.HttpResponse.set_cookie"),
    bad=(
        """\
# file: shop/views.py
from django.http import HttpResponse

def remember(request):
    response = HttpResponse()
    response.set_cookie("cart", request.session["cart"])  # <- here
    response.set_cookie("login_token", request.user.token, secure=True, httponly=False)  # <- here
    return response
""",
    ),
    good=(
        """\
# file: shop/views.py
from django.http import HttpResponse

def remember(request):
    response = HttpResponse()
    response.set_cookie("cart", request.session["cart"], secure=True, httponly=True, samesite="Lax")
    response.set_cookie("theme", "dark", secure=settings.SESSION_COOKIE_SECURE, httponly=settings.HTTPONLY)
    response.set_cookie("basket", "1", **flags)
    response.set_cookie("banner_seen", "1", secure=True)
    return response
""",
    ),
)

SQL_RAW = Rule(
    id="django/atomic-sql-raw",
    title="SQL is put together from text",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Whoever chooses a part of the text chooses the statement. Django hands parameters over apart from the SQL.",
    fix='Pass the values apart: `.raw("... WHERE name = %s", [name])`.',
    refs=("CWE-89", "PCI DSS 6.2.4", _DOCS + "topics/db/sql/#passing-parameters-into-raw"),
    bad=(
        """\
# file: shop/views.py
from shop.models import Order

def orders(request):
    name = request.GET["name"]
    return Order.objects.raw("SELECT * FROM shop_order WHERE name = '%s'" % name)  # <- here
""",
        """\
# file: shop/migrations/0002_partition.py
import os
from django.db import migrations

class Migration(migrations.Migration):
    operations = [migrations.RunSQL(f"ALTER ROLE shop PASSWORD '{os.environ['DB_PASSWORD']}'")]  # <- here
""",
    ),
    good=(
        """\
# file: shop/migrations/0002_partition.py
from django.db import migrations

TABLE = "shop_order"

def forwards(apps, schema_editor):
    order = apps.get_model("shop", "Order")
    order.objects.raw("SELECT * FROM shop_order WHERE name = %s", ["x"])
    schema_editor.execute(f"ANALYZE {order._meta.db_table}")

class Migration(migrations.Migration):
    operations = [migrations.RunSQL(f"ALTER TABLE {TABLE} ADD COLUMN note text")]
""",
    ),
)

UNVALIDATED = Rule(
    id="django/unvalidated-password",
    title="A password is set that nobody checked",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "set_password takes any text: AUTH_PASSWORD_VALIDATORS hold for forms only, and where validate_password is "
        "called."
    ),
    fix="Call `validate_password(password, user)` first.",
    refs=("CWE-521", "PCI DSS 8.3.6", _DOCS + "topics/auth/passwords/#integrating-validation"),
    bad=(
        """\
# file: shop/views.py
from django.contrib.auth import get_user_model

def reset(request, user):
    user.set_password(request.POST["password"])  # <- here
    user.save()
""",
    ),
    good=(
        """\
# file: shop/views.py
from django.contrib.auth.password_validation import validate_password

def reset(request, user):
    validate_password(request.POST["password"], user)
    user.set_password(request.POST["password"])

def forget(user, form):
    user.set_password(form.cleaned_data["password"])
    user.set_password(None)
    User().set_password(given)
""",
    ),
)

_CALLBACK = re.compile(r"(?i)webhook|hook|callback|ipn|notif|postback|gateway|receiver|report|beacon|health|ping")
_SAFE = ("require_GET", "require_safe")
_QUOTED = re.compile(r"_meta\b|quote_name|quote_ident|db_table|db_column|\bsql\.|Identifier|schema_name|settings\.")


def csrf_exempt(source: Source, tree: Tree, path: str) -> Iterator[Hit | Unknown]:
    if "csrf_exempt" not in source.text or not has_sessions(tree):
        return
    decorators: set[ast.AST] = set()
    for node in source.nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names = [source.name(_bare(each)).rpartition(".")[2] for each in node.decorator_list]
            for each in node.decorator_list:
                decorators.add(each)
                exempt = [one for one in _with_arguments(each) if source.name(one).endswith("csrf_exempt")]
                decorators.update(_with_arguments(each))
                if exempt and not _CALLBACK.search(node.name) and not set(names) & set(_SAFE):
                    message = f"{short(node.name, 60)} takes forged requests"
                    fix = f"no csrf_exempt on `{short(node.name, 60)}`"
                    yield hit(source.span(exempt[0]), message, fix=fix, subject=node.name)
    for call in source.calls():
        if call in decorators or not source.name(call.func).endswith("csrf_exempt") or not call.args:
            continue
        view = ast.unparse(call.args[0])
        if not _CALLBACK.search(view):
            message = f"{short(view, 60)} takes forged requests"
            yield hit(source.span(call.func), message, fix=f"`{short(view, 60)}` alone", subject=short(view, 200))


def _bare(decorator: ast.expr) -> ast.expr:
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def _with_arguments(decorator: ast.expr) -> list[ast.expr]:
    """A decorator, or what `method_decorator(…)` is given."""
    if not isinstance(decorator, ast.Call):
        return [decorator]
    found: list[ast.expr] = [decorator.func]
    for arg in decorator.args[:1]:
        found += arg.elts if isinstance(arg, (ast.List, ast.Tuple)) else [arg]
    return found


def set_cookie(source: Source, tree: Tree, path: str) -> Iterator[Hit | Unknown]:
    if not any(name.startswith(("django", "rest_framework")) for name in source.names.values()):
        return
    for call in source.calls():
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in ("set_cookie", "set_signed_cookie"):
            continue
        found = lacks(call, samesite=False)
        if found:
            name, missing = found
            said = f'the cookie "{short(name, 40)}"' if name else "a cookie"
            message = f"{said} is set without {' and '.join(missing)}"
            subject = name or short(ast.unparse(call), 200)
            yield hit(source.span(call.func), message, fix=f"`{', '.join(missing)}`", subject=subject)


def sql_raw(source: Source, tree: Tree, path: str) -> Iterator[Hit | Unknown]:
    in_migrations = "/migrations/" in f"/{path}"
    assigned: dict[str, ast.expr] | None = None
    for call in source.calls():
        name = source.name(call.func).rpartition(".")[2] or (
            call.func.attr if isinstance(call.func, ast.Attribute) else ""
        )
        query = call.args[0] if call.args else python.keyword(call, "sql") or python.keyword(call, "raw_query")
        if query is None or name not in ("raw", "RunSQL", "execute") or (name == "execute" and not in_migrations):
            continue
        if name == "raw" and not (isinstance(call.func, ast.Attribute) and _is_manager(call.func.value)):
            continue
        if assigned is None:
            assigned = _assignments(source)
        made = assigned.get(query.id) if isinstance(query, ast.Name) else query
        parts = [part for part in _parts(made) if not _is_fixed(part, assigned)]
        if parts:
            said = short(ast.unparse(parts[0]), 60)
            message = f"`{said}` becomes part of the SQL that {name} runs"
            outside = any("request" in ast.unparse(_traced(part, assigned)) for part in parts)
            severity = None if outside or name == "raw" else Severity.MEDIUM
            fix = "`%s` in the text, and the value in the parameters"
            yield hit(source.span(query), message, fix=fix, subject=f"{name} {said}", severity=severity)


def _is_manager(node: ast.expr) -> bool:
    return any(
        (isinstance(each, ast.Attribute) and each.attr in ("objects", "_default_manager", "_base_manager"))
        for each in ast.walk(node)
    )


def _assignments(source: Source) -> dict[str, ast.expr]:
    return {
        target.id: node.value
        for node in source.nodes
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _parts(node: ast.expr | None) -> list[ast.expr]:
    """What is put into a text: by `f""`, `%`, `.format` or `+`."""
    match node:
        case ast.JoinedStr(values=values):
            return [value.value for value in values if isinstance(value, ast.FormattedValue)]
        case ast.BinOp(left=left, op=ast.Mod(), right=right) if _has_text(left):
            return list(right.elts) if isinstance(right, ast.Tuple) else [right]
        case ast.BinOp(left=left, op=ast.Add(), right=right) if _has_text(left) or _has_text(right):
            return [part for each in (left, right) if not python.is_string(each) for part in (_parts(each) or [each])]
        case ast.Call(func=ast.Attribute(attr="format", value=base), args=args, keywords=keywords) if _has_text(base):
            return [*args, *(each.value for each in keywords)]
        case _:
            return []


def _has_text(node: ast.expr) -> bool:
    return any(python.is_string(each) for each in ast.walk(node))


def _is_fixed(node: ast.expr, assigned: dict[str, ast.expr]) -> bool:
    """Whether a part is written in the code or names a table or column."""
    if isinstance(node, ast.Constant) or _QUOTED.search(ast.unparse(node)):
        return True
    if isinstance(node, ast.Name):
        value = assigned.get(node.id)
        if node.id.isupper() and value is None:
            return True
        return value is not None and (isinstance(value, ast.Constant) or bool(_QUOTED.search(ast.unparse(value))))
    return isinstance(node, ast.Call) and node.func.__class__ is ast.Name and node.func.id in ("int", "len", "float")


def _traced(node: ast.expr, assigned: dict[str, ast.expr]) -> ast.expr:
    return assigned.get(node.id, node) if isinstance(node, ast.Name) else node


def unvalidated_password(source: Source, tree: Tree, path: str) -> Iterator[Hit | Unknown]:
    if "set_password" not in source.text or "/management/" in path or "/migrations/" in path:
        return
    for node in source.nodes:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        calls = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
        if any("validate" in ast.unparse(call.func) or "is_valid" in ast.unparse(call.func) for call in calls):
            continue
        for call in calls:
            function = call.func
            if not isinstance(function, ast.Attribute) or function.attr != "set_password" or not call.args:
                continue
            given = ast.unparse(call.args[0])
            made = re.search(r"cleaned_data|validated_data|random|token|uuid|^None$|make_", given)
            if not made and not isinstance(function.value, ast.Call) and not given.startswith("raw_password"):
                message = "the password is set without a call of validate_password"
                subject = f"{node.name} {short(given, 60)}"
                fix = f"`validate_password({short(given, 40)})`"
                yield hit(source.span(function), message, fix=fix, subject=subject)


CONTEXT = Rule(
    id="django/context-autoescape",
    title="A template is rendered with nothing escaped",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why=(
        "`Context(…, autoescape=False)` makes HTML, scripts included, of what customers wrote. `autoescape` among the "
        "values of a template does nothing by itself, but says what somebody wanted."
    ),
    fix="Leave it out, and mark the one value that is HTML with format_html.",
    refs=("CWE-79", "PCI DSS 6.2.4", _DOCS + "ref/templates/api/#django.template.Context"),
    bad=(
        """\
# file: shop/views.py
from django.shortcuts import render
from django.template import Context

def search(request, template):
    page = template.render(Context({"words": request.GET["q"]}, autoescape=False))  # <- here
    return render(request, "search.html", {"page": page, "autoescape": False})  # <- here
""",
    ),
    good=(
        """\
# file: shop/views.py
from django.shortcuts import render

def search(request):
    return render(request, "search.html", {"words": request.GET["q"]})
""",
    ),
)


def context_autoescape(source: Source, tree: Tree, path: str) -> Iterator[Hit | Unknown]:
    if "autoescape" not in source.text:
        return
    for node in source.nodes:
        if isinstance(node, ast.Dict) and not _is_options(source, node):
            for key, value in zip(node.keys, node.values, strict=True):
                if _is_named(key) and _is_off(value):
                    yield hit(
                        source.span(value), "the values of a template ask for no escaping", subject=_near(source, node)
                    )
        elif isinstance(node, ast.Call) and source.name(node.func).rpartition(".")[2] in ("Context", "Engine"):
            given = python.keyword(node, "autoescape")
            if given is not None and _is_off(given):
                yield hit(source.span(given), "what this renders is not escaped", subject=_near(source, node))


def _is_named(key: ast.expr | None) -> bool:
    return isinstance(key, ast.Constant) and key.value == "autoescape"


def _is_off(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


def _is_options(source: Source, node: ast.Dict) -> bool:
    """Whether it is the OPTIONS of an engine, which are settings."""
    return any(
        isinstance(each, ast.Dict)
        and any(isinstance(key, ast.Constant) and key.value == "OPTIONS" for key in each.keys)
        for each in source.parents(node)
    )


def _near(source: Source, node: ast.AST) -> str:
    inside = next((each for each in source.parents(node) if isinstance(each, (ast.FunctionDef, ast.ClassDef))), None)
    return f"{inside.name if inside else 'module'} autoescape"


RULES = (
    (CONTEXT, context_autoescape),
    (CSRF_EXEMPT, csrf_exempt),
    (SET_COOKIE, set_cookie),
    (SQL_RAW, sql_raw),
    (UNVALIDATED, unvalidated_password),
)
