"""A secret stays in the image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Confidence, Hit, Rule, Severity
from yett.parse.dockerfile import Dockerfile, Instruction, Pair
from yett.rules.credentials import is_setting, is_stand_in, means_secret
from yett.rules.hits import hit, short

RULE = Rule(
    id="docker/secret-in-build",
    title="Secret is built into the image",
    severity=Severity.CRITICAL,
    why="Values of ARG and ENV stand in the image's history, copied files in its layers: who can pull it has them.",
    fix="Use `RUN --mount=type=secret` for the build, and pass what the program needs when it starts.",
    refs=(
        "CWE-798",
        "CWE-538",
        "PCI DSS 8.6.2",
        "https://docs.docker.com/build/building/secrets/",
    ),
    bad=(
        """\
FROM python:3.12
# next
ENV DB_PASSWORD=q9Xv"""
        + """T2kLm8Rw PORT=8000
# next
ARG NPM_TOKEN
# next
COPY --chown=app id_rsa /app/
# next
COPY config/.env /app/
# next
COPY .aws/credentials /root/.aws/
""",
        """\
FROM python:3.12
# next
ENV API_SECRET q9Xv"""
        + """T2kLm8Rw
# next
ADD ["deploy.pem", "/etc/ssl/"]
# next
ENV POSTGRES_PASSWORD=postgres
""",
    ),
    good=(
        """\
FROM python:3.12
ARG PASSWORD_FILE=/run/secrets/db
ENV DB_PASSWORD="" TOKEN_URL=https://example.com/token GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305
ENV API_TOKEN=$API_TOKEN
RUN --mount=type=secret,id=token pip install --index-url "$(cat /run/secrets/token)" shop
""",
        """\
FROM python:3.12 AS build
COPY .env.example ca-bundle.pem id_rsa.pub ffdhe4096.pem /app/
COPY env.py keys.py /app/
FROM python:3.12
COPY --from=build /app/server.pem /app/
""",
    ),
)

# Names of files that hold a key or a password, most of the time.
_KEY_FILE = (
    r"\.env(?:\.(?!example|sample|template|dist|tpl|defaults?|test|ci|schema|sh|js|ts|py)[\w-]+)?"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)"
    r"|.*\.(?:pem|key|p12|pfx|jks)"
    r"|\.npmrc|\.pypirc|\.netrc|\.git-credentials|\.pgpass|kubeconfig"
)
_KEY_PATHS = (".aws/credentials", ".docker/config.json", ".kube/config")
_PUBLIC = (
    r"(?i)(?:^|[/_.-])(?:ca|cacert|cert|chain|fullchain|bundle|public|pub|root|(?:ff)?dhe?|dhparams?|rds|trust\w*)"
    r"(?:[/_.-]|\d|$)"
)
_SETTINGS_TOO = (".npmrc", "kubeconfig", ".env")


def check(dockerfile: Dockerfile) -> Iterator[Hit]:
    for instruction in dockerfile.before:
        yield from _of_pairs(instruction)
    shipped = {stage.number for stage in dockerfile.lineage(dockerfile.final)}
    for stage, instruction in dockerfile.instructions():
        match instruction.name:
            case "ARG" | "ENV":
                yield from _of_pairs(instruction)
            case "COPY" | "ADD":
                yield from _of_files(instruction, stage.number in shipped)


def _of_pairs(instruction: Instruction) -> Iterator[Hit]:
    for pair in instruction.pairs():
        if means_secret(pair.name):
            yield from _of_pair(instruction, pair)


def _of_pair(instruction: Instruction, pair: Pair) -> Iterator[Hit]:
    mount = f"RUN --mount=type=secret,id={pair.name.lower()}"
    fix = f"Remove it; in the build use `{mount}`, and at run time pass {pair.name} to the container."
    subject = f"{instruction.name} {pair.name}"
    if pair.value is None:
        yield hit(
            pair.span,
            f"what is passed as {pair.name} stays readable in the image's history",
            fix=f"Use `{mount}` in the step that needs it.",
            subject=subject,
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
        )
    elif pair.value and not is_setting(pair.value):
        plain = is_stand_in(pair.value)
        yield hit(
            pair.span,
            f"{pair.name} has a {'plain default' if plain else 'value'} here, which stays in the image",
            fix=fix,
            subject=subject,
            severity=Severity.MEDIUM if plain else None,
            confidence=Confidence.MEDIUM if plain else None,
        )


def _of_files(instruction: Instruction, shipped: bool) -> Iterator[Hit]:
    if instruction.flag("from"):
        return
    for word in instruction.words()[:-1]:
        name = word.text.rpartition("/")[2]
        if not (re.fullmatch(_KEY_FILE, name) or word.text.endswith(_KEY_PATHS)) or re.search(_PUBLIC, name):
            continue
        certain = shipped and not word.text.endswith(_SETTINGS_TOO)
        yield hit(
            word.span,
            f"{short(word.text)} is copied into the image, where its secrets stay in a layer",
            fix=f"Use `RUN --mount=type=secret` for the build, and mount {short(word.text)} when the container starts.",
            subject=f"{instruction.name} {word.text}",
            severity=Severity.HIGH if certain else Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
        )
