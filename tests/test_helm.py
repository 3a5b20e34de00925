"""Charts: their values, and what the rules' examples do not show."""

from __future__ import annotations

import pytest

from yett.model import Hit, Severity, Unknown
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.parse.yaml import Mapping, compose
from yett.rules import helm
from yett.rules.helm.settings import settings

CHART = "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
SECRET = "Vr7pLq" + "2zXw9"


def _found(text: str, path: str = "values.yaml", **files: str) -> list[tuple[str, Hit | Unknown]]:
    tree = Tree.of({path: text, "Chart.yaml": CHART, **files})
    return [(rule.id, hit) for rule, hit in helm.judge(text, path, tree)]


def test_settings_have_their_ways() -> None:
    node = compose("a: {b: 1}\nc:\n  - name: d\n    e: 2\n  - f: 3\n  - 4\n")
    assert isinstance(node, Mapping)
    assert [setting.dotted for setting in settings(node)] == ["a", "a.b", "c", "c.d.name", "c.d.e", "c.1.f"]


@pytest.mark.parametrize(
    ("path", "chart", "is_one"),
    (
        ("values.yaml", "Chart.yaml", True),
        ("shop/values-prod.yaml", "shop/Chart.yaml", True),
        ("shop/ci/test-values.yaml", "shop/Chart.yaml", True),
        ("shop/values/prod.yaml", "shop/Chart.yaml", True),
        ("shop/prod.yaml", "shop/Chart.yaml", False),
        ("values.yaml", "shop/Chart.yaml", False),
        ("shop/templates/values.yaml", "shop/Chart.yaml", False),
        ("a/b/c/d/e/values.yaml", "a/Chart.yaml", False),
    ),
)
def test_values_belong_to_a_chart(path: str, chart: str, is_one: bool) -> None:
    assert helm.is_values("privileged: true\n", path, Tree.of({path: "", chart: CHART})) is is_one


def test_values_are_known_by_their_keys_where_the_chart_is_elsewhere() -> None:
    tree = Tree.of({"values-prod.yaml": ""})
    assert helm.is_values("replicaCount: 3\nimage:\n  tag: x\n", "values-prod.yaml", tree)
    assert not helm.is_values("image: x\nother: y\n", "values-prod.yaml", tree)


@pytest.mark.parametrize(
    ("text", "is_found"),
    (
        (f"password: {SECRET}", True),
        (f"auth: {{rootPassword: {SECRET}}}", True),
        (f"config: {{API_KEY: {SECRET}}}", True),
        (f"env: [{{name: API_TOKEN, value: {SECRET}}}]", True),
        (f"env: [{{name: COLOUR, value: {SECRET}}}]", False),
        ("password: ''", False),
        ("password:", False),
        ("password: ${PASSWORD}", False),
        ("password: changeme", False),
        (f"existingSecret: {SECRET}", False),
        (f"existingSecretPasswordKey: {SECRET}", False),
        (f"secretKeyRef: {{password: {SECRET}}}", False),
        (f"password: ENC[AES256_GCM,data:{SECRET}]", False),
        (f"password: {SECRET}\nsops: {{version: 3}}", False),
    ),
)
def test_values_hold_a_credential_or_not(text: str, is_found: bool) -> None:
    found = [hit for rule, hit in _found(text) if rule == "helm/values-secret" and isinstance(hit, Hit)]
    assert bool(found) is is_found
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("text", "severity"),
    (
        ("securityContext: {privileged: true}", Severity.HIGH),
        ("web: {securityContext: {runAsUser: 0}}", Severity.MEDIUM),
        ("web: {volumes: [{hostPath: {path: /var/run/docker.sock}}]}", Severity.HIGH),
        ("tlsEnabled: false", Severity.MEDIUM),
        ("networkPolicy: {enabled: false}", Severity.LOW),
        ("metrics: {enabled: false}", None),
        ("securityContext: {runAsUser: 1000}", None),
        ("privileged: '{{ .Values.x }}'", None),
        ("privileged: [true]", None),
    ),
)
def test_a_default_is_safe_or_not(text: str, severity: Severity | None) -> None:
    found = [hit.severity for rule, hit in _found(text) if rule == "helm/insecure-defaults" and isinstance(hit, Hit)]
    assert found == ([severity] if severity else [])


def test_templates_are_counted_once_for_a_chart() -> None:
    files = {f"templates/{name}": "a: {{ b }}\n" for name in ("x.yaml", "deep/y.yml", "_z.tpl")}
    tree = Tree.of({"Chart.yaml": CHART, "other/templates/x.yaml": "{{ }}", **files})
    (found,) = [hit for rule, hit in helm.judge(CHART, "Chart.yaml", tree) if rule.id == "helm/unrendered-template"]
    assert isinstance(found, Hit)
    assert found.message == "2 templates are not rendered, so most of the chart shop is not judged"


@pytest.mark.parametrize("text", ("", "[]", "x", "{}", "a: [[{b: {}}]]", "ingress: []", "capabilities: {add: {}}"))
def test_odd_values_are_read(text: str) -> None:
    assert _found(text) == []
    assert _found(text, "Chart.yaml") == []


def test_values_that_cannot_be_read_are_an_error() -> None:
    with pytest.raises(ParseError):
        _found("a: [")
