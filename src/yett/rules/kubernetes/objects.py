"""The objects of a file as the rules of this family see them, and how they speak of them."""

from __future__ import annotations

from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.model import Edit, Hit
from yett.parse.kubernetes import Container, Manifest, Workload, find, is_open, key_span, place, text
from yett.parse.source import Span
from yett.parse.tree import Tree
from yett.parse.yaml import Mapping, Node, Scalar, texts
from yett.rules.hits import hit, short


class Config(NamedTuple):
    """A file of manifests. `patch`: a kustomization merges it into other objects, so what it lacks is no finding."""

    path: str
    tree: Tree
    manifests: tuple[Manifest, ...]
    workloads: tuple[Workload, ...]
    patch: bool

    def of(self, *kinds: str) -> Iterator[Manifest]:
        """The objects of these kinds."""
        return (manifest for manifest in self.manifests if manifest.kind in kinds)

    def containers(self) -> Iterator[tuple[Workload, Container]]:
        """Every container with the workload it is in."""
        return ((workload, container) for workload in self.workloads for container in workload.containers)

    def whole(self) -> Iterator[tuple[Workload, Container]]:
        """The containers of which all is said that will be said; ephemeral ones are a debugger's."""
        for workload, container in self.containers():
            if not self.patch and container.complete and container.role != "ephemeral container":
                yield workload, container

    def hardened(self) -> Iterator[tuple[Workload, Container]]:
        """The containers that ought to say what they give up: all but those of Windows, where it means nothing."""
        for workload, container in self.containers():
            if not self.patch and container.complete and not is_windows(workload):
                yield workload, container


def container_title(workload: Workload, container: Container) -> str:
    """`container web of Deployment shop`."""
    return short(f"{container.title} of {workload.manifest.title}", 120)


def title(manifest: Manifest) -> str:
    return short(manifest.title)


def subject(workload: Workload, container: Container | None, what: str) -> str:
    """What was found in a workload or in one of its containers, wherever that stands."""
    owner = f" {container.role} {container.name}" if container else ""
    return f"{workload.manifest.id}{owner}: {what}"


def effective(workload: Workload, container: Container, *keys: str) -> Node | None:
    """A setting of the security context: the container's own, or else the pod's."""
    own = container.get("securityContext", *keys)
    return own if own is not None else workload.get("securityContext", *keys)


def is_windows(workload: Workload) -> bool:
    """Whether the pods run on Windows, where the settings of Linux say nothing."""
    systems = (workload.get("os", "name"), workload.get("nodeSelector", "kubernetes.io/os"))
    return any(text(system).lower() == "windows" for system in systems)


def context_span(container: Container) -> Span:
    """Where a setting that a container lacks belongs: at its security context, or else at its name."""
    return key_span(container.node, "securityContext") or container.at


def lacking(workload: Workload, container: Container, setting: str, more: str = "") -> Hit:
    """A container without a setting, as it would be written in its security context."""
    return hit(
        context_span(container),
        f"{container_title(workload, container)} lacks {setting}{more}",
        fix=f"In the `securityContext` of {short(container.title)} set `{setting}`.",
        subject=subject(workload, container, setting),
    )


def value_span(node: Node | None, fallback: Span) -> Span:
    return place(node) if node is not None else fallback


def replaced(node: Node, new: str) -> tuple[Edit, ...]:
    """The edit that puts another word in the place of a plain one."""
    if isinstance(node, Scalar) and node.line == node.end_line:
        return (Edit(node.line, node.column, node.end_line, node.end_column, new),)
    return ()


def labels(node: Node | None) -> dict[str, str] | None:
    """A mapping of labels; None where one of them is filled in later."""
    if not isinstance(node, Mapping):
        return {}
    if any(is_open(scalar) for scalar in texts(node)):
        return None
    return {key: text(entry.value) for key, entry in node.entries.items()}


def selects(selector: Node | None, wanted: dict[str, str]) -> bool | None:
    """Whether a label selector covers an object with these labels; the empty one covers all. None: cannot be told."""
    if not isinstance(selector, Mapping):
        return True
    match = labels(selector.get("matchLabels"))
    if match is None:
        return None
    if any(wanted.get(key) != value for key, value in match.items()):
        return False
    expressions = find(selector, "matchExpressions")
    return True if expressions is None else _matches(expressions, wanted)


def _matches(expressions: Node, wanted: dict[str, str]) -> bool | None:
    from yett.parse.kubernetes import elements

    for expression in elements(expressions):
        key, operator = text(find(expression, "key")), text(find(expression, "operator"))
        values = {text(value) for value in elements(find(expression, "values"))}
        answer = {
            "In": wanted.get(key) in values,
            "NotIn": wanted.get(key) not in values,
            "Exists": key in wanted,
            "DoesNotExist": key not in wanted,
        }.get(operator)
        if not answer:
            return answer
    return True
