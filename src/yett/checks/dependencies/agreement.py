"""Whether a lockfile still answers what its manifest asks. Pure.

A lockfile is made from a manifest, and an installation that takes the lockfile's word ignores what was changed in the
manifest since: a pin raised for an advisory is then raised on paper only. Each format is compared by what it repeats
of its manifest, or else by names; what depends on a platform, a path or an override is left out, so that a difference
is one.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from yett.checks.dependencies.words import shown
from yett.lean import Any, NamedTuple
from yett.model import Hit
from yett.parse.lockfiles.lock import LockError
from yett.parse.tree import Tree


class _Asked(NamedTuple):
    """What a manifest asks for; `what` is the constraint as it is written, "" where only the name can be compared."""

    name: str
    what: str = ""


_Compared = tuple[Iterable[_Asked], Callable[[_Asked], str]]
"""What the manifest asks for, and for each of it why the lockfile does not fit, or ""."""

_PAIRS: Mapping[str, tuple[str, ...]] = {
    "pyproject.toml": ("uv.lock", "poetry.lock", "pdm.lock"),
    "Pipfile": ("Pipfile.lock",),
    "package.json": ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock"),
    "composer.json": ("composer.lock",),
    "Cargo.toml": ("Cargo.lock",),
    "go.mod": ("go.sum",),
    "Gemfile": ("Gemfile.lock",),
}
_LARGEST = 1 << 25
_MOST = 20
"""Differences told of one manifest: beyond it is another lockfile altogether."""


def manifests_of(path: str) -> list[str]:
    """The manifests that a lockfile may have been made from."""
    folder, _, name = path.rpartition("/")
    return [posixpath.join(folder, manifest) for manifest, locks in _PAIRS.items() if name in locks]


def stale(path: str, text: str, tree: Tree) -> Iterator[Hit]:
    """What the manifest at `path` asks for and the lockfiles beside it do not have."""
    folder, _, name = path.rpartition("/")
    beside = set(tree.folder(folder))
    for lock in _PAIRS.get(name, ()):
        whole = posixpath.join(folder, lock)
        if whole in beside and (locked := tree.text(whole)) is not None and len(locked) <= _LARGEST:
            try:
                told = list(_differences(name, lock, text, locked))
            except (LockError, ValueError):
                continue  # that it cannot be read is said where the lockfile itself is looked at
            for asked, why in told[:_MOST]:
                line, column, end = _place(text, asked)
                message = f"{lock} {why}"
                yield Hit(line, column, message, end_column=end, subject=f"{lock} {asked.name} {asked.what}")


def _differences(manifest: str, lock: str, text: str, locked: str) -> Iterator[tuple[_Asked, str]]:
    asked, has = _COMPARED[lock](text, locked)
    for each in asked:
        answer = has(each)
        if answer:
            yield each, answer


def _place(text: str, asked: _Asked) -> tuple[int, int, int]:
    """The line and columns where a manifest names a package, the first line for want of a better one."""
    name = re.escape(asked.name)
    forms = [
        f"""["']{name}["']\\s*[:=]""",
        f"""["']{name}(?![\\w.-])""",
        f"^[ \\t]*{name}\\s*=",
        f"(?<![\\w./-]){name}",
    ]
    if asked.what:
        forms.insert(0, f"""["']?{name}["']?\\s*[:=]?\\s*["']?{re.escape(asked.what)}""")
    for form in forms:
        found = re.search(form, text, re.MULTILINE | re.IGNORECASE)
        if found:
            start = found.start() + len(found.group()) - len(found.group().lstrip("\"' \t\n"))
            line = text.count("\n", 0, start) + 1
            column = start - text.rfind("\n", 0, start)
            return line, column, column + len(asked.name)
    return 1, 1, 0


def _missing(asked: _Asked) -> str:
    return f"does not have {shown(asked.name)}, which the manifest asks for: lock again"


def _other(asked: _Asked, has: str) -> str:
    return f"was made for {shown(asked.name)} {shown(has)}, the manifest asks for {shown(asked.what)}: lock again"


# --- Python


def _python_name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


_REQUIREMENT = re.compile(r"\s*+([A-Za-z0-9][\w.-]*+)\s*+(?:\[[^\]]*+\]\s*+)?(?:\(\s*+)?([^;@()]*+)\)?\s*+$")


