"""What is compiled once is used again, and what anybody else may have put there is not."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from yett.caches import compiled
from yett.checks._shelf import Shelf, shelf
from yett.parse import decode, literals
from yett.parse.compiled import Recipe, Scan
from yett.parse.decode import _SIGNED, _SIGNS, Runs
from yett.parse.literals import Literals
from yett.rules.secrets import Index

WORDS = (b"needle", b"pin")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "compiled"


def _recipe(folder: Path, probes: bytes = b"needle pin") -> Recipe:
    return Recipe(WORDS, probes, literal=True, shelf=Shelf(str(folder)))


def _made(folder: Path) -> Path:
    (made,) = (each for each in folder.iterdir() if not each.name.endswith(".asked"))
    return made


def _seen(scan: Scan) -> set[int]:
    found: set[int] = set()
    scan(b"pins and needles", match_event_handler=lambda index, *_: found.add(index))
    return found


def test_what_was_put_there_is_found_again(folder: Path) -> None:
    kept = Shelf(str(folder))
    assert kept.take("a") is None
    kept.put("a", b"made")
    assert Shelf(str(folder)).take("a") == b"made"
    assert kept.take("b") is None
    assert folder.stat().st_mode & 0o777 == 0o700
    kept.put("a", b"made anew")
    assert kept.take("a") == b"made anew"
    assert [each.name for each in folder.iterdir()] == ["a"]


def test_it_is_worth_making_when_it_is_asked_for_again(folder: Path) -> None:
    assert not Shelf(str(folder)).asked("a")
    assert Shelf(str(folder)).asked("a")
    assert not Shelf(str(folder)).asked("b")


def test_a_copy_is_not_the_file_that_was_written(folder: Path) -> None:
    kept = Shelf(str(folder))
    kept.put("a", b"made")
    before = (folder / "a").stat()
    shutil.copy2(folder / "a", folder / "b")  # its owner, rights and times are the same
    assert kept.take("b") is None
    os.utime(folder / "a", (before.st_atime, before.st_mtime + 10))  # a checkout that got the same number
    assert kept.take("a") is None


@pytest.mark.parametrize("rights", (0o620, 0o602, 0o666))
def test_a_file_that_others_can_write_is_not_used(folder: Path, rights: int) -> None:
    kept = Shelf(str(folder))
    kept.put("a", b"made")
    (folder / "a").chmod(rights)
    assert kept.take("a") is None


@pytest.mark.parametrize("rights", (0o755, 0o770, 0o701))
def test_a_folder_that_is_open_to_others_is_neither_read_nor_written(folder: Path, rights: int) -> None:
    kept = Shelf(str(folder))
    kept.put("a", b"made")
    folder.chmod(rights)
    assert kept.take("a") is None
    kept.put("b", b"made")
    assert not kept.asked("c")
    assert not kept.asked("c")
    assert [each.name for each in folder.iterdir()] == ["a"]


def test_what_belongs_to_somebody_else_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Shelf(str(folder))
    kept.put("a", b"made")
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    assert kept.take("a") is None


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    kept = Shelf(str(folder))
    kept.put("a", b"made")
    (folder / "b").symlink_to("a")
    assert kept.take("b") is None
    (tmp_path / "link").symlink_to(folder)
    assert Shelf(str(tmp_path / "link")).take("a") is None


def test_a_folder_that_cannot_be_made_is_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = Shelf(str(tmp_path / "file" / "compiled"))
    kept.put("a", b"made")
    assert kept.take("a") is None
    assert not kept.asked("a")


def test_what_nobody_has_used_for_long_is_removed(folder: Path) -> None:
    kept = Shelf(str(folder))
    kept.put("old", b"made")
    os.utime(folder / "old", (1_000_000_000, 1_000_000_000))
    kept.put("new", b"made")
    assert [each.name for each in folder.iterdir()] == ["new"]


def test_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert compiled({"HOME": "/home/a"}) == "/home/a/.cache/yett/compiled"
    assert compiled({"HOME": "/home/a", "XDG_CACHE_HOME": "/c"}) == "/c/yett/compiled"
    assert compiled({"HOME": "/home/a", "CI": "true"}) == ""
    assert compiled({"XDG_CACHE_HOME": "caches"}) == ""  # below the folder that is scanned, likely
    assert compiled({}) == ""
    assert shelf("") is None


def test_a_database_is_made_once(folder: Path) -> None:
    assert _recipe(folder).ready() is None
    assert _recipe(folder).scanner() is not None
    scan = _recipe(folder).ready()
    assert scan is not None
    found: list[tuple[int, int]] = []
    scan(b"pins and needles", match_event_handler=lambda index, _, end, *__: found.append((index, end)))
    assert found == [(1, 3), (0, 15)]


def test_other_words_are_another_database(folder: Path) -> None:
    _recipe(folder).scanner()
    kept = Shelf(str(folder))
    assert Recipe((b"needle", b"pins"), b"needle pins", literal=True, shelf=kept).ready() is None
    assert Recipe(WORDS, b"needle pin", literal=True, caseless=True, shelf=kept).ready() is None
    assert Recipe(WORDS, b"needle pin", literal=True, once=True, shelf=kept).ready() is None
    assert Recipe(WORDS, b"needle pin", shelf=kept).ready() is None


def test_a_database_that_is_damaged_is_not_used(folder: Path) -> None:
    _recipe(folder).scanner()
    kept, name = Shelf(str(folder)), _made(folder).name
    whole = kept.take(name)
    assert whole
    for place in range(0, len(whole), 97):
        kept.put(name, whole[:place] + bytes((whole[place] ^ 0x55,)) + whole[place + 1 :])
        scan = _recipe(folder).ready()
        if scan is not None:  # what was changed there says nothing
            assert _seen(scan) == {0, 1}
    for cut in (b"", whole[:50], whole[:-1]):
        kept.put(name, cut)
        assert _recipe(folder).ready() is None


def test_a_database_that_does_not_find_everything_is_not_used(folder: Path) -> None:
    _recipe(folder).scanner()
    made, kept = _made(folder), Shelf(str(folder))
    other = Recipe((b"needle", b"pen"), b"needle pen", literal=True, shelf=Shelf(str(folder.with_name("other"))))
    other.scanner()
    theirs = Shelf(str(folder.with_name("other"))).take(_made(folder.with_name("other")).name)
    assert theirs
    kept.put(made.name, theirs)
    assert _recipe(folder).ready() is None


def test_words_are_found_with_and_without_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(literals, "_TINY", 0)
    text = b"a NEEDLE and a pin"
    expected = [(0, 8), (1, 18)]
    assert Literals(WORDS, shelf=Shelf(str(folder))).find(text) == expected  # uses RE2
    assert not [each for each in folder.iterdir() if not each.name.endswith(".asked")]
    assert Literals(WORDS, shelf=Shelf(str(folder))).find(text) == expected  # asked for again: compiles
    monkeypatch.setattr(literals, "by_re2", None)
    found = Literals(WORDS, shelf=Shelf(str(folder)))
    assert [found.find(text) for _ in range(2)] == [expected, expected]  # takes what is there


def test_a_few_small_texts_do_without_it(folder: Path) -> None:
    kept = Shelf(str(folder))
    assert Literals(WORDS, shelf=kept).find(b"a pin") == [(1, 5)]
    assert not list(Runs(kept).find(b"nothing of the kind is in this text"))
    assert not folder.exists()


def test_runs_are_found_with_and_without_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "_TINY", 0)
    text = b'x = "' + b"6162636465666768696a" * 3 + b'"'
    for _ in range(3):
        assert [run.how for run in Runs(Shelf(str(folder))).find(text)] == ["hexadecimal"]
        assert not list(Runs(Shelf(str(folder))).find(b"nothing of the kind is in this text"))


def test_every_sign_is_in_the_probe() -> None:
    assert Recipe([sign.encode() for sign in _SIGNS], _SIGNED, once=True).scanner() is not None
    import re

    assert all(re.search(sign.encode(), _SIGNED) for sign in _SIGNS)


def test_the_index_is_taken_from_the_shelf(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from yett.checks import _index
    from yett.rules import secrets

    kept = Shelf(str(folder))
    made = secrets.index()
    assert fresh_index(kept, monkeypatch) == made
    monkeypatch.setattr(secrets, "index", lambda: made._replace(digest="made anew"))
    assert fresh_index(kept, monkeypatch) == made
    assert fresh_index(None, monkeypatch).digest == "made anew"
    monkeypatch.setattr(_index, "__version__", "next")
    assert fresh_index(kept, monkeypatch).digest == "made anew"
    assert _index.index(None).digest == "made anew"  # what was made once stays so in a process


def test_an_index_that_is_damaged_is_made_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from yett.checks import _index
    from yett.rules import secrets

    kept = Shelf(str(folder))
    made = fresh_index(kept, monkeypatch)
    whole = kept.take(_index._name())
    assert whole
    monkeypatch.setattr(secrets, "index", lambda: made._replace(digest="made anew"))
    for cut in (whole[:-1], whole[: whole.index(b"\n\n") + 2], whole[: whole.index(b"\n\n") + 2] + b"i\1\0\0\0"):
        kept.put(_index._name(), cut)
        assert fresh_index(kept, monkeypatch).digest == "made anew"


def test_an_index_of_other_files_is_not_used(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from yett.rules import secrets

    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "a.py").write_text("A = 1")
    monkeypatch.setattr(secrets, "__path__", [str(rules)])
    calls = iter(range(9))
    made = secrets.index()
    monkeypatch.setattr(secrets, "index", lambda: made._replace(digest=str(next(calls))))
    kept = Shelf(str(folder))
    assert [fresh_index(kept, monkeypatch).digest for _ in range(2)] == ["0", "0"]
    (rules / "a.py").write_text("A = 12")
    assert [fresh_index(kept, monkeypatch).digest for _ in range(2)] == ["1", "1"]
    os.utime(rules / "a.py", (1_000_000_000, 1_000_000_000))
    assert fresh_index(kept, monkeypatch).digest == "2"
    (rules / "b.py").write_text("")
    assert fresh_index(kept, monkeypatch).digest == "3"
    shutil.rmtree(rules)
    assert [fresh_index(kept, monkeypatch).digest for _ in range(2)] == ["4", "5"]


def fresh_index(kept: Shelf | None, monkeypatch: pytest.MonkeyPatch) -> Index:
    from yett.checks import _index

    monkeypatch.setattr(_index, "_made", [])
    return _index.index(kept)
