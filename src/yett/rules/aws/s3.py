"""Buckets: who may read them, and how."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Map, Module, Resource, Scalar, Unresolved, known, objects, truth
from yett.rules.aws.need import bad, camel, write
from yett.rules.aws.policies import policy
from yett.rules.cloud import Check, unknown
from yett.rules.hits import hit, short
from yett.rules.iam_policy import public

Found = Iterator[Hit | Unknown]

_DOCS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"

PUBLIC_ACL = Rule(
    id="aws/s3-public-acl",
    title="Bucket whose access control list is public",
    severity=Severity.CRITICAL,
    why="`public-read` lets everybody read every object and list the bucket, `authenticated-read` every AWS customer of"
    " the world: orders, invoices, backups.",
    fix="Leave the list away, or set it to `private`; hand files to the shop's visitors through CloudFront.",
    refs=("CWE-732", "PCI DSS 1.4.4", "PCI DSS 7.2.1", _DOCS + "acl-overview.html"),
    bad=(
        """\
resource "aws_s3_bucket" "orders" {
  bucket = "shop-orders"
  acl    = "public-read" # <- here
}

resource "aws_s3_bucket_acl" "invoices" {
  bucket = aws_s3_bucket.invoices.id
  access_control_policy {
    grant {
      permission = "READ"
      grantee {
        type = "Group"
        uri  = "http://acs.amazonaws.com/groups/global/AllUsers" # <- here
      }
    }
  }
}
""",
        """\
# file: template.yaml
Resources:
  Orders:
    Type: AWS::S3::Bucket
    Properties:
      AccessControl: PublicReadWrite # <- here
""",
    ),
    good=(
        """\
variable "acl" {}

resource "aws_s3_bucket" "orders" {
  acl = "private"
}

resource "aws_s3_bucket" "assets" {
  acl = var.acl
}

resource "aws_s3_bucket_acl" "ignored" {
  bucket = aws_s3_bucket.orders.id
  acl    = "public-read"
}

resource "aws_s3_bucket_public_access_block" "orders" {
  bucket             = aws_s3_bucket.orders.id
  block_public_acls  = true
  ignore_public_acls = true
}
""",
    ),
)

_PUBLIC = ("publicread", "publicreadwrite", "authenticatedread")
_GROUPS = ("/global/AllUsers", "/global/AuthenticatedUsers")


def public_acl(resource: Resource, module: Module) -> Found:
    bucket = resource
    if resource.kind == "aws_s3_bucket_acl":
        bucket = module.resolve(resource.find("bucket"), resource.path) or resource
    if any(_blocks(block, "ignore_public_acls") for block in _access_blocks(bucket, module)):
        return
    value = resource.find("acl")
    if isinstance(value, Unresolved):
        yield unknown(value)
    text = known(value)
    if text and value and text.replace("-", "").lower() in _PUBLIC:
        yield bad(resource, value.span, f"has the public access control list {text}", "acl", _private(resource))
    for path in ("grant.uri", "access_control_policy.grant.grantee.uri"):
        for each in resource.every(path):
            uri = known(each) or ""
            if uri.endswith(_GROUPS):
                group = uri.rpartition("/")[2]
                yield hit(
                    each.span,
                    f"{resource.label} is granted to {group}",
                    subject=f"{resource.address} {path} {group}",
                    fix="Grant it to a canonical user, or leave the grant away.",
                )


def _private(resource: Resource) -> str:
    return "Private" if resource.format == "cloudformation" else '"private"'


def _access_blocks(bucket: Resource, module: Module) -> Iterator[Map | Resource]:
    """The public access blocks of a bucket, and those of the account."""
    for each in objects(bucket.find("public_access_block")):
        if isinstance(each, Map):
            yield each
    yield from module.about(bucket, "aws_s3_bucket_public_access_block", "bucket", "bucket")
    yield from module.of("aws_s3_account_public_access_block")


def _blocks(block: Map | Resource, flag: str) -> bool:
    return truth(block.find(flag)) is True


PUBLIC_POLICY = Rule(
    id="aws/s3-public-policy",
    title="Bucket policy that lets everybody in",
    severity=Severity.CRITICAL,
    why="`*` as principal is everybody, with or without an AWS account, unless a condition keeps them out.",
    fix="Name the principals, or limit the statement with `aws:PrincipalOrgID` or `aws:SourceVpce`.",
    refs=("CWE-284", "PCI DSS 7.2.1", "PCI DSS 7.3.3", _DOCS + "access-control-block-public-access.html"),
    bad=(
        """\
resource "aws_s3_bucket_policy" "orders" {
  bucket = aws_s3_bucket.orders.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*" # <- here
      Action    = "s3:GetObject"
      Resource  = "${aws_s3_bucket.orders.arn}/*"
    }]
  })
}
""",
        """\
# file: template.yaml
Resources:
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Orders
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {AWS: "*"} # <- here
            Action: s3:GetObject
            Resource: !Sub "arn:aws:s3:::${Orders}/*"
""",
    ),
    good=(
        """\
data "aws_iam_policy_document" "orders" {
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["${aws_s3_bucket.orders.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.orders.arn}/*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceVpce"
      values   = ["vpce-1a2b3c4d"]
    }
  }
}

