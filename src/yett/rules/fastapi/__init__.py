"""Rules for FastAPI and Starlette, and for JSON Web Tokens in Python whatever the framework."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse import python, stages
from yett.parse.tree import Tree
from yett.rules.fastapi import exposure, sessions, tokens
from yett.rules.fastapi.service import Service

EXAMPLE = "app/main.py"

_TELLING = re.compile(r"(?:import|from)[ \t]+(?:fastapi|starlette|jwt|jose|authlib|uvicorn)\b|\bBaseSettings\b")

RULES: tuple[tuple[Rule, Callable[[Service], Iterator[Hit | Unknown]]], ...] = (
    *tokens.RULES,
    *sessions.RULES,
    *exposure.RULES,
)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules find in a Python module. Raises `ParseError`."""
    if stages.is_dev_path(path) or not _TELLING.search(text):
        return
    service = Service(python.parse(text), path, tree)
    for rule, check in RULES:
        for found in check(service):
            yield rule, found
