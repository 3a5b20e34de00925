"""Firewalls and networks: what the internet may reach."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Rule, Severity
from yett.parse.resources import Map, Module, Resource, Unresolved, Value, flat, known
from yett.rules.cloud import Check, Found, Setting, false, is_world, kinds, settle, true, unknown, wrong

ADMIN_PORTS = {
    20: "FTP",
    21: "FTP",
    22: "SSH",
    23: "Telnet",
    445: "SMB",
    1433: "SQL Server",
    1521: "Oracle",
    2375: "Docker",
    2376: "Docker",
    2379: "etcd",
    3306: "MySQL",
    3389: "RDP",
    5432: "PostgreSQL",
    5984: "CouchDB",
    5985: "WinRM",
    5986: "WinRM",
    6379: "Redis",
    6443: "Kubernetes",
    9042: "Cassandra",
    9200: "Elasticsearch",
    9300: "Elasticsearch",
    11211: "memcached",
    27017: "MongoDB",
}
"""Ports of administration and of databases, which no browser of a customer talks to."""

_FIREWALL = ("google_compute_firewall",)

FIREWALL = Rule(
    id="gcp/firewall-open",
    title="Administration or database port open to the internet",
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


def _firewall(resource: Resource, _module: Module) -> Found:
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
        for what in _opened(block):
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


def _opened(block: Map) -> Iterator[str | Unresolved]:
    protocol = (known(block.get("protocol")) or "").lower()
    ports = block.get("ports")
    if protocol in ("all", "0") or (protocol in ("tcp", "6", "udp", "17") and ports is None and not block.more):
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
        port = next((port for port in ADMIN_PORTS if low <= port <= high), None)
        if high - low >= _MANY:
            yield f"ports {low} to {high}"
        elif port is not None:
            yield f"{ADMIN_PORTS[port]} ({port})"


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
    if any(what == "every port" for what in _opened(block)):
        return True
    ports = block.get("ports")
    return ports is not None and any(known(value) in ("0-65535", "1-65535") for value in flat((ports,)))


DEFAULT_NETWORK = Rule(
    id="gcp/default-network",
    title="Project with the default network",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The default network comes with rules that let the internet connect to SSH and RDP of every machine. It is made"
    " where nothing is written.",
    fix="Write `auto_create_network = false`, and make a network of your own.",
    refs=(
        "CWE-1188",
        "PCI DSS 1.2.1",
        "https://cloud.google.com/vpc/docs/vpc#default-network",
    ),
    bad=(
        """\
resource "google_project" "shop" { # <- here
  project_id = "shop"
}
""",
    ),
    good=(
        """\
resource "google_project" "shop" {
  project_id          = "shop"
  auto_create_network = false
}
""",
    ),
)

_DEFAULT = (
    Setting(
        ("google_project",),
        ("auto_create_network",),
        false,
        "gets the default network",
        "auto_create_network = false",
        absent=True,
    ),
)

FLOW_LOGS = Rule(
    id="gcp/subnet-flow-logs",
    title="Subnet without flow logs",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Who talked to whom is the first question after a break-in. Nothing is written where there is no `log_config`.",
    fix="Add a `log_config` block.",
    refs=(
        "CWE-778",
        "PCI DSS 10.2.1",
        "https://cloud.google.com/vpc/docs/using-flow-logs",
    ),
    bad=(
        """\
resource "google_compute_subnetwork" "shop" { # <- here
  name = "shop"
}
""",
    ),
    good=(
        """\
resource "google_compute_subnetwork" "shop" {
  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
  }
}

resource "google_compute_subnetwork" "proxies" {
  purpose = "REGIONAL_MANAGED_PROXY"
}
""",
    ),
)

_UNLOGGED = (
    "internal_https_load_balancer",
    "regional_managed_proxy",
    "global_managed_proxy",
    "private_service_connect",
)
_FLOW = Setting(
    ("google_compute_subnetwork",),
    ("log_config",),
    lambda _value: True,
    "writes no flow logs",
    'log_config { aggregation_interval = "INTERVAL_10_MIN" }',
    absent=True,
    when=lambda resource: (known(resource.find("purpose")) or "").lower() not in _UNLOGGED,
)

PRIVATE_ACCESS = Rule(
    id="gcp/subnet-private-access",
    title="Subnet that reaches Google's services over the internet",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Machines without a public address cannot reach Google's services then, so they are given one.",
    fix="Write `private_ip_google_access = true`.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.2",
        "https://cloud.google.com/vpc/docs/private-google-access",
    ),
    bad=(
        """\
resource "google_compute_subnetwork" "shop" {
  private_ip_google_access = false # <- here
}
""",
    ),
    good=(
        """\
