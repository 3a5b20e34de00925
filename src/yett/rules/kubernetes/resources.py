"""How much a container may use, and how the cluster knows that it works."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Container, key_span
from yett.parse.source import Span
from yett.rules.hits import hit, short
from yett.rules.kubernetes.known import is_limited
from yett.rules.kubernetes.objects import Config, container_title, subject

_PAGE = "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/"

MEMORY_LIMIT = Rule(
    id="kubernetes/memory-limit",
    title="Container without a memory limit",
    severity=Severity.LOW,
    level=Action.WARN,
    why="Without resources.limits.memory one leaking or flooded container takes the memory of its whole node, and the"
    " kernel kills its neighbours. There is no default unless a LimitRange of the namespace gives one.",
    fix="Set `resources.limits.memory` to what the service needs at its busiest.",
    refs=("CWE-770", _PAGE),
    bad=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: search
spec:
  template:
    spec:
      containers:
        - name: search # <- here
          image: registry.example.com/search:1.8
        - name: proxy
          image: envoyproxy/envoy:v1.34.1
          resources: # <- here
            requests:
              memory: 64Mi
""",
    ),
    good=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: search
spec:
  template:
    spec:
      containers:
        - name: search
          image: registry.example.com/search:1.8
          resources:
            limits:
              memory: 512Mi
""",
        """\
apiVersion: v1
kind: LimitRange
metadata:
  name: usual
  namespace: shop
spec:
  limits:
    - type: Container
      default:
        memory: 256Mi
        cpu: 500m
---
apiVersion: v1
kind: Pod
metadata:
  name: search
  namespace: shop
spec:
  containers:
    - name: search
      image: registry.example.com/search:1.8
""",
    ),
)


def memory_limit(config: Config) -> Iterator[Hit | Unknown]:
    yield from _unlimited(config, "memory")


CPU_LIMIT = Rule(
    id="kubernetes/cpu-limit",
    title="Container without a CPU limit",
    severity=Severity.INFO,
    level=Action.INFO,
    why="Without resources.limits.cpu a container may use every idle core of its node. Many run without one on purpose:"
    " the request already guards the neighbours, and a limit slows a service that could be fast.",
    fix="Set `resources.limits.cpu`, or see to it that every container has a CPU request.",
    refs=("CWE-770", _PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: search
spec:
  containers:
    - name: search
      image: registry.example.com/search:1.8
      resources:
        limits: # <- here
          memory: 512Mi
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: search
spec:
  containers:
    - name: search
      image: registry.example.com/search:1.8
      resources:
        limits:
          cpu: "1"
          memory: 512Mi
""",
    ),
)


def cpu_limit(config: Config) -> Iterator[Hit | Unknown]:
    yield from _unlimited(config, "cpu")


def _unlimited(config: Config, what: str) -> Iterator[Hit | Unknown]:
    for workload, container in config.whole():
        if container.get("resources", "limits", what) is None and workload.get("resources", "limits", what) is None:
            if is_limited(config, what, workload.manifest.namespace):
                continue
            yield hit(
                _at(container),
                f"{container_title(workload, container)} has no limit for {_NAMES[what]} (resources.limits.{what})",
                fix=f"Give {short(container.title)} `resources: {{limits: {{{what}: …}}}}`.",
                subject=subject(workload, container, f"limits.{what}"),
            )


_NAMES = {"memory": "memory", "cpu": "CPU"}


def _at(container: Container) -> Span:
    resources = container.get("resources")
    return key_span(resources, "limits") or key_span(container.node, "resources") or container.at


CPU_REQUEST = Rule(
    id="kubernetes/cpu-request",
    title="Container that reserves no CPU",
    severity=Severity.INFO,
    level=Action.INFO,
    why="The scheduler counts requests: without one a node is filled with more than it can do, and this container gets"
    " what others leave. Where there is a limit and no request, the limit is the request.",
    fix="Set `resources.requests.cpu`.",
    refs=("CWE-770", _PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: search
spec:
  containers:
    - name: search # <- here
      image: registry.example.com/search:1.8
    - name: proxy
      image: envoyproxy/envoy:v1.34.1
      resources:
        requests: # <- here
          memory: 512Mi
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: search
spec:
  containers:
    - name: search
      image: registry.example.com/search:1.8
      resources:
        requests:
          cpu: 100m
    - name: limited
      image: registry.example.com/search:1.8
      resources:
        limits:
          cpu: 100m
""",
    ),
)


def cpu_request(config: Config) -> Iterator[Hit | Unknown]:
    return _unreserved(config, "cpu")


def _unreserved(config: Config, what: str) -> Iterator[Hit | Unknown]:
    for workload, container in config.whole():
        if all(
            held is None
            for each in ("requests", "limits")
            for held in (container.get("resources", each, what), workload.get("resources", each, what))
        ):
            yield hit(
                key_span(container.get("resources"), "requests") or _at(container),
                f"{container_title(workload, container)} reserves no {_NAMES[what]} (resources.requests.{what})",
                subject=subject(workload, container, f"requests.{what}"),
            )


MEMORY_REQUEST = Rule(
    id="kubernetes/memory-request",
    title="Container that reserves no memory",
    severity=Severity.INFO,
    level=Action.INFO,
    why="The scheduler counts requests: without one a node is filled beyond what it can hold, and such pods are the"
    " first to be evicted. Where there is a limit and no request, the limit is the request.",
    fix="Set `resources.requests.memory`.",
    refs=("CWE-770", _PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: search
spec:
  containers:
    - name: search # <- here
      image: registry.example.com/search:1.8
    - name: proxy
      image: envoyproxy/envoy:v1.34.1
      resources:
        requests: # <- here
          cpu: 100m
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: search
spec:
  containers:
    - name: search
      image: registry.example.com/search:1.8
      resources:
        requests:
          memory: 512Mi
    - name: limited
      image: registry.example.com/search:1.8
      resources:
        limits:
          memory: 512Mi
""",
    ),
)


def memory_request(config: Config) -> Iterator[Hit | Unknown]:
    return _unreserved(config, "memory")


RULES = (
    (MEMORY_LIMIT, memory_limit),
    (CPU_LIMIT, cpu_limit),
    (CPU_REQUEST, cpu_request),
    (MEMORY_REQUEST, memory_request),
)
