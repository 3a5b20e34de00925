"""The GitHub Action: `action/run.py` alone beside a stand-in for yett, and the whole of it in real jobs run by act."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.outside import advisories, advisory, clean_environment, commit, git, new_repository, program

PROJECT = Path(__file__).resolve().parent.parent
TOKEN = "ghp_" + "3kxB7sQmWt9LzVhN2cRpD5fGjY8aE430hKPT"
ZEROS = "0" * 40
ABSENT = "0123456789" * 4

PASSING = {"outcome": "pass", "target": {"head": "@HEAD@"}, "counts": {"block": 0, "warn": 0, "info": 0, "gaps": 0}}
FAILING = {"outcome": "fail", "target": {"head": "@HEAD@"}, "counts": {"block": 2, "warn": 1, "info": 5, "gaps": 1}}

STAND_IN = """
import json, os, sys
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "calls"), "a") as calls:
    calls.write(json.dumps(dict(argv=sys.argv[1:], cwd=os.getcwd(), env=dict(os.environ))) + "\\n")
with open(os.path.join(here, "orders")) as orders:
    orders = json.load(orders)
if sys.argv[1] != "check":
    sys.exit(orders["update"])
sys.stdout.write(orders["says"])
sys.stdout.flush()
for argument in sys.argv:
    form, colon, path = argument.partition(":")
    if colon and form in orders["reports"]:
        with open(path, "w", newline="") as report:
            report.write(orders["reports"][form].replace("@HEAD@", sys.argv[3].rpartition("..")[2]))
if orders["code"] < 0:
    os.kill(os.getpid(), -orders["code"])
sys.exit(orders["code"])
"""


class Step(NamedTuple):
    """What is left of a step: its exit code, its log, and what it handed to the runner."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str
    calls: list[dict[str, Any]]

    @property
    def checked(self) -> list[str]:
        """The arguments of the check, without the reports."""
        (arguments,) = (call["argv"] for call in self.calls if call["argv"][0] == "check")
        return list(arguments[1 : arguments.index("--output")])


class Runner(NamedTuple):
    """A runner's folders, with a stand-in for yett on PATH that does as it is told."""

    folder: Path
    repository: Path

    def step(
        self,
        event: str = "workflow_dispatch",
        payload: object = None,
        *,
        code: int = 0,
        says: str = "",
        reports: Mapping[str, str] | None = None,
        update: int = 0,
        path: str | None = None,
        env: Mapping[str, str] | None = None,
        inputs: Mapping[str, str] | None = None,
    ) -> Step:
        stand_in = self.folder / "bin"
        reports = {"json": json.dumps(PASSING)} if reports is None else reports
        orders = {"code": code, "says": says, "reports": reports, "update": update}
        (stand_in / "orders").write_text(json.dumps(orders))
        for name in ("calls", "output", "summary"):
            (self.folder / name).unlink(missing_ok=True)
        (stand_in / "calls").unlink(missing_ok=True)
        (self.folder / "event.json").write_text(payload if isinstance(payload, str) else json.dumps(payload or {}))
        inputs = {"install": "false", "update_advisories": "false"} | dict(inputs or {})
        done = subprocess.run(
            [sys.executable, "-I", str(PROJECT / "action" / "run.py")],
            cwd=self.repository,
            env={
                **clean_environment(self.folder),
                "PATH": f"{stand_in}{os.pathsep}{os.environ['PATH']}" if path is None else path,
                "GITHUB_EVENT_NAME": event,
                "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
                "GITHUB_OUTPUT": str(self.folder / "output"),
                "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
                "GITHUB_WORKSPACE": str(self.repository),
                "RUNNER_TEMP": str(self.folder / "temp"),
                **{f"YETT_ACTION_{name.upper()}": value for name, value in inputs.items()},
                **(env or {}),
            },
            capture_output=True,
            check=False,
        )
        assert done.stderr == b""
        calls = stand_in / "calls"
        return Step(
            done.returncode,
            done.stdout.decode(),
            handed_on(self.folder / "output"),
            text(self.folder / "summary"),
            [json.loads(line) for line in text(calls).splitlines()],
        )


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    (tmp_path / "bin").mkdir()
    (tmp_path / "temp").mkdir()
    stand_in = tmp_path / "bin" / "yett"
    stand_in.write_text(f"#!{sys.executable} -I{STAND_IN}")
    stand_in.chmod(0o755)
    repository = new_repository(tmp_path / "work")
    commit(repository, {"a": "1"})
    commit(repository, {"a": "2"})
    return Runner(tmp_path, repository)


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def handed_on(path: Path) -> dict[str, str]:
    """The outputs in a file of the runner's format; each value ends at its own line. The last of a name counts."""
    values = {}
    lines = iter(text(path).splitlines())
    for line in lines:
        name, _, fence = line.partition("<<")
        value = []
        for inner in lines:
            if inner == fence:
                break
            value.append(inner)
        else:
            raise AssertionError(f"{name} has no end")
        values[name] = "\n".join(value)
    return values


