from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from tests.conftest import Ran, Repo, Yett
from yett import store
from yett.model import Action, Confidence, Directive, Finding, Gap, Package, Severity, Unexamined

UNSAFE = "import subprocess\nsubprocess.call(command, shell=True)\n"


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "yett" / "seen"


@pytest.fixture
def many(repo: Repo) -> Repo:
    files = {f"f{number}.py": UNSAFE + "#" * number for number in range(320)}
    repo.commit({**files, "odd.py": "def f(:\n", "a.py": "x = 1  # nosec\n", "lib.whl": "PK\x03\x04"})
    return repo


def check(yett: Yett, repo: Repo, *more: str, **variables: str) -> Ran:
    return yett(repo.root, "check", "--tree", "HEAD", "--format", "json", *more, **variables)


def files(seen: Path) -> list[Path]:
    return sorted(seen.glob("*.sqlite"))


def test_the_second_time_says_the_same(many: Repo, yett: Yett, seen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = check(yett, many)
    assert len(files(seen)) == 1
    looked: list[object] = []
    monkeypatch.setattr("yett.examine._look", lambda *given: looked.append(given))
    assert check(yett, many) == first
    assert not looked


def test_only_what_is_new_is_looked_at(many: Repo, yett: Yett, seen: Path) -> None:
    check(yett, many)
    many.commit({"g.py": UNSAFE, "f1.py": UNSAFE + "# other\n"})
    assert check(yett, many) == check(yett, many, "--no-store")


@pytest.mark.parametrize("content", (b"", b"nonsense", b"SQLite format 3\0" + b"\xff" * 4096))
def test_a_broken_store_is_an_empty_one(many: Repo, yett: Yett, seen: Path, content: bytes) -> None:
    first = check(yett, many)
    for path in seen.iterdir():
        path.write_bytes(content)
    assert check(yett, many) == first


def test_it_is_not_used_in_ci(many: Repo, yett: Yett, seen: Path) -> None:
    check(yett, many, CI="true")
    assert not seen.exists()


def test_a_folder_that_others_can_write_to_is_not_used(many: Repo, yett: Yett, seen: Path) -> None:
    seen.mkdir(parents=True)
    os.chmod(seen, 0o777)  # yett: ignore[python/B103] the permission is what is tested
    first = check(yett, many)
    assert not files(seen)
    assert check(yett, many) == first


def test_a_folder_that_cannot_be_made_is_no_error(many: Repo, yett: Yett, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert check(yett, many).code == 1


def test_advisories_are_looked_up_every_time(many: Repo, yett: Yett) -> None:
    many.commit({"requirements.txt": "django==3.2.1\n"})
    first = check(yett, many)
    assert check(yett, many) == first
    assert '"advisories"' in first.out  # the gap of a missing database


def test_no_secret_and_no_path_is_kept(many: Repo, yett: Yett, seen: Path) -> None:
    secret = "ghp_" + "7rQ2mXk9LwV4tBzN8sYcD3fHjP6gA10fWiUg"
    many.commit({"private-name.txt": f"token = {secret}\n"})
    check(yett, many)
    (path,) = files(seen)
    rows = sqlite3.connect(path).execute("SELECT found FROM seen").fetchall()
    assert len(rows) > 320
    assert not any(secret[4:20] in row[0] or "private-name" in row[0] for row in rows)


def test_everything_comes_back_as_it_was() -> None:
    things: list[store.Thing] = [
        Finding("a/\udcff.py", 1, 2, 3, 4, "python/B602", "mëssage", Severity.HIGH, Confidence.LOW, "f" * 32,
                fix="fix", level=Action.WARN, traits=("x",), package=Package("PyPI", "a", "1"), advisories=("CVE-1",)),
        Gap("a/\udcff.py", "python", "line 1", "unparsable", 1),
        Directive("a/\udcff.py", 1, "yett", ("a/b",), "why", False, 2),
        Unexamined("a/\udcff.py", "archive"),
    ]  # fmt: skip
    assert list(store.things(store.text(things), "a/\udcff.py")) == things


def test_a_key_is_of_path_content_and_kind() -> None:
    keys = {
        store.key("a", "1", False),
        store.key("b", "1", False),
        store.key("a", "2", False),
        store.key("a", "1", True),
    }
    assert len(keys) == 4
