"""Rules for Azure: what their examples do not show."""

from __future__ import annotations

import pytest

from yett.model import Hit, Unknown
from yett.parse.tree import Tree
from yett.rules import terraform_azure


def _found(text: str, **others: str) -> tuple[set[str], list[str]]:
    """The rules that hit, and what could not be told."""
    files = {"main.tf": text, **{f"{name}.tf": other for name, other in others.items()}}
    found = list(terraform_azure.judge(text, "main.tf", Tree.of(files)))
    return {rule.id for rule, each in found if isinstance(each, Hit)}, [
        each.what for _, each in found if isinstance(each, Unknown)
    ]


def _security_rule(**more: str) -> str:
    given = {
        "direction": "Inbound",
        "access": "Allow",
        "protocol": "Tcp",
        "source_address_prefix": "*",
        "destination_port_range": "22",
        **more,
    }
    lines = "\n".join(f'  {name} = "{value}"' for name, value in given.items())
    return f'resource "azurerm_network_security_rule" "a" {{\n{lines}\n}}\n'


@pytest.mark.parametrize(
    ("more", "hit"),
    (
        ({}, True),
        ({"protocol": "*"}, True),
        ({"direction": "inbound", "access": "allow"}, True),
        ({"destination_port_range": "*"}, True),
        ({"destination_port_range": "3000-3400"}, True),
        ({"source_address_prefix": "Internet"}, True),
        ({"source_address_prefix": "0.0.0.0/0"}, True),
        ({"source_address_prefix": "10.0.0.0/8"}, False),
        ({"source_address_prefix": "0.0.0.0"}, False),  # one address
        ({"direction": "Outbound"}, False),
        ({"access": "Deny"}, False),
        ({"protocol": "Udp"}, False),
        ({"destination_port_range": "443"}, False),
        ({"destination_port_range": "8000-8999"}, False),
        ({"destination_port_range": "no-port"}, False),
    ),
)
def test_ports_of_administration(more: dict[str, str], hit: bool) -> None:
    assert ("azure/nsg-open-admin" in _found(_security_rule(**more))[0]) is hit


def test_a_source_that_only_a_run_knows() -> None:
    hits, unknown = _found('variable "who" {}\n' + _security_rule(source_address_prefix="${var.who}"))
    assert "azure/nsg-open-admin" not in hits
    assert unknown


def test_rules_in_another_file_protect_a_storage_account() -> None:
    account = 'resource "azurerm_storage_account" "a" {\n  name = "a"\n}\n'
    rules = """\
resource "azurerm_storage_account_network_rules" "a" {
  storage_account_id = azurerm_storage_account.a.id
  default_action     = "Deny"
}
"""
    assert "azure/storage-network" in _found(account)[0]
    assert "azure/storage-network" not in _found(account, rules=rules)[0]


@pytest.mark.parametrize(
    ("first", "last", "hit"),
    (
        ("0.0.0.0", "255.255.255.255", "azure/db-public"),
        ("1.0.0.0", "223.255.255.255", "azure/db-public"),
        ("0.0.0.0", "0.0.0.0", "azure/db-azure-services"),
        ("203.0.113.0", "203.0.113.255", ""),
        ("10.0.0.0", "10.255.255.255", ""),
        ("nowhere", "255.255.255.255", ""),
    ),
)
def test_ranges_of_a_database(first: str, last: str, hit: str) -> None:
    text = f"""\
resource "azurerm_mssql_firewall_rule" "a" {{
  start_ip_address = "{first}"
  end_ip_address   = "{last}"
}}
"""
    assert _found(text)[0] == ({hit} if hit else set())


@pytest.mark.parametrize(
    ("scope", "hit"),
    (
        ("data.azurerm_subscription.shop.id", True),
        ('"/subscriptions/00000000-0000-0000-0000-000000000000"', True),
        ('"/subscriptions/${var.id}"', True),
        ('"/subscriptions/${var.id}/resourceGroups/shop"', False),
        ("azurerm_resource_group.shop.id", False),
        ("var.scope", False),
    ),
)
def test_the_scope_of_a_role(scope: str, hit: bool) -> None:
    text = f"""\
variable "scope" {{}}
resource "azurerm_role_assignment" "a" {{
  scope                = {scope}
  role_definition_name = "Contributor"
}}
"""
    assert ("azure/owner-role" in _found(text)[0]) is hit


def test_a_password_is_not_said_again() -> None:
    secret = "Brioche" + "-7712-oven"
    text = f"""\
resource "azurerm_linux_virtual_machine" "a" {{
  admin_password = "{secret}"
  custom_data    = base64encode("export DB_PASSWORD={secret}")
}}
"""
    found = [each for _, each in terraform_azure.judge(text, "main.tf", Tree.of({"main.tf": text}))]
    hits = [each for each in found if isinstance(each, Hit)]
    assert {"azure/literal-password", "azure/custom-data-credentials"} <= _found(text)[0]
    assert not any(secret in part for each in hits for part in (each.message, each.fix, each.subject))


