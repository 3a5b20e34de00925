"""Roles that name no verbs, no resources or no groups, but all of them.

A role that no binding of the tree names may still be bound elsewhere: it is found, one step less severe.
"""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import place, text
from yett.parse.yaml import Node
from yett.rules.hits import hit, short
from yett.rules.kubernetes.grants import PAGE, READS, WRITES, Grant, grants, is_custom, weight
from yett.rules.kubernetes.objects import Config, title

WILDCARD = Rule(
    id="kubernetes/rbac-wildcard",
    title="Role that allows everything",
    severity=Severity.HIGH,
    why="`*` for groups, resources and verbs covers every right there is and every one that an upgrade or an operator"
    " adds: it is cluster-admin by another name, or its like in a namespace.",
    fix="List the verbs and the resources that the account uses; `kubectl auth can-i --list` and the audit log tell.",
    refs=("CWE-269", "CWE-732", "PCI DSS 7.2.2", "PCI DSS 7.2.5", PAGE),
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
  - apiGroups: ["apps"]
    resources: ["deployments"]
    verbs: ["*"]
""",
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: system:controller:generic-garbage-collector
rules:
  - apiGroups: ["*"]
    resources: ["*"]
    verbs: ["*"]
""",
    ),
)


def wildcard(config: Config) -> Iterator[Hit | Unknown]:
    for grant in grants(config):
        resource = _star(grant.resources)
        if resource is not None and _is_everything(grant):
            yield _wide(config, grant, resource, f"everything (verbs: *) on {_all(grant)}", Severity.HIGH)


_VERBS = (READS | WRITES) - {"*", "deletecollection"}


def _is_everything(grant: Grant) -> bool:
    """Whether a rule covers all groups, resources and verbs; who lists every verb says `*` in longer words."""
    verbs = {text(node) for node in grant.verbs}
    groups = not grant.groups or _star(grant.groups)
    return bool(groups and _star(grant.resources) and ("*" in verbs or verbs >= _VERBS))


def _all(grant: Grant) -> str:
    """What `*` covers: secrets are of the core API, and not of any other."""
    if grant.covers(""):
        return "every resource, secrets and pods/exec among them"
    return f"every resource of {_listed(grant.groups)}"


def _severity(grant: Grant) -> Severity:
    """An operator's own kinds are its own business."""
    return Severity.MEDIUM if grant.groups and all(is_custom(text(node)) for node in grant.groups) else Severity.HIGH


def _star(nodes: tuple[Node, ...]) -> Node | None:
    return next((node for node in nodes if text(node) == "*"), None)


def _wide(config: Config, grant: Grant, at: Node, what: str, severity: Severity) -> Hit:
    return hit(
        place(at),
        f"{title(grant.role)} allows {what}",
        subject=grant.subject("wildcard"),
        severity=weight(config, grant.role, severity),
    )


def _listed(nodes: tuple[Node, ...]) -> str:
    return short(", ".join(text(node) for node in nodes), 60)


WILDCARD_RESOURCES = Rule(
    id="kubernetes/rbac-wildcard-resources",
    title="Role that covers every resource",
    severity=Severity.HIGH,
    why="`*` for resources covers secrets, pods/exec and whatever an upgrade or an operator adds: to read all is to"
    " read every credential there is.",
    fix="List the verbs and the resources that the account uses; `kubectl auth can-i --list` and the audit log tell.",
    refs=("CWE-269", "CWE-732", "PCI DSS 7.2.2", "PCI DSS 7.2.5", PAGE),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: deployer
rules:
  - apiGroups: ["*"]
    resources: ["*"] # <- here
    verbs: ["get", "list"]
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
    resources: ["deployments"]
    verbs: ["*"]
  - apiGroups: ["*"]
    resources: ["*"]
    verbs: ["*"]
""",
    ),
)


def wildcard_resources(config: Config) -> Iterator[Hit | Unknown]:
    for grant in grants(config):
        resource = _star(grant.resources)
        if resource is not None and grant.verbs and not _is_everything(grant):
            # Two stars in one rule are two findings, in two places: either may be the one that is taken away.
            writes = any(text(node) in WRITES for node in grant.verbs)
            severity = _severity(grant) if writes else Severity.MEDIUM
            yield _wide(config, grant, resource, f"{_listed(grant.verbs)} on {_all(grant)}", severity)


WILDCARD_VERBS = Rule(
    id="kubernetes/rbac-wildcard-verbs",
    title="Role that allows every verb",
    severity=Severity.HIGH,
    why="`*` for verbs covers reading, writing and deleting, and with them verbs that hardly anybody means, such as"
    " deletecollection, bind, escalate or impersonate.",
    fix="List the verbs and the resources that the account uses; `kubectl auth can-i --list` and the audit log tell.",
    refs=("CWE-269", "CWE-732", "PCI DSS 7.2.2", "PCI DSS 7.2.5", PAGE),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: deployer
rules:
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
    resources: ["deployments"]
    verbs: ["get", "list", "patch"]
  - apiGroups: ["*"]
    resources: ["*"]
    verbs: ["*"]
""",
    ),
)


def wildcard_verbs(config: Config) -> Iterator[Hit | Unknown]:
    for grant in grants(config):
        verb = _star(grant.verbs)
        if verb is not None and grant.resources and not _is_everything(grant):
            what = f"everything (verbs: *) on {_listed(grant.resources)}"
            yield _wide(config, grant, verb, what, _severity(grant))


WILDCARD_GROUPS = Rule(
    id="kubernetes/rbac-wildcard-groups",
    title="Role that names the resources of every API group",
    severity=Severity.LOW,
    level=Action.WARN,
    why="`*` for apiGroups covers resources of the same name in every API that an operator may add some day.",
    fix='Name the group: `""` is that of pods, secrets and services, `apps` that of deployments.',
    refs=("CWE-269", "CWE-732", "PCI DSS 7.2.2", "PCI DSS 7.2.5", PAGE),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: deployer
rules:
  - apiGroups: ["*"] # <- here
    resources: ["deployments"]
    verbs: ["get", "list"]
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
    resources: ["deployments"]
    verbs: ["get", "list"]
  - apiGroups: ["*"]
    resources: ["*"]
    verbs: ["get"]
""",
    ),
)


def wildcard_groups(config: Config) -> Iterator[Hit | Unknown]:
    for grant in grants(config):
        group = _star(grant.groups)
        if group is not None and grant.verbs and _star((*grant.resources, *grant.verbs)) is None:
            what = f"{_listed(grant.verbs)} on {_listed(grant.resources)} of every API group (apiGroups: *)"
            yield _wide(config, grant, group, what, Severity.LOW)


RULES = (
    (WILDCARD, wildcard),
    (WILDCARD_RESOURCES, wildcard_resources),
    (WILDCARD_VERBS, wildcard_verbs),
    (WILDCARD_GROUPS, wildcard_groups),
)
