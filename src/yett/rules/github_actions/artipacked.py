"""The token stays in the checked out repository."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.workflow import Step, Workflow, whole
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/artipacked",
    title="Checkout leaves the token on disk",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "actions/checkout keeps the job's token for later git commands, in .git/config up to v5 and in the runner's "
        "temporary folder since; every later step can read it, and an artifact made of the folder carries it out."
    ),
    fix="Add `persist-credentials: false` under `with:`.",
    refs=(
        "CWE-522",
        "CWE-532",
        "PCI DSS 7.2.5",
        "PCI DSS 8.6.2",
        "https://github.com/actions/checkout#usage",
    ),
    bad=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4  # <- here
      - run: make test
""",
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - name: Get the code
        uses: actions/checkout@v4  # <- here
        with:
          fetch-depth: 0
      - uses: actions/upload-artifact@v4
        with:
          path: .
""",
    ),
    good=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
        with:
          persist-credentials: false
""",
        """\
on: push
jobs:
  release:
    runs-on: ubuntu-24.04
    steps:
      # What pushes needs the token.
      - uses: actions/checkout@v4
      - run: |
          git commit -am release
          git push
""",
        """\
on: push
jobs:
  release:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
        with:
          persist-credentials: true
      - uses: acme/checkout@v1
""",
    ),
)

_PUSHERS = (
    "ad-m/github-push-action",
    "changesets/action",
    "endbug/add-and-commit",
    "jamesives/github-pages-deploy-action",
    "peaceiris/actions-gh-pages",
    "peter-evans/create-pull-request",
    "stefanzweifel/git-auto-commit-action",
)


def check(workflow: Workflow) -> Iterator[Hit]:
    for job in workflow.jobs:
        for index, step in enumerate(job.steps):
            uses = step.text("uses")
            later = job.steps[index + 1 :]
            if not uses or step.action != "actions/checkout" or step.input("persist-credentials"):
                continue
            if any(_pushes(other) for other in later):
                continue
            upload = next((other for other in later if _uploads_everything(other)), None)
            message = "the token stays on disk after the checkout, for every later step to read"
            if upload:
                message = f"the token stays on disk after the checkout, and {upload.label} uploads the folder it is in"
            yield hit(
                whole(uses),
                message,
                fix=f"Add `with: {{persist-credentials: false}}` to the step {step.label}.",
                subject=workflow.path(job, step),
                severity=Severity.HIGH if upload else None,
            )


def _pushes(step: Step) -> bool:
    if step.action in _PUSHERS:
        return True
    for command in shell.walk(step.script.commands) if step.script else ():
        words = [word.text for word in shell.argv(command)]
        if words[:1] == ["git"] and any(word in ("push", "fetch", "pull", "submodule") for word in words[1:4]):
            return True
    return False


def _uploads_everything(step: Step) -> bool:
    path = step.input("path") if step.action == "actions/upload-artifact" else None
    whole_tree = (".", "./", "*", "**", "./*", "./**", "${{ github.workspace }}", "$GITHUB_WORKSPACE")
    return path is not None and any(line.strip() in whole_tree for line in path.text.splitlines())
