"""Runs yett inside a GitHub job: the event says what to check, yett gives the verdict, this hands it on.

Needs the standard library only and is started with `python -I`, so that nothing in the checked out tree can be
imported. Text from the tree (file names, messages) reaches the log only while the runner takes no workflow commands
from it, and reaches `$GITHUB_OUTPUT` never. The exit code is yett's; where no verdict can be had it is not 0.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

PASS, USAGE, INTERNAL = 0, 2, 4
VERDICTS = {0: "pass", 1: "fail"}
"""The exit codes that are a decision; every other one is "undecided"."""

SUMMARY_LIMIT = 1024 * 1024
"""GitHub drops a step's summary, whole, when it is larger."""

ANNOTATION_LIMIT = 10
"""GitHub shows so many annotations of each kind for a step."""

ANNOTATION = re.compile(r"::(error|warning|notice)( [^\r\n]*?)?::[^\r\n]*")
OBJECT_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

GIT = (
    "git",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "safe.bareRepository=explicit"),
)


class Refusal(Exception):  # noqa: N818 - a word of the project, as "finding" and "gap" are
    """Something the author of the workflow can put right, in one sentence."""


class Wanted(NamedTuple):
    """What the event asks for: a range, or with an empty `base` the tree of `head`.

    `rewritten` says that the base may rightly be gone, because a branch was pushed over it.
    """

    base: str
    head: str
    rewritten: bool = False


def main(env: Mapping[str, str]) -> int:
    try:
        return gate(env)
    except Refusal as reason:
        print(command("error", f"undecided: {reason}"))
        summarise(env, f"## yett: undecided\n\n{code_span(str(reason))}\n".encode("utf-8", "replace"))
        hand_on(env, {"verdict": "undecided", "exit-code": str(USAGE)})
        return USAGE
    except Exception:  # a crash must end as "undecided", and Python's own exit code 1 would read as "fail"
        with quoted():
            traceback.print_exc(file=sys.stdout)
        print(command("error", "undecided: the action crashed; the log has the traceback"))
        return INTERNAL


def gate(env: Mapping[str, str]) -> int:
    """Everything in order: install, choose the target, fetch advisories, check, hand on."""
    if sys.version_info < (3, 11):  # noqa: UP036 - the interpreter is the runner's, not the project's
        raise Refusal("yett needs Python 3.11 or later: run actions/setup-python first, or set the input `python`")
    workspace = env.get("GITHUB_WORKSPACE", os.getcwd())
    place = asked(setting(env, "REPORT_DIRECTORY"), workspace)
    root = os.path.join(workspace, setting(env, "WORKING_DIRECTORY") or ".")
    install, fetch = yes(env, "INSTALL"), yes(env, "UPDATE_ADVISORIES")
    target = settle(wanted(setting(env, "TARGET"), setting(env, "BASE"), *event(env)), root)
    folder = Path(tempfile.mkdtemp(prefix="yett-", dir=env.get("RUNNER_TEMP")))
    surroundings = child_environment(env)
    with group("Install yett"):
        yett = installed(folder) if install else found(env)
    if fetch and checks_dependencies(env):
        with group("Fetch advisories"):
            fetched = update(yett, env, surroundings)
        if not fetched:
            print(command("warning", "the advisories could not be fetched; what is at hand decides"))
    reports = folder / "reports"
    reports.mkdir()
    with quoted():
        code = subprocess.call([*yett, "check", *target, *choice(env), *outputs(reports)], cwd=root, env=surroundings)
    return conclude(env, code, target[1].rpartition("..")[2], reports, place)


def setting(env: Mapping[str, str], name: str) -> str:
    return env.get(f"YETT_ACTION_{name}", "").strip()


def yes(env: Mapping[str, str], name: str) -> bool:
    """A switch of the action. Anything but the two words is an error: a typo must not switch a step off."""
    word = setting(env, name).lower() or "true"
    if word not in ("true", "false"):
        raise Refusal(f"the input `{name.lower().replace('_', '-')}` must be true or false")
    return word == "true"


# What to check


