"""What the name of an image tells."""

from __future__ import annotations

from yett.lean import NamedTuple


class Image(NamedTuple):
    """`name` is without tag and digest; `tag` and `digest` are "" where none is given."""

    name: str
    tag: str
    digest: str


def image(text: str) -> Image:
    """The parts of `registry/name:tag@digest`; a port in the registry is no tag."""
    rest, _, digest = text.partition("@")
    folder, slash, last = rest.rpartition("/")
    name, _, tag = last.partition(":")
    # `@v1` and `@sha256` alone pin nothing.
    return Image(f"{folder}{slash}{name}", tag, digest if ":" in digest else "")
