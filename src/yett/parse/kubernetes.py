"""Kubernetes manifests: the objects of a text, and the pods and containers they make.

What a manifest leaves out is not filled in, and a value that a template or an envsubst variable gives is `open`: nobody
but a run can tell it.
"""

from __future__ import annotations

from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.parse.source import Span
from yett.parse.yaml import Mapping, Node, Scalar, Sequence, compose_all


class Manifest(NamedTuple):
    """An object. `api` is its apiVersion, `namespace` "" where none is written, `at` the place of its kind."""

    kind: str
    api: str
    name: str
    namespace: str
    node: Mapping
    at: Span

    @property
    def group(self) -> str:
        """The API group, "" for the core one."""
        return self.api.rpartition("/")[0]

    @property
    def title(self) -> str:
        """`Deployment shop`, as people say it."""
        return f"{self.kind} {self.name}".rstrip()

    @property
    def id(self) -> str:
        """What tells this object from others, wherever it is written."""
        return f"{self.kind}/{self.namespace}/{self.name}"

    def get(self, *keys: str) -> Node | None:
        return find(self.node, *keys)


class Container(NamedTuple):
    """`role` is "container", "init container" or "ephemeral container"; `at` is where its name stands. `complete`: a
    container without an image, in an object that need not be a whole one, is a patch: what it lacks may stand
    elsewhere."""

    role: str
    name: str
    node: Mapping
    at: Span
    complete: bool

    @property
    def title(self) -> str:
        return f"{self.role} {self.name}".rstrip()

    def get(self, *keys: str) -> Node | None:
        return find(self.node, *keys)


class Workload(NamedTuple):
    """An object that makes pods: `pod` is their spec, `meta` their metadata, `at` the place of the key that holds the
    spec. `complete`: see `Container`."""

    manifest: Manifest
    pod: Mapping
    meta: Mapping | None
    at: Span
    containers: tuple[Container, ...]
    complete: bool

    def get(self, *keys: str) -> Node | None:
        return find(self.pod, *keys)


MAX_LISTS = 4
"""How deep a List may hold a List; no program writes more than one."""


def parse(text: str) -> tuple[Manifest, ...]:
    """The objects of a text in order, those of a List one by one; what is none is left out. Raises `ParseError`."""
    return tuple(manifest for node in compose_all(text) for manifest in _manifests(node, MAX_LISTS))


def _manifests(node: Node, depth: int) -> Iterator[Manifest]:
    kind, api = find(node, "kind"), find(node, "apiVersion")
    if not (isinstance(node, Mapping) and isinstance(kind, Scalar) and isinstance(api, Scalar)):
        return
    held = node.get("items")
    if kind.text.endswith("List") and isinstance(held, Sequence):
        for item in held.items if depth else ():
            yield from _manifests(item, depth - 1)
        return
    name = text(find(node, "metadata", "name")) or text(find(node, "metadata", "generateName"))
    namespace = text(find(node, "metadata", "namespace"))
    yield Manifest(kind.text, api.text, _said(name), _said(namespace), node, span(kind))


def _said(name: str) -> str:
    """A name as written, `…` where `skeleton` took something out."""
    while (start := name.find("$(x")) >= 0 and (end := name.find(")", start)) >= 0:
        name = f"{name[:start]}…{name[end + 1 :]}"
    return name


_POD = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "ScaledJob": ("spec", "jobTargetRef", "template", "spec"),
}
_TEMPLATE = ("spec", "template", "spec")
_KINDS = (
    *_POD,
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "Rollout",
    "DeploymentConfig",
)
_ROLES = (
    ("containers", "container"),
    ("initContainers", "init container"),
    ("ephemeralContainers", "ephemeral container"),
)