def _requirements(root: dict[str, Any]) -> Iterator[_Asked]:
    """PEP 621 and PEP 735, without what only some platforms need."""
    project = _table(root.get("project"))
    groups = [project.get("dependencies"), *_table(project.get("optional-dependencies")).values()]
    groups += _table(root.get("dependency-groups")).values()
    tool = _table(root.get("tool"))
    groups += _table(_table(tool.get("pdm")).get("dev-dependencies")).values()
    groups.append(_table(tool.get("uv")).get("dev-dependencies"))
    own = _python_name(str(project.get("name", "")))
    for group in groups:
        for text in group if isinstance(group, list) else ():
            found = _REQUIREMENT.match(text) if isinstance(text, str) and ";" not in text and "@" not in text else None
            if found and _python_name(found[1]) != own:
                yield _Asked(found[1], found[2].rstrip())


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _specifier(text: str) -> tuple[str, ...]:
    return tuple(sorted(re.sub(r"\s", "", part) for part in text.split(",") if part.strip()))


def _exact(text: str) -> str:
    found = re.fullmatch(r"===?\s*([\w.+!-]+)", text.strip())
    return found[1] if found else ""


def _uv(text: str, locked: str) -> _Compared:
    from yett.parse.lockfiles.toml import document, table

    root = table(text)
    versions: dict[str, set[str]] = {}
    for entry in document(locked).entries:
        versions.setdefault(_python_name(str(entry.table.get("name", ""))), set()).add(str(entry.table.get("version")))
    stated = _stated_by_uv(locked, _python_name(str(_table(root.get("project")).get("name", ""))))
    sources = {_python_name(name) for name in _table(_table(_table(root.get("tool")).get("uv")).get("sources"))}

    def has(asked: _Asked) -> str:
        name = _python_name(asked.name)
        if name not in versions:
            return _missing(asked)
        if name in sources or name not in stated:
            return ""
        if _specifier(asked.what) not in {_specifier(each) for each in stated[name]}:
            return _other(asked, " or ".join(sorted(each or "of any version" for each in stated[name])))
        return ""

    return _requirements(root), has


def _stated_by_uv(locked: str, own: str) -> dict[str, set[str]]:
    """What uv noted of the manifest: the constraints by name, of the requirements without a marker."""
    found: dict[str, set[str]] = {}
    for block in re.split(r"^\[\[package\]\]$", locked, flags=re.MULTILINE)[1:]:
        name = re.search(r'^name = "([^"]+)"', block, re.MULTILINE)
        if name and _python_name(name[1]) == own and re.search(r"^source = \{ (?:virtual|editable) =", block, re.M):
            metadata = block[block.find("[package.metadata") :] if "[package.metadata" in block else ""
            for entry in re.findall(r"\{ (name = [^{}]*) \}", metadata):
                named = re.search(r'name = "([^"]+)"', entry)
                if named:
                    constraint = re.search(r'specifier = "([^"]*)"', entry)
                    found.setdefault(_python_name(named[1]), set()).add(constraint[1] if constraint else "")
    return found


def _poetry_asked(root: dict[str, Any]) -> Iterator[_Asked]:
    poetry = _table(_table(root.get("tool")).get("poetry"))
    tables = [_table(poetry.get("dependencies")), _table(poetry.get("dev-dependencies"))]
    tables += [_table(_table(group).get("dependencies")) for group in _table(poetry.get("group")).values()]
    for table in tables:
        for name, stated in table.items():
            plain = isinstance(stated, str) or (isinstance(stated, dict) and set(stated) <= {"version", "extras"})
            if name.lower() != "python" and plain:
                yield _Asked(name, stated if isinstance(stated, str) else str(stated.get("version", "")))
    if not _table(root.get("project")).get("dynamic"):
        yield from _requirements({"project": root.get("project")})


def _by_name_and_pin(text: str, locked: str, asked: Callable[[dict[str, Any]], Iterable[_Asked]]) -> _Compared:
    from yett.parse.lockfiles.toml import document, table

    versions: dict[str, set[str]] = {}
    for entry in document(locked).entries:
        versions.setdefault(_python_name(str(entry.table.get("name", ""))), set()).add(str(entry.table.get("version")))

    def has(each: _Asked) -> str:
        found = versions.get(_python_name(each.name))
        if found is None:
            return _missing(each)
        pin = _exact(each.what)
        return _other(each, " and ".join(sorted(found))) if pin and not _is_among(pin, found) else ""

    return asked(table(text)), has


