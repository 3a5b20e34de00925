"""What is shared with everybody or has a door to the internet: snapshots, images, servers, notebooks."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Module, Resource, Unresolved, known, texts, truth
from yett.rules.aws.compute import IMDS, PUBLIC_IP
from yett.rules.aws.need import Need, bad, kinds_of, needs, not_among
from yett.rules.aws.s3 import BLOCK_PUBLIC
from yett.rules.cloud import Check, at_least, blocks, false, true, unknown
from yett.rules.hits import hit

Found = Iterator[Hit | Unknown]

SHARED = Rule(
    id="aws/shared-with-all",
    title="Snapshot, image or document that every account may use",
    severity=Severity.CRITICAL,
    why="Public snapshots and images are searched for secrets and customer data by machines, within hours. A snapshot"
    " holds the whole database, with everybody's passwords.",
    fix="Name the accounts that need it.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.4",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html",
    ),
    bad=(
        """\
resource "aws_db_snapshot" "orders" {
  db_instance_identifier = aws_db_instance.orders.identifier
  db_snapshot_identifier = "orders"
  shared_accounts        = ["all"] # <- here
}

resource "aws_ami_launch_permission" "shop" {
  image_id = aws_ami.shop.id
  group    = "all" # <- here
}
""",
    ),
    good=(
        """\
resource "aws_db_snapshot" "orders" {
  db_instance_identifier = aws_db_instance.orders.identifier
  db_snapshot_identifier = "orders"
  shared_accounts        = ["111122223333"]
}

resource "aws_ami_launch_permission" "shop" {
  image_id   = aws_ami.shop.id
  account_id = "111122223333"
}
""",
    ),
)

_SHARES = {
    "aws_db_snapshot": ("shared_accounts",),
    "aws_db_cluster_snapshot": ("shared_accounts",),
    "aws_db_snapshot_copy": ("shared_accounts",),
    "aws_ami_launch_permission": ("group",),
    "aws_ssm_document": ("permissions.account_ids",),
}


def shared(resource: Resource, _module: Module) -> Found:
    for path in _SHARES[resource.kind]:
        for value in texts(resource.find(path)):
            if isinstance(value, Unresolved):
                yield unknown(value)
                continue
            for name in (known(value) or "").split(","):
                if name.strip().lower() == "all":
                    yield bad(resource, value.span, "is shared with every account", path, "")


OPEN = Rule(
    id="aws/service-public",
    title="Managed service with a door to the internet",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Airflow runs what its users write, with the role of the company; a public sign-in page is one stolen password"
    " away from it. A server for file transfer is public unless it is put into a network.",
    fix="Use private access, and a VPN or a private link for people.",
    refs=("CWE-668", "PCI DSS 1.4.4", "https://docs.aws.amazon.com/mwaa/latest/userguide/configuring-networking.html"),
    bad=(
        """\
resource "aws_mwaa_environment" "jobs" {
  webserver_access_mode = "PUBLIC_ONLY" # <- here
}

resource "aws_transfer_server" "orders" {
  endpoint_type = "PUBLIC" # <- here
}

resource "aws_emr_block_public_access_configuration" "all" {
  block_public_security_group_rules = false # <- here
}
""",
    ),
    good=(
        """\
resource "aws_mwaa_environment" "jobs" {
  name = "jobs"
}

resource "aws_transfer_server" "orders" {
  endpoint_type = "VPC"
}
""",
    ),
)

_OPEN_NEEDS = (
    Need(
        ("aws_mwaa_environment",),
        "webserver_access_mode",
        not_among("public_only"),
        "shows its sign-in page to the internet",
        '"PRIVATE_ONLY"',
        absent=False,
    ),
    Need(
        ("aws_transfer_server",),
        "endpoint_type",
        not_among("public"),
        "is open to the internet",
        '"VPC"',
        severity=Severity.LOW,
    ),
    Need(
        ("aws_emr_block_public_access_configuration",),
        "block_public_security_group_rules",
        true,
        "lets clusters be open to the internet",
        "true",
        absent=False,
    ),
)

_IP_NEEDS = (
    # A service of CloudFormation is public where nothing is said, an instance of Terraform is not.
    Need(
        ("aws_dms_replication_instance",),
        "publicly_accessible",
        false,
        "has a public address",
        "false",
        severity_absent=Severity.MEDIUM,
        when=lambda resource: resource.format == "cloudformation" and not resource.has("publicly_accessible"),
    ),
    Need(
        ("aws_sagemaker_notebook_instance",),
        "direct_internet_access",
        not_among("enabled"),
        "is connected to the internet",
        '"Disabled"',
        severity_absent=Severity.LOW,
        when=lambda resource: not resource.has("direct_internet_access"),
    ),
)

AMI_OWNER = Rule(
    id="aws/ami-owner",
    title="Machine image by name, whoever made it",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Whoever has an account may publish an image under any name; the newest that fits is taken, and machines start"
    " with a stranger's software.",
    fix='Name the owners: `owners = ["amazon"]`, or the number of an account.',
    refs=(
        "CWE-345",
        "PCI DSS 6.3.2",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/finding-an-ami.html",
    ),
    bad=(
        """\
