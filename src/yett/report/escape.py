"""Text from the scanned tree made harmless for the place it is shown in: a terminal, a CI log, Markdown, JSON.

A file may be named like an escape sequence, a CI command or a table row. Whatever is not plainly printable is
written visibly instead: `\\x1b` for a control, `\\u202e` for a format character, `\\xff` for a byte of a file name
that is no UTF-8. A backslash that was there stays as it is: the result is for reading, not for decoding.
"""

from __future__ import annotations

import re

_IGNORABLE = (
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0x1BCA0, 0x1BCA3),
    (0xE0100, 0xE01EF),
)
"""Marks and letters that draw nothing (Unicode's Default_Ignorable_Code_Point, less the format characters).

They matter beyond looks: a GitHub runner searches its log for commands by the rules of a culture, which skip them.
"""

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}

MARKDOWN_LIMIT = 300


def _ignorable(code: int) -> bool:
    return any(low <= code <= high for low, high in _IGNORABLE)


def _visible(char: str) -> str:
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8, as PEP 383 brings it in
        return f"\\x{code - 0xDC00:02x}"
    if char.isprintable() and not _ignorable(code):
        return char
    if code < 0x80:
        return _NAMED.get(char, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(text: str) -> str:
    """The text on one line, with everything that draws nothing, moves the cursor or turns the writing written out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text))


def terminal(text: str) -> str:
    """One line for a terminal or a CI log that no CI takes for a command, wherever in a line it is put.

    GitHub's runner obeys `::name::` at the start of a line, leading white space aside, and `##[name]` anywhere;
    Azure Pipelines `##vso[`; TeamCity `##teamcity[`. So a colon that begins a word, and a `#` between `#` and a
    word with a bracket, become `\\x3a` and `\\x23`.
    """
    text = visible(text)
    if ":" in text:
        text = re.sub(r"(?:^|(?<= )):", r"\\x3a", text)
    if "##" in text:
        text = re.sub(r"(?<=#)#(?=[A-Za-z]*\[)", r"\\x23", text)
    return text


def cut(text: str, limit: int) -> str:
    """The text, or its beginning and "..." where it is longer than the limit."""
    return text if len(text) <= limit else text[: max(limit - 3, 0)] + "..."


def _shortened(text: str, limit: int) -> str:
    return cut(terminal(text[: limit + 1]), limit)  # escaping never shortens


def workflow_data(text: str) -> str:
    """The message of a GitHub workflow command; the escapes are those of GitHub's own toolkit."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """The value of a property (file, title) of a GitHub workflow command."""
    return workflow_data(text).replace(":", "%3A").replace(",", "%2C")


def markdown(text: str, limit: int = MARKDOWN_LIMIT) -> str:
    """Prose for GitHub's Markdown: no markup, no HTML, no mention, no reference, no link, on one line.

    Entities stand for themselves in Markdown and can open nothing; the zero-width space keeps `@`, `#`, `://` and
    `www.` from becoming a mention, a reference or a link after the Markdown was rendered.
    """
    return re.sub(
        r"(?P<list>^(?:[-+=]|\d+[.)]))|[@#]|:(?=//)|\bwww(?=\.)|[\\`*_\[\]<>&|~!$]",
        _prose,
        _shortened(text, limit).strip(" "),
        flags=re.IGNORECASE,
    )


def _prose(match: re.Match[str]) -> str:
    found = match[0]
    if not match["list"] and (found in "@#:" or found.lower() == "www"):
        return found + "\u200b"
    return f"{found[:-1]}&#{ord(found[-1])};"


def code(text: str, limit: int = MARKDOWN_LIMIT) -> str:
    """A code span for GitHub's Markdown that can stand in a table cell: its fence outruns every backtick inside."""
    text = _shortened(text, limit).replace("|", "\\x7c")  # a backslash before a pipe cannot be escaped in a cell
    if not text.strip():
        return f"`{text or ' '}`"
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if len(fence) > 1 or text[0] == text[-1] == " " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def fenced(text: str, language: str = "") -> str:
    """A code block for Markdown that its content cannot close."""
    fence = "`" * max(3, max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def quoted(text: str) -> str:
    """A double-quoted YAML scalar (YAML 1.2, section 7.3.1) that is the text, safe in a CI log.

    The text holds no surrogates: YAML has no way to write them.
    """
    escapes = {'"': '\\"', "\\": "\\\\"}
    body = "".join(escapes.get(char) or _visible(char) for char in text)
    return '"' + body.replace("##", "#\\x23") + '"'


def unicode(text: str) -> str:
    """The text with surrogates written visibly, so that it is valid in every encoding of Unicode."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(_visible(char) if 0xD800 <= ord(char) <= 0xDFFF else char for char in text)
    return text


def document(value: object) -> str:
    """JSON, two spaces deep, in ASCII alone; safe in a terminal and in a CI log as well as in a file.

    The strings of the value hold no surrogates: see `unicode`.
    """
    import json

    text = json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False)
    # Inside JSON "#" and DEL occur in strings only, so these escapes change no value.
    return text.replace("##", "#\\u0023").replace("\x7f", "\\u007f") + "\n"
