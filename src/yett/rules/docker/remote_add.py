"""Content from elsewhere enters the image unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse.dockerfile import Dockerfile
from yett.rules.hits import hit, short

RULE = Rule(
    id="docker/remote-add",
    title="ADD of remote content without a digest",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Whoever controls the server, or the way to it, puts what they like into the image.",
    fix="Give the digest, `ADD --checksum=sha256:… URL`, and use COPY for local files.",
    refs=("CWE-494", "PCI DSS 6.3.2", "https://docs.docker.com/reference/dockerfile/#add---checksum"),
    bad=(
        """\
FROM debian:12
# next
ADD https://example.com/tool.tgz /opt/
# next
ADD git@github.com:acme/shop.git#main /srv/
# next
ADD . /srv/app
""",
    ),
    good=(
        """\
FROM debian:12
ADD --checksum=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef https://example.com/t.tgz /opt/
ADD https://github.com/acme/shop.git#0123456789abcdef0123456789abcdef01234567 /srv/
ADD rootfs.tar.xz /
ADD ${ROOTFS} /
COPY . /srv/app
""",
    ),
)

_REMOTE = r"(?i)(?:https?|ftp|git|ssh)://|git@[\w.-]+:"
_COMMIT = r"#[0-9a-f]{40}(?:$|:)"
_ARCHIVE = r"(?i)\.(?:tar|t[gxb]z2?|gz|xz|bz2|zst)(?:\.\w+)?$"


def check(dockerfile: Dockerfile) -> Iterator[Hit]:
    for _, instruction in dockerfile.instructions():
        if instruction.name != "ADD" or instruction.heredocs:
            continue
        for word in instruction.words()[:-1]:
            text = word.text
            if re.match(_REMOTE, text):
                if not instruction.flag("checksum") and not re.search(_COMMIT, text):
                    yield hit(word.span, f"{short(text)} is added without its digest", subject=f"ADD {text}")
            elif "$" not in text and "*" not in text and not re.search(_ARCHIVE, text):
                yield hit(
                    word.span,
                    f"{short(text)} is local and no archive: COPY does the same and no more",
                    fix=f"Write `COPY` in the place of `ADD` for {short(text)}.",
                    subject=f"ADD {text}",
                    severity=Severity.INFO,
                )
