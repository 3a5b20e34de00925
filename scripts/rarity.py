"""Write `yett.rules.secrets.bigrams`: how surprising one letter is after another, counted in documentation.

    python scripts/rarity.py            # writes the file
    python scripts/rarity.py --check    # says whether it is what this would write

What is read are source distributions, fetched through pip and checked by hash: the same text gives the same bytes, with
any Python.
"""

from __future__ import annotations

import math
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

SOURCES = (
    ("celery", "5.7.0", "6a5dfcf6662287204f009a02002b9e66c83d4105e47ebabdc7079108772fc6f0"),
    ("django", "5.2.8", "23254866a5bb9a2cfa6004e8b809ec6246eba4b58a7589bc2772f1bcc8456c7f"),
    ("docutils", "0.23", "746f5060322511280a1e50eb76846ed6bf2342984b2ac04dc42caa1a8d78799e"),
    ("sphinx", "9.0.4", "594ef59d042972abbc581d8baa577404abe4e6c3b04ef61bd7fc2acbd51f3fa3"),
    ("sqlalchemy", "2.1.9", "d700a8b2edfb26282a470333d6bc4a454c4acda4d201a3bea7b72fa76c217d28"),
)
"""Name, version and SHA-256 of source distributions with much documentation about programming, in English."""

TEXTS = (".rst", ".txt")
LEAST = 3
"""How often a word has to occur: what occurs less is misspelt, or no word, more often than others."""

TARGET = Path(__file__).resolve().parent.parent / "src" / "yett" / "rules" / "secrets" / "bigrams.py"

# A capital begins a new word after a small letter, and belongs to the small letters that follow it.
_WORD = re.compile("[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def main(arguments: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        fetch(Path(folder))
        counts: Counter[str] = Counter()
        for archive in sorted(Path(folder).glob("*.tar.gz")):
            for text in texts(archive):
                counts.update(words(text))
    made = module(table(counts), sum(number >= LEAST for number in counts.values()))
    if "--check" in arguments:
        same = TARGET.read_bytes() == made.encode()
        print(f"{TARGET.name} is {'' if same else 'not '}what its sources give")
        return 0 if same else 1
    TARGET.write_bytes(made.encode())
    return 0


def fetch(folder: Path) -> None:
    """The source distributions, through pip and its configuration."""
    wanted = folder / "requirements.txt"
    wanted.write_text("".join(f"{name}=={version} --hash=sha256:{digest}\n" for name, version, digest in SOURCES))
    only = ",".join(name for name, _, _ in SOURCES)
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--no-binary", only,
         "--dest", str(folder), "--requirement", str(wanted)],
        check=True,
    )  # fmt: skip


def texts(archive: Path) -> Iterator[str]:
    """The documentation in a source distribution."""
    with tarfile.open(archive) as opened:
        for member in opened:
            file = opened.extractfile(member) if member.isfile() and member.name.endswith(TEXTS) else None
            if file is not None:
                yield file.read().decode("utf-8", "ignore")


def words(text: str) -> list[str]:
    """The words of a text and of the names in it, in small letters."""
    return [word.lower() for word in _WORD.findall(text)]


def table(counts: Mapping[str, int]) -> tuple[str, ...]:
    """A row for each letter that may stand before, a character for each that may follow; the first of both is the edge
    of a word. A word weighs one plus the binary logarithm of how often it occurs; a half is added to every sum."""
    sums = [[0.5] * 27 for _ in range(27)]
    for word, number in sorted(counts.items()):
        if number >= LEAST:
            row = 0
            for letter in word + "`":
                column = ord(letter) - 96
                sums[row][column] += 1 + math.log2(number)
                row = column
    return tuple("".join(_DIGITS[round(2 * math.log2(sum(row) / each))] for each in row) for row in sums)


def module(bits: Sequence[str], number: int) -> str:
    """The text of the module."""
    rows = "".join(f'    "{row}",\n' for row in bits)
    sources = "".join(f'    ("{name}", "{version}", "{digest}"),\n' for name, version, digest in SOURCES)
    return f'''"""How surprising one letter is after another. Written by scripts/rarity.py: change that, and run it."""

SOURCES = (
{sources})
"""Name, version and SHA-256 of the source distributions in whose documentation was counted."""

WORDS = {number}
"""How many different words they have, without those that occur less than {LEAST} times."""

BITS = (
{rows})
"""How surprising a letter (column) is after another (row), in half bits as base-36 digits; the first row and column
are the edge of a word.

Each word is weighted by one plus the binary logarithm of how often it occurs; smoothed by adding a half.
"""
'''


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
