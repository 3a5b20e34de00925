"""Disks, file systems, queues, streams: encrypted where they rest."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Severity, Unknown
from yett.parse.resources import Map, Module, Resource, Unresolved, Value, known, truth
from yett.rules.aws.need import Need, absent, among, any_value, bad, is_set, kinds_of, needs, says
from yett.rules.cloud import Check, true, unknown
from yett.rules.hits import hit

Found = Iterator[Hit | Unknown]

EBS = Rule(
    id="aws/ebs-unencrypted",
    title="Disk that is stored in clear",
    severity=Severity.HIGH,
    why="Volumes and their snapshots are stored in clear unless `encrypted` is true, or the account encrypts every"
    " volume by default (`aws_ebs_encryption_by_default`), which is off in a new account.",
    fix="Set `encrypted = true`, or `aws_ebs_encryption_by_default`.",
    refs=("CWE-311", "PCI DSS 3.5.1", "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html"),
    bad=(
        """\
resource "aws_ebs_volume" "orders" { # <- here
  size = 40
}

resource "aws_instance" "shop" {
  root_block_device { # <- here
    volume_size = 20
  }
  ebs_block_device {
    device_name = "/dev/sdf"
    encrypted   = false # <- here
  }
}

resource "aws_launch_template" "shop" {
  block_device_mappings {
    ebs {
      encrypted = "false" # <- here
    }
  }
}
""",
        """\
# file: template.yaml
Resources:
  Orders:
    Type: AWS::EC2::Volume
    Properties:
      Encrypted: false # <- here
""",
    ),
    good=(
        """\
resource "aws_ebs_volume" "orders" {
  encrypted = true
}

resource "aws_instance" "shop" {
  root_block_device {
    encrypted = true
  }
}
""",
        """\
resource "aws_ebs_encryption_by_default" "on" {
  enabled = true
}

resource "aws_ebs_volume" "orders" {
  size = 40
}
""",
    ),
)

_DEVICES = {
    "aws_instance": ("root_block_device", "ebs_block_device", "block_device_mappings"),
    "aws_launch_configuration": ("root_block_device", "ebs_block_device"),
    "aws_launch_template": ("block_device_mappings", "launch_template_data.block_device_mappings"),
    "aws_spot_instance_request": ("root_block_device", "ebs_block_device"),
}


def ebs(resource: Resource, module: Module) -> Found:
    if resource.kind == "aws_ebs_encryption_by_default":
        value = resource.find("enabled")
        if truth(value) is False and value is not None:
            yield bad(resource, value.span, "leaves new volumes in clear", "enabled", "true")
        return
    default = next(module.of("aws_ebs_encryption_by_default"), None)
    if default is not None and truth(default.find("enabled")) is not False:
        return
    if resource.kind in ("aws_ebs_volume", "aws_ebs_snapshot_copy"):
        yield from _encrypted(
            resource, resource.find("encrypted"), None, "encrypted", resource.has("snapshot_id", "kms_key_id")
        )
        return
    paths = _DEVICES[resource.kind]
    if resource.type == "module":
        paths = (*paths, *(path for path in _DEVICES["aws_instance"] if says(resource, path)))
    for path in dict.fromkeys(paths):
        for block in resource.each(path):
            if isinstance(block, Unresolved):
                yield unknown(block)
                continue
            inner = block.get("ebs")
            if inner is None and (block.written("ebs") or block.has("virtual_name", "no_device")):
                continue
            if path.endswith("mappings") and not isinstance(inner, Map):
                continue
            place = inner if isinstance(inner, Map) else block
            copied = place.has("snapshot_id", "kms_key_id")
            yield from _encrypted(resource, place.find("encrypted"), place, f"{path}.encrypted", copied)
    bare = resource.format == "terraform" and not resource.has("root_block_device") and not resource.body.more
    if bare and resource.kind in ("aws_instance", "aws_launch_configuration"):
        yield absent(resource, "root_block_device.encrypted", "has a root disk in clear", "true", Severity.LOW)


def _encrypted(resource: Resource, value: Value | None, place: Map | None, path: str, copied: bool) -> Found:
    if isinstance(value, Unresolved):
        yield unknown(value)
    elif value is None and not copied:
        if place is not None and place.more:
            return
        span = place.span if place is not None else resource.span
        yield hit(
            span,
            f"{resource.label} has a disk in clear, as encrypted is not set",
            fix="Write `encrypted = true`." if resource.format == "terraform" else "Write `Encrypted: true`.",
            subject=f"{resource.address} {path} {known(place.find('device_name')) if place else ''}",
        )
    elif value is not None and truth(value) is False:
        yield bad(resource, value.span, "has a disk in clear", path, "true")


STORAGE = Rule(
    id="aws/storage-unencrypted",
    title="Data that is stored in clear",
    severity=Severity.HIGH,
    why="EFS, Redshift (before 2025), ElastiCache, OpenSearch, Kinesis and SNS store in clear unless they are told to"
    " encrypt; SQS encrypts by itself unless that is turned off; MSK always does.",
    fix="Turn encryption at rest on, with a key of your own for card data.",
    refs=(
        "CWE-311",
        "PCI DSS 3.5.1",
        "https://docs.aws.amazon.com/prescriptive-guidance/latest/encryption-best-practices/",
    ),
    bad=(
        """\
