"""Every call to git: plumbing commands, NUL-separated, in a clean environment, with the options that a hostile
repository could use against us switched off.

Nothing here reads the work tree: content comes from objects by id, so attributes, filters, `skip-worktree`, symbolic
links and encodings cannot hide any of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from yett.errors import YettError
from yett.lean import IO, NamedTuple
from yett.process import Process, begin, run

# A repository's own configuration can name programs to run (fsmonitor, hooks, helpers of a transport) and a bare
# repository may lie buried in a tree. `protocol.allow` also keeps a partial clone from fetching what it lacks.
_HARDENED = (
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.quotePath=false",
    "-c", "protocol.allow=never",
    "-c", "safe.bareRepository=explicit",
)  # fmt: skip

# git sets these for its hooks; all others (GIT_CONFIG_*, GIT_EXTERNAL_DIFF, GIT_TRACE, …) are dropped.
_KEPT = frozenset(
    (
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_COMMON_DIR",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_CEILING_DIRECTORIES",
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
        "GIT_QUARANTINE_PATH",
    )
)

_HEAD = "HEAD^{commit}"
LINK = "120000"
SUBMODULE = "160000"
_PIPED = 4096
"""Bytes that a pipe takes without anybody reading them yet: no system has pipes that are smaller."""
_BATCHED = ("cat-file", "--batch")
_BATCH = 256
"""Requests written to `cat-file` before its answers are read: 256 ids of 65 bytes stay below a 64 KiB pipe."""


class Change(NamedTuple):
    """One path that differs between two trees. `old` and `new` are object ids, "" where there is none."""

    path: str
    mode: str
    old: str
    new: str
    status: str


class Repository(NamedTuple):
    """A repository on disk and the environment in which git is run for it.

    `root` is "" for a bare repository, `head` the id of the commit `HEAD` names, "" on an unborn branch.
    """

    root: str
    directory: str
    environment: Mapping[str, str]
    head: str

    def __call__(self, *arguments: str, given: bytes | None = None) -> bytes:
        """What `git ARGUMENTS` prints.

        Raises:
            YettError: git ended with an error; its own first line is in the message.
        """
        return self.begin(*arguments, given=given)()

    def begin(self, *arguments: str, given: bytes | None = None) -> Callable[[], bytes]:
        """The same in two steps: git is at work when this returns, and what it returns waits for the answer. What is
        given more than a pipe takes begins only then."""
        if given is not None and len(given) > _PIPED:
            return lambda: self._told(arguments, given)
        running = _begun(self.command(*arguments), self.environment, given is not None)
        if given is not None:
            running.tell(given)
            running.shut()

        def answer() -> bytes:
            read, code = running.end()
            return self._told(arguments, given) if code else read

        return answer

    def pieces(self, *arguments: str) -> Iterator[bytes]:
        """What git prints, divided by NUL, while it prints more. Raises what a call does."""
        running = _begun(self.command(*arguments), self.environment)
        rest = b""
        while printed := os.read(running.stdout.fileno(), 1 << 16):
            *pieces, rest = (rest + printed).split(b"\0")
            yield from pieces
        if rest:
            yield rest
        _, code = running.end()
        if code:
            self._told(arguments, None)
            raise YettError(f"git {arguments[0]} ended early: run again")

    def _told(self, arguments: Sequence[str], given: bytes | None) -> bytes:
        """What git prints, however much it reads, and its complaint where it ends with an error."""
        code, printed, complained = run(self.command(*arguments), self.environment, given)
        if code:
            raise YettError(f"git {arguments[0]} failed: {_complaint(complained)}")
        return printed

    def command(self, *arguments: str) -> tuple[str, ...]:
        """The words of `git ARGUMENTS`, run in this repository."""
        return _command(self.root or self.directory, arguments)


def _command(folder: str, arguments: Iterable[str]) -> tuple[str, ...]:
    return "git", "-C", folder, *_HARDENED, *arguments


def _begun(command: Sequence[str], environment: Mapping[str, str], asked: bool = False) -> Process:
    try:
        return begin(command, environment, asked)
    except FileNotFoundError:
        raise YettError("git is not on PATH: install it, or name files with --paths") from None
    except OSError as error:
        raise YettError(f"git cannot be run: {(error.strerror or 'unknown error').lower()}") from None


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for git: ours without the variables that change what git does, and with the safe ones set."""
    kept = {key: value for key, value in environment.items() if not key.startswith("GIT_") or key in _KEPT}
    return kept | {
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def _hardened(start: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for git that is begun in a folder."""
    kept = clean(environment)
    index = kept.get("GIT_INDEX_FILE")
    if index is not None:  # git means it relative to the directory it was started in
        kept["GIT_INDEX_FILE"] = os.path.join(os.path.abspath(start), index)
    return kept


def find(start: str, environment: Mapping[str, str]) -> Repository:
    """The repository that `start` lies in.

    Raises:
        YettError: git is missing, there is no repository, or git refuses it (its owner is somebody else).
    """
    return seek(start, environment)()


def seek(start: str, environment: Mapping[str, str]) -> Callable[[], Repository]:
    """The same in two steps: git is at work when this returns, and what it returns waits for the answer.

    Raises:
        YettError: git is missing. Calling what is returned raises the rest.
    """
    hardened = _hardened(start, environment)
    # in this order: a bare repository ends it at the third word, an unborn branch at the last
    command = _command(start, ("rev-parse", "--absolute-git-dir", "--is-bare-repository", "--show-toplevel", _HEAD))
    running = _begun(command, hardened)

    def answer() -> Repository:
        read, _ = running.end()
        return _found(start, hardened, command, read)

    return answer


def _found(start: str, hardened: dict[str, str], command: tuple[str, ...], printed: bytes) -> Repository:
    directory, bare, root, head, *_ = (*printed.decode("utf-8", "surrogateescape").split("\n"), "", "", "", "")
    if not bare or (bare == "false" and not root):
        said = _complaint(run(command, hardened)[2])
        if "not a git repository" in said:
            raise YettError(f"{start} is not in a git repository: run `git init`, or name files with --paths")
        raise YettError(f"git refuses this repository: {said}")
    if bare == "true":
        root = head = ""
    elif head == _HEAD:  # git repeats what it cannot resolve
        head = ""
    hardened["GIT_DIR"] = directory
    if root:
        hardened["GIT_WORK_TREE"] = root
        return Repository(root, directory, hardened, head)
    repository = Repository("", directory, hardened, "")
    return repository._replace(head=commit_id(repository, "HEAD"))


def _complaint(stderr: bytes) -> str:
    lines = [line for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    fatal = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "")
    return fatal.removeprefix("fatal:").removeprefix("error:").strip() or "it gave no reason"


def commit_id(repository: Repository, revision: str) -> str:
    """The id of the commit a revision names, or "" where there is none."""
    with Objects(repository) as objects:
        return objects.commit(revision)


def tree_id(objects: Objects, commit: str) -> str:
    """The id of a commit's tree: the first line of a commit names it. "" where the commit is missing."""
    found = next(objects.read((commit,), 1 << 24))
    first = found.partition(b"\n")[0].decode("ascii", "replace") if isinstance(found, bytes) else ""
    return first.removeprefix("tree ") if first.startswith("tree ") else ""


def empty_tree(repository: Repository) -> str:
    """The id of the empty tree, in the hash this repository uses."""
    return repository("hash-object", "-t", "tree", "--stdin", given=b"").decode("ascii").strip()


def merge_base(repository: Repository, one: str, other: str) -> str:
    """The best common ancestor of two commits, or "" where there is none, or none is here (shallow clone)."""
    try:
        return repository("merge-base", one, other).decode("ascii").strip()
    except YettError:
        return ""


def staged(repository: Repository, against: str) -> Iterator[Change]:
    """What the index holds that the tree or commit `against` does not.

    git is at work when this returns; the first change is waited for when it is asked for, and `YettError` raised then.
    """
    return _raw(
        repository.begin(
            "diff-index", "--cached", "--raw", "-z", "--no-abbrev", "-M", "--no-ext-diff", "--no-textconv",
            "--ignore-submodules=none", against, "--",
        )
    )  # fmt: skip


def differences(repository: Repository, old: str, new: str) -> Iterator[Change]:
    """What the tree or commit `new` holds that `old` does not, waited for as those of `staged` are."""
    return _raw(
        repository.begin(
            "diff-tree", "-r", "--raw", "-z", "--no-abbrev", "-M", "--no-ext-diff", "--no-textconv",
            "--ignore-submodules=none", old, new, "--",
        )
    )  # fmt: skip


def tree(repository: Repository, commit: str) -> list[Change]:
    """Every file at a commit."""
    listed = repository("ls-tree", "-r", "-z", "--full-tree", commit)
    return [
        Change(_text(path), mode.decode("ascii"), "", oid.decode("ascii"), "A")
        for entry in listed.split(b"\0")[:-1]
        for head, path in (entry.split(b"\t", 1),)
        for mode, _kind, oid in (head.split(b" "),)
    ]


def index(repository: Repository) -> list[Change]:
    """Every file in the index. A path left unmerged appears with status "U" and no id."""
    listed = repository("ls-files", "--stage", "-z", "--full-name")
    found: dict[bytes, Change] = {}
    for entry in listed.split(b"\0")[:-1]:
        head, path = entry.split(b"\t", 1)
        mode, oid, stage = head.decode("ascii").split(" ")
        name = _text(path)
        found[path] = Change(name, mode, "", oid, "A") if stage == "0" else Change(name, mode, "", "", "U")
    return list(found.values())


def commits(repository: Repository, base: str, head: str) -> Callable[[], list[str]]:
    """Every commit that `head` reaches and `base` does not, oldest first: git is at work when this returns, and what it
    returns waits for them."""
    listed = repository.begin("rev-list", "--reverse", "--topo-order", f"{base}..{head}", "--")
    return lambda: listed().decode("ascii").split()


def introduced(repository: Repository, ids: Sequence[str]) -> Iterator[tuple[str, Change]]:
    """Each commit with each file version it introduces, waited for as the changes of `staged` are.

    A merge introduces what differs from all of its parents; the rest was introduced by one of them, which is either
    among `ids` as well or part of the base.
    """
    return _introduced(
        repository.begin(
            "diff-tree", "--stdin", "--root", "-r", "-c", "--raw", "-z", "--no-abbrev", "--no-renames",
            "--no-ext-diff", "--no-textconv", "--ignore-submodules=none",
            given="".join(f"{commit}\n" for commit in ids).encode(),
        )
    )  # fmt: skip


def _introduced(listed: Callable[[], bytes]) -> Iterator[tuple[str, Change]]:
    commit = ""
    fields = iter(listed().split(b"\0")[:-1])
    for field in fields:
        if not field.startswith(b":"):
            commit = field.decode("ascii").strip()
            continue
        yield commit, _change(field, fields)


def shallow(repository: Repository) -> frozenset[str]:
    """The commits whose parents are missing because the clone is shallow."""
    try:
        with open(os.path.join(_common(repository), "shallow"), encoding="ascii") as lines:
            return frozenset(lines.read().split())
    except FileNotFoundError:
        return frozenset()


def _common(repository: Repository) -> str:
    """The folder that a repository's worktrees share: gitrepository-layout(5), "commondir"."""
    given = repository.environment.get("GIT_COMMON_DIR")
    if given:
        return os.path.join(repository.root or repository.directory, given)
    try:
        with open(os.path.join(repository.directory, "commondir"), "rb") as file:
            return os.path.join(repository.directory, os.fsdecode(file.read().rstrip(b"\r\n")))
    except FileNotFoundError:
        return repository.directory


def _raw(listed: Callable[[], bytes]) -> Iterator[Change]:
    fields = iter(listed().split(b"\0")[:-1])
    for field in fields:
        if field.startswith(b":"):
            yield _change(field, fields)


def _change(field: bytes, rest: Iterator[bytes]) -> Change:
    """One entry of git's raw format, `:old-mode new-mode old-id new-id status`; a merge has one more mode and id, and
    one more colon, for each further parent (git-diff-tree(1), "diff format for merges")."""
    parents = len(field) - len(field.lstrip(b":"))
    parts = field[parents:].decode("ascii").split(" ")
    mode, old, new, status = parts[parents], parts[parents + 1], parts[2 * parents + 1], parts[-1]
    path = next(rest)
    if status[0] in "RC":
        path = next(rest)
    return Change(_text(path), mode, _present(old), _present(new), status[0])


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def _present(oid: str) -> str:
    return "" if not oid.strip("0") else oid


class Objects:
    """A running `git cat-file --batch`: content by object id or by `COMMIT:PATH`."""

    def __init__(self, repository: Repository) -> None:
        self._process = _begun(repository.command(*_BATCHED), repository.environment, asked=True)

    @classmethod
    def around(cls, start: str, environment: Mapping[str, str]) -> Objects:
        """Those of the repository that `start` lies in, which git looks for while whoever wants it does as well. There
        are none in a folder that `find` refuses.

        Raises:
            YettError: git is missing.
        """
        objects = cls.__new__(cls)
        objects._process = _begun(_command(start, _BATCHED), _hardened(start, environment), asked=True)
        return objects

    def __enter__(self) -> Objects:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.leave()

    def commit(self, revision: str) -> str:
        """The id of the commit a revision names, or "" where there is none."""
        if "\n" in revision:
            return ""
        self._process.tell(f"{revision}^{{commit}}\n".encode("utf-8", "surrogateescape"))
        said = self._process.stdout.readline().decode("utf-8", "replace")
        oid, kind, size = ("", "", *said.rsplit(" ", 2))[-3:]
        if kind != "commit":
            return ""
        _skip(self._process.stdout, int(size) + 1)
        return oid

    def read(self, names: Iterable[str], limit: int) -> Iterator[bytes | int | None]:
        """For each name its content, its size in bytes where that is above `limit`, or None where it is missing.

        Raises:
            YettError: git stopped before it had answered.
        """
        pending: list[str] = []
        for name in names:
            pending.append(name)
            if len(pending) == _BATCH:
                yield from self._answers(pending, limit)
                pending = []
        if pending:
            yield from self._answers(pending, limit)

    def _answers(self, names: list[str], limit: int) -> Iterator[bytes | int | None]:
        out = self._process.stdout
        if not self._process.tell(b"".join(name.encode("utf-8", "surrogateescape") + b"\n" for name in names)):
            raise YettError("git cat-file stopped early: run `git fsck`")
        for name in names:
            header = out.readline()
            if not header.endswith(b"\n"):
                raise YettError(f"git cat-file stopped at {name}: run `git fsck`")
            if header.endswith((b" missing\n", b" ambiguous\n")):
                yield None
                continue
            size = int(header.rsplit(b" ", 1)[1])
            if size > limit:
                _skip(out, size + 1)
                yield size
                continue
            data = out.read(size)
            if len(data) != size or out.read(1) != b"\n":
                raise YettError(f"git cat-file stopped at {name}: run `git fsck`")
            yield data


def _skip(stream: IO[bytes], size: int) -> None:
    while size > 0:
        got = len(stream.read(min(size, 1 << 20)))
        if not got:
            raise YettError("git cat-file stopped early: run `git fsck`")
        size -= got


def file_at(repository: Repository, commit: str, path: str, limit: int = 1 << 20) -> bytes | None:
    """The content of one file at a commit, or None where there is none, or more than `limit` bytes of it."""
    with Objects(repository) as objects:
        found = next(objects.read((f"{commit}:{path}",), limit))
    return found if isinstance(found, bytes) else None
