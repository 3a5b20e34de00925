"""What a chart does to everybody who installs it and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import elements, is_open, number, place, text, truth
from yett.parse.source import Span
from yett.parse.yaml import Mapping, Scalar, Sequence
from yett.rules.helm.settings import Setting, Settings
from yett.rules.hits import hit, short
from yett.rules.kubernetes.capabilities import BASELINE, capability
from yett.rules.kubernetes.secrets import is_blank, names_secret, weight

VALUES_SECRET = Rule(
    id="helm/values-secret",
    title="Credential in the values of a chart",
    severity=Severity.HIGH,
    why="Values are committed, packed into the chart and kept in the cluster with every release; whoever reads one of"
    " them has the credential, and every installation that changes nothing has the same.",
    fix="Leave the value empty and let the chart take an `existingSecret`, or encrypt the file with SOPS; change the"
    " credential.",
    refs=("CWE-798", "PCI DSS 8.6.2", "https://helm.sh/docs/chart_best_practices/values/"),
    bad=(
        """\
# file: shop/values.yaml
postgresql:
  auth:
    username: shop
    password: Vr7pLq"""
        """2zXw9 # <- here
stripe:
  apiKey: q8Zt3Nv"""
        """Kx1Ys5 # <- here
env:
  - name: SESSION_SECRET
    value: mB4cTq"""
        """8wLx2n # <- here
# file: shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
""",
    ),
    good=(
        """\
# file: shop/values.yaml
postgresql:
  auth:
    username: shop
    password: ""
    existingSecret: shop-postgresql
    secretKeys:
      adminPasswordKey: postgres-password
stripe:
  apiKey: <your key>
  tokenUrl: https://example.com/token
env:
  - name: SESSION_SECRET
    valueFrom:
      secretKeyRef:
        name: session
        key: secret
# file: shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
""",
    ),
)

# Keys that name a Secret or a key in one.
_POINTERS = ("existingsecret", "secretname", "secretkey", "passwordkey", "tokenkey", "secretkeyref", "secretref")
_SECRET_HOLDERS = ("secretkeys", "secretkeyref", "secretref", "existingsecret", "imagepullsecrets", "secretmounts")


def values_secret(settings: Settings) -> Iterator[Hit | Unknown]:
    if any(setting.way == ("sops",) for setting in settings):
        return
    names = {setting.way[:-1]: text(setting.value) for setting in settings if setting.name == "name"}
    for setting in settings:
        value = setting.value
        if not isinstance(value, Scalar) or not value.text:
            continue
        # `{name: X, value: Y}` in a list of variables is `X: Y`.
        name = names.get(setting.way[:-1], "") if setting.name == "value" else setting.name
        if not names_secret(name) or _is_pointer(setting):
            continue
        if is_open(value):
            yield Unknown(value.line, f"{short(setting.dotted)} is filled in later")
        elif not is_blank(value.text):
            yield hit(
                _first_line(value),
                f"the credential {short(setting.dotted)} is a plain value",
                fix=f"Leave `{short(setting.dotted)}` empty, take an `existingSecret`, and change the credential.",
                subject=f"{setting.dotted} {name}",
                **weight(value.text),
            )


def _is_pointer(setting: Setting) -> bool:
    low = setting.name.lower()
    holders = {part.lower() for part in setting.way[:-1]}
    return low.endswith(_POINTERS) or bool(holders & set(_SECRET_HOLDERS))


def _first_line(value: Scalar) -> Span:
    if value.line == value.end_line:
        return place(value)
    return Span(value.line, value.column, value.line, value.column + 1)


INSECURE_DEFAULTS = Rule(
    id="helm/insecure-defaults",
    title="Chart that is unsafe as it comes",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Most installations keep the defaults: a chart that starts privileged, as root, on the node's network, with"
    " cluster-admin, without TLS or without a login does so everywhere.",
    fix="Make the safe setting the default, and let those who need the other one write it down.",
    refs=("CWE-1188", "PCI DSS 2.2.6", "https://helm.sh/docs/chart_best_practices/values/"),
    bad=(
        """\
# file: shop/values.yaml
securityContext:
  privileged: true # <- here
  allowPrivilegeEscalation: true # <- here
  runAsUser: 0 # <- here
  runAsNonRoot: false # <- here
  capabilities:
    add:
      - SYS_ADMIN # <- here
