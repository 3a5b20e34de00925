"""The configuration check: which files it wants, and what it does with those it cannot read."""

from __future__ import annotations

import pytest

from yett.checks import config
from yett.model import Blob, Finding, Gap, Hit

BAD = 'on: issues\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo "${{ github.event.issue.title }}"\n'
WORKFLOW = ".github/workflows/a.yml"


def _inspect(path: str, data: bytes) -> list[Finding | Gap]:
    found = config.load().inspect(Blob(path, "", data))
    return [each for each in found if isinstance(each, Finding | Gap)]


@pytest.mark.parametrize(
    "path",
    (
        WORKFLOW,
        ".github/workflows/a.yaml",
        "template/.github/workflows/a.yml",
        "action.yml",
        "tools/setup/action.yaml",
        "Dockerfile",
        "deploy/Dockerfile",
        "Dockerfile.dev",
        "Dockerfile-alpine",
        "shop.Dockerfile",
        "shop.dockerfile",
        "dockerfile",
        "Containerfile",
        "Containerfile.shop",
        "Dockerfile.j2",
        "odd\udcff\n\x1b/Dockerfile",
    ),
)
def test_files_that_are_wanted(path: str) -> None:
    assert config.wants(path)


@pytest.mark.parametrize(
    "path",
    (
        "",
        "a.yml",
        "a.txt",
        ".github/workflows/README.md",
        ".github/workflows/sub/a.yml",
        "x.github/workflows/a.yml",
        ".github/dependabot.yml",
        "transaction.yml",
        "action.yml.md",
        ".dockerignore",
        "Dockerfile.dockerignore",
        "Dockerfile.md",
        "dockerfile.py",
        "dockerfile_parser",
        "Dockerfiles/readme",
        "docker-compose.yml",
    ),
)
def test_files_that_are_left_alone(path: str) -> None:
    """A workflow is none, and no Dockerfile either, where nothing reads it as one."""
    assert _inspect(path, BAD.encode()) == []
    assert _inspect(path, b"FROM a:1\nUSER root\n") == []


def test_a_finding_says_what_where_and_what_to_do() -> None:
    found = [one for one in _inspect(WORKFLOW, BAD.encode()) if isinstance(one, Finding)]
    (one,) = (one for one in found if one.rule == "github-actions/template-injection")
    assert (one.path, one.line, one.column, one.end_line, one.end_column) == (WORKFLOW, 6, 20, 6, 51)
    assert "TITLE" in one.fix
    assert one.check == "config"


@pytest.mark.parametrize(
    "data",
    (
        BAD.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + BAD.encode(),
        BAD.encode("utf-16"),
        ("# é\n" + BAD).encode(),
        BAD.rstrip("\n").encode(),
    ),
)
def test_encodings_hide_nothing(data: bytes) -> None:
    assert "github-actions/template-injection" in {
        one.rule for one in _inspect(WORKFLOW, data) if isinstance(one, Finding)
    }


@pytest.mark.parametrize(
    ("path", "data", "line", "reason"),
    (
        (WORKFLOW, b"a: [\n", 2, "in line 2, did not find expected node content"),
        (WORKFLOW, b"name: a\n", 1, "there is no `on:`, so this is not a workflow"),
        (WORKFLOW, b"on: push\n", 1, "there is no `jobs:`, so this is not a workflow"),
        (WORKFLOW, b"- a\n", 1, "a workflow is a mapping, and this is not one"),
        (WORKFLOW, BAD.encode() + b"on: push\n", 7, "the key 'on' stands here a second time, first in line 1"),
        (WORKFLOW, BAD.encode() + b"# caf\xe9\n", 7, "the text is not UTF-8"),
        (WORKFLOW, BAD.encode() + b"# \0\n", 7, "there is a NUL character in the text"),
        (WORKFLOW, b"[" * 10_000, 1, "it nests more than 200 levels deep"),
        ("action.yml", b"runs: [\n", 2, "did not find expected node content"),
        ("Dockerfile", b"", 1, "there is no FROM, so this is not a Dockerfile"),
        ("Dockerfile", b"FROM a\nRUN \xff\n", 2, "the text is not UTF-8"),
        ("Dockerfile", b"FROM a\nHELLO\n", 2, "'HELLO' is not an instruction"),
        ("Dockerfile", b"FROM a\nRUN <<EOF\n", 2, "the here-document 'EOF' does not end"),
        ("Dockerfile", b"\x7fELF\x00\x01\x02", 1, "there is a NUL character in the text"),
        ("Dockerfile", b"FROM a\nRUN docker inspect -f '{{.Id}}'\nHELLO\n", 3, "'HELLO' is not an instruction"),
        ("Dockerfile.j2", b"FROM a\n{% if b %}\n", 2, "this is a template"),
        ("Dockerfile.template", b"{{ if b then ( -}}\nFROM a\n", 1, "this is a template"),
        (WORKFLOW, b"{% if b %}\non: push\n", 1, "this is a template"),
    ),
)
def test_what_cannot_be_read_is_a_gap_with_its_reason(path: str, data: bytes, line: int, reason: str) -> None:
    (gap,) = _inspect(path, data)
    assert isinstance(gap, Gap)
    assert (gap.path, gap.check, gap.kind, gap.line) == (path, "config", "unparsable", line)
    assert reason in gap.reason


