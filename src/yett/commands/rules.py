"""`yett rules` and `yett explain`."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from yett import guide
from yett.errors import YettError
from yett.model import Rule, Severity
from yett.rules import catalogue


def run(options: SimpleNamespace, say: Callable[[str], None]) -> int:
    """List rules, or explain one.

    Raises:
        YettError: there is no such rule, family or severity.
    """
    rules = catalogue()
    if options.command == "explain":
        found = [rule for rule in rules if options.rule in (rule.id, rule.id.partition("/")[2])]
        if not found:
            meant = guide.suggest(options.rule, [rule.id for rule in rules])
            hint = f"did you mean {meant}?" if meant else "`yett rules` lists them"
            raise YettError(f"there is no rule {options.rule!r}: {hint}")
        say("\n".join(guide.explain(rule) for rule in found))
        return 0
    chosen = _chosen(rules, options)
    say(_json(chosen) if options.format == "json" else guide.rules_table(chosen))
    return 0


def _chosen(rules: tuple[Rule, ...], options: SimpleNamespace) -> tuple[Rule, ...]:
    families = sorted({rule.id.partition("/")[0] for rule in rules})
    if options.family and options.family not in families:
        raise YettError(f"there is no family {options.family!r}: name one of {', '.join(families)}")
    least = Severity.UNKNOWN
    if options.severity:
        if options.severity.upper() not in Severity.__members__:
            raise YettError(f"there is no severity {options.severity!r}: name one of low, medium, high, critical")
        least = Severity[options.severity.upper()]
    words = [word.lower() for word in options.words]
    return tuple(
        rule
        for rule in rules
        if (not options.family or rule.id.startswith(f"{options.family}/"))
        and rule.severity >= least
        and all(word in f"{rule.id} {rule.title}".lower() for word in words)
    )


def _json(rules: tuple[Rule, ...]) -> str:
    import json

    return json.dumps(
        [
            {
                "id": rule.id,
                "title": rule.title,
                "severity": rule.severity.word,
                "confidence": rule.confidence.word,
                "level": rule.level.word,
                "why": rule.why,
                "fix": rule.fix,
                "refs": list(rule.refs),
                "since": rule.since,
            }
            for rule in rules
        ],
        indent=2,
    )
