"""Packages as package URLs (https://github.com/package-url/purl-spec). Pure."""

from __future__ import annotations

from yett.model import Package

TYPES = {
    "PyPI": "pypi",
    "npm": "npm",
    "Maven": "maven",
    "RubyGems": "gem",
    "Packagist": "composer",
    "Go": "golang",
    "crates.io": "cargo",
    "NuGet": "nuget",
    "Hex": "hex",
    "Pub": "pub",
    "Hackage": "hackage",
    "CRAN": "cran",
    "GitHub Actions": "githubactions",
    "SwiftURL": "swift",
    "ConanCenter": "conan",
    "conda": "conda",
    "Conda": "conda",
}
"""OSV's ecosystems and the types of purl."""

_LOWER = ("pypi", "npm", "composer", "hex")
_KEPT = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_~:")


def purl(package: Package) -> str:
    """The purl of a package; of type `generic` where its ecosystem has none."""
    kind = TYPES.get(package.ecosystem, "generic")
    name = package.name.lower() if kind in _LOWER else package.name
    if kind == "pypi":
        name = name.replace("_", "-")
    elif kind == "maven":
        name = name.replace(":", "/", 1)
    elif kind == "hackage":
        name = name.replace("_", "-")
    path = "/".join(_quoted(part) for part in name.strip("/").split("/") if part.strip())
    version = f"@{_quoted(package.version)}" if package.version else ""
    return f"pkg:{kind}/{path}{version}"


def _quoted(text: str) -> str:
    if _KEPT.issuperset(text):
        return text
    data = text.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if chr(byte) in _KEPT else f"%{byte:02X}" for byte in data)
