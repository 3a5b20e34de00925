"""App Service and Functions: how they are reached, and who may look inside."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Map, Module, Resource, Unresolved, known, texts
from yett.rules.cloud import Check, Found, Setting, false, none_of, settle, tls12, true, unknown, wrong

_OLD = (
    "azurerm_app_service",
    "azurerm_app_service_slot",
    "azurerm_function_app",
    "azurerm_function_app_slot",
)
_NEW = tuple(
    f"azurerm_{system}_{what}_app{slot}"
    for system in ("linux", "windows")
    for what in ("web", "function")
    for slot in ("", "_slot")
)
APPS = (*_OLD, *_NEW)

HTTPS = Rule(
    id="azure/app-https",
    title="App that takes plain HTTP",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Sessions and passwords go over the network in the clear. `https_only` is false where it is not set.",
    fix="Write `https_only = true`.",
    refs=(
        "CWE-319",
        "PCI DSS 4.2.1",
        "https://learn.microsoft.com/azure/app-service/overview-tls",
    ),
    bad=(
        """\
resource "azurerm_linux_web_app" "shop" { # <- here
  name = "shop"
}

resource "azurerm_windows_function_app" "labels" {
  https_only = false # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_linux_web_app" "shop" {
  https_only = true
}
""",
    ),
)

_HTTPS = Setting(APPS, ("https_only",), true, "takes plain HTTP", "https_only = true", absent=True)

TLS = Rule(
    id="azure/app-tls",
    title="App that takes early versions of TLS",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="TLS 1.0 and 1.1 are broken. The minimum is 1.2 where nothing is written; somebody lowered it.",
    fix='Write `minimum_tls_version = "1.2"`.',
    refs=(
        "CWE-326",
        "PCI DSS 4.2.1",
        "https://learn.microsoft.com/azure/app-service/overview-tls",
    ),
    bad=(
        """\
resource "azurerm_linux_web_app" "shop" {
  site_config {
    minimum_tls_version = "1.0" # <- here
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_linux_web_app" "shop" {
  site_config {
    minimum_tls_version = "1.3"
  }
}

resource "azurerm_app_service" "stock" {
  site_config {
    min_tls_version = "1.2"
  }
}
""",
    ),
)

_TLS = (
    Setting(
        APPS,
        ("site_config.minimum_tls_version", "site_config.min_tls_version"),
        tls12,
        "takes early versions of TLS",
        'minimum_tls_version = "1.2"',
    ),
    Setting(
        APPS,
        ("site_config.scm_minimum_tls_version",),
        tls12,
        "takes early versions of TLS for deployments",
        'scm_minimum_tls_version = "1.2"',
    ),
)

FTP = Rule(
    id="azure/app-ftp",
    title="App that is deployed over FTP in the clear",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The password of the deployment and all the code go over the network in the clear. The older resources allow it"
    " where nothing is written.",
    fix='Write `ftps_state = "Disabled"`, or "FtpsOnly".',
    refs=(
        "CWE-319",
        "PCI DSS 4.2.1",
        "https://learn.microsoft.com/azure/app-service/deploy-ftp",
    ),
    bad=(
        """\
resource "azurerm_linux_web_app" "shop" {
  site_config {
    ftps_state = "AllAllowed" # <- here
  }
}

resource "azurerm_app_service" "stock" {
  site_config { # <- here
    http2_enabled = true
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_linux_web_app" "shop" {
  site_config {
    ftps_state = "FtpsOnly"
  }
}
""",
    ),
)

_STATE = ("site_config.ftps_state",)
_FTP = (
    Setting(APPS, _STATE, none_of("AllAllowed"), "is deployed over FTP in the clear", 'ftps_state = "Disabled"'),
    Setting(
        _OLD,
        _STATE,
        lambda _value: True,
        "may be deployed over FTP in the clear",
        'ftps_state = "Disabled"',
        absent=True,
    ),
)

DEBUG = Rule(
    id="azure/app-remote-debugging",
    title="Remote debugging switched on",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A debugger reads and changes whatever the app holds in memory, and its port is on the internet.",
    fix="Write `remote_debugging_enabled = false`.",
    refs=(
        "CWE-489",
        "PCI DSS 2.2.4",
        "https://learn.microsoft.com/azure/app-service/configure-common",
    ),
    bad=(
        """\
resource "azurerm_windows_web_app" "shop" {
  site_config {
    remote_debugging_enabled = true # <- here
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_windows_web_app" "shop" {
  site_config {
    remote_debugging_enabled = false
  }
}
""",
    ),
)

_DEBUG = Setting(
    APPS,
    ("site_config.remote_debugging_enabled", "remote_debugging_enabled"),
    false,
    "lets debuggers in",
    "remote_debugging_enabled = false",
)

CORS = Rule(
    id="azure/app-cors-any",
    title="App that answers every origin",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="With `*` every page that a customer has open may read what this app answers.",
    fix="List the origins of the shop.",
    refs=(
        "CWE-942",
        "PCI DSS 6.2.4",
        "https://learn.microsoft.com/azure/app-service/app-service-web-tutorial-rest-api",
    ),
    bad=(
        """\
resource "azurerm_linux_web_app" "api" {
  site_config {
    cors {
      allowed_origins = ["*"] # <- here
    }
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_linux_web_app" "api" {
  site_config {
    cors {
      allowed_origins = ["https://shop.example.com"]
    }
  }
}
""",
    ),
)


def _cors(resource: Resource, _module: Module) -> Found:
    for block in resource.every("site_config.cors"):
        origins = block.get("allowed_origins") if isinstance(block, Map) else None
        for origin in texts(origins):
            if isinstance(origin, Unresolved):
                yield unknown(origin)
            elif known(origin) == "*":
                fix = f"List the origins under `allowed_origins` in {resource.label}."
                yield wrong(resource, origin.span, "answers every origin", "cors", fix)
                break


CHECKS = (
    Check(HTTPS, APPS, settle(_HTTPS)),
    Check(TLS, APPS, settle(*_TLS)),
    Check(FTP, APPS, settle(*_FTP)),
    Check(DEBUG, APPS, settle(_DEBUG)),
    Check(CORS, APPS, _cors),
)
