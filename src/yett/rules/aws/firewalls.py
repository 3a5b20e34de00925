"""Web application firewalls and what stands without one."""

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
    # What stands behind CloudFront is filtered there.
    if next(module.of("aws_cloudfront_distribution"), None) is not None:
        return
    if not module.whole or any(module.elsewhere(kind, "resource_arn") for kind in _ASSOCIATIONS):
        yield Unknown(resource.span.line, "an association whose resource only a run knows")
        return
    if resource.kind == "aws_api_gateway_stage" and _is_private(resource, module):
        return
    yield hit(resource.span, f"{resource.label} has no firewall", subject=f"{resource.address} firewall")


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


WAF_WEAK = Rule(
    id="aws/waf-weak",
    title="Web application firewall that filters nothing",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="An ACL without rules, or whose rules all only count, lets every attack through; without the managed groups for"
    " common flaws and known bad input it has to know them all itself.",
    fix=(
        "Add `AWSManagedRulesCommonRuleSet` and `AWSManagedRulesKnownBadInputsRuleSet` with `override_action"
        " { none {} }`."
    ),
    refs=(
        "CWE-693",
        "PCI DSS 6.4.2",
        "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html",
    ),
    bad=(
        """\
resource "aws_wafv2_web_acl" "empty" { # <- here
  scope = "REGIONAL"
  default_action {
    allow {}
  }
}

resource "aws_wafv2_web_acl" "counts" {
  scope = "REGIONAL"
  rule { # <- here
    name     = "common"
    priority = 1
    override_action {
      count {}
    }
    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesCommonRuleSet"
        vendor_name = "AWS"
      }
    }
  }
}

resource "aws_wafv2_web_acl" "spares" {
  scope = "REGIONAL"
  rule {
    name     = "inputs"
    priority = 1
    override_action {
      none {}
    }
    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesKnownBadInputsRuleSet"
        vendor_name = "AWS"
        rule_action_override { # <- here
          name = "Log4JRCE_HEADER"
          action_to_use {
            count {}
          }
        }
      }
    }
  }
}
""",
    ),
    good=(
        """\
resource "aws_wafv2_web_acl" "shop" {
  scope = "REGIONAL"
  rule {
    name     = "common"
    priority = 1
    override_action {
      none {}
    }
    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesCommonRuleSet"
        vendor_name = "AWS"
      }
    }
  }
  rule {
    name     = "inputs"
    priority = 2
    override_action {
      none {}
    }
    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesKnownBadInputsRuleSet"
        vendor_name = "AWS"
      }
    }
  }
}
""",
    ),
)


def waf_weak(resource: Resource, _module: Module) -> Found:
    rules = list(resource.each("rule"))
    if any(isinstance(rule, Unresolved) for rule in rules) or resource.body.more:
        yield Unknown(resource.span.line, "rules that only a run knows")
        return
    known_rules = [rule for rule in rules if isinstance(rule, Map) and (list(rule.names()) or rule.more)]
    if not known_rules:
        if not resource.has("default_action.block"):
            yield hit(resource.span, f"{resource.label} has no rules", subject=f"{resource.address} rules")
        return
    for rule in known_rules:
        yield from _spared(resource, rule)
    counting = [rule for rule in known_rules if rule.has("override_action.count", "action.count")]
    for rule in counting if len(counting) < len(known_rules) else ():
        group = known(rule.find("statement.managed_rule_group_statement.name")) or ""
        if group in ("AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesCommonRuleSet"):
            yield hit(
                rule.span,
                f"{resource.label} only counts what {group} finds",
                subject=f"{resource.address} {group}",
            )
    if len(counting) == len(known_rules):
        yield hit(
            counting[0].span,
            f"{resource.label} only counts what its rules find",
            fix="Write `override_action { none {} }`, or an `action` of `block`.",
            subject=f"{resource.address} count",
        )


def _spared(resource: Resource, rule: Map) -> Found:
    """The rule against Log4Shell, left out of its managed group or made to count."""
    path = "statement.managed_rule_group_statement"
    for block in (
        *rule.each(f"{path}.excluded_rule"),
        *rule.each(f"{path}.excluded_rules"),
        *rule.each(f"{path}.rule_action_override"),
        *rule.each(f"{path}.rule_action_overrides"),
    ):
        if isinstance(block, Map) and (known(block.get("name")) or "").startswith("Log4JRCE"):
            override = block.find("action_to_use")
            if override is None or (isinstance(override, Map) and override.written("count") is not None):
                yield hit(
                    block.span,
                    f"{resource.label} only counts what Log4JRCE finds",
                    subject=f"{resource.address} Log4JRCE",
                )


