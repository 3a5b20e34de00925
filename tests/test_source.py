"""Places in a text."""

from __future__ import annotations

import pytest

from yett.parse.source import line_at


@pytest.mark.parametrize(
    ("text", "offset", "line"),
    [
        ("", 0, (0, 0, 0)),
        ("ab", 2, (0, 0, 2)),
        ("ab\n", 2, (0, 0, 2)),  # the line break belongs to the line that it ends
        ("ab\n", 3, (1, 3, 3)),
        ("ab\ncd\n\ne", 4, (1, 3, 5)),
        ("ab\ncd\n\ne", 6, (2, 6, 6)),
        ("ab\ncd\n\ne", 7, (3, 7, 8)),
    ],
)
def test_the_line_of_an_offset(text: str, offset: int, line: tuple[int, int, int]) -> None:
    assert line_at(text, offset) == line
