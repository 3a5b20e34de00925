"""The filter of system calls, and the profile of AppArmor: what the kernel keeps a container from."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Container, Workload, find, is_open, place, text
from yett.parse.yaml import Mapping, Scalar
from yett.rules.hits import hit, short
from yett.rules.kubernetes.objects import Config, container_title, effective, lacking, subject, title

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

_SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
_SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"


def seccomp(config: Config) -> Iterator[Hit | Unknown]:
    yield from _unconfined(config, "seccompProfile", "seccomp")
    for workload in config.workloads:
        if workload.get("securityContext", "seccompProfile") is not None:
            continue  # the field goes before the annotation
        for key, value in _annotations(workload):
            if key.startswith((_SECCOMP_POD, _SECCOMP_CONTAINER)) and value.text.lower() == "unconfined":
                message = f"{title(workload.manifest)} runs without seccomp (an annotation says unconfined)"
                yield hit(place(value), message, subject=subject(workload, None, f"seccomp {key}"))


SECCOMP_UNSET = Rule(
    id="kubernetes/seccomp-unset",
    title="Container without a filter of system calls",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Where neither the container nor its pod names a seccomp profile, every system call is allowed, unless each"
    " kubelet is run with --seccomp-default: Unconfined is the default.",
    fix="Write `seccompProfile: {type: RuntimeDefault}`, in the container's `securityContext` or in the pod's.",
    refs=("CWE-693", "PCI DSS 2.2.6", "https://kubernetes.io/docs/tutorials/security/seccomp/"),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: images
spec:
  containers:
    - name: resize
      image: registry.example.com/resize:2.2
      securityContext: # <- here
        runAsNonRoot: true
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
---
apiVersion: v1
kind: Pod
metadata:
  name: thumbnails
spec:
  containers:
    - name: unconfined-is-another-rule
      image: registry.example.com/resize:2.2
      securityContext:
        seccompProfile:
          type: Unconfined
""",
    ),
)


def seccomp_unset(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.hardened():
        profile = effective(workload, container, "seccompProfile")
        if not (text(find(profile, "type")) or is_open(profile)) and not _annotated(workload, container):
            yield lacking(workload, container, "seccompProfile: {type: RuntimeDefault}")


def _annotated(workload: Workload, container: Container) -> bool:
    """Whether seccomp is set the old way, by an annotation; Kubernetes before 1.27 obeyed it."""
    return any(
        isinstance(find(meta, "annotations", key), Scalar)
        for meta in (workload.meta, workload.manifest.get("metadata"))
        for key in (_SECCOMP_POD, f"{_SECCOMP_CONTAINER}{container.name}")
    )


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
    container.apparmor.security.beta.kubernetes.io/mail: localhost/mail
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
            if not key.startswith("container.apparmor.security.beta.kubernetes.io") or is_open(value):
                continue
            if value.text not in ("", "runtime/default") and not value.text.startswith("localhost/"):
                message = (
                    f"{title(workload.manifest)} runs without AppArmor (an annotation says {short(value.text, 40)})"
                )
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


RULES = (
    (SECCOMP, seccomp),
    (SECCOMP_UNSET, seccomp_unset),
    (APPARMOR, apparmor),
)
