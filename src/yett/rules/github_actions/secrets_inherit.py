"""A called workflow gets every secret."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse.workflow import Workflow, whole
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/secrets-inherit",
    title="Every secret is handed to a called workflow",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="The called workflow, and every action in it, can read each secret of this repository and organisation.",
    fix="Pass the secrets it needs, by name.",
    refs=(
        "CWE-250",
        "PCI DSS 7.2.5",
        "PCI DSS 8.6.2",
        "https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows#passing-inputs-and-secrets-to-a-reusable-workflow",
    ),
    bad=(
        """\
on: push
jobs:
  call:
    uses: acme/ci/.github/workflows/deploy.yml@0123456789abcdef0123456789abcdef01234567
    secrets: inherit  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  call:
    uses: acme/ci/.github/workflows/deploy.yml@0123456789abcdef0123456789abcdef01234567
    secrets:
      token: ${{ secrets.DEPLOY_TOKEN }}
""",
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    env: {secrets: inherit}
    steps: [{run: make}]
""",
    ),
)


def check(workflow: Workflow) -> Iterator[Hit]:
    for job in workflow.jobs:
        secrets, uses = job.text("secrets"), job.text("uses")
        if secrets and uses and secrets.text == "inherit":
            yield hit(
                whole(secrets),
                f"the job {job.id} hands every secret to {uses.text.partition('@')[0]}",
                fix="Write `secrets:` and below it a line for each secret it needs: `NAME: ${{ secrets.NAME }}`.",
                subject=f"jobs.{job.id}.secrets inherit",
                # What is called is of this commit, and could name every secret itself.
                severity=Severity.LOW if uses.text.startswith("./") else None,
            )
