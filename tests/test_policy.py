from __future__ import annotations

from collections.abc import Callable

import pytest

from yett import policy
from yett.errors import YettError
from yett.model import Action
from yett.policy import load
from yett.policy.keys import KEYS, PRESETS, tighter_or_equal


def reader(**files: str) -> Callable[[str], bytes | None]:
    places = {"yaml": ".yett.yaml", "yml": ".yett.yml", "toml": "pyproject.toml", "base": ".yett/base.yaml"}
    texts = {places[name]: text.encode() for name, text in files.items()}
    return texts.get


def parsed(text: str) -> policy.Policy:
    return load.load(reader(yaml=text))


def test_a_repository_without_a_policy_has_the_strict_one() -> None:
    assert load.load(reader()) == policy.defaults()
    assert load.load(reader(toml="[tool.black]\n")) == policy.defaults()


def test_version_alone_is_the_default_policy() -> None:
    assert parsed("version: 1\n").values == policy.defaults().values


def test_every_key_can_be_set_and_remembers_its_line() -> None:
    holds = parsed(
        """\
version: 1
complete:
  required: [secrets, config]
  on_gap: warn
  advisories_max_age: 3d
checks:
  dependencies: {block: {severity: never, unknown_severity: false, only: all}}
suppress:
  inline: {mode: any, new_per_change: 0}
  waivers: security/waivers.yaml
  max_days: {critical: 7}
rules:
  github-actions/*: info
  github-actions/unpinned-uses: block
exclude: ["vendor/**"]
paths:
  "services/payments/**": {python: {block: {severity: medium}}}
"""
    )
    assert holds.words("complete.required") == ("secrets", "config")
    assert holds.values["complete.on_gap"] == ("warn", ".yett.yaml:4")
    assert holds.number("complete.advisories_max_age") == 3
    assert holds.values["checks.dependencies.block.unknown_severity"].value is False
    assert holds.number("suppress.inline.new_per_change") == 0
    assert holds.word("suppress.waivers") == "security/waivers.yaml"
    assert holds.number("suppress.max_days.critical") == 7
    assert [(glob, action) for glob, action, _ in holds.rules] == [
        ("github-actions/*", Action.INFO),
        ("github-actions/unpinned-uses", Action.BLOCK),
    ]
    assert holds.exclude == (("vendor/**", ".yett.yaml:15"),)
    terms = policy.judge_terms(holds, (), "2026-11-22")
    assert [(each.check, each.path) for each in terms.thresholds if each.path] == [("python", "services/payments/**")]


def test_the_same_in_toml() -> None:
    text = '[project]\nname = "x"\n\n[tool.yett]\nversion = 1\n\n[tool.yett.checks.python.block]\nseverity = "medium"\n'
    holds = load.load(reader(toml=text))
    assert holds.values["checks.python.block.severity"] == ("medium", "pyproject.toml:8")


