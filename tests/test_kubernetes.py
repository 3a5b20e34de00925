"""Kubernetes manifests: how they are read, and what the rules' examples do not show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from yett.model import Hit, Severity, Unknown
from yett.parse.kubernetes import Workload, elements, number, parse, skeleton, truth, workload
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.parse.yaml import compose
from yett.rules import kubernetes
from yett.rules.kubernetes.others import MAX_FILES, is_chart_template, is_patch, others

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: shop
spec:
  containers:
    - name: shop
      image: registry.example.com/shop:1.0
"""


def _found(files: dict[str, str], path: str = "") -> list[tuple[str, Hit | Unknown]]:
    tree = Tree.of(files)
    paths = [path] if path else list(files)
    return [(rule.id, hit) for each in paths for rule, hit in kubernetes.judge(files[each], each, tree)]


def _hits(text: str, rule: str) -> list[Hit]:
    found = _found({"pod.yaml": text})
    return [hit for name, hit in found if name == f"kubernetes/{rule}" and isinstance(hit, Hit)]


def _workloads(text: str) -> list[Workload]:
    return [found for manifest in parse(text) if (found := workload(manifest))]


@pytest.mark.parametrize(
    ("kind", "way"),
    (
        ("Pod", "spec: POD"),
        ("Deployment", "spec: {template: {spec: POD}}"),
        ("CronJob", "spec: {jobTemplate: {spec: {template: {spec: POD}}}}"),
        ("PodTemplate", "template: {spec: POD}"),
        ("ScaledJob", "spec: {jobTargetRef: {template: {spec: POD}}}"),
        ("Rollout", "spec: {template: {spec: POD}}"),
        ("DeploymentConfig", "spec: {template: {spec: POD}}"),
        ("Whatever", "spec: {template: {spec: POD}}"),
    ),
)
def test_every_kind_of_workload_has_its_containers(kind: str, way: str) -> None:
    pod = "{containers: [{name: a, image: x}], initContainers: [{name: b}], ephemeralContainers: [{name: c, image: y}]}"
    (found,) = _workloads(f"apiVersion: v1\nkind: {kind}\nmetadata: {{name: n}}\n{way.replace('POD', pod)}\n")
    assert [(c.role, c.name, c.complete) for c in found.containers] == [
        ("container", "a", True),
        ("init container", "b", False),
        ("ephemeral container", "c", True),
    ]


@pytest.mark.parametrize(
    "text",
    (
        "kind: Pod\n",  # no apiVersion
        "apiVersion: v1\nkind: [Pod]\n",
        "apiVersion: v1\nkind: Pod\nspec: []\n",
        "apiVersion: v1\nkind: Pod\nspec:\n",
        "apiVersion: v1\nkind: ConfigMap\nspec: {template: {spec: {text: x}}}\n",
        "- apiVersion: v1\n  kind: Pod\n",
        "just text: apiVersion kind\n",
    ),
)
def test_what_makes_no_pods_is_no_workload(text: str) -> None:
    assert _workloads(text) == []


def test_the_objects_of_a_list_are_read_one_by_one() -> None:
    body = "".join(f"    {line}" for line in POD.splitlines(True)).replace("    apiVersion", "  - apiVersion", 1)
    found = parse(f"apiVersion: v1\nkind: List\nitems:\n{body}---\n{POD}")
    assert [(manifest.kind, manifest.name, manifest.at.line) for manifest in found] == [
        ("Pod", "shop", 5),
        ("Pod", "shop", 14),
    ]


def test_lists_in_lists_end_somewhere() -> None:
    text = "{apiVersion: v1, kind: List, items: [" * 30 + "{apiVersion: v1, kind: Pod}" + "]}" * 30
    assert parse(text) == ()


@pytest.mark.parametrize(
    ("said", "means"),
    (("true", True), ('"true"', True), ("yes", True), ("off", False), ("False", False), ("maybe", None), ("[]", None)),
)
def test_a_switch_is_read_as_kubectl_does(said: str, means: bool | None) -> None:
    assert truth(compose(said)) is means


