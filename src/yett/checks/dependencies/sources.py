"""Configuration that says where packages come from: pip.conf, .npmrc, .yarnrc.yml, NuGet.config, and the parts of
pyproject.toml, uv.toml, Pipfile, composer.json and Gemfile that do. Pure.

An index beside the main one is a hole where the tool takes the best version any index has, whoever published it. Which
tools do is told at each reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from yett.checks.dependencies.words import host, is_plain, shown, without_user
from yett.lean import Any, NamedTuple
from yett.model import Hit, Rule, Severity
from yett.rules.dependencies import INDEX_CONFUSION, INSECURE_INDEX

Judged = Iterator[tuple[Rule, Hit]]
_Read = Callable[[str], Judged]


class SourceError(ValueError):
    """Why a configuration file could not be read, in a few words, and on which line."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class _Line(NamedTuple):
    number: int
    key: str
    value: str
    column: int
    section: str = ""


def wants(path: str) -> bool:
    """Whether a file says where packages come from, by its path."""
    return path.rpartition("/")[2] in _FILES


def sources(path: str, text: str) -> tuple[tuple[Rule, Hit], ...]:
    """What is wrong with where packages come from. Raises `SourceError`."""
    return tuple(dict.fromkeys(_FILES[path.rpartition("/")[2]](text)))


# --- what is said


def _confused(line: int, column: int, address: str, why: str) -> tuple[Rule, Hit]:
    where = shown(without_user(address))
    hit = Hit(line, column, f"{where} is asked besides the main index, {why}", subject=without_user(address))
    return INDEX_CONFUSION, hit


def _besides(line: int, column: int, address: str, why: str) -> tuple[Rule, Hit]:
    """The same where the tool itself keeps the order: worth knowing, no more."""
    rule, hit = _confused(line, column, address, why)
    return rule, hit._replace(severity=Severity.INFO)


def _plain(line: int, column: int, address: str) -> Judged:
    if is_plain(address):
        where = without_user(address)
        message = f"packages come from {shown(where)} without encryption"
        yield INSECURE_INDEX, Hit(line, column, message, subject=where)


def _unverified(line: int, column: int, what: str) -> tuple[Rule, Hit]:
    return INSECURE_INDEX, Hit(line, column, f"{what} takes packages from whoever answers", subject=what)


_HIGHEST = "and the higher version wins, whoever published it"


# --- pip.conf: INI, a value may go on in indented lines


def _ini(text: str) -> Iterator[_Line]:
    section = key = ""
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if not bare or bare[0] in "#;":
            continue
        if bare[0] == "[" and bare.endswith("]"):
            section, key = bare[1:-1].strip().lower(), ""
        elif line[0] in " \t" and key:
            yield _Line(number, key, bare, line.find(bare) + 1, section)
        else:
            name, value = (part.strip() for part in (*re.split("[=:]", line, maxsplit=1), "")[:2])
            key = name.lower().replace("_", "-")
            if value:
                yield _Line(number, key, value, line.rfind(value) + 1, section)


def _pip(text: str) -> Judged:
    """pip asks all indexes and takes the highest version (https://pip.pypa.io/en/stable/cli/pip_install/)."""
    for line in _ini(text):
        for value in line.value.split():
            column = line.column + line.value.find(value)
            if line.key in ("index-url", "extra-index-url", "find-links"):
                yield from _plain(line.number, column, value)
            if line.key == "extra-index-url":
                yield _confused(line.number, column, value, _HIGHEST)
            if line.key == "trusted-host":
                yield _unverified(line.number, column, f"trusted-host {shown(value)}")


# --- .npmrc


def _npmrc(text: str) -> Judged:
    """npm asks one registry for each scope. A login for a registry that nothing is tied to says that the packages meant
    to come from there are asked of the public one (https://docs.npmjs.com/cli/using-npm/scope)."""
    logins: list[_Line] = []
    used = {"registry.npmjs.org"}
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip()
        if not bare or bare[0] in "#;":
            continue
        key, mark, value = (part.strip() for part in bare.partition("="))
        value = value.strip("\"'")
        column = max(line.find(value), 0) + 1
        if key == "registry" or key.endswith(":registry"):
            used.add(host(value))
            yield from _plain(number, column, value)
        elif key == "strict-ssl" and value.lower() == "false":
            yield _unverified(number, line.find(key) + 1, "strict-ssl=false")
        elif key.startswith("//") and mark:
            logins.append(_Line(number, key, value, line.find(key) + 1))
    told: set[str] = set()
    for login in logins:
        name = host(f"https:{login.key}")
        if name and name not in used and "$" not in name and name not in told:
            told.add(name)
            where = shown(name)
            message = f"there is a login for {where}, yet no scope is tied to it: its names are asked of the public one"
            yield INDEX_CONFUSION, Hit(login.number, login.column, message, subject=name)


# --- .yarnrc.yml


