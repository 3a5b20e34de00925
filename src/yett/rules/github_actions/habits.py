"""What a job takes for granted: packages, tools, shells, time."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse import expression, shell
from yett.parse.workflow import Job, Step, Workflow, listed, whole
from yett.parse.yaml import Mapping, Scalar
from yett.rules.commands import loose_package
from yett.rules.github_actions.self_hosted_on_pr import labels
from yett.rules.hits import hit, short

_SYNTAX = "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax"

ADHOC_PACKAGES = Rule(
    id="github-actions/adhoc-packages",
    title="Packages are installed without a lock file",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "What is installed by name is whatever the registry gives at that moment, dependencies included: every run may "
        "run other code, and nobody sees it change."
    ),
    fix="List it in a manifest, and install from its lock file: `npm ci`, `bundle install`, `uv sync --locked`.",
    refs=("CWE-1357", "CWE-829", "PCI DSS 6.3.2", "https://docs.npmjs.com/cli/v11/commands/npm-ci"),
    bad=(
        """\
on: push
jobs:
  lint:
    runs-on: ubuntu-24.04
    steps:
      - run: npm install -g eslint  # <- here
      - run: gem install rubocop  # <- here
      - run: |
          python -m pip install --upgrade black  # <- here
          go install honnef.co/go/tools/cmd/staticcheck@latest  # <- here
          uv tool install ruff  # <- here
      - uses: aquasecurity/setup-trivy@3fb12ec12f41e471780db15c232d5dd185dcb514  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  lint:
    runs-on: ubuntu-24.04
    steps:
      - run: npm ci
      - run: npm install
      - run: bundle install
      - run: gem build shop.gemspec && gem install --help
      - run: |
          pip install --upgrade pip
          pip install -r requirements.txt
          pip install .[test] black==24.8.0
          python -m pip install --require-hashes -r lint.txt
          go install honnef.co/go/tools/cmd/staticcheck@v0.5.1
          uv tool install ruff==0.6.4
      - uses: aquasecurity/setup-trivy@3fb12ec12f41e471780db15c232d5dd185dcb514
        with:
          version: v0.55.0
""",
    ),
)
# Actions that fetch the newest version of a tool unless `version` names one.
_TOOLS = ("aquasecurity/setup-trivy", "1password/load-secrets-action")


def adhoc_packages(workflow: Workflow) -> Iterator[Hit]:
    for job, step in workflow.steps():
        if step.action in _TOOLS and not _is_off(workflow, step):
            asked = step.input("version")
            if asked is None or asked.text.strip() in ("", "latest"):
                at = asked or step.text("uses")
                if at:
                    yield hit(
                        whole(at),
                        f"{step.action} fetches the newest version of its tool",
                        fix=f"Write `version: <version>` for {step.action}.",
                        subject=f"{workflow.path(job, step)} {step.action}",
                    )
        for command in shell.walk(step.script.commands) if step.script else ():
            package = loose_package(command, pinned=False)
            if package and step.script:
                yield hit(
                    workflow.span(step.script.at, package.start, package.end),
                    f"{short(package.text, 60)} is installed at whatever version the registry gives",
                    subject=f"{workflow.path(job, step)} {shell.program(command)} {package.text}",
                )


def _is_off(workflow: Workflow, step: Step) -> bool:
    condition = workflow.condition(step.node)
    return bool(condition and condition.tree and expression.decide(condition.tree, {}) is False)


MISFEATURE = Rule(
    id="github-actions/misfeature",
    title="A feature that gets in the way of checking",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "CMD has no quoting that holds against what is pasted into it, and reads variables in text as code; the input "
        "`pip-install` of setup-python installs into the runner's own Python, past any lock file."
    ),
    fix="Use `shell: bash` or `pwsh`; install packages in a step of their own.",
    refs=("CWE-684", _SYNTAX + "#jobsjob_idstepsshell"),
    bad=(
        """\
on: push
defaults:
  run:
    shell: cmd  # <- here
jobs:
  test:
    runs-on: windows-2025
    steps:
      - shell: cmd  # <- here
        run: echo %PATH%
      - uses: actions/setup-python@v6
        with:
          pip-install: -r requirements.txt  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  test:
    runs-on: windows-2025
    steps:
      - shell: pwsh
        run: echo $env:PATH
      - uses: actions/setup-python@v6
      - run: pip install -r requirements.txt
