"""Data that everybody may read."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Rule, Severity
from yett.parse.resources import Map, Module, Resource, Unresolved, Value, document, known, texts
from yett.rules.cloud import Check, Found, Setting, none_of, settle, true, unknown, wrong

_EVERYBODY = ("allusers", "allauthenticatedusers")
_FRONT = ("cloud_run", "cloudfunctions", "api_gateway", "apigateway", "endpoints_service", "iap_")
_FRONT_ROLES = ("roles/run.invoker", "roles/cloudfunctions.invoker")

PUBLIC = Rule(
    id="gcp/bucket-public",
    title="Data that everybody may read",
    severity=Severity.CRITICAL,
    why="`allUsers` is the internet; `allAuthenticatedUsers` is everybody with a Google account, which is the same.",
    fix="Name the users, groups or service accounts.",
    refs=(
        "CWE-732",
        "PCI DSS 7.3.3",
        "https://cloud.google.com/storage/docs/access-control/making-data-public",
    ),
    bad=(
        """\
resource "google_storage_bucket_iam_member" "invoices" {
  bucket = google_storage_bucket.invoices.name
  role   = "roles/storage.objectViewer"
  member = "allUsers" # <- here
}

resource "google_kms_crypto_key_iam_binding" "orders" {
  crypto_key_id = google_kms_crypto_key.orders.id
  role          = "roles/cloudkms.cryptoKeyDecrypter"
  members       = ["group:shop@example.com", "allAuthenticatedUsers"] # <- here
}

resource "google_bigquery_dataset" "sales" {
  access {
    role          = "READER"
    special_group = "allAuthenticatedUsers" # <- here
  }
}
""",
    ),
    good=(
        """\
resource "google_storage_bucket_iam_member" "invoices" {
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:checkout@shop.iam.gserviceaccount.com"
}

variable "members" {}

resource "google_storage_bucket_iam_binding" "media" {
  role    = "roles/storage.objectViewer"
  members = var.members
}

resource "google_bigquery_dataset" "sales" {
  access {
    role          = "READER"
    special_group = "projectReaders"
  }
}
""",
    ),
)

_PATHS = (
    *(
        "member",
        "members",
        "binding.members",
        "binding.member",
        "access.special_group",
        "access.iam_member",
        "special_group",
    ),
    *("iam_member", "entity", "role_entity"),
)


def _is_front(resource: Resource) -> bool:
    """Whether what is given away is a page or an API, which may well be meant for everybody."""
    role = known(resource.find("role")) or known(resource.find("binding.role")) or ""
    return any(each in resource.kind for each in _FRONT) or role in _FRONT_ROLES


def _given(resource: Resource) -> Iterator[Value]:
    for path in _PATHS:
        for value in resource.every(path):
            yield from texts(value)
    policy = document(resource.find("policy_data"))
    if isinstance(policy, Map):
        for binding in policy.each("bindings"):
            if isinstance(binding, Map):
                yield from texts(binding.get("members"))


def _everybody(resource: Resource) -> Found:
    for value in _given(resource):
        if isinstance(value, Unresolved):
            # What is known of a text in part (`serviceAccount:…`) is not everybody.
            if not value.text and not value.refs:
                yield unknown(value)
            continue
        text = (known(value) or "").lower()
        if text.rpartition(":")[2] in _EVERYBODY:
            role = known(resource.find("role")) or "access"
            fix = f"Name the users, groups or service accounts in {resource.label}."
            yield wrong(resource, value.span, f"gives {role} to everybody", f"{role} {text}", fix)


def _public(resource: Resource, module: Module) -> Found:
    if not _is_front(resource):
        yield from _everybody(resource)
        yield from settle(_ACL)(resource, module)


_ACL_KINDS = (
    *("google_storage_bucket_acl", "google_storage_default_object_acl", "google_storage_object_acl"),
    *("google_storage_bucket_object", "google_storage_bucket"),
)
_ACL = Setting(
    _ACL_KINDS,
    ("predefined_acl", "predefined_default_acl"),
    none_of("publicRead", "publicReadWrite", "authenticatedRead"),
    "lets everybody read",
    'predefined_acl = "private"',
)
_KINDS = (
    *("google_*_iam_member", "google_*_iam_binding", "google_*_iam_policy", "data.google_iam_policy"),
    *("google_bigquery_dataset", "google_bigquery_dataset_access", "google_storage_bucket_access_control"),
    *("google_storage_default_object_access_control", "google_storage_object_access_control", *_ACL_KINDS),
)

FRONT = Rule(
    id="gcp/frontend-public",
    title="Service that everybody may call",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A page for customers is meant to be called by everybody; a job, a webhook or an internal API is not.",
    fix="Name the service account that calls it, or put a load balancer with Cloud Armor in front.",
    refs=(
        "CWE-306",
        "PCI DSS 7.3.3",
        "https://cloud.google.com/run/docs/authenticating/public",
    ),
    bad=(
        """\
