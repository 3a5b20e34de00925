"""Databases: who reaches them, over what."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Module, Resource, Unresolved, known, number
from yett.rules.cloud import (
    Check,
    Found,
    Setting,
    at_least,
    false,
    filled,
    kinds,
    missing,
    none_of,
    settle,
    tls12,
    true,
    unknown,
    wrong,
)

_FIREWALLS = (
    "azurerm_sql_firewall_rule",
    "azurerm_mssql_firewall_rule",
    "azurerm_mysql_firewall_rule",
    "azurerm_mysql_flexible_server_firewall_rule",
    "azurerm_postgresql_firewall_rule",
    "azurerm_postgresql_flexible_server_firewall_rule",
    "azurerm_mariadb_firewall_rule",
    "azurerm_redis_firewall_rule",
    "azurerm_synapse_firewall_rule",
    "azurerm_cosmosdb_postgresql_firewall_rule",
)

PUBLIC = Rule(
    id="azure/db-public",
    title="Database open to the whole internet",
    severity=Severity.CRITICAL,
    why="The rule lets every address of the internet try passwords, and use the next hole in the server.",
    fix="Name the addresses that may connect, or use a private endpoint.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.4",
        "https://learn.microsoft.com/azure/azure-sql/database/firewall-configure",
    ),
    bad=(
        """\
resource "azurerm_postgresql_flexible_server_firewall_rule" "all" {
  name             = "all"
  server_id        = azurerm_postgresql_flexible_server.orders.id
  start_ip_address = "0.0.0.0" # <- here
  end_ip_address   = "255.255.255.255"
}
""",
    ),
    good=(
        """\
resource "azurerm_postgresql_flexible_server_firewall_rule" "office" {
  start_ip_address = "203.0.113.0"
  end_ip_address   = "203.0.113.255"
}

variable "first" {}

resource "azurerm_mssql_firewall_rule" "vpn" {
  start_ip_address = var.first
  end_ip_address   = "203.0.113.255"
}
""",
    ),
)


def _address(text: str | None) -> int | None:
    parts = (text or "").split("/")[0].split(".")
    if len(parts) != 4 or not all(part.isdigit() and len(part) < 4 for part in parts):
        return None
    first, second, third, fourth = (int(part) for part in parts)
    return (first << 24) + (second << 16) + (third << 8) + fourth


_START = ("start_ip_address", "start_ip")
_END = ("end_ip_address", "end_ip")
_MANY = 1 << 24
"""More addresses than any one company has."""


def _public(resource: Resource, _module: Module) -> Found:
    start = next((value for name in _START if (value := resource.find(name)) is not None), None)
    end = next((value for name in _END if (value := resource.find(name)) is not None), None)
    for value in (start, end):
        if isinstance(value, Unresolved):
            yield unknown(value)
            return
    first, last = _address(known(start)), _address(known(end))
    if start is not None and first is not None and last is not None and last - first >= _MANY:
        fix = f"Name the addresses that may connect in {resource.label}."
        says = f"lets in every address from {known(start)} to {known(end)}"
        yield wrong(resource, start.span, says, "range", fix)


AZURE_SERVICES = Rule(
    id="azure/db-azure-services",
    title="Database open to everything that runs in Azure",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The address 0.0.0.0 stands for all of Azure, the machines of its other customers as well.",
    fix="Use a private endpoint or a rule for the virtual network.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.4",
        "https://learn.microsoft.com/azure/azure-sql/database/network-access-controls-overview",
    ),
    bad=(
        """\
resource "azurerm_mssql_firewall_rule" "azure" {
  name             = "azure"
  start_ip_address = "0.0.0.0" # <- here
  end_ip_address   = "0.0.0.0"
}
""",
    ),
    good=(
        """\
resource "azurerm_mssql_firewall_rule" "office" {
  start_ip_address = "203.0.113.7"
  end_ip_address   = "203.0.113.7"
}
""",
    ),
)


def _azure_services(resource: Resource, _module: Module) -> Found:
    start = next((value for name in _START if (value := resource.find(name)) is not None), None)
    end = next((value for name in _END if (value := resource.find(name)) is not None), None)
    if start is not None and known(start) == known(end) == "0.0.0.0":
        fix = f"Use a private endpoint in the place of {resource.label}."
        yield wrong(resource, start.span, "lets in whatever runs in Azure", "azure", fix)


_SERVERS = (
    "azurerm_mssql_server",
    "azurerm_mysql_server",
    "azurerm_postgresql_server",
    "azurerm_mariadb_server",
    "azurerm_cosmosdb_account",
    "azurerm_redis_cache",
    "azurerm_redis_enterprise_cluster",
)
_FLEXIBLE = ("azurerm_mysql_flexible_server", "azurerm_postgresql_flexible_server")

NETWORK = Rule(
    id="azure/db-public-network",
    title="Database with an address on the internet",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The server answers on a public name: one wide firewall rule, made in the portal, opens it. Public access is"
    " allowed where nothing is written.",
    fix="Write `public_network_access_enabled = false`, and use a private endpoint.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.4",
        "https://learn.microsoft.com/azure/azure-sql/database/connectivity-settings",
    ),
    bad=(
        """\
