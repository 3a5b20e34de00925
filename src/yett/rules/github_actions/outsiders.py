"""What somebody without write access can set, and when a job runs for them.

The contexts are those of GitHub's page on untrusted input, and the fields of webhook payloads that hold free text:
https://docs.github.com/en/actions/concepts/security/script-injections
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from yett.parse import expression, shell
from yett.parse.expression import Context
from yett.parse.workflow import Expression, Job, Step, Workflow
from yett.parse.yaml import Mapping, Node, Scalar

PRIVILEGED = ("pull_request_target", "workflow_run", "issue_comment")
"""Events that outsiders can cause and that run with the secrets and the token of the base repository."""

Reach = Literal["outsider", "caller", "writer"]


class Source(NamedTuple):
    """Where a text comes from. `lines` says that it can hold several.

    A `caller` starts or calls the workflow or action. A `writer` may push to the repository.
    """

    name: str
    reach: Reach
    lines: bool


_PERSON = ("email", "name")
_FREE_TEXT = (
    "github.head_ref",
    "github.event.issue.title",
    "github.event.issue.body",
    "github.event.pull_request.title",
    "github.event.pull_request.body",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.head.label",
    "github.event.pull_request.head.repo.default_branch",
    "github.event.pull_request.head.repo.description",
    "github.event.pull_request.head.repo.homepage",
    "github.event.comment.body",
    "github.event.review.body",
    "github.event.review_comment.body",
    "github.event.discussion.title",
    "github.event.discussion.body",
    "github.event.changes.title.from",
    "github.event.changes.body.from",
    "github.event.pages.*.page_name",
    "github.event.commits.*.message",
    *(f"github.event.commits.*.{role}.{field}" for role in ("author", "committer") for field in _PERSON),
    "github.event.head_commit.message",
    *(f"github.event.head_commit.{role}.{field}" for role in ("author", "committer") for field in _PERSON),
    "github.event.merge_group.head_commit.message",
    "github.event.workflow_run.head_branch",
    "github.event.workflow_run.display_title",
    "github.event.workflow_run.head_commit.message",
    *(f"github.event.workflow_run.head_commit.author.{field}" for field in _PERSON),
    "github.event.workflow_run.head_repository.description",
    "github.event.workflow_run.pull_requests.*.head.ref",
    "github.event.check_run.check_suite.head_branch",
    "github.event.check_suite.head_branch",
)
_WRITERS = (
    "github.ref",
    "github.ref_name",
    "github.event.ref",
    "github.event.release.body",
    "github.event.release.name",
    "github.event.release.tag_name",
)
_PATTERNS = tuple(tuple(name.split(".")) for name in _FREE_TEXT)
_SEVERAL_LINES = ("body", "message", "from")

# Outputs of actions that hand on names of files and branches, which the author of a pull request chooses.
_OUTPUTS = {
    "tj-actions/changed-files": r".*_files",
    "tj-actions/branch-names": r"current_branch|head_ref_branch|ref_branch",
    "dorny/paths-filter": r".*_files",
    "jitterbit/get-changed-files": r"all|added.*|modified|removed|renamed",
    "xt0rted/pull-request-comment-branch": r"head_ref",
    "khan/pull-request-comment-trigger": r"comment_body",
    "actions/github-script": r"",
}


def reach(context: Context) -> Reach | None:
    """Who can set the text of a context; None for nobody, or nobody known."""
    if any(_covers(pattern, context.parts) for pattern in _PATTERNS):
        return "outsider"
    if context.name in _WRITERS:
        return "writer"
    match context.parts:
        case ("inputs", _, *_) | ("github", "event", "inputs" | "client_payload", _, *_):
            return "caller"
    return None


def _covers(pattern: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    """Whether a context is the text or holds it: `toJSON(github.event)` holds every field."""
    return len(parts) <= len(pattern) and all(
        have in (want, "*") or want == "*" for have, want in zip(parts, pattern, strict=False)
    )


def sources(workflow: Workflow, job: Job, step: Step | None, found: Expression, depth: int = 0) -> Iterator[Source]:
    """Where the text of an expression comes from, followed through `env`, outputs and the matrix."""
    # Each context once: what names itself ten times over would otherwise be followed ten times over, at every depth.
    for context in dict.fromkeys(found.flows()):
        yield from _of_context(workflow, job, step, context, depth)


_MAX_HOPS = 3


def _of_context(workflow: Workflow, job: Job, step: Step | None, context: Context, depth: int) -> Iterator[Source]:
    who = reach(context)
    if who == "caller" and "inputs" in context.parts and _is_fixed(workflow, context.parts[-1]):
        return
    if who:
        yield Source(context.name, who, context.parts[-1] in _SEVERAL_LINES or who == "caller")
        return
    if depth >= _MAX_HOPS:
        return
    match context.parts:
        case ("env", name):
            variable = next((value for key, value in workflow.env(job, step).items() if key.lower() == name), None)
            yield from _of_text(workflow, job, step, variable, depth)
        case ("matrix", name, *_):
            for value in job.matrix(name):
                yield from _of_text(workflow, job, None, value, depth)
        case ("steps", id_, "outputs", name):
            yield from _of_output(workflow, job, id_, name, depth)
        case ("needs", id_, "outputs", name):
            earlier = next((other for other in workflow.jobs if other.id.lower() == id_), None)
            outputs = earlier.get("outputs") if earlier else None
            if earlier and isinstance(outputs, Mapping):
                output = next((entry.value for key, entry in outputs.entries.items() if key.lower() == name), None)
                yield from _of_text(workflow, earlier, None, output, depth)


def _of_text(workflow: Workflow, job: Job, step: Step | None, value: Node | None, depth: int) -> Iterator[Source]:
    for inner in workflow.expressions(value):
        yield from sources(workflow, job, step, inner, depth + 1)


def _of_output(workflow: Workflow, job: Job, id_: str, name: str, depth: int) -> Iterator[Source]:
    step = next((step for step in job.steps if (own := step.text("id")) and own.text.lower() == id_), None)
    if step is None:
        return
    pattern = _OUTPUTS.get(step.action)
    if pattern and re.fullmatch(pattern, name):
        yield Source(f"steps.{id_}.outputs.{name}", "outsider", False)
    if step.script:
        for command, words in written(step.script.commands, "GITHUB_OUTPUT"):
            if any(word.text.lower().startswith(f"{name}=") for word in words):
                yield from of_command(workflow, job, step, command, depth)


def written(commands: tuple[shell.Command, ...], file: str) -> Iterator[tuple[shell.Command, tuple[shell.Word, ...]]]:
    """The commands that append to one of the runner's files (`GITHUB_OUTPUT`, `GITHUB_ENV`, …), and their words."""
    names = (f"${file}", f"${{{file}}}", f"$env:{file}")
    for pipeline in shell.pipelines(commands):
        last = pipeline[-1]
        targets = [redirect.target.text for redirect in last.redirects if redirect.operator in (">", ">>", ">|")]
        if shell.program(last) == "tee":
            targets += [word.text for word in last.words]
        if any(target in names for target in targets):
            yield pipeline[0], tuple(word for command in pipeline for word in command.words)


