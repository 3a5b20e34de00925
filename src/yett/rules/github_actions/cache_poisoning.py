"""A release is built with what other branches left in the cache."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity
from yett.parse import expression, shell
from yett.parse.workflow import Step, Workflow, is_dynamic, is_false, is_true, listed, whole
from yett.parse.yaml import Mapping, Scalar
from yett.rules.github_actions.outsiders import major, needed
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/cache-poisoning",
    title="Release is built from a cache",
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    level=Action.WARN,
    why=(
        "Workflows of less trust can write the cache that this release restores; what they put there ends up in the "
        "published artefact."
    ),
    fix="Build releases without a cache.",
    refs=(
        "CWE-349",
        "PCI DSS 6.5.4",
        "https://docs.github.com/en/actions/reference/workflows-and-actions/dependency-caching",
    ),
    bad=(
        """\
on:
  push:
    tags: ["v*"]
jobs:
  publish:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/setup-node@v4
        with:
          cache: npm  # <- here
      - uses: PyO3/maturin-action@v1
        with:
          sccache: ${{ startsWith(github.ref, 'refs/tags/') }}  # <- here
      - run: npm publish
""",
        """\
on: workflow_dispatch
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: Swatinem/rust-cache@v2  # <- here
      - run: cargo build --release
      - uses: actions/upload-artifact@v4
  publish:
    needs: [build]
    runs-on: ubuntu-24.04
    steps:
      - uses: softprops/action-gh-release@v2
  lint:
    runs-on: ubuntu-24.04
    steps:
      - uses: Swatinem/rust-cache@v2
""",
    ),
    good=(
        """\
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/cache@v4
        with: {path: ~/.cache, key: one}
      - run: npm test
""",
        """\
on:
  release:
    types: [published]
jobs:
  publish:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/setup-go@v5
        with:
          cache: false
      - uses: astral-sh/setup-uv@v6
        with:
          enable-cache: ${{ !startsWith(github.ref, 'refs/tags/') }}
      - uses: PyO3/maturin-action@v1
        with:
          sccache: ${{ github.ref_type != 'tag' }}
      - uses: actions/cache/save@v4
      - uses: actions/cache@v4
        if: github.event_name == 'pull_request'
      - uses: goreleaser/goreleaser-action@v6
