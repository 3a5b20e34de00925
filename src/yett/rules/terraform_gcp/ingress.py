"""Firewall rules that let the internet in."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Rule, Severity
from yett.parse.resources import Map, Module, Resource, Unresolved, Value, flat, known
from yett.rules.cloud import ADMIN_PORTS, DATA_PORTS, Check, Found, is_world, true, unknown, wrong

_FIREWALL = ("google_compute_firewall",)

FIREWALL = Rule(
    id="gcp/firewall-open",
    title="Administration open to the internet",
    severity=Severity.CRITICAL,
    why="Every address of the internet is tried within minutes. A weak password or the next hole in the server is all"
    " it takes. A rule without source, tags or service accounts is for everybody.",
    fix="Name the addresses that may connect, or go through the Identity-Aware Proxy (35.235.240.0/20).",
    refs=(
        "CWE-284",
        "PCI DSS 1.3.1",
        "https://cloud.google.com/iap/docs/using-tcp-forwarding",
    ),
    bad=(
        """\
resource "google_compute_firewall" "ssh" {
  name    = "ssh"
  network = google_compute_network.shop.name

  allow {
    protocol = "tcp"
    ports    = ["443", "20-30"]
  }

  source_ranges = ["0.0.0.0/0"] # <- here
}

resource "google_compute_firewall" "all" {
  name    = "all"
  network = google_compute_network.shop.name

  allow {
    protocol = "all"
  }

  source_ranges = ["10.0.0.0/8", "::/0"] # <- here
}
""",
    ),
    good=(
        """\
resource "google_compute_firewall" "web" {
  allow {
    protocol = "tcp"
    ports    = ["80", "443"]
  }

  source_ranges = ["0.0.0.0/0"]
}

resource "google_compute_firewall" "ssh" {
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }

  source_ranges = ["35.235.240.0/20"]
}

resource "google_compute_firewall" "out" {
  direction = "EGRESS"

  allow {
    protocol = "all"
  }

  destination_ranges = ["0.0.0.0/0"]
}

resource "google_compute_firewall" "ping" {
  allow {
    protocol = "icmp"
  }

  source_ranges = ["0.0.0.0/0"]
}
""",
    ),
)

_MANY = 10_000
"""Ports that one range may hold, before it is as good as all of them."""


DATABASE = Rule(
    id="gcp/firewall-open-database",
    title="Database port open to the internet",
    severity=Severity.CRITICAL,
    why="Databases, caches and queues belong to the application alone; those that answer the internet are emptied and"
    " held for ransom.",
    fix="Name the addresses, the tags or the service accounts of the application.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.4",
        "PCI DSS 1.3.1",
        "https://cloud.google.com/firewall/docs/firewalls#best_practices_for_firewall_rules",
    ),
    bad=(
        """\
resource "google_compute_firewall" "orders" {
  allow {
    protocol = "tcp"
    ports    = ["443", "5432"]
  }

  source_ranges = ["0.0.0.0/0"] # <- here
}
""",
    ),
    good=(
        """\
resource "google_compute_firewall" "orders" {
  allow {
    protocol = "tcp"
    ports    = ["5432"]
  }

  source_ranges = ["10.0.1.0/24"]
}
""",
    ),
)


def _firewall(resource: Resource, _module: Module) -> Found:
    yield from _look(resource, ADMIN_PORTS)


def _database(resource: Resource, _module: Module) -> Found:
    yield from _look(resource, DATA_PORTS)


def _look(resource: Resource, meant: dict[int, str]) -> Found:
    if (known(resource.find("direction")) or "ingress").lower() != "ingress":
        return
    disabled = resource.find("disabled")
    if disabled is not None and true(disabled):
        return
    source = _source(resource)
    if source is None:
        return
    for block in resource.each("allow"):
        if isinstance(block, Unresolved):
            yield unknown(block)
            continue
        for what in _opened(block, meant):
            if isinstance(what, Unresolved):
                yield unknown(what)
            elif isinstance(source, Unresolved):
                yield unknown(source)
            else:
                fix = f'Name the addresses in {resource.label}, as in `source_ranges = ["35.235.240.0/20"]`.'
                yield wrong(resource, source.span, f"opens {what} to the internet", what, fix)
            return


def _source(resource: Resource) -> Value | None:
    """What says that everybody may connect; None where nothing does."""
    ranges = resource.find("source_ranges")
    unresolved: Value | None = None
    for value in flat((ranges,)) if ranges is not None else ():
        if isinstance(value, Unresolved):
            unresolved = value
        elif is_world(known(value) or "-"):
            return value
    return unresolved


def _opened(block: Map, meant: dict[int, str]) -> Iterator[str | Unresolved]:
    """What a block opens of some ports. That it opens all of them, or many, is said with those of administration."""
    protocol = (known(block.get("protocol")) or "").lower()
    ports = block.get("ports")
    if protocol in ("all", "0") or (protocol in ("tcp", "6", "udp", "17") and ports is None and not block.more):
        if meant is ADMIN_PORTS:
            yield "every port"
        return
    if protocol not in ("tcp", "6", ""):
        return
    for value in flat((ports,)) if ports is not None else ():
        if isinstance(value, Unresolved):
            yield value
            continue
        first, dash, last = (known(value) or "").partition("-")
        last = last if dash else first
        if not (first.strip().isdigit() and last.strip().isdigit()):
            continue
        low, high = int(first), int(last)
        port = next((port for port in meant if low <= port <= high), None)
        if high - low >= _MANY:
            if meant is ADMIN_PORTS:
                yield f"ports {low} to {high}"
        elif port is not None:
            yield f"{meant[port]} ({port})"


ALL_PORTS = Rule(
    id="gcp/firewall-all-ports",
    title="Firewall rule that opens every port",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Whatever gets hold of one machine reaches every service of the others: databases, caches, agents.",
    fix="List the ports that are needed.",
    refs=(
        "CWE-284",
        "PCI DSS 1.2.5",
        "https://cloud.google.com/firewall/docs/firewalls#best_practices_for_firewall_rules",
    ),
    bad=(
        """\
