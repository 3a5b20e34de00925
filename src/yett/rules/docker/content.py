"""What an image is made of, and what is left in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.dockerfile import Dockerfile
from yett.parse.tree import Tree
from yett.rules.commands import loose_package
from yett.rules.hits import hit, short

_PRACTICES = "https://docs.docker.com/build/building/best-practices/"

COPY_EVERYTHING = Rule(
    id="docker/copy-everything",
    title="Everything in the folder is copied into the image",
    severity=Severity.LOW,
    level=Action.WARN,
    why=(
        "Without a `.dockerignore` the whole folder is copied: the history in `.git`, `.env` with its passwords, keys "
        "and dumps that lie around. Who can pull the image has them."
    ),
    fix="Add a `.dockerignore` that lists `.git` and `.env`, or copy what is needed by name.",
    refs=(
        "CWE-538",
        "PCI DSS 8.6.2",
        "https://docs.docker.com/build/concepts/context/#dockerignore-files",
    ),
    bad=(
        """\
# file: Dockerfile
FROM python:3.12-slim
WORKDIR /app
# next
COPY . .
""",
        """\
# file: shop/Dockerfile
FROM node:22-slim
# next
COPY --chown=node ./ /app/
# file: .dockerignore
node_modules
""",
    ),
    good=(
        """\
# file: Dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY . .
# file: .dockerignore
.git
.env*
""",
        """\
# file: Dockerfile
FROM node:22 AS build
COPY . .
RUN npm run build

FROM nginx:1.27
COPY --from=build /dist /usr/share/nginx/html
COPY ./conf /etc/nginx
""",
        """\
# file: Dockerfile
FROM python:3.12-slim
COPY . .
# file: .dockerignore
*
!src
""",
    ),
)


def copy_everything(dockerfile: Dockerfile) -> Iterator[Hit]:
    tree = dockerfile.tree
    if tree is None or not dockerfile.file:
        return
    for stage in dockerfile.lineage(dockerfile.final):
        for instruction in stage.all("COPY", "ADD"):
            if instruction.flag("from"):
                continue
            source = next((word for word in instruction.words()[:-1] if word.text in (".", "./", "*", "./*")), None)
            if source and not _is_ignored(tree, dockerfile.file):
                yield hit(
                    source.span,
                    f"{instruction.name} {source.text} takes .git and .env along: no .dockerignore leaves them out",
                    subject=f"{instruction.name} {source.text}",
                )


def _is_ignored(tree: Tree, file: str) -> bool:
    """Whether an ignore file that may hold for this build leaves the history or the settings out. The folder that is
    built is not known: it is the file's own or one above it."""
    folder = file.rpartition("/")[0]
    places = [f"{file}.dockerignore"]
    while True:
        places.append(f"{folder}/.dockerignore".lstrip("/"))
        if not folder:
            break
        folder = folder.rpartition("/")[0]
    for place in places[:20]:
        text = tree.text(place)
        for line in (text or "").splitlines():
            pattern = line.strip().removeprefix("/").removeprefix("**/").rstrip("/")
            if pattern in ("*", "**", ".*") or re.fullmatch(r"\.git(?:\*|/\*\*?)?|\.env\S*|\*\.env", pattern):
                return True
    return False


TOOLS = Rule(
    id="docker/setuid-or-debug-tools",
    title="Image holds tools that serve an intruder",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "A compiler, a scanner or a debugger is what somebody who got in would otherwise have to bring along; sudo "
        "gives root back to the user that was meant to be without."
    ),
    fix="Install them in a stage of their own, and copy what they make.",
    refs=("CWE-250", "PCI DSS 2.2.4", "https://docs.docker.com/build/building/multi-stage/"),
    bad=(
        """\
FROM debian:12
# next
RUN apt-get update && apt-get install -y --no-install-recommends netcat-openbsd libpq5
# next
RUN apt-get install -y gcc sudo
""",
        """\
FROM alpine:3.22
# next
RUN apk add --no-cache tcpdump
""",
    ),
    good=(
        """\
FROM debian:12 AS build
RUN apt-get update && apt-get install -y gcc strace
RUN make

FROM debian:12-slim
COPY --from=build /shop /shop
""",
        """\
FROM python:3.12-slim
RUN apt-get update && apt-get install -y gcc && pip install psycopg2==2.9.9 && apt-get purge -y gcc
""",
        """\
FROM alpine:3.22
RUN apk add --no-cache --virtual .build gcc musl-dev && make && apk del .build
""",
    ),
)
_COMPILERS = r"(?:gcc|g\+\+|clang|build-essential|build-base|make|cmake)(?:[-=].*)?"
_PROBES = (
    r"(?:netcat(?:-\w+)?|nc|ncat|nmap|tcpdump|gdb|strace|ltrace|socat|telnet|sudo|openssh-server|hydra|john)(?:=.*)?"
)
_MANAGERS = ("apt-get", "apt", "apk", "yum", "dnf", "microdnf", "zypper", "tdnf")


