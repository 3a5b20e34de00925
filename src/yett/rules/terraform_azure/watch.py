"""Whether anybody notices: Defender, its contacts, and how long logs are kept."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Module, Resource, Unresolved, Value, known, number, texts
from yett.rules.cloud import (
    Check,
    Found,
    Setting,
    filled,
    kinds,
    missing,
    none_of,
    settle,
    true,
    unknown,
    wrong,
)

DEFENDER = Rule(
    id="azure/defender-off",
    title="Defender for Cloud is off, or tells nobody",
    severity=Severity.LOW,
    level=Action.INFO,
    why="On the tier `Free` nothing looks for attacks on these resources; without a contact, what is found waits in the"
    " portal.",
    fix='Write `tier = "Standard"`, and a contact with `alert_notifications = true`.',
    refs=(
        "CWE-778",
        "PCI DSS 10.4.1",
        "https://learn.microsoft.com/azure/defender-for-cloud/defender-for-cloud-introduction",
    ),
    bad=(
        """\
resource "azurerm_security_center_subscription_pricing" "storage" {
  tier          = "Free" # <- here
  resource_type = "StorageAccounts"
}

resource "azurerm_security_center_contact" "shop" {
  email               = "security@example.com"
  alert_notifications = false # <- here
  alerts_to_admins    = true
}
""",
    ),
    good=(
        """\
resource "azurerm_security_center_subscription_pricing" "storage" {
  tier          = "Standard"
  resource_type = "StorageAccounts"
}

resource "azurerm_security_center_contact" "shop" {
  email               = "security@example.com"
  alert_notifications = true
  alerts_to_admins    = true
}
""",
    ),
)

_CONTACT = ("azurerm_security_center_contact",)
_ALERT = ("azurerm_mssql_server_security_alert_policy",)
_DEFENDER = (
    Setting(
        ("azurerm_security_center_subscription_pricing",),
        ("tier",),
        none_of("free"),
        "has Defender switched off",
        'tier = "Standard"',
    ),
    Setting(_CONTACT, ("email",), filled, "tells nobody", 'email = "security@example.com"', absent=True),
    Setting(_CONTACT, ("alert_notifications",), true, "sends no mail", "alert_notifications = true", absent=True),
    Setting(_CONTACT, ("alerts_to_admins",), true, "does not tell the owners", "alerts_to_admins = true"),
    Setting(_ALERT, ("state",), none_of("disabled"), "is off", 'state = "Enabled"'),
    Setting(
        _ALERT,
        ("email_addresses",),
        filled,
        "tells nobody",
        'email_addresses = ["security@example.com"]',
        absent=True,
        when=lambda resource: not resource.has("email_account_admins"),
    ),
    Setting(_ALERT, ("email_account_admins",), true, "does not tell the owners", "email_account_admins = true"),
)

RETENTION = Rule(
    id="azure/log-profile",
    title="Activity log kept for less than a year",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Who changed what in the subscription is asked months later.",
    fix="Write a `retention_policy` of 365 days or more (0 is for ever).",
    refs=(
        "CWE-778",
        "PCI DSS 10.5.1",
        "https://learn.microsoft.com/azure/azure-monitor/essentials/activity-log",
    ),
    bad=(
        """\
resource "azurerm_monitor_log_profile" "shop" {
  retention_policy {
    enabled = true
    days    = 7 # <- here
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_monitor_log_profile" "shop" {
  retention_policy {
    enabled = true
    days    = 365
  }
}

resource "azurerm_monitor_log_profile" "stock" {
  retention_policy {
    enabled = false
    days    = 0
  }
}
""",
    ),
)

CATEGORIES = Rule(
    id="azure/log-profile-categories",
    title="Activity log that leaves something out",
    severity=Severity.LOW,
    level=Action.WARN,
    why="What is not in the log cannot be found there: who deleted, who wrote, who acted.",
    fix='Write `categories = ["Action", "Delete", "Write"]`.',
    refs=(
        "CWE-778",
        "PCI DSS 10.2.1",
        "https://learn.microsoft.com/azure/azure-monitor/essentials/activity-log-schema",
    ),
    bad=(
        """\
resource "azurerm_monitor_log_profile" "shop" {
  categories = ["Write", "Delete"] # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_monitor_log_profile" "shop" {
  categories = ["Action", "Delete", "Write"]
}
""",
    ),
)

_PROFILE = ("azurerm_monitor_log_profile",)


def _year(value: Value) -> bool | None:
    days = number(value)
    return None if days is None else days == 0 or days >= 365


def _profile(resource: Resource, module: Module) -> Found:
    says = "keeps its log for less than a year"
    kept = resource.find("retention_policy.enabled")
    days = resource.find("retention_policy.days")
    if isinstance(kept, Unresolved):
        yield unknown(kept)
    elif kept is not None and not true(kept):
        # Without a policy it is kept for ever, and that is written as no days.
        if days is None or (not isinstance(days, Unresolved) and number(days)):
            yield missing(resource, "retention_policy.days", says, "days = 365")
    else:
        yield from settle(Setting(_PROFILE, ("retention_policy.days",), _year, says, "days = 365", absent=True))(
            resource, module
        )


def _categories(resource: Resource, _module: Module) -> Found:
    categories = resource.find("categories")
    names = list(texts(categories))
    for name in names:
        if isinstance(name, Unresolved):
            yield unknown(name)
            return
    lacks = {"action", "delete", "write"} - {(known(name) or "").lower() for name in names}
    if lacks and categories is not None:
        says = f"leaves out {', '.join(sorted(lacks))}"
        fix = f'Write `categories = ["Action", "Delete", "Write"]` in {resource.label}.'
        yield wrong(resource, categories.span, says, "categories", fix)
    elif lacks:
        says = "leaves out something"
        yield missing(resource, "categories", says, 'categories = ["Action", "Delete", "Write"]')


CHECKS = (
    Check(DEFENDER, kinds(*_DEFENDER), settle(*_DEFENDER)),
    Check(RETENTION, _PROFILE, _profile),
    Check(CATEGORIES, _PROFILE, _categories),
)
