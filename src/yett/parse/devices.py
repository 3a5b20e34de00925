"""Passwords that network devices keep in a form anybody can undo."""

from __future__ import annotations

_CISCO = b"dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87"
"""What IOS adds to passwords of type 7, the same on every device since it was published in 1995."""


def type7(text: str) -> str:
    """The password that Cisco's type 7 hides, "" where the text is none: two digits of offset, then pairs of hex."""
    if len(text) < 4 or len(text) % 2 or not text[:2].isdigit() or int(text[:2]) > 52:
        return ""
    try:
        raw = bytes.fromhex(text[2:])
    except ValueError:
        return ""
    return _readable(bytes(each ^ _CISCO[(int(text[:2]) + at) % len(_CISCO)] for at, each in enumerate(raw)))


_FAMILIES = ("QzF3n6/9CAtpu0O", "B1IREhcSyrleKvMW8LXx", "7N-dVbwsY2g4oaJZGUDj", "iHkq.mPf5T")
_LETTERS = "".join(_FAMILIES)
_WEIGHTS = ((1, 4, 32), (1, 16, 32), (1, 8, 32), (1, 64), (1, 32), (1, 4, 16, 128), (1, 32, 64))


def junos9(text: str) -> str:
    """The password that Junos hides behind "$9$" (the text without that), "" where it is none.

    The first letter says by its family how many letters of filling follow; then letters say by their distance from the
    one before how often each weight is counted.
    """
    if not text or any(char not in _LETTERS for char in text):
        return ""
    filling = 3 - next(number for number, family in enumerate(_FAMILIES) if text[0] in family)
    before, rest, found = text[0], text[1 + filling :], bytearray()
    while rest:
        weights = _WEIGHTS[len(found) % len(_WEIGHTS)]
        letters, rest = rest[: len(weights)], rest[len(weights) :]
        if len(letters) < len(weights):
            return ""
        total = 0
        for letter, weight in zip(letters, weights, strict=True):
            gap = (_LETTERS.index(letter) - _LETTERS.index(before)) % len(_LETTERS) - 1
            total, before = total + gap * weight, letter
        found.append(total % 256)
    return _readable(bytes(found))


def _readable(raw: bytes) -> str:
    return raw.decode("ascii") if raw.isascii() and raw.decode("ascii").isprintable() else ""
