"""Where objects live, and what their namespace lets pods do."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import find, key_span, place, text
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


RULES = (
    (DEFAULT_NAMESPACE, default_namespace),
    (POD_SECURITY_LABEL, pod_security_label),
    (POD_SECURITY_PRIVILEGED, pod_security_privileged),
)
