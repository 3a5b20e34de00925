"""The values of a chart as a list of settings with their ways."""

from __future__ import annotations

from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.parse.kubernetes import text
from yett.parse.yaml import Mapping, Node, Scalar, Sequence


class Setting(NamedTuple):
    """`way` is the keys down to the setting, list items by their name or number; `key` is the last of them."""

    way: tuple[str, ...]
    key: Scalar
    value: Node

    @property
    def name(self) -> str:
        return self.key.text

    @property
    def dotted(self) -> str:
        return ".".join(self.way)

    @property
    def owner(self) -> str:
        """The key that the setting stands under, "" at the top."""
        return self.way[-2] if len(self.way) > 1 else ""


Settings = tuple[Setting, ...]


def settings(node: Mapping) -> Settings:
    """Every key of a mapping and of what it holds, in the order in which they stand."""
    return tuple(_settings(node, ()))


def _settings(node: Node, way: tuple[str, ...]) -> Iterator[Setting]:
    if isinstance(node, Mapping):
        for key, value in node.entries.values():
            here = (*way, key.text)
            yield Setting(here, key, value)
            if not isinstance(value, Scalar):
                yield from _settings(value, here)
    elif isinstance(node, Sequence):
        for number, item in enumerate(node.items):
            if not isinstance(item, Scalar):
                name = text(item.get("name")) if isinstance(item, Mapping) else ""
                yield from _settings(item, (*way, name or str(number)))
