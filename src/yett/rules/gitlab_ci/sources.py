"""What a pipeline takes from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.gitlab import Pipeline
from yett.parse.source import Span
from yett.parse.yaml import Mapping, Node, Scalar, Sequence
from yett.rules.hits import hit, short
from yett.rules.image import image

_INCLUDE = "https://docs.gitlab.com/ci/yaml/includes/"


def span(scalar: Scalar) -> Span:
    return Span(scalar.line, scalar.column, scalar.end_line, scalar.end_column)


UNPINNED_INCLUDE = Rule(
    id="gitlab-ci/unpinned-include",
    title="Pipeline code that others can change",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "What is included runs as part of this pipeline, with its variables and token. A branch, a tag or an address "
        "can hold something else tomorrow; without `ref` it is the default branch."
    ),
    fix="Name a commit (`ref: <sha>`), a component's full version, or the digest of the file (`integrity: sha256-…`).",
    refs=("CWE-829", "PCI DSS 6.3.2", _INCLUDE),
    bad=(
        """\
include:
  - remote: https://ci.example.com/scan.yml  # <- here
  - project: acme/pipelines
    ref: main  # <- here
    file: /deploy.yml
  - project: acme/tools  # <- here
    file: /lint.yml
  - component: gitlab.com/acme/scan/sast@~latest  # <- here
  - http://ci.example.com/old.yml  # <- here
""",
    ),
    good=(
        """\
include:
  - local: /ci/test.yml
  - template: Jobs/SAST.gitlab-ci.yml
  - project: acme/pipelines
    ref: 787123b47f14b552955ca2786bc9542ae66fee5b
    file: /deploy.yml
  - remote: https://ci.example.com/scan.yml
    integrity: sha256-L3/GAoKaw0Arw6hDCKeKQlV1QPEgHYxGBHsH4zG1IY8=
  - component: gitlab.com/acme/scan/sast@1.4.2
  - project: acme/pipelines
    ref: $PIPELINES_REF
    file: /build.yml
""",
    ),
)


def _includes(pipeline: Pipeline) -> Iterator[Node]:
    nodes: list[Node | None] = [pipeline.root.get("include")]
    for job in pipeline.jobs:
        trigger = job.own["trigger"].value if "trigger" in job.own else None
        nodes.append(trigger.get("include") if isinstance(trigger, Mapping) else None)
    for node in nodes:
        if isinstance(node, Sequence):
            yield from node.items
        elif node is not None:
            yield node


def unpinned_include(pipeline: Pipeline) -> Iterator[Hit | Unknown]:
    for item in _includes(pipeline):
        if isinstance(item, Scalar):
            if item.text.startswith(("http://", "https://")):
                yield _remote(item)
            continue
        if not isinstance(item, Mapping):
            continue
        remote, project, component = (item.get(key) for key in ("remote", "project", "component"))
        if isinstance(remote, Scalar) and item.get("integrity") is None:
            yield _remote(remote)
        elif isinstance(project, Scalar):
            yield from _project(item, project)
        elif isinstance(component, Scalar):
            yield from _component(component)


def _remote(at: Scalar) -> Hit:
    plain = at.text.startswith("http://")
    return hit(
        span(at),
        f"{short(at.text)} is included {'over plain HTTP' if plain else 'as it is when the pipeline starts'}",
        fix="Copy the file into a project of yours and include it at a commit, or add `integrity: sha256-…`.",
        subject=f"include remote {at.text}",
        severity=Severity.HIGH if plain else None,
    )


_COMMIT = r"[0-9a-fA-F]{40}(?:[0-9a-fA-F]{24})?"


def _project(item: Mapping, project: Scalar) -> Iterator[Hit | Unknown]:
    ref = item.get("ref")
    if isinstance(ref, Scalar) and re.fullmatch(_COMMIT, ref.text.strip()):
        return
    if isinstance(ref, Scalar) and "$" in ref.text:
        yield Unknown(ref.line, f"the ref of {short(project.text)}")
        return
    said = f"at {short(ref.text, 40)}, which can be moved" if isinstance(ref, Scalar) else "at its default branch"
    yield hit(
        span(ref if isinstance(ref, Scalar) else project),
        f"{short(project.text)} is included {said}",
        fix=f"Write `ref: <commit id>` for {short(project.text)}.",
        subject=f"include project {project.text}",
    )


def _component(component: Scalar) -> Iterator[Hit]:
    version = component.text.rpartition("@")[2]
    if "$" in version or re.fullmatch(_COMMIT, version) or re.fullmatch(r"v?\d+\.\d+\.\d+\S*", version):
        return
    yield hit(
        span(component),
        f"{short(component.text)} is whatever version is newest",
        fix=f"Write the full version: `{short(component.text.partition('@')[0])}@<x.y.z>`.",
        subject=f"include component {component.text}",
    )


LATEST_IMAGE = Rule(
    id="gitlab-ci/latest-image",
    title="Job runs in an image without a version",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "The job's tools are whatever was pushed last under that name, and they see every variable and the token of "
        "the job. Without a tag the runner takes `latest`."
    ),
    fix="Name a version, better its digest as well.",
    refs=("CWE-829", "CWE-1104", "PCI DSS 6.3.2", "https://docs.gitlab.com/ci/docker/using_docker_images/"),
    bad=(
        """\
image: python  # <- here
test:
  services:
    - postgres:latest  # <- here
    - name: redis  # <- here
  script: make test
deploy:
  image:
    name: alpine/helm:latest  # <- here
  script: helm upgrade shop .
""",
    ),
    good=(
        """\
image: python:3.12
test:
  services: ["postgres:17", "$DB_IMAGE"]
  script: make test
deploy:
  image: registry.example.com:5000/helm@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
  script: helm upgrade shop .
""",
    ),
)


def latest_image(pipeline: Pipeline) -> Iterator[Hit]:
    for found in pipeline.images():
        text = found.at.text.strip()
        named = image(text)
        if text and "$" not in named.name and not named.digest and named.tag in ("", "latest") and "$" not in text:
            yield hit(
                span(found.at),
                f"{short(text)} is whatever was pushed last",
                fix=f"Write `{short(named.name)}:<version>`.",
                subject=f"{found.where or 'default'} {'service' if found.service else 'image'} {text}",
            )


IMAGE_DIGEST = Rule(
    id="gitlab-ci/image-digest",
    title="Job runs in an image whose tag can be moved",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A tag can be pushed anew; what a digest names never changes.",
    fix="Write the digest behind the tag, and let a bot keep it up to date.",
    refs=("CWE-829", "PCI DSS 6.3.2", "https://docs.gitlab.com/ci/docker/using_docker_images/"),
    bad=(
        """\
image: python:3.12  # <- here
test:
  script: make test
""",
    ),
    good=(
        """\
image: python:3.12@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
test:
  image: $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA
  script: make test
""",
    ),
)


def image_digest(pipeline: Pipeline) -> Iterator[Hit]:
    for found in pipeline.images():
        text = found.at.text.strip()
        named = image(text)
        if named.tag not in ("", "latest") and not named.digest and "$" not in text:
            yield hit(
                span(found.at),
                f"the tag of {short(text)} can be moved",
                fix=f"Write `{short(text)}@sha256:<digest>`.",
                subject=f"{found.where or 'default'} {'service' if found.service else 'image'} {text} digest",
            )


RULES = (
    (UNPINNED_INCLUDE, unpinned_include),
    (LATEST_IMAGE, latest_image),
    (IMAGE_DIGEST, image_digest),
)
