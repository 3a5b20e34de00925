"""The job's token may do more than the job needs."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Confidence, Edit, Hit, Rule, Severity
from yett.parse.workflow import Job, Workflow, is_false, pairs, whole
from yett.parse.yaml import Node, Scalar
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/excessive-permissions",
    title="GITHUB_TOKEN may do more than needed",
    severity=Severity.HIGH,
    why=(
        "Every step of a job holds the token, those of third-party actions included; whatever it may do, a "
        "compromised step may do."
    ),
    fix="Write `permissions: {}` at the top, then on each job the scopes it needs.",
    refs=(
        "CWE-250",
        "CWE-732",
        "PCI DSS 7.2.2",
        "PCI DSS 7.2.5",
        "https://docs.github.com/en/actions/reference/security/secure-use#use-the-github_token-with-least-privilege",
    ),
    bad=(
        """\
on: push
permissions: write-all  # <- here
jobs:
  test:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
""",
        """\
on: push
permissions: {}
jobs:
  test:
    permissions: read-all  # <- here
    runs-on: ubuntu-24.04
    steps: [{run: make}]
""",
        """\
on: push
permissions:
  contents: read
  id-token: write  # <- here
jobs:
  test:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
  publish:
    runs-on: ubuntu-24.04
    steps: [{run: make publish}]
""",
        """\
name: CI  # <- here
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
""",
        """\
on: push
jobs:
  test:
    permissions: {}
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
permissions: {}
jobs:
  publish:
    permissions:
      contents: read
      id-token: write
    runs-on: ubuntu-24.04
    steps: [{run: make publish}]
""",
        """\
on: push
permissions:
  contents: write
jobs:
  only:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
""",
        """\
on: push
permissions:
  contents: read
  issues: none
jobs:
  test:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
  lint:
    runs-on: ubuntu-24.04
    steps: [{run: make lint}]
""",
        """\
on: workflow_call
jobs:
  test:
    # Called by other workflows only: it gets what the caller grants.
    runs-on: ubuntu-24.04
    steps: [{run: make}]
""",
        """\
# file: action.yml
name: wrap
runs:
  using: composite
  steps: []
""",
    ),
)


def check(workflow: Workflow) -> Iterator[Hit]:
    if workflow.kind == "action":
        return
    granted = workflow.root.get("permissions")
    yield from _everything(granted, "", "this workflow")
    for job in workflow.jobs:
        yield from _everything(job.get("permissions"), f"jobs.{job.id}.", f"the job {job.id}")
    if len(workflow.jobs) > 1:
        yield from _shared(workflow, granted)
    if granted is None and set(workflow.triggers) != {"workflow_call"}:
        yield from _unsaid(workflow)
    elif granted is None:
        # Who calls on says what the called may do, whoever called first.
        for job in workflow.jobs:
            if job.get("uses") is not None and job.get("permissions") is None:
                message = f"nothing limits what the token may do in the workflow that {job.id} calls"
                yield _unsaid_hit(job.key, message, f"jobs.{job.id}.permissions")


def _everything(granted: Node | None, path: str, who: str) -> Iterator[Hit]:
    if not isinstance(granted, Scalar) or granted.text not in ("write-all", "read-all"):
        return
    may = "change" if granted.text == "write-all" else "read"
    yield hit(
        whole(granted),
        f"{granted.text} lets every step of {who} {may} everything the token can reach",
        fix="Replace it by the scopes that are needed, for example `permissions: {contents: read}`.",
        subject=f"{path}permissions {granted.text}",
        severity=None if may == "change" else Severity.MEDIUM,
    )


_POWERS = ("actions", "contents", "id-token", "packages")
"""Scopes that change what is run or shipped, here or in the cloud; the others write texts, marks and pages."""


def _shared(workflow: Workflow, granted: Node | None) -> Iterator[Hit]:
    heirs = [job for job in workflow.jobs if job.get("permissions") is None]
    inheriting = [job.id for job in heirs]
    # Where one job inherits it is as narrow as if it stood there, until somebody adds the next job; and jobs that call
    # the same actions need the same.
    mild = Severity.LOW if len(inheriting) == 1 else Severity.MEDIUM
    is_narrow = len(inheriting) == 1 or (len({_called(job) for job in heirs}) == 1 and _called(heirs[0]) != ())
    for scope, access in pairs(granted):
        if access.text == "write" and inheriting:
            yield hit(
                whole(scope)._replace(end_line=access.end_line, end_column=access.end_column),
                f"{scope.text}: write is granted to {_these(inheriting)}, whether it is needed there or not",
                fix=f"Move `{scope.text}: write` to the permissions of the job that needs it.",
                subject=f"permissions.{scope.text} write",
                severity=mild if is_narrow or scope.text not in _POWERS else None,
            )


def _called(job: Job) -> tuple[str, ...]:
    """What a job calls, where that is all it does; empty where it has a script, whose needs are its own."""
    called = job.text("uses")
    steps = [step.text("uses") for step in job.steps]
    found = [called] if called else steps
    return tuple(scalar.text for scalar in found if scalar) if None not in found else ()


def _unsaid(workflow: Workflow) -> Iterator[Hit]:
    silent = [job for job in workflow.jobs if job.get("permissions") is None]
    if len(silent) == len(workflow.jobs):
        first = next(iter(workflow.root.entries.values())).key
        found = _unsaid_hit(first, "nothing limits what the token may do here", "permissions")
        yield found._replace(edits=_limited(workflow))
        return
    for job in silent:
        message = f"nothing limits what the token may do in the job {job.id}"
        yield _unsaid_hit(job.key, message, f"jobs.{job.id}.permissions")


_NEED_READ = ("actions/checkout", "actions/cache", "actions/upload-artifact", "actions/download-artifact")


def _limited(workflow: Workflow) -> tuple[Edit, ...]:
    """The edit that limits the token to reading, where nothing in the workflow can use it for more: only scripts that
    are not given it, and actions that are known to read."""
    jobs = workflow.root.key("jobs")
    text = "\n".join(workflow.lines).lower()
    if not jobs or jobs.column != 1 or "github.token" in text or "github_token" in text or "secrets" in text:
        return ()
    for job, step in workflow.steps():
        checked_out = step.action == "actions/checkout"
        if checked_out and not is_false(step.input("persist-credentials")):
            return ()
        known = step.action in _NEED_READ or step.action.startswith("actions/setup-")
        if job.get("uses") is not None or not (step.script or known):
            return ()
    if any(not job.steps for job in workflow.jobs):
        return ()
    return (Edit(jobs.line, 1, jobs.line, 1, "permissions:\n  contents: read\n\n"),)


def _unsaid_hit(at: Scalar, message: str, path: str) -> Hit:
    return hit(
        whole(at),
        f"{message}: there is no `permissions:`, so the repository's default holds, which may be to write",
        fix="Add `permissions: {}` here, and the scopes that are needed.",
        subject=f"{path} unsaid",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
    )


def _these(jobs: list[str]) -> str:
    if len(jobs) == 1:
        return f"the job {jobs[0]}"
    return f"the jobs {', '.join(jobs[:5])}{' and others' if len(jobs) > 5 else ''}"
