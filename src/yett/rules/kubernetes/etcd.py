"""etcd, which holds every Secret of the cluster: whom it talks to, and how."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.rules.hits import hit
from yett.rules.kubernetes.control_plane import processes
from yett.rules.kubernetes.objects import Config

_PAGE = "https://etcd.io/docs/v3.5/op-guide/security/"


def _without(config: Config, *flags: str) -> Iterator[Hit | Unknown]:
    for process in processes(config, "etcd"):
        missing = [f"--{flag}" for flag in flags if process.value(flag) in (None, "", "false")]
        if missing:
            given = next((flag for flag in flags if process.value(flag) == "false"), "")
            message = f"{process.title} does without {' and '.join(missing)}"
            yield hit(process.place(given), message, subject=process.subject(" ".join(missing)))


SERVER_TLS = Rule(
    id="kubernetes/etcd-tls",
    title="etcd that speaks clear text",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="etcd holds every Secret of the cluster, and without --cert-file and --key-file it hands them out in clear"
    " text, which is the default.",
    fix="Set `--cert-file` and `--key-file`.",
    refs=("CWE-319", "PCI DSS 2.2.7", _PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: etcd
  namespace: kube-system
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.5.21-0
      command: # <- here
        - etcd
        - --client-cert-auth=true
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: etcd
  namespace: kube-system
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.5.21-0
      command:
        - etcd
        - --cert-file=/etc/kubernetes/pki/etcd/server.crt
        - --key-file=/etc/kubernetes/pki/etcd/server.key
""",
    ),
)


def server_tls(config: Config) -> Iterator[Hit | Unknown]:
    return _without(config, "cert-file", "key-file")


CLIENT_AUTH = Rule(
    id="kubernetes/etcd-client-auth",
    title="etcd that answers anybody",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="etcd checks no rights of its own: without --client-cert-auth whoever reaches it reads and writes the whole"
    " cluster. The default is false.",
    fix="Set `--client-cert-auth=true` and `--trusted-ca-file`.",
    refs=("CWE-306", "PCI DSS 8.3.1", _PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: etcd
  namespace: kube-system
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.5.21-0
      command:
        - etcd
        - --cert-file=/etc/kubernetes/pki/etcd/server.crt
        - --key-file=/etc/kubernetes/pki/etcd/server.key
        - --client-cert-auth=false # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: etcd
  namespace: kube-system
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.5.21-0
      command:
        - etcd
        - --client-cert-auth=true
""",
    ),
)


def client_auth(config: Config) -> Iterator[Hit | Unknown]:
    return _without(config, "client-cert-auth")


PEER_TLS = Rule(
    id="kubernetes/etcd-peer-tls",
    title="etcd that speaks clear text with its peers",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="The members of etcd send each other everything they hold; without --peer-cert-file and --peer-key-file in"
    " clear text, which is the default.",
    fix="Set `--peer-cert-file` and `--peer-key-file`.",
    refs=("CWE-319", "PCI DSS 2.2.7", _PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: etcd
  namespace: kube-system
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.5.21-0
      command: # <- here
        - etcd
        - --cert-file=/etc/kubernetes/pki/etcd/server.crt
        - --key-file=/etc/kubernetes/pki/etcd/server.key
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: etcd
  namespace: kube-system
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.5.21-0
      command:
        - etcd
        - --peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt
        - --peer-key-file=/etc/kubernetes/pki/etcd/peer.key
""",
    ),
)


def peer_tls(config: Config) -> Iterator[Hit | Unknown]:
    return _without(config, "peer-cert-file", "peer-key-file")


PEER_AUTH = Rule(
    id="kubernetes/etcd-peer-auth",
    title="etcd that lets anybody be a member",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Without --peer-client-cert-auth whoever reaches the port of the peers may join them and get all they hold. The"
    " default is false.",
    fix="Set `--peer-client-cert-auth=true` and `--peer-trusted-ca-file`.",
    refs=("CWE-306", "PCI DSS 8.3.1", _PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: etcd
  namespace: kube-system
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.5.21-0
      command:
        - etcd
        - --peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt
        - --peer-key-file=/etc/kubernetes/pki/etcd/peer.key
        - --peer-client-cert-auth=false # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: etcd
  namespace: kube-system
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.5.21-0
      command:
        - etcd
        - --peer-client-cert-auth=true
""",
    ),
)


def peer_auth(config: Config) -> Iterator[Hit | Unknown]:
    return _without(config, "peer-client-cert-auth")


AUTO_TLS = Rule(
    id="kubernetes/etcd-auto-tls",
    title="etcd with certificates that nobody can check",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="With --auto-tls etcd makes its own certificate at each start: nobody can tell it from another.",
    fix="Remove `--auto-tls` and `--peer-auto-tls`, and name certificates of an authority.",
    refs=("CWE-295", "PCI DSS 4.2.1", _PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: etcd
  namespace: kube-system
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.5.21-0
      command:
        - etcd
        - --auto-tls=true # <- here
        - --peer-auto-tls=true # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: etcd
  namespace: kube-system
spec:
  containers:
    - name: etcd
      image: registry.k8s.io/etcd:3.5.21-0
      command:
        - etcd
        - --auto-tls=false
        - --cert-file=/etc/kubernetes/pki/etcd/server.crt
        - --key-file=/etc/kubernetes/pki/etcd/server.key
""",
    ),
)


def auto_tls(config: Config) -> Iterator[Hit | Unknown]:
    for process in processes(config, "etcd"):
        for flag in ("auto-tls", "peer-auto-tls"):
            if process.value(flag) == "true":
                message = f"{process.title} makes its own certificates, which nobody can check (--{flag})"
                yield hit(process.place(flag), message, subject=process.subject(f"--{flag}"))


RULES = (
    (SERVER_TLS, server_tls),
    (CLIENT_AUTH, client_auth),
    (PEER_TLS, peer_tls),
    (PEER_AUTH, peer_auth),
    (AUTO_TLS, auto_tls),
)
