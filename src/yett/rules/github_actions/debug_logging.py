"""Logs that say too much."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse.workflow import Workflow, pairs, whole
from yett.parse.yaml import Node
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/debug-logging",
    title="Debug logs are always on",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Debug logs print inputs, variables and responses, and what is derived from a secret is not hidden in them.",
    fix="Remove it, and re-run a job with debug logging when it is needed.",
    refs=(
        "CWE-532",
        "PCI DSS 8.3.2",
        "https://docs.github.com/en/actions/how-tos/monitor-workflows/enable-debug-logging",
    ),
    bad=(
        """\
on: push
env:
  ACTIONS_STEP_DEBUG: true  # <- here
jobs:
  test:
    runs-on: ubuntu-24.04
    env: {ACTIONS_RUNNER_DEBUG: "true"}  # <- here
    steps: [{run: make}]
""",
    ),
    good=(
        """\
on: push
env:
  ACTIONS_STEP_DEBUG: ${{ inputs.debug }}
  DEBUG: true
jobs:
  test:
    runs-on: ubuntu-24.04
    env: {ACTIONS_RUNNER_DEBUG: "false"}
    steps: [{run: make}]
""",
    ),
)

_NAMES = ("ACTIONS_STEP_DEBUG", "ACTIONS_RUNNER_DEBUG")


def check(workflow: Workflow) -> Iterator[Hit]:
    yield from _of(workflow.root.get("env"), "env")
    for job in workflow.jobs:
        yield from _of(job.get("env"), f"{workflow.path(job)}.env")
        for step in job.steps:
            yield from _of(step.get("env"), f"{workflow.path(job, step)}.env")


def _of(env: Node | None, path: str) -> Iterator[Hit]:
    for name, value in pairs(env):
        if name.text in _NAMES and value.text.strip().lower() in ("true", "1"):
            yield hit(whole(name), f"{name.text} makes every log a debug log", subject=f"{path}.{name.text}")
