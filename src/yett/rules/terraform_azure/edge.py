"""The edge: application firewalls, and TLS of gateways, content networks and brokers."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Map, Module, Resource, Unresolved, Value, known, texts
from yett.rules.cloud import (
    Check,
    Found,
    Setting,
    false,
    kinds,
    missing,
    none_of,
    one_of,
    settle,
    tls12,
    true,
    unknown,
    wrong,
)

_GATEWAY = ("azurerm_application_gateway",)
_DOOR = ("azurerm_frontdoor",)
_POLICIES = (
    "azurerm_web_application_firewall_policy",
    "azurerm_frontdoor_firewall_policy",
    "azurerm_cdn_frontdoor_firewall_policy",
)

WAF = Rule(
    id="azure/waf",
    title="Gateway without an application firewall, or with one that only watches",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Injections and scanners reach the shop as they are. A policy in the mode `Detection` writes them down and lets"
    " them pass.",
    fix='Use the tier `WAF_v2` with a policy in the mode "Prevention".',
    refs=(
        "CWE-693",
        "PCI DSS 6.4.2",
        "https://learn.microsoft.com/azure/web-application-firewall/ag/best-practices",
    ),
    bad=(
        """\
resource "azurerm_application_gateway" "shop" { # <- here
  name = "shop"

  sku {
    name = "Standard_v2"
    tier = "Standard_v2"
  }
}

