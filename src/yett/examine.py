"""Entries to findings, gaps and directives: reads each version once and shows it to every check that wants it."""

from __future__ import annotations

import gc
import os
import posixpath
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from yett import __version__, git, inline
from yett.checks import Check
from yett.collect import SIZE_LIMIT, Entry, before, read_file, standing
from yett.digest import of
from yett.lean import NamedTuple
from yett.model import Blob, Directive, Finding, Gap, Target, Unexamined
from yett.parse.tree import Tree
from yett.unread import kind

Inspect = Callable[[Check, Blob, Tree], Sequence[Finding | Gap | Unexamined]]
"""Runs one check over one blob; a crash in it comes back as a gap."""

Progress = Callable[[int, int], None]
"""Told how many entries of how many are done."""


class Source(NamedTuple):
    """Where content comes from: a repository and a reader of its objects, or files below the root of the target.

    `store` is the folder of what was found before, or "" where nothing may be taken from there.
    """

    target: Target
    repository: git.Repository | None
    objects: git.Objects | None
    store: str = ""


class Examined(NamedTuple):
    """What came out. `counts` maps a check's name to the number of files it looked at, `seconds` to the time it took,
    summed over all processes. `alone`: nothing of it depends on other files."""

    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    directives: tuple[Directive, ...]
    unexamined: tuple[Unexamined, ...]
    counts: dict[str, int]
    files: int
    bytes: int
    seconds: dict[str, float]
    alone: bool = True

    def standing(self) -> Examined:
        """The same where there is no change: no directive in it is a new one."""
        return self._replace(directives=tuple(each._replace(known=True) for each in self.directives))


NOTHING = Examined((), (), (), (), {}, 0, 0, {})

# Enough entries to a worker that the fork and the hand-over (a few ms) do not matter.
FEW = 300
_CHUNK = 32

_COLLECT = 1 << 20
"""Bytes looked at after which garbage is collected where Python does not do it by itself."""

_LFS = b"version https://git-lfs.github.com/spec/v1"


def examine(
    entries: Sequence[Entry],
    gone: Sequence[str],
    checks: Sequence[Check],
    source: Source,
    inspect: Inspect,
    progress: Progress | None,
) -> Examined:
    """Look at every entry that was not looked at before, in several processes where there are many.

    `gone` holds the paths that a change takes away: what is said of others may depend on them.
    """
    passed_by = [NOTHING._replace(unexamined=tuple(each for entry in entries for each in _unread_kind(entry, checks)))]
    entries = [entry for entry in entries if any(_concerns(check, entry) for check in checks)]
    entries += _beside(entries, gone, checks, source)
    if len(entries) <= FEW:
        with _Reader(source) as reader:
            return _distinct(merged([*passed_by, *_few(entries, checks, source, reader, inspect)]))
    memory = _Memory(source.store, checks) if source.store and source.repository else None
    known, fresh = memory.sort(entries) if memory else ([], list(entries))
    found, lost = _shared(fresh, checks, source, inspect, progress)
    if memory:
        memory.keep(found)
    gaps = tuple(_lost(entry) for entry in lost)
    return _distinct(merged([*passed_by, *known, *(each for _, each in found), NOTHING._replace(gaps=gaps)]))


def _beside(entries: Sequence[Entry], gone: Sequence[str], checks: Sequence[Check], source: Source) -> list[Entry]:
    """The files that did not change, and of which something else may be said now."""
    asking = [check for check in checks if check.near]
    if source.target.kind not in ("staged", "range") or not asking:
        return []
    changed = {each.path for each in entries if not each.commit}
    with _Reader(source) as reader:
        thorough = source.target.kind == "range"
        named = (*sorted(changed), *gone)
        paths = {path for check in asking if check.near for path in check.near(named, reader.trees[0], thorough)}
        listed = reader.files if paths else {}
    return [Entry(path, listed[path], listed[path], beside=True) for path in sorted(paths - changed) if path in listed]


_SLOW = ("python", "config")
"""The checks that take longest to make ready: as long as everything else together."""


def _few(
    entries: Sequence[Entry], checks: Sequence[Check], source: Source, reader: _Reader, inspect: Inspect
) -> Iterable[Examined]:
    """A few entries: the checks that are slow to begin look at theirs in a process beside this one."""
    slow = [check for check in checks if check.name in _SLOW]
    others = [check for check in checks if check.name not in _SLOW]
    theirs = [entry for entry in entries if any(_concerns(check, entry) for check in slow)]
    if not (theirs and others and hasattr(os, "fork") and _processors() > 1):
        return _looked(entries, checks, reader, inspect)
    from yett.workers import beside

    def looked_beside() -> list[Examined]:
        found = _looked(theirs, slow, _Reader(source._replace(objects=None)), inspect, only_checks=True)
        return [each for each in found if each.findings or each.gaps or each.unexamined]

    wait = beside(looked_beside)
    found = list(_looked(entries, others, reader, inspect))
    # what is known of each file beyond the findings of a check was seen here already
    found += [
        NOTHING._replace(counts={each.name: 1 for each in slow if _concerns(each, entry) and not entry.beside})
        for entry in theirs
    ]
    told = wait()
    if told is None:
        return [*found, NOTHING._replace(gaps=tuple(_lost(entry) for entry in theirs))]
    return [*found, *told]


