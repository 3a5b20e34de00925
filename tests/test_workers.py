from __future__ import annotations

import os
import signal

import pytest

from yett.workers import share

pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


@pytest.mark.parametrize("chunks", (0, 1, 7, 20_000))  # more than a pipe holds
def test_every_chunk_is_done_once_and_in_order(chunks: int) -> None:
    results, lost = share(list(range(chunks)), lambda number: number * 2, 2)
    assert results == [number * 2 for number in range(chunks)]
    assert not lost


def test_progress_reaches_the_end() -> None:
    told: list[tuple[int, int]] = []
    share(list(range(50)), lambda number: number, 2, lambda done, total: told.append((done, total)))
    assert told[-1] == (50, 50)


def test_each_process_leaves_when_all_is_done() -> None:
    out, into = os.pipe()

    def leave() -> None:
        os.write(into, b"x")

    share(list(range(50)), lambda number: number, 2, leave=leave)
    os.close(into)
    with open(out, "rb") as left:
        assert left.read() == b"xx"


def dies(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def raises(number: int) -> int:
    if number == 3:
        raise ValueError("a secret")
    return number


@pytest.mark.parametrize("work", (dies, raises))
def test_what_a_lost_process_had_is_told(work: object, capfd: pytest.CaptureFixture[str]) -> None:
    assert callable(work)
    results, lost = share(list(range(10)), work, 2)
    assert 3 in lost
    assert sorted([*results, *lost]) == list(range(10))
    assert "secret" not in capfd.readouterr().err


def test_a_large_result() -> None:
    results, lost = share([1, 2, 3], lambda number: b"x" * 3_000_000, 2)
    assert [len(result) for result in results] == [3_000_000] * 3
    assert not lost
