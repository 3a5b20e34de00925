"""The pieces of root that a container holds."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Container, Workload, elements, find, is_open, key_span, place, text
from yett.parse.yaml import Node
from yett.rules.hits import hit, short
from yett.rules.kubernetes.objects import Config, container_title, lacking, subject
from yett.rules.kubernetes.sharing import is_node_agent

_STANDARDS_PAGE = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"

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


def adds_admin(added: Node | None) -> bool:
    """Whether a container adds so much that Kubernetes refuses to forbid it gaining rights."""
    return any(capability(item) in ("ALL", "SYS_ADMIN") for item in elements(added))


_MESH_INITS = ("istio-init", "linkerd-init", "istio-validation")


# These starve or disturb the node, but open no way to it.
_MILD = frozenset(
    (
        *("AUDIT_READ", "BLOCK_SUSPEND", "CHECKPOINT_RESTORE", "IPC_LOCK", "IPC_OWNER", "LEASE", "NET_BROADCAST"),
        *("SYS_NICE", "SYS_PACCT", "SYS_RESOURCE", "SYS_TTY_CONFIG", "WAKE_ALARM"),
    )
)


def _capability_weight(name: str, workload: Workload, container: Container) -> Severity | None:
    if name in ("ALL", "SYS_ADMIN", "SYS_MODULE"):
        return Severity.CRITICAL
    # A mesh without a CNI plugin sets up the pod's own network before the pod starts.
    if container.name in _MESH_INITS and name in ("NET_ADMIN", "NET_RAW"):
        return Severity.LOW
    return Severity.MEDIUM if name in _MILD or is_node_agent(workload) else None


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
                    severity=_capability_weight(name, workload, container),
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


NET_RAW_KEPT = Rule(
    id="kubernetes/net-raw-kept",
    title="Container that may forge packets",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why="Container runtimes give some fourteen capabilities to every container that does not drop them. One of them,"
    " NET_RAW, forges packets: whoever breaks in takes the place of other pods or of the DNS server. Names stand"
    " without `CAP_`: with it nothing is dropped.",
    fix="Write `capabilities: {drop: [ALL]}` in the container's `securityContext`, and add back what it needs.",
    refs=("CWE-250", "PCI DSS 7.2.5", _STANDARDS_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: payments
spec:
  containers:
    - name: payments # <- here
      image: registry.example.com/payments:5.1
    - name: proxy
      image: envoyproxy/envoy:v1.34.1
      securityContext: # <- here
        capabilities:
          drop: [SYS_ADMIN, CAP_NET_RAW]
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
          drop: [ALL]
          add: [NET_BIND_SERVICE]
    - name: proxy
      image: envoyproxy/envoy:v1.34.1
      securityContext:
        capabilities:
          drop: [NET_RAW]
""",
    ),
)


def net_raw_kept(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.hardened():
        drops = _dropped(container)
        if drops is not None and not drops & {"ALL", "NET_RAW"}:
            odd = "; names with CAP_ in front drop nothing" if any(name.startswith("CAP_") for name in drops) else ""
            yield lacking(workload, container, "capabilities: {drop: [ALL]}", f"; NET_RAW is kept as well{odd}")


def _dropped(container: Container) -> set[str] | None:
    """The capabilities that a container gives up; None where some are filled in later."""
    held = container.get("securityContext", "capabilities")
    drops = elements(find(held, "drop"))
    if any(is_open(each) for each in (held, find(held, "drop"), *drops)):
        return None
    # With CAP_ in front a name is another one to containerd, and nothing is dropped.
    return {text(item).upper() for item in drops}


CAPABILITIES_KEPT = Rule(
    id="kubernetes/capabilities-kept",
    title="Container that keeps capabilities of root",
    severity=Severity.LOW,
    level=Action.INFO,
    why="What a container does not drop, it keeps: the right to change owners, users and modes of files, to bind low"
    " ports, to make device files. The restricted policy of the Pod Security Standards wants ALL dropped.",
    fix="Write `capabilities: {drop: [ALL]}` in the container's `securityContext`, and add back what it needs.",
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
      securityContext: # <- here
        capabilities:
          drop: [NET_RAW, MKNOD]
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
          drop: [all]
    - name: keeps-net-raw-which-is-another-rule
      image: envoyproxy/envoy:v1.34.1
""",
    ),
)


def capabilities_kept(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.hardened():
        drops = _dropped(container)
        if drops and "NET_RAW" in drops and "ALL" not in drops and not drops >= BASELINE:
            yield lacking(workload, container, "capabilities: {drop: [ALL]}")


RULES = (
    (DANGEROUS_CAPABILITIES, dangerous_capabilities),
    (ADDED_CAPABILITIES, added_capabilities),
    (NET_RAW_KEPT, net_raw_kept),
    (CAPABILITIES_KEPT, capabilities_kept),
)
