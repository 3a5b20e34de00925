"""The edge: Cloud Armor, and TLS of load balancers and caches."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Map, Module, Resource, Unresolved, known
from yett.rules.cloud import Check, Found, Setting, missing, none_of, settle, tls12, true, unknown, wrong

_BACKENDS = ("google_compute_backend_service",)
_POLICY = ("google_compute_security_policy",)

ARMOR = Rule(
    id="gcp/armor",
    title="Public backend without Cloud Armor, or with rules that refuse nothing",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Injections and scanners reach the shop as they are. Rules that `allow`, or that are in `preview`, write them"
    " down and let them pass.",
    fix="Attach a `security_policy` with the preconfigured rules against SQL injection and cross-site scripting.",
    refs=(
        "CWE-693",
        "PCI DSS 6.4.2",
        "https://cloud.google.com/armor/docs/waf-rules",
    ),
    bad=(
        """\
resource "google_compute_backend_service" "shop" { # <- here
  name                  = "shop"
  load_balancing_scheme = "EXTERNAL_MANAGED"
}

resource "google_compute_security_policy" "shop" {
  rule {
    action   = "deny(403)"
    priority = 1000
    preview  = true # <- here

    match {
      expr {
        expression = "evaluatePreconfiguredWaf('sqli-v33-stable')"
      }
    }
  }
}
""",
    ),
    good=(
        """\
resource "google_compute_backend_service" "shop" {
  load_balancing_scheme = "EXTERNAL_MANAGED"
  security_policy       = google_compute_security_policy.shop.id
}

resource "google_compute_backend_service" "stock" {
  load_balancing_scheme = "INTERNAL_SELF_MANAGED"
}

