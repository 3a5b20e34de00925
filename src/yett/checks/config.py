"""The configuration check: files that grant rights, judged by the rules of their family.

A family is a kind of file. Which family a file belongs to is told by its path; what the file says is read and judged
only then, and only then are the family's rules imported. A new family is a module of parsers, a package of rules and
a line in `FAMILIES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from yett.checks import Check
from yett.model import Blob, Finding, Gap, Hit, Rule, finding
from yett.parse.source import ParseError, decode

DIGEST = "config/1"
"""Changes whenever a rule or parser may say something else of the same file."""

MAX_BYTES = 1 << 19
"""Far above what GitHub or Docker take. Reading is linear in the size, but a hundred megabytes are no configuration."""

Judged = Iterator[tuple[Rule, Hit]]


class Family(NamedTuple):
    """A kind of file. `judge` takes a text and yields what its rules find; it raises `ParseError`."""

    name: str
    wants: Callable[[str], bool]
    judge: Callable[[str], Judged]


def load() -> Check:
    return Check("config", DIGEST, wants, inspect)


def wants(path: str) -> bool:
    return any(family.wants(path) for family in FAMILIES)


def inspect(blob: Blob) -> Iterator[Finding | Gap]:
    for family in FAMILIES:
        if family.wants(blob.path):
            yield from _inspect(family, blob)


def _inspect(family: Family, blob: Blob) -> Iterator[Finding | Gap]:
    if len(blob.data) > MAX_BYTES:
        reason = f"it is larger than {MAX_BYTES >> 10} KiB, so the {family.name} rules did not read it; make it smaller"
        yield Gap(blob.path, "config", reason, "limit")
        return
    try:
        text = decode(blob.data)
        found = list(family.judge(text))
    except ParseError as error:
        yield Gap(blob.path, "config", _reason(family, blob, error), "unparsable", error.line)
        return
    # What an anchor holds is found once for each place that names it.
    yield from (finding(rule, blob, hit) for rule, hit in dict.fromkeys(found))


def _reason(family: Family, blob: Blob, error: ParseError) -> str:
    if _is_template(blob.data, error.line):
        return f"this is a template, and only what it is rendered to can be checked by the {family.name} rules"
    return f"the {family.name} rules could not read it: in line {error.line}, {error.reason}"


def _is_template(data: bytes, number: int) -> bool:
    """Whether the line that could not be read has the marks of Jinja or Go templates; `${{` is a workflow's own."""
    line = next(iter(data.splitlines()[number - 1 : number]), b"")
    return b"{%" in line or b"{{" in line.replace(b"${{", b"")


def _is_workflow(path: str) -> bool:
    """GitHub reads `.github/workflows` at the root alone; templates of repositories hold it further down."""
    folder, _, name = path.rpartition("/")
    return name.endswith((".yml", ".yaml")) and (folder == ".github/workflows" or folder.endswith("/.github/workflows"))


def _is_action(path: str) -> bool:
    return path.rpartition("/")[2] in ("action.yml", "action.yaml") and not _is_workflow(path)


def _is_dockerfile(path: str) -> bool:
    name = path.rpartition("/")[2]
    low = name.lower()
    if low in ("dockerfile", "containerfile") or low.endswith((".dockerfile", ".containerfile")):
        return True
    if not low.startswith(("dockerfile.", "containerfile.", "dockerfile-", "containerfile-")):
        return False
    # `Dockerfile.dev` is one, `Dockerfile.md` speaks of one.
    return low.rpartition(".")[2] not in _OTHER_ENDINGS


_OTHER_ENDINGS = (
    *("dockerignore", "containerignore", "md", "rst", "txt", "html", "adoc", "json", "yaml", "yml", "toml", "lock"),
    *("py", "js", "ts", "go", "rb", "java", "sh", "bats", "vim", "snap", "patch", "diff", "orig", "png", "svg"),
)


def _workflow(text: str) -> Judged:
    from yett.parse.workflow import parse
    from yett.rules.github_actions import RULES

    workflow = parse(text)
    if workflow:
        for module in RULES:
            yield from ((module.RULE, hit) for hit in module.check(workflow))


def _action(text: str) -> Judged:
    from yett.parse.workflow import parse_action
    from yett.rules.github_actions import RULES

    action = parse_action(text)
    if action:
        for module in RULES:
            yield from ((module.RULE, hit) for hit in module.check(action))


def _dockerfile(text: str) -> Judged:
    from yett.parse.dockerfile import parse
    from yett.rules.docker import RULES

    dockerfile = parse(text)
    for stage in dockerfile.stages:
        if "{{" in stage.base_at.text:
            raise ParseError(stage.base_at.span.line, stage.base_at.span.column, "the image is not filled in")
    for module in RULES:
        yield from ((module.RULE, hit) for hit in module.check(dockerfile))


FAMILIES = (
    Family("github-actions", _is_workflow, _workflow),
    Family("github-actions", _is_action, _action),
    Family("docker", _is_dockerfile, _dockerfile),
)
