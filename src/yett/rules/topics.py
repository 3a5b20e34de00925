"""What rules are about, in the words of those who answer for a shop, and what they are evidence for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from yett.lean import NamedTuple
from yett.model import Rule


class Topic(NamedTuple):
    """A topic and the weaknesses (CWE) that belong to it."""

    title: str
    cwes: tuple[int, ...]


TOPICS = (
    Topic("Encryption in transit", (295, 297, 298, 319, 322, 326, 327, 523, 614, 757)),
    Topic("Encryption at rest", (311, 312, 359)),
    Topic(
        "Keys, passwords and tokens",
        (256, 258, 259, 260, 320, 321, 324, 328, 330, 338, 521, 522, 526, 532, 598, 798, 916, 1392),
    ),
    Topic("Least privilege", (15, 250, 266, 269, 272, 276, 284, 639, 732, 749, 862, 863)),
    Topic("Authentication and MFA", (287, 290, 294, 306, 307, 308, 347, 384, 613)),
    Topic(
        "Injection and XSS", (20, 22, 73, 77, 78, 79, 88, 89, 94, 95, 98, 113, 155, 434, 502, 611, 776, 918, 943, 1336)
    ),
    Topic("Browser protection", (346, 352, 693, 942, 1004, 1021, 1275)),
    Topic("Rate limits and availability", (400, 693, 703, 754, 770, 1088, 1333)),
    Topic("Load balancers and proxies", (348, 349, 350, 436, 441, 444, 644)),
    Topic("Isolated services", (406, 552, 653, 668, 923, 1188, 1327, 1328)),
    Topic("Patched software", (937, 1035, 1104, 1329, 1395)),
    Topic("Supply chain and pipelines", (345, 353, 426, 427, 454, 494, 506, 829, 1007, 1357)),
    Topic("Information that leaks", (200, 209, 377, 379, 489, 497, 538, 548)),
    Topic("Audit logs", (223, 390, 778, 779)),
    Topic("Checks that check nothing", (16, 571, 625, 670, 684, 697, 783, 838, 1059)),
)
"""In the order of the page. A rule is listed under every topic one of its weaknesses belongs to."""


def by_topic(rules: Iterable[Rule]) -> dict[str, tuple[Rule, ...]]:
    """The rules of each topic, sorted by id; topics without any are left out. Secrets are a topic of their own."""
    listed = sorted(rules, key=lambda rule: rule.id)
    found: dict[str, list[Rule]] = {topic.title: [] for topic in TOPICS}
    for rule in listed:
        if not rule.id.startswith("secrets/"):
            cwes = {int(ref.removeprefix("CWE-")) for ref in rule.refs if ref.startswith("CWE-")}
            for topic in TOPICS:
                if cwes.intersection(topic.cwes):
                    found[topic.title].append(rule)
    return {title: tuple(own) for title, own in found.items() if own}


def by_requirement(rules: Iterable[Rule]) -> Mapping[str, tuple[Rule, ...]]:
    """The rules that support each requirement of PCI DSS 4.0.1, in the order of the standard."""
    found: dict[str, list[Rule]] = {}
    for rule in sorted(rules, key=lambda rule: rule.id):
        for ref in rule.refs:
            number = ref.removeprefix("PCI DSS ")
            if number != ref:
                found.setdefault(number, []).append(rule)
    return {number: tuple(found[number]) for number in sorted(found, key=_order)}


def _order(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", number))
