"""Security groups: what the internet may reach."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Rule, Severity
from yett.parse.resources import Map, Module, Resource, Unresolved, Value, flat, known
from yett.rules.cloud import ADMIN_PORTS, DATA_PORTS, Check, Found, is_world, unknown, wrong

_RULE = "azurerm_network_security_rule"
_GROUP = "azurerm_network_security_group"
_KINDS = (_RULE, _GROUP)

OPEN_ADMIN = Rule(
    id="azure/nsg-open-admin",
    title="Administration open to the internet",
    severity=Severity.CRITICAL,
    why="Every address of the internet is tried within minutes. A weak password or the next hole in the server is all"
    " it takes.",
    fix="Name the addresses that may connect, or go through Azure Bastion or a VPN.",
    refs=(
        "CWE-284",
        "PCI DSS 1.3.1",
        "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    ),
    bad=(
        """\
resource "azurerm_network_security_rule" "ssh" {
  name                       = "ssh"
  priority                   = 100
  direction                  = "Inbound"
  access                     = "Allow"
  protocol                   = "Tcp"
  source_port_range          = "*"
  destination_port_range     = "20-25"
  source_address_prefix      = "*" # <- here
  destination_address_prefix = "*"
}

resource "azurerm_network_security_group" "all" {
  name = "all"

  security_rule {
    name                       = "all"
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "Internet" # <- here
    destination_address_prefix = "*"
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_network_security_rule" "web" {
  direction              = "Inbound"
  access                 = "Allow"
  protocol               = "Tcp"
  destination_port_range = "443"
  source_address_prefix  = "Internet"
}

resource "azurerm_network_security_rule" "ssh" {
  direction              = "Inbound"
  access                 = "Allow"
  protocol               = "Tcp"
  destination_port_range = "22"
  source_address_prefix  = "203.0.113.0/24"
}

resource "azurerm_network_security_rule" "no_ssh" {
  direction              = "Inbound"
  access                 = "Deny"
  protocol               = "Tcp"
  destination_port_range = "22"
  source_address_prefix  = "*"
}

variable "office" {}

resource "azurerm_network_security_rule" "office" {
  direction              = "Inbound"
  access                 = "Allow"
  protocol               = "Tcp"
  destination_port_range = "22"
  source_address_prefix  = var.office
}
""",
    ),
)


OPEN_DATA = Rule(
    id="azure/nsg-open-database",
    title="Database port open to the internet",
    severity=Severity.CRITICAL,
    why="Databases, caches and queues belong to the application alone; those that answer the internet are emptied and"
    " held for ransom.",
    fix="Name the subnet of the application as the source.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.4",
        "PCI DSS 1.3.1",
        "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    ),
    bad=(
        """\
resource "azurerm_network_security_group" "orders" {
  name = "orders"

  security_rule {
    name                       = "database"
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_ranges    = ["8080", "5432"]
    source_address_prefix      = "Internet" # <- here
    destination_address_prefix = "*"
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_network_security_rule" "orders" {
  direction              = "Inbound"
  access                 = "Allow"
  protocol               = "Tcp"
  destination_port_range = "5432"
  source_address_prefix  = "10.0.1.0/24"
}
""",
    ),
)


def _open_admin(resource: Resource, _module: Module) -> Found:
    yield from _look(resource, ADMIN_PORTS)


def _open_data(resource: Resource, _module: Module) -> Found:
    """What opens administration, too, is left to the rule on that."""
    yield from _look(resource, DATA_PORTS)


def _look(resource: Resource, meant: dict[int, str]) -> Found:
    for rule, address in _from_world(resource):
        protocol = (known(rule.get("protocol")) or "*").lower()
        if isinstance(address, Unresolved):
            if any(port in meant for port in _ports(rule)):
                yield unknown(address)
            continue
        if protocol in ("udp", "icmp", "esp", "ah"):
            continue
        for value in _values(rule, "destination_port_range", "destination_port_ranges"):
            if isinstance(value, Unresolved):
                yield unknown(value)
                continue
            open_ports = [port for port in meant if _covers(known(value) or "", port)]
            if meant is DATA_PORTS and any(_covers(known(value) or "", port) for port in ADMIN_PORTS):
                continue
            if open_ports:
                what = f"{meant[open_ports[0]]} ({open_ports[0]})"
                if len(open_ports) > 5:
                    what = "every port" if known(value) == "*" else f"ports {known(value)}"
                name = known(rule.get("name")) or ""
                yield wrong(
                    resource,
                    address.span,
                    f"opens {what} to the internet",
                    f"{name} {known(value)}",
                    f'Name who may connect, as in `source_address_prefix = "10.0.0.0/16"`, in {resource.label}.',
                )
                break


def _from_world(resource: Resource) -> Iterator[tuple[Map, Value]]:
    """The rules that let something in, each with the source that is the whole internet, or with one that is unknown."""
    bodies = (
        [resource.body]
        if resource.kind == _RULE
        else [each for each in resource.each("security_rule") if isinstance(each, Map)]
    )
    for body in bodies:
        access, direction = known(body.get("access")), known(body.get("direction"))
        if (access or "").lower() != "allow" or (direction or "").lower() != "inbound":
            continue
        for address in _values(body, "source_address_prefix", "source_address_prefixes"):
            if isinstance(address, Unresolved) or is_world(known(address) or "-"):
                yield body, address
                break


def _values(body: Map, *names: str) -> Iterator[Value]:
    for name in names:
        value = body.get(name)
        if value is not None:
            yield from flat((value,))


def _ports(body: Map) -> Iterator[int]:
    for value in _values(body, "destination_port_range", "destination_port_ranges"):
        text = known(value)
        yield from (port for port in (*ADMIN_PORTS, *DATA_PORTS) if text is None or _covers(text, port))


def _covers(text: str, port: int) -> bool:
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if first == "*":
            return True
        last = last if dash else first
        if first.isdigit() and last.isdigit() and int(first) <= port <= int(last):
            return True
    return False


OPEN_UDP = Rule(
    id="azure/nsg-open-udp",
    title="UDP open to the internet",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Services that answer over UDP answer to a forged sender as well, and are used to flood others.",
    fix="Name the addresses that may connect.",
    refs=(
        "CWE-406",
        "PCI DSS 1.3.1",
        "https://learn.microsoft.com/azure/security/fundamentals/network-best-practices",
    ),
    bad=(
        """\
resource "azurerm_network_security_rule" "dns" {
  direction              = "Inbound"
  access                 = "Allow"
  protocol               = "Udp"
  destination_port_range = "53"
  source_address_prefix  = "*" # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_network_security_rule" "dns" {
  direction              = "Inbound"
  access                 = "Allow"
  protocol               = "Udp"
  destination_port_range = "53"
  source_address_prefix  = "10.0.0.0/16"
}

resource "azurerm_network_security_rule" "web" {
  direction              = "Inbound"
  access                 = "Allow"
  protocol               = "Tcp"
  destination_port_range = "443"
  source_address_prefix  = "*"
}
""",
    ),
)


def _is_udp(rule: Map) -> bool:
    return (known(rule.get("protocol")) or "").lower() == "udp"


def _open_udp(resource: Resource, _module: Module) -> Found:
    for rule, address in _from_world(resource):
        if not _is_udp(rule):
            continue
        if isinstance(address, Unresolved):
            yield unknown(address)
            continue
        name = known(rule.get("name")) or ""
        fix = f"Name the addresses that may connect in {resource.label}."
        yield wrong(resource, address.span, "opens UDP to the internet", f"udp {name}", fix)


OPEN = Rule(
    id="azure/nsg-open",
    title="Something else than HTTPS open to the internet",
    severity=Severity.LOW,
    level=Action.INFO,
    why="What is meant for everybody is asked over HTTPS; plain HTTP can be read and changed on the way, and any other"
    " port is one more program that the internet may try its luck with.",
    fix="Name who may connect, or let a gateway take the requests.",
    refs=(
        "CWE-284",
        "PCI DSS 1.3.1",
        "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    ),
    bad=(
        """\
resource "azurerm_network_security_rule" "shop" {
  direction              = "Inbound"
  access                 = "Allow"
  protocol               = "Tcp"
  source_address_prefix  = "Internet" # <- here
  destination_port_range = "80"
}
""",
    ),
    good=(
        """\
resource "azurerm_network_security_rule" "shop" {
  direction              = "Inbound"
  access                 = "Allow"
  protocol               = "Tcp"
  source_address_prefix  = "Internet"
  destination_port_range = "443"
}

resource "azurerm_network_security_rule" "stock" {
  direction              = "Inbound"
  access                 = "Allow"
  protocol               = "Tcp"
  source_address_prefix  = "10.0.0.0/16"
  destination_port_range = "80"
}
""",
    ),
)


def _open(resource: Resource, _module: Module) -> Found:
    """What the rules on administration and UDP do not say already."""
    for rule, address in _from_world(resource):
        values = list(_values(rule, "destination_port_range", "destination_port_ranges"))
        ports = [known(value) or "" for value in values if not isinstance(value, Unresolved)]
        if isinstance(address, Unresolved) or len(ports) < len(values) or _is_udp(rule):
            continue
        http = any(_covers(text, 80) for text in ports)
        if (ports and all(text.strip() == "443" for text in ports)) or (not http and any(_ports(rule))):
            continue
        what = "plain HTTP (80)" if http else f"port {', '.join(ports)}" if ports else "itself"
        name = known(rule.get("name")) or ""
        fix = f"Name the addresses that may connect in {resource.label}."
        yield wrong(resource, address.span, f"opens {what} to the internet", f"open {name} {' '.join(ports)}", fix)


CHECKS = (
    Check(OPEN_ADMIN, _KINDS, _open_admin),
    Check(OPEN_DATA, _KINDS, _open_data),
    Check(OPEN_UDP, _KINDS, _open_udp),
    Check(OPEN, _KINDS, _open),
)
