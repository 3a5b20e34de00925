"""The settings that can be put right without asking: what the rules' own edits say, and nothing beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from yett.checks import config
from yett.commands.fix.plan import Plan
from yett.model import Blob, Edit
from yett.parse.tree import Tree

_ROUNDS = 8
"""How often a file is judged again: an edit can stand in the way of another."""


def plans(paths: Sequence[str], read: Callable[[str], bytes]) -> Iterator[Plan]:
    """What can be done about each of some files. `read` gives the content of a path."""
    known = frozenset(paths)
    tree = Tree(lambda: paths, lambda path: read(path) if path in known else None)
    for path in paths:
        if config.wants(path):
            found = plan(path, read(path), tree)
            if found.new:
                yield found


def plan(path: str, data: bytes, tree: Tree) -> Plan:
    """What can be done about a file. Pure. A file that is not UTF-8 stays as it is."""
    try:
        old = text = data.decode()
    except UnicodeDecodeError:
        return Plan(path, "", "", ())
    for _ in range(_ROUNDS):
        found = (edit for _, edits in config.edits(Blob(path, "", text.encode()), tree) for edit in edits)
        edited = apply(text, found)
        if edited == text:
            break
        text = edited
    return Plan(path, old, text if text != old else "", ())


def apply(text: str, edits: Iterable[Edit]) -> str:
    """A text with edits made, from its end to its beginning; of two that overlap, the later in the text. Its line ends
    stay as they are."""
    end_of_line = "\r\n" if "\r\n" in text else "\n"
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    lines = text.removeprefix(mark).split(end_of_line)
    limit = (len(lines) + 1, 0)
    for edit in sorted(set(edits), reverse=True):
        start, end = (edit.line, edit.column), (edit.end_line, edit.end_column)
        if not (1 <= edit.line <= edit.end_line <= len(lines)) or start > end or end > limit:
            continue
        limit = start
        head, tail = lines[edit.line - 1][: edit.column - 1], lines[edit.end_line - 1][edit.end_column - 1 :]
        lines[edit.line - 1 : edit.end_line] = (head + edit.text + tail).split("\n")
    return mark + end_of_line.join(lines)
