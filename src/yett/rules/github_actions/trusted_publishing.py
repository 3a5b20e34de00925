"""Packages are published with a token that lives for years."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.workflow import Job, Step, Workflow, whole
from yett.parse.yaml import Scalar
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/trusted-publishing",
    title="Package is published with a stored token",
    severity=Severity.LOW,
    level=Action.INFO,
    why="Whoever gets hold of the token can publish under the package's name. Trusted publishing needs none.",
    fix="Set up trusted publishing at the registry and grant `id-token: write` to the job.",
    refs=("CWE-522", "PCI DSS 8.6.3", "https://docs.pypi.org/trusted-publishers/"),
    bad=(
        """\
on: release
jobs:
  publish:
    runs-on: ubuntu-24.04
    steps:
      - uses: pypa/gh-action-pypi-publish@v1
        with:
          password: ${{ secrets.PYPI_TOKEN }}  # <- here
      - uses: actions/setup-node@v4
        with:
          registry-url: https://registry.npmjs.org
      - run: npm publish
        env:
          NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}  # <- here
""",
    ),
    good=(
        """\
on: release
jobs:
  publish:
    runs-on: ubuntu-24.04
    permissions: {id-token: write}
    steps:
      - uses: pypa/gh-action-pypi-publish@v1
      - uses: pypa/gh-action-pypi-publish@v1
        with:
          repository-url: https://packages.example.com/
          password: ${{ secrets.TOKEN }}
      - uses: actions/setup-node@v4
        with:
          registry-url: https://npm.example.com
      - run: npm publish
        env:
          NODE_AUTH_TOKEN: ${{ secrets.OWN_TOKEN }}
      - run: cargo publish --dry-run
        env:
          CARGO_REGISTRY_TOKEN: ${{ secrets.CARGO_TOKEN }}
      - run: npm ci
        env:
          NODE_AUTH_TOKEN: ${{ secrets.NPM_TOKEN }}
      - run: cargo publish
        env:
          CARGO_REGISTRY_TOKEN: ${{ steps.auth.outputs.token }}
""",
    ),
)

_COMMANDS = {
    ("npm", "publish"): "NODE_AUTH_TOKEN",
    ("cargo", "publish"): "CARGO_REGISTRY_TOKEN",
    ("twine", "upload"): "TWINE_PASSWORD",
    ("uv", "publish"): "UV_PUBLISH_TOKEN",
    ("gem", "push"): "GEM_HOST_API_KEY",
}


def check(workflow: Workflow) -> Iterator[Hit]:
    for job, step in workflow.steps():
        for token in _tokens(workflow, job, step):
            yield hit(
                whole(token),
                f"the step {step.label} publishes with a stored token",
                subject=workflow.path(job, step),
            )


def _tokens(workflow: Workflow, job: Job, step: Step) -> Iterator[Scalar]:
    if step.action == "pypa/gh-action-pypi-publish":
        url = step.input("repository-url") or step.input("repository_url")
        password = step.input("password")
        if password and "secrets." in password.text and (url is None or "pypi.org" in url.text):
            yield password
    env = workflow.env(job, step) if step.script else {}
    for command in shell.walk(step.script.commands) if step.script else ():
        words = [word.text for word in shell.argv(command)]
        words = [word for word in words if not word.startswith("+")]
        name = _COMMANDS.get((words[0], words[1])) if len(words) > 1 else None
        if any(word in ("--dry-run", "-n") for word in words) or (name == "NODE_AUTH_TOKEN" and not _to_npm(job, step)):
            continue
        token = env.get(name) if name else None
        if token and "secrets." in token.text:
            yield token


def _to_npm(job: Job, step: Step) -> bool:
    """Whether the last setup-node before a step points at npm's own registry; others offer no trusted publishing."""
    before = job.steps[: job.steps.index(step)]
    setups = [other.input("registry-url") for other in before if other.action == "actions/setup-node"]
    url = setups[-1] if setups else None
    return url is not None and "npmjs.org" in url.text
