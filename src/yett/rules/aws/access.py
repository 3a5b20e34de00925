"""Who may call: functions, APIs, queues, keys."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse import iam
from yett.parse.resources import Module, Resource, Unresolved, known, truth
from yett.rules.aws.need import Need, absent, bad, kinds_of, needs
from yett.rules.aws.policies import policy
from yett.rules.cloud import Check, unknown
from yett.rules.hits import hit, short
from yett.rules.iam_policy import public

Found = Iterator[Hit | Unknown]


_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"


_API = "https://docs.aws.amazon.com/apigateway/latest/developerguide/"


LAMBDA = Rule(
    id="aws/lambda-public",
    title="Function that everybody may call",
    severity=Severity.HIGH,
    why="A URL with authorization `NONE`, or a permission for `*`, is the back end without a door. A service as"
    " principal without a source calls for whichever customer of AWS asks it to.",
    fix="Use `AWS_IAM`, and name `source_arn` or `source_account`.",
    refs=(
        "CWE-306",
        "PCI DSS 7.2.1",
        "PCI DSS 8.3.1",
        "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
    ),
    bad=(
        """\
resource "aws_lambda_function_url" "refund" {
  function_name      = "refund"
  authorization_type = "NONE" # <- here
}

resource "aws_lambda_permission" "all" {
  function_name = "refund"
  action        = "lambda:InvokeFunction"
  principal     = "*" # <- here
}

resource "aws_lambda_permission" "bucket" {
  function_name = "resize"
  action        = "lambda:InvokeFunction"
  principal     = "s3.amazonaws.com" # <- here
}
""",
        """\
# file: template.yaml
Resources:
  Url:
    Type: AWS::Lambda::Url
    Properties:
      AuthType: NONE # <- here
""",
    ),
    good=(
        """\
resource "aws_lambda_function_url" "refund" {
  authorization_type = "AWS_IAM"
}

resource "aws_lambda_permission" "bucket" {
  action     = "lambda:InvokeFunction"
  principal  = "s3.amazonaws.com"
  source_arn = aws_s3_bucket.media.arn
}

resource "aws_lambda_permission" "account" {
  action    = "lambda:InvokeFunction"
  principal = "111122223333"
}
""",
    ),
)


def lambda_public(resource: Resource, _module: Module) -> Found:
    if resource.kind == "aws_lambda_permission" or resource.kind == "aws_lambda_layer_version_permission":
        yield from _permission(resource)
        return
    for path in ("authorization_type", "FunctionUrlConfig.AuthType", "url.authorizer"):
        value = resource.find(path)
        if isinstance(value, Unresolved):
            yield unknown(value)
        elif value is not None and (known(value) or "").upper() == "NONE":
            yield bad(resource, value.span, "may be called by everybody", path, '"AWS_IAM"')
    if resource.format == "serverless":
        value = resource.find("url")
        if value is not None and truth(value) is True:
            yield bad(resource, value.span, "may be called by everybody", "url", "{authorizer: aws_iam}")


def _permission(resource: Resource) -> Found:
    principal = resource.find("principal")
    if isinstance(principal, Unresolved):
        yield unknown(principal)
        return
    text = known(principal) or ""
    if principal is None or resource.has("principal_org_id", "organization_id"):
        return
    narrowed = resource.has("source_arn", "source_account", "event_source_token", "function_url_auth_type")
    if text == "*":
        # With a source only a service can fulfil it, but nothing says which.
        named = resource.has("source_arn", "source_account")
        yield bad(
            resource,
            principal.span,
            "may be called by everybody",
            "principal",
            '"apigateway.amazonaws.com"',
            Severity.MEDIUM if named else None,
        )
    elif ".amazonaws.com" in text and not narrowed and resource.kind == "aws_lambda_permission":
        severity = None if text.split(".")[0] in _FOR_ANYBODY else Severity.MEDIUM
        yield bad(
            resource,
            principal.span,
            f"may be called by {short(text)} for any account",
            "source_arn",
            "ARN",
            severity,
        )


_FOR_ANYBODY = ("s3", "sns", "events", "apigateway", "iot", "logs")
"""Services that whoever has an account can point at a function of somebody else's."""


