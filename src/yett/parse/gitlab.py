"""Pipelines of GitLab CI as jobs and scripts, every part with its place.

Syntax: https://docs.gitlab.com/ci/yaml/
"""

from __future__ import annotations

from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.parse import shell
from yett.parse.source import ParseError, Span, line_at
from yett.parse.yaml import Entry, Mapping, Node, Scalar, Sequence, compose_all

MAX_JOBS = 2_000
MAX_SCRIPT = 1 << 19
"""The text of all scripts together; `extends` and aliases can name a long script many times over."""
_MAX_EXTENDS = 11
"""GitLab's own limit for the depth of `extends`."""

KEYWORDS = frozenset(
    {
        *("default", "include", "stages", "variables", "workflow", "image", "services", "cache", "before_script"),
        *("after_script", "spec", "pages:deploy"),
    }
)
"""Keys at the top that are no jobs. `pages` is one."""


class Script(NamedTuple):
    """One line or block of a script."""

    at: Scalar
    commands: tuple[shell.Command, ...]


class Job(NamedTuple):
    """One job, or a hidden one that others extend. `entries` has what `extends`, merge keys and this file's defaults
    give it; `own` what stands in it."""

    name: str
    key: Scalar
    own: dict[str, Entry]
    entries: dict[str, Entry]
    scripts: tuple[Script, ...]

    @property
    def is_hidden(self) -> bool:
        return self.name.startswith(".")

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry.value if entry else None

    def extends(self) -> tuple[str, ...]:
        entry = self.own.get("extends")
        return tuple(scalar.text for scalar in listed(entry.value if entry else None))


class Variable(NamedTuple):
    """A variable that is set. `where` is the job's name, "" for the whole pipeline."""

    where: str
    name: str
    value: Scalar


class Image(NamedTuple):
    """An image of a job or service; `service` says which."""

    where: str
    at: Scalar
    service: bool


class Pipeline(NamedTuple):
    """A pipeline, or a part of one that others include."""

    root: Mapping
    jobs: tuple[Job, ...]
    lines: tuple[str, ...]

    def variables(self) -> Iterator[Variable]:
        yield from _variables("", self.root.get("variables"))
        for job in self.jobs:
            entry = job.own.get("variables")
            yield from _variables(job.name, entry.value if entry else None)

    def images(self) -> Iterator[Image]:
        default = self.root.get("default")
        for node in (self.root, default):
            if isinstance(node, Mapping):
                yield from _images("", node.entries)
        for job in self.jobs:
            yield from _images(job.name, job.own)

    def scripts(self) -> Iterator[tuple[str, Script]]:
        """Every script with the name of the job it is in; those at the top belong to "default"."""
        default = self.root.get("default")
        for node in (self.root, default):
            if isinstance(node, Mapping):
                yield from (("default", script) for script in _scripts(node.entries))
        for job in self.jobs:
            yield from ((job.name, script) for script in job.scripts)

    def span(self, scalar: Scalar, start: int, end: int) -> Span:
        """Where a part of a text stands: exact for literal blocks and for texts on one line without escapes."""
        if scalar.style == "|":
            number, begin, finish = line_at(scalar.text, start)
            line = scalar.line + 1 + number
            raw = self.lines[line - 1] if line <= len(self.lines) else ""
            column = len(raw) - (finish - begin) + start - begin + 1
            if column < 1:
                return Span(scalar.line, scalar.column, scalar.end_line, scalar.end_column)
            return Span(line, column, line, min(column + max(1, end - start), len(raw) + 1))
        quote = 1 if scalar.style in ("'", '"') else 0
        column = scalar.column + quote
        raw = self.lines[scalar.line - 1][column - 1 : column - 1 + len(scalar.text)]
        if raw == scalar.text and scalar.line == scalar.end_line:
            return Span(scalar.line, column + start, scalar.line, column + end)
        return Span(scalar.line, scalar.column, scalar.end_line, scalar.end_column)