VARIABLE = re.compile(r"\$(?:\{)?(?:env:)?([A-Za-z_]\w*)")


def of_command(workflow: Workflow, job: Job, step: Step, command: shell.Command, depth: int = 0) -> Iterator[Source]:
    """Where the variables in a command come from, as far as `env:` tells; here-documents included."""
    texts = [word.text for word in command.words] + [redirect.body for redirect in command.redirects]
    env = workflow.env(job, step)
    for text in texts:
        for name in dict.fromkeys(VARIABLE.findall(text)):
            yield from _of_text(workflow, job, step, env.get(name), depth)


def _is_fixed(workflow: Workflow, name: str) -> bool:
    """Whether GitHub lets only harmless values into an input: truth values, numbers, choices from a list."""
    types: list[str] = []
    for event in ("workflow_dispatch", "workflow_call"):
        trigger = workflow.triggers.get(event)
        inputs = trigger.config.get("inputs") if trigger and isinstance(trigger.config, Mapping) else None
        for key, entry in inputs.entries.items() if isinstance(inputs, Mapping) else ():
            if key.lower() == name:
                kind = entry.value.get("type") if isinstance(entry.value, Mapping) else None
                types.append(kind.text if isinstance(kind, Scalar) else "string")
    return bool(types) and all(kind in ("boolean", "number", "choice", "environment") for kind in types)


_HERE, _FORK = "here/here", "fork/fork"


def _facts(event: str) -> dict[str, expression.Value]:
    """What holds when an event is caused from a fork."""
    run, head = "github.event.workflow_run", "github.event.pull_request.head"
    return {
        "github.event_name": event,
        "github.repository": _HERE,
        "github.repository_owner": "here",
        "github.event.repository.full_name": _HERE,
        "github.event.pull_request.base.repo.full_name": _HERE,
        f"{head}.repo.full_name": _FORK,
        f"{head}.repo.owner.login": "fork",
        f"{head}.user.login": "fork",
        f"{head}.repo.fork": True,
        f"{run}.event": "pull_request",
        f"{run}.head_repository.full_name": _FORK,
        f"{run}.head_repository.owner.login": "fork",
        f"{run}.head_repository.fork": True,
        f"{run}.repository.full_name": _HERE,
    }


def is_reached(workflow: Workflow, job: Job, event: str, step: Step | None = None) -> bool:
    """Whether an event caused from a fork can get to a job or step: no condition on the way rules it out."""
    facts = _facts(event)
    nodes = [step.node] if step else []
    nodes += [job.node, *(other.node for other in needed(workflow, job))]
    conditions = (workflow.condition(node) for node in nodes if "if" in node.entries)
    return not any(one and one.tree and expression.decide(one.tree, facts) is False for one in conditions)


_MAX_NEEDED = 50


def needed(workflow: Workflow, job: Job) -> tuple[Job, ...]:
    """The jobs that have to end well before a job starts, nearest first; the first fifty of them."""
    if not job.needs():
        return ()
    jobs = {other.id: other for other in workflow.jobs}
    found: dict[str, Job] = {}
    waiting = list(job.needs())
    while waiting and len(found) < _MAX_NEEDED:
        name = waiting.pop(0)
        if name in jobs and name not in found:
            found[name] = jobs[name]
            waiting += jobs[name].needs()
    return tuple(found.values())


_GATES = ("author_association", "label.name", "labels", "permission", "allowed", "authorized", "is_member", "approved")


def is_gated(workflow: Workflow, job: Job, step: Step | None = None) -> bool:
    """Whether somebody with rights has a say before a job runs: a label, a role, an environment that may ask."""
    if job.get("environment") is not None:
        return True
    conditions = [job.text("if"), step.text("if") if step else None]
    return any(condition and any(gate in condition.text.lower() for gate in _GATES) for condition in conditions)
