"""Which actions a workflow names, and what is known of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.lean import NamedTuple
from yett.model import Action, Confidence, Hit, Rule, Severity
from yett.parse.tree import Tree
from yett.parse.workflow import Workflow, action_of
from yett.parse.yaml import Scalar
from yett.rules.github_actions.known import ARCHIVED, AS_OF, MALICIOUS, MODERATE, MOVED, advisories, imitated, version
from yett.rules.hits import hit, short

_SECURE = "https://docs.github.com/en/actions/reference/security/secure-use#using-third-party-actions"

KNOWN_VULNERABLE = Rule(
    id="github-actions/known-vulnerable-action",
    title="Action with a known vulnerability",
    severity=Severity.HIGH,
    why=(
        "An advisory says that this version can be attacked or has been: it runs with the job's token and whatever "
        "secrets it is given."
    ),
    fix="Use a version that the advisory names as fixed, pinned to its commit.",
    refs=(
        "CWE-1395",
        "PCI DSS 6.3.1",
        "PCI DSS 6.3.3",
        "https://github.com/advisories?query=type%3Areviewed+ecosystem%3Aactions",
    ),
    bad=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: tj-actions/changed-files@v35  # <- here
      # next
      - uses: actions/download-artifact@eaceaf801fd36c7dee90939fad912460b18a1ffe # v4.1.2
      - uses: aquasecurity/trivy-action@0.28.0  # <- here
      - uses: reviewdog/action-setup@f0d342d24037bb11d26b9bd8496e0808ba32e9ec  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: tj-actions/changed-files@v47
      - uses: actions/download-artifact@v4
      - uses: actions/download-artifact@fa0a91b85d4f404e444e00e005971372dc801d16 # v4.1.8
      - uses: tj-actions/changed-files@main
      # The tag was moved to other code, the commit was not.
      - uses: aquasecurity/trivy-action@915b19bbe73b92a6cf82a1bc12b087c9a19a5fe2 # 0.28.0
      - uses: reviewdog/action-setup@v1
""",
    ),
)


class Use(NamedTuple):
    """A `uses:` of a repository. `said` is the version that the ref or a comment behind it names, "" for none."""

    at: Scalar
    path: str
    action: str
    ref: str
    said: str


_COMMENT = re.compile(r"#\s*(?:tag\s*=\s*|pin\s*@?\s*|ratchet:\S+@)?(v?\d+(?:\.\d+){0,3})\b")


def uses(workflow: Workflow) -> Iterator[Use]:
    """Every repository that jobs and steps use, with where that is."""
    for job in workflow.jobs:
        at = job.text("uses")
        if at:
            yield from _use(workflow, workflow.path(job), at)
        for step in job.steps:
            at = step.text("uses")
            if at:
                yield from _use(workflow, workflow.path(job), at)


def _use(workflow: Workflow, path: str, at: Scalar) -> Iterator[Use]:
    action, ref = action_of(at.text)
    if action:
        line = workflow.lines[at.line - 1] if at.line <= len(workflow.lines) else ""
        comment = _COMMENT.search(line, max(0, at.end_column - 1))
        yield Use(at, path, action, ref, ref if version(ref) else comment[1] if comment else "")


def known_vulnerable(workflow: Workflow) -> Iterator[Hit]:
    for use in uses(workflow):
        found = advisories(use.action, use.said)
        if use.ref in MALICIOUS:
            found = (MALICIOUS[use.ref],)
        elif re.fullmatch(r"[0-9a-f]{40}", use.ref):
            # Tags were moved to other code; a commit stays what it was.
            found = tuple(one for one in found if one not in MOVED)
        if found:
            yield hit(
                workflow.span(use.at, 0, len(use.at.text.rstrip())),
                f"{short(use.action)} {short(use.said, 20)} is affected by {' and '.join(found)}",
                fix=f"Use a version that https://github.com/advisories/{found[-1]} names as mended.",
                subject=f"{use.path} {use.action} {' '.join(found)}",
                severity=Severity.MEDIUM if MODERATE.issuperset(found) else None,
            )


