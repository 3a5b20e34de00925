"""What bandit itself says of files, and a comparison of our engine's answers with it."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from yett.checks._bandit import Crash, Issue, engine

BANDIT = """
import json, logging, sys, warnings
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
from bandit.core import config, manager, tester

crashes = []
def note(test, context, error):
    crashes.append([context._context["filename"], test, type(error).__name__, context._context["lineno"]])
tester.BanditTester.report_error = staticmethod(note)

bandit = manager.BanditManager(config.BanditConfig(), "file", ignore_nosec=True)
bandit.files_list = json.load(sys.stdin)
bandit.run_tests()
issues = [
    [i.fname, i.test_id, i.test, i.severity, i.confidence, i.text]
    + [i.lineno, i.col_offset, i.end_col_offset, i.linerange, i.cwe.id]
    for i in bandit.results
]
json.dump({"issues": issues, "crashes": crashes, "skipped": [s[0] for s in bandit.skipped]}, sys.stdout)
"""
"""Bandit's own manager over a list of files, suppressions off, nothing configured, in a process of its own."""


class Said(NamedTuple):
    """About all files, in order: the fields of each issue, of each crash, and the paths that were skipped."""

    issues: list[list[Any]]
    crashes: list[list[Any]]
    skipped: list[str]


def bandit(paths: Iterable[Path]) -> Said:
    process = subprocess.run(
        [sys.executable, "-c", BANDIT],
        input=json.dumps([str(path) for path in paths]),
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(process.stdout)
    for issue in said["issues"]:
        issue[5] = _steady(issue[5])
    return Said(**said)


def ours(paths: Iterable[Path], version: str = "1.9.4") -> Said:
    inspect = engine(version)
    said = Said([], [], [])
    for path in paths:
        data = path.read_bytes()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(data)
        except (SyntaxError, ValueError, RecursionError):
            said.skipped.append(str(path))
            continue
        for one in inspect(tree, data):
            if isinstance(one, Crash):
                said.crashes.append([str(path), *one])
            else:
                said.issues.append(_fields(str(path), one))
    return said


def _fields(path: str, issue: Issue) -> list[Any]:
    lines = list(range(issue.first, issue.last + 1))
    text = _steady(issue.text)
    where = [issue.line, issue.column, issue.end_column, lines]
    return [path, issue.test_id, issue.test, issue.severity, issue.confidence, text, *where, issue.cwe]


def _steady(text: str) -> str:
    """Without what differs from process to process: addresses of nodes, and the order of a set that B103 quotes."""
    text = re.sub(r"0x[0-9a-f]+", "0x", text)
    return "".join(sorted(text)) if text.startswith("Chmod") and "{" in text else text


def difference(ours: Said, theirs: Said) -> str:
    """The first, "" where there is none. Where bandit skips a file, so do we. It may name more crashes: it asks tests
    that could not have said anything."""
    for mine, other in zip(ours.issues, theirs.issues, strict=False):
        if mine != other:
            return f"ours:   {mine}\nbandit: {other}"
    shared = min(len(ours.issues), len(theirs.issues))
    for who, said in (("ours", ours), ("bandit", theirs)):
        if said.issues[shared:]:
            return f"only {who}: {said.issues[shared]}"
    if ours.skipped != theirs.skipped:
        return f"skipped by one alone: {sorted(set(ours.skipped) ^ set(theirs.skipped))[:3]}"
    extra = [crash for crash in ours.crashes if crash not in theirs.crashes]
    return f"crash of ours alone: {extra[0]}" if extra else ""
