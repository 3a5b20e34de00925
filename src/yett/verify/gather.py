"""The credentials of a target, each once, with where they stand and with what stands beside them.

The values stay in memory, in what this module gives back, and nothing here shows them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from yett import git
from yett.checks._seek import Seeker, Sighting
from yett.collect import SIZE_LIMIT, Entry, collect, read_file
from yett.identity import COMMON, fingerprint
from yett.lean import NamedTuple
from yett.model import Confidence, Gap, Target
from yett.parse.decode import Excess
from yett.parse.encoding import Cursor, views
from yett.rules.secrets.record import Secret
from yett.verify.providers import PROVIDERS
from yett.verify.record import Partner, Provider

WIDTH = 2_000
"""Bytes before and after a credential in which its partner is looked for."""

MOST = 3
"""Partners of a kind that are tried with one credential."""


class Place(NamedTuple):
    path: str
    line: int
    column: int
    commit: str = ""


class Credential(NamedTuple):
    """A value, whoever can be asked about it, and where it stands. `partners` has by name what was found beside it, the
    nearest first, and one more than are tried. `fingerprint` is what `yett check` gives it where it was found first.
    `half`: it is the public half of another one."""

    secret: Secret
    value: str
    provider: Provider | None
    confidence: Confidence
    places: tuple[Place, ...]
    partners: Mapping[str, tuple[str, ...]]
    fingerprint: str
    half: bool = False

    def __repr__(self) -> str:
        return f"Credential({self.secret.id})"


class Gathered(NamedTuple):
    """What a target holds. `low` counts the credentials left out because they are probably none, `others` those that no
    provider that was named answers for."""

    credentials: tuple[Credential, ...]
    gaps: tuple[Gap, ...]
    low: int
    others: int
    files: int


class _Seen:
    """A value while it is gathered."""

    def __init__(self, secret: Secret, provider: Provider | None, half: bool, print_: str) -> None:
        self.secret, self.provider, self.half, self.fingerprint = secret, provider, half, print_
        self.confidence = Confidence.LOW
        self.places: set[Place] = set()
        self.partners: dict[str, dict[str, int]] = {}

    def near(self, name: str, values: Iterable[tuple[int, str]]) -> None:
        known = self.partners.setdefault(name, {})
        for distance, value in values:
            known[value] = min(distance, known.get(value, distance))


def gather(
    target: Target,
    repository: git.Repository | None,
    chosen: tuple[str, ...],
    low: bool,
    progress: Callable[[int, int], None],
    key: bytes = COMMON,
) -> Gathered:
    """The credentials of a target. `chosen` are the names of the providers that are meant, all where it is empty; `low`
    says whether what is probably no secret is meant as well; `key` is the repository's, for fingerprints.

    Raises:
        YettError: git failed, or a named path does not exist.
    """
    collected = collect(target, repository, True)
    seeker = Seeker()
    seen: dict[tuple[str, str], _Seen] = {}
    gaps = list(collected.gaps)
    rules = {rule: provider for provider in PROVIDERS for rule in (*provider.rules, *provider.halves)}
    for done, (entry, data) in enumerate(_contents(target, repository, collected.entries)):
        progress(done, len(collected.entries))
        if isinstance(data, bytes):
            gaps.extend(_look(seeker, entry, data, rules, seen, key))
        else:
            gaps.append(Gap(entry.path, "secrets", _why(data), "limit" if isinstance(data, int) else "unreadable"))
    found = [_credential(value, each) for (_, value), each in seen.items()]
    meant = [each for each in found if not chosen or (each.provider is not None and each.provider.name in chosen)]
    sure = [each for each in meant if low or each.confidence > Confidence.LOW]
    return Gathered(
        credentials=tuple(sorted(sure, key=lambda each: (each.places, each.secret.id))),
        gaps=tuple(sorted(gaps)),
        low=len(meant) - len(sure),
        others=len(found) - len(meant),
        files=len(collected.entries),
    )


def _contents(
    target: Target, repository: git.Repository | None, entries: tuple[Entry, ...]
) -> Iterator[tuple[Entry, bytes | int | str | None]]:
    if repository is None:
        yield from ((entry, read_file(os.path.join(target.root, entry.path))) for entry in entries)
        return
    with git.Objects(repository) as objects:
        yield from zip(entries, objects.read((entry.oid for entry in entries), SIZE_LIMIT), strict=True)


def _why(data: int | str | None) -> str:
    if isinstance(data, int):
        return f"its {data:,} bytes are too many to be looked at"
    return f"it cannot be read: {data}" if data else "git has no content for it: fetch it first"


def _look(
    seeker: Seeker,
    entry: Entry,
    data: bytes,
    rules: Mapping[str, Provider],
    seen: dict[tuple[str, str], _Seen],
    key: bytes,
) -> Iterator[Gap]:
    for view in views(data):
        cursor = Cursor(view)
        for each in seeker.look(view.data, entry.path):
            if isinstance(each, Excess):
                line, _ = cursor.at(each.start)
                reason = f"{each.reason} is not decoded: what is encoded from here on was not looked into"
                yield Gap(entry.path, "secrets", reason, "limit", line)
                continue
            provider = rules.get(each.secret.id)
            half = provider is not None and each.secret.id in provider.halves
            value, beside = _parted(provider, each.value)
            # one value is one credential at its provider, whichever of its rules found it
            one = (provider.name if provider else each.secret.rule_id, value)
            known = seen.setdefault(one, _Seen(each.secret, provider, half, fingerprint(each.value, key)))
            known.confidence = max(known.confidence, each.found.confidence)
            known.places.add(Place(entry.path, *cursor.at(each.found.start), entry.commit))
            for name, partner in beside.items():
                known.near(name, ((0, partner),))
            for wanted in provider.partners if provider and not half and not beside else ():
                known.near(wanted.name, _beside(view.data, each, wanted))


def _parted(provider: Provider | None, value: str) -> tuple[str, dict[str, str]]:
    """A credential, and the partners that were found as one with it."""
    for joined in provider.joined if provider else ():
        match = re.fullmatch(joined, value)
        if match:
            found = match.groupdict()
            return found.pop("value"), found
    return value, {}


def _beside(text: bytes, sighting: Sighting, partner: Partner) -> Iterator[tuple[int, str]]:
    start, end = sighting.found.start, sighting.found.end
    low = max(0, start - WIDTH)
    for match in re.finditer(partner.pattern, text[low : end + WIDTH]):
        group = match.lastindex or 0
        first, last = (low + offset for offset in match.span(group))
        if group or last <= start or end <= first:
            yield max(first - end, start - last, 0), match[group].decode("ascii", "replace")


def _credential(value: str, seen: _Seen) -> Credential:
    partners = {
        name: tuple(sorted(found, key=lambda each: (found[each], each))[: MOST + 1])
        for name, found in seen.partners.items()
    }
    places = tuple(sorted(seen.places))
    return Credential(seen.secret, value, seen.provider, seen.confidence, places, partners, seen.fingerprint, seen.half)