def event(env: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The name of the event and its payload."""
    path = env.get("GITHUB_EVENT_PATH")
    if not path:
        return env.get("GITHUB_EVENT_NAME", ""), {}
    try:
        payload = json.loads(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise Refusal(
            f"cannot read the event payload ({type(error).__name__}): run this inside a GitHub job"
        ) from error
    if not isinstance(payload, dict):
        raise Refusal("the event payload is not a JSON object, run this in a GitHub job")
    return env.get("GITHUB_EVENT_NAME", ""), payload


def wanted(target: str, base: str, name: str, payload: Mapping[str, Any]) -> Wanted:
    """The target of the inputs, or of the event where they leave it open."""
    if target not in ("", "auto"):
        if base:
            raise Refusal('the input `base` goes with target "auto" only')
        if target == "tree":
            return Wanted("", "HEAD")
        first, dots, last = target.partition("..")
        if not (first and dots and last) or last.startswith("."):
            raise Refusal('the input `target` must be "auto", "tree" or BASE..HEAD')
        return Wanted(first, last)
    chosen = by_event(name, payload)
    return Wanted(base, chosen.head) if base else chosen


def by_event(name: str, payload: Mapping[str, Any]) -> Wanted:
    """The target of an event: its commits where it has some, else the whole tree.

    https://docs.github.com/webhooks/webhook-events-and-payloads
    """
    if name.startswith("pull_request"):
        pull_request = part(payload, "pull_request")
        return Wanted(object_id(part(pull_request, "base"), "sha"), object_id(part(pull_request, "head"), "sha"))
    if name == "merge_group":
        merge_group = part(payload, "merge_group")
        return Wanted(object_id(merge_group, "base_sha"), object_id(merge_group, "head_sha"))
    if name == "push":
        before, after = object_id(payload, "before"), object_id(payload, "after")
        if not after.strip("0"):  # the branch was deleted
            return Wanted("", "HEAD")
        new = not before.strip("0") or payload.get("forced") is True
        return Wanted("" if new else before, after, rewritten=True)
    return Wanted("", "HEAD")


def part(payload: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = payload.get(key)
    if not isinstance(value, dict):
        raise Refusal(f"the event payload has no `{key}`: set the input `target`")
    return value


def object_id(payload: Mapping[str, Any], key: str) -> str:
    value = payload.get(key)
    if not isinstance(value, str) or not OBJECT_ID.fullmatch(value):
        raise Refusal(f"the event payload has no commit id under `{key}`: set the input `target`")
    return value


def settle(target: Wanted, root: str) -> list[str]:
    """The target as arguments for yett, every commit named by its full id.

    An absent commit is an error. It is never an empty difference, which would pass.
    """
    head = commit(target.head, root)
    if not head:
        raise Refusal(absent(target.head))
    if not target.base:
        return ["--tree", head]
    base = commit(target.base, root)
    if base:
        return ["--range", f"{base}..{head}"]
    if target.rewritten and git(root, "rev-parse", "--is-shallow-repository") == "false":
        return ["--tree", head]
    raise Refusal(absent(target.base))


def absent(revision: str) -> str:
    return f"the commit {revision} is not in this clone; give actions/checkout `fetch-depth: 0`"


def commit(revision: str, root: str) -> str:
    """The id of the commit that a revision names, or "" where there is no such commit."""
    if revision.startswith("-"):
        raise Refusal(f"{revision!a} is not a revision")
    return git(root, "rev-parse", "--verify", "--quiet", revision + "^{commit}")


def git(root: str, *arguments: str) -> str:
    """What git prints, or "" where it fails. git itself failing to run at all is a refusal."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(
            [*GIT, *arguments], cwd=root, env=environment, capture_output=True, check=False, stdin=subprocess.DEVNULL
        )
    except OSError as error:
        raise Refusal(f"cannot run git in {root!a} ({error.strerror}): check the repository out first") from error
    if done.returncode == 128 and b"not a git repository" in done.stderr:
        raise Refusal(f"{root!a} is not a git repository: check the repository out first")
    if done.returncode == 128 and b"dubious ownership" in done.stderr:
        raise Refusal(f"git refuses {root!a}, which belongs to another user: add it to safe.directory first")
    return done.stdout.decode("ascii", "replace").strip() if done.returncode == 0 else ""


