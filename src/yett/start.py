"""Where the console script begins and ends."""

import gc
import os
import sys

from yett.lean import NoReturn


def entry() -> NoReturn:
    """Run the command and end with its exit code."""
    # A tree of Python code is millions of small objects that refer to each other: Python's own schedule looks through
    # them again and again (a quarter of the time of a large run), and does so while modules are imported.
    # `examine` collects between files instead.
    gc.disable()
    from yett.cli import INTERNAL, main

    code = main(sys.argv[1:], os.environ)
    try:
        sys.stderr.flush()
    except OSError:  # it is full
        code = code or INTERNAL
    # All is written and closed by now. To take every object apart would be a tenth of the time of a small commit.
    os._exit(code)
