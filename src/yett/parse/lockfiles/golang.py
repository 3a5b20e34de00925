"""go.mod and go.sum (https://go.dev/ref/mod).

From Go 1.17 on go.mod names every module that the build needs; go.sum also those that were only looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.parse.lockfiles.lines import Entries, Place
from yett.parse.lockfiles.lock import Lock, LockError, Runtime, Skipped

_TOKEN = re.compile(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)|`[^`]*`|//.*|=>|[()]|(?:(?!//|=>)[^\s()"`,])+|[,\["\\\]`]')
_REQUIRED = re.compile(r"[ \t]*([A-Za-z0-9./_~-]+) (v[A-Za-z0-9.+-]+)(?: (// indirect))?\r?")
_LONGEST_LINE = 4096
_VERBS = {"module", "go", "toolchain", "require", "replace", "exclude", "retract", "tool", "godebug", "ignore"}


class _Line(NamedTuple):
    number: int
    words: tuple[str, ...]
    columns: tuple[int, ...]
    comment: str


def parse(text: str) -> Lock:
    """What a go.mod says. Raises LockError."""
    found = Entries("Go")
    runtimes: list[Runtime] = []
    required: list[tuple[str, str, Place, bool]] = []
    replaced: dict[tuple[str, str], tuple[str, str, int]] = {}
    has_module = False
    for verb, line in _statements(text):
        words = line.words
        if verb == "module":
            has_module = True
        elif verb in ("go", "toolchain") and words:
            runtimes.append(Runtime(line.number, verb, words[0].removeprefix("go")))
        elif verb == "require":
            if len(words) != 2:
                found.skipped.append(_odd(line))
                continue
            place = Place(line.number, line.columns[0], line.columns[0] + len(words[0]))
            indirect = bool(re.match(r"//\s*indirect\b", line.comment))
            required.append((_bare(words[0]), _bare(words[1]), place, not indirect))
        elif verb == "replace":
            if (
                "=>" not in words
                or words.index("=>") not in (1, 2)
                or not 1 <= len(words[words.index("=>") + 1 :]) <= 2
            ):
                found.skipped.append(_odd(line))
                continue
            arrow = words.index("=>")
            target = words[arrow + 1 :]
            old = (_bare(words[0]), _bare(words[1]) if arrow == 2 else "")
            replaced[old] = (_bare(target[0]), _bare(target[1]) if len(target) == 2 else "", line.number)
        elif verb not in _VERBS:
            found.skipped.append(Skipped(line.number, verb[:200], "is no directive of a go.mod", understood=False))
    if text.strip() and not has_module and not required and not replaced:
        raise LockError("is not a go.mod: it has no `module`")
    for name, version, place, direct in required:
        new = replaced.get((name, version)) or replaced.get((name, ""))
        if new is None:
            found.add(name, version, place, direct=direct, key=name)
        elif new[1]:
            found.add(new[0], new[1], place, direct=direct, key=name)
        elif new[0].startswith(("../", "/")) or new[0] == ".." or re.match(r"[A-Za-z]:|\\", new[0]):
            found.skip(place, name, "is replaced by a folder outside the project", gap=True, named=True, key=name)
        else:
            found.own(place, name, name)
    whole = _since_117(runtimes)
    note = "" if whole or not required else "names what the project itself asks for, and not all that comes with it"
    return Lock(tuple(found.locked), tuple(found.skipped), ecosystem="Go", note=note, runtimes=tuple(runtimes))


def _since_117(runtimes: list[Runtime]) -> bool:
    for runtime in runtimes:
        if runtime.product == "go" and (match := re.match(r"([0-9]{1,4})\.([0-9]{1,4})", runtime.stated)):
            return (int(match[1]), int(match[2])) >= (1, 17)
    return False


def _statements(text: str) -> Iterator[tuple[str, _Line]]:
    """Each directive with its verb, also where it stands in a block."""
    block = ""
    for number, raw in enumerate(text.split("\n"), 1):
        if block == "require" and (plain := _REQUIRED.fullmatch(raw)):
            yield block, _Line(number, plain.group(1, 2), (plain.start(1) + 1, plain.start(2) + 1), plain[3] or "")
            continue
        if len(raw) > _LONGEST_LINE:
            raise LockError("has a line that is too long", number)
        words: list[str] = []
        columns: list[int] = []
        comment = ""
        for match in _TOKEN.finditer(raw.rstrip()):
            if match[0].startswith("//"):
                comment = match[0]
            else:
                words.append(match[0])
                columns.append(match.start() + 1)
        if not words:
            continue
        if block:
            if words == [")"]:
                block = ""
            else:
                yield block, _Line(number, tuple(words), tuple(columns), comment)
        elif len(words) > 1 and words[1] == "(":
            block = words[0]
            if words[-1] == ")":
                block = ""
        else:
            yield words[0], _Line(number, tuple(words[1:]), tuple(columns[1:]), comment)
    if block:
        raise LockError(f"has a block of `{block[:40]}` that does not end")


def _odd(line: _Line) -> Skipped:
    what = " ".join(line.words)[:200]
    return Skipped(line.number, what, "is nothing that go would understand", understood=False)


def _bare(word: str) -> str:
    return word[1:-1] if word[:1] in ('"', "`") and len(word) > 1 else word


def parse_sums(text: str) -> Lock:
    """What a go.sum says: a module whose code was fetched has two lines, one that was only looked at has one."""
    found = Entries("Go")
    odd = 0
    for number, raw in enumerate(text.split("\n"), 1):
        words = raw.split()
        if not words:
            continue
        if len(words) != 3 or not words[1].startswith("v"):
            odd += 1
            found.skipped.append(
                Skipped(number, raw.strip()[:200], "is nothing that go would understand", understood=False)
            )
            if odd > 1000:
                raise LockError("has more than 1,000 lines that go would not understand", number)
        elif not words[1].endswith("/go.mod"):
            column = raw.find(words[0]) + 1
            place = Place(number, column, column + len(words[0]))
            found.add(words[0], words[1], place, key=f"{words[0]} {words[1]}", integrity=words[2])
    if odd and not found.locked and not any(item.understood for item in found.skipped):
        raise LockError("holds nothing that go would understand", found.skipped[0].line)
    note = "lists more than what is used: go.mod has what is"
    return Lock(tuple(found.locked), tuple(found.skipped), ecosystem="Go", note=note if found.locked else "")
