"""What scripts find out that outsiders wrote: titles and branches by `gh`, names of files by `git`.

`gh`: https://cli.github.com/manual/gh_pr_view and https://docs.github.com/en/rest/pulls/pulls
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from yett.lean import NamedTuple
from yett.parse import shell
from yett.parse.shell import Command, Word
from yett.rules.github_actions.outputs import VARIABLE

Pipeline = tuple[Command, ...]

_FIELDS = (
    r"(?<![\w-])(?:title|body|headRefName|head_branch|filename|message|messageHeadline|messageBody|path)(?![\w-])"
    r"|\bhead\.ref\b"
)
"""What the author of an issue or pull request chooses freely. His login and the numbers can hold no code."""
_ENDPOINT = r"/(?:pulls|issues|comments|commits)(?:/|\?|$)"
_NAMES_ONLY = ("--name-only", "--name-status")
_PASSING = ("jq", "head", "tail", "tr", "sort", "uniq", "xargs", "paste", "tee", "cat", "grep", "sed", "awk", "cut")
_NARROW = r"\[\^|\[\[?:|0-9|\\d|@(?:base64|json|sh|uri)\b|\blength\b"
_MAX_STEPS = 20


class Asked(NamedTuple):
    """A text of outsiders. `lines` says that it can hold several."""

    what: str
    lines: bool


def asked(commands: tuple[Command, ...], said: Iterable[tuple[Word, ...]], files: bool) -> Iterator[Asked | None]:
    """What of outsiders' texts is in each of some words of a script, by substitution or by a variable; None for none,
    and for what a pattern was held against. `files`: whether the names of changed files are theirs."""
    good = checked(commands)
    known = {name: word for name, word in _assigned(commands) if name not in good}
    return (_in_words(words, known, files) for words in said)


def _in_words(words: tuple[Word, ...], known: dict[str, Word], files: bool) -> Asked | None:
    waiting = list(words)
    seen: set[str] = set()
    for _ in range(_MAX_STEPS):
        if not waiting:
            break
        word = waiting.pop(0)
        for pipeline in shell.pipelines(word.inner):
            if not _narrows(pipeline):
                if said := _told(pipeline, files):
                    return said
                if shell.program(pipeline[0]) in ("echo", "printf"):
                    waiting += pipeline[0].words[1:]
        inside = {name for one in shell.walk(word.inner) for each in one.words for name in VARIABLE.findall(each.text)}
        names = {name for name in VARIABLE.findall(word.text) if name in known} - inside - seen
        waiting += (known[name] for name in sorted(names))
        seen |= names
    return None


def _assigned(commands: tuple[Command, ...]) -> Iterator[tuple[str, Word]]:
    """The variables that are filled by substitution, and with what."""
    for command in commands:
        for word in command.words:
            name, equals, _ = word.text.partition("=")
            if equals and name.isidentifier() and word.inner:
                yield name, word


def checked(commands: tuple[Command, ...]) -> frozenset[str]:
    """The variables that must match a pattern from start to end."""
    return frozenset(_matched(commands))


def _matched(commands: tuple[Command, ...]) -> Iterator[str]:
    for command in commands:
        texts = [word.text for word in command.words]
        for index, text in enumerate(texts[1:-1], 1):
            if text == "=~" and texts[index + 1].startswith("^") and texts[index + 1].endswith("$"):
                yield from VARIABLE.findall(texts[index - 1])


def _narrows(pipeline: Pipeline) -> bool:
    """Whether little gets through: a number, a digest, what a pattern allows; or nobody can tell."""
    for index, command in enumerate(pipeline):
        texts = [word.text for word in command.words]
        options = {letter for text in texts[1:] if re.fullmatch(r"-\w+", text) for letter in text[1:]}
        name = shell.program(command)
        if index and name not in _PASSING:
            return True
        if (name == "grep" and options & {"c", "q"}) or (name == "tr" and options & {"d", "c", "C"}):
            return True
        if any(re.search(_NARROW, text) for text in texts):
            return True
        queries = [text for text in texts if text.strip()[:1] in (".", "[") or "|" in text] if name == "jq" else []
        picked = [_picked(text) for text in queries]
        if any(re.search(r"\.[A-Za-z]", text) for text in picked):
            return not any(re.search(_FIELDS, text) for text in picked)
    return False


_CONDITION = (
    r"\b(?:select|any|all|contains|inside|startswith|endswith|test|match|index|has|sort_by|max_by|min_by)\s*\([^()]*\)"
)
_MAX_NESTED = 8


def _picked(query: str) -> str:
    """A query of jq without what it only decides by."""
    for _ in range(_MAX_NESTED):
        query, changed = re.subn(_CONDITION, "", query)
        if not changed:
            break
    return query


_LINES = ("body", "message", "messageBody", "filename", "path")


def _told(pipeline: Pipeline, files: bool) -> Asked | None:
    """What a pipeline gives of outsiders' texts."""
    first = [word.text for word in shell.argv(pipeline[0])]
    picks = _after(first, ("-q", "--jq", "-t", "--template"))
    picks += " ".join(word.text for one in pipeline[1:] if shell.program(one) == "jq" for word in one.words)
    picks = _picked(picks)
    match first[:3]:
        case ["gh", "pr" | "issue" as what, "view" | "list"] if "--json" in first:
            field = re.search(_FIELDS, picks or _after(first, ("--json",)))
            of = "pull request" if what == "pr" else what
            return Asked(f"the {field[0]} of the {of}", bool(picks) and field[0] in _LINES) if field else None
        case ["gh", "pr", "diff"] if "--name-only" in first:
            return _NAMES
        case ["gh", "api", *_] if any(re.search(_ENDPOINT, text) for text in first[2:]):
            field = re.search(_FIELDS, picks)
            told = f"what the API says ({field[0] if field else 'all of it'})"
            return Asked(told, field is not None and field[0] in _LINES) if field or not picks else None
        case ["git", "diff" | "diff-tree" | "show", *_] if files and any(text in _NAMES_ONLY for text in first):
            return _NAMES
        case ["jq", *_] if any(VARIABLE.findall(text) == ["GITHUB_EVENT_PATH"] for text in first):
            query = next((text for text in first[1:] if text.startswith(".")), "")
            if re.fullmatch(_OF_EVENT, query):
                return Asked(f"github.event{query}", query.rpartition(".")[2] in _LINES)
    return None


_NAMES = Asked("the names of changed files", True)
_OF_EVENT = (
    r"\.(?:pull_request|issue|comment|review|discussion)\.(?:title|body|head\.(?:ref|label))"
    r"|\.head_commit\.message|\.workflow_run\.(?:head_branch|display_title)"
)


def _after(texts: list[str], options: tuple[str, ...]) -> str:
    """What is given with options: the words behind them that are no options."""
    return " ".join(text for before, text in pairwise(texts) if before in options)