# Running yett


def found(env: Mapping[str, str]) -> list[str]:
    yett = shutil.which("yett", path=env.get("PATH"))
    if not yett:
        raise Refusal("there is no `yett` on PATH: set the input `install` to true")
    return [yett]


def installed(folder: Path) -> list[str]:
    """yett from this action's own commit, in an environment of its own, as the command to run it with.

    Nothing is built: the sources are put on the path, and what they need comes as wheels whose hashes are in
    `requirements.txt` beside this file.
    """
    here = Path(__file__).resolve().parent
    home = folder / "venv"
    run(sys.executable, "-I", "-m", "venv", str(home), cwd=folder)
    paths = sysconfig.get_paths("venv", {"base": str(home), "platbase": str(home)})
    python = str(Path(paths["scripts"], "python.exe" if os.name == "nt" else "python"))
    run(
        *(python, "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"),
        *("--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(here / "requirements.txt")),
        cwd=folder,
    )
    Path(paths["purelib"], "yett.pth").write_text(f"{here.parent / 'src'}\n", encoding="utf-8")
    return [python, "-I", "-m", "yett"]


def run(*arguments: str, cwd: Path) -> None:
    if subprocess.call(arguments, cwd=cwd):
        raise Refusal("yett could not be installed; the log says why")


def child_environment(env: Mapping[str, str]) -> dict[str, str]:
    """The job's environment, less what would make yett think of a commit hook. In CI an audit that never ran counts."""
    kept = {name: value for name, value in env.items() if not name.startswith(("PRE_COMMIT", "PREK"))}
    kept["CI"] = "true"
    if database := setting(env, "ADVISORIES_DATABASE"):
        kept["YETT_ADVISORIES"] = os.path.join(env.get("GITHUB_WORKSPACE", os.getcwd()), database)
    return kept


def checks_dependencies(env: Mapping[str, str]) -> bool:
    only, skip = (setting(env, name).replace(" ", "").split(",") for name in ("ONLY", "SKIP"))
    return (only == [""] or "dependencies" in only) and "dependencies" not in skip


def update(yett: Sequence[str], env: Mapping[str, str], surroundings: Mapping[str, str]) -> bool:
    """Fetches the advisories. A failure decides nothing here: the verdict knows how old its advisories are."""
    source = setting(env, "ADVISORIES_FROM")
    with_source = ["--from", source] if source else []
    workspace = env.get("GITHUB_WORKSPACE", os.getcwd())
    return subprocess.call([*yett, "advisories", "update", *with_source], cwd=workspace, env=surroundings) == 0


def choice(env: Mapping[str, str]) -> list[str]:
    return [f"--{name.lower()}={setting(env, name)}" for name in ("ONLY", "SKIP") if setting(env, name)]


def outputs(reports: Path) -> list[str]:
    return [
        argument
        for form, name in (
            ("json", "yett.json"),
            ("sarif", "yett.sarif"),
            ("markdown", "yett.md"),
            ("annotations", "annotations.txt"),
        )
        for argument in ("--output", f"{form}:{reports / name}")
    ]


# Handing on


def conclude(env: Mapping[str, str], code: int, head: str, reports: Path, place: Path | None) -> int:
    """Shows the verdict, hands it on, and gives the exit code of the step."""
    outcome, about, counts = read(reports / "yett.json")
    if code == PASS and (outcome, about) != ("pass", head):
        print(command("error", "undecided: yett ended well and left no report that says so of this commit"))
        code = INTERNAL
    elif code not in range(5):
        print(command("error", f"undecided: yett ended with {code}"))
        code = INTERNAL
    for line in shown(reports / "annotations.txt"):
        print(line)
    summary = reports / "yett.md"
    if summary.is_file():
        summarise(env, summary.read_bytes())
    folder = copied(reports, place) if place else reports
    paths = {"report-path": "yett.json", "sarif-path": "yett.sarif", "summary-path": "yett.md"}
    hand_on(
        env,
        {
            **{key: str(folder / name) for key, name in paths.items() if (folder / name).is_file()},
            **counts,
            "exit-code": str(code),
            "verdict": VERDICTS.get(code, "undecided"),
        },
    )
    return code


def read(report: Path) -> tuple[str, str, dict[str, str]]:
    """The outcome of a report, the commit it is about, and its counts; nothing where there is no whole report."""
    try:
        verdict = json.loads(report.read_bytes())
        names = {"blocking": "block", "warnings": "warn", "gaps": "gaps"}
        counts = {name: str(int(verdict["counts"][key])) for name, key in names.items()}
        return str(verdict["outcome"]), str(verdict["target"]["head"]), counts
    except (OSError, ValueError, KeyError, TypeError):
        return "", "", {}


def shown(path: Path) -> Iterator[str]:
    """The lines that are annotations, as many of each kind as GitHub shows. Whatever else is there stays out."""
    seen: dict[str, int] = {}
    data = path.read_bytes() if path.is_file() else b""
    for line in data.decode("utf-8", "replace").split("\n"):
        match = ANNOTATION.fullmatch(line)
        if match:
            kind = match[1]
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] <= ANNOTATION_LIMIT:
                yield line


