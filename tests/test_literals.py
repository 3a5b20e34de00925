"""The three ways to find words have one answer."""

from __future__ import annotations

import builtins
import os
import random
from collections.abc import Callable

import pytest

from yett.parse import literals
from yett.parse.literals import Literals, by_find, by_hyperscan, by_re, by_re2

WAYS = (by_find, by_hyperscan, by_re2, by_re)


def _naive(words: tuple[bytes, ...], data: bytes, caseless: bool) -> list[tuple[int, int]]:
    """The definition: every word at every offset."""
    text = data.lower() if caseless else data
    return [
        (index, end)
        for end in range(1, len(text) + 1)
        for index, word in enumerate(words)
        if text[:end].endswith(word.lower() if caseless else word)
    ]


TABLE = (
    ((b"token",), b"", ()),  # nothing to find anything in
    ((b"token",), b"tok en", ()),
    ((b"token",), b"a Token, a TOKEN", ((0, 7), (0, 16))),
    ((b"aa",), b"aaaa", ((0, 2), (0, 3), (0, 4))),  # overlapping itself
    ((b"pass", b"password", b"word"), b"password", ((0, 4), (1, 8), (2, 8))),  # a prefix and a suffix of another
    ((b"key", b"KEY"), b"key", ((0, 3), (1, 3))),  # twice the same, in two spellings
    ((b"$aact_", b"://", b"a.c"), b"$aact_ abc a.c ://", ((0, 6), (2, 14), (1, 18))),  # nothing is a pattern
    ((b"\xff\xfe",), b"a\xff\xfe", ((0, 3),)),  # bytes, not text
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("words", "data", "places"), TABLE)
def test_every_way_finds_all_occurrences(
    way: Callable[..., literals.Find | None],
    words: tuple[bytes, ...],
    data: bytes,
    places: tuple[tuple[int, int], ...],
) -> None:
    find = way(words, True)
    assert find is not None
    assert find(data) == list(places) == _naive(words, data, True)


@pytest.mark.parametrize("caseless", (True, False))
def test_the_ways_agree_on_random_text(caseless: bool) -> None:
    chance = random.Random(7)
    for _ in range(60):
        words = tuple({bytes(chance.choices(b"abAB-", k=chance.randint(1, 4))) for _ in range(12)})
        data = bytes(chance.choices(b"abAB-", k=80))
        expected = _naive(words, data, caseless)
        for way in WAYS:
            find = way(words, caseless)
            assert find is not None
            assert find(data) == expected


def test_case_counts_when_it_should() -> None:
    assert Literals([b"Key"], caseless=False).find(b"key Key KEY") == [(0, 7)]


def test_it_changes_over_to_hyperscan_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    words = Literals([b"needle", b"need"])
    small, large = b"a needle", b"." * (1 << 18) + b"needle"
    monkeypatch.setattr(literals, "_SMALL", 1 << 18)
    before = words.find(small)
    assert words.find(large) == [(1, (1 << 18) + 4), (0, (1 << 18) + 6)]
    assert words.find(small) == before == [(1, 6), (0, 8)]


@pytest.mark.parametrize(("tiny", "small"), ((0, 0), (0, 1 << 20), (1 << 20, 1 << 20)))
def test_places_are_grouped_by_word(tiny: int, small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(literals, "_TINY", tiny)
    monkeypatch.setattr(literals, "_SMALL", small)
    words = Literals([b"need", b"needle", b"pin"])
    for _ in range(2):
        assert words.group(b"needle and need, NEEDLE") == {0: [4, 15, 21], 1: [6, 23]}
        assert words.group(b"") == {}
    monkeypatch.setattr(literals, "_PIECE", 10)
    assert words.group(b"." * 20 + b"needle") == {0: [24], 1: [26]}


def test_the_quickest_way_sees_words_in_texts_of_any_length() -> None:
    words = (b"key", b"keys", b"keysight")
    find = by_find(words, True)
    for size in range(1, 12):
        assert find(b"xxkeysights"[:size]) == _naive(words, b"xxkeysights"[:size], True)
        assert find(memoryview(b"KEYSIGHT")[:size]) == _naive(words, b"KEYSIGHT"[:size], True)


def test_pieces_of_a_huge_text_hide_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(literals, "_PIECE", 10)
    find = by_hyperscan((b"needle", b"ed"), True)
    assert find is not None
    for offset in range(24):
        data = b"." * offset + b"needle" + b"." * 9
        assert find(data) == [(1, offset + 4), (0, offset + 6)]


def test_any_bytes_like_object_will_do() -> None:
    for data in (b"a key", bytearray(b"a key"), memoryview(b"xxa key")[2:]):
        for way in WAYS:
            find = way((b"key",), True)
            assert find is not None
            assert find(data) == [(0, 5)]


@pytest.mark.parametrize("missing", (("hyperscan",), ("re2",), ("hyperscan", "re2")))
def test_a_platform_without_the_engines_finds_the_same(
    missing: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: object) -> object:
        if name in missing:
            raise ImportError(name)
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", refuse)
    words = Literals([b"pass", b"password"])
    assert words.find(b"Password") == [(0, 4), (1, 8)]
    assert words.find(b"." * (1 << 18) + b"password") == [(0, (1 << 18) + 4), (1, (1 << 18) + 8)]


def test_an_empty_word_is_refused() -> None:
    with pytest.raises(ValueError, match="everywhere"):
        Literals([b"key", b""])


def test_a_word_may_have_a_nul() -> None:
    assert by_hyperscan((b"x\0y",), True) is None
    assert Literals([b"x\0y"]).find(b"." * (1 << 18) + b"\0x\0y\0x") == [(0, (1 << 18) + 4)]


def test_no_words_find_nothing() -> None:
    assert Literals([]).find(b"text") == []


def test_it_works_in_a_forked_process() -> None:
    words = Literals([b"key"])
    words.find(b"." * (1 << 19))
    child = os.fork()
    if not child:
        os._exit(0 if words.find(b"a key") == [(0, 5)] else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert words.find(b"a key") == [(0, 5)]
