"""Secrets in any file: words that point at one, then a closer look at the places where they stand, and nowhere else."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from yett import __version__
from yett.checks import Check
from yett.model import Blob, Confidence, Finding, Gap, Hit, finding
from yett.parse.encoding import Cursor, views
from yett.parse.literals import Literals
from yett.rules.secrets import SECRETS
from yett.rules.secrets.doubt import fake
from yett.rules.secrets.record import Found, Secret, begins, binary, ends, rule

_REVISION = "1"
"""Raised when the same rules would give other results: what is remembered of earlier runs is then not used."""

_MORE = 65_536
"""How far beyond its window a value may go on."""


class _Candidate(NamedTuple):
    found: Found
    secret: Secret


def load() -> Check:
    """The check for secrets. Compiles nothing: that is done when a file is looked at."""
    seen = zlib.crc32("\0".join(f"{secret.id} {secret.pattern} {secret.keywords}" for secret in SECRETS).encode())
    return Check(
        name="secrets",
        digest=f"{__version__}.{_REVISION}.{len(SECRETS)}.{seen:08x}",
        wants=_everything,
        inspect=_inspector(),
        head_only=False,
    )


def _everything(path: str) -> bool:
    del path
    return True


def _inspector() -> Callable[[Blob], Iterator[Finding | Gap]]:
    words: dict[str, list[int]] = {}
    for number, secret in enumerate(SECRETS):
        for keyword in secret.keywords:
            words.setdefault(keyword.lower(), []).append(number)
    literals = Literals([word.encode() for word in words])
    owners = list(words.values())
    patterns: dict[int, Any] = {}

    def inspect(blob: Blob) -> Iterator[Finding | Gap]:
        seen = set()
        for view in views(blob.data):
            hits = literals.find(view.data)
            if not hits:
                continue
            places: dict[int, list[int]] = {}
            for word, end in hits:
                for number in owners[word]:
                    places.setdefault(number, []).append(end)
            cursor = Cursor(view)
            for found, secret in _settled(_candidates(view.data, places, blob.path, patterns)):
                line, column = cursor.at(found.start)
                end_line, end_column = cursor.at(found.end)
                value = view.data[found.start : found.end].decode("utf-8", "surrogateescape")
                place = (secret.id, line, column, value)
                if place in seen:
                    continue
                seen.add(place)
                yield finding(
                    rule(secret),
                    blob,
                    Hit(
                        line=line,
                        column=column,
                        message=_message(secret, found, value),
                        end_line=end_line,
                        end_column=end_column,
                        subject=value,
                        severity=found.severity,
                        confidence=found.confidence,
                    ),
                )

    return inspect


def _candidates(data: bytes, places: dict[int, list[int]], path: str, patterns: dict[int, Any]) -> Iterator[_Candidate]:
    for number, after in places.items():
        secret = SECRETS[number]
        if secret.read is not None:
            for found in secret.read(data, after, path):
                yield _Candidate(found, secret)
            continue
        if number not in patterns:
            patterns[number] = _compiled(secret.pattern)
        for start, end in _matches(patterns[number], data, after, secret):
            judged = _judged(secret, _text(data[start:end]), start, end)
            if judged is not None:
                yield _Candidate(judged, secret)


def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    return re2.compile(pattern.encode(), options)


def _windows(ends: list[int], width: int, size: int) -> Iterator[tuple[int, int]]:
    """The stretches within `width` of ascending offsets, those that touch made one."""
    low, high = max(0, ends[0] - width), 0
    for end in ends:
        if end - width > high > 0:
            yield low, high
            low = end - width
        high = min(size, end + width)
    yield low, high


def _matches(pattern: Any, data: bytes, places: list[int], secret: Secret) -> Iterator[tuple[int, int]]:
    """Where the values are that the pattern finds around the keywords and that stand alone."""
    packed = binary(data)  # there texts stand side by side, with nothing or a length between them
    for low, high in _windows(places, secret.width, len(data)):
        if secret.near and not _any_near(data[low:high].lower(), secret.near):
            continue
        position = low
        while position < high:
            match = pattern.search(data, position, high)
            if match is None:
                break
            if match.end() == high < len(data):
                # The window may have cut the value: see how far it goes.
                match = pattern.search(data, match.start(), min(len(data), high + _MORE)) or match
            start, end = _value(match, pattern.groups)
            if (begins(data, start) and ends(data, end)) or (packed and _anchor(secret, _text(data[start:end]))):
                yield start, end
                position = max(end, match.start() + 1)
            else:
                # Nothing that begins inside the same word stands alone either.
                position = match.start() + 1 if pattern.groups else _end_of_word(data, match.start() + 1)


def _value(match: Any, groups: int) -> tuple[int, int]:
    """The span of the first group that took part in a match, of all of it where there is none."""
    spans: Iterator[tuple[int, int]] = (match.span(group) for group in range(1, groups + 1))
    return next((span for span in spans if span[0] >= 0), match.span())


def _text(value: bytes) -> str:
    return value.decode("latin-1")


def _end_of_word(data: bytes, position: int) -> int:
    while position < len(data) and (data[position : position + 1].isalnum() or data[position] == 0x5F):
        position += 1
    return position


def _any_near(text: bytes, words: tuple[str, ...]) -> bool:
    return any(word.encode() in text for word in words)


def _judged(secret: Secret, value: str, start: int, end: int) -> Found | None:
    """What the structure, the check digits and the looks of a value say of it."""
    if secret.holds is not None and not secret.holds(value):
        return None
    doubt = fake(value[len(_anchor(secret, value)) :])
    if doubt:
        return Found(start, end, Confidence.LOW, doubt)
    checked = secret.checksum(value) if secret.checksum is not None else None
    if checked is None:
        return Found(start, end, secret.confidence)
    if checked:
        return Found(start, end, Confidence.HIGH)
    note = "its check digits are wrong, so it may be mistyped or made up"
    return Found(start, end, min(secret.confidence, Confidence.MEDIUM), note=note)


def _settled(candidates: Iterator[_Candidate]) -> list[_Candidate]:
    """One for each place: the higher rank first, then the surer, then the longer; in the order of the text."""

    def better(candidate: _Candidate) -> tuple[int, int, int, int, str]:
        found, secret = candidate
        return -secret.rank, -found.confidence, found.start - found.end, found.start, secret.id

    from bisect import bisect_left

    starts: list[int] = []
    kept: list[_Candidate] = []
    for candidate in sorted(candidates, key=better):
        found = candidate.found
        place = bisect_left(starts, found.start)
        before = kept[place - 1].found.end if place else 0
        after = starts[place] if place < len(starts) else found.end
        if before <= found.start and found.end <= after:
            starts.insert(place, found.start)
            kept.insert(place, candidate)
    return kept


def _anchor(secret: Secret, value: str) -> str:
    """The beginning that all values of a kind share. It is public, and only that is ever shown."""
    if secret.read is not None:
        return ""
    folded = value.lower()
    return max((keyword for keyword in secret.keywords if folded.startswith(keyword.lower())), key=len, default="")


def _message(secret: Secret, found: Found, value: str) -> str:
    """What was found, without any of it that is not public."""
    anchor = _anchor(secret, value)
    shown = f"{anchor}…, " if anchor else ""
    message = f"{secret.title} ({shown}{len(value)} characters)"
    if found.note:
        message += f"; {found.note}"
    if found.doubt:
        message += f"; probably not real: {found.doubt}"
    return message
