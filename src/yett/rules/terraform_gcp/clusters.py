"""GKE: who reaches the control plane, and what nodes may do."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Map, Module, Resource, Scalar, Unresolved, known
from yett.rules.cloud import (
    Check,
    Found,
    Setting,
    false,
    filled,
    is_world,
    missing,
    none_of,
    settle,
    true,
    unknown,
    wrong,
)

_CLUSTER = ("google_container_cluster",)
_NODES = ("google_container_cluster", "google_container_node_pool")


def is_autopilot(resource: Resource) -> bool:
    value = resource.find("enable_autopilot")
    return isinstance(value, Unresolved) or (value is not None and bool(true(value)))


GKE = Rule(
    id="gcp/gke",
    title="Cluster whose control plane is open",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The API server takes requests from the whole internet where no networks are listed.",
    fix="Add `master_authorized_networks_config`, or write `enable_private_endpoint = true`.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.2",
        "https://cloud.google.com/kubernetes-engine/docs/how-to/authorized-networks",
    ),
    bad=(
        """\
resource "google_container_cluster" "shop" { # <- here
  name = "shop"
}

resource "google_container_cluster" "stock" {
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "0.0.0.0/0" # <- here
    }
  }
}
""",
    ),
    good=(
        """\
resource "google_container_cluster" "shop" {
  master_authorized_networks_config {
    cidr_blocks {
      cidr_block = "203.0.113.0/24"
    }
  }
}

resource "google_container_cluster" "stock" {
  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = true
  }
}
""",
    ),
)

_NETWORKS = "master_authorized_networks_config"
_ENDPOINT = "private_cluster_config.enable_private_endpoint"


def _gke(resource: Resource, _module: Module) -> Found:
    says, write = "takes requests to its API from everywhere", f"{_NETWORKS} {{ … }}"
    endpoint = resource.find(_ENDPOINT)
    if isinstance(endpoint, Unresolved):
        yield unknown(endpoint)
        return
    if endpoint is not None and true(endpoint):
        return
    if not resource.has(_NETWORKS, "control_plane_endpoints_config"):
        yield missing(resource, _NETWORKS, says, write)
    for block in resource.every(f"{_NETWORKS}.cidr_blocks"):
        value = block.get("cidr_block") if isinstance(block, Map) else None
        if isinstance(value, Unresolved):
            yield unknown(value)
        elif value is not None and is_world(known(value) or "-"):
            fix = f"List the networks of your own in {resource.label}."
            yield wrong(resource, value.span, says, "cidr_block", fix)


PRIVATE = Rule(
    id="gcp/gke-private-nodes",
    title="Nodes with addresses on the internet",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Each node is reached past the balancer and its firewall. Nodes get public addresses where nothing is written.",
    fix="Write `private_cluster_config { enable_private_nodes = true }`.",
    refs=(
        "CWE-668",
        "PCI DSS 1.4.2",
        "https://cloud.google.com/kubernetes-engine/docs/concepts/private-cluster-concept",
    ),
    bad=(
        """\
resource "google_container_cluster" "shop" { # <- here
  name = "shop"
}

resource "google_container_cluster" "stock" {
  private_cluster_config {
    enable_private_nodes = false # <- here
  }
}
""",
    ),
    good=(
        """\
resource "google_container_cluster" "shop" {
  private_cluster_config {
    enable_private_nodes = true
  }
}
""",
    ),
)
_PRIVATE = Setting(
    _CLUSTER,
    ("private_cluster_config.enable_private_nodes", "network_config.default_enable_private_nodes"),
    true,
    "has nodes with addresses on the internet",
    "enable_private_nodes = true",
    absent=True,
    when=lambda resource: not resource.has("private_cluster_config.private_endpoint_subnetwork"),
)

LEGACY = Rule(
    id="gcp/gke-legacy-auth",
    title="Cluster with the old ways to log in",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Attribute-based control gives every service account of the cluster all rights; a password or a client"
    " certificate is administrator without a name and without an end. Somebody switched them on.",
    fix="Write `enable_legacy_abac = false`, and leave out `master_auth`.",
    refs=(
        "CWE-284",
        "PCI DSS 7.2.2",
        "https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster",
    ),
    bad=(
        """\
resource "google_container_cluster" "shop" {
  enable_legacy_abac = true # <- here

  master_auth {
    username = "keeper" # <- here
    password = var.password

    client_certificate_config {
      issue_client_certificate = true # <- here
    }
  }
}
""",
    ),
    good=(
        """\
