"""Events that run with secrets for changes of outsiders."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity
from yett.parse.workflow import Job, Step, Workflow, whole
from yett.rules.github_actions.outsiders import is_gated, is_reached
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/dangerous-triggers",
    title="Workflow runs with secrets for outsiders",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    level=Action.WARN,
    why=(
        "pull_request_target and workflow_run start for changes from forks, and issue_comment for whoever can write "
        "one, but with the secrets and the token of this repository; one careless step is enough to hand them over."
    ),
    fix="Use pull_request where that will do; else check nothing out, restore no cache and grant next to nothing.",
    refs=(
        "CWE-829",
        "PCI DSS 6.5.4",
        "PCI DSS 7.2.5",
        "https://docs.github.com/en/actions/reference/security/securely-using-pull_request_target",
    ),
    bad=(
        """\
on:
  pull_request_target:  # <- here
    types: [opened]
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: make test
""",
        """\
on:
  - push
  - workflow_run  # <- here
  - issue_comment  # <- here
jobs:
  report:
    runs-on: ubuntu-24.04
    steps:
      - uses: acme/report@v1
""",
        """\
on: pull_request_target  # <- here
jobs:
  call:
    uses: ./.github/workflows/check.yml
""",
    ),
    good=(
        """\
on: issue_comment
jobs:
  rerun:
    if: contains(fromJSON('["OWNER", "MEMBER"]'), github.event.comment.author_association)
    runs-on: ubuntu-24.04
    steps:
      - run: ./rerun.sh
""",
        """\
on: pull_request_target
jobs:
  label:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/labeler@v5
""",
        """\
on: [pull_request, push]
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: make test
""",
        """\
on: [pull_request, pull_request_target]
jobs:
  test:
    # Never starts for the privileged event.
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-24.04
    steps:
      - run: make test
""",
    ),
)

_EVENTS = ("pull_request_target", "workflow_run", "issue_comment")
# These read the event and call the interface of GitHub; they look at no file of the change.
_HARMLESS = (
    "actions/add-to-project",
    "actions/create-github-app-token",
    "actions/first-interaction",
    "actions/github-script",
    "actions/labeler",
    "actions/stale",
    "actions-ecosystem/action-add-labels",
    "amannn/action-semantic-pull-request",
    "cla-assistant/github-action",
    "contributor-assistant/github-action",
    "dependabot/fetch-metadata",
    "dessant/lock-threads",
    "kentaro-m/auto-assign-action",
    "marocchino/sticky-pull-request-comment",
    "peter-evans/create-or-update-comment",
    "peter-evans/slash-command-dispatch",
    "release-drafter/release-drafter",
    "step-security/harden-runner",
)


def check(workflow: Workflow) -> Iterator[Hit]:
    for event in _EVENTS:
        trigger = workflow.triggers.get(event)
        if trigger and any(_works(workflow, job, event) for job in workflow.jobs):
            spoken = event == "issue_comment"
            yield hit(
                whole(trigger.at),
                f"{event} runs this workflow with the repository's secrets for "
                f"{'what anybody comments' if spoken else 'changes from forks'}",
                subject=f"on.{event}",
                severity=Severity.LOW if spoken else None,
            )


def _works(workflow: Workflow, job: Job, event: str) -> bool:
    """Whether a job does more than label and comment when the event comes from a fork."""
    if not is_reached(workflow, job, event) or (event == "issue_comment" and is_gated(workflow, job)):
        return False
    return not job.steps or any(not _is_harmless(step) and is_reached(workflow, job, event, step) for step in job.steps)


def _is_harmless(step: Step) -> bool:
    return step.action in _HARMLESS