@pytest.mark.parametrize(("said", "means"), (("0", 0), ('"0"', 0), ("x", None), ("9" * 5000, None), ("{}", None)))
def test_a_number_is_read_or_not(said: str, means: int | None) -> None:
    assert number(compose(said)) == means


TEMPLATE = """\
apiVersion: v1
kind: Pod
metadata:
  name: {{ include "shop.name" . }}
  {{- with .Values.labels }}
  labels:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- /* a comment
of two lines */}}
spec:
  hostNetwork: {{ .Values.hostNetwork }}
  containers:
    - name: shop
      image: "{{ .Values.image }}:{{ .Values.tag }}"
      securityContext:
        privileged: true
"""


def test_a_skeleton_keeps_every_place() -> None:
    bare = skeleton(TEMPLATE)
    assert len(bare) == len(TEMPLATE)
    assert "{{" not in bare
    assert [len(line) for line in bare.split("\n")] == [len(line) for line in TEMPLATE.split("\n")]
    (found,) = _workloads(bare)
    assert found.manifest.name == "…"


@pytest.mark.parametrize("text", ("", "{{", "}}", "{{}}", "a {{ b", "{{ a\n}}\n{{ b }}{{ c }}", "x: {{a}} # {{b}}"))
def test_a_skeleton_is_made_of_anything(text: str) -> None:
    assert len(skeleton(text)) == len(text)


def test_what_a_chart_template_says_outright_is_found_and_the_rest_is_said_to_be_unknown() -> None:
    files = {"shop/Chart.yaml": "apiVersion: v2\nname: shop\n", "shop/templates/pod.yaml": TEMPLATE}
    judged = kubernetes.judge(TEMPLATE, "shop/templates/pod.yaml", Tree.of(files))
    found: list[tuple[str, int]] = []
    with pytest.raises(ParseError, match="Helm fills in") as caught:
        found.extend((rule.id, hit.line) for rule, hit in judged if isinstance(hit, Hit))
    assert found == [("kubernetes/privileged", 17)]
    assert caught.value.line == 4


def test_a_template_that_cannot_be_laid_bare_is_unknown_as_a_whole() -> None:
    text = f"{POD}{{{{- if .Values.x }}}}\nspec: {{}}\n{{{{- end }}}}\n"
    files = {"Chart.yaml": "", "templates/pod.yaml": text}
    with pytest.raises(ParseError):
        list(kubernetes.judge(text, "templates/pod.yaml", Tree.of(files)))


@pytest.mark.parametrize(
    ("path", "is_one"),
    (
        ("shop/templates/a.yaml", True),
        ("shop/templates/web/a.yaml", True),
        ("templates/a.yaml", False),
        ("other/templates/a.yaml", False),
        ("shop/values.yaml", False),
    ),
)
def test_a_chart_template_lies_beside_a_chart(path: str, is_one: bool) -> None:
    assert is_chart_template(path, Tree.of({path: "", "shop/Chart.yaml": ""})) is is_one


@pytest.mark.parametrize(
    ("kustomization", "text"),
    (
        ("k/kustomization.yaml", "patches:\n  - path: sub/p.yaml\n"),
        ("k/kustomization.yml", "patchesStrategicMerge: [sub/p.yaml]\n"),
        ("k/sub/Kustomization", "patches: [{path: p.yaml}]\n"),
        ("kustomization.yaml", "patches: [{path: ./k/sub/../sub/p.yaml}]\n"),
    ),
)
def test_a_patch_lacks_nothing(kustomization: str, text: str) -> None:
    files = {"k/sub/p.yaml": POD, kustomization: text}
    assert is_patch("k/sub/p.yaml", Tree.of(files))
    rules = {rule for rule, _ in _found(files, "k/sub/p.yaml")}
    assert rules == {"kubernetes/image-digest"}


@pytest.mark.parametrize(
    "text", ("resources: [p.yaml]\n", "patches:\n  - patch: |-\n      p.yaml\n", "patches: [", "[]")
)
def test_what_no_kustomization_patches_is_whole(text: str) -> None:
    files = {"k/p.yaml": POD, "k/kustomization.yaml": text}
    assert not is_patch("k/p.yaml", Tree.of(files))
    assert "kubernetes/unhardened-container" in {rule for rule, _ in _found(files, "k/p.yaml")}


