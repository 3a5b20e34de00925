"""Secrets in versions of files, where each is mostly what another one was."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from yett.checks._seek import Places, Seeker, Sighting
from yett.history.delta import Copy, common
from yett.history.memory import EXCESS, Mark
from yett.identity import COMMON, fingerprint
from yett.lean import NamedTuple
from yett.parse.compiled import Shelf
from yett.parse.encoding import views
from yett.parse.literals import Literals
from yett.rules.secrets import SECRETS

_REACH = 832
"""How far from a secret the text may be that decides about it, for all rules but the far-reaching ones."""

_AROUND = 2304
"""Bytes on either side of a change that are looked at again: what is within reach of it, its own reach, and itself."""


_COMPARED = 1 << 16
"""Bytes from which on comparing a version with another one takes less than looking at it."""

_KEPT, _KEPT_SIZE = 16, 4 << 20
"""How many versions are kept to compare others of the same files with, and how large they may be."""


class Spot(NamedTuple):
    """A mark and where it is."""

    start: int
    end: int
    mark: Mark


class Version(NamedTuple):
    """A version that was looked at. `spots` are sorted; None says that nothing can be concluded from them for a version
    made of this one, which has to be looked at as a whole. `reaching`: rules that reach far have found nothing in it,
    and have words in it with which they might in one made of it."""

    data: bytes
    path: bytes
    spots: list[Spot] | None
    marks: tuple[Mark, ...]
    reaching: bool = False


class Scanner:
    """Looks at versions, one after another."""

    def __init__(self, key: bytes = COMMON, kept: Shelf | None = None) -> None:
        self._key = key
        self._seeker = Seeker(remember=True, shelf=kept)
        self._numbers = {secret.id: number for number, secret in enumerate(SECRETS)}
        self._far = {number for number, secret in enumerate(SECRETS) if secret.far or secret.width > _REACH}
        self._known: dict[tuple[str, str], bytes] = {}
        self._recent: dict[bytes, Version] = {}
        owners: dict[bytes, list[int]] = {}
        for number in sorted(self._far):
            for word in SECRETS[number].keywords:
                owners.setdefault(word.lower().encode(), []).append(number)
        self._far_words, self._far_owners = Literals(list(owners)), list(owners.values())

    def whole(self, data: bytes, paths: tuple[bytes, ...]) -> Version:
        """Look at a version that is not known to be made of another one; much of it may be in the last one of the same
        file all the same."""
        if len(data) < _COMPARED:
            return self.all(data, paths)
        old = self._recent.pop(paths[0], None)
        new = self.all(data, paths) if old is None else self.changed(old, data, common(old.data, data), paths)
        if new.spots is not None and len(data) <= _KEPT_SIZE:
            if len(self._recent) >= _KEPT:
                del self._recent[next(iter(self._recent))]
            self._recent[paths[0]] = new
        return new

    def all(self, data: bytes, paths: tuple[bytes, ...]) -> Version:
        """Look at all of a version, under each of its names."""
        marks: set[Mark] = set()
        spots: list[Spot] | None = []
        reaching = False
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
                reaching = reaching or bool(far)
        return Version(data, paths[0], spots if len(paths) == 1 else None, tuple(sorted(marks)), reaching)

    def changed(self, old: Version, data: bytes, copies: list[Copy], paths: tuple[bytes, ...]) -> Version:
        """Look at what a version has that the one it is made of had not, and keep what is the same in both."""
        if len(data) < 2 * _AROUND or old.spots is None or len(paths) > 1 or paths[0] != old.path or b"\0" in data:
            return self.all(data, paths)
        fresh = _fresh(copies, len(data), len(old.data))
        windows = _windows(fresh, len(data))
        if sum(high - low for low, high in windows) * 2 > len(data):
            return self.all(data, paths)
        spots = list(_kept(old, copies, len(data))) if old.spots else []
        name = _name(paths[0])
        reaching = old.reaching
        for low, high in windows:
            part = data[low:high]
            places = self._seeker.places(part, name)
            reaching = bool(self._taken(places)) or reaching
            found, odd = self._look(part, name, places)
            if odd:
                return self.all(data, paths)
            for spot in found:
                start, end = spot.start + low, spot.end + low
                if _touches(fresh, start - _REACH, end + _REACH):
                    spots.append(Spot(start, end, spot.mark))
        if reaching and self._seeker.any(data, name, self._far_places(data, name)):
            return self.all(data, paths)
        spots = sorted(set(spots))
        return Version(data, paths[0], spots, tuple(sorted({spot.mark for spot in spots})), reaching)

    def _taken(self, places: Places) -> Places:
        """What belongs to rules that reach far, taken out of the places."""
        return {number: places.pop(number) for number in self._far.intersection(places)}

    def _far_places(self, text: bytes, name: str) -> Places:
        """What `Seeker.places` says, of the rules that reach far only."""
        found: Places = {}
        for word, after in self._far_words.group(text).items():
            for number in self._far_owners[word]:
                found[number] = sorted((*found.get(number, ()), *after))
        return {number: [] for number in self._far.intersection(self._seeker.called(name))} | found

    def _look(self, text: bytes, name: str, places: Places) -> tuple[list[Spot], bool]:
        """The secrets in a text, and whether something in it reaches further than `_REACH`."""
        far = False
        spots = []
        for each in self._seeker.look(text, name, places):
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


def _windows(fresh: Iterable[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    """What to look at again: the fresh stretches with what is around them, those that touch made one."""
    found: list[tuple[int, int]] = []
    for start, end in fresh:
        low, high = max(0, start - _AROUND), min(size, end + _AROUND)
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
