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


RISING = {
    # Each list rises; "=" between two says that they are equal. Compared with Maven 3.9's own ComparableVersion.
    "Maven": (
        "1-alpha = 1-alpha-0 = 1alpha < 1-alpha-1 = 1a1 < 1-beta < 1-b2 = 1.beta2 < 1-milestone < 1-m3 < 1-rc = 1-cr",
        "1-rc < 1-rc1 = 1-cr1 < 1-SNAPSHOT < 1 = 1.0 = 1.0.0 = 1-ga = 1.final = 1.0.0.RELEASE = 1-0 < 1-sp < 1-sp1",
        "1-sp < 1-abc < 1-jre < 1-xyz < 1-1 = 1.0-1 < 1-2 < 1.1 = 01.1 < 1.1.1 < 1.2 < 1.10 < 2",
        "1.0.RC2 < 1.0-RC3 < 1.0.1 < 1.0.1.Final-redhat-1 < 1.0.1-1 < 20040616 < 99999999999999999999",
        "2.0-SNAPSHOT < 2.0 < 2.0.0-android = 2.0-android < 2.0-jre < 2.0.1-android",
        "1-foo < 1-1 < 1-1-foo < 1.1 < 1.1-foo",
        "0 = 0.0 < 0.1-alpha < 0.1",
        "1.x < 1-x1 = 1.x1 < 1.1 < 1.1x",
    ),
    "RubyGems": (
        "0.a < 0 = 0.0 < 0.0.0.1 < 1.a = 1.0.a = 1.0.0.a < 1.a.1 < 1.b < 1.0.pre < 1.0.rc < 1.0.rc1 < 1.0.rc2",
        "1.0.rc10 < 1.0 = 1 = 1.0.0 < 1.0.1 < 1.1.A < 1.1.a < 1.1 = 1.01 < 1.2 < 1.10 < 2",
        "1.0-1 = 1.0.pre.1 < 1.0.pre.2 < 1.0",  # a hyphen makes a pre-release
        "1.a.0.b < 1.a = 1.a.0 < 1.a.0.1 < 1.a.1",
        "1.a.b < 1.a.0.b < 1.a.0.0.b < 1.a",
        "5.0.0.racecar < 5.0.0.rc < 5.0.0.rc.1 < 5.0.0",
    ),
    "Packagist": (
        "1.0.0-dev = 1.0-dev < 1.0-alpha < 1.0-alpha1 = 1.0a1 < 1.0.0-alpha.2 < 1.0-beta = 1.0b < 1.0-beta11",
        "1.0-beta2 < 1.0-beta11 < 1.0-RC1 = 1.0rc1 < 1.0.0-RC2 < 1.0 = v1.0.0 = 1 = 1.0.0.0 = 1.0-stable = 1.0+b1",
        "1.0 < 1.0-p1 = 1.0-pl1 = 1.0-patch1 < 1.0.0-p2 < 1.0.1 < 1.2 < 1.10",
        "1.0.x-dev = 1.0.9999999.9999999-dev < 1.x-dev < 2.0",
        "2010.01.02 < 2010.01.03 < 2010.02.01",
    ),
    "NuGet": (
        "1.0-alpha < 1.0-alpha.1 = 1.0.0-ALPHA.1 < 1.0-alpha.beta < 1.0-beta < 1.0-beta.2 < 1.0-beta.11 < 1.0-rc.1",
        "1.0-rc.1 < 1.0 = 1 = 1.0.0 = 1.0.0.0 = 1.0+x = v1.0 = 01.0 < 1.0.0.1-a < 1.0.0.1 < 1.0.1 < 1.10 < 2",
        "1.0-1 < 1.0-2 < 1.0-10 < 1.0-a < 1.0",
    ),
    "Go": (
        "v0.0.0-20190101000000-abcdefabcdef < v0.0.0-20200101000000-000000000000 < v0.0.1 < v1.0.0-pre < v1.0.0",
        "v1.2.3 < v1.2.4-0.20200101000000-abcdefabcdef < v1.2.4 = 1.2.4 = v1.2.4+incompatible < v2.0.0+incompatible",
    ),
    "crates.io": ("0.1.0-alpha < 0.1.0-alpha.1 < 0.1.0-beta < 0.1.0 = 0.1.0+build < 0.1.1 < 0.10.0 < 1.0.0",),
    "Hex": ("1.0.0-rc.1 < 1.0.0-rc.10 < 1.0.0 = 1.0.0+1 < 1.0.1",),
}


@pytest.mark.parametrize(("ecosystem", "line"), [(name, line) for name, lines in RISING.items() for line in lines])
def test_rising(ecosystem: str, line: str) -> None:
    known = order(ecosystem)
    assert known is not None
    signs = [word for word in line.split() if word in "<="]
    versions = [word for word in line.split() if word not in "<="]
    for sign, (one, other) in zip(signs, pairwise(versions), strict=True):
        left, right = known.key(one), known.key(other)
        assert left is not None, one
        assert right is not None, other
        assert (left == right) is (sign == "="), (one, other)
        assert (left < right) is (sign == "<"), (one, other)
        assert not left > right, (one, other)
        assert (canonical(ecosystem, one) == canonical(ecosystem, other)) is (sign == "="), (one, other)


