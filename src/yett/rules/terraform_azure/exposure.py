"""Services that need no address on the internet, and disks that anybody may copy."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Unresolved, known, texts
from yett.rules.cloud import Check, Setting, false, filled, is_world, kinds, none_of, one_of, settle, true

NETWORK = Rule(
    id="azure/public-network-access",
    title="Service with an address on the internet",
    severity=Severity.LOW,
    level=Action.INFO,
    why="The service answers on a public name; all that stands between it and the internet is a key. Public access is"
    " allowed where nothing is written.",
    fix="Write `public_network_access_enabled = false`, and use a private endpoint.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.4",
        "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    ),
    bad=(
        """\
resource "azurerm_search_service" "products" { # <- here
  name = "products"
}

resource "azurerm_servicebus_namespace" "orders" {
  public_network_access_enabled = true # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_search_service" "products" {
  public_network_access_enabled = false
}
""",
    ),
)

_USUAL = (
    "azurerm_storage_account",
    "azurerm_key_vault",
    "azurerm_container_registry",
    "azurerm_data_factory",
    "azurerm_eventgrid_domain",
    "azurerm_eventgrid_topic",
    "azurerm_search_service",
    "azurerm_cognitive_account",
    "azurerm_machine_learning_workspace",
    "azurerm_databricks_workspace",
    "azurerm_api_management",
    "azurerm_servicebus_namespace",
    "azurerm_eventhub_namespace",
    "azurerm_automation_account",
    "azurerm_synapse_workspace",
    "azurerm_purview_account",
    "azurerm_app_configuration",
    "azurerm_iothub",
    "azurerm_web_pubsub",
    "azurerm_signalr_service",
    "azurerm_batch_account",
)
_WRITTEN = ("azurerm_spring_cloud_api_portal", "azurerm_kusto_cluster")
_NETWORK = (
    Setting(
        _USUAL,
        ("public_network_access_enabled", "public_network_enabled", "public_network_access"),
        one_of("false", "disabled"),
        "has an address on the internet",
        "public_network_access_enabled = false",
        absent=True,
        when=lambda resource: (
            resource.kind not in ("azurerm_iothub", "azurerm_batch_account")
            and not resource.has("network_acls", "network_rules", "network_rule_set", "network_profile")
        ),
    ),
    Setting(
        (*_WRITTEN, "azurerm_iothub", "azurerm_batch_account"),
        ("public_network_access_enabled",),
        false,
        "has an address on the internet",
        "public_network_access_enabled = false",
    ),
    Setting(
        ("azurerm_managed_disk",),
        ("network_access_policy", "public_network_access_enabled"),
        lambda value: known(value) in ("DenyAll", "AllowPrivate", "false"),
        "may be copied from everywhere with a signed address",
        'public_network_access_enabled = false, or network_access_policy = "DenyAll"',
        absent=True,
    ),
    Setting(
        ("azurerm_container_group",),
        ("ip_address_type",),
        none_of("Public"),
        "has an address on the internet",
        'ip_address_type = "Private"',
        absent=True,
        when=lambda resource: not resource.has("subnet_ids", "network_profile_id"),
    ),
    Setting(
        ("azurerm_search_service",),
        ("allowed_ips",),
        lambda value: not any(is_world(known(each) or "") for each in texts(value)),
        "lets everybody in",
        "allowed_ips = […]",
    ),
    Setting(
        ("azurerm_storage_sync",),
        ("incoming_traffic_policy",),
        none_of("AllowAllTraffic"),
        "has an address on the internet",
        'incoming_traffic_policy = "AllowVirtualNetworksOnly"',
        absent=True,
    ),
)

LOCAL = Rule(
    id="azure/local-auth",
    title="Service that is opened by a key instead of an identity",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A key has no name, no second factor and no end, and whoever copies it is not told from the others. Keys work"
    " where nothing is written.",
    fix="Write `local_auth_enabled = false` (or `local_authentication_disabled = true`), and give roles to identities.",
    refs=(
        "CWE-287",
        "PCI DSS 8.6.1",
        "https://learn.microsoft.com/azure/cosmos-db/how-to-connect-role-based-access-control",
    ),
    bad=(
        """\
resource "azurerm_cosmosdb_account" "carts" { # <- here
  name = "carts"
}

resource "azurerm_servicebus_namespace" "orders" {
  local_auth_enabled = true # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_cosmosdb_account" "carts" {
  local_authentication_disabled = true
}

resource "azurerm_cosmosdb_account" "documents" {
  kind = "MongoDB"
}

