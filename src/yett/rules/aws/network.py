"""Security groups and networks: what the internet can reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.registry_modules import submodule
from yett.parse.resources import Map, Module, Resource, Scalar, Unresolved, Value, known, number, texts, truth
from yett.parse.source import Span
from yett.rules.aws.need import says
from yett.rules.cloud import Check, unknown
from yett.rules.hits import hit, short

Found = Iterator[Hit | Unknown]
_DOCS = "https://docs.aws.amazon.com/vpc/latest/userguide/"

ADMIN_PORTS = {
    22: "SSH",
    3389: "RDP",
    5985: "WinRM",
    5986: "WinRM",
    2375: "Docker",
    2376: "Docker",
    6443: "the Kubernetes API",
    10250: "the kubelet",
    23: "Telnet",
}
DATA_PORTS = {
    3306: "MySQL",
    5432: "PostgreSQL",
    1433: "SQL Server",
    1434: "SQL Server",
    1521: "Oracle",
    27017: "MongoDB",
    27018: "MongoDB",
    6379: "Redis",
    9200: "Elasticsearch",
    9300: "Elasticsearch",
    11211: "Memcached",
    5672: "RabbitMQ",
    15672: "RabbitMQ",
    9092: "Kafka",
    2181: "ZooKeeper",
    2379: "etcd",
    5601: "Kibana",
    5439: "Redshift",
    7000: "Cassandra",
    9042: "Cassandra",
    8086: "InfluxDB",
    5984: "CouchDB",
    50000: "Db2",
    445: "SMB",
    2049: "NFS",
    111: "RPC",
    389: "LDAP",
}

OPEN_ADMIN = Rule(
    id="aws/sg-open-admin",
    title="Administration open to the internet",
    severity=Severity.CRITICAL,
    why="Every address of the internet is tried within minutes, with leaked passwords and with whatever flaw was found"
    " last.",
    fix="Use Session Manager or a VPN, or name the addresses of your own network.",
    refs=("CWE-284", "PCI DSS 1.3.1", "PCI DSS 1.4.2", _DOCS + "security-group-rules.html"),
    bad=(
        """\
resource "aws_security_group" "shop" {
  ingress {
    from_port   = 20
    to_port     = 30
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8", "0.0.0.0/0"] # <- here
  }
}

resource "aws_vpc_security_group_ingress_rule" "rdp" {
  security_group_id = aws_security_group.shop.id
  cidr_ipv6         = "::/0" # <- here
  from_port         = 3389
  to_port           = 3389
  ip_protocol       = "tcp"
}

module "ssh" {
  source              = "terraform-aws-modules/security-group/aws//modules/ssh"
  version             = "~> 5.0"
  ingress_cidr_blocks = ["0.0.0.0/0"] # <- here
}
""",
        """\
# file: template.yaml
Resources:
  Shop:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: shop
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 22
          ToPort: 22
          CidrIp: 0.0.0.0/0 # <- here
        - IpProtocol: tcp
          FromPort: 3389
          ToPort: 3389
          CidrIp: 0.1.0.0/0 # <- here
""",
    ),
    good=(
        """\
variable "ports" {}

resource "aws_security_group" "shop" {
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["203.0.113.0/24"]
  }
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.1.0.0/0"]
  }
  dynamic "ingress" {
    for_each = var.ports
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }
}
""",
    ),
)

OPEN_DATA = Rule(
    id="aws/sg-open-database",
    title="Data store open to the internet",
    severity=Severity.CRITICAL,
    why="Databases, caches and queues belong to the application alone; those that answer the internet are emptied and"
    " held for ransom.",
    fix="Allow the application's security group in the place of an address range.",
    refs=("CWE-668", "PCI DSS 1.4.4", "PCI DSS 1.3.1", _DOCS + "security-group-rules.html"),
    bad=(
        """\
resource "aws_security_group_rule" "orders" {
  type              = "ingress"
  security_group_id = aws_security_group.orders.id
  from_port         = 5432
  to_port           = 5432
  protocol          = "tcp"
  cidr_blocks       = ["0.0.0.0/0"] # <- here
}
""",
    ),
    good=(
        """\
resource "aws_security_group_rule" "orders" {
  type                     = "ingress"
  security_group_id        = aws_security_group.orders.id
  from_port                = 5432
  to_port                  = 5432
  protocol                 = "tcp"
  source_security_group_id = aws_security_group.shop.id
}