resource "azurerm_mssql_server" "orders" {
  public_network_access_enabled = true # <- here
}

resource "azurerm_postgresql_server" "stock" { # <- here
  name = "stock"
}
""",
    ),
    good=(
        """\
resource "azurerm_mssql_server" "orders" {
  public_network_access_enabled = false
}

resource "azurerm_postgresql_flexible_server" "stock" {
  delegated_subnet_id = azurerm_subnet.stock.id
}

resource "azurerm_cosmosdb_account" "carts" {
  ip_range_filter = ["203.0.113.0/24"]
}
""",
    ),
)

_OFF = "public_network_access_enabled = false"
_NETWORK = (
    Setting(
        ("azurerm_mssql_server", "azurerm_mysql_server", "azurerm_postgresql_server", "azurerm_mariadb_server"),
        ("public_network_access_enabled",),
        false,
        "has an address on the internet",
        _OFF,
        absent=True,
    ),
    Setting(
        ("azurerm_redis_cache", "azurerm_redis_enterprise_cluster"),
        ("public_network_access_enabled",),
        false,
        "has an address on the internet",
        _OFF,
        absent=True,
        when=lambda resource: not resource.has("subnet_id"),
    ),
    Setting(
        ("azurerm_cosmosdb_account",),
        ("public_network_access_enabled",),
        false,
        "takes requests from every network",
        _OFF,
        absent=True,
        when=lambda resource: not _is_filtered(resource),
    ),
    Setting(_FLEXIBLE, ("public_network_access_enabled",), false, "has an address on the internet", _OFF),
)


def _is_filtered(resource: Resource) -> bool:
    """Whether a Cosmos DB account lists who may connect."""
    ranges = resource.find("ip_range_filter")
    if isinstance(ranges, Unresolved) or (ranges is not None and filled(ranges)):
        return True
    subnets = resource.find("is_virtual_network_filter_enabled")
    return isinstance(subnets, Unresolved) or (subnets is not None and bool(true(subnets)))


_OLD = ("azurerm_mysql_server", "azurerm_postgresql_server", "azurerm_mariadb_server")
_PARAMETERS = (
    "azurerm_mysql_flexible_server_configuration",
    "azurerm_postgresql_flexible_server_configuration",
    "azurerm_mysql_configuration",
    "azurerm_postgresql_configuration",
    "azurerm_mariadb_configuration",
)

TLS = Rule(
    id="azure/db-tls",
    title="Database connections in the clear, or over early TLS",
    severity=Severity.HIGH,
    why="Passwords and rows can be read on the way. The servers ask for TLS 1.2 by themselves; somebody switched it"
    " off.",
    fix='Write `ssl_enforcement_enabled = true` and a minimum of TLS 1.2, or `require_secure_transport = "ON"`.',
    refs=(
        "CWE-319",
        "PCI DSS 4.2.1",
        "https://learn.microsoft.com/azure/mysql/flexible-server/how-to-connect-tls-ssl",
    ),
    bad=(
        """\
resource "azurerm_postgresql_server" "stock" {
  ssl_enforcement_enabled          = false    # <- here
  ssl_minimal_tls_version_enforced = "TLS1_0" # <- here
}

resource "azurerm_mssql_server" "orders" {
  minimum_tls_version = "1.0" # <- here
}

resource "azurerm_mysql_flexible_server_configuration" "tls" {
  name  = "require_secure_transport"
  value = "OFF" # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_postgresql_server" "stock" {
  ssl_enforcement_enabled          = true
  ssl_minimal_tls_version_enforced = "TLS1_2"
}

resource "azurerm_mssql_server" "orders" {
  minimum_tls_version = "1.2"
}

