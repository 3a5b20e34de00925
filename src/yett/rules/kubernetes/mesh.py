"""The mesh between services, and whose certificates are checked."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Manifest, elements, find, key_span, place, text, truth
from yett.parse.yaml import Mapping, Node, Scalar, Sequence
from yett.rules.hits import hit
from yett.rules.kubernetes.objects import Config, title

MTLS = Rule(
    id="kubernetes/mesh-permissive-mtls",
    title="Service mesh that lets clear text through",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="PERMISSIVE, Istio's default, takes calls without a certificate next to those with one, and DISABLE takes no"
    " others: whoever is in the cluster reads the traffic and calls any service.",
    fix="Write `mtls: {mode: STRICT}`, and `tls: {mode: ISTIO_MUTUAL}` in a DestinationRule.",
    refs=("CWE-319", "PCI DSS 4.2.1", "https://istio.io/latest/docs/reference/config/security/peer_authentication/"),
    bad=(
        """\
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: istio-system
spec:
  mtls:
    mode: PERMISSIVE # <- here
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: payments
spec:
  host: payments.shop.svc.cluster.local
  trafficPolicy:
    tls:
      mode: DISABLE # <- here
---
apiVersion: v1
kind: Namespace
metadata:
  name: payments
  annotations:
    linkerd.io/inject: disabled # <- here
""",
    ),
    good=(
        """\
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: istio-system
spec:
  mtls:
    mode: STRICT
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: payments
spec:
  host: payments.shop.svc.cluster.local
  trafficPolicy:
    tls:
      mode: ISTIO_MUTUAL
""",
    ),
)


def mtls(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("PeerAuthentication"):
        spec = manifest.get("spec")
        ports = find(spec, "portLevelMtls")
        modes = [find(spec, "mtls", "mode")]
        if isinstance(ports, Mapping):
            modes += [find(entry.value, "mode") for entry in ports.entries.values()]
        for mode in modes:
            if mode is not None and text(mode) in ("PERMISSIVE", "DISABLE"):
                yield hit(
                    place(mode),
                    f"{title(manifest)} takes calls in clear text (mtls mode {text(mode)})",
                    fix="Write `mode: STRICT`.",
                    subject=f"{manifest.id}: mtls {text(mode)}",
                    severity=Severity.HIGH if text(mode) == "DISABLE" else None,
                )
    for manifest in config.of("DestinationRule"):
        for policy in _policies(manifest):
            mode = find(policy, "tls", "mode")
            if mode is not None and text(mode) == "DISABLE":
                message = f"{title(manifest)} calls in clear text (tls mode DISABLE)"
                yield hit(place(mode), message, subject=f"{manifest.id}: tls DISABLE")
    for manifest in config.of("Namespace"):
        value = manifest.get("metadata", "annotations", "linkerd.io/inject")
        if value is not None and text(value) == "disabled":
            message = f"{title(manifest)} stays out of the mesh (linkerd.io/inject: disabled)"
            yield hit(place(value), message, subject=f"{manifest.id}: linkerd.io/inject")


def _policies(manifest: Manifest) -> Iterator[Node | None]:
    yield manifest.get("spec", "trafficPolicy")
    yield from elements(manifest.get("spec", "trafficPolicy", "portLevelSettings"))
    for subset in elements(manifest.get("spec", "subsets")):
        yield find(subset, "trafficPolicy")


ALLOW_ALL = Rule(
    id="kubernetes/mesh-allow-all",
    title="Mesh policy that lets everybody call",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="An empty rule matches every call: the AuthorizationPolicy allows what it is there to restrict, for the whole"
    " namespace where it has no selector.",
    fix="Name who may call in `from`, and what in `to`; `spec: {}` denies all.",
    refs=("CWE-284", "PCI DSS 7.3.3", "https://istio.io/latest/docs/reference/config/security/authorization-policy/"),
    bad=(
        """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: payments
spec:
  action: ALLOW
  rules: # <- here
    - {}
""",
    ),
    good=(
        """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: payments
