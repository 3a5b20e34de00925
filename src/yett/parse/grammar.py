"""Reading with tree-sitter, within bounds.

Its work is linear for what people write. Behind each of thousands of syntax errors it tries anew, though, and a grammar
may look through a long run of blanks once for each of them; nothing but a clock ends that.
"""

from __future__ import annotations

from yett.lean import TYPE_CHECKING
from yett.parse.source import ParseError

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

SECONDS = 3.0
"""Of the processor's time; two mebibytes of code take less than one."""
_SMALL = 1 << 12
"""Bytes that are read at once, whatever they hold: the worst of them take a twentieth of a second."""


def root_of(parser: Parser, data: bytes) -> Node:
    """The root of the tree. Raises `ParseError` for what takes longer than `SECONDS`."""
    if len(data) <= _SMALL:
        return parser.parse(data).root_node
    from time import thread_time

    end = thread_time() + SECONDS
    reached = 0
    late = False

    def read(start: int, _point: object) -> bytes:
        nonlocal late, reached
        late = late or thread_time() > end
        reached = max(reached, start)
        return b"" if late else data[start : start + _SMALL]

    tree = parser.parse(read)
    if late:
        raise ParseError(data.count(b"\n", 0, reached) + 1, 1, "too little of it is right for it to be read in time")
    return tree.root_node
