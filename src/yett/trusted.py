"""The policy and the waivers that hold for a target, from a place the change under test cannot touch, and findings for
what the change would alter in them.

In a range they come from the base commit; a staged change and a tree bring their own; files outside git have those of
the folder they were named from.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from yett import git, identity, policy
from yett.collect import read_file
from yett.digest import of
from yett.errors import YettError
from yett.lean import TYPE_CHECKING, NamedTuple
from yett.model import Blob, Directive, Finding, Hit, Rule, Stale, Target, Waived, Waiver, finding
from yett.policy import load
from yett.waive import Sorted, Terms, added

if TYPE_CHECKING:
    from yett.sbom.vex import Statement

_SIZE_LIMIT = 1024 * 1024


class Trusted(NamedTuple):
    """What holds, and what the change would alter in it."""

    policy: policy.Policy
    waivers: tuple[Waiver, ...]
    waivers_digest: str
    findings: tuple[Finding, ...]
    statements: tuple[Statement, ...] = ()
    refused: tuple[Stale, ...] = ()
    audited: Mapping[str, Mapping[str, bool]] = MappingProxyType({})
    key: bytes = identity.COMMON

    def set_aside(self, findings: Sequence[Finding]) -> tuple[tuple[Finding, ...], tuple[Waived, ...]]:
        """The findings without those that an audited baseline calls no secrets, and these."""
        if not self.audited:
            return tuple(findings), ()
        place = self.policy.word("suppress.detect_secrets")
        reason = "audited as no secret"
        aside = tuple(Waived(each, reason, "", "", place) for each in findings if "audited-as-none" in each.traits)
        return tuple(each for each in findings if "audited-as-none" not in each.traits), aside

    def explained(self, findings: Sequence[Finding], terms: Terms) -> tuple[Waiver, ...]:
        """A waiver for each finding that a VEX document of the policy speaks of."""
        if not self.statements:
            return ()
        from yett.sbom import vex

        return vex.waivers(self.statements, findings, terms.max_days)

    def over_budget(self, heaps: Sorted, directives: Sequence[Directive]) -> tuple[Finding, ...]:
        """A finding for each directive that the change adds, and that is honoured, beyond what one change may add."""
        budget = self.policy.number("suppress.inline.new_per_change")
        new = added(heaps.waived, directives)
        return tuple(
            _found(
                "too-many-suppressions",
                each.finding.path,
                each.finding.line,
                f"this change sets {len(new)} findings aside in comments, and the policy allows {budget} in one change",
                f"{each.finding.rule} {each.finding.fingerprint}",
            )
            for each in new[budget:]
        )


def trusted(target: Target, objects: git.Objects | None, policy_file: str) -> Trusted:
    """What holds for a target in a repository with these objects, or outside git where there are none.

    `policy_file`, where it is not "", replaces the repository's own policy.

    Raises:
        YettError: the policy or the waivers that hold are not valid, or `policy_file` cannot be read.
    """
    if objects is None:
        return _trusted(policy_file, _from_folder(target.root), None)
    now = _from_git(objects, _prefix(target))
    match target.kind:
        case "range":
            return _trusted(policy_file, _from_git(objects, f"{target.base}:"), now)
        case "staged" if target.head:
            return _altered(_trusted(policy_file, now, None), _from_git(objects, f"{target.head}:"), now)
        case _:
            return _trusted(policy_file, now, None)


def key(target: Target, repository: git.Repository | None) -> bytes:
    """The key of fingerprints that holds for a target. Raises YettError where it is none, or cannot be read."""
    if repository is None:
        return identity.key(_from_folder(target.root)(identity.PLACE))
    with git.Objects(repository) as objects:
        prefix = f"{target.base}:" if target.kind == "range" else _prefix(target)
        return identity.key(_from_git(objects, prefix)(identity.PLACE))


def _prefix(target: Target) -> str:
    return ":" if target.kind == "staged" or target.of_index else f"{target.head}:"


def _trusted(policy_file: str, read: load.Reader, head: load.Reader | None) -> Trusted:
    holds = load.load_file(_named(policy_file), policy_file) if policy_file else load.load(read)
    place = holds.word("suppress.waivers")
    text = read(place)
    waivers = load.waivers(text, place) if text is not None else ()
    result = Trusted(holds, waivers, _digest(text), (), key=identity.key(read(identity.PLACE)))
    baseline = holds.word("suppress.detect_secrets")
    if baseline and (listed := read(baseline)) is not None:
        text = (text or b"") + b"\0" + listed
        result = _with_baseline(result, baseline, listed)._replace(waivers_digest=_digest(text))
    if places := holds.words("suppress.vex"):
        result = _with_vex(result, places, text or b"", read)
    return result if head is None else _altered(result, read, head)


def _with_baseline(result: Trusted, place: str, text: bytes) -> Trusted:
    """With what the audit of a baseline says."""
    from yett.parse import baseline
    from yett.parse.source import ParseError

    try:
        audited = baseline.audited(baseline.read(text))
    except ParseError as error:
        raise YettError(f"{place}:{error.line}: {error.reason}: make it again with detect-secrets scan") from None
    return result._replace(audited=audited)


def _with_vex(result: Trusted, places: Sequence[str], text: bytes, read: load.Reader) -> Trusted:
    """With what the VEX documents state. One that is not there is an error: somebody relies on it."""
    from yett.sbom import vex

    for place in places:
        document = read(place)
        if document is None:
            raise YettError(f"{place} does not exist: take it out of suppress.vex, or commit it")
        said = vex.read(document, place)
        text += b"\0" + document
        result = result._replace(
            statements=(*result.statements, *said.statements), refused=(*result.refused, *said.stale)
        )
    return result._replace(waivers_digest=_digest(text))


def _altered(result: Trusted, before: load.Reader, after: load.Reader) -> Trusted:
    place = result.policy.word("suppress.waivers")
    found = [*_policy_changes(before, after), *_waiver_changes(before(place), after(place), place)]
    baseline = result.policy.word("suppress.detect_secrets")
    if baseline and before(baseline) != after(baseline):
        message = f"this change alters {baseline}, which says which findings are no secrets"
        found.append(_found("waivers-changed", baseline, 1, message, message))
    for document in result.policy.words("suppress.vex"):
        if before(document) != after(document):
            message = f"this change alters {document}, which says which advisories do not concern you"
            found.append(_found("waivers-changed", document, 1, message, message))
    return result._replace(findings=tuple(found))


def _policy_changes(before: load.Reader, after: load.Reader) -> Iterator[Finding]:
    if all(before(place) == after(place) for place in policy.PLACES):
        return
    try:
        new = load.load(after)
    except YettError as error:
        place, _, rest = str(error).partition(":")
        line = rest.partition(":")[0]
        known = place if place in policy.PLACES else policy.PLACES[0]
        yield _found("invalid", known, int(line) if line.isdigit() else 1, str(error), str(error))
        return
    try:
        old = load.load(before)
    except YettError:
        old = policy.defaults()
    changes = list(_differences(old, new))
    if changes:
        shown = "; ".join(changes[:5]) + (f"; and {len(changes) - 5} more" if len(changes) > 5 else "")
        place = new.place or old.place
        yield _found("changed", place, 1, f"this change alters the policy: {shown}", "; ".join(changes))


def _differences(old: policy.Policy, new: policy.Policy) -> Iterator[str]:
    for key, value in new.values.items():
        if value.value != old.values[key].value:
            yield f"{key} from {load.shown(old.values[key].value)} to {load.shown(value.value)}"
    for name in ("rules", "exclude", "paths", "path_rules"):
        one = {repr(_unplaced(each)) for each in getattr(old, name)}
        other = {repr(_unplaced(each)) for each in getattr(new, name)}
        if one != other:
            yield f"{name} ({len(other - one)} new, {len(one - other)} gone)"


def _unplaced(entry: tuple[object, ...]) -> tuple[object, ...]:
    """An entry without the place it stands at."""
    if len(entry) == 2 and isinstance(entry[1], dict):
        return (entry[0], sorted((key, value.value) for key, value in entry[1].items()))
    return entry[:-1]


def _waiver_changes(before: bytes | None, after: bytes | None, place: str) -> Iterator[Finding]:
    if before == after:
        return
    try:
        old, new = (load.waivers(text, place) if text is not None else () for text in (before, after))
    except YettError as error:
        yield _found("invalid", place, 1, str(error), str(error))
        return
    known = {each._replace(source="") for each in old}
    fresh = [each for each in new if each._replace(source="") not in known]
    gone = len(known - {each._replace(source="") for each in new})
    if fresh or gone:
        rules = ", ".join(sorted({each.rule for each in fresh}))
        message = f"this change alters the waivers: {len(fresh)} new{f' ({rules})' if rules else ''}, {gone} gone"
        line = int(fresh[0].source.rpartition(":")[2]) if fresh else 1
        yield _found("waivers-changed", place, line, message, message)


def _found(name: str, path: str, line: int, message: str, subject: str) -> Finding:
    from yett.rules.policy import rules

    rule: Rule = next(rule for rule in rules() if rule.id == f"policy/{name}")
    return finding(rule, Blob(path, "", b""), Hit(line, 1, message, subject=subject))


def _from_git(objects: git.Objects, prefix: str) -> Callable[[str], bytes | None]:
    seen: dict[str, bytes | None] = {}

    def read(path: str) -> bytes | None:
        if path not in seen:
            if "\n" in path:
                return None
            data = next(objects.read((prefix + path,), _SIZE_LIMIT))
            if isinstance(data, int):
                raise YettError(f"{path} is larger than {_SIZE_LIMIT // 1024} KiB: a policy has to be readable")
            seen[path] = data
        return seen[path]

    return read


def _from_folder(root: str) -> Callable[[str], bytes | None]:
    def read(path: str) -> bytes | None:
        whole = os.path.join(root, path)
        if not os.path.lexists(whole):
            return None
        data = read_file(whole)
        if isinstance(data, bytes):
            return data
        raise YettError(f"{path} cannot be read: {data if isinstance(data, str) else 'it is too large'}")

    return read


def _named(path: str) -> bytes:
    data = read_file(path)
    if isinstance(data, bytes):
        return data
    raise YettError(f"{path} cannot be read: {data if isinstance(data, str) else 'it is too large'}")


def _digest(text: bytes | None) -> str:
    return "" if text is None else of(text)