def _lost(entry: Entry) -> Gap:
    return Gap(entry.path, "", "the process that was to examine this file ended early: run again", "crash")


def _shared(
    entries: Sequence[Entry], checks: Sequence[Check], source: Source, inspect: Inspect, progress: Progress | None
) -> tuple[list[tuple[Entry, Examined]], list[Entry]]:
    """Each entry with what came out, and the entries that were lost with a process that died."""
    workers = min(_processors(), 8)
    if len(entries) <= FEW or workers < 2 or not hasattr(os, "fork"):
        with _Reader(source) as reader:
            return list(zip(entries, _looked(entries, checks, reader, inspect, progress), strict=True)), []
    from yett.workers import share

    reader = _Reader(source._replace(objects=None))  # every worker opens its own, when it first needs one
    chunks = [entries[start : start + _CHUNK] for start in range(0, len(entries), _CHUNK)]
    parts, lost = share(
        chunks, lambda chunk: list(zip(chunk, _looked(chunk, checks, reader, inspect), strict=True)), workers, progress
    )
    return [each for part in parts for each in part], [entry for number in lost for entry in chunks[number]]


class _Memory:
    """What the store knows of entries, and what it may be told of them."""

    def __init__(self, folder: str, checks: Sequence[Check]) -> None:
        from yett import store

        self._checks = checks
        self._codec = store
        self._store = store.Store(folder, of("\n".join((_edition(), *(check.digest for check in checks))).encode()))

    def sort(self, entries: Sequence[Entry]) -> tuple[list[Examined], list[Entry]]:
        """What is known of some of the entries, and the others."""
        keys = {entry: self._key(entry) for entry in entries if self._lasting(entry)}
        stored = self._store.find(keys.values())
        known = [self._known(entry, stored[key]) for entry, key in keys.items() if key in stored]
        return known, [entry for entry in entries if entry not in keys or keys[entry] not in stored]

    def keep(self, found: Iterable[tuple[Entry, Examined]]) -> None:
        self._store.keep(
            {
                self._key(entry): f"{each.bytes} "
                + self._codec.text((*each.findings, *each.gaps, *each.directives, *each.unexamined))
                for entry, each in found
                if self._lasting(entry)
                and each.alone
                and each.files
                and not any(gap.kind == "crash" for gap in each.gaps)
            }
        )

    def _key(self, entry: Entry) -> bytes:
        return self._codec.key(entry.path, entry.oid, entry.link)

    def _lasting(self, entry: Entry) -> bool:
        """Whether what is found depends on path and content alone: advisories change, and so does a version before."""
        passing = (check for check in self._checks if check.name == "dependencies")
        return bool(entry.oid) and not (entry.base or entry.commit or any(each.wants(entry.path) for each in passing))

    def _known(self, entry: Entry, stored: str) -> Examined:
        size, _, listed = stored.partition(" ")
        things = list(self._codec.things(listed, entry.path))
        return NOTHING._replace(
            findings=tuple(each for each in things if isinstance(each, Finding)),
            gaps=tuple(each for each in things if isinstance(each, Gap)),
            directives=tuple(each for each in things if isinstance(each, Directive)),
            unexamined=tuple(each for each in things if isinstance(each, Unexamined)),
            counts={check.name: 1 for check in self._checks if _concerns(check, entry)},
            files=1,
            bytes=int(size),
        )


def _lasts(found: Examined) -> bool:
    return found.alone and found.files > 0 and not any(gap.kind == "crash" for gap in found.gaps)


def _edition() -> str:
    """This very code: a source file that differs, in an editable installation, is another edition."""
    folder = os.path.dirname(os.path.abspath(__file__))
    seen = []
    for parent, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            if name.endswith(".py"):
                status = os.stat(os.path.join(parent, name))
                seen.append(f"{name} {status.st_size} {status.st_mtime_ns}")
    return of("\n".join([__version__, folder, *seen]).encode())


def _processors() -> int:
    available = getattr(os, "sched_getaffinity", None)
    return len(available(0)) if available else os.cpu_count() or 1


