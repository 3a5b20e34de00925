"""What keeps a repository up to date: Dependabot, Renovate and pre-commit beyond the rules' own examples."""

from __future__ import annotations

from types import ModuleType

import pytest

from yett.model import Hit
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.rules import dependabot, pre_commit, renovate


def _hits(family: ModuleType, rule: str, text: str, others: dict[str, str] | None = None) -> list[Hit]:
    path = family.EXAMPLE
    tree = Tree.of({**(others or {}), path: text})
    found = family.judge(text, path, tree)
    return [said for each, said in found if each.id.endswith(f"/{rule}") and isinstance(said, Hit)]


def _updates(entry: str) -> str:
    return f"version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n{entry}"


@pytest.mark.parametrize(
    ("entry", "flagged"),
    (
        ("", True),
        ("    cooldown: {}\n", True),
        ("    cooldown: {default-days: 3}\n", True),
        ("    cooldown: {default-days: 4}\n", False),
        ('    cooldown: {default-days: "7"}\n', False),
        ("    cooldown: {default-days: many}\n", True),
        ("    open-pull-requests-limit: 0\n", False),
    ),
)
def test_days_of_cooling_down(entry: str, flagged: bool) -> None:
    assert bool(_hits(dependabot, "cooldown", _updates(entry))) == flagged


@pytest.mark.parametrize(
    ("path", "flagged"),
    (
        ("package.json", False),
        ("go.mod", True),
        ("services/pay/Dockerfile", True),
        (".github/workflows/ci.yml", True),
        ("tests/fixtures/go.mod", False),
        ("docs/go.mod", False),
        ("bun.lock", False),  # what is said of npm holds for bun
    ),
)
def test_ecosystems_that_are_not_listed(path: str, flagged: bool) -> None:
    assert bool(_hits(dependabot, "missing-ecosystem", _updates(""), {path: ""})) == flagged


@pytest.mark.parametrize("text", ("", "a: 1\n", "- a\n", "updates: 5\n", "updates: [1, {package-ecosystem: [x]}]\n"))
def test_odd_files_of_dependabot_say_nothing(text: str) -> None:
    assert list(dependabot.judge(text, dependabot.EXAMPLE, Tree.of({}))) == []


@pytest.mark.parametrize(
    ("rev", "flagged"),
    (
        ("rev: main", True),
        ("rev: Master", True),
        ("rev: refs/heads/v1", True),
        ("rev: ''", True),
        ("sha: 787123b47f14b552955ca2786bc9542ae66fee5b", False),
        ("rev: v1.0", False),
        ("rev: stable-2024", False),
    ),
)
def test_revisions_of_hooks(rev: str, flagged: bool) -> None:
    text = f"repos:\n  - repo: https://github.com/acme/hooks\n    {rev}\n    hooks: [{{id: a}}]\n"
    assert bool(_hits(pre_commit, "unpinned", text)) == flagged


def test_addresses_of_hooks_in_every_spelling() -> None:
    for address in ("https://github.com/PyCQA/pydocstyle", "git@github.com:pycqa/pydocstyle.git"):
        text = f"repos:\n  - repo: {address}\n    rev: 6.3.0\n    hooks: [{{id: pydocstyle}}]\n"
        assert _hits(pre_commit, "archived-repo", text)


@pytest.mark.parametrize("text", ("", "a: 1\n", "repos: 5\n", "repos: [1, {repo: [x]}, {repo: local, hooks: 5}]\n"))
def test_odd_files_of_pre_commit_say_nothing(text: str) -> None:
    assert list(pre_commit.judge(text, pre_commit.EXAMPLE, Tree.of({}))) == []


def test_comments_of_json5_are_left_out_in_place() -> None:
    text = '{\n\t// "ignoreTests": true,\n\t/* "ignoreTests":\n true */ "ignoreTests": true, // "x"\n\t"a": "http://x"\n}\n'
    (found,) = _hits(renovate, "untested-automerge", text)
    assert (found.line, found.column) == (4, 25)


def test_plain_json_is_read_with_its_escapes() -> None:
    text = '{"description": "a \\" // b", "ignoreScripts":false}\n'
    (found,) = _hits(renovate, "unsafe-scripts", text)
    assert found.column == text.index("false") + 1


def test_a_broken_configuration_is_said_to_be() -> None:
    with pytest.raises(ParseError):
        list(renovate.judge("[1]", renovate.EXAMPLE, Tree.of({})))
    with pytest.raises(ParseError):
        list(renovate.judge("{a: ", renovate.EXAMPLE, Tree.of({})))


def test_no_secret_is_said() -> None:
    secret = "q9Xv" + "T2kLm8Rw"
    text = f'{{"hostRules": [{{"matchHost": "npm.example.com", "password": "{secret}"}}]}}'
    assert len(_hits(renovate, "plain-secret", text)) == 1
    assert secret not in repr([said for _, said in renovate.judge(text, renovate.EXAMPLE, Tree.of({}))])
