"""Keys that can only search an index: those stand in pages, where everybody sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Confidence
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.record import Found, Reader

_SHOWN = "it looks like a key that can only search, which pages show to everybody"
_NAMED = Lazy(
    rb"search_?-?(?:only|api_?-?key|key)|docsearch|public_?-?(?:key|api|algolia)"
    rb"|(?:\A|[^a-z])(?:vite|react_app|gatsby|vue_app|expo)_",
    re.IGNORECASE,
)
"""What the key of such a value is called; the others are what bundlers copy into pages."""
_INDEXED = Lazy(rb"indexName|index_name|inputSelector|docsearch", re.IGNORECASE)
"""What such a key stands with: the index that it searches, the field that is typed into."""


def for_pages(read: Reader) -> Reader:
    """The same reader, with doubt in a key that its name or what it stands with makes out to be for pages."""

    def doubting(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
        for found in read(data, ends, path):
            line = data[max(0, found.start - 100) : found.end].rpartition(b"\n")[2]
            around = data[max(0, found.start - 200) : found.end + 200]
            shown = _NAMED.search(line) or (b"admin" not in line.lower() and _INDEXED.search(around))
            yield found._replace(confidence=Confidence.LOW, doubt=_SHOWN) if shown and not found.doubt else found

    return doubting
