"""Rules for what a Helm chart is installed with: its values, and the charts it depends on.

The templates are manifests once Helm has rendered them; nothing here renders them.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse.tree import Tree
from yett.parse.yaml import Mapping, compose
from yett.rules.helm import chart, values
from yett.rules.helm.settings import Settings, settings

EXAMPLE = "shop/values.yaml"

RULES: tuple[tuple[Rule, Callable[[Settings], Iterator[Hit | Unknown]]], ...] = values.RULES
CHART_RULES: tuple[tuple[Rule, Callable[[chart.Chart], Iterator[Hit | Unknown]]], ...] = chart.RULES


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in (*RULES, *CHART_RULES))


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find in a chart's values or in its `Chart.yaml`; nothing for values of anything else.
    Raises `ParseError`."""
    folder, name = posixpath.split(path)
    if name == "Chart.yaml":
        node = compose(text)
        if isinstance(node, Mapping) and "apiVersion" in node.entries and "name" in node.entries:
            found = chart.Chart(node, folder, tree)
            for rule, check in CHART_RULES:
                yield from ((rule, hit) for hit in check(found))
        return
    if not is_values(text, path, tree):
        return
    node = compose(text)
    if isinstance(node, Mapping):
        held = settings(node)
        for rule, judged in RULES:
            yield from ((rule, hit) for hit in judged(held))


_USUAL = (
    *("image", "replicaCount", "resources", "service", "ingress", "serviceAccount", "securityContext", "tolerations"),
    *("podSecurityContext", "nodeSelector", "affinity", "podAnnotations", "autoscaling", "imagePullSecrets"),
)
_UP = 3


def is_values(text: str, path: str, tree: Tree) -> bool:
    """Whether a file holds values for a chart: it lies beside a `Chart.yaml` or not far below one, or it has the keys
    that nearly every chart has."""
    folder, name = posixpath.split(path)
    if "values" not in name.lower() and "values" not in posixpath.basename(folder).lower():
        return False
    if "/templates/" in f"/{path}":
        return False
    above = folder
    for _ in range(_UP):
        if posixpath.join(above, "Chart.yaml") in tree.folder(above):
            return True
        if not above:
            break
        above = posixpath.dirname(above)
    return sum(f"\n{key}:" in f"\n{text}" for key in _USUAL) >= 2
