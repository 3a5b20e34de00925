"""Python source: bandit's tests on one version of one file, as findings and gaps of ours.

Nothing is read but the bytes handed in: no configuration, no `# nosec`, no neighbouring file. Setting findings aside is
a later stage, with rules of its own.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache, partial

from yett import __version__
from yett.checks import Check
from yett.lean import TYPE_CHECKING, Any
from yett.model import Blob, Confidence, Finding, Gap, Hit, Rule, Severity, finding

if TYPE_CHECKING:
    import ast

    from yett.checks._bandit import Crash, Engine, Issue
    from yett.checks._bandit.source import Source

NAME = "python"

LARGEST = 2 * 1024 * 1024
"""Bytes. A syntax tree takes about 80 times the memory of its source, and 900 times if the source is made for it;
what people write ends well below this, generated tables included."""

_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

_SEVERITIES = {"LOW": Severity.LOW, "MEDIUM": Severity.MEDIUM, "HIGH": Severity.HIGH}
_CONFIDENCES = {"LOW": Confidence.LOW, "MEDIUM": Confidence.MEDIUM, "HIGH": Confidence.HIGH}

_QUOTES_A_SECRET = frozenset({"B105", "B106", "B107"})
"""The tests whose text holds the password they found."""

_LONGEST_MESSAGE = 400


def load() -> Check:
    """The check. Bandit itself is imported when the first Python file comes."""
    from yett.checks._bandit import release
    from yett.checks._bandit.newer import interpreters

    found = release()
    pythons = "+".join([_PYTHON, *(interpreter.version for interpreter in interpreters()[:1])])
    digest = f"{NAME} yett-{__version__} bandit-{found or 'absent'} python-{pythons}"
    return Check(NAME, digest, wants, partial(inspect, found))


def wants(path: str) -> bool:
    """`*.py` and `*.pyw`. A stub (`*.pyi`) runs nowhere."""
    return path.lower().endswith((".py", ".pyw"))


def inspect(release: str, blob: Blob, here: bool = False) -> Iterator[Finding | Gap]:
    """What bandit of this release says of a file, in bandit's order, and what could not be looked at.

    A file that does not parse is shown to a newer Python if there is one, unless it is to be done `here`.
    """
    if not blob.data.strip():
        return
    try:
        engine = _engine(release)
    except ImportError as error:
        yield Gap(blob.path, NAME, f"bandit cannot be imported ({error}); reinstall yett", "crash")
        return
    tree = _parsed(blob)
    if isinstance(tree, Gap):
        yield from [tree] if here or not tree.line else _elsewhere(release, blob, tree)
        return
    yield from _odd_encoding(blob)
    yield from _blankets(blob)
    try:
        said = list(engine(tree, blob.data))
    except RecursionError:
        yield _too_deep(blob)
        return
    if said:
        yield from _report(blob, said)


def _elsewhere(release: str, blob: Blob, gap: Gap) -> Iterator[Finding | Gap]:
    from yett.checks._bandit import newer

    answer = newer.inspect(release, blob)
    if answer is None:
        yield gap
        return
    version, said = answer
    if any(isinstance(one, Gap) and one.kind == gap.kind for one in said):
        yield gap._replace(reason=gap.reason.replace(_STEP, f" and {version}; {_MEND}"))
    else:
        yield from said


def _odd_encoding(blob: Blob) -> Iterator[Finding]:
    """Python decodes a file as it declares, and most other readers do not: reviewers, editors, scanners."""
    if b"coding" not in blob.data[:_HEAD]:
        return
    from yett.checks._bandit.source import declared

    encoding, text = declared(blob.data)
    if encoding not in _ORDINARY and text:
        from yett.rules.python import ODD_ENCODING

        hidden = blob.data.isascii() and text != blob.data.decode("ascii")
        line = 1 if b"coding" in blob.data.split(b"\n", 1)[0] else 2
        what = "runs as other code than it looks like" if hidden else "is misread by whoever takes it for UTF-8"
        hit = Hit(
            line,
            1,
            f"The file declares the encoding {encoding}, and {what}.",
            subject=encoding,
            severity=None if hidden else Severity.MEDIUM,
        )
        yield finding(ODD_ENCODING, blob, hit)


_HEAD = 4096
"""Bytes in which a declaration is looked for; in lines longer than this, nobody puts one."""

_ORDINARY = frozenset({"ascii", "iso-8859-1", "utf-8", "utf-8-sig"})


def _blankets(blob: Blob) -> Iterator[Finding]:
    """The words themselves are not shown: what stands in a comment may be anything."""
    if b"nosec" not in blob.data:
        return
    from yett.checks._bandit.nosec import blankets
    from yett.rules.python import NOSEC_UNKNOWN

    for comment in blankets(blob.data):
        what = "This `# nosec` names no test that bandit knows, and so silences every test on its line."
        subject = " ".join(comment.text.split())
        hit = Hit(comment.line, comment.column, what, end_column=comment.end_column, subject=subject)
        yield finding(NOSEC_UNKNOWN, blob, hit)


@cache
def _engine(release: str) -> Engine:
    from yett.checks._bandit import engine

    return engine(release)


def _parsed(blob: Blob) -> ast.Module | Gap:
    import ast
    import warnings

    data = blob.data
    if len(data) > LARGEST:
        reason = (
            f"{len(data)} bytes are more than the {LARGEST} that are parsed; split the file or keep data out of code"
        )
        return Gap(blob.path, NAME, reason, "limit")
    if b"\0" in data:
        return Gap(blob.path, NAME, "holds NUL bytes, as UTF-16 text does and Python source may not; save it as UTF-8")
    try:
        with warnings.catch_warnings():  # about invalid escapes, on stderr
            warnings.simplefilter("ignore")
            return ast.parse(data)
    except SyntaxError as error:
        return _unparsable(blob, error.msg, error.lineno or 0)
    except (RecursionError, MemoryError):
        return _too_deep(blob)
    except ValueError as error:
        return _unparsable(blob, str(error), 0)


def _unparsable(blob: Blob, message: str, line: int) -> Gap:
    message = _plain(message, 200)
    if line and not any(words in message for words in _ABOUT_ENCODING):
        return Gap(blob.path, NAME, f"line {line}: {message} for Python {_PYTHON}{_STEP}", line=line)
    return Gap(blob.path, NAME, f"{message}; save the file as UTF-8, or declare an encoding that Python has", line=line)


_ABOUT_ENCODING = ("codec", "encoding problem", "encoding declared", "unknown encoding")
"""What Python's messages say where the file cannot be decoded; which of them, and on which line, differs by version."""

