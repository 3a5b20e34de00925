"""Where objects live, and what their namespace lets pods do."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Manifest, elements, find, key_span, number, place, text, truth
from yett.parse.source import Span
from yett.parse.yaml import Mapping, Scalar
from yett.rules.hits import hit
from yett.rules.kubernetes.objects import Config, title

_ADMISSION_PAGE = "https://kubernetes.io/docs/concepts/security/pod-security-admission/"

DEFAULT_NAMESPACE = Rule(
    id="kubernetes/default-namespace",
    title="Object in a namespace that is everybody's",
    severity=Severity.INFO,
    level=Action.INFO,
    why="Policies, quotas and roles are given to namespaces: in `default` lies what nobody thought about, and"
    " `kube-system` is the cluster's own. Where none is written, kubectl, kustomize or Helm gives one.",
    fix="Give the application a namespace of its own.",
    refs=("CWE-653", "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/"),
    bad=(
        """\
apiVersion: v1
kind: Service
metadata:
  name: storefront
  namespace: default # <- here
spec:
  ports:
    - port: 80
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Service
metadata:
  name: storefront
spec:
  ports:
    - port: 80
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: default
  namespace: shop
""",
    ),
)


# What the cluster puts there itself.
_OWN = (("Service", "kubernetes"), ("Endpoints", "kubernetes"), ("ServiceAccount", "default"))


def default_namespace(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.manifests:
        value = manifest.get("metadata", "namespace")
        if value is not None and text(value) in ("default", "kube-system", "kube-public"):
            if (manifest.kind, manifest.name) in _OWN:
                continue
            message = f"{title(manifest)} is in the namespace {text(value)}"
            yield hit(place(value), message, subject=f"{manifest.id}: namespace")


POD_SECURITY_LABEL = Rule(
    id="kubernetes/pod-security-label",
    title="Namespace that admits any pod",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Without the label pod-security.kubernetes.io/enforce the API server admits privileged pods, host paths and"
    " all: the default is the policy `privileged`.",
    fix="Add the label `pod-security.kubernetes.io/enforce: restricted`, or `baseline`.",
    refs=("CWE-732", "PCI DSS 2.2.1", "PCI DSS 7.3.3", _ADMISSION_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Namespace
metadata: # <- here
  name: shop
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: restricted
---
apiVersion: v1
kind: Namespace
metadata:
  name: kube-system
""",
    ),
)

_ENFORCE = "pod-security.kubernetes.io/enforce"


