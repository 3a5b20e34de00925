"""What somebody without write access can set, and when a job runs for them.

The contexts are those of GitHub's page on untrusted input, and the fields of webhook payloads that hold free text:
https://docs.github.com/en/actions/concepts/security/script-injections
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from yett.lean import Literal, NamedTuple
from yett.parse import expression, shell
from yett.parse.expression import Context
from yett.parse.workflow import Job, Step, Workflow, flowing, is_false, pairs
from yett.parse.yaml import Mapping, Scalar
from yett.rules.github_actions.artifacts import downloads, filled, reads
from yett.rules.github_actions.asked import asked, checked
from yett.rules.github_actions.handed_on import callee
from yett.rules.github_actions.outputs import VARIABLE, given

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
    "github.event.changes.head.ref.from",
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
    # Of a pull request, the workflow that ran may be a file of its own, under any name.
    "github.event.workflow_run.path",
    "github.event.workflow.path",
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
    "gotson/pull-request-comment-branch": r"head_ref",
    "eficode/resolve-pr-refs": r"head_ref",
    "8bitjony/gh-get-current-pr": r"pr_title|pr_body|pr_head_ref|pr",
    "jwalton/gh-find-current-pr": r"title|body",
    "potiuk/get-workflow-origin": r"sourceheadbranch",
    "xt0rted/slash-command-action": r"command-arguments",
    "redhat-plumbers-in-action/download-artifact": r".*",
    "peter-murray/issue-body-parser-action": r"payload.*",
    "peter-murray/issue-forms-body-parser": r"payload.*",
    "stefanbuck/github-issue-parser": r"jsonstring|issueparser_.*",
    "zentered/issue-forms-body-parser": r"data",
    "trilom/file-changes-action": r"files.*",
    "ana06/get-changed-files": r"all|added.*|modified|removed|renamed",
    "lots0logs/gh-action-get-changed-files": r"all|added|modified|deleted|renamed",
}
# Actions that give the content of a file, and in which output.
_FILE_READERS = {"juliangruber/read-file-action": "content", "andstor/file-reader-action": "contents"}
# Actions that change a text and give it back: the input and the output.
_THROUGH = {
    "frabert/replace-string-action": ("string", "replaced"),
    "mad9000/actions-find-and-replace-string": ("source", "value"),
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

    @property
    def key(self) -> tuple[str, str, int]:
        # Only of `env` does the step that reads it say what is meant.
        is_env = self.context.parts[:1] == ("env",)
        return self.context.name, self.job.id, self.step.node.line if self.step and is_env else 0


_MAX_READS = 30
"""How many contexts are followed for one expression: what leads further is no longer looked into."""


def sources(
    workflow: Workflow, job: Job, step: Step | None, contexts: Iterable[Context], names: Names | None = None
) -> Iterator[Source]:
    """Where the text of contexts comes from, followed through `env`, outputs and the matrix. `names` of the workflow
    spare whoever asks more than once that scripts are read again."""
    names = names or Names(workflow)
    waiting = [_Read(context, job, step) for context in contexts]
    seen: set[tuple[str, str, int]] = set()
    while waiting and len(seen) < _MAX_READS:
        read = waiting.pop(0)
        if read.key in seen:
            continue
        seen.add(read.key)
        name, parts = read.context.name, read.context.parts
        who = reach(read.context)
        if who is None:
            is_theirs, behind = names.origin(read)
            if is_theirs:
                yield Source(name, "outsider", False)
            else:
                waiting += behind
        elif who != "caller" or "inputs" not in parts or not _is_fixed(workflow, parts[-1]):
            yield Source(name, who, parts[-1] in _SEVERAL_LINES or who == "caller")


class Names:
    """What names stand for, in lower case as contexts have them; each table is made when it is first asked for."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self._env: dict[tuple[str, int], dict[str, Scalar]] = {}
        self._steps: dict[str, dict[str, Step]] = {}
        self._origins: dict[tuple[str, str, int], tuple[bool, tuple[_Read, ...]]] = {}

    def origin(self, read: _Read) -> tuple[bool, tuple[_Read, ...]]:
        """Whether a context holds what outsiders wrote, and if not, what it was made of."""
        if read.key not in self._origins:
            is_theirs = _is_given_by_outsiders(self, read)
            behind = {} if is_theirs else {one.key: one for one in _behind(self, read)}
            self._origins[read.key] = (is_theirs, tuple(islice(behind.values(), _MAX_READS)))
        return self._origins[read.key]

    def variable(self, name: str, job: Job, step: Step | None) -> Scalar | None:
        key = (job.id, step.node.line if step else 0)
        if key not in self._env:
            self._env[key] = {name.lower(): value for name, value in self.workflow.env(job, step).items()}
        return self._env[key].get(name)

    def step(self, id_: str, job: Job) -> Step | None:
        if job.id not in self._steps:
            self._steps[job.id] = {own.text.lower(): step for step in job.steps if (own := step.text("id"))}
        return self._steps[job.id].get(id_)


