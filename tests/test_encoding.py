"""Bytes to readings, and offsets back to places."""

from __future__ import annotations

import codecs
import sys

import pytest

from yett.parse.encoding import Cursor, View, views

TEXT = 'naïve = 1\npassword = "väl"\n'

PLAIN = (
    b"",
    b"x",
    TEXT.encode(),
    codecs.BOM_UTF8 + TEXT.encode(),
    TEXT.encode("latin-1"),
    b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00\x3e\x00 binary \x90\x90" + bytes(range(256)) * 8,
    bytes(500),
)


@pytest.mark.parametrize("data", PLAIN)
def test_ordinary_and_binary_files_are_read_once_and_not_copied(data: bytes) -> None:
    (view,) = views(data)
    assert view.data is data


WIDE = (
    ("utf-16-le", codecs.BOM_UTF16_LE),
    ("utf-16-be", codecs.BOM_UTF16_BE),
    ("utf-16-le", b""),
    ("utf-16-be", b""),
    ("utf-32-le", codecs.BOM_UTF32_LE),
    ("utf-32-be", codecs.BOM_UTF32_BE),
    ("utf-32-le", b""),
    ("utf-32-be", b""),
)


@pytest.mark.parametrize(("encoding", "mark"), WIDE)
def test_wide_text_is_read_a_second_time(encoding: str, mark: bytes) -> None:
    data = mark + (TEXT * 3).encode(encoding)
    raw, wide = views(data)
    assert raw.data is data
    # Without a mark nothing tells how the letters beyond ASCII are meant: their lower bytes are kept.
    expected = View((TEXT * 3).encode(), encoding) if mark else View((TEXT * 3).encode("latin-1"), "wide")
    assert wide == expected
    assert Cursor(wide).at(wide.data.rindex(b"l")) == (6, 15)


def test_a_mark_in_front_of_ordinary_text_hides_nothing() -> None:
    assert any(b"password" in view.data for view in views(codecs.BOM_UTF16_LE + b'password = "x"'))


@pytest.mark.parametrize("encoding", ("utf-16-le", "utf-16-be"))
@pytest.mark.parametrize("before", ("PORT=1\n", "PORT=12\n", "PORT=8080\n" * 2000))
def test_wide_text_appended_to_ordinary_text_is_read(encoding: str, before: str) -> None:
    data = before.encode() + "TOKEN=abc\n".encode(encoding) * 20
    assert views(data)[1] == View((before + "TOKEN=abc\n" * 20).encode(), "wide")


def test_a_platform_without_re2_reads_wide_text_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    assert len(views(TEXT.encode("utf-16-le"))) == 2
    assert len(views(bytes(range(256)) * 8)) == 1


def test_a_truncated_wide_text_is_read_as_far_as_it_goes() -> None:
    assert views(codecs.BOM_UTF16_LE + "key".encode("utf-16-le") + b"x")[1].data.startswith(b"key")


PLACES = (
    (b"abc", b"c", (1, 3)),
    (b"a\nbc", b"c", (2, 2)),
    (b"a\r\nbc", b"c", (2, 2)),
    (b"a\rbc", b"c", (2, 2)),  # an old Mac's lines
    (b"a\rb\nc", b"c", (2, 1)),  # CR is no line end where LF is
    ("äöx".encode(), b"x", (1, 3)),  # characters, not bytes
    ("äöx".encode("latin-1"), b"x", (1, 3)),
    (codecs.BOM_UTF8 + b"x", b"x", (1, 1)),  # the mark is no column
    ("😀x".encode(), b"x", (1, 2)),
    (b"\n\n\nx", b"x", (4, 1)),
)


@pytest.mark.parametrize(("data", "needle", "place"), PLACES)
def test_places(data: bytes, needle: bytes, place: tuple[int, int]) -> None:
    assert Cursor(View(data, "bytes")).at(data.index(needle)) == place


def test_a_cursor_counts_the_same_in_one_pass_and_from_the_start() -> None:
    data = "åb\n\nçd\r\n ef\n".encode() * 5
    view = View(data, "bytes")
    starts = [offset for offset in range(len(data)) if data[offset] & 0xC0 != 0x80]
    walking = Cursor(view)
    assert [walking.at(offset) for offset in starts] == [Cursor(view).at(offset) for offset in starts]
    assert walking.at(0) == (1, 1)  # going back is allowed
