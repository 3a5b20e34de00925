"""Which versions of files the history holds, and which commit introduced each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC

from yett import git
from yett.errors import YettError
from yett.lean import NamedTuple

_AGO = re.compile(r"(?:\d+|an?|last)[ .](?:second|minute|hour|day|week|month|year)s?(?:[ .]ago)?|yesterday|noon|today")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?(?:Z| ?[+-]\d\d:?\d\d)?")


class Origin(NamedTuple):
    """Where a version of a file comes from. `order` rises from the newest commit to the oldest, `commit` is "" for what
    a tag names without a commit. `path` is in bytes, as git has it."""

    order: int
    commit: str
    path: bytes


class History(NamedTuple):
    """The versions. `origins` maps object ids (hexadecimal) to the oldest commit that introduced each. `places` maps
    those that stood under names of several sorts to one path of each further sort. `commits` counts."""

    origins: dict[bytes, Origin]
    places: dict[bytes, tuple[bytes, ...]]
    commits: int


class Author(NamedTuple):
    """Who made a commit, and when (ISO 8601)."""

    name: str
    email: str
    date: str


def since(repository: git.Repository, given: str) -> tuple[str, ...]:
    """The arguments for git that leave out what came before a date, or what a revision reaches already.

    Raises:
        YettError: it is neither.
    """
    if not given:
        return ()
    if _DATE.fullmatch(given):
        from datetime import datetime

        try:
            moment = datetime.fromisoformat(given)
        except ValueError as error:
            raise YettError(f"{given!r} is not a date: {error}") from None
        # git would take a date without a time for this time of that day, and one in another zone for the local one
        return (f"--since=@{int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp())} +0000",)
    if _AGO.fullmatch(given):
        return (f"--since={given}",)
    commit = git.commit_id(repository, given)
    if commit:
        return (f"^{commit}",)
    # git takes whatever it does not understand for "now", which would find nothing
    raise YettError(f"{given!r} is neither a date nor a revision: write 2026-01-31, `3 months ago`, or a commit")


def history(repository: git.Repository, limits: tuple[str, ...], reflog: bool) -> History:
    """Every version that a commit introduced, of all refs, and with `reflog` of all that reflogs still name.

    `-c` shows of a merge what differs from all of its parents: whatever is the same in one of them was introduced
    there or before. So each version is shown for at least one commit.

    Raises:
        YettError: git could not walk the history: it is damaged, or trees are missing in a partial clone.
    """
    wanted = ("--all", *(("--reflog",) if reflog else ()), *(("HEAD",) if repository.head else ()))
    listed = repository.pieces(
        "log", "--format=%H", "--topo-order", "--root", "-r", "-c", "--raw", "-z", "--no-abbrev", "--no-renames",
        "--no-ext-diff", "--no-textconv", "--no-show-signature", "--no-notes", "--no-mailmap", "--no-color",
        "--ignore-submodules=none", *wanted, *limits, "--",
    )  # fmt: skip
    found = _read(listed)
    if not limits:
        _tagged(repository, found)
    return found


def _read(fields: Iterator[bytes]) -> History:
    """Newest first, so the last one that is seen of a version is the oldest."""
    origins: dict[bytes, Origin] = {}
    places: dict[bytes, tuple[bytes, ...]] = {}
    commit = ""
    order = 0
    for field in fields:
        if field[:2] == b"\n:":
            field = field[1:]  # git ends the line of the commit in front of the first change
        elif field[:1] != b":":
            if field:
                commit = field.decode("ascii")
                order += 1
            continue
        path = next(fields)
        parents = 1 if field[1:2] != b":" else len(field) - len(field.lstrip(b":"))
        parts = field.split(b" ")
        oid = parts[2 * parents + 1]
        mode = parts[parents]
        if mode == b"160000" or not oid.strip(b"0"):
            continue
        before = origins.get(oid)
        if before is not None and before.path != path:
            _note(places, oid, before.path, path)
        origins[oid] = Origin(order, commit, path)
    return History(origins, places, order)


def _note(places: dict[bytes, tuple[bytes, ...]], oid: bytes, before: bytes, path: bytes) -> None:
    """Keep one path for each name: what a file is called says how it is read."""
    known = places.get(oid, ())
    names = {each.rpartition(b"/")[2].lower() for each in known}
    for each in (before, path):
        name = each.rpartition(b"/")[2].lower()
        if name not in names:
            names.add(name)
            known = (*known, each)
    if len(known) > 1:
        places[oid] = known


def _tagged(repository: git.Repository, found: History) -> None:
    """Files and trees that a ref names without a commit around them."""
    listed = repository("for-each-ref", "--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname) %(refname)")
    for line in listed.splitlines():
        kind, oid, peeled, inner, ref = line.split(b" ", 4)
        kind, oid = (peeled, inner) if kind == b"tag" else (kind, oid)
        order = found.commits + 1
        if kind == b"blob":
            found.origins.setdefault(oid, Origin(order, "", ref))
        elif kind == b"tree":
            for change in git.tree(repository, oid.decode("ascii")):
                if change.mode != git.SUBMODULE:
                    path = change.path.encode("utf-8", "surrogateescape")
                    found.origins.setdefault(change.new.encode("ascii"), Origin(order, "", path))


def head(repository: git.Repository) -> dict[bytes, tuple[bytes, ...]]:
    """The versions at HEAD, with the paths they stand at."""
    found: dict[bytes, tuple[bytes, ...]] = {}
    if repository.head:
        for change in git.tree(repository, repository.head):
            if change.mode != git.SUBMODULE:
                oid = change.new.encode("ascii")
                found[oid] = (*found.get(oid, ()), change.path.encode("utf-8", "surrogateescape"))
    return found


def authors(repository: git.Repository, commits: Iterable[str]) -> dict[str, Author]:
    """Who made these commits."""
    ids = sorted(set(commits) - {""})
    if not ids:
        return {}
    listed = repository(
        "log", "--no-walk=unsorted", "--stdin", "--no-show-signature", "--no-notes", "--no-mailmap", "--no-color",
        "-z", "--format=%H%n%an%n%ae%n%aI",
        given="".join(f"{each}\n" for each in ids).encode(),
    )  # fmt: skip
    found = {}
    for entry in listed.decode("utf-8", "surrogateescape").split("\0"):
        if entry.strip("\n"):
            commit, name, email, date = (*entry.strip("\n").split("\n"), "", "", "")[:4]
            found[commit] = Author(name, email, date)
    return found
