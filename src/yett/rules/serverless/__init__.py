"""Rules for the serverless framework: what its functions may do and who may call them.

The resources under `resources:` and the runtimes are judged by the rules for AWS.
"""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse.stages import is_test_path
from yett.parse.tree import Tree
from yett.rules.hits import soften
from yett.rules.serverless import functions

EXAMPLE = "serverless.yml"


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in functions.RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules say of a file; nothing where it is none of the framework's. Raises `ParseError`."""
    from yett.parse.cloudformation import load

    module = load(path, text)
    tried = is_test_path(path)
    for resource in module.within(path) if module else ():
        if resource.format == "serverless":
            for rule, look in functions.RULES:
                for found in look(resource):
                    yield rule, soften(rule, found) if tried else found