resource "google_compute_security_policy" "shop" {
  rule {
    action   = "deny(403)"
    priority = 1000

    match {
      expr {
        expression = "evaluatePreconfiguredWaf('sqli-v33-stable')"
      }
    }
  }

  rule {
    action   = "allow"
    priority = 2147483647

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}
""",
    ),
)


def _armor(resource: Resource, _module: Module) -> Found:
    if resource.kind in _BACKENDS:
        scheme = known(resource.find("load_balancing_scheme")) or "EXTERNAL"
        if scheme.upper().startswith("EXTERNAL") and not resource.has("security_policy", "edge_security_policy"):
            write = "security_policy = google_compute_security_policy.….id"
            yield missing(resource, "security_policy", "has no application firewall", write)
        return
    blocks = (
        [resource.body]
        if resource.kind != _POLICY[0]
        else [block for block in resource.each("rule") if isinstance(block, Map)]
    )
    for block in blocks:
        expression = known(block.find("match.expr.expression")) or ""
        if "evaluatePreconfigured" not in expression:
            continue
        preview, action = block.get("preview"), block.get("action")
        if isinstance(preview, Unresolved):
            yield unknown(preview)
        elif preview is not None and true(preview):
            fix = f"Take `preview` out of {resource.label}."
            yield wrong(resource, preview.span, "only watches for attacks", f"preview {expression}", fix)
        if action is not None and (known(action) or "").lower() == "allow":
            fix = f'Write `action = "deny(403)"` in {resource.label}.'
            yield wrong(resource, action.span, "allows attacks that it knows", f"allow {expression}", fix)


SSL = Rule(
    id="gcp/ssl-policy",
    title="Load balancer that takes early versions of TLS",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A proxy without a policy, and a policy without a minimum, take TLS 1.0; the profile `COMPATIBLE`, which is the"
    " default, takes weak ciphers as well.",
    fix='Write `min_tls_version = "TLS_1_2"` and `profile = "MODERN"`.',
    refs=(
        "CWE-326",
        "PCI DSS 4.2.1",
        "https://cloud.google.com/load-balancing/docs/ssl-policies-concepts",
    ),
    bad=(
        """\
resource "google_compute_ssl_policy" "shop" {
  name            = "shop"
  profile         = "COMPATIBLE" # <- here
  min_tls_version = "TLS_1_0"    # <- here
}

resource "google_compute_target_https_proxy" "shop" { # <- here
  name = "shop"
}
""",
    ),
    good=(
        """\
resource "google_compute_ssl_policy" "shop" {
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
}

resource "google_compute_ssl_policy" "stock" {
  profile = "RESTRICTED"
}

resource "google_compute_target_https_proxy" "shop" {
  ssl_policy = google_compute_ssl_policy.shop.id
}
""",
    ),
)

_SSL = (
    Setting(
        ("google_compute_ssl_policy", "google_compute_region_ssl_policy"),
        ("min_tls_version",),
        tls12,
        "takes early versions of TLS",
        'min_tls_version = "TLS_1_2"',
        absent=True,
        when=lambda resource: (known(resource.find("profile")) or "").upper() != "RESTRICTED",
    ),
    Setting(
        ("google_compute_ssl_policy", "google_compute_region_ssl_policy"),
        ("profile",),
        none_of("COMPATIBLE"),
        "takes weak ciphers",
        'profile = "MODERN"',
    ),
    Setting(
        ("google_compute_target_https_proxy", "google_compute_target_ssl_proxy"),
        ("ssl_policy",),
        lambda _value: True,
        "takes early versions of TLS",
        "ssl_policy = google_compute_ssl_policy.….id",
        absent=True,
    ),
)
_WEAK = ("_CBC_", "_3DES_", "TLS_RSA_")


def _ssl(resource: Resource, module: Module) -> Found:
    yield from settle(*_SSL)(resource, module)
    if (known(resource.find("profile")) or "").upper() == "CUSTOM":
        for value in resource.every("custom_features"):
            if any(weak in (known(value) or "") for weak in _WEAK):
                fix = f"Leave {known(value)} out of `custom_features` in {resource.label}."
                yield wrong(resource, value.span, "takes weak ciphers", "custom_features", fix)
                break


_REDIS = ("google_redis_instance",)

REDIS = Rule(
    id="gcp/redis-open",
    title="Redis without a password",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Whatever runs in the network reads and changes carts and sessions. AUTH is off where nothing is written.",
    fix="Write `auth_enabled = true`.",
    refs=(
        "CWE-306",
        "PCI DSS 8.3.1",
        "https://cloud.google.com/memorystore/docs/redis/auth-overview",
    ),
    bad=(
        """\
resource "google_redis_instance" "carts" { # <- here
  name = "carts"
}
""",
    ),
    good=(
        """\
resource "google_redis_instance" "carts" {
  auth_enabled = true
}
""",
    ),
)
_AUTH = Setting(_REDIS, ("auth_enabled",), true, "asks for no password", "auth_enabled = true", absent=True)

REDIS_TLS = Rule(
    id="gcp/redis-tls",
    title="Redis in the clear",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Carts and sessions can be read on the way. Encryption is off where nothing is written.",
    fix='Write `transit_encryption_mode = "SERVER_AUTHENTICATION"`.',
    refs=(
        "CWE-319",
        "PCI DSS 4.2.1",
        "https://cloud.google.com/memorystore/docs/redis/in-transit-encryption",
    ),
    bad=(
        """\
resource "google_redis_instance" "carts" {
  transit_encryption_mode = "DISABLED" # <- here
}
""",
    ),
    good=(
        """\
resource "google_redis_instance" "carts" {
  transit_encryption_mode = "SERVER_AUTHENTICATION"
}
""",
    ),
)
_TRANSIT = Setting(
    _REDIS,
    ("transit_encryption_mode",),
    none_of("DISABLED"),
    "talks in the clear",
    'transit_encryption_mode = "SERVER_AUTHENTICATION"',
    absent=True,
)

FUNCTION_HTTP = Rule(
    id="gcp/function-http",
    title="Function that takes plain HTTP",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="What is sent to it can be read on the way. Older functions take plain HTTP where nothing is written.",
    fix='Write `https_trigger_security_level = "SECURE_ALWAYS"`.',
    refs=(
        "CWE-319",
        "PCI DSS 4.2.1",
        "https://cloud.google.com/functions/docs/calling/http",
    ),
    bad=(
        """\
resource "google_cloudfunctions_function" "labels" {
  trigger_http                 = true
  https_trigger_security_level = "SECURE_OPTIONAL" # <- here
}
""",
    ),
    good=(
        """\
resource "google_cloudfunctions_function" "labels" {
  trigger_http                 = true
  https_trigger_security_level = "SECURE_ALWAYS"
}

resource "google_cloudfunctions_function" "thumbnails" {
  event_trigger {
    event_type = "google.storage.object.finalize"
  }
}
""",
    ),
)
_FUNCTION = Setting(
    ("google_cloudfunctions_function",),
    ("https_trigger_security_level",),
    none_of("SECURE_OPTIONAL"),
    "takes plain HTTP",
    'https_trigger_security_level = "SECURE_ALWAYS"',
    absent=True,
    when=lambda resource: _has_http(resource),
)


def _has_http(resource: Resource) -> bool:
    trigger = resource.find("trigger_http")
    return trigger is not None and bool(true(trigger))


CHECKS = (
    Check(ARMOR, (*_BACKENDS, *_POLICY, "google_compute_security_policy_rule"), _armor),
    Check(
        SSL,
        (
            *("google_compute_ssl_policy", "google_compute_region_ssl_policy"),
            *("google_compute_target_https_proxy", "google_compute_target_ssl_proxy"),
        ),
        _ssl,
    ),
    Check(REDIS, _REDIS, settle(_AUTH)),
    Check(REDIS_TLS, _REDIS, settle(_TRANSIT)),
    Check(FUNCTION_HTTP, _FUNCTION.kinds, settle(_FUNCTION)),
)
