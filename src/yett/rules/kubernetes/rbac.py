"""Who may do what with the cluster's API.

A role that no binding of the tree names may still be bound elsewhere: it is found, one step less severe.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Manifest, elements, find, is_open, place, text
from yett.parse.yaml import Node
from yett.rules.hits import hit, short
from yett.rules.kubernetes.objects import Config, title
from yett.rules.kubernetes.others import others, same_namespace

_PAGE = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"

_WRITES = frozenset(("create", "update", "patch", "delete", "deletecollection", "*"))
_READS = frozenset(("get", "list", "watch", "*"))


class Grant(NamedTuple):
    """A rule of a role: what may be done with what. `wide`: it is a ClusterRole's."""

    role: Manifest
    number: int
    node: Node
    groups: tuple[Node, ...]
    resources: tuple[Node, ...]
    verbs: tuple[Node, ...]
    names: tuple[Node, ...]

    def verb(self, *wanted: str) -> Node | None:
        """The first of the verbs that is one of these."""
        return next((node for node in self.verbs if text(node) in wanted), None)

    def resource(self, *wanted: str) -> Node | None:
        return next((node for node in self.resources if text(node) in wanted), None)

    def subject(self, what: str) -> str:
        """Named by what the rule covers, so that a rule put in front of it changes nothing."""
        covered = " ".join(sorted(text(node) for node in (*self.groups, *self.resources)))
        return f"{self.role.id} {covered}: {what}"


def _grants(config: Config) -> Iterator[Grant]:
    """The rules of the roles of a file; those of Kubernetes itself, and what is put together from others, left out."""
    for role in config.of("Role", "ClusterRole"):
        if role.name.startswith("system:") or _is_builtin(role):
            continue
        for number, rule in enumerate(elements(role.get("rules"))):
            parts = [elements(find(rule, key)) for key in ("apiGroups", "resources", "verbs", "resourceNames")]
            yield Grant(role, number, rule, *parts)


def _is_builtin(manifest: Manifest) -> bool:
    """Whether the API server writes the object anew at each start."""
    meta = manifest.get("metadata")
    return (
        find(meta, "labels", "kubernetes.io/bootstrapping") is not None
        or text(find(meta, "annotations", "rbac.authorization.kubernetes.io/autoupdate")) == "true"
    )


def bound(config: Config, role: Manifest) -> str:
    """How the tree binds a role: "cluster", "namespace" or "" where no binding names it."""
    found = ""
    for manifest in (*config.manifests, *others(config.tree).manifests):
        if manifest.kind not in ("RoleBinding", "ClusterRoleBinding"):
            continue
        if text(manifest.get("roleRef", "kind")) != role.kind or text(manifest.get("roleRef", "name")) != role.name:
            continue
        if role.kind == "Role" and not same_namespace(role, manifest):
            continue
        if manifest.kind == "ClusterRoleBinding":
            return "cluster"
        found = "namespace"
    return found


def _weight(config: Config, role: Manifest, severity: Severity) -> Severity:
    """The severity of what a role allows; one step less where nobody is known to have the role."""
    return severity if severity <= Severity.LOW or bound(config, role) else Severity(severity - 1)


