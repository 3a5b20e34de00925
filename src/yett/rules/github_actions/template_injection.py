"""Text that outsiders write is pasted into code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity
from yett.parse.workflow import Expression, Job, Step, Workflow
from yett.parse.yaml import Scalar
from yett.rules.github_actions.handed_on import handed
from yett.rules.github_actions.outsiders import Names, Reach, Source, sources
from yett.rules.hits import hit, short

RULE = Rule(
    id="github-actions/template-injection",
    title="Text from outsiders is pasted into a script",
    severity=Severity.HIGH,
    why=(
        "An expression is replaced by its text before the shell or interpreter reads the script, so a crafted title, "
        "branch name or comment runs as commands, with the job's token and secrets."
    ),
    fix='Put the value in env: and use "$VARIABLE" in the script.',
    refs=(
        "CWE-94",
        "CWE-78",
        "PCI DSS 6.2.4",
        "https://docs.github.com/en/actions/concepts/security/script-injections",
    ),
    bad=(
        """\
on: issues
jobs:
  greet:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "${{ github.event.issue.title }}"  # <- here
""",
        """\
on: pull_request_target
jobs:
  label:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/github-script@v7
        with:
          script: |
            core.info("start")
            core.info("${{ github['head_ref'] || github.ref_name }}")  // # <- here
""",
        """\
on: issue_comment
env:
  BODY: ${{ github.event.comment.body }}
jobs:
  parse:
    runs-on: ubuntu-24.04
    steps:
      - id: parse
        run: echo "text=$BODY" >> "$GITHUB_OUTPUT"
      - run: |
          set -e
          ./parse '${{ steps.parse.outputs.text }}'  # <- here
          ./parse '${{ env.BODY }}'  # <- here
""",
        """\
on:
  workflow_run: {workflows: [build], types: [completed]}
jobs:
  comment:
    runs-on: ubuntu-24.04
    steps:
      - run: gh run download "$RUN" --name pr
      - id: pr
        run: echo "number=$(cat pr/number)" >> "$GITHUB_OUTPUT"
      - run: gh pr comment ${{ steps.pr.outputs.number }} --body done  # <- here
""",
        """\
on: issues
jobs:
  greet:
    runs-on: windows-2025
    steps:
      - id: issue
        env:
          TITLE: ${{ github.event.issue.title }}
        run: |
          Write-Host "the title is `"$env:TITLE`"" `
            -ForegroundColor Green
          "title=$env:TITLE" | Out-File -FilePath $env:GITHUB_OUTPUT -Append
      - run: ./greet.ps1 ${{ steps.issue.outputs.title }}  # <- here
""",
        """\
on:
  workflow_run: {workflows: [build], types: [completed]}
jobs:
  report:
    runs-on: ubuntu-24.04
    steps:
      - run: ./report ${{ github.event.workflow_run.path }}  # <- here
""",
        """\
on: issue_comment
jobs:
  preview:
    runs-on: ubuntu-24.04
    steps:
      - id: pr
        run: |
          BRANCH=$(gh pr view "$NUMBER" --json headRefName --jq .headRefName)
          echo "branch=$BRANCH" >> "$GITHUB_OUTPUT"
      - run: ./preview ${{ steps.pr.outputs.branch }}  # <- here
""",
        """\
# file: action.yml
name: build
inputs:
  target:
    required: true
runs:
  using: composite
  steps:
    - shell: bash
      run: make ${{ inputs.target }}  # <- here
""",
        """\
# file: .github/workflows/greet.yml
on: issues
jobs:
  greet:
    runs-on: ubuntu-24.04
    steps:
      - uses: ./.github/actions/greet
        with:
          title: ${{ github.event.issue.title }}  # <- here
# file: .github/actions/greet/action.yml
name: greet
inputs:
  title: {required: true}
runs:
  using: composite
  steps:
    - shell: bash
      run: echo "${{ inputs.title }}"  # <- here
""",
    ),
    good=(
        """\
# file: .github/workflows/greet.yml
on: issues
jobs:
  greet:
    runs-on: ubuntu-24.04
    steps:
      - uses: ./.github/actions/greet
        with:
          title: ${{ github.event.issue.title }}
# file: .github/actions/greet/action.yml
name: greet
inputs:
  title: {required: true}
runs:
  using: composite
  steps:
    - shell: bash
      env:
        TITLE: ${{ inputs.title }}
      run: echo "$TITLE"
""",
        """\
on: issues
jobs:
  greet:
    runs-on: ubuntu-24.04
    steps:
      - env:
          TITLE: ${{ github.event.issue.title }}
        run: echo "$TITLE"
