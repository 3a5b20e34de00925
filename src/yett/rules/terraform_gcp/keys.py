"""Cloud KMS: how long a key is in use."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Module, Resource, Unresolved, known
from yett.rules.cloud import Check, Found, missing, unknown
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


CHECKS = (Check(ROTATION, ("google_kms_crypto_key",), _rotation),)
