"""Rules for Terraform itself, whatever it builds: where the state is kept, what modules are made of.

This family reads every `.tf` file, so it is the one that says what could not be read of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Unknown
from yett.parse.stages import is_test_path
from yett.parse.tree import Tree
from yett.rules.hits import soften
from yett.rules.terraform import modules, state

EXAMPLE = "main.tf"

_RULES = (*state.RULES, *modules.RULES)


def rules() -> tuple[Rule, ...]:
    return tuple(rule for rule, _ in _RULES)


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    """What the rules say of a file. Raises `ParseError` after everything that could be read was judged."""
    from yett.parse.terraform import errors, is_terraform, load

    if not is_terraform(path):
        yield from ((state.STATE, found) for found in state.kept(text, path))
        return
    module = load(tree, path, text)
    tried = is_test_path(path)
    for resource in module.within(path):
        if not resource.broken:
            for rule, look in _RULES:
                for found in look(resource, module):
                    yield rule, soften(rule, found) if tried else found
    for error in errors(path, text):
        raise error
