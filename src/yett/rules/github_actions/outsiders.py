"""What somebody without write access can set, and when a job runs for them.

The contexts are those of GitHub's page on untrusted input, and the fields of webhook payloads that hold free text:
https://docs.github.com/en/actions/concepts/security/script-injections
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from yett.parse import expression, shell
from yett.parse.expression import Context
from yett.parse.workflow import Job, Step, Workflow, flowing, is_false, pairs
from yett.parse.yaml import Mapping, Scalar
from yett.rules.github_actions.artifacts import downloads, filled, reads

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
}


# Endings of contexts that GitHub's page says to distrust, and the parts of payloads that those with rights fill.
_DISTRUSTED = frozenset(
    ("body", "default_branch", "email", "head_ref", "label", "message", "name", "page_name", "ref", "title")
)
_OURS = frozenset(
    {
        *("repository", "organization", "enterprise", "sender", "installation", "base", "milestone", "label", "labels"),
        *("workflow", "deployment", "deployment_status", "release", "environment", "app", "inputs", "client_payload"),
        *("team", "requested_team", "alert", "branch_protection_rule", "registry_package", "package", "repo", "user"),
        *("check_run", "check_suite", "workflow_job", "steps", "answer", "project", "project_card", "rule", "runner"),
        *("category", "merge_group", "member", "key", "hook", "marketplace_purchase"),
    }
)


def reach(context: Context) -> Reach | None:
    """Who can set the text of a context; None for nobody, or nobody known."""
    match context.parts:
        case ("github", "event", *middle, last) if last in _DISTRUSTED and middle and not _OURS.intersection(middle):
            return "outsider"
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


class _Read(NamedTuple):
    """A context and where it is read, which says what it means."""

    context: Context
    job: Job
    step: Step | None


_MAX_READS = 30
"""How many contexts are followed for one expression: what leads further is no longer looked into."""


def sources(workflow: Workflow, job: Job, step: Step | None, contexts: Iterable[Context]) -> Iterator[Source]:
    """Where the text of contexts comes from, followed through `env`, outputs and the matrix."""
    names = _Names(workflow)
    waiting = [_Read(context, job, step) for context in contexts]
    seen: set[tuple[str, str, int]] = set()
    while waiting and len(seen) < _MAX_READS:
        read = waiting.pop(0)
        key = (read.context.name, read.job.id, read.step.node.line if read.step else 0)
        if key in seen:
            continue
        seen.add(key)
        name, parts = read.context.name, read.context.parts
        who = reach(read.context)
        if who is None and (_is_output_of_outsiders(names, read.job, parts) or _is_of_artifact(names, read.job, parts)):
            yield Source(name, "outsider", False)
        elif who is None:
            waiting += _behind(names, read)
        elif who != "caller" or "inputs" not in parts or not _is_fixed(workflow, parts[-1]):
            yield Source(name, who, parts[-1] in _SEVERAL_LINES or who == "caller")


class _Names:
    """What names stand for, in lower case as contexts have them; each table is made when it is first asked for."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self._env: dict[tuple[str, int], dict[str, Scalar]] = {}
        self._steps: dict[str, dict[str, Step]] = {}

    def variable(self, name: str, job: Job, step: Step | None) -> Scalar | None:
        key = (job.id, step.node.line if step else 0)
        if key not in self._env:
            self._env[key] = {name.lower(): value for name, value in self.workflow.env(job, step).items()}
        return self._env[key].get(name)

    def step(self, id_: str, job: Job) -> Step | None:
        if job.id not in self._steps:
            self._steps[job.id] = {own.text.lower(): step for step in job.steps if (own := step.text("id"))}
        return self._steps[job.id].get(id_)


def _behind(names: _Names, read: _Read) -> Iterator[_Read]:
    """What a context was made of."""
    context, job, step = read
    match context.parts:
        case ("env", name):
            yield from _reads(names.variable(name, job, step), job, step)
        case ("matrix", name, *_):
            for value in job.matrix(name):
                yield from _reads(value, job, None)
        case ("steps", id_, "outputs", name):
            made = names.step(id_, job)
            for command, words in written(made.script.commands, "GITHUB_OUTPUT") if made and made.script else ():
                if made and any(word.text.lower().startswith(f"{name}=") for word in words):
                    yield from (_Read(one, job, made) for one in of_command(names.workflow, job, made, command))
        case ("needs", id_, "outputs", name):
            earlier = next((other for other in names.workflow.jobs if other.id.lower() == id_), None)
            outputs = earlier.get("outputs") if earlier else None
            for key, output in pairs(outputs) if earlier else ():
                if earlier and key.text.lower() == name:
                    yield from _reads(output, earlier, None)


def _reads(value: Scalar | None, job: Job, step: Step | None) -> Iterator[_Read]:
    return (_Read(context, job, step) for context in flowing(value.text)) if value else iter(())


def _is_output_of_outsiders(names: _Names, job: Job, parts: tuple[str, ...]) -> bool:
    match parts:
        case ("steps", id_, "outputs", name):
            step = names.step(id_, job)
            pattern = _OUTPUTS.get(step.action) if step else None
            if not step or pattern is None or re.fullmatch(pattern, name) is None:
                return False
            # Since version 41 it puts a backslash before what a shell reads, unless it is told not to.
            escapes = step.action == "tj-actions/changed-files" and major(names.workflow, step) >= 41
            return not escapes or is_false(step.input("safe_output"))
    return False


def _is_of_artifact(names: _Names, job: Job, parts: tuple[str, ...]) -> bool:
    """Whether a step hands on what stands in a file, after the artifact of another run was fetched."""
    match parts:
        case ("steps", id_, "outputs", name):
            made = names.step(id_, job)
        case _:
            return False
    if not made or not made.script or "workflow_run" not in names.workflow.triggers:
        return False
    before = job.steps[: job.steps.index(made) + 1]
    # Beside a checkout, the file may be one of the repository's own.
    if any(step.action == "actions/checkout" for step in before):
        return False
    if not any(downloads(names.workflow, step) for step in before):
        return False
    files = dict(filled(made.script.commands))
    said = (word for _, words in written(made.script.commands, "GITHUB_OUTPUT") for word in words)
    mine = (word for word in said if word.text.lower().startswith(f"{name}="))
    return any(next(reads(word), "") or not files.keys().isdisjoint(VARIABLE.findall(word.text)) for word in mine)


def major(workflow: Workflow, step: Step) -> int:
    """The major version of an action, which the ref or a comment behind it tells; 0 where neither does."""
    uses = step.text("uses")
    line = workflow.lines[uses.line - 1] if uses and uses.line <= len(workflow.lines) else ""
    found = re.search(r"@v?(\d{1,3})(?:\.|\s|$)|#\s*v?(\d{1,3})\b", line[uses.column - 1 :]) if uses else None
    return int(found[1] or found[2]) if found else 0


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


def of_command(workflow: Workflow, job: Job, step: Step, command: shell.Command) -> Iterator[Context]:
    """The contexts in the text of a command: pasted into it, or in a variable that `env:` sets; here-documents too."""
    env = workflow.env(job, step)
    for text in (*(word.text for word in command.words), *(redirect.body for redirect in command.redirects)):
        yield from flowing(text)
        for name in dict.fromkeys(VARIABLE.findall(text)):
            if name in env:
                yield from flowing(env[name].text)


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
