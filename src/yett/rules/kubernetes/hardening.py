"""What a container does not give up, and what it asks to have switched off."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Container, Workload, elements, find, is_open, key_span, number, place, text, truth
from yett.parse.yaml import Mapping, Scalar
from yett.rules.hits import hit, short
from yett.rules.kubernetes.objects import (
    Config,
    container_title,
    context_span,
    effective,
    is_windows,
    subject,
    title,
)
from yett.rules.kubernetes.privileges import capability

_CONTEXT_PAGE = "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/"
_STANDARDS_PAGE = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"

UNHARDENED_CONTAINER = Rule(
    id="kubernetes/unhardened-container",
    title="Container that keeps rights it does not need",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Where nothing is said, a container may run as root, its processes may gain rights, it keeps some fourteen"
    " capabilities (NET_RAW among them), may write to its own programs, and may make every system call: all of it is"
    " of use to whoever breaks in, and of none to most services.",
    fix="Set `runAsNonRoot: true`, `allowPrivilegeEscalation: false`, `capabilities: {drop: [ALL]}`,"
    " `readOnlyRootFilesystem: true` and `seccompProfile: {type: RuntimeDefault}` in the container's"
    " `securityContext`; the first and the last may stand in the pod's.",
    refs=("CWE-250", "CWE-732", "PCI DSS 2.2.6", "PCI DSS 7.2.5", _CONTEXT_PAGE),
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
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: false
            capabilities:
              drop: [NET_RAW]
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
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: checkout
          image: registry.example.com/checkout:2.4.1
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
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


def unhardened_container(config: Config) -> Iterator[Hit | Unknown]:
    whole = {container.at for _, container in config.whole()}
    for workload, container in config.containers():
        if is_windows(workload):
            continue
        settings = tuple(_missing(workload, container)) if container.at in whole else tuple(_refused(container))
        if not settings:
            continue
        weighty = any(setting.startswith(("runAs", "allow")) for setting in settings)
        yield hit(
            context_span(container),
            f"{container_title(workload, container)} lacks {', '.join(settings)}",
            fix=f"In the `securityContext` of {short(container.title)} set `{'`, `'.join(settings)}`.",
            subject=subject(workload, container, "hardening"),
            severity=None if weighty else Severity.LOW,
        )


def _missing(workload: Workload, container: Container) -> Iterator[str]:
    """The settings that a container lacks, as they would be written; explicit bad values have rules of their own."""
    context = container.get("securityContext")
    user, non_root = effective(workload, container, "runAsUser"), effective(workload, container, "runAsNonRoot")
    if non_root is None and not (number(user) or is_open(user)) and number(user) != 0:
        yield "runAsNonRoot: true"
    if find(context, "allowPrivilegeEscalation") is None and not truth(find(context, "privileged")):
        yield "allowPrivilegeEscalation: false"
    drops = elements(find(context, "capabilities", "drop"))
    if not any(capability(item) == "ALL" or is_open(item) for item in drops):
        kept = "" if any(capability(item) == "NET_RAW" for item in drops) else " (NET_RAW is kept)"
        yield f"capabilities drop: [ALL]{kept}"
    root = find(context, "readOnlyRootFilesystem")
    if not (truth(root) or is_open(root)):
        yield "readOnlyRootFilesystem: true"
    profile = effective(workload, container, "seccompProfile")
    if not (text(find(profile, "type")) or is_open(profile)) and not _annotated(workload, container):
        yield "seccompProfile: RuntimeDefault"


def _refused(container: Container) -> Iterator[str]:
    """What a part of a container that says not all says outright."""
    if truth(container.get("securityContext", "readOnlyRootFilesystem")) is False:
        yield "readOnlyRootFilesystem: true"


def _annotated(workload: Workload, container: Container) -> bool:
    """Whether seccomp is set the old way, by an annotation; Kubernetes before 1.27 obeyed it."""
    return any(
        isinstance(find(meta, "annotations", key), Scalar)
        for meta in (workload.meta, workload.manifest.get("metadata"))
        for key in (_SECCOMP_POD, f"{_SECCOMP_CONTAINER}{container.name}")
    )


_SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"

SECCOMP = Rule(
    id="kubernetes/seccomp",
    title="System calls of a container unfiltered",
    severity=Severity.HIGH,
    why="Unconfined switches off the filter of system calls: the kernel's least tested corners, where most ways out of"
    " a container begin, are open to it.",
    fix="Write `type: RuntimeDefault`, or name a profile of your own with `type: Localhost`.",
    refs=("CWE-693", "PCI DSS 2.2.6", "https://kubernetes.io/docs/tutorials/security/seccomp/"),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: images
  annotations:
    seccomp.security.alpha.kubernetes.io/pod: unconfined # <- here
spec:
  containers:
    - name: resize
      image: registry.example.com/resize:2.2
      securityContext:
        seccompProfile:
          type: Unconfined # <- here
---
apiVersion: v1
kind: Pod
metadata:
  name: thumbnails
spec:
  securityContext:
    seccompProfile:
      type: Unconfined # <- here
  containers:
    - name: thumbnails
      image: registry.example.com/resize:2.2
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: images
spec:
  securityContext:
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: resize
      image: registry.example.com/resize:2.2
      securityContext:
        seccompProfile:
          type: Localhost
          localhostProfile: resize.json
""",
    ),
)