def pod_security_label(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("Namespace"):
        if config.patch or manifest.name.startswith("kube-") or find(manifest.get("metadata"), "labels", _ENFORCE):
            continue
        at = key_span(manifest.get("metadata"), "labels") or key_span(manifest.node, "metadata") or manifest.at
        yield hit(at, f"{title(manifest)} has no label {_ENFORCE}", subject=f"{manifest.id}: enforce")


POD_SECURITY_PRIVILEGED = Rule(
    id="kubernetes/pod-security-privileged",
    title="Namespace that is told to admit any pod",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The policy `privileged` of Pod Security admission forbids nothing: whoever may create a pod in the namespace"
    " is root on its nodes.",
    fix="Write `restricted` or `baseline`; keep `privileged` to the namespaces of node agents.",
    refs=("CWE-732", "PCI DSS 2.2.1", "PCI DSS 7.3.3", _ADMISSION_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: privileged # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: baseline
    pod-security.kubernetes.io/warn: privileged
""",
    ),
)


def pod_security_privileged(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("Namespace"):
        value = find(manifest.get("metadata"), "labels", _ENFORCE)
        if value is not None and text(value) == "privileged" and not manifest.name.startswith("kube-"):
            message = f"{title(manifest)} admits privileged pods ({_ENFORCE})"
            yield hit(place(value), message, subject=f"{manifest.id}: enforce privileged")


POD_SECURITY_POLICY = Rule(
    id="kubernetes/permissive-pod-security-policy",
    title="PodSecurityPolicy that forbids little",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="What the policy allows, every account that may use it gets: privileged pods, the node's namespaces, root."
    " Kubernetes ignores PodSecurityPolicy altogether since 1.25.",
    fix="Forbid it here, and move to Pod Security admission, a policy engine or both.",
    refs=("CWE-250", "PCI DSS 7.2.5", "https://kubernetes.io/docs/concepts/security/pod-security-policy/"),
    bad=(
        """\
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata:
  name: shop
spec: # <- here
  privileged: true # <- here
  hostNetwork: true # <- here
  allowPrivilegeEscalation: true # <- here
  allowedCapabilities: ["*"] # <- here
  runAsUser:
    rule: RunAsAny # <- here
""",
    ),
    good=(
        """\
apiVersion: policy/v1beta1
kind: PodSecurityPolicy
metadata:
  name: shop
spec:
  privileged: false
  allowPrivilegeEscalation: false
  requiredDropCapabilities: [ALL]
  runAsUser:
    rule: MustRunAsNonRoot
""",
    ),
)

_FORBIDDEN = ("privileged", "hostNetwork", "hostPID", "hostIPC", "allowPrivilegeEscalation")


def pod_security_policy(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("PodSecurityPolicy"):
        spec = manifest.get("spec")
        for key in _FORBIDDEN:
            value = find(spec, key)
            if value is not None and truth(value):
                yield _allows(manifest, place(value), key)
        at = key_span(manifest.node, "spec") or manifest.at
        if find(spec, "allowPrivilegeEscalation") is None and isinstance(spec, Mapping):
            yield _allows(manifest, at, "allowPrivilegeEscalation, which is the default")
        for key in ("allowedCapabilities", "defaultAddCapabilities"):
            added = elements(find(spec, key))
            if added:
                yield _allows(manifest, place(added[0]), f"added capabilities ({key})")
        dropped = {text(item) for item in elements(find(spec, "requiredDropCapabilities"))}
        if not dropped & {"ALL", "NET_RAW"} and isinstance(spec, Mapping):
            yield _allows(manifest, at, "NET_RAW and more (requiredDropCapabilities lacks ALL)")
        if any(text(item) == "Unmasked" for item in elements(find(spec, "allowedProcMountTypes"))):
            yield _allows(manifest, key_span(spec, "allowedProcMountTypes") or at, "all of /proc (procMount Unmasked)")
        rule = find(spec, "runAsUser", "rule")
        lowest = [number(find(item, "min")) for item in elements(find(spec, "runAsUser", "ranges"))]
        if isinstance(rule, Scalar) and (rule.text == "RunAsAny" or (rule.text == "MustRunAs" and 0 in lowest)):
            yield _allows(manifest, place(rule), "root (runAsUser)")
        elif rule is None and isinstance(spec, Mapping):
            yield _allows(manifest, at, "root (runAsUser has no rule)")
        for item in elements(find(spec, "allowedHostPaths")):
            if find(item, "pathPrefix") is not None and not truth(find(item, "readOnly")):
                yield _allows(manifest, place(item), "writable host paths (allowedHostPaths without readOnly)")


_CONSTRAINTS = (
    "allowPrivilegedContainer",
    "allowHostNetwork",
    "allowHostPID",
    "allowHostIPC",
    "allowHostDirVolumePlugin",
)


def constraints(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("SecurityContextConstraints"):
        for key in _CONSTRAINTS:
            value = manifest.get(key)
            if value is not None and truth(value):
                yield _allows(manifest, place(value), key)


def _allows(manifest: Manifest, at: Span, what: str) -> Hit:
    return hit(at, f"{title(manifest)} allows {what}", subject=f"{manifest.id}: {what}")


RULES = (
    (DEFAULT_NAMESPACE, default_namespace),
    (POD_SECURITY_LABEL, pod_security_label),
    (POD_SECURITY_PRIVILEGED, pod_security_privileged),
    (POD_SECURITY_POLICY, pod_security_policy),
    (POD_SECURITY_POLICY, constraints),
)
