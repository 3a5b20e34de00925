"""Networks: who talked to whom, and the group that a machine gets that nobody gave one."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Map, Module, Resource, Unresolved, truth
from yett.rules.cloud import Check, unknown
from yett.rules.hits import hit

Found = Iterator[Hit | Unknown]
_DOCS = "https://docs.aws.amazon.com/vpc/latest/userguide/"

FLOW_LOGS = Rule(
    id="aws/vpc-flow-logs",
    title="Network without flow logs",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Flow logs say who talked to whom after something happened; they are off by default.",
    fix="Add `aws_flow_log`.",
    refs=("CWE-778", "PCI DSS 10.2.1", _DOCS + "flow-logs.html"),
    bad=(
        """\
resource "aws_vpc" "shop" { # <- here
  cidr_block = "10.0.0.0/16"
}

module "network" { # <- here
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 5.0"
}
""",
    ),
    good=(
        """\
resource "aws_vpc" "shop" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_flow_log" "shop" {
  vpc_id       = aws_vpc.shop.id
  traffic_type = "ALL"
}

module "network" {
  source          = "terraform-aws-modules/vpc/aws"
  version         = "~> 5.0"
  enable_flow_log = true
}
""",
    ),
)

DEFAULT_GROUP = Rule(
    id="aws/default-security-group",
    title="Default security group that lets traffic through",
    severity=Severity.LOW,
    level=Action.INFO,
    why="The default group is what a machine gets that nobody gave one; with rules in it, a forgotten setting opens a"
    " door.",
    fix="Write `aws_default_security_group` without rules, and a group of its own for each service.",
    refs=("CWE-284", "PCI DSS 1.3.1", _DOCS + "default-security-group.html"),
    bad=(
        """\
resource "aws_default_security_group" "shop" {
  vpc_id = aws_vpc.shop.id
  ingress { # <- here
    protocol  = "-1"
    self      = true
    from_port = 0
    to_port   = 0
  }
}

resource "aws_default_security_group" "office" { # <- here
  vpc_id = "vpc-0a1b2c3d"
}

resource "aws_vpc_security_group_ingress_rule" "office" {
  security_group_id = aws_default_security_group.office.id
  cidr_ipv4         = "10.0.0.0/8"
  ip_protocol       = "-1"
}

resource "aws_vpc" "lab" { # <- here
  cidr_block = "10.1.0.0/16"
}
""",
    ),
    good=(
        """\
resource "aws_vpc" "shop" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_default_security_group" "shop" {
  vpc_id = aws_vpc.shop.id
}
""",
    ),
)


def flow_logs(resource: Resource, module: Module) -> Found:
    if resource.kind == "aws_subnet":
        if resource.type == "module":
            yield from _module_flow_logs(resource)
        return
    if resource.kind == "aws_vpc":
        own = "resource_id" if resource.format == "cloudformation" else "vpc_id"
        if not module.about(resource, "aws_flow_log", own) and module.whole and not resource.body.more:
            if module.elsewhere("aws_flow_log", own):
                yield Unknown(resource.span.line, "a flow log whose network only a run knows")
            else:
                yield hit(resource.span, f"{resource.label} has no flow log", subject=f"{resource.address} flow log")


def default_group(resource: Resource, module: Module) -> Found:
    if resource.kind == "aws_vpc":
        yield from _kept_group(resource, module)
        return
    for path in ("ingress", "egress"):
        for each in resource.each(path):
            if isinstance(each, Map):
                yield hit(
                    each.span,
                    f"{resource.label} lets traffic through by default",
                    subject=f"{resource.address} {path}",
                )
                break
    for kind in (
        "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_vpc_security_group_egress_rule",
    ):
        for rule in module.about(resource, kind, "security_group_id"):
            yield hit(
                resource.span,
                f"{resource.label} lets traffic through by default, as {rule.label} says",
                subject=f"{resource.address} {rule.address}",
            )


def _kept_group(resource: Resource, module: Module) -> Found:
    """A network whose default group is as AWS made it: open to its own members, and to everywhere from them."""
    kind = "aws_default_security_group"
    if resource.format != "terraform" or resource.type == "module" or module.about(resource, kind, "vpc_id"):
        return
    if not module.whole or module.elsewhere(kind, "vpc_id"):
        yield Unknown(resource.span.line, "a default security group whose network only a run knows")
    else:
        yield hit(
            resource.span,
            f"{resource.label} keeps the default security group that AWS made, which lets traffic through",
            subject=f"{resource.address} default group",
        )


def _module_flow_logs(resource: Resource) -> Found:
    value = resource.find("enable_flow_log")
    if isinstance(value, Unresolved):
        yield unknown(value)
    elif truth(value) is not True:
        yield hit(
            resource.place("enable_flow_log"),
            f"{resource.label} has no flow log",
            subject=f"{resource.address} flow log",
        )


CHECKS = (
    Check(FLOW_LOGS, ("aws_vpc", "aws_subnet"), flow_logs),
    Check(DEFAULT_GROUP, ("aws_default_security_group", "aws_vpc"), default_group),
)
