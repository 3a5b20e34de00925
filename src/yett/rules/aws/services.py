"""Services with a setting or two of their own: stored in clear, spoken to in clear."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Map, Module, Resource, Scalar, Unresolved, Value, document, known, texts, truth
from yett.parse.source import Span
from yett.rules.aws.need import Need, among, bad, is_set, kinds_of, needs, not_among, says
from yett.rules.aws.network import OPEN_ADMIN
from yett.rules.aws.storage import STORAGE
from yett.rules.cloud import Check, blocks, false, true, unknown
from yett.rules.hits import hit

Found = Iterator[Hit | Unknown]

_GLUE = "data_catalog_encryption_settings."
_SECURITY = "encryption_configuration."


def _glue_mode(*paths: str) -> Need:
    """Glue's modes are `DISABLED` where nothing is written."""
    return Need(
        ("aws_glue_security_configuration",),
        paths[0],
        not_among("disabled"),
        f"stores {paths[0].split('.')[-2].removesuffix('_encryption').replace('_', ' ')} in clear",
        '"SSE-KMS"',
        other=paths[1:],
        severity=Severity.MEDIUM,
    )


_STORAGE_NEEDS = (
    Need(
        ("aws_glue_data_catalog_encryption_settings",),
        _GLUE + "encryption_at_rest.catalog_encryption_mode",
        not_among("disabled"),
        "stores the catalog in clear",
        '"SSE-KMS"',
        severity=Severity.MEDIUM,
    ),
    Need(
        ("aws_glue_data_catalog_encryption_settings",),
        _GLUE + "connection_password_encryption.return_connection_password_encrypted",
        true,
        "gives out passwords of connections in clear",
        "true",
        severity=Severity.MEDIUM,
    ),
    _glue_mode(
        _SECURITY + "cloudwatch_encryption.cloudwatch_encryption_mode",
        _SECURITY + "cloud_watch_encryption.cloud_watch_encryption_mode",
    ),
    _glue_mode(_SECURITY + "job_bookmarks_encryption.job_bookmarks_encryption_mode"),
    _glue_mode(
        _SECURITY + "s3_encryption.s3_encryption_mode",
        _SECURITY + "s3_encryptions.s3_encryption_mode",
    ),
    Need(("aws_appsync_api_cache",), "at_rest_encryption_enabled", true, "is stored in clear", "true"),
    Need(
        ("aws_docdb_global_cluster",),
        "storage_encrypted",
        true,
        "is stored in clear",
        "true",
        when=lambda resource: not says(resource, "source_db_cluster_identifier"),
    ),
    Need(
        ("aws_api_gateway_method_settings",),
        "settings.cache_data_encrypted",
        true,
        "caches answers in clear",
        "true",
        when=lambda resource: truth(resource.find("settings.caching_enabled")) is True,
        severity=Severity.MEDIUM,
    ),
    Need(
        ("AWS::ApiGateway::Deployment",),
        "stage_description.cache_data_encrypted",
        true,
        "caches answers in clear",
        "true",
        when=lambda resource: truth(resource.find("stage_description.caching_enabled")) is True,
        severity=Severity.MEDIUM,
    ),
    Need(
        ("aws_codebuild_project",),
        "logs_config.s3_logs.encryption_disabled",
        false,
        "stores its log in clear",
        "false",
        absent=False,
        severity=Severity.MEDIUM,
    ),
    Need(
        ("aws_sagemaker_endpoint_configuration",),
        "kms_key_arn",
        is_set,
        "has a disk without a key of yours",
        "aws_kms_key.NAME.arn",
        other=("kms_key_id",),
        severity=Severity.LOW,
    ),
)


def cached(resource: Resource, _module: Module) -> Found:
    """The methods of a stage of CloudFormation that cache."""
    for block in blocks(resource, "method_settings"):
        value = block.get("cache_data_encrypted")
        if truth(block.get("caching_enabled")) is True and (value is None or truth(value) is False):
            yield hit(
                block.span if value is None else value.span,
                f"{resource.label} caches answers in clear",
                fix="Write `CacheDataEncrypted: true`.",
                subject=f"{resource.address} {known(block.get('resource_path')) or ''} cache_data_encrypted",
                severity=Severity.MEDIUM,
            )


