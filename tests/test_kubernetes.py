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
        ("init container", "b", kind == "Pod"),
        ("ephemeral container", "c", True),
    ]


@pytest.mark.parametrize(
    ("text", "is_whole"),
    (
        ("kind: Deployment\nspec: {template: {spec: {containers: [{name: a}]}}}", False),
        ("kind: Deployment\nspec: {selector: {}, template: {spec: {containers: [{name: a}]}}}", True),
        ("kind: Pod\nspec: {containers: [{name: a}]}", True),
    ),
)
def test_a_container_without_an_image_is_a_patch_where_the_object_may_be_one(text: str, is_whole: bool) -> None:
    (found,) = _workloads(f"apiVersion: apps/v1\n{text}\n")
    assert found.complete is is_whole


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
    assert "kubernetes/may-run-as-root" in {rule for rule, _ in _found(files, "k/p.yaml")}


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
        ("shop@sha512:" + "0" * 128, False),
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
        ("{runAsUser: '$(USER)'}", "{}", False),
    ),
)
def test_the_pod_speaks_for_containers_that_say_nothing(context: str, pod: str, lacks: bool) -> None:
    assert bool(_hits(_with(context, pod), "may-run-as-root")) is lacks


_LACKED = (
    *("may-run-as-root", "privilege-escalation-default", "net-raw-kept", "capabilities-kept"),
    *("writable-root-filesystem", "seccomp-unset"),
)


@pytest.mark.parametrize(
    ("context", "lacks"),
    (
        ("runAsNonRoot: true", "may-run-as-root"),
        ("allowPrivilegeEscalation: false", "privilege-escalation-default"),
        ("capabilities: {drop: [all]}", "net-raw-kept"),
        ("readOnlyRootFilesystem: true", "writable-root-filesystem"),
        ("seccompProfile: {type: RuntimeDefault}", "seccomp-unset"),
    ),
)
def test_a_container_lacks_what_it_lacks_and_nothing_else(context: str, lacks: str) -> None:
    whole = (
        *("runAsNonRoot: true", "allowPrivilegeEscalation: false", "capabilities: {drop: [all]}"),
        *("readOnlyRootFilesystem: true", "seccompProfile: {type: RuntimeDefault}"),
    )
    rest = ", ".join(each for each in whole if each != context)
    assert [rule for rule in _LACKED if _hits(_with(f"{{{rest}}}"), rule)] == [lacks]
    alone = [rule for rule in _LACKED if _hits(_with(f"{{{context}}}"), rule)]
    assert sorted((*alone, lacks, "capabilities-kept")) == sorted(_LACKED)


@pytest.mark.parametrize(
    ("drop", "rule"),
    (
        ("[ALL]", ""),
        ("[all]", ""),
        ("[net_raw]", "capabilities-kept"),
        ("[NET_RAW, MKNOD]", "capabilities-kept"),
        ("[CAP_NET_RAW]", "net-raw-kept"),
        ("[CAP_ALL]", "net-raw-kept"),
        ("[MKNOD]", "net-raw-kept"),
        ("[]", "net-raw-kept"),
        ("['${DROPPED}']", ""),
        ("'${DROPPED}'", ""),
    ),
)
def test_capabilities_are_kept_or_not(drop: str, rule: str) -> None:
    text = _with(f"{{capabilities: {{drop: {drop}}}}}")
    assert [name for name in ("net-raw-kept", "capabilities-kept") if _hits(text, name)] == ([rule] if rule else [])


def test_init_and_ephemeral_containers_are_hardened_too() -> None:
    more = "".join(
        f"  {key}:\n    - name: {name}\n      image: registry.example.com/{name}:1.0\n"
        for key, name in (("initContainers", "migrate"), ("ephemeralContainers", "debug"))
    )
    hits = _hits(POD + more, "may-run-as-root")
    assert [hit.message.partition(" of ")[0] for hit in hits] == [
        "container shop",
        "init container migrate",
        "ephemeral container debug",
    ]
    assert len({hit.subject for hit in hits}) == 3