RBAC_WILDCARD = Rule(
    id="kubernetes/rbac-wildcard",
    title="Role that allows everything",
    severity=Severity.HIGH,
    why="`*` covers every verb or resource there is and every one that an upgrade or an operator adds: secrets and"
    " pods/exec among them.",
    fix="List the verbs and the resources that the account uses; `kubectl auth can-i --list` and the audit log tell.",
    refs=("CWE-269", "CWE-732", "PCI DSS 7.2.2", "PCI DSS 7.2.5", _PAGE),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: deployer
rules:
  - apiGroups: ["*"]
    resources: ["*"] # <- here
    verbs: ["*"]
  - apiGroups: ["apps"]
    resources: ["deployments"]
    verbs: ["*"] # <- here
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: deployer
rules:
  - apiGroups: ["apps"]
    resources: ["deployments", "deployments/scale"]
    verbs: ["get", "list", "patch"]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: system:controller:generic-garbage-collector
rules:
  - apiGroups: ["*"]
    resources: ["*"]
    verbs: ["get", "delete"]
""",
    ),
)


def rbac_wildcard(config: Config) -> Iterator[Hit | Unknown]:
    for grant in _grants(config):
        group, resource, verb = _star(grant.groups), _star(grant.resources), _star(grant.verbs)
        at = resource or verb or group
        if at is None or not grant.verbs or (at is verb and not grant.resources):
            continue
        writes = verb or any(text(node) in _WRITES for node in grant.verbs)
        if resource:
            severity = Severity.HIGH if writes else Severity.MEDIUM
            what = "every resource, secrets and pods/exec among them"
        elif verb:
            # An operator's own kinds are its own business.
            severity = Severity.MEDIUM if all(_is_custom(text(node)) for node in grant.groups) else Severity.HIGH
            what = f"{short(', '.join(text(node) for node in grant.resources), 60)}"
        else:
            severity = Severity.LOW
            what = f"{short(', '.join(text(node) for node in grant.resources), 60)} of every API group (apiGroups: *)"
        verbs = "everything (verbs: *)" if verb else short(", ".join(text(node) for node in grant.verbs), 60)
        yield hit(
            place(at),
            f"{title(grant.role)} allows {verbs} on {what}",
            subject=grant.subject("wildcard"),
            severity=_weight(config, grant.role, severity),
        )


def _star(nodes: tuple[Node, ...]) -> Node | None:
    return next((node for node in nodes if text(node) == "*"), None)


def _is_custom(group: str) -> bool:
    return "." in group and not group.endswith(".k8s.io")


RBAC_ESCALATION = Rule(
    id="kubernetes/rbac-escalation",
    title="Role that leads to more rights than it names",
    severity=Severity.HIGH,
    why="Whoever may bind, escalate or impersonate, write bindings or admission webhooks, approve certificates, make"
    " tokens for other accounts, or run commands in other pods, is a few calls away from cluster-admin.",
    fix="Remove the verb or the resource; where a pipeline needs it, name the objects in `resourceNames`.",
    refs=("CWE-269", "PCI DSS 7.2.2", f"{_PAGE}#privilege-escalation-risks"),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: support
rules:
  - apiGroups: [""]
    resources:
      - pods
      - pods/exec # <- here
    verbs: ["get", "create"]
  - apiGroups: ["rbac.authorization.k8s.io"]
    resources: ["clusterroles"]
    verbs: ["get", "bind"] # <- here
  - apiGroups: [""]
    resources: ["users", "groups"]
    verbs: ["impersonate"] # <- here
  - apiGroups: ["rbac.authorization.k8s.io"]
    resources: ["rolebindings"] # <- here
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
    resources: ["pods", "pods/log"]
    verbs: ["get", "list"]
  - apiGroups: ["rbac.authorization.k8s.io"]
    resources: ["roles", "rolebindings", "clusterroles"]
    verbs: ["get", "list", "watch"]
  - apiGroups: [""]
    resources: ["pods/exec"]
    verbs: ["delete"]
""",
    ),
)

_ROLES = ("roles", "clusterroles", "rolebindings", "clusterrolebindings", "*")
_WAYS = (
    # (resources, verbs, what it means, severity)
    (("pods/exec", "pods/attach"), ("create", "get", "*"), "run commands in other pods", Severity.HIGH),
    (("pods/ephemeralcontainers",), ("update", "patch", "*"), "put a container into other pods", Severity.HIGH),
    (("pods/portforward",), ("create", "get", "*"), "reach the ports of other pods", Severity.MEDIUM),
    (("nodes/proxy",), ("create", "get", "*"), "run commands through the kubelet", Severity.HIGH),
    (("serviceaccounts/token",), ("create", "*"), "make tokens for other accounts", Severity.HIGH),
    (
        ("rolebindings", "clusterrolebindings"),
        ("create", "update", "patch", "*"),
        "give itself roles",
        Severity.HIGH,
    ),
    (("roles", "clusterroles"), ("create", "update", "patch", "*"), "write roles", Severity.MEDIUM),
    (
        ("validatingwebhookconfigurations", "mutatingwebhookconfigurations"),
        ("create", "update", "patch", "*"),
        "change what the API server admits",
        Severity.HIGH,
    ),
    (("certificatesigningrequests/approval",), ("update", "patch", "*"), "approve certificates", Severity.HIGH),
    (("signers",), ("approve", "sign", "*"), "sign certificates", Severity.HIGH),
)