resource "google_container_cluster" "shop" {
  enable_legacy_abac = false

  master_auth {
    username = ""
    password = ""

    client_certificate_config {
      issue_client_certificate = false
    }
  }
}
""",
    ),
)
_LEGACY = (
    Setting(_CLUSTER, ("enable_legacy_abac",), false, "gives all rights to everything", "enable_legacy_abac = false"),
    Setting(
        _CLUSTER,
        ("master_auth.username",),
        lambda value: not filled(value),
        "has an administrator's password",
        'username = ""',
    ),
    Setting(
        _CLUSTER,
        ("master_auth.client_certificate_config.issue_client_certificate",),
        false,
        "has an administrator's certificate",
        "issue_client_certificate = false",
    ),
)

ACCOUNT = Rule(
    id="gcp/gke-default-account",
    title="Nodes that run as the default service account",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The default account is editor of the project unless somebody changed that, and every pod can use it.",
    fix="Write `service_account` in `node_config`.",
    refs=(
        "CWE-250",
        "PCI DSS 7.2.5",
        "https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster#use_least_privilege_sa",
    ),
    bad=(
        """\
resource "google_container_node_pool" "shop" {
  node_config { # <- here
    machine_type = "e2-standard-4"
  }
}
""",
    ),
    good=(
        """\
resource "google_container_node_pool" "shop" {
  node_config {
    service_account = google_service_account.nodes.email
  }
}

resource "google_container_cluster" "shop" {
  name                     = "shop"
  remove_default_node_pool = true
}
""",
    ),
)


def _account(resource: Resource, _module: Module) -> Found:
    if is_autopilot(resource):
        return
    says = "has nodes that run as the default service account"
    removed = resource.find("remove_default_node_pool")
    if isinstance(removed, Scalar) and true(removed) and not resource.has("node_config"):
        return
    value = resource.find("node_config.service_account")
    if value is None and not resource.has("node_config"):
        value = resource.find("cluster_autoscaling.auto_provisioning_defaults.service_account")
    if value is None:
        if resource.kind != "google_container_cluster" or not resource.has("node_pool"):
            yield missing(
                resource, "node_config.service_account", says, "service_account = google_service_account.….email"
            )
    elif isinstance(value, Unresolved):
        if any("default_service_account" in ref.address for ref in value.refs):
            fix = f"Name an account of its own in {resource.label}."
            yield wrong(resource, value.span, says, "service_account", fix)
    elif known(value) in ("default", "") or (known(value) or "").endswith("-compute@developer.gserviceaccount.com"):
        yield wrong(resource, value.span, says, "service_account", f"Name an account of its own in {resource.label}.")


POLICY = Rule(
    id="gcp/gke-network-policy",
    title="Cluster in which every pod talks to every other",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Without an engine for them, off where nothing is written, `NetworkPolicy` objects do nothing.",
    fix='Write `datapath_provider = "ADVANCED_DATAPATH"`, or `network_policy { enabled = true }`.',
    refs=(
        "CWE-653",
        "PCI DSS 1.4.1",
        "https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy",
    ),
    bad=(
        """\
resource "google_container_cluster" "shop" {
  network_policy {
    enabled = false # <- here
  }
}
""",
    ),
    good=(
        """\
resource "google_container_cluster" "shop" {
  network_policy {
    enabled = true
  }
}

resource "google_container_cluster" "stock" {
  datapath_provider = "ADVANCED_DATAPATH"
}

resource "google_container_cluster" "media" {
  enable_autopilot = true
}
""",
    ),
)


def _policy(resource: Resource, module: Module) -> Found:
    if is_autopilot(resource):
        return
    datapath = resource.find("datapath_provider")
    if isinstance(datapath, Unresolved) or known(datapath) == "ADVANCED_DATAPATH":
        return
    setting = Setting(
        _CLUSTER,
        ("network_policy.enabled",),
        true,
        "has nothing that keeps its pods apart",
        "network_policy { enabled = true }",
        absent=True,
    )
    yield from settle(setting)(resource, module)
    addon = resource.find("addons_config.network_policy_config.disabled")
    if addon is not None and not isinstance(addon, Unresolved) and true(addon):
        fix = f"Write `disabled = false` in {resource.label}."
        yield wrong(resource, addon.span, "has nothing that keeps its pods apart", "network_policy_config", fix)


MANAGEMENT = Rule(
    id="gcp/gke-node-management",
    title="Nodes that are not repaired or upgraded",
    severity=Severity.LOW,
    level=Action.WARN,
    why="Holes that are known stay open. Both are on by default; somebody switched them off.",
    fix="Write `auto_repair = true` and `auto_upgrade = true` under `management`.",
    refs=(
        "CWE-1104",
        "PCI DSS 6.3.3",
        "https://cloud.google.com/kubernetes-engine/docs/how-to/node-auto-upgrades",
    ),
    bad=(
        """\
resource "google_container_node_pool" "shop" {
  management {
    auto_repair  = false # <- here
    auto_upgrade = false # <- here
  }
}
""",
    ),
    good=(
        """\
resource "google_container_node_pool" "shop" {
  management {
    auto_repair  = true
    auto_upgrade = true
  }
}
""",
    ),
)
_MANAGEMENT = (
    Setting(_NODES, ("management.auto_repair",), true, "does not repair its nodes", "auto_repair = true"),
    Setting(_NODES, ("management.auto_upgrade",), true, "does not upgrade its nodes", "auto_upgrade = true"),
)

SHIELDED = Rule(
    id="gcp/gke-shielded-nodes",
    title="Nodes whose boot is not shielded",
    severity=Severity.LOW,
    level=Action.WARN,
    why="Without shielding a pod that got out can join nodes of its own to the cluster, and stay over a reboot. It is"
    " on by default; somebody switched it off.",
    fix="Write `enable_shielded_nodes = true`.",
    refs=(
        "CWE-1328",
        "https://cloud.google.com/kubernetes-engine/docs/how-to/shielded-gke-nodes",
    ),
    bad=(
        """\