@pytest.mark.parametrize(
    "text",
    (
        "",
        'resource "aws_s3_bucket" "a" {}\n',
        'resource "azurerm_storage_account" "a" {\n',
        'resource "azurerm_network_security_group" "a" {\n  security_rule = 7\n}\n',
        'resource "azurerm_key_vault" "a" {\n  network_acls = ["x"]\n  purge_protection_enabled = true\n}\n',
        'resource "azurerm_storage_account" {}\n',
        'resource "azurerm_role_definition" "a" {\n  permissions {\n    actions = null\n  }\n}\n',
    ),
)
def test_odd_files_raise_nothing(text: str) -> None:
    _found(text)


def test_what_is_made_no_times_is_left_alone() -> None:
    assert not _found('resource "azurerm_storage_account" "a" {\n  count = 0\n}\n')[0]


def test_every_kind_of_value_is_taken_for_a_boolean() -> None:
    for value in ("true", '"true"'):
        text = f'resource "azurerm_container_registry" "a" {{\n  admin_enabled = {value}\n}}\n'
        assert "azure/registry-admin" in _found(text)[0]


@pytest.mark.parametrize(
    ("rule", "kind", "body", "hit"),
    (
        ("keyvault-network", "key_vault", 'network_acls {\n    default_action = "Allow"\n  }', True),
        (
            "keyvault-network",
            "key_vault",
            'public_network_access_enabled = false\n  network_acls {\n    default_action = "Allow"\n  }',
            False,  # nothing comes in from the internet, whatever the list says
        ),
        ("storage-network", "storage_account", 'network_rules {\n    default_action = "Allow"\n  }', True),
        (
            "storage-network",
            "storage_account",
            'public_network_access_enabled = false\n  network_rules {\n    default_action = "Allow"\n  }',
            False,
        ),
        (
            "storage-network",
            "storage_account",
            'network_rules {\n    default_action = "Deny"\n    ip_rules = ["0.0.0.0/0"]\n  }',
            True,
        ),
        ("public-network-access", "container_group", 'name = "a"', True),
        ("public-network-access", "container_group", 'subnet_ids = ["a"]', False),
        ("public-network-access", "managed_disk", 'network_access_policy = "AllowAll"', True),
        ("public-network-access", "managed_disk", 'network_access_policy = "DenyAll"', False),
        ("public-network-access", "managed_disk", "public_network_access_enabled = false", False),
        ("app-runtime", "linux_web_app", 'site_config {\n    php_version = "v7.4"\n  }', True),
        ("app-runtime", "linux_web_app", 'site_config {\n    python_version = "3.10"\n  }', False),
        ("app-runtime", "windows_web_app", 'site_config {\n    dotnet_framework_version = "v4.0"\n  }', False),
        ("app-runtime", "windows_web_app", 'site_config {\n    dotnet_framework_version = "v5.0"\n  }', True),
        ("app-runtime", "linux_web_app", 'site_config {\n    java_version = "1.7.0_80"\n  }', True),
        ("app-runtime", "linux_web_app", 'site_config {\n    java_version = "1.8"\n  }', False),
        ("app-runtime", "linux_web_app", 'site_config {\n    php_version = "latest"\n  }', False),
        ("app-client-certificate", "function_app", 'client_cert_mode = "Required"', False),
        ("no-identity", "automation_account", 'identity {\n    type = " "\n  }', True),
        ("one-region", "postgresql_server", 'create_mode = "Replica"', False),
        ("own-key", "managed_disk", "disk_encryption_set_id = azurerm_disk_encryption_set.a.id", False),
        ("app-error-logs", "linux_web_app", "logs {\n    detailed_error_messages = true\n  }", False),
    ),
)
def test_settings_and_their_defaults(rule: str, kind: str, body: str, hit: bool) -> None:
    assert (f"azure/{rule}" in _found(f'resource "azurerm_{kind}" "a" {{\n  {body}\n}}\n')[0]) is hit


def test_what_belongs_to_a_resource_may_stand_in_another_file() -> None:
    subnet = 'resource "azurerm_subnet" "a" {\n  name = "a"\n}\n'
    group = 'resource "azurerm_subnet_network_security_group_association" "a" {\n  subnet_id = azurerm_subnet.a.id\n}\n'
    assert "azure/subnet-no-security-group" in _found(subnet)[0]
    assert "azure/subnet-no-security-group" not in _found(subnet, groups=group)[0]
    server = 'resource "azurerm_sql_server" "a" {\n  name = "a"\n}\n'
    admin = (
        'resource "azurerm_sql_active_directory_administrator" "a" {\n  server_name = azurerm_sql_server.a.name\n}\n'
    )
    assert "azure/db-no-directory-admin" in _found(server)[0]
    assert "azure/db-no-directory-admin" not in _found(server, admins=admin)[0]