def heard(log: str) -> list[str]:
    """The workflow commands that a runner would obey: those outside of stop-commands."""
    commands, stopped = [], ""
    for line in log.splitlines():
        if stopped:
            if line.strip() == f"::{stopped}::":
                stopped = ""
        elif line.lstrip().startswith("::stop-commands::"):
            stopped = line.strip().removeprefix("::stop-commands::")
        elif line.lstrip().startswith("::") or "##[" in line:
            commands.append(line)
    assert not stopped, "the log ends while the runner listens to nothing"
    return commands


# What is checked


def pull_request(base: str, head: str) -> dict[str, object]:
    return {"action": "synchronize", "number": 7, "pull_request": {"base": {"sha": base}, "head": {"sha": head}}}


def merge_group(base: str, head: str) -> dict[str, object]:
    return {"action": "checks_requested", "merge_group": {"base_sha": base, "head_sha": head}}


def push(before: str, after: str, forced: bool = False) -> dict[str, object]:
    return {"ref": "refs/heads/main", "before": before, "after": after, "forced": forced, "deleted": False}


@pytest.mark.parametrize(
    ("event", "payload", "target"),
    [
        ("pull_request", pull_request, "range"),
        ("pull_request_target", pull_request, "range"),
        ("pull_request_review", pull_request, "range"),
        ("merge_group", merge_group, "range"),
        ("push", push, "range"),
        ("push", lambda base, head: push(ZEROS, head), "tree"),  # a new branch
        ("push", lambda base, head: push(base, head, forced=True), "tree"),
        ("push", lambda base, head: push(ABSENT, head), "tree"),  # forced as well, and the old head is gone
        ("push", lambda base, head: push(base, ZEROS), "tree"),  # a deleted branch
        ("schedule", lambda base, head: {"schedule": "0 4 * * *"}, "tree"),
        ("workflow_dispatch", lambda base, head: {"inputs": None}, "tree"),
    ],
)
def test_the_event_says_what_is_checked(runner: Runner, event: str, payload: Any, target: str) -> None:
    base, head = git(runner.repository, "rev-parse", "HEAD~1", "HEAD").split()
    step = runner.step(event, payload(base, head))
    assert step.code == 0
    assert step.checked == (["--range", f"{base}..{head}"] if target == "range" else ["--tree", head])


