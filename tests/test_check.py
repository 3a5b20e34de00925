"""`yett check` from end to end, in process, in real repositories."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Ran, Repo, Yett

TOKEN = "ghp_" + "7rQ2mXk9LwV4tBzN8sYcD3fHjP6gA10fWiUg"
SECRET = {"settings.py": f'GITHUB = "{TOKEN}"\n'}
UNSAFE = "import subprocess\n\n\ndef run(command):\n    return subprocess.call(command, shell=True)\n"
SAFE = "def add(one, other):\n    return one + other\n"


def report(ran: Ran) -> dict[str, Any]:
    found = json.loads(ran.out)
    assert isinstance(found, dict)
    assert found["exit_code"] == ran.code
    return found


def actions(ran: Ran) -> list[tuple[str, str, int, str]]:
    return [(each["rule"], each["path"], each["line"], each["action"]) for each in report(ran)["findings"]]


def test_a_clean_change_passes(repo: Repo, yett: Yett) -> None:
    repo.stage({"a.py": SAFE, "README.md": "# hello\n"})
    ran = yett(repo.root, "check", "--staged")
    assert ran.code == 0
    assert ran.out.startswith("PASS")
    assert not ran.err


@pytest.mark.parametrize("target", (("--staged",), (), ("--tree",)))
def test_a_secret_fails(repo: Repo, yett: Yett, target: tuple[str, ...]) -> None:
    repo.stage(SECRET)
    ran = yett(repo.root, "check", *target)
    assert ran.code == 1
    assert "settings.py:1:11" in ran.out
    assert TOKEN[4:20] not in ran.out
    found = report(yett(repo.root, "check", *target, "--format", "json"))
    assert found["outcome"] == "fail"
    assert found["schema"] == "yett/verdict/1"
    assert [each["rule"] for each in found["findings"]] == ["secrets/github-token"]
    assert TOKEN[4:20] not in json.dumps(found)


def test_only_what_is_staged_counts(repo: Repo, yett: Yett) -> None:
    repo.commit({"a.txt": "1"})
    repo.write("settings.py", SECRET["settings.py"])
    assert yett(repo.root, "check", "--staged").code == 0
    repo.stage()
    repo.write("settings.py", "")
    assert yett(repo.root, "check", "--staged").code == 1


@pytest.mark.parametrize(
    ("variables", "expected"),
    (
        ({"PRE_COMMIT": "1"}, "staged"),
        ({"GIT_INDEX_FILE": ".git/index"}, "staged"),
        ({}, "tree"),
    ),
)
def test_the_default_target(repo: Repo, yett: Yett, variables: dict[str, str], expected: str) -> None:
    repo.stage({"a.txt": "1"})
    assert report(yett(repo.root, "check", "--format", "json", **variables))["target"]["kind"] == expected


def test_all_files_under_pre_commit_means_all_files(repo: Repo, yett: Yett) -> None:
    repo.commit(SECRET)
    assert yett(repo.root, "check", PRE_COMMIT="1").code == 1


def test_refs_from_pre_commit_are_a_range(repo: Repo, yett: Yett) -> None:
    base = repo.commit(SECRET)
    head = repo.commit({"a.txt": "1"})
    ran = yett(repo.root, "check", "--format", "json", PRE_COMMIT_FROM_REF=base, PRE_COMMIT_TO_REF=head)
    assert report(ran)["target"] == {"kind": "range", "base": base, "head": head, "index": False, "paths": []}
    assert ran.code == 0


def test_a_secret_that_came_and_went_inside_a_range(repo: Repo, yett: Yett) -> None:
    base = repo.commit({"a.txt": "1"})
    leaked = repo.commit(SECRET)
    repo.commit({"settings.py": "GITHUB = os.environ['GITHUB']\n"})
    ran = yett(repo.root, "check", "--range", f"{base}..HEAD", "--format", "json")
    (only,) = report(ran)["findings"]
    assert (only["commit"], only["action"]) == (leaked, "block")
    repo.write(".yett.yaml", "")
    assert yett(repo.root, "check", "--range", "HEAD~1..HEAD").code == 0  # it was there before


def test_only_what_a_change_adds_blocks_in_python(repo: Repo, yett: Yett) -> None:
    repo.commit({"old.py": UNSAFE})
    repo.stage({"old.py": f"# a comment\n{UNSAFE}", "new.py": UNSAFE})
    ran = yett(repo.root, "check", "--staged", "--only", "python", "--format", "json")
    assert {(rule, path, action) for rule, path, _, action in actions(ran)} == {
        ("python/B404", "new.py", "info"),
        ("python/B602", "new.py", "block"),
        ("python/B404", "old.py", "info"),
        ("python/B602", "old.py", "warn"),
    }


def test_a_directive_with_rule_and_reason_is_honoured_and_listed(repo: Repo, yett: Yett) -> None:
    repo.stage({"a.py": UNSAFE.replace("True)", "True)  # yett: ignore[python/B602] command is a constant")})
    ran = yett(repo.root, "check", "--staged", "--format", "json")
    assert ran.code == 0
    (waived,) = [each for each in report(ran)["findings"] if each["action"] == "waived"]
    assert waived["rule"] == "python/B602"
    assert waived["waiver"]["reason"] == "command is a constant"


@pytest.mark.parametrize("comment", ("nosec", "nosec B602", "yett: ignore[python/B602]", "noqa: S602"))
def test_a_directive_without_rule_and_reason_is_not(repo: Repo, yett: Yett, comment: str) -> None:
    repo.stage({"a.py": UNSAFE.replace("True)", f"True)  # {comment}")})
    assert yett(repo.root, "check", "--staged").code == 1


def test_one_change_adds_a_few_directives_at_the_most(repo: Repo, yett: Yett) -> None:
    line = "subprocess.call(command, shell=True)  # yett: ignore[python/B602] a constant\n"
    repo.commit({"a.py": "import subprocess\n" + line})
    repo.stage({"a.py": "import subprocess\n" + line * 4})
    assert yett(repo.root, "check", "--staged").code == 0
    repo.stage({"a.py": "import subprocess\n" + line * 6})
    ran = yett(repo.root, "check", "--staged", "--format", "json")
    assert ran.code == 1
    assert {rule for rule, _, _, action in actions(ran) if action == "block"} == {"policy/too-many-suppressions"}
    repo.commit()
    assert yett(repo.root, "check", "--tree").code == 0


WAIVERS = """\
version: 1
waivers:
  - rule: secrets/github-token
    path: settings.py
    reason: revoked on the day it was committed
    owner: platform
    expires: 2099-01-01
