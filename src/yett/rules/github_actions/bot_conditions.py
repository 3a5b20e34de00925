"""Trust is given to whoever acted last."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse.expression import Call, Chain, Context, Literal, Not, Tree
from yett.parse.workflow import Workflow
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/bot-conditions",
    title="Bot is recognised by github.actor",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "github.actor is whoever caused the last event, not the author of the change: an outsider can make a bot act "
        "last on a pull request that holds the outsider's commits."
    ),
    fix="Compare github.event.pull_request.user.login, and require that the head is in this repository.",
    refs=(
        "CWE-290",
        "PCI DSS 7.3.2",
        "https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#github-context",
    ),
    bad=(
        """\
on: pull_request_target
jobs:
  merge:
    if: github.actor == 'dependabot[bot]'  # <- here
    runs-on: ubuntu-24.04
    steps:
      - run: gh pr merge --auto
        if: github.actor_id == 49699333  # <- here
      - run: gh pr merge --auto
        if: ${{ contains(fromJSON('["renovate[bot]"]'), github.triggering_actor) }}  # <- here
""",
    ),
    good=(
        """\
on: pull_request_target
jobs:
  merge:
    if: github.event.pull_request.user.login == 'dependabot[bot]'
    runs-on: ubuntu-24.04
    steps:
      # Leaving bots out grants them nothing.
      - run: make greet
        if: github.actor != 'dependabot[bot]'
      - run: make greet
        if: ${{ !(github.actor == 'dependabot[bot]') }}
""",
        """\
on: push
jobs:
  release:
    if: github.actor == 'release[bot]'
    runs-on: ubuntu-24.04
    steps: [{run: make}]
""",
    ),
)

_EVENTS = ("pull_request_target", "workflow_run", "issue_comment")
_ACTORS = ("github.actor", "github.triggering_actor", "github.actor_id", "github.event.sender.login")


def check(workflow: Workflow) -> Iterator[Hit]:
    if not any(event in workflow.triggers for event in _EVENTS):
        return
    for job in workflow.jobs:
        for node, path in [(job.node, workflow.path(job)), *((s.node, workflow.path(job, s)) for s in job.steps)]:
            condition = workflow.condition(node)
            actor = _trusted(condition.tree) if condition and condition.tree else ""
            if condition and actor:
                yield hit(
                    condition.span,
                    f"{actor} is whoever acted last, which an outsider can make a bot do",
                    subject=f"{path}.if {actor}",
                )


def _trusted(tree: Tree) -> str:
    """The context that a condition trusts to be a bot; "" for none, and for what only leaves bots out."""
    match tree:
        case Chain(operator="&&" | "||", operands=operands):
            return next((found for operand in operands if (found := _trusted(operand))), "")
        case (
            Chain(operator="==", operands=(Context() as actor, Literal(value=name)))
            | Chain(operator="==", operands=(Literal(value=name), Context() as actor))
        ):
            return actor.name if actor.name in _ACTORS and _is_bot(name, actor.name) else ""
        case Call(
            name="contains",
            arguments=(Call(name="fromjson", arguments=(Literal(value=str(names)),)), Context() as actor),
        ):
            return actor.name if actor.name in _ACTORS and "[bot]" in names else ""
        case Call(
            name="contains" | "endswith" | "startswith", arguments=(Context() as actor, Literal(value=str(part)))
        ):
            return actor.name if actor.name in _ACTORS and ("bot" in part or "renovate" in part) else ""
        case Not():
            return ""
    return ""


_IDS = ("49699333", "29139614")
"""Dependabot and Renovate."""


def _is_bot(name: object, actor: str) -> bool:
    if actor == "github.actor_id":
        return (f"{name:.0f}" if isinstance(name, float) else name) in _IDS
    return isinstance(name, str) and "[bot]" in name