def rbac_escalation(config: Config) -> Iterator[Hit | Unknown]:
    for grant in _grants(config):
        for verb in grant.verbs:
            name = text(verb)
            if name in ("bind", "escalate") and grant.resource(*_ROLES) is None:
                continue
            if name in ("bind", "escalate", "impersonate"):
                named = Severity.MEDIUM if grant.names else Severity.HIGH
                yield hit(
                    place(verb),
                    f"{title(grant.role)} may {name} {short(', '.join(map(text, grant.resources)), 60)}",
                    subject=grant.subject(name),
                    severity=_weight(config, grant.role, named),
                )
        for resources, verbs, means, severity in _WAYS:
            found, verb_at = grant.resource(*resources), grant.verb(*verbs)
            if found is None or verb_at is None or _is_elsewhere(grant, text(found)):
                continue
            yield hit(
                place(found),
                f"{title(grant.role)} may {means} ({text(verb_at)} {text(found)})",
                subject=grant.subject(text(found)),
                severity=_weight(config, grant.role, Severity.MEDIUM if grant.names else severity),
            )


def _is_elsewhere(grant: Grant, resource: str) -> bool:
    """Whether the resource is another API's of the same name, such as the roles of a database operator."""
    if resource.rpartition("/")[0] in ("pods", "nodes", "serviceaccounts") or not grant.groups:
        return False
    return all(_is_custom(text(group)) for group in grant.groups)


