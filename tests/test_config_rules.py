"""Every configuration rule against its own examples, and what all of them have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from yett.model import Hit, Rule
from yett.parse import dockerfile, workflow
from yett.rules import docker, github_actions


class Example(NamedTuple):
    rule: Rule
    text: str
    number: int


def _examples(rules: tuple[Rule, ...], kind: str) -> list[Example]:
    return [
        Example(rule, text, number)
        for rule in rules
        for number, text in enumerate(rule.bad if kind == "bad" else rule.good)
    ]


def _name(example: Example) -> str:
    return f"{example.rule.id.partition('/')[2]}-{example.number}"


RULES = (*github_actions.rules(), *docker.rules())


def _hits(rule: Rule, text: str) -> list[Hit]:
    if rule.id.startswith("docker/"):
        return list(next(module for module in docker.RULES if module.RULE is rule).check(dockerfile.parse(text)))
    parse = workflow.parse if re.search(r"^on:", text, re.MULTILINE) else workflow.parse_action
    parsed = parse(text)
    assert parsed, "the example holds neither a workflow nor an action"
    return list(next(module for module in github_actions.RULES if module.RULE is rule).check(parsed))


def _marked(text: str) -> Iterator[int]:
    """The lines that end in `# <- here`, and those under a line `# next`."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.endswith("# <- here"):
            yield number
        elif line.strip() == "# next":
            yield number + 1


@pytest.mark.parametrize("example", _examples(RULES, "good"), ids=_name)
def test_a_rule_is_silent_on_its_good_examples(example: Example) -> None:
    assert _hits(example.rule, example.text) == []


@pytest.mark.parametrize("example", _examples(RULES, "bad"), ids=_name)
def test_a_rule_hits_the_marked_lines_of_its_bad_examples(example: Example) -> None:
    expected = list(_marked(example.text))
    assert expected
    assert sorted(hit.line for hit in _hits(example.rule, example.text)) == expected


@pytest.mark.parametrize("example", _examples(RULES, "bad"), ids=_name)
def test_a_hit_names_text_that_is_there(example: Example) -> None:
    lines = example.text.split("\n")
    for hit in _hits(example.rule, example.text):
        assert hit.end_line >= hit.line
        assert 1 <= hit.column <= len(lines[hit.line - 1])
        assert not lines[hit.line - 1][hit.column - 1].isspace()
        if hit.end_line == hit.line and hit.end_column:
            assert hit.column < hit.end_column <= len(lines[hit.line - 1]) + 1


@pytest.mark.parametrize("example", _examples(RULES, "bad"), ids=_name)
def test_a_subject_does_not_depend_on_the_place(example: Example) -> None:
    """Two more lines in front change where something is found, not what."""
    text = example.text
    moved = "# moved\n\n" + text
    before, after = _hits(example.rule, text), _hits(example.rule, moved)
    assert [hit.subject or hit.message for hit in before] == [hit.subject or hit.message for hit in after]
    assert [hit.line + 2 for hit in before] == [hit.line for hit in after]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_a_reader_needs(rule: Rule) -> None:
    family, _, name = rule.id.partition("/")
    modules = github_actions.RULES if family == "github-actions" else docker.RULES
    module = next(module for module in modules if module.RULE is rule)
    assert getattr(module, "__name__", "").rpartition(".")[2] == name.replace("-", "_")
    assert rule.bad
    assert rule.good
    assert rule.title
    assert rule.why.endswith(".")
    assert rule.fix.endswith(".")
    assert any(ref.startswith("CWE-") for ref in rule.refs)
    assert any(ref.startswith("PCI DSS ") for ref in rule.refs)
    assert any(ref.startswith("https://") for ref in rule.refs)


@pytest.mark.parametrize("rules", (github_actions.rules(), docker.rules()), ids=("github-actions", "docker"))
def test_rules_are_in_order_and_have_names_of_their_own(rules: tuple[Rule, ...]) -> None:
    ids = [rule.id for rule in rules]
    assert ids == sorted(set(ids))
