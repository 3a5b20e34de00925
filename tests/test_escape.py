from __future__ import annotations

import json
import random
import re

import pytest
import yaml

from tests.verdicts import HOSTILE_WORDS
from yett.report.escape import (
    code,
    cut,
    document,
    fenced,
    markdown,
    quoted,
    terminal,
    unicode,
    visible,
    workflow_data,
    workflow_property,
)

# How GitHub's runner finds a command: `::` at the start once white space is gone, `##[` anywhere. Azure and TeamCity
# put their name between "##" and the bracket.
COMMAND = re.compile(r"^\s*::|##[A-Za-z]*\[", re.MULTILINE)
FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u034f\u115f\u1160\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)


@pytest.mark.parametrize(
    ("text", "shown"),
    (
        ("", ""),
        ("shop/pay.py", "shop/pay.py"),
        ("Ünï/côdé/文件.py", "Ünï/côdé/文件.py"),
        ("back\\slash", "back\\slash"),  # for reading, not for decoding
        ("a\nb\rc\td", "a\\nb\\rc\\td"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x00\x07\x7f", "\\x00\\x07\\x7f"),
        ("\x85\x9b", "\\u0085\\u009b"),  # not \x85, which is a byte
        ("caf\udce9", "caf\\xe9"),
        ("\ud800", "\\ud800"),
        ("\u202egpj\u202c", "\\u202egpj\\u202c"),
        ("a\u200bb\ufeffc", "a\\u200bb\\ufeffc"),
        ("l\u2028p\u2029", "l\\u2028p\\u2029"),
        ("\u00a0\u3000", "\\u00a0\\u3000"),  # spaces that are none: two names would look alike
        ("\u034f\ufe0f\u3164\U000e0100", "\\u034f\\ufe0f\\u3164\\U000e0100"),
        ("\U000e0041\ue000\uffff", "\\U000e0041\\ue000\\uffff"),
    ),
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert terminal(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    (
        ("std::vector", "std::vector"),  # inside a word it begins no line
        ("a: b", "a: b"),
        ("item #1", "item #1"),
        ("## heading", "## heading"),
        ("#[derive]", "#[derive]"),
        ("::error::x", "\\x3a:error::x"),
        ("  ::error::x", "  \\x3a:error::x"),
        ("see ::error::x", "see \\x3a:error::x"),  # wrapping may put it first
        ("see :", "see \\x3a"),  # and another colon may follow
        ("\n::error::x", "\\n::error::x"),
        ("a ##[set-env name=x]y", "a #\\x23[set-env name=x]y"),
        ("###[error]", "##\\x23[error]"),
        ("##vso[task.x]", "#\\x23vso[task.x]"),
        ("##teamcity[x]", "#\\x23teamcity[x]"),
        ("#\u034f#[error]", "#\\u034f#[error]"),
    ),
)
def test_terminal_gives_no_command(text: str, shown: str) -> None:
    assert terminal(text) == shown
    assert terminal(shown) == shown  # a second pass changes nothing


def _nasty(seed: int) -> str:
    pieces = (
        *"#:[]`|@<>&\\ \n\r\t\x1b\x7f\udcff\u200b\u202e",
        "::",
        "##[",
        "##vso[",
        "a",
        "www.",
        "://",
        "**",
        "1.",
        "-",
    )
    chosen = random.Random(seed)
    return "".join(chosen.choice(pieces) for _ in range(chosen.randrange(12)))


@pytest.mark.parametrize("text", (*HOSTILE_WORDS, *map(_nasty, range(300))))
def test_nothing_hostile_is_left(text: str) -> None:
    for shown in (terminal(text), quoted(visible(text)), code(text)):
        assert not COMMAND.search(shown)
        assert not FORBIDDEN.search(shown)
        shown.encode()  # no surrogate is left
    assert not COMMAND.search(markdown(text))
    assert not FORBIDDEN.search(markdown(text).replace("\u200b", ""))  # its own zero-width spaces are meant


@pytest.mark.parametrize(
    ("text", "data", "prop"),
    (
        ("plain", "plain", "plain"),
        ("100%", "100%25", "100%25"),
        ("%0A", "%250A", "%250A"),
        ("a\r\nb", "a%0D%0Ab", "a%0D%0Ab"),
        ("C:,x", "C:,x", "C%3A%2Cx"),
    ),
)
def test_workflow(text: str, data: str, prop: str) -> None:
    assert workflow_data(text) == data
    assert workflow_property(text) == prop


@pytest.mark.parametrize(
    ("text", "shown"),
    (
        ("plain words, (1 of 2)", "plain words, (1 of 2)"),
        ("a|b", "a&#124;b"),
        ("<b>&amp;", "&#60;b&#62;&#38;amp;"),
        ("&#64;team", "&#38;#\u200b64;team"),
        ("[x](y)", "&#91;x&#93;(y)"),
        ("`a` *b* _c_ ~d~ $e$", "&#96;a&#96; &#42;b&#42; &#95;c&#95; &#126;d&#126; &#36;e&#36;"),
        ("@team", "@\u200bteam"),
        ("acme/shop#12", "acme/shop#\u200b12"),
        ("https://e.example WWW.e.example", "https:\u200b//e.example WWW\u200b.e.example"),
        ("- item", "&#45; item"),
        ("1. item", "1&#46; item"),
        ("     code", "code"),
        ("\\|", "&#92;&#124;"),
    ),
)
def test_markdown(text: str, shown: str) -> None:
    assert markdown(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    (
        ("a.py", "`a.py`"),
        ("a|b", "`a\\x7cb`"),
        ("a`b", "`` a`b ``"),
        ("```", "```` ``` ````"),
        ("@team #1 <b>", "`@team #1 <b>`"),
        ("", "` `"),
    ),
)
def test_code(text: str, shown: str) -> None:
    assert code(text) == shown


def test_long_text_is_cut_before_it_is_escaped() -> None:
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abc..."
    assert markdown("|" * 20, 5) == "&#124;&#124;..."
    assert code("`" * 20, 5) == "``` ``... ```"


def test_a_block_outruns_its_content() -> None:
    assert fenced("a\n````\nb", "text") == "`````text\na\n````\nb\n`````"
    assert fenced("a") == "```\na\n```"


@pytest.mark.parametrize(
    "text", ("plain/path.py", 'say "x"\\', "a\nb\t\x1b", "ü文😀", "\u202e\U000e0041", "##[x]", "::x", "")
)
def test_quoted_is_yaml(text: str) -> None:
    shown = quoted(text)
    assert yaml.safe_load(f"key: {shown}") == {"key": text}
    assert not COMMAND.search(f"key: {shown}")


def test_documents_are_ascii_and_unchanged_in_value() -> None:
    value = {"a": ["##[error]x", "###", "\x7f\x1b\u202eü😀", unicode("b\udcff")], "b": {"c": True, "d": None, "e": 1}}
    text = document(value)
    assert text.isascii()
    assert text.endswith("}\n")
    assert "##" not in text
    assert "\x7f" not in text
    assert json.loads(text) == value


def test_unicode_touches_surrogates_alone() -> None:
    assert unicode("a\x1b\u202eü😀\n") == "a\x1b\u202eü😀\n"
    assert unicode("caf\udce9 \ud800") == "caf\\xe9 \\ud800"