def summarise(env: Mapping[str, str], data: bytes) -> None:
    """Appends to the job's summary, cut to what GitHub takes; the note comes first, where a cut cannot hide it."""
    path = env.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    room = SUMMARY_LIMIT - (os.path.getsize(path) if os.path.exists(path) else 0) - 1
    if len(data) > room:
        note = b"> This is the beginning; the whole is longer than GitHub takes and is in the reports.\n\n"
        data = note + data[: max(0, room - len(note))].rpartition(b"\n")[0]
    with open(path, "ab") as file:
        file.write(data + b"\n")


def asked(directory: str, workspace: str) -> Path | None:
    """The folder the reports are wanted in. It may lie in the checked out tree, where a link could lead anywhere."""
    if not directory:
        return None
    home = Path(workspace).absolute()
    folder = home / directory
    strays = folder.is_relative_to(home) and folder.resolve() != home.resolve() / folder.relative_to(home)
    if ".." in folder.parts or strays:
        raise Refusal("the input `report-directory` leads through a symbolic link or `..`: choose another folder")
    return folder


def copied(reports: Path, place: Path) -> Path:
    """Copies the reports; a link or a file that already has one of their names is replaced, not followed."""
    place.mkdir(parents=True, exist_ok=True)
    for report in reports.iterdir():
        handle, passing = tempfile.mkstemp(dir=place)
        os.close(handle)
        shutil.copyfile(report, passing)
        os.chmod(passing, 0o644)
        os.replace(passing, place / report.name)
    return place


def hand_on(env: Mapping[str, str], values: Mapping[str, str]) -> None:
    """Writes outputs, each up to a line that nothing could have foreseen. Of two with one name the last counts."""
    path = env.get("GITHUB_OUTPUT")
    if not path:
        return
    with open(path, "a", encoding="utf-8", newline="\n") as file:
        for name, value in values.items():
            fence = f"yett-{secrets.token_hex(16)}"
            file.write(f"{name}<<{fence}\n{value}\n{fence}\n")


@contextmanager
def quoted() -> Iterator[None]:
    """Lets no workflow command through while it lasts. The word that ends it cannot be guessed."""
    word = secrets.token_hex(16)
    print(f"::stop-commands::{word}", flush=True)
    try:
        yield
    finally:
        print(f"\n::{word}::", flush=True)  # on a line of its own, even after output that ended without one


@contextmanager
def group(title: str) -> Iterator[None]:
    print(f"::group::{title}", flush=True)
    try:
        with quoted():
            yield
    finally:
        print("::endgroup::", flush=True)


def command(kind: str, message: str) -> str:
    escaped = message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return f"::{kind} title=yett::{escaped}"


def code_span(text: str) -> str:
    return "`" + " ".join(text.replace("`", "'").split()) + "`"


if __name__ == "__main__":
    sys.exit(main(os.environ))
