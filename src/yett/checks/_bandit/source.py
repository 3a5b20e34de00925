"""Where an issue is in the source, in characters, and which piece of text it is about."""

from __future__ import annotations

import ast
from io import BytesIO
from tokenize import detect_encoding

from yett.checks._bandit import Issue
from yett.lean import Any

_TELLING_PARENTS = (
    ast.AnnAssign,
    ast.Assign,
    ast.Attribute,
    ast.AugAssign,
    ast.BinOp,
    ast.Call,
    ast.Compare,
    ast.JoinedStr,
    ast.Return,
    ast.Subscript,
    ast.keyword,
)
"""What a string is part of where that says what the string is for, and holds little else."""

_MOST_LINES, _MOST_BYTES = 20, 4000
"""How much of that is looked at: a call may have a hundred thousand strings, and each of them is found by itself."""


class Source:
    """The lines of a file as `ast` counts them: decoded, then in UTF-8, since its columns are bytes of that."""

    def __init__(self, data: bytes) -> None:
        self._text = _decoded(data)
        self._lines = self._text.encode("utf-8", "surrogatepass").split(b"\n")
        self._ascii = self._text.isascii()
        self._values: dict[int, dict[int, Any]] = {}

    def region(self, issue: Issue) -> tuple[int, int, int, int]:
        """Line, column, end line, end column: from 1, in characters, the end exclusive, 0 where it is not known.

        Bandit's line is sometimes that of an argument while its column stays that of the call; the column is then that
        of the first character in the line.
        """
        node = issue.node
        if node is None:
            line, column = self._place(issue)
            return line, column, line, 0
        end_line = max(issue.last, issue.line)
        if issue.line == node.lineno:
            column = self._column(issue.line, issue.column)
        else:
            text = self._line(issue.line)
            column = 1 + len(text) - len(text.lstrip())
        end_column = self._column(end_line, issue.end_column) if end_line == node.end_lineno else 0
        return issue.line, column, end_line, end_column

    def subject(self, issue: Issue) -> str:
        """The text the issue is about, in one line: it stays the same where the code is moved or indented."""
        text = self._line(self._place(issue)[0]) if issue.node is None else self._about(issue.node, issue.parent)
        return " ".join(text.decode("utf-8", "replace").split())

    def _place(self, issue: Issue) -> tuple[int, int]:
        """Line and column of an issue about the file as a whole, which B613 counts from 1, in characters, and by lines
        that end at a form feed or U+2028 as well."""
        lines = self._text.splitlines(keepends=True)
        before = "".join(lines[: issue.line - 1]) + "".join(lines[issue.line - 1 : issue.line])[: issue.column - 1]
        return 1 + before.count("\n"), 1 + len(before) - (before.rfind("\n") + 1)

    def _about(self, node: Any, parent: Any) -> bytes:
        if isinstance(node, ast.FunctionDef):  # about its arguments: what the function does may change
            parts: list[Any] = [part for part in ast.walk(node.args) if isinstance(part, (ast.arg, ast.expr))]
            end = max((part.end_lineno, part.end_col_offset) for part in parts)
            return self._cut(node.lineno, node.col_offset, *end)
        last = node
        if isinstance(node, ast.Constant):
            if isinstance(parent, ast.Dict):
                last = self._value(parent, node)
            elif isinstance(parent, _TELLING_PARENTS) and self._is_short(parent):
                node = last = parent
        return self._cut(node.lineno, node.col_offset, last.end_lineno, last.end_col_offset)

    def _is_short(self, node: Any) -> bool:
        if node.end_lineno - node.lineno > _MOST_LINES:
            return False
        length = sum(len(line) for line in self._lines[node.lineno - 1 : node.end_lineno - 1])
        return length - int(node.col_offset) + int(node.end_col_offset) < _MOST_BYTES

    def _value(self, display: Any, key: Any) -> Any:
        """What stands beside the key, or the key where it is not one."""
        values = self._values.get(id(display))
        if values is None:  # once, as a table of passwords would otherwise take quadratic time
            values = self._values[id(display)] = {
                id(one): value for one, value in zip(display.keys, display.values, strict=True)
            }
        return values.get(id(key), key)

    def _cut(self, line: int, column: int, end_line: int, end_column: int) -> bytes:
        lines = self._lines[line - 1 : end_line]
        if not lines:
            return b""
        lines[-1] = lines[-1][:end_column]
        lines[0] = lines[0][column:]
        return b"\n".join(lines)

    def _column(self, line: int, offset: int) -> int:
        offset = max(offset, 0)
        return 1 + (offset if self._ascii else len(self._line(line)[:offset].decode("utf-8", "replace")))

    def _line(self, line: int) -> bytes:
        return self._lines[line - 1] if 0 < line <= len(self._lines) else b""


def declared(data: bytes) -> tuple[str, str]:
    """The encoding (PEP 263), as a normal name, and the text; ("", "") where it cannot be decoded."""
    from codecs import lookup

    try:
        encoding, _ = detect_encoding(BytesIO(data).readline)
        return lookup(encoding).name.replace("iso8859-1", "iso-8859-1"), data.decode(encoding)
    except (SyntaxError, LookupError, ValueError):
        return "", ""


def _decoded(data: bytes) -> str:
    """Decoded and with the line ends of Python's tokenizer: a form feed or U+2028 ends no line.

    What was parsed can be decoded; if not, positions and subjects do without the text.
    """
    return declared(data)[1].replace("\r\n", "\n").replace("\r", "\n")
