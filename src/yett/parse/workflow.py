"""Workflows and actions of GitHub Actions as what they mean, every part with its place.

Syntax: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate

from yett.lean import Literal, NamedTuple
from yett.parse import expression, shell
from yett.parse.source import ParseError, Span, line_at
from yett.parse.tree import Tree
from yett.parse.yaml import Mapping, Node, Scalar, Sequence, compose, texts

MAX_JOBS = 1_000
MAX_STEPS = 2_000
MAX_SCRIPT = 1 << 19
"""The text of all scripts together. An alias can name a long script a thousand times over."""


class Expression(NamedTuple):
    """A `${{ … }}`, or the bare text of an `if:`. `tree` is None where GitHub would refuse it."""

    text: str
    span: Span
    tree: expression.Tree | None

    def flows(self) -> tuple[expression.Context, ...]:
        """The contexts whose text can become the text of the result; all of them for text that cannot be parsed."""
        if self.tree is None:
            return _guessed(self.text)
        return tuple(expression.flows(self.tree))

    def contexts(self) -> tuple[expression.Context, ...]:
        """Every context that is read."""
        return _guessed(self.text) if self.tree is None else tuple(expression.contexts(self.tree))


class Trigger(NamedTuple):
    """An event under `on:`. `config` is what stands below it, if anything."""

    name: str
    at: Scalar
    config: Node | None


class Script(NamedTuple):
    """What `run:` holds. `shell` is the one that was named, "" for the runner's default."""

    at: Scalar
    shell: str
    commands: tuple[shell.Command, ...]

    @property
    def text(self) -> str:
        return self.at.text


class Step(NamedTuple):
    """One step. `label` is its id, its name, its action or "run", whichever comes first.

    `action` is `owner/name` or `owner/name/path` in lower case where `uses:` names a repository, "" otherwise.
    """

    node: Mapping
    label: str
    action: str
    ref: str
    script: Script | None

    def get(self, key: str) -> Node | None:
        return self.node.get(key)

    def text(self, key: str) -> Scalar | None:
        value = self.node.get(key)
        return value if isinstance(value, Scalar) else None

    def input(self, name: str) -> Scalar | None:
        """The text of an input under `with:`, whose names know no case."""
        return next((scalar for key, scalar in self.inputs() if key.text.lower() == name), None)

    def inputs(self) -> Iterator[tuple[Scalar, Scalar]]:
        return pairs(self.node.get("with"))


class Job(NamedTuple):
    """One job, or the `runs:` of a composite action."""

    id: str
    key: Scalar
    node: Mapping
    steps: tuple[Step, ...]

    def get(self, key: str) -> Node | None:
        return self.node.get(key)

    def text(self, key: str) -> Scalar | None:
        value = self.node.get(key)
        return value if isinstance(value, Scalar) else None

    def needs(self) -> tuple[str, ...]:
        return tuple(scalar.text for scalar in listed(self.node.get("needs")))

    def matrix(self, name: str) -> tuple[Scalar, ...]:
        """The values that `matrix.<name>` takes; empty where they are not written out."""
        strategy = self.node.get("strategy")
        matrix = strategy.get("matrix") if isinstance(strategy, Mapping) else None
        if not isinstance(matrix, Mapping):
            return ()
        found = list(listed(_folded(matrix, name)))
        include = matrix.get("include")
        for item in include.items if isinstance(include, Sequence) else ():
            value = _folded(item, name) if isinstance(item, Mapping) else None
            found += listed(value)
        left_out = _excluded(matrix, name)
        return tuple(scalar for scalar in found if scalar.text not in left_out)


Kind = Literal["workflow", "action"]


