"""GKE: what may run in a cluster, on what, and what is known of it."""

from __future__ import annotations

from yett.model import Action, Rule, Severity
from yett.parse.resources import Module, Resource, Scalar, known
from yett.rules.cloud import Check, Found, Setting, filled, missing, none_of, settle, true
from yett.rules.terraform_gcp.clusters import is_autopilot

_CLUSTER = ("google_container_cluster",)
_POOL = ("google_container_node_pool",)
_NODES = (*_CLUSTER, *_POOL)

BINARY = Rule(
    id="gcp/gke-binary-authorization",
    title="Cluster that runs images from anywhere",
    severity=Severity.LOW,
    level=Action.INFO,
    why="With Binary Authorization a cluster refuses images that the build did not sign. It is off where nothing is"
    " written.",
    fix='Write `binary_authorization { evaluation_mode = "PROJECT_SINGLETON_POLICY_ENFORCE" }`.',
    refs=(
        "CWE-345",
        "https://cloud.google.com/binary-authorization/docs/overview",
    ),
    bad=(
        """\
resource "google_container_cluster" "shop" { # <- here
  name = "shop"
}

resource "google_container_cluster" "stock" {
  binary_authorization {
    evaluation_mode = "DISABLED" # <- here
  }
}
""",
    ),
    good=(
        """\
resource "google_container_cluster" "shop" {
  binary_authorization {
    evaluation_mode = "PROJECT_SINGLETON_POLICY_ENFORCE"
  }
}
""",
    ),
)

_EVALUATION = "binary_authorization.evaluation_mode"
_BINARY = (
    Setting(
        _CLUSTER,
        (_EVALUATION,),
        none_of("DISABLED", "EVALUATION_MODE_UNSPECIFIED"),
        "runs images from anywhere",
        'evaluation_mode = "PROJECT_SINGLETON_POLICY_ENFORCE"',
    ),
    Setting(
        _CLUSTER,
        ("enable_binary_authorization", "binary_authorization.enabled"),
        true,
        "runs images from anywhere",
        'binary_authorization { evaluation_mode = "PROJECT_SINGLETON_POLICY_ENFORCE" }',
        absent=True,
        when=lambda resource: not resource.has(_EVALUATION),
    ),
)

BOOT = Rule(
    id="gcp/gke-secure-boot",
    title="Nodes that boot what nobody signed",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Secure boot refuses drivers and loaders without a signature. It is off where nothing is written, as drivers"
    " of others do not load with it.",
    fix="Write `shielded_instance_config { enable_secure_boot = true }` in `node_config`.",
    refs=(
        "CWE-1328",
        "https://cloud.google.com/kubernetes-engine/docs/how-to/shielded-gke-nodes",
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
    shielded_instance_config {
      enable_secure_boot = true
    }
  }
}

resource "google_container_cluster" "shop" {
  remove_default_node_pool = true
}
""",
    ),
)

_BOOT = Setting(
    _NODES,
    ("node_config.shielded_instance_config.enable_secure_boot",),
    true,
    "boots what nobody signed",
    "enable_secure_boot = true",
    absent=True,
    when=lambda resource: has_nodes(resource),
)


def has_nodes(resource: Resource) -> bool:
    """Whether nodes come with this resource: a pool, or a cluster that keeps the one it is born with."""
    if resource.kind in _POOL or resource.has("node_config"):
        return True
    removed = resource.find("remove_default_node_pool")
    return not (
        is_autopilot(resource)
        or resource.has("node_pool")
        or (removed is not None and (not isinstance(removed, Scalar) or bool(true(removed))))
    )


DEFAULT_METADATA = Rule(
    id="gcp/gke-default-metadata",
    title="Nodes that show their credentials to every pod by default",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Where nothing is written, and the cluster knows no workload identities, the metadata server of the node hands"
    " its service account to every pod that asks.",
    fix='Write `workload_metadata_config { mode = "GKE_METADATA" }` in `node_config`.',
    refs=(
        "CWE-522",
        "PCI DSS 7.2.5",
        "https://cloud.google.com/kubernetes-engine/docs/how-to/protecting-cluster-metadata",
    ),
    bad=(
        """\
resource "google_container_cluster" "shop" { # <- here
  name = "shop"
}
""",
    ),
    good=(
        """\
resource "google_container_cluster" "shop" {
  workload_identity_config {
    workload_pool = "shop.svc.id.goog"
  }
}

resource "google_container_node_pool" "jobs" {
  cluster = google_container_cluster.shop.name
}

