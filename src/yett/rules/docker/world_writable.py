"""Files that everybody may change."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.dockerfile import Dockerfile
from yett.parse.shell import Command, Word
from yett.rules.hits import hit, short

RULE = Rule(
    id="docker/world-writable",
    title="Files that everybody may change",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Any process in the container can replace the code or the settings of any other.",
    fix="Give the owner or one group what they need: `chmod 755`, `chown app`.",
    refs=("CWE-732", "PCI DSS 7.2.5", "https://docs.docker.com/reference/dockerfile/#copy---chown---chmod"),
    bad=(
        """\
FROM debian:12
# next
RUN mkdir /srv/app && chmod -R 777 /srv/app
# next
RUN chmod a+rwx /etc/shop.conf
# next
RUN chmod u=rw,o=rw /etc/shop.conf
# next
COPY --chmod=0666 shop.conf /etc/
""",
    ),
    good=(
        """\
FROM debian:12
RUN chmod 1777 /tmp && chmod 777 /tmp/build && chmod a+rx /srv/app && chmod +x run.sh && chmod g+w /srv/data
RUN chmod 755 /srv/777
RUN chmod o-w /srv/app
RUN chmod "$MODE" /srv/app
COPY --chmod=755 run.sh /
""",
    ),
)

_SYMBOLIC = r"(?:^|,)[ugoa]*[oa][ugoa]*[+=][rxXst]*w[rwxXst]*(?=,|$)"
_SHARED = r"/(?:tmp|var/tmp|dev/shm|run/lock)(?:/|$)"


def check(dockerfile: Dockerfile) -> Iterator[Hit]:
    for _, instruction in dockerfile.instructions():
        flag = instruction.flag("chmod") if instruction.name in ("COPY", "ADD") else None
        if flag and _opens(flag.value):
            yield hit(
                flag.span, f"mode {flag.value} lets everybody change them", subject=f"{instruction.name} {flag.value}"
            )
    for _, _, script in dockerfile.scripts():
        for command in shell.walk(script.commands):
            found = _mode(command)
            if found:
                mode, paths = found
                yield hit(
                    script.span(mode),
                    f"chmod {mode.text} lets everybody change {short(paths)}",
                    subject=f"RUN chmod {mode.text} {paths}",
                )


def _mode(command: Command) -> tuple[Word, str] | None:
    if shell.program(command) != "chmod":
        return None
    words = [word for word in shell.argv(command)[1:] if not re.fullmatch(r"-[RcfvHLP]+|--[a-z-]+", word.text)]
    if len(words) < 2 or not _opens(words[0].text) or all(re.match(_SHARED, word.text) for word in words[1:]):
        return None
    return words[0], " ".join(word.text for word in words[1:])


def _opens(mode: str) -> bool:
    if re.fullmatch(r"[0-7]{3,4}", mode):
        sticky = len(mode) == 4 and int(mode[0]) & 1
        return bool(int(mode[-1]) & 2) and not sticky
    return len(mode) <= 60 and re.search(_SYMBOLIC, mode) is not None
