"""What a container sees and changes of its system: SELinux, /proc, sysctls, its own files."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import elements, find, is_open, place, text, truth
from yett.rules.hits import hit, short
from yett.rules.kubernetes.objects import Config, container_title, lacking, subject, title

_STANDARDS_PAGE = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"

SELINUX_OPTIONS = Rule(
    id="kubernetes/selinux-options",
    title="SELinux user, role or type of a pod's own choice",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The type decides what SELinux lets a container touch; spc_t and the like let it touch everything. The baseline"
    " of the Pod Security Standards allows the container types alone, and neither a user nor a role.",
    fix="Remove `user` and `role`, and take `type: container_t`.",
    refs=("CWE-693", "PCI DSS 2.2.6", _STANDARDS_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: invoices
spec:
  containers:
    - name: invoices
      image: registry.example.com/invoices:3.0
      securityContext:
        seLinuxOptions:
          type: spc_t # <- here
          user: system_u # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: invoices
spec:
  containers:
    - name: invoices
      image: registry.example.com/invoices:3.0
      securityContext:
        seLinuxOptions:
          type: container_t
          level: "s0:c123,c456"
""",
    ),
)

_SELINUX_TYPES = ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")


def selinux_options(config: Config) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        owners = ((None, workload.pod), *((container, container.node) for container in workload.containers))
        for container, node in owners:
            options = find(node, "securityContext", "seLinuxOptions")
            for key in ("type", "user", "role"):
                value = find(options, key)
                if value is None or is_open(value) or text(value) in (_SELINUX_TYPES if key == "type" else ("",)):
                    continue
                who = container_title(workload, container) if container else title(workload.manifest)
                message = f"{who} chooses its SELinux {key} {short(text(value), 40)}"
                yield hit(place(value), message, subject=subject(workload, container, f"seLinuxOptions {key}"))


PROC_MOUNT = Rule(
    id="kubernetes/unmasked-proc",
    title="Container that sees all of /proc",
    severity=Severity.HIGH,
    why="Unmasked takes away the cover from those parts of /proc that change the kernel or tell of the node; the"
    " default hides them.",
    fix="Remove `procMount`, or write `procMount: Default`.",
    refs=("CWE-250", "PCI DSS 2.2.6", _STANDARDS_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: builder
spec:
  containers:
    - name: builder
      image: registry.example.com/builder:2.0
      securityContext:
        procMount: Unmasked # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: builder
spec:
  containers:
    - name: builder
      image: registry.example.com/builder:2.0
      securityContext:
        procMount: Default
""",
    ),
)


def proc_mount(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.containers():
        value = container.get("securityContext", "procMount")
        if value is not None and not is_open(value) and text(value) not in ("", "Default"):
            message = f"{container_title(workload, container)} sees all of /proc (procMount: {short(text(value), 20)})"
            yield hit(place(value), message, subject=subject(workload, container, "procMount"))


UNSAFE_SYSCTLS = Rule(
    id="kubernetes/unsafe-sysctls",
    title="Kernel setting that other pods feel",
    severity=Severity.MEDIUM,
    why="Outside of the safe list a sysctl is not kept to its pod: it may weaken the node or starve what else runs"
    " there, and the kubelet refuses it unless it was told to allow it.",
    fix="Remove the sysctl, or set it where nodes are set up.",
    refs=("CWE-250", "PCI DSS 2.2.6", "https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/"),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: cache
spec:
  securityContext:
    sysctls:
      - name: net.core.somaxconn # <- here
        value: "1024"
  containers:
    - name: cache
      image: registry.example.com/cache:6.1
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: cache
spec:
  securityContext:
    sysctls:
      - name: net.ipv4.ip_local_port_range
        value: "1024 65535"
  containers:
    - name: cache
      image: registry.example.com/cache:6.1
""",
    ),
)

# https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/, "Safe and unsafe sysctls" (1.32).
_SAFE_SYSCTLS = frozenset(
    (
        *("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports"),
        *("net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout"),
        *("net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time"),
        *("net.ipv4.tcp_rmem", "net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem"),
    )
)


def unsafe_sysctls(config: Config) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        for item in elements(workload.get("securityContext", "sysctls")):
            name = find(item, "name")
            if name is not None and not is_open(name) and text(name).replace("/", ".") not in _SAFE_SYSCTLS:
                yield hit(
                    place(name),
                    f"{title(workload.manifest)} sets the unsafe sysctl {short(text(name), 60)}",
                    subject=subject(workload, None, f"sysctl {text(name)}"),
                )


WRITABLE_ROOT = Rule(
    id="kubernetes/writable-root-filesystem",
    title="Container that may write to its own programs",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Unless readOnlyRootFilesystem is true, whoever breaks in changes the programs and pages of the running"
    " container, or puts tools beside them. The default is false.",
    fix="Write `readOnlyRootFilesystem: true`, and mount an `emptyDir` where the service writes.",
    refs=("CWE-732", "PCI DSS 2.2.6", "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: uploads
spec:
  containers:
    - name: uploads # <- here
      image: registry.example.com/uploads:1.2
    - name: proxy
      image: envoyproxy/envoy:v1.34.1
      securityContext:
        readOnlyRootFilesystem: false # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: uploads
spec:
  containers:
    - name: uploads
      image: registry.example.com/uploads:1.2
      securityContext:
        readOnlyRootFilesystem: true
""",
    ),
)


def writable_root(config: Config) -> Iterator[Hit | Unknown]:
    lacks = {container.at for _, container in config.hardened()}
    for workload, container in config.containers():
        value = container.get("securityContext", "readOnlyRootFilesystem")
        if value is None and container.at in lacks:
            yield lacking(workload, container, "readOnlyRootFilesystem: true")
        elif value is not None and truth(value) is False:
            message = f"{container_title(workload, container)} sets readOnlyRootFilesystem: false"
            yield hit(place(value), message, subject=subject(workload, container, "readOnlyRootFilesystem: true"))


RULES = (
    (SELINUX_OPTIONS, selinux_options),
    (PROC_MOUNT, proc_mount),
    (WRITABLE_ROOT, writable_root),
    (UNSAFE_SYSCTLS, unsafe_sysctls),
)
