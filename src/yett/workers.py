"""Work shared between forked processes: chunks are claimed one by one, so that none waits for a slow one.

Fork, since a child has everything its parent has loaded; callers must not have started threads.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")


def share(
    chunks: Sequence[Chunk],
    work: Callable[[Chunk], Result],
    workers: int,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[list[Result], list[int]]:
    """The results of `work` over all chunks, in the order of the chunks, and the numbers of chunks that were lost with
    a process that died."""
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
            _child(claims, chunks, work, into, tick)
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
        with open(out, "rb") as pipe:
            sent = pipe.read()
        _, status = os.waitpid(child, 0)
        if status == 0 and sent:
            results.update(pickle.loads(sent))  # yett: ignore[python/B301] our own child wrote it to a pipe of ours
    return [results[number] for number in sorted(results)], [n for n in range(len(chunks)) if n not in results]


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


def _child(claims: int, chunks: Sequence[Chunk], work: Callable[[Chunk], Result], into: int, tick: int) -> None:
    """Claim chunks until there are none, hand over the results, and leave without the parent's clean-up."""
    status = 1
    try:
        results: dict[int, Result] = {}
        while claimed := os.read(claims, 4):
            number = int.from_bytes(claimed, "little")
            results[number] = work(chunks[number])
            os.write(tick, b".")
        os.close(tick)
        with open(into, "wb") as pipe:
            pipe.write(pickle.dumps(results))
        status = 0
    except KeyboardInterrupt:
        status = 130
    finally:
        os._exit(status)
