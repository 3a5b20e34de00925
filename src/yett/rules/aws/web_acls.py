"""Access control lists of web application firewalls: what they filter, and what they write down."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Map, Module, Resource, Unresolved, known
from yett.rules.cloud import Check
from yett.rules.hits import hit

Found = Iterator[Hit | Unknown]

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


KNOWN_INPUTS = Rule(
    id="aws/waf-known-bad-inputs",
    title="Web application firewall without the rules for known bad input",
    severity=Severity.LOW,
    level=Action.INFO,
    why="`AWSManagedRulesKnownBadInputsRuleSet` stops requests that try published flaws, as that of Log4j"
    " (CVE-2021-44228); an ACL without it has to know them all itself.",
    fix="Add the managed group `AWSManagedRulesKnownBadInputsRuleSet` with `override_action { none {} }`.",
    refs=(
        "CWE-693",
        "PCI DSS 6.4.2",
        "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html",
    ),
    bad=(
        """\
resource "aws_wafv2_web_acl" "shop" { # <- here
  scope = "REGIONAL"
  rule {
    name     = "addresses"
    priority = 1
    override_action {
      none {}
    }
    statement {
      managed_rule_group_statement {
        name        = "AWSManagedRulesAnonymousIpList"
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
    name     = "inputs"
    priority = 1
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

resource "aws_wafv2_web_acl" "vendor" {
  scope = "REGIONAL"
  rule {
    name     = "vendor"
    priority = 1
    override_action {
      none {}
    }
    statement {
      rule_group_reference_statement {
        arn = aws_wafv2_rule_group.vendor.arn
      }
    }
  }
}
""",
    ),
)


def known_inputs(resource: Resource, _module: Module) -> Found:
    """An ACL that has rules, none of which could be those for known bad input: not a group of one's own, nor one of
    another vendor."""
    rules = list(resource.each("rule"))
    if not rules or resource.body.more:
        return
    for rule in rules:
        if not isinstance(rule, Map) or rule.more or rule.has("statement.rule_group_reference_statement"):
            return
        group = rule.find("statement.managed_rule_group_statement")
        if isinstance(group, Unresolved):
            return
        if isinstance(group, Map):
            name, vendor = group.get("name"), group.find("vendor_name")
            if known(name) in (None, "AWSManagedRulesKnownBadInputsRuleSet") or known(vendor) != "AWS":
                return
    yield hit(
        resource.span, f"{resource.label} lacks the rules for known bad input", subject=f"{resource.address} inputs"
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


CHECKS = (
    Check(WAF_WEAK, ("aws_wafv2_web_acl",), waf_weak),
    Check(WAF_WEAK, ("aws_waf_web_acl", "aws_wafregional_web_acl"), waf_classic),
    Check(KNOWN_INPUTS, ("aws_wafv2_web_acl",), known_inputs),
    Check(WAF_LOGS, ("aws_wafv2_web_acl", "aws_waf_web_acl", "aws_wafregional_web_acl"), waf_logs),
    Check(WAF_RATE, ("aws_wafv2_web_acl",), waf_rate),
)
