"""Does this look like something a machine drew at random, or like something a person would write?

Entropy alone cannot tell: over 20 characters English and noise score alike. What tells is how surprising each letter is
after the one before it, how often letters, digits and cases alternate, and how many characters differ.
"""

from __future__ import annotations

_BITS = (
    "y897899ab8ge99aa8f869adbegg",
    "bja88hfaiakd687m9l685cdedcl",
    "86cbc7fgg8ai5dd7bj98d7jgi9h",
    "97jce6fg7ao88df5ei9c6agildq",
    "48eda4def6iiafe8ejb9caggifn",
    "59f97bbdgelh9a7fbe578gcdafl",
    "78hdc87gi4ml9ee6ej8aa9jgjcr",
    "3aief4gca9onac9bet89cafhmjg",
    "65ifd4fkf7sgcde6hq9c8ckimem",
    "dab89abalili8947bja77kbncvb",
    "56lad5eljalaejh6cld9g5khlel",
    "49ecc4dbh7lh9gacdgc7dcgbqfq",
    "77fda4ehh6mh7fe7dpgaabgim9k",
    "75agc4gii7nfcae76ugacajksds",
    "68g877a6g9kddfc9djg86bchmgn",
    "acc88gcbjdlc985a8p5998cadjj",
    "76hdd5dhd8ug7gf79j6a8bignbu",
    "7fefdegkgghnckadhebae1ignnn",
    "57gbb5eci7oddbc7dt989cegmbr",
    "4bhaf6ffa8lecefa9if859gfkco",
    "57fbd5dk86pibde8ck79abgfiah",
    "ea8ac8bcmask785c8o676hkmjnl",
    "84fdi2eji6qlhdfaflddgjhgikl",
    "65fcb7dh95kjcg88ei78dhgdfqj",
    "5ad7c7afd7qlbaec7qcb5eefc9h",
    "2fdccacffbrpba9c6jc88heejff",
    "88ief2dlg6nnece8dneddhngldg",
)
"""How surprising a letter (column) is after another (row), in half bits as base-36 digits; "`" is the edge of a word.

Counted over the 19,813 different words of the documentation strings and comments of Python 3.11's standard library,
each weighted by one plus the binary logarithm of how often it occurs, smoothed by adding a half.
"""

_SURPRISING = ((4, 5.8), (6, 5.2), (8, 5.0), (12, 4.9))
"""(letters, mean bits) from which a run of letters is no word: of words that long about one in a hundred is above."""

_STRANGE = ((11, 6.2), (15, 5.7), (23, 5.4), (1 << 30, 5.3))
"""(longest, strangeness from which a value of that length is rare).

Chosen on the 21,277 quoted names of 8 to 40 characters in four public code bases (one is a list of licence keys, the
hardest there are): six in a thousand are rare. Of random letters and digits 68 to 80 in a hundred are where there are
8 to 11 of them, 96 or more from 12 on, nearly all from 16 on.
"""

_SEPARATORS = frozenset(("-", "_", ".", "/", ":", " ", "--", "__", "::", "="))
_HEX = frozenset("0123456789abcdefABCDEF")


def surprise(word: str) -> float:
    """Mean bits for each letter of a word of ASCII letters: 3 to 4.5 for words, 5 to 7 for random letters."""
    total, row = 0, 0
    for letter in word.lower() + "`":
        column = ord(letter) - 96
        total += int(_BITS[row][column], 36)
        row = column
    return total / 2 / (len(word) + 1)


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
    found: list[str] = []
    last = ""
    for char in text:
        if not char.isascii():
            kind = "other"
        elif char.isdigit():
            kind = "digit"
        elif char.isupper():
            kind = "upper"
        elif char.islower():
            kind = "lower"
        else:
            kind = "other"
        if kind == "lower" and last == "upper" and len(found[-1]) > 1:
            found[-1], char = found[-1][:-1], found[-1][-1] + char
            found.append(char)
        elif found and (kind == last or (kind == "lower" and last == "upper")):
            found[-1] += char
        else:
            found.append(char)
        last = kind
    return found


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
    words = [piece for piece in pieces if piece.isascii() and piece.isalpha()]
    edges = sum(map(len, words)) + len(words)
    if not edges:
        return 0.0
    separators = sum(not piece.isascii() or piece in _SEPARATORS for piece in pieces)
    changes = len(pieces) - 1 - 2 * separators  # a separator is no change of mind: people put them between words
    return sum(surprise(word) * (len(word) + 1) for word in words) / edges + 4 * changes / len(text)
