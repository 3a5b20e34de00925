"""Target to entries: which versions of which files a target is made of, and what of it nobody can look into."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from yett import git
from yett.errors import YettError
from yett.lean import NamedTuple
from yett.model import Gap, Target, Unexamined
from yett.parse.glob import matches

SIZE_LIMIT = 100 * 1024 * 1024
"""Bytes of one file above which it is a gap: the size at which GitHub refuses a file as well."""


_AROUND = 100_000
"""How many files around those that were named are known of."""


class Entry(NamedTuple):
    """One version of one file to look at. `oid` is "" for a file outside git.

    `base` is the object id of the version before the change, and `commit` the commit that introduced this version
    where it is not the target's own state. `link`: a symbolic link, whose content is its text. `beside`: it did not
    change itself, and is looked at because what is said of it depends on what did.
    """

    path: str
    oid: str
    base: str = ""
    commit: str = ""
    link: bool = False
    beside: bool = False


class Collected(NamedTuple):
    """What a target is made of. `gone` holds the paths a change takes away."""

    entries: tuple[Entry, ...]
    unexamined: tuple[Unexamined, ...]
    gaps: tuple[Gap, ...]
    gone: tuple[str, ...] = ()

    def without(self, exclude: tuple[tuple[str, str], ...]) -> Collected:
        """The same without what the policy excludes, which is counted glob by glob. `exclude` pairs a glob with the
        place in the policy that names it."""
        if not exclude:
            return self
        kept: list[Entry] = []
        left_out: dict[str, int] = {}
        for entry in self.entries:
            place = next((f"{glob} ({place})" for glob, place in exclude if matches(glob, entry.path)), None)
            if place is None:
                kept.append(entry)
            elif not entry.commit:
                left_out[place] = left_out.get(place, 0) + 1
        counted = (
            Unexamined(place, f"excluded by the policy ({n} file{'' if n == 1 else 's'})")
            for place, n in left_out.items()
        )
        return self._replace(entries=tuple(kept), unexamined=tuple(sorted((*self.unexamined, *counted))))


def collect(target: Target, repository: git.Repository | None, every_commit: bool) -> Collected:
    """The entries of a target, sorted by path; those of commits inside a range follow those of its head.

    Raises:
        YettError: git failed, or a named path does not exist.
    """
    return collecting(target, repository)(every_commit)


def collecting(target: Target, repository: git.Repository | None) -> Callable[[bool], Collected]:
    """The same in two steps: of a change git is asked before this returns, and what it returns waits for the answer."""
    if target.kind == "paths":
        return lambda _: _paths(target)
    assert repository is not None
    match target.kind:
        case "staged":
            changes = git.staged(repository, target.head or git.empty_tree(repository))
            return lambda _: _sorted(changes)
        case "range":
            return _range(target, repository)
        case _:
            return lambda _: _sorted(git.index(repository) if target.of_index else git.tree(repository, target.head))


def _sorted(changes: Iterable[git.Change]) -> Collected:
    entries: list[Entry] = []
    unexamined: list[Unexamined] = []
    gaps: list[Gap] = []
    gone: list[str] = []
    for change in changes:
        if change.mode == git.SUBMODULE:
            unexamined.append(Unexamined(change.path, "submodule"))
        elif change.status == "U":
            gaps.append(Gap(change.path, "", "this path is not merged yet: resolve it and stage it", "unreadable"))
        elif change.new:
            entries.append(Entry(change.path, change.new, change.old, link=change.mode == git.LINK))
        else:
            gone.append(change.path)
    return Collected(tuple(sorted(entries)), tuple(sorted(unexamined)), tuple(gaps), tuple(gone))


def standing(target: Target, repository: git.Repository | None) -> dict[str, str]:
    """Every file of the tree a target belongs to, after the change: the object id by path, "" for a file on disk.

    Where files were named, the tree is what lies below the folder they were named from.

    Raises:
        YettError: git failed.
    """
    if target.kind == "paths":
        named = [each.path for each in _paths(target).entries]
        if os.curdir in map(os.path.normpath, target.paths):  # all of it is named
            return dict.fromkeys(named, "")
        around = (_relative(path, target.root) for path, _ in islice(_walk(target.root), _AROUND))
        return dict.fromkeys((*named, *around), "")
    assert repository is not None
    if target.kind == "staged" or target.of_index:
        return _plain(git.index(repository))
    return _plain(git.tree(repository, target.head))


def before(target: Target, repository: git.Repository | None) -> dict[str, str]:
    """Every file of the tree before the change: the object id by path. Empty where there is no change.

    Raises:
        YettError: git failed.
    """
    if repository is None or target.kind not in ("staged", "range"):
        return {}
    base = target.head if target.kind == "staged" else git.merge_base(repository, target.base, target.head)
    return _plain(git.tree(repository, base)) if base else {}


def _plain(changes: Iterable[git.Change]) -> dict[str, str]:
    return {each.path: each.new for each in changes if each.new and each.mode not in (git.SUBMODULE, git.LINK)}


def _range(target: Target, repository: git.Repository) -> Callable[[bool], Collected]:
    commits = git.commits(repository, target.base, target.head)
    since = git.merge_base(repository, target.base, target.head)
    changes = git.differences(repository, since or git.empty_tree(repository), target.head)
    ids = commits()
    introduced = git.introduced(repository, ids)

    def collected(every_commit: bool) -> Collected:
        cut = git.shallow(repository)
        gaps: list[Gap] = []
        if not since:
            why = "fetch more of it (fetch-depth: 0)" if cut else "name a base that the head descends from"
            gaps.append(Gap("", "", f"base and head have no common ancestor here: {why}", "history"))
        missing = sorted(cut.intersection(ids))
        if missing:
            reason = f"the clone is shallow at {missing[0][:12]}: commits before it were not seen (use fetch-depth: 0)"
            gaps.append(Gap("", "", reason, "history"))
        head = _sorted(changes)
        entries = (*head.entries, *(_between(introduced, head.entries) if every_commit else ()))
        return Collected(entries, head.unexamined, (*head.gaps, *gaps), head.gone)

    return collected


def _between(introduced: Iterable[tuple[str, git.Change]], head: Iterable[Entry]) -> Iterator[Entry]:
    """The versions that commits of a range introduce, oldest first, without those the head or the base has.

    What a commit replaces and no commit before it introduced came from the base.
    """
    seen = {(entry.path, entry.oid) for entry in head}
    for commit, change in introduced:
        seen.add((change.path, change.old))
        if change.new and change.mode != git.SUBMODULE and (change.path, change.new) not in seen:
            seen.add((change.path, change.new))
            yield Entry(change.path, change.new, change.old, commit, change.mode == git.LINK)


def _paths(target: Target) -> Collected:
    links: dict[str, bool] = {}
    for path in target.paths:
        whole = os.path.join(target.root, path)
        if not os.path.lexists(whole):
            raise YettError(f"{path} does not exist: name files or folders")
        if os.path.isdir(whole) and not os.path.islink(whole):
            links.update(_walk(os.path.normpath(whole)))
        else:
            links[os.path.normpath(whole)] = os.path.islink(whole)
    entries = (Entry(_relative(path, target.root), "", link=link) for path, link in links.items())
    return Collected(tuple(sorted(entries)), (), ())


def _walk(folder: str) -> Iterator[tuple[str, bool]]:
    """The path of every file below a folder, and whether it is a symbolic link."""
    folders = [folder]
    while folders:
        try:
            with os.scandir(folders.pop()) as listed:
                for each in listed:
                    link = each.is_symlink()
                    if each.name == ".git" and each.is_dir():
                        continue
                    if each.is_dir(follow_symlinks=False):
                        folders.append(each.path)
                    else:
                        yield each.path, link
        except OSError as error:
            raise YettError(
                f"{error.filename} cannot be listed ({error.strerror}): make it readable, or leave it out"
            ) from None


def _relative(path: str, root: str) -> str:
    # os.fsdecode leaves undecodable bytes as surrogates, which is how `Blob.path` has them
    inside = os.path.join(root, "")
    # `relpath` of each file would be slow
    relative = path[len(inside) :] if path.startswith(inside) else os.path.relpath(path, root)
    return (path if relative.startswith("..") else relative).replace(os.sep, "/")


def read_file(path: str) -> bytes | int | str:
    """The content of a file outside git: bytes, its size where that is above the limit, or why it cannot be read.

    A symbolic link is its text: nothing is opened through it.
    """
    try:
        if os.path.islink(path):
            return os.fsencode(os.readlink(path))
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if (status.st_mode & 0o170000) != 0o100000:
                return "it is not a regular file"
            return status.st_size if status.st_size > SIZE_LIMIT else file.read()
    except OSError as error:
        return (error.strerror or "unknown error").lower()