def copies(resource: Resource, _module: Module) -> Found:
    """Snapshots that are copied to another region: in clear unless the copy says otherwise."""
    for path, name in (
        ("policy_details.schedule.cross_region_copy_rule", "encrypted"),
        ("policy_details.schedules.cross_region_copy_rules", "encrypted"),
        ("policy_details.action.cross_region_copy.encryption_configuration", "encrypted"),
        ("policy_details.actions.cross_region_copy.encryption_configuration", "encrypted"),
    ):
        for block in resource.every(path):
            if not isinstance(block, Map):
                continue
            value = block.get(name) or block.get("encryption")
            if isinstance(value, Unresolved):
                yield unknown(value)
            elif value is None or truth(value) is False:
                yield hit(
                    block.span if value is None else value.span,
                    f"{resource.label} copies snapshots in clear",
                    fix="Write `encrypted = true`.",
                    subject=f"{resource.address} {path}",
                )


def _emr(resource: Resource) -> tuple[Map | None, Span]:
    value = resource.find("configuration") or resource.find("security_configuration")
    meant = document(value)
    if not isinstance(meant, Map):
        return None, resource.span
    inner = meant.get("EncryptionConfiguration")
    return (inner if isinstance(inner, Map) else Map(meant.span, {})), meant.span


def emr_stored(resource: Resource, _module: Module) -> Found:
    inner, span = _emr(resource)
    if inner is None:
        return
    yield from _emr_flag(resource, inner, span, "EnableAtRestEncryption", "stores data in clear")
    disks = inner.find("AtRestEncryptionConfiguration.LocalDiskEncryptionConfiguration")
    if truth(inner.get("EnableAtRestEncryption")) is True and disks is None:
        yield hit(
            inner.span, f"{resource.label} stores local disks in clear", subject=f"{resource.address} local disks"
        )
    value = disks.get("EnableEbsEncryption") if isinstance(disks, Map) else None
    if value is not None and truth(value) is False:
        yield hit(
            value.span,
            f"{resource.label} stores EBS volumes in clear",
            subject=f"{resource.address} volumes",
            severity=Severity.MEDIUM,
        )


def _emr_flag(resource: Resource, inner: Map, span: Span, name: str, says_: str) -> Found:
    value = inner.get(name)
    if isinstance(value, Unresolved):
        yield unknown(value)
    elif (value is None and not inner.more) or (value is not None and truth(value) is False):
        yield hit(
            span if value is None else value.span,
            f"{resource.label} {says_}",
            fix=f'Write `"{name}": true`.',
            subject=f"{resource.address} {name}",
        )


TLS = Rule(
    id="aws/service-tls",
    title="Service that is spoken to in clear",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="CloudSearch answers over HTTP, DAX, the cache of AppSync, EMR and jobs of SageMaker speak in clear, SES hands"
    " mail on in clear where the other side offers no TLS, unless they are told otherwise; FTP always does.",
    fix="Turn TLS on, and use SFTP or FTPS in the place of FTP.",
    refs=("CWE-319", "PCI DSS 4.2.1", "https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/"),
    bad=(
        """\
resource "aws_dax_cluster" "carts" { # <- here
  cluster_name = "carts"
}

resource "aws_cloudsearch_domain" "search" {
  endpoint_options {
    enforce_https       = false # <- here
    tls_security_policy = "Policy-Min-TLS-1-0-2019-07" # <- here
  }
}

resource "aws_transfer_server" "orders" {
  protocols = ["SFTP", "FTP"] # <- here
}
""",
        """\
# file: template.yaml
Resources:
  Jobs:
    Type: AWS::EMR::SecurityConfiguration
    Properties:
      SecurityConfiguration:
        EncryptionConfiguration:
          EnableInTransitEncryption: false # <- here
          EnableAtRestEncryption: true
""",
    ),
    good=(
        """\
resource "aws_dax_cluster" "carts" {
  cluster_name                     = "carts"
  cluster_endpoint_encryption_type = "TLS"
}

resource "aws_transfer_server" "orders" {
  protocols            = ["SFTP"]
  security_policy_name = "TransferSecurityPolicy-2024-01"
}

resource "aws_ses_configuration_set" "mail" {
  name = "mail"
  delivery_options {
    tls_policy = "Require"
  }
}
""",
    ),
)

_OLD_TRANSFER = ("TransferSecurityPolicy-2018-11", "TransferSecurityPolicy-2020-06", "TransferSecurityPolicy-2022-03")