def _behind(names: Names, read: _Read) -> Iterator[_Read]:
    """What a context was made of."""
    context, job, step = read
    match context.parts:
        case ("env", name):
            value = names.variable(name, job, step)
            yield from _reads(value, job, step)
            for made in _before(job, step) if value is None else ():
                for command, _ in given(made.script.commands, name, "GITHUB_ENV") if made.script else ():
                    yield from (_Read(one, job, made) for one in of_command(names.workflow, job, made, command))
        case ("matrix", name, *_):
            for value in job.matrix(name):
                yield from _reads(value, job, None)
        case ("steps", id_, "outputs", name):
            step = names.step(id_, job)
            if not step:
                return
            for command, _ in given(step.script.commands, name) if step.script else ():
                yield from (_Read(one, job, step) for one in of_command(names.workflow, job, step, command))
            through = _THROUGH.get(step.action)
            if through and through[1] == name:
                yield from _reads(step.input(through[0]), job, step)
            yield from _behind_action(names.workflow, job, step, name)
        case ("needs", id_, "outputs", name):
            earlier = next((other for other in names.workflow.jobs if other.id.lower() == id_), None)
            outputs = earlier.get("outputs") if earlier else None
            for key, output in pairs(outputs) if earlier else ():
                if earlier and key.text.lower() == name:
                    yield from _reads(output, earlier, None)


def _before(job: Job, step: Step | None) -> tuple[Step, ...]:
    """The steps that have run before one."""
    return job.steps[: job.steps.index(step)] if step in job.steps else ()


def _behind_action(workflow: Workflow, job: Job, step: Step, name: str) -> Iterator[_Read]:
    """The inputs that an output of an action of this tree was made of, as they are given here."""
    for found in _of_action(workflow, step, name):
        if found.reach == "caller":
            yield from _reads(step.input(found.name.rpartition(".")[2]), job, step)


def _of_action(workflow: Workflow, step: Step, name: str) -> Iterator[Source]:
    """Where the text of an output of an action of this tree comes from; no deeper."""
    called = callee(workflow, step.text("uses")) if workflow.kind == "workflow" else None
    outputs = called.root.get("outputs") if called and called.kind == "action" else None
    output = outputs.get(name) if isinstance(outputs, Mapping) else None
    value = output.get("value") if isinstance(output, Mapping) else None
    if called and isinstance(value, Scalar):
        yield from sources(called, called.jobs[0], None, flowing(value.text))


def _reads(value: Scalar | None, job: Job, step: Step | None) -> Iterator[_Read]:
    return (_Read(context, job, step) for context in flowing(value.text)) if value else iter(())


def _is_given_by_outsiders(names: Names, read: _Read) -> bool:
    """Whether a context holds what a step was given or asked for, and outsiders wrote."""
    context, job, step = read
    parts = context.parts
    if _is_output_of_outsiders(names, job, parts) or _is_of_artifact(names, job, parts):
        return True
    match parts:
        case ("steps", id_, "outputs", name):
            made = names.step(id_, job)
            if not made:
                return False
            if any(one.reach == "outsider" for one in _of_action(names.workflow, made, name)):
                return True
            return _is_asked(names.workflow, job, made, name, "GITHUB_OUTPUT")
        case ("env", name) if names.variable(name, job, step) is None:
            return any(_is_asked(names.workflow, job, made, name, "GITHUB_ENV") for made in _before(job, step))
    return False


def _is_asked(workflow: Workflow, job: Job, made: Step, name: str, file: str) -> bool:
    if not made.script:
        return False
    commands = made.script.commands
    files = "pull_request" in workflow.triggers or is_of_head(workflow, job, made)
    return any(asked(commands, (words for _, words in given(commands, name, file)), files))


def is_of_head(workflow: Workflow, job: Job, step: Step) -> bool:
    """Whether the files that a step sees are those of a pull request, and it has the rights of the base."""
    checkouts = (one for one in job.steps[: job.steps.index(step)] if one.action == "actions/checkout")
    refs = [value.text for one in checkouts for name in ("ref", "repository") if (value := one.input(name))]
    is_privileged = any(name in workflow.triggers for name in PRIVILEGED)
    return is_privileged and any("head" in ref or "pull/" in ref for ref in refs)


