"""Who a container runs as."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Container, Workload, elements, find, is_open, number, place, truth
from yett.parse.yaml import Node, Scalar
from yett.rules.hits import hit
from yett.rules.kubernetes.objects import Config, container_title, effective, lacking, subject, title

_CONTEXT_PAGE = "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"

RUN_AS_ROOT = Rule(
    id="kubernetes/run-as-root",
    title="Container that is told to run as root",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Root in a container is root to the kernel: a flaw in the runtime or a mounted volume makes it root on the"
    " node. What a container says of itself goes before what its pod says.",
    fix="Write `runAsNonRoot: true` and `runAsUser: 10001`, and let the image's files belong to that user.",
    refs=("CWE-250", "PCI DSS 2.2.6", "PCI DSS 7.2.5", _CONTEXT_PAGE),
    bad=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  template:
    spec:
      securityContext:
        runAsNonRoot: true
        runAsUser: 0 # <- here
      containers:
        - name: cart
          image: registry.example.com/cart:4.4
          securityContext:
            runAsNonRoot: false # <- here
""",
    ),
    good=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  template:
    spec:
      securityContext:
        runAsNonRoot: false
        runAsUser: 0
      containers:
        - name: cart
          image: registry.example.com/cart:4.4
          securityContext:
            runAsNonRoot: true
            runAsUser: 10001
""",
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  template:
    spec:
      containers:
        - name: cart
          image: registry.example.com/cart:4.4
          securityContext:
            runAsNonRoot: false
            runAsUser: 10001
""",
    ),
)


def run_as_root(config: Config) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        # A pod's word counts for the containers that say nothing themselves.
        pod = workload.get("securityContext")
        inherits_user = [c for c in workload.containers if c.get("securityContext", "runAsUser") is None]
        inherits = [c for c in inherits_user if c.get("securityContext", "runAsNonRoot") is None]
        yield from _root(workload, None, pod, bool(inherits_user), bool(inherits))
        for container in workload.containers:
            user = effective(workload, container, "runAsUser")
            yield from _root(
                workload,
                container,
                container.get("securityContext"),
                True,
                user is None or not number(user),
            )


def _root(
    workload: Workload, owner: Container | None, context: Node | None, user: bool, flag: bool
) -> Iterator[Hit | Unknown]:
    who = container_title(workload, owner) if owner else title(workload.manifest)
    uid, non_root = find(context, "runAsUser"), find(context, "runAsNonRoot")
    for value in (uid, non_root):
        if isinstance(value, Scalar) and is_open(value):
            yield Unknown(value.line, "the user is filled in later")
    if uid is not None and user and number(uid) == 0:
        yield hit(
            place(uid),
            f"{who} sets runAsUser: 0, which is root",
            fix="Write `runAsUser: 10001`.",
            subject=subject(workload, owner, "runAsUser"),
        )
    if non_root is not None and flag and truth(non_root) is False and not number(uid):
        yield hit(
            place(non_root),
            f"{who} sets runAsNonRoot: false, so it may run as root",
            fix="Write `runAsNonRoot: true`.",
            subject=subject(workload, owner, "runAsNonRoot"),
        )