resource "google_compute_subnetwork" "shop" {
  private_ip_google_access = true
}
""",
    ),
)

_PRIVATE = Setting(
    ("google_compute_subnetwork",),
    ("private_ip_google_access",),
    true,
    "reaches Google's services over the internet",
    "private_ip_google_access = true",
    absent=True,
    when=lambda resource: (known(resource.find("purpose")) or "").lower() not in _UNLOGGED,
)

DNSSEC = Rule(
    id="gcp/dnssec",
    title="Public zone without DNSSEC",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Answers for the shop's name can be forged on the way, and customers land elsewhere. DNSSEC is off by default.",
    fix='Write `dnssec_config { state = "on" }`.',
    refs=(
        "CWE-345",
        "PCI DSS 4.2.1",
        "https://cloud.google.com/dns/docs/dnssec",
    ),
    bad=(
        """\
resource "google_dns_managed_zone" "shop" {
  dns_name = "shop.example.com."

  dnssec_config {
    state = "off" # <- here
  }
}
""",
    ),
    good=(
        """\
resource "google_dns_managed_zone" "shop" {
  dnssec_config {
    state = "on"
  }
}

resource "google_dns_managed_zone" "inside" {
  visibility = "private"
}
""",
    ),
)

SHA1 = Rule(
    id="gcp/dnssec-sha1",
    title="Zone signed with SHA-1",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Signatures over SHA-1 can be forged.",
    fix='Write `algorithm = "rsasha256"`.',
    refs=(
        "CWE-327",
        "PCI DSS 4.2.1",
        "https://cloud.google.com/dns/docs/dnssec-config",
    ),
    bad=(
        """\
resource "google_dns_managed_zone" "stock" {
  dnssec_config {
    state = "on"

    default_key_specs {
      algorithm = "rsasha1" # <- here
      key_type  = "keySigning"
    }
  }
}
""",
    ),
    good=(
        """\
resource "google_dns_managed_zone" "stock" {
  dnssec_config {
    default_key_specs {
      algorithm = "rsasha256"
    }
  }
}
""",
    ),
)

_ZONE = ("google_dns_managed_zone",)
_DNSSEC = Setting(
    _ZONE,
    ("dnssec_config.state",),
    lambda value: (known(value) or "").lower() not in ("off", "transfer"),
    "is not signed",
    'dnssec_config { state = "on" }',
    absent=True,
    when=lambda resource: (known(resource.find("visibility")) or "public").lower() != "private",
)


def _sha1(resource: Resource, _module: Module) -> Found:
    for path in (
        "dnssec_config.default_key_specs.algorithm",
        "key_signing_keys.algorithm",
        "zone_signing_keys.algorithm",
    ):
        for value in resource.every(path):
            if isinstance(value, Unresolved):
                yield unknown(value)
            elif (known(value) or "").lower() == "rsasha1":
                fix = f'Write `algorithm = "rsasha256"` in {resource.label}.'
                yield wrong(resource, value.span, "is signed with SHA-1", "rsasha1", fix)


SUBNETS = Rule(
    id="gcp/auto-subnets",
    title="Network that makes subnets in every region",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A network in auto mode has a subnet in every region there is, with the same ranges as every other such"
    " network, whether anybody uses it or watches it.",
    fix="Write `auto_create_subnetworks = false`, and make the subnets that are used.",
    refs=(
        "CWE-1188",
        "https://cloud.google.com/vpc/docs/vpc#auto-mode-considerations",
    ),
    bad=(
        """\
resource "google_compute_network" "shop" {
  auto_create_subnetworks = true # <- here
}
""",
    ),
    good=(
        """\
resource "google_compute_network" "shop" {
  auto_create_subnetworks = false
}
""",
    ),
)

_SUBNETS = Setting(
    ("google_compute_network",),
    ("auto_create_subnetworks",),
    false,
    "makes subnets in every region",
    "auto_create_subnetworks = false",
)

CHECKS = (
    Check(SUBNETS, _SUBNETS.kinds, settle(_SUBNETS)),
    Check(FIREWALL, _FIREWALL, _firewall),
    Check(ALL_PORTS, _FIREWALL, _all_ports),
    Check(DEFAULT_NETWORK, kinds(*_DEFAULT), settle(*_DEFAULT)),
    Check(FLOW_LOGS, _FLOW.kinds, settle(_FLOW)),
    Check(PRIVATE_ACCESS, _PRIVATE.kinds, settle(_PRIVATE)),
    Check(DNSSEC, _ZONE, settle(_DNSSEC)),
    Check(SHA1, (*_ZONE, "data.google_dns_keys"), _sha1),
)
