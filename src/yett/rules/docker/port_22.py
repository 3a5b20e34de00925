"""A way in over SSH."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.dockerfile import Dockerfile, Instruction, Stage, expand
from yett.parse.source import Span
from yett.rules.hits import hit

RULE = Rule(
    id="docker/port-22",
    title="SSH server in the image",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="It is one more way in, with keys and passwords of its own, past the audit log of the platform.",
    fix="Leave the server out, and use `docker exec` or `kubectl exec`.",
    refs=("CWE-284", "PCI DSS 2.2.4", "https://docs.docker.com/reference/cli/docker/container/exec/"),
    bad=(
        """\
FROM debian:12
# next
RUN apt-get update && apt-get install -y openssh-server
# next
EXPOSE 80 22/tcp
# next
CMD ["/usr/sbin/sshd", "-D"]
""",
    ),
    good=(
        """\
FROM debian:12 AS build
RUN apt-get update && apt-get install -y openssh-server
FROM debian:12
RUN apt-get install -y openssh-client
EXPOSE 8022 2222/tcp 80:22
EXPOSE $PORT
CMD ["/srv/sshd-exporter"]
""",
    ),
)

_SERVERS = ("openssh-server", "openssh", "dropbear")
_MANAGERS = ("apt-get", "apt", "apk", "yum", "dnf", "microdnf", "zypper")


def check(dockerfile: Dockerfile) -> Iterator[Hit]:
    for stage in dockerfile.lineage(dockerfile.final):
        for instruction in stage.instructions:
            for span, message in _found(stage, instruction):
                yield hit(span, message, subject=f"{instruction.name} {message}")


def _found(stage: Stage, instruction: Instruction) -> Iterator[tuple[Span, str]]:
    if instruction.name == "EXPOSE":
        for word in instruction.words():
            port = expand(word.text, stage.known)
            if port and port.partition("/")[0] == "22":
                yield word.span, "port 22 is the port of SSH"
    for script in instruction.scripts:
        for command in shell.walk(script.commands):
            words = shell.argv(command)
            if shell.program(command) in ("sshd", "dropbear"):
                yield script.span(words[0]), f"{shell.program(command)} is started"
            if instruction.name == "RUN" and shell.program(command) in _MANAGERS:
                server = next((word for word in words[1:] if word.text in _SERVERS), None)
                # Alpine's `openssh` holds the client as well, and most want nothing but that.
                if server and not (shell.program(command) == "apk" and server.text == "openssh"):
                    yield script.span(server), f"{server.text} is installed"
