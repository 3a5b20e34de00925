"""What the manifests beside a Dockerfile ask of the image that is built from it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.model import Action, Hit, Rule, Severity
from yett.parse.dockerfile import Dockerfile, expand
from yett.parse.names import is_compose, is_workflow
from yett.parse.source import ParseError, Span
from yett.parse.tree import Tree
from yett.rules.docker.images import runs_as_root
from yett.rules.docker.users import last_user
from yett.rules.hits import hit, short
from yett.rules.image import image

RULE = Rule(
    id="docker/user-kubernetes-refuses",
    title="Kubernetes will not start the image as the user it names",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "A manifest of this tree says `runAsNonRoot: true` for the image and no `runAsUser`, so the kubelet looks at "
        "the image: it refuses to start one that says nothing or root, and one that gives a name, since it cannot tell "
        "that a name is not root. What is done then in a hurry is to take `runAsNonRoot` out."
    ),
    fix="End the Dockerfile with the number of the user: `USER 10001:10001`.",
    refs=(
        "CWE-250",
        "PCI DSS 2.2.6",
        "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
    ),
    bad=(
        """\
# file: Dockerfile
FROM node:22-slim
COPY . /app
# next
USER node
# file: compose.yaml
services:
  shop:
    image: ghcr.io/acme/shop
    build: .
# file: k8s/shop.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  selector: {matchLabels: {app: shop}}
  template:
    spec:
      securityContext:
        runAsNonRoot: true
      containers:
        - name: shop
          image: ghcr.io/acme/shop:1.4.2
""",
        """\
# file: cart/Dockerfile
# next
FROM python:3.12-slim
COPY . /app
# file: skaffold.yaml
apiVersion: skaffold/v4beta11
kind: Config
build:
  artifacts:
    - image: cart
      context: cart
# file: k8s/cart.yaml
apiVersion: v1
kind: Pod
metadata: {name: cart}
spec:
  containers:
    - name: cart
      image: cart
      securityContext: {runAsNonRoot: true}
""",
    ),
    good=(
        """\
# file: Dockerfile
FROM node:22-slim
USER 1000:1000
# file: compose.yaml
services:
  shop:
    image: ghcr.io/acme/shop
    build: .
# file: k8s/shop.yaml
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  containers:
    - name: shop
      image: ghcr.io/acme/shop:1.4.2
      securityContext: {runAsNonRoot: true}
""",
        """\
# file: Dockerfile
FROM node:22-slim
USER node
# file: compose.yaml
services:
  shop:
    image: ghcr.io/acme/shop
    build: .
# file: k8s/shop.yaml
apiVersion: v1
kind: Pod
metadata: {name: shop}
spec:
  securityContext: {runAsNonRoot: true, runAsUser: 1000}
  containers:
    - name: shop
      image: ghcr.io/acme/shop:1.4.2
    - name: proxy
      image: ghcr.io/acme/proxy:1.4.2