CLUSTER_SECRETS = Rule(
    id="kubernetes/cluster-secrets",
    title="Account that reads every secret of the cluster",
    severity=Severity.HIGH,
    why="A ClusterRole that reads secrets, bound by a ClusterRoleBinding, reads those of every namespace: the tokens of"
    " all other accounts and the keys of the payments among them. `list` and `watch` show the values as `get` does.",
    fix="Bind it with a RoleBinding in the namespaces that need it, and name the secrets in `resourceNames`.",
    refs=("CWE-522", "PCI DSS 7.2.5", _PAGE),
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
        if grant.role.kind == "ClusterRole" and bound(config, grant.role) == "cluster" and verbs & _READS:
            yield hit(
                place(at),
                f"{title(grant.role)} reads every secret of the cluster ({', '.join(sorted(verbs & _READS))} secrets)",
                subject=grant.subject("secrets"),
            )


RBAC_SECRETS = Rule(
    id="kubernetes/rbac-secrets",
    title="Role that reads or writes every secret",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Without resourceNames the role covers every Secret of its namespace, and those of all namespaces where a"
    " ClusterRoleBinding gives it: the tokens and keys of other services.",
    fix="Name the secrets in `resourceNames` with the verb `get`, or let an external store hand them to the pod.",
    refs=("CWE-522", "PCI DSS 7.2.5", _PAGE),
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
        reads = verbs & _READS
        if grant.role.kind == "ClusterRole" and bound(config, grant.role) == "cluster" and reads:
            continue
        severity = Severity.LOW if not reads else Severity.HIGH if grant.role.kind == "ClusterRole" else None
        yield hit(
            place(at),
            f"{title(grant.role)} may {', '.join(sorted(verbs))} every secret",
            subject=grant.subject("secrets"),
            severity=severity if severity is None else _weight(config, grant.role, severity),
        )


def _secret_grants(config: Config) -> Iterator[tuple[Grant, Node, frozenset[str]]]:
    for grant in _grants(config):
        at = grant.resource("secrets", "secrets/*")
        verbs = frozenset(text(node) for node in grant.verbs) & (_READS | _WRITES)
        if at is not None and verbs and not grant.names:
            if all(_is_custom(text(group)) for group in grant.groups) and grant.groups:
                continue
            yield grant, at, verbs


RBAC_WORKLOADS = Rule(
    id="kubernetes/rbac-create-workloads",
    title="Role that starts pods",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Whoever may create pods, or what makes pods, may mount any Secret of the namespace and run under any of its"
    " accounts; without Pod Security admission, on the node as root as well. Pipelines and operators need it, others"
    " do not.",
    fix="Leave it to the pipeline's account, in its namespaces, and label them for Pod Security admission.",
    refs=("CWE-269", "PCI DSS 7.2.5", f"{_PAGE}#workload-creation"),
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
    for grant in _grants(config):
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
    refs=("CWE-269", "CWE-732", "PCI DSS 7.2.5", _PAGE),
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
    for grant in _grants(config):
        if grant.names:
            continue
        for at in grant.resources:
            name = text(at)
            hides = name in ("pods/log", "events")
            verb = grant.verb(*(("delete", "deletecollection", "*") if hides else sorted(_WRITES)))
            if name in _RELIED_ON and verb is not None:
                message = f"{title(grant.role)} may {text(verb) if text(verb) != '*' else 'change'} {name}"
                yield hit(place(at), message, subject=grant.subject(name))


CLUSTER_ADMIN = Rule(
    id="kubernetes/cluster-admin-binding",
    title="cluster-admin for an account",
    severity=Severity.CRITICAL,
    why="cluster-admin is every right on every object: one leaked token, one pod broken into, and the cluster is"
    " somebody else's.",
    fix="Bind a role that lists what the account needs, in the namespaces where it needs it.",
    refs=("CWE-250", "PCI DSS 7.2.2", "PCI DSS 7.2.5", _PAGE),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: deployer
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin # <- here
subjects:
  - kind: ServiceAccount
    name: deployer
    namespace: shop
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: cluster-admin
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
subjects:
  - apiGroup: rbac.authorization.k8s.io
    kind: Group
    name: system:masters
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: deployer
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: edit
subjects:
  - kind: ServiceAccount
    name: deployer
    namespace: shop
""",
    ),
)

_MASTERS = ("system:masters", "kubeadm:cluster-admins")


def cluster_admin(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("RoleBinding", "ClusterRoleBinding"):
        role = manifest.get("roleRef", "name")
        name, wide = text(role), manifest.kind == "ClusterRoleBinding"
        if role is None or text(manifest.get("roleRef", "kind")) == "Role":
            continue
        if is_open(role):
            yield Unknown(role.line, "the role is filled in later")
        if name != "cluster-admin" and not (wide and name in ("admin", "edit")):
            continue
        subjects = elements(manifest.get("subjects"))
        if subjects and all(text(find(who, "name")) in _MASTERS for who in subjects):
            continue
        people = all(text(find(who, "kind")) == "User" for who in subjects)
        severity = Severity.HIGH if wide and not people else Severity.MEDIUM
        if name == "cluster-admin":
            severity = Severity.HIGH if people or not wide else Severity.CRITICAL
        names = ", ".join(f"{text(find(who, 'kind'))} {text(find(who, 'name'))}" for who in subjects)
        where = "in every namespace" if wide else f"in its namespace {manifest.namespace}".rstrip()
        yield hit(
            place(role),
            f"{title(manifest)} makes {short(names) or 'whoever is added'} {name} {short(where)}",
            subject=f"{manifest.id}: {name}",
            severity=severity,
        )


ANONYMOUS = Rule(
    id="kubernetes/anonymous-binding",
    title="Rights without a login",
    severity=Severity.CRITICAL,
    why="system:anonymous and system:unauthenticated are everybody who reaches the API server, with no login at all;"
    " system:authenticated is everybody with any login, each pod among them and, on some platforms, every account of"
    " the provider.",
    fix="Name the people or the service accounts.",
    refs=("CWE-306", "PCI DSS 7.3.3", "PCI DSS 8.2.1", _PAGE),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: status
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - kind: User
    name: system:anonymous # <- here
  - kind: Group
    name: system:authenticated # <- here
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: system:public-info-viewer
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: system:public-info-viewer
subjects:
  - kind: Group
    name: system:unauthenticated
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: status
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - kind: Group
    name: operations
""",
    ),
)

_FOR_ALL = (
    *("system:public-info-viewer", "system:discovery", "system:basic-user", "system:service-account-issuer-discovery"),
)


def anonymous(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("RoleBinding", "ClusterRoleBinding"):
        role = text(manifest.get("roleRef", "name"))
        for who in elements(manifest.get("subjects")):
            name = find(who, "name")
            if name is None or role in _FOR_ALL:
                continue
            if text(name) in ("system:anonymous", "system:unauthenticated", "system:authenticated"):
                known = text(name) == "system:authenticated"
                yield hit(
                    place(name),
                    f"{title(manifest)} gives {short(role, 60) or 'a role'} to {text(name)}",
                    subject=f"{manifest.id}: {text(name)}",
                    severity=Severity.HIGH if known else None,
                )


RULES = (
    (RBAC_WILDCARD, rbac_wildcard),
    (RBAC_ESCALATION, rbac_escalation),
    (CLUSTER_SECRETS, cluster_secrets),
    (RBAC_SECRETS, rbac_secrets),
    (RBAC_WORKLOADS, rbac_workloads),
    (RBAC_TAMPERING, rbac_tampering),
    (CLUSTER_ADMIN, cluster_admin),
    (ANONYMOUS, anonymous),
)
