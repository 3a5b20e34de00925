"""Who may call the API."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.openapi import Api, Operation, span, word
from yett.parse.yaml import Mapping
from yett.rules.hits import hit, short

_OAS = "https://spec.openapis.org/oas/v3.1.1.html"

NO_SECURITY = Rule(
    id="openapi/no-security",
    title="The document asks nobody who they are",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why=(
        "Clients and gateways that are made from it let everybody call everything. The default of OpenAPI for "
        "`security` is to ask for nothing."
    ),
    fix="Define a scheme, and ask for it at the top of the document: `security: [{bearer: []}]`.",
    refs=("CWE-306", "PCI DSS 8.3.1", _OAS + "#security-requirement-object"),
    bad=(
        """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:  # <- here
  /orders:
    get:
      responses: {"200": {description: orders}}
""",
        """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
security: []  # <- here
paths:
  /orders:
    get:
      responses: {"200": {description: orders}}
""",
        """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders:
    get:
      security: [{bearer: []}]
      responses: {"200": {description: orders}}
    post:  # <- here
      responses: {"201": {description: ordered}}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
""",
    ),
    good=(
        """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
security: [{bearer: []}]
paths:
  /orders:
    get:
      responses: {"200": {description: orders}}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
""",
        """\
openapi: 3.1.0
info: {title: Types of the shop, version: "1"}
components:
  schemas:
    Order: {type: object}
""",
    ),
)

OPEN_WRITE = Rule(
    id="openapi/unsecured-operation",
    title="An operation that writes asks nobody who they are",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="An empty `security` takes back what the document asks for, and so does an empty requirement among others.",
    fix="Remove the operation's `security`, or name a scheme in it.",
    refs=("CWE-306", "PCI DSS 8.3.1", _OAS + "#operation-object"),
    bad=(
        """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
security: [{bearer: []}]
paths:
  /orders:
    post:
      security: []  # <- here
      responses: {"201": {description: ordered}}
    delete:
      security: [{bearer: []}, {}]  # <- here
      responses: {"204": {description: gone}}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
""",
    ),
    good=(
        """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
security: [{bearer: []}]
paths:
  /login:
    post:
      security: []
      responses: {"200": {description: token}}
  /orders:
    post:
      responses: {"201": {description: ordered}}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
""",
    ),
)

UNDEFINED = Rule(
    id="openapi/undefined-scheme",
    title="A security scheme is asked for that is not defined",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Tools skip what they do not know, so that what looks protected is open.",
    fix="Define it under `components: securitySchemes:`, or correct its name.",
    refs=("CWE-306", "PCI DSS 8.3.1", _OAS + "#security-requirement-object"),
    bad=(
        """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
security:
  - berer: []  # <- here
paths: {}
components:
  securitySchemes:
    bearer: {type: http, scheme: bearer}
""",
    ),
    good=(
        """\
swagger: "2.0"
info: {title: Shop, version: "1"}
security:
  - bearer: []
paths: {}
securityDefinitions:
  bearer: {type: apiKey, in: header, name: Authorization}
""",
    ),
)

FLOW = Rule(
    id="openapi/weak-oauth-flow",
    title="Tokens are got by a flow that gives them away",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "The implicit flow puts the token into an address, and the password flow hands the customer's password to the "
        "client. RFC 9700 advises against the first and forbids the second."
    ),
    fix="Use `authorizationCode` with PKCE, or `clientCredentials` between services.",
    refs=("CWE-522", "PCI DSS 8.3.1", "https://www.rfc-editor.org/rfc/rfc9700#section-2.1.2"),
    bad=(
        """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
components:
  securitySchemes:
    oauth:
      type: oauth2
      flows:
        implicit:  # <- here
          authorizationUrl: https://shop.example/authorize
          scopes: {}
        password:  # <- here
          tokenUrl: https://shop.example/token
          scopes: {}
paths: {}
""",
        """\
swagger: "2.0"
info: {title: Shop, version: "1"}
securityDefinitions:
  oauth:
    type: oauth2
    flow: implicit  # <- here
    authorizationUrl: https://shop.example/authorize
    scopes: {}
paths: {}
""",
    ),
    good=(
        """\
openapi: 3.1.0
info: {title: Shop, version: "1"}
components:
  securitySchemes:
    oauth:
      type: oauth2
      flows:
        authorizationCode:
          authorizationUrl: https://shop.example/authorize
          tokenUrl: https://shop.example/token
          scopes: {}
