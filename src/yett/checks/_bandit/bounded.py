"""The same answers as bandit's, where bandit's own way takes quadratic or exponential time.

What is scanned may be made to hold up the gate: for 120 lines of assignments and one `mark_safe`, B703 asks itself 2⁵⁹
questions. Here are the few functions that a small file can do that to; `test_bandit_parity` compares what they say.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from yett.lean import Any


def bound(modules: dict[str, Any]) -> None:
    """Put the bounded functions into bandit's modules, given by test id."""
    sql = modules["B608"]
    if isinstance(sql.SIMPLE_SQL_RE, re.Pattern):
        sql.SIMPLE_SQL_RE = Query(sql.SIMPLE_SQL_RE)
    django = modules["B703"]
    if not hasattr(django.evaluate_var, "bounded"):
        django.evaluate_var = _remembering_variable(django.evaluate_var)
        django.DeepAssignation.is_assigned = _remembering_node(django.DeepAssignation.is_assigned)


def _remembering_variable(evaluate: Callable[..., bool]) -> Callable[..., bool]:
    """B703 asks for a variable's value anew at each of its assignments: n assignments in a row ask 2ⁿ times.

    The answer depends on the name, the function and the line alone. It is kept on the function's node.
    """

    def evaluate_var(variable: Any, parent: Any, until: int, ignore_nodes: Any = None) -> bool:
        if not isinstance(variable, ast.Name):
            return evaluate(variable, parent, until, ignore_nodes)
        answers: dict[Any, bool] = parent.__dict__.setdefault("_yett_answers", {})
        asked = (variable.id, until, ignore_nodes)
        if asked not in answers:
            answers[asked] = evaluate(variable, parent, until, ignore_nodes)
        return answers[asked]

    evaluate_var.bounded = True  # type: ignore[attr-defined]
    return evaluate_var


def _remembering_node(is_assigned: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """B703 looks into a `with` once for each of its items, and so 2ⁿ times into n of them inside each other."""

    def remembering(analyser: Any, node: Any) -> Any:
        answers = analyser.__dict__.setdefault("_yett_answers", {})
        if id(node) not in answers:
            answers[id(node)] = is_assigned(analyser, node)
        return answers[id(node)]

    return remembering


class Imports(set[str]):
    """The modules imported so far; `like` looks at each of them once for each part of a name it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._listed: list[str] = []
        self._looked_at: dict[str, int] = {}
        self._known: set[str] = set()

    def add(self, name: str) -> None:
        if name not in self:
            super().add(name)
            self._listed.append(name)

    def like(self, part: str) -> bool:
        """Whether the part is in the name of any of them."""
        if part in self._known:
            return True
        start = self._looked_at.get(part, 0)
        self._looked_at[part] = len(self._listed)
        if any(part in name for name in self._listed[start:]):
            self._known.add(part)
            return True
        return False


def context_class(plain: Any) -> Any:
    """Bandit's Context, which adds up a tuple item by item and goes through all imports for each call."""

    class Context(plain):  # type: ignore[misc]  # bandit has no types
        def is_module_imported_like(self, module: str) -> bool:
            return bool(self._context["imports"].like(module))

        def _get_literal_value(self, literal: Any) -> Any:
            if isinstance(literal, ast.Tuple):
                return tuple(self._get_literal_value(item) for item in literal.elts)
            return super()._get_literal_value(literal)

    return Context


def steady(plain: Any) -> Any:
    """A context class in which a set is written in the order of the source. B103 quotes what is called, and Python
    orders a set of strings anew in each process."""

    class Context(plain):  # type: ignore[misc]
        def _get_literal_value(self, literal: Any) -> Any:
            if isinstance(literal, ast.Set):
                return _Set([self._get_literal_value(item) for item in literal.elts])
            return super()._get_literal_value(literal)

    return Context


class _Set(set[Any]):
    def __init__(self, items: list[Any]) -> None:
        super().__init__(items)
        self._items = items

    def __repr__(self) -> str:
        return "{" + ", ".join(repr(item) for item in dict.fromkeys(self._items)) + "}"


class Query:
    """Bandit's pattern for SQL, in linear time.

    The pattern is a choice of `a.*b` over all of a text, and a text with many `a` and no `b` takes quadratic time:
    20,000 times "select " took 6.5 s when measured. Nothing lies between `a` and `b` that `.*` does not match, so the
    first `a` decides: there is a match exactly where some `b` follows the end of the first `a`.
    """

    def __init__(self, pattern: re.Pattern[str]) -> None:
        choices = pattern.pattern.removeprefix("(").removesuffix(")").split("|")
        self._choices = [[re.compile(part, pattern.flags) for part in choice.split(".*")] for choice in choices]

    def search(self, text: str) -> bool | None:
        """True or None, as the caller compares with None."""
        return True if any(_in_order(parts, text) for parts in self._choices) else None


def _in_order(parts: list[re.Pattern[str]], text: str) -> bool:
    at = 0
    for part in parts:
        match = part.search(text, at)
        if match is None:
            return False
        at = match.end()
    return True
