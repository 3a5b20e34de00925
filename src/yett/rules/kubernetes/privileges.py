"""What a container may do to the node it runs on."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import find, is_open, place, truth
from yett.rules.hits import hit, short
from yett.rules.kubernetes.capabilities import adds_admin
from yett.rules.kubernetes.objects import Config, container_title, lacking, replaced, subject, title

_CONTEXT_PAGE = "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"
_STANDARDS_PAGE = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"

PRIVILEGED = Rule(
    id="kubernetes/privileged",
    title="Privileged container",
    severity=Severity.CRITICAL,
    why="A privileged container has every capability and every device of its node: whoever breaks into it owns the"
    " node and every pod on it. The default is false.",
    fix="Remove `privileged: true`; where one right is needed, add that one capability.",
    refs=("CWE-250", "PCI DSS 2.2.6", "PCI DSS 7.2.5", _STANDARDS_PAGE),
    bad=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
spec:
  template:
    spec:
      containers:
        - name: checkout
          image: registry.example.com/checkout:2.4.1
          securityContext:
            privileged: true # <- here
""",
        """\
{"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "reindex"}, "spec": {"jobTemplate": {"spec":
 {"template": {"spec": {"initContainers": [{"name": "tune", "image": "busybox:1.37", "securityContext":
# next
 {"privileged": true}}], "containers": []}}}}}}
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: checkout
spec:
  containers:
    - name: checkout
      image: registry.example.com/checkout:2.4.1
      securityContext:
        privileged: false
    - name: proxy
      image: envoyproxy/envoy:v1.34.1
""",
        """\
apiVersion: v1
kind: Pod
metadata:
  name: checkout
spec:
  containers:
    - name: checkout
      image: registry.example.com/checkout:2.4.1
      securityContext:
        privileged: ${CHECKOUT_PRIVILEGED}
""",
    ),
)


def privileged(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.containers():
        value = container.get("securityContext", "privileged")
        if value is None:
            continue
        if is_open(value):
            yield Unknown(value.line, "privileged is filled in later")
        elif truth(value):
            yield hit(
                place(value),
                f"{container_title(workload, container)} is privileged",
                fix=f"Write `privileged: false` for {short(container.title)}, and add the one capability it needs.",
                subject=subject(workload, container, "privileged"),
            )


HOST_PROCESS = Rule(
    id="kubernetes/host-process",
    title="Windows container that is a process of the node",
    severity=Severity.HIGH,
    why="With hostProcess a Windows container runs as a process of the node, with its users, files and network."
    " The default is false.",
    fix="Remove `hostProcess: true`; keep it to the agents that set up nodes.",
    refs=(
        "CWE-250",
        "PCI DSS 7.2.5",
        "https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/",
    ),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: till
spec:
  securityContext:
    windowsOptions:
      hostProcess: true # <- here
  containers:
    - name: till
      image: registry.example.com/till:1.9
      securityContext:
        windowsOptions:
          hostProcess: true # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: till
spec:
  securityContext:
    windowsOptions:
      hostProcess: false
  containers:
    - name: till
      image: registry.example.com/till:1.9
""",
    ),
)


def host_process(config: Config) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        value = workload.get("securityContext", "windowsOptions", "hostProcess")
        if value is not None and truth(value):
            message = f"{title(workload.manifest)} runs as a process of the node (hostProcess)"
            yield hit(place(value), message, subject=subject(workload, None, "hostProcess"))
    for workload, container in config.containers():
        value = container.get("securityContext", "windowsOptions", "hostProcess")
        if value is not None and truth(value):
            message = f"{container_title(workload, container)} runs as a process of the node (hostProcess)"
            yield hit(place(value), message, subject=subject(workload, container, "hostProcess"))


ALLOW_PRIVILEGE_ESCALATION = Rule(
    id="kubernetes/allow-privilege-escalation",
    title="Container whose processes may gain rights",
    severity=Severity.HIGH,
    why="With allowPrivilegeEscalation a setuid program in the image makes its caller root. It is the default where"
    " nothing is said, and here it is asked for by name.",
    fix="Write `allowPrivilegeEscalation: false`.",
    refs=("CWE-250", "CWE-269", "PCI DSS 7.2.5", _CONTEXT_PAGE),
    bad=(
        """\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: orders
spec:
  template:
    spec:
      containers:
        - name: orders
          image: registry.example.com/orders:7.0.2
          securityContext:
            allowPrivilegeEscalation: true # <- here
""",
    ),
    good=(
        """\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: orders
spec:
  template:
    spec:
      containers:
        - name: orders
          image: registry.example.com/orders:7.0.2
          securityContext:
            allowPrivilegeEscalation: false
        - name: metrics
          image: registry.example.com/metrics:1.3
""",
    ),
)


def allow_privilege_escalation(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.containers():
        value = container.get("securityContext", "allowPrivilegeEscalation")
        if is_open(value) and value:
            yield Unknown(value.line, "allowPrivilegeEscalation is filled in later")
        elif value is not None and truth(value):
            # A privileged container may gain rights whatever is written, and the API refuses false for it.
            edits = () if truth(container.get("securityContext", "privileged")) else replaced(value, "false")
            yield hit(
                place(value),
                f"{container_title(workload, container)} sets allowPrivilegeEscalation: true",
                fix=f"Write `allowPrivilegeEscalation: false` for {short(container.title)}.",
                subject=subject(workload, container, "allowPrivilegeEscalation"),
                edits=() if adds_admin(container.get("securityContext", "capabilities", "add")) else edits,
            )


ESCALATION_DEFAULT = Rule(
    id="kubernetes/privilege-escalation-default",
    title="Container that does not rule out gaining rights",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Unless allowPrivilegeEscalation is false, a process may get more rights than its parent by a setuid file, such"
    " as `su` or an old `mount`: one that runs as a plain user becomes root. The default is true.",
    fix="Write `allowPrivilegeEscalation: false` in the container's `securityContext`; the pod's has no such key.",
    refs=("CWE-250", "PCI DSS 7.2.5", _CONTEXT_PAGE),
    bad=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
spec:
  template:
    spec:
      containers:
        - name: checkout # <- here
          image: registry.example.com/checkout:2.4.1
        - name: proxy
          image: envoyproxy/envoy:v1.34.1
          securityContext: # <- here
            runAsUser: 10001
""",
    ),
    good=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
spec:
  template:
    spec:
      containers:
        - name: checkout
          image: registry.example.com/checkout:2.4.1
          securityContext:
            allowPrivilegeEscalation: false
""",
        """\
# What a patch leaves out, the object that it is merged into may say.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
spec:
  template:
    spec:
      containers:
        - name: checkout
          resources:
            limits:
              memory: 512Mi
""",
        """\
apiVersion: v1
kind: Pod
metadata:
  name: till
spec:
  os:
    name: windows
  containers:
    - name: till
      image: registry.example.com/till:1.9
""",
    ),
)


def escalation_default(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.hardened():
        context = container.get("securityContext")
        if find(context, "allowPrivilegeEscalation") is None and not truth(find(context, "privileged")):
            yield lacking(workload, container, "allowPrivilegeEscalation: false")


RULES = (
    (PRIVILEGED, privileged),
    (HOST_PROCESS, host_process),
    (ALLOW_PRIVILEGE_ESCALATION, allow_privilege_escalation),
    (ESCALATION_DEFAULT, escalation_default),
)
