"""Rules for Kubernetes manifests. A rule is a pair in the `RULES` of a module of this package."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse.kubernetes import Manifest, parse, skeleton, workload
from yett.parse.source import ParseError
from yett.parse.stages import is_test_path
from yett.parse.tree import Tree
from yett.rules.hits import soften
from yett.rules.kubernetes import (
    accounts,
    apiserver,
    bindings,
    capabilities,
    cluster,
    confinement,
    escalation,
    etcd,
    flags,
    hostpaths,
    images,
    ingress,
    kubelet,
    mesh,
    namespaces,
    network,
    pod_policies,
    policies,
    privileges,
    probes,
    profiles,
    rbac,
    reach,
    records,
    resources,
    secrets,
    sharing,
    users,
    volumes,
    wildcards,
)
from yett.rules.kubernetes.objects import Config
from yett.rules.kubernetes.others import is_chart_template, is_patch

EXAMPLE = "deployment.yaml"

RULES: tuple[tuple[Rule, Callable[[Config], Iterator[Hit | Unknown]]], ...] = (
    *privileges.RULES,
    *sharing.RULES,
    *capabilities.RULES,
    *users.RULES,
    *profiles.RULES,
    *confinement.RULES,
    *volumes.RULES,
    *hostpaths.RULES,
    *images.RULES,
    *resources.RULES,
    *probes.RULES,
    *accounts.RULES,
    *secrets.RULES,
    *network.RULES,
    *ingress.RULES,
    *policies.RULES,
    *wildcards.RULES,
    *escalation.RULES,
    *reach.RULES,
    *rbac.RULES,
    *bindings.RULES,
    *mesh.RULES,
    *namespaces.RULES,
    *apiserver.RULES,
    *records.RULES,
    *kubelet.RULES,
    *etcd.RULES,
    *pod_policies.RULES,
    *cluster.RULES,
    *flags.RULES,
)


Found = Iterator[tuple[Rule, Hit | Unknown]]


def rules() -> tuple[Rule, ...]:
    return tuple(dict.fromkeys(rule for rule, _ in RULES))


def judge(text: str, path: str, tree: Tree) -> Found:
    """What the rules find in a file. Nothing for a text without an object. Raises `ParseError`."""
    if not ("apiVersion" in text and "kind" in text):
        return
    if "{{" in text and is_chart_template(path, tree):
        yield from _template(text, path, tree)
    manifests = parse(text)
    if manifests:
        yield from _judge(manifests, path, tree, is_patch(path, tree))


def _judge(manifests: tuple[Manifest, ...], path: str, tree: Tree, patch: bool) -> Found:
    workloads = tuple(found for manifest in manifests if (found := workload(manifest)))
    config = Config(path, tree, manifests, workloads, patch)
    tried = is_test_path(path)
    for rule, check in RULES:
        for said in check(config):
            yield rule, soften(rule, said) if tried else said


def _template(text: str, path: str, tree: Tree) -> Found:
    """What a chart's template says outright, for all that Helm fills in; what it lacks, it may get from Helm. The rest
    cannot be told: raises `ParseError` in the end, whatever was found."""
    try:
        manifests = parse(skeleton(text))
    except ParseError:
        manifests = ()
    yield from _judge(manifests, path, tree, True)
    before = text[: text.index("{{")]
    raise ParseError(before.count("\n") + 1, len(before) - before.rfind("\n"), "Helm fills in this template")
