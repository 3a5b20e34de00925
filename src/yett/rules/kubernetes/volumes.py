"""Volumes that are a piece of the node: the socket of its runtime, its disk."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Workload, elements, find, is_open, place, text
from yett.parse.yaml import Scalar
from yett.rules.hits import hit, short
from yett.rules.kubernetes.objects import Config, subject, title

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


def host_paths(workload: Workload) -> Iterator[tuple[str, Scalar]]:
    """(name of the volume, path on the node) of each hostPath volume."""
    for volume in elements(workload.get("volumes")):
        path = find(volume, "hostPath", "path")
        if isinstance(path, Scalar) and path.text:
            yield text(find(volume, "name")), path


def clean(path: str) -> str:
    """A path without detours; `/var/run` is a link to `/run` on every node of today."""
    found = posixpath.normpath("/" + path.lstrip("/"))
    return found.removeprefix("/var") if found == "/var/run" or found.startswith("/var/run/") else found


def is_socket(path: str) -> bool:
    """Whether a path is the socket of a container runtime, or the folder it lies in."""
    plain = clean(path)
    return plain.rpartition("/")[2] in _SOCKETS or plain in _SOCKET_FOLDERS


def docker_sock(config: Config) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        for _, path in host_paths(workload):
            if is_socket(path.text):
                yield hit(
                    place(path),
                    f"{title(workload.manifest)} mounts the runtime's socket {short(path.text)} (hostPath)",
                    subject=subject(workload, None, f"hostPath {path.text}"),
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
    (HOST_VOLUME, host_volume),
)
