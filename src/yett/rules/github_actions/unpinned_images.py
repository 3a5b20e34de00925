"""Images that can change under a job."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse.expression import Chain, Context, Literal, Tree
from yett.parse.workflow import Job, Workflow, is_dynamic
from yett.parse.yaml import Mapping, Node, Scalar
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/unpinned-images",
    title="Container image without a digest",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A tag can be moved to another image, which then runs with the job's token and secrets.",
    fix="Add the digest: `image:tag@sha256:…`.",
    refs=(
        "CWE-829",
        "PCI DSS 6.3.2",
        "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idcontainerimage",
    ),
    bad=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    container: node:22  # <- here
    services:
      db:
        image: postgres  # <- here
    steps:
      - uses: docker://ghcr.io/acme/lint:latest  # <- here
""",
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    strategy:
      matrix:
        image:
          - python:3.12@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
          - python:3.13  # <- here
    container:
      image: ${{ matrix.image }}
    steps: [{run: make}]
""",
        """\
# file: action.yml
name: wrap
runs:
  using: docker
  image: docker://acme/tool:v1  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    container:
      image: node:22@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    services:
      db:
        image: ${{ inputs.image }}
      off:
        image: ""
      maybe:
        image: ${{ inputs.cache == 'true' && format('redis:{0}', inputs.version) || '' }}
    steps:
      - uses: docker://alpine@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
""",
        """\
# file: action.yml
name: wrap
runs:
  using: docker
  image: Dockerfile
""",
    ),
)


def check(workflow: Workflow) -> Iterator[Hit]:
    for job in workflow.jobs:
        path = workflow.path(job)
        yield from _of(workflow, job, f"{path}.container", _image(job.get("container")))
        services = job.get("services")
        for name, service in services.entries.values() if isinstance(services, Mapping) else ():
            yield from _of(workflow, job, f"{path}.services.{name.text}", _image(service))
        for step in job.steps:
            yield from _of_uses(workflow, job, workflow.path(job, step), step.text("uses"))
        if workflow.kind == "action":
            yield from _of_uses(workflow, job, f"{path}.image", job.text("image"))


def _image(node: Node | None) -> Scalar | None:
    image = node.get("image") if isinstance(node, Mapping) else node
    return image if isinstance(image, Scalar) else None


def _of_uses(workflow: Workflow, job: Job, path: str, uses: Scalar | None) -> Iterator[Hit]:
    if uses and uses.text.startswith("docker://"):
        yield from _of(workflow, job, path, uses)


def _of(workflow: Workflow, job: Job, path: str, image: Scalar | None) -> Iterator[Hit]:
    for found in _values(workflow, job, image):
        text = found.text.strip()
        name = text.removeprefix("docker://")
        if not name or is_dynamic(name) or "@sha256:" in name:
            continue
        tag = name.rpartition("/")[2].partition(":")[2]
        loose = tag in ("", "latest")
        yield hit(
            workflow.span(found, 0, len(text)),
            f"the image {name} is {'whatever was pushed last' if loose else 'at a tag, which can be moved'}",
            fix=f"Write `{name if tag else name + ':<version>'}@sha256:<digest>`.",
            subject=f"{path} {name}",
            severity=Severity.HIGH if loose else None,
        )


def _values(workflow: Workflow, job: Job, image: Scalar | None) -> tuple[Scalar, ...]:
    """The image, or where it is taken from the matrix, what stands there."""
    if image is None:
        return ()
    found = tuple(workflow.expressions(image))
    if len(found) == 1 and image.text.strip().startswith("${{") and image.text.strip().endswith("}}"):
        match found[0].tree:
            case Context(parts=("matrix", name)):
                return job.matrix(name)
            case Context() | None:
                return (image,)
            case tree:
                return tuple(image._replace(text=text) for text in _written(tree))
    return (image,)


def _written(tree: Tree) -> tuple[str, ...]:
    """The texts that an expression names as what it may come to."""
    match tree:
        case Literal(value=str(text)):
            return (text,)
        case Chain(operator="&&", operands=operands):
            return _written(operands[-1])
        case Chain(operator="||", operands=operands):
            return tuple(text for operand in operands for text in _written(operand))
    return ()
