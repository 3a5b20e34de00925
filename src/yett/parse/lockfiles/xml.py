"""XML as plain elements with their lines. A document that declares a type or an entity is refused: nothing that a
package manager writes needs one, and an entity may stand for gigabytes or for another file.
"""

from __future__ import annotations

from collections.abc import Iterator

from yett.parse.lockfiles.lock import LockError

_DEEPEST = 200
_MOST = 2_000_000
_LONGEST_TEXT = 4096


class Element:
    """An element without its namespace. Lines and columns count from 1."""

    __slots__ = ("attributes", "children", "column", "line", "name", "text")

    def __init__(self, name: str, attributes: dict[str, str], line: int, column: int) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Element] = []
        self.text = ""
        self.line = line
        self.column = column

    def first(self, name: str) -> Element | None:
        return next((child for child in self.children if child.name == name), None)

    def value(self, name: str) -> str:
        """The text of the first child of this name, or ""."""
        child = self.first(name)
        return child.text.strip() if child is not None else ""

    def all(self, *path: str) -> Iterator[Element]:
        """The elements that the names lead to."""
        for child in self.children:
            if child.name == path[0]:
                if len(path) == 1:
                    yield child
                else:
                    yield from child.all(*path[1:])


def document(text: str) -> Element:
    """The root. Raises LockError."""
    from pyexpat import ExpatError, ParserCreate

    parser = ParserCreate("utf-8")  # whatever the file declares: it has been decoded already
    parser.buffer_text = True
    root = Element("", {}, 1, 1)
    stack = [root]
    count = 0

    def refuse(*_: object) -> None:
        raise LockError("declares a document type or an entity, which is refused", parser.CurrentLineNumber)

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > _DEEPEST:
            raise LockError("is nested too deeply", parser.CurrentLineNumber)
        if count > _MOST:
            raise LockError("has more elements than can be read", parser.CurrentLineNumber)
        line, column = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1
        element = Element(name.rpartition(":")[2], attributes, line, column)
        stack[-1].children.append(element)
        stack.append(element)

    def end(_: str) -> None:
        stack.pop()

    def data(part: str) -> None:
        # What stands between children is white space, and adding that up, or an endless text, would be slow.
        if not stack[-1].children and len(stack[-1].text) < _LONGEST_TEXT:
            stack[-1].text += part

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    try:
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
    except ExpatError as error:
        raise LockError(f"is not XML: {str(error).partition(':')[0]}", error.lineno) from error
    return root.children[0]
