"""What other files of the tree say of a file's objects: policies, bindings, patches, who fills in an image's tag.

Every walk ends: at most `MAX_FILES` files are looked at, and only those are parsed that name one of the kinds wanted.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.parse.kubernetes import Manifest, elements, find, parse, text
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.parse.yaml import Mapping, Node, Scalar, compose_all

MAX_FILES = 2_000
MAX_TEXT = 1 << 19

_KINDS = (
    *("NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy"),
    *("AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "Namespace", "RoleBinding", "ClusterRoleBinding"),
    *("LimitRange", "ServiceAccount", "PeerAuthentication"),
)
_SELDOM = (".github", "node_modules", "vendor", "crds")


class Others(NamedTuple):
    """The objects of the tree that speak of others, by kind. `doubt`: there may be more, which nobody can read: a
    template, a broken file, too many files."""

    manifests: tuple[Manifest, ...]
    doubt: bool

    def of(self, *kinds: str) -> Iterator[Manifest]:
        return (manifest for manifest in self.manifests if manifest.kind in kinds)


def others(tree: Tree) -> Others:
    return tree.once(("kubernetes", "others"), lambda: _others(tree))


def _others(tree: Tree) -> Others:
    names = re.compile(rf"""^[ \t{{,-]*["']?kind["']?\s*:\s*["']?(?:{"|".join(_KINDS)})\b""", re.MULTILINE)
    paths = [path for path in tree.paths if _is_yaml(path) and not any(part in _SELDOM for part in path.split("/"))]
    found: list[Manifest] = []
    doubt = len(paths) > MAX_FILES
    for path in paths[:MAX_FILES]:
        body = tree.text(path)
        if body is None or len(body) > MAX_TEXT or not names.search(body):
            continue
        try:
            found.extend(manifest for manifest in parse(body) if manifest.kind in _KINDS)
        except ParseError:
            doubt = True
    return Others(tuple(found), doubt)


def named_accounts(tree: Tree) -> frozenset[str]:
    """The service accounts that some pod of the tree names."""
    return tree.once(("kubernetes", "accounts"), lambda: frozenset(_named_accounts(tree)))


def _named_accounts(tree: Tree) -> Iterator[str]:
    said = re.compile(r"""["']?serviceAccount(?:Name)?["']?\s*:\s*["']?([\w.-]{1,253})""")
    for path in [path for path in tree.paths if _is_yaml(path)][:MAX_FILES]:
        body = tree.text(path)
        if body is not None and len(body) <= MAX_TEXT and "serviceAccount" in body:
            yield from said.findall(body)


def _is_yaml(path: str) -> bool:
    return path.endswith((".yaml", ".yml"))


_KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")


def is_patch(path: str, tree: Tree) -> bool:
    """Whether a kustomization in the file's folder or above merges the file into other objects. It cannot stand
    elsewhere: kustomize reads nothing outside of its own folder but whole bases."""
    folder = posixpath.dirname(path)
    while True:
        for name in _KUSTOMIZATIONS:
            each = posixpath.join(folder, name)
            if each in tree.folder(folder) and path in _patches(each, tree):
                return True
        if not folder:
            return False
        folder = posixpath.dirname(folder)


def is_chart_template(path: str, tree: Tree) -> bool:
    """Whether a file lies in the `templates` of a Helm chart."""
    parts = path.split("/")[:-1]
    return any(
        part == "templates" and posixpath.join(folder := "/".join(parts[:index]), "Chart.yaml") in tree.folder(folder)
        for index, part in enumerate(parts)
    )


def _patches(kustomization: str, tree: Tree) -> frozenset[str]:
    return tree.once(("kubernetes", "patches", kustomization), lambda: frozenset(_named(kustomization, tree)))


def _named(kustomization: str, tree: Tree) -> Iterator[str]:
    folder = posixpath.dirname(kustomization)
    for document in _documents(kustomization, tree):
        for key in ("patches", "patchesStrategicMerge", "patchesJson6902"):
            for item in elements(find(document, key)):
                name = text(item) or text(find(item, "path"))
                if name and "\n" not in name:
                    yield posixpath.normpath(posixpath.join(folder, name))


def _documents(path: str, tree: Tree) -> tuple[Node, ...]:
    try:
        return compose_all(tree.text(path) or "")
    except ParseError:
        return ()


def filled_in(image: str, tree: Tree) -> bool:
    """Whether a kustomization or Skaffold puts the tag to an image of this name."""
    return image in tree.once(("kubernetes", "images"), lambda: frozenset(_images(tree)))


def _images(tree: Tree) -> Iterator[str]:
    paths = [path for path in tree.paths if _sets_images(path.rpartition("/")[2])]
    for path in paths[:MAX_FILES]:
        for document in _documents(path, tree):
            for item in elements(find(document, "images")):
                if find(item, "newTag") or find(item, "digest") or find(item, "newName"):
                    yield text(find(item, "name"))
            for item in elements(find(document, "build", "artifacts")):
                yield text(find(item, "image"))


def _sets_images(name: str) -> bool:
    return name in _KUSTOMIZATIONS or (name.startswith("skaffold") and _is_yaml(name))


def same_namespace(one: Manifest, other: Manifest) -> bool:
    """Whether two objects may be in one namespace; where none is written, kubectl or kustomize decides."""
    return not one.namespace or not other.namespace or one.namespace == other.namespace


def is_kustomization(node: Node) -> bool:
    return (
        isinstance(node, Mapping) and isinstance(node.get("kind"), Scalar) and text(node.get("kind")) == "Kustomization"
    )
