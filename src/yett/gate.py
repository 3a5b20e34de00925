"""The whole pipeline on one screen: collect, check, waive, judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from yett import git, policy, summary
from yett.checks import Check
from yett.collect import collecting
from yett.errors import YettError
from yett.examine import Progress, Source, examine
from yett.judge import judge
from yett.lean import NamedTuple
from yett.model import CHECKS, Blob, Finding, Gap, GapKind, Target, Unexamined, Verdict
from yett.parse.tree import Tree
from yett.trusted import Trusted, trusted
from yett.waive import waive

Spent = Callable[[str, float], None]


class Request(NamedTuple):
    """What one run is asked for.

    `checks` names the checks to run. `policy_file`, where it is not "", replaces the repository's own policy.
    `advisories` is the path of the advisory database. `today` is a date, ISO 8601 in UTC, and `now` the POSIX time.
    `lenient` names the kinds of gaps that only warn here. `store` is the folder of what was found before, or "".
    `archives`: look for secrets in archives, whatever the policy says. `described`: the verdict says what the rules
    behind all findings are, not only of those that block, which imports the rules of every kind of file.
    `compiled` is the folder of what takes long to compile, or "". `objects` are the repository's, where
    git is at work already.
    """

    target: Target
    repository: git.Repository | None
    checks: tuple[str, ...]
    policy_file: str
    advisories: str
    today: str
    now: float
    lenient: tuple[GapKind, ...] = ()
    store: str = ""
    archives: bool = False
    described: bool = True
    compiled: str = ""
    objects: git.Objects | None = None


def run(request: Request, progress: Progress | None = None, spent: Spent | None = None) -> Verdict:
    """May this ship? `progress` is told how far it is, `spent` how many seconds each check took.

    Raises:
        YettError: the policy or the waivers are not valid, or git failed.
    """
    if request.repository is None:
        return _run(request, None, progress, spent)
    with request.objects or git.Objects(request.repository) as objects:
        return _run(request, objects, progress, spent)


def _run(request: Request, objects: git.Objects | None, progress: Progress | None, spent: Spent | None) -> Verdict:
    target, repository = request.target, request.repository
    collected = collecting(target, repository)  # git lists the files while the policy and the checks are read
    holds = trusted(target, objects, request.policy_file)
    checks = [_load(name, request, holds) for name in request.checks]
    found = collected(holds.policy.word("checks.secrets.range") == "every-commit").without(holds.policy.exclude)
    source = Source(target, repository, objects, request.store)
    looked = examine(found.entries, found.gone, checks, source, _inspect, progress)
    if spent:
        for name, seconds in looked.seconds.items():
            spent(name, seconds)
    if target.kind in ("tree", "paths"):
        looked = looked.standing()
    waive_terms = policy.waive_terms(holds.policy, request.today)
    found_here, aside = holds.set_aside(looked.findings)
    heaps = waive(
        (*found_here, *holds.findings),
        (*looked.gaps, *found.gaps),
        (*holds.waivers, *holds.explained(looked.findings, waive_terms)),
        looked.directives,
        waive_terms,
        ran=request.checks,
        whole=target.kind == "tree",
    )
    heaps = heaps._replace(waived=tuple(sorted((*heaps.waived, *aside))))
    looked_up = looked.counts.get("dependencies")
    findings = (*heaps.kept, *holds.over_budget(heaps, looked.directives))
    terms = policy.judge_terms(holds.policy, request.lenient, request.today)
    outcome, judged = judge(findings, heaps.gaps, terms)
    return Verdict(
        outcome=outcome,
        reasons=summary.reasons(outcome, judged, heaps.gaps, terms, request.checks),
        target=target,
        findings=judged,
        waived=heaps.waived,
        stale=tuple(sorted({*heaps.stale, *holds.refused})),
        gaps=heaps.gaps,
        coverage=summary.coverage(request.checks, found, looked, heaps.gaps),
        digests=summary.digests(target, objects, holds, checks, request.advisories if looked_up else ""),
        rules=summary.rules_of(judged, heaps.waived, request.described),
    )


def _inspect(check: Check, blob: Blob, tree: Tree) -> Sequence[Finding | Gap | Unexamined]:
    """One check over one blob. The only broad `except` there is: whatever a check dies of is a gap, never a pass."""
    try:
        return list(check.among(blob, tree) if check.among else check.inspect(blob))
    except Exception as crash:
        reason = f"the {check.name} check crashed ({summary.crash(crash)}): please report this"
        return [Gap(blob.path, check.name, reason, "crash")]


def _load(name: str, request: Request, holds: Trusted) -> Check:
    match name:
        case "secrets":
            from yett.checks import secrets
            from yett.checks._shelf import shelf

            archives = request.archives or holds.policy.flag("checks.secrets.archives")
            engines, kept = holds.policy.words("checks.secrets.engines"), shelf(request.compiled)
            return secrets.load(archives, holds.audited, engines, holds.key, kept)
        case "dependencies":
            from yett.checks import dependencies

            age = holds.policy.number("complete.advisories_max_age")
            own = dependencies.Options(allow_unaudited=holds.policy.words("checks.dependencies.allow_unaudited"))
            return dependencies.load(request.advisories, age, request.now, own)
        case "python":
            from yett.checks import python

            return python.load()
        case "config":
            from yett.checks import config

            return config.load()
        case _:
            raise YettError(f"there is no check {name!r}: name {', '.join(CHECKS)}")
