"""The components of the control plane as they are run in pods: which one, and with which flags."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from yett.lean import NamedTuple
from yett.parse.kubernetes import Container, Workload, elements, key_span, place, text
from yett.parse.source import Span
from yett.parse.yaml import Scalar
from yett.rules.kubernetes.images import image_parts
from yett.rules.kubernetes.objects import Config, container_title, subject

APISERVER_PAGE = "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/"
KUBELET_PAGE = "https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/"

COMPONENTS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "etcd")


class Flag(NamedTuple):
    value: str
    at: Span


class Process(NamedTuple):
    """A component of the control plane and its flags; of two equal flags the last one counts, as for the program."""

    name: str
    flags: dict[str, Flag]
    at: Span
    title: str
    subject: Callable[[str], str]

    def value(self, flag: str) -> str | None:
        found = self.flags.get(flag)
        return found.value if found else None

    def values(self, flag: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in (self.value(flag) or "").split(","))

    def place(self, flag: str) -> Span:
        """Where a flag stands, or else where the command does."""
        found = self.flags.get(flag)
        return found.at if found else self.at


def processes(config: Config, *names: str) -> Iterator[Process]:
    """The components of these names; one without a command is what its image is named after."""
    for workload, container in config.containers():
        process = _process(workload, container)
        if process and process.name in names:
            yield process


def _process(workload: Workload, container: Container) -> Process | None:
    # Each of many rules asks every container: the first words tell most of them apart.
    first = (word for word, _ in islice(_words(container), 6) if not word.startswith("-"))
    name = next((program for word in first if (program := word.rpartition("/")[2]) in COMPONENTS), "")
    if not name and container.get("command") is None:
        image = image_parts(text(container.get("image")))[0].rpartition("/")[2]
        name = image if image in COMPONENTS else ""
    if not name:
        return None
    words = list(_words(container))
    flags: dict[str, Flag] = {}
    for index, (word, at) in enumerate(words):
        if not word.startswith("--"):
            continue
        flag, equals, value = word[2:].partition("=")
        if not equals:
            follows = words[index + 1][0] if index + 1 < len(words) else ""
            value = "true" if not follows or follows.startswith("-") else follows
        flags[flag] = Flag(value.strip("\"'"), at)
    at = key_span(container.node, "command") or key_span(container.node, "args") or container.at
    who = container_title(workload, container)
    return Process(name, flags, at, who, lambda what: subject(workload, container, what))


def _words(container: Container) -> Iterator[tuple[str, Span]]:
    """The words of a command and its arguments, those of a shell's script too."""
    for key in ("command", "args"):
        for item in elements(container.get(key)):
            if isinstance(item, Scalar) and len(item.text) < 20_000:
                at = place(item)
                yield from ((word, at) for word in item.text.split())
