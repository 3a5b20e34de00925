"""yarn.lock: version 1 (https://classic.yarnpkg.com/lang/en/docs/yarn-lock/), and the YAML of yarn 2 and later
(https://yarnpkg.com/features/zero-installs).
"""

from __future__ import annotations

import re

from yett.parse.lockfiles.edges import scoped
from yett.parse.lockfiles.lines import Entries, Place, without_user
from yett.parse.lockfiles.lock import Lock, LockError

_PATTERN = re.compile(r'"((?:[^"\\]|\\.)*+)"|([^\s,"][^,"]*)')
_FIELD = re.compile(r'  ("[^"]*"|[^\s":]+):?(?: +(?:"((?:[^"\\]|\\.)*+)"|(.*)))?')
_EDGE = re.compile(r'    "?((?:@[^"\s/]+/)?[^"\s@:]+)"?:? ++"?([^"]*?)"?')
_EDGES = ("dependencies", "optionalDependencies")


class _Block:
    """An entry as it is written."""

    __slots__ = ("column", "edges", "end", "fields", "line", "patterns")

    def __init__(self, line: int, head: str, berry: bool) -> None:
        self.line = line
        self.column = 2 if head.startswith('"') else 1
        self.patterns = [quoted or bare.strip() for quoted, bare in _PATTERN.findall(head)]
        if berry:  # which has all of them between one pair of quotes
            self.patterns = [part for pattern in self.patterns for part in pattern.split(", ")]
        self.end = self.column + len(_name(self.patterns[0])) if self.patterns else 0
        self.fields: dict[str, str] = {}
        self.edges: list[tuple[str, str]] = []


def parse(text: str) -> Lock:
    """What the file says. Raises LockError."""
    found = Entries("npm")
    berry = re.search(r"^__metadata:", text, re.MULTILINE) is not None
    blocks = _blocks(text, found, berry)
    if (
        not blocks
        and text.strip()
        and not found.skipped
        and "yarn lockfile v1" not in text
        and "__metadata" not in text
    ):
        raise LockError("is not a yarn.lock: it has no entries")
    keys: dict[str, str] = {}
    blocks = [block for block in blocks if block.patterns and block.patterns != ["__metadata"]]
    for block in blocks:
        for pattern in block.patterns:
            keys[pattern] = block.patterns[0]
    asked: list[str] = []
    asks = False
    for block in blocks:
        key = block.patterns[0]
        requires = tuple(dict.fromkeys(_required(block, keys)))
        place = Place(block.line, block.column, block.end)
        if berry:
            asks = _berry(found, block, place, key, requires, asked) or asks
        else:
            _classic(found, block, place, key, requires)
    locked = scoped(found.locked, found.skipped, asked, ()) if asks else tuple(found.locked)
    return Lock(locked, tuple(found.skipped), ecosystem="npm")


def _blocks(text: str, found: Entries, berry: bool) -> list[_Block]:
    """The entries; what is no part of one is skipped."""
    blocks: list[_Block] = []
    current: _Block | None = None
    inside = ""
    head = ""
    head_line = 0
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip()
        if not line or line.lstrip().startswith("#"):
            continue
        if line[0] != " ":
            if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
                raise LockError("has unresolved merge conflicts", number)
            inside = ""
            if line.startswith("? ") and line.count('"') % 2 == 0:  # YAML's form of a very long key
                head, head_line = line[2:].strip(), number
                current = None
            elif line == ":" and head:
                current = _Block(head_line, head, berry)
                current.column, current.end = current.column + 2, current.end + 2
                blocks.append(current)
                head = ""
            elif line.endswith(":") and line.count('"') % 2 == 0:
                current = _Block(number, line[:-1], berry)
                blocks.append(current)
            else:
                current = None
                found.skip(Place(number, 1, 0), line[:200], "is nothing that yarn would understand", understood=False)
                if len(found.skipped) > 1000:
                    raise LockError("has more than 1,000 lines that yarn would not understand", number)
            continue
        if head and line.lstrip().startswith(": "):
            continue
        if current is None:
            continue
        if line.startswith("    "):
            if inside in _EDGES and (edge := _EDGE.fullmatch(line)):
                current.edges.append((edge[1], edge[2]))
            elif inside in _EDGES and line[4] != " ":
                current.fields.setdefault("odd", line.strip())
        elif field := _FIELD.fullmatch(line):
            inside = field[1].strip('"')
            value = field[2] if field[2] is not None else field[3]
            if value:
                current.fields.setdefault(inside, value)
    return blocks


