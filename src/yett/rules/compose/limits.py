"""How much of the machine a service may use."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse.compose import Project, Service, merged
from yett.parse.yaml import Entry, Mapping, Node, Scalar
from yett.rules.compose.services import span
from yett.rules.hits import hit, short

_RESOURCES = "https://docs.docker.com/reference/compose-file/deploy/#resources"

MEMORY_LIMIT = Rule(
    id="compose/memory-limit",
    title="Service may use all memory",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "By default a container may use all the memory there is: one leak or one flood of requests stops everything "
        "else on the machine."
    ),
    fix="Set `mem_limit`, or `deploy.resources.limits.memory`.",
    refs=("CWE-770", _RESOURCES),
    bad=(
        """\
services:
  shop:  # <- here
    image: registry.example.com/shop:4.2
  worker:
    image: registry.example.com/worker:4.2
    deploy:
      resources:
        limits:  # <- here
          cpus: "0.5"
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    mem_limit: 512m
  worker:
    image: registry.example.com/worker:4.2
    deploy:
      resources:
        limits:
          memory: 512M
""",
    ),
)
CPU_LIMIT = Rule(
    id="compose/cpu-limit",
    title="Service may use all processors",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "By default a container may use all the processors there are: one expensive request, sent often enough, slows "
        "everything else on the machine."
    ),
    fix="Set `cpus`, or `deploy.resources.limits.cpus`.",
    refs=("CWE-770", _RESOURCES),
    bad=(
        """\
services:
  shop:  # <- here
    image: registry.example.com/shop:4.2
    mem_limit: 512m
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    cpus: 0.5
  worker:
    image: registry.example.com/worker:4.2
    deploy:
      resources:
        limits:
          cpus: "0.5"
""",
    ),
)
PIDS_LIMIT = Rule(
    id="compose/pids-limit",
    title="Service may start any number of processes",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "By default a container may start as many processes as the machine has numbers for: a program that forks "
        "without end stops everything else."
    ),
    fix="Set `pids_limit`, or `deploy.resources.limits.pids`.",
    refs=("CWE-770", _RESOURCES),
    bad=(
        """\
services:
  shop:  # <- here
    image: registry.example.com/shop:4.2
  worker:
    image: registry.example.com/worker:4.2
    pids_limit: -1  # <- here
""",
    ),
    good=(
        """\
services:
  shop:
    image: registry.example.com/shop:4.2
    pids_limit: 200
  worker:
    image: registry.example.com/worker:4.2
    deploy:
      resources:
        limits:
          pids: 200
""",
    ),
)


def memory_limit(project: Project) -> Iterator[Hit]:
    return _unlimited(project, "memory", ("mem_limit",), "memory")


def cpu_limit(project: Project) -> Iterator[Hit]:
    return _unlimited(project, "cpus", ("cpus", "cpu_quota", "cpuset", "cpu_count"), "the processors")


def pids_limit(project: Project) -> Iterator[Hit]:
    return _unlimited(project, "pids", ("pids_limit",), "processes")


def _unlimited(project: Project, name: str, keys: tuple[str, ...], what: str) -> Iterator[Hit]:
    for service in project.services:
        if service.is_part or name in _limits(service) or any(_is_limit(service, key) for key in keys):
            continue
        at = service.text(keys[0])
        yield hit(
            span(at or _limits_key(service)),
            f"{short(service.name)} has no limit for {what}",
            fix=f"Set `{keys[0]}` in {short(service.name)}.",
            subject=f"services.{service.name}.{keys[0]}",
        )


def _is_limit(service: Service, key: str) -> bool:
    value = service.whole[key].value if key in service.whole else None
    return isinstance(value, Scalar) and value.text.strip() not in ("", "0", "-1")


def _limits(service: Service) -> dict[str, Entry]:
    node: Node | None = service.whole["deploy"].value if "deploy" in service.whole else None
    for key in ("resources", "limits"):
        node = merged(node)[key].value if key in merged(node) else None
    return merged(node)


def _limits_key(service: Service) -> Scalar:
    """The innermost key there is that limits would stand under."""
    at = service.key
    entries = service.own
    for key in ("deploy", "resources", "limits"):
        if key not in entries or not isinstance(entries[key].value, Mapping):
            break
        at = entries[key].key
        entries = merged(entries[key].value)
    return at


RULES = (
    (MEMORY_LIMIT, memory_limit),
    (CPU_LIMIT, cpu_limit),
    (PIDS_LIMIT, pids_limit),
)
