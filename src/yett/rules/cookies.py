"""The flags of a cookie that Python sets: `response.set_cookie(…)` is one call in Django, Flask and Starlette."""

from __future__ import annotations

import ast
import re

from yett.parse import python

_OWN = re.compile(r"(?i)sess|auth|token|login|user|cart|jwt|sid|account|csrf|remember|secret|key")


def lacks(call: ast.Call, samesite: bool) -> tuple[str, list[str]] | None:
    """The name of the cookie ("" where it is not written there) and what the call should say, None where nothing lacks.

    A cookie that no attacker would want may be readable by scripts. A flag that comes from a variable is taken for set.
    """
    if python.is_open(call) or len(call.args) + len(call.keywords) < 2:
        return None
    key = python.keyword(call, "key", 0)
    name = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
    secure, httponly = python.keyword(call, "secure"), python.keyword(call, "httponly")
    given = python.keyword(call, "samesite")
    missing = ["secure=True"] if secure is None or _is_off(secure) else []
    wanted = bool(_OWN.search(name)) or bool(missing) or samesite
    if _is_off(httponly) or (httponly is None and wanted):
        missing.append("httponly=True")
    if samesite and (given is None or _is_off(given)):
        missing.append('samesite="Lax"')
    decided_elsewhere = secure is None and httponly is not None and not isinstance(httponly, ast.Constant)
    return (name, missing) if missing and not decided_elsewhere else None


def _is_off(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and not node.value
