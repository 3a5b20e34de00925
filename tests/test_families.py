"""Every rule of the families that are judged file by file, against its own examples."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import NamedTuple

import pytest

from yett.model import Hit, Rule
from yett.parse.tree import Tree
from yett.rules import FAMILIES

_NAMES = os.environ["YETT_FAMILIES"].split(",") if os.environ.get("YETT_FAMILIES") else FAMILIES
_PACKAGES: tuple[ModuleType, ...] = tuple(
    module for module in (import_module(f"yett.rules.{name}") for name in _NAMES) if hasattr(module, "EXAMPLE")
)


class Example(NamedTuple):
    family: ModuleType
    rule: Rule
    text: str
    number: int


def _examples(kind: str) -> list[Example]:
    return [
        Example(family, rule, text, number)
        for family in _PACKAGES
        for rule in family.rules()
        for number, text in enumerate(rule.bad if kind == "bad" else rule.good)
    ]


def _name(example: Example) -> str:
    return f"{example.rule.id}-{example.number}"


_FILE = re.compile(r"^(?:#|--|//|;|!) file: (\S+)\n", re.MULTILINE)
_MARK = re.compile(r"(?:#|--|//|;|/\*|<!--) <- here(?: \*/| -->)?$")
_NEXT = re.compile(r"(?:#|--|//|;|/\*|<!--) next(?: \*/| -->)?$")


def _files(example: Example, before: str = "") -> dict[str, str]:
    """The files an example is made of: the one whose name the family gives, or those that begin at `# file: NAME`."""
    first, *others = _FILE.split(example.text)
    if not others:
        return {example.family.EXAMPLE: before + first}
    assert not first.strip(), "there is text in front of the first file"
    return {name: before + text for name, text in zip(others[::2], others[1::2], strict=True)}


def _hits(example: Example, before: str = "") -> list[tuple[str, Hit]]:
    files = _files(example, before)
    tree = Tree.of(files)
    return [
        (path, hit)
        for path, text in files.items()
        for rule, hit in dict.fromkeys(example.family.judge(text, path, tree))
        if rule is example.rule and isinstance(hit, Hit)
    ]


def _marked(text: str) -> Iterator[int]:
    """The lines that end in `# <- here`, and those under a line `# next`."""
    for number, line in enumerate(text.split("\n"), 1):
        if _MARK.search(line):
            yield number
        elif _NEXT.fullmatch(line.strip()):
            yield number + 1


@pytest.mark.parametrize("example", _examples("good"), ids=_name)
def test_a_rule_is_silent_on_its_good_examples(example: Example) -> None:
    assert _hits(example) == []


@pytest.mark.parametrize("example", _examples("bad"), ids=_name)
def test_a_rule_hits_the_marked_lines_of_its_bad_examples(example: Example) -> None:
    expected = [(path, line) for path, text in _files(example).items() for line in _marked(text)]
    assert expected
    assert sorted((path, hit.line) for path, hit in _hits(example)) == sorted(expected)


@pytest.mark.parametrize("example", _examples("bad"), ids=_name)
def test_a_hit_names_text_that_is_there(example: Example) -> None:
    files = _files(example)
    for path, hit in _hits(example):
        lines = files[path].split("\n")
        assert hit.end_line >= hit.line
        assert 1 <= hit.column <= len(lines[hit.line - 1])
        assert not lines[hit.line - 1][hit.column - 1].isspace()
        if hit.end_line == hit.line and hit.end_column:
            assert hit.column < hit.end_column <= len(lines[hit.line - 1]) + 1


@pytest.mark.parametrize("example", _examples("bad"), ids=_name)
def test_a_subject_does_not_depend_on_the_place(example: Example) -> None:
    """Two more lines in front change where something is found, not what."""
    before, after = _hits(example), _hits(example, "\n\n")
    assert [hit.subject or hit.message for _, hit in before] == [hit.subject or hit.message for _, hit in after]
    assert [(path, hit.line + 2) for path, hit in before] == [(path, hit.line) for path, hit in after]


@pytest.mark.parametrize("example", _examples("bad"), ids=_name)
def test_an_edit_heals_what_it_belongs_to(example: Example) -> None:
    files = _files(example)
    for path, hit in _hits(example):
        if hit.edits:
            lines = files[path].split("\n")
            for edit in sorted(hit.edits, reverse=True):
                head, tail = lines[edit.line - 1][: edit.column - 1], lines[edit.end_line - 1][edit.end_column - 1 :]
                lines[edit.line - 1 : edit.end_line] = (head + edit.text + tail).split("\n")
            healed = {**files, path: "\n".join(lines)}
            again = example.family.judge(healed[path], path, Tree.of(healed))
            still = [each.subject for rule, each in again if rule is example.rule and isinstance(each, Hit)]
            assert hit.subject not in still


_RULES = [rule for family in _PACKAGES for rule in family.rules()]


@pytest.mark.parametrize("rule", _RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_a_reader_needs(rule: Rule) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*/[a-z0-9]+(-[a-z0-9]+)*", rule.id)
    assert rule.bad
    assert rule.good
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.why.endswith(".")
    assert rule.fix.endswith((".", "`"))
    assert any(ref.startswith("CWE-") for ref in rule.refs)
    assert any(ref.startswith("https://") for ref in rule.refs)


@pytest.mark.parametrize("family", _PACKAGES, ids=lambda family: family.__name__)
def test_rules_have_names_of_their_own(family: ModuleType) -> None:
    ids = [rule.id for rule in family.rules()]
    assert len(ids) == len(set(ids))