""",
        """\
on: pull_request
jobs:
  decide:
    runs-on: ubuntu-24.04
    steps:
      # What decides is not pasted, and neither a number nor a commit id can hold code.
      - run: |
          echo ${{ contains(github.event.pull_request.title, 'wip') && 'wip' || 'ready' }}
          echo ${{ github.event.pull_request.number }} ${{ github.event.pull_request.head.sha }}
          echo ${{ github.head_ref == 'main' }}
""",
        """\
on:
  workflow_dispatch:
    inputs:
      dry-run: {type: boolean}
      level: {type: choice, options: [patch, minor]}
jobs:
  release:
    runs-on: ubuntu-24.04
    strategy:
      matrix:
        python: ["3.11", "3.12"]
    steps:
      - run: ./release ${{ inputs.dry-run }} ${{ inputs.level }} ${{ matrix.python }}
""",
        """\
on:
  workflow_run: {workflows: [build], types: [completed]}
jobs:
  tag:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - uses: actions/download-artifact@v4
        with: {path: dist}
      - id: own
        run: echo "version=$(cat VERSION)" >> "$GITHUB_OUTPUT"
      - run: ./tag ${{ steps.own.outputs.version }}
""",
        """\
on: issue_comment
jobs:
  preview:
    runs-on: ubuntu-24.04
    steps:
      # A number holds no code, and neither does what must match a pattern from start to end.
      - id: pr
        run: |
          BRANCH=$(gh pr view "$NUMBER" --json headRefName --jq .headRefName)
          [[ $BRANCH =~ ^[a-z0-9-]+$ ]] || exit 1
          echo "branch=$BRANCH" >> "$GITHUB_OUTPUT"
          echo "files=$(gh pr diff "$NUMBER" --name-only | wc -l)" >> "$GITHUB_OUTPUT"
      - run: ./preview ${{ steps.pr.outputs.branch }} ${{ steps.pr.outputs.files }}
""",
        """\
on: issues
jobs:
  label:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/labeler@v5
        with:
          title: ${{ github.event.issue.title }}
""",
    ),
)

# Inputs that the action runs as code.
_CODE_INPUTS = {
    "actions/github-script": ("script",),
    "8398a7/action-slack": ("custom_payload",),
    "addnab/docker-run-action": ("run", "options"),
    "amadevus/pwsh-script": ("script",),
    "appleboy/ssh-action": ("script",),
    "azure/cli": ("inlinescript",),
    "azure/powershell": ("inlinescript",),
    "cardinalby/js-eval-action": ("expression",),
    "devcontainers/ci": ("runcmd",),
    "jannekem/run-python-script-action": ("script",),
    "mikefarah/yq": ("cmd",),
    "sergeysova/jq-action": ("cmd",),
    "tibdex/backport": ("body_template", "head_template", "title_template"),
    "nick-fields/retry": ("command", "on_retry_command", "new_command_on_retry"),
    "nick-invision/retry": ("command", "on_retry_command", "new_command_on_retry"),
    "reactivecircus/android-emulator-runner": ("script", "pre-emulator-launch-script"),
}


INPUT = Rule(
    id="github-actions/input-injection",
    title="Input of a workflow is pasted into a script",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "Whoever calls a workflow runs what he likes in a job of his own, and whoever starts one by hand may write to "
        "the repository, so this is no way in by itself. But a quote or a semicolon in the value runs as commands: it "
        "is a way in as soon as a caller hands on a title or a branch's name, and where branches and environments are "
        "guarded it goes past the review that a change of the script would need."
    ),
    fix='Put the value in env: and use "$VARIABLE" in the script, or let the input be a choice.',
    refs=(
        "CWE-94",
        "PCI DSS 6.2.4",
        "https://docs.github.com/en/actions/concepts/security/script-injections",
    ),
    confidence=Confidence.MEDIUM,
    bad=(
        """\
on:
  workflow_dispatch:
    inputs:
      version: {type: string}
jobs:
  release:
    runs-on: ubuntu-24.04
    steps:
      - run: ./release ${{ inputs.version }}  # <- here
      - run: ./announce ${{ github.event.inputs.version }}  # <- here
""",
        """\
on:
  workflow_call:
    inputs:
      title: {type: string}
jobs:
  announce:
    runs-on: ubuntu-24.04
    steps:
      - run: ./announce "${{ inputs.title }}"  # <- here
""",
    ),
    good=(
        """\
on:
  workflow_dispatch:
    inputs:
      version: {type: string}
      dry-run: {type: boolean}
