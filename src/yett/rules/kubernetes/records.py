"""What the API server writes down: Secrets in etcd, and who did what."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import elements, find, key_span, place, text
from yett.parse.yaml import Mapping
from yett.rules.hits import hit
from yett.rules.kubernetes.control_plane import processes
from yett.rules.kubernetes.objects import Config, title

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
    for process in processes(config, "kube-apiserver"):
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


_AUDIT_PAGE = "https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"

AUDIT_LOG = Rule(
    id="kubernetes/audit-log",
    title="API server without an audit log",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Without --audit-log-path, or a webhook, nobody can say who read a Secret or opened a shell in a pod. Nothing"
    " is logged by default.",
    fix="Set `--audit-log-path`, or `--audit-webhook-config-file`.",
    refs=("CWE-778", "PCI DSS 10.2.1", _AUDIT_PAGE),
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
      command: # <- here
        - kube-apiserver
        - --audit-policy-file=/etc/kubernetes/audit.yaml
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
        - --audit-log-path=/var/log/audit.log
""",
    ),
)


def audit_log(config: Config) -> Iterator[Hit | Unknown]:
    for process in processes(config, "kube-apiserver"):
        if process.value("audit-log-path") is None and process.value("audit-webhook-config-file") is None:
            message = f"{process.title} keeps no audit log (no --audit-log-path)"
            yield hit(process.at, message, subject=process.subject("audit-log-path"))


AUDIT_POLICY = Rule(
    id="kubernetes/audit-policy",
    title="API server without an audit policy",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The policy says which calls are logged: without --audit-policy-file none are, wherever the log would go.",
    fix="Set `--audit-policy-file`.",
    refs=("CWE-778", "PCI DSS 10.2.1", _AUDIT_PAGE),
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
  namespace: kube-system
spec:
  containers:
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.33.1
      command:
        - kube-apiserver
        - --audit-policy-file=/etc/kubernetes/audit.yaml
""",
    ),
)


def audit_policy(config: Config) -> Iterator[Hit | Unknown]:
    for process in processes(config, "kube-apiserver"):
        if process.value("audit-policy-file") is None:
            message = f"{process.title} logs no call (no --audit-policy-file)"
            yield hit(process.at, message, subject=process.subject("audit-policy-file"))


RULES = (
    (SECRETS_AT_REST, secrets_at_rest),
    (AUDIT_LOG, audit_log),
    (AUDIT_POLICY, audit_policy),
)
