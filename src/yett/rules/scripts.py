"""What shell scripts do that matters to more than one family."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from yett.parse.shell import Command, Word, argv, pipelines, program, walk

SHELLS = ("sh", "bash", "ash", "dash", "zsh", "ksh", "fish")
_INTERPRETERS = (*SHELLS, "python", "python2", "python3", "perl", "ruby", "node", "php", "pwsh", "powershell")
_DOWNLOADERS = (
    "curl",
    "wget",
    "fetch",
    "aria2c",
    "http",
    "https",
    "iwr",
    "irm",
    "invoke-webrequest",
    "invoke-restmethod",
)
_EVALUATORS = ("eval", "source", ".", "iex", "invoke-expression")


def unseen_downloads(commands: tuple[Command, ...]) -> Iterator[tuple[Word, str]]:
    """Programs that run what a download gives without anybody having looked at it: the program and its source.

    `curl … | sh`, `bash <(curl …)`, `eval "$(curl …)"`, `sh -c "$(curl …)"`, `iex ((…).DownloadString('…'))`.
    """
    filled = dict(_filled(commands))
    for pipeline in _all_pipelines(commands):
        piped = ""
        for command in pipeline:
            words = argv(command)
            name = program(command).lower()
            if not words:
                continue
            source = piped if _reads_script(name, words[1:]) else ""
            piped = piped or _download(command)
            source = source or _substituted(command, name) or _from_variable(command, name, filled)
            if source:
                yield words[0], source


def _all_pipelines(commands: tuple[Command, ...]) -> Iterator[tuple[Command, ...]]:
    yield from pipelines(commands)
    for command in commands:
        for word in command.words:
            if word.inner:
                yield from _all_pipelines(word.inner)


def _reads_script(name: str, arguments: tuple[Word, ...]) -> bool:
    """Whether a program takes its code from standard input: no file and no `-c` or `-m` among its arguments."""
    if name in ("iex", "invoke-expression"):
        return True
    if name in ("source", "."):
        return bool(arguments) and arguments[0].text == "/dev/stdin"
    if name not in _INTERPRETERS:
        return False
    for word in arguments:
        if word.text in ("-", "-s", "--", "/dev/stdin"):
            return True
        if not word.text.startswith("-"):
            return False
        if re.fullmatch(r"-[a-zA-Z]*[cme][a-zA-Z]*", word.text) and not _is_shell_flags(name, word.text):
            return False
    return True


def _is_shell_flags(name: str, text: str) -> bool:
    """`sh -ex` sets options, while `python -m` and `perl -e` name what to run."""
    return name in SHELLS and "c" not in text


def _substituted(command: Command, name: str) -> str:
    """The source of a download in the code that an evaluator or interpreter is given in its words."""
    words = argv(command)
    evaluates = name in _EVALUATORS
    for position, word in enumerate(words[1:], 1):
        file = word.text.startswith("<(")
        code = name in _INTERPRETERS and re.fullmatch(r"-[a-zA-Z]*c", words[position - 1].text) is not None
        if evaluates and (source := _unsettled(_asked_by_method(word))):
            return source
        if evaluates or code or (file and name in _INTERPRETERS):
            for inner in walk(word.inner):
                if source := _download(inner):
                    return source
    if name in _INTERPRETERS:
        for redirect in command.redirects:
            for inner in walk(redirect.target.inner) if redirect.operator in ("<<<", "<") else ():
                if source := _download(inner):
                    return source
    return ""


def _filled(commands: tuple[Command, ...]) -> Iterator[tuple[str, str]]:
    """The variables that hold a download, and its source."""
    for command in walk(commands):
        for word in command.words:
            name, equals, _ = word.text.partition("=")
            if equals and name.isidentifier() and word.inner:
                for inner in walk(word.inner):
                    if source := _download(inner):
                        yield name, source


def _from_variable(command: Command, name: str, filled: dict[str, str]) -> str:
    """The source of a download that was kept in a variable and is run now: `eval "$CODE"`."""
    words = argv(command)
    for position, word in enumerate(words[1:], 1):
        code = name in _INTERPRETERS and re.fullmatch(r"-[a-zA-Z]*c", words[position - 1].text) is not None
        variable = word.text.strip("${}") if word.text.startswith("$") else ""
        if variable in filled and (name == "eval" or code):
            return filled[variable]
    return ""


_LOCAL = re.compile(r"(?:https?://)?(?:localhost|127\.|\[::1\]|host\.docker\.internal)", re.IGNORECASE)
_PINNED = re.compile(
    r"https://(?:raw\.githubusercontent\.com/[\w.-]+/[\w.-]+|github\.com/[\w.-]+/[\w.-]+/raw)/[0-9a-f]{40}/",
    re.IGNORECASE,
)
"""A file of a commit: nobody can change what stands there."""


def _download(command: Command) -> str:
    """What a command downloads: its address, or "" for no download, one from this very machine, or a file that cannot
    have changed since its address was written."""
    if program(command).lower() in _DOWNLOADERS:
        words = argv(command)[1:]
        address = next((word.text for word in words if "://" in word.text), "")
        address = address or next((word.text for word in words if word.text and not word.text.startswith("-")), "")
    else:
        address = next(filter(None, (_asked_by_method(word) for word in command.words)), "")
    return _unsettled(address)


_METHOD = re.compile(r"\.DownloadString\(\s{0,20}['\"]([^'\"]{1,500})['\"]", re.IGNORECASE)
"""How PowerShell downloads through .NET: `(New-Object Net.WebClient).DownloadString('…')`."""


def _asked_by_method(word: Word) -> str:
    match = _METHOD.search(word.text)
    return match[1] if match else ""


def _unsettled(address: str) -> str:
    return "" if _LOCAL.match(address) or _PINNED.match(address) else address


_CHECKS = re.compile(
    r"\b(?:sha\d*sum|shasum|b2sum|md5sum)\b[^|;&\n]{0,200}\s(?:-\w{0,9}c\w{0,9}|--check|--status)\b"
    r"|\bgpg2?\b[^|;&\n]{0,200}--verify\b|\bgpgv\b"
    r"|\bcosign\s+verify|\bminisign\s+-\w{0,9}V|\bsignify\s+-\w{0,9}V|\bopenssl\s+dgst\b[^|;&\n]{0,200}-verify"
)


@lru_cache(4)  # asked for each command of a script
def verifies(script: str) -> bool:
    """Whether a script compares a digest or checks a signature."""
    return _CHECKS.search(script) is not None