class Workflow(NamedTuple):
    """A workflow, or an action: then `jobs` holds its steps as one job, and `triggers` is empty.

    `file` is its path and `tree` holds the other files, "" and None where nobody said.
    """

    kind: Kind
    root: Mapping
    triggers: dict[str, Trigger]
    jobs: tuple[Job, ...]
    lines: tuple[str, ...]
    file: str = ""
    tree: Tree | None = None

    def steps(self) -> Iterator[tuple[Job, Step]]:
        return ((job, step) for job in self.jobs for step in job.steps)

    def path(self, job: Job, step: Step | None = None) -> str:
        """Where a job or step is in the document, without an index: moving it changes nothing."""
        base = f"jobs.{job.id}" if self.kind == "workflow" else job.id
        return f"{base}.steps[{step.label}]" if step else base

    def env(self, job: Job | None = None, step: Step | None = None) -> dict[str, Scalar]:
        """The variables that `env:` sets here, the innermost setting of each."""
        nodes = (self.root.get("env"), job and job.get("env"), step and step.get("env"))
        return {key.text: value for node in nodes for key, value in pairs(node or None)}

    def span(self, scalar: Scalar, start: int, end: int) -> Span:
        """Where a part of a text stands in the file. Exact for literal blocks and for texts on one line without
        escapes; the start of the text otherwise."""
        if scalar.style == "|":
            return self._span_in_block(scalar, start, end)
        quote = 1 if scalar.style in ("'", '"') else 0
        column = scalar.column + quote
        raw = self.lines[scalar.line - 1][column - 1 : column - 1 + len(scalar.text)]
        if raw == scalar.text and scalar.line == scalar.end_line:
            return Span(scalar.line, column + start, scalar.line, column + end)
        return whole(scalar)

    def _span_in_block(self, scalar: Scalar, start: int, end: int) -> Span:
        def place(offset: int) -> tuple[int, int]:
            number, begin, finish = line_at(scalar.text, offset)
            line = scalar.line + 1 + number
            raw = self.lines[line - 1] if line <= len(self.lines) else ""
            return line, len(raw) - (finish - begin) + offset - begin + 1

        return Span(*place(start), *place(max(start, end - 1)))._replace(end_column=place(max(start, end - 1))[1] + 1)

    def expressions(self, node: Node | None) -> Iterator[Expression]:
        """The expressions in the texts under a node. Bare conditions are not among them: see `condition`."""
        for scalar in texts(node) if node else ():
            if "${{" in scalar.text:
                yield from self._expressions_in(scalar)

    def _expressions_in(self, scalar: Scalar) -> Iterator[Expression]:
        found = list(_expressions(scalar.text))
        spans = self._raw_spans(scalar)
        for index, (start, end) in enumerate(found):
            # The text and its source hold the same expressions, unless escapes hide one from the source.
            span = spans[index] if len(spans) == len(found) else self.span(scalar, start, end)
            text = scalar.text[start + 3 : end - 2].strip()
            yield Expression(text, span, _tree(text))

    def _raw_spans(self, scalar: Scalar) -> list[Span]:
        first = scalar.line + (1 if scalar.style in ("|", ">") else 0)
        lines = list(self.lines[first - 1 : scalar.end_line])
        if not lines:
            return []
        skipped = scalar.column - 1 if first == scalar.line else 0
        lines[0] = lines[0][skipped:]
        if first - 1 + len(lines) == scalar.end_line:
            cut = scalar.end_column - 1 - (skipped if len(lines) == 1 else 0)
            lines[-1] = lines[-1][: max(0, cut)]
        starts = list(accumulate((len(line) + 1 for line in lines), initial=0))

        def place(offset: int) -> tuple[int, int]:
            row = bisect_right(starts, offset) - 1
            return first + row, offset - starts[row] + 1 + (0 if row else skipped)

        return [Span(*place(start), *place(end)) for start, end in _expressions("\n".join(lines))]

    def condition(self, node: Mapping) -> Expression | None:
        """The `if:` of a job or step, with or without `${{ }}`; None for none, and for text around a `${{ }}`."""
        scalar = node.get("if")
        if not isinstance(scalar, Scalar):
            return None
        text = scalar.text.strip()
        if "${{" not in text:
            return Expression(text, whole(scalar), _tree(text))
        found = list(self._expressions_in(scalar))
        if len(found) == 1 and text.startswith("${{") and text.endswith("}}"):
            return found[0]
        return None