resource "google_container_cluster" "shop" {
  enable_shielded_nodes = false # <- here
}
""",
    ),
    good=(
        """\
resource "google_container_cluster" "shop" {
  enable_shielded_nodes = true
}
""",
    ),
)
_SHIELDED = (
    Setting(_CLUSTER, ("enable_shielded_nodes",), true, "has nodes without shielding", "enable_shielded_nodes = true"),
    Setting(
        _NODES,
        ("node_config.shielded_instance_config.enable_integrity_monitoring",),
        true,
        "does not watch how its nodes boot",
        "enable_integrity_monitoring = true",
    ),
)

METADATA = Rule(
    id="gcp/gke-metadata",
    title="Pods that read the credentials of their node",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The metadata server of the node hands its service account to every pod that asks.",
    fix='Write `workload_metadata_config { mode = "GKE_METADATA" }`.',
    refs=(
        "CWE-522",
        "PCI DSS 7.2.5",
        "https://cloud.google.com/kubernetes-engine/docs/how-to/protecting-cluster-metadata",
    ),
    bad=(
        """\
resource "google_container_node_pool" "shop" {
  node_config {
    workload_metadata_config {
      mode = "GCE_METADATA" # <- here
    }

    metadata = {
      disable-legacy-endpoints = false # <- here
    }
  }
}
""",
    ),
    good=(
        """\
resource "google_container_node_pool" "shop" {
  node_config {
    workload_metadata_config {
      mode = "GKE_METADATA"
    }
  }
}
""",
    ),
)
_METADATA = (
    Setting(
        _NODES,
        (
            "node_config.workload_metadata_config.mode",
            "node_config.workload_metadata_config.node_metadata",
        ),
        none_of("GCE_METADATA", "EXPOSE", "UNSPECIFIED", "MODE_UNSPECIFIED"),
        "shows the node's credentials to its pods",
        'mode = "GKE_METADATA"',
    ),
    Setting(
        _NODES,
        ("node_config.metadata.disable-legacy-endpoints",),
        true,
        "shows the node's credentials to its pods",
        'disable-legacy-endpoints = "true"',
    ),
)

LOGGING = Rule(
    id="gcp/gke-logging",
    title="Cluster that writes no logs",
    severity=Severity.LOW,
    level=Action.WARN,
    why="What happened is not known afterwards. Both are on by default; somebody switched them off, or named the"
    " services of before GKE 1.15.",
    fix="Leave out `logging_service` and `monitoring_service`.",
    refs=(
        "CWE-778",
        "PCI DSS 10.2.1",
        "https://cloud.google.com/kubernetes-engine/docs/concepts/about-logs",
    ),
    bad=(
        """\
resource "google_container_cluster" "shop" {
  logging_service    = "none" # <- here
  monitoring_service = "none" # <- here
}

resource "google_container_cluster" "old" {
  logging_service = "logging.googleapis.com" # <- here
}
""",
    ),
    good=(
        """\
resource "google_container_cluster" "shop" {
  logging_service = "logging.googleapis.com/kubernetes"
}
""",
    ),
)
_LOGGING = (
    Setting(
        _CLUSTER,
        ("logging_service",),
        none_of("none"),
        "writes no logs",
        'logging_service = "logging.googleapis.com/kubernetes"',
    ),
    Setting(
        _CLUSTER,
        ("monitoring_service",),
        none_of("none"),
        "is not watched",
        'monitoring_service = "monitoring.googleapis.com/kubernetes"',
    ),
    Setting(
        _CLUSTER,
        ("logging_service",),
        none_of("logging.googleapis.com"),
        "names the service for logs that GKE no longer has",
        'logging_service = "logging.googleapis.com/kubernetes"',
    ),
    Setting(
        _CLUSTER,
        ("monitoring_service",),
        none_of("monitoring.googleapis.com"),
        "names the service for metrics that GKE no longer has",
        'monitoring_service = "monitoring.googleapis.com/kubernetes"',
    ),
)

CHECKS = (
    Check(GKE, _CLUSTER, _gke),
    Check(PRIVATE, _CLUSTER, settle(_PRIVATE)),
    Check(LEGACY, _CLUSTER, settle(*_LEGACY)),
    Check(ACCOUNT, _NODES, _account),
    Check(POLICY, _CLUSTER, _policy),
    Check(MANAGEMENT, _NODES, settle(*_MANAGEMENT)),
    Check(SHIELDED, _NODES, settle(*_SHIELDED)),
    Check(METADATA, _NODES, settle(*_METADATA)),
    Check(LOGGING, _CLUSTER, settle(*_LOGGING)),
)