hostNetwork: true # <- here
rbac:
  clusterAdmin: true # <- here
tls:
  enabled: false # <- here
auth:
  enabled: false # <- here
# file: shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
""",
    ),
    good=(
        """\
# file: shop/values.yaml
securityContext:
  privileged: false
  allowPrivilegeEscalation: false
  runAsUser: 10001
  runAsNonRoot: true
  capabilities:
    drop: [ALL]
hostNetwork: false
tls:
  enabled: true
metrics:
  enabled: false
# file: shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
""",
        """\
# These are not the values of a chart.
tls:
  enabled: false
""",
    ),
)

_TRUE = {
    "privileged": (Severity.HIGH, "starts privileged containers"),
    "allowprivilegeescalation": (Severity.MEDIUM, "lets processes gain rights"),
    "hostnetwork": (Severity.MEDIUM, "runs on the network of the node"),
    "hostpid": (Severity.MEDIUM, "shares the processes of the node"),
    "hostipc": (Severity.MEDIUM, "shares the memory of the node"),
    "clusteradmin": (Severity.HIGH, "runs as cluster-admin"),
    "clusteradminrole": (Severity.HIGH, "runs as cluster-admin"),
    "insecureskipverify": (Severity.MEDIUM, "does not check certificates"),
    "insecureskiptlsverify": (Severity.MEDIUM, "does not check certificates"),
    "allowanonymous": (Severity.MEDIUM, "serves callers without a login"),
    "anonymousauth": (Severity.MEDIUM, "serves callers without a login"),
    "enableskiplogin": (Severity.MEDIUM, "serves callers without a login"),
}
_OFF = {
    "tls": (Severity.MEDIUM, "does without TLS"),
    "ssl": (Severity.MEDIUM, "does without TLS"),
    "mtls": (Severity.LOW, "does without mutual TLS"),
    "auth": (Severity.MEDIUM, "does without a login"),
    "authentication": (Severity.MEDIUM, "does without a login"),
    "encryption": (Severity.MEDIUM, "does without encryption"),
    "podsecuritycontext": (Severity.MEDIUM, "runs without a security context"),
    "containersecuritycontext": (Severity.MEDIUM, "runs without a security context"),
    "securitycontext": (Severity.MEDIUM, "runs without a security context"),
    "networkpolicy": (Severity.LOW, "does without a NetworkPolicy"),
}
_OFF_KEYS = {
    "tlsenabled": "tls",
    "enabletls": "tls",
    "authenabled": "auth",
    "enableauth": "auth",
    "usepassword": "auth",
    "encrypted": "encryption",
}
_SOCKETS = ("docker.sock", "containerd.sock", "crio.sock")


def insecure_defaults(settings: Settings) -> Iterator[Hit | Unknown]:
    for setting in settings:
        found = _insecure(setting)
        if found:
            severity, what = found
            yield hit(
                place(setting.value),
                f"the chart {what} by default ({short(setting.dotted)}: {short(text(setting.value), 30)})",
                subject=setting.dotted,
                severity=severity,
            )
        if setting.name == "add" and setting.owner == "capabilities":
            for item in elements(setting.value):
                name = capability(item)
                if name and name not in BASELINE and not is_open(item):
                    message = f"the chart adds the capability {short(name, 40)} by default ({short(setting.dotted)})"
                    yield hit(place(item), message, subject=f"{setting.dotted} {name}", severity=Severity.HIGH)


def _insecure(setting: Setting) -> tuple[Severity, str] | None:
    if not isinstance(setting.value, Scalar) or is_open(setting.value):
        return None
    low, said = setting.name.lower().replace("_", ""), truth(setting.value)
    if said:
        return _TRUE.get(low)
    if said is False:
        if low == "runasnonroot":
            return Severity.MEDIUM, "may run as root"
        if low == "enabled":
            return _OFF.get(setting.owner.lower())
        return _OFF.get(_OFF_KEYS.get(low, ""))
    if low == "runasuser" and number(setting.value) == 0:
        return Severity.MEDIUM, "runs as root"
    if low in ("path", "hostpath", "mountpath") and setting.value.text.rstrip("/").endswith(_SOCKETS):
        return Severity.HIGH, "mounts the socket of the container runtime"
    return None


IMAGE_LATEST = Rule(
    id="helm/image-latest",
    title="Chart that installs whatever was pushed last",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="With the tag `latest` two installations of one chart version run different programs, and a roll-back changes"
    " nothing.",
    fix="Leave the tag empty, so that the chart takes its `appVersion`, or name a version.",
    refs=("CWE-1104", "PCI DSS 6.3.3", "https://helm.sh/docs/chart_best_practices/pods/#images"),
    bad=(
        """\