QUEUE = Rule(
    id="aws/queue-public-policy",
    title="Queue, topic, secret or index that everybody may use",
    severity=Severity.HIGH,
    why="`*` as principal without a condition lets strangers read the messages between services, or send their own.",
    fix="Name the principals, or add a condition on `aws:SourceArn` or `aws:PrincipalOrgID`.",
    refs=("CWE-284", "PCI DSS 7.2.1", "PCI DSS 1.4.2", _IAM + "reference_policies_elements_principal.html"),
    bad=(
        """\
resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # <- here
      Action    = "sqs:SendMessage"
      Resource  = "*"
    }]
  })
}
""",
        """\
# file: template.yaml
Resources:
  Policy:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref Orders]
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: "*" # <- here
            Action: sns:Publish
            Resource: !Ref Orders
""",
    ),
    good=(
        """\
resource "aws_sqs_queue_policy" "orders" {
  queue_url = aws_sqs_queue.orders.id
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = "sqs:SendMessage"
      Resource  = "*"
      Condition = { ArnEquals = { "aws:SourceArn" = aws_sns_topic.orders.arn } }
    }]
  })
}
""",
    ),
)


_HELD = {
    "aws_sqs_queue": ("policy",),
    "aws_sqs_queue_policy": ("policy",),
    "aws_sns_topic": ("policy",),
    "aws_sns_topic_policy": ("policy",),
    "aws_secretsmanager_secret": ("policy",),
    "aws_secretsmanager_secret_policy": ("policy",),
    "aws_opensearch_domain": ("access_policies",),
    "aws_opensearch_domain_policy": ("access_policies",),
    "aws_glacier_vault": ("access_policy",),
    "aws_glacier_vault_lock": ("policy",),
    "aws_backup_vault_policy": ("policy",),
    "aws_backup_vault": ("access_policy",),
    "aws_cloudwatch_event_bus_policy": ("policy",),
    "aws_cloudwatch_event_permission": ("principal",),
    "aws_efs_file_system_policy": ("policy",),
    "aws_efs_file_system": ("file_system_policy",),
    "aws_iot_policy": (),
    "aws_media_store_container_policy": ("policy",),
    "aws_codeartifact_domain_permissions_policy": ("policy_document",),
    "aws_api_gateway_rest_api_policy": ("policy",),
    "aws_api_gateway_rest_api": ("policy",),
    "aws_vpc_endpoint": (),
}


_OTHER = (
    *("aws_glacier_vault", "aws_glacier_vault_lock", "aws_backup_vault_policy", "aws_backup_vault"),
    *("aws_efs_file_system_policy", "aws_efs_file_system", "aws_cloudwatch_event_bus_policy"),
    *("aws_api_gateway_rest_api_policy", "aws_api_gateway_rest_api", "aws_media_store_container_policy"),
    "aws_codeartifact_domain_permissions_policy",
)


def queue(resource: Resource, module: Module) -> Found:
    for path in _HELD[resource.kind]:
        if path == "principal":
            value = resource.find(path)
            if value is not None and known(value) == "*" and not resource.has("condition"):
                yield bad(resource, value.span, "lets everybody in", path, '"111122223333"')
            continue
        found = policy(resource.find(path), resource, module)
        if found is None:
            continue
        for hole in found.holes:
            yield Unknown(hole.span.line, short(hole.source))
        for statement, principal in public(found):
            action = next(iter(statement.actions or statement.not_actions), None)
            what = f" {action.text}" if action and action.known else ""
            yield hit(
                principal.name.span if principal else statement.key("NotPrincipal"),
                f"{resource.label} allows{what} to everybody",
                subject=f"{resource.address} {statement.sid}{what}",
                severity=Severity.MEDIUM if resource.kind in _OTHER else None,
            )
        yield from _all_actions(resource, found)