resource "google_compute_firewall" "inside" {
  network = google_compute_network.shop.name

  allow {
    protocol = "tcp" # <- here
  }

  source_ranges = ["10.0.0.0/8"]
}
""",
    ),
    good=(
        """\
resource "google_compute_firewall" "inside" {
  allow {
    protocol = "tcp"
    ports    = ["8080"]
  }

  source_ranges = ["10.0.0.0/8"]
}
""",
    ),
)


def _all_ports(resource: Resource, _module: Module) -> Found:
    if (known(resource.find("direction")) or "ingress").lower() != "ingress":
        return
    source = _source(resource)
    if source is not None and not isinstance(source, Unresolved):
        return  # `FIREWALL` speaks of it
    for block in resource.each("allow"):
        protocol = block.get("protocol") if isinstance(block, Map) else None
        if isinstance(block, Map) and protocol is not None and _is_everything(block):
            fix = f"List the ports in {resource.label}."
            yield wrong(resource, protocol.span, "opens every port", "ports", fix)
            return


def _is_everything(block: Map) -> bool:
    if any(what == "every port" for what in _opened(block, ADMIN_PORTS)):
        return True
    ports = block.get("ports")
    return ports is not None and any(known(value) in ("0-65535", "1-65535") for value in flat((ports,)))


OPEN = Rule(
    id="gcp/firewall-ingress",
    title="Something else than HTTPS open to the internet",
    severity=Severity.LOW,
    level=Action.INFO,
    why="What is meant for everybody is asked over HTTPS; plain HTTP can be read and changed on the way, and any other"
    " port is one more program that the internet may try its luck with.",
    fix="Name who may connect, or let a load balancer take the requests.",
    refs=(
        "CWE-284",
        "PCI DSS 1.3.1",
        "https://cloud.google.com/firewall/docs/firewalls",
    ),
    bad=(
        """\
resource "google_compute_firewall" "shop" {
  source_ranges = ["0.0.0.0/0"] # <- here

  allow {
    protocol = "tcp"
    ports    = ["80", "443"]
  }
}
""",
    ),
    good=(
        """\
resource "google_compute_firewall" "shop" {
  source_ranges = ["0.0.0.0/0"]

  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

resource "google_compute_firewall" "balancer" {
  source_ranges = ["130.211.0.0/22", "35.191.0.0/16"]

  allow {
    protocol = "tcp"
    ports    = ["80"]
  }
}
""",
    ),
)


def _open(resource: Resource, _module: Module) -> Found:
    if (known(resource.find("direction")) or "ingress").lower() != "ingress":
        return
    disabled, ranges = resource.find("disabled"), resource.find("source_ranges")
    if (disabled is not None and true(disabled)) or ranges is None:
        return
    world = next((value for value in flat((ranges,)) if is_world(known(value) or "-")), None)
    for block in resource.each("allow") if world is not None else ():
        if not isinstance(block, Map):
            continue
        protocol, values = known(block.get("protocol")), block.get("ports")
        ports = list(flat((values,))) if values is not None else []
        if any(isinstance(port, Unresolved) for port in ports) or block.more:
            continue
        others = [known(port) or "" for port in ports if known(port) != "443"]
        if world is not None and (others or not ports):
            what = f"port {', '.join(others)}" if others else f"{protocol or 'itself'}"
            fix = f'Name the addresses in {resource.label}, as in `source_ranges = ["35.191.0.0/16"]`.'
            yield wrong(resource, world.span, f"opens {what} to the internet", f"ingress {what}", fix)
            return


CHECKS = (
    Check(FIREWALL, _FIREWALL, _firewall),
    Check(DATABASE, _FIREWALL, _database),
    Check(ALL_PORTS, _FIREWALL, _all_ports),
    Check(OPEN, _FIREWALL, _open),
)