""",
    ),
)

_PUBLISHERS = (
    "actions/attest",
    "actions/attest-build-provenance",
    "crazy-max/ghaction-github-pages",
    "cloudflare/wrangler-action",
    "goreleaser/goreleaser-action",
    "js-devtools/npm-publish",
    "ncipollo/release-action",
    "pypa/gh-action-pypi-publish",
    "rubygems/release-gem",
    "softprops/action-gh-release",
    "svenstaro/upload-release-action",
)
_PUSHES_IMAGE = ("docker/build-push-action", "docker/bake-action", "redhat-actions/push-to-registry")
_COMMANDS = (
    ("npm", "publish"),
    ("pnpm", "publish"),
    ("yarn", "npm publish"),
    ("twine", "upload"),
    ("uv", "publish"),
    ("poetry", "publish"),
    ("hatch", "publish"),
    ("flit", "publish"),
    ("cargo", "publish"),
    ("gem", "push"),
    ("docker", "push"),
    ("mvn", "deploy"),
    ("gh", "release create"),
    ("gh", "release upload"),
    ("nuget", "push"),
    ("vsce", "publish"),
)


def check(workflow: Workflow) -> Iterator[Hit]:
    publishing = {job.id for job in workflow.jobs if any(_publishes(step) for step in job.steps)}
    known = bool(publishing)
    if not publishing and _is_release(workflow):
        publishing = {job.id for job in workflow.jobs}
    # Where branches start it as well, only a cache that is there for tags tells that a release is made.
    narrow = not publishing and bool(_filtered(workflow, "tags"))
    if narrow:
        publishing = {job.id for job in workflow.jobs}
    publishing |= {other.id for job in workflow.jobs if job.id in publishing for other in needed(workflow, job)}
    for job in workflow.jobs:
        if job.id not in publishing:
            continue
        for step in job.steps:
            cache = _cache(workflow, step) if _runs_for_releases(workflow, step) else None
            if cache and (not narrow or (is_dynamic(cache.text) and _switch(workflow, cache))):
                # Restored without a word about it, or for a release of which nothing is seen to be published.
                sure = known and (step.action in _CACHES or cache is not step.text("uses"))
                yield hit(
                    whole(cache),
                    f"the job {job.id} takes part in a release and restores a cache ({step.action})",
                    fix=f"Switch the cache of {step.action} off in this job, or leave the step out for releases.",
                    subject=f"{workflow.path(job, step)} {step.action}",
                    severity=None if sure else Severity.MEDIUM,
                    confidence=None if sure else Confidence.LOW,
                )


def _is_release(workflow: Workflow) -> bool:
    """Whether only releases start the workflow: a release, or a push of tags and of nothing else."""
    tags, branches = _filtered(workflow, "tags"), _filtered(workflow, "branches")
    return "release" in workflow.triggers or bool(tags and not branches)


_TAG = {"github.ref": "refs/tags/v1", "github.ref_name": "v1", "github.ref_type": "tag"}


def _for_releases(workflow: Workflow, tree: expression.Tree | None) -> bool | None:
    """Whether a condition holds in some run for a tag or a release; None where that is not known.

    A workflow that names tags or releases among what starts it publishes then, whatever else it does for branches.
    """
    runs: list[dict[str, expression.Value]] = []
    if "release" in workflow.triggers:
        runs.append({"github.event_name": "release", **_TAG})
    if _filtered(workflow, "tags"):
        runs.append({"github.event_name": "push", **_TAG})
    if tree is None or not runs:
        return None
    for branch in _filtered(workflow, "branches"):
        if branch.startswith("release"):
            ref = {"github.ref": f"refs/heads/{branch}", "github.ref_name": branch, "github.ref_type": "branch"}
            runs.append({"github.event_name": "push", **ref})
    said = [expression.decide(tree, run) for run in runs]
    return True if True in said else None if None in said else False


def _filtered(workflow: Workflow, kind: str) -> tuple[str, ...]:
    """The patterns of tags or of branches whose pushes start the workflow."""
    push = workflow.triggers.get("push")
    node = push.config.get(kind) if push and isinstance(push.config, Mapping) else None
    return tuple(scalar.text for scalar in listed(node))


def _runs_for_releases(workflow: Workflow, step: Step) -> bool:
    """Whether a step has no condition, or one that is known to hold for releases."""
    if step.get("if") is None:
        return True
    condition = workflow.condition(step.node)
    return bool(condition and _for_releases(workflow, condition.tree))


def _switch(workflow: Workflow, value: Scalar | None) -> bool | None:
    """Whether an input says yes in a run for a release; None where only a run tells, or nobody says."""
    if value is None or not is_dynamic(value.text):
        return True if is_true(value) else False if is_false(value) else None
    found = tuple(workflow.expressions(value))
    return _for_releases(workflow, found[0].tree) if len(found) == 1 else None


def _publishes(step: Step) -> bool:
    if step.action in _PUBLISHERS:
        return True
    if step.action in _PUSHES_IMAGE:
        return is_true(step.input("push"))
    for command in shell.walk(step.script.commands) if step.script else ():
        words = [word.text for word in shell.argv(command)]
        rest = " ".join(word for word in words[1:4] if not word.startswith("-"))
        if any(words[:1] == [name] and rest.startswith(does) for name, does in _COMMANDS) and "--dry-run" not in words:
            return True
    return False


# What has to be written for a cache to be restored.
_ON_REQUEST = {
    "actions/setup-node": ("cache",),
    "actions/setup-python": ("cache",),
    "actions/setup-java": ("cache",),
    "actions/setup-dotnet": ("cache",),
    "ruby/setup-ruby": ("bundler-cache",),
    "pdm-project/setup-pdm": ("cache",),
    "pnpm/action-setup": ("cache",),
}
# What has to be written for no cache to be restored.
_UNLESS = {
    "actions/setup-go": "cache",
    "astral-sh/setup-uv": "enable-cache",
    "actions-rust-lang/setup-rust-toolchain": "cache",
}
# Inputs that switch a cache off which is on without them.
_SWITCH_OFF = {"ramsey/composer-install": "ignore-cache"}
# Inputs that switch one on, by a word or by what an expression comes to.
_TOOL_CACHES = {"pyo3/maturin-action": "sccache"}
_CACHES = ("actions/cache", "actions/cache/restore", "swatinem/rust-cache", "mozilla-actions/sccache-action")


def _cache(workflow: Workflow, step: Step) -> Scalar | None:
    """What switches a cache on in this step; None for nothing, or for what only a run tells."""
    uses = step.text("uses")
    if step.action in _CACHES:
        lookup = step.input("lookup-only")
        return uses if lookup is None or _switch(workflow, lookup) is False else None
    if step.action in ("gradle/actions/setup-gradle", "gradle/gradle-build-action"):
        disabled = step.input("cache-disabled") or step.input("cache-read-only")
        return uses if disabled is None or _switch(workflow, disabled) is False else None
    if step.action in _UNLESS:
        value = step.input(_UNLESS[step.action])
        if _switch(workflow, value):
            return value
        by_default = value is None or value.text == "auto"
        return (value or uses) if by_default and not _is_off_for_releases(workflow, step) else None
    if step.action in _SWITCH_OFF:
        value = step.input(_SWITCH_OFF[step.action])
        return value or uses if value is None or _switch(workflow, value) is False else None
    if step.action in _TOOL_CACHES:
        value = step.input(_TOOL_CACHES[step.action])
        return value if _switch(workflow, value) else None
    if step.action == "actions/setup-node" and not step.input("cache") and major(workflow, step) >= 5:
        value = step.input("package-manager-cache")
        return value or uses if value is None or _switch(workflow, value) else None
    if step.action in _PUSHES_IMAGE:
        value = step.input("cache-from")
        return value if value and "type=gha" in value.text else None
    for name in _ON_REQUEST.get(step.action, ()):
        value = step.input(name)
        named = value and value.text.strip() and not is_false(value)
        if value and named and (not is_dynamic(value.text) or _switch(workflow, value)):
            return value
    return None


def _is_off_for_releases(workflow: Workflow, step: Step) -> bool:
    """setup-uv leaves its cache alone in releases since version 10, which the ref or a comment behind it tells."""
    return step.action == "astral-sh/setup-uv" and major(workflow, step) >= 10
