"""What is said of a Dockerfile or a workflow because of another kind of file in the same tree."""

from __future__ import annotations

import pytest

from yett.model import Hit, Unknown
from yett.parse.tree import Tree
from yett.rules import docker, github_actions

REFUSED = "docker/user-kubernetes-refuses"
PAST = "github-actions/role-past-environment"
COMPOSE = "services:\n  shop:\n    image: ghcr.io/acme/shop:${TAG:-dev}\n    build: shop\n"
POD = (
    "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec:\n  containers:\n    - name: shop\n"
    "      image: ghcr.io/acme/shop:1.2\n      securityContext: {runAsNonRoot: true}\n"
)
NAMED = "FROM node:22-slim AS app\nUSER node\n"


def _hits(rule: str, path: str, files: dict[str, str]) -> list[Hit]:
    family = docker if "Dockerfile" in path else github_actions
    found = family.judge(files[path], path, Tree.of(files))
    return [said for one, said in found if one.id == rule and isinstance(said, Hit)]


def _refused(dockerfile: str = NAMED, compose: str = COMPOSE, pod: str = POD, **others: str) -> list[Hit]:
    files = {"shop/Dockerfile": dockerfile, "compose.yaml": compose, "k8s/pod.yaml": pod, **others}
    return _hits(REFUSED, "shop/Dockerfile", files)


@pytest.mark.parametrize(
    ("dockerfile", "line"),
    (
        ("FROM node:22-slim\nUSER node\n", 2),
        ("FROM node:22-slim\nUSER node:1000\n", 2),
        ("FROM node:22-slim\nUSER root\n", 2),
        ("FROM node:22-slim\nUSER 0\n", 2),
        ("FROM node:22-slim\n", 1),
        ("FROM node:22-slim\nARG NAME=shop\nUSER $NAME\n", 3),
        ("FROM node:22-slim\nUSER 1000\n", 0),
        ("FROM node:22-slim\nUSER 1000:node\n", 0),
        ("FROM node:22-slim\nARG NAME\nUSER $NAME\n", 0),  # only a build tells
        ("FROM ghcr.io/acme/base\n", 0),  # nobody knows as whom that runs
    ),
)
def test_the_kubelet_wants_a_number(dockerfile: str, line: int) -> None:
    assert [found.line for found in _refused(dockerfile)] == ([line] if line else [])


@pytest.mark.parametrize(
    "compose",
    (
        COMPOSE.replace("build: shop", "build: cart"),
        COMPOSE.replace("build: shop", "build: https://github.com/acme/shop.git"),
        COMPOSE.replace("build: shop", "build: ../shop"),
        COMPOSE.replace("build: shop", "build: {context: ., dockerfile: cart/Dockerfile}"),
        COMPOSE.replace("build: shop", "build: {context: shop, target: tests}"),
        COMPOSE.replace("build: shop", "build: {context: $WHERE}"),
        COMPOSE.replace("acme/shop", "acme/cart"),
        COMPOSE.replace("    image: ghcr.io/acme/shop:${TAG:-dev}\n", ""),
        "services: [",
    ),
)
def test_no_word_where_it_is_not_certain_what_is_built(compose: str) -> None:
    assert _refused()
    assert not _refused(compose=compose)


@pytest.mark.parametrize(
    "compose",
    (
        COMPOSE.replace("build: shop", "build: ./shop/"),
        COMPOSE.replace("build: shop", "build: {context: ., dockerfile: shop/Dockerfile}"),
        COMPOSE.replace("build: shop", "build: {context: shop, target: app}"),
    ),
)
def test_the_ways_to_name_a_build(compose: str) -> None:
    assert _refused(compose=compose)


@pytest.mark.parametrize(
    "pod",
    (
        POD.replace("runAsNonRoot: true", "runAsNonRoot: true, runAsUser: 1000"),
        POD.replace("runAsNonRoot: true", "runAsNonRoot: false"),
        POD.replace("runAsNonRoot: true", "runAsNonRoot: '{{ .Values.nonRoot }}'"),
        POD.replace("shop:1.2", "shop-web:1.2"),
        POD.replace("shop:1.2", "${IMAGE}"),
        POD.replace("spec:\n", "spec:\n  securityContext: {runAsUser: 1000}\n"),
        POD.replace("kind: Pod", "kind: ["),
    ),
)
def test_no_word_where_the_manifest_says_as_whom(pod: str) -> None:
    assert not _refused(pod=pod)


