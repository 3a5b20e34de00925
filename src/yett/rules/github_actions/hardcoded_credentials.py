"""A password stands in the workflow."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Confidence, Hit, Rule, Severity
from yett.parse.workflow import Workflow, is_dynamic, pairs, whole
from yett.parse.yaml import Mapping, Node, Scalar
from yett.rules.credentials import is_own_key, is_setting, is_stand_in, means_secret
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/hardcoded-credentials",
    title="Password in a workflow",
    severity=Severity.CRITICAL,
    why="Everybody who can read the repository, now or at any time later, can use it.",
    fix="Revoke it, store its successor as a secret and write `${{ secrets.NAME }}`, or use OpenID Connect.",
    refs=(
        "CWE-798",
        "PCI DSS 8.6.2",
        "https://docs.github.com/en/actions/how-tos/write-workflows/choose-what-workflows-do/use-secrets",
    ),
    bad=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    container:
      image: registry.example.com/tools
      credentials:
        username: robot
        password: let-me-in  # <- here
    services:
      db:
        image: registry.example.com/db
        credentials:
          username: robot
          password: let-me-in  # <- here
    steps: [{run: make}]
""",
        """\
on: push
jobs:
  publish:
    runs-on: ubuntu-24.04
    steps:
      - uses: acme/publish@v1
        with:
          # In two pieces, so that scanners stay quiet here.
          registry-password: vK8"""
        + """#q2LmZx91Rt  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    container:
      image: registry.example.com/tools
      credentials:
        username: robot
        password: ${{ secrets.REGISTRY_PASSWORD }}
    services:
      db:
        image: postgres
        env:
          POSTGRES_PASSWORD: postgres
    env:
      SECRET_KEY: not-a-secret-ci-only
      API_TOKEN: ""
      TOKEN_URL: https://example.com/oauth2/token/9f8e7d6c
    steps:
      - uses: actions/cache@v4
        with:
          key: v1-dependencies-9f8e7d6c5b4a
          path: x
      - uses: acme/login@v1
        with:
          token: $TOKEN
          api-key: op://ci/acme/key
          access-token: e2e_access-token_1
          password: changeme
""",
    ),
)


def check(workflow: Workflow) -> Iterator[Hit]:
    yield from _named(workflow.root.get("env"), "env")
    for job in workflow.jobs:
        path = workflow.path(job)
        yield from _registry(job.get("container"), f"{path}.container")
        services = job.get("services")
        for name, service in services.entries.values() if isinstance(services, Mapping) else ():
            yield from _registry(service, f"{path}.services.{name.text}")
            env = service.get("env") if isinstance(service, Mapping) else None
            yield from _named(env, f"{path}.services.{name.text}.env")
        yield from _named(job.get("env"), f"{path}.env")
        for step in job.steps:
            yield from _named(step.get("env"), f"{workflow.path(job, step)}.env")
            yield from _named(step.get("with"), f"{workflow.path(job, step)}.with")


def _registry(container: Node | None, path: str) -> Iterator[Hit]:
    credentials = container.get("credentials") if isinstance(container, Mapping) else None
    password = credentials.get("password") if isinstance(credentials, Mapping) else None
    if isinstance(password, Scalar) and password.text.strip() and not is_dynamic(password.text):
        yield _hit(password, f"{path}.credentials.password", "REGISTRY_PASSWORD")


def _named(node: Node | None, path: str) -> Iterator[Hit]:
    """Values whose name says secret and that look as if somebody drew them at random."""
    for name, value in pairs(node):
        text = value.text.strip()
        if text and means_secret(name.text) and _is_credential(name.text, text):
            secret = name.text.upper().replace("-", "_")
            severity = Severity.MEDIUM if is_own_key(name.text) else Severity.HIGH
            yield _hit(value, f"{path}.{name.text}", secret)._replace(severity=severity, confidence=Confidence.MEDIUM)


# Where a tool fetches the secret from: https://developer.1password.com/docs/cli/secret-reference-syntax
_REFERENCE = r"(?:op|vault|awssm|gcpsm|azurekv|ref\+\w{1,30})://"


def _is_credential(name: str, text: str) -> bool:
    """Whether a value can be the secret itself: no setting, no stand-in, no address of it, and not its own name."""
    if is_setting(text) or is_stand_in(text) or " " in text or re.match(_REFERENCE, text):
        return False
    return len(name) < 5 or name.lower() not in text.lower()


def _hit(value: Scalar, path: str, secret: str) -> Hit:
    return hit(
        whole(value),
        f"{path.rpartition('.')[2]} is written out here",
        fix=f"Revoke it, store its successor as a secret and write `${{{{ secrets.{secret} }}}}`.",
        subject=path,
    )
