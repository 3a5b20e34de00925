"""Rules about the gate itself: what a change would alter in the policy it is judged by, and how much it sets aside."""

from __future__ import annotations

from yett.model import Action, Rule, Severity

_RULES = (
    Rule(
        id="policy/changed",
        title="Change alters the gate's policy",
        severity=Severity.MEDIUM,
        level=Action.WARN,
        why=(
            "This change was judged by the policy of its base, and the next one will be judged by the policy it "
            "brings. Whoever approves it approves a different gate."
        ),
        fix="Have someone who answers for the policy review it, best in a change of its own.",
        refs=("CWE-693", "PCI DSS 6.5.1"),
    ),
    Rule(
        id="policy/invalid",
        title="Change leaves the gate without a valid policy",
        severity=Severity.HIGH,
        why=(
            "The policy or the waivers that this change brings cannot be read. Once they are merged, every later run "
            "ends as a usage error, and the pressure is on to switch the gate off."
        ),
        fix="Correct the line that is named; `yett policy check` says whether it is valid.",
        refs=("CWE-693",),
    ),
    Rule(
        id="policy/too-many-suppressions",
        title="Change sets more findings aside in comments than the policy allows",
        severity=Severity.HIGH,
        why=(
            "A comment that silences a finding has an author and no date. One of them is an exception; many in one "
            "change are a habit, and a reviewer reads past them."
        ),
        fix=(
            "Fix what can be fixed. For the rest use waivers, which have an owner and an end, or raise "
            "`suppress.inline.new_per_change` in a change of its own."
        ),
        refs=("CWE-693",),
    ),
    Rule(
        id="policy/waivers-changed",
        title="Change alters the waivers",
        severity=Severity.MEDIUM,
        level=Action.WARN,
        why=(
            "This change was judged by the waivers of its base. The ones it brings will set findings aside from the "
            "next run on, so they deserve the attention that the findings themselves would get."
        ),
        fix="Have someone who answers for the waived risk review it; check the reason, the owner and the end of each.",
        refs=("CWE-693", "PCI DSS 6.5.1"),
    ),
)


def rules() -> tuple[Rule, ...]:
    """The rules about the gate itself. They need no examples: they look at files of yett's own."""
    return _RULES
