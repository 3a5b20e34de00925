"""Work shared between forked processes: chunks are claimed one by one, so that none waits for a slow one.

Fork, since a child has everything its parent has loaded; callers must not have started threads.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence, Sized

from yett.lean import Any, NoReturn, TypeVar

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")

_NOTHING = b"-"


def share(
    chunks: Sequence[Chunk],
    work: Callable[[Chunk], Result],
    workers: int,
    progress: Callable[[int, int], None] | None = None,
    leave: Callable[[], None] | None = None,
) -> tuple[list[Result], list[int]]:
    """The results of `work` over all chunks, in the order of the chunks, and the numbers of chunks that were lost with
    a process that died. `leave` is called in each process after its last chunk."""
    claims = _claims(len(chunks))
    ticks, tick = os.pipe()
    children: list[tuple[int, int]] = []
    sys.stdout.flush()
    sys.stderr.flush()
    for _ in range(workers):
        out, into = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(ticks)
            os.close(out)
            _child(claims, chunks, work, leave, into, tick)
        os.close(into)
        children.append((child, out))
    os.close(tick)
    os.close(claims)
    done = 0
    while ticked := os.read(ticks, 4096):
        done += len(ticked)
        if progress:
            progress(done, len(chunks))
    os.close(ticks)
    results: dict[int, Result] = {}
    for child, out in children:
        sent, status = _received(child, out)
        if status == 0 and sent and sent != _NOTHING:
            results.update(_unpacked(sent))
    return [results[number] for number in sorted(results)], [n for n in range(len(chunks)) if n not in results]


def beside(work: Callable[[], list[Result]]) -> Callable[[], list[Result] | None]:
    """Begin some work in a process of its own. What is given back waits for the results: None if the process died."""
    out, into = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os.close(out)
        _leave(work, into)
    os.close(into)

    def wait() -> list[Result] | None:
        sent, status = _received(child, out)
        if status or not sent:
            return None
        results: list[Result] = [] if sent == _NOTHING else _unpacked(sent)
        return results

    return wait


def _received(child: int, out: int) -> tuple[bytes, int]:
    with open(out, "rb") as pipe:
        sent = pipe.read()
    return sent, os.waitpid(child, 0)[1]


def _unpacked(sent: bytes) -> Any:
    import pickle  # 3 ms, and most changes have nothing to hand over

    return pickle.loads(sent)  # yett: ignore[python/B301] our own child wrote it to a pipe of ours


def _leave(work: Callable[[], Sized], into: int) -> NoReturn:
    """Do the work, hand over the results, and leave without the parent's clean-up."""
    status = 1
    try:
        results = work()
        with open(into, "wb") as pipe:
            if not len(results):
                pipe.write(_NOTHING)
            else:
                import pickle

                pipe.write(pickle.dumps(results))
        status = 0
    except KeyboardInterrupt:
        status = 130
    finally:
        os._exit(status)


def _claims(number: int) -> int:
    """A pipe that holds the numbers of all chunks, four bytes each; whoever reads one has claimed it.

    A pipe holds 64 KiB, 16,384 numbers: beyond that a temporary file with a shared offset does the same.
    """
    numbers = b"".join(each.to_bytes(4, "little") for each in range(number))
    if number <= 16_000:
        claims, into = os.pipe()
        os.write(into, numbers)
        os.close(into)
        return claims
    import tempfile

    descriptor, name = tempfile.mkstemp()
    os.unlink(name)
    os.write(descriptor, numbers)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _child(
    claims: int,
    chunks: Sequence[Chunk],
    work: Callable[[Chunk], Result],
    leave: Callable[[], None] | None,
    into: int,
    tick: int,
) -> NoReturn:
    """Claim chunks until there are none, and hand over the results."""

    def claimed() -> dict[int, Result]:
        results: dict[int, Result] = {}
        while claim := os.read(claims, 4):
            number = int.from_bytes(claim, "little")
            results[number] = work(chunks[number])
            os.write(tick, b".")
        if leave:
            leave()
        os.close(tick)
        return results

    _leave(claimed, into)
