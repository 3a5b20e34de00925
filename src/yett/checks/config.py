"""The configuration check: files that grant rights, judged by the rules of their family.

A family is a kind of file. Which family a file belongs to is told by its path and a few words in it; what it says is
read and judged only then, and only then are the family's rules imported. A new family is a parser, a package of rules
with a `judge`, and a line in `checks/families.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import import_module

from yett.checks import Check, Found
from yett.checks.families import FAMILIES, Family
from yett.model import Blob, Edit, Gap, Hit, Rule, Unexamined, Unknown, finding
from yett.parse.source import ParseError, decode
from yett.parse.tree import Tree

DIGEST = "config/5"
"""Changes whenever a rule or parser may say something else of the same file."""

MAX_BYTES = 1 << 21
"""Far above what GitHub or Docker take, and what etcd does. Reading is linear in the size, but a hundred megabytes are
no configuration."""


def load() -> Check:
    return Check("config", DIGEST, wants, inspect, among=among, near=near)


def wants(path: str) -> bool:
    return bool(_families(path))


@lru_cache(1 << 14)
def _families(path: str) -> tuple[Family, ...]:
    """The families that want a file: asked several times for each."""
    return tuple(family for family in FAMILIES if family.wants(path))


def inspect(blob: Blob) -> Found:
    """What is said of a file that stands alone."""
    return among(blob, Tree(lambda: (blob.path,), lambda path: blob.data if path == blob.path else None))


def among(blob: Blob, tree: Tree) -> Found:
    """What is said of a file among the others of its tree."""
    told: set[tuple[int, str]] = set()
    for family in _families(blob.path):
        if family.holds(blob.data):
            yield from _inspect(family, blob, tree, told)


def near(changed: Iterable[str], tree: Tree, thorough: bool) -> Iterator[str]:
    """The files that something else may be said of, now that others changed: those of the same folder or tree that a
    family judges together, and those that are judged by what a file of another family says.

    Without `thorough` there are none: a commit is to feel instant, and the range it ends up in is looked at as a whole.
    """
    changed = tuple(changed)
    for family in FAMILIES if thorough else ():
        if family.scope == "file" and not family.reads:
            continue
        folders = {path.rpartition("/")[0] for path in changed if family.wants(path) and _is_of(family, path, tree)}
        others = [other for other in FAMILIES if other.name in family.reads]
        read = any(other.wants(path) and _is_of(other, path, tree) for other in others for path in changed)
        if read or (folders and family.scope == "tree"):
            yield from (path for path in tree.paths if family.wants(path))
        elif family.scope != "file":
            yield from (path for folder in folders for path in tree.folder(folder) if family.wants(path))


def _is_of(family: Family, path: str, tree: Tree) -> bool:
    """Whether a changed file, wanted by its path, is of a family; what is gone can only be told by its path."""
    text = tree.text(path)
    return text is None or family.holds(text.encode())


def _inspect(family: Family, blob: Blob, tree: Tree, told: set[tuple[int, str]]) -> Found:
    """`told` holds where and why other families could not read the file: it is said once."""
    if len(blob.data) > MAX_BYTES:
        reason = f"it is larger than {MAX_BYTES >> 20} MiB, so the {family.name} rules did not read it; make it smaller"
        yield Gap(blob.path, "config", reason, "limit")
        return
    hits: dict[tuple[Rule, Hit], None] = {}  # what an anchor holds is found once for each place that names it
    unknown: dict[str, None] = {}
    problem: ParseError | None = None
    try:
        for rule, said in judged(family, decode(blob.data), blob.path, tree):
            if isinstance(said, Unknown):
                unknown[said.what] = None
            else:
                hits[rule, said] = None
    except ParseError as error:
        problem = error  # what was found until then stays found
    yield from (finding(rule, blob, hit) for rule, hit in hits)
    if problem and (problem.line, problem.reason) not in told:
        told.add((problem.line, problem.reason))
        yield Gap(blob.path, "config", _reason(family, blob, problem), "unparsable", problem.line)
    yield from (Unexamined(blob.path, f"left open for the {family.name} rules: {what}") for what in unknown)


def judged(family: Family, text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules of a family say of a text. Raises `ParseError`."""
    found: Iterator[tuple[Rule, Hit | Unknown]] = import_module(family.module).judge(text, path, tree)
    return found


def edits(blob: Blob, tree: Tree) -> Iterator[tuple[Rule, tuple[Edit, ...]]]:
    """The changes that may be made to a file by themselves, each with the rule it satisfies. A file that cannot be read
    has none."""
    for family in _families(blob.path):
        if family.holds(blob.data) and len(blob.data) <= MAX_BYTES:
            try:
                for rule, said in judged(family, decode(blob.data), blob.path, tree):
                    if isinstance(said, Hit) and said.edits:
                        yield rule, said.edits
            except ParseError:
                continue


def _reason(family: Family, blob: Blob, error: ParseError) -> str:
    if _is_template(blob.data, error.line):
        return f"this is a template, and only what it is rendered to can be checked by the {family.name} rules"
    return f"the {family.name} rules could not read it: in line {error.line}, {error.reason}"


def _is_template(data: bytes, number: int) -> bool:
    """Whether the line that could not be read has the marks of Jinja or Go templates; `${{` is a workflow's own."""
    line = next(iter(data.splitlines()[number - 1 : number]), b"")
    return b"{%" in line or b"{{" in line.replace(b"${{", b"")
