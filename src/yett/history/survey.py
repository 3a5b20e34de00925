"""Every version of every file, once: what was there to look at, what was found, what could not be read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from yett import git
from yett.collect import SIZE_LIMIT
from yett.errors import YettError
from yett.history import commits, memory
from yett.history.commits import Origin
from yett.history.delta import DeltaError, patch
from yett.history.memory import EXCESS, Mark, Memory, Seen
from yett.history.packs import Forest, PackError, forest, packs
from yett.history.scan import Scanner, Version
from yett.identity import COMMON
from yett.lean import NamedTuple
from yett.model import Gap
from yett.parse.compiled import Shelf

_HEAVY = 0.03
"""Bytes of deltas for each byte of the versions made of them from which on git is faster than Python at applying
them: an instruction costs 0.4 µs here, and the base of each version is unpacked twice there."""

_LIGHT = 300
"""Bytes of a delta that do not count for that, since asking git for a version costs as much."""

_FEW = 2000
"""Versions from which on several processes share the work."""

_PIECE = 24 << 20
"""Bytes of versions, about, that are looked at in one go: each goes to one process, and is remembered when done."""

_ASKED = 64 << 20
"""The same where git is asked, which is a process of its own each time."""

_MOST = 2048
"""Versions that git is asked for in one go."""


class Request(NamedTuple):
    """What is asked for. `limits` are arguments for git that leave out a part of the history; `reflog`: look at what
    only reflogs name as well. `cache` is the file in which results are remembered, or "". `key`: of fingerprints;
    `kept`: where compiled words lie."""

    repository: git.Repository
    digest: str
    limits: tuple[str, ...] = ()
    reflog: bool = False
    cache: str = ""
    workers: int = 0
    direct: bool = True
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


class _Task(NamedTuple):
    """Trees of deltas in a pack, or versions to ask git for, and about how many bytes they are."""

    size: int
    forest: int
    roots: tuple[int, ...]
    ids: tuple[bytes, ...]


class _Done(NamedTuple):
    """What a task gave: versions with secrets, and ids that could not be read, with the size of those too large."""

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
    ids = {oid: bytes.fromhex(oid.decode("ascii")) for oid in paths}
    marks: dict[bytes, tuple[Mark, ...]] = {}
    names: dict[bytes, tuple[bytes, ...]] = {}
    for oid, binary in ids.items():
        before = known.get(binary)
        if before is not None and before.key == memory.key(paths[oid]):
            if before.marks:
                marks[oid] = before.marks
        else:
            names[binary] = paths[oid]
    if request.cache and names:
        store.prepare()
    absent = [oid for oid in _absent(repository, request) if oid in names]
    wanted = {oid: names[oid] for oid in names if oid not in set(absent)} if absent else names
    done = _look(request, wanted, store, width, progress)
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
    store: Memory,
    width: int,
    progress: Callable[[int, int], None] | None,
) -> _Done:
    if not names:
        return _Done([], [])
    forests, rest = _forests(request, names, width) if request.direct else ([], list(names))
    tasks = _tasks(forests, rest)
    worker = _Worker(request.repository, forests, names, store, request)
    workers = request.workers or min(_processors(), 8)
    if workers > 1 and len(names) > _FEW and hasattr(os, "fork"):
        from yett.workers import share

        parts, lost = share(tasks, worker.work, workers, progress)
        if lost:
            raise YettError("a process that looked at the history ended early: run again, it goes on where it stopped")
    else:
        parts = []
        for number, task in enumerate(tasks, 1):
            parts.append(worker.work(task))
            if progress:
                progress(number, len(tasks))
    return _Done([seen for part in parts for seen in part.found], [each for part in parts for each in part.lost])


def _processors() -> int:
    available = getattr(os, "sched_getaffinity", None)
    return len(available(0)) if available else os.cpu_count() or 1


def _forests(request: Request, names: dict[bytes, tuple[bytes, ...]], width: int) -> tuple[list[Forest], list[bytes]]:
    """The packs with what is wanted of each, and what is in none that can be read here."""
    wanted = set(names)
    found = []
    for pack in packs(objects(request.repository), width):
        here = pack.find(wanted)
        if here:
            trees, lost = forest(pack, here)
            found.append(trees)
            wanted.difference_update(set(here.values()) - lost)
    return found, sorted(wanted)


def _absent(repository: git.Repository, request: Request) -> list[bytes]:
    """What a partial clone has left at the server. git would try to fetch each, one by one."""
    folder = os.path.join(objects(repository), "pack")
    try:
        partial = any(name.endswith(".promisor") for name in os.listdir(folder))
    except OSError:
        return []
    if not partial:
        return []
    reflog = ("--reflog",) if request.reflog else ()
    listed = repository("rev-list", "--objects", "--missing=print", "--no-object-names", "--all", *reflog, "--")
    return [bytes.fromhex(line[1:].decode("ascii")) for line in listed.split(b"\n") if line[:1] == b"?"]


def objects(repository: git.Repository) -> str:
    """The folder of the repository's objects: the same for all of its worktrees."""
    said = repository("rev-parse", "--path-format=absolute", "--git-path", "objects")
    return os.fsdecode(said.rstrip(b"\n"))


