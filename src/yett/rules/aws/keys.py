"""Keys of KMS: renewed, kept, and whose."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Module, Resource, Unresolved, Value, known, number
from yett.rules.aws.need import Need, absent, kinds_of, needs
from yett.rules.cloud import Check, false, true

Found = Iterator[Hit | Unknown]

ROTATION = Rule(
    id="aws/kms-rotation",
    title="Key that never changes",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="AWS renews the material of a symmetric key every year, but only where `enable_key_rotation` is true, which is"
    " not the default. Keys that cannot be renewed so (asymmetric, HMAC, imported, replicas) are left alone.",
    fix="Set `enable_key_rotation = true`.",
    refs=("CWE-324", "PCI DSS 3.7.4", "https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html"),
    bad=(
        """\
resource "aws_kms_key" "cards" { # <- here
  description = "cards"
}

resource "aws_kms_key" "orders" {
  enable_key_rotation = false # <- here
}

resource "aws_kms_key" "signing" {
  customer_master_key_spec = "RSA_2048"
  enable_key_rotation      = true # <- here
}
""",
        """\
# file: template.yaml
Resources:
  Cards: # <- here
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy: {Version: "2012-10-17"}
""",
    ),
    good=(
        """\
resource "aws_kms_key" "cards" {
  enable_key_rotation = true
}

resource "aws_kms_key" "signing" {
  customer_master_key_spec = "RSA_2048"
  key_usage                = "SIGN_VERIFY"
}
""",
    ),
)


def _rotates(resource: Resource) -> bool:
    """Whether a key is of a kind that can be renewed."""
    spec = resource.find("customer_master_key_spec")
    usage = resource.find("key_usage")
    return (
        (spec is None or known(spec) in ("SYMMETRIC_DEFAULT", None))
        and known(usage) in (None, "ENCRYPT_DECRYPT")
        and not (isinstance(spec, Unresolved) or isinstance(usage, Unresolved))
        and (known(resource.find("origin")) or "AWS_KMS") == "AWS_KMS"
        and not resource.has("custom_key_store_id")
    )


_ROTATION_NEEDS = (
    Need(("aws_kms_key",), "enable_key_rotation", true, "never changes", "true", when=_rotates),
    Need(
        ("aws_kms_key",),
        "enable_key_rotation",
        false,
        "never changes: AWS renews no asymmetric key",
        "false",
        absent=False,
        when=lambda resource: (known(resource.find("customer_master_key_spec")) or "").startswith(
            ("RSA_", "ECC_", "HMAC_", "SM2")
        ),
        severity=Severity.INFO,
    ),
)

NO_POLICY = Rule(
    id="aws/kms-no-policy",
    title="Key without a policy of its own",
    severity=Severity.INFO,
    level=Action.INFO,
    why="The policy that AWS gives a key lets the whole account decide who may use it: every policy of IAM that allows"
    " `kms:Decrypt` on all keys opens this one, too.",
    fix="Write a key policy that names who administers the key and who uses it.",
    refs=(
        "CWE-284",
        "PCI DSS 3.6.1.3",
        "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
    ),
    bad=(
        """\
resource "aws_kms_key" "cards" { # <- here
  description         = "cards"
  enable_key_rotation = true
}
""",
    ),
    good=(
        """\
resource "aws_kms_key" "cards" {
  description = "cards"
  policy      = data.aws_iam_policy_document.cards.json
}

resource "aws_kms_key" "orders" {
  description = "orders"
}

resource "aws_kms_key_policy" "orders" {
  key_id = aws_kms_key.orders.id
  policy = data.aws_iam_policy_document.orders.json
}
""",
    ),
)


def no_policy(resource: Resource, module: Module) -> Found:
    if resource.has("policy") or resource.type == "module":
        return
    if module.about(resource, "aws_kms_key_policy", "key_id") or module.elsewhere("aws_kms_key_policy", "key_id"):
        return
    yield absent(
        resource, "policy", "leaves it to the account who may use it", "data.aws_iam_policy_document.NAME.json"
    )


DELETION = Rule(
    id="aws/kms-deletion",
    title="Key that is off, or gone within days",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Everything that was encrypted with a key is lost with it. AWS waits 30 days by default, 7 at the least.",
    fix="Leave `deletion_window_in_days` at 30, and do not turn off a key that is in use.",
    refs=("CWE-320", "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html"),
    bad=(
        """\
resource "aws_kms_key" "cards" {
  is_enabled              = false # <- here
  deletion_window_in_days = 7 # <- here
}
""",
    ),
    good=(
        """\
resource "aws_kms_key" "cards" {
  deletion_window_in_days = 30
}
""",
    ),
)


def _long(value: Value) -> bool | None:
    days = number(value)
    return None if days is None else days >= 14


_DELETION_NEEDS = (
    Need(("aws_kms_key",), "is_enabled", true, "is off", "true", absent=False),
    Need(("aws_kms_key",), "deletion_window_in_days", _long, "is gone within days", "30", absent=False),
)

CHECKS = (
    Check(ROTATION, kinds_of(*_ROTATION_NEEDS), needs(*_ROTATION_NEEDS)),
    Check(NO_POLICY, ("aws_kms_key",), no_policy),
    Check(DELETION, kinds_of(*_DELETION_NEEDS), needs(*_DELETION_NEEDS)),
)
