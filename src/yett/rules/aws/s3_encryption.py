"""Buckets: encrypted on the way and where they rest."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse import iam
from yett.parse.resources import Module, Resource, Unresolved
from yett.rules.aws.policies import policy
from yett.rules.aws.s3 import nowhere
from yett.rules.cloud import Check, unknown
from yett.rules.hits import hit, short
from yett.rules.iam_policy import demands_tls

Found = Iterator[Hit | Unknown]
_DOCS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"

HTTP_ALLOWED = Rule(
    id="aws/s3-http-allowed",
    title="Bucket policy that does not refuse plain HTTP",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="S3 answers over HTTP as well as over HTTPS, unless a statement of the bucket's policy denies what comes"
    " without TLS.",
    fix="Add a statement that denies `s3:*` to `*` where `aws:SecureTransport` is false.",
    refs=("CWE-319", "PCI DSS 4.2.1", _DOCS + "security-best-practices.html"),
    bad=(
        """\
resource "aws_s3_bucket_policy" "orders" {
  bucket = aws_s3_bucket.orders.id
  policy = jsonencode({ # <- here
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::111122223333:role/checkout" }
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.orders.arn}/*"
    }]
  })
}
""",
    ),
    good=(
        """\
resource "aws_s3_bucket_policy" "orders" {
  bucket = aws_s3_bucket.orders.id
  policy = <<-EOF
    {
      "Version": "2012-10-17",
      "Statement": [{
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "${aws_s3_bucket.orders.arn}/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}
      }]
    }
  EOF
}

resource "aws_s3_bucket_policy" "invoices" {
  bucket = aws_s3_bucket.invoices.id
  policy = templatefile("policy.json", {})
}
""",
    ),
)


def http_allowed(resource: Resource, module: Module) -> Found:
    value = resource.find("policy")
    found = policy(value, resource, module)
    if found is None or value is None:
        if isinstance(value, Unresolved):
            yield unknown(value)
    elif found.holes:
        yield Unknown(found.holes[0].span.line, short(found.holes[0].source))
    elif not demands_tls(found) and not _allows_tls_alone(found):
        others = module.about(resource, "aws_s3_bucket_policy", "bucket") if resource.kind == "aws_s3_bucket" else ()
        if not others:
            span = resource.place("policy")
            key = resource.body.key(resource.own("policy"))
            yield hit(
                key or span, f"{resource.label} accepts requests without TLS", subject=f"{resource.address} transport"
            )


def _allows_tls_alone(document: iam.Document) -> bool:
    """Whether everything that is allowed is allowed over TLS alone."""
    allowed = [statement for statement in document.statements if statement.allows]
    return bool(allowed) and all(
        any(
            condition.key.text.lower() == "aws:securetransport"
            and condition.operator.text.lower() == "bool"
            and all(value.text.lower() == "true" for value in condition.values)
            for condition in statement.conditions
        )
        for statement in allowed
    )


UNENCRYPTED = Rule(
    id="aws/s3-unencrypted",
    title="Bucket without a configuration of its encryption",
    severity=Severity.LOW,
    level=Action.INFO,
    why="S3 encrypts every new object with its own keys since January 2023, so that nothing is stored in clear; who may"
    " decrypt it is decided by a key of your own only.",
    fix="Configure `aws:kms` with a key of your own for card and customer data.",
    refs=("CWE-311", "PCI DSS 3.5.1", _DOCS + "default-encryption-faq.html"),
    bad=(
        """\
resource "aws_s3_bucket" "orders" { # <- here
  bucket = "shop-orders"
}
""",
        """\
# file: template.yaml
Resources:
  Orders: # <- here
    Type: AWS::S3::Bucket
""",
    ),
    good=(
        """\
resource "aws_s3_bucket" "orders" {
  bucket = "shop-orders"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "orders" {
  bucket = aws_s3_bucket.orders.bucket
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}

resource "aws_s3_bucket" "invoices" {
  server_side_encryption_configuration {
    rule {
      apply_server_side_encryption_by_default {
        sse_algorithm = "AES256"
      }
    }
  }
}
""",
    ),
)


def unencrypted(resource: Resource, module: Module) -> Found:
    kind = "aws_s3_bucket_server_side_encryption_configuration"
    if not resource.has("server_side_encryption_configuration.rule") and not module.about(
        resource, kind, "bucket", "bucket"
    ):
        yield from nowhere(
            resource, module, kind, "has no encryption configured", "server_side_encryption_configuration.rule"
        )


CHECKS = (
    Check(HTTP_ALLOWED, ("aws_s3_bucket", "aws_s3_bucket_policy"), http_allowed),
    Check(UNENCRYPTED, ("aws_s3_bucket",), unencrypted),
)
