"""Measuring: every contender in turn, turn after turn, so that what disturbs the machine disturbs all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

METER = Path(__file__).with_name("meter.py")


class Contender(NamedTuple):
    """A tool at a job.

    `command` is what is timed. `count` gives the number of findings from what `counted` prints, which runs once
    before and is the same command where it is empty. `codes` are the exit codes of a run that did its work, findings
    or not. `rounds` is the most turns that a slow one takes part in, 0 for all; with 1 the run before is its turn.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    codes: tuple[int, ...]
    count: Callable[[bytes], int]
    counted: tuple[str, ...] = ()
    rounds: int = 0


class Job(NamedTuple):
    """The same work for several tools, the first of which is yett. `note` says where it is not quite the same."""

    title: str
    contenders: tuple[Contender, ...]
    note: str = ""


class Sample(NamedTuple):
    """One run: seconds of wall time, seconds of CPU of the process tree, bytes of its largest process at the peak."""

    wall: float
    cpu: float
    peak: int


class Row(NamedTuple):
    """What came out for a contender, or the reason why nothing did. The ratios are yett's share of its figures."""

    name: str
    findings: int = 0
    wall: float = 0.0
    cpu: float = 0.0
    peak: int = 0
    wall_ratio: float = 0.0
    cpu_ratio: float = 0.0
    rounds: int = 0
    failure: str = ""


class Failure(Exception):  # noqa: N818 - it is shown, not handled
    """A run that did not do its work."""


def run(contender: Contender, command: Sequence[str], work: Path, env: Mapping[str, str]) -> tuple[Sample, bytes]:
    """Runs a command once, with what it prints."""
    out, err = work / "stdout", work / "stderr"
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(METER), str(contender.folder), str(out), str(err), *command],
        env=dict(env),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise Failure(done.stderr.decode(errors="replace").strip().rpartition("\n")[2])
    figures = json.loads(done.stdout)
    if figures["code"] not in contender.codes:
        last = err.read_text(errors="replace").strip().rpartition("\n")[2] or "it says nothing"
        raise Failure(f"exit code {figures['code']}: {last[:200]}")
    return Sample(figures["wall"], figures["cpu"], figures["peak"]), out.read_bytes()


def compare(job: Job, rounds: int, work: Path, env: Mapping[str, str], say: Callable[[str], None]) -> list[Row]:
    """Runs every contender `rounds` times, in turns. A ratio is the median of the ratios of each turn."""
    samples: dict[str, list[Sample]] = {}
    findings: dict[str, int] = {}
    failures: dict[str, str] = {}
    for contender in job.contenders:  # warms the page cache and the rule caches, and shows what is broken
        say(f"{job.title}: {contender.name}")
        try:
            sample, printed = run(contender, contender.counted or contender.command, work, env)
            findings[contender.name] = contender.count(printed)
            samples[contender.name] = [sample] if contender.rounds == 1 else []
        except (Failure, ValueError, KeyError) as failure:
            failures[contender.name] = f"{failure}" if isinstance(failure, Failure) else f"not understood: {failure!r}"
    for turn in range(rounds):
        for contender in job.contenders:
            if contender.name in samples and contender.rounds != 1 and turn < (contender.rounds or rounds):
                say(f"{job.title}: {contender.name} {turn + 1} of {contender.rounds or rounds}")
                try:
                    sample, _ = run(contender, contender.command, work, env)
                    samples[contender.name].append(sample)
                except Failure as failure:
                    failures[contender.name] = f"{failure}"
                    del samples[contender.name]
    ours = samples.get(job.contenders[0].name, [])
    return [
        Row(each.name, failure=failures[each.name])
        if each.name in failures
        else row(each.name, findings[each.name], samples[each.name], ours)
        for each in job.contenders
    ]


def row(name: str, findings: int, samples: Sequence[Sample], ours: Sequence[Sample]) -> Row:
    turns = list(zip(ours, samples, strict=False))
    return Row(
        name,
        findings,
        median(each.wall for each in samples),
        median(each.cpu for each in samples),
        max(each.peak for each in samples),
        median(mine.wall / theirs.wall for mine, theirs in turns) if turns else 0.0,
        median(mine.cpu / theirs.cpu for mine, theirs in turns) if turns else 0.0,
        len(samples),
    )


def environment(work: Path) -> dict[str, str]:
    """What every tool gets: a home of its own, no proxy, no hook, no CI, no configuration of anybody's."""
    home = work / "home"
    home.mkdir(parents=True, exist_ok=True)
    return {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": os.environ["PATH"],
        "XDG_CACHE_HOME": str(home / ".cache"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "NO_COLOR": "1",
    }