"""
LONG = "version: 1\nsuppress: {max_days: {critical: 3650, high: 3650}}\n"


def dated(text: str) -> str:
    """The waivers with an expiry a year from today."""
    import datetime

    return text.replace("2099-01-01", (datetime.date.today() + datetime.timedelta(days=365)).isoformat())


def test_a_waiver_on_the_base_holds_and_one_in_the_change_does_not(repo: Repo, yett: Yett) -> None:
    base = repo.commit({".yett.yaml": LONG})
    head = repo.commit({**SECRET, ".yett/waivers.yaml": dated(WAIVERS)})
    ran = yett(repo.root, "check", "--range", f"{base}..{head}", "--format", "json")
    assert ran.code == 1
    assert ("policy/waivers-changed", ".yett/waivers.yaml", 3, "warn") in actions(ran)
    later = repo.commit({"settings.py": f'# moved\nGITHUB = "{TOKEN}"\n'})
    ran = yett(repo.root, "check", "--range", f"{head}..{later}", "--format", "json")
    assert ran.code == 0
    assert [action for _, _, _, action in actions(ran)] == ["waived"]


def test_a_change_cannot_weaken_its_own_policy(repo: Repo, yett: Yett) -> None:
    base = repo.commit({"a.txt": "1"})
    repo.commit({".yett.yaml": "version: 1\nchecks: {secrets: {block: {severity: never}}}\nexclude: [settings.py]\n"})
    repo.commit(SECRET)
    ran = yett(repo.root, "check", "--range", f"{base}..HEAD", "--format", "json")
    assert ran.code == 1
    found = {(rule, action) for rule, _, _, action in actions(ran)}
    assert found == {("secrets/github-token", "block"), ("policy/changed", "warn")}
    assert yett(repo.root, "check", "--tree", "HEAD").code == 0  # once it is merged, it holds


def test_a_change_that_breaks_the_policy_is_refused(repo: Repo, yett: Yett) -> None:
    base = repo.commit({"a.txt": "1"})
    repo.commit({".yett.yaml": "version: 1\nchekcs: {}\n"})
    ran = yett(repo.root, "check", "--range", f"{base}..HEAD", "--format", "json")
    assert ran.code == 1
    assert actions(ran) == [("policy/invalid", ".yett.yaml", 2, "block")]


def test_excluded_files_are_counted(repo: Repo, yett: Yett) -> None:
    repo.commit({**SECRET, ".yett.yaml": "version: 1\nexclude: ['settings.*']\n"})
    ran = yett(repo.root, "check", "--tree", "HEAD", "--format", "json")
    assert ran.code == 0
    assert report(ran)["coverage"]["unexamined"] == [
        {"path": "settings.* (.yett.yaml:2)", "what": "excluded by the policy (1 file)"}
    ]


def test_the_policy_can_be_named(repo: Repo, yett: Yett, tmp_path: Path) -> None:
    repo.stage(SECRET)
    (tmp_path / "lax.yaml").write_text("version: 1\nchecks: {secrets: {block: {severity: never}}}\n")
    ran = yett(repo.root, "check", "--policy", str(tmp_path / "lax.yaml"), "--format", "json")
    assert ran.code == 0
    assert actions(ran) == [("secrets/github-token", "settings.py", 1, "warn")]


@pytest.mark.parametrize(
    ("variables", "target", "code"),
    (
        ({}, "--staged", 0),  # a laptop on a train must commit
        ({"CI": "true"}, "--staged", 3),
        ({"CI": "true", "PRE_COMMIT": "1"}, "--staged", 3),
        ({}, "--tree", 3),
        ({"PRE_COMMIT": "1"}, "--staged", 0),
    ),
)
def test_no_advisory_database(repo: Repo, yett: Yett, variables: dict[str, str], target: str, code: int) -> None:
    repo.stage({"requirements.txt": "django==3.2.1\n"})
    ran = yett(repo.root, "check", target, "--format", "json", **variables)
    assert ran.code == code
    assert [gap["kind"] for gap in report(ran)["gaps"]] == ["advisories"]
    assert "yett advisories update" in report(ran)["gaps"][0]["reason"]


def test_a_check_left_out_is_told(repo: Repo, yett: Yett) -> None:
    repo.stage({**SECRET, "requirements.txt": "django==3.2.1\n"})
    ran = yett(repo.root, "check", "--only", "config,python", "--format", "json")
    assert ran.code == 0
    checks = report(ran)["coverage"]["checks"]
    assert [name for name, share in checks.items() if share["ran"]] == ["python", "config"]
    assert yett(repo.root, "check", "--skip", "secrets", "--skip", "dependencies").code == 0
    assert yett(repo.root, "check", "--skip", "dependencies").code == 1


def test_files_outside_git(tmp_path: Path, yett: Yett) -> None:
    folder = tmp_path / "plain"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "settings.py").write_text(SECRET["settings.py"])
    ran = yett(folder, "check", "--paths", "deep", "--format", "json")
    assert actions(ran) == [("secrets/github-token", "deep/settings.py", 1, "block")]
    assert yett(folder, "check", "--paths", "deep/settings.py").code == 1


def test_the_same_input_gives_the_same_report(repo: Repo, yett: Yett) -> None:
    repo.commit({f"f{number}.py": UNSAFE for number in range(400)})  # enough for several processes
    one, other = (yett(repo.root, "check", "--tree", "HEAD", "--format", "json") for _ in range(2))
    assert one == other
    assert len(report(one)["findings"]) == 800


def test_every_format_at_once(repo: Repo, yett: Yett, tmp_path: Path) -> None:
    repo.stage(SECRET)
    forms = {"json": "a.json", "sarif": "a.sarif", "markdown": "a.md", "annotations": "a.txt"}
    outputs = [part for form, name in forms.items() for part in ("--output", f"{form}:{tmp_path / name}")]
    ran = yett(repo.root, "check", *outputs)
    assert ran.code == 1
    assert ran.out.startswith("FAIL")
    for name in forms.values():
        assert TOKEN[4:20] not in (tmp_path / name).read_text()
    assert json.loads((tmp_path / "a.sarif").read_text())["version"] == "2.1.0"
    ran = yett(repo.root, "check", "--format", "json", "--output", str(tmp_path / "b"))
    assert ran.out.startswith("FAIL")
    assert json.loads((tmp_path / "b").read_text())["outcome"] == "fail"


def test_many_files_in_several_processes_find_what_one_finds(
    repo: Repo, yett: Yett, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"folder{number % 7}/f{number}.py": UNSAFE if number % 3 else SAFE for number in range(350)}
    repo.commit({**files, **SECRET})
    several = report(yett(repo.root, "check", "--tree", "HEAD", "--format", "json"))
    monkeypatch.setattr("yett.examine.FEW", 10_000)
    assert report(yett(repo.root, "check", "--tree", "HEAD", "--format", "json")) == several


def test_a_file_name_cannot_speak_to_the_terminal_or_the_runner(repo: Repo, yett: Yett) -> None:
    names = ("\x1b[2J.py", "a\n::set-output name=verdict::pass.py", "##[error]x.py", "\u202egnp.py")
    repo.stage(dict.fromkeys(names, SECRET["settings.py"]))
    os.link(repo.root / names[0], os.path.join(os.fsencode(repo.root), b"\xff.py"))
    repo.stage()
    ran = yett(repo.root, "check", "--staged")
    assert ran.code == 1
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    assert "##[" not in ran.out
    assert not any(line.strip().startswith("::") for line in ran.out.splitlines())
    assert len(report(yett(repo.root, "check", "--staged", "--format", "json"))["findings"]) == 5


def _zipped(name: str, content: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def test_archives_are_named_or_opened(repo: Repo, yett: Yett) -> None:
    token = "ghp_" + "wFzM3K8vT1pQx7LrC5nB9dH2sYgJ0e2JJbhD"
    inner = _zipped("conf/app.env", f"GITHUB_TOKEN={token}\n")
    repo.commit({"dist/shop.whl": inner, "bomb.gz": gzip.compress(b"\0" * (40 << 20)), "readme.txt": b"plain"})
    named = report(yett(repo.root, "check", "--tree", "HEAD", "--only", "secrets", "--format", "json"))
    assert [(each["path"], each["what"]) for each in named["coverage"]["unexamined"]] == [
        ("bomb.gz", "archive"),
        ("dist/shop.whl", "archive"),
    ]
    opened = report(yett(repo.root, "check", "--tree", "HEAD", "--only", "secrets", "--archives", "--format", "json"))
    assert [(each["path"], each["line"]) for each in opened["findings"]] == [("dist/shop.whl!conf/app.env", 1)]
    assert opened["coverage"]["unexamined"] == []
    assert [(each["path"], each["kind"]) for each in opened["gaps"]] == [("bomb.gz", "limit")]
    repo.commit({".yett.yaml": b"version: 1\nchecks: {secrets: {archives: true}}\n"})
    asked = report(yett(repo.root, "check", "--tree", "HEAD", "--only", "secrets", "--format", "json"))
    assert asked["findings"] == opened["findings"]