TYPOSQUAT = Rule(
    id="github-actions/typosquat-uses",
    title="Action whose name imitates a popular one",
    severity=Severity.HIGH,
    why=(
        "Whoever owns the name with the slip in it runs code in this job, with its token and secrets. Names that "
        "differ by one letter from popular ones are registered for that."
    ),
    fix="Write the name that was meant.",
    refs=("CWE-1357", "PCI DSS 6.3.2", _SECURE),
    confidence=Confidence.MEDIUM,
    bad=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: action/checkout@v4  # <- here
      - uses: actionss/setup-python@v5  # <- here
      - uses: dokcer/login-action@v3  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - uses: ACTIONS/checkout@v4
      - uses: github/codeql-action/init@v3
      - uses: acme/checkout@v1
      # Nobody but GitHub can publish under this owner: broken, and no trap.
      - uses: actions/setup-pyhton@v5
""",
    ),
)


def typosquat(workflow: Workflow) -> Iterator[Hit]:
    for use in uses(workflow):
        meant = imitated(use.action)
        if meant:
            yield hit(
                workflow.span(use.at, 0, len(use.at.text.partition("@")[0])),
                f"{short(use.action)} is one letter away from {meant}",
                fix=f"Write `uses: {meant}@…`, if that was meant.",
                subject=f"{use.path} {use.action}",
            )


ARCHIVED_USES = Rule(
    id="github-actions/archived-uses",
    title="Action whose repository is archived",
    severity=Severity.LOW,
    level=Action.INFO,
    why=f"Nobody mends an archived repository: what is found in it stays. The list is of {AS_OF}.",
    fix="Use an action that is maintained, or a few lines of script.",
    refs=(
        "CWE-1104",
        "PCI DSS 6.3.3",
        "https://docs.github.com/en/repositories/archiving-a-github-repository/archiving-repositories",
    ),
    bad=(
        """\
on: push
jobs:
  release:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/create-release@v1  # <- here
      - uses: Actions-RS/toolchain@v1  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  release:
    runs-on: ubuntu-24.04
    steps:
      - uses: softprops/action-gh-release@v2
      - uses: acme/create-release@v1
""",
    ),
)


def archived(workflow: Workflow) -> Iterator[Hit]:
    for use in uses(workflow):
        slug = "/".join(use.action.split("/")[:2])
        if slug in ARCHIVED:
            yield hit(
                workflow.span(use.at, 0, len(use.at.text.partition("@")[0])),
                f"the repository of {short(use.action)} is archived",
                fix=f"Replace {short(use.action)} by an action that is maintained.",
                subject=f"{use.path} {use.action}",
            )


VERSION_MISMATCH = Rule(
    id="github-actions/ref-version-mismatch",
    title="A commit and the version named beside it do not go together",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "A reviewer reads the comment, the runner takes the commit. Where one commit is called by two versions, or one "
        "version by two commits, one of them is not what it says it is."
    ),
    fix="Look up the commit of the version that is meant, and write both anew.",
    refs=("CWE-829", "CWE-345", "PCI DSS 6.3.2", _SECURE),
    confidence=Confidence.MEDIUM,
    bad=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/setup-node@1a4442cacd436585916779262731d5b162bc6ec7 # v3.8.2
      # next
      - uses: actions/setup-node@5e21ff4d9bc1a8cf6de233a3057d20ec6b3fb69d # v3.8.2
      # next
      - uses: actions/checkout@v3 # v4.2.2
""",
        """\
# file: .github/workflows/ci.yml
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/setup-node@1a4442cacd436585916779262731d5b162bc6ec7 # v3.8.2
# file: .github/workflows/release.yml
on: release
jobs:
  publish:
    runs-on: ubuntu-24.04
    steps:
      # next
      - uses: actions/setup-node@1a4442cacd436585916779262731d5b162bc6ec7 # v4.0.1
""",
    ),
    good=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/setup-node@1a4442cacd436585916779262731d5b162bc6ec7 # v3.8.2
      - uses: actions/setup-node@1a4442cacd436585916779262731d5b162bc6ec7 # v3
      - uses: actions/checkout@v4 # v4.2.2
      - uses: actions/checkout@main # v4
      - uses: actions/cache@v4 # see issue 12
