"""What a PodSecurityPolicy, or OpenShift's SecurityContextConstraints, lets pods have."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Manifest, elements, find, key_span, number, place, text, truth
from yett.parse.source import Span
from yett.parse.yaml import Mapping, Scalar
from yett.rules.hits import hit
from yett.rules.kubernetes.objects import Config, title

Allowed = Iterator[tuple[Span, str]]
"""Where a policy allows something, and what."""


def _rule(name: str, allows: str, why: str, bad: str, good: str) -> Rule:
    return Rule(
        id=f"kubernetes/psp-{name}",
        title=f"PodSecurityPolicy that allows {allows}",
        severity=Severity.MEDIUM,
        level=Action.WARN,
        why=f"{why} Kubernetes ignores PodSecurityPolicy altogether since 1.25.",
        fix="Forbid it here, and move to Pod Security admission, a policy engine or both.",
        refs=("CWE-250", "PCI DSS 7.2.5", "https://kubernetes.io/docs/concepts/security/pod-security-policy/"),
        bad=(_policy(bad),),
        good=(_policy(good),),
    )


def _policy(lines: str) -> str:
    return f"""\
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata:
  name: shop
spec:
{lines}"""


def _said(key: str, constraint: str = "") -> Callable[[Config], Iterator[Hit | Unknown]]:
    """The policies that say yes to a switch, and the constraints that do by another name."""

    def check(config: Config) -> Iterator[Hit | Unknown]:
        for manifest in config.of("PodSecurityPolicy", "SecurityContextConstraints"):
            own = manifest.kind == "PodSecurityPolicy"
            name = key if own else constraint
            value = manifest.get("spec", key) if own else manifest.get(constraint)
            if value is not None and truth(value):
                yield _allows(manifest, place(value), name)

    return check


def _each(allowed: Callable[[Mapping, Span], Allowed]) -> Callable[[Config], Iterator[Hit | Unknown]]:
    def check(config: Config) -> Iterator[Hit | Unknown]:
        for manifest in config.of("PodSecurityPolicy"):
            spec = manifest.get("spec")
            if isinstance(spec, Mapping):
                for at, what in allowed(spec, key_span(manifest.node, "spec") or manifest.at):
                    yield _allows(manifest, at, what)

    return check


def _allows(manifest: Manifest, at: Span, what: str) -> Hit:
    return hit(at, f"{title(manifest)} allows {what}", subject=f"{manifest.id}: {what}")


def _escalation(spec: Mapping, at: Span) -> Allowed:
    value = find(spec, "allowPrivilegeEscalation")
    if value is None:
        yield at, "allowPrivilegeEscalation, which is the default"
    elif truth(value):
        yield place(value), "allowPrivilegeEscalation"


def _added(spec: Mapping, at: Span) -> Allowed:
    for key in ("allowedCapabilities", "defaultAddCapabilities"):
        added = elements(find(spec, key))
        if added:
            yield place(added[0]), f"added capabilities ({key})"


def _kept(spec: Mapping, at: Span) -> Allowed:
    dropped = {text(item) for item in elements(find(spec, "requiredDropCapabilities"))}
    if not dropped & {"ALL", "NET_RAW"}:
        yield key_span(spec, "requiredDropCapabilities") or at, "NET_RAW and more (requiredDropCapabilities lacks ALL)"


def _unmasked(spec: Mapping, at: Span) -> Allowed:
    for item in elements(find(spec, "allowedProcMountTypes")):
        if text(item) == "Unmasked":
            yield place(item), "all of /proc (procMount Unmasked)"


def _root(spec: Mapping, at: Span) -> Allowed:
    rule = find(spec, "runAsUser", "rule")
    lowest = [number(find(item, "min")) for item in elements(find(spec, "runAsUser", "ranges"))]
    if isinstance(rule, Scalar) and (rule.text == "RunAsAny" or (rule.text == "MustRunAs" and 0 in lowest)):
        yield place(rule), "root (runAsUser)"
    elif rule is None:
        yield at, "root (runAsUser has no rule)"


def _host_paths(config: Config) -> Iterator[Hit | Unknown]:
    yield from _each(_writable)(config)
    yield from _said("", "allowHostDirVolumePlugin")(config)


def _writable(spec: Mapping, at: Span) -> Allowed:
    for item in elements(find(spec, "allowedHostPaths")):
        if find(item, "pathPrefix") is not None and not truth(find(item, "readOnly")):
            yield place(item), "writable host paths (allowedHostPaths without readOnly)"


RULES = (
    (
        _rule(
            "privileged",
            "privileged pods",
            "Whoever may use the policy starts privileged pods, and owns the nodes they run on.",
            "  privileged: true # <- here\n",
            "  privileged: false\n",
        ),
        _said("privileged", "allowPrivilegedContainer"),
    ),
    (
        _rule(
            "host-network",
            "the network of the node",
            "On the network of its node a pod is past every NetworkPolicy.",
            "  hostNetwork: true # <- here\n",
            "  hostNetwork: false\n",
        ),
        _said("hostNetwork", "allowHostNetwork"),
    ),
    (
        _rule(
            "host-pid",
            "the processes of the node",
            "Such a pod sees the processes of its node, and their environments.",
            "  hostPID: true # <- here\n",
            "  hostPID: false\n",
        ),
        _said("hostPID", "allowHostPID"),
    ),
    (
        _rule(
            "host-ipc",
            "the shared memory of the node",
            "Such a pod reads and writes the shared memory of its node.",
            "  hostIPC: true # <- here\n",
            "  hostIPC: false\n",
        ),
        _said("hostIPC", "allowHostIPC"),
    ),
    (
        _rule(
            "privilege-escalation",
            "processes to gain rights",
            "A setuid file makes a plain user root, unless allowPrivilegeEscalation is false; the default is true.",
            "  allowPrivilegeEscalation: true # <- here\n",
            "  allowPrivilegeEscalation: false\n",
        ),
        _each(_escalation),
    ),
    (
        _rule(
            "added-capabilities",
            "more capabilities",
            "Capabilities such as SYS_ADMIN are pieces of root on the node.",
            '  allowedCapabilities: ["*"] # <- here\n',
            "  requiredDropCapabilities: [ALL]\n",
        ),
        _each(_added),
    ),
    (
        _rule(
            "kept-capabilities",
            "NET_RAW and its like",
            "What the policy does not have dropped, a pod keeps: NET_RAW, which forges packets, among it.",
            "  requiredDropCapabilities: [MKNOD] # <- here\n",
            "  requiredDropCapabilities: [ALL]\n",
        ),
        _each(_kept),
    ),
    (
        _rule(
            "unmasked-proc",
            "all of /proc",
            "Unmasked takes away the cover from those parts of /proc that change the kernel or tell of the node.",
            "  allowedProcMountTypes: [Default, Unmasked] # <- here\n",
            "  allowedProcMountTypes: [Default]\n",
        ),
        _each(_unmasked),
    ),
    (
        _rule(
            "root",
            "root",
            "Root in a container is root to the kernel; without a rule every user is allowed.",
            "  runAsUser:\n    rule: RunAsAny # <- here\n",
            "  runAsUser:\n    rule: MustRunAsNonRoot\n",
        ),
        _each(_root),
    ),
    (
        _rule(
            "host-paths",
            "writable folders of the node",
            "What a pod writes to its node outlives it, and where it may write everywhere, it owns the node.",
            "  allowedHostPaths:\n    - pathPrefix: /mnt # <- here\n",
            "  allowedHostPaths:\n    - pathPrefix: /mnt\n      readOnly: true\n",
        ),
        _host_paths,
    ),
)