def _yarnrc(text: str) -> Judged:
    """Yarn asks one registry for each scope (https://yarnpkg.com/configuration/yarnrc)."""
    from yett.parse.source import ParseError
    from yett.parse.yaml import Mapping, Scalar, Sequence, compose

    try:
        root = compose(text)
    except ParseError as error:
        raise SourceError(error.reason, error.line) from error
    if not isinstance(root, Mapping):
        return
    server = root.get("npmRegistryServer")
    if isinstance(server, Scalar):
        yield from _plain(server.line, server.column, server.text)
    strict = root.get("enableStrictSsl")
    if isinstance(strict, Scalar) and strict.text.lower() == "false":
        yield _unverified(strict.line, strict.column, "enableStrictSsl: false")
    allowed = root.get("unsafeHttpWhitelist")
    for item in allowed.items if isinstance(allowed, Sequence) else ():
        if isinstance(item, Scalar):
            yield _unverified(item.line, item.column, f"unsafeHttpWhitelist {shown(item.text)}")
    scopes = root.get("npmScopes")
    for entry in scopes.entries.values() if isinstance(scopes, Mapping) else ():
        own = entry.value.get("npmRegistryServer") if isinstance(entry.value, Mapping) else None
        if isinstance(own, Scalar):
            yield from _plain(own.line, own.column, own.text)
        elif not isinstance(server, Scalar):
            name = shown(entry.key.text)
            message = f"the scope @{name} has no registry of its own: its names are asked of the public one"
            yield INDEX_CONFUSION, Hit(entry.key.line, entry.key.column, message, subject=entry.key.text)


# --- TOML: uv, Poetry, PDM, Pipenv


def _toml(text: str) -> dict[str, Any]:
    import tomllib

    from yett.parse.toml import is_too_dotted

    if is_too_dotted(text):
        raise SourceError("it has a key of hundreds of parts")
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SourceError(f"it is not TOML: {error}") from error


def _line_of(text: str, *words: str) -> tuple[int, int]:
    """The first line that holds all of the words, and the column of the last of them."""
    for number, line in enumerate(text.splitlines(), 1):
        if all(word in line for word in words):
            return number, line.find(words[-1]) + 1
    return 1, 1


