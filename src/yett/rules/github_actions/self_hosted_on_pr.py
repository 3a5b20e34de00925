"""Code of outsiders runs on machines of our own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Confidence, Hit, Rule, Severity
from yett.parse.expression import Context
from yett.parse.workflow import Job, Workflow, is_dynamic, listed, whole
from yett.parse.yaml import Mapping, Node, Scalar
from yett.rules.github_actions.outsiders import is_reached
from yett.rules.hits import hit, short

RULE = Rule(
    id="github-actions/self-hosted-on-pr",
    title="Pull requests run on self-hosted runners",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    why=(
        "In a public repository anybody can open a pull request whose code then runs on your machine: it can stay "
        "there for the next job and reach the network behind it."
    ),
    fix="Use hosted or single-use runners for pull requests.",
    refs=(
        "CWE-250",
        "PCI DSS 6.5.4",
        "https://docs.github.com/en/actions/reference/security/secure-use#hardening-for-self-hosted-runners",
    ),
    bad=(
        """\
on: [push, pull_request]
jobs:
  test:
    runs-on: [self-hosted, linux]  # <- here
    steps: [{run: make}]
""",
        """\
on:
  pull_request_target:
jobs:
  test:
    strategy:
      matrix:
        os: [ubuntu-24.04, self-hosted]  # <- here
    runs-on: ${{ matrix.os }}
    steps: [{run: make}]
""",
        """\
on: pull_request
jobs:
  test:
    runs-on:
      group: build-farm
      labels:
        - self-hosted  # <- here
    steps: [{run: make}]
  gpu:
    runs-on: our-gpu-box  # <- here
    steps: [{run: make}]
  arm:
    # None of GitHub's runners has these labels alone; every one of your own has them by default.
    runs-on: [linux, arm64]  # <- here
    steps: [{run: make}]
""",
    ),
    good=(
        """\
on: pull_request
jobs:
  test:
    runs-on: ubuntu-24.04
    steps: [{run: make}]
  mac:
    runs-on: ${{ matrix.os }}
    strategy: {matrix: {os: [macos-15, windows-2025, ubuntu-24.04-arm]}}
    steps: [{run: make}]
  big:
    runs-on: ubuntu-latest-16-cores
    steps: [{run: make}]
""",
        """\
on: [push, pull_request]
jobs:
  deploy:
    if: github.event_name == 'push'
    runs-on: self-hosted
    steps: [{run: make deploy}]
  own:
    if: github.event.pull_request.head.repo.full_name == github.repository
    runs-on: self-hosted
    steps: [{run: make}]
""",
        """\
on: push
jobs:
  test:
    runs-on: self-hosted
    steps: [{run: make}]
""",
    ),
)

_EVENTS = ("pull_request", "pull_request_target", "pull_request_review", "issue_comment")
# Labels of GitHub's own runners, and of services that give a fresh machine to every job.
_HOSTED = (
    r"(?i)(?:ubuntu|windows|macos)(?:-[a-z0-9._-]+)?|linux|x64|arm64"
    r"|.*(?:ubuntu|macos|windows)[-_]?\d.*|.*\d-?cores?.*|.*\dv?cpu.*|runs-on.*|codspeed.*|arc-.*"
    r"|.*(?:blacksmith|buildjet|depot|namespace|nscloud|warp|cirun|ubicloud|ephemeral|spot).*"
)


_OWN = ("self-hosted", "linux", "x64", "arm", "arm64")
"""Labels that runners of one's own are given when they are set up, and none of GitHub's has."""


def check(workflow: Workflow) -> Iterator[Hit]:
    for job in workflow.jobs if workflow.kind == "workflow" else ():
        event = next((name for name in _EVENTS if name in workflow.triggers and is_reached(workflow, job, name)), "")
        found = labels(workflow, job) if event else ()
        own = next((label for label in found if label.text.strip().lower() == "self-hosted"), None)
        odd = next((label for label in found if _is_odd(label)), None)
        if found and all(label.text.strip().lower() in _OWN for label in found):
            own = own or found[0]
        if own:
            yield _hit(job, own, f"{event} runs the job {job.id} on a machine of your own")
        elif odd and len(found) == 1:
            message = f"{event} runs the job {job.id} on {short(odd.text)}, which is none of GitHub's runners"
            yield _hit(job, odd, message)._replace(severity=Severity.MEDIUM, confidence=Confidence.LOW)


def _hit(job: Job, label: Scalar, message: str) -> Hit:
    return hit(whole(label), message, subject=f"jobs.{job.id}.runs-on {label.text}")


def _is_odd(label: Scalar) -> bool:
    name = label.text.strip()
    return bool(name) and not is_dynamic(name) and (len(name) > 200 or re.fullmatch(_HOSTED, name) is None)


def labels(workflow: Workflow, job: Job) -> tuple[Scalar, ...]:
    node: Node | None = job.get("runs-on")
    if isinstance(node, Mapping):
        node = node.get("labels")
    found: list[Scalar] = []
    for label in listed(node):
        trees = [one.tree for one in workflow.expressions(label)]
        match trees:
            case [Context(parts=("matrix", name))]:
                found += job.matrix(name)
            case _:
                found.append(label)
    return tuple(found)
