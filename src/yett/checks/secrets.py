"""Secrets in any file: what is said of those that are found in it, and of archives and baselines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial

from yett import __version__
from yett.checks import Check
from yett.checks import Found as Said
from yett.checks._index import index
from yett.checks._seek import Seeker, Sighting, anchor
from yett.digest import of
from yett.identity import COMMON, fingerprint
from yett.identity import digest as of_key
from yett.lean import NamedTuple
from yett.model import EXPIRES, Blob, Confidence, Finding, Gap, Hit, Unexamined, finding
from yett.parse.compiled import Shelf
from yett.parse.decode import Excess
from yett.parse.encoding import Cursor, views
from yett.rules.secrets.record import rule

_REVISION = "8"
"""Raised when the same rules would give other results: what is remembered of earlier runs is then not used."""

AUDITED = {False: "audited-as-none", True: "audited-as-secret"}
"""The traits of a finding that somebody has looked at."""

_Audited = Mapping[str, Mapping[str, bool]]


ENGINES = ("yett", "detect-secrets")
"""What can look for secrets: the rules here, and the plugins of detect-secrets."""


def load(
    archives: bool = False,
    audited: _Audited | None = None,
    engines: Collection[str] = ENGINES[:1],
    key: bytes = COMMON,
    kept: Shelf | None = None,
) -> Check:
    """The check for secrets. Compiles nothing: that is done when a file is looked at.

    `archives`: what is in an archive is looked at too, and an archive is else named as not looked into. `audited` says
    by path, and by the SHA-1 of a value in hexadecimal digits, whether somebody called it a secret. `engines` are some
    of ENGINES; what both find is told once, as the rules here tell it. `key` is the repository's, for fingerprints.
    `kept` is where compiled words lie from one run to the next.
    """
    return Check(
        name="secrets",
        digest="".join(
            (_engines_digest(engines, kept), ".archives" if archives else "", _audit_digest(audited or {}), of_key(key))
        ),
        wants=_everything,
        inspect=_inspector(archives, audited or {}, _looker(engines, key, kept)),
        head_only=False,
    )


def digest(kept: Shelf | None = None) -> str:
    """What the results depend on: the version of yett, this module's revision, and the rules."""
    return f"{__version__}.{_REVISION}.{index(kept).digest}"


def _engines_digest(engines: Collection[str], kept: Shelf | None) -> str:
    if ENGINES[1] not in engines:
        return digest(kept)
    from yett.checks import _detect_secrets

    return f"{digest(kept) if ENGINES[0] in engines else ''}.detect-secrets-{_detect_secrets.digest()}"


def _audit_digest(audited: _Audited) -> str:
    listed = [f"{path}\0{value}\0{real}" for path, values in sorted(audited.items()) for value, real in values.items()]
    return f".{of(chr(10).join(listed).encode('utf-8', 'surrogateescape'))[:16]}" if listed else ""


def _everything(path: str) -> bool:
    del path
    return True


def _inspector(archives: bool, audited: _Audited, look: _Look) -> Callable[[Blob], Said]:
    def inspect(blob: Blob) -> Said:
        if blob.data.startswith(_ARCHIVES) or blob.data[257:262] == b"ustar":
            if not archives:
                yield Unexamined(blob.path, "archive")
            else:
                inside = list(_opened(blob, text))
                yield from inside
                # what is stored as it is can be seen from outside too
                seen = {each.fingerprint for each in inside if isinstance(each, Finding)}
                yield from (each for each in text(blob) if isinstance(each, Gap) or each.fingerprint not in seen)
                return
        yield from text(blob)

    def text(blob: Blob) -> Iterator[Finding | Gap]:
        known = audited.get(blob.path)
        for each in look(blob):
            if isinstance(each, Gap):
                yield each
            else:
                yield each.finding if known is None else _looked_at(each, known)

    return inspect


class _Told(NamedTuple):
    """A finding, and what gives the SHA-1 of its value in hexadecimal digits: a baseline calls it `hashed_secret`."""

    finding: Finding
    hashed: Callable[[], str]


