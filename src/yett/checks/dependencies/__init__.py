"""The dependency audit: what a lockfile pins, held against the local advisory database; where packages come from; and
whether what the project runs on is still supported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from yett.checks import Check, Found
from yett.lean import TYPE_CHECKING, NamedTuple
from yett.model import Blob, Finding, Gap, GapKind, Unexamined
from yett.parse.lockfiles import is_lockfile, is_manifest
from yett.parse.tree import Tree

if TYPE_CHECKING:
    from yett.advisories.lookup import Advisories, Cycle, Unusable
    from yett.parse.lockfiles import Lock, Skipped

ENGINE = "dependencies/3"
"""Changes whenever the same file and the same advisories may give another result."""

NAME = "dependencies"
_DAY = 86_400.0
_LARGEST = 1 << 20
"""Bytes of a configuration file; a larger one is not written by anybody."""

_Open = Callable[[], "Advisories | Unusable"]


class Options(NamedTuple):
    """What a policy may say of the audit itself.

    `allow_unaudited` holds globs of the team's own packages: that nobody can look those up is no gap.
    """

    allow_unaudited: tuple[str, ...] = ()


_PLAIN = Options()


def load(database: str, max_age_days: float, now: float, options: Options = _PLAIN) -> Check:
    """The check against the advisory database at `database`, which is opened when the first file needs it.

    `now` is in seconds since 1970; a database older than `max_age_days` is used, and said to be too old. The digest
    names the engine and the options: that of the advisories is `snapshot(database)`.
    """
    opened = _opener(database)

    def inspect(blob: Blob) -> Found:
        return _inspect(blob, opened, max_age_days, now, options)

    def among(blob: Blob, tree: Tree) -> Found:
        yield from inspect(blob)
        yield from _disagreement(blob, tree)

    return Check(NAME, " ".join((ENGINE, *options.allow_unaudited)), wants, inspect, among=among, near=_near)


def snapshot(database: str) -> str:
    """The digest of the advisory database's content, or "" where there is none to read."""
    from yett.advisories.lookup import snapshot as digest_of

    return digest_of(database)


def wants(path: str) -> bool:
    """Whether a file has anything to do with dependencies, by its path: asked for every file, so it decides quickly."""
    return is_lockfile(path) or _is_configuration(path)


def _near(changed: Iterable[str], tree: Tree, thorough: bool) -> Iterator[str]:
    """The manifests beside lockfiles that changed."""
    del thorough
    from yett.checks.dependencies.agreement import manifests_of

    wanted = {manifest for path in changed if is_lockfile(path) for manifest in manifests_of(path)}
    if wanted:
        yield from wanted.intersection(tree.paths)


def _disagreement(blob: Blob, tree: Tree) -> Iterator[Finding]:
    """What a manifest asks for and the lockfile beside it does not have."""
    if blob.path.rpartition("/")[2] not in _MANIFESTS or len(blob.data) > _LARGEST:
        return
    from yett.checks.dependencies.agreement import stale
    from yett.model import finding
    from yett.parse.source import ParseError, decode
    from yett.rules.dependencies import STALE_LOCK

    try:
        text = decode(blob.data)
    except ParseError:
        return  # said elsewhere
    yield from (finding(STALE_LOCK, blob, hit) for hit in stale(blob.path, text, tree))


_MANIFESTS = ("pyproject.toml", "Pipfile", "package.json", "composer.json", "Cargo.toml", "go.mod", "Gemfile")
"""Those that `agreement` compares, kept here so that it is imported only for one of them."""