def test_a_template_is_a_gap_even_where_it_looks_like_a_dockerfile() -> None:
    (gap,) = (one for one in _inspect("Dockerfile.j2", b"FROM {{ base }}:1\nUSER root\n") if isinstance(one, Gap))
    assert "this is a template" in gap.reason


def test_a_file_too_large_to_be_configuration_is_a_gap() -> None:
    (gap,) = _inspect("Dockerfile", b"FROM a\n" + b"#" * (config.MAX_BYTES + 1))
    assert isinstance(gap, Gap)
    assert gap.kind == "limit"


@pytest.mark.parametrize(
    ("path", "data"),
    ((WORKFLOW, b""), (WORKFLOW, b"# on: push\n"), ("action.yml", b"name: of something else\n")),
)
def test_a_file_that_does_nothing_is_neither_finding_nor_gap(path: str, data: bytes) -> None:
    assert _inspect(path, data) == []


def test_what_an_anchor_holds_is_found_once() -> None:
    text = BAD.replace("run: echo", "run: &a echo") + "      - run: *a\n"
    text = text.replace('&a echo "${{ github.event.issue.title }}"', "&a echo ${{ github.event.issue.title }}")
    found = [one for one in _inspect(WORKFLOW, text.encode()) if isinstance(one, Finding)]
    assert len([one for one in found if one.rule == "github-actions/template-injection"]) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    (
        (BAD, "# a comment\n\n" + BAD),
        (BAD, BAD.replace("on: issues", "name: greet\non:\n  issues:\n")),
        (BAD, BAD.replace("      - run: echo", "      - run: |\n          echo")),
        (BAD, BAD.replace("    steps:\n", "    steps:\n      - uses: x/y@0123456789abcdef0123456789abcdef01234567\n")),
        (BAD, BAD.replace("${{ github.event.issue.title }}", "${{github.event.issue.title}}")),
    ),
)
def test_moving_and_reformatting_leave_a_fingerprint_alone(before: str, after: str) -> None:
    def prints(text: str) -> set[str]:
        found = _inspect(WORKFLOW, text.encode())
        return {one.fingerprint for one in found if isinstance(one, Finding) and "template" in one.rule}

    assert prints(before)
    assert prints(before) == prints(after)


def test_a_secret_is_in_no_message() -> None:
    value = "q9Xv" + "T2kLm8Rw"
    files = {
        "Dockerfile": f"FROM a:1\nENV DB_PASSWORD={value}\nRUN curl https://u:{value}@example.com/x?k={value} | sh\n",
        WORKFLOW: f"on: push\nenv:\n  API_TOKEN: {value}\njobs:\n  a:\n    container: {{image: b, credentials: "
        f"{{password: {value}}}}}\n    steps:\n      - run: curl https://u:{value}@example.com/ | sh\n",
    }
    for path, text in files.items():
        found = _inspect(path, text.encode())
        assert len(found) > 2
        assert not any(value in str(one) for one in found)


def test_a_rule_sees_every_family_file_in_any_folder() -> None:
    assert {
        one.rule for one in _inspect("a/b/Dockerfile.prod", b"FROM a:1\nUSER root\n") if isinstance(one, Finding)
    } >= {"docker/root-user"}


def test_hits_are_hashable_so_that_they_can_be_told_apart() -> None:
    assert len({Hit(1, 1, "a"), Hit(1, 1, "a"), Hit(1, 2, "a")}) == 2
