"""Certificates are not checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from yett.model import Hit, Rule, Severity
from yett.parse import shell
from yett.parse.dockerfile import Dockerfile
from yett.parse.shell import Command, Word
from yett.rules.docker.commands import curl_flag, find, settings
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
    refs=("CWE-295", "PCI DSS 4.2.1", "PCI DSS 6.3.2", "https://curl.se/docs/sslcerts.html"),
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

_OFF = ("0", "false", "no", "off", "n")
# Variables that switch the check off, and the values that do; None: any value that is not empty.
_VARIABLES: dict[str, tuple[str, ...] | None] = {
    "GIT_SSL_NO_VERIFY": None,  # git asks only whether it is set: 0 switches the check off too
    "GOINSECURE": None,
    "NODE_TLS_REJECT_UNAUTHORIZED": _OFF,
    "NPM_CONFIG_STRICT_SSL": _OFF,
    "npm_config_strict_ssl": _OFF,
    "PIP_TRUSTED_HOST": None,
    "PYTHONHTTPSVERIFY": _OFF,
    "UV_INSECURE_HOST": None,
    "YARN_STRICT_SSL": _OFF,
    "YARN_ENABLE_STRICT_SSL": _OFF,
}
_LOCAL = re.compile(r"(?:https?://)?(?:localhost|127\.|\[::1\])")


def check(dockerfile: Dockerfile) -> Iterator[Hit]:
    shipped = {stage.number for stage in dockerfile.lineage(dockerfile.final)}
    for stage, instruction in dockerfile.instructions():
        if instruction.name in ("ENV", "ARG"):
            for pair in instruction.pairs():
                if pair.value is not None and _switches_off(pair.name, pair.value):
                    also = (
                        ", in the running container as well"
                        if instruction.name == "ENV" and stage.number in shipped
                        else ""
                    )
                    message = f"{pair.name} switches the check of certificates off{also}"
                    yield hit(pair.span, message, subject=f"{instruction.name} {pair.name}")
    for _, _, script in dockerfile.scripts():
        for command in shell.walk(script.commands):
            word = _off(command)
            checked = shell.program(command) in ("curl", "wget") and verifies(script.text.value)
            if word and not checked:
                name = shell.program(command) or "this command"
                message = f"{name} is told not to check certificates by `{short(word.text, 40)}`"
                yield hit(script.span(word), message, subject=f"RUN {name} {word.text}")


def _switches_off(name: str, value: str) -> bool:
    if name not in _VARIABLES or not value or "$" in value:
        return False
    values = _VARIABLES[name]
    return values is None or value.strip().lower() in values


def _off(command: Command) -> Word | None:
    """The word of a command that switches the check off."""
    for word in command.words:
        name, equals, value = word.text.partition("=")
        if equals and _switches_off(name, value):
            return word
    texts = [word.text for word in shell.argv(command)]
    match shell.program(command):
        case "curl":
            if any(_LOCAL.match(text) for text in texts):
                return None
            return find(command, "--insecure", "--proxy-insecure") or curl_flag(command, "k")
        case "wget":
            return find(command, "--no-check-certificate")
        case "pip" | "pip3" | "python" | "python3" | "uv":
            if "config" in texts and any("trusted-host" in text for text in texts):
                return next(word for word in command.words if "trusted-host" in word.text)
            return find(command, "--trusted-host", "--allow-insecure-host")
        case "git":
            return _git(command)
        case "npm" | "yarn" | "pnpm":
            return _npm(command)
        case "apt" | "apt-get":
            found = settings(command, "-o")
            return next(
                (word for word, text in found if re.search(r"(?i)verify-(?:peer|host)=(?:false|0)", text)), None
            )
        case "yum" | "dnf" | "microdnf" | "tdnf" | "yum-config-manager" | "dnf-config-manager":
            found = settings(command, "--setopt")
            return next((word for word, text in found if re.search(r"(?i)sslverify=(?:false|0|no)\b", text)), None)
        case "conda" | "mamba":
            return _after(command, "ssl_verify", _OFF) or find(command, "--insecure")
    return None


def _git(command: Command) -> Word | None:
    for word in command.words:
        if re.fullmatch(r"(?i)http\.(?:\S+\.)?sslverify=(?:false|0|no)", word.text):
            return word
    return _after(command, "http.sslverify", _OFF)


def _npm(command: Command) -> Word | None:
    for word in command.words:
        if re.fullmatch(r"(?i)(?:--)?(?:strict-ssl|enableStrictSsl)=(?:false|0)", word.text):
            return word
    if not any(word.text == "set" for word in command.words):
        return None
    return _after(command, "strict-ssl", _OFF) or _after(command, "enablestrictssl", _OFF)


def _after(command: Command, name: str, values: tuple[str, ...]) -> Word | None:
    """A setting and its value as two words."""
    for word, value in pairwise(command.words):
        if word.text.lower().lstrip("-") == name and value.text.lower() in values:
            return word
    return None
