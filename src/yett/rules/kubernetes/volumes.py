"""What of its node a pod mounts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Workload, elements, find, is_open, place, text, truth
from yett.parse.yaml import Node, Scalar
from yett.rules.hits import hit, short
from yett.rules.kubernetes.objects import Config, subject, title
from yett.rules.kubernetes.privileges import is_node_agent

_PAGE = "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath"

DOCKER_SOCK = Rule(
    id="kubernetes/docker-sock",
    title="Socket of the container runtime in a pod",
    severity=Severity.CRITICAL,
    why="Whoever talks to the socket starts privileged containers: to mount it is to be root on the node, read-only or"
    " not.",
    fix="Remove the volume; build images with a rootless builder such as BuildKit or Kaniko.",
    refs=("CWE-250", "PCI DSS 7.2.5", _PAGE),
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
      volumeMounts:
        - name: sock
          mountPath: /var/run/docker.sock
  volumes:
    - name: sock
      hostPath:
        path: /var/run/docker.sock # <- here
    - name: containerd
      hostPath:
        path: /run/containerd/ # <- here
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
      image: moby/buildkit:v0.23-rootless
  volumes:
    - name: run
      emptyDir: {}
    - name: logs
      hostPath:
        path: /var/log/containers
""",
    ),
)

_SOCKETS = ("docker.sock", "containerd.sock", "crio.sock", "cri-dockerd.sock", "dockershim.sock", "podman.sock")
_SOCKET_FOLDERS = ("/run/containerd", "/run/crio", "/run/podman", "/run/docker", "/run/dockershim")


def _host_paths(workload: Workload) -> Iterator[tuple[str, Scalar]]:
    """(name of the volume, path on the node) of each hostPath volume."""
    for volume in elements(workload.get("volumes")):
        path = find(volume, "hostPath", "path")
        if isinstance(path, Scalar) and path.text:
            yield text(find(volume, "name")), path


def _clean(path: str) -> str:
    """A path without detours; `/var/run` is a link to `/run` on every node of today."""
    found = posixpath.normpath("/" + path.lstrip("/"))
    return found.removeprefix("/var") if found == "/var/run" or found.startswith("/var/run/") else found


def _is_socket(path: str) -> bool:
    clean = _clean(path)
    return clean.rpartition("/")[2] in _SOCKETS or clean in _SOCKET_FOLDERS


def docker_sock(config: Config) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        for _, path in _host_paths(workload):
            if _is_socket(path.text):
                yield hit(
                    place(path),
                    f"{title(workload.manifest)} mounts the runtime's socket {short(path.text)} (hostPath)",
                    subject=subject(workload, None, f"hostPath {path.text}"),
                )


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
    clean = _clean(path)
    return clean in _RULING or clean.startswith(_BELOW)


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
        for name, path in _host_paths(workload):
            if _rules_node(path.text) and not _is_socket(path.text) and _is_written(workload, name):
                yield hit(
                    place(path),
                    f"{title(workload.manifest)} may write to {short(path.text)} of its node (hostPath)",
                    fix=f"Mount {short(name)} with `readOnly: true`, or take an `emptyDir` or a claim.",
                    subject=subject(workload, None, f"hostPath {path.text}"),
                    severity=Severity.MEDIUM if is_node_agent(workload) else None,
                )


HOSTPATH = Rule(
    id="kubernetes/hostpath",
    title="Folder of the node in a pod",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A hostPath ties a pod to its node and shows it files of others: logs, keys, the volumes of other pods. Where"
    " it is writable, what a pod leaves there outlives it.",
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
        - name: proc
          mountPath: /host/proc
          readOnly: true
  volumes:
    - name: data
      hostPath:
        path: /mnt/uploads # <- here
    - name: proc
      hostPath:
        path: /proc # <- here
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
  volumes:
    - name: data
      emptyDir: {}
    - name: rest
      persistentVolumeClaim:
        claimName: uploads
    - name: zone
      hostPath:
        path: /etc/localtime
""",
    ),
)

_HARMLESS = ("/etc/localtime", "/etc/timezone", "/usr/share/zoneinfo", "/dev/null", "/etc/machine-id")


def hostpath(config: Config) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        for name, path in _host_paths(workload):
            if is_open(path):
                yield Unknown(path.line, "the path of the hostPath is filled in later")
            elif _is_socket(path.text) or _clean(path.text) in _HARMLESS:
                continue
            elif not (_rules_node(path.text) and _is_written(workload, name)):
                yield hit(
                    place(path),
                    f"{title(workload.manifest)} mounts {short(path.text)} of its node (hostPath)",
                    subject=subject(workload, None, f"hostPath {path.text}"),
                    severity=None if _is_written(workload, name) or _rules_node(path.text) else Severity.LOW,
                )


HOST_VOLUME = Rule(
    id="kubernetes/hostpath-volume",
    title="PersistentVolume on a folder of the node",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Whoever claims such a volume reads and writes the node's folder, past every rule against hostPath.",
    fix="Take a storage class of the platform, or a `local` volume with node affinity.",
    refs=("CWE-668", "PCI DSS 7.2.5", _PAGE),
    bad=(
        """\
apiVersion: v1
kind: PersistentVolume
metadata:
  name: orders-data
spec:
  capacity:
    storage: 10Gi
  hostPath:
    path: /mnt/orders # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: PersistentVolume
metadata:
  name: orders-data
spec:
  capacity:
    storage: 10Gi
  csi:
    driver: ebs.csi.aws.com
    volumeHandle: vol-0a1b2c3d
""",
    ),
)


def host_volume(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("PersistentVolume"):
        path = manifest.get("spec", "hostPath", "path")
        if isinstance(path, Scalar) and not is_open(path):
            message = f"{title(manifest)} is {short(path.text)} of a node (hostPath)"
            yield hit(place(path), message, subject=f"{manifest.id}: hostPath {path.text}")


RULES = (
    (DOCKER_SOCK, docker_sock),
    (SENSITIVE_HOSTPATH, sensitive_hostpath),
    (HOSTPATH, hostpath),
    (HOST_VOLUME, host_volume),
)
