"""What a chart says of itself: the charts it depends on, and the templates that nobody has rendered."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.model import Action, Hit, Rule, Severity, Unknown
from yett.parse.kubernetes import elements, find, place, span, text
from yett.parse.tree import Tree
from yett.parse.yaml import Mapping, Scalar
from yett.rules.hits import hit, short


class Chart(NamedTuple):
    """A `Chart.yaml` and the folder it is in."""

    node: Mapping
    folder: str
    tree: Tree

    @property
    def name(self) -> str:
        return text(self.node.get("name"))


INSECURE_REPOSITORY = Rule(
    id="helm/insecure-repository",
    title="Chart fetched in clear text",
    severity=Severity.HIGH,
    why="Over http anybody on the way gives another chart in the place of this one, and it is installed with the"
    " rights of whoever deploys.",
    fix="Write `https://` or `oci://`.",
    refs=("CWE-319", "CWE-494", "PCI DSS 6.3.2", "https://helm.sh/docs/topics/charts/#chart-dependencies"),
    bad=(
        """\
# file: shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
dependencies:
  - name: redis
    version: 20.6.2
    repository: http://charts.example.com # <- here
""",
    ),
    good=(
        """\
# file: shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
dependencies:
  - name: redis
    version: 20.6.2
    repository: https://charts.example.com
  - name: common
    version: 1.0.0
    repository: file://../common
  - name: proxy
    version: 1.0.0
    repository: http://localhost:8080
""",
    ),
)


def insecure_repository(chart: Chart) -> Iterator[Hit | Unknown]:
    for item in elements(chart.node.get("dependencies")):
        address = find(item, "repository")
        if isinstance(address, Scalar) and address.text.lower().startswith("http://"):
            if address.text[7:].startswith(("localhost", "127.0.0.1")):
                continue
            name = text(find(item, "name"))
            yield hit(
                span(address),
                f"the chart {short(name, 60)} is fetched from {short(address.text, 60)} in clear text",
                subject=f"{name} {address.text}",
            )


UNPINNED_DEPENDENCY = Rule(
    id="helm/unpinned-dependency",
    title="Chart that depends on any version of another",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Without a version, or with one that takes every newer release, and without a `Chart.lock`, two builds of one"
    " commit install different charts.",
    fix="Name a version or a narrow range, and commit `Chart.lock`.",
    refs=("CWE-1104", "CWE-829", "PCI DSS 6.3.2", "https://helm.sh/docs/helm/helm_dependency/"),
    bad=(
        """\
# file: shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
dependencies:
  - name: redis
    version: "*" # <- here
    repository: https://charts.example.com
  - name: postgresql # <- here
    repository: https://charts.example.com
""",
    ),
    good=(
        """\
# file: shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
dependencies:
  - name: redis
    version: 20.6.2
    repository: https://charts.example.com
  - name: common
    repository: file://../common
""",
        """\
# file: shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
dependencies:
  - name: redis
    version: "*"
    repository: https://charts.example.com
# file: shop/Chart.lock
dependencies:
  - name: redis
    version: 20.6.2
    repository: https://charts.example.com
""",
    ),
)


def unpinned_dependency(chart: Chart) -> Iterator[Hit | Unknown]:
    files = chart.tree.folder(chart.folder)
    if any(posixpath.join(chart.folder, name) in files for name in ("Chart.lock", "requirements.lock")):
        return
    for item in elements(chart.node.get("dependencies")):
        name, version = find(item, "name"), find(item, "version")
        said = text(version).strip()
        loose = said in ("", "*", "x", "X", "latest") or (said.startswith(">") and "<" not in said)
        if isinstance(name, Scalar) and loose and text(find(item, "repository")).startswith(("http", "oci")):
            what = f"version {short(said, 20)}" if said else "no version"
            at = place(version) if version is not None and said else span(name)
            message = f"the dependency {short(name.text, 60)} has {what}, and there is no Chart.lock"
            yield hit(at, message, subject=name.text)


UNRENDERED_TEMPLATE = Rule(
    id="helm/unrendered-template",
    title="Templates of a chart that nobody has looked into",
    severity=Severity.INFO,
    level=Action.INFO,
    why="What Helm fills in decides what a template makes, and only what it is rendered to can be judged: of the"
    " templates themselves no more is known than what stands in them outright.",
    fix="Render the chart in the pipeline, `helm template . --output-dir rendered`, and check what comes out.",
    refs=("CWE-693", "https://helm.sh/docs/helm/helm_template/"),
    bad=(
        """\
# file: shop/Chart.yaml
apiVersion: v2
name: shop # <- here
version: 1.0.0
# file: shop/templates/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
""",
    ),
    good=(
        """\
# file: shop/Chart.yaml
apiVersion: v2
name: shop
version: 1.0.0
# file: shop/templates/account.yaml
apiVersion: v1
kind: ServiceAccount
metadata:
  name: shop
""",
    ),
)


def unrendered_template(chart: Chart) -> Iterator[Hit | Unknown]:
    inside = posixpath.join(chart.folder, "templates") + "/"
    templates = [
        path
        for path in chart.tree.paths
        if path.startswith(inside) and path.endswith((".yaml", ".yml")) and "{{" in (chart.tree.text(path) or "")
    ]
    name = chart.node.get("name")
    if templates and isinstance(name, Scalar):
        count = f"{len(templates)} templates are" if len(templates) > 1 else "1 template is"
        message = f"{count} not rendered, so most of the chart {short(chart.name, 60)} is not judged"
        yield hit(span(name), message, subject=f"templates of {chart.name}")


RULES = (
    (INSECURE_REPOSITORY, insecure_repository),
    (UNPINNED_DEPENDENCY, unpinned_dependency),
    (UNRENDERED_TEMPLATE, unrendered_template),
)
