"""What is said of a file where it depends on others: seen through a family made for it, in real repositories."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from tests.conftest import Repo, Yett
from yett.checks import config, families
from yett.checks.families import Family
from yett.model import Edit, Hit, Rule, Severity, Unknown
from yett.parse.source import ParseError, Span
from yett.parse.tree import Tree
from yett.rules.hits import hit

UNGUARDED = Rule("door/unguarded", "Door without a guard", Severity.HIGH, "Anybody walks in.", "Add a guard.")
SQUEAKING = Rule("door/squeaking", "Squeaking door", Severity.LOW, "It can be heard.", "Oil it.")


def _guards(tree: Tree) -> set[str]:
    found: set[str] = set()
    for path in tree.paths:
        if path.endswith(".door"):
            found.update(re.findall(r"^guard (\w+)$", tree.text(path) or "", re.MULTILINE))
    return found


def judge(text: str, path: str, tree: Tree) -> Iterator[tuple[Rule, Hit | Unknown]]:
    for number, line in enumerate(text.split("\n"), 1):
        word, _, name = line.partition(" ")
        span = Span(number, 1, number, len(line) + 1)
        if word == "open" and name.startswith("$"):
            yield UNGUARDED, Unknown(number, name)
        elif word == "open" and name not in tree.once("door guards", lambda: _guards(tree)):
            yield UNGUARDED, hit(span, f"{name} has no guard", subject=name)
        elif word == "squeak":
            edits = (Edit(number, 1, number, len(line) + 1, f"open {name}"),)
            yield SQUEAKING, hit(span, f"{name} squeaks", subject=name, edits=edits)
        elif word == "broken":
            raise ParseError(number, 1, "it is broken")


@pytest.fixture(autouse=True)
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    module = ModuleType("yett.rules.door")
    module.judge = judge  # type: ignore[attr-defined]
    module.rules = lambda: (UNGUARDED, SQUEAKING)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "yett.rules.door", module)
    monkeypatch.setattr("yett.rules.FAMILIES", ("door", "policy"))
    family = Family("door", lambda path: path.endswith(".door"), all_marks=(b" ",), scope="tree", reads=("key",))
    key = Family("key", lambda path: path.endswith(".key"))
    monkeypatch.setattr("yett.checks.config.FAMILIES", (family, key))
    monkeypatch.setattr("yett.checks.families.FAMILIES", (family, key))
    config._families.cache_clear()
    families._marks.cache_clear()
    nothing = ModuleType("yett.rules.key")
    nothing.judge = lambda text, path, tree: iter(())  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "yett.rules.key", nothing)
    yield
    config._families.cache_clear()
    families._marks.cache_clear()


def check(yett: Yett, repo: Repo, *arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(yett(repo.root, "check", *arguments, "--format", "json").out)
    return answer


def told(answer: dict[str, Any]) -> list[tuple[str, int, bool]]:
    return [(each["path"], each["line"], each["known"]) for each in answer["findings"]]


def test_a_guard_in_another_file_counts(repo: Repo, yett: Yett) -> None:
    repo.commit({"a.door": "open front\n", "b/c.door": "guard front\n"})
    assert told(check(yett, repo, "--tree", "HEAD")) == []


def test_the_guard_of_the_index_is_the_one_that_counts(repo: Repo, yett: Yett) -> None:
    repo.commit({"b.door": "guard back\n"})
    repo.stage({"a.door": "open front\n", "b.door": "guard front\n"})
    repo.write("b.door", "guard nothing\n")
    assert told(check(yett, repo, "--staged")) == []


def test_a_change_elsewhere_brings_up_what_did_not_change(repo: Repo, yett: Yett) -> None:
    base = repo.commit({"a.door": "open side\nopen front\n", "b.door": "guard front\n", "far/a.door": "open front\n"})
    repo.stage({"b.door": "guard nobody\n"})
    assert told(check(yett, repo, "--staged")) == [], "a commit is to feel instant"
    repo.commit()
    answer = check(yett, repo, "--range", f"{base}..HEAD")
    expected = [("a.door", 2, False), ("far/a.door", 1, False)]
    assert told(answer) == expected, "what was unguarded before is not this change's affair"
    assert answer["coverage"]["files"] == 1


def test_a_file_that_is_gone_brings_it_up_too(repo: Repo, yett: Yett) -> None:
    base = repo.commit({"a.door": "open front\n", "b.door": "guard front\n", "c.txt": "c"})
    repo.git("rm", "--quiet", "b.door")
    repo.commit()
    assert told(check(yett, repo, "--range", f"{base}..HEAD")) == [("a.door", 1, False)]


def test_a_file_of_a_family_that_is_read_brings_it_up_too(repo: Repo, yett: Yett) -> None:
    base = repo.commit({"a.door": "open front\n"})
    repo.commit({"x.key": "k"})
    assert told(check(yett, repo, "--range", f"{base}..HEAD")) == [], "a.door was unguarded before"
    assert list(config.near(["x.key"], Tree.of({"a.door": "open front\n", "x.key": "k"}), True)) == ["a.door"]
    assert list(config.near(["x.key"], Tree.of({"a.door": "open front\n", "x.key": "k"}), False)) == []
    assert list(config.near(["x.txt"], Tree.of({"a.door": "open front\n", "x.txt": "k"}), True)) == []


def test_a_directive_in_a_file_that_did_not_change_is_honoured(repo: Repo, yett: Yett) -> None:
    files = {"a.door": "# yett: ignore[door/unguarded] the wall is enough\nopen front\n", "b.door": "guard front\n"}
    base = repo.commit(files)
    repo.commit({"b.door": "guard nobody\n"})
    answer = check(yett, repo, "--range", f"{base}..HEAD")
    assert answer["outcome"] == "pass"
    assert [(each["path"], each["action"]) for each in answer["findings"]] == [("a.door", "waived")]


def test_what_was_there_before_is_known(repo: Repo, yett: Yett) -> None:
    repo.commit({"a.door": "open front\n"})
    repo.stage({"a.door": "open back\nopen front\n"})
    assert told(check(yett, repo, "--staged")) == [("a.door", 1, False), ("a.door", 2, True)]


def test_named_files_are_judged_among_their_neighbours(repo: Repo, yett: Yett) -> None:
    repo.stage({"a.door": "open front\n", "b.door": "guard front\n", "lone/a.door": "open front\nopen back\n"})
    assert told(check(yett, repo, "--paths", "a.door")) == []
    assert told(check(yett, repo, "--paths", "lone")) == [("lone/a.door", 2, False)]


def test_what_only_a_run_can_tell_is_named_and_no_finding(repo: Repo, yett: Yett) -> None:
    repo.stage({"a.door": "open $one\nopen $two\n"})
    answer = check(yett, repo, "--staged")
    assert told(answer) == []
    assert answer["coverage"]["unexamined"] == [
        {"path": "a.door", "what": "left open for the door rules: $one"},
        {"path": "a.door", "what": "left open for the door rules: $two"},
    ]


def test_what_was_found_before_a_file_broke_stays_found(repo: Repo, yett: Yett) -> None:
    repo.stage({"a.door": "open front\nbroken \nopen back\n"})
    answer = check(yett, repo, "--staged")
    assert told(answer) == [("a.door", 1, False)]
    assert [(each["line"], each["kind"]) for each in answer["gaps"]] == [(2, "unparsable")]


def test_what_depends_on_others_is_not_remembered(repo: Repo, yett: Yett, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yett.examine.FEW", 1)
    files = {f"{number}.door": f"open d{number}\n" for number in range(4)}
    repo.commit({**files, "g.door": "".join(f"guard d{number}\n" for number in range(4))})
    assert told(check(yett, repo, "--tree", "HEAD")) == []
    repo.git("rm", "--quiet", "g.door")
    repo.commit()
    assert len(told(check(yett, repo, "--tree", "HEAD"))) == 4


def test_fix_prints_and_writes(repo: Repo, yett: Yett) -> None:
    repo.commit({"a.door": "guard front\r\nsqueak front\r\nsqueak front\r\n", "b.door": "open x\n"})
    ran = yett(repo.root, "fix", "--config")
    assert "-squeak front\r\n" in ran.out.replace("\r\r", "\r") or "-squeak front" in ran.out
    assert (repo.root / "a.door").read_bytes().count(b"squeak") == 2
    assert yett(repo.root, "fix", "--config", "--write").out == "a.door: written\n"
    assert (repo.root / "a.door").read_bytes() == b"guard front\r\nopen front\r\nopen front\r\n"
    again = yett(repo.root, "fix", "--config", "--write")
    assert again.out == "there is nothing to fix: no setting is wrong that can be changed without asking\n"
