"""A base image at a tag, which can be moved."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse.dockerfile import Dockerfile
from yett.rules.hits import hit, short
from yett.rules.image import image

RULE = Rule(
    id="docker/base-digest",
    title="Base image without a digest",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A tag can be moved to another image; a digest cannot.",
    fix="Add the digest, `FROM name:tag@sha256:…`, and let a bot raise it.",
    refs=(
        "CWE-829",
        "PCI DSS 6.3.2",
        "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
    ),
    bad=(
        """\
# next
FROM python:3.12-slim
""",
    ),
    good=(
        """\
FROM python:3.12@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef AS build
FROM build
FROM scratch
""",
        """\
# No tag at all is another rule's matter.
FROM python
""",
    ),
)


def check(dockerfile: Dockerfile) -> Iterator[Hit]:
    for stage in dockerfile.stages:
        found = image(stage.base) if stage.base and stage.parent < 0 else None
        if found and found.tag not in ("", "latest") and not found.digest:
            yield hit(
                stage.base_at.span,
                f"the tag of {short(stage.base or '')} can be moved",
                fix=f"Write `FROM {short(stage.base or '')}@sha256:<digest>`.",
                subject=stage.base or "",
            )
