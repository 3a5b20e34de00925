"""Databases: reachable by whom, encrypted, with what password."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Map, Module, Resource, Unresolved, Value, known
from yett.rules.aws.need import Need, among, any_value, inherits, is_set, kinds_of, needs, not_among, says
from yett.rules.cloud import Check, false, true, unknown
from yett.rules.hits import hit, short

Found = Iterator[Hit | Unknown]


_RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"


PUBLIC = Rule(
    id="aws/rds-public",
    title="Database with a public address",
    severity=Severity.CRITICAL,
    why="A database with a public address is one rule of a security group away from the internet. Terraform asks for"
    " none unless told to; CloudFormation leaves it to RDS, which gives one to each instance in a network with an"
    " internet gateway.",
    fix="Set `publicly_accessible = false` and use private subnets.",
    refs=("CWE-668", "PCI DSS 1.4.4", _RDS + "USER_VPC.WorkingWithRDSInstanceinaVPC.html"),
    bad=(
        """\
resource "aws_db_instance" "orders" {
  engine              = "postgres"
  publicly_accessible = true # <- here
}
""",
        """\
# file: template.yaml
Parameters:
  Public: {Type: String, Default: "true"}
Resources:
  Orders:
    Type: AWS::RDS::DBInstance
    Properties:
      PubliclyAccessible: !Ref Public # <- here
  Stock: # <- here
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
""",
    ),
    good=(
        """\
resource "aws_db_instance" "orders" {
  engine              = "postgres"
  publicly_accessible = var.public
}

resource "aws_rds_cluster_instance" "orders" {
  publicly_accessible = false
}
""",
    ),
)


_PUBLIC_NEEDS = (
    Need(
        ("aws_db_instance", "aws_rds_cluster_instance", "aws_rds_cluster", "aws_neptune_cluster_instance"),
        "publicly_accessible",
        false,
        "has a public address",
        "false",
        absent=False,
    ),
    Need(
        ("aws_db_instance",),
        "publicly_accessible",
        any_value,
        "has a public address if its network has a gateway",
        "false",
        severity=Severity.LOW,
        when=lambda resource: resource.format == "cloudformation" and not _is_of_cluster(resource),
    ),
)


UNENCRYPTED = Rule(
    id="aws/rds-unencrypted",
    title="Database that is stored in clear",
    severity=Severity.HIGH,
    why="RDS, Aurora, DocumentDB and Neptune store data, logs and snapshots in clear unless `storage_encrypted` is"
    " true; it cannot be turned on later. Replicas and restored databases are as their source is.",
    fix="Set `storage_encrypted = true`, with a key of your own for card data.",
    refs=("CWE-311", "PCI DSS 3.5.1", _RDS + "Overview.Encryption.html"),
    bad=(
        """\
resource "aws_db_instance" "orders" { # <- here
  engine = "postgres"
}

resource "aws_docdb_cluster" "carts" {
  storage_encrypted = false # <- here
}

resource "aws_db_instance" "report" {
  replicate_source_db = "arn:aws:rds:eu-west-1:111122223333:db:orders"
  storage_encrypted   = false # <- here
}

module "stock" {
  source            = "terraform-aws-modules/rds-aurora/aws"
  version           = "~> 7.0"
  storage_encrypted = false # <- here
}
""",
        """\
# file: template.yaml
Resources:
  Orders: # <- here
    Type: AWS::RDS::DBCluster
    Properties:
      Engine: aurora-postgresql
""",
    ),
    good=(
        """\
resource "aws_db_instance" "orders" {
  engine            = "postgres"
  storage_encrypted = true
}

resource "aws_db_instance" "replica" {
  replicate_source_db = aws_db_instance.orders.identifier
}

resource "aws_rds_cluster" "serverless" {
  engine      = "aurora-mysql"
  engine_mode = "serverless"
}

