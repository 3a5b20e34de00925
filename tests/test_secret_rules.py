"""Every kind of secret finds its bad examples and leaves its good ones alone, and its parts fit together."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from yett.checks.secrets import load
from yett.model import Blob, Confidence, Finding
from yett.rules import find
from yett.rules.secrets import SECRETS, checksum, rules
from yett.rules.secrets.doubt import fake, genuine, placeholder, reference
from yett.rules.secrets.rarity import rare, runs, surprise, wordlike
from yett.rules.secrets.record import ROTATE, Secret, assigned

CHECK = load()
BAD = [pytest.param(secret, text, id=secret.id) for secret in SECRETS for text in secret.bad]
GOOD = [pytest.param(secret, text, id=secret.id) for secret in SECRETS for text in secret.good]


def place(secret: Secret) -> str:
    """Where the examples stand: a file of a name that calls for the kind, if no word does."""
    return "settings.env" if secret.keywords else secret.files[0].replace("*", "shop_")


def found(text: str, path: str = "settings.env") -> list[Finding]:
    return [item for item in CHECK.inspect(Blob(path, "", text.encode())) if isinstance(item, Finding)]


@pytest.mark.parametrize(("secret", "text"), BAD)
def test_a_bad_example_is_one_finding_that_does_not_show_it(secret: Secret, text: str) -> None:
    (finding,) = found(text, place(secret))
    assert finding.rule == secret.rule_id
    assert finding.confidence >= secret.confidence
    line = text.split("\n")[finding.line - 1]
    value = line[finding.column - 1 : finding.end_column - 1 if finding.end_line == finding.line else None]
    assert value
    # What all of the kind begin with may be named; of the second half not even a piece.
    secret_half = value[len(value) // 2 :]
    pieces = {secret_half[start : start + 8] for start in range(max(1, len(secret_half) - 7))}
    assert not [piece for piece in pieces if piece in finding.message]


@pytest.mark.parametrize(("secret", "text"), GOOD)
def test_a_good_example_is_left_alone(secret: Secret, text: str) -> None:
    assert secret.rule_id not in [finding.rule for finding in found(text, place(secret))]


@pytest.mark.parametrize("secret", SECRETS, ids=lambda secret: secret.id)
def test_a_record_is_complete(secret: Secret) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", secret.id)
    assert secret.bad
    assert len(secret.good) >= len(secret.bad) or len(secret.good) >= 2
    assert secret.keywords or secret.files
    assert secret.read is not None or not secret.files
    assert all(name == name.lower() for name in secret.files)
    assert all(word and word.isascii() for word in secret.keywords)
    assert bool(secret.pattern) != (secret.read is not None)
    assert secret.title.strip(" .") == secret.title != ""
    for sentence in (secret.why, secret.fix):
        assert sentence.endswith(".")
        assert len(sentence) > 20
    assert secret.revoke == "" or secret.revoke.startswith("https://")


def test_ids_are_unique_and_the_most_asked_for_kinds_are_there() -> None:
    ids = [secret.id for secret in SECRETS]
    assert len(ids) == len(set(ids)) >= 910
    assert {
        "github-token",
        "github-fine-grained-token",
        "aws-access-key",
        "aws-secret-access-key",
        "private-key",
    } <= set(ids)
    assert {"generic-credential", "url-password", "json-web-token", "stripe-secret-key", "slack-token"} <= set(ids)


def test_most_rules_say_where_to_revoke_and_many_providers_are_named() -> None:
    own = [secret for secret in SECRETS if not secret.id.endswith(("-credential", "-password"))]
    assert sum(secret.revoke != "" for secret in own) >= 320
    assert len({secret.id.split("-")[0] for secret in SECRETS}) >= 600


def test_the_catalogue_shows_them() -> None:
    rule = find("secrets/github-token")
    assert rule is not None
    assert rule in rules()
    assert rule.fix.endswith(ROTATE)
    assert "CWE-798" in rule.refs
    assert rule.bad


def test_no_record_repeats_the_examples_of_another() -> None:
    texts = [text for secret in SECRETS for text in secret.bad]
    assert len(texts) == len(set(texts))


def test_the_sources_are_quiet_themselves() -> None:
    """Examples stand in pieces, so that no scanner takes the catalogue for a leak."""
    folder = Path(__file__).parent.parent / "src" / "yett" / "rules" / "secrets"
    sources = [
        *folder.glob("*.py"),
        *Path(__file__).parent.glob("test_secret*.py"),
        Path(__file__).parent / "test_literals.py",
    ]
    assert len(sources) > 15
    for source in sources:
        ast.parse(source.read_text(encoding="utf-8"))
        blob = Blob(source.name, "", source.read_bytes())
        loud = [item for item in CHECK.inspect(blob) if isinstance(item, Finding) and item.confidence > Confidence.LOW]
        assert loud == []


# --- checksums

CLASSIC = "ghp_" + "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vWx"


def test_github_and_npm_checksums_are_tri_state() -> None:
    import zlib

    digits = checksum.base62(zlib.crc32(CLASSIC.removeprefix("ghp_").encode()), 6)
    assert checksum.crc_base62(CLASSIC + digits) is True
    assert checksum.crc_base62(CLASSIC + "000000") is False
    assert checksum.crc_base62(CLASSIC) is None  # another form: no checksum to speak of


@pytest.mark.parametrize(
    ("number", "digits"), ((0, "000000"), (61, "00000z"), (62, "000010"), (4_294_967_295, "4gfFC3"))
)
def test_base62(number: int, digits: str) -> None:
    assert checksum.base62(number, 6) == digits


def test_bech32_takes_the_standards_own_samples() -> None:
    assert checksum.bech32("A12UEL5L") is True  # BIP 173, valid
    assert checksum.bech32("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw") is True
    assert checksum.bech32("A12UEL5M") is False
    assert checksum.bech32("A12UELbL") is False  # "b" is no letter of it


@pytest.mark.parametrize(
    ("text", "raw"), (("aGk=", b"hi"), ("aGk", b"hi"), ("-_8", b"\xfb\xff"), ("a", b""), ("a?b=", b""))
)
def test_base64_of_either_alphabet_and_none(text: str, raw: bytes) -> None:
    assert checksum.decoded(text) == raw


def test_deep_json_is_no_object() -> None:
    import base64

    assert checksum.json_object(base64.b64encode(b"[" * 100_000).decode()) == {}


# --- doubt

FAKES = (
    ("x" * 36, "over and over"),
    ("IOSFODNN7" + "EXAMPLE", "placeholder"),
    ("abcdefghijklmnopqrstuvwxyz0123456789", "counts"),
    ("1234567890" + "qZkd83", "counts"),
    ("abc1abc1abc1abc1abc1", "repeats"),
    ("1122112211221112", "repeat"),
    ("your-token-" + "goes-here-now", "placeholder"),
    ("2YotnFZFEjr1z" + "CsicMWpAA", "standard"),
)


@pytest.mark.parametrize(("value", "reason"), FAKES)
def test_made_up_values_are_told_with_the_reason(value: str, reason: str) -> None:
    assert reason in fake(value) or "differ" in fake(value)
    assert value not in fake(value)


@pytest.mark.parametrize("value", ("", "q7Vx2LmZ9tKw4RnP8sHbJd3GfUc6XoEiAtNv", "9f86d081884c7d659a2feaa0c55ad015"))
def test_random_values_are_not_made_up(value: str) -> None:
    assert fake(value) == ""


REFERENCES = (
    "${TOKEN}",
    "$TOKEN",
    "{{ token }}",
    "<token>",
    "%(token)s",
    "op://vault/item",
    "{token}",
    "a{user:>8}b",
    "%TOKEN%",
    "!Ref Secret",
)


@pytest.mark.parametrize("value", REFERENCES)
def test_references(value: str) -> None:
    assert reference(value)
    assert not genuine(value)


@pytest.mark.parametrize("value", ("pa$$w0rd", "hunter2", "a%b", "x{y", "5<6>4"))
def test_no_references(value: str) -> None:
    assert not reference(value)


@pytest.mark.parametrize(
    "value", ("password", "your-api-key", "MY_SECRET_TOKEN", "changeme", "xxxx", "***", "null", "client_secret_here")
)
def test_placeholders(value: str) -> None:
    assert placeholder(value)


@pytest.mark.parametrize("value", ("hunter2", "swordfish", "password123", "q7Vx2LmZ"))
def test_no_placeholders(value: str) -> None:
    assert not placeholder(value)


# --- rarity

RARE = (
    "q7Vx2LmZ9tKw",
    "vK9#tq2LzWm4",
    "9f86d081884c7d65",
    "8f3kq9zx2mw7vn4tb6yc",
    "KZQWXJPLVBNMTRGH",
    "ZxKvQwJpLmNb",
)
COMMON = (
    "password",
    "administrator",
    "correct-horse-battery-staple",
    "django.contrib.auth.tokens",
    "PasswordResetTokenGenerator",
    "application/x-www-form-urlencoded",
    "BSD-3-Clause-No-Nuclear-2014",
    "us-east-1",
    "2024-01-02T10:00:00Z",
    "12345678901234567890",
    "CF_DNS_API_TOKEN",
    "x11-xconsortium-veillard.yml",
    "deadbeefdeadbeef" * 2,
    "aaaaaaaaaaaaaaaa",
)


@pytest.mark.parametrize("value", RARE)
def test_rare(value: str) -> None:
    assert rare(value)


@pytest.mark.parametrize("value", COMMON)
def test_common(value: str) -> None:
    assert not rare(value)


def test_most_of_what_is_drawn_at_random_is_rare() -> None:
    import random
    import string

    chance = random.Random(5)
    for alphabet in (
        string.ascii_letters + string.digits,
        string.ascii_lowercase + string.digits,
        string.hexdigits[:16],
    ):
        drawn = ["".join(chance.choices(alphabet, k=20)) for _ in range(300)]
        assert sum(map(rare, drawn)) >= 290


def test_runs() -> None:
    assert runs("HTTPServer-2x") == ["HTTP", "Server", "-", "2", "x"]
    assert runs("") == []
    assert runs("aBC") == ["a", "BC"]


def test_words_surprise_less_than_noise() -> None:
    assert max(surprise(word) for word in ("password", "configuration", "hunter")) < 4.5
    assert min(surprise(word) for word in ("xkqzvj", "qwrtpsdf", "zzxqj")) > 5.5
    assert wordlike("secret")
    assert not wordlike("xqzvkjw")


def test_assigned_reads_the_usual_ways_to_write_it() -> None:
    import re2

    pattern = re2.compile(assigned("acme", "[0-9a-f]{8}", "key|token"))
    for text in (
        "ACME_KEY=deadbeef",
        "acme_api_token: 'deadbeef'",
        '"acmeKey": "deadbeef"',
        'acme.key := "deadbeef"',
        'acme_key: str = "deadbeef"',
        'config["acme_key"] = "deadbeef"',
        'set("acme.key", "' + 'deadbeef")',
        '{\\"acme_key\\": ' + '\\"deadbeef\\"}',
    ):
        match = pattern.search(text)
        assert match is not None, text
        assert match[1] == "deadbeef"
    for text in (
        "acme_id=deadbeef",
        "key=deadbeef",
        "acme key deadbeef",
        "acme_key_is_somewhere_else_entirely_and_far=deadbeef",
    ):
        assert pattern.search(text) is None, text


# --- named kinds

KEY = "q7Vx2LmZ9tKw4RnP8" + "sHbJd3GfUc6XoEi"
DIGITS = "9f86d081884c7d659a2f" + "eaa0c55ad0153a9b1c7e"
NAMED = (
    f"FINNHUB_TOKEN={KEY[:20].lower()}",
    f"const pipedriveApiKey = '{KEY}AbCd7y9Q'",
    f"pipedrive:\n  domain: acme\n  api_token: {KEY}AbCd7y9Q\n",
    f'client = pipedrive.Client("{KEY}AbCd7y9Q")',
    f'requests.get("https://api.pipedrive.com/v1/deals?api_token={KEY}AbCd7y9Q")',
    f"curl -H 'Authorization: Bearer {KEY}AbCd7y9Q' https://api.pipedrive.com/v1/deals",
    f"<pipedriveKey>\n  {KEY}AbCd7y9Q\n</pipedriveKey>",
    f"Help Scout API key: {DIGITS}",
    f"HELP-SCOUT_KEY = '{DIGITS}'",
    f"STRIPE_API_TOKEN={KEY}",
    f"mvn verify -Dsonar.login={DIGITS}",
)
UNNAMED = (
    f"pipedrive {KEY}AbCd7y9Q",  # no key
    f"PIPEDRIVE_ID={KEY}AbCd7y9Q",
    f"pipedrive_version_hash = '{KEY}AbCd7y9Q'",
    f"pipedriver_key = {KEY}AbCd7y9Q",  # another word
    f"mypipedrive_key = {KEY}AbCd7y9Q",
    "PIPEDRIVE_API_KEY=${PIPEDRIVE_API_KEY}",
    "PIPEDRIVE_API_KEY=getPipedriveKeyFromTheEnvironmentOrFails",
    f"pipedrive:{chr(10) * 9}api_token: {KEY}AbCd7y9Q",  # too far
    "polygon_key = 'boundary_of_the_area_of_interest'",
    f"loss = polygon({KEY}AbCd7y9Q)",
    "delighted to announce: the token of the month",
    'STRIPE_KEY = "pk_live_' + "51HqLyjWDarjtT1zdp7dc" + '"',
    f"stripe_apt_key: {DIGITS}",  # what packages are signed with
    f"stripe_key: {DIGITS.upper()}",
    f"Stripe-Signature: v1={DIGITS}",
    f"stripeAuthSignature = '{KEY}'",
    f"X-Stripe-Sid: {KEY}",  # of a message
    f"stripe_auth_domain: {KEY}",
    f'"STRIPE-JS-TOKEN-3180022",\n"STRIPE-JS-{KEY}"',  # what it calls something
)


@pytest.mark.parametrize("text", NAMED)
def test_the_provider_is_named_from_the_key_or_what_is_near(text: str) -> None:
    (finding,) = found(text)
    assert re.fullmatch(r"secrets/(finnhub|pipedrive|help-scout|sonarcloud|stripe)-(key|credential)", finding.rule)
    assert finding.confidence >= Confidence.MEDIUM


@pytest.mark.parametrize(
    ("key", "name"),
    (
        ("CHECKLYHQ", "checkly"),
        ("SCRUTINIZERCI", "scrutinizer"),
        ("OPENCAGEDATA", "opencage"),
        ("CENTRALSTATIONCRM", "centralstationcrm"),
        ("NASDAQDATALINK", "nasdaq-data-link"),
    ),
)
def test_a_provider_may_be_called_by_its_longer_name(key: str, name: str) -> None:
    rule = next(secret for secret in SECRETS if secret.id == f"{name}-key")
    value = rule.bad[0].partition("=")[2]
    assert [finding.rule for finding in found(f"{key}_TOKEN={value}")] == [rule.rule_id]


@pytest.mark.parametrize("text", UNNAMED)
def test_a_name_alone_says_nothing(text: str) -> None:
    named = [finding.rule for finding in found(text)]
    assert [rule for rule in named if re.search(r"pipedrive|polygon|delighted|stripe", rule)] == []


def test_a_made_up_value_is_named_but_doubted() -> None:
    (finding,) = found("PIPEDRIVE_API_KEY=" + "1234567890" * 4)
    assert (finding.rule, finding.confidence) == ("secrets/pipedrive-key", Confidence.LOW)


@pytest.mark.parametrize(
    ("key", "told"),
    (
        ("harbour_lantern_settles_4_all", [Confidence.LOW]),
        ("this is the key of the whole harbour", [Confidence.LOW]),
        ("keys/signing.pem", []),
        ("%JWT_KEY%", []),
    ),
)
def test_a_key_of_tokens_that_somebody_chose_is_doubted(key: str, told: list[Confidence]) -> None:
    findings = found(f'{{"JwtSettings": {{ "Issuer": "acme", "Key": "{key}" }}}}', "appsettings.json")
    assert [(item.rule, item.confidence) for item in findings] == [("secrets/aspnet-token-key", each) for each in told]


def test_a_key_for_pages_is_named_but_doubted() -> None:
    (finding,) = found(f"POSTHOG_API_KEY=phc_{KEY}AbCd7y9Q")
    assert (finding.rule, finding.confidence) == ("secrets/posthog-credential", Confidence.LOW)


SID, TOKEN = "AC" + "900b58b4d1bc860e" + "3017e6b53daa5671", "3f9c1a7be52d8046" + "b1e7d3c5a9f08264"
ACCESS, SECRET = "AKIA" + "3TF4GAKT7NZJOYJT", "Qg9rOSAqwrayam/10d57" + "xacOrbC0SA7L+KvVQRUH"


@pytest.mark.parametrize(
    ("text", "rule", "lines"),
    (
        (f"TWILIO_SID={SID}\nTWILIO_AUTH_TOKEN={TOKEN}\n", "twilio-auth-token", (1, 2)),
        (f"TWILIO_AUTH_TOKEN={TOKEN}\nTWILIO_SID={SID}\n", "twilio-auth-token", (1, 2)),
        (f"[default]\naws_access_key_id={ACCESS}\naws_secret_access_key={SECRET}\n", "aws-key-pair", (2, 3)),
        (f"secret: {SECRET}\nid: {ACCESS}\n", "aws-key-pair", (1, 2)),
        (f"ALGOLIA_APP=B1G2GM9NG0\nALGOLIA_ADMIN_KEY={TOKEN}\n", "algolia-admin-key", (1, 2)),
    ),
)
def test_an_id_and_its_secret_are_one_finding(text: str, rule: str, lines: tuple[int, int]) -> None:
    (finding,) = found(text)
    assert finding.rule == f"secrets/{rule}"
    assert (finding.line, finding.end_line) == lines
    assert finding.confidence is Confidence.HIGH
    assert re.search(r"together with its|with its secret key", finding.message)


def test_a_pair_does_not_swallow_what_stands_between() -> None:
    between = "GITHUB=ghp_" + "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vWx1B3oFD"
    rules_found = [item.rule for item in found(f"id={ACCESS}\n{between}\naws_secret_access_key={SECRET}\n")]
    assert rules_found == ["secrets/aws-access-key", "secrets/github-token", "secrets/aws-secret-access-key"]


def test_half_a_pair_that_is_made_up_leaves_the_other_half_alone() -> None:
    sample = "AKIA" + "IOSFODNN7" + "EXAMPLE"
    findings = found(f"aws_access_key_id={sample}\naws_secret_access_key={SECRET}\n")
    assert [(item.rule, item.confidence) for item in findings] == [
        ("secrets/aws-access-key", Confidence.LOW),
        ("secrets/aws-secret-access-key", Confidence.HIGH),
    ]


def test_structure_of_tokens() -> None:
    assert checksum.numbered("NDgyOTEwMzM3NzQ1OpkiPF" + "oQ5HQZI5bW/lrCH8gMjekq")
    assert not checksum.numbered("bm90IGEgbnVtYmVyOnJhbm" + "RvbQ==")
    assert not checksum.elastic_key("bm90IGEgcGFpcg==")
    assert not checksum.service_account("a.eyJpc3MiOiJhY21lIn0.b")


def test_every_confidence_says_what_it_should() -> None:
    assert {secret.confidence for secret in SECRETS if not secret.doubt} == {Confidence.MEDIUM, Confidence.HIGH}
    assert {secret.confidence for secret in SECRETS if secret.doubt} == {Confidence.LOW}
