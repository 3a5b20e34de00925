"""A password is set in the build."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from yett.model import Confidence, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.dockerfile import Dockerfile, Script
from yett.parse.shell import Command, Word
from yett.rules.hits import hit

RULE = Rule(
    id="docker/chpasswd",
    title="Password is set in the build",
    severity=Severity.HIGH,
    why="The password, or a hash to guess it from, stands in the image's history, and every container shares it.",
    fix="Set no password: a container needs none, and `docker exec` asks for none.",
    refs=("CWE-259", "PCI DSS 2.2.2", "PCI DSS 8.6.2", "https://docs.docker.com/build/building/secrets/"),
    bad=(
        """\
FROM debian:12
# next
RUN echo 'root:toor' | chpasswd
# next
RUN useradd -m -p '$6$abc$def' app
# next
RUN chpasswd <<< "app:app"
# next
RUN passwd -d root
""",
    ),
    good=(
        """\
FROM debian:12
ARG PASSWORD
RUN useradd --no-create-home --password '*' app && usermod -p '!' app
RUN adduser --disabled-password --gecos "" app && adduser -D other
RUN mkdir -p /srv && useradd -u 10001 app
RUN echo "root:$(openssl rand -hex 16)" | chpasswd
RUN passwd -l root
""",
    ),
)

_LOCKED = ("*", "!", "!!", "x", "")


def check(dockerfile: Dockerfile) -> Iterator[Hit]:
    for _, _, script in dockerfile.scripts():
        yield from _of_script(script)


def _of_script(script: Script) -> Iterator[Hit]:
    for pipeline in shell.pipelines(tuple(shell.walk(script.commands))):
        before = None
        for command in pipeline:
            found = _sets(command, before)
            before = command
            if found:
                word, certain = found
                yield hit(
                    script.span(word),
                    f"{shell.program(command)} sets a password that stays in the image",
                    subject=f"RUN {shell.program(command)}",
                    severity=None if certain else Severity.MEDIUM,
                    confidence=None if certain else Confidence.LOW,
                )


def _sets(command: Command, before: Command | None) -> tuple[Word, bool] | None:
    """The word that says so, and whether the password is written out; None for no password."""
    words = shell.argv(command)
    match shell.program(command):
        case "chpasswd":
            given = list(shell.argv(before)[1:]) if before else []
            given += [redirect.target for redirect in command.redirects if redirect.operator == "<<<"]
            passwords = [word.text.partition(":")[2] for word in given if ":" in word.text]
            written = [text for text in passwords if text.strip("'\"\\n") not in _LOCKED and text[:1] not in ("*", "!")]
            if written and not _is_random(written):
                return words[0], not any("$" in text for text in written)
        case "useradd" | "usermod" | "adduser":
            for word, value in pairwise(words):
                if word.text in ("-p", "--password") and value.text not in _LOCKED and not _is_random([value.text]):
                    return word, "$" not in value.text or value.text.startswith("$")
        case "passwd":
            for word in words[1:]:
                if word.text in ("-d", "--delete", "--stdin"):
                    return word, word.text != "--stdin"
    return None


def _is_random(texts: list[str]) -> bool:
    return any(word in text for text in texts for word in ("rand", "pwgen", "urandom", "uuidgen", "mktemp"))
