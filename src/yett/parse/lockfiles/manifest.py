"""What a Python project asks for: pyproject.toml (PEP 621, PEP 735, PEP 518, and the tables of Poetry, PDM and uv) and
setup.cfg. These lock nothing: what they pin exactly is a package, and for the rest a lockfile has to be asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.lean import Any, NamedTuple
from yett.model import Package
from yett.parse.lockfiles import requirements
from yett.parse.lockfiles.lines import Lines, Place, list_of, source, table_of, text_of, usable
from yett.parse.lockfiles.lock import Index, Lock, Locked, LockError, Runtime, Skipped
from yett.parse.lockfiles.toml import single_lines, table

NOTE = "locks nothing: it says what the project asks for"


class _Asked(NamedTuple):
    """A requirement as it is written, for development or not, below the header that `section` names."""

    text: str
    dev: bool
    section: str


def parse(text: str, path: str) -> Lock:
    """What the file says. Raises LockError."""
    return _setup(text, path) if path.lower().endswith(".cfg") else _pyproject(text, path)


def _pyproject(text: str, path: str) -> Lock:
    text = text.replace("\r\n", "\n")
    root = table(text)
    plain = single_lines(text)
    quoted = _Quoted(plain)
    locked: list[Locked] = []
    skipped: list[Skipped] = []
    for asked in _asked(root):
        place = quoted.find(asked.text)
        lock = requirements.parse(asked.text.replace("\n", " "), path)
        locked.extend(_moved(item, place, asked.dev) for item in lock.locked)
        skipped.extend(item._replace(line=place.line) for item in lock.skipped)
        if len(skipped) > requirements.MOST_SKIPPED:
            raise LockError(f"asks for more than {requirements.MOST_SKIPPED:,} packages without an exact version")
    poetry = table_of(table_of(root.get("tool")).get("poetry"))
    python = table_of(root.get("project")).get("requires-python")
    for name, stated, dev in _poetry(poetry):
        place = quoted.key(name)
        if name.lower() == "python":
            python = python or stated
            continue
        item = _constraint(name, stated, place, dev)
        if isinstance(item, Locked):
            locked.append(item)
        else:
            skipped.append(item)
    found = re.search(r"^[ \t]*(?:requires-python|python)[ \t]*=", plain, re.MULTILINE)
    line = plain.count("\n", 0, found.start()) + 1 if found else 1
    return Lock(
        tuple(sorted(locked, key=lambda item: (item.line, item.column))),
        tuple(sorted(skipped, key=lambda item: item.line)),
        tuple(_indexes(root, quoted)),
        ecosystem="PyPI",
        note=NOTE,
        runtimes=(Runtime(line, "python", python),) if isinstance(python, str) and usable(python) else (),
    )


def _asked(root: dict[str, Any]) -> Iterator[_Asked]:
    project, tool = table_of(root.get("project")), table_of(root.get("tool"))
    yield from _texts(project.get("dependencies"), False)
    for extra in table_of(project.get("optional-dependencies")).values():
        yield from _texts(extra, False)
    for group in table_of(root.get("dependency-groups")).values():
        yield from _texts(group, True)
    yield from _texts(table_of(root.get("build-system")).get("requires"), True)
    for group in table_of(table_of(tool.get("pdm")).get("dev-dependencies")).values():
        yield from _texts(group, True)
    uv = table_of(tool.get("uv"))
    for field in ("dev-dependencies", "constraint-dependencies", "override-dependencies"):
        yield from _texts(uv.get(field), True)
    hatch = table_of(table_of(tool.get("hatch")).get("envs"))
    for env in hatch.values():
        for field in ("dependencies", "extra-dependencies"):
            yield from _texts(table_of(env).get(field), True)


def _texts(value: object, dev: bool) -> Iterator[_Asked]:
    for item in list_of(value):
        if isinstance(item, str) and item.strip():
            yield _Asked(item, dev, "")


def _poetry(poetry: dict[str, object]) -> Iterator[tuple[str, object, bool]]:
    for name, stated in table_of(poetry.get("dependencies")).items():
        yield name, stated, False
    for name, stated in table_of(poetry.get("dev-dependencies")).items():
        yield name, stated, True
    for group, content in table_of(poetry.get("group")).items():
        for name, stated in table_of(table_of(content).get("dependencies")).items():
            yield name, stated, group != "main"


def _constraint(name: str, stated: object, place: Place, dev: bool) -> Locked | Skipped:
    """A constraint of Poetry: a version alone means exactly that one."""
    many = list_of(stated)
    entry = table_of(many[0] if many else stated)
    if not usable(name):
        return Skipped(place.line, "a package", "has no usable name", understood=False)
    package = Package("PyPI", name, "")
    if "path" in entry:
        return Skipped(place.line, name, "is a folder of the project", gap=False)
    for kind, why in (("git", "a repository"), ("url", "an address"), ("file", "a file")):
        if kind in entry:
            return Skipped(place.line, name, f"comes from {why}, whose version is not known here", package=package)
    version = text_of(entry.get("version") if entry else stated).strip()
    bare = version.removeprefix("===").removeprefix("==").strip()
    if len(many) <= 1 and re.fullmatch(r"[0-9][0-9A-Za-z.!+_-]*", bare, re.ASCII):
        return Locked(Package("PyPI", name, bare), *place, True, dev)
    return Skipped(place.line, name, "has no exact version here", package=package)


def _indexes(root: dict[str, Any], quoted: _Quoted) -> Iterator[Index]:
    tool = table_of(root.get("tool"))
    uv = table_of(tool.get("uv"))
    stated: list[tuple[str, object]] = []
    stated += [("source", table_of(each).get("url")) for each in list_of(table_of(tool.get("poetry")).get("source"))]
    stated += [("source", table_of(each).get("url")) for each in list_of(table_of(tool.get("pdm")).get("source"))]
    stated += [("index", table_of(each).get("url")) for each in list_of(uv.get("index"))]
    stated += [("--index-url", uv.get("index-url"))]
    stated += [("--extra-index-url", each) for each in list_of(uv.get("extra-index-url"))]
    stated += [("--find-links", each) for each in list_of(uv.get("find-links"))]
    for option, address in stated:
        if isinstance(address, str) and (index := source(quoted.find(address), option, address)):
            yield index


class _Quoted:
    """The texts in quotes, each handed out at its first place, then at the next one."""

    def __init__(self, text: str) -> None:
        self._lines = Lines(text)
        self._at: dict[str, list[int]] = {}
        self._used: dict[str, int] = {}
        self._text = text
        self._keys: dict[str, list[int]] | None = None
        for match in re.finditer(r"\"((?:[^\"\\\n]|\\.)*+)\"|'([^'\n]*+)'|#[^\n]*", text):
            if match.lastindex:
                self._at.setdefault(match[match.lastindex], []).append(match.start() + 1)

    def find(self, text: str) -> Place:
        places = self._at.get(text)
        if not places:
            return Place(1, 1, 0)
        turn = self._used.get(text, 0)
        self._used[text] = turn + 1
        start = places[min(turn, len(places) - 1)]
        return self._lines.at(start, start + len(text))

    def key(self, name: str) -> Place:
        """Where a key stands."""
        if self._keys is None:
            self._keys = {}
            for match in re.finditer(r"^[ \t]*+[\"']?([^\s\"'=\[{#]++)[\"']?[ \t]*+[=.]", self._text, re.MULTILINE):
                self._keys.setdefault(match[1], []).append(match.start(1))
        places = self._keys.get(name) or self._keys.get(name.partition(".")[0])
        if not places:
            return Place(1, 1, 0)
        turn = self._used.get(f"{name} =", 0)
        self._used[f"{name} ="] = turn + 1
        start = places[min(turn, len(places) - 1)]
        return self._lines.at(start, start + len(name))


def _moved(item: Locked, place: Place, dev: bool) -> Locked:
    shift = place.column - 1 if place.end else 0
    return item._replace(
        line=place.line, column=item.column + shift, end_column=item.end_column + shift, direct=True, dev=dev
    )


_SETUP = {
    ("options", "install_requires"): False,
    ("options", "setup_requires"): True,
    ("options", "tests_require"): True,
}


def _setup(text: str, path: str) -> Lock:
    """setup.cfg: a value goes on in the lines that are indented."""
    locked: list[Locked] = []
    skipped: list[Skipped] = []
    runtimes: list[Runtime] = []
    section = option = ""
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip()
        bare = line.lstrip()
        if not bare or bare[0] in "#;":
            continue
        if bare == line and (header := re.fullmatch(r"\[([^\]]+)\].*", line)):
            section, option = header[1].strip(), ""
            continue
        if bare == line:
            name, mark, value = _split(line)
            if not mark:
                continue
            option, value = name.strip().lower(), value.strip()
            if (section, option) == ("options", "python_requires") and usable(value):
                runtimes.append(Runtime(number, "python", value))
        else:
            value = bare
        dev = _SETUP.get((section, option))
        if dev is None and section == "options.extras_require":
            dev = any(word in option for word in ("dev", "test", "lint", "doc"))
        if dev is None or not value:
            continue
        column = raw.find(value) + 1
        lock = requirements.parse(value, path)
        place = Place(number, column, column + len(value))
        locked.extend(_moved(item, place, dev) for item in lock.locked)
        skipped.extend(item._replace(line=number) for item in lock.skipped)
        if len(skipped) > requirements.MOST_SKIPPED:
            raise LockError(f"has more than {requirements.MOST_SKIPPED:,} lines without an exact version", number)
    return Lock(tuple(locked), tuple(skipped), ecosystem="PyPI", note=NOTE, runtimes=tuple(runtimes))


def _split(line: str) -> tuple[str, str, str]:
    match = re.match(r"([^=:]*)([=:])(.*)", line)
    return (match[1], match[2], match[3]) if match else (line, "", "")
