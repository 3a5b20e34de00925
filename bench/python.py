"""`python -m bench.python`: our engine and `yett bandit` against bandit, what they say and what it costs.

    python -m bench.python FOLDER…         the same findings from every Python file below these folders, the same JSON
                                           report, and what each of the two took
    python -m bench.python --fuzz 10000    the same findings and the same report for so many programs made by chance
    python -m bench.python --formats FOLDER…    every other format of the report as well

Bandit's own examples are in its source distribution: `pip download --no-deps --no-binary :all: bandit`.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from tests.fuzz_python import source
from tests.parity import bandit, difference, ours

from bench.measure import Contender, Sample, run

HERE = Path(__file__).resolve().parent

COMMAND = """
import gc, os, sys
gc.disable()
from yett.commands.bandit import run
sys.exit(run(sys.argv[1:], os.environ, print))
"""
"""What `yett bandit` does."""

BATCH = 500
"""Programs that are written and compared together."""

FORMATS = ("csv", "custom", "html", "sarif", "txt", "xml", "yaml")
"""Beside JSON, and `screen`, which writes to standard output only and is the same text with colours."""

CHANGING = re.compile(
    rb'"(?:generated_at|endTimeUtc)": "[^"]*"|^generated_at: .*$|^Run started:.*$|0x[0-9a-f]{6,}|Bandit.Issue.*at 0x.*',
    re.MULTILINE,
)
"""What no two runs of bandit write alike: the time, and addresses of nodes in some texts."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.python", description="Compare with bandit.")
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--fuzz", type=int, metavar="N", default=0, help="compare over N programs made by chance")
    parser.add_argument("--start", type=int, metavar="N", default=0, help="number of the first of them")
    parser.add_argument("--formats", action="store_true", help="compare every format of the report")
    parser.add_argument("--rounds", type=int, default=1, help="turns for the cost (default: 1)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as work:
        differences = [
            difference
            for part in (fuzzed(options.start, options.fuzz, Path(work)), folders(options, Path(work)))
            for difference in part
        ]
    for each in differences:
        print(each)
    return int(bool(differences))


def fuzzed(start: int, count: int, work: Path) -> Iterator[str]:
    """Differences over programs, the first of each batch."""
    issues = crashes = 0
    for first in range(start, start + count, BATCH):
        numbers = range(first, min(first + BATCH, start + count))
        folder = work / f"programs{first}"
        folder.mkdir()
        paths = [folder / f"p{number}.py" for number in numbers]
        for number, path in zip(numbers, paths, strict=True):
            path.write_text(source(number), encoding="utf-8")
        mine = ours(paths)
        issues += len(mine.issues)
        crashes += len(mine.crashes)
        found = difference(mine, bandit(paths)) or "".join(reports(folder, ("json",), work))
        if found:
            yield f"programs {first} to {numbers[-1]}: {found}"
        for path in paths:
            path.unlink()
        say(f"{numbers[-1] + 1 - start} programs, {issues} issues, {crashes} crashes of tests")
    if count:
        print(f"{count} programs from {start}: {issues} issues and {crashes} crashes of tests compared")


def folders(options: argparse.Namespace, work: Path) -> Iterator[str]:
    for folder in options.folders:
        paths = sorted(path for path in folder.rglob("*.py") if path.is_file())
        mine = ours(paths)
        found = difference(mine, bandit(paths))
        skipped = f"{len(mine.skipped)} skipped" if mine.skipped else "none skipped"
        print(f"{folder}: {len(paths)} files ({skipped}), {len(mine.issues)} issues compared", flush=True)
        if found:
            yield f"{folder}: {found}"
        yield from reports(folder, ("json", *(FORMATS if options.formats else ())), work)
        for row in costs(folder, options.rounds, work):
            print(row, flush=True)


def reports(folder: Path, forms: Sequence[str], work: Path) -> Iterator[str]:
    """Where the reports of the two commands differ in more than the time."""
    for form in forms:
        texts = []
        for name, command in commands().items():
            measure(command, folder, form, work / name)
            texts.append(CHANGING.sub(b"", (work / name).read_bytes()))
        if texts[0] != texts[1]:
            at = next((n for n, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), min(map(len, texts)))
            near = [text[max(0, at - 100) : at + 60] for text in texts]
            yield f"{folder}: reports in {form} differ: {near[0]!r}, {near[1]!r}"


def costs(folder: Path, rounds: int, work: Path) -> Iterator[str]:
    samples: dict[str, list[Sample]] = {name: [] for name in commands()}
    for _ in range(rounds):
        for name, command in commands().items():
            samples[name].append(measure(command, folder, "json", work / name))
    for name, taken in samples.items():
        wall, cpu, peak = (median(figures) for figures in zip(*taken, strict=True))
        yield f"  {name}: {wall:.2f} s, {cpu:.2f} s of CPU, {peak / 1e6:.0f} MB"


def measure(command: Sequence[str], folder: Path, form: str, report: Path) -> Sample:
    contender = Contender(
        report.name, (*command, "-q", "-r", str(folder), "-f", form, "-o", str(report)), HERE, (0, 1), len
    )
    env = {**os.environ, "PYTHONHASHSEED": "0"}  # sets that B103 quotes
    return run(contender, contender.command, report.parent, env)[0]


def commands() -> dict[str, tuple[str, ...]]:
    return {
        "ours": (sys.executable, "-c", COMMAND),
        "bandit": (os.path.join(os.path.dirname(sys.executable), "bandit"),),
    }


def say(what: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{what}, {time.strftime('%H:%M:%S')}")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
