"""Secrets in versions of files, where each is mostly what another one was."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from yett.checks._seek import Places, Seeker, Sighting
from yett.history.delta import Copy, common
from yett.history.memory import EXCESS, Mark
from yett.identity import COMMON, fingerprint
from yett.lean import NamedTuple
from yett.parse.compiled import Shelf
from yett.parse.encoding import views
from yett.rules.secrets import SECRETS

_REACH = 832
"""How far from a secret, or from the keyword that leads to it, the text may be that decides about it, for all rules
but the far-reaching ones."""

_AROUND = 2304
"""Bytes on either side of a change that have a part in it: what is within reach of it, its own reach, and itself."""

_COMPARED = 1 << 12
"""Bytes from which on comparing a version with another one takes less than looking at it."""

_BEGUN = 2000
"""Bytes that are looked at in the time it takes to begin with a part of a version."""


class Spot(NamedTuple):
    """A mark and where it is."""

    start: int
    end: int
    mark: Mark


class Version(NamedTuple):
    """A version that was looked at. `spots` are sorted; None says that nothing can be concluded from them for another
    version, which has to be looked at as a whole. `far`: where the words of rules that reach far are in it, which have
    found nothing, and might in another one."""

    data: bytes
    path: bytes
    spots: list[Spot] | None
    marks: tuple[Mark, ...]
    far: Places


class Scanner:
    """Looks at versions, one after another: best those of one file in the order in which they were made."""

    def __init__(self, key: bytes = COMMON, kept: Shelf | None = None) -> None:
        self._key = key
        self._seeker = Seeker(kept)
        self._numbers = {secret.id: number for number, secret in enumerate(SECRETS)}
        self._longest = max(len(word) for secret in SECRETS for word in secret.keywords)
        self._far = {number for number, secret in enumerate(SECRETS) if secret.far or secret.width > _REACH}
        self._known: dict[tuple[str, str], bytes] = {}
        self._last: Version | None = None

    def whole(self, data: bytes, paths: tuple[bytes, ...]) -> Version:
        """Look at a version that may have much in common with the last one of the same file."""
        old = self._last
        if old is None or old.path != paths[0] or len(data) < _COMPARED:
            new = self.all(data, paths)
        else:
            new = self.changed(old, data, common(old.data, data), paths)
        if new.spots is not None:
            self._last = new
        return new

    def all(self, data: bytes, paths: tuple[bytes, ...]) -> Version:
        """Look at all of a version, under each of its names."""
        marks: set[Mark] = set()
        spots: list[Spot] | None = []
        reaching: Places = {}
        for path in paths:
            for number, view in enumerate(views(data)):
                name = _name(path)
                places = self._seeker.places(view.data, name)
                far = self._taken(places)
                if far and self._seeker.any(view.data, name, far):
                    places |= far
                    spots = None
                found, odd = self._look(view.data, name, places)
                marks.update(spot.mark for spot in found)
                spots = None if odd or number or spots is None else found
                reaching |= far
        return Version(data, paths[0], spots if len(paths) == 1 else None, tuple(sorted(marks)), reaching)

    def changed(self, old: Version, data: bytes, copies: list[Copy], paths: tuple[bytes, ...]) -> Version:
        """Look at what a version has that another one had not, and keep what is the same in both."""
        if old.spots is None or len(paths) > 1 or paths[0] != old.path or b"\0" in data:
            return self.all(data, paths)
        fresh = _fresh(copies, len(data), len(old.data))
        spots = list(_kept(old, copies, len(data))) if old.spots else []
        # A keyword that has no change within its reach leads to what it led to: that was kept, unless it has one.
        around = _REACH if len(spots) == len(old.spots) else _AROUND
        windows = _windows(fresh, len(data), around)
        if sum(high - low + _BEGUN for low, high in windows) > len(data):
            return self.all(data, paths)
        name = _name(paths[0])
        far = {number: _moved(ends, copies, self._longest) for number, ends in old.far.items()}
        for low, high in windows:
            places = self._seeker.places(data[low:high], name)
            coded = self._seeker.coded(data[low:high])
            for number, ends in self._taken(places).items():
                far[number] = sorted({*far.get(number, ()), *(end + low for end in ends)})
            if not places and not coded:
                continue
            start = max(0, low - (_AROUND - around))
            if start < low:
                places = {number: [end + low - start for end in ends] for number, ends in places.items()}
            found, odd = self._look(data[start : high + (_AROUND - around)], name, places, coded)
            if odd:
                return self.all(data, paths)
            for spot in found:
                if _touches(fresh, spot.start + start - _REACH, spot.end + start + _REACH):
                    spots.append(Spot(spot.start + start, spot.end + start, spot.mark))
        far = {number: ends for number, ends in far.items() if ends or number in self._seeker.called(name)}
        if far and self._seeker.any(data, name, far):
            return self.all(data, paths)
        spots = sorted(set(spots))
        return Version(data, paths[0], spots, tuple(sorted({spot.mark for spot in spots})), far)

    def _taken(self, places: Places) -> Places:
        """What belongs to rules that reach far, taken out of the places."""
        return {number: places.pop(number) for number in self._far.intersection(places)}

    def _look(self, text: bytes, name: str, places: Places, coded: bool = True) -> tuple[list[Spot], bool]:
        """The secrets in a text, and whether something in it reaches further than `_REACH`. `coded` as for a seeker."""
        far = False
        spots = []
        for each in self._seeker.look(text, name, places, coded):
            if not isinstance(each, Sighting):
                far = True
                spots.append(Spot(each.start, each.start, EXCESS))
                continue
            start, end = each.found.start, each.found.end
            far = far or end - start > _REACH or bool(each.how)
            spots.append(Spot(start, end, self._mark(each)))
        return spots, far

    def _mark(self, sighting: Sighting) -> Mark:
        secret, found = sighting.secret, sighting.found
        known = self._known.get((secret.id, sighting.value))
        if known is None:
            known = bytes.fromhex(fingerprint(sighting.value, self._key))
            self._known[secret.id, sighting.value] = known
        severity = secret.severity if found.severity is None else found.severity
        return Mark(self._numbers[secret.id], found.confidence, severity, known)


def _name(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _fresh(copies: list[Copy], size: int, last: int) -> list[tuple[int, int]]:
    """The stretches that are new, and the seams (empty stretches) where what was apart now adjoins; ascending.

    `size` and `last` are the sizes of the new version and of the old one.
    """
    found = []
    end = source = 0
    for at, start, length in copies:
        if end or at or start:
            found.append((end, at))
        end, source = at + length, start + length
    if end < size or source < last:
        found.append((end, size))
    return found


def _moved(ends: list[int], copies: list[Copy], longest: int) -> list[int]:
    """Where words end in the new version that stood in the old one and are copied; one has `longest` bytes at most, and
    what is so near to a change is looked at anyway."""
    found = []
    for at, source, length in copies:
        first, last = bisect_left(ends, source + longest if source else 0), bisect_right(ends, source + length)
        found += [end + at - source for end in ends[first:last]]
    return found


def _windows(fresh: Iterable[tuple[int, int]], size: int, around: int) -> list[tuple[int, int]]:
    """What to look at again: the fresh stretches with so much on either side of them, those that touch made one."""
    found: list[tuple[int, int]] = []
    for start, end in fresh:
        low, high = max(0, start - around), min(size, end + around)
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
    return found


def _touches(fresh: list[tuple[int, int]], low: int, high: int) -> bool:
    """Whether a fresh stretch lies in or at the edge of this one."""
    place = bisect_left(fresh, (high + 1,)) - 1
    return place >= 0 and fresh[place][1] >= low


def _kept(old: Version, copies: list[Copy], size: int) -> Iterable[Spot]:
    """The spots that were taken over with all that is within reach of them."""
    assert old.spots is not None
    last = len(old.data)
    starts = [spot.start for spot in old.spots]
    for at, source, length in copies:
        low = source if source or at else -_REACH  # nothing stood before the beginning, and nothing does now
        high = source + length if source + length < last or at + length < size else last + _REACH
        for place in range(bisect_left(starts, low), len(starts)):
            start, end, mark = old.spots[place]
            if start >= source + length:
                break
            if start - _REACH > low - (low < 0) and end + _REACH < high + (high > last):
                yield Spot(start - source + at, end - source + at, mark)
