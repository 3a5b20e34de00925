"""What is left after waiving, and the policy, to an outcome. Pure: the same values give the same outcome."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from yett.lean import NamedTuple
from yett.model import EXPIRES, Action, Confidence, Finding, Gap, Judged, Outcome, Severity
from yett.parse.glob import matches


class Threshold(NamedTuple):
    """From where on an action is taken. `severity` None: never. `only` "new": not for what was there before.

    The next four take the action whatever the severity: for an advisory that nobody has rated, for one that is
    exploited in the wild, for a package that is malicious, for one that will be exploited with at least this likelihood
    (0 to 1). The last two leave out an advisory that no version clears, and what only development needs.
    """

    severity: Severity | None
    confidence: Confidence
    only: str
    unknown_severity: bool = False
    known_exploited: bool = False
    malicious: bool = False
    epss: float | None = None
    fixable_only: bool = False
    production_only: bool = False


class Thresholds(NamedTuple):
    """One check's thresholds. `path` is a glob; the last entry that fits a finding's path decides."""

    check: str
    path: str
    block: Threshold
    warn: Threshold


class Terms(NamedTuple):
    """What the policy says of findings and gaps.

    `rules` names an action for a rule or a glob of rules, on a glob of paths or ("") everywhere; it wins over every
    threshold, and the last entry that fits wins over the others. `required` names the checks
    whose gaps count. `lenient` names the kinds of gaps that only warn here. `grace` says for how many days after its
    publication an advisory of a severity only warns; `today` is an ISO 8601 date in UTC.
    """

    thresholds: tuple[Thresholds, ...]
    rules: tuple[tuple[str, str, Action], ...]
    required: tuple[str, ...]
    block_on_gap: bool
    lenient: tuple[str, ...] = ()
    today: str = ""
    grace: tuple[tuple[Severity, int], ...] = ()


def judge(findings: Sequence[Finding], gaps: Sequence[Gap], terms: Terms) -> tuple[Outcome, tuple[Judged, ...]]:
    """The outcome, and what the policy says of each finding.

    A finding that blocks fails the change whatever else is known; a gap in a required check leaves it undecided.
    """
    judged = tuple(_judged([aged(each, terms.today) for each in findings], terms))
    if any(each.action is Action.BLOCK for each in judged):
        return "fail", judged
    return ("undecided" if any(counts(gap, terms) for gap in gaps) else "pass"), judged


def aged(finding: Finding, today: str) -> Finding:
    """A finding as it stands on a day: of a credential that has expired the confidence is low, unless somebody has said
    that it is one."""
    expires = _trait(finding, EXPIRES) if finding.traits else ""
    if not expires or not expires < today or "audited-as-secret" in finding.traits:
        return finding
    return finding._replace(confidence=Confidence.LOW, message=f"{finding.message}: expired")


def _judged(findings: Sequence[Finding], terms: Terms) -> Iterator[Judged]:
    """Findings that differ in nothing the policy asks about are judged once: a large tree has tens of thousands."""
    by_path = {each.check for each in terms.thresholds if each.path}
    rules_by_path = [glob for path, glob, _ in terms.rules if path]
    depends = {
        finding.rule: finding.check in by_path or any(matches(glob, finding.rule) for glob in rules_by_path)
        for finding in {each.rule: each for each in findings}.values()
    }
    told: dict[tuple[object, ...], tuple[Action, str]] = {}
    for finding in findings:
        alike = (
            finding.rule,
            finding.severity,
            finding.confidence,
            finding.known,
            finding.level,
            finding.traits,
            bool(finding.advisories),
            finding.path if depends[finding.rule] else "",
        )
        said = told.get(alike)
        if said is None:
            said = told[alike] = _action(finding, terms)
        yield Judged(finding, *said)


def counts(gap: Gap, terms: Terms) -> bool:
    """Whether a gap stands between the change and a pass."""
    if gap.waived or not terms.block_on_gap or gap.kind in terms.lenient:
        return False
    return not gap.check or gap.check in terms.required


def _action(finding: Finding, terms: Terms) -> tuple[Action, str]:
    named = [
        (glob, action)
        for path, glob, action in terms.rules
        if matches(glob, finding.rule) and (not path or matches(path, finding.path))
    ]
    if named:
        glob, action = named[-1]
        return action, f"the policy says {action.word} for {glob}"
    if finding.check == "policy":
        return finding.level, ""
    thresholds = [
        each
        for each in terms.thresholds
        if each.check == finding.check and (not each.path or matches(each.path, finding.path))
    ]
    if not thresholds:
        return finding.level, ""
    chosen = thresholds[-1]
    for action, threshold in ((Action.BLOCK, chosen.block), (Action.WARN, chosen.warn)):
        because = _reached(finding, threshold)
        if because and not (action is Action.BLOCK and _in_grace(finding, terms)):
            return min(action, finding.level), because
    return Action.INFO, _below(finding, chosen)


def _reached(finding: Finding, threshold: Threshold) -> str:
    """Why a threshold is reached, in words, or ""."""
    if threshold.only == "new" and finding.known:
        return ""
    if threshold.malicious and "malicious" in finding.traits:
        return "the package is malicious"
    if threshold.production_only and "dev" in finding.traits:
        return ""
    if threshold.fixable_only and finding.advisories and "fixable" not in finding.traits:
        return ""
    likelihood = _number(finding, "epss")
    if threshold.epss is not None and likelihood is not None and likelihood >= threshold.epss:
        return f"it will be exploited within 30 days with a likelihood of {likelihood:.0%}"
    for trait, counted, words in (
        ("known-exploited", threshold.known_exploited, "it is exploited in the wild"),
        ("unknown-severity", threshold.unknown_severity, "nobody has rated its severity"),
    ):
        if counted and trait in finding.traits:
            return words
    if threshold.severity is None or finding.confidence < threshold.confidence:
        return ""
    if finding.severity is Severity.UNKNOWN or finding.severity < threshold.severity:
        return ""
    return f"severity {finding.severity.word}, confidence {finding.confidence.word}"


def _number(finding: Finding, name: str) -> float | None:
    found = _trait(finding, name)
    return float(found) if found else None


def _trait(finding: Finding, name: str) -> str:
    return next((trait.partition(":")[2] for trait in finding.traits if trait.startswith(f"{name}:")), "")


def _in_grace(finding: Finding, terms: Terms) -> bool:
    """Whether an advisory is so young that it only warns. What is exploited, or malicious, has no grace."""
    days = dict(terms.grace).get(finding.severity, 0)
    published = _trait(finding, "published")
    if not days or not published or {"malicious", "known-exploited"} & set(finding.traits):
        return False
    import datetime

    age = datetime.date.fromisoformat(terms.today) - datetime.date.fromisoformat(published[:10])
    return age.days < days


def _below(finding: Finding, thresholds: Thresholds) -> str:
    if finding.known and thresholds.block.only == "new":
        return "it was there before the change"
    return (
        f"severity {finding.severity.word} and confidence {finding.confidence.word} are below the policy's thresholds"
    )
