"""Credentials in what people write for people: notes, manuals, comments, tickets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yett.model import Confidence, Severity
from yett.rules.secrets.chosen import chosen, drawn, mixed
from yett.rules.secrets.lazy import Lazy
from yett.rules.secrets.record import Found, Secret

_NOTED = Lazy(
    rb"(?P<mark>[ \t]*(?:#|//|--|;|\*|<!--|REM )?[ \t>*+#|/-]*)[*_`]{0,2}(?:[A-Za-z][\w/.()-]{0,23}[ \t]){0,3}"
    rb"(?:pass(?:word|phrase|wd|code)?|pwd|pw)[*_`]{0,2}"
    rb"(?:[ \t]*:[*_`]{0,2}[ \t]*|[ \t]+is:?[ \t]+)[`\"'*]{0,2}([^\s`\"'<>|]{8,128})[`\"'*]{0,2}"
    rb"[ \t.|]*(?:-->|\*/)?[ \t]*\r?\Z",
    re.IGNORECASE,
)
_INLINE = Lazy(rb"[*_`]{0,2}[ \t]?[:=][*_`]{0,2}[ \t]?[`\"'*]{0,2}([^\s`\"'<>|,;)]{6,128})(?=[\s`\"'<|,;)*.]|\Z)")
# What a login goes with: a name for it, an address, a command.
_LOGIN = Lazy(
    rb"(?:\b(?:[a-z]{0,12}_?user(?:[ _-]?(?:name|id|account))?|[a-z]{0,6}_?id|log[io]n(?: as)?|account"
    rb"|e-?mail)[ \t]?[:=]"
    rb"|@(?:\d{1,3}\.){3}\d|\b(?:\d{1,3}\.){3}\d{1,3}|\b(?:ssh|sftp|scp|ftp)[ ]|\broot/)[^\n]{1,80}\Z",
    re.IGNORECASE,
)
_LOGIN_AFTER = Lazy(
    rb"[ \t,;/|]{1,4}(?:user(?:[ _-]?(?:name|id))?|id|log[io]n|account|e-?mail)[ \t]?[:=]", re.IGNORECASE
)
_LOGIN_ABOVE = Lazy(
    rb"(?:\n|\A)[^\n:=]{0,24}\b(?:user(?:[ _-]?(?:name|id))?|log[io]n|account|e-?mail)[*_`]{0,2}[ \t]?[:=]"
    rb"[^\n]{2,80}\n\Z",
    re.IGNORECASE,
)
_TEXTS = frozenset(("md", "markdown", "mdx", "txt", "rst", "adoc", "asciidoc", "org", "wiki", "textile", "text"))
_COMMENTS = (b"#", b"//", b"--", b";", b"*", b"<!--", b"REM ")


def _noted(data: bytes, ends: list[int], path: str) -> Iterator[Found]:
    """A line of a text or a comment that ends with the value: only what looks random, with digits, and is no code."""
    name = path.rpartition("/")[2].lower()
    written = name.rpartition(".")[2] in _TEXTS or "." not in name
    last = -1
    for end in ends:
        start = data.rfind(b"\n", max(0, end - 160), end) + 1
        if start <= last or (start == 0 and end > 160):
            continue
        stop = data.find(b"\n", end, end + 200)
        match = _NOTED.match(data[start : stop if stop >= 0 else end + 200])
        if match is None or not (written or match["mark"].lstrip().startswith(_COMMENTS)):
            if written:
                yield from _beside(data, start, end)
            continue
        last = start
        value = match[2].decode("utf-8", "replace").rstrip(".,;*_")
        if _CODE.search(value) or not any(map(str.isdigit, value)):
            continue
        place = start + match.start(2)
        told = mixed(value) or _LOGIN_ABOVE.search(data, max(0, start - 120), start)
        found = (chosen if told else drawn)(value, place, place + len(value.encode()))
        if found is not None:
            yield found


def _beside(data: bytes, start: int, end: int) -> Iterator[Found]:
    """A password somewhere in a line that has a login before it, where it need not look random, yet has digits."""
    if data[end - 1 : end] in (b":", b"="):
        end -= 1
    match = _INLINE.match(data, end, end + 200)
    if match is None:
        return
    value = match[1].decode("utf-8", "replace").rstrip(".*_")
    if not (_LOGIN.search(data, start, end) or _LOGIN_AFTER.match(data, match.end()) or mixed(value)):
        return
    if _CODE.search(value) or not any(map(str.isdigit, value)) or value.isdigit():
        return
    found = chosen(value, match.start(1), match.start(1) + len(value.encode()), 6)
    if found is not None:
        yield found


_CODE = Lazy(
    r"[(){}\[\]]|://|^[\w.-]+/|^\$|\w\.\w+\.|^0x|^sha\d+|^v?\d+\.\d|::|->|=>|^[\d.:-]+$|^[0-9a-f]{8}-[0-9a-f]{4}-"
)

NOTE = Secret(
    id="noted-credential",
    title="Credential in a note, a manual or a comment",
    severity=Severity.HIGH,
    keywords=(
        *("password:", "passwd:", "passphrase:", "password is", "pwd:", "pass:", "pw:", "password*", "password`"),
        *("password=", "passwd=", "pass=", "pwd=", "pw="),
    ),
    why="Whoever can read the note can use it, and notes are copied and forwarded.",
    fix="Change it, and write down where it is kept in place of it.",
    confidence=Confidence.MEDIUM,
    read=_noted,
    rank=1,
    bad=("# The admin password is " + "t7Vq2LxZw9\n", "; the password is " + "mZ4kQ8sT2v"),
    good=(
        "Password: see the password manager\n",
        "# The password is <your password>\n",
        "# password: str = None\n",
        "# the password is checked twice\n",
    ),
)

SECRETS = (NOTE,)