@pytest.mark.parametrize(
    ("event", "inputs", "expected"),
    [
        ("push", {"target": "tree"}, ["--tree", "{head}"]),
        ("schedule", {"target": "HEAD~1..main"}, ["--range", "{base}..{head}"]),
        ("push", {"target": "auto", "base": "HEAD~1"}, ["--range", "{base}..{head}"]),
        ("schedule", {"base": "HEAD~1"}, ["--range", "{base}..{head}"]),
        ("schedule", {"only": "secrets,config", "skip": "python"}, ["--tree", "{head}", "--only=secrets,config"]),
        ("schedule", {"only": "--tree"}, ["--tree", "{head}", "--only=--tree"]),  # a value stays a value
    ],
)
def test_inputs_reach_yett(runner: Runner, event: str, inputs: dict[str, str], expected: list[str]) -> None:
    base, head = git(runner.repository, "rev-parse", "HEAD~1", "HEAD").split()
    step = runner.step(event, push(ZEROS, head), inputs=inputs)
    found = step.checked[: len(expected)]
    assert found == [argument.format(base=base, head=head) for argument in expected]
    assert step.checked[len(expected) :] == (["--skip=python"] if "skip" in inputs else [])


@pytest.mark.parametrize(
    ("event", "payload", "inputs", "reason"),
    [
        ("pull_request", pull_request(ABSENT, "HEAD"), {}, "no commit id under `sha`"),
        ("pull_request", {}, {}, "the event payload has no `pull_request`"),
        ("pull_request", {"pull_request": {"base": None}}, {}, "the event payload has no `base`"),
        ("merge_group", {"merge_group": {"base_sha": "--all", "head_sha": ZEROS}}, {}, "no commit id under `base_sha`"),
        ("push", {}, {}, "no commit id under `before`"),
        ("push", "{", {}, "cannot read the event payload (JSONDecodeError)"),
        ("push", "[" * 100_000, {}, "undecided: "),
        ("push", "[]", {}, "the event payload is not a JSON object"),
        ("schedule", {}, {"target": "everything"}, 'must be "auto", "tree" or BASE..HEAD'),
        ("schedule", {}, {"target": "a...b"}, 'must be "auto", "tree" or BASE..HEAD'),
        ("schedule", {}, {"target": "--output=x..HEAD"}, "is not a revision"),
        ("schedule", {}, {"target": "tree", "base": "HEAD"}, 'goes with target "auto" only'),
        ("schedule", {}, {"target": "nowhere..HEAD"}, "the commit nowhere is not in this clone"),
        ("schedule", {}, {"update_advisories": "no"}, "`update-advisories` must be true or false"),
        ("schedule", {}, {"install": "off"}, "`install` must be true or false"),
        ("schedule", {}, {"working_directory": "nowhere"}, "check the repository out first"),
        ("schedule", {}, {"report_directory": "../elsewhere"}, "symbolic link or `..`"),
    ],
)
def test_what_cannot_be_settled_is_undecided(
    runner: Runner, event: str, payload: object, inputs: dict[str, str], reason: str
) -> None:
    step = runner.step(event, payload, inputs=inputs)
    assert step.code in (2, 4)
    assert step.outputs.get("verdict", "undecided") == "undecided"
    assert [call for call in step.calls if call["argv"][0] == "check"] == []
    (command,) = heard(step.log)
    assert command.startswith("::error title=yett::undecided: ")
    assert reason in command


def test_a_shallow_clone_is_refused_with_the_way_out(runner: Runner, tmp_path: Path) -> None:
    base, head = git(runner.repository, "rev-parse", "HEAD~1", "HEAD").split()
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", runner.repository.as_uri(), str(shallow))
    for event, payload in (("push", push(base, head)), ("pull_request", pull_request(base, head))):
        step = runner._replace(repository=shallow).step(event, payload)
        assert (step.code, step.outputs["verdict"], step.outputs["exit-code"]) == (2, "undecided", "2")
        assert "fetch-depth: 0" in step.log
        assert "fetch-depth: 0" in step.summary
        assert step.calls == []


