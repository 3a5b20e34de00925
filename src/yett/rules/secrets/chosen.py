"""What to make of a value in a place for passwords: people choose them, so that they need not look random."""

from __future__ import annotations

from yett.model import Confidence
from yett.rules.secrets.doubt import fake, placeholder, reference
from yett.rules.secrets.rarity import rare
from yett.rules.secrets.record import Found

PLAIN = "it does not look random, though people choose such passwords"


def chosen(value: str, start: int, end: int, least: int = 4, note: str = "") -> Found | None:
    """A finding for a value of at least `least` characters: medium where it looks random, else low with a reason.

    None for a reference, a placeholder with or without a number behind it, and what is no text.
    """
    if len(value) < least or not value.isprintable() or reference(value) or placeholder(value):
        return None
    doubt = fake(value)
    if not rare(value):
        if doubt or placeholder(value.rstrip("0123456789")):
            return None
        doubt = PLAIN
    return Found(start, end, Confidence.LOW if doubt else Confidence.MEDIUM, doubt, note)


def mixed(value: str) -> bool:
    """Whether a value has small letters, capitals, digits and signs, as passwords have to."""
    kinds = (str.islower, str.isupper, str.isdigit, lambda char: not char.isalnum() and char not in "._-/:=")
    return all(any(map(kind, value)) for kind in kinds)


def drawn(value: str, start: int, end: int, note: str = "") -> Found | None:
    """The same where only what looks random counts."""
    found = chosen(value, start, end, 8, note)
    return found if found is not None and found.doubt != PLAIN else None
