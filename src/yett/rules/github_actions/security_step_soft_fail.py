"""A scanner that may fail without anybody noticing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.workflow import Job, Script, Step, Workflow, is_true, whole
from yett.parse.yaml import Scalar
from yett.rules.commands import scanner as program
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/security-step-soft-fail",
    title="Security check cannot fail",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    level=Action.WARN,
    why="The check reports and blocks nothing, so what it finds is deployed all the same.",
    fix="Let it fail; set aside what is known with a reviewed baseline or waiver.",
    refs=(
        "CWE-693",
        "PCI DSS 6.2.3",
        "PCI DSS 6.5.1",
        "https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepscontinue-on-error",
    ),
    bad=(
        """\
on: push
jobs:
  scan:
    runs-on: ubuntu-24.04
    steps:
      - run: bandit -r src || true  # <- here
      - run: |
          npm ci
          npm audit --omit=dev || echo ignored  # <- here
      - uses: aquasecurity/trivy-action@v1
        continue-on-error: true  # <- here
      - uses: bridgecrewio/checkov-action@v12
        with:
          soft_fail: true  # <- here
      - run: semgrep ci
        continue-on-error: true  # <- here
      - run: |
          bandit -r src --exit-zero  # <- here
          gitleaks detect --exit-code=0  # <- here
""",
        """\
on: push
jobs:
  audit:
    continue-on-error: true  # <- here
    runs-on: ubuntu-24.04
    steps:
      - run: pip-audit
""",
    ),
    good=(
        """\
on: push
jobs:
  scan:
    runs-on: ubuntu-24.04
    steps:
      - run: |
          bandit -r src
          docker rm old || true
          trivy --version || true
          bandit -r src || exit 1
      - uses: actions/upload-artifact@v4
        continue-on-error: true
      - uses: aquasecurity/trivy-action@v1
        continue-on-error: false
        with:
          exit-code: "1"
      # Once for the report, once for the verdict.
      - uses: aquasecurity/trivy-action@v1
        with:
          exit-code: "0"
          format: sarif
      - run: |
          checkov -d infra --soft-fail -o sarif
          checkov -d infra
      - run: pip install bandit || true
      - run: npm test
        continue-on-error: true
""",
    ),
)

_ACTIONS = frozenset(
    {
        "actions/dependency-review-action",
        "anchore/scan-action",
        "aquasecurity/tfsec-action",
        "aquasecurity/trivy-action",
        "bridgecrewio/checkov-action",
        "checkmarx/kics-github-action",
        "github/codeql-action/analyze",
        "gitleaks/gitleaks-action",
        "google/osv-scanner-action",
        "pycqa/bandit-action",
        "pypa/gh-action-pip-audit",
        "returntocorp/semgrep-action",
        "securego/gosec",
        "semgrep/semgrep-action",
        "trufflesecurity/trufflehog",
        "zizmorcore/zizmor-action",
    }
)
# Inputs that make an action succeed whatever it finds, and the value that does.
_INPUTS = {
    "exit-code": ("0",),
    "soft_fail": ("true",),
    "fail-build": ("false",),
    "warn-only": ("true",),
    "continue-on-error": ("true",),
}
_ENDS_WELL = ("true", ":", "echo", "printf")


def check(workflow: Workflow) -> Iterator[Hit]:
    for job in workflow.jobs:
        scanners = [step for step in job.steps if scanner(step)]
        allowed = job.text("continue-on-error")
        if scanners and allowed and is_true(allowed):
            yield _hit(allowed, f"the job {job.id} may fail, and {scanner(scanners[0])} with it", f"jobs.{job.id}")
        for step in scanners:
            yield from _of_step(workflow, job, step)


def _of_step(workflow: Workflow, job: Job, step: Step) -> Iterator[Hit]:
    path, name = workflow.path(job, step), scanner(step)
    allowed = step.text("continue-on-error")
    if allowed and is_true(allowed):
        yield _hit(allowed, f"continue-on-error lets {name} fail", f"{path} continue-on-error")
    strict = any(other.action == step.action and _is_strict(other) for other in job.steps)
    for key, value in step.inputs() if step.action in _ACTIONS and not strict else ():
        if value.text.strip().lower() in _INPUTS.get(key.text.lower(), ()):
            yield _hit(value, f"{key.text}: {value.text} lets {name} succeed whatever it finds", f"{path} {key.text}")
    if step.script:
        yield from _of_script(workflow, step.script, path)
        yield from _of_options(workflow, step.script, path)


def _is_strict(step: Step) -> bool:
    """Whether a step fails for what it finds. Trivy's action does where it is told to."""
    if step.action == "aquasecurity/trivy-action" and not step.input("exit-code"):
        return False
    return not any(value.text.strip().lower() in _INPUTS.get(key.text.lower(), ()) for key, value in step.inputs())


# Options that make a program succeed whatever it finds.
_OPTIONS = {
    "bandit": r"--exit-zero",
    "brakeman": r"--no-exit-on-warn",
    "checkov": r"--soft-fail|-s",
    "gitleaks": r"--exit-code[= ]0",
    "gosec": r"--?no-fail",
    "hadolint": r"--no-fail",
    "tfsec": r"--soft-fail|-s",
    "zizmor": r"--no-exit-codes",
}


def _of_options(workflow: Workflow, script: Script, path: str) -> Iterator[Hit]:
    found = [(name, shell.argv(command)) for command in shell.walk(script.commands) if (name := _named(command))]
    soft = [(name, word) for name, words in found if (word := _softened(name, words))]
    for name, word in soft:
        # A second run of the program decides, and the first one is for a report.
        if sum(other == name for other, _ in found) == sum(other == name for other, _ in soft):
            span = workflow.span(script.at, word.start, word.end)
            message = f"{word.text} lets {name} succeed whatever it finds"
            yield hit(span, message, subject=f"{path} {name} {word.text}")


def _named(command: shell.Command) -> str:
    name = program(shell.argv(command))
    return name if name in _OPTIONS else ""


def _softened(name: str, words: tuple[shell.Word, ...]) -> shell.Word | None:
    for word, after in zip(words, (*(each.text for each in words[1:]), ""), strict=True):
        if re.fullmatch(_OPTIONS[name], word.text) or re.fullmatch(_OPTIONS[name], f"{word.text} {after}"):
            return word
    return None


def _of_script(workflow: Workflow, script: Script, path: str) -> Iterator[Hit]:
    previous = ""
    for command in shell.walk(script.commands):
        words = shell.argv(command)
        if previous and command.before == "||" and words and _ends_well(words):
            span = workflow.span(script.at, command.start, command.end)
            yield hit(span, f"`|| {words[0].text}` lets {previous} fail", subject=f"{path} || {previous}")
        previous = program(words)


def _ends_well(words: tuple[shell.Word, ...]) -> bool:
    return words[0].text in _ENDS_WELL or [word.text for word in words[:2]] == ["exit", "0"]


def _hit(value: Scalar, message: str, subject: str) -> Hit:
    return hit(whole(value), message, subject=subject)


def scanner(step: Step) -> str:
    if step.action in _ACTIONS or step.action.startswith("snyk/actions/"):
        return step.action
    commands = shell.walk(step.script.commands) if step.script else iter(())
    return next(filter(None, (program(shell.argv(command)) for command in commands)), "")