_TLS_NEEDS = (
    Need(("aws_cloudsearch_domain",), "endpoint_options.enforce_https", true, "answers over HTTP", "true"),
    Need(
        ("aws_cloudsearch_domain",),
        "endpoint_options.tls_security_policy",
        lambda value: (known(value) or "").startswith(("Policy-Min-TLS-1-2", "Policy-Min-TLS-1-3")),
        "speaks early TLS",
        '"Policy-Min-TLS-1-2-2019-07"',
    ),
    Need(("aws_dax_cluster",), "cluster_endpoint_encryption_type", among("TLS"), "is spoken to in clear", '"TLS"'),
    Need(("aws_appsync_api_cache",), "transit_encryption_enabled", true, "is spoken to in clear", "true"),
    Need(
        ("aws_ses_configuration_set",),
        "delivery_options.tls_policy",
        among("Require", "REQUIRE"),
        "hands mail on in clear where the other side offers no TLS",
        '"Require"',
        severity=Severity.LOW,
    ),
    Need(
        ("aws_sesv2_configuration_set",),
        "delivery_options.tls_policy",
        among("Require", "REQUIRE"),
        "hands mail on in clear where the other side offers no TLS",
        '"REQUIRE"',
        severity=Severity.LOW,
    ),
    Need(
        ("aws_transfer_server",),
        "security_policy_name",
        not_among(*_OLD_TRANSFER, "TransferSecurityPolicy-FIPS-2020-06"),
        "speaks old ciphers",
        '"TransferSecurityPolicy-2024-01"',
        absent=False,
        severity=Severity.MEDIUM,
    ),
    Need(
        ("aws_sagemaker_data_quality_job_definition",),
        "network_config.enable_inter_container_traffic_encryption",
        true,
        "speaks in clear between its machines",
        "true",
        severity=Severity.LOW,
    ),
    Need(
        ("AWS::Serverless::Api", "AWS::Serverless::HttpApi"),
        "domain.security_policy",
        not_among("tls_1_0"),
        "speaks early TLS",
        "TLS_1_2",
        absent=False,
    ),
)


def transfer(resource: Resource, _module: Module) -> Found:
    for value in texts(resource.find("protocols")):
        if isinstance(value, Scalar) and known(value) == "FTP":
            yield bad(resource, value.span, "takes logins and files in clear", "protocols", '["SFTP"]')


def emr_spoken(resource: Resource, _module: Module) -> Found:
    inner, span = _emr(resource)
    if inner is not None:
        yield from _emr_flag(resource, inner, span, "EnableInTransitEncryption", "speaks in clear between its nodes")


def session(resource: Resource, _module: Module) -> Found:
    """A document that says how Session Manager works: without a key, what is typed goes by TLS of the channel alone."""
    if (known(resource.find("document_type")) or "").lower() != "session":
        return
    content = document(resource.find("content"))
    if not isinstance(content, Map) or content.more:
        return
    value: Value | None = content.find("inputs.kmsKeyId")
    if value is None or known(value) == "":
        yield hit(
            content.span if value is None else value.span,
            f"{resource.label} encrypts sessions with no key of yours",
            fix="Name a key in `kmsKeyId`.",
            subject=f"{resource.address} kmsKeyId",
            severity=Severity.LOW,
        )


def nodes(resource: Resource, _module: Module) -> Found:
    """Nodes of EKS that are given a key for SSH: port 22 is open to everybody unless groups are named.
    https://docs.aws.amazon.com/eks/latest/APIReference/API_RemoteAccessConfig.html"""
    for block in blocks(resource, "remote_access"):
        key = block.get("ec2_ssh_key")
        groups = block.get("source_security_group_ids") or block.get("source_security_groups")
        if key is not None and groups is None and not block.more:
            yield hit(
                key.span,
                f"{resource.label} opens port 22 (SSH) to everybody, as it names no security groups",
                fix="Name the groups that may log in in `source_security_group_ids`, or use Session Manager.",
                subject=f"{resource.address} remote_access",
            )


CHECKS = (
    Check(STORAGE, kinds_of(*_STORAGE_NEEDS), needs(*_STORAGE_NEEDS)),
    Check(STORAGE, ("aws_dlm_lifecycle_policy",), copies),
    Check(STORAGE, ("aws_api_gateway_stage",), cached),
    Check(STORAGE, ("aws_emr_security_configuration",), emr_stored),
    Check(TLS, kinds_of(*_TLS_NEEDS), needs(*_TLS_NEEDS)),
    Check(TLS, ("aws_transfer_server",), transfer),
    Check(TLS, ("aws_emr_security_configuration",), emr_spoken),
    Check(TLS, ("aws_ssm_document",), session),
    Check(OPEN_ADMIN, ("aws_eks_node_group",), nodes),
)
