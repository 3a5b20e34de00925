"""Security groups and networks: what the internet can reach."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.registry_modules import submodule
from yett.parse.resources import Module, Resource, Scalar, known, texts
from yett.rules.aws.need import says
from yett.rules.aws.openings import MODULE_RULES, Opening, is_world, openings, spilled
from yett.rules.cloud import Check
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
    title="Something else than HTTPS open to the internet",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Whatever listens there answers everybody. A shop needs 443 on its balancer, and 80 to redirect from, as a rule"
    " nothing else.",
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
  ingress {
    from_port   = 80
    to_port     = 80
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


WIDE = Rule(
    id="aws/sg-private-range-too-wide",
    title="Private range written so wide that strangers are in it",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="`192.168.0.0/8` is every address that begins with 192, and `172.16.0.0/11` twice the private range: with too"
    " short a prefix a rule for one's own network lets strangers in.",
    fix="Write the prefix of your own network: 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 at most.",
    refs=("CWE-284", "PCI DSS 1.3.1", "https://www.rfc-editor.org/rfc/rfc1918"),
    bad=(
        """\
resource "aws_security_group_rule" "office" {
  type              = "ingress"
  security_group_id = aws_security_group.shop.id
  from_port         = 8080
  to_port           = 8080
  protocol          = "tcp"
  cidr_blocks       = ["172.16.0.0/11"] # <- here
}

resource "aws_vpc_security_group_ingress_rule" "any" {
  security_group_id = aws_security_group.shop.id
  cidr_ipv4         = "127.0.0.0/0" # <- here
  from_port         = 22
  to_port           = 22
  ip_protocol       = "tcp"
}
""",
    ),
    good=(
        """\
resource "aws_security_group_rule" "office" {
  type              = "ingress"
  security_group_id = aws_security_group.shop.id
  from_port         = 8080
  to_port           = 8080
  protocol          = "tcp"
  cidr_blocks       = ["172.16.0.0/12", "10.0.0.0/8", "192.168.7.0/24", "100.64.0.0/10", "203.0.113.0/24"]
}
""",
    ),
)


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
    """What the other rules leave: ports that are neither for administration nor for data, nor that of HTTPS."""
    for opening in openings(resource):
        if (
            not is_world(opening.source, strict=resource.format == "terraform")
            or opening.every
            or opening.first is None
            or opening.last is None
        ):
            continue
        inside = any(opening.first <= port <= opening.last for port in (*ADMIN_PORTS, *DATA_PORTS))
        if not inside and not (opening.first == opening.last and opening.first == 443):
            one = "80 (plain HTTP)" if opening.first == 80 else f"{opening.first}"
            ports = f"{opening.first}-{opening.last}" if opening.first != opening.last else one
            yield _hit(resource, opening, f"port {ports}")
    if resource.type == "module":
        yield from _ready(resource)


def _ready(resource: Resource) -> Found:
    """Ranges that a module is given without a rule to use them in: the next rule will be open."""
    if submodule(known(resource.find("source")) or "") or says(resource, *MODULE_RULES):
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


def wide(resource: Resource, _module: Module) -> Found:
    for opening in openings(resource):
        inside = spilled(opening.source)
        if inside and not is_world(opening.source, strict=resource.format == "terraform"):
            source = known(opening.source) or ""
            yield hit(
                opening.source.span,
                f"{resource.label} is open to {source}, which is more than {inside}",
                subject=f"{resource.address} {opening.first}-{opening.last} {source}",
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
    Check(WIDE, _RULED, wide),
)
