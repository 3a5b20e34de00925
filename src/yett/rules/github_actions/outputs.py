"""What scripts write into the runner's files: outputs of a step, variables and folders of a job."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.parse import shell
from yett.parse.shell import Command, Word

VARIABLE = re.compile(r"\$(?:\{)?(?i:env:)?([A-Za-z_]\w*)")
_WRITERS = ("tee", "tee-object", "add-content", "ac", "set-content", "sc", "out-file")

Said = tuple[Command, tuple[Word, ...]]


def written(commands: tuple[Command, ...], file: str) -> Iterator[Said]:
    """The commands that append to one of the runner's files (`GITHUB_OUTPUT`, `GITHUB_ENV`, …), and their words; of a
    group in braces, those of the group."""
    # PowerShell's variables know no case.
    names = {text.lower() for text in (f"${file}", f"${{{file}}}", f"$env:{file}", f"${{env:{file}}}")}
    groups: list[list[Said]] = []
    for pipeline in shell.pipelines(commands):
        last = pipeline[-1]
        said = [(pipeline[0], tuple(word for command in pipeline for word in command.words))]
        if _begins(pipeline[0], "{"):
            groups.append([])
        if groups:
            groups[-1] += said
        if groups and any(_begins(command, "}") for command in pipeline):
            said = groups.pop()
        targets = [redirect.target.text for redirect in last.redirects if redirect.operator in (">", ">>", ">|")]
        if shell.program(last).lower() in _WRITERS:
            targets += [word.text for word in last.words]
        if any(target.lower() in names for target in targets):
            yield from said


def _begins(command: Command, brace: str) -> bool:
    return bool(command.words) and command.words[0].text == brace


def given(commands: tuple[Command, ...], name: str, file: str = "GITHUB_OUTPUT") -> Iterator[Said]:
    """The commands that set one output or variable, whose name is in lower case, and their words: `name=…`, what stands
    between `name<<END` and `END`, and the older `::set-output name=…::`."""
    end = ""
    for command, words in written(commands, file):
        texts = [word.text for word in words]
        if end and end in texts:
            end = ""
        elif end or any(_sets(text, name) for text in texts) or _sets_in_body(command, name):
            yield command, words
        else:
            opening = next((text for text in texts if text.lower().startswith(f"{name}<<")), "")
            end, _, rest = opening.partition("<<")[2].partition("\n")
            if rest:  # all of it in one text
                end = ""
                yield command, words
    sign = f"::set-output name={name}::"
    for command in commands if file == "GITHUB_OUTPUT" else ():
        if sign in " ".join(word.text for word in command.words).lower():
            yield command, command.words


def _sets(text: str, name: str) -> bool:
    return text.lower().startswith(f"{name}=")


def _sets_in_body(command: Command, name: str) -> bool:
    """Whether a here-document sets it."""
    bodies = (redirect.body for redirect in command.redirects)
    return any(_sets(line.strip(), name) for body in bodies for line in body.splitlines())