def parse(text: str) -> Workflow | None:
    """The workflow in a text, None for a text without content. Raises `ParseError`."""
    root = compose(text)
    if root is None or (isinstance(root, Scalar) and not root.text):
        return None
    if not isinstance(root, Mapping):
        raise ParseError(root.line, root.column, "a workflow is a mapping, and this is not one")
    lines = tuple(text.split("\n"))
    for key in ("on", "jobs"):
        if root.get(key) is None:
            raise ParseError(root.line, root.column, f"there is no `{key}:`, so this is not a workflow")
    jobs = _mapping(root.get("jobs"), "`jobs:`")
    _refuse_too_many(jobs)
    defaults = _default_shell(root)
    found = tuple(_job(key, _mapping(value, f"the job {key.text!a}"), defaults) for key, value in jobs.entries.values())
    return Workflow("workflow", root, _triggers(root.get("on")), found, lines)


def parse_action(text: str) -> Workflow | None:
    """The action in the text of an `action.yml`, None where it is none of GitHub's. Raises `ParseError`."""
    root = compose(text)
    runs = root.get("runs") if isinstance(root, Mapping) else None
    if not isinstance(root, Mapping) or not isinstance(runs, Mapping):
        return None
    key = root.entries["runs"].key
    _refuse_too_many(Mapping({key.text: root.entries["runs"]}, root.line, root.column, root.line, root.column))
    return Workflow("action", root, {}, (_job(key, runs, ""),), tuple(text.split("\n")))


@lru_cache(maxsize=256)
def flowing(text: str) -> tuple[expression.Context, ...]:
    """The contexts whose text can become part of a text that holds expressions."""
    found = (text[start + 3 : end - 2].strip() for start, end in _expressions(text))
    return tuple(dict.fromkeys(context for one in found for context in Expression(one, _NOWHERE, _tree(one)).flows()))


_NOWHERE = Span(0, 0, 0, 0)


def whole(node: Node) -> Span:
    return Span(node.line, node.column, node.end_line, node.end_column)


def listed(node: Node | None) -> tuple[Scalar, ...]:
    """The texts of a list, or the one text that may stand for a list."""
    match node:
        case Scalar():
            return (node,)
        case Sequence(items=items):
            return tuple(item for item in items if isinstance(item, Scalar))
    return ()


def pairs(node: Node | None) -> Iterator[tuple[Scalar, Scalar]]:
    """The keys and texts of a mapping such as `env:` or `with:`."""
    if isinstance(node, Mapping):
        for key, value in node.entries.values():
            if isinstance(value, Scalar):
                yield key, value


def is_dynamic(text: str) -> bool:
    """Whether a text holds an expression, so that only a run tells what it is."""
    return "${{" in text


def is_true(scalar: Scalar | None) -> bool:
    return scalar is not None and scalar.text.strip().lower() == "true"


def is_false(scalar: Scalar | None) -> bool:
    return scalar is not None and scalar.text.strip().lower() == "false"


def _mapping(node: Node | None, what: str) -> Mapping:
    if isinstance(node, Mapping):
        return node
    line, column = (node.line, node.column) if node else (1, 1)
    raise ParseError(line, column, f"{what} is not a mapping")


def _refuse_too_many(jobs: Mapping) -> None:
    """Raise `ParseError` where there is more than any workflow holds, before all of it is read."""
    steps = script = 0
    for index, (key, job) in enumerate(jobs.entries.values()):
        listed_steps = job.get("steps") if isinstance(job, Mapping) else None
        for step in _flat(listed_steps) if isinstance(listed_steps, Sequence) else ():
            run = step.get("run") if isinstance(step, Mapping) else None
            steps += 1
            script += len(run.text) if isinstance(run, Scalar) else 0
        if index >= MAX_JOBS or steps > MAX_STEPS or script > MAX_SCRIPT:
            raise ParseError(key.line, key.column, "there are more jobs, steps or scripts than any workflow has")


def _triggers(node: Node | None) -> dict[str, Trigger]:
    if isinstance(node, Mapping):
        return {key.text: Trigger(key.text, key, value) for key, value in node.entries.values()}
    return {scalar.text: Trigger(scalar.text, scalar, None) for scalar in listed(node)}


def _job(key: Scalar, node: Mapping, default_shell: str) -> Job:
    steps = node.get("steps")
    if steps is not None and not isinstance(steps, Sequence):
        raise ParseError(steps.line, steps.column, f"the steps of {key.text!a} are not a list")
    chosen = _default_shell(node) or default_shell
    windows = _is_windows(node.get("runs-on"))
    found = (_step(_mapping(item, f"a step of {key.text!a}"), chosen, windows) for item in _flat(steps))
    return Job(key.text, key, node, tuple(found))


