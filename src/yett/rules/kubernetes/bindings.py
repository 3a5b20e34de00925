"""Who is given the widest roles there are."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Manifest, elements, find, is_open, place, text
from yett.parse.yaml import Node
from yett.rules.hits import hit, short
from yett.rules.kubernetes.grants import PAGE
from yett.rules.kubernetes.objects import Config, title

CLUSTER_ADMIN = Rule(
    id="kubernetes/cluster-admin-binding",
    title="cluster-admin for an account",
    severity=Severity.CRITICAL,
    why="cluster-admin is every right on every object: one leaked token, one pod broken into, and the cluster is"
    " somebody else's.",
    fix="Bind a role that lists what the account needs, in the namespaces where it needs it.",
    refs=("CWE-250", "PCI DSS 7.2.2", "PCI DSS 7.2.5", PAGE),
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
        role, wide = manifest.get("roleRef", "name"), manifest.kind == "ClusterRoleBinding"
        if role is None:
            continue
        if is_open(role):
            yield Unknown(role.line, "the role is filled in later")
        if text(role) == "cluster-admin" and not _is_masters(manifest):
            where = "in every namespace" if wide else f"in its namespace {manifest.namespace}".rstrip()
            severity = Severity.HIGH if _is_people(manifest) or not wide else None
            own = (
                text(manifest.get("roleRef", "kind")) == "Role"
            )  # somebody's own, of which the name is all that is known
            yield _given(manifest, role, where, Severity.MEDIUM if own else severity)


def _is_masters(manifest: Manifest) -> bool:
    """Whether a binding gives the role to those alone who have every right anyway."""
    subjects = elements(manifest.get("subjects"))
    return bool(subjects) and all(text(find(who, "name")) in _MASTERS for who in subjects)


def _is_people(manifest: Manifest) -> bool:
    return all(text(find(who, "kind")) == "User" for who in elements(manifest.get("subjects")))


def _given(manifest: Manifest, role: Node, where: str, severity: Severity | None) -> Hit:
    subjects = elements(manifest.get("subjects"))
    names = ", ".join(f"{text(find(who, 'kind'))} {text(find(who, 'name'))}" for who in subjects)
    return hit(
        place(role),
        f"{title(manifest)} makes {short(names) or 'whoever is added'} {text(role)} {short(where)}",
        subject=f"{manifest.id}: {text(role)}",
        severity=severity,
    )


WIDE_ROLE = Rule(
    id="kubernetes/wide-role-binding",
    title="admin or edit in every namespace",
    severity=Severity.HIGH,
    why="The roles admin and edit read and write every Secret and start pods under any account: given by a"
    " ClusterRoleBinding, in every namespace, which is close to cluster-admin.",
    fix="Give the role by a RoleBinding in the namespaces that need it.",
    refs=("CWE-250", "PCI DSS 7.2.2", "PCI DSS 7.2.5", PAGE),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: deployer
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: admin # <- here
subjects:
  - kind: ServiceAccount
    name: deployer
    namespace: shop
""",
    ),
    good=(
        """\
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


def wide_role(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("ClusterRoleBinding"):
        role = manifest.get("roleRef", "name")
        if role is not None and text(role) in ("admin", "edit") and not _is_masters(manifest):
            severity = Severity.MEDIUM if _is_people(manifest) else None
            yield _given(manifest, role, "in every namespace", severity)


ANONYMOUS = Rule(
    id="kubernetes/anonymous-binding",
    title="Rights without a login",
    severity=Severity.CRITICAL,
    why="system:anonymous and system:unauthenticated are everybody who reaches the API server, with no login at all.",
    fix="Name the people or the service accounts.",
    refs=("CWE-306", "PCI DSS 7.3.3", "PCI DSS 8.2.1", PAGE),
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
    name: system:unauthenticated # <- here
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
    return _given_to(config, "system:anonymous", "system:unauthenticated")


def _given_to(config: Config, *names: str) -> Iterator[Hit | Unknown]:
    for manifest in config.of("RoleBinding", "ClusterRoleBinding"):
        role = text(manifest.get("roleRef", "name"))
        for who in elements(manifest.get("subjects")):
            name = find(who, "name")
            if name is not None and role not in _FOR_ALL and text(name) in names:
                yield hit(
                    place(name),
                    f"{title(manifest)} gives {short(role, 60) or 'a role'} to {text(name)}",
                    subject=f"{manifest.id}: {text(name)}",
                )


AUTHENTICATED = Rule(
    id="kubernetes/authenticated-binding",
    title="Rights for everybody with a login",
    severity=Severity.HIGH,
    why="system:authenticated is everybody with any login, each pod among them and, on some platforms, every account of"
    " the provider.",
    fix="Name the people or the service accounts.",
    refs=("CWE-284", "PCI DSS 7.2.5", PAGE),
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
  - kind: Group
    name: system:authenticated # <- here
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: system:basic-user
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: system:basic-user
subjects:
  - kind: Group
    name: system:authenticated
""",
    ),
)


def authenticated(config: Config) -> Iterator[Hit | Unknown]:
    return _given_to(config, "system:authenticated")


RULES = (
    (CLUSTER_ADMIN, cluster_admin),
    (WIDE_ROLE, wide_role),
    (ANONYMOUS, anonymous),
    (AUTHENTICATED, authenticated),
)
