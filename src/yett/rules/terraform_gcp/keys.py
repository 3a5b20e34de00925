"""Keys: how long one of Cloud KMS is in use, and those of service accounts."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Module, Resource, Unresolved, known
from yett.rules.cloud import Check, Found, missing, unknown, wrong
from yett.rules.hits import hit

ROTATION = Rule(
    id="gcp/kms-rotation",
    title="Key that is never changed, or seldom",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The longer one key is in use, the more there is to read for whoever gets it. Without a period a key is never"
    " changed.",
    fix='Write `rotation_period = "7776000s"` (ninety days).',
    refs=(
        "CWE-324",
        "PCI DSS 3.7.4",
        "https://cloud.google.com/kms/docs/key-rotation",
    ),
    bad=(
        """\
resource "google_kms_crypto_key" "orders" { # <- here
  name = "orders"
}

resource "google_kms_crypto_key" "stock" {
  rotation_period = "63072000s" # <- here
}
""",
    ),
    good=(
        """\
resource "google_kms_crypto_key" "orders" {
  rotation_period = "7776000s"
}

resource "google_kms_crypto_key" "releases" {
  purpose = "ASYMMETRIC_SIGN"
}
""",
    ),
)

_DAY = 86_400
_USUAL = 90
_LONG = 365


def _rotation(resource: Resource, _module: Module) -> Found:
    if (known(resource.find("purpose")) or "ENCRYPT_DECRYPT").upper() != "ENCRYPT_DECRYPT":
        return
    period = resource.find("rotation_period")
    write = 'rotation_period = "7776000s"'
    if isinstance(period, Unresolved):
        yield unknown(period)
    elif period is None:
        yield missing(resource, "rotation_period", "is never changed", write)
    else:
        text = known(period) or ""
        seconds = text.removesuffix("s")
        fix = f"Write `{write}` in {resource.label}."
        subject = f"{resource.address} rotation_period"
        if not text.endswith("s") or not seconds.replace(".", "", 1).isdigit() or len(seconds) > 18:
            message = f"{resource.label} has a rotation period that is no number of seconds"
            yield hit(period.span, message, fix=fix, subject=subject)
        elif float(seconds) > _USUAL * _DAY:
            days = int(float(seconds) // _DAY)
            severity = Severity.LOW if days <= _LONG else None
            message = f"{resource.label} is changed every {days} days"
            yield hit(period.span, message, fix=fix, subject=subject, severity=severity)


MADE = Rule(
    id="gcp/service-account-key",
    title="Key of a service account made in code",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The key has no end and stands in the state in the clear, for everybody who reads it.",
    fix="Use workload identity, or attach the service account to what runs.",
    refs=(
        "CWE-522",
        "PCI DSS 8.6.3",
        "https://cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys",
    ),
    bad=(
        """\
resource "google_service_account_key" "deploy" { # <- here
  service_account_id = google_service_account.deploy.name
}
""",
    ),
    good=(
        """\
resource "google_service_account" "deploy" {
  account_id = "deploy"
}
""",
    ),
)


UPLOADED = Rule(
    id="gcp/service-account-uploaded-key",
    title="Key of a service account that was made elsewhere",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Google neither rotates a key that somebody else made nor knows where its private half lies; it is good for as"
    " long as its certificate says, which may be for ever.",
    fix="Use workload identity, or attach the service account to what runs.",
    refs=(
        "CWE-522",
        "PCI DSS 8.6.3",
        "https://cloud.google.com/iam/docs/keys-upload",
    ),
    bad=(
        """\
resource "google_service_account_key" "deploy" {
  service_account_id = google_service_account.deploy.name
  public_key_data    = filebase64("deploy.pem") # <- here
}
""",
    ),
    good=(
        """\
resource "google_service_account" "deploy" {
  account_id = "deploy"
}
""",
    ),
)


def _uploaded(resource: Resource, _module: Module) -> Found:
    value = resource.find("public_key_data")
    if value is not None and known(value) != "":
        fix = f"Leave {resource.label} out, and use workload identity."
        yield wrong(resource, value.span, "takes a key that was made elsewhere", "uploaded", fix)


def _key(resource: Resource, _module: Module) -> Found:
    if resource.has("public_key_data"):
        return  # `UPLOADED` speaks of it
    fix = f"Leave {resource.label} out, and use workload identity."
    yield wrong(resource, resource.span, "makes a key that never ends", "key", fix)


CHECKS = (
    Check(ROTATION, ("google_kms_crypto_key",), _rotation),
    Check(MADE, ("google_service_account_key",), _key),
    Check(UPLOADED, ("google_service_account_key",), _uploaded),
)
