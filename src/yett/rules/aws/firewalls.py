"""What stands before the internet without a firewall."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Map, Module, Resource, Unresolved, known
from yett.rules.aws.balancers import is_application, is_internal
from yett.rules.cloud import Check, unknown
from yett.rules.hits import hit

Found = Iterator[Hit | Unknown]


ALB_WAF = Rule(
    id="aws/alb-no-waf",
    title="Public entry point without a web application firewall",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Nothing filters or slows what the internet sends to it. An association in another repository is not seen here."
    ),
    fix="Add an `aws_wafv2_web_acl_association`.",
    refs=("CWE-693", "PCI DSS 6.4.2", "https://docs.aws.amazon.com/waf/latest/developerguide/waf-chapter.html"),
    bad=(
        """\
resource "aws_lb" "shop" { # <- here
  internal           = false
  load_balancer_type = "application"
}

resource "aws_elb" "old" { # <- here
  listener {
    lb_port       = 80
    lb_protocol   = "http"
    instance_port = 8080
  }
}
""",
        """\
# file: template.yaml
Resources:
  Api: # <- here
    Type: AWS::ApiGateway::Stage
    Properties:
      StageName: live
""",
    ),
    good=(
        """\
resource "aws_lb" "shop" {
  load_balancer_type = "application"
}

resource "aws_wafv2_web_acl_association" "shop" {
  resource_arn = aws_lb.shop.arn
  web_acl_arn  = aws_wafv2_web_acl.shop.arn
}

resource "aws_lb" "inside" {
  internal = true
}

resource "aws_api_gateway_stage" "live" {
  stage_name = "live"
}

resource "aws_wafregional_web_acl_association" "live" {
  resource_arn = "arn:aws:apigateway:eu-west-1::/restapis/a1b2c3/stages/live"
  web_acl_id   = aws_wafregional_web_acl.shop.id
}

resource "aws_lb" "network" {
  load_balancer_type = "network"
}

resource "aws_elb" "mail" {
  listener {
    lb_port       = 25
    lb_protocol   = "tcp"
    instance_port = 25
  }
}
""",
    ),
)


_ASSOCIATIONS = ("aws_wafv2_web_acl_association", "aws_wafregional_web_acl_association")


def alb_waf(resource: Resource, module: Module) -> Found:
    if resource.kind == "aws_lb" and (is_internal(resource) or not is_application(resource)):
        return
    if resource.kind == "aws_lb":
        for path in ("internal", "load_balancer_type", "scheme"):
            value = resource.find(path)
            if isinstance(value, Unresolved):
                yield unknown(value)
                return
    if any(module.about(resource, kind, "resource_arn") or _by_stage(resource, module, kind) for kind in _ASSOCIATIONS):
        return
    if resource.kind == "aws_elb":
        yield from _classic(resource)
        return
    # What stands behind CloudFront is filtered there.
    if next(module.of("aws_cloudfront_distribution"), None) is not None:
        return
    if not module.whole or any(module.elsewhere(kind, "resource_arn") for kind in _ASSOCIATIONS):
        yield Unknown(resource.span.line, "an association whose resource only a run knows")
        return
    if resource.kind == "aws_api_gateway_stage" and _is_private(resource, module):
        return
    yield hit(resource.span, f"{resource.label} has no firewall", subject=f"{resource.address} firewall")


def _classic(balancer: Resource) -> Found:
    """A classic balancer takes no firewall at all, which matters where it speaks HTTP to the internet."""
    protocols = {
        (known(each.get("lb_protocol") or each.get("protocol")) or "").upper()
        for path in ("listener", "listeners")
        for each in balancer.each(path)
        if isinstance(each, Map)
    }
    if protocols & {"HTTP", "HTTPS"} and not is_internal(balancer):
        yield hit(
            balancer.span,
            f"{balancer.label} has no firewall, as a classic balancer takes none",
            fix="Use an `aws_lb` and an `aws_wafv2_web_acl_association`.",
            subject=f"{balancer.address} firewall",
            severity=Severity.INFO,
        )


def _by_stage(resource: Resource, module: Module, kind: str) -> bool:
    """Whether an association names the stage by an ARN that is written out."""
    stage = known(resource.find("stage_name"))
    if resource.kind != "aws_api_gateway_stage" or not stage:
        return False
    return any((known(each.find("resource_arn")) or "").endswith(f"/stages/{stage}") for each in module.of(kind))


def _is_private(stage: Resource, module: Module) -> bool:
    """A stage of an API that is reached from a VPC alone."""
    api = module.resolve(stage.find("rest_api_id"), stage.path)
    if api is None:
        return False
    types = [known(each) for each in api.every("endpoint_configuration.types")]
    return "PRIVATE" in types


SHIELD = Rule(
    id="aws/shield",
    title="Public entry point without Shield Advanced",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Shield Standard is there for everybody; Advanced adds people who answer during a large attack, and pays for"
    " the scaling it caused. It costs a few thousand dollars a month, so that it is worth it for critical shops only.",
    fix="Add an `aws_shield_protection` where the shop is critical.",
    refs=("CWE-400", "https://docs.aws.amazon.com/waf/latest/developerguide/ddos-overview.html"),
    bad=(
        """\
resource "aws_cloudfront_distribution" "shop" { # <- here
  enabled = true
}
""",
        """\
# file: template.yaml
Resources:
  Shop: # <- here
    Type: AWS::Route53::HostedZone
    Properties: {Name: shop.example}
""",
    ),
    good=(
        """\
resource "aws_cloudfront_distribution" "shop" {
  enabled = true
}

resource "aws_shield_protection" "shop" {
  name         = "shop"
  resource_arn = aws_cloudfront_distribution.shop.arn
}
""",
        """\
# file: template.yaml
Resources:
  Address:
    Type: AWS::EC2::EIP
  Shield:
    Type: AWS::Shield::Protection
    Properties:
      Name: shop
      ResourceArn: !Sub "arn:aws:ec2:${AWS::Region}:${AWS::AccountId}:eip-allocation/${Address}"
""",
    ),
)


def shield(resource: Resource, module: Module) -> Found:
    if resource.kind == "aws_lb" and is_internal(resource):
        return
    kind = "aws_shield_protection" if resource.format == "terraform" else "AWS::Shield::Protection"
    if module.about(resource, kind, "resource_arn") or any(
        _shields(policy, resource) for policy in module.of("AWS::FMS::Policy")
    ):
        return
    if module.elsewhere(kind, "resource_arn") or not module.whole:
        yield Unknown(resource.span.line, "a protection whose resource only a run knows")
    else:
        yield hit(resource.span, f"{resource.label} has no Shield Advanced", subject=f"{resource.address} shield")


def _shields(policy: Resource, resource: Resource) -> bool:
    """Whether a policy of Firewall Manager puts Shield Advanced in front of resources of a type."""
    types = (*policy.every("resource_type"), *policy.every("resource_type_list"))
    return known(policy.find("security_service_policy_data.type")) == "SHIELD_ADVANCED" and any(
        known(each) in (resource.type, None) for each in types
    )


_ENTRIES = ("aws_lb", "aws_cloudfront_distribution", "aws_route53_zone", "aws_eip")


_FIREWALLED = ("aws_lb", "aws_elb", "aws_api_gateway_stage", "aws_appsync_graphql_api")


CHECKS = (
    Check(ALB_WAF, _FIREWALLED, alb_waf),
    Check(SHIELD, _ENTRIES, shield),
)
