"""`python -m yett`."""

import sys

if not sys.flags.safe_path:
    # Python puts the current folder first, where a scanned tree could hold a module of any name we import.
    del sys.path[0]

from yett.start import entry

if __name__ == "__main__":
    entry()
