"""The jobs, and how each tool is told to do them. Nobody uses the network; native programs run without launcher."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bench.inputs import COMMITS, PINS, Inputs
from bench.measure import Contender, Job


class Tools(NamedTuple):
    """Where the tools are; "" where one is not installed."""

    yett: str
    betterleaks: str
    kingfisher: str
    detect_secrets: str
    detect_secrets_hook: str
    bandit: str
    pip_audit: str


def tools() -> Tools:
    return Tools(
        yett=_program("yett"),
        betterleaks=_native("betterleaks"),
        kingfisher=_native("kingfisher"),
        detect_secrets=_program("detect-secrets"),
        detect_secrets_hook=_program("detect-secrets-hook"),
        bandit=_program("bandit"),
        pip_audit=_program("pip-audit"),
    )


def _program(name: str) -> str:
    beside = str(Path(sys.prefix, "bin"))
    return shutil.which(name, path=f"{beside}{os.pathsep}{os.environ['PATH']}") or ""


def _native(name: str) -> str:
    """The program inside a package whose console script is a launcher in Python, which would cost it 30 to 100 ms."""
    found = importlib.util.find_spec(name)
    inside = Path(found.origin).parent / "bin" / name if found and found.origin else None
    return str(inside) if inside and inside.exists() else _program(name)


def jobs(tools: Tools, inputs: Inputs, work: Path, service: str) -> list[Job]:
    found = [
        _staged(tools, inputs, work, service),
        _staged_secrets(tools, inputs, work),
        _range(tools, inputs, work),
        _tree(tools, inputs, work),
        _pins(tools, inputs, work, service),
        _python(tools, inputs),
        _large_python(tools, inputs),
    ]
    return [job._replace(contenders=tuple(each for each in job.contenders if each.command[0])) for job in found]


def _staged(tools: Tools, inputs: Inputs, work: Path, service: str) -> Job:
    modules = [name for name in inputs.staged if name.endswith(".py")]
    return Job(
        f"A commit of {len(inputs.staged)} files",
        (
            _yett(tools, inputs.shop, "--staged", "--advisories", str(inputs.database)),
            _betterleaks(tools, inputs.shop, "git", "--staged", "."),
            _kingfisher(tools, inputs.shop, work, "--staged", "."),
            _contender("detect-secrets-hook", inputs.shop, (0, 1), _locations,
                       tools.detect_secrets_hook, "--no-verify", *inputs.staged),
            _bandit(tools, inputs.shop, *modules),
            _pip_audit(tools, inputs.shop, work, service),
        ),
        "yett with every check on; the others each do their part of it: secrets in five files, two Python files, "
        "one requirements file with 100 pins.",
    )  # fmt: skip


def _staged_secrets(tools: Tools, inputs: Inputs, work: Path) -> Job:
    return Job(
        f"Secrets in a commit of {len(inputs.staged)} files",
        (
            _yett(tools, inputs.shop, "--staged", "--only", "secrets"),
            _betterleaks(tools, inputs.shop, "git", "--staged", "."),
            _kingfisher(tools, inputs.shop, work, "--staged", "."),
        ),
        "The same commit, secrets only.",
    )


def _range(tools: Tools, inputs: Inputs, work: Path) -> Job:
    return Job(
        f"Secrets in a pull request of {COMMITS} commits",
        (
            _yett(tools, inputs.shop, "--range", f"{inputs.base}..HEAD", "--only", "secrets"),
            _betterleaks(tools, inputs.shop, "git", f"--log-opts={inputs.base}..HEAD", "."),
            _kingfisher(tools, inputs.shop, work, "--since-commit", inputs.base, "."),
        ),
        "yett reads every version of every file whole; Betterleaks reads the added lines.",
    )


def _tree(tools: Tools, inputs: Inputs, work: Path) -> Job:
    return Job(
        "Secrets in a whole tree",
        (
            _yett(tools, inputs.repository, "--tree", "HEAD", "--only", "secrets"),
            _again(tools, inputs.repository, "--tree", "HEAD", "--only", "secrets"),
            _kingfisher(tools, inputs.tree, work, "."),
            _kingfisher(tools, inputs.tree, work, "--no-rule-cache", ".", name="Kingfisher, no rule cache", rounds=3),
            _betterleaks(tools, inputs.tree, "fs", "."),
            _contender("detect-secrets", inputs.tree, (0,), _results,
                       tools.detect_secrets, "scan", "--no-verify", "--all-files", ".", rounds=1),
        ),
        "Django's source distribution. yett reads it from git's objects; in the first row it takes nothing from a run "
        "before. The others read the files, and Kingfisher keeps its compiled rules.",
    )  # fmt: skip


def _pins(tools: Tools, inputs: Inputs, work: Path, service: str) -> Job:
    return Job(
        f"An audit of {PINS} pins",
        (
            _yett(tools, inputs.pins, "--tree", "HEAD", "--only", "dependencies", "--advisories", str(inputs.database)),
            _pip_audit(tools, inputs.pins, work, service, rounds=5),
        ),
        "yett looks into its local database of 20,000 advisories; pip-audit asks a service on the loopback interface "
        "that has every answer ready.",
    )


def _python(tools: Tools, inputs: Inputs) -> Job:
    return Job(
        "Python in a shop's backend",
        (
            _yett(tools, inputs.shop, "--tree", "HEAD", "--only", "python"),
            _bandit(tools, inputs.shop, "--recursive", ".", rounds=3),
        ),
        "django-oscar's source distribution.",
    )


def _large_python(tools: Tools, inputs: Inputs) -> Job:
    options = ("--quiet", "--format=json", "--recursive", ".")
    again = _again(tools, inputs.repository, "--tree", "HEAD", "--only", "python", name="yett check, again")
    return Job(
        "Python in a large tree",
        (
            _contender("yett bandit", inputs.tree, (1,), _issues, tools.yett, "bandit", *options),
            again,
            _contender("bandit", inputs.tree, (1,), _issues, tools.bandit, *options, rounds=3),
        ),
        "Django's source distribution. The report of `yett bandit` is bandit's, byte for byte but for its time; `yett "
        "check` remembers what it found in each version of a file, and has seen these before.",
    )


def _contender(
    name: str, folder: Path, codes: tuple[int, ...], count: Callable[[bytes], int], *command: str, rounds: int = 0
) -> Contender:
    return Contender(name, command, folder, codes, count, rounds=rounds)


def _yett(tools: Tools, folder: Path, *arguments: str) -> Contender:
    command = (tools.yett, "check", "--no-store", *arguments)  # cold: nothing is taken from a run before
    return Contender("yett", command, folder, (0, 1), _findings, (*command, "--format", "json"))


def _again(tools: Tools, folder: Path, *arguments: str, name: str = "yett, again") -> Contender:
    """The same with what a run before has found."""
    command = (tools.yett, "check", *arguments)
    return Contender(name, command, folder, (0, 1, 3), _findings, (*command, "--format", "json"))


def _betterleaks(tools: Tools, folder: Path, kind: str, *arguments: str) -> Contender:
    command = (tools.betterleaks, kind, "--no-banner", "--redact", "--silent", "--output=-", *arguments)
    return Contender("Betterleaks", command, folder, (0, 1), _findings)


def _kingfisher(
    tools: Tools, folder: Path, work: Path, *arguments: str, name: str = "Kingfisher", rounds: int = 0
) -> Contender:
    cache = str(work / "kingfisher")
    quiet = ("--no-validate", "--no-update-check", "--quiet", "--redact", "--format=json")
    command = (tools.kingfisher, "scan", *quiet, f"--rule-cache-dir={cache}", *arguments)
    return Contender(name, command, folder, (0, 200), _findings, rounds=rounds)


def _bandit(tools: Tools, folder: Path, *arguments: str, rounds: int = 0) -> Contender:
    command = (tools.bandit, "--quiet", "--format=json", *arguments)
    return Contender("bandit", command, folder, (0, 1), _bandit_results, rounds=rounds)


def _pip_audit(tools: Tools, folder: Path, work: Path, service: str, rounds: int = 0) -> Contender:
    command = (
        *(tools.pip_audit, "--requirement=requirements.txt", "--no-deps", "--disable-pip", "--format=json"),
        *("--vulnerability-service=osv", f"--osv-url={service}", "--progress-spinner=off"),
        f"--cache-dir={work / 'pip-audit'}",
    )
    return Contender("pip-audit", command, folder, (0, 1), _vulnerabilities, rounds=rounds)


def _findings(printed: bytes) -> int:
    return len(json.loads(printed)["findings"])


def _results(printed: bytes) -> int:
    return sum(map(len, json.loads(printed)["results"].values()))


def _bandit_results(printed: bytes) -> int:
    report = json.loads(printed)
    if report["errors"]:
        raise ValueError(f"{len(report['errors'])} files not read")
    return len(report["results"])


def _issues(printed: bytes) -> int:
    """As above, of a tree that has files in it which are no Python on purpose."""
    return len(json.loads(printed)["results"])


def _vulnerabilities(printed: bytes) -> int:
    return sum(len(each["vulns"]) for each in json.loads(printed)["dependencies"])


def _locations(printed: bytes) -> int:
    return printed.count(b"\nLocation:")