# file: shop/values.yaml
image:
  repository: registry.example.com/storefront
  tag: latest # <- here
sidecar:
  image: registry.example.com/metrics:latest # <- here
# file: shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
""",
    ),
    good=(
        """\
# file: shop/values.yaml
image:
  repository: registry.example.com/storefront
  tag: ""
sidecar:
  image: registry.example.com/metrics:1.3
# file: shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
""",
    ),
)


def image_latest(settings: Settings) -> Iterator[Hit | Unknown]:
    for setting in settings:
        value = text(setting.value)
        low = setting.name.lower()
        pinned = "@" in value
        tagged = low.endswith("tag") and value == "latest"
        named = low.endswith("image") and value.endswith(":latest") and not pinned
        if tagged or named:
            message = f"the image has the tag latest ({short(setting.dotted)})"
            yield hit(place(setting.value), message, subject=setting.dotted)


INGRESS_NO_TLS = Rule(
    id="helm/ingress-no-tls",
    title="Chart whose Ingress has no TLS",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The Ingress is on and its list of certificates is empty: logins and orders travel in clear text.",
    fix="Fill `tls`, or leave the Ingress off by default.",
    refs=("CWE-319", "PCI DSS 4.2.1", "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls"),
    bad=(
        """\
# file: shop/values.yaml
ingress:
  enabled: true
  hosts:
    - host: shop.example.com
  tls: [] # <- here
# file: shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
""",
    ),
    good=(
        """\
# file: shop/values.yaml
ingress:
  enabled: false
  tls: []
other:
  ingress:
    enabled: true
    tls:
      - hosts: [shop.example.com]
        secretName: shop-tls
# file: shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
""",
    ),
)


def ingress_no_tls(settings: Settings) -> Iterator[Hit | Unknown]:
    for setting in settings:
        if setting.name != "ingress" or not isinstance(setting.value, Mapping):
            continue
        tls = setting.value.get("tls")
        off = (isinstance(tls, Sequence) and not tls.items) or (tls is not None and truth(tls) is False)
        if tls is not None and off and truth(setting.value.get("enabled")):
            message = f"the Ingress is on and has no TLS ({short(setting.dotted)}.tls)"
            yield hit(place(tls), message, subject=f"{setting.dotted}.tls")


OPEN_SERVICE = Rule(
    id="helm/open-service",
    title="Chart whose Service is open to outside of the cluster",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A Service of type LoadBalancer or NodePort answers outside of the cluster as soon as the chart is installed.",
    fix="Make `ClusterIP` the default.",
    refs=("CWE-668", "PCI DSS 1.4.2", "https://kubernetes.io/docs/concepts/services-networking/service/"),
    bad=(
        """\
# file: shop/values.yaml
service:
  type: LoadBalancer # <- here
# file: shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
""",
    ),
    good=(
        """\
# file: shop/values.yaml
service:
  type: ClusterIP
deployment:
  type: NodePort
# file: shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
""",
    ),
)


def open_service(settings: Settings) -> Iterator[Hit | Unknown]:
    for setting in settings:
        if setting.name == "type" and setting.owner.lower().endswith("service"):
            kind = text(setting.value)
            if kind in ("LoadBalancer", "NodePort"):
                message = f"the Service is of type {kind} by default ({short(setting.dotted)})"
                yield hit(place(setting.value), message, subject=setting.dotted)


RULES = (
    (VALUES_SECRET, values_secret),
    (INSECURE_DEFAULTS, insecure_defaults),
    (IMAGE_LATEST, image_latest),
    (INGRESS_NO_TLS, ingress_no_tls),
    (OPEN_SERVICE, open_service),
)
