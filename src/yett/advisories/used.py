"""Which ecosystems a repository uses, by the names of its files alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAMES = {
    "PyPI": r"(?:.*requirements.*|constraints.*)\.(?:txt|in)|uv\.lock|poetry\.lock|pdm\.lock|pipfile(?:\.lock)?"
    r"|pylock(?:\.[^.]+)?\.toml|pyproject\.toml|setup\.(?:cfg|py)|environment\.ya?ml",
    "npm": r"package(?:-lock)?\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?",
    "Packagist": r"composer\.(?:json|lock)",
    "RubyGems": r"gemfile(?:\.lock)?|gems\.(?:rb|locked)|.*\.gemspec",
    "Go": r"go\.(?:mod|sum|work)",
    "crates.io": r"cargo\.(?:toml|lock)",
    "Maven": r"pom\.xml|gradle\.lockfile|.*\.gradle(?:\.kts)?",
    "NuGet": r"packages\.lock\.json|packages\.config|.*\.(?:cs|fs|vb)proj",
    "Hex": r"mix\.(?:exs|lock)",
}
"""Lockfiles, and the manifests that come with them: whoever has the one will soon have the other."""

_ANY = r"bom\.json|.*\.(?:cdx|spdx)\.json|bom\.xml|.*\.cdx\.xml"
"""Bills of materials may name packages of every ecosystem."""


def used(paths: Iterable[str]) -> tuple[str, ...]:
    """OSV's names of the ecosystems that files of these names belong to, sorted."""
    patterns = {ecosystem: re.compile(pattern, re.IGNORECASE) for ecosystem, pattern in _NAMES.items()}
    anything = re.compile(_ANY, re.IGNORECASE)
    names = {path.rpartition("/")[2] for path in paths}
    found: set[str] = set()
    for name in names:
        if anything.fullmatch(name):
            return tuple(sorted(_NAMES))
        found.update(ecosystem for ecosystem, pattern in patterns.items() if pattern.fullmatch(name))
    return tuple(sorted(found))