jobs:
  release:
    runs-on: ubuntu-24.04
    steps:
      - env:
          VERSION: ${{ inputs.version }}
        run: ./release "$VERSION" ${{ inputs.dry-run }}
""",
    ),
)


_WHO: dict[Reach, str] = {
    "outsider": "anybody outside",
    "caller": "whoever starts or calls this",
    "writer": "whoever may push",
}
# Whoever may push could change the script itself.
_SEVERITY: dict[Reach, Severity] = {
    "outsider": Severity.HIGH,
    "caller": Severity.MEDIUM,
    "writer": Severity.LOW,
}


def check(workflow: Workflow) -> Iterator[Hit]:
    for job, step, found, origin in _pasted(workflow):
        if not _is_input(workflow, origin):
            yield _hit(workflow, job, step, found, origin)
    yield from _handed_on(workflow)


def inputs(workflow: Workflow) -> Iterator[Hit]:
    by_hand = "workflow_call" not in workflow.triggers
    for job, step, found, origin in _pasted(workflow):
        if _is_input(workflow, origin):
            said = _hit(workflow, job, step, found, origin)
            yield said._replace(severity=Severity.LOW if by_hand else None)


def _pasted(workflow: Workflow) -> Iterator[tuple[Job, Step, Expression, Source]]:
    """What is pasted into code, and the worst of where it comes from."""
    names = Names(workflow)
    for job, step in workflow.steps():
        for code in _code(step):
            for found in workflow.expressions(code):
                origins = tuple(sources(workflow, job, step, found.flows(), names))
                if origins:
                    worst = max(origins, key=lambda one: (_SEVERITY[one.reach], not _is_input(workflow, one)))
                    yield job, step, found, worst


def _is_input(workflow: Workflow, origin: Source) -> bool:
    """Whether a text is an input of a workflow. Those of an action are others: it is made to be used by anybody, with
    anything. And what programs send along (`client_payload`) may hold anybody's text."""
    return workflow.kind == "workflow" and origin.reach == "caller" and "inputs" in origin.name.split(".")


def _handed_on(workflow: Workflow) -> Iterator[Hit]:
    """Text of outsiders that is handed to an action or workflow of this tree, which pastes it into a script."""
    names = Names(workflow)
    for job, step, value, name, called in handed(workflow):
        for found in workflow.expressions(value):
            origins = [one for one in sources(workflow, job, step, found.flows(), names) if one.reach == "outsider"]
            if origins and _pastes(called, name):
                yield hit(
                    found.span,
                    f"`${{{{ {short(found.text)} }}}}` is handed to {short(called.file)}, which pastes it into code, "
                    "and anybody outside can set it",
                    fix=f"Let {short(called.file)} put the input {short(name)} into `env:`, and use the variable.",
                    subject=f"{workflow.path(job, step)} with.{name} {short(found.text, 500)}",
                )


def _pastes(called: Workflow, name: str) -> bool:
    """Whether an action or workflow pastes one of its inputs into code."""
    names = Names(called)
    for job, step in called.steps():
        for code in _code(step):
            for found in called.expressions(code):
                read = sources(called, job, step, found.flows(), names)
                if any(one.reach == "caller" and one.name.endswith(f"inputs.{name}") for one in read):
                    return True
    return False


def _code(step: Step) -> Iterator[Scalar]:
    if step.script:
        yield step.script.at
    for name in _CODE_INPUTS.get(step.action, ()):
        value = step.input(name)
        if value:
            yield value


def _hit(workflow: Workflow, job: Job, step: Step, found: Expression, origin: Source) -> Hit:
    name, text = _variable(origin.name), short(found.text)
    use = f"process.env.{name}" if step.action == "actions/github-script" else f'"${name}"'
    of = f", which comes from {origin.name}," if origin.name != found.text.lower() else ""
    return hit(
        found.span,
        f"`${{{{ {text} }}}}`{of} is pasted into a script, and {_WHO[origin.reach]} can set it",
        fix=f"Add `env: {{{name}: ${{{{ {text} }}}}}}` to the step and write {use} in the script.",
        subject=f"{workflow.path(job, step)} {short(found.text, 500)}",
        severity=_SEVERITY[origin.reach],
        confidence=Confidence.HIGH if origin.reach == "outsider" else Confidence.MEDIUM,
    )


def _variable(name: str) -> str:
    """A name for a variable: the last telling words of a context."""
    words = [word for word in re.split(r"[^a-z0-9]+", name) if word not in ("", "github", "event", "outputs", "steps")]
    return "_".join(words[-2:]).upper() or "VALUE"


RULES = ((RULE, check), (INPUT, inputs))