@pytest.mark.parametrize(
    ("text", "message"),
    (
        ("", "`version` is missing"),
        ("version: 2\n", ":1: version 2 is not known"),
        ("version: true\n", ":1: version True is not known"),
        ("version: 1\nchekcs: {}\n", ":2: `chekcs` is not known: did you mean `checks`?"),
        ("version: 1\nchecks:\n  pyton: {}\n", ":3: `pyton` is not known in `checks`: did you mean `python`?"),
        ("version: 1\nversion: 1\n", ":2: "),  # the last of two equal keys wins in silence elsewhere
        ("version: 1\nchecks: &a {}\nsuppress: *a\n", ":2: "),  # nine such lines expand to millions of nodes
        ("version: 1\nchecks: {python: {block: {severity: hihg}}}\n", "did you mean `high`?"),
        ("version: 1\nchecks: {python: {block: {severity: 3}}}\n", "checks.python.block.severity cannot be 3"),
        ("version: 1\nchecks: {python: {block: high}}\n", "has to be a mapping"),
        ("version: 1\ncomplete: {required: secrets}\n", "has to be a list"),
        ("version: 1\ncomplete: {required: [secret]}\n", "did you mean `secrets`?"),
        ("version: 1\ncomplete: {advisories_max_age: 2w}\n", "write a number of days from 1d to 365d"),
        ("version: 1\ncomplete: {advisories_max_age: 1_0}\n", "write a number of days"),
        ("version: 1\nchecks: {dependencies: {block: {malicious: no}}}\n", "write true or false"),
        ("version: 1\nsuppress: {waivers: ../waivers.yaml}\n", "a path inside the repository"),
        ("version: 1\nsuppress: {inline: {new_per_change: -1}}\n", "a number from 0 to"),
        ("version: 1\nrules: {root-user: info}\n", "is no rule"),
        ("version: 1\nrules: {docker/root-user: off}\n", "write block, warn or info"),
        ("version: 1\nexclude: ['**']\n", "cannot be excluded"),
        ("version: 1\npaths: {a/**: {pyton: {}}}\n", "did you mean `python`?"),
        ("version: 1\npaths: {a/**: {python: {blok: {}}}}\n", "`blok` is not known here"),
        ("version: 1\nextends: [strickt]\n", "did you mean `strict`?"),
        ("version: 1\nextends: strict\n", "has to be a list"),
        ("version: 1\nextends: [{source: 'github:a/b//c.yaml'}]\n", "nothing is fetched on the way of a commit"),
        ("version: 1\nextends: [{source: 'file:none.yaml'}]\n", "does not exist"),
        ("- version: 1\n", "has to be a mapping"),
        ("version: [\n", ":"),
        ("a: " * 5000, ":1"),
        ("[" * 5000, ":1"),
    ),
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(YettError) as refused:
        parsed(text)
    assert str(refused.value).startswith(".yett.yaml")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("data", "message"),
    ((b"version: 1\n\xff\n", ":2: not UTF-8"), (b"#" * 300_000, "larger than 256 KiB"), (b"version: 1\0", ":1")),
)
def test_bytes_that_are_no_policy(data: bytes, message: str) -> None:
    with pytest.raises(YettError, match=message):
        load.load(lambda path: data if path == ".yett.yaml" else None)


def test_broken_toml() -> None:
    with pytest.raises(YettError, match=r"pyproject\.toml"):
        load.load(reader(toml="[tool.yett\n"))


def test_two_policies_are_one_too_many() -> None:
    with pytest.raises(YettError, match="both hold a policy"):
        load.load(reader(yaml="version: 1", yml="version: 1"))
    with pytest.raises(YettError, match="both hold a policy"):
        load.load(reader(yaml="version: 1", toml="[tool.yett]\nversion = 1"))


def test_presets() -> None:
    holds = parsed("version: 1\nextends: [strict]\n")
    assert holds.values["suppress.inline.mode"] == ("never", "preset strict")
    assert all(
        tighter_or_equal(key, value, KEYS[key].default) for preset in PRESETS.values() for key, value in preset.items()
    )


@pytest.mark.parametrize(
    ("text", "ok"),
    (
        ("checks: {python: {block: {severity: low}}}", True),
        ("checks: {python: {block: {severity: medium}}}", True),
        ("checks: {python: {block: {severity: high}}}", False),
        ("checks: {dependencies: {block: {malicious: false}}}", False),
        ("complete: {advisories_max_age: 30d}", False),
        ("complete: {required: [secrets]}", False),
        ("suppress: {max_days: {critical: 7}}", True),
        ("suppress: {waivers: other.yaml}", False),
        ("rules: {docker/root-user: warn}", False),
        ("rules: {docker/unpinned-base: block}", True),
        ("exclude: [vendor/**]", False),
        ("paths: {tests/**: {python: {block: {severity: high}}}}", False),
        ("paths: {pay/**: {python: {block: {severity: low}}}}", True),
    ),
)
def test_a_child_may_only_tighten(text: str, ok: bool) -> None:
    whole = f"version: 1\nextends: [strict]\n{text}\n"
    if ok:
        parsed(whole)
    else:
        with pytest.raises(YettError, match="tightened|only become block|cannot exclude"):
            parsed(whole)


