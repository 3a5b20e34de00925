"""Gemfile.lock and gems.locked (https://bundler.io/man/bundle-lock.1.html).

Sections start in the first column, sources have two spaces, gems four, and what a gem asks for six.
"""

from __future__ import annotations

import re

from yett.parse.lockfiles.lines import Entries, Place, without_user
from yett.parse.lockfiles.lock import Index, Lock, LockError, Runtime, Skipped

_SOURCES = ("GEM", "GIT", "PATH", "PLUGIN SOURCE")
_SECTIONS = (*_SOURCES, "PLATFORMS", "DEPENDENCIES", "CHECKSUMS", "RUBY VERSION", "BUNDLED WITH")
_GEM = re.compile(r"( {2}| {4}| {6})([^ (!][^ (!]*)(?: \(([^)-]*)(?:-([^)]*))?\))?(!)?")
_OPTION = re.compile(r"  ([a-z_]+): *(.*)")


def parse(text: str) -> Lock:
    """What the file says. Groups, and so what is for development only, are in the Gemfile alone. Raises LockError."""
    found = Entries("RubyGems")
    indexes: list[Index] = []
    runtimes: list[Runtime] = []
    asked: set[str] = set()
    sums: dict[str, str] = {}
    requires: dict[str, list[str]] = {}
    section = remote = revision = gem = ""
    seen = several = False
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip()
        if not line:
            continue
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
            raise LockError("has unresolved merge conflicts", number)
        if line[0] != " ":
            section, remote, revision, several = line, "", "", False
            seen = seen or section in _SECTIONS
            continue
        if section in _SOURCES:
            if option := _OPTION.fullmatch(line):
                if option[1] == "remote":
                    several = bool(remote)  # which of them a gem comes from is not said
                    remote = without_user(option[2])
                    if section == "GEM":
                        indexes.append(Index(number, 3, 9, "remote", remote))
                elif option[1] == "revision":
                    revision = option[2]
                continue
            match = _GEM.fullmatch(line)
            if match is None:
                found.skipped.append(Skipped(number, line.strip()[:200], "is no gem", understood=False))
            elif len(match[1]) == 6:
                requires.setdefault(gem, []).append(match[2])
            elif len(match[1]) == 4:
                gem = match[2]
                requires.setdefault(gem, [])
                place = Place(number, 5, 5 + len(gem))
                if section == "PATH":
                    if remote.startswith(("/", "~", "..")):
                        found.skip(place, gem, "is a folder outside the project", named=True, key=gem)
                    else:
                        found.own(place, gem, gem)
                    continue
                address = f"{remote}#{revision}" if section == "GIT" else ""
                central = remote.rstrip("/").endswith("://rubygems.org")
                registry = "" if section == "GIT" or central or several else remote
                found.add(gem, match[3], place, key=gem, resolved=address, registry=registry, direct=False)
        elif section == "DEPENDENCIES":
            if match := _GEM.fullmatch(line):
                asked.add(match[2])
            else:
                found.skipped.append(Skipped(number, line.strip()[:200], "is no gem", understood=False))
        elif section == "CHECKSUMS":
            parts = line.split()
            if len(parts) > 2:
                sums.setdefault(f"{parts[0]} {parts[1].strip('()').partition('-')[0]}", parts[2])
        elif section == "RUBY VERSION" and (ruby := re.match(r" +ruby ([0-9.]+)", line)):
            runtimes.append(Runtime(number, "ruby", ruby[1]))
    if text.strip() and not seen:
        raise LockError("is not a Gemfile.lock: it has none of its sections")
    locked = tuple(
        item._replace(
            direct=item.key in asked,
            requires=tuple(dict.fromkeys(requires.pop(item.key, ()))),  # once, for all platforms
            integrity=sums.get(f"{item.package.name} {item.package.version}", ""),
        )
        for item in found.locked
    )
    skipped = tuple(item._replace(requires=tuple(requires.pop(item.key, ()))) for item in found.skipped)
    return Lock(locked, skipped, tuple(indexes), ecosystem="RubyGems", runtimes=tuple(runtimes))