spec:
  rules:
    - from:
        - source:
            principals: [cluster.local/ns/shop/sa/checkout]
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: nothing
spec: {}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: nobody
spec:
  action: DENY
  rules:
    - {}
""",
    ),
)


def allow_all(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("AuthorizationPolicy"):
        rules = manifest.get("spec", "rules")
        at = key_span(manifest.get("spec"), "rules")
        allows = manifest.group == "security.istio.io" and text(manifest.get("spec", "action")) in ("", "ALLOW")
        if at and allows and any(_is_empty(rule) for rule in elements(rules)):
            yield hit(at, f"{title(manifest)} allows every call (an empty rule)", subject=f"{manifest.id}: rules")


def _is_empty(rule: Node) -> bool:
    return (isinstance(rule, Mapping) and not rule.entries) or (isinstance(rule, Scalar) and rule.text in ("", "null"))


SKIP_VERIFY = Rule(
    id="kubernetes/tls-skip-verify",
    title="Certificate of the other side not checked",
    severity=Severity.HIGH,
    why="Without the check anybody on the way answers in the place of the API server or of the service, and takes the"
    " token that comes with the call.",
    fix="Remove the setting and give the CA: `certificate-authority-data`, `caBundle`, `tlsConfig.ca`.",
    refs=(
        "CWE-295",
        "PCI DSS 4.2.1",
        "https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/",
    ),
    bad=(
        """\
apiVersion: v1
kind: Config
clusters:
  - name: shop
    cluster:
      server: https://shop.example.com:6443
      insecure-skip-tls-verify: true # <- here
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1beta1.metrics.k8s.io
spec:
  insecureSkipTLSVerify: true # <- here
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: payments
spec:
  endpoints:
    - port: metrics
      scheme: https
      tlsConfig:
        insecureSkipVerify: true # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Config
clusters:
  - name: shop
    cluster:
      server: https://shop.example.com:6443
      insecure-skip-tls-verify: false
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: payments
spec:
  endpoints:
    - port: metrics
      scheme: https
      tlsConfig:
        ca:
          configMap:
            name: ca
            key: ca.crt
""",
    ),
)

_SKIPS = (
    "insecure-skip-tls-verify",
    "insecureskiptlsverify",
    "insecureskipverify",
    "insecure_skip_verify",
    "insecure-skip-verify",
)
_MAX_DEPTH = 40


def skip_verify(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.manifests:
        if manifest.kind in ("ConfigMap", "Secret", "CustomResourceDefinition"):
            continue
        for way, key, value in _switches(manifest.node, "", _MAX_DEPTH):
            if key.text.lower() in _SKIPS and truth(value):
                yield hit(
                    place(value),
                    f"{title(manifest)} does not check the certificate of the other side ({key.text})",
                    fix=f"Remove `{key.text}: {text(value)}` and give the CA.",
                    subject=f"{manifest.id}: {way}",
                    severity=Severity.MEDIUM if _is_numbers(manifest) else None,
                )


def _is_numbers(manifest: Manifest) -> bool:
    """Whether nothing but metrics come from the other side, which mostly made its certificate itself."""
    return manifest.kind in ("ServiceMonitor", "PodMonitor", "Probe") or manifest.name.endswith("metrics.k8s.io")


def _switches(node: Node, way: str, depth: int) -> Iterator[tuple[str, Scalar, Scalar]]:
    """(way, key, text) of every key that has a text, down to a depth."""
    if not depth:
        return
    if isinstance(node, Mapping):
        for key, value in node.entries.values():
            if isinstance(value, Scalar):
                yield f"{way}.{key.text}", key, value
            else:
                yield from _switches(value, f"{way}.{key.text}", depth - 1)
    elif isinstance(node, Sequence):
        for number, item in enumerate(node.items):
            name = text(find(item, "name")) or str(number)
            yield from _switches(item, f"{way}[{name}]", depth - 1)


RULES = (
    (MTLS, mtls),
    (ALLOW_ALL, allow_all),
    (SKIP_VERIFY, skip_verify),
)
