"""Certificates are not checked."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Severity
from yett.parse import shell
from yett.parse.dockerfile import Dockerfile
from yett.rules.commands import off, switches_off
from yett.rules.hits import hit, short
from yett.rules.scripts import verifies

RULE = Rule(
    id="docker/tls-verify-off",
    title="TLS certificates are not checked",
    severity=Severity.HIGH,
    why=(
        "What is downloaded can be replaced on the way. Set by ENV, the running application does not check "
        "certificates either."
    ),
    fix="Install the certificate of your authority instead.",
    refs=("CWE-295", "PCI DSS 6.3.2", "https://curl.se/docs/sslcerts.html"),
    bad=(
        """\
FROM debian:12
# next
RUN curl -fsSLk https://example.com/tool.tgz | tar xz
# next
RUN wget --no-check-certificate https://example.com/tool && \\
# next
    pip install --trusted-host pypi.example.com shop && \\
# next
    git -c http.sslVerify=false clone https://example.com/shop.git
# next
RUN npm config set strict-ssl false
# next
ENV NODE_TLS_REJECT_UNAUTHORIZED=0 PORT=8000
# next
ENV PYTHONHTTPSVERIFY 0
# next
RUN GIT_SSL_NO_VERIFY=1 git clone https://example.com/shop.git
""",
        """\
FROM alpine:3.22
RUN <<EOF
set -e
# next
curl --insecure -o tool https://example.com/tool
EOF
""",
    ),
    good=(
        """\
FROM debian:12
ENV NODE_TLS_REJECT_UNAUTHORIZED=1
RUN curl -fsSL -o k https://example.com/key
RUN curl -okey https://example.com/key
RUN git config --global http.sslVerify true
RUN npm config set strict-ssl true && npm install strict-ssl false
RUN curl -k http://localhost:8080/health
# Compared afterwards, so nobody can replace it unseen.
RUN curl -kfsSLo tool https://example.com/tool && echo "$DIGEST  tool" | sha256sum -c -
HEALTHCHECK CMD curl -kf https://localhost:8443/health
RUN echo "never use curl -k"
""",
    ),
)


def check(dockerfile: Dockerfile) -> Iterator[Hit]:
    shipped = {stage.number for stage in dockerfile.lineage(dockerfile.final)}
    for stage, instruction in dockerfile.instructions():
        if instruction.name in ("ENV", "ARG"):
            for pair in instruction.pairs():
                if pair.value is not None and switches_off(pair.name, pair.value):
                    also = (
                        ", in the running container as well"
                        if instruction.name == "ENV" and stage.number in shipped
                        else ""
                    )
                    message = f"{pair.name} switches the check of certificates off{also}"
                    yield hit(pair.span, message, subject=f"{instruction.name} {pair.name}")
    for _, _, script in dockerfile.scripts():
        for command in shell.walk(script.commands):
            word = off(command)
            checked = shell.program(command) in ("curl", "wget") and verifies(script.text.value)
            if word and not checked:
                name = shell.program(command) or "this command"
                message = f"{name} is told not to check certificates by `{short(word.text, 40)}`"
                yield hit(script.span(word), message, subject=f"RUN {name} {word.text}")