def _required(block: _Block, keys: dict[str, str]) -> list[str]:
    """The entries that the edges mean; yarn 2 and later may leave out the "npm:" of a range."""
    found = []
    for name, wanted in block.edges:
        for pattern in (f"{name}@{wanted}", f"{name}@npm:{wanted}", f"{name}@{wanted.removeprefix('npm:')}"):
            if pattern in keys:
                found.append(keys[pattern])
                break
    return found


def _classic(found: Entries, block: _Block, place: Place, key: str, requires: tuple[str, ...]) -> None:
    name, _, wanted = _split(key)
    if wanted.startswith("npm:"):  # an alias: "a@npm:b@^1" is b
        name = _split(wanted[4:])[0] or name
    resolved = block.fields.get("resolved", "")
    if wanted.startswith("link:") or (wanted.startswith("file:") and not resolved and not _is_archive(wanted)):
        found.own(place, name, key, requires)
        return
    version = block.fields.get("version", "")
    address, _, digest = resolved.partition("#")
    found.add(
        name,
        version,
        place,
        key=key,
        requires=requires,
        integrity=block.fields.get("integrity", "") or (digest if not address.endswith(".git") else ""),
        resolved=without_user(address) + (f"#{digest}" if address.endswith(".git") and digest else ""),
    )


def _berry(found: Entries, block: _Block, place: Place, key: str, requires: tuple[str, ...], asked: list[str]) -> bool:
    """Whether the entry is the project, or a part of it."""
    resolution = block.fields.get("resolution", "")
    name, _, source = _split(resolution or key)
    version = block.fields.get("version", "")
    if source.startswith(("workspace:", "link:", "portal:")) or (
        block.fields.get("linkType") == "soft" and not source.startswith("npm:")
    ):
        found.own(place, name, key, requires)
        if source.startswith("workspace:"):
            asked.extend(requires)
            return True
        return False
    if source.startswith("virtual:"):
        source = source.partition("#")[2]
    if source.startswith("patch:"):
        inner = source[6:].replace("%3A", ":").replace("%40", "@").replace("%2F", "/").partition("#")[0]
        name = _split(inner)[0] or name
        source = _split(inner)[2]
    if source.startswith("npm:") and "@" in source[5:] and "::" not in source:
        aliased = _split(source[4:])
        name = aliased[0] or name
    from_registry = source.startswith("npm:")
    if source.startswith("file:") and not _is_archive(source):
        found.own(place, name, key, requires)
        return False
    archive = source.partition("__archiveUrl=")[2].replace("%3A", ":").replace("%2F", "/").replace("%40", "@")
    found.add(
        name,
        version if version != "0.0.0-use.local" else "",
        place,
        key=key,
        requires=requires,
        integrity=block.fields.get("checksum", ""),
        resolved=without_user(archive or ("" if from_registry else source)),
    )
    return False


def _is_archive(wanted: str) -> bool:
    return wanted.partition("#")[0].partition("::")[0].endswith((".tgz", ".tar.gz", ".tar"))


def _split(reference: str) -> tuple[str, str, str]:
    at = reference.find("@", 1)
    return (reference, "", "") if at < 0 else (reference[:at], "@", reference[at + 1 :])


def _name(pattern: str) -> str:
    return _split(pattern)[0]
