"""More secrets than one are put into the hands of a step."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse.expression import Call, Context, walk
from yett.parse.workflow import Expression, Workflow
from yett.rules.hits import hit, short

RULE = Rule(
    id="github-actions/overprovisioned-secrets",
    title="All secrets are put into the runner's memory",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "GitHub hands a job the secrets its text names. `toJSON(secrets)` and a computed name make that all of them, "
        "for every step to read."
    ),
    fix="Name each secret: `${{ secrets.NAME }}`.",
    refs=(
        "CWE-200",
        "PCI DSS 7.2.5",
        "PCI DSS 8.6.2",
        "https://docs.github.com/en/actions/reference/security/secure-use#use-secrets-for-sensitive-information",
    ),
    bad=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: ./deploy
        env:
          ALL: ${{ toJSON(secrets) }}  # <- here
          ONE: ${{ secrets[format('KEY_{0}', matrix.region)] }}  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: ./deploy
        env:
          ONE: ${{ secrets.ONE }}
          TWO: ${{ secrets['TWO'] }}
          NOTE: toJSON(secrets) outside of an expression is text
          JOB: ${{ toJSON(job) }}
""",
    ),
)


def check(workflow: Workflow) -> Iterator[Hit]:
    for found in workflow.expressions(workflow.root):
        how = _how(found)
        if how:
            yield hit(
                found.span,
                f"`${{{{ {short(found.text)} }}}}` {how}, so the runner holds all of them",
                subject=short(found.text, 500),
            )


def _how(found: Expression) -> str:
    for part in walk(found.tree) if found.tree else ():
        match part:
            case Call(name="tojson", arguments=(Context(parts=("secrets",)),)):
                return "names every secret"
            case Context(parts=("secrets", "?" | "*", *_)):
                return "names a secret that is computed"
    return ""
