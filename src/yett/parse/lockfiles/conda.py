"""environment.yml of conda (https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html).

No advisories are published for conda's packages. What its `pip` section asks for comes from PyPI.
"""

from __future__ import annotations

import re

from yett.parse.lockfiles.indented import nodes
from yett.parse.lockfiles.lock import Index, Lock, Locked, LockError, Runtime, Skipped

_SPEC = re.compile(r"(?:[^\s:]+::?)?([A-Za-z0-9_][\w.-]*)\s*(?:\[.*\]|[=<>!~ ].*)?", re.ASCII)
_PYTHON = re.compile(r"python\s*([=<>~!].*)", re.ASCII)


def parse(text: str, path: str = "") -> Lock:
    """What the file says. Raises LockError."""
    from yett.parse.lockfiles import requirements

    locked: list[Locked] = []
    skipped: list[Skipped] = []
    indexes: list[Index] = []
    runtimes: list[Runtime] = []
    top = ""
    tops: set[str] = set()
    pip_depth = -1
    for node in nodes(text):
        if node.depth == 0 and node.key != "-":
            top, pip_depth = node.key, -1
            tops.add(top)
            if top == "dependencies" and node.value not in ("", "[]"):
                raise LockError("has `dependencies` on one line, which is not read here", node.line)
            continue
        if top != "dependencies":
            continue
        if node.key == "pip":
            pip_depth = node.depth
            if node.value not in ("", "[]"):
                raise LockError("has `pip` on one line, which is not read here", node.line)
        elif node.key == "-" and not node.value:
            pip_depth = -1 if pip_depth >= 0 and node.depth < pip_depth else pip_depth
        elif node.key != "-":
            reason = "is neither a package nor a list for pip"
            skipped.append(Skipped(node.line, node.key[:200], reason, understood=False))
        elif pip_depth >= 0 and node.depth >= pip_depth:
            lock = requirements.parse(node.value, path)
            shift = node.column - 1
            locked.extend(_moved(item, node.line, shift) for item in lock.locked)
            skipped.extend(item._replace(line=node.line) for item in lock.skipped)
            indexes.extend(
                item._replace(line=node.line, column=item.column + shift, end_column=item.end_column + shift)
                for item in lock.indexes
            )
        else:
            pip_depth = -1
            if python := _PYTHON.fullmatch(node.value):
                runtimes.append(Runtime(node.line, "python", python[1].strip()))
            match = _SPEC.fullmatch(node.value)
            what = match[1] if match else node.value[:200]
            reason = "comes from conda, for whose packages nobody publishes advisories"
            skipped.append(Skipped(node.line, what, reason))
    if "dependencies" not in tops:
        if not tops & {"channels", "prefix"} and path.rpartition("/")[2].lower() not in (
            "environment.yml",
            "environment.yaml",
        ):
            return Lock()  # a file of something else, by the same name
        raise LockError("is not an environment of conda: it has no `dependencies`")
    return Lock(tuple(locked), tuple(skipped), tuple(indexes), ecosystem="PyPI", runtimes=tuple(runtimes))


def _moved(item: Locked, line: int, shift: int) -> Locked:
    return item._replace(line=line, column=item.column + shift, end_column=item.end_column + shift)
