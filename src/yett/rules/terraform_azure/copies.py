"""What is kept: under whose key, whether encrypted once more beneath, and whether there is another copy."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Module, Resource, Value, number
from yett.rules.cloud import Check, Found, Setting, filled, kinds, missing, none_of, one_of, settle, true, wrong

OWN_KEY = Rule(
    id="azure/own-key",
    title="Data encrypted with a key of Microsoft",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Azure encrypts by itself, with keys it holds. With a key of your own in a vault you say who uses it, see when,"
    " and can take it away.",
    fix="Name a key of a Key Vault.",
    refs=(
        "CWE-320",
        "PCI DSS 3.6.1",
        "https://learn.microsoft.com/azure/security/fundamentals/encryption-models",
    ),
    bad=(
        """\
resource "azurerm_storage_account" "orders" { # <- here
  name = "orders"
}

resource "azurerm_kubernetes_cluster" "shop" { # <- here
  name = "shop"
}
""",
    ),
    good=(
        """\
resource "azurerm_storage_account" "orders" {
  customer_managed_key {
    key_vault_key_id = azurerm_key_vault_key.orders.id
  }
}

resource "azurerm_storage_account" "media" {
  name = "media"
}

resource "azurerm_storage_account_customer_managed_key" "media" {
  storage_account_id = azurerm_storage_account.media.id
}

resource "azurerm_kubernetes_cluster" "shop" {
  disk_encryption_set_id = azurerm_disk_encryption_set.shop.id
}
""",
    ),
)


def is_of(resource: Resource, name: str, *values: str) -> bool:
    """Whether an attribute is one of some texts; the first of them is the default."""
    value = resource.find(name)
    return value is None or one_of(*values)(value) is True


_KEYS = {
    "azurerm_kubernetes_cluster": ("disk_encryption_set_id",),
    "azurerm_managed_disk": ("disk_encryption_set_id", "secure_vm_disk_encryption_set_id", "encryption_settings"),
    "azurerm_cosmosdb_account": ("key_vault_key_id", "managed_hsm_key_id"),
    "azurerm_storage_account": ("customer_managed_key",),
    "azurerm_servicebus_namespace": ("customer_managed_key",),
    "azurerm_synapse_workspace": ("customer_managed_key",),
    "azurerm_app_configuration": ("encryption",),
    "azurerm_batch_account": ("encryption", "key_vault_reference"),
    "azurerm_databricks_workspace": ("customer_managed_key_enabled",),
    "azurerm_mysql_server": (),
    "azurerm_postgresql_server": (),
    "azurerm_kusto_cluster": (),
}
_APART = {
    "azurerm_storage_account": ("azurerm_storage_account_customer_managed_key", "storage_account_id"),
    "azurerm_servicebus_namespace": ("azurerm_servicebus_namespace_customer_managed_key", "namespace_id"),
    "azurerm_synapse_workspace": ("azurerm_synapse_workspace_key", "synapse_workspace_id"),
    "azurerm_databricks_workspace": ("azurerm_databricks_workspace_root_dbfs_customer_managed_key", "workspace_id"),
    "azurerm_mysql_server": ("azurerm_mysql_server_key", "server_id"),
    "azurerm_postgresql_server": ("azurerm_postgresql_server_key", "server_id"),
    "azurerm_kusto_cluster": ("azurerm_kusto_cluster_customer_managed_key", "cluster_id"),
}
"""Resources that name the key for others, and the attribute that says for which."""


def _own_key(resource: Resource, module: Module) -> Found:
    names = _KEYS[resource.kind]
    if any((value := resource.find(name)) is not None and filled(value) is not False for name in names):
        return
    apart = _APART.get(resource.kind)
    if not module.whole or (apart and (module.about(resource, *apart) or module.elsewhere(*apart))):
        return
    says = "is encrypted with a key of Microsoft"
    if names:
        yield missing(resource, names[0], says, f"{names[0]} = …")
    else:
        yield wrong(resource, resource.span, says, "key", f"Add an `{(apart or ('',))[0]}` for {resource.label}.")


TWICE = Rule(
    id="azure/single-encryption",
    title="Data without the second layer of encryption",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Azure offers encryption of the machines beneath, or of the temporary disks and caches, beyond what it does by"
    " itself. It is off where nothing is written, and for most resources it can be chosen at birth alone.",
    fix="Write `infrastructure_encryption_enabled = true`, or `encryption_at_host_enabled = true`.",
    refs=(
        "CWE-311",
        "https://learn.microsoft.com/azure/security/fundamentals/double-encryption",
    ),
    bad=(
        """\
resource "azurerm_storage_account" "orders" { # <- here
  name = "orders"
}

resource "azurerm_linux_virtual_machine" "stock" {
  encryption_at_host_enabled = false # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_storage_account" "orders" {
  infrastructure_encryption_enabled = true
}

