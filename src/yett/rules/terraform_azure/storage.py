"""Storage accounts: who reads them, and how."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Map, Module, Resource, Unresolved, known, texts
from yett.rules.cloud import (
    Check,
    Found,
    Setting,
    false,
    is_world,
    kinds,
    missing,
    none_of,
    one_of,
    settle,
    tls12,
    true,
    unknown,
    wrong,
)

ACCOUNT = ("azurerm_storage_account",)

PUBLIC = Rule(
    id="azure/storage-public",
    title="Blobs that anybody may read",
    severity=Severity.CRITICAL,
    why="Everything in a container with the access type `blob` or `container` is on the internet for whoever knows or"
    " guesses its name. The default of a container is `private`; the account's switch allows others to change it.",
    fix="Keep the container private, and hand out links with a signature and an end date.",
    refs=(
        "CWE-732",
        "PCI DSS 1.4.4",
        "PCI DSS 7.3.3",
        "https://learn.microsoft.com/azure/storage/blobs/anonymous-read-access-prevent",
    ),
    bad=(
        """\
resource "azurerm_storage_account" "shop" {
  name                            = "bakeryshop"
  allow_nested_items_to_be_public = true # <- here
}

resource "azurerm_storage_container" "invoices" {
  name                  = "invoices"
  storage_account_id    = azurerm_storage_account.shop.id
  container_access_type = "blob" # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_storage_account" "shop" {
  allow_nested_items_to_be_public = false
}

resource "azurerm_storage_container" "invoices" {
  container_access_type = "private"
}

resource "azurerm_storage_container" "orders" {}

variable "access" {}

resource "azurerm_storage_container" "media" {
  container_access_type = var.access
}
""",
    ),
)

_PUBLIC = (
    Setting(
        ("azurerm_storage_container",),
        ("container_access_type",),
        none_of("blob", "container"),
        "lets anybody read its blobs",
        'container_access_type = "private"',
    ),
    Setting(
        ACCOUNT,
        ("allow_nested_items_to_be_public", "allow_blob_public_access"),
        false,
        "lets its containers be made public",
        "allow_nested_items_to_be_public = false",
    ),
)

NESTED = Rule(
    id="azure/storage-nested-public",
    title="Storage account whose containers can be made public",
    severity=Severity.LOW,
    level=Action.INFO,
    why="`allow_nested_items_to_be_public` is true where it is not set: one container with the wrong access type, made"
    " in the portal, is on the internet.",
    fix="Write `allow_nested_items_to_be_public = false`.",
    refs=(
        "CWE-732",
        "PCI DSS 7.3.3",
        "https://learn.microsoft.com/azure/storage/blobs/anonymous-read-access-prevent",
    ),
    bad=(
        """\
resource "azurerm_storage_account" "shop" { # <- here
  name = "bakeryshop"
}
""",
    ),
    good=(
        """\
resource "azurerm_storage_account" "shop" {
  name                            = "bakeryshop"
  allow_nested_items_to_be_public = false
}
""",
    ),
)


def _nested(resource: Resource, _module: Module) -> Found:
    if not resource.has("allow_nested_items_to_be_public", "allow_blob_public_access"):
        yield missing(
            resource,
            "allow_nested_items_to_be_public",
            "lets its containers be made public",
            "allow_nested_items_to_be_public = false",
        )


NETWORK = Rule(
    id="azure/storage-network",
    title="Storage account open to all networks",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="With the default action `Allow`, as with no rules at all, a leaked key or signature works from anywhere.",
    fix='Write `default_action = "Deny"` in its `network_rules`, and list the subnets and addresses that use it.',
    refs=(
        "CWE-284",
        "PCI DSS 1.4.4",
        "https://learn.microsoft.com/azure/storage/common/storage-network-security",
    ),
    bad=(
        """\
resource "azurerm_storage_account" "shop" {
  name = "bakeryshop"

  network_rules {
    default_action = "Allow" # <- here
  }
}

resource "azurerm_storage_account_network_rules" "orders" {
  storage_account_id = azurerm_storage_account.orders.id
  default_action     = "Allow" # <- here
}
""",
        """\
resource "azurerm_storage_account" "shop" { # <- here
  name = "bakeryshop"
}
""",
    ),
    good=(
        """\
resource "azurerm_storage_account" "shop" {
  name = "bakeryshop"

  network_rules {
    default_action = "Deny"
    ip_rules       = ["203.0.113.0/24"]
  }
}

resource "azurerm_storage_account" "private" {
  public_network_access_enabled = false
}

resource "azurerm_storage_account" "orders" {
  name = "bakeryorders"
}

