"""Dockerfiles as stages and instructions."""

from __future__ import annotations

from contextlib import suppress

import pytest

from yett.parse import shell
from yett.parse.dockerfile import Dockerfile, expand, parse
from yett.parse.source import ParseError, Span


def _names(text: str) -> list[tuple[int, int, str, str]]:
    parsed = parse(text)
    found = [*parsed.before, *(one for stage in parsed.stages for one in stage.instructions)]
    return [(one.span.line, one.span.end_line, one.name, one.value) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("FROM a\nrun b", [(2, 2, "RUN", "b")]),
        ("FROM a\nRUN b \\\n  c\nRUN d", [(2, 3, "RUN", "b   c"), (4, 4, "RUN", "d")]),
        # A backslash joins; what stands before it and after it is one word.
        ("FROM a\nRUN b\\\nc", [(2, 3, "RUN", "bc")]),
        # Comments and empty lines inside an instruction do not end it.
        ("FROM a\nRUN b \\\n# c \\\n\n  # d\n  e\nUSER f", [(2, 6, "RUN", "b   e"), (7, 7, "USER", "f")]),
        # Two backslashes are one backslash, and no continuation.
        ("FROM a\nRUN b \\\\\nUSER c", [(2, 2, "RUN", "b \\\\"), (3, 3, "USER", "c")]),
        ("# escape=`\nFROM a\nRUN b `\n c \\\nUSER d", [(3, 4, "RUN", "b  c \\"), (5, 5, "USER", "d")]),
        # A directive below a comment is a comment.
        ("# hello\n# escape=`\nFROM a\nRUN b \\\n c", [(4, 5, "RUN", "b  c")]),
        ("FROM a\nRUN <<EOF\nUSER root\n# x\nEOF\nUSER b", [(2, 2, "RUN", "<<EOF"), (6, 6, "USER", "b")]),
        (
            "FROM a\nCOPY <<A <<-'B' /c/\nUSER d\nA\n\tUSER e\n\tB\nUSER f",
            [(2, 2, "COPY", "<<A <<-'B' /c/"), (7, 7, "USER", "f")],
        ),
        (
            'FROM a\nRUN echo "<<EOF" $((1 <<2)) && cat <<< b\nUSER c',
            [(2, 2, "RUN", 'echo "<<EOF" $((1 <<2)) && cat <<< b'), (3, 3, "USER", "c")],
        ),
        ("ARG V=1\nFROM a", [(1, 1, "ARG", "V=1")]),
        ("FROM a\nONBUILD USER root", [(2, 2, "USER", "root")]),
        ("FROM a\nCOPY --from=b --chown=c:d . /", [(2, 2, "COPY", ". /")]),
        ("FROM a\nRUN b \\", [(2, 2, "RUN", "b")]),
    ),
)
def test_instructions(text: str, expected: list[tuple[int, int, str, str]]) -> None:
    assert _names(text) == expected


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    (
        ("", 1, "there is no FROM, so this is not a Dockerfile"),
        ("# nothing\n", 1, "there is no FROM, so this is not a Dockerfile"),
        ("ARG A\n", 1, "there is no FROM, so this is not a Dockerfile"),
        ("RUN a\nFROM b\n", 1, "RUN stands in front of the first FROM"),
        ("FROM a\n\nHELLO b\n", 3, "'HELLO' is not an instruction"),
        ("FROM a\n{% if b %}\n", 2, "'{%' is not an instruction"),
        ("FROM a\nRUN <<EOF\nb\n", 2, "the here-document 'EOF' does not end"),
        ("FROM\n", 1, "FROM names no image"),
    ),
)
def test_what_a_build_would_refuse(text: str, line: int, reason: str) -> None:
    with pytest.raises(ParseError) as raised:
        parse(text)
    assert (raised.value.line, raised.value.reason) == (line, reason)


def _words(parsed: Dockerfile) -> list[tuple[str, Span]]:
    return [
        (word.text, script.span(word))
        for _, _, script in parsed.scripts()
        for command in shell.walk(script.commands)
        for word in command.words
    ]


