"""Which folders of its node a pod mounts, and whether it may write to them."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Workload, elements, find, is_open, place, text, truth
from yett.parse.yaml import Node
from yett.rules.hits import hit, short
from yett.rules.kubernetes.objects import Config, subject, title
from yett.rules.kubernetes.sharing import is_node_agent
from yett.rules.kubernetes.volumes import clean, host_paths, is_socket

_PAGE = "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath"

SENSITIVE_HOSTPATH = Rule(
    id="kubernetes/sensitive-hostpath",
    title="Folder that rules the node, writable in a pod",
    severity=Severity.HIGH,
    why="Whoever writes to these folders of a node adds a cron job, a kubelet manifest or a key, and owns the node. A"
    " mount is writable unless it says readOnly: true.",
    fix="Take `emptyDir`, a PersistentVolumeClaim or a ConfigMap instead; where the node must be read, mount with"
    " `readOnly: true`.",
    refs=("CWE-668", "PCI DSS 7.2.5", _PAGE),
    bad=(
        """\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: collector
spec:
  template:
    spec:
      containers:
        - name: collector
          image: registry.example.com/collector:0.9
          volumeMounts:
            - name: etc
              mountPath: /host/etc
      volumes:
        - name: etc
          hostPath:
            path: /etc/ # <- here
""",
    ),
    good=(
        """\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: collector
spec:
  template:
    spec:
      containers:
        - name: collector
          image: registry.example.com/collector:0.9
          volumeMounts:
            - name: etc
              mountPath: /host/etc
              readOnly: true
      volumes:
        - name: etc
          hostPath:
            path: /etc
        - name: zone
          hostPath:
            path: /etc/localtime
""",
    ),
)

_RULING = (
    *("/", "/etc", "/root", "/home", "/var", "/var/lib", "/var/lib/kubelet", "/var/lib/docker", "/var/lib/containerd"),
    *("/var/lib/etcd", "/proc", "/sys", "/dev", "/boot", "/usr", "/bin", "/sbin", "/lib", "/lib64", "/run"),
    *("/etc/kubernetes", "/etc/kubernetes/manifests", "/etc/kubernetes/pki", "/etc/cron.d", "/etc/ssh", "/etc/systemd"),
    *("/etc/passwd", "/etc/shadow", "/etc/sudoers", "/proc/sys", "/sys/fs/cgroup", "/usr/bin", "/usr/local/bin"),
)
_BELOW = ("/etc/kubernetes/", "/root/", "/home/", "/boot/", "/var/lib/kubelet/pki", "/var/lib/etcd/")


def _rules_node(path: str) -> bool:
    plain = clean(path)
    return plain in _RULING or plain.startswith(_BELOW)


def _mounts(workload: Workload, name: str) -> list[Node]:
    return [
        mount
        for container in workload.containers
        for mount in elements(container.get("volumeMounts"))
        if text(find(mount, "name")) == name
    ]


def _is_written(workload: Workload, name: str) -> bool:
    return any(not truth(find(mount, "readOnly")) for mount in _mounts(workload, name))


def sensitive_hostpath(config: Config) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        for name, path in host_paths(workload):
            if _rules_node(path.text) and not is_socket(path.text) and _is_written(workload, name):
                yield hit(
                    place(path),
                    f"{title(workload.manifest)} may write to {short(path.text)} of its node (hostPath)",
                    fix=f"Mount {short(name)} with `readOnly: true`, or take an `emptyDir` or a claim.",
                    subject=subject(workload, None, f"hostPath {path.text}"),
                    severity=Severity.MEDIUM if is_node_agent(workload) else None,
                )


SENSITIVE_READ = Rule(
    id="kubernetes/sensitive-hostpath-read",
    title="Folder that rules the node, readable in a pod",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="These folders of a node hold keys, logins and the volumes of other pods: even where a pod only reads them, it"
    " reads what others are to keep.",
    fix="Mount the one file or folder that is needed, or take a ConfigMap.",
    refs=("CWE-668", "PCI DSS 7.2.5", _PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: uploads
spec:
  containers:
    - name: uploads
      image: registry.example.com/uploads:1.2
      volumeMounts:
        - name: data
          mountPath: /data
          readOnly: true
  volumes:
    - name: data
      hostPath:
        path: /etc # <- here
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
      volumeMounts:
        - name: data
          mountPath: /data
          readOnly: false
  volumes:
    - name: data
      hostPath:
        path: /mnt/uploads
    - name: zone
      hostPath:
        path: /etc/localtime
    - name: rest
      emptyDir: {}
""",
    ),
)


