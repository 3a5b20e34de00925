"""Network ACLs, and the groups of databases outside of a network: what they let in from the internet."""

from __future__ import annotations

from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.resources import Map, Module, Resource, Unresolved, Value, known, number, texts, truth
from yett.parse.source import Span
from yett.rules.aws.network import ADMIN_PORTS, OPEN_DATA
from yett.rules.aws.openings import is_world
from yett.rules.cloud import Check, unknown
from yett.rules.hits import hit

Found = Iterator[Hit | Unknown]

NACL = Rule(
    id="aws/nacl-open",
    title="Network ACL that lets the internet in",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why="An access control list is the second lock of a subnet, for the day on which a security group is too wide. AWS"
    " fills a new network's list with a rule that lets everything in; a list of your own denies what it does not"
    " name. Ranges for answers, such as 1024-65535, are left alone.",
    fix="Let in the ports that the subnet serves, and SSH and RDP from your own network only.",
    refs=("CWE-284", "PCI DSS 1.3.1", "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html"),
    bad=(
        """\
resource "aws_network_acl_rule" "ssh" {
  network_acl_id = aws_network_acl.shop.id
  rule_number    = 100
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = "0.0.0.0/0" # <- here
  from_port      = 22
  to_port        = 22
}

resource "aws_network_acl" "shop" {
  vpc_id = aws_vpc.shop.id
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0" # <- here
    from_port  = 0
    to_port    = 0
  }
}
""",
        """\
# file: template.yaml
Resources:
  Rdp:
    Type: AWS::EC2::NetworkAclEntry
    Properties:
      NetworkAclId: !Ref Shop
      RuleNumber: 100
      RuleAction: allow
      Protocol: 6
      CidrBlock: 0.0.0.0/0 # <- here
      PortRange: {From: 3389, To: 3389}
""",
    ),
    good=(
        """\
resource "aws_network_acl" "shop" {
  vpc_id = aws_vpc.shop.id
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "tcp"
    cidr_block = "0.0.0.0/0"
    from_port  = 1024
    to_port    = 65535
  }
  ingress {
    rule_no    = 110
    action     = "deny"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
  ingress {
    rule_no    = 120
    action     = "allow"
    protocol   = "tcp"
    cidr_block = "10.0.0.0/8"
    from_port  = 22
    to_port    = 22
  }
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}
""",
    ),
)

_PORTS = {20: "FTP", 21: "FTP", **ADMIN_PORTS}
_ANSWERS = 1024
"""From this port on, a wide range is for the answers to what was asked from inside."""


class _Entry(NamedTuple):
    """One line of a list."""

    name: str
    body: Map
    sources: tuple[Value, ...]
    first: Value | None
    last: Value | None


def nacl(resource: Resource, _module: Module) -> Found:
    entries = list(_entries(resource))
    for entry in entries:
        if _action(entry) != "allow":
            continue
        what = _lets_in(entry, _denied(entries, entry))
        if isinstance(what, Unresolved):
            yield unknown(what)
            continue
        for source in entry.sources if what else ():
            if isinstance(source, Unresolved):
                yield unknown(source)
            elif is_world(source, strict=True):
                yield hit(
                    source.span,
                    f"{resource.label} lets the internet in to {what}",
                    subject=f"{resource.address} {entry.name} {what} {known(source)}",
                )


def _action(entry: _Entry) -> str:
    return (known(entry.body.find("rule_action") or entry.body.find("action")) or "").lower()


def _denied(entries: list[_Entry], entry: _Entry) -> frozenset[int]:
    """The ports that a list refuses to everybody before it comes to an entry: the lowest number decides."""
    own = number(entry.body.find("rule_no"))
    ports: set[int] = set()
    for each in entries:
        before, first, last = number(each.body.find("rule_no")), number(each.first), number(each.last)
        if own is None or before is None or before >= own or _action(each) != "deny":
            continue
        if first is not None and last is not None and any(is_world(source, strict=True) for source in each.sources):
            ports.update(port for port in _PORTS if first <= port <= last)
    return frozenset(ports)


def _entries(resource: Resource) -> Iterator[_Entry]:
    if resource.kind == "aws_network_acl_rule":
        if truth(resource.find("egress")) is not True:
            ranged = resource.format == "cloudformation"
            yield _entry("", resource.body, "port_range.from" if ranged else "from_port", ranged)
        return
    for number_, body in enumerate(resource.each("ingress")):
        if isinstance(body, Map):
            yield _entry(f"ingress {number_}", body, "from_port", ranged=False)


def _entry(name: str, body: Map, first: str, ranged: bool) -> _Entry:
    paths = ("cidr_block", "ipv6_cidr_block")
    sources = tuple(value for path in paths for value in texts(body.get(path)))
    return _Entry(name, body, sources, body.find(first), body.find("port_range.to" if ranged else "to_port"))


def _lets_in(entry: _Entry, denied: frozenset[int]) -> str | Unresolved:
    """What may come in by an entry, "" where that is nothing of interest."""
    protocol = entry.body.find("protocol")
    if isinstance(protocol, Unresolved):
        return protocol
    word = (known(protocol) or "").lower().removesuffix(".0")
    every = "" if denied.issuperset((22, 3389)) else "every port"
    if word in ("-1", "all"):
        return every
    if word not in ("", "tcp", "udp", "6", "17"):
        return ""
    for value in (entry.first, entry.last):
        if isinstance(value, Unresolved):
            return value
    first, last = number(entry.first), number(entry.last)
    if first is None or last is None:
        return every if entry.first is None and entry.last is None and word else ""
    if first <= 1 and last >= 65535:
        return every
    if first >= _ANSWERS and last - first > _ANSWERS:
        return ""
    return ", ".join(
        f"port {port} ({name})" for port, name in _PORTS.items() if first <= port <= last and port not in denied
    )


_GROUPS = ("aws_db_security_group", "AWS::RDS::DBSecurityGroupIngress", "aws_redshift_security_group")


def groups(resource: Resource, _module: Module) -> Found:
    """The groups that RDS had before networks: they open the database's port."""
    bodies = [resource.body] if resource.kind.endswith("Ingress") else list(resource.each("ingress"))
    if resource.format == "cloudformation" and not resource.kind.endswith("Ingress"):
        bodies = list(resource.each("DBSecurityGroupIngress"))
    for body in bodies:
        value = body.get("cidr") or body.get("CIDRIP") if isinstance(body, Map) else body
        if isinstance(value, Unresolved):
            yield unknown(value)
        elif value is not None and is_world(value, strict=True):
            yield hit(
                _span(value), f"{resource.label} opens its database to {known(value)}", subject=f"{resource.address}"
            )


def _span(value: Value) -> Span:
    return value.span


CHECKS = (
    Check(NACL, ("aws_network_acl_rule", "aws_network_acl", "aws_default_network_acl"), nacl),
    Check(OPEN_DATA, _GROUPS, groups),
)