def merged(parts: Iterable[Examined]) -> Examined:
    """Several examinations as one."""
    parts = list(parts)
    counts: dict[str, int] = {}
    seconds: dict[str, float] = {}
    for part in parts:
        for check, number in part.counts.items():
            counts[check] = counts.get(check, 0) + number
        for check, spent in part.seconds.items():
            seconds[check] = seconds.get(check, 0) + spent
    return Examined(
        findings=tuple(finding for part in parts for finding in part.findings),
        gaps=tuple(gap for part in parts for gap in part.gaps),
        directives=tuple(directive for part in parts for directive in part.directives),
        unexamined=tuple(each for part in parts for each in part.unexamined),
        counts=counts,
        files=sum(part.files for part in parts),
        bytes=sum(part.bytes for part in parts),
        seconds=seconds,
    )


def _distinct(examined: Examined) -> Examined:
    """Each thing once: what the head shows is not told again for the commits before it, nor twice for two commits."""
    here = {(each.rule, each.fingerprint, each.path) for each in examined.findings if not each.commit}
    findings = [each for each in examined.findings if not each.commit]
    for each in examined.findings:
        key = (each.rule, each.fingerprint, each.path)
        if each.commit and key not in here:
            here.add(key)
            findings.append(each)
    return examined._replace(
        findings=tuple(sorted(set(findings))),
        gaps=tuple(sorted(set(examined.gaps))),
        directives=tuple(sorted(set(examined.directives))),
        unexamined=tuple(sorted(set(examined.unexamined))),
    )


def _looked(
    entries: Sequence[Entry],
    checks: Sequence[Check],
    reader: _Reader,
    inspect: Inspect,
    progress: Progress | None = None,
    only_checks: bool = False,
) -> Iterator[Examined]:
    """What came out of each entry, in their order; `only_checks` leaves out what is known of a file beyond them."""
    for number, (entry, data) in enumerate(reader.each(entries), 1):
        if progress and number % _CHUNK == 0:
            progress(number, len(entries))
        if isinstance(data, bytes):
            reader.tidy(len(data))
            looked = _look(entry, data, checks, reader, inspect)
            yield looked._replace(counts={}) if only_checks else _whole(looked, entry, data, reader)
        elif not only_checks:
            yield NOTHING._replace(gaps=(_unread(entry, data),))


def _whole(looked: Examined, entry: Entry, data: bytes, reader: _Reader) -> Examined:
    """What the checks said, with what is known of a file beyond them."""
    if entry.commit:
        return looked._replace(bytes=len(data))
    if entry.beside:
        return looked._replace(directives=tuple(_directives(entry, data, reader)), counts={}, unexamined=())
    return looked._replace(
        directives=tuple(_directives(entry, data, reader)),
        unexamined=(*looked.unexamined, *_opaque(entry, data)),
        files=1,
        bytes=len(data),
    )


def _look(entry: Entry, data: bytes, checks: Sequence[Check], reader: _Reader, inspect: Inspect) -> Examined:
    """What the checks say of a file."""
    findings: list[Finding] = []
    others: list[Gap | Unexamined] = []
    counts: dict[str, int] = {}
    seconds: dict[str, float] = {}
    asked = reader.trees[0].asked
    blob = Blob(entry.path, entry.oid, data, entry.base, entry.commit)
    for check in checks:
        if not _concerns(check, entry):
            continue
        started = time.perf_counter()
        found = inspect(check, blob, reader.trees[0])
        seconds[check.name] = time.perf_counter() - started
        counts[check.name] = int(not entry.commit)
        if found:
            here = [each for each in found if isinstance(each, Finding)]
            findings.extend(_against_base(here, check, entry, reader, inspect))
            others.extend(each for each in found if not isinstance(each, Finding))
    return NOTHING._replace(
        findings=tuple(findings),
        # what could not be told of a file that did not change is not this change's affair
        gaps=() if entry.beside else tuple(each for each in others if isinstance(each, Gap)),
        unexamined=()
        if entry.beside or entry.commit
        else tuple(each for each in others if isinstance(each, Unexamined)),
        counts=counts,
        seconds=seconds,
        alone=reader.trees[0].asked == asked,
    )


def _concerns(check: Check, entry: Entry) -> bool:
    if entry.beside:
        return check.near is not None and check.wants(entry.path)
    if entry.link:
        return check.name == "secrets" and not (entry.commit and check.head_only)
    return not (entry.commit and check.head_only) and check.wants(entry.path)


