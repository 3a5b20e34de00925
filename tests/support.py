"""What tests share: a guard that ends what hangs."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

SECONDS = 20.0
"""Of the processor's time, which a busy machine does not use up. What is put to the guard takes less than one; it is so
large that going through all of it again for each of its pieces would take minutes: some 300,000 characters where one
step of a pattern looks at each, some 30,000 lines or words where a step is one of Python's."""


class Hang(BaseException):
    """Nothing that looks at a file catches this."""


@contextmanager
def limited() -> Iterator[None]:
    """Ends what takes longer than `SECONDS`."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        raise Hang

    before = signal.signal(signal.SIGVTALRM, stop)
    # Once more each second: where a generator was being closed, the first is lost.
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
