"""What functions may do, and who may call them."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Map, Resource, Unresolved, known, texts, truth
from yett.rules.cloud import unknown
from yett.rules.hits import hit, short

Found = Iterator[Hit | Unknown]
_DOCS = "https://www.serverless.com/framework/docs/providers/aws/"

STAR = Rule(
    id="serverless/iam-star",
    title="Function that may do everything",
    severity=Severity.HIGH,
    why="One flaw in one function is then a flaw of the whole account: each function of the service shares the role of"
    " the provider.",
    fix="List the actions, and the resources they are for.",
    refs=("CWE-250", "PCI DSS 7.2.5", _DOCS + "guide/iam"),
    bad=(
        """\
service: shop
provider:
  name: aws
  iam:
    role:
      statements:
        - Effect: Allow
          Action: "*" # <- here
          Resource: arn:aws:s3:::shop/*
        - Effect: Allow
          Action: dynamodb:*
          Resource: "*" # <- here
""",
    ),
    good=(
        """\
service: shop
provider:
  name: aws
  iam:
    role:
      statements:
        - Effect: Allow
          Action: [dynamodb:GetItem, dynamodb:PutItem]
          Resource: !GetAtt Orders.Arn
        - Effect: Allow
          Action: ec2:DescribeRegions
          Resource: "*"
        - Effect: Allow
          Action: ${self:custom.actions}
          Resource: "*"
        - Effect: Deny
          Action: "*"
          Resource: "*"
""",
    ),
)


def star(resource: Resource) -> Found:
    for path in ("iam.role.statements", "iamRoleStatements"):
        for statement in resource.each(path):
            if isinstance(statement, Unresolved):
                yield unknown(statement)
                continue
            if known(statement.get("Effect")) != "Allow":
                continue
            actions = list(texts(statement.get("Action")))
            for action in actions:
                if isinstance(action, Unresolved):
                    yield unknown(action)
            everything = next((action for action in actions if known(action) in ("*", "*:*")), None)
            if everything is not None:
                yield hit(
                    everything.span,
                    f"{resource.label} may do everything",
                    subject=f"{resource.address} {_named(statement)} action",
                )
                continue
            whole = [short(known(action) or "") for action in actions if (known(action) or "").endswith(":*")]
            for each in texts(statement.get("Resource")) if whole else ():
                if known(each) == "*":
                    yield hit(
                        each.span,
                        f"{resource.label} may do {', '.join(whole)} to every resource",
                        subject=f"{resource.address} {','.join(whole)} resource",
                    )


def _named(statement: Map) -> str:
    return known(statement.get("Sid")) or ",".join(
        sorted(known(each) or "" for each in texts(statement.get("Resource")))
    )


PUBLIC = Rule(
    id="serverless/public-resources",
    title="Function that every site or everybody may call",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="An event of the internet without an authorizer lets everybody call the function; one that allows every origin"
    " with credentials lets every site act for a customer who is logged in.",
    fix="Name an `authorizer`, and the origins of your shop.",
    refs=("CWE-732", "CWE-942", "PCI DSS 7.2.1", _DOCS + "events/apigateway"),
    bad=(
        """\
service: shop
provider:
  name: aws
functions:
  refund:
    handler: refund.handler
    events:
      - http: # <- here
          path: refund
          method: post
      - http:
          path: cart
          method: get
          authorizer: aws_iam
          cors:
            origin: "*" # <- here
            allowCredentials: true
""",
    ),
    good=(
        """\
service: shop
provider:
  name: aws
functions:
  refund:
    handler: refund.handler
    events:
      - http:
          path: refund
          method: post
          authorizer: aws_iam
      - http:
          path: hook
          method: post
          private: true
      - sqs: arn:aws:sqs:eu-west-1:111122223333:orders
""",
    ),
)


def public(resource: Resource) -> Found:
    for event in resource.each("events"):
        if not isinstance(event, Map):
            continue
        for kind in ("http", "httpApi"):
            value = event.get(kind)
            span = event.key(kind)
            if value is None or span is None:
                continue
            if isinstance(value, Unresolved):
                yield unknown(value)
                continue
            closed = isinstance(value, Map) and (value.has("authorizer") or truth(value.get("private")) is True)
            method = (known(value.get("method")) if isinstance(value, Map) else known(value) or "") or ""
            where = known(value.get("path")) if isinstance(value, Map) else known(value)
            # Reading is as a rule meant for everybody; what changes something is not.
            if (
                not closed
                and kind == "http"
                and method.split(" ")[0].lower() in ("post", "put", "patch", "delete", "any")
            ):
                yield hit(
                    span,
                    f"{resource.label} may be called by everybody",
                    subject=f"{resource.address} {kind} {method} {where}",
                    severity=Severity.MEDIUM,
                )
            cors = value.get("cors") if isinstance(value, Map) else None
            if isinstance(cors, Map) and truth(cors.get("allowCredentials")) is True:
                for origin in (
                    *texts(cors.get("origin")),
                    *texts(cors.get("origins")),
                    *texts(cors.get("allowedOrigins")),
                ):
                    if known(origin) == "*":
                        yield hit(
                            origin.span,
                            f"{resource.label} lets every site act for a customer",
                            subject=f"{resource.address} {kind} {where} cors",
                        )


RULES = ((STAR, star), (PUBLIC, public))