def test_skaffold_fills_in_the_tag_of_what_it_builds() -> None:
    files = {
        "pod.yaml": POD.replace("registry.example.com/shop:1.0", "shop"),
        "skaffold.yaml": "apiVersion: skaffold/v4beta13\nkind: Config\nbuild: {artifacts: [{image: shop}]}\n",
    }
    found = [hit for rule, hit in _found(files, "pod.yaml") if rule == "kubernetes/image-latest"]
    assert [type(hit) for hit in found] == [Unknown]


@pytest.mark.parametrize(
    ("image", "is_loose"),
    (
        ("shop", True),
        ("shop:latest", True),
        ("registry.example.com:5000/shop", True),
        ("shop:1.0", False),
        ("shop@sha256:" + "0" * 64, False),
        ("shop:latest@sha256:" + "0" * 64, False),
        ("registry.example.com:5000/shop:1", False),
        ("'{{ .Values.image }}'", False),
        ("$IMAGE", False),
    ),
)
def test_an_image_has_a_version_or_not(image: str, is_loose: bool) -> None:
    hits = _hits(POD.replace("registry.example.com/shop:1.0", image), "image-latest")
    assert bool(hits) is is_loose


def _with(context: str, pod: str = "{}") -> str:
    text = f"{POD}      securityContext: {context}\n"
    return text.replace("spec:\n", f"spec:\n  securityContext: {pod}\n")


@pytest.mark.parametrize(
    ("context", "pod", "lacks"),
    (
        ("{runAsUser: 1}", "{}", False),
        ("{}", "{runAsUser: 1}", False),
        ("{}", "{runAsNonRoot: true}", False),
        ("{runAsNonRoot: true}", "{}", False),
        ("{}", "{}", True),
        ("{runAsGroup: 1}", "{fsGroup: 1}", True),
        ("{runAsUser: 0}", "{}", False),  # said outright, which is another rule's
    ),
)
def test_the_pod_speaks_for_containers_that_say_nothing(context: str, pod: str, lacks: bool) -> None:
    (hit,) = _hits(_with(context, pod), "unhardened-container")
    assert ("runAsNonRoot" in hit.message) is lacks


def test_a_container_lacks_what_it_lacks_and_nothing_else() -> None:
    context = "{allowPrivilegeEscalation: false, capabilities: {drop: [all]}, readOnlyRootFilesystem: false}"
    (hit,) = _hits(_with(context, "{runAsUser: 7}"), "unhardened-container")
    assert (
        hit.message == "container shop of Pod shop lacks readOnlyRootFilesystem: true, seccompProfile: RuntimeDefault"
    )
    assert hit.severity is Severity.LOW


@pytest.mark.parametrize(
    ("context", "pod", "count"),
    (
        ("{runAsUser: 0}", "{}", 1),
        ("{runAsUser: 5}", "{runAsUser: 0}", 0),
        ("{}", "{runAsUser: 0}", 1),
        ("{runAsNonRoot: false}", "{runAsUser: 5}", 0),
        ("{runAsNonRoot: false}", "{}", 1),
        ("{runAsNonRoot: true}", "{runAsNonRoot: false}", 0),
    ),
)
def test_what_a_container_says_goes_before_its_pod(context: str, pod: str, count: int) -> None:
    assert len(_hits(_with(context, pod), "run-as-root")) == count


def _volume(path: str, mount: str = "") -> str:
    return (
        f"{POD}      volumeMounts: [{{name: v, mountPath: /v{mount}}}]\n"
        f"  volumes: [{{name: v, hostPath: {{path: {path}}}}}]\n"
    )