def workload(manifest: Manifest) -> Workload | None:
    """The pods of an object: of the kinds of Kubernetes, and of any other kind with a template that holds containers
    (an Argo Rollout, a Knative Service, an OpenShift DeploymentConfig)."""
    way = _POD.get(manifest.kind, _TEMPLATE)
    holder = manifest.get(*way[:-1])
    if not isinstance(holder, Mapping):
        return None
    pod, key = holder.get(way[-1]), holder.key(way[-1])
    if not (isinstance(pod, Mapping) and key):
        return None
    if manifest.kind not in _KINDS and not any(isinstance(pod.get(listed), Sequence) for listed, _ in _ROLES):
        return None
    # A patch names the object it is for, hardly ever what the API demands of the whole one.
    whole = manifest.kind == "Pod" or manifest.get("spec", "selector") is not None
    containers = tuple(
        _container(item, role, whole)
        for listed, role in _ROLES
        for item in elements(pod.get(listed))
        if isinstance(item, Mapping)
    )
    meta = holder.get("metadata")
    return Workload(
        manifest,
        pod,
        meta if isinstance(meta, Mapping) else None,
        span(key),
        containers,
        any(container.complete for container in containers),
    )


def _container(node: Mapping, role: str, whole: bool) -> Container:
    name = node.get("name")
    first = next((entry.key for entry in node.entries.values()), None)
    at = span(name) if isinstance(name, Scalar) and name.text else span(first) if first else place(node)
    return Container(role, text(name), node, at, whole or "image" in node.entries)


_REACH = 400
"""How far an action may be indented, and how much may stand behind it, to have a line to itself: with a bound, a line
of nothing but actions costs no more than others."""


def skeleton(text: str) -> str:
    """A Helm template without what Helm does: an action with a line to itself is blank, any other a value that is
    filled in later. Lines and columns stay what they were."""
    parts: list[str] = []
    start = 0
    while (opening := text.find("{{", start)) >= 0 and (closing := text.find("}}", opening)) >= 0:
        end = closing + 2
        inside = text[opening:end]
        before = text[max(0, opening - _REACH) : opening].rpartition("\n")[2]
        after = text[end : end + _REACH].partition("\n")[0]
        if "\n" in inside or not (before.strip() or after.strip()):
            filling = "".join("\n" if char == "\n" else " " for char in inside)
        else:
            filling = "$(" + "x" * (len(inside) - 3) + ")"
        parts += (text[start:opening], filling)
        start = end
    return "".join(parts) + text[start:]


def find(node: Node | None, *keys: str) -> Node | None:
    """What stands under a way of keys; None where it ends early, and for null, which the API takes for nothing."""
    for key in keys:
        if not isinstance(node, Mapping):
            return None
        node = node.get(key)
    return None if isinstance(node, Scalar) and node.text in _NULLS and not (node.style or node.tag) else node


_NULLS = ("null", "~", "Null", "NULL")


def text(node: Node | None) -> str:
    """A text, "" for anything else."""
    return node.text if isinstance(node, Scalar) else ""


def elements(node: Node | None) -> tuple[Node, ...]:
    """The items of a list, none for anything else."""
    return node.items if isinstance(node, Sequence) else ()


def truth(node: Node | None) -> bool | None:
    """What a switch says, quoted or not, in the words of YAML 1.1, which kubectl reads; None where it says nothing."""
    if isinstance(node, Scalar):
        low = node.text.lower()
        if low in ("true", "yes", "on", "y"):
            return True
        if low in ("false", "no", "off", "n"):
            return False
    return None


def number(node: Node | None) -> int | None:
    """A whole number, or None."""
    if not isinstance(node, Scalar) or len(node.text) > 18:
        return None
    try:
        return int(node.text)
    except ValueError:
        return None


def is_open(node: Node | None) -> bool:
    """Whether a text is filled in later: by a template, by envsubst, by a variable of Flux or Argo."""
    return isinstance(node, Scalar) and any(mark in node.text for mark in ("{{", "${", "$(", "<%", "[["))


def span(node: Scalar) -> Span:
    """Where a text stands, its quotes included."""
    return Span(node.line, node.column, node.end_line, node.end_column)


def place(node: Node) -> Span:
    """Where a value begins, as the stretch that its first character is."""
    if isinstance(node, Scalar):
        return span(node)
    return Span(node.line, node.column, node.line, node.column + 1)


def key_span(node: Node | None, key: str) -> Span | None:
    """Where a key of a mapping stands."""
    found = node.key(key) if isinstance(node, Mapping) else None
    return span(found) if found else None