def waf_classic(resource: Resource, _module: Module) -> Found:
    every = (*resource.each("rules"), *resource.each("rule"))
    rules = [rule for rule in every if not isinstance(rule, Map) or list(rule.names())]
    if not rules and not resource.body.more:
        default = known(resource.find("default_action.type"))
        if default != "BLOCK":
            yield hit(resource.span, f"{resource.label} has no rules", subject=f"{resource.address} rules")


WAF_LOGS = Rule(
    id="aws/waf-no-logs",
    title="Web application firewall that keeps no log",
    severity=Severity.LOW,
    level=Action.WARN,
    why="Without the log nobody can tell an attack that was stopped from a customer who was. It is off by default.",
    fix="Add an `aws_wafv2_web_acl_logging_configuration`.",
    refs=("CWE-778", "PCI DSS 10.2.1", "https://docs.aws.amazon.com/waf/latest/developerguide/logging.html"),
    bad=(
        """\
resource "aws_wafv2_web_acl" "shop" { # <- here
  scope = "REGIONAL"
}
""",
    ),
    good=(
        """\
resource "aws_wafv2_web_acl" "shop" {
  scope = "REGIONAL"
}

resource "aws_wafv2_web_acl_logging_configuration" "shop" {
  resource_arn            = aws_wafv2_web_acl.shop.arn
  log_destination_configs = [aws_cloudwatch_log_group.waf.arn]
}
""",
    ),
)


def waf_logs(resource: Resource, module: Module) -> Found:
    kind = "aws_wafv2_web_acl_logging_configuration"
    if resource.has("logging_configuration") or module.about(resource, kind, "resource_arn"):
        return
    if not module.whole or module.elsewhere(kind, "resource_arn"):
        yield Unknown(resource.span.line, "a logging configuration whose ACL only a run knows")
    else:
        yield hit(resource.span, f"{resource.label} keeps no log", subject=f"{resource.address} log")


WAF_RATE = Rule(
    id="aws/waf-rate-limit",
    title="Web application firewall without a rate limit",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Nothing slows a flood, or a list of stolen passwords that is tried one after the other.",
    fix="Add a rule with `rate_based_statement { limit = 2000 }` that blocks.",
    refs=(
        "CWE-770",
        "CWE-307",
        "https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html",
    ),
    bad=(
        """\
resource "aws_wafv2_web_acl" "shop" { # <- here
  scope = "REGIONAL"
  rule {
    name     = "common"
    priority = 1
    override_action {
      none {}
    }
    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesCommonRuleSet"
        vendor_name = "AWS"
      }
    }
  }
}
""",
    ),
    good=(
        """\
resource "aws_wafv2_web_acl" "shop" {
  scope = "REGIONAL"
  rule {
    name     = "brake"
    priority = 1
    action {
      block {}
    }
    statement {
      rate_based_statement {
        limit              = 2000
        aggregate_key_type = "IP"
      }
    }
  }
}
""",
    ),
)


def waf_rate(resource: Resource, _module: Module) -> Found:
    unclear = resource.body.more
    for rule in resource.each("rule"):
        if isinstance(rule, Unresolved):
            unclear = True
        elif rule.has("statement.rate_based_statement"):
            return
        elif rule.has("statement.rule_group_reference_statement"):
            unclear = True
    if unclear:
        yield Unknown(resource.span.line, "rules that only a run knows")
    else:
        yield hit(resource.span, f"{resource.label} has no rate limit", subject=f"{resource.address} rate")


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
    ),
)


def shield(resource: Resource, module: Module) -> Found:
    if resource.format != "terraform" or (resource.kind == "aws_lb" and is_internal(resource)):
        return
    if module.about(resource, "aws_shield_protection", "resource_arn"):
        return
    if module.elsewhere("aws_shield_protection", "resource_arn") or not module.whole:
        yield Unknown(resource.span.line, "a protection whose resource only a run knows")
    else:
        yield hit(resource.span, f"{resource.label} has no Shield Advanced", subject=f"{resource.address} shield")


_ENTRIES = ("aws_lb", "aws_cloudfront_distribution", "aws_route53_zone", "aws_eip")


_FIREWALLED = ("aws_lb", "aws_api_gateway_stage", "aws_appsync_graphql_api")


CHECKS = (
    Check(ALB_WAF, _FIREWALLED, alb_waf),
    Check(WAF_WEAK, ("aws_wafv2_web_acl",), waf_weak),
    Check(WAF_WEAK, ("aws_waf_web_acl", "aws_wafregional_web_acl"), waf_classic),
    Check(WAF_LOGS, ("aws_wafv2_web_acl", "aws_waf_web_acl", "aws_wafregional_web_acl"), waf_logs),
    Check(WAF_RATE, ("aws_wafv2_web_acl",), waf_rate),
    Check(SHIELD, _ENTRIES, shield),
)