""",
    ),
)


def misfeature(workflow: Workflow) -> Iterator[Hit]:
    for node, path in [(workflow.root, ""), *((job.node, workflow.path(job)) for job in workflow.jobs)]:
        yield from _cmd(_default_shell(node), f"{path} defaults")
    for job, step in workflow.steps():
        yield from _cmd(step.text("shell"), workflow.path(job, step))
        value = step.input("pip-install") if step.action == "actions/setup-python" else None
        if value:
            yield hit(
                whole(value),
                "setup-python installs packages past any lock file",
                fix="Install them in a step of its own, from a lock file.",
                subject=f"{workflow.path(job, step)} pip-install",
            )


def _default_shell(node: Mapping) -> Scalar | None:
    defaults = node.get("defaults")
    run = defaults.get("run") if isinstance(defaults, Mapping) else None
    value = run.get("shell") if isinstance(run, Mapping) else None
    return value if isinstance(value, Scalar) else None


def _cmd(value: Scalar | None, path: str) -> Iterator[Hit]:
    if value and value.text.strip().lower().split(" ")[0] in ("cmd", "cmd.exe"):
        yield hit(
            whole(value),
            "CMD reads what is pasted into a script as code, however it is quoted",
            fix="Use `shell: bash` or `shell: pwsh`.",
            subject=f"{path} shell cmd",
        )


CONCURRENCY = Rule(
    id="github-actions/concurrency-limits",
    title="Runs of one branch pile up",
    severity=Severity.INFO,
    level=Action.INFO,
    why=(
        "Without `concurrency` every push starts a run beside the ones before it; by default none is cancelled. "
        "Whoever may push, or open a pull request, can keep all runners busy."
    ),
    fix="Add `concurrency: {group: …, cancel-in-progress: true}`.",
    refs=("CWE-400", _SYNTAX + "#concurrency"),
    bad=(
        """\
on: push  # <- here
jobs:
  test:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
""",
        """\
on: pull_request
concurrency: ci  # <- here
jobs:
  test:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
""",
        """\
on: pull_request
jobs:
  test:
    concurrency: {group: test, cancel-in-progress: true}
    runs-on: ubuntu-24.04
    steps: [{run: make}]
  lint:  # <- here
    runs-on: ubuntu-24.04
    steps: [{run: make lint}]
""",
    ),
    good=(
        """\
on: push
concurrency:
  group: ${{ github.workflow }}-${{ github.ref }}
  cancel-in-progress: ${{ github.ref != 'refs/heads/main' }}
jobs:
  test:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
""",
        """\
on: workflow_call
jobs:
  test:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
""",
        """\
on: push
concurrency:
  group: deploy
  cancel-in-progress: false
jobs:
  deploy:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
""",
    ),
)
_FLOODING = ("push", "pull_request", "pull_request_target", "issue_comment", "merge_group")


def concurrency(workflow: Workflow) -> Iterator[Hit]:
    event = next((name for name in _FLOODING if name in workflow.triggers), "")
    if not event:
        return
    if "concurrency" in workflow.root.entries:
        yield from _unlimited(workflow.root, "this workflow", "")
        return
    own = [job for job in workflow.jobs if job.get("concurrency") is not None]
    if not own:
        yield hit(
            whole(workflow.triggers[event].at),
            f"every {event} starts a run beside those before it",
            fix="Add `concurrency: {group: '${{ github.workflow }}-${{ github.ref }}', cancel-in-progress: true}`.",
            subject="concurrency unsaid",
        )
    for job in workflow.jobs if own else ():
        if job in own:
            yield from _unlimited(job.node, f"the job {job.id}", f"jobs.{job.id}.")
        else:
            yield hit(
                whole(job.key),
                f"every {event} starts the job {short(job.id)} beside those before it",
                fix=f"Give {short(job.id)} a `concurrency` as the other jobs have.",
                subject=f"jobs.{job.id}.concurrency unsaid",
            )


def _unlimited(node: Mapping, who: str, path: str) -> Iterator[Hit]:
    value = node.get("concurrency")
    key = node.key("concurrency")
    said = value.get("cancel-in-progress") if isinstance(value, Mapping) else None
    if key and said is None:
        yield hit(
            whole(value) if isinstance(value, Scalar) else whole(key),
            f"{who} does not say whether a newer run cancels an older one, so it waits for it",
            fix="Write `cancel-in-progress: true`, or `false` where every run counts.",
            subject=f"{path}concurrency.cancel-in-progress",
        )


TIMEOUT = Rule(
    id="github-actions/undeclared-timeout",
    title="Job may hang for hours",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "A job that hangs holds its runner for six hours by default, on a machine of your own for five days. What "
        "anybody can start, anybody can let hang."
    ),
    fix="Write `timeout-minutes: 15`, or what the job needs.",
    refs=("CWE-400", _SYNTAX + "#jobsjob_idtimeout-minutes"),
    bad=(
        """\
on: pull_request
jobs:
  test:  # <- here
    runs-on: ubuntu-24.04
    steps: [{run: make}]
""",
        """\
