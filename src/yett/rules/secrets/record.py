"""What a secret rule is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from yett.lean import NamedTuple
from yett.model import Confidence, Rule, Severity


class Found(NamedTuple):
    """A secret in a text: where its value starts and ends, and what speaks for it or against it.

    `doubt` completes "probably not real: …" and makes the confidence low. `note` is added to the message; neither ever
    holds a part of the value. `expires` is the last day (ISO 8601, UTC) on which it opens anything, "" where it does
    not say so: whether that is past is for the day of the verdict to tell.
    """

    start: int
    end: int
    confidence: Confidence
    doubt: str = ""
    note: str = ""
    severity: Severity | None = None
    expires: str = ""


Reader = Callable[[bytes, list[int], str], Iterable[Found]]
"""(text, offsets just after the keywords in it, path of the file) to what was found."""


class Secret(NamedTuple):
    """A kind of secret: what it is, why it matters, how to fix it, what it catches and what it leaves alone.

    Where one of the `keywords` (ASCII, in any case) stands in a file, `pattern` (RE2, bytes) is tried within `width`
    bytes on either side of it; the value is the first group, or all of the match. A value that goes on beyond the match
    with a letter or digit is something else. `near` names words one of which has to stand within `width` as well.
    `holds` says whether a value has the structure that all of them have; `checksum` says the same of the check digits,
    or None where there are none. What no pattern can describe has a `read` in place of it.
    `rank` decides whose finding it is where two overlap: the higher. `far`: `read` looks at more than 800 bytes on
    either side of a keyword. `files` are names of files (lower case, see `calls`) that say by themselves what is in
    them: there `read` is asked without a keyword as well, then with no offsets, and reads the file as a whole.
    `doubt` completes "probably harmless: …" and makes the confidence of every value low.
    """

    id: str
    title: str
    severity: Severity
    keywords: tuple[str, ...]
    why: str
    fix: str
    pattern: str = ""
    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()
    confidence: Confidence = Confidence.HIGH
    revoke: str = ""
    width: int = 400
    near: tuple[str, ...] = ()
    holds: Callable[[str], bool] | None = None
    checksum: Callable[[str], bool | None] | None = None
    read: Reader | None = None
    rank: int = 3
    refs: tuple[str, ...] = ()
    far: bool = False
    files: tuple[str, ...] = ()
    doubt: str = ""

    @property
    def rule_id(self) -> str:
        return f"secrets/{self.id}"


def calls(path: str) -> tuple[str, str, str]:
    """What a file's name matches in `files`: "vault-pass.txt" is called that, "*.txt" and "*pass.txt".

    In front of the last stands what the words of a name begin with: ".", "-" or "_".
    """
    name = path[path.rfind("/") + 1 :].lower()
    name = name[name.rfind("!") + 1 :]  # in an archive
    last = max(name.rfind("_"), name.rfind("-")) + 1
    return name, f"*{name[name.rfind('.') :]}" if "." in name else "", f"*{name[last:]}"


ROTATE = "Rotate it first, then remove it from the history."


def rule(secret: Secret) -> Rule:
    """The catalogue's view of a secret."""
    return Rule(
        id=secret.rule_id,
        title=secret.title,
        severity=secret.severity,
        why=secret.why,
        fix=f"{secret.fix} {ROTATE}",
        confidence=secret.confidence,
        refs=("CWE-798", "PCI DSS 8.6.2", *secret.refs, *((secret.revoke,) if secret.revoke else ())),
        bad=secret.bad,
        good=secret.good,
    )


def assigned(names: str, body: str, need: str = "") -> str:
    """A pattern for `names … = "body"`: the name, the rest of the key, an assignment, the value.

    For kinds whose value has no mark of its own, so that only the key tells whose it is. `names`, `body` and `need` are
    RE2; the key has to go on with one of `need`. The group is the value.
    """
    key = rf"(?i:(?:{names})[\w .\-]{{0,24}}(?:{need}))\w{{0,16}}" if need else rf"(?i:{names})[\w .\-]{{0,32}}"
    return (
        rf"{key}(?:\\?[\"'`])?\]?[ \t]{{0,4}}(?::[ \t]?\w{{1,16}}[ \t]?=|:=|=>|=|:|,|\()[ \t]{{0,4}}"
        rf"(?:[rbu]?\\?[\"'`])?({body})"
    )


_ESCAPES = frozenset((b"\\n", b"\\r", b"\\t"))


def begins(data: bytes, start: int) -> bool:
    """Whether a value does not go on to the left: the "n" of "\\n" and the "3D" of "%3D" are no part of it."""
    before = data[start - 1 : start] if start else b""
    if not _word(before) or not _word(data[start : start + 1]) or data[max(0, start - 2) : start] in _ESCAPES:
        return True
    return data[max(0, start - 3) : max(0, start - 2)] == b"%" and data[start - 2 : start].isalnum()


def ends(data: bytes, end: int) -> bool:
    """Whether a value does not go on to the right."""
    return not _word(data[end - 1 : end]) or not _word(data[end : end + 1])


def _word(char: bytes) -> bool:
    return char.isalnum() or char == b"_"


def binary(data: bytes) -> bool:
    """Whether so much of a file is NUL that what stands in it was not written by anybody."""
    return data.find(0, 0, 65_536) >= 0 and data.count(b"\0", 0, 65_536) * 200 > min(len(data), 65_536)
