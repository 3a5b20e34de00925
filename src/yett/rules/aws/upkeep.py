"""Databases and caches: backups, patches, logins."""

from __future__ import annotations

import re

from yett.model import Action, Rule, Severity
from yett.parse.resources import Resource, Value, known, number
from yett.rules.aws.need import Need, any_value, inherits, kinds_of, needs, not_among, says
from yett.rules.cloud import Check, true

_RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"


BACKUPS = Rule(
    id="aws/backups",
    title="Data store without backups",
    severity=Severity.LOW,
    level=Action.WARN,
    why="Without backups a wrong command, a flaw or ransom is final. RDS keeps them for one day by default where"
    " Terraform or CloudFormation says nothing (instances of Terraform: none); DynamoDB restores to a point in time"
    " only where it is turned on.",
    fix="Keep backups for 7 days or more, and turn on point-in-time recovery.",
    refs=("CWE-693", _RDS + "USER_WorkingWithAutomatedBackups.html"),
    bad=(
        """\
resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  backup_retention_period = 0 # <- here
}

resource "aws_db_instance" "stock" {
  backup_retention_period = 1 # <- here
}

resource "aws_rds_cluster" "carts" {
  backup_retention_period = 60 # <- here
}

resource "aws_db_instance" "copy" {
  replicate_source_db     = aws_db_instance.orders.identifier
  backup_retention_period = 0 # <- here
}

resource "aws_dynamodb_table" "carts" { # <- here
  name = "carts"
}
""",
        """\
# file: template.yaml
Resources:
  Carts:
    Type: AWS::DynamoDB::Table
    Properties:
      PointInTimeRecoverySpecification:
        PointInTimeRecoveryEnabled: false # <- here
""",
    ),
    good=(
        """\
resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  backup_retention_period = 14
}

resource "aws_db_instance" "replica" {
  replicate_source_db = aws_db_instance.orders.identifier
}

resource "aws_dynamodb_table" "carts" {
  name = "carts"
  point_in_time_recovery {
    enabled = true
  }
}
""",
    ),
)


def _kept(value: Value) -> bool | None:
    days = number(value)
    return None if days is None else days >= 1


def _kept_long(value: Value) -> bool | None:
    days = number(value)
    return None if days is None else days != 1


def _is_source(resource: Resource) -> bool:
    """A database that is no copy of another and no member of a cluster."""
    instance = resource.kind == "aws_db_instance"
    return not inherits(resource) and not (instance and says(resource, "cluster_identifier"))


def _is_bare(resource: Resource) -> bool:
    """A database of its own that says nothing of backups."""
    return (
        resource.format == "terraform"
        and resource.kind == "aws_db_instance"
        and not says(resource, "backup_retention_period", "replicate_source_db", "snapshot_identifier")
        and resource.type != "module"
        and not _is_of_engine(resource)
    )


def _is_of_engine(resource: Resource) -> bool:
    """Whether an instance is one of a cluster, as those of some engines are."""
    return (known(resource.find("engine")) or "").startswith(("aurora", "neptune", "docdb"))