def _is_configuration(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name in _NAMES or name.lower().endswith(_ENDINGS) or "ockerfile" in name or "ontainerfile" in name


_NAMES = frozenset(
    (
        *("pyproject.toml", "setup.cfg", "Pipfile", "uv.toml", "pip.conf", "pip.ini", ".python-version", "runtime.txt"),
        *("package.json", ".npmrc", ".yarnrc.yml", ".nvmrc", ".node-version", "composer.json", ".php-version"),
        *("Gemfile", "Cargo.toml", ".ruby-version", "go.mod", ".go-version", "rust-toolchain", "rust-toolchain.toml"),
        *(".tool-versions", "global.json", "NuGet.config", "NuGet.Config", "nuget.config", "Directory.Build.props"),
    )
)
"""What `sources` and `runtimes` read, kept here so that they are imported only for a file of theirs."""

_ENDINGS = (".csproj", ".fsproj", ".vbproj", ".dockerfile", ".containerfile")


def _opener(database: str) -> _Open:
    """Opens the database once for each process and thread: SQLite's connections are not to be carried over a fork."""
    opened: dict[tuple[int, int], Advisories | Unusable] = {}

    def open_() -> Advisories | Unusable:
        import os
        from _thread import get_ident

        place = (os.getpid(), get_ident())
        if place not in opened:
            from yett.advisories.lookup import advisories

            opened[place] = advisories(database)
        return opened[place]

    return open_


def _inspect(blob: Blob, opened: _Open, max_age_days: float, now: float, options: Options) -> Found:
    locks = is_lockfile(blob.path)
    manifest = is_manifest(blob.path)
    if locks or manifest:
        yield from _locked(blob, manifest, opened, max_age_days, now, options)
    if not _is_configuration(blob.path):
        return
    if len(blob.data) <= _LARGEST:
        yield from _configured(blob, opened, now, locks or manifest)
    elif not locks and not manifest:
        yield Gap(blob.path, NAME, f"the file is larger than {_LARGEST >> 20} MiB, so it was not read", "limit")


def _locked(blob: Blob, manifest: bool, opened: _Open, max_age_days: float, now: float, options: Options) -> Found:
    """Findings and gaps for the packages a file names. A manifest only says what is asked for: a lockfile beside it
    says what is installed, so that only its exact pins and names that are bad in every version count."""
    from yett.checks.dependencies.hygiene import said_of_itself
    from yett.parse.lockfiles import read

    lock = read(blob.path, blob.data)
    if lock.error:
        kind: GapKind = "limit" if lock.error.startswith("is larger") else "unparsable"
        yield Gap(blob.path, NAME, f"the file {lock.error}, so nothing in it was audited", kind, lock.line)
        return
    yield from said_of_itself(blob, lock._replace(indexes=()) if manifest else lock)  # `sources` judges those
    for item in lock.skipped:
        if item.gap and not manifest and not _is_own(item, options):
            yield _unresolved(blob, item)
    if lock.locked or any(item.package.name for item in lock.skipped):
        yield from _audited(blob, lock, manifest, opened(), max_age_days, now, options)


def _is_own(item: Skipped, options: Options) -> bool:
    if not options.allow_unaudited or not item.package.name:
        return False
    from yett.checks.dependencies.audit import is_allowed

    return is_allowed(item.package.name, options.allow_unaudited)


def _unresolved(blob: Blob, item: Skipped) -> Gap:
    from yett.checks.dependencies.words import shown

    what = shown(item.what)
    if not item.understood:
        return Gap(blob.path, NAME, f"{what} {item.reason}, so it was not audited", "unparsable", item.line)
    if item.package.name:
        way = "pin it or lock the file" if blob.path.lower().endswith(".txt") else "lock it again"
        reason = f"{what} {item.reason}, so it was not audited: {way}"
    else:
        reason = f"{what} {item.reason}, so it was not audited"
    return Gap(blob.path, NAME, reason, "unresolved", item.line)


def _audited(
    blob: Blob,
    lock: Lock,
    manifest: bool,
    advisories: Advisories | Unusable,
    max_age_days: float,
    now: float,
    options: Options,
) -> Found:
    from yett.advisories.lookup import Unusable
    from yett.checks.dependencies.audit import audited

    if isinstance(advisories, Unusable):
        if lock.locked or not manifest:
            yield Gap(blob.path, NAME, advisories.reason, "advisories")
        return
    if stale := _stale(advisories, max_age_days, now):
        yield Gap(blob.path, NAME, stale, "advisories")
    yield from audited(blob, lock, advisories, options.allow_unaudited)
    yield from _unasked(blob, advisories, ("kev", "epss", "popular"))
    yield from _lookalikes(blob, lock, advisories, options)


_SIDES = {
    "kev": "whether a hole is exploited: the advisory database was built without CISA's catalogue",
    "epss": "how likely a hole is to be exploited: the advisory database was built without EPSS scores",
    "popular": "lookalike names: the advisory database was built without the lists of popular packages",
    "eol": "whether runtimes are still supported: the advisory database was built without their ends of life",
}


def _unasked(blob: Blob, advisories: Advisories, sides: Iterable[str]) -> Iterator[Unexamined]:
    """What the database was built without, and what is therefore not known."""
    yield from (Unexamined(blob.path, _SIDES[side]) for side in sides if side not in advisories.sides)


def _stale(advisories: Advisories, max_age_days: float, now: float) -> str:
    """Why the database is of the wrong time, or ""."""
    if now - _DAY * max_age_days <= advisories.built_at <= now + _DAY:
        return ""
    import time

    built = time.strftime("%Y-%m-%d", time.gmtime(min(max(advisories.built_at, 0.0), 253402300799.0)))
    wrong = "later than today" if advisories.built_at > now else f"more than {max_age_days:g} days ago"
    return f"the advisory database {advisories.path} was built on {built}, {wrong}: run `yett advisories update`"


def _lookalikes(blob: Blob, lock: Lock, advisories: Advisories, options: Options) -> Iterator[Finding]:
    """Names that look like a popular one. What the base version has is not new: the gate takes it out again."""
    if "popular" not in advisories.sides:
        return
    from yett.advisories.lookup import Unusable
    from yett.checks.dependencies.audit import is_allowed
    from yett.checks.dependencies.lookalikes import Popular
    from yett.checks.dependencies.words import shown
    from yett.model import Hit, finding
    from yett.parse.versions import normalise
    from yett.rules.dependencies import LOOKALIKE_NAME

    lists: dict[str, Popular | None] = {}
    seen: set[tuple[str, str]] = set()
    named = [(item.package, item.line, item.column, item.end_column) for item in lock.locked]
    named += [(item.package, item.line, 1, 0) for item in lock.skipped if item.gap and item.package.name]
    for package, line, column, end_column in named:
        ecosystem = package.ecosystem
        name = normalise(ecosystem, package.name)
        if (ecosystem, name) in seen:
            continue
        seen.add((ecosystem, name))
        if ecosystem not in lists:
            ranks = advisories.popular(ecosystem)
            lists[ecosystem] = None if isinstance(ranks, Unusable) or not ranks else Popular(ranks)
        popular = lists[ecosystem]
        other = popular.near(name) if popular else ""
        if other and not is_allowed(package.name, options.allow_unaudited):
            message = f"{shown(package.name)} is nearly the name of {shown(other)}, one of the most downloaded packages"
            hit = Hit(line, column, message, end_column=end_column, subject=f"{ecosystem} {name}")
            yield finding(LOOKALIKE_NAME, blob, hit)._replace(package=package)


def _configured(blob: Blob, opened: _Open, now: float, told: bool) -> Found:
    """Findings about where packages come from and what the project runs on. `told`: that the file cannot be read was
    said already, if so."""
    from yett.checks.dependencies import runtimes, sources

    asked, states = sources.wants(blob.path), runtimes.wants(blob.path)
    if not asked and not states:
        return
    from yett.model import Action, Severity, finding
    from yett.parse.source import ParseError, decode

    try:
        text = decode(blob.data)
    except ParseError as error:
        if asked and not told:
            yield Gap(blob.path, NAME, f"{error.reason}, so it was not read", "unparsable", error.line)
        return
    if asked:
        try:
            for rule, hit in sources.sources(blob.path, text):
                found = finding(rule, blob, hit)
                yield found._replace(level=Action.INFO) if hit.severity is Severity.INFO else found
        except sources.SourceError as error:
            if not told:
                yield Gap(
                    blob.path,
                    NAME,
                    f"{error.reason}, so where packages come from is not known",
                    "unparsable",
                    error.line,
                )
    if states and (stated := runtimes.runtimes(blob.path, text)):
        yield from _lifetimes(blob, stated, opened(), now)


def _lifetimes(
    blob: Blob, found: tuple[_Runtime, ...], advisories: Advisories | Unusable, now: float
) -> Iterator[Finding | Unexamined]:
    from yett.advisories.lookup import Unusable

    if isinstance(advisories, Unusable):
        yield Unexamined(blob.path, f"whether runtimes are still supported: {advisories.reason}")
        return
    yield from _unasked(blob, advisories, ("eol",))
    if "eol" not in advisories.sides:
        return
    import time

    from yett.checks.dependencies.lifetimes import ended

    def cycles(product: str) -> tuple[Cycle, ...]:
        got = advisories.eol(product)
        return () if isinstance(got, Unusable) else got

    yield from ended(blob, found, cycles, time.strftime("%Y-%m-%d", time.gmtime(now)))


if TYPE_CHECKING:
    from yett.checks.dependencies.runtimes import Runtime as _Runtime