@pytest.mark.parametrize(
    ("context", "pod", "found"),
    (
        ("{}", "{runAsUser: 1000}", 1),
        ("{runAsUser: 999}", "{runAsUser: 1000}", 1),
        ("{runAsUser: 20000}", "{runAsUser: 1000}", 0),
        ("{runAsUser: 0}", "{}", 0),
    ),
)
def test_a_user_id_that_no_container_takes_is_nobodys(context: str, pod: str, found: int) -> None:
    assert len(_hits(_with(context, pod), "low-uid")) == found


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
        ("/etc", ", readOnly: true", "sensitive-hostpath-read"),
        ("/mnt/data", "", "writable-hostpath"),
        ("/mnt/data", ", readOnly: true", "hostpath"),
        ("/etc/localtime", "", ""),
    ),
)
def test_a_folder_of_the_node_is_found_once(path: str, mount: str, rule: str) -> None:
    rules = ("docker-sock", "sensitive-hostpath", "sensitive-hostpath-read", "writable-hostpath", "hostpath")
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
        ("[kube-apiserver, --anonymous-auth=false, --authorization-mode=RBAC]", ()),
        ("[kube-apiserver, --anonymous-auth, 'false', --authorization-mode=RBAC]", ()),
        ("[/bin/sh, -c, 'exec /usr/bin/kube-apiserver --anonymous-auth=false --authorization-mode=RBAC']", ()),
        ("[kube-apiserver, --anonymous-auth=true, --authorization-mode=RBAC]", ("anonymous",)),
        (
            "[kube-apiserver, --anonymous-auth=true, --anonymous-auth=false, --authorization-mode=Node]",
            ("rbac",),
        ),
        ("[kube-apiserver, --anonymous-auth=false, --authorization-mode=AlwaysAllow]", ("authorization",)),
        ("[kube-apiserver]", ("anonymous", "rbac")),
        ("[shop]", ()),
    ),
)
def test_flags_are_read_as_the_program_does(command: str, found: tuple[str, ...]) -> None:
    text = f"{POD}      command: {command}\n"
    assert tuple(rule for rule in ("anonymous", "authorization", "rbac") if _hits(text, f"apiserver-{rule}")) == found


@pytest.mark.parametrize(
    ("value", "is_found"),
    (
        ("[server]\nroot_url = http://grafana:3000/\n", False),
        ("[database]\npassword = " + SECRET + "\n", True),
        ("global:\n  url: http://shop:" + SECRET + "@queue\n", True),
        ("server: a\nkey: |\n  -----BEGIN PRIVATE" + " KEY-----\n", True),
        ("op://kubernetes/shop/token\n", False),
        (SECRET, True),
    ),
)
def test_a_secret_that_is_a_file_of_settings_is_read(value: str, is_found: bool) -> None:
    lines = "".join(f"    {line}\n" for line in value.strip().split("\n"))
    text = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData:\n  shop.ini: |\n{lines}"
    assert bool(_hits(text, "plain-secret-env")) is is_found


def test_what_only_names_a_component_is_none() -> None:
    text = f"{POD}      args: [--kubelet-service=kube-system/kubelet]\n"
    assert not _hits(text, "kubelet-anonymous")


@pytest.mark.parametrize(
    ("name", "kind", "severity"),
    (
        ("SYS_ADMIN", "Deployment", Severity.CRITICAL),
        ("SYS_PTRACE", "Deployment", None),
        ("IPC_LOCK", "Deployment", Severity.MEDIUM),
        ("SYS_TIME", "DaemonSet", Severity.MEDIUM),
    ),
)
def test_a_capability_weighs_what_it_opens(name: str, kind: str, severity: Severity | None) -> None:
    add = f"securityContext: {{capabilities: {{add: [{name}]}}}}"
    text = f"apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: node-exporter}}\n"
    text += f"spec: {{template: {{spec: {{containers: [{{name: a, image: x, {add}}}]}}}}}}\n"
    (hit,) = _hits(text, "dangerous-capabilities")
    assert hit.severity is severity


