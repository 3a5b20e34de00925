"""A condition that always holds."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse.expression import Call, Context, Literal, walk
from yett.parse.workflow import Workflow, whole
from yett.parse.yaml import Mapping, Scalar
from yett.rules.hits import hit, short

RULE = Rule(
    id="github-actions/unsound-condition",
    title="Condition that always holds",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Text around `${{ }}`, be it a line's end, makes the condition a text, and every text that is not empty "
        "holds. `contains` on a text finds parts of names, so `main-2` passes for a list with `main`."
    ),
    fix="Write the whole condition in one `${{ }}` or in none, and lists as `contains(fromJSON('[…]'), x)`.",
    refs=(
        "CWE-571",
        "CWE-697",
        "https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#contains",
    ),
    bad=(
        """\
on: push
jobs:
  deploy:
    if: |  # <- here
      ${{ github.ref == 'refs/heads/main' }}
    runs-on: ubuntu-24.04
    steps:
      - run: make deploy
        if: ${{ github.ref_name == 'main' }} && ${{ success() }}  # <- here
      - run: make deploy
        if: contains('refs/heads/main refs/heads/release', github.ref)  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  deploy:
    if: |
      github.ref == 'refs/heads/main' &&
      github.repository == 'acme/shop'
    runs-on: ubuntu-24.04
    steps:
      - run: make deploy
        if: >-
          ${{ github.ref == 'refs/heads/main' }}
      - run: make deploy
        if: contains(fromJSON('["refs/heads/main"]'), github.ref)
      - run: make deploy
        if: contains(github.ref, 'release')
      - run: make deploy
        if: contains('linux macos', matrix.os)
""",
    ),
)

_SET_BY_OTHERS = (
    *("github.ref", "github.ref_name", "github.head_ref", "github.base_ref", "github.actor", "github.triggering_actor"),
    *("env.github_ref", "env.github_ref_name", "env.github_head_ref", "env.github_actor", "runner.name"),
)


def check(workflow: Workflow) -> Iterator[Hit]:
    for job in workflow.jobs:
        for node, path in [(job.node, workflow.path(job)), *((s.node, workflow.path(job, s)) for s in job.steps)]:
            yield from _of(workflow, node, path)


def _of(workflow: Workflow, node: Mapping, path: str) -> Iterator[Hit]:
    scalar = node.get("if")
    if not isinstance(scalar, Scalar):
        return
    if _is_text(scalar.text):
        yield hit(
            whole(scalar)._replace(end_line=scalar.line, end_column=0),
            "this condition always holds: there is text around its `${{ }}`",
            fix="Write the whole condition without `${{ }}`, and with `>-` or `|-` where it takes several lines.",
            subject=f"{path}.if around",
        )
    condition = workflow.condition(node)
    for part in walk(condition.tree) if condition and condition.tree else ():
        match part:
            case Call(name="contains", arguments=(Literal(value=str(names)), Context() as asked)):
                if condition and asked.name in _SET_BY_OTHERS:
                    yield hit(
                        condition.span,
                        f"contains() looks for {asked.name} as a part of the text '{short(names, 40)}', not in a list",
                        fix=f"Write `contains(fromJSON('[…]'), {asked.name})`.",
                        subject=f"{path}.if contains {asked.name}",
                    )


def _is_text(text: str) -> bool:
    """Whether a condition is put together from a `${{ }}` and something else, be it a space or a second one."""
    if "${{" not in text:
        return False
    return not text.startswith("${{") or text.count("${{") > 1 or not text.endswith("}}")
