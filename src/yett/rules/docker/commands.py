"""Options of the programs that builds call."""

from __future__ import annotations

from collections.abc import Iterator

from yett.parse import shell
from yett.parse.shell import Word

_CURL_TAKES_VALUE = frozenset("oHdXuAebcmTwxyzEFKQrtCDPUYh")


def find(command: shell.Command, *options: str) -> Word | None:
    """The first word that is one of the options, with or without `=value`."""
    for word in shell.argv(command)[1:]:
        if word.text.partition("=")[0] in options:
            return word
    return None


def curl_flag(command: shell.Command, letter: str) -> Word | None:
    """The word that holds a one-letter option of curl, alone or in a bundle such as `-fsSLk`."""
    for word in shell.argv(command)[1:]:
        if not word.text.startswith("-") or word.text.startswith("--"):
            continue
        for found in word.text[1:]:
            if found == letter:
                return word
            if found in _CURL_TAKES_VALUE:
                break
    return None


def settings(command: shell.Command, *options: str) -> Iterator[tuple[Word, str]]:
    """What options that take a setting are given: `-o Name=value`, `-oName=value`, `--setopt=name=value`."""
    words = shell.argv(command)[1:]
    for index, word in enumerate(words):
        for option in options:
            if word.text == option and index + 1 < len(words):
                yield words[index + 1], words[index + 1].text
            elif word.text.startswith(option) and word.text != option:
                yield word, word.text[len(option) :].removeprefix("=")
