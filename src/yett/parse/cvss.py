"""CVSS vectors to base scores, as FIRST specifies them: v2 section 3.2.1, v3.0 and v3.1 section 7.1, v4.0 section 8.

Only the base metrics count. Threat and environmental metrics describe a moment and a place that are not ours, and
would lower a score that somebody else's policy relies on; they are accepted and left out.
"""

from __future__ import annotations

from collections.abc import Callable

from yett.lean import NamedTuple
from yett.model import Severity


class Score(NamedTuple):
    """`version` is 2.0, 3.0, 3.1 or 4.0: the higher one is the better source for the same vulnerability."""

    version: float
    value: float
    severity: Severity


def score(vector: str) -> Score | None:
    """The base score of a vector of any version; None where it is not one (unknown, repeated or missing metric)."""
    head, _, rest = vector.strip().partition("/")
    match head:
        case "CVSS:4.0":
            return _scored(4.0, _metrics(rest, _V4, _V4_OPTIONAL), _v4)
        case "CVSS:3.1":
            return _scored(3.1, _metrics(rest, _V3, _V3_OPTIONAL), _v3)
        case "CVSS:3.0":
            return _scored(3.0, _metrics(rest, _V3, _V3_OPTIONAL), _v3)
    return _scored(2.0, _metrics(vector.strip().strip("()"), _V2, _V2_OPTIONAL), _v2)


def word(text: str) -> Severity:
    """The severity behind a database's own word: GitHub says "MODERATE" where FIRST says "MEDIUM"."""
    return _WORDS.get(text.strip().lower(), Severity.UNKNOWN)


_WORDS = {
    "none": Severity.INFO,
    "informational": Severity.INFO,
    "low": Severity.LOW,
    "moderate": Severity.MEDIUM,
    "medium": Severity.MEDIUM,
    "important": Severity.HIGH,
    "high": Severity.HIGH,
    "critical": Severity.CRITICAL,
}

_Metrics = dict[str, str]


def _scored(version: float, metrics: _Metrics | None, formula: Callable[[_Metrics], float]) -> Score | None:
    if metrics is None:
        return None
    value = formula(metrics)
    return Score(version, value, _band(version, value))


def _band(version: float, value: float) -> Severity:
    """The qualitative scale of v3 and v4; for v2, which has none of its own, NVD's, where nothing is critical."""
    if value <= 0:
        return Severity.INFO
    if value < 4:
        return Severity.LOW
    if value < 7:
        return Severity.MEDIUM
    return Severity.CRITICAL if value >= 9 and version >= 3 else Severity.HIGH


def _metrics(text: str, base: dict[str, str], optional: frozenset[str]) -> _Metrics | None:
    """The base metrics of a vector; `base` names for each the letters it may have."""
    found: _Metrics = {}
    seen = set()
    for part in text.rstrip("/").split("/"):
        name, colon, value = part.partition(":")
        if not colon or name in seen:
            return None
        seen.add(name)
        if name in base:
            if len(value) != 1 or value not in base[name]:
                return None
            found[name] = value
        elif name not in optional:
            return None
    return found if len(found) == len(base) else None


# --- version 2 -------------------------------------------------------------------------------------------------------

_V2 = {"AV": "LAN", "AC": "HML", "Au": "MSN", "C": "NPC", "I": "NPC", "A": "NPC"}
_V2_OPTIONAL = frozenset({"E", "RL", "RC", "CDP", "TD", "CR", "IR", "AR"})
_V2_WEIGHT = {
    "AV": {"L": 0.395, "A": 0.646, "N": 1.0},
    "AC": {"H": 0.35, "M": 0.61, "L": 0.71},
    "Au": {"M": 0.45, "S": 0.56, "N": 0.704},
    "C": {"N": 0.0, "P": 0.275, "C": 0.660},
}


def _v2(metrics: _Metrics) -> float:
    loss = _V2_WEIGHT["C"]
    impact = 10.41 * (1 - (1 - loss[metrics["C"]]) * (1 - loss[metrics["I"]]) * (1 - loss[metrics["A"]]))
    exploitability = 20.0
    for name in ("AV", "AC", "Au"):
        exploitability *= _V2_WEIGHT[name][metrics[name]]
    if impact == 0:
        return 0.0
    return _nearest((0.6 * impact + 0.4 * exploitability - 1.5) * 1.176)


# --- version 3 -------------------------------------------------------------------------------------------------------

_V3 = {"AV": "NALP", "AC": "LH", "PR": "NLH", "UI": "NR", "S": "UC", "C": "HLN", "I": "HLN", "A": "HLN"}
_V3_OPTIONAL = frozenset(
    {"E", "RL", "RC", "CR", "IR", "AR", "MAV", "MAC", "MPR", "MUI", "MS", "MC", "MI", "MA"},
)
_V3_WEIGHT = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_V3_PRIVILEGES = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}


def _v3(metrics: _Metrics) -> float:
    loss = _V3_WEIGHT["C"]
    base = 1 - (1 - loss[metrics["C"]]) * (1 - loss[metrics["I"]]) * (1 - loss[metrics["A"]])
    changed = metrics["S"] == "C"
    impact = 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 if changed else 6.42 * base
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * _V3_PRIVILEGES[metrics["S"]][metrics["PR"]]
    for name in ("AV", "AC", "UI"):
        exploitability *= _V3_WEIGHT[name][metrics[name]]
    return _up(min(10.0, (1.08 if changed else 1.0) * (impact + exploitability)))


