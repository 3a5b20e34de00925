"""What a container may do to the node it runs on."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Container, Workload, elements, find, is_open, key_span, number, place, text, truth
from yett.parse.yaml import Node, Scalar
from yett.rules.hits import hit, short
from yett.rules.kubernetes.objects import Config, container_title, effective, replaced, subject, title

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
                edits=() if _adds_admin(container.get("securityContext", "capabilities", "add")) else edits,
            )


HOST_NAMESPACES = Rule(
    id="kubernetes/host-namespaces",
    title="Pod in the namespaces of its node",
    severity=Severity.HIGH,
    why="hostNetwork puts a pod past every NetworkPolicy and next to what listens on the node's loopback; hostPID"
    " and hostIPC show it the processes and the memory of all others. Each default is false.",
    fix="Remove the setting; leave it to the agents of the network and of the node.",
    refs=("CWE-653", "CWE-668", "PCI DSS 2.2.6", _STANDARDS_PAGE),
    bad=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: storefront
spec:
  template:
    spec:
      hostNetwork: true # <- here
      hostPID: true # <- here
      hostIPC: true # <- here
      containers:
        - name: storefront
          image: registry.example.com/storefront:3.2
""",
    ),
    good=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: storefront
spec:
  template:
    spec:
      hostNetwork: false
      containers:
        - name: storefront
          image: registry.example.com/storefront:3.2
          env:
            - name: hostPID
              value: "true"
""",
    ),
)

_HOST_KEYS = {"hostNetwork": "network", "hostPID": "process IDs", "hostIPC": "shared memory"}
_NODE_AGENTS = (
    *("node-exporter", "kube-proxy", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd", "calico"),
    *("cilium", "flannel", "weave", "multus", "aws-node", "amazon-k8s-cni", "kindnet", "antrea", "kube-router"),
    *("metallb", "kube-vip", "node-local-dns", "csi", "falco", "datadog", "cadvisor", "node-problem-detector"),
)


def host_namespaces(config: Config) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        for key, what in _HOST_KEYS.items():
            value = workload.get(key)
            if is_open(value) and value:
                yield Unknown(value.line, f"{key} is filled in later")
            elif value is not None and truth(value):
                yield hit(
                    key_span(workload.pod, key) or place(value),
                    f"{title(workload.manifest)} shares the {what} of its node ({key}: true)",
                    fix=f"Remove `{key}: true` from {title(workload.manifest)}.",
                    subject=subject(workload, None, key),
                    severity=Severity.MEDIUM if is_node_agent(workload) else None,
                )


def is_node_agent(workload: Workload) -> bool:
    """Whether the pods look after the node itself: its network, its volumes, its numbers, the control plane on it."""
    if workload.manifest.kind not in ("DaemonSet", "Pod"):
        return False
    names = [workload.manifest.name, *(text(container.get("image")) for container in workload.containers)]
    return any(agent in name for name in names for agent in _NODE_AGENTS)


DANGEROUS_CAPABILITIES = Rule(
    id="kubernetes/dangerous-capabilities",
    title="Container with a capability that leads out of it",
    severity=Severity.HIGH,
    why="Capabilities such as SYS_ADMIN, NET_ADMIN or SYS_PTRACE are pieces of root on the node: the baseline of the"
    " Pod Security Standards allows none beyond what container runtimes give by default.",
    fix="Remove the capability, and `drop: [ALL]`.",
    refs=("CWE-250", "PCI DSS 7.2.5", _STANDARDS_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: payments
spec:
  containers:
    - name: payments
      image: registry.example.com/payments:5.1
      securityContext:
        capabilities:
          drop: [ALL]
          add:
            - SYS_ADMIN # <- here
            - NET_BIND_SERVICE
            - CAP_NET_ADMIN # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: payments
spec:
  containers:
    - name: payments
      image: registry.example.com/payments:5.1
      securityContext:
        capabilities:
          drop: [ALL, SYS_ADMIN]
          add: [NET_BIND_SERVICE, CHOWN, $(EXTRA)]
""",
    ),
)

