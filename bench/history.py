"""`python -m bench.history`: the whole history of a repository, by yett and by its peers.

Without `--repository` one is made: files that grow and change for some thousand commits, with merges, packed as git
packs them. With `--check` what yett finds is compared with what it finds where it looks at all of every version.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.__main__ import WORK, table
from bench.jobs import Tools, _contender, _findings, _kingfisher, tools
from bench.measure import Contender, Job, compare, environment

COMMITS = 4000
FILES = 300


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.history", description="Compare scans of a whole history.")
    parser.add_argument("--repository", metavar="FOLDER", help="scan this one (default: one that is made)")
    parser.add_argument("--rounds", type=int, default=5, help="turns (default: 5)")
    parser.add_argument("--check", action="store_true", help="compare with a look at all of every version")
    options = parser.parse_args(arguments)
    found = tools()
    if not found.yett:
        parser.error("yett is not installed: pip install '.[bench]'")
    env = environment(WORK)
    repository = Path(options.repository).resolve() if options.repository else made(WORK / "history")
    if options.check and not same(repository, env):
        return 1
    job = Job(f"Secrets in the history of {repository.name}", tuple(contenders(found, repository)))
    rows = compare(job, options.rounds, WORK, env | _where(repository), _say)
    print(table(job, rows), flush=True)
    return int(bool(rows[0].failure))


def contenders(found: Tools, repository: Path) -> Iterator[Contender]:
    command = (found.yett, "history", "--no-cache", "--format", "json")
    yield Contender("yett", command, repository, (0, 1), lambda printed: printed.count(b'"fingerprint"'))
    if found.kingfisher:
        yield _kingfisher(found, repository, WORK, ".")
    if found.betterleaks:
        quiet = ("git", "--no-banner", "--redact", "--silent", "--output=-", ".")
        yield _contender("Betterleaks", repository, (0, 1), _findings, found.betterleaks, *quiet)


def same(repository: Path, env: dict[str, str]) -> bool:
    """Whether both ways find the same in the same versions."""
    from yett import git
    from yett.checks import secrets
    from yett.history.survey import Request, survey

    place = git.find(str(repository), env | _where(repository))
    compared, whole = (survey(Request(place, secrets.digest(), compared=way)) for way in (True, False))
    _say(
        f"{whole.versions} versions, {len(whole.marks)} with something in them; the same both ways: {compared == whole}"
    )
    return compared == whole


def _where(repository: Path) -> dict[str, str]:
    """git has to be told of a bare repository that it is meant."""
    return {} if (repository / ".git").exists() else {"GIT_DIR": str(repository)}


def made(folder: Path) -> Path:
    """A repository of `COMMITS` commits, made once, the same each time."""
    if (folder / ".git").is_dir():
        return folder
    folder.mkdir(parents=True)
    env = environment(WORK) | {
        f"GIT_{who}_{key}": "a@b" for who in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")
    }

    def run(*arguments: str, given: bytes | None = None) -> None:
        subprocess.run(("git", *arguments), cwd=folder, env=env, input=given, check=True, capture_output=True)

    run("init", "--quiet", "--initial-branch=main")
    run("fast-import", "--quiet", given=b"".join(_stream()))
    run("repack", "-a", "-d", "-f", "--depth=50", "--quiet")
    run("reset", "--hard", "--quiet", "main")
    return folder


_WORDS = (
    "order",
    "checkout",
    "total",
    "address",
    "token",
    "password",
    "key",
    "return",
    "if",
    "for",
    "self",
    "None",
    "=",
    "(x)",
)


def _stream() -> Iterator[bytes]:
    """The commits in the format of git-fast-import(1)."""
    dice = random.Random(20)
    files = {f"app{number % 20}/module{number}.py": _lines(dice, dice.randrange(30, 1500)) for number in range(FILES)}
    names = sorted(files)
    mark = 0
    last: list[int] = []
    for number in range(COMMITS):
        changed = names if not number else dice.sample(names, dice.randrange(1, 6))
        blobs = []
        for name in changed:
            lines = files[name]
            for _ in range(dice.randrange(1, 12)):
                at = dice.randrange(len(lines))
                lines[at : at + dice.randrange(3)] = _lines(dice, dice.randrange(1, 4))
            content = "\n".join(lines).encode()
            mark += 1
            blobs.append((name, mark))
            yield b"blob\nmark :%d\ndata %d\n%s\n" % (mark, len(content), content)
        mark += 1
        merged = b"merge :%d\n" % dice.choice(last[:-1]) if number % 50 == 49 else b""
        parent = b"from :%d\n" % last[-1] if last else b""
        yield b"commit refs/heads/main\nmark :%d\ncommitter A <a@b> %d +0000\ndata 1\nx\n" % (mark, 1.6e9 + number)
        yield parent + merged + b"".join(b"M 100644 :%d %s\n" % (blob, name.encode()) for name, blob in blobs)
        last.append(mark)


def _lines(dice: random.Random, count: int) -> list[str]:
    return [" ".join(dice.choices(_WORDS, k=dice.randrange(2, 12))) for _ in range(count)]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