resource "azurerm_mysql_flexible_server_configuration" "tls" {
  name  = "require_secure_transport"
  value = "ON"
}
""",
    ),
)

_TLS = (
    Setting(
        _OLD,
        ("ssl_enforcement_enabled", "ssl_enforcement"),
        none_of("false", "disabled"),
        "takes connections in the clear",
        "ssl_enforcement_enabled = true",
    ),
    Setting(
        _OLD,
        ("ssl_minimal_tls_version_enforced",),
        tls12,
        "takes early versions of TLS",
        'ssl_minimal_tls_version_enforced = "TLS1_2"',
    ),
    Setting(
        ("azurerm_mssql_server", "azurerm_redis_cache", "azurerm_mssql_managed_instance", "azurerm_cosmosdb_account"),
        ("minimum_tls_version", "minimal_tls_version"),
        lambda value: True if (known(value) or "").lower() == "tls12" else tls12(value),
        "takes early versions of TLS",
        'minimum_tls_version = "1.2"',
    ),
    Setting(
        ("azurerm_redis_cache",),
        ("non_ssl_port_enabled", "enable_non_ssl_port"),
        false,
        "listens in the clear on port 6379",
        "non_ssl_port_enabled = false",
    ),
    Setting(
        _PARAMETERS,
        ("value",),
        none_of("off"),
        "takes connections in the clear",
        'value = "ON"',
        when=lambda resource: known(resource.find("name")) in ("require_secure_transport", "ssl"),
    ),
    Setting(
        _PARAMETERS,
        ("value",),
        lambda value: (
            not {"tlsv1", "tlsv1.0", "tlsv1.1"} & set((known(value) or "").lower().replace(" ", "").split(","))
        ),
        "takes early versions of TLS",
        'value = "TLSv1.2,TLSv1.3"',
        when=lambda resource: known(resource.find("name")) in ("tls_version", "ssl_min_protocol_version"),
    ),
)

AUDIT = Rule(
    id="azure/db-audit",
    title="Database server that writes no audit log",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Who read the customers' table is not known afterwards. Nothing is written where no policy is set.",
    fix="Add an `azurerm_mssql_server_extended_auditing_policy`.",
    refs=(
        "CWE-778",
        "PCI DSS 10.2.1",
        "https://learn.microsoft.com/azure/azure-sql/database/auditing-overview",
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
  name = "orders"
}

resource "azurerm_mssql_server_extended_auditing_policy" "orders" {
  server_id = azurerm_mssql_server.orders.id
}
""",
    ),
)

RETENTION = Rule(
    id="azure/db-audit-retention",
    title="Audit log of a database kept for less than ninety days",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Three months of it have to be at hand, and a year in all.",
    fix="Write `retention_in_days = 90` or more (0 is for ever).",
    refs=(
        "CWE-778",
        "PCI DSS 10.5.1",
        "https://learn.microsoft.com/azure/azure-sql/database/auditing-setup",
    ),
    bad=(
        """\
resource "azurerm_mssql_database_extended_auditing_policy" "stock" {
  database_id       = azurerm_mssql_database.stock.id
  retention_in_days = 7 # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_mssql_database_extended_auditing_policy" "stock" {
  database_id       = azurerm_mssql_database.stock.id
  retention_in_days = 120
}
""",
    ),
)

LOGGING = Rule(
    id="azure/db-logging",
    title="Log of a database switched off",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Who connected, and how often somebody tried, is what an investigation asks first.",
    fix='Write `value = "on"`.',
    refs=(
        "CWE-778",
        "PCI DSS 10.2.1",
        "https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-logging",
    ),
    bad=(
        """\
resource "azurerm_postgresql_configuration" "connections" {
  name  = "log_connections"
  value = "off" # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_postgresql_configuration" "connections" {
  name  = "log_connections"
  value = "on"
}

resource "azurerm_postgresql_configuration" "statements" {
  name  = "log_parser_stats"
  value = "off"
}
""",
    ),
)

_POLICIES = (
    "azurerm_mssql_server_extended_auditing_policy",
    "azurerm_mssql_database_extended_auditing_policy",
)
_SERVERS_SQL = ("azurerm_mssql_server", "azurerm_sql_server")
_SHORT = Setting(
    (*_POLICIES[:2], *_SERVERS_SQL, "azurerm_mssql_database", "azurerm_sql_database"),
    ("retention_in_days", "extended_auditing_policy.retention_in_days"),
    lambda value: None if number(value) is None else number(value) == 0 or bool(at_least(90)(value)),
    "keeps its log for less than ninety days",
    "retention_in_days = 90",
)
_LOGGED = (
    *("log_connections", "log_disconnections", "log_checkpoints", "log_duration", "log_retention"),
    *("connection_throttling", "connection_throttle.enable"),
)
_OFF_LOGS = (
    Setting(
        _PARAMETERS,
        ("value",),
        none_of("off", "false"),
        "switches a log off",
        'value = "on"',
        when=lambda resource: known(resource.find("name")) in _LOGGED,
    ),
    Setting(
        _PARAMETERS,
        ("value",),
        at_least(4),
        "keeps its log for three days at most",
        'value = "7"',
        when=lambda resource: known(resource.find("name")) == "log_retention_days",
    ),
)


def _audited(resource: Resource, module: Module) -> Found:
    if resource.has("extended_auditing_policy") or not module.whole:
        return
    kind = _POLICIES[0]
    if module.about(resource, kind, "server_id", "name") or module.elsewhere(kind, "server_id"):
        return
    yield missing(resource, "extended_auditing_policy", "writes no audit log", "extended_auditing_policy")


CHECKS = (
    Check(PUBLIC, _FIREWALLS, _public),
    Check(AZURE_SERVICES, _FIREWALLS, _azure_services),
    Check(NETWORK, (*_SERVERS, *_FLEXIBLE), settle(*_NETWORK)),
    Check(TLS, kinds(*_TLS), settle(*_TLS)),
    Check(AUDIT, _SERVERS_SQL, _audited),
    Check(RETENTION, _SHORT.kinds, settle(_SHORT)),
    Check(LOGGING, _PARAMETERS, settle(*_OFF_LOGS)),
)
