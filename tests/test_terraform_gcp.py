"""Rules for Google Cloud: what their examples do not show."""

from __future__ import annotations

import pytest

from yett.model import Hit, Severity, Unknown
from yett.parse.tree import Tree
from yett.rules import terraform_gcp


def _all(text: str) -> list[tuple[str, Hit | Unknown]]:
    return [(rule.id, each) for rule, each in terraform_gcp.judge(text, "main.tf", Tree.of({"main.tf": text}))]


def _ids(text: str) -> set[str]:
    return {rule for rule, each in _all(text) if isinstance(each, Hit)}


def _firewall(allow: str, rest: str = 'source_ranges = ["0.0.0.0/0"]') -> str:
    return f'resource "google_compute_firewall" "a" {{\n  allow {{\n    {allow}\n  }}\n  {rest}\n}}\n'


@pytest.mark.parametrize(
    ("text", "hit"),
    (
        (_firewall('protocol = "tcp"\n    ports = ["22"]'), True),
        (_firewall('protocol = "tcp"\n    ports = [22]'), True),
        (_firewall('protocol = "tcp"\n    ports = ["20-30"]'), True),
        (_firewall('protocol = "tcp"\n    ports = ["40000-60000"]'), True),
        (_firewall('protocol = "tcp"'), True),
        (_firewall('protocol = "udp"'), True),
        (_firewall('protocol = "all"'), True),
        (_firewall('protocol = "tcp"\n    ports = ["22"]', 'source_ranges = ["::/0"]'), True),
        (_firewall('protocol = "tcp"\n    ports = ["443"]'), False),
        (_firewall('protocol = "icmp"'), False),
        (_firewall('protocol = "tcp"\n    ports = ["22"]', 'source_ranges = ["10.0.0.0/8"]'), False),
        (_firewall('protocol = "tcp"\n    ports = ["22"]', 'source_tags = ["bastion"]'), False),
        (_firewall('protocol = "all"', 'source_ranges = ["0.0.0.0/0"]\n  direction = "EGRESS"'), False),
        (_firewall('protocol = "all"', 'source_ranges = ["0.0.0.0/0"]\n  disabled = true'), False),
        (_firewall('protocol = "tcp"\n    ports = ["x-y"]'), False),
    ),
)
def test_firewalls(text: str, hit: bool) -> None:
    assert ("gcp/firewall-open" in _ids(text)) is hit


def test_ranges_that_only_a_run_knows() -> None:
    found = _all('variable "a" {}\n' + _firewall('protocol = "tcp"\n    ports = ["22"]', "source_ranges = var.a"))
    assert [each.what for _, each in found if isinstance(each, Unknown)] == ["var.a"]


@pytest.mark.parametrize(
    ("period", "severity"),
    (
        ("7776000s", ""),
        ("7776001s", "low"),
        ("31536000s", "low"),
        ("31622400s", "rule"),
        ("90", "rule"),
        ("soon", "rule"),
    ),
)
def test_how_often_a_key_is_changed(period: str, severity: str) -> None:
    found = _all(f'resource "google_kms_crypto_key" "a" {{\n  rotation_period = "{period}"\n}}\n')
    hits = [each for _, each in found if isinstance(each, Hit)]
    expected = {"": [], "low": [Severity.LOW], "rule": [None]}[severity]
    assert [hit.severity for hit in hits] == expected


@pytest.mark.parametrize(
    ("kind", "member", "rule"),
    (
        ("google_storage_bucket_iam_member", "allUsers", "gcp/bucket-public"),
        ("google_pubsub_topic_iam_member", "allAuthenticatedUsers", "gcp/bucket-public"),
        ("google_cloud_run_v2_service_iam_member", "allUsers", "gcp/frontend-public"),
        ("google_cloudfunctions2_function_iam_member", "allUsers", "gcp/frontend-public"),
        ("google_storage_bucket_iam_member", "serviceAccount:${google_service_account.a.email}", ""),
        ("google_storage_bucket_iam_member", "domain:example.com", ""),
    ),
)
def test_members(kind: str, member: str, rule: str) -> None:
    text = f'resource "{kind}" "a" {{\n  role   = "roles/any.thing"\n  member = "{member}"\n}}\n'
    assert _ids(text) == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("flags", "hit"),
    (
        ([("local_infile", "on")], True),
        ([("local_infile", "off")], False),
        ([("slow_query_log", "on"), ("local_infile", "on")], True),
        ([], False),
    ),
)
def test_flags_of_a_database(flags: list[tuple[str, str]], hit: bool) -> None:
    blocks = "".join(f'    database_flags {{\n      name = "{n}"\n      value = "{v}"\n    }}\n' for n, v in flags)
    text = f"""\
resource "google_sql_database_instance" "a" {{
  database_version = "MYSQL_8_0"
  settings {{
{blocks}  }}
}}
"""
    assert ("gcp/sql-flags" in _ids(text)) is hit


