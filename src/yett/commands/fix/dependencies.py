"""The way out of what the audit found.

Exact pins of requirements files are rewritten, and nothing else of a line. A lockfile is its tool's own business: the
exact command is printed.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence

from yett.commands.fix.plan import Plan
from yett.errors import YettError
from yett.lean import TYPE_CHECKING, NamedTuple
from yett.parse.lockfiles import is_lockfile, is_manifest, kind, read

if TYPE_CHECKING:
    from yett.advisories.lookup import Advisories
    from yett.model import Package
    from yett.parse.lockfiles import Lock, Locked


def wants(path: str) -> bool:
    """Whether a file pins packages, or asks for them."""
    return is_lockfile(path) or is_manifest(path)


def plan_for(path: str, data: bytes, advisories: Advisories) -> Plan:
    """What can be done about a file. Raises `YettError` where the database cannot be used."""
    lock = read(path, data)
    if lock.error:
        return Plan(path, "", "", (f"the file {lock.error}, so nothing in it was looked up",))
    return plan(path, data, lock, steps(lock, advisories))


class Step(NamedTuple):
    """A package to be moved. `version` is the oldest that clears all that can be cleared, "" where there is none."""

    item: Locked
    version: str
    advisories: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.item.package.name

    @property
    def old(self) -> str:
        return self.item.package.version


def steps(lock: Lock, advisories: Advisories) -> tuple[Step, ...]:
    """What a file's packages need, in the order of the file. Malicious ones are not upgraded: they are to go."""
    from yett.checks.dependencies.audit import results
    from yett.sbom import canonical

    concerned, unusable = results(lock, advisories)
    if unusable:
        raise YettError(unusable[0])
    needed: dict[Package, Step] = {}
    for each in concerned:
        ids = tuple(group.id for group in each.audit.groups)
        if ids:
            bad = any(group.malicious for group in each.audit.groups)
            needed[canonical(each.item.package)] = Step(each.item, "" if bad else each.audit.upgrade, ids)
    # the same pin may stand on several lines, and each of them has to be changed
    found = (
        step._replace(item=item) for item in lock.locked if (step := needed.get(canonical(item.package))) is not None
    )
    return tuple(dict.fromkeys(found))


def plan(path: str, data: bytes, lock: Lock, needed: Sequence[Step]) -> Plan:
    """What can be done about a file. Pure."""
    notes = list(
        dict.fromkeys(
            f"{step.name} {step.old} stays: no version of it is known to be free of {', '.join(step.advisories[:3])}"
            for step in needed
            if not step.version
        )
    )
    movable = [step for step in needed if step.version]
    form = kind(path)
    if not movable:
        return Plan(path, "", "", tuple(notes))
    if form not in ("requirements", "manifest"):
        return Plan(path, "", "", (*notes, *_commands(path, _tool(form, data), movable)))
    if form == "requirements" and (any(item.integrity for item in lock.locked) or b"--hash" in data):
        return Plan(path, "", "", (*notes, *_hashed(path, movable)))
    text = _decoded(data)
    if text is None:
        return Plan(path, "", "", (*notes, "it is not UTF-8, so its pins have to be changed by hand"))
    new, left = rewritten(text, movable)
    notes += [
        f"{step.name} {step.old} has to be moved to {step.version} by hand (line {step.item.line})" for step in left
    ]
    return Plan(path, text, new if new != text else "", tuple(notes))


