"""What workflows take from artifacts that others made, and what scripts read from files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.parse import shell
from yett.parse.workflow import Step, Workflow

_DOWNLOADS = ("download-artifact", "action-download-artifact")
_BY_ADDRESS = r"\bworkflow_run\.artifacts_url\b|/actions/artifacts/|/actions/runs/[^/\s]{1,200}/artifacts\b"
_READERS = ("cat", "jq", "head", "tail", "sed", "awk", "grep", "cut", "unzip", "yq", "tr")


def downloads(workflow: Workflow, step: Step) -> bool:
    """Whether a step fetches what a run for a fork may have made."""
    if "workflow_run" not in workflow.triggers:
        return False
    if step.action.rpartition("/")[2] in _DOWNLOADS:
        return True
    for command in shell.walk(step.script.commands) if step.script else ():
        if re.match(r"gh (?:run|release) download\b", " ".join(word.text for word in command.words)):
            return True
    if step.script and re.search(_BY_ADDRESS, step.script.text):
        return True
    return step.action == "actions/github-script" and "downloadArtifact" in getattr(step.input("script"), "text", "")


def reads(word: shell.Word) -> Iterator[str]:
    """The files whose content a word is given."""
    for command in shell.walk(word.inner):
        name = reads_itself(command)
        if name:
            yield name


def filled(commands: tuple[shell.Command, ...]) -> Iterator[tuple[str, str]]:
    """The variables that a script fills from files."""
    for command in commands:
        for word in command.words:
            name, equals, _ = word.text.partition("=")
            for file in reads(word) if equals and name.isidentifier() else ():
                yield name, file


def reads_itself(command: shell.Command) -> str:
    """The file that a command gives the content of, "" for none."""
    if shell.program(command) not in _READERS and any(r.operator != "<" for r in command.redirects or ()):
        return ""
    if shell.program(command) not in (*_READERS, ""):
        return ""
    files = [word.text for word in shell.argv(command)[1:] if not word.text.startswith("-")]
    files += [redirect.target.text for redirect in command.redirects if redirect.operator == "<"]
    return files[-1] if files else ""
