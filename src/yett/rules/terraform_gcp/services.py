"""Buckets, data and managed services: whose key, which address, what is written down and what stays."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Module, Resource, known
from yett.rules.cloud import Check, Found, Setting, false, filled, kinds, missing, none_of, settle, true, wrong

_BUCKET = ("google_storage_bucket",)

LOGS = Rule(
    id="gcp/bucket-logs",
    title="Bucket whose use is not logged",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Who read or deleted what is not written down where nothing asks for it, unless the project's audit log covers"
    " reads and writes of data.",
    fix="Write `logging { log_bucket = … }`, with a bucket that is not this one.",
    refs=(
        "CWE-778",
        "PCI DSS 10.2.1",
        "https://cloud.google.com/storage/docs/access-logs",
    ),
    bad=(
        """\
resource "google_storage_bucket" "invoices" { # <- here
  name = "shop-invoices"
}

resource "google_storage_bucket" "labels" {
  name = "shop-labels"

  logging {
    log_bucket = "shop-labels" # <- here
  }
}
""",
    ),
    good=(
        """\
resource "google_storage_bucket" "invoices" {
  name = "shop-invoices"

  logging {
    log_bucket = "shop-logs"
  }
}

resource "google_storage_bucket" "logs" {
  name = "shop-logs"
}
""",
    ),
)


def _logs(resource: Resource, module: Module) -> Found:
    target, name = resource.find("logging.log_bucket"), resource.find("name")
    if target is None and not resource.has("logging"):
        if not _takes_logs(resource, module):
            yield missing(resource, "logging", "does not log its use", "logging { log_bucket = … }")
    elif target is not None and name is not None and known(target) is not None and known(target) == known(name):
        fix = f"Name another bucket in {resource.label}."
        yield wrong(resource, target.span, "keeps its log in itself", "logging.log_bucket", fix)


def _takes_logs(resource: Resource, module: Module) -> bool:
    """Whether another bucket's log is kept in this one: its own would never end."""
    name = known(resource.find("name"))
    for other in module.of(*_BUCKET):
        target = other.find("logging.log_bucket")
        if target is not None and ((name and known(target) == name) or module.resolve(target, other.path) == resource):
            return True
    return False


VERSIONS = Rule(
    id="gcp/bucket-versions",
    title="Bucket that forgets what was overwritten",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A mistake, or somebody with the right to write, replaces or deletes for good. Old versions are kept only where"
    " that is asked for.",
    fix="Write `versioning { enabled = true }`.",
    refs=(
        "CWE-693",
        "https://cloud.google.com/storage/docs/object-versioning",
    ),
    bad=(
        """\
resource "google_storage_bucket" "invoices" { # <- here
  name = "shop-invoices"
}

resource "google_storage_bucket" "labels" {
  versioning {
    enabled = false # <- here
  }
}
""",
    ),
    good=(
        """\
resource "google_storage_bucket" "invoices" {
  versioning {
    enabled = true
  }
}

resource "google_storage_bucket" "logs" {
  retention_policy {
    retention_period = 31536000
  }
}
""",
    ),
)

_VERSIONS = Setting(
    _BUCKET,
    ("versioning.enabled",),
    true,
    "forgets what was overwritten",
    "versioning { enabled = true }",
    absent=True,
    when=lambda resource: resource.has("versioning") or not resource.has("retention_policy"),
)

OWN_KEY = Rule(
    id="gcp/own-key",
    title="Data encrypted with a key of Google",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Google encrypts by itself, with keys it holds. With a key of your own in Cloud KMS you say who uses it, see"
    " when, and can take it away.",
    fix="Name a key of Cloud KMS.",
    refs=(
        "CWE-320",
        "PCI DSS 3.6.1",
        "https://cloud.google.com/kms/docs/cmek",
    ),
    bad=(
        """\
resource "google_bigquery_dataset" "orders" { # <- here
  dataset_id = "orders"
}
""",
    ),
    good=(
        """\
resource "google_bigquery_dataset" "orders" {
  default_encryption_configuration {
    kms_key_name = google_kms_crypto_key.orders.id
  }
}
""",
    ),
)

_SPEC = ("encryption_spec.kms_key_name",)
_SETUP = ("gce_setup.boot_disk.kms_key", "gce_setup.data_disks.kms_key")
_KEYS = {
    "google_storage_bucket": ("encryption.default_kms_key_name",),
    "google_bigquery_dataset": ("default_encryption_configuration.kms_key_name",),
    "google_bigquery_table": ("encryption_configuration.kms_key_name",),
    "google_pubsub_topic": ("kms_key_name",),
    "google_artifact_registry_repository": ("kms_key_name",),
    "google_bigtable_instance": ("cluster.kms_key_name",),
    "google_dataflow_job": ("kms_key_name",),
    "google_dataproc_cluster": ("cluster_config.encryption_config.kms_key_name",),
    "google_spanner_database": ("encryption_config.kms_key_name", "encryption_config.kms_key_names"),
    "google_document_ai_processor": ("kms_key_name",),
    "google_document_ai_warehouse_location": ("kms_key",),
    "google_notebooks_instance": ("kms_key",),
    "google_notebooks_runtime": ("virtual_machine.virtual_machine_config.encryption_config.kms_key",),
    "google_vertex_ai_dataset": _SPEC,
    "google_vertex_ai_endpoint": _SPEC,
    "google_vertex_ai_featurestore": _SPEC,
    "google_vertex_ai_metadata_store": _SPEC,
    "google_vertex_ai_tensorboard": _SPEC,
    "google_workbench_instance": _SETUP,
}


