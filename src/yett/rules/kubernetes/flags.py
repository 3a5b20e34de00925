"""The flags of the control plane that the CIS Kubernetes Benchmark lists, each a rule made from a line of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yett.lean import NamedTuple
from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import place
from yett.parse.yaml import Scalar
from yett.rules.hits import hit, short
from yett.rules.kubernetes.control_plane import Process, processes
from yett.rules.kubernetes.objects import Config, title

_PAGE = "https://kubernetes.io/docs/reference/command-line-tools-reference/"


class Flag(NamedTuple):
    """`name` is the rule's; `wanted` is what each flag must be, see `_is_met`; `key` is what a KubeletConfiguration
    says in its place, with the values that are bad there, for its defaults are good."""

    name: str
    title: str
    why: str
    components: tuple[str, ...]
    flags: tuple[str, ...]
    wanted: str
    key: str = ""
    bad: tuple[str, ...] = ("false",)


_API, _MANAGER, _SCHEDULER, _KUBELET = "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet"
_ON, _OFF = "enable-admission-plugins", "disable-admission-plugins"

_FLAGS = (
    Flag(
        "admission-always-admit",
        "Admission plugin that admits everything",
        "AlwaysAdmit lets every object in; it is there for tests, and Kubernetes warns of it.",
        *((_API,), (_ON,), "!AlwaysAdmit"),
    ),
    Flag(
        "admission-node-restriction",
        "Nodes that may change each other",
        "Without NodeRestriction a kubelet may label and change other nodes, and draw their pods to itself.",
        *((_API,), (_ON,), "+NodeRestriction"),
    ),
    Flag(
        "admission-always-pull",
        "Private images for every pod of the node",
        "Without AlwaysPullImages a pod runs any image that lies on its node, with no right to pull it.",
        *((_API,), (_ON,), "+AlwaysPullImages"),
    ),
    Flag(
        "admission-event-rate",
        "API server that events can flood",
        "Without EventRateLimit one client that goes wrong fills etcd with events.",
        *((_API,), (_ON,), "+EventRateLimit"),
    ),
    Flag(
        "admission-external-ips",
        "Services that may claim any address",
        "Without DenyServiceExternalIPs whoever writes a Service takes the traffic to any address.",
        *((_API,), (_ON,), "+DenyServiceExternalIPs"),
    ),
    Flag(
        "admission-namespace-lifecycle",
        "Objects in namespaces that are going",
        "Without NamespaceLifecycle, which is on by default, objects are made in namespaces that are being deleted.",
        *((_API,), (_OFF,), "!NamespaceLifecycle"),
    ),
    Flag(
        "admission-service-account",
        "Pods without an account",
        "Without the plugin ServiceAccount, which is on by default, pods get no account, and what asks for one fails.",
        *((_API,), (_OFF,), "!ServiceAccount"),
    ),
    Flag(
        "authorization-node",
        "Kubelets that may read what is not theirs",
        "Without the mode Node a kubelet is given rights by RBAC alone, and those cover the secrets of other nodes.",
        *((_API,), ("authorization-mode",), "+Node"),
    ),
    Flag(
        "profiling",
        "Profiles of the control plane for whoever asks",
        "Profiling, on by default, tells about the program and its memory, and costs it time.",
        *((_API, _MANAGER, _SCHEDULER), ("profiling",), "false"),
    ),
    Flag(
        "account-lookup",
        "Tokens of accounts that are gone",
        "Without the lookup, which is on by default, the token of a deleted account goes on to work.",
        *((_API,), ("service-account-lookup",), "~false"),
    ),
    Flag(
        "account-key",
        "Tokens checked with the key of TLS",
        "Without a key of their own, tokens are checked with that of the API server's TLS: they change together.",
        *((_API,), ("service-account-key-file",), "set"),
    ),
    Flag(
        "etcd-client-certificate",
        "API server that shows etcd no certificate",
        "Without a certificate etcd cannot tell the API server from anybody else.",
        *((_API,), ("etcd-certfile", "etcd-keyfile"), "set"),
    ),
    Flag(
        "etcd-authority",
        "API server that takes any etcd",
        "Without the authority of its certificate the API server cannot tell etcd from somebody in between.",
        *((_API,), ("etcd-cafile",), "set"),
    ),
    Flag(
        "kubelet-client-certificate",
        "API server that shows kubelets no certificate",
        "Without a certificate the calls to kubelets are anonymous, so that kubelets must take those.",
        *((_API,), ("kubelet-client-certificate", "kubelet-client-key"), "set"),
    ),
    Flag(
        "kubelet-authority",
        "API server that takes any kubelet",
        "Without the authority of its certificate somebody in between takes the place of a kubelet, and reads what is"
        " typed into its pods.",
        *((_API,), ("kubelet-certificate-authority",), "set"),
    ),
    Flag(
        "kubelet-https",
        "Kubelets asked in clear text",
        "With --kubelet-https=false, which Kubernetes 1.22 took out, commands and logs go in clear text.",
        *((_API,), ("kubelet-https",), "~false"),
    ),
    Flag(
        "apiserver-certificate",
        "API server with a certificate of its own making",
        "Without a certificate and its key the API server makes one at each start, which no client can check.",
        *((_API,), ("tls-cert-file", "tls-private-key-file"), "set"),
    ),
    Flag(
        "apiserver-client-authority",
        "API server that checks no client certificates",
        "Without the authority the API server cannot tell the kubelets and the controllers by their certificates.",
        *((_API,), ("client-ca-file",), "set"),
    ),
    Flag(
        "audit-age",
        "Audit log that is kept too short",
        "Who broke in last month is found in the log of last month: 30 days are the least.",
        *((_API,), ("audit-log-maxage",), ">=30"),
    ),
    Flag(
        "audit-backups",
        "Audit log of too few files",
        "With less than 10 files a busy day writes over the one before it.",
        *((_API,), ("audit-log-maxbackup",), ">=10"),
    ),
    Flag(
        "audit-size",
        "Audit log of too small files",
        "With files of less than 100 MB a busy hour writes over the one before it.",
        *((_API,), ("audit-log-maxsize",), ">=100"),
    ),
    Flag(
        "terminated-pods",
        "Pods that are never cleared away",
        "Without a threshold 12,500 pods that have ended are kept, in etcd and in every list.",
        *((_MANAGER,), ("terminated-pod-gc-threshold",), "set"),
    ),
    Flag(
        "controller-accounts",
        "Controllers that share one account",
        "Without accounts of their own all controllers act with the rights of one that may do everything.",
        *((_MANAGER,), ("use-service-account-credentials",), "true"),
    ),
    Flag(
        "account-private-key",
        "Tokens signed with no key of their own",
        "Without the key the tokens of service accounts cannot be signed, or are with one that is used elsewhere.",
        *((_MANAGER,), ("service-account-private-key-file",), "set"),
    ),
    Flag(
        "root-authority",
        "Pods that cannot check the API server",
        "Without the file pods are given no authority to check the certificate of the API server with.",
        *((_MANAGER,), ("root-ca-file",), "set"),
    ),
    Flag(
        "bind-address",
        "Numbers of the control plane for the whole network",
        "Both listen on every address unless told not to, and nobody but the node itself need ask them.",
        *((_MANAGER, _SCHEDULER), ("bind-address",), "127.0.0.1"),
    ),
    Flag(
        "server-certificate-rotation",
        "Certificates of kubelets that are not renewed",
        "With the gate off a kubelet keeps its certificate until it expires, and then answers nobody.",
        *((_MANAGER, _KUBELET), ("feature-gates",), "!RotateKubeletServerCertificate=false"),
    ),
    Flag(
        "kubelet-client-authority",
        "Kubelet that checks no client certificates",
        "Without the authority a kubelet cannot tell the API server from anybody else.",
        *((_KUBELET,), ("client-ca-file",), "set"),
    ),
    Flag(
        "kubelet-idle-timeout",
        "Streams that are never closed",
        "With 0 a shell or a forwarded port that somebody left open stays so.",
        *((_KUBELET,), ("streaming-connection-idle-timeout",), "~0", "streamingConnectionIdleTimeout", ("0", "0s")),
    ),
    Flag(
        "kubelet-kernel-defaults",
        "Kubelet that changes the kernel's settings",
        "Unless told to stop, a kubelet sets kernel parameters to its own taste when they differ from what it expects.",
        *((_KUBELET,), ("protect-kernel-defaults",), "true", "protectKernelDefaults"),
    ),
    Flag(
        "kubelet-iptables",
        "Kubelet that leaves iptables to others",
        "Switched off, the chains that keep pods and Services apart may be missing.",
        *((_KUBELET,), ("make-iptables-util-chains",), "~false", "makeIPTablesUtilChains"),
    ),
    Flag(
        "kubelet-hostname",
        "Kubelet under another name",
        "Another name than the host's does not fit its certificate, nor what logs say of the host.",
        *((_KUBELET,), ("hostname-override",), "unset"),
    ),
    Flag(
        "kubelet-certificate-rotation",
        "Kubelet that keeps its certificate until it expires",
        "Without rotation, which is on by default, a stolen certificate is good for a year.",
        *((_KUBELET,), ("rotate-certificates",), "~false", "rotateCertificates"),
    ),
    Flag(
        "kubelet-server-rotation",
        "Kubelet with a certificate of its own making",
        "Switched off, a kubelet signs its own certificate, which the API server cannot check.",
        *((_KUBELET,), ("rotate-server-certificates",), "~false", "serverTLSBootstrap"),
    ),
    Flag(
        "kubelet-certificate",
        "Kubelet without a certificate from outside",
        "Without a certificate and its key the kubelet makes one, which the API server cannot check.",
        *((_KUBELET,), ("tls-cert-file", "tls-private-key-file"), "set"),
    ),
)


def _rule(flag: Flag) -> Rule:
    component = flag.components[0]
    good = "".join(f"        - {_good(name, flag.wanted)}\n" for name in flag.flags if flag.wanted != "unset")
    bad = _bad(flag.flags[0], flag.wanted)
    return Rule(
        id=f"kubernetes/{flag.name}",
        title=flag.title,
        severity=Severity.LOW,
        level=Action.INFO,
        why=flag.why,
        fix="Run it with " + " and ".join(f"`{_good(name, flag.wanted)}`" for name in flag.flags) + "."
        if flag.wanted != "unset"
        else f"Remove `--{flag.flags[0]}`.",
        refs=("CWE-1188", "PCI DSS 2.2.1", f"{_PAGE}{component}/"),
        bad=(_example(component, f"        - {bad} # <- here\n" if bad else "", "" if bad else " # <- here"),),
        good=(_example(component, good, ""),),
    )


def _example(component: str, lines: str, mark: str) -> str:
    return f"""\
