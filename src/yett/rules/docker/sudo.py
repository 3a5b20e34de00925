"""sudo in an image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.dockerfile import Dockerfile
from yett.parse.shell import Command, Word
from yett.rules.hits import hit

RULE = Rule(
    id="docker/sudo",
    title="sudo in an image",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="It gives root back to the user the container was meant to run as.",
    fix="Do what needs root before USER, and leave sudo out.",
    refs=("CWE-250", "PCI DSS 7.2.5", "https://docs.docker.com/build/building/best-practices/#user"),
    bad=(
        """\
FROM debian:12
# next
RUN echo 'app ALL=(ALL) NOPASSWD:ALL' >> /etc/sudoers
USER app
# next
RUN sudo -E apt-get install -y git
""",
    ),
    good=(
        """\
FROM debian:12
# Installed alone it is one of docker/setuid-or-debug-tools.
RUN apt-get update && apt-get install -y curl sudo
RUN echo "no sudo here" && apt-get purge -y sudo
USER app
""",
    ),
)


def check(dockerfile: Dockerfile) -> Iterator[Hit]:
    for _, _, script in dockerfile.scripts():
        for command in shell.walk(script.commands):
            found = _found(command)
            if found:
                word, message = found
                yield hit(script.span(word), message, subject=f"RUN {message} {shell.program(command)}")


def _found(command: Command) -> tuple[Word, str] | None:
    called = command.words[: len(command.words) - len(shell.argv(command))]
    for word in called:
        if word.text.rpartition("/")[2] == "sudo":
            return word, "sudo is used in the build"
    for word in command.words:
        if re.search(r"\bNOPASSWD\b", word.text):
            return word, "a user may become root without a password"
    return None
