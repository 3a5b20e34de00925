"""requirements.txt as pip reads it (https://pip.pypa.io/en/stable/reference/requirements-file-format/).

Markers are not evaluated: what is installed on any machine is audited. Nothing is opened: an included file is judged
by itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.model import Package
from yett.parse.lockfiles.lock import Index, Lock, Locked, LockError, Skipped

MOST_SKIPPED = 10_000

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$")
_PINNED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[\w\s,.-]*\])? ?== ?([A-Za-z0-9_.!+-]+)", re.ASCII)
_NAMED = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[\w\s,.-]*\])?\s*(.*)", re.ASCII | re.DOTALL)
_CLAUSE = re.compile(r"\s*(===|==|~=|!=|<=|>=|<|>)\s*([^\s,;()]+)\s*", re.ASCII)
_TOKEN = re.compile(r"""(?:[^\s"']|"[^"]*"|'[^']*')+|["']""")
_HASH = re.compile(r"\s*--hash[= ]([a-z0-9]+:[0-9a-fA-F]+)\s*?(\\?)")
_VCS = re.compile(r"(git|hg|svn|bzr)\+", re.IGNORECASE)
_ARCHIVE = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst", ".egg", ".tar")

_SHORT = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-i": "--index-url",
    "-f": "--find-links",
    "-e": "--editable",
    "-C": "--config-settings",
}
_PLACES = {"--index-url", "--extra-index-url", "--find-links", "--trusted-host"}
_WITH_VALUE = {
    *_PLACES,
    "--requirement",
    "--constraint",
    "--editable",
    "--no-binary",
    "--only-binary",
    "--use-feature",
    "--config-settings",
    "--global-option",
    "--hash",
    "--uploaded-prior-to",
}
_FLAGS = {"--no-index", "--prefer-binary", "--require-hashes", "--pre", "--all-releases", "--only-final"}
_GONE = {
    "--always-unzip": False,
    "--install-option": True,
    "--process-dependency-links": False,
    "--use-wheel": False,
    "--no-use-wheel": False,
    "--allow-external": True,
    "--allow-unverified": True,
    "--allow-all-external": False,
    "--pypi-url": True,
}
"""Options of older pips, and whether they take a value. Not abbreviated by anybody."""


class _Line(NamedTuple):
    """A logical line without its comment; `starts` maps its offsets to places in the file, `digest` is its first
    hash."""

    text: str
    starts: tuple[tuple[int, int, int], ...]
    digest: str = ""

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of a character."""
        start, line, column = self.starts[bisect_right(self.starts, offset, key=lambda place: place[0]) - 1]
        return line, column + offset - start


class _Option(NamedTuple):
    """`width` is how many characters its name takes where it stands."""

    offset: int
    width: int
    name: str
    value: str


class _File(NamedTuple):
    """`folder` is the one that the file lies in, and that relative names in it start from."""

    folder: str
    constraints: bool


def parse(text: str, path: str = "", constraints: bool = False) -> Lock:
    """What the file at `path` says. `constraints`: it asks for nothing, so that a missing version is no gap.

    Raises LockError.
    """
    file = _File(path.rpartition("/")[0], constraints)
    locked: list[Locked] = []
    skipped: list[Skipped] = []
    indexes: list[Index] = []
    for line in _logical(text):
        pinned = _PINNED.fullmatch(line.text)
        if pinned and pinned[1][-1] not in "._-":
            number, column = line.at(0)
            package = Package("PyPI", pinned[1], pinned[2])
            end = column + len(pinned[1])
            locked.append(Locked(package, number, column, end, not constraints, integrity=line.digest))
            continue
        for item in _statement(line, file):
            if isinstance(item, Locked):
                locked.append(item)
            elif isinstance(item, Index):
                indexes.append(item)
            else:
                skipped.append(item)
        if len(skipped) > MOST_SKIPPED:
            raise LockError(f"has more than {MOST_SKIPPED:,} lines without an exact version", skipped[-1].line)
    if skipped and not locked and not indexes and not any(item.understood for item in skipped):
        raise LockError("holds nothing that pip would understand", skipped[0].line)
    return Lock(tuple(locked), tuple(skipped), tuple(indexes), ecosystem="PyPI")


def _logical(text: str) -> Iterator[_Line]:
    """Lines as pip joins them: at a backslash, unless the line is a comment. Empty ones are left out."""
    parts: list[str] = []
    starts: list[tuple[int, int, int]] = []
    length = 0
    digest = ""
    for number, column, raw in _physical(text):
        if "--hash" in raw:
            hashed = _HASH.fullmatch(raw)
            digest = digest or (hashed[1] if hashed else _stated_hash(raw))
            if hashed:
                raw = hashed[2]  # most lines of a generated file, and nothing in them to audit
        is_comment = "#" in raw and raw.lstrip().startswith("#")
        if raw.endswith("\\") and not is_comment:
            raw = raw.strip("\\")
            starts.append((length, number, column))
            parts.append(raw)
            length += len(raw)
            continue
        if not parts:
            if raw and not is_comment and (line := _bare(raw, ((0, number, column),))):
                yield line._replace(digest=digest) if digest else line
            digest = ""
            continue
        raw = " " + raw if is_comment else raw
        starts.append((length, number, column - is_comment))
        if line := _bare("".join((*parts, raw)), tuple(starts)):
            yield line._replace(digest=digest) if digest else line
        parts, starts, length, digest = [], [], 0, ""
    if parts and (line := _bare("".join(parts), tuple(starts))):
        yield line._replace(digest=digest) if digest else line


def _stated_hash(raw: str) -> str:
    match = re.search(r"\s--hash[= ]([a-z0-9]+:[0-9a-fA-F]+)", raw)
    return match[1] if match and not raw.lstrip().startswith("#") else ""


def _physical(text: str) -> Iterator[tuple[int, int, str]]:
    """Line number, column and text of what pip takes for a line, which is more than what an editor does."""
    for number, outer in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        pieces = outer.splitlines()
        if len(pieces) <= 1:
            yield number, 1, pieces[0] if pieces else ""
            continue
        column = 1
        for piece in outer.splitlines(keepends=True):
            yield number, column, piece.splitlines()[0]
            column += len(piece)


def _bare(text: str, starts: tuple[tuple[int, int, int], ...]) -> _Line | None:
    if "#" in text:
        text = _COMMENT.sub("", text)
    lead = len(text) - len(text.lstrip())
    text = text.strip()
    if not text:
        return None
    if lead:
        starts = tuple((start - lead, line, column) for start, line, column in starts)
    return _Line(text, starts)


def _statement(line: _Line, file: _File) -> Iterator[Locked | Skipped | Index]:
    """A logical line that is not simply `name==version`: a requirement, then options."""
    first = re.search(r"(?:^|\s)-", line.text)
    end = first.start() if first else len(line.text)
    if requirement := line.text[:end].strip():
        yield from _requirement(line, requirement, 0, file.constraints)
    if first:
        for option in _options(line.text, end):
            yield from _option(line, option, file)


def _options(text: str, start: int) -> Iterator[_Option]:
    """Options as pip's parser splits them: "--name value", "--name=value", "-n value", "-nvalue"."""
    tokens = [(match.start(), match[0]) for match in _TOKEN.finditer(text, start)]
    place = 0
    while place < len(tokens):
        offset, token = tokens[place]
        place += 1
        if token.startswith("--"):
            written, equals, value = token.partition("=")
            name, width = _full_name(written), len(written)
        else:
            name, value, width = _SHORT.get(token[:2], token), token[2:], 2
            equals = value
        takes = _GONE.get(name, name not in _FLAGS)
        known = name in _WITH_VALUE or name in _GONE
        if takes and not equals and place < len(tokens) and (known or tokens[place][1][0] != "-"):
            value = tokens[place][1]
            place += 1
        yield _Option(offset, width, name, value.replace('"', "").replace("'", ""))


def _full_name(written: str) -> str:
    """pip's option parser takes any unambiguous beginning: "--extra-index" is "--extra-index-url"."""
    if written in _WITH_VALUE or written in _FLAGS or written in _GONE:
        return written
    meant = [name for name in (*_WITH_VALUE, *_FLAGS) if name.startswith(written)]
    return meant[0] if len(meant) == 1 and len(written) > 2 else written


def _option(line: _Line, option: _Option, file: _File) -> Iterator[Locked | Skipped | Index]:
    number, column = line.at(option.offset)
    name, value = option.name, option.value
    if name in _PLACES or name == "--pypi-url":
        yield Index(number, column, column + option.width, name, _without_user(value))
    elif name in ("--requirement", "--constraint"):
        from yett.parse.lockfiles import is_lockfile

        if "://" in value and not value.lower().startswith("file:"):
            yield Skipped(number, _without_user(value), "is included from the network")
        elif is_lockfile(_joined(file.folder, value)) and "$" not in value:
            yield Skipped(number, value, "is judged by itself", gap=False)
        else:
            yield Skipped(number, value, "is included, but its name is not that of a requirements file")
    elif name == "--editable":
        yield from _requirement(line, value, max(line.text.find(value, option.offset), 0), file.constraints)
    elif name not in _WITH_VALUE and name not in _FLAGS and name not in _GONE:
        yield Skipped(number, name, "is an option that pip does not have", understood=False)


def _joined(folder: str, name: str) -> str:
    """A name in a folder as a path, without "." and ".."; one that leaves the project keeps a leading ".."."""
    parts: list[str] = []
    for part in f"{folder}/{name}".split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _requirement(line: _Line, text: str, offset: int, constraints: bool) -> Iterator[Locked | Skipped]:
    number, column = line.at(offset)
    match = _NAMED.fullmatch(text)
    name, rest = (match[1], match[2]) if match else ("", "")
    address = re.split(r"\s", text, maxsplit=1)[0]
    path = address.partition("[")[0].lower()
    if "${" in text:
        yield Skipped(number, _label(address), "is only known once a variable is set")
    elif rest.startswith("@"):
        why = _why_address(rest[1:].strip())
        yield Skipped(number, name, why, package=Package("PyPI", name, ""))
    elif _VCS.match(address) or "://" in address or path.startswith("file:"):
        yield Skipped(number, _label(address), _why_address(address))
    elif path.endswith(_ARCHIVE) and not re.search("[=<>~!]", address):
        yield Skipped(number, address, "is a file, whose version is not known here")
    elif path.startswith((".", "/", "~")) or "/" in path or "\\" in path:
        if path.startswith(("/", "~", "..")) or "/.." in path or "\\" in path or ":" in path:
            yield Skipped(number, address, "is a folder outside the project")
        else:
            yield Skipped(number, address, "is a folder of the project", gap=False)
    elif match is None or (versions := _exact(rest)) is None:
        yield Skipped(number, text, "is nothing that pip would understand", understood=False)
    elif versions:
        for version in sorted(versions):
            package = Package("PyPI", name, version)
            end = column + len(name)
            yield Locked(package, number, column, end, not constraints, integrity=line.digest)
    else:
        why = "is only narrowed here" if constraints else "has no exact version here"
        yield Skipped(number, name, why, gap=not constraints, package=Package("PyPI", name, ""))


def _exact(text: str) -> set[str] | None:
    """The versions that the clauses after a name pin exactly; None where they are no clauses."""
    clauses = text.partition(";")[0].strip()
    if clauses.startswith("(") and clauses.endswith(")"):
        clauses = clauses[1:-1].strip()
    versions: set[str] = set()
    for clause in clauses.rstrip(",").split(",") if clauses else ():
        part = _CLAUSE.fullmatch(clause)
        if part is None or not part[2].isprintable():
            return None
        if part[1] == "===" or (part[1] == "==" and not part[2].endswith(".*")):
            versions.add(part[2])
    return versions


def _why_address(address: str) -> str:
    if _VCS.match(address):
        return "comes from a repository, whose version is not known here"
    return "comes from an address, whose version is not known here"


def _label(address: str) -> str:
    """The name after `#egg=` if there is one, else the address without user name, password and query."""
    egg = re.search(r"[#&]egg=([A-Za-z0-9._-]+)", address)
    return egg[1] if egg else _without_user(address)


def _without_user(address: str) -> str:
    """An address fit to be shown: user names, passwords and queries may be secrets."""
    scheme, mark, rest = address.partition("://")
    if not mark:
        return address
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{re.split('[?#]', path, maxsplit=1)[0]}"