_BACKUP_NEEDS = (
    Need(
        ("aws_db_instance", "aws_rds_cluster"),
        "backup_retention_period",
        lambda value: None if number(value) is None else (number(value) or 0) <= 35,
        "asks for more than the 35 days of backups that RDS keeps",
        "35",
        absent=False,
        severity=Severity.INFO,
    ),
    Need(
        ("aws_db_instance",),
        "backup_retention_period",
        _kept,
        "keeps no backups of its own",
        "14",
        absent=False,
        when=lambda resource: says(resource, "replicate_source_db"),
        severity=Severity.INFO,
    ),
    Need(
        ("aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster"),
        "backup_retention_period",
        _kept_long,
        "keeps backups for one day",
        "14",
        when=_is_source,
        absent=False,
        severity=Severity.INFO,
    ),
    Need(
        ("aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster"),
        "backup_retention_period",
        any_value,
        "keeps backups for one day",
        "14",
        when=lambda resource: (
            _is_source(resource)
            and not _is_bare(resource)
            and resource.type != "module"
            and not (resource.kind == "aws_db_instance" and _is_of_engine(resource))
        ),
        severity=Severity.INFO,
    ),
    Need(
        ("aws_db_instance",),
        "backup_retention_period",
        _kept,
        "keeps no backups",
        "14",
        when=lambda resource: (
            not says(
                resource, *("replicate_source_db", "snapshot_identifier", "cluster_identifier", "db_cluster_identifier")
            )
            and not _is_of_engine(resource)
        ),
        # CloudFormation keeps one day where nothing is written, Terraform none.
        absent=False,
    ),
    Need(
        ("aws_db_instance",),
        "backup_retention_period",
        _kept,
        "keeps no backups",
        "14",
        when=_is_bare,
    ),
    Need(
        ("aws_dynamodb_global_table",),
        "Replicas.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
        true,
        "cannot be restored to a point in time",
        "true",
        when=lambda resource: resource.format == "cloudformation",
    ),
    Need(
        ("aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster"),
        "backup_retention_period",
        _kept,
        "keeps no backups",
        "14",
        absent=False,
    ),
    Need(
        ("aws_dynamodb_table",),
        "point_in_time_recovery.enabled",
        true,
        "cannot be restored to a point in time",
        "true",
        when=lambda resource: resource.type != "AWS::Serverless::SimpleTable",
    ),
    Need(
        ("aws_elasticache_cluster", "aws_elasticache_replication_group"),
        "snapshot_retention_limit",
        _kept,
        "keeps no snapshots",
        "7",
        absent=False,
    ),
)


DELETION = Rule(
    id="aws/deletion-protection",
    title="Data store that may be deleted by a mistake",
    severity=Severity.INFO,
    level=Action.INFO,
    why="With `deletion_protection` a wrong plan, or an intruder in a hurry, cannot delete a database with all that is"
    " in it.",
    fix="Set `deletion_protection = true`.",
    refs=("CWE-693", _RDS + "USER_DeleteInstance.html"),
    bad=(
        """\
resource "aws_db_instance" "orders" {
  engine              = "postgres"
  deletion_protection = false # <- here
}
""",
    ),
    good=(
        """\
resource "aws_db_instance" "orders" {
  engine              = "postgres"
  deletion_protection = true
}
""",
    ),
)

_DELETION_NEEDS = (
    Need(
        ("aws_db_instance", "aws_rds_cluster", "aws_dynamodb_table", "aws_docdb_cluster", "aws_neptune_cluster"),
        "deletion_protection",
        true,
        "may be deleted by a mistake",
        "true",
        absent=False,
        other=("deletion_protection_enabled",),
        severity=Severity.INFO,
    ),
)


MINOR = Rule(
    id="aws/minor-upgrades",
    title="Database that takes no patches",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Minor versions carry the fixes of known flaws; RDS installs them in the maintenance window unless"
    " `auto_minor_version_upgrade` is false.",
    fix="Set `auto_minor_version_upgrade` to true.",
    refs=("CWE-1104", "PCI DSS 6.3.3", _RDS + "USER_UpgradeDBInstance.Upgrading.html"),
    bad=(
        """\
resource "aws_db_instance" "orders" {
  auto_minor_version_upgrade = false # <- here
}

resource "aws_db_instance" "stock" { # <- here
  engine = "postgres"
}
""",
    ),
    good=(
        """\
resource "aws_db_instance" "orders" {
  engine                     = "postgres"
  auto_minor_version_upgrade = true
}
""",
    ),
)


AUTHORITY = Rule(
    id="aws/expired-authority",
    title="Database with a certificate of an expired authority",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="`rds-ca-2019` expired in August 2024: clients that check certificates cannot connect, so that people turn the"
    " check off.",
    fix="Use `rds-ca-rsa2048-g1`.",
    refs=("CWE-298", "PCI DSS 4.2.1", _RDS + "UsingWithRDS.SSL-certificate-rotation.html"),
    bad=(
        """\
resource "aws_db_instance" "orders" {
  ca_cert_identifier = "rds-ca-2019" # <- here
}
""",
    ),
    good=(
        """\
resource "aws_db_instance" "orders" {
  ca_cert_identifier = "rds-ca-rsa2048-g1"
}
""",
    ),
)

_AUTHORITY_NEEDS = (
    Need(
        ("aws_db_instance", "aws_rds_cluster_instance", "aws_docdb_cluster_instance"),
        "ca_cert_identifier",
        not_among("rds-ca-2019", "rds-ca-2015", "rds-ca-2010"),
        "uses an expired authority",
        '"rds-ca-rsa2048-g1"',
        absent=False,
    ),
)