# The baseline policy of the Pod Security Standards, "Capabilities".
BASELINE = frozenset(
    (
        *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP"),
        *("SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
    )
)


def capability(node: Node) -> str:
    """The name of a capability as Kubernetes writes it; container runtimes take it with `CAP_` and in any case."""
    return text(node).upper().removeprefix("CAP_")


def _adds_admin(added: Node | None) -> bool:
    return any(capability(item) in ("ALL", "SYS_ADMIN") for item in elements(added))


_MESH_INITS = ("istio-init", "linkerd-init", "istio-validation")


def _capability_weight(name: str, container: Container) -> Severity | None:
    if name in ("ALL", "SYS_ADMIN", "SYS_MODULE"):
        return Severity.CRITICAL
    # A mesh without a CNI plugin sets up the pod's own network before the pod starts.
    return Severity.LOW if container.name in _MESH_INITS and name in ("NET_ADMIN", "NET_RAW") else None


def dangerous_capabilities(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.containers():
        for item in elements(container.get("securityContext", "capabilities", "add")):
            name = capability(item)
            if is_open(item):
                yield Unknown(item.line, "a capability is filled in later")
            elif name and name not in BASELINE:
                yield hit(
                    place(item),
                    f"{container_title(workload, container)} adds the capability {short(name)}",
                    fix=f"Remove `{short(name)}` from `capabilities.add` of {short(container.title)}.",
                    subject=subject(workload, container, f"add {name}"),
                    severity=_capability_weight(name, container),
                )


ADDED_CAPABILITIES = Rule(
    id="kubernetes/added-capabilities",
    title="Container with an added capability",
    severity=Severity.LOW,
    level=Action.INFO,
    why="The restricted policy of the Pod Security Standards allows NET_BIND_SERVICE alone: the others change owners,"
    " modes and users of files and processes inside the container.",
    fix="Remove the capability, and give the files their owners when the image is built.",
    refs=("CWE-250", "PCI DSS 7.2.5", _STANDARDS_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: catalogue
spec:
  containers:
    - name: catalogue
      image: registry.example.com/catalogue:1.0
      securityContext:
        capabilities:
          add: # <- here
            - CHOWN
            - SETUID
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: catalogue
spec:
  containers:
    - name: catalogue
      image: registry.example.com/catalogue:1.0
      securityContext:
        capabilities:
          add: [NET_BIND_SERVICE]
          drop: [CHOWN]
""",
    ),
)


def added_capabilities(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.containers():
        held = container.get("securityContext", "capabilities")
        added = elements(container.get("securityContext", "capabilities", "add"))
        names = sorted({capability(item) for item in added} & (BASELINE - {"NET_BIND_SERVICE"}))
        at = key_span(held, "add")
        if names and at:
            yield hit(
                at,
                f"{container_title(workload, container)} adds the capabilities {', '.join(names)}",
                subject=subject(workload, container, f"add {' '.join(names)}"),
            )


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


LOW_UID = Rule(
    id="kubernetes/low-uid",
    title="Container with a user id that may be one of the node's",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Below 10000 a user or group id may belong to a person or a service on the node, whose files a container that"
    " breaks out can then read; group 0 owns much of what root wrote. Without runAsUser the image decides.",
    fix="Write `runAsUser: 10001` and `runAsGroup: 10001`.",
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
    runAsUser: 10001
    runAsGroup: 20001
  containers:
    - name: search
      image: registry.example.com/search:1.8
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
    for workload in config.workloads:
        owners = ((None, workload.pod), *((container, container.node) for container in workload.containers))
        for container, node in owners:
            who = container_title(workload, container) if container else title(workload.manifest)
            for key in ("runAsUser", "runAsGroup", "fsGroup"):
                value = find(node, "securityContext", key)
                low = number(value)
                if value is not None and low is not None and (low == 0 if key != "runAsUser" else 0 < low < 10000):
                    message = f"{who} sets {key}: {low}" + ("" if low == 0 else ", which is below 10000")
                    yield hit(place(value), message, subject=subject(workload, container, f"{key} {low}"))


RULES = (
    (PRIVILEGED, privileged),
    (HOST_PROCESS, host_process),
    (ALLOW_PRIVILEGE_ESCALATION, allow_privilege_escalation),
    (HOST_NAMESPACES, host_namespaces),
    (DANGEROUS_CAPABILITIES, dangerous_capabilities),
    (ADDED_CAPABILITIES, added_capabilities),
    (RUN_AS_ROOT, run_as_root),
    (LOW_UID, low_uid),
)
