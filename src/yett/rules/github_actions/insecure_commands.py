"""Workflow commands that any line of a log can give."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Severity
from yett.parse.workflow import Workflow, pairs, whole
from yett.parse.yaml import Node
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/insecure-commands",
    title="Unsafe workflow commands are allowed",
    severity=Severity.HIGH,
    why=(
        "set-env and add-path were switched off because any program whose output reaches the log can then set "
        "variables and the path of later steps (CVE-2020-15228)."
    ),
    fix="Remove ACTIONS_ALLOW_UNSECURE_COMMANDS and write to $GITHUB_ENV and $GITHUB_PATH instead.",
    refs=("CWE-77", "CWE-749", "PCI DSS 2.2.4", "PCI DSS 6.2.4", "https://github.com/advisories/GHSA-mfwh-5m23-j46w"),
    bad=(
        """\
on: push
env:
  ACTIONS_ALLOW_UNSECURE_COMMANDS: true  # <- here
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: make
        env:
          ACTIONS_ALLOW_UNSECURE_COMMANDS: "TRUE"  # <- here
""",
        """\
# file: action.yml
name: wrap
runs:
  using: composite
  steps:
    - shell: bash
      env: {ACTIONS_ALLOW_UNSECURE_COMMANDS: 1}  # <- here
      run: make
""",
    ),
    good=(
        """\
on: push
env:
  ACTIONS_ALLOW_UNSECURE_COMMANDS: false
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: echo ACTIONS_ALLOW_UNSECURE_COMMANDS is gone
""",
        """\
on: push
env:
  ACTIONS_ALLOW_UNSECURE_COMMANDS: ${{ vars.LEGACY }}
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: make
""",
    ),
)


def check(workflow: Workflow) -> Iterator[Hit]:
    yield from _of(workflow.root.get("env"), "env")
    for job in workflow.jobs:
        yield from _of(job.get("env"), f"{workflow.path(job)}.env")
        for step in job.steps:
            yield from _of(step.get("env"), f"{workflow.path(job, step)}.env")


def _of(env: Node | None, path: str) -> Iterator[Hit]:
    for name, value in pairs(env):
        if name.text.upper() == "ACTIONS_ALLOW_UNSECURE_COMMANDS" and value.text.strip().lower() in ("true", "1"):
            yield hit(
                whole(name),
                "ACTIONS_ALLOW_UNSECURE_COMMANDS lets any line of output set variables and the path of later steps",
                subject=path,
            )
