"""Who an app, a service or a server takes you for, and who it is itself."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Module, Resource, known
from yett.rules.cloud import Check, Found, Setting, missing, none_of, settle, true, wrong
from yett.rules.terraform_azure.apps import APPS

AUTH = Rule(
    id="azure/app-auth",
    title="App that leaves logging in to its own code",
    severity=Severity.LOW,
    level=Action.INFO,
    why="App Service can ask for a login before a request reaches the app, and does not where nothing is written. For"
    " an app of the back office that is a second door; a shop's front is open anyway.",
    fix="Write `auth_settings_v2 { auth_enabled = true }`.",
    refs=(
        "CWE-306",
        "https://learn.microsoft.com/azure/app-service/overview-authentication-authorization",
    ),
    bad=(
        """\
resource "azurerm_linux_web_app" "orders" { # <- here
  name = "orders"
}

resource "azurerm_app_service" "stock" {
  auth_settings {
    enabled = false # <- here
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_linux_web_app" "orders" {
  auth_settings_v2 {
    auth_enabled = true
  }
}
""",
    ),
)

_AUTH = Setting(
    APPS,
    ("auth_settings.enabled", "auth_settings_v2.auth_enabled"),
    true,
    "leaves logging in to its own code",
    "auth_settings_v2 { auth_enabled = true }",
    absent=True,
)

CERTIFICATE = Rule(
    id="azure/app-client-certificate",
    title="App that asks no client for a certificate",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Among services a certificate tells who calls before any code runs. It is not asked for where nothing is"
    " written, and with the mode `Optional` nobody has to have one.",
    fix='Write `client_certificate_enabled = true` and `client_certificate_mode = "Required"`.',
    refs=(
        "CWE-287",
        "https://learn.microsoft.com/azure/app-service/app-service-web-configure-tls-mutual-auth",
    ),
    bad=(
        """\
resource "azurerm_linux_web_app" "stock" { # <- here
  name = "stock"
}

resource "azurerm_linux_function_app" "labels" {
  client_certificate_enabled = true
  client_certificate_mode    = "Optional" # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_linux_web_app" "stock" {
  client_certificate_enabled = true
  client_certificate_mode    = "Required"
}
""",
    ),
)

_MODE = ("client_certificate_mode", "client_cert_mode")
_CERTIFICATE = (
    Setting(APPS, _MODE, none_of("Optional"), "takes clients without a certificate", '…_mode = "Required"'),
    Setting(
        APPS,
        ("client_certificate_enabled", "client_cert_enabled"),
        true,
        "asks no client for a certificate",
        "client_certificate_enabled = true",
        absent=True,
        when=lambda resource: not resource.has(*_MODE),
    ),
)

IDENTITY = Rule(
    id="azure/no-identity",
    title="Service without an identity of its own",
    severity=Severity.LOW,
    level=Action.INFO,
    why="What has no managed identity reaches databases and vaults with keys and passwords, which have to be kept"
    " somewhere and changed by hand.",
    fix='Write `identity { type = "SystemAssigned" }`, and give roles to it.',
    refs=(
        "CWE-522",
        "https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview",
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
  identity {
    type = "SystemAssigned"
  }
}
""",
    ),
)

_IDENTITY = Setting(
    (
        *APPS,
        "azurerm_container_group",
        "azurerm_recovery_services_vault",
        "azurerm_automation_account",
        "azurerm_web_pubsub",
        "azurerm_kusto_cluster",
        "azurerm_eventgrid_topic",
        "azurerm_eventgrid_domain",
        "azurerm_servicebus_namespace",
        "azurerm_search_service",
        "azurerm_cognitive_account",
    ),
    ("identity.type",),
    lambda value: (known(value) or "").strip().lower() not in ("", "none"),
    "has no identity of its own",
    'identity { type = "SystemAssigned" }',
    absent=True,
)

DIRECTORY = Rule(
    id="azure/db-no-directory-admin",
    title="Database server without an administrator from the directory",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Without one, the server knows logins of its own alone: a shared password, no second factor, and no end when"
    " somebody leaves.",
    fix="Write `azuread_administrator { … }`.",
    refs=(
        "CWE-287",
        "PCI DSS 8.4.2",
        "https://learn.microsoft.com/azure/azure-sql/database/authentication-aad-overview",
    ),
    bad=(
        """\
resource "azurerm_mssql_server" "orders" { # <- here
  name = "orders"
}
""",
    ),
    good=(
        """\
resource "azurerm_mssql_server" "orders" {
  azuread_administrator {
    login_username = "database-admins"
  }
}

resource "azurerm_sql_server" "stock" {
  name = "stock"
}

resource "azurerm_sql_active_directory_administrator" "stock" {
  server_name = azurerm_sql_server.stock.name
}
""",
    ),
)

_SERVERS = ("azurerm_mssql_server", "azurerm_sql_server")
_ADMINISTRATORS = (
    ("azurerm_sql_active_directory_administrator", "server_name"),
    ("azurerm_mssql_server_active_directory_administrator", "server_id"),
)


def _directory(resource: Resource, module: Module) -> Found:
    if resource.has("azuread_administrator"):
        return
    for kind, attribute in _ADMINISTRATORS:
        if module.about(resource, kind, attribute, "name") or module.elsewhere(kind, attribute):
            return
    if module.whole:
        says = "has no administrator from the directory"
        yield missing(resource, "azuread_administrator", says, "azuread_administrator { … }")


SUBNET = Rule(
    id="azure/subnet-no-security-group",
    title="Subnet without a network security group",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Without a group, everything in the virtual network reaches everything in the subnet, and what has a public"
    " address is reached from everywhere.",
    fix="Add an `azurerm_subnet_network_security_group_association`.",
    refs=(
        "CWE-668",
        "PCI DSS 1.3.1",
        "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    ),
    bad=(
        """\
resource "azurerm_subnet" "orders" { # <- here
  name = "orders"
}
""",
    ),
    good=(
        """\
resource "azurerm_subnet" "orders" {
  name = "orders"
}

resource "azurerm_subnet_network_security_group_association" "orders" {
  subnet_id = azurerm_subnet.orders.id
}

resource "azurerm_subnet" "gateway" {
  name = "GatewaySubnet"
}
""",
    ),
)

_OWN_RULES = ("AzureFirewallSubnet", "AzureFirewallManagementSubnet", "GatewaySubnet", "RouteServerSubnet")
"""Subnets that take no group."""
_ASSOCIATION = ("azurerm_subnet_network_security_group_association", "subnet_id")


def _subnet(resource: Resource, module: Module) -> Found:
    name = resource.find("name")
    if name is not None and none_of(*_OWN_RULES)(name) is not True:
        return
    if resource.has("security_group", "network_security_group_id", "delegation"):
        return
    if module.whole and not module.about(resource, *_ASSOCIATION) and not module.elsewhere(*_ASSOCIATION):
        fix = f"Add an `{_ASSOCIATION[0]}` with `subnet_id = {resource.address}.id`."
        yield wrong(resource, resource.span, "has no network security group", "security group", fix)


CHECKS = (
    Check(AUTH, APPS, settle(_AUTH)),
    Check(CERTIFICATE, APPS, settle(*_CERTIFICATE)),
    Check(IDENTITY, _IDENTITY.kinds, settle(_IDENTITY)),
    Check(DIRECTORY, _SERVERS, _directory),
    Check(SUBNET, ("azurerm_subnet",), _subnet),
)