def test_a_patch_may_give_the_number() -> None:
    patch = "apiVersion: v1\nkind: Pod\nmetadata: {name: shop}\nspec: {securityContext: {runAsUser: 1000}}\n"
    assert not _refused(**{"overlays/user.yaml": patch})


@pytest.mark.parametrize(
    ("artifact", "flagged"),
    (
        ("{image: ghcr.io/acme/shop, context: shop}", True),
        ("{image: ghcr.io/acme/shop, context: ., docker: {dockerfile: shop/Dockerfile}}", True),
        ("{image: ghcr.io/acme/shop, context: shop, jib: {}}", False),
        ("{image: ghcr.io/acme/shop}", False),
        ("{image: '{{.NAME}}', context: shop}", False),
    ),
)
def test_skaffold_says_what_is_built(artifact: str, flagged: bool) -> None:
    skaffold = f"apiVersion: skaffold/v4beta11\nkind: Config\nbuild:\n  artifacts:\n    - {artifact}\n"
    assert bool(_refused(compose="{}", **{"skaffold.yaml": skaffold})) == flagged


DEPLOY = ".github/workflows/deploy.yml"
WORKFLOW = """\
on: push
jobs:
  deploy:
    environment: production
    runs-on: ubuntu-24.04
    steps:
      - uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: arn:aws:iam::111122223333:role/ci/shop
"""
ROLE = """\
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github.arn]
    }
    condition {
      test     = "StringLike"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:bakery/shop:*"]
    }
  }
}
resource "aws_iam_role" "shop" {
  name               = "shop"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
"""


def _past(workflow: str = WORKFLOW, role: str = ROLE) -> list[Hit]:
    return _hits(PAST, DEPLOY, {DEPLOY: workflow, "infra/ci.tf": role})


@pytest.mark.parametrize(
    ("sub", "flagged"),
    (
        ("repo:bakery/shop:*", True),
        ("repo:bakery/shop:ref:refs/heads/*", True),
        ("repo:bakery/shop:ref:refs/heads/main", False),
        ("repo:bakery/shop:ref:refs/tags/v*", False),
        ("repo:bakery/shop:environment:production", False),
        ("repo:bakery/*", False),  # told where it stands
        ("${var.sub}", False),
    ),
)
def test_which_subs_let_every_branch_pass(sub: str, flagged: bool) -> None:
    assert bool(_past(role=ROLE.replace("repo:bakery/shop:*", sub))) == flagged


@pytest.mark.parametrize(
    ("workflow", "role"),
    (
        (WORKFLOW.replace("    environment: production\n", ""), ROLE),
        (WORKFLOW.replace("environment: production", "environment: ${{ inputs.stage }}"), ROLE),
        (WORKFLOW.replace("role/ci/shop", "role/cart"), ROLE),
        (WORKFLOW.replace("arn:aws:iam::111122223333:role/ci/shop", "${{ vars.ROLE }}"), ROLE),
        (WORKFLOW, ROLE.replace('name               = "shop"', "name = var.name")),
        (WORKFLOW, ROLE + ROLE[ROLE.index("resource") :].replace('"shop" {', '"other" {')),  # which of the two?
        (WORKFLOW, ROLE.replace("StringLike", "StringEquals")),
        (WORKFLOW, ROLE.replace(":sub", ":repository")),
    ),
)
def test_no_word_where_the_role_is_not_certain(workflow: str, role: str) -> None:
    assert _past()
    assert not _past(workflow, role)


def test_nothing_is_said_of_a_text_alone() -> None:
    said: list[Hit | Unknown] = [said for _, said in docker.judge(NAMED, "Dockerfile", Tree.of({"Dockerfile": NAMED}))]
    assert not [one for one in said if isinstance(one, Hit) and "runAsNonRoot" in one.message]
