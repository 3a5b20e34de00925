"""`.secrets.baseline` of detect-secrets, read as data: what somebody has looked at, and what they made of it.

Nothing in it is obeyed: the plugins and filters that it names are not loaded.
https://github.com/Yelp/detect-secrets#auditing-secrets-in-baseline
"""

from __future__ import annotations

from yett.lean import Any, NamedTuple
from yett.parse.source import ParseError, decode


class Entry(NamedTuple):
    """One secret of a baseline. `digest` is the SHA-1 of the value in hexadecimal digits. `real` is what the audit
    says: True, False, or None where nobody has looked."""

    path: str
    line: int
    digest: str
    kind: str
    real: bool | None


def read(data: bytes) -> tuple[Entry, ...]:
    """The entries of a baseline, in its order. Raises `ParseError`."""
    import json

    text = decode(data)
    try:
        root = json.loads(text)
    except json.JSONDecodeError as error:
        raise ParseError(error.lineno, error.colno, f"it is not JSON: {error.msg.lower()}") from None
    except (ValueError, RecursionError):
        raise ParseError(1, 1, "it is not JSON that can be read") from None
    results = root.get("results") if isinstance(root, dict) else None
    if not isinstance(results, dict):
        raise ParseError(1, 1, "it has no `results`")
    found: list[Entry] = []
    for path, listed in results.items():
        if not isinstance(listed, list):
            raise ParseError(1, 1, f"the results of {path[:200]!r} are no list")
        found += [_entry(path, each) for each in listed]
    return tuple(found)


def _entry(path: str, given: Any) -> Entry:
    digest = given.get("hashed_secret") if isinstance(given, dict) else None
    real = given.get("is_secret") if isinstance(given, dict) else None
    if not isinstance(digest, str) or len(digest) != 40 or set(digest) - set("0123456789abcdef"):
        raise ParseError(1, 1, f"a result of {path[:200]!r} has no `hashed_secret`")
    if real is not None and not isinstance(real, bool):
        raise ParseError(1, 1, f"`is_secret` of a result of {path[:200]!r} is neither true nor false")
    line, kind = given.get("line_number"), given.get("type")
    return Entry(
        path=path.replace("\\", "/").removeprefix("./"),
        line=line if isinstance(line, int) else 0,
        digest=digest,
        kind=kind if isinstance(kind, str) else "",
        real=real,
    )


def audited(entries: tuple[Entry, ...]) -> dict[str, dict[str, bool]]:
    """What was looked at: by path and digest whether it is a secret. One "yes" outweighs any "no"."""
    found: dict[str, dict[str, bool]] = {}
    for entry in entries:
        if entry.real is not None:
            known = found.setdefault(entry.path, {})
            known[entry.digest] = known.get(entry.digest, False) or entry.real
    return found