def _flat(steps: Sequence | None) -> Iterator[Node]:
    """The steps, those of a `parallel:` group in the place of the group."""
    for item in steps.items if steps else ():
        group = item.get("parallel") if isinstance(item, Mapping) else None
        if isinstance(group, Sequence):
            yield from group.items
        else:
            yield item


def _is_windows(runs_on: Node | None) -> bool:
    """Whether the labels of a runner are those of Windows, whose shell is PowerShell where none is named."""
    labels = runs_on.get("labels") if isinstance(runs_on, Mapping) else runs_on
    return any(label.text.strip().lower().startswith("windows") for label in listed(labels))


def _step(node: Mapping, default_shell: str, windows: bool) -> Step:
    uses, run, chosen = node.get("uses"), node.get("run"), node.get("shell")
    action, ref = action_of(uses.text) if isinstance(uses, Scalar) else ("", "")
    script = None
    if isinstance(run, Scalar):
        named = chosen.text if isinstance(chosen, Scalar) else default_shell
        powershell = named.startswith(("pwsh", "powershell")) or (windows and not named)
        script = Script(run, named, shell.commands(run.text, powershell) if _is_read(named) else ())
    named_by = next((value.text for key in ("id", "name") if isinstance(value := node.get(key), Scalar)), "")
    return Step(node, named_by or action.rpartition("/")[2] or "run", action, ref, script)


def _is_read(name: str) -> bool:
    """Whether the commands of a script are read: a shell's are, and PowerShell's, which look much the same."""
    return not name.startswith(("python", "node", "perl", "cmd"))


def action_of(uses: str) -> tuple[str, str]:
    """(`owner/name` with any path, in lower case; the ref) of a `uses:`; ("", "") for local paths and images."""
    # `$/` is the repository that holds the workflow, at the commit of the workflow.
    if uses.startswith(("./", "../", "$/", "docker://")) or is_dynamic(uses):
        return "", ""
    name, _, ref = uses.strip().partition("@")
    return (name.lower(), ref) if "/" in name else ("", "")


def _default_shell(node: Mapping) -> str:
    defaults = node.get("defaults")
    run = defaults.get("run") if isinstance(defaults, Mapping) else None
    chosen = run.get("shell") if isinstance(run, Mapping) else None
    return chosen.text if isinstance(chosen, Scalar) else ""


def _folded(mapping: Mapping, name: str) -> Node | None:
    return next((entry.value for key, entry in mapping.entries.items() if key.lower() == name.lower()), None)


def _excluded(matrix: Mapping, name: str) -> set[str]:
    """The values that `exclude:` leaves out whatever the others are."""
    exclude = matrix.get("exclude")
    items = exclude.items if isinstance(exclude, Sequence) else ()
    alone = (item for item in items if isinstance(item, Mapping) and len(item.entries) == 1)
    return {value.text for item in alone if isinstance(value := _folded(item, name), Scalar)}


def _expressions(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every `${{ … }}`; a `}}` inside a string does not end one."""
    at = text.find("${{")
    while at >= 0:
        end = _expression_end(text, at + 3)
        if end < 0:
            return
        yield at, end
        at = text.find("${{", end)


def _expression_end(text: str, at: int) -> int:
    while True:
        closing = text.find("}}", at)
        if closing < 0:
            return -1
        quote = text.find("'", at, closing)
        if quote < 0:
            return closing + 2
        quote = text.find("'", quote + 1)
        if quote < 0:
            return closing + 2
        at = quote + 1


@lru_cache(maxsize=2048)
def _tree(text: str) -> expression.Tree | None:
    try:
        return expression.parse(text)
    except expression.ExpressionError:
        return None


_DOTTED = r"[A-Za-z_][\w-]*+(?:\.(?:[A-Za-z_][\w-]*+|\*))*+"


def _guessed(text: str) -> tuple[expression.Context, ...]:
    """What looks like a context in a text that is no expression."""
    return tuple(
        expression.Context(tuple(found.lower().split("."))) for found in re.findall(_DOTTED, text) if "." in found
    )
