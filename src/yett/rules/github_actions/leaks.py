"""What gets out of a job, and what gets into it, by its log and its artifacts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Action, Confidence, Hit, Rule, Severity
from yett.parse import shell
from yett.parse.workflow import Step, Workflow, is_true
from yett.rules.github_actions.artifacts import downloads
from yett.rules.github_actions.outsiders import is_reached
from yett.rules.hits import hit, short

PRINTED = Rule(
    id="github-actions/printed-secret",
    title="Secret is printed",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why=(
        "The log is masked only where the very value stands in it: encoded, cut or put on several lines it is readable "
        "by everybody who can see the run."
    ),
    fix="Do not print it; to see whether it is set, print its length or compare it with the empty text.",
    refs=(
        "CWE-532",
        "PCI DSS 8.6.2",
        "PCI DSS 8.3.2",
        "https://docs.github.com/en/actions/reference/security/secure-use#use-secrets-for-sensitive-information",
    ),
    bad=(
        """\
on: push
jobs:
  debug:
    runs-on: ubuntu-24.04
    steps:
      - run: echo "${{ secrets.DEPLOY_KEY }}" | base64  # <- here
      - env:
          TOKEN: ${{ secrets.TOKEN }}
        run: |
          echo "token is $TOKEN"  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  deploy:
    runs-on: ubuntu-24.04
    steps:
      - env:
          KEY: ${{ secrets.DEPLOY_KEY }}
        run: |
          echo "$KEY" > key.pem
          echo "$KEY" | docker login --password-stdin
          echo "length ${#KEY}" "${KEY:+set}"
          echo "key=$KEY" >> "$GITHUB_ENV"
""",
    ),
)
_PRINTERS = ("echo", "printf", "cat", "write-host", "write-output")
_FILTERS = ("base64", "rev", "tee", "xxd", "od", "hexdump", "sed", "cat", "tr", "fold")
_SECRET = r"(?i)\$\{\{\s*secrets\.(?!github_token\b)\w+\s*\}\}"


def printed(workflow: Workflow) -> Iterator[Hit]:
    for job, step in workflow.steps():
        if not step.script:
            continue
        secret = {name for name, value in workflow.env(job, step).items() if re.search(_SECRET, value.text)}
        for pipeline in shell.pipelines(step.script.commands):
            first, last = pipeline[0], pipeline[-1]
            if shell.program(first).lower() not in _PRINTERS or any(
                redirect.operator != "<<<" for redirect in last.redirects
            ):
                continue
            if any(shell.program(command) not in _FILTERS for command in pipeline[1:]):
                continue
            name = next((one for word in shell.argv(first)[1:] if (one := _secret_in(word, secret))), "")
            if name and "::add-mask::" not in step.script.text[first.start : first.end]:
                yield hit(
                    workflow.span(step.script.at, first.start, last.end),
                    f"{short(name)} is printed to the log",
                    subject=f"{workflow.path(job, step)} prints {name}",
                )


def _secret_in(word: shell.Word, secret: set[str]) -> str:
    found = re.search(_SECRET, word.text)
    if found:
        return found.group()
    names = re.findall(r"\$(\w+)|\$\{(\w+)\}", word.text)
    return next((name for pair in names for name in pair if name in secret), "")


ARTIFACT_RUN = Rule(
    id="github-actions/artifact-execution",
    title="What a fork built is run with rights",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "A workflow started by workflow_run has the repository's secrets; the artifact it downloads was made by the "
        "run for the fork, so whatever of it is executed is the fork's code."
    ),
    fix="Only read from the artifact, in a folder of its own, and check what is read.",
    refs=(
        "CWE-829",
        "CWE-494",
        "PCI DSS 6.5.4",
        "https://securitylab.github.com/resources/github-actions-new-patterns-and-mitigations/",
    ),
    confidence=Confidence.MEDIUM,
    bad=(
        """\
on:
  workflow_run:
    workflows: [build]
    types: [completed]
jobs:
  publish:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/download-artifact@v4
        with:
          run-id: ${{ github.event.workflow_run.id }}
      - run: bash ./build/publish.sh  # <- here
  site:
    runs-on: ubuntu-24.04
    steps:
      - run: gh run download "$RUN" --name site
      - run: python site/build.py  # <- here
""",
    ),
    good=(
        """\
on:
  workflow_run:
    workflows: [build]
jobs:
  comment:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/download-artifact@v4
        with:
          run-id: ${{ github.event.workflow_run.id }}
          path: report
      - run: cat report/number.txt
  main:
    if: github.event.workflow_run.event == 'push'
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/download-artifact@v4
        with:
          run-id: ${{ github.event.workflow_run.id }}
      - run: ./build/publish.sh
