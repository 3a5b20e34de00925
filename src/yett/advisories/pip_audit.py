"""pip-audit as a second opinion: its command, asking our stand-in for OSV, next to what yett says of the same versions.

On request it resolves requirements that are not pinned. pip then builds packages, which runs their code: that is for
requirements of one's own, and never for those of a stranger's pull request.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from yett.advisories.lookup import Advisories, Unusable
from yett.advisories.match import audit
from yett.advisories.serve import HOST, address, server
from yett.errors import YettError
from yett.lean import Any, NamedTuple
from yett.parse.versions import normalise

LONGEST = 900.0
"""Seconds that pip-audit may take; resolving a large file takes minutes."""

_STEERING = ("PIP_", "PYTHON", "VIRTUAL_ENV", "UV_")
"""Beginnings of variables that would have pip-audit or pip do something else than they are told to."""


class Seen(NamedTuple):
    """What either says of a version: ids and aliases. `unclear` are ids of which yett cannot say whether they concern
    it; the stand-in gives them out, so that pip-audit counts them."""

    name: str
    version: str
    pip_audit: tuple[str, ...]
    yett: tuple[str, ...]
    unclear: tuple[str, ...] = ()

    @property
    def agree(self) -> bool:
        return set(self.yett) <= set(self.pip_audit) <= {*self.yett, *self.unclear}


class Compared(NamedTuple):
    """`skipped` holds what pip-audit left out, and why."""

    seen: tuple[Seen, ...]
    skipped: tuple[tuple[str, str], ...]


def compare(
    requirements: str, database: str, environment: Mapping[str, str], resolve: bool = False, command: str = ""
) -> Compared:
    """Have a requirements file audited by both.

    Without `resolve`, every requirement must be pinned, nothing is run and nothing is fetched. Raises YettError where
    pip-audit is absent, fails, or sees nothing in the file.
    """
    if resolve and environment.get("CI"):
        raise YettError("resolving runs code of the packages a file names, so not in CI: commit a lockfile instead")
    executable = command or _executable(environment)
    with _serving(database) as (advisories, place):
        told = _told(executable, os.path.abspath(requirements), f"{place}/v1/query", environment, resolve)
        seen, skipped = [], []
        for item in _listed(told, "dependencies"):
            name, version = item.get("name"), item.get("version")
            if isinstance(name, str) and isinstance(version, str) and isinstance(item.get("vulns"), list):
                seen.append(_seen(advisories, name, version, item["vulns"]))
            else:
                skipped.append((_line(name), _line(item.get("skip_reason"))))
    if not seen and not skipped:
        raise YettError(f"pip-audit sees no requirement in {requirements}")
    return Compared(tuple(sorted(seen)), tuple(sorted(skipped)))


@contextmanager
def _serving(database: str) -> Iterator[tuple[Advisories, str]]:
    from yett.advisories.lookup import advisories

    opened = advisories(database)
    if isinstance(opened, Unusable):
        raise YettError(opened.reason)
    with server(database, 0) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield opened, address(listening)
        finally:
            listening.shutdown()
            thread.join()
            opened.close()


def _executable(environment: Mapping[str, str]) -> str:
    import shutil
    import sys

    beside = os.path.dirname(sys.executable)
    found = shutil.which("pip-audit", path=os.pathsep.join((beside, environment.get("PATH", ""))))
    if not found:
        raise YettError("pip-audit is not installed: python -m pip install pip-audit")
    return os.path.abspath(found)


def _told(executable: str, requirements: str, api: str, environment: Mapping[str, str], resolve: bool) -> Any:
    """pip-audit's report. It exits with 1 for findings and for errors alike: its output must tell them apart."""
    import json
    import subprocess
    import tempfile

    kept = {name: value for name, value in environment.items() if not name.startswith(_STEERING)}
    around = {name: f"{kept[name]},{HOST}" if kept.get(name) else HOST for name in ("NO_PROXY", "no_proxy")}
    arguments = ("--vulnerability-service", "osv", "--osv-url", api, "--requirement", requirements)
    form = ("--format", "json", "--desc", "off", "--aliases", "on", "--progress-spinner", "off")
    pinned = () if resolve else ("--no-deps", "--disable-pip")
    with tempfile.TemporaryDirectory(prefix="yett-") as scratch:
        cache = ("--cache-dir", os.path.join(scratch, "cache"))
        try:
            done = subprocess.run(
                (executable, *arguments, *form, *pinned, *cache),
                cwd=scratch,  # nothing that lies beside the file is picked up
                env={**kept, **around},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise YettError(f"pip-audit took more than {LONGEST:.0f} seconds") from error
        except OSError as error:
            raise YettError(f"cannot run {executable}: {error.strerror}") from error
    try:
        if done.returncode not in (0, 1):
            raise ValueError
        return json.loads(done.stdout)
    except (ValueError, RecursionError) as error:
        lines = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
        raise YettError(f"pip-audit failed: {_line(lines[-1] if lines else '') or done.returncode}") from error


def _seen(advisories: Advisories, name: str, version: str, vulns: list[Any]) -> Seen:
    found = advisories.find("PyPI", normalise("PyPI", name))
    if isinstance(found, Unusable):
        raise YettError(found.reason)
    said = audit("PyPI", found, version)
    theirs = {_line(ident) for vuln in vulns if isinstance(vuln, dict) for ident in _names(vuln)}
    unclear = {ident for item in found if item.id in said.unclear for ident in (item.id, *item.aliases)}
    ours = {ident for group in said.groups for ident in group.ids}
    return Seen(name, version, tuple(sorted(theirs)), tuple(sorted(ours)), tuple(sorted(unclear)))


def _names(vuln: Mapping[str, Any]) -> list[object]:
    aliases = vuln.get("aliases")
    return [vuln.get("id"), *(aliases if isinstance(aliases, list) else [])]


def _listed(document: Any, name: str) -> list[Mapping[str, Any]]:
    items = document.get(name) if isinstance(document, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise YettError("pip-audit's report is not one that is known here: is it 2.x?")
    return items


def _line(text: object) -> str:
    """Foreign text as one line without control characters."""
    if not isinstance(text, str):
        return ""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:300]