def _is_among(pin: str, versions: set[str]) -> bool:
    from yett.parse.versions import canonical

    return pin.endswith(".*") or canonical("PyPI", pin) in {
        canonical("PyPI", each) for version in versions for each in (version, version.partition("+")[0])
    }


def _pipenv(text: str, locked: str) -> _Compared:
    from yett.parse.lockfiles.json import value
    from yett.parse.lockfiles.toml import table

    root, lock = table(text), _table(value(locked, "a lockfile"))
    names = {_python_name(name) for part in lock.values() if isinstance(part, dict) for name in part}
    asked = [
        _Asked(name)
        for section, entries in root.items()
        if section not in ("source", "requires", "pipenv", "scripts")
        for name, stated in _table(entries).items()
        if isinstance(stated, str) or not ({"markers", "path", "file"} & set(_table(stated)))
    ]
    return asked, lambda each: "" if _python_name(each.name) in names else _missing(each)


# --- JavaScript


_NPM = ("dependencies", "devDependencies", "optionalDependencies")


def _npm_asked(text: str) -> tuple[dict[str, Any], dict[str, str]]:
    from yett.parse.lockfiles.json import value

    root = _table(value(text, "a manifest"))
    stated: dict[str, str] = {}
    for section in _NPM:
        stated.update({name: what for name, what in _table(root.get(section)).items() if isinstance(what, str)})
    return root, stated


def _copy_of(stated: Mapping[str, str], copied: Mapping[str, object]) -> _Compared:
    def has(each: _Asked) -> str:
        if each.name not in copied:
            return _missing(each)
        return "" if copied[each.name] == each.what else _other(each, str(copied[each.name]))

    return [_Asked(name, what) for name, what in stated.items()], has


def _npm(text: str, locked: str) -> _Compared:
    from yett.parse.lockfiles.json import value

    _, stated = _npm_asked(text)
    lock = _table(value(locked, "a lockfile"))
    own = _table(_table(lock.get("packages")).get(""))
    if "dependencies" not in lock and "packages" not in lock:
        return (), lambda each: ""
    if not own:  # version 1 does not repeat the manifest
        names = _table(lock.get("dependencies"))
        return [_Asked(name) for name in stated], lambda each: "" if each.name in names else _missing(each)
    copied = {name: what for section in _NPM for name, what in _table(own.get(section)).items()}
    return _copy_of(stated, copied)


def _yarn(text: str, locked: str) -> _Compared:
    root, stated = _npm_asked(text)
    if root.get("resolutions"):
        return (), lambda each: ""
    keys = set(re.findall(r'^"?([^\s#"][^\n]*?)"?:$', locked, re.MULTILINE))
    descriptors = {part.strip().strip('"') for key in keys for part in key.split(",")}
    names = {descriptor.rpartition("@")[0].partition("@npm:")[0] for descriptor in descriptors}

    def has(each: _Asked) -> str:
        if each.what.startswith(("file:", "link:", "portal:", "workspace:", "patch:", "catalog:")):
            return ""
        if {f"{each.name}@{each.what}", f"{each.name}@npm:{each.what}"} & descriptors:
            return ""
        return _other(each, "of another range") if each.name in names else _missing(each)

    return [_Asked(name, what) for name, what in stated.items()], has


def _pnpm(text: str, locked: str) -> _Compared:
    from yett.parse import yaml

    root, stated = _npm_asked(text)
    if "overrides:" in locked or _table(root.get("pnpm")).get("overrides"):
        return (), lambda each: ""
    documents = yaml.compose_all(locked)
    top = documents[-1] if documents else None
    copied: dict[str, object] = {}
    if isinstance(top, yaml.Mapping):
        importers = top.get("importers")
        own = importers.get(".") if isinstance(importers, yaml.Mapping) else top
        if isinstance(own, yaml.Mapping):
            copied = dict(_pnpm_specifiers(own))
    return _copy_of(stated, copied)


