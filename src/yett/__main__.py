"""`python -m yett`."""

from yett.cli import entry

if __name__ == "__main__":
    entry()
