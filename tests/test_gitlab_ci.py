"""Pipelines of GitLab CI: what is read of them, and what the rules say beyond their own examples."""

from __future__ import annotations

import pytest

from yett.model import Hit, Unknown
from yett.parse.gitlab import MAX_JOBS, Pipeline, parse
from yett.parse.source import ParseError
from yett.parse.tree import Tree
from yett.rules import gitlab_ci


def _pipeline(text: str) -> Pipeline:
    found = parse(text)
    assert found
    return found


def _said(text: str) -> list[tuple[str, Hit | Unknown]]:
    tree = Tree.of({".gitlab-ci.yml": text})
    return [(rule.id.partition("/")[2], said) for rule, said in gitlab_ci.judge(text, ".gitlab-ci.yml", tree)]


def _hits(rule: str, text: str) -> list[Hit]:
    return [said for name, said in _said(text) if name == rule and isinstance(said, Hit)]


def test_jobs_are_told_from_keywords() -> None:
    text = "stages: [a]\nvariables: {A: b}\ndefault: {image: x:1}\n"
    text += ".hidden: {script: a}\ntest: {script: b}\npages: {script: c}\n"
    assert [job.name for job in _pipeline(text).jobs] == [".hidden", "test", "pages"]


def test_extends_is_followed_and_the_last_one_wins() -> None:
    text = (
        ".a: {image: a:1, stage: one}\n.b: {extends: .a, image: b:1}\n.c: {image: c:1}\n"
        "test: {extends: [.b, .c], script: make}\n"
    )
    job = _pipeline(text).jobs[-1]
    entries = {key: entry.value for key, entry in job.entries.items()}
    assert getattr(entries["image"], "text", "") == "c:1"
    assert getattr(entries["stage"], "text", "") == "one"
    assert set(job.own) == {"extends", "script"}


@pytest.mark.parametrize(
    "text",
    (
        "a: {extends: b, script: x}\nb: {extends: a, script: x}\n",
        "a: {extends: a, script: x}\n",
        "a: {extends: missing, script: x}\n",
        "a: {script: [[x], !reference [b, script], 5]}\nb: {script: !reference [a, script]}\n",
        "a: {script: null, image: [x], services: {a: b}, variables: [x], rules: x, allow_failure: [x]}\n",
        "include: 5\na: {script: x}\n",
        "include: [[1], {remote: [x]}]\na: {script: x, trigger: {include: [{project: p}]}}\n",
    ),
)
def test_odd_files_are_read_without_an_exception(text: str) -> None:
    assert isinstance(_said(text), list)


@pytest.mark.parametrize("text", ("", "a: 1\n", "- a\n", "plain", "a: {b: c}\n"))
def test_what_is_no_pipeline_says_nothing(text: str) -> None:
    assert _said(text) == []


def test_a_header_may_stand_in_front() -> None:
    text = "spec:\n  inputs:\n    a:\n---\ntest:\n  script: curl https://example.com/x | sh\n"
    (found,) = _hits("curl-pipe-shell", text)
    assert found.line == 6


def test_too_many_jobs_are_refused() -> None:
    with pytest.raises(ParseError):
        _said("".join(f"a{n}: {{script: b}}\n" for n in range(MAX_JOBS + 1)))


def test_places_in_scripts_are_exact() -> None:
    text = "test:\n  script:\n    - make\n    - |\n      set -e\n      curl -s https://example.com/x | sh\n"
    (found,) = _hits("curl-pipe-shell", text)
    assert (found.line, found.column, found.end_column) == (6, 39, 41)


def test_the_middle_of_a_reference_is_found_where_it_stands() -> None:
    text = ".fetch:\n  script:\n    - curl -s https://example.com/x | sh\n"
    text += "test:\n  script:\n    - !reference [.fetch, script]\n"
    (found,) = _hits("curl-pipe-shell", text)
    assert found.line == 3


@pytest.mark.parametrize(
    ("script", "flagged"),
    (
        ('eval "$CI_COMMIT_MESSAGE"', True),
        ("eval '$CI_COMMIT_MESSAGE'", False),
        ("bash -c 'echo $CI_COMMIT_TITLE'", False),
        ('bash -c "echo ${CI_COMMIT_TITLE}"', True),
        ('ssh -i key host "deploy $CI_COMMIT_BRANCH"', True),
        ("node -e \"run('$CI_MERGE_REQUEST_TITLE')\"", True),
        ("python -m build $CI_COMMIT_TAG", False),
        ("git checkout $CI_COMMIT_REF_NAME", False),
        ('eval "$CI_COMMIT_SHA"', False),
    ),
)
def test_what_reads_text_of_others_as_code(script: str, flagged: bool) -> None:
    assert bool(_hits("script-injection", f"test:\n  script:\n    - |\n      {script}\n")) == flagged


def test_a_job_of_a_template_is_known_by_its_name() -> None:
    assert _hits("allow-failure-security", "secret_detection:\n  allow_failure: true\n  script: run\n")
    assert _hits("allow-failure-security", "semgrep-sast:\n  allow_failure: true\n  stage: test\n")
    assert not _hits("allow-failure-security", "build-sasty:\n  allow_failure: true\n  script: make\n")


def test_no_secret_is_said() -> None:
    secret = "q9Xv" + "T2kLm8Rw"
    text = f"variables: {{DB_PASSWORD: {secret}}}\ntest:\n  script:\n    - docker login -p {secret} r.example.com\n"
    assert len(_hits("secrets-in-variables", text)) == 2
    assert secret not in repr(_said(text))


def test_a_ref_from_a_variable_is_unknown() -> None:
    text = "include:\n  - {project: acme/ci, ref: $REF, file: a.yml}\ntest: {script: make}\n"
    assert any(isinstance(said, Unknown) for name, said in _said(text) if name == "unpinned-include")
    assert not _hits("unpinned-include", text)
