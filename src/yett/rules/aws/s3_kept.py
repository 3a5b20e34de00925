"""What is kept of what happens in a bucket: old versions, and a log of requests."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Module, Resource, Scalar, Unresolved, Value, known, truth
from yett.rules.aws.need import absent, bad
from yett.rules.aws.s3 import nowhere
from yett.rules.cloud import Check, unknown

Found = Iterator[Hit | Unknown]

_DOCS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"

VERSIONS = Rule(
    id="aws/s3-versioning",
    title="Bucket that keeps no old versions",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Versions bring back what was overwritten, deleted or held for ransom. They are off by default.",
    fix="Enable versioning.",
    refs=("CWE-693", "PCI DSS 10.3.4", _DOCS + "Versioning.html"),
    bad=(
        """\
resource "aws_s3_bucket" "backups" {
  bucket = "shop-backups"
  versioning {
    enabled = false # <- here
  }
}

resource "aws_s3_bucket" "orders" {
  bucket = "shop-orders"
}

resource "aws_s3_bucket_versioning" "orders" {
  bucket = aws_s3_bucket.orders.id
  versioning_configuration {
    status = "Suspended" # <- here
  }
}

resource "aws_s3_bucket" "media" { # <- here
  bucket = "shop-media"
}

module "pictures" {
  source  = "terraform-aws-modules/s3-bucket/aws"
  version = "~> 4.0"
  versioning = {
    enabled = false # <- here
  }
}
""",
    ),
    good=(
        """\
resource "aws_s3_bucket" "orders" {
  bucket = "shop-orders"
  versioning {
    enabled = true
  }
}
""",
        """\
# file: template.yaml
Resources:
  Orders:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: {Status: Enabled}
""",
    ),
)

MFA_DELETE = Rule(
    id="aws/s3-mfa-delete",
    title="Bucket whose versions may be deleted without a second factor",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Whoever has stolen the key of an administrator deletes the old versions, too, unless the bucket asks for a"
    " second factor.",
    fix="Set `mfa_delete` to enabled, as the root user, or lock objects.",
    refs=("CWE-308", "PCI DSS 10.3.4", _DOCS + "MultiFactorAuthenticationDelete.html"),
    bad=(
        """\
resource "aws_s3_bucket_versioning" "orders" {
  bucket = aws_s3_bucket.orders.id
  versioning_configuration {
    status     = "Enabled"
    mfa_delete = "Disabled" # <- here
  }
}

resource "aws_s3_bucket" "stock" {
  bucket = "shop-stock"
  versioning { # <- here
    enabled = true
  }
}
""",
    ),
    good=(
        """\
resource "aws_s3_bucket_versioning" "orders" {
  bucket = aws_s3_bucket.orders.id
  versioning_configuration {
    status     = "Enabled"
    mfa_delete = "Enabled"
  }
}
""",
    ),
)

ACCESS_LOG = Rule(
    id="aws/s3-access-log",
    title="Bucket that keeps no log of its requests",
    severity=Severity.LOW,
    level=Action.INFO,
    why="The log says who read a bucket. It is off by default.",
    fix="Send the log to a bucket of its own, or record data events with CloudTrail.",
    refs=("CWE-778", "PCI DSS 10.2.1", _DOCS + "ServerLogs.html"),
    bad=(
        """\
resource "aws_s3_bucket" "orders" { # <- here
  bucket = "shop-orders"
}
""",
    ),
    good=(
        """\
resource "aws_s3_bucket" "orders" {
  bucket = "shop-orders"
  logging {
    target_bucket = aws_s3_bucket.logs.id
  }
}

resource "aws_s3_bucket" "logs" {
  bucket = "shop-logs"
}

resource "aws_s3_bucket" "stock" {
  bucket = "shop-stock"
}

resource "aws_s3_bucket_logging" "stock" {
  bucket        = aws_s3_bucket.stock.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "stock/"
}
""",
        """\
# file: template.yaml
Resources:
  Orders:
    Type: AWS::S3::Bucket
    Properties:
      LoggingConfiguration: {DestinationBucketName: shop-logs}
""",
    ),
)


def versions(resource: Resource, module: Module) -> Found:
    if resource.kind == "aws_s3_bucket_versioning":
        yield from _versioned(resource, resource.find("versioning_configuration.status"), "versioning_configuration")
        return
    own = resource.find("versioning.enabled") or resource.find("versioning.status")
    if own is not None or resource.has("versioning"):
        yield from _versioned(resource, own, "versioning")
    elif not module.about(resource, "aws_s3_bucket_versioning", "bucket", "bucket"):
        yield from nowhere(resource, module, "aws_s3_bucket_versioning", "keeps no old versions", "versioning.status")


def mfa_delete(resource: Resource, _module: Module) -> Found:
    for path, right in (("versioning_configuration.mfa_delete", '"Enabled"'), ("versioning.mfa_delete", "true")):
        value = resource.find(path)
        if isinstance(value, Scalar) and (known(value) == "Disabled" or truth(value) is False):
            yield bad(resource, value.span, _UNGUARDED, path, right)
    own = "versioning" if resource.kind == "aws_s3_bucket" else "versioning_configuration"
    state = known(resource.find(f"{own}.enabled") or resource.find(f"{own}.status"))
    if resource.format == "terraform" and state is not None and not resource.has(f"{own}.mfa_delete"):
        right = "true" if own == "versioning" else '"Enabled"'
        yield absent(resource, f"{own}.mfa_delete", _UNGUARDED, right)


_UNGUARDED = "lets versions be deleted without a second factor"


def access_log(resource: Resource, module: Module) -> Found:
    logged = resource.has("logging") or module.about(resource, "aws_s3_bucket_logging", "bucket", "bucket")
    if not logged and not _is_log(resource, module):
        yield from nowhere(resource, module, "aws_s3_bucket_logging", "keeps no log of its requests", "logging")


def _is_log(resource: Resource, module: Module) -> bool:
    """A bucket that takes the logs of others logs nothing itself, or it would log its own log."""
    acls = (resource, *module.about(resource, "aws_s3_bucket_acl", "bucket", "bucket"))
    if any((known(each.find("acl")) or "").replace("-", "").lower() == "logdeliverywrite" for each in acls):
        return True
    if module.about(resource, "aws_s3_bucket_logging", "target_bucket", "bucket"):
        return True
    paths = ("logging.target_bucket", "logging_configuration.destination_bucket_name")
    return any(module.about(resource, "aws_s3_bucket", path, "bucket") for path in paths)


def _versioned(resource: Resource, value: Value | None, path: str) -> Found:
    name = "status" if resource.kind != "aws_s3_bucket" or resource.format != "terraform" else "enabled"
    value_to_write = '"Enabled"' if name == "status" else "true"
    if isinstance(value, Unresolved):
        yield unknown(value)
    elif value is None:
        yield absent(resource, f"{path}.{name}", "keeps no old versions", value_to_write)
    elif known(value) not in ("true", "Enabled"):
        yield bad(resource, value.span, "keeps no old versions", f"{path}.{name}", value_to_write)


CHECKS = (
    Check(VERSIONS, ("aws_s3_bucket", "aws_s3_bucket_versioning"), versions),
    Check(MFA_DELETE, ("aws_s3_bucket", "aws_s3_bucket_versioning"), mfa_delete),
    Check(ACCESS_LOG, ("aws_s3_bucket",), access_log),
)
