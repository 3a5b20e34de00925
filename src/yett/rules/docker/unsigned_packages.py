"""Signatures of packages are not checked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Hit, Rule, Severity
from yett.parse import shell
from yett.parse.dockerfile import Dockerfile
from yett.parse.shell import Command, Word
from yett.rules.commands import find, settings
from yett.rules.hits import hit, short

RULE = Rule(
    id="docker/unsigned-packages",
    title="Package signatures are not checked",
    severity=Severity.HIGH,
    why="A mirror, or somebody on the way to it, can put any package in the place of the one that was asked for.",
    fix="Import the key of the repository, and leave the check on.",
    refs=("CWE-347", "PCI DSS 6.3.2", "https://manpages.debian.org/stable/apt/apt-secure.8.en.html"),
    bad=(
        """\
FROM debian:12
# next
RUN apt-get install -y --allow-unauthenticated shop
# next
RUN apt-get -o Acquire::AllowInsecureRepositories=true update
# next
RUN echo 'deb [arch=amd64 trusted=yes] https://example.com/apt ./' > /etc/apt/sources.list.d/shop.list
""",
        """\
FROM alpine:3.22
# next
RUN apk add --no-cache --allow-untrusted shop.apk
""",
        """\
FROM fedora:42
# next
RUN dnf install -y --nogpgcheck shop
# next
RUN printf '[shop]\\nbaseurl=https://example.com\\ngpgcheck=0\\n' > /etc/yum.repos.d/shop.repo
# next
RUN rpm -i --nosignature shop.rpm
""",
    ),
    good=(
        """\
FROM debian:12
RUN apt-get install -y --no-install-recommends shop
RUN echo 'deb [signed-by=/etc/apt/keyrings/shop.gpg] https://example.com/apt ./' > /etc/apt/sources.list.d/shop.list
RUN echo 'deb [trusted=yes] file:/opt/packages ./' > /etc/apt/sources.list.d/local.list
RUN apt-get -o Acquire::Check-Valid-Until=false update
""",
        """\
FROM fedora:42
RUN dnf install -y --setopt=install_weak_deps=False shop
RUN printf '[shop]\\ngpgcheck=1\\n' > /etc/yum.repos.d/shop.repo
RUN grep -r gpgcheck=0 /etc/yum.repos.d && exit 1 || true
""",
    ),
)

_APT = r"(?i)(?:allowunauthenticated|allowinsecurerepositories|allowweakrepositories)[=\s]\"?(?:true|1|yes)"
_TRUSTED = r"\[[^\]\n]{0,200}\btrusted=yes\b[^\]\n]{0,200}\](?!\s+file:)"
_NO_CHECK = r"(?i)(?:\b|(?<=\\n))(?:repo_)?gpgcheck\s{0,5}=\s{0,5}(?:0|false|no)\b"
_WRITERS = ("echo", "printf", "cat", "tee", "sed", "add-apt-repository", "")


def check(dockerfile: Dockerfile) -> Iterator[Hit]:
    for _, _, script in dockerfile.scripts():
        for command in shell.walk(script.commands):
            word = _unchecked(command)
            if word:
                name = shell.program(command) or "this command"
                yield hit(
                    script.span(word),
                    f"`{short(word.text, 60)}` switches the check of package signatures off",
                    subject=f"RUN {name} {word.text}",
                )


def _unchecked(command: Command) -> Word | None:
    name = shell.program(command)
    match name:
        case "apt" | "apt-get" | "aptitude":
            found = (word for word, text in settings(command, "-o") if re.search(_APT, text))
            options = ("--allow-unauthenticated", "--force-yes", "--allow-insecure-repositories")
            return next(found, None) or find(command, *options)
        case "apk":
            return find(command, "--allow-untrusted")
        case "yum" | "dnf" | "microdnf" | "tdnf" | "zypper" | "yum-config-manager":
            found = (word for word, text in settings(command, "--setopt") if re.search(_NO_CHECK, text))
            return next(found, None) or find(command, "--nogpgcheck", "--no-gpg-checks", "--gpgcheck-allow-unsigned")
        case "rpm":
            return find(command, "--nosignature", "--nodigest")
    if name in _WRITERS:
        for word in command.words:
            if (
                re.search(_TRUSTED, word.text)
                or re.search(_NO_CHECK, word.text)
                or (name != "sed" and re.search(_APT, word.text))
            ):
                return word
        for redirect in command.redirects:
            if re.search(_TRUSTED, redirect.body) or re.search(_NO_CHECK, redirect.body):
                return redirect.target
    return None