def test_a_folder_that_is_no_repository_is_refused(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    step = runner._replace(repository=tmp_path / "plain").step()
    assert (step.code, step.outputs["verdict"]) == (2, "undecided")
    assert "is not a git repository" in step.log


# What is handed on


@pytest.mark.parametrize(
    ("code", "report", "expected", "verdict"),
    [
        (0, PASSING, 0, "pass"),
        (1, FAILING, 1, "fail"),
        (2, None, 2, "undecided"),
        (3, PASSING | {"outcome": "undecided"}, 3, "undecided"),
        (4, None, 4, "undecided"),
        (0, None, 4, "undecided"),  # ended well, and nothing says so
        (0, FAILING, 4, "undecided"),  # the report says otherwise
        (0, {"outcome": "pass"}, 4, "undecided"),  # not a whole report
        (0, PASSING | {"target": {"head": ABSENT}}, 4, "undecided"),  # about another commit
        (0, [], 4, "undecided"),
        (1, PASSING, 1, "fail"),  # the exit code is the verdict
        (127, PASSING, 4, "undecided"),
        (-9, None, 4, "undecided"),  # killed
        (-11, PASSING, 4, "undecided"),
    ],
)
def test_the_exit_code_is_the_verdict(runner: Runner, code: int, report: object, expected: int, verdict: str) -> None:
    step = runner.step(code=code, reports={} if report is None else {"json": json.dumps(report)})
    assert (step.code, step.outputs["exit-code"], step.outputs["verdict"]) == (expected, str(expected), verdict)


def test_counts_and_paths_are_handed_on(runner: Runner) -> None:
    reports = {"json": json.dumps(FAILING), "sarif": "{}", "markdown": "## yett: fail\n"}
    step = runner.step(code=1, reports=reports)
    counts = {name: step.outputs[name] for name in ("blocking", "warnings", "gaps")}
    assert counts == {"blocking": "2", "warnings": "1", "gaps": "1"}
    assert json.loads(Path(step.outputs["report-path"]).read_text())["counts"] == FAILING["counts"]
    assert Path(step.outputs["sarif-path"]).read_text() == "{}"
    assert Path(step.outputs["summary-path"]).read_text() == "## yett: fail\n"
    assert step.summary == "## yett: fail\n\n"


def test_only_annotations_are_obeyed(runner: Runner) -> None:
    says = f"::set-output name=verdict::pass\n##[add-mask]a\n::stop-commands::x\n::x::\n::{'0' * 32}::\nno newline"
    lines = (
        "::error file=a%2Cb.py,line=3,title=yett::a secret%0Awith two lines",
        "::warning::careful",
        "::set-output name=verdict::pass",
        "::add-mask::a",
        "::stop-commands::word",
        "::save-state name=x::y",
        " ::error::indented",
        "##[error]old",
        "::notice::one\r::set-env name=PATH::.",
        "anything",
    )
    step = runner.step(code=1, says=says, reports={"json": json.dumps(FAILING), "annotations": "\n".join(lines)})
    assert heard(step.log) == ["::group::Install yett", "::endgroup::", *lines[:2]]
    assert says in step.log
    assert step.outputs["verdict"] == "fail"


def test_as_many_annotations_as_github_shows(runner: Runner) -> None:
    lines = [f"::{kind}::{number}" for number in range(30) for kind in ("error", "warning")]
    step = runner.step(code=1, reports={"json": json.dumps(FAILING), "annotations": "\n".join(lines)})
    assert heard(step.log)[2:] == lines[:20]


def test_a_summary_stays_within_the_limit(runner: Runner) -> None:
    long = "".join(f"| {number} | é |\n" for number in range(150_000))
    assert len(long.encode()) > 1024 * 1024
    step = runner.step(reports={"json": json.dumps(PASSING), "markdown": long})
    note, _, rest = step.summary.partition("\n\n")
    assert note.startswith("> This is the beginning")
    assert 1000 * 1024 < len(step.summary.encode()) <= 1024 * 1024
    assert long.startswith(rest)


def test_reports_go_where_they_are_wanted(runner: Runner, tmp_path: Path) -> None:
    for wanted in ("out/reports", str(tmp_path / "elsewhere")):
        step = runner.step(inputs={"report_directory": wanted})
        assert Path(step.outputs["report-path"]) == runner.repository / wanted / "yett.json"
        assert json.loads((runner.repository / wanted / "yett.json").read_text())["outcome"] == "pass"


def test_reports_follow_no_link(runner: Runner, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("as it was")
    (runner.repository / "out").mkdir()
    (runner.repository / "out" / "yett.json").symlink_to(target)
    assert runner.step(inputs={"report_directory": "out"}).code == 0
    assert target.read_text() == "as it was"
    assert not (runner.repository / "out" / "yett.json").is_symlink()

    (tmp_path / "home").mkdir()
    (runner.repository / "link").symlink_to(tmp_path / "home")
    step = runner.step(inputs={"report_directory": "link/reports"})
    assert (step.code, step.outputs["verdict"]) == (2, "undecided")
    assert list((tmp_path / "home").iterdir()) == []


def test_yett_knows_that_it_runs_in_ci(runner: Runner) -> None:
    env = {"CI": "false", "PRE_COMMIT": "1", "PRE_COMMIT_FROM_REF": "x", "PREK_HOOK_STAGE": "pre-commit"}
    step = runner.step(env=env, inputs={"advisories_database": "db/advisories.sqlite"})
    seen = step.calls[-1]["env"]
    assert seen["CI"] == "true"
    assert seen["YETT_ADVISORIES"] == str(runner.repository / "db" / "advisories.sqlite")
    assert not [name for name in seen if name.startswith(("PRE_COMMIT", "PREK"))]


@pytest.mark.parametrize(
    ("inputs", "arguments"),
    [
        ({}, ["advisories", "update"]),
        ({"update_advisories": ""}, ["advisories", "update"]),
        ({"advisories_from": "mirror"}, ["advisories", "update", "--from", "mirror"]),
        ({"only": "secrets, dependencies"}, ["advisories", "update"]),
        ({"update_advisories": "false"}, None),
        ({"only": "secrets,config"}, None),
        ({"skip": "dependencies"}, None),
    ],
)
def test_advisories_are_fetched_where_they_are_used(
    runner: Runner, inputs: dict[str, str], arguments: list[str] | None
) -> None:
    step = runner.step(inputs={"update_advisories": "true"} | inputs)
    assert [call["argv"] for call in step.calls[:-1]] == ([] if arguments is None else [arguments])


def test_advisories_that_cannot_be_fetched_leave_the_verdict_to_yett(runner: Runner) -> None:
    undecided = json.dumps(PASSING | {"outcome": "undecided"})
    step = runner.step(code=3, update=1, reports={"json": undecided}, inputs={"update_advisories": "true"})
    assert (step.code, step.outputs["verdict"]) == (3, "undecided")
    assert "::warning title=yett::the advisories could not be fetched; what is at hand decides" in heard(step.log)


def test_no_yett_is_undecided(runner: Runner) -> None:
    step = runner.step(path=os.path.dirname(shutil.which("git") or ""))
    assert (step.code, step.outputs["verdict"]) == (2, "undecided")
    assert "there is no `yett` on PATH" in step.log


def test_a_crash_of_the_action_is_undecided(runner: Runner) -> None:
    step = runner.step(env={"RUNNER_TEMP": str(runner.folder / "nowhere")})
    assert step.code == 4
    assert "verdict" not in step.outputs  # the step's first line has said "undecided"
    assert heard(step.log) == ["::error title=yett::undecided: the action crashed; the log has the traceback"]


# The files


def test_no_input_is_pasted_into_a_script() -> None:
    for path in (PROJECT / "action.yml", *sorted((PROJECT / ".github" / "workflows").glob("*.yml"))):
        scripts = re.findall(r"^( *)(?:- )?run: *(.*(?:\n\1 +.*)*)", path.read_text(), re.MULTILINE)
        assert not [script for _, script in scripts if "${{" in script], path


def test_every_action_is_pinned_to_a_commit() -> None:
    for path in (*sorted((PROJECT / ".github" / "workflows").glob("*.yml")), PROJECT / "tests/action/workflow.yml"):
        used = re.findall(r"^ *(?:- )?uses: (\S+)(.*)", path.read_text(), re.MULTILINE)
        assert used
        for name, comment in used:
            if not name.startswith("./"):
                assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name), (path, name)
                assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), (path, name)


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-actions", ["action.yml"]),
        ("vendor.github-workflows", [".github/workflows/ci.yml", ".github/workflows/yett.yml"]),
        ("vendor.github-workflows", ["tests/action/workflow.yml"]),
    ],
)
def test_the_files_are_what_github_takes(schema: str, files: list[str]) -> None:
    subprocess.run([program("check-jsonschema"), "--builtin-schema", schema, *files], cwd=PROJECT, check=True)


