"""OpenAPI documents, versions 2 (Swagger) and 3, in YAML or JSON: their operations, servers and security schemes.

https://spec.openapis.org/oas/v3.1.1.html and https://swagger.io/specification/v2/.
"""

from __future__ import annotations

from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.parse import yaml
from yett.parse.source import Span
from yett.parse.yaml import Mapping, Node, Scalar, Sequence

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


class Operation(NamedTuple):
    """`key` is the method as it was written. `item` is what all operations of the path share."""

    path: str
    method: str
    key: Scalar
    node: Mapping
    item: Mapping


class Scheme(NamedTuple):
    """A security scheme. `kind` is its type in lower case."""

    name: str
    key: Scalar
    node: Mapping
    kind: str


class Requirement(NamedTuple):
    """One way in: the names of the schemes that are asked for together. None: nothing is asked for."""

    names: tuple[Scalar, ...]
    node: Node


class Api(NamedTuple):
    version: int
    root: Mapping
    operations: tuple[Operation, ...]
    schemes: dict[str, Scheme]

    def security(self, node: Mapping) -> tuple[Requirement, ...] | None:
        """What a document or an operation asks for; None where it does not say, () where it asks for nothing."""
        held = node.get("security")
        if isinstance(held, Mapping) and not held.entries:
            return ()  # not allowed, and as empty as an empty list
        if not isinstance(held, Sequence):
            return None
        found = []
        for item in held.items:
            names = tuple(entry.key for entry in item.entries.values()) if isinstance(item, Mapping) else ()
            found.append(Requirement(names, item))
        return tuple(found)


def load(text: str) -> Api | None:
    """The document that a text is; None for YAML or JSON of another kind. Raises `ParseError`."""
    if "\t" in text and text.lstrip()[:1] == "{":
        text = text.replace("\t", " ")  # JSON allows what YAML does not; every column stays
    documents = yaml.compose_all(text)
    root = documents[0] if documents else None
    if not isinstance(root, Mapping):
        return None
    version = _version(root)
    if not version:
        return None
    return Api(version, root, tuple(_operations(root)), _schemes(root, version))


def _version(root: Mapping) -> int:
    for key, version in (("openapi", 3), ("swagger", 2)):
        held = root.get(key)
        if isinstance(held, Scalar) and held.text.startswith(str(version)):
            return version
    return 0


def _operations(root: Mapping) -> Iterator[Operation]:
    paths = root.get("paths")
    for path, entry in paths.entries.items() if isinstance(paths, Mapping) else ():
        if not isinstance(entry.value, Mapping):
            continue
        for method, inner in entry.value.entries.items():
            if method in METHODS and isinstance(inner.value, Mapping):
                yield Operation(path, method, inner.key, inner.value, entry.value)


def _schemes(root: Mapping, version: int) -> dict[str, Scheme]:
    held: Node | None
    if version == 2:
        held = root.get("securityDefinitions")
    else:
        components = root.get("components")
        held = components.get("securitySchemes") if isinstance(components, Mapping) else None
    found: dict[str, Scheme] = {}
    for name, entry in held.entries.items() if isinstance(held, Mapping) else ():
        if isinstance(entry.value, Mapping):
            found[name] = Scheme(name, entry.key, entry.value, word(entry.value, "type").lower())
    return found


def word(node: Mapping, key: str) -> str:
    """The text under a key, "" where there is none."""
    held = node.get(key)
    return held.text if isinstance(held, Scalar) else ""


def span(node: Node) -> Span:
    """Where a node stands; a mapping or list in blocks is told by its first line."""
    if isinstance(node, Scalar):
        return Span(node.line, node.column, node.end_line, node.end_column)
    if node.line == node.end_line:
        return Span(node.line, node.column, node.end_line, node.end_column)
    return Span(node.line, node.column, node.line, 0)