@pytest.mark.parametrize(
    ("ecosystem", "prefix", "inside", "outside"),
    (
        ("Maven", (1, 2), "1.2-alpha 1.2 1.2.9 1.2-sp", "1.1.9 1.3-alpha 1.3"),
        ("RubyGems", (1, 2), "1.2.a 1.2 1.2.9", "1.1.9 1.3.a 1.3"),
        ("Packagist", (1, 2), "1.2-dev 1.2 1.2.9", "1.1.9 1.3-dev 1.3"),
        ("NuGet", (1, 2), "1.2-a 1.2 1.2.9.9", "1.1.9 1.3-a 1.3"),
        ("Go", (1, 2), "1.2.0-a 1.2.0 1.2.9", "1.1.9 1.3.0-a 1.3.0"),
    ),
)
def test_between(ecosystem: str, prefix: tuple[int, ...], inside: str, outside: str) -> None:
    known = order(ecosystem)
    assert known is not None
    low, high = known.between(prefix)
    for version in inside.split():
        key = known.key(version)
        assert key is not None
        assert low <= key < high, version
    for version in outside.split():
        key = known.key(version)
        assert key is not None
        assert not low <= key < high, version


@pytest.mark.parametrize(
    ("ecosystem", "one", "other", "same"),
    (
        ("Maven", "1.2", "1.9-rc1", True),
        ("Maven", "1.2", "2", False),
        ("Maven", "0.1", "0.2", True),
        ("RubyGems", "0.1", "0.2", True),
        ("RubyGems", "2.0.a", "2.9", True),
        ("RubyGems", "2", "3", False),
        ("Packagist", "1.0", "1.9", True),
        ("Packagist", "0.1", "0.2", False),
        ("NuGet", "1.0", "1.9", True),
        ("NuGet", "0.1", "0.2", False),
        ("Go", "v1.0.0", "v1.9.0", True),
        ("crates.io", "0.1.0", "0.2.0", False),
    ),
)
def test_major(ecosystem: str, one: str, other: str, same: bool) -> None:
    known = order(ecosystem)
    assert known is not None
    left, right = known.key(one), known.key(other)
    assert left is not None
    assert right is not None
    assert (known.major(left) == known.major(right)) is same


@pytest.mark.parametrize(
    "ecosystem", ("PyPI", "npm", "Maven", "RubyGems", "Packagist", "NuGet", "Go", "crates.io", "Hex")
)
def test_any_text_has_a_key_or_none(ecosystem: str) -> None:
    known = order(ecosystem)
    assert known is not None
    chance = random.Random(ecosystem)
    pieces = (
        "1",
        "0",
        "00",
        "9" * 40,
        ".",
        "-",
        "+",
        "_",
        "a",
        "RC",
        "dev",
        " ",
        "~",
        "\u0661",
        "\ud800",
        "é",
        "x",
        "@",
    )
    for _ in range(2000):
        version = "".join(chance.choice(pieces) for _ in range(chance.randint(0, 9)))
        key = known.key(version)
        assert key is None or key == key
        assert isinstance(canonical(ecosystem, version), str)
    assert known.key("1." * 5000) is None
    assert canonical(ecosystem, "1." * 5000)


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
        ("Maven", ">=0\t<2.0", "1.9 2.0-rc1 2-SNAPSHOT", "2 2.0.0 2.0.0.Final 2-sp 2.0-jre"),
        ("RubyGems", ">=0\t<2.0", "1.9 2.0.rc1 2.0.0.a", "2 2.0.0 2.0.0.1"),
        ("Packagist", ">=1.0\t<2.0", "1.0 v1.9.9 2.0-RC1 1.x-dev", "0.9 1.0-beta2 2.0 2.0.x-dev 2.0-p1"),
        ("Go", ">=1.0.0\t<1.2.3", "v1.0.0 v1.2.2+incompatible v1.2.3-0.20200101120000-abcdefabcdef", "v1.2.3 v0.9.0"),
        ("crates.io", ">=0.0.0-0\t<1.2.3", "0.1.0 1.2.3-alpha.1", "1.2.3 1.2.3+build"),
        ("NuGet", ">=1.0\t<2.0.0.1", "1.0.0 2.0 2.0.0-BETA 2.0.0.0+x", "2.0.0.1 2.0.1 1.0.0-rc"),
        ("Hex", ">=1.0.0\t<2.0.0", "1.0.0 2.0.0-rc.0", "2.0.0 1.0.0-dev"),
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
        ("Alpine", ">=0\t<1", "", "0.5", None),  # no order here
        ("Alpine", ">=0\t<1", "\n0.5-r1\n", "0.5-r1", True),
        ("Alpine", ">=0", "", "0.5", True),
        ("Alpine", "", "\n0.5\n", "0.6", False),
        ("Packagist", ">=1\t<2", "", "dev-main", None),  # a branch has no place in the order
        ("Packagist", ">=1\t<2", "\ndev-main\n", "dev-main", True),
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
