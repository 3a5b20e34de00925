"""Key Vaults: what is lost with a key, and who reaches it."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Module, Resource, Scalar, Unresolved
from yett.rules.cloud import Check, Found, Setting, false, missing, one_of, settle, true, unknown, wrong

_VAULT = ("azurerm_key_vault",)

KEYVAULT = Rule(
    id="azure/keyvault",
    title="Key Vault that can be emptied for good",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Without purge protection, off where it is not set, whoever gets in destroys the keys for good, and with them"
    " everything they encrypt.",
    fix="Write `purge_protection_enabled = true`.",
    refs=(
        "CWE-320",
        "PCI DSS 3.6.1",
        "https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview",
    ),
    bad=(
        """\
resource "azurerm_key_vault" "shop" {
  purge_protection_enabled = false # <- here
}

resource "azurerm_key_vault" "stock" { # <- here
  name = "stock"
}
""",
    ),
    good=(
        """\
resource "azurerm_key_vault" "shop" {
  purge_protection_enabled = true
}
""",
    ),
)

SOFT_DELETE = Rule(
    id="azure/keyvault-soft-delete",
    title="Key Vault that forgets at once what is deleted",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A key that is deleted by mistake, or by an intruder, is gone, and with it all that it encrypts. Deleted keys"
    " are kept by default; somebody switched it off.",
    fix="Leave `soft_delete_enabled` away.",
    refs=(
        "CWE-320",
        "PCI DSS 3.6.1",
        "https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview",
    ),
    bad=(
        """\
resource "azurerm_key_vault" "shop" {
  soft_delete_enabled = false # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_key_vault" "shop" {
  soft_delete_enabled = true
}

resource "azurerm_key_vault" "stock" {
  soft_delete_retention_days = 90
}
""",
    ),
)

NETWORK = Rule(
    id="azure/keyvault-network",
    title="Key Vault open to all networks",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A vault takes requests from every network where nothing is said: one stolen token is enough, from anywhere.",
    fix='Write `network_acls` with `default_action = "Deny"`.',
    refs=(
        "CWE-668",
        "PCI DSS 1.4.4",
        "https://learn.microsoft.com/azure/key-vault/general/network-security",
    ),
    bad=(
        """\
resource "azurerm_key_vault" "shop" {
  network_acls {
    bypass         = "AzureServices"
    default_action = "Allow" # <- here
  }
}

resource "azurerm_key_vault" "stock" { # <- here
  name = "stock"
}
""",
    ),
    good=(
        """\
resource "azurerm_key_vault" "shop" {
  network_acls {
    bypass         = "AzureServices"
    default_action = "Deny"
  }
}

resource "azurerm_key_vault" "stock" {
  public_network_access_enabled = false
}
""",
    ),
)

EXPIRATION = Rule(
    id="azure/keyvault-expiration",
    title="Key or secret without an end",
    severity=Severity.LOW,
    level=Action.WARN,
    why="What never ends is in use long after it leaked, and nobody is reminded to change it.",
    fix="Write an `expiration_date`, or for a key a `rotation_policy`.",
    refs=(
        "CWE-324",
        "PCI DSS 3.7.4",
        "https://learn.microsoft.com/azure/key-vault/keys/how-to-configure-key-rotation",
    ),
    bad=(
        """\
resource "azurerm_key_vault_secret" "database" { # <- here
  name  = "database"
  value = random_password.database.result
}
""",
    ),
    good=(
        """\
resource "azurerm_key_vault_secret" "database" {
  name            = "database"
  value           = random_password.database.result
  expiration_date = "2026-12-31T00:00:00Z"
}
""",
    ),
)

_PURGE = Setting(
    _VAULT,
    ("purge_protection_enabled",),
    true,
    "lets its keys be destroyed for good",
    "purge_protection_enabled = true",
    absent=True,
)
_SOFT = Setting(_VAULT, ("soft_delete_enabled",), true, "forgets what is deleted", "soft_delete_enabled = true")
_EXPIRY = Setting(
    ("azurerm_key_vault_key", "azurerm_key_vault_secret"),
    ("expiration_date",),
    lambda _value: True,
    "never ends",
    'expiration_date = "2026-12-31T00:00:00Z"',
    absent=True,
    when=lambda resource: not resource.has("rotation_policy.expire_after"),
)


def _network(resource: Resource, _module: Module) -> Found:
    says, write = "takes requests from every network", 'network_acls { default_action = "Deny" }'
    action = resource.find("network_acls.default_action")
    closed = resource.find("public_network_access_enabled")
    if isinstance(closed, Scalar) and false(closed):
        return
    if isinstance(action, Unresolved):
        yield unknown(action)
    elif action is not None:
        if one_of("allow")(action):
            fix = f'Write `default_action = "Deny"` in {resource.label}.'
            yield wrong(resource, action.span, says, "network_acls.default_action", fix)
    else:
        if isinstance(closed, Unresolved):
            yield unknown(closed)
        else:
            yield missing(resource, "network_acls", says, write)


CHECKS = (
    Check(KEYVAULT, _VAULT, settle(_PURGE)),
    Check(SOFT_DELETE, _VAULT, settle(_SOFT)),
    Check(NETWORK, _VAULT, _network),
    Check(EXPIRATION, _EXPIRY.kinds, settle(_EXPIRY)),
)
