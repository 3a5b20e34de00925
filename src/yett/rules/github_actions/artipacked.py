"""The token stays in the checked out repository."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Edit, Hit, Rule, Severity, Unknown
from yett.parse import shell
from yett.parse.workflow import Job, Step, Workflow, pairs, whole
from yett.parse.yaml import Mapping, Scalar
from yett.rules.hits import hit, short

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


def check(workflow: Workflow) -> Iterator[Hit | Unknown]:
    for job in workflow.jobs:
        for index, step in enumerate(job.steps):
            uses = step.text("uses")
            later = job.steps[index + 1 :]
            if not uses or step.action != "actions/checkout" or step.input("persist-credentials"):
                continue
            if any(_pushes(other) for other in later):
                continue
            given = step.text("with")
            if given and given.text:
                yield Unknown(given.line, f"the inputs of {step.label}, which are `{short(given.text)}`")
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
                severity=Severity.HIGH if upload else Severity.LOW if _may_only_read(workflow, job) else None,
                edits=_without(workflow, job, step, later),
            )


def _may_only_read(workflow: Workflow, job: Job) -> bool:
    """Whether somebody said that the job's token may not write: then there is little in it to take."""
    granted = job.get("permissions")
    granted = workflow.root.get("permissions") if granted is None else granted
    if isinstance(granted, Scalar):
        return granted.text == "read-all"
    return isinstance(granted, Mapping) and all(access.text != "write" for _, access in pairs(granted))


_NEED_NO_GIT = ("actions/cache", "actions/upload-artifact", "actions/download-artifact")


def _without(workflow: Workflow, job: Job, step: Step, later: tuple[Step, ...]) -> tuple[Edit, ...]:
    """The edit that leaves the token off the disk, where nothing behind the checkout can want it there: the token may
    not write, and no script or action asks git for more."""
    granted = job.get("permissions")
    granted = workflow.root.get("permissions") if granted is None else granted
    contents = granted.get("contents") if isinstance(granted, Mapping) else None
    if not isinstance(granted, Mapping) or (isinstance(contents, Scalar) and contents.text == "write"):
        return ()
    if step.input("submodules") or step.input("lfs") or not all(_needs_no_git(other) for other in later):
        return ()
    uses, given = step.text("uses"), step.get("with")
    key = step.node.key("uses")
    if (
        not uses
        or not key
        or uses.line != uses.end_line
        or workflow.lines[key.line - 1][key.column - 1 :][:4] != "uses"
    ):
        return ()
    if isinstance(given, Mapping) and given.entries:
        line = workflow.lines[given.line - 1]
        if line[: given.column - 1].strip() or line[given.column - 1] in "{&*":
            return ()
        text = "persist-credentials: false\n" + " " * (given.column - 1)
        return (Edit(given.line, given.column, given.line, given.column, text),)
    line, indent = workflow.lines[uses.line - 1], " " * (key.column - 1)
    if given is not None or "{" in line[: key.column] or uses.style in ("|", ">"):
        return ()
    text = f"\n{indent}with:\n{indent}  persist-credentials: false"
    return (Edit(uses.line, len(line) + 1, uses.line, len(line) + 1, text),)


def _needs_no_git(step: Step) -> bool:
    if step.script:
        return "git" not in step.script.text.replace("github", "")
    return step.action.startswith("actions/setup-") or step.action in _NEED_NO_GIT


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