def _pnpm_specifiers(importer: Any) -> Iterator[tuple[str, str]]:
    from yett.parse import yaml

    old = importer.get("specifiers")
    if isinstance(old, yaml.Mapping):
        for name, entry in old.entries.items():
            if isinstance(entry.value, yaml.Scalar):
                yield name, entry.value.text
        return
    for section in _NPM:
        listed = importer.get(section)
        for name, entry in listed.entries.items() if isinstance(listed, yaml.Mapping) else ():
            stated = entry.value.get("specifier") if isinstance(entry.value, yaml.Mapping) else None
            if isinstance(stated, yaml.Scalar):
                yield name, stated.text


def _bun(text: str, locked: str) -> _Compared:
    from yett.parse.lockfiles.json import value

    _, stated = _npm_asked(text)
    lock = _table(value(re.sub(r",(?=\s*[}\]])", "", locked), "a lockfile"))
    own = _table(_table(lock.get("workspaces")).get(""))
    return _copy_of(stated, {name: what for section in _NPM for name, what in _table(own.get(section)).items()})


# --- PHP, Rust, Go, Ruby


def _composer(text: str, locked: str) -> _Compared:
    from yett.parse.lockfiles.json import value

    root, lock = _table(value(text, "a manifest")), _table(value(locked, "a lockfile"))
    names: set[str] = set()
    for section in ("packages", "packages-dev"):
        for entry in lock.get(section) or ():
            names.add(str(_table(entry).get("name", "")).lower())
            for also in ("replace", "provide"):
                names.update(name.lower() for name in _table(_table(entry).get(also)))
    asked = [
        _Asked(name)
        for section in ("require", "require-dev")
        for name in _table(root.get(section))
        if "/" in name  # `php`, `ext-…` and `lib-…` are the platform
    ]
    return asked, lambda each: "" if each.name.lower() in names else _missing(each)


def _cargo(text: str, locked: str) -> _Compared:
    from yett.parse.lockfiles.toml import document, table

    names = {str(entry.table.get("name", "")) for entry in document(locked).entries}
    root = table(text)
    sections = ("dependencies", "dev-dependencies", "build-dependencies")
    asked = [
        _Asked(str(_table(stated).get("package", name)))
        for section in sections
        for name, stated in _table(root.get(section)).items()
        if not _table(stated).get("workspace")  # the name may be another one there
    ]
    return asked, lambda each: "" if each.name in names else _missing(each)


def _go(text: str, locked: str) -> _Compared:
    from yett.parse.lockfiles.golang import parse

    sums = {tuple(line.split()[:2]) for line in locked.splitlines()}
    asked = [
        _Asked(item.package.name, f"v{item.package.version.removeprefix('v')}")
        for item in parse(text).locked
        if item.package.name not in ("stdlib", "toolchain", "go")
    ]

    def has(each: _Asked) -> str:
        known = (each.name, f"{each.what}/go.mod") in sums or (each.name, each.what) in sums
        return "" if known else f"has no checksum of {shown(each.name)} {shown(each.what)}: run `go mod tidy`"

    return asked, has


def _bundler(text: str, locked: str) -> _Compared:
    _, _, listed = locked.partition("\nDEPENDENCIES\n")
    names = set(re.findall(r"^  ([\w.-]+)", listed.partition("\n\n")[0], re.MULTILINE))
    asked = [_Asked(name) for name in re.findall(r"""^gem\s*\(?\s*["']([\w.-]+)["']""", text, re.MULTILINE)]
    return asked if listed else (), lambda each: "" if each.name in names else _missing(each)


_COMPARED: Mapping[str, Callable[[str, str], _Compared]] = {
    "uv.lock": _uv,
    "poetry.lock": partial(_by_name_and_pin, asked=_poetry_asked),
    "pdm.lock": partial(_by_name_and_pin, asked=_requirements),
    "Pipfile.lock": _pipenv,
    "package-lock.json": _npm,
    "npm-shrinkwrap.json": _npm,
    "yarn.lock": _yarn,
    "pnpm-lock.yaml": _pnpm,
    "bun.lock": _bun,
    "composer.lock": _composer,
    "Cargo.lock": _cargo,
    "go.sum": _go,
    "Gemfile.lock": _bundler,
}
