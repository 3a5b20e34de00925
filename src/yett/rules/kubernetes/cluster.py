"""The control plane itself: API server, kubelet, etcd and their flags, in static pods and in configuration objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Container, Workload, elements, find, key_span, number, place, text, truth
from yett.parse.source import Span
from yett.parse.yaml import Mapping, Node, Scalar
from yett.rules.hits import hit, short
from yett.rules.kubernetes.objects import Config, container_title, subject, title

_APISERVER_PAGE = "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/"
_KUBELET_PAGE = "https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/"

_COMPONENTS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "etcd")


class Flag(NamedTuple):
    value: str
    at: Span


class Process(NamedTuple):
    """A component of the control plane and its flags; of two equal flags the last one counts, as for the program."""

    name: str
    flags: dict[str, Flag]
    at: Span
    title: str
    subject: Callable[[str], str]

    def value(self, flag: str) -> str | None:
        found = self.flags.get(flag)
        return found.value if found else None

    def values(self, flag: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in (self.value(flag) or "").split(","))

    def place(self, flag: str) -> Span:
        """Where a flag stands, or else where the command does."""
        found = self.flags.get(flag)
        return found.at if found else self.at


def _processes(config: Config, *names: str) -> Iterator[Process]:
    for workload, container in config.containers():
        process = _process(workload, container)
        if process and process.name in names:
            yield process


def _process(workload: Workload, container: Container) -> Process | None:
    words: list[tuple[str, Span]] = []
    for key in ("command", "args"):
        for item in elements(container.get(key)):
            if isinstance(item, Scalar) and len(item.text) < 20_000:
                at = place(item)
                words.extend((word, at) for word in item.text.split())
    name = next((base for word, _ in words[:6] if (base := word.rpartition("/")[2]) in _COMPONENTS), "")
    if not name:
        return None
    flags: dict[str, Flag] = {}
    for index, (word, at) in enumerate(words):
        if not word.startswith("--"):
            continue
        flag, equals, value = word[2:].partition("=")
        if not equals:
            follows = words[index + 1][0] if index + 1 < len(words) else ""
            value = "true" if not follows or follows.startswith("-") else follows
        flags[flag] = Flag(value.strip("\"'"), at)
    at = key_span(container.node, "command") or key_span(container.node, "args") or container.at
    who = container_title(workload, container)
    return Process(name, flags, at, who, lambda what: subject(workload, container, what))


APISERVER_ANONYMOUS = Rule(
    id="kubernetes/apiserver-anonymous",
    title="API server that answers without a login, or checks no rights",
    severity=Severity.CRITICAL,
    why="With --anonymous-auth=true, the default, calls without a login are served as system:anonymous; with the mode"
    " AlwaysAllow, the default where no mode is set, every call is granted; a token or password file is plain text, and"
    " the insecure port asks nothing at all.",
    fix="Write `--anonymous-auth=false` and `--authorization-mode=Node,RBAC`; remove the files and the insecure port.",
    refs=("CWE-306", "PCI DSS 7.3.3", "PCI DSS 8.3.1", _APISERVER_PAGE),
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
        - --authorization-mode=AlwaysAllow # <- here
        - --token-auth-file=/etc/kubernetes/tokens.csv # <- here
        - --insecure-port=8080 # <- here
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
        - --authorization-mode=Node,RBAC
        - --insecure-port=0
""",
    ),
)


def apiserver_anonymous(config: Config) -> Iterator[Hit | Unknown]:
    for process in _processes(config, "kube-apiserver"):
        for flag, severity, what in _openings(process):
            yield hit(
                process.place(flag),
                f"{process.title} {what} (--{flag})",
                subject=process.subject(f"--{flag}"),
                severity=severity,
            )


def _openings(process: Process) -> Iterator[tuple[str, Severity | None, str]]:
    if process.value("anonymous-auth") != "false":
        given = process.value("anonymous-auth") is not None
        yield "anonymous-auth", None if given else Severity.MEDIUM, "takes calls without a login"
    modes = process.values("authorization-mode")
    if "AlwaysAllow" in modes:
        yield "authorization-mode", None, "grants every call (AlwaysAllow, not RBAC)"
    elif "RBAC" not in modes and process.value("authorization-config") is None:
        given = process.value("authorization-mode") is not None
        yield "authorization-mode", Severity.HIGH if given else None, "does not ask RBAC"
    for flag in ("token-auth-file", "basic-auth-file"):
        if process.value(flag) is not None:
            yield flag, Severity.HIGH, "reads logins from a plain file"
    if process.value("insecure-port") not in (None, "0"):
        yield "insecure-port", None, "listens on a port without TLS and login"
    if process.value("insecure-bind-address") is not None:
        yield "insecure-bind-address", None, "listens on an address without TLS and login"
    if process.value("secure-port") == "0":
        yield "secure-port", None, "has its TLS port switched off"