def test_what_the_action_installs_is_what_the_package_needs() -> None:
    """The lock has every dependency of the package, in a version that the package takes, with hashes."""
    import tomllib

    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    lines = (PROJECT / "action" / "requirements.txt").read_text().replace("\\\n", " ").splitlines()
    locked = {}
    for line in lines:
        if not line.startswith("#"):
            requirement, *hashes = line.split(" --hash=")
            assert hashes, line
            assert all(re.fullmatch(r"sha256:[0-9a-f]{64} *", digest) for digest in hashes), line
            name, _, version = requirement.partition(";")[0].strip().partition("==")
            locked[canonicalize_name(name)] = version.strip()
    needed = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["dependencies"]
    for need in map(Requirement, needed):
        assert need.specifier.contains(locked[canonicalize_name(need.name)]), need


# Real jobs


class Run(NamedTuple):
    """A workflow run: act's exit code, what was deployed, and what act says of it, line by line."""

    code: int
    deployed: str | None
    said: list[dict[str, Any]]

    def outputs(self) -> dict[str, str]:
        return {line["name"]: line["arg"] for line in self.said if line.get("command") == "set-output"}

    def obeyed(self) -> list[str]:
        """The names of the workflow commands that were obeyed, but for those that carry the log itself."""
        plain = {"", "ignored", "group", "endgroup", "set-output", "summary", "stop-commands"}
        names = [str(line.get("command", "")) for line in self.said]
        return [name for name in names if name not in plain and not re.fullmatch(r"[0-9a-f]{32}", name)]

    def log(self) -> str:
        return "".join(line["msg"] for line in self.said if line.get("raw_output"))


