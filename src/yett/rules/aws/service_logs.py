"""Which services keep a log of what they do."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Map, Module, Resource, Unresolved, Value, flat, known, texts, truth
from yett.rules.aws.need import Need, bad, kinds_of, needs, not_among, says
from yett.rules.cloud import Check, blocks, true, unknown
from yett.rules.hits import hit

Found = Iterator[Hit | Unknown]

LOGS = Rule(
    id="aws/service-logs",
    title="Service that keeps no log",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Brokers, state machines, API methods and search domains write down what they did only where they are told to;"
    " afterwards nobody can tell what happened.",
    fix="Turn the log on, and send it to a log group.",
    refs=("CWE-778", "PCI DSS 10.2.1", "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/"),
    bad=(
        """\
resource "aws_mq_broker" "orders" {
  logs {
    audit = false # <- here
  }
}

resource "aws_sfn_state_machine" "checkout" { # <- here
  name = "checkout"
}

resource "aws_msk_cluster" "events" {
  logging_info {
    broker_logs {
      cloudwatch_logs {
        enabled = false # <- here
      }
    }
  }
}
""",
        """\
# file: template.yaml
Resources:
  Search:
    Type: AWS::OpenSearchService::Domain
    Properties:
      LogPublishingOptions:
        AUDIT_LOGS:
          Enabled: false # <- here
""",
    ),
    good=(
        """\
resource "aws_mq_broker" "orders" {
  logs {
    general = true
    audit   = true
  }
}

resource "aws_sfn_state_machine" "checkout" {
  logging_configuration {
    level = "ALL"
  }
}

