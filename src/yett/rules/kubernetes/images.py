"""Which image a container runs, and whether anybody can say so next week."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import Container, elements, find, is_open, key_span, place, span, text
from yett.parse.yaml import Scalar
from yett.rules.hits import hit, short
from yett.rules.kubernetes.objects import Config, container_title, subject, title
from yett.rules.kubernetes.others import filled_in

_PAGE = "https://kubernetes.io/docs/concepts/containers/images/"

IMAGE_LATEST = Rule(
    id="kubernetes/image-latest",
    title="Container image without a version",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="`latest`, which a missing tag means, is whatever was pushed last: two pods of one deployment may run different"
    " programs, no audit can say which, and there is nothing to roll back to.",
    fix="Name a version, better its digest as well.",
    refs=("CWE-1104", "CWE-829", "PCI DSS 6.3.3", _PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: storefront
spec:
  initContainers:
    - name: migrate
      image: registry.example.com:5000/migrate # <- here
  containers:
    - name: storefront
      image: registry.example.com/storefront:latest # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: storefront
spec:
  containers:
    - name: storefront
      image: registry.example.com/storefront:3.2
    - name: proxy
      image: envoyproxy/envoy@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    - name: agent
      image: ${AGENT_IMAGE}
""",
        """\
# file: base/pod.yaml
apiVersion: v1
kind: Pod
metadata:
  name: storefront
spec:
  containers:
    - name: storefront
      image: storefront
# file: overlays/shop/kustomization.yaml
resources: [../../base]
images:
  - name: storefront
    newName: registry.example.com/storefront
    newTag: "3.2"
""",
    ),
)


def image_parts(image: str) -> tuple[str, str, str]:
    """(name, tag, digest) of an image; a port in the registry is no tag."""
    rest, _, digest = image.partition("@")
    folder, slash, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    return f"{folder}{slash}{name}", tag, digest


def _image(container: Container) -> Scalar | None:
    value = container.get("image")
    return value if isinstance(value, Scalar) and value.text.strip() else None


def image_latest(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.containers():
        value = _image(container)
        if value is None:
            continue
        if is_open(value) or value.text.startswith("$"):
            yield Unknown(value.line, "the image is filled in later")
            continue
        name, tag, digest = image_parts(value.text.strip())
        if digest or tag not in ("", "latest"):
            continue
        if filled_in(name, config.tree):
            yield Unknown(value.line, "the tag of the image is filled in by a kustomization or by Skaffold")
            continue
        what = "has the tag latest" if tag else "has no tag"
        yield hit(
            span(value),
            f"the image {short(name)} of {container_title(workload, container)} {what} and no digest",
            fix=f"Write `image: {short(name)}:<version>`, better with its `@sha256:<digest>`.",
            subject=subject(workload, container, f"image {value.text.strip()}"),
        )


IMAGE_DIGEST = Rule(
    id="kubernetes/image-digest",
    title="Container image not pinned by digest",
    severity=Severity.LOW,
    level=Action.INFO,
    why="A tag can be moved to another image by whoever may push to the registry; a digest cannot.",
    fix="Append the digest: `image: name:1.2@sha256:<digest>`; Renovate and Dependabot keep it up to date.",
    refs=("CWE-829", "PCI DSS 6.3.2", _PAGE),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: storefront
spec:
  containers:
    - name: storefront
      image: registry.example.com/storefront:3.2 # <- here
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: storefront
spec:
  containers:
    - name: storefront
      image: registry.example.com/storefront:3.2@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    - name: untagged-is-another-rule
      image: registry.example.com/proxy
""",
    ),
)


def image_digest(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.containers():
        value = _image(container)
        if value is None or is_open(value) or value.text.startswith("$"):
            continue
        name, tag, digest = image_parts(value.text.strip())
        if tag and tag != "latest" and not digest and not filled_in(name, config.tree):
            yield hit(
                span(value),
                f"the image {short(value.text.strip())} of {container_title(workload, container)} has no digest",
                subject=subject(workload, container, f"digest {name}"),
            )


PULL_POLICY = Rule(
    id="kubernetes/pull-policy",
    title="Image taken from the node without asking the registry",
    severity=Severity.LOW,
    level=Action.INFO,
    why="With IfNotPresent or Never a pod runs what lies on its node under that name, even where it has no right to"
    " pull the image, and even where the tag was moved since. The default is Always for `latest` and for no tag,"
    " IfNotPresent for any other; with a digest it makes no difference.",
    fix="Write `imagePullPolicy: Always`, or pin the image by digest.",
    refs=("CWE-829", f"{_PAGE}#image-pull-policy"),
    bad=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: storefront
spec:
  containers:
    - name: storefront
      image: registry.example.com/storefront:3.2
      imagePullPolicy: IfNotPresent # <- here
    - name: proxy
      image: envoyproxy/envoy:latest
      imagePullPolicy: Never # <- here
    - name: metrics # <- here
      image: registry.example.com/metrics:1.3
""",
    ),
    good=(
        """\
apiVersion: v1
kind: Pod
metadata:
  name: storefront
spec:
  containers:
    - name: storefront
      image: registry.example.com/storefront:3.2
      imagePullPolicy: Always
    - name: proxy
      image: envoyproxy/envoy@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
      imagePullPolicy: IfNotPresent
""",
    ),
)


