"""Lockfiles to a bill of materials: one component for each package and version, whichever files name it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from yett.lean import NamedTuple
from yett.model import Package
from yett.parse.lockfiles import Lock
from yett.parse.versions import normalise
from yett.sbom.purl import purl


class Place(NamedTuple):
    """Where a file names a package."""

    path: str
    line: int


class Component(NamedTuple):
    """A package in one version. `ref` is its purl. `scope` is "required", "optional", or "dev" for what only
    development needs. `hashes` pairs an algorithm ("SHA-256") with hex digits, and `address` is where its archive comes
    from, "" where no file says. `requires` holds purls, sorted."""

    ref: str
    package: Package
    scope: str
    direct: bool
    hashes: tuple[tuple[str, str], ...]
    address: str
    places: tuple[Place, ...]
    requires: tuple[str, ...]


class Bom(NamedTuple):
    """All that a project is made of. `name` and `version` are the project's, `timestamp` is "2026-01-31T12:00:00Z" or
    "". `roots` are the purls of what the project itself asks for, or of all that nothing else requires where the files
    do not say."""

    name: str
    version: str
    timestamp: str
    components: tuple[Component, ...]
    roots: tuple[str, ...]


class _Draft:
    """A component in the making."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.scopes: set[str] = set()
        self.direct = False
        self.hashes: set[tuple[str, str]] = set()
        self.addresses: set[str] = set()
        self.places: set[Place] = set()
        self.requires: set[str] = set()


def gather(files: Iterable[tuple[str, Lock]], name: str, version: str = "", timestamp: str = "") -> Bom:
    """What files at these paths amount to. The order of the files does not matter."""
    drafts: dict[str, _Draft] = {}
    roots: set[str] = set()
    for path, lock in files:
        refs = {item.key: purl(item.package) for item in lock.locked if item.key}
        wanted = {key for item in lock.locked for key in item.requires}
        through = {item.key: item.requires for item in lock.skipped if item.key}
        told = any(item.direct for item in lock.locked)
        for item in lock.locked:
            ref = purl(item.package)
            draft = drafts.setdefault(ref, _Draft(item.package))
            draft.package = min(draft.package, item.package)
            draft.scopes.add("dev" if item.dev else "optional" if item.optional else "required")
            draft.direct = draft.direct or bool(item.direct)
            draft.hashes.update(digests(item.integrity))
            if item.resolved.startswith(("https://", "http://", "git+")):
                draft.addresses.add(item.resolved)
            draft.places.add(Place(path, item.line))
            draft.requires.update(refs[key] for key in _reached(item.requires, through) if key in refs)
            if item.direct or (not told and item.key not in wanted):
                roots.add(ref)
    components = tuple(
        Component(
            ref=ref,
            package=draft.package,
            scope=next(scope for scope in ("required", "optional", "dev") if scope in draft.scopes),
            direct=draft.direct,
            hashes=tuple(sorted(draft.hashes)),
            address=min(draft.addresses, default=""),
            places=tuple(sorted(draft.places)),
            requires=tuple(sorted(draft.requires - {ref})),
        )
        for ref, draft in sorted(drafts.items())
    )
    return Bom(name, version, timestamp, components, tuple(sorted(roots)))


def _reached(keys: Iterable[str], through: dict[str, tuple[str, ...]]) -> Iterable[str]:
    """Keys, with parts of the project replaced by what those require."""
    waiting = list(keys)
    seen: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        yield key
        waiting.extend(through.get(key, ()))


_LENGTHS = {
    "md5": ("MD5", 32),
    "sha1": ("SHA-1", 40),
    "sha256": ("SHA-256", 64),
    "sha384": ("SHA-384", 96),
    "sha512": ("SHA-512", 128),
}
_BARE = {32: "MD5", 40: "SHA-1", 64: "SHA-256", 96: "SHA-384", 128: "SHA-512"}


def digests(integrity: str) -> tuple[tuple[str, str], ...]:
    """The hashes in the ways lockfiles write them, as (algorithm, hex digits): "sha512-" and Base64 (Subresource
    Integrity, W3C), "sha256:" and hex, or hex alone. What is none of these is left out."""
    found: dict[tuple[str, str], None] = {}
    for word in integrity.split()[:20]:
        algorithm, _, value = word.replace("=", ":", 1).partition(":") if ":" in word else word.partition("-")
        known = _LENGTHS.get(algorithm.lower().replace("-", ""))
        if known:
            digits = value.lower() if _is_hex(value, known[1]) else _unpacked(value, known[1])
            if digits:
                found[known[0], digits] = None
        elif _is_hex(word, len(word)) and len(word) in _BARE:
            found[_BARE[len(word)], word.lower()] = None
    return tuple(found)


def _is_hex(text: str, length: int) -> bool:
    return len(text) == length > 0 and all(char in "0123456789abcdefABCDEF" for char in text)


def _unpacked(text: str, length: int) -> str:
    import binascii

    try:
        data = binascii.a2b_base64(text.partition("?")[0])
    except (binascii.Error, ValueError):
        return ""
    return data.hex() if len(data) * 2 == length else ""


def canonical(package: Package) -> Package:
    """A package under the spelling by which it is the same package."""
    return package._replace(name=normalise(package.ecosystem, package.name))


def clean(text: str) -> str:
    """Untrusted text for a document: control and format characters, and what is no Unicode, written visibly."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def identifier(content: str) -> str:
    """A UUID made of a content, so that the same content has the same one (RFC 9562, version 8)."""
    import hashlib

    digits = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"
