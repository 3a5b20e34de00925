"""A download is run unseen."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse.dockerfile import Dockerfile
from yett.rules.hits import hit, short
from yett.rules.scripts import unseen_downloads

RULE = Rule(
    id="docker/curl-pipe-shell",
    title="Download is run without a check",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Whoever controls the server, or the way to it, puts what they like into the image.",
    fix="Download a fixed version, compare its digest or signature, then run it.",
    refs=("CWE-494", "PCI DSS 6.3.2", "https://docs.docker.com/build/building/best-practices/#run"),
    bad=(
        """\
FROM debian:12
RUN set -eux; \\
    apt-get update; \\
# next
    curl -fsSL https://example.com/install.sh | bash -s -- -y
# next
RUN sh -c "$(wget -qO- https://example.com/install.sh)"
# next
RUN curl -sSL https://example.com/install.py | python3 -
""",
    ),
    good=(
        """\
FROM debian:12
RUN curl -fsSLO https://example.com/install-1.2.sh \\
 && echo "$DIGEST  install-1.2.sh" | sha256sum -c - \\
 && sh install-1.2.sh
RUN curl -fsSL https://example.com/key.asc | gpg --dearmor -o /etc/apt/keyrings/shop.gpg
RUN curl -fsSL https://example.com/shop.tgz | tar xz
RUN curl -fsSL https://raw.githubusercontent.com/example/shop/4be1b0f6b3c1bd3a4d0d0b5a5b5f6a7c8d9e0f1a/install.sh | sh
RUN curl -fsSL https://example.com/versions.json | python3 -c 'import json'
""",
    ),
)


def check(dockerfile: Dockerfile) -> Iterator[Hit]:
    for _, _, script in dockerfile.scripts():
        for word, source in unseen_downloads(script.commands):
            yield hit(
                script.span(word),
                f"{short(word.text, 20)} runs what {short(source)} gives, unseen",
                subject=f"RUN {word.text} {source}",
            )