resource "aws_db_instance" "keyed" {
  engine     = "postgres"
  kms_key_id = aws_kms_key.orders.arn
}
""",
    ),
)


def _is_of_cluster(resource: Resource) -> bool:
    """An instance that is stored as its cluster is."""
    return resource.kind == "aws_db_instance" and (
        (known(resource.find("engine")) or "").startswith("aurora") or says(resource, "db_cluster_identifier")
    )


def _encrypts_itself(resource: Resource) -> bool:
    """Whether it is in clear where nothing is said of encryption: not what is encrypted as its source or cluster is,
    not serverless v1, which always is, and not where a key is named, which AWS takes with encryption only."""
    return (
        not inherits(resource)
        and not _is_of_cluster(resource)
        and known(resource.find("engine_mode")) != "serverless"
        and not says(resource, "storage_encrypted")
        and (not says(resource, "kms_key_id") or known(resource.find("kms_key_id")) == "")
    )


_STORES = ("aws_db_instance", "aws_docdb_cluster", "aws_neptune_cluster", "aws_rds_cluster")

_ENCRYPTED_NEEDS = (
    Need(
        (*_STORES, "aws_rds_global_cluster"),
        "storage_encrypted",
        true,
        "is stored in clear",
        "true",
        absent=False,
        when=lambda resource: not _is_of_cluster(resource),
    ),
    Need(
        (*_STORES, "aws_rds_global_cluster"),
        "storage_encrypted",
        true,
        "is stored in clear",
        "true",
        when=_encrypts_itself,
    ),
    Need(
        ("aws_db_instance_automated_backups_replication",),
        "kms_key_id",
        is_set,
        "is stored with the key of AWS",
        "aws_kms_key.NAME.arn",
        absent=False,
    ),
)


TLS = Rule(
    id="aws/db-tls-required",
    title="Data store that accepts connections in clear",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Unless the server insists on TLS, a client that does not ask for it gets a connection in clear, and so does"
    " whoever stands between them and strips the offer. MSK insists by default; written down, it stays so.",
    fix="Let the server insist: `rds.force_ssl = 1`, `require_secure_transport = ON`, `require_ssl = true`.",
    refs=("CWE-319", "PCI DSS 4.2.1", _RDS + "UsingWithRDS.SSL.html"),
    bad=(
        """\
resource "aws_db_parameter_group" "orders" {
  family = "postgres15"
  parameter {
    name  = "rds.force_ssl"
    value = "0" # <- here
  }
}

resource "aws_db_parameter_group" "stock" { # <- here
  family = "mysql8.0"
  parameter {
    name  = "max_connections"
    value = "500"
  }
}

resource "aws_msk_cluster" "events" {
  encryption_info {
    encryption_in_transit {
      client_broker = "TLS_PLAINTEXT" # <- here
    }
  }
}

resource "aws_msk_cluster" "clicks" { # <- here
  cluster_name = "clicks"
}

resource "aws_dms_endpoint" "legacy" {
  ssl_mode = "none" # <- here
}
""",
    ),
    good=(
        """\
resource "aws_db_parameter_group" "orders" {
  family = "mysql8.0"
  parameter {
    name  = "require_secure_transport"
    value = "ON"
  }
}

resource "aws_db_parameter_group" "stock" {
  family = "postgres16"
  parameter {
    name  = "max_connections"
    value = "500"
  }
}

