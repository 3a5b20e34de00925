"""Bandit's JSON report, byte for byte. Python's encoder takes its slow way where it indents; the form of a result is
always the same, and so is written out here."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted

from yett.lean import Any

_LOG = logging.getLogger("bandit.formatters.json")

_PART = 1000
"""Results that are put together and written at once: a report of 40 MB would be in memory four times."""

_CWE = """{
        "id": %d,
        "link": %s
      }"""


def rendered(manager: Any, issues: Sequence[Any], lines: int) -> list[str] | None:
    """The parts of the report; None where bandit has to write it: about standard input, or of texts that JSON cannot
    hold."""
    if any(one.fname == "<stdin>" for one in issues):
        return None
    errors = [{"filename": name, "reason": reason} for name, reason in manager.get_skipped()]
    head = {"errors": errors, "generated_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    try:
        results = list(_results(issues, lines))
    except UnicodeEncodeError:
        return None
    key = "test" if manager.agg_type == "vuln" else "fname"
    order = sorted(range(len(issues)), key=lambda number: getattr(issues[number], key))
    parts = [
        json.dumps(head, sort_keys=True, indent=2, separators=(",", ": ")).removesuffix("\n}"),
        ',\n  "metrics": ' + _numbers(manager.metrics.data),
        ',\n  "results": [',
    ]
    for start in range(0, len(order), _PART):
        parts.append((",\n" if start else "\n") + ",\n".join([results[n] for n in order[start : start + _PART]]))
    parts.append("\n  ]\n}" if results else "]\n}")
    return parts


def write(parts: Sequence[str], file: Any) -> None:
    with file:
        file.writelines(parts)
    if file.name != sys.stdout.name:
        _LOG.info("JSON output written to file: %s", file.name)


def _numbers(data: Mapping[str, Mapping[str, int]]) -> str:
    """Counts by name, and those by file."""
    files = []
    for name, counts in sorted(data.items()):
        inner = ",\n".join([f"      {quoted(key)}: {count}" for key, count in sorted(counts.items())])
        files.append(f"    {quoted(name)}: {{\n{inner}\n    }}")
    return "{\n" + ",\n".join(files) + "\n  }"


def _results(issues: Sequence[Any], lines: int) -> Iterator[str]:
    name = ""
    around = max(lines, 1)
    text: list[str] = []
    quoted_name = ""
    for one in issues:
        if one.fname != name:
            name = one.fname
            text = _lines(name)
            quoted_name = quoted(name)
        first = max(1, one.lineno - around // 2)
        last = min(first + len(one.linerange) + around - 2, len(text))
        code = quoted("".join([f"{number} {text[number - 1]}" for number in range(first, last + 1)]))
        said, last_words = _said(one.confidence, one.cwe.id, one.severity, one.text, one.test_id, one.test)
        yield (
            f'    {{\n      "code": {code},\n      "col_offset": {one.col_offset},\n'
            f'      "end_col_offset": {one.end_col_offset},\n      "filename": {quoted_name},\n{said}'
            f'      "line_number": {one.lineno},\n      "line_range": [{_range(one.linerange)}],\n{last_words}'
        )


@lru_cache(1024)
def _said(confidence: str, cwe: int, severity: str, text: str, test_id: str, test: str) -> tuple[str, str]:
    """What is the same wherever a test says the same: the lines before those about where it is, and those after."""
    text.encode()  # bandit does, and fails where there is half a surrogate pair
    return (
        f'      "issue_confidence": "{confidence}",\n      "issue_cwe": {_cwe(cwe)},\n'
        f'      "issue_severity": "{severity}",\n      "issue_text": {quoted(text)},\n',
        f'      "more_info": {_address(test_id)},\n      "test_id": "{test_id}",\n      "test_name": "{test}"\n    }}',
    )


def _lines(name: str) -> list[str]:
    """What `linecache`, and so bandit, takes for the lines of a file."""
    try:
        with open(name, "rb") as file:
            data = file.read()
        head = data.split(b"\n", 2)[:2]
        if b"\r" not in data and not data.startswith(b"\xef\xbb\xbf") and not any(b"coding" in line for line in head):
            lines = data.decode().split("\n")
            last = lines.pop()
            return [f"{line}\n" for line in lines] + ([f"{last}\n"] if last else [])
    except (OSError, UnicodeDecodeError):
        pass
    import linecache

    try:
        return linecache.getlines(name)
    finally:
        linecache.clearcache()


def _cwe(number: int) -> str:
    from bandit.core.issue import Cwe

    return _CWE % (number, quoted(Cwe(number).link())) if number else "{}"


def _address(test_id: str) -> str:
    from bandit.core.docs_utils import get_url

    return quoted(get_url(test_id))


def _range(lines: Sequence[int]) -> str:
    return "\n        " + ",\n        ".join(map(str, lines)) + "\n      " if lines else ""
