"""JSON with places: the same nodes as YAML has, of which JSON is nearly a part."""

from __future__ import annotations

from yett.parse import yaml


def compose(text: str) -> yaml.Node | None:
    """The document of a text, None for an empty one. Raises `ParseError`.

    A tab may stand between two values in JSON (RFC 8259, section 2), not in YAML. Inside of a string it may stand in
    neither, so each becomes a blank, which moves nothing.
    """
    return yaml.compose(text.replace("\t", " "), aliases=False)