resource "azurerm_servicebus_namespace" "orders" {
  local_auth_enabled = false
}
""",
    ),
)

_LOCAL = (
    Setting(
        (
            "azurerm_servicebus_namespace",
            "azurerm_eventgrid_domain",
            "azurerm_eventgrid_topic",
            "azurerm_app_configuration",
            "azurerm_cognitive_account",
            "azurerm_machine_learning_compute_cluster",
        ),
        ("local_auth_enabled", "local_authentication_enabled"),
        false,
        "is opened by its key",
        "local_auth_enabled = false",
        absent=True,
    ),
    Setting(
        ("azurerm_service_fabric_cluster",),
        ("azure_active_directory.tenant_id",),
        filled,
        "is administered with certificates alone",
        "azure_active_directory { … }",
        absent=True,
    ),
    Setting(
        ("azurerm_cosmosdb_account",),
        ("local_authentication_disabled",),
        true,
        "is opened by its key",
        "local_authentication_disabled = true",
        absent=True,
        when=lambda resource: not resource.has("kind") or _is_sql(resource.find("kind")),
    ),
)


def _is_sql(kind: object) -> bool:
    return not isinstance(kind, Unresolved) and getattr(kind, "value", "") == "GlobalDocumentDB"


DISK = Rule(
    id="azure/disk-unencrypted",
    title="Disk whose encryption is switched off",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Azure encrypts disks by itself; somebody switched off what was asked for beyond that.",
    fix="Write `encryption_settings { enabled = true }`, or leave the block out and name a `disk_encryption_set_id`.",
    refs=(
        "CWE-311",
        "PCI DSS 3.5.1",
        "https://learn.microsoft.com/azure/virtual-machines/disk-encryption-overview",
    ),
    bad=(
        """\
resource "azurerm_managed_disk" "orders" {
  encryption_settings {
    enabled = false # <- here
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_managed_disk" "orders" {
  disk_encryption_set_id = azurerm_disk_encryption_set.orders.id
}

resource "azurerm_managed_disk" "stock" {
  encryption_settings {
    enabled = true
  }
}
""",
    ),
)

_DISK = (
    Setting(
        ("azurerm_managed_disk", "azurerm_snapshot"),
        ("encryption_settings.enabled",),
        true,
        "is not encrypted",
        "enabled = true",
    ),
    Setting(
        ("azurerm_data_lake_store",),
        ("encryption_state",),
        none_of("Disabled"),
        "is not encrypted",
        'encryption_state = "Enabled"',
    ),
    Setting(
        ("azurerm_synapse_sql_pool",),
        ("data_encrypted",),
        true,
        "is not encrypted",
        "data_encrypted = true",
        absent=True,
    ),
    Setting(
        ("azurerm_mssql_database",),
        ("transparent_data_encryption_enabled",),
        true,
        "is not encrypted",
        "transparent_data_encryption_enabled = true",
    ),
    Setting(
        (
            "azurerm_automation_variable_string",
            "azurerm_automation_variable_bool",
            "azurerm_automation_variable_int",
            "azurerm_automation_variable_datetime",
        ),
        ("encrypted",),
        true,
        "is kept in the clear",
        "encrypted = true",
        absent=True,
    ),
)

SYNAPSE = Rule(
    id="azure/synapse-network",
    title="Workspace without a network of its own",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Jobs of the workspace reach databases over the internet, and share the machines' network with others, where"
    " nothing is written. It can be chosen at birth alone.",
    fix="Write `managed_virtual_network_enabled = true`.",
    refs=(
        "CWE-668",
        "https://learn.microsoft.com/azure/synapse-analytics/security/synapse-workspace-managed-vnet",
    ),
    bad=(
        """\
resource "azurerm_synapse_workspace" "orders" {
  managed_virtual_network_enabled = false # <- here
}

resource "azurerm_synapse_workspace" "stock" { # <- here
  name = "stock"
}
""",
    ),
    good=(
        """\
resource "azurerm_synapse_workspace" "orders" {
  managed_virtual_network_enabled = true
}
""",
    ),
)

EXFILTRATION = Rule(
    id="azure/synapse-exfiltration",
    title="Workspace whose jobs may send data anywhere",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Jobs that read all the data may send it to whatever address they like, where nothing is written. The"
    " protection can be chosen at birth alone.",
    fix="Write `data_exfiltration_protection_enabled = true`.",
    refs=(
        "CWE-668",
        "https://learn.microsoft.com/azure/synapse-analytics/security/workspace-data-exfiltration-protection",
    ),
    bad=(
        """\
resource "azurerm_synapse_workspace" "orders" { # <- here
  managed_virtual_network_enabled = true
}
""",
    ),
    good=(
        """\
resource "azurerm_synapse_workspace" "orders" {
  managed_virtual_network_enabled      = true
  data_exfiltration_protection_enabled = true
}
""",
    ),
)

_WORKSPACE = ("azurerm_synapse_workspace",)
_SYNAPSE = Setting(
    _WORKSPACE,
    ("managed_virtual_network_enabled", "managed_virtual_network"),
    true,
    "has no network of its own",
    "managed_virtual_network_enabled = true",
    absent=True,
)
_EXFILTRATION = Setting(
    _WORKSPACE,
    ("data_exfiltration_protection_enabled",),
    true,
    "lets its jobs send data anywhere",
    "data_exfiltration_protection_enabled = true",
    absent=True,
)

CHECKS = (
    Check(NETWORK, kinds(*_NETWORK), settle(*_NETWORK)),
    Check(LOCAL, kinds(*_LOCAL), settle(*_LOCAL)),
    Check(DISK, kinds(*_DISK), settle(*_DISK)),
    Check(SYNAPSE, _WORKSPACE, settle(_SYNAPSE)),
    Check(EXFILTRATION, _WORKSPACE, settle(_EXFILTRATION)),
)
