"""mix.lock (https://hexdocs.pm/mix/Mix.Tasks.Deps.Get.html): an Elixir map of tuples, one dependency in each line."""

from __future__ import annotations

import re

from yett.parse.lockfiles.lines import Entries, Lines, without_user
from yett.parse.lockfiles.lock import Lock, LockError

_ENTRY = re.compile(
    r'"(?P<key>[^"\\\n]*)"\s*:\s*\{\s*:(?P<kind>\w+)\s*,\s*'
    r'(?::"?(?P<name>[\w.-]+)"?|"(?P<address>[^"\\\n]*)")\s*,\s*"(?P<version>[^"\\\n]*)"(?P<rest>[^\n]*)'
)
_START = re.compile(r'^[ \t%{]*"([^"\n]*)"\s*:\s*\{', re.MULTILINE)
_ASKED = re.compile(r"\{\s*:(\w+)\s*,")


def parse(text: str) -> Lock:
    """What the file says. Raises LockError."""
    if text.strip() and not text.lstrip().startswith("%{"):
        raise LockError("is not a mix.lock: it is no map")
    if text.strip() and not text.rstrip().endswith("}"):
        raise LockError("is not a mix.lock: its map does not end")
    lines = Lines(text)
    found = Entries("Hex")
    known: set[int] = set()
    for match in _ENTRY.finditer(text):
        place = lines.at(*match.span("key"))
        known.add(match.start("key"))
        if match["kind"] == "hex" and match["name"]:
            rest = match["rest"]
            hashed = re.match(r'\s*,\s*"([0-9a-f]*)"', rest)
            asked = rest.partition("], [")[2]
            found.add(
                match["name"],
                match["version"],
                place,
                key=match["key"],
                requires=tuple(_ASKED.findall(asked)),
                integrity=hashed[1] if hashed else "",
            )
        elif match["kind"] == "git" and match["address"]:
            address = without_user(match["address"])
            why = f"comes from a repository, {address}, whose version is not known here"
            found.skip(place, match["key"], why, named=True, key=match["key"])
        else:
            found.skip(place, match["key"], "has no usable version here", named=True)
    for start in _START.finditer(text):
        if start.start(1) not in known:
            place = lines.at(*start.span(1))
            found.skip(place, start[1], "is nothing that mix would understand", understood=False)
    if text.strip("%{} \t\r\n") and not found.locked and not found.skipped:
        raise LockError("holds nothing that mix would understand")
    found.skipped.sort(key=lambda item: item.line)
    return Lock(tuple(found.locked), tuple(found.skipped), ecosystem="Hex")