def tools(dockerfile: Dockerfile) -> Iterator[Hit]:
    for stage in dockerfile.lineage(dockerfile.final):
        for instruction in stage.all("RUN"):
            for script in instruction.scripts:
                cleans = re.search(r"\bapk del\b|\b(?:purge|remove|autoremove|erase)\b", script.text.value)
                for command in shell.walk(script.commands):
                    for word in _installed(command):
                        probe = re.fullmatch(_PROBES, word.text)
                        compiler = re.fullmatch(_COMPILERS, word.text) and not cleans
                        if probe or compiler:
                            yield hit(
                                script.span(word),
                                f"{short(word.text, 40)} stays in the image",
                                subject=f"RUN installs {word.text}",
                            )
                            break


def _installed(command: shell.Command) -> tuple[shell.Word, ...]:
    words = shell.argv(command)
    texts = [word.text for word in words]
    if shell.program(command) not in _MANAGERS or not {"install", "add", "in"}.intersection(texts[1:6]):
        return ()
    return tuple(word for word in words[1:] if not word.text.startswith("-"))


UPDATE_ALONE = Rule(
    id="docker/update-alone",
    title="List of packages is updated in a layer of its own",
    severity=Severity.INFO,
    level=Action.INFO,
    why=(
        "The layer is kept and used again: a later `install` works with the list of that day, and takes versions whose "
        "flaws have been fixed since."
    ),
    fix="Join it with the installation: `RUN apt-get update && apt-get install -y …`.",
    refs=("CWE-1104", "PCI DSS 6.3.3", _PRACTICES + "#apt-get"),
    bad=(
        """\
FROM debian:12
# next
RUN apt-get update
RUN apt-get install -y --no-install-recommends nginx
""",
    ),
    good=(
        """\
FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends nginx
RUN set -eux; apt-get update; ./install.sh
""",
        """\
FROM alpine:3.22
RUN apk add --update nginx
RUN apk update && apk upgrade
""",
    ),
)


def update_alone(dockerfile: Dockerfile) -> Iterator[Hit]:
    for _, instruction, script in dockerfile.scripts():
        commands = tuple(shell.walk(script.commands))
        first = next((command for command in commands if _updates(command)), None)
        others = [command for command in commands if command is not first and shell.program(command) not in _QUIET]
        if first and not others:
            yield hit(
                script.span(first),
                f"`{shell.program(first)} update` stands in a layer of its own",
                fix=f"Join it with the `{shell.program(first)} install` that needs it.",
                subject=f"{instruction.name} {shell.program(first)} update alone",
            )


_QUIET = ("", "set", "echo", "true", ":", "export", "rm")


def _updates(command: shell.Command) -> bool:
    texts = [word.text for word in shell.argv(command)[1:] if not word.text.startswith("-")]
    name = shell.program(command)
    if name == "pacman":
        return not texts and any(re.match(r"-S[a-z]*y", word.text) for word in shell.argv(command)[1:])
    return (
        name in _MANAGERS and texts[:1] in (["update"], ["check-update"], ["makecache"], ["refresh"]) and not texts[1:]
    )


HEALTHCHECK = Rule(
    id="docker/healthcheck",
    title="Nobody notices when the container hangs",
    severity=Severity.INFO,
    level=Action.INFO,
    why=(
        "Without HEALTHCHECK the engine takes a process that runs for one that works. Kubernetes and most other "
        "orchestrators ignore the instruction and have probes of their own."
    ),
    fix="Add `HEALTHCHECK CMD …`, or a probe where it runs.",
    refs=("CWE-703", "https://docs.docker.com/reference/dockerfile/#healthcheck"),
    bad=(
        """\
# next
FROM nginx:1.27
COPY shop.conf /etc/nginx/conf.d/
""",
    ),
    good=(
        """\
FROM nginx:1.27
HEALTHCHECK CMD curl -f http://localhost/health
""",
        """\
FROM nginx:1.27 AS base
HEALTHCHECK CMD curl -f http://localhost/health

FROM base
COPY shop.conf /etc/nginx/conf.d/
""",
        """\
FROM scratch
COPY data /
""",
    ),
)


def healthcheck(dockerfile: Dockerfile) -> Iterator[Hit]:
    stages = tuple(dockerfile.lineage(dockerfile.final))
    if any(stage.last("HEALTHCHECK") for stage in stages):
        return
    starts = any(stage.last(name) for stage in stages for name in ("CMD", "ENTRYPOINT"))
    if stages[-1].base == "scratch" and not starts:
        return
    yield hit(dockerfile.final.base_at.span, "the image says nothing of its health", subject="HEALTHCHECK unsaid")


