"""Parts of a secret that GitHub does not know to hide."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse.expression import Call, Context, contexts, walk
from yett.parse.workflow import Workflow
from yett.rules.hits import hit, short

RULE = Rule(
    id="github-actions/unredacted-secrets",
    title="Part of a secret is not hidden in logs",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="GitHub replaces the whole value of a secret in logs. A field taken out of it stays readable.",
    fix="Keep one secret for each value, or hide the part with `::add-mask::` before it is used.",
    refs=(
        "CWE-532",
        "PCI DSS 8.6.2",
        "PCI DSS 8.3.2",
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
          USER: ${{ fromJSON(secrets.LOGIN).username }}  # <- here
          KEY: ${{ fromJSON(secrets['LOGIN'])['key'] }}  # <- here
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
          USER: ${{ secrets.USERNAME }}
          MODE: ${{ fromJSON(vars.SETTINGS).mode }}
          ALL: ${{ fromJSON(steps.a.outputs.b) }}
""",
    ),
)


def check(workflow: Workflow) -> Iterator[Hit]:
    for found in workflow.expressions(workflow.root):
        for part in walk(found.tree) if found.tree else ():
            if isinstance(part, Call) and part.name == "fromjson" and any(_is_secret(one) for one in contexts(part)):
                yield hit(
                    found.span,
                    f"what `{short(found.text)}` takes out of the secret is not hidden in logs",
                    subject=short(found.text, 500),
                )
                break


def _is_secret(context: Context) -> bool:
    return context.parts[0] == "secrets" and len(context.parts) > 1
