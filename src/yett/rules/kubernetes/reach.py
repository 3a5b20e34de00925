"""Roles that get into what runs: other pods, nodes, other accounts."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Severity, Unknown
from yett.rules.kubernetes.grants import PAGE, ways
from yett.rules.kubernetes.objects import Config

POD_EXEC = Rule(
    id="kubernetes/rbac-pod-exec",
    title="Role that runs commands in other pods",
    severity=Severity.HIGH,
    why="Whoever may exec into a pod, attach to it, or put an ephemeral container into it, reads its environment and"
    " its mounted secrets, and acts with the account of that pod. `get` suffices where the client speaks WebSocket.",
    fix="Remove the resource; leave it to the people on call, in the namespaces they look after.",
    refs=("CWE-269", "PCI DSS 7.2.2", f"{PAGE}#privilege-escalation-risks"),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: support
rules:
  - apiGroups: [""]
    resources: ["pods/exec"] # <- here
    verbs: ["create"]
  - apiGroups: [""]
    resources:
      - pods
      - pods/ephemeralcontainers # <- here
    verbs: ["get", "patch"]
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: support
rules:
  - apiGroups: [""]
    resources: ["pods", "pods/log"]
    verbs: ["get", "list"]
  - apiGroups: [""]
    resources: ["pods/exec"]
    verbs: ["delete"]
""",
    ),
)


def pod_exec(config: Config) -> Iterator[Hit | Unknown]:
    return ways(
        config,
        (("pods/exec", "pods/attach"), ("create", "get", "*"), "run commands in other pods", Severity.HIGH),
        (("pods/ephemeralcontainers",), ("update", "patch", "*"), "put a container into other pods", Severity.HIGH),
        (("pods/*",), ("create", "update", "patch", "*"), "do what it likes with other pods", Severity.MEDIUM),
    )


PORT_FORWARD = Rule(
    id="kubernetes/rbac-port-forward",
    title="Role that reaches the ports of other pods",
    severity=Severity.MEDIUM,
    why="A forwarded port goes past every Service and NetworkPolicy to whatever listens in a pod, its admin port and"
    " its database among it.",
    fix="Remove `pods/portforward`; leave it to the people on call.",
    refs=("CWE-269", "PCI DSS 7.2.2", f"{PAGE}#privilege-escalation-risks"),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: support
rules:
  - apiGroups: [""]
    resources: ["pods/portforward"] # <- here
    verbs: ["create"]
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: support
rules:
  - apiGroups: [""]
    resources: ["pods", "services"]
    verbs: ["get", "list", "watch"]
""",
    ),
)


def port_forward(config: Config) -> Iterator[Hit | Unknown]:
    way = (("pods/portforward",), ("create", "get", "*"), "reach the ports of other pods", Severity.MEDIUM)
    return ways(config, way)


NODE_PROXY = Rule(
    id="kubernetes/rbac-node-proxy",
    title="Role that talks to the kubelets",
    severity=Severity.HIGH,
    why="Through nodes/proxy the kubelet runs commands in every pod of its node, past admission and past the audit log"
    " of the API server; a `get` is enough.",
    fix="Remove `nodes/proxy`; `nodes/metrics` and `nodes/stats` give the numbers.",
    refs=("CWE-269", "PCI DSS 7.2.2", f"{PAGE}#privilege-escalation-risks"),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: metrics
rules:
  - apiGroups: [""]
    resources: ["nodes", "nodes/proxy"] # <- here
    verbs: ["get", "list"]
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: metrics
rules:
  - apiGroups: [""]
    resources: ["nodes", "nodes/metrics", "nodes/stats"]
    verbs: ["get", "list"]
""",
    ),
)


def node_proxy(config: Config) -> Iterator[Hit | Unknown]:
    return ways(config, (("nodes/proxy",), ("create", "get", "*"), "run commands through the kubelet", Severity.HIGH))


ACCOUNT_TOKEN = Rule(
    id="kubernetes/rbac-account-token",
    title="Role that makes tokens for other accounts",
    severity=Severity.HIGH,
    why="A token for an account gives all its rights: who may make them has those of every account of the namespace, or"
    " of the cluster.",
    fix="Remove `serviceaccounts/token`, or name the accounts in `resourceNames`.",
    refs=("CWE-269", "PCI DSS 7.2.2", f"{PAGE}#privilege-escalation-risks"),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: pipeline
rules:
  - apiGroups: [""]
    resources: ["serviceaccounts/token"] # <- here
    verbs: ["create"]
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: pipeline
rules:
  - apiGroups: [""]
    resources: ["serviceaccounts"]
    verbs: ["get", "list"]
""",
    ),
)


def account_token(config: Config) -> Iterator[Hit | Unknown]:
    way = (("serviceaccounts/token",), ("create", "*"), "make tokens for other accounts", Severity.HIGH)
    return ways(config, way)


RULES = (
    (POD_EXEC, pod_exec),
    (PORT_FORWARD, port_forward),
    (NODE_PROXY, node_proxy),
    (ACCOUNT_TOKEN, account_token),
)