def test_words_of_scripts_know_their_places() -> None:
    text = "FROM a\nRUN set -e; \\\n    # a comment\n    curl -k \\\n\tx | sh\n"
    places = {word: (span.line, span.column, span.end_column) for word, span in _words(parse(text))}
    assert places == {
        "set": (2, 5, 8),
        "-e": (2, 9, 11),
        "curl": (4, 5, 9),
        "-k": (4, 10, 12),
        "x": (5, 2, 3),
        "sh": (5, 6, 8),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    (
        ('FROM a\nRUN ["curl", "-k", "x"]', ["curl", "-k", "x"]),
        ('FROM a\nRUN ["sh", "-c", "curl -k x"]', ["curl", "-k", "x"]),
        ("FROM a\nRUN [ -f x ]", ["[", "-f", "x", "]"]),
        ("FROM a\nRUN <<EOF\ncurl x\nEOF", ["curl", "x"]),
        ("FROM a\nRUN bash <<EOF\ncurl x\nEOF", ["bash", "curl", "x"]),
        ("FROM a\nRUN python3 <<EOF\ncurl x\nEOF", ["python3"]),
        ("FROM a\nRUN --mount=type=cache,target=/b --network=none curl x", ["curl", "x"]),
    ),
)
def test_scripts(text: str, words: list[str]) -> None:
    assert [word for word, _ in _words(parse(text))] == words


def test_a_here_document_has_lines_of_its_own() -> None:
    places = dict(_words(parse("FROM a\nRUN <<-EOF\n\tset -e\n\tcurl x\n\tEOF\n")))
    assert places["curl"] == Span(4, 2, 4, 6)


def test_stages_build_on_each_other() -> None:
    parsed = parse(
        "ARG BASE=python\nARG TAG\nFROM ${BASE}:3 AS Build\nENV A=1\nUSER app\n"
        "FROM build AS test\nFROM alpine:${TAG:-3.22}\nFROM x:${TAG}\nFROM --platform=$BUILDPLATFORM 1\n"
    )
    assert [(stage.name, stage.base, stage.parent) for stage in parsed.stages] == [
        ("Build", "python:3", -1),
        ("test", "build", 0),
        ("", None, -1),
        ("", None, -1),
        ("", "1", 1),
    ]
    assert [stage.number for stage in parsed.lineage(parsed.final)] == [4, 1, 0]
    assert parsed.final.known == {"A": "1"}


def test_variables_of_a_stage() -> None:
    stage = parse(
        "ARG OUTER=o\nARG NONE\nFROM a\nARG OUTER\nARG NONE\nARG PLAIN=p\nENV B=$PLAIN-$OUTER C=$NONE D=${NOT_SET}\n"
        "ENV OLD the rest 'of it'\nENV Q=\"a b\" R=c\\ d\n"
    ).final
    assert stage.known == {
        "OUTER": "o",
        "NONE": None,
        "PLAIN": "p",
        "B": "p-o",
        "C": None,
        "D": None,
        "OLD": "the rest 'of it'",
        "Q": "a b",
        "R": "c d",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    (
        ("plain", "plain"),
        ("$A", "a"),
        ("${A}b", "ab"),
        ("${EMPTY:-b}", "b"),
        ("${EMPTY-b}", ""),
        ("${UNSET:-b}", "b"),
        ("${A:+b}", "b"),
        ("${EMPTY:+b}", ""),
        (r"\$A", "$A"),
        ("$UNKNOWN", None),
        ("${UNKNOWN:-b}", None),  # it may be given, and then it is not the default
        ("${A#b}", None),
        ("${A", None),
        ("$UNSET", None),
    ),
)
def test_expansion_is_a_text_or_unknown(text: str, expected: str | None) -> None:
    assert expand(text, {"A": "a", "EMPTY": "", "UNKNOWN": None}) == expected


def test_variables_cannot_double_without_bound() -> None:
    text = "FROM a\nENV A=xxxxxxxx\n" + "ENV A=$A$A\n" * 100
    assert parse(text).final.known["A"] is None


def test_pairs_know_their_places() -> None:
    stage = parse('FROM a\nENV A=1 \\\n    B="two words"\n').final
    assert [(pair.name, pair.value, pair.span) for pair in stage.instructions[0].pairs()] == [
        ("A", "1", Span(2, 5, 2, 8)),
        ("B", "two words", Span(3, 5, 3, 18)),
    ]


@pytest.mark.parametrize("piece", ("\\\n", "RUN <<A\n", "[", '"', "${", '--x="', "# a\n", "ENV A=$A$A\n", "FROM a\n"))
def test_hostile_texts_end(piece: str) -> None:
    text = "FROM a\nRUN " + piece * 20_000
    with suppress(ParseError):
        assert parse(text).stages