apiVersion: v1
kind: Pod
metadata:
  name: {component}
  namespace: kube-system
spec:
  containers:
    - name: {component}
      image: registry.example.com/{component}:v1.33.1
      command:{mark}
        - {component}
{lines}"""


_SET = {"hostname-override": "node-7", "terminated-pod-gc-threshold": "1000"}


def _good(flag: str, wanted: str) -> str:
    """A flag as it should be written; one that must not hold something holds something else."""
    if wanted == "set":
        return f"--{flag}={_SET.get(flag, f'/etc/kubernetes/pki/{flag}.pem')}"
    if wanted.startswith("!"):
        other = "ServerSideApply=true" if "=" in wanted else "DefaultTolerationSeconds"
        return f"--{flag}={other}"
    if wanted.startswith("~"):
        return f"--{flag}={'true' if wanted == '~false' else '5m' if 'timeout' in flag else '50'}"
    return f"--{flag}={wanted.lstrip('+>=')}"


def _bad(flag: str, wanted: str) -> str:
    """A flag as it should not be written, "" where to leave it out is as bad."""
    if wanted in ("true", "false"):
        return f"--{flag}={'false' if wanted == 'true' else 'true'}"
    if wanted.startswith(("!", "~")):
        return f"--{flag}={wanted[1:]}"
    return {"unset": f"--{flag}={_SET.get(flag)}", "127.0.0.1": f"--{flag}=0.0.0.0"}.get(wanted, "")


def _check(flag: Flag) -> Callable[[Config], Iterator[Hit | Unknown]]:
    def check(config: Config) -> Iterator[Hit | Unknown]:
        for process in processes(config, *flag.components):
            if process.name == _KUBELET and process.value("config") is not None:
                continue
            missing = [name for name in flag.flags if not _is_met(process, name, flag.wanted)]
            if missing:
                yield hit(
                    process.place(missing[0]),
                    f"{process.title} is run {' and '.join(_said(process, name, flag.wanted) for name in missing)}",
                    subject=process.subject(f"--{flag.flags[0]} {flag.wanted}"),
                )
        for manifest in config.of("KubeletConfiguration") if flag.key else ():
            value = manifest.get(flag.key)
            if isinstance(value, Scalar) and value.text.lower() in flag.bad:
                message = f"{title(manifest)} sets {flag.key}: {short(value.text, 20)}"
                yield hit(place(value), message, subject=f"{manifest.id}: {flag.key}")

    return check


def _is_met(process: Process, flag: str, wanted: str) -> bool:
    """Whether a flag is as wanted. "set": given; "unset": not given; "!x": does not hold x; "+x": holds x; ">=n": given
    and at least n; "~x": not x; anything else: exactly that."""
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


def _said(process: Process, flag: str, wanted: str) -> str:
    value = process.value(flag)
    if value is None:
        return f"without --{flag}" if wanted == "set" else f"without {_good(flag, wanted)}"
    return f"with --{flag}={short(value, 40)}"


RULES = tuple((_rule(flag), _check(flag)) for flag in _FLAGS)
