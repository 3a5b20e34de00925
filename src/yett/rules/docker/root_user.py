"""The container runs as root, and somebody wrote so."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Severity
from yett.parse.dockerfile import Dockerfile, expand
from yett.rules.docker.users import gives_up_root, last_user
from yett.rules.hits import hit, short

RULE = Rule(
    id="docker/root-user",
    title="Container runs as root",
    severity=Severity.HIGH,
    why="Whoever breaks into the process is root in the container, and one flaw in the kernel away from root outside.",
    fix="Create a user, and end the file with `USER 10001`.",
    refs=(
        "CWE-250",
        "PCI DSS 2.2.6",
        "PCI DSS 7.2.5",
        "https://docs.docker.com/build/building/best-practices/#user",
    ),
    bad=(
        """\
FROM python:3.12-slim
USER app
RUN true
# next
USER root
CMD ["python", "-m", "shop"]
""",
        """\
FROM debian:12 AS base
ARG RUN_AS=0
# next
USER ${RUN_AS}:0

FROM base
CMD ["/srv/shop"]
""",
    ),
    good=(
        """\
FROM python:3.12-slim
USER root
RUN apt-get update
USER 10001
CMD ["python", "-m", "shop"]
""",
        """\
FROM golang:1.24 AS build
USER root
RUN go build -o /shop

FROM gcr.io/distroless/static:nonroot
COPY --from=build /shop /shop
""",
        """\
FROM debian:12
ARG RUN_AS
USER $RUN_AS
""",
        """\
FROM debian:12
USER root
ENTRYPOINT ["gosu", "app", "/srv/shop"]
""",
    ),
)

_ROOT = ("root", "0", "containeradministrator")


def check(dockerfile: Dockerfile) -> Iterator[Hit]:
    found = last_user(dockerfile)
    words = found[1].words() if found else ()
    if not found or not words:
        return
    stage, _ = found
    user = expand(words[0].text, stage.known)
    if user is not None and user.partition(":")[0].lower() in _ROOT and not gives_up_root(dockerfile):
        yield hit(
            words[0].span,
            f"the container runs as {short(user)}: this is the last USER of the image",
            fix="End the last stage with `USER 10001`, or the name of the user it creates.",
            subject=f"USER {user}",
        )
