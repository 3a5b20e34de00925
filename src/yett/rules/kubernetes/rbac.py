"""Who may do what with the cluster's API: secrets, pods, what others rely on.

A role that no binding of the tree names may still be bound elsewhere: it is found, one step less severe.
"""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import place, text
from yett.parse.yaml import Node
from yett.rules.hits import hit
from yett.rules.kubernetes.grants import PAGE, READS, WRITES, Grant, bound, grants, weight
from yett.rules.kubernetes.objects import Config, title

CLUSTER_SECRETS = Rule(
    id="kubernetes/cluster-secrets",
    title="Account that reads every secret of the cluster",
    severity=Severity.HIGH,
    why="A ClusterRole that reads secrets, bound by a ClusterRoleBinding, reads those of every namespace: the tokens of"
    " all other accounts and the keys of the payments among them. `list` and `watch` show the values as `get` does.",
    fix="Bind it with a RoleBinding in the namespaces that need it, and name the secrets in `resourceNames`.",
    refs=("CWE-522", "PCI DSS 7.2.5", PAGE),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: reporting
rules:
  - apiGroups: [""]
    resources: ["configmaps", "secrets"] # <- here
    verbs: ["get", "list"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: reporting
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: reporting
subjects:
  - kind: ServiceAccount
    name: reporting
    namespace: shop
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: reporting
rules:
  - apiGroups: [""]
    resources: ["secrets"]
    resourceNames: ["reporting"]
    verbs: ["get"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: reporting
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: reporting
subjects:
  - kind: ServiceAccount
    name: reporting
    namespace: shop
""",
    ),
)


def cluster_secrets(config: Config) -> Iterator[Hit | Unknown]:
    for grant, at, verbs in _secret_grants(config):
        if grant.role.kind == "ClusterRole" and bound(config, grant.role) == "cluster" and verbs & READS:
            yield hit(
                place(at),
                f"{title(grant.role)} reads every secret of the cluster ({', '.join(sorted(verbs & READS))} secrets)",
                subject=grant.subject("secrets"),
            )


RBAC_SECRETS = Rule(
    id="kubernetes/rbac-secrets",
    title="Role that reads every secret",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Without resourceNames the role covers every Secret of its namespace, and those of all namespaces where a"
    " ClusterRoleBinding gives it: the tokens and keys of other services.",
    fix="Name the secrets in `resourceNames` with the verb `get`, or let an external store hand them to the pod.",
    refs=("CWE-522", "PCI DSS 7.2.5", PAGE),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: storefront
  namespace: shop
rules:
  - apiGroups: [""]
    resources: ["secrets"] # <- here
    verbs: ["get", "watch"]
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: storefront
  namespace: shop
rules:
  - apiGroups: [""]
    resources: ["secrets"]
    resourceNames: ["storefront"]
    verbs: ["get"]
  - apiGroups: [""]
    resources: ["configmaps"]
    verbs: ["get", "list"]
""",
    ),
)


def rbac_secrets(config: Config) -> Iterator[Hit | Unknown]:
    for grant, at, verbs in _secret_grants(config):
        wide = grant.role.kind == "ClusterRole"
        if verbs & READS and not (wide and bound(config, grant.role) == "cluster"):
            yield _every_secret(grant, at, verbs, weight(config, grant.role, Severity.HIGH) if wide else None)


def _every_secret(grant: Grant, at: Node, verbs: frozenset[str], severity: Severity | None = None) -> Hit:
    message = f"{title(grant.role)} may {', '.join(sorted(verbs))} every secret"
    return hit(place(at), message, subject=grant.subject("secrets"), severity=severity)


def _secret_grants(config: Config) -> Iterator[tuple[Grant, Node, frozenset[str]]]:
    for grant in grants(config):
        at = grant.resource("secrets", "secrets/*")
        verbs = frozenset(text(node) for node in grant.verbs) & (READS | WRITES)
        if at is not None and verbs and not grant.names:
            yield grant, at, verbs


RBAC_WRITES_SECRETS = Rule(
    id="kubernetes/rbac-writes-secrets",
    title="Role that writes every secret",
    severity=Severity.LOW,
    level=Action.WARN,
    why="Without resourceNames the role changes every Secret of its namespace: it hands other services a key of its"
    " own, or takes theirs away. A Secret of the type service-account-token, once created, is filled with the token of"
    " the account it names.",
    fix="Name the secrets in `resourceNames`; `create` cannot be kept to names, so leave it to the pipeline.",
    refs=("CWE-522", "PCI DSS 7.2.5", PAGE),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: storefront
  namespace: shop
rules:
  - apiGroups: [""]
    resources: ["secrets"] # <- here
    verbs: ["create", "patch"]
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: storefront
  namespace: shop
rules:
  - apiGroups: [""]
    resources: ["secrets"]
    resourceNames: ["storefront"]
    verbs: ["patch"]
  - apiGroups: [""]
    resources: ["secrets"]
    verbs: ["get", "update"]
""",
    ),
)


def rbac_writes_secrets(config: Config) -> Iterator[Hit | Unknown]:
    for grant, at, verbs in _secret_grants(config):
        if not verbs & READS:  # one that reads them as well is another rule's
            yield _every_secret(grant, at, verbs)


RBAC_WORKLOADS = Rule(
    id="kubernetes/rbac-create-workloads",
    title="Role that starts pods",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Whoever may create pods, or what makes pods, may mount any Secret of the namespace and run under any of its"
    " accounts; without Pod Security admission, on the node as root as well. Pipelines and operators need it, others"
    " do not.",
    fix="Leave it to the pipeline's account, in its namespaces, and label them for Pod Security admission.",
    refs=("CWE-269", "PCI DSS 7.2.5", f"{PAGE}#workload-creation"),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: batch
rules:
  - apiGroups: [""]
    resources: ["pods"] # <- here
    verbs: ["create", "delete"]
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: batch
rules:
  - apiGroups: ["", "apps"]
    resources: ["pods", "deployments"]
    verbs: ["get", "list", "watch"]
""",
    ),
)

