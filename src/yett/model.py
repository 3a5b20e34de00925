"""The values that travel through yett: plain, immutable, sorted by their own field order.

They are `NamedTuple`s because every commit pays for their import: a frozen dataclass costs seven times
as much to define and pulls in `inspect`. Annotations are evaluated as they stand: one that is a string,
as `from __future__ import annotations` makes it, costs a compilation for each field.
"""

from enum import IntEnum

from yett.digest import blake2b
from yett.lean import Literal, NamedTuple


class Severity(IntEnum):
    """How bad it is if the finding is real. `UNKNOWN` means that nobody has said, not that it is harmless."""

    UNKNOWN = 0
    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5

    @property
    def word(self) -> str:
        return self.name.lower()


class Confidence(IntEnum):
    """How sure the rule is that the finding is real."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Action(IntEnum):
    """What the gate does about a finding; `Verdict` keeps every finding, whatever its action."""

    INFO = 1
    WARN = 2
    BLOCK = 3

    @property
    def word(self) -> str:
        return self.name.lower()


Outcome = Literal["pass", "fail", "undecided"]
TargetKind = Literal["staged", "range", "tree", "paths"]

CHECKS = ("secrets", "dependencies", "python", "config")
"""The names of the checks, in the order in which they are reported."""


class Target(NamedTuple):
    """What the user asked about.

    `head` is a commit id; for `staged`, and for a `tree` of the index, it is the commit the index builds on
    ("" on an unborn branch). `of_index`: a tree that is not committed yet. `base` is set for `range` only, and
    `paths` for `paths` only.
    """

    kind: TargetKind
    root: str
    base: str = ""
    head: str = ""
    paths: tuple[str, ...] = ()
    of_index: bool = False


class Blob(NamedTuple):
    """One version of one file. `path` is relative to the root, `/`-separated, undecodable bytes as surrogates.

    `base` is the object id of the version this one replaces, or "" where there is none. `commit` names the commit
    that introduced this version where that is not the head of the target. `data` is the raw content; for a
    symbolic link the link's text.
    """

    path: str
    oid: str
    data: bytes
    base: str = ""
    commit: str = ""


class Rule(NamedTuple):
    """What a rule is, why it matters, how to fix it, and the examples that are its tests and its documentation.

    `id` is `family/name`, kebab-case, naming the bad pattern. `level` is the strongest action the rule takes unless
    the policy names the rule. `refs` holds "CWE-94", "PCI DSS 6.2.4", "OWASP A05:2025" or an address.
    """

    id: str
    title: str
    severity: Severity
    why: str
    fix: str
    confidence: Confidence = Confidence.HIGH
    level: Action = Action.BLOCK
    refs: tuple[str, ...] = ()
    since: str = "0.1.0"
    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()


class Edit(NamedTuple):
    """A piece of text put in the place of another. Lines and columns count from 1, the end is exclusive; where start
    and end are one place, the text is inserted."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class Hit(NamedTuple):
    """What a rule yields; the engine adds path, rule, severity and fingerprint.

    Lines and columns count from 1; columns are characters. `end_column` is exclusive; 0 means "not known".
    `subject` is what was found, normalised so that moving or reformatting it changes nothing; the message
    stands in where it is empty. `severity` and `confidence` override those of the rule. `edits` are the change that
    `yett fix` may make by itself: safe in every setting, or there are none.
    """

    line: int
    column: int
    message: str
    end_line: int = 0
    end_column: int = 0
    fix: str = ""
    subject: str = ""
    severity: Severity | None = None
    confidence: Confidence | None = None
    edits: tuple[Edit, ...] = ()


class Unknown(NamedTuple):
    """What a rule yields where only a run could tell: a value that comes from a variable, a template, a parameter. It
    is counted, never a finding. `what` names where the value comes from."""

    line: int
    what: str


class Package(NamedTuple):
    """A resolved dependency; `ecosystem` is OSV's word for it ("PyPI", "npm", …)."""

    ecosystem: str
    name: str
    version: str