class Forge(NamedTuple):
    """A repository whose workflow gates its deployment with the action, and the runner for it."""

    folder: Path
    repository: Path

    def run(self, event: str, payload: Mapping[str, object], *options: str, **variables: str) -> Run:
        marker = self.folder / "deployed"
        marker.unlink(missing_ok=True)
        (self.folder / "payload.json").write_text(json.dumps(payload))
        values = {"MARKER": str(marker), **variables}
        done = subprocess.run(
            [
                *(program("act"), event, "--json", "--eventpath", str(self.folder / "payload.json")),
                *("--platform", "ubuntu-latest=-self-hosted"),
                *(part for name, value in values.items() for part in ("--var", f"{name}={value}")),
                *options,
            ],
            cwd=self.repository,
            env={
                **clean_environment(self.folder / "home"),
                "ACT_DISABLE_VERSION_CHECK": "1",
                "PATH": f"{os.path.dirname(program('yett'))}{os.pathsep}{os.environ['PATH']}",
            },
            capture_output=True,
            check=False,
            timeout=300,
        )
        said = [json.loads(line) for line in done.stdout.decode().splitlines() if line.startswith("{")]
        return Run(done.returncode, marker.read_text() if marker.exists() else None, said)


@pytest.fixture
def forge(tmp_path: Path) -> Forge:
    repository = new_repository(tmp_path / "shop")
    workflow = (PROJECT / "tests" / "action" / "workflow.yml").read_text()
    commit(repository, {".github/workflows/ship.yml": workflow, "README.md": "# A shop\n"})
    # act's checkout copies the work tree, so the action is there without being part of what is judged
    shutil.copytree(PROJECT / "action", repository / "gate" / "action", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "action.yml", repository / "gate")
    return Forge(tmp_path, repository)


