"""Passwords that a program drew, with the signs that managers of passwords put in; and what is no secret at all."""

from __future__ import annotations

import pytest

from yett.checks.secrets import load
from yett.model import Blob, Confidence, Finding
from yett.rules.secrets.doubt import generated

CHECK = load()
MEDIUM, LOW = Confidence.MEDIUM, Confidence.LOW


def found(text: str, path: str) -> list[tuple[str, Confidence]]:
    items = CHECK.inspect(Blob(path, "", text.encode()))
    return [(item.rule.removeprefix("secrets/"), item.confidence) for item in items if isinstance(item, Finding)]


DRAWN = (
    "1!+7NqmUZb" + "N18K(3A+",
    "Hvk8LiTt%%" + "B&B2c(g",
    "gQj&PtWa(g" + "DF7b2V",
    "quN8j++C7)" + "d{JOLuR",
    "o9T1mR$wPc" + "s#cOyCh",
    "K#u4}WcjyA" + "hr=>sNCh",
)


@pytest.mark.parametrize("value", DRAWN)
def test_signs_say_nothing_in_a_password_that_was_drawn(value: str) -> None:
    assert generated(value)
    assert found(f'{{"password": "{value}"}}', "data.json") == [("generic-credential", MEDIUM)]
    assert found(f"password: {value}", "settings.yml") == [("generic-credential", MEDIUM)]
    assert found(f"DB_PASSWORD={value}\n", ".env") == [("generic-credential", MEDIUM)]


@pytest.mark.parametrize(
    "value",
    (
        "getPassword(user1, $Key)",
        "${DB_PASSWORD}_1a-B",
        "{{ Vault.Key1 }}",
        "+s[3],N(4)&&R.t",
        "$(cat /run/Secret1)",
        "%(Password1)s-#",
        "Secr3t://Vault/db#1",
        "a1B[2]+c3D[4]%e5",
        "correct-Horse-7!",
    ),
)
def test_code_is_not_drawn(value: str) -> None:
    assert not generated(value)


@pytest.mark.parametrize(
    ("text", "path"),
    (
        ("'password' => 'crwdns6846:0crwdne6846:0',", "lang/aa-ER/auth.php"),
        ('"ga":{"token":"UA-28909194-3"}', "index.html"),
        ("- asttokens=2.0.5=pyhd3eb1b0_0", "environment.txt"),
        ('nativeTokenKey: "0x7D1AfA7B718fb893dB30' + 'A3aBc0Cfc608AaCfeBB0"', "networks.ts"),
        ('password: "\\U00010450\\U00010468\\U00010455"', "devise.yml"),
        ('<string name="network_password">网络：%1$s\\n密码：%2$s</string>', "strings.xml"),
        ("this.renderPass = 'translucent'", "map.js"),
        ("define('DBPASS','%CONFIG-DBPASS');", "sample.php"),
        ("SET password_encryption = 'novalue';", "a.sql"),
        ("validate: ['password' => 'min:8']", "a.php"),
        ("'token' => 'required|uuid|string|max:255',", "a.php"),
        ('PasswordCharSpace = "abcdefghijklmnopqrstuvwxyz0123456789"', "a.go"),
        ("Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request", "a.req"),
        (
            '#define KEY_CONST "\\x73\\x65\\x72\\x76\\x65\\x72\\x20\\x77\\x72\\x69\\x74\\x65\\x20\\x6b\\x65\\x79"',
            "tls1.h",
        ),
        ('value must be either "pass" or "fail"', "a.rb"),
        ('{"fca47a6":"Token","70b3d5a7f":"Acme"}', "vendors.json"),
    ),
)
def test_what_anybody_may_see_is_none(text: str, path: str) -> None:
    assert found(text, path) == []


def test_the_sample_of_a_manual_is_doubted() -> None:
    text = "#\t each needs this password: `xxj31ZMT" + "ZzkVA'.\n"
    assert found(text, "default-ssl.conf") == [("noted-credential", LOW)]


def test_the_current_password_is_one() -> None:
    assert found("user: {current_password: 'bluepin" + "7'}", "a.js") == [("generic-credential", LOW)]
    assert found("current_token: 'bluepin7q9Lx2V" + "n7Tz'", "a.js") == []


HEX = "6d3d3fcafe7e0856" + "dbb679fd17ae2366"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    (
        ("ApiKey", HEX, [("named-value", MEDIUM)]),
        ("ClientSecret", HEX, [("named-value", MEDIUM)]),
        ("password", "summer" + "2014", [("named-value", LOW)]),
        ("password", "$(PASSWORD)", []),
        ("Password", "Enter your password", []),
        ("CFBundleIdentifier", HEX, []),
    ),
)
def test_a_list_of_properties_is_read(name: str, value: str, told: list[tuple[str, Confidence]]) -> None:
    text = f"<plist><dict>\n\t<key>{name}</key>\n\t<string>{value}</string>\n</dict></plist>\n"
    assert found(text, "Acme/Info.plist") == told


@pytest.mark.parametrize(
    "text",
    (
        '"publicApiKey": "' + HEX + '"',
        "STRIPE_TOKEN_KEY = 'pk_live_" + HEX + "'",
        'accountPrivKey = "0xac0974bec39a17e36ba4a6b4d238ff94' + '4bacb478cbed5efcae784d7bf4f2ff80"',
    ),
)
def test_what_is_meant_for_everybody_is_doubted(text: str) -> None:
    assert found(text, "a.js") == [("generic-credential", LOW)]


def test_a_token_that_nobody_signed_is_doubted() -> None:
    token = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0" + ".eyJzdWIiOiJzaG9wLXdvcmtlciIsImlhdCI6MTcwMDAwMDAwMH0."
    assert found(f'var token = "{token}"', "a.js") == [("generic-credential", LOW)]
