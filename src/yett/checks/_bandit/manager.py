"""Bandit's manager with our walk in it: for a file on which nothing out of the ordinary happens, and for no other.

A file with `nosec` in it, one that Python warns of or cannot parse, one on which a test crashes goes the way it goes in
bandit, messages and all. Where tests or configuration are not as the walk knows them, every file does.
"""

from __future__ import annotations

import ast
import gc
import logging
import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch

from bandit.core import blacklisting, constants, extension_loader, issue, manager

from yett.checks._bandit import Crash, Issue
from yett.checks._bandit import json as as_json
from yett.checks._bandit.plugins import TABLE, Catalogue, catalogue
from yett.checks._bandit.walk import Walk
from yett.lean import Any

Fields = tuple[Any, ...]
"""An `Issue` up to and with its `cwe`, and whether it is about the same node as the one before it: bandit gives the two
one list of lines, which its YAML shows."""

Looked = tuple[int, list[Fields]]
"""Lines of code, and what the tests said."""

Each = Callable[[Sequence[str], Callable[[str], Looked | None]], Iterable[Looked | None]]
"""Applies a function to every name, in order, in this process or in several."""

_FIELDS = Issue._fields.index("cwe") + 1

_RANKS: dict[str, int] = {rank: number for number, rank in enumerate(constants.RANKING)}
_WEIGHTS: dict[str, int] = constants.RANKING_VALUES

_CODING = re.compile(rb"coding[:=](?![ \t]*(?:utf-?8|latin-?1|iso-8859-1|ascii)(?![-\w.]))", re.IGNORECASE)


class Manager(manager.BanditManager):  # type: ignore[misc]  # bandit has no types
    files_list: list[str]
    each: Each = staticmethod(lambda names, look: map(look, names))
    say: Callable[[str], object] = staticmethod(lambda line: None)

    def discover_files(self, targets: Sequence[str], recursive: bool = False, excluded_paths: str = "") -> None:
        super().discover_files(targets, recursive, excluded_paths)
        for target in targets if recursive else ():
            pattern = self._excludes_all(target, excluded_paths)
            if pattern is not None:
                self.say(
                    f"yett: nothing below {target} is looked at: {pattern!r}, which is excluded, is in its own path"
                )

    def _excludes_all(self, target: str, excluded_paths: str) -> str | None:
        """What leaves out a whole folder that was asked for: bandit looks for it in all of a path, as it was given."""
        if not os.path.isdir(target):
            return None
        patterns = (*(self.b_conf.get_option("exclude_dirs") or ()), *(excluded_paths or "").split(","))
        path = os.path.join(target, "")
        return next((each for each in patterns if each and (each in target or fnmatch(path, each))), None)

    def run_tests(self) -> None:
        walk = self._walk()
        if walk is None or self.debug or "-" in self.files_list or manager.LOG.isEnabledFor(logging.DEBUG):
            with _collecting():
                super().run_tests()
            return
        names = list(self.files_list)
        left = list(names)
        for name, looked in zip(names, self.each(names, lambda name: self._look(walk, name)), strict=True):
            if looked is None:
                self._plainly(name, left)
            else:
                self._take(name, looked)
        self.files_list = left
        self.metrics.aggregate()

    def _walk(self) -> Walk | None:
        try:
            return Walk(_chosen(self.b_ts))
        except (AttributeError, ImportError, KeyError, TypeError, ValueError):
            return None

    def _look(self, walk: Walk, name: str) -> Looked | None:
        try:
            with open(name, "rb", 0) as file:
                data = file.read()
            if not self.ignore_nosec and _may_suppress(data):
                return None
            with warnings.catch_warnings(record=True) as warned:
                tree = ast.parse(data)
            if warned:
                return None
            said = list(walk.issues(tree, data, name))
        except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        issues: list[Fields] = []
        before = None
        for one in said:
            if isinstance(one, Crash):
                return None
            issues.append((*one[:_FIELDS], one.node is not None and one.node is before))
            before = one.node
        return _lines_of_code(data), issues

    def _plainly(self, name: str, left: list[str]) -> None:
        try:
            with open(name, "rb") as file, _collecting():
                self._parse_file(name, file, left)
        except OSError as error:
            self.skipped.append((name, error.strerror))
            left.remove(name)

    def _take(self, name: str, looked: Looked) -> None:
        loc, issues = looked
        self.metrics.begin(name)
        self.metrics.current["loc"] += loc
        severities, confidences = [0] * len(_RANKS), [0] * len(_RANKS)
        lines: list[int] = []
        for fields in issues:
            one = _issue(name, fields)
            lines = one.linerange = lines if fields[-1] else list(range(fields[-4], fields[-3] + 1))
            self.results.append(one)
            severities[_RANKS[one.severity]] += _WEIGHTS[one.severity]
            confidences[_RANKS[one.confidence]] += _WEIGHTS[one.confidence]
        score = {"SEVERITY": severities, "CONFIDENCE": confidences}
        self.scores.append(score)
        self.metrics.count_issues([score])

    def filter_results(self, sev_filter: str, conf_filter: str) -> Any:
        if self.baseline:
            return super().filter_results(sev_filter, conf_filter)
        ranks = constants.RANKING
        severities, confidences = ranks[ranks.index(sev_filter) :], ranks[ranks.index(conf_filter) :]
        return [one for one in self.results if one.severity in severities and one.confidence in confidences]

    def output_results(
        self,
        lines: int,
        sev_level: str,
        conf_level: str,
        output_file: Any,
        output_format: str,
        template: str | None = None,
    ) -> None:
        if output_format == "json" and not self.baseline:
            parts = as_json.rendered(self, self.get_issue_list(sev_level, conf_level), lines)
            if parts is not None:
                as_json.write(parts, output_file)
                return
        super().output_results(lines, sev_level, conf_level, output_file, output_format, template)


