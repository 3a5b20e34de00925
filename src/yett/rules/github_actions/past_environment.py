"""A role that a job takes behind an environment, and that is given to workflows in front of it as well."""

from __future__ import annotations

from collections.abc import Iterator

from yett.lean import TYPE_CHECKING, NamedTuple
from yett.model import Action, Hit, Rule, Severity
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.parse.workflow import Job, Workflow, is_dynamic, whole
from yett.parse.yaml import Mapping, Scalar
from yett.rules.hits import hit, short

if TYPE_CHECKING:
    from yett.parse.resources import Module

RULE = Rule(
    id="github-actions/role-past-environment",
    title="Role of a guarded job is open to every branch",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "The job waits for the approval of an environment, but the trust policy of the role it takes, which is in this "
        "tree, does not ask for that environment: a workflow on any branch of the repository is given the same role, "
        "without the approval."
    ),
    fix='Compare `sub` in the trust policy with `"repo:OWNER/NAME:environment:ENVIRONMENT"`.',
    refs=(
        "CWE-863",
        "PCI DSS 6.5.1",
        "PCI DSS 7.2.5",
        "https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws",
    ),
    bad=(
        """\
# file: .github/workflows/deploy.yml
on:
  push: {branches: [main]}
permissions: {}
jobs:
  deploy:
    environment: production
    permissions: {id-token: write}
    runs-on: ubuntu-24.04
    steps:
      - uses: aws-actions/configure-aws-credentials@v5
        with:
          aws-region: eu-central-1
          role-to-assume: arn:aws:iam::111122223333:role/shop-deploy  # <- here
# file: infra/deploy.tf
resource "aws_iam_role" "deploy" {
  name = "shop-deploy"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
      Condition = { StringLike = { "token.actions.githubusercontent.com:sub" = "repo:bakery/shop:*" } }
    }]
  })
}
""",
    ),
    good=(
        """\
# file: .github/workflows/deploy.yml
on:
  push: {branches: [main]}
permissions: {}
jobs:
  deploy:
    environment: production
    permissions: {id-token: write}
    runs-on: ubuntu-24.04
    steps:
      - uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: arn:aws:iam::111122223333:role/shop-deploy
  preview:
    permissions: {id-token: write}
    runs-on: ubuntu-24.04
    steps:
      - uses: aws-actions/configure-aws-credentials@v5
        with:
          role-to-assume: arn:aws:iam::111122223333:role/shop-preview
# file: infra/deploy.tf
resource "aws_iam_role" "deploy" {
  name = "shop-deploy"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
      Condition = {
        StringEquals = { "token.actions.githubusercontent.com:sub" = "repo:bakery/shop:environment:production" }
      }
    }]
  })
}
resource "aws_iam_role" "preview" {
  name = "shop-preview"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" }
      Condition = { StringLike = { "token.actions.githubusercontent.com:sub" = "repo:bakery/shop:*" } }
    }]
  })
}
""",
    ),
)

_MAX_FILES = 300
_MAX_TEXT = 1 << 18
_ISSUER = "token.actions.githubusercontent.com"


class _Trust(NamedTuple):
    """A role that tokens of GitHub may take: where it stands, and what it compares `sub` with."""

    name: str
    file: str
    line: int
    subs: tuple[str, ...]


def check(workflow: Workflow) -> Iterator[Hit]:
    tree = workflow.tree
    if tree is None or workflow.kind != "workflow":
        return
    for job in workflow.jobs:
        environment = _environment(job)
        for step in job.steps if environment else ():
            given = step.input("role-to-assume") if step.action == "aws-actions/configure-aws-credentials" else None
            if given is None or is_dynamic(given.text) or ":role/" not in given.text:
                continue
            name = given.text.strip().rpartition("/")[2]
            trusts = tree.once((__name__, "trusts"), lambda: tuple(_trusts(tree)))
            found = [trust for trust in trusts if trust.name == name]
            if len(found) == 1 and (sub := next((sub for sub in found[0].subs if _is_open(sub)), None)):
                yield hit(
                    whole(given),
                    f"{short(job.id, 60)} waits for the environment {short(environment, 60)}, and its role is given to "
                    f"every branch: {short(found[0].file)}, line {found[0].line}, compares sub with {short(sub)}",
                    fix=f"Compare `sub` there with `{short(_project(sub))}:environment:{short(environment, 60)}`.",
                    subject=f"{workflow.path(job, step)} {name}",
                )


def _environment(job: Job) -> str:
    node = job.get("environment")
    name = node.get("name") if isinstance(node, Mapping) else node
    return name.text.strip() if isinstance(name, Scalar) and not is_dynamic(name.text) else ""


def _project(sub: str) -> str:
    return ":".join(sub.split(":")[:2])


def _is_open(sub: str) -> bool:
    """Whether a pattern lets a token of a branch pass that nobody has heard of. Patterns that leave the repository open
    are told where they stand."""
    from yett.parse.iam import covers

    project = _project(sub)
    return project.startswith("repo:") and "*" not in project and covers(sub, f"{project}:ref:refs/heads/some-branch")


def _trusts(tree: Tree) -> Iterator[_Trust]:
    from yett.parse.terraform import is_terraform, load

    found = (path for path in tree.paths if is_terraform(path))
    folders: set[str] = set()
    for path, _ in zip(found, range(_MAX_FILES), strict=False):
        text, folder = tree.text(path), path.rpartition("/")[0]
        if text and len(text) <= _MAX_TEXT and _ISSUER in text and folder not in folders:
            folders.add(folder)
            try:
                yield from _of_module(load(tree, path, text))
            except ParseError:
                continue  # whoever judges that file says so


def _of_module(module: Module) -> Iterator[_Trust]:
    from yett.parse.resources import known
    from yett.rules.aws.policies import policy

    for role in module.of("aws_iam_role"):
        name = known(role.find("name"))
        trust = policy(role.find("assume_role_policy"), role, module) if name and not role.broken else None
        if not name or trust is None or trust.holes:
            continue
        subs: list[str] = []
        for statement in trust.statements:
            keys = {condition.key.text.lower(): condition for condition in statement.conditions}
            others = set(keys) - {f"{_ISSUER}:sub", f"{_ISSUER}:aud"}
            sub = keys.get(f"{_ISSUER}:sub")
            if statement.allows and sub and not others and "like" in sub.operator.text.lower():
                subs += [value.text for value in sub.values if value.known]
        if subs:
            yield _Trust(name, role.path, role.span.line, tuple(subs))