MAY_RUN_AS_ROOT = Rule(
    id="kubernetes/may-run-as-root",
    title="Container that may run as root",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Where neither runAsNonRoot nor runAsUser is said, by the container or by its pod, the image decides, and most"
    " images run as root: a flaw in the runtime or a mounted volume then makes it root on the node.",
    fix="Write `runAsNonRoot: true`, in the container's `securityContext` or in the pod's.",
    refs=("CWE-250", "PCI DSS 2.2.6", "PCI DSS 7.2.5", _CONTEXT_PAGE),
    bad=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  template:
    spec:
      initContainers:
        - name: migrate # <- here
          image: registry.example.com/migrate:4.4
      containers:
        - name: cart
          image: registry.example.com/cart:4.4
          securityContext:
            runAsUser: 10001
""",
    ),
    good=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  template:
    spec:
      securityContext:
        runAsNonRoot: true
      containers:
        - name: cart
          image: registry.example.com/cart:4.4
""",
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  template:
    spec:
      containers:
        - name: says-the-user
          image: registry.example.com/cart:4.4
          securityContext:
            runAsUser: 10001
        - name: is-told-to-be-root-which-is-another-rule
          image: registry.example.com/cart:4.4
          securityContext:
            runAsUser: 0
""",
    ),
)


def may_run_as_root(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.hardened():
        user, non_root = effective(workload, container, "runAsUser"), effective(workload, container, "runAsNonRoot")
        if non_root is None and number(user) is None and not is_open(user):
            yield lacking(workload, container, "runAsNonRoot: true")


LOW_UID = Rule(
    id="kubernetes/low-uid",
    title="Container with a user id that may be one of the node's",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Below 10000 a user id may belong to a person or a service on the node, whose files a container that breaks out"
    " can then read. Without runAsUser the image decides.",
    fix="Write `runAsUser: 10001`.",
    refs=("CWE-250", "PCI DSS 7.2.5", _CONTEXT_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: search
spec:
  securityContext:
    runAsUser: 1000 # <- here
  containers:
    - name: search
      image: registry.example.com/search:1.8
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: search
spec:
  securityContext:
    runAsUser: 1000
  containers:
    - name: search
      image: registry.example.com/search:1.8
      securityContext:
        runAsUser: 10001
""",
        """\
apiVersion: v1
kind: Pod
metadata:
  name: search
spec:
  containers:
    - name: search
      image: registry.example.com/search:1.8
      securityContext:
        runAsNonRoot: true
""",
    ),
)


def low_uid(config: Config) -> Iterator[Hit | Unknown]:
    for who, owner, workload, key, value in _ids(config, "runAsUser"):
        low = number(value)
        if low is not None and 0 < low < 10000:
            message = f"{who} sets runAsUser: {low}, which is below 10000"
            yield hit(place(value), message, subject=subject(workload, owner, f"{key} {low}"))


_POD_KEYS = ("fsGroup", "supplementalGroups")


def _ids(config: Config, *keys: str) -> Iterator[tuple[str, Container | None, Workload, str, Node]]:
    """(who says it, the container if it is one, its workload, key, id); what every container overrides is left out."""
    for workload in config.workloads:
        for key in keys:
            value = workload.get("securityContext", key)
            own = [container.get("securityContext", key) for container in workload.containers]
            if value is not None and (key in _POD_KEYS or not own or None in own):
                yield title(workload.manifest), None, workload, key, value
            for container, said in zip(workload.containers, own, strict=True):
                if said is not None:
                    yield container_title(workload, container), container, workload, key, said


ROOT_GROUP = Rule(
    id="kubernetes/root-group",
    title="Container in the group of root",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Group 0 owns much of what root wrote, in the image and on what is mounted: a process in it may read that, and"
    " often write.",
    fix="Write `runAsGroup: 10001`, and give the files that group.",
    refs=("CWE-250", "PCI DSS 7.2.5", _CONTEXT_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: search
spec:
  securityContext:
    runAsGroup: 0 # <- here
    fsGroup: 0 # <- here
  containers:
    - name: search
      image: registry.example.com/search:1.8
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: search
spec:
  securityContext:
    runAsGroup: 20001
    fsGroup: 1000
  containers:
    - name: search
      image: registry.example.com/search:1.8
""",
    ),
)


def root_group(config: Config) -> Iterator[Hit | Unknown]:
    for who, owner, workload, key, value in _ids(config, "runAsGroup", "fsGroup", "supplementalGroups"):
        for each in elements(value) or (value,):
            if number(each) == 0:
                yield hit(place(each), f"{who} sets {key}: 0", subject=subject(workload, owner, f"{key} 0"))


RULES = (
    (RUN_AS_ROOT, run_as_root),
    (MAY_RUN_AS_ROOT, may_run_as_root),
    (LOW_UID, low_uid),
    (ROOT_GROUP, root_group),
)
