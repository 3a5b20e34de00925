"""Every key of the policy file in one table: its kind, its default, what is tighter, and a sentence for the docs.

The loader, the published JSON Schema, `yett policy show` and the rule "a child may only tighten" are all made from it.
"""

from __future__ import annotations

from yett.lean import NamedTuple
from yett.model import CHECKS

Setting = str | int | bool | tuple[str, ...]


class Choice(NamedTuple):
    """One of several words, the tightest first."""

    words: tuple[str, ...]


class Days(NamedTuple):
    """A number of days, written `7d` or `7`; fewer is tighter."""

    least: int
    most: int


class Count(NamedTuple):
    """A number; fewer is tighter."""

    most: int


class Flag(NamedTuple):
    """`true` or `false`; `true` is tighter."""


class Relief(NamedTuple):
    """`true` or `false`; `false` is tighter."""


class Percent(NamedTuple):
    """A share, written `50%` or `50`; less is tighter."""


class Globs(NamedTuple):
    """A list of globs that are let off; fewer is tighter."""


class Words(NamedTuple):
    """A list of words out of a set; more is tighter."""

    words: tuple[str, ...]
    least: int = 0


class Text(NamedTuple):
    """A path inside the repository; any change counts as loosening."""


Kind = Choice | Days | Count | Flag | Relief | Percent | Globs | Words | Text


class Key(NamedTuple):
    """One setting."""

    kind: Kind
    default: Setting
    doc: str


_SEVERITIES = Choice(("info", "low", "medium", "high", "critical", "never"))
_CONFIDENCES = Choice(("low", "medium", "high"))
_ONLY = Choice(("all", "new"))
_INLINE = Choice(("never", "rule-and-reason", "rule", "any"))


def _check(name: str, block: tuple[str, str, str], warn: tuple[str, str, str]) -> dict[str, Key]:
    keys: dict[str, Key] = {}
    for action, (severity, confidence, only) in (("block", block), ("warn", warn)):
        verb = "blocks" if action == "block" else "warns"
        keys |= {
            f"checks.{name}.{action}.severity": Key(_SEVERITIES, severity, f"a finding at least this severe {verb}"),
            f"checks.{name}.{action}.confidence": Key(_CONFIDENCES, confidence, "… if it is at least this certain"),
            f"checks.{name}.{action}.only": Key(_ONLY, only, "all, or only what the change adds"),
        }
    return keys