resource "azurerm_linux_virtual_machine" "stock" {
  encryption_at_host_enabled = true
}
""",
    ),
)

_TWICE = (
    Setting(
        ("azurerm_storage_account", "azurerm_postgresql_server", "azurerm_mysql_server"),
        ("infrastructure_encryption_enabled",),
        true,
        "is encrypted once, and not beneath",
        "infrastructure_encryption_enabled = true",
        absent=True,
    ),
    Setting(
        (
            "azurerm_linux_virtual_machine",
            "azurerm_windows_virtual_machine",
            "azurerm_linux_virtual_machine_scale_set",
            "azurerm_windows_virtual_machine_scale_set",
        ),
        ("encryption_at_host_enabled",),
        true,
        "leaves temporary disks and caches unencrypted",
        "encryption_at_host_enabled = true",
        absent=True,
    ),
    Setting(
        ("azurerm_kubernetes_cluster",),
        ("default_node_pool.host_encryption_enabled", "default_node_pool.enable_host_encryption"),
        true,
        "leaves temporary disks and caches unencrypted",
        "host_encryption_enabled = true",
        absent=True,
    ),
    Setting(
        ("azurerm_kubernetes_cluster_node_pool",),
        ("host_encryption_enabled", "enable_host_encryption"),
        true,
        "leaves temporary disks and caches unencrypted",
        "host_encryption_enabled = true",
        absent=True,
    ),
    Setting(
        ("azurerm_servicebus_namespace",),
        ("customer_managed_key.infrastructure_encryption_enabled",),
        true,
        "is encrypted once, and not beneath",
        "infrastructure_encryption_enabled = true",
        absent=True,
        when=lambda resource: resource.has("customer_managed_key"),
    ),
    Setting(
        ("azurerm_kusto_cluster",),
        ("disk_encryption_enabled", "enable_disk_encryption"),
        true,
        "leaves its disks to the first layer",
        "disk_encryption_enabled = true",
        absent=True,
    ),
    Setting(
        ("azurerm_kusto_cluster",),
        ("double_encryption_enabled",),
        true,
        "is encrypted once, and not beneath",
        "double_encryption_enabled = true",
        absent=True,
    ),
)

COPY = Rule(
    id="azure/one-region",
    title="Data that one region holds",
    severity=Severity.LOW,
    level=Action.INFO,
    why="When the region is lost, so are orders and customers: backups are kept beside the original where nothing else"
    " is written.",
    fix='Write `geo_redundant_backup_enabled = true`, or `account_replication_type = "GRS"`.',
    refs=(
        "CWE-1188",
        "https://learn.microsoft.com/azure/reliability/cross-region-replication-azure",
    ),
    bad=(
        """\
resource "azurerm_postgresql_flexible_server" "orders" { # <- here
  name = "orders"
}

resource "azurerm_storage_account" "media" {
  account_replication_type = "LRS" # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_postgresql_flexible_server" "orders" {
  geo_redundant_backup_enabled = true
}

resource "azurerm_storage_account" "media" {
  account_replication_type = "RAGZRS"
}
""",
    ),
)

_COPY = (
    Setting(
        (
            "azurerm_postgresql_server",
            "azurerm_postgresql_flexible_server",
            "azurerm_mysql_server",
            "azurerm_mysql_flexible_server",
            "azurerm_mariadb_server",
        ),
        ("geo_redundant_backup_enabled", "geo_redundant_backup"),
        one_of("true", "enabled"),
        "has its backups in one region",
        "geo_redundant_backup_enabled = true",
        absent=True,
        when=lambda resource: is_of(resource, "create_mode", "Default"),
    ),
    Setting(
        ("azurerm_storage_account",),
        ("account_replication_type",),
        none_of("LRS", "ZRS"),
        "keeps its copies in one region",
        'account_replication_type = "GZRS"',
    ),
)


DELETED = Rule(
    id="azure/storage-soft-delete",
    title="Blobs that are gone when they are deleted",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A mistake, or somebody with the key, deletes for good: nothing keeps what was deleted where no days are"
    " written.",
    fix="Write `blob_properties { delete_retention_policy { days = 7 } }`.",
    refs=(
        "CWE-693",
        "https://learn.microsoft.com/azure/storage/blobs/soft-delete-blob-overview",
    ),
    bad=(
        """\
resource "azurerm_storage_account" "media" { # <- here
  name = "media"
}
""",
    ),
    good=(
        """\
resource "azurerm_storage_account" "media" {
  blob_properties {
    delete_retention_policy {
      days = 30
    }
  }
}

resource "azurerm_storage_account" "queues" {
  account_kind = "FileStorage"
}
""",
    ),
)


def _week(value: Value) -> bool | None:
    days = number(value)
    return None if days is None else days >= 7


_DELETED = (
    Setting(
        ("azurerm_storage_account",),
        ("blob_properties.delete_retention_policy",),
        filled,
        "keeps nothing of what is deleted",
        "blob_properties { delete_retention_policy { days = 7 } }",
        absent=True,
        when=lambda resource: is_of(resource, "account_kind", "StorageV2", "BlobStorage", "BlockBlobStorage"),
    ),
    Setting(
        ("azurerm_storage_account",),
        ("blob_properties.delete_retention_policy.days",),
        _week,
        "keeps what is deleted for less than a week",
        "days = 7",
    ),
)

CHECKS = (
    Check(OWN_KEY, tuple(_KEYS), _own_key),
    Check(TWICE, kinds(*_TWICE), settle(*_TWICE)),
    Check(COPY, kinds(*_COPY), settle(*_COPY)),
    Check(DELETED, ("azurerm_storage_account",), settle(*_DELETED)),
)