def _all_actions(resource: Resource, found: iam.Document) -> Found:
    """A queue or topic whose policy allows every action to somebody."""
    if resource.kind not in ("aws_sqs_queue", "aws_sqs_queue_policy", "aws_sns_topic", "aws_sns_topic_policy"):
        return
    seen = {id(statement) for statement, _ in public(found)}
    for statement in found.statements:
        if statement.allows and id(statement) not in seen:
            for action in statement.actions:
                if action.text.lower() in ("*", "sqs:*", "sns:*"):
                    yield hit(
                        action.span,
                        f"{resource.label} allows {action.text}",
                        subject=f"{resource.address} {statement.sid} {action.text}",
                        severity=Severity.MEDIUM,
                    )


KMS = Rule(
    id="aws/kms-wildcard-principal",
    title="Key that everybody may use",
    severity=Severity.CRITICAL,
    why="Whoever may decrypt with the key reads everything that it protects.",
    fix="Name the principals, or limit the statement with `kms:CallerAccount` and `kms:ViaService`.",
    refs=("CWE-284", "PCI DSS 3.6.1.3", "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html"),
    bad=(
        """\
resource "aws_kms_key" "cards" {
  enable_key_rotation = true
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" } # <- here
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}
""",
    ),
    good=(
        """\
resource "aws_kms_key" "cards" {
  enable_key_rotation = true
  policy = jsonencode({
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "kms:Decrypt"
      Resource  = "*"
      Condition = { StringEquals = { "kms:CallerAccount" = "111122223333" } }
    }]
  })
}
""",
    ),
)


def kms(resource: Resource, module: Module) -> Found:
    found = policy(resource.find("policy"), resource, module)
    for statement, principal in public(found) if found else ():
        yield hit(
            principal.name.span if principal else statement.span,
            f"{resource.label} may be used by everybody",
            subject=f"{resource.address} {statement.sid}",
        )


APIGW_AUTH = Rule(
    id="aws/apigw-no-auth",
    title="API that asks nobody who they are",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Authorization `NONE`, and a route without an authorizer, let everybody call the service behind. A method for"
    " `OPTIONS` has to be open, as browsers ask it first.",
    fix="Set an authorizer, `AWS_IAM`, or `api_key_required` as the least.",
    refs=("CWE-306", "PCI DSS 7.2.1", "PCI DSS 8.3.1", _API + "apigateway-control-access-to-api.html"),
    bad=(
        """\
resource "aws_api_gateway_method" "orders" {
  http_method   = "GET"
  authorization = "NONE" # <- here
}

resource "aws_apigatewayv2_route" "orders" { # <- here
  route_key = "GET /orders"
}
""",
        """\
# file: template.yaml
Resources:
  Orders:
    Type: AWS::ApiGateway::Method
    Properties:
      HttpMethod: POST
      AuthorizationType: NONE # <- here
""",
    ),
    good=(
        """\
resource "aws_api_gateway_method" "orders" {
  http_method   = "GET"
  authorization = "AWS_IAM"
}

resource "aws_api_gateway_method" "options" {
  http_method   = "OPTIONS"
  authorization = "NONE"
}

resource "aws_api_gateway_method" "partners" {
  http_method      = "GET"
  authorization    = "NONE"
  api_key_required = true
}
""",
    ),
)


def apigw_auth(resource: Resource, module: Module) -> Found:
    if resource.kind == "aws_api_gateway_method" and (known(resource.find("http_method")) or "").upper() == "OPTIONS":
        return
    path = "authorization" if resource.kind == "aws_api_gateway_method" else "authorization_type"
    value = resource.find(path)
    key = resource.find("api_key_required")
    if truth(key) is True:
        return
    if isinstance(value, Unresolved) or isinstance(key, Unresolved):
        yield Unknown(resource.span.line, "authorization")
    elif value is not None:
        if (known(value) or "").upper() == "NONE":
            yield bad(resource, value.span, "asks nobody who they are", path, '"AWS_IAM"')
    elif resource.kind == "aws_apigatewayv2_route" and (known(resource.find("route_key")) or "").startswith("$"):
        api = module.resolve(resource.find("api_id"), resource.path)
        if api is None or (known(api.find("protocol_type")) or "HTTP").upper() == "HTTP":
            yield absent(resource, path, "asks nobody who they are", '"JWT"')
    else:
        yield absent(resource, path, "asks nobody who they are", '"AWS_IAM"')