def _tasks(forests: Sequence[Forest], rest: Sequence[bytes]) -> list[_Task]:
    """Pieces of work, the largest first so that all processes end together."""
    tasks = []
    for number, trees in enumerate(forests):
        light: list[tuple[int, int]] = []
        for root in trees.roots:
            members = _members(trees, root)
            whole = trees.headers[root].size
            deltas = sum(trees.headers[each].size for each in members[1:])
            size = whole * len(members)
            if deltas > _HEAVY * size + _LIGHT * len(members):
                ids = [trees.names[each] for each in members if each in trees.names]
                step = max(1, min(_MOST, _ASKED // (whole or 1)))
                for at in range(0, len(ids), step):
                    part = tuple(ids[at : at + step])
                    tasks.append(_Task(whole * len(part), -1, (), part))
            else:
                light.append((root, size))
        tasks += [_Task(size, number, roots, ()) for roots, size in _grouped(light)]
    tasks += [_Task(0, -1, (), tuple(rest[at : at + _MOST])) for at in range(0, len(rest), _MOST)]
    return _joined(tasks)


def _members(trees: Forest, root: int) -> list[int]:
    """The offsets of a tree, each base before what is made of it, neighbours near each other."""
    found = []
    todo = [root]
    while todo:
        offset = todo.pop()
        found.append(offset)
        todo.extend(trees.children.get(offset, ()))
    return found


def _grouped(light: Iterable[tuple[int, int]]) -> Iterator[tuple[tuple[int, ...], int]]:
    roots: list[int] = []
    size = 0
    for root, weight in light:
        roots.append(root)
        size += weight
        if size > _PIECE or len(roots) == _MOST:
            yield tuple(roots), size
            roots, size = [], 0
    if roots:
        yield tuple(roots), size


def _joined(tasks: Sequence[_Task]) -> list[_Task]:
    """The same with short lists of versions for git made into longer ones, as each starts a process."""
    found = []
    ids: tuple[bytes, ...] = ()
    size = 0
    for task in tasks:
        if task.forest >= 0:
            found.append(task)
            continue
        ids, size = ids + task.ids, size + task.size
        if size > _ASKED or len(ids) > _MOST:
            found.append(_Task(size, -1, (), ids))
            ids, size = (), 0
    return sorted([*found, _Task(size, -1, (), ids)] if ids else found, reverse=True)


class _Worker:
    """Does tasks, in a process of its own where there are several."""

    def __init__(
        self,
        repository: git.Repository,
        forests: Sequence[Forest],
        names: dict[bytes, tuple[bytes, ...]],
        store: Memory,
        request: Request,
    ) -> None:
        self._repository = repository
        self._key, self._kept = request.key, request.kept
        self._forests = forests
        self._names = names
        self._store = store
        self._scanner: Scanner | None = None

    def work(self, task: _Task) -> _Done:
        if self._scanner is None:  # made here, after the fork
            self._scanner = Scanner(self._key, self._kept)
        seen: list[Seen] = []
        ask = list(task.ids)
        for root in task.roots:
            ask += self._tree(self._forests[task.forest], root, seen)
        lost = self._ask(ask, seen)
        self._store.add(seen)
        return _Done([each for each in seen if each.marks], lost)

    def _tree(self, trees: Forest, root: int, seen: list[Seen]) -> list[bytes]:
        """Look at a tree of deltas from the base outwards; the ids of what could not be read that way."""
        scanner = self._scanner
        assert scanner is not None
        unread: list[bytes] = []
        todo: list[tuple[int, Version | None]] = [(root, None)]
        while todo:
            offset, old = todo.pop()
            header = trees.headers[offset]
            oid = trees.names.get(offset, b"")
            paths = self._names.get(oid, ())
            try:
                if header.size > SIZE_LIMIT:
                    raise PackError("it is too large")
                data = trees.pack.unpack(header)
                if old is None:
                    new = scanner.whole(data, paths) if paths else Version(data, b"", None, ())
                else:
                    data, copies = patch(old.data, data)
                    new = scanner.changed(old, data, copies, paths) if paths else Version(data, b"", None, ())
            except (PackError, DeltaError):  # git reads them, or says what is wrong
                unread += [trees.names[each] for each in _members(trees, offset) if each in trees.names]
                continue
            if paths:
                seen.append(Seen(oid, memory.key(paths), new.marks))
            todo.extend((child, new) for child in trees.children.get(offset, ()))
        return unread

    def _ask(self, ids: list[bytes], seen: list[Seen]) -> list[tuple[bytes, int]]:
        """Look at what git gives for these ids; the ids of what it does not give, with a size where that is why."""
        scanner = self._scanner
        assert scanner is not None
        lost: list[tuple[bytes, int]] = []
        if not ids:
            return lost
        left = ids
        while left:
            done = 0
            try:
                with git.Objects(self._repository) as objects:
                    for data in objects.read((oid.hex() for oid in left), SIZE_LIMIT):
                        oid = left[done]
                        done += 1
                        if isinstance(data, bytes):
                            paths = self._names[oid]
                            seen.append(Seen(oid, memory.key(paths), scanner.whole(data, paths).marks))
                        else:
                            lost.append((oid, data or 0))
            except YettError:  # git gives up at the first object that is damaged
                lost.append((left[done], 0))
                done += 1
            left = left[done:]
        return lost


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
