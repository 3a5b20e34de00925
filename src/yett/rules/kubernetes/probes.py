"""How the cluster knows that a container works."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.rules.hits import hit
from yett.rules.kubernetes.objects import Config, container_title, subject

_PAGE = "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/"

LIVENESS = Rule(
    id="kubernetes/liveness-probe",
    title="Container that nobody restarts when it hangs",
    severity=Severity.INFO,
    level=Action.INFO,
    why="Without a livenessProbe only a container whose process ends is started anew; one that hangs stays as it is.",
    fix="Add a `livenessProbe` where a restart helps.",
    refs=("CWE-703", _PAGE),
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
      initContainers:
        - name: migrate
          image: registry.example.com/migrate:1.8
      containers:
        - name: search
          image: registry.example.com/search:1.8
          livenessProbe:
            httpGet:
              path: /health
              port: 8080
---
apiVersion: batch/v1
kind: Job
metadata:
  name: reindex
spec:
  template:
    spec:
      containers:
        - name: reindex
          image: registry.example.com/search:1.8
""",
    ),
)


def liveness(config: Config) -> Iterator[Hit | Unknown]:
    return _unasked(config, "livenessProbe")


def _unasked(config: Config, key: str) -> Iterator[Hit | Unknown]:
    for workload, container in config.whole():
        once = workload.manifest.kind in ("Job", "CronJob", "ScaledJob")
        if container.role == "container" and not once and container.get(key) is None:
            message = f"{container_title(workload, container)} has no {key}"
            yield hit(container.at, message, subject=subject(workload, container, key))


READINESS = Rule(
    id="kubernetes/readiness-probe",
    title="Container that is sent shoppers before it is up",
    severity=Severity.INFO,
    level=Action.INFO,
    why="Without a readinessProbe a Service sends shoppers to a pod that is not up yet or no longer answers.",
    fix="Add a `readinessProbe`.",
    refs=("CWE-703", _PAGE),
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
      initContainers:
        - name: migrate
          image: registry.example.com/migrate:1.8
      containers:
        - name: search
          image: registry.example.com/search:1.8
          readinessProbe:
            httpGet:
              path: /health
              port: 8080
---
apiVersion: batch/v1
kind: Job
metadata:
  name: reindex
spec:
  template:
    spec:
      containers:
        - name: reindex
          image: registry.example.com/search:1.8
""",
    ),
)


def readiness(config: Config) -> Iterator[Hit | Unknown]:
    return _unasked(config, "readinessProbe")


RULES = (
    (LIVENESS, liveness),
    (READINESS, readiness),
)
