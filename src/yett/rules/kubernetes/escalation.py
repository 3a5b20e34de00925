"""Roles that lead to more rights than they name.

A role that no binding of the tree names may still be bound elsewhere: it is found, one step less severe.
"""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import place, text
from yett.rules.hits import hit, short
from yett.rules.kubernetes.grants import PAGE, Grant, grants, ways, weight
from yett.rules.kubernetes.objects import Config, title

BIND_ESCALATE = Rule(
    id="kubernetes/rbac-bind-escalate",
    title="Role that may hand out more than it has",
    severity=Severity.HIGH,
    why="The API server refuses a role or a binding that holds more rights than its author has; `bind` and `escalate`"
    " lift this, so that cluster-admin is one call away.",
    fix="Remove the verb, or name the roles in `resourceNames`.",
    refs=("CWE-269", "PCI DSS 7.2.2", f"{PAGE}#privilege-escalation-risks"),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: support
rules:
  - apiGroups: ["rbac.authorization.k8s.io"]
    resources: ["clusterroles"]
    verbs: ["get", "bind"] # <- here
  - apiGroups: ["rbac.authorization.k8s.io"]
    resources: ["roles"]
    verbs: ["escalate"] # <- here
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: support
rules:
  - apiGroups: ["rbac.authorization.k8s.io"]
    resources: ["roles", "clusterroles"]
    verbs: ["get", "list", "watch"]
""",
    ),
)


_ROLES = ("roles", "clusterroles", "rolebindings", "clusterrolebindings")


def bind_escalate(config: Config) -> Iterator[Hit | Unknown]:
    for grant in grants(config):
        everything = any(text(node) == "*" for node in grant.resources) and grant.covers("rbac.authorization.k8s.io")
        if everything or grant.resource(*_ROLES):
            yield from _verbs(config, grant, "bind", "escalate")
        if grant.resource("roles", "clusterroles"):
            yield from _verbs(config, grant, "*")


_MEANS = {"*": "do everything with"}


def _verbs(config: Config, grant: Grant, *wanted: str) -> Iterator[Hit | Unknown]:
    for verb in grant.verbs:
        if text(verb) in wanted:
            yield hit(
                place(verb),
                f"{title(grant.role)} may {_MEANS.get(text(verb), text(verb))}"
                f" {short(', '.join(map(text, grant.resources)), 60)}",
                subject=grant.subject(text(verb)),
                severity=weight(config, grant.role, Severity.MEDIUM if grant.names else Severity.HIGH),
            )


IMPERSONATE = Rule(
    id="kubernetes/rbac-impersonate",
    title="Role that acts as somebody else",
    severity=Severity.HIGH,
    why="Whoever may impersonate users, groups or accounts does what they may: as a member of system:masters,"
    " everything.",
    fix="Remove the verb, or name the users in `resourceNames`.",
    refs=("CWE-269", "PCI DSS 7.2.2", f"{PAGE}#privilege-escalation-risks"),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: support
rules:
  - apiGroups: [""]
    resources: ["users", "groups"]
    verbs: ["impersonate"] # <- here
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
    resources: ["serviceaccounts"]
    verbs: ["get", "list"]
""",
    ),
)


def impersonate(config: Config) -> Iterator[Hit | Unknown]:
    for grant in grants(config):
        if grant.covers("", "authentication.k8s.io"):
            yield from _verbs(config, grant, "impersonate")
        if grant.resource("users", "groups", "serviceaccounts"):
            yield from _verbs(config, grant, "*")


WRITE_ROLES = Rule(
    id="kubernetes/rbac-write-roles",
    title="Role that writes roles or bindings",
    severity=Severity.HIGH,
    why="Whoever writes bindings gives every right it has to others, and keeps a way in; together with `bind` or"
    " `escalate` it makes itself cluster-admin.",
    fix="Leave roles and bindings to the pipeline that is reviewed, and name the objects in `resourceNames`.",
    refs=("CWE-269", "PCI DSS 7.2.2", f"{PAGE}#privilege-escalation-risks"),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: support
rules:
  - apiGroups: ["rbac.authorization.k8s.io"]
    resources: ["rolebindings"] # <- here
    verbs: ["create"]
  - apiGroups: ["rbac.authorization.k8s.io"]
    resources: ["roles"] # <- here
    verbs: ["update"]
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: support
rules:
  - apiGroups: ["rbac.authorization.k8s.io"]
    resources: ["roles", "rolebindings", "clusterroles"]
    verbs: ["get", "list", "watch"]
  - apiGroups: ["postgresql.example.com"]
    resources: ["roles"]
    verbs: ["create"]
""",
    ),
)


_CHANGES = ("create", "update", "patch", "*")


def write_roles(config: Config) -> Iterator[Hit | Unknown]:
    return ways(
        config,
        (("rolebindings", "clusterrolebindings"), _CHANGES, "give itself roles", Severity.HIGH),
        (("roles", "clusterroles"), _CHANGES, "write roles", Severity.MEDIUM),
    )


WEBHOOKS = Rule(
    id="kubernetes/rbac-admission-webhooks",
    title="Role that changes what the API server admits",
    severity=Severity.HIGH,
    why="An admission webhook sees every object that is written, Secrets among them, and may change each: who writes"
    " the configuration rules the cluster.",
    fix="Leave it to the installer of the webhook, and name the configuration in `resourceNames`.",
    refs=("CWE-269", "PCI DSS 7.2.2", f"{PAGE}#privilege-escalation-risks"),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: certificates
rules:
  - apiGroups: ["admissionregistration.k8s.io"]
    resources: ["mutatingwebhookconfigurations"] # <- here
    verbs: ["get", "patch"]
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: certificates
rules:
  - apiGroups: ["admissionregistration.k8s.io"]
    resources: ["mutatingwebhookconfigurations"]
    verbs: ["get", "list", "watch"]
""",
    ),
)


def webhooks(config: Config) -> Iterator[Hit | Unknown]:
    kinds = ("validatingwebhookconfigurations", "mutatingwebhookconfigurations")
    return ways(
        config, (kinds, (*_CHANGES, "delete", "deletecollection"), "change what the API server admits", Severity.HIGH)
    )


CERTIFICATES = Rule(
    id="kubernetes/rbac-approve-certificates",
    title="Role that approves certificates",
    severity=Severity.HIGH,
    why="A certificate for the client of the API server is a login: who approves or signs them makes one for any user"
    " or group, system:masters among them.",
    fix="Leave it to the controllers of Kubernetes, or name the signer in `resourceNames`.",
    refs=("CWE-269", "PCI DSS 7.2.2", f"{PAGE}#privilege-escalation-risks"),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: nodes
rules:
  - apiGroups: ["certificates.k8s.io"]
    resources: ["certificatesigningrequests/approval"] # <- here
    verbs: ["update"]
  - apiGroups: ["certificates.k8s.io"]
    resources: ["signers"] # <- here
    verbs: ["approve"]
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: nodes
rules:
  - apiGroups: ["certificates.k8s.io"]
    resources: ["certificatesigningrequests"]
    verbs: ["create", "get"]
""",
    ),
)


def certificates(config: Config) -> Iterator[Hit | Unknown]:
    return ways(
        config,
        (("certificatesigningrequests/approval",), ("update", "patch", "*"), "approve certificates", Severity.HIGH),
        (("signers",), ("approve", "sign", "*"), "sign certificates", Severity.HIGH),
    )


RULES = (
    (BIND_ESCALATE, bind_escalate),
    (IMPERSONATE, impersonate),
    (WRITE_ROLES, write_roles),
    (WEBHOOKS, webhooks),
    (CERTIFICATES, certificates),
)