def pull_policy(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.containers():
        value, image = container.get("imagePullPolicy"), _image(container)
        if image is None or image_parts(image.text)[2] or is_open(image):
            continue
        who, tag = container_title(workload, container), image_parts(image.text)[1]
        if value is not None and text(value) in ("IfNotPresent", "Never"):
            message = f"{who} sets imagePullPolicy: {text(value)}"
            yield hit(place(value), message, subject=subject(workload, container, "imagePullPolicy"))
        elif value is None and tag not in ("", "latest") and not config.patch:
            message = f"{who} does not set imagePullPolicy: Always"
            yield hit(container.at, message, subject=subject(workload, container, "imagePullPolicy"))


DASHBOARD_TILLER = Rule(
    id="kubernetes/dashboard-tiller",
    title="Console that rules the cluster",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="Tiller, the server of Helm 2, takes orders from any pod without a login; the dashboard with skip-login, plain"
    " HTTP or a wide role does so for any visitor.",
    fix="Remove Tiller and use Helm 3; leave the dashboard out, or keep its login on and its role narrow.",
    refs=(
        "CWE-306",
        "PCI DSS 2.2.4",
        "PCI DSS 8.3.1",
        "https://helm.sh/docs/faq/changes_since_helm2/#removal-of-tiller",
    ),
    bad=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: tiller-deploy
spec:
  template:
    spec:
      containers:
        - name: tiller
          image: gcr.io/kubernetes-helm/tiller:v2.16.1 # <- here
        - name: dashboard
          image: kubernetesui/dashboard:v2.7.0 # <- here
          args:
            - --enable-skip-login # <- here
""",
    ),
    good=(
        """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: tilling-orders
spec:
  template:
    spec:
      containers:
        - name: dashboard
          image: registry.example.com/sales-dashboard:1.4
""",
    ),
)

_CONSOLES = (
    "kubernetesui/dashboard",
    "kubernetes-dashboard",
    "kubernetes-dashboard-amd64",
    "kubernetesui/dashboard-api",
)


def dashboard_tiller(config: Config) -> Iterator[Hit | Unknown]:
    for workload, container in config.containers():
        image = _image(container)
        name = image_parts(image.text.strip())[0] if image else ""
        labelled = any(
            text(find(meta, "labels", key)) in ("kubernetes-dashboard", "tiller")
            for meta in (workload.meta, workload.manifest.get("metadata"))
            for key in ("k8s-app", "app", "name")
        )
        tiller = name.rpartition("/")[2] == "tiller"
        console = name.endswith(_CONSOLES)
        if image and (tiller or console):
            what = "Tiller, the server of Helm 2" if tiller else "the Kubernetes dashboard"
            yield hit(
                span(image),
                f"{container_title(workload, container)} is {what}",
                subject=subject(workload, container, "console"),
            )
        elif labelled and (at := key_span(container.node, "name")):
            what = "Tiller or the Kubernetes dashboard"
            yield hit(
                at,
                f"{container_title(workload, container)} is labelled as {what}",
                subject=subject(workload, container, "console"),
            )
        if console or labelled:
            for item in (*elements(container.get("args")), *elements(container.get("command"))):
                if text(item).startswith(("--enable-skip-login", "--insecure-bind-address", "--disable-settings-auth")):
                    message = f"{container_title(workload, container)} lets visitors in without a login"
                    yield hit(place(item), message, subject=subject(workload, container, text(item)))


def tiller_services(config: Config) -> Iterator[Hit | Unknown]:
    for manifest in config.of("Service"):
        if manifest.name == "tiller-deploy" or text(manifest.get("metadata", "labels", "name")) == "tiller":
            message = f"{title(manifest)} is Tiller's, the server of Helm 2"
            yield hit(manifest.at, message, subject=f"{manifest.id}: console")


RULES = (
    (IMAGE_LATEST, image_latest),
    (IMAGE_DIGEST, image_digest),
    (PULL_POLICY, pull_policy),
    (DASHBOARD_TILLER, dashboard_tiller),
    (DASHBOARD_TILLER, tiller_services),
)
