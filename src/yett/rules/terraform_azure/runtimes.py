"""What apps run on, and what they speak."""

from __future__ import annotations

import re

from yett.model import Action, Rule, Severity
from yett.parse.resources import Value, known
from yett.rules.cloud import Check, Good, Setting, settle, true
from yett.rules.terraform_azure.apps import APPS

RUNTIME = Rule(
    id="azure/app-runtime",
    title="App on a runtime that gets no more fixes",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="PHP before 8.1, Python before 3.9, .NET 1 to 3 and 5 to 7, and Java 7 get no more fixes: what is found in"
    " them from now on stays open.",
    fix="Write a version that is maintained.",
    refs=(
        "CWE-1104",
        "PCI DSS 6.3.3",
        "https://learn.microsoft.com/azure/app-service/language-support-policy",
    ),
    bad=(
        """\
resource "azurerm_linux_web_app" "shop" {
  site_config {
    application_stack {
      python_version = "3.8" # <- here
    }
  }
}

resource "azurerm_app_service" "blog" {
  site_config {
    php_version = "7.4" # <- here
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_linux_web_app" "shop" {
  site_config {
    application_stack {
      python_version = "3.13"
    }
  }
}

resource "azurerm_app_service" "stock" {
  site_config {
    dotnet_framework_version = "v4.0"
  }
}

resource "azurerm_app_service" "blog" {
  site_config {
    php_version = var.php
  }
}
""",
    ),
)


_MAINTAINED = {"php": (8, 1), "python": (3, 9), "dotnet": (8, 0), "java": (8, 0)}
"""The first version of each that got fixes at the end of 2024, as its own project says. .NET 4 is the one of Windows,
maintained with it, and Java 1.8 is Java 8."""


def _maintained(runtime: str) -> Good:
    def good(value: Value) -> bool | None:
        match = re.match(r"v?([0-9]{1,3})(?:[.]([0-9]{1,3}))?", known(value) or "")
        if not match:
            return None
        version = int(match[1]), int(match[2] or 0)
        if runtime == "java" and version[0] == 1:
            version = version[1], 0
        if (runtime == "dotnet" and version[0] == 4) or version == (0, 0):
            return True
        return version >= _MAINTAINED[runtime]

    return good


_NAMES = (
    ("php", "php_version", "PHP"),
    ("python", "python_version", "Python"),
    ("dotnet", "dotnet_version", ".NET"),
    ("dotnet", "dotnet_framework_version", ".NET"),
    ("java", "java_version", "Java"),
)
_RUNTIME = tuple(
    Setting(
        APPS,
        (f"site_config.application_stack.{name}", f"site_config.{name}"),
        _maintained(runtime),
        f"runs on a version of {spoken} that gets no more fixes",
        f'{name} = "{".".join(map(str, _MAINTAINED[runtime]))}", or a newer one,',
    )
    for runtime, name, spoken in _NAMES
)

HTTP2 = Rule(
    id="azure/app-http2",
    title="App that speaks HTTP/1.1 alone",
    severity=Severity.LOW,
    level=Action.INFO,
    why="In HTTP/1.1 two servers may disagree on where a request ends, which is how requests are smuggled; HTTP/2 says"
    " it plainly. It is off where nothing is written.",
    fix="Write `http2_enabled = true`.",
    refs=(
        "CWE-444",
        "https://learn.microsoft.com/azure/app-service/configure-common",
    ),
    bad=(
        """resource "azurerm_linux_web_app" "shop" { # <- here
  name = "shop"
}
""",
    ),
    good=(
        """resource "azurerm_linux_web_app" "shop" {
  site_config {
    http2_enabled = true
  }
}
""",
    ),
)

_HTTP2 = Setting(
    APPS, ("site_config.http2_enabled",), true, "speaks HTTP/1.1 alone", "http2_enabled = true", absent=True
)

CHECKS = (
    Check(RUNTIME, APPS, settle(*_RUNTIME)),
    Check(HTTP2, APPS, settle(_HTTP2)),
)
