"""The accounts that pods run under."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Workload, elements, find, is_open, key_span, place, text, truth
from yett.rules.hits import hit, short
from yett.rules.kubernetes.known import is_bound, refuses
from yett.rules.kubernetes.objects import Config, subject, title
from yett.rules.kubernetes.others import named_accounts

_PAGE = "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/"

AUTOMOUNT = Rule(
    id="kubernetes/sa-token-automount",
    title="Token for the API in a pod that has no use for it",
    severity=Severity.MEDIUM,
    level=Action.INFO,
    why="Unless automountServiceAccountToken is false on the pod or on its account, every container of the pod gets a"
    " token for the API server, and so does whoever breaks into one. The default is true.",
    fix="Write `automountServiceAccountToken: false` in the pod spec of what does not talk to the API.",
    refs=("CWE-522", "PCI DSS 7.2.5", _PAGE),
    bad=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: storefront
spec:
  template:
    spec: # <- here
      serviceAccountName: storefront
      containers:
        - name: storefront
          image: registry.example.com/storefront:3.2
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: cart
automountServiceAccountToken: true # <- here
""",
    ),
    good=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: storefront
spec:
  template:
    spec:
      automountServiceAccountToken: false
      containers:
        - name: storefront
          image: registry.example.com/storefront:3.2
""",
        """\
# file: deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: storefront
spec:
  template:
    spec:
      serviceAccountName: storefront
      containers:
        - name: storefront
          image: registry.example.com/storefront:3.2
# file: account.yaml
apiVersion: v1
kind: ServiceAccount
metadata:
  name: storefront
automountServiceAccountToken: false
""",
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: operator
spec:
  template:
    spec:
      serviceAccountName: operator
      containers:
        - name: operator
          image: registry.example.com/operator:1.0
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: operator
roleRef:
  kind: Role
  name: operator
subjects:
  - kind: ServiceAccount
    name: operator
""",
    ),
)


def automount(config: Config) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        value = workload.get("automountServiceAccountToken")
        at = key_span(workload.pod, "automountServiceAccountToken")
        if truth(value) is False or is_open(value) or (value is None and (config.patch or not workload.complete)):
            continue
        account = account_of(workload)
        namespace = workload.manifest.namespace
        if is_bound(config, account, namespace) or (value is None and refuses(config, account, namespace)):
            continue
        how = "asks for" if value is not None else "gets"
        yield hit(
            at or workload.at,
            f"{title(workload.manifest)} {how} a token for the API server (automountServiceAccountToken is not false)",
            subject=subject(workload, None, "automountServiceAccountToken"),
        )
    for manifest in config.of("ServiceAccount"):
        value = manifest.get("automountServiceAccountToken")
        if truth(value) is False or manifest.name in named_accounts(config.tree):
            continue  # its pods are asked one by one
        if is_bound(config, manifest.name, manifest.namespace):
            continue
        at = key_span(manifest.node, "automountServiceAccountToken")
        if value is None and manifest.name == "default" and not config.patch:
            message = f"{title(manifest)} gives its token to every pod that names no other account"
            yield hit(manifest.at, message, subject=f"{manifest.id}: automountServiceAccountToken")
        if at and value is not None and truth(value):
            message = f"{title(manifest)} gives its token to every pod (automountServiceAccountToken: true)"
            yield hit(at, message, subject=f"{manifest.id}: automountServiceAccountToken")


def account_of(workload: Workload) -> str:
    return text(workload.get("serviceAccountName")) or text(workload.get("serviceAccount")) or "default"


DEFAULT_ACCOUNT = Rule(
    id="kubernetes/default-service-account",
    title="Rights for the account of every pod",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="A pod that names no account runs under `default`: what this account may do, every such pod of the namespace"
    " may do.",
    fix="Give the workload an account of its own and bind the role to that.",
    refs=("CWE-250", "PCI DSS 7.2.5", _PAGE),
    bad=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: read-config
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: read-config
subjects:
  - kind: ServiceAccount
    name: default # <- here
    namespace: shop
""",
    ),
    good=(
        """\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: read-config
  namespace: shop
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: read-config
subjects:
  - kind: ServiceAccount
    name: storefront
    namespace: default
  - kind: User
    name: default
""",
    ),
)


def default_account(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("RoleBinding", "ClusterRoleBinding"):
        for who in elements(manifest.get("subjects")):
            name = find(who, "name")
            if name is not None and text(find(who, "kind")) == "ServiceAccount" and text(name) == "default":
                role = short(text(manifest.get("roleRef", "name")), 60)
                message = f"{title(manifest)} gives {role or 'a role'} to the service account default"
                yield hit(place(name), message, subject=f"{manifest.id}: {text(find(who, 'namespace'))}/default")


NO_ACCOUNT = Rule(
    id="kubernetes/no-service-account",
    title="Pod without a service account of its own",
    severity=Severity.INFO,
    level=Action.INFO,
    why="A pod that names no service account runs under `default`, together with every other such pod of the namespace:"
    " their rights and their traces cannot be told apart.",
    fix="Name an account: `serviceAccountName: …`.",
    refs=("CWE-250", "PCI DSS 7.2.5", _PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: cart
spec: # <- here
  containers:
    - name: cart
      image: registry.example.com/cart:4.4
""",
        """\
apiVersion: v1
kind: Pod
metadata:
  name: cart
spec:
  serviceAccountName: default # <- here
  containers:
    - name: cart
      image: registry.example.com/cart:4.4
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: cart
spec:
  serviceAccountName: cart
  containers:
    - name: cart
      image: registry.example.com/cart:4.4
""",
    ),
)


def no_account(config: Config) -> Iterator[Hit | Unknown]:
    for workload in config.workloads:
        named = next(
            (node for key in ("serviceAccountName", "serviceAccount") if (node := workload.get(key)) is not None), None
        )
        if named is None and (config.patch or not workload.complete):
            continue
        if account_of(workload) == "default":
            yield hit(
                place(named) if named is not None and text(named) else workload.at,
                f"{title(workload.manifest)} runs under the service account default (serviceAccountName)",
                subject=subject(workload, None, "serviceAccountName"),
            )


RULES = (
    (AUTOMOUNT, automount),
    (DEFAULT_ACCOUNT, default_account),
    (NO_ACCOUNT, no_account),
)
