"""What looks drawn at random, and the table behind it."""

from __future__ import annotations

import io
import random
import runpy
import string
import tarfile
from pathlib import Path
from typing import Any

import pytest

from yett.rules.secrets import bigrams
from yett.rules.secrets.rarity import rare, runs, surprise, wordlike

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts" / "rarity.py"))


def test_the_table_is_as_the_script_writes_it(script: dict[str, Any]) -> None:
    assert script["SOURCES"] == bigrams.SOURCES
    assert script["TARGET"].read_text() == script["module"](bigrams.BITS, bigrams.WORDS)
    assert len(bigrams.BITS) == 27
    assert all(len(row) == 27 for row in bigrams.BITS)


def test_the_sources_are_pinned(script: dict[str, Any]) -> None:
    assert len(script["SOURCES"]) == 5
    assert all(len(digest) == 64 for _, _, digest in script["SOURCES"])


def test_the_script_counts_words_in_documentation(script: dict[str, Any], tmp_path: Path) -> None:
    archive = tmp_path / "a-1.tar.gz"
    with tarfile.open(archive, "w:gz") as made:
        for name, text in (
            ("a/docs/b.rst", "The HTTPServer, the_x9 \xe9t\xe9"),
            ("a/c.py", "# no"),
            ("a/d.txt", "one"),
        ):
            data = text.encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            made.addfile(member, io.BytesIO(data))
    found = [script["words"](text) for text in script["texts"](archive)]
    assert found == [["the", "http", "server", "the", "x", "t"], ["one"]]


def test_the_table_says_how_often_letters_follow(script: dict[str, Any]) -> None:
    table = script["table"]({"ab": 4, "b": 3, "rare": 2})
    # at the edge: "a" weighs 1 + 2, "b" 1 + 1.58, every letter a half more
    total = 3.5 + 3.085 + 25 * 0.5
    assert total / 3.5 == pytest.approx(2 ** (int(table[0][1], 36) / 2), rel=0.2)
    assert table[0][1] <= table[0][2] < table[0][3] == table[0][18]
    assert table[1][2] < table[1][1] == table[1][18]
    assert table[2][0] < table[2][1]
    assert script["table"]({"b": 3, "ab": 4}) == table


@pytest.mark.parametrize(
    ("text", "pieces"),
    (
        ("HTTPServer-2x", ["HTTP", "Server", "-", "2", "x"]),
        ("", []),
        ("aB", ["a", "B"]),
        ("ABc1", ["A", "Bc", "1"]),
        ("a_-b", ["a", "_-", "b"]),
        ("caf\xe9s \u0664", ["caf", "\xe9", "s", " \u0664"]),
        ("ABC", ["ABC"]),
    ),
)
def test_runs(text: str, pieces: list[str]) -> None:
    assert runs(text) == pieces


@pytest.mark.parametrize(
    "name",
    (
        "authentication_backend",
        "getUserPassword",
        "django.contrib.sessions",
        "checkout-line-items",
        "HTTPResponseRedirect",
    ),
)
def test_names_are_not_rare(name: str) -> None:
    assert not rare(name)
    assert all(map(wordlike, filter(str.isalpha, runs(name))))


def test_hardly_anything_drawn_at_random_is_missed() -> None:
    chance = random.Random(7)
    for size, share in ((10, 0.7), (16, 0.98), (24, 0.995)):
        drawn = ["".join(chance.choices(string.ascii_letters + string.digits, k=size)) for _ in range(400)]
        assert sum(map(rare, drawn)) >= share * len(drawn)


def test_words_surprise_less_than_noise() -> None:
    assert surprise("transaction") < 4.5 < 5.5 < surprise("xqzvkjwpgbq")
