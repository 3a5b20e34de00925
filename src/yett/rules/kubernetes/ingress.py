"""The doors of the cluster: Ingress, Gateway and the controller behind them."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Manifest, elements, find, is_open, key_span, place, text, truth
from yett.parse.source import Span
from yett.parse.yaml import Mapping, Scalar, Sequence
from yett.rules.hits import hit, short
from yett.rules.kubernetes.objects import Config, container_title, subject, title

INGRESS_NO_TLS = Rule(
    id="kubernetes/ingress-no-tls",
    title="Entrance to the shop without TLS",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="An Ingress without `tls`, or a Gateway that listens on HTTP and does not redirect, takes logins and orders in"
    " clear text.",
    fix="Add `tls: [{hosts: […], secretName: …}]`; cert-manager fills the secret.",
    refs=("CWE-319", "PCI DSS 4.2.1", "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls"),
    bad=(
        """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
spec: # <- here
  rules:
    - host: shop.example.com
      http:
        paths: []
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: shop
spec:
  listeners:
    - name: web
      protocol: HTTP # <- here
      port: 80
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: mesh
spec:
  servers:
    - port:
        number: 80
        protocol: HTTP # <- here
      hosts: [shop.example.com]
---
apiVersion: route.openshift.io/v1
kind: Route
metadata:
  name: shop
spec: # <- here
  host: shop.example.com
""",
    ),
    good=(
        """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
spec:
  tls:
    - hosts: [shop.example.com]
      secretName: shop-tls
  rules:
    - host: shop.example.com
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: on-aws
  annotations:
    alb.ingress.kubernetes.io/certificate-arn: arn:aws:acm:eu-west-1:111122223333:certificate/0a1b2c3d
spec:
  rules:
    - host: shop.example.com
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: shop
spec:
  listeners:
    - name: web
      protocol: HTTP
      port: 80
    - name: secure
      protocol: HTTPS
      port: 443
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: mesh
spec:
  servers:
    - port:
        number: 80
        protocol: HTTP
      tls:
        httpsRedirect: true
      hosts: [shop.example.com]
""",
    ),
)

_CERTIFICATES = (
    *("alb.ingress.kubernetes.io/certificate-arn", "networking.gke.io/managed-certificates", "pre-shared-cert"),
    *(
        "aws-load-balancer-ssl-cert",
        "route.openshift.io/termination",
        "appgw.ingress.kubernetes.io/appgw-ssl-certificate",
    ),
    *("traefik.ingress.kubernetes.io/router.tls", "networking.gke.io/certmap", "tailscale.com"),
)


def ingress_no_tls(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("Ingress"):
        spec = manifest.get("spec")
        if config.patch or not isinstance(spec, Mapping) or _is_covered(manifest, spec):
            continue
        hosts = [text(find(rule, "host")) for rule in elements(spec.get("rules"))]
        named = short(", ".join(host for host in hosts if host), 60)
        yield hit(
            key_span(manifest.node, "spec") or manifest.at,
            f"{title(manifest)} serves {named or 'its paths'} without TLS (no tls)",
            subject=f"{manifest.id}: tls",
        )
    for manifest in config.of("Gateway"):
        yield from _gateway(manifest, config)
    for manifest in config.of("Route"):
        at = key_span(manifest.node, "spec")
        if at and manifest.group == "route.openshift.io" and not config.patch and not manifest.get("spec", "tls"):
            message = f"{title(manifest)} serves {short(text(manifest.get('spec', 'host'))) or 'its host'} without TLS"
            yield hit(at, message, subject=f"{manifest.id}: tls")


def _is_covered(manifest: Manifest, spec: Mapping) -> bool:
    tls = spec.get("tls")
    if isinstance(tls, Scalar) and is_open(tls):
        return True
    if isinstance(tls, Sequence) and tls.items:
        return True
    if spec.get("rules") is None and spec.get("defaultBackend") is None and spec.get("backend") is None:
        return True
    if text(spec.get("ingressClassName")) == "tailscale":
        return True
    held = manifest.get("metadata", "annotations")
    return isinstance(held, Mapping) and any(mark in key for key in held.entries for mark in _CERTIFICATES)


def _gateway(manifest: Manifest, config: Config) -> Iterator[Hit | Unknown]:
    if manifest.group.startswith("gateway.networking"):
        listeners = elements(manifest.get("spec", "listeners"))
        if any(text(find(listener, "protocol")) in ("HTTPS", "TLS") for listener in listeners):
            return  # the plain listener is there to redirect, as far as one file can say
        for listener in listeners:
            value = find(listener, "protocol")
            if value is not None and text(value) == "HTTP":
                message = f"{title(manifest)} listens on HTTP alone, without TLS"
                yield hit(place(value), message, subject=f"{manifest.id}: {text(find(listener, 'name'))}")
    for server in elements(manifest.get("spec", "servers")):
        value = find(server, "port", "protocol")
        if (
            value is not None
            and text(value).upper() in ("HTTP", "HTTP2")
            and find(server, "tls", "httpsRedirect") is None
        ):
            message = f"{title(manifest)} serves plain HTTP and does not redirect it (tls.httpsRedirect)"
            yield hit(place(value), message, subject=f"{manifest.id}: {text(find(server, 'port', 'number'))}")


PLAIN_HTTP = Rule(
    id="kubernetes/ingress-plain-http",
    title="Entrance to the shop that answers in clear text as well",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="With a certificate ingress-nginx, HAProxy and OpenShift send visitors who come by HTTP on to HTTPS, unless"
    " they are told not to: then logins and orders go in clear text, and nobody notices.",
    fix="Remove the setting, or have it redirect.",
    refs=("CWE-319", "PCI DSS 4.2.1", "https://kubernetes.io/docs/concepts/services-networking/ingress/#tls"),
    bad=(
        """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    nginx.ingress.kubernetes.io/ssl-redirect: "false" # <- here