def seccomp(config: Config) -> Iterator[Hit | Unknown]:
    yield from _unconfined(config, "seccompProfile", "seccomp")
    for workload in config.workloads:
        if workload.get("securityContext", "seccompProfile") is not None:
            continue  # the field goes before the annotation
        for key, value in _annotations(workload):
            if key.startswith((_SECCOMP_POD, _SECCOMP_CONTAINER)) and value.text.lower() == "unconfined":
                message = f"{title(workload.manifest)} runs without seccomp (an annotation says unconfined)"
                yield hit(place(value), message, subject=subject(workload, None, f"seccomp {key}"))


APPARMOR = Rule(
    id="kubernetes/apparmor-unconfined",
    title="AppArmor switched off for a container",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The profile that container runtimes apply by default keeps a container from mounting and from writing below"
    " /proc and /sys; Unconfined takes it away.",
    fix="Remove the setting, or write `type: RuntimeDefault`.",
    refs=("CWE-693", "PCI DSS 2.2.6", "https://kubernetes.io/docs/tutorials/security/apparmor/"),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: mail
  annotations:
    container.apparmor.security.beta.kubernetes.io/mail: unconfined # <- here
spec:
  containers:
    - name: mail
      image: registry.example.com/mail:1.1
      securityContext:
        appArmorProfile:
          type: Unconfined # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: mail
  annotations:
    container.apparmor.security.beta.kubernetes.io/mail: runtime/default
spec:
  containers:
    - name: mail
      image: registry.example.com/mail:1.1
""",
    ),
)


def apparmor(config: Config) -> Iterator[Hit | Unknown]:
    yield from _unconfined(config, "appArmorProfile", "AppArmor")
    for workload in config.workloads:
        for key, value in _annotations(workload):
            if key.startswith("container.apparmor.security.beta.kubernetes.io") and value.text.lower() == "unconfined":
                message = f"{title(workload.manifest)} runs without AppArmor (an annotation says unconfined)"
                yield hit(place(value), message, subject=subject(workload, None, f"AppArmor {key}"))


def _unconfined(config: Config, key: str, name: str) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        kind = workload.get("securityContext", key, "type")
        inherit = not workload.containers or any(
            container.get("securityContext", key) is None for container in workload.containers
        )
        if kind is not None and inherit and text(kind).lower() == "unconfined":
            message = f"{title(workload.manifest)} runs without {name} ({key} is Unconfined)"
            yield hit(place(kind), message, fix="Write `type: RuntimeDefault`.", subject=subject(workload, None, key))
    for workload, container in config.containers():
        kind = container.get("securityContext", key, "type")
        if kind is not None and text(kind).lower() == "unconfined":
            message = f"{container_title(workload, container)} runs without {name} ({key} is Unconfined)"
            yield hit(
                place(kind), message, fix="Write `type: RuntimeDefault`.", subject=subject(workload, container, key)
            )


def _annotations(workload: Workload) -> Iterator[tuple[str, Scalar]]:
    """Those of the pods; on a Pod these are the object's own."""
    metas = [workload.meta]
    if workload.manifest.kind == "Pod":
        found = workload.manifest.get("metadata")
        metas = [found if isinstance(found, Mapping) else None]
    for meta in metas:
        held = find(meta, "annotations")
        if isinstance(held, Mapping):
            for key, value in held.entries.values():
                if isinstance(value, Scalar):
                    yield key.text, value


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
        if value is not None and text(value).lower() == "unmasked":
            message = f"{container_title(workload, container)} sees all of /proc (procMount: Unmasked)"
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


SHARED_PROCESSES = Rule(
    id="kubernetes/shared-process-namespace",
    title="Containers of a pod see each other's processes",
    severity=Severity.LOW,
    level=Action.INFO,
    why="With shareProcessNamespace each container reads the environment, and through /proc the files, of the others:"
    " a sidecar sees the payment service's keys. The default is false.",
    fix="Remove `shareProcessNamespace: true`.",
    refs=(
        "CWE-653",
        "PCI DSS 7.2.5",
        "https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/",
    ),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: payments
spec:
  shareProcessNamespace: true # <- here
  containers:
    - name: payments
      image: registry.example.com/payments:5.1
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: payments
spec:
  shareProcessNamespace: false
  containers:
    - name: payments
      image: registry.example.com/payments:5.1
""",
    ),
)


def shared_processes(config: Config) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        value = workload.get("shareProcessNamespace")
        at = key_span(workload.pod, "shareProcessNamespace")
        if at and truth(value):
            message = f"the containers of {title(workload.manifest)} see each other's processes (shareProcessNamespace)"
            yield hit(at, message, subject=subject(workload, None, "shareProcessNamespace"))


RULES = (
    (UNHARDENED_CONTAINER, unhardened_container),
    (SECCOMP, seccomp),
    (APPARMOR, apparmor),
    (SELINUX_OPTIONS, selinux_options),
    (PROC_MOUNT, proc_mount),
    (UNSAFE_SYSCTLS, unsafe_sysctls),
    (SHARED_PROCESSES, shared_processes),
)