""",
    ),
)
_DOWNLOADERS = ("actions/download-artifact", "dawidd6/action-download-artifact")


def artifact_run(workflow: Workflow) -> Iterator[Hit]:
    if "workflow_run" not in workflow.triggers:
        return
    for job in workflow.jobs:
        if not is_reached(workflow, job, "workflow_run"):
            continue
        downloaded = checked_out = False
        for step in job.steps:
            if step.action in _DOWNLOADERS and (step.input("run-id") or step.input("run_id") or step.input("workflow")):
                downloaded = True
            downloaded = downloaded or (step.action not in _DOWNLOADERS and downloads(workflow, step))
            checked_out = checked_out or step.action == "actions/checkout"
            if not downloaded or checked_out or not step.script or not is_reached(workflow, job, "workflow_run", step):
                continue
            for command in shell.walk(step.script.commands):
                words = [word.text for word in shell.argv(command)]
                file = words[0] if words and words[0].startswith("./") else ""
                if words and words[0] in ("bash", "sh", "python", "python3", "node", "source", "."):
                    file = next((word for word in words[1:] if not word.startswith("-")), "")
                    file = "" if file.startswith(("/", "$", "<(")) or "-c" in words[:2] else file
                if file:
                    yield hit(
                        workflow.span(step.script.at, command.start, command.end),
                        f"{short(file)} comes from an artifact that a fork may have made, and is run with this "
                        "repository's secrets",
                        subject=f"{workflow.path(job, step)} runs {file}",
                    )


SECRET_FILE = Rule(
    id="github-actions/secret-in-artifact",
    title="File that keeps secrets is put into an artifact or a cache",
    severity=Severity.HIGH,
    level=Action.WARN,
    why=(
        "Artifacts are there for everybody who may read the repository, in a public one for everybody with an account; "
        "a cache is given to the runs of pull requests too. Neither masks anything."
    ),
    fix="Name what is needed, and leave this file out with a line `!path`.",
    refs=(
        "CWE-538",
        "CWE-522",
        "PCI DSS 8.6.2",
        "https://docs.github.com/en/actions/reference/workflows-and-actions/dependency-caching",
    ),
    bad=(
        """\
on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/upload-artifact@v4
        with:
          name: settings
          path: shop/.env  # <- here
          include-hidden-files: true
      - uses: actions/cache@v4
        with:
          path: ~/.docker/config.json  # <- here
          key: login
""",
    ),
    good=(
        """\
on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/upload-artifact@v4
        with:
          name: site
          path: |
            dist
            .env.example
            !dist/id_rsa
      - uses: actions/upload-artifact@v4
        with:
          # Left out, as every name that begins with a dot.
          path: .env
      - uses: actions/cache@v4
        with:
          path: ~/.npm
          key: npm
""",
    ),
)
_KEEPERS = (
    "actions/upload-artifact",
    "actions/upload-pages-artifact",
    "actions/cache",
    "actions/cache/save",
)
_SECRET_FILES = (
    r"(?!!)(?:.*/)?(?:\.env(?:\.(?:local|prod|production|staging))?|\.npmrc|\.pypirc|\.netrc|_netrc|\.pgpass|\.git-credentials"
    r"|\.aws(?:/credentials)?|\.ssh|\.gnupg|\.kube(?:/config)?|kubeconfig|\.docker/config\.json|\.vault-token"
    r"|id_(?:rsa|dsa|ecdsa|ed25519)|terraform\.tfstate|\.config/gcloud)(?:/\**)?"
)


def secret_file(workflow: Workflow) -> Iterator[Hit]:
    for job, step in workflow.steps():
        value = step.input("path") if step.action in _KEEPERS else None
        if value is None:
            continue
        at = 0
        for line in value.text.splitlines(keepends=True):
            name = line.strip()
            if re.fullmatch(_SECRET_FILES, name) and not _is_left_out(step, name):
                start = at + line.index(name)
                yield hit(
                    workflow.span(value, start, start + len(name)),
                    f"{short(name)} goes into "
                    f"{'a cache' if 'cache' in step.action else 'an artifact'}, where others can read it",
                    subject=f"{workflow.path(job, step)} {name}",
                )
            at += len(line)


def _is_left_out(step: Step, name: str) -> bool:
    """Whether the upload leaves out a file because its name begins with a dot: upload-artifact does since 4.4, unless
    it is told otherwise. https://github.com/actions/upload-artifact/releases/tag/v4.4.0"""
    if "cache" in step.action or not name.removesuffix("/**").removesuffix("/*").rpartition("/")[2].startswith("."):
        return False
    uses = step.text("uses")
    early = uses is not None and re.search(r"@v[123](?:\.|\s|$)", uses.text) is not None
    return not early and not is_true(step.input("include-hidden-files"))


RULES = (
    (PRINTED, printed),
    (SECRET_FILE, secret_file),
    (ARTIFACT_RUN, artifact_run),
)