resource "azurerm_web_application_firewall_policy" "shop" {
  policy_settings {
    enabled = true
    mode    = "Detection" # <- here
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_application_gateway" "shop" {
  firewall_policy_id = azurerm_web_application_firewall_policy.shop.id

  sku {
    name = "WAF_v2"
    tier = "WAF_v2"
  }
}

resource "azurerm_web_application_firewall_policy" "shop" {
  policy_settings {
    mode = "Prevention"
  }
}

resource "azurerm_application_gateway" "stock" {
  waf_configuration {
    enabled       = true
    firewall_mode = "Prevention"
  }
}
""",
    ),
)

_WAF = (
    Setting(
        ("azurerm_web_application_firewall_policy",),
        ("policy_settings.mode",),
        none_of("detection"),
        "only watches",
        'mode = "Prevention"',
    ),
    Setting(
        ("azurerm_web_application_firewall_policy",),
        ("policy_settings.enabled",),
        true,
        "is off",
        "enabled = true",
    ),
    Setting(
        _POLICIES[1:], ("mode", "policy_settings.mode"), none_of("detection"), "only watches", 'mode = "Prevention"'
    ),
    Setting(_POLICIES[1:], ("enabled", "policy_settings.enabled"), true, "is off", "enabled = true"),
    Setting(_GATEWAY, ("waf_configuration.enabled",), true, "has its application firewall off", "enabled = true"),
    Setting(
        _GATEWAY,
        ("waf_configuration.firewall_mode",),
        none_of("detection"),
        "has an application firewall that only watches",
        'firewall_mode = "Prevention"',
    ),
)
_LINK = "web_application_firewall_policy_link_id"


def _waf(resource: Resource, module: Module) -> Found:
    yield from settle(*_WAF)(resource, module)
    if resource.kind in _GATEWAY:
        if not resource.has("waf_configuration", "firewall_policy_id"):
            yield missing(resource, "waf_configuration", "has no application firewall", "firewall_policy_id = …")
    elif resource.kind in _DOOR:
        for block in resource.each("frontend_endpoint"):
            if isinstance(block, Unresolved):
                yield unknown(block)
            elif block.get(_LINK) is None:
                name = known(block.get("name")) or "an endpoint"
                fix = f"Write `{_LINK} = …` in `frontend_endpoint` of {resource.label}."
                yield wrong(resource, block.span, f"has no application firewall for {name}", name, fix)
        if not resource.has("frontend_endpoint"):
            yield missing(resource, "frontend_endpoint", "has no application firewall", f"{_LINK} = …")


TLS = Rule(
    id="azure/service-tls",
    title="Gateway, content network or broker that takes early TLS",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Early versions of TLS are broken: what customers send can be read or changed on the way. Application Gateway"
    " allows TLS 1.0 where no policy is set.",
    fix="Write the newest policy, or a minimum of TLS 1.2.",
    refs=(
        "CWE-326",
        "PCI DSS 4.2.1",
        "https://learn.microsoft.com/azure/application-gateway/application-gateway-ssl-policy-overview",
    ),
    bad=(
        """\
resource "azurerm_application_gateway" "shop" {
  ssl_policy {
    policy_type = "Predefined"
    policy_name = "AppGwSslPolicy20150501" # <- here
  }
}

resource "azurerm_servicebus_namespace" "orders" {
  minimum_tls_version = "1.0" # <- here
}

resource "azurerm_api_management" "api" {
  security {
    enable_frontend_tls10 = true # <- here
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_application_gateway" "shop" {
  ssl_policy {
    policy_type          = "Custom"
    min_protocol_version = "TLSv1_2"
  }
}

resource "azurerm_servicebus_namespace" "orders" {
  minimum_tls_version = "1.2"
}
""",
    ),
)

_APIM = ("azurerm_api_management",)
_PROTOCOLS = (
    *("frontend_ssl30", "frontend_tls10", "frontend_tls11", "backend_ssl30", "backend_tls10", "backend_tls11"),
    "back_end_ssl30",
)
_TLS = (
    Setting(
        ("azurerm_servicebus_namespace", "azurerm_eventhub_namespace", "azurerm_iothub"),
        ("minimum_tls_version", "min_tls_version"),
        tls12,
        "takes early versions of TLS",
        'minimum_tls_version = "1.2"',
    ),
    *(
        Setting(
            _APIM,
            (f"security.{name}_enabled", f"security.enable_{name}"),
            false,
            "takes SSL 3.0 or early versions of TLS",
            f"{name}_enabled = false",
        )
        for name in _PROTOCOLS
    ),
    Setting(("azurerm_cdn_endpoint",), ("is_https_allowed",), true, "takes no HTTPS", "is_https_allowed = true"),
    Setting(
        ("azurerm_cdn_endpoint_custom_domain",),
        ("cdn_managed_https.tls_version", "user_managed_https.tls_version"),
        tls12,
        "takes early versions of TLS",
        'tls_version = "TLS12"',
    ),
    Setting(
        ("azurerm_cdn_frontdoor_custom_domain",),
        ("tls.minimum_tls_version",),
        tls12,
        "takes early versions of TLS",
        'minimum_tls_version = "TLS12"',
    ),
    Setting(
        ("azurerm_spring_cloud_app",),
        ("tls_enabled",),
        true,
        "talks to its ingress in the clear",
        "tls_enabled = true",
    ),
    Setting(
        ("azurerm_service_fabric_cluster",),
        ("fabric_settings.parameters.ClusterProtectionLevel", "fabric_settings.parameters.value"),
        one_of("EncryptAndSign"),
        "does not encrypt between its nodes",
        'ClusterProtectionLevel = "EncryptAndSign"',
        absent=True,
    ),
)
_OLD_POLICIES = ("20150501", "20170401")
_WEAK_CIPHERS = ("_3DES_", "_RC4_", "_NULL_", "_DSS_")


def _is_new(value: Value) -> bool:
    return not (known(value) or "").endswith(_OLD_POLICIES)


def _tls(resource: Resource, module: Module) -> Found:
    yield from settle(*_TLS)(resource, module)
    if resource.kind not in _GATEWAY:
        return
    says = "takes early versions of TLS"
    policies = [block for block in resource.each("ssl_policy") if isinstance(block, Map)]
    if not resource.has("ssl_policy", "ssl_profile"):
        yield missing(resource, "ssl_policy", says, 'policy_name = "AppGwSslPolicy20220101"')
    for policy in policies:
        name, least = policy.get("policy_name"), policy.get("min_protocol_version")
        if name is None and least is None and not policy.more:
            yield missing(resource, "ssl_policy.policy_name", says, 'policy_name = "AppGwSslPolicy20220101"')
        for cipher in texts(policy.get("cipher_suites")):
            if any(weak in (known(cipher) or "") for weak in _WEAK_CIPHERS):
                fix = f"Leave {known(cipher)} out of `cipher_suites` in {resource.label}."
                yield wrong(resource, cipher.span, "takes broken ciphers", "cipher_suites", fix)
                break
        for value, good in ((name, _is_new), (least, tls12)):
            if isinstance(value, Unresolved):
                yield unknown(value)
            elif value is not None and not good(value):
                fix = f'Write `policy_name = "AppGwSslPolicy20220101"` in {resource.label}.'
                yield wrong(resource, value.span, says, "ssl_policy", fix)


HTTP = Rule(
    id="azure/service-plain-http",
    title="Gateway, content network or hook that speaks plain HTTP",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="What customers send can be read or changed on the way. An endpoint of the CDN takes HTTP where nothing is"
    " said.",
    fix="Take HTTPS alone, and send those who come by HTTP there.",
    refs=(
        "CWE-319",
        "PCI DSS 4.2.1",
        "https://learn.microsoft.com/azure/cdn/cdn-custom-ssl",
    ),
    bad=(
        """\
resource "azurerm_cdn_endpoint" "media" { # <- here
  name = "media"
}

resource "azurerm_application_gateway" "shop" {
  http_listener {
    name     = "shop"
    protocol = "Http" # <- here
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_cdn_endpoint" "media" {
  is_http_allowed = false
}

resource "azurerm_application_gateway" "shop" {
  http_listener {
    name     = "plain"
    protocol = "Http"
  }

  redirect_configuration {
    name                 = "shop"
    redirect_type        = "Permanent"
    target_listener_name = "secure"
  }
}
""",
    ),
)

_HTTP = (
    Setting(
        ("azurerm_container_registry_webhook",),
        ("service_uri",),
        lambda value: not (known(value) or "").lower().startswith("http://"),
        "tells of its images over plain HTTP",
        'service_uri = "https://…"',
    ),
    Setting(
        ("azurerm_api_management_backend",),
        ("url",),
        lambda value: not (known(value) or "").lower().startswith("http://"),
        "calls its backend over plain HTTP",
        'url = "https://…"',
    ),
    Setting(
        ("azurerm_cdn_endpoint",),
        ("is_http_allowed",),
        false,
        "takes plain HTTP",
        "is_http_allowed = false",
        absent=True,
    ),
    Setting(
        ("azurerm_cdn_frontdoor_route",),
        ("https_redirect_enabled",),
        true,
        "does not redirect to HTTPS",
        "https_redirect_enabled = true",
    ),
    Setting(
        ("azurerm_spring_cloud_api_portal", "azurerm_spring_cloud_gateway"),
        ("https_only_enabled", "https_only"),
        true,
        "takes plain HTTP",
        "https_only_enabled = true",
        absent=True,
    ),
)


def _http(resource: Resource, module: Module) -> Found:
    yield from settle(*_HTTP)(resource, module)
    if resource.kind not in _GATEWAY:
        return
    # A listener for HTTP is right where all it does is send people to the other one.
    for listener in () if resource.has("redirect_configuration") else resource.each("http_listener"):
        value = listener.get("protocol") if isinstance(listener, Map) else None
        if value is not None and (known(value) or "").lower() == "http":
            fix = f'Write `protocol = "Https"` in {resource.label}, or a `redirect_configuration`.'
            yield wrong(resource, value.span, "takes plain HTTP", "http_listener", fix)


FIREWALL = Rule(
    id="azure/firewall-only-watches",
    title="Firewall that only watches known attackers",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Azure Firewall knows addresses that attack others, and signatures of attacks. Where nothing is written it"
    " writes them down and lets them pass.",
    fix='Write `threat_intel_mode = "Deny"`, and `intrusion_detection { mode = "Deny" }` in its policy.',
    refs=(
        "CWE-693",
        "PCI DSS 11.5.1",
        "https://learn.microsoft.com/azure/firewall/threat-intel",
    ),
    bad=(
        """\
resource "azurerm_firewall" "shop" {
  threat_intel_mode = "Alert" # <- here
}

resource "azurerm_firewall_policy" "shop" {
  intrusion_detection {
    mode = "Alert" # <- here
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_firewall" "shop" {
  firewall_policy_id = azurerm_firewall_policy.shop.id
}

resource "azurerm_firewall_policy" "shop" {
  threat_intelligence_mode = "Deny"

  intrusion_detection {
    mode = "Deny"
  }
}
""",
    ),
)

_FIREWALL = (
    Setting(
        ("azurerm_firewall",),
        ("threat_intel_mode",),
        one_of("Deny"),
        "lets known attackers pass",
        'threat_intel_mode = "Deny"',
        absent=True,
        when=lambda resource: resource.has("threat_intel_mode") or not resource.has("firewall_policy_id"),
    ),
    Setting(
        ("azurerm_firewall_policy",),
        ("threat_intelligence_mode",),
        one_of("Deny"),
        "lets known attackers pass",
        'threat_intelligence_mode = "Deny"',
    ),
    Setting(
        ("azurerm_firewall_policy",),
        ("intrusion_detection.mode",),
        one_of("Deny"),
        "lets known attacks pass",
        'mode = "Deny"',
        absent=True,
    ),
)

CHECKS = (
    Check(WAF, (*_GATEWAY, *_DOOR, *_POLICIES), _waf),
    Check(FIREWALL, kinds(*_FIREWALL), settle(*_FIREWALL)),
    Check(TLS, (*_GATEWAY, *kinds(*_TLS)), _tls),
    Check(HTTP, (*_GATEWAY, *kinds(*_HTTP)), _http),
)