ADHOC = Rule(
    id="docker/adhoc-packages",
    title="Package without a version",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Each build takes what the registry gives that day: no image can be built twice, and nobody sees what changed.",
    fix="Install from a lock file (`npm ci`, `pip install --require-hashes -r …`), or name the version.",
    refs=("CWE-1357", "PCI DSS 6.3.2", _PRACTICES + "#pin-base-image-versions"),
    confidence=Confidence.MEDIUM,
    bad=(
        """\
FROM python:3.12-slim
# next
RUN pip install --no-cache-dir gunicorn
# next
RUN npm install -g pm2 && \\
# next
    gem install bundler-audit
# next
RUN pip install git+https://github.com/acme/shop
""",
    ),
    good=(
        """\
FROM python:3.12-slim
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt gunicorn==23.0.0
RUN pip install --upgrade pip && pip install .
RUN npm ci && npm install -g pm2@5.4.2 && npm install
RUN gem install bundler-audit --version 0.9.2
RUN pip install "django>=5,<6" git+https://github.com/acme/shop@787123b
RUN npm install git+https://github.com/acme/cart.git#v1.4.2
""",
    ),
)
_RANGE = r"[<>=~!]=?|^\$"


def adhoc(dockerfile: Dockerfile) -> Iterator[Hit]:
    for _, _, script in dockerfile.scripts():
        for command in shell.walk(script.commands):
            word = loose_package(command, pinned=True)
            if word and re.search(_RANGE, word.text):
                word = None
            word = word or _loose_source(command)
            if word:
                yield hit(
                    script.span(word),
                    f"{short(word.text, 60)} is installed at whatever version the registry gives",
                    subject=f"RUN {shell.program(command)} {word.text}",
                )


def _loose_source(command: shell.Command) -> shell.Word | None:
    """A repository that pip or npm installs from whose newest commit is taken: none is named."""
    sign = {"pip": "@", "pip3": "@", "npm": "#", "yarn": "#", "pnpm": "#"}.get(shell.program(command), "")
    words = shell.argv(command)[1:]
    if not sign or not any(word.text in ("install", "i", "add") for word in words[:3]):
        return None
    for word in words:
        scheme, _, rest = word.text.partition("://")
        path = rest.partition("/")[2]
        if scheme in ("git", "git+https", "git+http", "git+ssh", "git+git") and sign not in path:
            return word
    return None


WORKDIR = Rule(
    id="docker/relative-workdir",
    title="Working directory depends on what stood there before",
    severity=Severity.INFO,
    level=Action.INFO,
    why=(
        "A relative WORKDIR is added to the one before it, in the end to that of the image below: when that one moves, "
        "so does what is copied and run here, past a volume or a read-only mount that names the old place."
    ),
    fix="Write the path from `/` on.",
    refs=("CWE-706", "CWE-1357", "https://docs.docker.com/reference/dockerfile/#workdir"),
    bad=(
        """\
FROM node:22-slim
# next
WORKDIR app
# next
WORKDIR "./src"
""",
    ),
    good=(
        """\
FROM node:22-slim
WORKDIR /app/src
WORKDIR ${HOME}/shop
""",
        """\
FROM mcr.microsoft.com/windows/servercore:ltsc2025
WORKDIR C:\\shop
WORKDIR "C:/shop"
""",
    ),
)
_FROM_ROOT = r"[/\\\\$%]|[A-Za-z]:"


def workdir(dockerfile: Dockerfile) -> Iterator[Hit]:
    for stage in dockerfile.stages:
        for instruction in stage.all("WORKDIR"):
            word = next(iter(instruction.words()), None)
            if word and not re.match(_FROM_ROOT, word.text):
                yield hit(
                    word.span,
                    f"WORKDIR {short(word.text, 60)} is added to whatever stood there before",
                    fix=f"Write the whole path: `WORKDIR /…/{short(word.text, 60).removeprefix('./')}`.",
                    subject=f"WORKDIR {word.text}",
                )


SOCKET = Rule(
    id="docker/engine-socket",
    title="Image asks for the engine's socket",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Who reaches the engine's socket is root on the machine; an image that names it as a volume asks for it.",
    fix="Leave the volume out; let a proxy allow the single calls that are needed.",
    refs=("CWE-250", "PCI DSS 7.2.5", "https://docs.docker.com/engine/security/protect-access/"),
    bad=(
        """\
FROM docker:27-cli
# next
VOLUME /var/run/docker.sock
""",
    ),
    good=(
        """\
FROM docker:27-cli
VOLUME /data
""",
    ),
)


def socket(dockerfile: Dockerfile) -> Iterator[Hit]:
    for _, instruction in dockerfile.instructions():
        for word in instruction.words() if instruction.name == "VOLUME" else ():
            if re.search(r"/(?:docker|containerd|podman)\.sock\b", word.text):
                yield hit(
                    word.span, f"the image asks for {short(word.text)}", subject=f"VOLUME {word.text.partition(':')[0]}"
                )


RULES = (
    (COPY_EVERYTHING, copy_everything),
    (TOOLS, tools),
    (UPDATE_ALONE, update_alone),
    (HEALTHCHECK, healthcheck),
    (ADHOC, adhoc),
    (WORKDIR, workdir),
    (SOCKET, socket),
)
