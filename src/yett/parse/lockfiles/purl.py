"""Package URLs (https://github.com/package-url/purl-spec), as far as advisories are published for their types."""

from __future__ import annotations

from yett.model import Package

_ECOSYSTEMS = {
    "pypi": "PyPI",
    "npm": "npm",
    "maven": "Maven",
    "gem": "RubyGems",
    "golang": "Go",
    "cargo": "crates.io",
    "nuget": "NuGet",
    "composer": "Packagist",
    "hex": "Hex",
    "pub": "Pub",
}


def package(purl: str) -> Package | str:
    """The package, whose version may be "", or why it is none that can be audited."""
    scheme, _, rest = purl.strip().partition(":")
    if scheme.lower() != "pkg" or "/" not in rest:
        return "is no package URL"
    rest = rest.lstrip("/").partition("#")[0].partition("?")[0]
    kind, _, path = rest.partition("/")
    kind = kind.lower()
    path = path.strip("/")
    at = path.rfind("@")
    if at > path.rfind("/") and at > 0:
        path, version = path[:at], _decoded(path[at + 1 :])
    else:
        version = ""
    parts = [_decoded(part) for part in path.split("/") if part]
    if not parts:
        return "is no package URL"
    ecosystem = _ECOSYSTEMS.get(kind)
    if ecosystem is None:
        return f"is of the type {kind[:40]}, for which there are no advisories here"
    if kind == "maven":
        return Package(ecosystem, ":".join((".".join(parts[:-1]), parts[-1])) if len(parts) > 1 else parts[0], version)
    if kind in ("pypi", "gem", "cargo", "nuget", "hex", "pub") and len(parts) > 1:
        parts = parts[-1:]
    return Package(ecosystem, "/".join(parts), version)


def _decoded(text: str) -> str:
    """Percent-encoding undone, as UTF-8."""
    if "%" not in text:
        return text
    found = bytearray()
    data = text.encode("utf-8", "surrogatepass")
    place = 0
    while place < len(data):
        code = data[place + 1 : place + 3]
        if data[place] == 0x25 and len(code) == 2 and all(digit in b"0123456789abcdefABCDEF" for digit in code):
            found.append(int(code, 16))
            place += 3
        else:
            found.append(data[place])
            place += 1
    return found.decode("utf-8", "replace")
