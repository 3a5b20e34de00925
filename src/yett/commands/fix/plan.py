"""What is to be changed in a file: as a patch, or written."""

from __future__ import annotations

import os

from yett.errors import YettError
from yett.lean import NamedTuple


class Plan(NamedTuple):
    """What can be done about one file: its new text ("" where it stays as it is), and what is to be said of it."""

    path: str
    old: str
    new: str
    notes: tuple[str, ...]


def diff(plan: Plan) -> str:
    """A unified diff that `git apply` takes, with what does not print written visibly."""
    import difflib

    from yett.report.escape import visible

    named = visible(plan.path)
    found = difflib.unified_diff(_lines(plan.old), _lines(plan.new), f"a/{named}", f"b/{named}", lineterm="")
    return "\n".join(map(_visible_line, found))


def _lines(text: str) -> list[str]:
    """Lines as git counts them: ended by a line feed, and a last one without it is marked."""
    lines = text.split("\n")
    if not lines[-1]:
        return lines[:-1]
    return [*lines[:-1], f"{lines[-1]}\n\\ No newline at end of file"]


def _visible_line(line: str) -> str:
    """A line of a diff; its tabs, and the carriage return at its end, have to stay for the diff to fit."""
    from yett.report.escape import visible

    line, *mark = line.split("\n")
    body = line.removesuffix("\r")
    return "\n".join(("\t".join(map(visible, body.split("\t"))) + line[len(body) :], *mark))


def write(path: str, text: str) -> None:
    """In place of the old file at once, with its rights."""
    import shutil
    import tempfile

    try:
        descriptor, fresh = tempfile.mkstemp(prefix=".yett-", dir=os.path.dirname(path) or ".")
        try:
            with open(descriptor, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            shutil.copymode(path, fresh)
            os.replace(fresh, path)
        except BaseException:
            os.unlink(fresh)
            raise
    except OSError as error:
        raise YettError(f"{path} cannot be written: {(error.strerror or 'unknown error').lower()}") from error
