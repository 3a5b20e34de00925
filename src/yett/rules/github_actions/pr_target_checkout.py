"""Code of a fork is checked out and run where the secrets are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from yett.lean import NamedTuple
from yett.model import Confidence, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.source import Span
from yett.parse.workflow import Job, Step, Workflow, flowing
from yett.parse.yaml import Scalar
from yett.rules.github_actions.outsiders import PRIVILEGED, is_gated, is_reached
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/pr-target-checkout",
    title="Code of a fork runs with this repository's secrets",
    severity=Severity.CRITICAL,
    why=(
        "The event starts with a write token and the secrets of the repository. Building or testing the checked out "
        "code of a fork gives both to whoever opened the pull request."
    ),
    fix=(
        "Use pull_request; or split: an unprivileged workflow builds and uploads an artifact, a privileged one only "
        "reads it as data."
    ),
    refs=(
        "CWE-829",
        "CWE-94",
        "PCI DSS 6.2.4",
        "PCI DSS 6.5.4",
        "https://securitylab.github.com/resources/github-actions-preventing-pwn-requests/",
    ),
    bad=(
        """\
on: pull_request_target
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
        with:
          ref: ${{ github.event.pull_request.head.sha }}  # <- here
      - run: npm ci && npm test
""",
        """\
on:
  workflow_run:
    workflows: [CI]
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
        with:
          repository: ${{ github.event.workflow_run.head_repository.full_name }}  # <- here
          ref: ${{ github.event.workflow_run.head_branch }}
      - uses: ./.github/actions/build
""",
        """\
on: issue_comment
jobs:
  test:
    if: github.event.issue.pull_request && contains(github.event.comment.body, '/test')
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: gh pr checkout ${{ github.event.issue.number }}  # <- here
      - run: make test
""",
        """\
on: pull_request_target
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
        with:
          ref: refs/pull/${{ github.event.number }}/merge  # <- here
          path: pr
      - run: cd pr && pip install .
  local:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: |
          git fetch origin "pull/${{ github.event.number }}/head:change"
          git switch change  # <- here
          npm ci
  asked:
    runs-on: ubuntu-24.04
    steps:
      - id: pr
        run: echo "sha=$(gh pr view "$PR" --json headRefOid --jq .headRefOid)" >> "$GITHUB_OUTPUT"
      - uses: actions/checkout@v4
        with:
          ref: ${{ steps.pr.outputs.sha }}  # <- here
      - run: pytest
""",
    ),
    good=(
        """\
on: pull_request
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - run: npm ci && npm test
""",
        """\
on: pull_request_target
jobs:
  size:
    runs-on: ubuntu-24.04
    steps:
      # The code is counted, not run.
      - uses: actions/checkout@v4
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - run: git diff --stat origin/main | tee stat.txt
""",
        """\
on: pull_request_target
jobs:
  test:
    if: github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
        with:
          ref: ${{ github.head_ref }}
      - run: make
""",
        """\
on: pull_request_target
jobs:
  lint:
    runs-on: ubuntu-24.04
    steps:
      # The tool is ours, the fork's files are data beside it.
      - uses: actions/checkout@v4
      - uses: actions/checkout@v4
        with:
          ref: ${{ github.event.pull_request.head.sha }}
          path: pr
      - run: ./scripts/lint --list