EVENTS: dict[str, Callable[[str, str], dict[str, object]]] = {
    "push": push,
    "pull_request": pull_request,
    "merge_group": merge_group,
}


@pytest.mark.parametrize("event", EVENTS)
def test_a_clean_change_is_deployed(forge: Forge, event: str) -> None:
    base = git(forge.repository, "rev-parse", "HEAD")
    head = commit(forge.repository, {"shop.py": "def total(prices):\n    return sum(prices)\n"})
    run = forge.run(event, EVENTS[event](base, head))
    assert (run.code, run.deployed) == (0, "pass"), run.log()
    assert run.outputs()["exit-code"] == "0"
    assert run.outputs()["blocking"] == "0"


@pytest.mark.parametrize("event", EVENTS)
def test_a_secret_is_not_deployed(forge: Forge, event: str) -> None:
    base = git(forge.repository, "rev-parse", "HEAD")
    head = commit(forge.repository, {"shop.py": f'KEY = "{TOKEN}"\n'})
    run = forge.run(event, EVENTS[event](base, head))
    assert (run.code, run.deployed) == (1, None), run.log()
    assert (run.outputs()["verdict"], run.outputs()["exit-code"]) == ("fail", "1")
    assert int(run.outputs()["blocking"]) >= 1
    assert "error" in run.obeyed()
    assert TOKEN not in json.dumps(run.said)


def test_a_secret_that_a_later_commit_removes_is_not_deployed(forge: Forge) -> None:
    base = git(forge.repository, "rev-parse", "HEAD")
    commit(forge.repository, {"shop.py": f'KEY = "{TOKEN}"\n'})
    head = commit(forge.repository, {"shop.py": "KEY = None\n"})
    run = forge.run("pull_request", pull_request(base, head))
    assert (run.code, run.deployed, run.outputs()["verdict"]) == (1, None, "fail"), run.log()


def test_an_unknown_base_is_not_deployed(forge: Forge) -> None:
    head = git(forge.repository, "rev-parse", "HEAD")
    run = forge.run("pull_request", pull_request(ABSENT, head))
    assert (run.code, run.deployed, run.outputs()["verdict"]) == (1, None, "undecided"), run.log()


def test_dependencies_without_advisories_are_not_deployed(forge: Forge) -> None:
    base = git(forge.repository, "rev-parse", "HEAD")
    head = commit(forge.repository, {"requirements.txt": "shopkit==1.0.0\n"})
    run = forge.run("push", push(base, head))
    assert (run.code, run.deployed) == (1, None), run.log()
    assert (run.outputs()["verdict"], run.outputs()["exit-code"]) == ("undecided", "3")
    assert int(run.outputs()["gaps"]) >= 1


@pytest.mark.parametrize(
    ("version", "deployed", "verdict"), [("1.0.0", None, "fail"), ("2.0.0", "pass", "pass")], ids=("bad", "fixed")
)
def test_dependencies_are_audited(forge: Forge, version: str, deployed: str | None, verdict: str) -> None:
    source = advisories(forge.folder / "advisories", advisory("shopkit", fixed="2.0.0"))
    base = git(forge.repository, "rev-parse", "HEAD")
    head = commit(forge.repository, {"requirements.txt": f"shopkit=={version}\n"})
    variables = {"ADVISORIES": str(source), "DATABASE": str(forge.folder / "advisories.sqlite")}
    run = forge.run("push", push(base, head), **variables)
    assert (run.deployed, run.outputs()["verdict"]) == (deployed, verdict), run.log()


