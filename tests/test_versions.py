"""Versions in order, with packaging as the oracle for Python's, and ranges that hold them."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from packaging.utils import canonicalize_name, canonicalize_version
from packaging.version import InvalidVersion, Version

from yett.parse.versions import Affected, affected, canonical, holds, normalise, order, pep440, semver

SEMANTIC = (
    # semver.org section 11
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.1-0",
    "1.0.1-0.0",
    "1.0.1-A",
    "1.0.1-a",
    "1.0.1",
    "1.2",  # 1.2.0
    "v1.10.0",
    "2",
    "10.0.0",
)


def made_up(chance: random.Random) -> str:
    """A version, mostly: every spelling that PEP 440 normalises, and now and then a wrong one."""
    pick = chance.choice
    text = pick(("", "", "v", "1!", "0!", " ")) + ".".join(
        str(chance.randint(0, 3)) for _ in range(chance.randint(1, 4))
    )
    if chance.random() < 0.4:
        text += pick(("", "-", "_", "."))
        text += pick(("a", "alpha", "b", "Beta", "c", "RC", "pre", "preview"))
        text += pick(("", "-", ".", "_")) + pick(("", "0", "1", "02"))
    if chance.random() < 0.3:
        text += pick(("-1", "-0", ".post", "post1", "-r2", "_rev_3", ".post.2", ".POST"))
    if chance.random() < 0.3:
        text += pick((".dev", "dev1", "-dev-2", "_DEV3", ".dev.0"))
    if chance.random() < 0.2:
        text += pick(("+abc", "+1", "+1.abc", "+abc-1", "+ABC_2", "+01", "+a.10"))
    if chance.random() < 0.05:
        text += pick(("x", "-", "..", "+", "\u0661", "!"))
    return text


def parsed(version: str) -> Version | None:
    try:
        return Version(version)
    except InvalidVersion:
        return None


def test_python_order_is_that_of_packaging() -> None:
    chance = random.Random(440)
    known = {version: parsed(version) for version in (made_up(chance) for _ in range(4000))}
    for version, oracle in known.items():
        assert (pep440.key(version) is None) == (oracle is None), version
        if oracle is not None:
            assert canonical("PyPI", version) == canonicalize_version(oracle)
    valid = sorted((oracle, version) for version, oracle in known.items() if oracle is not None)
    keys = [pep440.key(version) for _, version in valid]
    for (one, one_text), (other, other_text) in pairwise(valid):
        left, right = pep440.key(one_text), pep440.key(other_text)
        assert left is not None
        assert right is not None
        assert (left == right) == (one == other), (one_text, other_text)
        assert left <= right, (one_text, other_text)
    assert keys == sorted(keys, key=lambda key: key or ())


def test_semantic_order() -> None:
    keys = [semver.key(version) for version in SEMANTIC]
    assert all(left is not None and right is not None and left < right for left, right in pairwise(keys))


@pytest.mark.parametrize(
    ("one", "other"),
    (
        ("1.0.0", "1"),
        ("v1.2.3", "1.2.3"),
        ("1.2.3+build.5", "1.2.3"),
        ("=1.2.3", "1.2.3"),
        ("1.2.3-rc.1+x", "1.2.3-rc.1"),
    ),
)
def test_semantic_equals(one: str, other: str) -> None:
    assert semver.key(one) == semver.key(other)
    assert canonical("npm", one) == canonical("npm", other)


@pytest.mark.parametrize(
    ("ecosystem", "version"),
    (
        ("PyPI", ""),
        ("PyPI", "latest"),
        ("PyPI", "1.0-NA"),
        ("PyPI", "1.0\n2.0"),
        ("PyPI", "1" * 5000),
        ("PyPI", "\u0661.0"),  # an Arabic one is a digit to `int`, not to PEP 440
        ("npm", "1.2.3.4"),
        ("npm", "latest"),
        ("npm", "1.x"),
        ("npm", "9" * 5000 + ".0.0"),
        ("npm", "1.2.3-"),
        ("npm", "\ud800"),
    ),
)
def test_no_version(ecosystem: str, version: str) -> None:
    known = order(ecosystem)
    assert known is not None
    assert known.key(version) is None
    assert holds(ecosystem, affected(ecosystem, ">=1\t<2"), version) is None


@pytest.mark.parametrize(
    ("ecosystem", "ranges", "inside", "outside"),
    (
        ("PyPI", ">=0\t<1.5", "0 0.dev0 1.4.99 1.5.dev1 1.5rc1", "1.5 1.5.0 1.5.post1 2"),
        ("PyPI", ">=0\t<=1.5", "1.5 1.5.0 1.5+cpu", "1.5.1 1.5.post1"),
        ("PyPI", ">=0", "0 1 99999!1", ""),
        ("PyPI", ">=1\t<2\t>=3\t<4", "1 1.9 3 3.9", "0.9 2 2.5 4"),
        ("PyPI", "<4\t>=3\t<2\t>=1", "1 1.9 3 3.9", "0.9 2 2.5 4"),  # unsorted
        ("PyPI", ">=1\t<2\n>=3\t<=3.1", "1.5 3.1", "2 3.2"),  # two ranges
        ("PyPI", ">=1\t<2\t>=2\t<3", "1 2 2.5", "3"),  # adjacent, in the order of the source
        ("PyPI", ">=45\t<45", "", "44 45 46"),  # empty
        ("PyPI", "<2", "0 1.9", "2"),  # no "introduced"
        ("PyPI", ">=1\t^2", "1 1.9", "2 3 0.9"),  # limit
        ("PyPI", ">=1\t^2\t^*", "1 2 3", "0.9"),
        ("PyPI", ">=1\t<9\t^2\t^3", "2.9", "3 8"),  # before any limit counts
        ("PyPI", ">=0\t<=2.0b1\t<=2.0", "2.0b1 2.0", "2.0.1"),  # the further "last affected" counts
        ("PyPI", ">=0\t<=2.6.0-NA", "2.5 2.6.0 2.6.0.1", "2.6.1 2.7"),  # widened
        ("PyPI", ">=2.6-x\t<3", "2.6.dev1 2.6 2.9", "2.5 3"),
        ("PyPI", ">=0\t<2019-09-12", "2018 2019.1", "2020"),
        ("PyPI", ">=0\t<2.7.0", "2.6.0+cu118", "2.7.0+cu118"),  # a local build
        ("PyPI", ">=0\t<=2.7.0", "2.7.0+cu118", "2.7.1+cu118"),
        ("npm", ">=0\t<1.5.0", "0.0.0 1.4.9 1.5.0-rc.1", "1.5.0 2.0.0"),
        ("npm", ">=1.0.0-alpha\t<=1.2", "1.0.0-beta 1.2.0 1.2.0+x", "1.0.0-0 1.2.1"),
        ("npm", ">=3\t<3.0.RC3", "3.0.0 3.0.9", "2.9.9 3.1.0"),
    ),
)
def test_ranges(ecosystem: str, ranges: str, inside: str, outside: str) -> None:
    stated = affected(ecosystem, ranges)
    assert [version for version in inside.split() if not holds(ecosystem, stated, version)] == []
    assert [version for version in outside.split() if holds(ecosystem, stated, version) is not False] == []


@pytest.mark.parametrize(
    ("ecosystem", "ranges", "versions", "version", "expected"),
    (
        ("PyPI", "", "\n1\n1.1\n", "1.0.0", True),
        ("PyPI", "", "\n1\n1.1\n", "1.1", True),
        ("PyPI", "", "\n1\n1.1\n", "1.1+cpu", True),
        ("PyPI", "", "\n11\n", "1", False),  # not a part of another version
        ("PyPI", "", "\n2004d\n", "2004d", True),  # unreadable, but listed
        ("PyPI", "", "\n1\n", "2004d", False),
        ("PyPI", ">=0\t<odd", "\n1\n", "1.0", True),  # listed, whatever the bound is
        ("PyPI", ">=0\t<odd", "\n1\n", "2.0", None),
        ("PyPI", ">=0\t<odd\n>=5", "", "6", True),  # one range is enough
        ("PyPI", ">=0\t<odd\n>=5", "", "4", None),
        ("PyPI", ">=0", "", "odd", True),  # everything is everything
        ("PyPI", ">=0\t<1", "", "odd", None),
        ("PyPI", "", "", "1", False),
        ("Maven", ">=0\t<1", "", "0.5", None),  # no order here yet
        ("Maven", ">=0\t<1", "\n0.5-RC\n", "0.5-RC", True),
        ("Maven", ">=0", "", "0.5", True),
        ("Maven", "", "\n0.5\n", "0.6", False),
    ),
)
def test_listed_and_unclear(ecosystem: str, ranges: str, versions: str, version: str, expected: bool | None) -> None:
    assert holds(ecosystem, affected(ecosystem, ranges, versions), version) is expected


def test_everything() -> None:
    assert affected("npm", ">=0").everything
    assert affected("npm", ">=1.0.0\n>=0").everything
    assert not affected("npm", ">=0.0.1").everything
    assert Affected(()).everything is False


@pytest.mark.parametrize(
    ("ecosystem", "name", "expected"),
    (
        ("PyPI", "Django", "django"),
        ("PyPI", "zope.interface", "zope-interface"),
        ("PyPI", "A__b-.-C", "a-b-c"),
        ("npm", "JSONStream", "JSONStream"),  # npm has old packages that differ in case alone
        ("npm", "@Scope/a.b", "@Scope/a.b"),
        ("NuGet", "Newtonsoft.Json", "newtonsoft.json"),
        ("Packagist", "Symfony/HTTP", "symfony/http"),
        ("crates.io", "serde_json", "serde-json"),
        ("Go", "github.com/A/b", "github.com/A/b"),
    ),
)
def test_normalise(ecosystem: str, name: str, expected: str) -> None:
    assert normalise(ecosystem, name) == expected
    if ecosystem == "PyPI":
        assert expected == canonicalize_name(name)