resource "azurerm_storage_account_network_rules" "orders" {
  storage_account_id = azurerm_storage_account.orders.id
  default_action     = "Deny"
}
""",
    ),
)

_RULES = "azurerm_storage_account_network_rules"


def _network(resource: Resource, module: Module) -> Found:
    path = "default_action" if resource.kind == _RULES else "network_rules.default_action"
    action = resource.find(path)
    says, write = "takes requests from every network", 'default_action = "Deny"'
    account = (
        resource if resource.kind != _RULES else module.resolve(resource.find("storage_account_id"), resource.path)
    )
    closed = account.find("public_network_access_enabled") if account else None
    if closed is not None and not isinstance(closed, Unresolved) and false(closed):
        return
    for address in texts(resource.find(path.replace("default_action", "ip_rules"))):
        if is_world(known(address) or ""):
            fix = f"Name the addresses that need it in {resource.label}."
            yield wrong(resource, address.span, says, path.replace("default_action", "ip_rules"), fix)
    if isinstance(action, Unresolved):
        yield unknown(action)
    elif action is not None:
        if one_of("allow")(action):
            yield wrong(resource, action.span, says, path, f"Write `{write}` in {resource.label}.")
    elif resource.kind != _RULES and not resource.has("network_rules"):
        if isinstance(closed, Unresolved):
            yield unknown(closed)
        elif not module.about(resource, _RULES, "storage_account_id", "name"):
            if module.elsewhere(_RULES, "storage_account_id") or any(
                module.about(resource, _RULES, "storage_account_name", "name")
            ):
                return
            yield missing(resource, "network_rules", says, 'network_rules { default_action = "Deny" }')


HTTPS = Rule(
    id="azure/storage-https",
    title="Storage account that takes plain HTTP or early TLS",
    severity=Severity.HIGH,
    why="What is read and written, and the signature in the address, can be read on the way. Both are off where nothing"
    " is written; somebody switched them on.",
    fix='Write `https_traffic_only_enabled = true` and `min_tls_version = "TLS1_2"`.',
    refs=(
        "CWE-319",
        "PCI DSS 4.2.1",
        "https://learn.microsoft.com/azure/storage/common/transport-layer-security-configure-minimum-version",
    ),
    bad=(
        """\
resource "azurerm_storage_account" "shop" {
  https_traffic_only_enabled = false    # <- here
  min_tls_version            = "TLS1_0" # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_storage_account" "shop" {
  https_traffic_only_enabled = true
  min_tls_version            = "TLS1_2"
}

resource "azurerm_storage_account" "orders" {
  min_tls_version = "TLS1_3"
}
""",
    ),
)

_HTTPS = (
    Setting(
        ACCOUNT,
        ("https_traffic_only_enabled", "enable_https_traffic_only"),
        true,
        "takes plain HTTP",
        "https_traffic_only_enabled = true",
    ),
    Setting(ACCOUNT, ("min_tls_version",), tls12, "takes early versions of TLS", 'min_tls_version = "TLS1_2"'),
)

ACL = Rule(
    id="azure/storage-acl-all",
    title="Stored policy that allows everything",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Every signature made from this policy may read, write, delete and list, for as long as the policy lives.",
    fix='Keep the letters that the work needs, as in `permissions = "r"`.',
    refs=(
        "CWE-732",
        "PCI DSS 7.2.2",
        "https://learn.microsoft.com/rest/api/storageservices/define-stored-access-policy",
    ),
    bad=(
        """\
resource "azurerm_storage_share" "labels" {
  name = "labels"

  acl {
    id = "everything"

    access_policy {
      permissions = "rwdl" # <- here
    }
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_storage_share" "labels" {
  name = "labels"

  acl {
    id = "reading"

    access_policy {
      permissions = "rl"
    }
  }
}
""",
    ),
)

_ALL = {"azurerm_storage_share": ("rwdl",), "azurerm_storage_table": ("rwdl", "raud")}


def _acl(resource: Resource, _module: Module) -> Found:
    for policy in resource.every("acl.access_policy"):
        value = policy.get("permissions") if isinstance(policy, Map) else None
        if value is None:
            continue
        if isinstance(value, Unresolved):
            yield unknown(value)
        elif any(set(every) <= set((known(value) or "").lower()) for every in _ALL[resource.kind]):
            says = "lets signatures of this policy do everything"
            yield wrong(resource, value.span, says, "permissions", "Write the letters that the work needs.")


KEYS = Rule(
    id="azure/storage-shared-key",
    title="Storage account that is opened by its key",
    severity=Severity.LOW,
    level=Action.INFO,
    why="The account's key opens everything in it, knows no names and has no end. `shared_access_key_enabled` is true"
    " where it is not set.",
    fix="Write `shared_access_key_enabled = false`, and give roles to identities.",
    refs=(
        "CWE-287",
        "PCI DSS 8.6.1",
        "https://learn.microsoft.com/azure/storage/common/shared-key-authorization-prevent",
    ),
    bad=(
        """\
resource "azurerm_storage_account" "shop" {
  shared_access_key_enabled = true # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_storage_account" "shop" {
  shared_access_key_enabled = false
}
""",
    ),
)

_KEYS = Setting(
    ACCOUNT,
    ("shared_access_key_enabled",),
    false,
    "is opened by its key",
    "shared_access_key_enabled = false",
    absent=True,
)

CHECKS = (
    Check(PUBLIC, kinds(*_PUBLIC), settle(*_PUBLIC)),
    Check(NESTED, ACCOUNT, _nested),
    Check(NETWORK, (*ACCOUNT, _RULES), _network),
    Check(HTTPS, ACCOUNT, settle(*_HTTPS)),
    Check(ACL, tuple(_ALL), _acl),
    Check(KEYS, ACCOUNT, settle(_KEYS)),
)