resource "aws_efs_file_system" "media" { # <- here
  creation_token = "media"
}

resource "aws_sns_topic" "orders" { # <- here
  name = "orders"
}

resource "aws_opensearch_domain" "search" {
  encrypt_at_rest {
    enabled = false # <- here
  }
}
""",
        """\
# file: template.yaml
Resources:
  Search:
    Type: AWS::Elasticsearch::Domain
    Properties:
      EncryptionAtRestOptions:
        Enabled: false # <- here
  Events: # <- here
    Type: AWS::Kinesis::Stream
  Clicks: # <- here
    Type: AWS::Kinesis::Stream
    Properties:
      StreamEncryption:
        EncryptionType: KMS
""",
    ),
    good=(
        """\
resource "aws_efs_file_system" "media" {
  encrypted = true
}

resource "aws_sns_topic" "orders" {
  kms_master_key_id = "alias/aws/sns"
}

resource "aws_sqs_queue" "orders" {
  sqs_managed_sse_enabled = true
}

resource "aws_kinesis_stream" "events" {
  encryption_type = "KMS"
}
""",
    ),
)


def _is_redis(resource: Resource) -> bool:
    return (known(resource.find("engine")) or "redis") != "memcached"


_STORAGE_NEEDS = (
    Need(("aws_efs_file_system",), "encrypted", true, "is stored in clear", "true"),
    Need(
        ("aws_redshift_cluster",),
        "encrypted",
        true,
        "is stored in clear",
        "true",
        when=lambda resource: not says(resource, "snapshot_identifier"),
    ),
    Need(
        ("aws_elasticache_replication_group",),
        "at_rest_encryption_enabled",
        true,
        "is stored in clear",
        "true",
        when=_is_redis,
    ),
    Need(("aws_opensearch_domain",), "encrypt_at_rest.enabled", true, "is stored in clear", "true"),
    Need(("aws_kinesis_stream",), "encryption_type", among("KMS"), "is stored in clear", '"KMS"'),
    Need(
        ("aws_sns_topic",),
        "kms_master_key_id",
        is_set,
        "is stored in clear",
        '"alias/aws/sns"',
        severity=Severity.MEDIUM,
    ),
    Need(
        ("aws_sqs_queue",),
        "kms_master_key_id",
        is_set,
        "is stored in clear",
        '"alias/aws/sqs"',
        when=lambda resource: (
            resource.has("kms_master_key_id") and truth(resource.find("sqs_managed_sse_enabled")) is not True
        ),
    ),
    Need(
        ("aws_sqs_queue",),
        "sqs_managed_sse_enabled",
        true,
        "is stored in clear",
        "true",
        absent=False,
        when=lambda resource: not says(resource, "kms_master_key_id"),
    ),
    Need(
        ("aws_sqs_queue",),
        "sqs_managed_sse_enabled",
        any_value,
        "leaves encryption to the default",
        "true",
        when=lambda resource: not resource.has("kms_master_key_id"),
        severity=Severity.INFO,
    ),
    Need(
        ("aws_kinesis_stream",),
        "stream_encryption.key_id",
        is_set,
        "is to be encrypted with no key",
        "alias/aws/kinesis",
        when=lambda resource: resource.format == "cloudformation" and known(resource.find("encryption_type")) == "KMS",
        severity=Severity.INFO,
    ),
    Need(("aws_dax_cluster",), "server_side_encryption.enabled", true, "is stored in clear", "true"),
    Need(
        ("aws_kinesis_firehose_delivery_stream",),
        "server_side_encryption.enabled",
        true,
        "is stored in clear",
        "true",
        when=lambda resource: (
            not resource.has(
                "kinesis_source_configuration",
                "msk_source_configuration",
                "delivery_stream_encryption_configuration_input",
            )
        ),
        severity=Severity.MEDIUM,
    ),
    Need(("aws_workspaces_workspace",), "root_volume_encryption_enabled", true, "has a root disk in clear", "true"),
    Need(("aws_workspaces_workspace",), "user_volume_encryption_enabled", true, "has a user disk in clear", "true"),
    Need(
        ("aws_athena_database",),
        "encryption_configuration",
        any_value,
        "stores results in clear",
        '{ encryption_option = "SSE_KMS" }',
        severity=Severity.MEDIUM,
    ),
    Need(
        ("aws_athena_workgroup",),
        "configuration.result_configuration.encryption_configuration",
        any_value,
        "stores results in clear",
        '{ encryption_option = "SSE_KMS" }',
        severity=Severity.MEDIUM,
    ),
    Need(
        ("AWS::Athena::WorkGroup",),
        "WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration",
        any_value,
        "stores results in clear",
        "{EncryptionOption: SSE_KMS}",
        severity=Severity.MEDIUM,
    ),
    Need(
        ("aws_sagemaker_notebook_instance", "AWS::SageMaker::NotebookInstance"),
        "kms_key_id",
        is_set,
        "has a disk without a key of yours",
        "aws_kms_key.NAME.arn",
        other=("kms_key_arn",),
        severity=Severity.LOW,
    ),
    Need(
        ("aws_fsx_lustre_file_system", "aws_fsx_windows_file_system"),
        "kms_key_id",
        is_set,
        "has no key of yours",
        "aws_kms_key.NAME.arn",
        absent=False,
    ),
    Need(
        ("aws_dms_replication_instance",),
        "kms_key_arn",
        is_set,
        "has no key of yours",
        "aws_kms_key.NAME.arn",
        absent=False,
    ),
    Need(
        ("aws_ami",),
        "ebs_block_device.encrypted",
        true,
        "has a disk in clear",
        "true",
        when=lambda resource: resource.has("ebs_block_device"),
    ),
    Need(("aws_ami_copy",), "encrypted", true, "is stored in clear", "true"),
    Need(
        ("aws_dynamodb_table",),
        "server_side_encryption.kms_key_arn",
        is_set,
        "has no key of yours",
        "aws_kms_key.NAME.arn",
        absent=False,
    ),
    Need(("aws_docdb_cluster_snapshot",), "storage_encrypted", true, "is stored in clear", "true", absent=False),
    Need(
        ("aws_memorydb_snapshot",), "kms_key_arn", is_set, "has no key of yours", "aws_kms_key.NAME.arn", absent=False
    ),
)

_EBS_KINDS = (*_DEVICES, "aws_ebs_volume", "aws_ebs_snapshot_copy", "aws_ebs_encryption_by_default")

CHECKS = (
    Check(EBS, _EBS_KINDS, ebs),
    Check(STORAGE, kinds_of(*_STORAGE_NEEDS), needs(*_STORAGE_NEEDS)),
)