resource "aws_msk_cluster" "events" {
  encryption_info {
    encryption_in_transit {
      client_broker = "TLS"
    }
  }
}
""",
    ),
)


_TLS_OFF = {
    "rds.force_ssl": ("0", "off", "false"),
    "require_secure_transport": ("off", "0", "false"),
    "tls": ("disabled",),
    "require_ssl": ("false", "0", "off"),
    "neptune_enforce_ssl": ("0",),
}


def _written(value: Value | None) -> Iterable[str]:
    """The names in a block; of what only a run knows, one."""
    return value.names() if isinstance(value, Map) and not value.more else () if value is None else ("",)


_MSK_NEEDS = (
    Need(
        ("aws_msk_cluster",),
        "encryption_info.encryption_in_transit.client_broker",
        among("TLS"),
        "lets clients connect in clear",
        '"TLS"',
        absent=False,
    ),
    Need(
        ("aws_msk_cluster",),
        "encryption_info.encryption_in_transit.client_broker",
        any_value,
        "leaves encryption to the defaults",
        '"TLS"',
        severity=Severity.INFO,
        when=lambda resource: not any(True for _ in _written(resource.find("encryption_info"))),
    ),
    Need(
        ("aws_msk_cluster",),
        "encryption_info.encryption_in_transit.in_cluster",
        true,
        "copies between brokers in clear",
        "true",
        absent=False,
    ),
    Need(
        ("aws_dms_endpoint",),
        "ssl_mode",
        not_among("none"),
        "connects without TLS",
        '"verify-full"',
        # Without a mode it is `none`; for these engines TLS is a matter of the service.
        absent=False,
        when=lambda resource: (known(resource.find("engine_name")) or "") not in ("s3", "dynamodb", "kinesis"),
    ),
)


def tls(resource: Resource, _module: Module) -> Found:
    if not resource.kind.endswith("parameter_group"):
        return
    parameters = resource.find("parameter")
    if parameters is None:
        parameters = resource.find("parameters")
    if isinstance(parameters, Map) and resource.format == "cloudformation":
        for name, value in parameters.items():
            yield from _tls_parameter(resource, name, value)
        if not parameters.more:
            yield from _insists(resource, tuple(parameters.names()))
        return
    seen = set()
    for block in resource.each("parameter"):
        if isinstance(block, Map):
            name = known(block.get("name") or block.get("parameter_name")) or ""
            seen.add(name)
            value_ = block.get("value") or block.get("parameter_value")
            if value_ is not None:
                yield from _tls_parameter(resource, name, value_)
    unclear = resource.body.more or any(isinstance(block, Unresolved) for block in resource.each("parameter"))
    if resource.kind == "aws_redshift_parameter_group" and "require_ssl" not in seen and not unclear:
        yield hit(
            resource.span,
            f"{resource.label} accepts connections in clear, as require_ssl is not set",
            fix='Add the parameter `require_ssl` with the value `"true"`.',
            subject=f"{resource.address} require_ssl",
        )
    if not unclear:
        yield from _insists(resource, seen)


_INSISTS = (
    (r"postgres(?:9\.\d|1[0-4])", "rds.force_ssl", "1"),
    (r"mysql(?:5\.\d|8\.0)|mariadb10\.\d+|mariadb11\.[0-7]", "require_secure_transport", "ON"),
)
"""Families of RDS whose server takes connections in clear unless a parameter says otherwise; later ones are left alone,
as PostgreSQL from 15 on insists on TLS by itself. See the pages of RDS on TLS for each engine."""


def _insists(resource: Resource, seen: Collection[str]) -> Found:
    family = known(resource.find("family")) or ""
    for pattern, name, value in _INSISTS:
        if resource.kind == "aws_db_parameter_group" and re.fullmatch(pattern, family) and name not in seen:
            yield hit(
                resource.span,
                f"{resource.label} accepts connections in clear, as {name} is not set",
                fix=f'Add the parameter `{name}` with the value `"{value}"`.',
                subject=f"{resource.address} {name}",
            )


def _tls_parameter(resource: Resource, name: str, value: Value) -> Found:
    if name not in _TLS_OFF:
        return
    if isinstance(value, Unresolved):
        yield unknown(value)
    elif (known(value) or "").lower() in _TLS_OFF[name]:
        yield hit(
            value.span,
            f"{resource.label} accepts connections in clear: {name} is {short(known(value) or '')}",
            subject=f"{resource.address} {name}",
        )


_GROUPS = (
    *("aws_db_parameter_group", "aws_rds_cluster_parameter_group", "aws_docdb_cluster_parameter_group"),
    *("aws_redshift_parameter_group", "aws_neptune_cluster_parameter_group"),
)


CHECKS = (
    Check(PUBLIC, kinds_of(*_PUBLIC_NEEDS), needs(*_PUBLIC_NEEDS)),
    Check(UNENCRYPTED, kinds_of(*_ENCRYPTED_NEEDS), needs(*_ENCRYPTED_NEEDS)),
    Check(TLS, _GROUPS, tls),
    Check(TLS, kinds_of(*_MSK_NEEDS), needs(*_MSK_NEEDS)),
)