APIGW_TLS = Rule(
    id="aws/apigw-tls",
    title="API that still speaks early TLS",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="A domain of a REST API speaks TLS 1.0 unless `security_policy` says `TLS_1_2`.",
    fix='Set `security_policy = "TLS_1_2"`.',
    refs=("CWE-326", "PCI DSS 4.2.1", _API + "apigateway-custom-domain-tls-version.html"),
    bad=(
        """\
resource "aws_api_gateway_domain_name" "shop" {
  security_policy = "TLS_1_0" # <- here
}
""",
        """\
# file: template.yaml
Resources:
  Shop: # <- here
    Type: AWS::ApiGateway::DomainName
    Properties: {DomainName: api.shop.example}
""",
    ),
    good=(
        """\
resource "aws_api_gateway_domain_name" "shop" {
  security_policy = "TLS_1_2"
}
""",
    ),
)


def _modern(value: object) -> bool | None:
    text = known(value)  # type: ignore[arg-type]
    return None if text is None else text.startswith(("TLS_1_2", "SecurityPolicy_TLS12", "SecurityPolicy_TLS13"))


_TLS_NEEDS = (
    Need(("aws_api_gateway_domain_name",), "security_policy", _modern, "speaks early TLS", '"TLS_1_2"'),
    Need(
        ("aws_apigatewayv2_domain_name",),
        "domain_name_configuration.security_policy",
        _modern,
        "speaks early TLS",
        '"TLS_1_2"',
        absent=False,
    ),
)


VALIDATION = Rule(
    id="aws/apigw-validation",
    title="API that checks no request",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Without a validator and a model every body and parameter reaches the service as it was sent.",
    fix="Set `request_validator_id`, and a model in `request_models`.",
    refs=("CWE-20", "PCI DSS 6.2.4", _API + "api-gateway-method-request-validation.html"),
    bad=(
        """\
resource "aws_api_gateway_method" "orders" { # <- here
  http_method   = "POST"
  authorization = "AWS_IAM"
}
""",
    ),
    good=(
        """\
resource "aws_api_gateway_method" "orders" {
  http_method          = "POST"
  authorization        = "AWS_IAM"
  request_validator_id = aws_api_gateway_request_validator.shop.id
}
""",
    ),
)


_VALIDATION_NEEDS = (
    Need(
        ("aws_api_gateway_method",),
        "request_validator_id",
        lambda value: True,
        "checks no request",
        "aws_api_gateway_request_validator.NAME.id",
        when=lambda resource: (known(resource.find("http_method")) or "").upper() != "OPTIONS",
    ),
)


CHECKS = (
    Check(
        LAMBDA,
        (
            "aws_lambda_function_url",
            "aws_lambda_permission",
            "aws_lambda_function",
            "aws_lambda_layer_version_permission",
        ),
        lambda_public,
    ),
    Check(QUEUE, tuple(kind for kind, paths in _HELD.items() if paths), queue),
    Check(KMS, ("aws_kms_key", "aws_kms_replica_key", "aws_kms_key_policy", "aws_kms_external_key"), kms),
    Check(APIGW_AUTH, ("aws_api_gateway_method", "aws_apigatewayv2_route"), apigw_auth),
    Check(APIGW_TLS, kinds_of(*_TLS_NEEDS), needs(*_TLS_NEEDS)),
    Check(VALIDATION, kinds_of(*_VALIDATION_NEEDS), needs(*_VALIDATION_NEEDS)),
)
