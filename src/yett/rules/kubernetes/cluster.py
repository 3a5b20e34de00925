"""What TLS the components of the control plane speak."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import elements, place, text
from yett.rules.hits import hit, short
from yett.rules.kubernetes.control_plane import APISERVER_PAGE, COMPONENTS, processes
from yett.rules.kubernetes.objects import Config, title

TLS_CIPHERS = Rule(
    id="kubernetes/tls-ciphers",
    title="Control plane that speaks weak TLS",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="TLS before 1.2 and suites with CBC, RC4, 3DES or a key exchange by RSA can be broken or read later. The"
    " default of Kubernetes is TLS 1.2 and Go's list.",
    fix="Write `VersionTLS12` or `VersionTLS13`, and list suites with ECDHE and GCM or ChaCha20 only.",
    refs=("CWE-326", "CWE-327", "PCI DSS 2.2.7", "PCI DSS 12.3.3", APISERVER_PAGE),
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


# The suites of TLS 1.3, and those of TLS 1.2 with forward secrecy and authenticated encryption, as Go names them.
_STRONG = frozenset(
    (
        *("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"),
        *(
            f"TLS_ECDHE_{key}_WITH_{cipher}"
            for key in ("ECDSA", "RSA")
            for cipher in (
                *("AES_128_GCM_SHA256", "AES_256_GCM_SHA384"),
                *("CHACHA20_POLY1305", "CHACHA20_POLY1305_SHA256"),
            )
        ),
    )
)


def _is_weak(suite: str) -> bool:
    return bool(suite) and suite not in _STRONG


def tls_ciphers(config: Config) -> Iterator[Hit | Unknown]:
    for process in processes(config, *COMPONENTS):
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


RULES = ((TLS_CIPHERS, tls_ciphers),)
