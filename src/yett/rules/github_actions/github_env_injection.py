"""Outsiders write the variables or the path of later steps."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Confidence, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.workflow import Job, Step, Workflow
from yett.rules.github_actions.artifacts import downloads, filled, reads, reads_itself
from yett.rules.github_actions.outsiders import (
    PRIVILEGED,
    VARIABLE,
    is_reached,
    of_command,
    sources,
    written,
)
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
    for job in workflow.jobs:
        downloaded = False
        for step in job.steps:
            downloaded = downloaded or downloads(workflow, step)
            for file in _FILES:
                yield from _of_step(workflow, job, step, file, downloaded)


def _of_step(workflow: Workflow, job: Job, step: Step, file: str, downloaded: bool) -> Iterator[Hit]:
    if not step.script:
        return
    files = dict(filled(step.script.commands))
    made = made_of(step.script.commands)
    for command, words in written(step.script.commands, file):
        origin = _origin(workflow, job, step, file, command)
        one_line = "" if origin else _of_one_line(workflow, job, step, command, made)
        read = next((name for word in words for name in reads(word)), "") or reads_itself(command)
        read = read or next(
            (files[name] for word in words for name in VARIABLE.findall(word.text) if name in files), ""
        )
        certain = bool(origin)
        if not origin and downloaded and read:
            origin = f"a file that another workflow made ({read})"
        origin = origin or one_line
        if origin:
            yield hit(
                workflow.span(step.script.at, command.start, command.end),
                f"{origin} is written to ${file}, so it can set what later steps run",
                subject=f"{workflow.path(job, step)} {file} {' '.join(word.text for word in words)}",
                severity=Severity.MEDIUM if origin == one_line else None,
                confidence=None if certain else Confidence.MEDIUM,
            )


def _origin(workflow: Workflow, job: Job, step: Step, file: str, command: shell.Command) -> str:
    """The context whose text is written. A text of one line can set its own variable only; in a path any text is one
    too many."""
    found = sources(workflow, job, step, of_command(workflow, job, step, command))
    bad = (one for one in found if one.reach == "outsider" and (one.lines or file == "GITHUB_PATH"))
    return next((one.name for one in bad), "")


def _of_one_line(
    workflow: Workflow, job: Job, step: Step, command: shell.Command, made: dict[str, list[shell.Command]]
) -> str:
    """The context of one line that a substitution makes something else of, where outsiders start a job with rights:
    `grep -o` and `tr` make many lines of one."""
    if not any(name in workflow.triggers and is_reached(workflow, job, name, step) for name in PRIVILEGED):
        return ""
    names = {name for word in command.words for name in VARIABLE.findall(word.text) if name in made}
    commands = [one for name in names for one in made[name]]
    contexts = (context for one in commands for context in of_command(workflow, job, step, one))
    found = sources(workflow, job, step, contexts)
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
