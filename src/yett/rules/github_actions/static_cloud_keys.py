"""Cloud keys that live for years, where tokens of minutes are to be had."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse.workflow import Step, Workflow, whole
from yett.parse.yaml import Scalar
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/static-cloud-keys",
    title="Long-lived cloud keys in a workflow",
    severity=Severity.HIGH,
    level=Action.WARN,
    why="A stored key works for whoever copies it, until it is rotated. A token from OpenID Connect ends in minutes.",
    fix="Grant `id-token: write` to the job and let it assume a role.",
    refs=(
        "CWE-798",
        "CWE-522",
        "PCI DSS 8.6.2",
        "PCI DSS 8.6.3",
        "https://docs.github.com/en/actions/concepts/security/openid-connect",
    ),
    bad=(
        """\
on: push
jobs:
  deploy:
    runs-on: ubuntu-24.04
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}  # <- here
          aws-secret-access-key: ${{ secrets.AWS_SECRET_ACCESS_KEY }}
          aws-region: eu-west-1
      - uses: azure/login@v2
        with:
          creds: ${{ secrets.AZURE_CREDENTIALS }}  # <- here
      - uses: google-github-actions/auth@v2
        with:
          credentials_json: ${{ secrets.GCP_KEY }}  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  deploy:
    permissions: {id-token: write}
    runs-on: ubuntu-24.04
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: arn:aws:iam::123456789012:role/deploy
          aws-region: eu-west-1
      - uses: azure/login@v2
        with:
          client-id: ${{ vars.CLIENT }}
          tenant-id: ${{ vars.TENANT }}
      - uses: google-github-actions/auth@v2
        with:
          workload_identity_provider: ${{ vars.PROVIDER }}
""",
        """\
on: push
jobs:
  deploy:
    runs-on: ubuntu-24.04
    steps:
      # Keys that an earlier step was lent are not stored.
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          aws-access-key-id: ${{ steps.vault.outputs.key }}
          aws-secret-access-key: ${{ steps.vault.outputs.secret }}
""",
    ),
)

_KEYS = {
    "aws-actions/configure-aws-credentials": ("aws-access-key-id", "`role-to-assume:` and no keys"),
    "azure/login": ("creds", "`client-id:`, `tenant-id:` and `subscription-id:`"),
    "google-github-actions/auth": ("credentials_json", "`workload_identity_provider:` and `service_account:`"),
}


def check(workflow: Workflow) -> Iterator[Hit]:
    for job, step in workflow.steps():
        key = _key(workflow, step)
        if key:
            name, instead = _KEYS[step.action]
            yield hit(
                whole(key),
                f"{step.action} is given a long-lived key in {name}",
                fix=f"Grant `id-token: write` to the job {job.id} and give the step {instead}.",
                subject=f"{workflow.path(job, step)}.with.{name}",
            )


def _key(workflow: Workflow, step: Step) -> Scalar | None:
    name, _ = _KEYS.get(step.action, ("", ""))
    value = step.input(name) if name else None
    if not value or not value.text.strip():
        return None
    read = [context.parts[0] for found in workflow.expressions(value) for context in found.contexts()]
    return value if not read or any(part in ("secrets", "vars") for part in read) else None
