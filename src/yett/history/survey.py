"""Every version of every file, once: what was there to look at, what was found, what could not be read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from yett import git
from yett.collect import SIZE_LIMIT
from yett.errors import YettError
from yett.history import commits, memory
from yett.history.commits import Origin
from yett.history.memory import EXCESS, Mark, Memory, Seen
from yett.history.scan import Scanner
from yett.identity import COMMON
from yett.lean import NamedTuple
from yett.model import Gap
from yett.parse.compiled import Shelf

_FEW = 2000
"""Versions from which on several processes share the work."""

_LOT = 256
"""Versions that are looked at in one go: each lot goes to one process, and is remembered when done."""


class Request(NamedTuple):
    """What is asked for. `limits` are arguments for git that leave out a part of the history; `reflog`: look at what
    only reflogs name as well. `cache` is the file in which results are remembered, or "". `compared`: of a version look
    only at what another one had not, which finds the same sooner. `key`: of fingerprints; `kept`: where compiled words
    lie."""

    repository: git.Repository
    digest: str
    limits: tuple[str, ...] = ()
    reflog: bool = False
    cache: str = ""
    workers: int = 0
    compared: bool = True
    key: bytes = COMMON
    kept: Shelf | None = None


class Survey(NamedTuple):
    """What came out. `marks` maps the ids of versions with secrets in them to these; `head` maps the ids of versions
    at HEAD to their paths. `versions` were there, `remembered` of them had been looked at before, in `commits`."""

    origins: dict[bytes, Origin]
    marks: dict[bytes, tuple[Mark, ...]]
    head: dict[bytes, tuple[bytes, ...]]
    gaps: tuple[Gap, ...]
    commits: int
    versions: int
    remembered: int


class _Done(NamedTuple):
    """What a lot gave: versions with secrets, and ids that could not be read, with the size of those too large."""

    found: list[Seen]
    lost: list[tuple[bytes, int]]


def survey(request: Request, progress: Callable[[int, int], None] | None = None) -> Survey:
    """Look at the history of a repository.

    Raises:
        YettError: git failed, or the cache cannot be written.
    """
    repository = request.repository
    history = commits.history(repository, request.limits, request.reflog)
    head = commits.head(repository)
    origins = history.origins
    paths = {oid: history.places.get(oid) or (origin.path,) for oid, origin in origins.items()}
    for oid, at_head in head.items():
        paths.setdefault(oid, at_head[:1])
    width = len(next(iter(paths), b"")) // 2
    store = Memory(request.cache, request.digest, width)
    known = store.load() if request.cache else {}
    marks: dict[bytes, tuple[Mark, ...]] = {}
    names: dict[bytes, tuple[bytes, ...]] = {}
    for oid in sorted(paths, key=lambda oid: paths[oid][0]):  # newest first within each path, as git told them
        binary = bytes.fromhex(oid.decode("ascii"))
        before = known.get(binary)
        if before is not None and before.key == memory.key(paths[oid]):
            if before.marks:
                marks[oid] = before.marks
        else:
            names[binary] = paths[oid]
    if request.cache and names:
        store.prepare()
    absent = _absent(repository, names)
    done = _look(request, names, [oid for oid in names if oid not in absent], store, progress)
    done.lost.extend((oid, 0) for oid in absent)
    for seen in done.found:
        marks[seen.oid.hex().encode()] = seen.marks
    excess = [oid for oid in marks if EXCESS in marks[oid]]
    for oid in excess:
        marks[oid] = tuple(mark for mark in marks[oid] if mark != EXCESS)
    gaps = (*_shallow(repository), *_lost(done.lost, names), *_excess(excess, paths))
    return Survey(origins, marks, head, gaps, history.commits, len(paths), len(paths) - len(names))


def _look(
    request: Request,
    names: dict[bytes, tuple[bytes, ...]],
    ids: Sequence[bytes],
    store: Memory,
    progress: Callable[[int, int], None] | None,
) -> _Done:
    """Look at versions. Those of one file are best given one after another: git makes each of the one before, and only
    what differs is looked at."""
    lots = [ids[at : at + _LOT] for at in range(0, len(ids), _LOT)]
    worker = _Worker(request, names, store)
    workers = request.workers or min(_processors(), 8)
    if workers > 1 and len(ids) > _FEW and hasattr(os, "fork"):
        from yett.workers import share

        parts, lost = share(lots, worker.work, workers, progress, worker.leave)
        if lost:
            raise YettError("a process that looked at the history ended early: run again, it goes on where it stopped")
    else:
        parts = []
        for number, lot in enumerate(lots, 1):
            parts.append(worker.work(lot))
            if progress:
                progress(number, len(lots))
        worker.leave()
    return _Done([seen for part in parts for seen in part.found], [each for part in parts for each in part.lost])


def _processors() -> int:
    available = getattr(os, "sched_getaffinity", None)
    return len(available(0)) if available else os.cpu_count() or 1


def _absent(repository: git.Repository, names: Iterable[bytes]) -> set[bytes]:
    """What a partial clone has left at the server. git would try to fetch each, one by one."""
    folder = os.path.join(objects(repository), "pack")
    try:
        partial = any(name.endswith(".promisor") for name in os.listdir(folder))
    except OSError:
        return set()
    if not partial:
        return set()
    here = set(repository("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split())
    return {oid for oid in names if oid.hex().encode() not in here}


def objects(repository: git.Repository) -> str:
    """The folder of the repository's objects: the same for all of its worktrees."""
    said = repository("rev-parse", "--path-format=absolute", "--git-path", "objects")
    return os.fsdecode(said.rstrip(b"\n"))


