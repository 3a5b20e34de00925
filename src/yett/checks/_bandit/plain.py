"""Bandit's own engine, for releases of bandit whose tests nobody has read against our triggers: slower, never less.

Takes bandit as it is, entry points and all, so that tests we do not know are asked as well.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from io import BytesIO

from bandit.core import config, node_visitor, test_set, tester

from yett.checks._bandit import Crash, Engine, Issue
from yett.lean import Any

_FILE_NAME = "./module.py"
"""A path from which bandit derives a module name without looking at the disk, as it would for a longer one."""


class _Tester(tester.BanditTester):  # type: ignore[misc]  # bandit has no types
    def __init__(self, tests: Any) -> None:
        super().__init__(tests, debug=False, nosec_lines={}, metrics=None)
        self.crashes: list[Crash] = []

    def run_tests(self, raw_context: dict[str, Any], checktype: str) -> Any:
        before = len(self.results)
        scores = super().run_tests(raw_context, checktype)
        for issue in self.results[before:]:
            issue.node = raw_context.get("node")
        return scores

    def report_error(self, test: str, context: Any, error: Exception) -> None:
        self.crashes.append(Crash(test, type(error).__name__, context._context["lineno"]))


class _Visitor(node_visitor.BanditNodeVisitor):  # type: ignore[misc]
    def __init__(self, tests: Any, data: bytes) -> None:
        super().__init__(_FILE_NAME, BytesIO(data), None, tests, debug=False, nosec_lines={}, metrics=None)
        self.tester = _Tester(tests)

    def over(self, tree: ast.Module) -> None:
        """`process` of bandit, with a tree that is there already."""
        self.generic_visit(tree)
        self.context = {
            "file_data": self.fdata,
            "filename": self.fname,
            "lineno": 0,
            "linerange": [0, 1],
            "col_offset": 0,
        }
        self.update_scores(self.tester.run_tests(self.context, "File"))


def engine() -> Engine:
    """What gives bandit's issues of a module in bandit's order, and after them what crashed."""
    tests = test_set.BanditTestSet(config.BanditConfig())

    def issues(tree: ast.Module, data: bytes) -> Iterator[Issue | Crash]:
        visitor = _Visitor(tests, data)
        visitor.over(tree)
        yield from map(_issue, visitor.tester.results)
        yield from visitor.tester.crashes

    return issues


def _issue(issue: Any) -> Issue:
    return Issue(
        test_id=issue.test_id,
        test=issue.test,
        severity=issue.severity,
        confidence=issue.confidence,
        text=issue.text,
        line=issue.lineno,
        column=issue.col_offset,
        end_column=issue.end_col_offset,
        first=issue.linerange[0],
        last=issue.linerange[-1],
        cwe=issue.cwe.id,
        node=issue.node,
        parent=getattr(issue.node, "_bandit_parent", None) if isinstance(issue.node, ast.Constant) else None,
    )