resource "aws_s3_bucket_policy" "orders" {
  bucket = aws_s3_bucket.orders.id
  policy = data.aws_iam_policy_document.orders.json
}
""",
    ),
)


def public_policy(resource: Resource, module: Module) -> Found:
    found = policy(resource.find("policy"), resource, module)
    if found is None:
        return
    for hole in found.holes:
        yield Unknown(hole.span.line, short(hole.source))
    for statement, principal in public(found):
        span = principal.name.span if principal else statement.key("NotPrincipal")
        action = next(iter(statement.actions or statement.not_actions), None)
        what = f" {action.text}" if action and action.known else ""
        yield hit(
            span,
            f"{resource.label} allows{what} to everybody",
            subject=f"{resource.address} {statement.sid}{what}",
        )


BLOCK_PUBLIC = Rule(
    id="aws/s3-block-public-access",
    title="Public access to a bucket is not blocked",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The four flags keep a wrong list or policy from making the bucket public. Buckets made since April 2023 have"
    " them unless somebody takes them off, so that a bucket without a block is for information only; a block that is"
    " written leaves out what it does not set, as each flag is false by default.",
    fix="Set `block_public_acls`, `block_public_policy`, `ignore_public_acls` and `restrict_public_buckets` to true.",
    refs=("CWE-732", "PCI DSS 1.4.4", _DOCS + "access-control-block-public-access.html"),
    bad=(
        """\
resource "aws_s3_bucket" "orders" {
  bucket = "shop-orders"
}

resource "aws_s3_bucket_public_access_block" "orders" { # <- here
  bucket                  = aws_s3_bucket.orders.id
  block_public_acls       = true
  block_public_policy     = false # <- here
  restrict_public_buckets = true
}
""",
        """\
# file: template.yaml
Resources:
  Orders: # <- here
    Type: AWS::S3::Bucket
  Invoices:
    Type: AWS::S3::Bucket
    Properties:
      PublicAccessBlockConfiguration:
        BlockPublicAcls: true
        BlockPublicPolicy: true
        IgnorePublicAcls: true
        RestrictPublicBuckets: false # <- here
""",
    ),
    good=(
        """\
resource "aws_s3_bucket" "orders" {
  bucket = "shop-orders"
}

resource "aws_s3_bucket_public_access_block" "orders" {
  bucket                  = aws_s3_bucket.orders.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
""",
    ),
)

_FLAGS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")


def block_public(resource: Resource, module: Module) -> Found:
    if resource.kind != "aws_s3_bucket":
        yield from _flags(resource, resource)
        return
    if resource.type == "module":
        for flag in _FLAGS:
            value = resource.body.get(flag)
            if isinstance(value, Scalar) and truth(value) is False:
                yield bad(resource, value.span, f"has {flag} off", flag, "true")
        if any(resource.body.written(flag) for flag in _FLAGS):
            return
    own = [each for each in objects(resource.find("public_access_block")) if isinstance(each, Map)]
    for block in own:
        yield from _flags(resource, block)
    inner = resource.find("public_access_block")
    if isinstance(inner, Unresolved):
        yield unknown(inner)
    elif not own and not any(_access_blocks(resource, module)):
        yield from nowhere(
            resource,
            module,
            "aws_s3_bucket_public_access_block",
            "has no block of public access",
            "public_access_block",
        )


def _flags(resource: Resource, block: Map | Resource) -> Found:
    unset: list[str] = []
    for flag in _FLAGS:
        value = block.find(flag)
        if isinstance(value, Unresolved):
            yield unknown(value)
        elif value is None:
            unset.append(flag)
        elif truth(value) is False:
            yield bad(resource, value.span, f"has {_named(resource, flag)} off", _inner(resource, flag), "true")
    if unset:
        names = ", ".join(_named(resource, flag) for flag in unset)
        span = block.span if isinstance(block, Resource) else resource.place("public_access_block")
        yield hit(
            span,
            f"{resource.label} leaves {names} off",
            fix=f"Write `{write(resource, _inner(resource, unset[0]), 'true')}`, and so on.",
            subject=f"{resource.address} {','.join(unset)}",
        )


def _inner(resource: Resource, flag: str) -> str:
    return f"public_access_block_configuration.{flag}" if resource.format == "cloudformation" else flag


def _named(resource: Resource, name: str) -> str:
    return camel(name) if resource.format == "cloudformation" else name


def nowhere(bucket: Resource, module: Module, kind: str, says: str, path: str) -> Found:
    """What is missing from a bucket, unless something that cannot be told may bring it."""
    lost = module.elsewhere(kind, "bucket")
    settled = bucket.type == "module" and bucket.body.written(path.partition(".")[0]) is not None
    if (bucket.body.more and not settled) or not module.whole:
        yield Unknown(bucket.span.line, "a part of the module that was not read")
    elif lost:
        yield Unknown(bucket.span.line, f"{lost[0].label}, whose bucket only a run knows")
    else:
        yield hit(
            bucket.span,
            f"{bucket.label} {says}",
            fix=f"Add `{kind}`." if bucket.format == "terraform" else f"Add `{camel(bucket.own(path).split('.')[0])}`.",
            subject=f"{bucket.address} {path}",
            severity=Severity.LOW,
        )


CHECKS = (
    Check(PUBLIC_ACL, ("aws_s3_bucket", "aws_s3_bucket_acl"), public_acl),
    Check(PUBLIC_POLICY, ("aws_s3_bucket", "aws_s3_bucket_policy"), public_policy),
    Check(
        BLOCK_PUBLIC,
        ("aws_s3_bucket", "aws_s3_bucket_public_access_block", "aws_s3_account_public_access_block"),
        block_public,
    ),
)