def test_a_copy_of_a_database_is_not_asked_for_backups() -> None:
    text = """\
resource "google_sql_database_instance" "a" {
  master_instance_name = "orders"
  settings {
    tier = "db-f1-micro"
  }
}
"""
    assert "gcp/sql-backup" not in _ids(text)


@pytest.mark.parametrize(
    ("condition", "hit"),
    (
        ("assertion.repository_owner == 'bakery'", False),
        ("assertion.sub == 'repo:bakery/shop:ref:refs/heads/main'", False),
        ("assertion.sub == '*'", True),
        ("assertion.sub == 'repo:bakery*'", True),
    ),
)
def test_whose_tokens_log_in(condition: str, hit: bool) -> None:
    text = f"""\
resource "google_iam_workload_identity_pool_provider" "a" {{
  attribute_condition = "{condition}"
  oidc {{
    issuer_uri = "https://token.actions.githubusercontent.com"
  }}
}}
"""
    assert ("gcp/oidc-open" in _ids(text)) is hit


@pytest.mark.parametrize(
    "text",
    (
        "",
        'resource "aws_s3_bucket" "a" {}\n',
        'resource "google_compute_firewall" "a" {\n',
        'resource "google_compute_firewall" "a" {\n  allow = "all"\n  source_ranges = "0.0.0.0/0"\n}\n',
        'resource "google_sql_database_instance" "a" {\n  settings = 4\n}\n',
        'resource "google_kms_crypto_key" "a" {\n  rotation_period = 1e400\n}\n',
        'resource "google_project_iam_member" "a" {}\n',
    ),
)
def test_odd_files_raise_nothing(text: str) -> None:
    _all(text)


def test_a_message_is_one_line() -> None:
    text = _firewall('protocol = "all"').replace('"a"', '"' + "a" * 500 + '"')
    assert all("\n" not in each.message for _, each in _all(text) if isinstance(each, Hit))


@pytest.mark.parametrize(
    ("rule", "kind", "body", "hit"),
    (
        (
            "bucket-public",
            "kms_crypto_key_iam_policy",
            'policy_data = jsonencode({ bindings = [{ role = "a", members = ["allUsers"] }] })',
            True,
        ),
        (
            "bucket-public",
            "kms_crypto_key_iam_policy",
            'policy_data = jsonencode({ bindings = [{ role = "a", members = ["user:a@example.com"] }] })',
            False,
        ),
        ("personal-account", "project_iam_binding", 'members = ["user:a@example.com", "user:b@GMAIL.com"]', True),
        ("personal-account", "project_iam_member", 'member = "serviceAccount:a@gmail.com"', False),
        ("own-key", "notebooks_instance", 'kms_key = "a"\n  disk_encryption = "GMEK"', True),
        ("own-key", "notebooks_instance", 'kms_key = "a"\n  disk_encryption = "CMEK"', False),
        ("gke-default-metadata", "container_cluster", "enable_autopilot = true", False),
        ("gke-default-metadata", "container_cluster", "remove_default_node_pool = true", False),
        ("gke-default-metadata", "container_node_pool", "cluster = google_container_cluster.a.id", True),
        ("gke-default-account", "container_cluster", "remove_default_node_pool = true", False),
        (
            "gke-default-account",
            "container_cluster",
            'cluster_autoscaling {\n    auto_provisioning_defaults {\n      service_account = "a@b.c"\n    }\n  }',
            False,
        ),
        ("gke-binary-authorization", "container_cluster", "enable_binary_authorization = true", False),
        ("gke-node-image", "container_node_pool", 'node_config {\n    image_type = "cos"\n  }', False),
        ("vm-shielded", "notebooks_instance", "shielded_instance_config {\n    enable_vtpm = false\n  }", True),
        ("function-ingress", "cloudfunctions2_function", 'name = "a"', True),
        ("deletion-protection", "sql_database_instance", 'name = "a"', False),
    ),
)
def test_settings_and_their_defaults(rule: str, kind: str, body: str, hit: bool) -> None:
    assert (f"gcp/{rule}" in _ids(f'resource "google_{kind}" "a" {{\n  {body}\n}}\n')) is hit


def test_a_bucket_that_takes_logs_needs_no_log_of_its_own() -> None:
    logs = 'resource "google_storage_bucket" "logs" {\n  name = "shop-logs"\n}\n'
    media = 'resource "google_storage_bucket" "media" {\n  logging {\n    log_bucket = %s\n  }\n}\n'
    assert "gcp/bucket-logs" in _ids(logs)
    assert "gcp/bucket-logs" not in _ids(logs + media % '"shop-logs"')
    assert "gcp/bucket-logs" not in _ids(logs + media % "google_storage_bucket.logs.name")
