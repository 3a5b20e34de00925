"""Identities: who has which role, and what logs in."""

from __future__ import annotations

import re

from yett.model import Action, Rule, Severity
from yett.parse.resources import Module, Resource, Scalar, Unresolved, Value, known, texts
from yett.rules.claims import wide_claim
from yett.rules.cloud import Check, Found, Setting, missing, settle, true, unknown, wrong
from yett.rules.credentials import is_setting

OWNER = Rule(
    id="azure/owner-role",
    title="A role that may do everything",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Whoever gets hold of this identity owns the subscription: Owner hands out roles, Contributor deletes and reads"
    " everything, and a role of one's own with `*` does both.",
    fix="Give a narrow role, on the resource group or the resource that the work needs.",
    refs=(
        "CWE-250",
        "PCI DSS 7.2.2",
        "https://learn.microsoft.com/azure/role-based-access-control/best-practices",
    ),
    bad=(
        """\
data "azurerm_subscription" "shop" {}

resource "azurerm_role_assignment" "deploy" {
  scope                = data.azurerm_subscription.shop.id
  role_definition_name = "Owner" # <- here
  principal_id         = azurerm_user_assigned_identity.deploy.principal_id
}

resource "azurerm_role_definition" "deploy" {
  name  = "deploy"
  scope = data.azurerm_subscription.shop.id

  permissions {
    actions = ["*"] # <- here
  }
}
""",
    ),
    good=(
        """\
data "azurerm_subscription" "shop" {}

resource "azurerm_role_assignment" "deploy" {
  scope                = azurerm_resource_group.shop.id
  role_definition_name = "Contributor"
  principal_id         = azurerm_user_assigned_identity.deploy.principal_id
}

resource "azurerm_role_assignment" "reader" {
  scope                = data.azurerm_subscription.shop.id
  role_definition_name = "Reader"
  principal_id         = azurerm_user_assigned_identity.deploy.principal_id
}

resource "azurerm_role_definition" "deploy" {
  permissions {
    actions     = ["Microsoft.Web/sites/read", "Microsoft.Web/sites/restart/action"]
    not_actions = []
  }
}
""",
    ),
)

_WIDE_ROLES = ("owner", "contributor", "user access administrator", "role based access control administrator")
_WIDE_IDS = (
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
)
"""Of the roles above, https://learn.microsoft.com/azure/role-based-access-control/built-in-roles"""

_SUBSCRIPTION = re.compile(
    r"/?|/subscriptions/[^/]+/?|/providers/Microsoft\.Management/managementGroups/[^/]+/?", re.IGNORECASE
)
_GRANTING = ("*", "microsoft.authorization/*", "microsoft.authorization/roledefinitions/*", "*/write")
_GRANTS = ("microsoft.authorization/roledefinitions/write", "microsoft.authorization/roleassignments/write")


def _owner(resource: Resource, _module: Module) -> Found:
    if resource.kind == "azurerm_role_definition":
        yield from _definition(resource)
        return
    role = resource.find("role_definition_name")
    if role is None:
        role = resource.find("role_definition_id")
    name = (known(role) or "").lower()
    if role is None or not (name in _WIDE_ROLES or name.rpartition("/")[2] in _WIDE_IDS):
        return
    scope = resource.find("scope")
    if isinstance(scope, Unresolved):
        wide = _is_subscription(scope)
        if wide is None:
            yield unknown(scope)
        if not wide:
            return
    elif scope is None or not _SUBSCRIPTION.fullmatch(known(scope) or "-"):
        return
    fix = f"Give a narrow role in {resource.label}, or the scope of a resource group."
    yield wrong(resource, role.span, f"gives {known(role)} on the whole subscription", "role", fix)


def _is_subscription(scope: Unresolved) -> bool | None:
    """Whether a scope that is a reference is a subscription or more; None where that cannot be told."""
    text = re.sub("\ue000[^\ue001]*\ue001", "x", scope.text)
    if text:
        return _SUBSCRIPTION.fullmatch(text) is not None if text != "x" else None
    for ref in scope.refs:
        kind = ref.address.removeprefix("data.").partition(".")[0]
        return kind in ("azurerm_subscription", "azurerm_management_group", "azurerm_subscriptions")
    return None


