"""Firewall rules that let the internet in, for what is no administration."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Map, Module, Resource, Unresolved, flat, known
from yett.rules.cloud import Check, Found, is_world, true, wrong

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


CHECKS = (Check(OPEN, ("google_compute_firewall",), _open),)
