"""Kinds of files that a gate is expected to read and that this one does not read yet: they are named in every report,
so that "nothing found" is not taken for "nothing there"."""

from __future__ import annotations

_NAMES = {
    "cloudbuild.yaml": "Cloud Build configuration",
    "jenkinsfile": "Jenkins pipeline",
}
_EXTENSIONS = {
    ".bicep": "Bicep configuration",
}
_LOCKFILES = ("conda-lock.yml", "package.resolved", "paket.lock", "pubspec.lock", "rebar.lock", "stack.yaml.lock")


def kind(path: str) -> str:
    """What a file is, by its path, where no check reads its kind; "" for every other file."""
    name = path.rpartition("/")[2].lower()
    if name in _LOCKFILES:
        return "lockfile of a format that is not read yet"
    found = _NAMES.get(name) or _EXTENSIONS.get(name[name.rfind(".") :] if "." in name else "")
    return f"{found}, a kind that is not read yet" if found else ""