KEYS: dict[str, Key] = {
    "complete.required": Key(Words(CHECKS), CHECKS, "the checks whose gaps leave the verdict undecided"),
    "complete.on_gap": Key(Choice(("block", "warn")), "block", "what a gap in a required check does"),
    "complete.advisories_max_age": Key(Days(1, 365), 7, "an older advisory database is a gap"),
    **_check("secrets", ("info", "medium", "all"), ("info", "medium", "all")),
    "checks.secrets.range": Key(
        Choice(("every-commit", "head")), "every-commit", "in a range: every version in it, or its last one only"
    ),
    "checks.secrets.archives": Key(Flag(), False, "archives are opened; else they are named as not looked into"),
    "checks.secrets.engines": Key(
        Words(("yett", "detect-secrets"), least=1), ("yett",), "what looks for them: `detect-secrets` adds its plugins"
    ),
    **_check("dependencies", ("high", "low", "new"), ("info", "low", "all")),
    "checks.dependencies.block.unknown_severity": Key(Flag(), True, "an advisory that nobody has rated blocks"),
    "checks.dependencies.block.known_exploited": Key(Flag(), True, "an advisory exploited in the wild blocks"),
    "checks.dependencies.block.malicious": Key(Flag(), True, "a malicious package blocks"),
    "checks.dependencies.block.epss": Key(
        Percent(), 50, "an advisory at least this likely to be exploited in the next 30 days (EPSS) blocks"
    ),
    "checks.dependencies.block.fixable_only": Key(Relief(), False, "an advisory that no version clears does not block"),
    "checks.dependencies.block.scope": Key(
        Choice(("all", "production")), "all", "production: what only development needs does not block"
    ),
    **{
        f"checks.dependencies.grace.{word}": Key(
            Days(0, 90), 0, f"for so long after its publication an advisory of {word} severity only warns"
        )
        for word in ("critical", "high", "medium", "low", "unknown")
    },
    "checks.dependencies.allow_unaudited": Key(
        Globs(), (), "names of your own packages, which no advisory can be looked up for"
    ),
    **_check("python", ("high", "medium", "new"), ("medium", "medium", "all")),
    **_check("config", ("high", "medium", "all"), ("medium", "medium", "all")),
    "suppress.inline.mode": Key(_INLINE, "rule-and-reason", "which directives in a line are honoured"),
    "suppress.inline.secrets": Key(_INLINE, "never", "which of them are honoured for secrets"),
    "suppress.inline.new_per_change": Key(Count(1000), 3, "how many honoured directives one change may add"),
    "suppress.waivers": Key(Text(), ".yett/waivers.yaml", "the file of waivers"),
    "suppress.detect_secrets": Key(
        Text(), ".secrets.baseline", "detect-secrets' baseline: what an audit in it calls no secret is set aside"
    ),
    "suppress.vex": Key(
        Globs(), (), "OpenVEX or CycloneDX documents of yours, by path, that say which advisories do not concern you"
    ),
    "suppress.require": Key(
        Words(("reason", "owner", "expires")), ("reason", "owner", "expires"), "what every waiver has to name"
    ),
    "suppress.max_days.critical": Key(Days(1, 3650), 14, "how long a waiver for a critical finding may run"),
    "suppress.max_days.high": Key(Days(1, 3650), 30, "… for a high one, or one of unknown severity"),
    "suppress.max_days.medium": Key(Days(1, 3650), 90, "… for a medium one"),
    "suppress.max_days.low": Key(Days(1, 3650), 180, "… for a low one"),
}

DEFAULTS: dict[str, Setting] = {key: each.default for key, each in KEYS.items()}

PRESETS: dict[str, dict[str, Setting]] = {
    "default": {},
    "strict": {
        "checks.secrets.block.confidence": "low",
        "checks.dependencies.block.severity": "low",
        "checks.dependencies.block.only": "all",
        "checks.python.block.severity": "medium",
        "checks.python.block.only": "all",
        "checks.python.warn.severity": "low",
        "checks.config.block.severity": "medium",
        "checks.config.warn.severity": "low",
        "suppress.inline.mode": "never",
    },
    # PCI DSS 4.0.1: 6.3.3 (critical and high-risk patches within a month), 8.6.2 (no secrets in code), 6.2.4
    # (injection and the like), 2.2 and 7.2 (configuration, least privilege).
    "pci-dss-4.0.1": {
        "checks.dependencies.block.only": "all",
        "checks.python.block.only": "all",
        "checks.python.block.severity": "medium",
        "checks.config.block.severity": "medium",
        "suppress.inline.mode": "never",
    },
}


def tighter_or_equal(key: str, new: Setting, old: Setting) -> bool:
    """Whether a child may set `new` where what it extends says `old`."""
    match KEYS[key].kind:
        case Choice(words):
            return words.index(str(new)) <= words.index(str(old))
        case Days() | Count():
            return int(str(new)) <= int(str(old))
        case Percent():
            return int(str(new)) <= int(str(old))
        case Flag():
            return bool(new) or not old
        case Relief():
            return bool(old) or not new
        case Globs():
            assert isinstance(new, tuple)
            assert isinstance(old, tuple)
            return set(new) <= set(old)
        case Words():
            assert isinstance(new, tuple)
            assert isinstance(old, tuple)
            return set(new) >= set(old)
        case Text():
            return new == old