""",
    ),
)


class _Checkout(NamedTuple):
    """Where the head of the pull request is named, and the folder it goes to ("" for the workspace itself)."""

    span: Span
    said: str
    folder: str


_HEAD = (
    r"(?i)github\.head_ref|pull_request\.head\.|pull_request\.merge_commit_sha|workflow_run\.head[._]"
    r"|workflow_run\.pull_requests|refs/pull/|\bpull/\$"
    r"|steps\.[\w-]+\.outputs\.(?:head_?|pr_?)(?:sha|ref|branch)"
    r"|needs\.[\w-]+\.outputs\.(?:head_?|pr_?)(?:sha|ref|branch)"
    r"|\.outputs\.[\w-]+\s*\)\.(?:data\.)?head\.(?:sha|ref|repo)\b"
)
_INDEXED = r"\[\s*'([\w-]+)'\s*\]"


def check(workflow: Workflow) -> Iterator[Hit]:
    for job in workflow.jobs:
        event = next((name for name in PRIVILEGED if name in workflow.triggers and is_reached(workflow, job, name)), "")
        if event:
            yield from _of_job(workflow, job, event)


def _of_job(workflow: Workflow, job: Job, event: str) -> Iterator[Hit]:
    for index, step in enumerate(job.steps):
        checkout = _checkout(workflow, job, step)
        if not checkout or not is_reached(workflow, job, event, step):
            continue
        runs = [_runs(other, checkout.folder) for other in job.steps[index:] if other is not step or step.script]
        certain = next((name for name, sure in filter(None, runs) if sure), "")
        maybe = next((name for name, _ in filter(None, runs)), "")
        if not maybe:
            continue
        gated = is_gated(workflow, job, step)
        sure = bool(certain) and not gated
        asked = any(_asks_for_rights(other) for other in job.steps[:index])
        yield hit(
            checkout.span,
            f"{event} runs with this repository's secrets, the code of the pull request is checked out "
            f"({checkout.said}), and the job then runs {certain or maybe}",
            fix=(
                f"Let the job {job.id} start on pull_request, or leave out the {checkout.said}; "
                "what needs secrets belongs in a second workflow that only reads the first one's artifact."
            ),
            subject=f"{workflow.path(job, step)} {event}",
            severity=Severity.MEDIUM if asked else None if sure else Severity.HIGH,
            confidence=None if sure else Confidence.MEDIUM,
        )


_RIGHTS = r"(?i)getCollaboratorPermissionLevel|/collaborators/|author_association|getMembershipForUser"
_GUARDS = r"(?i)check-(?:user|actor|team)-|(?:user|actor|collaborator)-permissions?|team-membership"


def _asks_for_rights(step: Step) -> bool:
    """Whether a step stops the job for those who may not write. That the pull request may change between the comment
    and the checkout stays true."""
    script = step.input("script") if step.action == "actions/github-script" else None
    said = f"{script.text if script else ''}\n{step.script.text if step.script else ''}"
    stops = "setFailed" in said or "throw " in said or "exit 1" in said
    return (stops and re.search(_RIGHTS, said) is not None) or re.search(_GUARDS, step.action) is not None


def _checkout(workflow: Workflow, job: Job, step: Step) -> _Checkout | None:
    if step.action == "actions/checkout":
        folder = step.input("path")
        for name in ("repository", "ref"):
            value = step.input(name)
            if value and (_names_head(value) or _is_asked_for(job, value)):
                return _Checkout(workflow.span(value, 0, len(value.text)), name, _folder(folder))
    if step.script:
        fetched: set[str] = set()
        env = {name: value.text for name, value in workflow.env(job, step).items() if "${{" in value.text}
        for command in shell.walk(step.script.commands):
            words = [_filled(word.text, env) for word in shell.argv(command)]
            fetched |= _fetched(words)
            if _fetches_head(words) or _turns_to(words, fetched):
                span = workflow.span(step.script.at, command.start, command.end)
                return _Checkout(span, " ".join(words[:3]), "")
    return None


def _filled(text: str, env: dict[str, str]) -> str:
    """A word with the variables that `env:` fills by expressions."""
    return (
        re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda found: env.get(found[1] or found[2], found[0]), text) if env else text
    )


def _names_head(value: Scalar) -> bool:
    return re.search(_HEAD, re.sub(_INDEXED, r".\1", value.text)) is not None


_ASKS = r"(?i)\bhead[._](?:sha|ref)\b|\bheadRef(?:Oid|Name)\b"


def _is_asked_for(job: Job, value: Scalar) -> bool:
    """Whether a value is what an earlier step found out about the head of a pull request."""
    ids = {context.parts[1] for context in flowing(value.text) if context.parts[:1] == ("steps",) and context.parts[1:]}
    for step in job.steps if ids else ():
        own, code = step.text("id"), step.input("script")
        if own and own.text.lower() in ids:
            said = f"{step.script.text if step.script else ''}\n{code.text if code else ''}"
            if re.search(_ASKS, said):
                return True
    return False


def _folder(path: Scalar | None) -> str:
    folder = path.text.strip().removeprefix("./").strip("/") if path else ""
    return "" if folder == "." else folder


def _fetches_head(words: list[str]) -> bool:
    match words:
        case ["gh", "pr", "checkout", *_] | ["hub", "pr", "checkout", *_]:
            return True
        case ["git", "checkout" | "switch" | "merge" | "pull" | "reset", *rest]:
            # A branch that is made anew has its name from anywhere.
            names = (word for before, word in pairwise(["", *rest]) if before not in ("-b", "-B", "-c", "-C"))
            return any(re.search(_HEAD, re.sub(_INDEXED, r".\1", word)) for word in names)
    return False


def _fetched(words: list[str]) -> set[str]:
    """The names under which the head of a pull request is at hand after `git fetch origin pull/1/head:name`."""
    if words[:2] != ["git", "fetch"]:
        return set()
    heads = [word for word in words[2:] if re.search(_HEAD, re.sub(_INDEXED, r".\1", word))]
    return {word.rpartition(":")[2] for word in heads if ":" in word} | ({"FETCH_HEAD"} if heads else set())


def _turns_to(words: list[str], fetched: set[str]) -> bool:
    turns = words[:1] == ["git"] and words[1:2] in (["checkout"], ["switch"], ["merge"], ["reset"])
    return turns and not fetched.isdisjoint(words[2:])


# Programs whose work is to run what a project says: its build file, its scripts, its tests, its configuration.
_BUILDERS = frozenset(
    {
        *("npm", "npx", "yarn", "pnpm", "pnpx", "bun", "bunx", "deno", "node", "tsc", "vite", "jest", "eslint"),
        *("pip", "pip3", "pipx", "poetry", "pdm", "uv", "uvx", "hatch", "tox", "nox", "pytest", "pre-commit", "prek"),
        *("make", "gmake", "cmake", "ninja", "meson", "bazel", "just", "task", "scons", "nix", "nix-build", "earthly"),
        *("cargo", "go", "mvn", "mvnw", "gradle", "gradlew", "sbt", "ant", "dotnet", "msbuild", "swift", "xcodebuild"),
        *("bundle", "rake", "gem", "composer", "php", "mix", "stack", "cabal", "zig", "dart", "flutter", "mypy"),
        *("docker", "docker-compose", "podman", "buildah", "terraform", "tofu", "pulumi", "helmfile", "skaffold"),
    }
)
# Programs that look and tell; what they are given they do not run.
_READERS = frozenset(
    {
        *("", ":", "echo", "printf", "cat", "head", "tail", "grep", "egrep", "rg", "sed", "awk", "cut", "tr", "sort"),
        *("uniq", "wc", "git", "gh", "hub", "jq", "yq", "ls", "find", "diff", "cmp", "stat", "du", "df", "column"),
        *("test", "[", "[[", "true", "false", "yes", "mkdir", "rm", "cp", "mv", "touch", "chmod", "ln", "cd", "pushd"),
        *("popd", "pwd", "tee", "export", "set", "unset", "exit", "return", "sleep", "date", "env", "id", "whoami"),
        *("hostname", "uname", "curl", "wget", "tar", "zip", "unzip", "gzip", "base64", "sha256sum", "basename"),
        *("dirname", "realpath", "read", "shift", "local", "declare", "break", "continue", "trap", "wait", "xargs"),
        *("apt-get", "apt", "brew", "shopt", "mapfile", "paste", "comm", "seq", "trufflehog", "gitleaks", "yett"),
    }
)
_BUILDING_ACTIONS = (
    "docker/build-push-action",
    "docker/bake-action",
    "gradle/gradle-build-action",
    "golangci/golangci-lint-action",
    "pre-commit/action",
    "cypress-io/github-action",
    "goreleaser/goreleaser-action",
    "pypa/cibuildwheel",
    "tox-dev/action-pre-commit-uv",
    # The scanner takes its server and what it runs from a file of the project.
    "sonarsource/sonarcloud-github-action",
    "sonarsource/sonarqube-scan-action",
)
_REQUIRES = r"\b(?:require|import)\s*\(\s*['\"`](?:\.{1,2}/|\$\{\s*process\.env\.GITHUB_WORKSPACE)"
"""What github-script loads from the work tree."""
_SCRIPT_RUNNERS = (".", "source", "sh", "bash", "zsh", "dash", "python", "python3", "ruby", "perl", "pwsh")


def _runs(step: Step, folder: str) -> tuple[str, bool] | None:
    """What a step runs of the work tree, and whether that is certain; None for nothing."""
    uses = step.text("uses")
    if uses and uses.text.startswith("./"):
        inside = not folder or uses.text.removeprefix("./").startswith(folder)
        return (uses.text, True) if inside else None
    if step.action in _BUILDING_ACTIONS:
        return (step.action, not folder) if not folder or _mentions(step, folder) else None
    code = step.input("script") if step.action == "actions/github-script" else None
    if code and re.search(_REQUIRES, code.text) and (not folder or _mentions(step, folder)):
        return "a script of the work tree", True
    if not step.script or (folder and not _mentions(step, folder)):
        return None
    maybe = ""
    for command in shell.walk(step.script.commands):
        words = shell.argv(command)
        name = shell.program(command)
        if not words or _is_loop(name):
            continue
        if name in _BUILDERS and not _only_asks(words):
            return f"`{name}`", True
        if words[0].text.startswith(("./", "../")) or (name in _SCRIPT_RUNNERS and _names_file(words[1:])):
            return f"`{words[0].text}`", True
        if re.fullmatch(_PROGRAM, words[0].text) and name not in _READERS and not maybe:
            maybe = f"`{name[:40]}`"
    return (maybe, False) if maybe else None


_PROGRAM = r"(?!/usr/|/bin/)[\w.+@~/-]+"


def _mentions(step: Step, folder: str) -> bool:
    where = step.text("working-directory")
    texts = [where.text if where else "", step.script.text if step.script else ""]
    texts += [value.text for _, value in step.inputs()]
    return any(re.search(rf"(?<![\w.-]){re.escape(folder)}(?![\w-])", text) for text in texts)


def _only_asks(words: tuple[shell.Word, ...]) -> bool:
    """`--version`, or an installation of something by name, which leaves the work tree alone."""
    texts = [word.text for word in words[1:]]
    if any(text in ("--version", "-v", "-V", "version", "login", "logout", "pull", "--help") for text in texts[:1]):
        return True
    name = words[0].text.rpartition("/")[2]
    if name in ("docker", "podman"):
        return not any(text in ("build", "buildx", "compose", "bake") for text in texts)
    if name in ("pip", "pip3", "pipx", "gem", "npm") and texts[:1] in (["install"], ["i"]):
        packages = [text for text in texts[1:] if not text.startswith("-")]
        return bool(packages) and "-r" not in texts and not any(_is_path(text) for text in packages)
    return False


def _is_path(text: str) -> bool:
    return text.startswith((".", "/", "$")) or text.endswith((".txt", ".whl"))


def _names_file(words: tuple[shell.Word, ...]) -> bool:
    file = next((word.text for word in words if not word.text.startswith("-")), "")
    inline = any(re.fullmatch(r"-[a-z]*c", word.text) or word.text == "-m" for word in words[:2])
    return bool(file) and not inline and not file.startswith(("/", "$", "<("))


def _is_loop(name: str) -> bool:
    return name in ("for", "case", "in", "esac", "function", "select") or "=" in name