@contextmanager
def _collecting() -> Iterator[None]:
    """Bandit's walk leaves a tree that the garbage collector alone can free, and yett runs without one."""
    enabled = gc.isenabled()
    gc.enable()
    try:
        yield
    finally:
        if not enabled:
            gc.disable()


def _chosen(tests: Any) -> Catalogue:
    """The tests that options and configuration leave. Raises ValueError where there are some that the walk does not
    know, or blacklists from a configuration of the old form."""
    known = {f"bandit.plugins.{module}:{function}" for _, module, function in TABLE}
    functions = []
    blacklist: dict[str, list[dict[str, Any]]] = {}
    for plugin in tests.plugins:
        function = plugin.plugin
        if function is blacklisting.blacklist:
            blacklist = function._config
        elif f"{function.__module__}:{function.__name__}" in known:
            functions.append((function, getattr(function, "_config", None)))
        else:
            raise ValueError(f"unknown test {function.__name__}")
    ours = {entry["id"] for entries in extension_loader.MANAGER.blacklist.values() for entry in entries}
    if not all(entry.get("id") in ours for entries in blacklist.values() for entry in entries):
        raise ValueError("blacklists of the old form")
    return catalogue(functions, blacklisting.blacklist, blacklist)


def _issue(name: str, fields: Fields) -> Any:
    test_id, test, severity, confidence, text, line, column, end_column, _, _, cwe, _ = fields
    one = issue.Issue(severity, cwe, confidence, text, None, line, test_id, column, end_column)
    one.fname = name
    one.test = test
    return one


def _may_suppress(data: bytes) -> bool:
    """Whether there can be a `# nosec` in the decoded text, or a line on which bandit's way of looking for one fails:
    Python's tokenizer module takes a backslash after mere white space for a change of indentation."""
    if b"nosec" in data:
        return True
    head = data.split(b"\n", 2)[:2]
    return any(b"coding" in line and _CODING.search(line) for line in head) or any(_empty_continuations(data))


def _empty_continuations(data: bytes) -> Iterator[bool]:
    for end in (b"\\\n", b"\\\r") if b"\r" in data else (b"\\\n",):
        at = data.find(end)
        while at >= 0:
            yield not data[max(data.rfind(b"\n", 0, at), data.rfind(b"\r", 0, at)) + 1 : at].strip()
            at = data.find(end, at + 1)


def _lines_of_code(data: bytes) -> int:
    """Lines with something on them that is no comment, as bandit counts them."""
    return len([1 for line in map(bytes.strip, data.splitlines()) if line and not line.startswith(b"#")])