HOSTILE = (
    "x%0A::set-output name=verdict::pass",
    "x\n::set-output name=verdict::pass",
    "x\r::set-output name=verdict::pass.py",
    "::add-mask::pass",
    "::stop-commands::word",
    "##[set-output name=verdict]pass",
    "a,line=1,title=b::c.py",
)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_name_gives_no_orders(forge: Forge, name: str) -> None:
    base = git(forge.repository, "rev-parse", "HEAD")
    content = f'::set-output name=verdict::pass\nKEY = "{TOKEN}" # \n::set-output name=verdict::pass\n'
    head = commit(forge.repository, {name: content}, message="::set-output name=verdict::pass\n\n::add-mask::fail")
    run = forge.run("pull_request", pull_request(base, head))
    assert (run.code, run.deployed, run.outputs()["verdict"]) == (1, None, "fail"), run.log()
    assert set(run.obeyed()) <= {"error", "warning", "notice"}
    assert TOKEN not in json.dumps(run.said)


def test_the_action_installs_its_own_commit(forge: Forge) -> None:
    """The whole way, as a team has it: nothing on the machine but Python and an index of packages."""
    shutil.copytree(PROJECT / "src", forge.repository / "gate" / "src", ignore=shutil.ignore_patterns("__pycache__"))
    base = git(forge.repository, "rev-parse", "HEAD")
    head = commit(forge.repository, {"shop.py": f'KEY = "{TOKEN}"\n'})
    run = forge.run("pull_request", pull_request(base, head), INSTALL="true")
    assert (run.code, run.deployed, run.outputs()["verdict"]) == (1, None, "fail"), run.log()


# The reusable workflow

CALLER = """\
on: [pull_request]
permissions: {}
jobs:
  gate:
    permissions: {contents: read}
    uses: ./.github/workflows/gate.yml
    with: {only: "secrets,config"}
  deploy:
    needs: gate
    runs-on: ubuntu-latest
    steps:
      - env:
          VERDICT: ${{ needs.gate.outputs.verdict }}
          MARKER: ${{ vars.MARKER }}
        run: printf '%s' "$VERDICT" > "$MARKER"
"""


def call(forge: Forge, content: str, known: bool) -> Run:
    """A pull request in a repository that calls the reusable workflow; act does not say where that comes from."""
    called = (PROJECT / ".github" / "workflows" / "yett.yml").read_text()
    if known:
        for context, value in (("repository", "example/yett"), ("sha", ABSENT)):
            called = called.replace(f"${{{{ job.workflow_{context} }}}}", value)
        assert "job.workflow" not in called
    workflows = {".github/workflows/gate.yml": called, ".github/workflows/ship.yml": CALLER}
    base = commit(forge.repository, workflows)
    head = commit(forge.repository, {"shop.py": content})
    shutil.copytree(PROJECT / "src", forge.repository / "gate" / "src", ignore=shutil.ignore_patterns("__pycache__"))
    gate = (forge.repository / "gate").rename(forge.folder / "gate")
    actions = re.findall(r"uses: (actions/\S+)", called)
    stand_in = PROJECT / "tests" / "action" / "stand-in"
    return forge.run(
        "pull_request",
        pull_request(base, head),
        *("--workflows", ".github/workflows/ship.yml", "--env", f"GATE={gate}"),
        *(f"--local-repository=https://github.com/{action}={stand_in}" for action in actions),
    )


@pytest.mark.parametrize(
    ("content", "deployed"), [("KEY = None\n", "pass"), (f'KEY = "{TOKEN}"\n', None)], ids=("clean", "bad")
)
def test_the_reusable_workflow_gates(forge: Forge, content: str, deployed: str | None) -> None:
    run = call(forge, content, known=True)
    assert (run.code, run.deployed) == (0 if deployed else 1, deployed), run.log()
    assert run.outputs()["verdict"] == ("pass" if deployed else "fail")


def test_the_reusable_workflow_stops_where_its_own_commit_is_not_known(forge: Forge) -> None:
    """actions/checkout would check out the caller's repository, and what is judged would be its own judge."""
    run = call(forge, "KEY = None\n", known=False)
    assert (run.code, run.deployed) == (1, None), run.log()
    assert "verdict" not in run.outputs()
