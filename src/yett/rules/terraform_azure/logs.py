"""Logs of apps, storage and clusters, and alerts of databases."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.rules.cloud import Check, Setting, filled, kinds, none_of, settle, true
from yett.rules.terraform_azure.apps import APPS
from yett.rules.terraform_azure.copies import is_of

APP = Rule(
    id="azure/app-logs",
    title="App that keeps no log of its requests",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Without a log of requests nobody can tell afterwards what was tried. It is off where nothing is written.",
    fix="Write `logs { http_logs { file_system { retention_in_days = 90  retention_in_mb = 35 } } }`.",
    refs=(
        "CWE-778",
        "PCI DSS 10.2.1",
        "https://learn.microsoft.com/azure/app-service/troubleshoot-diagnostic-logs",
    ),
    bad=(
        """\
resource "azurerm_linux_web_app" "shop" { # <- here
  name = "shop"
}
""",
    ),
    good=(
        """\
resource "azurerm_linux_web_app" "shop" {
  logs {
    http_logs {
      file_system {
        retention_in_days = 90
        retention_in_mb   = 35
      }
    }
  }
}
""",
    ),
)

_WEB = tuple(kind for kind in APPS if "function" not in kind)
_APP = Setting(
    _WEB, ("logs.http_logs",), filled, "keeps no log of its requests", "logs { http_logs { … } }", absent=True
)

ERRORS = Rule(
    id="azure/app-error-logs",
    title="App that keeps nothing of what failed",
    severity=Severity.LOW,
    level=Action.INFO,
    why="An attack shows first in requests that fail. Their details and traces are kept only where that is asked for.",
    fix="Write `logs { detailed_error_messages = true  failed_request_tracing = true }`.",
    refs=(
        "CWE-778",
        "PCI DSS 10.2.1",
        "https://learn.microsoft.com/azure/app-service/troubleshoot-diagnostic-logs",
    ),
    bad=(
        """\
resource "azurerm_linux_web_app" "shop" { # <- here
  name = "shop"
}

