"""Outsiders write the variables or the path of later steps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat

from yett.model import Confidence, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.workflow import Job, Step, Workflow
from yett.rules.github_actions.artifacts import downloads, filled, reads, reads_itself
from yett.rules.github_actions.asked import asked
from yett.rules.github_actions.outputs import VARIABLE, written
from yett.rules.github_actions.outsiders import PRIVILEGED, Names, is_of_head, is_reached, of_command, sources
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/github-env-injection",
    title="Outsiders can set variables of later steps",
    severity=Severity.HIGH,
    why=(
        "One more line in $GITHUB_ENV sets LD_PRELOAD, NODE_OPTIONS or the like, and one in $GITHUB_PATH a folder of "
        "programs; either runs code in the steps that follow."
    ),
    fix="Write to $GITHUB_OUTPUT instead, or allow only what a strict pattern lets through.",
    refs=(
        "CWE-94",
        "CWE-426",
        "PCI DSS 6.2.4",
        "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#environment-files",
    ),
    bad=(
        """\
on: issue_comment
jobs:
  parse:
    runs-on: ubuntu-24.04
    steps:
      - env:
          BODY: ${{ github.event.comment.body }}
        run: |
          echo "COMMENT=$BODY" >> "$GITHUB_ENV"  # <- here
      - run: echo "${{ github.event.comment.body }}" | tee -a $GITHUB_PATH  # <- here
""",
        """\
on: workflow_run
jobs:
  report:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/download-artifact@v4
      - run: |
          cat artifact/env.txt >> $GITHUB_ENV  # <- here
          echo "PR=$(cat artifact/number)" >> ${GITHUB_ENV}  # <- here
          NUMBER=$(jq -r .number artifact/event.json)
          echo "NUMBER=${NUMBER}" >> "$GITHUB_ENV"  # <- here
""",
        """\
on: issue_comment
jobs:
  parse:
    runs-on: windows-2025
    steps:
      - env:
          BODY: ${{ github.event.comment.body }}
        run: |
          Write-Host "the comment is `"$env:BODY`"" `
            -ForegroundColor Green
          Add-Content -Path $env:GITHUB_ENV -Value "COMMENT=$Env:BODY"  # <- here
""",
    ),
    good=(
        """\
on: issue_comment
jobs:
  parse:
    runs-on: ubuntu-24.04
    steps:
      - env:
          BODY: ${{ github.event.comment.body }}
          TITLE: ${{ github.event.issue.title }}
        run: |
          echo "COMMENT=$BODY" >> "$GITHUB_OUTPUT"
          echo "TITLE=$TITLE" >> "$GITHUB_ENV"
          echo "MODE=fast" >> "$GITHUB_ENV"
          echo "$HOME/.local/bin" >> "$GITHUB_PATH"
""",
        """\
on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      # No outsider's event, so the file is ours.
      - run: cat versions.env >> $GITHUB_ENV
""",
    ),
)

_FILES = ("GITHUB_ENV", "GITHUB_PATH")


def check(workflow: Workflow) -> Iterator[Hit]:
    names = Names(workflow)
    for job in workflow.jobs:
        downloaded = False
        for step in job.steps:
            downloaded = downloaded or downloads(workflow, step)
            for file in _FILES:
                yield from _of_step(names, job, step, file, downloaded)


def _of_step(names: Names, job: Job, step: Step, file: str, downloaded: bool) -> Iterator[Hit]:
    workflow = names.workflow
    if not step.script:
        return
    files = dict(filled(step.script.commands))
    made = made_of(step.script.commands)
    privileged = any(name in workflow.triggers and is_reached(workflow, job, name, step) for name in PRIVILEGED)
    of_head = privileged and is_of_head(workflow, job, step)
    said = tuple(written(step.script.commands, file))
    told = asked(step.script.commands, (words for _, words in said), of_head) if privileged else repeat(None)
    for (command, words), theirs in zip(said, told, strict=False):
        origin = _origin(names, job, step, file, command)
        one_line = "" if origin else _of_one_line(names, job, step, command, made)
        read = next((name for word in words for name in reads(word)), "") or reads_itself(command)
        read = read or next(
            (files[name] for word in words for name in VARIABLE.findall(word.text) if name in files), ""
        )
        certain = bool(origin)
        if not origin and read and (downloaded or of_head):
            origin = f"a file that {'another workflow made' if downloaded else 'the pull request has'} ({read})"
        if not origin and theirs and theirs.lines:
            origin = theirs.what
        origin = origin or one_line
        if origin:
            yield hit(
                workflow.span(step.script.at, command.start, command.end),
                f"{origin} is written to ${file}, so it can set what later steps run",
                subject=f"{workflow.path(job, step)} {file} {' '.join(word.text for word in words)}",
                severity=Severity.MEDIUM if origin == one_line else None,
                confidence=None if certain else Confidence.MEDIUM,
            )


def _origin(names: Names, job: Job, step: Step, file: str, command: shell.Command) -> str:
    """The context whose text is written. A text of one line can set its own variable only; in a path any text is one
    too many."""
    found = sources(names.workflow, job, step, of_command(names.workflow, job, step, command), names)
    bad = (one for one in found if one.reach == "outsider" and (one.lines or file == "GITHUB_PATH"))
    return next((one.name for one in bad), "")


def _of_one_line(
    names: Names, job: Job, step: Step, command: shell.Command, made: dict[str, list[shell.Command]]
) -> str:
    """The context of one line that a substitution makes something else of, where outsiders start a job with rights:
    `grep -o` and `tr` make many lines of one."""
    workflow = names.workflow
    if not any(name in workflow.triggers and is_reached(workflow, job, name, step) for name in PRIVILEGED):
        return ""
    variables = {name for word in command.words for name in VARIABLE.findall(word.text) if name in made}
    commands = [one for name in variables for one in made[name]]
    contexts = (context for one in commands for context in of_command(workflow, job, step, one))
    found = sources(workflow, job, step, contexts, names)
    return next((one.name for one in found if one.reach == "outsider"), "")


_MAX_MADE = 20
"""How many commands that fill one variable are looked at."""


def made_of(commands: tuple[shell.Command, ...]) -> dict[str, list[shell.Command]]:
    """The commands that the variables of a script are filled by."""
    found: dict[str, list[shell.Command]] = {}
    for command in commands:
        for index, word in enumerate(command.words):
            name, equals, _ = word.text.partition("=")
            declares = index == 0 or command.words[0].text in ("export", "local", "declare", "readonly")
            if equals and declares and name.isidentifier() and len(found.setdefault(name, [])) < _MAX_MADE:
                found[name].extend((command, *shell.walk(word.inner)))
    return found