_MINOR_NEEDS = (
    Need(
        (
            *("aws_db_instance", "aws_rds_cluster_instance", "aws_mq_broker", "aws_dms_replication_instance"),
            *("aws_elasticache_replication_group", "aws_elasticache_cluster", "aws_neptune_cluster_instance"),
        ),
        "auto_minor_version_upgrade",
        true,
        "takes no minor upgrades",
        "true",
        absent=False,
    ),
    Need(
        ("aws_db_instance", "aws_rds_cluster_instance"),
        "auto_minor_version_upgrade",
        any_value,
        "leaves minor upgrades to the default",
        "true",
        severity=Severity.INFO,
    ),
    Need(("aws_redshift_cluster",), "allow_version_upgrade", true, "takes no upgrades", "true", absent=False),
)


IAM_AUTH = Rule(
    id="aws/rds-iam-auth",
    title="Database without IAM authentication",
    severity=Severity.LOW,
    level=Action.INFO,
    why="With IAM authentication a service logs in with a token of 15 minutes in the place of a shared password. It is"
    " off by default.",
    fix="Set `iam_database_authentication_enabled = true`.",
    refs=("CWE-287", _RDS + "UsingWithRDS.IAMDBAuth.html"),
    bad=(
        """\
resource "aws_db_instance" "orders" { # <- here
  engine = "postgres"
}

resource "aws_db_instance" "report" { # <- here
  replicate_source_db = "orders"
}
""",
    ),
    good=(
        """\
resource "aws_db_instance" "orders" {
  engine                              = "postgres"
  iam_database_authentication_enabled = true
}

resource "aws_db_instance" "erp" {
  engine = "sqlserver-se"
}

resource "aws_db_instance" "old" {
  engine         = "mariadb"
  engine_version = "10.2.43"
}
""",
    ),
)


_IAM_ENGINES = {
    "mysql": (5, 6),
    "postgres": (9, 5),
    "mariadb": (10, 6),
    "aurora": (0,),
    "aurora-mysql": (0,),
    "aurora-postgresql": (0,),
}
"""The engines that take tokens of IAM, and from which version on."""

_IAM_SMALL = ("db.t2.small", "db.t3.small")
"""Classes on which Aurora MySQL does not."""


def _takes_tokens(resource: Resource) -> bool:
    engine = (known(resource.find("engine")) or "mysql").lower()
    least = _IAM_ENGINES.get(engine)
    version = re.match(r"[0-9]+(?:\.[0-9]+)?", known(resource.find("engine_version")) or "")
    if least is None or (version and tuple(int(part) for part in version[0].split(".")) < least):
        return False
    size = resource.find("instance_class") or resource.find("db_instance_class")
    return not (engine in ("aurora", "aurora-mysql") and known(size) in _IAM_SMALL)


_IAM_NEEDS = (
    Need(
        ("aws_db_instance", "aws_rds_cluster"),
        "iam_database_authentication_enabled",
        true,
        "takes passwords alone",
        "true",
        absent=False,
        when=_takes_tokens,
    ),
    Need(
        ("aws_db_instance", "aws_rds_cluster"),
        "iam_database_authentication_enabled",
        true,
        "takes passwords alone",
        "true",
        when=lambda resource: (
            _takes_tokens(resource)
            and not says(resource, "iam_database_authentication_enabled", "db_cluster_identifier")
        ),
    ),
    Need(
        ("aws_neptune_cluster",),
        "iam_database_authentication_enabled",
        true,
        "takes passwords alone",
        "true",
    ),
)


CHECKS = (
    Check(BACKUPS, kinds_of(*_BACKUP_NEEDS), needs(*_BACKUP_NEEDS)),
    Check(MINOR, kinds_of(*_MINOR_NEEDS), needs(*_MINOR_NEEDS)),
    Check(DELETION, kinds_of(*_DELETION_NEEDS), needs(*_DELETION_NEEDS)),
    Check(AUTHORITY, kinds_of(*_AUTHORITY_NEEDS), needs(*_AUTHORITY_NEEDS)),
    Check(IAM_AUTH, kinds_of(*_IAM_NEEDS), needs(*_IAM_NEEDS)),
)
