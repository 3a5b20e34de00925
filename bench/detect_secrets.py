"""`python -m bench.detect_secrets FOLDER…`: our engine against `detect-secrets scan`, what they say and what it costs.

The same findings (path, kind, line, hash) from every file below each folder, or the differences; then the CPU of the
two, measured in turns, processes and imports included.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.measure import Contender, Sample, environment, run

PROGRAM = """
import gc, json, os, sys
gc.freeze()
from yett.checks._detect_secrets import Told, look
from yett.model import Blob

looked = look()
found, gaps = {}, []
for folder, folders, names in os.walk("."):
    folders.sort()
    for name in names:
        path = os.path.relpath(os.path.join(folder, name), ".")
        if os.path.islink(path) or not os.path.isfile(path):
            continue
        with open(path, "rb") as file:
            blob = Blob(path, "", file.read())
        for each in looked(blob):
            if isinstance(each, Told):
                found.setdefault(path, []).append([each.finding.rule, each.finding.line, each.hashed])
            else:
                gaps.append([each.path, each.line, each.reason])
json.dump({"results": found, "gaps": gaps}, sys.stdout)
"""
"""What the engine says of every file, as JSON."""


class Said(NamedTuple):
    """Every finding as path, rule, line and hash, and every gap as path, line and reason."""

    findings: set[tuple[str, str, int, str]]
    gaps: list[tuple[str, int, str]]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.detect_secrets", description="Compare with detect-secrets.")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=1, help="turns for the cost (default: 1)")
    options = parser.parse_args(arguments)
    differences = 0
    with tempfile.TemporaryDirectory() as work:
        for folder in options.folders:
            differences += compare(folder.resolve(), options.rounds, Path(work))
    return int(bool(differences))


def compare(folder: Path, rounds: int, work: Path) -> int:
    """Prints what the two say of a folder and what it costs; the number of differences is the result."""
    samples: dict[str, list[Sample]] = {"ours": [], "detect-secrets": []}
    printed = {}
    for _ in range(rounds):
        for name, command in commands().items():
            contender = Contender(name, command, folder, (0,), len)
            sample, printed[name] = run(contender, command, work, environment(work))
            samples[name].append(sample)
    mine, theirs = ours(printed["ours"]), library(printed["detect-secrets"])
    lines = [f"  only {name}: {each}" for name, more in (
        ("ours", mine.findings - theirs.findings), ("detect-secrets", theirs.findings - mine.findings)
    ) for each in sorted(more)]  # fmt: skip
    print(f"{folder.name}: {len(theirs.findings)} findings compared, {len(lines)} differ, {len(mine.gaps)} gaps")
    for line in (*lines, *(f"  gap: {gap}" for gap in mine.gaps)):
        print(line)
    cpu = {name: median(sample.cpu for sample in taken) for name, taken in samples.items()}
    share = median(a.cpu / b.cpu for a, b in zip(samples["ours"], samples["detect-secrets"], strict=True))
    print(f"  {cpu['ours']:.2f} s of CPU against {cpu['detect-secrets']:.2f} s: {share:.2%}", flush=True)
    return len(lines)


def commands() -> dict[str, tuple[str, ...]]:
    theirs = str(Path(sys.executable).with_name("detect-secrets"))
    return {
        "ours": (sys.executable, "-P", "-c", PROGRAM),
        "detect-secrets": (theirs, "scan", "--no-verify", "--all-files", "."),
    }


def ours(printed: bytes) -> Said:
    said = json.loads(printed)
    return Said(
        {(path, rule, line, hashed) for path, all_ in said["results"].items() for rule, line, hashed in all_},
        [tuple(gap) for gap in said["gaps"]],
    )


def library(printed: bytes) -> Said:
    from yett.rules.secrets_detect import rule

    results = json.loads(printed)["results"]
    return Said(
        {
            (path, rule(each["type"]).id, each["line_number"], each["hashed_secret"])
            for path, all_ in results.items()
            for each in all_
        },
        [],
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
