"""What is asked of a text before `tomllib` reads it."""

from __future__ import annotations

import re

_DOTTED = re.compile(r"""(?<![\w"'-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){200}""", re.ASCII)


def is_too_dotted(text: str) -> bool:
    """Whether a key may have hundreds of parts: `tomllib` takes time by the square of their number."""
    return _DOTTED.search(text) is not None