resource "aws_msk_cluster" "events" {
  logging_info {
    broker_logs {
      cloudwatch_logs {
        enabled = false
      }
      s3 {
        enabled = true
        bucket  = aws_s3_bucket.logs.id
      }
    }
  }
}
""",
    ),
)


def _on(value: Value) -> bool | None:
    return None if known(value) is None else truth(value) is not False


_NEEDS = (
    Need(("aws_mq_broker",), "logs.audit", _on, "keeps no audit log", "true", absent=False),
    Need(("aws_mq_broker",), "logs.general", _on, "keeps no log", "true", absent=False),
    Need(
        ("aws_sfn_state_machine",),
        "logging_configuration.level",
        not_among("off"),
        "keeps no log",
        '"ALL"',
        other=("logging.level",),
    ),
    Need(
        ("aws_sfn_state_machine",),
        "logging_configuration.include_execution_data",
        true,
        "keeps no log of what it was given",
        "true",
        absent=False,
        severity=Severity.INFO,
    ),
    Need(
        ("aws_appsync_graphql_api",),
        "log_config.field_log_level",
        not_among("none"),
        "keeps no log of its fields",
        '"ERROR"',
        absent=False,
    ),
    Need(
        ("aws_ecs_cluster",),
        "configuration.execute_command_configuration.logging",
        not_among("none"),
        "keeps no log of commands in containers",
        '"OVERRIDE"',
        absent=False,
    ),
    Need(
        ("aws_api_gateway_method_settings",),
        "settings.logging_level",
        not_among("off", ""),
        "keeps no log of executions",
        '"ERROR"',
    ),
    Need(
        ("aws_apigatewayv2_stage",),
        "default_route_settings.logging_level",
        not_among("off", ""),
        "keeps no log of executions",
        '"ERROR"',
        absent=False,
    ),
    Need(
        ("aws_codebuild_project",),
        "logs_config.cloudwatch_logs.status",
        not_among("disabled"),
        "keeps no log",
        '"ENABLED"',
        absent=False,
        when=lambda resource: (known(resource.find("logs_config.s3_logs.status")) or "DISABLED") == "DISABLED",
    ),
)

_CONTROL = frozenset(("api", "audit", "authenticator", "controllermanager", "scheduler"))


def control_plane(resource: Resource, _module: Module) -> Found:
    """The logs of a control plane of EKS: five, of which some are written. Where none is, it is an entry point without
    a log."""
    value = resource.find("enabled_cluster_log_types")
    names = [
        known(each.get("type")) if isinstance(each, Map) else known(each)
        for each in (flat((value,)) if value is not None and not isinstance(value, Unresolved) else ())
    ]
    if names and None not in names:
        left = sorted(_CONTROL.difference(str(name).lower() for name in names))
        if left and value is not None:
            yield bad(resource, value.span, f"leaves out the logs {', '.join(left)}", "enabled_cluster_log_types", "")


def stage(resource: Resource, _module: Module) -> Found:
    """CloudFormation writes into a stage what Terraform has in `aws_api_gateway_method_settings`."""
    if resource.format != "cloudformation" or resource.type != "AWS::ApiGateway::Stage" or resource.body.more:
        return
    if isinstance(resource.find("method_settings"), Unresolved):
        return
    levels = [block.get("logging_level") for block in blocks(resource, "method_settings")]
    if not any(isinstance(level, Unresolved) or (known(level) or "OFF").upper() != "OFF" for level in levels):
        yield hit(
            resource.place("method_settings"),
            f"{resource.label} keeps no log of executions",
            fix="Write `LoggingLevel: ERROR` for `ResourcePath: /*` and `HttpMethod: '*'` in `MethodSettings`.",
            subject=f"{resource.address} logging_level",
        )


_AIRFLOW = ("dag_processing_logs", "scheduler_logs", "task_logs", "webserver_logs", "worker_logs")


def airflow(resource: Resource, _module: Module) -> Found:
    inside = next(blocks(resource, "logging_configuration"), None)
    if inside is None:
        if not resource.has("logging_configuration"):
            yield hit(
                resource.span, f"{resource.label} keeps no log", subject=f"{resource.address} logging_configuration"
            )
        return
    for name in _AIRFLOW[1:]:
        value = inside.find(f"{name}.enabled")
        if isinstance(value, Unresolved):
            yield unknown(value)
        elif value is None or truth(value) is False:
            yield hit(
                inside.span if value is None else value.span,
                f"{resource.label} keeps no {name.replace('_', ' ')}",
                subject=f"{resource.address} {name}",
            )


_SINKS = ("cloudwatch_logs", "cloud_watch_logs", "firehose", "s3")


def brokers(resource: Resource, _module: Module) -> Found:
    """A broker of MSK that names places for its log, all of them off."""
    sinks = [
        (name, value)
        for name in _SINKS
        for value in (resource.find(f"logging_info.broker_logs.{name}.enabled"),)
        if value is not None
    ]
    if sinks and all(known(value) is not None and truth(value) is False for _, value in sinks):
        name, value = sinks[0]
        yield bad(resource, value.span, "keeps no log", f"logging_info.broker_logs.{name}.enabled", "true")
    elif not sinks and says(resource, "logging_info") and not resource.has("logging_info.broker_logs"):
        yield hit(
            resource.place("logging_info"), f"{resource.label} keeps no log", subject=f"{resource.address} logging_info"
        )


def search(resource: Resource, _module: Module) -> Found:
    """CloudFormation names the logs of a search domain by keys."""
    options = resource.find("log_publishing_options")
    if resource.format != "cloudformation" or not isinstance(options, Map):
        return
    for name, each in options.items():
        value = each.find("Enabled") if isinstance(each, Map) else None
        if value is not None and truth(value) is False:
            yield bad(resource, value.span, f"keeps no {name.lower().replace('_', ' ')}", name, "true")


_AUDIT = ("enabled", "all", "ddl", "dml_read", "dml_write")


def audits(resource: Resource, _module: Module) -> Found:
    """The audit log of DocumentDB is a parameter of its group; it is off by default."""
    parameters = resource.find("parameter") or resource.find("parameters")
    if isinstance(parameters, Map) and resource.format == "cloudformation":
        value = parameters.get("audit_logs")
        if value is None and not parameters.more:
            yield _silent(resource)
        elif value is not None and (known(value) or "").lower() in ("disabled", "none"):
            yield bad(resource, value.span, "keeps no audit log", "audit_logs", "enabled")
        return
    seen = False
    for block in resource.each("parameter"):
        if isinstance(block, Unresolved):
            return
        name, value = known(block.get("name")), block.get("value")
        if name is None and block.get("name") is not None:
            return
        if name == "audit_logs" and value is not None:
            seen = True
            if (known(value) or "").lower() in ("disabled", "none"):
                yield bad(resource, value.span, "keeps no audit log", "audit_logs", '"enabled"')
    if not seen and not resource.body.more and resource.format == "terraform":
        yield _silent(resource)


def _silent(resource: Resource) -> Hit:
    return hit(
        resource.span,
        f"{resource.label} keeps no audit log, as audit_logs is not set",
        subject=f"{resource.address} audit_logs",
    )


_EXPORTED = {
    "aws_neptune_cluster": "enable_cloudwatch_logs_exports",
    "aws_docdb_cluster": "enabled_cloudwatch_logs_exports",
    "aws_rds_cluster": "enabled_cloudwatch_logs_exports",
}


def exports(resource: Resource, _module: Module) -> Found:
    """What is handed to CloudWatch, where it is written and the audit log is not in it."""
    value = resource.find(_EXPORTED[resource.kind])
    if value is None or isinstance(value, Unresolved):
        return
    engine = known(resource.find("engine")) or ""
    if resource.kind == "aws_rds_cluster" and "mysql" not in engine and engine != "aurora":
        return
    names = [known(each) for each in texts(value)]
    if names and None not in names and "audit" not in names:
        yield bad(resource, value.span, "does not hand on its audit log", _EXPORTED[resource.kind], '["audit"]')


def firewalls(resource: Resource, module: Module) -> Found:
    if module.about(resource, "aws_networkfirewall_logging_configuration", "firewall_arn") or not module.whole:
        return
    if not module.elsewhere("aws_networkfirewall_logging_configuration", "firewall_arn"):
        yield hit(resource.span, f"{resource.label} keeps no log", subject=f"{resource.address} logging")


CHECKS = (
    Check(LOGS, kinds_of(*_NEEDS), needs(*_NEEDS)),
    Check(LOGS, ("aws_eks_cluster",), control_plane),
    Check(LOGS, ("aws_api_gateway_stage",), stage),
    Check(LOGS, ("aws_mwaa_environment",), airflow),
    Check(LOGS, ("aws_msk_cluster",), brokers),
    Check(LOGS, ("aws_opensearch_domain",), search),
    Check(LOGS, ("aws_docdb_cluster_parameter_group",), audits),
    Check(LOGS, tuple(_EXPORTED), exports),
    Check(LOGS, ("aws_networkfirewall_firewall",), firewalls),
)