resource "google_container_node_pool" "stock" {
  cluster = "stock"

  node_config {
    workload_metadata_config {
      mode = "GKE_METADATA"
    }
  }
}
""",
    ),
)

_METADATA = "node_config.workload_metadata_config"


def _metadata(resource: Resource, module: Module) -> Found:
    value = resource.find(_METADATA)
    if (value is not None and filled(value) is not False) or not has_nodes(resource):
        return
    cluster = resource if resource.kind in _CLUSTER else module.resolve(resource.find("cluster"), resource.path)
    if cluster and cluster.has("workload_identity_config"):
        return
    yield missing(resource, _METADATA, "shows its credentials to its pods", 'mode = "GKE_METADATA"')


IMAGE = Rule(
    id="gcp/gke-node-image",
    title="Nodes on a system of many parts",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Container-Optimized OS has little that can be attacked, a file system that cannot be written, and updates by"
    " itself; other images have less of that.",
    fix='Write `image_type = "COS_CONTAINERD"`.',
    refs=(
        "CWE-1104",
        "https://cloud.google.com/kubernetes-engine/docs/concepts/node-images",
    ),
    bad=(
        """\
resource "google_container_node_pool" "shop" {
  node_config {
    image_type = "UBUNTU_CONTAINERD" # <- here
  }
}
""",
    ),
    good=(
        """\
resource "google_container_node_pool" "shop" {
  node_config {
    image_type = "COS_CONTAINERD"
  }
}

resource "google_container_node_pool" "stock" {
  cluster = "stock"
}
""",
    ),
)

_IMAGE = Setting(
    _NODES,
    ("node_config.image_type",),
    lambda value: None if (name := known(value)) is None else name.lower().startswith("cos"),
    "runs on a system of many parts",
    'image_type = "COS_CONTAINERD"',
)

ALIAS = Rule(
    id="gcp/gke-ip-aliases",
    title="Cluster without addresses for its pods",
    severity=Severity.LOW,
    level=Action.INFO,
    why="With addresses of the network for pods, firewall rules and flow logs tell them from their nodes, and nobody"
    " can pretend to be another. Older versions do without where nothing is written.",
    fix="Write `ip_allocation_policy {}`.",
    refs=(
        "CWE-923",
        "https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips",
    ),
    bad=(
        """\
resource "google_container_cluster" "shop" {
  networking_mode = "ROUTES" # <- here
}

resource "google_container_cluster" "stock" { # <- here
  name = "stock"
}
""",
    ),
    good=(
        """\
resource "google_container_cluster" "shop" {
  ip_allocation_policy {
    cluster_secondary_range_name = "pods"
  }
}

resource "google_container_cluster" "stock" {
  networking_mode = "VPC_NATIVE"
}

resource "google_container_cluster" "media" {
  enable_autopilot = true
}
""",
    ),
)

_ALIAS = (
    Setting(
        _CLUSTER,
        ("networking_mode",),
        none_of("ROUTES"),
        "has no addresses for its pods",
        'networking_mode = "VPC_NATIVE"',
    ),
    Setting(
        _CLUSTER,
        ("ip_allocation_policy",),
        lambda _value: True,
        "has no addresses for its pods",
        "ip_allocation_policy {}",
        absent=True,
        when=lambda resource: not resource.has("networking_mode") and not is_autopilot(resource),
    ),
)

FLOWS = Rule(
    id="gcp/gke-pod-traffic",
    title="Cluster whose pods talk unseen",
    severity=Severity.LOW,
    level=Action.INFO,
    why="What pods of one node say to each other never reaches the network, so neither flow logs nor firewall rules see"
    " it, unless that is asked for.",
    fix="Write `enable_intranode_visibility = true`.",
    refs=(
        "CWE-778",
        "PCI DSS 10.2.1",
        "https://cloud.google.com/kubernetes-engine/docs/how-to/intranode-visibility",
    ),
    bad=(
        """\
resource "google_container_cluster" "shop" { # <- here
  name = "shop"
}
""",
    ),
    good=(
        """\
resource "google_container_cluster" "shop" {
  enable_intranode_visibility = true
}
""",
    ),
)

_FLOWS = Setting(
    _CLUSTER,
    ("enable_intranode_visibility",),
    true,
    "does not see what pods of one node say",
    "enable_intranode_visibility = true",
    absent=True,
    when=lambda resource: not is_autopilot(resource),
)

CHECKS = (
    Check(BINARY, _CLUSTER, settle(*_BINARY)),
    Check(BOOT, _NODES, settle(_BOOT)),
    Check(DEFAULT_METADATA, _NODES, _metadata),
    Check(IMAGE, _NODES, settle(_IMAGE)),
    Check(ALIAS, _CLUSTER, settle(*_ALIAS)),
    Check(FLOWS, _CLUSTER, settle(_FLOWS)),
)
