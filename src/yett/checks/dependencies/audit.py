"""What a lockfile pins, held against the advisories: results, findings, and gaps for what nobody can say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from yett.advisories.lookup import Unusable
from yett.advisories.match import Audit, Group, audit, group, is_always_malicious
from yett.checks.dependencies.ways import ways
from yett.checks.dependencies.words import shown
from yett.lean import TYPE_CHECKING, NamedTuple
from yett.model import Blob, Finding, Gap, Hit, Package, Severity, finding
from yett.parse.glob import matches
from yett.parse.versions import normalise
from yett.rules.dependencies import MALICIOUS, VULNERABLE

if TYPE_CHECKING:
    from yett.advisories.lookup import Advisories, Advisory
    from yett.parse.lockfiles import Lock, Locked, Skipped

NAME = "dependencies"

_Find = Callable[[str, str], "tuple[Advisory, ...] | Unusable"]


class Result(NamedTuple):
    """A package that advisories concern. `name` is the normalised one, `found` all advisories about the package."""

    item: Locked
    name: str
    found: tuple[Advisory, ...]
    audit: Audit


class Facts(NamedTuple):
    """What the advisories of one group say beside the group itself.

    `source` is where its severity comes from, `exploited` the day since which it's known to be exploited ("" where no
    day is known), `epss` the likelihood of that in the next 30 days (0 to 1, None where nobody has estimated it), and
    `published` the day on which the first of them was published, "" where none says.
    """

    source: str
    exploited: str
    epss: float | None
    published: str


def results(lock: Lock, advisories: Advisories) -> tuple[list[Result], list[str]]:
    """Each package and version that advisories concern, once, and why some could not be looked up."""
    find = finder(advisories)
    concerned: list[Result] = []
    unusable: set[str] = set()
    seen: set[tuple[str, str, str]] = set()
    for item in lock.locked:
        ecosystem, written, version = item.package
        name = normalise(ecosystem, written)
        if (ecosystem, name, version) in seen:
            continue
        seen.add((ecosystem, name, version))
        found = find(ecosystem, name)
        if isinstance(found, Unusable):
            unusable.add(found.reason)
        elif found:
            said = audit(ecosystem, found, version)
            if said.groups or said.unclear:
                concerned.append(Result(item, name, found, said))
    return concerned, sorted(unusable)


def finder(advisories: Advisories) -> _Find:
    """Looks a package up, once."""
    known: dict[tuple[str, str], tuple[Advisory, ...] | Unusable] = {}

    def find(ecosystem: str, name: str) -> tuple[Advisory, ...] | Unusable:
        if (ecosystem, name) not in known:
            known[ecosystem, name] = advisories.find(ecosystem, name)
        return known[ecosystem, name]

    return find


def audited(blob: Blob, lock: Lock, advisories: Advisories, allowed: Sequence[str] = ()) -> Iterator[Finding | Gap]:
    """Findings and gaps for everything a lockfile names. `allowed`: globs of names that are the team's own."""
    concerned, unusable = results(lock, advisories)
    reasons = ways(lock) if concerned else {}
    for each in concerned:
        yield from _reported(blob, each, reasons.get(each.item.key, ()))
    find = finder(advisories)
    missing = set(unusable)
    for skipped in lock.skipped:
        if not skipped.package.name or is_allowed(skipped.package.name, allowed):
            continue
        found = find(skipped.package.ecosystem, normalise(skipped.package.ecosystem, skipped.package.name))
        if isinstance(found, Unusable):
            missing.add(found.reason)
        else:
            yield from _always_malicious(blob, skipped, found)
    for reason in sorted(missing):
        yield Gap(blob.path, NAME, reason, "advisories")


def is_allowed(name: str, allowed: Sequence[str]) -> bool:
    """Whether the policy says of a package that it is the team's own. A glob's `*` stops at a slash."""
    return any(matches(glob, name) or matches(glob.lower(), name.lower()) for glob in allowed)


def _always_malicious(blob: Blob, skipped: Skipped, found: Sequence[Advisory]) -> Iterator[Finding]:
    ecosystem, written, _ = skipped.package
    always = [item for item in found if is_always_malicious(ecosystem, item)]
    for each in group(always) if always else ():
        place = (skipped.line, 1, 0)
        yield _malicious(blob, skipped.package, place, normalise(ecosystem, written), each, facts(each, always), ())


def facts(each: Group, found: Sequence[Advisory]) -> Facts:
    """What the advisories behind a group say beside it."""
    members = [item for item in found if item.id in each.ids]
    sources = [item.source for item in members if item.severity is each.severity and item.source]
    scores = [item.epss for item in members if item.epss is not None]
    return Facts(
        source=max(sources, default=""),  # "database" is before none, and "CVSS 2" before "CVSS 3"
        exploited=min((item.kev_date for item in members if item.kev_date), default=""),
        epss=max(scores, default=None),
        published=min((day for item in members if _is_day(day := item.published[:10])), default=""),
    )