@pytest.mark.parametrize(
    ("image", "said", "found"),
    (
        ("registry.k8s.io/etcd:3.5.21-0", "args: ['--name=a']", True),
        ("registry.k8s.io/etcd:3.5.21-0", "args: ['--cert-file=a', '--key-file=b']", False),
        ("registry.k8s.io/etcd:3.5.21-0", "command: [backup]", False),
        ("registry.example.com/etcd/backup:1", "args: ['--name=a']", False),
    ),
)
def test_a_component_without_a_command_is_what_its_image_is(image: str, said: str, found: bool) -> None:
    text = POD.replace("registry.example.com/shop:1.0", image) + f"      {said}\n"
    assert bool(_hits(text, "etcd-tls")) is found


@pytest.mark.parametrize(
    ("resources", "verbs", "rule"),
    (
        ('"*"', '"*"', "rbac-wildcard"),
        ('"*"', "get, list, watch, create, update, patch, delete, deletecollection", "rbac-wildcard"),
        ('"*"', "get", "rbac-wildcard-resources"),
        ("pods", '"*"', "rbac-wildcard-verbs"),
        ("pods", "get", "rbac-wildcard-groups"),
    ),
)
def test_a_wildcard_is_found_once(resources: str, verbs: str, rule: str) -> None:
    text = ROLE.replace('resources: ["*"]', f"resources: [{resources}]").replace('verbs: ["*"]', f"verbs: [{verbs}]")
    names = ("rbac-wildcard", "rbac-wildcard-resources", "rbac-wildcard-verbs", "rbac-wildcard-groups")
    assert [name for name in names if _hits(text, name)] == [rule]


@pytest.mark.parametrize(
    ("groups", "says", "severity"),
    (
        ("['*']", "secrets and pods/exec among them", Severity.MEDIUM),
        ("['', apps]", "secrets and pods/exec among them", Severity.MEDIUM),
        ("[apps]", "every resource of apps", Severity.MEDIUM),
        ("[shop.example.com]", "every resource of shop.example.com", Severity.LOW),
    ),
)
def test_a_wildcard_covers_the_groups_that_are_named(groups: str, says: str, severity: Severity) -> None:
    text = ROLE.replace('apiGroups: ["*"]', f"apiGroups: {groups}")
    (hit,) = _hits(text, "rbac-wildcard") or _hits(text, "rbac-wildcard-resources")
    assert bool(_hits(text, "rbac-wildcard-verbs")) is (groups != "['*']")
    assert hit.message.endswith(says)
    assert hit.severity is severity


@pytest.mark.parametrize(
    ("group", "resource", "verb", "rules"),
    (
        ("''", "pods/exec", "create", ("rbac-pod-exec",)),
        ("''", "'*/exec'", "create", ("rbac-pod-exec",)),
        ("apps", "pods/exec", "create", ()),
        ("''", "roles", "create", ()),
        ("rbac.authorization.k8s.io", "roles", "create", ("rbac-write-roles",)),
        ("rbac.authorization.k8s.io", "roles", "'*'", ("rbac-bind-escalate", "rbac-write-roles")),
        ("rbac.authorization.k8s.io", "'*'", "bind", ("rbac-bind-escalate",)),
        ("''", "users", "'*'", ("rbac-impersonate",)),
        ("certificates.k8s.io", "'*/approval'", "update", ("rbac-approve-certificates",)),
        ("admissionregistration.k8s.io", "validatingwebhookconfigurations", "delete", ("rbac-admission-webhooks",)),
        ("''", "serviceaccounts/token", "create", ("rbac-account-token",)),
    ),
)
def test_a_resource_is_that_of_its_api_group(group: str, resource: str, verb: str, rules: tuple[str, ...]) -> None:
    text = ROLE.replace('apiGroups: ["*"]', f"apiGroups: [{group}]").replace(
        'resources: ["*"]', f"resources: [{resource}]"
    )
    found = {rule.partition("/")[2] for rule, _ in _found({"role.yaml": text.replace('["*"]', f"[{verb}]")})}
    asked = ("pod-exec", "bind-escalate", "impersonate", "write-roles", "admission-webhooks", "approve-certificates")
    names = [f"rbac-{name}" for name in (*asked, "account-token")]
    assert tuple(name for name in names if name in found) == rules


