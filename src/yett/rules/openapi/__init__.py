"""Rules for OpenAPI documents: how the API is reached, and who may call it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse import openapi
from yett.parse.openapi import Api
from yett.parse.tree import Tree
from yett.rules.openapi import security, transport

EXAMPLE = "openapi.yaml"

_TELLING = re.compile(r"(?m)(?:^[ \t]*|[{,][ \t\r\n]*)[\"']?(?:openapi|swagger)[\"']?[ \t]*:[ \t]*[\"']?[23]")

RULES: tuple[tuple[Rule, Callable[[Api], Iterator[Hit | Unknown]]], ...] = (*transport.RULES, *security.RULES)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find in a document; nothing for YAML or JSON of another kind. Raises `ParseError`."""
    if not _TELLING.search(text):
        return
    api = openapi.load(text)
    if api is None:
        return
    for rule, check in RULES:
        for found in check(api):
            yield rule, found
