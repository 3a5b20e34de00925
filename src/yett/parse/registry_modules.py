"""Modules of the Terraform registry that stand for one resource of AWS: those of `terraform-aws-modules`.

What such a module is given is, by and large, what the resource inside of it is given. What it is not given is up to the
version of the module: unknown. https://registry.terraform.io/namespaces/terraform-aws-modules
"""

from __future__ import annotations

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


def kind(source: str) -> str:
    """The kind of resource that a source of a module stands for, "" if it is none of these."""
    parts = source.split("//")[0].split("/")
    if len(parts) >= 3 and parts[-3] == "terraform-aws-modules" and parts[-1] == "aws":
        return KINDS.get(parts[-2], "")
    return ""
