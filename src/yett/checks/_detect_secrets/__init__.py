"""detect-secrets' own plugins, in process and on bytes, asked only about the lines that could interest one of them.

The plugins, filters and transformers are the library's, untouched; ours is what decides which lines they are shown. The
findings are those of `detect-secrets scan --no-verify --all-files` in its default configuration: kind, line and hash of
each; `tests/test_detect_secrets.py` and `bench/detect_secrets.py` hold that. Nothing is read from the scanned tree but
the files themselves: no baseline, no plugin, no filter, no word list.

    upstream   the library, set up once, and its way from a line to what is found in it
    superset   from a pattern to a wider one over bytes, by its parse tree
    patterns   the plugins' patterns, made wider
    sieve      which of many patterns find something in which lines
    forms      files that the library rewrites first: INI, YAML
    bounds     what a line would cost it
    read       the way through one file
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha1

from yett.identity import COMMON, fingerprint
from yett.lean import NamedTuple
from yett.model import Blob, Finding, Gap, Hit, finding

REVISION = "1"
"""Raised when the same library would give other results."""


class Told(NamedTuple):
    """A finding, and the SHA-1 of its value in hexadecimal digits, which baselines call `hashed_secret`."""

    finding: Finding
    hashed: str


Look = Callable[[Blob], Iterator[Told | Gap]]


def digest() -> str:
    """What the results depend on: this module's revision, the release, and whether a filter for words is there."""
    from importlib.util import find_spec

    from yett.checks._detect_secrets.upstream import release

    words = ".words" if find_spec("gibberish_detector") else ""
    return f"{release() or 'absent'}.{REVISION}{words}"


def look(key: bytes = COMMON) -> Look:
    """The engine. Imports and compiles nothing until it is shown a file. `key` is the repository's, for fingerprints.

    Where the library is missing, or a release of it that is not known, every file gives the same gap without a path.
    """
    engine: list[Look] = []

    def looked(blob: Blob) -> Iterator[Told | Gap]:
        if not engine:
            engine.append(_engine(key))
        yield from engine[0](blob)

    return looked


def fresh(told: Iterable[Told | Gap], own: Sequence[tuple[Finding, str]]) -> Iterator[Told | Gap]:
    """What is not among our own findings in the same file, given with the SHA-1 of their values in hexadecimal digits.

    It is where one has the same value, or covers all of the value in the line.
    """
    values = {hashed for _, hashed in own}
    for each in told:
        known = isinstance(each, Told) and (
            each.hashed in values or any(_covers(ours, each.finding) for ours, _ in own)
        )
        if not known:
            yield each


def _covers(ours: Finding, theirs: Finding) -> bool:
    if not theirs.end_column or not ours.end_column:
        return False
    starts = (ours.line, ours.column) <= (theirs.line, theirs.column)
    return starts and (theirs.end_line, theirs.end_column) <= (ours.end_line, ours.end_column)


def _engine(key: bytes) -> Look:
    from yett.checks._detect_secrets.upstream import KNOWN_RELEASES, load, release

    found = release()
    if found not in KNOWN_RELEASES:
        known = ", ".join(sorted(KNOWN_RELEASES))
        what = f"release {found} of detect-secrets is not known to yett" if found else "detect-secrets is not installed"
        return _without(f"{what}, but `checks.secrets.engines` asks for it: pip install detect-secrets=={known}")
    try:
        library = load()
    except (AttributeError, ImportError) as error:
        return _without(f"detect-secrets cannot be imported ({type(error).__name__}): install it anew")

    from yett.checks._detect_secrets.read import Reader

    read = Reader(library).read

    def looked(blob: Blob) -> Iterator[Told | Gap]:
        for each in read(blob):
            yield each if isinstance(each, Gap) else _told(blob, key, *each)

    return looked


def _without(reason: str) -> Look:
    def looked(blob: Blob) -> Iterator[Told | Gap]:
        del blob
        yield Gap("", "secrets", reason, "crash")

    return looked


def _told(blob: Blob, key: bytes, kind: str, value: str, line: int, text: str) -> Told:
    from yett.rules.secrets_detect import rule

    start = text.find(value) if value else -1
    found = rule(kind)
    hit = Hit(
        line=line,
        column=start + 1 if start >= 0 else 1,
        message=f"{found.title} ({len(value)} characters)",
        end_column=start + 1 + len(value) if start >= 0 else 0,
        subject=value,
    )
    told = finding(found, blob, hit)._replace(fingerprint=fingerprint(value, key))
    return Told(told, sha1(value.encode(), usedforsecurity=False).hexdigest())
