"""Scores published by FIRST and NVD for the vectors, and vectors that are none."""

from __future__ import annotations

import pytest

from yett.model import Severity
from yett.parse.cvss import score, word


@pytest.mark.parametrize(
    ("vector", "version", "value", "severity"),
    (
        # v2: the guide's own examples, section 3.3 (CVE-2002-0392, CVE-2003-0818, CVE-2003-0062)
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 2.0, 7.8, Severity.HIGH),
        ("AV:N/AC:L/Au:N/C:C/I:C/A:C", 2.0, 10.0, Severity.HIGH),
        ("(AV:L/AC:H/Au:N/C:C/I:C/A:C)", 2.0, 6.2, Severity.MEDIUM),
        ("AV:N/AC:L/Au:N/C:N/I:N/A:N", 2.0, 0.0, Severity.INFO),
        ("AV:L/AC:L/Au:N/C:P/I:N/A:N/E:F/RL:OF/RC:C", 2.0, 2.1, Severity.LOW),
        # v3: FIRST's examples document
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 3.0, 6.1, Severity.MEDIUM),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 3.1, 6.4, Severity.MEDIUM),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 3.1, 9.8, Severity.CRITICAL),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 3.1, 10.0, Severity.CRITICAL),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 3.1, 7.5, Severity.HIGH),
        ("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 3.1, 6.8, Severity.MEDIUM),
        ("CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", 3.1, 1.8, Severity.LOW),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 3.1, 0.0, Severity.INFO),
        # the temporal metrics would lower it to 8.6 and more
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U", 3.1, 9.8, Severity.CRITICAL),
        # v4: FIRST's examples document, and one of every class of EQ1 to EQ4
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 4.0, 10.0, Severity.CRITICAL),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 4.0, 9.3, Severity.CRITICAL),
        ("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 4.0, 7.3, Severity.HIGH),
        ("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 4.0, 7.7, Severity.HIGH),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", 4.0, 8.8, Severity.HIGH),
        ("CVSS:4.0/AV:P/AC:H/AT:P/PR:L/UI:P/VC:L/VI:L/VA:L/SC:L/SI:L/SA:L", 4.0, 1.0, Severity.LOW),
        ("CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N", 4.0, 1.0, Severity.LOW),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", 4.0, 5.1, Severity.MEDIUM),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 4.0, 0.0, Severity.INFO),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U/CR:L", 4.0, 9.3, Severity.CRITICAL),
    ),
)
def test_base_score(vector: str, version: float, value: float, severity: Severity) -> None:
    assert score(vector) == (version, value, severity)


@pytest.mark.parametrize(
    "vector",
    (
        "",
        "HIGH",
        "7.5",
        "CVSS:3.1/",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",  # no A
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:X",  # no such value
        "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",  # AV twice
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/ZZ:Z",  # no such metric
        "CVSS:3.1/AV:NA/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",  # two letters
        "CVSS:5.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",  # no such version
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N",  # "safety" is for the modified metric
        "AV:N/AC:L/Au:N/C:C/I:C",
        "\ud800",
    ),
)
def test_no_vector(vector: str) -> None:
    assert score(vector) is None


@pytest.mark.parametrize(
    ("text", "severity"),
    (
        ("MODERATE", Severity.MEDIUM),
        ("Medium", Severity.MEDIUM),
        ("HIGH", Severity.HIGH),
        (" critical ", Severity.CRITICAL),
        ("low", Severity.LOW),
        ("negligible", Severity.UNKNOWN),
        ("", Severity.UNKNOWN),
    ),
)
def test_word(text: str, severity: Severity) -> None:
    assert word(text) is severity


def test_every_v4_vector_has_a_score() -> None:
    from itertools import product

    names = ("AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA")
    letters = ("NALP", "LH", "NP", "NLH", "NPA", "HN", "HLN", "HL", "HLN", "HN", "HN")
    for values in product(*letters):
        found = score("CVSS:4.0/" + "/".join(f"{name}:{value}" for name, value in zip(names, values, strict=True)))
        assert found is not None
        assert 0 < found.value <= 10


def test_a_worse_metric_never_lowers_the_score() -> None:
    from itertools import product

    letters = {"AV": "PLAN", "AC": "HL", "PR": "HLN", "UI": "RN", "S": "UC", "C": "NLH", "I": "NLH", "A": "NLH"}

    def value(places: tuple[int, ...]) -> float:
        pairs = zip(letters.items(), places, strict=True)
        found = score("CVSS:3.1/" + "/".join(f"{name}:{values[place]}" for (name, values), place in pairs))
        assert found is not None
        return found.value

    sizes = [range(len(values)) for values in letters.values()]
    scores = {places: value(places) for places in product(*sizes)}
    for places, here in scores.items():
        for metric in range(len(places)):
            worse = (*places[:metric], places[metric] + 1, *places[metric + 1 :])
            assert scores.get(worse, 10.0) >= here
