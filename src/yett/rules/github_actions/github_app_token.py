"""An app's token may do everything the app may do."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse.workflow import Workflow, is_true, whole
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/github-app-token",
    title="App token is not limited",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Without limits the token may do all that the app was ever granted, for every later step of the job.",
    fix="Add a `permission-…:` input for each permission that is needed, and `repositories:` where `owner:` is given.",
    refs=("CWE-250", "PCI DSS 7.2.5", "https://github.com/actions/create-github-app-token#inputs"),
    bad=(
        """\
on: push
jobs:
  release:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/create-github-app-token@v2  # <- here
        with:
          app-id: ${{ vars.APP }}
          private-key: ${{ secrets.APP_KEY }}
""",
        """\
on: push
jobs:
  release:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/create-github-app-token@v2
        with:
          app-id: ${{ vars.APP }}
          private-key: ${{ secrets.APP_KEY }}
          owner: acme  # <- here
          permission-contents: write
          skip-token-revoke: true  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  release:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/create-github-app-token@v2
        with:
          app-id: ${{ vars.APP }}
          private-key: ${{ secrets.APP_KEY }}
          owner: acme
          repositories: shop
          permission-contents: write
          skip-token-revoke: false
      - uses: actions/create-github-app-token@v2
        with:
          app-id: ${{ vars.APP }}
          private-key: ${{ secrets.APP_KEY }}
          owner: acme
          permission-members: read
""",
    ),
)


def check(workflow: Workflow) -> Iterator[Hit]:
    for job, step in workflow.steps():
        uses = step.text("uses")
        if not uses or step.action != "actions/create-github-app-token":
            continue
        path = workflow.path(job, step)
        asked = [name.text.lower() for name, _ in step.inputs() if name.text.lower().startswith("permission-")]
        if not asked:
            yield hit(whole(uses), "the token may do everything the app may do", subject=f"{path} permissions")
        owner, revoke = step.input("owner"), step.input("skip-token-revoke")
        if owner and not step.input("repositories") and not (asked and all(map(_is_for_organisation, asked))):
            message = f"the token reaches every repository of {owner.text} that the app is installed in"
            yield hit(
                whole(owner), message, fix="Add `repositories:` with those needed.", subject=f"{path} repositories"
            )
        if revoke and is_true(revoke):
            message = "the token stays valid after the job has ended"
            yield hit(whole(revoke), message, fix="Remove `skip-token-revoke:`.", subject=f"{path} revoke")


def _is_for_organisation(permission: str) -> bool:
    """Whether a permission is about no repository, so that none can be named."""
    name = permission.removeprefix("permission-")
    return name in ("members", "team-discussions", "enterprise-administration") or name.startswith("organization-")