""",
    ),
)


class _Build(NamedTuple):
    """That an image is built from a Dockerfile up to a stage, "" for its last one."""

    name: str
    file: str
    target: str


class _Asked(NamedTuple):
    """A place that asks for an image to run as somebody other than root, and leaves to the image as whom."""

    name: str
    file: str
    line: int
    workload: str


def check(dockerfile: Dockerfile) -> Iterator[Hit]:
    tree = dockerfile.tree
    refused = _refused(dockerfile) if tree is not None and dockerfile.file else None
    if tree is None or refused is None:
        return
    final = dockerfile.final.name.lower()
    names = {
        build.name
        for build in tree.once((__name__, "builds"), lambda: tuple(_builds(tree)))
        if build.file == dockerfile.file and build.target in ("", final)
    }
    if not names:
        return
    for asked in tree.once((__name__, "asked"), lambda: tuple(_all_asked(tree))):
        if asked.name in names:
            at, who = refused
            yield hit(
                at,
                f"{short(asked.workload, 60)} ({short(asked.file)}, line {asked.line}) asks for runAsNonRoot, "
                f"and {who}",
                subject=f"USER {asked.file} {asked.workload} {asked.name}",
            )
            return


def _refused(dockerfile: Dockerfile) -> tuple[Span, str] | None:
    """Where it is said who the image runs as, and why the kubelet would not have it; None where it would, or where
    nobody can tell."""
    found = last_user(dockerfile)
    if found is None:
        *_, origin = dockerfile.lineage(dockerfile.final)
        if origin.base is None or runs_as_root(origin.base) is not True:
            return None
        return dockerfile.final.base_at.span, "without a USER the image runs as root"
    stage, instruction = found
    word = next(iter(instruction.words()), None)
    user = expand(word.text, stage.known) if word else None
    name = user.partition(":")[0] if user else ""
    if not word or not name or (name.isdecimal() and int(name[:9]) > 0):
        return None
    why = "the image runs as root" if name in ("0", "root") else f"nobody can tell from the name {short(name, 40)} who"
    return word.span, why if name in ("0", "root") else f"{why} that is"


_MAX_FILES = 400
_MAX_TEXT = 1 << 18


def _yaml(tree: Tree) -> Iterator[tuple[str, str]]:
    """The YAML files of a tree that may say what is built and what is run, and their texts."""
    found = (path for path in tree.paths if path.endswith((".yaml", ".yml")) and not is_workflow(path))
    for path, _ in zip(found, range(_MAX_FILES), strict=False):
        text = tree.text(path)
        if text and len(text) <= _MAX_TEXT:
            yield path, text


def _builds(tree: Tree) -> Iterator[_Build]:
    for path, text in _yaml(tree):
        name = path.rpartition("/")[2].lower()
        try:
            if is_compose(path) and "build" in text:
                yield from _of_compose(path, text, tree)
            elif name.startswith("skaffold") and "artifacts" in text:
                yield from _of_skaffold(path, text)
        except ParseError:
            continue  # whoever judges that file says so


def _of_compose(path: str, text: str, tree: Tree) -> Iterator[_Build]:
    from yett.parse.compose import filled, parse
    from yett.parse.kubernetes import find
    from yett.parse.yaml import Scalar

    project = parse(text, path, tree)
    for service in project.services if project else ():
        build, name = service.get("build"), service.image
        if build is None or not name:
            continue
        said = [build if isinstance(build, Scalar) else find(build, "context")]
        said += [find(build, "dockerfile"), find(build, "target")]
        context, file, target = (filled(node.text) if isinstance(node, Scalar) else "" for node in said)
        if find(build, "dockerfile_inline") is None and None not in (context, file, target):
            yield _build(name, path, context or ".", file or "Dockerfile", target or "")


def _of_skaffold(path: str, text: str) -> Iterator[_Build]:
    from yett.parse.kubernetes import elements, find
    from yett.parse.kubernetes import text as said
    from yett.parse.yaml import compose_all

    for root in compose_all(text):
        for artifact in elements(find(root, "build", "artifacts")):
            others = ("jib", "buildpacks", "ko", "bazel", "custom", "kaniko")
            if any(find(artifact, other) is not None for other in others):
                continue
            name, context = said(find(artifact, "image")), said(find(artifact, "context"))
            file = said(find(artifact, "docker", "dockerfile"))
            if name and not any("{{" in part or "$" in part for part in (name, context, file)):
                target = said(find(artifact, "docker", "target"))
                yield _build(name, path, context or ".", file or "Dockerfile", target)


def _build(name: str, path: str, context: str, file: str, target: str) -> _Build:
    """The paths of a build are relative: that of the context to the file it is in, that of the Dockerfile to the
    context. One outside the tree (a URL, `../..`) matches no file."""
    folder = posixpath.join(posixpath.dirname(path), context)
    return _Build(image(name).name, posixpath.normpath(posixpath.join(folder, file)), target.lower())


def _all_asked(tree: Tree) -> Iterator[_Asked]:
    texts = [(path, text) for path, text in _yaml(tree) if "runAsNonRoot" in text or "runAsUser" in text]
    # A patch may set the user for a workload that another file describes.
    numbered = "\n".join(text for _, text in texts if "runAsUser" in text and "runAsNonRoot" not in text)
    for path, text in texts:
        if "runAsNonRoot" in text and "image" in text and "{{" not in text and not is_compose(path):
            try:
                yield from (asked for asked in _asked(path, text) if asked.workload.split()[-1] not in numbered)
            except ParseError:
                continue


def _asked(path: str, text: str) -> Iterator[_Asked]:
    from yett.parse.kubernetes import find, is_open, parse, truth, workload
    from yett.parse.kubernetes import text as said
    from yett.parse.yaml import Scalar

    for manifest in parse(text):
        pods = workload(manifest)
        for container in pods.containers if pods else ():
            name = find(container.node, "image")
            ways = [(holder.get("securityContext")) for holder in (container, pods) if holder]
            asks = next((node for way in ways if (node := find(way, "runAsNonRoot")) is not None), None)
            numbered = any(find(way, "runAsUser") is not None for way in ways)
            if isinstance(name, Scalar) and not is_open(name) and asks and truth(asks) and not numbered:
                yield _Asked(image(said(name)).name, path, asks.line, manifest.title)