def test_a_policy_in_the_same_repository_can_be_extended() -> None:
    base = "version: 1\nchecks: {config: {block: {severity: low}}}\n"
    child = "version: 1\nextends: [{source: 'file:.yett/base.yaml'}, strict]\n"
    holds = load.load(reader(yaml=child, base=base))
    assert holds.values["checks.config.block.severity"] == ("low", ".yett/base.yaml:2")  # the tighter of both
    assert holds.word("suppress.inline.mode") == "never"
    with pytest.raises(YettError, match="has the digest"):
        load.load(reader(yaml=child.replace("base.yaml'", "base.yaml', digest: 'sha256:00'"), base=base))


WAIVER = """\
version: 1
waivers:
  - rule: secrets/github-token
    path: tests/**
    fingerprint: ffffffffffffffffffffffffffffffff
    reason: revoked
    owner: payments
    expires: 2026-12-01
"""


def test_waivers() -> None:
    (one,) = load.waivers(WAIVER.encode(), "w.yaml")
    assert one == ("secrets/github-token", "tests/**", "f" * 32, "revoked", "payments", "2026-12-01", "w.yaml:3")
    assert load.waivers(b"", "w.yaml") == ()
    assert load.waivers(b"version: 1\nwaivers:\n", "w.yaml") == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    (
        ("expires: 2026-12-01", "expires: 2026-02-30", "w.yaml:8: '2026-02-30' is no date"),
        ("expires: 2026-12-01", "expires: 20261201", "is no date"),
        ("expires:", "expire:", "did you mean `expires`?"),
        ("rule: secrets/github-token", "rule: secrets", "needs a `rule`"),
        (
            "    path: tests/**\n    fingerprint: ffffffffffffffffffffffffffffffff\n",
            "",
            "needs a `path` or a `fingerprint`",
        ),
        ("fingerprint: ffff", "fingerprint: xfff", "32 hexadecimal digits"),
        ("reason: revoked", "reason: [a]", "`reason` cannot be a structure"),
        ("version: 1", "version: 3", "write `version: 1`"),
        ("waivers:", "waivers: {}\nmore:", "not known"),
    ),
)
def test_waivers_that_are_refused(old: str, new: str, message: str) -> None:
    assert old in WAIVER
    with pytest.raises(YettError) as refused:
        load.waivers(WAIVER.replace(old, new).encode(), "w.yaml")
    assert message in str(refused.value)


def test_the_digest_is_of_the_values_and_not_of_the_file() -> None:
    one = policy.digest(parsed("version: 1\n"))
    assert one == policy.digest(policy.defaults())
    assert one == policy.digest(parsed("# a comment\nversion: 1\nchecks: {python: {block: {severity: high}}}\n"))
    others = (
        "checks: {python: {block: {severity: low}}}",
        "rules: {a/b: info}",
        "exclude: [a]",
        "paths: {a: {python: {warn: {only: new}}}}",
    )
    digests = {one, *(policy.digest(parsed(f"version: 1\n{other}\n")) for other in others)}
    assert len(digests) == 5


def test_the_schema_says_what_the_loader_says() -> None:
    from jsonschema import Draft202012Validator

    from yett.policy.schema import schema

    validator = Draft202012Validator(schema())
    Draft202012Validator.check_schema(schema())
    good = {
        "version": 1,
        "extends": ["strict", {"source": "file:a.yaml"}],
        "complete": {"required": ["secrets"], "advisories_max_age": "3d"},
        "checks": {"dependencies": {"block": {"severity": "never", "malicious": True}}},
        "suppress": {"inline": {"mode": "any", "new_per_change": 0}, "max_days": {"critical": 7}},
        "rules": {"docker/*": "info"},
        "exclude": ["vendor/**"],
        "paths": {"a/**": {"python": {"block": {"severity": "low"}}}},
    }
    assert validator.is_valid(good)
    for wrong in (
        {},
        {"version": 2},
        {"version": 1, "chekcs": {}},
        {"version": 1, "checks": {"python": {"block": {"severity": "hihg"}}}},
        {"version": 1, "paths": {"a": {"secrets": {"range": "head"}}}},
    ):
        assert not validator.is_valid(wrong)