spec:
  tls:
    - hosts: [shop.example.com]
      secretName: shop-tls
  rules:
    - host: shop.example.com
---
apiVersion: route.openshift.io/v1
kind: Route
metadata:
  name: shop
spec:
  tls:
    termination: edge
    insecureEdgeTerminationPolicy: Allow # <- here
""",
    ),
    good=(
        """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    nginx.ingress.kubernetes.io/ssl-redirect: "true"
    kubernetes.io/ingress.allow-http: "false"
spec:
  tls:
    - hosts: [shop.example.com]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: has-no-certificate-which-is-another-rule
  annotations:
    nginx.ingress.kubernetes.io/ssl-redirect: "false"
spec:
  rules:
    - host: shop.example.com
---
apiVersion: route.openshift.io/v1
kind: Route
metadata:
  name: shop
spec:
  tls:
    termination: edge
    insecureEdgeTerminationPolicy: Redirect
""",
    ),
)

_PLAIN = {
    "kubernetes.io/ingress.allow-http": True,
    "nginx.ingress.kubernetes.io/ssl-redirect": False,
    "ingress.kubernetes.io/ssl-redirect": False,
    "haproxy.org/ssl-redirect": False,
    "haproxy-ingress.github.io/ssl-redirect": False,
}


def plain_http(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("Ingress"):
        held = manifest.get("metadata", "annotations")
        for key, plain in _PLAIN.items() if elements(manifest.get("spec", "tls")) else ():
            value = find(held, key)
            if value is not None and truth(value) is plain:
                message = f"{title(manifest)} answers HTTP without a redirect ({key}: {text(value)})"
                yield hit(place(value), message, subject=f"{manifest.id}: {key}")
    for manifest in config.of("Route"):
        value = manifest.get("spec", "tls", "insecureEdgeTerminationPolicy")
        if value is not None and text(value) == "Allow":
            message = f"{title(manifest)} answers HTTP without a redirect (insecureEdgeTerminationPolicy: Allow)"
            yield hit(place(value), message, subject=f"{manifest.id}: insecureEdgeTerminationPolicy")


INGRESS_ANNOTATIONS = Rule(
    id="kubernetes/ingress-nginx-annotations",
    title="Annotation that writes the ingress controller's configuration",
    severity=Severity.HIGH,
    why="ingress-nginx puts snippets, and some other values, into the nginx.conf that serves every host: who may write"
    " an Ingress reads the controller's token and with it the cluster's secrets (CVE-2021-25742, CVE-2025-1974).",
    fix='Remove the annotation, set `allow-snippet-annotations: "false"` in the controller\'s ConfigMap, and run'
    " ingress-nginx 1.12.1 or later.",
    refs=(
        "CWE-94",
        "PCI DSS 6.2.4",
        "https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations-risk/",
    ),
    bad=(
        """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    nginx.ingress.kubernetes.io/server-snippet: | # <- here
      location /debug { return 200; }
    nginx.ingress.kubernetes.io/auth-url: "http://auth.example.com/;lua_code" # <- here
