"""Networks: logs of who talked to whom, and machines that forward."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Map, Module, Resource, number
from yett.rules.cloud import (
    Check,
    Found,
    Setting,
    at_least,
    false,
    settle,
    true,
    wrong,
)

FLOW_LOGS = Rule(
    id="azure/flow-logs-off",
    title="Flow logs switched off",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Who talked to whom is the first question after a break-in.",
    fix="Write `enabled = true`.",
    refs=(
        "CWE-778",
        "PCI DSS 10.2.1",
        "https://learn.microsoft.com/azure/network-watcher/nsg-flow-logs-overview",
    ),
    bad=(
        """\
resource "azurerm_network_watcher_flow_log" "orders" {
  enabled = false # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_network_watcher_flow_log" "orders" {
  enabled = true
}
""",
    ),
)

RETENTION = Rule(
    id="azure/flow-log-retention",
    title="Flow logs kept for less than ninety days",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Break-ins are mostly noticed after weeks; by then the log of how it began is gone.",
    fix="Write a `retention_policy` with `days = 90` or more (0 is for ever).",
    refs=(
        "CWE-778",
        "PCI DSS 10.5.1",
        "https://learn.microsoft.com/azure/network-watcher/nsg-flow-logs-overview",
    ),
    bad=(
        """\
resource "azurerm_network_watcher_flow_log" "shop" {
  enabled = true

  retention_policy {
    enabled = true
    days    = 7 # <- here
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_network_watcher_flow_log" "shop" {
  enabled = true

  retention_policy {
    enabled = true
    days    = 90
  }
}
""",
    ),
)

_FLOW = ("azurerm_network_watcher_flow_log",)
_FLOW_LOGS = Setting(_FLOW, ("enabled",), true, "is off", "enabled = true")
_RETENTION = (
    Setting(
        _FLOW,
        ("retention_policy.enabled",),
        true,
        "keeps nothing",
        "enabled = true",
        when=lambda resource: resource.has("retention_policy"),
    ),
    Setting(
        _FLOW,
        ("retention_policy.days",),
        lambda value: None if number(value) is None else number(value) == 0 or bool(at_least(90)(value)),
        "keeps its logs for less than ninety days",
        "days = 90",
        absent=True,
    ),
)

FORWARDING = Rule(
    id="azure/ip-forwarding",
    title="Network interface that forwards packets or has a public address",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A machine that forwards carries traffic past the rules meant for it; one with a public address of its own is"
    " reached past the balancer and its firewall.",
    fix="Leave both to appliances and balancers that are made for it.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.2",
        "https://learn.microsoft.com/azure/virtual-network/virtual-network-network-interface",
    ),
    bad=(
        """\
resource "azurerm_network_interface" "shop" {
  ip_forwarding_enabled = true # <- here

  ip_configuration {
    name                 = "shop"
    public_ip_address_id = azurerm_public_ip.shop.id # <- here
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_network_interface" "shop" {
  ip_configuration {
    name      = "shop"
    subnet_id = azurerm_subnet.shop.id
  }
}
""",
    ),
)

_NIC = ("azurerm_network_interface",)
_FORWARDING = Setting(
    _NIC,
    ("ip_forwarding_enabled", "enable_ip_forwarding"),
    false,
    "forwards packets",
    "ip_forwarding_enabled = false",
)


def _forwarding(resource: Resource, module: Module) -> Found:
    yield from settle(_FORWARDING)(resource, module)
    for each in resource.each("ip_configuration"):
        value = each.get("public_ip_address_id") if isinstance(each, Map) else None
        # Whatever it is called, there is a public address.
        if value is not None:
            fix = f"Leave `public_ip_address_id` out of {resource.label}, and put a balancer in front."
            yield wrong(resource, value.span, "has a public address", "public_ip_address_id", fix)


CHECKS = (
    Check(FLOW_LOGS, _FLOW, settle(_FLOW_LOGS)),
    Check(RETENTION, _FLOW, settle(*_RETENTION)),
    Check(FORWARDING, _NIC, _forwarding),
)
