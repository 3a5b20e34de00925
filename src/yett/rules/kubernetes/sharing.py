"""What a pod shares with its node, and its containers with each other."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Workload, is_open, key_span, place, text, truth
from yett.rules.hits import hit
from yett.rules.kubernetes.objects import Config, subject, title

_STANDARDS_PAGE = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"

HOST_NETWORK = Rule(
    id="kubernetes/host-network",
    title="Pod in the network of its node",
    severity=Severity.HIGH,
    why="hostNetwork puts a pod past every NetworkPolicy and next to what listens on the node's loopback, and lets it"
    " ask the cloud's metadata service as the node. The default is false.",
    fix="Remove `hostNetwork: true`; leave it to the agents of the network and of the node.",
    refs=("CWE-653", "CWE-668", "PCI DSS 2.2.6", _STANDARDS_PAGE),
    bad=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: storefront
spec:
  template:
    spec:
      hostNetwork: true # <- here
      containers:
        - name: storefront
          image: registry.example.com/storefront:3.2
""",
    ),
    good=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: storefront
spec:
  template:
    spec:
      hostNetwork: false
      containers:
        - name: storefront
          image: registry.example.com/storefront:3.2
          env:
            - name: hostNetwork
              value: "true"
""",
    ),
)


def host_network(config: Config) -> Iterator[Hit | Unknown]:
    return _shared(config, "hostNetwork", "network")


def _shared(config: Config, key: str, what: str) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        value = workload.get(key)
        if is_open(value) and value:
            yield Unknown(value.line, f"{key} is filled in later")
        elif value is not None and truth(value):
            yield hit(
                key_span(workload.pod, key) or place(value),
                f"{title(workload.manifest)} shares the {what} of its node ({key}: true)",
                fix=f"Remove `{key}: true` from {title(workload.manifest)}.",
                subject=subject(workload, None, key),
                severity=Severity.MEDIUM if is_node_agent(workload) else None,
            )


_NODE_AGENTS = (
    *("node-exporter", "kube-proxy", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd", "calico"),
    *("cilium", "flannel", "weave", "multus", "aws-node", "amazon-k8s-cni", "kindnet", "antrea", "kube-router"),
    *("metallb", "kube-vip", "node-local-dns", "csi", "falco", "datadog", "cadvisor", "node-problem-detector"),
)


def is_node_agent(workload: Workload) -> bool:
    """Whether the pods look after the node itself: its network, its volumes, its numbers, the control plane on it."""
    if workload.manifest.kind not in ("DaemonSet", "Pod"):
        return False
    names = [workload.manifest.name, *(text(container.get("image")) for container in workload.containers)]
    return any(agent in name for name in names for agent in _NODE_AGENTS)


HOST_PID = Rule(
    id="kubernetes/host-pid",
    title="Pod that sees the processes of its node",
    severity=Severity.HIGH,
    why="With hostPID a pod sees every process of its node, reads their environments, keys among them, and as root may"
    " enter or stop them. The default is false.",
    fix="Remove `hostPID: true`; leave it to the agents that watch the node.",
    refs=("CWE-653", "CWE-668", "PCI DSS 2.2.6", _STANDARDS_PAGE),
    bad=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: storefront
spec:
  template:
    spec:
      hostPID: true # <- here
      containers:
        - name: storefront
          image: registry.example.com/storefront:3.2
""",
    ),
    good=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: storefront
spec:
  template:
    spec:
      hostPID: false
      containers:
        - name: storefront
          image: registry.example.com/storefront:3.2
          env:
            - name: hostPID
              value: "true"
""",
    ),
)


def host_pid(config: Config) -> Iterator[Hit | Unknown]:
    return _shared(config, "hostPID", "process IDs")


HOST_IPC = Rule(
    id="kubernetes/host-ipc",
    title="Pod in the shared memory of its node",
    severity=Severity.HIGH,
    why="With hostIPC a pod reads and writes the shared memory and the queues of the processes of its node. The default"
    " is false.",
    fix="Remove `hostIPC: true`.",
    refs=("CWE-653", "CWE-668", "PCI DSS 2.2.6", _STANDARDS_PAGE),
    bad=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: storefront
spec:
  template:
    spec:
      hostIPC: true # <- here
      containers:
        - name: storefront
          image: registry.example.com/storefront:3.2
""",
    ),
    good=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: storefront
spec:
  template:
    spec:
      hostIPC: false
      containers:
        - name: storefront
          image: registry.example.com/storefront:3.2
          env:
            - name: hostIPC
              value: "true"
""",
    ),
)


def host_ipc(config: Config) -> Iterator[Hit | Unknown]:
    return _shared(config, "hostIPC", "shared memory")


SHARED_PROCESSES = Rule(
    id="kubernetes/shared-process-namespace",
    title="Containers of a pod see each other's processes",
    severity=Severity.LOW,
    level=Action.INFO,
    why="With shareProcessNamespace each container reads the environment, and through /proc the files, of the others:"
    " a sidecar sees the payment service's keys. The default is false.",
    fix="Remove `shareProcessNamespace: true`.",
    refs=(
        "CWE-653",
        "PCI DSS 7.2.5",
        "https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/",
    ),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: payments
spec:
  shareProcessNamespace: true # <- here
  containers:
    - name: payments
      image: registry.example.com/payments:5.1
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: payments
spec:
  shareProcessNamespace: false
  containers:
    - name: payments
      image: registry.example.com/payments:5.1
""",
    ),
)


def shared_processes(config: Config) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        value = workload.get("shareProcessNamespace")
        at = key_span(workload.pod, "shareProcessNamespace")
        if at and truth(value):
            message = f"the containers of {title(workload.manifest)} see each other's processes (shareProcessNamespace)"
            yield hit(at, message, subject=subject(workload, None, "shareProcessNamespace"))


RULES = (
    (HOST_NETWORK, host_network),
    (HOST_PID, host_pid),
    (HOST_IPC, host_ipc),
    (SHARED_PROCESSES, shared_processes),
)