paths: {}
""",
    ),
)

_WRITES = ("post", "put", "patch", "delete")
_PUBLIC = re.compile(
    r"(?i)log-?in|log-?out|sign-?(?:in|up)|regist|token|auth|session|password|forgot|reset|verify|webhook|hook|callback"
    r"|health|ping|status|contact|search|newsletter|subscri|csrf|public|metrics|\.well-known"
)


def no_security(api: Api) -> Iterator[Hit | Unknown]:
    overall = api.security(api.root)
    held = api.root.get("security")
    if overall is not None:
        if held is not None and not (overall and all(requirement.names for requirement in overall)):
            some = any(requirement.names for requirement in overall)
            message = "the document takes callers who say nothing too" if some else "the document asks for nothing"
            yield hit(span(held), message, fix="`security: [{bearer: []}]`", subject="security")
        return
    open_to_all = [each for each in api.operations if each.node.get("security") is None]
    paths = api.root.key("paths")
    if not open_to_all or paths is None:
        return
    if len(open_to_all) == len(api.operations):
        message = "neither the document nor any of its operations asks who is calling"
        yield hit(span(paths), message, fix="`security: [{bearer: []}]`", subject="security")
        return
    for operation in open_to_all:
        if operation.method in _WRITES and not _is_public(operation):
            yield _told(operation, "asks nobody who they are")


def _told(operation: Operation, what: str) -> Hit:
    said = f"{operation.method} {short(operation.path, 60)}"
    return hit(span(operation.key), f"{said} {what}", fix="`security: [{bearer: []}]`", subject=said)


def _is_public(operation: Operation) -> bool:
    return _PUBLIC.search(operation.path + " " + word(operation.node, "operationId")) is not None


def open_write(api: Api) -> Iterator[Hit | Unknown]:
    for operation in api.operations:
        asked = api.security(operation.node)
        held = operation.node.get("security")
        if asked is None or held is None or (asked and all(requirement.names for requirement in asked)):
            continue
        writes = operation.method in _WRITES
        if writes and _is_public(operation):
            continue
        said = f"{operation.method} {short(operation.path, 60)}"
        severity = None if writes else Severity.INFO
        message = f"{said} asks nobody who they are"
        yield hit(span(held), message, fix=f"no `security` at {said}", subject=said, severity=severity)


def undefined(api: Api) -> Iterator[Hit | Unknown]:
    if not api.schemes and _is_piece(api):
        yield Unknown(1, "the security schemes of the description that this is a piece of")
        return
    asked = [("the document", api.root), *((f"{each.method} {each.path}", each.node) for each in api.operations)]
    for where, node in asked:
        for requirement in api.security(node) or ():
            for name in requirement.names:
                if name.text not in api.schemes and not _is_elsewhere(api):
                    message = f"{short(where, 60)} asks for {short(name.text, 60)}, which is not defined"
                    fix = f"`{short(name.text, 60)}` among the security schemes"
                    yield hit(span(name), message, fix=fix, subject=f"{where} {name.text}")


def _is_piece(api: Api) -> bool:
    """Whether a document has no title, which every description must have: it is put together with others."""
    info = api.root.get("info")
    return not isinstance(info, Mapping) or info.get("title") is None


def _is_elsewhere(api: Api) -> bool:
    """Whether the schemes are taken from another file."""
    components = api.root.get("components")
    schemes = (
        components.get("securitySchemes") if isinstance(components, Mapping) else api.root.get("securityDefinitions")
    )
    return any(isinstance(each, Mapping) and each.get("$ref") is not None for each in (components, schemes))


def flow(api: Api) -> Iterator[Hit | Unknown]:
    for scheme in api.schemes.values():
        if scheme.kind != "oauth2":
            continue
        flows = scheme.node.get("flows")
        keys = [flows.key(name) for name in ("implicit", "password")] if isinstance(flows, Mapping) else []
        single = scheme.node.get("flow")
        said = word(scheme.node, "flow")
        for place in (*keys, single if said in ("implicit", "password") else None):
            if place is not None:
                name = said or getattr(place, "text", "")
                message = f"{short(scheme.name, 60)} gives tokens by the {name} flow"
                yield hit(span(place), message, fix="`authorizationCode`", subject=f"{scheme.name} {name}")


RULES = ((NO_SECURITY, no_security), (OPEN_WRITE, open_write), (UNDEFINED, undefined), (FLOW, flow))