def _up(value: float) -> float:
    """Rounded up to one decimal, in integers (v3.1 appendix A), where floating point would turn 8.6 into 8.7."""
    whole = round(value * 100_000)
    return (whole // 10_000 + (whole % 10_000 > 0)) / 10


# --- version 4 -------------------------------------------------------------------------------------------------------

_V4 = {
    "AV": "NALP",
    "AC": "LH",
    "AT": "NP",
    "PR": "NLH",
    "UI": "NPA",
    "VC": "HLN",
    "VI": "HLN",
    "VA": "HLN",
    "SC": "HLN",
    "SI": "HLN",
    "SA": "HLN",
}
"""The letters of each base metric, worst first: the place of a letter is its severity level."""

_V4_OPTIONAL = frozenset(
    {"E", "CR", "IR", "AR", "MAV", "MAC", "MAT", "MPR", "MUI", "MVC", "MVI", "MVA", "MSC", "MSI", "MSA"}
    | {"S", "AU", "R", "V", "RE", "U"},
)

_V4_SCORES = {
    (0, 0): ((10, 9.3), (9.6, 9), (9.3, 8.8), (9.2, 8), (7.9, 6.9)),
    (0, 1): ((9.5, 9.2), (9.1, 8.1), (9.2, 8.4), (8.2, 7), (7.1, 6.3)),
    (1, 0): ((9.4, 8.7), (8.9, 7.5), (8.6, 7.2), (7.6, 5.7), (6.5, 5.3)),
    (1, 1): ((9, 7.7), (7.7, 6.6), (7.4, 6.1), (5.9, 5.2), (5.8, 2.3)),
    (2, 0): ((8.6, 7), (7.4, 5.4), (7.2, 5.3), (5.7, 3.6), (4.7, 2.4)),
    (2, 1): ((7.3, 5.4), (5.5, 4.3), (6.1, 4.6), (5.1, 1.8), (2.4, 1)),
}
"""The part of FIRST's table of 270 macro vectors that base metrics reach: exploits attacked (EQ5 = 0), and no safety
impact (EQ4 1 or 2). By (EQ1, EQ2); then (EQ3, EQ6) = 00, 01, 10, 11, 21; then EQ4 = 1, 2."""

_V4_COLUMN = {0: 0, 1: 2, 2: 4}
"""EQ3 to the column it has with the worst requirements (CR, IR and AR unset count as high)."""

_V4_DEPTH_EQ1 = (1, 4, 5)
_V4_DEPTH_EQ2 = (1, 2)
_V4_DEPTH_EQ3 = (7, 8, 10)
_V4_DEPTH_EQ4 = {1: 5, 2: 4}
"""How many steps lie between the worst and the mildest vector of each equivalence class."""

_V4_WORST_EQ1 = (((0, 0, 0),), ((1, 0, 0), (0, 1, 0), (0, 0, 1)), ((3, 0, 0), (1, 1, 1)))
_V4_WORST_EQ2 = (((0, 0),), ((1, 0), (0, 1)))
_V4_WORST_EQ3 = (((0, 0, 0),), ((1, 0, 0), (0, 1, 0)), ((1, 1, 1),))
"""The worst vectors of each class, as levels of (AV, PR, UI), (AC, AT) and (VC, VI, VA)."""


def _v4(metrics: _Metrics) -> float:
    levels = {name: letters.index(metrics[name]) for name, letters in _V4.items()}
    harm = [levels[name] for name in ("VC", "VI", "VA", "SC", "SI", "SA")]
    if min(harm) == 2:
        return 0.0
    access = (levels["AV"], levels["PR"], levels["UI"])
    eq1 = 2 if access[0] == 3 or min(access) > 0 else min(1, max(access))
    effort = (levels["AC"], levels["AT"])
    eq2 = max(effort)
    own = (harm[0], harm[1], harm[2])
    eq3 = 0 if own[0] == own[1] == 0 else 1 if min(own) == 0 else 2
    others = harm[3:]
    eq4 = 1 if min(others) == 0 else 2

    scores = _V4_SCORES[eq1, eq2]
    column = _V4_COLUMN[eq3]
    value = float(scores[column][eq4 - 1])
    drops = [0.0]  # EQ5 has a milder class, and a base vector is the worst of its own
    if eq1 < 2:
        lower = value - _V4_SCORES[eq1 + 1, eq2][column][eq4 - 1]
        drops.append(lower * _distance(access, _V4_WORST_EQ1[eq1]) / _V4_DEPTH_EQ1[eq1])
    if eq2 < 1:
        lower = value - _V4_SCORES[eq1, 1][column][eq4 - 1]
        drops.append(lower * _distance(effort, _V4_WORST_EQ2[eq2]) / _V4_DEPTH_EQ2[eq2])
    if eq3 < 2:
        milder = (1, 2) if eq3 == 0 else (3,)
        lower = value - max(scores[place][eq4 - 1] for place in milder)
        drops.append(lower * _distance(own, _V4_WORST_EQ3[eq3]) / _V4_DEPTH_EQ3[eq3])
    if eq4 < 2:
        lower = value - scores[column][1]
        drops.append(lower * sum(others) / _V4_DEPTH_EQ4[eq4])
    return _nearest(max(0.0, min(10.0, value - sum(drops) / len(drops))))


def _distance(levels: tuple[int, ...], worst: tuple[tuple[int, ...], ...]) -> int:
    """Steps from the first of the worst vectors that is at least as bad in every metric."""
    for vector in worst:
        steps = [own - other for own, other in zip(levels, vector, strict=True)]
        if min(steps) >= 0:
            return sum(steps)
    raise AssertionError(f"{levels} lies above every worst vector of its class")


def _nearest(value: float) -> float:
    """Rounded half up to one decimal; the small term undoes what floating point loses below a half."""
    return int(value * 10 + 0.5 + 1e-6) / 10
