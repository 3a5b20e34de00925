"""HCL: blocks, attributes and expressions with their places, whatever stands beside them."""

from __future__ import annotations

import pytest

from yett.parse.hcl import (
    MAX_DEPTH,
    Attribute,
    Call,
    Conditional,
    For,
    Literal,
    Object,
    Opaque,
    Operation,
    Template,
    Traversal,
    Tuple,
    parse,
    parse_template,
)
from yett.parse.source import Span


def _attribute(expression: str) -> Attribute:
    return parse(f"x = {expression}\n").body.attributes["x"]


@pytest.mark.parametrize(
    ("text", "value"),
    (
        ("1", 1),
        ("1.5", 1.5),
        ("true", True),
        ("null", None),
        ('""', ""),
        ('"a"', "a"),
        (r'"a\n\"\\b"', 'a\n"\\b'),
        (r'"\u00e9\U0001F600"', "é😀"),
        ('"$${not}"', "${not}"),
        ('"%%{not}"', "%{not}"),
        ("(((2)))", 2),
    ),
)
def test_a_literal_is_what_it_means(text: str, value: object) -> None:
    expression = _attribute(text).expression
    assert isinstance(expression, Literal)
    assert expression.value == value
    assert type(expression.value) is type(value)


@pytest.mark.parametrize(
    ("text", "kind"),
    (
        ("a.b[0].c", Traversal),
        ("a.*.c", Traversal),
        ("a[*].c", Traversal),
        ('"x-${a}"', Template),
        ('"${a}"', Traversal),  # nothing but the interpolation
        ("f(1, 2...)", Call),
        ("a ? b : c", Conditional),
        ("!a", Operation),
        ("a.b == (c && d)", Operation),
        ("[1, 2,]", Tuple),
        ("{a = 1, (b) : 2}", Object),
        ("[for a in b : a if a]", For),
        ("{for k, v in b : k => v...}", For),
        ('"%{if a}b%{endif}"', Opaque),
    ),
)
def test_an_expression_is_of_its_kind(text: str, kind: type) -> None:
    assert isinstance(_attribute(text).expression, kind)


def test_steps_of_a_traversal() -> None:
    expression = _attribute('a.b[0]["c"].*.d').expression
    assert isinstance(expression, Traversal)
    assert expression.root == "a"
    assert [step.value if isinstance(step, Literal) else step for step in expression.steps] == ["b", 0, "c", "*", "d"]


def test_sides_of_an_operation_are_whole() -> None:
    expression = _attribute("var.a[0].b != local.c").expression
    assert isinstance(expression, Operation)
    assert isinstance(expression.left, Traversal)
    assert (expression.left.root, len(expression.left.steps), expression.operator) == ("var", 3, "!=")


_PLACES = """\
# é
resource "aws_s3_bucket" "b" {
  é   = "é" # é
  acl = "é${var.a}"
  block "l" {
    x = 1
  }
}
"""


def test_places_are_in_characters() -> None:
    block = parse(_PLACES).body.blocks[0]
    assert (block.type, block.labels, block.span) == ("resource", ("aws_s3_bucket", "b"), Span(2, 1, 2, 29))
    assert block.body.span == Span(2, 30, 8, 2)
    first, acl = block.body.attributes["é"], block.body.attributes["acl"]
    assert (first.span, first.expression.span) == (Span(3, 3, 3, 4), Span(3, 9, 3, 12))
    template = acl.expression
    assert isinstance(template, Template)
    assert template.span == Span(4, 9, 4, 20)
    assert [part.span[:2] for part in template.parts] == [(4, 10), (4, 13)]
    assert block.body.blocks[0].span == Span(5, 3, 5, 12)


def test_text_of_a_heredoc_stands_where_it_stands() -> None:
    text = 'x = <<-EOF\n    {"a": "${v}",\n     "b": 1}\n  EOF\n'
    template = parse(text).body.attributes["x"].expression
    assert isinstance(template, Template)
    first, hole, last = template.parts
    assert isinstance(first, Literal)
    assert isinstance(last, Literal)
    assert (first.value, first.span[:2]) == ('    {"a": "', (2, 1))
    assert hole.span[:2] == (2, 14)
    assert (last.value, last.span[:2]) == ('",\n     "b": 1}\n', (2, 16))


def test_a_broken_block_leaves_its_neighbours_whole() -> None:
    text = """\
resource "a" "one" {
  x = 1
}
resource "a" "two" {
  x =
  y = 2
}
resource "a" "three" {
  x = 3
}
"""
    file = parse(text)
    assert [(block.labels[1], block.broken) for block in file.body.blocks] == [
        ("one", False),
        ("two", True),
        ("three", False),
    ]
    assert [error.line for error in file.errors] == [5]


@pytest.mark.parametrize("text", ("", "\n", "# nothing\n", "/* */"))
def test_nothing_is_no_error(text: str) -> None:
    file = parse(text)
    assert not file.errors
    assert not file.body.blocks


@pytest.mark.parametrize(
    "text",
    (
        "x = " + "[" * 5000 + "]" * 5000,
        "x = " + "(" * 5000 + "1" + ")" * 5000,
        "x = " + "1 + " * 5000 + "1",
        "x = " + "a ? b : " * 3000 + "c",
        "x = " + '"${' * 2000 + '"}' * 2000,
        "\x01\x02" * 10_000,
        "a {" * 5000,
    ),
)
def test_depth_and_rubbish_are_borne(text: str) -> None:
    file = parse(text + "\n")
    for attribute in file.body.attributes.values():
        assert attribute.expression


def test_blocks_nested_too_deep_are_an_error() -> None:
    file = parse("a {\n" * (MAX_DEPTH + 5) + "}\n" * (MAX_DEPTH + 5))
    assert "levels deep" in file.errors[0].reason
    assert file.body.blocks[0].broken


@pytest.mark.parametrize(
    ("text", "kind"),
    (
        ("plain", Literal),
        ("${var.a}", Traversal),
        ("a-${var.a}", Template),
        ('${lookup(var.a, "b")}', Call),
        ('say "${var.a}"', Template),
        ("${", Opaque),
    ),
)
def test_a_string_of_json_is_a_template(text: str, kind: type) -> None:
    assert isinstance(parse_template(text), kind)