resource "azurerm_windows_web_app" "stock" {
  logs {
    detailed_error_messages = true
    failed_request_tracing  = false # <- here
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_linux_web_app" "shop" {
  logs {
    detailed_error_messages = true
    failed_request_tracing  = true
  }
}
""",
    ),
)

_DETAILS = ("logs.detailed_error_messages", "logs.detailed_error_messages_enabled")
_TRACES = ("logs.failed_request_tracing", "logs.failed_request_tracing_enabled")
_ERRORS = (
    Setting(
        _WEB,
        _DETAILS,
        true,
        "keeps no details of errors",
        "logs { detailed_error_messages = true }",
        absent=True,
        when=lambda resource: resource.has(*_DETAILS) or not resource.has(*_TRACES),
    ),
    Setting(_WEB, _TRACES, true, "keeps no trace of failed requests", "logs { failed_request_tracing = true }"),
)

STORAGE = Rule(
    id="azure/storage-logs",
    title="Queues whose use is not logged",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Who read, wrote or deleted what is not written down where nothing asks for it.",
    fix="Write `queue_properties { logging { read = true  write = true  delete = true … } }`.",
    refs=(
        "CWE-778",
        "PCI DSS 10.2.1",
        "https://learn.microsoft.com/azure/storage/queues/monitor-queue-storage",
    ),
    bad=(
        """\
resource "azurerm_storage_account" "orders" { # <- here
  name = "orders"
}
""",
    ),
    good=(
        """\
resource "azurerm_storage_account" "orders" {
  queue_properties {
    logging {
      version = "1.0"
      read    = true
      write   = true
      delete  = true
    }
  }
}

resource "azurerm_storage_account" "media" {
  account_kind = "BlobStorage"
}
""",
    ),
)

_STORAGE = (
    Setting(
        ("azurerm_storage_account",),
        ("queue_properties.logging",),
        filled,
        "does not log the use of its queues",
        "queue_properties { logging { … } }",
        absent=True,
        when=lambda resource: is_of(resource, "account_kind", "StorageV2", "Storage"),
    ),
    *(
        Setting(
            ("azurerm_storage_account",),
            (f"queue_properties.logging.{name}",),
            true,
            f"does not log what {verb} its queues",
            f"{name} = true",
            absent=True,
            when=lambda resource: resource.has("queue_properties.logging"),
        )
        for name, verb in (("read", "reads"), ("write", "writes to"), ("delete", "deletes from"))
    ),
)

CLUSTER = Rule(
    id="azure/aks-logs",
    title="Cluster whose logs go nowhere",
    severity=Severity.LOW,
    level=Action.INFO,
    why="What containers write, and what they use, is gone with their node; Azure Monitor collects it only where it is"
    " asked to.",
    fix="Write `oms_agent { log_analytics_workspace_id = … }`.",
    refs=(
        "CWE-778",
        "PCI DSS 10.3.3",
        "https://learn.microsoft.com/azure/azure-monitor/containers/container-insights-overview",
    ),
    bad=(
        """\
resource "azurerm_kubernetes_cluster" "shop" { # <- here
  name = "shop"
}
""",
    ),
    good=(
        """\
resource "azurerm_kubernetes_cluster" "shop" {
  oms_agent {
    log_analytics_workspace_id = azurerm_log_analytics_workspace.shop.id
  }
}

resource "azurerm_kubernetes_cluster" "stock" {
  addon_profile {
    oms_agent {
      enabled                    = true
      log_analytics_workspace_id = azurerm_log_analytics_workspace.shop.id
    }
  }
}
""",
    ),
)

_AGENT = ("oms_agent", "addon_profile.oms_agent", "microsoft_defender", "monitor_metrics")
_CLUSTER = (
    Setting(
        ("azurerm_kubernetes_cluster",),
        _AGENT,
        filled,
        "sends its logs nowhere",
        "oms_agent { … }",
        absent=True,
    ),
    Setting(
        ("azurerm_kubernetes_cluster",),
        ("oms_agent.enabled", "addon_profile.oms_agent.enabled"),
        true,
        "sends its logs nowhere",
        "enabled = true",
    ),
)

POLICY = Rule(
    id="azure/aks-policy",
    title="Cluster that no policy watches",
    severity=Severity.LOW,
    level=Action.INFO,
    why="With the add-on, Azure Policy refuses privileged pods and images from elsewhere. It is off where nothing is"
    " written.",
    fix="Write `azure_policy_enabled = true`.",
    refs=(
        "CWE-693",
        "https://learn.microsoft.com/azure/governance/policy/concepts/policy-for-kubernetes",
    ),
    bad=(
        """\
resource "azurerm_kubernetes_cluster" "shop" { # <- here
  name = "shop"
}
""",
    ),
    good=(
        """\
resource "azurerm_kubernetes_cluster" "shop" {
  azure_policy_enabled = true
}
""",
    ),
)

_POLICY = Setting(
    ("azurerm_kubernetes_cluster",),
    ("azure_policy_enabled", "addon_profile.azure_policy.enabled"),
    true,
    "is watched by no policy",
    "azure_policy_enabled = true",
    absent=True,
)

THREATS = Rule(
    id="azure/db-threat-detection",
    title="Database server that does not look for attacks",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Injections and logins from odd places are noticed by the threat detection, if it is on and looks for all of"
    " them.",
    fix='Write `threat_detection_policy { enabled = true }`, or `state = "Enabled"` and no `disabled_alerts`.',
    refs=(
        "CWE-778",
        "PCI DSS 11.5.1",
        "https://learn.microsoft.com/azure/defender-for-cloud/defender-for-databases-introduction",
    ),
    bad=(
        """\
resource "azurerm_postgresql_server" "orders" { # <- here
  name = "orders"
}

resource "azurerm_mssql_server_security_alert_policy" "stock" {
  state           = "Enabled"
  disabled_alerts = ["Sql_Injection"] # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_postgresql_server" "orders" {
  threat_detection_policy {
    enabled = true
  }
}

resource "azurerm_mssql_server_security_alert_policy" "stock" {
  state           = "Enabled"
  disabled_alerts = []
}
""",
    ),
)

_SERVERS = ("azurerm_postgresql_server", "azurerm_mysql_server")
_ALERTS = ("azurerm_mssql_server_security_alert_policy",)
_THREATS = (
    Setting(
        _SERVERS,
        ("threat_detection_policy.enabled",),
        true,
        "does not look for attacks",
        "threat_detection_policy { enabled = true }",
        absent=True,
    ),
    Setting(_ALERTS, ("state",), none_of("disabled"), "does not look for attacks", 'state = "Enabled"'),
    Setting(
        _ALERTS,
        ("disabled_alerts",),
        lambda value: None if (full := filled(value)) is None else not full,
        "leaves attacks out",
        "disabled_alerts = []",
    ),
)

CHECKS = (
    Check(APP, _WEB, settle(_APP)),
    Check(ERRORS, _WEB, settle(*_ERRORS)),
    Check(STORAGE, ("azurerm_storage_account",), settle(*_STORAGE)),
    Check(CLUSTER, ("azurerm_kubernetes_cluster",), settle(*_CLUSTER)),
    Check(POLICY, _POLICY.kinds, settle(_POLICY)),
    Check(THREATS, kinds(*_THREATS), settle(*_THREATS)),
)
