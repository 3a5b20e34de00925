"""Where the console script begins."""

import gc
import os
import sys
from typing import NoReturn


def entry() -> NoReturn:
    """Run the command and end with its exit code."""
    # A tree of Python code is millions of small objects that refer to each other: Python's own schedule looks through
    # them again and again (a quarter of the time of a large run), and does so while modules are imported.
    # `examine` collects between files instead.
    gc.disable()
    from yett.cli import main

    sys.exit(main(sys.argv[1:], os.environ))
