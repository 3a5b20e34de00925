"""Archives to members: what is read, under which name, and what is refused."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest

from yett.parse import archive
from yett.parse.archive import Member, Refused, kind, members

FILES = {"a.txt": b"first", "folder/b.env": b"second"}


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return out.getvalue()


def tarred(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as file:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            file.addfile(info, io.BytesIO(data))
    return out.getvalue()


PACKED = (
    zipped(FILES),
    zipped(FILES, zipfile.ZIP_STORED),
    zipped(FILES, zipfile.ZIP_BZIP2),
    zipped(FILES, zipfile.ZIP_LZMA),
    tarred(FILES),
    gzip.compress(tarred(FILES), mtime=0),
    bz2.compress(tarred(FILES)),
    lzma.compress(tarred(FILES)),
)


@pytest.mark.parametrize("data", PACKED)
def test_every_kind_is_read(data: bytes) -> None:
    assert list(members(data)) == [Member(name, content) for name, content in FILES.items()]


@pytest.mark.parametrize("pack", (gzip.compress, bz2.compress, lzma.compress))
def test_a_single_compressed_file_is_its_content(pack: object) -> None:
    assert callable(pack)
    assert list(members(pack(b"text" * 9))) == [Member("content", b"text" * 9)]
    assert list(members(pack(b"one") + pack(b"two"))) == [Member("content", b"onetwo")]  # streams one after another


@pytest.mark.parametrize("data", (b"", b"text", b"PK", b"\x1f", b"\0" * 600, b"%PDF-1.7"))
def test_what_is_no_archive_has_no_members(data: bytes) -> None:
    assert kind(data) == ""
    assert list(members(data)) == []


def test_an_archive_in_an_archive() -> None:
    inner = zipped({"lib/c.py": b"third"})
    assert list(members(zipped({"x.whl": inner}))) == [Member("x.whl!lib/c.py", b"third")]
    deep = zipped({"y.zip": zipped({"x.zip": inner})})
    (refused,) = members(deep)
    assert isinstance(refused, Refused)
    assert (refused.name, refused.kind) == ("y.zip!x.zip", "limit")


def names_and_kinds(data: bytes) -> list[tuple[str, str]]:
    return [(each.name, each.kind if isinstance(each, Refused) else "read") for each in members(data)]


def test_names_lead_nowhere() -> None:
    odd = {"../../etc/passwd": b"1", "/etc/shadow": b"2", "a\x1b[2J\n": b"3", "C:\\x": b"4"}
    assert [each.data for each in members(tarred(odd)) if isinstance(each, Member)] == [b"1", b"2", b"3", b"4"]


def test_links_and_devices_are_no_members() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as file:
        for name, sort in (("link", tarfile.SYMTYPE), ("device", tarfile.CHRTYPE), ("folder", tarfile.DIRTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = sort, "/etc/passwd"
            file.addfile(info)
    assert list(members(out.getvalue())) == []


def encrypted() -> bytes:
    """A zip archive whose first member says that it is encrypted."""
    data = bytearray(zipped(FILES))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    return bytes(data)


REFUSED = (
    (encrypted(), [("a.txt", "unreadable"), ("folder/b.env", "read")]),
    (zipped(FILES)[:60], [("", "unreadable")]),
    (b"PK\x03\x04" + bytes(100), [("", "unreadable")]),
    (
        zipped(FILES, zipfile.ZIP_STORED).replace(b"first", b"farst"),
        [("a.txt", "unreadable"), ("folder/b.env", "read")],
    ),
    (gzip.compress(b"x" * 900, mtime=0)[:20], [("", "unreadable"), ("content", "read")]),
    (b"\x1f\x8bnothing like it", [("", "unreadable")]),
    (b"BZhnothing like it", [("", "unreadable")]),
    (b"7z\xbc\xaf\x27\x1c" + bytes(50), [("", "unreadable")]),
    (b"Rar!\x1a\x07" + bytes(50), [("", "unreadable")]),
    (b"\x28\xb5\x2f\xfd" + bytes(50), [("", "unreadable")]),
    (tarred({"a": b"x" * 2000})[:1500], [("", "unreadable")]),
)


@pytest.mark.parametrize(("data", "expected"), REFUSED)
def test_what_cannot_be_read_is_said(data: bytes, expected: list[tuple[str, str]]) -> None:
    assert names_and_kinds(data) == expected


def test_a_bomb_is_refused() -> None:
    for bomb in (gzip.compress(bytes(64 << 20)), zipped({"zeros": bytes(64 << 20)}), lzma.compress(bytes(64 << 20))):
        assert [sort for _, sort in names_and_kinds(bomb)] == ["limit"]


def test_many_bombs_share_one_limit() -> None:
    bomb = zipped({f"{number}.gz": gzip.compress(bytes(4 << 20)) for number in range(40)})
    read = sum(len(each.data) for each in members(bomb) if isinstance(each, Member))
    assert read <= 40 << 20
    assert "limit" in {sort for _, sort in names_and_kinds(bomb)}


def test_too_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MEMBERS", 3)
    for pack in (zipped, tarred):
        data = pack({str(number): b"" for number in range(5)})
        assert [sort for _, sort in names_and_kinds(data)] == ["read", "read", "read", "limit"]


def test_a_large_member_is_refused_and_the_others_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "SIZE", 10)
    for pack in (zipped, tarred):
        assert names_and_kinds(pack({"a": b"x" * 11, "b": b"y"})) == [("a", "limit"), ("b", "read")]