""",
    ),
)
_PINNED = (
    r"(?i)uses:\s*['\"]?([\w.-]+/[\w./-]+)@([0-9a-f]{40})\b['\"]?[ \t]*#[ \t]*(?:tag[ \t]*=[ \t]*)?"
    r"(v?\d+(?:\.\d+){0,3})\b"
)


class Pin(NamedTuple):
    """A commit, and the version that a comment calls it by."""

    commit: str
    said: str


def pins(tree: Tree | None, file: str, own: str) -> dict[str, list[Pin]]:
    """What the workflows beside a file pin actions to, by repository, in the order of the files' names."""
    folder = file.rpartition("/")[0]

    def make() -> dict[str, list[Pin]]:
        found: dict[str, list[Pin]] = {}
        paths = tree.folder(folder) if tree and folder else ()
        texts = [tree.text(path) or "" for path in paths[:200] if path.endswith((".yml", ".yaml"))] if tree else []
        for text in texts or [own]:
            for name, commit, said in re.findall(_PINNED, text):
                slug = "/".join(name.lower().split("/")[:2])
                found.setdefault(slug, []).append(Pin(commit.lower(), said.removeprefix("v")))
        return {slug: list(dict.fromkeys(each)) for slug, each in found.items()}  # hundreds of files name the same

    return tree.once(("yett.rules.github_actions.references", folder), make) if tree and folder else make()


def version_mismatch(workflow: Workflow) -> Iterator[Hit]:
    found = [use for use in uses(workflow) if use.ref and _said(workflow, use)]
    if not found:
        return
    known: dict[str, list[Pin]] | None = None
    for use in found:
        said = _said(workflow, use)
        if version(use.ref):
            if not _agree(version(use.ref), version(said)):
                yield _mismatch(workflow, use, f"its ref says {use.ref} and the comment {said}")
            continue
        if len(use.ref) != 40:
            continue
        known = pins(workflow.tree, workflow.file, "\n".join(workflow.lines)) if known is None else known
        for pin in known.get("/".join(use.action.split("/")[:2]), ()):
            full = len(version(said)) >= 3
            if pin.commit == use.ref.lower():
                if not _agree(version(said), version(pin.said)):
                    yield _mismatch(workflow, use, f"the commit {use.ref[:12]} is called {pin.said} elsewhere")
                    break
                if full and version(pin.said) == version(said):
                    break  # said first, and the same
            elif full and version(pin.said) == version(said):
                yield _mismatch(workflow, use, f"the version {said} is the commit {pin.commit[:12]} elsewhere")
                break


def _said(workflow: Workflow, use: Use) -> str:
    line = workflow.lines[use.at.line - 1] if use.at.line <= len(workflow.lines) else ""
    comment = _COMMENT.search(line, max(0, use.at.end_column - 1))
    return comment[1] if comment else ""


def _agree(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two versions can be the same one: `4` is every `4.x`."""
    return all(a == b for a, b in zip(one, other, strict=False))


def _mismatch(workflow: Workflow, use: Use, message: str) -> Hit:
    return hit(
        workflow.span(use.at, 0, len(use.at.text.rstrip())),
        f"{short(use.action)}: {message}",
        fix=f"Look up the commit of the version of {short(use.action)} that is meant, and write both anew.",
        subject=f"{use.path} {use.action}@{use.ref} {message}",
    )


RULES = (
    (KNOWN_VULNERABLE, known_vulnerable),
    (TYPOSQUAT, typosquat),
    (ARCHIVED_USES, archived),
    (VERSION_MISMATCH, version_mismatch),
)
