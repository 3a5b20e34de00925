"""Actions and workflows of others at a ref that can be moved."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Edit, Hit, Rule, Severity
from yett.parse.source import Span
from yett.parse.workflow import Workflow, action_of
from yett.parse.yaml import Scalar
from yett.rules.github_actions.references import pins
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/unpinned-uses",
    title="Action at a tag or branch",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "Whoever controls the action can move its tags and branches to other code, which then runs with the job's "
        "token and secrets; this happened to tj-actions/changed-files (CVE-2025-30066)."
    ),
    fix="Name the full commit id and keep the version in a comment; let Dependabot or Renovate raise it.",
    refs=(
        "CWE-829",
        "CWE-494",
        "PCI DSS 6.3.2",
        "https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions",
    ),
    bad=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4  # <- here
      - uses: "acme/setup/sub@main"  # <- here
      - uses: acme/setup@0123abc  # <- here
""",
        """\
on: push
jobs:
  call:
    uses: acme/ci/.github/workflows/test.yml@v1  # <- here
""",
        """\
# file: action.yml
name: wrap
runs:
  using: composite
  steps:
    - uses: acme/setup  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@34e114876b0b11c390a56381ad16ebd13914f8d5 # v4
      - uses: ./.github/actions/setup
      - uses: $/.github/actions/setup
      - uses: docker://alpine@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
""",
        """\
on: push
jobs:
  call:
    uses: ./.github/workflows/test.yml
""",
        """\
# file: action.yml
name: wrap
runs:
  using: composite
  steps:
    - uses: acme/setup@0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
""",
    ),
)

_COMMIT = r"[0-9a-f]{40}|[0-9a-f]{64}"
_SHORT = r"(?=.*\d)[0-9a-f]{7,39}"
_BRANCHES = ("main", "master", "develop", "dev", "trunk", "latest", "stable", "head")


def check(workflow: Workflow) -> Iterator[Hit]:
    for job in workflow.jobs:
        yield from _of(workflow, workflow.path(job), job.text("uses"))
        for step in job.steps:
            yield from _of(workflow, workflow.path(job), step.text("uses"))


def _of(workflow: Workflow, path: str, uses: Scalar | None) -> Iterator[Hit]:
    action, ref = action_of(uses.text) if uses else ("", "")
    if not uses or not action or re.fullmatch(_COMMIT, ref):
        return
    name = uses.text.strip().partition("@")[0]
    what = "branch" if ref.lower() in _BRANCHES else "short commit id" if re.fullmatch(_SHORT, ref) else "ref"
    said = f"the {what} {ref}, which can be moved" if ref else "no ref at all"
    official = action.startswith(("actions/", "github/"))
    own = " (GitHub's own)" if official else ""
    start = uses.text.find("@") + 1
    end = len(uses.text.rstrip())
    span = workflow.span(uses, start if 0 < start < end else 0, end)
    yield hit(
        span,
        f"{name}{own} is used at {said}",
        fix=f"Write `uses: {name}@<commit id of {ref or 'a release'}> # {ref or 'its version'}`.",
        subject=f"{path} {action}@{ref}",
        # Who owns the runner owns these as well.
        severity=Severity.LOW if official and what == "ref" and ref else None,
        edits=_pinned(workflow, uses, action, ref, span) if ref else (),
    )


def _pinned(workflow: Workflow, uses: Scalar, action: str, ref: str, span: Span) -> tuple[Edit, ...]:
    """The edit that pins an action to the one commit that workflows beside this one call by the same version."""
    line = workflow.lines[uses.line - 1] if uses.line <= len(workflow.lines) else ""
    if uses.style or line[uses.end_column - 1 :].strip() or span.line != span.end_line:
        return ()
    known = pins(workflow.tree, workflow.file, "\n".join(workflow.lines)).get("/".join(action.split("/")[:2]), [])
    commits = {pin.commit for pin in known if pin.said == ref.removeprefix("v")}
    if len(commits) != 1:
        return ()
    end = len(line) + 1
    return (Edit(span.line, span.column, span.line, end, f"{commits.pop()} # {ref}"),)
