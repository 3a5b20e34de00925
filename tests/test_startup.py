"""A hook runs on every commit: what it imports, everybody waits for."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import Repo, environment

# What costs tens of milliseconds and has no business on the way of a commit: HTTP, terminals, packaging, and more.
HEAVY = {
    "argparse",
    "asyncio",
    "bandit.core.manager",
    "click",
    "concurrent.futures",
    "dataclasses",
    "email",
    "http",
    "importlib.metadata",
    "logging.config",
    "packaging",
    "pkg_resources",
    "requests",
    "rich",
    "setuptools",
    "stevedore",
    "subprocess",
    "tomllib",
    "unittest",
    "urllib.request",
    "urllib3",
}
# in one process, so that what it loads can be seen
LISTED = """
import sys
import yett.examine
from yett.cli import main
yett.examine._processors = lambda: 1
code = main(sys.argv[1:])
print(*sorted(sys.modules))
sys.exit(code)
"""

# what the interpreter loads for any program with named tuples and a log, as bandit has one: more with every version
ITS_OWN = """
import logging, sys
from yett.lean import NamedTuple
class Place(NamedTuple):
    line: int
    column: "int"
print(*sorted(sys.modules))
"""


def loaded(repo: Repo) -> set[str]:
    """The modules that yett loads, without those that any such program does."""
    done = subprocess.run(
        (sys.executable, "-c", LISTED, "check", "--staged"),
        cwd=repo.root,
        env=environment() | {"YETT_ADVISORIES": os.path.join(repo.root, "none")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    plain = subprocess.run((sys.executable, "-c", ITS_OWN), capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split()) - set(plain.stdout.split())


def test_a_clean_commit_loads_nothing_heavy(repo: Repo) -> None:
    repo.commit({"README.md": "# a\n"})
    repo.stage({"README.md": "# b\n", "shop/a.py": "A = 1\n", "deploy.sh": "echo\n"})
    assert not loaded(repo) & (HEAVY if sys.version_info >= (3, 14) else HEAVY | {"typing"})


def test_what_is_not_staged_is_not_loaded(repo: Repo) -> None:
    repo.stage({"README.md": "# b\n", "deploy.sh": "echo\n"})
    assert not {name for name in loaded(repo) if name.startswith(("bandit", "yaml", "sqlite3", "ast", "json"))}
