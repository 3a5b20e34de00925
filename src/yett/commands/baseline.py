"""`yett baseline import`: what was audited with detect-secrets, as waivers to be reviewed."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace

from yett.checks import secrets
from yett.collect import read_file
from yett.errors import YettError
from yett.model import Blob, Finding
from yett.parse import baseline
from yett.parse.source import ParseError
from yett.report.escape import quoted, terminal

_LONGEST = 3650


def run(options: SimpleNamespace, today: str, say: Callable[[str], None], note: Callable[[str], None]) -> int:
    """Print the waivers, and on standard error what became of the other entries.

    Raises:
        YettError: the baseline cannot be read.
    """
    if not 1 <= options.days <= _LONGEST:
        raise YettError(f"--days {options.days} is not from 1 to {_LONGEST:,}")
    root = os.path.abspath(options.folder)
    data = read_file(os.path.join(root, options.file))
    if not isinstance(data, bytes):
        raise YettError(f"{options.file} cannot be read: {data if isinstance(data, str) else 'it is too large'}")
    try:
        entries = baseline.read(data)
    except ParseError as error:
        raise YettError(f"{options.file}:{error.line}: {error.reason}") from None
    audited = baseline.audited(entries)
    findings = list(_findings(root, audited))
    until = (datetime.date.fromisoformat(today) + datetime.timedelta(days=options.days)).isoformat()
    say("\n".join(_waivers(findings, options.owner, until)))
    for text in _notes(entries, audited, findings):
        note(terminal(f"yett: {text}"))
    return 0


def _findings(root: str, audited: Mapping[str, Mapping[str, bool]]) -> Iterator[Finding]:
    check = secrets.load(audited=audited)
    for path in sorted(audited):
        data = read_file(os.path.join(root, path))
        if isinstance(data, bytes):
            yield from (each for each in check.inspect(Blob(path, "", data)) if isinstance(each, Finding))


def _waivers(findings: list[Finding], owner: str, until: str) -> Iterator[str]:
    yield "version: 1"
    wanted = sorted({(each.rule, each.path, each.fingerprint) for each in _of(findings, real=False)})
    yield "waivers:" if wanted else "waivers: []"
    for rule, path, fingerprint in wanted:
        yield f"  - rule: {rule}"
        yield f"    path: {quoted(path)}"
        yield f"    fingerprint: {quoted(fingerprint)}"
        yield '    reason: "audited with detect-secrets: no secret"'
        yield f"    owner: {quoted(owner)}"
        yield f"    expires: {until}"


def _of(findings: list[Finding], real: bool) -> list[Finding]:
    return [each for each in findings if secrets.AUDITED[real] in each.traits]


def _notes(
    entries: tuple[baseline.Entry, ...], audited: Mapping[str, Mapping[str, bool]], findings: list[Finding]
) -> Iterator[str]:
    called = [real for values in audited.values() for real in values.values()]
    unseen = sum(entry.real is None for entry in entries)
    yield f"{len(_of(findings, real=False)):,} of {called.count(False):,} that are no secrets are findings here"
    if called.count(True):
        yield f"{called.count(True):,} are secrets and are not waived: rotate them"
    if unseen:
        yield f"{unseen:,} were never audited and are not waived: run `detect-secrets audit`"
    if not any(entry.real is False for entry in entries):
        yield "nothing in it was audited as no secret"
