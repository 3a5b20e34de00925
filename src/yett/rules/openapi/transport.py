"""How credentials reach the API."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.openapi import Api, span, word
from yett.parse.yaml import Mapping, Node, Scalar, Sequence
from yett.rules.hits import hit, short

_OAS = "https://spec.openapis.org/oas/v3.1.1.html"

HTTP = Rule(
    id="openapi/http-server",
    title="The API is reached over plain HTTP",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Clients that are made from this document send credentials and customers' data in clear.",
    fix="Name the `https` address alone.",
    refs=("CWE-319", "PCI DSS 4.2.1", _OAS + "#server-object"),
    bad=(
        """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers:
  - url: https://api.shop.example
  - url: http://api.shop.example  # <- here
security:
  - bearer: []
paths: {}
""",
        """\
swagger: "2.0"
info: {title: Shop, version: "1"}
host: api.shop.example
schemes:
  - https
  - http  # <- here
paths:
  /orders:
    get:
      schemes: [http]  # <- here
      responses: {"200": {description: orders}}
""",
    ),
    good=(
        """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers:
  - url: https://api.shop.example
  - url: http://localhost:8000
  - url: /v1
  - url: "{scheme}://api.shop.example"
    variables: {scheme: {default: https}}
paths: {}
""",
        """\
swagger: "2.0"
info: {title: Shop, version: "1"}
host: localhost:8000
schemes: [http]
paths: {}
""",
    ),
)

API_KEY = Rule(
    id="openapi/api-key-in-query",
    title="The key stands in the address",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Addresses are kept in logs, histories and Referer headers, and the key with them.",
    fix="Send it in a header: `in: header`.",
    refs=("CWE-598", "PCI DSS 8.3.2", _OAS + "#security-scheme-object"),
    bad=(
        """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
components:
  securitySchemes:
    key:
      type: apiKey
      in: query  # <- here
      name: api_key
paths: {}
""",
    ),
    good=(
        """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-API-Key}
  parameters:
    page: {in: query, name: page}
paths: {}
""",
    ),
)

BASIC = Rule(
    id="openapi/basic-auth",
    title="The password goes along with every request",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Basic authentication sends name and password each time, hardly hidden; over plain HTTP anybody on the way "
        "reads them. They cannot expire or be limited as tokens can."
    ),
    fix="Use tokens: `type: http, scheme: bearer`, or OpenID Connect.",
    refs=("CWE-522", "PCI DSS 8.3.2", "https://www.rfc-editor.org/rfc/rfc7617#section-4"),
    bad=(
        """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
components:
  securitySchemes:
    login:
      type: http
      scheme: basic  # <- here
paths: {}
""",
        """\
swagger: "2.0"
info: {title: Shop, version: "1"}
securityDefinitions:
  login:
    type: basic  # <- here
paths: {}
""",
    ),
    good=(
        """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
components:
  securitySchemes:
    login: {type: http, scheme: bearer}
paths: {}
""",
    ),
)

_CLEAR = re.compile(r"(?i)^http://(?P<host>\[[^\]]*\]|[^/:?#]*)")
_LOCAL = re.compile(
    r"(?i)^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal|.*\.(?:local|localhost|test|internal))$"
)


def http_server(api: Api) -> Iterator[Hit | Unknown]:
    for where, node in (("the API", api.root), *((f"{op.method} {op.path}", op.node) for op in api.operations)):
        yield from _servers(api, where, node)
    seen: set[int] = set()
    for operation in api.operations:
        if id(operation.item) not in seen:
            seen.add(id(operation.item))
            yield from _servers(api, operation.path, operation.item)


def _servers(api: Api, where: str, node: Mapping) -> Iterator[Hit | Unknown]:
    key = "servers" if api.version == 3 else "schemes"
    held = node.get(key)
    for item in held.items if isinstance(held, Sequence) else ():
        found = _clear(api, item)
        if isinstance(found, Unknown):
            yield found
        elif found is not None:
            said = short(found.text, 60)
            message = f"{short(where, 60)} is reached over plain HTTP, by {said}"
            fix = "`https`" if api.version == 2 else f"`{short(found.text.replace('http:', 'https:'), 60)}`"
            yield hit(span(found), message, fix=fix, subject=f"{where} {found.text}")


def _clear(api: Api, item: Node) -> Scalar | Unknown | None:
    """What says that a server is reached over plain HTTP."""
    if api.version == 2:
        host = word(api.root, "host").rpartition(":")[0] or word(api.root, "host")
        clear = isinstance(item, Scalar) and item.text.lower() == "http" and not (host and _LOCAL.match(host))
        return item if clear and isinstance(item, Scalar) else None
    url = item.get("url") if isinstance(item, Mapping) else None
    if not isinstance(item, Mapping) or not isinstance(url, Scalar):
        return None
    variable = re.match(r"\{(\w+)\}://", url.text)
    if variable:
        variables = item.get("variables")
        held = variables.get(variable[1]) if isinstance(variables, Mapping) else None
        default = held.get("default") if isinstance(held, Mapping) else None
        if not isinstance(default, Scalar):
            return Unknown(url.line, variable[1])
        return default if default.text.lower() == "http" else None
    found = _CLEAR.match(url.text)
    return url if found and not _LOCAL.match(found["host"]) and "{" not in found["host"] else None


def api_key(api: Api) -> Iterator[Hit | Unknown]:
    for scheme in api.schemes.values():
        place = scheme.node.get("in")
        if scheme.kind == "apikey" and isinstance(place, Scalar) and place.text.lower() == "query":
            message = f"the key of {short(scheme.name, 60)} stands in the address of each request"
            yield hit(span(place), message, fix="`in: header`", subject=scheme.name)


def basic(api: Api) -> Iterator[Hit | Unknown]:
    clear = any(isinstance(found, Hit) for found in http_server(api))
    for scheme in api.schemes.values():
        key = "type" if scheme.kind == "basic" else "scheme"
        said = word(scheme.node, key).lower()
        held = scheme.node.get(key)
        if held is not None and said in ("basic", "digest") and scheme.kind in ("basic", "http"):
            so = ", in clear" if clear else ""
            message = f"{short(scheme.name, 60)} sends the password along with every request{so}"
            severity = Severity.HIGH if clear else None
            fix = "`type: http` and `scheme: bearer`"
            yield hit(span(held), message, fix=fix, subject=scheme.name, severity=severity)


RULES = ((HTTP, http_server), (API_KEY, api_key), (BASIC, basic))