on: push
jobs:
  test:  # <- here
    runs-on: [self-hosted, linux]
    steps: [{run: make}]
""",
    ),
    good=(
        """\
on: pull_request
jobs:
  test:
    timeout-minutes: 15
    runs-on: ubuntu-24.04
    steps: [{run: make}]
  call:
    uses: ./.github/workflows/test.yml
  quick:
    runs-on: ubuntu-24.04
    steps:
      - run: make
        timeout-minutes: 5
""",
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
""",
    ),
)
_PUBLIC = ("pull_request", "pull_request_target", "issue_comment", "issues", "discussion", "discussion_comment")


def undeclared_timeout(workflow: Workflow) -> Iterator[Hit]:
    if workflow.kind == "action":
        return
    event = next((name for name in _PUBLIC if name in workflow.triggers), "")
    for job in workflow.jobs:
        if not job.steps or job.get("timeout-minutes") is not None:
            continue
        if all(step.get("timeout-minutes") is not None for step in job.steps):
            continue
        own = _is_self_hosted(job)
        if event or own:
            yield hit(
                whole(job.key),
                f"the job {short(job.id)} may hang for {'five days on a machine of your own' if own else 'six hours'}",
                fix=f"Add `timeout-minutes: 15` to {short(job.id)}.",
                subject=f"jobs.{job.id}.timeout-minutes",
            )


def _is_self_hosted(job: Job) -> bool:
    node = job.get("runs-on")
    labels = listed(node.get("labels") if isinstance(node, Mapping) else node)
    return any(label.text.strip().lower() == "self-hosted" for label in labels)


ADD_MASK = Rule(
    id="github-actions/late-mask",
    title="Secret is printed in order to be masked",
    severity=Severity.LOW,
    level=Action.INFO,
    why=(
        "`::add-mask::` works by printing the value: with debug logging, `set -x` or commands switched off by "
        "`::stop-commands::` it stands in the log, for everybody who can read it."
    ),
    fix="Make the value in an action that masks it by its toolkit, or fetch it from a store as a secret.",
    refs=(
        "CWE-532",
        "PCI DSS 8.6.2",
        "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands",
    ),
    bad=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: |
          TOKEN=$(openssl rand -hex 16)
          echo "::add-mask::$TOKEN"  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "masked by the action"
""",
    ),
)


def late_mask(workflow: Workflow) -> Iterator[Hit]:
    for job, step in workflow.steps():
        for command in shell.walk(step.script.commands) if step.script else ():
            word = next((word for word in command.words if "::add-mask::" in word.text), None)
            if word and step.script and shell.program(command) in ("echo", "printf", "write-output", "write-host"):
                yield hit(
                    workflow.span(step.script.at, word.start, word.end),
                    "a value is printed in order to be masked",
                    subject=f"{workflow.path(job, step)} add-mask",
                )


SELF_HOSTED = Rule(
    id="github-actions/self-hosted-runner",
    title="Job runs on a machine of your own",
    severity=Severity.INFO,
    level=Action.INFO,
    why=(
        "What one job leaves on such a machine is there for the next, and the machine reaches your network. On public "
        "repositories whoever opens a pull request may run code there; github-actions/self-hosted-on-pr says where."
    ),
    fix="Use a hosted runner, or one that is made for each job and thrown away.",
    refs=(
        "CWE-653",
        "https://docs.github.com/en/actions/reference/security/secure-use#hardening-for-self-hosted-runners",
    ),
    bad=(
        """\
on: push
jobs:
  build:
    runs-on: [self-hosted, linux]  # <- here
    steps: [{run: make}]
  test:
    runs-on:
      group: big  # <- here
    steps: [{run: make test}]
""",
    ),
    good=(
        """\
on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
  test:
    runs-on: ${{ matrix.os }}
    strategy: {matrix: {os: [ubuntu-24.04, macos-15]}}
    steps: [{run: make test}]
""",
    ),
)


def self_hosted(workflow: Workflow) -> Iterator[Hit]:
    for job in workflow.jobs if workflow.kind == "workflow" else ():
        node = job.get("runs-on")
        group = node.get("group") if isinstance(node, Mapping) else None
        own = next((one for one in labels(workflow, job) if one.text.strip().lower() == "self-hosted"), None)
        at = own or (group if isinstance(group, Scalar) else None)
        if at:
            yield hit(
                whole(at),
                f"the job {short(job.id)} runs on a machine of your own",
                subject=f"jobs.{job.id}.runs-on {at.text}",
            )


RULES = (
    (SELF_HOSTED, self_hosted),
    (ADHOC_PACKAGES, adhoc_packages),
    (MISFEATURE, misfeature),
    (CONCURRENCY, concurrency),
    (TIMEOUT, undeclared_timeout),
    (ADD_MASK, late_mask),
)