def _definition(resource: Resource) -> Found:
    for block in resource.each("permissions"):
        if isinstance(block, Unresolved):
            yield unknown(block)
            continue
        taken = {(known(each) or "").lower() for each in texts(block.get("not_actions"))}
        for action in texts(block.get("actions")):
            low = (known(action) or "").lower()
            if low in _GRANTING or low in _GRANTS:
                if any("microsoft.authorization" in each for each in taken):
                    continue
                says = "allows every action" if low == "*" else "lets its holder hand out roles"
                fix = f"List the actions that the work needs in {resource.label}."
                yield wrong(resource, action.span, says, low, fix)
                break


OIDC = Rule(
    id="azure/oidc-open",
    title="Workflows of other repositories may log in",
    severity=Severity.HIGH,
    why="GitHub issues such tokens to every repository of the world. Only the subject says which one asks: where it"
    " leaves the owner open, a stranger's workflow logs in.",
    fix='Write `subject = "repo:OWNER/REPOSITORY:ref:refs/heads/main"`, or name an environment.',
    refs=(
        "CWE-284",
        "PCI DSS 7.2.5",
        "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-create-trust",
    ),
    bad=(
        """\
resource "azuread_application_federated_identity_credential" "deploy" {
  display_name = "deploy"
  issuer       = "https://token.actions.githubusercontent.com"
  subject      = "repo:*" # <- here
}
""",
    ),
    good=(
        """\
resource "azuread_application_federated_identity_credential" "deploy" {
  display_name = "deploy"
  issuer       = "https://token.actions.githubusercontent.com"
  subject      = "repo:bakery/shop:environment:production"
}

resource "azurerm_federated_identity_credential" "pods" {
  issuer  = azurerm_kubernetes_cluster.shop.oidc_issuer_url
  subject = "system:serviceaccount:shop:checkout"
}
""",
    ),
)


def _oidc(resource: Resource, _module: Module) -> Found:
    issuer = known(resource.find("issuer")) or ""
    if "githubusercontent" not in issuer and "gitlab.com" not in issuer:
        return
    subject = resource.find("subject")
    if subject is None:
        if not resource.has("claims_matching_expression"):
            says, write = "takes whatever the token says", 'subject = "repo:OWNER/REPOSITORY:ref:refs/heads/main"'
            yield missing(resource, "subject", says, write)
    elif isinstance(subject, Unresolved):
        text = re.sub("\ue000[^\ue001]*\ue001", "\0", subject.text)
        if not text or text == "\0":
            yield unknown(subject)
    elif why := wide_claim(known(subject) or "", github="githubusercontent" in issuer):
        fix = f"Name the repository and the branch in {resource.label}."
        yield wrong(resource, subject.span, f"compares the subject with {known(subject)}, {why}", "subject", fix)


_LINUX = ("azurerm_linux_virtual_machine", "azurerm_linux_virtual_machine_scale_set")
_CLASSIC = ("azurerm_virtual_machine", "azurerm_virtual_machine_scale_set")

VM_PASSWORD = Rule(
    id="azure/vm-password",
    title="Linux machine that takes passwords",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Passwords are tried by everybody who reaches the port, and are the same on every machine of the set. A key"
    " cannot be guessed.",
    fix="Write `disable_password_authentication = true`, and an `admin_ssh_key`.",
    refs=(
        "CWE-521",
        "PCI DSS 8.3.1",
        "https://learn.microsoft.com/azure/virtual-machines/linux/ssh-from-windows",
    ),
    bad=(
        """\
resource "azurerm_linux_virtual_machine" "shop" {
  disable_password_authentication = false # <- here
}

resource "azurerm_virtual_machine" "orders" {
  os_profile_linux_config {
    disable_password_authentication = false # <- here
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_linux_virtual_machine" "shop" {
  disable_password_authentication = true
}

resource "azurerm_linux_virtual_machine" "orders" {
  admin_ssh_key {
    username   = "deploy"
    public_key = file("deploy.pub")
  }
}
""",
    ),
)

_PASSWORD = (
    Setting(
        _LINUX,
        ("disable_password_authentication",),
        true,
        "takes passwords",
        "disable_password_authentication = true",
    ),
    Setting(
        _CLASSIC,
        ("os_profile_linux_config.disable_password_authentication",),
        true,
        "takes passwords",
        "disable_password_authentication = true",
        absent=True,
        when=lambda resource: resource.has("os_profile_linux_config"),
    ),
)

