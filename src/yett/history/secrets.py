"""What was found in the versions, by secret: what to rotate, in which order, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from yett import git
from yett.checks import Check
from yett.collect import SIZE_LIMIT
from yett.history.commits import Author, Origin, authors
from yett.history.survey import Survey
from yett.judge import aged
from yett.lean import NamedTuple
from yett.model import Blob, Confidence, Finding, Severity
from yett.rules.secrets import SECRETS
from yett.rules.secrets.record import rule


class Place(NamedTuple):
    """A path at which versions with the secret were introduced, and in how many commits."""

    path: str
    commits: int


class Leaked(NamedTuple):
    """A secret that the history holds. `finding` is what the check says of it where it first appeared.

    `commit` introduced it ("" where a tag holds it without a commit), made by `author`. `versions` of files hold it, at
    `places`; `at_head` are the paths that still do. Field order is not report order: see `order`.
    """

    finding: Finding
    title: str
    confidence: Confidence
    severity: Severity
    commit: str
    author: Author
    versions: int
    places: tuple[Place, ...]
    at_head: tuple[str, ...]


def order(leaked: Leaked) -> tuple[int, int, bool, str, str, str]:
    """What to rotate first: the surest, then the worst, then what is still there; then by path."""
    finding = leaked.finding
    return (
        -leaked.confidence,
        -leaked.severity,
        not leaked.at_head,
        finding.path,
        finding.rule,
        finding.fingerprint,
    )


def leaked(survey: Survey, repository: git.Repository, check: Check, today: str) -> tuple[Leaked, ...]:
    """The secrets of a survey, in the order in which to rotate them. `today` is a date, ISO 8601 in UTC.

    The first version of each is looked at once more, for its line and for what there is to say.

    Raises:
        YettError: git failed.
    """
    holders: dict[tuple[int, bytes], dict[bytes, tuple[int, int]]] = {}
    for oid, marks in survey.marks.items():
        if oid in survey.origins:
            for mark in marks:
                versions = holders.setdefault((mark.rule, mark.fingerprint), {})
                sure, bad = versions.get(oid, (0, 0))
                versions[oid] = max(sure, mark.confidence), max(bad, mark.severity)
    heads: dict[tuple[int, bytes], set[bytes]] = {}
    for oid, paths in survey.head.items():
        for mark in survey.marks.get(oid, ()):
            heads.setdefault((mark.rule, mark.fingerprint), set()).update(paths)
    firsts = {key: _first(survey.origins, versions) for key, versions in holders.items()}
    told = _told({oid: survey.origins[oid] for oid in firsts.values()}, repository, check)
    who = authors(repository, (survey.origins[oid].commit for oid in firsts.values()))
    found = []
    for key, versions in holders.items():
        secret = SECRETS[key[0]]
        first = survey.origins[firsts[key]]
        confidence = Confidence(max(sure for sure, _ in versions.values()))
        severity = Severity(max(bad for _, bad in versions.values()))
        finding = told.get((firsts[key], secret.rule_id, key[1].hex())) or Finding(
            _text(first.path), 0, 0, 0, 0, secret.rule_id, secret.title, severity, confidence, key[1].hex(),
            fix=rule(secret).fix,
        )  # fmt: skip
        now = aged(finding, today)
        if now != finding:
            finding, confidence = now, now.confidence
        found.append(
            Leaked(
                finding=finding._replace(commit=first.commit),
                title=secret.title,
                confidence=confidence,
                severity=severity,
                commit=first.commit,
                author=who.get(first.commit, Author("", "", "")),
                versions=len(versions),
                places=_places(survey.origins[oid] for oid in versions),
                at_head=tuple(sorted(map(_text, heads.get(key, ())))),
            )
        )
    return tuple(sorted(found, key=order))


def _first(origins: Mapping[bytes, Origin], versions: Mapping[bytes, object]) -> bytes:
    return max(versions, key=lambda oid: (origins[oid].order, origins[oid].path, oid))


def _told(
    origins: Mapping[bytes, Origin], repository: git.Repository, check: Check
) -> dict[tuple[bytes, str, str], Finding]:
    """What the check says of some versions, by id, rule and fingerprint: the first of several places in one."""
    found: dict[tuple[bytes, str, str], Finding] = {}
    ids = sorted(origins)
    with git.Objects(repository) as objects:
        for oid, data in zip(ids, objects.read((oid.decode("ascii") for oid in ids), SIZE_LIMIT), strict=True):
            if isinstance(data, bytes):
                for each in check.inspect(Blob(_text(origins[oid].path), oid.decode("ascii"), data)):
                    if isinstance(each, Finding):
                        found.setdefault((oid, each.rule, each.fingerprint), each)
    return found


def _places(origins: Iterable[Origin]) -> tuple[Place, ...]:
    paths: dict[str, set[str]] = {}
    for origin in origins:
        paths.setdefault(_text(origin.path), set()).add(origin.commit)
    return tuple(Place(path, len(commits)) for path, commits in sorted(paths.items()))


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