_Look = Callable[[Blob], Iterator[_Told | Gap]]


def _looker(engines: Collection[str], key: bytes, kept: Shelf | None) -> _Look:
    """What looks into a file with these engines."""
    ours: _Look = _ours(key, kept) if ENGINES[0] in engines else lambda blob: iter(())
    if ENGINES[1] not in engines:
        return ours
    from yett.checks import _detect_secrets

    theirs = _detect_secrets.look(key)

    def both(blob: Blob) -> Iterator[_Told | Gap]:
        known = []
        for each in ours(blob):
            if isinstance(each, _Told):
                known.append((each.finding, each.hashed()))
            yield each
        for told in _detect_secrets.fresh(theirs(blob), known):
            yield told if isinstance(told, Gap) else _Told(told.finding, partial(str, told.hashed))

    return both


def _ours(key: bytes, kept: Shelf | None) -> _Look:
    seeker = Seeker(kept)

    def look(blob: Blob) -> Iterator[_Told | Gap]:
        seen = set()
        for view in views(blob.data):
            cursor = Cursor(view)
            for each in seeker.look(view.data, blob.path):
                if isinstance(each, Excess):
                    line, _ = cursor.at(each.start)
                    reason = f"{each.reason} is not decoded: what is encoded from here on was not looked into"
                    yield Gap(blob.path, "secrets", reason, "limit", line)
                    continue
                hit = _hit(each, cursor)
                place = (each.secret.id, hit.line, hit.column, each.value)
                if place not in seen:
                    seen.add(place)
                    expires = each.found.expires
                    told = finding(rule(each.secret), blob, hit)._replace(
                        fingerprint=fingerprint(each.value, key), traits=(f"{EXPIRES}:{expires}",) if expires else ()
                    )
                    yield _Told(told, partial(_hashed, each.value))

    return look


def _hashed(value: str) -> str:
    from hashlib import sha1

    return sha1(value.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()


def _looked_at(told: _Told, audited: Mapping[str, bool]) -> Finding:
    """A finding with what an audit made of its value. What somebody called a secret is certain."""
    found = told.finding
    real = audited.get(told.hashed())
    if real is None:
        return found
    confidence = Confidence.HIGH if real else found.confidence
    return found._replace(traits=(*found.traits, AUDITED[real]), confidence=confidence)


# What an archive begins with: zip (also jar, whl, docx), gzip, bzip2, xz, zstd, 7z, rar; a tar says so further in.
_ARCHIVES = (
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
)


def _opened(blob: Blob, look: Callable[[Blob], Iterator[Finding | Gap]]) -> Iterator[Finding | Gap]:
    """What is said of the files in an archive: their path is the archive's, `!`, and their own."""
    from yett.parse.archive import Refused, members

    for each in members(blob.data):
        path = f"{blob.path}!{each.name}" if each.name else blob.path
        if isinstance(each, Refused):
            yield Gap(path, "secrets", f"it was not looked into: {each.reason}", each.kind)
        else:
            yield from look(blob._replace(path=path, data=each.data))


def _hit(sighting: Sighting, cursor: Cursor) -> Hit:
    found = sighting.found
    line, column = cursor.at(found.start)
    end_line, end_column = cursor.at(found.end)
    return Hit(
        line=line,
        column=column,
        message=_message(sighting),
        end_line=end_line,
        end_column=end_column,
        subject=sighting.value,
        severity=found.severity,
        confidence=found.confidence,
    )


def _message(sighting: Sighting) -> str:
    """What was found, without any of it that is not public."""
    found, secret, value, how = sighting
    known = anchor(secret, value)
    shown = f"{known}…, " if known else ""
    inside = f", inside {' inside '.join(reversed(how))}" if how else ""
    message = f"{secret.title} ({shown}{len(value)} characters){inside}"
    if found.note:
        message += f"; {found.note}"
    if found.doubt:
        message += f"; probably {'harmless' if found.doubt == secret.doubt else 'not real'}: {found.doubt}"
    return message