LITERAL = Rule(
    id="azure/literal-password",
    title="Administrator's password written in the code",
    severity=Severity.HIGH,
    why="Everybody who reads the repository, or a copy of it, can log in, now and in every version of its history.",
    fix='Take it from a Key Vault (`data "azurerm_key_vault_secret"`) or from a sensitive variable without a default.',
    refs=(
        "CWE-798",
        "PCI DSS 8.6.2",
        "https://learn.microsoft.com/azure/key-vault/general/best-practices",
    ),
    bad=(
        """\
resource "azurerm_mssql_server" "orders" {
  administrator_login          = "shopkeeper"
  administrator_login_password = "Brioche"""
        """-7712-oven" # <- here
}
""",
    ),
    good=(
        """\
variable "password" {
  sensitive = true
}

resource "azurerm_mssql_server" "orders" {
  administrator_login_password = var.password
}

resource "azurerm_mssql_server" "stock" {
  administrator_login_password = random_password.stock.result
}

resource "azurerm_mssql_server" "carts" {
  administrator_login_password = data.azurerm_key_vault_secret.carts.value
}
""",
    ),
)

_SECRETS = (
    *("admin_password", "administrator_login_password", "administrator_password", "sql_administrator_login_password"),
    *("os_profile.admin_password", "windows_profile.admin_password", "linux_profile.admin_password"),
)


def _literal(resource: Resource, _module: Module) -> Found:
    for path in _SECRETS:
        value = resource.find(path)
        text = known(value)
        if isinstance(value, Scalar) and text and not is_setting(text):
            name = path.rpartition(".")[2]
            fix = f"Take {name} of {resource.label} from a Key Vault, and change the password."
            yield wrong(resource, value.span, f"has its {name} in the code", name, fix)


USER_DATA = Rule(
    id="azure/custom-data-credentials",
    title="Credentials in the start-up script of a machine",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Whatever runs on the machine, and whoever may look at it in the portal, reads its start-up script.",
    fix="Give the machine an identity, and let it fetch secrets from a Key Vault.",
    refs=(
        "CWE-522",
        "PCI DSS 8.6.2",
        "https://learn.microsoft.com/azure/virtual-machines/custom-data",
    ),
    bad=(
        """\
resource "azurerm_linux_virtual_machine" "shop" {
  # next
  custom_data = base64encode("export DATABASE_PASSWORD=Brioche"""
        """7712oven")
}
""",
    ),
    good=(
        """\
resource "azurerm_linux_virtual_machine" "shop" {
  custom_data = base64encode("export STAGE=production")
}

resource "azurerm_linux_virtual_machine" "orders" {
  custom_data = base64encode("export DATABASE_PASSWORD=$(fetch database)")
}
""",
    ),
)

_ASSIGNED = re.compile(
    r"(?i)\b[\w.-]*(?:password|passwd|secret|access_key(?:_id)?|accountkey|api_?key|token)\s*[:=]\s*"
    r"(?P<quote>[\"'\\]*)(?P<value>[^\s\"'\\$<{(]{8,})"
)
_DATA = ("custom_data", "user_data", "os_profile.custom_data")


def _user_data(resource: Resource, _module: Module) -> Found:
    for path in _DATA:
        value = resource.find(path)
        for match in _ASSIGNED.finditer(_decoded(value)) if value is not None else ():
            if not is_setting(match["value"]):
                name = re.split(r"[:=]", match[0])[0].strip()
                fix = f"Let {resource.label} fetch it from a Key Vault with its identity."
                assert value is not None
                yield wrong(resource, value.span, f"has {name} in its start-up script", name, fix)
                break


def _decoded(value: Value | None) -> str:
    """A script, which a machine is given in base64."""
    import base64
    import binascii

    text = known(value)
    if text is None:
        return re.sub("\ue000[^\ue001]*\ue001", "$x", value.text) if isinstance(value, Unresolved) else ""
    if re.fullmatch(r"[A-Za-z0-9+/\s]{24,}={0,2}\s*", text):
        try:
            return base64.b64decode(text).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return text
    return text


_VMS = (
    *(*_LINUX, *_CLASSIC),
    *("azurerm_windows_virtual_machine", "azurerm_windows_virtual_machine_scale_set"),
)

CHECKS = (
    Check(OWNER, ("azurerm_role_assignment", "azurerm_role_definition"), _owner),
    Check(OIDC, ("azuread_application_federated_identity_credential", "azurerm_federated_identity_credential"), _oidc),
    Check(VM_PASSWORD, (*_LINUX, *_CLASSIC), settle(*_PASSWORD)),
    Check(LITERAL, ("azurerm_*",), _literal),
    Check(USER_DATA, _VMS, _user_data),
)