def _is_output_of_outsiders(names: Names, job: Job, parts: tuple[str, ...]) -> bool:
    match parts:
        case ("steps", id_, "outputs", name):
            step = names.step(id_, job)
            pattern = _OUTPUTS.get(step.action) if step else None
            if not step or pattern is None or re.fullmatch(pattern, name) is None:
                return False
            if step.action == "xt0rted/slash-command-action":
                asked_for = step.input("permission-level")
                return asked_for is not None and asked_for.text.strip() in ("none", "read")
            # Since version 41 it puts a backslash before what a shell reads, unless it is told not to.
            escapes = step.action == "tj-actions/changed-files" and major(names.workflow, step) >= 41
            return not escapes or is_false(step.input("safe_output"))
    return False


def _is_of_artifact(names: Names, job: Job, parts: tuple[str, ...]) -> bool:
    """Whether a step hands on what stands in a file, after the artifact of another run, or the head of a pull request
    was fetched."""
    match parts:
        case ("steps", id_, "outputs", name):
            made = names.step(id_, job)
        case _:
            return False
    if not made or not any(event in names.workflow.triggers for event in PRIVILEGED):
        return False
    before = job.steps[: job.steps.index(made) + 1]
    if any(step.action == "actions/checkout" for step in before):
        # Beside a checkout, the file may be one of the repository's own.
        if not is_of_head(names.workflow, job, made):
            return False
    elif not any(downloads(names.workflow, step) for step in before):
        return False
    if made.action in _FILE_READERS:
        return name == _FILE_READERS[made.action]
    if not made.script:
        return False
    commands = made.script.commands
    files = {variable for variable, _ in filled(commands)} - checked(commands)
    mine = (word for _, words in given(commands, name) for word in words)
    return any(next(reads(word), "") or not files.isdisjoint(VARIABLE.findall(word.text)) for word in mine)


def major(workflow: Workflow, step: Step) -> int:
    """The major version of an action, which the ref or a comment behind it tells; 0 where neither does."""
    uses = step.text("uses")
    line = workflow.lines[uses.line - 1] if uses and uses.line <= len(workflow.lines) else ""
    found = re.search(r"@v?(\d{1,3})(?:\.|\s|$)|#\s*v?(\d{1,3})\b", line[uses.column - 1 :]) if uses else None
    return int(found[1] or found[2]) if found else 0


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
_OURS_BY_NAME = r"\bgithub\.repository(_owner)?\s*==\s*'([\w.-]{1,100}(?:/[\w.-]{1,100})?)'"


def _here(conditions: Iterable[str]) -> str:
    """The name of the repository, where conditions tell it: whoever asks for it asks for the one he is in."""
    found = next((found for text in conditions for found in re.finditer(_OURS_BY_NAME, text)), None)
    return _HERE if not found else f"{found[2]}/{found[2]}" if found[1] else found[2]


def _facts(event: str, here: str) -> dict[str, expression.Value]:
    """What holds when an event is caused from a fork of a repository."""
    run, head = "github.event.workflow_run", "github.event.pull_request.head"
    return {
        "github.event_name": event,
        "github.repository": here,
        "github.repository_owner": here.partition("/")[0],
        "github.event.repository.full_name": here,
        "github.event.pull_request.base.repo.full_name": here,
        f"{head}.repo.full_name": _FORK,
        f"{head}.repo.owner.login": "fork",
        f"{head}.user.login": "fork",
        f"{head}.repo.fork": True,
        f"{run}.event": "pull_request",
        f"{run}.head_repository.full_name": _FORK,
        f"{run}.head_repository.owner.login": "fork",
        f"{run}.head_repository.fork": True,
        f"{run}.repository.full_name": here,
    }


def is_reached(workflow: Workflow, job: Job, event: str, step: Step | None = None) -> bool:
    """Whether an event caused from a fork can get to a job or step: no condition on the way rules it out."""
    nodes = [step.node] if step else []
    nodes += [job.node, *(other.node for other in needed(workflow, job))]
    conditions = [one for node in nodes if "if" in node.entries and (one := workflow.condition(node))]
    facts = _facts(event, _here(one.text for one in conditions)) if conditions else {}
    return not any(one.tree and expression.decide(one.tree, facts) is False for one in conditions)


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
