"""Python of a newer grammar, rewritten so that an older one can read it: places stay where they are, as far as that
goes.

Python 3.12 lets an f-string hold the quotes it is written in (PEP 701) and takes parameters for types (PEP 695); Python
3.14 has template strings (PEP 750) and leaves out the parentheses of `except A, B:` (PEP 758). Shops move to all of it
at once, because formatters rewrite every file.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"#[^\n]*|(?:(?<!\w)(?P<prefix>[BbFfRrTtUu]{1,2}))?(?P<quote>\"\"\"|'''|\"|')")
_EXCEPT = re.compile(r"(?m)^(?P<word>[ \t]*except\*?[ \t]+)(?P<types>[\w.]+(?:[ \t]*,[ \t]*[\w.]+)+)(?=[ \t]*:)")
_PARAMETERS = re.compile(r"(?m)^(?P<head>[ \t]*(?:async[ \t]+)?(?:def|class|type)[ \t]+\w+)(?P<taken>\[[^\]\n]*\])")
_ALIAS = re.compile(r"(?m)^(?P<indent>[ \t]*)(?P<word>type[ \t]+)(?P<name>\w+)(?=[ \t]*=(?!=))")
_DEPTH = 5
"""F-strings in f-strings; nobody reads on after that."""


def older(text: str) -> str:
    """The text with every f-string of one line that has fields replaced by the shortest that has, without parameters of
    types, and with every list of exceptions in parentheses. Only what stands behind the last on its line moves."""
    pieces: list[str] = []
    at = 0
    while match := _TOKEN.search(text, at):
        pieces.append(text[at : match.start()])
        end = match.end()
        said = match[0]
        if match["quote"]:
            end = _end(text, match.end(), match["quote"], _is_formatted(match), 0)
            said = text[match.start() : end]
            field = _is_formatted(match) and "{" in said.replace("{{", "")
            if field and "\n" not in said and len(said) > 6:
                said = 'f"{_}"'.ljust(len(said))
        pieces.append(said)
        at = end
    plain = _PARAMETERS.sub(lambda match: match["head"] + " " * len(match["taken"]), "".join(pieces) + text[at:])
    plain = _ALIAS.sub(lambda match: match["indent"] + match["name"] + " " * len(match["word"]), plain)
    return _EXCEPT.sub(r"\g<word>(\g<types>)", plain)


def _is_formatted(match: re.Match[str]) -> bool:
    """Whether a string has fields: an f-string, or a template string of Python 3.14."""
    return not {"f", "t"}.isdisjoint((match["prefix"] or "").lower())


def _end(text: str, at: int, quote: str, formatted: bool, depth: int) -> int:
    """Where a string ends whose opening quote ends at a place; the end of the text where it is never closed."""
    while at < len(text):
        char = text[at]
        if text.startswith(quote, at):
            return at + len(quote)
        if char == "\n" and len(quote) == 1:
            return at  # never closed: the grammar says so
        if char == "\\" or (formatted and text.startswith("{{", at)):
            at += 2
        elif formatted and char == "{" and depth < _DEPTH:
            at = _field(text, at + 1, depth + 1)
        else:
            at += 1
    return len(text)


def _field(text: str, at: int, depth: int) -> int:
    """Where a replacement field ends whose brace ends at a place: behind its closing brace."""
    opened = 1
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match and match["quote"]:
            at = _end(text, match.end(), match["quote"], _is_formatted(match), depth)
            continue
        opened += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
        if not opened:
            return at
    return len(text)