def _own_key(resource: Resource, _module: Module) -> Found:
    names = _KEYS[resource.kind]
    if known(resource.find("disk_encryption")) == "GMEK" or not any(
        (value := resource.find(name)) is not None and filled(value) is not False for name in names
    ):
        says = "is encrypted with a key of Google"
        yield missing(resource, names[0], says, f"{names[0].rpartition('.')[2]} = google_kms_crypto_key.….id")


ADDRESS = Rule(
    id="gcp/service-public-ip",
    title="Service whose machines have addresses on the internet",
    severity=Severity.LOW,
    level=Action.INFO,
    why="The machines behind it get public addresses where nothing is written, and what listens on them is on the"
    " internet but for the firewall.",
    fix="Ask for internal addresses alone.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.4",
        "https://cloud.google.com/vpc/docs/private-google-access",
    ),
    bad=(
        """\
resource "google_dataproc_cluster" "reports" { # <- here
  name = "reports"
}

resource "google_dataflow_job" "labels" {
  ip_configuration = "WORKER_IP_PUBLIC" # <- here
}
""",
    ),
    good=(
        """\
resource "google_dataproc_cluster" "reports" {
  cluster_config {
    gce_cluster_config {
      internal_ip_only = true
    }
  }
}

resource "google_dataflow_job" "labels" {
  ip_configuration = "WORKER_IP_PRIVATE"
}
""",
    ),
)

_SAYS = "has machines with addresses on the internet"
_PRIVATE = (
    ("google_dataproc_cluster", "cluster_config.gce_cluster_config.internal_ip_only"),
    ("google_notebooks_instance", "no_public_ip"),
    ("google_notebooks_runtime", "virtual_machine.virtual_machine_config.internal_ip_only"),
    ("google_workbench_instance", "gce_setup.disable_public_ip"),
    ("google_data_fusion_instance", "private_instance"),
    ("google_cloudbuild_worker_pool", "worker_config.no_external_ip"),
)
_ADDRESS = (
    *(
        Setting((kind,), (path,), true, _SAYS, f"{path.rpartition('.')[2]} = true", absent=True)
        for kind, path in _PRIVATE
    ),
    Setting(
        ("google_dataflow_job",),
        ("ip_configuration",),
        none_of("WORKER_IP_PUBLIC", "WORKER_IP_UNSPECIFIED"),
        _SAYS,
        'ip_configuration = "WORKER_IP_PRIVATE"',
        absent=True,
    ),
    Setting(
        ("google_tpu_v2_vm",),
        ("network_config.enable_external_ips",),
        false,
        _SAYS,
        "enable_external_ips = false",
    ),
)

INGRESS = Rule(
    id="gcp/function-ingress",
    title="Function that takes requests from everywhere",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A function answers the whole internet where nothing is written; only its own rights stand before it. One that"
    " customers call is meant to; a job is not.",
    fix='Write `ingress_settings = "ALLOW_INTERNAL_AND_GCLB"`.',
    refs=(
        "CWE-668",
        "PCI DSS 1.4.4",
        "https://cloud.google.com/functions/docs/networking/network-settings",
    ),
    bad=(
        """\
resource "google_cloudfunctions2_function" "refunds" {
  service_config {
    ingress_settings = "ALLOW_ALL" # <- here
  }
}

resource "google_cloudfunctions_function" "labels" { # <- here
  trigger_http = true
}
""",
    ),
    good=(
        """\
resource "google_cloudfunctions2_function" "refunds" {
  service_config {
    ingress_settings = "ALLOW_INTERNAL_ONLY"
  }
}

resource "google_cloudfunctions_function" "thumbnails" {
  event_trigger {
    event_type = "google.storage.object.finalize"
  }
}
""",
    ),
)

_INGRESS = tuple(
    Setting(
        (kind,),
        (path,),
        none_of("ALLOW_ALL"),
        "takes requests from everywhere",
        'ingress_settings = "ALLOW_INTERNAL_AND_GCLB"',
        absent=True,
        when=lambda resource: not resource.has("event_trigger"),
    )
    for kind, path in (
        ("google_cloudfunctions_function", "ingress_settings"),
        ("google_cloudfunctions2_function", "service_config.ingress_settings"),
    )
)

STAYS = Rule(
    id="gcp/deletion-protection",
    title="Data that a plan may delete",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Renaming a resource makes Terraform delete it and make another: with the data. The protection is on by default"
    " where there is one; somebody switched it off.",
    fix="Write `deletion_protection = true`.",
    refs=(
        "CWE-693",
        "https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/spanner_database",
    ),
    bad=(
        """\
resource "google_bigquery_table" "orders" {
  deletion_protection = false # <- here
}
""",
    ),
    good=(
        """\
resource "google_bigquery_table" "orders" {
  deletion_protection = true
}

resource "google_spanner_database" "stock" {
  instance = "shop"
}
""",
    ),
)

_STAYS = Setting(
    ("google_bigquery_table", "google_bigtable_instance", "google_spanner_database", "google_sql_database_instance"),
    ("deletion_protection",),
    true,
    "may be deleted by a plan",
    "deletion_protection = true",
)

CHECKS = (
    Check(LOGS, _BUCKET, _logs),
    Check(VERSIONS, _BUCKET, settle(_VERSIONS)),
    Check(OWN_KEY, tuple(_KEYS), _own_key),
    Check(ADDRESS, kinds(*_ADDRESS), settle(*_ADDRESS)),
    Check(INGRESS, kinds(*_INGRESS), settle(*_INGRESS)),
    Check(STAYS, _STAYS.kinds, settle(_STAYS)),
)