spec:
  tls:
    - hosts: [shop.example.com]
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: ingress-nginx-controller
data:
  allow-snippet-annotations: "true" # <- here
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ingress-nginx-controller
spec:
  template:
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.11.2 # <- here
""",
    ),
    good=(
        """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: shop
  annotations:
    nginx.ingress.kubernetes.io/rewrite-target: /$2
    nginx.ingress.kubernetes.io/auth-url: https://auth.example.com/check
    nginx.ingress.kubernetes.io/ssl-redirect: "true"
spec:
  tls:
    - hosts: [shop.example.com]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ingress-nginx-controller
spec:
  template:
    spec:
      containers:
        - name: controller
          image: registry.k8s.io/ingress-nginx/controller:v1.12.3
""",
    ),
)

_ADDRESSES = ("auth-url", "auth-signin", "mirror-target", "mirror-host")
_WRITTEN_OUT = (
    "auth-url",
    "auth-tls-match-cn",
    "mirror-target",
    "mirror-host",
    "rewrite-target",
    "auth-signin",
    "app-root",
)


def ingress_annotations(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("Ingress"):
        held = manifest.get("metadata", "annotations")
        for key, value in held.entries.values() if isinstance(held, Mapping) else ():
            found = _injects(key.text, text(value))
            if found:
                at = Span(key.line, key.column, key.end_line, key.end_column)
                message = f"{title(manifest)} {found} ({short(key.text)})"
                yield hit(at, message, subject=f"{manifest.id}: {key.text}")
    for manifest in config.of("ConfigMap"):
        allowed = manifest.get("data", "allow-snippet-annotations")
        if allowed is not None and truth(allowed):
            message = f"{title(manifest)} lets every Ingress write nginx.conf (allow-snippet-annotations)"
            yield hit(place(allowed), message, subject=f"{manifest.id}: allow-snippet-annotations")
    for workload, container in config.containers():
        image = container.get("image")
        if isinstance(image, Scalar) and _is_old_controller(image.text):
            message = f"{container_title(workload, container)} is ingress-nginx before 1.11.5 or 1.12.1 (CVE-2025-1974)"
            yield hit(place(image), message, subject=subject(workload, container, image.text))


def _injects(key: str, value: str) -> str:
    prefix, _, name = key.partition("/")
    if not prefix.startswith("nginx.") or not value:
        return ""
    if name.endswith(("-snippet", "-snippets")):
        return "writes into nginx.conf"
    if name in _WRITTEN_OUT and any(mark in value for mark in ('"', "'", "{", "}", ";", "\n")) and "{{" not in value:
        return "hands nginx.conf a value with quotes, braces or semicolons"
    if name in _ADDRESSES and any(mark in value for mark in "|<>^`\\ ") and "{{" not in value:
        return "hands nginx.conf an address with characters that no address has"
    return ""


def _is_old_controller(image: str) -> bool:
    import re

    found = re.search(r"ingress-nginx/controller(?:-chroot)?:v?(\d{1,4})\.(\d{1,4})\.(\d{1,4})", image)
    if not found:
        return False
    version = (int(found[1]), int(found[2]), int(found[3]))
    return version < (1, 11, 5) or version == (1, 12, 0)


RULES = (
    (INGRESS_NO_TLS, ingress_no_tls),
    (PLAIN_HTTP, plain_http),
    (INGRESS_ANNOTATIONS, ingress_annotations),
)
