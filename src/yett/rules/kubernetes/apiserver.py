"""The API server: who may call it."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Severity, Unknown
from yett.rules.hits import hit
from yett.rules.kubernetes.control_plane import APISERVER_PAGE, Process, processes
from yett.rules.kubernetes.objects import Config


def _apiserver(process: Process, flag: str, what: str, severity: Severity | None = None) -> Hit:
    return hit(
        process.place(flag),
        f"{process.title} {what} (--{flag})",
        subject=process.subject(f"--{flag}"),
        severity=severity,
    )


ANONYMOUS_CALLS = Rule(
    id="kubernetes/apiserver-anonymous",
    title="API server that answers without a login",
    severity=Severity.CRITICAL,
    why="With --anonymous-auth=true, the default, calls without a login are served as system:anonymous: one binding too"
    " many, and they do as they like.",
    fix="Write `--anonymous-auth=false`.",
    refs=("CWE-306", "PCI DSS 7.3.3", "PCI DSS 8.3.1", APISERVER_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command:
        - kube-apiserver
        - --anonymous-auth=true # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command:
        - kube-apiserver
        - --anonymous-auth=false
""",
    ),
)


def anonymous_calls(config: Config) -> Iterator[Hit | Unknown]:
    for process in processes(config, "kube-apiserver"):
        given = process.value("anonymous-auth")
        if given != "false":
            severity = Severity.MEDIUM if given is None else None
            yield _apiserver(process, "anonymous-auth", "takes calls without a login", severity)


AUTHORIZATION = Rule(
    id="kubernetes/apiserver-authorization",
    title="API server that grants every call",
    severity=Severity.CRITICAL,
    why="With the mode AlwaysAllow among its modes the API server grants every call, whoever makes it.",
    fix="Write `--authorization-mode=Node,RBAC`.",
    refs=("CWE-306", "CWE-862", "PCI DSS 7.3.3", APISERVER_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command:
        - kube-apiserver
        - --authorization-mode=AlwaysAllow # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command:
        - kube-apiserver
        - --authorization-mode=Node,RBAC
""",
    ),
)


def authorization(config: Config) -> Iterator[Hit | Unknown]:
    for process in processes(config, "kube-apiserver"):
        if "AlwaysAllow" in process.values("authorization-mode"):
            yield _apiserver(process, "authorization-mode", "grants every call: AlwaysAllow, not RBAC")


NO_RBAC = Rule(
    id="kubernetes/apiserver-rbac",
    title="API server that does not ask RBAC",
    severity=Severity.HIGH,
    why="Where no mode is set, every call is granted, for AlwaysAllow is the default; without RBAC no role or binding"
    " of the cluster means anything.",
    fix="Write `--authorization-mode=Node,RBAC`.",
    refs=("CWE-306", "CWE-862", "PCI DSS 7.3.3", APISERVER_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command:
        - kube-apiserver
        - --authorization-mode=ABAC # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command:
        - kube-apiserver
        - --authorization-mode=Node,RBAC
""",
    ),
)


def no_rbac(config: Config) -> Iterator[Hit | Unknown]:
    for process in processes(config, "kube-apiserver"):
        modes = process.values("authorization-mode")
        if not {"RBAC", "AlwaysAllow"} & set(modes) and process.value("authorization-config") is None:
            severity = Severity.CRITICAL if process.value("authorization-mode") is None else None
            yield _apiserver(process, "authorization-mode", "does not ask RBAC", severity)


PLAIN_LOGINS = Rule(
    id="kubernetes/apiserver-plain-logins",
    title="API server that reads logins from a plain file",
    severity=Severity.HIGH,
    why="A token or password file is plain text: nothing in it expires, and to take a login away the API server must be"
    " restarted.",
    fix="Remove the file; take client certificates, OpenID Connect or tokens of service accounts.",
    refs=("CWE-256", "PCI DSS 8.3.2", APISERVER_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command:
        - kube-apiserver
        - --token-auth-file=/etc/kubernetes/tokens.csv # <- here
        - --basic-auth-file=/etc/kubernetes/users.csv # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command:
        - kube-apiserver
        - --client-ca-file=/etc/kubernetes/pki/ca.crt
""",
    ),
)


def plain_logins(config: Config) -> Iterator[Hit | Unknown]:
    for process in processes(config, "kube-apiserver"):
        for flag in ("token-auth-file", "basic-auth-file"):
            if process.value(flag) is not None:
                yield _apiserver(process, flag, "reads logins from a plain file")


INSECURE_PORT = Rule(
    id="kubernetes/apiserver-insecure-port",
    title="API server on a port without TLS and login",
    severity=Severity.CRITICAL,
    why="Whoever reaches the insecure port is cluster-admin: it asks for no login and checks no rights. Kubernetes 1.24"
    " took it out; older ones open it unless the flag is 0.",
    fix="Remove `--insecure-port` and `--insecure-bind-address`, or write `--insecure-port=0`; leave `--secure-port`"
    " on.",
    refs=("CWE-306", "CWE-319", "PCI DSS 2.2.7", APISERVER_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command:
        - kube-apiserver
        - --insecure-port=8080 # <- here
        - --insecure-bind-address=0.0.0.0 # <- here
        - --secure-port=0 # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command:
        - kube-apiserver
        - --insecure-port=0
        - --secure-port=6443
""",
    ),
)


def insecure_port(config: Config) -> Iterator[Hit | Unknown]:
    for process in processes(config, "kube-apiserver"):
        if process.value("insecure-port") not in (None, "0"):
            yield _apiserver(process, "insecure-port", "listens on a port without TLS and login")
        if process.value("insecure-bind-address") is not None:
            yield _apiserver(process, "insecure-bind-address", "listens on an address without TLS and login")
        if process.value("secure-port") == "0":
            yield _apiserver(process, "secure-port", "has its TLS port switched off")


RULES = (
    (ANONYMOUS_CALLS, anonymous_calls),
    (AUTHORIZATION, authorization),
    (NO_RBAC, no_rbac),
    (PLAIN_LOGINS, plain_logins),
    (INSECURE_PORT, insecure_port),
)