_MAKES_PODS = (
    *("pods", "deployments", "daemonsets", "statefulsets", "replicasets", "replicationcontrollers", "jobs", "cronjobs"),
    "pods/*",
)


def rbac_workloads(config: Config) -> Iterator[Hit | Unknown]:
    for grant in grants(config):
        at, verb = grant.resource(*_MAKES_PODS), grant.verb("create", "update", "patch", "*")
        if at is not None and verb is not None:
            message = f"{title(grant.role)} may start pods ({text(verb)} {text(at)})"
            yield hit(place(at), message, subject=grant.subject("workloads"))


RBAC_TAMPERING = Rule(
    id="kubernetes/rbac-tampering",
    title="Role that changes what others rely on",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Whoever writes ConfigMaps, network policies, Services or the status of Services redirects or opens what other"
    " services rely on; whoever deletes logs and events hides it.",
    fix="Leave these verbs to the account that deploys, and name the objects in `resourceNames`.",
    refs=("CWE-269", "CWE-732", "PCI DSS 7.2.5", PAGE),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: tuning
rules:
  - apiGroups: ["networking.k8s.io"]
    resources: ["networkpolicies"] # <- here
    verbs: ["get", "patch"]
  - apiGroups: [""]
    resources: ["pods/log"] # <- here
    verbs: ["delete"]
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: tuning
rules:
  - apiGroups: [""]
    resources: ["configmaps", "services", "pods/log"]
    verbs: ["get", "list", "watch"]
  - apiGroups: [""]
    resources: ["configmaps"]
    resourceNames: ["tuning"]
    verbs: ["update"]
""",
    ),
)

_RELIED_ON = (
    *("configmaps", "networkpolicies", "services", "services/status", "endpoints", "endpointslices", "ingresses"),
    *("pods/log", "events"),
)


def rbac_tampering(config: Config) -> Iterator[Hit | Unknown]:
    for grant in grants(config):
        if grant.names:
            continue
        for at in grant.resources:
            name = text(at)
            hides = name in ("pods/log", "events")
            verb = grant.verb(*(("delete", "deletecollection", "*") if hides else sorted(WRITES)))
            if name in _RELIED_ON and grant.resource(name) and verb is not None:
                message = f"{title(grant.role)} may {text(verb) if text(verb) != '*' else 'change'} {name}"
                yield hit(place(at), message, subject=grant.subject(name))


RULES = (
    (CLUSTER_SECRETS, cluster_secrets),
    (RBAC_SECRETS, rbac_secrets),
    (RBAC_WRITES_SECRETS, rbac_writes_secrets),
    (RBAC_WORKLOADS, rbac_workloads),
    (RBAC_TAMPERING, rbac_tampering),
)
