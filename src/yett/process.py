"""Programs run beside this one: what every commit needs of `subprocess`, without the threads, the selectors and the
locale that importing it costs, which is more than a program takes to answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from yett.lean import IO

_SPAWNS = hasattr(os, "posix_spawn")


class Process:
    """A running program: `stdout` is what it prints; what it says on standard error is dropped."""

    def __init__(self, stdin: IO[bytes] | None, stdout: IO[bytes], wait: Callable[[], int]) -> None:
        self._stdin = stdin
        self.stdout = stdout
        self._wait = wait

    def tell(self, given: bytes) -> bool:
        """Write to what the program reads; False where it reads no more. More than a pipe takes, which is 4 KiB at
        least, has to be read by it meanwhile."""
        assert self._stdin is not None
        left = memoryview(given)
        try:
            while left:
                left = left[self._stdin.write(left) :]
            self._stdin.flush()
        except BrokenPipeError:
            return False
        return True

    def shut(self) -> None:
        """Tell it no more."""
        if self._stdin is not None:
            self._stdin.close()

    def end(self) -> tuple[bytes, int]:
        """The rest of what the program prints, and its exit code: negative where a signal ended it."""
        self.shut()
        with self.stdout:
            printed = self.stdout.read()
        return printed, self._wait()

    def leave(self) -> None:
        """Read no more, and wait until the program has noticed."""
        self.shut()
        self.stdout.close()
        self._wait()


def begin(command: Sequence[str], environment: Mapping[str, str], asked: bool = False) -> Process:
    """Start a program that is looked for in the folders of the environment's PATH; `asked`: it is told something.

    Raises:
        FileNotFoundError: there is no such program.
        OSError: it cannot be run.
    """
    if not _SPAWNS:
        return _popen(command, environment, asked)
    program = _program(command[0], environment)
    null = os.open(os.devnull, os.O_RDWR)
    while null < 3:  # one of the standard streams is closed: nothing else may take its number
        null = os.open(os.devnull, os.O_RDWR)
    reader, output = os.pipe()
    given, writer = os.pipe() if asked else (null, -1)
    streams = tuple((os.POSIX_SPAWN_DUP2, end, number) for number, end in enumerate((given, output, null)))
    try:
        process = os.posix_spawn(program, tuple(command), environment, file_actions=streams)
    except OSError:
        for end in (reader, writer) if asked else (reader,):
            os.close(end)
        raise
    finally:
        for end in {given, output, null}:
            os.close(end)
    stdin = os.fdopen(writer, "wb", buffering=0) if asked else None
    return Process(stdin, os.fdopen(reader, "rb", buffering=1 << 16), lambda: _code(process))


def run(command: Sequence[str], environment: Mapping[str, str], given: bytes | None = None) -> tuple[int, bytes, bytes]:
    """A program's exit code, what it printed and what it said on standard error, once it has ended.

    Raises:
        OSError: as `begin` does.
    """
    import subprocess

    told = subprocess.DEVNULL if given is None else subprocess.PIPE
    with subprocess.Popen(
        (_program(command[0], environment), *command[1:]),
        stdin=told,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as process:
        printed, complained = process.communicate(given)
    return process.returncode, printed, complained


def _popen(command: Sequence[str], environment: Mapping[str, str], asked: bool) -> Process:
    """What `begin` does where there is no posix_spawn(3)."""
    import subprocess

    process = subprocess.Popen(
        (_program(command[0], environment), *command[1:]),
        stdin=subprocess.PIPE if asked else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    assert process.stdout is not None
    return Process(process.stdin, process.stdout, process.wait)


def _program(name: str, environment: Mapping[str, str]) -> str:
    """The path of a program. A folder of PATH that is relative is passed over: it could be the repository's."""
    for folder in environment.get("PATH", os.defpath).split(os.pathsep):
        for ending in ("", ".exe") if os.name == "nt" else ("",):
            path = os.path.join(folder, name + ending)
            if os.path.isabs(path) and os.path.isfile(path) and os.access(path, os.X_OK):
                return path
    raise FileNotFoundError(name)


def _code(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