resource "aws_security_group_rule" "out" {
  type              = "egress"
  security_group_id = aws_security_group.orders.id
  from_port         = 5432
  to_port           = 5432
  protocol          = "tcp"
  cidr_blocks       = ["0.0.0.0/0"]
}
""",
    ),
)

OPEN_ALL = Rule(
    id="aws/sg-open-all",
    title="Every port open to the internet",
    severity=Severity.CRITICAL,
    why="Protocol `-1` and the range from 0 to 65535 open what runs today and whatever will be started tomorrow.",
    fix="List the ports that the internet needs, as a rule 443.",
    refs=("CWE-284", "PCI DSS 1.2.5", "PCI DSS 1.3.1", _DOCS + "security-group-rules.html"),
    bad=(
        """\
resource "aws_security_group" "shop" {
  ingress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"] # <- here
  }
}
""",
        """\
# file: template.yaml
Resources:
  All:
    Type: AWS::EC2::SecurityGroupIngress
    Properties:
      GroupId: !Ref Shop
      IpProtocol: -1
      CidrIp: 0.0.0.0/0 # <- here
""",
    ),
    good=(
        """\
resource "aws_security_group" "shop" {
  ingress {
    from_port = 0
    to_port   = 0
    protocol  = "-1"
    self      = true
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
""",
    ),
)


OPEN_ANY = Rule(
    id="aws/sg-open-ingress",
    title="Other port open to the internet",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Whatever listens there answers everybody. A shop needs 80 and 443 on its balancer, as a rule nothing else.",
    fix="Allow the balancer's security group, or name the addresses.",
    refs=("CWE-284", "PCI DSS 1.3.1", _DOCS + "security-group-rules.html"),
    bad=(
        """\
resource "aws_security_group" "shop" {
  ingress {
    from_port   = 8443
    to_port     = 8443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"] # <- here
  }
}

module "balancer" {
  source              = "terraform-aws-modules/security-group/aws"
  version             = "~> 5.0"
  ingress_cidr_blocks = ["0.0.0.0/0"] # <- here
}
""",
    ),
    good=(
        """\
resource "aws_security_group" "balancer" {
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

module "https" {
  source              = "terraform-aws-modules/security-group/aws//modules/https-443"
  version             = "~> 5.0"
  ingress_cidr_blocks = ["0.0.0.0/0"]
}

module "web" {
  source              = "terraform-aws-modules/security-group/aws"
  version             = "~> 5.0"
  ingress_cidr_blocks = ["0.0.0.0/0"]
  ingress_rules       = ["https-443-tcp"]
}
""",
    ),
)


class Opening(NamedTuple):
    """Ports that an address range may reach. `first` and `last` are None where they are not known."""

    name: str
    source: Value
    first: int | None
    last: int | None
    every: bool
    span: Span
    odd: str = ""


_CIDRS = (
    *("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6", "cidr_block", "ipv6_cidr_block"),
    *("cidr_ip", "cidr_ipv6"),
)


def openings(resource: Resource) -> Iterator[Opening]:
    """What the rules of a security group or network ACL open, one for each address range."""
    if resource.kind in ("aws_security_group", "aws_default_security_group"):
        for number_, rule in enumerate(resource.each("ingress")):
            if isinstance(rule, Map):
                yield from _opening(rule, resource, f"ingress {number_}")
        if resource.type == "module":
            yield from _of_module(resource)
    elif resource.kind == "aws_vpc_security_group_ingress_rule" or (
        resource.kind == "aws_security_group_rule" and known(resource.find("type")) == "ingress"
    ):
        yield from _opening(resource.body, resource, "")


def _opening(rule: Map, resource: Resource, name: str) -> Iterator[Opening]:
    protocol = rule.find("protocol") or rule.find("ip_protocol")
    word = (known(protocol) or "").lower()
    every = word in ("-1", "all", "-1.0")
    first_value, last_value = rule.find("from_port"), rule.find("to_port")
    first, last = number(first_value), number(last_value)
    odd = next((each.what for each in (protocol, first_value, last_value) if isinstance(each, Unresolved)), "")
    if first is not None and last is None and last_value is None:
        last = first
    if word in ("icmp", "icmpv6", "1", "58"):
        return
    if first is None and last is None and first_value is None and last_value is None and not odd:
        every = every or protocol is not None
    if first == -1 and last == -1:
        every = True
    if first is not None and last is not None and first <= 0 and last >= 65535:
        every = True
    seen: set[str] = set()
    for path in _CIDRS:
        own = rule.written(path)
        if own is None or own in seen:
            continue
        seen.add(own)
        for source in texts(rule.get(own)):
            yield Opening(
                name,
                source,
                None if first is None else int(first),
                None if last is None else int(last),
                every,
                rule.span,
                odd,
            )


_NAMED = {
    "all-all": None,
    "all-tcp": None,
    "ssh-tcp": 22,
    "rdp-tcp": 3389,
    "winrm-http-tcp": 5985,
    "winrm-https-tcp": 5986,
    "postgresql-tcp": 5432,
    "mysql-tcp": 3306,
    "mssql-tcp": 1433,
    "oracle-db-tcp": 1521,
    "mongodb-27017-tcp": 27017,
    "redis-tcp": 6379,
    "elasticsearch-rest-tcp": 9200,
    "elasticsearch-java-tcp": 9300,
    "memcached-tcp": 11211,
    "kafka-broker-tcp": 9092,
    "rabbitmq-5672-tcp": 5672,
    "zookeeper-2181-tcp": 2181,
    "redshift-tcp": 5439,
    "kubernetes-api-tcp": 6443,
}
"""Names of rules of the registry's module for security groups, and their ports."""


def _of_module(resource: Resource) -> Iterator[Opening]:
    """https://registry.terraform.io/modules/terraform-aws-modules/security-group/aws"""
    for path in ("ingress_with_cidr_blocks", "ingress_with_ipv6_cidr_blocks"):
        for rule in resource.each(path):
            if isinstance(rule, Map):
                name = known(rule.get("rule"))
                for opening in _opening(rule, resource, path):
                    yield from _named(opening, name)
    inside = submodule(known(resource.find("source")) or "")
    for path in ("ingress_cidr_blocks", "ingress_ipv6_cidr_blocks"):
        for source in texts(resource.find(path)):
            for rule_name in texts(resource.find("ingress_rules")):
                plain = Opening(path, source, None, None, False, rule_name.span)
                yield from _named(plain, known(rule_name))
            if isinstance(source, Scalar) and inside in _SUBMODULES:
                port = _SUBMODULES[inside]
                yield Opening(path, source, port, port, False, source.span)


_SUBMODULES = {
    "ssh": 22,
    "rdp": 3389,
    "winrm": 5985,
    "postgresql": 5432,
    "mysql": 3306,
    "mssql": 1433,
    "oracle-db": 1521,
    "mongodb": 27017,
    "redis": 6379,
    "elasticsearch": 9200,
    "memcached": 11211,
    "kafka": 9092,
    "rabbitmq": 5672,
    "zookeeper": 2181,
    "redshift": 5439,
}
"""Modules inside that module, each of which opens the ports of one program, and the first of them."""

_MODULE_RULES = (
    *("ingress_rules", "ingress_with_cidr_blocks", "ingress_with_ipv6_cidr_blocks", "computed_ingress_rules"),
    *("ingress_with_self", "ingress_with_source_security_group_id", "computed_ingress_with_cidr_blocks"),
)


def _named(opening: Opening, name: str | None) -> Iterator[Opening]:
    if name is None:
        # One text may hold several ranges.
        if isinstance(opening.source, Scalar):
            for part in str(opening.source.value).split(","):
                yield opening._replace(source=Scalar(part.strip(), opening.source.span))
        return
    if name in _NAMED:
        port = _NAMED[name]
        yield opening._replace(first=port, last=port, every=port is None)


def is_world(value: Value, *, strict: bool = False) -> bool | None:
    """Whether an address range is everybody, or so much of the internet that it comes to the same (two halves are the
    whole); None where it is not known.

    EC2 takes `0.1.0.0/0` for `0.0.0.0/0`. Terraform refuses to apply it, and nobody knows what was meant: `strict`.
    """
    if not isinstance(value, Scalar):
        return None
    address, _, length = str(value.value).strip().partition("/")
    if not length.isdigit() or len(length) > 3 or int(length) > 7:
        return False
    if ":" in address:
        return not address.lower().startswith(("fc", "fd", "fe"))
    first, *rest = address.split(".")
    if not first.isdigit() or len(first) > 3:
        return False
    return not strict or int(length) > 0 or not any(part.strip("0") for part in (first, *rest))


def _look(resource: Resource, ports: dict[int, str] | None) -> Found:
    for opening in openings(resource):
        world = is_world(opening.source, strict=resource.format == "terraform")
        if world is False:
            continue
        if world is None:
            yield Unknown(opening.source.span.line, short(getattr(opening.source, "what", "an address")))
        elif opening.every:
            if ports is None:
                yield _hit(resource, opening, "every port, 22 (SSH), 3389 (RDP) and those of databases among them,")
        elif opening.first is None or opening.last is None:
            if opening.odd:
                yield Unknown(opening.span.line, short(opening.odd))
        elif ports is not None:
            inside = [port for port in ports if opening.first <= port <= opening.last]
            if inside:
                names = ", ".join(f"{port} ({ports[port]})" for port in inside[:3])
                more = f" and {len(inside) - 3} more" if len(inside) > 3 else ""
                yield _hit(resource, opening, f"port {names}{more}")


def _hit(resource: Resource, opening: Opening, what: str) -> Hit:
    source = known(opening.source) or ""
    reach = f"{opening.first}-{opening.last}" if not opening.every else "all"
    return hit(
        opening.source.span,
        f"{resource.label} opens {what} to {source}",
        subject=f"{resource.address} {reach} {source}",
    )


def open_admin(resource: Resource, _module: Module) -> Found:
    yield from _look(resource, ADMIN_PORTS)


def open_data(resource: Resource, _module: Module) -> Found:
    yield from _look(resource, DATA_PORTS)


def open_any(resource: Resource, _module: Module) -> Found:
    """What the other rules leave: ports that are neither for administration nor for data, nor those of the web."""
    for opening in openings(resource):
        if (
            not is_world(opening.source, strict=resource.format == "terraform")
            or opening.every
            or opening.first is None
            or opening.last is None
        ):
            continue
        inside = any(opening.first <= port <= opening.last for port in (*ADMIN_PORTS, *DATA_PORTS))
        if not inside and not (opening.first == opening.last and opening.first in (80, 443)):
            ports = f"{opening.first}-{opening.last}" if opening.first != opening.last else f"{opening.first}"
            yield _hit(resource, opening, f"port {ports}")
    if resource.type == "module":
        yield from _ready(resource)


def _ready(resource: Resource) -> Found:
    """Ranges that a module is given without a rule to use them in: the next rule will be open."""
    if submodule(known(resource.find("source")) or "") or says(resource, *_MODULE_RULES):
        return
    for path in ("ingress_cidr_blocks", "ingress_ipv6_cidr_blocks"):
        for source in texts(resource.find(path)):
            if isinstance(source, Scalar) and is_world(source, strict=True):
                yield hit(
                    source.span,
                    f"{resource.label} opens every rule that names no range to {known(source)}",
                    subject=f"{resource.address} {path} {known(source)}",
                )


def open_all(resource: Resource, _module: Module) -> Found:
    yield from _look(resource, None)


VPC = Rule(
    id="aws/vpc-flow-logs",
    title="Network without flow logs, or whose default group lets traffic through",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Flow logs say who talked to whom after something happened; they are off by default. The default security group"
    " is what a machine gets that nobody gave one.",
    fix="Add `aws_flow_log`, and an `aws_default_security_group` without rules.",
    refs=("CWE-778", "PCI DSS 10.2.1", "PCI DSS 1.3.1", _DOCS + "flow-logs.html"),
    bad=(
        """\
resource "aws_vpc" "shop" { # <- here
  cidr_block = "10.0.0.0/16"
}

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

resource "aws_default_security_group" "shop" {
  vpc_id = aws_vpc.shop.id
}

module "network" {
  source          = "terraform-aws-modules/vpc/aws"
  version         = "~> 5.0"
  enable_flow_log = true
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


_RULED = (
    *("aws_security_group", "aws_default_security_group", "aws_security_group_rule"),
    "aws_vpc_security_group_ingress_rule",
)

CHECKS = (
    Check(OPEN_ADMIN, _RULED, open_admin),
    Check(OPEN_DATA, _RULED, open_data),
    Check(OPEN_ALL, _RULED, open_all),
    Check(OPEN_ANY, _RULED, open_any),
    Check(VPC, ("aws_vpc", "aws_default_security_group", "aws_subnet"), flow_logs),
)