@pytest.mark.parametrize(
    ("path", "mount", "rule"),
    (
        ("/var/run/docker.sock", "", "docker-sock"),
        ("/run/containerd/containerd.sock", ", readOnly: true", "docker-sock"),
        ("/var/run/../run/crio/", "", "docker-sock"),
        ("/", "", "sensitive-hostpath"),
        ("//etc//", "", "sensitive-hostpath"),
        ("/etc", ", readOnly: true", "hostpath"),
        ("/mnt/data", "", "hostpath"),
        ("/etc/localtime", "", ""),
    ),
)
def test_a_folder_of_the_node_is_found_once(path: str, mount: str, rule: str) -> None:
    rules = ("docker-sock", "sensitive-hostpath", "hostpath")
    assert [name for name in rules if _hits(_volume(path, mount), name)] == ([rule] if rule else [])


ROLE = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: deployer
rules:
  - apiGroups: ["*"]
    resources: ["*"]
    verbs: ["*"]
"""
BINDING = """\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: deployer
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: NAME}
subjects: [{kind: ServiceAccount, name: ci, namespace: shop}]
"""


@pytest.mark.parametrize(("name", "severity"), (("deployer", Severity.HIGH), ("other", Severity.MEDIUM)))
def test_a_role_that_somebody_has_weighs_more(name: str, severity: Severity) -> None:
    files = {"role.yaml": ROLE, "deep/er/binding.yml": BINDING.replace("NAME", name)}
    (hit,) = [hit for rule, hit in _found(files, "role.yaml") if rule == "kubernetes/rbac-wildcard"]
    assert isinstance(hit, Hit)
    assert hit.severity is severity


NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
POLICY = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: SPACE}
spec: {podSelector: SELECTOR}
"""
LABELLED = POD.replace("name: shop\nspec", "name: shop\n  namespace: shop\n  labels: {app: shop, tier: web}\nspec")


@pytest.mark.parametrize(
    ("space", "selector", "is_covered"),
    (
        ("shop", "{}", True),
        ("''", "{}", True),
        ("other", "{}", False),
        ("shop", "{matchLabels: {app: shop}}", True),
        ("shop", "{matchLabels: {app: cart}}", False),
        ("shop", "{matchLabels: {app: '{{ x }}'}}", True),
        ("shop", "{matchExpressions: [{key: app, operator: In, values: [a, shop]}]}", True),
        ("shop", "{matchExpressions: [{key: app, operator: NotIn, values: [a, shop]}]}", False),
        ("shop", "{matchExpressions: [{key: tier, operator: Exists}]}", True),
        ("shop", "{matchExpressions: [{key: tier, operator: DoesNotExist}]}", False),
        ("shop", "{matchExpressions: [{key: tier, operator: Odd}]}", True),
    ),
)
def test_a_policy_covers_the_pods_it_selects(space: str, selector: str, is_covered: bool) -> None:
    policy = POLICY.replace("SPACE", space).replace("SELECTOR", selector)
    files = {"a/pod.yaml": LABELLED, "b/policy.yaml": policy}
    found = [hit for rule, hit in _found(files, "a/pod.yaml") if rule == "kubernetes/network-policy-missing"]
    assert bool(found) is not is_covered


def test_pods_without_any_policy_weigh_less_where_nobody_speaks_of_them() -> None:
    def severity(files: dict[str, str]) -> Severity | None:
        found = _found({**files, "pod.yaml": LABELLED}, "pod.yaml")
        (hit,) = [hit for rule, hit in found if rule == "kubernetes/network-policy-missing" and isinstance(hit, Hit)]
        return hit.severity

    assert severity({}) is Severity.LOW
    assert severity({"namespace.yaml": NAMESPACE}) is None


@pytest.mark.parametrize(
    "broken", ("apiVersion: v1\nkind: NetworkPolicy\nspec: [\n", "kind: NetworkPolicy\n{{ if }}\n")
)
def test_a_policy_that_cannot_be_read_may_cover_everything(broken: str) -> None:
    files = {"pod.yaml": LABELLED, "policy.yaml": broken}
    assert others(Tree.of(files)).doubt
    assert "kubernetes/network-policy-missing" not in {rule for rule, _ in _found(files, "pod.yaml")}


