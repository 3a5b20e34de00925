"""Kubernetes and the registry its images come from."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Module, Resource, Unresolved, known, texts
from yett.rules.cloud import (
    Check,
    Found,
    Setting,
    false,
    filled,
    is_world,
    kinds,
    missing,
    settle,
    true,
    unknown,
    wrong,
)

_AKS = ("azurerm_kubernetes_cluster",)

AKS = Rule(
    id="azure/aks",
    title="Cluster whose API answers the whole internet",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The API server takes requests from everywhere unless the cluster is private or its ranges are listed.",
    fix="Write `private_cluster_enabled = true`, or `authorized_ip_ranges`.",
    refs=(
        "CWE-284",
        "PCI DSS 1.4.2",
        "https://learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges",
    ),
    bad=(
        """\
resource "azurerm_kubernetes_cluster" "shop" { # <- here
  name = "shop"
}

resource "azurerm_kubernetes_cluster" "stock" {
  name = "stock"

  api_server_access_profile {
    authorized_ip_ranges = ["0.0.0.0/0"] # <- here
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_kubernetes_cluster" "shop" {
  private_cluster_enabled = true
}

resource "azurerm_kubernetes_cluster" "stock" {
  api_server_access_profile {
    authorized_ip_ranges = ["203.0.113.0/24"]
  }
}
""",
    ),
)

RBAC = Rule(
    id="azure/aks-rbac",
    title="Cluster in which everybody may do everything",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Without role-based access control every identity of the cluster is its administrator. It is on by default;"
    " somebody switched it off.",
    fix="Write `role_based_access_control_enabled = true`.",
    refs=(
        "CWE-284",
        "PCI DSS 7.2.2",
        "https://learn.microsoft.com/azure/aks/operator-best-practices-identity",
    ),
    bad=(
        """\
resource "azurerm_kubernetes_cluster" "shop" {
  role_based_access_control_enabled = false # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_kubernetes_cluster" "shop" {
  role_based_access_control_enabled = true
}
""",
    ),
)

LOCAL = Rule(
    id="azure/aks-local-accounts",
    title="Cluster with an administrator without a name",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why="The local account is one certificate that is administrator, the same for everybody, with no end and no second"
    " factor. It is there where nothing is written.",
    fix="Write `local_account_disabled = true`.",
    refs=(
        "CWE-287",
        "PCI DSS 8.2.2",
        "https://learn.microsoft.com/azure/aks/manage-local-accounts-managed-azure-ad",
    ),
    bad=(
        """\
resource "azurerm_kubernetes_cluster" "shop" { # <- here
  name = "shop"
}
""",
    ),
    good=(
        """\
resource "azurerm_kubernetes_cluster" "shop" {
  local_account_disabled = true
}
""",
    ),
)

DASHBOARD = Rule(
    id="azure/aks-dashboard",
    title="Old dashboard of Kubernetes switched on",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The dashboard acts with rights of its own for whoever reaches it.",
    fix="Leave `kube_dashboard` out, or write `enabled = false`.",
    refs=(
        "CWE-749",
        "PCI DSS 2.2.4",
        "https://learn.microsoft.com/azure/aks/kubernetes-portal",
    ),
    bad=(
        """\
resource "azurerm_kubernetes_cluster" "shop" {
  addon_profile {
    kube_dashboard {
      enabled = true # <- here
    }
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_kubernetes_cluster" "shop" {
  addon_profile {
    kube_dashboard {
      enabled = false
    }
  }
}
""",
    ),
)

_RBAC = Setting(
    _AKS,
    ("role_based_access_control_enabled", "role_based_access_control.enabled"),
    true,
    "gives everybody who logs in all rights",
    "role_based_access_control_enabled = true",
)
_LOCAL = Setting(
    _AKS,
    ("local_account_disabled",),
    true,
    "has an administrator without a name",
    "local_account_disabled = true",
    absent=True,
)
_DASHBOARD = Setting(
    _AKS,
    ("addon_profile.kube_dashboard.enabled",),
    false,
    "runs the old dashboard, which has rights of its own",
    "enabled = false",
)
_RANGES = ("api_server_access_profile.authorized_ip_ranges", "api_server_authorized_ip_ranges")


def _aks(resource: Resource, _module: Module) -> Found:
    private = resource.find("private_cluster_enabled")
    if private is None:
        private = resource.find("private_link_enabled")
    if isinstance(private, Unresolved):
        yield unknown(private)
        return
    if private is not None and true(private):
        return
    says = "takes requests to its API from everywhere"
    ranges = next((value for path in _RANGES if (value := resource.find(path)) is not None), None)
    if isinstance(ranges, Unresolved):
        yield unknown(ranges)
    elif ranges is None or not filled(ranges):
        yield missing(resource, "api_server_access_profile", says, 'authorized_ip_ranges = ["203.0.113.0/24"]')
    else:
        for each in texts(ranges):
            if is_world(known(each) or "-"):
                fix = f"List the ranges of your own in {resource.label}."
                yield wrong(resource, each.span, says, "authorized_ip_ranges", fix)


NETWORK_POLICY = Rule(
    id="azure/aks-network-policy",
    title="Cluster in which every pod talks to every other",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Without a network policy engine, which is chosen when the cluster is made, a `NetworkPolicy` does nothing.",
    fix='Write `network_policy = "azure"` or `"cilium"` in the `network_profile`.',
    refs=(
        "CWE-653",
        "PCI DSS 1.4.1",
        "https://learn.microsoft.com/azure/aks/use-network-policies",
    ),
    bad=(
        """\
resource "azurerm_kubernetes_cluster" "shop" {
  network_profile { # <- here
    network_plugin = "azure"
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_kubernetes_cluster" "shop" {
  network_profile {
    network_plugin = "azure"
    network_policy = "cilium"
  }
}
""",
    ),
)

_POLICY = Setting(
    _AKS,
    ("network_profile.network_policy",),
    filled,
    "has nothing that keeps its pods apart",
    'network_policy = "azure"',
    absent=True,
)

ADMIN = Rule(
    id="azure/registry-admin",
    title="Registry with an administrator's password",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The administrator of a registry is one password for everybody, and may overwrite every image.",
    fix="Write `admin_enabled = false`, and give `AcrPull` to identities.",
    refs=(
        "CWE-284",
        "PCI DSS 8.2.2",
        "https://learn.microsoft.com/azure/container-registry/container-registry-authentication",
    ),
    bad=(
        """\
resource "azurerm_container_registry" "shop" {
  admin_enabled = true # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_container_registry" "shop" {
  admin_enabled = false
}
""",
    ),
)

ANONYMOUS = Rule(
    id="azure/registry-anonymous-pull",
    title="Registry that gives its images to everybody",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The images hold the code of the shop, and now and then a secret that was left in a layer.",
    fix="Write `anonymous_pull_enabled = false`.",
    refs=(
        "CWE-284",
        "PCI DSS 7.2.2",
        "https://learn.microsoft.com/azure/container-registry/anonymous-pull-access",
    ),
    bad=(
        """\
resource "azurerm_container_registry" "shop" {
  sku                    = "Standard"
  anonymous_pull_enabled = true # <- here
}
""",
    ),
    good=(
        """\
resource "azurerm_container_registry" "shop" {
  sku = "Standard"
}
""",
    ),
)

_ACR = ("azurerm_container_registry",)
_ADMIN = Setting(_ACR, ("admin_enabled",), false, "has an administrator's password", "admin_enabled = false")
_ANONYMOUS = Setting(
    _ACR,
    ("anonymous_pull_enabled",),
    false,
    "gives its images to everybody",
    "anonymous_pull_enabled = false",
    when=lambda resource: known(resource.find("sku")) in ("Standard", "Premium"),  # the others lack the switch
)

NODES = Rule(
    id="azure/aks-node-public-ip",
    title="Nodes with addresses on the internet",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Every node gets an address of its own, and every port that something opens on it is on the internet. It is off"
    " where nothing is written; somebody switched it on.",
    fix="Write `node_public_ip_enabled = false`.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.4",
        "https://learn.microsoft.com/azure/aks/use-node-public-ips",
    ),
    bad=(
        """\
resource "azurerm_kubernetes_cluster" "shop" {
  default_node_pool {
    node_public_ip_enabled = true # <- here
  }
}
""",
    ),
    good=(
        """\
resource "azurerm_kubernetes_cluster" "shop" {
  default_node_pool {
    node_public_ip_enabled = false
  }
}

resource "azurerm_kubernetes_cluster_node_pool" "jobs" {
  name = "jobs"
}
""",
    ),
)

_PUBLIC_NODES = ("node_public_ip_enabled", "enable_node_public_ip")
_NODES = (
    Setting(
        _AKS,
        tuple(f"default_node_pool.{name}" for name in _PUBLIC_NODES),
        false,
        "gives its nodes addresses on the internet",
        "node_public_ip_enabled = false",
    ),
    Setting(
        ("azurerm_kubernetes_cluster_node_pool",),
        _PUBLIC_NODES,
        false,
        "gives its nodes addresses on the internet",
        "node_public_ip_enabled = false",
    ),
)

CHECKS = (
    Check(NODES, kinds(*_NODES), settle(*_NODES)),
    Check(AKS, _AKS, _aks),
    Check(RBAC, _AKS, settle(_RBAC)),
    Check(LOCAL, _AKS, settle(_LOCAL)),
    Check(DASHBOARD, _AKS, settle(_DASHBOARD)),
    Check(NETWORK_POLICY, _AKS, settle(_POLICY)),
    Check(ADMIN, _ACR, settle(_ADMIN)),
    Check(ANONYMOUS, _ACR, settle(_ANONYMOUS)),
)