_STEP = "; run yett with a newer Python if this file is for one"
_MEND = "mend it, or exclude it if it is not meant to run"


def _too_deep(blob: Blob) -> Gap:
    return Gap(blob.path, NAME, "nested too deeply to be parsed; split the expression", "limit")


def _report(blob: Blob, said: list[Issue | Crash]) -> Iterator[Finding | Gap]:
    from yett.checks._bandit import Issue
    from yett.checks._bandit.source import Source

    source = Source(blob.data)
    crashes: list[Crash] = []
    for one in said:
        if isinstance(one, Issue):
            yield finding(_rule(one.test_id, one.test, one.severity), blob, _hit(one, source))
        else:
            crashes.append(one)
    yield from _crashed(blob, crashes)


def _hit(issue: Issue, source: Source) -> Hit:
    line, column, end_line, end_column = source.region(issue)
    return Hit(
        line,
        column,
        _message(issue.test_id, issue.text),
        end_line,
        end_column,
        subject=source.subject(issue),
        severity=_SEVERITIES.get(issue.severity, Severity.UNKNOWN),
        confidence=_CONFIDENCES.get(issue.confidence, Confidence.LOW),
    )


@lru_cache(1024)
def _message(test_id: str, text: str) -> str:
    if test_id in _QUOTES_A_SECRET:
        return "Possible hardcoded password (the value is not shown)."
    import re

    # B202 and B103 print nodes of the tree, with the address each run gives them.
    return _plain(re.sub(r" at 0x[0-9A-Fa-f]+", "", text), _LONGEST_MESSAGE)


def _plain(text: str, longest: int) -> str:
    """In one line, short, and encodable: a string of the file may hold half a surrogate pair."""
    text = " ".join(text.encode("utf-8", "backslashreplace").decode().split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


@lru_cache(1024)
def _rule(test_id: str, test: str, severity: str) -> Rule:
    rule = _rules().get(f"{NAME}/{test_id}")
    if rule is not None:
        return rule
    return Rule(  # of a newer bandit
        id=f"{NAME}/{test_id}",
        title=test.replace("_", " "),
        severity=_SEVERITIES.get(severity, Severity.UNKNOWN),
        why="A newer bandit than this yett knows has a test for it.",
        fix=f"See what bandit's documentation says of {test_id}.",
    )


@cache
def _rules() -> dict[str, Rule]:
    from yett.rules.python import rules

    return {rule.id: rule for rule in rules()}


def _crashed(blob: Blob, crashes: list[Crash]) -> Iterator[Gap]:
    """One gap for each test that failed, at the first line on which it did."""
    counts = Counter((crash.test, crash.error) for crash in crashes)
    first: dict[Any, int] = {}
    for crash in crashes:
        first.setdefault((crash.test, crash.error), crash.line)
    for (test, error), count in counts.items():
        line = first[test, error]
        more = f" and in {count - 1} more places" if count > 1 else ""
        reason = f"line {line}{more}: bandit's test {test} failed with {error}; look at the code by hand"
        yield Gap(blob.path, NAME, reason, "crash", line)
