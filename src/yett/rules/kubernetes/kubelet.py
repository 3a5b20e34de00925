"""The kubelet: who may give it orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yett.model import Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import number, place, text, truth
from yett.parse.yaml import Node
from yett.rules.hits import hit
from yett.rules.kubernetes.control_plane import KUBELET_PAGE, processes
from yett.rules.kubernetes.objects import Config, title


def _open(config: Config, flag: str, is_good: Callable[[str], bool], what: str) -> Iterator[Hit | Unknown]:
    """A kubelet run with a value that is not good, or with none where no file may give it."""
    for process in processes(config, "kubelet"):
        value = process.value(flag)
        if process.value("config") is None if value is None else not is_good(value):
            yield hit(
                process.place(flag),
                f"{process.title} {what} (--{flag})",
                subject=process.subject(f"--{flag}"),
                severity=None if value is not None else Severity.MEDIUM,
            )


def _configured(config: Config, *keys: str) -> Iterator[tuple[str, str, Node]]:
    """(title, id, value) of a key in each configuration that says it."""
    for manifest in config.of("KubeletConfiguration"):
        value = manifest.get(*keys)
        if value is not None:
            yield title(manifest), manifest.id, value


ANONYMOUS = Rule(
    id="kubernetes/kubelet-anonymous",
    title="Kubelet that takes orders without a login",
    severity=Severity.CRITICAL,
    why="The kubelet's port 10250 runs commands in every pod of its node: with anonymous logins, for whoever reaches"
    " it, as far as its authorization lets them. A flag that is not given means true, in a file false.",
    fix="Set `authentication.anonymous.enabled: false`.",
    refs=("CWE-306", "PCI DSS 8.3.1", KUBELET_PAGE),
    bad=(
        """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: true # <- here
""",
    ),
    good=(
        """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication:
  anonymous:
    enabled: false
""",
        """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
serverTLSBootstrap: true
""",
    ),
)


def anonymous(config: Config) -> Iterator[Hit | Unknown]:
    for who, subject, value in _configured(config, "authentication", "anonymous", "enabled"):
        if truth(value):
            message = f"{who} serves calls without a login (authentication.anonymous.enabled)"
            yield hit(place(value), message, subject=f"{subject}: anonymous")
    yield from _open(config, "anonymous-auth", "false".__eq__, "serves calls without a login")


AUTHORIZATION = Rule(
    id="kubernetes/kubelet-authorization",
    title="Kubelet that grants every order",
    severity=Severity.CRITICAL,
    why="With the mode AlwaysAllow whoever is logged in to the kubelet, each pod's account among them, runs commands in"
    " every pod of its node. A flag that is not given means AlwaysAllow, in a file Webhook.",
    fix="Set `authorization.mode: Webhook`.",
    refs=("CWE-862", "PCI DSS 7.3.3", KUBELET_PAGE),
    bad=(
        """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authorization:
  mode: AlwaysAllow # <- here
""",
    ),
    good=(
        """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authorization:
  mode: Webhook
""",
        """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
serverTLSBootstrap: true
""",
    ),
)


def authorization(config: Config) -> Iterator[Hit | Unknown]:
    for who, subject, value in _configured(config, "authorization", "mode"):
        if text(value) == "AlwaysAllow":
            message = f"{who} grants every call (authorization.mode AlwaysAllow)"
            yield hit(place(value), message, subject=f"{subject}: AlwaysAllow")
    yield from _open(
        config, "authorization-mode", lambda modes: "AlwaysAllow" not in modes.split(","), "grants every call"
    )


READ_ONLY_PORT = Rule(
    id="kubernetes/kubelet-read-only-port",
    title="Kubelet with its read-only port open",
    severity=Severity.HIGH,
    why="The read-only port shows all pods of the node, with their environments, to whoever reaches it, without TLS and"
    " login. A flag that is not given means 10255, in a file none.",
    fix="Set `readOnlyPort: 0`.",
    refs=("CWE-306", "CWE-319", "PCI DSS 2.2.7", KUBELET_PAGE),
    bad=(
        """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
readOnlyPort: 10255 # <- here
""",
    ),
    good=(
        """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
readOnlyPort: 0
""",
        """\
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
serverTLSBootstrap: true
""",
    ),
)


def read_only_port(config: Config) -> Iterator[Hit | Unknown]:
    for who, subject, value in _configured(config, "readOnlyPort"):
        if number(value):
            message = f"{who} has its read-only port open (readOnlyPort)"
            yield hit(place(value), message, subject=f"{subject}: readOnlyPort")
    yield from _open(config, "read-only-port", "0".__eq__, "has its read-only port open")


RULES = (
    (ANONYMOUS, anonymous),
    (AUTHORIZATION, authorization),
    (READ_ONLY_PORT, read_only_port),
)
