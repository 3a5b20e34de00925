"""Who keeps a log of what was asked of it."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Map, Module, Resource, Unresolved, Value, known, objects, texts, truth
from yett.rules.aws.balancers import attribute
from yett.rules.aws.need import Need, absent, bad, is_set, kinds_of, needed, needs
from yett.rules.cloud import Check, true, unknown

Found = Iterator[Hit | Unknown]


_ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"


ACCESS_LOGS = Rule(
    id="aws/access-logs",
    title="Entry point that keeps no log of its requests",
    severity=Severity.LOW,
    level=Action.WARN,
    why="Without the log nobody sees an attack, nor what it took. It is off by default for balancers, CloudFront, API"
    " stages, clusters and databases.",
    fix="Send the log to a bucket or a log group.",
    refs=("CWE-778", "PCI DSS 10.2.1", _ELB + "load-balancer-access-logs.html"),
    bad=(
        """\
resource "aws_lb" "shop" { # <- here
  load_balancer_type = "application"
}

resource "aws_lb" "pay" {
  access_logs {
    bucket  = "shop-logs"
    enabled = false # <- here
  }
}

resource "aws_cloudfront_distribution" "shop" { # <- here
  enabled = true
}
""",
        """\
# file: template.yaml
Resources:
  Live: # <- here
    Type: AWS::ApiGateway::Stage
    Properties: {StageName: live}
""",
    ),
    good=(
        """\
resource "aws_lb" "shop" {
  access_logs {
    bucket  = "shop-logs"
    enabled = true
  }
}

resource "aws_elb" "old" {
  access_logs {
    bucket = "shop-logs"
  }
}

resource "aws_cloudfront_distribution" "shop" {
  logging_config {
    bucket = "shop-logs.s3.amazonaws.com"
  }
}

resource "aws_cloudfront_distribution" "pictures" {
  enabled = true
}

resource "aws_cloudwatch_log_delivery_source" "pictures" {
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.pictures.arn
}

resource "aws_cloudwatch_log_delivery" "pictures" {
  delivery_source_name = aws_cloudwatch_log_delivery_source.pictures.name
}
""",
    ),
)


def _audited(value: Value) -> bool | None:
    """Whether the log of who did what is among those that are kept."""
    items = list(texts(value))
    named = [known(item.get("type")) for item in objects(value) if isinstance(item, Map)] or [
        known(each) for each in items
    ]
    return True if None in named else "audit" in named


_LOG_NEEDS = (
    Need(("aws_elb",), "access_logs", lambda value: True, "keeps no log", "{ bucket = NAME }"),
    Need(("aws_elb",), "access_logs.enabled", true, "keeps no log", "true", absent=False),
    Need(
        ("aws_apigatewayv2_stage",),
        "access_log_settings.destination_arn",
        lambda value: True,
        "keeps no log",
        "ARN",
    ),
    Need(
        ("aws_api_gateway_stage",),
        "access_log_settings",
        lambda value: True,
        "keeps no log",
        "{ destination_arn = ARN }",
    ),
    Need(
        ("aws_eks_cluster",),
        "enabled_cluster_log_types",
        _audited,
        "keeps no log of its control plane",
        '["api", "audit", "authenticator"]',
    ),
    Need(
        ("aws_docdb_cluster",),
        "enabled_cloudwatch_logs_exports",
        lambda value: any(known(each) in ("audit", "profiler", None) for each in texts(value)),
        "hands its log to nobody",
        '["audit"]',
        severity=Severity.INFO,
    ),
    Need(
        ("aws_rds_cluster", "aws_db_instance", "aws_neptune_cluster"),
        "enabled_cloudwatch_logs_exports",
        is_set,
        "hands its log to nobody",
        '["audit"]',
        other=("enable_cloudwatch_logs_exports", "enable_cloudwatch_logs_export"),
        severity=Severity.INFO,
        when=lambda resource: resource.kind != "aws_db_instance" or not resource.has("db_cluster_identifier"),
    ),
    Need(("aws_mq_broker",), "logs", lambda value: True, "keeps no log", "{ general = true }", severity=Severity.INFO),
    Need(
        ("aws_msk_cluster",),
        "logging_info",
        lambda value: True,
        "keeps no log",
        "{ broker_logs {} }",
        severity=Severity.INFO,
    ),
    Need(
        ("aws_redshift_cluster",),
        "logging.enable",
        true,
        "keeps no log",
        "true",
        other=("logging_properties",),
        severity=Severity.INFO,
    ),
    Need(
        ("aws_opensearch_domain",),
        "log_publishing_options",
        lambda value: True,
        "keeps no log",
        '{ log_type = "AUDIT_LOGS" }',
        severity=Severity.INFO,
    ),
    Need(("aws_opensearch_domain",), "log_publishing_options.enabled", true, "keeps no log", "true", absent=False),
    Need(
        ("aws_appsync_graphql_api",),
        "log_config",
        lambda value: True,
        "keeps no log",
        "{ field_log_level = ALL }",
        severity=Severity.INFO,
    ),
    Need(
        ("aws_globalaccelerator_accelerator",),
        "attributes.flow_logs_enabled",
        true,
        "keeps no log",
        "true",
        severity=Severity.INFO,
    ),
)


def lb_logs(resource: Resource, _module: Module) -> Found:
    if known(resource.find("load_balancer_type")) == "gateway":
        return
    if resource.format == "cloudformation":
        value = attribute(resource, "access_logs.s3.enabled")
        path = "load_balancer_attributes"
    else:
        path = "access_logs.enabled"
        value = resource.find(path)
        if value is None and resource.has("access_logs.bucket"):
            # A block that says where to, but not that.
            yield absent(resource, path, "keeps no log", "true")
            return
    if isinstance(value, Unresolved):
        yield unknown(value)
    elif value is None:
        yield absent(resource, path, "keeps no log", "true")
    elif truth(value) is False:
        yield bad(resource, value.span, "keeps no log", path, "true")


_CF_LOG = Need(
    ("aws_cloudfront_distribution",), "logging_config", lambda value: True, "keeps no log", "{ bucket = NAME }"
)


def cf_logs(resource: Resource, module: Module) -> Found:
    """The log of a distribution is configured in it, or delivered by CloudWatch."""
    delivered = (
        module.about(source, "aws_cloudwatch_log_delivery", "delivery_source_name", "name")
        for source in module.about(resource, "aws_cloudwatch_log_delivery_source", "resource_arn")
    )
    if not any(delivered):
        yield from needed(resource, _CF_LOG)


CHECKS = (
    Check(ACCESS_LOGS, _CF_LOG.kinds, cf_logs),
    Check(ACCESS_LOGS, kinds_of(*_LOG_NEEDS), needs(*_LOG_NEEDS)),
    Check(ACCESS_LOGS, ("aws_lb",), lb_logs),
)
