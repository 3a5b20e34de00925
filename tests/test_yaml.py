"""YAML with places: nothing is made of what was written, and nothing can grow without bound."""

from __future__ import annotations

from itertools import pairwise

import pytest
import yaml as pyyaml

from yett.parse import yaml
from yett.parse.source import ParseError, decode
from yett.parse.yaml import Mapping, Scalar, Sequence, compose, compose_all, plain


def _mapping(text: str) -> Mapping:
    node = compose(text)
    assert isinstance(node, Mapping)
    return node


@pytest.fixture(params=("libyaml", "fallback"))
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both parsers, as a wheel may come without libyaml."""
    if request.param == "fallback":
        monkeypatch.delattr(pyyaml, "CSafeLoader")


@pytest.mark.usefixtures("loader")
class TestBothParsers:
    def test_places_count_from_one_and_in_characters(self) -> None:
        root = _mapping("é: [a, 'ü b']\nrun: |\n  one\n  two\n")
        assert root.key("é") == Scalar("é", 1, 1, 1, 2)
        items = root.get("é")
        assert isinstance(items, Sequence)
        assert items.items == (Scalar("a", 1, 5, 1, 6), Scalar("ü b", 1, 8, 1, 13, "'"))
        assert root.get("run") == Scalar("one\ntwo\n", 2, 6, 5, 1, "|")

    def test_nothing_is_made_of_words(self) -> None:
        root = _mapping("on: yes\nversion: 1.10\nwhen: 2020-01-01\nobject: !!python/object:os.system x\nref: !Ref y\n")
        found = {key: value.text for key, (_, value) in root.entries.items() if isinstance(value, Scalar)}
        assert found == {"on": "yes", "version": "1.10", "when": "2020-01-01", "object": "x", "ref": "y"}
        assert isinstance(ref := root.get("ref"), Scalar)
        assert ref.tag == "!Ref"

    def test_an_alias_stands_for_the_node_it_names(self) -> None:
        root = _mapping("a: &a {b: c}\nd: *a\n")
        assert root.get("d") is root.get("a")

    @pytest.mark.parametrize(
        ("text", "line", "reason"),
        (
            ("a: 1\nb: 2\n'a': 3\n", 3, "the key 'a' stands here a second time, first in line 1"),
            ("a: {b: 1, b: 2}\n", 1, "the key 'b' stands here a second time, first in line 1"),
            ("x:\n  - {{ name }}\n", 2, "a key is itself a mapping or a list; quote it if it is a template"),
            ("? [a]\n: b\n", 1, "a key is itself a mapping or a list; quote it if it is a template"),
            ("a: *b\n", 1, "the alias *b names no anchor before it"),
            ("a: &a [*a]\n", 1, "the alias *a stands inside what it names"),
            ("a: 1\n---\nb: 2\n", 3, "there is a second document, where one is expected"),
            ("a: 1\n# b\x85c: 2\n", 2, "there is a line separator (U+0085) that programs disagree on"),
            ("# a\u2028b: 2\n", 1, "there is a line separator (U+2028) that programs disagree on"),
            ("a: \x00\n", 1, "there is a character that YAML does not allow"),
            ("é\na: \x07\n", 2, "there is a character that YAML does not allow"),
            ("[" * 100_000, 1, "it nests more than 200 levels deep"),
            ("- " * 100_000, 1, "it nests more than 200 levels deep"),
            ("{a: " * 10_000, 1, "it nests more than 200 levels deep"),
            ("[" + "a," * 200_001 + "]", 1, "it holds more than 200,000 values, aliases written out"),
        ),
    )
    def test_what_cannot_be_read_says_where_and_why(self, text: str, line: int, reason: str) -> None:
        with pytest.raises(ParseError) as raised:
            compose(text)
        assert (raised.value.line, raised.value.reason) == (line, reason)

    @pytest.mark.parametrize("text", ("a: [\n", "a: 'b\n", "\ta: b\n", "a: b: c\n", "a: b\n c: d\n", "&", "%"))
    def test_a_broken_text_is_an_error_inside_the_text(self, text: str) -> None:
        with pytest.raises(ParseError) as raised:
            compose(text)
        assert 1 <= raised.value.line <= text.count("\n") + 1
        assert raised.value.reason

    def test_half_of_a_surrogate_pair_is_an_error(self) -> None:
        with pytest.raises(ParseError):
            compose("a: \ud800")


def test_aliases_cannot_grow_without_bound() -> None:
    """Nine anchors of nine aliases each are 271 bytes and, written out, some hundred millions of nodes."""
    levels = "abcdefghi"
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in pairwise(levels)
    )
    with pytest.raises(ParseError, match="holds more than"):
        compose(bomb)


def test_aliases_cannot_nest_without_bound() -> None:
    chain = "a0: &a0 [[[[x]]]]\n" + "".join(f"a{n}: &a{n} [[[[*a{n - 1}]]]]\n" for n in range(1, 100))
    with pytest.raises(ParseError, match="200 levels"):
        compose(chain)


@pytest.mark.parametrize(("text", "column"), (("a: &b c\n", 4), ("a: &b {c: d}\n", 4), ("a: *b\n", 4)))
def test_aliases_can_be_refused(text: str, column: int) -> None:
    with pytest.raises(ParseError, match="not allowed here") as raised:
        compose(text, aliases=False)
    assert (raised.value.line, raised.value.column) == (1, column)


def test_anchors_end_with_their_document() -> None:
    with pytest.raises(ParseError, match="names no anchor"):
        compose_all("&a x\n---\n*a\n")


@pytest.mark.parametrize("text", ("", "\n\n", "# nothing\n"))
def test_an_empty_text_has_no_document(text: str) -> None:
    assert compose(text) is None
    assert compose_all(text) == ()


def test_texts_come_in_the_order_in_which_they_stand() -> None:
    node = compose("a: [b, {c: d}]\ne: f\n")
    assert node
    assert [scalar.text for scalar in yaml.texts(node)] == ["a", "b", "c", "d", "e", "f"]


@pytest.mark.parametrize(
    ("text", "value"),
    (
        ("yes", "yes"),
        ("on", "on"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("true", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("'true'", "true"),
        ("!x true", "true"),
        ("~", None),
        ("''", ""),
        ("12", 12),
        ("-0o7", "-0o7"),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.50", 1.5),
        (".5e1", 5.0),
        ("", None),
        ("2020-01-01", "2020-01-01"),
        ("9" * 5000, "9" * 5000),
    ),
)
def test_plain_follows_the_core_schema(text: str, value: object) -> None:
    root = _mapping(f"key: {text}\n")
    scalar = root.get("key")
    assert isinstance(scalar, Scalar)
    assert plain(scalar) == value
    assert type(plain(scalar)) is type(value)


@pytest.mark.parametrize(
    ("data", "text"),
    (
        (b"a\r\nb\rc\n", "a\nb\nc\n"),
        (b"\xef\xbb\xbfa", "a"),
        ("é".encode("utf-16"), "é"),
        ("é".encode("utf-16-le"), None),
        (b"\xe9", None),
        (b"a\0b", None),
        (b"\xff\xfea", None),
    ),
)
def test_decoding(data: bytes, text: str | None) -> None:
    if text is None:
        with pytest.raises(ParseError):
            decode(data)
    else:
        assert decode(data) == text


def test_a_wrong_byte_is_named_with_its_line() -> None:
    with pytest.raises(ParseError) as raised:
        decode(b"one\ntwo \xff\n")
    assert (raised.value.line, raised.value.column, raised.value.reason) == (2, 5, "the text is not UTF-8")
