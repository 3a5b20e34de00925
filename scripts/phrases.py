"""Write `yett.rules.secrets.bip39`: the words that seed phrases of wallets are made of.

    python scripts/phrases.py            # writes the file
    python scripts/phrases.py --check    # says whether it is what this would write

They are the English list of BIP 39, taken from the package `mnemonic` of the extra `test`.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "src" / "yett" / "rules" / "secrets" / "bip39.py"

_HEAD = '''"""The words of seed phrases, in order. Written by scripts/phrases.py: change that, and run it.

The English list of BIP 39: https://github.com/bitcoin/bips/blob/master/bip-0039/english.txt
"""

_TEXT = """\\
'''


def main(arguments: Sequence[str]) -> int:
    made = module()
    if "--check" in arguments:
        same = TARGET.read_text("utf-8") == made
        print(f"{TARGET.name} is {'' if same else 'not '}what its source gives")
        return 0 if same else 1
    TARGET.write_text(made, "utf-8")
    return 0


def module() -> str:
    from mnemonic import Mnemonic

    words = Mnemonic("english").wordlist
    return _HEAD + textwrap.fill(" ".join(words), 110) + '\n"""\n\nWORDS = tuple(_TEXT.split())\n'


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
