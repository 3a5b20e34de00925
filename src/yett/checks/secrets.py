"""Secrets in any file: words that point at one, then a closer look at the places where they stand, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from yett import __version__
from yett.checks import Check
from yett.checks import Found as Said
from yett.checks._index import index
from yett.digest import of
from yett.identity import COMMON, fingerprint
from yett.identity import digest as of_key
from yett.model import Blob, Confidence, Finding, Gap, Hit, Unexamined, finding
from yett.parse.compiled import Shelf
from yett.parse.decode import Excess, Piece, Runs, pieces
from yett.parse.encoding import Cursor, views
from yett.parse.literals import Literals
from yett.rules.secrets import at
from yett.rules.secrets.doubt import fake
from yett.rules.secrets.record import Found, Secret, begins, binary, calls, ends, rule

_REVISION = "5"
"""Raised when the same rules would give other results: what is remembered of earlier runs is then not used."""

_MORE = 65_536
"""How far beyond its window a value may go on."""


class _Candidate(NamedTuple):
    found: Found
    secret: Secret


class Sighting(NamedTuple):
    """A secret in a text: `found` says where and how sure, `how` in which spellings it lies, outermost first.

    `value` is the secret itself and has to stay inside the process.
    """

    found: Found
    secret: Secret
    value: str
    how: tuple[str, ...] = ()


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
    seeker = Seeker(shelf=kept)

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
                    told = finding(rule(each.secret), blob, hit)._replace(fingerprint=fingerprint(each.value, key))
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


_CLUSTER = 256
"""Keywords nearer to each other than this are judged together."""

_LEFT, _RIGHT = 160, 720
"""Bytes before and after a keyword that the general rule may look at, with room to spare."""

_REMEMBERED = 48 << 20
"""Bytes of text around keywords whose judgement is remembered, at most."""

_GENERIC = "generic-credential"
"""The kind whose judgement that is."""


Places = dict[int, list[int]]
"""The numbers of rules with a keyword in a text, with the offsets just after the keywords; of rules that the name of
the file calls for, perhaps with none."""


class Seeker:
    """Finds secrets in one text after another. Making one is free: what it needs is compiled when it is needed.

    With `remember`, what the general rule made of the text around its keywords is remembered: versions of one file
    repeat it again and again. `shelf` keeps what takes long to compile.
    """

    def __init__(self, remember: bool = False, shelf: Shelf | None = None) -> None:
        self._index = index(shelf)
        self._secrets: dict[int, Secret] = {}
        self._words = [word.encode() for word in self._index.words]
        self._literals = Literals(self._words, shelf=shelf)
        self._owners = self._index.owners
        self._patterns: dict[int, Any] = {}
        self._runs = Runs(shelf)
        self._memory: dict[tuple[str, bytes], list[Found]] | None = {} if remember else None
        self._remembered = 0

    def look(self, text: bytes, path: str, places: Places | None = None) -> list[Sighting | Excess]:
        """The secrets in a text and in what is encoded in it, in the order of the text.

        `places` is what the method of that name says of the text, where it was asked already.
        """
        own = self._plain(text, path, self.places(text, path) if places is None else places)
        inner: list[Sighting | Excess] = []
        if len(text) >= 28:
            for piece in pieces(text, self._runs.find):
                if isinstance(piece, Excess):
                    inner.append(piece)
                else:
                    inner.extend(self._inside(piece, own))
        if not inner:
            return list(own)
        within = [each for each in inner if isinstance(each, Sighting)]
        kept = [each for each in own if not any(_better(other, each) for other in within)]
        return sorted([*kept, *inner], key=lambda each: each.start if isinstance(each, Excess) else each.found.start)

    def any(self, text: bytes, path: str, places: Places) -> bool:
        """Whether one of these rules finds anything in a text."""
        return next(self._candidates(text, places, path), None) is not None

    def _inside(self, piece: Piece, own: list[Sighting]) -> Iterator[Sighting]:
        """What a decoded run holds, without what was found in the text as it stands."""
        around = [each for each in own if piece.start < each.found.end and each.found.start < piece.end]
        for each in self._plain(piece.data, "", self.places(piece.data)):
            if any(
                outer.secret.rank >= each.secret.rank or (outer.secret.id, outer.value) == (each.secret.id, each.value)
                for outer in around
            ):
                continue
            yield each._replace(found=each.found._replace(start=piece.start, end=piece.end), how=piece.how)

    def _plain(self, text: bytes, path: str, places: Places) -> list[Sighting]:
        if not places:
            return []
        return [
            Sighting(found, secret, text[found.start : found.end].decode("utf-8", "surrogateescape"))
            for found, secret in _settled(self._candidates(text, places, path))
        ]

    def places(self, text: bytes, path: str = "") -> Places:
        """The number of each rule that has a keyword in the text, with the offsets just after them, and of each that
        the name of the file calls for."""
        places: Places = {}
        owners = self._owners
        for word, after in self._literals.group(text).items():
            for number in owners[word]:
                known = places.get(number)
                places[number] = after if known is None else sorted(known + after)
        for number in self.called(path) if path else ():
            places.setdefault(number, [])
        return places

    def called(self, path: str) -> list[int]:
        """The numbers of the rules that the name of a file calls for."""
        files = self._index.files
        return [number for name in calls(path) for number in files.get(name, ())]

    def _candidates(self, text: bytes, places: Places, path: str) -> Iterator[_Candidate]:
        packed: bool | None = None
        for number, after in places.items():
            secret = self._secrets.get(number)
            if secret is None:
                secret = self._secrets[number] = at(self._index.homes[number])
            if secret.read is not None:
                for found in self._read(secret, text, after, path):
                    yield _Candidate(found, secret)
                continue
            if number not in self._patterns:
                self._patterns[number] = _compiled(secret.pattern)
            if packed is None:
                packed = binary(text)  # there texts stand side by side, with nothing or a length between them
            for start, end in _matches(self._patterns[number], text, after, secret, packed):
                judged = _judged(secret, _text(text[start:end]), start, end)
                if judged is not None:
                    yield _Candidate(judged, secret)

    def _read(self, secret: Secret, text: bytes, after: list[int], path: str) -> Iterable[Found]:
        """What a rule without a pattern finds."""
        assert secret.read is not None
        memory = self._memory
        if memory is None or secret.id != _GENERIC or binary(text):
            yield from secret.read(text, after, path)
            return
        for near in _clusters(after):
            low = max(0, near[0] - _LEFT)
            part = text[low : near[-1] + _RIGHT]
            key = (path, part)
            known = memory.get(key)
            if known is None:
                known = list(secret.read(part, [end - low for end in near], path))
                self._remembered += len(part) + 200
                if self._remembered > _REMEMBERED:
                    memory.clear()
                    self._remembered = len(part)
                memory[key] = known
            for found in known:
                yield found._replace(start=found.start + low, end=found.end + low)


def _clusters(ends: list[int]) -> Iterator[list[int]]:
    """Ascending offsets, in groups whose members are near each other."""
    group = [ends[0]]
    for end in ends[1:]:
        if end - group[-1] > _CLUSTER or len(group) == 16:
            yield group
            group = []
        group.append(end)
    yield group


def _better(inner: Sighting, outer: Sighting) -> bool:
    """Whether what was found in a decoded run says more about that place than what was found in the text."""
    here = inner.found.start < outer.found.end and outer.found.start < inner.found.end
    return here and inner.secret.rank > outer.secret.rank


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


def _matches(pattern: Any, data: bytes, places: list[int], secret: Secret, packed: bool) -> Iterator[tuple[int, int]]:
    """Where the values are that the pattern finds around the keywords and that stand alone."""
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


_WORD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"


def _end_of_word(data: bytes, position: int) -> int:
    while True:
        block = data[position : position + 256]
        rest = block.lstrip(_WORD)
        position += len(block) - len(rest)
        if rest or not block:
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


def _message(sighting: Sighting) -> str:
    """What was found, without any of it that is not public."""
    found, secret, value, how = sighting
    anchor = _anchor(secret, value)
    shown = f"{anchor}…, " if anchor else ""
    inside = f", inside {' inside '.join(reversed(how))}" if how else ""
    message = f"{secret.title} ({shown}{len(value)} characters){inside}"
    if found.note:
        message += f"; {found.note}"
    if found.doubt:
        message += f"; probably not real: {found.doubt}"
    return message