def _decoded(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def rewritten(text: str, needed: Iterable[Step]) -> tuple[str, tuple[Step, ...]]:
    """A text with its pins moved, and the steps whose pin was not found. Nothing but the version changes. Pure."""
    lines = text.split("\n")
    left: list[Step] = []
    # from the end of each line on, so that the columns in front stay what they are
    for step in sorted(needed, key=lambda step: step.item[1:3], reverse=True):
        number = step.item.line - 1
        line = lines[number] if 0 <= number < len(lines) else ""
        start, end = step.item.column - 1, step.item.end_column - 1
        pin = re.compile(rf"\s*(?:\[[^\]]*\])?\s*\(?\s*===?\s*({re.escape(step.old)})(?![\w.+!*-])")
        match = pin.match(line, end) if line[start:end] == step.name else None
        if match is None or not _is_plain(step.version):
            left.append(step)
            continue
        lines[number] = line[: match.start(1)] + step.version + line[match.end(1) :]
    return "\n".join(lines), tuple(reversed(left))


def _is_plain(text: str) -> bool:
    """Whether a name or version is made of what names and versions are made of: nothing a shell or a tool obeys."""
    return re.fullmatch(r"[A-Za-z0-9@_][A-Za-z0-9@_./:+!~-]*", text, re.ASCII) is not None


def _hashed(path: str, needed: Sequence[Step]) -> Iterator[str]:
    """A file with hashes: new versions need new ones, which only the index knows."""
    pins = sorted({(step.name, step.version) for step in needed if _is_plain(step.name) and _is_plain(step.version)})
    source = os.path.basename(path)
    stem = source.removesuffix(".txt")
    folder = os.path.dirname(path) or "."
    packages = " ".join(f"--upgrade-package {shlex.quote(f'{name}=={version}')}" for name, version in pins)
    given, out = shlex.quote(f"{stem}.in"), shlex.quote(source)
    yield "it has hashes, which have to be made anew together with the pins; where it was compiled, in " + folder + ":"
    yield f"  uv pip compile --generate-hashes {packages} --output-file {out} {given}"
    yield f"  pip-compile --generate-hashes {packages} --output-file {out} {given}"


def _tool(form: str, data: bytes) -> str:
    """The format, with the generation of Yarn that wrote the file."""
    return "yarn.lock, berry" if form == "yarn.lock" and b"__metadata:" in data else form


def _commands(path: str, form: str, needed: Sequence[Step]) -> Iterator[str]:
    """The exact command for a lockfile, one line for each package; names and versions are quoted for a POSIX shell."""
    folder = os.path.dirname(path)
    where = f"in {folder}, " if folder else ""
    made: dict[str, None] = {}
    for step in needed:
        if not _is_plain(step.name) or not _is_plain(step.version):
            yield f"{step.name} {step.old} has a name or version that is not safe to put into a command"
            continue
        command = _command(form, path, step)
        if not command:
            yield f"{step.name} {step.old} has to be moved to {step.version} or later, where the file comes from"
        else:
            made[command] = None
    for command in _joined(form, list(made)):
        yield f"{where}run: {command}"


def _joined(form: str, commands: list[str]) -> list[str]:
    """Commands that the tool takes in one go, as one."""
    if form == "uv.lock" and commands:
        return ["uv lock " + " ".join(command.removeprefix("uv lock ") for command in commands)]
    if form == "go.mod" and commands:
        return ["go get " + " ".join(command.removeprefix("go get ") for command in commands) + " && go mod tidy"]
    return commands


def _command(form: str, path: str, step: Step) -> str:
    name, version, both = (shlex.quote(text) for text in (step.name, step.version, f"{step.name}@{step.version}"))
    equal = shlex.quote(f"{step.name}=={step.version}")
    group, _, artefact = step.name.partition(":")
    match form:
        case "uv.lock":
            return f"uv lock --upgrade-package {equal}"
        case "poetry.lock":
            return f"poetry add {equal}" if step.item.direct else f"poetry update {name}"
        case "pdm.lock":
            return f"pdm update --update-reuse {name}"
        case "Pipfile.lock":
            return f"pipenv upgrade {equal}"
        case "pylock.toml":
            out = shlex.quote(os.path.basename(path))
            return f"uv export --upgrade-package {equal} --format pylock.toml --output-file {out}"
        case "package-lock.json":
            return f"npm install {both}" if step.item.direct else f"npm update {name}"
        case "yarn.lock, berry":
            return f"yarn up {both}" if step.item.direct else f"yarn up --recursive {name}"
        case "yarn.lock":  # Yarn 1 upgrades what package.json names, and nothing below
            wanted = f"resolutions[{step.name}]={step.version}"
            return f"yarn upgrade {both}" if step.item.direct else f"npm pkg set {shlex.quote(wanted)} && yarn install"
        case "pnpm-lock.yaml":
            return f"pnpm update {both}" if step.item.direct else f"pnpm update --depth Infinity {name}"
        case "bun.lock":
            return f"bun add {both}" if step.item.direct else f"bun update {name}"
        case "composer.lock":
            return f"composer update {name} --with {shlex.quote(f'{step.name}:{step.version}')} --with-dependencies"
        case "Gemfile.lock":
            return f"bundle update --conservative {name}"
        case "go.mod" | "go.sum":
            return f"go get {shlex.quote(f'{step.name}@v' + step.version.removeprefix('v'))}"
        case "Cargo.lock":
            return f"cargo update --package {shlex.quote(f'{step.name}@{step.old}')} --precise {version}"
        case "packages.lock.json":
            return f"dotnet add package {name} --version {version} && dotnet restore --force-evaluate"
        case "pom.xml":
            return (
                f"mvn versions:use-dep-version -Dincludes={shlex.quote(f'{group}:{artefact}')} "
                f"-DdepVersion={version} -DforceVersion=true"
            )
        case "gradle.lockfile":
            return f"gradle dependencies --update-locks {shlex.quote(f'{step.name}:{step.version}')}"
        case "mix.lock":
            return f"mix deps.update {name}"
    return ""
