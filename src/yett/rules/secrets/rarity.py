"""Does this look like something a machine drew at random, or like something a person would write?

Entropy alone cannot tell: over 20 characters English and noise score alike. What tells is how surprising each letter is
after the one before it, how often letters, digits and cases alternate, and how many characters differ.
"""

from __future__ import annotations

from functools import lru_cache

from yett.rules.secrets.bigrams import BITS
from yett.rules.secrets.lazy import Lazy

_SURPRISING = ((4, 5.8), (6, 5.2), (8, 5.0), (12, 4.9))
"""(letters, mean bits) from which a run of letters is no word: of the words in names in source code one in fifty is."""

_STRANGE = ((11, 6.2), (15, 5.7), (23, 5.4), (1 << 30, 5.3))
"""(longest, strangeness from which a value of that length is rare).

Of 20,500 quoted names of 8 to 40 characters in the source code of a shop and of a framework four in a thousand are
rare. Of random letters and digits 67 to 81 in a hundred are where there are 8 to 11 of them, 96 or more from 12 on,
nearly all from 16 on.
"""

_SEPARATORS = frozenset(("-", "_", ".", "/", ":", " ", "--", "__", "::", "="))
_HEX = frozenset("0123456789abcdefABCDEF")


_RUNS = Lazy(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^A-Za-z0-9]+")
_costs: list[list[int]] = []


def surprise(word: str) -> float:
    """Mean bits for each letter of a word of ASCII letters: 3 to 4.5 for words, 5 to 7 for random letters."""
    if not _costs:
        _costs.extend([int(bits, 36) for bits in row] for row in BITS)
    total, row = 0, _costs[0]
    for letter in word.lower().encode():
        total += row[letter - 96]
        row = _costs[letter - 96]
    return (total + row[0]) / 2 / (len(word) + 1)


@lru_cache(1 << 12)  # a text repeats its words, and long values overlap
def _bits(word: str) -> float:
    return surprise(word) * (len(word) + 1)


def wordlike(letters: str) -> bool:
    """Whether a run of ASCII letters could be a word. Runs too short to tell could."""
    least = 0.0
    for length, bits in _SURPRISING:
        if len(letters) >= length:
            least = bits
    return not least or surprise(letters) < least


def runs(text: str) -> list[str]:
    """A text cut where the kind of character changes: "HTTPServer-2x" is "HTTP", "Server", "-", "2", "x".

    A capital begins a new run after a small letter, and belongs to the small letters that follow it.
    """
    return _RUNS.findall(text)


def rare(text: str) -> bool:
    """Whether a value of eight characters or more looks drawn at random."""
    size, distinct = len(text), len(set(text))
    if size < 8 or distinct < min(8, size // 2):
        return False
    if size >= 16 and _HEX.issuperset(text):
        # Ten sixteenths of random hex are digits; all digits is a number, hardly any a word such as "deadbeef".
        return 0.25 <= sum(map(str.isdigit, text)) / size <= 0.9
    if distinct < min(12, size // 2) or (size < 12 and text.isalpha()):
        return False
    return strangeness(text) > next(least for longest, least in _STRANGE if size <= longest)


def strangeness(text: str) -> float:
    """How surprising the letters of a text are and how often it changes from letters to digits or from case to case.

    About 4 for words and names made of words; above 5.5 for what was drawn at random.
    """
    pieces = runs(text)
    plain = pieces if text.isascii() else [piece for piece in pieces if piece.isascii()]
    words = list(filter(str.isalpha, plain))
    edges = sum(map(len, words)) + len(words)
    if not edges:
        return 0.0
    separators = len(pieces) - len(plain) + sum(map(_SEPARATORS.__contains__, plain))
    changes = len(pieces) - 1 - 2 * separators  # a separator is no change of mind: people put them between words
    return sum(map(_bits, words)) / edges + 4 * changes / len(text)
