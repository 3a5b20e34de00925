"""A download is run unseen."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Action, Hit, Rule, Severity
from yett.parse.workflow import Workflow
from yett.rules.hits import hit, short
from yett.rules.scripts import unseen_downloads

RULE = Rule(
    id="github-actions/curl-pipe-shell",
    title="Download is run without a check",
    severity=Severity.MEDIUM,
    level=Action.WARN,
    why="Whoever controls the server, or the way to it, runs code with the job's token and secrets.",
    fix="Download a fixed version, compare its digest or signature, then run it.",
    refs=(
        "CWE-494",
        "CWE-829",
        "PCI DSS 6.3.2",
        "https://docs.github.com/en/actions/reference/security/secure-use",
    ),
    bad=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: |
          set -eux
          curl -fsSL https://example.com/install.sh | sudo -E bash -s -- -y  # <- here
          bash <(wget -qO- https://example.com/install.sh)  # <- here
      - run: eval "$(curl -s https://example.com/env)"  # <- here
      - run: |
          CODE=$(curl -s https://example.com/env)
          eval "$CODE"  # <- here
""",
        """\
on: push
jobs:
  test:
    runs-on: windows-2025
    steps:
      - shell: pwsh
        run: irm https://example.com/install.ps1 | iex  # <- here
      # Where Windows runs it, a script is PowerShell's unless it says otherwise.
      - run: |
          Write-Host "the folder `"C:/tools`"" `
            -ForegroundColor Green
          iex (irm https://example.com/install.ps1)  # <- here
          iex ((New-Object Net.WebClient).DownloadString('https://example.com/install.ps1'))  # <- here
""",
    ),
    good=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: |
          curl -fsSLo install.sh https://example.com/install-1.2.sh
          echo "$DIGEST  install.sh" | sha256sum -c
          sh install.sh
          curl -s https://example.com/data.json | python -m json.tool
          curl -s https://example.com/data.json | python3 -c 'import json'
          curl -s https://example.com/key.asc | gpg --dearmor > key.gpg
          curl -s http://localhost:8080/script | sh
          VERSION="$(curl -s https://example.com/version)"
          eval "echo $VERSION"
          echo 'curl https://example.com | sh'
""",
        """\
on: push
jobs:
  test:
    runs-on: windows-2025
    steps:
      - shell: pwsh
        run: |
          Write-Host "never `"; irm https://example.com/install.ps1 | iex"
          $help = @"
          Never write "irm https://example.com/install.ps1 | iex".
          "@
""",
    ),
)


def check(workflow: Workflow) -> Iterator[Hit]:
    for job, step in workflow.steps():
        for word, source in unseen_downloads(step.script.commands) if step.script else ():
            assert step.script
            yield hit(
                workflow.span(step.script.at, word.start, word.end),
                f"{short(word.text, 20)} runs what {short(source)} gives, unseen",
                subject=f"{workflow.path(job, step)} {source}",
            )
