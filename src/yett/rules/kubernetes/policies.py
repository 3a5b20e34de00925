"""Which pods may talk to which."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Manifest, elements, find, key_span, text, truth
from yett.parse.source import ParseError
from yett.parse.yaml import Mapping
from yett.rules.hits import hit, short
from yett.rules.kubernetes.objects import Config, labels, selects, title
from yett.rules.kubernetes.others import others, same_namespace

_POLICY_PAGE = "https://kubernetes.io/docs/concepts/services-networking/network-policies/"

POLICY_MISSING = Rule(
    id="kubernetes/network-policy-missing",
    title="Pods that no NetworkPolicy covers",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Without a NetworkPolicy that selects it, a pod takes calls from every other pod of the cluster: one broken"
    " into service reaches the payments. Where the repository holds neither policies nor namespaces, they may well be"
    " elsewhere, and the finding is of low severity.",
    fix="Add a NetworkPolicy with `podSelector: {}` and `policyTypes: [Ingress]` to the namespace, and one for each"
    " caller that is let in.",
    refs=("CWE-653", "CWE-668", "PCI DSS 1.3.1", "PCI DSS 1.4.1", _POLICY_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: restricted
---
apiVersion: apps/v1
kind: Deployment # <- here
metadata:
  name: payments
  namespace: shop
spec:
  template:
    metadata:
      labels:
        app: payments
    spec:
      containers:
        - name: payments
          image: registry.example.com/payments:5.1
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: cart
  namespace: shop
spec:
  podSelector:
    matchLabels:
      app: cart
""",
    ),
    good=(
        """\
# file: payments.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: payments
  namespace: shop
spec:
  template:
    metadata:
      labels:
        app: payments
    spec:
      containers:
        - name: payments
          image: registry.example.com/payments:5.1
# file: policies/deny.yaml
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: deny
  namespace: shop
spec:
  podSelector: {}
  policyTypes: [Ingress]
""",
    ),
)

_POLICIES = (
    *("NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy"),
    *("AdminNetworkPolicy", "BaselineAdminNetworkPolicy"),
)

MAX_PAIRS = 300_000
"""Pods and policies of one file that are held against each other."""


def policy_missing(config: Config) -> Iterator[Hit | Unknown]:
    if config.patch or not config.workloads:
        return
    known = others(config.tree)
    if known.doubt:
        return
    everything = (*config.manifests, *known.manifests)
    policies = [manifest for manifest in everything if manifest.kind in _POLICIES]
    near: dict[str, list[Manifest]] = {}
    for policy in policies:
        spaced = policy.api.startswith(("networking.k8s.io/", "extensions/"))
        near.setdefault(policy.namespace if spaced else "", []).append(policy)
    pairs = 0
    spoken = bool(policies) or any(manifest.kind == "Namespace" for manifest in everything)
    bare: dict[str, list[Manifest]] = {}
    for workload in config.workloads:
        manifest = workload.manifest
        if truth(workload.get("hostNetwork")) or manifest.kind in ("Job", "CronJob"):
            continue
        wanted = labels(find(workload.meta, "labels") if workload.meta else None)
        if manifest.kind == "Pod":
            wanted = labels(manifest.get("metadata", "labels"))
        if wanted is None or (not wanted and not workload.complete):
            continue
        space = manifest.namespace
        asked = [*near.get("", ()), *near.get(space, ())] if space else policies
        pairs += len(asked)
        if pairs > MAX_PAIRS:
            raise ParseError(1, 1, "there are more pods and network policies than can be held against each other")
        if any(_covers(policy, manifest, wanted) for policy in asked):
            continue
        bare.setdefault(manifest.namespace, []).append(manifest)
    for namespace, found in bare.items():
        names = short(", ".join(manifest.title for manifest in found), 120)
        where = f" in the namespace {short(namespace, 60)}" if namespace else ""
        yield hit(
            found[0].at,
            f"no NetworkPolicy covers {names}{where}",
            subject=f"network policy of {namespace}: {' '.join(sorted(manifest.id for manifest in found))}",
            severity=None if spoken else Severity.LOW,
        )


def _covers(policy: Manifest, manifest: Manifest, wanted: dict[str, str]) -> bool:
    """Whether a policy selects pods with these labels; one in another API's words is taken to."""
    if policy.kind == "CiliumNetworkPolicy" and isinstance(policy.get("spec", "endpointSelector"), Mapping):
        return same_namespace(policy, manifest) and selects(policy.get("spec", "endpointSelector"), wanted) is not False
    if policy.kind != "NetworkPolicy" or not policy.api.startswith(("networking.k8s.io/", "extensions/")):
        return policy.kind != "NetworkPolicy" or policy.api.startswith("crd.projectcalico.org")
    spec = policy.get("spec")
    return (
        isinstance(spec, Mapping)
        and same_namespace(policy, manifest)
        and selects(spec.get("podSelector"), wanted) is not False
    )


POLICY_OPEN = Rule(
    id="kubernetes/network-policy-open",
    title="NetworkPolicy that lets everybody in",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Policies add up: one that selects every pod and has an empty ingress rule opens what all others close.",
    fix="Name who may call, in `from`, and which pods, in `podSelector`.",
    refs=("CWE-284", "PCI DSS 1.3.1", f"{_POLICY_PAGE}#allow-all-ingress-traffic"),
    bad=(
        """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: open
spec:
  podSelector: {}
  ingress: # <- here
    - {}
""",
    ),
    good=(
        """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: storefront
spec:
  podSelector:
    matchLabels:
      app: storefront
  ingress:
    - {}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: deny
spec:
  podSelector: {}
  ingress: []
""",
    ),
)


def policy_open(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("NetworkPolicy"):
        selector = manifest.get("spec", "podSelector")
        if isinstance(selector, Mapping) and selector.entries:
            continue
        for item in elements(manifest.get("spec", "ingress")):
            at = key_span(manifest.get("spec"), "ingress")
            if at and isinstance(item, Mapping) and (not item.entries or _is_anyone(item)):
                yield hit(at, f"{title(manifest)} lets everybody reach every pod", subject=f"{manifest.id}: ingress")


def _is_anyone(rule: Mapping) -> bool:
    if rule.get("ports") is not None:
        return False
    return any(text(find(peer, "ipBlock", "cidr")) in ("0.0.0.0/0", "::/0") for peer in elements(rule.get("from")))


RULES = (
    (POLICY_MISSING, policy_missing),
    (POLICY_OPEN, policy_open),
)
