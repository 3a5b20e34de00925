"""What roles allow, and how bindings give them out."""

from __future__ import annotations

from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.model import Hit, Severity, Unknown
from yett.parse.kubernetes import Manifest, elements, find, place, text
from yett.parse.yaml import Node
from yett.rules.hits import hit
from yett.rules.kubernetes.known import bindings, within
from yett.rules.kubernetes.objects import Config, title

PAGE = "https://kubernetes.io/docs/concepts/security/rbac-good-practices/"

WRITES = frozenset(("create", "update", "patch", "delete", "deletecollection", "*"))
READS = frozenset(("get", "list", "watch", "*"))


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
        """The first of the resources that is one of these, of the API that has it; `*/exec` is that of every kind."""
        return next((node for node in self.resources if self._is_one(text(node), wanted)), None)

    def _is_one(self, name: str, wanted: tuple[str, ...]) -> bool:
        if name == "*":  # of one API that is named; all of all APIs is what rules about wildcards are for
            groups = {group for each in wanted for group in _GROUPS.get(each.partition("/")[0], ())}
            return any(text(node) in groups - {""} for node in self.groups)
        each = next((each for each in wanted if name in (each, f"*/{each.partition('/')[2]}")), "")
        return bool(each) and self.covers(*_GROUPS.get(each.partition("/")[0], ("",)))

    def covers(self, *groups: str) -> bool:
        """Whether the rule is about one of these API groups; one that names none is taken to."""
        return not self.groups or any(text(node) in ("*", *groups) for node in self.groups)

    def subject(self, what: str) -> str:
        """Named by what the rule covers, so that a rule put in front of it changes nothing."""
        covered = " ".join(sorted(text(node) for node in (*self.groups, *self.resources)))
        return f"{self.role.id} {covered}: {what}"


# Of the API groups those of resources that are not in the core one.
_RBAC = ("rbac.authorization.k8s.io", "authorization.openshift.io")
_GROUPS = {
    **dict.fromkeys(("roles", "clusterroles", "rolebindings", "clusterrolebindings"), _RBAC),
    **dict.fromkeys(("deployments", "daemonsets", "statefulsets", "replicasets"), ("apps", "extensions")),
    **dict.fromkeys(("jobs", "cronjobs"), ("batch",)),
    **dict.fromkeys(("networkpolicies", "ingresses"), ("networking.k8s.io", "extensions")),
    **dict.fromkeys(("certificatesigningrequests", "signers"), ("certificates.k8s.io",)),
    "validatingwebhookconfigurations": ("admissionregistration.k8s.io",),
    "mutatingwebhookconfigurations": ("admissionregistration.k8s.io",),
    "endpointslices": ("discovery.k8s.io",),
    "events": ("", "events.k8s.io"),
}

_PLATFORM = ("system:", "gce:", "eks:")
_DEFAULTS = ("cluster-admin", "admin", "edit", "view")
"""https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles"""


def grants(config: Config) -> Iterator[Grant]:
    """The rules of the roles of a file; those of Kubernetes itself, and what is put together from others, left out."""
    for role in config.of("Role", "ClusterRole"):
        if role.name.startswith(_PLATFORM) or role.name in _DEFAULTS or _is_builtin(role):
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
    for binding, how in (("ClusterRoleBinding", "cluster"), ("RoleBinding", "namespace")):
        for spaces in bindings(config, binding, role):
            if within(role.namespace if role.kind == "Role" else "", spaces):
                return how
    return ""


def weight(config: Config, role: Manifest, severity: Severity) -> Severity:
    """The severity of what a role allows; one step less where nobody is known to have the role."""
    return severity if severity <= Severity.LOW or bound(config, role) else Severity(severity - 1)


def is_custom(group: str) -> bool:
    """Whether an API group is somebody else's than Kubernetes', or that of numbers, which say and change little."""
    return "." in group and (not group.endswith(".k8s.io") or group.endswith("metrics.k8s.io"))


Way = tuple[tuple[str, ...], tuple[str, ...], str, Severity]
"""(resources, verbs, what they mean together, severity)"""


def ways(config: Config, *wanted: Way) -> Iterator[Hit | Unknown]:
    """The grants of a resource together with a verb; those of named objects weigh less."""
    for grant in grants(config):
        for resources, verbs, means, severity in wanted:
            found, verb = grant.resource(*resources), grant.verb(*verbs)
            if found is not None and verb is not None:
                yield hit(
                    place(found),
                    f"{title(grant.role)} may {means} ({text(verb)} {text(found)})",
                    subject=grant.subject(text(found)),
                    severity=weight(config, grant.role, Severity.MEDIUM if grant.names else severity),
                )
