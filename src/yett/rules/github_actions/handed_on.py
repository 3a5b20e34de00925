"""What a workflow hands on to actions and workflows of its own tree, and what they do with it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from yett.parse.source import ParseError
from yett.parse.workflow import Job, Step, Workflow, pairs, parse, parse_action
from yett.parse.yaml import Scalar

_MAX_TEXT = 1 << 18


def callee(workflow: Workflow, uses: Scalar | None) -> Workflow | None:
    """The action or workflow of this tree that a `uses:` names; None for any other, and for what cannot be read."""
    tree = workflow.tree
    if uses is None or tree is None or not uses.text.startswith(("./", "$/")):
        return None
    path = posixpath.normpath(uses.text.strip()[2:])

    def make() -> Workflow | None:
        is_file = path.endswith((".yml", ".yaml"))
        for name in (path,) if is_file else (f"{path}/action.yml", f"{path}/action.yaml"):
            text = tree.text(name.removeprefix("./"))
            if text and len(text) < _MAX_TEXT:
                try:
                    found = parse(text) if is_file else parse_action(text)
                except ParseError:
                    return None
                return found._replace(file=name) if found else None
        return None

    return None if path.startswith("..") else tree.once((__name__, path), make)


def handed(workflow: Workflow) -> Iterator[tuple[Job, Step | None, Scalar, str, Workflow]]:
    """Each input that a job or step hands to something of this tree: where, its value, its name in lower case, and to
    what."""
    for job in workflow.jobs:
        called = callee(workflow, job.text("uses"))
        for key, value in pairs(job.get("with")) if called else ():
            if called and "${{" in value.text:
                yield job, None, value, key.text.lower(), called
        for step in job.steps:
            called = callee(workflow, step.text("uses"))
            for key, value in step.inputs() if called else ():
                if called and "${{" in value.text:
                    yield job, step, value, key.text.lower(), called
