"""Modules of the Terraform registry that stand for one resource of AWS: those of `terraform-aws-modules`.

What such a module is given is, by and large, what the resource inside of it is given. What it is not given is up to the
version of the module: unknown, but for what `DEFAULTS` says. https://registry.terraform.io/namespaces/terraform-aws-modules
"""

from __future__ import annotations

from collections.abc import Iterator

KINDS = {
    "alb": "aws_lb",
    "apigateway-v2": "aws_apigatewayv2_stage",
    "autoscaling": "aws_launch_template",
    "cloudfront": "aws_cloudfront_distribution",
    "dynamodb-table": "aws_dynamodb_table",
    "ec2-instance": "aws_instance",
    "ecr": "aws_ecr_repository",
    "efs": "aws_efs_file_system",
    "eks": "aws_eks_cluster",
    "elasticache": "aws_elasticache_replication_group",
    "elb": "aws_elb",
    "kms": "aws_kms_key",
    "lambda": "aws_lambda_function",
    "msk-kafka-cluster": "aws_msk_cluster",
    "opensearch": "aws_opensearch_domain",
    "rds": "aws_db_instance",
    "rds-aurora": "aws_rds_cluster",
    "redshift": "aws_redshift_cluster",
    "s3-bucket": "aws_s3_bucket",
    "secrets-manager": "aws_secretsmanager_secret",
    "security-group": "aws_security_group",
    "sns": "aws_sns_topic",
    "sqs": "aws_sqs_queue",
    "ssm-parameter": "aws_ssm_parameter",
    "vpc": "aws_subnet",
}

ALIASES = {
    "aws_dynamodb_table": {
        "point_in_time_recovery.enabled": "point_in_time_recovery_enabled",
        "server_side_encryption.enabled": "server_side_encryption_enabled",
    },
    "aws_ecr_repository": {
        "image_tag_mutability": "repository_image_tag_mutability",
        "image_scanning_configuration.scan_on_push": "repository_image_scan_on_push",
        "policy": "repository_policy",
    },
    "aws_eks_cluster": {
        "vpc_config.endpoint_public_access": "cluster_endpoint_public_access",
        "vpc_config.public_access_cidrs": "cluster_endpoint_public_access_cidrs",
        "encryption_config": "cluster_encryption_config",
    },
    "aws_lambda_function": {"environment.variables": "environment_variables"},
    "aws_rds_cluster": {"password": "master_password"},
    "aws_sqs_queue": {"policy": "queue_policy"},
    "aws_sns_topic": {"policy": "topic_policy"},
    "aws_ecs_service": {"network_configuration.assign_public_ip": "assign_public_ip"},
}


DEFAULTS: dict[str, tuple[tuple[str, str | bool | None, int], ...]] = {
    "alb": (
        ("drop_invalid_header_fields", False, 9),
        ("access_logs", None, 0),
        ("load_balancer_type", "application", 0),
    ),
    "dynamodb-table": (("point_in_time_recovery_enabled", False, 0),),
    "eks": (("cluster_endpoint_public_access", True, 19), ("cluster_encryption_config", None, 19)),
    "elb": (("access_logs", None, 0),),
    "rds": (
        ("iam_database_authentication_enabled", False, 0),
        ("publicly_accessible", False, 0),
        ("enabled_cloudwatch_logs_exports", None, 0),
        ("replicate_source_db", None, 0),
        ("snapshot_identifier", None, 0),
    ),
    "redshift": (("encrypted", False, 4),),
    "s3-bucket": (("versioning", None, 0), ("logging", None, 0)),
    "secrets-manager": (("kms_key_id", None, 0),),
    "vpc": (("enable_flow_log", False, 0), ("map_public_ip_on_launch", True, 4)),
}
"""What a module does where an argument is left out, and the major version from which on that is no longer so (0: it is
so to this day). None is what the resource does by itself. From the `variables.tf` of each module."""


def kind(source: str) -> str:
    """The kind of resource that a source of a module stands for, "" if it is none of these."""
    return KINDS.get(_name(source), "")


def left_out(source: str, version: str) -> Iterator[tuple[str, str | bool | None]]:
    """The arguments of a module whose default is known, and the default."""
    major = _major(version)
    for name, default, until in DEFAULTS.get(_name(source), ()):
        if not until or (major is not None and major < until):
            yield name, default


def submodule(source: str) -> str:
    """The name of a module inside of a module: "ssh" of `terraform-aws-modules/security-group/aws//modules/ssh`."""
    return source.partition("//modules/")[2].partition("?")[0]


def _name(source: str) -> str:
    parts = source.split("//")[0].split("/")
    return parts[-2] if len(parts) >= 3 and parts[-3] == "terraform-aws-modules" and parts[-1] == "aws" else ""


def _major(version: str) -> int | None:
    """The major version that a constraint stays in; None where it may be the newest."""
    number = version.strip().removeprefix("~>").removeprefix("=").strip().partition(".")[0]
    return int(number) if number.isdigit() and len(number) < 6 and ("." in version or "~" not in version) else None