class _Worker:
    """Looks at lots, in a process of its own where there are several."""

    def __init__(self, request: Request, names: dict[bytes, tuple[bytes, ...]], store: Memory) -> None:
        self._request = request
        self._names = names
        self._store = store
        self._scanner: Scanner | None = None
        self._objects: git.Objects | None = None

    def work(self, ids: Sequence[bytes]) -> _Done:
        if self._scanner is None:  # made here, after the fork
            self._scanner = Scanner(self._request.key, self._request.kept)
        look = self._scanner.whole if self._request.compared else self._scanner.all
        seen: list[Seen] = []
        lost: list[tuple[bytes, int]] = []
        done = 0
        while done < len(ids):
            if self._objects is None:  # for all lots: git has to find its way into the packs each time it is started
                self._objects = git.Objects(self._request.repository)
            try:
                for data in self._objects.read((oid.hex() for oid in ids[done:]), SIZE_LIMIT):
                    oid = ids[done]
                    done += 1
                    if isinstance(data, bytes):
                        paths = self._names[oid]
                        seen.append(Seen(oid, memory.key(paths), look(data, paths).marks))
                    else:
                        lost.append((oid, data or 0))
            except YettError:  # git gives up at the first object that is damaged
                self.leave()
                lost.append((ids[done], 0))
                done += 1
        self._store.add(seen)
        return _Done([each for each in seen if each.marks], lost)

    def leave(self) -> None:
        """End git."""
        if self._objects is not None:
            with self._objects:
                self._objects = None


def _shallow(repository: git.Repository) -> Iterator[Gap]:
    cut = sorted(git.shallow(repository))
    if cut:
        reason = f"the clone is shallow at {cut[0][:12]}: run `git fetch --unshallow` (in CI: fetch-depth: 0)"
        yield Gap("", "secrets", reason, "history")


def _lost(lost: Sequence[tuple[bytes, int]], names: dict[bytes, tuple[bytes, ...]]) -> Iterator[Gap]:
    for oid, size in sorted(lost):
        path = names[oid][0].decode("utf-8", "surrogateescape")
        version = oid.hex()[:12]
        if size:
            reason = f"version {version} has {size >> 20} MiB, more than the {SIZE_LIMIT >> 20} MiB that are read"
            yield Gap(path, "secrets", reason, "limit")
        else:
            reason = f"version {version} is not in this clone: fetch it without --filter, or run `git fsck`"
            yield Gap(path, "secrets", reason, "unreadable")


def _excess(excess: Sequence[bytes], paths: dict[bytes, tuple[bytes, ...]]) -> Iterator[Gap]:
    for oid in sorted(excess):
        path = paths[oid][0].decode("utf-8", "surrogateescape")
        version = oid[:12].decode("ascii")
        reason = f"version {version} holds more encoded text than is decoded: look at it with `yett check --paths`"
        yield Gap(path, "secrets", reason, "limit")