def test_a_walk_through_the_tree_ends() -> None:
    files = {f"{number:05}.yaml": NAMESPACE for number in range(MAX_FILES + 1)}
    known = others(Tree.of(files))
    assert known.doubt
    assert len(known.manifests) == MAX_FILES


SECRET = "Vr7pLq" + "2zXw9"


def test_a_secret_is_never_repeated() -> None:
    text = POD + f"      env: [{{name: DB_PASSWORD, value: {SECRET}}}]\n"
    text += f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  api_key: {SECRET}\n  app.ini: |\n"
    text += f"    password = {SECRET}\n---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\n"
    text += f"stringData: {{token: {SECRET}}}\n---\nkind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\n"
    text += f"secretGenerator: [{{name: g, literals: [password={SECRET}]}}]\n"
    found = _found({"all.yaml": text})
    assert sum(rule == "kubernetes/plain-secret-env" for rule, _ in found) == 5
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("name", "value", "is_found"),
    (
        ("DB_PASSWORD", SECRET, True),
        ("dbPassword", SECRET, True),
        ("SECRET_KEY_BASE", SECRET, True),
        ("AWS_SECRET_ACCESS_KEY", SECRET, True),
        ("DB_PASSWORD", "password", True),
        ("DB_PASSWORD", "<password>", False),
        ("DB_PASSWORD", "changeme", False),
        ("DB_PASSWORD", "DB_PASSWORD_VALUE", False),
        ("DB_PASSWORD", "$(OTHER)", False),
        ("DB_PASSWORD_FILE", "/run/secrets/db", False),
        ("TOKEN_URL", SECRET, False),
        ("SECRET_NAME", SECRET, False),
        ("PUBLIC", SECRET, False),
    ),
)
def test_a_variable_holds_a_credential_or_not(name: str, value: str, is_found: bool) -> None:
    hits = _hits(f"{POD}      env: [{{name: {name}, value: '{value}'}}]\n", "plain-secret-env")
    assert bool(hits) is is_found


@pytest.mark.parametrize(
    ("command", "found"),
    (
        ("[kube-apiserver, --anonymous-auth=false, --authorization-mode=RBAC]", 0),
        ("[kube-apiserver, --anonymous-auth, 'false', --authorization-mode=RBAC]", 0),
        ("[/bin/sh, -c, 'exec /usr/bin/kube-apiserver --anonymous-auth=false --authorization-mode=RBAC']", 0),
        ("[kube-apiserver, --anonymous-auth=true, --authorization-mode=RBAC]", 1),
        ("[kube-apiserver, --anonymous-auth=true, --anonymous-auth=false, --authorization-mode=RBAC]", 0),
        ("[kube-apiserver]", 2),
        ("[shop]", 0),
    ),
)
def test_flags_are_read_as_the_program_does(command: str, found: int) -> None:
    assert len(_hits(f"{POD}      command: {command}\n", "apiserver-anonymous")) == found


def _odd() -> Iterator[str]:
    """The examples, each value in turn given another shape."""
    for rule in kubernetes.rules():
        for text in (*rule.bad, *rule.good):
            lines = text.split("\n")
            for index, line in enumerate(lines):
                head, colon, _ = line.partition(": ")
                if colon:
                    odd = ("[]", "{}", "~", "[[{}]]", "{a: [b]}", '"\\u0000"', "*x", "-1e999")[index % 8]
                    yield "\n".join((*lines[:index], f"{head}: {odd}", *lines[index + 1 :]))


def test_nothing_but_a_parse_error_comes_out() -> None:
    read = 0
    for text in _odd():
        try:
            read += len(list(kubernetes.judge(text, "odd.yaml", Tree.of({"odd.yaml": text}))))
        except ParseError:
            continue
    assert read > 1000


def test_many_actions_in_one_line_take_no_longer_than_others() -> None:
    text = "a: " + "{{b}}" * 100_000
    assert len(skeleton(text)) == len(text)


def test_a_long_list_is_read() -> None:
    text = POD + "      args: [" + "a, " * 40_000 + "b]\n"
    (found,) = _workloads(text)
    assert len(elements(found.containers[0].get("args"))) == 40_001
    assert _hits(text, "unhardened-container")