def parse(text: str) -> Pipeline | None:
    """The pipeline in a text, None where there is neither a job nor an include. Raises `ParseError`."""
    documents = compose_all(text)
    # A header, `spec:`, may stand in a document of its own.
    root = documents[-1] if documents else None
    if not isinstance(root, Mapping):
        return None
    found = {
        key: entry
        for key, entry in root.entries.items()
        if key not in KEYWORDS and isinstance(entry.value, Mapping) and key != "<<"
    }
    if len(found) > MAX_JOBS:
        raise ParseError(root.line, root.column, f"there are more than {MAX_JOBS:,} jobs")
    size = 0
    jobs: list[Job] = []
    for key, entry in found.items():
        own = merged(entry.value)
        entries = _extended(key, own, found)
        scripts = tuple(_scripts(own))
        size += sum(len(script.at.text) for script in scripts)
        if size > MAX_SCRIPT:
            raise ParseError(entry.key.line, entry.key.column, "the scripts are longer than any pipeline's")
        jobs.append(Job(key, entry.key, own, entries, scripts))
    is_pipeline = any(_is_job(job) for job in jobs) or any(key in root.entries for key in ("include", "stages"))
    return Pipeline(root, tuple(jobs), tuple(text.split("\n"))) if is_pipeline else None


def _is_job(job: Job) -> bool:
    return any(key in job.entries for key in ("script", "extends", "trigger", "before_script", "stage", "image", "run"))


def merged(node: Node | None) -> dict[str, Entry]:
    """The entries of a mapping, those of its merge key included; its own ones win."""
    found: dict[str, Entry] = {}
    waiting: list[Node | None] = [node]
    for _ in range(50):
        if not waiting:
            break
        mapping = waiting.pop(0)
        for key, entry in mapping.entries.items() if isinstance(mapping, Mapping) else ():
            if key == "<<":
                value = entry.value
                waiting[:0] = list(value.items) if isinstance(value, Sequence) else [value]
            elif key not in found:
                found[key] = entry
    return found


def _extended(name: str, own: dict[str, Entry], jobs: dict[str, Entry]) -> dict[str, Entry]:
    found = dict(own)
    seen = {name}
    waiting = _names(own)
    for _ in range(_MAX_EXTENDS * 5):
        if not waiting:
            break
        base = waiting.pop(0)
        if base in seen or base not in jobs:
            continue
        seen.add(base)
        entries = merged(jobs[base].value)
        found = {**entries, **found}
        waiting += _names(entries)
    return found


def _names(entries: dict[str, Entry]) -> list[str]:
    # The last one wins, so it is asked first.
    return [scalar.text for scalar in reversed(listed(entries["extends"].value))] if "extends" in entries else []


def listed(node: Node | None) -> tuple[Scalar, ...]:
    """The texts of a list, those of lists in it included, or the one text that may stand for a list."""
    if isinstance(node, Scalar):
        return (node,)
    if not isinstance(node, Sequence) or node.tag == "!reference":
        return ()
    found: list[Scalar] = []
    for item in node.items:
        found += listed(item)
    return tuple(found)


def _scripts(entries: dict[str, Entry]) -> Iterator[Script]:
    """What stands here; what `!reference` names is found where it stands."""
    for key in ("before_script", "script", "after_script"):
        entry = entries.get(key)
        for scalar in listed(entry.value if entry else None):
            yield Script(scalar, shell.commands(scalar.text))


def _variables(where: str, node: Node | None) -> Iterator[Variable]:
    for name, entry in merged(node).items():
        value = entry.value.get("value") if isinstance(entry.value, Mapping) else entry.value
        if isinstance(value, Scalar):
            yield Variable(where, name, value)


def _images(where: str, entries: dict[str, Entry]) -> Iterator[Image]:
    image = entries.get("image")
    named = _named(image.value if image else None)
    if named:
        yield Image(where, named, False)
    services = entries.get("services")
    value = services.value if services else None
    for item in value.items if isinstance(value, Sequence) else ():
        named = _named(item)
        if named:
            yield Image(where, named, True)


def _named(node: Node | None) -> Scalar | None:
    name = node.get("name") if isinstance(node, Mapping) else node
    return name if isinstance(name, Scalar) else None
