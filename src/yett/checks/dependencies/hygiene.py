"""What a lockfile says of itself that no advisory knows: where packages come from, what holds them in place. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from yett.checks.dependencies.words import counted, host, is_plain, listed, shown, without_user
from yett.lean import TYPE_CHECKING
from yett.model import Blob, Finding, Hit, Rule, Severity, finding
from yett.rules.dependencies import (
    EMPTY,
    FOREIGN_HOST,
    INDEX_CONFUSION,
    INSECURE_INDEX,
    INSTALL_SCRIPT,
    MISSING_HASH,
    SOURCE_ONLY,
    UNPINNED_SOURCE,
    YANKED,
)

if TYPE_CHECKING:
    from yett.parse.lockfiles import Index, Lock, Locked

_ONE = {
    "registry.yarnpkg.com": "registry.npmjs.org",
    "files.pythonhosted.org": "pypi.org",
    "pypi.python.org": "pypi.org",
    "static.crates.io": "crates.io",
    "index.crates.io": "crates.io",
    "codeload.github.com": "github.com",
    "api.github.com": "github.com",
    "gitlab.com": "gitlab.com",
}
"""Hosts that serve the same packages under another name."""


_ASKING = ("pyproject.toml", "setup.cfg", "go.mod", "pom.xml")
"""What may well ask for nothing: it describes the project, too."""


def said_of_itself(blob: Blob, lock: Lock) -> Iterator[Finding]:
    """Findings about the file as such."""
    for index in lock.indexes:
        yield from origin(blob, index)
    if not (lock.locked or lock.skipped or lock.indexes) and not blob.path.endswith(_ASKING):
        message = "the file names no package, so there was nothing to audit"
        yield finding(EMPTY, blob, Hit(1, 1, message, subject="empty"))
    yield from _unhashed(blob, lock)
    yield from _plain(blob, lock)
    yield from _foreign(blob, lock)
    for item in lock.locked:
        if item.install_script:
            yield _about(INSTALL_SCRIPT, blob, item, "runs a script of its own while it is installed")
        if item.sdist_only:
            yield _about(
                SOURCE_ONLY, blob, item, "is there as source only, so its build runs code while it is installed"
            )
        if item.yanked:
            why = "" if item.yanked in ("yes", "true") else f": {shown(item.yanked, 200)}"
            gave_up = "is given up" if item.package.ecosystem == "Packagist" else "was taken back"
            yield _about(YANKED, blob, item, f"{gave_up} by its makers{why}")
        if _floats(item.resolved):
            yield _about(UNPINNED_SOURCE, blob, item, f"comes from {_place(item.resolved)}, at no fixed commit")
    yield from _loose(blob, lock)


def _about(rule: Rule, blob: Blob, item: Locked, text: str) -> Finding:
    package = item.package
    message = f"{shown(f'{package.name} {package.version}')} {text}"
    subject = f"{package.ecosystem} {package.name}"
    hit = Hit(item.line, item.column, message, end_column=item.end_column, subject=subject)
    return finding(rule, blob, hit)._replace(package=package, traits=("dev",) if item.dev else ())


def origin(blob: Blob, index: Index) -> Iterator[Finding]:
    """What is wrong with an option that says where packages come from."""
    address = shown(index.address)
    place = (index.line, index.column)
    if index.option == "--trusted-host":
        message = f"--trusted-host takes packages from {address} whoever answers in its name"
        yield finding(INSECURE_INDEX, blob, Hit(*place, message, 0, index.end_column, subject=index.address))
    elif is_plain(index.address):
        message = f"packages come from {address} without encryption"
        yield finding(INSECURE_INDEX, blob, Hit(*place, message, 0, index.end_column, subject=index.address))
    if index.option == "--extra-index-url":
        message = f"{address} is asked besides the main index, and the higher version wins, whoever published it"
        yield finding(INDEX_CONFUSION, blob, Hit(*place, message, 0, index.end_column, subject=index.address))


def _unhashed(blob: Blob, lock: Lock) -> Iterator[Finding]:
    """Packages without a hash, where others have one; and files of npm where none has."""
    hashed = [item for item in lock.locked if item.integrity] or with_hash(blob.data, lock)
    known = set(hashed)
    without = [item for item in lock.locked if not item.integrity and _is_hashable(item) and item not in known]
    if not without:
        return
    if hashed:
        for item in without:
            yield _about(MISSING_HASH, blob, item, "has no hash, and others here have one")
    elif without[0].package.ecosystem == "npm" and blob.path.endswith(".json"):
        first = without[0]
        message = f"none of the {counted(len(without), 'package')} here has a hash, so nothing proves what is installed"
        yield finding(MISSING_HASH, blob, Hit(first.line, first.column, message, subject="all"))


def with_hash(data: bytes, lock: Lock) -> list[Locked]:
    """The pins of a requirements file that stand with a hash, on their line or on those it goes on in."""
    if b"--hash" not in data:
        return []
    lines = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = []
    for item in lock.locked:
        number = item.line - 1
        while 0 <= number < len(lines):
            if "--hash" in lines[number].partition(" #")[0]:
                found.append(item)
                break
            if not lines[number].endswith("\\"):
                break
            number += 1
    return found


def _is_hashable(item: Locked) -> bool:
    """Whether a hash is to be expected. Composer has none for what a code host packs, and no format for a commit; what
    another npm package brings along has neither address nor hash."""
    if item.package.ecosystem == "Packagist" or _is_repository(item.resolved):
        return False
    return item.package.ecosystem == "PyPI" or bool(item.resolved or item.registry)


def _plain(blob: Blob, lock: Lock) -> Iterator[Finding]:
    """Archives that are fetched without encryption, one finding for each host."""
    found: dict[str, list[Locked]] = {}
    for item in lock.locked:
        for address in dict.fromkeys((item.resolved, item.registry)):
            if address.startswith(("http:", "ftp:", "git:", "git+http:")) and is_plain(address):
                found.setdefault(host(address), []).append(item)
                break
    for name, items in found.items():
        first = items[0]
        names = [item.package.name for item in items]
        come = "comes" if len(items) == 1 else "come"
        message = f"{listed(names)} {come} from {shown(name)} without encryption"
        guarded = all(item.integrity for item in items)  # a hash notices what was put in on the way
        hit = Hit(
            first.line,
            first.column,
            message,
            end_column=first.end_column,
            subject=name,
            severity=Severity.LOW if guarded else None,
        )
        yield finding(INSECURE_INDEX, blob, hit)


def _foreign(blob: Blob, lock: Lock) -> Iterator[Finding]:
    """Packages that come from elsewhere than nearly all others, one finding for each place.

    A scope of npm has a registry of its own by design, and so has an index that uv or Poetry ties to a package
    (`registry`): those are left alone where all of the scope come from there.
    """
    hosts: dict[str, list[Locked]] = {}
    scopes: dict[str, set[str]] = {}
    total = 0
    for item in lock.locked:
        address = item.resolved or item.registry
        if not address or _is_repository(address):
            continue
        name = host(address)
        if not name:
            continue
        name = _ONE.get(name, name)
        total += 1
        hosts.setdefault(name, []).append(item)
        scope, mark, _ = item.package.name.partition("/")
        if mark and scope.startswith("@"):
            scopes.setdefault(scope, set()).add(name)
    if len(hosts) < 2:
        return
    main = max(hosts, key=lambda name: (len(hosts[name]), name))
    if len(hosts[main]) * 2 <= total:
        return
    for name, items in sorted(hosts.items()):
        odd = [item for item in items if name != main and not _tied(item, scopes)]
        if not odd:
            continue
        first = odd[0]
        names = sorted({item.package.name for item in odd})
        others = counted(len(hosts[main]), "other")
        come = "comes" if len(names) == 1 else "come"
        message = f"{listed(names)} {come} from {shown(name)}, unlike the {others} from {shown(main)}"
        subject = f"{name} {' '.join(names)}"
        hit = Hit(first.line, first.column, message, end_column=first.end_column, subject=subject)
        yield finding(FOREIGN_HOST, blob, hit)._replace(package=first.package)


def _tied(item: Locked, scopes: dict[str, set[str]]) -> bool:
    scope, mark, _ = item.package.name.partition("/")
    return bool(mark) and len(scopes.get(scope, ())) == 1


def _loose(blob: Blob, lock: Lock) -> Iterator[Finding]:
    """Requirements that name a repository without a commit. What was skipped keeps no address: the line has it."""
    if not any(mark in blob.data for mark in (b"git+", b"hg+", b"svn+", b"bzr+")):
        return
    lines = blob.data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number in sorted({item.line for item in lock.skipped if item.gap}):
        line = lines[number - 1] if 0 < number <= len(lines) else ""
        start = min((at for mark in ("git+", "hg+", "svn+", "bzr+") if (at := line.find(mark)) >= 0), default=-1)
        if start < 0:
            continue
        address = line[start:].split()[0].strip("\"',;")
        if _floats(address):
            message = f"{_place(address)} is asked for at no fixed commit: what is installed may change at any time"
            hit = Hit(number, start + 1, message, end_column=start + 1 + len(address), subject=without_user(address))
            yield finding(UNPINNED_SOURCE, blob, hit)


def _is_repository(address: str) -> bool:
    return address.lower().startswith(
        ("git+", "git:", "git@", "hg+", "svn+", "bzr+", "github:", "gitlab:", "bitbucket:")
    )


def _floats(address: str) -> bool:
    """Whether an address is that of a repository, at no commit: a tag or branch can be moved."""
    if not address or not _is_repository(address):
        return False
    place, _, mark = address.partition("#")
    path = place.partition("://")[2].partition("/")[2]
    candidates = [path.rpartition("@")[2], mark.rpartition("=")[2], mark.partition("&")[0], mark]
    candidates += [part.rpartition("=")[2] for part in place.partition("?")[2].split("&")]
    return not any(_is_commit(text) for text in candidates)


def _is_commit(text: str) -> bool:
    return 7 <= len(text) <= 64 and all(char in "0123456789abcdef" for char in text.lower())


def _place(address: str) -> str:
    return shown(without_user(address.partition("#")[0]))