data "aws_ami" "shop" { # <- here
  most_recent = true
  filter {
    name   = "name"
    values = ["ubuntu/images/hvm-ssd/ubuntu-jammy-*"]
  }
}
""",
    ),
    good=(
        """\
data "aws_ami" "shop" {
  most_recent = true
  owners      = ["099720109477"]
  filter {
    name   = "name"
    values = ["ubuntu/images/hvm-ssd/ubuntu-jammy-*"]
  }
}

data "aws_ami" "pinned" {
  filter {
    name   = "image-id"
    values = ["ami-0a1b2c3d4e5f60718"]
  }
}
""",
    ),
)

_NAMING = ("owner-alias", "owner-id", "image-id")


def ami_owner(resource: Resource, _module: Module) -> Found:
    if resource.has("owners", "executable_users") or resource.body.more:
        return
    names = [known(block.get("name")) for block in blocks(resource, "filter")]
    if not any(name is None or name in _NAMING for name in names):
        yield hit(
            resource.span,
            f"{resource.label} takes an image of anybody, as owners is not set",
            fix='Write `owners = ["amazon"]`, or the number of the account that makes the image.',
            subject=f"{resource.address} owners",
        )


NOTEBOOK = Rule(
    id="aws/notebook-root",
    title="Notebook whose users are root",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Who is root in a notebook reads every user's files and the credentials of its role, and turns off what watches"
    " it. It is so unless `root_access` says otherwise.",
    fix='Set `root_access = "Disabled"`.',
    refs=("CWE-250", "PCI DSS 7.2.5", "https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-root-access.html"),
    bad=(
        """\
resource "aws_sagemaker_notebook_instance" "sales" {
  name        = "sales"
  root_access = "Enabled" # <- here
}
""",
    ),
    good=(
        """\
resource "aws_sagemaker_notebook_instance" "sales" {
  name        = "sales"
  root_access = "Disabled"
}
""",
    ),
)

_NOTEBOOK_NEEDS = (
    Need(
        ("aws_sagemaker_notebook_instance",),
        "root_access",
        not_among("enabled"),
        "lets its users be root",
        '"Disabled"',
    ),
)

_IMDS_NEEDS = (
    Need(
        ("aws_sagemaker_notebook_instance",),
        "instance_metadata_service_configuration.minimum_instance_metadata_service_version",
        at_least(2),
        "hands its role to any request",
        '"2"',
        severity=Severity.LOW,
    ),
)

_BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")


def access_point(resource: Resource, _module: Module) -> Found:
    """An access point blocks all public access unless it says otherwise."""
    for block in blocks(resource, "public_access_block_configuration"):
        for name in _BLOCKS:
            value = block.get(name)
            if isinstance(value, Unresolved):
                yield unknown(value)
            elif value is not None and truth(value) is False:
                yield bad(resource, value.span, f"has {name} off", name, "true")


CHECKS = (
    Check(AMI_OWNER, ("data.aws_ami",), ami_owner),
    Check(SHARED, tuple(_SHARES), shared),
    Check(OPEN, kinds_of(*_OPEN_NEEDS), needs(*_OPEN_NEEDS)),
    Check(PUBLIC_IP, kinds_of(*_IP_NEEDS), needs(*_IP_NEEDS)),
    Check(NOTEBOOK, kinds_of(*_NOTEBOOK_NEEDS), needs(*_NOTEBOOK_NEEDS)),
    Check(IMDS, kinds_of(*_IMDS_NEEDS), needs(*_IMDS_NEEDS)),
    Check(BLOCK_PUBLIC, ("aws_s3_access_point",), access_point),
)