def sensitive_read(config: Config) -> Iterator[Hit | Unknown]:
    return _mounted(config, ruling=True, written=False)


def _mounted(config: Config, *, ruling: bool, written: bool) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        for name, path in host_paths(workload):
            if is_open(path) or is_socket(path.text) or clean(path.text) in _HARMLESS:
                continue
            if (_rules_node(path.text), _is_written(workload, name)) == (ruling, written):
                how = "may write to" if written else "mounts"
                yield hit(
                    place(path),
                    f"{title(workload.manifest)} {how} {short(path.text)} of its node (hostPath)",
                    subject=subject(workload, None, f"hostPath {path.text}"),
                )


_HARMLESS = ("/etc/localtime", "/etc/timezone", "/usr/share/zoneinfo", "/dev/null", "/etc/machine-id")

WRITABLE = Rule(
    id="kubernetes/writable-hostpath",
    title="Folder of the node, writable in a pod",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A hostPath ties a pod to its node; what it writes there outlives it, fills the disk of the node, and is read"
    " by the next pod that mounts the folder. A mount is writable unless it says readOnly: true.",
    fix="Take `emptyDir` or a PersistentVolumeClaim, or mount with `readOnly: true`.",
    refs=("CWE-668", "PCI DSS 7.2.5", _PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: uploads
spec:
  containers:
    - name: uploads
      image: registry.example.com/uploads:1.2
      volumeMounts:
        - name: data
          mountPath: /data
          readOnly: false
  volumes:
    - name: data
      hostPath:
        path: /mnt/uploads # <- here
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
      volumeMounts:
        - name: data
          mountPath: /data
          readOnly: true
  volumes:
    - name: data
      hostPath:
        path: /mnt/uploads
    - name: zone
      hostPath:
        path: /etc/localtime
    - name: rest
      emptyDir: {}
""",
    ),
)


def writable(config: Config) -> Iterator[Hit | Unknown]:
    return _mounted(config, ruling=False, written=True)


HOSTPATH = Rule(
    id="kubernetes/hostpath",
    title="Folder of the node in a pod",
    severity=Severity.LOW,
    level=Action.WARN,
    why="A hostPath ties a pod to its node and shows it files of others, such as logs.",
    fix="Take `emptyDir`, a PersistentVolumeClaim or a ConfigMap.",
    refs=("CWE-668", "PCI DSS 7.2.5", _PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: uploads
spec:
  containers:
    - name: uploads
      image: registry.example.com/uploads:1.2
      volumeMounts:
        - name: data
          mountPath: /data
          readOnly: true
  volumes:
    - name: data
      hostPath:
        path: /var/log # <- here
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
      volumeMounts:
        - name: data
          mountPath: /data
          readOnly: false
  volumes:
    - name: data
      hostPath:
        path: /mnt/uploads
    - name: zone
      hostPath:
        path: /etc/localtime
    - name: rest
      emptyDir: {}
""",
    ),
)


def hostpath(config: Config) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        for _, path in host_paths(workload):
            if is_open(path):
                yield Unknown(path.line, "the path of the hostPath is filled in later")
    yield from _mounted(config, ruling=False, written=False)


RULES = (
    (SENSITIVE_HOSTPATH, sensitive_hostpath),
    (SENSITIVE_READ, sensitive_read),
    (WRITABLE, writable),
    (HOSTPATH, hostpath),
)
