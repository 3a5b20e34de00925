"""Seed phrases of wallets, held against another implementation of BIP 39."""

from __future__ import annotations

import random
import runpy
from pathlib import Path

import pytest
from mnemonic import Mnemonic

from yett.checks._seek import Seeker, Sighting
from yett.model import Confidence
from yett.rules.secrets.money import PHRASE as KIND
from yett.rules.secrets.money import phrase_checksum

OTHER = Mnemonic("english")


def confidence(text: str) -> list[Confidence]:
    found = Seeker().look(text.encode(), "wallet.txt")
    return [
        each.found.confidence for each in found if isinstance(each, Sighting) and each.secret.id == "wallet-seed-phrase"
    ]


def test_the_words_are_as_the_script_writes_them() -> None:
    script = runpy.run_path(str(Path(__file__).parent.parent / "scripts" / "phrases.py"))
    assert script["TARGET"].read_text("utf-8") == script["module"]()


def test_a_checksum_is_right_where_the_other_says_so() -> None:
    drawn = random.Random(7)
    right = 0
    for _ in range(2000):
        phrase = OTHER.to_mnemonic(drawn.randbytes(drawn.choice((16, 20, 24, 28, 32))))
        assert phrase_checksum(phrase) is True
        words = phrase.split(" ")
        words[drawn.randrange(len(words))] = drawn.choice(OTHER.wordlist)
        changed = " ".join(words)
        if OTHER.check(changed):
            assert phrase_checksum(changed) is True
        else:
            right += phrase_checksum(changed) is True  # Electrum's, by chance
    assert right < 60


def test_electrum_has_a_checksum_of_its_own() -> None:
    # the first phrase of Electrum's own test of its checksum, a public one
    phrase = "cram swing cover prefer miss modify " + "ritual silly deliver chunk behind inform able"
    assert phrase_checksum(phrase) is None  # thirteen words, of before BIP 39's time
    drawn = random.Random(3)
    found = [
        phrase
        for phrase in (" ".join(drawn.choices(OTHER.wordlist, k=12)) for _ in range(3000))
        if phrase_checksum(phrase) and not OTHER.check(phrase)
    ]
    assert 5 < len(found) < 60  # 1 in 256 of segwit's and standard kinds, each


PHRASE = "arctic live gadget display excess mandate " + "sniff autumn people disorder affair horn"


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        (f'MNEMONIC="{PHRASE}"', [Confidence.HIGH]),
        (f"seed phrase is {PHRASE}", [Confidence.HIGH]),
        (f"recovery phrase:\n  {PHRASE}\n", [Confidence.HIGH]),
        (f"mnemonic: {PHRASE.replace('horn', 'hope')}", [Confidence.LOW]),
        (f"mnemonic: {PHRASE.replace('horn', 'horse horse')}", []),
        (f"mnemonic: {PHRASE.replace('horn', 'trumpets')}", []),
        ("mnemonic: " + "test " * 11 + "junk", [Confidence.LOW]),
        ("seed " + "begin end case of while for function module class when then else", []),
    ),
)
def test_a_phrase_is_one_by_its_words_and_its_checksum(text: str, expected: list[Confidence]) -> None:
    assert confidence(text) == expected


def test_a_word_inside_a_phrase_begins_none() -> None:
    """ "seed" is a word of phrases: a text of it alone would be looked at again from each of them."""
    assert KIND.read is not None
    text = b"seed " * 240
    assert len(list(KIND.read(text, list(range(4, len(text), 5)), "a.txt"))) <= 10
