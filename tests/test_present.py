"""Words that are in a text: the same answer however much was read before."""

from __future__ import annotations

import random
import sys

import pytest

from yett.parse import present
from yett.parse.present import Present

WORDS = (b"flask", b"Flask", b"app.run(", b"a", b"aa", b";", b"SECRET_KEY", b"KEY", b"\xc3\xa9")


def texts() -> list[bytes]:
    made = random.Random(7)
    pieces = (*WORDS, b"fl", b"ask", b"FLASK", b"\n", b"\0", b"SECRET", b"_", b"\xff", b"b" * 40)
    return [b"", *(b"".join(made.choices(pieces, k=made.randrange(1, 9))) for _ in range(300))]


@pytest.mark.parametrize("missing", (False, True))
def test_the_answer_is_that_of_the_text(monkeypatch: pytest.MonkeyPatch, missing: bool) -> None:
    if missing:
        monkeypatch.setitem(sys.modules, "hyperscan", None)
    monkeypatch.setattr(present, "_SMALL", 900)
    words = Present((*WORDS, *WORDS))
    for text in texts():
        for word in WORDS:
            assert (word in words.within(text)) == (word in text), (word, text)


def test_a_text_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(present, "_SMALL", 0)
    words = Present(WORDS)
    text = b"a flask" * 10
    assert words.within(text) is words.within(text)
    assert words.within(text) != words.within(b"none of them")
