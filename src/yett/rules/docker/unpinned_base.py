"""Nobody knows which base image a build will take."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.dockerfile import Dockerfile, expand
from yett.parse.source import Span
from yett.rules.hits import hit, short
from yett.rules.image import image

RULE = Rule(
    id="docker/unpinned-base",
    title="Base image without a version",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The build takes what was pushed last: fixes come and go unseen, and the same image cannot be built twice.",
    fix="Name a version, better its digest as well.",
    refs=(
        "CWE-1104",
        "CWE-829",
        "PCI DSS 6.3.2",
        "PCI DSS 6.3.3",
        "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
    ),
    bad=(
        """\
# next
FROM --platform=linux/amd64 python AS build
# next
FROM registry.example.com:5000/acme/base:latest
# next
COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/
""",
        """\
ARG BASE=debian
# next
FROM ${BASE}
""",
    ),
    good=(
        """\
ARG VERSION=3.12
FROM python:${VERSION}-slim AS build
FROM build AS test
FROM scratch
COPY --from=build /app /app
COPY --from=0 /app /app
""",
        """\
ARG BASE
FROM ${BASE}
FROM python@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
FROM registry.example.com:5000/acme/base:4.1
""",
    ),
)


def check(dockerfile: Dockerfile) -> Iterator[Hit | Unknown]:
    names = {stage.name.lower() for stage in dockerfile.stages if stage.name}
    for stage in dockerfile.stages:
        if stage.parent < 0 and _is_loose(stage.base):
            yield _hit(stage.base_at.span, stage.base or "")
        if stage.parent < 0 and stage.base is None:
            yield Unknown(stage.base_at.span.line, f"the image {short(stage.base_at.text)}")
        for instruction in stage.all("COPY"):
            flag = instruction.flag("from")
            source = expand(flag.value, stage.known) if flag else None
            if flag and source and not source.isdigit() and source.lower() not in names and _is_loose(source):
                yield _hit(flag.span, source)


def _is_loose(base: str | None) -> bool:
    if base is None or base.lower() == "scratch":
        return False
    found = image(base)
    return not found.digest and found.tag in ("", "latest")


def _hit(span: Span, base: str) -> Hit:
    name = image(base).name
    return hit(
        span,
        f"{short(base)} is whatever was pushed last",
        fix=f"Write `{short(name)}:<version>`, better with its `@sha256:<digest>`.",
        subject=base,
    )