def test_null_is_what_nobody_said() -> None:
    nothing = _with("{runAsNonRoot: null, procMount: ~, readOnlyRootFilesystem: Null}", "null")
    assert _hits(nothing, "may-run-as-root")
    assert _hits(nothing, "writable-root-filesystem")
    assert not _hits(nothing, "unmasked-proc")


ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: NAME}\n"
DEPLOYED = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec: {selector: {}, template: {spec: {serviceAccountName: shop, automountServiceAccountToken: false, containers: []}}}
"""


@pytest.mark.parametrize(
    ("files", "found"),
    (
        ({"a.yaml": ACCOUNT.replace("NAME", "default")}, True),
        ({"a.yaml": ACCOUNT.replace("NAME", "default") + "automountServiceAccountToken: false\n"}, False),
        ({"a.yaml": ACCOUNT.replace("NAME", "shop")}, False),
        ({"a.yaml": ACCOUNT.replace("NAME", "shop") + "automountServiceAccountToken: true\n"}, True),
        (
            {"a.yaml": ACCOUNT.replace("NAME", "shop") + "automountServiceAccountToken: true\n", "b.yaml": DEPLOYED},
            False,
        ),
        (
            {
                "a.yaml": ACCOUNT.replace("NAME", "ci") + "automountServiceAccountToken: true\n",
                "b.yaml": BINDING.replace("NAME", "deployer"),
            },
            False,
        ),
    ),
)
def test_an_account_gives_its_token_away_or_not(files: dict[str, str], found: bool) -> None:
    assert ("kubernetes/sa-token-automount" in {rule for rule, _ in _found(files, "a.yaml")}) is found


@pytest.mark.parametrize("name", ("system:x", "gce:x", "eks:x", "cluster-admin", "admin"))
def test_what_a_platform_ships_is_not_asked_about(name: str) -> None:
    assert not [rule for rule, _ in _found({"role.yaml": ROLE.replace("name: deployer", f"name: {name}")})]


@pytest.mark.parametrize(
    ("command", "rule", "found"),
    (
        ("[kubelet]", "kubelet-client-authority", True),
        ("[kubelet, --config=/etc/kubelet.yaml]", "kubelet-client-authority", False),
        ("[kubelet, --hostname-override=a]", "kubelet-hostname", True),
        ("[kubelet, --streaming-connection-idle-timeout=0s]", "kubelet-idle-timeout", True),
        ("[kubelet, --streaming-connection-idle-timeout=10m]", "kubelet-idle-timeout", False),
        ("[kubelet, --authorization-mode=RBAC]", "kubelet-authorization", False),
        ("[kubelet, '--authorization-mode=RBAC,AlwaysAllow']", "kubelet-authorization", True),
        ("[kube-apiserver, '--enable-admission-plugins=A,NodeRestriction']", "admission-node-restriction", False),
        ("[kube-apiserver, --enable-admission-plugins=A]", "admission-node-restriction", True),
        ("[kube-apiserver, --etcd-certfile=a]", "etcd-client-certificate", True),
        ("[kube-apiserver, --etcd-certfile=a, --etcd-keyfile=b]", "etcd-client-certificate", False),
        ("[kube-apiserver, --audit-log-maxage=29]", "audit-age", True),
        ("[kube-apiserver, --audit-log-maxage=030]", "audit-age", False),
        ("[kube-scheduler]", "audit-age", False),
        ("[kube-scheduler]", "profiling", True),
        ("[kube-scheduler, --profiling, 'false']", "profiling", False),
    ),
)
def test_a_flag_is_as_the_benchmark_wants_it(command: str, rule: str, found: bool) -> None:
    assert bool(_hits(f"{POD}      command: {command}\n", rule)) is found


KUBELET = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"


@pytest.mark.parametrize(
    ("line", "rule"),
    (
        ("protectKernelDefaults: false", "kubelet-kernel-defaults"),
        ("streamingConnectionIdleTimeout: 0s", "kubelet-idle-timeout"),
        ("serverTLSBootstrap: false", "kubelet-server-rotation"),
        ("rotateCertificates: false", "kubelet-certificate-rotation"),
        ("rotateCertificates: true", ""),
        ("readOnlyPort: 0", ""),
        ("{}", ""),
    ),
)
def test_a_configuration_says_what_a_flag_does(line: str, rule: str) -> None:
    found = {name for name, _ in _found({"kubelet.yaml": f"{KUBELET}{line}\n" if line != "{}" else KUBELET})}
    assert found == ({f"kubernetes/{rule}"} if rule else set())


@pytest.mark.parametrize(
    ("line", "rule"),
    (
        ("allowPrivilegedContainer: true", "psp-privileged"),
        ("allowHostNetwork: true", "psp-host-network"),
        ("allowHostPID: true", "psp-host-pid"),
        ("allowHostIPC: true", "psp-host-ipc"),
        ("allowHostDirVolumePlugin: true", "psp-host-paths"),
        ("allowHostDirVolumePlugin: false", ""),
        ("allowPrivilegeEscalation: true", ""),
    ),
)
def test_constraints_allow_what_a_policy_does(line: str, rule: str) -> None:
    kind = "apiVersion: security.openshift.io/v1\nkind: SecurityContextConstraints\nmetadata: {name: shop}\n"
    found = {name for name, _ in _found({"scc.yaml": f"{kind}{line}\n"})}
    assert found == ({f"kubernetes/{rule}"} if rule else set())


def test_a_policy_says_what_it_allows_and_nothing_else() -> None:
    spec = "privileged: false\n  allowPrivilegeEscalation: false\n  requiredDropCapabilities: [ALL]\n"
    text = f"apiVersion: policy/v1beta1\nkind: PodSecurityPolicy\nmetadata: {{name: shop}}\nspec:\n  {spec}"
    rest = "  runAsUser: {rule: MustRunAs, ranges: [{min: LEAST, max: 65535}]}\n"
    assert [name for name, _ in _found({"p.yaml": text + rest.replace("LEAST", "1")})] == []
    assert [name for name, _ in _found({"p.yaml": text + rest.replace("LEAST", "0")})] == ["kubernetes/psp-root"]


@pytest.mark.parametrize(
    ("name", "value", "is_found"),
    (
        ("auth-url", "https://auth.example.com/check?rd=$escaped_request_uri", False),
        ("auth-url", "http://auth.example.com/a|b", True),
        ("auth-url", "http://auth.example.com/#;x", True),
        ("mirror-host", "shop.example.com x", True),
        ("auth-tls-match-cn", "CN=(shop|cart)", False),
        ("rewrite-target", "/a|b", False),
        ("configuration-snippet", "more_set_headers x;", True),
    ),
)
def test_an_annotation_writes_nginx_conf_or_not(name: str, value: str, is_found: bool) -> None:
    text = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: shop\n  annotations:\n"
    text += f"    nginx.ingress.kubernetes.io/{name}: '{value}'\n"
    assert bool(_hits(text, "ingress-nginx-annotations")) is is_found


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
    assert _hits(text, "may-run-as-root")