def _tables(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _within(root: object, *keys: str) -> Any:
    for key in keys:
        root = root.get(key) if isinstance(root, dict) else None
    return root


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _pyproject(text: str) -> Judged:
    if "[tool." not in text and "tool" not in text:
        return
    if not any(word in text for word in ("uv", "poetry", "pdm")):
        return
    root = _toml(text)
    yield from _uv(text, _within(root, "tool", "uv"))
    yield from _poetry(text, _tables(_within(root, "tool", "poetry", "source")))
    yield from _pdm(text, _tables(_within(root, "tool", "pdm", "source")), _within(root, "tool", "pdm", "resolution"))


def _uv(text: str, table: object) -> Judged:
    """uv stays with the first index that knows a name, unless it is told to take the best of all
    (https://docs.astral.sh/uv/concepts/indexes/)."""
    named = [_text(index.get("url")) for index in _tables(_within(table, "index")) if not index.get("explicit")]
    extra = _within(table, "extra-index-url")
    more = [*map(_text, extra)] if isinstance(extra, list) else []
    for address in dict.fromkeys((_text(_within(table, "index-url")), *named, *more)):
        yield from _plain(*_line_of(text, address), address) if address else ()
    hosts = _within(table, "allow-insecure-host")
    for name in hosts if isinstance(hosts, list) else ():
        yield _unverified(*_line_of(text, _text(name)), f"allow-insecure-host {shown(_text(name))}")
    strategy = _text(_within(table, "index-strategy"))
    main = [_text(index.get("url")) for index in _tables(_within(table, "index")) if index.get("default") is True]
    for address in dict.fromkeys((*named, *more)):
        if not address:
            continue
        if strategy.startswith("unsafe-"):
            why = f"and {shown(strategy)} takes the best version of all, whoever published it"
            yield _confused(*_line_of(text, address), address, why)
        elif address not in main:
            yield _besides(*_line_of(text, address), address, "and the first of them that knows a name is taken")


def _poetry(text: str, tables: list[dict[str, Any]]) -> Judged:
    """Poetry asks its primary sources all alike, and supplemental ones where those have nothing: whoever publishes the
    name in the first is taken. Only an explicit source is tied (https://python-poetry.org/docs/repositories/)."""
    for table in tables:
        address = _text(table.get("url"))
        yield from _plain(*_line_of(text, address), address) if address else ()
    asked = [table for table in tables if _text(table.get("priority")).lower() != "explicit"]
    for table in asked[1:]:
        address = _text(table.get("url")) or _text(table.get("name"))
        if address:
            yield _confused(*_line_of(text, address), address, "and not only for the packages that are tied to it")


def _pdm(text: str, tables: list[dict[str, Any]], resolution: object) -> Judged:
    """PDM asks PyPI and every source alike, unless told to respect their order or given the packages of each
    (https://pdm-project.org/latest/usage/config/#configure-the-package-indexes)."""
    ordered = _within(resolution, "respect-source-order") is True
    for table in tables:
        address = _text(table.get("url"))
        yield from _plain(*_line_of(text, address), address) if address else ()
        if table.get("verify_ssl") is False:
            yield _unverified(*_line_of(text, "verify_ssl"), "verify_ssl = false")
        if address and not ordered and _text(table.get("name")) != "pypi" and not table.get("include_packages"):
            yield _confused(*_line_of(text, address), address, _HIGHEST)


def _uv_toml(text: str) -> Judged:
    yield from _uv(text, _toml(text))


def _pipfile(text: str) -> Judged:
    """Pipenv takes every package from the first source, unless told to search them all
    (https://pipenv.pypa.io/en/latest/indexes.html)."""
    root = _toml(text)
    tables = _tables(root.get("source"))
    for table in tables:
        address = _text(table.get("url"))
        yield from _plain(*_line_of(text, address), address) if address else ()
        if table.get("verify_ssl") is False:
            yield _unverified(*_line_of(text, "verify_ssl"), "verify_ssl = false")
    searched = _within(root, "pipenv", "install_search_all_sources") is True
    for table in tables[1:]:
        address = _text(table.get("url"))
        if address and searched:
            yield _confused(*_line_of(text, address), address, _HIGHEST)
        elif address:
            yield _besides(*_line_of(text, address), address, "by versions of Pipenv before 2022.3.23")


# --- composer.json, Gemfile, NuGet.config


def _composer(text: str) -> Judged:
    """Composer 2 stays with the first repository that knows a name, unless that is not canonical
    (https://getcomposer.org/doc/articles/repository-priorities.md)."""
    import json

    if '"repositories"' not in text and '"secure-http"' not in text and '"disable-tls"' not in text:
        return
    try:
        root = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError("it is not JSON") from error
    for key, wanted in (("secure-http", False), ("disable-tls", True)):
        if _within(root, "config", key) is wanted:
            yield _unverified(*_line_of(text, f'"{key}"'), f"{key}: {str(wanted).lower()}")
    repositories = _within(root, "repositories")
    listed = list(repositories.values()) if isinstance(repositories, dict) else repositories
    for table in _tables(listed):
        address = _text(table.get("url"))
        escaped = address if address in text else address.replace("/", "\\/")
        if address and table.get("type") in ("composer", "vcs", "git", "package"):
            yield from _plain(*_line_of(text, escaped), address)
        if address and table.get("type") == "composer" and table.get("canonical") is False:
            yield _confused(*_line_of(text, escaped), address, _HIGHEST)


def _gemfile(text: str) -> Judged:
    """Bundler searches all sources at the top level alike (https://bundler.io/man/gemfile.5.html#SOURCE-PRIORITY)."""
    tops = 0
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r"""(\s*)source\s*\(?\s*(?:["']([^"'#]+)["']|:rubygems\b)(.*)""", line)
        if match is None:
            continue
        address = match[2] or "https://rubygems.org"
        column = line.find(address) + 1 if match[2] else 1
        yield from _plain(number, column, address)
        if re.search(r"\bdo\b|\{", match[3]):
            continue  # a block: its gems are tied to it
        tops += 1
        if tops > 1:
            yield _confused(number, column, address, _HIGHEST)


def _nuget(text: str) -> Judged:
    """NuGet asks all sources alike, unless packages are mapped to them
    (https://learn.microsoft.com/nuget/consume-packages/package-source-mapping)."""
    bare = re.sub(r"<!--.*?(?:-->|\Z)", lambda match: re.sub(r"[^\n]", " ", match[0]), text, flags=re.DOTALL)
    section = re.search(r"<packageSources\b[^>]*>(.*?)</packageSources\s*>", bare, re.DOTALL)
    if section is None:
        return
    mapped = re.search(r"<packageSourceMapping\b[^>]*>.*?<packageSource\b", bare, re.DOTALL) is not None
    found = []
    for match in re.finditer(r"""<add\b[^>]*?\bvalue\s*=\s*["']([^"']*)["'][^>]*>""", section[1]):
        start = section.start(1) + match.start(1)
        line, column = bare.count("\n", 0, start) + 1, start - bare.rfind("\n", 0, start)
        yield from _plain(line, column, match[1])
        if "://" in match[1]:
            found.append((line, column, match[1]))
    if not mapped:
        for line, column, address in found[1:]:
            yield _confused(line, column, address, "and whichever has the version is taken, whoever published it")


_FILES: dict[str, _Read] = {
    "pip.conf": _pip,
    "pip.ini": _pip,
    ".npmrc": _npmrc,
    ".yarnrc.yml": _yarnrc,
    "pyproject.toml": _pyproject,
    "uv.toml": _uv_toml,
    "Pipfile": _pipfile,
    "composer.json": _composer,
    "Gemfile": _gemfile,
    "NuGet.config": _nuget,
    "NuGet.Config": _nuget,
    "nuget.config": _nuget,
}
