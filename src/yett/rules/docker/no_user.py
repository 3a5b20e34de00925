"""The container runs as root because nobody said otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity
from yett.parse.dockerfile import Dockerfile
from yett.rules.docker.images import gives_up_root_itself, runs_as_root
from yett.rules.docker.users import gives_up_root, last_user
from yett.rules.hits import hit, short

RULE = Rule(
    id="docker/no-user",
    title="Image names no user",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Without USER most images start as root, and whoever breaks into the process is root in the container.",
    fix="Create a user, and end the file with `USER 10001`.",
    refs=(
        "CWE-250",
        "PCI DSS 2.2.6",
        "PCI DSS 7.2.5",
        "https://docs.docker.com/build/building/best-practices/#user",
    ),
    bad=(
        """\
FROM node:22 AS build
USER node
RUN npm ci

# next
FROM node:22-slim
COPY --from=build /app /app
CMD ["node", "/app/server.js"]
""",
        """\
# next
FROM ghcr.io/acme/base:1.4
CMD ["/srv/shop"]
""",
    ),
    good=(
        """\
FROM node:22-slim AS base
USER node

FROM base
CMD ["node", "server.js"]
""",
        """\
FROM gcr.io/distroless/static-debian12:nonroot
CMD ["/shop"]
""",
        """\
FROM nginxinc/nginx-unprivileged:1.27
COPY shop.conf /etc/nginx/conf.d/
""",
        """\
FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends gosu
ENTRYPOINT ["/docker-entrypoint.sh"]
""",
        """\
FROM golang:1.24 AS build
RUN go build -o /shop

# Holds files for another build to copy; nothing runs in it.
FROM scratch
COPY --from=build /shop /
""",
        """\
FROM postgres:17
COPY init.sql /docker-entrypoint-initdb.d/
""",
        """\
ARG BASE
FROM ${BASE}
CMD ["/shop"]
""",
    ),
)


def check(dockerfile: Dockerfile) -> Iterator[Hit]:
    if last_user(dockerfile) or gives_up_root(dockerfile):
        return
    *_, origin = dockerfile.lineage(dockerfile.final)
    starts = any(stage.last(name) for stage in dockerfile.lineage(dockerfile.final) for name in ("CMD", "ENTRYPOINT"))
    if origin.base is None or (origin.base == "scratch" and not starts):
        return
    root = runs_as_root(origin.base)
    if root is False and not _has_own_entry_point(dockerfile, origin.base):
        return
    yield hit(
        dockerfile.final.base_at.span,
        f"no USER is set, so the container runs as {short(origin.base)} does"
        + (", which is as root" if root is not None else ""),
        subject="USER unsaid",
        severity=Severity.LOW if root is None else None,
        confidence=Confidence.LOW if root is None else None,
    )


def _has_own_entry_point(dockerfile: Dockerfile, base: str) -> bool:
    """Whether an ENTRYPOINT takes the place of one that would have given up root."""
    replaced = any(stage.last("ENTRYPOINT") for stage in dockerfile.lineage(dockerfile.final))
    return replaced and gives_up_root_itself(base)
