"""API Gateway: who is asked who they are, how it is spoken to, what is checked."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Module, Resource, Unresolved, known, truth
from yett.rules.aws.need import Need, absent, bad, kinds_of, needs
from yett.rules.cloud import Check

Found = Iterator[Hit | Unknown]
_API = "https://docs.aws.amazon.com/apigateway/latest/developerguide/"

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
    Check(APIGW_AUTH, ("aws_api_gateway_method", "aws_apigatewayv2_route"), apigw_auth),
    Check(APIGW_TLS, kinds_of(*_TLS_NEEDS), needs(*_TLS_NEEDS)),
    Check(VALIDATION, kinds_of(*_VALIDATION_NEEDS), needs(*_VALIDATION_NEEDS)),
)
