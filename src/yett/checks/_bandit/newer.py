"""Files in a syntax that this Python does not know, looked at by a newer one where the machine has it.

The newest `python3.N` on PATH runs this package, from where it is installed, over the bytes it is sent: nothing else is
installed there, nothing of the scanned tree is imported or on its path. One process serves all files that need it.
"""

from __future__ import annotations

import os
import sys
from functools import cache

from yett.lean import IO, TYPE_CHECKING, Any, NamedTuple
from yett.model import Action, Blob, Confidence, Finding, Gap, Package, Severity

if TYPE_CHECKING:
    from subprocess import Popen

_NEWEST = 19
"""Minor versions beyond this are not looked for."""

_PROGRAM = """\
import sys
sys.path[:0] = sys.argv[1:]
from yett.checks._bandit.newer import serve
serve(sys.stdin.buffer, sys.stdout.buffer)
"""

_servers: dict[tuple[int, str], Popen[bytes] | None] = {}
"""By process, since a fork must not share a pipe, and by interpreter."""


class Interpreter(NamedTuple):
    path: str
    version: str


@cache
def interpreters() -> tuple[Interpreter, ...]:
    """The newer ones on PATH, newest first. What lies below the current folder may belong to the scanned tree, and is
    left out."""
    here = os.path.join(os.getcwd(), "")
    folders = [os.path.abspath(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    folders = [folder for folder in folders if not os.path.join(folder, "").startswith(here)]
    found = []
    for minor in range(_NEWEST, sys.version_info.minor, -1):
        name = f"python3.{minor}" + (".exe" if sys.platform == "win32" else "")
        paths = (os.path.join(folder, name) for folder in folders)
        found += [Interpreter(path, f"3.{minor}") for path in paths if os.access(path, os.X_OK)]
    return tuple(found)


def inspect(release: str, blob: Blob) -> tuple[str, list[Finding | Gap]] | None:
    """The version of the newest Python that runs here, and what the check says under it; None where there is none."""
    for interpreter in interpreters():
        said = _ask(interpreter.path, release, blob)
        if said is not None:
            return interpreter.version, said
    return None


def _ask(program: str, release: str, blob: Blob) -> list[Finding | Gap] | None:
    import json

    key = (os.getpid(), program)
    if key not in _servers:
        _servers[key] = _start(program)
    server = _servers[key]
    if server is None or server.stdin is None or server.stdout is None:
        return None
    try:
        head = json.dumps([release, blob.path, blob.commit, len(blob.data)])
        server.stdin.write(head.encode() + b"\n" + blob.data)
        server.stdin.flush()
        answer = json.loads(server.stdout.readline())
    except (OSError, ValueError):
        _servers[key] = None  # it does not start, or ended: an interpreter without its library, a shim for none
        return None
    return [_restored(kind, fields) for kind, fields in answer]


def _start(program: str) -> Popen[bytes] | None:
    import subprocess
    from importlib.util import find_spec

    import yett

    spec = find_spec("bandit")
    packages = [*yett.__path__, *((spec and spec.submodule_search_locations) or ())]
    folders = dict.fromkeys(os.path.dirname(os.path.abspath(package)) for package in packages)
    # isolated, without site-packages of its own, leaving no compiled files in ours
    command = [program, "-I", "-S", "-B", "-c", _PROGRAM, *folders]
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=os.path.dirname(program),
        )
    except OSError:
        return None


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """The other side: for each blob, what the check says of it."""
    import json

    from yett.checks.python import inspect as inspect_here

    while line := requests.readline():
        release, path, commit, size = json.loads(line)
        said = list(inspect_here(release, Blob(path, "", requests.read(size), commit=commit), here=True))
        answers.write(json.dumps([(type(one).__name__, one) for one in said]).encode() + b"\n")
        answers.flush()


def _restored(kind: str, fields: list[Any]) -> Finding | Gap:
    if kind == "Gap":
        return Gap(*fields)
    found = Finding._make(tuple(field) if isinstance(field, list) else field for field in fields)
    return found._replace(
        severity=Severity(found.severity),
        confidence=Confidence(found.confidence),
        level=Action(found.level),
        package=Package(*found.package),
    )


def close() -> None:
    """End the processes that this one started."""
    for (owner, _), server in list(_servers.items()):
        if server is not None and owner == os.getpid():
            for pipe in (server.stdin, server.stdout):
                if pipe is not None:
                    pipe.close()
            server.wait()
    _servers.clear()