resource "google_cloud_run_service_iam_member" "refunds" {
  service = google_cloud_run_service.refunds.name
  role    = "roles/run.invoker"
  member  = "allUsers" # <- here
}
""",
    ),
    good=(
        """\
resource "google_cloud_run_service_iam_member" "refunds" {
  service = google_cloud_run_service.refunds.name
  role    = "roles/run.invoker"
  member  = "serviceAccount:checkout@shop.iam.gserviceaccount.com"
}
""",
    ),
)


def _front(resource: Resource, _module: Module) -> Found:
    if _is_front(resource):
        yield from _everybody(resource)


UNIFORM = Rule(
    id="gcp/bucket-uniform-access",
    title="Bucket whose objects have access lists of their own",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Whoever writes an object may make it public, and no policy shows it. Uniform access is off where it is not"
    " set.",
    fix="Write `uniform_bucket_level_access = true`.",
    refs=(
        "CWE-732",
        "PCI DSS 7.2.2",
        "https://cloud.google.com/storage/docs/uniform-bucket-level-access",
    ),
    bad=(
        """\
resource "google_storage_bucket" "invoices" { # <- here
  name = "shop-invoices"
}

resource "google_storage_bucket" "media" {
  uniform_bucket_level_access = false # <- here
}
""",
    ),
    good=(
        """\
resource "google_storage_bucket" "invoices" {
  uniform_bucket_level_access = true
}
""",
    ),
)

_UNIFORM = Setting(
    ("google_storage_bucket",),
    ("uniform_bucket_level_access", "bucket_policy_only"),
    true,
    "lets its objects be made public one by one",
    "uniform_bucket_level_access = true",
    absent=True,
)

PREVENTION = Rule(
    id="gcp/bucket-public-prevention",
    title="Bucket that may be made public",
    severity=Severity.LOW,
    level=Action.INFO,
    why="With `enforced` nobody makes it public by mistake; `inherited`, which is the default, leaves it to the"
    " organization.",
    fix='Write `public_access_prevention = "enforced"`.',
    refs=(
        "CWE-732",
        "PCI DSS 7.3.3",
        "https://cloud.google.com/storage/docs/public-access-prevention",
    ),
    bad=(
        """\
resource "google_storage_bucket" "invoices" {
  public_access_prevention = "inherited" # <- here
}
""",
    ),
    good=(
        """\
resource "google_storage_bucket" "invoices" {
  public_access_prevention = "enforced"
}
""",
    ),
)

_PREVENTION = Setting(
    ("google_storage_bucket",),
    ("public_access_prevention",),
    none_of("inherited", "unspecified"),
    "may be made public",
    'public_access_prevention = "enforced"',
    absent=True,
)


CHECKS = (
    Check(PUBLIC, _KINDS, _public),
    Check(FRONT, _KINDS, _front),
    Check(UNIFORM, ("google_storage_bucket",), settle(_UNIFORM)),
    Check(PREVENTION, ("google_storage_bucket",), settle(_PREVENTION)),
)
