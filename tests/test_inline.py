from __future__ import annotations

import pytest

from yett.inline import directives
from yett.model import Directive


def read(text: str) -> list[tuple[int, int, str, tuple[str, ...], str]]:
    found = directives("a.py", text.encode())
    return [(each.line, each.last, each.tool, each.rules, each.reason) for each in found]


@pytest.mark.parametrize(
    ("line", "expected"),
    (
        ("x = 1  # yett: ignore[python/B608] ids are integers", ("yett", ("python/B608",), "ids are integers")),
        ("x = 1  # yett:ignore[python/B608,python/B602]", ("yett", ("python/B608", "python/B602"), "")),
        ("x = 1  # yett: ignore[] why", ("yett", (), "why")),
        ("run: x # yett: ignore[github-actions/x-y] - a constant", ("yett", ("github-actions/x-y",), "a constant")),
        ("; yett: ignore[a/b] in an ini file", ("yett", ("a/b",), "in an ini file")),
        ("x();  // yett: ignore[a/b] ok", ("yett", ("a/b",), "ok")),
        ("<!-- yett: ignore[a/b] ok -->", ("yett", ("a/b",), "ok")),
        ("/* yett: ignore[a/b] ok */", ("yett", ("a/b",), "ok")),
        ("x = 1  # nosec", ("bandit", (), "")),
        ("x = 1  #nosec", ("bandit", (), "")),
        ("x = 1  # NoSec: B608", ("bandit", ("python/B608",), "")),
        ("x = 1  # nosec B608, B602 - reviewed", ("bandit", ("python/B608", "python/B602"), "reviewed")),
        ("x = 1  # nosec because I say so", ("bandit", (), "because I say so")),
        ("x = 1  # noqa: S608  # nosec B608  # type: ignore", ("bandit", ("python/B608",), "")),
        ("p = 1  # pragma: allowlist secret", ("detect-secrets", (), "")),
        ("p = 1  # pragma: whitelist secret", ("detect-secrets", (), "")),
        ("p = 1  # gitleaks:allow", ("gitleaks", (), "")),
        ("p = 1  # betterleaks:allow", ("betterleaks", (), "")),
        ("p = 1  # kingfisher:ignore of a test", ("kingfisher", (), "of a test")),
        ("p = 1  // trufflehog:ignore", ("trufflehog", (), "")),
        ("p = 1  # ggignore", ("ggshield", (), "")),
        ("p = 1  // secretlint-disable-line", ("secretlint", (), "")),
        ("# checkov:skip=CKV_AWS_20:The bucket is public", ("checkov", ("CKV_AWS_20",), "The bucket is public")),
        ("# checkov:skip=CKV_AWS_20,CKV_AWS_57", ("checkov", ("CKV_AWS_20", "CKV_AWS_57"), "")),
        ("#trivy:ignore:AVD-AWS-0086", ("trivy", ("AVD-AWS-0086",), "")),
        ("f()  # nosemgrep", ("semgrep", (), "")),
        ("f()  # nosemgrep: a.b-c, d.e", ("semgrep", ("a.b-c", "d.e"), "")),
        ("uses: x  # zizmor: ignore[unpinned-uses] ours", ("zizmor", ("github-actions/unpinned-uses",), "ours")),
    ),
)  # fmt: skip
def test_forms(line: str, expected: tuple[str, tuple[str, ...], str]) -> None:
    (found,) = read(f"first\n{line}\n")
    assert found[0] == 2
    assert found[2:] == expected


@pytest.mark.parametrize(
    "line",
    (
        "nosec = True",
        "x = 'yett: ignore[a/b]'",  # no comment
        "# the word nosecond",
        "# see zizmor: it ignores",
        "# yett: ignore",
        "print('no rule; write `yett: ignore[RULE] reason`')",
        "# yett: ignore[a",
        "# pragma: no cover",
        "x = 1  # " + "a" * 3000 + " nosec",  # generated, and no comment for people
    ),
)
def test_what_is_none(line: str) -> None:
    assert read(line) == []


@pytest.mark.parametrize(
    ("text", "line", "last"),
    (
        ("x = 1  # nosec\n", 1, 1),
        ("    # nosec\nx = 1\n", 1, 2),  # alone: it speaks of the next line
        ("x = 1  # pragma: allowlist nextline secret\ny = 1\n", 1, 2),
        ("x = 1  // secretlint-disable-next-line\ny = 1\n", 1, 2),
    ),
)
def test_the_lines_it_covers(text: str, line: int, last: int) -> None:
    assert read(text)[0][:2] == (line, last)


def test_several_in_a_file_in_order() -> None:
    text = "# nosec\n\n# gitleaks:allow # nosec\nx\n# yett: ignore[a/b] c"
    assert [(each[0], each[2]) for each in read(text)] == [(1, "bandit"), (3, "bandit"), (3, "gitleaks"), (5, "yett")]


@pytest.mark.parametrize("data", (b"", b"\xff\xfe# nosec", b"\0" * 100, b"# nosec \xff\xfe\n", b"nosec" * 100_000))
def test_any_bytes(data: bytes) -> None:
    assert all(isinstance(each, Directive) for each in directives("a", data))