class Finding(NamedTuple):
    """Something a rule found. The field order is the order of every report.

    `message` and `fix` never hold a secret. `known` says that the version before the change had it already.
    `traits` holds words a policy can act upon: "known-exploited", "malicious", "unknown-severity"; "expires:" with a
    day (ISO 8601, UTC) says how long a credential is good for anything.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    rule: str
    message: str
    severity: Severity
    confidence: Confidence
    fingerprint: str
    commit: str = ""
    fix: str = ""
    level: Action = Action.BLOCK
    known: bool = False
    traits: tuple[str, ...] = ()
    package: Package = Package("", "", "")
    advisories: tuple[str, ...] = ()

    @property
    def check(self) -> str:
        return check_of(self.rule)


EXPIRES = "expires"
"""The trait that names the last day of a credential, behind a colon."""

GapKind = Literal["advisories", "crash", "history", "limit", "unparsable", "unreadable", "unresolved"]


class Gap(NamedTuple):
    """Something that could not be checked, with the reason in one sentence. It reaches the verdict like a finding.

    `path` is "" where the gap is not about one file, `check` where it concerns every check. `waived` names the waiver
    that accepts the gap, or is "".
    """

    path: str
    check: str
    reason: str
    kind: GapKind = "unparsable"
    line: int = 0
    waived: str = ""


class Unexamined(NamedTuple):
    """Something in the target that no check looks into, by design: a submodule, an LFS object, an archive."""

    path: str
    what: str


class Directive(NamedTuple):
    """A comment in the scanned tree that asks a scanner to look away.

    `tool` is "yett", or the tool that is asked, in lower case; `rules` are yett's rule ids or families (empty:
    everything the tool would say of that line), or names of rules of a tool that yett does not translate; `known` says
    that it was there before the change, or that there is no change. It covers the lines from `line` to `last`: its own,
    and the next one where the comment has a line to itself.
    """

    path: str
    line: int
    tool: str
    rules: tuple[str, ...]
    reason: str
    known: bool = False
    last: int = 0


class Waiver(NamedTuple):
    """A finding that somebody answers for, until a date. `source` is `file:line`. Dates are ISO 8601 and inclusive.

    `rule` and `path` are globs; `fingerprint` is "" where the waiver covers every finding of the rule on the path.
    """

    rule: str
    path: str
    fingerprint: str
    reason: str
    owner: str
    expires: str
    source: str


class Waived(NamedTuple):
    """A finding set aside, by a waiver or by a directive in the line itself."""

    finding: Finding
    reason: str
    owner: str
    expires: str
    source: str


class Stale(NamedTuple):
    """A waiver or directive that set nothing aside, and why: expired, unused, not honoured."""

    source: str
    rule: str
    why: str


class Judged(NamedTuple):
    """A finding and what the policy says of it, in words a person can act upon."""

    finding: Finding
    action: Action
    because: str = ""


class Examined(NamedTuple):
    """How many files a check looked at, how many of them it could not finish, and what it says of itself."""

    check: str
    files: int
    gaps: int
    ran: bool
    note: str = ""


class Coverage(NamedTuple):
    """What was looked at: files and bytes of the target, each check's share, and what nobody looks into."""

    files: int
    bytes: int
    checks: tuple[Examined, ...]
    unexamined: tuple[Unexamined, ...]
    directives: tuple[Directive, ...] = ()


class Digests(NamedTuple):
    """What the verdict depends on: the same digests give the same verdict. "" where there is none."""

    tool: str
    commit: str
    tree: str
    base: str
    policy: str
    waivers: str
    advisories: str
    rules: str


class Verdict(NamedTuple):
    """The answer to "may this ship?", complete: reporters need nothing else."""

    outcome: Outcome
    reasons: tuple[str, ...]
    target: Target
    findings: tuple[Judged, ...]
    waived: tuple[Waived, ...]
    stale: tuple[Stale, ...]
    gaps: tuple[Gap, ...]
    coverage: Coverage
    digests: Digests
    rules: tuple[Rule, ...]

    def acted(self, action: Action) -> tuple[Finding, ...]:
        """The findings with this action, in report order."""
        return tuple(judged.finding for judged in self.findings if judged.action is action)


EXIT_CODES: dict[Outcome, int] = {"pass": 0, "fail": 1, "undecided": 3}
"""The exit code is the verdict; 2 (usage, policy) and 4 (internal error) never come from a verdict."""

_CONFIG = "config"
_OWN_CHECK = {"secrets", "dependencies", "python", "policy"}


def check_of(rule: str) -> str:
    """The check a rule id belongs to; every family that is not a check of its own is configuration."""
    family = rule.partition("/")[0]
    return family if family in _OWN_CHECK else _CONFIG


def fingerprint(rule: str, subject: str | bytes) -> str:
    """32 hex digits made of the rule and what was found, never of a line number: moving code changes nothing.

    Keyed BLAKE2b (RFC 7693): the key separates these hashes from any other table of hashed secrets.
    """
    data = subject.encode("utf-8", "surrogateescape") if isinstance(subject, str) else subject
    state = blake2b(key=b"yett/fingerprint/1", digest_size=16)
    state.update(rule.encode())
    state.update(b"\0")
    state.update(data)
    return state.hexdigest()


def finding(rule: Rule, blob: Blob, hit: Hit) -> Finding:
    """The finding that a rule's hit in a blob amounts to."""
    return Finding(
        path=blob.path,
        line=hit.line,
        column=hit.column,
        end_line=hit.end_line or hit.line,
        end_column=hit.end_column,
        rule=rule.id,
        message=hit.message,
        severity=rule.severity if hit.severity is None else hit.severity,
        confidence=rule.confidence if hit.confidence is None else hit.confidence,
        fingerprint=fingerprint(rule.id, hit.subject or hit.message),
        commit=blob.commit,
        fix=hit.fix or rule.fix,
        level=rule.level,
    )