KUBELET_OPEN = Rule(
    id="kubernetes/kubelet-open",
    title="Kubelet that runs commands for anybody",
    severity=Severity.CRITICAL,
    why="The kubelet's port 10250 runs commands in every pod of its node: with anonymous logins and the mode"
    " AlwaysAllow, for everybody who reaches it. The read-only port shows all pods without a login.",
    fix="Set `authentication.anonymous.enabled: false`, `authorization.mode: Webhook` and `readOnlyPort: 0`.",
    refs=("CWE-306", "PCI DSS 8.3.1", _KUBELET_PAGE),
    bad=(
        """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: true # <- here
authorization:
  mode: AlwaysAllow # <- here
readOnlyPort: 10255 # <- here
""",
    ),
    good=(
        """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: false
authorization:
  mode: Webhook
readOnlyPort: 0
""",
        """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
serverTLSBootstrap: true
""",
    ),
)


def kubelet_open(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("KubeletConfiguration"):
        anonymous = manifest.get("authentication", "anonymous", "enabled")
        mode, port = manifest.get("authorization", "mode"), manifest.get("readOnlyPort")
        found: list[tuple[Node | None, str]] = []
        if truth(anonymous):
            found.append((anonymous, "serves calls without a login (authentication.anonymous.enabled)"))
        if text(mode) == "AlwaysAllow":
            found.append((mode, "grants every call (authorization.mode AlwaysAllow)"))
        if number(port):
            found.append((port, "has its read-only port open (readOnlyPort)"))
        for node, what in found:
            if node is not None:
                yield hit(place(node), f"{title(manifest)} {what}", subject=f"{manifest.id}: {what}")
    for process in _processes(config, "kubelet"):
        configured = process.value("config") is not None
        for flag, good, what in (
            ("anonymous-auth", "false", "serves calls without a login"),
            ("authorization-mode", "Webhook", "grants every call"),
            ("read-only-port", "0", "has its read-only port open"),
        ):
            value = process.value(flag)
            if value == good or (value is None and configured):
                continue
            yield hit(
                process.place(flag),
                f"{process.title} {what} (--{flag})",
                subject=process.subject(f"--{flag}"),
                severity=None if value is not None else Severity.MEDIUM,
            )


SECRETS_AT_REST = Rule(
    id="kubernetes/secrets-at-rest",
    title="Secrets in clear text in etcd",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Without --encryption-provider-config, or with identity as its first provider, Secrets are written to etcd as"
    " they are: a backup or a disk gives them all away.",
    fix="Name a configuration whose first provider for `secrets` is `kms`, `secretbox` or `aescbc`.",
    refs=("CWE-311", "PCI DSS 8.3.2", "https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/"),
    bad=(
        """\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - identity: {} # <- here
      - secretbox:
          keys: []
""",
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command: # <- here
        - kube-apiserver
        - --authorization-mode=Node,RBAC
""",
    ),
    good=(
        """\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - kms:
          apiVersion: v2
          name: shop
      - identity: {}
---
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command: [kube-apiserver, --encryption-provider-config=/etc/kubernetes/encryption.yaml]
""",
    ),
)


def secrets_at_rest(config: Config) -> Iterator[Hit | Unknown]:
    for process in _processes(config, "kube-apiserver"):
        if process.value("encryption-provider-config") is None:
            message = f"{process.title} writes Secrets to etcd in clear text (no --encryption-provider-config)"
            yield hit(process.at, message, subject=process.subject("--encryption-provider-config"))
    for manifest in config.of("EncryptionConfiguration", "EncryptionConfig"):
        for item in elements(manifest.get("resources")):
            covered = {text(resource) for resource in elements(find(item, "resources"))}
            first = next(iter(elements(find(item, "providers"))), None)
            if covered & {"secrets", "*.", "*.*"} and isinstance(first, Mapping) and "identity" in first.entries:
                at = key_span(first, "identity") or place(first)
                message = f"{title(manifest)} keeps secrets in clear text (identity is the first provider)"
                yield hit(at, message, subject=f"{manifest.id}: identity")


ETCD_TLS = Rule(
    id="kubernetes/etcd-tls",
    title="etcd without certificates of its own",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="etcd holds every Secret of the cluster: without --cert-file it speaks clear text, without --client-cert-auth"
    " it answers anybody, and with --auto-tls nobody can tell it from another.",
    fix="Set `--cert-file`, `--key-file`, `--client-cert-auth=true`, the same for `--peer-…`, and drop `--auto-tls`.",
    refs=("CWE-319", "PCI DSS 2.2.7", "https://etcd.io/docs/v3.5/op-guide/security/"),
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
        - --auto-tls=true # <- here
        - --cert-file=/etc/kubernetes/pki/etcd/server.crt
        - --key-file=/etc/kubernetes/pki/etcd/server.key
        - --peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt
        - --peer-key-file=/etc/kubernetes/pki/etcd/peer.key
        - --peer-client-cert-auth=true
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
        - --client-cert-auth=true
        - --peer-cert-file=/etc/kubernetes/pki/etcd/peer.crt
        - --peer-key-file=/etc/kubernetes/pki/etcd/peer.key
        - --peer-client-cert-auth=true
""",
    ),
)


_ETCD_FLAGS = (
    *("cert-file", "key-file", "client-cert-auth"),
    *("peer-cert-file", "peer-key-file", "peer-client-cert-auth"),
)


def etcd_tls(config: Config) -> Iterator[Hit | Unknown]:
    for process in _processes(config, "etcd"):
        missing = [f"--{flag}" for flag in _ETCD_FLAGS if process.value(flag) in (None, "", "false")]
        if missing:
            message = f"{process.title} does without {', '.join(missing)}"
            yield hit(process.at, message, subject=process.subject("certificates"))
        for flag in ("auto-tls", "peer-auto-tls"):
            if process.value(flag) == "true":
                message = f"{process.title} makes its own certificates, which nobody can check (--{flag})"
                yield hit(process.place(flag), message, subject=process.subject(f"--{flag}"))


AUDIT_LOG = Rule(
    id="kubernetes/audit-log",
    title="API server without an audit log",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Without --audit-log-path, or a webhook, and a policy nobody can say who read a Secret or opened a shell in a"
    " pod. Nothing is logged by default.",
    fix="Set `--audit-policy-file` and `--audit-log-path`, or `--audit-webhook-config-file`.",
    refs=("CWE-778", "PCI DSS 10.2.1", "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command: # <- here
        - kube-apiserver
        - --audit-log-path=/var/log/audit.log
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command:
        - kube-apiserver
        - --audit-log-path=/var/log/audit.log
        - --audit-policy-file=/etc/kubernetes/audit.yaml
""",
    ),
)


def audit_log(config: Config) -> Iterator[Hit | Unknown]:
    for process in _processes(config, "kube-apiserver"):
        missing = []
        if process.value("audit-log-path") is None and process.value("audit-webhook-config-file") is None:
            missing.append("--audit-log-path")
        if process.value("audit-policy-file") is None:
            missing.append("--audit-policy-file")
        if missing:
            message = f"{process.title} keeps no audit log (no {' and no '.join(missing)})"
            yield hit(process.at, message, subject=process.subject("audit"))


TLS_CIPHERS = Rule(
    id="kubernetes/tls-ciphers",
    title="Control plane that speaks weak TLS",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="TLS before 1.2 and suites with CBC, RC4, 3DES or a key exchange by RSA can be broken or read later. The"
    " default of Kubernetes is TLS 1.2 and Go's list.",
    fix="Write `VersionTLS12` or `VersionTLS13`, and list suites with ECDHE and GCM or ChaCha20 only.",
    refs=("CWE-326", "CWE-327", "PCI DSS 2.2.7", "PCI DSS 12.3.3", _APISERVER_PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command:
        - kube-apiserver
        - --tls-min-version=VersionTLS10 # <- here
        - --tls-cipher-suites=TLS_RSA_WITH_RC4_128_SHA # <- here
""",
        """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
tlsCipherSuites:
  - TLS_RSA_WITH_3DES_EDE_CBC_SHA # <- here
tlsMinVersion: VersionTLS11 # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-apiserver
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command:
        - kube-apiserver
        - --tls-min-version=VersionTLS13
        - --tls-cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
""",
    ),
)

_OLD = ("VersionTLS10", "VersionTLS11")


def _is_weak(suite: str) -> bool:
    if suite.startswith(("TLS_AES_", "TLS_CHACHA20_")):
        return False
    return bool(suite) and not ("ECDHE" in suite and ("GCM" in suite or "CHACHA20" in suite or "POLY1305" in suite))


def tls_ciphers(config: Config) -> Iterator[Hit | Unknown]:
    for process in _processes(config, *_COMPONENTS):
        if process.value("tls-min-version") in _OLD:
            message = f"{process.title} speaks TLS before 1.2 (--tls-min-version)"
            yield hit(process.place("tls-min-version"), message, subject=process.subject("--tls-min-version"))
        for flag in ("tls-cipher-suites", "cipher-suites"):
            weak = [suite for suite in process.values(flag) if _is_weak(suite)]
            if weak:
                message = f"{process.title} offers weak suites: {short(', '.join(weak))} (--{flag})"
                yield hit(process.place(flag), message, subject=process.subject(f"--{flag}"))
    for manifest in config.of("KubeletConfiguration"):
        version = manifest.get("tlsMinVersion")
        if version is not None and text(version) in _OLD:
            message = f"{title(manifest)} speaks TLS before 1.2 (tlsMinVersion)"
            yield hit(place(version), message, subject=f"{manifest.id}: tlsMinVersion")
        for suite in elements(manifest.get("tlsCipherSuites")):
            if _is_weak(text(suite)):
                message = f"{title(manifest)} offers the weak suite {short(text(suite), 60)} (tlsCipherSuites)"
                yield hit(place(suite), message, subject=f"{manifest.id}: {text(suite)}")


FLAGS = Rule(
    id="kubernetes/control-plane-flags",
    title="Control plane without a recommended flag",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Each of these flags closes a way to read, overload or fool the control plane that is open by default; the CIS"
    " Kubernetes Benchmark lists them.",
    fix="Set the flags as shown, or say why this cluster does without.",
    refs=("CWE-1188", "PCI DSS 2.2.1", "https://kubernetes.io/docs/reference/command-line-tools-reference/"),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-scheduler
spec:
  containers:
    - name: kube-scheduler
      image: registry.k8s.io/kube-scheduler:v1.33.1
      command: # <- here
        - kube-scheduler
        - --bind-address=0.0.0.0
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: kube-scheduler
spec:
  containers:
    - name: kube-scheduler
      image: registry.k8s.io/kube-scheduler:v1.33.1
      command: [kube-scheduler, --bind-address=127.0.0.1, --profiling=false]
""",
    ),
)

# (component, flag, what it must be). "set": given; "unset": not given; "!x": does not hold x; "+x": holds x;
# ">=n": at least n where given or not; "~x": not x; anything else: exactly that.
_BENCHMARK = (
    ("kube-apiserver", "enable-admission-plugins", "!AlwaysAdmit"),
    ("kube-apiserver", "enable-admission-plugins", "+NodeRestriction"),
    ("kube-apiserver", "enable-admission-plugins", "+AlwaysPullImages"),
    ("kube-apiserver", "enable-admission-plugins", "+EventRateLimit"),
    ("kube-apiserver", "enable-admission-plugins", "+DenyServiceExternalIPs"),
    ("kube-apiserver", "disable-admission-plugins", "!NamespaceLifecycle"),
    ("kube-apiserver", "disable-admission-plugins", "!ServiceAccount"),
    ("kube-apiserver", "authorization-mode", "+Node"),
    ("kube-apiserver", "profiling", "false"),
    ("kube-apiserver", "service-account-lookup", "~false"),
    ("kube-apiserver", "service-account-key-file", "set"),
    ("kube-apiserver", "etcd-certfile", "set"),
    ("kube-apiserver", "etcd-keyfile", "set"),
    ("kube-apiserver", "etcd-cafile", "set"),
    ("kube-apiserver", "kubelet-client-certificate", "set"),
    ("kube-apiserver", "kubelet-client-key", "set"),
    ("kube-apiserver", "kubelet-certificate-authority", "set"),
    ("kube-apiserver", "kubelet-https", "~false"),
    ("kube-apiserver", "tls-cert-file", "set"),
    ("kube-apiserver", "tls-private-key-file", "set"),
    ("kube-apiserver", "client-ca-file", "set"),
    ("kube-apiserver", "audit-log-maxage", ">=30"),
    ("kube-apiserver", "audit-log-maxbackup", ">=10"),
    ("kube-apiserver", "audit-log-maxsize", ">=100"),
    ("kube-controller-manager", "profiling", "false"),
    ("kube-controller-manager", "terminated-pod-gc-threshold", "set"),
    ("kube-controller-manager", "use-service-account-credentials", "true"),
    ("kube-controller-manager", "service-account-private-key-file", "set"),
    ("kube-controller-manager", "root-ca-file", "set"),
    ("kube-controller-manager", "feature-gates", "!RotateKubeletServerCertificate=false"),
    ("kube-controller-manager", "bind-address", "127.0.0.1"),
    ("kube-scheduler", "profiling", "false"),
    ("kube-scheduler", "bind-address", "127.0.0.1"),
    ("kubelet", "client-ca-file", "set"),
    ("kubelet", "streaming-connection-idle-timeout", "~0"),
    ("kubelet", "protect-kernel-defaults", "true"),
    ("kubelet", "make-iptables-util-chains", "~false"),
    ("kubelet", "hostname-override", "unset"),
    ("kubelet", "event-qps", "~0"),
    ("kubelet", "rotate-certificates", "~false"),
    ("kubelet", "rotate-server-certificates", "~false"),
    ("kubelet", "feature-gates", "!RotateKubeletServerCertificate=false"),
    ("kubelet", "tls-cert-file", "set"),
    ("kubelet", "tls-private-key-file", "set"),
)
# What a configuration object says in the place of a flag; only a bad value counts, for the defaults here are good.
_KUBELET_KEYS = (
    ("streamingConnectionIdleTimeout", ("0", "0s")),
    ("protectKernelDefaults", ("false",)),
    ("makeIPTablesUtilChains", ("false",)),
    ("eventRecordQPS", ("0",)),
    ("rotateCertificates", ("false",)),
    ("serverTLSBootstrap", ("false",)),
)


def flags(config: Config) -> Iterator[Hit | Unknown]:
    for process in _processes(config, "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet"):
        if process.name == "kubelet" and process.value("config") is not None:
            continue
        missing = [
            _written(flag, wanted)
            for name, flag, wanted in _BENCHMARK
            if name == process.name and not _is_met(process, flag, wanted)
        ]
        if missing:
            listed = ", ".join(missing)
            yield hit(
                process.at,
                f"{process.title} is run without {listed}",
                subject=process.subject("flags"),
            )
    for manifest in config.of("KubeletConfiguration"):
        for key, bad in _KUBELET_KEYS:
            value = manifest.get(key)
            if isinstance(value, Scalar) and value.text.lower() in bad:
                message = f"{title(manifest)} sets {key}: {short(value.text, 20)}"
                yield hit(place(value), message, subject=f"{manifest.id}: {key}")


def _is_met(process: Process, flag: str, wanted: str) -> bool:
    value = process.value(flag)
    if wanted in ("set", "unset"):
        return (value is not None) == (wanted == "set")
    if wanted.startswith("!"):
        return wanted[1:] not in process.values(flag)
    if wanted.startswith("+"):
        return wanted[1:] in process.values(flag)
    if wanted.startswith("~"):
        return value is None or value.rstrip("smh") != wanted[1:]
    if wanted.startswith(">="):
        return value is not None and value.isdigit() and len(value) < 12 and int(value) >= int(wanted[2:])
    return value == wanted


def _written(flag: str, wanted: str) -> str:
    if wanted == "set":
        return f"--{flag}"
    if wanted == "unset":
        return f"its own name (--{flag} is set)"
    if wanted.startswith("!"):
        return f"{wanted[1:]} kept out of --{flag}"
    if wanted.startswith("~"):
        return f"--{flag} other than {wanted[1:]}"
    if wanted.startswith("+"):
        return f"--{flag}={wanted[1:]}"
    return f"--{flag}{wanted}" if wanted.startswith(">=") else f"--{flag}={wanted}"


RULES = (
    (APISERVER_ANONYMOUS, apiserver_anonymous),
    (KUBELET_OPEN, kubelet_open),
    (SECRETS_AT_REST, secrets_at_rest),
    (ETCD_TLS, etcd_tls),
    (AUDIT_LOG, audit_log),
    (TLS_CIPHERS, tls_ciphers),
    (FLAGS, flags),
)