def _unread(entry: Entry, problem: int | str | None) -> Gap:
    if problem is None:
        return Gap(entry.path, "", "its content is not in this clone: fetch it without --filter", "unreadable")
    if isinstance(problem, str):
        return Gap(entry.path, "", f"it cannot be read: {problem}", "unreadable")
    limit = SIZE_LIMIT // (1024 * 1024)
    reason = f"{problem // (1024 * 1024)} MiB is more than the {limit} MiB that are read: exclude it, or waive the gap"
    return Gap(entry.path, "", reason, "limit")


def _against_base(
    found: list[Finding], check: Check, entry: Entry, reader: _Reader, inspect: Inspect
) -> Iterator[Finding]:
    """Mark what the version before had already; for a commit inside a range, only what it adds counts at all."""
    if not found:
        return
    old = reader.base(entry) if entry.base else None
    if old is None:
        yield from found
        return
    blob = Blob(entry.path, entry.base, old)
    had: dict[tuple[str, str], int] = {}
    for each in inspect(check, blob, reader.trees[1]):
        if isinstance(each, Finding):
            key = (each.rule, each.fingerprint)
            had[key] = had.get(key, 0) + 1
    for finding in sorted(found):
        key = (finding.rule, finding.fingerprint)
        known = had.get(key, 0) > 0
        had[key] = had.get(key, 0) - 1
        if not (known and (entry.commit or entry.beside)):
            yield finding._replace(known=known)


def _directives(entry: Entry, data: bytes, reader: _Reader) -> Iterator[Directive]:
    found = list(inline.directives(entry.path, data))
    if not found or not entry.base:
        yield from found
        return
    old = reader.base(entry)
    had = [(each.tool, each.rules) for each in inline.directives(entry.path, old or b"")]
    for each in found:
        key = (each.tool, each.rules)
        known = key in had
        if known:
            had.remove(key)
        yield each._replace(known=known)


def _unread_kind(entry: Entry, checks: Sequence[Check]) -> Iterator[Unexamined]:
    unread = "" if entry.commit else kind(entry.path)
    if unread and not any(check.name != "secrets" and check.wants(entry.path) for check in checks):
        yield Unexamined(entry.path, unread)


def _opaque(entry: Entry, data: bytes) -> Iterator[Unexamined]:
    if entry.link:
        target = data.decode("utf-8", "surrogateescape")
        whole = posixpath.normpath(posixpath.join(posixpath.dirname(entry.path), target))
        if target.startswith("/") or whole == ".." or whole.startswith("../"):
            yield Unexamined(entry.path, "symbolic link that leaves the repository")
    elif data.startswith(_LFS):
        yield Unexamined(entry.path, "Git LFS object")


class _Reader:
    """Content for entries, in order, and now and then the version before one of them, or another file.

    `trees` are that after the change and that before it.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._stream = source.objects
        self._untidied = 0
        self._bases: git.Objects | None = None
        self._files: list[dict[str, str] | None] = [None, None]
        self.trees = tuple(Tree(partial(self._listed, side), partial(self._content, side)) for side in (0, 1))

    def __enter__(self) -> _Reader:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bases is not None:
            self._bases.__exit__()

    def each(self, entries: Sequence[Entry]) -> Iterator[tuple[Entry, bytes | int | str | None]]:
        repository = self._source.repository
        if repository is not None and any(entry.oid for entry in entries):
            if self._stream is None:
                self._stream = git.Objects(repository)
            yield from zip(entries, self._stream.read((entry.oid for entry in entries), SIZE_LIMIT), strict=True)
        else:
            root = self._source.target.root
            yield from ((entry, read_file(os.path.join(root, entry.path))) for entry in entries)

    def tidy(self, size: int) -> None:
        """Collect garbage now and then, where Python does not do it by itself."""
        self._untidied += size
        if self._untidied > _COLLECT and not gc.isenabled():
            self._untidied = 0
            gc.collect()
            gc.freeze()  # what is left is here to stay, and need not be looked through again

    def base(self, entry: Entry) -> bytes | None:
        return self._object(entry.base)

    @property
    def files(self) -> Mapping[str, str]:
        """The object id of every file after the change."""
        return self._listed(0)

    def _listed(self, side: int) -> dict[str, str]:
        found = self._files[side]
        if found is None:
            found = (before if side else standing)(self._source.target, self._source.repository)
            self._files[side] = found
        return found

    def _content(self, side: int, path: str) -> bytes | None:
        oid = self._listed(side).get(path)
        if oid is None:
            return None
        if oid:
            return self._object(oid)
        data = read_file(os.path.join(self._source.target.root, path))
        return data if isinstance(data, bytes) else None

    def _object(self, oid: str) -> bytes | None:
        repository = self._source.repository
        if repository is None:
            return None
        if self._bases is None:
            self._bases = git.Objects(repository)
        data = next(self._bases.read((oid,), SIZE_LIMIT))
        return data if isinstance(data, bytes) else None
