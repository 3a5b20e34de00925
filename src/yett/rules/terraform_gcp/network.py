"""Networks: what comes with them, and what they write down."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Module, Resource, Unresolved, known
from yett.rules.cloud import Check, Found, Setting, false, kinds, settle, true, unknown, wrong

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
    Check(DEFAULT_NETWORK, kinds(*_DEFAULT), settle(*_DEFAULT)),
    Check(FLOW_LOGS, _FLOW.kinds, settle(_FLOW)),
    Check(PRIVATE_ACCESS, _PRIVATE.kinds, settle(_PRIVATE)),
    Check(DNSSEC, _ZONE, settle(_DNSSEC)),
    Check(SHA1, (*_ZONE, "data.google_dns_keys"), _sha1),
)