def _is_day(text: str) -> bool:
    import datetime

    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _reported(blob: Blob, result: Result, way: tuple[str, ...]) -> Iterator[Finding | Gap]:
    item, said = result.item, result.audit
    package = item.package
    for each in said.groups:
        about = facts(each, result.found)
        if each.malicious:
            place = (item.line, item.column, item.end_column)
            extra = _scope(item)
            yield _malicious(blob, package, place, result.name, each, about, extra, way)
            continue
        hit = Hit(
            item.line,
            item.column,
            _message(package, each, about, way),
            end_column=item.end_column,
            fix=way_out(package, said, each),
            subject=subject(package.ecosystem, result.name, each.id),
            severity=each.severity,
        )
        traits = (*_traits(each, about), *_scope(item))
        yield finding(VULNERABLE, blob, hit)._replace(traits=traits, package=package, advisories=each.ids)
    if said.unclear:
        named = ", ".join(said.unclear[:3]) + (f" and {len(said.unclear) - 3} more" if len(said.unclear) > 3 else "")
        what = shown(f"{package.name} {package.version}")
        reason = f"whether {shown(named)} concerns {what} cannot be said, as one of the versions has no known order"
        yield Gap(blob.path, NAME, reason, "unresolved", item.line)


def _message(package: Package, each: Group, about: Facts, way: tuple[str, ...]) -> str:
    what = shown(f"{package.name} {package.version}")
    summary = f": {each.summary}" if each.summary else ""
    facts_ = [f"fixed in {shown(each.fixed)}" if each.fixed else "no fixed version is known"]
    if each.exploited:
        facts_.append(
            f"exploited since {about.exploited} at the latest" if about.exploited else "exploited in the wild"
        )
    if about.epss is not None and about.epss >= 0.01:
        facts_.append(f"EPSS {about.epss:.0%}")
    if each.severity is Severity.UNKNOWN:
        facts_.append("nobody has rated its severity")
    elif about.source and not about.source.startswith(("CVSS 3", "CVSS 4")):
        facts_.append(f"rated {each.severity.word} by {_rater(about.source)}")
    return f"{what} has {shown(each.id)}{shown(summary, 200)} ({'; '.join(facts_)}){_by_way_of(way)}"


def _rater(source: str) -> str:
    if source.startswith("CVSS"):
        return shown(source, 20)
    return "its database, without a score" if source == "database" else shown(source, 40)


def _by_way_of(way: tuple[str, ...]) -> str:
    """How a package got there, from the direct dependency on."""
    if not way:
        return ""
    steps = way if len(way) <= 6 else (*way[:3], "…", *way[-2:])
    return ", required by way of " + " > ".join(shown(step, 60) for step in steps[:-1])


def _malicious(
    blob: Blob,
    package: Package,
    place: tuple[int, int, int],
    name: str,
    each: Group,
    about: Facts,
    extra: tuple[str, ...],
    way: tuple[str, ...] = (),
) -> Finding:
    line, column, end_column = place
    what = shown(f"{package.name} {package.version}".rstrip())
    summary = f": {each.summary}" if each.summary else ""
    hit = Hit(
        line,
        column,
        f"{what} is a malicious package, {shown(each.id)}{shown(summary, 200)}{_by_way_of(way)}",
        end_column=end_column,
        subject=subject(package.ecosystem, name, each.id),
    )
    known = ("known-exploited",) if each.exploited else ()
    published = (f"published:{about.published}",) if about.published else ()
    traits = (*known, "malicious", *published, *extra)
    return finding(MALICIOUS, blob, hit)._replace(traits=traits, package=package, advisories=each.ids)


def _traits(each: Group, about: Facts) -> tuple[str, ...]:
    """What a policy can act upon: words, and `name:value` where a number or a day counts."""
    words = []
    if each.exploited:
        words.append("known-exploited")
    if each.severity is Severity.UNKNOWN:
        words.append("unknown-severity")
    if each.fixed:
        words.append("fixable")
    if about.epss is not None:
        words.append(f"epss:{about.epss:.5f}")
    if about.published:
        words.append(f"published:{about.published}")
    return tuple(words)


def _scope(item: Locked) -> tuple[str, ...]:
    words = ("dev",) if item.dev else ()
    return words if item.direct is None else (*words, "direct" if item.direct else "transitive")


def subject(ecosystem: str, name: str, ident: str) -> str:
    """What a finding's fingerprint is of: neither version nor line, as an upgrade that does not help is the same
    finding still. `name` is the normalised one."""
    return f"{ecosystem} {name} {ident}"


def way_out(package: Package, said: Audit, each: Group) -> str:
    """The next step, in one sentence."""
    name = shown(package.name)
    if not each.fixed:
        return f"replace {name}, or waive this with a reason and a date: no version is known to be free of it"
    if not said.upgrade:
        return f"upgrade {name} to {shown(each.fixed)} or later: that clears this one, and others stay"
    step = f"upgrade {name} to {shown(said.upgrade)} or later"
    count = len(said.groups)
    if count == 1:
        return step if said.same_major else f"{step}: nothing nearer is known to be free of it"
    clears = f"all {count} advisories" if said.cleared == count else f"{said.cleared} of the {count} advisories"
    if said.same_major:
        return f"{step}: that clears {clears}"
    return f"{step}: that clears {clears}, and nothing nearer does"
